#!/usr/bin/python3
"""test_mutants: damaged statements are quarantined, or what is taken of them is what they say.

    test_mutants.py [MUTANTS]    of each fixture beside those of every row; default 150

From the golden case of each channel: rows dropped, repeated, swapped; the file cut; digits, bytes and totals
altered. build/test/read_many reads all of them; the judge below reads them again, by rules of its own (put
down here by hand, no line of the engine's and none of rules/). A mutant passes when it is quarantined, or
when every record that the judge sees is an entry or a reject of the engine's with the judge's amount, and
the totals that the file tells agree. What no control can see is counted and listed by kind.
"""
import collections
import pathlib
import random
import re
import subprocess
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
READER = ROOT / 'build' / 'test' / 'read_many'
TRIM = ' \t\r\n'


# ---- the judge: amounts ----

def sign_of(text):
    if len(text) > 2 and text[0] == '(' and text[-1] == ')':
        return -1, text[1:-1].strip(TRIM)
    if text[:1] in ('-', '+'):
        return (-1 if text[0] == '-' else 1), text[1:].strip(TRIM)
    if text[-1:] in ('-', '+'):
        return (-1 if text[-1] == '-' else 1), text[:-1].strip(TRIM)
    return 1, text


def money(text, style):
    """Minor units of a text, None when it is no amount."""
    text = text.strip(TRIM)
    for word in ('Rp.', 'Rp', 'RP', 'IDR'):
        if text.startswith(word):
            text = text[len(word):].strip(TRIM)
            break
    sign, text = sign_of(text)
    point = {'point': '.', 'comma': ',', 'none': None}.get(style, 0)
    if point == 0:  # by the text itself
        signs = [c for c in text if c in '.,']
        if not signs:
            point = None
        elif len(set(signs)) == 2:
            point = signs[-1]
        elif len(signs) > 1:
            point = ',' if signs[0] == '.' else '.'
        elif len(text) - text.index(signs[0]) - 1 == 3:
            if style == 'auto':
                return None
            point = ',' if signs[0] == '.' else '.'
        else:
            point = signs[0]
    group = '' if style == 'none' else '.' if point == ',' else ','
    whole, _, part = text.partition(point) if point else (text, '', '')
    groups = whole.split(group) if group else [whole]
    if len(groups) > 1 and not (1 <= len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])):
        return None
    digits = ''.join(groups)
    if not re.fullmatch('[0-9]*', digits) or not re.fullmatch('[0-9]*', part) or not digits + part:
        return None
    if part[2:].strip('0'):
        return None
    value = int((digits or '0') + (part + '00')[:2])
    return sign * value if value < 2 ** 63 else None


# ---- the judge: records ----

def records(text, delimiter, quoted):
    """(line, cells, good) of each record."""
    out, i, line, n = [], 0, 1, len(text)
    end = '\n' if '\n' in text else '\r'
    while i < n:
        start, cells, good = line, [], True
        while True:
            j = i
            if quoted and text[j:j + 1] == '"':
                j, cell = j + 1, []
                while True:
                    k = text.find('"', j)
                    if k < 0:
                        good, line, j = False, line + text.count(end, j), n
                        break
                    line += text.count(end, j, k)
                    cell.append(text[j:k])
                    j = k + 1
                    if text[j:j + 1] != '"':
                        break
                    cell.append('"')
                    j += 1
                k = j
                while j < n and text[j] not in (delimiter, end):
                    j += 1
                good = good and not text[k:j].strip(' \t\r')
                cells.append(''.join(cell))
            else:
                while j < n and text[j] not in (delimiter, end):
                    j += 1
                cell = text[i:j]
                if end == '\n' and cell.endswith('\r') and (j == n or text[j] == end):
                    cell = cell[:-1]
                cells.append(cell)
            i = j + 1
            if j >= n or text[j] == end:
                line += 1
                break
        out.append((start, cells, good))
    return out


class Statement:
    """What a file says: records by line with their amounts (None: not readable), and its totals."""

    def __init__(self):
        self.rows = {}       # line -> amount
        self.balances = []   # (amount, balance), in the order of the file
        self.unknown = set() # lines whose record is no entry by its shape
        self.filtered = {}
        self.told = {}
        self.whole = True


