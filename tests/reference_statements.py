"""reference_statements: the files of the channels, read a second time, plain and slow; see reference.py."""

import csv
import hashlib
import io
import re
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

WIB = timezone(timedelta(hours=7))
CODE = re.compile(r"\d{15}", re.ASCII)  # in a field of its own: a mistyped one may begin with any digit
CODE_READ = re.compile(r"\d{15}|(?!0{14})\d{14}|[1-9]\d{15}", re.ASCII)  # one digit may be lost or doubled
CODE_INSIDE = re.compile(r"[789]\d{14}", re.ASCII)
# One blank may stand between any two digits of the code; no digit may touch it. Those with the fewest blanks count.
CODE_IN_TEXT = re.compile(r"(?<![0-9])(?=([789](?: ?[0-9]){14})(?![0-9]))")


class Entry:
    """One line of money. `paid_from` to `paid_until`: when the customer paid, as far as it is known."""

    def __init__(self, line, paid_from, paid_until, amount, code="", reference="", ignored_by="",
                 several_codes=False, windows=(), mistyped=()):
        self.line, self.paid_from, self.paid_until = line, paid_from, paid_until
        self.amount, self.code, self.reference = amount, code, reference
        self.ignored_by, self.several_codes, self.windows = ignored_by, several_codes, windows
        self.settles = False  # no payment: a channel pays over what it took
        self.fee = Decimal(0)  # what the channel keeps back of it when it pays over
        self.booked_on = paid_from.date()
        self.outcome = self.reason = self.rule = ""
        self.mistyped = mistyped  # numbers in the text that may be a code with a slip, where no code stands
        self.application, self.candidates = None, []
        self.keys = {}  # kind: the key as it is compared
        self.named = []  # the applications that its keys leave, where they do not decide
        self.key_rule = ""  # the rule of the key by which it was linked, where that is not the code
        self.names_group = False  # a key other than the code that several of a group have names all of it
        self.by_journal = False  # goes back without a code: by its reference
        self.shared = []  # the applications of one group that have its code
        self.allocated = []  # (application, amount), of a payment for a group
        self.forced = None  # the application that it pays by decision, whatever its code and its time
        self.held = []  # applications whose lapse waits for it: the candidates, listed or not


class Reject(Exception):
    """A line that cannot be read. Its amount still counts, and its code still names an application,
    where those fields could be read; in a line with too few fields nothing can be trusted."""

    def __init__(self, reason, amount=None, code=""):
        super().__init__(reason)
        self.amount, self.code = amount, code


class Statement:
    def __init__(self, name, content, channel, day):
        self.name, self.channel, self.day = name, channel, day
        self.digest = hashlib.sha256(content).hexdigest()
        self.entries, self.rejects = [], []  # rejects: (line, Reject)
        self.fault = ""  # why the file is quarantined
        self.account, self.held = "", False

    def add(self, line, read):
        try:
            entry = read()
        except Reject as reject:
            self.rejects.append((line, reject))
            return
        if entry:
            self.entries.append(entry)

    def check(self, what, stated, found):
        if stated != found and not self.fault:
            self.fault = f"{what}: the file says {stated}, its lines give {found}"

    def count(self):
        return len(self.entries) + len(self.rejects)

    def total(self):
        amounts = [entry.amount for entry in self.entries] + [reject.amount for _, reject in self.rejects]
        return None if None in amounts else sum(amounts, Decimal(0))


def whole_rupiah(text):
    if not re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?", text.strip(), re.ASCII):
        raise Reject("not an amount")
    return Decimal(text.strip())


def moment(text, shape, amount, code=""):
    try:
        return datetime.strptime(text, shape).replace(tzinfo=WIB)
    except ValueError:
        raise Reject("not a time", amount, code if CODE.fullmatch(code) else "") from None


def whole_day(day):
    return (datetime.combine(day, time(0), WIB), datetime.combine(day, time(23, 59, 59, 999999), WIB))


def lines_of(content):
    return content.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n").split("\n")


def read_indomaret(statement, content):
    """H|agent|day, D|store|day|time|code|amount|fee|stan|status, T|count|total of those with 00."""
    lines = lines_of(content)
    for number, line in enumerate(lines[1:-1], 2):
        statement.add(number, lambda cells=line.split("|"): indomaret_entry(number, cells))
    header, trailer = lines[0].split("|"), lines[-1].split("|")
    statement.check("header", "H", header[0])
    statement.check("trailer", "T", trailer[0])
    if not statement.fault:
        statement.check("count", int(trailer[1]), statement.count())
        statement.check("total", Decimal(trailer[2]), statement.total())


