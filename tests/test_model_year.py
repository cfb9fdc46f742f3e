#!/usr/bin/python3
"""test_model_year: the engine, night by night, against a plain and slow model of what it must say.

    test_model_year.py               a few weeks of two worlds
    test_model_year.py 365 10 1      nights, worlds, first seed (make check-model)

tests/model/world.py imagines offices in three zones whose statements come late, are missing, corrected, overlap
and are taken back, on an account of all and one of an office's own, whose outages are written down late, whose
booking system fails, and whose people decide, replace files among others; tests/model/year.py says what each
night must make of it. After each night every application must be in the same state, with the same deadline,
held by the same channels; every entry have the same outcome and day of booking; the outbox hold one transition
for each change, and each notice once.
"""

import csv
import json
import os
import random
import subprocess
import sys
import time
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import nights_kit as kit  # noqa: E402
from model import world as worlds  # noqa: E402
from model.year import Year  # noqa: E402

NIGHTS, WORLDS, SEED = 45, 2, 7  # in these weeks every change that is asked for below occurs
# Years in which something happens: a new ministry's terms, two cut-offs, a leap day, new tariffs, Lebaran.
STARTS = (date(2021, 12, 10), date(2024, 11, 25), date(2024, 2, 1), date(2023, 3, 1))
# Without sanitizers: hundreds of nights. The other suites run nights under them.
kit.REKON = os.environ.get("REKON", str(kit.ROOT / "build/rekon"))


def quoted(text):
    return "'" + text.replace("'", "''") + "'" if text else "NULL"