def columns(cells, titles):
    """Place of each field, or None when this is not the row of titles."""
    names = [cell.strip(TRIM) for cell in cells]
    places, used = {}, set()
    for field, accepted in titles.items():
        optional = accepted[0] is None
        at = next((i for i, name in enumerate(names) if i not in used and name in accepted), None)
        if at is None:
            if not optional:
                return None
            continue
        used.add(at)
        places[field] = at
    needed = max(at for field, at in places.items() if titles[field][0] is not None) + 1
    most = max([i + 1 for i in range(len(names)) if i in used or names[i]])
    return places, needed, most


def apostrophe(text):
    return text[1:] if text.startswith("'") else text


def judge_titles(rule, text):
    s, found = Statement(), None
    for line, cells, good in records(text, rule['delimiter'], rule.get('quoted', True)):
        cells = [cell.strip(TRIM) for cell in cells]
        if good and not any(cells):
            continue
        if not found and not good:
            continue
        if not found:
            found = columns(cells, rule['titles'])
            if not found:
                told = rule['told'](cells)
                s.told.update(told or {})
            continue
        told = rule['told'](cells) if good else None
        if told is not None:
            s.told.update(told)
            continue
        places, needed, most = found
        row = {field: cells[at] for field, at in places.items() if at < len(cells)}
        take(rule, s, line, row, good and len(cells) >= needed and not any(cells[most:]))
    s.whole = found is not None
    return s


def take(rule, s, line, row, good):
    amount = rule['amount'](row) if good else None
    if not good:
        s.unknown.add(line)
    elif rule.get('filtered', lambda row: False)(row):
        s.filtered[line] = amount
        return
    s.rows[line] = amount
    if 'balance' in rule and good:
        s.balances.append((amount, money(row.get('balance', ''), rule['style'])))


def judge_tagged(rule, text):
    s, seen_trailer = Statement(), 0
    fixed = rule.get('fixed')
    rows = records(text, None if fixed else rule['delimiter'], False)
    rows = [(line, cells) for line, cells, _ in rows if any(cell.strip(TRIM) for cell in cells)]
    header = bool(rows) and is_tag(rule, rows[0][1], 'header')
    for i, (line, cells) in enumerate(rows):
        if i == 0 and header:
            continue
        if is_tag(rule, cells, 'trailer'):
            seen_trailer += 1
            s.told.update(zip(('count', 'total'), rule['trailer_of'](cells)))
            s.whole = s.whole and i == len(rows) - 1
        elif is_tag(rule, cells, 'entry') and (fixed or len(cells) >= rule['cells']):
            row = rule['row'](cells)
            take(rule, s, line, row, fixed or not any(c.strip(TRIM) for c in cells[rule['cells']:]))
        else:
            s.rows[line] = None
            s.unknown.add(line)
    s.whole = s.whole and header and seen_trailer == 1
    return s


def is_tag(rule, cells, kind):
    if rule.get('fixed'):
        return cells[0].startswith(rule[kind])
    return cells[0].strip(TRIM) == rule[kind]


# ---- the judge: channels ----

def by_tag(tags, style):
    """Lines told by their first cell: {tag: {name: cell}}."""
    def told(cells):
        if cells[0] not in tags:
            return None
        return {name: apostrophe(cells[at]) if at < len(cells) else ''
                for name, at in tags[cells[0]].items()}
    return told


def by_start(starts):
    def told(cells):
        for start, names in starts.items():
            if cells[0].startswith(start):
                rest = [cells[0][len(start):].strip(TRIM)] + cells[1:]
                if start == 'Periode :' and not re.fullmatch(r'(\S+) - (\S+)', rest[0]):
                    continue
                return {name: apostrophe(rest[i]) for i, name in enumerate(names) if i < len(rest)}
        return None
    return told


def directed(style, plus, minus, field='amount', of='direction'):
    def amount(row):
        value = money(row.get(field, ''), style)
        word = row.get(of, '')
        return None if value is None or word not in plus + minus else value if word in plus else -value
    return amount


def in_cell(style):
    def amount(row):
        text = row.get('amount', '')
        for word, sign in (('DB', -1), ('CR', 1)):
            rest = None
            if text.endswith(word) and len(text) > 2 and not text[-3].isalpha():
                rest = text[:-2]
            elif text.startswith(word) and len(text) > 2 and not text[2].isalpha():
                rest = text[2:]
            if rest is not None:
                value = money(rest, style)
                return None if value is None else sign * value
        return None
    return amount


def two_columns(style):
    def amount(row):
        credit, debit = row.get('credit', ''), row.get('debit', '')
        into = money(credit, style) if credit else 0
        out = money(debit, style) if debit else 0
        if into is None or out is None or not credit + debit or (into and out):
            return None
        return into if into else -out
    return amount


