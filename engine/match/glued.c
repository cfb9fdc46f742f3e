#include "match/glued.h"

/* The entry pays just what the application owes, between submission and deadline as far as one can tell; or
 * takes that back. */
static bool fits(const rk_world *w, size_t entry, uint32_t row)
{
    const rk_entries *e = &w->entries;
    const rk_applications *a = &w->applications;
    rk_money due = a->due_minor[row], amount = e->amount_minor[entry];
    if (due <= 0 || e->paid_until[entry] < a->submitted_at[row])
        return false;
    return amount == -due || (amount == due && (a->deadline[row] == RK_NO_MOMENT ||
                                                e->paid_from[entry] <= a->deadline[row]));
}

static rk_slice windows_of(const rk_world *w, size_t entry)
{
    return rk_texts_get(&w->texts, w->entries.windows[entry]);
}

static uint64_t choose(const rk_world *world, const rk_code_index *index, size_t entry)
{
    rk_slice rest = windows_of(world, entry);
    uint32_t only = RK_NO_ROW;
    uint64_t window, code = 0;
    while (rk_windows_next(&rest, &window)) {
        bool shared;
        uint32_t row = rk_code_index_find(index, window, rk_code_hash(window), &shared);
        if (row == RK_NO_ROW)
            continue;
        if (shared || only != RK_NO_ROW)
            return 0;
        only = row;
        code = window;
    }
    return only != RK_NO_ROW && fits(world, entry, only) ? code : 0;
}

void rk_match_glued(rk_world *world, const rk_code_index *index)
{
    const rk_entries *e = &world->entries;
    for (size_t row = 0; e->windows && row < e->batch.count; row++)
        if (e->windows[row])
            e->code[row] = choose(world, index, row);
}

/* Nobody has paid it, and it was not cancelled. */
static bool is_open(const rk_applications *a, uint32_t row)
{
    return a->state[row] == RK_STATE_NONE && (!a->status || a->status[row] != RK_STATUS_CANCELLED);
}

/* Adds the open applications that fit and have this code; gives how many have it at all. */
static size_t add_fitting(const rk_world *w, const rk_code_index *index, size_t entry,
                          uint64_t code, rk_candidate_list *list)
{
    bool shared;
    size_t count = 1;
    uint32_t row = rk_code_index_find(index, code, rk_code_hash(code), &shared);
    const uint32_t *rows = &row;
    if (row == RK_NO_ROW)
        return 0;
    if (shared)
        rows = rk_code_index_rows(index, code, &count);
    for (size_t i = 0; i < count; i++)
        if (fits(w, entry, rows[i]) && is_open(&w->applications, rows[i]))
            rk_candidate_list_add(list, (uint32_t)entry, rows[i]);
    return count;
}

static void decide_entry(const rk_rules *rules, rk_world *w, const rk_code_index *index,
                         size_t entry, rk_candidate_list *list)
{
    rk_entries *e = &w->entries;
    rk_slice rest = windows_of(w, entry);
    size_t before = list->count, known = 0;
    uint64_t window;
    while (rk_windows_next(&rest, &window))
        known += add_fitting(w, index, entry, window, list);
    size_t fitting = list->count - before;
    if (known < 2 || fitting == 0) {
        list->count = before;
        return;
    }
    const rk_match_rule *rule =
        rk_match_rule_on(&rules->matching, RK_KEY_BILLING_CODE, rk_entry_booked(e, entry));
    rk_entry_decide(e, entry, fitting == 1 ? RK_SUGGESTED : RK_AMBIGUOUS, RK_REASON_SEVERAL_GLUED,
                    rule ? rule->rule : 0);
    if (fitting == 1)
        e->application[entry] = list->items[before].application;
}

void rk_match_glued_several(const rk_rules *rules, rk_world *world, const rk_code_index *index,
                            rk_candidate_list *list)
{
    const rk_entries *e = &world->entries;
    for (size_t row = 0; e->windows && row < e->batch.count; row++)
        if (e->windows[row] && e->amount_minor[row] > 0 && e->outcome[row] == RK_UNIDENTIFIED &&
            e->reason[row] == RK_REASON_NO_CODE)
            decide_entry(rules, world, index, row, list);
}
