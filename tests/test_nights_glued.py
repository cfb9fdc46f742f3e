#!/usr/bin/python3
"""test_nights_glued: a billing code inside a longer number counts only where nothing else can be meant, and it
does not matter which comes first, the payment or the applications.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import DAY, EXACT, NEXT, THIRD, Nights, application, code, main, paid  # noqa: E402

FIRST, SECOND = "820240305000123", "845240305000678"
INSIDE = FIRST + SECOND  # and 14 others that nobody has
SEVERAL = "billing codes of several applications stand in longer numbers"
UNKNOWN_TIME = "right amount, time unknown"


def inside(number, amount=350000, **more):
    return paid("", "", amount, narrative=f"TRSF {number} BUDI", **more)


class Glued(Nights):
    def begin(self, *applications, rows=None):
        site = self.site()
        if applications:
            site.applications(*applications)
        site.quiet(DAY, {"bca": rows or [inside("0123" + FIRST + "123456")]})
        return site

    def test_the_only_one(self):
        site = self.begin(application("P-1", FIRST, "08:00"), application("P-2", code(2), "08:00"))
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(FIRST), [("bca", "matched", UNKNOWN_TIME, "P-1")])
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "expired"})

    def test_another_amount_is_not_taken(self):
        site = self.begin(application("P-1", FIRST, "08:00", due=650000))
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(), {"": [("bca", "unidentified", "no billing code", "")]})
        self.assertEqual(site.states(), {"P-1": "expired"})

    def test_another_time_is_not_taken(self):
        site = self.begin(application("P-1", FIRST, "08:00", day="2024-03-03"),
                          rows=[inside("0123" + FIRST)])
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(), {"": [("bca", "unidentified", "no billing code", "")]})

    def test_the_payment_first(self):
        site = self.begin(application("P-9", code(9), "08:00"))
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(), {"": [("bca", "unidentified", "no billing code", "")]})
        site.applications(application("P-1", FIRST, "08:00", updated_at=f"{NEXT}T08:00:00+07:00"))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(FIRST), [("bca", "matched", UNKNOWN_TIME, "P-1")])
        self.assertEqual(site.states()["P-1"], "paid")

    def test_a_second_code_takes_the_certainty_away(self):
        site = self.begin(application("P-1", FIRST, "08:00"), rows=[inside(INSIDE)])
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "paid"})
        site.applications(application("P-2", SECOND, "09:00", due=650000, updated_at=f"{NEXT}T08:00:00+07:00"))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes()[""], [("bca", "suggested", SEVERAL, "P-1")])
        # a person says which
        entry = [key for key, told in site.by_entry().items() if told[0] == "suggested"]
        self.assertEqual(len(entry), 1)

    def test_a_digit_typed_twice_may_be_another_code(self):
        site = self.begin(application("P-1", "820240305500012", "08:00"), application("P-2", FIRST, "08:00"),
                          rows=[inside("8202403055000123")])
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(), {"": [("bca", "ambiguous", SEVERAL, "")]})

    def test_two_that_fit_are_listed_and_held(self):
        site = self.begin(application("P-1", FIRST, "08:00"), application("P-2", SECOND, "08:00"),
                          rows=[inside(INSIDE)])
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(), {"": [("bca", "ambiguous", SEVERAL, "")]})
        self.assertEqual(site.states(), {})
        # one of them is paid by its own code: it may be the other's
        site.quiet(NEXT)
        site.deliver("indomaret", NEXT, [paid(f"{DAY} 09:00:00", FIRST, 350000)])
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(FIRST), [("indomaret", "matched", EXACT, "P-1")])
        self.assertEqual(site.outcomes()[""], [("bca", "suggested", SEVERAL, "P-2")])

    def test_paid_again_and_taken_back(self):
        site = self.begin(application("P-1", FIRST, "08:00"),
                          rows=[inside("0123" + FIRST), inside("0123" + FIRST)])
        site.run(DAY, 0)
        self.assertEqual([row[1] for row in site.outcomes(FIRST)], ["matched", "duplicate"])
        site.quiet(NEXT, {"bca": [inside("0123" + FIRST, direction="DB")]}, but=())
        site.run(NEXT, 0)
        self.assertEqual(sorted(row[1] for row in site.outcomes(FIRST)), ["matched", "reversal", "reversed"])
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(site.states(), {"P-1": "paid"})


if __name__ == "__main__":
    main(sys.modules["__main__"])
