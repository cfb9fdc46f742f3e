#include "match/match.h"

#include <omp.h>
#include <stdlib.h>

#include "base/threads.h"
#include "match/glued.h"
#include "match/index.h"
#include "match/near.h"
#include "match/reversal.h"

enum { AT_ONCE = 64, PAIRS_AT_ONCE = 4096, CANDIDATES_MAX = 1000 };

/* An entry of an application that has others; or RK_NO_ROW: the one it has cannot be judged alone. */
typedef struct pair {
    uint32_t application, entry;
} pair;

typedef struct pairs {
    pair *items;
    size_t count, capacity;
} pairs;

/* What is asked of an application for each of its entries, in one line of memory. */
typedef struct ledger_line {
    uint32_t due;      /* minor units; ELSEWHERE: see its column */
    uint32_t deadline; /* whole seconds since 1970; ELSEWHERE: see its column */
    uint32_t last;     /* the entry linked last + 1; 0: none */
    uint8_t state, reason;
} ledger_line;

#define ELSEWHERE UINT32_MAX

/* What one run needs at hand. */
typedef struct matching {
    const rk_rules *rules;
    rk_world *world;
    bool reversals;              /* a rule on the code finds reversals */
    const rk_match_rule *always; /* the rule on the code, where it holds on every day; else NULL */
    rk_code_index index;
    ledger_line *ledger; /* by application */
    pairs further;       /* the other entries of applications that have several */
    uint32_t *file_rank; /* order of files by channel, then digest */
} matching;

/* ---- the order of entries ---- */

static int by_channel_and_digest(const void *a, const void *b, void *context)
{
    const rk_world *world = context;
    const rk_file *left = &world->files.items[*(const uint32_t *)a];
    const rk_file *right = &world->files.items[*(const uint32_t *)b];
    int order = rk_slice_compare(rk_names_text(&world->names, left->channel),
                                 rk_names_text(&world->names, right->channel));
    if (order == 0)
        order = rk_digest_compare(&left->digest, &right->digest);
    return order ? order : rk_slice_compare(left->name, right->name);
}

static uint32_t *rank_files(rk_world *world)
{
    size_t count = world->files.count;
    uint32_t *order = rk_alloc(count, sizeof *order), *rank = rk_alloc(count, sizeof *rank);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, by_channel_and_digest, world);
    for (size_t i = 0; i < count; i++)
        rank[order[i]] = (uint32_t)i;
    free(order);
    return rank;
}

static int by_time(const void *a, const void *b, void *context)
{
    const matching *m = context;
    const rk_entries *entries = &m->world->entries;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (entries->paid_from[x] != entries->paid_from[y])
        return entries->paid_from[x] < entries->paid_from[y] ? -1 : 1;
    uint32_t left = m->file_rank[entries->file[x]], right = m->file_rank[entries->file[y]];
    if (left != right)
        return left < right ? -1 : 1;
    if (!entries->ordinal)
        return (x > y) - (x < y); /* rows of one file stand in its order */
    return (entries->ordinal[x] > entries->ordinal[y]) -
           (entries->ordinal[x] < entries->ordinal[y]);
}

bool rk_match_needs_digests(const rk_files *files, rk_name channel)
{
    size_t count = 0;
    for (size_t i = 0; i < files->count; i++)
        count += files->items[i].channel == channel;
    return count > 1;
}

/* ---- one entry ---- */

/* Rows need not be asked for their day when the first rule with this key has none. */
static const rk_match_rule *rule_of_all_days(const matching *m, rk_match_key key)
{
    for (size_t i = 0; i < m->rules->matching.count; i++) {
        const rk_match_rule *rule = &m->rules->matching.items[i];
        if (rule->key == key)
            return rule->from == RK_NO_DAY && rule->until == RK_NO_DAY ? rule : NULL;
    }
    return NULL;
}

static bool finds_reversals(const rk_matching *rules)
{
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].outcomes >> RK_REVERSAL & 1)
            return true;
    return false;
}

