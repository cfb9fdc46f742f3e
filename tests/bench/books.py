#!/usr/bin/python3
"""books: rows that rekon writes and verifies per second, beside libxlsxwriter alone with the same cells.

    books.py [--runs 3] [--rows 100000]

One list of every entry, of the nation and by office (tests/bench/reports), of the shared job's data; each book is
written, read back and compared. bare_book.c then writes the cells of the longest sheets with libxlsxwriter and does
nothing else. Both in turn; then the books of all offices by one thread and by two.
"""

import argparse
import re
import shutil
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

sys.dont_write_bytecode = True
import kit  # noqa: E402
import shared  # noqa: E402

NAME = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PERIOD = "2026-09-01..2026-10-31"
BAR = 0.6


def texts_of(book):
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    with book.open("xl/sharedStrings.xml") as file:
        return ["".join(text.text or "" for text in item.iter(f"{NAME}t"))
                for item in ElementTree.parse(file).getroot()]


def cells_of(path, out):
    """The cells of a book's longest sheet, as bare_book reads them; the number of rows."""
    with zipfile.ZipFile(path) as book, open(out, "w", encoding="utf-8") as file:
        sheets = [info for info in book.infolist() if re.match(r"xl/worksheets/sheet\d+\.xml$", info.filename)]
        texts, rows = texts_of(book), 0
        with book.open(max(sheets, key=lambda info: info.file_size)) as sheet:
            for _, row in ElementTree.iterparse(sheet):
                if row.tag != f"{NAME}row":
                    continue
                file.write("\t".join(cell_text(cell, texts) for cell in row) + "\n")
                rows += 1
                row.clear()
    return rows


def cell_text(cell, texts):
    value, inline = cell.find(f"{NAME}v"), cell.find(f"{NAME}is")
    style, kind = cell.get("s", "0"), cell.get("t", "n")
    if inline is not None:
        return f"{style}s" + clean("".join(text.text or "" for text in inline.iter(f"{NAME}t")))
    if value is None or value.text is None:
        return ""
    if kind == "s":
        return f"{style}s" + clean(texts[int(value.text)])
    return f"{style}s{clean(value.text)}" if kind == "str" else f"{style}n{value.text}"


def clean(text):
    return text.replace("\t", " ").replace("\n", " ")


def rekon(folder, out, report, reports, threads):
    took = kit.run([kit.REKON, "match", "--config", kit.ROOT / "rekon.yaml", "--rules", kit.BENCH / "rules",
                    "--reports", reports, "--applications", folder / "rekon.csv", "--statements",
                    *(folder / name for name in shared.STATEMENTS), "--out", out, "--write", "workbooks",
                    "--period", PERIOD, "--report", report, "--threads", str(threads)])
    return kit.stage_ms([took], "report") / 1000


def median(values):
    return sorted(values)[len(values) // 2]


def told(what, mine, bare, rows):
    ratio = rows / mine / (rows / bare)
    print(f"  {what}: rekon {rows / mine:>9,.0f} rows/s written, read back and compared; libxlsxwriter alone "
          f"{rows / bare:>9,.0f} rows/s; {ratio:.2f} of it (the bar is {BAR})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rows", type=int, default=100000)
    given = parser.parse_args()
    folder, out = shared.files_of(given.rows, 42), kit.WORK / "books"
    shared.for_rekon(folder)
    shutil.rmtree(out, ignore_errors=True)
    reports = out / "reports"
    reports.mkdir(parents=True)
    for path in (kit.BENCH / "reports").iterdir():
        shutil.copy(path, reports)
    shutil.copy(kit.ROOT / "reports" / "measures.yaml", reports)
    bare = kit.compiled("bare_book.c", "-lxlsxwriter")
    print(f"books of {given.rows:,} entries, ten columns, {given.runs} runs each, medians:")
    for report, what, mode in (("senarai", "one book of all", "constant"), ("senarai-kantor", "a book an office", "whole")):
        mine, alone, rows = [], [], 0
        for run in range(given.runs):
            mine.append(rekon(folder, out / "rekon", report, reports, 1))
            paths = sorted((out / "rekon").rglob("*.xlsx"))
            if run == 0:
                rows = sum(cells_of(path, out / f"{number}.cells") for number, path in enumerate(paths))
            spent = 0.0
            for number in range(len(paths)):
                done = subprocess.run([bare, out / f"{number}.cells", out / "bare.xlsx", mode], check=True, text=True,
                                      stdout=subprocess.PIPE)
                spent += float(done.stdout.split()[0])
            alone.append(spent)
            shutil.rmtree(out / "rekon")
        told(f"{what:<16} ({len(paths)} of them, one thread)", median(mine), median(alone), rows)
    one, two = [], []
    for _ in range(given.runs):
        for threads, times in ((1, one), (2, two)):
            times.append(rekon(folder, out / "rekon", "senarai-kantor", reports, threads))
            shutil.rmtree(out / "rekon")
    print(f"  the books of all offices by one thread {median(one):.2f} s, by two {median(two):.2f} s: "
          f"{median(one) / median(two):.2f} times")


if __name__ == "__main__":
    main()
