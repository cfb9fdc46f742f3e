#!/usr/bin/python3
"""test_nights: whole nights on the private PostgreSQL: outcomes, order of arrival, missing files, runs.

Each test makes an installation, brings applications, statement files and decisions, runs nights, and says
exactly what database, log, exit code and workbooks must hold then.
"""

import csv
import hashlib
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import (  # noqa: E402
    AFTER, BEFORE, CHANNELS, DAY, EXACT, NEXT, THIRD, WRITERS, Nights, application, code, decision,
    decisions, main, name_of, near, paid)


class Outcomes(Nights):
    def test_each_outcome_and_state(self):
        site = self.site()
        names = ["paid", "late", "under", "over", "twice", "waived", "cancelled", "nobody", "parts", "late_parts",
                 "over_late", "parts_over", "tariff"]
        c = {name: code(i + 1) for i, name in enumerate(names)}
        rows = [application(name, c[name], "08:00") for name in names if name not in ("waived", "tariff")]
        rows += [application("waived", c["waived"], "08:00", due=0),
                 application("tariff", c["tariff"], "08:00", due="", service="paspor-elektronik")]
        for row in rows:
            if row["application_id"] == "cancelled":
                row.update(status="cancelled", status_at=f"{DAY}T08:30:00+07:00")
        site.applications(*rows)
        stranger = code(777)
        site.quiet(DAY, {
            "indomaret": [paid("09:00:00", c["paid"], 350000), paid("10:00:01", c["late"], 350000),
                          paid("09:00:00", c["under"], 300000), paid("09:00:00", c["over"], 400000),
                          paid("09:00:00", c["twice"], 350000), paid("09:30:00", c["twice"], 350000),
                          paid("09:00:00", c["over_late"], 100000), paid("10:30:00", c["over_late"], 400000),
                          paid("09:00:00", c["paid"], 350000, status="05")],
            "pos": [paid("09:00:00", c["waived"], 350000), paid("09:00:00", c["cancelled"], 350000),
                    paid("09:05:00", stranger, 350000), paid("09:05:00", "", 40000, product="KURR"),
                    paid("09:00:00", c["tariff"], 650000),
                    paid("09:00:00", c["parts_over"], 200000), paid("09:10:00", c["parts_over"], 200000)],
            "tokopedia": [paid("09:10:00", c["parts"], 100000), paid("09:20:00", c["parts"], 250000),
                          paid("09:50:00", c["late_parts"], 100000), paid("10:00:01", c["late_parts"], 250000)],
            "bca": [paid("00:00:00", "", 5000, narrative="BIAYA ADM", direction="DB"),
                    paid("00:00:00", "", 350000, narrative="SETORAN TUNAI")],
        })
        night = site.run(DAY, 0)
        self.said(night, f"{DAY}-1", 3)
        self.assertEqual(site.outcomes(), {
            c["paid"]: [("indomaret", "matched", EXACT, "paid")],
            c["late"]: [("indomaret", "late", AFTER, "late")],
            c["under"]: [("indomaret", "underpaid", "less than due", "under")],
            c["over"]: [("indomaret", "overpaid", "more than due", "over")],
            c["twice"]: [("indomaret", "matched", EXACT, "twice"), ("indomaret", "duplicate", BEFORE, "twice")],
            c["waived"]: [("pos", "not_due", "nothing due: waived", "waived")],
            c["tariff"]: [("pos", "matched", EXACT, "tariff")],
            c["cancelled"]: [("pos", "not_due", "nothing due: cancelled", "cancelled")],
            stranger: [("pos", "unidentified", "no application has this billing code", "")],
            c["parts"]: [("tokopedia", "matched", "part of a payment in parts", "parts")] * 2,
            c["late_parts"]: [("tokopedia", "late", AFTER, "late_parts")] * 2,
            c["parts_over"]: [("pos", "underpaid", "less than due", "parts_over"),
                              ("pos", "overpaid", "more than due", "parts_over")],
            c["over_late"]: [("indomaret", "underpaid", "less than due", "over_late"),
                             ("indomaret", "overpaid", "more than due", "over_late")],
            "": [("bca", "ignored", "ignored by rule", ""), ("bca", "unidentified", "no billing code", ""),
                 ("pos", "ignored", "ignored by rule", "")],
        })
        self.assertEqual(site.states(), {
            "paid": "paid", "nobody": "expired", "late": "paid_late", "under": "underpaid", "over": "paid", "twice": "paid",
            "waived": "waived", "tariff": "paid", "cancelled": "cancelled", "parts": "paid",
            "late_parts": "paid_late", "over_late": "paid_late", "parts_over": "paid"})
        book = site.book()
        total = book.movements()[-1]
        self.assertEqual(total, {
            "Layanan": "TOTAL", "Menunggu awal": 0, "Masuk": 13, "Dibuka kembali": 0, "Dibayar": 9,
            "Kurang bayar": 1, "Kedaluwarsa": 1, "Batal atau bebas": 2, "Menunggu akhir": 0,
            "Di antaranya ditahan": 0, "Dipulihkan": 0})
        self.assertEqual(book.status(), "FINAL")
        self.assertEqual(book.kinds(), {
            "Terlambat": 3, "Kurang bayar": 3, "Lebih bayar": 3, "Bayar ganda": 1, "Usulan": 0, "Taksa": 0,
            "Belum teridentifikasi": 0, "Tidak terutang": 2, "TOTAL": 12})
        nobody = site.book("tanpa-kantor")
        self.assertEqual(nobody.kinds()["Belum teridentifikasi"], 2)
        self.assertEqual(len(site.cases()), 14)

    def test_edges_of_the_deadline_in_three_zones(self):
        site = self.site()
        rows, paying = [], []
        # (office, offset, hour of submission there, the same in WIB)
        zones = [("palembang", 7, 9, 9), ("denpasar", 8, 9, 8), ("jayapura", 9, 9, 7)]
        want = {}
        for z, (office, offset, local, wib) in enumerate(zones):
            for e, (minute, second) in enumerate([(59, 59), (60, 0), (60, 1)]):
                identity, number = f"{office}-{e}", code(10 * z + e + 1)
                rows.append(application(identity, number, f"{DAY}T{local:02}:00:00+{offset:02}:00",
                                        office=office))
                hour, minute = wib + 1 + minute // 60, minute % 60
                paying.append(paid(f"{hour:02}:{minute:02}:{second:02}", number, 350000))
                want[number] = [("indomaret", "late" if e == 2 else "matched", AFTER if e == 2 else EXACT,
                                 identity)]
        site.applications(*rows)
        site.quiet(DAY, {"indomaret": paying})
        self.said(site.run(DAY, 0), f"{DAY}-1", 4)
        self.assertEqual(site.outcomes(), want)
        self.assertEqual({name: state for name, state in site.states().items() if state != "paid"},
                         {f"{zone[0]}-2": "paid_late" for zone in zones})
        for office, _, local, _ in zones:
            shown = [(row["Waktu bayar"], row["Hasil"]) for row in site.book(office).table("Penerimaan", "No.")]
            self.assertEqual([str(when)[11:] for when, _ in shown],
                             [f"{local + 1:02}:59:59", f"{local + 2:02}:00:00", f"{local + 2:02}:00:01"])
            self.assertEqual([result for _, result in shown], ["Cocok", "Cocok", "Terlambat"])

    def test_only_the_day_is_known(self):
        """A bank row is in time if it may have been: paid_from is midnight of the channel's zone."""
        site = self.site()
        site.applications(
            application("same-day", code(1), "08:00"),
            application("before-midnight", code(2), "21:59", day="2024-03-04"),
            application("after-midnight", code(3), "22:00", day="2024-03-04"),
            application("certain", code(4), "23:00"),
            application("wit", code(5), "2024-03-04T23:59:59+09:00", office="jayapura"))
        site.quiet(DAY, {"bca": [paid("00:00:00", code(i), 350000) for i in range(1, 6)]})
        site.run(DAY, 0)
        self.assertEqual({number: rows[0][1:3] for number, rows in site.outcomes().items()}, {
            code(1): ("matched", "right amount, time unknown"),
            code(2): ("late", AFTER),
            code(3): ("matched", "right amount, time unknown"),
            code(4): ("matched", EXACT),
            code(5): ("late", AFTER)})  # 01:59:59 of March 5 in WIT is 23:59:59 of March 4 in WIB