/* Gives the outcome if a rule allows it; else the entry stays unidentified, and pays nothing. */
static bool decide_by_rule(const matching *m, size_t row, rk_outcome outcome, rk_reason reason)
{
    rk_entries *entries = &m->world->entries;
    const rk_match_rule *rule = m->always
                                    ? m->always
                                    : rk_match_rule_on(&m->rules->matching, RK_KEY_BILLING_CODE,
                                                       rk_entry_booked(entries, row));
    bool forced = entries->flags && entries->flags[row] & RK_ENTRY_FORCED;
    bool allowed = forced || (rule && rule->outcomes >> outcome & 1);
    rk_name name = allowed && !forced ? rule->rule : 0;
    rk_entry_decide(entries, row, allowed ? outcome : RK_UNIDENTIFIED, reason, name);
    return allowed;
}

/* Why an entry cannot be looked up by its code; RK_REASON_NONE when it can. */
static rk_reason not_searchable(const matching *m, size_t row)
{
    const rk_entries *entries = &m->world->entries;
    unsigned flags = entries->flags ? entries->flags[row] : 0;
    if (flags & RK_ENTRY_UNMATCHED)
        return RK_REASON_UNMATCHED;
    bool takes_back = m->reversals && entries->amount_minor[row] < 0 && entries->code[row];
    if (entries->amount_minor[row] <= 0 && !takes_back)
        return RK_REASON_NEGATIVE;
    if (flags & RK_ENTRY_SEVERAL_CODES)
        return RK_REASON_SEVERAL_CODES;
    return entries->code[row] ? RK_REASON_NONE : RK_REASON_NO_CODE;
}

/* ---- the entries of one application ---- */

/* How far an application is paid while its entries are gone through in order. */
typedef struct account {
    rk_money due;
    rk_moment deadline;
    rk_money parts; /* sum of entries below the due so far */
    bool full;
    rk_state state;
    rk_reason reason;
    uint32_t payment; /* the entry that completed it */
} account;

static bool in_time(const account *a, rk_moment paid_from)
{
    return a->deadline == RK_NO_MOMENT || paid_from <= a->deadline;
}

static void complete(account *a, const rk_entries *entries, uint32_t entry, rk_reason reason)
{
    a->full = true;
    a->payment = entry;
    a->state = in_time(a, entries->paid_from[entry]) ? RK_STATE_PAID : RK_STATE_PAID_LATE;
    a->reason = reason;
}

static void pay_exactly(const matching *m, account *a, uint32_t entry)
{
    const rk_entries *entries = &m->world->entries;
    rk_reason reason = RK_REASON_AFTER_DEADLINE;
    bool timely = in_time(a, entries->paid_from[entry]);
    if (timely)
        reason = in_time(a, entries->paid_until[entry]) ? RK_REASON_EXACT : RK_REASON_TIME_UNKNOWN;
    if (decide_by_rule(m, entry, timely ? RK_MATCHED : RK_LATE, reason))
        complete(a, entries, entry, reason);
}

/* The parts before `last` in `chain` and `last` itself sum to the due: all are the payment, in time or
 * late by the last one. */
static void pay_in_parts(const matching *m, account *a, const uint32_t *chain, size_t last)
{
    rk_entries *entries = &m->world->entries;
    bool timely = in_time(a, entries->paid_from[chain[last]]);
    rk_outcome outcome = timely ? RK_MATCHED : RK_LATE;
    rk_reason reason = timely ? RK_REASON_PARTS : RK_REASON_AFTER_DEADLINE;
    if (!decide_by_rule(m, chain[last], outcome, reason))
        return;
    for (size_t i = 0; i < last; i++)
        if (entries->outcome[chain[i]] == RK_UNDERPAID)
            decide_by_rule(m, chain[i], outcome, reason);
    complete(a, entries, chain[last], reason);
}

static void pay_part(const matching *m, account *a, const uint32_t *chain, size_t i)
{
    rk_money sum = a->parts;
    const rk_entries *entries = &m->world->entries;
    rk_money amount = entries->amount_minor[chain[i]];
    bool counted = rk_money_add(&sum, amount);
    if (counted && sum == a->due) {
        pay_in_parts(m, a, chain, i);
        return;
    }
    if (amount > a->due || !counted || sum > a->due) {
        if (decide_by_rule(m, chain[i], RK_OVERPAID, RK_REASON_MORE))
            complete(a, entries, chain[i], RK_REASON_MORE);
        return;
    }
    if (!decide_by_rule(m, chain[i], RK_UNDERPAID, RK_REASON_LESS))
        return;
    a->parts = sum;
    a->state = RK_STATE_UNDERPAID;
    a->reason = RK_REASON_LESS;
    a->payment = chain[i];
}

