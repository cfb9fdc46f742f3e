#!/usr/bin/python3
"""Findings, in whole nights: what the applications themselves say that cannot be right, when it is first
seen, and when it is over.

Every scenario ends with `verify` and with each night identical when it is run again from the archive."""

import sys

from nights_kit import DAY, NEXT, THIRD, Nights, application, code, main, paid

FOURTH = "2024-03-08"
TARIFF = "Tagihan tidak sesuai tarif"
KEYS = ("Jenis", "Jumlah", "No. permohonan", "Seharusnya (Rp)", "Tercatat (Rp)", "Selisih (Rp)", "Keterangan",
        "Umur (hari)")


def shown(site, day, office="palembang", keys=KEYS):
    """Of the applications themselves: what the booking system refused is in test_nights_asked.py."""
    return [tuple(row[key] for key in keys) for row in site.book(office, day).table("Temuan", "No.")
            if row["Jenis"] != "Perubahan ditolak sistem permohonan"]


def ages(site, day, office="palembang"):
    """{(kind, applications): age}"""
    return {(row[0], row[2]): row[7] for row in shown(site, day, office)}


def rules(**after):
    """A private findings.yaml with these kinds and days."""
    def write(folder):
        (folder / "findings.yaml").write_text("".join(
            f"- {{finding: {kind}, from: 2022-01-26, after_days: {days}}}\n" if days else
            f"- {{finding: {kind}, from: 2022-01-26}}\n" for kind, days in after.items()), encoding="utf-8")
    return write


class Tariffs(Nights):
    def test_bills_that_differ_are_one_line_of_an_office_and_day(self):
        site = self.site()
        old = [application(f"T-{n}", code(n), "08:00", due=300000) for n in range(1, 8)]
        site.applications(
            *old, application("right", code(10), "08:00"),
            application("lost", code(11), "08:00", due=1350000, charges="hilang"),
            application("lost-not-billed", code(12), "08:00", charges="hilang", office="jayapura"),
            application("nobody-knows", code(13), "08:00", charges="meterai", office="jayapura"),
            application("splp", code(14), "08:00", due=1, service="paspor-antariksa", office="jayapura"),
            application("by-tariff", code(15), "08:00", due="", office="jayapura"),
            application("for-nothing", code(16), "08:00", due=0, office="denpasar"),
            application("elsewhere", code(17), "08:00", office="atlantis"))
        site.quiet(DAY)
        site.run(DAY, 0)
        line = (TARIFF, 7, "T-1, T-2, T-3, T-4, T-5, ...", 7 * 350000, 7 * 300000, -7 * 50000)
        self.assertEqual(shown(site, DAY), [(*line, None, 0)])
        self.assertEqual(shown(site, DAY, "jayapura"),
                         [(TARIFF, 1, "lost-not-billed", 1350000, 350000, -1000000, None, 0)])
        self.assertEqual(shown(site, DAY, "denpasar"),
                         [(TARIFF, 1, "for-nothing", 350000, 0, -350000, None, 0)])
        national = shown(site, DAY, "nasional", ("Jenis", "Kantor", "Jumlah", "Keterangan"))
        self.assertEqual(sorted(national, key=str), sorted([
            (TARIFF, "Palembang", 7, None), (TARIFF, "Jayapura", 1, None), (TARIFF, "Denpasar", 1, None),
            ("Kantor tidak dikenal", "TANPA KANTOR", 1, "atlantis")], key=str))
        # it stands until the bill is put right, and grows older; another day is another line
        site.applications(*(dict(row, amount_due=350000, updated_at=f"{NEXT}T07:00:00+07:00") for row in old[:3]),
                          application("T-8", code(8), "08:00", due=300000, day=NEXT))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual([row[1:3] + row[7:] for row in shown(site, NEXT)],
                         [(4, "T-4, T-5, T-6, T-7", 1), (1, "T-8", 0)])

    def test_the_day_of_the_new_tariff_in_the_zone_of_the_office(self):
        """17-12-2024 began two hours earlier in Jayapura; old prices are in order on the 16th alone."""
        site = self.site(start="2024-12-16")
        ten = {"validity": "10", "day": "2024-12-16"}
        site.applications(application("wib-16", code(1), "22:30", **ten),
                          application("wit-17", code(2), "22:30", office="jayapura", **ten),
                          application("wit-16", code(3), "21:30", office="jayapura", **ten),
                          application("free", code(4), "08:00", due=0, day="2024-12-17",
                                      service="paspor-pmi-pertama"))
        site.quiet("2024-12-16")
        site.run("2024-12-16", 0)
        self.assertEqual(shown(site, "2024-12-16"), [])
        self.assertEqual(shown(site, "2024-12-16", "jayapura"),
                         [(TARIFF, 1, "wit-17", 650000, 350000, -300000, None, 0)])
        site.quiet("2024-12-17")
        site.run("2024-12-17", 0)
        self.assertEqual(shown(site, "2024-12-17"), [])


