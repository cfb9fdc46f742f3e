#include "tally/conflicts.h"

#include <stdlib.h>

#include "tally/office.h"

typedef struct watching {
    const rk_rules *rules;
    const rk_applications *a;
    const rk_texts *texts;
    rk_day night;
    rk_freed *freed;
    size_t size;                          /* of the tables, a power of two */
    uint32_t *by_id, *by_slot, *by_taker; /* row + 1 */
} watching;

static rk_slice text(const watching *w, rk_text of)
{
    return rk_texts_get(w->texts, of);
}

static uint64_t hash_of_slot(const watching *w, rk_name office, rk_day day, rk_text slot)
{
    return rk_slice_hash(text(w, slot)) +
           ((uint64_t)office << 32 | (uint32_t)day) * 0x9e3779b97f4a7c15u;
}

static size_t place(const watching *w, uint64_t hash, size_t step)
{
    return (size_t)((hash ^ hash >> 29) + step) & (w->size - 1);
}

static void put(const watching *w, uint32_t *table, uint64_t hash, size_t row)
{
    size_t step = 0;
    while (table[place(w, hash, step)])
        step++;
    table[place(w, hash, step)] = (uint32_t)row + 1;
}

static void put_row(watching *w, size_t row)
{
    const rk_freed *f = w->freed;
    put(w, w->by_id, rk_slice_hash(text(w, f->application[row])), row);
    put(w, w->by_slot, hash_of_slot(w, f->office[row], f->day[row], f->slot[row]), row);
    if (f->taken_by[row])
        put(w, w->by_taker, rk_slice_hash(text(w, f->taken_by[row])), row);
}

/* Rows are added while the world is gone through: there is room for all of it. */
static void begin(watching *w)
{
    size_t most = w->freed->batch.count + w->a->batch.count;
    for (w->size = 64; w->size < 2 * most;)
        w->size *= 2;
    w->by_id = rk_alloc(w->size, sizeof *w->by_id);
    w->by_slot = rk_alloc(w->size, sizeof *w->by_slot);
    w->by_taker = rk_alloc(w->size, sizeof *w->by_taker);
    for (size_t row = 0; row < w->freed->batch.count; row++)
        put_row(w, row);
}

static uint32_t own_row(const watching *w, rk_slice id)
{
    uint64_t hash = rk_slice_hash(id);
    for (size_t step = 0; w->by_id[place(w, hash, step)]; step++) {
        uint32_t row = w->by_id[place(w, hash, step)] - 1;
        if (rk_slice_equal(text(w, w->freed->application[row]), id))
            return row;
    }
    return RK_NO_ROW;
}

static bool is_slot(const watching *w, size_t freed, size_t row)
{
    const rk_freed *f = w->freed;
    return f->day[freed] == w->a->appointment_on[row] && f->office[freed] == w->a->office[row] &&
           rk_slice_equal(text(w, f->slot[freed]), text(w, w->a->slot[row]));
}

/* So long after the visit it is looked for. */
static bool is_watched(const watching *w, rk_day day)
{
    const rk_finding_rule *rule =
        day == RK_NO_DAY ? NULL : rk_finding_rule_on(&w->rules->findings, RK_SLOT_CONFLICT, day);
    return rule && day + rule->within_days >= w->night;
}

static bool has_slot(const watching *w, size_t row)
{
    return w->a->slot[row] && is_watched(w, w->a->appointment_on[row]);
}

static bool holds(const watching *w, size_t row)
{
    return has_slot(w, row) && w->a->slot_use[row] == RK_SLOT_TAKEN;
}

/* ---- whose slot it was ---- */

