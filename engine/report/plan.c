#include "report/plan.h"

#include "report/wrap.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef RK_FAILPOINTS
rk_plan_limit rk_plan_limits = {RK_PLAN_ROWS, RK_PLAN_LONG};
#else
const rk_plan_limit rk_plan_limits = {RK_PLAN_ROWS, RK_PLAN_LONG};
#endif

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Whether the sequence of `len` bytes may stand in a cell: no C0 and C1 controls, no DEL, nothing that turns
 * the direction of what follows, none of the code points that XML 1.0 leaves out. */
static bool may_stand(const unsigned char *at, size_t len)
{
    if (len == 1)
        return at[0] >= 0x20 && at[0] != 0x7f;
    if (len == 2)
        return !(at[0] == 0xc2 && at[1] < 0xa0);
    if (len != 3)
        return true;
    if (at[0] == 0xe2 && at[1] == 0x80)
        return at[2] < 0xaa || at[2] > 0xae; /* U+202A to U+202E */
    if (at[0] == 0xe2 && at[1] == 0x81)
        return at[2] < 0xa6 || at[2] > 0xa9; /* U+2066 to U+2069 */
    return !(at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe);
}

static bool starts(const char *at, const char *end, const char *with)
{
    size_t len = strlen(with);
    return (size_t)(end - at) >= len && memcmp(at, with, len) == 0;
}

/* = + - @, or one of them in full width: its bytes, or 0. */
static size_t sign_at(const char *at, const char *end)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                       "\xef\xbc\xa0"};
    if (at == end || (signed char)*at >= 0)
        return at < end && (*at == '=' || *at == '+' || *at == '-' || *at == '@');
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (starts(at, end, wide[i]))
            return 3;
    return 0;
}

/* Behind what some program skips: blanks, a byte-order mark, what has no width. */
static const char *behind_blanks(const char *at, const char *end)
{
    static const char *const blanks[] = {
        " ", "\xc2\xa0", "\xef\xbb\xbf", "\xe2\x80\x8b", "\xe2\x81\xa0", "\xe3\x80\x80"};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks;) {
        bool skipped = starts(at, end, blanks[i]);
        at += skipped ? strlen(blanks[i]) : 0;
        i = skipped ? 0 : i + 1;
    }
    return at;
}

/* Whether some spreadsheet program takes the text for a formula. Most begin with a letter or digit. */
static bool begins_formula(const char *at, const char *end)
{
    if (at<end && * at> ' ' && *at < 0x7f)
        return sign_at(at, end) > 0;
    return sign_at(behind_blanks(at, end), end) > 0;
}

/* Saved as CSV the text is put into quotes when it holds the separator of that file or a quote. */
static bool may_be_quoted(const char *from, const char *end, char besides)
{
    for (const char *at = from; at < end; at++)
        if (*at == '"' || ((*at == ';' || *at == ',') && *at != besides))
            return true;
    return false;
}

/* The same behind a separator: the cell begins there when a CSV is opened with another one than it was saved
 * with. "Rp350.000,-" is no formula: behind its dash the next separator follows, unless there are quotes, and
 * then what stands in the next cell: `a;b,-";"&A1` is one. */
static bool goes_on_as_formula(const char *from, const char *separator, const char *end)
{
    const char *at = behind_blanks(separator + 1, end);
    size_t sign = sign_at(at, end);
    bool is_dash = sign == 1 && (*at == '-' || *at == '+') && at + 1 == end;
    return sign && !(is_dash && !may_be_quoted(from, end, *separator));
}

/* How many of the bytes, at most `most`, are plain ASCII and separate nothing. */
static size_t plain_run(const char *at, const char *end, size_t most)
{
    const char *start = at;
    if ((size_t)(end - at) > most)
        end = at + most;
    while (at < end && *at >= 0x20 && *at < 0x7f && *at != ';' && *at != ',')
        at++;
    return (size_t)(at - start);
}

