/* Which rules were tried for an entry, in which order, and where each of them ended: the trace of the
 * matcher, shown. */
#include <stdlib.h>

#include "commands/explain.h"
#include "commands/read_json.h"

enum { RUPIAH_DIGITS = 2, STEPS_SHOWN = 60 };

/* The match runs again over the world that it has decided: what expire made of states is kept. */
bool rk_explain_trace(rk_explain *x, uint32_t entry, rk_trace *trace, rk_error *err)
{
    rk_world *w = &x->replay.night.world;
    const rk_applications *a = &w->applications;
    size_t count = a->batch.count;
    uint8_t *states = rk_alloc(count + 1, 1), *reasons = rk_alloc(count + 1, 1);
    rk_outcome outcome = (rk_outcome)w->entries.outcome[entry];
    uint32_t application = w->entries.application[entry];
    memcpy(states, a->state, count);
    memcpy(reasons, a->reason, count);
    rk_match_trace(&x->replay.night.rules, w, entry, &x->arena, trace);
    memcpy(a->state, states, count);
    memcpy(a->reason, reasons, count);
    free(states);
    free(reasons);
    return (trace->outcome == outcome && trace->application == application) ||
           rk_fail(err, RK_BUG, "the trace of an entry ends otherwise than its judgement");
}

/* ---- values ---- */

/* "2024-03-05T09:00:00+07:00" for machines; for people in the zone that stands above. */
static void put_moment(rk_moment at, rk_zone zone, bool plain, rk_buffer *out)
{
    size_t from = out->len;
    if (at == RK_NO_MOMENT) {
        rk_buffer_text(out, "open");
        return;
    }
    rk_moment_put(out, at / RK_SECOND * RK_SECOND, zone);
    if (plain && out->len - from > 19) {
        out->bytes[from + 10] = ' ';
        out->len = from + 19;
    }
}

static void put_span(const rk_trace_value *value, rk_zone zone, bool plain, rk_buffer *out)
{
    put_moment(value->number, zone, plain, out);
    if (value->until == value->number)
        return;
    rk_buffer_text(out, " to ");
    put_moment(value->until, zone, plain, out);
}

static void put_money(rk_money minor, bool plain, rk_buffer *out)
{
    if (minor == RK_NO_MONEY)
        rk_buffer_text(out, "not known");
    else if (plain)
        rk_money_put_rupiah(out, minor);
    else
        rk_money_put(out, minor, RUPIAH_DIGITS);
}

static void put_days(const rk_trace_value *value, rk_buffer *out)
{
    rk_day from = (rk_day)value->number, until = (rk_day)value->until;
    if (from != RK_NO_DAY)
        rk_day_put(out, from);
    if (until != RK_NO_DAY && until != from) {
        rk_buffer_text(out, from == RK_NO_DAY ? "until " : " until ");
        rk_day_put(out, until);
    }
    if (from == RK_NO_DAY && until == RK_NO_DAY)
        rk_buffer_text(out, "any day");
}

/* Nothing for RK_TRACE_NOTHING. */
static void put_value(rk_explain *x, const rk_trace_value *value, rk_zone zone, bool plain,
                      rk_buffer *out)
{
    char code[RK_CODE_TEXT];
    switch (value->type) {
    case RK_TRACE_NOTHING:
        break;
    case RK_TRACE_MONEY:
        put_money(value->number, plain, out);
        break;
    case RK_TRACE_MOMENTS:
        put_span(value, zone, plain, out);
        break;
    case RK_TRACE_DAYS:
        put_days(value, out);
        break;
    case RK_TRACE_COUNT:
        rk_buffer_i64(out, value->number);
        break;
    case RK_TRACE_CODE:
        rk_buffer_text(out, rk_code_text((uint64_t)value->number, code) ? code : "none");
        break;
    case RK_TRACE_TEXT:
        rk_buffer_slice(out, value->text);
        break;
    case RK_TRACE_ENTRY:
        rk_buffer_slice(out, rk_explain_entry_name(x, (uint32_t)value->number));
        break;
    case RK_TRACE_OUTCOME:
        rk_buffer_text(out, rk_outcome_name((rk_outcome)value->number));
        break;
    }
}

