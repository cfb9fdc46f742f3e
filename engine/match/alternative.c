#include "match/alternative.h"

#include <stdlib.h>

#include "model/altkey.h"

enum { NAMED_MAX = 64, SCANNED_MAX = 256 };

struct rk_alternatives {
    const rk_text *column[RK_ALT_KEYS];
    uint64_t *hashes[RK_ALT_KEYS]; /* by application; NULL: no rule asks for this key */
    rk_code_index index[RK_ALT_KEYS];
    size_t applications;
    rk_candidate_list crowds[RK_ALT_KEYS]; /* a row of a key that too many have */
};

/* The applications that one key of an entry names. */
typedef struct named {
    const rk_match_rule *rule; /* the first with this key; NULL: the billing code */
    rk_alt_key kind;
    uint32_t rows[NAMED_MAX]; /* by id */
    size_t count;
    bool crowd; /* more than are looked at */
} named;

typedef struct naming {
    named by[RK_ALT_KEYS +
             1]; /* the code first, then in the order of the rules; those that name nobody too */
    size_t count;
    bool any, crowd;          /* any: another key than the code names somebody */
    uint32_t kept[NAMED_MAX]; /* that all of them name */
    size_t kept_count;
} naming;

/* ---- the index ---- */

typedef struct hash_order {
    const rk_world *world;
    const uint64_t *hashes;
} hash_order;

static int by_hash_and_id(const void *a, const void *b, void *context)
{
    const hash_order *order = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const rk_world *w = order->world;
    if (order->hashes[x] != order->hashes[y])
        return order->hashes[x] < order->hashes[y] ? -1 : 1;
    return rk_slice_compare(rk_texts_get(&w->texts, w->applications.id[x]),
                            rk_texts_get(&w->texts, w->applications.id[y]));
}

/* As many bits as a billing code has, never 0 for a key. */
static uint64_t hash_of(rk_alt_key kind, rk_slice text)
{
    uint64_t hash = rk_alt_key_hash(kind, text), part = hash >> (64 - RK_CODE_BITS);
    return hash ? part | (part == 0) : 0;
}

static void open_kind(const rk_run *run, rk_alternatives *alt, rk_alt_key kind)
{
    const rk_world *w = run->world;
    const rk_text *column = alt->column[kind];
    size_t count = w->applications.batch.count;
    uint64_t *hashes = rk_pages((count + 1) * sizeof *hashes);
#pragma omp parallel for num_threads(run->threads) schedule(static)
    for (size_t row = 0; row < count; row++)
        if (column[row])
            hashes[row] = hash_of(kind, rk_texts_get(&w->texts, column[row]));
    alt->hashes[kind] = hashes;
    rk_code_index *index = &alt->index[kind];
    rk_code_index_build(index, hashes, count, run->threads);
    if (index->shared_count)
        qsort_r(index->shared, index->shared_count, sizeof *index->shared, by_hash_and_id,
                &(hash_order){w, hashes});
}

static bool any_entry_has_keys(const rk_entries *e)
{
    for (size_t row = 0; e->keys && row < e->batch.count; row++)
        if (e->keys[row])
            return true;
    return false;
}

void rk_match_alternative_open(rk_run *run)
{
    const rk_applications *a = &run->world->applications;
    const rk_text *columns[RK_ALT_KEYS] = {a->ntpn, a->virtual_account, a->application_number};
    if (!rk_matching_has_alternatives(&run->rules->matching) ||
        !any_entry_has_keys(&run->world->entries))
        return;
    run->alt = rk_alloc(1, sizeof *run->alt);
    run->alt->applications = a->batch.count;
    for (unsigned kind = 0; kind < RK_ALT_KEYS; kind++) {
        run->alt->column[kind] = columns[kind];
        if (columns[kind] &&
            rk_matching_has_key(&run->rules->matching, (rk_match_key)(RK_KEY_NTPN + kind)))
            open_kind(run, run->alt, (rk_alt_key)kind);
    }
}

void rk_match_alternative_close(rk_run *run)
{
    if (!run->alt)
        return;
    for (size_t kind = 0; kind < RK_ALT_KEYS; kind++) {
        if (!run->alt->hashes[kind])
            continue;
        rk_code_index_free(&run->alt->index[kind]);
        rk_pages_free(run->alt->hashes[kind], (run->alt->applications + 1) * sizeof(uint64_t));
        free(run->alt->crowds[kind].items);
    }
    free(run->alt);
    run->alt = NULL;
}

/* ---- whom the keys name ---- */

static rk_slice key_of_entry(const rk_run *run, size_t entry, rk_alt_key kind)
{
    const rk_world *w = run->world;
    return rk_alt_keys_get(rk_texts_get(&w->texts, w->entries.keys[entry]), kind);
}

