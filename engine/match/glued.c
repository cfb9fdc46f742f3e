#include "match/glued.h"

/* Between submission and deadline, as far as one can tell. */
static bool is_in_time(const rk_world *w, size_t entry, uint32_t row)
{
    const rk_entries *e = &w->entries;
    const rk_applications *a = &w->applications;
    return rk_entry_until(e, entry) >= a->submitted_at[row] &&
           (a->deadline[row] == RK_NO_MOMENT || e->paid_from[entry] <= a->deadline[row]);
}

/* The entry pays just what the application owes, in time; or takes that back. */
static bool fits(const rk_world *w, size_t entry, uint32_t row)
{
    rk_money due = w->applications.due_minor[row], amount = w->entries.amount_minor[entry];
    if (amount == -due)
        return due > 0 && rk_entry_until(&w->entries, entry) >= w->applications.submitted_at[row];
    return due > 0 && amount == due && is_in_time(w, entry, row);
}

/* Of an entry that names the application beside others: whatever it pays, some of it may be for this one. */
static bool may_share(const rk_world *w, size_t entry, uint32_t row)
{
    return w->applications.due_minor[row] > 0 && is_in_time(w, entry, row);
}

static rk_slice windows_of(const rk_world *w, size_t entry)
{
    return rk_texts_get(&w->texts, w->entries.windows[entry]);
}

/* Its windows are codes that each stand alone. */
static bool names_several(const rk_entries *e, size_t entry)
{
    return e->flags && e->flags[entry] & RK_ENTRY_SEVERAL_CODES;
}

static uint64_t choose(const rk_run *run, size_t entry)
{
    rk_slice rest = windows_of(run->world, entry);
    uint32_t only = RK_NO_ROW;
    uint64_t window, code = 0;
    bool shared, whole;
    while (rk_windows_next(&rest, &window, &whole)) {
        uint32_t row = rk_code_index_find(&run->index, window, rk_code_hash(window), &shared);
        if (row == RK_NO_ROW)
            continue;
        if (shared || !whole || only != RK_NO_ROW)
            return 0;
        only = row;
        code = window;
    }
    return only != RK_NO_ROW && fits(run->world, entry, only) ? code : 0;
}

void rk_match_glued(rk_run *run)
{
    const rk_entries *e = &run->world->entries;
    for (size_t row = 0; e->windows && row < e->batch.count; row++)
        if (e->windows[row] && !names_several(e, row))
            e->code[row] = choose(run, row);
}

/* Nobody has paid it, and it was not cancelled. */
static bool is_open(const rk_applications *a, uint32_t row)
{
    return a->state[row] == RK_STATE_NONE && (!a->status || a->status[row] != RK_STATUS_CANCELLED);
}

/* Adds the open applications that fit and have this code; gives how many have it at all. */
static size_t add_fitting(rk_run *run, size_t entry, uint64_t code, bool *gave_up)
{
    bool shared;
    size_t count = 1;
    const rk_world *w = run->world;
    uint32_t row = rk_code_index_find(&run->index, code, rk_code_hash(code), &shared);
    const uint32_t *rows = &row;
    if (row == RK_NO_ROW)
        return 0;
    if (shared)
        rows = rk_code_index_rows(&run->index, code, &count);
    if (count > run->listed_max) {
        rk_candidate_list_add(&run->crowds, (uint32_t)entry, rows[0]);
        *gave_up = true;
    }
    for (size_t i = 0; i < count && i < run->listed_max; i++)
        if ((names_several(&w->entries, entry) ? may_share : fits)(w, entry, rows[i]) &&
            is_open(&w->applications, rows[i]))
            rk_candidate_list_add(&run->candidates, (uint32_t)entry, rows[i]);
    return count;
}

/* It would be the payment by this rule, were it the only one. */
static const rk_match_rule *rule_on_codes(const rk_run *run, size_t entry)
{
    const rk_matching *rules = &run->rules->matching;
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].key == RK_KEY_BILLING_CODE &&
            rules->items[i].outcomes >> RK_MATCHED & 1 &&
            rk_rule_on_day(run, &rules->items[i], entry))
            return &rules->items[i];
    return NULL;
}

static void decide_entry(rk_run *run, size_t entry)
{
    rk_entries *e = &run->world->entries;
    rk_slice rest = windows_of(run->world, entry);
    size_t before = run->candidates.count, known = 0;
    bool gave_up = false, whole;
    uint64_t window;
    while (rk_windows_next(&rest, &window, &whole))
        known += add_fitting(run, entry, window, &gave_up);
    size_t fitting = run->candidates.count - before;
    bool several = names_several(e, entry);
    if ((known < 2 && !several) || (fitting == 0 && !gave_up)) {
        run->candidates.count = before;
        return;
    }
    const rk_match_rule *rule = rule_on_codes(run, entry);
    bool one = fitting == 1 && !gave_up;
    rk_entry_decide(e, entry, one ? RK_SUGGESTED : RK_AMBIGUOUS,
                    gave_up   ? RK_REASON_GAVE_UP
                    : several ? RK_REASON_SEVERAL_CODES
                              : RK_REASON_SEVERAL_GLUED,
                    rule ? rule->rule : 0);
    if (one)
        e->application[entry] = run->candidates.items[before].application;
}

void rk_match_glued_several(rk_run *run)
{
    const rk_entries *e = &run->world->entries;
    for (size_t row = 0; e->windows && row < e->batch.count; row++)
        if (e->windows[row] && e->amount_minor[row] > 0 && e->outcome[row] == RK_UNIDENTIFIED &&
            (e->reason[row] == RK_REASON_NO_CODE || e->reason[row] == RK_REASON_SEVERAL_CODES))
            decide_entry(run, row);
}
