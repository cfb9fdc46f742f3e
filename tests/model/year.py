"""year: what rekon must say after each night, a second time, plain and slow.

    model = Year(rules, start)
    said = model.judge(runs)      # of the last of the runs, from everything that was brought so far

Nothing is carried from night to night but what is written down for ever: what was brought to each run, and what
each run said of each application (a booking that lapsed has lapsed). All else is made anew each time by plain
loops. What a statement's lines pay is left to tests/reference.py, the second implementation of the matching;
deadlines are terms.py's; which files count, which days are told about, what holds a lapse, what undoes it, and
what is told to whom is decided here. Written from DESIGN's words, README.md, docs/states.md and the rules' heads.
"""

import copy
import re
from collections import Counter, defaultdict, namedtuple
from datetime import date, datetime, time, timedelta

import reference
import reference_statements
from model.terms import WIB, Terms, read

DAY = timedelta(days=1)
# What was brought to a run. source: rows of the view that are new or changed, None: out of reach; shown: the ids of
# all its rows; newest: of them; files: (name, bytes); decisions: (id, kind, subject, object); outages: as in
# outages.yaml.
Run = namedtuple("Run", "day number source shown newest files decisions outages")
# What it says. entries: {entry: (outcome, application)}; booked: {entry: its day of booking}; states, deadlines, holders: by application;
# waits_by_outage: applications that wait because of one; transitions: (application, from, to); notices: (kind,
# application, entry).
Said = namedtuple("Said", "entries booked states deadlines holders waits_by_outage transitions notices files reopened")
NOTHING = Said({}, {}, {}, {}, {}, set(), [], [], [], set())
PAID = ("paid", "paid_late", "underpaid")
NOTICES = {"expired": "lapsed", "reinstated": "reinstated", "paid_late": "paid_late", "underpaid": "underpaid"}


class Channel:
    def __init__(self, name, dated="day", working_days=False, since=None, until=None, extends=False, accounts=None,
                 booking=None):
        """`dated`: "day", or the hour of a cut-off; `working_days`: no statement is expected on others; `accounts`:
        {account: the office whose bookings alone are paid there, or None}; `booking`: (zone, hour), up to which a
        payment is booked on its own day, from then on on the next working day."""
        self.name, self.dated, self.working_days, self.extends = name, dated, working_days, extends
        self.since, self.until, self.accounts, self.booking = since, until, accounts or {"": None}, booking


def midnight(day):
    return datetime.combine(day, time(0), WIB)


class Delivered:
    """A file that was taken: which one it is, what became of it, and whose rows count."""

    def __init__(self, name, statement, run):
        self.name, self.statement, self.run = name, statement, run
        self.channel, self.account, self.day = statement.channel, statement.account, statement.day
        self.digest = statement.digest
        self.fate = ""
        self.rows = []       # (name of the entry, entry) that count
        self.gone = []       # those that went out when another file took its place
        self.settled = False  # a person has seen its rejects

    def is_of(self, other):
        return (self.channel, self.account, self.day) == (other.channel, other.account, other.day)


class Taken:
    """Files in the order in which they were taken."""

    def __init__(self, before=None):
        self.before, self.files, self.content, self.days = before, [], defaultdict(list), defaultdict(list)

    def add(self, file):
        self.files.append(file)
        self.content[file.digest].append(file)
        self.days[file.channel, file.account, file.day].append(file)

    def of_content(self, file):
        return (self.before.of_content(file) if self.before else []) + self.content.get(file.digest, [])

    def of_days(self, file):
        own = self.days.get((file.channel, file.account, file.day), [])
        return (self.before.of_days(file) if self.before else []) + own


