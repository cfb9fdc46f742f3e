#include "base/slice.h"

int rk_slice_compare(rk_slice a, rk_slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

rk_slice rk_slice_trim(rk_slice a)
{
    while (a.len > 0 && is_blank(a.at[0])) {
        a.at++;
        a.len--;
    }
    while (a.len > 0 && is_blank(a.at[a.len - 1]))
        a.len--;
    return a;
}

bool rk_slice_is_digits(rk_slice a)
{
    for (size_t i = 0; i < a.len; i++)
        if (a.at[i] < '0' || a.at[i] > '9')
            return false;
    return a.len > 0;
}

bool rk_slice_to_u64(rk_slice a, uint64_t *value)
{
    uint64_t sum = 0;
    if (!rk_slice_is_digits(a))
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(a.at[i] - '0'), &sum))
            return false;
    *value = sum;
    return true;
}

bool rk_slice_to_i64(rk_slice a, int64_t *value)
{
    bool negative = a.len > 0 && a.at[0] == '-';
    uint64_t magnitude;
    if (negative)
        a = (rk_slice){a.at + 1, a.len - 1};
    if (!rk_slice_to_u64(a, &magnitude) || magnitude > (uint64_t)INT64_MAX)
        return false;
    *value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

bool rk_slice_cut(rk_slice *rest, char separator, rk_slice *head)
{
    if (!rest->at)
        return false;
    const char *found = rest->len ? memchr(rest->at, separator, rest->len) : NULL;
    if (!found) {
        *head = *rest;
        *rest = (rk_slice){NULL, 0};
        return true;
    }
    *head = rk_slice_between(rest->at, found);
    *rest = rk_slice_between(found + 1, rest->at + rest->len);
    return true;
}

uint64_t rk_slice_hash(rk_slice a)
{
    uint64_t hash = 0xcbf29ce484222325ull ^ a.len;
    size_t i = 0;
    for (; i + 8 <= a.len; i += 8) {
        uint64_t word;
        memcpy(&word, a.at + i, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 32;
    }
    for (; i < a.len; i++)
        hash = (hash ^ (unsigned char)a.at[i]) * 0x100000001b3ull;
    hash ^= hash >> 29;
    hash *= 0xbf58476d1ce4e5b9ull;
    return hash ^ (hash >> 32);
}

size_t rk_utf8_sequence(const char *at, const char *end)
{
    const unsigned char *p = (const unsigned char *)at;
    size_t left = (size_t)(end - at);
    if (left == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || left < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool surrogate = p[0] == 0xed && p[1] >= 0xa0;
    bool too_large = p[0] == 0xf4 && p[1] >= 0x90;
    return overlong || surrogate || too_large ? 0 : length;
}

bool rk_utf8_valid(rk_slice a)
{
    const char *at = a.at, *end = a.at + a.len;
    while (at < end) {
        size_t length = rk_utf8_sequence(at, end);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}
