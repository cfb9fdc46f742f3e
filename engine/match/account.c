#include "match/account.h"

#include <stdlib.h>

#include "match/reversal.h"

/* ---- the entries of an application ---- */

void rk_sequence_free(rk_sequence *chain)
{
    free(chain->items);
    free(chain->settled);
}

static void add(rk_sequence *sequence, uint32_t entry)
{
    sequence->items =
        rk_grow(sequence->items, &sequence->capacity, sequence->count + 1, sizeof *sequence->items);
    sequence->items[sequence->count++] = entry;
}

void rk_sequence_add(const rk_run *run, uint32_t application, rk_sequence *sequence)
{
    const rk_pairs *further = &run->further;
    size_t low = 0, high = further->count;
    if (run->ledger[application].last == 0)
        return;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (further->items[middle].application < application)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < further->count && further->items[low].application == application; low++)
        if (further->items[low].entry != RK_NO_ROW)
            add(sequence, further->items[low].entry);
    add(sequence, run->ledger[application].last - 1);
}

static bool has_reversal(const rk_entries *e, const rk_sequence *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        if (e->amount_minor[chain->items[i]] < 0)
            return true;
    return false;
}

bool rk_sequence_settle(const rk_run *run, rk_sequence *chain, rk_links *links)
{
    if (chain->count > 1)
        qsort_r(chain->items, chain->count, sizeof *chain->items, rk_by_time,
                (void *)(uintptr_t)run);
    chain->settled =
        rk_grow(chain->settled, &chain->settled_capacity, chain->count + 1, sizeof *chain->settled);
    memset(chain->settled, 0, (chain->count + 1) * sizeof *chain->settled);
    if (!run->reversals || !has_reversal(&run->world->entries, chain))
        return false;
    return rk_match_reversals(run, chain->items, chain->count, chain->settled, links);
}

/* ---- what an entry means ---- */

rk_owed rk_owed_by(const rk_run *run, uint32_t application)
{
    const rk_applications *a = &run->world->applications;
    const rk_ledger_line *line = &run->ledger[application];
    return (rk_owed){
        .application = application,
        .due = line->due != RK_ELSEWHERE ? (rk_money)line->due : a->due_minor[application],
        .deadline =
            line->deadline != RK_ELSEWHERE ? line->deadline * RK_SECOND : a->deadline[application],
        .plain = a->plain_deadline ? a->plain_deadline[application] : RK_NO_MOMENT,
    };
}

static bool in_time(const rk_owed *owed, rk_moment paid_from)
{
    return owed->deadline == RK_NO_MOMENT || paid_from <= owed->deadline;
}

/* In time because an outage stopped the clock, and for nothing else. */
static bool is_spared(const rk_owed *owed, rk_moment paid_from)
{
    return owed->plain != RK_NO_MOMENT && paid_from > owed->plain;
}

/* Nothing was due when this entry was paid. A cancellation counts from its own time, if that is known. */
static rk_reason nothing_due(const rk_run *run, const rk_owed *owed, rk_moment paid_until)
{
    const rk_applications *apps = &run->world->applications;
    uint32_t row = owed->application;
    if (owed->due == 0)
        return RK_REASON_WAIVED;
    if (!apps->status || apps->status[row] != RK_STATUS_CANCELLED)
        return RK_REASON_NONE;
    rk_moment since = apps->status_at ? apps->status_at[row] : RK_NO_MOMENT;
    return since != RK_NO_MOMENT && paid_until < since ? RK_REASON_NONE : RK_REASON_CANCELLED;
}

rk_money rk_owed_rest(const rk_run *run, const rk_owed *owed, uint32_t entry)
{
    rk_moment at = rk_entry_until(&run->world->entries, entry);
    if (owed->full || owed->due == RK_NO_MONEY || nothing_due(run, owed, at) != RK_REASON_NONE)
        return 0;
    return owed->due - owed->parts;
}

static rk_paying timely(const rk_run *run, const rk_owed *owed, uint32_t entry,
                        rk_verdict_kind kind, rk_reason reason)
{
    const rk_entries *e = &run->world->entries;
    if (!in_time(owed, e->paid_from[entry]))
        return (rk_paying){kind, RK_LATE, RK_REASON_AFTER_DEADLINE};
    if (kind == RK_PAYS_EXACTLY && !in_time(owed, rk_entry_until(e, entry)))
        reason = RK_REASON_TIME_UNKNOWN;
    else if (kind == RK_PAYS_EXACTLY && is_spared(owed, e->paid_from[entry]))
        reason = RK_REASON_SPARED;
    return (rk_paying){kind, RK_MATCHED, reason};
}

