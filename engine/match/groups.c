/* Groups that a payment may be for, each judged as a whole: one entry may pay for several members. */
#include <omp.h>
#include <stdlib.h>

#include "match/group.h"

enum {
    WORK_MAX = 1 << 22
}; /* steps of the solver for one group: beyond, it gives up and says so */

/* ---- which applications belong to the groups ---- */

typedef struct filed {
    uint32_t group, row;
} filed;

typedef struct group_table {
    const rk_world *world;
    uint32_t *slots; /* group + 1 */
    size_t size;
    uint32_t *rows; /* by group: a row that has its id */
    size_t count;
} group_table;

static rk_slice group_of(const rk_world *world, uint32_t row)
{
    return rk_texts_get(&world->texts, world->applications.group_id[row]);
}

static uint32_t *slot_of(const group_table *table, rk_slice id)
{
    size_t at = (size_t)rk_slice_hash(id) & (table->size - 1);
    while (table->slots[at] &&
           !rk_slice_equal(group_of(table->world, table->rows[table->slots[at] - 1]), id))
        at = (at + 1) & (table->size - 1);
    return &table->slots[at];
}

static group_table table_of(const rk_world *world, const rk_pairs *postponed)
{
    size_t count = postponed->count;
    group_table table = {.world = world, .size = 64};
    while (table.size < 2 * count)
        table.size *= 2;
    table.slots = rk_alloc(table.size, sizeof *table.slots);
    table.rows = rk_alloc(count, sizeof *table.rows);
    for (size_t i = 0; i < count; i++) {
        uint32_t row = postponed->items[i].application;
        uint32_t *slot = slot_of(&table, group_of(world, row));
        if (*slot)
            continue;
        table.rows[table.count++] = row;
        *slot = (uint32_t)table.count;
    }
    return table;
}

