/*
 * clock: until when a bill may be paid whose clock stands still in outages.
 *
 * In:  begins 09:00, within 2h, outages 10:00-12:00 and 11:30-13:00
 * Out: 14:00: one hour before the outages, one behind them; together they are one pause
 * An outage is [from, until): a clock that ends as it begins has ended. One that begins in an outage
 * begins at its end. Pure; the cost is the square of the outages that touch the clock.
 */
#ifndef RK_TERMS_CLOCK_H
#define RK_TERMS_CLOCK_H

#include "config/rules.h"

enum { RK_CLOCK_STOPS = 16 }; /* outages that are named */

/* Whose clock it is, and which outages stop it. */
typedef struct rk_pauses {
    const rk_outages *outages;
    unsigned functions; /* bits of rk_function; 0: none stops it */
    rk_name office;
    rk_name channel; /* 0: not said */
    rk_zone zone;    /* of the office */
} rk_pauses;

/* RK_NO_MOMENT while an outage that is not over stops the clock. The first outage that stopped it goes to
 * `paused_by`, or 0. */
rk_moment rk_clock_end(const rk_pauses *pauses, rk_moment begins, int64_t within,
                       rk_name *paused_by);

/* All outages that stopped a clock which ran from `begins` to `ends` (RK_NO_MOMENT: it stands still in one that is
 * not over), by their beginning; at most `most` of them go to `names`, their number is given. */
size_t rk_clock_stops(const rk_pauses *pauses, rk_moment begins, rk_moment ends, rk_name *names,
                      size_t most);

/* A moment at or before the beginning of every clock of this length that may still run at `at`, whatever
 * its office. */
rk_moment rk_clock_earliest(const rk_outages *outages, rk_moment at, int64_t within);

#endif
