/* Lists: one record a row, with live sums above, a filter on the heads, and rows given one by one. */
#include <stdio.h>
#include <stdlib.h>

#include "report/list.h"
#include "report/wrap.h"

enum { MONEY = 1, RIGHT = 2 };

typedef struct column_rule {
    double width, narrow,
        least; /* the next where the list would print too small; least: in two lines */
    unsigned flags;
} column_rule;

static const column_rule column_rules[RK_COLUMNS] = {
    [RK_COLUMN_NO] = {5, 4.5, 4.5, RIGHT},
    [RK_COLUMN_CASE] = {13.5, 13.5, 13.5, 0},
    [RK_COLUMN_KIND] = {14, 14.9, 12, 0},
    [RK_COLUMN_OUTCOME] = {18, 17, 17, 0},
    [RK_COLUMN_AGE] = {7, 6.5, 6.5, RIGHT},
    [RK_COLUMN_WORKING_AGE] = {7.5, 7.8, 7.8, RIGHT},
    [RK_COLUMN_PAID] = {13.5, 12.3, 12.3, 0},
    [RK_COLUMN_BOOKED] = {11, 9.5, 9.5, 0},
    [RK_COLUMN_CHANNEL] = {11, 9.8, 9.8, 0},
    [RK_COLUMN_ACCOUNT] = {12, 10.5, 10.5, 0},
    [RK_COLUMN_CODE] = {13.5, 12.7, 12.7, 0},
    [RK_COLUMN_REFERENCE] = {23, 23, 18, 0},
    [RK_COLUMN_APPLICATION] = {13, 10, 10, 0},
    [RK_COLUMN_CANDIDATES] = {11, 9.5, 9, 0},
    [RK_COLUMN_OFFICE] = {18, 12.5, 11.5, 0},
    [RK_COLUMN_PROVINCE] = {20, 15, 12, 0},
    [RK_COLUMN_SERVICE] = {18, 14.5, 11, 0},
    [RK_COLUMN_VALIDITY] = {9, 8, 8, 0},
    [RK_COLUMN_PURPOSE] = {12, 11, 11, 0},
    [RK_COLUMN_RECEIVED] = {12, 10, 10, MONEY | RIGHT},
    [RK_COLUMN_DUE] = {12, 10, 10, MONEY | RIGHT},
    [RK_COLUMN_DIFFERENCE] = {12, 10, 10, MONEY | RIGHT},
    [RK_COLUMN_REASON] = {20.5, 20, 15, 0},
    [RK_COLUMN_ACTION] = {18, 18.9, 13, 0},
    [RK_COLUMN_FOLLOW_UP] = {12, 10, 9, 0},
    [RK_COLUMN_STATUS] = {9, 8, 8, 0},
    [RK_COLUMN_SUBMITTED] = {14, 12.3, 12.3, 0},
    [RK_COLUMN_DEADLINE] = {14, 12.3, 12.3, 0},
    [RK_COLUMN_STATE] = {21, 17.5, 13, 0},
    [RK_COLUMN_HELD_BY] = {13, 10, 10, 0},
    [RK_COLUMN_OUTAGE] = {20, 20, 16, 0},
    [RK_COLUMN_EVIDENCE] = {27, 22, 18, 0},
    [RK_COLUMN_APPOINTMENT] = {11, 9.5, 9.5, 0},
    [RK_COLUMN_SLOT] = {12, 9, 9, 0},
    [RK_COLUMN_FILE] = {26, 26, 26, 0},
    [RK_COLUMN_LINE] = {7, 7, 7, RIGHT},
    [RK_COLUMN_ENTRY] = {21, 21, 21, 0},
    [RK_COLUMN_COUNT] = {8, 7, 7, RIGHT},
    [RK_COLUMN_DAY] = {11, 9.5, 9.5, 0},
    [RK_COLUMN_SAID] = {20, 18, 14, 0},
};

static bool is_of_money(const rk_listing *l)
{
    return l->rule->list == RK_LIST_ENTRIES || l->rule->list == RK_LIST_CASES;
}

static unsigned flags_of(const rk_listing *l, size_t column)
{
    return column_rules[l->rule->columns[column].column].flags;
}

/* ---- which rows ---- */

