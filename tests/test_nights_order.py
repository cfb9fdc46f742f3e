#!/usr/bin/python3
"""What is known in the end does not depend on the order in which it came: applications that are seen late, files
of one night under any names.

Every scenario ends with `verify` and with each night identical when it is run again from the archive."""

import re
import sys

from nights_kit import (DAY, FOURTH, NEXT, THIRD, Nights, application, bca, code, decision, decisions, main, near,
                        paid)

NAME = "BCA_0123456789_20240305{}.csv"


def touched(ran):
    """Rows of the source that a night took up."""
    return int(re.search(r"\bsnapshot +touched=(\d+) of=", ran.out + ran.err)[1])


class Order(Nights):
    def test_a_slip_is_known_before_its_application(self):
        """Found: typed in three days late, and the payment with a wrong digit was never suggested."""
        site = self.site()
        site.quiet(DAY, {"pos": [paid("09:00:00", near(9), 350000)], "indomaret": [paid("09:00:00", near(49), 350000)]})
        site.run(DAY, 0)
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual([site.outcomes(near(n))[0][1] for n in (9, 49)], ["unidentified"] * 2)
        site.applications(*(application(f"P-{n}", near(n), "08:00", updated_at=f"{THIRD}T09:00:00+07:00")
                            for n in (1, 41)))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual([site.outcomes(near(n))[0][1::2] for n in (9, 49)], [("suggested", "P-1"), ("suggested", "P-41")])
        self.assertEqual(site.states(), {})
        self.assertEqual(site.book(day=THIRD).lapses(), {"P-1": ("Ditahan", "Pos Indonesia"),
                                                         "P-41": ("Ditahan", "Indomaret")})

    def test_a_slip_is_known_before_the_payment_is_taken_back(self):
        """Paid by its own code, so the other one is nobody's: until a person takes the match back, or the bank
        the money."""
        site = self.site()
        site.applications(application("P-1", near(1), "08:00"), application("P-41", near(41), "08:00"))
        site.quiet(DAY, {"bca": [paid("", near(1), 350000), paid("", near(41), 350000)],
                         "pos": [paid("09:00:00", near(9), 350000), paid("09:00:00", near(49), 350000)]})
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-41": "paid"})
        site.quiet(NEXT)
        site.run(NEXT, 0)
        site.put("decisions-1.csv", decisions(decision("D-1", "unmatch", site.entries(near(1))[0])))
        site.quiet(THIRD, {"bca": [paid("", near(41), 350000, direction="DB", narrative=f"KOREKSI {near(41)}")]})
        site.run(THIRD, 0)
        self.assertEqual(site.outcomes(near(9))[0][1::2], ("suggested", "P-1"))
        self.assertEqual(site.states(), {"P-1": "awaiting", "P-41": "payment_reversed"})
        self.assertEqual(site.outcomes(near(49))[0][1], "unidentified")  # its own was paid, and is settled by hand

    def test_a_transfer_that_names_two_of_which_one_comes_later(self):
        """Whoever is named waits for a person, though the sum is for both and no rule may part it."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        transfer = paid("", "", 700000, narrative=f"TRF {code(1)} DAN {code(2)}")
        site.quiet(DAY, {"bca": [transfer]})
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(""), [("bca", "suggested", "several billing codes in the narrative", "P-1")])
        site.applications(application("P-2", code(2), "08:10", updated_at=f"{NEXT}T09:00:00+07:00"),
                          application("P-3", code(3), "08:10", updated_at=f"{NEXT}T09:00:00+07:00"))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(""), [("bca", "ambiguous", "several billing codes in the narrative", "")])
        self.assertEqual(site.states(), {"P-3": "expired"})
        (entry,) = site.by_entry()
        (case,) = site.cases()
        self.assertEqual([choice["row"].split(",")[1:4] for choice in site.explain(entry)["choices"]][:2],
                         [["match", case, "P-1"], ["match", case, "P-2"]])
        site.put("decisions-1.csv", decisions(decision("D-1", "match", entry, "P-1")))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "expired", "P-3": "expired"})

    def test_a_broken_file_and_a_sound_one_of_a_night(self):
        """Found: held or not, by how their names sort, and not before the night after."""
        for name, other in (("_0800", ""), ("", "_0800")):
            site = self.site(name=f"broken{name or '_first'}")
            site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
            site.quiet(DAY, but=["bca", "pos"])
            rows = [paid("", code(3), 350000)]
            site.put(NAME.format(name), bca(DAY, rows, closing=7))
            site.put(NAME.format(other), bca(DAY, rows))
            site.run(DAY, 1)
            self.assertEqual(site.states(), {})
            site.deliver("pos", DAY, [])
            site.quiet(NEXT)
            site.run(NEXT, None)
            self.assertEqual(site.states(), {"P-1": "expired", "P-2": "expired"}, name)


class Source(Nights):
    def test_an_amount_that_becomes_empty_is_the_tariffs(self):
        """Found: what was stated before stayed, and a waived one never lapsed."""
        site = self.site()
        rows = [application("P-1", code(1), "08:00", due=0), application("P-2", code(2), "08:00", due="")]
        site.applications(*rows)
        site.quiet(DAY)
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "waived", "P-2": "expired"})
        for row in rows:
            row.update(amount_due="", service="splp", updated_at=f"{NEXT}T09:00:00+07:00")
        site.applications(*rows)
        site.quiet(NEXT, {"pos": [paid(f"{DAY} 08:30:00", code(2), 100000)]})
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "reinstated"})

    def test_a_transaction_that_ended_after_the_night(self):
        """Found: its rows say when it began, which was before the newest that the night had seen; they were never
        read."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        site.applications(application("P-2", code(2), "07:50"), application("P-3", code(3), "08:00"))
        site.quiet(NEXT, {"pos": [paid(f"{DAY} 08:30:00", code(2), 350000)]})
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "paid", "P-3": "expired"})
        runs = site.runs()
        site.run(NEXT, 0)
        self.assertEqual(site.runs(), runs)

    def test_what_a_view_in_doubt_did_not_show(self):
        """Found: what it showed that night moved the time from which it is read, and the rest was never seen."""
        site = self.site()
        site.applications(application("P-0", code(9), "01:00"), application("P-1", code(8), "01:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        site.applications(application("P-2", code(2), "08:00", day=NEXT), application("P-3", code(3), "09:00", day=NEXT))
        site.sql("CREATE TABLE rekon_source.away AS SELECT * FROM rekon_source.booking WHERE application_id < 'P-3'; "
                 "DELETE FROM rekon_source.booking WHERE application_id < 'P-3'")
        site.quiet(NEXT)
        site.run(NEXT, 1)
        site.sql("INSERT INTO rekon_source.booking SELECT * FROM rekon_source.away")
        site.quiet(THIRD, {"pos": [paid(f"{NEXT} 08:30:00", code(2), 350000)]})
        site.run(THIRD, 0)
        self.assertEqual(site.states(), {"P-0": "expired", "P-1": "expired", "P-2": "paid", "P-3": "expired"})


class Reread(Nights):
    def test_what_is_read_again_as_it_was_is_no_news(self):
        """Found: its day was judged again, so that a rule without a day changed what had been settled."""
        def shorter(folder):
            path = folder / "deadlines.yaml"
            path.write_text(path.read_text(encoding="utf-8").replace("within: 2h", "within: 30m"), encoding="utf-8")

        for dropped in (True, False):
            site = self.site(name=f"dropped_{dropped}", rules=lambda folder, dropped=dropped: None if dropped else
                             (folder / "engine.yaml").write_text("format: 1\n", encoding="utf-8"))
            rows = [application("P-1", code(1), "20:00"), application("P-2", code(2), "20:10"),
                    application("P-3", code(3), "20:20")]
            site.applications(*rows)
            site.quiet(DAY, {"pos": [paid("21:00:00", code(1), 350000)]})
            site.run(DAY, 0)
            self.assertEqual(site.states()["P-1"], "paid")
            shorter(site.folder / "rules")
            site.quiet(NEXT)
            ran = site.run(NEXT, 0)
            self.assertEqual(touched(ran), 0 if dropped else 3)
            self.assertEqual(site.states()["P-1"], "paid" if dropped else "paid_late")
            # one that did change is read, and its neighbours with it are not
            rows[1]["status"], rows[1]["status_at"] = "cancelled", f"{DAY}T20:15:00+07:00"
            site.applications(rows[1])
            site.quiet(THIRD)
            self.assertEqual(touched(site.run(THIRD, 0)), 1 if dropped else 3)
            self.assertEqual(site.states()["P-2"], "cancelled")
            runs = site.runs()
            site.run(THIRD, 0)
            self.assertEqual(site.runs(), runs)

    def test_a_row_that_goes_back_to_what_it_was(self):
        """Each time it is what was read last that counts."""
        site = self.site()
        row = application("P-1", code(1), "20:00", due=350000)
        for due, state in ((350000, "paid"), (400000, "underpaid"), (350000, "paid"), (350000, "paid")):
            day = (DAY, NEXT, THIRD, FOURTH)[len(site.runs())]
            site.applications({**row, "amount_due": due})
            site.quiet(day, {"pos": [paid("21:00:00", code(1), 350000)]} if day == DAY else {})
            site.run(day, 0)
            self.assertEqual(site.states(), {"P-1": state}, day)

    def test_an_office_that_a_person_assigned_stays_no_news(self):
        """Found: the row that says the old office was read again in every run of the day."""
        site = self.site()
        site.applications(application("P-1", code(1), "20:00", office="palembnag"))
        site.quiet(DAY)
        site.run(DAY, 0)
        site.put("decisions-1.csv", decisions(decision("D-1", "assign_office", "P-1", "palembang")))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        runs = site.runs()
        site.run(NEXT, 0)
        self.assertEqual(site.runs(), runs)
        site.quiet(THIRD)
        self.assertEqual(touched(site.run(THIRD, 0)), 0)

    def test_how_long_a_transaction_may_take_is_a_rule_with_days(self):
        def rules(folder):
            path = folder / "engine.yaml"
            path.write_text(path.read_text(encoding="utf-8").replace(
                "  - {from: 2022-01-26, longest_transaction: 1h}\n",
                f"  - {{from: 2022-01-26, longest_transaction: 10m}}\n  - {{from: {THIRD}, longest_transaction: 3h}}\n"),
                encoding="utf-8")
        site = self.site(rules=rules)
        site.applications(application("P-1", code(1), "20:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        site.applications(application("P-2", code(2), "19:55"), application("P-3", code(3), "19:45"))
        site.quiet(NEXT)
        self.assertEqual(touched(site.run(NEXT, 0)), 1)  # P-3 began before
        site.quiet(THIRD)
        self.assertEqual(touched(site.run(THIRD, 0)), 1)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "expired", "P-3": "expired"})

    def test_a_view_that_does_not_say_when_rows_changed(self):
        """They are read every night, and judged where they changed."""
        site = self.site()
        rows = [application(f"P-{n}", code(n), "08:00") for n in (1, 2)]
        site.applications(*rows)
        site.sql("ALTER TABLE rekon_source.booking ALTER updated_at DROP NOT NULL; "
                 "UPDATE rekon_source.booking SET updated_at = NULL")
        site.quiet(DAY)
        self.assertEqual(touched(site.run(DAY, 0)), 2)
        site.quiet(NEXT)
        self.assertEqual(touched(site.run(NEXT, 0)), 0)
        site.sql("UPDATE rekon_source.booking SET status = 'cancelled' WHERE application_id = 'P-2'")
        site.quiet(THIRD)
        self.assertEqual(touched(site.run(THIRD, 0)), 1)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "cancelled"})


if __name__ == "__main__":
    main(sys.modules["__main__"])
