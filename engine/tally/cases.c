#include "tally/facts.h"

#include <stdlib.h>

#include "tally/office.h"

enum { CANDIDATES_SHOWN = 5 };

/* Row of the case of `entry` (its name), RK_NO_ROW when there is none; cases are sorted by entry. */
static uint32_t find_case(const rk_cases *cases, const rk_texts *texts, rk_slice entry)
{
    size_t low = 0, high = cases->batch.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = rk_slice_compare(rk_texts_get(texts, cases->entry[middle]), entry);
        if (order == 0)
            return (uint32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return RK_NO_ROW;
}

static bool needs_person(const rk_entries *e, size_t row)
{
    unsigned flags = e->flags ? e->flags[row] : 0;
    if (flags & RK_ENTRY_STALE)
        return true;
    return !(flags & RK_ENTRY_RESOLVED) && rk_outcome_opens_case((rk_outcome)e->outcome[row]);
}

/* "K-9f86d08188-17" */
static rk_text case_id(rk_world *world, rk_slice entry)
{
    char id[48] = "K-";
    memcpy(id + 2, entry.at, 10);
    id[12] = '-';
    memcpy(id + 13, entry.at + 17, entry.len - 17);
    return rk_texts_add(&world->texts, (rk_slice){id, 13 + entry.len - 17});
}

/* "P-1, P-2, ... (7)": the applications that the entry may have been meant for. */
static rk_text candidates_of(rk_world *world, size_t entry)
{
    const rk_candidates *all = &world->candidates;
    size_t low = 0, high = all->count, count = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->items[middle].entry < entry)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + count < all->count && all->items[low + count].entry == entry)
        count++;
    if (count == 0)
        return 0;
    rk_buffer text = {0};
    for (size_t i = 0; i < count && i < CANDIDATES_SHOWN; i++) {
        rk_buffer_text(&text, i ? ", " : "");
        rk_buffer_slice(
            &text,
            rk_texts_get(&world->texts, world->applications.id[all->items[low + i].application]));
    }
    if (count > CANDIDATES_SHOWN)
        rk_buffer_printf(&text, ", ... (%zu)", count);
    rk_text kept = rk_texts_add(&world->texts, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return kept;
}

static void fill_case(const rk_rules *rules, rk_world *world, size_t entry, rk_slice name,
                      rk_day night, rk_cases *cases, size_t row)
{
    const rk_entries *e = &world->entries;
    const rk_applications *a = &world->applications;
    const rk_file *file = &world->files.items[e->file[entry]];
    uint32_t application = e->application[entry];
    cases->id[row] = case_id(world, name);
    cases->entry[row] = rk_texts_add(&world->texts, name);
    cases->kind[row] = e->outcome[entry];
    bool is_stale = e->flags && e->flags[entry] & RK_ENTRY_STALE;
    cases->reason[row] = is_stale ? RK_REASON_DECISION_STALE : e->reason[entry];
    cases->office[row] = rk_entry_office(rules, e, entry, a, application);
    cases->channel[row] = e->channel[entry];
    cases->file[row] = rk_texts_add(&world->texts, file->name);
    cases->line[row] = e->line[entry];
    cases->code[row] = e->code[entry];
    cases->amount_minor[row] = e->amount_minor[entry];
    cases->paid_from[row] = e->paid_from[entry];
    cases->paid_until[row] = e->paid_until[entry];
    cases->booked_on[row] = e->booked_on[entry];
    cases->candidates[row] = candidates_of(world, entry);
    if (rk_engine_behaves(&rules->engine, RK_CASES_WITH_ACCOUNT, night))
        cases->account[row] = e->account ? e->account[entry] : 0;
    if (application == RK_NO_ROW)
        return;
    cases->service[row] = a->service[application];
    cases->application[row] = a->id[application];
    cases->due_minor[row] = a->due_minor[application];
}

/* The case of one entry: new, or the one there was. A case that turned into another kind stays itself. */
static void judge_case(const rk_rules *rules, rk_world *world, size_t entry, const rk_cases *before,
                       rk_day night, rk_cases *cases, bool *seen)
{
    rk_buffer name = {0};
    rk_entry_name_put(world, entry, &name);
    uint32_t old = find_case(before, &world->texts, rk_buffer_all(&name));
    bool needed = needs_person(&world->entries, entry);
    if (old != RK_NO_ROW)
        seen[old] = true;
    if (needed) {
        size_t row = rk_batch_append(&cases->batch);
        fill_case(rules, world, entry, rk_buffer_all(&name), night, cases, row);
        cases->status[row] = old == RK_NO_ROW ? RK_CASE_NEW : RK_CASE_PERSISTING;
        cases->opened_on[row] = old == RK_NO_ROW ? night : before->opened_on[old];
    } else if (old != RK_NO_ROW) {
        size_t row = rk_batch_append(&cases->batch);
        rk_batch_copy_row(&before->batch, old, &cases->batch, row);
        cases->status[row] = RK_CASE_CLOSED;
        cases->closed_on[row] = night;
    }
    rk_buffer_free(&name);
}

typedef struct sorting {
    const rk_cases *cases;
    const rk_texts *texts;
} sorting;

static int by_entry(const void *a, const void *b, void *context)
{
    const sorting *s = context;
    return rk_slice_compare(rk_texts_get(s->texts, s->cases->entry[*(const uint32_t *)a]),
                            rk_texts_get(s->texts, s->cases->entry[*(const uint32_t *)b]));
}

static void init(rk_cases *cases, size_t capacity)
{
    uint64_t all = ((uint64_t)1 << rk_case_column_count) - 1;
    rk_batch_init(&cases->batch, rk_case_columns, rk_case_column_count, capacity, all);
}

static void sort_cases(rk_cases *cases, const rk_texts *texts)
{
    size_t count = cases->batch.count;
    uint32_t *order = rk_alloc(count, sizeof *order);
    rk_cases sorted;
    sorting context = {cases, texts};
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    if (count)
        qsort_r(order, count, sizeof *order, by_entry, &context);
    init(&sorted, count);
    for (size_t i = 0; i < count; i++)
        rk_batch_copy_row(&cases->batch, order[i], &sorted.batch, rk_batch_append(&sorted.batch));
    free(order);
    rk_batch_free(&cases->batch);
    *cases = sorted;
}

void rk_tally_cases(const rk_rules *rules, rk_world *world, const rk_cases *before, rk_day night,
                    rk_cases *cases)
{
    bool *seen = rk_alloc(before->batch.count + 1, sizeof *seen);
    init(cases, 64);
    for (size_t entry = 0; entry < world->entries.batch.count; entry++) {
        bool carried = entry < world->before.entries.batch.count;
        if (carried || needs_person(&world->entries, entry))
            judge_case(rules, world, entry, before, night, cases, seen);
    }
    for (size_t row = 0; row < before->batch.count; row++) {
        if (seen[row])
            continue;
        size_t added = rk_batch_append(&cases->batch);
        rk_batch_copy_row(&before->batch, row, &cases->batch, added);
        cases->status[added] = RK_CASE_PERSISTING;
    }
    free(seen);
    sort_cases(cases, &world->texts);
}
