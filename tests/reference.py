#!/usr/bin/python3
"""reference: `rekon match` a second time, plain and slow, to check the engine by.

    reference.py --applications applications.csv --statements PATH... --out DIR [--as-at TIME]

Written from the rules, not from the engine: it shares no code with it and reads no YAML. What stands
under "the rules" below is what rules/*.yaml say for the four channels, put in Python once more. All
money is in rupiah as Decimal, all times are datetimes with an offset.
"""

import argparse
import csv
import re
import sys
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from reference_statements import (  # noqa: E402
    CODE_READ, KEY_KINDS, WIB, number_and_align, plain_key, read_statements, working_day)

# ---- the rules ----------------------------------------------------------------------------------

SPARED = "in time: an outage stopped the clock"
NEAR_RULE = "salah-ketik"
UNKNOWN_CODE = "no application has this billing code"
NO_CODE = "no billing code"
SEVERAL_CODES = "several billing codes in the narrative"
MATCHING_RULE = "kode-billing"
EARLY_RULE = "sebelum-diajukan"
GROUP_RULE = "kelompok"
JOURNAL_RULE = "pembalikan"
GOING_OUT = "money going out"
# In the order of the rules; the time in which an application may be paid by the key.
KEY_RULES = {"ntpn": "ntpn", "application_number": "nomor-permohonan", "virtual_account": "virtual-account"}
GROUP_WINDOW = timedelta(days=366)
GROUP_MAX = 20  # applications of one group that may share a code
CANDIDATES_MAX = 1_000_000  # of all entries together: an entry with more than its part is never suggested
listed_max = 20
TOO_MANY = "too many possibilities"

# From 17-12-2024 (PP 45/2024) ten years cost more; before that both validities cost the same.
PRICES = [
    (date(2019, 9, 11), {"paspor-biasa": 350000, "paspor-elektronik": 650000,
                         "splp": 100000, "splp-asing": 150000}),
    (date(2024, 12, 17), {("paspor-biasa", "5"): 350000, ("paspor-biasa", "10"): 650000,
                          ("paspor-elektronik", "5"): 650000, ("paspor-elektronik", "10"): 950000,
                          "splp": 100000, "splp-asing": 150000, "paspor-pmi-pertama": 0,
                          "paspor-tidak-mampu": 0, "paspor-beasiswa": 0}),
]
CHARGES = {"hilang": 1000000, "rusak": 500000, "percepatan": 1000000}


def due_by_tariff(service, validity, charges, day):
    """What an application owes by the tariff of its day, or None."""
    prices = [row for since, row in PRICES if since <= day]
    if not prices:
        return None
    price = prices[-1].get((service, validity), prices[-1].get(service))
    words = charges.replace(";", " ").split()
    if price is None or any(word not in CHARGES for word in words):
        return None
    return Decimal(price + sum(CHARGES[word] for word in words))


M_PASPOR = datetime(2022, 1, 26)
# No clock ran on these days of the office's own calendar: [from, until).
OUTAGES = [(datetime(2022, 4, 11), datetime(2022, 4, 18)), (datetime(2024, 6, 20), datetime(2024, 6, 28))]


def cutoffs(zone):
    """Year ends: 2021 at 23:00 of the office, 2024 at 23:59 WIB for all."""
    return [datetime(2021, 12, 31, 23, tzinfo=zone), datetime(2024, 12, 31, 23, 59, tzinfo=WIB)]


def deadline_of(row, submitted_at, outages):
    """Two hours from the submission, in which outages do not count; seven days from the interview before
    M-Paspor; none for those who come in person or have priority. The next year end ends it all."""
    zone = submitted_at.tzinfo
    if row.get("source", "") in ("walk-in", "priority"):
        return None
    begins, left = submitted_at, timedelta(hours=2)
    if submitted_at.replace(tzinfo=None) < M_PASPOR:
        begins, left, outages = interview_of(row, submitted_at), timedelta(days=7), []
    at = begins
    for start, end in sorted((start.replace(tzinfo=zone), end.replace(tzinfo=zone)) for start, end in outages):
        if at < end and at + left > start:
            left -= max(start - at, timedelta(0))
            at = end
    return min([at + left] + [cutoff for cutoff in cutoffs(zone) if cutoff >= begins])


