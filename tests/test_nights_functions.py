#!/usr/bin/python3
"""Outages by function, in whole nights: registration, payment, printing and same-day service stop the clocks of
the rules that name them and of no other; national, by office and by channel; over one another and in a row; and
written down late, altered or taken back.

Every scenario ends with `verify`, with each night identical when it is run again from the archive, with its books
folded again as of each night, and with `explain` saying of each application what was sealed."""

import sys
from datetime import datetime, timedelta

from nights_kit import AFTER, DAY, NEXT, THIRD, application, code, main, paid
from test_nights_outages import SPARED, Kit, outage

FOURTH = "2024-03-08"
TIME = "Tepat waktu: batas waktu terhenti karena gangguan"
# Rules of a site beside those that ship: what each source's clock is stopped by.
CLOCKS = {"m-paspor": "[registration, payment]", "cetak": "[printing]", "kilat": "[registration, payment, same_day]",
          "kas": "[payment]", "semua": "[outage]", "tetap": None}
STOPPED = {"registration": {"m-paspor", "kilat", "semua"}, "payment": {"m-paspor", "kilat", "kas", "semua"},
           "printing": {"cetak", "semua"}, "same_day": {"kilat", "semua"}}


def clocks():
    rows = [f"\n- {{source: {source}, within: 2h{f', paused_by: {by}' if by else ''}}}"
            for source, by in CLOCKS.items() if source != "m-paspor"]
    return "".join(rows) + "\n"


def later(when, seconds):
    """HH:MM and some seconds, in WIB."""
    return (datetime.strptime(when, "%H:%M") + timedelta(seconds=seconds)).strftime("%H:%M:%S")


class Functions(Kit):
    def site_of(self, *lines):
        site = self.site_with(*lines)
        with open(site.folder / "rules/deadlines.yaml", "a", encoding="utf-8") as file:
            file.write(clocks())
        return site

    def told(self, site, identity):
        """(deadline, seconds the clock stood still, the outage) as explain tells it."""
        told = site.explain(identity)["application"]
        return told["deadline"], told["term"]["paused_seconds"], told["term"]["paused_by"]


