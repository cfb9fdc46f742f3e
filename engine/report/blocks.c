/* Blocks: rows and columns of figures, a row of live sums and the lines that check them. */
#include <stdio.h>
#include <stdlib.h>

#include "report/block.h"
#include "report/wrap.h"

enum { CONCLUSION_ROW = 3, FIRST_BLOCK_ROW = 5 };

/* ---- cells ---- */

static double shown(const rk_grid *grid, size_t column, rk_money value)
{
    return rk_grid_is_money(grid, column) || rk_grid_is_percent(grid, column) ? (double)value / 100
                                                                              : (double)value;
}

static rk_style style_of(const rk_grid *grid, size_t column, rk_money value, bool total)
{
    if (rk_grid_is_percent(grid, column))
        return total ? RK_STYLE_TOTAL_PERCENT : RK_STYLE_PERCENT;
    if (rk_grid_rule(grid, column)->as == RK_AS_CHANGE)
        return total                                                 ? RK_STYLE_TOTAL_CHANGE
               : rk_grid_is_money(grid, column) && rk_has_sen(value) ? RK_STYLE_CHANGE_SEN
                                                                     : RK_STYLE_CHANGE;
    if (!rk_grid_is_money(grid, column))
        return total ? RK_STYLE_TOTAL_COUNT : RK_STYLE_COUNT;
    if (rk_has_sen(value))
        return total ? RK_STYLE_TOTAL_SEN : RK_STYLE_MONEY_SEN;
    return total ? RK_STYLE_TOTAL_MONEY : RK_STYLE_MONEY;
}

/* Values that add up over the rows. */
static bool is_additive(const rk_grid *grid, size_t column)
{
    rk_form as = rk_grid_rule(grid, column)->as;
    return (as == RK_AS_VALUE || as == RK_AS_CHANGE) && !rk_grid_is_percent(grid, column);
}

static void lay_figure(const rk_laid *l, uint32_t at, size_t row, size_t column)
{
    bool known;
    rk_money value = rk_grid_value(&l->grid, row, column, &known);
    uint16_t c = (uint16_t)(l->first + column);
    if (known)
        rk_plan_number(l->sheet, at, c,
                       rk_laid_style(l, row, style_of(&l->grid, column, value, false)),
                       shown(&l->grid, column, value));
    else if (rk_grid_is_percent(&l->grid, column) || l->grid.rows[row].others ||
             rk_grid_rule(&l->grid, column)->as == RK_AS_RANK)
        rk_plan_text(l->sheet, at, c, RK_STYLE_NIL_RIGHT, RK_S("–"));
    else
        rk_plan_text(l->sheet, at, c, RK_STYLE_NIL_RIGHT, rk_job_word(l->job, RK_WORD_UNAVAILABLE));
}

/* ---- heads ---- */

static rk_slice column_title(const rk_laid *l, size_t column, rk_buffer *out)
{
    static const char *const marks[] = {[RK_SIGN_NONE] = "",
                                        [RK_SIGN_PLUS] = " (+)",
                                        [RK_SIGN_MINUS] = " (−)",
                                        [RK_SIGN_EQUALS] = " (=)"};
    static const rk_word_id forms[] = {[RK_AS_SHARE] = RK_WORD_SHARE,
                                       [RK_AS_CHANGE] = RK_WORD_CHANGE,
                                       [RK_AS_GROWTH] = RK_WORD_GROWTH,
                                       [RK_AS_RANK] = RK_WORD_RANK};
    rk_language language = l->job->plan.language;
    const rk_block_column *rule = rk_grid_rule(&l->grid, column);
    rk_buffer_clear(out);
    if (rule->label.id.len) {
        rk_buffer_slice(out, rk_label_in(&rule->label, language));
    } else {
        rk_buffer_slice(out, rk_label_in(&rk_grid_measure(&l->grid, column)->label, language));
        rk_slice over = rk_shown_over(rule->over, language);
        rk_buffer_text(out, over.len ? " " : "");
        rk_buffer_slice(out, over);
        rk_buffer_text(out, rule->as != RK_AS_VALUE ? " " : "");
        if (rule->as != RK_AS_VALUE)
            rk_buffer_slice(out, rk_word(forms[rule->as], language));
    }
    rk_buffer_text(out, marks[rule->sign]);
    return rk_buffer_all(out);
}

