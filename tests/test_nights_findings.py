#!/usr/bin/python3
"""Findings, in whole nights: what the applications themselves say that cannot be right, when it is first
seen, and when it is over.

Every scenario ends with `verify` and with each night identical when it is run again from the archive."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from nights_kit import (DAY, NEXT, REKON, ROOT, THIRD, Book, Nights, application, code, decision, decisions, indomaret,
                        main, name_of, paid)

FOURTH, FIFTH = "2024-03-08", "2024-03-09"
TARIFF = "Tagihan tidak sesuai tarif"
LAW = "PP 28/2019"
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
        self.assertEqual(shown(site, DAY), [(*line, LAW, 0)])
        self.assertEqual(shown(site, DAY, "jayapura"),
                         [(TARIFF, 1, "lost-not-billed", 1350000, 350000, -1000000, LAW, 0)])
        self.assertEqual(shown(site, DAY, "denpasar"),
                         [(TARIFF, 1, "for-nothing", 350000, 0, -350000, LAW, 0)])
        national = shown(site, DAY, "nasional", ("Jenis", "Kantor", "Jumlah", "Keterangan"))
        self.assertEqual(sorted(national, key=str), sorted([
            (TARIFF, "Palembang", 7, LAW), (TARIFF, "Jayapura", 1, LAW), (TARIFF, "Denpasar", 1, LAW),
            ("Kantor tidak dikenal", "TANPA KANTOR", 1, "atlantis")], key=str))
        # it stands until the bill is put right, and grows older; another day is another line
        site.applications(*(dict(row, amount_due=350000, updated_at=f"{NEXT}T07:00:00+07:00") for row in old[:3]),
                          application("T-8", code(8), "08:00", due=300000, day=NEXT))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual([row[1:3] + row[7:] for row in shown(site, NEXT)],
                         [(4, "T-4, T-5, T-6, T-7", 1), (1, "T-8", 0)])
        # each line has an id of its own, opens and closes like a case, and can be asked for
        first, second = "T1-palembang-20240305", "T1-palembang-20240306"
        self.assertEqual(shown(site, NEXT, keys=("ID temuan", "Status")), [(first, "Berlanjut"), (second, "Baru")])
        self.assertIn("; 2 temuan", site.book(day=NEXT).text("Ringkasan"))
        site.applications(*(dict(row, amount_due=350000, updated_at=f"{THIRD}T07:00:00+07:00") for row in old[3:]))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(shown(site, THIRD, keys=("ID temuan", "Status")), [(second, "Berlanjut")])
        self.assertEqual([row for row in site.findings() if "palembang" in row[1]], [
            (f"{DAY}-1", first, "tariff_differs", "new"), (f"{NEXT}-1", second, "tariff_differs", "new"),
            (f"{THIRD}-1", first, "tariff_differs", "closed")])
        told = site.explain(first, "--date", NEXT)
        self.assertEqual((told["kind"], told["office"], told["day"], told["status"]),
                         ("tariff_differs", "palembang", DAY, "open"))
        self.assertEqual([row["application_id"] for row in told["applications"]], ["T-4", "T-5", "T-6", "T-7"])
        self.assertEqual(told["applications"][0], {"application_id": "T-4", "expected": "350000", "found": "300000",
                                                   "said": LAW, "first_seen": DAY})
        self.assertEqual(site.explain(first)["events"], [{"night": f"{DAY}-1", "status": "new", "decision_id": None},
                                                         {"night": f"{THIRD}-1", "status": "closed", "decision_id": None}])
        text = site.command("explain", second, code=0).out
        self.assertIn("Rp300.000 recorded, Rp350.000 expected; PP 28/2019; since 2024-03-06", text)
        self.assertIn("T7-tanpa-kantor-20240305", [row[1] for row in site.findings()])
        self.assertEqual(site.explain("T7-tanpa-kantor-20240305")["applications"][0]["said"], "atlantis")
        self.assertRegex(site.explain("T7-tanpa-kantor-20240305")["choices"][0]["row"], r"^ID,assign_office,\S+,OFFICE,REASON,")
        self.assertIn("nothing is known of", site.command("explain", "T1-palembang-20240301", code=2).err)

    def test_a_line_that_a_person_has_seen_to(self):
        """It is gone while its findings stay what they are; what is new of that day, or alters, is asked for again."""
        site = self.site()
        wrong = [application(f"T-{n}", code(n), "08:00", due=300000) for n in (1, 2)]
        line = "T1-palembang-20240305"
        site.applications(*wrong)
        site.quiet(DAY)
        site.run(DAY, 0)
        self.assertEqual([choice["row"].split(",")[1:3] for choice in site.explain(line)["choices"]], [["resolve", line]])
        site.put("decisions-1.csv", decisions(decision("D-1", "resolve", line),
                                              decision("D-2", "resolve", "T1-denpasar-20240305")))
        site.quiet(NEXT)
        site.run(NEXT, 1)
        self.assertEqual([row[0] + " " + row[2] + " " + row[3] for row in site.effects()],
                         ["D-1 applied ", "D-2 stale no open case or entry has the id of its subject"])
        self.assertEqual(shown(site, NEXT), [])
        told = site.explain(line)
        self.assertEqual((told["status"], told["applications"], told["choices"]), ("closed", [], []))
        self.assertEqual(told["events"], [{"night": f"{DAY}-1", "status": "new", "decision_id": None},
                                          {"night": f"{NEXT}-1", "status": "closed", "decision_id": "D-1"}])
        # touched, and the same; an application of that day that comes late is another finding
        later = {"updated_at": f"{THIRD}T07:00:00+07:00"}
        site.applications(dict(wrong[0], **later, purpose="haji"), application("T-3", code(3), "08:00", due=300000, **later))
        site.quiet(THIRD)
        site.run(THIRD, 1)
        self.assertEqual(shown(site, THIRD, keys=("ID temuan", "Status", "No. permohonan")), [(line, "Baru", "T-3")])
        site.applications(dict(wrong[1], amount_due=250000, updated_at=f"{FOURTH}T07:00:00+07:00"))
        site.quiet(FOURTH)
        site.run(FOURTH, 1)
        self.assertEqual(shown(site, FOURTH, keys=("Status", "No. permohonan", "Umur (hari)")), [("Berlanjut", "T-2, T-3", 3)])
        site.put("decisions-2.csv", decisions(decision("D-3", "resolve", line), decision("D-4", "resolve", line)))
        site.quiet(FIFTH)
        site.run(FIFTH, 1)
        self.assertEqual([row[0] + " " + row[2] for row in site.effects()[2:]], ["D-3 applied", "D-4 stale"])
        self.assertEqual([(row[0], row[3]) for row in site.findings()], [
            (f"{DAY}-1", "new"), (f"{NEXT}-1", "closed"), (f"{THIRD}-1", "new"), (f"{FIFTH}-1", "closed")])

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
                         [(TARIFF, 1, "wit-17", 650000, 350000, -300000, "PP 45/2024", 0)])
        site.quiet("2024-12-17")
        site.run("2024-12-17", 0)
        self.assertEqual(shown(site, "2024-12-17"), [])


class Country(Nights):
    def test_old_prices_in_every_office_are_one_line_each(self):
        """17-12-2024 with the old price of ten years, a hundred times in each of 150 offices."""
        day = "2024-12-17"
        codes = re.findall(r"office: ([a-z0-9-]+),", (ROOT / "rules/offices.yaml").read_text(encoding="utf-8"))
        offices = sorted(set(codes))
        self.assertEqual(len(offices), 150)
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/a.csv", "w", encoding="utf-8") as file:
                file.write("application_id,office,service,billing_code,amount_due,submitted_at,validity\n")
                for n in range(15000):
                    file.write(f"P-{n:05},{offices[n % 150]},paspor-biasa,{820241217000000 + n},350000,"
                               f"{day}T10:00:00+07:00,10\n")
            path = Path(folder, name_of("indomaret", day))
            path.write_text(indomaret(day, []), encoding="utf-8")
            subprocess.run([REKON, "match", "--applications", f"{folder}/a.csv", "--statements", path, "--out",
                            f"{folder}/out", "--write", "workbooks", "--period", day, "--report", "nasional",
                            "--config", ROOT / "rekon.yaml"], check=True, capture_output=True)
            book, = Path(folder, "out").rglob("nasional*.xlsx")
            lines = [row for row in Book(book).table("Temuan", "No.") if row["Jenis"] == TARIFF]
        self.assertEqual(len(lines), 150)
        self.assertEqual({(row["Jumlah"], row["Seharusnya (Rp)"], row["Tercatat (Rp)"], row["Selisih (Rp)"],
                           row["Keterangan"]) for row in lines},
                         {(100, 65000000, 35000000, -30000000, "PP 45/2024")})


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

    def test_a_document_of_an_earlier_night(self):
        """The first one is not touched any more when a second has its number; one that gave its number back is
        no other."""
        def within(folder):
            (folder / "findings.yaml").write_text("- {finding: issued_twice, from: 2022-01-26, within_days: 3}\n",
                                                  encoding="utf-8")
        site = self.site(rules=within)
        days = (DAY, NEXT, THIRD, FOURTH, "2024-03-09")
        keys = ("Tanggal kejadian", "No. permohonan", "Keterangan", "Umur (hari)")
        first = {row["application_id"]: row for row in (
            application("A", code(1), "08:00", issued_on=DAY, document_no="X1"),
            application("mended", code(2), "08:00", issued_on=DAY, document_no="X2"),
            application("old", code(3), "08:00", issued_on=DAY, document_no="X3"))}
        site.applications(*first.values())
        for number, day in enumerate(days):
            site.quiet(day, {"pos": [paid("08:30:00", code(n), 350000) for n in (1, 2, 3)]} if day == DAY else None)
            if day == NEXT:
                first["mended"].update(document_no="X9", updated_at=f"{NEXT}T07:00:00+07:00")
                site.applications(first["mended"])
            if day == THIRD:
                later = [application(f"B{n}", code(10 + n), "08:00", day=THIRD, issued_on=THIRD, document_no=f"X{n}")
                         for n in (1, 2)]
                site.applications(*later)
            if day == FOURTH:
                later[0].update(document_no="Y1", updated_at=f"{FOURTH}T07:00:00+07:00")
                site.applications(later[0])
            if day == days[-1]:
                site.applications(application("too-late", code(20), "08:00", day=day, issued_on=day, document_no="X3"))
            site.command("run", "--date", day)
            found = [(row[0].date().isoformat(), *row[1:]) for row in shown(site, day, keys=keys)]
            self.assertEqual(found, [(DAY, "A", "X1", 0), (THIRD, "B1", "X1", 0)] if day == THIRD else [], number)

    def test_what_the_source_does_not_have_is_not_available(self):
        """A view of the booking system without the columns, and later with them."""
        def view(site, *columns):
            site.sql("DROP VIEW rekon_source.application; CREATE VIEW rekon_source.application AS SELECT application_id, "
                     "office, service, billing_code, amount_due, submitted_at, updated_at, validity" +
                     "".join(f", {column}" for column in columns) + " FROM rekon_source.booking; "
                     "GRANT SELECT ON rekon_source.application TO rekon_night, rekon_reader")
        some = rules(issued_twice=0, attended_unpaid=0, not_collected=2)

        def looked_for(folder):
            some(folder)
            with open(folder / "findings.yaml", "a", encoding="utf-8") as file:
                file.write("- {finding: slot_conflict, from: 2022-01-26, within_days: 30}\n")
        site = self.site(rules=looked_for)
        view(site, "attended_at")
        site.applications(application("P-1", code(1), "08:00", document_no="X1"),
                          application("P-2", code(2), "08:00", document_no="X1"))
        site.quiet(DAY, {"pos": [paid("08:30:00", code(n), 350000) for n in (1, 2)]})
        site.run(DAY, 0)
        missing = [("Nomor dokumen ganda", "tidak tersedia", "kolom tidak diisi sumber: document_no"),
                   ("Tidak diambil", "tidak tersedia", "kolom tidak diisi sumber: issued_on, collected_on"),
                   ("Slot dipakai dua pemohon", "tidak tersedia", "kolom tidak diisi sumber: appointment_on, slot")]
        keys = ("Jenis", "Jumlah", "Keterangan")
        self.assertEqual(shown(site, DAY, keys=keys), missing)
        self.assertEqual(shown(site, DAY, "nasional", keys=keys), missing)
        self.assertNotIn("temuan", site.book().text("Ringkasan"))
        self.assertFalse((site.output / "semarang").exists())  # nothing of it is known
        self.assertEqual(site.findings(), [])
        view(site, "attended_at", "document_no", "issued_on", "delivered_on")
        site.sql("UPDATE rekon_source.booking SET updated_at = '2024-03-06 07:00:00+07'")
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(shown(site, NEXT, keys=keys), [("Nomor dokumen ganda", 2, "X1"), missing[-1]])

    def test_nothing_is_looked_for_without_a_rule(self):
        site = self.site(rules=lambda folder: (folder / "findings.yaml").unlink())
        site.applications(application("P-1", code(1), "08:00", due=1, issued_on=DAY, document_no="X"),
                          application("P-2", code(2), "08:00", due=1, issued_on=DAY, document_no="X"))
        site.quiet(DAY)
        site.command("run", "--date", DAY)
        self.assertEqual(shown(site, DAY), [])


class Slots(Nights):
    def test_a_slot_that_was_given_away_before_its_first_owner_came_back(self):
        site = self.site()
        visit = {"source": "m-paspor", "appointment_on": "2024-03-12"}
        rows = {row["application_id"]: row for row in (
            application("first", code(1), "08:00", slot="08:00-3", **visit),
            application("lapses-for-good", code(2), "08:00", slot="08:00-4", **visit),
            application("comes-back-alone", code(3), "08:00", slot="08:00-5", **visit))}
        site.applications(*rows.values())
        site.quiet(DAY)
        site.run(DAY, 0)
        self.assertEqual(set(site.states().values()), {"expired"})
        later = {row["application_id"]: row for row in (
            application("second", code(11), "08:00", day=NEXT, slot="08:00-3", **visit),
            application("takes-the-free-one", code(12), "08:00", day=NEXT, slot="08:00-4", **visit))}
        site.applications(*later.values())
        site.quiet(NEXT, {"pos": [paid("08:30:00", code(n), 350000) for n in (11, 12)]})
        site.run(NEXT, 0)
        self.assertEqual(shown(site, NEXT), [])
        site.quiet(THIRD, {"pos": [paid(f"{DAY} 09:00:00", code(n), 350000) for n in (1, 3)]})
        site.run(THIRD, 0)
        self.assertEqual(site.states()["first"], "reinstated")
        line = ("Slot dipakai dua pemohon", 1, "first", None, None, None, "second")
        self.assertEqual(shown(site, THIRD), [(*line, 0)])
        self.assertEqual({row["No. permohonan"]: row["Slot"] for row in site.book(day=THIRD).table("Kedaluwarsa", "No.")},
                         {"first": "dipakai second", "comes-back-alone": "diminta kembali"})
        told = site.explain("T8-palembang-20240312")
        self.assertEqual([(row["application_id"], row["said"], row["first_seen"]) for row in told["applications"]],
                         [("first", "second", THIRD)])
        # it stands, untouched, until one of the two has another slot
        site.quiet(FOURTH)
        site.run(FOURTH, 0)
        self.assertEqual(shown(site, FOURTH), [(*line, 1)])
        later["second"].update(slot="09:00-1", updated_at="2024-03-09T07:00:00+07:00")
        site.applications(later["second"])
        site.quiet("2024-03-09")
        site.run("2024-03-09", 0)
        self.assertEqual(shown(site, "2024-03-09"), [])
        self.assertEqual(site.findings(), [(f"{THIRD}-1", "T8-palembang-20240312", "slot_conflict", "new"),
                                           ("2024-03-09-1", "T8-palembang-20240312", "slot_conflict", "closed")])


if __name__ == "__main__":
    main(sys.modules[__name__])