static void watch_own(watching *w, size_t row)
{
    rk_freed *f = w->freed;
    uint32_t own = own_row(w, text(w, w->a->id[row]));
    bool held = holds(w, row);
    if (own != RK_NO_ROW && (!has_slot(w, row) || !is_slot(w, own, row))) {
        f->day[own] = RK_NO_DAY; /* it went elsewhere: dropped at the end */
        return;
    }
    if (own != RK_NO_ROW) {
        f->back_on[own] = !held                          ? RK_NO_DAY
                          : f->back_on[own] == RK_NO_DAY ? w->night
                                                         : f->back_on[own];
        return;
    }
    uint8_t use = w->a->slot_use[row];
    if (!has_slot(w, row) || (use != RK_SLOT_FREED && use != RK_SLOT_FREED_LATE))
        return;
    size_t added = rk_batch_append(&f->batch);
    f->application[added] = w->a->id[row];
    f->office[added] = w->a->office[row];
    f->day[added] = w->a->appointment_on[row];
    f->slot[added] = w->a->slot[row];
    f->freed_on[added] = w->night;
    put_row(w, added);
}

/* ---- who has it now ---- */

static void let_go(watching *w, size_t row)
{
    rk_freed *f = w->freed;
    rk_slice id = text(w, w->a->id[row]);
    uint64_t hash = rk_slice_hash(id);
    for (size_t step = 0; w->by_taker[place(w, hash, step)]; step++) {
        uint32_t freed = w->by_taker[place(w, hash, step)] - 1;
        if (f->taken_by[freed] && rk_slice_equal(text(w, f->taken_by[freed]), id) &&
            !(holds(w, row) && is_slot(w, freed, row)))
            f->taken_by[freed] = 0;
    }
}

static void take(watching *w, size_t row)
{
    rk_freed *f = w->freed;
    if (!holds(w, row))
        return;
    uint64_t hash = hash_of_slot(w, w->a->office[row], w->a->appointment_on[row], w->a->slot[row]);
    for (size_t step = 0; w->by_slot[place(w, hash, step)]; step++) {
        uint32_t freed = w->by_slot[place(w, hash, step)] - 1;
        if (!f->taken_by[freed] && f->day[freed] != RK_NO_DAY && is_slot(w, freed, row) &&
            !rk_slice_equal(text(w, f->application[freed]), text(w, w->a->id[row])))
            f->taken_by[freed] = w->a->id[row];
    }
}

/* ---- what stands ---- */

static void add_finding(const watching *w, size_t row, rk_findings *findings)
{
    const rk_freed *f = w->freed;
    size_t at = rk_batch_append(&findings->batch);
    findings->kind[at] = RK_SLOT_CONFLICT;
    findings->office[at] = rk_office_or_none(w->rules, f->office[row]);
    findings->day[at] = f->day[row];
    findings->first_seen[at] = f->since[row];
    findings->application[at] = f->application[row];
    findings->said[at] = f->taken_by[row];
    findings->count[at] = 1;
}

static void settle(watching *w, rk_findings *findings)
{
    rk_freed *f = w->freed;
    size_t kept = 0;
    for (size_t row = 0; row < f->batch.count; row++) {
        if (!is_watched(w, f->day[row]))
            continue;
        bool both = f->back_on[row] != RK_NO_DAY && f->taken_by[row];
        if (!both)
            f->since[row] = RK_NO_DAY;
        else if (f->since[row] == RK_NO_DAY)
            f->since[row] = w->night;
        if (both)
            add_finding(w, row, findings);
        rk_batch_copy_row(&f->batch, row, &f->batch, kept++);
    }
    f->batch.count = kept;
}

void rk_tally_conflicts(const rk_rules *rules, const rk_world *world, rk_day night, rk_freed *freed,
                        rk_findings *findings)
{
    const rk_applications *a = &world->applications;
    watching w = {.rules = rules, .a = a, .texts = &world->texts, .night = night, .freed = freed};
    bool is_there = a->appointment_on && a->slot && a->slot_use;
    if (is_there) {
        begin(&w);
        for (size_t row = 0; row < a->batch.count; row++)
            watch_own(&w, row);
        for (size_t row = 0; row < a->batch.count; row++)
            let_go(&w, row);
        for (size_t row = 0; row < a->batch.count; row++)
            take(&w, row);
    }
    settle(&w, findings);
    free(w.by_id);
    free(w.by_slot);
    free(w.by_taker);
}
