/*
 * values: texts of fields to amounts, times and intervals, by digit arithmetic.
 *
 * In:  "05/03/2024" by %d/%m/%Y, dated: day, zone +07:00
 * Out: booked_on 2024-03-05, paid [2024-03-04T17:00Z, 2024-03-05T16:59:59.999999Z]
 * Templates are compiled once for a channel; nothing here allocates.
 */
#ifndef RK_STATEMENT_VALUES_H
#define RK_STATEMENT_VALUES_H

#include "statement/layout.h"

enum { RK_TIME_STEPS_MAX = 48, RK_TIME_TEXT_MAX = 160, RK_TIME_WORDS_MAX = 4 };

/* One format. */
typedef struct rk_time_plan {
    char steps[RK_TIME_STEPS_MAX]; /* a conversion's letter, or 0 for the literal in `literals` */
    char literals[RK_TIME_STEPS_MAX];
    size_t count;
    bool has_year, has_clock, has_second, has_zone;
    /* Numbers of full width at places known beforehand, a zone at most at the end: the quick way. */
    bool fixed;
    size_t width; /* without the zone */
    struct rk_time_word {
        size_t at;
        uint64_t literals, digits; /* what stands there; which bytes are digits */
    } words[RK_TIME_WORDS_MAX];    /* the whole width, eight bytes each; the last two may overlap */
    size_t word_count;
    int year_at, month_at, day_at, hour_at, minute_at, second_at; /* -1: none */
    bool short_year;
} rk_time_plan;

/* The formats that a time may have: the first that fits is taken. */
typedef struct rk_time_plans {
    rk_time_plan each[RK_TIME_FORMATS_MAX];
    size_t count;
} rk_time_plans;

/* False when a format has an unknown conversion or is too long. */
bool rk_time_plans_of(rk_slice formats, rk_time_plans *plans);

/* Days of a file, by which dates without a year are read; RK_NO_DAY: not known. */
typedef struct rk_near {
    rk_day from, until;
} rk_near;

/* The days converted last, by their number in the month: few days repeat from line to line. {0} is empty. */
typedef struct rk_day_memo {
    struct rk_day_known {
        int year, month, day;
        rk_day is;
    } known[32];
} rk_day_memo;

typedef struct rk_time {
    rk_day day;      /* as written */
    int32_t seconds; /* after midnight */
    rk_zone zone;    /* of %z, else the zone given */
    bool has_clock, has_second;
} rk_time;

/* Reads all of `text`. `near` gives the year where the format has none: the one with which the day lies
 * in the file's days, else the latest with which it does not lie more than a month after them. One
 * digit is enough before a literal; a leading apostrophe is passed over. */
bool rk_time_read(const rk_time_plans *plans, rk_slice text, rk_zone zone, rk_near near,
                  rk_day_memo *memo, rk_time *time);

static inline rk_moment rk_time_moment(const rk_time *time)
{
    return rk_day_begin(time->day, time->zone) + time->seconds * RK_SECOND;
}

/* Amount by the channel's rule, signed. NULL, or why not; *field is the one at fault. */
const char *rk_row_amount(const rk_row *row, rk_money *minor, int *field);

/* One amount as written; "Rp" or "IDR" before it is passed over. */
bool rk_amount_read(const rk_channel *channel, rk_slice text, rk_money *minor);

/* A balance or total: the same, and beside the digits there may be the direction, where amounts have
 * it there. */
bool rk_balance_read(const rk_channel *channel, rk_slice text, rk_money *minor);

/* A code of 15 digits in a field of its own; 0 when it is none. */
uint64_t rk_code_read(rk_slice text);

/* One of 14 or 16 digits, see rk_code_text; 0 when it is none. */
uint64_t rk_code_read_mistyped(rk_slice text);

/* cp1252 to UTF-8; `out` has room for 3 * text.len bytes. Bytes that cp1252 lacks become U+FFFD. */
size_t rk_cp1252_to_utf8(rk_slice text, char *out);

/* ISO-8859-1 to UTF-8; `out` has room for 2 * text.len bytes. */
size_t rk_latin1_to_utf8(rk_slice text, char *out);

#endif
