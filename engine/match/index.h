/*
 * index: from a billing code to the application that has it.
 *
 * In:  column of codes, 0 where there is none
 * Out: the first row of a code, and whether other rows share the code
 * Open addressing in one table that threads fill by region, so the content does not depend on their
 * number. A slot holds a bit "shared", 31 bits of the hash and the row + 1; a code stands in it once,
 * however often it occurs, so hostile repetition costs nothing.
 */
#ifndef RK_MATCH_INDEX_H
#define RK_MATCH_INDEX_H

#include "model/columns.h"

typedef struct rk_code_index {
    const uint64_t *codes;
    uint64_t *slots;
    size_t region_slots; /* slots in a region */
    size_t bytes;
    uint32_t *shared; /* rows whose code another row has too, by code, then row */
    size_t shared_count;
} rk_code_index;

enum { RK_INDEX_REGIONS = 64 };

/* `codes` must outlive the index. */
void rk_code_index_build(rk_code_index *index, const uint64_t *codes, size_t count, int threads);
void rk_code_index_free(rk_code_index *index);

/* Rows that have `code`, ascending; for codes that are shared. Borrowed from the index. */
const uint32_t *rk_code_index_rows(const rk_code_index *index, uint64_t code, size_t *count);

static inline uint64_t rk_code_hash(uint64_t code)
{
    code *= 0x9e3779b97f4a7c15ull;
    code ^= code >> 32;
    code *= 0xd6e8feb86659fd93ull;
    return code ^ code >> 32;
}

#define RK_SLOT_SHARED ((uint64_t)1 << 63)

static inline uint64_t rk_slot_mark(uint64_t hash)
{
    return hash << 32 & ~RK_SLOT_SHARED;
}

/* The slot where a search for this hash begins; for prefetching. */
static inline size_t rk_code_index_place(const rk_code_index *index, uint64_t hash)
{
    size_t region = (size_t)(hash >> 58);
    size_t within = (size_t)((hash >> 26 & 0xffffffffu) * (uint64_t)index->region_slots >> 32);
    return region * index->region_slots + within;
}

/* The slot of `code`, or the empty slot where it belongs. */
static inline size_t rk_code_index_slot(const rk_code_index *index, uint64_t code, uint64_t hash)
{
    size_t end = (size_t)(hash >> 58) * index->region_slots + index->region_slots;
    size_t at = rk_code_index_place(index, hash);
    uint64_t slot;
    while ((slot = index->slots[at]) != 0) {
        bool alike = (slot & ~RK_SLOT_SHARED) >> 32 == rk_slot_mark(hash) >> 32;
        if (alike && index->codes[(uint32_t)slot - 1] == code)
            break;
        at = at + 1 == end ? end - index->region_slots : at + 1;
    }
    return at;
}

/* The first row with `code`, RK_NO_ROW when there is none. */
static inline uint32_t rk_code_index_find(const rk_code_index *index, uint64_t code, uint64_t hash,
                                          bool *shared)
{
    uint64_t slot = index->slots[rk_code_index_slot(index, code, hash)];
    *shared = (slot & RK_SLOT_SHARED) != 0;
    return slot ? (uint32_t)slot - 1 : RK_NO_ROW;
}

#endif
