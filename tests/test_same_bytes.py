#!/usr/bin/python3
"""test_same_bytes: the same inputs give the same bytes, whatever runs them, where, and in which order.

`rekon match` with all tables and workbooks, and the nightly run: for threads, locales, time zones, users'
environments, folders, builds, the order of rows of applications, of files on the command line, and of rows
within statements. REKON and REKON_GENERATE come from tests/run.sh, which has the private cluster up.
"""

import csv
import hashlib
import os
import random
import shutil
import subprocess
import tempfile
import unittest
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REKON = os.environ.get("REKON", str(ROOT / "build" / "rekon"))
GENERATE = os.environ.get("REKON_GENERATE", str(ROOT / "build" / "fixtures" / "generate"))
LOCALES = ROOT / "build" / "locale"
OFFICES = "palembang,sampit,jakarta-selatan,tangerang,denpasar,jayapura"
ALL = "summary,entries,applications,rejects,workbooks"
ZONES = ("UTC", "Asia/Jayapura", "America/St_Johns")
PLAIN = {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}


def indonesian():
    """The environment of a machine in Indonesian; the locale is made when the system lacks it."""
    LOCALES.mkdir(parents=True, exist_ok=True)
    made = LOCALES / "id_ID.UTF-8"
    if not made.exists():
        subprocess.run(["localedef", "-i", "id_ID", "-f", "UTF-8", str(made)], check=True)
    environment = {**PLAIN, "LOCPATH": str(LOCALES), "LANG": "id_ID.UTF-8", "LC_ALL": "id_ID.UTF-8"}
    told = subprocess.run(["locale", "-k", "decimal_point"], env=environment, capture_output=True, text=True,
                          check=True).stdout
    assert "decimal_point=\",\"" in told, told
    return environment


def digests(folder):
    """Path below the folder -> SHA-256, for all files in it."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def run(command, environment=None, umask=0o022, codes=(0, 1), folder=None):
    done = subprocess.run([str(word) for word in command], env=environment or PLAIN, umask=umask,
                          cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        raise AssertionError(f"exit {done.returncode}: {' '.join(map(str, command))}\n{done.stderr}")
    return done


def generate(out, applications, nights, noise="full"):
    run([GENERATE, "--seed", "11", "--applications", applications, "--nights", nights, "--start",
         "2024-03-04", "--offices", OFFICES, "--noise", noise, "--out", out], codes=(0,))


def without(path, *columns):
    """The rows of a table as a multiset, without some columns."""
    with open(path, newline="", encoding="utf-8") as file:
        return Counter(tuple(value for key, value in row.items() if key not in columns)
                       for row in csv.DictReader(file))


def shuffled_body(content, layout, seed):
    """A statement's entries in another order; what stands before and behind them stays."""
    lines = content.split(b"\n")
    first, last = 1, len(lines) - (1 if layout == "TOKOPEDIA" else 2)
    body = lines[first:last]
    random.Random(seed).shuffle(body)
    return b"\n".join(lines[:first] + body + lines[last:])


