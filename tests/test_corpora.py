#!/usr/bin/env python3
"""Runs `rekon read` over the statements of other projects' test suites, and over a few written here.

The corpora (files, what a correct reader gets out of each, and check.py, which compares) are looked for in
$REKON_CORPORA and in ../shared/corpora beside the checkout. They are not part of the project: without them
only the cases of this file run, and the output says so.

What check.py wants of a case is made of rekon's JSON lines: dates, the signed amount in minor units,
references, narrative; `error` is what rekon lists as errors, or why it refused the file.
"""
import decimal
import gzip
import io
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
REKON = os.environ.get('REKON', str(ROOT / 'build/test/rekon'))
EXPONENTS = {'JPY': 0, 'KRW': 0, 'CLP': 0, 'VND': 0, 'ISK': 0, 'KWD': 3, 'BHD': 3, 'TND': 3}


def minor(amount, currency):
    if amount is None:
        return None
    return str(int(decimal.Decimal(amount).scaleb(EXPONENTS.get(currency, 2))))


def rekon(*words):
    run = subprocess.run([REKON, 'read', *map(str, words)], capture_output=True, timeout=60)
    if run.returncode not in (0, 1, 2, 3, 6):
        raise RuntimeError(f'exit {run.returncode}: {run.stderr[-400:].decode(errors="replace")}')
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()], run.stderr.decode()


def converted(code, lines, stderr):
    """rekon's lines in the form of check.py."""
    result = [line for line in lines if line['type'] == 'result']
    errors = result[0]['errors'] if result else [stderr.strip() or 'no result']
    statements = []
    for line in lines:
        if line['type'] == 'statement':
            statements.append({f'{side}_balance': {'amount_minor': minor(line[f'{side}_balance'],
                                                                         line['currency'])}
                               for side in ('opening', 'closing') if line[f'{side}_balance']})
    return {'error': '; '.join(errors) if errors or code > 1 else None, 'statements': statements,
            'transactions': [{'booking_date': line['booked_on'], 'value_date': line['value_date'],
                              'amount_minor': minor(line['amount'], line['currency']),
                              'currency': line['currency'], 'references': line['references'],
                              'narrative': line['narrative'] or ''}
                             for line in lines if line['type'] == 'entry']}


def rows_of(path, config):
    """Comments are no part of CSV: which lines are some is said by the case, in papaparse's words."""
    comments = {True: '#', False: None}.get(config.get('comments'), config.get('comments'))
    words = ['--comment', comments] if isinstance(comments, str) else []
    code, lines, stderr = rekon(path, '--format', 'rows', *words)
    return {'rows': lines, 'error': stderr.strip() if code else None}


# ---- CSV statements: the case's column profile as a channel file ----

def channel_of(expected):
    profile, titles = expected['profile'], expected['header'][0]
    decimal_sign = {',': 'comma', '.': 'point'}[profile['dec']]
    currency = expected['transactions'][0]['currency']
    if profile['amount'] is not None:
        amount = f'field: c{profile["amount"]}'
    else:
        amount = f'credit: c{profile["credit"]}, debit: c{profile["debit"]}'
    return '\n'.join([
        'channel: corpus', 'kind: bank', 'layout: published', 'timezone: UTC', 'from: 2000-01-01',
        'holds_lapses: no', f'currency: {currency}', "files: {name: '.*'}", 'read:', '  format: delimited',
        f"  delimiter: '{profile['delim']}'", '  titles:',
        *(f"    c{i}: '{title}'" for i, title in enumerate(titles)), 'map:',
        f'  amount: {{{amount}, decimal: {decimal_sign}}}', f'  narrative: c{profile["narr"][0]}',
        f'  reference: c{profile["ref"][0]}', f"  booked: '{{c{profile['date']}}} as {profile['fmt']}'",
        'dated: day', ''])


def read_csv(path, expected, folder):
    rules = folder / 'rules'
    shutil.rmtree(rules, ignore_errors=True)
    shutil.copytree(ROOT / 'rules', rules)
    (rules / 'channels/corpus.yaml').write_text(channel_of(expected))
    return converted(*rekon(path, '--channel', 'corpus', '--config', ROOT / 'rekon.yaml', '--rules', rules))


