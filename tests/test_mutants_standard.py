#!/usr/bin/python3
"""test_mutants_standard: damaged MT940 and camt statements are quarantined, or bear out their own balances.

    test_mutants_standard.py [MUTANTS]    of each fixture beside those of every row; default 150

Mutants are made as in test_mutants.py; build/test/read_many reads all of them. The judges below share no line
with the engine: one looks at the tags of MT940 line by line, the other reads camt with another XML parser. A
mutant passes when it is quarantined, or when in each statement opening + the engine's entries and rejects =
closing, each record is an entry or a reject, and each statement begins where the account's one before ended. What
no balance can see is counted and listed by kind.
"""
import collections
import random
import re
import sys
import xml.etree.ElementTree as tree
import zlib
from decimal import Decimal, InvalidOperation
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from test_mutants import ROOT, mutants, read_all  # noqa: E402


class Wrong(Exception):
    """What the judge finds wrong in a file that the engine accepts."""


def minor(text):
    try:
        value = Decimal(text) * 100
    except InvalidOperation:
        raise Wrong(f'no amount: {text}') from None
    if value != value.to_integral_value():
        raise Wrong(f'parts of a cent: {text}')
    return int(value)


def follows(statements):
    last = {}
    for account, opening, closing in statements:
        if last.get(account, opening) != opening:
            raise Wrong(f'{account} begins with {opening}, ended with {last[account]}')
        last[account] = closing


def mt940_balance(text):
    found = re.match(r'\s*([CD])\d{6}[A-Z]{3}([0-9]+(?:[.,][0-9]*)?)', text)
    return found and (1 if found[1] == 'C' else -1) * minor(found[2].replace(',', '.'))


def judge_mt940(data, entries, rejects):
    """A message is what stands from one :20: or opening balance to the next."""
    amounts = [(at, amount) for at, (amount, _) in entries.items()] + list(rejects.items())
    lines = [line.lstrip('\x00 ') for line in re.split('\r\n|\n|\r', data.decode('latin-1'))]
    account, message, messages = None, None, []
    for number, line in enumerate(lines, 1):
        tag = re.match(r':(20|25|60|61|62)[FM]?:', line)
        if not tag:
            continue
        rest = line[tag.end():]
        balance = mt940_balance(rest) if tag[1] in ('60', '62') else None
        if tag[1] in ('60', '62') and balance is None:
            continue  # a tag that became one
        if tag[1] == '20':
            account = message = None
        elif tag[1] == '25':
            account = rest.strip()
        elif tag[1] == '60' and message and message[2:] == [balance, None, 0]:
            continue  # the same once more
        elif tag[1] == '60':
            message = [account, number, balance, None, 0]
            messages.append(message)
        elif message is None:
            raise Wrong(f'line {number}: {line} before any opening balance')
        elif tag[1] == '61':
            message[4] += 1
        else:
            message[3] = balance
    for i, (account, begins, opening, closing, records) in enumerate(messages):
        ends = messages[i + 1][1] if i + 1 < len(messages) else len(lines) + 1
        inside = [amount for at, amount in amounts if begins < at < ends]
        if closing is None or None in inside or opening + sum(inside) != closing:
            raise Wrong(f'line {begins}: {opening} and {inside} are not {closing}')
        if len(inside) < records:
            raise Wrong(f'line {begins}: {records} records, {len(inside)} taken')
    if not messages:
        raise Wrong('no statement')
    follows([(account, opening, closing) for account, _, opening, closing, _ in messages])


def local(element):
    return element.tag.rpartition('}')[2]


def child(element, *path):
    for name in path:
        element = next((e for e in element if local(e) == name), None) if element is not None else None
    return element


def camt_amount(element):
    amount, sign = child(element, 'Amt'), child(element, 'CdtDbtInd')
    word = sign.text.strip() if sign is not None else 'CRDT' if local(element) == 'Bal' else ''
    if amount is None or word not in ('CRDT', 'DBIT'):
        raise Wrong('an amount without number or direction')
    return (1 if word == 'CRDT' else -1) * minor(amount.text.strip())


def camt_parts(entry, whole):
    """The amounts that the parts of an entry make of it: those of each where they make up the whole."""
    amounts = []
    own = child(entry, 'Amt')
    for part in (e for of in entry if local(of) == 'NtryDtls' for e in of if local(e) == 'TxDtls'):
        amount = child(part, 'Amt')
        amount = amount if amount is not None else child(part, 'AmtDtls', 'TxAmt', 'Amt')
        sign = child(part, 'CdtDbtInd')
        currency = amount.get('Ccy', '') if amount is not None else ''
        if amount is None or (len(currency) == 3 and currency != own.get('Ccy')):  # any other length is none
            return [whole]
        word = sign.text.strip() if sign is not None and sign.text else ''
        try:
            amounts.append(minor(amount.text.strip()) * {'CRDT': 1, 'DBIT': -1}.get(word, 1 if whole > 0 else -1))
        except (Wrong, ValueError, AttributeError):
            return [whole]
    return amounts if len(amounts) > 1 and all(amounts) and sum(amounts) == whole else [whole]


