/* What a line of findings folds, from the closing state that the night sealed and the history before it. */
#include "commands/explain.h"
#include "commands/read_json.h"
#include "model/history.h"
#include "seal/columns.h"

enum { LABEL = 16, RUPIAH_DIGITS = 2 };

/* What makes each kind go. */
static const char *ends_when(rk_finding_kind kind)
{
    switch (kind) {
    case RK_TARIFF_DIFFERS:
        return "the bill is put right, or tariffs.yaml is";
    case RK_ISSUED_UNPAID:
    case RK_ATTENDED_UNPAID:
        return "its payment is seen";
    case RK_PAID_NOT_ISSUED:
        return "the document is issued, or the application refused";
    case RK_ISSUED_TWICE:
        return "only one application has the number";
    case RK_NOT_COLLECTED:
        return "it is collected or delivered";
    case RK_UNKNOWN_OFFICE:
        return "offices.yaml has the office, or the application another";
    case RK_SLOT_CONFLICT:
        return "one of the two has another slot, or none";
    case RK_MISSING_IN_SOURCE:
        return "the booking system has them again, or a person takes it as it is";
    case RK_NOT_APPLIED:
        return "the booking system takes the transition, or a person has seen to it";
    case RK_CONTROL_FAILED:
        return "what is missing comes, or a person decides about the file";
    case RK_HOLD_STAYS:
        return "it comes, or a person decides";
    default:
        return "";
    }
}

/* ---- the history of the line ---- */

/* Of a case that is closed the history alone tells what it was. */
static void note_kind(rk_asking *t, rk_slice kind, rk_slice office)
{
    for (int i = 0; t->kind == RK_FINDING_NONE && i < RK_FINDINGS; i++)
        if (i && rk_slice_is(kind, rk_finding_name((rk_finding_kind)i))) {
            t->kind = (rk_finding_kind)i;
            t->office = office;
        }
}

static bool read_events(rk_asking *t, const rk_item *item, const char *night, rk_error *err)
{
    rk_explain *x = t->x;
    rk_history history;
    rk_buffer bytes = {0};
    rk_history_init(&history);
    bool good = rk_archive_get(&x->archive, &item->ref, &bytes, err);
    if (good && memmem(bytes.bytes, bytes.len, t->id.at, t->id.len))
        good = rk_columns_decode(rk_arena_slice(&x->arena, rk_buffer_all(&bytes)),
                                 &history.cases.batch, &x->past_names, &x->past_texts, err);
    for (size_t row = 0; good && row < history.cases.batch.count; row++) {
        if (!rk_slice_equal(rk_texts_get(&x->past_texts, history.cases.case_id[row]), t->id))
            continue;
        note_kind(t, rk_names_text(&x->past_names, history.cases.kind[row]),
                  rk_names_text(&x->past_names, history.cases.office[row]));
        rk_story *s = &x->story;
        s->events = rk_grow(s->events, &s->event_capacity, s->event_count + 1, sizeof *s->events);
        s->events[s->event_count++] =
            (rk_event){.night = night,
                       .what = "finding",
                       .about = t->id,
                       .after = rk_names_text(&x->past_names, history.cases.status[row]),
                       .why = rk_texts_get(&x->past_texts, history.cases.decision_id[row])};
    }
    rk_buffer_free(&bytes);
    rk_history_free(&history);
    return good;
}

static bool read_night(rk_asking *t, size_t night, rk_error *err)
{
    rk_explain *x = t->x;
    rk_manifest manifest = {0};
    rk_digest digest;
    bool good = rk_archive_manifest(&x->archive, "nights", x->nights[night].night,
                                    x->nights[night].number, &x->arena, &manifest, &digest, err);
    for (size_t i = 0; good && i < manifest.item_count; i++)
        if (manifest.items[i].kind == RK_ITEM_HISTORY &&
            rk_slice_is(manifest.items[i].name, "case_event"))
            good = read_events(t, &manifest.items[i], rk_explain_night_name(x, night), err);
    rk_manifest_free(&manifest);
    return good;
}