def plain(style, field='amount', plus=0):
    def amount(row):
        value = money(row.get(field, ''), style)
        return value if value is None or value <= 0 else value + plus
    return amount


def nothing(cells):
    return None


BALANCES = {'opening', 'closing', 'total_credit', 'total_debit'}
CHANNELS = {
    'bca': ('BCA_0123456789_20240305.csv', judge_titles, {
        'delimiter': ',', 'style': 'point', 'balance': True, 'needs': BALANCES,
        'titles': {'day': ['Tanggal', 'Date'], 'text': ['Keterangan', 'Description'],
                   'branch': [None, 'Cabang', 'Branch'], 'amount': ['Jumlah', 'Amount'],
                   'direction': [''], 'balance': ['Saldo', 'Balance']},
        'told': by_tag({'No. Rekening': {}, 'Account No.': {}, 'Mata Uang': {}, 'Currency': {},
                        'Saldo Awal': {'opening': 2}, 'Kredit': {'total_credit': 2},
                        'Debet': {'total_debit': 2}, 'Saldo Akhir': {'closing': 2}}, 'point'),
        'filtered': lambda row: apostrophe(row.get('day', '')) in ('PEND', "'PEND"),
        'amount': directed('point', ['CR'], ['DB'])}),
    'bca-bisnis': ('BCABISNIS_0123456789_20240305.csv', judge_titles, {
        'delimiter': ',', 'style': 'point', 'balance': True, 'needs': BALANCES,
        'titles': {'day': ['Tanggal Transaksi', 'Transaction Date'], 'text': ['Keterangan', 'Description'],
                   'amount': ['Jumlah', 'Amount'], 'balance': ['Saldo', 'Balance']},
        'told': by_start({'No. rekening :': [], 'No. Rekening :': [], 'Kode Mata Uang :': [], 'Periode :': [],
                          'Saldo Awal :': ['opening'], 'Mutasi Kredit :': ['total_credit', 'count_credit'],
                          'Mutasi Debet :': ['total_debit', 'count_debit'], 'Saldo Akhir :': ['closing']}),
        'filtered': lambda row: apostrophe(row.get('day', '')) == 'PEND',
        'amount': in_cell('point')}),
    'mandiri': ('MANDIRI_1020005555555_20240305.csv', judge_titles, {
        'delimiter': ',', 'style': 'point', 'told': nothing,
        'titles': {'day': ['Date', 'Posting Date'], 'value': ['Val. Date', 'Value Date'],
                   'first': ['Description'], 'second': ['Description'],
                   'reference': [None, 'Reference No.', 'Reference No'],
                   'debit': ['Debit'], 'credit': ['Credit']},
        'amount': two_columns('point')}),
    'mandiri-estatement': ('MANDIRI_ESTATEMENT_1020005555555_20240301_20240331.csv', judge_titles, {
        'delimiter': ';', 'style': 'comma', 'told': nothing, 'balance': True,
        'titles': {'day': ['Tanggal', 'Date'], 'text': ['Keterangan', 'Remarks'],
                   'credit': ['Dana Masuk (IDR)', 'Incoming Transactions (IDR)'],
                   'debit': ['Dana Keluar (IDR)', 'Outgoing Transactions (IDR)'],
                   'balance': ['Saldo (IDR)', 'Balance (IDR)']},
        'amount': two_columns('comma')}),
    'bri': ('BRI_020601000123456_20240305.csv', judge_titles, {
        'delimiter': ',', 'style': 'point', 'told': nothing, 'balance': True,
        'titles': {'day': ['TGL_TRAN'], 'effective': ['TGL_EFEKTIF'], 'time': ['JAM_TRAN'],
                   'text': ['DESK_TRAN'], 'debit': ['MUTASI_DEBET', 'MUTASI_DEBIT'],
                   'credit': ['MUTASI_KREDIT', 'MUTASI_CREDIT'], 'balance': ['SALDO_AKHIR_MUTASI']},
        'amount': two_columns('point')}),
    'bni': ('BNI_0123456789_20240305.csv', judge_titles, {
        'delimiter': ',', 'style': 'point', 'told': nothing, 'balance': True,
        'titles': {'day': ['Post Date', 'Posting Date', 'Tanggal'],
                   'journal': [None, 'Journal No.', 'Journal No', 'No. Jurnal'],
                   'text': ['Description', 'Uraian Transaksi'], 'amount': ['Amount', 'Jumlah'],
                   'direction': ['Db/Cr', 'D/K', 'D/C'], 'balance': ['Balance', 'Saldo']},
        'amount': directed('point', ['K', 'C', 'CR'], ['D', 'DB'])}),
    'bsi': ('BSI_7123456789_20240305.csv', judge_titles, {
        'delimiter': ',', 'style': 'point', 'told': nothing, 'balance': True,
        'titles': {'id': ['TrxId', 'Trx Id'], 'day': ['Tanggal', 'Trx Date'], 'time': ['Trx Time', 'Jam'],
                   'direction': ['D/K', 'D/C'], 'amount': ['Mutasi', 'Amount'],
                   'balance': ['Saldo', 'Balance'], 'text': ['Keterangan', 'Description']},
        'amount': directed('point', ['K', 'C'], ['D'])}),
    'tokopedia': ('TOKOPEDIA_20240305.csv', judge_titles, {
        'delimiter': ',', 'style': 'point', 'told': nothing,
        'titles': {'order': ['Order ID'], 'at': ['Payment Time'], 'product': ['Product'],
                   'code': ['Billing Code'], 'net': ['Net Amount'], 'fee': ['Fee'], 'status': ['Status']},
        'filtered': lambda row: apostrophe(row.get('status', '')) != 'SUCCESS',
        'amount': lambda row: (lambda net, fee: None if net is None or fee is None else net + fee)(
            money(row.get('net', ''), 'point'), money(row.get('fee', ''), 'point'))}),
    'bukalapak': ('BUKALAPAK_20240305.csv', judge_titles, {
        'delimiter': ';', 'style': 'comma', 'needs': {'count', 'total'}, 'trailer': True,
        'titles': {'order': ['No Transaksi', 'Nomor Transaksi'], 'at': ['Waktu Bayar'],
                   'code': ['Kode Billing'], 'amount': ['Nominal'], 'status': ['Status']},
        'told': by_tag({'TOTAL': {'count': 1, 'total': 2}}, 'comma'),
        'filtered': lambda row: apostrophe(row.get('status', '')) != 'BERHASIL',
        'amount': plain('comma')}),
    'finnet': ('FINNET_20240306.csv', judge_titles, {
        'delimiter': ',', 'style': 'grouped', 'told': nothing,
        'titles': {'at': ['Transaction Date'], 'settled': ['Settlement Date'],
                   'code': [None, 'Billing Code', 'Kode Billing', 'Order ID'],
                   'amount': ['Settlement Amount', 'Settlement Ammount'], 'product': ['Product Name']},
        'amount': plain('grouped', plus=222000)}),
    'qris': ('QRIS_20240305.csv', judge_titles, {
        'delimiter': ';', 'style': 'comma', 'needs': {'count', 'total'},
        'titles': {'day': ['Tanggal Transaksi'], 'time': ['Jam', 'Waktu'], 'rrn': ['RRN'],
                   'invoice': ['Invoice', 'No. Invoice'], 'amount': ['Nominal'], 'status': ['Status']},
        'told': by_tag({'Tanggal': {}, 'Jumlah Transaksi': {'count': 1}, 'Total Nominal': {'total': 1}},
                       'comma'),
        'filtered': lambda row: apostrophe(row.get('status', '')) not in ('Sukses', 'SUKSES', 'Success'),
        'amount': plain('comma')}),
    'aggregator': ('AGREGATOR_20240305.csv', judge_titles, {
        'delimiter': ';', 'style': 'auto', 'told': nothing,
        'titles': {'id': ['IDTRX'], 'at': ['TGL_WAKTU', 'TGLWAKTU'], 'product': ['PRODUK'],
                   'merchant': ['MERCHANT'], 'code': ['IDPEL', 'ID_PEL'], 'amount': ['RP_TAGIHAN', 'RP_TAG'],
                   'status': ['STATUS']},
        'filtered': lambda row: apostrophe(row.get('status', '')) == '0',
        'amount': plain('auto')}),
    'indomaret': ('IDMREKON_20240305.txt', judge_tagged, {
        'delimiter': '|', 'style': 'none', 'cells': 9, 'header': 'H', 'entry': 'D', 'trailer': 'T',
        'needs': {'count', 'total'}, 'row': lambda c: {'amount': c[5].strip(TRIM), 'status': c[8].strip(TRIM)},
        'trailer_of': lambda c: [apostrophe(c[i].strip(TRIM)) if i < len(c) else '' for i in (1, 2)],
        'filtered': lambda row: apostrophe(row['status']) != '00', 'amount': plain('none')}),
    'alfamart': ('PNBP000751410020240306.txt', judge_tagged, {
        'delimiter': ';', 'style': 'none', 'cells': 7, 'header': '0', 'entry': '1', 'trailer': '9',
        'needs': {'count', 'total'}, 'row': lambda c: {'amount': c[4].strip(TRIM)},
        'trailer_of': lambda c: [apostrophe(c[i].strip(TRIM)) if i < len(c) else '' for i in (1, 2)],
        'amount': plain('none')}),
    'pos': ('POSREKON_20240305.txt', judge_tagged, {
        'fixed': True, 'style': 'none', 'header': 'H', 'entry': 'D', 'trailer': 'T', 'over_all': True,
        'needs': {'count', 'total'}, 'row': lambda c: {'amount': c[0][39:51].strip(TRIM)},
        'trailer_of': lambda c: [apostrophe(c[0][1:9].strip(TRIM)), apostrophe(c[0][9:24].strip(TRIM))],
        'amount': plain('none')}),
}


