#!/usr/bin/python3
"""test_overlap: `rekon match` given several downloads of one account: each payment counts once, whatever the order
of the files, and the second implementation says the same.
"""
import csv
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from nights_kit import COLUMNS, DAY, application, bca, code, name_of, paid  # noqa: E402

REKON = os.environ.get("REKON", str(ROOT / "build" / "rekon"))
TABLES = ("entries.csv", "applications.csv", "allocations.csv", "summary.csv")


class Overlap(unittest.TestCase):
    def decide(self, *downloads, exit_code=0):
        """The outcomes by code, of downloads of one day; by the engine in both orders, and by the reference."""
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            with open(folder / "applications.csv", "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
                writer.writeheader()
                writer.writerows(application(f"P-{n}", code(n), "08:00") for n in (1, 2, 3))
            paths = []
            for number, numbers in enumerate(downloads):
                path = folder / str(number) / name_of("bca", DAY)
                path.parent.mkdir()
                path.write_text(bca(DAY, [paid("", code(n), 350000) for n in numbers]))
                paths.append(path)
            results = []
            for out, files in (("a", paths), ("b", paths[::-1])):
                done = subprocess.run([REKON, "match", "--applications", folder / "applications.csv", "--statements",
                                       *files, "--out", folder / out, "--config", ROOT / "rekon.yaml"],
                                      capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, exit_code, done.stderr)
                results.append(self.tables(folder / out))
            subprocess.run([sys.executable, HERE / "reference.py", "--applications", folder / "applications.csv",
                            "--statements", *paths, "--out", folder / "c"], check=True, capture_output=True)
            self.assertEqual(results[0], results[1])
            self.assertEqual(results[0], self.tables(folder / "c"))
            with open(folder / "a" / "entries.csv", encoding="utf-8", newline="") as file:
                return sorted((row["billing_code"], row["outcome"]) for row in csv.DictReader(file))

    def tables(self, folder):
        return {name: (folder / name).read_text() for name in TABLES}

    def test_morning_and_evening(self):
        self.assertEqual(self.decide((1, 2), (1, 2, 3, 1)), [
            (code(1), "duplicate"), (code(1), "matched"), (code(2), "matched"), (code(3), "matched")])

    def test_three_of_a_day(self):
        self.assertEqual(self.decide((1, 2, 3), (1,), (1, 2)), [(code(n), "matched") for n in (1, 2, 3)])

    def test_one_that_lacks_a_row_is_held(self):
        self.assertEqual(self.decide((1,), (2, 3), exit_code=1), [(code(1), "matched")])


if __name__ == "__main__":
    unittest.main()
