#!/usr/bin/python3
"""test_nights_decided: whole nights in which people give applications an office, replace files, and deliver the
same decisions again."""

import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import (ACCOUNT, DAY, EXACT, NEXT, THIRD, Nights, application, bca, code, decision, decisions,  # noqa: E402
                        main, paid)

FOURTH = "2024-03-08"


class Decided(Nights):
    def effects(self, site, night):
        return site.sql("SELECT d.decision_id, d.effect, d.why FROM rekon.decision d JOIN rekon.run r USING (run) "
                        f"WHERE r.night = '{night}' ORDER BY 1, 2")

    def test_an_application_is_given_an_office(self):
        site = self.site()
        rows = [application("P-1", code(1), "08:00", office="palembng"), application("P-2", code(2), "08:00"),
                application("P-3", code(3), "08:00", office="palembng")]
        site.applications(*rows)
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        self.assertEqual(site.book("tanpa-kantor").receipts()["Pos Indonesia"]["Dibukukan (Rp)"], 350000)
        site.put("decisions-1.csv", decisions(
            decision("D-1", "assign_office", "P-1", "palembang"), decision("D-2", "assign_office", "P-2", "denpasar"),
            decision("D-3", "assign_office", "P-3", "palembng"), decision("D-4", "assign_office", "P-9", "palembang"),
            decision("D-5", "assign_office", "P-3", "")))
        site.quiet(NEXT)
        site.run(NEXT, 1)
        self.assertEqual(self.effects(site, NEXT), [
            ("D-1", "applied", "instead of palembng"), ("D-2", "stale", "the application has an office"),
            ("D-3", "stale", "the register has no such office"),
            ("D-4", "stale", "no application has the id of its subject"),
            ("D-5", "refused", "assign_office needs an office as its object")])
        self.assertEqual([row["No. permohonan"] for row in site.book("tanpa-kantor", NEXT).table("Temuan", "No.")], ["P-3"])
        # the booking system touches it, and knows no better: the decision stands; a lapse decision changes nothing
        site.applications({**rows[0], "validity": "10", "updated_at": f"{THIRD}T09:00:00+07:00"})
        site.quiet(THIRD)
        site.run(THIRD, 1)
        self.assertEqual(self.effects(site, THIRD), [])
        self.assertEqual(site.book("palembang", THIRD).movements()[-1]["Menunggu akhir"], 0)
        # now it says another one: the ground has changed, and the source holds
        site.applications({**rows[0], "office": "denpasar", "updated_at": f"{FOURTH}T09:00:00+07:00"})
        site.quiet(FOURTH)
        night = site.run(FOURTH, 1)
        self.assertIn("decision D-1 is stale: the booking system says denpasar now", night.warnings())
        self.assertEqual(self.effects(site, FOURTH), [("D-1", "stale", "the booking system says denpasar now")])

    def test_a_held_file_replaces_the_one_before(self):
        site = self.site()
        site.applications(*(application(f"P-{n}", code(n), "08:00") for n in (1, 2, 3)))
        site.quiet(DAY, but=["pos"])
        wrong = site.deliver("pos", DAY, [paid("09:00:00", code(1), 350000), paid("09:10:00", code(2), 350000)])
        first = wrong.read_bytes()
        old = hashlib.sha256(first).hexdigest()[:16]
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-3": "expired"})
        right = site.deliver("pos", DAY, [paid("09:00:00", code(1), 350000), paid("09:20:00", code(3), 350000)])
        new = hashlib.sha256(right.read_bytes()).hexdigest()[:16]
        site.quiet(NEXT)
        site.run(NEXT, 1)  # held: other content under the same name
        site.put("decisions-1.csv", decisions(decision("D-0", "replace_file", new, "0" * 16),
                                              decision("D-1", "replace_file", new, old),
                                              decision("D-3", "replace_file", old, new)))
        site.quiet(THIRD)
        site.run(THIRD, 1)
        self.assertEqual(self.effects(site, THIRD), [
            ("D-0", "stale", "no file that counts has the digest of its object"), ("D-1", "applied", ""),
            ("D-3", "stale", "no quarantined or held file has this digest")])
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "expired", "P-3": "reinstated"})
        self.assertEqual(sorted(row[1:] for row in site.outcomes(code(1))),
                         [("ignored", "decided by a person", ""), ("matched", EXACT, "P-1")])
        self.assertEqual([row[1] for row in site.outcomes(code(2))], ["ignored"])
        self.assertEqual(site.sql("SELECT f.fate, left(f.why, 28) FROM rekon.file f JOIN rekon.run r USING (run) "
                                  f"WHERE r.night = '{THIRD}' AND f.name LIKE 'POS%{DAY.replace('-', '')}.txt' ORDER BY 1"),
                         [("accepted", ""), ("discarded", f"replaced by {new}")])
        self.assertEqual(site.book("nasional", THIRD).receipts()["Pos Indonesia"]["Dibukukan (Rp)"], 0)
        # the day's book is published anew, with what came instead
        self.assertEqual(site.book("nasional", DAY, revision=2).receipts()["Pos Indonesia"]["Dibukukan (Rp)"], 700000)
        # the replaced one is the same as before, whatever comes; the one that counts may be replaced again
        site.put(wrong.name, first)
        site.quiet(FOURTH)
        site.run(FOURTH, None)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "expired", "P-3": "reinstated"})

    def test_days_that_only_the_replaced_file_told_about_are_missing_again(self):
        """Found: an account stayed complete up to the last day of a file that counts no more, and a file of fewer
        days could not replace it."""
        fifth = "2024-03-09"
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", day=NEXT))
        site.quiet(DAY, but=["bca"])
        site.run(DAY, None)
        site.quiet(NEXT, but=["bca"])
        old = hashlib.sha256(site.put(f"BCA_{ACCOUNT}_20240305_20240306.csv",
                                      bca(DAY, [paid("", code(8), 350000)])).read_bytes()).hexdigest()[:16]
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "expired"})
        right = site.deliver("bca", DAY, [paid("", code(7), 350000)])
        new = hashlib.sha256(right.read_bytes()).hexdigest()[:16]
        site.quiet(THIRD)
        site.run(THIRD, 1)  # held: it lacks a row of the other
        site.put("decisions-1.csv", decisions(decision("D-1", "replace_file", new, old)))
        site.applications(application("P-3", code(3), "09:00", day=NEXT, updated_at=f"{FOURTH}T08:00:00+07:00"),
                          application("P-4", code(4), "09:00", updated_at=f"{FOURTH}T08:00:00+07:00"))
        site.quiet(FOURTH)
        site.run(FOURTH, 1)
        self.assertEqual(self.effects(site, FOURTH), [("D-1", "applied", "")])
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "expired", "P-4": "expired"})  # of a day that is told
        self.assertEqual(site.book(day=FOURTH).lapses()["P-3"], ("Ditahan", "BCA"))
        self.assertRegex(site.command("status").out, rf"bca +complete until {NEXT}T00:00:00\+07:00  OVERDUE")
        # the day comes, and with it who had paid
        site.deliver("bca", NEXT, [paid("", code(2), 350000), paid("", code(3), 350000)])
        site.quiet(fifth)
        site.run(fifth, 0)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "reinstated", "P-3": "paid", "P-4": "expired"})

    def test_rows_that_another_file_tells_of_stay(self):
        """Found: the evening's download told of all rows of the morning's, which had their identity from that one;
        as the morning's was replaced by another, they went out although the evening's counts."""
        site = self.site()
        site.applications(*(application(f"P-{n}", code(n), "08:00") for n in (1, 2, 3, 4)))
        site.quiet(DAY, but=["bca"])
        rows = [paid("", code(n), 350000) for n in (1, 2)]
        morning = site.put(f"BCA_{ACCOUNT}_20240305_0900.csv", bca(DAY, rows + rows[:1]))
        old = hashlib.sha256(morning.read_bytes()).hexdigest()[:16]
        site.run(DAY, 0)
        site.quiet(NEXT)
        wrong = bca(DAY, rows + rows[:1] + [paid("", code(3), 350000)])
        site.put(f"BCA_{ACCOUNT}_20240305_2100.csv", wrong)
        site.run(NEXT, 0)
        site.quiet(THIRD)
        right = site.put(f"BCA_{ACCOUNT}_20240305_0930.csv", bca(DAY, rows[:1] + [paid("", code(4), 350000)]))
        new = hashlib.sha256(right.read_bytes()).hexdigest()[:16]
        site.run(THIRD, 1)  # held: it lacks rows of the others
        site.put("decisions-1.csv", decisions(decision("D-1", "replace_file", new, old)))
        site.quiet(FOURTH)
        site.run(FOURTH, 0)
        self.assertEqual(self.effects(site, FOURTH), [("D-1", "applied", "")])
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-3": "reinstated", "P-4": "reinstated"})
        self.assertEqual(sorted(row[1] for rows in site.outcomes().values() for row in rows),
                         ["duplicate", "matched", "matched", "matched", "matched"])
        self.assertEqual(site.rerun_all(), [])

    def test_a_file_of_other_days_replaces_none(self):
        site = self.site()
        site.quiet(DAY, but=["pos"])
        old = hashlib.sha256(site.deliver("pos", DAY, []).read_bytes()).hexdigest()[:16]
        site.run(DAY, 0)
        site.quiet(NEXT, but=["pos"])
        broken = site.deliver("pos", NEXT, [paid("09:00:00", code(1), 350000)], count=7)
        site.run(NEXT, 1)
        new = hashlib.sha256(broken.read_bytes() if broken.exists() else
                             next((site.inbox / "done").rglob(broken.name)).read_bytes()).hexdigest()[:16]
        site.put("decisions-1.csv", decisions(decision("D-1", "replace_file", new, old)))
        site.quiet(THIRD)
        site.run(THIRD, 1)
        self.assertEqual(self.effects(site, THIRD),
                         [("D-1", "stale", "it tells about no day of the file that it replaces")])

    def test_a_file_that_cannot_be_read_replaces_nothing(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, but=["pos"])
        wrong = site.deliver("pos", DAY, [paid("09:00:00", code(1), 350000)])
        old = hashlib.sha256(wrong.read_bytes()).hexdigest()[:16]
        site.run(DAY, 0)
        right = site.put(wrong.name, "X" * 300 + "\n")
        new = hashlib.sha256(right.read_bytes()).hexdigest()[:16]
        site.quiet(NEXT)
        site.run(NEXT, 1)
        site.put("decisions-1.csv", decisions(decision("D-1", "replace_file", new, old)))
        site.quiet(THIRD)
        site.run(THIRD, 1)
        self.assertEqual([row[1] for row in self.effects(site, THIRD)], ["stale"])
        self.assertEqual(site.states(), {"P-1": "paid"})
        self.assertEqual([row[1] for row in site.outcomes(code(1))], ["matched"])

    def test_a_spreadsheet_that_grows(self):
        """All of its rows come again: what was carried out is not carried out again, though it was undone since."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:30:00", code(71), 350000)]})
        site.run(DAY, 0)
        entry = site.entries(code(71))[0]
        rows = [decision("D-1", "match", entry, "P-1"), decision("D-2", "note", "P-9"),
                decision("D-3", "match", entry, "P-404")]
        site.put("decisions-1.csv", decisions(*rows))
        site.quiet(NEXT)
        site.run(NEXT, 1)
        self.assertEqual(site.states(), {"P-1": "reinstated", "P-2": "expired"})
        site.put("decisions-2.csv", decisions(*rows[:2], decision("D-4", "match", entry, "P-2"), decision("D-4", "match", entry, "P-2")))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(self.effects(site, THIRD), [
            ("D-1", "repeated", f"it was carried out on {NEXT}"), ("D-2", "repeated", f"it was carried out on {NEXT}"),
            ("D-4", "applied", ""), ("D-4", "repeated", f"it was carried out on {THIRD}")])
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "reinstated"})
        # D-1 is out of force; its row comes again, and its id for another decision
        site.put("decisions-3.csv", decisions(*rows[:2], decision("D-4", "match", entry, "P-1")))
        site.quiet(FOURTH)
        site.run(FOURTH, 1)
        self.assertEqual(self.effects(site, FOURTH)[2], ("D-4", "refused", f"another decision of {THIRD} has this id"))
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "reinstated"})


if __name__ == "__main__":
    main(sys.modules["__main__"])
