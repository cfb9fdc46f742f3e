/* What channels still owe to the accounts: what arrived pays what was due first. */
#include <stdio.h>

#include "report/block.h"

typedef struct position {
    bool known;
    rk_money
        balance; /* < 0: of what was due, so much has not come; > 0: more came than was ever to come */
    rk_day since; /* the oldest day of which something is missing */
} position;

/* The sums of a channel's part up to the end of the days; by day, or all in one cell; RK_CUBE_AFTER: also what
 * falls due later. */
static bool ask(const rk_job *job, rk_name channel, rk_settled part, rk_cube_what what,
                rk_dimension by, rk_cube_cells *cells)
{
    rk_error error;
    int32_t key = channel, wanted = (int32_t)part;
    const rk_cube_filter filters[] = {
        {.dimension = RK_DIM_CHANNEL, .keys = &key, .key_count = 1},
        {.dimension = RK_DIM_PART, .keys = &wanted, .key_count = 1},
    };
    rk_cube_query query = {.of = RK_FACT_SETTLEMENT,
                           .what = what,
                           .on = RK_ON_BOOKED,
                           .from = job->from,
                           .until = job->until,
                           .filters = filters,
                           .filter_count = 2,
                           .by = by,
                           .slice = RK_ALL_SLICES};
    return rk_cube_ask(&job->desk->cube, &query, cells, &error);
}

/* One day's money of a channel is one sum for all offices: no office's part of it is known. */
static bool is_told(const rk_job *job, const rk_channel *channel)
{
    return channel && channel->settlement_count && job->slice == RK_ALL_SLICES &&
           job->scope == RK_DIM_NONE;
}

static position position_of(const rk_job *job, int32_t key)
{
    position p = {.since = RK_NO_DAY};
    rk_name channel = (rk_name)key;
    rk_cube_cells due = {0}, all = {0}, arrived = {0};
    p.known = is_told(job, rk_channel_find(job->desk->input->rules, channel)) &&
              ask(job, channel, RK_SETTLED_OWED, RK_CUBE_DUE, RK_DIM_DAY, &due) &&
              ask(job, channel, RK_SETTLED_OWED, RK_CUBE_AFTER, RK_DIM_NONE, &all) &&
              ask(job, channel, RK_SETTLED_ARRIVED, RK_CUBE_DUE, RK_DIM_NONE, &arrived);
    rk_money rest = rk_cube_cell_of(&arrived, 0).amount, ever = rk_cube_cell_of(&all, 0).amount;
    if (p.known && rest > ever)
        p.balance = rest - ever;
    for (size_t i = 0; p.known && i < due.count; i++) {
        rest -= due.items[i].amount;
        if (rest < 0 && p.since == RK_NO_DAY)
            p.since = due.items[i].key;
        if (rest >= 0)
            p.since = RK_NO_DAY; /* taken back later */
    }
    if (p.known && rest < 0)
        p.balance = rest;
    rk_cube_cells_free(&due);
    rk_cube_cells_free(&all);
    rk_cube_cells_free(&arrived);
    return p;
}

void rk_settled_lay(const rk_laid *l, rk_extra extra, uint32_t row, uint16_t column, int32_t key)
{
    position p = position_of(l->job, key);
    if (!p.known)
        rk_plan_text(l->sheet, row, column, RK_STYLE_NIL_RIGHT,
                     rk_job_word(l->job, RK_WORD_UNAVAILABLE));
    else if (extra == RK_EXTRA_SHORT)
        rk_plan_number(l->sheet, row, column,
                       rk_has_sen(p.balance) ? RK_STYLE_MONEY_SEN : RK_STYLE_MONEY,
                       rk_rupiah(p.balance));
    else if (p.since == RK_NO_DAY)
        rk_plan_blank(l->sheet, row, column, RK_STYLE_TEXT);
    else
        rk_plan_number(l->sheet, row, column, RK_STYLE_NUMBER, l->job->until - p.since);
    if (p.known && extra == RK_EXTRA_SHORT)
        rk_plan_alert(l->sheet, (rk_alert){.kind = RK_ALERT_NOT_ZERO,
                                           .first_row = row,
                                           .last_row = row,
                                           .first_column = column,
                                           .last_column = column});
}

void rk_settled_lay_total(const rk_laid *l, uint16_t column)
{
    char formula[64], from[24], last[24];
    rk_money sum = 0;
    bool known = false;
    for (size_t r = 0; r < l->grid.row_count; r++) {
        position p = l->grid.rows[r].others ? (position){.known = false}
                                            : position_of(l->job, l->grid.rows[r].keys[0]);
        known = known || p.known;
        if (p.known)
            rk_money_add(&sum, p.balance);
    }
    if (!known) {
        rk_plan_text(l->sheet, l->total, column,
                     l->job->plan.fitted ? RK_STYLE_TOTAL_NIL : RK_STYLE_TOTAL,
                     rk_job_word(l->job, RK_WORD_UNAVAILABLE));
        return;
    }
    snprintf(formula, sizeof formula, "SUM(%s:%s)", rk_plan_place(l->from, column, from),
             rk_plan_place(l->last, column, last));
    rk_plan_formula(l->sheet, l->total, column,
                    rk_has_sen(sum) ? RK_STYLE_TOTAL_SEN : RK_STYLE_TOTAL_MONEY, formula,
                    rk_rupiah(sum));
}
