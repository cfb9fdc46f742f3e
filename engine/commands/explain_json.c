/* The story for machines; docs/explain.md says what each key means, and tests hold it to that. */
#include "commands/explain.h"
#include "commands/read_json.h"
#include "model/mask.h"
#include "terms/terms.h"

enum { RUPIAH_DIGITS = 2 };

static void put_name(const rk_explain *x, const char *key, rk_name name, rk_buffer *out)
{
    rk_json_text(out, key, rk_names_text(&x->replay.night.world.names, name));
}

static void put_text(const rk_explain *x, const char *key, rk_text text, rk_buffer *out)
{
    rk_json_text(out, key, rk_texts_get(&x->replay.night.world.texts, text));
}

static void put_word(const char *key, const char *word, rk_buffer *out)
{
    rk_json_text(out, key, rk_slice_of(word));
}

static void put_code(const char *key, uint64_t code, rk_buffer *out)
{
    rk_json_key(out, key);
    char text[RK_CODE_TEXT];
    if (rk_code_text(code, text))
        rk_buffer_printf(out, "\"%s\"", text);
    else
        rk_buffer_text(out, "null");
}

static void put_id(const rk_explain *x, const char *key, uint32_t application, rk_buffer *out)
{
    put_text(x, key,
             application == RK_NO_ROW ? 0 : x->replay.night.world.applications.id[application],
             out);
}

/* ---- the application ---- */

static void put_deadline(const rk_explain *x, uint32_t row, rk_buffer *out)
{
    const rk_night *night = &x->replay.night;
    rk_zone zone = rk_explain_zone(x, row);
    rk_term term;
    rk_terms_tell(&night->rules, night->settings.zone, &night->world, row, &term);
    rk_json_moment(out, "deadline", night->world.applications.deadline[row], zone);
    rk_json_key(out, "term");
    if (!term.rule) {
        rk_buffer_text(out, "null");
        return;
    }
    rk_buffer_printf(out, "{\"rule\":%zu", term.number);
    rk_json_day(out, "from", term.rule->from);
    put_word("clock", term.clock, out);
    rk_json_moment(out, "begins", term.begins, zone);
    rk_json_key(out, "within_seconds");
    if (term.rule->within < 0)
        rk_buffer_text(out, "null");
    else
        rk_buffer_i64(out, term.rule->within / RK_SECOND);
    rk_json_key(out, "paused_seconds");
    rk_buffer_i64(out, term.paused / RK_SECOND);
    put_name(x, "paused_by", term.paused_by, out);
    rk_json_key(out, "outages");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < term.stop_count; i++) {
        rk_buffer_text(out, i ? "," : "");
        rk_buffer_json(out, rk_names_text(&night->world.names, term.stops[i]));
    }
    rk_buffer_text(out, "]}");
}

static void put_holders(const rk_explain *x, rk_buffer *out)
{
    rk_json_key(out, "holders");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < x->story.holder_count; i++) {
        rk_buffer_text(out, i ? ",{\"held_by\":" : "{\"held_by\":");
        rk_buffer_json(out, x->story.holders[i].held_by);
        rk_json_text(out, "why", x->story.holders[i].why);
        rk_buffer_char(out, '}');
    }
    rk_buffer_char(out, ']');
}