def indomaret_entry(number, cells):
    if len(cells) != 9:
        raise Reject("not nine fields")
    if cells[8] != "00":
        return None
    amount = whole_rupiah(cells[5])
    paid = moment(cells[2] + cells[3], "%Y%m%d%H%M%S", amount, cells[4])
    return Entry(number, paid, paid, amount, cells[4], cells[7])


def read_pos(statement, content):
    """Fixed width: D, office 5, day 8, time 6, product 4, code 15, amount 12, receipt 12."""
    lines = lines_of(content)
    for number, line in enumerate(lines[1:-1], 2):
        statement.add(number, lambda text=line: pos_entry(number, text))
    statement.check("header", "H", lines[0][:1])
    statement.check("trailer", "T", lines[-1][:1])
    if not statement.fault:
        statement.check("count", int(lines[-1][1:9]), statement.count())
        statement.check("total", Decimal(lines[-1][9:24]), statement.total())


def pos_entry(number, text):
    amount = whole_rupiah(text[39:51])
    paid = moment(text[6:20], "%Y%m%d%H%M%S", amount, text[24:39])
    ignored_by = "ongkos-kirim" if text[20:24] == "KURR" else ""
    return Entry(number, paid, paid, amount, text[24:39].strip(), text[51:63].strip(), ignored_by)


def read_tokopedia(statement, content):
    """Titles, then one order a row; the customer paid net + fee."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    titles = next(rows)
    for cells in rows:
        statement.add(rows.line_num, lambda: tokopedia_entry(rows.line_num, titles, cells))


def tokopedia_entry(number, titles, cells):
    if len(cells) != len(titles):
        raise Reject("not as many fields as titles")
    row = dict(zip(titles, cells))
    amount = whole_rupiah(row["Net Amount"]) + whole_rupiah(row["Fee"])
    if row["Status"] != "SUCCESS":
        return None
    paid = moment(row["Payment Time"], "%Y-%m-%d %H:%M:%S", amount, row["Billing Code"])
    entry = Entry(number, paid, paid, amount, row["Billing Code"], row["Order ID"])
    entry.fee = whole_rupiah(row["Fee"])
    return entry


def read_bca(statement, content):
    """Account lines, titles, 'day,narrative,branch,amount,DB or CR,balance, then four balances."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    told, balances = {}, []
    for cells in rows:
        if len(cells) == 3 and cells[1] == "=":
            told[cells[0]] = cells[2]
        elif len(cells) == 6 and cells[0] != "Tanggal":
            statement.add(rows.line_num, lambda: bca_entry(rows.line_num, cells))
            balances.append(Decimal(cells[5]))
    statement.account = statement.name.split("_")[1]
    for entry, balance in zip(statement.entries, balances):
        entry.balance = balance
    running = Decimal(told["Saldo Awal"])
    for entry, balance in zip(statement.entries, balances):
        running += entry.amount
        statement.check("balance", balance, running)
    amounts = [entry.amount for entry in statement.entries]
    statement.check("Kredit", Decimal(told["Kredit"]), sum((a for a in amounts if a > 0), Decimal(0)))
    statement.check("Debet", Decimal(told["Debet"]), -sum((a for a in amounts if a < 0), Decimal(0)))
    statement.check("Saldo Akhir", Decimal(told["Saldo Akhir"]), running)


def bca_entry(number, cells):
    amount = whole_rupiah(cells[3]) * (-1 if cells[4] == "DB" else 1)
    day = moment(cells[0].lstrip("'"), "%d/%m/%Y", amount).date()
    entry = bank_entry(number, cells[1], amount, *whole_day(day), "")
    entry.narrative = cells[1].strip()
    if amount > 0 and re.search(r"\bTOKOPEDIA PAYOUT\b", cells[1]):
        entry.ignored_by, entry.settles = "pelimpahan-tokopedia", True
    return entry


def codes_inside(narrative):
    """The codes that may stand in numbers of more than 15 digits, as (code, whole), where a number of 16 may
    be a code of which one digit was typed twice; none where there are more than 64."""
    numbers = [number for number in re.findall(r"[0-9]+", narrative) if len(number) > 15]
    found = {number[i:i + 15] for number in numbers for i in range(len(number) - 14)
             if CODE_INSIDE.fullmatch(number[i:i + 15])}
    without = {number[:i] + number[i + 1:] for number in numbers if len(number) == 16 for i in range(15)
               if number[i] == number[i + 1]}
    doubled = {code for code in without if CODE_INSIDE.fullmatch(code)} - found
    all_codes = [(code, True) for code in sorted(found)] + [(code, False) for code in sorted(doubled)]
    return all_codes if len(all_codes) <= 64 else ()


