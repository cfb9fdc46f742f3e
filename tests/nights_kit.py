"""What scenario tests of whole nights stand on: an installation of their own on the private PostgreSQL,
statement files in the four layouts of rules/channels, and questions to the database and the workbooks.

    site = Site("name", start="2024-03-05")
    site.applications(application("P-1", "820240305000001", "08:00"))
    site.quiet("2024-03-05", put={"indomaret": [paid("09:00:00", "820240305000001", 350000)]})
    night = site.run("2024-03-05", 0)      # fails unless the exit code is 0
    site.outcomes("820240305000001")       # [("indomaret", "matched", "right amount, in time", "P-1")]

Every time without an offset is WIB, as in the files of all four channels.
"""

import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parent.parent
REKON = os.environ.get("REKON_SANITIZED") or os.environ.get("REKON") or str(ROOT / "build/rekon")
GENERATE = os.environ.get("REKON_GENERATE") or str(ROOT / "build/fixtures/generate")
CHANNELS = ("bca", "indomaret", "pos", "tokopedia")
LABELS = {"bca": "BCA", "indomaret": "Indomaret", "pos": "Pos Indonesia", "tokopedia": "Tokopedia"}
ACCOUNT = "0123456789"
DAY = "2024-03-05"

NAMES = {
    "bca": "BCA_" + ACCOUNT + "_{}.csv",
    "indomaret": "IDMREKON_{}.txt",
    "pos": "POSREKON_{}.txt",
    "tokopedia": "TOKOPEDIA_{}.csv",
}


# ---- statement files ----

def compact(day):
    return day.replace("-", "")


def name_of(channel, day):
    return NAMES[channel].format(compact(day))


def paid(when, code, amount, **more):
    """A payment: `when` is a time of the file's day, or a day and a time. More: status (indomaret), fee and
    status (tokopedia), product (pos), narrative and direction (bca)."""
    return {"when": when, "code": code, "amount": amount, **more}


def moment(row, day):
    when = row["when"] if " " in row["when"] else f"{day} {row['when']}"
    return when.split(" ")


def indomaret(day, rows, count=None, total=None):
    lines = [f"H|REKON|{compact(day)}"]
    for i, row in enumerate(rows):
        on, at = moment(row, day)
        lines.append(f"D|T0412|{compact(on)}|{at.replace(':', '')}|{row['code']}|{row['amount']}|2500|"
                     f"{i + 1:06}|{row.get('status', '00')}")
    kept = [row["amount"] for row in rows if row.get("status", "00") == "00"]
    numbers = [amount for amount in kept if isinstance(amount, int)]
    lines.append(f"T|{len(kept) if count is None else count}|{sum(numbers) if total is None else total}")
    return "\n".join(lines) + "\n"


def pos(day, rows, count=None, total=None):
    lines = [f"HPOSREKON  {compact(day)}"]
    for i, row in enumerate(rows):
        on, at = moment(row, day)
        lines.append(f"D30412{compact(on)}{at.replace(':', '')}{row.get('product', 'PNBP'):4}{row['code']:15}"
                     f"{row['amount']:012}{i + 1:012}")
    lines.append(f"T{len(rows) if count is None else count:08}"
                 f"{sum(row['amount'] for row in rows) if total is None else total:015}")
    return "\n".join(lines) + "\n"


def tokopedia(day, rows):
    lines = ["Order ID,Payment Time,Product,Billing Code,Net Amount,Fee,Status"]
    for i, row in enumerate(rows):
        on, at = moment(row, day)
        fee = row.get("fee", 2500)
        lines.append(f'INV/{compact(day)}/MPL/{i + 1:010},{on} {at},"PNBP, Paspor",{row["code"]},'
                     f"{row['amount'] - fee},{fee},{row.get('status', 'SUCCESS')}")
    return "\n".join(lines) + "\n"


