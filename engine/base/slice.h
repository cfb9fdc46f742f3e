/*
 * slice: a borrowed run of bytes, not NUL-terminated.
 *
 * In:  RK_S("paid, late")     Out: {at -> "paid, late", len = 10}
 * A slice never owns its bytes; whoever hands it out says whose memory it is and how long it lasts.
 */
#ifndef RK_BASE_SLICE_H
#define RK_BASE_SLICE_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct rk_slice {
    const char *at;
    size_t len;
} rk_slice;

/* A slice of a string literal. */
#define RK_S(literal) ((rk_slice){"" literal, sizeof(literal) - 1})

/* For printf's "%.*s". */
#define RK_FMT(slice) (int)(slice).len, (slice).at ? (slice).at : ""

static inline rk_slice rk_slice_of(const char *text)
{
    return (rk_slice){text, text ? strlen(text) : 0};
}

static inline rk_slice rk_slice_between(const char *from, const char *until)
{
    return (rk_slice){from, (size_t)(until - from)};
}

static inline bool rk_slice_equal(rk_slice a, rk_slice b)
{
    return a.len == b.len && (a.len == 0 || (a.at[0] == b.at[0] && memcmp(a.at, b.at, a.len) == 0));
}

static inline bool rk_slice_is(rk_slice a, const char *text)
{
    return rk_slice_equal(a, rk_slice_of(text));
}

static inline bool rk_slice_starts(rk_slice a, rk_slice prefix)
{
    return a.len >= prefix.len && (prefix.len == 0 || memcmp(a.at, prefix.at, prefix.len) == 0);
}

static inline bool rk_slice_ends(rk_slice a, rk_slice suffix)
{
    return a.len >= suffix.len &&
           (suffix.len == 0 || memcmp(a.at + a.len - suffix.len, suffix.at, suffix.len) == 0);
}

/* Byte order, then length: the one order used for sorting text in outputs. */
int rk_slice_compare(rk_slice a, rk_slice b);

/* rk_slice_compare(a, b) < 0, without a call for texts of one length from 8 to 16. */
static inline bool rk_slice_before(rk_slice a, rk_slice b)
{
    uint64_t x, y;
    if (a.len != b.len || a.len < 8 || a.len > 16)
        return rk_slice_compare(a, b) < 0;
    memcpy(&x, a.at, 8);
    memcpy(&y, b.at, 8);
    if (x == y) { /* the last eight may overlap the first: those are equal */
        memcpy(&x, a.at + a.len - 8, 8);
        memcpy(&y, b.at + b.len - 8, 8);
    }
    return be64toh(x) < be64toh(y);
}

/* Without leading and trailing spaces, tabs, CR and LF. */
rk_slice rk_slice_trim(rk_slice a);

/* All digits '0'..'9' and at least one. */
bool rk_slice_is_digits(rk_slice a);

/* Unsigned decimal; false when empty, not all digits, or above UINT64_MAX. */
bool rk_slice_to_u64(rk_slice a, uint64_t *value);

/* Signed decimal with an optional leading '-'. */
bool rk_slice_to_i64(rk_slice a, int64_t *value);

/* Cuts the text before the first `separator` off `rest` into `head`; false when rest is used up.
 * The last piece comes without a separator; an empty text has one empty piece. */
bool rk_slice_cut(rk_slice *rest, char separator, rk_slice *head);

/* 64-bit hash of the bytes (not for untrusted tables larger than a dictionary; see names.h). */
uint64_t rk_slice_hash(rk_slice a);

/* Length of the valid UTF-8 sequence at `at` (1..4), or 0 when the bytes are not UTF-8.
 * Overlong forms, surrogates and values above U+10FFFF are not valid (RFC 3629). */
size_t rk_utf8_sequence(const char *at, const char *end);

/* The whole text is valid UTF-8. */
bool rk_utf8_valid(rk_slice a);

#endif
