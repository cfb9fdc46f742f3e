#!/usr/bin/python3
"""What holds a lapse back, and what people decide about it, in whole nights.

Every scenario ends with `verify` and with each night identical when it is run again from the archive."""

import sys

from nights_kit import (ACCOUNT, AFTER, CHANNELS, DAY, NEXT, THIRD, Nights, application, bca, code, compact, decision,
                        decisions, main, paid)

FOURTH = "2024-03-08"
BALI, ALL = "0123456780", "0123456781"


class Lapses(Nights):
    def evidence(self, site, identity):
        return [row for row in site.sql(
            "SELECT t.to_state, t.reason, t.evidence FROM rekon.transition t JOIN rekon.run r USING (run) "
            f"WHERE t.application_id = '{identity}' ORDER BY r.night, r.number")]

    def test_a_released_monday_is_not_its_weekend(self):
        """Statements of working days: Monday's tells about the weekend too. Monday alone is released, so who applied
        on Sunday still waits, and is told why."""
        def working_days(folder):
            path = folder / "channels/indomaret.yaml"
            path.write_text(path.read_text().replace("expect: daily", "expect: working_days"))
        friday, sunday, monday, tuesday = "2024-03-01", "2024-03-03", "2024-03-04", "2024-03-05"
        site = self.site(start=friday, rules=working_days)
        site.applications(application("P-1", code(1), "08:00", day=sunday), application("P-2", code(2), "08:00", day=monday))
        for night in (friday, "2024-03-02", sunday, monday, tuesday):
            site.quiet(night, but=() if night in (friday, tuesday) else ("indomaret",))
            if night == tuesday:
                site.put("decisions-1.csv", decisions(decision("D-1", "release_hold", "indomaret", monday)))
            site.run(night, None)
        self.assertEqual((site.states().get("P-1", "awaiting"), site.states().get("P-2")), ("awaiting", "expired"))
        told = site.explain("P-1", "--date", tuesday)["application"]["holders"]
        self.assertEqual(told, [{"held_by": "indomaret", "why": f"its statement of {monday} has not come; that day is "
                                 "released, days before it that it tells about are not"}])
        site.put("decisions-2.csv", decisions(decision("D-2", "release_hold", "indomaret", sunday)))
        site.run(tuesday, None)
        self.assertEqual(site.states().get("P-1"), "expired")

    def test_a_silent_channel_is_released_for_a_day(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", day=NEXT))
        for night in (DAY, NEXT):
            site.quiet(night, but=["pos"])
            site.run(night, 1)
        self.assertEqual(site.book(day=NEXT).lapses(), {"P-1": ("Ditahan", "Pos Indonesia"),
                                                        "P-2": ("Ditahan", "Pos Indonesia")})
        site.put("decisions-1.csv", decisions(
            decision("D-1", "release_hold", "pos", DAY), decision("D-2", "release_hold", "poss", DAY),
            decision("D-3", "release_hold", "pos", "kemarin"), decision("D-4", "release_hold", "pos", "2024-04-01")))
        site.quiet(THIRD, but=["pos"])
        site.run(THIRD, 1)
        self.assertEqual([row[0] + " " + row[2] + " " + row[3] for row in site.effects()], [
            "D-1 applied ", "D-2 stale no channel of this name holds lapses back",
            "D-3 refused release_hold needs a day such as 2024-03-05 as its object", "D-4 stale the day is not over"])
        self.assertEqual(site.states(), {"P-1": "expired"})
        self.assertEqual(self.evidence(site, "P-1"), [("expired", "not paid by the deadline",
                                                       "statements of all channels")])
        # a second day is released beside the first, and both stay so
        site.put("decisions-2.csv", decisions(decision("D-5", "release_hold", "pos", NEXT)))
        site.applications(application("P-3", code(3), "09:00", updated_at=f"{FOURTH}T08:00:00+07:00"))
        site.quiet(FOURTH)
        site.run(FOURTH, 1)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "expired", "P-3": "expired"})
        self.assertIn(THIRD, site.book("nasional", FOURTH).text("Ringkasan"))
        # it delivers after all: payment in time reinstates
        site.deliver("pos", DAY, [paid("09:00:00", code(1), 350000), paid("23:00:00", code(3), 350000)])
        site.quiet("2024-03-09")
        site.run("2024-03-09", 1)
        self.assertEqual(site.states(), {"P-1": "reinstated", "P-2": "expired", "P-3": "paid_late"})

    def test_a_silent_account_holds_what_could_be_paid_there(self):
        """bca has three accounts: one of Palembang, one of Denpasar, and from the second day one of all."""
        def list_accounts(folder):
            with open(folder / "channels/bca.yaml", "a", encoding="utf-8") as file:
                file.write(f"accounts:\n  - {{account: '{ACCOUNT}', office: palembang}}\n"
                           f"  - {{account: '{BALI}', office: denpasar}}\n"
                           f"  - {{account: '{ALL}', from: {NEXT}}}\n")

        def tell(account, day, rows=()):
            site.put(f"BCA_{account}_{compact(day)}.csv", bca(day, rows).replace(ACCOUNT, account))

        site = self.site(rules=list_accounts)
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", office="denpasar"),
                          application("P-3", code(3), "08:00", office="atlantis"))
        site.quiet(DAY)  # that of Palembang
        site.run(DAY, 1)
        self.assertEqual(site.states(), {"P-1": "expired"})
        self.assertEqual(site.book("nasional").status(), "SEMENTARA: 1 kanal belum lengkap")
        self.assertEqual(site.book("denpasar").lapses(), {"P-2": ("Ditahan", "BCA")})
        told = site.command("status", code=1).out
        self.assertIn(f"    {ACCOUNT}     complete until 2024-03-06T00:00:00+07:00  palembang\n"
                      f"    {BALI}     complete until 2024-03-05T00:00:00+07:00  denpasar  OVERDUE\n", told)
        self.assertIn(f"bca: the statement of its account {BALI} of {DAY} has not come",
                      " ".join(site.command("explain", "P-2", code=0).out.split()))
        site.applications(*(application(f"P-{i + 3}", code(i + 3), "08:00", day=NEXT, office=office)
                            for i, office in enumerate(("palembang", "denpasar"), 1)))
        # the one of all is silent: payments of either office may be there
        tell(BALI, DAY, [paid("00:00:00", code(2), 350000)])
        site.quiet(NEXT)
        tell(BALI, NEXT)
        site.run(NEXT, 1)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "paid", "P-3": "expired"})
        site.put("decisions-1.csv", decisions(decision("D-1", "release_hold", f"bca/{BALI}", NEXT),
                                              decision("D-2", "release_hold", "bca/1", NEXT),
                                              decision("D-3", "release_hold", f"bca/{ALL}", NEXT)))
        site.quiet(THIRD)
        tell(BALI, THIRD)
        tell(ALL, THIRD)
        site.run(THIRD, 1)
        self.assertEqual([row[0] + " " + row[2] for row in site.effects()],
                         ["D-1 applied", "D-2 stale", "D-3 applied"])
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "paid", "P-3": "expired", "P-4": "expired",
                                         "P-5": "expired"})

    def test_a_quarantined_file_is_released(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, but=["pos"])
        site.deliver("pos", DAY, [paid("09:00:00", code(2), 350000)], total=1)
        site.run(DAY, 1)
        site.put("decisions-1.csv", decisions(decision("D-1", "release_hold", "pos", DAY)))
        site.quiet(NEXT)
        site.run(NEXT, 1)
        self.assertEqual(site.states(), {"P-1": "expired"})

    def test_a_person_lets_lapse_and_opens_again(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"),
                          application("P-3", code(3), "23:30"))
        site.quiet(DAY, but=["pos"])
        site.run(DAY, 1)
        self.assertEqual(site.states(), {})
        site.put("decisions-1.csv", decisions(
            decision("D-1", "lapse", "P-1"), decision("D-2", "lapse", "P-9"), decision("D-3", "reopen", "P-2"),
            decision("D-4", "note", "P-2", reason="pemohon menelepon"), decision("D-5", "lapse", "P-3")))
        site.quiet(NEXT)
        site.run(NEXT, 1)
        self.assertEqual([row[0] + " " + row[2] + " " + row[3] for row in site.effects()], [
            "D-1 applied ", "D-2 stale no application has the id of its subject",
            "D-3 stale the application has not lapsed", "D-4 applied ", "D-5 applied "])
        self.assertEqual(site.states(), {"P-1": "expired", "P-3": "expired"})
        self.assertEqual(self.evidence(site, "P-1"), [("expired", "a person let it lapse", "decision D-1")])
        site.put("decisions-2.csv", decisions(decision("D-6", "reopen", "P-1"), decision("D-7", "reopen", "P-3")))
        site.deliver("pos", DAY, [])
        site.quiet(THIRD)
        site.run(THIRD, 1)
        self.assertEqual(site.states(), {"P-1": "awaiting", "P-2": "expired", "P-3": "awaiting"})
        self.assertEqual(self.evidence(site, "P-1")[-1], ("awaiting", "opened again by a person", "decision D-6"))
        # it stays open until it is paid or a person lets it lapse
        site.put("decisions-3.csv", decisions(decision("D-8", "lapse", "P-3")))
        site.quiet(FOURTH, {"indomaret": [paid("10:00:00", code(1), 350000)]})
        site.run(FOURTH, 1)
        self.assertEqual(site.outcomes(code(1)), [("indomaret", "late", AFTER, "P-1")])
        self.assertEqual(site.states(), {"P-1": "paid_late", "P-2": "expired", "P-3": "expired"})

    def test_a_channel_that_has_ended_holds_nothing(self):
        def end(folder):
            path = folder / "channels/pos.yaml"
            path.write_text(path.read_text(encoding="utf-8").replace("from: ", f"until: {NEXT}\nfrom: ", 1),
                            encoding="utf-8")
        site = self.site(rules=end)
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", day=NEXT))
        site.quiet(DAY)
        site.run(DAY, 0)
        site.quiet(NEXT, but=["pos"])
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "expired"})
        self.assertEqual(len(CHANNELS), 4)


if __name__ == "__main__":
    main(sys.modules["__main__"])
