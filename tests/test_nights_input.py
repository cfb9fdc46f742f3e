#!/usr/bin/python3
"""test_nights_input: whole nights with bad input and broken surroundings, and that the books tie out.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import (  # noqa: E402
    CHANNELS, DAY, GENERATE, LABELS, NEXT, ROOT, THIRD, Book, Nights, application, code, decision,
    decisions, main, paid)


LOCK = re.compile(r'LOCK_KEY "(.+)"')

class BadInput(Nights):
    def test_rejects_are_counted_with_their_reason(self):
        site = self.site()
        site.applications(application("read", code(1), "08:00"), application("broken", code(2), "08:00"),
                          application("other", code(3), "08:00"))
        site.quiet(DAY, {"indomaret": [paid("09:00:00", code(1), 350000), paid("25:61:00", code(2), 650000)]})
        site.run(DAY, 0)
        self.assertEqual(site.sql("SELECT name, fate, entries, rejects, amount FROM rekon.file WHERE channel = "
                                  "'indomaret'"), [("IDMREKON_20240305.txt", "accepted", "1", "1", "35000000")])
        self.assertEqual(site.states(), {"read": "paid", "other": "expired"})
        self.assertEqual(site.book().lapses(), {"broken": ("Ditahan", "Indomaret"),
                                                "other": ("Kedaluwarsa (diajukan)", None)})
        row = next(row for row in site.book("nasional").table("Tentang", "Berkas")
                   if row["Berkas"] == "IDMREKON_20240305.txt")
        self.assertEqual((row["Baris"], row["Ditolak"], row["Jumlah (Rp)"], row["Perlakuan"]),
                         (1, 1, 350000, "diterima"))
        # it holds over nights, until a person says that the file is right with it
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertNotIn("broken", site.states())
        digest = site.sql("SELECT digest FROM rekon.file WHERE rejects > 0")[0][0]
        site.put("decisions-1.csv", decisions(decision("D-1", "accept_file", digest)))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(site.effects()[0][2], "applied")
        self.assertEqual(site.states()["broken"], "expired")

    def test_a_reject_without_a_code_holds_its_channel(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"indomaret": [paid("25:61:00", "82024X", 350000)]})
        site.run(DAY, 0)
        for night in (NEXT, THIRD):
            site.quiet(night)
            site.run(night, 0)
            self.assertEqual(site.book(day=night).lapses(), {"P-1": ("Ditahan", "Indomaret")})

    def test_a_bank_file_that_breaks_its_balance(self):
        site = self.site()
        site.quiet(DAY, but=["bca"])
        site.deliver("bca", DAY, [paid("00:00:00", code(1), 350000)], closing=10_350_001)
        night = site.run(DAY, 1)
        self.assertEqual(len(night.warnings()), 1)
        self.assertRegex(night.warnings()[0], "^BCA_0123456789_20240305.csv: quarantined: .*10350001.*10350000|"
                                              "^BCA_0123456789_20240305.csv: quarantined: .*10350000.*10350001")
        self.assertEqual(site.outcomes(), {})
        self.assertEqual(site.book("nasional").status(), "SEMENTARA: 1 kanal belum lengkap")

    def test_applications_that_cannot_be_imported(self):
        site = self.site()
        good = application("P-1", code(1), "08:00")
        for changed, column in (({"amount_due": "35O000"}, "amount_due"), ({"submitted_at": "yesterday"}, "submitted_at"),
                                ({"billing_code": "8.2E+14"}, "billing_code"), ({"status": "gone"}, "status"),
                                ({"application_id": ""}, "application_id")):
            path = site.folder / "bad.csv"
            site.write_applications(path, [good, {**application("P-2", code(2), "08:00"), **changed}])
            ran = site.command("import", "applications", path)
            self.assertEqual(ran.code, 2)  # what the command names is wrong, not the disk
            self.assertRegex(ran.err, rf"bad\.csv:3:\d+")
            self.assertIn(column, ran.err)
        path.write_text("application_id,office\nP-1,palembang\n")
        ran = site.command("import", "applications", path)
        self.assertIn("service", ran.err)
        self.assertEqual(site.sql("SELECT count(*) FROM rekon_source.booking"), [("0",)])

    def test_rules_that_are_wrong(self):
        site = self.site(rules=lambda folder: None)
        site.quiet(DAY)
        path = site.folder / "rules/deadlines.yaml"
        text = path.read_text()
        before = site.tree("archive", "output", "inbox")
        path.write_text(text.replace("within: 2h", "within: 2 hours", 1))
        line = path.read_text().splitlines().index("  within: 2 hours") + 1
        night = site.run(DAY, 3)
        self.assertIn(f"rules/deadlines.yaml:{line}:11: ", night.err)
        lines = night.err.splitlines()
        shown = lines.index("  within: 2 hours") if "  within: 2 hours" in lines else \
            next(i for i, one in enumerate(lines) if "within: 2 hours" in one)
        self.assertEqual(lines[shown + 1].index("^"), lines[shown].index("2 hours"))
        path.write_text(text.replace("  within: 2h", "  withn: 2h", 1))
        night = site.run(DAY, 3)
        self.assertRegex(night.err, rf"rules/deadlines.yaml:{line}:3: .*withn[^$]*\n *withn: 2h\n *\^\nhint: .*within")
        self.assertEqual((site.tree("archive", "output", "inbox"), site.runs()), (before, []))
        path.write_text(text)
        site.run(DAY, 0)

    def test_no_database(self):
        site = self.site()
        site.quiet(DAY)
        before = site.tree(".")
        config = site.config.with_name("away.yaml")
        config.write_text(site.config.read_text().replace("port=5433", "port=5999"))
        before = site.tree(".")
        ran = site.command("run", "--date", DAY, config=config)
        self.assertEqual((ran.code, ran.out, site.tree(".")), (5, "", before))
        self.assertEqual(len([line for line in ran.err.splitlines() if line.startswith("rekon: ")]), 1, ran.err)
        self.assertNotIn("password", ran.err)
        site.run(DAY, 0)

    def test_a_database_without_the_schema(self):
        site = self.site()
        site.quiet(DAY)
        config = site.config.with_name("empty.yaml")
        config.write_text(site.config.read_text().replace(f"dbname={site.database}", "dbname=postgres"))
        before = site.tree(".")
        ran = site.command("run", "--date", DAY, config=config)
        self.assertEqual((ran.code, site.tree(".")), (5, before), ran.err)
        self.assertIn("rekon init", ran.err)

    def test_another_run_holds_the_lock(self):
        site = self.site()
        site.quiet(DAY)
        before = site.tree(".")
        key = LOCK.search((ROOT / "engine/store/store.c").read_text()).group(1)
        holder = subprocess.Popen(["psql", "-X", "-q", "-At", "-d", site.connection], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        holder.stdin.write(f"SELECT 'held' FROM pg_advisory_lock({key});\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline(), "held\n")
        ran = site.run(DAY, 4)
        self.assertEqual((ran.out, site.tree(".")), ("", before))
        holder.communicate(timeout=30)
        site.run(DAY, 0)

    def test_a_source_that_shrank(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.quiet(DAY, but=["pos"])
        site.run(DAY, 1)
        site.sql("DELETE FROM rekon_source.booking WHERE application_id = 'P-2'")
        site.deliver("pos", DAY, [])
        site.quiet(NEXT)
        site.run(NEXT, 1)
        self.assertEqual(site.states(), {})
        book = site.book(day=NEXT)
        self.assertEqual(book.status(), "SEMENTARA: sumber permohonan menyusut, kedaluwarsa ditangguhkan")
        self.assertEqual([status for status, _ in book.lapses().values()], ["Ditahan", "Ditahan"])
        self.assertEqual(site.run(NEXT, None).last, f"run={NEXT}-2 committed=no published=0/0 next=none")
        self.assertIn("source: 1 applications, where there were 2: nothing lapses",
                      site.command("status", code=1).out)
        # what is missing stays missing: the next night compares with what was whole
        site.quiet(THIRD)
        site.run(THIRD, 1)
        self.assertEqual(site.states(), {})
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.quiet("2024-03-08")
        site.run("2024-03-08", 0)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "expired"})

    def test_a_source_that_is_whole_with_less(self):
        """Old bookings were moved away on purpose: a person says so, and lapses go on."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.quiet(DAY, but=["pos"])
        site.run(DAY, 1)
        site.sql("DELETE FROM rekon_source.booking WHERE application_id = 'P-2'")
        site.deliver("pos", DAY, [])
        site.quiet(NEXT)
        site.run(NEXT, 1)
        site.put("decisions-1.csv", decisions(decision("D-1", "release_hold", "source", NEXT)))
        site.quiet(THIRD)
        site.run(THIRD, 1)  # the booking system knows no P-2
        self.assertEqual(site.states()["P-1"], "expired")
        site.quiet("2024-03-08")
        site.run("2024-03-08", 0)

    def test_the_view_is_out_of_reach(self):
        """Statements are read and sealed, nothing lapses, the books say so; the night after makes up for it."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.quiet(DAY, but=["pos"])
        site.run(DAY, 1)
        site.sql("ALTER VIEW rekon_source.application RENAME TO away")
        site.deliver("pos", DAY, [paid(f"{DAY} 08:30:00", code(1), 350000)])
        site.quiet(NEXT)
        self.assertIn("source: the database has no view", site.run(NEXT, 1).err)
        self.assertEqual([row[1] for row in site.outcomes(code(1))], ["matched"])
        self.assertEqual(site.states(), {"P-1": "paid"})
        self.assertEqual(site.book(day=NEXT).status(),
                         "SEMENTARA: sumber permohonan tidak terbaca, kedaluwarsa ditangguhkan")
        site.sql("ALTER VIEW rekon_source.away RENAME TO application")
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "expired"})

    def test_hostile_names_in_the_inbox(self):
        site = self.site()
        site.quiet(DAY)
        text = decisions(decision("D-1", "resolve", "K-0123456789-1"))
        names = ["decisions-a\tb.csv", "decisions-a\nrun=2024-03-05-1 committed=yes.csv", "decisions-\"q\".csv",
                 "decisions-\u00e9\u202e.csv", "IDMREKON_20240305.txt\n", "-rf", "..."]
        for name in names:
            site.put(name, text)
        night = site.run(DAY, 1)
        self.assertEqual([line for line in night.err.splitlines() if not line.startswith("rekon ")], [])
        self.assertEqual(site.inbox_names(), ["-rf", "...", "IDMREKON_20240305.txt\n"])
        site.quiet(NEXT)
        site.run(NEXT, None)


class Conservation(Nights):
    def test_seven_nights_roll_forward_and_tie_out(self):
        site = self.site(start="2024-03-04")
        made = site.folder / "made"
        offices = "palembang,sampit,jakarta-selatan,denpasar,jayapura"
        subprocess.run([GENERATE, "--seed", "11", "--applications", "1400", "--nights", "7", "--start", "2024-03-04",
                        "--offices", offices, "--noise", "full", "--rejects", "--out", made], check=True)
        nights = sorted(path.name for path in (made / "inbox").iterdir())
        ends = {}
        for night in nights:
            path = made / f"applications-{night}.csv"
            # one office is not in the register
            path.write_text(path.read_text().replace(",sampit,", ",sampitt,"))
            site.command("import", "applications", path, code=0)
            for file in (made / "inbox" / night).iterdir():
                shutil.copy(file, site.inbox)
            site.run(night, None)
            ends = self.check_night(site, night, ends)
        self.assertNotIn("sampitt", ends)
        self.assertIn("tanpa-kantor", ends)
        self.assertEqual(site.sql("""
            SELECT count(*) FROM (SELECT DISTINCT entry FROM rekon.outcome) a"""), site.sql(
                "SELECT sum(entries) FROM rekon.file WHERE fate = 'accepted'"))

    def check_night(self, site, night, ends):
        sheets = {path.parent.name: path for path in site.output.rglob(f"*-{night}.xlsx")}
        columns, now = {}, {}
        for office, path in sheets.items():
            book = Book(path)
            for row in book.movements():
                roll = (row["Menunggu awal"] + row["Masuk"] + row["Dibuka kembali"] - row["Dibayar"]
                        - row["Kurang bayar"] - row["Kedaluwarsa"] - row["Batal atau bebas"])
                self.assertEqual(roll, row["Menunggu akhir"], f"{night} {office} {row}")
            total = book.movements()[-1]
            self.assertEqual(total["Menunggu awal"], ends.get(office, 0), f"{night} {office}")
            now[office] = total["Menunggu akhir"]
            for key, value in total.items():
                if key != "Layanan":
                    columns.setdefault(key, {})[office] = value
            for channel, row in book.receipts().items():
                columns.setdefault(channel, {})[office] = row["Dibukukan (Rp)"]
        for key, values in columns.items():
            self.assertEqual(sum(value for office, value in values.items() if office != "nasional"),
                             values["nasional"], f"{night} {key}: {values}")
        booked = dict(site.sql(f"""
            SELECT channel, sum(amount) / 100 FROM (
                SELECT DISTINCT ON (o.entry) o.* FROM rekon.outcome o JOIN rekon.run r USING (run)
                ORDER BY o.entry, r.night DESC, r.number DESC) s
            WHERE booked_on = '{night}' AND outcome NOT IN ('ignored', 'settlement') GROUP BY channel"""))
        for channel in CHANNELS:
            self.assertEqual(columns[LABELS[channel]]["nasional"], int(booked.get(channel, "0").split(".")[0]),
                             f"{night} {channel}")
        return {**ends, **now}

    def test_an_unknown_office_has_no_book_of_its_own(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00", office="atlantis"), application("P-2", code(2), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000), paid("09:00:00", code(88), 10000)]})
        site.run(DAY, 0)
        self.assertEqual(sorted(path.parent.name for path in site.output.rglob("*.xlsx")),
                         ["nasional", "palembang", "tanpa-kantor"])
        book = site.book("tanpa-kantor")
        self.assertEqual(book.receipts()["Pos Indonesia"]["Dibukukan (Rp)"], 360000)
        self.assertEqual(book.movements()[-1]["Dibayar"], 1)
        row = site.book("nasional").table("Kantor", "Kode")
        self.assertEqual([(one["Kode"], one["Dibukukan (Rp)"]) for one in row if one["Dibukukan (Rp)"]][-2:],
                         [("TANPA KANTOR", 360000), ("TOTAL", 360000)])


if __name__ == "__main__":
    main(sys.modules["__main__"])
