#!/usr/bin/python3
"""shuffles: one digest over entries, applications and files in any order, by any number of threads.

    shuffles.py [--shuffles 100] [--threads 1,2,3,8] [--applications 3000] [--seed 9]

A world of the generator in which everything goes wrong (`--noise real`). Rows of applications, rows within
statements and files on the command line are shuffled. Where a statement knows only the day, the order of its
rows is all that says which of two payments of one bill was first, so there the rows of one bill (or of one
group) keep their order among themselves; balances are counted anew. The digest is over every table, without
the numbers of lines, which a shuffle changes.
"""

import argparse
import hashlib
import random
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import measure  # noqa: E402

TABLES = ("entries.csv", "allocations.csv", "applications.csv", "summary.csv", "links.csv", "rejects.csv")
MOVED = {"entries.csv": {"entry", "line"}, "rejects.csv": {"line"}}  # columns that a shuffle changes
HEAD = {"BCA": 5, "BNI": 1, "GERBANG": 1, "IDMREKON": 1, "LHP": 1, "MANDIRI": 1, "POSREKON": 1, "TOKOPEDIA": 1}
FOOT = {"BCA": 4, "IDMREKON": 1, "POSREKON": 1}


class World:
    def __init__(self, folder):
        self.folder = folder
        self.applications = (folder / "applications.csv").read_bytes().splitlines(keepends=True)
        groups = {row["application_id"]: row["group_id"] for row in measure.rows(folder / "applications.csv")}
        # file -> line -> what its payer meant: rows of one bill, or one group, are not put in another order
        self.meant = defaultdict(dict)
        for row in measure.rows(folder / "truth-entries.csv"):
            bills = {row["application_id"], row["expected_application_id"]} - {""}
            self.meant[row["file"]][int(row["line"])] = {groups.get(bill) or bill for bill in bills}
        self.files = sorted(path for path in (folder / "inbox").rglob("*")
                            if path.is_file() and path.parent.name != "pagi")

    def shuffled(self, draw, to):
        body = self.applications[1:]
        draw.shuffle(body)
        (to / "applications.csv").write_bytes(b"".join(self.applications[:1] + body))
        files = []
        for path in self.files:
            copy = to / path.parent.name / path.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(self.statement(draw, path), encoding="utf-8")
            files.append(copy)
        draw.shuffle(files)
        return files

    def statement(self, draw, path):
        kind = path.name.split("_")[0]
        lines = path.read_text(encoding="utf-8").splitlines()
        first, last = HEAD[kind], len(lines) - FOOT.get(kind, 0)
        order = list(range(first, last))
        draw.shuffle(order)
        order = keep_order(order, {i: self.meant[path.name].get(i + 1, ()) for i in order})
        body = [lines[i] for i in order]
        if kind in ("BCA", "BNI"):
            body = balanced(lines[first:last], body)
        return "\n".join(lines[:first] + body + lines[last:]) + "\n"


def keep_order(order, meant):
    """The shuffled order, but with the lines that mean the same in the order of their numbers. A line that may
    mean two things ties both together."""
    parent = {}

    def root(thing):
        while parent.setdefault(thing, thing) != thing:
            thing = parent[thing]
        return thing

    for things in meant.values():
        for thing in things:
            parent[root(thing)] = root(next(iter(things)))
    places = defaultdict(list)
    for place, line in enumerate(order):
        if meant[line]:
            places[root(next(iter(meant[line])))].append(place)
    result = list(order)
    for at in places.values():
        waiting = sorted(order[place] for place in at)
        for place, line in zip(at, waiting):
            result[place] = line
    return result


def balanced(before, body):
    """The last column, counted anew from where the file began."""
    def moved(line):
        amount = re.search(r",(\d+)\.00,(CR|DB|K|D),", line)
        return int(amount[1]) * (1 if amount[2] in ("CR", "K") else -1)

    if not before:
        return body
    balance = int(before[0].rsplit(",", 1)[1].split(".")[0]) - moved(before[0])
    result = []
    for line in body:
        balance += moved(line)
        result.append(f"{line.rsplit(',', 1)[0]},{balance}.00")
    return result


def digest(out):
    """Entries are named by what they say, for their identity is their place in a file."""
    total, says = hashlib.sha256(), {}
    for name in TABLES:
        lines = []
        for row in measure.rows(out / name):
            line = "|".join(says.get(value, value) for column, value in row.items()
                            if column not in MOVED.get(name, ()))
            lines.append(line)
            if name == "entries.csv":
                says[row["entry"]] = line
        total.update("\n".join([name, *sorted(lines), ""]).encode())
    return total.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shuffles", type=int, default=100)
    parser.add_argument("--threads", default="1,2,3,8")
    parser.add_argument("--applications", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--rekon", default=str(ROOT / "build" / "rekon"))
    parser.add_argument("--generate", default=str(ROOT / "build" / "fixtures" / "generate"))
    given = parser.parse_args()
    digests, runs = defaultdict(list), 0
    with tempfile.TemporaryDirectory() as top:
        rules = measure.rules_with_channels(Path(top, "rules"))
        measure.imagine(given, given.seed, Path(top, "world"))
        world = World(Path(top, "world"))
        for shuffle in range(given.shuffles):
            with tempfile.TemporaryDirectory() as folder:
                to = Path(folder)
                files = world.shuffled(random.Random(f"{given.seed}:{shuffle}"), to)
                for threads in given.threads.split(","):
                    measure.run(given.rekon, "match", "--applications", to / "applications.csv", "--statements",
                                *files, "--out", to / "out", "--config", ROOT / "rekon.yaml", "--rules", rules,
                                "--threads", threads, codes=(0, 1))
                    digests[digest(to / "out")].append(f"shuffle {shuffle}, threads {threads}")
                    runs += 1
    for found, who in digests.items():
        print(f"    {found[:16]} {len(who)} times, first by {who[0]}")
    print(f"shuffles: {given.shuffles} of {given.applications} applications, threads {given.threads}: "
          f"{len(digests)} digest in {runs} runs")
    return 0 if len(digests) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
