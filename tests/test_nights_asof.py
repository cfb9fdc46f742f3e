#!/usr/bin/python3
"""test_nights_asof: what was known on any night, and books that are published again. Every scenario also ends
with each night's books folded again to the bytes that it published (nights_kit)."""

import csv
import hashlib
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import openpyxl  # noqa: E402

from nights_kit import (  # noqa: E402
    DAY, NEXT, THIRD, Book, Nights, application, code, decision, decisions, main, name_of, paid)

FOURTH = "2024-03-08"


def path_of_bca(day):
    return name_of("bca", day)


def differing(then, now):
    """{(sheet, cell): (before, after)} of the summaries' numbers that differ, with the label of their row and
    the heading of their column the same."""
    found = {}
    old = {}
    for book, seen in ((then, old), (now, None)):
        heads, block = {}, None
        for r, row in enumerate(book.sheets["Ringkasan"]):
            if isinstance(row[0], str) and row[0][:2] in ("A.", "B.", "C."):
                block, heads = row[0], {}
                continue
            if block and not heads:
                heads = dict(enumerate(row))
                continue
            for c, value in enumerate(row):
                if not block or not isinstance(value, (int, float)) or isinstance(value, bool) or not heads.get(c):
                    continue
                key = (block, row[0], heads[c])
                if "periksa" in str(row[0]).lower() or heads[c].startswith(("Tertua", "Lengkap", "Baru")):
                    continue
                if seen is not None:
                    seen[key] = value
                elif old.get(key, 0) != value:
                    found[("Ringkasan", f"{chr(65 + c)}{r + 1}")] = (float(old.get(key, 0)), float(value))
    return found