def bca(day, rows, opening=10_000_000, closing=None):
    """Only the day of a row is told; its narrative carries the code."""
    date = f"{day[8:]}/{day[5:7]}/{day[:4]}"
    lines = [f"No. Rekening,=,'{ACCOUNT}", "Nama,=,KAS NEGARA", "Mata Uang,=,IDR", "",
             "Tanggal,Keterangan,Cabang,Jumlah,,Saldo"]
    balance, credit, debit = opening, 0, 0
    for row in rows:
        out = row.get("direction", "CR") == "DB"
        balance += -row["amount"] if out else row["amount"]
        credit, debit = (credit, debit + row["amount"]) if out else (credit + row["amount"], debit)
        narrative = row.get("narrative", f"SETORAN {row['code']} PEMBAYAR")
        lines.append(f"'{date},{narrative},'0000,{row['amount']}.00,{row.get('direction', 'CR')},{balance}.00")
    lines += [f"Saldo Awal,=,{opening}.00", f"Kredit,=,{credit}.00", f"Debet,=,{debit}.00",
              f"Saldo Akhir,=,{balance if closing is None else closing}.00"]
    return "\n".join(lines) + "\n"


WRITERS = {"bca": bca, "indomaret": indomaret, "pos": pos, "tokopedia": tokopedia}


# ---- applications and decisions ----

COLUMNS = ("application_id,office,service,billing_code,amount_due,submitted_at,updated_at,status,status_at,"
           "source,validity").split(",")


def application(identity, code, submitted, due=350000, office="palembang", day=DAY, **more):
    """`submitted`: a time of `day` in WIB, or a whole RFC 3339 time."""
    at = submitted if "T" in submitted else f"{day}T{submitted}:00+07:00"
    row = {"application_id": identity, "office": office, "service": "paspor-biasa", "billing_code": code,
           "amount_due": due, "submitted_at": at, "updated_at": at, "validity": "5"}
    row.update(more)
    return row


DECISION = "decision_id,kind,subject,object,reason,made_by,checked_by,made_at".split(",")


def decision(identity, kind, subject, target="", made_by="ani", checked_by="budi", reason="bukti dilihat"):
    return (identity, kind, subject, target, reason, made_by, checked_by, "2024-03-06T09:00:00+07:00")


def decisions(*rows, separator=",", mark=False):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(DECISION)
    writer.writerows(rows)
    return ("\ufeff" if mark else "") + text.getvalue()


# ---- an installation ----

class Ran:
    """What a command said: code, out, err, and the last line of a night."""

    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        lines = self.out.splitlines()
        self.last = lines[-1] if lines else ""

    def warnings(self):
        return [line.removeprefix("rekon warning: ") for line in self.err.splitlines()
                if line.startswith("rekon warning: ")]


