#!/usr/bin/python3
"""test_books_disk: books and disks that fill up, folders that refuse, and a process that is killed half-way. What
lies in the folder afterwards is the old book or the new one; the error names the book and says why."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REKON = os.environ.get("REKON") or str(ROOT / "build/test/rekon")
IN_NAMESPACE = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"]), "sh", "-c"]
BOOK = "palembang/harian-2024-03-05.xlsx"


class Disk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="disk-"))
        cls.config = cls.folder / "rekon.yaml"
        cls.config.write_text("\n".join(f"{line.split(':')[0]}: {ROOT / line.split(':')[0]}"
                                        if line.split(":")[0] in ("rules", "reports") else line
                                        for line in (ROOT / "rekon.yaml").read_text().splitlines()) + "\n")
        cls.make(300)
        cls.good = cls.folder / "good"
        cls.run_match(cls.good)
        cls.new = (cls.good / "workbooks" / BOOK).read_bytes()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def make(cls, count):
        rows = [f"P-{i:06},palembang,paspor-biasa,820240305{i:06},350000,2024-03-05T08:{i % 60:02}:00+07:00\n"
                for i in range(count)]
        (cls.folder / "applications.csv").write_text(
            "application_id,office,service,billing_code,amount_due,submitted_at\n" + "".join(rows))
        lines = [f"D|T0412|20240305|08{i % 60:02}30|820240305{i:06}|350000|2500|{i:06}|00\n" for i in range(count)]
        (cls.folder / "IDMREKON_20240305.txt").write_text(
            "H|REKON|20240305\n" + "".join(lines) + f"T|{count}|{350000 * count}\n")

    @classmethod
    def run_match(cls, out, mount=None, environment=()):
        command = [REKON, "match", "--config", cls.config, "--applications", cls.folder / "applications.csv",
                   "--statements", cls.folder / "IDMREKON_20240305.txt", "--write", "workbooks", "--out", out]
        if mount:
            command = [*IN_NAMESPACE, f'{mount} && "$@"; code=$?; cp -a "{out}/." "{out}.seen"; exit $code',
                       "sh", *command]
        return subprocess.run(command, capture_output=True, text=True, check=False,
                              env={**os.environ, **dict(environment)})

    def old(self, name):
        """A folder in which an older book lies."""
        out = self.folder / name
        path = out / "workbooks" / BOOK
        path.parent.mkdir(parents=True)
        path.write_bytes(b"the old book")
        return out, path

    def check(self, out):
        """Every book there is the old one or whole."""
        for path in out.rglob("*.xlsx"):
            if ".scratch" not in path.parts and path.read_bytes() != b"the old book":
                with zipfile.ZipFile(path) as parts:
                    self.assertIsNone(parts.testzip())

    def test_a_full_disk(self):
        """Room for none, some, or nearly all of what is written."""
        kinds = set()
        for kilobytes in (24, 60, 96, 128, 160, 224):
            out = self.folder / f"full-{kilobytes}"
            out.mkdir()
            done = self.run_match(out, f'mount -t tmpfs -o size={kilobytes}k none "{out}" && '
                                       f'mkdir -p "{out}/workbooks/palembang" && '
                                       f'printf "the old book" >"{out}/workbooks/{BOOK}"')
            seen = Path(f"{out}.seen")
            self.check(seen)
            here = (seen / "workbooks" / BOOK).read_bytes()
            self.assertIn(here, (b"the old book", self.new))
            kinds.add((done.returncode, here == self.new))
            if done.returncode:
                self.assertEqual(done.returncode, 6, done.stderr)
                self.assertRegex(done.stderr, r"rekon: (workbook \".*\.xlsx\": )?could not \w+ .*\".*\": No space left")
        self.assertIn((6, False), kinds)

    def test_a_folder_that_refuses(self):
        out = self.folder / "refuses"
        (out / "workbooks").mkdir(parents=True)
        (out / "workbooks/palembang").write_text("a file where a folder must be")
        done = self.run_match(out)
        self.assertEqual(done.returncode, 6)
        self.assertRegex(done.stderr, r'rekon: could not .*/workbooks/palembang.*: \w+')
        read_only = self.folder / "read-only"
        (read_only / "workbooks").mkdir(parents=True)
        done = self.run_match(read_only, f'mount -t tmpfs none "{read_only}" && mount -o remount,ro "{read_only}"')
        self.assertEqual(done.returncode, 6)
        self.assertRegex(done.stderr, r'rekon: could not .*: Read-only file system')

    def test_killed_half_way(self):
        log = self.folder / "points"
        out, _ = self.old("points-out")
        self.run_match(out, environment={"REKON_FAILPOINT_LOG": str(log)}.items())
        points = log.read_text().split()
        self.assertTrue([p for p in points if p.endswith(".half")], points)
        seen = {}
        kept = set()
        for number, point in enumerate(points):
            seen[point] = seen.get(point, 0) + 1
            out, path = self.old(f"killed-{number}")
            done = self.run_match(out, environment={"REKON_FAILPOINT": f"{point}:{seen[point]}"}.items())
            self.assertEqual(done.returncode, -9, point)
            self.assertIn(path.read_bytes(), (b"the old book", self.new), point)
            kept.add(path.read_bytes() == self.new)
            self.check(out)
            self.assertIn(self.run_match(out).returncode, (0, 1))
            self.assertEqual(path.read_bytes(), self.new, point)
            leftovers = [p for p in out.rglob("*") if p.name.endswith(".tmp") or p.name == ".scratch"]
            self.assertEqual(leftovers, [], point)
            shutil.rmtree(out)
        self.assertEqual(kept, {True, False})


if __name__ == "__main__":
    unittest.main()
