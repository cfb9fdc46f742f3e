/*
 * engine: the format of the rule files, and since when the engine behaves as it does.
 *
 * In:  rules/engine.yaml: format 1; statements_without_number from 2022-01-26
 * Out: rk_engine_behaves(engine, RK_STATEMENTS_WITHOUT_NUMBER, 2024-03-05): true
 * A version that judges otherwise than the ones before it does so from a day on that the rules name. The rules
 * are sealed with each night, so a night made before the change is made again without it, by any later version.
 * A behaviour that no row names is the one of before.
 */
#ifndef RK_CONFIG_ENGINE_H
#define RK_CONFIG_ENGINE_H

#include "model/moment.h"

enum { RK_RULES_FORMAT = 1 };

/* What once was otherwise; the words stand in config/engine.c. */
typedef enum rk_behaviour {
    RK_STATEMENTS_WITHOUT_NUMBER, /* by the last day of the statement */
    RK_ORDER_OF_ARRIVAL,          /* by the night */
    RK_GROUPS_TAKEN_BACK,         /* by the day of booking of the payment */
    RK_CASES_WITHOUT_ENTRY,       /* by the night, as all that follow */
    RK_DECISIONS_ONCE,
    RK_WATERMARKS_BY_ACCOUNT,
    RK_REST_DAYS_SHOWN,
    RK_FINDINGS_AS_CASES,
    RK_UNCHANGED_ROWS_DROPPED,
    RK_REPLACED_DAYS_WAIT,
    RK_LAPSES_TOLD,
    RK_SECOND_RUN_EXPLAINED,
    RK_CASES_WITH_ACCOUNT,
    RK_FINDINGS_RESOLVED,
    RK_PAYOUTS_MAKE_NO_BOOK,
    RK_SHARED_ROWS_STAY,
    RK_BOOKS_AS_PRINTED,
    RK_OUTAGES_ALL_NAMED,    /* by the day of submission */
    RK_SEVERAL_CODES_LISTED, /* by the day of booking */
    RK_BEHAVIOURS
} rk_behaviour;

/* From a night on: how the source writes. */
typedef struct rk_source_rule {
    rk_day from;
    int64_t longest_transaction; /* microseconds */
} rk_source_rule;

typedef struct rk_engine {
    int format;             /* 0: no file says it, which is 1 */
    rk_source_rule *source; /* by day */
    size_t source_count;
    bool has[RK_BEHAVIOURS];
    rk_day from[RK_BEHAVIOURS];
} rk_engine;

/* On a day, or on RK_NO_DAY: at any time. */
static inline bool rk_engine_behaves(const rk_engine *engine, rk_behaviour behaviour, rk_day day)
{
    return engine->has[behaviour] && (day == RK_NO_DAY || day >= engine->from[behaviour]);
}

/* How long after the moment that its rows carry a transaction of the source may end; an hour where no rule says
 * it. */
int64_t rk_engine_longest_transaction(const rk_engine *engine, rk_day night);

#endif
