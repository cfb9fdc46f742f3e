#include "match/journal.h"

#include <stdlib.h>

/* What a payment must share with the entry that takes it back. */
typedef struct journal {
    uint64_t hash;
    uint32_t asking;      /* the first entry that asks for it */
    uint32_t first, last; /* its payments: places in `payments`, by time */
} journal;

/* A payment that one of the journals may be about. */
typedef struct payment {
    uint32_t journal, entry;
} payment;

typedef struct journals {
    rk_run *run;
    uint32_t *asking; /* entries, by time */
    size_t asking_count, asking_capacity;
    journal *items;
    size_t count, capacity;
    uint32_t *slots; /* open addressing: item + 1 */
    size_t size;
    payment *payments;
    size_t payment_count, payment_capacity;
} journals;

static rk_slice reference_of(const rk_world *w, size_t entry)
{
    return rk_texts_get(&w->texts, w->entries.reference[entry]);
}

static uint64_t hash_of(const rk_world *w, size_t entry)
{
    rk_money amount = w->entries.amount_minor[entry];
    uint64_t hash = rk_slice_hash(reference_of(w, entry));
    hash ^= (uint64_t)(amount < 0 ? -amount : amount) * 0x9e3779b97f4a7c15ull;
    return (hash ^ rk_entry_channel(&w->entries, entry)) * 0xd6e8feb86659fd93ull;
}

/* A payment and what takes it back, or two of one kind. */
static bool are_alike(const rk_world *w, size_t a, size_t b)
{
    const rk_entries *e = &w->entries;
    return rk_entry_channel(e, a) == rk_entry_channel(e, b) &&
           (e->amount_minor[a] == e->amount_minor[b] ||
            e->amount_minor[a] == -e->amount_minor[b]) &&
           rk_slice_equal(reference_of(w, a), reference_of(w, b));
}

/* ---- who asks ---- */

static const rk_match_rule *rule_for(const rk_run *run, size_t entry)
{
    const rk_matching *rules = &run->rules->matching;
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].key == RK_KEY_REFERENCE && rk_rule_is_for(run, &rules->items[i], entry))
            return &rules->items[i];
    return NULL;
}

static bool asks(const rk_run *run, size_t row)
{
    const rk_entries *e = &run->world->entries;
    return e->amount_minor[row] < 0 && e->outcome[row] == RK_UNIDENTIFIED &&
           e->reason[row] == RK_REASON_NEGATIVE &&
           rk_reference_names(reference_of(run->world, row));
}

static uint32_t *slot_of(const journals *j, uint64_t hash, size_t entry)
{
    size_t at = (size_t)(hash >> 20) & (j->size - 1);
    while (j->slots[at] && (j->items[j->slots[at] - 1].hash != hash ||
                            !are_alike(j->run->world, j->items[j->slots[at] - 1].asking, entry)))
        at = (at + 1) & (j->size - 1);
    return &j->slots[at];
}

static void find_asking(journals *j)
{
    const rk_run *run = j->run;
    for (size_t row = 0; row < run->world->entries.batch.count; row++)
        if (asks(run, row)) {
            j->asking =
                rk_grow(j->asking, &j->asking_capacity, j->asking_count + 1, sizeof *j->asking);
            j->asking[j->asking_count++] = (uint32_t)row;
        }
    if (j->asking_count > 1)
        qsort_r(j->asking, j->asking_count, sizeof *j->asking, rk_by_time, j->run);
    for (j->size = 64; j->size < 2 * j->asking_count;)
        j->size *= 2;
    j->slots = rk_alloc(j->size, sizeof *j->slots);
    for (size_t i = 0; i < j->asking_count; i++) {
        uint64_t hash = hash_of(run->world, j->asking[i]);
        uint32_t *slot = slot_of(j, hash, j->asking[i]);
        if (*slot)
            continue;
        j->items = rk_grow(j->items, &j->capacity, j->count + 1, sizeof *j->items);
        j->items[j->count++] = (journal){.hash = hash, .asking = j->asking[i]};
        *slot = (uint32_t)j->count;
    }
}

/* ---- what they may take back ---- */

typedef struct found {
    payment *items;
    size_t count, capacity;
} found;

static void look_at(const journals *j, size_t row, found *own)
{
    const rk_world *w = j->run->world;
    if (w->entries.amount_minor[row] <= 0 || w->entries.outcome[row] == RK_IGNORED ||
        w->entries.outcome[row] == RK_SETTLEMENT || !w->entries.reference[row])
        return;
    const uint32_t *slot = slot_of(j, hash_of(w, row), row);
    if (!*slot)
        return;
    own->items = rk_grow(own->items, &own->capacity, own->count + 1, sizeof *own->items);
    own->items[own->count++] = (payment){*slot - 1, (uint32_t)row};
}

static int by_journal_and_time(const void *a, const void *b, void *run)
{
    const payment *x = a, *y = b;
    if (x->journal != y->journal)
        return x->journal < y->journal ? -1 : 1;
    return rk_by_time(&x->entry, &y->entry, run);
}