/* Nothing was due when this entry was paid. A cancellation counts from its own time, if that is known. */
static rk_reason nothing_due(const rk_applications *apps, const account *a, uint32_t row,
                             rk_moment paid_until)
{
    if (a->due == 0)
        return RK_REASON_WAIVED;
    if (!apps->status || apps->status[row] != RK_STATUS_CANCELLED)
        return RK_REASON_NONE;
    rk_moment since = apps->status_at ? apps->status_at[row] : RK_NO_MOMENT;
    return since != RK_NO_MOMENT && paid_until < since ? RK_REASON_NONE : RK_REASON_CANCELLED;
}

static void judge_entry(const matching *m, account *a, uint32_t row, const uint32_t *chain,
                        size_t i)
{
    rk_entries *entries = &m->world->entries;
    uint32_t entry = chain[i];
    rk_reason idle = nothing_due(&m->world->applications, a, row, entries->paid_until[entry]);
    if (idle != RK_REASON_NONE)
        decide_by_rule(m, entry, RK_NOT_DUE, idle);
    else if (a->due == RK_NO_MONEY)
        rk_entry_decide(entries, entry, RK_UNIDENTIFIED, RK_REASON_DUE_UNKNOWN, 0);
    else if (a->full)
        decide_by_rule(m, entry, RK_DUPLICATE, RK_REASON_PAID_BEFORE);
    else if (entries->amount_minor[entry] == a->due)
        pay_exactly(m, a, entry);
    else
        pay_part(m, a, chain, i);
}

/* Writes what the payments alone say of the application. */
static void note_payment(const matching *m, uint32_t row, const account *a, const uint32_t *chain,
                         size_t count)
{
    rk_applications *apps = &m->world->applications;
    const rk_entries *entries = &m->world->entries;
    m->ledger[row].state = (uint8_t)a->state;
    m->ledger[row].reason = (uint8_t)a->reason;
    if (!apps->paid_minor)
        return;
    apps->paid_minor[row] = 0;
    for (size_t i = 0; i < count; i++)
        if (rk_outcome_is_payment(entries->outcome[chain[i]]) &&
            !rk_money_add(&apps->paid_minor[row], entries->amount_minor[chain[i]]))
            apps->paid_minor[row] = INT64_MAX;
    bool paid = a->state != RK_STATE_NONE && a->state != RK_STATE_PAYMENT_REVERSED;
    apps->paid_from[row] = paid ? entries->paid_from[a->payment] : RK_NO_MOMENT;
    apps->paid_until[row] = paid ? entries->paid_until[a->payment] : RK_NO_MOMENT;
    apps->entry_count[row] = (uint32_t)count;
}

typedef struct chain {
    uint32_t *items;
    size_t capacity;
    bool *settled; /* by item: taken back, or taking back */
    size_t settled_capacity;
    rk_links links;
} chain;

static bool has_reversal(const rk_entries *e, const uint32_t *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (e->amount_minor[rows[i]] < 0)
            return true;
    return false;
}

/* Pairs reversals with payments, if there are any; NULL, or by item whether it is done with. */
static const bool *take_back(matching *m, chain *entries, size_t count, bool *reversed)
{
    const rk_entries *e = &m->world->entries;
    *reversed = false;
    if (!m->reversals || !has_reversal(e, entries->items, count))
        return NULL;
    entries->settled =
        rk_grow(entries->settled, &entries->settled_capacity, count, sizeof *entries->settled);
    rk_day on = rk_entry_booked(e, entries->items[0]);
    const rk_match_rule *rule = rk_match_rule_on(&m->rules->matching, RK_KEY_BILLING_CODE, on);
    *reversed = rk_match_reversals(m->world, rule ? rule->rule : 0, entries->items, count,
                                   entries->settled, &entries->links);
    return entries->settled;
}

