#!/usr/bin/python3
"""test_deadlines: two hours to the second, on the clock of the office: a second before, sharp, and a second late, in
the three zones, over midnight, the ends of months and years, and into and out of leap days. Files against files."""

import csv
import os
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import COLUMNS, compact, paid, pos  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
REKON = os.environ.get("REKON") or str(ROOT / "build/rekon")
ZONES = {"palembang": 7, "denpasar": 8, "jayapura": 9}
# submitted at 22:30 of the office's clock: the term ends half an hour into the next day
DAYS = {"2024-03-05": "2024-03-06", "2024-04-30": "2024-05-01", "2022-12-31": "2023-01-01",
        "2024-02-28": "2024-02-29", "2024-02-29": "2024-03-01", "2023-02-28": "2023-03-01"}
PAID = {timedelta(hours=1, minutes=59, seconds=59): ("matched", "paid"),
        timedelta(hours=2): ("matched", "paid"), timedelta(hours=2, seconds=1): ("late", "paid_late")}
WIB = timezone(timedelta(hours=7))


class Deadlines(unittest.TestCase):
    def test_to_the_second(self):
        rows, payments, wanted = [], {}, {}
        for office, hours in ZONES.items():
            for day, ends_on in DAYS.items():
                for after, (outcome, state) in PAID.items():
                    n = len(rows) + 1
                    at = datetime.fromisoformat(f"{day}T22:30:00").replace(tzinfo=timezone(timedelta(hours=hours)))
                    code = f"8202403{n:08}"
                    rows.append({"application_id": f"P-{n}", "office": office, "service": "paspor-biasa",
                                 "billing_code": code, "amount_due": 350000, "submitted_at": at.isoformat(),
                                 "updated_at": at.isoformat(), "validity": "5"})
                    when = (at + after).astimezone(WIB)
                    payments.setdefault(when.date().isoformat(), []).append(
                        paid(when.strftime("%Y-%m-%d %H:%M:%S"), code, 350000))
                    wanted[f"P-{n}"] = (outcome, state, f"{ends_on}T00:30:00+{hours:02}:00")
        self.assertEqual(len(rows), 54)
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            with open(folder / "applications.csv", "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n", restval="")
                writer.writeheader()
                writer.writerows(rows)
            for day, those in payments.items():
                (folder / f"POSREKON_{compact(day)}.txt").write_text(pos(day, those), encoding="ascii")
            subprocess.run([REKON, "match", "--rules", ROOT / "rules", "--applications", folder / "applications.csv",
                            "--statements", *sorted(folder.glob("POS*")), "--out", folder / "out"], check=True,
                           capture_output=True, cwd=ROOT)
            found = {}
            with open(folder / "out/applications.csv", encoding="utf-8", newline="") as file:
                states = {row["application_id"]: row for row in csv.DictReader(file)}
            with open(folder / "out/entries.csv", encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    state = states[row["application_id"]]
                    found[row["application_id"]] = (row["outcome"], state["state"], state["deadline"])
        for identity, row in wanted.items():
            deadline = datetime.fromisoformat(found[identity][2])
            self.assertEqual(found[identity][:2] + (deadline,), row[:2] + (datetime.fromisoformat(row[2]),), identity)


if __name__ == "__main__":
    unittest.main()