static rk_slice key_of_application(const rk_run *run, uint32_t row, rk_alt_key kind)
{
    return rk_texts_get(&run->world->texts, run->alt->column[kind][row]);
}

static const uint32_t *rows_of(const rk_code_index *index, uint64_t code, uint32_t *first,
                               size_t *count)
{
    bool shared;
    *first = rk_code_index_find(index, code, rk_code_hash(code), &shared);
    *count = *first != RK_NO_ROW;
    return shared ? rk_code_index_rows(index, code, count) : first;
}

/* What a rule with this key requires holds for the two: so it is whose the key was then. Money that goes back
 * may come whenever. What did not hold stays noted, what did is noted again by what judges the payment. */
static bool rule_fits(const rk_run *run, const named *by, size_t entry, uint32_t row)
{
    const rk_matching *rules = &run->rules->matching;
    bool fits = run->world->entries.amount_minor[entry] < 0;
    for (size_t i = (size_t)(by->rule - rules->items); i < rules->count && !fits; i++) {
        const rk_match_rule *rule = &rules->items[i];
        size_t noted = rk_is_traced(run, entry) ? run->trace->count : 0;
        fits = rule->key == by->rule->key && rk_rule_is_for(run, rule, entry) &&
               rk_rule_fits(run, rule, entry, row);
        if (fits && rk_is_traced(run, entry))
            run->trace->count = noted;
    }
    return fits;
}

static void note_key(const rk_run *run, size_t entry, const named *by, uint32_t row)
{
    if (rk_is_traced(run, entry))
        rk_trace_note(run, by->rule, row, RK_TEST_KEY, true, row != RK_NO_ROW,
                      rk_trace_text(key_of_entry(run, entry, by->kind)),
                      row == RK_NO_ROW ? rk_trace_of(RK_TRACE_NOTHING, 0)
                                       : rk_trace_text(key_of_application(run, row, by->kind)));
}

static void name_by_key(const rk_run *run, size_t entry, named *by)
{
    uint32_t first;
    size_t count, equal = 0;
    rk_slice text = key_of_entry(run, entry, by->kind);
    const uint32_t *rows =
        rows_of(&run->alt->index[by->kind], hash_of(by->kind, text), &first, &count);
    by->crowd = count > SCANNED_MAX;
    for (size_t i = 0; i < count && i < SCANNED_MAX; i++) {
        if (!rk_alt_key_equal(by->kind, key_of_application(run, rows[i], by->kind), text))
            continue;
        equal++;
        note_key(run, entry, by, rows[i]);
        if (!rule_fits(run, by, entry, rows[i]))
            continue;
        by->crowd |= by->count == NAMED_MAX;
        if (by->count < NAMED_MAX)
            by->rows[by->count++] = rows[i];
    }
    if (equal == 0)
        note_key(run, entry, by, RK_NO_ROW);
}

static void name_by_code(const rk_run *run, size_t entry, named *by)
{
    uint32_t first;
    size_t count;
    const uint32_t *rows = rows_of(&run->index, run->world->entries.code[entry], &first, &count);
    by->crowd = count > NAMED_MAX;
    by->count = by->crowd ? NAMED_MAX : count;
    memcpy(by->rows, rows, by->count * sizeof *rows);
}

static bool is_named_already(const naming *n, rk_alt_key kind)
{
    for (size_t i = 1; i < n->count; i++)
        if (n->by[i].kind == kind)
            return true;
    return false;
}

/* Each key by the first rule with it that holds for the entry. */
static void name_by_keys(const rk_run *run, size_t entry, naming *n)
{
    const rk_matching *rules = &run->rules->matching;
    for (size_t i = 0; i < rules->count; i++) {
        const rk_match_rule *rule = &rules->items[i];
        rk_alt_key kind = (rk_alt_key)(rule->key - RK_KEY_NTPN);
        if (!rk_match_key_is_alternative(rule->key) || !run->alt->hashes[kind] ||
            is_named_already(n, kind) || key_of_entry(run, entry, kind).len == 0 ||
            !rk_rule_is_for(run, rule, entry))
            continue;
        named *by = &n->by[n->count++];
        *by = (named){.rule = rule, .kind = kind};
        name_by_key(run, entry, by);
        n->any |= by->count > 0;
    }
}

/* All keys of the entry that name anybody name this one. */
static bool agree_on(const rk_run *run, size_t entry, const naming *n, uint32_t row)
{
    const rk_world *w = run->world;
    if (n->by[0].count && w->applications.code[row] != w->entries.code[entry])
        return false;
    for (size_t i = 1; i < n->count; i++) {
        const named *by = &n->by[i];
        bool found = by->count == 0 ||
                     (by->crowd && rk_alt_key_equal(by->kind, key_of_entry(run, entry, by->kind),
                                                    key_of_application(run, row, by->kind)));
        for (size_t k = 0; k < by->count && !found; k++)
            found = by->rows[k] == row;
        if (!found)
            return false;
    }
    return true;
}