static int by_group_and_row(const void *a, const void *b)
{
    const filed *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static filed *find_members(const rk_world *world, const group_table *table, size_t *count)
{
    filed *found = NULL;
    size_t capacity = 0;
    const rk_text *groups = world->applications.group_id;
    *count = 0;
    for (size_t row = 0; row < world->applications.batch.count; row++) {
        uint32_t *slot = groups[row] ? slot_of(table, group_of(world, (uint32_t)row)) : NULL;
        if (!slot || !*slot)
            continue;
        found = rk_grow(found, &capacity, *count + 1, sizeof *found);
        found[(*count)++] = (filed){*slot - 1, (uint32_t)row};
    }
    if (*count)
        qsort(found, *count, sizeof *found, by_group_and_row);
    return found;
}

/* ---- one group ---- */

typedef struct judging {
    const rk_run *run;
    rk_group_findings *found;
    const filed *members; /* by row */
    size_t count;
    rk_owed *owed;     /* by member */
    rk_money *paid;    /* by member: allocated to it by payments of the group */
    uint32_t *entries; /* by member: how many entries pay for it or are linked to it */
    rk_sequence chain;
    uint64_t work;
    bool too_large;   /* more than RK_GROUP_MAX members: each is judged by itself */
    uint32_t gave_up; /* the first entry by time for which it gave up; RK_NO_ROW: none */
    uint32_t listed[RK_LISTED_MAX]; /* of a group that is too large: the first by id */
} judging;

/* The members that one payment may be for, and what is left to pay of each. */
typedef struct choice {
    rk_group_answer answer;
    size_t members[RK_GROUP_MAX];
    rk_money rest[RK_GROUP_MAX];
    size_t count;
    uint32_t chosen; /* bit i: members[i] */
} choice;

static size_t member_of(const judging *g, uint32_t application)
{
    size_t low = 0, high = g->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->members[middle].row < application)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_wide(const judging *g, uint32_t entry)
{
    return g->run->how[entry] & RK_HOW_WIDE;
}

/* A code that several members share names those; any other key of a group names all of it. */
static bool is_named(const judging *g, uint32_t entry, uint32_t application)
{
    const rk_world *w = g->run->world;
    if (!is_wide(g, entry))
        return application == w->entries.application[entry];
    return rk_key_of_entry_link(g->run, entry) != RK_KEY_BILLING_CODE ||
           w->applications.code[application] == w->entries.code[entry];
}

static bool add_member(choice *c, size_t member, rk_money rest)
{
    if (c->count == RK_GROUP_MAX)
        return false;
    c->members[c->count] = member;
    c->rest[c->count++] = rest;
    return true;
}

/* The members that still owe. The one that the entry's key names comes first: it is in every set. */
static bool list_members(const judging *g, uint32_t entry, choice *c)
{
    bool wide = is_wide(g, entry);
    size_t own = wide ? g->count : member_of(g, g->run->world->entries.application[entry]);
    if (!wide)
        add_member(c, own, rk_owed_rest(g->run, &g->owed[own], entry));
    for (size_t i = 0; i < g->count; i++) {
        bool asked = i != own && (!wide || is_named(g, entry, g->members[i].row));
        rk_money rest = asked ? rk_owed_rest(g->run, &g->owed[i], entry) : 0;
        if (rest > 0 && !add_member(c, i, rest))
            return false;
    }
    return true;
}

static void solve(judging *g, uint32_t entry, choice *c)
{
    bool wide = is_wide(g, entry);
    rk_money sum = g->run->world->entries.amount_minor[entry];
    *c = (choice){.answer = RK_GROUP_NONE};
    if (g->too_large || !list_members(g, entry, c) || g->work > WORK_MAX) {
        c->answer = RK_GROUP_GAVE_UP;
        return;
    }
    if (wide) {
        c->answer = rk_group_solve(c->rest, c->count, sum, &c->chosen, &g->work);
        return;
    }
    if (c->rest[0] <= 0 || sum <= c->rest[0])
        return;
    c->answer = rk_group_solve(c->rest + 1, c->count - 1, sum - c->rest[0], &c->chosen, &g->work);
    c->chosen = c->chosen << 1 | 1;
}

/* ---- what one entry does ---- */

static void add_candidates(judging *g, uint32_t entry, const choice *c)
{
    rk_candidate_list *list = &g->found->candidates;
    for (size_t i = 0; !g->too_large && i < c->count; i++)
        rk_candidate_list_add(list, entry, g->members[c->members[i]].row);
    for (size_t i = 0; g->too_large && i < RK_LISTED_MAX; i++)
        rk_candidate_list_add(list, entry, g->listed[i]);
    if (c->answer == RK_GROUP_GAVE_UP &&
        (g->gave_up == RK_NO_ROW || rk_by_time(&entry, &g->gave_up, (void *)(uintptr_t)g->run) < 0))
        g->gave_up = entry;
}

/* Several would do: a person decides; it belongs to none of them. */
static void leave_open(judging *g, uint32_t entry, const choice *c, rk_name rule)
{
    rk_entries *e = &g->run->world->entries;
    rk_reason reason = c->answer == RK_GROUP_GAVE_UP ? RK_REASON_GAVE_UP
                       : c->answer == RK_GROUP_MANY  ? RK_REASON_SEVERAL_SUMS
                                                     : RK_REASON_SEVERAL_APPLICATIONS;
    rk_entry_decide(e, entry, RK_AMBIGUOUS, reason, rule);
    e->application[entry] = RK_NO_ROW;
    g->run->how[entry] |= RK_HOW_LISTED;
    add_candidates(g, entry, c);
}

static void allocate(judging *g, uint32_t entry, size_t member, rk_money amount)
{
    rk_group_findings *f = g->found;
    f->allocations = rk_grow(f->allocations, &f->allocation_capacity, f->allocation_count + 1,
                             sizeof *f->allocations);
    f->allocations[f->allocation_count++] = (rk_allocation){entry, g->members[member].row, amount};
    rk_money_add(&g->paid[member], amount);
    g->entries[member]++;
}

/* Each member is paid by its own deadline; the entry is late when it is late for any of them. */
static rk_outcome outcome_of(const judging *g, uint32_t entry, const choice *c)
{
    rk_moment at = g->run->world->entries.paid_from[entry];
    for (size_t i = 0; i < c->count; i++) {
        rk_moment deadline = g->owed[c->members[i]].deadline;
        if (c->chosen >> i & 1 && deadline != RK_NO_MOMENT && at > deadline)
            return RK_LATE;
    }
    return RK_MATCHED;
}

/* An entry whose key names the group belongs to the first that it pays for. */
static uint32_t first_chosen(const judging *g, const choice *c)
{
    const rk_world *w = g->run->world;
    uint32_t first = RK_NO_ROW;
    for (size_t i = 0; i < c->count; i++) {
        uint32_t row = g->members[c->members[i]].row;
        if (!(c->chosen >> i & 1))
            continue;
        if (first == RK_NO_ROW ||
            rk_slice_compare(rk_texts_get(&w->texts, w->applications.id[row]),
                             rk_texts_get(&w->texts, w->applications.id[first])) < 0)
            first = row;
    }
    return first;
}

static void pay_members(judging *g, size_t at, const choice *c, rk_outcome outcome, rk_name rule)
{
    rk_entries *e = &g->run->world->entries;
    uint32_t entry = g->chain.items[at];
    rk_entry_decide(e, entry, outcome, outcome == RK_LATE ? RK_REASON_GROUP_LATE : RK_REASON_GROUP,
                    rule);
    for (size_t i = 0; i < c->count; i++) {
        size_t member = c->members[i];
        rk_owed *owed = &g->owed[member];
        if (!(c->chosen >> i & 1))
            continue;
        bool late = owed->deadline != RK_NO_MOMENT && e->paid_from[entry] > owed->deadline;
        rk_paying paying = {RK_PAYS_LAST_PART, late ? RK_LATE : RK_MATCHED,
                            late ? RK_REASON_AFTER_DEADLINE : RK_REASON_PARTS};
        rk_owed_complete(g->run, owed, &g->chain, at, &paying, rule);
        owed->reason = late ? RK_REASON_GROUP_LATE : RK_REASON_GROUP;
        allocate(g, entry, member, c->rest[i]);
    }
    if (is_wide(g, entry))
        e->application[entry] = first_chosen(g, c);
}

static void note_group(const judging *g, const rk_match_rule *rule, uint32_t entry, const choice *c)
{
    const rk_run *run = g->run;
    if (!rk_is_traced(run, entry))
        return;
    rk_trace_value answer = rk_trace_of(RK_TRACE_COUNT, (int64_t)c->count);
    answer.text = rk_slice_of(rk_group_answer_name(c->answer));
    rk_trace_note(run, rule, RK_NO_ROW, RK_TEST_GROUP, true, c->answer == RK_GROUP_ONE,
                  rk_trace_of(RK_TRACE_MONEY, run->world->entries.amount_minor[entry]), answer);
    for (size_t i = 0; i < c->count; i++)
        rk_trace_note(run, rule, g->members[c->members[i]].row, RK_TEST_OWES, false,
                      c->answer == RK_GROUP_ONE && c->chosen >> i & 1,
                      rk_trace_of(RK_TRACE_NOTHING, 0), rk_trace_of(RK_TRACE_MONEY, c->rest[i]));
}

/* Predicates must hold for every member of the set. */
static bool all_fit(const judging *g, const rk_match_rule *rule, uint32_t entry, const choice *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->chosen >> i & 1 && !rk_rule_fits(g->run, rule, entry, g->members[c->members[i]].row))
            return false;
    return true;
}