static void open_ledger(matching *m, int threads)
{
    const rk_applications *apps = &m->world->applications;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < apps->batch.count; row++) {
        rk_money due = apps->due_minor[row];
        rk_moment deadline = apps->deadline[row], seconds = deadline / RK_SECOND;
        bool whole = seconds >= 0 && seconds < ELSEWHERE && seconds * RK_SECOND == deadline;
        m->ledger[row].due = due >= 0 && due < ELSEWHERE ? (uint32_t)due : ELSEWHERE;
        m->ledger[row].deadline = whole ? (uint32_t)seconds : ELSEWHERE;
    }
}

static void close_ledger(const matching *m, int threads)
{
    const rk_applications *apps = &m->world->applications;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = 0; row < apps->batch.count; row++) {
        apps->state[row] = m->ledger[row].state;
        apps->reason[row] = m->ledger[row].reason;
    }
}

static account open_account(const matching *m, uint32_t row)
{
    const rk_applications *apps = &m->world->applications;
    const ledger_line *line = &m->ledger[row];
    return (account){
        .due = line->due != ELSEWHERE ? (rk_money)line->due : apps->due_minor[row],
        .deadline = line->deadline != ELSEWHERE ? line->deadline * RK_SECOND : apps->deadline[row],
    };
}

static void judge_application(matching *m, uint32_t row, chain *entries, size_t count)
{
    if (count > 1)
        qsort_r(entries->items, count, sizeof(uint32_t), by_time, m);
    account a = open_account(m, row);
    bool reversed;
    const bool *settled = take_back(m, entries, count, &reversed);
    for (size_t i = 0; i < count; i++)
        if (!settled || !settled[i])
            judge_entry(m, &a, row, entries->items, i);
    if (reversed && a.state == RK_STATE_NONE) {
        a.state = RK_STATE_PAYMENT_REVERSED;
        a.reason = RK_REASON_REVERSED;
    }
    note_payment(m, row, &a, entries->items, count);
}

/* ---- from entries to applications ---- */

static void add_pair(pairs *to, uint32_t application, uint32_t entry)
{
    to->items = rk_grow(to->items, &to->capacity, to->count + 1, sizeof *to->items);
    to->items[to->count++] = (pair){application, entry};
}

/* Links an entry; true when it is the only one of its application so far. */
static bool link_entry(matching *m, size_t row, uint32_t application, pairs *further)
{
    uint32_t entry = (uint32_t)row, before;
    m->world->entries.application[row] = application;
    before = __atomic_exchange_n(&m->ledger[application].last, entry + 1, __ATOMIC_RELAXED);
    if (before)
        add_pair(further, application, before - 1);
    else if (m->world->entries.amount_minor[row] < 0)
        add_pair(further, application, RK_NO_ROW);
    else
        return true;
    return false;
}

/* Finds the application of an entry and links the two, or says why there is none. */
static bool settle(matching *m, size_t row, uint32_t found, bool shared, pairs *further)
{
    rk_entries *entries = &m->world->entries;
    bool forced = entries->flags && entries->flags[row] & RK_ENTRY_FORCED;
    uint32_t chosen = entries->application[row];
    entries->application[row] = RK_NO_ROW;
    if (entries->outcome[row] == RK_IGNORED)
        return false;
    if (forced)
        return link_entry(m, row, chosen, further);
    rk_reason reason = not_searchable(m, row);
    if (reason != RK_REASON_NONE)
        rk_entry_decide(entries, row, RK_UNIDENTIFIED, reason, 0);
    else if (entries->amount_minor[row] < 0 && (found == RK_NO_ROW || shared))
        rk_entry_decide(entries, row, RK_UNIDENTIFIED, RK_REASON_NOTHING_TO_REVERSE, 0);
    else if (found == RK_NO_ROW)
        rk_entry_decide(entries, row, RK_UNIDENTIFIED, RK_REASON_UNKNOWN_CODE, 0);
    else if (shared)
        rk_entry_decide(entries, row, RK_AMBIGUOUS, RK_REASON_SEVERAL_APPLICATIONS, 0);
    else
        return link_entry(m, row, found, further);
    return false;
}

