#!/usr/bin/python3
"""test_explain: `rekon explain` on whole nights. That it says of every entry and application what was sealed is
held against all scenarios of tests/test_nights*.py by nights_kit; here: what is found, and what is told.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import (  # noqa: E402
    Book, DAY, EXACT, NEXT, REKON, THIRD, Nights, application, code, decision, decisions, main, near, paid)

HEAD = "decision_id,kind,subject,object,reason,made_by,checked_by,made_at\n"


def filled(row, number):
    """A row as explain offers it, with what people fill in."""
    return (row.replace("ID,", f"D-{number},", 1).replace(",REASON,", ",bukti dilihat,")
            .replace(",MAKER,", ",ani,").replace(",CHECKER,", ",budi,").replace(",TIME", ",2024-03-06T09:00:00+07:00"))


class Found(Nights):
    """Whatever somebody has in hand leads to the story."""

    def start(self):
        site = self.site()
        site.applications(
            application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", group_id="G-7"),
            application("P-3", code(3), "08:00"), application("P-4", code(3), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000), paid("09:30:00", code(77), 123000)],
                         "bca": [paid("x", code(2), 350000, narrative=f"TRSF {code(2)} NTPN 7F3A09BC12DE45A1")]})
        site.run(DAY, 0)
        return site

    def test_by_everything_that_names_it(self):
        site = self.start()
        first, case = site.entries(code(1))[0], list(site.cases())[0]
        self.assertEqual(site.cases()[case][0], "unidentified")
        for item, application_id, entries in (
                (first, "P-1", [first]), (code(1), "P-1", [first]), ("P-1", "P-1", [first]),
                ("000000000001", "P-1", [first]), ("350000@" + DAY, None, None), ("G-7", "P-2", None),
                ("7F3A09BC12DE45A1", "P-2", None), (case, None, site.entries(code(77))),
                (code(77), None, site.entries(code(77))), ("Rp123.000@" + DAY, None, site.entries(code(77)))):
            told = site.explain(item)
            if item.startswith("350000"):
                self.assertEqual(sorted((hit["is"], hit["outcome"]) for hit in told["hits"]),
                                 [("entry", "matched")] * 2)
                continue
            self.assertEqual((told["application"] or {}).get("application_id"), application_id, item)
            if entries:
                self.assertEqual([row["entry"] for row in told["entries"]], entries, item)
            self.assertEqual((told["night"], told["replayed"]), (f"{DAY}-1", "identical"))
        two_words = json.loads(site.command("explain", "123000", DAY, "--json", code=0).out)
        self.assertEqual(two_words["item"], f"123000@{DAY}")

    def test_several_are_listed_and_each_can_be_asked_for(self):
        site = self.start()
        hits = site.explain(code(3))["hits"]
        self.assertEqual([hit["item"] for hit in hits], ["P-3", "P-4"])
        for hit in hits:
            self.assertEqual(site.explain(hit["item"])["application"]["application_id"], hit["item"])
        text = site.command("explain", code(3), code=0).out
        self.assertIn("may mean 2 things", text)
        self.assertIn("  rekon explain P-3\n", text)

    def test_what_is_not_known(self):
        site = self.start()
        for item, said in (("P-404", "nothing is known of"), ("K-0123456789-1", "nothing is known of"),
                           ("0123456789abcdef:1", "nothing is known of"), ("350001@" + DAY, "nothing is known of"),
                           ("much@" + DAY, "not an amount with a date"), (" ", "nothing to explain")):
            self.assertIn(said, site.command("explain", item, code=2).err)
        self.assertIn("no such night", site.command("explain", "P-1", "--date", "2024-03-04", code=2).err)
        self.assertIn("one item", site.command("explain", code=2).err)

    def test_from_a_copy_of_the_archive_without_a_database(self):
        site = self.start()
        copy = site.folder / "elsewhere"
        shutil.copytree(site.folder / "archive", copy)
        config = site.folder / "bare.yaml"
        config.write_text("".join(
            f"{key}: {value}\n" for key, value in (
                ("database", "host=/nowhere dbname=none"), ("inbox", "none"), ("archive", copy), ("output", "none"),
                ("rules", "none"), ("reports", "none"))), encoding="utf-8")
        before = site.tree("elsewhere")
        told = json.loads(site.command("explain", "P-1", "--json", config=config, code=0).out)
        self.assertEqual(told["application"]["state"], "paid")
        self.assertEqual(site.tree("elsewhere"), before)


class Told(Nights):
    def test_what_was_read_and_names_are_masked(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"bca": [paid("x", code(1), 350000,
                                      narrative=f"TRSF E-BANKING CR SITI RAHAYU {code(1)}")]})
        site.run(DAY, 0)
        entry = site.explain("P-1")["entries"][0]
        self.assertEqual((entry["file"], entry["line"]), ("BCA_0123456789_20240305.csv", 6))
        self.assertEqual(entry["text"], f"'05/03/2024,TRSF E-BANKING CR S*** R***** {code(1)},'0000,350000.00,CR,"
                                        "10350000.00")
        for words in (("P-1", "--json"), ("--all", "--json"), ("P-1",)):
            said = site.command("explain", *words, code=0).out
            self.assertNotIn("RAHAYU", said)
            self.assertNotIn("SITI", said)
        self.assertEqual([line for line in said.splitlines() if len(line) > 100], [])

    def test_how_the_deadline_came_about(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00", office="ambon"),
                          application("P-2", code(2), "08:00", source="walk-in"))
        site.quiet(DAY)
        site.run(DAY, 0)
        told = site.explain("P-1")["application"]
        self.assertEqual((told["state"], told["deadline"]), ("expired", "2024-03-05T12:00:00+09:00"))
        self.assertEqual({key: told["term"][key] for key in ("from", "clock", "begins", "within_seconds",
                                                             "paused_seconds")},
                         {"from": "2022-01-26", "clock": "submitted_at", "begins": "2024-03-05T10:00:00+09:00",
                          "within_seconds": 7200, "paused_seconds": 0})
        self.assertIn("2024-03-05 12:00:00 WIT", site.command("explain", "P-1", code=0).out)
        self.assertEqual(site.explain("P-2")["application"]["deadline"], None)

    def test_what_holds_a_lapse(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-7", near(7), "09:00"))
        site.quiet(DAY, {"pos": [paid("09:30:00", near(17), 350000)]}, but=("bca", "indomaret"))
        site.deliver("indomaret", DAY, [paid("09:00:00", code(70), 1)], count=7)
        site.run(DAY, 1)
        told = site.explain("P-1")
        self.assertEqual((told["application"]["state"], told["application"]["held_by"]), ("awaiting", "bca"))
        holders = [(row["held_by"], row["why"].split(":")[0]) for row in told["application"]["holders"]]
        self.assertEqual(holders, [
            ("bca", "its statement of 2024-03-05 has not come"),
            ("indomaret", "its statement of 2024-03-05 has not come"),
            ("indomaret", "IDMREKON_20240305.txt is quarantined")])
        rows = [row["row"].split(",")[1] for row in told["choices"]]
        self.assertEqual(rows, ["accept_file", "discard_file"])
        holders = site.explain("P-7")["application"]["holders"]
        self.assertIn(("pos", f"entry {site.entries(near(17))[0]} may be its payment"),
                      [(row["held_by"], row["why"].split(": ")[0]) for row in holders])

    def test_the_past_with_its_causes(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:30:00", code(1), 350000)]})
        site.run(DAY, 0)
        site.quiet(NEXT, {"indomaret": [paid(f"{DAY} 09:00:00", code(1), 350000)]})
        site.run(NEXT, 0)
        first, second = site.entries(code(1))
        site.put("decisions-1.csv", decisions(decision("D-1", "resolve", second)))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        case = list(site.cases())[0]
        told = [tuple(row[key] for key in ("night", "what", "about", "before", "after", "cause"))
                for row in site.explain("P-1")["history"]]
        self.assertEqual(told, [
            (f"{DAY}-1", "outcome", second, None, "matched", None),
            (f"{DAY}-1", "state", "P-1", "awaiting", "paid", second),
            (f"{NEXT}-1", "outcome", second, "matched", "duplicate", first),
            (f"{NEXT}-1", "outcome", first, None, "matched", None),
            (f"{NEXT}-1", "case", case, None, "new", None),
            (f"{THIRD}-1", "decision", "D-1", None, "applied", second),
            (f"{THIRD}-1", "case", case, None, "closed", "D-1")])
        # as known before: the past ends there
        told = site.explain("P-1", "--date", DAY)
        self.assertEqual([row["outcome"] for row in told["entries"]], ["matched"])
        self.assertEqual(len(told["history"]), 2)
        told = site.explain("P-1", "--date", NEXT)["entries"]
        self.assertEqual([(row["outcome"], (row["case"] or {}).get("status")) for row in told],
                         [("matched", None), ("duplicate", "new")])

    def test_an_older_case_has_an_age(self):
        site = self.site()
        site.quiet(DAY, {"pos": [paid("09:00:00", code(77), 350000)]})
        site.run(DAY, 0)
        for night in (NEXT, THIRD):
            site.quiet(night)
            site.run(night, 0)
        case = site.explain(code(77))["entries"][0]["case"]
        self.assertEqual((case["status"], case["opened_on"], case["age_days"]), ("persisting", DAY, 2))

    def test_rules_that_were_changed_without_a_date(self):
        """The newest rules would judge otherwise what was settled before them: the night that settled it tells."""
        kept = {}

        def keep(folder):
            kept["rules"] = folder
        site = self.site(rules=keep)
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        rules = kept["rules"] / "deadlines.yaml"
        rules.write_text(rules.read_text(encoding="utf-8").replace("within: 2h", "within: 30m"), encoding="utf-8")
        site.quiet(NEXT)
        site.run(NEXT, 0)  # P-1 is read again, and is what it was
        told = site.explain("P-1")
        self.assertEqual((told["night"], told["judged_in"], told["replayed"]), (f"{NEXT}-1", f"{DAY}-1", "identical"))
        self.assertEqual(told["application"]["state"], "paid")


class Tried(Nights):
    def test_every_rule_with_both_values(self):
        """Two applications are near: one fits, the other loses by its due."""
        site = self.site()
        site.applications(application("P-7", near(7), "08:00"), application("P-8", near(27), "08:00", due=650000))
        site.quiet(DAY, {"pos": [paid("09:30:00", near(17), 350000)]})
        site.run(DAY, 0)
        entry = site.explain(site.entries(near(17))[0])["entries"][0]
        self.assertEqual((entry["outcome"], entry["rule"], entry["candidates"]), ("suggested", "salah-ketik", ["P-7"]))
        steps = {(row["rule"], row["application_id"], row["test"]): row for row in entry["tried"]}
        key = steps["kode-billing", None, "key"]
        self.assertEqual((key["entry_value"], key["application_value"], key["holds"]), (near(17), "none", False))
        for identity, due, holds in (("P-7", "350000", True), ("P-8", "650000", False)):
            key, amount = (steps["salah-ketik", identity, test] for test in ("key", "amount"))
            self.assertEqual((key["application_value"], key["wanted"], key["holds"]),
                             (near(7 if identity == "P-7" else 27), "billing_code within 1", True))
            self.assertEqual((amount["entry_value"], amount["application_value"], amount["wanted"], amount["holds"]),
                             ("350000", due, "equal", holds))
        self.assertEqual(steps["salah-ketik", "P-7", "paid"]["application_value"],
                         "2024-03-05T08:00:00+07:00 to 2024-03-05T10:00:00+07:00")
        self.assertNotIn(("salah-ketik", "P-8", "paid"), steps)
        text = site.command("explain", site.entries(near(17))[0], code=0).out
        self.assertIn("      fails amount   P-8: Rp350.000 against Rp650.000; wanted equal\n", text)


class Decided(Nights):
    """Every row that explain offers is one that the next night carries out."""

    def test_rows_that_are_offered_are_carried_out(self):
        rows = [application("P-1", near(7), "08:00"), application("P-2", code(2), "08:00"),
                application("P-3", code(2), "08:00"), application("P-4", code(4), "08:00"),
                application("P-5", code(5), "08:00"), application("P-6", code(6), "08:00")]
        put = {"pos": [paid("09:00:00", near(17), 350000), paid("09:00:00", code(2), 350000),
                       paid("09:00:00", code(4), 350000), paid("09:10:00", code(4), 350000),
                       paid("09:00:00", code(77), 350000), paid("09:00:00", code(5), 50000)]}
        kinds = {"suggested": ["match", "ignore", "resolve"], "ambiguous": ["match", "match", "ignore", "resolve"],
                 "duplicate": ["unmatch", "resolve"], "unidentified": ["match", "ignore", "resolve"],
                 "underpaid": ["unmatch", "resolve"]}
        for number in range(4):
            site = self.site(name=f"offer_{number}")
            site.applications(*rows)
            site.quiet(DAY, put)
            site.run(DAY, 0)
            offered = []
            for case, (kind, _) in sorted(site.cases().items()):
                choices = [row["row"] for row in site.explain(case)["choices"]]
                self.assertEqual([row.split(",")[1] for row in choices], kinds[kind], kind)
                offered += [filled(row.replace(",APPLICATION,", ",P-6,"), case) for row in choices[number:number + 1]]
            site.put("decisions-1.csv", HEAD + "\n".join(offered) + "\n")
            site.quiet(NEXT)
            site.run(NEXT, 0)
            self.assertEqual([row[2:] for row in site.effects()], [("applied", "")] * len(offered))


class Cases(Nights):
    """Stable ids, new, persisting and closed; decisions close them; a decision whose ground has changed is
    marked stale, and named until another one takes its place."""

    def decide(self, site, night, *rows, code=0, put=None):
        if rows:
            site.put(f"decisions-{night}-{len(site.effects())}.csv", decisions(*rows))
        site.quiet(night, put)
        return site.run(night, code)

    def stale(self, site, *wanted):
        """Named by status and by the workbook of the newest night, and nothing else is."""
        night = site.runs()[-1][:10]
        revision = int(site.runs()[-1][11:])
        told = site.command("status").out
        section = told.split("decisions that wait")[1].split("\nopen cases")[0] if "decisions that wait" in told else ""
        self.assertEqual([line.split()[0] for line in section.splitlines()[1:]], [row[0] for row in wanted], told)
        for identity, why in wanted:
            self.assertIn(why, section)
        suffix = f".r{revision}" if revision > 1 else ""
        listed = {match for path in site.output.rglob(f"*-{night}{suffix}.xlsx") for sheet in Book(path).sheets.values()
                  for row in sheet for match in re.findall("Dasar keputusan telah berubah: (.+)", str(row))}
        self.assertEqual({re.match("[-A-Z0-9]+", text)[0] for text in listed}, {row[0] for row in wanted})

    def test_a_case_keeps_its_id_and_ages_until_a_decision_closes_it(self):
        site = self.site()
        site.quiet(DAY, {"pos": [paid("09:00:00", code(77), 350000)]})
        site.run(DAY, 0)
        case = list(site.cases())[0]
        entry = site.entries(code(77))[0]
        self.assertEqual(case, f"K-{entry[:10]}-{entry[17:]}")
        told = []
        for night in (DAY, NEXT, THIRD):
            if night == NEXT:
                self.decide(site, NEXT)
            if night == THIRD:
                self.decide(site, THIRD, decision("D-1", "resolve", case))
            row = site.explain(entry)["entries"][0]["case"]
            told.append((row["case_id"], row["status"], row["opened_on"], row["age_days"], row["decision_id"]))
        self.assertEqual(told, [(case, "new", DAY, 0, None), (case, "persisting", DAY, 1, None),
                                (case, "closed", DAY, 2, "D-1")])
        self.decide(site, "2024-03-08")
        self.assertEqual(site.explain(case)["entries"][0]["case"], None)
        self.assertEqual(site.explain(case)["history"][-1]["after"], "closed")

    def test_a_resolved_case_that_becomes_another_one(self):
        """Resolved as underpaid; then it is a duplicate. The decision is neither dropped nor silently kept."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00", due=650000))
        site.quiet(DAY, {"pos": [paid("09:30:00", code(1), 350000)]})
        site.run(DAY, 0)
        entry = site.entries(code(1))[0]
        self.decide(site, NEXT, decision("D-1", "resolve", list(site.cases())[0]))
        self.stale(site)
        self.assertEqual(site.book(day=NEXT).differences(), [])
        self.decide(site, THIRD, put={"indomaret": [paid(f"{DAY} 09:00:00", code(1), 650000)]}, code=1)
        self.assertEqual(site.outcomes(code(1))[1][1], "duplicate")
        self.stale(site, ("D-1", "underpaid then, duplicate now"))
        self.assertEqual(site.effects(), [("D-1", "resolve", "applied", ""),
                                          ("D-1", "resolve", "stale", "underpaid then, duplicate now")])
        self.assertEqual(site.cases()[site.explain(entry)["entries"][0]["case"]["case_id"]], ("duplicate", "new"))
        # it waits until somebody decides again
        self.decide(site, "2024-03-08", code=1)
        self.stale(site, ("D-1", "underpaid then, duplicate now"))
        self.decide(site, "2024-03-09", decision("D-2", "resolve", entry))
        self.stale(site)
        self.assertEqual(site.book(day="2024-03-09").differences(), [])

    def test_a_note_or_the_same_id_takes_no_place(self):
        """What stands on an entry is replaced by a decision on that entry alone."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00", due=650000))
        site.quiet(DAY, {"pos": [paid("09:30:00", code(1), 350000), paid("09:40:00", code(77), 350000)]})
        site.run(DAY, 0)
        entry, other = site.entries(code(1))[0], site.entries(code(77))[0]
        self.decide(site, NEXT, decision("D-1", "resolve", entry), decision("D-2", "note", entry))
        self.decide(site, THIRD, decision("D-1", "ignore", other), code=1)
        self.assertIn(f"another decision of {NEXT} has this id", site.command("status", code=1).out)
        self.decide(site, "2024-03-08", decision("D-5", "ignore", other), code=1,
                    put={"indomaret": [paid(f"{DAY} 09:00:00", code(1), 650000)]})
        self.stale(site, ("D-1", "underpaid then, duplicate now"))
        self.decide(site, "2024-03-09", decision("D-3", "note", entry), decision("D-6", "note", other), code=1)
        self.stale(site, ("D-1", "underpaid then, duplicate now"))
        self.decide(site, "2024-03-10", decision("D-4", "resolve", entry))
        self.stale(site)

    def test_an_ignored_payment_whose_code_is_booked_later(self):
        site = self.site()
        site.quiet(DAY, {"pos": [paid("09:00:00", code(77), 350000)]})
        site.run(DAY, 0)
        entry = site.entries(code(77))[0]
        self.decide(site, NEXT, decision("D-1", "ignore", entry))
        site.applications(application("P-77", code(77), "08:00", updated_at=f"{THIRD}T08:00:00+07:00"))
        self.decide(site, THIRD, code=1)
        self.stale(site, ("D-1", "P-77 has its billing code now"))
        self.assertEqual(site.outcomes(code(77))[0][1], "ignored")  # not overridden
        self.decide(site, "2024-03-08", decision("D-2", "match", entry, "P-77"))
        self.stale(site)
        self.assertEqual(site.outcomes(code(77))[0][1], "matched")

    def test_a_forced_payment_that_becomes_a_duplicate_or_is_taken_back(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:30:00", code(71), 350000)],
                         "bca": [paid("x", code(72), 350000)]})
        site.run(DAY, 0)
        first, second = site.entries(code(71))[0], site.entries(code(72))[0]
        self.decide(site, NEXT, decision("D-1", "match", first, "P-1"), decision("D-2", "match", second, "P-2"))
        self.assertEqual(site.states(), {"P-1": "reinstated", "P-2": "reinstated"})
        self.decide(site, THIRD, put={"indomaret": [paid(f"{DAY} 09:00:00", code(1), 350000)]}, code=1)
        self.stale(site, ("D-1", "matched then, duplicate now"))
        self.decide(site, "2024-03-08", decision("D-3", "unmatch", first))
        self.stale(site)

    def test_an_amount_that_is_changed_under_a_decision(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:30:00", code(71), 350000)]})
        site.run(DAY, 0)
        entry = site.entries(code(71))[0]
        self.decide(site, NEXT, decision("D-1", "match", entry, "P-1"))
        site.applications(application("P-1", code(1), "08:00", due=650000, updated_at=f"{THIRD}T08:00:00+07:00"))
        self.decide(site, THIRD, code=1)
        self.stale(site, ("D-1", "another amount is due now"))
        self.assertEqual(site.outcomes(code(71))[0][1], "underpaid")

    def test_what_did_nothing_waits_until_it_is_sent_again(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:30:00", code(71), 350000)]})
        site.run(DAY, 0)
        entry = site.entries(code(71))[0]
        self.decide(site, NEXT, decision("D-1", "match", entry, "P-404"),
                    decision("D-2", "ignore", entry, made_by="ani", checked_by="ani"), code=1)
        told = site.command("status", code=1).out
        self.assertIn("  D-1  stale  match " + entry + ": no application has the id of its object\n", told)
        self.assertIn("  D-2  refused  ignore " + entry + ": maker and checker are the same person\n", told)
        self.decide(site, THIRD, code=1)
        self.assertEqual(site.run(THIRD, 1).last, f"run={THIRD}-2 committed=no published=0/0 next=rekon-status")
        self.decide(site, "2024-03-08", decision("D-1", "match", entry, "P-1"))
        self.assertNotIn("decisions that wait", site.command("status", code=0).out)


if __name__ == "__main__":
    main(sys.modules["__main__"])