static double label_width(rk_dimension dimension)
{
    switch (dimension) {
    case RK_DIM_OFFICE:
        return 17;
    case RK_DIM_VALIDITY:
    case RK_DIM_SEX:
    case RK_DIM_DAY:
    case RK_DIM_WEEK:
    case RK_DIM_RATE:
        return 13;
    case RK_DIM_FEE:
        return 42;
    default:
        return 30;
    }
}

static void widen_all(const rk_laid *l)
{
    for (size_t i = 0; i < l->block->row_count; i++)
        rk_block_widen(l->sheet, l->label + i, label_width(l->block->rows[i].dimension));
    if (l->block->row_count == 0)
        rk_block_widen(l->sheet, l->label, 30);
    for (size_t c = 0; c < l->grid.column_count; c++)
        rk_block_widen(l->sheet, l->first + c,
                       rk_grid_is_money(&l->grid, c)     ? 14.5
                       : rk_grid_is_percent(&l->grid, c) ? 10
                                                         : 11);
}

/* The value of `across`, or what stands for all of them. */
static rk_slice across_title(const rk_laid *l, size_t column)
{
    const rk_grid_column *c = &l->grid.columns[column];
    return c->all ? rk_job_word(l->job, RK_WORD_ALL)
                  : rk_desk_label(l->job->desk, l->block->across, c->key, &l->job->arena);
}

rk_slice rk_block_head(const rk_laid *l, size_t column, rk_buffer *out)
{
    return l->block->across != RK_DIM_NONE ? across_title(l, column) : column_title(l, column, out);
}

static void lay_column_heads(const rk_laid *l)
{
    rk_buffer title = {0};
    bool crossed = l->block->across != RK_DIM_NONE;
    size_t before = SIZE_MAX;
    for (size_t c = 0; c < l->grid.column_count; c++) {
        uint16_t column = (uint16_t)(l->first + c);
        rk_slice text = column_title(l, c, &title);
        if (crossed && l->head > l->title + 1) {
            bool begins = l->grid.columns[c].column != before;
            rk_plan_text(l->sheet, l->head - 1, column, RK_STYLE_HEAD, begins ? text : RK_S(""));
        }
        before = l->grid.columns[c].column;
        rk_plan_text(l->sheet, l->head, column, RK_STYLE_HEAD_RIGHT,
                     crossed ? across_title(l, c) : text);
    }
    rk_buffer_free(&title);
}

static void lay_heads(const rk_laid *l)
{
    rk_plan_sheet *sheet = l->sheet;
    rk_language language = l->job->plan.language;
    rk_plan_text(sheet, l->title, 0, RK_STYLE_BLOCK, rk_label_in(&l->block->title, language));
    rk_plan_height(sheet, l->title, 18);
    for (uint16_t c = 0; l->head > l->title + 1 && c < l->width; c++)
        if (c < l->first || c >= l->first + l->grid.column_count)
            rk_plan_blank(sheet, l->head - 1, c, RK_STYLE_HEAD);
    for (size_t i = 0; i < l->block->row_count; i++) {
        rk_slice text = rk_label_in(&l->block->rows[i].label, language);
        rk_dimension dimension = l->block->rows[i].dimension;
        rk_plan_text(sheet, l->head, (uint16_t)(l->label + i),
                     dimension == RK_DIM_RATE ? RK_STYLE_HEAD_RIGHT : RK_STYLE_HEAD,
                     text.len ? text : rk_shown_dimension(dimension, language));
    }
    if (l->block->row_count == 0)
        rk_plan_blank(sheet, l->head, l->label, RK_STYLE_HEAD);
    lay_column_heads(l);
    rk_extras_lay_heads(l);
}

/* ---- rows ---- */