static bool key_of(const rk_desk *desk, const rk_record *r, rk_dimension dimension, int32_t *key)
{
    switch (dimension) {
    case RK_DIM_OUTCOME:
        *key = r->outcome;
        return true;
    case RK_DIM_STATE:
        *key = r->state;
        return true;
    case RK_DIM_CHANNEL:
        *key = r->channel;
        return true;
    case RK_DIM_SERVICE:
        *key = r->service;
        return true;
    case RK_DIM_VALIDITY:
        *key = r->validity;
        return true;
    case RK_DIM_PURPOSE:
        *key = r->purpose;
        return true;
    case RK_DIM_OFFICE:
        *key = r->office;
        return true;
    case RK_DIM_HELD_BY:
        *key = r->held_by;
        return true;
    case RK_DIM_PROVINCE:
        *key = desk->maps.province[r->office];
        return true;
    case RK_DIM_ZONE:
        *key = desk->maps.zone[r->office];
        return true;
    case RK_DIM_CHANNEL_KIND:
        *key = desk->maps.channel_kind[r->channel];
        return true;
    case RK_DIM_VERDICT:
        *key = (int32_t)rk_outcome_verdict((rk_outcome)r->outcome);
        return true;
    default:
        return false;
    }
}

static bool passes(const rk_listing *l, const rk_record *r)
{
    bool is_absence = r->finding && r->line == 0; /* in every book */
    if (!is_absence && !rk_job_has_office(l->job, r->office))
        return false;
    for (size_t i = 0; i < l->rule->where_count; i++) {
        const rk_cube_filter *filter = &l->filters[i];
        int32_t key = 0;
        bool found = false;
        if (!key_of(l->job->desk, r, filter->dimension, &key))
            return false;
        for (size_t k = 0; k < filter->key_count && !found; k++)
            found = filter->keys[k] == key;
        if (found == filter->except)
            return false;
    }
    return true;
}

static bool lay_filters(rk_listing *l, rk_error *err)
{
    rk_arena *arena = &l->job->arena;
    l->filters = rk_arena_alloc(arena, l->rule->where_count + 1, sizeof *l->filters);
    for (size_t i = 0; i < l->rule->where_count; i++) {
        if (!rk_desk_filter(l->job->desk, &l->rule->wheres[i], arena, &l->filters[i], err))
            return false;
    }
    return true;
}

static const rk_index *index_of(const rk_desk *desk, rk_list kind)
{
    switch (kind) {
    case RK_LIST_ENTRIES:
        return &desk->entries;
    case RK_LIST_CASES:
        return &desk->cases;
    case RK_LIST_APPLICATIONS:
        return &desk->applications;
    case RK_LIST_FINDINGS:
        return &desk->findings;
    default:
        return &desk->lapses;
    }
}