/* A line opens on its day at the earliest. */
static bool read_history(rk_asking *t, rk_error *err)
{
    rk_explain *x = t->x;
    for (size_t night = 0; night <= x->at; night++)
        if (x->nights[night].night >= t->day &&
            rk_archive_is_whole(&x->archive, &x->nights[night]) && !read_night(t, night, err))
            return false;
    return true;
}

static bool open_closing(rk_asking *t, rk_error *err)
{
    rk_explain *x = t->x;
    rk_manifest manifest = {0};
    rk_digest digest;
    t->night = x->nights[x->at].night;
    bool good = rk_archive_manifest(&x->archive, "nights", t->night, x->nights[x->at].number,
                                    &x->arena, &manifest, &digest, err);
    const rk_item *root = good ? rk_manifest_item(&manifest, RK_ITEM_CLOSING) : NULL;
    if (good && !root)
        good = rk_fail(err, RK_DIFFERENT, "the night has no closing state");
    good =
        good && rk_closing_open(&x->archive, &root->ref, &t->sealed, &t->closing, &t->carried, err);
    rk_manifest_free(&manifest);
    return good;
}

/* ---- for a terminal ---- */

static void put_row(const rk_asking *t, size_t row, rk_buffer *out)
{
    const rk_findings *f = &t->carried.findings;
    rk_slice id = rk_texts_get(&t->sealed.texts, f->application[row]);
    rk_slice said = rk_texts_get(&t->sealed.texts, f->said[row]);
    rk_buffer text = {0};
    if (f->expected[row] != RK_NO_MONEY && f->found[row] != RK_NO_MONEY) {
        rk_money_put_rupiah(&text, f->found[row]);
        rk_buffer_text(&text, " recorded, ");
        rk_money_put_rupiah(&text, f->expected[row]);
        rk_buffer_text(&text, " expected");
    }
    if (said.len) {
        rk_buffer_text(&text, text.len ? "; " : "");
        rk_buffer_slice(&text, said);
    }
    rk_buffer_text(&text, text.len ? "; " : "");
    rk_buffer_text(&text, f->first_seen[row] > t->night ? "will be one from " : "since ");
    rk_day_put(&text, f->first_seen[row]);
    rk_buffer_text(out, "    ");
    rk_explain_put_field(out, 0, LABEL + 4, rk_arena_text(&t->x->arena, id), rk_buffer_all(&text));
    rk_buffer_free(&text);
}

static void put_event(const rk_event *event, rk_buffer *out)
{
    rk_buffer text = {0};
    rk_buffer_slice(&text, event->after);
    if (event->why.len)
        rk_buffer_printf(&text, ", by decision %.*s", RK_FMT(event->why));
    rk_explain_put_field(out, 2, LABEL, event->night, rk_buffer_all(&text));
    rk_buffer_free(&text);
}

static void put_line(const rk_asking *t, rk_buffer *out)
{
    const rk_explain *x = t->x;
    rk_buffer text = {0};
    bool is_case = rk_slice_starts(t->id, RK_S("K-"));
    rk_buffer_printf(out, "%s %.*s\n", is_case ? "case" : "finding", RK_FMT(t->id));
    rk_explain_put_field(out, 2, LABEL, "kind", rk_slice_of(rk_finding_name(t->kind)));
    rk_explain_put_field(out, 2, LABEL, "office", t->office);
    if (t->day != RK_NO_DAY) {
        rk_day_put(&text, t->day);
        rk_explain_put_field(out, 2, LABEL, "day", rk_buffer_all(&text));
    }
    rk_buffer_clear(&text);
    rk_buffer_printf(&text, "%s", t->known ? "open" : "closed");
    rk_explain_put_field(out, 2, LABEL, "status", rk_buffer_all(&text));
    if (t->known)
        rk_explain_put_field(out, 2, LABEL, "goes when", rk_slice_of(ends_when(t->kind)));
    const char *about = t->subject.len ? "  about\n" : "  applications\n";
    rk_buffer_text(out, t->known ? about : "");
    for (size_t row = 0; row < t->carried.findings.batch.count; row++)
        if (rk_asking_has(t, row))
            put_row(t, row, out);
    rk_buffer_text(out, x->story.event_count ? "\nwhat the nights said\n" : "");
    for (size_t i = 0; i < x->story.event_count; i++)
        put_event(&x->story.events[i], out);
    if (is_case || x->story.choice_count)
        rk_explain_put_choices(x, out);
    rk_buffer_free(&text);
}

