#!/usr/bin/python3
"""test_diff: why a figure is not what it was, or would not be: by a tariff, a rule, an outage, the engine; between
two nights, and for one night between the rules that were sealed and those of now. The parts of every figure join
to its whole, the money sums to the difference. (test_nights_asof has statements, corrections, outages and second
runs between nights; test_sixty many of all of them.)"""

import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import openpyxl  # noqa: E402

from nights_kit import (DAY, NEXT, THIRD, Book, Nights, application, code, compact, decision,  # noqa: E402
                        decisions, main, near, paid)


class Diff(Nights):
    def change(self, site, name, before, after):
        path = site.folder / "rules" / name
        text = path.read_text(encoding="utf-8")
        self.assertIn(before, text)
        path.write_text(text.replace(before, after), encoding="utf-8")

    def diff(self, site, *words):
        """What it says, and its rows; the rows of one figure join to one another."""
        table = site.folder / "diff.csv"
        said = site.command("diff", *words, "--csv", table, code=0).out
        with open(table, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row for row in rows if not row["cause"]], [])
        last = {}
        for row in rows:
            key = row["book"], row["sheet"], row["figure"]
            self.assertEqual(row["before"], last.get(key, row["before"]), row)
            last[key] = row["after"]
            self.assertAlmostEqual(float(row["after"] or 0) - float(row["before"] or 0), float(row["difference"]))
        if "--cell" not in words:
            self.assertRegex(said, r"remainder +Rp0 +0\n$")
        return said, rows

    def causes(self, rows):
        return {(row["cause"], row["what"]) for row in rows}

    def test_a_decision(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"indomaret": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        site.put("decisions-1.csv", decisions(decision("D-1", "ignore", site.entries(code(1))[0])))
        site.quiet(NEXT)
        site.run(NEXT, None)
        said, rows = self.diff(site, DAY, NEXT)
        self.assertEqual(self.causes(rows), {("decision", "D-1")})
        self.assertRegex(said, r"decision D-1 \(2024-03-06-1\) +-Rp350.000 +-1\n")

    def test_a_tariff(self):
        site = self.site(rules=lambda folder: None)
        site.applications(application("P-1", code(1), "08:00", due=""))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 300000)]})
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(code(1))[0][1], "underpaid")
        self.change(site, "tariffs.yaml", "service: paspor-biasa, amount: 350000", "service: paspor-biasa, amount: 300000")
        said, rows = self.diff(site, DAY, "--rules", "now")
        self.assertEqual(self.causes(rows), {("tariff", "tariffs.yaml")})
        self.assertIn("2024-03-05, rules as sealed ", said)
        matched = [row for row in rows if row["figure"].endswith("TOTAL · Cocok (Rp)") and "nasional" in row["book"]]
        self.assertEqual([(row["before"], row["after"]) for row in matched], [("0", "300000")])

    def test_a_rule_between_two_nights(self):
        site = self.site(rules=lambda folder: None)
        site.applications(application("P-1", near(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", near(2), 350000)]}, but=("bca",))  # holds the lapse
        site.run(DAY, 1)
        self.assertEqual(site.outcomes(near(2))[0][1], "suggested")
        path = site.folder / "rules/matching.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text[:text.index("- rule: salah-ketik")], encoding="utf-8")
        site.quiet(NEXT, but=("bca",))
        site.run(NEXT, None)
        self.assertEqual(site.outcomes(near(2))[0][1], "unidentified")
        said, rows = self.diff(site, DAY, NEXT)
        self.assertEqual(self.causes(rows), {("rule", "matching.yaml")})
        self.assertGreater(len(rows), 0)
        # and asked of the first night alone
        said, rows = self.diff(site, f"{DAY}-1", "--rules", "now")
        self.assertEqual(self.causes(rows), {("rule", "matching.yaml")})

    def test_many_files_at_once(self):
        def begin(folder):
            (folder / "outages.yaml").write_text("[]\n", encoding="utf-8")
            (folder / "engine.yaml").write_text("format: 1\n", encoding="utf-8")
        site = self.site(rules=begin, reports=("harian", "nasional", "bulanan"))
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "09:00"),
                          application("P-3", code(3), "08:00", due=""), application("P-4", code(4), "08:00"),
                          application("P-5", code(5), "08:00"))
        site.quiet(DAY, {"pos": [paid("10:30:00", code(1), 350000), paid("15:00:00", code(2), 350000),
                                 paid("09:00:00", code(3), 300000)],
                         "indomaret": [paid("08:30:00", code(5), 350000)]})
        day = compact(DAY)[2:]
        site.put(f"MT940_{compact(DAY)}.sta", "\n".join([
            ":20:X", ":25:0123456789", f":60F:C{day}IDR0,", f":61:{day}C350000,NTRFNONREF//1X1",
            f":86:SETORAN {code(4)}", f":62F:C{day}IDR350000,", "-", ""]))
        site.run(DAY, None)
        same, rows = self.diff(site, DAY, "--rules", "now")
        self.assertEqual(rows, [])
        self.assertIn("no figure changed", same)
        (site.folder / "rules/outages.yaml").write_text(
            f"- {{outage: pusat, label: Pusat, from: '{DAY} 10:40', until: '{DAY} 16:00'}}\n", encoding="utf-8")
        (site.folder / "rules/engine.yaml").write_text(
            "format: 1\nbehaviours:\n  - {behaviour: statements_without_number, from: 2022-01-26}\n", encoding="utf-8")
        self.change(site, "deadlines.yaml", "within: 2h", "within: 3h")
        self.change(site, "tariffs.yaml", "service: paspor-biasa, amount: 350000", "service: paspor-biasa, amount: 300000")
        said, rows = self.diff(site, DAY, "--rules", "now", "--period", DAY)
        self.assertEqual(self.causes(rows), {("tariff", "tariffs.yaml"), ("rule", "deadlines.yaml"),
                                             ("outage", "outages.yaml"), ("program", "engine.yaml")})
        self.assertRegex(said, r"2024-03-05, rules as sealed +Rp1.350.000 +4\n"
                               r" +program engine.yaml \(2024-03-05-1\) +Rp350.000 +1\n"
                               r" +2024-03-05, rules of now +Rp1.700.000 +5\n")
        # what it says of now is what the night says when it is made again by the rules of now
        site.command("rerun", "--date", DAY, "--rules", "now", "--out", site.folder / "now", code=0)
        book = Book(site.folder / "now/nasional" / f"nasional-{DAY}.xlsx")
        total = [row for row in rows if "nasional" in row["book"] and row["sheet"] == "Ringkasan"]
        now = {}
        for row in total:
            now[row["figure"]] = row["after"]
        channel = book.receipts()["TOTAL"]
        for figure, heading in (("TOTAL · Dibukukan (Rp) (=)", "Dibukukan (Rp)"), ("TOTAL · Cocok (Rp)", "Cocok (Rp)")):
            found = {value for name, value in now.items() if name.endswith(figure) and "Kanal" in name or
                     name.endswith(figure) and "kanal" in name}
            self.assertEqual({float(value) for value in found}, {float(channel[heading])}, figure)
        # one cell, the month, a workbook
        cell = total[0]
        said = site.command("diff", DAY, "--rules", "now", "--period", DAY, "--cell",
                            f"nasional/nasional!Ringkasan!{cell['cell']}", code=0).out
        self.assertIn(cell["what"], said)
        _, month = self.diff(site, DAY, "--rules", "now", "--period", DAY[:7])
        self.assertLessEqual({("program", "engine.yaml"), ("tariff", "tariffs.yaml")}, self.causes(month))
        path = site.folder / "diff.xlsx"
        site.command("diff", DAY, "--rules", "now", "--workbook", path, code=0)
        sheets = openpyxl.load_workbook(path)
        self.assertEqual(sheets.sheetnames, ["Uang", "Perbedaan"])
        text = "\n".join(str(cell.value) for row in sheets["Uang"] for cell in row if cell.value is not None)
        self.assertIn("2024-03-05, rules of now", text)

    def test_files_that_only_go_together(self):
        """A channel gets another name, also in the outage that names it: one file alone is not in order."""
        outage = "- {outage: o, label: O, from: '2024-03-01 10:00', until: '2024-03-01 11:00', channels: [NAME]}\n"

        def begin(folder):
            (folder / "outages.yaml").write_text(outage.replace("NAME", "tokopedia"), encoding="utf-8")
            bank = folder / "channels/bca.yaml"  # which would name it too
            bank.write_text(bank.read_text(encoding="utf-8").replace(", settles: tokopedia", ""), encoding="utf-8")
        site = self.site(rules=begin)
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"tokopedia": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        channels = site.folder / "rules/channels"
        text = (channels / "tokopedia.yaml").read_text(encoding="utf-8")
        (channels / "tokopedia.yaml").unlink()
        (channels / "toped.yaml").write_text(text.replace("channel: tokopedia", "channel: toped")
                                             .replace("TOKOPEDIA_", "TOPED_"), encoding="utf-8")
        (site.folder / "rules/outages.yaml").write_text(outage.replace("NAME", "toped"), encoding="utf-8")
        said, rows = self.diff(site, DAY, "--rules", "now")
        self.assertEqual(self.causes(rows), {("rule", "channels/tokopedia.yaml, channels/toped.yaml, outages.yaml")})

    def test_what_is_asked_for(self):
        site = self.site(rules=lambda folder: None)
        for night in (DAY, NEXT):
            site.quiet(night)
            site.run(night, 0)
        for words, why in (((DAY, NEXT, "--rules", "now"), "diff --rules now takes one day or run"),
                           ((DAY,), "takes two days or runs"), ((DAY, "--rules", "then"), "--rules takes now here"),
                           ((THIRD + "-1", "--rules", "now"), "holds no run")):
            self.assertIn(why, site.command("diff", *words, code=2).err)
        self.change(site, "tariffs.yaml", "amount: 350000", "amuont: 350000")
        self.assertIn('did you mean "amount"?', site.command("diff", DAY, "--rules", "now", code=3).err)


if __name__ == "__main__":
    main(sys.modules["__main__"])
