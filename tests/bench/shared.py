#!/usr/bin/python3
"""shared: the job that other programs run too, on the same files, in turn (README.md says what it is).

    shared.py [--sizes "1e5 1e6"] [--runs 3] [--peers duckdb,awk] [--folder FOLDER] [--seed 42]

Makes the files where they are missing (or takes FOLDER, of the same layouts), runs rekon and each peer that is
installed in turn, and compares each summary with the first one, byte for byte, and with truth.csv where there is
one. Exit 1 when one differs; never because one is slow.
"""

import argparse
import collections
import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import job  # noqa: E402
import kit  # noqa: E402

PEERS = kit.BENCH / "peers"
sys.path.insert(0, str(PEERS))
import duckdb_sql  # noqa: E402

STATEMENTS = ("bank.csv", "marketplace.csv", "post.txt", "minimarket.psv")
TITLES = "application_id,office,billing_code,service,amount_due,submitted_at,applicant,status_there\n"
MODULES = os.pathsep.join(filter(None, [str(kit.WORK / "peers" / "node_modules"), os.environ.get("NODE_PATH")]))


# ---- the programs: each has a command, or says why it is not here ----

def answers(*command):
    """The command runs: something of that name is installed and works."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env={**os.environ, "NODE_PATH": MODULES}, check=False).returncode == 0
    except OSError:
        return False


def duckdb_runner():
    if answers("duckdb", "--version"):
        return ["duckdb", "-bail", "-f", "{sql}"]
    if answers("node", "-e", "require('@duckdb/node-api')"):
        return ["node", PEERS / "duckdb.js", "{sql}"]
    if answers("/usr/bin/python3", "-c", "import duckdb"):
        return ["/usr/bin/python3", "-c", "import sys, duckdb; duckdb.connect().execute(open(sys.argv[1]).read())", "{sql}"]
    return None


def duckdb(data, out, decisions=False):
    runner = duckdb_runner()
    if not runner:
        return None
    sql = out.with_suffix(".sql")
    sql.write_text(duckdb_sql.text(data, out, decisions), encoding="utf-8")
    return [str(word).format(sql=sql) for word in runner]


def awk(data, out):
    found = shutil.which("mawk") or shutil.which("awk")
    return [PEERS / "awk.sh", data, out] if found and shutil.which("join") else None


def sqlite(data, out):
    found = shutil.which("sqlite3") and (shutil.which("mawk") or shutil.which("awk"))
    return [PEERS / "sqlite.sh", data, out] if found else None


def pandas(data, out):
    return ["/usr/bin/python3", PEERS / "pandas_job.py", data, out] if answers("/usr/bin/python3", "-c", "import pandas") \
        else None


def polars(data, out):
    return ["node", PEERS / "polars.js", data, out] if answers("node", "-e", "require('nodejs-polars')") else None


def postgresql(data, out):
    return [PEERS / "postgres.sh", data, out, kit.cluster("connection", "shared_job", "postgres")]


def rekon(data, out, tables="summary"):
    return [kit.REKON, "match", "--config", kit.ROOT / "rekon.yaml", "--rules", kit.BENCH / "rules", "--applications",
            data / "rekon.csv", "--statements", *(data / name for name in STATEMENTS), "--out", out.with_suffix(""),
            "--write", tables]


WANTED = {"duckdb": duckdb, "polars": polars, "awk": awk, "postgresql": postgresql, "pandas": pandas, "sqlite": sqlite}
LARGEST = {"sqlite": 10 ** 6}  # it takes minutes beyond


# ---- the files ----

def files_of(size, seed):
    folder = kit.WORK / "shared" / f"{seed}-{size}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([kit.compiled("data.c"), str(seed), str(size), folder], check=True)
        (folder / "done").touch()
    return folder


def for_rekon(folder):
    """The same file of applications under rekon's names of its columns: a link, or a copy with another header."""
    applications, own = folder / "applications.csv", folder / "rekon.csv"
    if own.exists():
        return
    with open(applications, encoding="utf-8") as given:
        if given.readline() == TITLES:
            own.symlink_to(applications.name)
            return
        with open(own, "w", encoding="utf-8") as file:
            file.write(TITLES)
            shutil.copyfileobj(given, file, 1 << 22)


# ---- what came out ----

def in_words_of_the_job(summary, out):
    with open(out, "w", encoding="utf-8") as file:
        file.write("office,channel,class,lines,amount\n")
        for key, (count, amount) in sorted(job.of_summary(summary).items()):
            file.write(f"{','.join(key)},{count},{amount}\n")


def totals(path):
    found = collections.Counter()
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["channel"], row["class"]] += int(row["lines"])
    return found


