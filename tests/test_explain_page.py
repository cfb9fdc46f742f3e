#!/usr/bin/python3
"""test_explain_page: docs/explain.md and the example in README.md are what the program says.

    test_explain_page.py              compare
    test_explain_page.py --rewrite    write both anew: read the difference before it is kept

Two nights of one office in which every outcome occurs; each is explained.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from nights_kit import DAY, NEXT, ROOT, Nights, application, code, main, near, paid  # noqa: E402

PAGE, README = ROOT / "docs/explain.md", ROOT / "README.md"
EXAMPLE = re.compile(r"```\n(\$ rekon explain .*?)```", re.DOTALL)
REWRITE = "--rewrite" in sys.argv

# outcome: (what happened, code of the entry, which of its entries)
STORIES = {
    "matched": ("Paid an hour after submission, the right amount.", code(1), 0),
    "late": ("Paid a second after the deadline.", code(2), 0),
    "underpaid": ("Rp350.000 of Rp650.000.", code(3), 0),
    "overpaid": ("Rp400.000 where Rp350.000 is due.", code(4), 0),
    "duplicate": ("Paid at the post office, and once more at Indomaret.", code(5), 1),
    "reversed": ("Taken back by the bank the day after.", code(6), 0),
    "reversal": ("What took it back.", code(6), 1),
    "not_due": ("Paid after it was cancelled.", code(7), 0),
    "suggested": ("One digit mistyped; of the applications near it one fits by amount and time.", near(17), 0),
    "ambiguous": ("Two applications have the code.", code(8), 0),
    "unidentified": ("No application has the code, none is near.", code(77), 0),
}


class Page(Nights):
    def start(self):
        site = self.site(name="explain_page")
        site.applications(
            application("P-101", code(1), "08:00"), application("P-102", code(2), "08:00"),
            application("P-103", code(3), "08:00", due=650000), application("P-104", code(4), "08:00"),
            application("P-105", code(5), "08:00"), application("P-106", code(6), "08:00"),
            application("P-107", code(7), "08:00", status="cancelled", status_at=f"{DAY}T08:10:00+07:00"),
            application("P-108", code(8), "08:00"), application("P-109", code(8), "08:30"),
            application("P-110", near(7), "08:00"), application("P-111", near(27), "08:00", due=650000),
            application("P-112", code(12), "08:00"))
        site.quiet(DAY, {
            "pos": [paid("09:00:00", code(1), 350000), paid("10:00:01", code(2), 350000),
                    paid("09:05:00", code(5), 350000), paid("09:10:00", code(7), 350000),
                    paid("09:15:00", near(17), 350000)],
            "indomaret": [paid("09:20:00", code(3), 350000), paid("09:25:00", code(4), 400000),
                          paid("09:30:00", code(5), 350000), paid("09:35:00", code(8), 350000)],
            "bca": [paid("x", code(6), 350000, narrative=f"TRSF E-BANKING CR SITI RAHAYU {code(6)}"),
                    paid("x", code(77), 123000, narrative=f"SETORAN TUNAI {code(77)} JOKO")]}, but=["tokopedia"])
        site.run(DAY, 1)
        site.quiet(NEXT, {"bca": [paid("x", code(6), 350000, direction="DB", narrative=f"KOREKSI {code(6)}")]},
                   but=["tokopedia"])
        site.run(NEXT, 1)
        return site

    def page(self, site):
        text = PAGE.read_text(encoding="utf-8")
        told = [text[:text.index("## One of each outcome")], "## One of each outcome\n"]
        for outcome, (story, number, place) in STORIES.items():
            entry = site.entries(number)[place]
            said = site.command("explain", entry, code=0).out
            self.assertIn(f"\n  outcome         {outcome}: ", said)
            told.append(f"\n### {outcome}\n\n{story}\n\n```\n$ rekon explain {entry}\n{said}```\n")
        said = site.command("explain", "P-112", code=0).out
        self.assertIn("lapse held by", said)
        told.append("\n## A lapse that is held\n\nNobody paid, and a channel has not delivered.\n\n```\n"
                    f"$ rekon explain P-112\n{said}```\n")
        return "".join(told)

    def test_page_and_readme(self):
        site = self.start()
        page = self.page(site)
        wanted = re.search(r"### suggested.*?```\n(.*?)```", page, re.DOTALL)[1]
        if REWRITE:
            PAGE.write_text(page, encoding="utf-8")
            README.write_text(EXAMPLE.sub(lambda _: f"```\n{wanted}```", README.read_text(encoding="utf-8")),
                              encoding="utf-8")
        self.assertEqual(PAGE.read_text(encoding="utf-8"), page)
        self.assertEqual(EXAMPLE.search(README.read_text(encoding="utf-8"))[1], wanted)
        # and every key of the JSON stands on the page
        told = site.explain(site.entries(near(17))[0])
        named = set(re.findall(r"`([a-z_]+)`", page))

        def keys(value):
            if isinstance(value, dict):
                return set(value).union(*map(keys, value.values()))
            return set().union(*map(keys, value)) if isinstance(value, list) else set()
        self.assertEqual((keys(told) | keys(site.explain(code(8)))) - named, set())


if __name__ == "__main__":
    if REWRITE:
        sys.argv.remove("--rewrite")
        sys.argv.append("Page")
    main(sys.modules["__main__"])