class Questions:
    """A psql that stays: a year asks a thousand times."""

    def __init__(self, connection):
        self.psql = subprocess.Popen(["psql", "-X", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-d", connection],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, sql):
        self.psql.stdin.write(f"{sql}\n\\echo ---\n")
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline()) != "---\n":
            if not line:
                raise AssertionError(f"psql has ended: {sql}")
            lines.append(line)
        return [tuple(row) for row in csv.reader(lines)]

    def close(self):
        self.psql.stdin.close()
        self.psql.stdout.close()
        self.psql.wait()


class Played:
    """One world on an installation of its own."""

    def __init__(self, seed, nights):
        self.seed, start = seed, STARTS[(seed - 1) % len(STARTS)]
        if nights > 200:  # the whole of it
            start = start.replace(month=(start.month + 5) % 12 + 1, day=1) if start.month > 6 else start
        self.site = kit.Site(f"model_{seed}", start=start.isoformat(), reports=(),
                             rules=lambda folder: worlds.write_rules(folder, start, seed))
        self.questions = Questions(self.site.connection)
        rules = self.site.folder / "rules"
        self.model = Year(rules, start, worlds.channels_of(start))
        self.world = worlds.World(seed, start, nights, rules)
        self.runs, self.booked, self.entries, self.states = [], {}, {}, {}
        self.days = {}
        self.known_faults = set()
        self.chance = random.Random(f"asked:{seed}")
        self.gone, self.faults, self.counts, self.transitions = False, [], Counter(), Counter()

    def play(self):
        for run in self.world.play(self.model):
            self.runs.append(run)
            self.bring(run)
            ran = self.site.command("run", "--date", run.day)
            if ran.code not in (0, 1):
                self.faults.append(f"{run.day}: exit {ran.code} {ran.out}{ran.err}")
                break
            said = self.model.judge(self.runs)
            name = f"{run.day}-{run.number}"
            if "committed=yes" in ran.last or run.number == 1:
                self.compare(name, run, said)
            if len(self.faults) > 5:
                break
        return self

    def bring(self, run):
        shown = self.world.view
        rows = [f"DELETE FROM rekon_source.booking WHERE application_id = {quoted(name)};"
                for name in self.booked.keys() - shown.keys()]
        columns = worlds.COLUMNS
        for name, row in shown.items():
            if self.booked.get(name) != row:
                rows.append(f"INSERT INTO rekon_source.booking ({', '.join(columns)}) VALUES "
                            f"({', '.join(quoted(row[c]) for c in columns)}) ON CONFLICT (application_id) DO UPDATE SET "
                            + ", ".join(f"{c} = excluded.{c}" for c in columns) + ";")
        self.booked = dict(shown)
        if (run.source is None) != self.gone:
            self.gone = not self.gone
            rows.append("ALTER VIEW rekon_source.application RENAME TO away;" if self.gone else
                        "ALTER VIEW rekon_source.away RENAME TO application;")
        self.questions.ask("BEGIN;\n" + "\n".join(rows) + "\nCOMMIT;")
        for name, content in run.files:
            self.site.put(name, content)
        if run.decisions:
            self.site.put(f"decisions-{run.day}.csv", kit.decisions(*(
                kit.decision(*decision[:3], decision[3]) for decision in run.decisions)))
        text = worlds.yaml_of(run.outages)
        path = self.site.folder / "rules/outages.yaml"
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")

    # ---- what the engine says ----

    def engine(self, run):
        """(transitions, notices) of the run; its outcomes go into self.entries."""
        rows = self.questions.ask(f"""
            WITH r AS (SELECT run FROM rekon.run WHERE night = '{run.day}' AND number = {run.number})
            SELECT 'transition', application_id, from_state, to_state FROM rekon.transition JOIN r USING (run)
            UNION ALL SELECT 'notice', kind, application_id, entry FROM rekon.notice JOIN r USING (run)
            UNION ALL SELECT 'outcome', entry, outcome, application_id FROM rekon.outcome JOIN r USING (run)
            UNION ALL SELECT 'booked', entry, booked_on::text, NULL FROM rekon.outcome JOIN r USING (run);""")
        self.entries.update({row[1]: row[2:] for row in rows if row[0] == "outcome"})
        self.days.update({row[1]: row[2] for row in rows if row[0] == "booked"})
        return (sorted(row[1:] for row in rows if row[0] == "transition"),
                sorted(row[1:] for row in rows if row[0] == "notice"))

    def explained(self, run):
        told = self.site.command("explain", "--all", "--json", "--date", run.day)
        if told.code:
            self.fault(run.day, "explain", f"exit {told.code} {told.err}")
        rows = [json.loads(line) for line in told.out.splitlines()]
        return {row["application_id"]: row for row in rows if "entry" not in row}

    # ---- against the model ----

    def fault(self, night, what, text):
        """Each once: what differs on one night does so on the next."""
        if (what, text) not in self.known_faults:
            self.faults.append(f"seed {self.seed}, {night}: {what}: {text}")
        self.known_faults.add((what, text))

    def differ(self, night, what, engine, model):
        for key in sorted(set(engine) | set(model)):
            if engine.get(key) != model.get(key):
                self.fault(night, what, f"{key}: engine {engine.get(key)}, model {model.get(key)}")

    def compare(self, night, run, said):
        transitions, notices = self.engine(run)
        self.differ(night, "transitions", Counter(transitions), Counter(said.transitions))
        self.differ(night, "notices", Counter(notices), Counter(said.notices))
        for name, before, state in transitions:
            if self.states.get(name, "awaiting") != before:
                self.fault(night, "from", f"{name} was {self.states.get(name)}, not {before}")
            self.states[name] = state
        self.differ(night, "states", {name: self.states.get(name, "awaiting") for name in said.states}, said.states)
        self.differ(night, "entries", self.entries, said.entries)
        self.differ(night, "booked", {name: self.days.get(name) for name in said.booked},
                    {name: str(day) for name, day in said.booked.items()})
        self.counts["applications"] += len(said.states)
        self.transitions.update((before, state) for _, before, state in transitions)
        self.counts.update(kind for kind, _, _ in notices)
        self.compare_explained(night, run, said)

    def compare_explained(self, night, run, said):
        told = self.explained(run)
        waiting = {name for name, state in said.states.items() if state == "awaiting"}
        self.differ(night, "judged", dict.fromkeys(waiting - told.keys(), "awaiting"), {})
        for name, row in told.items():
            deadline = row["deadline"] and datetime.fromisoformat(row["deadline"])
            held = said.holders.get(name, set())
            if (row["state"], deadline) != (said.states.get(name), said.deadlines.get(name)):
                self.fault(night, "explained", f"{name}: engine {row['state']} {deadline} ({row['reason']}), "
                                               f"model {said.states.get(name)} {said.deadlines.get(name)}")
            if row["held_by"] not in (held or {None}):
                self.fault(night, "held by", f"{name}: engine {row['held_by']}, model {held}")
        self.counts["held"] += len(said.holders)
        if said.holders and self.chance.random() < 0.15:
            self.compare_holders(night, run, self.chance.choice(sorted(said.holders)), said)

    def compare_holders(self, night, run, name, said):
        """All who hold one of them, as they are told to whoever asks."""
        told = json.loads(self.site.command("explain", name, "--json", "--date", run.day, code=0).out)
        held = {holder["held_by"] for holder in told["application"]["holders"]}
        if not said.holders[name] <= held and said.holders[name] != {"source"}:
            self.fault(night, "holders", f"{name}: engine {held}, model {said.holders[name]}")
        self.counts["asked who holds"] += 1

    def close(self):
        self.questions.close()
        self.site.close()

    def finish(self):
        """The nights again, from the archive alone: some of them, and that the archive is whole."""
        ran = self.site.command("verify")
        if ran.code:
            self.fault("", "verify", ran.out + ran.err)
        for run in random.Random(self.seed).sample(self.runs, 2):
            ran = self.site.command("rerun", "--date", run.day, "--number", run.number)
            if ran.code or "identical" not in ran.out:
                self.fault(run.day, "rerun", ran.out + ran.err)


class ModelYear(unittest.TestCase):
    def play(self, seed):
        began, played = time.monotonic(), Played(seed, NIGHTS)
        if "KEEP" not in os.environ:
            self.addCleanup(played.close)
        played.play()
        if not played.faults:
            played.finish()
        print(f"seed {seed}: {len(played.runs)} runs from {played.world.start}, {len(played.states)} applications "
              f"changed, {len(played.entries)} entries, {time.monotonic() - began:.0f} s, "
              f"{len(played.faults)} differences\n    told {dict(played.counts)}\n"
              f"    brought {played.world.counts}\n    transitions {len(played.transitions)} kinds, "
              f"{sum(played.transitions.values())}", file=sys.stderr, flush=True)
        for fault in played.faults[:25]:
            print(f"    {fault}", file=sys.stderr, flush=True)
        return played

    def test_each_night_of_each_world(self):
        with ThreadPoolExecutor(2) as pool:
            all_played = list(pool.map(self.play, range(SEED, SEED + WORLDS)))
        self.assertEqual([fault for played in all_played for fault in played.faults][:10], [])
        transitions = sum((played.transitions for played in all_played), Counter())
        for wanted in (("awaiting", "paid"), ("awaiting", "expired"), ("expired", "reinstated"),
                       ("expired", "awaiting")):
            self.assertIn(wanted, transitions)


if __name__ == "__main__":
    numbers = [int(sys.argv.pop(1)) for word in sys.argv[1:] if word.isdigit()]
    NIGHTS, WORLDS, SEED = numbers + [NIGHTS, WORLDS, SEED][len(numbers):]
    unittest.main()