rk_paying rk_owed_verdict(const rk_run *run, const rk_owed *owed, uint32_t entry)
{
    const rk_entries *e = &run->world->entries;
    rk_money amount = e->amount_minor[entry], sum = owed->parts;
    rk_reason idle = nothing_due(run, owed, rk_entry_until(e, entry));
    if (idle != RK_REASON_NONE)
        return (rk_paying){RK_PAYS_NOTHING_DUE, RK_NOT_DUE, idle};
    if (owed->due == RK_NO_MONEY)
        return (rk_paying){RK_PAYS_UNKNOWN_DUE, RK_UNIDENTIFIED, RK_REASON_DUE_UNKNOWN};
    if (owed->full)
        return (rk_paying){RK_PAYS_AGAIN, RK_DUPLICATE, RK_REASON_PAID_BEFORE};
    if (amount == owed->due)
        return timely(run, owed, entry, RK_PAYS_EXACTLY, RK_REASON_EXACT);
    bool counted = rk_money_add(&sum, amount);
    if (counted && sum == owed->due)
        return timely(run, owed, entry, RK_PAYS_LAST_PART, RK_REASON_PARTS);
    if (!counted || sum > owed->due)
        return (rk_paying){RK_PAYS_MORE, RK_OVERPAID, RK_REASON_MORE};
    return (rk_paying){RK_PAYS_LESS, RK_UNDERPAID, RK_REASON_LESS};
}

/* ---- which rule decides ---- */

/* A rule that only suggests does so whatever the payment would be, where anything was due at all. */
static rk_paying suggested(const rk_match_rule *rule, rk_paying paying)
{
    if (paying.kind == RK_PAYS_NOTHING_DUE)
        return paying;
    return (rk_paying){RK_PAYS_PERHAPS, RK_SUGGESTED,
                       rule->paid == RK_TIME_BEFORE_SUBMISSION ? RK_REASON_BEFORE_SUBMISSION
                                                               : RK_REASON_RULE_SUGGESTS};
}

/* Within a tolerance that the rule gives, the amount counts as exact. */
static rk_paying under_rule(const rk_run *run, const rk_match_rule *rule, const rk_owed *owed,
                            uint32_t entry, rk_paying paying)
{
    if (rule->outcomes == 1u << RK_SUGGESTED)
        return suggested(rule, paying);
    bool differs = paying.kind == RK_PAYS_MORE || paying.kind == RK_PAYS_LESS;
    rk_money amount = run->world->entries.amount_minor[entry];
    if (!differs || !rk_rule_tolerates(rule, amount, owed->due))
        return paying;
    return timely(run, owed, entry, RK_PAYS_EXACTLY, RK_REASON_TOLERATED);
}

const rk_match_rule *rk_owed_rule(const rk_run *run, const rk_owed *owed, uint32_t entry,
                                  size_t from, size_t until, rk_paying *paying)
{
    rk_match_key key = rk_key_of_entry_link(run, entry);
    const rk_match_rule *rules = run->rules->matching.items;
    if (run->always && key == RK_KEY_BILLING_CODE && run->always >= rules + from &&
        run->always < rules + until && run->always->outcomes >> paying->outcome & 1)
        return run->always;
    for (size_t i = from; i < until; i++) {
        const rk_match_rule *rule = &rules[i];
        rk_paying under = under_rule(run, rule, owed, entry, *paying);
        if (rule->key != key || !rk_rule_on_day(run, rule, entry) ||
            !rk_rule_fits(run, rule, entry, owed->application) ||
            !rk_rule_allows(run, rule, entry, owed->application, under.outcome))
            continue;
        *paying = under;
        return rule;
    }
    return NULL;
}

/* ---- carrying it out ---- */

void rk_owed_complete(const rk_run *run, rk_owed *owed, const rk_sequence *chain, size_t at,
                      const rk_paying *paying, rk_name rule)
{
    rk_entries *e = &run->world->entries;
    for (size_t i = 0; owed->parts && paying->kind == RK_PAYS_LAST_PART && i < at; i++)
        if (e->application[chain->items[i]] == owed->application && !chain->settled[i] &&
            e->outcome[chain->items[i]] == RK_UNDERPAID)
            rk_entry_decide(e, chain->items[i], paying->outcome, paying->reason, rule);
    owed->full = true;
    owed->payment = chain->items[at];
    owed->state =
        in_time(owed, e->paid_from[chain->items[at]]) ? RK_STATE_PAID : RK_STATE_PAID_LATE;
    owed->reason = paying->reason;
}

static void add_part(const rk_run *run, rk_owed *owed, uint32_t entry)
{
    owed->parts += run->world->entries.amount_minor[entry];
    owed->state = RK_STATE_UNDERPAID;
    owed->reason = RK_REASON_LESS;
    owed->payment = entry;
}

