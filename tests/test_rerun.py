#!/usr/bin/python3
"""test_rerun: nights made again side by side; what differs is named down to the entry and the cell; by today's
rules; another version of the packing library is no difference."""

import csv
import ctypes
import hashlib
import io
import os
import re
import shutil
import struct
import unittest
import zipfile
from pathlib import Path

import openpyxl

import nights_kit as kit
from nights_kit import DAY, NEXT, THIRD, application, code, paid

ZSTD = ctypes.CDLL("libzstd.so.1")
for name in ("ZSTD_compress", "ZSTD_decompress"):
    getattr(ZSTD, name).restype = ctypes.c_size_t
ZSTD.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong


def squeeze(content):
    out = ctypes.create_string_buffer(len(content) + 1024)
    size = ZSTD.ZSTD_compress(out, ctypes.c_size_t(len(out)), content, ctypes.c_size_t(len(content)), 3)
    return out.raw[:size]


def unsqueeze(frame):
    size = ZSTD.ZSTD_getFrameContentSize(frame, ctypes.c_size_t(len(frame)))
    out = ctypes.create_string_buffer(max(size, 1))
    ZSTD.ZSTD_decompress(out, ctypes.c_size_t(size), frame, ctypes.c_size_t(len(frame)))
    return out.raw[:size]


class Archive:
    """A copy of an archive in which things can be sealed that no program would seal."""

    def __init__(self, source, folder):
        self.folder = Path(folder)
        shutil.copytree(source, self.folder)
        self.last = sorted((self.folder / "nights").iterdir())[-1]

    def get(self, digest):
        return unsqueeze((self.folder / "objects" / digest[:2] / f"{digest[2:]}.zst").read_bytes())

    def put(self, content):
        frame, digest = squeeze(content), hashlib.sha256(content).hexdigest()
        path = self.folder / "objects" / digest[:2] / f"{digest[2:]}.zst"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(frame)
        return f"{digest}\t{hashlib.sha256(frame).hexdigest()}\t{len(content)}"

    def item(self, pattern):
        return re.search(rf"^({pattern})\t([0-9a-f]{{64}})\t", self.last.read_text(), re.M)[2]

    def replace(self, pattern, change, told_by=None):
        """Seals another content for one item of the last night, the mark with it, and what else tells its digest."""
        text = self.last.read_text()
        line = next(line for line in text.splitlines() if re.match(pattern, line))
        cells = line.split("\t")
        old, cells[1:4] = cells[1:4], self.put(change(self.get(cells[1]))).split("\t")
        self.last.write_text(text.replace(line, "\t".join(cells)))
        head = (self.folder / "head").read_text().split("\t")
        head[3] = hashlib.sha256(self.last.read_bytes()).hexdigest()
        (self.folder / "head").write_text("\t".join(head))
        if told_by:
            self.replace(told_by, lambda content: content.replace("\t".join(old).encode(), "\t".join(cells[1:4]).encode()))


def one_more(content):
    """Sealed facts, each of which counts one more."""
    at = content.index(b"\x05count") + 7
    size = int.from_bytes(content[at:at + 8], "little")
    counts = struct.unpack(f"<{size // 8}q", content[at + 8:at + 8 + size])
    return content[:at + 8] + struct.pack(f"<{size // 8}q", *(n + 1 for n in counts)) + content[at + 8 + size:]


