/* The story for a terminal: no line of its own is longer than WIDTH. */
#include <stdarg.h>
#include <stdio.h>

#include "commands/explain.h"
#include "model/mask.h"
#include "terms/terms.h"

enum { WIDTH = 98, LABELLED = 2, LABEL = 16, HITS_SHOWN = 40 };

/* ---- lines ---- */

/* Where the next blank is at which `text` may be broken to fit into `room` columns. */
static size_t fitting(rk_slice text, size_t room)
{
    size_t columns = 0, at = 0, blank = 0;
    while (at < text.len) {
        size_t step = rk_utf8_sequence(text.at + at, text.at + text.len);
        if (text.at[at] == ' ' && at)
            blank = at;
        if (columns == room)
            return blank > room / 3 ? blank : at;
        at += step ? step : 1;
        columns++;
    }
    return text.len;
}

/* What came from outside must not steer the terminal. */
static void put_plain(rk_slice text, rk_buffer *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        rk_buffer_char(out, c < ' ' || c == 127 ? ' ' : (char)c);
    }
}

void rk_explain_put_field(rk_buffer *out, size_t indent, size_t width, const char *label,
                          rk_slice text)
{
    size_t line = out->len;
    while (line > 0 && out->bytes[line - 1] != '\n')
        line--;
    size_t begin = out->len - line + indent + width;
    rk_buffer_printf(out, "%*s%-*s", (int)indent, "", (int)width, label);
    while (text.len) {
        size_t length = fitting(text, WIDTH - begin);
        put_plain((rk_slice){text.at, length}, out);
        text = (rk_slice){text.at + length, text.len - length};
        while (text.len && text.at[0] == ' ')
            text = (rk_slice){text.at + 1, text.len - 1};
        if (text.len)
            rk_buffer_printf(out, "\n%*s", (int)begin, "");
    }
    rk_buffer_char(out, '\n');
}

/* Lines that are indented by LABELLED have a column of labels. */
static void put_field(rk_buffer *out, size_t indent, const char *label, rk_slice text)
{
    rk_explain_put_field(out, indent, indent == LABELLED ? LABEL : 0, label, text);
}