rk_slice rk_block_row_label(const rk_laid *l, size_t row, size_t axis)
{
    const rk_grid_row *r = &l->grid.rows[row];
    const rk_desk *desk = l->job->desk;
    rk_dimension dimension = l->block->rows[axis].dimension;
    int32_t key = r->keys[axis];
    if (r->others)
        return axis ? RK_S("") : rk_job_word(l->job, RK_WORD_OTHERS);
    /* Offices show their code here; the name has a column of its own. */
    if (dimension == RK_DIM_OFFICE && key != desk->input->rules->offices.none)
        return rk_names_text(desk->input->names, (rk_name)key);
    return rk_desk_label(desk, dimension, key, &l->job->arena);
}

static void lay_label(const rk_laid *l, uint32_t at, size_t row, size_t axis)
{
    const rk_grid_row *r = &l->grid.rows[row];
    rk_dimension dimension = l->block->rows[axis].dimension;
    uint16_t column = (uint16_t)(l->label + axis);
    int32_t key = r->keys[axis];
    if (dimension == RK_DIM_RATE && !r->others) {
        if (key)
            rk_plan_number(l->sheet, at, column, RK_STYLE_MONEY, key);
        else
            rk_plan_text(l->sheet, at, column, RK_STYLE_NIL_RIGHT, RK_S("–"));
        return;
    }
    rk_slice label = rk_block_row_label(l, row, axis);
    bool again = axis == 0 && l->block->row_count == 2 && row && !r->others &&
                 !l->grid.rows[row - 1].others && l->grid.rows[row - 1].keys[0] == key &&
                 dimension != RK_DIM_FEE;
    rk_plan_text(l->sheet, at, column,
                 again ? RK_STYLE_AGAIN : rk_laid_style(l, row, RK_STYLE_TEXT), label);
}

static void lay_rows(const rk_laid *l)
{
    for (size_t r = 0; r < l->grid.row_count; r++) {
        uint32_t at = l->from + (uint32_t)r;
        for (size_t i = 0; i < l->block->row_count; i++)
            lay_label(l, at, r, i);
        if (l->block->row_count == 0)
            rk_plan_text(l->sheet, at, l->label, RK_STYLE_TEXT, rk_job_word(l->job, RK_WORD_ALL));
        for (size_t c = 0; c < l->grid.column_count; c++)
            lay_figure(l, at, r, c);
        rk_extras_lay_row(l, r, at);
    }
    if (l->grid.row_count == 0) {
        rk_plan_text(
            l->sheet, l->from, 0, RK_STYLE_NIL,
            rk_job_word(l->job, rk_grid_is_unknown(&l->grid) ? RK_WORD_UNAVAILABLE : RK_WORD_NIL));
        for (uint16_t c = 1; c < l->width; c++)
            rk_plan_blank(l->sheet, l->from, c, RK_STYLE_TEXT);
    }
}

static void mark(const rk_laid *l, uint16_t column, const rk_accent *rule, bool amber)
{
    static const rk_alert_kind kinds[] = {[RK_ACCENT_NOT_ZERO] = RK_ALERT_NOT_ZERO,
                                          [RK_ACCENT_ABOVE] = RK_ALERT_ABOVE,
                                          [RK_ACCENT_BELOW] = RK_ALERT_BELOW};
    if (rule->kind != RK_ACCENT_NEVER)
        rk_plan_alert(l->sheet, (rk_alert){.kind = kinds[rule->kind],
                                           .amber = amber,
                                           .first_row = l->from,
                                           .last_row = l->last,
                                           .first_column = column,
                                           .last_column = column,
                                           .limit = (double)rule->limit});
}

static void lay_marks(const rk_laid *l)
{
    for (size_t c = 0; l->grid.row_count && c < l->grid.column_count; c++) {
        const rk_block_column *rule = rk_grid_rule(&l->grid, c);
        uint16_t column = (uint16_t)(l->first + c);
        mark(l, column, &rule->red, false);
        mark(l, column, &rule->amber, true);
        if (rule->bars)
            rk_plan_alert(l->sheet, (rk_alert){.kind = RK_ALERT_BARS,
                                               .first_row = l->from,
                                               .last_row = l->last,
                                               .first_column = column,
                                               .last_column = column});
    }
}

/* ---- totals and checks ---- */

/* The number of the column with '='. */
static size_t equals_column(const rk_laid *l)
{
    size_t c = 0;
    while (c < l->grid.column_count && rk_grid_rule(&l->grid, c)->sign != RK_SIGN_EQUALS)
        c++;
    return c;
}

