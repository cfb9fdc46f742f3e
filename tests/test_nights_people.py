#!/usr/bin/python3
"""test_nights_people: whole nights in which people decide, the booking system changes, or its function answers.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import (  # noqa: E402
    BEFORE, CHANNELS, DAY, EXACT, NEXT, THIRD, Nights, application, code, decision, decisions, main, near,
    paid)


class Decisions(Nights):
    def start(self, name="", rows=(), put=None, code=0):
        site = self.site(name=name)
        site.applications(*rows)
        site.quiet(DAY, put)
        site.run(DAY, code)
        return site

    def decide(self, site, night, *rows, code=0, put=None, **shape):
        site.put(f"decisions-{night}.csv", decisions(*rows, **shape))
        site.quiet(night, put)
        return site.run(night, code)

    def test_a_forced_match_stays(self):
        site = self.start(rows=[application("P-1", code(1), "08:00")],
                          put={"pos": [paid("09:30:00", code(71), 350000)]})
        entry = site.entries(code(71))[0]
        self.assertEqual(site.states(), {"P-1": "expired"})
        self.decide(site, NEXT, decision("D-1", "match", entry, "P-1"))
        self.assertEqual(site.outcomes(code(71)), [("pos", "matched", EXACT, "P-1")])
        self.assertEqual(site.history(code(71))[-1], (f"{NEXT}-1", "pos", "matched", "unidentified", "decision"))
        self.assertEqual(site.transitions("P-1")[-1], (f"{NEXT}-1", "expired", "reinstated"))
        self.assertEqual(site.sql("SELECT status, decision_id FROM rekon.case_event ORDER BY 1"),
                         [("closed", "D-1"), ("new", "")])
        # the right code is paid as well, later
        site.quiet(THIRD, {"pos": [paid(f"{DAY} 09:40:00", code(1), 350000)]})
        site.run(THIRD, 0)
        self.assertEqual(site.outcomes(code(1)), [("pos", "duplicate", BEFORE, "P-1")])
        self.assertEqual(site.outcomes(code(71)), [("pos", "matched", EXACT, "P-1")])
        # and earlier, seen later still
        site.quiet("2024-03-08", {"pos": [paid(f"{DAY} 09:00:00", code(1), 350000)]})
        night = site.run("2024-03-08", 1)  # what was decided is named: P-1 is paid by its own code
        self.assertEqual(night.warnings(), ["decision D-1 is stale: matched then, duplicate now"])
        self.assertEqual([row[1] for row in site.outcomes(code(1))], ["matched", "duplicate"])
        self.assertEqual(site.outcomes(code(71)), [("pos", "duplicate", BEFORE, "P-1")])
        # somebody books under the mistyped code: the decision holds
        site.applications(application("P-71", code(71), "08:00", day="2024-03-09"))
        site.quiet("2024-03-09")
        site.run("2024-03-09", 1)
        self.assertEqual(site.outcomes(code(71)), [("pos", "duplicate", BEFORE, "P-1")])
        self.assertEqual(site.states(), {"P-1": "reinstated", "P-71": "expired"})

    def test_an_unmatched_entry_is_not_matched_again(self):
        site = self.start(rows=[application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00")],
                          put={"pos": [paid("09:00:00", code(1), 350000), paid("09:30:00", code(1), 350000)]})
        first, second = site.entries(code(1))
        self.decide(site, NEXT, decision("D-1", "unmatch", first))
        self.assertEqual(site.outcomes(code(1)), [
            ("pos", "unidentified", "match taken back by a person", ""), ("pos", "matched", EXACT, "P-1")])
        self.assertEqual(site.history(code(1))[2:], [
            (f"{NEXT}-1", "pos", "unidentified", "matched", "decision"),
            (f"{NEXT}-1", "pos", "matched", "duplicate", "decision")])
        self.decide(site, THIRD, decision("D-2", "unmatch", second))
        self.assertEqual(site.transitions("P-1"),
                         [(f"{DAY}-1", "awaiting", "paid"), (f"{THIRD}-1", "paid", "expired")])
        site.applications(application("P-1", code(1), "08:00", updated_at="2024-03-08T09:00:00+07:00",
                                      validity="10"))
        site.quiet("2024-03-08", {"pos": [paid(f"{DAY} 09:45:00", code(1), 350000)]})
        site.run("2024-03-08", 0)
        self.assertEqual([row[1] for row in site.outcomes(code(1))], ["unidentified", "unidentified", "matched"])
        self.assertEqual(site.states()["P-1"], "reinstated")
        # and it may be matched with the application that was meant
        self.decide(site, "2024-03-09", decision("D-3", "match", first, "P-2"))
        self.assertEqual(site.outcomes(code(1))[0], ("pos", "matched", EXACT, "P-2"))
        self.assertEqual(site.states(), {"P-1": "reinstated", "P-2": "reinstated"})

    def test_ignored_and_resolved_stay_so(self):
        site = self.start(rows=[application("P-1", code(1), "08:00")],
                          put={"pos": [paid("09:00:00", code(1), 350000), paid("09:30:00", code(1), 350000)],
                               "indomaret": [paid("09:00:00", code(77), 1000), paid("09:05:00", code(78), 1000)]})
        duplicate = site.entries(code(1))[1]
        cases = dict(site.sql("SELECT billing_code, case_id FROM rekon.case_event c JOIN rekon.outcome o "
                              "USING (entry)"))
        self.assertEqual(len(cases), 3)
        self.decide(site, NEXT, decision("D-1", "resolve", cases[code(1)]),
                    decision("D-2", "ignore", site.entries(code(77))[0]),
                    decision("D-3", "ignore", cases[code(78)]))
        self.assertEqual({row[2] for row in site.effects()}, {"applied"})
        self.assertEqual(site.outcomes(code(77)), [("indomaret", "ignored", "decided by a person", "")])
        self.assertEqual(site.outcomes(code(1))[1], ("pos", "duplicate", BEFORE, "P-1"))
        self.assertEqual({status for _, status in site.cases().values()}, {"closed"})
        self.assertEqual(dict(site.sql("SELECT case_id, decision_id FROM rekon.case_event WHERE status = 'closed'")),
                         {cases[code(1)]: "D-1", cases[code(77)]: "D-2", cases[code(78)]: "D-3"})
        self.assertEqual(site.book(day=NEXT).differences(), [])
        site.applications(application("P-77", code(77), "08:00", due=1000))
        site.quiet(THIRD, {"pos": [paid(f"{DAY} 09:45:00", code(1), 350000)]})
        self.assertIn("decision D-2 is stale: P-77 has its billing code now", site.run(THIRD, 1).err)
        self.assertEqual(site.outcomes(code(77))[0][1], "ignored")
        self.assertEqual([row["Kode billing"] for row in site.book(day=THIRD).differences()], [code(1)])
        self.assertEqual([row["Kode billing"] for row in site.book("tanpa-kantor", THIRD).differences()], [code(77)])
        self.assertEqual(site.cases()[cases[code(1)]], ("duplicate", "closed"))
        # the entry of a case that is closed, and one that never had one
        night = self.decide(site, "2024-03-08", decision("D-4", "resolve", duplicate),
                            decision("D-5", "resolve", site.entries(code(1))[0]), code=1)
        self.assertEqual([row[2:] for row in site.effects()[4:]],
                         [("stale", "no open case has the id of its subject")] * 2)

    def test_what_is_refused_or_stale(self):
        site = self.start(rows=[application("P-1", code(1), "08:00")],
                          put={"pos": [paid("09:00:00", code(1), 350000), paid("09:30:00", code(77), 350000)]})
        entry = site.entries(code(77))[0]
        rows = [decision("D-01", "match", entry, "P-1", checked_by="ani"),
                decision("D-02", "match", entry, "P-404"), decision("D-03", "match", entry),
                decision("D-04", "match", "8.20240305E+14", "P-1"), decision("D-05", "resolve", "K-0123456789-1"),
                decision("D-06", "unmatch", entry), decision("D-07", "assign_office", "P-1"),
                decision("D-08", "discard_file", "0" * 64), decision("D-09", "match", "8,20240305E+14", "P-1"),
                decision("D-10", "match", entry, "P-1", checked_by=""),
                decision("D-11", "match", entry, "P-1", made_by="Ani", checked_by="ani "),
                decision("", "match", entry, "P-1"), decision("D-13", "match", "0123456789abcdef:1", "P-1")]
        night = self.decide(site, NEXT, *rows, code=1)
        same = "maker and checker are the same person"
        notation = "a code in scientific notation: format the column as text before saving"
        self.assertEqual(dict((row[0], row[2:]) for row in site.effects()), {
            "": ("refused", "decision_id is empty"),
            "D-01": ("refused", same), "D-11": ("refused", same),
            "D-02": ("stale", "no application has the id of its object"),
            "D-03": ("refused", "match needs an application as its object"),
            "D-04": ("refused", notation), "D-09": ("refused", notation),
            "D-05": ("stale", "no open case or entry has the id of its subject"),
            "D-06": ("stale", "the entry is matched with no application"),
            "D-07": ("refused", "assign_office needs an office as its object"),
            "D-08": ("stale", "no quarantined or held file has this digest"),
            "D-10": ("refused", "made_by and checked_by must be given"),
            "D-13": ("stale", "no open case or entry has the id of its subject")})
        self.assertEqual(len(night.warnings()), 13)
        self.assertIn(f"decision D-01 is refused: {same}", night.warnings())
        self.assertIn("decision D-13 is stale: no open case or entry has the id of its subject", night.warnings())
        self.assertEqual(site.outcomes(code(77))[0][1], "unidentified")
        self.assertEqual(site.inbox_names(), [])

    def test_money_going_out_is_no_payment(self):
        site = self.start(rows=[application("P-1", code(1), "08:00")],
                          put={"bca": [paid("00:00:00", code(71), 350000, direction="DB",
                                            narrative=f"KOREKSI {code(71)}")]})
        night = self.decide(site, NEXT, decision("D-1", "match", site.entries(code(71))[0], "P-1"), code=1)
        self.assertEqual(site.effects()[0][2:], ("stale", "money going out pays no application"))
        self.assertEqual(site.outcomes(code(71)), [("bca", "unidentified", "the payment it takes back is not known", "")])
        self.assertEqual(site.states(), {"P-1": "expired"})

    def test_what_spreadsheets_export(self):
        for name, separator, mark, ends in (("semicolon", ";", True, "\r\n"), ("comma", ",", True, "\n")):
            site = self.start(name=name, put={"pos": [paid("09:00:00", code(77), 350000)]})
            entry = site.entries(code(77))[0]
            text = decisions(decision("D-1", "ignore", entry, reason='kata "lain"; a, b\nbaris dua'),
                             separator=separator, mark=mark).replace("\n", ends)
            site.put("decisions-1.csv", text + ends)
            site.quiet(NEXT)
            site.run(NEXT, 0)
            self.assertEqual(site.outcomes(code(77))[0][1:3], ("ignored", "decided by a person"))

    def test_decisions_of_the_day_of_their_second_run(self):
        site = self.start(rows=[application("P-1", code(1), "08:00")],
                          put={"pos": [paid("09:30:00", code(71), 350000)]})
        site.put("decisions-1.csv", decisions(decision("D-1", "match", site.entries(code(71))[0], "P-1")))
        self.said(site.run(DAY, 0), f"{DAY}-2")
        total = site.book(revision=2).movements()[-1]
        self.assertEqual([total[key] for key in ("Menunggu awal", "Masuk", "Dibayar", "Kedaluwarsa",
                                                 "Menunggu akhir", "Dipulihkan")], [0, 1, 0, 1, 0, 1])
        self.assertEqual(site.transitions("P-1"), [(f"{DAY}-1", "awaiting", "expired"),
                                                   (f"{DAY}-2", "expired", "reinstated")])


APPLY = """
CREATE OR REPLACE FUNCTION rekon_source.apply(
    id text, application_id text, from_state text, to_state text, reason text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN {} END $body$"""


class HandOver(Nights):
    def answers(self, site):
        return site.sql("""SELECT t.application_id, a.attempt, a.answer, a.why FROM rekon.transition_answer a
                           JOIN rekon.transition t USING (run, application_id) ORDER BY 1, 2""")

    def test_a_function_that_fails_is_asked_again(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.sql(APPLY.format("""
            IF application_id = 'P-1' THEN RAISE EXCEPTION 'the booking system is away'; END IF;
            RETURN 'refused: the applicant stands at the desk';"""))
        site.quiet(DAY)
        night = site.run(DAY, 1)
        self.assertIn("confirmed=0 refused=1 failed=1", night.err)
        self.assertEqual(self.answers(site), [
            ("P-1", "1", "failed", "the booking system is away"),
            ("P-2", "1", "refused", "the applicant stands at the desk")])
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "expired"})
        told = site.command("status", code=1).out
        self.assertIn("  P-1 to expired: failed: the booking system is away\n"
                      "  P-2 to expired: refused: the applicant stands at the desk\n", told)
        site.sql(APPLY.format("RETURN 'confirmed';"))
        night = site.run(DAY, 0)
        self.assertEqual(night.last, f"run={DAY}-2 committed=no published=0/0 next=none")
        self.assertEqual(self.answers(site)[1], ("P-1", "2", "confirmed", ""))
        self.assertEqual(len(self.answers(site)), 3)

    def test_answers_that_are_none(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        for attempt, body in enumerate(("RETURN NULL;", "RETURN 'yes';", "RETURN 'confirmed by me';",
                                        "PERFORM 1 / 0;"), 1):
            site.sql(APPLY.format(body))
            site.quiet(f"2024-03-{4 + attempt:02}")
            site.run(f"2024-03-{4 + attempt:02}", 1)
            self.assertEqual(self.answers(site)[-1][1:3], (str(attempt), "failed"))
        self.assertEqual(site.states(), {"P-1": "expired"})

    def test_the_role_of_the_night_cannot_change_history(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        night = site.connection.replace("user=postgres", "user=rekon_night")
        tables = [row[0] for row in site.sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND "
                                             "relnamespace = 'rekon'::regnamespace ORDER BY 1")]
        self.assertGreater(len(tables), 8)
        for table in tables:
            column = site.sql(f"SELECT attname FROM pg_attribute WHERE attrelid = 'rekon.{table}'::regclass "
                              f"AND attnum = 1")[0][0]
            for query in (f"UPDATE rekon.{table} SET {column} = {column}", f"DELETE FROM rekon.{table}",
                          f"TRUNCATE rekon.{table}", f"DROP TABLE rekon.{table}",
                          f"ALTER TABLE rekon.{table} DISABLE TRIGGER ALL"):
                with self.assertRaisesRegex(AssertionError, "permission denied|must be owner"):
                    site.sql_as(night, query)


class Changes(Nights):
    """What the booking system says changes after it was judged."""

    def balance(self, site, night, offices):
        for office in [*offices, "nasional"]:
            total = site.book(office, night).movements()[-1]
            roll = (total["Menunggu awal"] + total["Masuk"] + total["Dibuka kembali"] - total["Dibayar"]
                    - total["Kurang bayar"] - total["Kedaluwarsa"] - total["Batal atau bebas"])
            self.assertEqual(roll, total["Menunggu akhir"], f"{night} {office}: {total}")
        return total

    def test_the_amount_due_rises_after_the_payment(self):
        site = self.site()
        row = application("P-1", code(1), "08:00")
        site.applications(row)
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        site.applications({**row, "amount_due": 650000, "updated_at": f"{NEXT}T09:00:00+07:00"})
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.history(code(1)), [(f"{DAY}-1", "pos", "matched", "", ""),
                                                 (f"{NEXT}-1", "pos", "underpaid", "matched", "application")])
        self.assertEqual(site.transitions("P-1"), [(f"{DAY}-1", "awaiting", "paid"),
                                                   (f"{NEXT}-1", "paid", "underpaid")])
        self.balance(site, NEXT, ["palembang"])

    def test_the_application_gets_another_code(self):
        site = self.site()
        row = application("P-1", code(1), "08:00")
        site.applications(row, application("P-2", code(2), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000), paid("09:30:00", code(3), 350000)]})
        site.run(DAY, 0)
        site.applications({**row, "billing_code": code(3), "updated_at": f"{NEXT}T09:00:00+07:00"})
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(), {
            code(1): [("pos", "unidentified", "no application has this billing code", "")],
            code(3): [("pos", "matched", EXACT, "P-1")]})
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "expired"})
        self.balance(site, NEXT, ["palembang"])

    def test_two_applications_have_one_code(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        site.applications(application("P-2", code(1), "08:00", day=NEXT), application("P-3", code(3), "08:00", day=NEXT))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(code(1)),
                         [("pos", "ambiguous", "several applications have this billing code", "")])
        self.assertEqual(site.sql("SELECT application_id, role FROM rekon.allocation ORDER BY run = (SELECT run "
                                  f"FROM rekon.run WHERE night = '{NEXT}'), 1"),
                         [("P-1", "payment"), ("P-1", "candidate"), ("P-2", "candidate")])
        # neither lapses while the payment may be its own, on this night and the next
        for night in (NEXT, THIRD):
            if night == THIRD:
                site.quiet(night)
                site.run(night, 0)
            self.assertEqual({name: state for name, state in site.states().items() if state != "awaiting"},
                             {"P-3": "expired"})
            held = {name: row for name, row in site.book(day=night).lapses().items() if name != "P-3"}
            self.assertEqual(held, {"P-1": ("Ditahan", "Pos Indonesia"), "P-2": ("Ditahan", "Pos Indonesia")})
            self.balance(site, night, ["palembang"])
        site.put("decisions-1.csv", decisions(decision("D-1", "match", site.entries(code(1))[0], "P-1")))
        site.quiet("2024-03-08")
        site.run("2024-03-08", 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "expired", "P-3": "expired"})

    def test_an_application_moves_to_another_office(self):
        """Found: opening + in - out was not closing for either office, nor for two services."""
        site = self.site()
        waiting, settled = application("P-1", code(1), "23:00"), application("P-2", code(2), "08:00")
        site.applications(waiting, settled, application("P-3", code(3), "08:00", office="denpasar"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(2), 350000)]})
        site.run(DAY, 0)
        self.balance(site, DAY, ["palembang", "denpasar"])
        for row in (waiting, settled):
            row.update(office="denpasar", updated_at=f"{NEXT}T00:10:00+07:00")
        site.applications(waiting, settled)
        site.quiet(NEXT, {"pos": [paid("00:30:00", code(1), 350000)]})
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-3": "expired"})
        self.balance(site, NEXT, ["palembang", "denpasar"])
        for office, figures in (("palembang", [1, -2, -1, 0]), ("denpasar", [0, 2, 2, 0]), ("nasional", [1, 0, 1, 0])):
            total = site.book(office, NEXT).movements()[-1]
            self.assertEqual([total[key] for key in ("Menunggu awal", "Masuk", "Dibayar", "Menunggu akhir")],
                             figures, office)
        site.quiet(THIRD)
        site.run(THIRD, 0)
        for office in ("palembang", "denpasar", "nasional"):
            if (site.output / office).exists() and list((site.output / office).glob(f"*{THIRD}*")):
                self.assertEqual(site.book(office, THIRD).movements()[-1]["Menunggu awal"], 0)

    def test_a_service_is_put_right(self):
        site = self.site()
        row = application("P-1", code(1), "23:00")
        site.applications(row)
        site.quiet(DAY)
        site.run(DAY, 0)
        site.applications({**row, "service": "paspor-elektronik", "updated_at": f"{NEXT}T00:10:00+07:00"})
        site.quiet(NEXT)
        site.run(NEXT, 0)
        for line in site.book(day=NEXT).movements():
            roll = (line["Menunggu awal"] + line["Masuk"] + line["Dibuka kembali"] - line["Dibayar"]
                    - line["Kurang bayar"] - line["Kedaluwarsa"] - line["Batal atau bebas"])
            self.assertEqual(roll, line["Menunggu akhir"], line)

    def test_a_cancellation_before_and_after_the_payment(self):
        site = self.site()
        rows = [application(f"P-{i}", code(i), "08:00") for i in (1, 2, 3)]
        site.applications(*rows)
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]}, but=["indomaret"])
        site.run(DAY, 1)
        for row in rows:
            row.update(status="cancelled", status_at=f"{DAY}T09:15:00+07:00", updated_at=f"{NEXT}T09:00:00+07:00")
        site.applications(*rows)
        site.deliver("indomaret", DAY, [paid("09:30:00", code(2), 350000)])
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(), {
            code(1): [("pos", "matched", EXACT, "P-1")],
            code(2): [("indomaret", "not_due", "nothing due: cancelled", "P-2")]})
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "cancelled", "P-3": "cancelled"})
        self.balance(site, NEXT, ["palembang"])

    def test_a_suggestion_holds_until_it_is_settled(self):
        site = self.site()
        site.applications(application("P-1", near(1), "08:00"), application("P-2", near(22), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", near(9), 350000), paid("09:00:00", near(29), 350000)]})
        site.run(DAY, 0)
        for night in (DAY, NEXT):
            if night == NEXT:
                site.quiet(night)
                site.run(night, 0)
            self.assertEqual([site.outcomes(near(n))[0][1::2] for n in (9, 29)],
                             [("suggested", "P-1"), ("suggested", "P-2")])
            self.assertEqual(site.states(), {})
            self.assertEqual(site.book(day=night).lapses(), {"P-1": ("Ditahan", "Pos Indonesia"),
                                                             "P-2": ("Ditahan", "Pos Indonesia")})
        # the one is decided, the other turns out to have been paid elsewhere
        site.put("decisions-1.csv", decisions(decision("D-1", "match", site.entries(near(9))[0], "P-1")))
        site.quiet(THIRD, {"pos": [paid(f"{DAY} 09:30:00", near(22), 350000)]})
        site.run(THIRD, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid"})
        self.assertEqual(site.outcomes(near(9)), [("pos", "matched", EXACT, "P-1")])
        self.assertEqual(site.history(near(29))[-1][2:], ("unidentified", "suggested", "pos"))
        self.balance(site, THIRD, ["palembang"])

    def test_a_late_import_of_an_old_application(self):
        """Submitted two days ago, seen tonight: it lapses tonight, and movements count it once."""
        site = self.site()
        for night in (DAY, NEXT):
            site.quiet(night)
            site.run(night, 0)
        site.applications(application("P-1", code(1), "08:00", updated_at=f"{THIRD}T09:00:00+07:00"))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        total = self.balance(site, THIRD, ["palembang"])
        self.assertEqual([total[key] for key in ("Menunggu awal", "Masuk", "Kedaluwarsa", "Menunggu akhir")],
                         [0, 1, 1, 0])

    def test_an_application_of_the_next_day_waits_for_its_night(self):
        site = self.site()
        site.applications(application("P-1", code(1), "00:30", day=NEXT))
        site.quiet(DAY, {"pos": [paid(f"{NEXT} 00:45:00", code(1), 350000)]})
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(code(1))[0][1], "unidentified")
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(code(1)), [("pos", "matched", EXACT, "P-1")])
        self.assertEqual(site.states(), {"P-1": "paid"})

    def test_nights_that_are_left_out(self):
        """--date may skip days: nothing lapses whose days nobody told about."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", day=NEXT),
                          application("P-3", code(3), "08:00", day="2024-03-08"))
        site.quiet(DAY)
        site.run(DAY, 0)
        site.quiet("2024-03-08")
        site.run("2024-03-08", 1)
        self.assertEqual(site.states(), {"P-1": "expired", "P-3": "expired"})
        self.assertEqual(site.book(day="2024-03-08").lapses()["P-2"], ("Ditahan", "BCA"))
        for channel in CHANNELS:
            for night in (NEXT, THIRD):
                site.deliver(channel, night, [])
        site.quiet("2024-03-09")
        site.run("2024-03-09", 0)
        self.assertEqual(site.states()["P-2"], "expired")


if __name__ == "__main__":
    main(sys.modules["__main__"])
