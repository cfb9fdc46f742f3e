#include "report/figures.h"

#include <stdlib.h>

#include "report/plan.h"

static bool is_money(uint8_t style)
{
    return style == RK_STYLE_MONEY || style == RK_STYLE_MONEY_SEN ||
           style == RK_STYLE_TOTAL_MONEY || style == RK_STYLE_TOTAL_SEN ||
           style == RK_STYLE_SOFT_MONEY || style == RK_STYLE_SOFT_SEN;
}

/* A number that says how many or how much; not an age, a day, or the remainder of a check. */
static bool is_figure(const rk_cell *cell)
{
    if (cell->kind != RK_CELL_NUMBER && cell->kind != RK_CELL_FORMULA)
        return false;
    return cell->style != RK_STYLE_NUMBER && cell->style != RK_STYLE_SOFT_NUMBER &&
           cell->style != RK_STYLE_DAY && cell->style != RK_STYLE_DAYTIME &&
           cell->style != RK_STYLE_DAY_LATE && cell->style != RK_STYLE_DAYTIME_LATE &&
           cell->style != RK_STYLE_CHECK && cell->style != RK_STYLE_CHECK_SEN;
}

static int64_t hundredths(double number)
{
    return (int64_t)(number * 100 + (number < 0 ? -0.5 : 0.5));
}

static void join(rk_buffer *out, rk_slice text)
{
    if (text.len == 0)
        return;
    rk_buffer_text(out, out->len ? " · " : "");
    rk_buffer_slice(out, text);
}

static rk_figure *add(rk_figures *f, rk_slice sheet, rk_slice where)
{
    f->items = rk_grow(f->items, &f->capacity, f->count + 1, sizeof *f->items);
    f->items[f->count] = (rk_figure){.sheet = sheet, .where = rk_arena_slice(&f->arena, where)};
    return &f->items[f->count++];
}

/* What stands above and beside the cells while they are walked through, row by row. */
typedef struct labels {
    rk_slice block;
    rk_slice heads[RK_PLAN_COLUMNS];
    uint32_t head_row;
    rk_slice row[4]; /* the first texts of the row */
    size_t row_count;
    uint32_t at;
} labels;

static void read_label(labels *l, const rk_placed *placed)
{
    const rk_cell *cell = &placed->cell;
    if (placed->row != l->at) {
        l->at = placed->row;
        l->row_count = 0;
    }
    if (cell->kind != RK_CELL_TEXT)
        return;
    if (cell->style == RK_STYLE_BLOCK) {
        l->block = cell->text;
        memset(l->heads, 0, sizeof l->heads);
    } else if (cell->style == RK_STYLE_HEAD || cell->style == RK_STYLE_HEAD_RIGHT) {
        l->heads[placed->column] = cell->text;
    } else if (l->row_count < 4 && placed->column <= l->row_count) {
        l->row[l->row_count++] = cell->text;
    }
}

/* Sums of a list stand above its heads. */
static void read_list_heads(labels *l, const rk_plan_sheet *sheet)
{
    for (size_t i = 0; i < sheet->cell_count; i++)
        if (sheet->cells[i].row + 1 == sheet->list_row)
            read_label(l, &sheet->cells[i]);
}

/* What a filter leaves of a list: no figure of its own. */
static bool is_filtered(const rk_cell *cell)
{
    return cell->kind == RK_CELL_FORMULA && rk_slice_starts(cell->text, RK_S("SUBTOTAL("));
}

static void take_cells(const rk_plan_sheet *sheet, rk_slice name, rk_figures *f)
{
    labels l = {.at = UINT32_MAX};
    bool fitted = sheet->plan->fitted;
    if (fitted && sheet->fill)
        read_list_heads(&l, sheet);
    rk_buffer where = {0};
    for (size_t i = 0; i < sheet->cell_count; i++) {
        const rk_placed *placed = &sheet->cells[i];
        read_label(&l, placed);
        if (!is_figure(&placed->cell) || (fitted && is_filtered(&placed->cell)))
            continue;
        rk_buffer_clear(&where);
        join(&where, l.block);
        for (size_t k = 0; k < l.row_count; k++)
            join(&where, l.row[k]);
        join(&where, l.heads[placed->column]);
        rk_figure *figure = add(f, name, rk_buffer_all(&where));
        figure->row = placed->row;
        figure->column = placed->column;
        figure->money = is_money(placed->cell.style);
        figure->value = hundredths(placed->cell.number);
    }
    rk_buffer_free(&where);
}