/* ---- for machines ---- */

static void put_row_json(const rk_asking *t, size_t row, rk_buffer *out)
{
    const rk_findings *f = &t->carried.findings;
    rk_buffer_text(out, "{\"application_id\":");
    rk_buffer_json(out, rk_texts_get(&t->sealed.texts, f->application[row]));
    rk_json_money(out, "expected", f->expected[row], RUPIAH_DIGITS);
    rk_json_money(out, "found", f->found[row], RUPIAH_DIGITS);
    rk_json_text(out, "said", rk_texts_get(&t->sealed.texts, f->said[row]));
    rk_json_day(out, "first_seen", f->first_seen[row]);
    rk_buffer_char(out, '}');
}

static void put_json(const rk_asking *t, rk_buffer *out)
{
    const rk_story *s = &t->x->story;
    size_t put = 0;
    rk_buffer_text(out, rk_slice_starts(t->id, RK_S("K-")) ? "{\"case\":" : "{\"finding\":");
    rk_buffer_json(out, t->id);
    rk_json_text(out, "kind", rk_slice_of(rk_finding_name(t->kind)));
    rk_json_text(out, "office", t->office);
    rk_json_day(out, "day", t->day);
    rk_json_text(out, "status", rk_slice_of(t->known ? "open" : "closed"));
    rk_json_key(out, "applications");
    rk_buffer_char(out, '[');
    for (size_t row = 0; row < t->carried.findings.batch.count; row++) {
        if (!rk_asking_has(t, row))
            continue;
        rk_buffer_text(out, put++ ? "," : "");
        put_row_json(t, row, out);
    }
    rk_buffer_char(out, ']');
    rk_json_key(out, "events");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < s->event_count; i++) {
        rk_buffer_text(out, i ? ",{\"night\":" : "{\"night\":");
        rk_buffer_json(out, rk_slice_of(s->events[i].night));
        rk_json_text(out, "status", s->events[i].after);
        rk_json_text(out, "decision_id", s->events[i].why);
        rk_buffer_char(out, '}');
    }
    rk_buffer_char(out, ']');
    rk_explain_put_choices_json(t->x, out);
    rk_buffer_text(out, "}\n");
}

bool rk_explain_put_finding(rk_explain *x, const rk_asked *asked, bool json, rk_buffer *out,
                            rk_error *err)
{
    rk_asking t = {.x = x, .id = asked->text, .day = RK_NO_DAY};
    rk_closing_init(&t.closing);
    rk_carried_init(&t.carried);
    if (!rk_slice_starts(t.id, RK_S("K-")))
        rk_finding_id_parse(t.id, &t.kind, &t.office, &t.day);
    bool good = open_closing(&t, err);
    if (good && rk_slice_starts(t.id, RK_S("K-")))
        rk_asking_find(&t);
    good = good && read_history(&t, err);
    for (size_t row = 0; good && row < t.carried.findings.batch.count; row++)
        t.known += rk_asking_has(&t, row);
    if (good && t.known == 0 && x->story.event_count == 0)
        good = rk_fail(err, RK_USAGE, "nothing is known of \"%.*s\" after the night %s",
                       RK_FMT(asked->text), rk_explain_night_name(x, x->at));
    if (good)
        rk_asking_offer(&t);
    if (good && json)
        put_json(&t, out);
    else if (good)
        put_line(&t, out);
    rk_carried_free(&t.carried);
    rk_closing_free(&t.closing);
    rk_world_free(&t.sealed);
    return good;
}
