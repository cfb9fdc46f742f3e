/* The chart of a block: its series, and where it stands on the sheet. */
#include "report/block.h"
#include "report/wrap.h"

enum {
    PAGE_PIXELS = 1130,
    BESIDE_LEAST = 330,
    HEIGHT = 220,
    ROWS_LEAST = 8,
    FEW_BARS = 6,
    ROWS_LONG = 20
};

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

/* Of a row, as the book's rows are by themselves. */
static uint32_t row_pixels(const rk_plan_sheet *sheet)
{
    return sheet->plan->fitted ? 17 : 20;
}

/* What is left of a page beside the block. */
static double room_beside(const rk_laid *l)
{
    double page = rk_wrap_pixels(l->sheet, l->sheet->column_count);
    return (page > PAGE_PIXELS ? page : PAGE_PIXELS) - rk_wrap_pixels(l->sheet, l->width + 1u);
}

static void place_beside(const rk_laid *l, uint32_t rows, rk_chart_plan *place)
{
    /* Heads are repeated on each page, and what stands on their edge with them. */
    bool is_long = l->grid.row_count > ROWS_LONG;
    place->row = l->sheet->plan->fitted ? l->from + is_long : l->head;
    place->column = (uint16_t)(l->width + 1);
    place->width = room_beside(l) - 8;
    place->height = (double)(rows * row_pixels(l->sheet));
}

static void place_below(const rk_laid *l, uint32_t row, uint32_t rows, rk_chart_plan *place)
{
    double page = rk_wrap_pixels(l->sheet, l->sheet->column_count);
    place->row = row;
    place->column = 0;
    place->width = (page > PAGE_PIXELS ? page : PAGE_PIXELS) - 14;
    place->height = (double)(rows * row_pixels(l->sheet));
}

/* The block beside which there is most room; `count`: there is none. */
static size_t host_of(const rk_laid *printed, size_t count)
{
    size_t found = count;
    for (size_t i = 0; i < count; i++) {
        const rk_laid *l = &printed[i];
        if (!l->charted && l->end - l->title >= ROWS_LEAST && room_beside(l) >= BESIDE_LEAST &&
            (found == count || room_beside(l) > room_beside(&printed[found])))
            found = i;
    }
    return found;
}

void rk_block_chart_apart(rk_laid *printed, size_t count, rk_laid *l, uint32_t *next)
{
    uint32_t rows = HEIGHT / row_pixels(l->sheet);
    if (l->block->chart == RK_CHART_NONE || !has_values(l))
        return;
    size_t i = host_of(printed, count);
    if (i < count) {
        rk_laid *host = &printed[i];
        uint32_t room = host->end - host->title;
        host->charted = true;
        for (size_t k = i + 1; k < count && printed[k].width <= host->width; k++) {
            printed[k].joined = !printed[k].charted;
            room = printed[k].charted ? room : printed[k].end - host->title;
        }
        place_beside(host, room > 20 ? 20 : room, &l->place);
        l->place.row = host->title;
        return;
    }
    place_below(l, *next, rows, &l->place);
    *next += rows + 1;
}

void rk_block_chart(rk_laid *l, uint32_t *next)
{
    rk_plan_sheet *sheet = l->sheet;
    if (l->block->chart == RK_CHART_NONE || !has_values(l))
        return;
    rk_chart_plan *chart = rk_plan_chart(sheet);
    plan_series(l, chart);
    bool fitted = sheet->plan->fitted;
    uint32_t rows = HEIGHT / row_pixels(sheet);
    bool beside = room_beside(l) >= BESIDE_LEAST;
    l->charted = beside;
    if (l->place.width > 0) {
        chart->row = l->place.row;
        chart->column = l->place.column;
        chart->width = l->place.width;
        chart->height = l->place.height;
        return;
    }
    if (beside) {
        if (fitted && (l->block->chart != RK_CHART_BAR || l->grid.row_count <= FEW_BARS))
            rows = ROWS_LEAST + 1;
        rows = *next - l->head > rows ? *next - l->head : rows;
        rows = rows > 20 ? 20 : rows;
        place_beside(l, rows, chart);
    } else {
        place_below(l, *next + 1, rows, chart);
        l->chart_row = chart->row;
    }
    if (*next < chart->row + rows + 1)
        *next = chart->row + rows + 1;
}
