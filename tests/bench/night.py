#!/usr/bin/python3
"""night: a night with a million touched applications and as many new entries, beside the same in tuned SQL.

    night.py [--runs 3] [--size 1e6] [--lapses 1e6]

Both start from the same database (applications in the booking table, the history empty) on the same tuned
PostgreSQL and the same statement files, in turn. SQL does less: it writes the same history, but neither facts nor
books nor an archive. So rekon's stages are told beside it, and three ratios: with everything, without the books, and
of the stages that SQL has too. Both must come to the same outcomes and states. Then a night on which all of
--lapses applications (as many as --size) lapse at once, for the share that expiring takes; --runs 0 makes that alone.
"""

import argparse
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import kit  # noqa: E402
import nights  # noqa: E402
import shared  # noqa: E402

NIGHT = "2026-10-06"
COMMON = ("snapshot", "judge", "commit")
LOAD = """CREATE UNLOGGED TABLE given (id text, office text, code text, service text, due numeric, submitted timestamptz,
          applicant text, status text)"""
FILL = """INSERT INTO rekon_source.booking (application_id, office, service, billing_code, amount_due, submitted_at,
          updated_at) SELECT id, office, service, code, due, submitted, submitted FROM given"""


def rules(folder, holds):
    """The rules of the shared job; with `holds` no channel holds a lapse back."""
    shutil.copytree(kit.BENCH / "rules", folder / "rules")
    for path in (folder / "rules" / "channels").iterdir() if not holds else ():
        path.write_text(path.read_text(encoding="utf-8").replace("holds_lapses: yes", "holds_lapses: no"),
                        encoding="utf-8")


def prepare(data):
    """The database that every run begins with: bench_before."""
    nights.site("before", f"start: {NIGHT}")
    nights.ask("bench_before", LOAD, f"\\copy given FROM '{data}/applications.csv' csv header", FILL,
               "DROP TABLE given", "VACUUM ANALYZE rekon_source.booking")


def fresh(name, holds=True):
    folder = kit.WORK / "sites" / name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "inbox").mkdir(parents=True)
    rules(folder, holds)
    text = (kit.WORK / "sites" / "before" / "rekon.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("rules:")] + ["rules: rules", ""]
    (folder / "rekon.yaml").write_text("\n".join(lines).replace("dbname=bench_before", f"dbname=bench_{name}"),
                                       encoding="utf-8")
    nights.ask("postgres", f"DROP DATABASE IF EXISTS bench_{name} WITH (FORCE)",
               f"CREATE DATABASE bench_{name} TEMPLATE bench_before", "CHECKPOINT")
    return folder


def in_rekon(data):
    folder = fresh("night")
    for name in shared.STATEMENTS:
        shutil.copy(data / name, folder / "inbox")
    return nights.run_until(folder / "rekon.yaml", NIGHT, "publish")


def in_sql(data):
    """Seconds of loading, and from there to the commit."""
    fresh("plain")
    connection = kit.cluster("connection", "bench_plain", "postgres")
    sql = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", connection, "-f"]
    subprocess.run(sql + [kit.BENCH / "peers" / "night_tables.sql"], check=True)
    began = time.monotonic()
    subprocess.run([kit.BENCH / "peers" / "night_load.sh", data, connection], check=True)
    loaded = time.monotonic()
    subprocess.run(sql + [kit.BENCH / "peers" / "night.sql"], check=True)
    return loaded - began, time.monotonic() - loaded


def said(database, schema):
    """What the history holds, to be compared."""
    return nights.ask(database, f"SELECT outcome, office, channel, count(*), sum(amount) FROM {schema}.outcome "
                      "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                      f"SELECT to_state, office, count(*) FROM {schema}.transition GROUP BY 1, 2 ORDER BY 1, 2",
                      f"SELECT role, count(*), sum(amount) FROM {schema}.allocation GROUP BY 1 ORDER BY 1",
                      f"SELECT kind, office, count(*) FROM {schema}.case_event GROUP BY 1, 2 ORDER BY 1, 2")


def seconds(took, stages):
    return sum(ms for stage, ms, _ in took.stages if stage in stages) / 1000


def median(values):
    return sorted(values)[len(values) // 2]


def lapse_all():
    """No statement comes: every application lapses."""
    folder = fresh("lapse", holds=False)
    took = nights.run_until(folder / "rekon.yaml", NIGHT, "publish")
    lapsed = nights.number(dict((stage, text) for stage, _, text in took.stages)["commit"], "transitions")
    judged = kit.stage_ms([took], "judge") / 1000
    print(f"a night on which {lapsed:,} applications lapse: {took.wall:.1f} s, of which judging (deadlines, holds, "
          f"lapses) {judged:.2f} s, {judged / took.wall * 100:.1f} %")
    kit.tell_stages(took.stages, took.wall)


def beside_sql(size, runs):
    """The night and the same in SQL; whether they agree."""
    data = shared.files_of(size, 42)
    prepare(data)
    mine, loads, decides = [], [], []
    for _ in range(runs):
        kit.into_cache(*(data / name for name in shared.STATEMENTS))
        mine.append(in_rekon(data))
        load, decide = in_sql(data)
        loads.append(load)
        decides.append(decide)
    same = said("bench_night", "rekon") == said("bench_plain", "plain")
    night = kit.middle(mine)
    print(f"a night of {size:,} applications and entries on PostgreSQL, to the publication "
          f"(median of {runs}): {night.wall:.1f} s")
    kit.tell_stages(night.stages, night.wall)
    names = [stage for stage, _, _ in night.stages]
    to_commit = seconds(night, names[names.index("collect"):names.index("commit") + 1])
    books = seconds(night, ("report",))
    sql = median(decides)
    print(f"the same history in SQL: {median(loads):.1f} s to load, {sql:.1f} s from there to the commit")
    whole = median(loads) + sql
    for what, spent, against in (("from the inbox to the commit, all that a night does", to_commit, whole),
                                 ("without the books", to_commit - books, whole),
                                 ("snapshot, judging and commit alone, SQL without loading", seconds(night, COMMON), sql)):
        print(f"  {what}: rekon {spent:.1f} s, SQL {against:.1f} s: {against / spent:.2f} times as fast (the bar is 5)")
    print("  the same outcomes, states, allocations and cases" if same else "  NOT THE SAME RESULT: SQL and rekon")
    return same


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--size", default="1e6")
    parser.add_argument("--lapses", help="default: as many as --size")
    given = parser.parse_args()
    size, lapses = int(float(given.size)), int(float(given.lapses or given.size))
    same = given.runs == 0 or beside_sql(size, given.runs)
    if given.runs == 0 or lapses != size:
        prepare(shared.files_of(lapses, 42))
    lapse_all()
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