/* Whether the column is part of the sum: a count beside sums of money is not. */
static bool is_summed(const rk_laid *l, size_t column)
{
    size_t equals = equals_column(l);
    return column <= equals &&
           rk_grid_measure(&l->grid, column)->money == rk_grid_measure(&l->grid, equals)->money;
}

/* What the signs of all rows together add up to; 0 when they balance. A single row need not: an
 * application may change its service without changing its state. */
static rk_money imbalance(const rk_laid *l)
{
    rk_money rest = 0;
    bool known;
    for (size_t c = 0; l->block->signs && c < l->grid.column_count; c++) {
        rk_sign sign = rk_grid_rule(&l->grid, c)->sign;
        rk_money value = rk_grid_value(&l->grid, l->grid.row_count, c, &known);
        if (is_summed(l, c))
            rest += sign == RK_SIGN_MINUS || sign == RK_SIGN_EQUALS ? -value : value;
    }
    return rest;
}

static void lay_total_cell(const rk_laid *l, size_t column)
{
    char formula[64], from[24], last[24];
    bool known;
    uint16_t c = (uint16_t)(l->first + column);
    rk_money total = rk_grid_value(&l->grid, l->grid.row_count, column, &known);
    rk_style style = style_of(&l->grid, column, total, true);
    if (!known || rk_grid_rule(&l->grid, column)->as == RK_AS_RANK) {
        rk_plan_text(
            l->sheet, l->total, c, l->job->plan.fitted ? RK_STYLE_TOTAL_NIL : RK_STYLE_TOTAL,
            is_additive(&l->grid, column) ? rk_job_word(l->job, RK_WORD_UNAVAILABLE) : RK_S(""));
        return;
    }
    if (!is_additive(&l->grid, column)) {
        rk_plan_number(l->sheet, l->total, c, style, shown(&l->grid, column, total));
        return;
    }
    snprintf(formula, sizeof formula, "SUM(%s:%s)", rk_plan_place(l->from, c, from),
             rk_plan_place(l->last, c, last));
    rk_plan_formula(l->sheet, l->total, c, style, formula, shown(&l->grid, column, total));
}

static bool is_summed_extra(const rk_laid *l, uint16_t column)
{
    for (size_t i = 0; i < l->block->with_count; i++)
        if (l->block->with[i] == RK_EXTRA_SHORT && rk_extra_column(l, i) == column)
            return true;
    return false;
}

static void lay_total(const rk_laid *l)
{
    rk_plan_text(l->sheet, l->total, 0, RK_STYLE_TOTAL, rk_job_word(l->job, RK_WORD_TOTAL));
    for (uint16_t c = 1; c < l->width; c++)
        if (c < l->first || c >= l->first + l->grid.column_count)
            if (!is_summed_extra(l, c))
                rk_plan_blank(l->sheet, l->total, c, RK_STYLE_TOTAL);
    for (size_t i = 0; i < l->block->with_count; i++)
        if (l->block->with[i] == RK_EXTRA_SHORT)
            rk_settled_lay_total(l, rk_extra_column(l, i));
    for (size_t c = 0; c < l->grid.column_count; c++)
        lay_total_cell(l, c);
}

static void check_cell(const rk_laid *l, uint32_t row, size_t column, const char *formula,
                       rk_money rest)
{
    bool sen = rk_grid_is_money(&l->grid, column) && rk_has_sen(rest);
    uint16_t c = (uint16_t)(l->first + column);
    rk_plan_formula(l->sheet, row, c, sen ? RK_STYLE_CHECK_SEN : RK_STYLE_CHECK, formula,
                    shown(&l->grid, column, rest));
    rk_plan_alert(l->sheet, (rk_alert){.kind = RK_ALERT_NOT_ZERO,
                                       .first_row = row,
                                       .last_row = row,
                                       .first_column = c,
                                       .last_column = c});
}

