#include "match/near.h"

#include <omp.h>
#include <stdlib.h>

enum { CODE_DIGITS = 15, BITS_A_CODE = 16, NEAR_MAX = 5 * RK_NEIGHBOURS_MAX };

/* ---- neighbours ---- */

static size_t replaced_or_swapped(uint64_t code, uint64_t *neighbours)
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

/* A digit put in before one like it gives the same code as behind it: only the first counts. */
static size_t with_one_more(uint64_t code, uint64_t *neighbours)
{
    size_t count = 0;
    uint64_t unit = 1;
    for (int place = 0; place < CODE_DIGITS; place++, unit *= 10) {
        uint64_t high = code / unit, low = code % unit;
        for (uint64_t digit = 0; digit < 10; digit++)
            if (place == 0 || digit != code / (unit / 10) % 10)
                neighbours[count++] = high * unit * 10 + digit * unit + low;
    }
    return count;
}

static size_t with_one_of_two_less(uint64_t code, uint64_t *neighbours)
{
    size_t count = 0;
    uint64_t unit = 1, before = 10;
    for (int place = 0; place < CODE_DIGITS; place++, unit *= 10) {
        uint64_t digit = code / unit % 10, left = code / unit / 10 % 10;
        if (digit == left && digit != before)
            neighbours[count++] = code / unit / 10 * unit + code % unit;
        before = digit == left ? digit : 10;
    }
    return count;
}

size_t rk_code_neighbours(uint64_t code, uint64_t *neighbours)
{
    if (rk_code_is_whole(code))
        return replaced_or_swapped(code, neighbours);
    if (code >= RK_CODE_SHORT)
        return with_one_more(code - RK_CODE_SHORT, neighbours);
    return with_one_of_two_less(code, neighbours);
}

size_t rk_code_slips(uint64_t code, uint64_t *slips)
{
    size_t count = replaced_or_swapped(code, slips);
    uint64_t unit = 1;
    for (int place = 0; place < CODE_DIGITS; place++, unit *= 10) {
        uint64_t digit = code / unit % 10;
        slips[count++] = code / unit / 10 * unit + code % unit + RK_CODE_SHORT;
        slips[count++] = (code / unit * 10 + digit) * unit + code % unit;
    }
    return count;
}

/* ---- codes that are still to be paid ---- */

/* A bit by hash of each: most neighbours are nobody's, and this fits where the index does not. */
typedef struct open_codes {
    uint64_t *bits;
    size_t bytes;
    int shift; /* of a hash, to the number of its bit */
    uint64_t
        *crowds; /* codes that too many share to go through, where any of them owes; ascending */
    size_t crowd_count, crowd_capacity;
} open_codes;

static bool owes(const rk_applications *a, size_t row)
{
    return a->state[row] == RK_STATE_NONE && a->due_minor[row] > 0 &&
           (!a->status || a->status[row] != RK_STATUS_CANCELLED);
}

/* Each crowd is gone through once, whoever may be near it. */
static void find_crowds(const rk_run *run, open_codes *open)
{
    const rk_applications *a = &run->world->applications;
    const rk_code_index *index = &run->index;
    for (size_t from = 0, until; from < index->shared_count; from = until) {
        uint64_t code = index->codes[index->shared[from]];
        bool any = false;
        for (until = from;
             until < index->shared_count && index->codes[index->shared[until]] == code; until++)
            any |= owes(a, index->shared[until]);
        if (!any || until - from <= run->listed_max)
            continue;
        open->crowds = rk_grow(open->crowds, &open->crowd_capacity, open->crowd_count + 1,
                               sizeof *open->crowds);
        open->crowds[open->crowd_count++] = code;
    }
}