class Year:
    def __init__(self, rules, start, channels):
        self.terms, self.start = Terms(rules), start
        self.channels = {channel.name: channel for channel in channels}
        self.asks_for_each = "cases_without_entry" in {
            row["behaviour"] for row in read(rules / "engine.yaml").get("behaviours", ())}
        self.read = {}   # statements by name and digest: reading is a function of the bytes
        self.parsed = {}  # by row: the same
        self.said = []   # of each run

    def judge(self, runs):
        said = self.say(runs, self.said[-1] if self.said else NOTHING)
        self.said.append(said)
        return said

    def say(self, runs, before):
        run = runs[-1]
        judge_at = midnight(run.day + DAY)
        files = self.files(runs)
        rows = known_rows(runs)
        deadlines = {name: self.deadline(row, run.outages) for name, row in rows.items()}
        plain = {name: self.deadline(row, []) for name, row in rows.items()}
        applications = {name: self.application(row, deadlines[name], plain[name]) for name, row in rows.items()}
        outcomes, holders = self.match(runs, files, applications)
        self.add_lost(files, applications, holders)
        self.add_missing(runs, files, applications, holders)
        doubt = self.source_in_doubt(runs)
        states, held, waits, reopened = {}, {}, set(), self.reopened(runs, before, judge_at)
        for name, a in applications.items():
            lapse = self.decided_lapse(runs, name, before, judge_at)
            states[name] = self.state(a, before, judge_at, doubt, holders[name], lapse, name in reopened)
            if states[name] == "awaiting" and a.deadline is not None and a.deadline < judge_at \
                    and name not in reopened:
                held[name] = {"source"} if doubt else holders[name]
            if states[name] == "awaiting" and waits_by_outage(a, judge_at):
                waits.add(name)
        transitions = sorted((name, before.states.get(name, "awaiting"), state) for name, state in states.items()
                             if state != before.states.get(name, "awaiting"))
        booked = {name: self.booked(self.channels[file.channel], entry) for file in files for name, entry in file.rows}
        said = Said(outcomes, booked, states, deadlines, held, waits, transitions, [], files,
                    {name for name in reopened if states[name] == "awaiting"})
        return said._replace(notices=notices(said, before))

    # ---- statements ----

    def statement(self, name, content):
        for channel in self.channels:
            pattern, read = reference_statements.CHANNELS[channel]
            found = pattern.fullmatch(name) or re.fullmatch(r"BCA_\d+_(\d{8})_\d{4}\.csv", name) \
                if channel == "bca" else pattern.fullmatch(name)
            if found:
                key = name, content
                if key not in self.read:
                    day = datetime.strptime(found[1], "%Y%m%d").date()
                    self.read[key] = reference_statements.Statement(name, content, channel, day)
                    read(self.read[key], content)
                return self.read[key]
        return None

    def files(self, runs):
        """All that were taken up to now, in the order of the runs."""
        taken, waiting = Taken(), []
        for number, run in enumerate(runs):
            inbox = sorted(waiting + list(run.files))
            waiting = [(name, content) for name, content in inbox if self.statement(name, content).day > run.day]
            fresh, tonight = [], Taken(taken)
            for name, content in inbox:
                statement = self.statement(name, content)
                if statement.day <= run.day:
                    file = Delivered(name, statement, number)
                    file.fate = self.fate(file, tonight)
                    tonight.add(file)
                    fresh.append(file)
            back = self.decide_files(run, number, taken)
            for file in sorted(fresh + back, key=lambda f: (len(f.statement.entries), f.digest)):
                if file.fate == "extends":
                    self.extend(file, taken)
                if file.fate != "skipped":
                    taken.add(file)
        return taken.files

    def fate(self, file, known):
        """Same content: skipped; same identity with other content: held, unless the channel's files extend each
        other; one that breaks its own totals: quarantined."""
        for other in known.of_content(file):
            empty = not file.statement.entries and other.fate in ("accepted", "extends") and other.day != file.day
            if other.fate != "skipped" and not empty:
                return "skipped"
        twin = [f for f in known.of_days(file) if f.name == file.name and f.fate in ("accepted", "extends")]
        if self.channels[file.channel].extends:
            return "quarantined" if file.statement.fault else "extends"
        if twin:
            return "held"
        if file.statement.fault:
            return "quarantined"
        self.take_rows(file, file.statement.entries)
        return "accepted"

    @staticmethod
    def take_rows(file, rows):
        names = {id(entry): f"{file.digest[:16]}:{n}" for n, entry in enumerate(file.statement.entries, 1)}
        file.rows = [(names[id(entry)], entry) for entry in rows]

    def extend(self, file, taken, overruled=False):
        """Rows that another file of the account tells of count once; one that lacks a row of another within its
        days is held. Of one that a person accepts nevertheless the running balances are not looked at."""
        def row_key(entry):
            key = reference_statements.row_key(entry)
            return key[:-1] if overruled else key
        others = [f for f in taken.of_days(file) if f.fate == "accepted"]
        known, has = Counter(), Counter(map(row_key, file.statement.entries))
        for other in others:
            known |= Counter(map(row_key, other.statement.entries))
        if known - has and not overruled:
            file.fate = "held"
            return
        fresh = []
        for entry in file.statement.entries:
            key = row_key(entry)
            if known[key] > 0:
                known[key] -= 1
            else:
                fresh.append(entry)
        self.take_rows(file, fresh)
        file.fate = "accepted"

    def decide_files(self, run, number, taken):
        """accept_file, discard_file and replace_file; gives the files that come back to count."""
        back = []
        for _, kind, subject, target in run.decisions:
            if kind not in ("accept_file", "discard_file", "replace_file"):
                continue
            if kind == "replace_file" and not self.replace(subject, target, taken):
                continue
            named = [f for f in taken.files if f.digest.startswith(subject)]
            waits = [f for f in named if self.waits(f, taken.files)]
            lost = [f for f in named if f.fate == "accepted" and not f.settled and f.statement.rejects]
            if kind == "accept_file" and lost:
                for file in lost:
                    file.settled = True
            elif waits and kind == "discard_file":
                waits[-1].fate = "discarded"
            elif waits:
                waits[-1].fate = "decided"
                file = Delivered(waits[-1].name, waits[-1].statement, number)
                if self.channels[file.channel].extends:
                    self.extend(file, taken, overruled=True)
                else:
                    self.take_rows(file, file.statement.entries)
                    file.fate = "accepted"
                back.append(file)
        return back

    def replace(self, subject, target, taken):
        """The file that counts makes room: its rows are none of this business, but for those that another file of
        the account tells of too."""
        olds = [f for f in taken.files if f.digest == target and f.fate == "accepted"]
        if not olds or not any(f.digest == subject and self.waits(f, taken.files) for f in taken.files):
            return False
        old, known = olds[-1], Counter()
        old.fate = "replaced"
        if self.channels[old.channel].extends:
            for other in taken.of_days(old):
                if other.fate == "accepted":
                    known |= Counter(reference_statements.row_key(entry)[:-1] for entry in other.statement.entries)
        shared = set()
        for entry in old.statement.entries:
            key = reference_statements.row_key(entry)[:-1] if known else None
            if known[key] > 0:
                known[key] -= 1
                shared.add(id(entry))
        old.gone = [(name, entry) for name, entry in old.rows if id(entry) not in shared]
        old.rows = [(name, entry) for name, entry in old.rows if id(entry) in shared]
        return True

    def booked(self, channel, entry):
        if not channel.booking:
            return entry.booked_on
        zone, hour = channel.booking
        at = entry.paid_from.astimezone(zone)
        day = at.date() + (DAY if at.hour >= hour else 0 * DAY)
        while not self.terms.is_working(day):
            day += DAY
        return day

    @staticmethod
    def waits(file, files):
        """Set aside, and nothing has settled it since: neither a decision nor a file of the same channel, account
        and day that counts."""
        if file.fate not in ("quarantined", "held"):
            return False
        later = files[files.index(file) + 1:]
        if file.fate == "quarantined":
            later = [f for f in files if f.run >= file.run]
        return not any(f.fate == "accepted" and f.is_of(file) for f in later)

    # ---- applications and matching ----

    def deadline(self, row, outages):
        """Terms are a function of row and outages; rows live as long as the runs that brought them."""
        key = id(row), tuple(map(str, outages))
        if key not in self.parsed:
            self.parsed[key] = self.terms.deadline(row, outages)
        return self.parsed[key]

    def application(self, row, deadline, plain):
        if id(row) not in self.parsed:
            a = self.parsed[id(row)] = reference.Application(defaultdict(str, row))
            a.zone = self.terms.zone(a.office, a.submitted_at)
            if not row["amount_due"]:
                a.due = reference.due_by_tariff(row["service"], row["validity"], row["charges"],
                                                a.submitted_at.astimezone(a.zone).date())
        a = own_copy(self.parsed[id(row)])
        a.deadline, a.deadline_without_outages = deadline, plain
        return a

    def match(self, runs, files, applications):
        """({entry: (outcome, application)}, {application: channels of entries that may be its payment})."""
        decided = self.decided_entries(runs)
        outcomes, statements, names = {}, [], {}
        outcomes.update({name: ("ignored", "") for file in files for name, _ in file.gone})
        for n, file in enumerate(f for f in files if f.rows or f.fate == "accepted"):
            statement = copy.copy(file.statement)
            statement.entries, statement.rejects = [], []
            statement.account = f"{n}"  # its rows are aligned already
            for name, entry in file.rows:
                kind, target = decided.get(name, ("", ""))
                kind = "" if kind == "match" and entry.amount <= 0 else kind  # money going out pays nothing
                if kind in ("ignore", "unmatch"):
                    outcomes[name] = ("ignored" if kind == "ignore" else "unidentified", "")
                    continue
                entry = own_copy(entry)
                entry.forced = applications[target] if kind == "match" else None
                names[id(entry)] = name
                statement.entries.append(entry)
            statements.append(statement)
        statements.sort(key=lambda s: s.digest)
        reference.match(list(applications.values()), statements)
        holders = defaultdict(set)
        for statement in statements:
            for entry in statement.entries:
                one = entry.application if len(entry.allocated) < 2 else None
                outcomes[names[id(entry)]] = (entry.outcome, one.id if one else "")
                for a in entry.held + ([one] if one and entry.outcome == "unidentified" else []):
                    holders[a.id].add(statement.channel)
        return outcomes, holders

    @staticmethod
    def decided_entries(runs):
        """The last decision on each entry."""
        found = {}
        for run in runs:
            for _, kind, subject, target in run.decisions:
                if kind in ("match", "unmatch", "ignore"):
                    found[subject] = kind, target
        return found

    # ---- what may still turn up ----

    def add_lost(self, files, applications, holders):
        """A line that could not be read but for its code may be that application's payment."""
        for file in files:
            for _, reject in file.statement.rejects if file.fate == "accepted" and not file.settled else ():
                for a in applications.values():
                    if reject.code and a.code == reject.code:
                        holders[a.id].add(file.channel)

    def add_missing(self, runs, files, applications, holders):
        """Every channel must have told about the time in which it could be paid."""
        spans = [(name, office, self.missing(channel, account, runs, files)) for name, channel in self.channels.items()
                 for account, office in channel.accounts.items()]
        for a in applications.values():
            if a.deadline is None:
                continue
            for name, office, missing in spans:
                if office in (None, a.office) and any(begin <= a.deadline and a.submitted_at < end for begin, end in missing):
                    holders[a.id].add(name)

    def span(self, channel, day):
        """What the statement of a day tells about: from, until."""
        if channel.dated == "day":
            return midnight(day), midnight(day + DAY)
        before = day - DAY
        while not self.terms.is_working(before):
            before -= DAY
        cutoff = timedelta(hours=channel.dated)
        return midnight(before) + cutoff, midnight(day) + cutoff

    def expects(self, channel, day):
        return ((channel.since is None or channel.since <= day) and (channel.until is None or day < channel.until)
                and (not (channel.working_days or channel.dated != "day") or self.terms.is_working(day)))

    def missing(self, channel, account, runs, files):
        """Spans about which nobody has told, and those of files and lines that wait for a person, but for days
        that were released. A day on which no statement is expected is told about by the next one."""
        own = [f for f in files if f.channel == channel.name and f.account == account]
        told = {f.day for f in own if f.fate == "accepted"}
        is_older = channel.since is None or channel.since < self.start
        first = self.start if is_older else channel.since
        told_until = self.span(channel, first)[0]
        found = [(midnight(date(2000, 1, 1)), told_until)] if is_older else []
        for n in range((runs[-1].day - first).days + 21):
            day = first + n * DAY
            if day not in told and not self.expects(channel, day):
                continue
            begin, end = self.span(channel, day)
            if day not in told:
                found.append((min(begin, told_until), end))
            told_until = max(told_until, end)
        for file in own:
            unread = file.fate == "accepted" and not file.settled and any(
                not reject.code for _, reject in file.statement.rejects)
            if unread or self.waits(file, files):
                found.append(self.span(channel, file.day))
        for run in runs:
            for _, kind, subject, target in run.decisions:
                if kind == "release_hold" and subject in (channel.name, f"{channel.name}/{account}"):
                    found = without(found, *self.span(channel, date.fromisoformat(target)))
        return found

    def source_in_doubt(self, runs):
        """Out of reach, or with fewer applications, or none as new, as when it was last whole; or without one that
        waited the night before, until it is back, or a person says that all is right with those it has."""
        count, newest, doubt, accepted = 0, None, False, set()
        for number, run in enumerate(runs):
            doubt = run.source is None
            if doubt:
                continue
            states = self.said[number - 1].states if number and self.asks_for_each else {}
            gone = {name for name, state in states.items() if state == "awaiting"} - run.shown
            if any(kind == "release_hold" and subject == "source" for _, kind, subject, _ in run.decisions):
                accepted = gone
            else:
                accepted = accepted & gone
                doubt = len(run.shown) < count or bool(gone - accepted) or (
                    newest is not None and (run.newest is None or run.newest < newest))
            if not doubt:
                count, newest = len(run.shown), run.newest
        return doubt

    # ---- states ----

    @staticmethod
    def decided_lapse(runs, name, before, judge_at):
        """A person lets it lapse tonight: it waits, and its deadline has passed."""
        kinds = [kind for _, kind, subject, _ in runs[-1].decisions if subject == name and kind in ("lapse", "reopen")]
        deadline = before.deadlines.get(name)
        return bool(kinds) and kinds[-1] == "lapse" and before.states.get(name) == "awaiting" \
            and deadline is not None and deadline < judge_at

    @staticmethod
    def reopened(runs, before, judge_at):
        """Those that a person opened again, and that have waited ever since."""
        found = {name for name in before.reopened if before.states[name] == "awaiting"}
        for _, kind, subject, _ in runs[-1].decisions:
            if kind == "reopen" and before.states.get(subject) == "expired":
                found.add(subject)
            if kind == "lapse" and subject in found and before.deadlines[subject] is not None \
                    and before.deadlines[subject] < judge_at:
                found.discard(subject)
        return found

    @staticmethod
    def state(a, before, judge_at, doubt, holders, lapses, reopened):
        was = before.states.get(a.id)
        if a.state in PAID:
            return "reinstated" if a.state == "paid" and was in ("expired", "reinstated") else a.state
        if a.cancelled:
            return "cancelled"
        if a.due == 0:
            return "waived"
        if a.state == "payment_reversed":
            return a.state
        if a.deadline is None or a.deadline >= judge_at or reopened:
            return "awaiting"
        stays = was == "expired" and (before.deadlines[a.id] is None or a.deadline <= before.deadlines[a.id])
        return "expired" if lapses or stays or not (doubt or holders) else "awaiting"


