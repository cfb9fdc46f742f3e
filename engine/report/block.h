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
    uint32_t end;        /* the row behind it */
    bool charted;        /* a chart stands beside it */
    bool joined;         /* the chart of the block before goes on beside it */
    rk_chart_plan place; /* of the chart, where it is not the block's own; width 0: it is */
    uint32_t chart_row;  /* of a chart below; 0: there is none */
    bool unbalanced;
    const bool *soft; /* by row: of an office whose statements are not complete; NULL: none is */
} rk_laid;

/* How a cell of row `row` looks. */
static inline rk_style rk_laid_style(const rk_laid *l, size_t row, rk_style style)
{
    static const rk_style soft[RK_STYLES] = {[RK_STYLE_TEXT] = RK_STYLE_SOFT,
                                             [RK_STYLE_COUNT] = RK_STYLE_SOFT_COUNT,
                                             [RK_STYLE_MONEY] = RK_STYLE_SOFT_MONEY,
                                             [RK_STYLE_MONEY_SEN] = RK_STYLE_SOFT_SEN,
                                             [RK_STYLE_PERCENT] = RK_STYLE_SOFT_PERCENT,
                                             [RK_STYLE_NUMBER] = RK_STYLE_SOFT_NUMBER};
    return l->soft && l->soft[row] && soft[style] ? soft[style] : style;
}

static inline bool rk_extra_is_before(rk_extra extra)
{
    return extra < RK_EXTRA_COMPLETE;
}

/* ---- extras.c: columns that are no measures ---- */

/* The column of extra number `number`; heads and widths of all of them; the cells of one row. */
uint16_t rk_extra_column(const rk_laid *l, size_t number);
double rk_extra_least(rk_extra extra); /* how narrow it may be */
void rk_extras_widen(const rk_laid *l);
void rk_extras_lay_heads(const rk_laid *l);
void rk_extras_lay_row(const rk_laid *l, size_t row, uint32_t at);

/* ---- settled.c: what channels still owe, by the oldest first ---- */

void rk_settled_lay(const rk_laid *l, rk_extra extra, uint32_t row, uint16_t column, int32_t key);
/* The sum of a column of RK_EXTRA_SHORT, in the row of totals. */
void rk_settled_lay_total(const rk_laid *l, uint16_t column);

/* Makes a column at least so wide. */
void rk_block_widen(rk_plan_sheet *sheet, size_t column, double width);

/* ---- pages.c: what stands on a page ---- */

/* Columns that would print too small give back what their texts and figures do not need. */
void rk_pages_narrow(const rk_laid *blocks, size_t count, rk_plan_sheet *sheet);
/* A block that would be cut begins a new page. */
void rk_pages_break(const rk_laid *blocks, size_t count, rk_plan_sheet *sheet);
/* A narrow row between two blocks. */
void rk_pages_gap(rk_plan_sheet *sheet, uint32_t row);

/* ---- blocks.c: its words ---- */

rk_slice rk_block_head(const rk_laid *l, size_t column, rk_buffer *out);
rk_slice rk_block_row_label(const rk_laid *l, size_t row, size_t axis);

/* ---- charts.c ---- */

/* Puts the block's chart beside or below it, if it has one and anything to show; `*next` is the first
 * free row and moves when the chart needs more. */
void rk_block_chart(rk_laid *l, uint32_t *next);

/* The same for a block that is not printed, asked before it is laid: its chart stands beside a printed one that
 * leaves room, or below them; then rk_block_chart fills it in. */
void rk_block_chart_apart(rk_laid *printed, size_t count, rk_laid *l, uint32_t *next);

#endif
