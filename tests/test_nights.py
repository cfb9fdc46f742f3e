#!/usr/bin/python3
"""test_nights: whole nights on the private PostgreSQL, as users and operators bring them about.

Each test makes an installation, brings applications, statement files and decisions, runs nights, and says
exactly what database, log, exit code and workbooks must hold then. Every test ends with `verify` finding
nothing and every night coming out identical when it is run again from the archive.
"""

import csv
import hashlib
import random
import re
import shutil
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import (  # noqa: E402
    CHANNELS, DAY, GENERATE, LABELS, ROOT, WRITERS, Book, Site, application, decision, decisions, name_of, paid)

NEXT = "2024-03-06"
THIRD = "2024-03-07"
EXACT = "right amount, in time"
AFTER = "paid after the deadline"
BEFORE = "already paid in full"
LOCK = re.compile(r'LOCK_KEY "(.+)"')


def code(n):
    """Billing codes that nobody mistypes for each other."""
    return f"820240305{n * 1237:06}"


def near(n):
    return f"8202403050{n:05}"


class Nights(unittest.TestCase):
    maxDiff = None

    def site(self, name="", **settings):
        name = name or self.id().rsplit("test_", 1)[1][:40]
        site = Site(name, **settings)
        self.addCleanup(site.close)
        self.sites = getattr(self, "sites", []) + [site]
        return site

    def tearDown(self):
        for site in getattr(self, "sites", []):
            verified = site.command("verify")
            self.assertEqual((verified.code, verified.last.split(", ")[-1]), (0, "0 differences"),
                             verified.out + verified.err)
            self.assertEqual(site.rerun_all(), [])

    def said(self, night, run, books=None, next_step="none"):
        """The last line of a run that was committed."""
        count = f"{books}/{books}" if books else r"(\d+)/\1"
        self.assertRegex(night.last, f"^run={run} committed=yes published={count} next={next_step}$")


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
        for seed in range(6):
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


