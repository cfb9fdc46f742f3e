#!/usr/bin/python3
"""Figures that were printed about real offices, made again from applications with the same margins.

Palembang, May and June 2024; Manokwari, first half of 2025; Ranai, January to 28 August 2024; Banda Aceh,
2022. Applications and the payment of each go through `rekon match`; the cells of the book of the period
are read twice: as written, and as LibreOffice works them out.
"""
import csv
import itertools
import os
import subprocess
import sys
import tempfile
import unittest
import warnings
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import look_at_books  # noqa: E402

REKON = os.environ.get("REKON") or str(ROOT / "build/rekon")
COLUMNS = ("application_id,office,service,billing_code,amount_due,submitted_at,source,validity,purpose,kind,"
           "sex,status,charges").split(",")


def spread(margin):
    """{'umrah': 2, 'wisata': 1} as umrah, umrah, wisata."""
    return list(itertools.chain.from_iterable([value] * count for value, count in margin.items()))


class Office:
    """Applications of one office over some days, each paid ten minutes later at a minimarket."""

    def __init__(self, office, first, last, offset):
        self.office, self.first, self.last, self.offset = office, first, last, offset
        self.rows, self.paid = [], {}

    def add(self, service, due, paid=True, **more):
        number = len(self.rows)
        days = (self.last - self.first).days + 1
        day = self.first + timedelta(days=number % days)
        at = datetime(day.year, day.month, day.day, 9) + timedelta(seconds=number // days * 60)
        code = f"820{day:%y%m%d}{number:06}"
        self.rows.append({"application_id": f"P-{number:06}", "office": self.office, "service": service,
                          "billing_code": code, "amount_due": due,
                          "submitted_at": f"{at:%Y-%m-%dT%H:%M:%S}+{self.offset:02}:00", **more})
        if paid:
            wib = at + timedelta(minutes=10) - timedelta(hours=self.offset - 7)
            self.paid.setdefault(wib.date(), []).append((wib, code, due))

    def write(self, folder):
        with open(folder / "applications.csv", "w", newline="", encoding="utf-8") as file:
            used = [c for c in COLUMNS if any(row.get(c) for row in self.rows)]
            writer = csv.DictWriter(file, used, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(self.rows)
        for day in (self.first + timedelta(days=i) for i in range((self.last - self.first).days + 1)):
            payments = self.paid.get(day, [])
            lines = [f"H|REKON|{day:%Y%m%d}"]
            lines += [f"D|T0412|{at:%Y%m%d}|{at:%H%M%S}|{code}|{due}|2500|{i + 1:06}|00"
                      for i, (at, code, due) in enumerate(payments)]
            lines.append(f"T|{len(payments)}|{sum(due for _, _, due in payments)}")
            (folder / f"IDMREKON_{day:%Y%m%d}.txt").write_text("\n".join(lines) + "\n")


def books(office, period):
    """The period's book as written and as LibreOffice works it out: two openpyxl workbooks."""
    folder = Path(tempfile.mkdtemp(prefix="figures-"))
    office.write(folder)
    config = folder / "rekon.yaml"
    text = (ROOT / "rekon.yaml").read_text().splitlines()
    config.write_text("\n".join(f"{line.split(':')[0]}: {ROOT / line.split(':')[0]}"
                                if line.split(":")[0] in ("rules", "reports") else line for line in text) + "\n")
    subprocess.run([REKON, "match", "--config", config, "--applications", folder / "applications.csv",
                    "--statements", *sorted(folder.glob("IDMREKON_*")), "--write", "workbooks",
                    "--period", period, "--report", "bulanan", "--out", folder / "out"],
                   check=True, capture_output=True)
    book = folder / "out/workbooks" / office.office / f"bulanan-{period}.xlsx"
    again = look_at_books.recalculate([str(book)], str(folder))[0]
    faults, formulas = look_at_books.look_at(str(book), again)
    assert not faults and formulas > 0, faults
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what LibreOffice adds on its own
        return [openpyxl.load_workbook(path, data_only=True) for path in (book, again)]


def table(sheet, title):
    """The block of this title: its heads, and {label or labels of the row: {head: value}}."""
    top = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == title)
    heads = [sheet.cell(top + 1, c).value for c in range(1, sheet.max_column + 1)]
    labels = 1 if isinstance(sheet.cell(top + 2, 2).value, (int, float)) else 2
    rows = {}
    for row in range(top + 2, sheet.max_row + 1):
        key = tuple(sheet.cell(row, c + 1).value for c in range(labels))
        if key[0] is None:
            break
        rows[key[0] if labels == 1 else key] = {
            head: sheet.cell(row, c + 1).value for c, head in enumerate(heads) if head and c >= labels}
        if key[0] == "TOTAL":
            rows["TOTAL"] = rows.pop(key) if labels == 2 else rows["TOTAL"]
            break
    return rows


def column(rows, head):
    return {key: row[head] for key, row in rows.items() if key != "TOTAL"}


class Figures(unittest.TestCase):
    def test_palembang_may_and_june_2024(self):
        office = Office("palembang", date(2024, 5, 1), date(2024, 6, 30), 7)
        services = spread({"paspor-biasa": 1600, "paspor-elektronik": 2112})
        purposes = spread({"umrah": 2598, "wisata": 1114})
        for i, service in enumerate(services):
            office.add(service, 350000 if service == "paspor-biasa" else 650000,
                       purpose=purposes[i * 1009 % len(purposes)], validity="10")
        for book in books(office, "2024-05-01..2024-06-30"):
            rows = table(book["Rincian"], "A. Layanan")
            self.assertEqual(column(rows, "Dibayar"), {"Paspor biasa": 1600, "Paspor elektronik": 2112})
            self.assertEqual(rows["TOTAL"]["Dibayar"], 3712)
            purpose = table(book["Rincian"], "C. Paspor menurut tujuan")
            self.assertEqual(purpose["Umrah"]["Permohonan"], 2598)
            self.assertAlmostEqual(purpose["Umrah"]["Bagian %"], 69.99, places=2)
            self.assertEqual(purpose["TOTAL"]["Permohonan"], 3712)

    def test_manokwari_first_half_of_2025(self):
        office = Office("manokwari", date(2025, 1, 1), date(2025, 6, 30), 9)
        kinds = [("paspor-elektronik", "10", 950000, 230), ("paspor-elektronik", "5", 650000, 325),
                 ("paspor-biasa", "10", 650000, 35), ("paspor-biasa", "5", 350000, 262)]
        requests = spread({"baru": 517, "penggantian": 335})
        purposes = spread({"wisata": 561, "umrah": 206, "haji": 44, "berobat": 20, "belajar": 13, "bekerja": 8})
        passports = list(itertools.chain.from_iterable([(s, v, d)] * n for s, v, d, n in kinds))
        for i, (service, validity, due) in enumerate(passports):
            charges, more = ("percepatan", 1000000) if i < 60 else ("rusak", 500000) if i < 100 else ("", 0)
            office.add(service, due + more, validity=validity, charges=charges,
                       kind=requests[i * 211 % 852], purpose=purposes[i * 311 % 852])
        for _ in range(27):
            office.add("splp", 100000)
        for book in books(office, "2025-H1"):
            sheet = book["Rincian"]
            by_validity = table(sheet, "B. Paspor menurut jenis dan masa berlaku")
            self.assertEqual(column(by_validity, "Dibayar"), {
                ("Paspor elektronik", "10 tahun"): 230, ("Paspor elektronik", "5 tahun"): 325,
                ("Paspor biasa", "10 tahun"): 35, ("Paspor biasa", "5 tahun"): 262})
            by_kind = table(sheet, "D. Paspor menurut jenis permohonan")
            self.assertEqual(column(by_kind, "Dibayar"), {"Baru": 517, "Penggantian": 335})
            by_purpose = table(sheet, "C. Paspor menurut tujuan")
            self.assertEqual(column(by_purpose, "Dibayar"), {"Wisata": 561, "Umrah": 206, "Haji": 44,
                                                             "Berobat": 20, "Belajar": 13, "Bekerja": 8})
            for rows in (by_validity, by_kind, by_purpose):
                self.assertEqual(rows["TOTAL"]["Dibayar"], 852)
            target = table(book["Ringkasan"], "B. Penerimaan terhadap target")["Jumlah"]
            self.assertEqual(target["Dibukukan (Rp)"], 626900000)
            self.assertEqual(target["Target (Rp)"], 825000000)
            self.assertEqual(target["Capaian %"], 75.99)
            self.assertEqual(table(sheet, "A. Layanan")["SPLP"]["Dibayar"], 27)
            # the source says nothing of men and women
            self.assertIn("tidak tersedia", [c.value for row in sheet.iter_rows() for c in row])

    def test_ranai_january_to_august_2024(self):
        office = Office("ranai", date(2024, 1, 1), date(2024, 8, 28), 7)
        for service, due, men, women in (("paspor-elektronik", 650000, 96, 88), ("paspor-biasa", 350000, 437, 449)):
            for sex in spread({"L": men, "P": women}):
                office.add(service, due, sex=sex, validity="5")
        for book in books(office, "2024-01-01..2024-08-28"):
            rows = table(book["Rincian"], "F. Paspor menurut jenis kelamin")
            self.assertEqual(rows["Paspor elektronik"], {"Laki-laki": 96, "Perempuan": 88, "Jumlah": 184})
            self.assertEqual(rows["Paspor biasa"], {"Laki-laki": 437, "Perempuan": 449, "Jumlah": 886})
            self.assertEqual(rows["TOTAL"]["Jumlah"], 1070)
            target = table(book["Ringkasan"], "C. Permohonan terhadap target dan kuota")["Jumlah"]
            self.assertEqual(target["Paspor dibayar"], 1070)
            self.assertEqual(target["Target permohonan setahun"], 1152)
            self.assertEqual(target["Capaian setahun %"], 92.88)

    def test_banda_aceh_2022(self):
        office = Office("banda-aceh", date(2022, 2, 1), date(2022, 12, 31), 7)
        for service in spread({"paspor-biasa": 24179, "paspor-elektronik": 1996}):
            office.add(service, 350000 if service == "paspor-biasa" else 650000, status="issued")
        for _ in range(99):
            office.add("paspor-biasa", 350000, paid=False, status="refused")
        for book in books(office, "2022"):
            rows = table(book["Rincian"], "A. Layanan")
            self.assertEqual(column(rows, "Dibayar"), {"Paspor biasa": 24179, "Paspor elektronik": 1996})
            self.assertEqual(rows["TOTAL"]["Dibayar"], 26175)
            target = table(book["Ringkasan"], "C. Permohonan terhadap target dan kuota")["Jumlah"]
            self.assertEqual(target["Target permohonan"], 10000)
            self.assertEqual(target["Capaian %"], 261.75)
            first = table(book["Ringkasan"], "A. Permohonan dan penerimaan")["Jumlah"]
            self.assertEqual(first["Ditolak"], 99)
            self.assertEqual(first["Terbit"], 26175)


if __name__ == "__main__":
    unittest.main()
