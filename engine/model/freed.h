/*
 * freed: slots whose booking lapsed or was cancelled, and what became of them.
 *
 * In:  P-1 has 08:00-3 of 2024-03-08 and lapses on the 5th; P-2 books it on the 6th; P-1 is reinstated on
 *      the 7th
 * Out: {P-1, 2024-03-08, 08:00-3, freed_on 5, back_on 7, taken_by P-2, since 7}: both have it
 * Carried from night to night until the visit is so long ago that nobody asks any more (findings.yaml).
 */
#ifndef RK_MODEL_FREED_H
#define RK_MODEL_FREED_H

#include "model/columns.h"

typedef struct rk_freed {
    rk_batch batch;
    rk_text *application; /* whose slot it was: its id */
    rk_name *office;
    rk_day *day; /* of the visit */
    rk_text *slot;
    rk_day *freed_on;  /* the night that let it go */
    rk_day *back_on;   /* the night in which the application had it again; RK_NO_DAY: it has not */
    rk_text *taken_by; /* who else has it: its id, or empty */
    rk_day *since;     /* the night from which both have it; RK_NO_DAY: they do not */
} rk_freed;

/* Empty, with all columns. */
void rk_freed_init(rk_freed *freed);

#endif
