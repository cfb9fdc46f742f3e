"""world: a year of a few offices in three zones, in which everything goes wrong that goes wrong, by a seed.

    world = World(seed, start, nights, rules)
    for run in world.play(model): ...    # year.Run; what has been brought to it

What people decide is drawn from what the model said of the night before, as they look at their books in the
morning. The engine is never asked.
"""

import random
import re
from datetime import date, datetime, time, timedelta, timezone

import nights_kit as kit
from model.terms import WIB, Terms
from model.year import DAY, Channel, Run, midnight

OFFICES = ("palembang", "sampit", "denpasar", "makassar", "jayapura", "manokwari")
SERVICES = ("paspor-biasa", "paspor-biasa", "paspor-elektronik", "splp")
PRICES = {"paspor-biasa": 350000, "paspor-elektronik": 650000, "splp": 100000}
FUNCTIONS = ("registration", "payment", "printing", "same_day")
COLUMNS = ("application_id,office,service,billing_code,amount_due,submitted_at,billed_at,updated_at,status,status_at,"
           "source,channel,validity,charges,appointment_on,attended_at").split(",")
SECOND = timedelta(seconds=1)
BALI = "9876543210"  # an account of one office's
WIT = timezone(timedelta(hours=9))


def channels_of(start):
    """The four that are shipped, one of them on working days, one that ends; and a list with a cut-off."""
    return [Channel("bca", extends=True, accounts={kit.ACCOUNT: None, BALI: "denpasar"}),
            Channel("indomaret", booking=(WIB, 15)), Channel("pos", until=start + 200 * DAY, booking=(WIT, 20)),
            Channel("tokopedia", working_days=True), Channel("lhp", dated=15, since=start + 20 * DAY)]


def change(path, *pairs):
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, (path, old)
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def write_rules(folder, start, seed):
    """Turns a copy of rules/ into those of this world."""
    (folder / "channels/lhp.yaml").write_bytes(
        (kit.ROOT / "tests/accuracy/channels/lhp.yaml").read_bytes())
    for channel in channels_of(start):
        path = folder / f"channels/{channel.name}.yaml"
        since = f"from: {channel.since or '2021-01-01'}"
        change(path, ("from: 2022-01-26", since + (f"\nuntil: {channel.until}" if channel.until else "")))
    for name, more in (("bca", f"accounts:\n  - {{account: '{kit.ACCOUNT}'}}\n  - {{account: '{BALI}', office: denpasar}}\n"),
                       ("indomaret", "booking: {cutoff: '15:00', working_days: yes}\n"),
                       ("pos", "booking: {cutoff: '20:00', zone: WIT, working_days: yes}\n")):
        with open(folder / f"channels/{name}.yaml", "a", encoding="utf-8") as file:
            file.write(more)
    change(folder / "channels/tokopedia.yaml", ("expect: daily", "expect: working_days"))
    change(folder / "channels/lhp.yaml", ("holds_lapses: no", "holds_lapses: yes"))
    engine = folder / "engine.yaml"  # all that the engine does by now, from the beginning
    engine.write_text(re.sub("from: [0-9-]+", "from: 2021-01-01", engine.read_text(encoding="utf-8")), encoding="utf-8")
    if seed % 3 == 0:  # the other clock that is in print, and a term of a service's own
        change(folder / "deadlines.yaml", ("source: m-paspor\n  clock: submitted_at",
                                           "source: m-paspor\n  clock: billed_at"),
               ("# Those who come", "- service: splp\n  clock: billed_at\n  within: 26h\n"
                "  paused_by: [outage]\n\n# Those who come"))


def stamp(at):
    return at.isoformat(timespec="seconds")


