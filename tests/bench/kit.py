"""kit: what the benchmark's parts share: one measured run, medians, tables.

    took = kit.run([kit.REKON, "match", ...])
    took.wall, took.cpu, took.peak, took.own     seconds, seconds, MiB, MiB
    took.stages                                  [("read", 120, "files=4 entries=100000"), ...] of a log of rekon

`cpu` counts the program, what it started and, where a server's process id is given, what the server did meanwhile.
`peak` is the most that all of them held at a time, mapped input included; `own` is without mapped files (RssAnon).
Memory is asked for every 20 ms.
"""

import os
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BENCH = ROOT / "tests" / "bench"
WORK = ROOT / "build" / "bench"
REKON = os.environ.get("REKON_SHIPPED", str(ROOT / "build" / "rekon"))
TICK = os.sysconf("SC_CLK_TCK")
STAGE = re.compile(r"stage=(\S+) (.*?) ?ms=(\d+)$", re.MULTILINE)


class Took:
    def __init__(self):
        self.wall = self.cpu = self.peak = self.own = 0.0
        self.said, self.code, self.stages = "", 0, []


def family(root):
    """Process ids of `root` and all below it."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(name))
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children.get(process, [])
    return found


def memory(processes):
    """MiB resident, and MiB without mapped files."""
    resident = own = 0
    for process in processes:
        try:
            with open(f"/proc/{process}/status", encoding="utf-8", errors="replace") as file:
                for line in file:
                    if line.startswith("VmRSS:"):
                        resident += int(line.split()[1])
                    elif line.startswith("RssAnon:"):
                        own += int(line.split()[1])
        except OSError:
            pass
    return resident / 1024, own / 1024


def server_seconds(server):
    """Processor seconds of a server: its own, its children's, and of those that have ended."""
    ticks = 0
    for process in family(server) if server else []:
        try:
            with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15] if process == server else fields[11:13]))
    return ticks / TICK


def run(command, server=None, accept=(0,), **how):
    """Runs it once; what it writes to stderr is kept, stdout is dropped. Ends the program on another exit code."""
    took, over = Took(), threading.Event()
    before = server_seconds(server)
    began = time.monotonic()
    child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True, **how)

    def watch():
        rounds, processes = 0, [child.pid]
        while not over.wait(0.02):
            if rounds % 10 == 0:
                processes = family(child.pid) + (family(server) if server else [])
            rounds += 1
            resident, own = memory(processes)
            took.peak, took.own = max(took.peak, resident), max(took.own, own)

    watcher = threading.Thread(target=watch)
    watcher.start()
    took.said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    took.wall = time.monotonic() - began
    over.set()
    watcher.join()
    child.returncode = took.code = os.waitstatus_to_exitcode(status)
    took.cpu = usage.ru_utime + usage.ru_stime + server_seconds(server) - before
    took.peak = max(took.peak, usage.ru_maxrss / 1024)
    took.stages = [(stage, int(ms), text) for stage, text, ms in STAGE.findall(took.said)]
    if took.code not in accept:
        sys.exit(f"{' '.join(map(str, command))}: exit {took.code}\n{took.said[-3000:]}")
    return took


def median(runs, what):
    return statistics.median(getattr(took, what) for took in runs)


def middle(runs):
    """The run whose wall time is the median (the lower one of two)."""
    return sorted(runs, key=lambda took: took.wall)[(len(runs) - 1) // 2]


def into_cache(*paths):
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 22):
                pass


COUNTS = re.compile(r"\b(?:applications|entries|touched|facts|rows|workbooks|confirmed)=(\d+)")


def tell_stages(stages, wall, indent="    "):
    """Each stage with its share of the wall time, and its rate where it says how much it did."""
    told = 0
    for stage, ms, text in stages:
        counts = [int(count) for count in COUNTS.findall(text)]
        rate = f"{max(counts) * 1000 // max(ms, 1):>12,} /s" if counts and max(counts) else " " * 15
        print(f"{indent}{stage:<12}{ms:>8} ms {ms / wall / 10:>5.1f} % {rate}  {text}")
        told += ms
    rest = wall * 1000 - told
    print(f"{indent}{'(the rest)':<12}{rest:>8.0f} ms {rest / wall / 10:>5.1f} %                  start, end, between stages")


def stage_ms(runs, stage):
    return statistics.median(sum(ms for name, ms, _ in took.stages if name == stage) for took in runs)


def tell_speedup(alone, together, indent="    "):
    """For each stage, what the threads gave; a stage below 5 % of the wall time may be what it is."""
    wall = median(alone, "wall") * 1000
    for stage in dict.fromkeys(name for took in alone for name, _, _ in took.stages):
        before, after = stage_ms(alone, stage), stage_ms(together, stage)
        if before / wall >= 0.05:
            print(f"{indent}{stage:<12}{before:>8.0f} ms {after:>8.0f} ms {before / max(after, 1):>6.2f} times")
    after = median(together, "wall") * 1000
    print(f"{indent}{'all':<12}{wall:>8.0f} ms {after:>8.0f} ms {wall / after:>6.2f} times")


def compiled(source, *libraries):
    """A C program of this folder, built into build/bench when it is older than its source."""
    program, text = WORK / "bin" / Path(source).stem, BENCH / source
    if not program.exists() or program.stat().st_mtime < text.stat().st_mtime:
        program.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O2", text, "-o", program,
                        *libraries], check=True)
    return program


def cluster(*words):
    """tests/cluster.sh on the benchmark's own, tuned PostgreSQL."""
    done = subprocess.run([ROOT / "tests" / "cluster.sh", *map(str, words)], check=True, text=True,
                          stdout=subprocess.PIPE, env={**os.environ, "REKON_CLUSTER": "pg-bench", "REKON": REKON})
    return done.stdout.strip()


def postmaster():
    home = Path(re.search(r"host=(\S+)/socket", cluster("connection", "postgres", "postgres"))[1])
    return int((home / "data" / "postmaster.pid").read_text().split()[0])


def machine():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        name = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    with open("/proc/meminfo", encoding="ascii") as file:
        total = int(file.readline().split()[1])
    return (f"{name[1] if name else 'a processor'}, {len(os.sched_getaffinity(0))} of its processors, "
            f"{total / 1048576:.0f} GiB; load before the start {os.getloadavg()[0]:.1f}")
