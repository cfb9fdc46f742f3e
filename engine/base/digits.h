/*
 * digits: numbers of known length, read eight bytes at a time.
 *
 * In:  rk_some_digits("350000", 6, &value)    Out: true, value = 350000
 * False for anything but digits. Nothing beyond the text is read.
 */
#ifndef RK_BASE_DIGITS_H
#define RK_BASE_DIGITS_H

#include "base/slice.h"

/* Eight bytes as a number whose lowest byte is the first. A loop over them stays a loop with gcc -O2. */
static inline uint64_t rk_eight_bytes(const char *at)
{
    uint64_t x;
    memcpy(&x, at, 8);
    return le64toh(x);
}

/* 0 when all of them are digits: told by their high nibbles, before and after 6 is added. */
static inline uint64_t rk_no_digits(uint64_t x)
{
    uint64_t high = 0xf0f0f0f0f0f0f0f0u, over = (x + 0x0606060606060606u) & high;
    return ((x & high) | over >> 4) ^ 0x3333333333333333u;
}

/* Summed by pairs, fours and eight. */
static inline bool rk_digits_of_eight(uint64_t x, uint64_t *value)
{
    if (rk_no_digits(x))
        return false;
    x = ((x & 0x0f0f0f0f0f0f0f0fu) * 2561) >> 8;
    x = ((x & 0x00ff00ff00ff00ffu) * 6553601) >> 16;
    *value = ((x & 0x0000ffff0000ffffu) * 42949672960001u) >> 32;
    return true;
}

static inline bool rk_eight_digits(const char *at, uint64_t *value)
{
    return rk_digits_of_eight(rk_eight_bytes(at), value);
}

/* One to eight digits, as eight with zeros before: amounts differ in length, and where a loop over them ends is
 * guessed wrong. */
static inline bool rk_few_digits(const char *at, size_t len, uint64_t *value)
{
    uint64_t x = 0, zeros = 0x3030303030303030u;
    if (len >= 4) {
        uint32_t first, last; /* what is in both is the same */
        memcpy(&first, at, 4);
        memcpy(&last, at + len - 4, 4);
        x = le32toh(first) | (uint64_t)le32toh(last) << 8 * (len - 4);
    } else {
        for (size_t i = 0; i < len; i++)
            x |= (uint64_t)(unsigned char)at[i] << 8 * i;
    }
    return rk_digits_of_eight(x << (64 - 8 * len) | (len < 8 ? zeros >> 8 * len : 0), value);
}

/* One to sixteen digits. */
static inline bool rk_some_digits(const char *at, size_t len, uint64_t *value)
{
    uint64_t head = 0;
    if (len > 8 && !rk_few_digits(at, len - 8, &head))
        return false;
    if (len > 8 ? !rk_eight_digits(at + len - 8, value) : !rk_few_digits(at, len, value))
        return false;
    *value += head * 100000000;
    return true;
}

/* Exactly fifteen digits, the length of a billing code, without a loop. */
static inline bool rk_fifteen_digits(const char *at, uint64_t *value)
{
    uint64_t first, last; /* the eighth digit is in both */
    if (!rk_eight_digits(at, &first) || !rk_eight_digits(at + 7, &last))
        return false;
    *value = first * 10000000 + last % 10000000;
    return true;
}

#endif