def running(balances, opening, closing):
    """Each balance follows from the one before, newest last or newest first; one that cannot be read (its
    record is rejected) is passed over with its amount."""
    for rows in (balances, balances[::-1]):
        good, at = True, opening
        for amount, balance in rows:
            if amount is None:
                return False
            if balance is None:
                at = None if at is None else at + amount
                continue
            good = good and (at is None or at + amount == balance)
            at = balance
        if good and (closing is None or not rows or at == closing):
            return True
    return False


def agrees(rule, s):
    """None, or what of the file's own totals the judge finds wrong."""
    if not s.whole:
        return 'not whole'
    amounts = list(s.rows.values())
    told = {name: text for name, text in s.told.items() if text}
    checked = {'opening', 'closing', 'total', 'total_credit', 'total_debit'} & set(told)
    if None in amounts and (checked or rule.get('balance')):
        return 'a record without amount under a total'
    known = [a for a in amounts if a is not None]
    whole = len(amounts) + (len(s.filtered) if rule.get('over_all') else 0)
    values = {name: money(text, rule['style']) for name, text in told.items()}
    if rule.get('needs', set()) - set(s.told):
        return 'a total is missing'
    wanted = {'total': sum(known), 'count': whole * 100,
              'total_credit': sum(a for a in known if a >= 0),
              'total_debit': -sum(a for a in known if a < 0),
              'count_credit': 100 * sum(a >= 0 for a in known), 'count_debit': 100 * sum(a < 0 for a in known)}
    for name, value in values.items():
        if name in wanted and value != wanted[name] and not (name == 'total_debit' and value == -wanted[name]):
            return name
    opening, closing = values.get('opening'), values.get('closing')
    if None not in (opening, closing) and opening + sum(known) != closing:
        return 'balances'
    if rule.get('balance') and not running(s.balances, opening, closing):
        return 'running balance'
    return None


