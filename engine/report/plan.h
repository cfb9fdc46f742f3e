/*
 * plan: what a workbook is meant to hold, cell by cell, before any library has seen it.
 *
 * In:  rk_plan_text(sheet, 0, 0, RK_STYLE_TITLE, RK_S("=1+1"))
 * Out: a cell that shows '=1+1 and stays text when the sheet is saved as CSV and opened again
 * The writer (xlsx.c) and the one who reads the result back (readback.c) both work from the plan, so
 * every cell that was written is compared with what was meant. Long lists are not held: a list gives
 * its rows one by one, to either of them. A plan belongs to one thread.
 */
#ifndef RK_REPORT_PLAN_H
#define RK_REPORT_PLAN_H

#include "base/buffer.h"
#include "base/error.h"
#include "config/report.h"

enum {
    RK_PLAN_COLUMNS = 40,
    RK_PLAN_ROWS = 1048576, /* of a sheet, by the file format */
    RK_PLAN_TEXT = 32767,   /* UTF-16 units of a cell, by the file format */
    RK_PLAN_LONG =
        4000, /* rows from which a book is written in constant memory: faster from here on */
    RK_PLAN_CHARTS = 8, /* of a sheet */
    RK_PLAN_BREAKS = 16,
};

#define RK_LINK_INSIDE "internal:"
#define RK_LINK_OUTSIDE "external:"

/* Of sheets and books; builds for tests may lower them. */
typedef struct rk_plan_limit {
    uint32_t rows, long_rows;
} rk_plan_limit;
#ifdef RK_FAILPOINTS
extern rk_plan_limit rk_plan_limits;
#else
extern const rk_plan_limit rk_plan_limits;
#endif

typedef enum rk_style {
    RK_STYLE_NONE,
    RK_STYLE_TITLE,
    RK_STYLE_SUBTITLE,
    RK_STYLE_META,
    RK_STYLE_PROVISIONAL,
    RK_STYLE_GOOD, /* the conclusion: all agrees */
    RK_STYLE_WARN, /* ... something is still missing */
    RK_STYLE_BAD,  /* ... something differs */
    RK_STYLE_BLOCK,
    RK_STYLE_HEAD,
    RK_STYLE_HEAD_RIGHT,
    RK_STYLE_TEXT,
    RK_STYLE_WRAP,
    RK_STYLE_BOLD,
    RK_STYLE_PLAIN,
    RK_STYLE_NIL,
    RK_STYLE_NIL_RIGHT,
    RK_STYLE_AGAIN, /* the label of the row above once more */
    RK_STYLE_COUNT,
    RK_STYLE_MONEY,
    RK_STYLE_MONEY_SEN,
    RK_STYLE_PERCENT,
    RK_STYLE_NUMBER, /* a running number or an age: zero is shown as 0 */
    RK_STYLE_DAY,
    RK_STYLE_DAYTIME,
    RK_STYLE_LATE,
    RK_STYLE_DAY_LATE, /* something is still missing */
    RK_STYLE_DAYTIME_LATE,
    RK_STYLE_CHANGE, /* with its sign */
    RK_STYLE_CHANGE_SEN,
    RK_STYLE_LINK,
    RK_STYLE_INPUT, /* staff write here */
    RK_STYLE_DIGEST,
    RK_STYLE_NOTE,
    RK_STYLE_TOTAL,
    RK_STYLE_TOTAL_COUNT,
    RK_STYLE_TOTAL_MONEY,
    RK_STYLE_TOTAL_SEN,
    RK_STYLE_TOTAL_PERCENT,
    RK_STYLE_TOTAL_CHANGE,
    RK_STYLE_CHECK_LABEL,
    RK_STYLE_CHECK,     /* a difference: zero reads nihil */
    RK_STYLE_CHECK_SEN, /* the same with decimals */
    RK_STYLE_SOFT,      /* of an office whose figures are not final */
    RK_STYLE_SOFT_COUNT,
    RK_STYLE_SOFT_MONEY,
    RK_STYLE_SOFT_SEN,
    RK_STYLE_SOFT_PERCENT,
    RK_STYLE_SOFT_NUMBER,
    RK_STYLE_TOTAL_NIL, /* a total that is not known */
    RK_STYLES
} rk_style;

typedef enum rk_cell_kind {
    RK_CELL_BLANK,   /* a style alone */
    RK_CELL_TEXT,    /* text, shown as it is */
    RK_CELL_NUMBER,  /* number */
    RK_CELL_FORMULA, /* text without '=', number: the value that is stored with it */
    RK_CELL_LINK,    /* text that leads to `link`: a place in this book, or another book */
} rk_cell_kind;

typedef struct rk_cell {
    uint8_t kind;  /* rk_cell_kind */
    uint8_t style; /* rk_style */
    double number;
    rk_slice text; /* NUL-terminated */
} rk_cell;

typedef struct rk_placed {
    uint32_t row;
    uint16_t column;
    rk_cell cell;
    rk_slice link; /* "internal:'Selisih'!A12" or "external:../x.xlsx", NUL-terminated */
} rk_placed;

/* One row of a list, used again for the next. */
typedef struct rk_row {
    rk_cell cells[RK_PLAN_COLUMNS];
    size_t count;
    rk_buffer texts;
    size_t offsets[RK_PLAN_COLUMNS];
} rk_row;

void rk_row_begin(rk_row *row);
void rk_row_text(rk_row *row, rk_style style, rk_slice text);
void rk_row_number(rk_row *row, rk_style style, double number);
void rk_row_blank(rk_row *row, rk_style style);
void rk_row_end(rk_row *row); /* slices of the texts hold from here */
void rk_row_free(rk_row *row);

