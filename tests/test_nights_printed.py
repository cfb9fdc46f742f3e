#!/usr/bin/python3
"""test_nights_printed: what a book says of itself on paper: pages, rows of offices that are not final, and which rules are
not those of the run before."""

import re
import sys
import unittest
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import openpyxl  # noqa: E402
from nights_kit import DAY, NEXT, THIRD, Nights, application, bca, code, compact, paid  # noqa: E402

ACCOUNT, BALI = "0123456789", "0123456790"
SAME, CHANGED = "Terhadap run sebelumnya", "Aturan (SHA-256)"


def opened(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)


def said(site, day, label):
    return next((row[1] for row in site.book(day=day).sheets["Tentang"] if row[0] == label), None)


class Printed(Nights):
    def test_the_last_sheet_says_which_rules_changed(self):
        site = self.site(rules=lambda folder: None)
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        self.assertRegex(said(site, DAY, CHANGED), "^[0-9a-f]{64}$")
        self.assertIsNone(said(site, DAY, SAME))  # there is no run before

        rules = site.folder / "rules"
        with open(rules / "tariffs.yaml", "a", encoding="utf-8") as file:
            file.write("# the same tariffs, said once more\n")
        (rules / "targets.yaml").unlink()
        (rules / "channels/baru.yaml").write_text((rules / "channels/pos.yaml").read_text().replace(
            "channel: pos", "channel: baru").replace("POSREKON", "BARUREKON").replace(
                "expect: daily", "expect: nothing"))
        site.quiet(NEXT)
        site.run(NEXT, None)
        self.assertEqual(said(site, NEXT, SAME),
                         "berubah: tariffs.yaml; baru: channels/baru.yaml; tidak dipakai lagi: targets.yaml")
        self.assertNotEqual(said(site, NEXT, CHANGED), said(site, DAY, CHANGED))
        rows = site.book(day=NEXT).sheets["Tentang"]
        digests = {row[c]: row[c + 1] for row in rows for c in (0, 6) if row[c + 1]}
        self.assertRegex(digests["tariffs.yaml"], "^[0-9a-f]{16} · berubah$")
        self.assertRegex(digests["channels/baru.yaml"], "^[0-9a-f]{16} · baru$")
        self.assertRegex(digests["deadlines.yaml"], "^[0-9a-f]{16}$")

        site.quiet(THIRD)
        site.run(THIRD, None)
        self.assertEqual(said(site, THIRD, SAME), "tidak berubah")
        # said from the archive alone, to the same bytes
        self.assertRegex(site.command("rerun", "--from", DAY, "--to", THIRD, code=0).out, "(?s)identical.*identical.*identical")
        site.command("report", "--period", NEXT, "--as-of", NEXT, "--out", site.folder / "again", code=0)
        for name in (f"palembang/harian-{NEXT}.xlsx", f"nasional/nasional-{NEXT}.xlsx"):
            self.assertEqual((site.folder / "again" / name).read_bytes(), (site.output / name).read_bytes())

    def test_an_office_whose_account_is_silent_stands_in_italics(self):
        def list_accounts(folder):
            with open(folder / "channels/bca.yaml", "a", encoding="utf-8") as file:
                file.write(f"accounts:\n  - {{account: '{ACCOUNT}', office: palembang}}\n"
                           f"  - {{account: '{BALI}', office: denpasar}}\n")

        def slanted(day):
            sheet = opened(site.output / f"nasional/nasional-{day}.xlsx")["Kantor"]
            rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value in ("palembang", "denpasar")}
            notes = [row[0].value for row in sheet.iter_rows() if str(row[0].value).startswith("Huruf miring")]
            return {name for name, row in rows.items() if all(cell.font.i for cell in row[:6])}, len(notes)

        site = self.site(rules=list_accounts)
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", office="denpasar"))
        site.quiet(DAY)  # the account of Palembang alone
        site.run(DAY, 1)
        self.assertEqual(slanted(DAY), ({"denpasar"}, 1))
        site.quiet(NEXT, but=["bca", "pos"])  # what belongs to no account: every office
        site.run(NEXT, 1)
        self.assertEqual(slanted(NEXT), ({"palembang", "denpasar"}, 1))
        for day in (DAY, NEXT):
            site.put(f"BCA_{BALI}_{compact(day)}.csv", bca(day, []).replace(ACCOUNT, BALI))
        site.deliver("pos", NEXT, [])
        site.deliver("bca", NEXT, [])
        site.quiet(THIRD)
        site.put(f"BCA_{BALI}_{compact(THIRD)}.csv", bca(THIRD, []).replace(ACCOUNT, BALI))
        site.run(THIRD, 0)
        self.assertEqual(slanted(THIRD), (set(), 0))

    def test_one_is_not_many(self):
        site = self.site(settings=["language: en"])
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"indomaret": [paid("09:00:00", code(1), 5)]}, but=["pos"])
        site.run(DAY, 1)
        rows = site.book().sheets["Summary"]
        self.assertTrue(rows[2][0].startswith("PROVISIONAL: 1 channel incomplete · "), rows[2][0])
        self.assertRegex(rows[3][0], r"^1 difference Rp.*; 1 channel incomplete")

    def test_the_summary_is_one_page(self):
        """The days behind the chart are not printed, the chart is; every page says whose it is."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"indomaret": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        sheet = opened(site.output / f"palembang/harian-{DAY}.xlsx")["Ringkasan"]
        titles = {str(row[0].value)[:2]: row[0].row for row in sheet.iter_rows() if row[0].value}
        last = int(re.fullmatch(r"\$?A\$?1:\$?[A-Z]+\$?(\d+)", sheet.print_area[0]).group(1))
        self.assertTrue(titles["D."] < last < titles["E."], (titles, sheet.print_area))
        self.assertEqual(len(sheet.row_breaks.brk), 0)
        chart = sheet._charts[0].anchor._from  # beside block C
        self.assertTrue(titles["C."] <= chart.row + 1 < titles["D."], chart.row)
        foot = sheet.oddFooter
        self.assertIn("Kantor Imigrasi Palembang · Selasa, 5 Maret 2024", foot.left.text)
        self.assertIn("FINAL · Revisi 1", foot.right.text)


if __name__ == "__main__":
    unittest.main()