def interview_of(row, submitted_at):
    if row.get("attended_at"):
        return datetime.fromisoformat(row["attended_at"])
    if row.get("appointment_on"):
        return datetime.combine(date.fromisoformat(row["appointment_on"]), time(23, 59, 59), submitted_at.tzinfo)
    return datetime.fromisoformat(row["billed_at"]) if row.get("billed_at") else submitted_at


# ---- applications -------------------------------------------------------------------------------

class Application:
    def __init__(self, row):
        self.id = row["application_id"]
        self.office = row["office"]
        self.code = row["billing_code"]
        self.group = row.get("group_id", "")
        self.keys = {kind: plain_key(kind, row.get(kind) or "") for kind in KEY_KINDS}
        self.submitted_at = datetime.fromisoformat(row["submitted_at"])
        billed = row.get("billed_at", "")
        self.began_at = min(self.submitted_at, datetime.fromisoformat(billed)) if billed else self.submitted_at
        self.zone = self.submitted_at.tzinfo
        self.cancelled = row.get("status") == "cancelled"
        since = row.get("status_at") if self.cancelled else ""
        self.cancelled_at = datetime.fromisoformat(since) if since else None
        self.deadline = deadline_of(row, self.submitted_at, OUTAGES)
        self.deadline_without_outages = deadline_of(row, self.submitted_at, [])
        self.due = Decimal(row["amount_due"]) if row["amount_due"] else due_by_tariff(
            row["service"], row.get("validity", ""), row.get("charges", ""),
            self.submitted_at.date())
        self.entries = []
        self.state = self.reason = ""
        self.payment = None  # the entry that decides the state
        self.parts, self.received = [], Decimal(0)  # payments so far that do not yet reach the due
        self.from_group = Decimal(0)  # what payments of its group brought it
        self.payers = 0  # entries that pay for it or belong to it


