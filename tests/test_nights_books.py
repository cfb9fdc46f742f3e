#!/usr/bin/python3
"""test_nights_books: the books that nights leave: those of the month beside those of the day, and a folder in
which another book lies already."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import openpyxl  # noqa: E402

from nights_kit import DAY, NEXT, ROOT, Nights, application, code, main, paid  # noqa: E402


class Books(Nights):
    def test_the_month_grows_from_night_to_night(self):
        site = self.site(reports=("harian", "nasional", "bulanan"))
        site.applications(application("P-1", code(1), "08:00", purpose="umrah"))
        site.quiet(DAY, {"indomaret": [paid("08:10:00", code(1), 350000)]})
        site.run(DAY, 0)
        site.applications(application("P-2", code(2), "08:00", day=NEXT, purpose="umrah"),
                          application("P-3", code(3), "09:00", day=NEXT, purpose="wisata"))
        site.quiet(NEXT, {"indomaret": [paid("08:10:00", code(2), 350000)]})
        site.run(NEXT, 0)
        first, second = (self.month(site, day) for day in (DAY, NEXT))
        self.assertEqual(first["A. Layanan"]["Paspor biasa"][:4], (1, 100, 1, None))
        self.assertEqual(second["A. Layanan"]["Paspor biasa"][:4], (3, 100, 2, 1))
        self.assertEqual(second["C. Paspor menurut tujuan"]["Umrah"][0], 2)
        self.assertEqual(second["C. Paspor menurut tujuan"]["TOTAL"][0], 3)

    def month(self, site, day):
        """{block: {label: figures}} of the breakdown; a nil is None."""
        book = openpyxl.load_workbook(site.output / f"palembang/bulanan-2024-03.per-{day}.xlsx", data_only=True)
        blocks, block = {}, {}
        for row in book["Rincian"].iter_rows(min_row=6, values_only=True):
            if row[0] and row[1] is None and row[2] is None:
                block = blocks.setdefault(row[0], {})
            elif row[0]:
                block[row[0]] = tuple(value or None for value in row[1:] if not isinstance(value, str))
        return blocks

    def test_books_of_provinces_and_zones(self):
        """Each has its book, its revisions, and can be asked for; their sums are those of their offices."""
        site = self.site(reports=("harian",))
        shared = (ROOT / "reports/harian.yaml").read_text()
        for scope, folder in (("province", "provinsi"), ("zone", "zona")):
            (site.folder / "reports" / f"{folder}.yaml").write_text(
                shared.replace("workbook: harian", f"workbook: {folder}").replace("per: office", f"per: {scope}")
                .replace("'{office}/harian-", f"'{{{scope}}}/{folder}-"))
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", office="jambi"),
                          application("P-3", code(3), "08:00", office="denpasar"))
        paid_now = [paid("08:10:00", code(1), 350000), paid("08:10:00", code(2), 350000)]
        site.quiet(DAY, {"indomaret": paid_now})
        site.run(DAY, 0)
        self.assertEqual(self.booked(site, f"WIB/zona-{DAY}.xlsx"), 700000)
        self.assertEqual(self.booked(site, f"WITA/zona-{DAY}.xlsx"), None)
        self.assertEqual(self.booked(site, f"Sumatera_Selatan/provinsi-{DAY}.xlsx"), 350000)
        self.assertEqual(self.booked(site, f"Jambi/provinsi-{DAY}.xlsx"), 350000)
        # an entry of the day that comes the next night
        site.quiet(NEXT, {"pos": [paid(f"{DAY} 08:30:00", code(3), 350000)]})
        site.run(NEXT, 0)
        self.assertEqual(sorted(p.relative_to(site.output).as_posix() for p in site.output.rglob("*.r2.xlsx")),
                         [f"Bali/provinsi-{DAY}.r2.xlsx", f"WITA/zona-{DAY}.r2.xlsx",
                          f"denpasar/harian-{DAY}.r2.xlsx"])
        self.assertEqual(self.booked(site, f"WITA/zona-{DAY}.r2.xlsx"), 350000)
        out = site.folder / "asked"
        done = site.command("report", "--period", DAY, "--office", "Sumatera Selatan", "--out", out, code=0)
        self.assertEqual(done.out.split("/asked/")[1:], [f"Sumatera_Selatan/provinsi-{DAY}.per-{NEXT}.xlsx\n"])
        done = site.command("report", "--period", DAY, "--office", "WITB", "--out", out, code=2)
        self.assertIn('no office, province or zone is called "WITB"', done.err)

    def booked(self, site, path):
        book = openpyxl.load_workbook(site.output / path, data_only=True)["Ringkasan"]
        top = next(row for row in range(1, 60) if str(book.cell(row, 1).value).startswith("B. "))
        heads = [book.cell(top + 1, c).value for c in range(1, 12)]
        total = next(row for row in range(top, 60) if book.cell(row, 1).value == "TOTAL")
        return book.cell(total, heads.index("Dibukukan (Rp) (=)") + 1).value or None

    def test_payers_are_named_in_no_book(self):
        """Statements name who paid, in narratives of every outcome: no sheet of any book does."""
        site = self.site(reports=("harian", "nasional", "bulanan"))
        names = ["SITI RAHAYU", "BUDI SANTOSO", "AGUS WIDODO", "DEWI LESTARI", "JOKO PURNOMO"]
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"),
                          application("P-3", code(3), "08:00"))
        site.quiet(DAY, {"bca": [
            paid("09:00:00", code(1), 350000, narrative=f"TRSF E-BANKING CR {code(1)} {names[0]}"),
            paid("09:00:00", code(1), 350000, narrative=f"TRSF E-BANKING CR {code(1)} {names[1]}"),  # again
            paid("09:00:00", code(2), 100000, narrative=f"SETORAN {code(2)} {names[2]}"),            # too little
            paid("09:00:00", code(9), 350000, narrative=f"SETORAN {code(9)} {names[3]}"),            # of nobody
            paid("09:00:00", "", 123000, narrative=f"{names[4]} PASPOR")]})
        site.run(DAY, 0)
        asked = site.folder / "asked"
        for report in ("selisih", "penerimaan", "bulanan"):
            site.command("report", "--period", DAY if report == "selisih" else DAY[:7], "--report", report,
                         "--reports", ROOT / "reports", "--out", asked, code=0)
        books = sorted([*site.output.rglob("*.xlsx"), *asked.rglob("*.xlsx")])
        self.assertGreaterEqual(len({path.name.split("-")[0] for path in books}), 5)
        listed = set()
        for path in books:
            for sheet in openpyxl.load_workbook(path):
                texts = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
                listed |= {sheet.title} if code(1) in texts or code(2) in texts else set()
                for name in names:
                    for word in name.split():
                        self.assertNotIn(word, texts.upper(), f"{path.name}!{sheet.title}")
        self.assertLessEqual({"Penerimaan", "Selisih", "Kedaluwarsa", "Tindak lanjut"} - listed, {"Kedaluwarsa"})

    def test_another_book_is_left_and_named(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"indomaret": [paid("08:10:00", code(1), 350000)]})
        path = site.output / f"palembang/harian-{DAY}.xlsx"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"written by somebody")
        night = site.run(DAY, 1)
        self.assertRegex(night.last, r"published=1/2 next=rekon-status$")
        self.assertEqual([w for w in night.warnings() if "another book lies there" in w],
                         [f"{path}: another book lies there and was left as it is: move it away, then "
                          "`rekon report` makes this one again"])
        self.assertEqual(path.read_bytes(), b"written by somebody")
        told = (f"books in whose place another one lies (move it away, then `rekon report` makes them again):\n"
                f"  palembang/harian-{DAY}.xlsx\n")
        self.assertIn(told, site.command("status", code=1).out)
        # the night after publishes its own books, and does not forget
        site.quiet(NEXT)
        self.said(site.run(NEXT, 0), f"{NEXT}-1")
        self.assertIn(told, site.command("status", code=1).out)
        site.command("verify", code=0)
        self.assertTrue((site.output / f"nasional/nasional-{DAY}.xlsx").exists())
        path.unlink()
        self.assertNotIn("another one lies", site.command("status", code=0).out)
        site.command("report", "--period", DAY, "--as-of", f"{DAY}-1", "--report", "harian", "--out", site.output,
                     code=0)
        self.assertEqual(openpyxl.load_workbook(path).sheetnames[0], "Ringkasan")

    def test_what_cannot_be_published_is_handed_over_all_the_same(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY)
        folder = site.output / "palembang"
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.write_text("a file where a folder should be")
        night = site.run(DAY, 6)
        self.assertIn("stage=hand-over confirmed=1 refused=0 failed=0", night.err)
        self.assertEqual(site.sql("SELECT answer FROM rekon.transition_answer"), [("confirmed",)])
        folder.unlink()
        site.run(DAY, 0)
        self.assertTrue((folder / f"harian-{DAY}.xlsx").exists())
        self.assertEqual(site.sql("SELECT answer FROM rekon.transition_answer"), [("confirmed",)])


if __name__ == "__main__":
    main(sys.modules["__main__"])
