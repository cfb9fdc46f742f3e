"""terms: until when a bill may be paid, by rules/*.yaml, read a second time, plain and slow.

Written from what the heads of deadlines.yaml, outages.yaml, calendar.yaml and offices.yaml say. All moments are
datetimes with an offset; a day is a date of the zone that it belongs to.
"""

from datetime import date, datetime, time, timedelta, timezone

import yaml

WIB = timezone(timedelta(hours=7))
ZONES = {"WIB": WIB, "WITA": timezone(timedelta(hours=8)), "WIT": timezone(timedelta(hours=9))}
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8")) or []


def as_day(value):
    """A day of a rule, None when it is absent."""
    return value if value is None or isinstance(value, date) else date.fromisoformat(value)


def local(value, zone):
    """A moment of a rule: on the clock of `zone`, unless it carries an offset; a day alone is its midnight."""
    if not isinstance(value, str):
        return datetime.combine(value, time(0), zone)
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def duration(text):
    return timedelta(**{UNITS[text[-1]]: int(text[:-1])})


class Terms:
    def __init__(self, rules):
        """`rules`: the folder."""
        self.deadlines = read(rules / "deadlines.yaml")
        self.offices = {}
        for row in read(rules / "offices.yaml"):
            span = as_day(row.get("from")) or date.min, as_day(row.get("until")) or date.max
            self.offices.setdefault(row["office"], []).append((span, ZONES[row["zone"]]))
        self.free = {as_day(row["day"]) for row in read(rules / "calendar.yaml")}

    def zone(self, office, at):
        day = at.astimezone(WIB).date()
        return next((zone for (since, until), zone in self.offices.get(office, ()) if since <= day < until), WIB)

    def is_working(self, day):
        return day.weekday() < 5 and day not in self.free

    def holds(self, rule, row, day):
        since, until = as_day(rule.get("from")), as_day(rule.get("until"))
        return ((since is None or since <= day) and (until is None or day < until)
                and rule.get("source") in (None, row["source"]) and rule.get("service") in (None, row["service"]))

    def deadline(self, row, outages):
        """`row`: an application as the booking system gives it. None: it never lapses, or not yet."""
        submitted = datetime.fromisoformat(row["submitted_at"])
        zone = self.zone(row["office"], submitted)
        day = submitted.astimezone(zone).date()
        rules = [rule for rule in self.deadlines if self.holds(rule, row, day)]
        terms = [rule for rule in rules if "cutoff" not in rule]
        if not terms or terms[-1]["within"] == "none":
            return None
        rule = terms[-1]
        begins = self.begins(row, rule["clock"], submitted, zone)
        ends = run_out(begins, duration(rule["within"]), pauses(outages, rule.get("paused_by"), row, zone))
        cutoffs = [local(rule["cutoff"], zone) for rule in rules if "cutoff" in rule]
        behind = [ends] if ends else []
        return min(behind + [cutoff for cutoff in cutoffs if cutoff >= begins], default=None)

    @staticmethod
    def begins(row, clock, submitted, zone):
        """What starts the clock; where the source does not say it, what comes before it."""
        steps = ["submitted_at", "billed_at", "appointment_on", "attended_at"]
        for step in reversed(steps[:steps.index(clock) + 1]):
            if step == "appointment_on" and row[step]:
                return datetime.combine(date.fromisoformat(row[step]), time(23, 59, 59), zone)
            if step != "submitted_at" and row[step]:
                return datetime.fromisoformat(row[step])
        return submitted


def pauses(outages, functions, row, zone):
    """The spans in which the clock of an application stands still; an end of None is not known yet."""
    functions = [functions] if isinstance(functions, str) else functions or []
    if not functions:
        return []
    found = []
    for outage in outages:
        hit = functions == ["outage"] or "functions" not in outage or set(functions) & set(outage["functions"])
        here = "offices" not in outage or row["office"] in outage["offices"]
        wanted = "channels" not in outage or not row["channel"] or row["channel"] in outage["channels"]
        if hit and here and wanted:
            until = local(outage["until"], zone) if outage.get("until") else None
            found.append((local(outage["from"], zone), until))
    return sorted(found, key=lambda span: span[0])


def run_out(begins, left, spans):
    """The clock runs from `begins` for `left`, except within the spans. One that has run out as a span begins
    has run out."""
    at = begins
    for start, end in spans:
        if end is not None and end <= at:
            continue
        if start > at and start - at >= left:
            break
        left -= max(start - at, timedelta(0))
        if end is None:
            return None
        at = end
    return at + left
