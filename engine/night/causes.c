/* Why each entry and application is not what it was: one cause for each, by what weighs most. */
#include <stdlib.h>

#include "night/night.h"

typedef struct causing {
    rk_night *night;
    const rk_world *w;
    uint32_t *by_file;     /* of each file of the world: its cause */
    uint32_t *decided;     /* of each entry: the decision's cause, 0: none */
    uint32_t *evidence;    /* of each application: of the first entry that came for it tonight */
    uint32_t *decided_for; /* of each application */
} causing;

static uint32_t cause(causing *c, rk_cause_kind kind, rk_slice what)
{
    return rk_cause_add(&c->night->causes, &c->night->world.texts, kind, what);
}

static uint32_t cause_of_file(causing *c, uint32_t file)
{
    const rk_file *f = &c->w->files.items[file];
    if (!c->by_file[file])
        c->by_file[file] =
            cause(c, f->overruled ? RK_CAUSE_CORRECTION : RK_CAUSE_STATEMENT, f->name);
    return c->by_file[file];
}

static void note_decisions(causing *c)
{
    const rk_decision_rows *d = &c->night->history.decisions;
    const rk_world *w = c->w;
    for (size_t i = 0; i < d->batch.count; i++) {
        uint32_t entry = rk_night_decided_entry(c->night, i);
        if (entry == RK_NO_ROW)
            continue;
        uint32_t number = cause(c, RK_CAUSE_DECISION, rk_texts_get(&w->texts, d->decision_id[i]));
        c->decided[entry] = number;
        if (w->entries.application[entry] != RK_NO_ROW)
            c->decided_for[w->entries.application[entry]] = number;
        if (entry < w->before.entries.batch.count &&
            w->before.entries.application[entry] != RK_NO_ROW)
            c->decided_for[w->before.entries.application[entry]] = number;
    }
}

static void note_evidence(causing *c)
{
    const rk_entries *e = &c->w->entries;
    for (size_t row = c->w->before.entries.batch.count; row < e->batch.count; row++)
        if (e->application[row] != RK_NO_ROW && !c->evidence[e->application[row]])
            c->evidence[e->application[row]] = cause_of_file(c, e->file[row]);
}

/* Any rule file but those of reports is not what it was, and its name is `name` (NULL: any). */
static bool rule_changed(const causing *c, const char *name)
{
    rk_slice all = c->night->changed_rules, one;
    while (all.len) {
        const char *comma = memchr(all.at, ',', all.len);
        one = (rk_slice){all.at, comma ? (size_t)(comma - all.at) : all.len};
        if (!name || rk_slice_is(one, name))
            return true;
        all = comma ? (rk_slice){comma + 1, all.len - one.len - 1} : (rk_slice){"", 0};
    }
    return false;
}

/* The booking system says of the application what it did not say before. */
static bool is_told_anew(const rk_world *w, uint32_t row)
{
    const rk_applications *now = &w->applications, *old = &w->before.applications;
    if (row >= old->batch.count)
        return true;
    return now->updated_at && old->updated_at && now->updated_at[row] != old->updated_at[row];
}

/* An outage that was not known before, or is not what it was, moved the deadline. */
static bool is_paused_anew(const rk_world *w, uint32_t row)
{
    const rk_applications *now = &w->applications, *old = &w->before.applications;
    rk_name new_one = rk_name_at(now->paused_by, row), old_one = rk_name_at(old->paused_by, row);
    return new_one != old_one ||
           (new_one && now->deadline[row] != old->deadline[row] && !is_told_anew(w, row));
}

static rk_slice outage_of(const rk_world *w, uint32_t row)
{
    rk_name name = rk_name_at(w->applications.paused_by, row);
    if (!name)
        name = rk_name_at(w->before.applications.paused_by, row);
    return rk_names_text(&w->names, name);
}

