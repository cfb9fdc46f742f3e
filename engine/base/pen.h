/*
 * pen: text written by a bare pointer, for rows that are written by the million.
 *
 * In:  char *at = rk_buffer_room(&out, RK_PEN_NUMBER + 3); at = rk_pen_u64(at, 42); at = rk_pen_pair(at, 7)
 * Out: "4207"
 * Each function writes at `at` and gives the place behind. The caller has made the room, once for a row.
 */
#ifndef RK_BASE_PEN_H
#define RK_BASE_PEN_H

#include "base/slice.h"

enum { RK_PEN_NUMBER = 20, RK_PEN_SPARE = 32 };

extern const char rk_pen_pairs[201]; /* "000102...99" */

static inline char *rk_pen_char(char *at, char c)
{
    *at = c;
    return at + 1;
}

/* Two digits of a value below 100. */
static inline char *rk_pen_pair(char *at, unsigned value)
{
    memcpy(at, rk_pen_pairs + 2 * (size_t)value, 2);
    return at + 2;
}

/* The last `width` digits, zeros before. */
static inline char *rk_pen_few_digits(char *at, uint32_t value, size_t width)
{
    size_t left = width;
    for (; left >= 2; left -= 2, value /= 100)
        memcpy(at + left - 2, rk_pen_pairs + 2 * (value % 100), 2);
    if (left)
        *at = (char)('0' + value % 10);
    return at + width;
}

static inline char *rk_pen_digits(char *at, uint64_t value, size_t width)
{
    const uint64_t few = 100000000;
    char *end = at + width;
    for (; width > 8; width -= 8, value /= few)
        rk_pen_few_digits(at + width - 8, (uint32_t)(value % few), 8);
    rk_pen_few_digits(at, (uint32_t)value, width);
    return end;
}

/* At most RK_PEN_NUMBER bytes. */
static inline char *rk_pen_u64(char *at, uint64_t value)
{
    size_t width = 1;
    for (uint64_t above = 10; width < RK_PEN_NUMBER && value >= above; width++)
        above *= 10;
    return rk_pen_digits(at, value, width);
}

/* Few bytes without a call, and none read beyond them. */
static inline char *rk_pen_text(char *at, rk_slice text)
{
    if (text.len > 32) {
        memcpy(at, text.at, text.len);
    } else if (text.len >= 16) {
        memcpy(at, text.at, 16);
        memcpy(at + text.len - 16, text.at + text.len - 16, 16);
    } else if (text.len >= 8) {
        memcpy(at, text.at, 8);
        memcpy(at + text.len - 8, text.at + text.len - 8, 8);
    } else {
        for (size_t i = 0; i < text.len; i++)
            at[i] = text.at[i];
    }
    return at + text.len;
}

/* A text that is written again and again: RK_PEN_SPARE bytes may be read from where it begins, and written. */
static inline char *rk_pen_word(char *at, rk_slice word)
{
    if (word.len <= RK_PEN_SPARE)
        memcpy(at, word.at, RK_PEN_SPARE);
    else
        memcpy(at, word.at, word.len);
    return at + word.len;
}

/* One CSV cell by RFC 4180: quoted only when it holds a comma, a quote, CR or LF. At most
 * rk_pen_cell_room(cell) bytes. */
char *rk_pen_quoted(char *at, rk_slice cell);

static inline size_t rk_pen_cell_room(rk_slice cell)
{
    return 2 * cell.len + 2;
}

/* A bit is set in the result where one of the eight bytes asks for quotes. */
static inline uint64_t rk_pen_asks(uint64_t eight)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t comma = eight ^ ones * ',', quote = eight ^ ones * '"';
    uint64_t cr = eight ^ ones * '\r', lf = eight ^ ones * '\n';
    return (((comma - ones) & ~comma) | ((quote - ones) & ~quote) | ((cr - ones) & ~cr) |
            ((lf - ones) & ~lf)) &
           ones << 7;
}

static inline char *rk_pen_cell(char *at, rk_slice cell)
{
    uint64_t first, last, asks = 0;
    if (cell.len >= 8 && cell.len <= 16) {
        memcpy(&first, cell.at, 8);
        memcpy(&last, cell.at + cell.len - 8, 8);
        if (rk_pen_asks(first) | rk_pen_asks(last))
            return rk_pen_quoted(at, cell);
        memcpy(at, &first, 8);
        memcpy(at + cell.len - 8, &last, 8);
        return at + cell.len;
    }
    for (size_t i = 0; i < cell.len; i += 8) {
        first = 0;
        memcpy(&first, cell.at + i, cell.len - i < 8 ? cell.len - i : 8);
        asks |= rk_pen_asks(first);
    }
    return asks ? rk_pen_quoted(at, cell) : rk_pen_text(at, cell);
}

#endif
