/*
 * decided: what people decided and what stands on it, carried from night to night.
 *
 * In:  D-17 resolves the case of an entry that is underpaid
 * Out: a row: applied, its ground (outcome underpaid, application P-3, due Rp650.000)
 * The first night on which the ground is another one the row turns stale, with why: the entry needs a person
 * again. What people decided is neither dropped nor overridden: only a new decision on the same entry, or
 * one of the same id, takes its place.
 */
#ifndef RK_MODEL_DECIDED_H
#define RK_MODEL_DECIDED_H

#include "model/columns.h"

typedef struct rk_decided {
    rk_batch batch;
    rk_text *decision_id;
    rk_name *kind;
    rk_text *subject, *object, *reason, *made_by, *checked_by;
    rk_moment *made_at;
    rk_day *night;   /* in which it came */
    rk_name *effect; /* applied, stale, refused; done: it is remembered for its id alone */
    rk_text *why;
    rk_text *entry; /* on which it stands, or empty */
    /* its ground, of what is applied */
    rk_name *outcome;
    rk_text *application; /* empty: none */
    rk_money *due;
    rk_text *
        owner; /* the application that has the entry's code; "*": several; empty: none. Of assign_office:
                     * what the source says */
} rk_decided;

void rk_decided_init(rk_decided *decided);

#endif