/* opening + in - out - closing of the total row: zero. */
static void lay_roll_check(const rk_laid *l, uint32_t row)
{
    rk_buffer formula = {0};
    char place[24];
    for (size_t c = 0; c < l->grid.column_count; c++) {
        rk_sign sign = rk_grid_rule(&l->grid, c)->sign;
        bool minus = sign == RK_SIGN_MINUS || sign == RK_SIGN_EQUALS;
        if (!is_summed(l, c))
            continue;
        rk_buffer_text(&formula, minus ? "-" : formula.len ? "+" : "");
        rk_buffer_text(&formula, rk_plan_place(l->total, l->first + c, place));
    }
    rk_buffer_char(&formula, '\0');
    rk_plan_text(l->sheet, row, 0, RK_STYLE_CHECK_LABEL, rk_job_word(l->job, RK_WORD_CHECK_ROLL));
    check_cell(l, row, equals_column(l), formula.bytes, imbalance(l));
    rk_buffer_free(&formula);
}

/* The sum over the offices against the nation, asked apart. */
static bool lay_nation_check(const rk_laid *l, uint32_t row, rk_error *err)
{
    rk_buffer formula = {0};
    char place[24];
    bool good = true, known;
    rk_plan_text(l->sheet, row, 0, RK_STYLE_CHECK_LABEL, rk_job_word(l->job, RK_WORD_CHECK_NATION));
    for (size_t c = 0; c < l->grid.column_count && good; c++) {
        rk_grid_figure nation;
        rk_money total = rk_grid_value(&l->grid, l->grid.row_count, c, &known);
        if (!known || rk_grid_rule(&l->grid, c)->as != RK_AS_VALUE || !is_additive(&l->grid, c))
            continue;
        good = rk_grid_whole(&l->grid, c, &nation, err);
        rk_buffer_clear(&formula);
        rk_buffer_printf(&formula, "%s-(", rk_plan_place(l->total, l->first + c, place));
        rk_money_put(&formula, nation.part, rk_grid_is_money(&l->grid, c) ? 2 : 0);
        rk_buffer_text(&formula, ")");
        rk_buffer_char(&formula, '\0');
        check_cell(l, row, c, formula.bytes, total - nation.part);
    }
    rk_buffer_free(&formula);
    return good;
}

/* ---- notes ---- */

static bool is_of_days(const rk_job *job, rk_day night)
{
    return night >= job->from && night <= job->until;
}

/* Money seen tonight for another day of booking is in no total of this day: it is named. */
static bool put_other_days(const rk_laid *l, rk_buffer *out)
{
    const rk_desk *desk = l->job->desk;
    const rk_entries *entries = desk->input->entries;
    size_t count = 0, found = 0;
    rk_money sum = 0;
    const rk_measure *first = rk_grid_measure(&l->grid, 0);
    if (l->block->row_count != 1 || l->block->rows[0].dimension != RK_DIM_CHANNEL ||
        first->of != RK_FACT_ENTRY || first->on != RK_ON_BOOKED || l->job->from != l->job->until)
        return false;
    const uint32_t *rows = rk_job_rows(l->job, &desk->entries, &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t e = rows[i];
        if (!is_of_days(l->job, desk->input->files->items[entries->file[e]].night) ||
            entries->outcome[e] == RK_IGNORED || entries->outcome[e] == RK_SETTLEMENT ||
            (entries->booked_on[e] >= l->job->from && entries->booked_on[e] <= l->job->until))
            continue;
        found++;
        if (entries->amount_minor[e] != RK_NO_MONEY)
            rk_money_add(&sum, entries->amount_minor[e]);
    }
    if (found == 0)
        return false;
    rk_buffer_slice(out, rk_job_word(l->job, RK_WORD_OTHER_DAYS));
    rk_buffer_printf(out, " (%zu): ", found);
    rk_money_put_rupiah(out, sum);
    return true;
}

/* Which channels wait for what. */
static void put_waiting(const rk_laid *l, rk_buffer *out)
{
    const rk_books_input *input = l->job->desk->input;
    bool complete = false;
    for (size_t i = 0; i < l->block->with_count; i++)
        complete = complete || l->block->with[i] == RK_EXTRA_COMPLETE;
    for (size_t i = 0; complete && i < input->watermark_count; i++) {
        const rk_watermark *watermark = &input->watermarks[i];
        if (watermark->account || watermark->waits_for.len == 0)
            continue;
        if (out->len)
            rk_buffer_text(out, " · ");
        rk_buffer_slice(
            out, rk_desk_label(l->job->desk, RK_DIM_CHANNEL, watermark->channel, &l->job->arena));
        rk_buffer_char(out, ' ');
        rk_buffer_slice(out, rk_job_word(l->job, RK_WORD_WAITS_FOR));
        rk_buffer_char(out, ' ');
        rk_buffer_slice(out, watermark->waits_for);
    }
}

