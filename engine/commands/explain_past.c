#include <stdlib.h>

#include "commands/explain.h"
#include "model/history.h"
#include "seal/columns.h"

/* ---- what was sealed about it, night by night ---- */

/* The names under which the story stands in sealed tables. */
typedef struct names_of_story {
    rk_slice application; /* empty: none */
    rk_slice *entries, *cases, *digests;
    size_t count; /* of each of the three */
} names_of_story;

static rk_slice case_of_entry(rk_explain *x, rk_slice entry)
{
    return rk_slice_of(
        rk_arena_printf(&x->arena, "K-%.10s-%.*s", entry.at, (int)entry.len - 17, entry.at + 17));
}

static names_of_story names_of(rk_explain *x)
{
    const rk_world *w = &x->replay.night.world;
    const rk_story *s = &x->story;
    names_of_story n = {.count = s->entry_count};
    if (s->application != RK_NO_ROW)
        n.application =
            rk_arena_slice(&x->arena, rk_texts_get(&w->texts, w->applications.id[s->application]));
    n.entries = rk_arena_alloc(&x->arena, n.count + 1, sizeof *n.entries);
    n.cases = rk_arena_alloc(&x->arena, n.count + 1, sizeof *n.cases);
    n.digests = rk_arena_alloc(&x->arena, n.count + 1, sizeof *n.digests);
    for (size_t i = 0; i < n.count; i++) {
        char hex[RK_DIGEST_HEX + 1];
        rk_digest_hex(&w->files.items[w->entries.file[s->entries[i]]].digest, hex);
        n.digests[i] = rk_arena_slice(&x->arena, rk_slice_of(hex));
        n.entries[i] = rk_explain_entry_name(x, s->entries[i]);
        n.cases[i] = case_of_entry(x, n.entries[i]);
    }
    return n;
}

static bool is_among(const rk_slice *list, size_t count, rk_slice text)
{
    for (size_t i = 0; i < count; i++)
        if (rk_slice_equal(list[i], text))
            return true;
    return false;
}

static bool bytes_hold(rk_slice bytes, rk_slice text)
{
    return text.len && memmem(bytes.at, bytes.len, text.at, text.len) != NULL;
}

/* Most tables of most nights do not: they are not taken apart. A decision may name sixteen digits of a file
 * alone. */
static bool may_tell(const names_of_story *n, rk_slice bytes)
{
    bool tells = bytes_hold(bytes, n->application);
    for (size_t i = 0; i < n->count && !tells; i++)
        tells = bytes_hold(bytes, n->entries[i]) || bytes_hold(bytes, n->cases[i]) ||
                bytes_hold(bytes, (rk_slice){n->digests[i].at, 16});
    return tells;
}

static rk_event *add_event(rk_explain *x, const char *night, const char *what, rk_slice about)
{
    rk_story *s = &x->story;
    s->events = rk_grow(s->events, &s->event_capacity, s->event_count + 1, sizeof *s->events);
    rk_event *event = &s->events[s->event_count++];
    *event = (rk_event){.night = night, .what = what, .about = about};
    return event;
}

static rk_slice text_of(const rk_explain *x, rk_text text)
{
    return rk_texts_get(&x->past_texts, text);
}

static rk_slice name_of(const rk_explain *x, rk_name name)
{
    return rk_names_text(&x->past_names, name);
}

static void add_outcomes(rk_explain *x, const names_of_story *n, const char *night,
                         const rk_outcome_rows *rows)
{
    for (size_t i = 0; i < rows->batch.count; i++) {
        rk_slice entry = text_of(x, rows->entry[i]);
        if (!is_among(n->entries, n->count, entry))
            continue;
        rk_event *event = add_event(x, night, "outcome", entry);
        event->before = name_of(x, rows->before[i]);
        event->after = name_of(x, rows->outcome[i]);
        event->rule = name_of(x, rows->rule[i]);
        event->why = name_of(x, rows->reason[i]);
        event->cause = text_of(x, rows->cause[i]);
        event->application = text_of(x, rows->application_id[i]);
    }
}

static void add_transitions(rk_explain *x, const names_of_story *n, const char *night,
                            const rk_transition_rows *rows)
{
    for (size_t i = 0; i < rows->batch.count; i++) {
        rk_slice application = text_of(x, rows->application_id[i]);
        if (n->application.len == 0 || !rk_slice_equal(application, n->application))
            continue;
        rk_event *event = add_event(x, night, "state", application);
        event->before = name_of(x, rows->from_state[i]);
        event->after = name_of(x, rows->to_state[i]);
        event->why = name_of(x, rows->reason[i]);
        event->cause = text_of(x, rows->evidence[i]);
        event->application = application;
    }
}

static void add_cases(rk_explain *x, const names_of_story *n, const char *night,
                      const rk_case_rows *rows)
{
    for (size_t i = 0; i < rows->batch.count; i++) {
        if (!is_among(n->entries, n->count, text_of(x, rows->entry[i])))
            continue;
        rk_event *event = add_event(x, night, "case", text_of(x, rows->case_id[i]));
        event->after = name_of(x, rows->status[i]);
        event->why = name_of(x, rows->kind[i]);
        event->cause = text_of(x, rows->decision_id[i]);
        event->application = text_of(x, rows->application_id[i]);
    }
}