class Asof(Nights):
    def report(self, site, period, *words, code=0):
        """The books by path."""
        folder = site.folder / "asked"
        ran = site.command("report", "--period", period, *words, "--out", folder, code=code)
        return {line.removeprefix(f"{folder}/"): Book(line) for line in ran.out.splitlines()}

    def late(self, name):
        """A payment of the 5th in time, its statement on the 7th."""
        site = self.site(name=name)
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(2), 350000)]}, but=("indomaret",))
        site.run(DAY, 1)
        site.quiet(NEXT, but=("indomaret",))
        site.run(NEXT, 1)
        site.deliver("indomaret", DAY, [paid("09:00:00", code(1), 350000)])
        site.deliver("indomaret", NEXT, [])
        site.quiet(THIRD)
        site.run(THIRD, 0)
        return site

    def diff(self, site, before, after, *words, code=0):
        """(what it says, its table)"""
        table = site.folder / "diff.csv"
        ran = site.command("diff", before, after, "--csv", table, *words, code=code)
        with open(table, encoding="utf-8", newline="") as file:
            return ran.out, list(csv.DictReader(file))

    def test_why_a_figure_changed(self):
        site = self.late("why")
        statement = f"IDMREKON_{DAY.replace('-', '')}.txt"
        said, rows = self.diff(site, DAY, THIRD)
        self.assertEqual({(row["cause"], row["what"], row["run"]) for row in rows},
                         {("statement", statement, f"{THIRD}-1")})
        self.assertRegex(said, r"remainder +Rp0 +0\n$")
        self.assertRegex(said, f"statement {statement} \\({THIRD}-1\\) +Rp350.000 +1\n")
        # every figure of the two books of the day, cell by cell
        then, now = site.book(), site.book(revision=2)
        changed = {(row["sheet"], row["cell"]): row for row in rows if row["book"].startswith("palembang/")}
        for place, (before, after) in differing(then, now).items():
            row = changed.pop(place)
            self.assertEqual((float(row["before"] or 0), float(row["after"])), (before, after), row)
        self.assertEqual([row for row in changed.values() if row["sheet"] == "Ringkasan"], [])
        # one cell alone
        place = next(row["cell"] for row in rows if row["figure"].endswith("Indomaret · Dibukukan (Rp) (=)"))
        said = site.command("diff", DAY, THIRD, "--cell", f"palembang/harian!Ringkasan!{place}", code=0).out
        self.assertEqual(said.count("by statement"), 1)
        self.assertIn("Rp0 -> Rp350.000  by statement " + statement, said)
        # as a workbook
        path = site.folder / "diff.xlsx"
        site.command("diff", DAY, THIRD, "--workbook", path, code=0)
        book = Book(path)
        self.assertEqual([row[2] for row in book.sheets["Uang"][3:]], [350000, 350000, 700000, 0])
        self.assertEqual(sum(row[6] for row in book.sheets["Perbedaan"][3:]),
                         sum(float(row["difference"]) for row in self.diff(site, DAY, THIRD)[1]))
        # names that are not there
        for words, hint in ((("report", "--period", DAY, "--report", "haria"), '"harian"'),
                            (("report", "--period", DAY, "--office", "palembng"), '"palembang"'),
                            (("diff", DAY, THIRD, "--office", "palembng"), '"palembang"')):
            self.assertIn(f"did you mean {hint}?", site.command(*words, code=2).err)
        # nothing between the 5th and the 6th
        said, rows = self.diff(site, DAY, NEXT)
        self.assertEqual(rows, [])
        self.assertIn("no figure changed", said)
        self.assertIn("takes two days or runs", site.command("diff", DAY, code=2).err)

    def test_the_language_of_today_and_of_then(self):
        site = self.late("language")
        english = site.folder / "english.yaml"
        english.write_text(re.sub(r"^language: .*\n", "", site.config.read_text(), flags=re.M) + "language: en\n")
        for words, sheet in (((), "Summary"), (("--as-of", THIRD), "Ringkasan")):
            out = site.folder / sheet
            site.command("report", "--period", DAY, "--office", "palembang", "--out", out, *words, code=0, config=english)
            self.assertIn(sheet, Book(next(out.rglob("*.xlsx"))).sheets)

    def causes(self, site, before, after):
        return {(row["cause"], row["what"]) for row in self.diff(site, before, after)[1]}

    def test_a_statement_that_is_accepted_later(self):
        site = self.site(name="accepted")
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, but=("indomaret",))
        path = site.deliver("indomaret", DAY, [paid("09:00:00", code(1), 350000)], total=1)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        site.run(DAY, 1)
        site.quiet(NEXT)
        site.put("decisions-1.csv", decisions(decision("D-1", "accept_file", digest)))
        site.run(NEXT, 0)
        self.assertEqual(self.causes(site, DAY, NEXT), {("correction", path.name)})
        self.assertEqual({row["Sebab"] for row in site.book(revision=2).corrections()},
                         {f"rekening koran yang diterima kemudian {path.name}"})

    def test_a_payment_that_is_taken_back(self):
        site = self.site(name="back")
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"bca": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        site.quiet(NEXT, {"bca": [paid("09:00:00", code(1), 350000, direction="DB")]})
        site.run(NEXT, None)
        self.assertEqual([row[1] for row in site.outcomes(code(1))], ["reversed", "reversal"])
        said, rows = self.diff(site, DAY, NEXT)
        self.assertEqual({(row["cause"], row["what"]) for row in rows}, {("statement", path_of_bca(NEXT))})
        # the money stays booked on the 5th: it is negative on the 6th
        self.assertRegex(said, r"2024-03-05 +Rp350.000 +1\n( .*\n)*  2024-03-06 +Rp350.000 +1\n  remainder +Rp0 +0\n$")
        moved = {row["figure"].split(" · ")[-1]: float(row["difference"]) for row in rows
                 if row["book"].startswith("palembang") and "TOTAL" in row["figure"] and row["sheet"] == "Ringkasan"}
        self.assertEqual(moved, {"Cocok (Rp)": -350000})

    def test_an_outage_that_is_written_down_late(self):
        def none(folder):
            (folder / "outages.yaml").write_text("[]\n", encoding="utf-8")
        site = self.site(name="outage", rules=none)
        site.applications(application("P-1", code(1), "09:00"))
        site.quiet(DAY, {"pos": [paid("15:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(code(1))[0][1], "late")
        (site.folder / "rules/outages.yaml").write_text(
            f"- {{outage: pusat, label: Pusat, from: '{DAY} 10:00', until: '{DAY} 16:00'}}\n", encoding="utf-8")
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(code(1))[0][1], "matched")
        self.assertEqual(self.causes(site, DAY, NEXT), {("outage", "pusat")})
        self.assertEqual({row["Sebab"] for row in site.book(revision=2).corrections()}, {"gangguan pusat"})

    def test_a_second_run_of_the_night(self):
        site = self.site(name="again")
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.quiet(DAY, but=("pos",))
        site.run(DAY, 1)
        site.deliver("pos", DAY, [paid("09:00:00", code(1), 350000)])
        site.run(DAY, 0)
        said, rows = self.diff(site, f"{DAY}-1", f"{DAY}-2")
        paid_now = [row for row in rows if row["figure"].endswith("TOTAL · Dibayar (−)")
                    and row["book"].startswith("palembang")]
        self.assertEqual([(row["before"], row["after"], row["cause"]) for row in paid_now], [("0", "1", "statement")])
        # the other application lapses, as nothing is missing any more
        self.assertEqual({row["cause"] for row in rows}, {"statement", "time"})
        self.assertRegex(said, r"remainder +Rp0 +0\n$")

    def test_a_statement_that_comes_late(self):
        site = self.late("late")
        then = site.book().receipts()
        self.assertEqual(then["TOTAL"]["Dibukukan (Rp)"], 350000)
        for day, booked in ((DAY, 350000), (NEXT, 350000), (THIRD, 700000)):
            books = self.report(site, DAY, "--as-of", day, "--office", "palembang")
            name = f"palembang/harian-{DAY}" + ("" if day == DAY else f".per-{day}") + ".xlsx"
            self.assertEqual(list(books), [name])
            self.assertEqual(books[name].receipts()["TOTAL"]["Dibukukan (Rp)"], booked, day)
            self.assertIn(f"Diketahui s.d. {day}-1", books[name].sheets["Ringkasan"][2][0])
        # without a day: as known now
        books = self.report(site, DAY, "--office", "palembang")
        self.assertEqual(books[f"palembang/harian-{DAY}.per-{THIRD}.xlsx"].receipts()["TOTAL"]["Dibukukan (Rp)"],
                         700000)
        # what the nights themselves saw stays as it was
        self.assertEqual(books[f"palembang/harian-{DAY}.per-{THIRD}.xlsx"].movements(), site.book().movements())

    def test_its_book_is_published_again(self):
        site = self.late("revised")
        self.assertEqual(sorted(path.name for path in (site.output / "palembang").iterdir()),
                         [f"harian-{DAY}.r2.xlsx", f"harian-{DAY}.xlsx", f"harian-{NEXT}.xlsx",
                          f"harian-{THIRD}.xlsx"])
        book = site.book(revision=2)
        self.assertIn("Revisi 2", book.sheets["Ringkasan"][2][0])
        self.assertEqual(book.receipts()["TOTAL"]["Dibukukan (Rp)"], 700000)
        told = book.corrections()
        self.assertEqual({row["Run"] for row in told}, {f"{THIRD}-1"})
        self.assertEqual({row["Sebab"] for row in told}, {f"rekening koran IDMREKON_{DAY.replace('-', '')}.txt"})
        booked = [row for row in told if row["Baris/kolom"].endswith("Indomaret · Dibukukan (Rp) (=)")]
        self.assertEqual([(row["Semula"], row["Menjadi"], row["Selisih"]) for row in booked], [(0, 350000, 350000)])
        listed = [row for row in told if row["Lembar"] == "Penerimaan" and code(1) in row["Baris/kolom"]]
        self.assertEqual([(row["Semula"], row["Menjadi"]) for row in listed], [("–", 350000)])
        self.assertNotIn("Koreksi", site.book().sheets)
        # the national book leads to the edition that was published with it
        self.assertEqual(self.links(site, 1), f"../palembang/harian-{DAY}.xlsx")
        self.assertEqual(self.links(site, 2), f"../palembang/harian-{DAY}.r2.xlsx")
        # nothing more to say: the next night publishes no third edition
        site.quiet(FOURTH)
        site.run(FOURTH, 0)
        self.assertFalse((site.output / "palembang" / f"harian-{DAY}.r3.xlsx").exists())

    def links(self, site, revision):
        edition = f".r{revision}" if revision > 1 else ""
        book = openpyxl.load_workbook(site.output / f"nasional/nasional-{DAY}{edition}.xlsx")
        row = next(row for row in book["Kantor"].iter_rows() if row[0].value == "palembang")
        return next(cell.hyperlink.target for cell in row if cell.hyperlink)

    def test_a_second_run_says_what_changed(self):
        """The books of 2024-03-05-2 have the sheet Koreksi, as those of a later night: a statement that came
        between the two runs, and nil for an office of which it tells nothing."""
        site = self.site("again", reports=("harian", "nasional", "bulanan"))
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", office="jambi"))
        site.quiet(DAY, {"pos": [paid("08:30:00", code(2), 350000)]}, but=("indomaret",))
        site.run(DAY, 1)
        site.deliver("indomaret", DAY, [paid("08:10:00", code(1), 350000)])
        site.run(DAY, 0)
        self.assertNotIn("Koreksi", site.book().sheets)
        told = site.book(revision=2).corrections()
        self.assertEqual({row["Run"] for row in told}, {f"{DAY}-2"})
        self.assertEqual({row["Tanggal laporan"].strftime("%Y-%m-%d") for row in told}, {DAY})
        self.assertEqual({row["Sebab"] for row in told}, {f"rekening koran IDMREKON_{DAY.replace('-', '')}.txt"})
        changed = {(row["Lembar"], row["Baris/kolom"]): (row["Semula"], row["Menjadi"], row["Selisih"]) for row in told}
        self.assertEqual(changed["Ringkasan", "B. Penerimaan per kanal · Indomaret · Dibukukan (Rp) (=)"],
                         (0, 350000, 350000))
        self.assertEqual(changed["Ringkasan", "A. Mutasi permohonan per layanan · Paspor biasa · Dibayar (−)"], (0, 1, 1))
        self.assertEqual([what for (sheet, where), what in changed.items() if sheet == "Penerimaan" and code(1) in where], [("–", 350000, 350000)])
        sheet = openpyxl.load_workbook(site.output / f"jambi/harian-{DAY}.r2.xlsx")["Koreksi"]
        self.assertEqual([row[0].value for row in sheet.iter_rows(min_row=5)], ["Tanggal laporan", "nihil"])
        month = openpyxl.load_workbook(site.output / f"palembang/bulanan-2024-03.per-{DAY}.r2.xlsx")
        self.assertGreater(month["Koreksi"].max_row, 6)
        nation = Book(site.output / f"nasional/nasional-{DAY}.r2.xlsx")
        self.assertIn(350000, [row["Selisih"] for row in nation.corrections()])
        # a third run says what it changed, not what the second did
        site.put("decisions-1.csv", decisions(decision("D-1", "unmatch", site.entries(code(1))[0])))
        site.run(DAY, 0)
        told = site.book(revision=3).corrections()
        self.assertEqual(({row["Run"] for row in told}, {row["Sebab"] for row in told}), ({f"{DAY}-3"}, {"keputusan D-1"}))

    def test_a_second_run_keeps_its_findings(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00", due=300000), application("P-2", code(2), "08:00", due=1))
        site.quiet(DAY, but=("indomaret",))
        site.run(DAY, 1)
        site.deliver("indomaret", DAY, [paid("08:10:00", code(1), 300000)])
        site.run(DAY, None)
        for number in (1, 2):
            self.assertIn("T1-palembang-20240305", str(site.book(revision=number).sheets["Temuan"]))
        self.assertNotIn("Temuan", {row["Lembar"] for row in site.book(revision=2).corrections()})

    def test_a_second_change_is_a_third_edition(self):
        site = self.late("third")
        site.put("decisions-1.csv", decisions(decision("D-1", "unmatch", site.entries(code(1))[0])))
        site.quiet(FOURTH)
        site.run(FOURTH, 0)
        book = site.book(revision=3)
        self.assertEqual({row["Sebab"] for row in book.corrections()}, {"keputusan D-1"})
        moved = {row["Baris/kolom"].split(" · ")[-1]: row["Selisih"] for row in book.corrections()
                 if "Indomaret" in row["Baris/kolom"] and row["Lembar"] == "Ringkasan"}
        self.assertEqual(moved, {"Cocok (Rp)": -350000, "Dibayar hari ini (Rp) (+)": -350000,
                                 "Dibukukan (Rp) (=)": -350000, "Jumlah transaksi": -1})
        # the entry is no office's now
        nowhere = site.book("tanpa-kantor", revision=2)
        self.assertEqual(nowhere.receipts()["Indomaret"]["Selisih (Rp)"], 350000)
        self.assertEqual(site.book("nasional", revision=3).receipts()["TOTAL"]["Dibukukan (Rp)"], 700000)


if __name__ == "__main__":
    main(sys.modules["__main__"])