/* Entries by their day of booking, applications by that of submission; what stands is in any. */
static bool is_in_period(const rk_listing *l, uint32_t row)
{
    const rk_books_input *input = l->job->desk->input;
    rk_day day;
    if (l->rule->list == RK_LIST_ENTRIES)
        day = input->entries->booked_on[row];
    else if (l->rule->list == RK_LIST_APPLICATIONS &&
             input->applications->submitted_at[row] != RK_NO_MOMENT)
        day = rk_day_at(input->applications->submitted_at[row],
                        rk_desk_zone(l->job->desk, input->applications->office[row]));
    else
        return l->rule->list != RK_LIST_APPLICATIONS;
    return day >= l->job->from && day <= l->job->until;
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_column(const rk_listing *l, const rk_record *a, const rk_record *b,
                          rk_column_id column)
{
    const rk_desk *desk = l->job->desk;
    switch (column) {
    case RK_COLUMN_AGE:
        return compare_i64(b->opened_on, a->opened_on);
    case RK_COLUMN_PAID:
        return compare_i64(a->paid_from, b->paid_from);
    case RK_COLUMN_BOOKED:
        return compare_i64(a->booked_on, b->booked_on);
    case RK_COLUMN_CHANNEL:
        return rk_desk_order(desk, RK_DIM_CHANNEL, a->channel, b->channel);
    case RK_COLUMN_PROVINCE:
        return rk_desk_order(desk, RK_DIM_PROVINCE, desk->maps.province[a->office],
                             desk->maps.province[b->office]);
    case RK_COLUMN_OFFICE:
        return rk_desk_order(desk, RK_DIM_OFFICE, a->office, b->office);
    case RK_COLUMN_SERVICE:
        return rk_desk_order(desk, RK_DIM_SERVICE, a->service, b->service);
    case RK_COLUMN_KIND:
    case RK_COLUMN_OUTCOME:
        return compare_i64(a->finding ? a->finding : a->outcome,
                           b->finding ? b->finding : b->outcome);
    case RK_COLUMN_RECEIVED:
        return compare_i64(a->received, b->received);
    case RK_COLUMN_DUE:
        return compare_i64(a->due, b->due);
    case RK_COLUMN_SUBMITTED:
        return compare_i64(a->submitted, b->submitted);
    case RK_COLUMN_DEADLINE:
        return compare_i64(a->deadline, b->deadline);
    case RK_COLUMN_CODE:
        return (a->code > b->code) - (a->code < b->code);
    default:
        return rk_slice_compare(rk_texts_get(desk->input->texts, a->application),
                                rk_texts_get(desk->input->texts, b->application));
    }
}

typedef struct sorted_row {
    uint32_t row, place;
} sorted_row;

/* By the columns of `sort`; then as the list is ordered by itself. */
static int compare_by_orders(const void *a, const void *b, void *context)
{
    const rk_listing *l = context;
    const sorted_row *x = a, *y = b;
    rk_record left = rk_record_of(l, x->row), right = rk_record_of(l, y->row);
    for (size_t i = 0; i < l->rule->order_count; i++) {
        int order = compare_column(l, &left, &right, l->rule->orders[i].column);
        if (order)
            return l->rule->orders[i].descending ? -order : order;
    }
    return (x->place > y->place) - (x->place < y->place);
}

static void sort_rows(rk_listing *l)
{
    sorted_row *rows = rk_alloc(l->count + 1, sizeof *rows);
    for (size_t i = 0; i < l->count; i++)
        rows[i] = (sorted_row){l->rows[i], (uint32_t)i};
    if (l->count > 1)
        qsort_r(rows, l->count, sizeof *rows, compare_by_orders, l);
    for (size_t i = 0; i < l->count; i++)
        l->rows[i] = rows[i].row;
    free(rows);
}

/* The rows of the list, in the order of showing. */
static bool select_rows(rk_listing *l, rk_error *err)
{
    if (!lay_filters(l, err))
        return false;
    size_t count = 0;
    const uint32_t *rows = rk_job_rows(l->job, index_of(l->job->desk, l->rule->list), &count);
    l->rows = rk_arena_alloc(&l->job->arena, count + 1, sizeof *l->rows);
    for (size_t i = 0; i < count; i++) {
        if (!is_in_period(l, rows[i]))
            continue;
        rk_record r = rk_record_of(l, rows[i]);
        if (passes(l, &r))
            l->rows[l->count++] = rows[i];
    }
    if (l->rule->order_count)
        sort_rows(l);
    return true;
}

uint32_t rk_list_first_row(const rk_sheet *sheet)
{
    return RK_HEAD_ROWS + 1 + (sheet->total ? 3 : 0);
}

/* Rows of a list that one sheet takes. */
static size_t rows_of_sheet(const rk_sheet *rule)
{
    return rk_plan_limits.rows - rk_list_first_row(rule);
}

/* "Selisih", "Selisih (2)": the sheet on which item `item` of the list stands. */
static rk_slice sheet_name(rk_job *job, const rk_sheet *rule, size_t item)
{
    rk_slice name = rk_label_in(&rule->name, job->plan.language);
    size_t number = item / rows_of_sheet(rule) + 1;
    if (number == 1)
        return name;
    return rk_slice_of(rk_arena_printf(&job->arena, "%.*s (%zu)", RK_FMT(name), number));
}

bool rk_list_first_case(rk_job *job, rk_outcome outcome, rk_slice *sheet, uint32_t *row)
{
    rk_error ignored;
    for (size_t i = 0; i < job->workbook->sheet_count; i++) {
        const rk_sheet *rule = &job->workbook->sheets[i];
        rk_listing l = {.job = job, .rule = rule};
        if (rule->list != RK_LIST_CASES || !select_rows(&l, &ignored))
            continue;
        for (size_t at = 0; at < l.count; at++) {
            if (job->desk->input->cases->kind[l.rows[at]] != outcome)
                continue;
            *sheet = sheet_name(job, rule, at);
            *row = rk_list_first_row(rule) + (uint32_t)(at % rows_of_sheet(rule));
            return true;
        }
    }
    return false;
}

/* ---- the sheet ---- */

/* What is wider than `most` takes other widths. */
static void narrow(const rk_listing *l, rk_plan_sheet *sheet, double most, size_t member)
{
    if (!sheet->plan->fitted || rk_wrap_pixels(sheet, sheet->column_count) <= most)
        return;
    for (size_t c = 0; c < l->rule->column_count; c++) {
        const char *rule = (const char *)&column_rules[l->rule->columns[c].column];
        memcpy(&sheet->widths[c], rule + member, sizeof sheet->widths[c]);
    }
}

static void lay_heads(const rk_listing *l, rk_plan_sheet *sheet)
{
    rk_language language = l->job->plan.language;
    for (size_t c = 0; c < l->rule->column_count; c++) {
        rk_slice title = rk_label_in(&l->rule->columns[c].label, language);
        if (title.len == 0)
            title = rk_shown_column(l->rule->columns[c].column, language);
        rk_plan_text(sheet, sheet->list_row - 1, (uint16_t)c,
                     flags_of(l, c) & RIGHT ? RK_STYLE_HEAD_RIGHT : RK_STYLE_HEAD, title);
        sheet->widths[c] = column_rules[l->rule->columns[c].column].width;
    }
    sheet->column_count = l->rule->column_count;
    narrow(l, sheet, RK_PAGE_WIDEST, offsetof(column_rule, narrow));
    narrow(l, sheet, RK_PAGE_WIDEST * 1.05, offsetof(column_rule, least));
}

static rk_money sum_column(const rk_listing *l, rk_column_id id, size_t from, size_t count)
{
    rk_money sum = 0;
    for (size_t i = from; i < from + count; i++) {
        rk_record r = rk_record_of(l, l->rows[i]);
        rk_money money = rk_record_money(&r, id);
        if (money != RK_NO_MONEY)
            rk_money_add(&sum, money);
    }
    return sum;
}

/* Two rows above the heads: all rows, and those that a filter leaves. */
static void lay_totals(const rk_listing *l, rk_plan_sheet *sheet, size_t from, size_t count)
{
    uint32_t row = RK_HEAD_ROWS;
    uint32_t last = sheet->list_row + (uint32_t)(count ? count : 1) - 1;
    char formula[80], first_place[24], last_place[24];
    for (uint32_t line = 0; line < 2; line++) {
        rk_plan_text(sheet, row + line, 0, RK_STYLE_TOTAL,
                     rk_job_word(l->job, line ? RK_WORD_FILTERED : RK_WORD_TOTAL));
        for (uint16_t c = 1; c < l->rule->column_count; c++) {
            if (!(flags_of(l, c) & MONEY)) {
                rk_plan_blank(sheet, row + line, c, RK_STYLE_TOTAL);
                continue;
            }
            rk_money sum = sum_column(l, l->rule->columns[c].column, from, count);
            snprintf(formula, sizeof formula, "%s%s:%s)", line ? "SUBTOTAL(109," : "SUM(",
                     rk_plan_place(sheet->list_row, c, first_place),
                     rk_plan_place(last, c, last_place));
            rk_plan_formula(sheet, row + line, c,
                            rk_has_sen(sum) ? RK_STYLE_TOTAL_SEN : RK_STYLE_TOTAL_MONEY, formula,
                            rk_rupiah(sum));
        }
    }
}

/* What the cube says the list must sum to. */
static bool ask_sum(const rk_listing *l, rk_money *sum, rk_error *err)
{
    bool cases = l->rule->list == RK_LIST_CASES;
    rk_cube_query query = {.of = cases ? RK_FACT_CASE : RK_FACT_ENTRY,
                           .what = cases ? RK_CUBE_AFTER : RK_CUBE_FLOW,
                           .on = RK_ON_BOOKED,
                           .from = l->job->from,
                           .until = l->job->until,
                           .filters = l->filters,
                           .filter_count = l->rule->where_count,
                           .slice = l->job->slice};
    rk_cube_cells cells = {0};
    bool good = rk_cube_ask(&l->job->desk->cube, &query, &cells, err);
    *sum = rk_cube_cell_of(&cells, 0).amount;
    rk_cube_cells_free(&cells);
    return good;
}

/* One row below the totals: the list against the summary. Only where all of it is on one sheet. */
static bool lay_check(const rk_listing *l, rk_plan_sheet *sheet, rk_error *err)
{
    size_t c = 0;
    rk_money meant = 0;
    while (c < l->rule->column_count && l->rule->columns[c].column != RK_COLUMN_RECEIVED)
        c++;
    if (c == l->rule->column_count || !is_of_money(l))
        return true;
    if (!ask_sum(l, &meant, err))
        return false;
    rk_money rest = sum_column(l, RK_COLUMN_RECEIVED, 0, l->count) - meant;
    uint32_t row = RK_HEAD_ROWS + 2;
    char place[24];
    rk_buffer formula = {0};
    rk_buffer_printf(&formula, "%s-(", rk_plan_place(RK_HEAD_ROWS, c, place));
    rk_money_put(&formula, meant, 2);
    rk_buffer_text(&formula, ")");
    rk_buffer_char(&formula, '\0');
    rk_plan_text(sheet, row, 0, RK_STYLE_CHECK_LABEL, rk_job_word(l->job, RK_WORD_CHECK_LIST));
    rk_plan_formula(sheet, row, (uint16_t)c, rk_has_sen(rest) ? RK_STYLE_CHECK_SEN : RK_STYLE_CHECK,
                    formula.bytes, rk_rupiah(rest));
    rk_plan_alert(sheet, (rk_alert){.kind = RK_ALERT_NOT_ZERO,
                                    .first_row = row,
                                    .last_row = row,
                                    .first_column = (uint16_t)c,
                                    .last_column = (uint16_t)c});
    rk_buffer_free(&formula);
    return true;
}

/* Amber over 5 working days, red over 30; in days where the list does not show working days. */
static void lay_ages(const rk_listing *l, rk_plan_sheet *sheet, size_t count)
{
    rk_column_id id = RK_COLUMN_AGE;
    for (size_t c = 0; c < l->rule->column_count; c++)
        if (l->rule->columns[c].column == RK_COLUMN_WORKING_AGE)
            id = RK_COLUMN_WORKING_AGE;
    for (uint16_t c = 0; c < l->rule->column_count && count; c++)
        if (l->rule->columns[c].column == id)
            for (int amber = 0; amber < 2; amber++)
                rk_plan_alert(sheet, (rk_alert){.kind = RK_ALERT_ABOVE,
                                                .amber = amber != 0,
                                                .first_row = sheet->list_row,
                                                .last_row = sheet->list_row + (uint32_t)count - 1,
                                                .first_column = c,
                                                .last_column = c,
                                                .limit = amber ? 5 : 30});
}

/* One sheet with items [from, from + count). */
static bool lay_sheet(const rk_listing *l, rk_slice name, size_t from, size_t count, rk_error *err)
{
    rk_plan_sheet *sheet = rk_plan_add_sheet(&l->job->plan, name, err);
    if (!sheet)
        return false;
    sheet->portrait = l->rule->portrait != 0;
    rk_head_lay(l->job, sheet, &l->rule->title);
    sheet->list_row = rk_list_first_row(l->rule);
    sheet->list_columns = l->rule->column_count;
    sheet->fill = rk_list_fill;
    sheet->context = l;
    sheet->list_from = from;
    sheet->list_count = count;
    sheet->filters = count > 0;
    sheet->freeze_row = sheet->list_row;
    sheet->repeats = true;
    sheet->repeat_from = sheet->repeat_until = sheet->list_row - 1;
    lay_heads(l, sheet);
    rk_lapses_tell(l, sheet);
    lay_ages(l, sheet, count);
    if (l->rule->total)
        lay_totals(l, sheet, from, count);
    if (l->rule->total && count == l->count && !lay_check(l, sheet, err))
        return false;
    if (sheet->plan->fitted && l->rule->list == RK_LIST_LAPSES)
        rk_plan_height(sheet, RK_HEAD_ROWS - 1, 15);
    if (count == 0) {
        rk_plan_text(sheet, sheet->list_row, 0, RK_STYLE_NIL, rk_job_word(l->job, RK_WORD_NO_ROWS));
        for (uint16_t c = 1; c < l->rule->column_count; c++)
            rk_plan_blank(sheet, sheet->list_row, c, RK_STYLE_TEXT);
    }
    return true;
}

bool rk_list_lay(rk_job *job, const rk_sheet *rule, rk_error *err)
{
    rk_listing *l = rk_arena_alloc(&job->arena, 1, sizeof *l);
    *l = (rk_listing){.job = job, .rule = rule};
    if (rule->column_count > RK_PLAN_COLUMNS)
        return rk_fail(err, RK_INVALID, "sheet \"%.*s\" has more than %d columns",
                       RK_FMT(rule->name.id), RK_PLAN_COLUMNS);
    if (!select_rows(l, err))
        return false;
    size_t most = rows_of_sheet(rule), from = 0;
    do {
        size_t count = l->count - from < most ? l->count - from : most;
        if (!lay_sheet(l, sheet_name(job, rule, from), from, count, err))
            return false;
        from += count;
    } while (from < l->count);
    return true;
}