/* Fills `row` with item `item`, from rk_row_begin to rk_row_end; the same each time it is asked. */
typedef void (*rk_row_fill)(const void *context, size_t item, rk_row *row);

typedef enum rk_alert_kind {
    RK_ALERT_NOT_ZERO, /* when the cell differs from 0 */
    RK_ALERT_ABOVE,    /* above `limit` */
    RK_ALERT_BELOW,
    RK_ALERT_BARS, /* data bars */
} rk_alert_kind;

/* Red, or amber; what was said first goes before what is said later. */
typedef struct rk_alert {
    rk_alert_kind kind;
    bool amber;
    uint32_t first_row, last_row;
    uint16_t first_column, last_column;
    double limit;
} rk_alert;

typedef struct rk_series {
    rk_slice name;
    uint16_t column; /* of the values */
} rk_series;

typedef struct rk_chart_plan {
    rk_chart_kind kind;
    rk_slice title;
    uint32_t row; /* where it stands */
    uint16_t column;
    double width, height; /* pixels */
    uint32_t first_row, last_row;
    uint16_t categories; /* column of the row labels */
    rk_series *series;
    size_t series_count;
} rk_chart_plan;

typedef struct rk_height {
    uint32_t row;
    double points;
} rk_height;

typedef struct rk_plan_sheet {
    struct rk_plan *plan;
    rk_slice name;
    rk_placed *cells; /* in any order until rk_plan_finish, then by row and column */
    size_t cell_count, cell_capacity;
    double widths[RK_PLAN_COLUMNS]; /* in characters; 0: as the program likes */
    size_t column_count;
    rk_height *heights;
    size_t height_count, height_capacity;
    uint32_t freeze_row;                /* rows above stay in view; 0: none */
    uint32_t repeat_from, repeat_until; /* rows repeated on each page, both inclusive */
    bool repeats;
    bool filters; /* on the head of the list */
    bool about;   /* tells of the book itself: it holds no figures */
    /* the list: rows list_row .. list_row + list_count - 1, behind every cell above */
    rk_row_fill fill;
    const void *context;
    size_t list_from, list_count; /* items of it that stand on this sheet */
    uint32_t list_row;
    size_t list_columns;
    rk_alert *alerts;
    size_t alert_count, alert_capacity;
    rk_chart_plan charts[RK_PLAN_CHARTS];
    size_t chart_count;
    uint32_t breaks[RK_PLAN_BREAKS + 1]; /* rows that begin a page; 0 ends them */
    size_t break_count;
    bool portrait;
    uint32_t print_rows; /* only the rows above are printed; 0: all */
} rk_plan_sheet;

typedef struct rk_plan {
    rk_arena *arena;
    rk_language language;
    rk_slice title, subject; /* of the document */
    rk_slice footer;         /* "Halaman &P dari &N ...", in the file format's codes */
    rk_day created;          /* the time of making that is written: this day, 00:00 */
    bool fitted; /* rows take what their texts need (wrap.h); else what they took once */
    rk_plan_sheet **sheets;
    size_t count, capacity;
} rk_plan;

/* The text as it may stand in a cell: bad UTF-8, control characters and turns of direction become U+FFFD; what
 * some program would take for a formula (= + - @, also in full width or behind blanks, also behind a
 * separator that a CSV may be opened with) gets an apostrophe; all beyond RK_PLAN_TEXT is cut. Appends to
 * `out`. */
void rk_plan_clean(rk_slice text, rk_buffer *out);

/* A new sheet. Fails (RK_INVALID) on a name that the file format does not allow, or that is taken. */
rk_plan_sheet *rk_plan_add_sheet(rk_plan *plan, rk_slice name, rk_error *err);

void rk_plan_text(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_style style,
                  rk_slice text);
void rk_plan_number(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_style style,
                    double number);
void rk_plan_blank(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_style style);
/* `formula` without '='. */
void rk_plan_formula(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_style style,
                     const char *formula, double value);
void rk_plan_link(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_slice text,
                  rk_slice target_sheet, uint32_t target_row);
/* Leads to another book, by its path from this one's folder. */
void rk_plan_link_book(rk_plan_sheet *sheet, uint32_t row, uint16_t column, rk_slice text,
                       rk_slice path);
void rk_plan_height(rk_plan_sheet *sheet, uint32_t row, double points);
void rk_plan_alert(rk_plan_sheet *sheet, rk_alert alert);

/* One more chart, to be filled in; behind the last one that a sheet can have it replaces that. */
rk_chart_plan *rk_plan_chart(rk_plan_sheet *sheet);

/* What is said of a chart to those who cannot see it, and what tells it from all others of the book. */
rk_slice rk_plan_described(const rk_plan_sheet *sheet, const rk_chart_plan *chart, rk_arena *arena);

/* Puts the cells in order. Two cells in one place are a bug (RK_BUG). */
bool rk_plan_finish(rk_plan *plan, rk_error *err);
void rk_plan_free(rk_plan *plan); /* what is not in the arena */

/* So many rows of lists that it is written in constant memory. */
bool rk_plan_is_long(const rk_plan *plan);

/* The height in points of a row as was said, or as its wrapped texts need; 0: as it comes. Of the cells above the
 * list, by the first one of the row; of the list, by its cells. */
double rk_plan_row_height(const rk_plan_sheet *sheet, size_t first);
double rk_plan_list_height(const rk_plan_sheet *sheet, const rk_row *row);

/* "B12" into `out` (16 bytes); row and column from 0. */
const char *rk_plan_place(uint32_t row, size_t column, char *out);

#endif
