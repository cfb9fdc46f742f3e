#include "match/trace.h"

#include <stdlib.h>

#include "match/match.h"
#include "match/matching.h"

enum { STEPS_MAX = 20000, RUPIAH_DIGITS = 2 };

const char *rk_test_name(rk_test test)
{
    static const char *const names[RK_TESTS] = {
        [RK_TEST_DAY] = "day",           [RK_TEST_KEY] = "key",
        [RK_TEST_DECISION] = "decision", [RK_TEST_REVERSAL] = "reversal",
        [RK_TEST_OWES] = "owes",         [RK_TEST_AMOUNT] = "amount",
        [RK_TEST_PAID] = "paid",         [RK_TEST_OFFICE] = "office",
        [RK_TEST_CHANNEL] = "channel",   [RK_TEST_GROUP] = "group",
        [RK_TEST_UNIQUE] = "unique",     [RK_TEST_OUTCOME] = "outcome",
    };
    return names[test];
}

void rk_trace_note(const rk_run *run, const rk_match_rule *rule, uint32_t application, rk_test test,
                   bool required, bool holds, rk_trace_value entry, rk_trace_value value)
{
    rk_trace *trace = run->trace;
    if (trace->count == STEPS_MAX) /* bounded by construction; a guard against what is hostile */
        return;
    trace->steps = rk_grow(trace->steps, &trace->capacity, trace->count + 1, sizeof *trace->steps);
    rk_trace_step *step = &trace->steps[trace->count++];
    *step = (rk_trace_step){.rule = rule,
                            .application = application,
                            .test = test,
                            .required = required,
                            .holds = holds,
                            .entry_value = entry,
                            .application_value = value};
    step->entry_value.text = rk_arena_slice(trace->arena, entry.text);
    step->application_value.text = rk_arena_slice(trace->arena, value.text);
}

void rk_match_trace(const rk_rules *rules, rk_world *world, uint32_t entry, rk_arena *arena,
                    rk_trace *trace)
{
    *trace = (rk_trace){.entry = entry, .arena = arena};
    rk_match_run_traced(rules, world, 1, trace);
    trace->outcome = (rk_outcome)world->entries.outcome[entry];
    trace->reason = (rk_reason)world->entries.reason[entry];
    trace->rule = world->entries.rule[entry];
    trace->application = world->entries.application[entry];
}

void rk_trace_free(rk_trace *trace)
{
    free(trace->steps);
    trace->steps = NULL;
    trace->count = trace->capacity = 0;
}

/* ---- what a rule asks for ---- */

static void put_amount(const rk_match_rule *rule, rk_buffer *out)
{
    static const char *const words[] = {"", "equal", "less", "more", "within "};
    rk_buffer_text(out, words[rule->amount]);
    if (rule->amount != RK_AMOUNT_WITHIN)
        return;
    if (rule->amount_ppm == 0) {
        rk_money_put(out, rule->amount_within, RUPIAH_DIGITS);
    } else {
        rk_money_put(out, rule->amount_ppm, 4);
        rk_buffer_char(out, '%');
    }
}

static void put_time(const rk_match_rule *rule, rk_buffer *out)
{
    static const char *const words[] = {"", "in_time", "after_deadline", "before_submission", ""};
    rk_buffer_text(out, words[rule->paid]);
    if (rule->paid == RK_TIME_WITHIN)
        rk_buffer_printf(out, "within %d day%s", rule->paid_days, rule->paid_days > 1 ? "s" : "");
}

static void put_channels(const rk_match_rule *rule, const rk_names *names, rk_buffer *out)
{
    for (size_t i = 0; i < rule->channel_count; i++) {
        rk_buffer_text(out, i ? ", " : "");
        rk_buffer_slice(out, rk_names_text(names, rule->channels[i]));
    }
}

static void put_outcomes(const rk_match_rule *rule, rk_buffer *out)
{
    const char *between = "";
    for (int outcome = 1; outcome < RK_OUTCOMES; outcome++) {
        if (!(rule->outcomes >> outcome & 1))
            continue;
        rk_buffer_text(out, between);
        rk_buffer_text(out, rk_outcome_name((rk_outcome)outcome));
        between = ", ";
    }
}

static void put_days(const rk_match_rule *rule, rk_buffer *out)
{
    if (rule->from != RK_NO_DAY) {
        rk_buffer_text(out, "from ");
        rk_day_put(out, rule->from);
    }
    if (rule->until != RK_NO_DAY) {
        rk_buffer_text(out, rule->from != RK_NO_DAY ? " until " : "until ");
        rk_day_put(out, rule->until);
    }
}

void rk_trace_put_wanted(const rk_match_rule *rule, rk_test test, const rk_names *names,
                         rk_buffer *out)
{
    if (test == RK_TEST_DAY)
        put_days(rule, out);
    else if (test == RK_TEST_KEY)
        rk_buffer_printf(out, "%s%s", rk_match_key_name(rule->key),
                         rule->key == RK_KEY_NEAR_BILLING_CODE ? " within 1" : "");
    else if (test == RK_TEST_AMOUNT)
        put_amount(rule, out);
    else if (test == RK_TEST_PAID)
        put_time(rule, out);
    else if (test == RK_TEST_OFFICE && rule->same_office)
        rk_buffer_text(out, "same");
    else if (test == RK_TEST_CHANNEL)
        put_channels(rule, names, out);
    else if (test == RK_TEST_UNIQUE && rule->unique)
        rk_buffer_text(out, "yes");
    else if (test == RK_TEST_OUTCOME)
        put_outcomes(rule, out);
}
