#!/usr/bin/python3
"""test_nights_truths: the archive is the truth of content, the database that of commitment. When the two do
not agree in a way that no crash explains, the run stops, names it, and one command mends it."""

import os
import re
import shutil
import subprocess
import unittest

import nights_kit as kit
from nights_kit import DAY, NEXT, THIRD, application, code, paid

TABLES = ("run", "outcome", "allocation", "transition", "transition_answer", "file", "case_event", "decision", "notice")
FOLDERS = ("archive", "output", "inbox")


class Truths(unittest.TestCase):
    """Three nights; copies of folders and database after each."""

    @classmethod
    def setUpClass(cls):
        cls.home = site = kit.Site("truths")
        cls.owner = site.folder / "owner.yaml"  # for init: a role that may create roles
        cls.owner.write_text(site.config.read_text().replace("user=rekon_night", "user=postgres"))
        site.applications(*[application(f"P-{n}", code(n), f"0{n}:00") for n in range(1, 6)],
                          *[application(f"Q-{n}", code(20 + n), f"0{n}:00", day=NEXT) for n in range(1, 4)])
        for night, put in ((DAY, {"indomaret": [paid("03:00:00", code(1), 350000), paid("03:00:00", code(99), 5)]}),
                           (NEXT, {"pos": [paid("03:00:00", code(21), 350000)]}), (THIRD, {})):
            if night == NEXT:
                site.put("decisions-1.csv", kit.decisions(kit.decision(
                    "D-1", "resolve", site.sql("SELECT case_id FROM rekon.case_event")[0][0])))
            site.quiet(night, put=put)
            site.command("run", "--date", night)
            for part in FOLDERS:
                shutil.copytree(site.folder / part, site.folder / f"copy-{night}" / part)
            cls.admin(f'CREATE DATABASE "{site.database}_{night[-2:]}" TEMPLATE "{site.database}"')
        assert site.rerun_all() == []

    @classmethod
    def tearDownClass(cls):
        for night in (DAY, NEXT, THIRD):
            cls.admin(f'DROP DATABASE IF EXISTS "{cls.home.database}_{night[-2:]}"')
        cls.home.close()

    def tearDown(self):
        self.assertIn(" 0 differences", self.home.command("verify", code=0).out)

    @classmethod
    def admin(cls, query):
        cls.home.sql_as(cls.home.connection.replace(f"dbname={cls.home.database}", "dbname=template1"), query)

    def begin(self):
        """As it was after the third night."""
        for part in FOLDERS[1:]:
            self.restore(part, THIRD)
        self.restore_archive(self.home, THIRD)
        self.restore_database(self.home, THIRD)
        return self.home

    def restore(self, part, night):
        shutil.rmtree(self.home.folder / part)
        shutil.copytree(self.copy(night).parent / part, self.home.folder / part)

    def copy(self, night):
        return self.home.folder / f"copy-{night}" / "archive"

    def restore_database(self, site, night):
        self.admin(f'DROP DATABASE "{site.database}" WITH (FORCE)')
        self.admin(f'CREATE DATABASE "{site.database}" TEMPLATE "{site.database}_{night[-2:]}"')

    def restore_archive(self, site, night):
        self.restore("archive", night)

    def content(self, site, tables=TABLES):
        """Every row of the schema, as text: what a dump of it says."""
        return {table: site.sql(f"SELECT t::text FROM rekon.{table} t ORDER BY 1") for table in tables}

    def stops(self, site, what, hint, code=7):
        before = (self.content(site), site.tree("archive", "output"), site.inbox_names())
        ran = site.command("run", "--date", "2024-03-08", code=code)
        self.assertIn(what, ran.err)
        self.assertIn(hint, ran.err)
        self.assertEqual((self.content(site), site.tree("archive", "output"), site.inbox_names()), before)
        return ran

    def init(self, site, *more, code=0):
        return site.command("init", *more, config=self.owner, code=code)

    def goes_on(self, site):
        site.quiet("2024-03-08")
        site.run("2024-03-08")
        self.assertEqual(site.runs()[-1], "2024-03-08-1")

    # ---- the database is behind ----

    def test_database_of_tuesday(self):
        site = self.begin()
        wanted = self.content(site)
        self.restore_database(site, DAY)
        self.stops(site, "the archive's last night is 2024-03-07 (run 1), the database's is 2024-03-05 (run 1)",
                   "rekon init --from-archive")
        said = self.init(site, "--from-archive").out
        self.assertIn("3 nights in the archive, 2 of them added to the database", said)
        history = [table for table in TABLES if table != "transition_answer"]
        self.assertEqual(self.content(site, history), {table: wanted[table] for table in history})
        self.assertGreater(len(wanted["transition_answer"]), 3)
        site.command("run", "--date", THIRD)  # nothing new; hands over again, which is idempotent by id
        self.assertEqual(self.content(site), wanted)
        self.assertIn("0 of them added", self.init(site, "--from-archive").out)
        self.goes_on(site)

    def test_database_is_lost(self):
        site = self.begin()
        wanted = self.content(site)
        bookings = subprocess.run(["pg_dump", "-d", site.connection, "-n", "rekon_source", "-a"], check=True,
                                  capture_output=True, text=True).stdout
        site.sql("DROP SCHEMA rekon CASCADE; DROP SCHEMA rekon_source CASCADE")
        self.init(site)
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", site.connection], input=bookings,
                       text=True, check=True, stdout=subprocess.DEVNULL)
        self.stops(site, "the database's is none", "rekon init --from-archive")
        self.init(site, "--from-archive")
        site.command("run", "--date", THIRD)
        self.assertEqual(self.content(site), wanted)
        self.goes_on(site)

    # ---- the archive is behind ----

    def test_archive_of_tuesday_with_a_newer_copy(self):
        site = self.begin()
        wanted = self.content(site)
        self.restore_archive(site, DAY)
        self.stops(site, "the archive's last night is 2024-03-05 (run 1), the database's is 2024-03-07 (run 1)",
                   "bring back the newer one")
        refused = self.init(site, "--from-archive", code=7)
        self.assertIn("the database has nights up to 2024-03-07-1, which the archive does not have", refused.err)
        self.restore_archive(site, THIRD)
        self.assertEqual(self.content(site), wanted)
        self.goes_on(site)

    def test_archive_of_tuesday_and_nothing_newer(self):
        """The nights are run again from what they took: the same content, the same transitions."""
        site = self.begin()
        wanted, books = self.content(site), site.tree("output")
        self.restore_archive(site, DAY)
        said = self.init(site, "--from-archive", "--forget").out
        self.assertRegex(said, r"2 nights were taken out of the database, and 9 files are in the inbox again")
        self.assertEqual(site.runs(), ["2024-03-05-1"])
        site.command("run", "--from", NEXT, "--to", THIRD)
        self.assertEqual(self.content(site), wanted)
        self.assertEqual(site.tree("output"), books)
        self.goes_on(site)

    def test_another_archive(self):
        site, other = self.begin(), kit.Site("truths_other")
        self.addCleanup(other.close)
        other.applications(application("P-1", code(1), "01:00", due=99))
        for night in (DAY, NEXT, THIRD):
            other.quiet(night)
            other.command("run", "--date", night)
        shutil.rmtree(site.folder / "archive")
        shutil.copytree(other.folder / "archive", site.folder / "archive")
        self.stops(site, "and they are two runs", "this archive does not belong to this database")
        self.assertIn("is this archive the one that belongs to this database",
                      self.init(site, "--from-archive", code=5).err)
        self.restore_archive(site, THIRD)

    # ---- pieces ----

    def test_orphan_pending_manifest(self):
        site = self.begin()
        shutil.copy(self.copy(DAY) / "nights/2024-03-05-1", site.folder / "archive/pending/2024-03-05-1")
        self.stops(site, "pending/2024-03-05-1\" does not follow the last night", "rekon init --from-archive")
        self.assertIn("1 files in pending/ were discarded", self.init(site, "--from-archive").out)
        (site.folder / "archive/pending/2024-03-08-1").write_bytes(b"rekon-man")
        self.stops(site, "pending/2024-03-08-1\" is no whole manifest", "rekon init --from-archive")
        self.init(site, "--from-archive")
        self.goes_on(site)

    def test_missing_object(self):
        """Of what the next night needs: the run stops. Of older nights: verify names it. Both are mended from a
        copy, even one that is older, or from the files that were taken."""
        site = self.begin()
        manifest = (site.folder / f"archive/nights/{THIRD}-1").read_text()
        closing = re.search(r"^closing\t([0-9a-f]{64})", manifest, re.M)[1]
        rules = re.search(r"^rules\t([0-9a-f]{64})", manifest, re.M)[1]
        for digest, copy in ((closing, self.copy(THIRD)), (rules, self.copy(DAY))):
            path = site.folder / f"archive/objects/{digest[:2]}/{digest[2:]}.zst"
            path.unlink()
            self.stops(site, f"{digest[2:]}.zst\" is missing", "rekon verify --mend FOLDER")
            self.assertIn("were brought back", site.command("verify", "--mend", copy, code=0).out)
        first = (site.folder / f"archive/nights/{DAY}-1").read_text()
        statement = re.search(r"^statement\t([0-9a-f]{64}).*IDMREKON", first, re.M)[1]
        path = site.folder / f"archive/objects/{statement[:2]}/{statement[2:]}.zst"
        path.write_bytes(b"")
        self.assertIn(f"{statement[2:]}.zst", site.command("verify", code=7).out)
        said = site.command("verify", "--mend", site.folder / "inbox/done", code=0).out
        self.assertIn("1 files were brought back", said)
        self.goes_on(site)

    def test_missing_manifests(self):
        site = self.begin()
        (site.folder / f"archive/nights/{DAY}-1").unlink()
        last = site.folder / f"archive/nights/{THIRD}-1"
        last.write_bytes(last.read_bytes().replace(b"IDMREKON", b"IDMREKOM"))
        self.stops(site, f"nights/{THIRD}-1\" is altered", "rekon verify --mend FOLDER")
        self.assertIn("2 files were brought back", site.command("verify", "--mend", self.copy(THIRD), code=0).out)
        self.goes_on(site)

    def test_mend_takes_nothing_on_trust(self):
        site = self.begin()
        first = (site.folder / f"archive/nights/{DAY}-1").read_text()
        digest = re.search(r"^statement\t([0-9a-f]{64}).*IDMREKON", first, re.M)[1]
        name = f"objects/{digest[:2]}/{digest[2:]}.zst"
        (site.folder / "archive" / name).unlink()
        false = site.folder / "false-copy"
        shutil.copytree(self.copy(THIRD), false)
        other = next(path for path in false.rglob("*.zst") if path.name != name[11:])
        (false / name).write_bytes(other.read_bytes())
        said = site.command("verify", "--mend", false, code=7).out
        self.assertIn("0 files were brought back", said)
        self.assertIn(name, said)
        site.command("verify", "--mend", self.copy(DAY), code=0)

    def test_commit_without_its_mark(self):
        """The database has committed what the archive holds: a run that was stopped, finished by the next one.
        Where the database does not know of it either, the run stops."""
        site = self.begin()
        shutil.copy(self.copy(NEXT) / "head", site.folder / "archive/head")
        ran = site.command("run", "--date", THIRD, code=0)
        self.assertIn("stage=recover published what a stopped run had committed", ran.err)
        self.restore_database(site, NEXT)
        shutil.copy(self.copy(NEXT) / "head", site.folder / "archive/head")
        self.stops(site, f"nights/{THIRD}-1\" lies in the archive without its commit mark",
                   "rekon init --from-archive")
        said = self.init(site, "--from-archive").out
        self.assertIn("the archive's mark was set to its last night", said)
        self.assertIn("1 of them added", said)
        (site.folder / "archive/head").unlink()
        self.init(site, "--from-archive")
        self.goes_on(site)

    def test_a_broken_chain_is_not_restored(self):
        site = self.begin()
        self.restore_database(site, DAY)
        before = self.content(site)
        (site.folder / f"archive/nights/{NEXT}-1").unlink()
        self.assertIn(f"nights/{THIRD}-1\" does not follow the night before it",
                      self.init(site, "--from-archive", code=7).err)
        self.assertEqual(self.content(site), before)
        self.restore_archive(site, THIRD)
        (site.folder / f"archive/nights/{THIRD}-1").unlink()
        self.assertIn("the last nights of", self.init(site, "--from-archive", code=7).err)
        self.restore_archive(site, THIRD)
        self.init(site, "--from-archive")


if __name__ == "__main__":
    os.environ.setdefault("PGOPTIONS", "-c client_min_messages=warning")
    unittest.main()