def judge_camt(data, entries, rejects):
    try:
        root = tree.fromstring(data)
    except (tree.ParseError, ValueError) as error:
        raise Wrong(f'no XML: {error}') from None
    taken = [amount for amount, _ in entries.values()] + list(rejects.values())
    statements, amounts, misshapen = [], [], False
    for statement in (e for e in root.iter() if local(e) == 'Stmt'):
        told = {}
        for balance in (e for e in statement if local(e) == 'Bal'):
            code = child(balance, 'Tp', 'CdOrPrtry', 'Cd')
            if code is not None and code.text.strip() in ('OPBD', 'PRCD', 'CLBD'):
                told.setdefault('closing' if code.text.strip() == 'CLBD' else 'opening', camt_amount(balance))
        for entry in (e for e in statement if local(e) == 'Ntry'):
            status = child(entry, 'Sts')
            code = child(status, 'Cd') if status is not None and len(status) else status
            word = code.text.strip() if code is not None and code.text else 'BOOK'
            for element in (entry, *(e for e in entry.iter() if local(e) == 'TxDtls')):
                inside = [local(e) for e in element]
                misshapen = misshapen or 'Ntry' in inside or 'TxDtls' in inside or any(
                    inside.count(of) > 1 for of in ('Amt', 'CdtDbtInd', 'Sts')) or (
                    'NtryDtls' in inside and 'CdtDbtInd' in inside[inside.index('NtryDtls'):])
            if word not in ('PDNG', 'INFO'):
                amounts.extend(camt_parts(entry, camt_amount(entry)))
        if set(told) != {'opening', 'closing'}:
            raise Wrong(f'balances: {told}')
        account = child(statement, 'Acct', 'Id')
        statements.append((''.join(account.itertext()).strip() if account is not None else '',
                           told['opening'], told['closing']))
    if not statements:
        raise Wrong('no statement')
    if None in taken or sum(taken) != sum(closing - opening for _, opening, closing in statements):
        raise Wrong(f'{statements}, taken {taken}')
    if not misshapen and sorted(amounts) != sorted(taken):
        raise Wrong(f'{amounts}, taken {taken}')
    follows(statements)


FIXTURES = (('mt940-bank', 'MT940_20240305.sta', judge_mt940),
            ('camt053-bank', 'camt053_20240305.xml', judge_camt))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    passed, failures, unseen = 0, [], collections.Counter()
    for channel, name, judge in FIXTURES:
        data = (ROOT / 'tests' / 'golden' / channel / 'input' / name).read_bytes()
        dice = random.Random(zlib.crc32(name.encode()))
        made = [('unchanged', data)] + [m for m in mutants(data, dice, count) if m[1] != data]
        results = read_all([(name, content) for _, content in made])
        assert len(results) == len(made), f'{len(made)} files, {len(results)} results'
        original = sorted(results[0][1].values())
        fates = collections.Counter()
        for (kind, content), (fate, entries, rejects, _, why) in zip(made, results):
            fates[fate] += 1
            try:
                if fate == 'accepted':
                    judge(content, entries, rejects)
                elif fate != 'quarantined' or kind == 'unchanged':
                    raise Wrong(f'{fate}: {why}')
            except Wrong as wrong:
                failures.append((name, kind, wrong, content))
                continue
            passed += 1
            if fate == 'accepted' and sorted(entries.values()) != original:
                unseen[kind, name] += 1
        print(f'{name:<28}' + ', '.join(f'{n} {fate}' for fate, n in sorted(fates.items())))
    print('\nother entries than before, and no balance can tell (kind: file mutants):')
    for kind in sorted({kind for kind, _ in unseen}):
        print(f'  {kind:<16}' + ', '.join(f'{c} {n}' for (k, c), n in sorted(unseen.items()) if k == kind))
    for name, kind, fault, content in failures[:10]:
        print(f'\n{name}, {kind}: {fault}\n{content.decode("latin-1")}')
    broken = {name for name, _, _, _ in failures}
    print(f'\n{passed} of {passed + len(failures)} mutants are as they should be; files:')
    print(f'{len(FIXTURES) - len(broken)} passed, {len(broken)} failed')
    return bool(failures)


if __name__ == '__main__':
    sys.exit(main())