# ---- mutants ----

def mutants(data, dice, count):
    """(kind, bytes): every row dropped and repeated, every pair of neighbours swapped, then by lot."""
    rows = data.splitlines(keepends=True)
    for i in range(len(rows)):
        yield 'row dropped', b''.join(rows[:i] + rows[i + 1:])
        yield 'row repeated', b''.join(rows[:i + 1] + rows[i:])
        if i:
            yield 'rows swapped', b''.join(rows[:i - 1] + [rows[i], rows[i - 1]] + rows[i + 1:])
        yield 'cut after a row', b''.join(rows[:i])
    digits = [i for i, c in enumerate(data) if chr(c).isdigit()]
    for _ in range(count):
        at = dice.randrange(len(data))
        digit = dice.choice(digits)
        other = dice.choice(b'0123456789')
        yield 'digit altered', data[:digit] + bytes([other]) + data[digit + 1:]
        yield 'byte altered', data[:at] + bytes([dice.choice(b'09a ,;|"\'.-\n\x00\xe9')]) + data[at + 1:]
        yield 'byte dropped', data[:at] + data[at + 1:]
        yield 'byte added', data[:at] + bytes([dice.choice(b'09a ,;|"\'.-\n')]) + data[at:]
        yield 'cut in a row', data[:at]
        i, j = sorted(dice.sample(range(len(rows)), 2)) if len(rows) > 1 else (0, 0)
        row = bytearray(rows[i])
        places = [k for k, c in enumerate(row) if chr(c).isdigit()]
        if len(places) > 1:
            k = dice.randrange(len(places) - 1)
            row[places[k]], row[places[k + 1]] = row[places[k + 1]], row[places[k]]
        yield 'digits swapped', b''.join(rows[:i] + [bytes(row)] + rows[i + 1:])
        yield 'row moved', b''.join(rows[:i] + rows[i + 1:j + 1] + [rows[i]] + rows[j + 1:])