/* True when the rule decides the entry. */
static bool try_group(judging *g, const rk_match_rule *rule, size_t at)
{
    choice c;
    uint32_t entry = g->chain.items[at];
    solve(g, entry, &c);
    note_group(g, rule, entry, &c);
    if (c.answer == RK_GROUP_NONE)
        return false;
    if (c.answer != RK_GROUP_ONE) {
        leave_open(g, entry, &c, rule->rule);
        return true;
    }
    rk_outcome outcome = outcome_of(g, entry, &c);
    if (!all_fit(g, rule, entry, &c) || !rk_rule_allows(g->run, rule, entry, RK_NO_ROW, outcome))
        return false;
    pay_members(g, at, &c, outcome, rule->rule);
    return true;
}

/* All that the key names were paid before, by the group's payment or one by one: one of those that were
 * there when this was paid; g->count when there is none. */
static size_t paid_before(const judging *g, uint32_t entry)
{
    const rk_world *w = g->run->world;
    size_t paid = g->count;
    for (size_t i = 0; i < g->count; i++) {
        uint32_t row = g->members[i].row;
        if (!is_named(g, entry, row))
            continue;
        if (rk_owed_rest(g->run, &g->owed[i], entry) > 0)
            return g->count;
        if (g->owed[i].full &&
            rk_entry_until(&w->entries, entry) >= rk_began_at(&w->applications, row))
            paid = i;
    }
    return paid;
}

