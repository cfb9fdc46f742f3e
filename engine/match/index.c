#include "match/index.h"

#include <stdlib.h>

#include "base/threads.h"

enum { PREFETCH_AHEAD = 24, SLOTS_BEHIND = 4096 };

typedef struct rows {
    uint32_t *items;
    size_t count, capacity;
} rows;

static void add_row(rows *to, uint32_t row)
{
    to->items = rk_grow(to->items, &to->capacity, to->count + 1, sizeof *to->items);
    to->items[to->count++] = row;
}

/* Another row has the code of this slot: the slot keeps the lower one. */
static void share(uint64_t *slot, uint64_t row_mask, uint32_t row, rows *shared)
{
    uint64_t old = __atomic_load_n(slot, __ATOMIC_RELAXED), new;
    do {
        uint64_t lower = (old & row_mask) < (uint64_t)row + 1 ? old & row_mask : (uint64_t)row + 1;
        new = RK_SLOT_SHARED | (old & ~row_mask) | lower;
    } while (
        !__atomic_compare_exchange_n(slot, &old, new, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    if (!(old & RK_SLOT_SHARED))
        add_row(shared, (uint32_t)(old & row_mask) - 1);
    add_row(shared, row);
}

/* Gives how far behind its place the code came to stand; SIZE_MAX - 1 when the end had to go on at the start. */
static size_t insert(rk_code_index *index, size_t row, rows *shared)
{
    uint64_t code = index->codes[row], hash = rk_code_hash(code), mark = hash << index->row_bits;
    size_t at = rk_code_index_place(index, hash), distance = 0;
    bool wrapped = false;
    for (;;) {
        uint64_t slot = 0, wanted = (mark & index->mark_mask) | (row + 1);
        if (__atomic_load_n(&index->slots[at], __ATOMIC_RELAXED) == 0 &&
            __atomic_compare_exchange_n(&index->slots[at], &slot, wanted, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return wrapped ? SIZE_MAX - 1 : distance;
        slot = __atomic_load_n(&index->slots[at], __ATOMIC_RELAXED);
        if (((slot ^ mark) & index->mark_mask) == 0 &&
            index->codes[(slot & index->row_mask) - 1] == code) {
            share(&index->slots[at], index->row_mask, (uint32_t)row, shared);
            return wrapped ? SIZE_MAX - 1 : distance;
        }
        distance++;
        if (++at == index->slots_in_all) {
            at = 0;
            wrapped = true;
        }
    }
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

/* Places of different codes with equal marks lie at least so far apart. */
static size_t gap_of_equal_marks(const rk_code_index *index)
{
    int known = 63 - index->row_bits; /* lowest bits of the hash that a mark holds */
    if (known >= RK_CODE_BITS)
        return SIZE_MAX;
    return (size_t)(((uint64_t)1 << (known - (RK_CODE_BITS - 32))) * index->lines >> 32) *
           RK_SLOTS_A_LINE;
}

static void lay_out(rk_code_index *index, const uint64_t *codes, size_t count)
{
    size_t lines = (count + count / 2) / RK_SLOTS_A_LINE + 1;
    *index = (rk_code_index){.codes = codes, .lines = lines, .row_bits = 1};
    while (count >> index->row_bits)
        index->row_bits++;
    index->row_mask = ((uint64_t)1 << index->row_bits) - 1;
    index->mark_mask = ~index->row_mask & ~RK_SLOT_SHARED;
    index->slots_in_all = lines * RK_SLOTS_A_LINE + SLOTS_BEHIND;
    index->slots = rk_pages_scattered(index->slots_in_all * sizeof *index->slots);
}

void rk_code_index_build(rk_code_index *index, const uint64_t *codes, size_t count, int threads)
{
    size_t farthest = 0;
    lay_out(index, codes, count);
#pragma omp parallel num_threads(rk_threads_for(count, threads)) reduction(max : farthest)
    {
        rows shared = {0};
#pragma omp for schedule(dynamic, RK_ROWS_A_THREAD)
        for (size_t row = 0; row < count; row++) {
            if (row + PREFETCH_AHEAD < count)
                __builtin_prefetch(&index->slots[rk_code_index_place(
                                       index, rk_code_hash(codes[row + PREFETCH_AHEAD]))],
                                   1);
            size_t distance = codes[row] ? insert(index, row, &shared) : 0;
            farthest = distance > farthest ? distance : farthest;
        }
#pragma omp critical(rk_code_index)
        collect_shared(index, &shared);
        free(shared.items);
    }
    index->farthest = farthest;
    index->exact = farthest + RK_SLOTS_A_LINE < gap_of_equal_marks(index);
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
    rk_pages_free(index->slots, index->slots_in_all * sizeof *index->slots);
    free(index->shared);
    *index = (rk_code_index){0};
}
