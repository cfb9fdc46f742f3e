#!/usr/bin/python3
"""test_nights_asked: what asks a person in whole nights without being an entry: a source that lost applications,
a transition that the booking system refused, a statement whose control failed, a hold that stays.

Every scenario ends with `verify` and with each night identical when it is run again from the archive."""

import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import DAY, NEXT, THIRD, Nights, application, code, decision, decisions, main, name_of, paid  # noqa: E402

FOURTH, FIFTH = "2024-03-08", "2024-03-09"
APPLY = """
CREATE OR REPLACE FUNCTION rekon_source.apply(
    id text, application_id text, from_state text, to_state text, reason text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN {} END $body$"""


class Asked(Nights):
    def events(self, site, kind):
        return site.sql("SELECT r.night::text, c.status, c.office, c.application_id, c.decision_id FROM rekon.case_event c "
                        f"JOIN rekon.run r USING (run) WHERE c.kind = '{kind}' ORDER BY r.night, r.number, 2, 4")

    def told(self, site, identity):
        """(kind, status, the decisions that answer it) by `explain`, which prints them too."""
        told, text = site.explain(identity), site.command("explain", identity, code=0).out
        self.assertTrue(text.startswith(f"case {identity}\n"), text)
        for choice in told["choices"]:
            self.assertTrue(choice["row"].endswith(",REASON,MAKER,CHECKER,TIME"))
            self.assertIn(f"  {choice['row']}\n", text)
        return told["kind"], told["status"], [choice["row"].split(",")[1:4] for choice in told["choices"]]

    def asked(self, site, code=1):
        """{case id: line} of status."""
        out = site.command("status", code=code).out
        if "cases that ask a person:\n" not in out:
            return {}
        lines = out.split("cases that ask a person:\n")[1].split("\n")
        return dict(line.strip().split("  ", 1) for line in lines if line.startswith("  K-"))

    def test_an_open_application_is_gone_from_the_source(self):
        """As many as before, and the newest is newer: it is the one that waited which is missing."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.quiet(DAY, but=["pos"])
        site.run(DAY, 1)
        site.sql("DELETE FROM rekon_source.booking WHERE application_id = 'P-2'")
        site.applications(application("P-3", code(3), "08:00", day=NEXT))
        site.deliver("pos", DAY, [])
        site.quiet(NEXT)
        night = site.run(NEXT, 1)
        self.assertIn("source: 1 applications that waited last night are not in it any more: nothing lapses",
                      night.warnings())
        self.assertEqual(site.states(), {})
        self.assertEqual(site.book(day=NEXT).status(), "SEMENTARA: sumber permohonan menyusut, kedaluwarsa ditangguhkan")
        self.assertEqual(self.events(site, "missing_in_source"), [(NEXT, "new", "palembang", "P-2", "")])
        (identity, line), = self.asked(site).items()
        self.assertEqual(line, f"missing_in_source  {DAY}  P-2: release_hold source, 1, age 0 days")
        rows = site.book(day=NEXT).table("Temuan", "No.")
        self.assertEqual([(row["ID temuan"], row["Jenis"], row["No. permohonan"]) for row in rows],
                         [(identity, "Hilang dari sumber permohonan", "P-2")])
        self.assertEqual(self.told(site, identity), ("missing_in_source", "open", [["release_hold", "source", NEXT]]))
        # the source cannot be read at all: what was known stays
        site.sql("ALTER VIEW rekon_source.application RENAME TO away")
        site.quiet(THIRD)
        site.run(THIRD, 1)
        self.assertEqual(list(self.asked(site)), [identity])
        site.sql("ALTER VIEW rekon_source.away RENAME TO application")
        # it stays suspended until it is back, or a person takes the source as it is
        site.quiet(FOURTH)
        site.run(FOURTH, 1)
        self.assertEqual(site.states(), {})
        site.put("decisions-1.csv", decisions(decision("D-0", "resolve", identity),
                                              decision("D-1", "release_hold", "source", FOURTH)))
        site.quiet(FIFTH)
        site.run(FIFTH, 1)
        self.assertEqual([row[0] + " " + row[2] + " " + row[3] for row in site.effects()],
                         ["D-0 stale this case is closed by release_hold source", "D-1 applied "])
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "expired", "P-3": "expired"})
        self.assertEqual(self.events(site, "missing_in_source")[1:], [(FIFTH, "closed", "palembang", "P-2", "D-1")])
        self.assertEqual(self.told(site, identity), ("missing_in_source", "closed", []))
        self.assertEqual([(row["status"], row["decision_id"]) for row in site.explain(identity)["events"]],
                         [("new", None), ("closed", "D-1")])

    def test_one_that_is_gone_and_accepted_does_not_suspend_again(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "23:30"))
        site.quiet(DAY)
        site.run(DAY, 0)
        site.sql("DELETE FROM rekon_source.booking WHERE application_id = 'P-2'")
        site.put("decisions-1.csv", decisions(decision("D-1", "release_hold", "source", DAY)))
        site.applications(application("P-3", code(3), "08:00", day=NEXT), application("P-4", code(4), "08:00", day=NEXT))
        site.quiet(NEXT, but=["pos"])
        site.run(NEXT, 1)
        self.assertEqual(self.asked(site), {})
        site.applications(application("P-5", code(5), "08:00", day=THIRD))
        site.quiet(THIRD)  # pos of the day before is silent still, so P-2 waits
        self.assertNotIn("are not in it any more", site.run(THIRD, 1).err)
        self.assertEqual({name: state for name, state in site.states().items() if state != "awaiting"},
                         {"P-1": "expired", "P-5": "expired"})
        # but another one does
        site.sql("DELETE FROM rekon_source.booking WHERE application_id = 'P-3'")
        site.applications(application("P-6", code(6), "08:00", day=FOURTH))
        site.quiet(FOURTH)
        self.assertIn("source: 1 applications that waited", site.run(FOURTH, 1).err)
        # and when it comes back all is well, by itself
        site.applications(application("P-3", code(3), "08:00", day=NEXT))
        site.deliver("pos", NEXT, [])
        site.quiet(FIFTH)
        site.run(FIFTH, None)
        self.assertEqual(self.events(site, "missing_in_source"),
                         [(FOURTH, "new", "palembang", "P-3", ""), (FIFTH, "closed", "palembang", "P-3", "")])
        self.assertEqual(site.states()["P-3"], "expired")

    def test_what_the_booking_system_refuses_is_a_case(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.sql(APPLY.format("RETURN 'refused: the applicant stands at the desk';"))
        site.quiet(DAY)
        site.run(DAY, 1)
        site.sql(APPLY.format("RETURN 'confirmed';"))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(self.events(site, "not_applied"), [(NEXT, "new", "palembang", "P-1, P-2", "")])
        (identity, line), = self.asked(site, 0).items()
        self.assertEqual(line, f"not_applied  {DAY}  P-1, P-2: expired: the applicant stands at the desk, 2, age 0 days")
        self.assertEqual(self.told(site, identity), ("not_applied", "open", [["resolve", identity, ""]]))
        self.assertIn("nothing is known of", site.command("explain", "K-0000000000", code=2).err)
        site.put("decisions-1.csv", decisions(decision("D-1", "resolve", identity), decision("D-2", "resolve", "K-0000000000")))
        site.quiet(THIRD)
        site.run(THIRD, 1)
        self.assertEqual([row[0] + " " + row[2] + " " + row[3] for row in site.effects()],
                         ["D-1 applied ", "D-2 stale no open case or entry has the id of its subject"])
        self.assertEqual(self.events(site, "not_applied")[1:], [(THIRD, "closed", "palembang", "P-1, P-2", "D-1")])
        self.assertEqual(self.asked(site), {})
        # it stays so, although the refusal is there still
        site.quiet(FOURTH)
        site.run(FOURTH, None)
        self.assertEqual(len(self.events(site, "not_applied")), 2)

    def test_a_hold_that_stays_asks_a_person(self):
        """One case for each silent day of a channel, not one for each booking; nothing is decided by itself."""
        site = self.site()
        site.applications(*(application(f"P-{n}", code(n), "08:00") for n in range(1, 8)))
        for night in (DAY, NEXT, THIRD):
            site.quiet(night, but=["pos"])
            site.run(night, 1)
            self.assertEqual(self.asked(site), {})
        for night in (FOURTH, FIFTH):
            site.quiet(night, but=["pos"])
            site.run(night, 1)
        asked = self.asked(site)
        self.assertEqual(sorted(asked.values()), [f"hold_stays  {DAY}  pos: release_hold, 1, age 1 days",
                                                  f"hold_stays  {NEXT}  pos: release_hold, 1, age 0 days"])
        self.assertEqual(site.states(), {})
        self.assertEqual(sorted(self.told(site, identity) for identity in asked),
                         [("hold_stays", "open", [["release_hold", "pos", day]]) for day in (DAY, NEXT)])
        rows = site.book("nasional", FIFTH).table("Temuan", "No.")
        self.assertEqual(sorted(row["ID temuan"] for row in rows), sorted(asked))
        site.put("decisions-1.csv", decisions(decision("D-1", "release_hold", "pos", NEXT)))
        site.deliver("pos", DAY, [])
        site.quiet("2024-03-10", but=["pos"])
        site.run("2024-03-10", 1)
        self.assertEqual([row[:2] + row[4:] for row in self.events(site, "hold_stays")],
                         [(FOURTH, "new", ""), (FIFTH, "new", ""), ("2024-03-10", "closed", ""),
                          ("2024-03-10", "closed", "D-1"), ("2024-03-10", "new", "")])
        self.assertEqual(set(site.states().values()), {"expired"})

    def test_a_file_that_is_held_may_replace_the_one_before(self):
        site = self.site()
        site.quiet(DAY)
        old = hashlib.sha256((site.inbox / name_of("pos", DAY)).read_bytes()).hexdigest()[:16]
        site.run(DAY, 0)
        new = hashlib.sha256(site.deliver("pos", DAY, [paid("09:00:00", code(2), 350000)]).read_bytes()).hexdigest()[:16]
        for night in (NEXT, THIRD, FOURTH):
            site.quiet(night)
            site.run(night, 1)
        (identity, _), = self.asked(site).items()
        offered = self.told(site, identity)
        self.assertEqual(offered, ("hold_stays", "open", [["accept_file", new, ""], ["discard_file", new, ""],
                                                          ["replace_file", new, old]]))
        site.put("decisions-1.csv", decisions(decision("D-1", *offered[2][2])))
        site.quiet(FIFTH)
        site.run(FIFTH, 0)
        self.assertEqual(site.effects(), [("D-1", "replace_file", "applied", "")])
        self.assertEqual(self.told(site, identity), ("hold_stays", "closed", []))
        self.assertEqual(site.explain(identity)["events"][-1]["decision_id"], "D-1")

    def test_a_control_that_failed_is_a_case(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, but=["pos"])
        path = site.deliver("pos", DAY, [paid("09:00:00", code(2), 350000)], total=1)
        site.run(DAY, 1)
        (identity, line), = self.asked(site).items()
        digest = site.files()[path.name][1][:16] if isinstance(site.files(), dict) else line.split("  ")[2].split(":")[0]
        self.assertRegex(line, rf"^control_failed  {DAY}  {digest}: POSREKON_20240305.txt: .*, 1, age 0 days$")
        self.assertEqual(self.told(site, identity), ("control_failed", "open", [["accept_file", digest, ""], ["discard_file", digest, ""]]))
        site.put("decisions-1.csv", decisions(decision("D-1", "discard_file", digest)))
        site.quiet(NEXT)
        site.run(NEXT, 1)
        self.assertEqual([row[:2] + row[4:] for row in self.events(site, "control_failed")],
                         [(DAY, "new", ""), (NEXT, "closed", "D-1")])


if __name__ == "__main__":
    main(sys.modules["__main__"])
