#!/usr/bin/python3
"""reruns: making nights again from the archive, as a ratio to their first run; side by side against in turn.

    reruns.py [--runs 3] [--nights 30] [--applications 10000]

Six offices, `applications` a night, their daily books. The first run's time is that of the night with database,
hand-over left out; a rerun has neither.
"""

import argparse
import sys

sys.dont_write_bytecode = True
import kit  # noqa: E402
import nights  # noqa: E402

OFFICES = "palembang,sampit,jakarta-selatan,tangerang,denpasar,jayapura"


def without_hand_over(took):
    return took.wall - sum(ms for stage, ms, _ in took.stages if stage == "hand-over") / 1000


def rerun(config, *words):
    took = kit.run([kit.REKON, "rerun", "--config", config, *words])
    return took


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--applications", type=int, default=10000)
    given = parser.parse_args()
    data = nights.generated(f"six-{given.applications}-{given.nights}", "--seed", 2, "--applications",
                            given.applications * given.nights, "--nights", given.nights, "--start", nights.START,
                            "--offices", OFFICES, "--noise", "demo")
    folder, config = nights.site("reruns", f"start: {nights.START}")
    days, first = nights.days_of(data)[:given.nights], {}
    for day in days:
        nights.deliver(data, folder, config, day)
        first[day] = without_hand_over(nights.run(config, day))
    last = days[-1]
    again = [rerun(config, "--date", last) for _ in range(given.runs)]
    wall = kit.median(again, "wall")
    print(f"a night of {given.applications:,} applications and six offices' books, the last of {given.nights}: first run "
          f"{first[last]:.2f} s, again from the archive {wall:.2f} s: {wall / first[last]:.2f} of the first "
          f"(median of {given.runs})")
    alone, together = [], []
    for _ in range(min(given.runs, 2)):
        alone.append(rerun(config, "--from", days[0], "--to", last, "--threads", "1"))
        together.append(rerun(config, "--from", days[0], "--to", last))
    whole, one = kit.median(together, "wall"), kit.median(alone, "wall")
    print(f"{given.nights} nights of them (a year is 365): first runs {sum(first.values()):.1f} s, again {whole:.1f} s: "
          f"{whole / sum(first.values()):.2f} of the first runs")
    print(f"side by side on the processors there are against one after the other: {one:.1f} s to {whole:.1f} s, "
          f"{one / whole:.2f} times (processor time {kit.median(alone, 'cpu'):.1f} s and {kit.median(together, 'cpu'):.1f} s)")


if __name__ == "__main__":
    main()
