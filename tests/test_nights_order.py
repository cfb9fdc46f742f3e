#!/usr/bin/python3
"""What is known in the end does not depend on the order in which it came: applications that are seen late, files
of one night under any names.

Every scenario ends with `verify` and with each night identical when it is run again from the archive."""

import sys

from nights_kit import DAY, NEXT, THIRD, Nights, application, bca, code, decision, decisions, main, near, paid

NAME = "BCA_0123456789_20240305{}.csv"


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


if __name__ == "__main__":
    main(sys.modules["__main__"])
