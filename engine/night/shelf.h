/*
 * shelf: sealed facts of earlier runs, read once for all folds of a night.
 *
 * In:  the runs of a year, folds of tonight, of its month, of five earlier days
 * Out: each run's facts are fetched, checked and decoded once, not once for each fold
 * Names are those of one dictionary. Filled by one thread; read by many, whose dictionaries are copies of it. What is
 * more than RK_SHELF_ROWS together is not kept: folds read it themselves.
 */
#ifndef RK_NIGHT_SHELF_H
#define RK_NIGHT_SHELF_H

#include "model/fact.h"
#include "seal/closing.h"

enum { RK_SHELF_ROWS = 4000000 };

typedef struct rk_shelf {
    rk_facts *facts; /* by run */
    bool *known;
    size_t capacity, rows;
} rk_shelf; /* {0} */

/* Reads the facts of those runs that may fall on these days and are not there yet. */
bool rk_shelf_fill(rk_shelf *shelf, const rk_archive *archive, const rk_fact_list *runs,
                   size_t run_count, rk_day from, rk_day until, rk_names *names, rk_error *err);
/* NULL: not kept. */
const rk_facts *rk_shelf_facts(const rk_shelf *shelf, size_t run);
void rk_shelf_free(rk_shelf *shelf);

#endif
