#!/usr/bin/python3
"""test_nights_settled: what a channel pays over to the bank account, less its fees: on time, too little, a day late,
too much; figures by hand. Tokopedia keeps Rp2.500 of each payment and pays over on the next working day; the BCA
account shows it. 2024-03-05 is a Tuesday, the 11th and 12th are holidays."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import DAY, NEXT, THIRD, Book, Nights, application, code, decision, decisions, main, paid  # noqa: E402

FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY, WEDNESDAY = (f"2024-03-{day:02}" for day in range(8, 14))
BLOCK = "D. Pelimpahan dari kanal ke rekening"


def payout(amount):
    return paid("10:00:00", "", amount, narrative="TRSF CR TOKOPEDIA PAYOUT")


class Settled(Nights):
    def open(self, name, **more):
        site = self.site(name, rules=lambda rules: None, **more)
        self.rows = 0
        return site

    def night(self, site, day, orders=(), payouts=(), code_of_run=0, **more):
        """`orders`: amounts that customers pay through the marketplace on the day."""
        rows = []
        for amount in orders:
            self.rows += 1
            site.applications(application(f"P-{self.rows}", code(self.rows), "08:00", due=amount, day=day))
            rows.append(paid("08:10:00", code(self.rows), amount))
        site.quiet(day, {"tokopedia": rows, "bca": [payout(amount) for amount in payouts]}, **more)
        site.run(day, code_of_run)
        return self.settled(site, day)

    def settled(self, site, day, revision=1, channel="Tokopedia"):
        """(due, fees, expected, arrived, short or over, age) of the national book; what is nil is 0 or None."""
        rows = site.book("nasional", day, revision).sheets["Ringkasan"]
        top = next(i for i, row in enumerate(rows) if row[0] == BLOCK)
        self.assertEqual(rows[top + 1][:7], [
            "Kanal", "Dibayar, jatuh tempo (Rp) (+)", "Potongan (Rp) (−)", "Diharapkan (Rp) (=)", "Diterima (Rp)",
            "Kurang (−) / lebih limpah (Rp)", "Umur tertua (hari)"])
        return tuple(next(row for row in rows[top:] if row[0] == channel)[1:7])

    def test_too_little_and_a_day_late(self):
        site = self.open("short")
        # Tuesday: 350.000 and 650.000 paid, due on Wednesday: 1.000.000 - 2 x 2.500
        self.assertEqual(self.night(site, DAY, (350000, 650000)), (0, 0, 0, 0, 0, None))
        # Wednesday: of the 995.000 that are due only 900.000 come; 350.000 are paid
        self.assertEqual(self.night(site, NEXT, (350000,), (900000,)), (1000000, 5000, 995000, 900000, -95000, 0))
        # Thursday: the 347.500 of Wednesday do not come; 95.000 are a day old
        self.assertEqual(self.night(site, THIRD), (350000, 2500, 347500, 0, -442500, 1))
        # Friday: they come, and pay what was due first: 95.000 of Wednesday, then 252.500 of Thursday's 347.500
        self.assertEqual(self.night(site, FRIDAY, (650000,), (347500,)), (0, 0, 0, 347500, -95000, 1))
        # Friday's payments are due on the working day behind the weekend and two days off: Wednesday
        for day, age in ((SATURDAY, 2), (SUNDAY, 3), (MONDAY, 4), (TUESDAY, 5)):
            self.assertEqual(self.night(site, day), (0, 0, 0, 0, -95000, age))
        # Wednesday: all that is due comes, the 95.000 too, and 5.000 that nobody owed
        self.assertEqual(self.night(site, WEDNESDAY, (), (647500, 100000)), (650000, 2500, 647500, 747500, 5000, None))

    def test_it_is_no_payment(self):
        """The credit is a settlement by its rule: no case, in no sum of receipts, in no book of an office."""
        site = self.open("payment")
        self.night(site, DAY, (350000,))
        self.night(site, NEXT, (), (347500,))
        self.assertEqual(site.sql(
            "SELECT outcome, rule, reason FROM rekon.outcome WHERE outcome = 'settlement'"),
            [("settlement", "pelimpahan-tokopedia", "a channel pays over what it took")])
        nation = site.book("nasional", NEXT)
        self.assertEqual(nation.receipts()["TOTAL"]["Dibukukan (Rp)"], 0)
        self.assertIn("COCOK", nation.sheets["Ringkasan"][3][0])
        # nothing else came without an office: there is no book of TANPA KANTOR
        self.assertEqual([path.name for path in (site.output / "tanpa-kantor").glob("*")], [])
        # what arrived early counts against what is not due yet, and is not too much
        self.assertEqual(self.settled(site, NEXT), (350000, 2500, 347500, 347500, 0, None))

    def test_what_nobody_knows_is_not_nil(self):
        """A channel without a settlement, and any office's part of one sum, are `tidak tersedia`."""
        site = self.open("unknown")
        self.night(site, DAY, (350000,))
        words = ("tidak tersedia",) * 6
        self.assertEqual(self.settled(site, DAY, channel="Indomaret"), words)
        self.assertEqual(self.settled(site, DAY, channel="TOTAL"), (0, 0, 0, 0, 0, None))
        receipts = site.book().receipts()
        self.assertEqual({name: row["Catatan bank (Rp)"] for name, row in receipts.items()},
                         {"BCA": 0, "Indomaret": "tidak tersedia", "Pos Indonesia": "tidak tersedia",
                          "Tokopedia": "tidak tersedia", "TOTAL": 0})

    def test_late_statements_and_decisions_change_it(self):
        """The marketplace's statement of Tuesday comes on Thursday: what was due on Wednesday is revised there, and
        a payment that a person ignores is owed no more."""
        site = self.open("late")
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, but=("tokopedia",))
        site.run(DAY, 1)
        site.quiet(NEXT, {"bca": [payout(347500)]})
        site.run(NEXT, 1)
        self.assertEqual(self.settled(site, NEXT), (0, 0, 0, 347500, 347500, None))  # nobody owed it, as far as known
        site.deliver("tokopedia", DAY, [paid("08:10:00", code(1), 350000), paid("09:10:00", code(7), 123000)])
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(self.settled(site, NEXT, 2)[:4], (473000, 5000, 468000, 347500))
        told = site.book("nasional", NEXT, 2).corrections()
        self.assertIn((0, 468000, "rekening koran TOKOPEDIA_20240305.csv"),
                      [(row["Semula"], row["Menjadi"], row["Sebab"]) for row in told])
        self.assertEqual(self.settled(site, THIRD), (0, 0, 0, 0, -120500, 1))
        site.put("decisions-1.csv", decisions(decision("D-1", "ignore", site.entries(code(7))[0])))
        site.quiet(FRIDAY)
        site.run(FRIDAY, 0)
        self.assertEqual(self.settled(site, FRIDAY), (0, 0, 0, 0, 0, None))

    def test_a_payout_names_a_channel_that_settles(self):
        site = self.open("rules")
        path = site.folder / "rules/channels/tokopedia.yaml"
        text = path.read_text()
        path.write_text(text[:text.index("\nsettlement:") + 1])
        said = site.command("check", code=3).err
        self.assertIn('"tokopedia" is a channel without a settlement', said)
        self.assertRegex(said, r"channels/bca.yaml:\d+:\d+")
        path.write_text(text.replace(", plus: fee", ""))
        self.assertIn("no field tells the fee that is kept back", site.command("check", code=3).err)
        path.write_text(text)


if __name__ == "__main__":
    main(sys.modules[__name__])
