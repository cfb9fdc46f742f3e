"""corners: payments on the edges of the rules, each with the outcome that DESIGN section 2 gives, by hand.

`make(folder)` writes applications.csv, inbox/ and truth-*.csv as the generator does. Each case: a name, the
application (due; columns that differ from the ordinary), its payments (channel, day of March 2024 and time
of day in WIB, rupiah) with the outcome of each, and the state in the end. All are submitted on 4 March at
10:00 WIB unless `at` says otherwise, so the ordinary deadline is 12:00.
"""

import csv
from collections import defaultdict
from pathlib import Path

# name, columns, [(channel, day, time, amount, outcome)], state
CASES = [
    ("exact", {}, [("indomaret", 4, "10:30:00", 350000, "matched")], "paid"),
    ("at the deadline", {}, [("indomaret", 4, "12:00:00", 350000, "matched")], "paid"),
    ("a second late", {}, [("indomaret", 4, "12:00:01", 350000, "late")], "paid_late"),
    ("before the submission", {}, [("indomaret", 4, "09:50:00", 350000, "suggested")], "awaiting"),
    ("never", {}, [], "expired"),
    ("in three parts", {}, [("indomaret", 4, "10:10:00", 100000, "matched"),
                            ("pos", 4, "10:20:00", 50000, "matched"),
                            ("tokopedia", 4, "11:00:00", 200000, "matched")], "paid"),
    ("the third part late", {}, [("indomaret", 4, "10:10:00", 100000, "late"),
                                 ("pos", 4, "10:20:00", 50000, "late"),
                                 ("tokopedia", 4, "13:00:00", 200000, "late")], "paid_late"),
    ("parts, then again", {}, [("indomaret", 4, "10:10:00", 150000, "matched"),
                               ("pos", 4, "10:20:00", 200000, "matched"),
                               ("tokopedia", 4, "13:00:00", 350000, "duplicate")], "paid"),
    ("parts below the due", {}, [("indomaret", 4, "10:10:00", 100000, "underpaid"),
                                 ("pos", 4, "10:20:00", 100000, "underpaid")], "underpaid"),
    ("short and late", {}, [("indomaret", 4, "14:10:00", 349999, "underpaid")], "underpaid"),
    ("more", {}, [("indomaret", 4, "10:10:00", 350001, "overpaid")], "paid"),
    ("more and late", {}, [("indomaret", 4, "13:10:00", 350001, "overpaid")], "paid_late"),
    ("more, then a part", {}, [("indomaret", 4, "10:10:00", 400000, "overpaid"),
                               ("pos", 4, "10:20:00", 50000, "duplicate")], "paid"),
    ("late, then again", {}, [("indomaret", 4, "13:10:00", 350000, "late"),
                              ("pos", 5, "10:20:00", 350000, "duplicate")], "paid_late"),
    ("the earlier in the later file", {}, [("pos", 4, "11:00:00", 350000, "duplicate"),
                                           ("indomaret-5", 4, "10:59:59", 350000, "matched")], "paid"),
    ("short, then the due in one", {}, [("indomaret", 4, "10:10:00", 100000, "underpaid"),
                                        ("pos", 4, "10:20:00", 350000, "matched"),
                                        ("tokopedia", 4, "10:30:00", 250000, "duplicate")], "paid"),
    ("parts beyond the due", {}, [("indomaret", 4, "10:10:00", 200000, "underpaid"),
                                  ("pos", 4, "10:20:00", 200000, "overpaid")], "paid"),
    ("parts beyond the due, late", {}, [("indomaret", 4, "10:10:00", 200000, "underpaid"),
                                        ("pos", 4, "13:20:00", 200000, "overpaid")], "paid_late"),
    ("waived", {"amount_due": "0"}, [], "waived"),
    ("waived and paid", {"amount_due": "0"}, [("indomaret", 4, "10:10:00", 350000, "not_due")], "waived"),
    ("cancelled", {"status": "cancelled"}, [], "cancelled"),
    ("cancelled and paid twice", {"status": "cancelled"},
     [("indomaret", 4, "10:10:00", 350000, "not_due"), ("pos", 4, "13:10:00", 350000, "not_due")],
     "cancelled"),
    ("the tariff decides", {"amount_due": "", "service": "paspor-elektronik", "charges": "hilang"},
     [("indomaret", 4, "10:10:00", 1650000, "matched")], "paid"),
    ("two charges", {"amount_due": "", "charges": "rusak;percepatan"},
     [("indomaret", 4, "10:10:00", 1850000, "matched")], "paid"),
    ("the bill decides", {"amount_due": "355000"},
     [("indomaret", 4, "10:10:00", 355000, "matched")], "paid"),
    ("in person, days later", {"source": "walk-in"}, [("indomaret", 5, "23:10:00", 350000, "matched")],
     "paid"),
    ("in person, never", {"source": "walk-in"}, [], "awaiting"),
    ("bank, only the day", {}, [("bca", 4, "", 350000, "matched")], "paid"),
    ("bank, the day after", {}, [("bca", 5, "", 350000, "late")], "paid_late"),
    ("bank, past midnight in time", {"at": "2024-03-04T23:00:00+07:00"},
     [("bca", 5, "", 350000, "matched")], "paid"),
    ("bank, the deadline is midnight", {"at": "2024-03-04T22:00:00+07:00"},
     [("bca", 5, "", 350000, "matched")], "paid"),
    ("bank, the deadline was before midnight", {"at": "2024-03-04T21:59:59+07:00"},
     [("bca", 5, "", 350000, "late")], "paid_late"),
    ("bank's day comes first", {}, [("indomaret", 4, "10:10:00", 350000, "duplicate"),
                                    ("bca", 4, "", 350000, "matched")], "paid"),
    ("the same second, by name", {}, [("tokopedia", 4, "10:10:00", 350000, "duplicate"),
                                      ("pos", 4, "10:10:00", 350000, "duplicate"),
                                      ("indomaret", 4, "10:10:00", 350000, "matched")], "paid"),
    ("the same second, one file", {}, [("indomaret", 4, "10:10:00", 350000, "matched"),
                                       ("indomaret", 4, "10:10:00", 350000, "duplicate")], "paid"),
    ("WITA", {"office": "denpasar", "at": "2024-03-04T11:00:00+08:00"},
     [("indomaret", 4, "12:00:00", 350000, "matched")], "paid"),
    ("WIT, a second late", {"office": "jayapura", "at": "2024-03-04T12:00:00+09:00"},
     [("indomaret", 4, "12:00:01", 350000, "late")], "paid_late"),
    ("the last deadline is the end", {"at": "2024-03-05T22:00:00+07:00"}, [], "awaiting"),
    ("the last deadline before the end", {"at": "2024-03-05T21:59:59+07:00"}, [], "expired"),
    ("one code, two bills", {"code": 900}, [("indomaret", 4, "10:10:00", 350000, "ambiguous")],
     "awaiting"),
    ("one code, two bills, the other", {"code": 900}, [], "awaiting"),
]

