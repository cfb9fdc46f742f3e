/* The chart of a block: its series, and where it stands on the sheet. */
#include "report/block.h"

enum { PAGE_PIXELS = 1130, ROW_PIXELS = 20, BESIDE_LEAST = 330, HEIGHT = 220 };

static bool is_charted(const rk_laid *l, size_t column)
{
    bool crossed = l->block->across != RK_DIM_NONE;
    for (size_t i = 0; i < l->block->chart_of_count; i++)
        if (l->grid.columns[column].column == l->block->chart_of[i])
            return l->grid.columns[column].all != crossed;
    return false;
}

static bool has_values(const rk_laid *l)
{
    bool known;
    for (size_t c = 0; c < l->grid.column_count; c++)
        for (size_t r = 0; is_charted(l, c) && r < l->grid.row_count; r++)
            if (rk_grid_value(&l->grid, r, c, &known) != 0)
                return true;
    return false;
}

static rk_slice series_name(const rk_laid *l, size_t column)
{
    const rk_grid_column *c = &l->grid.columns[column];
    rk_arena *arena = &l->job->arena;
    if (!c->all)
        return rk_arena_slice(arena, rk_desk_label(l->job->desk, l->block->across, c->key, arena));
    const rk_label *label = &rk_grid_rule(&l->grid, column)->label;
    if (label->id.len == 0)
        label = &rk_grid_measure(&l->grid, column)->label;
    return rk_arena_slice(arena, rk_label_in(label, l->job->plan.language));
}

static void plan_series(const rk_laid *l, rk_chart_plan *chart)
{
    rk_arena *arena = &l->job->arena;
    const rk_label *title =
        l->block->chart_title.id.len ? &l->block->chart_title : &l->block->title;
    chart->kind = l->block->chart;
    chart->first_row = l->from;
    chart->last_row = l->last;
    chart->categories = (uint16_t)(l->label + (l->block->row_count == 2));
    chart->title = rk_arena_slice(arena, rk_label_in(title, l->job->plan.language));
    chart->series = rk_arena_alloc(arena, l->grid.column_count + 1, sizeof *chart->series);
    for (size_t c = 0; c < l->grid.column_count; c++)
        if (is_charted(l, c))
            chart->series[chart->series_count++] =
                (rk_series){series_name(l, c), (uint16_t)(l->first + c)};
}

static double width_of(const rk_plan_sheet *sheet, size_t columns)
{
    double pixels = 0;
    for (size_t c = 0; c < columns; c++)
        pixels += (sheet->widths[c] > 0 ? sheet->widths[c] : 8.43) * 7 + 5;
    return pixels;
}

void rk_block_chart(const rk_laid *l, uint32_t *next)
{
    rk_plan_sheet *sheet = l->sheet;
    if (l->block->chart == RK_CHART_NONE || !has_values(l))
        return;
    rk_chart_plan *chart = rk_plan_chart(sheet);
    plan_series(l, chart);
    double page = width_of(sheet, sheet->column_count), own = width_of(sheet, l->width + 1u);
    page = page > PAGE_PIXELS ? page : PAGE_PIXELS;
    bool beside = page - own >= BESIDE_LEAST;
    uint32_t rows = HEIGHT / ROW_PIXELS;
    if (beside) {
        chart->row = l->head;
        chart->column = (uint16_t)(l->width + 1);
        chart->width = page - own - 8;
        if (*next - l->head > rows)
            rows = *next - l->head;
        if (rows > 20)
            rows = 20;
    } else {
        chart->row = *next + 1;
        chart->column = 0;
        chart->width = page - 14;
    }
    chart->height = rows * (double)ROW_PIXELS;
    if (*next < chart->row + rows + 1)
        *next = chart->row + rows + 1;
}
