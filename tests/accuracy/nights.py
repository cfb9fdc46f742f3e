#!/usr/bin/python3
"""nights: the state of every application after each night, a second time, against truth-transitions.csv.

    nights.py DIR [--given FILE]

Plays the generator's nights one by one with tests/reference.py: what was imported by then, what files had
arrived by then, judged at the end of the day. Nothing lapses while a channel has not told about a day on
which it could still have been paid in time. `--given FILE` compares a file with the columns
application_id, night, from_state, to_state (the engine's own transitions) instead of playing.
"""

import argparse
import csv
import sys
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

import reference  # noqa: E402


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# The channels whose files lapses wait for, of those that the reference reads.
HOLDING = ("bca", "indomaret", "pos", "tokopedia")


def play(folder):
    """Yields (application_id, night, from_state, to_state) night by night."""
    nights = sorted(path.stem.removeprefix("applications-")
                    for path in folder.glob("applications-*.csv"))
    rows, files, states = {}, [], defaultdict(str)
    for night in nights:
        for row in read(folder / f"applications-{night}.csv"):
            rows[row["application_id"]] = row
        files += sorted((folder / "inbox" / night).glob("*"))
        day = date.fromisoformat(night)
        for application in judge(rows.values(), files, date.fromisoformat(nights[0]), day):
            before, after = states[application.id], application.state
            if after == "paid" and before in ("expired", "reinstated"):
                after = "reinstated"
            if after != before:
                yield application.id, night, before, after
            states[application.id] = after


def judge(rows, files, first, day):
    applications = [reference.Application(row) for row in rows]
    statements = reference.read_statements(files)
    accepted = [statement for statement in statements if not statement.fault]
    reference.match(applications, accepted)
    days, codes, candidates = reference.what_may_still_turn_up(statements)
    told = {(statement.channel, statement.day) for statement in accepted}
    for i in range((day - first).days + 1):
        if any((channel, first + timedelta(days=i)) not in told for channel in HOLDING):
            days.add(first + timedelta(days=i))
    as_at = datetime.combine(day + timedelta(days=1), time(0), reference.WIB)
    reference.expire(applications, as_at, days, codes, candidates)
    return applications


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--given", type=Path)
    arguments = parser.parse_args()
    columns = ("application_id", "night", "from_state", "to_state")
    truth = {tuple(row[c] for c in columns) for row in read(arguments.folder / "truth-transitions.csv")}
    if arguments.given:
        given = {tuple(row[c] for c in columns) for row in read(arguments.given)}
    else:
        given = set(play(arguments.folder))
    for what, lines in (("not in the truth", given - truth), ("missing", truth - given)):
        for line in sorted(lines)[:20]:
            print(f"{what}: {','.join(line)}")
    print(f"transitions={len(truth)} extra={len(given - truth)} missing={len(truth - given)}")
    return 1 if given != truth else 0


if __name__ == "__main__":
    sys.exit(main())
