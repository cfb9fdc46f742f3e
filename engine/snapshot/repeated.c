#include "snapshot/repeated.h"

#include <stdlib.h>

enum { PARTITIONS = 1024, PROBES_MAX = 64, STRIPE_ROWS = 1 << 16 };

typedef struct key {
    uint64_t hash;
    uint32_t row;
} key;

typedef struct finding {
    uint32_t earlier, later; /* later == UINT32_MAX: none */
} finding;

typedef struct job {
    const rk_texts *texts;
    const rk_text *column;
    size_t count;
    key *keys;                      /* by partition, then row */
    uint32_t (*counts)[PARTITIONS]; /* for each stripe: how many, then where they go */
    uint32_t begins[PARTITIONS + 1];
} job;

static inline size_t partition_of(uint64_t hash)
{
    return (size_t)(hash >> 54);
}

static inline uint64_t hash_of(const job *of, size_t row)
{
    return rk_slice_hash(rk_texts_get(of->texts, of->column[row]));
}

static inline rk_slice text_of(const job *of, uint32_t row)
{
    return rk_texts_get(of->texts, of->column[row]);
}

static size_t stripe_end(const job *of, size_t stripe)
{
    size_t end = (stripe + 1) * STRIPE_ROWS;
    return end < of->count ? end : of->count;
}

/* Keys by partition; within one in the order of rows. */
static void spread(job *of, int threads)
{
    size_t stripes = (of->count + STRIPE_ROWS - 1) / STRIPE_ROWS;
    uint32_t at = 0;
    of->counts = rk_alloc(stripes + 1, sizeof *of->counts);
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t s = 0; s < stripes; s++)
        for (size_t row = s * STRIPE_ROWS; row < stripe_end(of, s); row++)
            of->counts[s][partition_of(hash_of(of, row))]++;
    for (size_t p = 0; p < PARTITIONS; p++) {
        of->begins[p] = at;
        for (size_t s = 0; s < stripes; s++) {
            uint32_t here = of->counts[s][p];
            of->counts[s][p] = at;
            at += here;
        }
    }
    of->begins[PARTITIONS] = at;
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t s = 0; s < stripes; s++)
        for (size_t row = s * STRIPE_ROWS; row < stripe_end(of, s); row++) {
            uint64_t hash = hash_of(of, row);
            of->keys[of->counts[s][partition_of(hash)]++] = (key){hash, (uint32_t)row};
        }
    free(of->counts);
}

/* The rare case: sorted by text, so that its cost is bounded whatever the texts are. */
static int by_text(const void *a, const void *b, void *context)
{
    const key *x = a, *y = b;
    const job *of = context;
    int order = rk_slice_compare(text_of(of, x->row), text_of(of, y->row));
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static finding search_sorted(job *of, key *keys, size_t count)
{
    finding found = {0, UINT32_MAX};
    qsort_r(keys, count, sizeof *keys, by_text, of);
    for (size_t i = 1, first = 0; i < count; i++) {
        if (!rk_slice_equal(text_of(of, keys[first].row), text_of(of, keys[i].row)))
            first = i;
        else if (keys[i].row < found.later)
            found = (finding){keys[first].row, keys[i].row};
    }
    return found;
}

/* Rows come in order, so the first hit is the smallest later row of the partition. `slots` holds
 * index + 1 into keys. */
static finding search(job *of, key *keys, size_t count, uint32_t *slots, size_t slot_count)
{
    memset(slots, 0, slot_count * sizeof *slots);
    for (size_t i = 0; i < count; i++) {
        size_t slot = (size_t)keys[i].hash & (slot_count - 1), probes = 0;
        for (; slots[slot]; slot = (slot + 1) & (slot_count - 1)) {
            const key *other = &keys[slots[slot] - 1];
            if (other->hash == keys[i].hash &&
                rk_slice_equal(text_of(of, other->row), text_of(of, keys[i].row)))
                return (finding){other->row, keys[i].row};
            if (++probes > PROBES_MAX)
                return search_sorted(of, keys, count);
        }
        slots[slot] = (uint32_t)i + 1;
    }
    return (finding){0, UINT32_MAX};
}

static finding search_partition(job *of, size_t p)
{
    size_t count = of->begins[p + 1] - of->begins[p], slot_count = 16;
    if (count < 2)
        return (finding){0, UINT32_MAX};
    while (slot_count < count * 2)
        slot_count *= 2;
    uint32_t *slots = rk_alloc(slot_count, sizeof *slots);
    finding found = search(of, of->keys + of->begins[p], count, slots, slot_count);
    free(slots);
    return found;
}

bool rk_texts_repeated(const rk_texts *texts, const rk_text *column, size_t count, int threads,
                       size_t *earlier, size_t *later)
{
    job of = {.texts = texts, .column = column, .count = count};
    finding found[PARTITIONS], first = {0, UINT32_MAX};
    if (count < 2)
        return false;
    of.keys = rk_pages(count * sizeof *of.keys);
    spread(&of, threads);
#pragma omp parallel for schedule(dynamic, 4) num_threads(threads)
    for (size_t p = 0; p < PARTITIONS; p++)
        found[p] = search_partition(&of, p);
    for (size_t p = 0; p < PARTITIONS; p++)
        if (found[p].later < first.later)
            first = found[p];
    rk_pages_free(of.keys, count * sizeof *of.keys);
    *earlier = first.earlier;
    *later = first.later;
    return first.later != UINT32_MAX;
}