/* The first cell of a row is its number. */
static void take_row(const rk_plan_sheet *sheet, size_t i, const rk_row *row, rk_slice name,
                     rk_buffer *where, rk_figures *f)
{
    uint16_t money = UINT16_MAX;
    rk_buffer_clear(where);
    for (size_t c = 0; c < row->count; c++) {
        if (row->cells[c].kind == RK_CELL_TEXT)
            join(where, row->cells[c].text);
        else if (money == UINT16_MAX && is_money(row->cells[c].style) && is_figure(&row->cells[c]))
            money = (uint16_t)c;
    }
    rk_figure *figure = add(f, name, rk_buffer_all(where));
    figure->row = sheet->list_row + (uint32_t)i;
    figure->column = money == UINT16_MAX ? 0 : money;
    figure->money = money != UINT16_MAX;
    figure->value = money == UINT16_MAX ? 100 : hundredths(row->cells[money].number);
    figure->listed = true;
}

static void take_list(const rk_plan_sheet *sheet, rk_slice name, rk_figures *f)
{
    rk_row *row = rk_alloc(1, sizeof *row);
    rk_buffer where = {0};
    for (size_t i = 0; i < sheet->list_count; i++) {
        sheet->fill(sheet->context, sheet->list_from + i, row);
        take_row(sheet, i, row, name, &where, f);
    }
    rk_row_free(row);
    free(row);
    rk_buffer_free(&where);
}

int rk_figure_compare(const rk_figure *a, const rk_figure *b)
{
    int order = rk_slice_compare(a->sheet, b->sheet);
    return order ? order : rk_slice_compare(a->where, b->where);
}

static int by_place(const void *a, const void *b)
{
    const rk_figure *x = a, *y = b;
    int order = rk_figure_compare(x, y);
    if (!order)
        order = (x->row > y->row) - (x->row < y->row);
    return order ? order : (x->column > y->column) - (x->column < y->column);
}

/* Those of one name are told apart by their order. */
static void number_equals(rk_figures *f)
{
    for (size_t i = 0; i < f->count;) {
        size_t same = 1;
        rk_slice where = f->items[i].where;
        while (i + same < f->count && rk_slice_equal(f->items[i].sheet, f->items[i + same].sheet) &&
               rk_slice_equal(where, f->items[i + same].where))
            same++;
        for (size_t k = 1; k < same; k++)
            f->items[i + k].where =
                rk_slice_of(rk_arena_printf(&f->arena, "%.*s (%zu)", RK_FMT(where), k + 1));
        i += same;
    }
}

void rk_figures_take(const struct rk_plan *plan, rk_figures *f)
{
    for (size_t i = 0; i < plan->count; i++) {
        const rk_plan_sheet *sheet = plan->sheets[i];
        rk_slice name = rk_arena_slice(&f->arena, sheet->name);
        if (sheet->about)
            continue;
        take_cells(sheet, name, f);
        if (sheet->list_count)
            take_list(sheet, name, f);
    }
    if (f->count > 1)
        qsort(f->items, f->count, sizeof *f->items, by_place);
    number_equals(f);
    if (f->count > 1)
        qsort(f->items, f->count, sizeof *f->items, by_place);
}

void rk_figures_free(rk_figures *f)
{
    free(f->items);
    rk_arena_free(&f->arena);
    *f = (rk_figures){0};
}

static void put_correction(const rk_figure *before, const rk_figure *after, const rk_ground *ground,
                           rk_arena *arena, rk_corrections *out)
{
    const rk_figure *figure = after ? after : before;
    out->items = rk_grow(out->items, &out->capacity, out->count + 1, sizeof *out->items);
    rk_correction *c = &out->items[out->count++];
    *c = (rk_correction){.sheet = rk_arena_slice(arena, figure->sheet),
                         .where = rk_arena_slice(arena, figure->where),
                         .money = figure->money,
                         .before_known = before != NULL,
                         .after_known = after != NULL,
                         .before = before ? before->value : 0,
                         .after = after ? after->value : 0,
                         .ground = *ground};
    rk_plan_place(figure->row, figure->column, c->place);
}

void rk_figures_differ(const rk_figures *before, const rk_figures *after, const rk_ground *ground,
                       rk_arena *arena, rk_corrections *out)
{
    size_t a = 0, b = 0;
    while (a < before->count || b < after->count) {
        const rk_figure *x = a < before->count ? &before->items[a] : NULL;
        const rk_figure *y = b < after->count ? &after->items[b] : NULL;
        int order = !x ? 1 : !y ? -1 : rk_figure_compare(x, y);
        a += order <= 0;
        b += order >= 0;
        if (order == 0 && x->value == y->value)
            continue;
        /* a row of zeros that comes or goes changes no figure */
        if (order != 0 && !(order < 0 ? x : y)->listed && (order < 0 ? x : y)->value == 0)
            continue;
        put_correction(order <= 0 ? x : NULL, order >= 0 ? y : NULL, ground, arena, out);
    }
}