def bca_ignores(narrative, amount):
    if amount < 0 and re.search(r"\bPELIMPAHAN\b", narrative):
        return "pelimpahan"
    if amount < 0 and re.search(r"\b(BIAYA ADM|PAJAK BUNGA)\b", narrative):
        return "biaya-bank"
    return "bunga-bank" if amount > 0 and re.match(r"BUNGA\b", narrative) else ""


def mistyped_numbers(narrative):
    """Numbers that may be a code with a digit wrong, lost or doubled: of 14 or 15 digits, or of 14 to 16 that
    one blank parts; more than four different ones tell nothing."""
    numbers = {number for number in re.findall(r"[0-9]+", narrative) if len(number) in (14, 15)}
    for parted in re.finditer(r"(?<![0-9])(?=([0-9]+) ([0-9]+))", narrative):
        joined = parted[1] + parted[2]
        if len(joined) in (14, 15, 16):
            numbers.add(joined)
    numbers = {n for n in numbers if n.strip("0") and not (len(n) == 16 and n[0] == "0")}
    return sorted(numbers) if len(numbers) <= 4 else ()


def bank_entry(number, narrative, amount, paid_from, paid_until, reference):
    found = CODE_IN_TEXT.findall(narrative)
    codes = {text.replace(" ", "") for text in found if len(text) == min(map(len, found))}
    several = [(code, True) for code in sorted(codes)] if 1 < len(codes) <= 64 else ()
    return Entry(number, paid_from, paid_until, amount, min(codes) if len(codes) == 1 else "", reference,
                 bca_ignores(narrative, amount), len(codes) > 1, several if codes else codes_inside(narrative),
                 () if codes else mistyped_numbers(narrative))


def read_bni(statement, content):
    """Titles, then time,branch,journal,narrative,amount,K or D,balance; each balance follows."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    next(rows)
    before = None
    for time_, _, journal, narrative, amount, direction, balance in rows:
        signed = whole_rupiah(amount) * (-1 if direction == "D" else 1)
        paid = moment(time_, "%d/%m/%y %H.%M.%S", signed)
        statement.add(rows.line_num, lambda: bank_entry(rows.line_num, narrative, signed, paid, paid, journal))
        if before is not None:
            statement.check("balance", Decimal(balance), before + signed)
        before = Decimal(balance)


def read_mandiri(statement, content):
    """Titles, then account,day,value day,kind,text,text,reference,debit,credit."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    next(rows)
    for _, day, _, _, first, second, reference, debit, credit in rows:
        signed = Decimal(credit) - Decimal(debit)
        days = whole_day(datetime.strptime(day, "%d/%m/%y").date())
        statement.add(rows.line_num,
                      lambda: bank_entry(rows.line_num, f"{first} {second}", signed, *days, reference))


# Holidays and joint leave that fall on Monday to Friday, as month and day.
FREE = {
    2022: "0201 0228 0303 0415 0429 0502 0503 0504 0505 0506 0516 0526 0601 0817",
    2023: "0123 0322 0323 0407 0419 0420 0421 0424 0425 0501 0518 0601 0602 0628 0629 0630 0719 "
          "0817 0928 1225 1226",
    2024: "0101 0208 0209 0214 0311 0312 0329 0408 0409 0410 0411 0412 0415 0501 0509 0510 0523 "
          "0524 0617 0618 0916 1127 1225 1226",
    2025: "0101 0127 0128 0129 0328 0331 0401 0402 0403 0404 0407 0418 0501 0512 0513 0529 0530 "
          "0606 0609 0627 0818 0905 1225 1226",
    2026: "0101 0116 0216 0217 0318 0319 0320 0323 0324 0403 0501 0514 0515 0527 0528 0601 0616 "
          "0817 0825 1224 1225",
}


def working_day(day, step):
    while day.weekday() > 4 or day.strftime("%m%d") in FREE.get(day.year, "").split():
        day += timedelta(days=step)
    return day


def read_lhp(statement, content):
    """Titles, then book day;NTPN;NTB;code;amount: paid from 15:00 of the working day before up to 15:00."""
    for number, line in enumerate(lines_of(content)[1:], 2):
        day, ntpn, _, code, amount = line.split(";")
        booked = date.fromisoformat(day)
        before = working_day(booked - timedelta(days=1), -1)
        first, last = (datetime.combine(each, time(15), WIB) for each in (before, booked))
        statement.add(number, lambda: Entry(number, first, last - timedelta(microseconds=1),
                                            whole_rupiah(amount), code, ntpn))
        if statement.entries:
            statement.entries[-1].booked_on = booked