static void put_application(const rk_explain *x, uint32_t row, rk_buffer *out)
{
    const rk_world *w = &x->replay.night.world;
    const rk_applications *a = &w->applications;
    rk_zone zone = rk_explain_zone(x, row);
    rk_buffer_text(out, "{\"application_id\":");
    rk_buffer_json(out, rk_texts_get(&w->texts, a->id[row]));
    put_word("state", rk_state_name((rk_state)a->state[row]), out);
    put_word("reason", rk_reason_text((rk_reason)a->reason[row]), out);
    put_name(x, "held_by", a->held_by[row], out);
    put_name(x, "office", a->office[row], out);
    put_name(x, "service", a->service[row], out);
    put_code("billing_code", a->code[row], out);
    put_text(x, "group_id", a->group_id ? a->group_id[row] : 0, out);
    rk_json_money(out, "amount_due", a->due_minor[row], RUPIAH_DIGITS);
    put_word("status", rk_status_name((rk_status)(a->status ? a->status[row] : 0)), out);
    rk_json_moment(out, "submitted_at", a->submitted_at[row], zone);
    put_deadline(x, row, out);
    rk_json_moment(out, "paid_from", a->paid_from[row], zone);
    rk_json_money(out, "paid_amount", a->paid_minor[row], RUPIAH_DIGITS);
}

/* ---- an entry ---- */

static void put_case(rk_explain *x, uint32_t entry, rk_buffer *out)
{
    const rk_night *night = &x->replay.night;
    const rk_cases *cases = &night->cases;
    uint32_t row = rk_explain_case(x, entry);
    rk_json_key(out, "case");
    if (row == RK_NO_ROW) {
        rk_buffer_text(out, "null");
        return;
    }
    rk_day last = cases->status[row] == RK_CASE_CLOSED ? cases->closed_on[row] : night->day;
    rk_buffer_text(out, "{\"case_id\":");
    rk_buffer_json(out, rk_texts_get(&night->world.texts, cases->id[row]));
    put_word("kind", rk_outcome_name((rk_outcome)cases->kind[row]), out);
    put_word("status", rk_case_status_name((rk_case_status)cases->status[row]), out);
    rk_json_day(out, "opened_on", cases->opened_on[row]);
    rk_json_day(out, "closed_on", cases->closed_on[row]);
    rk_json_key(out, "age_days");
    rk_buffer_i64(out, last - cases->opened_on[row]);
    put_text(x, "decision_id", cases->closed_by[row], out);
    rk_buffer_char(out, '}');
}

static void put_rule(const rk_explain *x, uint32_t entry, rk_buffer *out)
{
    const rk_entries *e = &x->replay.night.world.entries;
    const rk_match_rule *rule = rk_explain_rule(x, e->rule[entry], e->booked_on[entry]);
    put_name(x, "rule", e->rule[entry], out);
    rk_json_day(out, "rule_from", rule ? rule->from : RK_NO_DAY);
}

static bool put_source(rk_explain *x, uint32_t entry, rk_buffer *out, rk_error *err)
{
    const rk_world *w = &x->replay.night.world;
    const rk_file *file = &w->files.items[w->entries.file[entry]];
    char hex[RK_DIGEST_HEX + 1];
    rk_slice raw;
    if (!rk_story_raw(x, entry, &raw, err))
        return false;
    rk_json_text(out, "file", file->name);
    rk_json_text(out, "digest", rk_slice_of(rk_digest_hex(&file->digest, hex)));
    rk_json_key(out, "line");
    rk_buffer_u64(out, w->entries.line[entry]);
    rk_json_text(out, "text", raw);
    return true;
}

static void put_links(rk_explain *x, uint32_t entry, rk_buffer *out)
{
    const rk_links *links = &x->replay.night.world.links;
    rk_slice takes_back = {"", 0}, taken_back_by = {"", 0};
    for (size_t i = 0; i < links->count; i++) {
        if (links->items[i].entry == entry)
            takes_back = rk_explain_entry_name(x, links->items[i].to_entry);
        if (links->items[i].to_entry == entry)
            taken_back_by = rk_explain_entry_name(x, links->items[i].entry);
    }
    rk_json_text(out, "takes_back", takes_back);
    rk_json_text(out, "taken_back_by", taken_back_by);
}

