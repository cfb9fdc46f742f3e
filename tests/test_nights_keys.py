#!/usr/bin/python3
"""test_nights_keys: NTPN, virtual account and application number, night by night: the payment before its
application and after it, keys that come to be known later, and what takes a certainty away again.
"""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import DAY, EXACT, NEXT, ROOT, THIRD, Nights, application, code, compact, main  # noqa: E402

NTPN, OTHER, ACCOUNT = "7A00000000000123", "7A00000000000456", "8810020240305001"
DIFFER, SEVERAL = "its keys name different applications", "several applications have its key"
BESIDE = "no application has this billing code, one has its other key"
NONE = "no billing code"


def gateway(rules):
    shutil.copy(ROOT / "tests/accuracy/channels/gerbang.yaml", rules / "channels")


def row(when, amount=350000, ntpn="", account="", number="", billing="", reference="", text=""):
    return (when, reference, ntpn, account, number, billing, abs(amount), "D" if amount < 0 else "K", text)


def file_of(day, *rows):
    lines = ["Waktu;Ref;NTPN;VA;No Permohonan;Kode Billing;Jumlah;D/K;Uraian"]
    lines += [";".join(map(str, (f"{day[8:]}/{day[5:7]}/{day[:4]} {each[0]}", *each[1:]))) for each in rows]
    return "\n".join(lines) + "\n"


def known(number, submitted="08:00", day=DAY, seen=None, **more):
    updated = {"updated_at": f"{seen}T08:00:00+07:00"} if seen else {}
    return application(f"P-{number}", more.pop("billing", code(number)), submitted, day=day, **updated, **more)