class Site:
    patience = 120  # seconds that a command may take; a year of nights in one command takes longer

    def __init__(self, name, start=DAY, settings=(), rules=None, reports=("harian", "nasional")):
        """`rules`: a function that is given a private copy of rules/ and may change it. `reports`: the books
        that are made; those of the month take as long again."""
        self.database = f"rekon_{Path(sys.argv[0]).stem}_{name}"[-63:]
        self.folder = Path(tempfile.mkdtemp(prefix=f"nights-{name}-"))
        self.expected = 0  # nights that were committed
        lines = [f"start: {start}", *settings]
        if rules:
            shutil.copytree(ROOT / "rules", self.folder / "rules")
            rules(self.folder / "rules")
            lines.append(f"rules: {self.folder / 'rules'}")
        (self.folder / "reports").mkdir()
        for report in ("measures", *reports):
            shutil.copy(ROOT / f"reports/{report}.yaml", self.folder / "reports")
        lines.append(f"reports: {self.folder / 'reports'}")
        done = subprocess.run([ROOT / "tests/cluster.sh", "site", self.database, self.folder, *lines],
                              capture_output=True, text=True, check=False,
                              env={**os.environ, "REKON": REKON})
        if done.returncode:
            raise AssertionError(f"no installation: {done.stdout}{done.stderr}")
        self.connection = subprocess.run(
            [ROOT / "tests/cluster.sh", "connection", self.database, "postgres"],
            capture_output=True, text=True, check=True).stdout.strip()
        self.inbox = self.folder / "inbox"
        self.output = self.folder / "output"
        self.config = self.folder / "rekon.yaml"

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.sql_as(self.connection.replace(f"dbname={self.database}", "dbname=postgres"),
                    f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    # ---- what people and machines bring ----

    def write_applications(self, path, rows):
        with open(path, "w", encoding="utf-8", newline="") as file:
            columns = COLUMNS + sorted({key for row in rows for key in row} - set(COLUMNS))
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def applications(self, *rows):
        path = self.folder / "import.csv"
        self.write_applications(path, rows)
        self.command("import", "applications", path, code=0)

    def put(self, name, content):
        path = self.inbox / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def deliver(self, channel, day, rows, **more):
        return self.put(name_of(channel, day), WRITERS[channel](day, rows, **more))

    def quiet(self, day, put=None, but=()):
        """A file of every channel for `day`: empty, or with the rows in `put`; none of those in `but`."""
        for channel in CHANNELS:
            if channel not in but:
                self.deliver(channel, day, (put or {}).get(channel, []))

    # ---- commands ----

    def command(self, *words, code=None, config=None):
        done = subprocess.run([REKON, *map(str, words), "--config", str(config or self.config)],
                              capture_output=True, text=True, check=False, timeout=self.patience)
        ran = Ran(done)
        if "Sanitizer" in ran.err or "runtime error" in ran.err:
            raise AssertionError(ran.err)
        if code is not None and ran.code != code:
            raise AssertionError(f"{' '.join(map(str, words))}: exit {ran.code}, not {code}\n"
                                 f"{ran.out}{ran.err}\n{self.inbox_names()}")
        return ran

    def run(self, night=None, code=0):
        return self.command("run", *(("--date", night) if night else ()), code=code)

    def rerun_all(self):
        """Every committed night, again from the archive alone; the nights that were not identical."""
        different = []
        for night, number in self.sql("SELECT night, number FROM rekon.run ORDER BY night, number"):
            ran = self.command("rerun", "--date", night, "--number", number)
            if ran.code or "identical" not in ran.out:
                different.append(f"{night}-{number}: exit {ran.code} {ran.out}{ran.err}")
        return different

    def asof_all(self):
        """Every committed night's books, folded again as known after it; those whose bytes are not the ones that
        were sealed. Revisions are compared by revisions_all."""
        different = []
        folder = self.folder / "as-of"
        for night, number in self.sql("SELECT night, number FROM rekon.run ORDER BY night, number"):
            shutil.rmtree(folder, ignore_errors=True)
            for period in (night, night[:7]) if (self.folder / "reports/bulanan.yaml").exists() else (night,):
                self.command("report", "--period", period, "--as-of", f"{night}-{number}", "--out", folder, code=0)
            again = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
                     for path in folder.rglob("*.xlsx")}
            ending = f"-{night}{'' if number == '1' else '.r' + number}.xlsx"
            lines = (self.folder / "archive" / "nights" / f"{night}-{number}").read_text().splitlines()
            sealed = {cells[4]: cells[1] for cells in (line.split("\t") for line in lines)
                      if cells[0] == "workbook" and cells[4].endswith(ending)}
            different += [f"{night}-{number} {name}" for name in sorted(set(sealed) | set(again))
                          if sealed.get(name) != again.get(name)]
        return different

    def explain(self, item, *words, code=0):
        """What `explain --json` tells of an item."""
        return json.loads(self.command("explain", item, "--json", *words, code=code).out)

    def explain_all(self, night):
        """({entry: ...}, {application: ...}) of all that the last run of a night judged, made again from the
        archive."""
        said = [json.loads(line) for line in
                self.command("explain", "--all", "--json", "--date", night, code=0).out.splitlines()]
        return ({row["entry"]: row for row in said if "entry" in row},
                {row["application_id"]: row for row in said if "entry" not in row})

    def explained_otherwise(self):
        """What `explain` makes of every entry and application of every night, against what the night wrote
        into the database; the differences."""
        def last_run(night, number):
            return self.sql(f"SELECT max(number) FROM rekon.run WHERE night = '{night}'")[0][0] == number
        outcomes = self.sql("""
            SELECT r.night, r.number, o.entry, o.outcome, o.rule, o.reason, o.application_id
            FROM rekon.outcome o JOIN rekon.run r USING (run) ORDER BY r.night, r.number""")
        states = self.sql("""
            SELECT r.night, r.number, t.application_id, t.to_state
            FROM rekon.transition t JOIN rekon.run r USING (run) ORDER BY r.night, r.number""")
        different = []
        for night, number in self.sql("SELECT night, number FROM rekon.run ORDER BY night, number"):
            if not last_run(night, number):
                continue
            until = (night, int(number))
            sealed = {row[2]: row[3:] for row in outcomes if (row[0], int(row[1])) <= until}
            state = {row[2]: row[3] for row in states if (row[0], int(row[1])) <= until}
            entries, applications = self.explain_all(night)
            missing = {row[2] for row in outcomes if (row[0], row[1]) == (night, number)} - set(entries)
            different += [f"{night}: {name} is not told" for name in missing]
            for name, row in entries.items():
                told = tuple(row[key] or "" for key in ("outcome", "rule", "reason", "application_id"))
                if told != sealed.get(name):
                    different.append(f"{night}: {name} is {told}, sealed as {sealed.get(name)}")
            for name, row in applications.items():
                if row["state"] != state.get(name, "awaiting"):
                    different.append(f"{night}: {name} is {row['state']}, sealed as {state.get(name)}")
        return different

    def revisions_all(self, most=None):
        """Every revision by a later night against the same days folded as known after the run that published it:
        each cell but the line that names the edition, and the sheets that tell of the making. The books of a
        second run of their own night are compared by asof_all, to the byte."""
        different = []
        folder = self.folder / "as-of"
        paths = sorted(self.output.rglob("*.r*.xlsx"))
        for path in paths[::-(-len(paths) // (most or len(paths) or 1)) or 1]:
            book = Book(path)
            name, number, _ = path.name.rsplit(".", 2)
            period = re.sub("^[a-z]*-", "", name)
            told = book.corrections() if "Koreksi" in book.sheets else []
            if not told or ".per-" in name or told[-1]["Run"].startswith(f"{period}-"):
                continue
            run = told[-1]["Run"]
            self.command("report", "--period", period, "--office", path.parent.name, "--as-of", run, "--out", folder,
                         code=0)
            told = Book(folder / path.parent.name / f"{name}.per-{run[:10]}.xlsx")
            for sheet in told.sheets:
                if len(book.sheets[sheet]) != len(told.sheets[sheet]) and sheet != "Tentang":
                    different.append(f"{path.name} {sheet}: {len(book.sheets[sheet])} rows")
                for row, (one, other) in enumerate(zip(book.sheets[sheet], told.sheets[sheet])):
                    if sheet != "Tentang" and row != 2 and one != other:
                        different.append(f"{path.name} {sheet} row {row + 1}: {one} {other}")
        return different

    # ---- questions ----

    def sql_as(self, connection, query):
        done = subprocess.run(["psql", "-X", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-d", connection],
                              input=f"SET timezone = 'Asia/Jakarta';\n{query}", capture_output=True, text=True,
                              check=False)
        if done.returncode:
            raise AssertionError(f"{query}\n{done.stderr}")
        return [tuple(row) for row in csv.reader(io.StringIO(done.stdout))]

    def sql(self, query):
        return self.sql_as(self.connection, query)

    def outcomes(self, code=None):
        """(channel, outcome, reason, application) as last said, by time of payment; of one code, or all as
        {code: [...]}."""
        rows = self.sql("""
            SELECT coalesce(billing_code, ''), channel, outcome, reason, application_id FROM (
                SELECT DISTINCT ON (o.entry) o.* FROM rekon.outcome o JOIN rekon.run r USING (run)
                ORDER BY o.entry, r.night DESC, r.number DESC) s
            ORDER BY billing_code, paid_from, channel, split_part(entry, ':', 2)::integer""")
        found = {}
        for row in rows:
            found.setdefault(row[0], []).append(tuple(row[1:]))
        return found.get(code, []) if code is not None else found

    def by_entry(self):
        """{entry: (outcome, application)} as last said."""
        return {row[0]: tuple(row[1:]) for row in self.sql("""
            SELECT DISTINCT ON (o.entry) o.entry, o.outcome, o.application_id
            FROM rekon.outcome o JOIN rekon.run r USING (run)
            ORDER BY o.entry, r.night DESC, r.number DESC""")}

    def entries(self, code):
        """Names of the entries of a code, by time of payment."""
        return [row[0] for row in self.sql(
            f"SELECT entry FROM (SELECT DISTINCT entry, paid_from, channel, split_part(entry, ':', 2)::integer n "
            f"FROM rekon.outcome WHERE billing_code = '{code}') s ORDER BY paid_from, channel, n")]

    def history(self, code):
        """(night, channel, outcome, before, cause) of every row about a code, oldest first; a cause that is an
        entry reads as its channel."""
        return self.sql(f"""
            SELECT r.night || '-' || r.number, o.channel, o.outcome, o.before,
                   coalesce((SELECT min(c.channel) FROM rekon.outcome c WHERE c.entry = o.cause), o.cause)
            FROM rekon.outcome o JOIN rekon.run r USING (run) WHERE o.billing_code = '{code}'
            ORDER BY r.night, r.number, o.paid_from, o.channel, o.entry""")

    def states(self):
        """{application: state} of all that ever changed; who is not in it waits."""
        return dict(self.sql("""
            SELECT DISTINCT ON (t.application_id) t.application_id, t.to_state
            FROM rekon.transition t JOIN rekon.run r USING (run)
            ORDER BY t.application_id, r.night DESC, r.number DESC"""))

    def transitions(self, identity):
        return self.sql(f"""
            SELECT r.night || '-' || r.number, t.from_state, t.to_state
            FROM rekon.transition t JOIN rekon.run r USING (run) WHERE t.application_id = '{identity}'
            ORDER BY r.night, r.number""")

    def files(self):
        """(night, name, fate, entries, rejects) in the order of the nights."""
        return self.sql("""
            SELECT r.night || '-' || r.number, f.name, f.fate, f.entries, f.rejects
            FROM rekon.file f JOIN rekon.run r USING (run) ORDER BY r.night, r.number, f.name, f.fate""")

    def cases(self):
        """{case: (kind, status)} as last said."""
        return {row[0]: tuple(row[1:]) for row in self.sql("""
            SELECT DISTINCT ON (c.case_id) c.case_id, c.kind, c.status
            FROM rekon.case_event c JOIN rekon.run r USING (run) WHERE c.case_id NOT LIKE 'T%'
            ORDER BY c.case_id, r.night DESC, r.number DESC""")}

    def findings(self):
        """[(night, finding, kind, status)] as the nights told them."""
        return self.sql("""
            SELECT r.night || '-' || r.number, c.case_id, c.kind, c.status
            FROM rekon.case_event c JOIN rekon.run r USING (run) WHERE c.case_id LIKE 'T%'
            ORDER BY r.night, r.number, c.case_id, c.status""")

    def effects(self):
        return self.sql("""
            SELECT d.decision_id, d.kind, d.effect, d.why FROM rekon.decision d JOIN rekon.run r USING (run)
            ORDER BY r.night, r.number, d.decision_id""")

    def runs(self):
        return [row[0] for row in self.sql(
            "SELECT night || '-' || number FROM rekon.run ORDER BY night, number")]

    # ---- folders ----

    def inbox_names(self):
        return sorted(path.name for path in self.inbox.iterdir() if path.is_file())

    def tree(self, *folders):
        """{path: digest} of all files below the folders."""
        return {str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
                for folder in folders for path in sorted((self.folder / folder).rglob("*")) if path.is_file()}

    # ---- workbooks ----

    def book(self, office="palembang", day=DAY, revision=1):
        name = "nasional/nasional" if office == "nasional" else f"{office}/harian"
        suffix = f".r{revision}" if revision > 1 else ""
        return Book(self.output / f"{name}-{day}{suffix}.xlsx")


class Book:
    """A workbook as rows of values."""

    def __init__(self, path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, data_only=True)
        self.sheets = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}

    def text(self, sheet):
        return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in self.sheets[sheet])

    def status(self):
        """SEMENTARA or FINAL, with the reason."""
        return re.match(r"^(.*?) · Revisi", str(self.sheets["Ringkasan"][2][0])).group(1)

    def table(self, sheet, first, until="TOTAL"):
        """Rows as {heading: value} of the table whose first heading is `first`, up to an empty row or `until`
        (which is part of it)."""
        rows = iter(self.sheets[sheet])
        for row in rows:
            if row[0] == first:
                heads = [str(cell).split(" (+)")[0].split(" (−)")[0].split(" (=)")[0] for cell in row
                         if cell is not None]
                break
        else:
            raise AssertionError(f"no table headed {first} on {sheet}")
        found = []
        for row in rows:
            if row[0] is None or row[0] == "nihil":
                break
            found.append(dict(zip(heads, row)))
            if row[0] == until:
                break
        return found

    def movements(self):
        return self.table("Ringkasan", "Layanan")

    def receipts(self):
        return {row["Kanal"]: row for row in self.table("Ringkasan", "Kanal")}

    def kinds(self):
        return {row["Jenis"]: row["Jumlah selisih"] for row in self.table("Ringkasan", "Jenis")}

    def lapses(self):
        """{application: (status, held by)}"""
        return {row["No. permohonan"]: (row["Status"], row["Ditahan oleh"])
                for row in self.table("Kedaluwarsa", "No.")}

    def differences(self):
        return self.table("Selisih", "No.")

    def corrections(self):
        return self.table("Koreksi", "Tanggal laporan")

    def files(self):
        """{name: (fate, why)} of the files of the night."""
        return {row["Berkas"]: (row["Perlakuan"], row["Sebab"]) for row in self.table("Tentang", "Berkas")}


# ---- what all scenarios share ----

NEXT = "2024-03-06"
THIRD = "2024-03-07"
FOURTH = "2024-03-08"
EXACT = "right amount, in time"
AFTER = "paid after the deadline"
BEFORE = "already paid in full"


def code(n):
    """Billing codes that nobody mistypes for each other."""
    return f"820240305{n * 1237:06}"


def near(n):
    return f"8202403050{n:05}"


class Nights(unittest.TestCase):
    """Every test ends with `verify` finding nothing, each night identical when it is run again, and `explain`
    saying of each entry and application what was sealed."""

    maxDiff = None

    def site(self, name="", **settings):
        name = name or self.id().rsplit("test_", 1)[1][:40]
        site = Site(name, **settings)
        self.addCleanup(site.close)
        self.sites = getattr(self, "sites", []) + [site]
        return site

    def tearDown(self):
        for site in getattr(self, "sites", []):
            verified = site.command("verify")
            self.assertEqual((verified.code, verified.last.split(", ")[-1]), (0, "0 differences"),
                             verified.out + verified.err)
            self.assertEqual(site.rerun_all(), [])
            self.assertEqual(site.asof_all(), [])
            self.assertEqual(site.explained_otherwise(), [])
            self.assertEqual(site.revisions_all(), [])

    def said(self, night, run, books=None, next_step="none"):
        """The last line of a run that was committed."""
        count = f"{books}/{books}" if books else r"(\d+)/\1"
        self.assertRegex(night.last, f"^run={run} committed=yes published={count} next={next_step}$")


def main(module):
    """Without arguments: the classes side by side, each in a process of its own, told one after the other."""
    if len(sys.argv) > 1:
        unittest.main()
    names = [name for name, value in vars(module).items()
             if isinstance(value, type) and issubclass(value, Nights) and value is not Nights]

    def play(name):
        return subprocess.run([sys.executable, module.__file__, name], capture_output=True, text=True, check=False)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(play, names))
    for name, result in zip(names, done):
        print(f"{name}\n{result.stdout}{result.stderr}")
    sys.exit(any(result.returncode for result in done))
