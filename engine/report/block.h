/*
 * block: one block of a sheet while it is laid out: its figures and where its parts stand.
 *
 * In:  a grid of 4 rows and 6 columns, to begin in row 5
 * Out: title in row 5, heads in row 6, rows 7 to 10, the total in row 11; a chart beside or below
 */
#ifndef RK_REPORT_BLOCK_H
#define RK_REPORT_BLOCK_H

#include "report/grid.h"

typedef struct rk_laid {
    rk_job *job;
    const rk_block *block;
    rk_plan_sheet *sheet;
    rk_grid grid;
    uint16_t label; /* column of the first row label */
    uint16_t first; /* of the first figure */
    uint16_t width; /* columns in all */
    uint32_t title, head, from, last, total;
    bool unbalanced;
} rk_laid;

static inline bool rk_extra_is_before(rk_extra extra)
{
    return extra < RK_EXTRA_COMPLETE;
}

/* ---- extras.c: columns that are no measures ---- */

/* The column of extra number `number`; heads and widths of all of them; the cells of one row. */
uint16_t rk_extra_column(const rk_laid *l, size_t number);
void rk_extras_lay_heads(const rk_laid *l);
void rk_extras_lay_row(const rk_laid *l, size_t row, uint32_t at);

/* ---- settled.c: what channels still owe, by the oldest first ---- */

void rk_settled_lay(const rk_laid *l, rk_extra extra, uint32_t row, uint16_t column, int32_t key);
/* The sum of a column of RK_EXTRA_SHORT, in the row of totals. */
void rk_settled_lay_total(const rk_laid *l, uint16_t column);

/* Makes a column at least so wide. */
void rk_block_widen(rk_plan_sheet *sheet, size_t column, double width);

/* ---- charts.c ---- */

/* Puts the block's chart beside or below it, if it has one and anything to show; `*next` is the first
 * free row and moves when the chart needs more. */
void rk_block_chart(const rk_laid *l, uint32_t *next);

#endif