static void put_candidates(rk_explain *x, uint32_t entry, rk_buffer *out)
{
    const rk_world *w = &x->replay.night.world;
    const char *between = "";
    rk_json_key(out, "candidates");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < w->candidates.count; i++) {
        if (w->candidates.items[i].entry != entry)
            continue;
        rk_buffer_text(out, between);
        rk_buffer_json(
            out, rk_texts_get(&w->texts, w->applications.id[w->candidates.items[i].application]));
        between = ",";
    }
    rk_buffer_char(out, ']');
}

static void put_allocations(const rk_explain *x, uint32_t entry, rk_buffer *out)
{
    size_t count;
    const rk_allocation *items = rk_world_allocations(&x->replay.night.world, entry, &count);
    rk_json_key(out, "allocations");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        const rk_world *w = &x->replay.night.world;
        rk_buffer_text(out, i ? ",{\"application_id\":" : "{\"application_id\":");
        rk_buffer_json(out, rk_texts_get(&w->texts, w->applications.id[items[i].application]));
        rk_json_money(out, "amount", items[i].amount_minor, RUPIAH_DIGITS);
        rk_buffer_char(out, '}');
    }
    rk_buffer_char(out, ']');
}

static bool put_entry(rk_explain *x, uint32_t entry, rk_buffer *out, rk_error *err)
{
    const rk_world *w = &x->replay.night.world;
    const rk_entries *e = &w->entries;
    const rk_channel *channel = rk_channel_find(&x->replay.night.rules, e->channel[entry]);
    rk_zone zone = channel ? channel->zone : x->replay.night.settings.zone;
    rk_buffer_text(out, "{\"entry\":");
    rk_buffer_json(out, rk_explain_entry_name(x, entry));
    put_word("outcome", rk_outcome_name((rk_outcome)e->outcome[entry]), out);
    put_word("reason", rk_reason_text((rk_reason)e->reason[entry]), out);
    put_rule(x, entry, out);
    put_id(x, "application_id", rk_world_application(w, entry), out);
    put_candidates(x, entry, out);
    put_links(x, entry, out);
    if (!put_source(x, entry, out, err))
        return false;
    put_name(x, "channel", e->channel[entry], out);
    put_name(x, "account", e->account[entry], out);
    rk_json_day(out, "booked_on", e->booked_on[entry]);
    rk_json_moment(out, "paid_from", e->paid_from[entry], zone);
    rk_json_moment(out, "paid_until", e->paid_until[entry], zone);
    rk_json_money(out, "amount", e->amount_minor[entry], RUPIAH_DIGITS);
    put_name(x, "currency", e->currency[entry], out);
    put_code("billing_code", e->code[entry], out);
    put_text(x, "reference", e->reference[entry], out);
    rk_slice keys = e->keys ? rk_texts_get(&w->texts, e->keys[entry]) : (rk_slice){"", 0};
    for (unsigned kind = 0; keys.len && kind < RK_ALT_KEYS; kind++)
        rk_json_text(out, rk_alt_key_name((rk_alt_key)kind),
                     rk_alt_keys_get(keys, (rk_alt_key)kind));
    put_allocations(x, entry, out);
    put_case(x, entry, out);
    rk_trace trace;
    bool good = rk_explain_trace(x, entry, &trace, err);
    if (good)
        rk_explain_put_tried_json(x, &trace, zone, out);
    rk_trace_free(&trace);
    return good;
}

/* ---- the whole ---- */

static void put_history(const rk_explain *x, rk_buffer *out)
{
    rk_json_key(out, "history");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < x->story.event_count; i++) {
        const rk_event *event = &x->story.events[i];
        rk_buffer_printf(out, "%s{\"night\":\"%s\"", i ? "," : "", event->night);
        put_word("what", event->what, out);
        rk_json_text(out, "about", event->about);
        rk_json_text(out, "before", event->before);
        rk_json_text(out, "after", event->after);
        rk_json_text(out, "rule", event->rule);
        rk_json_text(out, "why", event->why);
        rk_json_text(out, "cause", event->cause);
        rk_json_text(out, "application_id", event->application);
        rk_buffer_char(out, '}');
    }
    rk_buffer_char(out, ']');
}

