#!/usr/bin/python3
"""job: the shared benchmark job, plain and slow, and rekon's summary in its words.

    job.py FOLDER              the result of the job over FOLDER (see README.md), on stdout
    job.py --of SUMMARY.csv    what rekon wrote, in the classes of the job
"""

import csv
import re
import sys
from collections import defaultdict
from datetime import datetime

CODE = re.compile(r"(?<!\d)8\d{14}(?!\d)", re.ASCII)
CHANNELS = ("bank", "marketplace", "post", "minimarket")
WINDOW = 72 * 3600
CLASSES = {"unidentified": "unknown", "underpaid": "amount_mismatch", "overpaid": "amount_mismatch"}


def seconds(text):
    """"2026-09-17T15:41:09" as a number; all times of the job are +07:00."""
    return int((datetime.fromisoformat(text[:19]) - datetime(1970, 1, 1)).total_seconds())


def rupiah(text):
    return int(text.replace(",", "").split(".")[0])


def rows(path, **how):
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.reader(file, **how)


def lines(folder):
    """(code, time, channel, amount) of every line; the code is "" where there is none."""
    for row in list(rows(f"{folder}/bank.csv"))[1:]:
        day, month, year = row[0].split("/")
        found = CODE.search(row[4])
        yield found.group() if found else "", seconds(f"{year}-{month}-{day}T{row[1]}"), 0, rupiah(row[6])
    for row in list(rows(f"{folder}/marketplace.csv"))[1:]:
        yield row[2], seconds(row[5]), 1, rupiah(row[3]) + rupiah(row[4])
    with open(f"{folder}/post.txt", encoding="utf-8") as file:
        for line in file:
            at = line[6:20]
            yield line[20:35].strip(), seconds(f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[8:10]}:{at[10:12]}:{at[12:]}"), 2, \
                int(line[35:47])
    for row in rows(f"{folder}/minimarket.psv", delimiter="|"):
        if row[0] == "D":
            yield row[3], seconds(row[5]), 3, int(row[4])


def job(folder):
    table = rows(f"{folder}/applications.csv")
    next(table)
    applications = {row[2]: (row[1], int(row[4]), seconds(row[5])) for row in table}
    cells = defaultdict(lambda: [0, 0])
    paid = set()
    for code, at, channel, amount in sorted(lines(folder), key=lambda line: line[1:3]):
        office, due, uploaded = applications.get(code, ("-", 0, 0))
        if code not in applications:
            said = "unknown"
        elif code in paid:
            said = "duplicate"
        elif amount != due:
            said = "amount_mismatch"
        else:
            said = "matched" if uploaded <= at <= uploaded + WINDOW else "late"
        paid.add(code)
        cell = cells[office, CHANNELS[channel], said]
        cell[0] += 1
        cell[1] += amount
    return cells


def of_summary(path):
    cells = defaultdict(lambda: [0, 0])
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cell = cells[row["office"], row["channel"], CLASSES.get(row["outcome"], row["outcome"])]
            cell[0] += int(row["entries"])
            cell[1] += int(row["amount"])
    return cells


def main():
    cells = of_summary(sys.argv[2]) if sys.argv[1] == "--of" else job(sys.argv[1])
    print("office,channel,class,lines,amount")
    for key, (count, amount) in sorted(cells.items()):
        print(",".join(key), count, amount, sep=",")


if __name__ == "__main__":
    main()
