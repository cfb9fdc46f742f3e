#!/usr/bin/python3
"""test_nights_extends: a later download of the same account and day goes on where the earlier one ended.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import DAY, NEXT, THIRD, Nights, application, code, main, paid  # noqa: E402


def rows(*numbers, amount=350000):
    return [paid("", code(n), amount) for n in numbers]


class Extends(Nights):
    def begin(self):
        site = self.site()
        site.applications(*(application(f"P-{n}", code(n), "08:00") for n in (1, 2, 3)))
        site.quiet(DAY, {"bca": rows(1, 2)})
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-3": "expired"})
        site.quiet(NEXT)
        return site

    def fates(self, site):
        return site.sql("SELECT fate, entries, amount FROM rekon.file JOIN rekon.run USING (run_id) WHERE "
                        "channel = 'bca' AND name LIKE '%20240305%' ORDER BY night, number")

    def test_one_more_row_needs_no_person(self):
        site = self.begin()
        site.deliver("bca", DAY, rows(1, 2, 3))
        night = site.run(NEXT, 0)
        self.assertEqual(night.warnings(), [])
        self.assertEqual(self.fates(site), [("accepted", "2", "70000000"), ("accepted", "1", "35000000")])
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-3": "reinstated"})
        self.assertEqual([row for rows in site.outcomes().values() for row in rows if row[1] != "matched"], [])
        # and once more, with a row that is the same as one before: a second payment
        site.deliver("bca", DAY, rows(1, 2, 3, 1))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(self.fates(site)[2], ("accepted", "1", "35000000"))
        self.assertEqual(sorted(row[1] for row in site.outcomes(code(1))), ["duplicate", "matched"])
        self.assertEqual(site.rerun_all(), [])

    def test_an_altered_row_is_held(self):
        site = self.begin()
        site.deliver("bca", DAY, rows(1) + rows(2, amount=350001) + rows(3))
        night = site.run(NEXT, 1)
        self.assertRegex(night.warnings()[0], r"held: other content than the file of the same name taken before, "
                                              r"[0-9a-f]{64}: its line 7 is not in this one$")
        self.assertEqual(self.fates(site), [("accepted", "2", "70000000"), ("held", "0", "0")])
        self.assertEqual(site.states()["P-3"], "expired")
        self.assertEqual(site.rerun_all(), [])

    def test_a_file_with_fewer_rows_is_held(self):
        site = self.begin()
        site.deliver("bca", DAY, rows(1))
        night = site.run(NEXT, 1)
        self.assertRegex(night.warnings()[0], "its line 7 is not in this one$")


if __name__ == "__main__":
    main(sys.modules["__main__"])
