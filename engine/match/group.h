/*
 * group: one payment for several applications that were filed together.
 *
 * In:  P-1, P-2, P-3 of group K-9 owe 350 each; 1050 comes with the code of P-2
 * Out: all three are paid by it
 * First the key: the entry's own key names one member, or the group. Then the exact sum: among the members
 * that still owe there must be exactly one set with the entry's amount; one that its key names alone is
 * always in the set. A sum alone never confirms, and one of several neither: with two prices nearly every
 * sum has many solutions.
 */
#ifndef RK_MATCH_GROUP_H
#define RK_MATCH_GROUP_H

#include "match/account.h"

enum { RK_GROUP_MAX = 20 };

typedef enum rk_group_answer {
    RK_GROUP_NONE,
    RK_GROUP_ONE,
    RK_GROUP_MANY,
    RK_GROUP_GAVE_UP, /* more than RK_GROUP_MAX amounts, or too much work */
} rk_group_answer;

const char *rk_group_answer_name(rk_group_answer answer);

/* Which sets of `amounts` (each above 0) sum to `sum`? With RK_GROUP_ONE, bit i of *chosen says that
 * amounts[i] is in the set. Adds the steps it took to *work. Exhaustive, by halves: at most some 2^11
 * steps for 20 amounts. */
rk_group_answer rk_group_solve(const rk_money *amounts, size_t count, rk_money sum,
                               uint32_t *chosen, uint64_t *work);

/* What one thread finds. */
typedef struct rk_group_findings {
    rk_links links;
    rk_candidate_list candidates;
    rk_candidate_list held; /* applications whose lapse must wait, beside the candidates */
    rk_allocation *allocations;
    size_t allocation_count, allocation_capacity;
} rk_group_findings;

/* Judges all applications of the groups of `postponed` ones, each group as a whole. Writes
 * world->allocations; adds links, candidates and held applications. */
void rk_match_groups(rk_run *run, const rk_pairs *postponed);

#endif