class Decisions(Nights):
    def start(self, name="", rows=(), put=None, code=0):
        site = self.site(name=name)
        site.applications(*rows)
        site.quiet(DAY, put)
        site.run(DAY, code)
        return site

    def decide(self, site, night, *rows, code=0, put=None, **shape):
        site.put(f"decisions-{night}.csv", decisions(*rows, **shape))
        site.quiet(night, put)
        return site.run(night, code)

    def test_a_forced_match_stays(self):
        site = self.start(rows=[application("P-1", code(1), "08:00")],
                          put={"pos": [paid("09:30:00", code(71), 350000)]})
        entry = site.entries(code(71))[0]
        self.assertEqual(site.states(), {"P-1": "expired"})
        self.decide(site, NEXT, decision("D-1", "match", entry, "P-1"))
        self.assertEqual(site.outcomes(code(71)), [("pos", "matched", EXACT, "P-1")])
        self.assertEqual(site.history(code(71))[-1], (f"{NEXT}-1", "pos", "matched", "unidentified", "decision"))
        self.assertEqual(site.transitions("P-1")[-1], (f"{NEXT}-1", "expired", "reinstated"))
        self.assertEqual(site.sql("SELECT status, decision_id FROM rekon.case_event ORDER BY 1"),
                         [("closed", "D-1"), ("new", "")])
        # the right code is paid as well, later
        site.quiet(THIRD, {"pos": [paid(f"{DAY} 09:40:00", code(1), 350000)]})
        site.run(THIRD, 0)
        self.assertEqual(site.outcomes(code(1)), [("pos", "duplicate", BEFORE, "P-1")])
        self.assertEqual(site.outcomes(code(71)), [("pos", "matched", EXACT, "P-1")])
        # and earlier, seen later still
        site.quiet("2024-03-08", {"pos": [paid(f"{DAY} 09:00:00", code(1), 350000)]})
        site.run("2024-03-08", 0)
        self.assertEqual([row[1] for row in site.outcomes(code(1))], ["matched", "duplicate"])
        self.assertEqual(site.outcomes(code(71)), [("pos", "duplicate", BEFORE, "P-1")])
        # somebody books under the mistyped code: the decision holds
        site.applications(application("P-71", code(71), "08:00", day="2024-03-09"))
        site.quiet("2024-03-09")
        site.run("2024-03-09", 0)
        self.assertEqual(site.outcomes(code(71)), [("pos", "duplicate", BEFORE, "P-1")])
        self.assertEqual(site.states(), {"P-1": "reinstated", "P-71": "expired"})

    def test_an_unmatched_entry_is_not_matched_again(self):
        site = self.start(rows=[application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00")],
                          put={"pos": [paid("09:00:00", code(1), 350000), paid("09:30:00", code(1), 350000)]})
        first, second = site.entries(code(1))
        self.decide(site, NEXT, decision("D-1", "unmatch", first))
        self.assertEqual(site.outcomes(code(1)), [
            ("pos", "unidentified", "match taken back by a person", ""), ("pos", "matched", EXACT, "P-1")])
        self.assertEqual(site.history(code(1))[2:], [
            (f"{NEXT}-1", "pos", "unidentified", "matched", "decision"),
            (f"{NEXT}-1", "pos", "matched", "duplicate", "decision")])
        self.decide(site, THIRD, decision("D-2", "unmatch", second))
        self.assertEqual(site.transitions("P-1"),
                         [(f"{DAY}-1", "awaiting", "paid"), (f"{THIRD}-1", "paid", "expired")])
        site.applications(application("P-1", code(1), "08:00", updated_at="2024-03-08T09:00:00+07:00",
                                      validity="10"))
        site.quiet("2024-03-08", {"pos": [paid(f"{DAY} 09:45:00", code(1), 350000)]})
        site.run("2024-03-08", 0)
        self.assertEqual([row[1] for row in site.outcomes(code(1))], ["unidentified", "unidentified", "matched"])
        self.assertEqual(site.states()["P-1"], "reinstated")
        # and it may be matched with the application that was meant
        self.decide(site, "2024-03-09", decision("D-3", "match", first, "P-2"))
        self.assertEqual(site.outcomes(code(1))[0], ("pos", "matched", EXACT, "P-2"))
        self.assertEqual(site.states(), {"P-1": "reinstated", "P-2": "reinstated"})

    def test_ignored_and_resolved_stay_so(self):
        site = self.start(rows=[application("P-1", code(1), "08:00")],
                          put={"pos": [paid("09:00:00", code(1), 350000), paid("09:30:00", code(1), 350000)],
                               "indomaret": [paid("09:00:00", code(77), 1000), paid("09:05:00", code(78), 1000)]})
        duplicate = site.entries(code(1))[1]
        cases = dict(site.sql("SELECT billing_code, case_id FROM rekon.case_event c JOIN rekon.outcome o "
                              "USING (entry)"))
        self.assertEqual(len(cases), 3)
        self.decide(site, NEXT, decision("D-1", "resolve", cases[code(1)]),
                    decision("D-2", "ignore", site.entries(code(77))[0]),
                    decision("D-3", "ignore", cases[code(78)]))
        self.assertEqual({row[2] for row in site.effects()}, {"applied"})
        self.assertEqual(site.outcomes(code(77)), [("indomaret", "ignored", "decided by a person", "")])
        self.assertEqual(site.outcomes(code(1))[1], ("pos", "duplicate", BEFORE, "P-1"))
        self.assertEqual({status for _, status in site.cases().values()}, {"closed"})
        self.assertEqual(dict(site.sql("SELECT case_id, decision_id FROM rekon.case_event WHERE status = 'closed'")),
                         {cases[code(1)]: "D-1", cases[code(77)]: "D-2", cases[code(78)]: "D-3"})
        self.assertEqual(site.book(day=NEXT).differences(), [])
        site.applications(application("P-77", code(77), "08:00", due=1000))
        site.quiet(THIRD, {"pos": [paid(f"{DAY} 09:45:00", code(1), 350000)]})
        site.run(THIRD, 0)
        self.assertEqual(site.outcomes(code(77))[0][1], "ignored")
        self.assertEqual([row["Kode billing"] for row in site.book(day=THIRD).differences()], [code(1)])
        self.assertEqual(site.cases()[cases[code(1)]], ("duplicate", "closed"))
        # the entry of a case that is closed, and one that never had one
        night = self.decide(site, "2024-03-08", decision("D-4", "resolve", duplicate),
                            decision("D-5", "resolve", site.entries(code(1))[0]), code=1)
        self.assertEqual([row[2:] for row in site.effects()[3:]],
                         [("stale", "no open case has the id of its subject")] * 2)

    def test_what_is_refused_or_stale(self):
        site = self.start(rows=[application("P-1", code(1), "08:00")],
                          put={"pos": [paid("09:00:00", code(1), 350000), paid("09:30:00", code(77), 350000)]})
        entry = site.entries(code(77))[0]
        rows = [decision("D-01", "match", entry, "P-1", checked_by="ani"),
                decision("D-02", "match", entry, "P-404"), decision("D-03", "match", entry),
                decision("D-04", "match", "8.20240305E+14", "P-1"), decision("D-05", "resolve", "K-0123456789-1"),
                decision("D-06", "unmatch", entry), decision("D-07", "lapse", "P-1"),
                decision("D-08", "discard_file", "0" * 64), decision("D-09", "match", "8,20240305E+14", "P-1"),
                decision("D-10", "match", entry, "P-1", checked_by=""),
                decision("D-11", "match", entry, "P-1", made_by="Ani", checked_by="ani "),
                decision("", "match", entry, "P-1"), decision("D-13", "match", "0123456789abcdef:1", "P-1")]
        night = self.decide(site, NEXT, *rows, code=1)
        same = "maker and checker are the same person"
        notation = "a code in scientific notation: format the column as text before saving"
        self.assertEqual(dict((row[0], row[2:]) for row in site.effects()), {
            "": ("refused", "decision_id is empty"),
            "D-01": ("refused", same), "D-11": ("refused", same),
            "D-02": ("stale", "no application has the id of its object"),
            "D-03": ("refused", "match needs an application as its object"),
            "D-04": ("refused", notation), "D-09": ("refused", notation),
            "D-05": ("stale", "no open case or entry has the id of its subject"),
            "D-06": ("stale", "the entry is matched with no application"),
            "D-07": ("refused", "kind is not one of match, unmatch, ignore, accept_file, discard_file, resolve"),
            "D-08": ("stale", "no quarantined or held file has this digest"),
            "D-10": ("refused", "made_by and checked_by must be given"),
            "D-13": ("stale", "no open case or entry has the id of its subject")})
        self.assertEqual(len(night.warnings()), 13)
        self.assertIn(f"decision D-01 is refused: {same}", night.warnings())
        self.assertIn("decision D-13 is stale: no open case or entry has the id of its subject", night.warnings())
        self.assertEqual(site.outcomes(code(77))[0][1], "unidentified")
        self.assertEqual(site.inbox_names(), [])

    def test_money_going_out_is_no_payment(self):
        site = self.start(rows=[application("P-1", code(1), "08:00")],
                          put={"bca": [paid("00:00:00", code(71), 350000, direction="DB",
                                            narrative=f"KOREKSI {code(71)}")]})
        night = self.decide(site, NEXT, decision("D-1", "match", site.entries(code(71))[0], "P-1"), code=1)
        self.assertEqual(site.effects()[0][2:], ("stale", "money going out pays no application"))
        self.assertEqual(site.outcomes(code(71)), [("bca", "unidentified", "money going out", "")])
        self.assertEqual(site.states(), {"P-1": "expired"})

    def test_what_spreadsheets_export(self):
        for name, separator, mark, ends in (("semicolon", ";", True, "\r\n"), ("comma", ",", True, "\n")):
            site = self.start(name=name, put={"pos": [paid("09:00:00", code(77), 350000)]})
            entry = site.entries(code(77))[0]
            text = decisions(decision("D-1", "ignore", entry, reason='kata "lain"; a, b\nbaris dua'),
                             separator=separator, mark=mark).replace("\n", ends)
            site.put("decisions-1.csv", text + ends)
            site.quiet(NEXT)
            site.run(NEXT, 0)
            self.assertEqual(site.outcomes(code(77))[0][1:3], ("ignored", "decided by a person"))

    def test_decisions_of_the_day_of_their_second_run(self):
        site = self.start(rows=[application("P-1", code(1), "08:00")],
                          put={"pos": [paid("09:30:00", code(71), 350000)]})
        site.put("decisions-1.csv", decisions(decision("D-1", "match", site.entries(code(71))[0], "P-1")))
        self.said(site.run(DAY, 0), f"{DAY}-2")
        total = site.book(revision=2).movements()[-1]
        self.assertEqual([total[key] for key in ("Menunggu awal", "Masuk", "Dibayar", "Kedaluwarsa",
                                                 "Menunggu akhir", "Dipulihkan")], [0, 1, 0, 1, 0, 1])
        self.assertEqual(site.transitions("P-1"), [(f"{DAY}-1", "awaiting", "expired"),
                                                   (f"{DAY}-2", "expired", "reinstated")])


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
            self.assertNotIn(ran.code, (0, 70))
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
        site.run(NEXT, None)
        self.assertEqual(site.states(), {})
        book = site.book(day=NEXT)
        self.assertEqual(book.status(), "SEMENTARA: sumber permohonan menyusut, kedaluwarsa ditangguhkan")
        self.assertEqual([status for status, _ in book.lapses().values()], ["Ditahan", "Ditahan"])
        self.assertEqual(site.run(NEXT, None).last, f"run={NEXT}-2 committed=no published=0/0 next=none")

    def test_the_view_is_out_of_reach(self):
        """Nothing is half done: the night runs when the view is back."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY)
        before = site.tree("inbox", "output", "archive")
        site.sql("ALTER VIEW rekon_source.application RENAME TO away")
        self.assertIn(site.run(DAY, None).code, (1, 5))
        self.assertEqual(site.states(), {})
        site.sql("ALTER VIEW rekon_source.away RENAME TO application")
        site.run(NEXT, None)

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
                SELECT DISTINCT ON (o.entry) o.* FROM rekon.outcome o JOIN rekon.run r USING (run_id)
                ORDER BY o.entry, r.night DESC, r.number DESC) s
            WHERE booked_on = '{night}' AND outcome <> 'ignored' GROUP BY channel"""))
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