# ---- plain helpers ----

def own_copy(thing):
    """A copy whose lists are its own."""
    twin = copy.copy(thing)
    for key, value in vars(twin).items():
        if isinstance(value, list):
            setattr(twin, key, list(value))
    return twin


def without(spans, begin, end):
    """The spans, without what lies in [begin, end)."""
    left = []
    for start, stop in spans:
        left += [(s, e) for s, e in ((start, min(stop, begin)), (max(start, end), stop)) if s < e]
    return left


def known_rows(runs):
    """Each application as the booking system gave it last, of those submitted by now."""
    rows = {}
    until = midnight(runs[-1].day + DAY)
    for run in runs:
        for row in run.source or ():
            known = rows.get(row["application_id"])
            newer = known is None or datetime.fromisoformat(row["updated_at"]) >= \
                datetime.fromisoformat(known["updated_at"])
            if newer:
                rows[row["application_id"]] = row
    return {name: row for name, row in rows.items() if datetime.fromisoformat(row["submitted_at"]) < until}


def waits_by_outage(a, judge_at):
    """It would be past its deadline, had no outage stopped its clock."""
    plain = a.deadline_without_outages
    if plain is None:
        return False
    return a.deadline is None or (a.deadline >= judge_at and plain < judge_at)


def notices(said, before):
    """One for each change that concerns an applicant."""
    found = []
    for name, _, state in said.transitions:
        if state in NOTICES:
            found.append((NOTICES[state], name, ""))
    for name in said.waits_by_outage:
        extended = said.deadlines[name] != before.deadlines.get(name)
        if extended or name not in before.waits_by_outage:
            found.append(("outage", name, ""))
    for entry, (outcome, application) in said.entries.items():
        if outcome == "duplicate" and before.entries.get(entry, ("",))[0] != "duplicate":
            found.append(("duplicate", application, entry))
    return sorted(found)
