/*
 * index: from a billing code to the application that has it.
 *
 * In:  column of codes, 0 where there is none
 * Out: the first row of a code, and whether other rows share the code
 * Open addressing in one table that all threads fill. A slot holds a bit "shared", bits of the hash and the
 * row + 1. The hash is one to one, and place and bits together nearly always tell the whole of it, so a
 * search touches one line of memory. A code stands in the table once, however often it occurs, so hostile
 * repetition costs nothing.
 */
#ifndef RK_MATCH_INDEX_H
#define RK_MATCH_INDEX_H

#include "model/columns.h"

typedef struct rk_code_index {
    const uint64_t *codes;
    uint64_t *slots;
    size_t
        lines; /* of memory, of RK_SLOTS_A_LINE slots: where a search may begin; slots go on behind them */
    size_t slots_in_all;
    size_t farthest;              /* that a code stands behind its place, the line's first slot */
    uint64_t row_mask, mark_mask; /* of a slot */
    int row_bits;
    bool exact;       /* equal marks prove equal codes */
    uint32_t *shared; /* rows whose code another row has too, by code, then row */
    size_t shared_count;
} rk_code_index;

/* `codes` must outlive the index; none has more than 15 digits. */
void rk_code_index_build(rk_code_index *index, const uint64_t *codes, size_t count, int threads);
void rk_code_index_free(rk_code_index *index);

/* Rows that have `code`, ascending; for codes that are shared. Borrowed from the index. */
const uint32_t *rk_code_index_rows(const rk_code_index *index, uint64_t code, size_t *count);

enum { RK_CODE_BITS = 50 /* 15 digits */, RK_SLOTS_A_LINE = 8 };
#define RK_CODE_MASK (((uint64_t)1 << RK_CODE_BITS) - 1)

/* One to one on numbers of RK_CODE_BITS bits. */
static inline uint64_t rk_code_hash(uint64_t code)
{
    code = code * 0x9e3779b97f4a7c15ull & RK_CODE_MASK;
    code ^= code >> RK_CODE_BITS / 2;
    code = code * 0xd6e8feb86659fd93ull & RK_CODE_MASK;
    return code ^ code >> RK_CODE_BITS / 2;
}

#define RK_SLOT_SHARED ((uint64_t)1 << 63)

/* The slot where a search for this hash begins, the first of a line of memory; for prefetching. */
static inline size_t rk_code_index_place(const rk_code_index *index, uint64_t hash)
{
    return (size_t)((hash >> (RK_CODE_BITS - 32)) * index->lines >> 32) * RK_SLOTS_A_LINE;
}

/* The slot of the line at `at` that has the mark; 0: none. Looks at all of them: to guess which one it will be
 * costs more. */
static inline uint64_t rk_code_index_look(const rk_code_index *index, size_t at, uint64_t mark)
{
    unsigned equal = 0;
    const uint64_t *slots = index->slots + at;
    for (unsigned i = 0; i < RK_SLOTS_A_LINE; i++)
        equal |= (unsigned)(((slots[i] ^ mark) & index->mark_mask) == 0 && slots[i]) << i;
    return equal ? slots[__builtin_ctz(equal)] : 0;
}

/* The first row with `code`, RK_NO_ROW when there is none. */
static inline uint32_t rk_code_index_find(const rk_code_index *index, uint64_t code, uint64_t hash,
                                          bool *shared)
{
    uint64_t slot, mark = hash << index->row_bits;
    size_t at = rk_code_index_place(index, hash);
    *shared = false;
    if (code == 0 || code > RK_CODE_MASK)
        return RK_NO_ROW;
    if (index->exact && (slot = rk_code_index_look(index, at, mark)) != 0) {
        *shared = (slot & RK_SLOT_SHARED) != 0;
        return (uint32_t)(slot & index->row_mask) - 1;
    }
    for (size_t left = index->farthest + 1; left && (slot = index->slots[at]) != 0; left--) {
        uint32_t row = (uint32_t)(slot & index->row_mask) - 1;
        if (((slot ^ mark) & index->mark_mask) == 0 &&
            (index->exact || index->codes[row] == code)) {
            *shared = (slot & RK_SLOT_SHARED) != 0;
            return row;
        }
        at = at + 1 == index->slots_in_all ? 0 : at + 1;
    }
    return RK_NO_ROW;
}

#endif
