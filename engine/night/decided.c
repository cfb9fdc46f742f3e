/* What people decided is weighed every night: has its ground changed since? */
#include <stdlib.h>

#include "base/log.h"
#include "night/night.h"
#include "tally/facts.h"

/* A row of the carried decisions and the entry on which it stands. */
typedef struct standing {
    uint64_t digest;
    uint32_t ordinal;
    uint32_t row;   /* of the carried decisions */
    uint32_t entry; /* of the world, RK_NO_ROW: not read tonight */
    uint64_t code;  /* the entry's */
    uint32_t owner; /* application with that code, RK_NO_ROW: none */
    bool several;   /* more than one has it */
} standing;

typedef struct weighing {
    rk_night *night;
    rk_decided *decided;
    standing *items;
    size_t count;
} weighing;

/* ---- what took the place of what ---- */

static rk_slice text_of(const rk_night *night, rk_text text)
{
    return rk_texts_get(&night->world.texts, text);
}

static bool same_text(const rk_night *night, rk_text a, rk_text b)
{
    return rk_slice_equal(text_of(night, a), text_of(night, b));
}

static bool is_applied(const rk_night *night, rk_name effect)
{
    return rk_slice_is(rk_names_text(&night->world.names, effect), "applied");
}

/* Another took its place: its id is remembered. */
static bool is_done(const rk_night *night, rk_name effect)
{
    return rk_slice_is(rk_names_text(&night->world.names, effect), "done");
}

/* Ids of what is done with are carried on. */
static bool remembers(const rk_night *night)
{
    return rk_engine_behaves(&night->rules.engine, RK_DECISIONS_ONCE, night->day);
}

static bool is_kind(const rk_night *night, rk_name kind, const char *text)
{
    return rk_slice_is(rk_names_text(&night->world.names, kind), text);
}

static rk_text entry_text(rk_night *night, size_t decision)
{
    rk_slice subject = text_of(night, night->history.decisions.subject[decision]);
    rk_slice name = rk_night_entry_named(night, subject);
    uint64_t digest;
    uint32_t ordinal;
    return rk_night_parse_entry(name, &digest, &ordinal) ? rk_texts_add(&night->world.texts, name)
                                                         : 0;
}

static bool is_release(const rk_night *night, rk_name kind)
{
    return rk_slice_is(rk_names_text(&night->world.names, kind), "release_hold");
}

static bool is_note(const rk_night *night, rk_name kind)
{
    return rk_slice_is(rk_names_text(&night->world.names, kind), "note");
}

/* What did nothing is replaced by one of the same id, or one that is carried out on the same subject. What
 * stands on an entry is replaced by a decision on that entry alone. */
static bool takes_place(const rk_night *night, size_t decision, rk_text entry, size_t row)
{
    const rk_decision_rows *d = &night->history.decisions;
    const rk_decided *old = &night->carried.decided;
    bool applied = is_applied(night, d->effect[decision]);
    bool stands = is_applied(night, old->effect[row]) || old->outcome[row] != 0;
    if (is_done(night, old->effect[row]))
        return false;
    if (!stands && text_of(night, d->decision_id[decision]).len &&
        same_text(night, d->decision_id[decision], old->decision_id[row]))
        return true;
    if (!applied || is_note(night, d->kind[decision]))
        return false;
    if (text_of(night, entry).len)
        return same_text(night, entry, old->entry[row]);
    if (is_kind(night, old->kind[row], "assign_office") &&
        !is_kind(night, d->kind[decision], "assign_office"))
        return false;
    return same_text(night, d->subject[decision], old->subject[row]) &&
           (!is_release(night, old->kind[row]) ||
            same_text(night, d->object[decision], old->object[row]));
}

static void drop_replaced(rk_night *night, size_t decision, rk_text entry)
{
    rk_decided *old = &night->carried.decided;
    size_t kept = 0, count = old->batch.count;
    rk_name done = rk_names_add(&night->world.names, RK_S("done"));
    for (size_t row = 0; row < count; row++) {
        bool takes = takes_place(night, decision, entry, row);
        bool stood =
            remembers(night) && (is_applied(night, old->effect[row]) || old->outcome[row] != 0);
        if (takes && stood)
            old->effect[row] = done;
        if (!takes || stood)
            rk_batch_copy_row(&old->batch, row, &old->batch, kept++);
    }
    old->batch.count = kept;
}

