/*
 * cube: counts and sums over facts, sliced by office and grouped by one dimension.
 *
 * In:  facts of the night, query {of transitions, to paid, by service, received on 2024-03-05}
 * Out: cells (paspor-biasa, 12, Rp4.2m), (paspor-elektronik, 3, Rp1.95m)
 * Built once for all workbooks: rows are put in order of kind and slice by counting, so that a query
 * reads only the rows of its kind and office, from the first on that may fall on its days: facts come in the order
 * of the nights that made them known. Read-only afterwards and shared by all threads.
 * Stocks are differences folded: what stands at the end of a day is what stood before `night` and
 * everything received from then on.
 */
#ifndef RK_MODEL_CUBE_H
#define RK_MODEL_CUBE_H

#include "base/error.h"
#include "model/fact.h"

/* The day of a fact by a basis, and its value of a dimension that facts keep. */
rk_day rk_fact_day(const rk_facts *facts, rk_date_basis on, size_t row);
int32_t rk_fact_key(const rk_facts *facts, rk_dimension dimension, size_t row);

/* Derived dimensions, by name; each has RK_NAMES_MAX + 1 items. `slice` gives the number of the slice
 * an office belongs to, below slice_count. */
typedef struct rk_cube_maps {
    rk_name *province;     /* of an office */
    rk_name *zone;         /* of an office: its name, "WIB" */
    rk_name *channel_kind; /* of a channel */
    uint32_t *slice;
    size_t slice_count;
} rk_cube_maps;

enum { RK_CUBE_KINDS = RK_FACT_SETTLEMENT + 1 };

typedef struct rk_cube_part {
    const rk_facts *facts;
    uint32_t *rows;   /* row numbers by kind and slice */
    uint32_t *starts; /* of each kind and slice: kind * slice_count + slice */
    /* of each of `rows`: the last day on which it, or one before it of its kind and slice, falls */
    rk_day *latest;
} rk_cube_part;

typedef struct rk_cube {
    const rk_cube_maps *maps;
    rk_day night;
    rk_cube_part stock, flows;
} rk_cube;

/* A dimension's value is one (or, with `except`, none) of `keys`. */
typedef struct rk_cube_filter {
    rk_dimension dimension;
    int32_t *keys; /* names, numbers of closed sets, days */
    size_t key_count;
    bool except;
} rk_cube_filter;

typedef enum rk_cube_what {
    RK_CUBE_FLOW,   /* facts whose day by `on` is in [from, until] */
    RK_CUBE_BEFORE, /* what stands when `from` begins */
    RK_CUBE_AFTER,  /* what stands when `until` ends */
    RK_CUBE_DUE,    /* the same, of what falls on days by `on` up to it */
} rk_cube_what;

#define RK_ALL_SLICES SIZE_MAX

typedef struct rk_cube_query {
    rk_fact_kind of;
    rk_cube_what what;
    rk_date_basis on;
    rk_day from, until; /* both inclusive */
    int outside; /* rk_date_basis + 1: only facts whose day by this lies outside them; 0: all */
    const rk_cube_filter *filters;
    size_t filter_count;
    rk_dimension by; /* RK_DIM_NONE: one cell with key 0 */
    size_t slice;    /* or RK_ALL_SLICES */
} rk_cube_query;

typedef struct rk_cube_cell {
    int32_t key; /* a name, a number of a closed set, or a day (of a week or month: its first) */
    rk_money count, amount;
} rk_cube_cell;

typedef struct rk_cube_cells {
    rk_cube_cell *items; /* by key ascending; an order for searching, not for showing */
    size_t count, capacity;
} rk_cube_cells; /* {0} is empty; reused by the next query; free with rk_cube_cells_free */

/* `stock` holds nothing received on `night` or after; it may be NULL, as may `flows`. Both must outlive
 * the cube and hold at most 2^32 - 2 rows. */
void rk_cube_build(rk_cube *cube, const rk_facts *stock, const rk_facts *flows, rk_day night,
                   const rk_cube_maps *maps);
void rk_cube_free(rk_cube *cube);

/* Fills `cells` with the groups that have any fact. Fails (RK_INVALID) when a sum is beyond 64 bits. */
bool rk_cube_ask(const rk_cube *cube, const rk_cube_query *query, rk_cube_cells *cells,
                 rk_error *err);

/* The cell of `key`; all zero when there is none. */
rk_cube_cell rk_cube_cell_of(const rk_cube_cells *cells, int32_t key);

/* Whether the slice has any fact at all; `by_payouts`: a channel's payout is one. */
bool rk_cube_slice_used(const rk_cube *cube, size_t slice, bool by_payouts);

void rk_cube_cells_free(rk_cube_cells *cells);

#endif
