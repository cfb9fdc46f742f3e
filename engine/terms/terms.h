/*
 * terms: what each application owes, and until when it may be paid.
 *
 * In:  an application with an empty amount_due, submitted 2024-03-05T09:00:00+07:00 through m-paspor
 * Out: due_minor 35000000 by the tariff of that day, deadline 2024-03-05T11:00:00+07:00
 * A bill that states an amount is taken as it is. Without a deadline rule the deadline is RK_NO_MOMENT:
 * such an application never lapses. Pure: each row depends on its own cells and the rules alone.
 */
#ifndef RK_TERMS_TERMS_H
#define RK_TERMS_TERMS_H

#include "config/rules.h"
#include "model/world.h"
#include "terms/clock.h"

/* Fills deadline and, where it is empty, due_minor of rows `from` and above; plain_deadline and paused_by
 * where they are kept, and adds them where an outage stopped a clock. paused_by names all outages that did, "a, b",
 * for what was submitted from the day of `outages_all_named` on. Parallel over rows. */
void rk_terms_set(const rk_rules *rules, rk_zone fallback, rk_world *world, size_t from,
                  int threads);

/* How the deadline of one application came about. */
typedef struct rk_term {
    const rk_deadline_rule *rule; /* NULL: none holds */
    size_t number;                /* of the rule in deadlines.yaml, from 1 */
    const char *clock;            /* what begins it: "submitted_at", "billed_at", ... */
    rk_moment begins;
    int64_t paused;                /* microseconds that outages stopped the clock */
    rk_name paused_by;             /* the first of them, or 0 */
    rk_name stops[RK_CLOCK_STOPS]; /* all of them, by their beginning */
    size_t stop_count;
    rk_moment deadline, plain; /* plain: had no outage stopped the clock */
} rk_term;

void rk_terms_tell(const rk_rules *rules, rk_zone fallback, const rk_world *world, size_t row,
                   rk_term *term);

#endif
