#!/usr/bin/python3
"""Quota and visits, in whole nights: who was to come on a day, whose slot was given back while somebody else
could still take it, who came, and what the source doubts.

Every scenario ends with `verify` and with each night identical when it is run again from the archive."""

import sys

from nights_kit import DAY, NEXT, THIRD, Book, Nights, application, code, main, paid

FOURTH = "2024-03-08"
SLOTS = ("Kuota", "Kunjungan", "Slot terpakai", "Slot terpakai %", "Dibayar", "Kedaluwarsa", "Slot kembali tepat waktu",
         "Slot kembali terlambat")
CAME = ("Dengan jadwal", "Datang langsung", "Prioritas", "Hotline", "Hadir", "Tidak hadir", "Tidak hadir %",
        "Dijadwal ulang kemari", "Pindah ke hari lain")
QUALITY = ("Permohonan", "Peringatan NIK")
ABSENT = "tidak tersedia"
WITHOUT = (75, ABSENT, ABSENT, "–", *[ABSENT] * 4)


def tables(book):
    """{heading: {day: value}} of the sheets Kuota, Kehadiran and Per hari."""
    found, heads = [], None
    for row in (*book.sheets["Kuota"], *book.sheets["Kehadiran"], *book.sheets["Per hari"]):
        if row[0] == "Tanggal":
            heads = [cell for cell in row if cell is not None]
            found.append({})
        elif heads and (row[0] is None or row[0] == "TOTAL"):
            heads = None
        elif heads:
            found[-1][row[0]] = dict(zip(heads, row))
    return found


def month(site, office="palembang", day=DAY):
    return Book(site.output / f"{office}/bulanan-2024-03.per-{day}.xlsx")


def shown(book, block, day, keys):
    row = tables(book)[block][day]
    return tuple(row[key] for key in keys)


