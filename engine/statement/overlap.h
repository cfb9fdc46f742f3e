/*
 * overlap: statements of one account that tell of the same days, row against row.
 *
 * In:  the morning's download, the evening's        Out: which rows of the evening's are new
 * Two rows are the same payment when booking date, signed amount, time, narrative, reference and running
 * balance agree; of equal rows each counts once for each time it occurs. A ledger holds what is known: of
 * each kind of row as many as the file that has most of them.
 */
#ifndef RK_STATEMENT_OVERLAP_H
#define RK_STATEMENT_OVERLAP_H

#include "model/entry.h"

typedef struct rk_ledger_row {
    const rk_entries *of;
    uint32_t row;
    uint32_t source; /* as given to rk_ledger_add */
} rk_ledger_row;

typedef struct rk_ledger {
    const rk_texts *texts;
    bool balances; /* compare running balances too */
    rk_ledger_row *rows;
    size_t count;
} rk_ledger; /* with texts and balances set, empty otherwise */

void rk_ledger_free(rk_ledger *ledger);

/* Adds the rows from, from + 1, ... of a file that are not known yet. `entries` must outlive the ledger.
 * Cost: O(rows log rows). */
void rk_ledger_add(rk_ledger *ledger, const rk_entries *entries, size_t from, size_t count,
                   uint32_t source);

/* Marks in `known` (by row of `entries`) the rows of a file that the ledger has. Gives the first row of the
 * ledger that lies in [first, last], is of the account `of` or of one that the file has rows of, and that the
 * file lacks; NULL when it has them all. */
const rk_ledger_row *rk_ledger_align(const rk_ledger *ledger, const rk_entries *entries,
                                     size_t from, size_t count, rk_name of, rk_day first,
                                     rk_day last, bool *known);

#endif
