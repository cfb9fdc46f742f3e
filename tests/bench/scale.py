#!/usr/bin/python3
"""scale: does the time per entry grow with their number? 5 % of the lines are in the hard classes.

    scale.py [--sizes 100000,1000000,10000000] [--rekon build/rekon] [--generate build/fixtures/generate]

Each size is imagined by the generator (typos, parts, groups, reversals, duplicates, dense codes) and decided by
`rekon match --write summary`; the data stay in build/bench. What counts is the processor's time, program and
kernel, all threads: it says less of what else the machine is doing than the clock does. The least of three
runs is taken. Exit 1 when the time per entry at a larger size is more than 1.5 times that of the smallest.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "accuracy"))
sys.dont_write_bytecode = True

import measure  # noqa: E402

BAR, RUNS, HARD = 1.5, 3, 50000


def imagined(given, size):
    folder = ROOT / "build" / "bench" / f"hard-{size}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        measure.run(given.generate, "--seed", 1, "--applications", size, "--nights", 7, "--start",
                    "2024-03-04", "--offices", "all", "--noise", "real", "--hard", HARD, "--codes", "dense",
                    "--untold", "--out", folder)
        (folder / "done").touch()
    return folder


def once(given, folder, rules):
    """Entries, seconds of the processor, the clock's, and the stages."""
    files = sorted(path for path in (folder / "inbox").rglob("*") if path.is_file())
    child = subprocess.Popen([given.rekon, "match", "--applications", folder / "applications.csv",
                              "--statements", *files, "--out", folder / "out", "--write", "summary",
                              "--config", ROOT / "rekon.yaml", "--rules", rules],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) > 1:
        sys.exit(said)
    entries = int(re.search(r"stage=read .*entries=(\d+)", said)[1])
    stages = " ".join(f"{stage} {ms} ms" for stage, ms in re.findall(r"stage=(\S+) .*ms=(\d+)", said))
    return usage.ru_utime + usage.ru_stime, entries, stages, usage.ru_maxrss // 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default="100000,1000000,10000000")
    parser.add_argument("--rekon", default=str(ROOT / "build" / "rekon"))
    parser.add_argument("--generate", default=str(ROOT / "build" / "fixtures" / "generate"))
    given = parser.parse_args()
    rules = ROOT / "build" / "bench" / "rules-of-scale"
    if not rules.exists():
        measure.rules_with_channels(rules)
    least, worst = 0.0, 0.0
    for size in map(int, given.sizes.split(",")):
        seconds, entries, stages, peak = min(once(given, imagined(given, size), rules) for _ in range(RUNS))
        each = seconds / entries * 1e9
        least = least or each
        worst = max(worst, each / least)
        print(f"  {entries:>10} entries {seconds:>8.2f} s of the processor {each:>8.0f} ns each "
              f"{each / least:>6.2f} times the smallest, peak {peak} MiB   ({stages})")
    print(f"scale: {worst:.2f} times the time per entry at most, the bar is {BAR}")
    return 1 if worst > BAR else 0


if __name__ == "__main__":
    sys.exit(main())
