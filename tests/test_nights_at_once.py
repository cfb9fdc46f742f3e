#!/usr/bin/python3
"""test_nights_at_once: what is known in the end does not depend on the night on which it came.

Tiny dense worlds (tests/accuracy/adversary.py) are decided once by `rekon match` over all files, and once night
by night, each night knowing the applications of its day and the files that have arrived: every entry must end
with the same outcome and application, every application in the same state. One difference is right: what
lapsed on its night stays lapsed when a later night brings a mere candidate.

    test_nights_at_once.py [--seed S]     other worlds
"""

import csv
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "accuracy"))

import adversary  # noqa: E402
import nights_kit as kit  # noqa: E402

WORLDS, SEED = 200, "nights:1"
if "--seed" in sys.argv:
    SEED = sys.argv.pop(sys.argv.index("--seed") + 1)
    sys.argv.remove("--seed")
NIGHTS = ("2024-03-04", "2024-03-05", "2024-03-06")


def add_test_channels(rules):
    for channel in (ROOT / "tests" / "accuracy" / "channels").glob("*.yaml"):
        shutil.copy(channel, rules / "channels")


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class OnTheirDay(unittest.TestCase):
    name = "on_their_day"

    @staticmethod
    def arrives_on(path):
        return f"{path.stem[-8:-4]}-{path.stem[-4:-2]}-{path.stem[-2:]}"

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        cls.worlds = [adversary.make_world(SEED, n) for n in range(WORLDS)]
        adversary.write(cls.worlds, cls.folder)
        cls.site = kit.Site(cls.name, start=NIGHTS[0], rules=add_test_channels)
        cls.match()
        for night in NIGHTS:
            cls.live(night)

    @classmethod
    def tearDownClass(cls):
        cls.site.close()
        cls.temporary.cleanup()

    @classmethod
    def match(cls):
        done = subprocess.run(
            [kit.REKON, "match", "--applications", cls.folder / "applications.csv", "--statements",
             *sorted((cls.folder / "inbox").iterdir()), "--out", cls.folder / "out", "--config",
             cls.site.config, "--write", "entries,applications"], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise AssertionError(done.stderr)

    @classmethod
    def live(cls, night):
        """Those that were submitted by then, and the files of the day."""
        known = [a for world in cls.worlds for a in world["applications"] if a["submitted_at"][:10] == night]
        if known:
            cls.site.applications(*[{**a, "updated_at": a["submitted_at"]} for a in known])
        for path in sorted((cls.folder / "inbox").iterdir()):
            if cls.arrives_on(path) == night:
                shutil.copy(path, cls.site.inbox)
        ran = cls.site.run(night, code=None)
        if ran.code not in (0, 1) or "committed=yes" not in ran.last:
            raise AssertionError(f"{night}: exit {ran.code}\n{ran.out}{ran.err}")

    def test_at_once__entries(self):
        nightly = self.site.by_entry()
        wanted = {row["entry"]: (row["outcome"], row["application_id"])
                  for row in rows(self.folder / "out" / "entries.csv")}
        self.assertGreater(len(wanted), 2000)
        different = [f"{entry}: nightly {nightly.get(entry)}, at once {wanted.get(entry)}"
                     for entry in sorted(set(wanted) | set(nightly)) if nightly.get(entry) != wanted.get(entry)]
        self.assertEqual(different[:20], [])

    def test_at_once__states(self):
        nightly, different = self.site.states(), []
        for row in rows(self.folder / "out" / "applications.csv"):
            state = nightly.get(row["application_id"], "awaiting").replace("reinstated", "paid")
            held = row["state"] == "awaiting" and row["reason"].startswith("held")
            if state != row["state"] and not (held and state == "expired"):
                different.append(f"{row['application_id']}: nightly {state}, at once {row['state']}")
        self.assertEqual(different[:20], [])

    def test_at_once__reruns(self):
        self.assertEqual(self.site.rerun_all(), [])


class AnyNight(OnTheirDay):
    """Half of the files come on a later night, so that later payments are seen before earlier ones."""
    name = "any_night"

    @staticmethod
    def arrives_on(path):
        draw = random.Random(f"{SEED}:{path.name}")
        on_time = OnTheirDay.arrives_on(path)
        return on_time if draw.random() < 0.5 else draw.choice([night for night in NIGHTS if night >= on_time])


if __name__ == "__main__":
    unittest.main()
