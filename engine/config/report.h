/*
 * report: measures and workbooks as YAML says them.
 *
 * In:  reports/measures.yaml, reports/harian.yaml        Out: rk_reports
 * A measure is named once: what it counts or sums, of which facts, with which filter, by which date.
 * A workbook is a list of sheets; a sheet is blocks (rows x columns of measures) or a list of records.
 */
#ifndef RK_CONFIG_REPORT_H
#define RK_CONFIG_REPORT_H

#include "model/fact.h"
#include "model/period.h"

typedef enum rk_language { RK_INDONESIAN, RK_ENGLISH } rk_language;

/* {id: ..., en: ...}, or one text for both. */
typedef struct rk_label {
    rk_slice id, en;
} rk_label;

static inline rk_slice rk_label_in(const rk_label *label, rk_language language)
{
    return language == RK_ENGLISH && label->en.len ? label->en : label->id;
}

/* where: {outcome: [underpaid, overpaid]}: the dimension's value is one of these. */
typedef struct rk_where {
    rk_dimension dimension;
    rk_slice *values;
    size_t value_count;
    bool except; /* not: {..} */
} rk_where;

typedef enum rk_measure_kind {
    RK_MEASURE_COUNT,
    RK_MEASURE_SUM,   /* of money */
    RK_MEASURE_RATIO, /* of two measures, in percent */
} rk_measure_kind;

typedef enum rk_stock { RK_FLOW, RK_STOCK_BEFORE, RK_STOCK_AFTER } rk_stock;

typedef struct rk_measure {
    rk_slice name;
    rk_label label;
    rk_measure_kind kind;
    rk_fact_kind of;  /* applications, entries, transitions, cases */
    rk_date_basis on; /* which day places it in the period (flows) */
    rk_stock stock;   /* at: start | end: what stands then, instead of what flowed */
    rk_where *wheres; /* all must hold */
    size_t where_count;
    size_t numerator, denominator; /* ratio: numbers of measures */
} rk_measure;

typedef enum rk_chart_kind {
    RK_CHART_NONE,
    RK_CHART_COLUMN,
    RK_CHART_STACKED,
    RK_CHART_LINE,
    RK_CHART_BAR,
    RK_CHART_PIE
} rk_chart_kind;

/* with: [name, province]: columns of a block that are no measures. The first three stand before the
 * measures, the others behind them. */
typedef enum rk_extra {
    RK_EXTRA_NONE,
    RK_EXTRA_NAME,     /* name: of an office (rows: office) */
    RK_EXTRA_PROVINCE, /* province: of an office */
    RK_EXTRA_ZONE,     /* zone: of an office */
    RK_EXTRA_COMPLETE, /* complete: up to when a channel's statements are complete (rows: channel) */
    RK_EXTRA_NEW,      /* new: cases opened tonight (rows: outcome or office) */
    RK_EXTRA_OLDEST,   /* oldest: age in days of the oldest open case (rows: outcome or office) */
    RK_EXTRA_LINK,     /* link: to the first such row of the list of cases (rows: outcome) */
    RK_EXTRAS
} rk_extra;

/* A column of a block is the name of a measure, with an optional sign in front: columns:
 * [awaiting_start, +submitted, -paid, =awaiting_end, held]. From the first column up to the one with
 * '=' the row adds up: the sheet shows the signs and a line that checks it. */
typedef enum rk_sign { RK_SIGN_NONE, RK_SIGN_PLUS, RK_SIGN_MINUS, RK_SIGN_EQUALS } rk_sign;

typedef struct rk_block {
    rk_label title;
    rk_dimension rows;
    size_t *columns; /* numbers of measures */
    rk_sign *signs;  /* of the columns; NULL: none has one */
    size_t column_count;
    rk_extra *with;
    size_t with_count;
    bool total;    /* a row of live SUMs */
    bool all_rows; /* all: yes, every known value of the dimension, also those with nothing */
    rk_chart_kind chart;
    size_t *chart_of; /* numbers of measures among columns */
    size_t chart_of_count;
    rk_label note;
} rk_block;

typedef enum rk_list {
    RK_LIST_NONE,
    RK_LIST_ENTRIES,
    RK_LIST_CASES,
    RK_LIST_APPLICATIONS,
    RK_LIST_LAPSES, /* lapses: applications that lapsed or were reinstated tonight, or are held */
    RK_LIST_FILES,
    RK_LIST_RUN
} rk_list;

typedef struct rk_list_column {
    rk_slice name; /* one of the closed list for the kind of list: see report/lists.c */
    rk_label label;
} rk_list_column;

typedef struct rk_sheet {
    rk_label name; /* at most 31 characters, none of []:*?/\ */
    rk_label title;
    rk_block *blocks;
    size_t block_count;
    rk_list list;
    rk_where *wheres; /* of the list */
    size_t where_count;
    rk_list_column *columns;
    size_t column_count;
    bool total;
} rk_sheet;

typedef enum rk_per { RK_PER_OFFICE, RK_PER_NATION } rk_per;
typedef enum rk_due { RK_DUE_NIGHT, RK_DUE_MONTH_END, RK_DUE_ON_REQUEST } rk_due;

typedef struct rk_workbook {
    rk_slice name; /* "harian" */
    rk_label title;
    rk_per per;
    rk_period period;
    rk_due due;
    rk_slice file; /* '{office}/harian-{period}.xlsx' */
    rk_sheet *sheets;
    size_t sheet_count;
} rk_workbook;

typedef struct rk_reports {
    rk_measure *measures;
    size_t measure_count;
    rk_workbook *workbooks;
    size_t workbook_count;
} rk_reports;

#endif