class Alone(Functions):
    def test_each_function_stops_the_clocks_that_name_it(self):
        """Filed half an hour before an outage of an hour, and paid three hours after filing, to the second."""
        windows = {"registration": "08:00", "payment": "11:00", "printing": "14:00", "same_day": "17:00"}
        site = self.site_of(*(outage(name, f"{DAY} {since}", f"{DAY} {later(since, 3600)}", functions=f"[{name}]")
                              for name, since in windows.items()))
        rows, payments, expected = [], [], {}
        for name, since in windows.items():
            for source in CLOCKS:
                for seconds in (0, 1):
                    n = len(rows) + 1
                    rows.append(application(f"{name}-{source}-{seconds}", code(n), later(since, -1800)[:5], source=source))
                    payments.append(paid(later(since, 9000 + seconds), code(n), 350000))
                    stopped = source in STOPPED[name]
                    expected[rows[-1]["application_id"]] = (
                        ("paid", ("Dibayar", f"Gangguan {name}", TIME)) if stopped and not seconds else
                        ("paid_late", (f"Gangguan {name}" if stopped else None)))
        site.applications(*rows)
        site.quiet(DAY, {"pos": payments})
        site.run(DAY, 0)
        self.assertEqual(site.states(), {key: value[0] for key, value in expected.items()})
        self.assertEqual({key: row for key, row in self.shown(site, DAY).items() if row[0] == "Dibayar"},
                         {key: value[1] for key, value in expected.items() if value[0] == "paid"})
        for row in rows:
            said = site.outcomes(row["billing_code"])[0][1:3]
            self.assertEqual(said, ("matched", SPARED) if expected[row["application_id"]][0] == "paid" else ("late", AFTER),
                             row["application_id"])
        self.assertEqual(self.told(site, "same_day-kilat-0"), (f"{DAY}T19:30:00+07:00", 3600, "same_day"))
        self.assertEqual(self.told(site, "same_day-m-paspor-0"), (f"{DAY}T18:30:00+07:00", 0, None))
        self.assertEqual(self.told(site, "printing-tetap-0"), (f"{DAY}T15:30:00+07:00", 0, None))

    def test_the_nation_an_office_a_channel_and_both(self):
        """Denpasar is an hour ahead: its outages are on its own clock. Who does not say a channel counts as well."""
        where = {"08:00": {}, "11:00": {"offices": "[denpasar]"}, "14:00": {"channels": "[pos]"},
                 "17:00": {"offices": "[palembang]", "channels": "[pos, bca]"}}
        functions = ("registration", "payment", "payment", "registration")
        site = self.site_of(*(outage(f"g{since[:2]}", f"{DAY} {since}", f"{DAY} {later(since, 3600)}",
                                     functions=f"[{function}]", **limits)
                              for (since, limits), function in zip(where.items(), functions)))
        rows, payments, states = [], [], {}
        for since, limits in where.items():
            for office, offset in (("palembang", 7), ("denpasar", 8)):
                for channel in ("pos", "indomaret", ""):
                    n = len(rows) + 1
                    rows.append(application(f"{since[:2]}-{office}-{channel}", code(n), office=office, channel=channel,
                                            submitted=f"{DAY}T{later(since, -1800)}+0{offset}:00"))
                    payments.append(paid(later(since, 9000 - (offset - 7) * 3600), code(n), 350000))
                    here = office in limits.get("offices", office)
                    states[rows[-1]["application_id"]] = \
                        "paid" if here and channel in limits.get("channels", channel) else "paid_late"
        self.assertEqual(sum(state == "paid" for state in states.values()), 6 + 3 + 4 + 2)
        site.applications(*rows)
        site.quiet(DAY, {"indomaret": payments})
        site.run(DAY, 0)
        self.assertEqual(site.states(), states)
        for office in ("palembang", "denpasar"):
            self.assertEqual({key: row[1] for key, row in self.shown(site, DAY, office).items() if row[1]},
                             {key: f"Gangguan g{key[:2]}" for key, state in states.items()
                              if state == "paid" and office in key})
        self.assertEqual(self.told(site, "11-denpasar-"), (f"{DAY}T13:30:00+08:00", 3600, "g11"))

    def test_over_one_another_and_in_a_row(self):
        """Every moment counts once, and only of the functions, office and channel that concern the bill."""
        lines = [("daftar", "09:00", "11:00", "registration", {}), ("bayar", "10:00", "13:00", "payment", {}),
                 ("cetak", "12:00", "16:00", "printing", {}),
                 ("setempat", "13:00", "14:00", "payment", {"offices": "[palembang]"}),
                 ("bali", "13:00", "18:00", "registration", {"offices": "[denpasar]"}),
                 ("kilat", "14:00", "20:00", "same_day", {}), ("pos", "15:00", "16:00", "payment", {"channels": "[pos]"})]
        site = self.site_of(*(outage(name, f"{DAY} {since}", f"{DAY} {until}", functions=f"[{function}]", **limits)
                              for name, since, until, function, limits in lines))
        hour = 3600
        cases = {  # submitted, source, office, channel: deadline in WIB, seconds of standing still, the first outage
            "indomaret": ("08:00:00", "m-paspor", "palembang", "indomaret", "15:00:00", 5 * hour, "daftar"),
            "ends-as-it-begins": ("08:00:00", "m-paspor", "palembang", "pos", "15:00:00", 5 * hour, "daftar"),
            "a-second-left": ("08:00:01", "m-paspor", "palembang", "pos", "16:00:01", 6 * hour, "daftar"),
            "any": ("08:00:00", "semua", "palembang", "indomaret", "21:00:00", 11 * hour, "daftar"),
            "payment-only": ("09:30:00", "kas", "palembang", "indomaret", "15:30:00", 4 * hour, "bayar"),
            "printing-over-before": ("08:00:00", "cetak", "palembang", "", "10:00:00", 0, None),
            "printing": ("11:30:00", "cetak", "palembang", "", "17:30:00", 4 * hour, "cetak"),
            "bali": ("07:00:00", "m-paspor", "denpasar", "pos", "18:00:00", 9 * hour, "daftar"),
            "filed-within": ("12:30:00", "m-paspor", "palembang", "indomaret", "16:00:00", 5400, "bayar"),
            "never-stopped": ("12:30:00", "tetap", "palembang", "", "14:30:00", 0, None)}
        rows, payments, expected = [], [], {}
        for name, (at, source, office, channel, deadline, _, _) in cases.items():
            for late in (0, 1):
                n = len(rows) + 1
                rows.append(application(f"{name}-{late}", code(n), f"{DAY}T{at}+07:00", office=office, source=source,
                                        channel=channel))
                payments.append(paid(later(deadline[:5], int(deadline[6:]) + late), code(n), 350000))
                expected[f"{name}-{late}"] = "paid_late" if late else "paid"
        site.applications(*rows)
        site.quiet(DAY, {"tokopedia": payments})
        site.run(DAY, 0)
        self.assertEqual(site.states(), expected)
        for name, (_, _, office, _, deadline, stood, by) in cases.items():
            at = datetime.fromisoformat(f"{DAY}T{deadline}+07:00")
            told = self.told(site, f"{name}-0")
            self.assertEqual((datetime.fromisoformat(told[0]), *told[1:]), (at, stood, by), name)
            self.assertEqual(told[0][-6:], "+08:00" if office == "denpasar" else "+07:00")