class Match(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        cls.data = cls.folder / "data"
        generate(cls.data, 3000, 3)
        cls.statements = sorted(path for path in (cls.data / "inbox").rglob("*") if path.is_file())
        cls.runs = 0
        cls.wanted = digests(cls.match())
        assert len(cls.wanted) > 10, cls.wanted

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def match(cls, *more, applications=None, statements=None, out=None, rekon=REKON, **how):
        cls.runs += 1
        out = out or cls.folder / f"out-{cls.runs}"
        run([rekon, "match", "--config", ROOT / "rekon.yaml", "--applications",
             applications or cls.data / "applications.csv", "--statements", *(statements or cls.statements),
             "--out", out, "--write", ALL, *more], **how)
        return out

    def same(self, out, wanted=None):
        given, wanted = digests(out), wanted or self.wanted
        differs = [name for name in sorted(set(given) | set(wanted)) if given.get(name) != wanted.get(name)]
        self.assertEqual(differs, [])

    def test_a_table_is_the_same_whatever_else_is_written(self):
        """What no output shows is not kept: that must change nothing, for one file and for all of them."""
        for statements in (self.statements[:1], self.statements[:4], self.statements):
            whole = digests(self.match(statements=statements))
            for write in ("summary", "entries", "applications", "summary,entries,applications,rejects"):
                given = digests(self.match("--write", write, statements=statements))
                self.assertTrue(0 < len(given) < len(whole), write)
                self.assertEqual(given, {name: whole[name] for name in given}, (write, len(statements)))

    def shuffled_applications(self, seed):
        lines = (self.data / "applications.csv").read_bytes().splitlines(keepends=True)
        body = lines[1:]
        random.Random(seed).shuffle(body)
        path = self.folder / f"applications-{seed}.csv"
        path.write_bytes(b"".join(lines[:1] + body))
        return path

    def test_same_bytes__threads(self):
        for threads in (1, 2, 4, 8):
            with self.subTest(threads=threads):
                self.same(self.match("--threads", threads))

    def test_same_bytes__rows_of_applications(self):
        for seed, threads in ((1, 1), (2, 4)):
            with self.subTest(seed=seed):
                self.same(self.match("--threads", threads, applications=self.shuffled_applications(seed)))

    def test_same_bytes__files_on_the_command_line(self):
        for seed in (1, 2, 3):
            files = list(self.statements)
            random.Random(seed).shuffle(files)
            with self.subTest(seed=seed):
                self.same(self.match(statements=files))

    def test_same_bytes__one_content_under_two_names(self):
        whole = next(path for path in self.statements if path.name.startswith("POSREKON"))
        copy = self.folder / "POSREKON_20240303.txt"
        copy.write_bytes(whole.read_bytes())
        files = [*self.statements, copy]
        self.same(self.match(statements=files), digests(self.match(statements=files[::-1])))

    def test_same_bytes__locales_and_zones(self):
        for locale in ({**PLAIN, "LC_ALL": "C"}, indonesian()):
            for zone in ZONES:
                with self.subTest(locale=locale.get("LC_ALL"), zone=zone):
                    self.same(self.match("--threads", 2, environment={**locale, "TZ": zone}))

    def test_same_bytes__folder_umask_and_user(self):
        elsewhere = self.folder / "somewhere else" / "deeper"
        shutil.copytree(self.data, elsewhere)
        statements = sorted(path for path in (elsewhere / "inbox").rglob("*") if path.is_file())
        environment = {**PLAIN, "HOME": "/nonexistent", "USER": "budi", "LOGNAME": "budi",
                       "OMP_NUM_THREADS": "3", "OMP_DYNAMIC": "true", "MALLOC_PERTURB_": "165",
                       "LC_NUMERIC": "id_ID.UTF-8", "COLUMNS": "17"}
        self.same(self.match(applications=elsewhere / "applications.csv", statements=statements,
                             out=elsewhere / "out", umask=0o077, environment=environment, folder="/"))

    def test_same_bytes__rows_of_statements(self):
        """Ordinals and lines change with the order; what becomes of each row, and all else, does not."""
        statements = []
        for path in self.statements:
            copy = self.folder / "shuffled" / path.parent.name / path.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            layout = path.name.split("_")[0]
            content = path.read_bytes()
            copy.write_bytes(content if layout == "BCA" else shuffled_body(content, layout, 5))
            statements.append(copy)
        before = self.match("--threads", 1)
        after = self.match("--threads", 4, statements=statements)
        for table in ("summary.csv", "applications.csv"):
            self.assertEqual((before / table).read_bytes(), (after / table).read_bytes(), table)
        self.assertNotEqual((before / "entries.csv").read_bytes(), (after / "entries.csv").read_bytes())
        for table, columns in (("entries.csv", ("entry", "line")), ("allocations.csv", ("entry",)),
                               ("rejects.csv", ("line",))):
            self.assertEqual(without(before / table, *columns), without(after / table, *columns), table)

    def test_same_bytes__a_build_in_another_folder(self):
        tree = self.folder / "build-elsewhere"
        tree.mkdir()
        for name in ("engine", "tests", "fixtures", "Makefile"):
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, tree / name)
        run(["make", "-s", "-j2", "-C", tree, "build/rekon"],
            environment={**PLAIN, "LC_ALL": "C", "TZ": "UTC"}, codes=(0,))
        self.same(self.match(rekon=tree / "build" / "rekon"))


class Nights(unittest.TestCase):
    """Two nights from import to workbooks, in two installations that share nothing but their inputs."""

    def site(self, folder, name, threads, environment, umask, order):
        site = folder / name
        subprocess.run([ROOT / "tests" / "cluster.sh", "site", f"rekon_{name}", site, "start: 2024-03-04"],
                       check=True, stdout=subprocess.DEVNULL)
        common = ["--config", site / "rekon.yaml", "--threads", threads]
        for night in ("2024-03-04", "2024-03-05"):
            lines = (folder / "data" / f"applications-{night}.csv").read_bytes().splitlines(keepends=True)
            body = lines[1:]
            random.Random(order).shuffle(body)
            rows = site / "applications.csv"
            rows.write_bytes(b"".join(lines[:1] + body))
            run([REKON, "import", "applications", rows, *common], environment, umask)
            files = [path for path in (folder / "data" / "inbox" / night).rglob("*") if path.is_file()]
            random.Random(order).shuffle(files)
            for path in files:
                shutil.copy(path, site / "inbox")
            run([REKON, "run", "--date", night, *common], environment, umask)
        return digests(site / "output")

    def test_same_bytes__nights(self):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            generate(folder / "data", 1200, 2)
            books = self.site(folder, "bytes_a", 1, {**PLAIN, "LC_ALL": "C", "TZ": "UTC"}, 0o022, 1)
            self.assertGreater(len(books), 10)
            zone = {"TZ": "Asia/Jayapura", "HOME": "/nonexistent", "USER": "budi"}
            others = self.site(folder, "bytes_b", 4, {**indonesian(), **zone}, 0o077, 2)
            self.assertEqual([name for name in sorted(set(books) | set(others))
                              if books.get(name) != others.get(name)], [])


if __name__ == "__main__":
    unittest.main()
