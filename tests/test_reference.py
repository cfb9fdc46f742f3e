#!/usr/bin/python3
"""test_reference: the engine, the second implementation and the truth must agree.

    test_reference.py [--rekon build/rekon] [--generate build/fixtures/generate] [--rules rules] [--quick]

For the corners of the rules, and for several seeds, sizes, days and offices: generate, decide with
`rekon match` and with reference.py, and compare file by file, column by column: no difference is allowed.
Then both against the truth: each line and each state as far as the data allow to know them, and the smaller
cases night by night. Last, what a marketplace has paid over: weeks of other lengths, the line of the national
book against the reference. `--rekon ''` leaves the engine out.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import openpyxl

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "accuracy"))
sys.dont_write_bytecode = True

import corners  # noqa: E402
import reference  # noqa: E402

# seed, applications, nights, first day, offices, noise, more
CASES = [
    (1, 300, 1, "2024-03-04", "palembang", "clean", []),
    (2, 3000, 3, "2024-02-27", "palembang,sampit,denpasar,jayapura", "full", []),
    (3, 20000, 7, "2024-03-04", "palembang,sampit,jakarta-selatan,tangerang,denpasar,jayapura", "demo",
     []),
    (4, 4000, 25, "2024-02-20", "all", "full", []),
    (5, 9000, 6, "2024-12-14", "manokwari,sampit,makassar,tangerang", "full", []),
    (6, 5000, 5, "2024-06-20", "ambon,palembang", "full", ["--rejects"]),
    (7, 60000, 4, "2024-12-30", "all", "full", []),
    (8, 3000, 12, "2024-06-18", "palembang,denpasar,jayapura", "full", []),
    (9, 2000, 9, "2022-04-10", "palembang,denpasar,jayapura", "full", []),
]
QUICK = 4
# Nights from days of the week that have weekends, holidays and joint leave behind them; seed by seed.
SETTLED = [(20 + nights, 150, nights, start, "palembang", noise, [])
           for start, noise in (("2024-03-06", "full"), ("2024-12-20", "full"), ("2024-03-04", "demo"))
           for nights in (2, 3, 5, 6, 8, 12)]
NIGHTS_MAX = 5000  # applications; each night is judged anew, so larger cases take long

# file: the columns that name a row. FREE: columns that each may word in its own way.
FILES = {
    "entries.csv": ("entry",),
    "applications.csv": ("application_id",),
    "allocations.csv": ("entry", "application_id"),
    "summary.csv": ("office", "channel", "outcome"),
    "rejects.csv": ("file", "line"),
}
FREE = {"rejects.csv": {"column", "reason"}}


def run(*command, codes=(0,)):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {done.returncode}\n"
                         f"{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def read(path, key, faults):
    """The rows by their key; what is wrong with the file itself goes to `faults`."""
    found, lengths = {}, set()
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        columns = next(reader)
        for cells in reader:
            row = dict(zip(columns, cells))
            name = tuple(row[column] for column in key)
            if len(cells) != len(columns):
                lengths.add(len(cells))
            if name in found and path.name not in FREE:
                faults["the key is there twice"].append(name)
            while name in found:  # a file sent again under its name has its rejects again
                name += ("again",)
            found[name] = row
    for length in lengths:
        faults[f"a row has {length} fields, not {len(columns)}"].append("")
    return found, columns


def differences(name, engine, reference):
    """How the engine's file differs from the reference's: for each kind how often, and one row."""
    key, faults = FILES[name], defaultdict(list)
    given, columns = read(engine / name, key, faults)
    wanted, wanted_columns = read(reference / name, key, defaultdict(list))
    if columns != wanted_columns:
        faults[f"columns are {columns}, wanted {wanted_columns}"].append("")
    for row in given.keys() - wanted.keys():
        faults["not in the reference"].append(row)
    for row in wanted.keys() - given.keys():
        faults["not in the engine"].append(row)
    for row in wanted.keys() & given.keys():
        for column in wanted_columns:
            is_, should = given[row].get(column), wanted[row][column]
            if is_ != should and column not in FREE.get(name, ()):
                faults[f"{column} is {is_!r}, wanted {should!r}"].append(row)
    if not faults and list(given) != list(wanted):
        faults["rows are in another order"].append("")
    return [f"{name}: {len(rows)} times {what}: {min(rows)}"
            for what, rows in sorted(faults.items(), key=lambda item: -len(item[1]))]


def generate(case, folder, given):
    seed, applications, nights, start, offices, noise, more = case
    run(given.generate, "--seed", seed, "--applications", applications, "--nights", nights, "--start",
        start, "--offices", offices, "--noise", noise, *more, "--out", folder)


def check(folder, given):
    inputs = ["--applications", folder / "applications.csv", "--statements", folder / "inbox"]
    run(sys.executable, HERE / "reference.py", *inputs, "--out", folder / "reference")
    compare = [sys.executable, HERE / "accuracy" / "compare.py", "--strict"]
    faults = []
    told = run(*compare, folder / "reference", folder, codes=(0, 1))
    if "wrong_confirmations=0 missed=0 extra=0 wrong_states=0" not in told:
        faults.append("reference against truth:\n" + told)
    if given.rekon:
        files = [path for path in sorted((folder / "inbox").rglob("*")) if path.is_file()]
        run(given.rekon, "match", *inputs[:2], "--statements", *files, "--out", folder / "engine",
            "--config", ROOT / "rekon.yaml", "--rules", given.rules,
            "--write", "summary,entries,applications,rejects", codes=(0, 1))
        for name in FILES:
            faults += differences(name, folder / "engine", folder / "reference")
        told = run(*compare, folder / "engine", folder, codes=(0, 1))
        if "wrong_confirmations=0 missed=0 extra=0 wrong_states=0" not in told:
            faults.append("engine against truth:\n" + told)
    return faults


def told_settled(path):
    """What the national book says of the marketplace: (paid, fees, expected, arrived, short or over, age)."""
    rows = list(openpyxl.load_workbook(path, data_only=True)["Ringkasan"].iter_rows(values_only=True))
    top = next(i for i, row in enumerate(rows) if row[0] == "D. Pelimpahan dari kanal ke rekening")
    return next(row for row in rows[top:] if row[0] == "Tokopedia")[1:7]


def check_settled(folder, case, given):
    last = date.fromisoformat(case[3]) + timedelta(days=case[2] - 1)
    files = [path for path in sorted((folder / "inbox").rglob("*")) if path.is_file()]
    run(given.rekon, "match", "--applications", folder / "applications.csv", "--statements", *files, "--out",
        folder / "engine", "--config", ROOT / "rekon.yaml", "--rules", given.rules, "--write", "workbooks",
        "--period", last, "--report", "nasional", "--as-at", f"{last + timedelta(days=1)}T00:00:00+07:00",
        codes=(0, 1))
    statements = reference.read_statements(files)
    reference.number_and_align(statements)
    wanted = tuple(value if value is None else int(value) for value in reference.settled(statements, "tokopedia", last))
    told = told_settled(next((folder / "engine").rglob("nasional-*.xlsx")))
    return wanted, [] if told == wanted else [f"{case}: the book says {told}, wanted {wanted}"]


def settled_cases(given):
    """All of them are one case: what is short, over, and due must occur in it."""
    faults, seen = [], []
    for case in SETTLED:
        with tempfile.TemporaryDirectory() as folder:
            generate(case, folder, given)
            wanted, more = check_settled(Path(folder), case, given)
        seen.append(wanted)
        faults += more
    for what, occurs in (("is short", any(row[4] < 0 for row in seen)), ("arrives", any(row[3] for row in seen)),
                         ("is due", any(row[2] for row in seen)), ("is even", any(row[4] == 0 for row in seen))):
        faults += [] if occurs else [f"in none of these weeks anything {what}"]
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rekon", default=str(ROOT / "build" / "rekon"))
    parser.add_argument("--generate", default=str(ROOT / "build" / "fixtures" / "generate"))
    parser.add_argument("--rules", default=str(ROOT / "rules"))
    parser.add_argument("--quick", action="store_true", help="the smaller cases only")
    given = parser.parse_args()
    failed = 0
    cases = [None] + (CASES[:QUICK] if given.quick else CASES) + (["settled"] if given.rekon else [])
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            if case == "settled":
                faults = settled_cases(given)
            else:
                if case:
                    generate(case, folder, given)
                else:
                    corners.make(folder)
                faults = check(Path(folder), given)
            if case and case != "settled" and case[1] <= NIGHTS_MAX:
                told = run(sys.executable, HERE / "accuracy" / "nights.py", folder, codes=(0, 1))
                faults += [] if " extra=0 missing=0" in told else ["night by night:\n" + told]
        failed += bool(faults)
        name = "what the marketplace paid over" if case == "settled" else "corners of the rules" if not case else (
            f"seed {case[0]}, {case[1]} applications, {case[2]} nights from {case[3]}, {case[5]}")
        print(f"{'not ok' if faults else 'ok'} {name}")
        for fault in faults[:20]:
            print(f"    {fault}")
        if len(faults) > 20:
            print(f"    ... and {len(faults) - 20} more")
    print(f"reference: {len(cases) - failed} of {len(cases)} cases agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
