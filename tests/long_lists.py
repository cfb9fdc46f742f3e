#!/usr/bin/python3
"""long_lists: lists longer than a sheet, and what they take: part of `make check-books`.

An office with 1,100,000 entries on one day (and 50,001 beside it, for the memory) goes through `rekon match`. The
list must fill a sheet of 1,048,576 rows and go on in the next one, every row once, each sheet with its own heads,
totals and filter. Peak memory is that of the program; of it, what the books add is told apart.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REKON = os.environ.get("REKON") or str(ROOT / "build/rekon")
SHEET_ROWS = 1048576
REPORT = """workbook: panjang
title: {id: DAFTAR PANJANG, en: LONG LIST}
per: office
period: month
due: on_request
file: '{office}/panjang-{period}.xlsx'
sheets:
  - sheet: {id: Penerimaan, en: Receipts}
    list: entries
    not: {outcome: [ignored]}
    columns: ['no', paid, booked_on, channel, billing_code, reference, application, service, validity, due, received, outcome]
    total: yes
"""


def make_inputs(folder, count):
    """`count` applications of one office, each paid at a minimarket on the same day."""
    with open(folder / "applications.csv", "w", encoding="utf-8") as rows:
        rows.write("application_id,office,service,billing_code,amount_due,submitted_at,validity\n")
        for i in range(count):
            rows.write(f"P-{i:08},palembang,paspor-biasa,82024{i:010},350000,"
                       f"2024-03-05T{8 + i % 8:02}:{i // 8 % 60:02}:00+07:00,5\n")
    with open(folder / "IDMREKON_20240305.txt", "w", encoding="utf-8") as lines:
        lines.write("H|REKON|20240305\n")
        for i in range(count):
            lines.write(f"D|T0412|20240305|{8 + i % 8:02}{i // 8 % 60:02}30|82024{i:010}|350000|2500|{i:08}|00\n")
        lines.write(f"T|{count}|{350000 * count}\n")


def settings(folder):
    reports = folder / "reports"
    reports.mkdir()
    shutil.copyfile(ROOT / "reports/measures.yaml", reports / "measures.yaml")
    (reports / "panjang.yaml").write_text(REPORT)
    places = {"rules": ROOT / "rules", "reports": reports}
    config = folder / "rekon.yaml"
    config.write_text("\n".join(f"{key}: {places[key]}" if (key := line.split(":")[0]) in places else line
                                for line in (ROOT / "rekon.yaml").read_text().splitlines()) + "\n")
    return config


def run(folder, config, write):
    """Peak memory in MiB and seconds of a run that writes this."""
    done = subprocess.run(["/usr/bin/time", "-f", "%M %e", REKON, "match", "--config", config, "--threads", "2",
                           "--applications", folder / "applications.csv", "--statements",
                           folder / "IDMREKON_20240305.txt", "--write", write, "--period", "2024-03",
                           "--report", "panjang", "--out", folder / write], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"long_lists: {done.stderr}")
    kilobytes, seconds = done.stderr.split()[-2:]
    return int(kilobytes) / 1024, float(seconds)


def look(book, count):
    """Rows, sheet by sheet; a stream, so that no row is held."""
    first, listed = 9, 0
    with zipfile.ZipFile(book) as parts:
        names = re.findall(r'<sheet name="([^"]*)"', parts.read("xl/workbook.xml").decode())
        most = SHEET_ROWS - first + 1
        wanted = [min(most, count - done) for done in range(0, count, most)]
        assert names == [f"Penerimaan ({i + 1})" if i else "Penerimaan" for i in range(len(wanted))], names
        for i, rows in enumerate(wanted):
            last, tail, found = first + rows - 1, b"", 0
            with parts.open(f"xl/worksheets/sheet{i + 1}.xml") as sheet:
                while piece := sheet.read(1 << 20):
                    found += (tail[-200:] + piece).count(b"<row r=") - tail[-200:].count(b"<row r=")
                    tail = (tail + piece)[-4000:]
            # one row of the head is empty; the line of control stands where all is on one sheet
            assert found == last - 1 - (len(wanted) > 1), (found, last)
            assert f'<autoFilter ref="A8:L{last}"'.encode() in tail, tail
            listed += rows
    assert listed == count
    return len(wanted)


def main():
    for count in (50001, 1100000):
        folder = Path(tempfile.mkdtemp(prefix="long-lists-"))
        make_inputs(folder, count)
        config = settings(folder)
        bare, _ = run(folder, config, "summary")
        peak, seconds = run(folder, config, "workbooks")
        book = next((folder / "workbooks").rglob("panjang-*.xlsx"))
        sheets = look(book, count)
        print(f"rows={count} sheets={sheets} file={book.stat().st_size / 1e6:.1f} MB peak={peak:.0f} MiB "
              f"(without books {bare:.0f} MiB) seconds={seconds:.1f} rows/s={count / seconds:.0f}")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
