#!/usr/bin/python3
"""test_languages: what an Indonesian and an English book of the same data have in common are names, codes and files:
no word of one language stands in the other's cells, sheet names, footers or charts."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
import warnings
import zipfile
from pathlib import Path

import openpyxl
import yaml

ROOT = Path(__file__).resolve().parent.parent
REKON = os.environ.get("REKON") or str(ROOT / "build/rekon")
GENERATE = os.environ.get("REKON_GENERATE") or str(ROOT / "build/fixtures/generate")

# The treasury's and the trade's own words, and those that both languages write alike.
SHARED = set("""total final run status normal match partial unmatch verdict satker pnbp sha no id rp nik ntpn splp umrah
    slot hotline billing program subtotal target inv mpl pos paspor data april juni m pp utc wib wita wit per up in internet kartu indonesia
    yaml csv txt xlsx channels reports rules""".split())


def words(text):
    """Words of letters alone; codes, digests and names of files are none."""
    parts = re.split(r"[\s/·|(),;:=+\u2013\u2212%]+", text)
    return {word.lower() for part in parts if not re.search(r"[0-9_.@]", part.strip("."))
            for word in re.findall(r"[A-Za-z]{2,}", part)}


def names():
    """What the rules call things that have one name."""
    found = set()
    for row in yaml.safe_load((ROOT / "rules/offices.yaml").read_text()):
        found |= words(" ".join(str(value) for value in row.values()))
    for path in (ROOT / "rules/channels").glob("*.yaml"):
        channel = yaml.safe_load(path.read_text())
        found |= words(f"{channel['channel']} {channel.get('label', '')}")
    for path in [*(ROOT / "rules").rglob("*.yaml"), *(ROOT / "reports").glob("*.yaml")]:
        found |= words(path.stem)
    return found


def texts(path):
    """{text: where} of a book: cells, names of sheets, footers, and what charts say."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    for sheet in book:
        found[sheet.title] = f"{path.name}: name of a sheet"
        found[re.sub("&[LCRPN]|&[0-9]+", " ", sheet.oddFooter.center.text or "")] = f"{path.name}!{sheet.title}: footer"
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and not cell.value.startswith("="):
                    found.setdefault(cell.value, f"{path.name}!{sheet.title}!{cell.coordinate}")
    with zipfile.ZipFile(path) as package:
        for part in package.namelist():
            if "/charts/" in part or "/drawings/drawing" in part:
                xml = package.read(part).decode()
                for text in re.findall(r"<a:t>([^<]*)</a:t>|descr=\"([^\"]*)\"", xml):
                    found.setdefault(" ".join(text), f"{path.name}: {part}")
    return found


class Languages(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="languages-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        generated = cls.folder / "generated"
        subprocess.run([GENERATE, "--seed", "11", "--applications", "400", "--nights", "3", "--start", "2024-03-04",
                        "--offices", "palembang,jayapura", "--noise", "demo", "--out", generated], check=True,
                       stdout=subprocess.DEVNULL)
        statements = sorted(path for path in (generated / "inbox").rglob("*") if path.is_file())
        cls.books = {}
        for language in ("id", "en"):
            config = cls.folder / f"{language}.yaml"
            text = re.sub("^language: .*", f"language: {language}", (ROOT / "rekon.yaml").read_text(), flags=re.M)
            text = re.sub("^(rules|reports): .*", lambda found: f"{found[1]}: {ROOT / found[1]}", text, flags=re.M)
            config.write_text(text)
            for i, words_of_run in enumerate(([], ["--period", "2024-Q1", "--report", "penerimaan"],
                                              ["--period", "2024-W10", "--report", "selisih"])):
                out = cls.folder / f"{language}-{i}"
                done = subprocess.run([REKON, "match", "--config", config, "--applications",
                                       generated / "applications.csv", "--write", "workbooks", *words_of_run, "--out",
                                       out, "--statements", *statements], capture_output=True, text=True, check=False)
                if done.returncode > 1:
                    raise AssertionError(done.stderr)
                for path in out.rglob("*.xlsx"):
                    if path.parent.name in ("palembang", "nasional"):
                        cls.books.setdefault(language, {})[f"{i}/{path.parent.name}/{path.name}"] = texts(path)

    def test_no_word_stands_in_both(self):
        self.assertEqual(set(self.books["id"]), set(self.books["en"]))
        self.assertGreaterEqual(len({name.split("/")[2].split("-")[0] for name in self.books["id"]}), 5)
        spoken = {language: {} for language in self.books}
        for language, books in self.books.items():
            for found in books.values():
                for text, where in found.items():
                    for word in words(text):
                        spoken[language].setdefault(word, f"{where}: {text[:80]}")
        self.assertGreater(len(spoken["id"]), 200)
        allowed = SHARED | names()
        both = {word: (spoken["id"][word], spoken["en"][word])
                for word in sorted(set(spoken["id"]) & set(spoken["en"]) - allowed)}
        self.assertEqual(both, {})


if __name__ == "__main__":
    unittest.main()
