/* Every question that a rule asks of an entry and an application. */
#include "match/matching.h"

bool rk_rule_on_day(const rk_run *run, const rk_match_rule *rule, size_t entry)
{
    rk_day on = rk_entry_booked(&run->world->entries, entry);
    bool holds = rk_match_rule_holds_on(rule, on);
    if (rk_is_traced(run, entry))
        rk_trace_note(run, rule, RK_NO_ROW, RK_TEST_DAY,
                      rule->from != RK_NO_DAY || rule->until != RK_NO_DAY, holds,
                      rk_trace_span(RK_TRACE_DAYS, on, on),
                      rk_trace_span(RK_TRACE_DAYS, rule->from, rule->until));
    return holds;
}

bool rk_rule_tolerates(const rk_match_rule *rule, rk_money amount, rk_money due)
{
    rk_money apart = amount > due ? amount - due : due - amount;
    if (rule->amount != RK_AMOUNT_WITHIN || due <= 0 || amount <= 0)
        return false;
    if (rule->amount_ppm == 0)
        return apart <= rule->amount_within;
    /* apart / due <= ppm / 10^6, where a whole product could overflow */
    return (__int128)apart * 1000000 <= (__int128)due * rule->amount_ppm;
}

static bool amount_holds(const rk_match_rule *rule, rk_money amount, rk_money due)
{
    switch (rule->amount) {
    case RK_AMOUNT_EQUAL:
        return amount == due;
    case RK_AMOUNT_LESS:
        return amount < due;
    case RK_AMOUNT_MORE:
        return amount > due;
    case RK_AMOUNT_WITHIN:
        return rk_rule_tolerates(rule, amount, due);
    case RK_AMOUNT_ANY:
        break;
    }
    return true;
}

/* As far as the interval can tell. */
static bool time_holds(const rk_match_rule *rule, const rk_entries *e, size_t entry,
                       const rk_applications *a, uint32_t row)
{
    rk_moment begin = rk_began_at(a, row);
    bool begun = rk_entry_until(e, entry) >= begin;
    switch (rule->paid) {
    case RK_TIME_IN_TIME:
        return begun &&
               (a->deadline[row] == RK_NO_MOMENT || e->paid_from[entry] <= a->deadline[row]);
    case RK_TIME_AFTER_DEADLINE:
        return a->deadline[row] != RK_NO_MOMENT && e->paid_from[entry] > a->deadline[row];
    case RK_TIME_BEFORE_SUBMISSION:
        return !begun;
    case RK_TIME_WITHIN:
        return begun && e->paid_from[entry] <= begin + rule->paid_days * RK_DAY_LENGTH;
    case RK_TIME_ANY:
        break;
    }
    return true;
}

/* An account without an office is of none. */
static rk_name office_of_account(const rk_run *run, size_t entry)
{
    const rk_entries *e = &run->world->entries;
    const rk_channel *channel = rk_channel_find(run->rules, rk_entry_channel(e, entry));
    if (!channel || !e->account)
        return 0;
    return rk_channel_office(channel, e->account[entry], rk_entry_booked(e, entry));
}

static bool channel_holds(const rk_match_rule *rule, rk_name channel)
{
    for (size_t i = 0; i < rule->channel_count; i++)
        if (rule->channels[i] == channel)
            return true;
    return rule->channel_count == 0;
}

static void note_amount(const rk_run *run, const rk_match_rule *rule, size_t entry, uint32_t row,
                        bool holds)
{
    if (rk_is_traced(run, entry))
        rk_trace_note(run, rule, row, RK_TEST_AMOUNT, rule->amount != RK_AMOUNT_ANY, holds,
                      rk_trace_of(RK_TRACE_MONEY, run->world->entries.amount_minor[entry]),
                      rk_trace_of(RK_TRACE_MONEY, run->world->applications.due_minor[row]));
}

static void note_time(const rk_run *run, const rk_match_rule *rule, size_t entry, uint32_t row,
                      bool holds)
{
    const rk_entries *e = &run->world->entries;
    const rk_applications *a = &run->world->applications;
    if (rk_is_traced(run, entry))
        rk_trace_note(
            run, rule, row, RK_TEST_PAID, rule->paid != RK_TIME_ANY, holds,
            rk_trace_span(RK_TRACE_MOMENTS, e->paid_from[entry], rk_entry_until(e, entry)),
            rk_trace_span(RK_TRACE_MOMENTS, rk_began_at(a, row), a->deadline[row]));
}

static bool office_fits(const rk_run *run, const rk_match_rule *rule, size_t entry, uint32_t row)
{
    if (!rule->same_office)
        return true;
    rk_name ours = office_of_account(run, entry), theirs = run->world->applications.office[row];
    if (rk_is_traced(run, entry))
        rk_trace_note(run, rule, row, RK_TEST_OFFICE, true, ours && ours == theirs,
                      rk_trace_text(rk_names_text(&run->world->names, ours)),
                      rk_trace_text(rk_names_text(&run->world->names, theirs)));
    return ours && ours == theirs;
}

static bool channel_fits(const rk_run *run, const rk_match_rule *rule, size_t entry, uint32_t row)
{
    if (rule->channel_count == 0)
        return true;
    rk_name channel = rk_entry_channel(&run->world->entries, entry);
    bool holds = channel_holds(rule, channel);
    if (rk_is_traced(run, entry))
        rk_trace_note(run, rule, row, RK_TEST_CHANNEL, true, holds,
                      rk_trace_text(rk_names_text(&run->world->names, channel)),
                      rk_trace_of(RK_TRACE_NOTHING, 0));
    return holds;
}

bool rk_rule_is_for(const rk_run *run, const rk_match_rule *rule, size_t entry)
{
    const rk_entries *e = &run->world->entries;
    return rk_match_rule_holds_on(rule, rk_entry_booked(e, entry)) &&
           channel_holds(rule, rk_entry_channel(e, entry));
}

bool rk_rule_fits(const rk_run *run, const rk_match_rule *rule, size_t entry, uint32_t row)
{
    const rk_entries *e = &run->world->entries;
    const rk_applications *a = &run->world->applications;
    if (rule->key != RK_KEY_GROUP) {
        bool holds = amount_holds(rule, e->amount_minor[entry], a->due_minor[row]);
        note_amount(run, rule, entry, row, holds);
        if (!holds)
            return false;
    }
    bool holds = time_holds(rule, e, entry, a, row);
    note_time(run, rule, entry, row, holds);
    return holds && office_fits(run, rule, entry, row) && channel_fits(run, rule, entry, row);
}

bool rk_rule_allows(const rk_run *run, const rk_match_rule *rule, size_t entry, uint32_t row,
                    rk_outcome outcome)
{
    bool holds = rule->outcomes >> outcome & 1;
    if (rk_is_traced(run, entry))
        rk_trace_note(run, rule, row, RK_TEST_OUTCOME, true, holds,
                      rk_trace_of(RK_TRACE_OUTCOME, outcome), rk_trace_of(RK_TRACE_NOTHING, 0));
    return holds;
}