void rk_owed_pay(const rk_run *run, rk_owed *owed, const rk_sequence *chain, size_t at,
                 const rk_paying *paying, rk_name rule)
{
    uint32_t entry = chain->items[at];
    rk_entry_decide(&run->world->entries, entry, paying->outcome, paying->reason, rule);
    switch (paying->kind) {
    case RK_PAYS_EXACTLY:
    case RK_PAYS_LAST_PART:
    case RK_PAYS_MORE:
        rk_owed_complete(run, owed, chain, at, paying, rule);
        break;
    case RK_PAYS_LESS:
        add_part(run, owed, entry);
        break;
    case RK_PAYS_NOTHING_DUE:
    case RK_PAYS_UNKNOWN_DUE:
    case RK_PAYS_AGAIN:
    case RK_PAYS_PERHAPS:
        break;
    }
}

static void note_rest(const rk_run *run, const rk_owed *owed, uint32_t entry)
{
    rk_money rest = rk_owed_rest(run, owed, entry);
    if (rk_is_traced(run, entry))
        rk_trace_note(run, NULL, owed->application, RK_TEST_OWES, false, rest > 0,
                      rk_trace_of(RK_TRACE_NOTHING, 0), rk_trace_of(RK_TRACE_MONEY, rest));
}

bool rk_owed_judge(const rk_run *run, rk_owed *owed, const rk_sequence *chain, size_t at,
                   size_t from, size_t until)
{
    rk_entries *e = &run->world->entries;
    uint32_t entry = chain->items[at];
    rk_paying paying = rk_owed_verdict(run, owed, entry);
    if (from == 0)
        note_rest(run, owed, entry);
    if (paying.kind == RK_PAYS_UNKNOWN_DUE) {
        rk_entry_decide(e, entry, paying.outcome, paying.reason, 0);
        return true;
    }
    bool forced = rk_is_forced(e, entry);
    const rk_match_rule *rule =
        forced ? NULL : rk_owed_rule(run, owed, entry, from, until, &paying);
    if (rule || forced)
        rk_owed_pay(run, owed, chain, at, &paying, rule ? rule->rule : 0);
    else if (until == run->rules->matching.count)
        rk_entry_decide(e, entry, RK_UNIDENTIFIED, paying.reason, 0);
    return rule || forced;
}

void rk_owed_receive(const rk_entries *e, uint32_t entry, rk_money *paid)
{
    if (rk_outcome_is_payment((rk_outcome)e->outcome[entry]) &&
        !rk_money_add(paid, e->amount_minor[entry]))
        *paid = INT64_MAX;
}

void rk_owed_reversed(rk_owed *owed)
{
    if (owed->state != RK_STATE_NONE)
        return;
    owed->state = RK_STATE_PAYMENT_REVERSED;
    owed->reason = RK_REASON_REVERSED;
}

static bool holds_payment(rk_state state)
{
    return state != RK_STATE_NONE && state != RK_STATE_PAYMENT_REVERSED;
}

static void note_state(const rk_run *run, const rk_owed *owed, rk_noted noted)
{
    rk_ledger_line *line = &run->ledger[owed->application];
    line->state = (uint8_t)owed->state;
    line->reason = (uint8_t)owed->reason;
    line->noted = (uint8_t)noted;
}

/* `payment`: the entry that holds it, where the state says that there is one. */
static void fill_columns(const rk_run *run, uint32_t row, rk_state state, uint32_t payment,
                         rk_money paid, size_t entries)
{
    rk_applications *apps = &run->world->applications;
    const rk_entries *e = &run->world->entries;
    bool is_paid = holds_payment(state);
    apps->paid_minor[row] = paid;
    apps->paid_from[row] = is_paid ? e->paid_from[payment] : RK_NO_MOMENT;
    apps->paid_until[row] = is_paid ? rk_entry_until(e, payment) : RK_NO_MOMENT;
    apps->entry_count[row] = (uint32_t)entries;
}

void rk_owed_note(const rk_run *run, const rk_owed *owed, rk_money paid, size_t entries)
{
    note_state(run, owed, RK_NOTED_ALL);
    if (run->world->applications.paid_minor)
        fill_columns(run, owed->application, owed->state, owed->payment, paid, entries);
}

void rk_owed_note_alone(const rk_run *run, const rk_owed *owed, bool received)
{
    note_state(run, owed, received ? RK_NOTED_ALONE_PAID : RK_NOTED_ALONE);
}

void rk_owed_close(const rk_run *run, uint32_t row)
{
    rk_applications *apps = &run->world->applications;
    const rk_ledger_line *line = &run->ledger[row];
    const rk_money *amounts = run->world->entries.amount_minor;
    uint32_t entry = line->last - 1;
    apps->state[row] = line->state;
    apps->reason[row] = line->reason;
    if (!apps->paid_minor)
        return;
    if (line->noted == RK_NOTED_NOTHING)
        fill_columns(run, row, RK_STATE_NONE, 0, 0, 0);
    else if (line->noted != RK_NOTED_ALL)
        fill_columns(run, row, (rk_state)line->state, entry,
                     line->noted == RK_NOTED_ALONE_PAID ? amounts[entry] : 0, 1);
}
