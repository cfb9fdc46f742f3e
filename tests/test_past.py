#!/usr/bin/python3
"""test_past: what was sealed once is made again for good; what a newer program wrote is refused with a sentence that
helps; what the engine does otherwise than before it does from a day on.

tests/data/past holds archives of earlier versions, each as `rekon export` wrote it, never changed again:
    manifest-1.rka   five runs of four nights: late, corrected, doubled and reversed payments, typos, an ignored
                     one, a cancelled application, an unknown office; sealed before rules had a format
    version-0.2.rka  five runs of four nights: second runs, decisions, findings, visits (made by past.py)
and schema-2.sql the database's schema of an earlier version.
A build that cannot make them again breaks the promise: give the change of behaviour a row in rules/engine.yaml."""

import csv
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import nights_kit as kit  # noqa: E402
from nights_kit import DAY, NEXT, THIRD, Nights, application, code, compact  # noqa: E402
from test_rerun import Archive  # noqa: E402

PAST = sorted((kit.ROOT / "tests/data/past").glob("*.rka"))


def unpack(path, folder):
    """The files of an export, as the archive had them."""
    data = path.read_bytes()
    lines, at = [], 0
    while not lines or not lines[-1].startswith("end\t"):
        end = data.index(b"\n", at)
        lines.append(data[at:end].decode())
        at = end + 1
    for line in lines[1:-1]:
        _, name, size, _ = line.split("\t")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data[at:at + int(size)])
        at += int(size)