def run_corpora(folder, got):
    """All cases through check.py; it prints a line for each that fails. Gives passed and failed."""
    for case in (folder / 'cases.txt').read_text().split():
        expected = json.loads((folder / f'{case}.expected.json').read_text())
        kind, path = expected['format'], folder / case
        if kind == 'csvlex':
            answer = rows_of(path, expected.get('config') or {})
        elif kind == 'csv':
            answer = read_csv(path, expected, got)
        else:  # by content, where there is any
            answer = converted(*rekon(path, *([] if path.stat().st_size else ['--format', kind])))
        target = got / f'{case}.json'
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(answer))
    check = subprocess.run([sys.executable, folder / 'check.py', got, folder / 'cases.txt'],
                           capture_output=True, text=True)
    counts = re.search(r'^(\d+) passed, (\d+) failed$', check.stdout, re.M)
    if not counts:
        raise RuntimeError(check.stderr[-2000:])
    print(check.stdout.replace(counts.group(), '').strip() or f'corpora: all {counts.group(1)} cases')
    return int(counts.group(1)), int(counts.group(2))


# ---- cases of our own: what rekon must say, exactly ----

def said(lines):
    """The lines without what is the same everywhere."""
    short = []
    for line in lines:
        if line['type'] == 'statement':
            short.append(('S', line['account'], line['number'], line['currency'], line['opening_balance'],
                          line['closing_balance']))
        elif line['type'] == 'entry':
            short.append(('E', line['line'], line['booked_on'], line['value_date'], line['amount'],
                          line['references'], line['narrative']))
            short += [('D', part['amount'], part['references'], part['narrative'])
                      for part in line['details']]
        else:
            short.append(('R', line['entries'], line['pending'], line['rejects'], line['controls'],
                          line['errors']))
    return short


CASES = []


def case(name, text, *expected):
    CASES.append((name, text if isinstance(text, bytes) else text.encode(), list(expected)))


case('several messages, wrapped narrative, subfields',
     ':20:A\r\n:25:0123\r\n:28C:1/1\r\n:60F:C240304IDR1000,\r\n:61:2403050305C350000,NTRFREF1//B4E07\r\n'
     'more of it\r\n:86:166?00SETOR?20KODE 82024\r\n0305000123?32BUDI\r\n:62M:C240305IDR351000,00\r\n-\r\n'
     ':20:B\r\n:25:0123\r\n:28C:1/2\r\n:60M:C240305IDR351000,00\r\n:62F:C240305IDR351000,00\r\n-}\r\n',
     ('S', '0123', '1/1', 'IDR', '1000', '351000'),
     ('E', 5, '2024-03-05', '2024-03-05', '350000',
      {'customer_ref': 'REF1', 'bank_ref': 'B4E07', 'type_code': 'NTRF', 'supplementary': 'more of it'},
      '166?00SETOR?20KODE 82024\n0305000123?32BUDI'),
     ('S', '0123', '1/2', 'IDR', '351000', '351000'),
     ('R', 1, 0, 0, 'hold', []))
case('reversals: RC takes away, RD gives back',
     ':20:A\n:60F:C240304EUR10,\n:61:240305RC4,NMSCX\n:61:240305RDR1,5NMSCY\n:62F:C240305EUR7,5\n',
     ('S', None, None, 'EUR', '10', '7.5'),
     ('E', 3, None, '2024-03-05', '-4', {'customer_ref': 'X', 'type_code': 'NMSC'}, None),
     ('E', 4, None, '2024-03-05', '1.5', {'customer_ref': 'Y', 'type_code': 'NMSC', 'funds_code': 'R'},
      None),
     ('R', 2, 0, 0, 'hold', []))
case('the turn of the year, both ways',
     ':20:A\n:61:2401021230C1,NMSCX\n:61:2312300102C1,NMSCX\n:61:2403010229C1,NMSCX\n',
     ('S', None, None, None, None, None),
     ('E', 2, '2023-12-30', '2024-01-02', '1', {'customer_ref': 'X', 'type_code': 'NMSC'}, None),
     ('E', 3, '2024-01-02', '2023-12-30', '1', {'customer_ref': 'X', 'type_code': 'NMSC'}, None),
     ('E', 4, '2024-02-29', '2024-03-01', '1', {'customer_ref': 'X', 'type_code': 'NMSC'}, None),
     ('R', 3, 0, 0, 'not given', []))
case('days that do not exist are absent',
     ':20:A\n:61:2302290301D1,NMSCX\n:61:2302280229D1,NMSCX\n',
     ('S', None, None, None, None, None),
     ('E', 2, None, None, '-1', {'customer_ref': 'X', 'type_code': 'NMSC'}, None),
     ('E', 3, None, '2023-02-28', '-1', {'customer_ref': 'X', 'type_code': 'NMSC'}, None),
     ('R', 2, 0, 0, 'not given', ['line 2: a value date that does not exist: "230229"',
                                  'line 3: an entry date that does not exist: "0229"']))
