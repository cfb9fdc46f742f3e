#!/usr/bin/python3
"""test_booking: on which day a payment is booked (tanggal buku) where the file does not say it: `booking:` of a
channel, by `rekon read` and in whole nights."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import DAY, NEXT, REKON, ROOT, Nights, application, code, main  # noqa: E402

CHANNEL = """channel: pasar
kind: marketplace
layout: invented
timezone: Asia/Jakarta
from: 2022-01-26
holds_lapses: no
files: {{name: 'PASAR_(?<account>\\d{{4}})_(?<day>\\d{{8}})\\.csv', expect: nothing{overlap}}}
read:
  format: delimited
  delimiter: ','
  entry: {{fields: [paid_at, code, amount]}}
map: {{amount: amount, billing_code: code, paid: '{{paid_at}} as %Y-%m-%d %H:%M:%S'{map}}}
dated: {dated}
{booking}
"""
ACCOUNTS = """accounts:
  - {account: '1111', office: palembang}
  - {account: '2222', office: denpasar}
  - {account: '3333', office: jayapura}
  - {account: '4444'}
"""


def write_channel(folder, booking, overlap="", dated="second", more=""):
    text = CHANNEL.format(booking=booking, overlap=overlap, dated=dated, map=more)
    (folder / "channels/pasar.yaml").write_text(text, encoding="utf-8")


class Told(Nights):
    """What `rekon read` and `rekon check` say; no night."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="booking-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(ROOT / "rules", self.folder / "rules")
        self.config = self.folder / "rekon.yaml"
        self.config.write_text("".join(f"{key}: {self.folder / key}\n" for key in ("inbox", "output", "archive", "rules"))
                               + f"database: host=/nowhere\nreports: {ROOT / 'reports'}\n")

    def rekon(self, *words):
        return subprocess.run([REKON, *map(str, words), "--config", self.config], capture_output=True, text=True,
                              check=False)

    def booked(self, booking, *times, account="1111"):
        """The day of booking of a payment at each of the times of one file."""
        write_channel(self.folder / "rules", booking)
        path = self.folder / f"PASAR_{account}_20240308.csv"
        path.write_text("".join(f"{at},{code(1)},350000\n" for at in times), encoding="utf-8")
        ran = self.rekon("read", path, "--channel", "pasar")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        lines = [json.loads(line) for line in ran.stdout.splitlines()]
        return [line["booked_on"] for line in lines if line["type"] == "entry"]

    def test_up_to_the_cutoff_of_working_days(self):
        """The 8th is a Friday, Monday and Tuesday after it are free; leap day; year."""
        rule = "booking: {cutoff: '15:00', working_days: yes}"
        table = {"2024-03-07 15:00:00": "2024-03-08", "2024-03-08 00:00:00": "2024-03-08",
                 "2024-03-08 14:59:59": "2024-03-08", "2024-03-08 15:00:00": "2024-03-13",
                 "2024-03-09 10:00:00": "2024-03-13", "2024-03-12 23:59:59": "2024-03-13",
                 "2024-03-13 15:00:01": "2024-03-14", "2024-02-29 16:00:00": "2024-03-01",
                 "2023-12-29 15:00:00": "2024-01-02", "2024-02-28 14:00:00": "2024-02-28"}
        self.assertEqual(dict(zip(table, self.booked(rule, *table))), table)

    def test_every_day_and_from_a_day_on(self):
        rule = "booking: {cutoff: '22:30', from: 2024-03-08}"
        table = {"2024-03-07 23:00:00": "2024-03-07", "2024-03-08 22:29:59": "2024-03-08",
                 "2024-03-08 22:30:00": "2024-03-09", "2024-03-09 22:30:00": "2024-03-10"}
        self.assertEqual(dict(zip(table, self.booked(rule, *table))), table)

    def test_in_the_zone_of_the_accounts_office(self):
        """14:30 WIB is 15:30 in Denpasar and 16:30 in Jayapura; an account without an office is the channel's."""
        rule = "booking: {cutoff: '15:00', zone: office}\n" + ACCOUNTS
        at = ("2024-03-08 12:59:59", "2024-03-08 13:00:00", "2024-03-08 14:30:00", "2024-03-08 22:30:00")
        for account, expected in (("1111", (8, 8, 8, 9)), ("2222", (8, 8, 9, 9)), ("3333", (8, 9, 9, 9)),
                                  ("4444", (8, 8, 8, 9)), ("5555", (8, 8, 8, 9))):
            self.assertEqual(self.booked(rule, *at, account=account), [f"2024-03-{day:02}" for day in expected], account)
        # 23:30 WIB is the next day in Jayapura
        self.assertEqual(self.booked(rule, "2024-03-08 23:30:00", account="3333"), ["2024-03-09"])
        self.assertEqual(self.booked("booking: {cutoff: '15:00', zone: WIT}", *at), [f"2024-03-{day:02}" for day in (8, 9, 9, 9)])

    def test_what_cannot_be_is_refused(self):
        for booking, more, said in (
                ("booking: {cutoff: '15:00', zone: office}", {}, "no account of the channel has an office"),
                ("booking: {working_days: yes}", {}, 'missing key "cutoff"'),
                ("booking: {cutoff: '15:00', zone: Jakarta}", {}, "office, or a zone such as"),
                ("booking: {cutoff: '15:00', days: 1}", {}, 'unknown key "days"'),
                ("booking: {cutoff: '15:00'}", {"dated": "day"}, "needs the time of payment"),
                ("booking: {cutoff: '15:00'}", {"more": ", booked: '{paid_at} as %Y-%m-%d %H:%M:%S'"},
                 "the file says the day of booking itself")):
            write_channel(self.folder / "rules", booking, **more)
            ran = self.rekon("check")
            self.assertEqual(ran.returncode, 3, booking)
            self.assertRegex(ran.stdout + ran.stderr, rf"pasar\.yaml:\d+:\d+: .*{said}")


