#!/usr/bin/python3
"""test_export: nights as one file: the same bytes whoever exports them; run again, reported, explained and verified
on a machine that has nothing else; damage anywhere is found; a newer format is refused."""

import hashlib
import os
import random
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import nights_kit as kit
from nights_kit import DAY, NEXT, THIRD, application, code, paid

FOURTH = "2024-03-08"
PLAIN = os.environ.get("REKON", str(kit.ROOT / "build/rekon"))  # for thousands of calls


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = site = kit.Site("export")
        site.applications(*[application(f"P-{n}", code(n), f"0{n}:00") for n in range(1, 6)])
        site.quiet(DAY, but=("tokopedia",), put={"indomaret": [paid("03:00:00", code(1), 350000)]})
        site.run(DAY, None)
        site.quiet(NEXT, put={"pos": [paid("04:00:00", code(2), 1)]})
        site.run(NEXT, None)
        site.deliver("tokopedia", DAY, [paid("04:30:00", code(4), 350000)])
        site.quiet(THIRD)
        site.run(THIRD, None)
        site.applications(application("P-9", code(9), "09:00", day=THIRD))
        site.put("decisions-1.csv", kit.decisions(kit.decision(
            "D-1", "resolve", site.sql("SELECT case_id FROM rekon.case_event ORDER BY 1")[0][0])))
        site.run(THIRD, None)
        site.quiet(FOURTH)
        site.run(FOURTH, None)
        cls.away = Path(tempfile.mkdtemp(prefix="auditor-"))  # a machine without an installation

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.away)
        cls.site.close()

    def export(self, name, *which, code=0):
        path = self.away / name
        self.site.command("export", *which, "--out", path, code=code)
        return path

    def alone(self, *words, code=0, program=kit.REKON):
        """On the auditor's machine: no configuration, no rules, no archive."""
        done = subprocess.run([program, *map(str, words)], cwd=self.away, capture_output=True, text=True, check=False)
        self.assertNotIn("Sanitizer", done.stderr)
        self.assertIn(done.returncode, range(100) if code is None else (code,), f"{words}\n{done.stdout}{done.stderr}")
        return done

    # ---- what it is good for ----

    def test_export__all_nights_again(self):
        path = self.export("all.rka", "--from", DAY, "--to", FOURTH)
        said = self.alone("rerun", "--from", DAY, "--to", FOURTH, "--archive", path).stdout
        self.assertEqual(re.findall(r"^(\S+): identical", said, re.M),
                         ["2024-03-05-1", "2024-03-06-1", "2024-03-07-1", "2024-03-07-2", "2024-03-08-1"])
        self.assertRegex(self.alone("verify", "--archive", path).stdout, r"^5 nights, \d+ objects, 0 differences\n$")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_export__one_night_with_the_state_before_it(self):
        path = self.export("one.rka", "--date", THIRD)
        said = self.alone("rerun", "--from", DAY, "--to", FOURTH, "--archive", path).stdout
        self.assertEqual(re.findall(r"^(\S+): identical", said, re.M), ["2024-03-07-1", "2024-03-07-2"])
        self.assertRegex(self.alone("verify", "--archive", path).stdout, r"^2 nights, \d+ objects, 0 differences\n$")
        self.assertIn("holds no such night", self.alone("rerun", "--date", NEXT, "--archive", path, code=2).stderr)
        self.assertIn("holds no such night", self.alone("explain", "P-1", "--date", NEXT, "--archive", path,
                                                        code=2).stderr)

    def test_export__books_as_of_a_night(self):
        path = self.export("books.rka", "--date", NEXT)
        self.alone("report", "--period", NEXT, "--as-of", NEXT, "--archive", path, "--out", "books")
        for office in ("palembang/harian", "nasional/nasional"):
            name = f"{office}-{NEXT}.xlsx"
            self.assertEqual((self.away / "books" / name).read_bytes(), (self.site.output / name).read_bytes())

    def test_export__the_same_difference_and_story(self):
        path = self.export("why.rka", "--from", NEXT, "--to", THIRD)
        for words in (("diff", DAY, THIRD), ("diff", NEXT, f"{THIRD}-1", "--office", "nasional")):
            here = self.alone(*words, "--archive", path).stdout
            self.assertEqual(here, self.site.command(*words, code=0).out)
        self.assertRegex(self.alone("diff", DAY, THIRD, "--archive", path).stdout,
                         r"statement TOKOPEDIA_20240305.csv \(2024-03-07-1\) +Rp350.000 +1\n")
        told = self.alone("explain", "P-4", "--date", THIRD, "--archive", path).stdout
        self.assertIn("(nights before 2024-03-06-1 stand in the archive, not in this export)\n", told)
        self.assertEqual(told.replace("  (nights before 2024-03-06-1 stand in the archive, not in this export)\n", ""),
                         self.site.command("explain", "P-4", "--date", THIRD, code=0).out)
        self.assertIn("this export does not hold its night",
                      self.alone("explain", "P-1", "--date", THIRD, "--archive", path).stdout)

    # ---- its bytes ----

    def test_export__the_same_bytes_from_anywhere(self):
        path = self.export("first.rka", "--date", THIRD)
        elsewhere = self.away / "archive"
        shutil.copytree(self.site.folder / "archive", elsewhere)
        self.alone("export", "--date", THIRD, "--archive", elsewhere, "--out", "second.rka", "--threads", "2")
        whole = self.export("whole.rka", "--from", DAY, "--to", FOURTH)
        self.alone("export", "--date", THIRD, "--archive", whole, "--out", "third.rka")
        self.assertEqual({hashlib.sha256(made.read_bytes()).hexdigest()
                          for made in (path, self.away / "second.rka", self.away / "third.rka")},
                         {hashlib.sha256(path.read_bytes()).hexdigest()})

    def test_export__each_object_once(self):
        whole = self.export("whole.rka", "--from", DAY, "--to", FOURTH).stat().st_size
        single = sum(self.export(f"{night}.rka", "--date", night).stat().st_size
                     for night in (DAY, NEXT, THIRD, FOURTH))
        objects = sum(file.stat().st_size for file in (self.site.folder / "archive/objects").rglob("*.zst"))
        self.assertLess(whole, 0.8 * single)
        manifests = sum(file.stat().st_size for file in (self.site.folder / "archive/nights").iterdir())
        self.assertLess(whole, objects + manifests + 160 * 200)  # of each a line in the index

    # ---- what is wrong with it ----

    def test_export__damage_anywhere_is_found(self):
        path = self.export("hurt.rka", "--date", THIRD)
        good, chance = path.read_bytes(), random.Random(4)
        index = good.index(b"\nend\t") + 70
        places = sorted(chance.sample(range(index), 40) + chance.sample(range(index, len(good)), 80))
        for at in places:
            path.write_bytes(good[:at] + bytes([good[at] ^ (1 << chance.randrange(8))]) + good[at + 1:])
            said = self.alone("verify", "--archive", path, code=None, program=PLAIN)
            self.assertIn(said.returncode, (3, 7) if at < 15 else (7,), f"byte {at}: {said.stdout}")
        for hurt in (good[:-1], good[:index + 10], good[:100], b"", good + b"x", good[:index] + good[index + 1:]):
            path.write_bytes(hurt)
            for words in (("verify",), ("rerun", "--date", THIRD), ("diff", DAY, THIRD), ("explain", "P-1"),
                          ("report", "--period", THIRD, "--as-of", THIRD), ("export", "--date", THIRD, "--out", "x")):
                self.assertIn("hurt.rka", self.alone(*words, "--archive", path, code=7).stderr)

    def test_export__what_is_altered_is_named(self):
        path = self.export("named.rka", "--date", THIRD)
        good = path.read_bytes()
        index, data = good[:good.index(b"\nend\t")].decode().splitlines(), good.index(b"\n", good.index(b"\nend\t") + 1)
        at = data + 1
        for line in index[1:]:
            _, name, size, _ = line.split("\t")
            if name.startswith(("head", "nights/", "objects/0")):
                path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
                self.assertIn(name, self.alone("verify", "--archive", path, code=7, program=PLAIN).stdout)
            at += int(size)
        self.assertEqual(at, len(good))

    def test_export__files_that_do_not_belong(self):
        path = self.export("more.rka", "--date", THIRD)
        good = path.read_bytes()
        end, extra = good.index(b"\nend\t") + 1, b"hello"
        digest = hashlib.sha256(extra).hexdigest().encode()
        index = good[:end] + b"file\tzzz\t5\t" + digest + b"\n"
        data = good[good.index(b"\n", end) + 1:]
        path.write_bytes(index + b"end\t" + hashlib.sha256(index).hexdigest().encode() + b"\n" + data + extra)
        self.assertIn("zzz: does not belong here", self.alone("verify", "--archive", path, code=7).stdout)

    def test_export__nothing_damaged_is_exported(self):
        archive = self.away / "broken"
        shutil.copytree(self.site.folder / "archive", archive)
        self.addCleanup(shutil.rmtree, archive)
        victim = max((archive / "objects").rglob("*.zst"), key=lambda file: file.stat().st_size)
        content = bytearray(victim.read_bytes())
        content[40] ^= 1
        victim.write_bytes(content)
        said = self.alone("export", "--from", DAY, "--to", FOURTH, "--archive", archive, "--out", "no.rka", code=7)
        self.assertIn(victim.name, said.stderr)
        victim.unlink()
        said = self.alone("export", "--from", DAY, "--to", FOURTH, "--archive", archive, "--out", "no.rka", code=7)
        self.assertIn(victim.name, said.stderr)
        self.assertEqual(list(self.away.glob("no.rka*")), [])

    def test_export__a_newer_format_is_refused(self):
        path = self.export("newer.rka", "--date", THIRD)
        path.write_bytes(path.read_bytes().replace(b"rekon-nights\t1\t", b"rekon-nights\t2\t"))
        for words in (("verify",), ("rerun", "--date", THIRD)):
            said = self.alone(*words, "--archive", path, code=3).stderr
            self.assertIn("has format 2, this program knows formats up to 1", said)
            self.assertIn("hint: a newer rekon made it", said)

    def test_export__what_is_asked_for(self):
        for words, why in ((("--date", DAY), "--out FILE"), (("--from", DAY, "--out", "x"), "--from D and --to D"),
                           (("--date", "2023-01-01", "--out", "x"), "holds no such night"),
                           (("--date", DAY, "--out", "nowhere/x"), "could not write")):
            said = self.site.command("export", *words)
            self.assertIn(said.code, (2, 6))
            self.assertIn(why, said.err)
        path = self.export("mend.rka", "--date", THIRD)
        self.assertIn("is an export", self.alone("verify", "--archive", path, "--mend", ".", code=2).stderr)
        (self.away / "none.rka").write_text("hello\n")
        self.assertIn("neither a folder nor a file of rekon export",
                      self.alone("verify", "--archive", "none.rka", code=7).stderr)


if __name__ == "__main__":
    unittest.main()
