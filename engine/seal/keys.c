#include "seal/keys.h"

#include <stdlib.h>

void rk_keys_add(rk_keys *keys, uint64_t key)
{
    keys->items = rk_grow(keys->items, &keys->capacity, keys->count + 1, sizeof *keys->items);
    keys->items[keys->count++] = key;
}

/* By one byte of the keys, from `from` to `to`; false, and nothing is moved, when that byte is the same in all. */
static bool sort_by_byte(const uint64_t *from, uint64_t *to, size_t count, unsigned shift)
{
    size_t places[256] = {0}, first = 0;
    for (size_t i = 0; i < count; i++)
        places[from[i] >> shift & 0xff]++;
    if (places[from[0] >> shift & 0xff] == count)
        return false;
    for (size_t byte = 0; byte < 256; byte++) {
        size_t next = first + places[byte];
        places[byte] = first;
        first = next;
    }
    for (size_t i = 0; i < count; i++)
        to[places[from[i] >> shift & 0xff]++] = from[i];
    return true;
}

/* A large night asks for millions of keys, days among them that are nearly all the same. */
void rk_keys_sort(rk_keys *keys)
{
    size_t kept = 0;
    if (keys->count == 0)
        return;
    uint64_t *other = rk_alloc(keys->capacity, sizeof *other);
    for (unsigned shift = 0; shift < 64; shift += 8)
        if (sort_by_byte(keys->items, other, keys->count, shift)) {
            uint64_t *sorted = other;
            other = keys->items;
            keys->items = sorted;
        }
    free(other);
    for (size_t i = 0; i < keys->count; i++)
        if (i == 0 || keys->items[i] != keys->items[kept - 1])
            keys->items[kept++] = keys->items[i];
    keys->count = kept;
}

void rk_keys_free(rk_keys *keys)
{
    free(keys->items);
    *keys = (rk_keys){0};
}

void rk_keys_encode(const rk_keys *keys, rk_buffer *out)
{
    uint64_t last = 0;
    for (size_t i = 0; i < keys->count; i++) {
        uint64_t step = keys->items[i] - last;
        last = keys->items[i];
        while (step >= 0x80) {
            rk_buffer_char(out, (char)(step | 0x80));
            step >>= 7;
        }
        rk_buffer_char(out, (char)step);
    }
}

/* The next step; false at the end or when the bytes are cut. */
static bool next_step(const char **at, const char *end, uint64_t *step)
{
    *step = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        unsigned char byte = (unsigned char)*(*at)++;
        *step |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

bool rk_keys_meet(const rk_keys *keys, rk_slice encoded, bool *damaged)
{
    const char *at = encoded.at, *end = encoded.at + encoded.len;
    uint64_t key = 0, step;
    size_t i = 0;
    *damaged = false;
    while (at < end && i < keys->count) {
        if (!next_step(&at, end, &step)) {
            *damaged = true;
            return false;
        }
        key += step;
        while (i < keys->count && keys->items[i] < key)
            i++;
        if (i < keys->count && keys->items[i] == key)
            return true;
    }
    return false;
}

uint64_t rk_key_of_entry(uint64_t digest_short, uint32_t ordinal)
{
    return digest_short ^ (uint64_t)ordinal * 0x9e3779b97f4a7c15ull;
}

uint64_t rk_key_of_id(rk_slice id)
{
    return rk_slice_hash(id);
}

uint64_t rk_key_of_group(rk_slice group_id)
{
    return ~rk_slice_hash(group_id);
}

uint64_t rk_key_of_reference(rk_slice channel, rk_money amount_minor, rk_slice reference)
{
    uint64_t key = rk_slice_hash(reference) ^ rk_slice_hash(channel) * 0xd6e8feb86659fd93ull;
    key ^= (uint64_t)amount_minor * 0x9e3779b97f4a7c15ull;
    return key * 0xd6e8feb86659fd93ull >> (64 - RK_SHORT_KEY_BITS);
}

uint64_t rk_key_of_alternative(uint64_t hash)
{
    return hash >> (64 - RK_SHORT_KEY_BITS);
}

bool rk_keys_have(const rk_keys *keys, uint64_t key)
{
    size_t low = 0, high = keys->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (keys->items[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < keys->count && keys->items[low] == key;
}