def read_applications(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [Application(row) for row in csv.DictReader(file)]


# ---- matching -----------------------------------------------------------------------------------

def match(applications, statements):
    global listed_max
    listed_max = max(20, CANDIDATES_MAX // (1 + sum(len(s.entries) for s in statements)))
    number_and_align(statements)
    by_code = defaultdict(list)
    for application in applications:
        if application.code:
            by_code[application.code].append(application)
    by_key = defaultdict(list)
    for application in applications:
        for kind, key in application.keys.items():
            by_key[kind, key].append(application)
    for statement in statements:
        for entry in statement.entries:
            look_inside(entry, by_code)
            find_application(entry, by_code)
            find_by_keys(entry, by_code, by_key)
    find_by_journal([entry for statement in statements for entry in statement.entries])
    filed_together = defaultdict(list)
    for application in applications:
        filed_together[application.group or application].append(application)
    for members in filed_together.values():
        settle(members)
    for statement in statements:
        for entry in statement.entries:
            if entry.named and not entry.outcome == "ambiguous":
                suggest_by_key(entry)
            if entry.windows and entry.reason == NO_CODE:
                list_inside(entry, by_code)
            if entry.windows and entry.reason == SEVERAL_CODES:
                list_named(entry, by_code)
            if entry.reason == UNKNOWN_CODE:
                look_near(entry, near(entry.code), by_code)
            elif entry.reason == NO_CODE and entry.amount > 0:
                look_near(entry, near_in_text(entry), by_code)


def near_in_text(entry):
    """What numbers in the text may mean that are a slip away, or one of 16 in which two neighbours are alike."""
    codes = {code for number in entry.mistyped for code in near(number)}
    if codes or any(not whole for _, whole in entry.windows):
        codes |= {code for code, _ in entry.windows}
    return codes


def pays_just(entry, application):
    """The amount that is due, between submission and deadline; or that amount taken back."""
    if not application.due or entry.paid_until < application.submitted_at:
        return False
    in_time = application.deadline is None or entry.paid_from <= application.deadline
    return entry.amount == -application.due or (entry.amount == application.due and in_time)


def look_inside(entry, by_code):
    """A code inside a longer number counts if of all that may stand there just one is an application's, and
    amount and time agree."""
    known = [a for code, _ in entry.windows for a in by_code.get(code, [])]
    if not entry.several_codes and len(known) == 1 and (known[0].code, True) in entry.windows and pays_just(entry, known[0]):
        entry.code = known[0].code


def list_inside(entry, by_code):
    """Where several applications have codes that may stand there, those that fit and are open are listed."""
    sharers = [by_code[code] for code, _ in entry.windows if by_code.get(code)]
    if sum(map(len, sharers)) > 1 and entry.amount > 0:
        offer(entry, sharers, lambda a: pays_just(entry, a) and not a.state and not a.cancelled, MATCHING_RULE,
              *["billing codes of several applications stand in longer numbers"] * 2)


def list_named(entry, by_code):
    """A text with several codes: a person chooses among those that wait and could be paid then, whatever the sum."""
    def waits(a):
        return bool(a.due) and not a.state and not a.cancelled and entry.paid_until >= a.submitted_at and (
            a.deadline is None or entry.paid_from <= a.deadline)
    offer(entry, [by_code[code] for code, _ in entry.windows if by_code.get(code)], waits, MATCHING_RULE,
          SEVERAL_CODES, SEVERAL_CODES)


def offer(entry, sharers, fits, rule, one, several):
    """`sharers`: the applications of each code that may be meant. A code that too many have is not gone
    through: all of them are candidates."""
    crowds = [crowd for crowd in sharers if len(crowd) > listed_max]
    fitting = [a for crowd in sharers for a in sorted(crowd, key=lambda a: a.id)[:listed_max] if fits(a)]
    if not fitting and not crowds:
        return
    many = bool(crowds) or len(fitting) > listed_max
    if len(fitting) == 1 and not many:
        entry.application = fitting[0]
        decide(entry, "suggested", one, rule)
    else:
        decide(entry, "ambiguous", TOO_MANY if many else several, rule)
    entry.held = fitting + [a for crowd in crowds for a in crowd]
    entry.candidates = sorted(fitting, key=lambda a: a.id)[:listed_max]


def near(code):
    """Codes that may be meant: with one digit replaced or two neighbours swapped; where one digit was lost,
    with any digit put in anywhere; where one was doubled, without one of two that are alike."""
    if len(code) == 14:
        yield from {code[:i] + digit + code[i:] for i in range(15) for digit in "0123456789"}
        return
    if len(code) == 16:
        yield from {code[:i] + code[i + 1:] for i in range(15) if code[i] == code[i + 1]}
        return
    for i, digit in enumerate(code):
        for other in "0123456789":
            if other != digit:
                yield code[:i] + other + code[i + 1:]
    for i in range(len(code) - 1):
        if code[i] != code[i + 1]:
            yield code[:i] + code[i + 1] + code[i] + code[i + 2:]


def look_near(entry, codes, by_code):
    """A mistyped code is only ever suggested: for the one application that owes just this and could be paid
    then, and is not paid by its own code."""
    sharers = [by_code[code] for code in codes if any(map(owes, by_code.get(code, ())))]
    offer(entry, sharers, lambda a: owes(a) and a.due == entry.amount and entry.paid_until >= a.began_at
          and (a.deadline is None or entry.paid_from <= a.deadline), NEAR_RULE,
          "no application has this billing code, one has a near one",
          "no application has this billing code, several have near ones")


def owes(application):
    return not application.state and not application.cancelled and bool(application.due)


def decide(entry, outcome, reason, rule=""):
    entry.outcome, entry.reason, entry.rule = outcome, reason, rule


def find_application(entry, by_code):
    if entry.forced:
        entry.application = entry.forced
        entry.application.entries.append(entry)
    elif entry.settles:
        decide(entry, "settlement", "a channel pays over what it took", entry.ignored_by)
    elif entry.ignored_by:
        decide(entry, "ignored", "ignored by rule", entry.ignored_by)
    elif entry.amount < 0 and not CODE_READ.fullmatch(entry.code):
        entry.code = ""
        decide(entry, "unidentified", GOING_OUT)
    elif entry.amount < 0 and len(by_code[entry.code]) != 1 and not of_one_group(by_code[entry.code]):
        decide(entry, "unidentified", "the payment it takes back is not known")
    elif entry.several_codes:
        decide(entry, "unidentified", SEVERAL_CODES)
    elif not CODE_READ.fullmatch(entry.code):
        entry.code = ""
        decide(entry, "unidentified", NO_CODE)
    elif not by_code[entry.code]:
        decide(entry, "unidentified", UNKNOWN_CODE)
    elif of_one_group(by_code[entry.code]):
        entry.shared = sorted(by_code[entry.code], key=lambda a: a.id)
        entry.application = entry.shared[0]
        entry.application.entries.append(entry)
    elif len(by_code[entry.code]) > 1:
        entry.held = by_code[entry.code]
        decide(entry, "ambiguous", TOO_MANY if len(entry.held) > listed_max else
               "several applications have this billing code")
        entry.candidates = sorted(entry.held, key=lambda a: a.id)[:listed_max]
    else:
        entry.application = by_code[entry.code][0]
        entry.application.entries.append(entry)


def could_be_paid_by(kind, entry, application):
    """What the rules on keys require of the time; what goes back may come whenever."""
    if entry.amount < 0:
        return True
    begun = entry.paid_until >= application.began_at
    if kind == "virtual_account":
        return begun and (application.deadline is None or entry.paid_from <= application.deadline)
    return begun and entry.paid_from <= application.began_at + GROUP_WINDOW


def find_by_keys(entry, by_code, by_key):
    """What find_application made of the code alone is made anew where other keys name anybody: one application
    that all keys name, or none."""
    if entry.outcome in ("ignored", "settlement") or entry.several_codes or entry.amount == 0:
        return
    code = entry.code if CODE_READ.fullmatch(entry.code) else ""
    named = {kind: [a for a in by_key[kind, entry.keys[kind]] if could_be_paid_by(kind, entry, a)]
             for kind in KEY_RULES if kind in entry.keys}
    named = {kind: found for kind, found in named.items() if found}
    if not named:
        return
    by_others = {kind: list(found) for kind, found in named.items()}
    if by_code.get(code):
        named["code"] = by_code[code]
    common = [a for a in next(iter(named.values())) if all(a in found for found in named.values())]
    common.sort(key=lambda a: a.id)
    kind = "code" if common and code and common[0].code == code else next(iter(by_others))
    if len(common) == 1 and code and "code" not in named and common[0].code:
        entry.named = common  # its own code is nobody's
        return
    if entry.application:
        entry.application.entries.remove(entry)
    entry.application, entry.shared, entry.candidates, entry.held = None, [], [], []
    decide(entry, "", "")
    if len(common) == 1 or of_one_group(common):
        entry.application = common[0]
        entry.key_rule = KEY_RULES.get(kind, "")
        entry.shared = [] if len(common) == 1 else common if kind != "code" else \
            [a for a in by_code[code] if a.group == common[0].group]  # a code names all of them that share it
        entry.names_group = len(common) > 1 and kind != "code"
        entry.application.entries.append(entry)
    elif entry.amount < 0:
        decide(entry, "unidentified", "the payment it takes back is not known")
    else:
        reason = ("its keys name different applications" if not common else
                  "several applications have this billing code" if len(named.get("code", [])) > 1 else
                  "several applications have its key")
        decide(entry, "ambiguous", reason)
        everybody = common or list({a.id: a for found in named.values() for a in found}.values())
        entry.candidates = entry.held = everybody


def suggest_by_key(entry):
    """Its code is nobody's, but another of its keys names one that owes just this and could be paid then."""
    application = entry.named[0]
    if (entry.reason == UNKNOWN_CODE and entry.amount > 0 and owes(application)
            and application.due == entry.amount and entry.paid_until >= application.began_at
            and (application.deadline is None or entry.paid_from <= application.deadline)):
        kind = next(k for k in KEY_RULES if k in entry.keys and application.keys[k] == entry.keys[k]
                    and could_be_paid_by(k, entry, application))
        entry.application = application
        decide(entry, "suggested", "no application has this billing code, one has its other key", KEY_RULES[kind])
        entry.candidates = entry.held = [application]


def find_by_journal(entries):
    """What goes back without a code takes back the only payment of its channel, amount and journal number that
    came no later; of one that belongs to no application both are done with."""
    for reversal in sorted(entries, key=in_time_order):
        if reversal.reason != GOING_OUT or not re.search("[1-9]", reversal.reference):
            continue
        payments = [e for e in entries if e.outcome != "ignored" and e.amount == -reversal.amount
                    and e.statement.channel == reversal.statement.channel and e.reference == reversal.reference
                    and e.paid_from <= reversal.paid_until]
        if len(payments) > 1:
            decide(reversal, "ambiguous", "several payments may be what it takes back", JOURNAL_RULE)
            first = sorted(payments, key=in_time_order)[:20]
            reversal.candidates = reversal.held = list({e.application.id: e.application for e in first
                                                        if e.application}.values())
        elif payments and payments[0].application:
            reversal.application, reversal.by_journal = payments[0].application, True
            reversal.application.entries.append(reversal)
        elif payments and payments[0].outcome == "reversed":
            decide(reversal, "unidentified", "the payment it takes back is not known")
        elif payments:
            decide(reversal, "reversal", "takes an earlier entry back", JOURNAL_RULE)
            decide(payments[0], "reversed", "taken back by a later entry", JOURNAL_RULE)
            payments[0].candidates = payments[0].held = []


def in_time_order(entry):
    return entry.paid_from, entry.statement.channel, entry.statement.digest, entry.ordinal


def of_one_group(applications):
    """Several that were filed together and have one code."""
    return (1 < len(applications) <= GROUP_MAX and applications[0].group != ""
            and len({a.group for a in applications}) == 1)


def nothing_due_any_more(application, entry):
    """Cancelled; what was surely paid before that was due."""
    return application.cancelled and not (application.cancelled_at and
                                          entry.paid_until < application.cancelled_at)


def settle(members):
    """The outcome of each entry of an application, or of those of a group, in order of payment, and the
    state they leave."""
    entries = sorted((e for a in members for e in a.entries),
                     key=in_time_order)
    taken_back = take_back(entries)
    undone = []
    for entry in entries:
        if entry.names_group:
            entry.shared = sorted(members, key=lambda a: a.id)
        if entry not in taken_back and entry.shared:
            settle_shared(entry)
        elif entry.outcome == "reversed":
            undone += would_have_paid(entry, members)
        elif entry not in taken_back:
            settle_one(entry, entry.application, members)
    for entry in entries:
        if entry.application and not entry.allocated:
            entry.application.payers += 1
    for application in undone:
        if not application.state:
            application.state = "payment_reversed"
            application.reason = "taken back by a later entry"


def would_have_paid(entry, members):
    """The applications for which a payment is undone: all of a set of its group, were it the only one."""
    application, rest = entry.application, still_due(entry.application, entry)
    sets = []
    if entry.shared:
        sets = sets_with_sum(entry.shared, entry, entry.amount)
    elif 0 < rest < entry.amount and entry.amount != application.due:
        sets = [(application,) + chosen for chosen in
                sets_with_sum([a for a in members if a is not application], entry, entry.amount - rest)]
    one = len(sets) == 1 and in_group_window(entry, sets[0])
    return [application, *sets[0]] if one else [application]


def still_due(application, entry):
    if application.due is None or application.state in ("paid", "paid_late") \
            or nothing_due_any_more(application, entry):
        return Decimal(0)
    return application.due - application.received


def is_late(application, entry):
    return application.deadline is not None and entry.paid_from > application.deadline


def sets_with_sum(applications, entry, wanted):
    """Every set of those that still owe, whose sum is what is wanted: all of them are tried."""
    owing = [a for a in applications if still_due(a, entry) > 0]
    return [chosen for size in range(1, len(owing) + 1) for chosen in combinations(owing, size)
            if sum(still_due(a, entry) for a in chosen) == wanted]


def pay_group(entry, chosen):
    entry.allocated = [(a, still_due(a, entry)) for a in sorted(chosen, key=lambda a: a.id)]
    late = any(is_late(a, entry) for a in chosen)
    decide(entry, "late" if late else "matched", group_reason(late), GROUP_RULE)
    for application, amount in entry.allocated:
        late = is_late(application, entry)
        for part in application.parts:
            decide(part, "late" if late else "matched",
                   "paid after the deadline" if late else "part of a payment in parts", GROUP_RULE)
        pay(application, entry, late, group_reason(late))
        application.from_group += amount
        application.payers += 1


def group_reason(late):
    return "paid for a group, after the deadline" if late else "paid for a group, in time"


def in_group_window(entry, chosen):
    return all(entry.paid_until >= a.began_at and entry.paid_from <= a.began_at + GROUP_WINDOW
               for a in chosen)


def leave_open(entry, candidates, reason, rule=""):
    decide(entry, "ambiguous", reason, rule)
    entry.application, entry.candidates, entry.held = None, candidates, candidates


def rule_of(entry):
    return entry.key_rule or MATCHING_RULE


def settle_shared(entry):
    """One code for several that were filed together: one set of those that still owe must have the sum."""
    sets = sets_with_sum(entry.shared, entry, entry.amount)
    owing = [a for a in entry.shared if still_due(a, entry) > 0]
    if len(sets) == 1 and in_group_window(entry, sets[0]):
        pay_group(entry, sets[0])
        entry.application = min(sets[0], key=lambda a: a.id)
    elif len(sets) > 1:
        leave_open(entry, owing, "several sets of the group's applications have this sum", GROUP_RULE)
    elif not owing and any(a.state in ("paid", "paid_late") and entry.paid_until >= a.began_at
                           for a in entry.shared):
        decide(entry, "duplicate", "already paid in full", rule_of(entry))
    else:
        leave_open(entry, owing or entry.shared, "several applications have this billing code")


def settle_one(entry, application, members):
    late = is_late(application, entry)
    received, parts = application.received, application.parts
    if application.due == 0:
        decide(entry, "not_due", "nothing due: waived", rule_of(entry))
    elif nothing_due_any_more(application, entry):
        decide(entry, "not_due", "nothing due: cancelled", rule_of(entry))
    elif application.due is None:
        decide(entry, "unidentified", "amount due is not known")
    elif entry.paid_until < application.began_at and not entry.forced:
        decide(entry, "suggested", "paid before the application with this code was submitted", EARLY_RULE)
        entry.candidates = entry.held = [application]
    elif application.state in ("paid", "paid_late"):
        decide(entry, "duplicate", "already paid in full", rule_of(entry))
    elif received + entry.amount == application.due or entry.amount == application.due:
        parts = parts + [entry] if received + entry.amount == application.due else [entry]
        for part in parts:
            decide(part, "late" if late else "matched", exact_reason(application, part, parts, late),
                   rule_of(entry))
        pay(application, entry, late, entry.reason)
    elif received + entry.amount > application.due:
        settle_more(entry, application, members, late)
    else:
        decide(entry, "underpaid", "less than due", rule_of(entry))
        application.parts.append(entry)
        application.received += entry.amount
        application.state, application.reason = "underpaid", "less than due"
        application.payment = entry


def settle_more(entry, application, members, late):
    """More than the application owes: for others of its group too, where just one set has the sum."""
    rest = still_due(application, entry)
    others = [a for a in members if a is not application]
    sets = [(application,) + chosen for chosen in sets_with_sum(others, entry, entry.amount - rest)] \
        if rest > 0 else []
    if len(sets) == 1 and in_group_window(entry, sets[0]):
        pay_group(entry, sets[0])
    elif len(sets) > 1:
        leave_open(entry, [application] + [a for a in others if still_due(a, entry) > 0],
                   "several sets of the group's applications have this sum", GROUP_RULE)
    else:
        decide(entry, "overpaid", "more than due", rule_of(entry))
        pay(application, entry, late, entry.reason)


def take_back(entries):
    """Pairs each entry below zero with the payment that it takes back: of its channel and amount, no later;
    that of the same reference, else the last. Gives the entries that are done with."""
    done = []
    for reversal in entries:
        if reversal.amount >= 0:
            continue
        payments = [e for e in entries if e not in done and e.amount == -reversal.amount
                    and e.application is reversal.application
                    and e.statement.channel == reversal.statement.channel
                    and e.paid_from <= reversal.paid_until]
        named = [e for e in payments if e.reference and e.reference == reversal.reference]
        done.append(reversal)
        rule = JOURNAL_RULE if reversal.by_journal else rule_of(reversal)
        payments = named if reversal.by_journal else payments
        if not payments:
            decide(reversal, "unidentified", "the payment it takes back is not known")
            continue
        payment = named[0] if named else payments[-1]
        decide(reversal, "reversal", "takes an earlier entry back", rule)
        decide(payment, "reversed", "taken back by a later entry", rule)
        done.append(payment)
    return done


def exact_reason(application, entry, parts, late):
    if late:
        return "paid after the deadline"
    if len(parts) > 1:
        return "part of a payment in parts"
    if application.deadline is not None and entry.paid_until > application.deadline:
        return "right amount, time unknown"
    plain = application.deadline_without_outages
    return SPARED if plain is not None and entry.paid_from > plain else "right amount, in time"


def pay(application, entry, late, reason):
    application.state = "paid_late" if late else "paid"
    application.reason = reason
    application.payment = entry


# ---- expiry -------------------------------------------------------------------------------------

def what_may_still_turn_up(statements):
    """Days whose payments cannot all be known, codes of which a payment is open, and applications that
    are candidates.

    A file that breaks its totals hides its day until a sound one of the same channel tells of it; so
    does a line without a readable code, for ever. A line that cannot be read but for its code leaves that
    code open."""
    told = {(s.channel, s.day) for s in statements if not s.fault}
    days = {s.day for s in statements if s.fault and (s.channel, s.day) not in told}
    rejects = [(s, reject) for s in statements if not s.fault for _, reject in s.rejects]
    days |= {s.day for s, reject in rejects if not reject.code} | {s.day for s in statements if s.held}
    codes = {reject.code for _, reject in rejects if reject.code}
    entries = [e for s in statements if not s.fault for e in s.entries]
    candidates = {a.id for e in entries for a in e.held}
    unknown = [e for e in entries if e.application and e.outcome == "unidentified"]
    candidates |= {a.id for e in unknown for a in [e.application, *e.shared]}
    return days, codes, candidates


def expire(applications, as_at, hidden_days, hidden_codes, candidates):
    """In `match` every channel is complete up to `as_at`: the deadline decides, unless something that
    could be the payment cannot be read."""
    for application in applications:
        if application.state and application.state != "payment_reversed":
            continue
        if application.cancelled:
            application.state, application.reason = "cancelled", "nothing due: cancelled"
        elif application.due == 0:
            application.state, application.reason = "waived", "nothing due: waived"
        elif application.state:
            continue
        elif application.deadline is None:
            application.state, application.reason = "awaiting", "no deadline applies"
        elif application.deadline >= as_at:
            application.state = "awaiting"
            application.reason = (SPARED if application.deadline_without_outages < as_at
                                  else "deadline not passed")
        elif (application.code in hidden_codes or application.id in candidates or
              window(application) & hidden_days):
            application.state, application.reason = "awaiting", "held: evidence is still missing"
        else:
            application.state, application.reason = "expired", "not paid by the deadline"


def window(application):
    """The days, in the channels' zone, on which it could be paid in time."""
    day, last = (at.astimezone(WIB).date() for at in (application.submitted_at, application.deadline))
    return {day + timedelta(days=i) for i in range((last - day).days + 1)}


# ---- what channels pay over -----------------------------------------------------------------------

def settled(statements, channel, day):
    """What a channel that pays over on the next working day, less its fees, owes the account: (paid, fees,
    expected) of what falls due on the day, what arrived on it, and of all days up to it what is short (below 0) or
    over, with the age in days of the oldest that is short. What arrives pays what was due first; what is not due
    yet may come early."""
    due, arrived = defaultdict(lambda: [Decimal(0), Decimal(0)]), defaultdict(Decimal)
    for entry in (entry for statement in statements for entry in statement.entries):
        if entry.settles:
            arrived[entry.booked_on] += entry.amount
        elif entry.statement.channel == channel and not entry.ignored_by:
            sums = due[working_day(entry.booked_on + timedelta(days=1), 1)]
            sums[0] += entry.amount
            sums[1] += entry.fee
    paid, fees = due.get(day, (Decimal(0), Decimal(0)))
    left = sum((amount for on, amount in arrived.items() if on <= day), Decimal(0))
    over = max(left - sum(sums[0] - sums[1] for sums in due.values()), Decimal(0))
    oldest = None
    for on in sorted(on for on in due if on <= day):
        left -= due[on][0] - due[on][1]
        oldest = on if left < 0 and oldest is None else oldest
    age = (day - oldest).days if oldest else None
    return paid, fees, paid - fees, arrived.get(day, Decimal(0)), min(left, Decimal(0)) or over, age


def end_of_coverage(statements):
    days = [statement.day for statement in statements if not statement.fault]
    return datetime.combine(max(days) + timedelta(days=1), time(0), WIB) if days else None


# ---- the files of `rekon match` -----------------------------------------------------------------

PAYMENT = ("matched", "late", "underpaid", "overpaid")


def money(amount):
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rfc3339(at, zone=WIB):
    return at.astimezone(zone).isoformat() if at else ""


def key_of(entry):
    return f"{entry.statement.digest[:16]}:{entry.ordinal}"


def office_of(entry):
    return entry.application.office if entry.application else "-"


def write(folder, name, titles, rows):
    with open(Path(folder, name), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(titles.split(","))
        writer.writerows(rows)


def write_entries(folder, entries):
    write(folder, "entries.csv",
          "entry,file,line,channel,office,booked_on,paid_from,paid_until,amount,currency,reference,"
          "billing_code,outcome,rule,application_id,settlement,reason",
          ((key_of(e), e.statement.name, e.line, e.statement.channel, office_of(e),
            e.booked_on.isoformat(), rfc3339(e.paid_from), rfc3339(e.paid_until),
            money(e.amount), "IDR", e.reference, e.code, e.outcome, e.rule,
            e.application.id if e.application and len(e.allocated) < 2 else "", "", e.reason)
           for e in entries))
    # A duplicate, or money on nothing due, belongs to an application but pays nothing of it.
    rows = []
    for entry in entries:
        for application, amount in entry.allocated:
            rows.append((key_of(entry), application.id, money(amount), "payment"))
        if entry.outcome in PAYMENT and not entry.allocated:
            rows.append((key_of(entry), entry.application.id, money(entry.amount), "payment"))
        for candidate in sorted(entry.candidates, key=lambda a: a.id):
            rows.append((key_of(entry), candidate.id, money(entry.amount), "candidate"))
    write(folder, "allocations.csv", "entry,application_id,amount,role", rows)


def write_applications(folder, applications):
    rows = []
    for a in sorted(applications, key=lambda a: a.id):
        paid = a.from_group + sum((e.amount for e in a.entries if e.outcome in PAYMENT and e.application is a
                                   and not e.allocated), Decimal(0))
        rows.append((a.id, a.office, a.state, rfc3339(a.deadline, a.zone),
                     rfc3339(a.payment.paid_from, a.zone) if a.payment else "",
                     rfc3339(a.payment.paid_until, a.zone) if a.payment else "",
                     money(paid), a.payers, a.reason))
    write(folder, "applications.csv",
          "application_id,office,state,deadline,paid_from,paid_until,paid_amount,entries,reason", rows)


def write_summary(folder, entries):
    sums = defaultdict(lambda: [0, Decimal(0)])
    for entry in entries:
        line = sums[office_of(entry), entry.statement.channel, entry.outcome]
        line[0] += 1
        line[1] += entry.amount
    write(folder, "summary.csv", "office,channel,outcome,entries,amount",
          ((*key, count, money(amount)) for key, (count, amount) in sorted(sums.items())))


def write_rejects(folder, statements):
    write(folder, "rejects.csv", "file,line,column,reason",
          sorted((s.name, line, "", str(reject)) for s in statements for line, reject in s.rejects))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--applications", required=True)
    parser.add_argument("--statements", required=True, nargs="+", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--as-at", type=datetime.fromisoformat)
    return parser.parse_args()


def main():
    given = arguments()
    paths = [path for top in given.statements
             for path in (sorted(top.rglob("*")) if top.is_dir() else [top]) if path.is_file()]
    applications = read_applications(given.applications)
    statements = read_statements(paths)
    for statement in statements:
        if statement.fault:
            print(f"{statement.name}: {statement.fault}", file=sys.stderr)
    accepted = [statement for statement in statements if not statement.fault]
    match(applications, accepted)
    as_at = given.as_at or end_of_coverage([s for s in statements if not s.held])
    expire(applications, as_at, *what_may_still_turn_up(statements))
    given.out.mkdir(parents=True, exist_ok=True)
    entries = sorted((entry for statement in accepted for entry in statement.entries),
                     key=lambda e: (e.statement.digest, e.ordinal))
    write_entries(given.out, entries)
    write_applications(given.out, applications)
    write_summary(given.out, entries)
    write_rejects(given.out, statements)


if __name__ == "__main__":
    main()
