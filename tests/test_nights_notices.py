#!/usr/bin/python3
"""What the booking system is given to tell applicants: once each, in the table and in the file of the night."""

import csv
import os
import subprocess
import sys
from collections import Counter

from nights_kit import DAY, NEXT, REKON, Nights, application, code, main, paid


class Notices(Nights):
    def told(self, site, night=None):
        """(kind, application) of the table, of one night or of all."""
        where = f"WHERE r.night || '-' || r.number = '{night}'" if night else ""
        return sorted(site.sql(f"SELECT n.kind, n.application_id FROM rekon.notice n "
                               f"JOIN rekon.run r USING (run) {where}"))

    def file(self, site, night):
        path = site.output / f"pemberitahuan/pemberitahuan-{night}.csv"
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def site_with_outages(self, **settings):
        def write(folder):
            (folder / "outages.yaml").write_text("[]\n", encoding="utf-8")
        return self.site(rules=write, **settings)

    def play(self, site):
        """The first night: one of each but `reinstated` and `outage`."""
        site.applications(*(application(name, code(i), "08:00") for i, name in
                            enumerate(("lapses", "pays-late", "pays-less", "pays-twice", "pays", "spared"), 1)))
        site.quiet(DAY, {"pos": [paid("10:00:01", code(2), 350000), paid("09:00:00", code(3), 100000),
                                 paid("09:00:00", code(4), 350000), paid("09:00:00", code(5), 350000)],
                         "indomaret": [paid("09:30:00", code(4), 350000)]})

    FIRST = [("duplicate", "pays-twice"), ("lapsed", "lapses"), ("lapsed", "spared"), ("paid_late", "pays-late"),
             ("underpaid", "pays-less")]

    def test_each_kind_once(self):
        site = self.site_with_outages()
        self.play(site)
        site.run(DAY, 0)
        self.assertEqual(self.told(site), self.FIRST)
        rows = self.file(site, f"{DAY}-1")
        self.assertEqual(sorted((row["kind"], row["application_id"]) for row in rows), self.FIRST)
        late = next(row for row in rows if row["kind"] == "paid_late")
        self.assertEqual({key: late[key] for key in ("office", "billing_code", "amount_due", "amount_paid", "deadline")},
                         {"office": "palembang", "billing_code": code(2), "amount_due": "350000",
                          "amount_paid": "350000", "deadline": f"{DAY}T10:00:00+07:00"})
        self.assertIn(f"kode billing {code(2)} diterima setelah batas waktu", late["text"])
        self.assertEqual(sorted(row["notice_id"] for row in rows),
                         [row[0] for row in site.sql('SELECT id FROM rekon.notice ORDER BY id COLLATE "C"')])
        # an outage is written down, and a statement comes late
        (site.folder / "rules/outages.yaml").write_text(
            f"- {{outage: pusat, from: '{DAY} 09:00', until: '{NEXT} 23:30'}}\n", encoding="utf-8")
        site.quiet(NEXT, {"pos": [paid(f"{DAY} 09:10:00", code(1), 350000)]})
        site.run(NEXT, 0)
        self.assertEqual(self.told(site, f"{NEXT}-1"), [("outage", "spared"), ("reinstated", "lapses")])
        # nothing new is told again
        site.quiet("2024-03-07")
        site.run("2024-03-07", 0)
        self.assertEqual(self.told(site, "2024-03-07-1"), [("lapsed", "spared")])
        self.assertFalse((site.output / "pemberitahuan/pemberitahuan-2024-03-08-1.csv").exists())

    def test_in_english(self):
        site = self.site(settings=["language: en"])
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        self.assertIn(f"Your application with billing code {code(1)} has lapsed", self.file(site, f"{DAY}-1")[0]["text"])

    def run_with(self, site, **settings):
        return subprocess.run([REKON, "run", "--date", DAY, "--config", str(site.config)], check=False,
                              capture_output=True, env={**os.environ, **settings}).returncode

    def test_killed_on_the_way_and_run_again(self):
        """While the rows are copied, around the commit, as the last file comes out and as that is noted."""
        site = self.site_with_outages(name="undisturbed")
        self.play(site)
        log = site.folder / "points"
        self.assertEqual(self.run_with(site, REKON_FAILPOINT_LOG=str(log)), 0)
        points = Counter(log.read_text(encoding="utf-8").split())
        wanted = [point for point in points if point.startswith(("sql.notice", "sql.commit"))]
        wanted += ["workbook.half", "workbook.renamed", "published.renamed"]
        self.assertGreater(len(wanted), 5)
        for number, point in enumerate(wanted):
            site = self.site_with_outages(name=f"killed_{number}")
            self.play(site)
            self.assertEqual(self.run_with(site, REKON_FAILPOINT=f"{point}:{points[point]}"), -9, point)
            site.run(DAY, 0)
            self.assertEqual(self.told(site), self.FIRST, point)
            self.assertEqual(sorted((row["kind"], row["application_id"])
                                    for row in self.file(site, f"{DAY}-1")), self.FIRST, point)
            site.close()
        self.sites = self.sites[:1]


if __name__ == "__main__":
    main(sys.modules["__main__"])
