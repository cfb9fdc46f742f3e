#!/usr/bin/python3
"""test_nights_year: many nights in a row with late, corrected, overlapping and reversed statements and with
decisions; each is made again from the archive alone, to the same bytes.

    test_nights_year.py          a month
    test_nights_year.py 365      a year (make check-year)
"""

import datetime
import os
import random
import subprocess
import sys
import time
import unittest

import nights_kit as kit
from nights_kit import application, decision, decisions, paid

NIGHTS = 24
START = datetime.date(2024, 3, 5)
# Without sanitizers: hundreds of nights. The other suites run nights under them.
kit.REKON = os.environ.get("REKON", str(kit.ROOT / "build/rekon"))


def shown(day):
    return day.isoformat()


class Office:
    """A small office that has a bad year. What happens is drawn once, by a seed."""

    def __init__(self, site, seed):
        self.site, self.chance, self.made, self.balance = site, random.Random(seed), 0, 10_000_000
        self.late, self.credits, self.decided, self.counts = [], [], set(), {}

    def note(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def code(self):
        self.made += 1
        return f"8202403{self.made * 1237 % 10**8:08}"

    def pay(self, day, rows):
        """Applications of the day and their payments: most right, some wrong in each way."""
        applications = []
        for _ in range(self.chance.randrange(3, 7)):
            code, hour = self.code(), self.chance.randrange(1, 20)
            applications.append(application(f"P-{self.made:05}", code, f"{hour:02}:00", day=shown(day),
                                            office=self.chance.choice(("palembang", "jayapura"))))
            how = self.chance.random()
            channel = self.chance.choice(("indomaret", "pos", "tokopedia", "bca"))
            row = paid(f"{hour + 1:02}:10:00", code, 350000)
            if how < 0.15:
                continue  # never paid
            if how < 0.25:
                row["amount"] = 350000 + self.chance.choice((-1000, 1000))
            elif how < 0.32:
                row["code"] = code[:-1] + str((int(code[-1]) + 1) % 10)
            elif how < 0.38:
                row["when"] = f"{min(hour + 4, 23):02}:10:00"
            rows[channel].append(row)
            if how > 0.93:
                rows[self.chance.choice(("indomaret", "pos"))].append(dict(row))
        self.site.applications(*applications)

    def reverse(self, rows):
        """The bank takes back a payment, of that day or of an earlier one."""
        self.credits += [row for row in rows["bca"] if row.get("direction") != "DB"]
        if self.credits and self.chance.random() < 0.4:
            taken = self.credits.pop(self.chance.randrange(len(self.credits)))
            rows["bca"].append(dict(taken, when="22:00:00", direction="DB",
                                    narrative=f"KOREKSI SETORAN {taken['code']} BATAL"))
            self.note("reversed")

    def deliver(self, day, rows):
        """Each channel's file: in time, days late, with wrong totals first, or twice with more rows."""
        for channel, own in rows.items():
            how = self.chance.random()
            if channel == "bca":
                self.bca(day, own, how)
            elif how < 0.06:
                self.late.append((day + datetime.timedelta(self.chance.randrange(1, 4)), channel, day, own))
                self.note("late")
            elif how < 0.10 and channel == "indomaret":
                self.site.deliver(channel, shown(day), own, total=1)  # set aside; the right one comes later
                self.late.append((day + datetime.timedelta(1), channel, day, own))
                self.note("corrected")
            else:
                self.site.deliver(channel, shown(day), own)

    def bca(self, day, rows, how):
        """An overlap: the morning's download first, the whole day the next night."""
        opening = self.balance
        self.balance += sum(-row["amount"] if row.get("direction") == "DB" else row["amount"] for row in rows)
        if how < 0.2 and len(rows) > 1:
            self.site.deliver("bca", shown(day), rows[:1], opening=opening)
            self.late.append((day + datetime.timedelta(1), "bca", day, (rows, opening)))
            self.note("overlapping")
        else:
            self.site.deliver("bca", shown(day), rows, opening=opening)

    def send_late(self, day):
        for due, channel, of, rows in [late for late in self.late if late[0] <= day]:
            if channel == "bca":
                self.site.deliver("bca", shown(of), rows[0], opening=rows[1])
            else:
                self.site.deliver(channel, shown(of), rows)
        self.late = [late for late in self.late if late[0] > day]

    def decide(self, day):
        """Now and then somebody works the open cases off."""
        if self.chance.random() > 0.25:
            return
        rows = []
        for case, (kind, status) in sorted(self.site.cases().items()):
            if status != "closed" and case not in self.decided and len(rows) < 3:
                rows.append(decision(f"D-{len(self.decided) + 1}", "ignore" if kind == "unidentified" else "resolve",
                                     case))
                self.decided.add(case)
        if rows:
            self.site.put(f"decisions-{shown(day)}.csv", decisions(*rows))
            self.note("decisions")

    def night(self, day):
        rows = {channel: [] for channel in kit.CHANNELS}
        self.pay(day, rows)
        self.reverse(rows)
        self.deliver(day, rows)
        self.send_late(day)
        self.decide(day)
        ran = self.site.command("run", "--date", shown(day))
        assert ran.code in (0, 1) and "committed=yes" in ran.last, ran.out + ran.err


class Year(unittest.TestCase):
    def test_year(self):
        site = kit.Site("year", start=shown(START))
        self.addCleanup(site.close)
        site.patience = max(120, 20 * NIGHTS)
        office, began = Office(site, 11), time.monotonic()
        for n in range(NIGHTS):
            office.night(START + datetime.timedelta(n))
        first = time.monotonic() - began
        wanted = {"late", "corrected", "overlapping", "reversed", "decisions"}
        self.assertEqual(set(office.counts), wanted, "the year lacks something")
        outcomes = dict(site.sql("SELECT outcome, count(*) FROM rekon.outcome GROUP BY 1"))
        self.assertLessEqual({"matched", "late", "suggested", "duplicate", "reversed"}, set(outcomes), outcomes)
        changed = int(site.sql("SELECT count(*) FROM rekon.outcome WHERE before <> ''")[0][0])
        self.assertGreater(changed, NIGHTS // 10)

        self.assertIn(f"{NIGHTS} nights", site.command("verify", code=0).out)
        # the archive alone: no database, no inbox, no output
        for folder in ("inbox", "output"):
            (site.folder / folder).rename(site.folder / f"{folder}-away")
        config = site.folder / "auditor.yaml"
        config.write_text("\n".join(line if not line.startswith("database:") else "database: host=/nowhere"
                                    for line in site.config.read_text().splitlines()) + "\n")
        seconds = {}
        for threads in (1, 2):
            began = time.monotonic()
            done = subprocess.run([kit.REKON, "rerun", "--from", shown(START), "--to",
                                   shown(START + datetime.timedelta(NIGHTS)), "--threads", str(threads),
                                   "--config", str(config)], capture_output=True, text=True, check=False)
            seconds[threads] = time.monotonic() - began
            said = done.stdout.splitlines()
            self.assertEqual((done.returncode, [line for line in said if ": identical (" not in line]), (0, []),
                             done.stderr)
            self.assertEqual(len(said), NIGHTS)
        print(f"{NIGHTS} nights {first:.1f} s, all again {seconds[1]:.1f} s, two at once {seconds[2]:.1f} s; "
              f"{office.counts}, {outcomes}, {changed} outcomes changed", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1].isdigit():
        NIGHTS = int(sys.argv.pop())
    unittest.main()
