#!/usr/bin/python3
"""ordinary: what a night of an ordinary country takes: 20,000 entries, all offices, all books of the night.

    ordinary.py [--runs 3] [--applications 20000]

Runs - 1 nights open the books; the last of `runs` + 1 is told by stage, then the same night again, when nothing
came. Then the last night once more in a copy of the site by one thread, stage by stage.
"""

import argparse
import shutil
import sys

sys.dont_write_bytecode = True
import kit  # noqa: E402
import nights  # noqa: E402


def copy_of(folder, name, database):
    """The site as it is now, once more: folders and database."""
    other = kit.WORK / "sites" / name
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(folder, other, symlinks=True)
    text = (other / "rekon.yaml").read_text(encoding="utf-8")
    (other / "rekon.yaml").write_text(text.replace(f"dbname={database}", f"dbname=bench_{name}"), encoding="utf-8")
    nights.ask("postgres", f"DROP DATABASE IF EXISTS bench_{name} WITH (FORCE)",
               f"CREATE DATABASE bench_{name} TEMPLATE {database}")
    return other / "rekon.yaml"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--applications", type=int, default=20000)
    given = parser.parse_args()
    count = given.runs + 1
    data = nights.generated(f"ordinary-{given.applications}-{count}", "--seed", 1, "--applications",
                            given.applications * count, "--nights", count, "--start", nights.START, "--offices", "all",
                            "--noise", "demo")
    folder, config = nights.site("ordinary", f"start: {nights.START}")
    days = nights.days_of(data)[:count]
    for day in days[:-1]:
        nights.deliver(data, folder, config, day)
        nights.run(config, day)
    nights.deliver(data, folder, config, days[-1])
    copies = {threads: [copy_of(folder, f"ordinary_{threads}_{i}", "bench_ordinary") for i in range(given.runs)]
              for threads in (1, 2)}
    took = {1: [], 2: []}
    for i in range(given.runs):
        for threads in (1, 2):
            took[threads].append(nights.run(copies[threads][i], days[-1], "--threads", str(threads)))
    night = kit.middle(took[2])
    entries = max(nights.number(text, "entries") for _, _, text in night.stages)
    books = max(nights.number(text, "workbooks") for _, _, text in night.stages)
    print(f"an ordinary night: {entries:,} entries known, {books} books, {night.wall:.2f} s "
          f"(median of {given.runs}; processor {night.cpu:.2f} s with the server), peak {night.peak:.0f} MiB:")
    kit.tell_stages(night.stages, night.wall)
    nothing = [nights.run(copies[2][i], days[-1]) for i in range(given.runs)]
    print(f"nothing to do, the same night again: {kit.median(nothing, 'wall'):.2f} s")
    least = kit.middle(nothing)
    kit.tell_stages(least.stages, least.wall)
    print("two threads against one, the same night (medians of each stage):")
    kit.tell_speedup(took[1], took[2])


if __name__ == "__main__":
    main()
