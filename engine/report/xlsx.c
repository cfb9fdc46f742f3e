#include "report/xlsx.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>
#include <xlsxwriter/third_party/tmpfileplus.h>

#include "base/file.h"
#include "report/styles.h"
#include "report/wrap.h"

enum { BOOK_BYTES_MAX = 1 << 30, A4 = 9 };

typedef struct writer {
    const rk_plan *plan;
    lxw_workbook *workbook;
    lxw_format *formats[RK_STYLES]; /* made when first used, once a workbook */
    lxw_format *red, *amber;        /* of alerts */
    lxw_error fault;                /* the first one */
} writer;

static void line_format(lxw_format *format, unsigned flags)
{
    bool framed = flags & RK_LOOK_FRAME;
    if (framed || flags & RK_LOOK_LINE) {
        format_set_bottom(format, framed ? LXW_BORDER_THIN : LXW_BORDER_HAIR);
        format_set_bottom_color(format, framed ? RK_FRAME_COLOUR : RK_LINE_COLOUR);
    }
    if (framed || flags & RK_LOOK_TOP) {
        format_set_top(format, LXW_BORDER_THIN);
        format_set_top_color(format, RK_FRAME_COLOUR);
    }
}

static lxw_format *make_format(lxw_workbook *workbook, const rk_look *look)
{
    lxw_format *format = workbook_add_format(workbook);
    if (look->flags & RK_LOOK_BOLD)
        format_set_bold(format);
    if (look->ink)
        format_set_font_color(format, look->ink);
    if (look->paper)
        format_set_bg_color(format, look->paper);
    return format;
}

static lxw_format *format_of(writer *w, rk_style style)
{
    if (w->formats[style] || style == RK_STYLE_NONE)
        return w->formats[style];
    rk_look look = rk_look_of(style, w->plan->language);
    lxw_format *format = make_format(w->workbook, &look);
    format_set_font_size(format, look.size);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    if (look.flags & RK_LOOK_ITALIC)
        format_set_italic(format);
    if (look.flags & RK_LOOK_WRAP)
        format_set_text_wrap(format);
    if (look.flags & RK_LOOK_UNDER)
        format_set_underline(format, LXW_UNDERLINE_SINGLE);
    if (look.flags & (RK_LOOK_RIGHT | RK_LOOK_LEFT))
        format_set_align(format, look.flags & RK_LOOK_RIGHT ? LXW_ALIGN_RIGHT : LXW_ALIGN_LEFT);
    if (look.flags & RK_LOOK_INDENT)
        format_set_indent(format, 1);
    line_format(format, look.flags);
    if (look.number)
        format_set_num_format(format, look.number);
    return w->formats[style] = format;
}

static void keep_fault(writer *w, lxw_error fault)
{
    if (fault != LXW_NO_ERROR && w->fault == LXW_NO_ERROR)
        w->fault = fault;
}

/* "_x0041_" in a text means "A" to spreadsheet programs; "_x005F_x0041_" means what it says. */
static const char *escaped(rk_slice text, rk_buffer *out)
{
    static const char hex[] = "0123456789abcdefABCDEF";
    rk_buffer_clear(out);
    for (size_t i = 0; i < text.len; i++) {
        const char *at = text.at + i;
        bool looks_escaped = text.len - i >= 7 && at[0] == '_' && at[1] == 'x' && at[6] == '_';
        for (int k = 2; k < 6 && looks_escaped; k++)
            looks_escaped = strchr(hex, at[k]) != NULL;
        rk_buffer_char(out, at[0]);
        if (looks_escaped)
            rk_buffer_text(out, "x005F_");
    }
    rk_buffer_char(out, '\0');
    return out->bytes;
}

static void write_text(writer *w, lxw_worksheet *sheet, uint32_t row, uint16_t column,
                       const rk_cell *cell)
{
    lxw_format *format = format_of(w, cell->style);
    if (!memmem(cell->text.at, cell->text.len, "_x", 2)) {
        keep_fault(w, worksheet_write_string(sheet, row, column, cell->text.at, format));
        return;
    }
    rk_buffer text = {0};
    keep_fault(w, worksheet_write_string(sheet, row, column, escaped(cell->text, &text), format));
    rk_buffer_free(&text);
}

