#!/usr/bin/python3
"""The benchmark's answers: the generator, the plain job, rekon and two of the peers agree; who does not is named."""

import hashlib
import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent / "bench"))
import job  # noqa: E402
import kit  # noqa: E402

# What seed 42 and 1,000 give, everywhere.
DIGEST = "eb7e22216a329f438821de1ae2d5d7f2ba42302f031648a5d62066e9863b2a60"


def files(folder, size, seed=42):
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([kit.compiled("data.c"), str(seed), str(size), folder], check=True)
    return folder


def contest(folder, rekon=None, peers="awk,sqlite"):
    return subprocess.run(["/usr/bin/python3", kit.BENCH / "shared.py", "--folder", folder, "--runs", "1", "--peers",
                           peers], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          env={**os.environ, **({"REKON_SHIPPED": str(rekon)} if rekon else {})})


class Bench(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())

    def test_data__same_words_same_bytes(self):
        found = hashlib.sha256()
        for path in sorted(files(self.folder / "a", 1000).iterdir()):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
        self.assertEqual(found.hexdigest(), DIGEST)

    def test_shared_job__all_agree(self):
        done = contest(files(self.folder / "b", 10000))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("the same summary from all of them", done.stdout)
        plain = job.job(self.folder / "b")
        self.assertEqual(dict(plain), dict(job.of_summary(kit.WORK / "out" / "rekon" / "summary.csv")))
        self.assertGreater(len(plain), 500)

    def test_shared_job__a_wrong_figure_is_named(self):
        """A program whose summary is off by a rupiah: exit 1, and who it was."""
        wrong = self.folder / "rekon"
        wrong.write_text('#!/bin/bash\n"%s" "$@" || exit\nwhile [ "$1" != --out ]; do shift; done\n'
                         "sed -i '2s/0$/1/' \"$2/summary.csv\"\n" % kit.REKON, encoding="utf-8")
        wrong.chmod(wrong.stat().st_mode | stat.S_IXUSR)
        done = contest(files(self.folder / "c", 1000), wrong, "awk")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("NOT THE SAME RESULT: awk", done.stdout)

    def test_shared_job__what_the_generator_meant(self):
        """A line that was lost on the way is seen even when all agree."""
        folder = files(self.folder / "d", 1000)
        lines = (folder / "post.txt").read_text(encoding="ascii").splitlines(True)
        (folder / "post.txt").write_text("".join(lines[:-1]), encoding="ascii")
        done = contest(folder, None, "awk")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("not what the generator meant", done.stdout)


if __name__ == "__main__":
    unittest.main()
