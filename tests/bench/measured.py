#!/usr/bin/python3
"""measured COMMAND...: runs rekon; its stages with share and rate, then seconds and peak memory.

Memory is asked for every 20 ms: `anonymous` is what the program itself allocated, `peak` holds the mapped
input files too.
"""

import os
import re
import subprocess
import sys
import threading
import time

COUNTS = re.compile(r"\b(?:applications|entries|touched|facts|rows|workbooks|confirmed)=(\d+)")


def watch(pid, most, over):
    while not over.wait(0.02):
        try:
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                for line in file:
                    if line.startswith("RssAnon:"):
                        most[0] = max(most[0], int(line.split()[1]))
        except OSError:
            return


def main():
    most, over = [0], threading.Event()
    began = time.monotonic()
    child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    watcher = threading.Thread(target=watch, args=(child.pid, most, over))
    watcher.start()
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    took = time.monotonic() - began
    over.set()
    watcher.join()
    for stage, text, ms in re.findall(r"stage=(\S+) (.*) ms=(\d+)$", said, re.MULTILINE):
        counts = [int(count) for count in COUNTS.findall(text)]
        rate = f"{max(counts) * 1000 // max(int(ms), 1):>12,} /s" if counts else " " * 15
        print(f"  {stage:<12}{int(ms):>8} ms {int(ms) / took / 10:>5.1f} % {rate}  {text}")
    code = os.waitstatus_to_exitcode(status)
    print(f"  {'all':<12}{took * 1000:>8.0f} ms   processor {usage.ru_utime:.2f} s + {usage.ru_stime:.2f} s in the "
          f"kernel, anonymous {most[0] // 1024} MiB, peak {usage.ru_maxrss // 1024} MiB, exit {code}")
    if code > 1:
        sys.exit(said)


if __name__ == "__main__":
    main()
