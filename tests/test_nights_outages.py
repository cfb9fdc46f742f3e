#!/usr/bin/python3
"""Outages, in whole nights: whom they spare, and what one does that is written down late.

Every scenario ends with `verify` and with each night identical when it is run again from the archive."""

import sys

from nights_kit import (AFTER, DAY, EXACT, NEXT, THIRD, Nights, application, code, main, paid)

SPARED = "in time: an outage stopped the clock"


def outage(name, since, until, **more):
    keys = {"outage": name, "label": f"Gangguan {name}", "from": f"'{since}'", **more}
    if until:
        keys["until"] = f"'{until}'"
    return "- {" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}\n"


class Kit(Nights):
    def outages(self, site, *lines):
        (site.folder / "rules/outages.yaml").write_text("".join(lines) or "[]\n", encoding="utf-8")

    def site_with(self, *lines, **settings):
        def write(folder):
            (folder / "outages.yaml").write_text("".join(lines) or "[]\n", encoding="utf-8")
            deadlines = (folder / "deadlines.yaml").read_text(encoding="utf-8")
            (folder / "deadlines.yaml").write_text(deadlines.split("# Year ends")[0], encoding="utf-8")
        return self.site(rules=write, **settings)

    def shown(self, site, day, office="palembang"):
        """{application: (state, outage, evidence)} of the sheet on lapses."""
        return {row["No. permohonan"]: (row["Status"], row["Gangguan"], row["Bukti"])
                for row in site.book(office, day).table("Kedaluwarsa", "No.")}

    def counts(self, site, day, office="palembang"):
        """What the list of lapses says before its rows."""
        return site.book(office, day).sheets["Kedaluwarsa"][3][0]

    def reasons(self, site, identity):
        return [row[0] for row in site.sql(
            "SELECT t.reason FROM rekon.transition t JOIN rekon.run r USING (run) "
            f"WHERE t.application_id = '{identity}' ORDER BY r.night, r.number")]