case('FinTS line ends, bank header, Ctrl-Z, cp1252',
     b'BANKXXX@@940@@:20:A@@:25:1@@:60F:D240304JPY5,@@:61:240305C12,NMSCX@@:86:Bayar \xe9\x80@@-@@'
     b':20:B@@:25:2@@\x1a\r\n',
     ('S', '1', None, 'JPY', '-5', None),
     ('E', 6, None, '2024-03-05', '12', {'customer_ref': 'X', 'type_code': 'NMSC'}, 'Bayar \xe9\u20ac'),
     ('S', '2', None, None, None, None),
     ('R', 1, 0, 0, 'not given', []))
case('a lone - inside a narrative, and one that ends the message; bare CR',
     ':20:A\r:61:240305C1,NMSCX\r:86:first\r-\rsecond\r:61:240305C2,NMSCX\r:86:third\r-\rHEADER\r:20:B\r',
     ('S', None, None, None, None, None),
     ('E', 2, None, '2024-03-05', '1', {'customer_ref': 'X', 'type_code': 'NMSC'}, 'first\n-\nsecond'),
     ('E', 6, None, '2024-03-05', '2', {'customer_ref': 'X', 'type_code': 'NMSC'}, 'third'),
     ('S', None, None, None, None, None),
     ('R', 2, 0, 0, 'not given', []))
case('MT942: no balances, the currency is that of the floor limit',
     ':20:A\n:25:9\n:34F:IDRD0,\n:13D:2403051200+0700\n:61:240305EC7,NMSCX\n:90D:0IDR0,\n',
     ('S', '9', None, 'IDR', None, None),
     ('E', 5, None, '2024-03-05', '7', {'customer_ref': 'X', 'type_code': 'NMSC'}, None),
     ('R', 1, 1, 0, 'not given', []))
case('what cannot be read, and a balance that is off, are named',
     ':20:A\n:60F:C240304IDR100,\n:61:240305X1,NMSCX\n:61:240305C,NMSCX\n:61:240305C1,234NMSCX\n'
     ':61:240305C20,NMSCX\n:62F:C240305IDR125,\n',
     ('S', None, None, 'IDR', '100', '125'),
     ('E', 6, None, '2024-03-05', '20', {'customer_ref': 'X', 'type_code': 'NMSC'}, None),
     ('R', 1, 0, 3, 'statement 1 (line 7): opening + entries = 120 IDR, closing balance says 125 IDR: '
                    'more by 5 IDR',
      ['line 3: an entry without C or D', 'line 4: an entry whose amount cannot be read',
       'line 5: an entry whose amount cannot be read']))

ENTRY = '<Ntry>{}<CdtDbtInd>{}</CdtDbtInd>{}</Ntry>'
BALANCE = '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="IDR">{}</Amt>' \
          '<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2024-03-05</Dt></Dt></Bal>'
CAMT = '<?xml version="1.0" encoding="UTF-8"?>\n<{0}Document{1}><{0}BkToCstmrStmt>{2}' \
       '</{0}BkToCstmrStmt></{0}Document>'


def statement(*parts):
    return '<Stmt><Id>S1</Id><LglSeqNb>7</LglSeqNb><Acct><Id><Othr><Id>0123</Id></Othr></Id></Acct>' + \
           ''.join(parts) + '</Stmt>'


case('camt.053: a batch with its parts, a reversal that keeps its sign, times with a zone',
     CAMT.format('', ' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"', statement(
         BALANCE.format('OPBD', '10'), BALANCE.format('CLBD', '17.5'),
         ENTRY.format('<Amt Ccy="IDR">8.5</Amt>', 'CRDT',
                      '<Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>2024-03-05T00:30:00+07:00</DtTm></BookgDt>'
                      '<AcctSvcrRef>R1</AcctSvcrRef><NtryDtls>'
                      '<TxDtls><Refs><EndToEndId>A</EndToEndId></Refs><Amt Ccy="IDR">3.5</Amt>'
                      '<RmtInf><Ustrd>kode 1</Ustrd></RmtInf></TxDtls>'
                      '<TxDtls><Refs><EndToEndId>B</EndToEndId></Refs><Amt Ccy="IDR">5</Amt>'
                      '<RmtInf><Ustrd>kode &amp; 2</Ustrd></RmtInf></TxDtls></NtryDtls>'),
         ENTRY.format('<Amt Ccy="IDR">1</Amt>', 'DBIT',
                      '<RvslInd>true</RvslInd><Sts>BOOK</Sts><ValDt><Dt>2024-03-06</Dt></ValDt>'
                      '<AddtlNtryInf>batal</AddtlNtryInf>'))),
     ('S', '0123', '7', 'IDR', '10', '17.5'),
     ('E', 2, '2024-03-05', None, '8.5', {'AcctSvcrRef': 'R1'}, 'kode 1\nkode & 2'),
     ('D', '3.5', {'EndToEndId': 'A'}, 'kode 1'),
     ('D', '5', {'EndToEndId': 'B'}, 'kode & 2'),
     ('E', 2, None, '2024-03-06', '-1', {}, 'batal'),
     ('R', 2, 0, 0, 'hold', []))