APPLY = """
CREATE OR REPLACE FUNCTION rekon_source.apply(
    id text, application_id text, from_state text, to_state text, reason text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN {} END $body$"""


class HandOver(Nights):
    def answers(self, site):
        return site.sql("""SELECT t.application_id, a.attempt, a.answer, a.why FROM rekon.transition_answer a
                           JOIN rekon.transition t ON t.id = a.transition_id ORDER BY 1, 2""")

    def test_a_function_that_fails_is_asked_again(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00"))
        site.sql(APPLY.format("""
            IF application_id = 'P-1' THEN RAISE EXCEPTION 'the booking system is away'; END IF;
            RETURN 'refused: the applicant stands at the desk';"""))
        site.quiet(DAY)
        night = site.run(DAY, 1)
        self.assertIn("confirmed=0 refused=1 failed=1", night.err)
        self.assertEqual(self.answers(site), [
            ("P-1", "1", "failed", "the booking system is away"),
            ("P-2", "1", "refused", "the applicant stands at the desk")])
        self.assertEqual(site.states(), {"P-1": "expired", "P-2": "expired"})
        site.sql(APPLY.format("RETURN 'confirmed';"))
        night = site.run(DAY, 0)
        self.assertEqual(night.last, f"run={DAY}-2 committed=no published=0/0 next=none")
        self.assertEqual(self.answers(site)[1], ("P-1", "2", "confirmed", ""))
        self.assertEqual(len(self.answers(site)), 3)

    def test_answers_that_are_none(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        for attempt, body in enumerate(("RETURN NULL;", "RETURN 'yes';", "RETURN 'confirmed by me';",
                                        "PERFORM 1 / 0;"), 1):
            site.sql(APPLY.format(body))
            site.quiet(f"2024-03-{4 + attempt:02}")
            site.run(f"2024-03-{4 + attempt:02}", 1)
            self.assertEqual(self.answers(site)[-1][1:3], (str(attempt), "failed"))
        self.assertEqual(site.states(), {"P-1": "expired"})

    def test_the_role_of_the_night_cannot_change_history(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        night = site.connection.replace("user=postgres", "user=rekon_night")
        tables = [row[0] for row in site.sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND "
                                             "relnamespace = 'rekon'::regnamespace ORDER BY 1")]
        self.assertGreater(len(tables), 8)
        for table in tables:
            column = site.sql(f"SELECT attname FROM pg_attribute WHERE attrelid = 'rekon.{table}'::regclass "
                              f"AND attnum = 1")[0][0]
            for query in (f"UPDATE rekon.{table} SET {column} = {column}", f"DELETE FROM rekon.{table}",
                          f"TRUNCATE rekon.{table}", f"DROP TABLE rekon.{table}",
                          f"ALTER TABLE rekon.{table} DISABLE TRIGGER ALL"):
                with self.assertRaisesRegex(AssertionError, "permission denied|must be owner"):
                    site.sql_as(night, query)


class Changes(Nights):
    """What the booking system says changes after it was judged."""

    def balance(self, site, night, offices):
        for office in [*offices, "nasional"]:
            total = site.book(office, night).movements()[-1]
            roll = (total["Menunggu awal"] + total["Masuk"] + total["Dibuka kembali"] - total["Dibayar"]
                    - total["Kurang bayar"] - total["Kedaluwarsa"] - total["Batal atau bebas"])
            self.assertEqual(roll, total["Menunggu akhir"], f"{night} {office}: {total}")
        return total

    def test_the_amount_due_rises_after_the_payment(self):
        site = self.site()
        row = application("P-1", code(1), "08:00")
        site.applications(row)
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        site.applications({**row, "amount_due": 650000, "updated_at": f"{NEXT}T09:00:00+07:00"})
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.history(code(1)), [(f"{DAY}-1", "pos", "matched", "", ""),
                                                 (f"{NEXT}-1", "pos", "underpaid", "matched", "application")])
        self.assertEqual(site.transitions("P-1"), [(f"{DAY}-1", "awaiting", "paid"),
                                                   (f"{NEXT}-1", "paid", "underpaid")])
        self.balance(site, NEXT, ["palembang"])

    def test_the_application_gets_another_code(self):
        site = self.site()
        row = application("P-1", code(1), "08:00")
        site.applications(row, application("P-2", code(2), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000), paid("09:30:00", code(3), 350000)]})
        site.run(DAY, 0)
        site.applications({**row, "billing_code": code(3), "updated_at": f"{NEXT}T09:00:00+07:00"})
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(), {
            code(1): [("pos", "unidentified", "no application has this billing code", "")],
            code(3): [("pos", "matched", EXACT, "P-1")]})
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "expired"})
        self.balance(site, NEXT, ["palembang"])

    def test_two_applications_have_one_code(self):
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]})
        site.run(DAY, 0)
        site.applications(application("P-2", code(1), "08:00", day=NEXT), application("P-3", code(3), "08:00", day=NEXT))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(code(1)),
                         [("pos", "ambiguous", "several applications have this billing code", "")])
        self.assertEqual(site.sql("SELECT application_id, role FROM rekon.allocation ORDER BY run_id = (SELECT run_id "
                                  f"FROM rekon.run WHERE night = '{NEXT}'), 1"),
                         [("P-1", "payment"), ("P-1", "candidate"), ("P-2", "candidate")])
        # neither lapses while the payment may be its own, on this night and the next
        for night in (NEXT, THIRD):
            if night == THIRD:
                site.quiet(night)
                site.run(night, 0)
            self.assertEqual({name: state for name, state in site.states().items() if state != "awaiting"},
                             {"P-3": "expired"})
            held = {name: row for name, row in site.book(day=night).lapses().items() if name != "P-3"}
            self.assertEqual(held, {"P-1": ("Ditahan", "Pos Indonesia"), "P-2": ("Ditahan", "Pos Indonesia")})
            self.balance(site, night, ["palembang"])
        site.put("decisions-1.csv", decisions(decision("D-1", "match", site.entries(code(1))[0], "P-1")))
        site.quiet("2024-03-08")
        site.run("2024-03-08", 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "expired", "P-3": "expired"})

    def test_an_application_moves_to_another_office(self):
        """Found: opening + in - out was not closing for either office, nor for two services."""
        site = self.site()
        waiting, settled = application("P-1", code(1), "23:00"), application("P-2", code(2), "08:00")
        site.applications(waiting, settled, application("P-3", code(3), "08:00", office="denpasar"))
        site.quiet(DAY, {"pos": [paid("09:00:00", code(2), 350000)]})
        site.run(DAY, 0)
        self.balance(site, DAY, ["palembang", "denpasar"])
        for row in (waiting, settled):
            row.update(office="denpasar", updated_at=f"{NEXT}T00:10:00+07:00")
        site.applications(waiting, settled)
        site.quiet(NEXT, {"pos": [paid("00:30:00", code(1), 350000)]})
        site.run(NEXT, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid", "P-3": "expired"})
        self.balance(site, NEXT, ["palembang", "denpasar"])
        for office, figures in (("palembang", [1, -2, -1, 0]), ("denpasar", [0, 2, 2, 0]), ("nasional", [1, 0, 1, 0])):
            total = site.book(office, NEXT).movements()[-1]
            self.assertEqual([total[key] for key in ("Menunggu awal", "Masuk", "Dibayar", "Menunggu akhir")],
                             figures, office)
        site.quiet(THIRD)
        site.run(THIRD, 0)
        for office in ("palembang", "denpasar", "nasional"):
            if (site.output / office).exists() and list((site.output / office).glob(f"*{THIRD}*")):
                self.assertEqual(site.book(office, THIRD).movements()[-1]["Menunggu awal"], 0)

    def test_a_service_is_put_right(self):
        site = self.site()
        row = application("P-1", code(1), "23:00")
        site.applications(row)
        site.quiet(DAY)
        site.run(DAY, 0)
        site.applications({**row, "service": "paspor-elektronik", "updated_at": f"{NEXT}T00:10:00+07:00"})
        site.quiet(NEXT)
        site.run(NEXT, 0)
        for line in site.book(day=NEXT).movements():
            roll = (line["Menunggu awal"] + line["Masuk"] + line["Dibuka kembali"] - line["Dibayar"]
                    - line["Kurang bayar"] - line["Kedaluwarsa"] - line["Batal atau bebas"])
            self.assertEqual(roll, line["Menunggu akhir"], line)

    def test_a_cancellation_before_and_after_the_payment(self):
        site = self.site()
        rows = [application(f"P-{i}", code(i), "08:00") for i in (1, 2, 3)]
        site.applications(*rows)
        site.quiet(DAY, {"pos": [paid("09:00:00", code(1), 350000)]}, but=["indomaret"])
        site.run(DAY, 1)
        for row in rows:
            row.update(status="cancelled", status_at=f"{DAY}T09:15:00+07:00", updated_at=f"{NEXT}T09:00:00+07:00")
        site.applications(*rows)
        site.deliver("indomaret", DAY, [paid("09:30:00", code(2), 350000)])
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(), {
            code(1): [("pos", "matched", EXACT, "P-1")],
            code(2): [("indomaret", "not_due", "nothing due: cancelled", "P-2")]})
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "cancelled", "P-3": "cancelled"})
        self.balance(site, NEXT, ["palembang"])

    def test_a_suggestion_holds_until_it_is_settled(self):
        site = self.site()
        site.applications(application("P-1", near(1), "08:00"), application("P-2", near(22), "08:00"))
        site.quiet(DAY, {"pos": [paid("09:00:00", near(9), 350000), paid("09:00:00", near(29), 350000)]})
        site.run(DAY, 0)
        for night in (DAY, NEXT):
            if night == NEXT:
                site.quiet(night)
                site.run(night, 0)
            self.assertEqual([site.outcomes(near(n))[0][1::2] for n in (9, 29)],
                             [("suggested", "P-1"), ("suggested", "P-2")])
            self.assertEqual(site.states(), {})
            self.assertEqual(site.book(day=night).lapses(), {"P-1": ("Ditahan", "Pos Indonesia"),
                                                             "P-2": ("Ditahan", "Pos Indonesia")})
        # the one is decided, the other turns out to have been paid elsewhere
        site.put("decisions-1.csv", decisions(decision("D-1", "match", site.entries(near(9))[0], "P-1")))
        site.quiet(THIRD, {"pos": [paid(f"{DAY} 09:30:00", near(22), 350000)]})
        site.run(THIRD, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid"})
        self.assertEqual(site.outcomes(near(9)), [("pos", "matched", EXACT, "P-1")])
        self.assertEqual(site.history(near(29))[-1][2:], ("unidentified", "suggested", "pos"))
        self.balance(site, THIRD, ["palembang"])

    def test_a_late_import_of_an_old_application(self):
        """Submitted two days ago, seen tonight: it lapses tonight, and movements count it once."""
        site = self.site()
        for night in (DAY, NEXT):
            site.quiet(night)
            site.run(night, 0)
        site.applications(application("P-1", code(1), "08:00", updated_at=f"{THIRD}T09:00:00+07:00"))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        total = self.balance(site, THIRD, ["palembang"])
        self.assertEqual([total[key] for key in ("Menunggu awal", "Masuk", "Kedaluwarsa", "Menunggu akhir")],
                         [0, 1, 1, 0])

    def test_an_application_of_the_next_day_waits_for_its_night(self):
        site = self.site()
        site.applications(application("P-1", code(1), "00:30", day=NEXT))
        site.quiet(DAY, {"pos": [paid(f"{NEXT} 00:45:00", code(1), 350000)]})
        site.run(DAY, 0)
        self.assertEqual(site.outcomes(code(1))[0][1], "unidentified")
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.outcomes(code(1)), [("pos", "matched", EXACT, "P-1")])
        self.assertEqual(site.states(), {"P-1": "paid"})

    def test_nights_that_are_left_out(self):
        """--date may skip days: nothing lapses whose days nobody told about."""
        site = self.site()
        site.applications(application("P-1", code(1), "08:00"), application("P-2", code(2), "08:00", day=NEXT),
                          application("P-3", code(3), "08:00", day="2024-03-08"))
        site.quiet(DAY)
        site.run(DAY, 0)
        site.quiet("2024-03-08")
        site.run("2024-03-08", 1)
        self.assertEqual(site.states(), {"P-1": "expired", "P-3": "expired"})
        self.assertEqual(site.book(day="2024-03-08").lapses()["P-2"], ("Ditahan", "BCA"))
        for channel in CHANNELS:
            for night in (NEXT, THIRD):
                site.deliver(channel, night, [])
        site.quiet("2024-03-09")
        site.run("2024-03-09", 0)
        self.assertEqual(site.states()["P-2"], "expired")


def main():
    """Without arguments: the classes side by side, each in a process of its own, told one after the other."""
    if len(sys.argv) > 1:
        unittest.main()
    names = [name for name, value in globals().items()
             if isinstance(value, type) and issubclass(value, Nights) and value is not Nights]

    def play(name):
        return subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=False)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(play, names))
    for name, result in zip(names, done):
        print(f"{name}\n{result.stdout}{result.stderr}")
    sys.exit(any(result.returncode for result in done))


if __name__ == "__main__":
    main()