static int by_code(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool crowd_owes(const open_codes *open, uint64_t code)
{
    return open->crowd_count &&
           bsearch(&code, open->crowds, open->crowd_count, sizeof code, by_code) != NULL;
}

static open_codes find_open(const rk_run *run)
{
    const rk_applications *a = &run->world->applications;
    size_t count = 0, bits = 1024;
    open_codes open = {.shift = RK_CODE_BITS - 10};
#pragma omp parallel for num_threads(run->threads) reduction(+ : count) schedule(static)
    for (size_t row = 0; row < a->batch.count; row++)
        count += owes(a, row);
    for (; bits < count * BITS_A_CODE && open.shift > 0; bits *= 2)
        open.shift--;
    open.bytes = bits / 8;
    open.bits = rk_pages(open.bytes);
#pragma omp parallel for num_threads(run->threads) schedule(static)
    for (size_t row = 0; row < a->batch.count; row++) {
        uint64_t bit = rk_code_hash(a->code[row]) >> open.shift;
        if (!owes(a, row))
            continue;
#pragma omp atomic
        open.bits[bit / 64] |= (uint64_t)1 << bit % 64;
    }
    find_crowds(run, &open);
    return open;
}

/* ---- one entry ---- */

typedef struct nearing {
    rk_run *run;
    const open_codes *open;
    rk_candidate_list found, crowds, held; /* of one thread */
    bool gave_up;
} nearing;

static bool fits(const nearing *n, const rk_match_rule *rule, size_t entry, uint32_t row)
{
    const rk_run *run = n->run;
    const rk_applications *a = &run->world->applications;
    bool open = owes(a, row);
    if (rk_is_traced(run, entry)) {
        rk_trace_note(run, rule, row, RK_TEST_KEY, true, true,
                      rk_trace_of(RK_TRACE_CODE, (int64_t)run->world->entries.code[entry]),
                      rk_trace_of(RK_TRACE_CODE, (int64_t)a->code[row]));
        rk_trace_note(run, rule, row, RK_TEST_OWES, false, open, rk_trace_of(RK_TRACE_NOTHING, 0),
                      rk_trace_of(RK_TRACE_MONEY, open ? a->due_minor[row] : 0));
    }
    return open && rk_rule_fits(run, rule, entry, row);
}

/* When it is traced, those that are paid are told too. */
static bool may_be_open(const nearing *n, size_t entry, uint64_t hash)
{
    uint64_t bit = hash >> n->open->shift;
    return n->open->bits[bit / 64] >> bit % 64 & 1 || rk_is_traced(n->run, entry);
}

static void try_code(nearing *n, const rk_match_rule *rule, size_t entry, uint64_t code)
{
    bool shared;
    size_t count = 1;
    uint64_t hash = rk_code_hash(code);
    if (!may_be_open(n, entry, hash))
        return;
    uint32_t row = rk_code_index_find(&n->run->index, code, hash, &shared);
    const uint32_t *rows = &row;
    if (row == RK_NO_ROW)
        return;
    if (shared)
        rows = rk_code_index_rows(&n->run->index, code, &count);
    if (count > n->run->listed_max && !crowd_owes(n->open, code))
        return;
    if (count > n->run->listed_max) {
        rk_candidate_list_add(&n->crowds, (uint32_t)entry, rows[0]);
        n->gave_up = true;
    }
    for (size_t i = 0; i < count && i < n->run->listed_max; i++)
        if (fits(n, rule, entry, rows[i]))
            rk_candidate_list_add(&n->found, (uint32_t)entry, rows[i]);
}

static int by_id(const void *a, const void *b, void *context)
{
    const rk_world *w = context;
    const rk_candidate *x = a, *y = b;
    return rk_slice_compare(rk_texts_get(&w->texts, w->applications.id[x->application]),
                            rk_texts_get(&w->texts, w->applications.id[y->application]));
}

/* The first by id are listed; of the others the lapse waits all the same. */
static void cut_list(nearing *n, size_t before)
{
    rk_candidate *own = n->found.items + before;
    size_t fitting = n->found.count - before;
    if (fitting <= n->run->listed_max)
        return;
    n->gave_up = true;
    qsort_r(own, fitting, sizeof *own, by_id, n->run->world);
    for (size_t i = n->run->listed_max; i < fitting; i++)
        rk_candidate_list_add(&n->held, own[i].entry, own[i].application);
    n->found.count = before + n->run->listed_max;
}

static void decide(nearing *n, const rk_match_rule *rule, size_t entry, size_t before)
{
    rk_entries *e = &n->run->world->entries;
    cut_list(n, before);
    size_t fitting = n->found.count - before;
    bool one = fitting == 1 && !n->gave_up;
    if (rk_is_traced(n->run, entry))
        rk_trace_note(n->run, rule, RK_NO_ROW, RK_TEST_UNIQUE, true, one,
                      rk_trace_of(RK_TRACE_COUNT, (int64_t)fitting),
                      rk_trace_of(RK_TRACE_NOTHING, 0));
    rk_entry_decide(e, entry, one ? RK_SUGGESTED : RK_AMBIGUOUS,
                    one          ? RK_REASON_NEAR_CODE
                    : n->gave_up ? RK_REASON_GAVE_UP
                                 : RK_REASON_SEVERAL_NEAR,
                    rule->rule);
    if (one)
        e->application[entry] = n->found.items[before].application;
}

/* Numbers in the text that may be a code with a digit wrong, lost or doubled. */
static rk_slice numbers_of(const rk_run *run, size_t row)
{
    const rk_entries *e = &run->world->entries;
    if (!e->windows || !e->windows[row] || e->reason[row] != RK_REASON_NO_CODE)
        return (rk_slice){"", 0};
    return rk_texts_get(&run->world->texts, e->windows[row]);
}

static size_t add_neighbour(uint64_t *neighbours, size_t count, uint64_t code)
{
    for (size_t i = 0; i < count; i++)
        if (neighbours[i] == code)
            return count;
    neighbours[count] = code;
    return count + 1;
}

/* A number that is one digit too long holds codes as well as being near some: none goes before another. */
static size_t list_neighbours(const rk_run *run, size_t entry, uint64_t *neighbours)
{
    rk_slice rest = numbers_of(run, entry), numbers = rest;
    uint64_t number, window, near[RK_NEIGHBOURS_MAX];
    size_t count = 0;
    bool whole, off;
    if (rest.len == 0)
        return rk_code_neighbours(run->world->entries.code[entry], neighbours);
    while (count + RK_NEIGHBOURS_MAX <= NEAR_MAX && rk_windows_mistyped(&numbers, &number))
        for (size_t i = rk_code_neighbours(number, near); i > 0; i--)
            count = add_neighbour(neighbours, count, near[i - 1]);
    off = count > 0;
    while (count < NEAR_MAX && rk_windows_next(&rest, &window, &whole)) {
        off |= !whole;
        count = add_neighbour(neighbours, count, window);
    }
    return off ? count : 0;
}

static void decide_entry(nearing *n, size_t entry)
{
    uint64_t neighbours[NEAR_MAX];
    const rk_matching *rules = &n->run->rules->matching;
    size_t before = n->found.count;
    size_t count = list_neighbours(n->run, entry, neighbours);
    n->gave_up = false;
    for (size_t r = 0; r < rules->count; r++) {
        const rk_match_rule *rule = &rules->items[r];
        if (rule->key != RK_KEY_NEAR_BILLING_CODE || !rk_rule_on_day(n->run, rule, entry))
            continue;
        for (size_t i = 0; i < count; i++)
            try_code(n, rule, entry, neighbours[i]);
        if (n->found.count > before || n->gave_up) {
            decide(n, rule, entry, before);
            return;
        }
    }
}

/* What no exact key found: by its code, or by a number in its text that is one digit off. */
static bool is_mistyped(const rk_run *run, size_t row)
{
    const rk_entries *e = &run->world->entries;
    return e->outcome[row] == RK_UNIDENTIFIED && e->amount_minor[row] > 0 &&
           (e->reason[row] == RK_REASON_UNKNOWN_CODE || numbers_of(run, row).len);
}

/* Each entry is decided by itself: states of applications are only read. */
void rk_match_near(rk_run *run)
{
    const rk_entries *e = &run->world->entries;
    if (!rk_matching_has_key(&run->rules->matching, RK_KEY_NEAR_BILLING_CODE))
        return;
    open_codes open = find_open(run);
#pragma omp parallel num_threads(run->threads)
    {
        nearing own = {.run = run, .open = &open};
#pragma omp for schedule(dynamic, 1024)
        for (size_t row = 0; row < e->batch.count; row++)
            if (is_mistyped(run, row))
                decide_entry(&own, row);
#pragma omp critical(rk_match_near)
        {
            rk_candidate_list_append(&run->candidates, &own.found);
            rk_candidate_list_append(&run->crowds, &own.crowds);
            rk_candidate_list_append(&run->held, &own.held);
        }
        free(own.found.items);
        free(own.crowds.items);
        free(own.held.items);
    }
    rk_pages_free(open.bits, open.bytes);
    free(open.crowds);
}