def is_true(folder, out):
    """The counts by channel and class are those that the generator meant."""
    kinds = {"ok": "matched", "late": "late", "amount": "amount_mismatch", "duplicate": "duplicate",
             "unknown": "unknown", "typo": "unknown"}
    meant = collections.Counter()
    with open(folder / "truth.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            meant[row["channel"], kinds[row["kind"]]] += int(row["lines"])
    return +meant == +totals(out)


# ---- the contest ----

class Contest:
    def __init__(self, folder, runs):
        self.folder, self.runs = folder, runs
        self.out = kit.WORK / "out"
        self.out.mkdir(parents=True, exist_ok=True)
        self.entered, self.took, self.wrong, self.compared = [], {}, [], False
        self.size = sum(1 for _ in open(folder / "applications.csv", "rb")) - 1

    def compare(self, name, result):
        first = self.out / "first.csv"
        if not self.compared:
            shutil.copyfile(result, first)
            if (self.folder / "truth.csv").exists() and not is_true(self.folder, result):
                self.wrong.append(f"{name}: not what the generator meant")
        self.compared = True
        if first.read_bytes() != result.read_bytes() and name not in self.wrong:
            self.wrong.append(name)

    def enter(self, name, command, result, server=None):
        self.entered.append((name, command, result, server))

    def race(self):
        """Everybody once, then everybody again: what the machine does meanwhile hits all of them."""
        for _ in range(self.runs):
            for name, command, result, server in self.entered:
                kit.into_cache(*(self.folder / file for file in ("applications.csv", *STATEMENTS)))
                self.took.setdefault(name, []).append(
                    kit.run(command, server, env={**os.environ, "NODE_PATH": MODULES}))
                if name.startswith("rekon"):
                    in_words_of_the_job(self.out / "rekon" / "summary.csv", result)
                self.compare(name, result)
        self.entered = []

    def tell(self, names, against):
        """A row each, and the ratio of the fastest of `against` to rekon."""
        print(f"  {'':<22}{'wall s':>9}{'from':>8}{'to':>8}{'CPU s':>9}{'peak MiB':>10}{'own MiB':>9}"
              f"{'lines/s':>13}{'x rekon':>9}")
        mine = kit.median(self.took[names[0]], "wall")
        for name in names:
            runs = self.took[name]
            wall = kit.median(runs, "wall")
            print(f"  {name:<22}{wall:>9.2f}{min(took.wall for took in runs):>8.2f}{max(took.wall for took in runs):>8.2f}"
                  f"{kit.median(runs, 'cpu'):>9.2f}{kit.median(runs, 'peak'):>10.0f}{kit.median(runs, 'own'):>9.0f}"
                  f"{2 * self.size / wall:>13,.0f}{wall / mine:>9.2f}")
        others = [(kit.median(self.took[name], "wall"), name) for name in against if name in self.took]
        if others:
            wall, name = min(others)
            print(f"  rekon is {wall / mine:.2f} times as fast as {name}, the fastest peer here; "
                  f"{kit.median(self.took[names[0]], 'own') * 2 ** 20 / (2 * self.size):.0f} bytes of its own memory "
                  "for each application and each entry")


def summaries(contest, peers, server):
    contest.enter("rekon", rekon(contest.folder, contest.out / "rekon.csv"), contest.out / "rekon.csv")
    missing = []
    for name in peers:
        out = contest.out / f"{name}.csv"
        if contest.size > LARGEST.get(name, contest.size):
            missing.append(f"{name} (too slow for this size)")
            continue
        command = WANTED[name](contest.folder, out)
        if command:
            contest.enter(name, command, out, server if name == "postgresql" else None)
        else:
            missing.append(f"{name} (not installed)")
    contest.race()
    contest.tell(["rekon"] + [name for name in peers if name in contest.took], peers)
    if missing:
        print(f"  not in it: {', '.join(missing)}")
    best = kit.middle(contest.took["rekon"])
    print("  rekon's stages (the median run):")
    kit.tell_stages(best.stages, best.wall)


def decisions(contest):
    """With every decision written: entries and applications, against the peer that writes them."""
    names = ["rekon, all written"]
    contest.enter(names[0], rekon(contest.folder, contest.out / "rekon.csv", "summary,entries,applications"),
                  contest.out / "rekon.csv")
    out = contest.out / "duckdb-decisions.csv"
    command = duckdb(contest.folder, out, True)
    if command:
        names.append("duckdb, all written")
        contest.enter(names[1], command, out)
    contest.race()
    print("  with every decision written:")
    contest.tell(names, names[1:])


def threads(contest):
    """Each stage of all that is written, by one thread and by as many as there are processors."""
    count = len(os.sched_getaffinity(0))
    alone, together = "rekon, one thread", f"rekon, {count} threads"
    for name, number in ((alone, 1), (together, count)):
        contest.enter(name, rekon(contest.folder, contest.out / "rekon.csv", "summary,entries,applications")
                      + ["--threads", str(number)], contest.out / "rekon.csv")
    contest.race()
    print(f"  {count} threads against one, all written (medians of each stage):")
    kit.tell_speedup(contest.took[alone], contest.took[together])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default="1e5 1e6")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", default=",".join(WANTED))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--seed", type=int, default=42)
    given = parser.parse_args()
    peers, server = given.peers.split(","), None
    if "postgresql" in peers:
        kit.cluster("start")
        kit.cluster("database", "shared_job")
        server = kit.postmaster()
    folders = [given.folder.resolve()] if given.folder else \
        [files_of(int(float(size)), given.seed) for size in given.sizes.replace(",", " ").split()]
    wrong = []
    for folder in folders:
        for_rekon(folder)
        contest = Contest(folder, given.runs)
        print(f"the shared job, {contest.size:,} applications and as many entries, {given.runs} runs each, medians:")
        summaries(contest, peers, server)
        decisions(contest)
        threads(contest)
        for name in contest.wrong:
            print(f"  NOT THE SAME RESULT: {name}")
        if not contest.wrong:
            print(f"  the same summary from all of them, {len(contest.took)} programs, to the byte")
        wrong += contest.wrong
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