class Visits(Nights):
    def test_slots_that_are_given_back_and_those_who_come(self):
        site = self.site(reports=("harian", "bulanan"))
        rows = {row["application_id"]: row for row in (
            application("comes", code(1), "08:00", source="m-paspor", appointment_on=FOURTH),
            application("lapses", code(2), "08:00", source="m-paspor", appointment_on=FOURTH),
            application("too-late", code(3), "23:30", source="m-paspor", appointment_on=NEXT),
            application("walks-in", code(4), "09:00", source="walk-in"),
            application("with-child", code(5), "09:00", source="walk-in", priority="bayi"),
            application("telephones", code(6), "08:00", source="hotline", appointment_on=FOURTH),
            application("cancels", code(7), "08:00", source="m-paspor", appointment_on=FOURTH, status="cancelled",
                        status_at=f"{DAY}T10:00:00+07:00"),
            application("moves", code(8), "08:00", source="m-paspor", appointment_on=FOURTH),
            application("hither", code(11), "08:00", source="m-paspor", appointment_on=THIRD),
            application("free", code(9), "08:00", due=0, source="m-paspor", appointment_on=FOURTH),
            application("elsewhere", code(10), "08:00", office="jayapura", source="m-paspor", appointment_on=FOURTH))}

        def change(identity, day, **more):
            rows[identity].update(updated_at=f"{day}T07:00:00+07:00", **more)
            site.applications(rows[identity])

        site.applications(*rows.values())
        site.quiet(DAY, {"pos": [paid("08:30:00", code(n), 350000) for n in (1, 6, 8, 10, 11)],
                         "indomaret": [paid("09:10:00", code(4), 350000)]})
        site.run(DAY, 0)
        change("moves", NEXT, appointment_on="2024-03-11", rescheduled_from=FOURTH, status="rescheduled")
        change("hither", NEXT, appointment_on=FOURTH, rescheduled_from=THIRD, status="rescheduled")
        site.quiet(NEXT)
        site.run(NEXT, 0)
        site.quiet(THIRD)
        site.run(THIRD, 0)
        change("comes", FOURTH, attended_at=f"{FOURTH}T09:00:00+07:00")
        site.quiet(FOURTH)
        site.run(FOURTH, 0)
        book = month(site, day=FOURTH)
        self.assertEqual(shown(book, 0, "Jum 08/03", SLOTS), (75, 6, 4, 5.33, 4, 1, 2, 0))
        self.assertEqual(shown(book, 1, "Jum 08/03", CAME), (3, 0, 0, 1, 1, 3, 75, 1, 1))
        self.assertEqual(shown(book, 1, "Kam 07/03", CAME), (0, 0, 0, 0, 0, 0, "–", 0, 1))
        self.assertEqual(shown(book, 0, "Rab 06/03", SLOTS), (75, 1, 0, 0, 0, 1, 0, 1))
        # who walks in, and is not seen to have come, has missed no appointment
        self.assertEqual(shown(book, 1, "Sel 05/03", CAME), (0, 1, 1, 0, 0, 0, "–", 0, 0))
        self.assertEqual(shown(book, 0, "Sel 05/03", SLOTS), (75, 2, 2, 2.67, 1, 0, 0, 0))
        # as the day itself knew it
        self.assertEqual(shown(month(site), 0, "Sel 05/03", SLOTS)[:2], (75, 2))
        self.assertEqual(shown(month(site, "jayapura", FOURTH), 0, "Jum 08/03", SLOTS),
                         (ABSENT, 1, 1, "–", 1, 0, 0, 0))

    def test_evidence_that_comes_late_takes_the_slot_back(self):
        """What was seen to lapse in time is no slot given back any more, and stays none when it lapses again."""
        site = self.site(reports=("harian", "bulanan"))
        site.applications(application("P-1", code(1), "08:00", source="m-paspor", appointment_on=NEXT))
        site.quiet(DAY)
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "expired"})
        site.quiet(NEXT, {"pos": [paid(f"{DAY} 09:00:00", code(1), 350000)]})
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {"P-1": "reinstated"})
        self.assertEqual(shown(month(site, day=NEXT), 0, "Rab 06/03", SLOTS), (75, 1, 1, 1.33, 1, 0, 0, 0))
        self.assertEqual(shown(month(site, day=NEXT), 1, "Rab 06/03", CAME)[:4], (1, 0, 0, 0))

    def test_a_column_that_is_not_there_is_not_available(self):
        site = self.site(reports=("harian", "bulanan"))
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("08:30:00", code(1), 350000)]})
        site.run(DAY, 0)
        book = month(site)
        self.assertEqual(shown(book, 0, "Sel 05/03", SLOTS), WITHOUT)
        self.assertEqual(shown(book, 1, "Sel 05/03", CAME), (*[ABSENT] * 6, "–", ABSENT, ABSENT))
        self.assertEqual(shown(book, 2, "Sel 05/03", QUALITY), (1, ABSENT))

    def test_without_the_rule_nothing_is_counted(self):
        def forget(folder):
            text = (folder / "quotas.yaml").read_text(encoding="utf-8")
            (folder / "quotas.yaml").write_text("".join(
                line for line in text.splitlines(True) if "visits:" not in line), encoding="utf-8")
        site = self.site(rules=forget, reports=("harian", "bulanan"))
        site.applications(application("P-1", code(1), "08:00", source="m-paspor", appointment_on=NEXT))
        site.quiet(DAY)
        site.run(DAY, 0)
        self.assertEqual(shown(month(site), 0, "Sel 05/03", SLOTS), WITHOUT)


class Quality(Nights):
    def test_an_implausible_number_is_counted_and_never_refused(self):
        site = self.site(reports=("harian", "bulanan"))
        site.applications(application("P-1", code(1), "08:00", nik_check="ok"),
                          application("P-2", code(2), "08:00", nik_check="implausible"),
                          application("P-3", code(3), "09:00", nik_check="tidak-wajar"),
                          application("P-4", code(4), "09:00", office="jayapura", nik_check="implausible"))
        site.quiet(DAY, {"pos": [paid("08:30:00", code(n), 350000) for n in (1, 2)]})
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-3": "expired", "P-4": "expired"})
        self.assertEqual(shown(month(site), 2, "Sel 05/03", QUALITY), (3, 2))
        rows = site.book().sheets["Ringkasan"]
        heads = next(number for number, row in enumerate(rows) if QUALITY[1] in row)
        self.assertEqual([rows[heads + 1][rows[heads].index(key)] for key in QUALITY], [3, 2])
        status = site.command("status")
        self.assertIn("identity numbers that are not plausible (a warning): 3 applications in 2 offices\n", status.out)
        self.assertEqual(site.cases(), {})


if __name__ == "__main__":
    main(sys.modules[__name__])
