/*
 * grid: the figures of one block, asked of the cube before anything is laid out.
 *
 * In:  rows: service, columns: [submitted, paid]      Out: 2 rows, 2 columns, their figures and totals
 * Every figure is kept as part and whole, so that totals of ratios, shares and changes are worked out of
 * sums and not of rounded figures.
 */
#ifndef RK_REPORT_GRID_H
#define RK_REPORT_GRID_H

#include "report/desk.h"

typedef struct rk_grid_figure {
    rk_money part, whole; /* minor units or counts; `whole` of ratios, changes and growth */
    bool known;           /* false: `tidak tersedia` */
} rk_grid_figure;

/* A column of the block, or of one value of `across`. */
typedef struct rk_grid_column {
    size_t column; /* of the block */
    int32_t key;   /* of `across` */
    bool all;      /* all values of `across`, or there is none */
} rk_grid_column;

typedef struct rk_grid_row {
    int32_t keys[RK_AXES];
    bool others; /* what `top` leaves out */
} rk_grid_row;

typedef struct rk_grid {
    const rk_job *job;
    const rk_block *block;
    const rk_measure *measures; /* all of the reports */
    rk_days days;               /* of the block */
    rk_grid_row *rows;
    size_t row_count, row_capacity;
    int32_t *across;
    size_t across_count;
    rk_grid_column *columns;
    size_t column_count;
    rk_grid_figure *figures; /* by row, then column */
    rk_grid_figure *totals;  /* by column */
} rk_grid;

bool rk_grid_ask(const rk_job *job, const rk_block *block, rk_grid *grid, rk_error *err);
void rk_grid_free(rk_grid *grid);

/* Nothing can be said of any row: there are none. */
bool rk_grid_is_unknown(const rk_grid *grid);

/* The measure that a column shows. */
const rk_measure *rk_grid_measure(const rk_grid *grid, size_t column);
const rk_block_column *rk_grid_rule(const rk_grid *grid, size_t column);

/* What is shown: minor units where rk_grid_is_money, hundredths of a percent where rk_grid_is_percent,
 * else a count or a rank. `row` == row_count: the total. *known is false where nothing can be said. */
rk_money rk_grid_value(const rk_grid *grid, size_t row, size_t column, bool *known);
bool rk_grid_is_money(const rk_grid *grid, size_t column);
bool rk_grid_is_percent(const rk_grid *grid, size_t column);

/* What a measure says of the whole job over the block's days, asked apart from the rows. */
bool rk_grid_whole(const rk_grid *grid, size_t column, rk_grid_figure *figure, rk_error *err);

#endif