/* Nearly every application has one entry: it is judged at once, and again with the others when it turns out
 * to have some. */
static void judge_alone(const matching *m, uint32_t entry)
{
    uint32_t application = m->world->entries.application[entry];
    account a = open_account(m, application);
    judge_entry(m, &a, application, &entry, 0);
    note_payment(m, application, &a, &entry, 1);
}

static void prefetch_application(const matching *m, uint32_t row)
{
    const rk_applications *apps = &m->world->applications;
    __builtin_prefetch(&m->ledger[row], 1);
    if (apps->status)
        __builtin_prefetch(&apps->status[row]);
}

/* What a search touches lies anywhere in memory: it is asked for in two steps, the slots of some entries
 * first, then what these slots point to, so that no entry waits for its own. */
static void search(matching *m, size_t from, size_t count, pairs *further)
{
    uint64_t hashes[AT_ONCE];
    uint32_t found[AT_ONCE];
    bool shared[AT_ONCE], alone[AT_ONCE];
    const uint64_t *codes = m->world->entries.code + from;
    for (size_t i = 0; i < count; i++) {
        hashes[i] = rk_code_hash(codes[i]);
        __builtin_prefetch(&m->index.slots[rk_code_index_place(&m->index, hashes[i])]);
    }
    for (size_t i = 0; i < count; i++) {
        found[i] = rk_code_index_find(&m->index, codes[i], hashes[i], &shared[i]);
        if (found[i] != RK_NO_ROW)
            prefetch_application(m, found[i]);
    }
    for (size_t i = 0; i < count; i++)
        alone[i] = settle(m, from + i, found[i], shared[i], further);
    for (size_t i = 0; i < count; i++)
        if (alone[i])
            judge_alone(m, (uint32_t)(from + i));
}

static void append_pairs(pairs *all, const pairs *more)
{
    if (more->count == 0)
        return;
    all->items = rk_grow(all->items, &all->capacity, all->count + more->count, sizeof *all->items);
    memcpy(all->items + all->count, more->items, more->count * sizeof *all->items);
    all->count += more->count;
}

