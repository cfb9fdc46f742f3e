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

#include "config/rules.h"
#include "model/world.h"

typedef struct rk_ledger_row {
    const rk_entries *of;
    uint32_t row;
    uint32_t source; /* as given to rk_ledger_add */
} rk_ledger_row;

typedef struct rk_ledger {
    const rk_channel *channel;
    const rk_texts *texts;
    bool balances; /* compare running balances too */
    rk_ledger_row *rows;
    size_t count;
} rk_ledger; /* with channel, texts and balances set, empty otherwise */

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

/* One file of tonight's against all that overlap with it. */
typedef struct rk_overlap {
    const rk_rules *rules;
    rk_world *world; /* its new files */
    const rk_entries *fresh;
    bool *dropped; /* by row of fresh */
    rk_file *file;
    size_t from, count; /* its rows */
    rk_day first, last; /* its days, and those of its rows */
    rk_ledger ledger;
    rk_file *sources; /* the others, in the order of the ledger */
    size_t source_count, room;
    bool unreadable; /* one of them has records that cannot be read */
} rk_overlap;

/* Whether a file of these days may tell of the same rows. */
bool rk_overlap_touches(const rk_overlap *overlap, rk_name channel, rk_name account, rk_day from,
                        rk_day until);

/* Adds a file and its rows; `entries` must outlive the overlap. */
void rk_overlap_add(rk_overlap *overlap, const rk_file *file, const rk_entries *entries,
                    size_t from, size_t count);

/* Adds the files of earlier nights that touch `overlap`. */
typedef bool rk_overlap_known(void *context, rk_overlap *overlap, rk_error *err);

/* A file whose channel says `overlap: extends`. */
bool rk_overlap_may(const rk_rules *rules, const rk_file *file);

/* Takes those rows out of `fresh` (what was read of the world's new files) that another file has; a file that
 * lacks a row of another within its days is held, unless a decision accepts it. Of tonight's, the one that
 * goes less far comes first: the morning's before the evening's, the day's before the week's. `known` may be
 * NULL. Files of one channel must have digests. */
bool rk_overlap_settle(const rk_rules *rules, rk_world *world, rk_entries *fresh,
                       rk_overlap_known *known, void *context, rk_error *err);

#endif
