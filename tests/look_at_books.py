#!/usr/bin/python3
"""Opens workbooks as the people who get them do, and checks what they would see.

    tests/look_at_books.py FOLDER [MAX]

Every .xlsx below FOLDER (at most MAX of them, evenly chosen) is opened with openpyxl, and recalculated
by LibreOffice: each formula's stored value must be the recalculated one, texts must not begin like
formulas, and every sheet must print on A4, one page wide, with its head in view. Says what
differs, one a line; exit 1 then. Every line of control must be nil, and a
figure that links to a list must count its rows.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import warnings

import openpyxl
from openpyxl.utils import get_column_letter

RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def find_books(folder, most):
    books = sorted(
        os.path.join(where, name)
        for where, _, names in os.walk(folder)
        for name in names
        if name.endswith(".xlsx")
    )
    if most and len(books) > most:
        books = [books[i * len(books) // most] for i in range(most)]
    return books


def recalculate(books, folder):
    """Saves each book again by LibreOffice, which works every formula out anew."""
    profile = os.path.join(folder, "profile")
    os.makedirs(os.path.join(profile, "user"))
    os.makedirs(os.path.join(folder, "in"))
    with open(os.path.join(profile, "user", "registrymodifications.xcu"), "w") as file:
        file.write(RECALCULATE)
    copies = []
    for number, book in enumerate(books):
        copies.append(os.path.join(folder, "in", "%04d.xlsx" % number))
        shutil.copyfile(book, copies[-1])
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        sys.exit("look_at_books: LibreOffice is not installed")
    subprocess.run(
        [office, "-env:UserInstallation=file://" + profile, "--headless", "--convert-to", "xlsx",
         "--outdir", os.path.join(folder, "out")] + copies,
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
    return [os.path.join(folder, "out", os.path.basename(copy)) for copy in copies]


def same(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))
    return a == b


LEAST_POINTS = 7  # of texts of 9 points on a sheet that is scaled to a page's width


def printed_points(sheet):
    """What is left of 9 points when the columns are as wide as the page between its margins."""
    pixels = sum(round(sheet.column_dimensions[get_column_letter(c + 1)].width * 7) for c in range(sheet.max_column))
    across = 1045 if sheet.page_setup.orientation == "landscape" else 710
    return 9 * min(1, across / pixels)


def look_at_sheet(sheet):
    faults = []
    set_up, properties = sheet.page_setup, sheet.sheet_properties.pageSetUpPr
    if set_up.orientation not in ("landscape", "portrait") or int(set_up.paperSize or 0) != 9:
        faults.append("does not print on A4")
    if not properties or not properties.fitToPage or set_up.fitToWidth not in (1, None):
        faults.append("does not fit one page wide")
    points = printed_points(sheet)
    if points < LEAST_POINTS:
        faults.append("prints its texts at %.1f points" % points)
    if "&P" not in (sheet.oddFooter.center.text or ""):
        faults.append("has no page number in its footer")
    if not sheet.freeze_panes:
        faults.append("does not keep its head in view")
    if not sheet.print_title_rows:
        faults.append("does not repeat its head on each page")
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "s" and cell.value[:1] in ("=", "+", "-", "@", "\t", "\r"):
                faults.append("%s begins like a formula: %r" % (cell.coordinate, cell.value[:40]))
    return faults


LINKS = []  # that were followed


def check_sums(book):
    """Every line of control says that nothing is left (roll-forward, offices against the nation, lists against
    the summary), and each figure that links to a list counts its rows."""
    faults = []
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            if isinstance(row[0], str) and row[0].startswith(("Kontrol", "Check")):
                left = [value for value in row[1:] if value not in (None, 0)]
                faults += ["%s: %s leaves %s" % (sheet.title, row[0], left)] if left else []
        for row in sheet.iter_rows():
            for cell in row:
                target = cell.hyperlink.location if cell.hyperlink else None
                if target:
                    faults += check_link(book, sheet, cell, target)
    return faults


def check_link(book, sheet, cell, target):
    """The row's first count is the number of rows of its kind in the list."""
    LINKS.append(target)
    name, place = target.rsplit("!", 1)
    listed = book[name.strip("'").replace("''", "'")]
    first = int("".join(c for c in place if c.isdigit()))
    kind = sheet.cell(cell.row, 1).value
    heads = [c.value for c in listed[first_head(listed, first)]]
    column = heads.index("Jenis" if "Jenis" in heads else "Kind")
    found = sum(1 for row in listed.iter_rows(min_row=first_head(listed, first) + 1, values_only=True)
                if row[column] == kind)
    counts = [c.value for c in sheet[cell.row][1:cell.column - 1] if isinstance(c.value, (int, float))]
    if listed.cell(first, column + 1).value != kind:
        return ["%s!%s leads to %r" % (sheet.title, cell.coordinate, listed.cell(first, column + 1).value)]
    if found not in counts:
        return ["%s!%s: %s has %d rows of %r, the figure is one of %s"
                % (sheet.title, cell.coordinate, listed.title, found, kind, counts)]
    return []


def first_head(sheet, row):
    while sheet.cell(row, 1).value != "No.":
        row -= 1
    return row


def look_at(book, again):
    """Faults of one book, and how many formulas were compared."""
    faults, formulas = [], 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        written = openpyxl.load_workbook(book)
        stored = openpyxl.load_workbook(book, data_only=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        worked_out = openpyxl.load_workbook(again, data_only=True)
    if written.sheetnames != worked_out.sheetnames:
        faults.append("LibreOffice sees other sheets: %s" % worked_out.sheetnames)
        return faults, formulas
    faults += check_sums(stored)
    for sheet in written:
        faults += ["%s %s" % (sheet.title, fault) for fault in look_at_sheet(sheet)]
        for row in sheet.iter_rows():
            for cell in row:
                a = stored[sheet.title][cell.coordinate].value
                b = worked_out[sheet.title][cell.coordinate].value
                formulas += cell.data_type == "f"
                if not same(a, b):
                    faults.append("%s!%s holds %r, LibreOffice says %r"
                                  % (sheet.title, cell.coordinate, a, b))
    return faults, formulas


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    books = find_books(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 0)
    if not books:
        sys.exit("look_at_books: no workbook below " + sys.argv[1])
    folder = tempfile.mkdtemp(prefix="look-at-books-")
    fault_count = formula_count = 0
    try:
        for book, again in zip(books, recalculate(books, folder)):
            name = os.path.relpath(book, sys.argv[1])
            if not os.path.exists(again):
                print("%s: LibreOffice cannot open it" % name)
                fault_count += 1
                continue
            faults, formulas = look_at(book, again)
            formula_count += formulas
            fault_count += len(faults)
            for fault in faults:
                print("%s: %s" % (name, fault))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("look_at_books: books=%d formulas=%d links=%d faults=%d"
          % (len(books), formula_count, len(LINKS), fault_count))
    if formula_count == 0:
        sys.exit("look_at_books: no formula was compared")
    sys.exit(1 if fault_count else 0)


if __name__ == "__main__":
    main()