static void lay_note(const rk_laid *l, uint32_t *row, rk_slice text)
{
    if (text.len)
        rk_plan_text(l->sheet, (*row)++, 0, RK_STYLE_NOTE, text);
}

/* Lays the lines below the rows; gives the first free row. */
static bool lay_foot(rk_laid *l, uint32_t *next, rk_error *err)
{
    uint32_t row = l->last + 1;
    rk_buffer note = {0};
    if (l->block->total && !rk_grid_is_unknown(&l->grid)) {
        l->total = row++;
        lay_total(l);
        if (l->block->signs)
            lay_roll_check(l, row++);
        if (l->block->row_count == 1 && l->block->rows[0].dimension == RK_DIM_OFFICE &&
            l->job->slice == RK_ALL_SLICES && !l->block->days && !lay_nation_check(l, row++, err))
            return false;
    }
    if (put_other_days(l, &note))
        lay_note(l, &row, rk_buffer_all(&note));
    rk_buffer_clear(&note);
    put_waiting(l, &note);
    lay_note(l, &row, rk_buffer_all(&note));
    lay_note(l, &row, rk_label_in(&l->block->note, l->job->plan.language));
    if (l->soft)
        lay_note(l, &row, rk_job_word(l->job, RK_WORD_SOFT_ROWS));
    rk_buffer_free(&note);
    *next = row;
    return true;
}

/* ---- the sheet ---- */

/* Which rows are of offices that are not final; NULL where none is. */
static const bool *soft_rows(const rk_laid *l)
{
    const rk_block *block = l->block;
    bool any = false;
    if (!l->job->plan.fitted || !l->job->desk->input->provisional.len || block->row_count == 0 ||
        block->rows[0].dimension != RK_DIM_OFFICE)
        return NULL;
    bool *soft = rk_arena_alloc(&l->job->arena, l->grid.row_count + 1, sizeof *soft);
    for (size_t r = 0; r < l->grid.row_count; r++) {
        const rk_grid_row *row = &l->grid.rows[r];
        soft[r] = !row->others && rk_job_office_waits(l->job, (rk_name)row->keys[0]);
        any = any || soft[r];
    }
    return any ? soft : NULL;
}

/* Asks for the figures and gives each column its place. */
static bool open_block(rk_laid *l, rk_error *err)
{
    const rk_block *block = l->block;
    if (!rk_grid_ask(l->job, block, &l->grid, err))
        return false;
    l->first = (uint16_t)(block->row_count ? block->row_count : 1);
    for (size_t i = 0; i < block->with_count; i++) {
        l->label = (uint16_t)(l->label + (block->with[i] == RK_EXTRA_NO));
        l->first = (uint16_t)(l->first + rk_extra_is_before(block->with[i]));
    }
    size_t width = l->first + l->grid.column_count;
    for (size_t i = 0; i < block->with_count; i++)
        width += !rk_extra_is_before(block->with[i]);
    if (width > RK_PLAN_COLUMNS)
        return rk_fail(err, RK_INVALID, "block \"%.*s\" has more than %d columns",
                       RK_FMT(block->title.id), RK_PLAN_COLUMNS);
    l->width = (uint16_t)width;
    widen_all(l);
    if (l->job->plan.fitted)
        rk_extras_widen(l);
    l->soft = soft_rows(l);
    return true;
}

static bool lay_block(rk_laid *l, uint32_t *next, rk_error *err)
{
    bool grouped = l->block->across != RK_DIM_NONE && l->block->column_count > 1;
    l->title = *next;
    l->head = l->title + 1 + grouped;
    l->from = l->head + 1;
    l->last = l->from + (uint32_t)(l->grid.row_count ? l->grid.row_count : 1) - 1;
    l->unbalanced = imbalance(l) != 0;
    lay_heads(l);
    lay_rows(l);
    lay_marks(l);
    return lay_foot(l, next, err);
}