class Arrival(Nights):
    def test_an_earlier_payment_that_arrives_later_becomes_the_payment(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:30:00", code(1), 350000)]}, but=["indomaret"])
        site.run(DAY, 1)
        self.assertEqual(site.outcomes(code(1)), [("pos", "matched", EXACT, "P-1")])
        site.deliver("indomaret", DAY, [paid("09:10:00", code(1), 350000)])
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(code(1)),
                         [("indomaret", "matched", EXACT, "P-1"), ("pos", "duplicate", BEFORE, "P-1")])
        self.assertEqual(site.history(code(1)), [
            (f"{DAY}-1", "pos", "matched", "", ""),
            (f"{NEXT}-1", "indomaret", "matched", "", ""),
            (f"{NEXT}-1", "pos", "duplicate", "matched", "indomaret")])
        self.assertEqual(site.transitions("P-1"), [(f"{DAY}-1", "awaiting", "paid")])
        self.assertEqual([(row["Kanal"], row["Jenis"]) for row in site.book(day=NEXT).differences()],
                         [("Pos Indonesia", "Bayar ganda")])

    def test_parts_that_arrive_on_three_nights(self):
        """A second part that came first was the last one once; the parts in between decide all of them."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"tokopedia": [paid("10:00:01", code(1), 150000)]}, but=["pos", "indomaret"])
        site.run(DAY, 1)
        self.assertEqual(site.states(), {"P-1": "underpaid"})
        site.deliver("pos", DAY, [paid("09:00:00", code(1), 100000)])
        site.quiet(NEXT)
        site.run(NEXT, 1)
        self.assertEqual([row[1] for row in site.outcomes(code(1))], ["underpaid", "underpaid"])
        site.deliver("indomaret", DAY, [paid("09:00:00", code(1), 100000)])
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual([row[:2] for row in site.outcomes(code(1))],
                         [("indomaret", "late"), ("pos", "late"), ("tokopedia", "late")])
        self.assertEqual(site.transitions("P-1"),
                         [(f"{DAY}-1", "awaiting", "underpaid"), (f"{THIRD}-1", "underpaid", "paid_late")])

    def test_the_application_comes_after_its_payment(self):
        site = self.site()
        site.quiet(DAY, {"pos": [paid("09:30:00", code(1), 350000)]})
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(code(1)),
                         [("pos", "unidentified", "no application has this billing code", "")])
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.history(code(1)), [(f"{DAY}-1", "pos", "unidentified", "", ""),
                                                 (f"{NEXT}-1", "pos", "matched", "unidentified", "application")])
        self.assertEqual(site.transitions("P-1"), [(f"{NEXT}-1", "awaiting", "paid")])
        self.assertEqual(set(status for _, status in site.cases().values()), {"closed"})

    def test_any_split_over_nights_ends_as_all_at_once(self):
        days = [DAY, NEXT, THIRD]
        for seed in range(4):
            dice = random.Random(seed)
            site = self.site(name=f"split_{seed}")
            rows, payments = small_world(dice, days)
            texts = {(channel, day): WRITERS[channel](day, payments[channel, day])
                     for channel in CHANNELS for day in days}
            last = "2024-03-09"
            nights = ["2024-03-05", "2024-03-06", "2024-03-07", "2024-03-08", last]
            arrival = {key: dice.choice([night for night in nights if night >= key[1]]) for key in texts}
            for night in nights:
                site.applications(*[row for row in rows if row["submitted_at"][:10] == night] or rows[:1])
                for key, text in texts.items():
                    if arrival[key] == night:
                        site.put(name_of(*key), text)
                if night > THIRD:
                    site.quiet(night)
                site.run(night, None)
            at_once = match_at_once(site, rows, {name_of(*key): text for key, text in texts.items()}, last)
            self.assertEqual(site.by_entry(), at_once[0], f"seed {seed}: {arrival}")
            states = {row["application_id"]: "awaiting" for row in rows} | site.states()
            self.assertEqual({name: "paid" if state == "reinstated" else state
                              for name, state in states.items()}, at_once[1], f"seed {seed}: {arrival}")


def small_world(dice, days):
    """A few applications, and payments of all kinds; several on the same code."""
    rows, payments = [], {(channel, day): [] for channel in CHANNELS for day in days}
    for i in range(40):
        day, minute = dice.choice(days), dice.randrange(20 * 60)
        number = near(i // 2 if i < 6 else i)
        rows.append(application(f"P-{i:02}", number, f"{minute // 60:02}:{minute % 60:02}", day=day,
                                due=dice.choice([350000, 650000, 350000, 0 if i % 9 == 0 else 650000])))
        for _ in range(dice.choice([0, 1, 1, 2, 3])):
            when = minute + dice.choice([5, 60, 119, 120, 121, 180])
            at, on = f"{when // 60:02}:{when % 60:02}:00", day
            if when >= 24 * 60:
                continue
            amount = rows[-1]["due" if False else "amount_due"]
            amount = dice.choice([amount, amount, amount // 2, 100000, amount + 50000]) or 350000
            payments[dice.choice(CHANNELS), on].append(paid(at, number, amount))
    return rows, payments


def match_at_once(site, rows, files, last):
    """What `rekon match` says of the same files: ({entry: (outcome, application)}, {application: state})."""
    folder = site.folder / "once"
    (folder / "files").mkdir(parents=True)
    for name, text in files.items():
        (folder / "files" / name).write_text(text, encoding="utf-8")
    site.write_applications(folder / "applications.csv", rows)
    site.command("match", "--applications", folder / "applications.csv", "--statements",
                 *sorted((folder / "files").iterdir()), "--out", folder / "out",
                 "--as-at", f"{last}T24:00:00+07:00".replace("09T24", "10T00"), code=0)

    def read(name):
        with open(folder / "out" / name, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    return ({row["entry"]: (row["outcome"], row["application_id"]) for row in read("entries.csv")},
            {row["application_id"]: row["state"] for row in read("applications.csv")})


class Watermarks(Nights):
    def test_a_missing_file_holds_until_it_comes(self):
        site = self.site()
        site.applications(application("paid-there", code(1), "08:00"), application("unpaid", code(2), "08:00"),
                          application("open", code(3), "22:30"))
        site.quiet(DAY, but=["tokopedia"])
        night = site.run(DAY, 1)
        self.said(night, f"{DAY}-1", 2, "rekon-status")
        self.assertEqual(site.states(), {})
        book = site.book()
        self.assertEqual(book.status(), "SEMENTARA: 1 kanal belum lengkap")
        self.assertEqual(book.lapses(), {"paid-there": ("Ditahan", "Tokopedia"), "unpaid": ("Ditahan", "Tokopedia")})
        self.assertEqual(book.movements()[-1]["Di antaranya ditahan"], 2)
        self.assertIn("Tokopedia menunggu 2024-03-05", book.text("Ringkasan"))
        site.deliver("tokopedia", DAY, [paid("09:00:00", code(1), 350000)])
        site.quiet(NEXT)
        night = site.run(NEXT, 0)
        self.assertEqual(site.states(), {"paid-there": "paid", "unpaid": "expired", "open": "expired"})
        self.assertEqual(site.book(day=NEXT).status(), "FINAL")
        self.assertEqual(site.book(day=NEXT).lapses(), {"unpaid": ("Kedaluwarsa (diajukan)", None), "open": ("Kedaluwarsa (diajukan)", None)})

    def test_a_day_without_a_payment_is_told_by_the_same_bytes(self):
        """Two quiet days of a layout that does not tell its day are the same bytes; both days are told about.
        Found: the second was skipped as a copy, and its channel held every lapse from then on."""
        site = self.site()
        for night in (DAY, NEXT, THIRD):
            site.applications(application(f"P-{night}", code(int(night[-1])), "08:00", day=night))
        site.quiet(DAY)
        site.run(DAY, 0)
        self.assertEqual(site.inbox_names(), [])
        site.quiet(NEXT)
        site.quiet(THIRD)
        site.run(NEXT, 0)
        self.said(site.run(THIRD, 0), f"{THIRD}-1")
        self.assertEqual(set(site.states().values()), {"expired"})
        self.assertEqual(len(site.files()), 12)
        self.assertEqual({fate for _, _, fate, _, _ in site.files()}, {"accepted"})

    def test_quiet_days_that_arrive_together(self):
        site = self.site()
        for night in (DAY, NEXT, THIRD):
            site.quiet(night)
        site.applications(application("P-1", code(1), "08:00", day=NEXT))
        night = site.run(THIRD, 0)
        self.assertEqual((night.warnings(), site.states()), ([], {"P-1": "expired"}))

    def test_an_empty_file_again_is_a_copy(self):
        site = self.site()
        site.quiet(DAY)
        site.run(DAY, 0)
        site.deliver("tokopedia", DAY, [])
        site.quiet(NEXT)
        night = site.run(NEXT, 0)
        self.assertEqual(night.warnings(), ["TOKOPEDIA_20240305.csv: skipped: same content as TOKOPEDIA_20240305.csv"])

    def test_a_quiet_day_that_is_told_otherwise_later_is_held(self):
        site = self.site()
        for night in (DAY, NEXT):
            site.quiet(night)
            site.run(night, 0)
        site.deliver("tokopedia", DAY, [paid("09:00:00", code(1), 350000)])
        site.quiet(THIRD)
        night = site.run(THIRD, 1)
        self.assertRegex(night.warnings()[0], r"^TOKOPEDIA_20240305.csv: held: other content than the file of the "
                                              r"same name taken before, [0-9a-f]{64}$")

    def test_a_reinstatement(self):
        """The file of a channel that told about the day brings a payment in time with a later file."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "expired"})
        site.quiet(NEXT, {"tokopedia": [paid(f"{DAY} 09:00:00", code(1), 350000)]})
        site.run(NEXT, 0)
        self.assertEqual(site.transitions("P-1"),
                         [(f"{DAY}-1", "awaiting", "expired"), (f"{NEXT}-1", "expired", "reinstated")])
        book = site.book(day=NEXT)
        self.assertEqual(book.lapses(), {"P-1": ("Dipulihkan (diajukan)", None)})
        self.assertEqual(book.movements()[-1]["Dipulihkan"], 1)
        self.assertEqual(site.sql("SELECT to_state, reason FROM rekon.transition ORDER BY to_state"), [
            ("expired", "not paid by the deadline"), ("reinstated", "payment in time seen after the lapse")])

    def test_a_quarantined_file_holds_until_it_is_sent_right(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.quiet(DAY, but=["indomaret"])
        rows = [paid("09:00:00", code(1), 350000)]
        site.deliver("indomaret", DAY, rows, total=350001)
        night = site.run(DAY, 1)
        self.assertEqual(len(night.warnings()), 1, night.err)
        self.assertRegex(night.warnings()[0], r"^IDMREKON_20240305\.txt: quarantined: .*350001.*350000|"
                                              r"^IDMREKON_20240305\.txt: quarantined: .*350000.*350001")
        self.assertEqual(site.files()[1], (f"{DAY}-1", "IDMREKON_20240305.txt", "quarantined", "0", "0"))
        self.assertEqual(site.outcomes(), {})
        self.assertEqual(site.inbox_names(), [])
        self.assertEqual(site.book().lapses(), {"P-1": ("Ditahan", "Indomaret"), "P-2": ("Ditahan", "Indomaret")})
        self.assertEqual(site.book().files()["IDMREKON_20240305.txt"][0], "karantina")
        site.quiet(NEXT)
        night = site.run(NEXT, 1)  # it still waits
        self.assertEqual(site.states(), {})
        site.deliver("indomaret", DAY, rows)
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "expired"})

    def test_a_held_file_holds_until_a_person_decides(self):
        for kind, want in (("accept_file", {"P-1": "paid", "P-2": "paid"}), ("discard_file", {"P-1": "paid", "P-2": "expired"})):
            site = self.site(name=kind)
            site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "22:30"))
            site.quiet(DAY, {"indomaret": [paid("09:00:00", code(1), 350000)]})
            site.run(DAY, 0)
            self.assertEqual(site.states(), {"P-1": "paid"})
            path = site.deliver("indomaret", DAY, [paid("23:00:00", code(2), 350000)])
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            site.quiet(NEXT)
            night = site.run(NEXT, 1)
            self.assertRegex(night.warnings()[0], "^IDMREKON_20240305.txt: held: other content")
            self.assertEqual(site.states(), {"P-1": "paid"})
            self.assertEqual(site.book(day=NEXT).lapses(), {"P-2": ("Ditahan", "Indomaret")})
            site.quiet(THIRD)
            night = site.run(THIRD, 1)  # an operator must still act
            self.assertEqual(site.book(day=THIRD).status(), "SEMENTARA: 1 berkas dikarantina atau ditahan")
            self.assertEqual(site.states(), {"P-1": "paid"})
            site.put("decisions-1.csv", decisions(decision("D-1", kind, digest)))
            site.quiet("2024-03-08")
            site.run("2024-03-08", 0)
            self.assertEqual(site.effects(), [("D-1", kind, "applied", "")])
            self.assertEqual(site.states(), want)
            self.assertEqual([row[2] for row in site.files() if row[1] == "IDMREKON_20240305.txt"],
                             ["accepted", "held", "accepted" if kind == "accept_file" else "discarded"])
            site.put("decisions-2.csv", decisions(decision("D-2", "accept_file", digest)))
            site.quiet("2024-03-09")
            night = site.run("2024-03-09", 1)
            self.assertEqual(site.effects()[1:], [
                ("D-2", "accept_file", "stale", "no quarantined or held file has this digest")])

    def test_a_file_that_was_sent_right_cannot_be_accepted_any_more(self):
        """Found: accepting the broken file after the right one had come counted its entries twice."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, but=["indomaret"])
        rows = [paid("09:00:00", code(1), 350000)]
        digest = hashlib.sha256(site.deliver("indomaret", DAY, rows, total=1).read_bytes()).hexdigest()
        site.run(DAY, 1)
        site.deliver("indomaret", DAY, rows)
        site.quiet(NEXT)
        site.run(NEXT, 0)
        site.quiet(THIRD)
        site.put("decisions-1.csv", decisions(decision("D-1", "accept_file", digest)))
        night = site.run(THIRD, 1)
        self.assertEqual(night.warnings(),
                         ["decision D-1 is stale: no quarantined or held file has this digest"])
        self.assertEqual(site.outcomes(code(1)), [("indomaret", "matched", EXACT, "P-1")])

    def test_a_file_that_cannot_be_read_is_not_accepted(self):
        """Found: the decision was told to be applied, and the file was in quarantine as before."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, but=["indomaret"])
        path = site.put("IDMREKON_20240305.txt", "H|REKON|20240305\n")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        site.run(DAY, 1)
        site.quiet(NEXT)
        site.put("decisions-1.csv", decisions(decision("D-1", "accept_file", digest)))
        site.run(NEXT, 1)
        self.assertEqual(site.effects(), [("D-1", "accept_file", "stale", "the file cannot count: the trailer is "
                                           "missing: the file is cut short")])
        self.assertEqual(site.states(), {})
        site.quiet(THIRD)
        site.put("decisions-2.csv", decisions(decision("D-2", "discard_file", digest)))
        site.run(THIRD, 1)  # the day is still untold
        self.assertEqual(site.effects()[1][2], "applied")
        self.assertEqual(site.book(day=THIRD).lapses(), {"P-1": ("Ditahan", "Indomaret")})
        site.deliver("indomaret", DAY, [])
        site.quiet("2024-03-08")
        site.run("2024-03-08", 0)
        self.assertEqual(site.states(), {"P-1": "expired"})

    def test_a_file_that_breaks_its_total_is_accepted_as_it_is(self):
        """Found: the decision was stale, as the file went back to quarantine."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, but=["indomaret"])
        path = site.deliver("indomaret", DAY, [paid("09:00:00", code(1), 350000)], total=1)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        site.run(DAY, 1)
        self.assertEqual(site.states(), {})
        site.quiet(NEXT)
        site.put("decisions-1.csv", decisions(decision("D-1", "accept_file", digest[:16])))
        site.run(NEXT, 0)
        self.assertEqual([row[2] for row in site.effects()], ["applied"])
        self.assertEqual(site.outcomes(code(1)), [("indomaret", "matched", EXACT, "P-1")])
        self.assertEqual(site.states(), {"P-1": "paid"})

    def test_a_file_is_accepted_once(self):
        """Found: two decisions of one night that accept the same file counted its entries twice."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        path = site.deliver("indomaret", DAY, [paid("09:00:00", code(1), 350000)])
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        site.quiet(NEXT)
        site.run(NEXT, 1)
        site.quiet(THIRD)
        site.put("decisions-1.csv", decisions(decision("D-1", "accept_file", digest),
                                              decision("D-2", "accept_file", digest[:16])))
        site.run(THIRD, 1)
        self.assertEqual([row[2] for row in site.effects()], ["applied", "stale"])
        self.assertEqual(site.outcomes(code(1)), [("indomaret", "matched", EXACT, "P-1")])
        self.assertEqual(site.transitions("P-1"),
                         [(f"{DAY}-1", "awaiting", "expired"), (f"{THIRD}-1", "expired", "reinstated")])


    def test_decisions_that_are_sent_again_are_skipped(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, but=["indomaret"])
        site.deliver("indomaret", DAY, [paid("09:00:00", code(1), 300000)])
        site.run(DAY, 0)
        entry = site.sql("SELECT entry FROM rekon.outcome")[0][0]
        wanted = decisions(decision("D-1", "resolve", entry))
        site.quiet(NEXT)
        site.put("decisions-1.csv", wanted)
        site.run(NEXT, 0)
        site.quiet(THIRD)
        site.put("decisions-again.csv", wanted)
        night = site.run(THIRD, 0)
        self.assertEqual(night.warnings(), ["decisions-again.csv: skipped: same content as decisions-1.csv"])
        self.assertEqual([row[2] for row in site.effects()], ["applied"])