static void write_cell(writer *w, lxw_worksheet *sheet, uint32_t row, uint16_t column,
                       const rk_cell *cell)
{
    lxw_format *format = format_of(w, cell->style);
    switch ((rk_cell_kind)cell->kind) {
    case RK_CELL_BLANK:
        keep_fault(w, worksheet_write_blank(sheet, row, column, format));
        break;
    case RK_CELL_TEXT:
    case RK_CELL_LINK:
        write_text(w, sheet, row, column, cell);
        break;
    case RK_CELL_NUMBER:
        keep_fault(w, worksheet_write_number(sheet, row, column, cell->number, format));
        break;
    case RK_CELL_FORMULA:
        keep_fault(w, worksheet_write_formula_num(sheet, row, column, cell->text.at, format,
                                                  cell->number));
        break;
    }
}

/* The library writes "external:../a/b" with backslashes, which is a path on one system alone; a URL it leaves
 * as it is. */
static void write_link(writer *w, lxw_worksheet *sheet, const rk_placed *placed)
{
    rk_slice outside = RK_S(RK_LINK_OUTSIDE);
    const char *link = placed->link.at + (rk_slice_starts(placed->link, outside) ? outside.len : 0);
    keep_fault(w, worksheet_write_url_opt(sheet, placed->row, placed->column, link,
                                          format_of(w, RK_STYLE_LINK), placed->cell.text.at, NULL));
}

static void set_height(writer *w, lxw_worksheet *sheet, uint32_t row, double points)
{
    if (points > 0)
        keep_fault(w, worksheet_set_row(sheet, row, points, NULL));
}

static void write_list(writer *w, lxw_worksheet *sheet, const rk_plan_sheet *plan)
{
    rk_row row = {0};
    for (size_t i = 0; i < plan->list_count && w->fault == LXW_NO_ERROR; i++) {
        uint32_t at = plan->list_row + (uint32_t)i;
        plan->fill(plan->context, plan->list_from + i, &row);
        set_height(w, sheet, at, rk_plan_list_height(plan, &row));
        for (size_t c = 0; c < row.count; c++)
            write_cell(w, sheet, at, (uint16_t)c, &row.cells[c]);
    }
    rk_row_free(&row);
}

/* In constant memory the height of a row must be said before its cells. */
static void write_cells(writer *w, lxw_worksheet *sheet, const rk_plan_sheet *plan)
{
    uint32_t row_before = UINT32_MAX;
    for (size_t i = 0; i < plan->cell_count; i++) {
        const rk_placed *placed = &plan->cells[i];
        if (placed->row != row_before)
            set_height(w, sheet, placed->row, rk_plan_row_height(plan, i));
        row_before = placed->row;
        if (placed->cell.kind == RK_CELL_LINK)
            write_link(w, sheet, placed);
        else
            write_cell(w, sheet, placed->row, placed->column, &placed->cell);
    }
    write_list(w, sheet, plan);
}