class Booking(Nights):
    def test_nights(self):
        """Paid on the 5th after the cutoff: received that night, in time, and booked on the 6th in every book; the
        statement covers its own day alone."""
        site = self.site(rules=lambda folder: write_channel(
            folder, "booking: {cutoff: '15:00', working_days: yes}", ", overlap: extends"))
        site.applications(application("P-1", code(1), "14:00"), application("P-2", code(2), "14:10"))
        site.quiet(DAY)
        row = DAY + " {},{},350000\n"
        site.put("PASAR_1111_20240305.csv", row.format("14:59:59", code(1)) + row.format("15:10:00", code(2)))
        site.run(DAY, 0)
        self.assertEqual(site.states(), {"P-1": "paid", "P-2": "paid"})
        told = site.sql("SELECT o.booked_on, o.application_id FROM rekon.outcome o ORDER BY 2")
        self.assertEqual(told, [(DAY, "P-1"), (NEXT, "P-2")])
        self.assertEqual(site.sql("SELECT covers_from, covers_until FROM rekon.file WHERE channel = 'pasar'"),
                         [(DAY, DAY)])
        # a fuller download of the same day: what is known counts once
        site.put("PASAR_1111_20240305.csv", row.format("14:59:59", code(1)) + row.format("15:10:00", code(2))
                 + row.format("23:00:00", code(9)))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(site.sql("SELECT count(*), count(DISTINCT entry) FROM rekon.outcome"), [("3", "3")])
        self.assertEqual(site.book("nasional", DAY).receipts()["PASAR"]["Dibukukan (Rp)"], 350000)
        self.assertEqual(site.book("nasional", NEXT).receipts()["PASAR"]["Dibukukan (Rp)"], 700000)


if __name__ == "__main__":
    main(sys.modules["__main__"])