/* No set has the sum of an entry whose key names the group. */
static void judge_wide(judging *g, size_t at)
{
    uint32_t entry = g->chain.items[at];
    size_t paid = paid_before(g, entry);
    choice c = {.answer = RK_GROUP_NONE};
    if (paid < g->count) {
        rk_paying again = {RK_PAYS_AGAIN, RK_DUPLICATE, RK_REASON_PAID_BEFORE};
        const rk_match_rule *rule =
            rk_owed_rule(g->run, &g->owed[paid], entry, 0, g->run->rules->matching.count, &again);
        if (rule) {
            rk_owed_pay(g->run, &g->owed[paid], &g->chain, at, &again, rule->rule);
            return;
        }
    }
    if (g->too_large || !list_members(g, entry, &c))
        c.answer = RK_GROUP_GAVE_UP;
    bool none = c.count == 0;
    for (size_t i = 0; none && i < g->count && i < RK_LISTED_MAX; i++)
        if (is_named(g, entry, g->members[i].row))
            add_member(&c, i, 0);
    leave_open(g, entry, &c, 0);
}

static bool is_group_rule(const judging *g, size_t rule, uint32_t entry)
{
    const rk_match_rule *of = &g->run->rules->matching.items[rule];
    return of->key == RK_KEY_GROUP && rk_rule_on_day(g->run, of, entry);
}

/* Rules in order: those on groups among those on the entry's own key. */
static void judge_in_order(judging *g, size_t at, rk_owed *owed)
{
    const rk_matching *rules = &g->run->rules->matching;
    size_t from = 0;
    for (size_t i = 0; i < rules->count; i++) {
        if (!is_group_rule(g, i, g->chain.items[at]))
            continue;
        if (owed && rk_owed_judge(g->run, owed, &g->chain, at, from, i))
            return;
        from = i;
        if (try_group(g, &rules->items[i], at))
            return;
    }
    if (owed)
        rk_owed_judge(g->run, owed, &g->chain, at, from, rules->count);
    else
        judge_wide(g, at);
}

static void judge_entry(judging *g, size_t at)
{
    uint32_t entry = g->chain.items[at];
    const rk_entries *e = &g->run->world->entries;
    rk_owed *owed = &g->owed[member_of(g, e->application[entry])];
    if (is_wide(g, entry))
        judge_in_order(g, at, NULL);
    else if (rk_owed_verdict(g->run, owed, entry).kind == RK_PAYS_MORE && !rk_is_forced(e, entry))
        judge_in_order(g, at, owed);
    else
        rk_owed_judge(g->run, owed, &g->chain, at, 0, g->run->rules->matching.count);
}

/* Entries that pay for the group were counted for each member they pay for. */
static void count_entries(judging *g)
{
    const rk_entries *e = &g->run->world->entries;
    for (size_t i = 0; i < g->chain.count; i++) {
        uint32_t entry = g->chain.items[i];
        if (e->application[entry] == RK_NO_ROW || rk_reason_of_group((rk_reason)e->reason[entry]))
            continue;
        size_t member = member_of(g, e->application[entry]);
        g->entries[member]++;
        rk_owed_receive(e, entry, &g->paid[member]);
    }
}

