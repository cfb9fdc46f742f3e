/*
 * expire: which state each application is in when the day is judged, and why.
 *
 * In:  what match wrote, the states of the night before, gaps, the moment of judgement
 * Out: state, reason and held_by of every application; nothing lapses while its payment may still turn
 *      up, and late evidence makes `expired` into `reinstated`
 * Pure: no clock, no environment; the moment is an argument.
 */
#ifndef RK_EXPIRE_EXPIRE_H
#define RK_EXPIRE_EXPIRE_H

#include "config/rules.h"
#include "model/coverage.h"
#include "model/world.h"

/* One entry that names an application and waits for a person: its lapse is held. */
typedef struct rk_hold {
    uint32_t application;
    rk_name held_by;
} rk_hold;

/* A person decided on one application. */
typedef struct rk_decided_lapse {
    uint32_t application;
    bool lapses; /* or it is opened again */
} rk_decided_lapse;

typedef struct rk_expiry {
    rk_moment judge_at; /* deadlines before this moment have passed */
    const rk_offices *offices;
    const rk_gaps *gaps;
    const rk_hold *holds; /* by application */
    size_t hold_count;
    const rk_decided_lapse *decided; /* by application */
    size_t decided_count;
    bool suspended; /* the source cannot be trusted tonight: nothing lapses */
    rk_name suspended_by;
    int threads;
} rk_expiry;

void rk_expire_run(const rk_expiry *expiry, rk_world *world);

/* The gaps of every channel that holds lapses, of each of its accounts where the rules list them, in the
 * books whose first day is `start`: what lies before `start`, each expected day without a statement, and all
 * from the end of what is known. Sorted by channel. A statement of an account that the rules give to one
 * office can hold payments of that office alone. */
void rk_gaps_of_channels(const rk_rules *rules, const rk_coverage *coverage, rk_day start,
                         rk_gaps *gaps);

/* Up to which moment a channel, or one account of it, is complete: where its first gap behind `start`
 * begins. */
rk_moment rk_complete_until(const rk_gaps *gaps, rk_name channel, rk_name account, rk_moment start);

/* What may be in a statement of these days (RK_NO_DAY: not known) that is missing or set aside. */
void rk_gaps_add_days(rk_gaps *gaps, const rk_channel *channel, rk_name account, rk_day from,
                      rk_day until);

/* The moments that a channel's statement of day `from` to `until` tells about. */
void rk_channel_span(const rk_channel *channel, rk_day from, rk_day until, rk_moment *begin,
                     rk_moment *end);

#endif
