/* What stands on a printed page: columns that are no wider than they need, and blocks that are not cut. */
#include "report/block.h"
#include "report/wrap.h"

enum { ROW_PIXELS = 17, TITLE_PIXELS = 24, GAP_PIXELS = 8, HEAD_PIXELS = 112 };

/* ---- columns ---- */

/* Digits, a point for each thousand and a sign, in bold as totals are, and the gap behind them. */
static double figure_width(rk_money value, bool money, bool percent)
{
    int digits = 1, beside = value < 0;
    for (uint64_t rest = (uint64_t)(value < 0 ? -value : value) / (money ? 100 : 1); rest > 9;
         rest /= 10)
        digits++;
    if (percent || (money && rk_has_sen(value)))
        beside++;
    return 0.9 * digits + 0.45 * ((digits - 1) / 3 + beside) + 2;
}

static double least_of_figures(const rk_laid *l, size_t column)
{
    double most = 0;
    for (size_t r = 0; r <= l->grid.row_count; r++) {
        bool known;
        rk_money value = rk_grid_value(&l->grid, r, column, &known);
        bool percent = rk_grid_is_percent(&l->grid, column);
        double width =
            known ? figure_width(value, rk_grid_is_money(&l->grid, column), percent)
            : percent || r == l->grid.row_count
                ? 3
                : rk_wrap_width(rk_job_word(l->job, RK_WORD_UNAVAILABLE), RK_STYLE_NIL_RIGHT) + 1;
        most = width > most ? width : most;
    }
    rk_buffer text = {0};
    double head = rk_wrap_longest(rk_block_head(l, column, &text), RK_STYLE_HEAD_RIGHT) + 2;
    rk_buffer_free(&text);
    return head > most ? head : most;
}

static double least_of_labels(const rk_laid *l, size_t axis)
{
    double most = 6;
    for (size_t r = 0; r < l->grid.row_count; r++) {
        rk_slice label = rk_block_row_label(l, r, axis);
        double width = rk_wrap_width(label, RK_STYLE_TEXT) + 1;
        most = width > most ? width : most;
    }
    return most;
}

static void keep_most(double *least, size_t column, double width)
{
    if (least[column] < width)
        least[column] = width;
}

/* As much of what each column has to spare as brings the sheet to a readable width. */
static void give_back(rk_plan_sheet *sheet, const double *least)
{
    double total = rk_wrap_pixels(sheet, sheet->column_count), spare = 0;
    double wanted = total - 1.05 * RK_PAGE_ACROSS;
    for (size_t c = 0; c < sheet->column_count; c++)
        if (least[c] > 0 && least[c] < sheet->widths[c])
            spare += (sheet->widths[c] - least[c]) * 7;
    double part = spare > wanted ? wanted / spare : 1;
    for (size_t c = 0; c < sheet->column_count; c++)
        if (least[c] > 0 && least[c] < sheet->widths[c])
            sheet->widths[c] -= part * (sheet->widths[c] - least[c]);
}

void rk_pages_narrow(const rk_laid *blocks, size_t count, rk_plan_sheet *sheet)
{
    double least[RK_PLAN_COLUMNS] = {0};
    if (!sheet->plan->fitted || rk_wrap_pixels(sheet, sheet->column_count) <= RK_PAGE_WIDEST)
        return;
    for (size_t i = 0; i < count; i++) {
        const rk_laid *l = &blocks[i];
        for (size_t axis = 0; axis < l->block->row_count; axis++)
            keep_most(least, l->label + axis, least_of_labels(l, axis));
        for (size_t c = 0; c < l->grid.column_count; c++)
            keep_most(least, l->first + c, least_of_figures(l, c));
        for (size_t k = 0; k < l->block->with_count; k++)
            keep_most(least, rk_extra_column(l, k), rk_extra_least(l->block->with[k]));
    }
    give_back(sheet, least);
}

/* ---- pages ---- */

static double pixels_of_head(const rk_laid *l)
{
    double points = 0;
    for (size_t i = 0; i < l->sheet->cell_count; i++) {
        const rk_placed *placed = &l->sheet->cells[i];
        if (placed->row != l->head)
            continue;
        double needed = rk_wrap_points(&placed->cell, l->sheet->widths[placed->column]);
        points = needed > points ? needed : points;
    }
    return points * 4 / 3 + (l->head > l->title + 1 ? ROW_PIXELS : 0);
}

static double pixels_of(const rk_laid *l)
{
    return TITLE_PIXELS + pixels_of_head(l) + (l->end - l->from) * ROW_PIXELS;
}

/* The pixels of a page on which the sheet is as wide as it is, with the chart beside its blocks. */
static double pixels_of_page(const rk_plan_sheet *sheet)
{
    double across = sheet->portrait ? RK_PAGE_DOWN : RK_PAGE_ACROSS;
    double down = sheet->portrait ? RK_PAGE_ACROSS : RK_PAGE_DOWN;
    double widest = rk_wrap_pixels(sheet, sheet->column_count);
    for (size_t k = 0; k < sheet->chart_count; k++) {
        double right = rk_wrap_pixels(sheet, sheet->charts[k].column) + sheet->charts[k].width;
        widest = right > widest ? right : widest;
    }
    return widest > across ? down * widest / across : down;
}

/* A chart below rows that go over several pages begins a new one rather than being cut. False: it does. */
static bool keep_whole(const rk_laid *l, double pixels, double page, double *used, bool is_alone)
{
    rk_plan_sheet *sheet = l->sheet;
    double chart = (l->end - l->chart_row) * ROW_PIXELS, top = *used + pixels - chart;
    double repeated = is_alone ? pixels_of_head(l) : HEAD_PIXELS; /* the head of one long table */
    while (top > page)
        top -= page - repeated;
    if (top + chart <= page || sheet->break_count >= RK_PLAN_BREAKS)
        return true;
    sheet->breaks[sheet->break_count++] = l->chart_row - 1; /* its frame lies on the edge */
    *used = HEAD_PIXELS + chart + GAP_PIXELS;
    return false;
}

void rk_pages_break(const rk_laid *blocks, size_t count, rk_plan_sheet *sheet)
{
    double page = pixels_of_page(sheet), used = HEAD_PIXELS;
    for (size_t i = 0; i < count && !blocks[i].block->screen_only; i++) {
        const rk_laid *l = &blocks[i];
        double pixels = pixels_of(l);
        for (size_t k = i + 1; k < count && blocks[k].joined && !l->joined; k++)
            pixels += pixels_of(&blocks[k]) + GAP_PIXELS;
        if (i && !l->joined && used + pixels > page && sheet->break_count < RK_PLAN_BREAKS) {
            sheet->breaks[sheet->break_count++] = l->title;
            used = HEAD_PIXELS;
        }
        if (l->chart_row && !keep_whole(l, pixels, page, &used, count == 1))
            continue;
        used += l->joined ? 0 : pixels + GAP_PIXELS;
        while (used > page)
            used -= page - HEAD_PIXELS;
    }
}

/* A narrow row between two blocks. */
void rk_pages_gap(rk_plan_sheet *sheet, uint32_t row)
{
    rk_plan_blank(sheet, row, 0, RK_STYLE_PLAIN);
    rk_plan_height(sheet, row, GAP_PIXELS * 0.75);
}