void rk_plan_clean(rk_slice text, rk_buffer *out)
{
    const char *at = text.at, *end = text.at + text.len;
    size_t units = 0;
    if (begins_formula(at, end)) {
        rk_buffer_char(out, '\'');
        units++;
    }
    while (at < end) {
        size_t plain = plain_run(at, end, RK_PLAN_TEXT - units);
        rk_buffer_bytes(out, at, plain);
        at += plain;
        units += plain;
        if (at == end)
            return;
        size_t len = rk_utf8_sequence(at, end);
        size_t wide = len == 4 ? 2 : 1;
        if (units + wide > RK_PLAN_TEXT)
            return;
        units += wide;
        if (len == 0 || !may_stand((const unsigned char *)at, len))
            rk_buffer_bytes(out, replacement, 3);
        else
            rk_buffer_bytes(out, at, len);
        if ((*at == ';' || *at == ',') && units < RK_PLAN_TEXT &&
            goes_on_as_formula(text.at, at, end)) {
            rk_buffer_char(out, '\'');
            units++;
        }
        at += len ? len : 1;
    }
}

/* ---- rows of lists ---- */

static rk_cell *row_cell(rk_row *row, rk_cell_kind kind, rk_style style)
{
    rk_cell *cell = &row->cells[row->count];
    row->offsets[row->count++] = row->texts.len;
    *cell = (rk_cell){.kind = (uint8_t)kind, .style = (uint8_t)style};
    return cell;
}

void rk_row_begin(rk_row *row)
{
    row->count = 0;
    rk_buffer_clear(&row->texts);
}

void rk_row_text(rk_row *row, rk_style style, rk_slice text)
{
    rk_cell *cell = row_cell(row, text.len ? RK_CELL_TEXT : RK_CELL_BLANK, style);
    size_t start = row->texts.len;
    rk_plan_clean(text, &row->texts);
    cell->text.len = row->texts.len - start;
    rk_buffer_char(&row->texts, '\0');
}

void rk_row_number(rk_row *row, rk_style style, double number)
{
    row_cell(row, RK_CELL_NUMBER, style)->number = number;
}

void rk_row_blank(rk_row *row, rk_style style)
{
    row_cell(row, RK_CELL_BLANK, style);
}

void rk_row_end(rk_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->cells[i].kind == RK_CELL_TEXT)
            row->cells[i].text.at = row->texts.bytes + row->offsets[i];
}

void rk_row_free(rk_row *row)
{
    rk_buffer_free(&row->texts);
}

/* ---- sheets ---- */

static bool is_same_name(rk_slice a, rk_slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        char x = a.at[i], y = b.at[i];
        x = x >= 'A' && x <= 'Z' ? (char)(x + 32) : x;
        y = y >= 'A' && y <= 'Z' ? (char)(y + 32) : y;
        if (x != y)
            return false;
    }
    return true;
}

static bool is_sheet_name(rk_slice name)
{
    size_t units = 0;
    if (name.len == 0 || name.at[0] == '\'' || name.at[name.len - 1] == '\'')
        return false;
    for (const char *at = name.at, *end = at + name.len; at < end;) {
        size_t len = rk_utf8_sequence(at, end);
        if (len == 0 || !may_stand((const unsigned char *)at, len) || strchr("[]:*?/\\", *at))
            return false;
        units += len == 4 ? 2 : 1;
        at += len;
    }
    return units <= 31;
}

rk_plan_sheet *rk_plan_add_sheet(rk_plan *plan, rk_slice name, rk_error *err)
{
    if (!is_sheet_name(name)) {
        rk_fail(err, RK_INVALID, "\"%.*s\" cannot be the name of a sheet", RK_FMT(name));
        rk_fail_hint(err, "at most 31 characters, none of []:*?/\\, no apostrophe at either end");
        return NULL;
    }
    for (size_t i = 0; i < plan->count; i++)
        if (is_same_name(plan->sheets[i]->name, name)) {
            rk_fail(err, RK_INVALID, "two sheets of one workbook are called \"%.*s\"",
                    RK_FMT(name));
            return NULL;
        }
    rk_plan_sheet *sheet = rk_arena_alloc(plan->arena, 1, sizeof *sheet);
    sheet->plan = plan;
    sheet->name = rk_arena_slice(plan->arena, name);
    plan->sheets = rk_grow(plan->sheets, &plan->capacity, plan->count + 1, sizeof(rk_plan_sheet *));
    plan->sheets[plan->count++] = sheet;
    return sheet;
}