case('camt without namespace; pending entries are not in the balance; a day that does not exist',
     CAMT.format('', '', statement(
         BALANCE.format('PRCD', '10'), BALANCE.format('CLBD', '11'),
         ENTRY.format('<Amt Ccy="IDR">1</Amt>', 'CRDT', '<ValDt><Dt>2023-02-29</Dt></ValDt>'),
         ENTRY.format('<Amt Ccy="IDR">5</Amt>', 'CRDT', '<Sts>PDNG</Sts>'))),
     ('S', '0123', '7', 'IDR', '10', '11'),
     ('E', 2, None, None, '1', {}, None),
     ('E', 2, None, None, '5', {}, None),
     ('R', 2, 1, 0, 'hold', ['line 2: a value date that does not exist: "2023-02-29"']))
case('camt with a prefix; entries without a sign or with an amount that cannot be read are rejects',
     CAMT.format('c:', ' xmlns:c="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"', '<c:Stmt>' + re.sub(
         r'<(/?)', r'<\1c:', ENTRY.format('<Amt Ccy="IDR">1</Amt>', '', '') + '\n'
         + ENTRY.format('<Amt Ccy="IDR">1,5</Amt>', 'CRDT', '')) + '</c:Stmt>'),
     ('S', None, None, None, None, None),
     ('R', 0, 0, 2, 'not given', ['line 2: an entry without CRDT or DBIT',
                                  'line 3: an entry whose amount cannot be read']))
case('camt: a document type is refused, and with it every entity',
     '<?xml version="1.0"?>\n<!DOCTYPE Document [<!ENTITY a "b">]>\n<Document><BkToCstmrStmt/></Document>',
     ('R', 0, 0, 0, 'not given', ['line 2: a document type declaration is refused']))
case('camt that is cut short says where, and keeps what came before',
     CAMT.format('', '', statement(ENTRY.format('<Amt Ccy="IDR">1</Amt>', 'CRDT', '')))[:-30],
     ('S', '0123', '7', None, None, None),
     ('E', 2, None, None, '1', {}, None),
     ('R', 1, 0, 0, 'not given', ['line 2: not well-formed XML: unclosed token']))


def packed(text, how):
    if how == 'gzip':
        return gzip.compress(text)
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as archive:
        archive.writestr('statement.sta', text)
    return out.getvalue()


case('packed with gzip', packed(CASES[1][1], 'gzip'), *CASES[1][2])
case('packed with zip', packed(CASES[1][1], 'zip'), *CASES[1][2])
case('MT940 in UTF-16', b'\xff\xfe' + CASES[1][1].decode().encode('utf-16le'), *CASES[1][2])
UTF16 = CAMT.replace('UTF-8', 'UTF-16').format('', '', statement(ENTRY.format('<Amt Ccy="IDR">1</Amt>', 'CRDT', '')))
case('camt in UTF-16', UTF16.encode('utf-16'), ('S', '0123', '7', None, None, None),
     ('E', 2, None, None, '1', {}, None), ('R', 1, 0, 0, 'not given', []))


def run_own(folder):
    failed = 0
    for name, text, expected in CASES:
        path = folder / 'case.sta'
        path.write_bytes(text)
        code, lines, stderr = rekon(path)
        got = said(lines)
        clean = expected[-1][-1] == [] and expected[-1][4] in ('hold', 'not given')
        if got != expected or code != (0 if clean else 1):
            failed += 1
            print(f'FAIL {name} | exit {code} {stderr}')
            for g, e in itertools.zip_longest(got, expected):
                if g != e:
                    print(f'    got      {g}\n    expected {e}')
    return len(CASES) - failed, failed


def main():
    places = [os.environ.get('REKON_CORPORA'), ROOT.parent / 'shared/corpora']
    corpora = next((pathlib.Path(p) for p in places if p and (pathlib.Path(p) / 'cases.txt').is_file()), None)
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        passed, failed = run_own(folder)
        if corpora:
            more = run_corpora(corpora, folder)
            passed, failed = passed + more[0], failed + more[1]
        else:
            print('the corpora are not here (REKON_CORPORA): only the cases of this file were run')
    finally:
        shutil.rmtree(folder)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