static bool could_pay(const rk_run *run, size_t entry, uint32_t row)
{
    const rk_entries *e = &run->world->entries;
    const rk_applications *a = &run->world->applications;
    return rk_entry_until(e, entry) >= rk_began_at(a, row) &&
           (a->deadline[row] == RK_NO_MOMENT || e->paid_from[entry] <= a->deadline[row]);
}

static void name_all(const rk_run *run, size_t entry, naming *n)
{
    n->count = 1;
    n->any = n->crowd = false;
    n->kept_count = 0;
    n->by[0] = (named){.rule = NULL};
    name_by_code(run, entry, &n->by[0]);
    name_by_keys(run, entry, n);
    const named *base = NULL;
    for (size_t i = 0; i < n->count; i++)
        if (n->by[i].count && (!base || (base->crowd && !n->by[i].crowd)))
            base = &n->by[i];
    n->crowd = base && base->crowd;
    for (size_t i = 0; base && i < base->count; i++)
        if (agree_on(run, entry, n, base->rows[i]))
            n->kept[n->kept_count++] = base->rows[i];
}

/* ---- one entry ---- */

/* Its own code is another's, or nobody's: no other key confirms against it. */
static bool code_contradicts(const rk_run *run, size_t entry, const naming *n)
{
    const rk_world *w = run->world;
    return w->entries.code[entry] && n->by[0].count == 0 && w->applications.code[n->kept[0]];
}

/* The key by which the rules judge it: the code where it is the application's. */
static rk_match_key key_of_link(const rk_run *run, size_t entry, const naming *n)
{
    const rk_world *w = run->world;
    if (w->entries.code[entry] && w->applications.code[n->kept[0]] == w->entries.code[entry])
        return RK_KEY_BILLING_CODE;
    for (size_t i = 1; i < n->count; i++)
        if (n->by[i].count)
            return n->by[i].rule->key;
    return RK_KEY_BILLING_CODE;
}

static void leave_open(const rk_run *run, size_t entry, const naming *n)
{
    rk_entries *e = &run->world->entries;
    if (e->amount_minor[entry] < 0) {
        rk_entry_decide(e, entry, RK_UNIDENTIFIED, RK_REASON_NOTHING_TO_REVERSE, 0);
        return;
    }
    rk_entry_decide(e, entry, RK_AMBIGUOUS,
                    n->crowd             ? RK_REASON_GAVE_UP
                    : n->kept_count == 0 ? RK_REASON_KEYS_DIFFER
                    : n->by[0].count > 1 ? RK_REASON_SEVERAL_APPLICATIONS
                                         : RK_REASON_SEVERAL_HAVE_KEY,
                    0);
    run->how[entry] = RK_HOW_LISTED | RK_HOW_KEYS;
}

static void note_unique(const rk_run *run, size_t entry, const naming *n)
{
    for (size_t i = 1; rk_is_traced(run, entry) && i < n->count; i++)
        if (n->by[i].count)
            rk_trace_note(run, n->by[i].rule, RK_NO_ROW, RK_TEST_UNIQUE, true, n->kept_count == 1,
                          rk_trace_of(RK_TRACE_COUNT, (int64_t)n->kept_count),
                          rk_trace_of(RK_TRACE_NOTHING, 0));
}

bool rk_match_alternative(const rk_run *run, size_t row, rk_pairs *further, bool *alone)
{
    naming n;
    rk_money amount = run->world->entries.amount_minor[row];
    *alone = false;
    if (!run->world->entries.keys[row] || amount == 0 || (amount < 0 && !run->reversals))
        return false;
    name_all(run, row, &n);
    if (!n.any)
        return false;
    note_unique(run, row, &n);
    if (n.kept_count == 1 && !n.crowd) {
        if (code_contradicts(run, row, &n))
            return false;
        run->how[row] = (uint8_t)key_of_link(run, row, &n);
        *alone = rk_link_entry(run, row, n.kept[0], further);
    } else if (n.kept_count > 1 && !n.crowd && rk_are_one_group(run, n.kept, n.kept_count)) {
        run->how[row] = (uint8_t)(RK_HOW_WIDE | key_of_link(run, row, &n));
        rk_link_entry(run, row, n.kept[0], further);
    } else {
        leave_open(run, row, &n);
    }
    return true;
}

/* ---- what was left open ---- */

static bool is_listed(const uint32_t *listed, size_t count, uint32_t row)
{
    for (size_t i = 0; i < count; i++)
        if (listed[i] == row)
            return true;
    return false;
}

