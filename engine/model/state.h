/*
 * state: which changes of an application's state are possible, and what causes each.
 *
 * In:  rk_state_change_of(RK_STATE_EXPIRED, RK_STATE_REINSTATED)
 * Out: the row {expired, reinstated, "evidence of payment in time came late"}
 * The one table of the state machine: a night refuses any other change as a bug, and docs/states.md is
 * made from it.
 */
#ifndef RK_MODEL_STATE_H
#define RK_MODEL_STATE_H

#include "base/buffer.h"
#include "model/outcome.h"

typedef struct rk_state_change {
    rk_state from, to;
    const char *cause;
} rk_state_change;

extern const rk_state_change rk_state_changes[];
extern const size_t rk_state_change_count;

/* NULL when no cause leads from the one to the other. */
const rk_state_change *rk_state_change_of(rk_state from, rk_state to);

/* The table and its picture as Markdown, as docs/states.md has them. */
void rk_states_put(rk_buffer *out);

#endif
