#!/usr/bin/python3
"""test_nights_follow: statements of an account come one after the other, by number and by balance; one that is
missing is named every night until it comes or a person accepts the one behind it. What was delivered counts.
"""

import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import (DAY, NEXT, THIRD, Nights, application, code, compact, decision, decisions,  # noqa: E402
                        main)

FOURTH = "2024-03-08"
OTHER = "9876543210"


def message(day, number, opening, *codes, account="0123456789", closing=None, sequence=""):
    """One MT940 message: 350,000 for each code."""
    lines = [":20:STATEMENT", f":25:{account}", f":28C:{number}{sequence}",
             f":60F:C{compact(day)[2:]}IDR{opening},"]
    for row, of in enumerate(codes):
        lines += [f":61:{compact(day)[2:]}C350000,NTRFNONREF//{number}X{row}", f":86:SETORAN {of}"]
    end = opening + 350000 * len(codes) if closing is None else closing
    return "\n".join([*lines, f":62F:C{compact(day)[2:]}IDR{end},", "-", ""])


def name(day, of=""):
    return f"MT940_{of}{compact(day)}.sta"


def failed(night):
    return [line for line in night.warnings() if line.startswith("control failed")]


class Follow(Nights):
    def begin(self, **more):
        site = self.site(**more)
        site.applications(*(application(f"P-{n}", code(n), "08:00") for n in (1, 2, 3, 4)))
        return site

    def night(self, site, day, exit_code, *messages, of=""):
        site.quiet(day)
        for at, text in messages:
            site.put(name(at, of), text)
        return site.run(day, exit_code)

    def status(self, site, exit_code):
        lines = site.command("status", code=exit_code).out.splitlines()
        heads = [i for i, line in enumerate(lines) if line.startswith("statements that do not follow")]
        found = []
        for line in lines[heads[0] + 1:] if heads else []:
            if not line.startswith("  "):
                break
            found.append(line.strip().split("  ", 1))
        return found

    def test_what_follows_a_replaced_statement_follows_its_replacement(self):
        """Found: the closing balance of the replaced one was what the next had to begin with, for ever."""
        site = self.begin()
        wrong, right = message(DAY, 12, 0, code(1), code(2)), message(DAY, 12, 0, code(1))
        self.night(site, DAY, 0, (DAY, wrong))
        self.night(site, NEXT, 1, (DAY, right))
        digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in (right, wrong)]
        site.put("decisions-1.csv", decisions(decision("D-1", "replace_file", *digests)))
        third = self.night(site, THIRD, 0, (NEXT, message(NEXT, 13, 350000, code(3))))
        self.assertEqual(failed(third), [])
        self.assertEqual(failed(self.night(site, FOURTH, 0, (THIRD, message(THIRD, 14, 700000, code(4))))), [])

    def test_a_missing_statement_is_named_until_it_comes(self):
        site = self.begin()
        first = self.night(site, DAY, 0, (DAY, message(DAY, 12, 0, code(1))))
        self.assertEqual(failed(first), [])
        gap = ("mt940-bank 0123456789: statement 13 of 2024 is missing, between those of 2024-03-05 and 2024-03-07; "
               "the statement of 2024-03-07 begins with 700000, the one before, of 2024-03-05, ended with 350000: "
               "350000 too much")
        second = self.night(site, NEXT, 0)
        self.assertEqual(failed(second), [])
        third = self.night(site, THIRD, 1, (THIRD, message(THIRD, 14, 700000, code(3))))
        self.assertEqual(failed(third), [f"control failed: {gap}"])
        # what was delivered counts
        self.assertEqual(site.outcomes(code(3))[0][1], "late")
        self.assertEqual([line for _, line in self.status(site, 1)], [gap])
        # the next night has nothing new, and says so again
        fourth = self.night(site, FOURTH, 1, (FOURTH, message(FOURTH, 15, 1050000, code(4))))
        self.assertEqual(failed(fourth), [f"control failed: {gap}"])
        again = site.run(FOURTH, 1)
        self.assertIn("committed=no", again.last)
        # it comes
        fifth = self.night(site, "2024-03-09", 0, (NEXT, message(NEXT, 13, 350000, code(2))))
        self.assertEqual(failed(fifth), [])
        self.assertEqual(self.status(site, 0), [])
        self.assertEqual(site.rerun_all(), [])
        site.command("verify", code=0)

    def test_any_order_of_arrival(self):
        """The statement before the first one known comes last; then the account is one run."""
        site = self.begin()
        self.night(site, DAY, 0, (DAY, message(DAY, 14, 700000, code(3))))
        self.night(site, NEXT, 0)
        third = self.night(site, THIRD, 1, (THIRD, message(THIRD, 16, 1400000)))
        self.assertIn("statement 15 of 2024 is missing", failed(third)[0])
        fourth = self.night(site, FOURTH, 1, ("2024-03-03", message("2024-03-03", 12, 0, code(1))))
        self.assertEqual(["statement 13 of 2024" in line for line in failed(fourth)], [True, False])
        self.assertEqual(["statement 15 of 2024" in line for line in failed(fourth)], [False, True])
        fifth = self.night(site, "2024-03-09", 1, (NEXT, message(NEXT, 15, 1050000, code(4))))
        self.assertEqual(["statement 13 of 2024" in line for line in failed(fifth)], [True])
        sixth = self.night(site, "2024-03-10", 0, ("2024-03-04", message("2024-03-04", 13, 350000, code(2))))
        self.assertEqual(failed(sixth), [])
        self.assertEqual(site.rerun_all(), [])

    def test_a_balance_that_jumps_is_accepted_by_a_person(self):
        site = self.begin()
        self.night(site, DAY, 0, (DAY, message(DAY, 12, 0, code(1))))
        second = self.night(site, NEXT, 1, (NEXT, message(NEXT, 13, 340000, code(2))))
        self.assertEqual(failed(second), [
            "control failed: mt940-bank 0123456789: the statement of 2024-03-06 begins with 340000, the one before, of "
            "2024-03-05, ended with 350000: 10000 too little"])
        subject = self.status(site, 1)[0][0]
        site.put("decisions-1.csv", decisions(decision("D-1", "accept_file", subject)))
        third = self.night(site, THIRD, 0, (THIRD, message(THIRD, 14, 690000)))
        self.assertEqual(failed(third), [])
        self.assertEqual(site.effects(), [("D-1", "accept_file", "applied", "")])
        self.assertEqual(self.status(site, 0), [])
        # no gap, no decision
        site.put("decisions-2.csv", decisions(decision("D-2", "accept_file", subject)))
        self.night(site, FOURTH, 1)
        self.assertEqual(site.effects()[1][2], "stale")
        self.assertEqual(site.rerun_all(), [])

    def test_several_statements_in_a_file(self):
        site = self.begin()
        both = message(DAY, 12, 0, code(1), sequence="/1") + message(DAY, 3, 0, account=OTHER) + \
            message(DAY, 12, 350000, code(2), sequence="/2")
        self.night(site, DAY, 0, (DAY, both))
        inside = message(NEXT, 13, 700000) + message(NEXT, 15, 700000) + message(NEXT, 4, 0, account=OTHER)
        second = self.night(site, NEXT, 1, (NEXT, inside))
        self.assertEqual([line for line in second.warnings() if "quarantined" in line], [
            f"{name(NEXT)}: quarantined: statement 14 of 2024 is missing, between those of 2024-03-06 and 2024-03-06 "
            "(line 7)"])
        # accepted as it is, with what it lacks; nobody is asked twice
        site.put("decisions-1.csv", decisions(decision("D-1", "accept_file", site.sql(
            "SELECT digest FROM rekon.file WHERE fate = 'quarantined'")[0][0])))
        third = self.night(site, THIRD, 0, (THIRD, message(THIRD, 16, 700000) + message(THIRD, 5, 0, account=OTHER)))
        self.assertEqual(failed(third), [])
        # of another account only
        fourth = self.night(site, FOURTH, 1, (FOURTH, message(FOURTH, 17, 700000) +
                                              message(FOURTH, 7, 0, account=OTHER)))
        self.assertEqual(failed(fourth), [f"control failed: mt940-bank {OTHER}: statement 6 of 2024 is missing, "
                                          f"between those of {THIRD} and {FOURTH}"])
        self.assertEqual(site.rerun_all(), [])

    def test_a_new_year_begins_at_one(self):
        site = self.begin(start="2023-12-30")
        self.night(site, "2023-12-30", 0, ("2023-12-30", message("2023-12-30", 260, 0, code(1))))
        self.night(site, "2023-12-31", 0)
        self.night(site, "2024-01-01", 0, ("2024-01-01", message("2024-01-01", 1, 350000)))
        jump = self.night(site, "2024-01-02", 1, ("2024-01-02", message("2024-01-02", 4, 350000)))
        self.assertIn("statements 2 to 3 of 2024 are missing", failed(jump)[0])

    def test_what_may_be_in_a_missing_statement_holds_lapses(self):
        def hold(rules):
            path = rules / "channels/mt940-bank.yaml"
            path.write_text(path.read_text().replace("holds_lapses: no ", "holds_lapses: yes "))
        site = self.begin(rules=hold)
        self.night(site, DAY, 0, (DAY, message(DAY, 12, 0)))
        self.assertEqual(site.states().get("P-1"), "expired")
        site.applications(application("N-1", code(11), "08:00", day=NEXT))
        self.night(site, NEXT, 0)
        self.night(site, THIRD, 1, (THIRD, message(THIRD, 14, 350000)), (NEXT, message(NEXT, 12, 0)))
        self.assertNotIn("N-1", site.states())
        self.night(site, FOURTH, 0, (NEXT, message(NEXT, 13, 0, code(11))), (FOURTH, message(FOURTH, 15, 350000)),
                   of="B_")
        self.assertEqual(site.states()["N-1"], "paid")

    def test_nothing_is_sealed_where_nobody_asks(self):
        site = self.begin()
        self.night(site, DAY, 0)
        roots = [path for path in (site.folder / "archive").rglob("*") if path.is_file()]
        self.assertTrue(roots)
        self.assertFalse(site.command("status", code=0).out.count("do not follow"))


if __name__ == "__main__":
    main(sys.modules["__main__"])