static void find_payments(journals *j)
{
#pragma omp parallel num_threads(j->run->threads)
    {
        found own = {0};
#pragma omp for schedule(static)
        for (size_t row = 0; row < j->run->world->entries.batch.count; row++)
            look_at(j, row, &own);
#pragma omp critical(rk_match_journals)
        if (own.count) {
            j->payments = rk_grow(j->payments, &j->payment_capacity, j->payment_count + own.count,
                                  sizeof *j->payments);
            memcpy(j->payments + j->payment_count, own.items, own.count * sizeof *own.items);
            j->payment_count += own.count;
        }
        free(own.items);
    }
    if (j->payment_count)
        qsort_r(j->payments, j->payment_count, sizeof *j->payments, by_journal_and_time, j->run);
    for (size_t i = 0; i < j->payment_count; i++) {
        journal *of = &j->items[j->payments[i].journal];
        if (i == 0 || j->payments[i - 1].journal != j->payments[i].journal)
            of->first = (uint32_t)i;
        of->last = (uint32_t)i + 1;
    }
}

/* ---- one entry ---- */

/* Payments by time: only the first ones can have come no later. */
static size_t count_before(const journals *j, const journal *of, uint32_t entry)
{
    const rk_entries *e = &j->run->world->entries;
    size_t count = 0;
    while (of->first + count < of->last && count < RK_LISTED_MAX &&
           e->paid_from[j->payments[of->first + count].entry] <= rk_entry_until(e, entry))
        count++;
    return count;
}

static void note(const journals *j, const rk_match_rule *rule, uint32_t entry, const journal *of,
                 size_t count)
{
    const rk_run *run = j->run;
    uint32_t paid = count ? j->payments[of->first].entry : RK_NO_ROW;
    if (!rk_is_traced(run, entry))
        return;
    rk_trace_note(run, rule, RK_NO_ROW, RK_TEST_KEY, true, count > 0,
                  rk_trace_text(reference_of(run->world, entry)),
                  count ? rk_trace_of(RK_TRACE_ENTRY, paid) : rk_trace_of(RK_TRACE_NOTHING, 0));
    if (count)
        rk_trace_note(run, rule, RK_NO_ROW, RK_TEST_UNIQUE, true, count == 1,
                      rk_trace_of(RK_TRACE_COUNT, (int64_t)count),
                      rk_trace_of(RK_TRACE_NOTHING, 0));
    run->trace->searched = run->trace->count;
}

/* Nobody can tell which of them: their applications are listed. */
static void leave_open(const journals *j, const rk_match_rule *rule, uint32_t entry,
                       const journal *of, size_t count)
{
    rk_run *run = j->run;
    uint32_t listed[RK_LISTED_MAX];
    size_t known = 0;
    rk_entry_decide(&run->world->entries, entry, RK_AMBIGUOUS, RK_REASON_SEVERAL_PAYMENTS,
                    rule->rule);
    run->how[entry] = RK_HOW_LISTED | RK_KEY_REFERENCE;
    for (size_t i = 0; i < count; i++) {
        uint32_t row = run->world->entries.application[j->payments[of->first + i].entry];
        bool again = row == RK_NO_ROW;
        for (size_t k = 0; k < known && !again; k++)
            again = listed[k] == row;
        if (again)
            continue;
        listed[known++] = row;
        rk_candidate_list_add(&run->candidates, entry, row);
    }
}

/* The payment belongs to no application: both are done with. */
static void cancel_out(const rk_run *run, const rk_match_rule *rule, uint32_t entry, uint32_t paid)
{
    rk_entries *e = &run->world->entries;
    uint32_t both[] = {entry, paid};
    if (e->outcome[paid] == RK_REVERSED) {
        rk_entry_decide(e, entry, RK_UNIDENTIFIED, RK_REASON_NOTHING_TO_REVERSE, 0);
        return;
    }
    rk_entry_decide(e, entry, RK_REVERSAL, RK_REASON_TAKES_BACK, rule->rule);
    rk_entry_decide(e, paid, RK_REVERSED, RK_REASON_REVERSED, rule->rule);
    rk_links_append(&run->world->links,
                    &(rk_links){.items = &(rk_link){entry, paid}, .count = 1, .capacity = 1});
    for (size_t i = 0; i < 2; i++)
        if (rk_is_traced(run, both[i]))
            rk_trace_note(run, rule, RK_NO_ROW, RK_TEST_REVERSAL, false, true,
                          rk_trace_of(RK_TRACE_MONEY, e->amount_minor[entry]),
                          rk_trace_of(RK_TRACE_ENTRY, both[1 - i]));
}

static void settle(const journals *j, uint32_t entry)
{
    rk_run *run = j->run;
    const rk_match_rule *rule = rule_for(run, entry);
    if (!rule)
        return;
    const journal *of = &j->items[*slot_of(j, hash_of(run->world, entry), entry) - 1];
    size_t count = count_before(j, of, entry);
    note(j, rule, entry, of, count);
    if (count > 1)
        leave_open(j, rule, entry, of, count);
    if (count != 1)
        return;
    uint32_t paid = j->payments[of->first].entry;
    uint32_t application = run->world->entries.application[paid];
    if (application == RK_NO_ROW) {
        cancel_out(run, rule, entry, paid);
        return;
    }
    run->how[entry] = (uint8_t)((run->how[paid] & RK_HOW_WIDE) | RK_KEY_REFERENCE);
    rk_link_entry(run, entry, application, &run->further);
}

void rk_match_journals(rk_run *run)
{
    journals j = {.run = run};
    if (!run->world->entries.reference ||
        !rk_matching_has_key(&run->rules->matching, RK_KEY_REFERENCE))
        return;
    find_asking(&j);
    if (j.count) {
        if (!run->how)
            run->how = rk_pages(run->world->entries.batch.count + 1);
        find_payments(&j);
        for (size_t i = 0; i < j.asking_count; i++)
            settle(&j, j.asking[i]);
    }
    free(j.asking);
    free(j.items);
    free(j.slots);
    free(j.payments);
}