class Past(Nights):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="past-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def rekon(self, *words, code=0):
        config = self.folder / "rekon.yaml"
        config.write_text("".join(f"{key}: {self.folder / key}\n" for key in ("inbox", "output", "archive"))
                          + f"database: host=/nowhere\nrules: {kit.ROOT / 'rules'}\nreports: {kit.ROOT / 'reports'}\n")
        done = kit.subprocess.run([kit.REKON, *map(str, words), "--config", config], capture_output=True, text=True,
                                  check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    # ---- what older versions sealed ----

    def test_every_past_archive_is_made_again(self):
        self.assertGreater(len(PAST), 0)
        for path in PAST:
            said = self.rekon("rerun", "--from", "2000-01-01", "--to", "2099-12-31", "--archive", path).stdout
            runs = re.findall(r"^(\d{4}-\d\d-\d\d-\d+): ([a-z ]+) \(", said, re.M)
            self.assertGreater(len(runs), 1)
            self.assertLessEqual({word for _, word in runs}, {"identical", "same figures"})
            # nothing but how a workbook is packed or drawn may differ, and then it says so
            rest = [line for line in said.splitlines() if not re.match(r"\S+: (identical|same figures) \(", line)]
            self.assertEqual([line for line in rest if not re.fullmatch(
                r"workbook \S+: (same content, packed by another library version|"
                r"every cell holds the same, drawn otherwise by another version of rekon)", line)], [])
            self.assertIn(" 0 differences", self.rekon("verify", "--archive", path).stdout)

    def test_the_first_archive_tells_what_it_told(self):
        path = kit.ROOT / "tests/data/past/manifest-1.rka"
        table = self.folder / "diff.csv"
        self.rekon("diff", "2024-03-05", "2024-03-08", "--archive", path, "--office", "nasional", "--csv", table)
        with open(table, encoding="utf-8", newline="") as file:
            causes = {(row["cause"], row["what"]) for row in csv.DictReader(file)}
        self.assertLessEqual({("statement", "TOKOPEDIA_20240305.csv"), ("decision", "D-1"), ("time", "")}, causes)
        told = self.rekon("explain", "P-3", "--date", "2024-03-08", "--archive", path).stdout
        self.assertIn("  2024-03-05-1    outcome ", told)
        self.assertIn("identical to what was\nsealed", told)
        self.rekon("report", "--period", "2024-03-05", "--as-of", "2024-03-08", "--archive", path,
                   "--out", self.folder / "books")
        self.assertEqual(len(list((self.folder / "books").rglob("*.xlsx"))), 4)

    # ---- what newer versions seal ----

    def newer(self):
        unpack(PAST[0], self.folder / "plain")
        return Archive(self.folder / "plain", self.folder / "newer")

    def refused(self, what, *words):
        said = self.rekon(*words, code=3).stderr
        self.assertIn(what, said)
        self.assertIn("hint: a newer rekon wrote", said)

    def test_a_newer_manifest_is_refused(self):
        archive = self.newer()
        archive.last.write_text(archive.last.read_text().replace("rekon-manifest\t1", "rekon-manifest\t2"))
        for words in (("rerun", "--date", "2024-03-08"), ("report", "--period", "2024-03-08", "--as-of", "2024-03-08"),
                      ("diff", "2024-03-07", "2024-03-08"), ("explain", "P-3")):
            self.refused("a manifest of format 2, this program knows formats up to 1", *words, "--archive",
                         archive.folder)
        said = self.rekon("verify", "--archive", archive.folder, code=7).stdout
        self.assertIn("nights/2024-03-08-1: a manifest of format 2", said)

    def test_a_newer_closing_state_is_refused(self):
        archive = self.newer()
        archive.replace("closing", lambda content: content.replace(b"rekon-closing\t1", b"rekon-closing\t2"))
        self.refused("a closing state of format 2, this program knows formats up to 1",
                     "report", "--period", "2024-03-08", "--as-of", "2024-03-08", "--archive", archive.folder)

    def test_a_newer_table_is_refused(self):
        for change, what in ((lambda content: content.replace(b"RKC1", b"RKC2", 1), "a sealed table of format 2"),
                             (lambda content: content.replace(b"case_id", b"case_xy", 1),
                              'a sealed table with a column "case_xy", which this program does not know')):
            archive = self.newer()
            archive.last = archive.folder / "nights/2024-03-05-1"
            archive.replace("history\t.*\tcase_event", change)
            self.refused(what, "explain", "P-1", "--date", "2024-03-05", "--archive", archive.folder)
            shutil.rmtree(self.folder / "plain")
            shutil.rmtree(archive.folder)

    def test_newer_rules_are_refused(self):
        rules = self.folder / "rules"
        shutil.copytree(kit.ROOT / "rules", rules)
        engine = rules / "engine.yaml"
        engine.write_text(engine.read_text().replace("format: 1", "format: 2"))
        (rules / "unheard.yaml").write_text("- of\n")
        said = self.rekon("check", "--rules", rules, code=3).stderr
        self.assertRegex(said, r"engine\.yaml:\d+:9: these rules have format 2, this program knows formats up to 1")
        self.assertIn("hint: a newer rekon wrote them", said)

    def test_a_newer_schema_is_refused(self):
        site = self.site()
        site.quiet(DAY)
        site.sql("INSERT INTO rekon.schema_version VALUES (99)")
        said = site.run(DAY, 5)
        self.assertIn("the database has schema version 99, the program needs", said.err)
        self.assertIn("hint: a newer program has been here", said.err)
        site.sql("DELETE FROM rekon.schema_version WHERE version = 99")
        self.said(site.run(DAY), f"{DAY}-1")

    def test_an_older_schema_is_brought_up_to_date(self):
        """tests/data/past/schema-2.sql is what that version made; filled with the rows of two nights of today."""
        def content():
            return {table: site.sql(f'SELECT t.* FROM rekon.{table} t ORDER BY t::text COLLATE "C"') for table in tables}

        tables = ("run", "outcome", "allocation", "transition", "transition_answer", "file", "case_event", "decision",
                  "notice")
        site = self.site()
        site.applications(*[application(f"P-{n}", code(n), f"0{n}:00") for n in range(1, 6)],
                          application("Q-1", code(21), "08:00", day=NEXT))
        site.quiet(DAY, put={"indomaret": [kit.paid("03:00:00", code(1), 350000), kit.paid("03:00:00", code(99), 5)]})
        self.said(site.run(DAY), f"{DAY}-1")
        site.quiet(NEXT, put={"pos": [kit.paid("03:00:00", code(21), 350000)]})
        self.said(site.run(NEXT), f"{NEXT}-1")
        wanted = content()
        self.assertEqual([len(wanted[table]) > 1 for table in tables], [True] * 7 + [False, True], wanted)
        columns = {table: site.sql(f"SELECT string_agg('t.' || attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE "
                                   f"attrelid = 'rekon.{table}'::regclass AND attnum > 0 AND NOT attisdropped AND "
                                   "attname <> 'run'")[0][0] for table in tables}
        columns["transition_answer"] = "t.attempt, t.answer, t.why"
        site.sql("ALTER SCHEMA rekon RENAME TO today; DROP FUNCTION rekon_source.apply, rekon_source.apply_all; "
                 "CREATE SCHEMA rekon AUTHORIZATION rekon_owner;")
        site.sql((kit.ROOT / "tests/data/past/schema-2.sql").read_text(encoding="utf-8"))
        for table in tables:
            names = columns[table].replace("t.", "")
            first, key = {"run": ("", ""), "transition_answer": ("n.id, ", "transition_id, ")}.get(
                table, ("r.run_id, ", "run_id, "))
            joined = " JOIN today.transition n USING (run, application_id)" if table == "transition_answer" else ""
            joined += "" if table == "run" else " JOIN today.run r USING (run)"
            site.sql(f"INSERT INTO rekon.{table} ({key}{names}) SELECT {first}{columns[table]} FROM today.{table} t{joined}")
        said = site.run(THIRD, 5)
        self.assertIn("the database has schema version 2, the program needs 3", said.err)
        self.assertIn("hint: run `rekon init`", said.err)
        owner = site.folder / "owner.yaml"  # a role that may create roles
        owner.write_text(site.config.read_text().replace("user=rekon_night", "user=postgres"))
        for _ in range(2):
            site.command("init", code=0, config=owner)
            self.assertEqual(content(), wanted)
        self.assertEqual(site.sql("""
            SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
            WHERE table_schema = 'today' AND table_name <> 'run'
            EXCEPT SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
            WHERE table_schema = 'rekon'"""), [])
        for what in ("SELECT tablename, replace(indexdef, 'today.', 'rekon.') FROM pg_indexes WHERE schemaname = '%s'",
                     "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE "
                     "connamespace = '%s'::regnamespace",
                     "SELECT relname, relacl FROM pg_class WHERE relkind = 'r' AND relnamespace = '%s'::regnamespace"):
            self.assertEqual(*[sorted((row[0].replace("today.", "rekon."), *row[1:]) for row in site.sql(what % schema))
                               for schema in ("rekon", "today")])
        site.sql("DROP SCHEMA today CASCADE")
        site.quiet(THIRD)
        self.said(site.run(THIRD), f"{THIRD}-1")
        self.assertEqual(site.sql("SELECT count(*), max(run) FROM rekon.run"), [("3", "3")])
        self.assertEqual(site.sql("SELECT count(*) FROM rekon.transition LEFT JOIN rekon.transition_answer "
                                  "USING (run, application_id) WHERE answer IS DISTINCT FROM 'confirmed'"), [("0",)])

    # ---- what the engine does otherwise since some day ----

    def test_a_behaviour_has_its_day(self):
        def unnumbered(day, of):
            lines = [":20:STATEMENT", ":25:0123456789", f":60F:C{compact(day)[2:]}IDR0,",
                     f":61:{compact(day)[2:]}C350000,NTRFNONREF//1X1", f":86:SETORAN {of}",
                     f":62F:C{compact(day)[2:]}IDR350000,", "-", ""]
            return "\n".join(lines)

        def since(site, day):
            row = f"behaviours:\n  - {{behaviour: statements_without_number, from: {day}}}\n" if day else ""
            (site.folder / "rules/engine.yaml").write_text("format: 1\n" + row)
        site = self.site(rules=lambda folder: (folder / "engine.yaml").unlink())  # as sealed before there was one
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", day=NEXT),
                          application("P-3", code(3), "08:00", day=THIRD))
        fates = {}
        for night, day, at in ((DAY, None, 1), (NEXT, THIRD, 2), (THIRD, THIRD, 3)):
            if night != DAY:
                since(site, day)
            site.quiet(night)
            site.put(f"MT940_{compact(night)}.sta", unnumbered(night, code(at)))
            site.run(night, None)
            fates[night] = [row[2] for row in site.files() if row[0].startswith(night) and "MT940" in row[1]]
        self.assertEqual(fates, {DAY: ["quarantined"], NEXT: ["quarantined"], THIRD: ["accepted"]})
        self.assertEqual(site.states().get("P-3"), "paid_late" if site.outcomes(code(3))[0][1] == "late" else "paid")
        # by the rules of now the first night is still judged as before; by another day it is not
        since(site, "2022-01-26")
        said = site.command("rerun", "--date", DAY, "--rules", "now", "--out", self.folder / "out").out
        self.assertRegex(said, r'file digest [0-9a-f]{64}: fate "quarantined" before, "accepted" now')

    def test_a_behaviour_that_is_not_known(self):
        rules = self.folder / "rules"
        shutil.copytree(kit.ROOT / "rules", rules)
        with open(rules / "engine.yaml", "a", encoding="utf-8") as file:
            file.write("  - {behaviour: statement_without_number, from: 2024-01-01}\n")
        said = self.rekon("check", "--rules", rules, code=3).stderr
        self.assertIn("statements_without_number", said)


if __name__ == "__main__":
    unittest.main()