class Outages(Kit):
    def test_whom_an_outage_spares(self):
        site = self.site_with(outage("pusat", f"{DAY} 10:00", f"{NEXT} 10:00"))
        site.applications(application("before", code(1), "07:00"), application("in-it", code(2), "09:00"),
                          application("pays", code(3), "09:30"), application("later", code(4), "09:30"),
                          application("wit", code(5), f"{DAY}T09:30:00+09:00", office="jayapura"))
        site.quiet(DAY, {"pos": [paid("09:40:00", code(5), 350000)]})
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"before": "expired", "wit": "paid"})
        waits = "Tepat waktu: batas waktu terhenti karena gangguan"
        self.assertEqual(self.shown(site, DAY), {
            "before": ("Kedaluwarsa (diajukan)", None, "Tidak dibayar tepat waktu"),
            "in-it": ("Menunggu bayar", "Gangguan pusat", waits), "pays": ("Menunggu bayar", "Gangguan pusat", waits),
            "later": ("Menunggu bayar", "Gangguan pusat", waits)})
        self.assertEqual(self.counts(site, DAY), "Terhindar karena gangguan: menunggu bayar 3, sudah dibayar 0, dipulihkan 0 · "
                         "Dipulihkan oleh bukti: 0 · Ditahan: 0 · Kedaluwarsa: 1")
        self.assertEqual(self.counts(site, DAY, "jayapura"), "Terhindar karena gangguan: menunggu bayar 0, sudah "
                         "dibayar 1, dipulihkan 0 · Dipulihkan oleh bukti: 0 · Ditahan: 0 · Kedaluwarsa: 0")
        # 30 minutes were over when it began: the rest ends on the next day at 11:30
        site.quiet(NEXT, {"pos": [paid("11:30:00", code(3), 350000), paid("11:30:01", code(4), 350000)]})
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(code(3)), [("pos", "matched", SPARED, "pays")])
        self.assertEqual(site.outcomes(code(4)), [("pos", "late", AFTER, "later")])
        self.assertEqual(site.outcomes(code(5)), [("pos", "matched", SPARED, "wit")])
        self.assertEqual(site.states(), {"before": "expired", "wit": "paid", "pays": "paid", "later": "paid_late",
                                         "in-it": "expired"})
        self.assertEqual(self.shown(site, NEXT)["pays"],
                         ("Dibayar", "Gangguan pusat", "Tepat waktu: batas waktu terhenti karena gangguan"))

    def test_all_that_stopped_a_clock_are_named(self):
        """Found: where two outages followed each other, the book and explain named the first alone."""
        site = self.site_with(outage("satu", f"{DAY} 10:00", f"{DAY} 14:00"), outage("dua", f"{DAY} 13:00", f"{NEXT} 10:00"),
                              outage("tiga", f"{DAY} 10:30", f"{DAY} 10:40"), outage("lain", f"{DAY} 08:00", f"{DAY} 09:00"))
        site.applications(application("both", code(1), "09:30"), application("one", code(2), "13:30", day=NEXT))
        site.quiet(DAY)
        site.run(DAY, 0)
        self.assertEqual(self.shown(site, DAY)["both"][:2], ("Menunggu bayar", "Gangguan satu; Gangguan tiga; Gangguan dua"))
        told = site.explain("both", "--date", DAY)["application"]["term"]
        self.assertEqual((told["paused_by"], told["outages"]), ("satu", ["satu", "tiga", "dua"]))
        self.assertIn("in which the clock stood still: outages satu, tiga, dua",
                      " ".join(site.command("explain", "both", "--date", DAY, code=0).out.split()))
        # a fourth becomes known: that is why the deadline moved
        self.outages(site, outage("satu", f"{DAY} 10:00", f"{DAY} 14:00"), outage("dua", f"{DAY} 13:00", f"{NEXT} 10:00"),
                     outage("empat", f"{NEXT} 09:00", f"{NEXT} 23:00"))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(self.shown(site, NEXT)["both"][:2], ("Menunggu bayar", "Gangguan satu; Gangguan dua; Gangguan empat"))

    def test_one_that_is_written_down_late(self):
        site = self.site_with()
        site.applications(application("unpaid", code(1), "09:00"), application("paid-late", code(2), "09:00"),
                          application("over", code(3), "09:00", office="denpasar"),
                          application("untouched", code(4), "07:00"), application("in-time", code(5), "09:00"))
        site.quiet(DAY, {"pos": [paid("15:00:00", code(2), 350000), paid("09:10:00", code(5), 350000)]})
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"unpaid": "expired", "paid-late": "paid_late", "over": "expired",
                                         "untouched": "expired", "in-time": "paid"})
        site.quiet(NEXT)
        site.run(NEXT, 0)
        # for palembang until the third day at noon, for denpasar two hours on the first day
        self.outages(site, outage("pusat", f"{DAY} 10:00", f"{THIRD} 23:00", offices="palembang"),
                     outage("bali", f"{DAY} 10:00", f"{DAY} 12:00", offices="[denpasar]"))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(site.transitions("unpaid"), [(f"{DAY}-1", "awaiting", "expired"),
                                                      (f"{THIRD}-1", "expired", "awaiting")])
        self.assertEqual(site.transitions("paid-late"), [(f"{DAY}-1", "awaiting", "paid_late"),
                                                         (f"{THIRD}-1", "paid_late", "paid")])
        self.assertEqual(site.transitions("over"), [(f"{DAY}-1", "awaiting", "expired")])
        self.assertEqual(site.transitions("untouched"), [(f"{DAY}-1", "awaiting", "expired")])
        self.assertEqual(site.sql("SELECT t.application_id, t.reason, t.evidence FROM rekon.transition t "
                                  f"JOIN rekon.run r USING (run) WHERE r.night = '{THIRD}' ORDER BY 1"),
                         [("paid-late", SPARED, site.entries(code(2))[0]), ("unpaid", SPARED, "outage pusat")])
        self.assertEqual(site.outcomes(code(2)), [("pos", "matched", SPARED, "paid-late")])
        total = site.book(day=THIRD).movements()[-1]
        self.assertEqual([total[key] for key in ("Menunggu awal", "Dibuka kembali", "Kedaluwarsa", "Menunggu akhir")],
                         [0, 1, 0, 1])
        # its hour ends on the fourth day at midnight; the payment shows it
        site.quiet("2024-03-08", {"pos": [paid("00:00:00", code(1), 350000)]})
        site.run("2024-03-08", 0)
        self.assertEqual(site.outcomes(code(1)), [("pos", "matched", SPARED, "unpaid")])
        self.assertEqual(site.states()["unpaid"], "paid")

    def test_paid_within_it_and_shown_as_expired(self):
        """June 2024: the payment was late by the clock; the outage that is recorded afterwards reinstates."""
        site = self.site_with()
        site.applications(application("P-1", code(1), "09:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        self.outages(site, outage("pusat", f"{DAY} 10:00", f"{DAY} 20:00"))
        site.quiet(NEXT)
        site.deliver("indomaret", NEXT, [paid(f"{DAY} 21:00:00", code(1), 350000)])
        site.run(NEXT, 0)
        self.assertEqual(site.transitions("P-1"), [(f"{DAY}-1", "awaiting", "expired"),
                                                   (f"{NEXT}-1", "expired", "reinstated")])
        self.assertIn("sudah dibayar 0, dipulihkan 1 · Dipulihkan oleh bukti: 0", self.counts(site, NEXT))
        self.assertEqual(self.shown(site, NEXT)["P-1"][1:],
                         ("Gangguan pusat", "Tepat waktu: batas waktu terhenti karena gangguan"))


class WrittenDownLate(Kit):
    def test_it_is_news_for_the_same_night_and_can_be_taken_back(self):
        site = self.site_with()
        site.applications(application("P-1", code(1), "09:00"), application("P-2", code(2), "09:00"))
        site.quiet(DAY, {"pos": [paid("12:00:00", code(2), 350000)]})
        site.run(DAY, 0)
        wrong = outage("salah", f"{DAY} 10:00", None)
        self.outages(site, wrong)
        self.said(site.run(DAY, 0), f"{DAY}-2")
        self.assertEqual(site.states(), {"P-1": "awaiting", "P-2": "paid"})
        self.assertEqual(self.reasons(site, "P-1"), ["not paid by the deadline",
                                                     "an outage that is not over stops the clock"])
        self.outages(site, "# once more, in other words\n", wrong)
        self.assertIn(f"run={DAY}-3 committed=no", site.run(DAY, 0).last)
        self.outages(site)
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "paid_late"})
        self.assertEqual(site.outcomes(code(2)), [("pos", "late", AFTER, "P-2")])

    def test_a_longer_window_is_held_by_a_channel_that_is_silent_in_it(self):
        site = self.site_with()
        site.applications(application("P-1", code(1), "09:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        self.outages(site, outage("pusat", f"{DAY} 10:00", f"{NEXT} 08:00"))
        site.quiet(NEXT, but=["indomaret"])
        site.run(NEXT, 1)
        self.assertEqual(site.states(), {"P-1": "awaiting"})
        self.assertEqual(site.book(day=NEXT).lapses(), {"P-1": ("Ditahan", "Indomaret")})
        self.assertEqual(self.shown(site, NEXT)["P-1"][2], "Mutasi kanal belum lengkap sampai batas bayar")
        self.assertEqual(self.counts(site, NEXT), "Terhindar karena gangguan: menunggu bayar 0, sudah dibayar 0, dipulihkan 0 · "
                         "Dipulihkan oleh bukti: 0 · Ditahan: 1 (Indomaret 1) · Kedaluwarsa: 0")
        site.deliver("indomaret", NEXT, [paid("08:59:00", code(1), 350000)])
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(site.states(), {"P-1": "paid"})

    def test_a_mistyped_code_of_a_long_window(self):
        """Two applications of days ago could have paid it: both must be at hand."""
        site = self.site_with(outage("pusat", f"{DAY} 10:00", f"{THIRD} 10:00"))
        one, other = f"8202403050{1:05}", f"8202403050{2:05}"
        site.applications(application("P-1", one, "09:00"), application("P-2", other, "09:30"))
        for night in (DAY, NEXT):
            site.quiet(night)
            site.run(night, 0)
        site.quiet(THIRD, {"pos": [paid("10:20:00", f"8202403050{3:05}", 350000)]})
        site.run(THIRD, 0)
        self.assertEqual(site.outcomes(f"8202403050{3:05}")[0][1], "ambiguous")
        self.assertEqual(site.book(day=THIRD).lapses(), {"P-1": ("Ditahan", "Pos Indonesia"),
                                                         "P-2": ("Ditahan", "Pos Indonesia")})
        case = next(key for key, row in site.cases().items() if row[0] == "ambiguous")
        self.assertEqual({row[2] for row in self.shown(site, THIRD).values()}, {f"Menunggu keputusan atas kasus {case}"})
        self.assertIn("Ditahan: 2 (Pos Indonesia 2)", self.counts(site, THIRD))

    def test_what_a_bad_file_says(self):
        site = self.site_with(outage("a", f"{DAY} 10:00", f"{DAY} 09:00"))
        site.quiet(DAY)
        self.assertIn('"until" must be after "from"', site.run(DAY, 3).err)
        self.outages(site, outage("a", f"{DAY} 10:00", None), outage("a", f"{NEXT} 10:00", None))
        self.assertIn('a second outage "a"', site.run(DAY, 3).err)
        self.outages(site, outage("a", f"{DAY} 10:00", None, offices="palembnag"))
        self.assertIn('did you mean "palembang"', site.run(DAY, 3).err)
        self.outages(site, outage("a", f"{DAY} 10:00", None, functions="[paymnet]"))
        self.assertIn('"functions" must be', site.run(DAY, 3).err)
        self.outages(site, outage("a", f"{DAY} 10:00", f"{DAY}T12:00:00+07:00"))
        self.assertIn("both have an offset, or neither", site.run(DAY, 3).err)
        self.outages(site)
        site.run(DAY, 0)


if __name__ == "__main__":
    main(sys.modules["__main__"])
