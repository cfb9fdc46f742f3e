#!/usr/bin/python3
"""test_golden: cases small enough to read, with the tables that `rekon match` must give.

    test_golden.py              compare
    test_golden.py --rewrite    write expected/ anew (`make golden`): read the difference before it is kept

A case is a folder of tests/golden:

    story.txt       what each line shows and why it ends as it does; "exit:" and "as-at:" are read
    input/          applications.csv and statement files
    rules/          only where the shipped rules do not serve
    expected/       the tables
"""

import difflib
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
REKON = os.environ.get("REKON", str(ROOT / "build" / "rekon"))
# Small as they are, the cases pass through most branches: once more under the sanitizers, where there is one.
PROGRAMS = [REKON, *filter(None, [os.environ.get("REKON_SANITIZED")])]


def told(story, key):
    """The value of a "key: value" line of a story, or None."""
    found = re.search(rf"^{key}: (.+)$", story, re.MULTILINE)
    return found.group(1) if found else None


def match(case, out, rekon=REKON):
    """Runs `rekon match` on a case; gives the exit code and what was said."""
    as_at = told((case / "story.txt").read_text(), "as-at")
    rules = case / "rules" if (case / "rules").exists() else ROOT / "rules"
    inputs = sorted((case / "input").iterdir())
    done = subprocess.run(
        [rekon, "match", "--config", str(ROOT / "rekon.yaml"), "--rules", str(rules), "--out", str(out),
         "--applications", str(case / "input" / "applications.csv"),
         "--statements", *(str(path) for path in inputs if path.name != "applications.csv"),
         *(["--as-at", as_at] if as_at else [])],
        capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def cases():
    return sorted(path for path in GOLDEN.iterdir() if path.is_dir())


class Golden(unittest.TestCase):
    maxDiff = None

    def check(self, case, rekon):
        with tempfile.TemporaryDirectory() as folder:
            code, said = match(case, Path(folder), rekon)
            self.assertEqual(code, int(told((case / "story.txt").read_text(), "exit")), said)
            wanted = {path.name: path.read_text() for path in (case / "expected").iterdir()}
            given = {path.name: path.read_text() for path in Path(folder).iterdir()}
        self.assertEqual(sorted(given), sorted(wanted))
        difference = []
        for name, text in wanted.items():
            difference += difflib.unified_diff(text.splitlines(), given[name].splitlines(),
                                               f"expected/{name}", name, lineterm="", n=1)
        self.assertFalse(difference, "\n" + "\n".join(difference))


def add_test(case):
    setattr(Golden, f"test_golden__{case.name}", lambda self: [self.check(case, rekon) for rekon in PROGRAMS])


def rewrite():
    for case in cases():
        expected = case / "expected"
        expected.mkdir(exist_ok=True)
        for path in expected.iterdir():
            path.unlink()
        code, said = match(case, expected)
        if code != int(told((case / "story.txt").read_text(), "exit")):
            print(f"{case.name}: exit {code}\n{said}", file=sys.stderr)


for each in cases():
    add_test(each)

if __name__ == "__main__":
    if sys.argv[1:] == ["--rewrite"]:
        rewrite()
    else:
        unittest.main()