static int by_application(const void *a, const void *b)
{
    const pair *x = a, *y = b;
    if (x->application != y->application)
        return x->application < y->application ? -1 : 1;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

static void search_all(matching *m, int threads)
{
    size_t count = m->world->entries.batch.count;
#pragma omp parallel num_threads(threads)
    {
        pairs further = {0};
#pragma omp for schedule(static)
        for (size_t from = 0; from < count; from += AT_ONCE)
            search(m, from, count - from < AT_ONCE ? count - from : AT_ONCE, &further);
#pragma omp critical(rk_match_pairs)
        append_pairs(&m->further, &further);
        free(further.items);
    }
    if (m->further.count)
        qsort(m->further.items, m->further.count, sizeof *m->further.items, by_application);
}

/* ---- from applications to entries ---- */

static void append_links(rk_links *all, const rk_links *more)
{
    if (more->count == 0)
        return;
    all->items = rk_grow(all->items, &all->capacity, all->count + more->count, sizeof *all->items);
    memcpy(all->items + all->count, more->items, more->count * sizeof *all->items);
    all->count += more->count;
}

static int by_entry(const void *a, const void *b)
{
    uint32_t x = ((const rk_link *)a)->entry, y = ((const rk_link *)b)->entry;
    return (x > y) - (x < y);
}

static void sort_links(rk_links *links)
{
    if (links->count)
        qsort(links->items, links->count, sizeof *links->items, by_entry);
}

/* The entries of the application of pair `at`; gives the first pair of the next one. */
static size_t gather(const matching *m, size_t at, chain *entries, size_t *count)
{
    uint32_t application = m->further.items[at].application;
    *count = 0;
    for (; at < m->further.count && m->further.items[at].application == application; at++) {
        entries->items =
            rk_grow(entries->items, &entries->capacity, *count + 2, sizeof *entries->items);
        if (m->further.items[at].entry != RK_NO_ROW)
            entries->items[(*count)++] = m->further.items[at].entry;
    }
    entries->items[(*count)++] = m->ledger[application].last - 1;
    return at;
}

/* Those of one thread: whose first pair is in [from, until). */
static void judge_several(matching *m, size_t from, size_t until, chain *entries)
{
    const pair *all = m->further.items;
    size_t at = from, count;
    while (at < until && at > 0 && all[at].application == all[at - 1].application)
        at++;
    while (at < until) {
        uint32_t application = all[at].application;
        at = gather(m, at, entries, &count);
        judge_application(m, application, entries, count);
    }
}

static void judge_all(matching *m, int threads)
{
    size_t count = m->world->applications.batch.count;
#pragma omp parallel num_threads(threads)
    {
        chain entries = {0};
#pragma omp for schedule(static) nowait
        for (size_t row = 0; row < count; row++)
            if (m->ledger[row].last == 0)
                note_payment(m, (uint32_t)row, &(account){0}, NULL, 0);
#pragma omp for schedule(dynamic, 1)
        for (size_t from = 0; from < m->further.count; from += PAIRS_AT_ONCE)
            judge_several(m, from,
                          m->further.count - from < PAIRS_AT_ONCE ? m->further.count
                                                                  : from + PAIRS_AT_ONCE,
                          &entries);
#pragma omp critical(rk_match_links)
        append_links(&m->world->links, &entries.links);
        free(entries.items);
        free(entries.settled);
        free(entries.links.items);
    }
    sort_links(&m->world->links);
}

/* ---- candidates ---- */

/* The applications that share an entry's code. */
static void add_sharers(const matching *m, uint32_t entry, rk_candidate_list *list)
{
    size_t count;
    const uint32_t *rows = rk_code_index_rows(&m->index, m->world->entries.code[entry], &count);
    for (size_t i = 0; i < count && i < CANDIDATES_MAX; i++)
        rk_candidate_list_add(list, entry, rows[i]);
}

static int by_entry_and_id(const void *a, const void *b, void *context)
{
    const rk_world *world = context;
    const rk_candidate *x = a, *y = b;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    return rk_slice_compare(rk_texts_get(&world->texts, world->applications.id[x->application]),
                            rk_texts_get(&world->texts, world->applications.id[y->application]));
}

static void keep_candidates(rk_world *world, rk_candidate_list *list)
{
    rk_candidates *kept = &world->candidates;
    kept->count = list->count;
    kept->items = rk_arena_alloc(&world->arena, list->count + 1, sizeof *kept->items);
    if (list->count) {
        qsort_r(list->items, list->count, sizeof *list->items, by_entry_and_id, world);
        memcpy(kept->items, list->items, list->count * sizeof *list->items);
    }
    free(list->items);
}

static void find_candidates(matching *m, int threads)
{
    rk_candidate_list list = {0};
    const rk_entries *entries = &m->world->entries;
    for (size_t row = 0; m->index.shared_count && row < entries->batch.count; row++)
        if (entries->outcome[row] == RK_AMBIGUOUS)
            add_sharers(m, (uint32_t)row, &list);
    rk_match_near(m->rules, m->world, &m->index, threads, &list);
    rk_match_glued_several(m->rules, m->world, &m->index, &list);
    keep_candidates(m->world, &list);
}

void rk_match_run(const rk_rules *rules, rk_world *world, int threads)
{
    size_t applications = world->applications.batch.count, entries = world->entries.batch.count;
    size_t ledger_bytes = (applications + 1) * sizeof(ledger_line);
    matching m = {.rules = rules, .world = world};
    threads = rk_threads_for(applications > entries ? applications : entries, threads);
    m.reversals = finds_reversals(&rules->matching);
    m.always = rule_of_all_days(&m, RK_KEY_BILLING_CODE);
    rk_code_index_build(&m.index, world->applications.code, applications, threads);
    m.ledger = rk_pages(ledger_bytes);
    open_ledger(&m, threads);
    m.file_rank = rank_files(world);
    rk_match_glued(world, &m.index);
    search_all(&m, threads);
    judge_all(&m, threads);
    close_ledger(&m, threads);
    find_candidates(&m, threads);
    rk_pages_free(m.ledger, ledger_bytes);
    free(m.further.items);
    free(m.file_rank);
    rk_code_index_free(&m.index);
}