static rk_placed *place(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_cell cell)
{
    sheet->cells =
        rk_grow(sheet->cells, &sheet->cell_capacity, sheet->cell_count + 1, sizeof *sheet->cells);
    rk_placed *placed = &sheet->cells[sheet->cell_count++];
    *placed = (rk_placed){.row = row, .column = column, .cell = cell};
    return placed;
}

static rk_slice cleaned(rk_plan_sheet *sheet, rk_slice text)
{
    rk_buffer clean = {0};
    rk_plan_clean(text, &clean);
    rk_slice kept = rk_arena_slice(sheet->plan->arena, rk_buffer_all(&clean));
    rk_buffer_free(&clean);
    return kept;
}

void rk_plan_text(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_style style,
                  rk_slice text)
{
    rk_cell cell = {.kind = text.len ? RK_CELL_TEXT : RK_CELL_BLANK, .style = (uint8_t)style};
    cell.text = cleaned(sheet, text);
    place(sheet, row, column, cell);
}

void rk_plan_number(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_style style,
                    double number)
{
    place(sheet, row, column,
          (rk_cell){.kind = RK_CELL_NUMBER, .style = (uint8_t)style, .number = number});
}

void rk_plan_blank(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_style style)
{
    place(sheet, row, column, (rk_cell){.kind = RK_CELL_BLANK, .style = (uint8_t)style});
}

void rk_plan_formula(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_style style,
                     const char *formula, double value)
{
    rk_cell cell = {.kind = RK_CELL_FORMULA, .style = (uint8_t)style, .number = value};
    cell.text = rk_arena_slice(sheet->plan->arena, rk_slice_of(formula));
    place(sheet, row, column, cell);
}

void rk_plan_link(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_slice text,
                  rk_slice target_sheet, uint32_t target_row)
{
    rk_cell cell = {.kind = RK_CELL_LINK, .style = RK_STYLE_LINK, .text = cleaned(sheet, text)};
    rk_placed *placed = place(sheet, row, column, cell);
    rk_buffer link = {0};
    rk_buffer_text(&link, RK_LINK_INSIDE "'");
    for (size_t i = 0; i < target_sheet.len; i++) {
        if (target_sheet.at[i] == '\'')
            rk_buffer_char(&link, '\'');
        rk_buffer_char(&link, target_sheet.at[i]);
    }
    rk_buffer_printf(&link, "'!A%u", target_row + 1);
    placed->link = rk_arena_slice(sheet->plan->arena, rk_buffer_all(&link));
    rk_buffer_free(&link);
}

void rk_plan_link_book(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_slice text,
                       rk_slice path)
{
    rk_cell cell = {.kind = RK_CELL_LINK, .style = RK_STYLE_LINK, .text = cleaned(sheet, text)};
    rk_placed *placed = place(sheet, row, column, cell);
    placed->link =
        rk_slice_of(rk_arena_printf(sheet->plan->arena, RK_LINK_OUTSIDE "%.*s", RK_FMT(path)));
}

void rk_plan_height(rk_plan_sheet *sheet, uint32_t row, double points)
{
    sheet->heights = rk_grow(sheet->heights, &sheet->height_capacity, sheet->height_count + 1,
                             sizeof *sheet->heights);
    sheet->heights[sheet->height_count++] = (rk_height){row, points};
}

void rk_plan_alert(rk_plan_sheet *sheet, rk_alert alert)
{
    sheet->alerts = rk_grow(sheet->alerts, &sheet->alert_capacity, sheet->alert_count + 1,
                            sizeof *sheet->alerts);
    sheet->alerts[sheet->alert_count++] = alert;
}

rk_chart_plan *rk_plan_chart(rk_plan_sheet *sheet)
{
    if (sheet->chart_count < RK_PLAN_CHARTS)
        sheet->chart_count++;
    rk_chart_plan *chart = &sheet->charts[sheet->chart_count - 1];
    *chart = (rk_chart_plan){0};
    return chart;
}

rk_slice rk_plan_described(const rk_plan_sheet *sheet, const rk_chart_plan *chart, rk_arena *arena)
{
    return rk_slice_of(
        rk_arena_printf(arena, "%.*s: %.*s", RK_FMT(sheet->name), RK_FMT(chart->title)));
}

