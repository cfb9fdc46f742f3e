#!/usr/bin/python3
"""test_verify: whatever is done to any file of an archive, `rekon verify` finds it and names the file.

An archive of four nights with every kind of file in it; then one byte altered at a time, in every file of
it; files deleted, cut, swapped, added; nights cut off, inserted, put in another order.

    test_verify.py              some positions, at least one in every file
    test_verify.py 2000         that many positions (make check-archive)
"""

import ctypes
import hashlib
import os
import random
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import nights_kit as kit
from nights_kit import DAY, NEXT, THIRD, application, code, paid

# Without sanitizers: thousands of runs. All other suites run verify under them.
REKON = os.environ.get("REKON", str(kit.ROOT / "build/rekon"))
POSITIONS = 130
ZSTD = ctypes.CDLL("libzstd.so.1")
ZSTD.ZSTD_compress.restype = ctypes.c_size_t


def squeeze(content, level=19):
    """A zstd frame, packed otherwise than the program does."""
    out = ctypes.create_string_buffer(len(content) + 1024)
    size = ZSTD.ZSTD_compress(out, ctypes.c_size_t(len(out)), content, ctypes.c_size_t(len(content)), level)
    return out.raw[:size]


def make_archive(site):
    """Four nights: two runs of one, a file set aside, decisions, payments of all channels."""
    site.applications(*[application(f"P-{n}", code(n), f"0{n}:00") for n in range(1, 8)])
    site.quiet(DAY, put={"indomaret": [paid("09:00:00", code(1), 350000)],
                         "pos": [paid("09:10:00", code(2), 350000)]}, but=["tokopedia"])
    site.deliver("tokopedia", DAY, [paid("09:00:00", code(3), 350000)])
    site.run(DAY)
    site.put("decisions-1.csv", kit.decisions(kit.decision("D-1", "note", "K-0000000000-1", reason="catatan")))
    site.command("run", "--date", DAY)
    site.deliver("indomaret", NEXT, [paid("09:00:00", code(4), 350000)], total=1)
    site.quiet(NEXT, but=["indomaret"])
    site.command("run", "--date", NEXT)
    site.quiet(THIRD)
    site.command("run", "--date", THIRD)


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = kit.Site("verify")
        make_archive(cls.site)
        cls.archive = cls.site.folder / "archive"
        cls.modes = {str(path.relative_to(cls.site.folder)): path.stat().st_mode & 0o777
                     for path in [cls.archive, *cls.archive.rglob("*")]}
        cls.folders = {name for name in cls.modes if (cls.site.folder / name).is_dir()}
        cls.files = {str(path.relative_to(cls.archive)): path.read_bytes()
                     for path in sorted(cls.archive.rglob("*")) if path.is_file()}
        cls.nights = [name for name in cls.files if name.startswith("nights/")]
        assert len(cls.nights) == 4 and len(cls.files) > 60, cls.files.keys()

    @classmethod
    def tearDownClass(cls):
        cls.site.close()

    def tearDown(self):
        """As it was."""
        for path in sorted(self.archive.rglob("*")):
            name = str(path.relative_to(self.archive))
            if path.is_file() and (name not in self.files or path.read_bytes() != self.files[name]):
                path.unlink()
        for name, content in self.files.items():
            path = self.archive / name
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                path.write_bytes(content)
        self.assertEqual(self.verify()[0], 0)

    def verify(self, *more):
        done = subprocess.run([REKON, "verify", "--config", str(self.site.config), "--threads", "1", *more],
                              capture_output=True, text=True, check=False, timeout=60)
        lines = [line for line in done.stdout.splitlines() if not line.startswith("note: ")]
        return done.returncode, "\n".join(lines[:-1]), lines[-1] if lines else done.stderr, done.stdout

    def found(self, *names, what=""):
        """verify fails and names every one of these files."""
        status, said, last, _ = self.verify()
        self.assertEqual(status, 7, f"{what}: {said} {last}")
        for name in names:
            self.assertIn(name, said, what)
        return said

    def put(self, name, content):
        (self.archive / name).write_bytes(content)

    # ---- one file at a time ----

    def test_verify__one_altered_byte(self):
        chance = random.Random(5)
        names = sorted(self.files)
        each = max(1, -(-POSITIONS // len(names)))
        tried = 0
        for name in names:
            content = self.files[name]
            for at in sorted({chance.randrange(len(content)) for _ in range(each)}):
                altered = content[at] ^ (1 << chance.randrange(8))
                self.put(name, content[:at] + bytes([altered]) + content[at + 1:])
                self.found(name, what=f"{name}, byte {at}: {content[at]} became {altered}")
                tried += 1
            self.put(name, content)
        self.assertGreaterEqual(tried, POSITIONS * 9 // 10)

    def test_verify__every_byte_of_the_small_files(self):
        for name in ("head", "published"):
            content = self.files[name]
            for at in range(0, len(content), 1 if POSITIONS > 1000 else 7):
                self.put(name, content[:at] + bytes([content[at] ^ 1]) + content[at + 1:])
                self.found(name, what=f"{name}, byte {at}")
            self.put(name, content)

    def test_verify__each_file_deleted_or_cut_short(self):
        some = list(self.files) if POSITIONS > 1000 else [*self.nights, "head",
                                                          *[n for n in self.files if "objects/" in n][::4]]
        for name in some:
            if name == "published":
                continue  # a night that was not published yet has none
            (self.archive / name).unlink()
            self.found(name, what=f"{name} deleted")
            for keep in (0, len(self.files[name]) - 1):
                self.put(name, self.files[name][:keep])
                self.found(name, what=f"{name} cut to {keep}")
            self.put(name, self.files[name] + b"\n")
            self.found(name, what=f"{name} with a byte more")
            self.put(name, self.files[name])

    def test_verify__files_swapped(self):
        names = sorted(name for name in self.files if name.startswith("objects/"))
        pairs = list(zip(names[::2], names[1::2])) + [(self.nights[0], self.nights[2]), (names[0], self.nights[1]),
                                                      ("head", "published"), ("head", self.nights[3])]
        for one, other in pairs if POSITIONS > 1000 else pairs[::5] + pairs[-4:]:
            self.put(one, self.files[other])
            self.put(other, self.files[one])
            self.found(one, other, what=f"{one} and {other}")
            self.put(one, self.files[one])
            self.put(other, self.files[other])

    def test_verify__the_same_content_packed_otherwise(self):
        """The content is right, the stored bytes are not those that were sealed."""
        size = ctypes.c_ulonglong
        ZSTD.ZSTD_getFrameContentSize.restype = size
        ZSTD.ZSTD_decompress.restype = ctypes.c_size_t
        name = max((n for n in self.files if n.startswith("objects/")), key=lambda n: len(self.files[n]))
        frame = self.files[name]
        content = ctypes.create_string_buffer(ZSTD.ZSTD_getFrameContentSize(frame, size(len(frame))))
        ZSTD.ZSTD_decompress(content, ctypes.c_size_t(len(content)), frame, ctypes.c_size_t(len(frame)))
        self.assertEqual(hashlib.sha256(content.raw).hexdigest(), name[8:].replace("/", "")[:64])
        self.put(name, squeeze(content.raw))
        self.found(name)

    def test_verify__says_it_in_text(self):
        """A manifest's broken line is shown, whatever byte broke it."""
        self.put(self.nights[1], self.files[self.nights[1]].replace(b"\nprogram\t", b"\n\xec\x07ogram\t"))
        self.assertIn('broken line "??ogram"', self.found(self.nights[1]))

    def test_verify__status_tells_the_size(self):
        sizes = [len(content) for name, content in self.files.items() if name.startswith("objects/")]
        said = self.site.command("status").out
        self.assertIn(f"archive: {sum(sizes) / 2**20:.1f} MiB in {len(sizes)} objects\n", said)

    # ---- what does not belong ----

    def test_verify__a_file_that_does_not_belong(self):
        for name in ("catatan.txt", "nights/2024-03-09-1.bak", "nights/2024-03-05-01", "objects/README",
                     "objects/ab/rahasia.xlsx", "objects/ab/" + "0" * 62 + ".zst", "pending/catatan"):
            (self.archive / name).parent.mkdir(exist_ok=True)
            self.put(name, b"not of the archive")
            self.found(name)
            (self.archive / name).unlink()

    def test_verify__what_a_stopped_run_left_is_a_note(self):
        content = b"made by a run that was stopped"
        hexed = hashlib.sha256(content).hexdigest()
        (self.archive / "objects" / hexed[:2]).mkdir(exist_ok=True)
        self.put(f"objects/{hexed[:2]}/{hexed[2:]}.zst", squeeze(content))
        self.put("head.tmp", b"rekon-he")
        status, said, last, out = self.verify()
        self.assertEqual((status, said), (0, ""), last)
        self.assertIn(f"note: objects/{hexed[:2]}/{hexed[2:]}.zst: no night needs it", out)
        self.assertIn("note: head.tmp: half written", out)

    def test_verify__pending(self):
        """One that follows the last night may be of a run that was stopped; any other may not."""
        self.put("pending/2024-03-07-1", self.files[self.nights[3]])
        self.found("pending/2024-03-07-1: does not follow the last night")
        (self.archive / "pending/2024-03-07-1").unlink()
        self.put("pending/2024-03-08-1", b"rekon-manifest\t1\n")
        self.found("pending/2024-03-08-1")

    # ---- nights ----

    def cut(self, count, rewind):
        """The last nights gone; `rewind`: head as it was before them."""
        for name in self.nights[-count:]:
            (self.archive / name).unlink()
        last = self.nights[-count - 1]
        lines = dict(line.split("\t", 1) for line in self.files[last].decode().splitlines() if "\t" in line)
        night, number = lines["night"].split("\t")
        if rewind:
            digest = hashlib.sha256(self.files[last]).hexdigest()
            self.put("head", f"rekon-head\t{night}\t{number}\t{digest}\t{lines['run']}\n".encode())

    def test_verify__nights_cut_off(self):
        self.cut(1, rewind=False)
        self.found(self.nights[3])
        self.put(self.nights[3], self.files[self.nights[3]])
        self.cut(2, rewind=True)
        self.found("published", "nights were cut off")

    def test_verify__the_first_nights_cut_off(self):
        (self.archive / self.nights[0]).unlink()
        self.found("nights/2024-03-05-1: is missing: nights/2024-03-05-2 follows it")

    def test_verify__a_night_from_the_middle_cut_out(self):
        (self.archive / self.nights[2]).unlink()
        self.found("nights/2024-03-06-1: is missing: nights/2024-03-07-1 follows it")

    def test_verify__a_night_inserted(self):
        """A manifest that is whole in itself, under its own name, but no other one names it."""
        text = self.files[self.nights[2]].decode()
        lines = text.split("\n")
        lines[1] = "night\t2024-03-06\t2"
        seal = "rekon-run\t1\t2024-03-06\t2\t" + lines[4].split("\t")[2] + "\n"
        kinds = ("statement", "decisions", "rules", "snapshot", "opening")
        for line in lines[6:]:
            cells = line.split("\t")
            if cells[0] == "setting":
                seal += line + "\n"
            elif cells[0] in kinds:
                seal += f"{cells[0]}\t{cells[4]}\t{cells[1]}\n"
        lines[5] = "run\t" + hashlib.sha256(seal.encode()).hexdigest()
        self.put("nights/2024-03-06-2", "\n".join(lines).encode())
        said = self.found("nights/2024-03-06-2: is not part of the chain")
        self.assertEqual(len(said.splitlines()), 1, said)
        (self.archive / "nights/2024-03-06-2").unlink()
        lines[1] = "night\t2024-03-08\t1"
        seal = seal.replace("2024-03-06\t2", "2024-03-08\t1", 1)
        lines[5] = "run\t" + hashlib.sha256(seal.encode()).hexdigest()
        self.put("nights/2024-03-08-1", "\n".join(lines).encode())
        self.found("nights/2024-03-08-1: has no commit mark")

    def test_verify__nights_in_another_order(self):
        for one, other in ((0, 1), (1, 2), (2, 3), (0, 3)):
            one, other = self.nights[one], self.nights[other]
            self.put(one, self.files[other])
            self.put(other, self.files[one])
            self.found(one, other)
            self.put(one, self.files[one])
            self.put(other, self.files[other])

    def test_verify__one_night_alone(self):
        statement = next(line for line in self.files[self.nights[0]].decode().splitlines()
                         if line.startswith("statement\t") and "POSREKON" in line)
        digest = statement.split("\t")[1]
        self.put(f"objects/{digest[:2]}/{digest[2:]}.zst", b"")
        self.assertEqual(self.verify("--date", THIRD)[0], 0)
        self.assertEqual(self.verify("--date", DAY)[0], 7)

    def test_verify__modes(self):
        """Statements hold payers' names: nobody else may read them."""
        wide = [f"{name} {mode:o}" for name, mode in self.modes.items()
                if mode != (0o700 if name in self.folders else 0o600)]
        self.assertEqual(wide, [])
        self.assertGreater(len(self.folders), 20)


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1].isdigit():
        POSITIONS = int(sys.argv.pop())
    unittest.main()