/* Rows that a page takes, roughly: the sheet is scaled to one page's width. (Books before: pages.c.) */
static uint32_t rows_of_page(const rk_plan_sheet *sheet)
{
    double pixels = 0;
    for (size_t c = 0; c < sheet->column_count; c++)
        pixels += (sheet->widths[c] > 0 ? sheet->widths[c] : 8.43) * 7 + 5;
    double across = sheet->portrait ? 710 : 1045, down = sheet->portrait ? 1000 : 680;
    double scale = pixels > across ? across / pixels : 1;
    return (uint32_t)(down / scale / 20);
}

/* A block that would be cut begins a new page, if it fits on one. */
static void break_page(rk_plan_sheet *sheet, uint32_t title, uint32_t next, uint32_t *page,
                       uint32_t *heads)
{
    *heads += 1; /* their titles take two lines */
    uint32_t rows = rows_of_page(sheet), used = next - *page + *heads;
    if (used <= rows || title == FIRST_BLOCK_ROW || sheet->break_count == RK_PLAN_BREAKS)
        return;
    sheet->breaks[sheet->break_count++] = title;
    *page = title - FIRST_BLOCK_ROW; /* the head is repeated */
    *heads = 1;
}

/* One long table keeps its head in view and on every page. */
static void keep_head(const rk_laid *l, rk_plan_sheet *sheet)
{
    sheet->freeze_row = l->head + 1;
    sheet->repeats = true;
    sheet->repeat_from = sheet->repeat_until = l->head;
}

static bool lay_all(rk_laid *blocks, size_t count, rk_plan_sheet *sheet, bool *unbalanced,
                    rk_error *err)
{
    bool fitted = sheet->plan->fitted;
    uint32_t next = FIRST_BLOCK_ROW, page = 0, heads = 0;
    for (size_t i = 0; i < count; i++) {
        rk_laid *l = &blocks[i];
        if (l->block->screen_only) {
            rk_block_chart_apart(blocks, i, l, &next);
            sheet->print_rows = sheet->print_rows ? sheet->print_rows : next;
        }
        if (!lay_block(l, &next, err))
            return false;
        rk_block_chart(l, &next);
        l->end = next;
        if (!fitted)
            break_page(sheet, l->title, next, &page, &heads);
        *unbalanced = *unbalanced || l->unbalanced;
        if (count == 1)
            keep_head(l, sheet);
        else if (fitted && i + 1 < count)
            rk_pages_gap(sheet, next);
        next++;
    }
    if (fitted)
        rk_pages_break(blocks, count, sheet);
    return true;
}

bool rk_blocks_lay(rk_job *job, const rk_sheet *rule, rk_error *err)
{
    rk_plan_sheet *sheet =
        rk_plan_add_sheet(&job->plan, rk_label_in(&rule->name, job->plan.language), err);
    if (!sheet)
        return false;
    sheet->portrait = rule->portrait != 0;
    rk_head_lay(job, sheet, &rule->title);
    rk_laid *blocks = rk_alloc(rule->block_count + 1, sizeof *blocks);
    bool good = true, unbalanced = false;
    for (size_t i = 0; i < rule->block_count && good; i++) {
        blocks[i] = (rk_laid){.job = job, .block = &rule->blocks[i], .sheet = sheet};
        good = open_block(&blocks[i], err);
    }
    if (good)
        rk_pages_narrow(blocks, rule->block_count, sheet);
    good = good && lay_all(blocks, rule->block_count, sheet, &unbalanced, err);
    for (size_t i = 0; i < rule->block_count; i++)
        rk_grid_free(&blocks[i].grid);
    free(blocks);
    if (!good)
        return false;
    rk_conclusion_lay(job, sheet, CONCLUSION_ROW, sheet->column_count, unbalanced);
    if (rule->block_count != 1) {
        sheet->freeze_row = CONCLUSION_ROW + 1;
        sheet->repeats = true;
        sheet->repeat_until = CONCLUSION_ROW;
    }
    return true;
}