# narratives of the bank that do or do not name the code of their case, or (None) name it beside another
NARRATIVES = [
    ("{code}", True), ("SETORAN {code}", True), ("{code} SETORAN {code}", True),
    ("A{code}B", True), ("REK/{code}.", True), ("{a} {b}", True), ("{one} {rest}", True),
    ("1{code}", True), ("{code}1", True), ("{a}  {b}", False), ("{a}\t{b}", False), ("{a}-{b}", False),
    ("{short}", False), ("PNBP {spaced}", True), ("TGL 20240304/{code}", True),
    ("8077123456789012 {code}", True), ("{code} 0403", True), ("0403 {code}", True),
    ("{code} {other}", None), ("", False),
    # inside a longer number: the only code there that an application has; a code that stands alone goes first
    ("0123{code}123456", True), ("NO:{code}{code}", True), ("{code}{other}", True),
    ("0123{code}123456 {other}", False), ("{long}{code}", True), ("{many}{code}", False),
    ("0123{a} {b}123456", False),
]


def narrative_cases():
    """Cases, and what the bank's row of each says; None for the narrative of every other case."""
    for i, (text, named) in enumerate(NARRATIVES):
        outcome, state = {True: ("matched", "paid"), False: ("unidentified", "expired"),
                          None: ("suggested", "awaiting")}[named]
        yield (f"narrative {i}", {}, [("bca", 4, "", 350000, outcome)], state), text


