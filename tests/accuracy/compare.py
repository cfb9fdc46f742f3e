#!/usr/bin/python3
"""compare: what `rekon match` (or tests/reference.py) decided, against the generator's truth.

    compare.py OUT TRUTH [--strict]

OUT holds entries.csv and applications.csv, TRUTH the generator's truth-*.csv. For each outcome and state:
how many the truth has, how many were given, precision and recall. A confirmation that is wrong is listed
line by line. `--strict`: exit 1 unless every line and state is what the recorded data allow to know.
"""

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

CONFIRMED = {"matched", "late", "underpaid", "overpaid", "duplicate", "not_due"}


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def table(title, pairs):
    """pairs: Counter of (truth, given)."""
    names = sorted({name for pair in pairs for name in pair})
    print(f"{title:16}{'truth':>10}{'given':>10}{'right':>10}{'precision':>12}{'recall':>10}")
    for name in names:
        truth = sum(n for (t, _), n in pairs.items() if t == name)
        given = sum(n for (_, g), n in pairs.items() if g == name)
        right = pairs[name, name]
        precision = f"{right / given:.6f}" if given else "-"
        recall = f"{right / truth:.6f}" if truth else "-"
        print(f"{name or '(none)':16}{truth:>10}{given:>10}{right:>10}{precision:>12}{recall:>10}")


def compare_entries(out, truth):
    given = {(row["file"], row["line"]): row for row in rows(out / "entries.csv")}
    pairs, real, wrong, extra = Counter(), Counter(), [], 0
    for row in rows(truth / "truth-entries.csv"):
        entry = given.pop((row["file"], row["line"]), None)
        outcome = entry["outcome"] if entry else ""
        application = entry["application_id"] if entry else ""
        pairs[row["expected"], outcome] += 1
        real[row["really"], outcome] += 1
        meant = row["application_id"] if row["expected"] in CONFIRMED | {"suggested"} else ""
        if outcome != row["expected"] or application != meant:
            wrong.append((row, outcome, application))
    for entry in given.values():
        extra += 1
        pairs["", entry["outcome"]] += 1
    return pairs, real, wrong, extra


def compare_applications(out, truth):
    given = {row["application_id"]: row["state"] for row in rows(out / "applications.csv")}
    pairs, wrong = Counter(), []
    for row in rows(truth / "truth-applications.csv"):
        state = given.pop(row["application_id"], "")
        pairs[row["state_at_once"], state] += 1
        if state != row["state_at_once"]:
            wrong.append((row, state))
    for state in given.values():
        pairs["", state] += 1
    return pairs, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--strict", action="store_true")
    given = parser.parse_args()
    pairs, real, wrong, extra = compare_entries(given.out, given.truth)
    states, wrong_states = compare_applications(given.out, given.truth)
    table("expected", pairs)
    print()
    table("really", real)
    print()
    table("state", states)
    confirmed = [item for item in wrong if item[1] in CONFIRMED]
    for row, outcome, application in confirmed[:50]:
        print(f"wrong: {row['file']}:{row['line']} {row['kind']}: {outcome} {application}, "
              f"expected {row['expected']} {row['application_id']}")
    for row, outcome, _ in [item for item in wrong if item[1] not in CONFIRMED][:20]:
        print(f"missed: {row['file']}:{row['line']} {row['kind']}: {outcome or 'not there'}, "
              f"expected {row['expected']}")
    for row, state in wrong_states[:20]:
        print(f"state: {row['application_id']} {row['kind']}: {state or 'not there'}, "
              f"expected {row['state_at_once']}")
    print(f"entries={sum(pairs.values())} wrong_confirmations={len(confirmed)} "
          f"missed={len(wrong) - len(confirmed)} extra={extra} wrong_states={len(wrong_states)}")
    return 1 if given.strict and (wrong or extra or wrong_states) else 0


if __name__ == "__main__":
    sys.exit(main())
