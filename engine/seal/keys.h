/*
 * keys: a sorted set of 64-bit keys as bytes; tells whether a segment must be read.
 *
 * In:  {820240305000001, 820240305000071}        Out: variable-length differences, a byte or two each
 */
#ifndef RK_SEAL_KEYS_H
#define RK_SEAL_KEYS_H

#include "base/buffer.h"
#include "model/money.h"

typedef struct rk_keys {
    uint64_t *items;
    size_t count, capacity;
} rk_keys; /* {0} is empty */

void rk_keys_add(rk_keys *keys, uint64_t key);
void rk_keys_sort(rk_keys *keys); /* and drop repeats */
void rk_keys_free(rk_keys *keys);

/* `keys` must be sorted. */
void rk_keys_encode(const rk_keys *keys, rk_buffer *out);

/* Whether any of the sorted `keys` is in the encoded set. False on damaged bytes sets *damaged. */
bool rk_keys_meet(const rk_keys *keys, rk_slice encoded, bool *damaged);

/* How entries and application ids become keys. */
uint64_t rk_key_of_entry(uint64_t digest_short, uint32_t ordinal);
uint64_t rk_key_of_id(rk_slice id);
uint64_t rk_key_of_group(rk_slice group_id); /* among the ids of a segment */

/* Of a payment, or (below 0) of money that went back: among the codes of a segment, below all of them. Short,
 * as there is one for nearly every entry: what is found by chance is read in vain. */
enum { RK_SHORT_KEY_BITS = 40 };
uint64_t rk_key_of_reference(rk_slice channel, rk_money amount_minor, rk_slice reference);

/* Of a key beside the billing code, by its hash; the same set. */
uint64_t rk_key_of_alternative(uint64_t hash);

/* Whether the sorted `keys` have it. */
bool rk_keys_have(const rk_keys *keys, uint64_t key);

#endif
