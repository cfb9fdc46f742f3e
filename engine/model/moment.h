/*
 * moment: times as microseconds since 1970-01-01T00:00:00Z, days as days since 1970-01-01.
 *
 * In:  rk_moment_parse(RK_S("2024-03-05T23:59:59+07:00"), &at)    Out: true, at = 1709657999000000
 * Zones are fixed offsets: Indonesia has no daylight saving time. Years 1 to 9999.
 */
#ifndef RK_MODEL_MOMENT_H
#define RK_MODEL_MOMENT_H

#include "base/buffer.h"

typedef int64_t rk_moment; /* microseconds UTC */
typedef int32_t rk_day;    /* days since 1970-01-01 */
typedef int32_t rk_zone;   /* seconds east of UTC */

#define RK_NO_MOMENT INT64_MIN
#define RK_NO_DAY INT32_MIN
#define RK_SECOND ((int64_t)1000000)
#define RK_DAY_LENGTH (86400 * RK_SECOND)

enum { RK_ZONE_EAST = 14 * 3600, RK_ZONE_WEST = -12 * 3600 }; /* as far as zones reach */
enum { RK_WIB = 7 * 3600, RK_WITA = 8 * 3600, RK_WIT = 9 * 3600 };

typedef struct rk_civil {
    int year, month, day;
} rk_civil;

rk_day rk_day_of(int year, int month, int day); /* RK_NO_DAY when there is no such day */
rk_civil rk_civil_of(rk_day day);               /* proleptic Gregorian */
int rk_weekday(rk_day day);                     /* 0 Monday .. 6 Sunday */

/* The moment at which `day` begins in `zone`. */
static inline rk_moment rk_day_begin(rk_day day, rk_zone zone)
{
    return (int64_t)day * RK_DAY_LENGTH - (int64_t)zone * RK_SECOND;
}

/* The day on which `at` falls in `zone`. */
static inline rk_day rk_day_at(rk_moment at, rk_zone zone)
{
    int64_t local = at + (int64_t)zone * RK_SECOND;
    int64_t day = local / RK_DAY_LENGTH;
    return (rk_day)(day - (local % RK_DAY_LENGTH < 0));
}

/* "2024-03-05"; false on anything else. */
bool rk_day_parse(rk_slice text, rk_day *day);
/* RFC 3339 with offset or Z, 'T' or a space, up to six decimals of a second; a time without an
 * offset is refused. Second 60 is refused. */
bool rk_moment_parse(rk_slice text, rk_moment *at);

/* "2024-03-05"; nothing for RK_NO_DAY. */
void rk_day_put(rk_buffer *out, rk_day day);
/* "2024-03-05T23:59:59+07:00", decimals only where they are not 0; nothing for RK_NO_MOMENT. */
void rk_moment_put(rk_buffer *out, rk_moment at, rk_zone zone);

/* The same by a bare pointer (see base/pen.h), for many of few days: at most RK_DAY_TEXT and RK_MOMENT_TEXT
 * bytes. `texts` is {0} at first and belongs to one thread. */
enum { RK_DAY_TEXT = 10, RK_MOMENT_TEXT = 32, RK_DAY_TEXTS = 64 };
typedef struct rk_day_texts {
    struct rk_day_text {
        rk_day day;
        char text[RK_DAY_TEXT + 2];
    } days[RK_DAY_TEXTS];
} rk_day_texts;
char *rk_day_pen(rk_day_texts *texts, char *at, rk_day day);
char *rk_moment_pen(rk_day_texts *texts, char *at, rk_moment moment, rk_zone zone);

/* A time as rules write it: on the clock of each office, or of one moment everywhere. */
typedef struct rk_local {
    int64_t
        at; /* microseconds UTC where fixed, else as the clock on the wall shows them; RK_NO_MOMENT */
    bool is_fixed;
} rk_local;

/* "2024-06-20" (its first moment), "2024-06-20 04:15", "2024-06-20 04:15:00": local; with an offset:
 * fixed. */
bool rk_local_parse(rk_slice text, rk_local *local);
/* The moment in a zone; RK_NO_MOMENT stays. */
rk_moment rk_local_at(rk_local local, rk_zone zone);

/* "Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura", "WIB", "WITA", "WIT", "UTC",
 * "+07:00". */
bool rk_zone_parse(rk_slice text, rk_zone *zone);

/* "2h", "90m", "3d", "45s", "1h30m" in microseconds. */
bool rk_duration_parse(rk_slice text, int64_t *microseconds);
/* "15:00", "24:00", "09:30:15" in seconds after midnight. */
bool rk_clock_parse(rk_slice text, int32_t *seconds);

#endif