void rk_explain_put_choices_json(const rk_explain *x, rk_buffer *out)
{
    rk_json_key(out, "choices");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < x->story.choice_count; i++) {
        rk_buffer_text(out, i ? ",{\"row\":" : "{\"row\":");
        rk_buffer_json(out, x->story.choices[i].row);
        rk_json_text(out, "does", x->story.choices[i].does);
        rk_buffer_char(out, '}');
    }
    rk_buffer_char(out, ']');
}

static void put_hits(rk_explain *x, rk_buffer *out)
{
    const rk_world *w = &x->replay.night.world;
    rk_json_key(out, "hits");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < x->hits.count; i++) {
        uint32_t row = x->hits.items[i].row;
        bool is_application = x->hits.items[i].is_application;
        rk_buffer_text(out, i ? ",{\"item\":" : "{\"item\":");
        rk_buffer_json(out, is_application ? rk_texts_get(&w->texts, w->applications.id[row])
                                           : rk_explain_entry_name(x, row));
        put_word("is", is_application ? "application" : "entry", out);
        put_word(is_application ? "state" : "outcome",
                 is_application ? rk_state_name((rk_state)w->applications.state[row])
                                : rk_outcome_name((rk_outcome)w->entries.outcome[row]),
                 out);
        rk_json_money(out, "amount",
                      is_application ? w->applications.due_minor[row]
                                     : w->entries.amount_minor[row],
                      RUPIAH_DIGITS);
        rk_buffer_char(out, '}');
    }
    rk_buffer_char(out, ']');
}

static const char *compared_word(rk_compared compared)
{
    return compared == RK_COMPARED_IDENTICAL   ? "identical"
           : compared == RK_COMPARED_DIFFERENT ? "different"
                                               : "not_kept";
}

static bool put_story(rk_explain *x, rk_buffer *out, rk_error *err)
{
    put_word("judged_in", rk_explain_night_name(x, x->shown), out);
    put_word("replayed", compared_word(x->story.compared), out);
    rk_json_key(out, "application");
    if (x->story.application == RK_NO_ROW) {
        rk_buffer_text(out, "null");
    } else {
        put_application(x, x->story.application, out);
        put_holders(x, out);
        rk_buffer_char(out, '}');
    }
    rk_json_key(out, "entries");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < x->story.entry_count; i++) {
        if (i)
            rk_buffer_char(out, ',');
        if (!put_entry(x, x->story.entries[i], out, err))
            return false;
        rk_buffer_char(out, '}');
    }
    rk_buffer_char(out, ']');
    put_history(x, out);
    rk_explain_put_choices_json(x, out);
    return true;
}

bool rk_explain_put_json(rk_explain *x, const rk_asked *asked, rk_buffer *out, rk_error *err)
{
    rk_buffer_text(out, "{\"item\":");
    rk_buffer_json(out, asked->text);
    put_word("night", rk_explain_night_name(x, x->at), out);
    if (x->hits.count > 1)
        put_hits(x, out);
    else if (!put_story(x, out, err))
        return false;
    rk_buffer_text(out, "}\n");
    return true;
}

/* Every row of the night, one object a line. */
bool rk_explain_put_all(rk_explain *x, rk_buffer *out, rk_error *err)
{
    const rk_world *w = &x->replay.night.world;
    for (size_t row = 0; row < w->applications.batch.count; row++) {
        put_application(x, (uint32_t)row, out);
        rk_buffer_text(out, "}\n");
        if (!rk_json_write(out, false, err))
            return false;
    }
    for (size_t row = 0; row < w->entries.batch.count; row++) {
        if (!put_entry(x, (uint32_t)row, out, err))
            return false;
        rk_buffer_text(out, "}\n");
        if (!rk_json_write(out, false, err))
            return false;
    }
    return rk_json_write(out, true, err);
}
