#include "match/index.h"

#include <omp.h>
#include <stdlib.h>

#include "base/threads.h"

enum { PREFETCH_AHEAD = 16 };

/* Rows of the fullest region. */
static size_t largest_region(const uint64_t *codes, size_t count, int threads)
{
    size_t counts[RK_INDEX_REGIONS] = {0};
#pragma omp parallel for num_threads(threads) reduction(+ : counts) schedule(static)
    for (size_t row = 0; row < count; row++)
        if (codes[row])
            counts[rk_code_hash(codes[row]) >> 58]++;
    size_t largest = 0;
    for (size_t i = 0; i < RK_INDEX_REGIONS; i++)
        if (counts[i] > largest)
            largest = counts[i];
    return largest;
}

typedef struct rows {
    uint32_t *items;
    size_t count, capacity;
} rows;

/* Rows come in ascending order, so the slot keeps the first of a code. */
static void insert(rk_code_index *index, uint64_t hash, size_t row, rows *shared)
{
    size_t at = rk_code_index_slot(index, index->codes[row], hash);
    uint64_t slot = index->slots[at];
    if (slot == 0) {
        index->slots[at] = rk_slot_mark(hash) | (row + 1);
        return;
    }
    shared->items = rk_grow(shared->items, &shared->capacity, shared->count + 2, sizeof(uint32_t));
    if (!(slot & RK_SLOT_SHARED))
        shared->items[shared->count++] = (uint32_t)slot - 1;
    shared->items[shared->count++] = (uint32_t)row;
    index->slots[at] = slot | RK_SLOT_SHARED;
}

static int by_code(const void *a, const void *b, void *codes)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    uint64_t x = ((const uint64_t *)codes)[left], y = ((const uint64_t *)codes)[right];
    return x != y ? (x > y) - (x < y) : (left > right) - (left < right);
}

static void collect_shared(rk_code_index *index, rows *found)
{
    if (found->count == 0)
        return;
    index->shared =
        rk_realloc(index->shared, index->shared_count + found->count, sizeof *index->shared);
    memcpy(index->shared + index->shared_count, found->items, found->count * sizeof *found->items);
    index->shared_count += found->count;
}

/* A thread looks ahead to rows that it will insert. */
static void prefetch(const rk_code_index *index, size_t row, unsigned all, unsigned us)
{
    uint64_t hash = rk_code_hash(index->codes[row]);
    if ((hash >> 58) % all == us)
        __builtin_prefetch(&index->slots[rk_code_index_place(index, hash)], 1);
}

/* Each thread owns whole regions. */
void rk_code_index_build(rk_code_index *index, const uint64_t *codes, size_t count, int threads)
{
    threads = rk_threads_for(count, threads);
    size_t largest = largest_region(codes, count, threads);
    *index = (rk_code_index){.codes = codes, .region_slots = largest + largest / 2 + 8};
    index->bytes = RK_INDEX_REGIONS * index->region_slots * sizeof *index->slots;
    index->slots = rk_pages(index->bytes);
#pragma omp parallel num_threads(threads)
    {
        rows shared = {0};
        unsigned us = (unsigned)omp_get_thread_num(), all = (unsigned)omp_get_num_threads();
        for (size_t row = 0; row < count; row++) {
            uint64_t hash = rk_code_hash(codes[row]);
            if (row + PREFETCH_AHEAD < count)
                prefetch(index, row + PREFETCH_AHEAD, all, us);
            if (codes[row] && (hash >> 58) % all == us)
                insert(index, hash, row, &shared);
        }
#pragma omp critical(rk_code_index)
        collect_shared(index, &shared);
        free(shared.items);
    }
    if (index->shared_count)
        qsort_r(index->shared, index->shared_count, sizeof *index->shared, by_code,
                (void *)(uintptr_t)codes);
}

const uint32_t *rk_code_index_rows(const rk_code_index *index, uint64_t code, size_t *count)
{
    size_t low = 0, high = index->shared_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->codes[index->shared[middle]] < code)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < index->shared_count; ++*count)
        if (index->codes[index->shared[low + *count]] != code)
            break;
    return index->shared + low;
}

void rk_code_index_free(rk_code_index *index)
{
    rk_pages_free(index->slots, index->bytes);
    free(index->shared);
    *index = (rk_code_index){0};
}
