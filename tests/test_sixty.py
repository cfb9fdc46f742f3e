#!/usr/bin/python3
"""test_sixty: sixty nights of two offices with statements that come late, twice or wrong, second runs of a night,
and decisions. Each night's books, folded again as known after it, have the bytes that it published; each
revision says what the fold says; between what was known then and what is known now every figure has its cause,
and the money of the causes sums to the difference. NIGHTS=365 makes a year of it (make check-year)."""

import csv
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import GENERATE, Book, Nights, decision, decisions, main  # noqa: E402

COUNT = int(os.environ.get("NIGHTS", "60"))
START = "2024-03-04"


class Sixty(Nights):
    def play(self, site, chance):
        """All nights; half of what a night brings in one channel comes some nights later."""
        made = site.folder / "generated"
        subprocess.run([GENERATE, "--seed", "11", "--applications", str(12 * COUNT), "--nights", str(COUNT),
                        "--start", START, "--offices", "palembang,denpasar", "--noise", "demo", "--out", made],
                       check=True, capture_output=True)
        nights, later = sorted(path.name for path in (made / "inbox").iterdir()), []
        for i, night in enumerate(nights):
            site.command("import", "applications", made / f"applications-{night}.csv", code=0)
            again = []
            for path in sorted((made / "inbox" / night).iterdir()):
                draw = chance.random()
                if draw < 0.1:
                    later.append((i + chance.randint(1, 6), path))
                elif draw < 0.14:
                    again.append(path)
                else:
                    shutil.copy2(path, site.inbox)
            for when, path in [item for item in later if item[0] <= i]:
                shutil.copy2(path, site.inbox)
                later.remove((when, path))
            self.decide(site, night, chance)
            self.assertIn(site.run(night, None).code, (0, 1))
            for path in again:  # news of the same night: a second run
                shutil.copy2(path, site.inbox)
            if again:
                self.assertIn(site.run(night, None).code, (0, 1))
        return nights

    def decide(self, site, night, chance):
        entries = [row[0] for row in site.sql("SELECT DISTINCT entry FROM rekon.outcome ORDER BY entry")]
        if entries and chance.random() < 0.3:
            site.put(f"decisions-{night}.csv", decisions(
                decision(f"D-{night}", chance.choice(["unmatch", "ignore"]), chance.choice(entries))))

    def tearDown(self):
        """What every scenario ends with; the nights in one go, and a sample of the revisions."""
        for site in getattr(self, "sites", []):
            self.assertRegex(site.command("verify", code=0).out, "0 differences$|, 0 differences")
            nights = site.runs()
            again = site.command("rerun", "--from", nights[0][:10], "--to", nights[-1][:10], code=0)
            self.assertEqual(again.out.count("identical"), len(nights))
            self.assertEqual(site.asof_all(), [])
            self.assertEqual(site.revisions_all(most=20), [])

    def booked(self, path):
        """The total that was booked on the day, as a published national book says it."""
        return Book(path).receipts()["TOTAL"]["Dibukukan (Rp)"]

    def pairs(self, nights, chance):
        """A dozen of any two; in a year also each night and the last one: between then and now."""
        some = sorted(chance.sample(nights, min(12, len(nights))))
        pairs = [(night, chance.choice([other for other in nights if other >= night])) for night in some]
        return pairs + [(night, nights[-1]) for night in nights if COUNT > 60]

    def test_all_is_attributed(self):
        chance = random.Random(5)
        site = self.site(name="sixty", start=START)
        site.patience = max(120, 20 * COUNT)
        nights = self.play(site, chance)
        table = site.folder / "diff.csv"
        changed = 0
        for night, until in self.pairs(nights, chance):
            said = site.command("diff", night, until, "--office", "nasional", "--csv", table, code=0)
            self.assertRegex(said.out, r"remainder +Rp0 +0\n$")
            with open(table, encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            self.assertEqual([row for row in rows if not row["cause"]], [])
            total = [row for row in rows if row["sheet"] == "Ringkasan"
                     and row["figure"].endswith("TOTAL · Dibukukan (Rp) (=)")]
            folder = site.folder / "as-of"
            books = [site.command("report", "--period", night, "--as-of", known, "--office", "nasional",
                                  "--out", folder, code=0).last for known in (night, until)]
            self.assertEqual(round(sum(float(row["difference"]) for row in total), 2),
                             round(self.booked(books[1]) - self.booked(books[0]), 2), (night, until))
            changed += bool(rows)
        self.assertGreater(changed, 0)


if __name__ == "__main__":
    main(sys.modules["__main__"])