class Outages:
    """What outages.yaml says on each day: some are written down before, some long after, some are changed."""

    def __init__(self, draw, start, nights):
        self.known = []  # (first day on which it says so, last day, the outage)
        for n in range(max(3, nights // 18)):
            begins = datetime.combine(start + draw.randrange(nights) * DAY, time(draw.randrange(24)))
            lasts = timedelta(hours=draw.choice((1, 2, 5, 9, 30, 80)), minutes=draw.choice((0, 0, 17)))
            outage = {"outage": f"gangguan-{n}", "from": self.shown(draw, begins),
                      "until": self.shown(draw, begins + lasts)}
            if "+" in outage["from"]:
                outage["until"] = stamp((begins + lasts).replace(tzinfo=WIB))
            elif "+" in outage["until"]:
                outage["until"] = stamp(begins + lasts).replace("T", " ")
            if draw.random() < 0.6:
                outage["functions"] = sorted(draw.sample(FUNCTIONS, draw.choice((1, 1, 2))))
            if draw.random() < 0.4:
                outage["offices"] = sorted(draw.sample(OFFICES, draw.choice((1, 2, 3))))
            if draw.random() < 0.3:
                outage["channels"] = sorted(draw.sample(kit.CHANNELS, draw.choice((1, 2))))
            self.write_down(draw, begins.date() + draw.choice((-1, 0, 0, 1, 2, 3, 6, 15, 30)) * DAY, outage)

    @staticmethod
    def shown(draw, at):
        return stamp(at.replace(tzinfo=WIB)) if draw.random() < 0.3 else stamp(at).replace("T", " ")

    def write_down(self, draw, day, outage):
        how, later = draw.random(), day + draw.choice((1, 1, 2, 4, 9)) * DAY
        if how < 0.2:  # not over, as far as is known
            self.known.append((day, later, {key: value for key, value in outage.items() if key != "until"}))
            day = later
        elif how < 0.3:  # written down for all offices first
            self.known.append((day, later, {key: value for key, value in outage.items() if key != "offices"}))
            day = later
        elif how < 0.4:  # taken back
            self.known.append((day, later, outage))
            return
        self.known.append((day, date(9999, 1, 1), outage))

    def on(self, day):
        return [outage for since, until, outage in self.known if since <= day < until]


def yaml_of(outages):
    def value(key, what):
        return f"[{', '.join(what)}]" if isinstance(what, list) else f"'{what}'" if key in ("from", "until") else what
    return "".join("- {" + ", ".join(f"{key}: {value(key, what)}" for key, what in outage.items()) + "}\n"
                   for outage in outages) or "[]\n"


class World:
    def __init__(self, seed, start, nights, rules):
        self.draw, self.start, self.nights = random.Random(seed), start, nights
        self.terms, self.channels = Terms(rules), {channel.name: channel for channel in channels_of(start)}
        self.outages = Outages(self.draw, start, nights)
        self.booking, self.shown, self.view, self.copies = {}, {}, {}, []
        self.rows = {}        # (channel, day): rows of the statement
        self.coming = []      # (night on which it comes, name, bytes)
        self.silent = {}      # channel: the day on which it delivers again
        self.credits, self.made, self.filed, self.decided, self.today = [], 0, 0, 0, start
        self.typed, self.touched, self.fault = [], set(), ("", None)
        self.counts = {}

    def note(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def chance(self, share):
        return self.draw.random() < share

    def play(self, model):
        for n in range(self.nights):
            day = self.today = self.start + n * DAY
            self.file_applications(day)
            self.change_applications(day)
            self.reverse(day)
            self.write_statements(day)
            brought = self.delivered(day)
            again = []
            if len(brought) > 1 and self.chance(0.05):
                again = [brought.pop(self.draw.randrange(len(brought)))]
                self.note("second run")
            yield self.run(day, 1, brought, self.decisions(day, model))
            if again:
                yield self.run(day, 2, again, [])

    def run(self, day, number, files, decisions):
        source, shown, newest = self.source(day, number)
        return Run(day, number, source, shown, newest, files, decisions, self.outages.on(day))

    # ---- the booking system ----

    def code(self):
        """Now and then like that of another one: a digit off, or the same."""
        self.made += 1
        known = [row["billing_code"] for row in list(self.booking.values())[-8:]]
        if known and self.chance(0.12):
            self.note("near codes")
            code = self.draw.choice(known)
            return code if self.chance(0.15) else self.mistyped(code)
        return f"8{self.made * 7919 % 10**14:014}"

    def mistyped(self, code):
        at = self.draw.randrange(6, 14)
        if self.chance(0.3) and code[at] != code[at + 1]:
            return code[:at] + code[at + 1] + code[at] + code[at + 2:]
        return code[:at] + str((int(code[at]) + self.draw.randrange(1, 10)) % 10) + code[at + 1:]

    def file_applications(self, day):
        for _ in range(self.draw.randrange(3, 9)):
            row = self.new_application(day)
            self.typed.append(row)
            self.pay(row)
        until = midnight(day + DAY)  # some are typed in days later
        for row in [row for row in self.typed if datetime.fromisoformat(row["updated_at"]) < until]:
            self.booking[row["application_id"]] = row
            self.typed.remove(row)

    def new_application(self, day):
        draw = self.draw
        at = midnight(day) + timedelta(seconds=draw.choice((draw.randrange(86400), 3600 * draw.randrange(24))))
        office, service = draw.choice(OFFICES), draw.choice(SERVICES)
        zone = self.terms.zone(office, at)
        self.filed += 1
        row = dict.fromkeys(COLUMNS, "")
        row.update(application_id=f"P-{self.filed:05}", office=office, service=service,
                   billing_code=self.code(), amount_due=str(PRICES[service]), submitted_at=stamp(at.astimezone(zone)),
                   validity=draw.choice(("5", "10")), status="submitted",
                   source=draw.choice(("", "", "m-paspor", "m-paspor", "m-paspor", "walk-in", "priority")),
                   channel=draw.choice(("", "", *kit.CHANNELS)))
        row["updated_at"] = row["submitted_at"]
        if self.chance(0.3):
            row["billed_at"] = stamp((at + timedelta(minutes=draw.randrange(-20, 200))).astimezone(zone))
        if self.chance(0.12):
            row["amount_due"] = draw.choice(("", "", "0", "500000"))
        if self.chance(0.05):
            row["charges"] = draw.choice(("hilang", "rusak;percepatan"))
        if self.chance(0.3) or day < date(2022, 1, 26):
            row["appointment_on"] = (day + draw.randrange(0, 9) * DAY).isoformat()
        if self.chance(0.03):  # typed in days later
            later = midnight(day + draw.randrange(1, 5) * DAY) + timedelta(hours=draw.randrange(24))
            row["updated_at"] = stamp(later)
            self.note("late applications")
        return row

    def due(self, row):
        return int(row["amount_due"] or 0) or PRICES[row["service"]]

    def pay(self, row):
        """Most pay in time; some late, wrongly, twice, in parts, or not at all."""
        draw, how = self.draw, self.draw.random()
        submitted = datetime.fromisoformat(row["submitted_at"])
        deadline = self.terms.deadline(row, self.outages.on(submitted.date() + draw.choice((0, 0, 20)) * DAY))
        limit = deadline or submitted + timedelta(hours=draw.choice((1, 30)))
        at = submitted + (limit - submitted) * draw.random()
        channel, amount, code = draw.choice((*self.channels, *kit.CHANNELS)), self.due(row), row["billing_code"]
        if channel == "bca" and self.chance(0.5 if row["office"] == "denpasar" else 0.05):
            channel = f"bca/{BALI}"
        if how < 0.17:
            return
        if how < 0.24:
            at = limit + draw.choice((0 * SECOND, SECOND, -SECOND, timedelta(hours=1), timedelta(hours=20), 9 * DAY))
        elif how < 0.28:
            amount += draw.choice((-1000, 1000, 50000))
        elif how < 0.33:
            self.book(channel, at, code, amount // 2)
            at, amount = at + timedelta(minutes=draw.choice((5, 90, 900))), amount - amount // 2
        elif how < 0.40:
            code = self.mistyped(code)
        elif how < 0.44:
            self.book(draw.choice(kit.CHANNELS), at + timedelta(minutes=draw.randrange(-30, 300)), code, amount)
        elif how < 0.45:
            at = submitted - timedelta(minutes=draw.choice((1, 600)))
        self.book(channel, at, code, amount)

    def change_applications(self, day):
        """The booking system changes what it said: on the day, or in the early hours of the next one."""
        names = list(self.booking)
        for name in names[-60:]:
            if not self.chance(0.008):
                continue
            row, draw = dict(self.booking[name]), self.draw
            at = midnight(day) + timedelta(seconds=draw.randrange(86400 + 3 * 3600))
            if datetime.fromisoformat(row["updated_at"]) >= at:
                continue
            kind = draw.choice(("due", "due", "cancel", "cancel", "back", "office", "code", "source", "attended",
                                "billed", "service", "tariff"))
            self.alter(row, kind, at)
            row["updated_at"] = stamp(at)
            self.booking[name] = row
            self.note(f"application: {kind}")

    def alter(self, row, kind, at):
        draw = self.draw
        if kind == "due":
            row["amount_due"] = str(draw.choice((0, 100000, 350000, 400000, 650000)))
        elif kind == "cancel":
            row.update(status="cancelled", status_at=stamp(at - timedelta(hours=draw.randrange(1, 60))))
        elif kind == "back":
            row.update(status="submitted", status_at="")
        elif kind == "office":
            row["office"] = draw.choice(OFFICES)
        elif kind == "code":
            row["billing_code"] = self.code()
        elif kind == "source":
            row["source"] = draw.choice(("m-paspor", "walk-in", ""))
        elif kind == "attended":
            row.update(status="attended", status_at=stamp(at), attended_at=stamp(at))
        elif kind == "billed":
            row["billed_at"] = stamp(at - timedelta(minutes=draw.randrange(600)))
        elif kind == "service":
            row.update(service=draw.choice(SERVICES), validity=draw.choice(("5", "10")))
        else:
            row["amount_due"] = ""

    def source(self, day, number):
        """What the view shows: all of it, nothing, less, or an old copy. Rows are given when they are new or
        changed against what was ever shown."""
        if number == 1:
            self.copies = (self.copies + [dict(self.booking)])[-12:]
            self.next_fault(day)
        kind, what = self.fault
        if kind == "gone":
            return None, set(), None
        rows = what(self.booking) if kind else self.booking
        self.view = dict(rows)
        until = midnight(day + DAY)
        seen = [row for row in rows.values() if datetime.fromisoformat(row["submitted_at"]) < until]
        fresh = [row for row in seen if self.shown.get(row["application_id"]) != row]
        self.shown.update({row["application_id"]: row for row in fresh})
        newest = max((datetime.fromisoformat(row["submitted_at"]) for row in seen), default=None)
        return fresh, {row["application_id"] for row in seen}, newest

    def next_fault(self, day):
        draw = self.draw
        if self.fault[0] and self.chance(0.5):
            return  # it goes on
        self.fault = ("", None)
        if not self.chance(0.05) or (day - self.start).days < 3:
            return
        kind = draw.choice(("gone", "shrunk", "old", "purged"))
        self.note(f"source: {kind}")
        if kind == "gone":
            self.fault = (kind, None)
        elif kind == "shrunk":
            salt, part = draw.random(), draw.choice((0.4, 0.4, 0.9))
            self.fault = (kind, lambda rows: {name: row for name, row in rows.items()
                                              if random.Random(f"{salt}{name}").random() < part})
        elif kind == "old":
            old = self.copies[draw.randrange(len(self.copies))]
            self.fault = (kind, lambda rows: old)
        else:  # the oldest are moved away for good
            for name in list(self.booking)[:draw.randrange(1, 4)]:
                del self.booking[name]

    # ---- statements ----

    def book(self, channel, at, code, amount, **more):
        """A payment comes onto the statement that tells about its moment."""
        at = at.astimezone(WIB)
        day, own = max(at.date(), self.today), self.channels[channel.split("/")[0]]  # what is told late stands on a later one
        if own.dated != "day":
            day += DAY if at.hour >= own.dated else 0 * DAY
        if (own.since and day < own.since) or (own.until and day >= own.until):
            own, channel, day = self.channels["indomaret"], "indomaret", max(at.date(), self.today)
        while (own.working_days or own.dated != "day") and not self.terms.is_working(day):
            day += DAY
        row = kit.paid(at.strftime("%Y-%m-%d %H:%M:%S"), code, amount, **more)
        self.rows.setdefault((channel, day), []).append(row)
        if channel == "bca":
            self.credits.append((day, row))

    def reverse(self, day):
        """The bank takes back a credit of that day or of an earlier one."""
        self.credits = [(when, row) for when, row in self.credits if (day - when).days < 40]
        known = [item for item in self.credits if item[0] <= day]
        if known and self.chance(0.2):
            taken = self.draw.choice(known)
            self.credits.remove(taken)
            back = dict(taken[1], direction="DB", narrative=f"KOREKSI SETORAN {taken[1]['code']} BATAL")
            self.rows.setdefault(("bca", day), []).append(back)
            self.note("reversed")

    def write_statements(self, day):
        """The files of the day of every channel, each with the night on which it comes."""
        for name, channel in self.channels.items():
            working = channel.working_days or channel.dated != "day"
            rows = self.rows.pop((name, day), [])
            if (channel.until and day >= channel.until) or (channel.since and day < channel.since):
                continue
            if working and not self.terms.is_working(day):
                continue
            comes = self.comes(name, day)
            if name == "bca":
                self.write_bca(day, comes, rows)
                self.write_bca(day, self.comes(f"bca/{BALI}", day), self.rows.pop((f"bca/{BALI}", day), []), BALI)
            elif name == "lhp":
                self.send(comes, f"LHP_{kit.compact(day.isoformat())}.csv", lhp(day, rows))
            else:
                self.write_file(name, day, comes, rows)

    def comes(self, name, day):
        if self.silent.get(name, day) > day:
            return self.silent[name]
        if self.chance(0.012):
            self.silent[name] = day + self.draw.randrange(3, 13) * DAY
            self.note("silent channel")
            return self.silent[name]
        if self.chance(0.09):
            self.note("late")
            return day + self.draw.choice((1, 1, 2, 3, 7)) * DAY
        return day if not self.chance(0.01) else date(9999, 1, 1)

    def send(self, comes, name, content):
        content = content.encode() if isinstance(content, str) else content
        self.coming.append((comes, name, content))
        if self.chance(0.02):
            self.coming.append((comes + DAY if comes.year < 9999 else comes, name, content))
            self.note("sent twice")

    def write_file(self, channel, day, comes, rows):
        shown, name, write = day.isoformat(), kit.name_of(channel, day.isoformat()), kit.WRITERS[channel]
        if rows and channel != "tokopedia" and self.chance(0.03):  # a line that cannot be read
            bad = self.draw.randrange(len(rows))
            code = rows[bad]["code"] if self.chance(0.7) else "82024X".ljust(15)
            rows = [dict(row, when=f"{row['when'].split()[0]} 25:61:00", code=code) if n == bad else row
                    for n, row in enumerate(rows)]
            self.note("unreadable line")
        right = write(shown, rows)
        how = self.draw.random()
        if channel != "tokopedia" and how < 0.03:  # breaks its totals; a right one follows, or a person decides
            self.note("quarantined")
            self.send(comes, name, write(shown, rows, total=7))
            if self.chance(0.7):
                self.send(comes + self.draw.choice((0, 1, 2, 5)) * DAY if comes.year < 9999 else comes, name, right)
            return
        self.send(comes, name, right)
        if how > 0.98 and comes.year < 9999:  # the same day again, with other content
            self.note("corrected")
            more = [dict(row, amount=row["amount"] + 1) for row in rows[:1]] + rows[1:]
            self.send(comes + self.draw.choice((1, 2, 4)) * DAY, name,
                      write(shown, more + [kit.paid("23:00:00", f"7{self.made:014}", 350000)]))

    def write_bca(self, day, comes, rows, account=kit.ACCOUNT):
        def content(rows, **more):
            return kit.bca(shown, rows, **more).replace(kit.ACCOUNT, account)
        shown, how = day.isoformat(), self.draw.random()
        name = kit.name_of("bca", shown).replace(kit.ACCOUNT, account)
        if rows and how < 0.12:  # the morning's download first
            self.note("overlapping")
            part = rows[:self.draw.randrange(len(rows))]
            other = name if self.chance(0.5) else name.replace(".csv", "_0900.csv")
            self.send(comes, other, content(part))
            comes += self.draw.choice((0, 1, 2)) * DAY if comes.year < 9999 and other != name else \
                DAY if comes.year < 9999 else 0 * DAY
        elif len(rows) > 1 and how < 0.19:  # one that contradicts
            self.note("contradicting")
            self.send(comes + DAY if comes.year < 9999 else comes, name.replace(".csv", "_2300.csv"),
                      content(rows[1:]))
        elif how < 0.22:
            self.note("quarantined")
            self.send(comes, name.replace(".csv", "_0800.csv"), content(rows, closing=7))
        self.send(comes, name, content(rows))

    def delivered(self, day):
        now = [(name, content) for comes, name, content in self.coming if comes <= day]
        self.coming = [item for item in self.coming if item[0] > day]
        found, later = {}, []
        for name, content in now:  # a name lies in the inbox once: the other one comes a day later
            if name in found:
                later.append((day + DAY, name, content))
            else:
                found[name] = content
        self.coming = later + self.coming
        return list(found.items())

    # ---- people ----

    def decide(self, rows, kind, subject, target=""):
        self.decided += 1
        rows.append((f"D-{self.decided:05}", kind, subject, target))
        self.note(f"decided: {kind}")

    def decisions(self, day, model):
        rows = []
        if model.said and self.chance(0.5):
            said = model.said[-1]
            self.decide_entries(rows, said)
            self.decide_files(rows, said, model)
            self.decide_channels(rows, day, said, model)
            self.decide_lapses(rows, said)
        return rows

    def decide_entries(self, rows, said):
        recent = list(said.entries.items())[-250:]
        for entry, (outcome, application) in recent:
            if entry in self.touched and not self.chance(0.03):
                continue
            unpaid = [name for name, state in list(said.states.items())[-40:] if state in ("awaiting", "expired")]
            if outcome == "suggested" and self.chance(0.12):
                self.decide(rows, *(("match", entry, application) if self.chance(0.6) else ("ignore", entry)))
            elif outcome == "unidentified" and unpaid and self.chance(0.03):
                kind = self.draw.choice(("match", "ignore"))
                self.decide(rows, kind, entry, self.draw.choice(unpaid) if kind == "match" else "")
            elif outcome in ("matched", "late", "underpaid", "duplicate") and self.chance(0.004):
                self.decide(rows, self.draw.choice(("unmatch", "ignore")), entry)
            else:
                continue
            self.touched.add(entry)

    def decide_files(self, rows, said, model):
        for file in said.files:
            lost = file.fate == "accepted" and not file.settled and file.statement.rejects
            olds = [f for f in said.files if f.fate == "accepted" and f.is_of(file) and f.digest != file.digest]
            waits = model.waits(file, said.files)
            if waits and olds and file.statement.entries and self.chance(0.2):
                self.decide(rows, "replace_file", file.digest, self.draw.choice(olds).digest)
            elif (waits or lost) and self.chance(0.15):
                discard = not lost and file.digest not in self.touched and self.chance(0.4)
                self.decide(rows, "discard_file" if discard else "accept_file", file.digest)

    def decide_channels(self, rows, day, said, model):
        told = {(file.channel, file.account, file.day) for file in said.files if file.fate == "accepted"}
        for name, channel in self.channels.items():
            for account in channel.accounts:
                for back in range(4, 25):
                    missing = day - back * DAY
                    if missing >= self.start and model.expects(channel, missing) \
                            and (name, account, missing) not in told and self.chance(0.05):
                        own = f"{name}/{account}" if account and self.chance(0.7) else name
                        self.decide(rows, "release_hold", own, missing.isoformat())
        doubted = any("source" in held for held in said.holders.values())
        if doubted and not self.fault[0] and self.chance(0.5):  # they look, and it is whole
            self.decide(rows, "release_hold", "source", (day - DAY).isoformat())

    def decide_lapses(self, rows, said):
        for name in list(said.states)[-120:]:
            if name in said.holders and self.chance(0.02):
                self.decide(rows, "lapse", name)
            elif name in said.reopened and self.chance(0.05):
                self.decide(rows, "lapse", name)
            elif said.states[name] == "expired" and self.chance(0.004):
                self.decide(rows, "reopen", name)


def lhp(day, rows):
    lines = ["Tanggal Buku;NTPN;NTB;Kode Billing;Jumlah"]
    lines += [f"{day};7A{n:014};{n:012};{row['code']};{row['amount']}" for n, row in enumerate(rows, 1)]
    return "\n".join(lines) + "\n"
