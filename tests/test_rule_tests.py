#!/usr/bin/python3
"""test_rule_tests: the cases that matching.yaml carries, and what a changed rule would do to old files."""

import csv
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REKON = os.environ.get("REKON_SANITIZED") or os.environ.get("REKON") or str(ROOT / "build/rekon")
GOLDEN = ROOT / "tests/golden"


class RuleTests(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="rule-tests-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.rules = self.folder / "rules"
        shutil.copytree(ROOT / "rules", self.rules)
        self.file = self.rules / "matching.yaml"
        self.text = self.file.read_text(encoding="utf-8")

    def rekon(self, *words):
        done = subprocess.run([REKON, *map(str, words), "--config", ROOT / "rekon.yaml"], capture_output=True,
                              text=True, check=False)
        self.assertNotIn("Sanitizer", done.stderr)
        return done

    def check(self, *changes):
        """`rekon check` of the shipped rules with these changes of matching.yaml."""
        text = self.text
        for before, after in changes:
            self.assertIn(before, text)
            text = text.replace(before, after, 1)
        self.file.write_text(text, encoding="utf-8")
        return self.rekon("check", "--rules", self.rules)

    def line_of(self, part):
        return next(number for number, line in enumerate(self.text.splitlines(), 1) if part in line)

    def test_every_outcome_has_a_case(self):
        done = self.check()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        count = len(re.findall(r"^    - test:", self.text, re.MULTILINE))
        self.assertGreater(count, 8)
        self.assertIn(f"{count} tests of them", done.stdout)
        self.assertEqual(set(re.findall(r"outcome: ([a-z_]+)[,}]", self.text)),
                         {"matched", "late", "underpaid", "overpaid", "duplicate", "reversed", "reversal", "not_due",
                          "suggested", "ambiguous", "unidentified"})

    def test_a_case_that_fails_is_named_with_its_place(self):
        part = "paid: '2024-03-05 10:00:01', outcome: late, application: C"
        done = self.check((part, part.replace("late", "matched")))
        self.assertEqual(done.returncode, 3)
        name = "the right amount in time, exactly at the deadline, a second later"
        self.assertEqual(done.stderr.splitlines()[0],
                         f'{self.file}:{self.line_of(part)}:11: "{name}": expected matched of C, got late of C '
                         "(paid after the deadline)")
        self.assertIn("rekon: 1 of ", done.stderr.splitlines()[-1])
        # the right outcome of another application
        part = "outcome: suggested, application: D"
        done = self.check((part, part.replace("D", "C")))
        self.assertIn("expected suggested of C, got suggested of D", done.stderr)

    def test_a_changed_rule_fails_the_cases_that_it_breaks(self):
        done = self.check(("duplicate, underpaid", "underpaid"))
        self.assertEqual(done.returncode, 3)
        self.assertIn("expected duplicate of A, got unidentified", done.stderr)
        done = self.check(("amount: equal, paid: in_time", "paid: in_time"))
        self.assertEqual(done.returncode, 3)
        self.assertIn("expected unidentified, got suggested of A", done.stderr)
        # a deadline decides too
        deadlines = self.rules / "deadlines.yaml"
        deadlines.write_text(deadlines.read_text(encoding="utf-8").replace("within: 2h", "within: 30m"),
                             encoding="utf-8")
        self.assertIn("expected matched of A, got late of A", self.check().stderr)

    def test_cases_that_are_none(self):
        for before, after, said in (
                ("code: '820240305000123', amount", "code: '82024030500012', amount", "15 digits"),
                ("outcome: late, application: C", "outcome: late, application: Z", 'no application of the test is called "Z"'),
                ("outcome: late", "outcome: lately", "lately"), ("debit: yes", "debet: yes", 'did you mean "debit"?'),
                ("    - test: paid twice, the", "    - tests: paid twice, the", "tests")):
            done = self.check((before, after))
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertIn(said, done.stderr)
            self.assertRegex(done.stderr, r"matching\.yaml:\d+:\d+: ")

    def test_what_a_changed_rule_would_do_to_old_files(self):
        """`rekon match --rules DIR` on files that were matched before."""
        case = GOLDEN / "suggested" / "input"
        told = {}
        for name, rules in (("shipped", ROOT / "rules"), ("changed", self.rules)):
            if name == "changed":
                head = self.text[:self.text.index("# One digit wrong")]
                self.file.write_text(head, encoding="utf-8")
            self.rekon("match", "--rules", rules, "--out", self.folder / name, "--applications",
                       case / "applications.csv", "--statements",
                       *(path for path in sorted(case.iterdir()) if path.name != "applications.csv"))
            with open(self.folder / name / "entries.csv", encoding="utf-8") as file:
                told[name] = {row["entry"]: row["outcome"] for row in csv.DictReader(file)}
        self.assertIn("suggested", told["shipped"].values())
        different = {(told["shipped"][entry], told["changed"][entry]) for entry in told["shipped"]
                     if told["shipped"][entry] != told["changed"][entry]}
        self.assertEqual({pair[1] for pair in different}, {"unidentified"})
        self.assertEqual({pair[0] for pair in different} - {"ambiguous"}, {"suggested"})


if __name__ == "__main__":
    unittest.main()