static void page_set_up(writer *w, lxw_worksheet *sheet, const rk_plan_sheet *plan)
{
    if (plan->portrait)
        worksheet_set_portrait(sheet);
    else
        worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, A4);
    worksheet_fit_to_pages(sheet, 1, 0);
    worksheet_set_margins(sheet, 0.4, 0.4, 0.5, 0.6);
    worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
    keep_fault(w, worksheet_set_footer(sheet, w->plan->footer.at));
    keep_fault(w, worksheet_ignore_errors(sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:AN1048576"));
    for (size_t c = 0; c < plan->column_count; c++)
        if (plan->widths[c] > 0)
            keep_fault(
                w, worksheet_set_column(sheet, (lxw_col_t)c, (lxw_col_t)c, plan->widths[c], NULL));
    if (plan->print_rows)
        keep_fault(w, worksheet_print_area(sheet, 0, 0, plan->print_rows - 1,
                                           (lxw_col_t)rk_wrap_last_column(plan)));
    if (plan->break_count)
        keep_fault(w, worksheet_set_h_pagebreaks(sheet, (lxw_row_t *)(uintptr_t)plan->breaks));
    if (plan->freeze_row)
        worksheet_freeze_panes(sheet, plan->freeze_row, 0);
    if (plan->repeats)
        keep_fault(w, worksheet_repeat_rows(sheet, plan->repeat_from, plan->repeat_until));
    if (plan->filters) {
        uint32_t rows = plan->list_count ? (uint32_t)plan->list_count : 1;
        keep_fault(w, worksheet_autofilter(sheet, plan->list_row - 1, 0, plan->list_row + rows - 1,
                                           (lxw_col_t)(plan->list_columns - 1)));
    }
}

static void write_alert(writer *w, lxw_worksheet *sheet, const rk_alert *alert, uint8_t criteria,
                        double value, lxw_format *format)
{
    lxw_conditional_format condition = {.type = LXW_CONDITIONAL_TYPE_CELL,
                                        .criteria = criteria,
                                        .value = value,
                                        .format = format,
                                        .stop_if_true = LXW_TRUE};
    keep_fault(w,
               worksheet_conditional_format_range(sheet, alert->first_row, alert->first_column,
                                                  alert->last_row, alert->last_column, &condition));
}

/* Bars are pale: figures stay readable on them, and on a grey print. (Solid ones need an extension of the
 * file format that other programs drop with a warning.) */
static void write_bars(writer *w, lxw_worksheet *sheet, const rk_alert *alert)
{
    lxw_conditional_format condition = {.type = LXW_CONDITIONAL_DATA_BAR,
                                        .bar_color = RK_BAR_COLOUR,
                                        .min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                        .min_value = 0,
                                        .max_rule_type = LXW_CONDITIONAL_RULE_TYPE_MAXIMUM};
    keep_fault(w,
               worksheet_conditional_format_range(sheet, alert->first_row, alert->first_column,
                                                  alert->last_row, alert->last_column, &condition));
}

static void write_alerts(writer *w, lxw_worksheet *sheet, const rk_plan_sheet *plan)
{
    if (plan->alert_count && !w->red) {
        rk_look red = rk_look_of_alert(false), amber = rk_look_of_alert(true);
        w->red = make_format(w->workbook, &red);
        w->amber = make_format(w->workbook, &amber);
    }
    for (size_t i = 0; i < plan->alert_count; i++) {
        const rk_alert *alert = &plan->alerts[i];
        lxw_format *format = alert->amber ? w->amber : w->red;
        if (alert->kind == RK_ALERT_BARS)
            write_bars(w, sheet, alert);
        else
            write_alert(w, sheet, alert,
                        alert->kind == RK_ALERT_NOT_ZERO ? LXW_CONDITIONAL_CRITERIA_NOT_EQUAL_TO
                        : alert->kind == RK_ALERT_ABOVE  ? LXW_CONDITIONAL_CRITERIA_GREATER_THAN
                                                         : LXW_CONDITIONAL_CRITERIA_LESS_THAN,
                        alert->kind == RK_ALERT_NOT_ZERO ? 0 : alert->limit, format);
    }
}

static uint8_t chart_type(rk_chart_kind kind)
{
    switch (kind) {
    case RK_CHART_STACKED:
        return LXW_CHART_COLUMN_STACKED;
    case RK_CHART_LINE:
        return LXW_CHART_LINE;
    case RK_CHART_BAR:
        return LXW_CHART_BAR;
    case RK_CHART_PIE:
        return LXW_CHART_PIE;
    default:
        return LXW_CHART_COLUMN;
    }
}

/* Light and dark in turn, so that the parts stay apart on a grey print. */
enum { INKS = 6 };
static const lxw_color_t inks_once[INKS] = {0x1F4E79, 0xA6B8D0, 0xD98E32,
                                            0x595959, 0xC9C9C9, 0x7A9A62};
static const lxw_color_t inks_fitted[INKS] = {0x1F4E79, 0xD3DDEA, 0xC77F2A,
                                              0x404040, 0xEDEDED, 0x8FAF7C};

static lxw_color_t ink_of(const writer *w, size_t number)
{
    return (w->plan->fitted ? inks_fitted : inks_once)[number % INKS];
}

static void style_axes(lxw_chart *chart, const rk_chart_plan *plan)
{
    lxw_chart_font small = {.size = 8};
    lxw_chart_line none = {.none = LXW_TRUE}, pale = {.color = 0xD9D9D9, .width = 0.5f};
    bool bar = plan->kind == RK_CHART_BAR; /* lies on its side */
    chart_axis_set_num_font(chart->x_axis, &small);
    chart_axis_set_num_font(chart->y_axis, &small);
    lxw_chart_axis *values = bar ? chart->x_axis : chart->y_axis;
    lxw_chart_axis *labels = bar ? chart->y_axis : chart->x_axis;
    chart_axis_set_num_format(values, "#,##0");
    chart_axis_set_line(values, &none);
    chart_axis_major_gridlines_set_visible(values, LXW_TRUE);
    chart_axis_major_gridlines_set_line(values, &pale);
    chart_axis_major_gridlines_set_visible(labels, LXW_FALSE);
    if (bar)
        chart_axis_set_reverse(labels); /* the first row on top */
    if (plan->kind != RK_CHART_LINE)
        chart_set_series_gap(chart, 60);
}

static void style_chart(lxw_chart *chart, const rk_chart_plan *plan)
{
    lxw_chart_font small = {.size = 8}, title = {.size = 10, .bold = LXW_TRUE};
    lxw_chart_line pale = {.color = 0xD9D9D9, .width = 0.5f};
    chart_title_set_name(chart, plan->title.at);
    chart_title_set_name_font(chart, &title);
    chart_legend_set_position(chart, plan->series_count > 1 || plan->kind == RK_CHART_PIE
                                         ? LXW_CHART_LEGEND_BOTTOM
                                         : LXW_CHART_LEGEND_NONE);
    chart_legend_set_font(chart, &small);
    chart_chartarea_set_line(chart, &pale);
    if (plan->kind != RK_CHART_PIE)
        style_axes(chart, plan);
}

/* Each piece of a pie has its own ink. */
static void style_pieces(writer *w, lxw_chart_series *series, const rk_chart_plan *p)
{
    enum { PIECES = 12 };
    lxw_chart_fill fills[PIECES];
    lxw_chart_point points[PIECES];
    lxw_chart_point *list[PIECES + 1] = {NULL};
    lxw_chart_line edge = {.color = 0xFFFFFF, .width = 0.75f};
    for (size_t i = 0; i < PIECES && i <= p->last_row - p->first_row; i++) {
        fills[i] = (lxw_chart_fill){.color = ink_of(w, i)};
        points[i] = (lxw_chart_point){.fill = &fills[i], .line = &edge};
        list[i] = &points[i];
    }
    keep_fault(w, chart_series_set_points(series, list));
}

/* Pieces of a pie and bars say how much they are; of many days each third is named. */
static void label_chart(lxw_chart *chart, const rk_chart_plan *p)
{
    enum { FEW = 10, WIDE = 750 };
    lxw_chart_font small = {.size = 8};
    lxw_chart_series *series = STAILQ_FIRST(chart->series_list);
    if (p->kind == RK_CHART_PIE) {
        chart_series_set_labels_percentage(series);
        chart_series_set_labels_position(series, LXW_CHART_LABEL_POSITION_OUTSIDE_END);
    } else if (p->kind == RK_CHART_BAR && p->series_count == 1) {
        chart_series_set_labels(series);
        chart_series_set_labels_num_format(series, "#,##0");
        chart_axis_off(chart->x_axis);
        chart_axis_major_gridlines_set_visible(chart->x_axis, LXW_FALSE);
    } else {
        if (p->last_row - p->first_row > FEW && p->width < WIDE)
            chart_axis_set_interval_unit(chart->x_axis,
                                         p->last_row - p->first_row > 2 * FEW ? 5 : 3);
        return;
    }
    chart_series_set_labels_font(series, &small);
}

static void write_chart(writer *w, lxw_worksheet *sheet, const rk_plan_sheet *plan,
                        const rk_chart_plan *p)
{
    lxw_chart *chart = workbook_add_chart(w->workbook, chart_type(p->kind));
    for (size_t i = 0; i < p->series_count; i++) {
        lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
        lxw_chart_fill fill = {.color = ink_of(w, i)};
        lxw_chart_line edge = {.color = 0x7F7F7F, .width = 0.5f};
        lxw_chart_line line = {.color = fill.color, .width = 1.75f};
        chart_series_set_categories(series, plan->name.at, p->first_row, p->categories, p->last_row,
                                    p->categories);
        chart_series_set_values(series, plan->name.at, p->first_row, p->series[i].column,
                                p->last_row, p->series[i].column);
        chart_series_set_name(series, p->series[i].name.at);
        if (p->kind == RK_CHART_LINE)
            chart_series_set_line(series, &line);
        else if (p->kind == RK_CHART_PIE)
            style_pieces(w, series, p);
        else
            chart_series_set_fill(series, &fill);
        if (w->plan->fitted && (p->kind == RK_CHART_STACKED || p->kind == RK_CHART_COLUMN))
            chart_series_set_line(series, &edge); /* the pale ones have an edge */
    }
    style_chart(chart, p);
    if (w->plan->fitted)
        label_chart(chart, p);
    rk_arena arena = {0};
    lxw_chart_options options = {.x_scale = p->width / 480.0,
                                 .y_scale = p->height / 288.0,
                                 .description =
                                     (char *)(uintptr_t)rk_plan_described(plan, p, &arena).at};
    keep_fault(w, worksheet_insert_chart_opt(sheet, p->row, p->column, chart, &options));
    rk_arena_free(&arena);
}

static void write_sheets(writer *w)
{
    for (size_t i = 0; i < w->plan->count; i++) {
        const rk_plan_sheet *plan = w->plan->sheets[i];
        lxw_worksheet *sheet = workbook_add_worksheet(w->workbook, plan->name.at);
        if (!sheet) {
            keep_fault(w, LXW_ERROR_MEMORY_MALLOC_FAILED);
            return;
        }
        page_set_up(w, sheet, plan);
        write_cells(w, sheet, plan);
        write_alerts(w, sheet, plan);
        for (size_t k = 0; k < plan->chart_count; k++)
            write_chart(w, sheet, plan, &plan->charts[k]);
    }
}

/* The library may say that all is well when the disk was full; these are set by nothing else. */
static bool is_of_disk(int reason)
{
    return reason == ENOSPC || reason == EDQUOT || reason == EFBIG || reason == EIO ||
           reason == EROFS || reason == EACCES || reason == EMFILE;
}

static bool fail_write(const char *scratch, lxw_error fault, int reason, rk_error *err)
{
    char text[128];
    return rk_fail(err, RK_FILE, "could not write into \"%s\": %s", scratch,
                   is_of_disk(reason) ? strerror_r(reason, text, sizeof text)
                                      : lxw_strerror(fault));
}

static void write_book(writer *w, rk_arena *arena)
{
    /* 0 would mean now. */
    time_t created = (time_t)w->plan->created * 86400 + (w->plan->created == 0);
    lxw_doc_properties properties = {.title = rk_arena_text(arena, w->plan->title),
                                     .subject = rk_arena_text(arena, w->plan->subject),
                                     .created = created};
    keep_fault(w, workbook_set_properties(w->workbook, &properties));
    write_sheets(w);
    keep_fault(w, workbook_close(w->workbook));
}

/* libxlsxwriter writes each of a book's twenty parts into a file that it removes at once; a night of 260 books
 * spent a fifth of its processor time where the file system looks for inodes. Version 1.1.4 can be told the folder
 * of these files (`tmpdir`, which would have to be a file system in memory, with room for all) and no other way
 * to keep parts. So its own function is replaced: parts of a short book lie in memory, those of a long one on the
 * disk. The library is shared and calls the function by its name, so that the program's own is found first. Were
 * it linked with -Bsymbolic, it would call its own and the disk would be used again: as right, and slower
 * (test_xlsx notices). Were it a static library, the linker would refuse two functions of one name. */
static _Thread_local bool parts_in_memory;

FILE *lxw_tmpfile(char *tmpdir)
{
    int memory = parts_in_memory ? memfd_create("part", MFD_CLOEXEC) : -1;
    FILE *file = memory >= 0 ? fdopen(memory, "w+b") : NULL;
    if (memory >= 0 && !file)
        close(memory);
    return file ? file : tmpfileplus(tmpdir, NULL, NULL, 0);
}

bool rk_xlsx_write(const rk_plan *plan, const char *scratch, rk_buffer *out, rk_error *err)
{
    parts_in_memory = !rk_plan_is_long(plan);
    rk_arena arena = {0};
    char *path = rk_path_join(&arena, scratch, RK_S("book.xlsx"));
    lxw_workbook_options options = {.constant_memory = rk_plan_is_long(plan),
                                    .tmpdir = rk_arena_text(&arena, rk_slice_of(scratch)),
                                    .use_zip64 = LXW_FALSE};
    errno = 0;
    writer w = {.plan = plan, .workbook = workbook_new_opt(path, &options)};
    if (w.workbook)
        write_book(&w, &arena);
    else
        w.fault = LXW_ERROR_MEMORY_MALLOC_FAILED;
    int reason = errno;
    bool good = w.fault == LXW_NO_ERROR && reason != ENOSPC && reason != EDQUOT && reason != EIO;
    if (!good)
        fail_write(scratch, w.fault, reason, err);
    good = good && rk_file_read(path, BOOK_BYTES_MAX, out, err);
    rk_error ignored;
    rk_file_remove(path, &ignored);
    rk_arena_free(&arena);
    return good;
}