static bool stands_on_no_entry(const rk_night *night, size_t decision)
{
    static const char *const kinds[] = {"accept_file",   "discard_file", "release_hold",
                                        "lapse",         "reopen",       "note",
                                        "assign_office", "replace_file"};
    rk_slice kind = rk_names_text(&night->world.names, night->history.decisions.kind[decision]);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (rk_slice_is(kind, kinds[i]))
            return true;
    return false;
}

/* A decision on a file or a lapse that was carried out is done with, and its id is remembered; all else
 * stands, or waits: a channel's day that was released stays so. */
static void add(rk_night *night, size_t decision)
{
    const rk_decision_rows *d = &night->history.decisions;
    rk_decided *rows = &night->carried.decided;
    rk_text entry = stands_on_no_entry(night, decision) ? 0 : entry_text(night, decision);
    bool stays =
        is_release(night, d->kind[decision]) || is_kind(night, d->kind[decision], "assign_office");
    bool is_past =
        !stays && stands_on_no_entry(night, decision) && is_applied(night, d->effect[decision]);
    if (is_kind(night, d->effect[decision], "repeated"))
        return;
    drop_replaced(night, decision, entry);
    if (is_past && !remembers(night))
        return;
    size_t row = rk_batch_append(&rows->batch);
    rows->decision_id[row] = d->decision_id[decision];
    rows->kind[row] = d->kind[decision];
    rows->subject[row] = d->subject[decision];
    rows->object[row] = d->object[decision];
    rows->reason[row] = d->reason[decision];
    rows->made_by[row] = d->made_by[decision];
    rows->checked_by[row] = d->checked_by[decision];
    rows->made_at[row] = d->made_at[decision];
    rows->night[row] = night->day;
    rows->effect[row] = d->effect[decision];
    if (is_past)
        rows->effect[row] = rk_names_add(&night->world.names, RK_S("done"));
    rows->why[row] = d->why[decision];
    rows->owner[row] = rk_night_assigned_instead(night, d->why[decision]);
    rows->entry[row] = entry;
}

/* What is older than memory stands on entries that are forgotten. */
static void forget(rk_night *night)
{
    rk_decided *rows = &night->carried.decided;
    rk_day oldest = night->day - night->settings.memory_days;
    size_t kept = 0, count = rows->batch.count;
    for (size_t row = 0; row < count; row++)
        if (rows->night[row] >= oldest)
            rk_batch_copy_row(&rows->batch, row, &rows->batch, kept++);
    rows->batch.count = kept;
}

/* ---- what each stands on ---- */

