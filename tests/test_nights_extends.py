#!/usr/bin/python3
"""test_nights_extends: downloads of one account that tell of the same days, under the same name or others: each
payment counts once, and what contradicts waits for a person.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import (ACCOUNT, DAY, NEXT, THIRD, Nights, application, bca, code, compact, decision,  # noqa: E402
                        decisions, main, paid)


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
        return site.sql("SELECT fate, entries, amount FROM rekon.file JOIN rekon.run USING (run) WHERE "
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


def period(*days):
    """One file of several days: (day, rows) each; the balance goes on."""
    parts, balance = [], 10_000_000
    for day, of in days:
        parts.append(bca(day, of, opening=balance).splitlines())
        balance += sum(row["amount"] for row in of)
    credit = balance - 10_000_000
    lines = parts[0][:5] + [line for part in parts for line in part[5:-4]]
    lines += ["Saldo Awal,=,10000000.00", f"Kredit,=,{credit}.00", "Debet,=,0.00", f"Saldo Akhir,=,{balance}.00"]
    return "\n".join(lines) + "\n"


def name(first, last=""):
    """BCA_0123456789_20240305_0900.csv, BCA_0123456789_20240305_20240307.csv"""
    return f"BCA_{ACCOUNT}_{compact(first)}{'_' + last if last else ''}.csv"


class OtherNames(Nights):
    def begin(self):
        site = self.site()
        site.applications(*(application(f"P-{n}", code(n), "08:00") for n in (1, 2, 3)),
                          *(application(f"P-{n}", code(n), "08:00", day=NEXT) for n in (4, 5)))
        return site

    def outcomes(self, site):
        return sorted((key, row[1]) for key, rows in site.outcomes().items() for row in rows)

    def counted(self, site):
        return {row[1]: (row[2], row[3]) for row in site.files() if row[1].startswith("BCA")}

    def test_morning_and_evening(self):
        site = self.begin()
        site.quiet(DAY, but=["bca"])
        site.put(name(DAY, "0900"), bca(DAY, rows(1, 2)))
        site.run(DAY, 0)
        site.quiet(NEXT)
        site.put(name(DAY, "2300"), bca(DAY, rows(1, 2, 3, 1)))
        night = site.run(NEXT, 0)
        self.assertEqual(night.warnings(), [])
        self.assertEqual(self.outcomes(site), [(code(1), "duplicate"), (code(1), "matched"),
                                               (code(2), "matched"), (code(3), "matched")])
        self.assertEqual(self.counted(site)[name(DAY, "2300")], ("accepted", "2"))

    def test_morning_and_evening_in_one_night(self):
        """Whatever their names: here the evening's comes first in the inbox."""
        site = self.begin()
        site.quiet(DAY, but=["bca"])
        site.put(name(DAY, "0100"), bca(DAY, rows(1, 2, 3)))
        site.put(name(DAY, "0900"), bca(DAY, rows(1, 2)))
        site.run(DAY, 0)
        self.assertEqual(self.outcomes(site), [(code(n), "matched") for n in (1, 2, 3)])
        self.assertEqual(self.counted(site), {name(DAY, "0100"): ("accepted", "1"),
                                              name(DAY, "0900"): ("accepted", "2")})

    def test_a_week_over_its_days(self):
        site = self.begin()
        site.quiet(DAY, {"bca": rows(1, 2)})
        site.run(DAY, 0)
        site.quiet(NEXT, but=["bca"])
        site.deliver("bca", NEXT, rows(4), opening=10_700_000)
        site.run(NEXT, 0)
        site.quiet(THIRD, but=["bca"])
        week = period((DAY, rows(1, 2)), (NEXT, rows(4, 5)), (THIRD, rows(1)))
        site.put(name(DAY, compact(THIRD)), week)
        night = site.run(THIRD, 0)
        self.assertEqual(night.warnings(), [])
        self.assertEqual(self.outcomes(site), [(code(1), "duplicate"), *((code(n), "matched") for n in (1, 2, 4, 5))])
        self.assertEqual(self.counted(site)[name(DAY, compact(THIRD))], ("accepted", "2"))
        # a day of the week, afterwards: it brings nothing that is not known
        site.put(name(NEXT, "2359"), bca(NEXT, rows(4, 5), opening=10_700_000))
        site.quiet("2024-03-08", but=["bca"])
        site.deliver("bca", "2024-03-08", [], opening=11_750_000)
        site.run("2024-03-08", 0)
        self.assertEqual(self.counted(site)[name(NEXT, "2359")], ("accepted", "0"))

    def test_days_that_overlap_in_part(self):
        site = self.begin()
        site.quiet(DAY, but=["bca"])
        site.put(name("2024-03-04", compact(DAY)), period(("2024-03-04", []), (DAY, rows(1))))
        site.run(DAY, 0)
        site.quiet(NEXT, but=["bca"])
        site.put(name(DAY, compact(NEXT)), period((DAY, rows(1, 2)), (NEXT, rows(4))))
        site.run(NEXT, 0)
        self.assertEqual(self.outcomes(site), [(code(n), "matched") for n in (1, 2, 4)])

    def test_one_that_contradicts_is_held_until_a_person_decides(self):
        for kind, want in (("accept_file", 3), ("discard_file", 2)):
            site = self.site(name=kind)
            site.applications(*(application(f"P-{n}", code(n), "08:00") for n in (1, 2, 3)))
            site.quiet(DAY, {"bca": rows(1, 2)})
            site.run(DAY, 0)
            site.quiet(NEXT, but=["bca"])
            path = site.put(name(DAY, compact(NEXT)), period((DAY, rows(1, 3)), (NEXT, [])))
            night = site.run(NEXT, 1)
            self.assertRegex(night.warnings()[0], rf"^{path.name}: held: other content than {name(DAY)} taken before, "
                                                  r"[0-9a-f]{64}: its line 7 is not in this one$")
            status = site.command("status", code=1).out
            found = [line.split() for line in status.splitlines() if path.name in line]
            self.assertRegex(status, "files that wait for a decision .accept_file or discard_file, subject as shown.")
            site.put("decisions-1.csv", decisions(decision("D-1", kind, found[0][0])))
            site.quiet(THIRD)
            site.run(THIRD, 0 if kind == "accept_file" else 1)  # discarded: the sixth has not been told about
            # accepted: the rows that are known count once all the same
            self.assertEqual(self.outcomes(site), [(code(n), "matched") for n in range(1, want + 1)])
            self.assertNotIn(path.name, site.command("status").out)


if __name__ == "__main__":
    main(sys.modules["__main__"])