/* The members were judged one by one before: what was noted then is noted again. */
static void begin_trace(const judging *g)
{
    for (size_t i = 0; g->run->trace && i < g->chain.count; i++)
        if (rk_is_traced(g->run, g->chain.items[i]))
            g->run->trace->count = g->run->trace->searched;
}

/* Money went back for which no payment is known: there may be one, for any that its key names. */
static void hold_named(judging *g, uint32_t entry)
{
    for (size_t i = 0; i < g->count; i++)
        if (is_named(g, entry, g->members[i].row))
            rk_candidate_list_add(&g->found->held, entry, g->members[i].row);
}

/* A rule on groups would have decided it. */
static bool would_pay(const judging *g, uint32_t entry, const choice *c)
{
    const rk_matching *rules = &g->run->rules->matching;
    for (size_t i = 0; i < rules->count; i++)
        if (is_group_rule(g, i, entry) && all_fit(g, &rules->items[i], entry, c))
            return true;
    return false;
}

/* A payment was taken back: it is undone for all that it would have paid. Nothing of it is noted. */
static void mark_reversed(judging *g, uint32_t entry, bool *reversed)
{
    choice c = {.answer = RK_GROUP_NONE};
    const rk_entries *e = &g->run->world->entries;
    size_t own = member_of(g, e->application[entry]);
    size_t noted = g->run->trace ? g->run->trace->count : 0;
    reversed[own] = true;
    bool undone =
        rk_engine_behaves(&g->run->rules->engine, RK_GROUPS_TAKEN_BACK, rk_entry_booked(e, entry));
    if (undone && !rk_is_forced(e, entry) &&
        (is_wide(g, entry) || rk_owed_verdict(g->run, &g->owed[own], entry).kind == RK_PAYS_MORE))
        solve(g, entry, &c);
    bool several = c.answer == RK_GROUP_ONE && would_pay(g, entry, &c);
    for (size_t i = 0; several && i < c.count; i++)
        reversed[c.members[i]] |= c.chosen >> i & 1;
    if (g->run->trace)
        g->run->trace->count = noted;
}

static void judge_group(judging *g)
{
    const rk_run *run = g->run;
    bool *reversed = rk_alloc(g->count, sizeof *reversed);
    g->owed = rk_alloc(g->count, sizeof *g->owed);
    g->paid = rk_alloc(g->count, sizeof *g->paid);
    g->entries = rk_alloc(g->count, sizeof *g->entries);
    g->chain.count = 0;
    for (size_t i = 0; i < g->count; i++) {
        g->owed[i] = rk_owed_by(run, g->members[i].row);
        rk_sequence_add(run, g->members[i].row, &g->chain);
    }
    begin_trace(g);
    rk_sequence_settle(run, &g->chain, &g->found->links);
    for (size_t i = 0; i < g->chain.count; i++) {
        if (!g->chain.settled[i])
            judge_entry(g, i);
        else if (run->world->entries.outcome[g->chain.items[i]] == RK_UNIDENTIFIED)
            hold_named(g, g->chain.items[i]);
        else if (run->world->entries.outcome[g->chain.items[i]] == RK_REVERSED)
            mark_reversed(g, g->chain.items[i], reversed);
    }
    count_entries(g);
    for (size_t i = 0; i < g->count; i++) {
        if (reversed[i])
            rk_owed_reversed(&g->owed[i]);
        rk_owed_note(run, &g->owed[i], g->paid[i], g->entries[i]);
    }
    free(reversed);
    free(g->owed);
    free(g->paid);
    free(g->entries);
}

/* ---- all groups ---- */

