#!/usr/bin/python3
"""reference: `rekon match` a second time, plain and slow, to check the engine by.

    reference.py --applications applications.csv --statements PATH... --out DIR [--as-at TIME]

Written from the rules, not from the engine: it shares no code with it and reads no YAML. What stands
under "the rules" below is what rules/*.yaml say for the four channels, put in Python once more. All
money is in rupiah as Decimal, all times are datetimes with an offset.
"""

import argparse
import csv
import hashlib
import io
import re
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from pathlib import Path

# ---- the rules ----------------------------------------------------------------------------------

WIB = timezone(timedelta(hours=7))
CODE = re.compile(r"\d{15}", re.ASCII)  # in a field of its own: a mistyped one may begin with any digit
CODE_INSIDE = re.compile(r"[789]\d{14}", re.ASCII)
# One blank may stand between any two digits of the code; no digit may touch it.
CODE_IN_TEXT = re.compile(r"(?<![0-9])[789](?: ?[0-9]){14}(?![0-9])")
SPARED = "in time: an outage stopped the clock"
NEAR_RULE = "salah-ketik"
UNKNOWN_CODE = "no application has this billing code"
MATCHING_RULE = "kode-billing"
LISTED_MAX = 20  # candidates of an entry; where there are more, it is never suggested
TOO_MANY = "too many possibilities"

# From 17-12-2024 (PP 45/2024) ten years cost more; before that both validities cost the same.
PRICES = [
    (date(2019, 9, 11), {"paspor-biasa": 350000, "paspor-elektronik": 650000,
                         "splp": 100000, "splp-asing": 150000}),
    (date(2024, 12, 17), {("paspor-biasa", "5"): 350000, ("paspor-biasa", "10"): 650000,
                          ("paspor-elektronik", "5"): 650000, ("paspor-elektronik", "10"): 950000,
                          "splp": 100000, "splp-asing": 150000, "paspor-pmi-pertama": 0,
                          "paspor-tidak-mampu": 0, "paspor-beasiswa": 0}),
]
CHARGES = {"hilang": 1000000, "rusak": 500000, "percepatan": 1000000}


def due_by_tariff(service, validity, charges, day):
    """What an application owes by the tariff of its day, or None."""
    prices = [row for since, row in PRICES if since <= day]
    if not prices:
        return None
    price = prices[-1].get((service, validity), prices[-1].get(service))
    words = charges.replace(";", " ").split()
    if price is None or any(word not in CHARGES for word in words):
        return None
    return Decimal(price + sum(CHARGES[word] for word in words))


M_PASPOR = datetime(2022, 1, 26)
# No clock ran on these days of the office's own calendar: [from, until).
OUTAGES = [(datetime(2022, 4, 11), datetime(2022, 4, 18)), (datetime(2024, 6, 20), datetime(2024, 6, 28))]


def cutoffs(zone):
    """Year ends: 2021 at 23:00 of the office, 2024 at 23:59 WIB for all."""
    return [datetime(2021, 12, 31, 23, tzinfo=zone), datetime(2024, 12, 31, 23, 59, tzinfo=WIB)]


def deadline_of(row, submitted_at, outages):
    """Two hours from the submission, in which outages do not count; seven days from the interview before
    M-Paspor; none for those who come in person or have priority. The next year end ends it all."""
    zone = submitted_at.tzinfo
    if row.get("source", "") in ("walk-in", "priority"):
        return None
    begins, left = submitted_at, timedelta(hours=2)
    if submitted_at.replace(tzinfo=None) < M_PASPOR:
        begins, left, outages = interview_of(row, submitted_at), timedelta(days=7), []
    at = begins
    for start, end in sorted((start.replace(tzinfo=zone), end.replace(tzinfo=zone)) for start, end in outages):
        if at < end and at + left > start:
            left -= max(start - at, timedelta(0))
            at = end
    return min([at + left] + [cutoff for cutoff in cutoffs(zone) if cutoff >= begins])


def interview_of(row, submitted_at):
    if row.get("attended_at"):
        return datetime.fromisoformat(row["attended_at"])
    if row.get("appointment_on"):
        return datetime.combine(date.fromisoformat(row["appointment_on"]), time(23, 59, 59), submitted_at.tzinfo)
    return datetime.fromisoformat(row["billed_at"]) if row.get("billed_at") else submitted_at