static rk_slice value_text(rk_explain *x, const rk_trace_value *value, rk_zone zone, bool plain)
{
    rk_buffer text = {0};
    put_value(x, value, zone, plain, &text);
    rk_slice kept = rk_arena_slice(&x->arena, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return kept;
}

static rk_slice wanted_text(rk_explain *x, const rk_trace_step *step)
{
    rk_buffer text = {0};
    if (step->rule)
        rk_trace_put_wanted(step->rule, step->test, &x->replay.night.world.names, &text);
    rk_slice kept = rk_arena_slice(&x->arena, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return kept;
}

static rk_slice id_text(const rk_explain *x, uint32_t application)
{
    const rk_world *w = &x->replay.night.world;
    return application == RK_NO_ROW ? (rk_slice){"", 0}
                                    : rk_texts_get(&w->texts, w->applications.id[application]);
}

static rk_slice rule_text(const rk_explain *x, const rk_match_rule *rule)
{
    return rule ? rk_names_text(&x->replay.night.world.names, rule->rule) : (rk_slice){"", 0};
}

/* ---- for people ---- */

static void put_heading(rk_explain *x, const rk_match_rule *rule, rk_buffer *out)
{
    rk_slice name = rule_text(x, rule);
    rk_buffer_printf(out, "    %.*s", RK_FMT(name.len ? name : RK_S("before any rule")));
    if (rule && rule->from != RK_NO_DAY) {
        rk_buffer_text(out, ", from ");
        rk_day_put(out, rule->from);
    }
    rk_buffer_char(out, '\n');
}

/* What a rule asks for holds or fails; what follows by itself is merely seen. */
static void put_step(rk_explain *x, const rk_trace_step *step, rk_zone zone, rk_buffer *out)
{
    rk_slice of_entry = value_text(x, &step->entry_value, zone, true);
    rk_slice of_application = value_text(x, &step->application_value, zone, true);
    rk_slice wanted = wanted_text(x, step), id = id_text(x, step->application);
    rk_buffer text = {0};
    if (id.len)
        rk_buffer_printf(&text, "%.*s: ", RK_FMT(id));
    rk_buffer_slice(&text, of_entry);
    if (of_application.len)
        rk_buffer_printf(&text, "%s%.*s", of_entry.len ? " against " : "", RK_FMT(of_application));
    if (wanted.len)
        rk_buffer_printf(&text, "%s%.*s", text.len ? "; wanted " : "wanted ", RK_FMT(wanted));
    rk_buffer_printf(out, "      %-5s ",
                     !step->holds     ? "fails"
                     : step->required ? "holds"
                                      : "seen");
    rk_explain_put_field(out, 0, 9, rk_test_name(step->test), rk_buffer_all(&text));
    rk_buffer_free(&text);
}

void rk_explain_put_tried(rk_explain *x, const rk_trace *trace, rk_zone zone, rk_buffer *out)
{
    const rk_match_rule *rule = NULL;
    rk_buffer_text(out, trace->count ? "  rules tried\n" : "");
    for (size_t i = 0; i < trace->count && i < STEPS_SHOWN; i++) {
        const rk_trace_step *step = &trace->steps[i];
        if (i == 0 || (step->rule && step->rule != rule))
            put_heading(x, step->rule, out);
        rule = step->rule ? step->rule : rule;
        put_step(x, step, zone, out);
    }
    if (trace->count > STEPS_SHOWN)
        rk_buffer_printf(out, "    and %zu more steps: --json tells all\n",
                         trace->count - STEPS_SHOWN);
}

/* ---- for machines ---- */

void rk_explain_put_tried_json(rk_explain *x, const rk_trace *trace, rk_zone zone, rk_buffer *out)
{
    rk_json_key(out, "tried");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < trace->count; i++) {
        const rk_trace_step *step = &trace->steps[i];
        rk_buffer_printf(out, "%s{\"test\":\"%s\"", i ? "," : "", rk_test_name(step->test));
        rk_json_text(out, "rule", rule_text(x, step->rule));
        rk_json_day(out, "rule_from", step->rule ? step->rule->from : RK_NO_DAY);
        rk_json_text(out, "application_id", id_text(x, step->application));
        rk_json_text(out, "entry_value", value_text(x, &step->entry_value, zone, false));
        rk_json_text(out, "application_value",
                     value_text(x, &step->application_value, zone, false));
        rk_json_text(out, "wanted", wanted_text(x, step));
        rk_json_key(out, "required");
        rk_buffer_text(out, step->required ? "true" : "false");
        rk_json_key(out, "holds");
        rk_buffer_text(out, step->holds ? "true" : "false");
        rk_buffer_char(out, '}');
    }
    rk_buffer_char(out, ']');
}