/* The applications with the smallest ids, for a group of which not all can be listed. */
static void list_first(judging *g)
{
    const rk_world *w = g->run->world;
    size_t count = 0;
    for (size_t i = 0; i < g->count; i++) {
        uint32_t row = g->members[i].row;
        rk_slice id = rk_texts_get(&w->texts, w->applications.id[row]);
        size_t at = count;
        while (at > 0 &&
               rk_slice_compare(id,
                                rk_texts_get(&w->texts, w->applications.id[g->listed[at - 1]])) < 0)
            at--;
        if (at == RK_LISTED_MAX)
            continue;
        count += count < RK_LISTED_MAX;
        memmove(g->listed + at + 1, g->listed + at, (count - at - 1) * sizeof *g->listed);
        g->listed[at] = row;
    }
}

/* No set of so many is looked for: members are judged one by one, and what may be for several is left. */
static void judge_large(judging *g)
{
    const filed *members = g->members;
    size_t count = g->count;
    g->too_large = true;
    list_first(g);
    for (size_t i = 0; i < count; i++) {
        g->members = members + i;
        g->count = 1;
        judge_group(g);
    }
    g->members = members;
    g->count = count;
    g->too_large = false;
}

/* The lapse of every member waits where one payment may be for any of them. */
static void judge(judging *g)
{
    g->work = 0;
    g->gave_up = RK_NO_ROW;
    if (g->count > RK_GROUP_MAX)
        judge_large(g);
    else
        judge_group(g);
    for (size_t i = 0; g->gave_up != RK_NO_ROW && i < g->count; i++)
        rk_candidate_list_add(&g->found->held, g->gave_up, g->members[i].row);
}

static int by_entry_and_id(const void *a, const void *b, void *context)
{
    const rk_world *world = context;
    const rk_allocation *x = a, *y = b;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    return rk_slice_compare(rk_texts_get(&world->texts, world->applications.id[x->application]),
                            rk_texts_get(&world->texts, world->applications.id[y->application]));
}

typedef struct all_findings {
    rk_allocation *allocations;
    size_t count, capacity;
} all_findings;

static void gather(rk_run *run, rk_group_findings *own, all_findings *all)
{
    all->allocations = rk_grow(all->allocations, &all->capacity, all->count + own->allocation_count,
                               sizeof *all->allocations);
    if (own->allocation_count)
        memcpy(all->allocations + all->count, own->allocations,
               own->allocation_count * sizeof *own->allocations);
    all->count += own->allocation_count;
    rk_links_append(&run->world->links, &own->links);
    rk_candidate_list_append(&run->candidates, &own->candidates);
    rk_candidate_list_append(&run->held, &own->held);
    free(own->allocations);
    free(own->links.items);
    free(own->candidates.items);
    free(own->held.items);
}

static void keep_allocations(rk_world *world, all_findings *all)
{
    world->allocations.count = all->count;
    world->allocations.items =
        rk_arena_alloc(&world->arena, all->count + 1, sizeof *world->allocations.items);
    if (all->count) {
        qsort_r(all->allocations, all->count, sizeof *all->allocations, by_entry_and_id, world);
        memcpy(world->allocations.items, all->allocations, all->count * sizeof *all->allocations);
    }
    free(all->allocations);
}

void rk_match_groups(rk_run *run, const rk_pairs *postponed)
{
    size_t member_count;
    all_findings all = {0};
    group_table table = table_of(run->world, postponed);
    filed *members = find_members(run->world, &table, &member_count);
    size_t *starts = rk_alloc(table.count + 1, sizeof *starts);
    for (size_t i = 0; i < member_count; i++)
        starts[members[i].group + 1] = i + 1;
#pragma omp parallel num_threads(run->threads)
    {
        rk_group_findings own = {0};
        judging g = {.run = run, .found = &own};
#pragma omp for schedule(dynamic, 64)
        for (size_t i = 0; i < table.count; i++) {
            g.members = members + starts[i];
            g.count = starts[i + 1] - starts[i];
            judge(&g);
        }
#pragma omp critical(rk_match_groups)
        gather(run, &own, &all);
        rk_sequence_free(&g.chain);
    }
    keep_allocations(run->world, &all);
    free(table.slots);
    free(table.rows);
    free(members);
    free(starts);
}
