/*
 * visits: what becomes of each application's slot, and what is counted of it on the day of the visit.
 *
 * In:  applications with states, quotas.yaml (visits)        Out: slot_use of each; its visits as facts
 * A slot is free when its booking has lapsed or is cancelled, or is underpaid and its deadline has passed.
 * It was given back in time if that was known so long before its day begins as the rule asks; an
 * application that comes back has it again. Pure.
 */
#ifndef RK_TALLY_VISITS_H
#define RK_TALLY_VISITS_H

#include "config/rules.h"
#include "model/world.h"

typedef struct rk_visit {
    rk_day on;
    rk_queue queue;
    rk_slot_use slot;
    rk_attendance attendance;
    rk_moved moved;
} rk_visit;

/* Sets `slot_use` of all rows. `judge_at`: when what is known now was known; RK_NO_MOMENT: a lapse counts
 * from its deadline (there are no nights). */
void rk_tally_slots(const rk_rules *rules, rk_world *world, rk_zone zone, rk_moment judge_at);

/* The visits of a row: on the day on which it is to come, and on the one from which it moved; the number
 * of them, 0 when it is not counted. */
enum { RK_VISITS_MAX = 2 };
size_t rk_tally_visits(const rk_rules *rules, const rk_applications *a, size_t row, rk_name office,
                       rk_zone zone, rk_visit visits[RK_VISITS_MAX]);

/* What the source says of the NIK, by findings.yaml on the day of filing. */
rk_nik rk_tally_nik(const rk_rules *rules, const rk_names *names, const rk_applications *a,
                    size_t row, rk_day filed);

#endif
