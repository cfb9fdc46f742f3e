#include "match/near.h"

#include <omp.h>
#include <stdlib.h>

enum { CODE_DIGITS = 15 };

size_t rk_code_neighbours(uint64_t code, uint64_t *neighbours)
{
    size_t count = 0;
    uint64_t unit = 1;
    for (int place = 0; place < CODE_DIGITS; place++, unit *= 10) {
        uint64_t digit = code / unit % 10, left = code / unit / 10 % 10;
        for (uint64_t other = 0; other < 10; other++)
            if (other != digit)
                neighbours[count++] = code - digit * unit + other * unit;
        if (place + 1 < CODE_DIGITS && digit != left)
            neighbours[count++] =
                code - digit * unit - left * unit * 10 + left * unit + digit * unit * 10;
    }
    return count;
}

void rk_candidate_list_add(rk_candidate_list *list, uint32_t entry, uint32_t application)
{
    list->items = rk_grow(list->items, &list->capacity, list->count + 1, sizeof *list->items);
    list->items[list->count++] = (rk_candidate){entry, application};
}

static bool amount_fits(const rk_match_rule *rule, rk_money amount, rk_money due)
{
    switch (rule->amount) {
    case RK_AMOUNT_EQUAL:
        return amount == due;
    case RK_AMOUNT_LESS:
        return amount < due;
    case RK_AMOUNT_MORE:
        return amount > due;
    case RK_AMOUNT_ANY:
        break;
    }
    return true;
}

/* Paid between submission and deadline, as far as the interval can tell. */
static bool time_fits(const rk_entries *e, size_t entry, const rk_applications *a, size_t row)
{
    return e->paid_until[entry] >= a->submitted_at[row] &&
           (a->deadline[row] == RK_NO_MOMENT || e->paid_from[entry] <= a->deadline[row]);
}

static bool fits(const rk_match_rule *rule, const rk_world *w, size_t entry, uint32_t row)
{
    const rk_applications *a = &w->applications;
    bool owes = a->state[row] == RK_STATE_NONE && a->due_minor[row] > 0 &&
                (!a->status || a->status[row] != RK_STATUS_CANCELLED);
    return owes && amount_fits(rule, w->entries.amount_minor[entry], a->due_minor[row]) &&
           time_fits(&w->entries, entry, a, row);
}

typedef struct nearing {
    rk_world *world;
    const rk_code_index *index;
    rk_candidate_list found; /* of one thread */
} nearing;

static void try_code(nearing *n, const rk_match_rule *rule, size_t entry, uint64_t code)
{
    bool shared;
    size_t count = 1;
    uint32_t row = rk_code_index_find(n->index, code, rk_code_hash(code), &shared);
    const uint32_t *rows = &row;
    if (row == RK_NO_ROW)
        return;
    if (shared)
        rows = rk_code_index_rows(n->index, code, &count);
    for (size_t i = 0; i < count; i++)
        if (fits(rule, n->world, entry, rows[i]))
            rk_candidate_list_add(&n->found, (uint32_t)entry, rows[i]);
}

static void decide_entry(nearing *n, const rk_match_rule *rule, size_t entry)
{
    uint64_t neighbours[RK_NEIGHBOURS_MAX];
    rk_entries *e = &n->world->entries;
    size_t before = n->found.count;
    size_t count = rk_code_neighbours(e->code[entry], neighbours);
    for (size_t i = 0; i < count; i++)
        try_code(n, rule, entry, neighbours[i]);
    size_t fitting = n->found.count - before;
    if (fitting == 0)
        return;
    rk_entry_decide(e, entry, fitting == 1 ? RK_SUGGESTED : RK_AMBIGUOUS,
                    fitting == 1 ? RK_REASON_NEAR_CODE : RK_REASON_SEVERAL_NEAR, rule->rule);
    if (fitting == 1)
        e->application[entry] = n->found.items[before].application;
}

static bool has_near_rule(const rk_matching *matching)
{
    for (size_t i = 0; i < matching->count; i++)
        if (matching->items[i].key == RK_KEY_NEAR_BILLING_CODE)
            return true;
    return false;
}

static void append(rk_candidate_list *list, const rk_candidate_list *more)
{
    for (size_t i = 0; i < more->count; i++)
        rk_candidate_list_add(list, more->items[i].entry, more->items[i].application);
}

/* Each entry is decided by itself: states of applications are only read. */
void rk_match_near(const rk_rules *rules, rk_world *world, const rk_code_index *index, int threads,
                   rk_candidate_list *list)
{
    const rk_entries *e = &world->entries;
    if (!has_near_rule(&rules->matching))
        return;
#pragma omp parallel num_threads(threads)
    {
        nearing own = {.world = world, .index = index};
#pragma omp for schedule(dynamic, 1024)
        for (size_t row = 0; row < e->batch.count; row++) {
            if (e->outcome[row] != RK_UNIDENTIFIED || e->reason[row] != RK_REASON_UNKNOWN_CODE)
                continue;
            const rk_match_rule *rule = rk_match_rule_on(&rules->matching, RK_KEY_NEAR_BILLING_CODE,
                                                         rk_entry_booked(e, row));
            if (rule)
                decide_entry(&own, rule, row);
        }
#pragma omp critical(rk_match_near)
        append(list, &own.found);
        free(own.found.items);
    }
}