class Rerun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = site = kit.Site("rerun")
        site.applications(*[application(f"P-{n}", code(n), f"0{n}:00") for n in range(1, 6)])
        for night, put in ((DAY, {"indomaret": [paid("03:00:00", code(1), 350000), paid("05:30:00", code(3), 350000)]}),
                           (NEXT, {"pos": [paid("04:00:00", code(2), 1)]}), (THIRD, {})):
            site.quiet(night, put=put)
            site.command("run", "--date", night)
        site.put("decisions-1.csv", kit.decisions(kit.decision(
            "D-1", "resolve", site.sql("SELECT case_id FROM rekon.case_event")[0][0])))
        site.command("run", "--date", THIRD)

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def archive(self, name):
        archive = Archive(self.site.folder / "archive", self.site.folder / name)
        self.addCleanup(shutil.rmtree, archive.folder)
        return archive

    def first_night(self, name):
        """An archive that ends with it."""
        archive = self.archive(name)
        for night in ("2024-03-07-2", "2024-03-07-1", "2024-03-06-1"):
            (archive.folder / "nights" / night).unlink()
        archive.last = archive.folder / "nights/2024-03-05-1"
        run = re.search(r"^run\t(.*)", archive.last.read_text(), re.M)[1]
        (archive.folder / "head").write_text(f"rekon-head\t{DAY}\t1\t-\t{run}\n")
        return archive

    def rerun(self, *more, code=0):
        return self.site.command("rerun", *more, code=code)

    def test_rerun__side_by_side_in_order(self):
        wanted = [f"{night}: identical" for night in ("2024-03-05-1", "2024-03-06-1", "2024-03-07-1", "2024-03-07-2")]
        for threads in (1, 2, 3, 7):
            out = self.rerun("--from", DAY, "--to", THIRD, "--threads", threads).out
            self.assertEqual([line.split(" (")[0] for line in out.splitlines()], wanted)

    def test_rerun__one_by_its_id(self):
        runs = dict(self.site.sql("SELECT night || '-' || number, run_id FROM rekon.run"))
        for night, run in runs.items():
            for length in (12, 64):
                self.assertRegex(self.rerun("--run", run[:length]).out, f"^{night}: identical")
        self.assertIn("holds no such night", self.rerun("--run", "0" * 12, code=2).err)
        self.assertIn("6 or more", self.rerun("--run", "0", code=2).err)
        self.assertIn("--date", self.rerun("--run", "0" * 12, "--date", DAY, code=2).err)

    def test_verify__what_was_sealed_agrees_with_itself(self):
        """Somebody alters the facts of a night and seals them anew: every digest is right, the totals are not."""
        archive = self.archive("totals")
        archive.last = archive.folder / "nights/2024-03-07-2"
        (archive.folder / "published").unlink()
        self.assertIn(" 0 differences", self.site.command("verify", "--archive", archive.folder, code=0).out)
        archive.replace("facts\t", one_more)
        said = self.site.command("verify", "--archive", archive.folder, code=7)
        self.assertRegex(said.out, r"nights/2024-03-07-2: control totals: \S+.* what stood before and its facts make ")
        said = self.site.command("verify", "--archive", archive.folder, "--date", THIRD, code=7)
        self.assertIn("control totals", said.out)

    def test_diff__what_another_version_counted(self):
        """An older program, whose night says the same of each entry, counted otherwise: no rule is to blame."""
        archive = self.first_night("older")
        text = archive.last.read_text()
        self.assertRegex(text, r"\nprogram\t[0-9.]+\n")
        archive.last.write_text(re.sub(r"\nprogram\t.*", "\nprogram\t0.0.9", text))
        archive.replace("facts\t", one_more, told_by="closing\t")
        now = self.site.command("--version", code=0).out.split()[1]
        table = self.site.folder / "older.csv"
        said = self.site.command("diff", DAY, "--rules", "now", "--archive", archive.folder, "--csv", table,
                                 code=0).out
        self.assertRegex(said, rf"\n +program {re.escape(now)} \(2024-03-05-1\) +Rp0 +-[1-9]\d*\n")
        self.assertRegex(said, r"remainder +Rp0 +0\n$")
        with open(table, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual({(row["cause"], row["what"]) for row in rows}, {("program", now)})
        ran = self.rerun("--date", DAY, "--archive", archive.folder, code=7)
        self.assertIn("facts: differs", ran.out)
        self.assertIn("0.0.9", ran.out)

    def test_rerun__a_night_without_its_mark(self):
        archive = self.archive("unmarked")
        first = self.site.folder / "archive/nights/2024-03-05-1"
        digest = hashlib.sha256(first.read_bytes()).hexdigest()
        run = re.search(r"^run\t(.*)", first.read_text(), re.M)[1]
        (archive.folder / "head").write_text(f"rekon-head\t{DAY}\t1\t{digest}\t{run}\n")
        self.rerun("--date", DAY, "--archive", archive.folder)
        self.assertIn("the night 2024-03-06-1 has no commit mark",
                      self.rerun("--date", NEXT, "--archive", archive.folder, code=7).err)

    def test_rerun__names_the_entry(self):
        archive = self.first_night("entry")
        archive.replace(r"history\t.*\toutcome\t", lambda content: content.replace(b"matched", b"mashed_", 1))
        ran = self.rerun("--date", DAY, "--archive", archive.folder, code=7)
        entry = self.site.entries(code(1))[0]
        self.assertIn("history outcome: differs in 1 rows\n", ran.out)
        self.assertRegex(ran.out, r'    outcome entry [0-9a-f]{16}:\d+: outcome "mashed_" before, "matched" now\n')
        self.assertIn(entry[:16], ran.out)
        self.assertIn("2024-03-05-1: different", ran.out)

    def test_rerun__names_the_cell(self):
        archive = self.archive("cell")

        def change(content):
            book = openpyxl.load_workbook(io.BytesIO(content))
            sheet = book["Ringkasan"]
            cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Layanan")
            self.place = cell.coordinate
            cell.value = "Pelayanan"
            out = io.BytesIO()
            book.save(out)
            return out.getvalue()
        archive.replace(r"workbook\t.*palembang/harian", change)
        text = archive.last.read_text()  # what openpyxl packs has other parts
        line = next(line for line in text.splitlines() if re.match(r"workbook\t.*palembang/harian", line))
        archive.last.write_text(text.replace(line, re.sub(r"[0-9a-f]{64}$", "0" * 64, line)))
        head = (archive.folder / "head").read_text().split("\t")
        head[3] = hashlib.sha256(archive.last.read_bytes()).hexdigest()
        (archive.folder / "head").write_text("\t".join(head))
        ran = self.rerun("--date", THIRD, "--archive", archive.folder, code=7)
        self.assertRegex(ran.out, r"workbook palembang/harian-2024-03-07.*\.xlsx: differs in \d+ cells")
        self.assertIn(f"    Ringkasan!{self.place}: Pelayanan before, Layanan now\n", ran.out)

    def test_rerun__only_packed_otherwise(self):
        """Another version of the library that packs: other bytes, the same parts."""
        archive = self.archive("packed")

        def change(content):
            out = io.BytesIO()
            with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
                for info in old.infolist():
                    new.writestr(info.filename, old.read(info))
            return out.getvalue()
        archive.replace(r"workbook\t.*palembang/harian", change)
        ran = self.rerun("--date", THIRD, "--archive", archive.folder)
        self.assertIn("same content, packed by another library version", ran.out)
        self.assertIn("2024-03-07-2: identical", ran.out)

    def test_rerun__by_the_rules_of_now(self):
        """A tolerance of hours more: what was late is in time. Nothing of it becomes the truth."""
        rules = self.site.folder / "rules-now"
        shutil.copytree(kit.ROOT / "rules", rules)
        self.addCleanup(shutil.rmtree, rules)
        text = (rules / "deadlines.yaml").read_text()
        self.assertIn("within: 2h", text)
        (rules / "deadlines.yaml").write_text(text.replace("within: 2h", "within: 4h"))
        config = self.site.folder / "now.yaml"
        lines = [line for line in self.site.config.read_text().splitlines() if not line.startswith("rules:")]
        config.write_text("\n".join(lines) + f"\nrules: {rules}\n")
        before = self.site.tree("archive", "output")
        words = ("rerun", "--date", DAY, "--rules", "now")
        self.assertIn("--rules now needs --out", self.site.command(*words, code=2, config=config).err)
        out = self.site.folder / "trial"
        self.addCleanup(shutil.rmtree, out)
        ran = self.site.command(*words, "--out", out, code=0, config=config)
        entry = self.site.entries(code(3))[0]
        self.assertRegex(ran.out, rf'entry {entry}: outcome "late" before, "matched" now')
        self.assertIn("2024-03-05-1: different", ran.out)
        book = openpyxl.load_workbook(out / "palembang/harian-2024-03-05.xlsx")
        self.assertIn("PERCOBAAN: dihitung dengan aturan sekarang", str(book["Ringkasan"]["A3"].value))
        self.assertEqual(self.site.tree("archive", "output"), before)
        same = self.site.command(*words, "--out", out, code=0)  # by the same rules: only the books say so
        self.assertNotIn("history", same.out)
        self.assertNotIn("facts", same.out)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    unittest.main()
