#!/usr/bin/python3
"""test_nights_journal: money that goes back without a billing code finds its payment by the bank's journal
number, in whatever night and order the two come; of two payments with one number nothing is said.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import DAY, EXACT, NEXT, THIRD, Nights, application, code, compact, main  # noqa: E402

BACK, TAKEN = "takes an earlier entry back", "taken back by a later entry"
OUT, SEVERAL = "money going out", "several payments may be what it takes back"


def bni(day, *rows):
    """(time, journal, code, amount); without a code the narrative has none."""
    lines, balance = ["Post Date,Branch,Journal No.,Description,Amount,Db/Cr,Balance"], 10_000_000
    for when, journal, number, amount in rows:
        balance += amount
        on = f"{day[8:]}/{day[5:7]}/{day[2:4]} {when.replace(':', '.')}"
        text = f"BILL PAYMENT NO :{number}" if number else "KOREKSI TELLER"
        lines.append(f"{on},0123,{journal},{text},{abs(amount)}.00,{'D' if amount < 0 else 'K'},{balance}.00")
    return "\n".join(lines) + "\n"


class Journal(Nights):
    def begin(self, *rows, known=(1, 2), day=DAY):
        site = self.site()
        site.applications(application("P-9", code(9), "08:00"),
                          *(application(f"P-{n}", code(n), "08:00") for n in known))
        self.put(site, day, *rows)
        return site

    def put(self, site, day, *rows):
        if rows:
            site.put(f"BNI_0011223344_{compact(day)}.csv", bni(day, *rows))
        site.quiet(day)

    def one(self, site, number=1):
        return [row[1:] for row in site.outcomes(code(number))]

    def test_days_later(self):
        site = self.begin(("09:00:00", "884411", code(1), 350000), ("09:10:00", "884412", code(2), 350000))
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-9": "expired"})
        self.put(site, NEXT)
        site.run(NEXT, 0)
        self.put(site, THIRD, ("10:00:00", "884411", "", -350000))
        site.run(THIRD, 0)
        self.assertEqual(self.one(site), [("reversed", TAKEN, "P-1")])
        self.assertEqual(site.outcomes(""), [("bni", "reversal", BACK, "P-1")])
        self.assertEqual(site.states(), {"P-1": "payment_reversed", "P-2": "paid", "P-9": "expired"})

    def test_before_its_payment_in_the_file_and_the_payment_in_a_file_that_comes_later(self):
        site = self.begin(("09:30:00", "884412", "", -350000), ("09:00:00", "884412", code(2), 350000))
        site.run(DAY, 0)
        self.assertEqual(self.one(site, 2), [("reversed", TAKEN, "P-2")])
        self.put(site, NEXT, ("10:00:00", "884411", "", -350000))
        site.run(NEXT, 0)
        self.assertEqual([row[1:] for row in site.outcomes("")],
                         [("reversal", BACK, "P-2"), ("unidentified", OUT, "")])
        self.put(site, THIRD)
        site.put("BNI_0011223355_20240305.csv", bni(DAY, ("09:10:00", "884411", code(1), 350000)))
        site.run(THIRD, 0)
        self.assertEqual(self.one(site), [("reversed", TAKEN, "P-1")])
        self.assertEqual([row[1:] for row in site.outcomes("")],
                         [("reversal", BACK, "P-2"), ("reversal", BACK, "P-1")])
        self.assertEqual(site.states()["P-1"], "payment_reversed")

    def test_two_payments_have_the_number_also_when_the_second_comes_last(self):
        site = self.begin(("09:00:00", "884411", code(1), 350000))
        site.run(DAY, 0)
        self.put(site, NEXT, ("10:00:00", "884411", "", -350000))
        site.run(NEXT, 0)
        self.assertEqual(site.states()["P-1"], "payment_reversed")
        self.put(site, THIRD)
        site.put("BNI_0011223355_20240305.csv", bni(DAY, ("09:10:00", "884411", code(2), 350000)))
        site.run(THIRD, 0)
        self.assertEqual(self.one(site, 1), [("matched", EXACT, "P-1")])
        self.assertEqual(self.one(site, 2), [("matched", EXACT, "P-2")])
        self.assertEqual(site.outcomes(""), [("bni", "ambiguous", SEVERAL, "")])
        self.assertEqual(site.sql("SELECT DISTINCT application_id, role FROM rekon.allocation WHERE role = 'candidate' "
                                  "ORDER BY 1"), [("P-1", "candidate"), ("P-2", "candidate")])

    def test_a_payment_that_nobody_knew_is_cancelled_out_and_stays_so_when_its_application_comes(self):
        site = self.begin(("09:00:00", "884411", code(1), 350000), known=(2,))
        site.run(DAY, 0)
        self.put(site, NEXT, ("10:00:00", "884411", "", -350000))
        site.run(NEXT, 0)
        self.assertEqual(self.one(site), [("reversed", TAKEN, "")])
        self.assertEqual(site.outcomes(""), [("bni", "reversal", BACK, "")])
        site.applications(application("P-1", code(1), "08:00", updated_at=f"{THIRD}T08:00:00+07:00"))
        self.put(site, THIRD)
        site.run(THIRD, 0)
        self.assertEqual(self.one(site), [("reversed", TAKEN, "P-1")])
        self.assertEqual(site.outcomes(""), [("bni", "reversal", BACK, "P-1")])
        self.assertEqual(site.states()["P-1"], "payment_reversed")

    def test_another_amount_channel_or_number_is_no_counterpart(self):
        site = self.begin(("09:00:00", "884411", code(1), 350000), ("10:00:00", "884411", "", -340000),
                          ("10:01:00", "884499", "", -350000), ("10:02:00", "000000", "", -350000),
                          ("10:03:00", "", "", -350000), ("10:04:00", "000001", "", -350000))
        site.run(DAY, 0)  # indomaret numbers its rows from 000001
        self.assertEqual(self.one(site), [("matched", EXACT, "P-1")])
        self.assertEqual([row[1:3] for row in site.outcomes("")], [("unidentified", OUT)] * 5)

    def test_explain_tells_the_number_and_the_payment(self):
        site = self.begin(("09:00:00", "884411", code(1), 350000), ("10:00:00", "884411", "", -350000))
        site.run(DAY, 0)
        reversal = [entry for entry, told in site.by_entry().items() if told[0] == "reversal"][0]
        told = site.command("explain", reversal).out
        self.assertRegex(told, r"pembalikan\n(.*\n)*?.*holds key +884411 against .*; wanted reference")
        self.assertRegex(told, "holds unique +1")


if __name__ == "__main__":
    main(sys.modules["__main__"])
