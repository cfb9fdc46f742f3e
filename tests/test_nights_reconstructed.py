#!/usr/bin/python3
"""test_nights_reconstructed: old files, run as nights after the fact. They say so, tell the booking system
nothing, and come to the figures of nights that ran then."""

import os
import sys
from datetime import datetime

import nights_kit as kit
from nights_kit import DAY, NEXT, THIRD, application, code, near, paid


class Reconstructed(kit.Nights):
    """Three old days, then a night of its own time."""

    APPLICATIONS = [application("P-1", code(1), "01:00"), application("P-2", code(2), "02:00"),
                    application("P-3", near(12345), "03:00"), application("P-4", code(4), "04:00", day=NEXT)]
    PUT = {DAY: {"indomaret": [paid("02:00:00", code(1), 350000)], "pos": [paid("04:00:00", near(12346), 350000)]},
           NEXT: {"indomaret": [paid("05:00:00", code(4), 350000)]},
           THIRD: {"pos": [paid(f"{DAY} 03:00:00", code(2), 350000)]}}  # evidence that came late

    def deliver(self, site, night):
        site.quiet(night, put=self.PUT[night])
        for path in site.inbox.iterdir():
            if kit.compact(night) in path.name:
                at = 1709679600 + 86400 * (int(night[-2:]) - 5)  # 06:00 of the morning behind the day, WIB
                os.utime(path, (at, at))

    def decide(self, site):
        """The mistyped code is taken for P-3, on the second morning."""
        site.put("decisions-2024-03-07.csv", kit.decisions(
            kit.decision("D-1", "match", self.entry, "P-3")).replace("2024-03-06T09", "2024-03-07T09"))

    def nightly(self):
        site = self.site("then")
        site.applications(*self.APPLICATIONS)
        for night in (DAY, NEXT, THIRD):
            self.deliver(site, night)
            if night == NEXT:
                self.entry = site.entries(near(12346))[0]
                self.decide(site)
            site.command("run", "--date", night)
        return site

    def test_reconstructed(self):
        then, site = self.nightly(), self.site("afterwards")
        site.applications(*self.APPLICATIONS)
        for night in (DAY, NEXT, THIRD):
            self.deliver(site, night)
        self.decide(site)
        self.assertIn("--reconstructed needs --from", site.command("run", "--reconstructed", code=2).err)
        site.command("run", "--from", DAY, "--to", THIRD, "--reconstructed")

        # the same figures, night by night
        self.assertEqual(site.outcomes(), then.outcomes())
        self.assertEqual(site.states(), then.states())
        self.assertEqual(site.states()["P-2"], "reinstated")
        self.assertEqual(site.states()["P-3"], "paid")
        for question in ("SELECT r.night, application_id, from_state, to_state FROM rekon.transition "
                         "JOIN rekon.run r USING (run) ORDER BY 1, 2",
                         "SELECT r.night, decision_id, effect FROM rekon.decision JOIN rekon.run r USING (run)"):
            self.assertEqual(site.sql(question), then.sql(question))
            self.assertGreater(len(site.sql(question)), 0)
        for night in (DAY, NEXT, THIRD):
            self.assertEqual(site.book(day=night).movements(), then.book(day=night).movements())

        # they say what they are, and when each file arrived
        for night in (DAY, NEXT, THIRD):
            manifest = (site.folder / f"archive/nights/{night}-1").read_text()
            self.assertIn("\nmode\treconstructed\n", manifest)
            arrived = [line.split("\t")[5] for line in manifest.splitlines()
                       if line.startswith("statement\t") and kit.compact(night) in line]
            self.assertEqual(set(arrived), {f"{night}T23:00:00+00:00"})
            self.assertIn("direkonstruksi dari berkas lama", site.book(day=night).sheets["Ringkasan"][2][0])
            self.assertIn("direkonstruksi dari berkas lama", site.book(day=night).text("Tentang"))
            self.assertNotIn("direkonstruksi", then.book(day=night).text("Tentang"))
            self.assertIn("\nmode\tnightly\n", (then.folder / f"archive/nights/{night}-1").read_text())

        # the booking system hears of nothing, now or later, and status does not ask for it
        self.assertEqual(site.sql("SELECT count(*) FROM rekon_source.applied"), [("0",)])
        self.assertGreater(int(then.sql("SELECT count(*) FROM rekon_source.applied")[0][0]), 3)
        site.applications(application("P-9", code(9), "01:00", day="2024-03-08"))
        site.quiet("2024-03-08")
        site.run("2024-03-08")
        self.assertIn("\nmode\tnightly\n", (site.folder / "archive/nights/2024-03-08-1").read_text())
        self.assertEqual(site.sql("SELECT application_id FROM rekon_source.applied"), [("P-9",)])
        self.assertNotIn("not confirmed", site.command("status").out)

    def test_a_list_of_arrivals(self):
        """Copies that no longer tell when the files arrived, and a list that does: by name and by digest."""
        site = self.site("arrivals")
        site.applications(*self.APPLICATIONS)
        for night in (DAY, NEXT):
            site.quiet(night, put=self.PUT[night])
        listed = {}
        lines = ["file,arrived_at"]
        for n, path in enumerate(sorted(site.inbox.iterdir())):
            name = path.name if n % 2 else kit.hashlib.sha256(path.read_bytes()).hexdigest()
            if path.name != kit.name_of("pos", NEXT):
                listed[path.name] = f"2024-03-{n + 6:02}T06:0{n}:00+07:00"
                lines.append(f"{name},{listed[path.name]}")
        table = site.folder / "arrivals.csv"
        words = ("run", "--from", DAY, "--to", NEXT, "--reconstructed", "--arrivals", table)

        # what is wrong with a list is named by its line, and nothing is run
        for text, line, why in (("file;arrived_at\n", 1, "begins with"), ("file,arrived_at\nX,soon\n", 2, "takes a time"),
                                ("file,arrived_at\nX\n", 2, "two cells"),
                                ("\n".join([*lines, lines[1]]), len(lines) + 1, "stands twice")):
            table.write_text(text)
            said = site.command(*words, code=3).err
            self.assertIn(f"arrivals.csv:{line}:1: ", said)
            self.assertIn(why, said)
        self.assertIn("goes with --reconstructed", site.command("run", "--date", DAY, "--arrivals", table, code=2).err)

        table.write_text("\n".join(lines) + "\n")
        ran = site.command(*words)
        self.assertIn(ran.code, (0, 1))
        self.assertIn(f"1 files are not in the list of arrivals ({kit.name_of('pos', NEXT)})", ran.err)
        told = {}
        for night in (DAY, NEXT):
            for line in (site.folder / f"archive/nights/{night}-1").read_text().splitlines():
                if line.startswith("statement\t"):
                    told[line.split("\t")[4]] = line.split("\t")[5]
        unlisted = told.pop(kit.name_of("pos", NEXT))
        self.assertNotIn("2024-03", unlisted)
        self.assertEqual({name: datetime.fromisoformat(at).timestamp() for name, at in told.items()},
                         {name: datetime.fromisoformat(at).timestamp() for name, at in listed.items()})


if __name__ == "__main__":
    kit.main(sys.modules[__name__])