static void field(rk_buffer *out, size_t indent, const char *label, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void field(rk_buffer *out, size_t indent, const char *label, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    put_field(out, indent, label,
              (rk_slice){text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1});
}

/* ---- values, in the arena ---- */

static const char *keep(rk_explain *x, rk_buffer *text)
{
    const char *kept = rk_arena_text(&x->arena, rk_buffer_all(text));
    rk_buffer_free(text);
    return kept;
}

static const char *rupiah(rk_explain *x, rk_money minor)
{
    rk_buffer text = {0};
    if (minor == RK_NO_MONEY)
        return "not known";
    rk_money_put_rupiah(&text, minor);
    return keep(x, &text);
}

static const char *day(rk_explain *x, rk_day on)
{
    rk_buffer text = {0};
    rk_day_put(&text, on);
    return on == RK_NO_DAY ? "not told" : keep(x, &text);
}

static const char *zone_name(rk_explain *x, rk_zone zone)
{
    if (zone == RK_WIB || zone == RK_WITA || zone == RK_WIT)
        return zone == RK_WIB ? "WIB" : zone == RK_WITA ? "WITA" : "WIT";
    return rk_arena_printf(&x->arena, "UTC%+d:%02d", zone / 3600,
                           (zone < 0 ? -zone : zone) / 60 % 60);
}

/* "2024-03-05 09:00:00", without the zone. */
static const char *clock_time(rk_explain *x, rk_moment at, rk_zone zone)
{
    rk_buffer text = {0};
    if (at == RK_NO_MOMENT)
        return "not told";
    rk_moment_put(&text, at / RK_SECOND * RK_SECOND, zone);
    text.len = text.len > 19 ? 19 : text.len;
    text.bytes[10] = ' ';
    return keep(x, &text);
}

static const char *moment(rk_explain *x, rk_moment at, rk_zone zone)
{
    if (at == RK_NO_MOMENT)
        return "none";
    return rk_arena_printf(&x->arena, "%s %s", clock_time(x, at, zone), zone_name(x, zone));
}

static const char *paid(rk_explain *x, rk_moment from, rk_moment until, rk_zone zone)
{
    if (from == until)
        return moment(x, from, zone);
    return rk_arena_printf(&x->arena, "between %s and %s %s", clock_time(x, from, zone),
                           clock_time(x, until, zone), zone_name(x, zone));
}

static const char *duration(rk_explain *x, int64_t microseconds)
{
    int64_t seconds = microseconds / RK_SECOND;
    rk_buffer text = {0};
    static const struct {
        int64_t length;
        char unit;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    for (size_t i = 0; i < 4; i++) {
        if (seconds >= units[i].length)
            rk_buffer_printf(&text, "%lld%c", (long long)(seconds / units[i].length),
                             units[i].unit);
        seconds %= units[i].length;
    }
    return text.len ? keep(x, &text) : "0s";
}

/* ---- the application ---- */

/* What an outage added; one that is not over leaves the deadline open. */
static const char *paused(rk_explain *x, const rk_term *term)
{
    rk_buffer text = {0};
    for (size_t i = 0; i < term->stop_count; i++)
        rk_buffer_printf(&text, "%s%.*s",
                         i                      ? ", "
                         : term->stop_count > 1 ? "s "
                                                : " ",
                         RK_FMT(rk_names_text(&x->replay.night.world.names, term->stops[i])));
    if (term->stop_count == 0)
        return "";
    const char *outages = keep(x, &text);
    if (term->deadline == RK_NO_MOMENT)
        return rk_arena_printf(&x->arena, "; the clock stands still: outage%s", outages);
    return rk_arena_printf(&x->arena, ", and %s in which the clock stood still: outage%s",
                           duration(x, term->paused), outages);
}

static void put_deadline(rk_explain *x, rk_buffer *out)
{
    const rk_night *night = &x->replay.night;
    const rk_applications *a = &night->world.applications;
    uint32_t row = x->story.application;
    rk_term term;
    rk_zone zone = rk_explain_zone(x, row);
    rk_terms_tell(&night->rules, night->settings.zone, &night->world, row, &term);
    field(out, 2, "deadline", "%s", moment(x, a->deadline[row], zone));
    if (!term.rule) {
        field(out, 2, "", "no deadline rule holds");
        return;
    }
    if (term.rule->within < 0) {
        field(out, 2, "", "no deadline: rule %zu of deadlines.yaml says none", term.number);
        return;
    }
    field(out, 2, "", "%s %s, and %s%s", term.clock, moment(x, term.begins, zone),
          duration(x, term.rule->within), paused(x, &term));
    field(out, 2, "", "by rule %zu of deadlines.yaml%s%s", term.number,
          term.rule->from == RK_NO_DAY ? "" : ", from ",
          term.rule->from == RK_NO_DAY ? "" : day(x, term.rule->from));
}

static const char *const key_titles[RK_ALT_KEYS] = {"NTPN", "virtual account", "number"};

static void put_keys(const rk_world *w, uint32_t row, rk_buffer *out)
{
    const rk_applications *a = &w->applications;
    const rk_text *columns[RK_ALT_KEYS] = {a->ntpn, a->virtual_account, a->application_number};
    for (size_t kind = 0; kind < RK_ALT_KEYS; kind++)
        if (columns[kind] && columns[kind][row])
            field(out, 2, key_titles[kind], "%.*s",
                  RK_FMT(rk_texts_get(&w->texts, columns[kind][row])));
}

static void put_application(rk_explain *x, rk_buffer *out)
{
    const rk_night *night = &x->replay.night;
    const rk_world *w = &night->world;
    const rk_applications *a = &w->applications;
    uint32_t row = x->story.application;
    rk_slice status = rk_slice_of(rk_status_name((rk_status)(a->status ? a->status[row] : 0)));
    const rk_office *office = rk_office_on(&night->rules.offices, a->office[row], night->day);
    rk_buffer_printf(out, "\napplication %.*s\n", RK_FMT(rk_texts_get(&w->texts, a->id[row])));
    field(out, 2, "state", "%s: %s", rk_state_name((rk_state)a->state[row]),
          rk_reason_text((rk_reason)a->reason[row]));
    field(out, 2, "office", "%.*s (%.*s)",
          RK_FMT(office ? office->name : RK_S("not in the register")),
          RK_FMT(rk_names_text(&w->names, a->office[row])));
    field(out, 2, "service", "%.*s%s%.*s", RK_FMT(rk_names_text(&w->names, a->service[row])),
          rk_name_at(a->validity, row) ? ", validity " : "",
          RK_FMT(rk_names_text(&w->names, rk_name_at(a->validity, row))));
    if (a->code[row])
        field(out, 2, "billing code", "%015llu", (unsigned long long)a->code[row]);
    put_keys(w, row, out);
    field(out, 2, "due", "%s", rupiah(x, a->due_minor[row]));
    if (status.len)
        field(out, 2, "status", "%.*s", RK_FMT(status));
    field(out, 2, "submitted", "%s", moment(x, a->submitted_at[row], rk_explain_zone(x, row)));
    put_deadline(x, out);
    if (a->paid_minor[row])
        field(out, 2, "received", "%s in %u entr%s", rupiah(x, a->paid_minor[row]),
              a->entry_count[row], a->entry_count[row] == 1 ? "y" : "ies");
    for (size_t i = 0; i < x->story.holder_count; i++)
        field(out, 2, i ? "" : "lapse held by", "%.*s: %.*s", RK_FMT(x->story.holders[i].held_by),
              RK_FMT(x->story.holders[i].why));
}

/* ---- an entry ---- */

static bool put_source(rk_explain *x, uint32_t entry, rk_buffer *out, rk_error *err)
{
    const rk_world *w = &x->replay.night.world;
    const rk_file *file = &w->files.items[w->entries.file[entry]];
    rk_slice raw, line;
    if (!rk_story_raw(x, entry, &raw, err))
        return false;
    field(out, 2, "read from", "%.*s, line %u", RK_FMT(file->name), w->entries.line[entry]);
    while (raw.len && rk_slice_cut(&raw, '\n', &line))
        put_field(out, 4, "", rk_slice_trim(line));
    return true;
}

static void put_case(rk_explain *x, uint32_t entry, rk_buffer *out)
{
    const rk_night *night = &x->replay.night;
    const rk_cases *cases = &night->cases;
    uint32_t row = rk_explain_case(x, entry);
    if (row == RK_NO_ROW)
        return;
    rk_day last = cases->status[row] == RK_CASE_CLOSED ? cases->closed_on[row] : night->day;
    field(out, 2, "case", "%.*s, %s, opened %s, age %d day%s",
          RK_FMT(rk_texts_get(&night->world.texts, cases->id[row])),
          rk_case_status_name((rk_case_status)cases->status[row]), day(x, cases->opened_on[row]),
          last - cases->opened_on[row], last - cases->opened_on[row] == 1 ? "" : "s");
}

static void put_rule(rk_explain *x, uint32_t entry, rk_buffer *out)
{
    const rk_world *w = &x->replay.night.world;
    rk_name name = w->entries.rule[entry];
    const rk_match_rule *rule = rk_explain_rule(x, name, w->entries.booked_on[entry]);
    if (name == 0)
        field(out, 2, "by rule", "none");
    else if (rule && rule->from != RK_NO_DAY)
        field(out, 2, "by rule", "%.*s, from %s", RK_FMT(rk_names_text(&w->names, name)),
              day(x, rule->from));
    else
        field(out, 2, "by rule", "%.*s", RK_FMT(rk_names_text(&w->names, name)));
}

static void put_links(rk_explain *x, uint32_t entry, rk_buffer *out)
{
    const rk_links *links = &x->replay.night.world.links;
    for (size_t i = 0; i < links->count; i++) {
        if (links->items[i].entry == entry)
            field(out, 2, "takes back", "entry %.*s",
                  RK_FMT(rk_explain_entry_name(x, links->items[i].to_entry)));
        if (links->items[i].to_entry == entry)
            field(out, 2, "taken back by", "entry %.*s",
                  RK_FMT(rk_explain_entry_name(x, links->items[i].entry)));
    }
}

/* What it may belong to: by their own dues and times a person decides. */
static void put_candidates(rk_explain *x, uint32_t entry, rk_buffer *out)
{
    const rk_world *w = &x->replay.night.world;
    const rk_applications *a = &w->applications;
    bool any = false;
    for (size_t i = 0; i < w->candidates.count; i++) {
        uint32_t row = w->candidates.items[i].application;
        rk_zone zone = rk_explain_zone(x, row);
        if (w->candidates.items[i].entry != entry)
            continue;
        field(out, 2, any ? "" : "candidates", "%.*s: %s, due %s, open %s to %s",
              RK_FMT(rk_texts_get(&w->texts, a->id[row])), rk_state_name((rk_state)a->state[row]),
              rupiah(x, a->due_minor[row]), clock_time(x, a->submitted_at[row], zone),
              a->deadline[row] == RK_NO_MOMENT ? "any time" : moment(x, a->deadline[row], zone));
        any = true;
    }
}

/* One payment for several of a group. */
static void put_allocations(rk_explain *x, uint32_t entry, rk_buffer *out)
{
    const rk_world *w = &x->replay.night.world;
    size_t count;
    const rk_allocation *items = rk_world_allocations(w, entry, &count);
    for (size_t i = 0; i < count; i++)
        field(out, 2, i ? "" : "pays for", "%.*s: %s",
              RK_FMT(rk_texts_get(&w->texts, w->applications.id[items[i].application])),
              rupiah(x, items[i].amount_minor));
}

static bool put_entry(rk_explain *x, uint32_t entry, rk_buffer *out, rk_error *err)
{
    char code[RK_CODE_TEXT];
    const rk_world *w = &x->replay.night.world;
    const rk_entries *e = &w->entries;
    const rk_channel *channel = rk_channel_find(&x->replay.night.rules, e->channel[entry]);
    rk_zone zone = channel ? channel->zone : x->replay.night.settings.zone;
    rk_slice reference = rk_texts_get(&w->texts, e->reference[entry]);
    uint32_t application = rk_world_application(w, entry);
    rk_buffer_printf(out, "\nentry %.*s\n", RK_FMT(rk_explain_entry_name(x, entry)));
    field(out, 2, "outcome", "%s: %s%s%.*s", rk_outcome_name((rk_outcome)e->outcome[entry]),
          rk_reason_text((rk_reason)e->reason[entry]), application == RK_NO_ROW ? "" : "; ",
          RK_FMT(application == RK_NO_ROW
                     ? RK_S("")
                     : rk_texts_get(&w->texts, w->applications.id[application])));
    put_rule(x, entry, out);
    if (!put_source(x, entry, out, err))
        return false;
    field(out, 2, "channel", "%.*s, booked on %s",
          RK_FMT(rk_names_text(&w->names, e->channel[entry])), day(x, e->booked_on[entry]));
    field(out, 2, "paid", "%s", paid(x, e->paid_from[entry], e->paid_until[entry], zone));
    field(out, 2, "amount", "%s", rupiah(x, e->amount_minor[entry]));
    if (rk_code_text(e->code[entry], code))
        field(out, 2, "billing code", "%s", code);
    rk_alt_key kind;
    rk_slice key, keys = e->keys ? rk_texts_get(&w->texts, e->keys[entry]) : (rk_slice){"", 0};
    while (rk_alt_keys_next(&keys, &kind, &key))
        field(out, 2, key_titles[kind], "%.*s", RK_FMT(key));
    if (reference.len)
        field(out, 2, "reference", "%.*s", RK_FMT(reference));
    put_links(x, entry, out);
    put_allocations(x, entry, out);
    put_candidates(x, entry, out);
    put_case(x, entry, out);
    rk_trace trace;
    bool good = rk_explain_trace(x, entry, &trace, err);
    if (good)
        rk_explain_put_tried(x, &trace, zone, out);
    rk_trace_free(&trace);
    return good;
}

/* ---- the past, and what is next ---- */

static void put_event(rk_explain *x, const rk_event *event, rk_buffer *out)
{
    rk_buffer text = {0};
    rk_buffer_printf(&text, "%s %.*s", event->what, RK_FMT(event->about));
    if (rk_slice_is(rk_slice_of(event->what), "decision"))
        rk_buffer_printf(&text, ": %.*s %.*s%s%.*s", RK_FMT(event->rule), RK_FMT(event->cause),
                         event->application.len ? " with " : "", RK_FMT(event->application));
    rk_buffer_printf(&text, ": %.*s%s%.*s", RK_FMT(event->before), event->before.len ? " to " : "",
                     RK_FMT(event->after));
    if (event->why.len)
        rk_buffer_printf(&text, " (%.*s)", RK_FMT(event->why));
    if (event->cause.len && !rk_slice_is(rk_slice_of(event->what), "decision"))
        rk_buffer_printf(&text, ", by %.*s", RK_FMT(event->cause));
    put_field(out, 2, event->night, rk_buffer_all(&text));
    rk_buffer_free(&text);
    (void)x;
}

static void put_past(rk_explain *x, rk_buffer *out)
{
    const rk_bundle *bundle = x->archive.bundle;
    rk_buffer_text(out, "\nwhat the nights said\n");
    if (bundle && x->night_count && !rk_archive_is_whole(&x->archive, &x->nights[0]))
        rk_buffer_printf(out, "  (nights before %.*s stand in the archive, not in this export)\n",
                         RK_FMT(bundle->first));
    for (size_t i = 0; i < x->story.event_count; i++)
        put_event(x, &x->story.events[i], out);
    if (x->story.event_count == 0)
        rk_buffer_text(out, "  nothing changed so far\n");
}

void rk_explain_put_choices(const rk_explain *x, rk_buffer *out)
{
    rk_buffer_text(out, "\nwhat can be decided now, by a row in decisions-*.csv\n");
    if (x->story.choice_count == 0) {
        rk_buffer_text(out, "  nothing\n");
        return;
    }
    rk_buffer_text(out, "  decision_id,kind,subject,object,reason,made_by,checked_by,made_at\n");
    for (size_t i = 0; i < x->story.choice_count; i++)
        rk_buffer_printf(out, "  %.*s\n      %.*s\n", RK_FMT(x->story.choices[i].row),
                         RK_FMT(x->story.choices[i].does));
}

static void put_compared(rk_explain *x, rk_buffer *out)
{
    static const char *const words[] = {
        [RK_COMPARED_NOT] = "the closing state holds it no more",
        [RK_COMPARED_IDENTICAL] = "made again from its sealed inputs: identical to what was sealed",
        [RK_COMPARED_DIFFERENT] =
            "made again from its sealed inputs: DIFFERENT from what was sealed",
    };
    field(out, 0, "", "as known after the night %s%s%s; %s", rk_explain_night_name(x, x->at),
          x->shown == x->at ? "" : ", decided in ",
          x->shown == x->at ? "" : rk_explain_night_name(x, x->shown), words[x->story.compared]);
}

/* ---- several ---- */

static void put_hit(rk_explain *x, const rk_hit *hit, rk_buffer *out)
{
    const rk_world *w = &x->replay.night.world;
    const rk_entries *e = &w->entries;
    const rk_applications *a = &w->applications;
    if (hit->is_application) {
        rk_buffer_printf(out, "  rekon explain %.*s\n",
                         RK_FMT(rk_texts_get(&w->texts, a->id[hit->row])));
        field(out, 6, "", "application, %.*s, due %s, submitted %s: %s",
              RK_FMT(rk_names_text(&w->names, a->office[hit->row])),
              rupiah(x, a->due_minor[hit->row]),
              moment(x, a->submitted_at[hit->row], rk_explain_zone(x, hit->row)),
              rk_state_name((rk_state)a->state[hit->row]));
        return;
    }
    rk_zone zone = x->replay.night.settings.zone;
    rk_buffer_printf(out, "  rekon explain %.*s\n", RK_FMT(rk_explain_entry_name(x, hit->row)));
    field(out, 6, "", "entry, %.*s, %s, paid %s: %s",
          RK_FMT(rk_names_text(&w->names, e->channel[hit->row])),
          rupiah(x, e->amount_minor[hit->row]),
          paid(x, e->paid_from[hit->row], e->paid_until[hit->row], zone),
          rk_outcome_name((rk_outcome)e->outcome[hit->row]));
}

static void put_hits(rk_explain *x, const rk_asked *asked, rk_buffer *out)
{
    rk_buffer_printf(out, "\"%.*s\" may mean %zu things:\n", RK_FMT(asked->text), x->hits.count);
    for (size_t i = 0; i < x->hits.count && i < HITS_SHOWN; i++)
        put_hit(x, &x->hits.items[i], out);
    if (x->hits.count > HITS_SHOWN)
        rk_buffer_printf(out, "  and %zu more: --json lists all\n", x->hits.count - HITS_SHOWN);
}

bool rk_explain_put_text(rk_explain *x, const rk_asked *asked, rk_buffer *out, rk_error *err)
{
    if (x->hits.count > 1) {
        put_hits(x, asked, out);
        return true;
    }
    put_compared(x, out);
    if (x->story.application != RK_NO_ROW)
        put_application(x, out);
    for (size_t i = 0; i < x->story.entry_count; i++)
        if (!put_entry(x, x->story.entries[i], out, err))
            return false;
    put_past(x, out);
    rk_explain_put_choices(x, out);
    return true;
}