class Documents(Nights):
    def test_what_time_alone_makes_true_and_what_ends_it(self):
        site = self.site(rules=rules(issued_twice=0, issued_unpaid=0, attended_unpaid=0, paid_not_issued=1,
                                     not_collected=2))
        came = {"attended_at": f"{DAY}T09:30:00+07:00"}
        rows = {row["application_id"]: row for row in (
            application("A", code(1), "08:00", **came),
            application("B", code(2), "08:00", **came),
            application("C", code(3), "08:00", issued_on=DAY),
            application("D", code(4), "08:00", issued_on=DAY, document_no="X1"),
            application("E", code(5), "08:00", issued_on=DAY, document_no="X1", collected_on=DAY),
            application("refused", code(6), "08:00", refused_on=DAY, **came),
            application("later", code(7), "23:30", **came))}

        def change(identity, day, **more):
            rows[identity].update(updated_at=f"{day}T07:00:00+07:00", **more)
            site.applications(rows[identity])

        site.applications(*rows.values())
        site.quiet(DAY, {"pos": [paid("08:30:00", code(n), 350000) for n in (1, 4, 5)]})
        site.command("run", "--date", DAY)
        unpaid, twice = "Terbit, belum dibayar", "Nomor dokumen ganda"
        came_unpaid, not_issued = "Hadir, belum dibayar", "Dibayar, belum terbit"
        self.assertEqual(shown(site, DAY), [(unpaid, 1, "C", 350000, 0, -350000, None, 0),
                                            (came_unpaid, 1, "B", 350000, 0, -350000, None, 0),
                                            (twice, 2, "D, E", None, None, None, "X1", 0)])
        site.quiet(NEXT)
        site.command("run", "--date", NEXT)
        self.assertEqual(ages(site, NEXT), {(unpaid, "C"): 1, (twice, "D, E"): 1, (not_issued, "A"): 0,
                                            (came_unpaid, "B, later"): 1})
        site.quiet(THIRD)
        site.command("run", "--date", THIRD)
        self.assertEqual(ages(site, THIRD), {(unpaid, "C"): 2, (twice, "D, E"): 2, (not_issued, "A"): 1,
                                             (came_unpaid, "B, later"): 2, ("Tidak diambil", "C, D"): 0})
        change("A", FOURTH, issued_on=FOURTH)
        change("D", FOURTH, collected_on=FOURTH)
        change("E", FOURTH, document_no="X2")
        site.quiet(FOURTH, {"pos": [paid("08:00:00", code(2), 350000)]})
        site.command("run", "--date", FOURTH)
        self.assertEqual(ages(site, FOURTH), {(unpaid, "C"): 3, (not_issued, "B"): 0, (came_unpaid, "later"): 2,
                                              ("Tidak diambil", "C"): 1})

    def test_a_bill_whose_payment_may_still_turn_up_is_not_unpaid(self):
        site = self.site(rules=rules(issued_unpaid=0))
        site.applications(application("P-1", code(1), "08:00", issued_on=DAY))
        site.quiet(DAY, but=["pos"])
        site.command("run", "--date", DAY)
        self.assertEqual(site.states(), {})
        self.assertEqual(shown(site, DAY), [])
        site.quiet(NEXT)
        site.deliver("pos", DAY, [])
        site.command("run", "--date", NEXT)
        self.assertEqual(ages(site, NEXT), {("Terbit, belum dibayar", "P-1"): 0})

    def test_nothing_is_looked_for_without_a_rule(self):
        site = self.site(rules=lambda folder: (folder / "findings.yaml").unlink())
        site.applications(application("P-1", code(1), "08:00", due=1, issued_on=DAY, document_no="X"),
                          application("P-2", code(2), "08:00", due=1, issued_on=DAY, document_no="X"))
        site.quiet(DAY)
        site.command("run", "--date", DAY)
        self.assertEqual(shown(site, DAY), [])


if __name__ == "__main__":
    main(sys.modules[__name__])