KEY_KINDS = ("ntpn", "virtual_account", "application_number")
KEY_IN_TEXT = {"ntpn": r"NTPN[ :]*([0-9A-Za-z]{16})\b", "virtual_account": r"\bVA[ :]*([0-9]{6,30})\b"}


def plain_key(kind, text):
    """Letters and digits in capitals, whatever they are written with; "" for what cannot be such a key."""
    plain = re.sub(r"[ ./-]", "", text).upper()
    if not re.fullmatch(r"[0-9A-Z]{1,64}", plain) or not re.search("[1-9]", plain):
        return ""
    if len(plain) > 5 and len(set(plain)) == 1:
        return ""
    if kind == "ntpn":
        return plain if len(plain) == 16 else ""
    plain = plain.lstrip("0") if plain.isdigit() else plain
    return "" if kind == "virtual_account" and not re.fullmatch("[0-9]{6,30}", plain) else plain


def key_of(kind, field, text):
    """From a field of its own, else the only one in the text."""
    if plain_key(kind, field):
        return plain_key(kind, field)
    found = {plain_key(kind, each) for each in re.findall(KEY_IN_TEXT.get(kind, "(?!)()"), text)} - {""}
    return found.pop() if len(found) == 1 else ""


def read_gerbang(statement, content):
    """Titles, then time;reference;NTPN;VA;number;code;amount;K or D;text."""
    for number, line in enumerate(lines_of(content)[1:], 2):
        when, reference, *keys, code, amount, direction, text = line.split(";")
        signed = whole_rupiah(amount) * (-1 if direction == "D" else 1)
        paid = moment(when, "%d/%m/%Y %H:%M:%S", signed)
        entry = Entry(number, paid, paid, signed, code, reference)
        entry.keys = {kind: key_of(kind, field, text) for kind, field in zip(KEY_KINDS, keys)
                      if key_of(kind, field, text)}
        statement.entries.append(entry)


CHANNELS = {
    "bca": (re.compile(r"BCA_\d+_(\d{8})\.csv"), read_bca),
    "bni": (re.compile(r"BNI_\d+_(\d{8})\.csv"), read_bni),
    "gerbang": (re.compile(r"GERBANG_(\d{8})\.csv"), read_gerbang),
    "indomaret": (re.compile(r"IDMREKON_(\d{8})\.txt"), read_indomaret),
    "lhp": (re.compile(r"LHP_(\d{8})\.csv"), read_lhp),
    "mandiri": (re.compile(r"MANDIRI_\d+_(\d{8})\.csv"), read_mandiri),
    "pos": (re.compile(r"POSREKON_(\d{8})\.txt"), read_pos),
    "tokopedia": (re.compile(r"TOKOPEDIA_(\d{8})\.csv"), read_tokopedia),
}


def read_statements(paths):
    """Every file once, however often and under whatever name it was given; sorted by digest."""
    statements = {}
    for path in paths:
        content = path.read_bytes()
        for channel, (pattern, read) in CHANNELS.items():
            name = pattern.fullmatch(path.name)
            if not name:
                continue
            day = datetime.strptime(name[1], "%Y%m%d").date()
            statement = Statement(path.name, content, channel, day)
            if statement.digest not in statements:
                read(statement, content)
                statements[statement.digest] = statement
    return [statements[digest] for digest in sorted(statements)]


def number_and_align(statements):
    """Several downloads of one account and day: each row counts once, in the one that has fewest rows; one
    that lacks a row of those before it is held, and none of it counts."""
    for statement in statements:
        for ordinal, entry in enumerate(statement.entries, 1):
            entry.statement, entry.ordinal = statement, ordinal
    downloads = defaultdict(list)
    for statement in statements:
        if statement.channel == "bca":
            downloads[statement.account, statement.day].append(statement)
    for same in downloads.values():
        known, rejects = Counter(), False
        for statement in sorted(same, key=lambda s: (len(s.entries), s.digest)):
            has = Counter(row_key(entry) for entry in statement.entries)
            if statement is not min(same, key=lambda s: (len(s.entries), s.digest)):
                statement.held = bool(known - has) or rejects or bool(statement.rejects)
            if statement.held:
                statement.entries, statement.rejects = [], []
                continue
            rejects = rejects or bool(statement.rejects)
            left = Counter(known)
            fresh = []
            for entry in statement.entries:
                if left[row_key(entry)] > 0:
                    left[row_key(entry)] -= 1
                else:
                    fresh.append(entry)
            statement.entries = fresh
            known |= has


def row_key(entry):
    return entry.paid_from, entry.amount, entry.narrative, entry.balance