static int compare_placed(const void *a, const void *b)
{
    const rk_placed *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

bool rk_plan_finish(rk_plan *plan, rk_error *err)
{
    for (size_t i = 0; i < plan->count; i++) {
        rk_plan_sheet *sheet = plan->sheets[i];
        if (sheet->cell_count)
            qsort(sheet->cells, sheet->cell_count, sizeof *sheet->cells, compare_placed);
        for (size_t c = 0; c < sheet->cell_count; c++) {
            const rk_placed *cell = &sheet->cells[c];
            if (cell->column >= RK_PLAN_COLUMNS || (c && compare_placed(cell, cell - 1) == 0) ||
                (sheet->list_count && cell->row >= sheet->list_row))
                return rk_fail(err, RK_BUG, "sheet \"%.*s\" has no room for a cell in row %u",
                               RK_FMT(sheet->name), cell->row + 1);
        }
    }
    return true;
}

void rk_plan_free(rk_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->sheets[i]->cells);
        free(plan->sheets[i]->heights);
        free(plan->sheets[i]->alerts);
    }
    free(plan->sheets);
    plan->sheets = NULL;
    plan->count = plan->capacity = 0;
}

bool rk_plan_is_long(const rk_plan *plan)
{
    size_t rows = 0;
    for (size_t i = 0; i < plan->count; i++)
        rows += plan->sheets[i]->list_count;
    return rows > rk_plan_limits.long_rows;
}

/* Characters of a wrapped text that a column of one character's width takes, as books before had it; 0: it does
 * not wrap. */
static double density(rk_style style)
{
    switch (style) {
    case RK_STYLE_WRAP:
        return 1.35;
    case RK_STYLE_BOLD:
        return 1.15;
    case RK_STYLE_DIGEST:
        return 1.3;
    case RK_STYLE_HEAD:
    case RK_STYLE_HEAD_RIGHT:
        return 0.85; /* few long words in bold */
    default:
        return 0;
    }
}

/* The points that a cell needs, roughly: programs do not all fit rows by themselves. */
static double height_of(const rk_plan_sheet *sheet, const rk_cell *cell, size_t column)
{
    enum { MOST = 30 };
    double width = sheet->widths[column];
    if (sheet->plan->fitted)
        return rk_wrap_points(cell, width);
    size_t characters = 0, room = (size_t)(width * density(cell->style));
    if (cell->kind != RK_CELL_TEXT || room == 0)
        return 0;
    for (size_t i = 0; i < cell->text.len; i++)
        characters += ((unsigned char)cell->text.at[i] & 0xC0) != 0x80;
    size_t lines = (characters + room - 1) / room;
    return lines > 1 ? 12.0 * (double)(lines > MOST ? MOST : lines) + 3 : 0;
}

double rk_plan_row_height(const rk_plan_sheet *sheet, size_t first)
{
    uint32_t row = sheet->cells[first].row;
    double points = 0;
    for (size_t h = 0; h < sheet->height_count; h++)
        if (sheet->heights[h].row == row)
            return sheet->heights[h].points;
    for (size_t i = first; i < sheet->cell_count && sheet->cells[i].row == row; i++) {
        double needed = height_of(sheet, &sheet->cells[i].cell, sheet->cells[i].column);
        points = needed > points ? needed : points;
    }
    return points;
}

double rk_plan_list_height(const rk_plan_sheet *sheet, const rk_row *row)
{
    double points = 0;
    for (size_t c = 0; c < row->count; c++) {
        double needed = height_of(sheet, &row->cells[c], c);
        points = needed > points ? needed : points;
    }
    /* Of a long book a row of one line is left as it comes: nobody prints it, and saying so takes time. */
    return points == RK_POINTS_FITTED && rk_plan_is_long(sheet->plan) ? 0 : points;
}

const char *rk_plan_place(uint32_t row, size_t column, char *out)
{
    char turned[16]; /* from behind */
    size_t used = 0, at = 0;
    uint32_t number = row;
    do {
        number += used == 0;
        turned[used++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    for (size_t rest = column + 1, most = used + 4; rest && used < most; rest = (rest - 1) / 26)
        turned[used++] = (char)('A' + (rest - 1) % 26);
    while (used)
        out[at++] = turned[--used];
    out[at] = '\0';
    return out;
}