def narrate(text, code):
    return text.format(code=code, a=code[:7], b=code[7:], one=code[:1], rest=code[1:], short=code[:13],
                       spaced=" ".join(code), other="829240304000001", long="01" * 40, many="".join(f"7{i:02}8" for i in range(40)))


HEADS = {
    "bca": "No. Rekening,=,'0123456789\nNama,=,REKENING\nMata Uang,=,IDR\n\n"
           "Tanggal,Keterangan,Cabang,Jumlah,,Saldo\n",
    "indomaret": "H|REKON|{ymd}\n", "pos": "HPOSREKON  {ymd}\n",
    "tokopedia": "Order ID,Payment Time,Product,Billing Code,Net Amount,Fee,Status\n",
}
FEET = {
    "bca": "Saldo Awal,=,0.00\nKredit,=,{total}.00\nDebet,=,0.00\nSaldo Akhir,=,{total}.00\n",
    "indomaret": "T|{count}|{total}\n", "pos": "T{count:08}{total:015}\n", "tokopedia": "",
}
NAMES = {"bca": "BCA_0123456789_{ymd}.csv", "indomaret": "IDMREKON_{ymd}.txt",
         "pos": "POSREKON_{ymd}.txt", "tokopedia": "TOKOPEDIA_{ymd}.csv"}


def line_of(channel, day, clock, amount, code, text, total, number):
    ymd, hms = f"202403{day:02}", clock.replace(":", "")
    if channel == "bca":
        return f"'{day:02}/03/2024,{text},'0000,{amount}.00,CR,{total}.00\n"
    if channel == "indomaret":
        return f"D|T0001|{ymd}|{hms}|{code}|{amount}|2500|{number:06}|00\n"
    if channel == "pos":
        return f"D30000{ymd}{hms}PNBP{code}{amount:012}{number:012}\n"
    return f"INV/{number},2024-03-{day:02} {clock},Paspor,{code},{amount - 2500},2500,SUCCESS\n"


def make(folder):
    cases = [(case, "SETORAN {code}") for case in CASES] + list(narrative_cases())
    rows = defaultdict(list)  # (channel, day of the file): lines to be
    applications, states, entries = [], [], []
    for number, ((name, columns, payments, state), text) in enumerate(cases, 1):
        code = f"8202403040{columns.get('code', number):05}"
        key = f"C-{number:03}"
        applications.append({
            "application_id": key, "office": columns.get("office", "palembang"),
            "service": columns.get("service", "paspor-biasa"), "billing_code": code,
            "amount_due": columns.get("amount_due", "350000"),
            "submitted_at": columns.get("at", "2024-03-04T10:00:00+07:00"),
            "status": columns.get("status", "submitted"), "source": columns.get("source", "m-paspor"),
            "charges": columns.get("charges", "")})
        states.append({"application_id": key, "kind": name, "state_at_once": state})
        for channel, day, clock, amount, outcome in payments:
            channel, _, later = channel.partition("-")
            rows[channel, int(later or day)].append((day, clock, amount, code, narrate(text, code), name,
                                                     outcome, key))
    for channel in HEADS:
        for day in (4, 5):
            write_file(folder, channel, day, rows[channel, day], entries)
    for name, lines in (("applications.csv", applications), ("truth-applications.csv", states),
                        ("truth-entries.csv", entries)):
        with open(Path(folder, name), "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, lines[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)


def write_file(folder, channel, day, rows, entries):
    ymd, total = f"202403{day:02}", 0
    name = NAMES[channel].format(ymd=ymd)
    content = HEADS[channel].format(ymd=ymd)
    for number, (paid_day, clock, amount, code, text, case, outcome, key) in enumerate(rows, 1):
        total += amount
        entries.append({"file": name, "line": content.count("\n") + 1, "kind": case, "really": outcome,
                        "expected": outcome, "application_id": key})
        content += line_of(channel, paid_day, clock, amount, code, text, total, number)
    content += FEET[channel].format(count=len(rows), total=total)
    path = Path(folder, "inbox", f"2024-03-{day:02}", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="")