/* Those that fit are candidates, or all that are named where no two keys agree; of more than are listed the
 * lapse waits all the same. */
static void list_candidates(rk_run *run, uint32_t entry, const naming *n)
{
    uint32_t listed[(RK_ALT_KEYS + 1) * NAMED_MAX];
    size_t count = 0;
    for (size_t i = 0; i < n->kept_count; i++)
        listed[count++] = n->kept[i];
    for (size_t k = 0; n->kept_count == 0 && k < n->count; k++)
        for (size_t i = 0; i < n->by[k].count; i++)
            if (!is_listed(listed, count, n->by[k].rows[i]))
                listed[count++] = n->by[k].rows[i];
    for (size_t i = 0; i < count; i++)
        rk_candidate_list_add(i < RK_LISTED_MAX ? &run->candidates : &run->held, entry, listed[i]);
    for (size_t k = 0; k < n->count; k++)
        if (n->by[k].crowd)
            rk_candidate_list_add(k ? &run->alt->crowds[n->by[k].kind] : &run->crowds, entry,
                                  n->by[k].rows[0]);
}

static bool owes(const rk_applications *a, uint32_t row)
{
    return a->state[row] == RK_STATE_NONE && a->due_minor[row] > 0 &&
           (!a->status || a->status[row] != RK_STATUS_CANCELLED);
}

/* Its own code is nobody's, another of its keys names one that owes just this. */
static void suggest(rk_run *run, uint32_t entry, const naming *n)
{
    rk_entries *e = &run->world->entries;
    const rk_applications *a = &run->world->applications;
    uint32_t row = n->kept[0];
    const rk_match_rule *rule = NULL;
    for (size_t i = 1; !rule && i < n->count; i++)
        rule = n->by[i].count ? n->by[i].rule : NULL;
    bool fits =
        owes(a, row) && a->due_minor[row] == e->amount_minor[entry] && could_pay(run, entry, row);
    if (rk_is_traced(run, entry))
        rk_trace_note(run, rule, row, RK_TEST_OWES, false, fits, rk_trace_of(RK_TRACE_NOTHING, 0),
                      rk_trace_of(RK_TRACE_MONEY, owes(a, row) ? a->due_minor[row] : 0));
    if (!fits)
        return;
    rk_entry_decide(e, entry, RK_SUGGESTED, RK_REASON_OTHER_KEY, rule->rule);
    e->application[entry] = row;
    rk_candidate_list_add(&run->candidates, entry, row);
}

static int by_application_and_entry(const void *a, const void *b, void *run)
{
    const rk_candidate *x = a, *y = b;
    if (x->application != y->application)
        return x->application < y->application ? -1 : 1;
    return rk_by_time(&x->entry, &y->entry, run);
}

/* All that share a key of which an entry could not list them all: each key once. */
static void hold_crowds(rk_run *run, rk_alt_key kind)
{
    rk_candidate_list *crowds = &run->alt->crowds[kind];
    if (crowds->count)
        qsort_r(crowds->items, crowds->count, sizeof *crowds->items, by_application_and_entry, run);
    for (size_t i = 0; i < crowds->count; i++) {
        size_t count;
        if (i > 0 && crowds->items[i - 1].application == crowds->items[i].application)
            continue;
        const uint32_t *rows = rk_code_index_rows(
            &run->alt->index[kind], run->alt->hashes[kind][crowds->items[i].application], &count);
        for (size_t k = 0; k < count; k++)
            rk_candidate_list_add(&run->held, crowds->items[i].entry, rows[k]);
    }
}

void rk_match_alternative_candidates(rk_run *run)
{
    naming n;
    const rk_entries *e = &run->world->entries;
    for (uint32_t row = 0; run->alt && row < e->batch.count; row++) {
        bool open = e->keys[row] && run->how[row] & RK_HOW_KEYS && e->outcome[row] == RK_AMBIGUOUS;
        bool unknown = e->keys[row] && e->outcome[row] == RK_UNIDENTIFIED &&
                       e->reason[row] == RK_REASON_UNKNOWN_CODE && e->amount_minor[row] > 0;
        if (!open && !unknown)
            continue;
        size_t noted = rk_is_traced(run, row) ? run->trace->count : 0;
        name_all(run, row, &n);
        if (rk_is_traced(run, row))
            run->trace->count = noted;
        if (open)
            list_candidates(run, row, &n);
        else if (n.any && n.kept_count == 1 && !n.crowd)
            suggest(run, row, &n);
    }
    for (unsigned kind = 0; run->alt && kind < RK_ALT_KEYS; kind++)
        hold_crowds(run, (rk_alt_key)kind);
}
