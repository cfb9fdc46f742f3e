#!/usr/bin/python3
"""test_hostile [COUNT]: no text from outside becomes a formula.

COUNT texts that want to (2,000, and 10,000 in `make check-books`) are opened by openpyxl and by LibreOffice as
they were written, saved as CSV by LibreOffice, and those CSVs are opened again, with comma and with semicolon,
by a LibreOffice that is told to take formulas for formulas. Then the same kinds of texts come the way they would
come: as ids, purposes and references of applications and statements, and all books of `rekon match` are searched.
"""
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parent.parent
REKON = os.environ.get("REKON") or str(ROOT / "build/rekon")
COUNT = 2000
SIGNS = "=+-@＝＋－＠"
SKIPPED = " \u00a0\ufeff\u200b\u2060\u3000"
OURS = re.compile(r"=(SUM\([A-Z]+\d+:[A-Z]+\d+\)|SUBTOTAL\(109,[A-Z]+\d+:[A-Z]+\d+\)|[A-Z]+\d+([+-][A-Z]+\d+)*"
                  r"(-\(-?[\d.]*\))?|SUM\([A-Z]+\d+:[A-Z]+\d+\)-[A-Z]+\d+)$")


def convert(folder, to, files, infilter=None):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    command += [f"--infilter={infilter}"] if infilter else []
    subprocess.run(command + ["--convert-to", to, "--outdir", folder, *files], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)


def cells_of(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    return [cell for sheet in book for cell in sheet._cells.values() if cell.value is not None]  # those that are there


class Texts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="hostile-")
        subprocess.run([ROOT / "build/test/test_hostile", "--write", cls.folder, str(COUNT)], check=True)
        cls.books = [f"{cls.folder}/plain.xlsx", f"{cls.folder}/long.xlsx"]
        every = "csv:Text - txt - csv (StarCalc):%d,34,76,1,,0,false,true,false,false,false,-1"
        cls.csvs = {}
        for separator in ",;":
            folder = Path(cls.folder) / ("csv%d" % ord(separator))
            folder.mkdir()
            convert(str(folder), every % ord(separator), cls.books)
            cls.csvs[separator] = sorted(folder.glob("*.csv"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_every_cell_is_a_text(self):
        texts = 0
        for book in self.books:
            cells = cells_of(book)
            self.assertEqual([c.coordinate for c in cells if c.data_type not in ("s", "n")], [])
            texts += sum(c.data_type == "s" and c.column == 2 for c in cells)
        self.assertGreaterEqual(texts, COUNT)

    def test_libreoffice_sees_texts(self):
        folder = tempfile.mkdtemp(dir=self.folder)
        convert(folder, "xlsx", self.books)
        for book in self.books:
            cells = cells_of(Path(folder) / Path(book).name)
            self.assertEqual([c.coordinate for c in cells if c.data_type == "f"], [])
            self.assertGreaterEqual(sum(c.data_type == "s" and c.column == 2 for c in cells), COUNT // 2)

    def test_no_cell_of_a_csv_begins_a_formula(self):
        for saved, files in self.csvs.items():
            self.assertEqual(len(files), 4)
            for path in files:
                for opened in ",;\t":
                    with open(path, newline="", encoding="utf-8") as file:
                        for row in csv.reader(file, delimiter=opened):
                            for cell in row:
                                plain = cell.lstrip(SKIPPED)
                                is_dash = plain[:1] in "+-" and plain[1:2] in tuple(",;\t") + ("",)
                                if plain[:1] in tuple(SIGNS) and not is_dash:
                                    self.fail(f"saved with {saved!r}, opened with {opened!r}: {cell[:60]!r}")

    def test_no_csv_opens_with_a_formula(self):
        for saved, files in self.csvs.items():
            for opened in ",;":
                folder = tempfile.mkdtemp(dir=self.folder)
                convert(folder, "xlsx", files,
                        f"CSV:{ord(opened)},34,76,1,,0,false,true,false,false,false,-1,true")
                books = sorted(Path(folder).glob("*.xlsx"))
                self.assertEqual(len(books), len(files))
                for book in books:
                    self.assertEqual([(c.coordinate, c.value) for c in cells_of(book) if c.data_type == "f"], [],
                                     f"saved with {saved!r}, opened with {opened!r}")


PREFIXES = ["=", "+", "-", "@", " =", "\u00a0=", "\ufeff=", "＝", "＋", "'=", "\"=", "a;=", "a,@", "\u202e="]
BODIES = ["1+1", "cmd|' /C calc'!A0", "HYPERLINK(\"http://x.example\",\"klik\")", "DDE(\"cmd\";\"/C calc\")",
          "SUM(A1:A9)", "é\U0001f642", "x" * 200, "</t><f>1</f>", "_x003D_1"]


class Pipeline(unittest.TestCase):
    """The same by the way that data takes."""

    def test_ids_purposes_and_references(self):
        folder = Path(tempfile.mkdtemp(prefix="hostile-"))
        texts = [prefix + body for prefix in PREFIXES for body in BODIES]
        with open(folder / "applications.csv", "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow("application_id,office,service,billing_code,amount_due,submitted_at,purpose,source".split(","))
            for i, text in enumerate(texts):
                rows.writerow([f"{text}{i}", "palembang" if i % 3 else "=" + BODIES[i % 3], "paspor-biasa",
                               f"820240305{i:06}", 350000, "2024-03-05T08:00:00+07:00", text, text])
        with open(folder / "TOKOPEDIA_20240305.csv", "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["Order ID", "Payment Time", "Product", "Billing Code", "Net Amount", "Fee", "Status"])
            for i, text in enumerate(texts):
                code = 820240305000000 + i + (500000 if i % 5 == 0 else 0)
                rows.writerow([text, "2024-03-05 08:30:00", text, code, 347500 + 100000 * (i % 7 == 0), 2500, "SUCCESS"])
        config = folder / "rekon.yaml"
        config.write_text("\n".join(f"{line.split(':')[0]}: {ROOT / line.split(':')[0]}"
                                    if line.split(":")[0] in ("rules", "reports") else line
                                    for line in (ROOT / "rekon.yaml").read_text().splitlines()) + "\n")
        for period in ([], ["--period", "2024-03", "--report", "bulanan"],
                       ["--period", "2024-03-05", "--report", "selisih"]):
            done = subprocess.run([REKON, "match", "--config", config, "--applications", folder / "applications.csv",
                                   "--statements", folder / "TOKOPEDIA_20240305.csv", "--write", "workbooks",
                                   "--out", folder / "out", *period], capture_output=True, text=True, check=False)
            self.assertIn(done.returncode, (0, 1), done.stderr)
        books = sorted((folder / "out").rglob("*.xlsx"))
        self.assertGreaterEqual(len(books), 6)
        found = 0
        for book in books:
            for cell in cells_of(book):
                if cell.data_type == "f":
                    self.assertRegex(cell.value, OURS)
                elif cell.data_type == "s":
                    found += any(body in cell.value for body in BODIES)
                    self.assertFalse(cell.value.lstrip(SKIPPED)[:1] in tuple(SIGNS), cell.value[:60])
        self.assertGreater(found, len(texts))
        shutil.rmtree(folder)


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1].isdigit():
        COUNT = int(sys.argv.pop())
    unittest.main()