static bool names_file(const names_of_story *n, rk_slice subject)
{
    for (size_t i = 0; i < n->count && subject.len >= 16; i++)
        if (rk_slice_starts(n->digests[i], subject))
            return true;
    return false;
}

static void add_decisions(rk_explain *x, const names_of_story *n, const char *night,
                          const rk_decision_rows *rows)
{
    for (size_t i = 0; i < rows->batch.count; i++) {
        rk_slice subject = text_of(x, rows->subject[i]), object = text_of(x, rows->object[i]);
        bool about = is_among(n->entries, n->count, subject) ||
                     is_among(n->cases, n->count, subject) || names_file(n, subject) ||
                     (n->application.len && (rk_slice_equal(subject, n->application) ||
                                             rk_slice_equal(object, n->application)));
        if (!about)
            continue;
        rk_slice why = text_of(x, rows->why[i]);
        rk_event *event = add_event(x, night, "decision", text_of(x, rows->decision_id[i]));
        event->after = name_of(x, rows->effect[i]);
        event->rule = name_of(x, rows->kind[i]);
        event->why = why.len ? why : text_of(x, rows->reason[i]);
        event->cause = subject;
        event->application = object;
    }
}

static bool decode(rk_explain *x, const rk_item *item, rk_slice bytes, rk_history *history,
                   rk_error *err)
{
    const struct {
        const char *name;
        rk_batch *batch;
    } tables[] = {{"outcome", &history->outcomes.batch},
                  {"transition", &history->transitions.batch},
                  {"case_event", &history->cases.batch},
                  {"decision", &history->decisions.batch}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (rk_slice_is(item->name, tables[i].name))
            return rk_columns_decode(bytes, tables[i].batch, &x->past_names, &x->past_texts, err);
    return true;
}

static bool read_table(rk_explain *x, const names_of_story *n, const rk_item *item,
                       rk_history *history, rk_error *err)
{
    rk_buffer bytes = {0};
    bool good = rk_archive_get(&x->archive, &item->ref, &bytes, err);
    if (good && may_tell(n, rk_buffer_all(&bytes)))
        good = decode(x, item, rk_arena_slice(&x->arena, rk_buffer_all(&bytes)), history, err);
    rk_buffer_free(&bytes);
    return good;
}

static bool read_night(rk_explain *x, const names_of_story *n, size_t night, rk_error *err)
{
    rk_manifest manifest = {0};
    rk_history history;
    rk_digest digest;
    const char *name = rk_explain_night_name(x, night);
    bool good = rk_archive_manifest(&x->archive, "nights", x->nights[night].night,
                                    x->nights[night].number, &x->arena, &manifest, &digest, err);
    rk_history_init(&history);
    for (size_t i = 0; good && i < manifest.item_count; i++)
        if (manifest.items[i].kind == RK_ITEM_HISTORY)
            good = read_table(x, n, &manifest.items[i], &history, err);
    if (good) {
        add_decisions(x, n, name, &history.decisions);
        add_outcomes(x, n, name, &history.outcomes);
        add_transitions(x, n, name, &history.transitions);
        add_cases(x, n, name, &history.cases);
    }
    rk_history_free(&history);
    rk_manifest_free(&manifest);
    return good;
}

static void sooner(rk_day day, rk_day *first)
{
    if (day != RK_NO_DAY && (*first == RK_NO_DAY || day < *first))
        *first = day;
}

/* No night before this day can say anything about it. */
static rk_day first_day(const rk_explain *x)
{
    enum { SPARE = 3 };
    const rk_world *w = &x->replay.night.world;
    rk_zone zone = x->replay.night.settings.zone;
    rk_day first = RK_NO_DAY;
    if (x->story.application != RK_NO_ROW)
        sooner(rk_day_at(w->applications.submitted_at[x->story.application], zone), &first);
    for (size_t i = 0; i < x->story.entry_count; i++) {
        sooner(w->entries.booked_on[x->story.entries[i]], &first);
        sooner(rk_day_at(w->entries.paid_from[x->story.entries[i]], zone), &first);
    }
    return first == RK_NO_DAY ? RK_NO_DAY : first - SPARE;
}

bool rk_story_events(rk_explain *x, rk_error *err)
{
    names_of_story names = names_of(x);
    rk_day first = first_day(x);
    x->story.event_count = 0;
    for (size_t night = 0; night <= x->at; night++)
        if (x->nights[night].night >= first &&
            rk_archive_is_whole(&x->archive, &x->nights[night]) &&
            !read_night(x, &names, night, err))
            return false;
    return true;
}

/* ---- the closing state that was sealed ---- */

typedef struct comparing {
    rk_explain *x;
    rk_world sealed;
    size_t seen, different;
} comparing;

static bool same_name(const comparing *c, const rk_name *a, size_t i, const rk_name *b, size_t j)
{
    return rk_slice_equal(rk_names_text(&c->x->replay.night.world.names, rk_name_at(a, i)),
                          rk_names_text(&c->sealed.names, rk_name_at(b, j)));
}

static bool same_id(const comparing *c, uint32_t now, uint32_t then)
{
    const rk_world *w = &c->x->replay.night.world;
    if (now == RK_NO_ROW || then == RK_NO_ROW)
        return now == then;
    return rk_slice_equal(rk_texts_get(&w->texts, w->applications.id[now]),
                          rk_texts_get(&c->sealed.texts, c->sealed.before.applications.id[then]));
}

static bool same_entry(const comparing *c, uint32_t now, uint32_t then)
{
    const rk_entries *a = &c->x->replay.night.world.entries, *b = &c->sealed.before.entries;
    return a->outcome[now] == b->outcome[then] && a->reason[now] == b->reason[then] &&
           a->flags[now] == b->flags[then] && same_name(c, a->rule, now, b->rule, then) &&
           same_id(c, a->application[now], b->application[then]);
}

static bool same_application(const comparing *c, uint32_t now, uint32_t then)
{
    const rk_applications *a = &c->x->replay.night.world.applications;
    const rk_applications *b = &c->sealed.before.applications;
    return a->state[now] == b->state[then] && a->reason[now] == b->reason[then] &&
           a->deadline[now] == b->deadline[then] && a->due_minor[now] == b->due_minor[then] &&
           a->paid_from[now] == b->paid_from[then] && a->paid_minor[now] == b->paid_minor[then] &&
           same_name(c, a->held_by, now, b->held_by, then);
}

static void compare_entry(comparing *c, uint32_t entry)
{
    const rk_world *w = &c->x->replay.night.world;
    const rk_entries *e = &c->sealed.before.entries;
    const rk_digest *digest = &w->files.items[w->entries.file[entry]].digest;
    for (size_t row = 0; row < e->batch.count; row++)
        if (e->ordinal[row] == w->entries.ordinal[entry] &&
            rk_digest_equal(&c->sealed.files.items[e->file[row]].digest, digest)) {
            c->seen++;
            c->different += !same_entry(c, entry, (uint32_t)row);
        }
}

static void compare_application(comparing *c, uint32_t application)
{
    const rk_world *w = &c->x->replay.night.world;
    const rk_applications *a = &c->sealed.before.applications;
    rk_slice id = rk_texts_get(&w->texts, w->applications.id[application]);
    for (size_t row = 0; row < a->batch.count; row++)
        if (rk_slice_equal(rk_texts_get(&c->sealed.texts, a->id[row]), id)) {
            c->seen++;
            c->different += !same_application(c, application, (uint32_t)row);
        }
}

static void want_story(const rk_explain *x, rk_wanted *wanted)
{
    const rk_world *w = &x->replay.night.world;
    const rk_story *s = &x->story;
    if (s->application != RK_NO_ROW)
        rk_keys_add(&wanted->ids,
                    rk_key_of_id(rk_texts_get(&w->texts, w->applications.id[s->application])));
    for (size_t i = 0; i < s->entry_count; i++)
        rk_keys_add(
            &wanted->entries,
            rk_key_of_entry(rk_digest_short(&w->files.items[w->entries.file[s->entries[i]]].digest),
                            w->entries.ordinal[s->entries[i]]));
    rk_keys_sort(&wanted->ids);
    rk_keys_sort(&wanted->entries);
}

static bool load_sealed(rk_explain *x, comparing *c, rk_error *err)
{
    const rk_item *root = rk_manifest_item(&x->replay.sealed, RK_ITEM_CLOSING);
    rk_wanted wanted = {.open_day = RK_NO_DAY};
    rk_closing closing;
    rk_carried carried;
    if (!root)
        return rk_fail(err, RK_DIFFERENT, "the night has no closing state");
    rk_closing_init(&closing);
    rk_carried_init(&carried);
    rk_known_init(&c->sealed.before);
    want_story(x, &wanted);
    bool good = rk_closing_open(&x->archive, &root->ref, &c->sealed, &closing, &carried, err) &&
                rk_closing_load(&x->archive, &closing, &wanted, &c->sealed, err);
    rk_wanted_free(&wanted);
    rk_carried_free(&carried);
    rk_closing_free(&closing);
    return good;
}

bool rk_story_compare(rk_explain *x, rk_error *err)
{
    comparing c = {.x = x};
    const rk_story *s = &x->story;
    size_t expected = s->entry_count + (s->application != RK_NO_ROW);
    bool good = load_sealed(x, &c, err);
    for (size_t i = 0; good && i < s->entry_count; i++)
        compare_entry(&c, s->entries[i]);
    if (good && s->application != RK_NO_ROW)
        compare_application(&c, s->application);
    x->story.compared = c.different         ? RK_COMPARED_DIFFERENT
                        : c.seen < expected ? RK_COMPARED_NOT
                                            : RK_COMPARED_IDENTICAL;
    rk_world_free(&c.sealed);
    return good;
}