static int by_entry(const void *a, const void *b)
{
    const standing *x = a, *y = b;
    if (x->digest != y->digest)
        return x->digest < y->digest ? -1 : 1;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static int by_code(const void *a, const void *b)
{
    const standing *x = a, *y = b;
    return (x->code > y->code) - (x->code < y->code);
}

static void list_standing(weighing *w)
{
    w->items = rk_alloc(w->decided->batch.count + 1, sizeof *w->items);
    for (size_t row = 0; row < w->decided->batch.count; row++) {
        standing *s = &w->items[w->count];
        *s = (standing){.row = (uint32_t)row, .entry = RK_NO_ROW, .owner = RK_NO_ROW};
        w->count += is_applied(w->night, w->decided->effect[row]) &&
                    rk_night_parse_entry(text_of(w->night, w->decided->entry[row]), &s->digest,
                                         &s->ordinal);
    }
    qsort(w->items, w->count, sizeof *w->items, by_entry);
}

static void find_entries(weighing *w)
{
    const rk_world *world = &w->night->world;
    const rk_entries *e = &world->entries;
    for (size_t row = 0; w->count && row < e->batch.count; row++) {
        standing wanted = {.digest = rk_digest_short(&world->files.items[e->file[row]].digest),
                           .ordinal = e->ordinal[row]};
        standing *found = bsearch(&wanted, w->items, w->count, sizeof *w->items, by_entry);
        if (found) {
            found->entry = (uint32_t)row;
            found->code = e->code[row];
        }
    }
}

/* All with this code lie together. */
static void note_owner(weighing *w, uint64_t code, uint32_t application)
{
    standing wanted = {.code = code};
    standing *found = bsearch(&wanted, w->items, w->count, sizeof *w->items, by_code);
    if (!found)
        return;
    while (found > w->items && found[-1].code == code)
        found--;
    for (; found < w->items + w->count && found->code == code; found++) {
        found->several = found->owner != RK_NO_ROW;
        found->owner = application;
    }
}

static void find_owners(weighing *w)
{
    const rk_applications *a = &w->night->world.applications;
    qsort(w->items, w->count, sizeof *w->items, by_code);
    for (size_t row = 0; w->count && row < a->batch.count; row++)
        if (a->code[row])
            note_owner(w, a->code[row], (uint32_t)row);
}

/* ---- whether it is as it was ---- */

static rk_text owner_of(rk_night *night, const standing *s)
{
    if (s->owner == RK_NO_ROW)
        return 0;
    return s->several ? rk_texts_add(&night->world.texts, RK_S("*"))
                      : night->world.applications.id[s->owner];
}

static rk_money due_of(const rk_night *night, uint32_t application)
{
    return application == RK_NO_ROW ? RK_NO_MONEY
                                    : night->world.applications.due_minor[application];
}

static rk_text id_of(const rk_night *night, uint32_t application)
{
    return application == RK_NO_ROW ? 0 : night->world.applications.id[application];
}

static void note_ground(weighing *w, const standing *s)
{
    rk_night *night = w->night;
    rk_decided *d = w->decided;
    const rk_entries *e = &night->world.entries;
    d->outcome[s->row] = rk_names_add(
        &night->world.names, rk_slice_of(rk_outcome_name((rk_outcome)e->outcome[s->entry])));
    d->application[s->row] = id_of(night, e->application[s->entry]);
    d->due[s->row] = due_of(night, e->application[s->entry]);
    d->owner[s->row] = owner_of(night, s);
}

static const char *outcome_changed(const weighing *w, const standing *s)
{
    const rk_night *night = w->night;
    const rk_entries *e = &night->world.entries;
    rk_slice was = rk_names_text(&night->world.names, w->decided->outcome[s->row]);
    rk_outcome now = (rk_outcome)e->outcome[s->entry];
    return rk_arena_printf((rk_arena *)(uintptr_t)&night->world.arena, "%.*s then, %s now",
                           RK_FMT(was), rk_outcome_name(now));
}

/* A payment that is a payment still, of the same application, is what was decided: parts may have joined
 * it since. A case that was closed was closed as what it was. */
static const char *changed(const weighing *w, const standing *s)
{
    const rk_night *night = w->night;
    const rk_decided *d = w->decided;
    const rk_entries *e = &night->world.entries;
    rk_arena *arena = (rk_arena *)(uintptr_t)&night->world.arena;
    rk_slice kind = rk_names_text(&night->world.names, d->kind[s->row]);
    rk_outcome was = rk_outcome_find(rk_names_text(&night->world.names, d->outcome[s->row]));
    rk_outcome now = (rk_outcome)e->outcome[s->entry];
    bool is_match = rk_slice_is(kind, "match"), is_resolve = rk_slice_is(kind, "resolve");
    rk_text owner = owner_of(w->night, s), application = id_of(night, e->application[s->entry]);
    if (!is_resolve && !same_text(night, owner, d->owner[s->row]))
        return s->owner == RK_NO_ROW
                   ? "no application has its billing code now"
                   : rk_arena_printf(arena, "%.*s has its billing code now",
                                     RK_FMT(s->several ? RK_S("more than one application")
                                                       : text_of(night, owner)));
    if (is_resolve && !same_text(night, application, d->application[s->row]))
        return "it belongs to another application now";
    if ((is_match && rk_outcome_is_payment(was) != rk_outcome_is_payment(now)) ||
        (is_resolve && was != now))
        return outcome_changed(w, s);
    if (is_match && due_of(night, e->application[s->entry]) != d->due[s->row])
        return "another amount is due now";
    return NULL;
}

void rk_night_turn_stale(rk_night *night, size_t decided, const char *why)
{
    rk_decided *d = &night->carried.decided;
    rk_decision_rows *rows = &night->gone_stale;
    d->effect[decided] = rk_names_add(&night->world.names, RK_S("stale"));
    d->why[decided] = rk_texts_add(&night->world.texts, rk_slice_of(why));
    size_t row = rk_batch_append(&rows->batch);
    rows->decision_id[row] = d->decision_id[decided];
    rows->kind[row] = d->kind[decided];
    rows->subject[row] = d->subject[decided];
    rows->object[row] = d->object[decided];
    rows->reason[row] = d->reason[decided];
    rows->made_by[row] = d->made_by[decided];
    rows->checked_by[row] = d->checked_by[decided];
    rows->made_at[row] = d->made_at[decided];
    rows->effect[row] = d->effect[decided];
    rows->why[row] = d->why[decided];
    rk_log_warning("decision %.*s is stale: %s", RK_FMT(text_of(night, d->decision_id[decided])),
                   why);
}

static void turn_stale(weighing *w, const standing *s, const char *why)
{
    rk_night_turn_stale(w->night, s->row, why);
    w->night->world.entries.flags[s->entry] |= RK_ENTRY_STALE;
}

static int by_row(const void *a, const void *b)
{
    uint32_t x = ((const standing *)a)->row, y = ((const standing *)b)->row;
    return (x > y) - (x < y);
}

size_t rk_night_decisions_wait(const rk_night *night)
{
    const rk_decided *d = &night->carried.decided;
    size_t count = 0;
    for (size_t row = 0; row < d->batch.count; row++)
        count += !is_applied(night, d->effect[row]) && !is_done(night, d->effect[row]);
    return count;
}

/* ---- the same again ---- */

static const char *said_before(rk_night *night, size_t decision, rk_day on, bool same)
{
    rk_buffer day = {0};
    rk_day_put(&day, on);
    const char *text = rk_arena_printf(&night->world.arena,
                                       same ? "it was carried out on %.*s"
                                            : "another decision of %.*s has this id",
                                       RK_FMT(rk_buffer_all(&day)));
    rk_buffer_free(&day);
    rk_night_effect(night, decision, same ? "repeated" : "refused", text);
    return text;
}

/* A spreadsheet that grows is delivered again and again. What was not carried out may be now. */
static bool is_known(rk_night *night, size_t decision)
{
    const rk_decision_rows *d = &night->history.decisions;
    const rk_decided *old = &night->carried.decided;
    for (size_t row = 0; row < old->batch.count; row++) {
        bool counted = is_applied(night, old->effect[row]) || is_done(night, old->effect[row]) ||
                       old->outcome[row] != 0;
        if (!counted || !same_text(night, d->decision_id[decision], old->decision_id[row]))
            continue;
        bool same = d->kind[decision] == old->kind[row] &&
                    same_text(night, d->subject[decision], old->subject[row]) &&
                    same_text(night, d->object[decision], old->object[row]);
        said_before(night, decision, old->night[row], same);
        return true;
    }
    return false;
}

void rk_night_note_repeats(rk_night *night)
{
    const rk_decision_rows *d = &night->history.decisions;
    for (size_t i = 0; remembers(night) && i < d->batch.count; i++) {
        if (d->effect[i] || is_known(night, i))
            continue;
        for (size_t k = 0; k < i; k++) {
            if (d->effect[k] || !same_text(night, d->decision_id[i], d->decision_id[k]))
                continue;
            bool same = d->kind[i] == d->kind[k] &&
                        same_text(night, d->subject[i], d->subject[k]) &&
                        same_text(night, d->object[i], d->object[k]);
            said_before(night, i, night->day, same);
            break;
        }
    }
}

/* Those that lost their ground tonight are told of behind tonight's own. */
static void tell_stale(rk_night *night)
{
    rk_decision_rows *rows = &night->history.decisions;
    for (size_t row = 0; row < night->gone_stale.batch.count; row++)
        rk_batch_copy_row(&night->gone_stale.batch, row, &rows->batch,
                          rk_batch_append(&rows->batch));
}

void rk_night_weigh_decisions(rk_night *night)
{
    size_t tonight = night->history.decisions.batch.count;
    weighing w = {.night = night, .decided = &night->carried.decided};
    forget(night);
    for (size_t i = 0; i < tonight; i++)
        add(night, i);
    list_standing(&w);
    find_entries(&w);
    find_owners(&w);
    qsort(w.items, w.count, sizeof *w.items, by_row);
    for (size_t i = 0; i < w.count; i++) {
        const standing *s = &w.items[i];
        const char *why = NULL;
        if (s->entry == RK_NO_ROW)
            continue;
        if (w.decided->outcome[s->row] == 0)
            note_ground(&w, s);
        else if ((why = changed(&w, s)) != NULL)
            turn_stale(&w, s, why);
    }
    tell_stale(night);
    night->stale_decisions = rk_night_decisions_wait(night);
    free(w.items);
}