class Runs(Nights):
    def test_a_second_run_without_news_is_nothing(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        before = site.tree("archive", "output", "inbox")
        rows = site.sql("SELECT count(*) FROM rekon.transition_answer")
        night = site.run(DAY, 0)
        self.assertEqual(night.last, f"run={DAY}-2 committed=no published=0/0 next=none")
        site.put("TOKOPEDIA_20240305 (1).csv", "x")
        site.run(DAY, 1)
        (site.inbox / "TOKOPEDIA_20240305 (1).csv").unlink()
        self.assertEqual(site.tree("archive", "output", "inbox"), before)
        self.assertEqual(site.sql("SELECT count(*) FROM rekon.transition_answer"), rows)
        self.assertEqual(site.runs(), [f"{DAY}-1"])

    def test_the_same_file_again_is_no_news(self):
        """Found: a copy of a file made a second run of the night and a revision of every book."""
        site = self.site()
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        site.deliver("pos", DAY, [paid("09:00:00", code(1), 350000)])
        night = site.run(DAY, 0)
        self.assertEqual(night.last, f"run={DAY}-2 committed=no published=0/0 next=none")
        self.assertEqual(night.warnings(), ["POSREKON_20240305.txt: skipped: same content as POSREKON_20240305.txt"])
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.inbox_names(), [])

    def test_news_make_a_second_run(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, but=["pos"])
        site.run(DAY, 1)
        staff = site.output / "palembang" / f"harian-{DAY}.xlsx"
        staff.write_bytes(staff.read_bytes() + b"written by staff")
        first = site.tree("output")
        site.deliver("pos", DAY, [paid("09:00:00", code(1), 350000)])
        self.said(site.run(DAY, 0), f"{DAY}-2", 2)
        after = site.tree("output")
        self.assertEqual({name: after[name] for name in first}, first)
        self.assertEqual(sorted(set(after) - set(first)), [f"output/nasional/nasional-{DAY}.r2.xlsx",
                                                           f"output/palembang/harian-{DAY}.r2.xlsx"])
        book = site.book(revision=2)
        self.assertEqual(book.status(), "FINAL")
        total = book.movements()[-1]
        self.assertEqual((total["Menunggu awal"], total["Masuk"], total["Dibayar"], total["Menunggu akhir"]),
                         (0, 1, 1, 0))
        self.assertEqual(site.runs(), [f"{DAY}-1", f"{DAY}-2"])
        self.assertEqual(site.sql("SELECT count(*) FROM rekon.run a JOIN rekon.run b ON b.previous = a.run_id"),
                         [("1",)])
        site.quiet(NEXT)
        self.said(site.run(NEXT, 0), f"{NEXT}-1")

    def test_a_night_before_the_head_is_refused(self):
        site = self.site()
        for night in (DAY, NEXT):
            site.quiet(night)
            site.run(night, 0)
        site.deliver("pos", DAY, [paid("09:00:00", code(1), 350000)])
        before = site.tree("archive", "output", "inbox")
        night = site.run(DAY, 2)
        self.assertIn("a night before the last one cannot be run any more", night.err)
        self.assertIn("news for an older day goes into the next night", night.err)
        self.assertEqual((site.tree("archive", "output", "inbox"), site.runs()), (before, [f"{DAY}-1", f"{NEXT}-1"]))
        (site.inbox / "POSREKON_20240305.txt").unlink()

    def test_catching_up_runs_every_night_in_order(self):
        today = datetime.now(ZoneInfo("Asia/Jakarta")).date()
        days = [str(today - timedelta(days=back)) for back in (3, 2, 1)]
        site = self.site(start=days[0])
        for day in days + [str(today)]:
            site.quiet(day)
        site.applications(application("P-1", code(1), "08:00", day=days[1]))
        night = site.run(None, 0)
        self.assertEqual([line.split()[0] for line in night.out.splitlines()],
                         [f"run={day}-1" for day in days])
        self.assertEqual(site.runs(), [f"{day}-1" for day in days])
        self.assertEqual(site.inbox_names(), sorted(name_of(channel, str(today)) for channel in CHANNELS))
        self.assertEqual(site.transitions("P-1"), [(f"{days[1]}-1", "awaiting", "expired")])
        self.assertEqual(site.run(None, 0).last, f"run={days[-1]}-2 committed=no published=0/0 next=none")

    def test_spans_of_nights(self):
        site = self.site()
        for night in (DAY, NEXT, THIRD):
            site.quiet(night)
        ran = site.command("run", "--from", DAY, "--to", THIRD, code=0)
        self.assertEqual([line.split()[0] for line in ran.out.splitlines()],
                         [f"run={night}-1" for night in (DAY, NEXT, THIRD)])
        for words in (("--from", THIRD, "--to", DAY), ("--from", DAY), ("--date", DAY, "--to", DAY),
                      ("--date", "2024-02-30"), ("--date", "yesterday"), ("--date", NEXT), ("--night", DAY)):
            ran = site.command("run", *words, code=2)
            self.assertEqual(ran.out, "")
        self.assertEqual(site.runs(), [f"{night}-1" for night in (DAY, NEXT, THIRD)])

    def test_a_day_that_is_not_over(self):
        """A slip of the pen must not close the books of years to come."""
        site = self.site()
        today = datetime.now(ZoneInfo("Asia/Jakarta")).date()
        for day in (today, today + timedelta(days=400)):
            ran = site.run(str(day), 2)
            self.assertIn("is not over", ran.err)
        self.assertEqual((site.runs(), site.tree("output")), ([], {}))

    def test_what_stays_in_the_inbox(self):
        site = self.site()
        site.quiet(DAY)
        site.quiet(NEXT)
        stays = {"README.txt": "hello", "IDMREKON_20240305.txt.part": "D|", "x.tmp": "1", ".hidden": "1",
                 "Copy of POSREKON_20240305.txt": "HPOS", "IDMREKON_20241305.txt": "H|REKON|20241305\nT|0|0\n",
                 "decisions-notes.csv": "a,b\n1,2\n"}
        for name, text in stays.items():
            site.put(name, text)
        (site.inbox / "TOKOPEDIA_20240307.csv").mkdir()
        night = site.run(DAY, 1)
        self.assertEqual(site.inbox_names(), sorted([*stays, *(name_of(channel, NEXT) for channel in CHANNELS)]))
        named = sorted(warning.split(":")[0] for warning in night.warnings())
        self.assertEqual(named, ["Copy of POSREKON_20240305.txt", "IDMREKON_20241305.txt", "README.txt",
                                 "decisions-notes.csv"])
        self.said(night, f"{DAY}-1", 1, "rekon-status")
        for name in stays:
            (site.inbox / name).unlink()

    def test_a_copy_under_a_strange_name_hides_nothing(self):
        """Found: a file was skipped as the copy of one that stayed in the inbox unread, and was never read."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"indomaret": [paid("09:00:00", code(1), 350000)]})
        text = (site.inbox / "IDMREKON_20240305.txt").read_text()
        site.put("Copy of IDMREKON_20240305.txt", text)
        site.run(DAY, 1)
        self.assertEqual(site.states(), {"P-1": "paid"})
        self.assertEqual(site.inbox_names(), ["Copy of IDMREKON_20240305.txt"])

    def test_a_copy_under_another_day_is_named_and_skipped(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"indomaret": [paid("09:00:00", code(1), 350000)]})
        text = (site.inbox / "IDMREKON_20240305.txt").read_text()
        site.run(DAY, 0)
        site.put("IDMREKON_20240304.txt", text)
        site.quiet(NEXT)
        night = site.run(NEXT, 0)
        self.assertEqual(night.warnings(),
                         ["IDMREKON_20240304.txt: skipped: same content as IDMREKON_20240305.txt"])
        self.assertEqual(site.outcomes(code(1)), [("indomaret", "matched", EXACT, "P-1")])
        self.assertEqual(site.book("nasional", NEXT).files()["IDMREKON_20240304.txt"][0], "sama, dilewati")


if __name__ == "__main__":
    main(sys.modules["__main__"])
