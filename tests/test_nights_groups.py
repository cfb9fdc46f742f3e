#!/usr/bin/python3
"""test_nights_groups: one payment for several applications that were filed together, night by night: members of
different days, the payment before or after them, taken back later.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import DAY, NEXT, THIRD, Nights, application, code, main, paid  # noqa: E402

GROUP, GROUP_LATE = "paid for a group, in time", "paid for a group, after the deadline"
BEFORE = "2024-03-04"


def member(number, submitted, **more):
    return application(f"P-{number}", code(number), submitted, group_id="K-1", **more)


class Groups(Nights):
    def test_all_at_once(self):
        site = self.site()
        site.applications(member(1, "08:00"), member(2, "08:01"), member(3, "08:02", due=650000))
        site.quiet(DAY, {"indomaret": [paid("09:00:00", code(2), 1350000)]})
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(code(2)), [("indomaret", "matched", GROUP, "")])
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-3": "paid"})
        self.assertEqual(site.sql("SELECT application_id, amount / 100, role FROM rekon.allocation ORDER BY 1"),
                         [("P-1", "350000", "payment"), ("P-2", "350000", "payment"),
                          ("P-3", "650000", "payment")])

    def test_members_of_two_days_and_again_two_nights_later(self):
        site = self.site()
        site.applications(member(1, "23:30", day=BEFORE), member(2, "00:10"), application("P-9", code(9), "08:00"))
        site.quiet(DAY, {"indomaret": [paid("00:40:00", code(2), 700000)]})
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-9": "expired"})
        site.quiet(NEXT)
        site.run(NEXT, 0)
        site.quiet(THIRD, {"indomaret": [paid("09:00:00", code(1), 350000)]})
        site.run(THIRD, 0)
        self.assertEqual(site.outcomes(code(1)), [("indomaret", "duplicate", "already paid in full", "P-1")])
        self.assertEqual(site.outcomes(code(2)), [("indomaret", "matched", GROUP, "")])
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-9": "expired"})

    def test_again_through_another_channel_two_nights_later(self):
        site = self.site()
        site.applications(member(1, "08:00"), member(2, "08:01"))
        site.quiet(DAY, {"indomaret": [paid("09:00:00", code(2), 700000)]})
        site.run(DAY, 0)
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid"})
        site.quiet(THIRD, {"bca": [paid("", "", 350000, narrative=f"TRSF {code(1)} BUDI")]})
        site.run(THIRD, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid"})
        self.assertEqual(site.outcomes(code(1))[0][1], "duplicate")

    def test_the_second_member_comes_a_night_later(self):
        site = self.site()
        site.applications(member(1, "23:30"))
        site.quiet(DAY, {"indomaret": [paid("23:50:00", code(1), 700000)]})
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(code(1)), [("indomaret", "overpaid", "more than due", "P-1")])
        site.applications(member(2, "23:40", updated_at=f"{NEXT}T08:00:00+07:00"))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(code(1)), [("indomaret", "matched", GROUP, "")])
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid"})

    def test_a_lost_digit_is_suggested_and_holds_the_lapse(self):
        site = self.site()
        site.applications(application("P-1", code(123), "08:00"))
        short = code(123)[:7] + code(123)[8:]
        site.quiet(DAY, {"indomaret": [paid("09:00:00", short, 350000)]})
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(short)[0][1], "suggested")
        self.assertEqual(site.states(), {})  # it waits
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {})  # it waits

    def test_a_lost_digit_in_a_narrative(self):
        site = self.site()
        site.applications(application("P-1", code(123), "08:00"))
        short = code(123)[:7] + code(123)[8:]
        site.quiet(DAY, {"bca": [paid("", "", 350000, narrative=f"SETORAN {short} BUDI")]})
        site.run(DAY, 0)
        self.assertEqual(site.states(), {})  # it waits
        self.assertEqual([row[1] for rows in site.outcomes().values() for row in rows], ["suggested"])
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {})  # it waits


TAKEN, BACK = "taken back by a later entry", "takes an earlier entry back"


def bank(number, amount, **more):
    return paid("", "", amount, narrative=f"KOREKSI {code(number)} BUDI", **more)


class GroupsTakenBack(Nights):
    """What one payment brought for several is undone for each of them, in whatever night it is taken back."""

    def begin(self, *applications):
        site = self.site()
        site.applications(application("P-9", code(9), "08:00"), *applications)
        site.quiet(DAY, {"bca": [bank(2, sum(row["amount_due"] for row in applications))]})
        site.run(DAY, 0)
        self.assertEqual({k: v for k, v in site.states().items() if k != "P-9"},
                         {row["application_id"]: "paid" for row in applications})
        return site

    def allocated(self, site, night):
        return site.sql(f"""
            SELECT a.application_id, a.amount / 100 FROM rekon.allocation a JOIN rekon.run r USING (run)
            WHERE r.night = '{night}' AND role = 'payment' ORDER BY 1""")

    def taken_back(self, site):
        site.quiet(THIRD, {"bca": [bank(2, 700000, direction="DB")]})
        site.run(THIRD, 0)
        self.assertEqual(site.outcomes(code(2)), [("bca", "reversed", TAKEN, "P-2"), ("bca", "reversal", BACK, "P-2")])
        self.assertEqual(site.states(), {"P-1": "payment_reversed", "P-2": "payment_reversed", "P-9": "expired"})
        self.assertEqual(self.allocated(site, THIRD), [])

    def test_two_nights_later(self):
        site = self.begin(member(1, "08:00"), member(2, "08:01"))
        self.assertEqual(self.allocated(site, DAY), [("P-1", "350000"), ("P-2", "350000")])
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.taken_back(site)

    def test_members_of_two_days_and_a_night_without_anything_behind(self):
        site = self.begin(member(1, "23:30", day=BEFORE), member(2, "00:10"))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.taken_back(site)
        site.applications(application("P-8", code(8), "23:40", day=BEFORE, updated_at="2024-03-08T08:00:00+07:00"))
        site.quiet("2024-03-08")
        site.run("2024-03-08", 0)  # the day of the one without entries is read again
        self.assertEqual([site.states()[f"P-{n}"] for n in (1, 2)], ["payment_reversed"] * 2)

    def test_paid_again_one_by_one(self):
        site = self.begin(member(1, "08:00"), member(2, "08:01"))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.taken_back(site)
        site.quiet("2024-03-08", {"indomaret": [paid("09:00:00", code(1), 350000)]})
        site.run("2024-03-08", 0)
        self.assertEqual(site.outcomes(code(1)), [("indomaret", "late", "paid after the deadline", "P-1")])
        self.assertEqual(site.states(), {"P-1": "paid_late", "P-2": "payment_reversed", "P-9": "expired"})
        self.assertEqual(self.allocated(site, "2024-03-08"), [("P-1", "350000")])


if __name__ == "__main__":
    main(sys.modules["__main__"])
