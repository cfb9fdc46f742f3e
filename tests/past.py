#!/usr/bin/python3
"""past: nights as this version seals them, in one file, kept for good in tests/data/past (see test_past).

    past.py version-0.2.rka       before the version changes; needs `make cluster` and REKON, as test_sixty does

Four nights of two offices: statements late, twice, corrected and taken back, second runs, decisions.
"""

import os
import random
import sys

os.environ["NIGHTS"] = "4"
sys.dont_write_bytecode = True

from nights_kit import ROOT  # noqa: E402
from test_sixty import START, Sixty  # noqa: E402


def main(name):
    suite = Sixty("test_all_is_attributed")
    site = suite.site(name="past", start=START)
    try:
        nights = suite.play(site, random.Random(7))
        path = ROOT / "tests/data/past" / name
        print(site.command("export", "--from", nights[0], "--to", nights[-1], "--out", path, code=0).out, end="")
        path.chmod(0o644)
    finally:
        site.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