/* What else may have changed, where neither a decision nor a statement did. */
static uint32_t cause_of_rest(causing *c, uint32_t application)
{
    const rk_world *w = c->w;
    const rk_applications *now = &w->applications, *old = &w->before.applications;
    bool known = application != RK_NO_ROW && application < old->batch.count;
    if (application != RK_NO_ROW && is_told_anew(w, application))
        return cause(c, RK_CAUSE_APPLICATION, RK_S(""));
    if (known && now->due_minor[application] != old->due_minor[application] &&
        rule_changed(c, "tariffs.yaml"))
        return cause(c, RK_CAUSE_TARIFF, RK_S("tariffs.yaml"));
    if (known && is_paused_anew(w, application))
        return cause(c, RK_CAUSE_OUTAGE, outage_of(w, application));
    if (known && now->state[application] != old->state[application] &&
        now->state[application] == RK_STATE_EXPIRED)
        return cause(c, RK_CAUSE_TIME, RK_S(""));
    if (rule_changed(c, NULL))
        return cause(c, RK_CAUSE_RULE, c->night->changed_rules);
    if (c->night->program_before.len &&
        !rk_slice_equal(c->night->program_before, c->night->program))
        return cause(c, RK_CAUSE_PROGRAM, c->night->program);
    return application == RK_NO_ROW ? cause(c, RK_CAUSE_APPLICATION, RK_S(""))
                                    : cause(c, RK_CAUSE_TIME, RK_S(""));
}

static uint32_t cause_of_application(causing *c, uint32_t row)
{
    if (c->decided_for[row])
        return c->decided_for[row];
    return c->evidence[row] ? c->evidence[row] : cause_of_rest(c, row);
}

static uint32_t cause_of_entry(causing *c, size_t row)
{
    const rk_world *w = c->w;
    uint32_t application = w->entries.application[row];
    if (row >= w->before.entries.batch.count)
        return cause_of_file(c, w->entries.file[row]);
    if (c->decided[row])
        return c->decided[row];
    if (application == RK_NO_ROW)
        application = w->before.entries.application[row];
    return application == RK_NO_ROW ? cause_of_rest(c, RK_NO_ROW)
                                    : cause_of_application(c, application);
}

static bool application_changed(const rk_world *w, size_t row)
{
    const rk_applications *now = &w->applications, *old = &w->before.applications;
    return row >= old->batch.count || now->state[row] != old->state[row] ||
           now->held_by[row] != old->held_by[row] || now->due_minor[row] != old->due_minor[row] ||
           now->paid_from[row] != old->paid_from[row] || is_told_anew(w, (uint32_t)row);
}

void rk_night_find_causes(rk_night *night)
{
    const rk_world *w = &night->world;
    size_t entries = w->entries.batch.count, applications = w->applications.batch.count;
    causing c = {.night = night,
                 .w = w,
                 .by_file = rk_alloc(w->files.count + 1, sizeof(uint32_t)),
                 .decided = rk_alloc(entries + 1, sizeof(uint32_t)),
                 .evidence = rk_alloc(applications + 1, sizeof(uint32_t)),
                 .decided_for = rk_alloc(applications + 1, sizeof(uint32_t))};
    rk_causes_init(&night->causes);
    night->entry_causes = rk_arena_alloc(&night->world.arena, entries + 1, sizeof(uint32_t));
    night->application_causes =
        rk_arena_alloc(&night->world.arena, applications + 1, sizeof(uint32_t));
    note_decisions(&c);
    note_evidence(&c);
    night->rest_cause = rule_changed(&c, NULL) ? cause(&c, RK_CAUSE_RULE, night->changed_rules) : 0;
    for (size_t row = 0; row < entries; row++)
        if (c.decided[row] || rk_night_entry_changed(w, row) ||
            (w->entries.application[row] != RK_NO_ROW &&
             application_changed(w, w->entries.application[row])))
            night->entry_causes[row] = cause_of_entry(&c, row);
    for (size_t row = 0; row < applications; row++)
        if (application_changed(w, row))
            night->application_causes[row] = cause_of_application(&c, (uint32_t)row);
    free(c.by_file);
    free(c.decided);
    free(c.evidence);
    free(c.decided_for);
}