# ---- applications -------------------------------------------------------------------------------

class Application:
    def __init__(self, row):
        self.id = row["application_id"]
        self.office = row["office"]
        self.code = row["billing_code"]
        self.submitted_at = datetime.fromisoformat(row["submitted_at"])
        self.zone = self.submitted_at.tzinfo
        self.cancelled = row.get("status") == "cancelled"
        since = row.get("status_at") if self.cancelled else ""
        self.cancelled_at = datetime.fromisoformat(since) if since else None
        self.deadline = deadline_of(row, self.submitted_at, OUTAGES)
        self.deadline_without_outages = deadline_of(row, self.submitted_at, [])
        self.due = Decimal(row["amount_due"]) if row["amount_due"] else due_by_tariff(
            row["service"], row.get("validity", ""), row.get("charges", ""),
            self.submitted_at.date())
        self.entries = []
        self.state = self.reason = ""
        self.payment = None  # the entry that decides the state


def read_applications(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [Application(row) for row in csv.DictReader(file)]


# ---- statements ---------------------------------------------------------------------------------

class Entry:
    """One line of money. `paid_from` to `paid_until`: when the customer paid, as far as it is known."""

    def __init__(self, line, paid_from, paid_until, amount, code="", reference="", ignored_by="",
                 several_codes=False, windows=()):
        self.line, self.paid_from, self.paid_until = line, paid_from, paid_until
        self.amount, self.code, self.reference = amount, code, reference
        self.ignored_by, self.several_codes, self.windows = ignored_by, several_codes, windows
        self.booked_on = paid_from.date()
        self.outcome = self.reason = self.rule = ""
        self.application, self.candidates = None, []
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
    return Entry(number, paid, paid, amount, row["Billing Code"], row["Order ID"])


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


def bank_entry(number, narrative, amount, paid_from, paid_until, reference):
    codes = {found.replace(" ", "") for found in CODE_IN_TEXT.findall(narrative)}
    return Entry(number, paid_from, paid_until, amount, min(codes) if len(codes) == 1 else "", reference,
                 bca_ignores(narrative, amount), len(codes) > 1, () if codes else codes_inside(narrative))


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


CHANNELS = {
    "bca": (re.compile(r"BCA_\d+_(\d{8})\.csv"), read_bca),
    "bni": (re.compile(r"BNI_\d+_(\d{8})\.csv"), read_bni),
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


# ---- matching -----------------------------------------------------------------------------------

def match(applications, statements):
    number_and_align(statements)
    by_code = defaultdict(list)
    for application in applications:
        if application.code:
            by_code[application.code].append(application)
    for statement in statements:
        for entry in statement.entries:
            look_inside(entry, by_code)
            find_application(entry, by_code)
    for application in applications:
        application.entries.sort(key=lambda e: (e.paid_from, e.statement.channel, e.statement.digest,
                                                e.ordinal))
        settle(application)
    for statement in statements:
        for entry in statement.entries:
            if entry.reason == UNKNOWN_CODE:
                look_near(entry, by_code)
            elif entry.windows and entry.reason == "no billing code":
                list_inside(entry, by_code)


def pays_just(entry, application):
    """The amount that is due, between submission and deadline; or that amount taken back."""
    if not application.due or entry.paid_until < application.submitted_at:
        return False
    in_time = application.deadline is None or entry.paid_from <= application.deadline
    return entry.amount == -application.due or (entry.amount == application.due and in_time)


def look_inside(entry, by_code):
    """A code inside a longer number counts if of all that may stand there just one is an application's, and
    amount and time agree."""
    known = [a for code, _ in entry.windows for a in by_code.get(code, [])]
    if len(known) == 1 and (known[0].code, True) in entry.windows and pays_just(entry, known[0]):
        entry.code = known[0].code


def list_inside(entry, by_code):
    """Where several applications have codes that may stand there, those that fit and are open are listed."""
    sharers = [by_code[code] for code, _ in entry.windows if by_code.get(code)]
    if sum(map(len, sharers)) > 1 and entry.amount > 0:
        offer(entry, sharers, lambda a: pays_just(entry, a) and not a.state and not a.cancelled, MATCHING_RULE,
              *["billing codes of several applications stand in longer numbers"] * 2)


def offer(entry, sharers, fits, rule, one, several):
    """`sharers`: the applications of each code that may be meant. A code that too many have is not gone
    through: all of them are candidates."""
    crowds = [crowd for crowd in sharers if len(crowd) > LISTED_MAX]
    fitting = [a for crowd in sharers for a in sorted(crowd, key=lambda a: a.id)[:LISTED_MAX] if fits(a)]
    if not fitting and not crowds:
        return
    many = bool(crowds) or len(fitting) > LISTED_MAX
    if len(fitting) == 1 and not many:
        entry.application = fitting[0]
        decide(entry, "suggested", one, rule)
    else:
        decide(entry, "ambiguous", TOO_MANY if many else several, rule)
    entry.held = fitting + [a for crowd in crowds for a in crowd]
    entry.candidates = sorted(fitting, key=lambda a: a.id)[:LISTED_MAX]


def near(code):
    """Codes with one digit replaced, or two neighbours swapped."""
    for i, digit in enumerate(code):
        for other in "0123456789":
            if other != digit:
                yield code[:i] + other + code[i + 1:]
    for i in range(len(code) - 1):
        if code[i] != code[i + 1]:
            yield code[:i] + code[i + 1] + code[i] + code[i + 2:]


def look_near(entry, by_code):
    """A mistyped code is only ever suggested: for the one application that owes just this and could be paid
    then, and is not paid by its own code."""
    sharers = [by_code[code] for code in near(entry.code) if any(map(owes, by_code.get(code, ())))]
    offer(entry, sharers, lambda a: owes(a) and a.due == entry.amount and entry.paid_until >= a.submitted_at
          and (a.deadline is None or entry.paid_from <= a.deadline), NEAR_RULE,
          "no application has this billing code, one has a near one",
          "no application has this billing code, several have near ones")


def owes(application):
    return not application.state and not application.cancelled and bool(application.due)


def decide(entry, outcome, reason, rule=""):
    entry.outcome, entry.reason, entry.rule = outcome, reason, rule


def find_application(entry, by_code):
    if entry.ignored_by:
        decide(entry, "ignored", "ignored by rule", entry.ignored_by)
    elif entry.amount < 0 and not CODE.fullmatch(entry.code):
        decide(entry, "unidentified", "money going out")
    elif entry.amount < 0 and len(by_code[entry.code]) != 1:
        decide(entry, "unidentified", "the payment it takes back is not known")
    elif entry.several_codes:
        decide(entry, "unidentified", "several billing codes in the narrative")
    elif not CODE.fullmatch(entry.code):
        entry.code = ""
        decide(entry, "unidentified", "no billing code")
    elif not by_code[entry.code]:
        decide(entry, "unidentified", UNKNOWN_CODE)
    elif len(by_code[entry.code]) > 1:
        entry.held = by_code[entry.code]
        decide(entry, "ambiguous", TOO_MANY if len(entry.held) > LISTED_MAX else
               "several applications have this billing code")
        entry.candidates = sorted(entry.held, key=lambda a: a.id)[:LISTED_MAX]
    else:
        entry.application = by_code[entry.code][0]
        entry.application.entries.append(entry)


def nothing_due_any_more(application, entry):
    """Cancelled; what was surely paid before that was due."""
    return application.cancelled and not (application.cancelled_at and
                                          entry.paid_until < application.cancelled_at)


def settle(application):
    """The outcome of each entry of an application, in order of payment, and the state they leave."""
    taken_back = take_back(application.entries)
    parts, received = [], Decimal(0)  # payments so far that do not yet reach the due
    for entry in application.entries:
        if entry in taken_back:
            continue
        late = application.deadline is not None and entry.paid_from > application.deadline
        if application.due == 0:
            decide(entry, "not_due", "nothing due: waived", MATCHING_RULE)
        elif nothing_due_any_more(application, entry):
            decide(entry, "not_due", "nothing due: cancelled", MATCHING_RULE)
        elif application.due is None:
            decide(entry, "unidentified", "amount due is not known")
        elif application.state in ("paid", "paid_late"):
            decide(entry, "duplicate", "already paid in full", MATCHING_RULE)
        elif received + entry.amount == application.due or entry.amount == application.due:
            parts = parts + [entry] if received + entry.amount == application.due else [entry]
            for part in parts:
                decide(part, "late" if late else "matched", exact_reason(application, part, parts, late),
                       MATCHING_RULE)
            pay(application, entry, late, entry.reason)
        elif received + entry.amount > application.due:
            decide(entry, "overpaid", "more than due", MATCHING_RULE)
            pay(application, entry, late, entry.reason)
        else:
            decide(entry, "underpaid", "less than due", MATCHING_RULE)
            parts.append(entry)
            received += entry.amount
            application.state, application.reason = "underpaid", "less than due"
            application.payment = entry
    if not application.state and any(e.outcome == "reversed" for e in taken_back):
        application.state, application.reason = "payment_reversed", "taken back by a later entry"


def take_back(entries):
    """Pairs each entry below zero with the payment that it takes back: of its channel and amount, no later;
    that of the same reference, else the last. Gives the entries that are done with."""
    done = []
    for reversal in entries:
        if reversal.amount >= 0:
            continue
        payments = [e for e in entries if e not in done and e.amount == -reversal.amount
                    and e.statement.channel == reversal.statement.channel
                    and e.paid_from <= reversal.paid_until]
        named = [e for e in payments if e.reference and e.reference == reversal.reference]
        done.append(reversal)
        if not payments:
            decide(reversal, "unidentified", "the payment it takes back is not known")
            continue
        payment = named[0] if named else payments[-1]
        decide(reversal, "reversal", "takes an earlier entry back", MATCHING_RULE)
        decide(payment, "reversed", "taken back by a later entry", MATCHING_RULE)
        done.append(payment)
    return done


def exact_reason(application, entry, parts, late):
    if late:
        return "paid after the deadline"
    if len(parts) > 1:
        return "part of a payment in parts"
    if application.deadline is not None and entry.paid_until > application.deadline:
        return "right amount, time unknown"
    plain = application.deadline_without_outages
    return SPARED if plain is not None and entry.paid_from > plain else "right amount, in time"


def pay(application, entry, late, reason):
    application.state = "paid_late" if late else "paid"
    application.reason = reason
    application.payment = entry


# ---- expiry -------------------------------------------------------------------------------------

def what_may_still_turn_up(statements):
    """Days whose payments cannot all be known, codes of which a payment is open, and applications that
    are candidates.

    A file that breaks its totals hides its day until a sound one of the same channel tells of it; so
    does a line without a readable code, for ever. A line that cannot be read but for its code leaves that
    code open."""
    told = {(s.channel, s.day) for s in statements if not s.fault}
    days = {s.day for s in statements if s.fault and (s.channel, s.day) not in told}
    rejects = [(s, reject) for s in statements if not s.fault for _, reject in s.rejects]
    days |= {s.day for s, reject in rejects if not reject.code} | {s.day for s in statements if s.held}
    codes = {reject.code for _, reject in rejects if reject.code}
    entries = [e for s in statements if not s.fault for e in s.entries]
    candidates = {a.id for e in entries for a in e.held}
    codes |= {e.application.code for e in entries if e.application and e.outcome == "unidentified"}
    return days, codes, candidates


def expire(applications, as_at, hidden_days, hidden_codes, candidates):
    """In `match` every channel is complete up to `as_at`: the deadline decides, unless something that
    could be the payment cannot be read."""
    for application in applications:
        if application.state and application.state != "payment_reversed":
            continue
        if application.cancelled:
            application.state, application.reason = "cancelled", "nothing due: cancelled"
        elif application.due == 0:
            application.state, application.reason = "waived", "nothing due: waived"
        elif application.state:
            continue
        elif application.deadline is None:
            application.state, application.reason = "awaiting", "no deadline applies"
        elif application.deadline >= as_at:
            application.state = "awaiting"
            application.reason = (SPARED if application.deadline_without_outages < as_at
                                  else "deadline not passed")
        elif (application.code in hidden_codes or application.id in candidates or
              window(application) & hidden_days):
            application.state, application.reason = "awaiting", "held: evidence is still missing"
        else:
            application.state, application.reason = "expired", "not paid by the deadline"


def window(application):
    """The days, in the channels' zone, on which it could be paid in time."""
    day, last = (at.astimezone(WIB).date() for at in (application.submitted_at, application.deadline))
    return {day + timedelta(days=i) for i in range((last - day).days + 1)}


def end_of_coverage(statements):
    days = [statement.day for statement in statements if not statement.fault]
    return datetime.combine(max(days) + timedelta(days=1), time(0), WIB) if days else None


# ---- the files of `rekon match` -----------------------------------------------------------------

PAYMENT = ("matched", "late", "underpaid", "overpaid")


def money(amount):
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rfc3339(at, zone=WIB):
    return at.astimezone(zone).isoformat() if at else ""


def key_of(entry):
    return f"{entry.statement.digest[:16]}:{entry.ordinal}"


def office_of(entry):
    return entry.application.office if entry.application else "-"


def write(folder, name, titles, rows):
    with open(Path(folder, name), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(titles.split(","))
        writer.writerows(rows)


def write_entries(folder, entries):
    write(folder, "entries.csv",
          "entry,file,line,channel,office,booked_on,paid_from,paid_until,amount,currency,reference,"
          "billing_code,outcome,rule,application_id,settlement,reason",
          ((key_of(e), e.statement.name, e.line, e.statement.channel, office_of(e),
            e.booked_on.isoformat(), rfc3339(e.paid_from), rfc3339(e.paid_until),
            money(e.amount), "IDR", e.reference, e.code, e.outcome, e.rule,
            e.application.id if e.application else "", "", e.reason) for e in entries))
    # A duplicate, or money on nothing due, belongs to an application but pays nothing of it.
    rows = []
    for entry in entries:
        if entry.outcome in PAYMENT:
            rows.append((key_of(entry), entry.application.id, money(entry.amount), "payment"))
        for candidate in sorted(entry.candidates, key=lambda a: a.id):
            rows.append((key_of(entry), candidate.id, money(entry.amount), "candidate"))
    write(folder, "allocations.csv", "entry,application_id,amount,role", rows)


def write_applications(folder, applications):
    rows = []
    for a in sorted(applications, key=lambda a: a.id):
        paid = sum((e.amount for e in a.entries if e.outcome in PAYMENT), Decimal(0))
        rows.append((a.id, a.office, a.state, rfc3339(a.deadline, a.zone),
                     rfc3339(a.payment.paid_from, a.zone) if a.payment else "",
                     rfc3339(a.payment.paid_until, a.zone) if a.payment else "",
                     money(paid), len(a.entries), a.reason))
    write(folder, "applications.csv",
          "application_id,office,state,deadline,paid_from,paid_until,paid_amount,entries,reason", rows)


def write_summary(folder, entries):
    sums = defaultdict(lambda: [0, Decimal(0)])
    for entry in entries:
        line = sums[office_of(entry), entry.statement.channel, entry.outcome]
        line[0] += 1
        line[1] += entry.amount
    write(folder, "summary.csv", "office,channel,outcome,entries,amount",
          ((*key, count, money(amount)) for key, (count, amount) in sorted(sums.items())))


def write_rejects(folder, statements):
    write(folder, "rejects.csv", "file,line,column,reason",
          sorted((s.name, line, "", str(reject)) for s in statements for line, reject in s.rejects))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--applications", required=True)
    parser.add_argument("--statements", required=True, nargs="+", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--as-at", type=datetime.fromisoformat)
    return parser.parse_args()


def main():
    given = arguments()
    paths = [path for top in given.statements
             for path in (sorted(top.rglob("*")) if top.is_dir() else [top]) if path.is_file()]
    applications = read_applications(given.applications)
    statements = read_statements(paths)
    for statement in statements:
        if statement.fault:
            print(f"{statement.name}: {statement.fault}", file=sys.stderr)
    accepted = [statement for statement in statements if not statement.fault]
    match(applications, accepted)
    as_at = given.as_at or end_of_coverage([s for s in statements if not s.held])
    expire(applications, as_at, *what_may_still_turn_up(statements))
    given.out.mkdir(parents=True, exist_ok=True)
    entries = sorted((entry for statement in accepted for entry in statement.entries),
                     key=lambda e: (e.statement.digest, e.ordinal))
    write_entries(given.out, entries)
    write_applications(given.out, applications)
    write_summary(given.out, entries)
    write_rejects(given.out, statements)


if __name__ == "__main__":
    main()
