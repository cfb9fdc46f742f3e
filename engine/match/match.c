#include "match/match.h"

#include <omp.h>
#include <stdlib.h>

#include "base/threads.h"
#include "match/account.h"
#include "match/alternative.h"
#include "match/glued.h"
#include "match/group.h"
#include "match/journal.h"
#include "match/near.h"

enum { AT_ONCE = 64, PAIRS_AT_ONCE = 4096 };

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

int rk_by_time(const void *a, const void *b, void *context)
{
    const rk_run *run = context;
    const rk_entries *entries = &run->world->entries;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (entries->paid_from[x] != entries->paid_from[y])
        return entries->paid_from[x] < entries->paid_from[y] ? -1 : 1;
    uint32_t left = run->file_rank[rk_entry_file(entries, x)],
             right = run->file_rank[rk_entry_file(entries, y)];
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

/* Rows need not be asked for their day and all else when the first rule with this key asks for nothing. */
static const rk_match_rule *rule_of_all(const rk_matching *rules, rk_match_key key)
{
    for (size_t i = 0; i < rules->count; i++) {
        const rk_match_rule *rule = &rules->items[i];
        bool asks = rule->from != RK_NO_DAY || rule->until != RK_NO_DAY || rule->amount ||
                    rule->paid || rule->same_office || rule->channel_count;
        if (rule->key == key)
            return asks ? NULL : rule;
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

/* Why an entry cannot be looked up; RK_REASON_NONE when it can. */
static rk_reason not_searchable(const rk_run *run, size_t row)
{
    const rk_entries *entries = &run->world->entries;
    unsigned flags = entries->flags ? entries->flags[row] : 0;
    if (flags & RK_ENTRY_UNMATCHED)
        return RK_REASON_UNMATCHED;
    bool takes_back = run->reversals && entries->amount_minor[row] < 0 && entries->code[row];
    if (entries->amount_minor[row] <= 0 && !takes_back)
        return RK_REASON_NEGATIVE;
    if (flags & RK_ENTRY_SEVERAL_CODES)
        return RK_REASON_SEVERAL_CODES;
    return entries->code[row] ? RK_REASON_NONE : RK_REASON_NO_CODE;
}

static void add_pair(rk_pairs *to, uint32_t application, uint32_t entry)
{
    to->items = rk_grow(to->items, &to->capacity, to->count + 1, sizeof *to->items);
    to->items[to->count++] = (rk_pair){application, entry};
}

bool rk_link_entry(const rk_run *run, size_t row, uint32_t application, rk_pairs *further)
{
    uint32_t entry = (uint32_t)row, before;
    run->world->entries.application[row] = application;
    before = __atomic_exchange_n(&run->ledger[application].last, entry + 1, __ATOMIC_RELAXED);
    if (before)
        add_pair(further, application, before - 1);
    else if (run->world->entries.amount_minor[row] < 0 || (run->how && run->how[row]))
        add_pair(further, application, RK_NO_ROW);
    else
        return true;
    return false;
}

/* The rows are of one group: their key names it. */
bool rk_are_one_group(const rk_run *run, const uint32_t *rows, size_t count)
{
    const rk_world *w = run->world;
    const rk_text *groups = w->applications.group_id;
    if (!run->groups || count > RK_LISTED_MAX || !groups[rows[0]])
        return false;
    rk_slice first = rk_texts_get(&w->texts, groups[rows[0]]);
    for (size_t i = 1; i < count; i++)
        if (!rk_slice_equal(rk_texts_get(&w->texts, groups[rows[i]]), first))
            return false;
    return true;
}

/* An entry whose key several applications have. */
static void settle_shared(const rk_run *run, size_t row, rk_pairs *further)
{
    size_t count;
    rk_entries *entries = &run->world->entries;
    const uint32_t *rows = rk_code_index_rows(&run->index, entries->code[row], &count);
    if (rk_are_one_group(run, rows, count)) {
        run->how[row] = RK_HOW_WIDE | RK_KEY_BILLING_CODE;
        rk_link_entry(run, row, rows[0], further);
    } else if (entries->amount_minor[row] < 0) {
        rk_entry_decide(entries, row, RK_UNIDENTIFIED, RK_REASON_NOTHING_TO_REVERSE, 0);
    } else {
        rk_entry_decide(entries, row, RK_AMBIGUOUS, RK_REASON_SEVERAL_APPLICATIONS, 0);
    }
}

static void note_key(const rk_run *run, size_t row, uint32_t found)
{
    const rk_matching *rules = &run->rules->matching;
    uint64_t code = run->world->entries.code[row];
    for (size_t i = 0; rk_is_traced(run, row) && i < rules->count; i++)
        if (rules->items[i].key == RK_KEY_BILLING_CODE)
            rk_trace_note(run, &rules->items[i], found, RK_TEST_KEY, true, found != RK_NO_ROW,
                          rk_trace_of(RK_TRACE_CODE, (int64_t)code),
                          rk_trace_of(RK_TRACE_CODE, found == RK_NO_ROW ? 0 : (int64_t)code));
}

/* Links an entry with the application that was found by its code, or says why there is none. True when the
 * entry can be judged alone. */
static bool settle(const rk_run *run, size_t row, uint32_t found, bool shared, rk_pairs *further)
{
    rk_entries *entries = &run->world->entries;
    uint32_t chosen = entries->application[row];
    entries->application[row] = RK_NO_ROW;
    if (entries->outcome[row] == RK_IGNORED || entries->outcome[row] == RK_SETTLEMENT)
        return false;
    if (rk_is_forced(entries, row))
        return rk_link_entry(run, row, chosen, further);
    rk_reason reason = not_searchable(run, row);
    bool alone,
        by_keys = run->alt && reason != RK_REASON_UNMATCHED && reason != RK_REASON_SEVERAL_CODES;
    if (by_keys && entries->code[row])
        note_key(run, row, found);
    if (by_keys && rk_match_alternative(run, row, further, &alone))
        return alone;
    if (reason != RK_REASON_NONE) {
        rk_entry_decide(entries, row, RK_UNIDENTIFIED, reason, 0);
        return false;
    }
    if (!by_keys)
        note_key(run, row, found);
    if (found != RK_NO_ROW && !shared)
        return rk_link_entry(run, row, found, further);
    if (found != RK_NO_ROW)
        settle_shared(run, row, further);
    else
        rk_entry_decide(entries, row, RK_UNIDENTIFIED,
                        entries->amount_minor[row] < 0 ? RK_REASON_NOTHING_TO_REVERSE
                                                       : RK_REASON_UNKNOWN_CODE,
                        0);
    return false;
}

/* ---- the entries of one application ---- */

static void open_ledger(const rk_run *run)
{
    const rk_applications *apps = &run->world->applications;
#pragma omp parallel for num_threads(run->threads) schedule(dynamic, RK_ROWS_A_PAGE(rk_ledger_line))
    for (size_t row = 0; row < apps->batch.count; row++) {
        rk_money due = apps->due_minor[row];
        rk_moment deadline = apps->deadline[row], seconds = deadline / RK_SECOND;
        bool whole = seconds >= 0 && seconds < RK_ELSEWHERE && seconds * RK_SECOND == deadline;
        run->ledger[row].due = due >= 0 && due < RK_ELSEWHERE ? (uint32_t)due : RK_ELSEWHERE;
        run->ledger[row].deadline = whole ? (uint32_t)seconds : RK_ELSEWHERE;
    }
}

static void close_ledger(const rk_run *run)
{
    size_t count = run->world->applications.batch.count;
    const rk_entries *e = &run->world->entries;
    bool shown = run->world->applications.paid_minor;
#pragma omp parallel for num_threads(run->threads) schedule(dynamic, RK_ROWS_A_THREAD)
    for (size_t row = 0; row < count; row++) {
        uint32_t ahead = shown && row + AT_ONCE < count ? run->ledger[row + AT_ONCE].last : 0;
        if (ahead) {
            __builtin_prefetch(&e->amount_minor[ahead - 1]);
            __builtin_prefetch(&e->paid_from[ahead - 1]);
        }
        rk_owed_close(run, (uint32_t)row);
    }
}

/* What one thread finds. */
typedef struct judging {
    rk_sequence sequence;
    rk_links links;
    rk_pairs postponed; /* applications whose group is judged as a whole */
} judging;

/* An entry may be for several of the application's group. */
static bool is_of_group(const rk_run *run, const rk_owed *owed, uint32_t entry)
{
    if (!run->groups || !run->world->applications.group_id[owed->application])
        return false;
    if (run->how[entry] & RK_HOW_WIDE)
        return true;
    return !rk_is_forced(&run->world->entries, entry) &&
           rk_owed_verdict(run, owed, entry).kind == RK_PAYS_MORE;
}

/* What was noted while entries were judged alone is noted again. */
static void begin_trace(const rk_run *run, const rk_sequence *sequence)
{
    for (size_t i = 0; run->trace && i < sequence->count; i++)
        if (rk_is_traced(run, sequence->items[i]))
            run->trace->count = run->trace->searched;
}

static void judge_application(const rk_run *run, uint32_t row, judging *own)
{
    const rk_entries *e = &run->world->entries;
    rk_sequence *sequence = &own->sequence;
    rk_owed owed = rk_owed_by(run, row);
    rk_money paid = 0;
    size_t rules = run->rules->matching.count, links = own->links.count;
    begin_trace(run, sequence);
    bool reversed = rk_sequence_settle(run, sequence, &own->links);
    for (size_t i = 0; i < sequence->count; i++) {
        if (is_of_group(run, &owed, sequence->items[i])) {
            own->links.count = links;
            add_pair(&own->postponed, row, sequence->items[i]);
            return;
        }
        if (sequence->settled[i])
            continue;
        rk_owed_judge(run, &owed, sequence, i, 0, rules);
        rk_owed_receive(e, sequence->items[i], &paid);
    }
    if (reversed)
        rk_owed_reversed(&owed);
    rk_owed_note(run, &owed, paid, sequence->count);
}

/* ---- from entries to applications ---- */

/* Nearly every application has one entry: it is judged at once, and again with the others when it turns out
 * to have some. */
static void judge_alone(const rk_run *run, uint32_t entry, rk_pairs *further)
{
    static const bool settled = false;
    rk_owed owed = rk_owed_by(run, run->world->entries.application[entry]);
    rk_sequence sequence = {.items = &entry, .count = 1, .settled = (bool *)(uintptr_t)&settled};
    const rk_entries *e = &run->world->entries;
    if (is_of_group(run, &owed, entry)) {
        add_pair(further, owed.application, RK_NO_ROW);
        return;
    }
    rk_owed_judge(run, &owed, &sequence, 0, 0, run->rules->matching.count);
    rk_owed_note_alone(run, &owed, rk_outcome_is_payment((rk_outcome)e->outcome[entry]));
}

/* Always inlined: a function that only prefetches has no effect, so the compiler may drop calls of it. */
static inline __attribute__((always_inline)) void prefetch_application(const rk_run *run,
                                                                       uint32_t row)
{
    const rk_applications *apps = &run->world->applications;
    __builtin_prefetch(&run->ledger[row], 1);
    if (apps->status)
        __builtin_prefetch(&apps->status[row]);
    if (run->groups)
        __builtin_prefetch(&apps->group_id[row]);
}

static inline __attribute__((always_inline)) void prefetch_slots(const rk_run *run, size_t row)
{
    uint64_t hash = rk_code_hash(run->world->entries.code[row]);
    __builtin_prefetch(&run->index.slots[rk_code_index_place(&run->index, hash)]);
}

/* What a search touches lies anywhere in memory: it is asked for in two steps, the slots of some entries
 * first, while those before them are judged, then what these slots point to, so that no entry waits for its
 * own. */
static void search(const rk_run *run, size_t from, size_t count, rk_pairs *further)
{
    size_t all = run->world->entries.batch.count;
    uint64_t hashes[AT_ONCE];
    uint32_t found[AT_ONCE];
    bool shared[AT_ONCE], alone[AT_ONCE];
    const uint64_t *codes = run->world->entries.code + from;
    for (size_t i = 0; i < count; i++)
        hashes[i] = rk_code_hash(codes[i]);
    for (size_t i = 0; i < count; i++) {
        found[i] = rk_code_index_find(&run->index, codes[i], hashes[i], &shared[i]);
        if (found[i] != RK_NO_ROW)
            prefetch_application(run, found[i]);
    }
    for (size_t i = 0; i < count; i++) {
        alone[i] = settle(run, from + i, found[i], shared[i], further);
        if (rk_is_traced(run, from + i))
            run->trace->searched = run->trace->count;
    }
    for (size_t i = 0; i < count; i++) {
        if (from + AT_ONCE + i < all)
            prefetch_slots(run, from + AT_ONCE + i);
        if (alone[i])
            judge_alone(run, (uint32_t)(from + i), further);
    }
}

static void append_pairs(rk_pairs *all, const rk_pairs *more)
{
    if (more->count == 0)
        return;
    all->items = rk_grow(all->items, &all->capacity, all->count + more->count, sizeof *all->items);
    memcpy(all->items + all->count, more->items, more->count * sizeof *all->items);
    all->count += more->count;
}

static int by_application(const void *a, const void *b)
{
    const rk_pair *x = a, *y = b;
    if (x->application != y->application)
        return x->application < y->application ? -1 : 1;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

static void search_all(rk_run *run)
{
    size_t count = run->world->entries.batch.count;
#pragma omp parallel num_threads(run->threads)
    {
        rk_pairs further = {0};
#pragma omp for schedule(dynamic, RK_ROWS_A_THREAD / AT_ONCE)
        for (size_t from = 0; from < count; from += AT_ONCE)
            search(run, from, count - from < AT_ONCE ? count - from : AT_ONCE, &further);
#pragma omp critical(rk_match_pairs)
        append_pairs(&run->further, &further);
        free(further.items);
    }
    rk_match_journals(run);
    if (run->further.count)
        qsort(run->further.items, run->further.count, sizeof *run->further.items, by_application);
}

/* ---- from applications to entries ---- */

void rk_links_append(rk_links *links, const rk_links *more)
{
    if (more->count == 0)
        return;
    links->items =
        rk_grow(links->items, &links->capacity, links->count + more->count, sizeof *links->items);
    memcpy(links->items + links->count, more->items, more->count * sizeof *links->items);
    links->count += more->count;
}

static int by_entry(const void *a, const void *b)
{
    uint32_t x = ((const rk_link *)a)->entry, y = ((const rk_link *)b)->entry;
    return (x > y) - (x < y);
}

/* A group that is judged as a whole finds the reversals of its applications again. */
static void sort_links(rk_links *links)
{
    size_t kept = 0;
    if (links->count)
        qsort(links->items, links->count, sizeof *links->items, by_entry);
    for (size_t i = 0; i < links->count; i++)
        if (kept == 0 || links->items[kept - 1].entry != links->items[i].entry)
            links->items[kept++] = links->items[i];
    links->count = kept;
}

/* Those of one thread: whose first pair is in [from, until). */
static void judge_several(const rk_run *run, size_t from, size_t until, judging *own)
{
    const rk_pairs *all = &run->further;
    size_t at = from;
    while (at < until && at > 0 && all->items[at].application == all->items[at - 1].application)
        at++;
    while (at < until) {
        uint32_t application = all->items[at].application;
        own->sequence.count = 0;
        rk_sequence_add(run, application, &own->sequence);
        judge_application(run, application, own);
        while (at < all->count && all->items[at].application == application)
            at++;
    }
}

static void judge_all(rk_run *run)
{
    rk_pairs postponed = {0};
#pragma omp parallel num_threads(run->threads)
    {
        judging own = {.links = {0}};
#pragma omp for schedule(dynamic, 1)
        for (size_t from = 0; from < run->further.count; from += PAIRS_AT_ONCE)
            judge_several(run, from,
                          run->further.count - from < PAIRS_AT_ONCE ? run->further.count
                                                                    : from + PAIRS_AT_ONCE,
                          &own);
#pragma omp critical(rk_match_links)
        {
            rk_links_append(&run->world->links, &own.links);
            append_pairs(&postponed, &own.postponed);
        }
        rk_sequence_free(&own.sequence);
        free(own.links.items);
        free(own.postponed.items);
    }
    if (postponed.count)
        rk_match_groups(run, &postponed);
    free(postponed.items);
    sort_links(&run->world->links);
}

/* ---- candidates ---- */

void rk_candidate_list_add(rk_candidate_list *list, uint32_t entry, uint32_t application)
{
    list->items = rk_grow(list->items, &list->capacity, list->count + 1, sizeof *list->items);
    list->items[list->count++] = (rk_candidate){entry, application};
}

void rk_candidate_list_append(rk_candidate_list *list, const rk_candidate_list *more)
{
    for (size_t i = 0; i < more->count; i++)
        rk_candidate_list_add(list, more->items[i].entry, more->items[i].application);
}

static int by_code_and_id(const void *a, const void *b, void *context)
{
    const rk_world *w = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (w->applications.code[x] != w->applications.code[y])
        return w->applications.code[x] < w->applications.code[y] ? -1 : 1;
    return rk_slice_compare(rk_texts_get(&w->texts, w->applications.id[x]),
                            rk_texts_get(&w->texts, w->applications.id[y]));
}

/* Whatever the order of rows: those listed of many are the first by id. */
static void sort_sharers(rk_run *run)
{
    if (run->index.shared_count)
        qsort_r(run->index.shared, run->index.shared_count, sizeof *run->index.shared,
                by_code_and_id, run->world);
}

/* The applications that share an entry's code. */
static void add_sharers(rk_run *run, uint32_t entry)
{
    size_t count;
    const uint32_t *rows = rk_code_index_rows(&run->index, run->world->entries.code[entry], &count);
    for (size_t i = 0; i < count && i < run->listed_max; i++)
        rk_candidate_list_add(&run->candidates, entry, rows[i]);
    if (count <= run->listed_max)
        return;
    run->world->entries.reason[entry] = RK_REASON_GAVE_UP;
    rk_candidate_list_add(&run->crowds, entry, rows[0]);
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

static int by_application_and_time(const void *a, const void *b, void *context)
{
    const rk_candidate *x = a, *y = b;
    if (x->application != y->application)
        return x->application < y->application ? -1 : 1;
    return rk_by_time(&x->entry, &y->entry, context);
}

/* All that share a code of which an entry could not list them all: each code once. */
static void hold_crowds(rk_run *run)
{
    rk_candidate_list *crowds = &run->crowds;
    if (crowds->count)
        qsort_r(crowds->items, crowds->count, sizeof *crowds->items, by_application_and_time, run);
    for (size_t i = 0; i < crowds->count; i++) {
        size_t count;
        const rk_candidate *crowd = &crowds->items[i];
        if (i > 0 && crowds->items[i - 1].application == crowd->application)
            continue;
        const uint32_t *rows = rk_code_index_rows(
            &run->index, run->world->applications.code[crowd->application], &count);
        for (size_t j = 0; j < count; j++)
            rk_candidate_list_add(&run->held, crowd->entry, rows[j]);
    }
    free(crowds->items);
}

static rk_candidates keep(rk_run *run, rk_candidate_list *list,
                          int (*order)(const void *, const void *, void *), void *context)
{
    rk_candidates kept = {rk_arena_alloc(&run->world->arena, list->count + 1, sizeof *kept.items),
                          list->count};
    if (list->count) {
        qsort_r(list->items, list->count, sizeof *list->items, order, context);
        memcpy(kept.items, list->items, list->count * sizeof *list->items);
    }
    free(list->items);
    return kept;
}

/* A rule on an exact key leaves payments to a person. */
static bool suggests(const rk_matching *rules)
{
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].key != RK_KEY_NEAR_BILLING_CODE &&
            rules->items[i].outcomes >> RK_SUGGESTED & 1)
            return true;
    return false;
}

/* Candidates of all entries together are bounded: hostile repetition must not make them a product. */
static size_t listed_max(const rk_run *run)
{
    enum { CANDIDATES_MAX = 1000000 };
    const rk_entries *e = &run->world->entries;
    size_t open = 0;
#pragma omp parallel for num_threads(run->threads) reduction(+ : open) \
    schedule(dynamic, RK_ROWS_A_THREAD)
    for (size_t row = 0; row < e->batch.count; row++)
        open += e->outcome[row] == RK_AMBIGUOUS || e->outcome[row] == RK_UNIDENTIFIED;
    size_t each = CANDIDATES_MAX / (open + 1);
    return each > RK_LISTED_MAX ? each : RK_LISTED_MAX;
}

static void find_candidates(rk_run *run)
{
    const rk_entries *entries = &run->world->entries;
    run->listed_max = listed_max(run);
    bool any = run->index.shared_count || suggests(&run->rules->matching);
    for (size_t row = 0; any && row < entries->batch.count; row++)
        if (entries->outcome[row] == RK_SUGGESTED)
            rk_candidate_list_add(&run->candidates, (uint32_t)row, entries->application[row]);
        else if (entries->outcome[row] == RK_AMBIGUOUS &&
                 !(run->how && run->how[row] & RK_HOW_LISTED))
            add_sharers(run, (uint32_t)row);
    rk_match_alternative_candidates(run);
    rk_match_glued_several(run);
    rk_match_near(run);
    hold_crowds(run);
    run->world->candidates = keep(run, &run->candidates, by_entry_and_id, run->world);
    run->world->held = keep(run, &run->held, by_application_and_time, run);
}

/* ---- all of it ---- */

void rk_match_run_traced(const rk_rules *rules, rk_world *world, int threads, rk_trace *trace)
{
    size_t applications = world->applications.batch.count, entries = world->entries.batch.count;
    size_t ledger_bytes = (applications + 1) * sizeof(rk_ledger_line);
    rk_run run = {.rules = rules, .world = world, .trace = trace};
    run.threads = rk_threads_for(applications > entries ? applications : entries, threads);
    run.reversals = finds_reversals(&rules->matching);
    run.groups =
        world->applications.group_id && rk_matching_has_key(&rules->matching, RK_KEY_GROUP);
    run.always = trace ? NULL : rule_of_all(&rules->matching, RK_KEY_BILLING_CODE);
    world->links.count = 0;
    world->allocations = (rk_allocations){0};
    rk_code_index_build(&run.index, world->applications.code, applications, run.threads);
    sort_sharers(&run);
    run.ledger = rk_pages_scattered(ledger_bytes);
    open_ledger(&run);
    rk_match_alternative_open(&run);
    run.how = run.groups || run.alt ? rk_pages(entries + 1) : NULL;
    run.file_rank = rank_files(world);
    rk_match_glued(&run);
    search_all(&run);
    judge_all(&run);
    close_ledger(&run);
    find_candidates(&run);
    rk_pages_free(run.ledger, ledger_bytes);
    if (run.how)
        rk_pages_free(run.how, entries + 1);
    free(run.further.items);
    free(run.file_rank);
    rk_match_alternative_close(&run);
    rk_code_index_free(&run.index);
}

void rk_match_run(const rk_rules *rules, rk_world *world, int threads)
{
    rk_match_run_traced(rules, world, threads, NULL);
}