class WrittenDownLate(Functions):
    def test_the_function_is_put_right_afterwards(self):
        """Printing, then same-day service as well, then registration in place of printing, then one channel's alone,
        then nothing: each time those and only those wait again, or lapse again, whom it concerns."""
        site = self.site_of()
        site.applications(application("booked", code(1), "09:00", source="m-paspor", channel="indomaret"),
                          application("by-post", code(2), "09:00", source="m-paspor", channel="pos"),
                          application("printed", code(3), "09:00", source="cetak"),
                          application("same-day", code(4), "09:00", source="kilat", channel="pos"),
                          application("paid-late", code(5), "09:00", source="m-paspor", channel="indomaret"),
                          application("firm", code(6), "09:00", source="tetap"))
        names = ("booked", "by-post", "printed", "same-day", "paid-late", "firm")
        span = (f"{DAY} 10:00", "2024-03-20 23:00")

        def states():
            return tuple(site.states().get(name, "awaiting") for name in names)

        lapsed = ("expired",) * 4 + ("paid_late", "expired")
        site.quiet(DAY, {"pos": [paid("12:00:00", code(5), 350000)]})
        site.run(DAY, 0)
        self.assertEqual(states(), lapsed)
        self.outages(site, outage("cetak", *span, functions="[printing]"))
        site.quiet(NEXT)
        site.run(NEXT, 0)
        self.assertEqual(states(), ("expired", "expired", "awaiting", "expired", "paid_late", "expired"))
        self.assertEqual(self.shown(site, NEXT)["printed"], ("Menunggu bayar", "Gangguan cetak", TIME))
        self.outages(site, outage("cetak", *span, functions="[printing, same_day]"))
        self.said(site.run(NEXT, 0), f"{NEXT}-2")
        self.assertEqual(states(), ("expired", "expired", "awaiting", "awaiting", "paid_late", "expired"))
        self.outages(site, outage("daftar", *span, functions="[registration]"))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(states(), ("awaiting", "awaiting", "expired", "awaiting", "paid", "expired"))
        self.assertEqual(self.shown(site, THIRD)["booked"], ("Menunggu bayar", "Gangguan daftar", TIME))
        self.assertEqual(self.shown(site, THIRD)["paid-late"], ("Dibayar", "Gangguan daftar", TIME))
        self.outages(site, outage("daftar", *span, functions="[registration]", channels="[pos]"))
        site.quiet(FOURTH)
        site.run(FOURTH, 0)
        self.assertEqual(states(), ("expired", "awaiting", "expired", "awaiting", "paid_late", "expired"))
        self.outages(site)
        site.quiet("2024-03-09")
        site.run("2024-03-09", 0)
        self.assertEqual(states(), lapsed)
        self.assertEqual(site.transitions("firm"), [(f"{DAY}-1", "awaiting", "expired")])
        self.assertEqual(site.transitions("printed"), [
            (f"{DAY}-1", "awaiting", "expired"), (f"{NEXT}-1", "expired", "awaiting"), (f"{THIRD}-1", "awaiting", "expired")])
        self.assertEqual(site.sql("SELECT application_id, count(*) FROM rekon.notice WHERE kind = 'outage' GROUP BY 1 "
                                  "ORDER BY 1"), [("booked", "1"), ("by-post", "1"), ("printed", "1"), ("same-day", "1")])

    def test_an_office_and_a_second_outage_are_added(self):
        """What was spared by one outage is spared longer by a second of another function that follows it."""
        site = self.site_of()
        site.applications(application("here", code(1), "09:00"), application("there", code(2), "09:00", office="denpasar"),
                          application("pays", code(3), "09:00"), application("short", code(4), "06:00"))
        site.quiet(DAY)
        site.run(DAY, 0)
        first = outage("daftar", f"{DAY} 10:00", f"{NEXT} 22:00", functions="[registration]", offices="[palembang]")
        self.outages(site, first)
        site.quiet(NEXT, {"pos": [paid("23:00:01", code(3), 350000)]})
        site.run(NEXT, 0)
        # the hour that was left ended on this day at 23:00
        self.assertEqual(site.states(), {"here": "expired", "there": "expired", "pays": "paid_late", "short": "expired"})
        self.assertEqual(self.told(site, "here"), (f"{NEXT}T23:00:00+07:00", 36 * 3600, "daftar"))
        self.outages(site, first, outage("bayar", f"{NEXT} 21:00", f"{THIRD} 23:30", functions="[payment]"))
        site.quiet(THIRD)
        site.run(THIRD, 0)
        self.assertEqual(site.states(), {"here": "awaiting", "there": "expired", "pays": "paid", "short": "expired"})
        self.assertEqual(self.told(site, "here"), (f"{FOURTH}T00:30:00+07:00", 36 * 3600 + 25 * 3600 + 1800, "daftar"))
        self.assertEqual(site.transitions("pays"), [
            (f"{DAY}-1", "awaiting", "expired"), (f"{NEXT}-1", "expired", "paid_late"), (f"{THIRD}-1", "paid_late", "paid")])


if __name__ == "__main__":
    main(sys.modules[__name__])
