#!/usr/bin/python3
"""test_accuracy: the short forms of what `make accuracy` and `make check-shuffles` do at length.

REKON and REKON_GENERATE come from tests/run.sh.
"""

import os
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REKON = os.environ.get("REKON_SHIPPED", str(ROOT / "build" / "rekon"))
GENERATE = os.environ.get("REKON_GENERATE", str(ROOT / "build" / "fixtures" / "generate"))


class Accuracy(unittest.TestCase):
    def ends_well(self, script, *arguments):
        done = subprocess.run([sys.executable, str(ROOT / "tests" / "accuracy" / script), "--rekon", REKON,
                               *map(str, arguments)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-2000:])
        return done.stdout.splitlines()[-1]

    def test_accuracy__the_bars_are_held(self):
        told = self.ends_well("measure.py", "--applications", 5000, "--seeds", "1,2,3,4", "--generate", GENERATE)
        self.assertIn("every bar is held", told)

    def test_accuracy__tiny_dense_worlds_as_the_reference_has_them(self):
        self.assertIn("1000 worlds", self.ends_well("adversary.py", "--worlds", 1000, "--seed", 20240304))

    def test_accuracy__one_digest_in_any_order(self):
        told = self.ends_well("shuffles.py", "--shuffles", 3, "--threads", "1,2,3,8", "--generate", GENERATE)
        self.assertIn(": 1 digest in 12 runs", told)


if __name__ == "__main__":
    unittest.main()