class Keys(Nights):
    def begin(self, *applications, rows=(), day=DAY, start=DAY):
        site = self.site(rules=gateway, start=start)
        # the import's columns are those of its rows: a key that is empty is told as such
        site.applications(known(9, ntpn="", virtual_account="", application_number=""), *applications)
        self.put(site, day, *rows)
        return site

    def put(self, site, day, *rows):
        if rows:
            site.put(f"GERBANG_{compact(day)}.csv", file_of(day, *rows))
        site.quiet(day)

    def night(self, site, day, *rows, applications=()):
        if applications:
            site.applications(*applications)
        self.put(site, day, *rows)
        site.run(day, 0)

    def all_of(self, site):
        return [told[1:] for rows in site.outcomes().values() for told in rows]

    def test_the_payment_a_night_before_its_application(self):
        site = self.begin(rows=[row("09:00:00", ntpn=NTPN), row("09:10:00", number="PMH-0042"),
                                row("09:20:00", account=ACCOUNT)])
        site.run(DAY, 0)
        self.assertEqual(self.all_of(site), [("unidentified", NONE, "")] * 3)
        self.night(site, NEXT, applications=[known(1, seen=NEXT, ntpn=NTPN.lower()),
                                             known(2, seen=NEXT, application_number="pmh 0042"),
                                             known(3, seen=NEXT, virtual_account="00" + ACCOUNT)])
        self.assertEqual(self.all_of(site), [("matched", EXACT, f"P-{n}") for n in (1, 2, 3)])
        self.assertEqual({k: v for k, v in site.states().items() if k != "P-9"},
                         {"P-1": "paid", "P-2": "paid", "P-3": "paid"})

    def test_the_payment_a_night_after_and_back_again(self):
        site = self.begin(known(1, ntpn=NTPN), known(2, application_number="42"), known(3, virtual_account=ACCOUNT))
        site.run(DAY, 0)
        self.assertEqual(set(site.states().values()), {"expired"})
        self.night(site, NEXT, row("09:00:00", ntpn=NTPN), row("09:10:00", number="042"),
                   row("09:20:00", account=ACCOUNT))
        self.assertEqual(self.all_of(site), [("late", "paid after the deadline", "P-1"),
                                             ("late", "paid after the deadline", "P-2"),
                                             ("unidentified", NONE, "")])
        self.night(site, THIRD, row("09:00:00", -350000, ntpn=NTPN))
        self.assertEqual(site.states()["P-1"], "payment_reversed")
        self.assertEqual(sorted(self.all_of(site))[1:4],
                         [("reversal", "takes an earlier entry back", "P-1"),
                          ("reversed", "taken back by a later entry", "P-1"), ("unidentified", NONE, "")])

    def test_the_number_becomes_known_later(self):
        site = self.begin(known(1), rows=[row("09:00:00", text=f"SETOR NTPN: {NTPN} BUDI")])
        site.run(DAY, 0)
        self.assertEqual(self.all_of(site), [("unidentified", NONE, "")])
        self.night(site, NEXT, applications=[known(1, seen=NEXT, ntpn=NTPN)])
        self.assertEqual(self.all_of(site), [("matched", EXACT, "P-1")])
        self.assertEqual(site.states()["P-1"], "reinstated")

    def test_a_second_application_with_it_takes_the_certainty_away(self):
        site = self.begin(known(1, ntpn=NTPN), rows=[row("09:00:00", ntpn=NTPN)])
        site.run(DAY, 0)
        self.assertEqual(self.all_of(site), [("matched", EXACT, "P-1")])
        self.night(site, NEXT, applications=[known(2, seen=NEXT, ntpn=NTPN)])
        self.assertEqual(self.all_of(site), [("ambiguous", SEVERAL, "")])
        self.assertNotEqual(site.states()["P-1"], "paid")
        self.night(site, THIRD)
        self.assertEqual(self.all_of(site), [("ambiguous", SEVERAL, "")])

    def test_an_account_that_is_given_again(self):
        site = self.begin(known(1, virtual_account=ACCOUNT), rows=[row("09:00:00", account=ACCOUNT)])
        site.run(DAY, 0)
        self.night(site, NEXT, row("09:00:00", account=ACCOUNT),
                   applications=[known(2, day=NEXT, virtual_account=ACCOUNT)])
        self.assertEqual(self.all_of(site), [("matched", EXACT, "P-1"), ("matched", EXACT, "P-2")])
        self.assertEqual([site.states()[f"P-{n}"] for n in (1, 2)], ["paid", "paid"])
        self.night(site, THIRD, row("09:00:00", account=ACCOUNT))  # nobody's by now
        self.assertEqual(self.all_of(site)[2], ("unidentified", NONE, ""))
        self.assertEqual([site.states()[f"P-{n}"] for n in (1, 2)], ["paid", "paid"])

    def test_a_code_that_is_nobodys_until_its_application_comes(self):
        site = self.begin(known(1, ntpn=NTPN), rows=[row("09:00:00", ntpn=NTPN, billing=code(5))])
        site.run(DAY, 0)
        self.assertEqual(self.all_of(site), [("suggested", BESIDE, "P-1")])
        self.assertNotIn("P-1", site.states())  # its lapse waits
        self.night(site, NEXT, applications=[known(5, seen=NEXT)])
        self.assertEqual(self.all_of(site), [("ambiguous", DIFFER, "")])
        self.assertEqual(site.sql("""
            SELECT a.application_id FROM rekon.allocation a JOIN rekon.run r USING (run)
            WHERE r.night = '2024-03-06' AND role = 'candidate' ORDER BY 1"""), [("P-1",), ("P-5",)])

    def test_explain_by_the_number(self):
        site = self.begin(known(1, ntpn=NTPN), known(2, ntpn=OTHER), rows=[row("09:00:00", ntpn=NTPN)])
        site.run(DAY, 0)
        for asked in (NTPN, NTPN.lower(), "7a00 0000 0000 0123"):
            told = site.command("explain", asked).out
            self.assertIn("application P-1", told)
            self.assertNotIn("P-2", told)
            self.assertRegex(told, f"holds key +P-1: {NTPN} against {NTPN}; wanted ntpn")
            self.assertRegex(told, f"NTPN +{NTPN}")


if __name__ == "__main__":
    main(sys.modules["__main__"])
