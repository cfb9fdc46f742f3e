/*
 * period: the stretches of days that books are made of.
 *
 * In:  "2024-03-05", "2024-W10", "2024-03", "2024-Q1", "2024-H1", "2024", "2024-03-01..2024-03-15"
 * Out: kind, first and last day; the same text again as the name of a file
 * Weeks are those of ISO 8601: Monday to Sunday, numbered by the year of their Thursday.
 */
#ifndef RK_MODEL_PERIOD_H
#define RK_MODEL_PERIOD_H

#include "model/moment.h"

typedef enum rk_period {
    RK_PERIOD_DAY,
    RK_PERIOD_WEEK,
    RK_PERIOD_MONTH,
    RK_PERIOD_QUARTER,
    RK_PERIOD_HALF,
    RK_PERIOD_YEAR,
    RK_PERIOD_RANGE /* any two days */
} rk_period;

/* A period with its days, both inclusive. */
typedef struct rk_days {
    rk_period kind;
    rk_day from, until;
} rk_days;

/* The period of this kind in which `day` lies; of RK_PERIOD_RANGE the day alone. */
rk_days rk_days_of(rk_period kind, rk_day day);

/* The one before: the month before a month; as many days before a range. */
rk_days rk_days_before(rk_days span);

bool rk_days_parse(rk_slice text, rk_days *span);

/* "2024-W10"; a range as "2024-03-01..2024-03-15", which is a good name of a file too. */
void rk_days_put(rk_buffer *out, rk_days span);

#endif