def unused(told, line):
    """A key of the line: parts of a batch stand on one."""
    while line in told:
        line += 2 ** -20
    return line


def read_all(files):
    """The engine's word on each (name, bytes): fate, {line: (amount, code)}, {line: amount}, filtered."""
    given = b''.join(name.encode() + b'\t%d\n' % len(data) + data for name, data in files)
    done = subprocess.run([READER], input=given, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    results = []
    for line in done.stdout.decode('utf-8', 'replace').split('\n'):
        word = line.split(' ')
        if word[0] == 'F' and len(word) > 4:
            results.append((word[1], {}, {}, int(word[4]), ' '.join(word[5:])))
        elif word[0] == 'E':
            results[-1][1][unused(results[-1][1], int(word[1]))] = (int(word[2]), word[3])
        elif word[0] == 'R':
            results[-1][2][unused(results[-1][2], int(word[1]))] = None if word[2] == '-' else int(word[2])
    return results


def compare(rule, judge, data, result):
    """None when the mutant passes, else why not."""
    fate, entries, rejects, filtered, _ = result
    if fate == 'quarantined':
        return None
    if fate != 'accepted':
        return fate
    s = judge(rule, data.decode('latin-1'))
    fault = agrees(rule, s)
    if fault:
        return 'accepted, but: ' + fault
    if set(entries) | set(rejects) != set(s.rows):
        return f'records on lines {sorted(s.rows)}, taken {sorted(entries)} and {sorted(rejects)}'
    if filtered != len(s.filtered):
        return f'{len(s.filtered)} records filtered, engine says {filtered}'
    digits = data.replace(b' ', b'')
    for line, (amount, code) in entries.items():
        if line in s.unknown or amount != s.rows[line]:
            return f'line {line}: {s.rows[line]}, engine says {amount}'
        if code != '0' and code.encode() not in digits:
            return f'line {line}: {code} stands nowhere'
    for line, amount in rejects.items():
        if amount is not None and amount != s.rows[line]:
            return f'line {line}: {s.rows[line]}, rejected with {amount}'
    return None


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    passed, failures, unseen = 0, [], collections.Counter()
    for channel, (name, judge, rule) in CHANNELS.items():
        data = (ROOT / 'tests' / 'golden' / channel / 'input' / name).read_bytes()
        dice = random.Random(zlib.crc32(channel.encode()))
        made = [('unchanged', data)] + [m for m in mutants(data, dice, count) if m[1] != data]
        results = read_all([(name, content) for _, content in made])
        assert len(results) == len(made), f'{len(made)} files, {len(results)} results'
        if results[0][0] != 'accepted':
            failures.append((channel, 'unchanged', results[0][4], data))
        original = collections.Counter(results[0][1].values())
        fates = collections.Counter()
        for (kind, content), result in zip(made, results):
            fault = compare(rule, judge, content, result)
            fates[result[0]] += 1
            if fault:
                failures.append((channel, kind, fault, content))
                continue
            passed += 1
            same = collections.Counter(result[1].values()) == original
            if result[0] == 'accepted' and len(result[2]) <= len(results[0][2]) and not same:
                unseen[kind, channel] += 1
        print(f'{channel:<20}' + ', '.join(f'{n} {fate}' for fate, n in sorted(fates.items())))
    print('\nother entries than before, and nothing in the file can tell (kind: channel mutants):')
    for kind in sorted({kind for kind, _ in unseen}):
        print(f'  {kind:<16}' + ', '.join(f'{c} {n}' for (k, c), n in sorted(unseen.items()) if k == kind))
    for channel, kind, fault, content in failures[:10]:
        print(f'\n{channel}, {kind}: {fault}\n{content.decode("latin-1")}')
    broken = {channel for channel, _, _, _ in failures}
    print(f'\n{passed} of {passed + len(failures)} mutants are as they should be; channels:')
    print(f'{len(CHANNELS) - len(broken)} passed, {len(broken)} failed')
    return bool(failures)


if __name__ == '__main__':
    sys.exit(main())
