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
    RK_MEASURE_SUM,    /* of money */
    RK_MEASURE_RATIO,  /* of two measures, in percent */
    RK_MEASURE_TARGET, /* of targets.yaml */
    RK_MEASURE_QUOTA,  /* of quotas.yaml */
} rk_measure_kind;

typedef enum rk_stock { RK_FLOW, RK_STOCK_BEFORE, RK_STOCK_AFTER } rk_stock;

typedef struct rk_measure {
    rk_slice name;
    rk_label label;
    rk_measure_kind kind;
    rk_fact_kind of;  /* applications, entries, transitions, cases, fees */
    rk_date_basis on; /* which day places it in the period (flows) */
    int outside;      /* rk_date_basis + 1 of a day that must lie outside the period; 0: none */
    rk_stock stock;   /* at: start | end: what stands then, instead of what flowed */
    rk_where *wheres; /* all must hold */
    size_t where_count;
    size_t numerator, denominator; /* ratio: numbers of measures */
    rk_slice target;               /* its name */
    bool money;                    /* shown in rupiah */
} rk_measure;

typedef enum rk_chart_kind {
    RK_CHART_NONE,
    RK_CHART_COLUMN,
    RK_CHART_STACKED,
    RK_CHART_LINE,
    RK_CHART_BAR,
    RK_CHART_PIE
} rk_chart_kind;

/* with: [name, province]: columns of a block that are no measures. The first ones stand before the
 * measures, those from `complete` on behind them. */
typedef enum rk_extra {
    RK_EXTRA_NONE,
    RK_EXTRA_NO,       /* no: a running number, before all */
    RK_EXTRA_NAME,     /* name: of an office (rows: office) */
    RK_EXTRA_PROVINCE, /* province: of an office */
    RK_EXTRA_ZONE,     /* zone: of an office */
    RK_EXTRA_COMPLETE, /* complete: up to when a channel's statements are complete (rows: channel) */
    RK_EXTRA_NEW,      /* new: cases opened tonight (rows: outcome or office) */
    RK_EXTRA_OLDEST,   /* oldest: age in days of the oldest open case (rows: outcome or office) */
    RK_EXTRA_SHORT, /* short: what a channel still owes of what was due, or paid over (rows: channel) */
    RK_EXTRA_SHORT_SINCE, /* short_since: age in days of the oldest it owes (rows: channel) */
    RK_EXTRA_LINK,        /* link: to the first such row of the list of cases (rows: outcome) */
    RK_EXTRA_BOOK,        /* book: link to the office's own book of the period (rows: office) */
    RK_EXTRAS
} rk_extra;

/* A column of a block is the name of a measure, with an optional sign in front: columns:
 * [awaiting_start, +submitted, -paid, =awaiting_end, held]. From the first column up to the one with
 * '=' the row adds up: the sheet shows the signs and a line that checks it. */
typedef enum rk_sign { RK_SIGN_NONE, RK_SIGN_PLUS, RK_SIGN_MINUS, RK_SIGN_EQUALS } rk_sign;

/* Of which days: the period; the one before it; from the first day of the week, month, ... up to the end
 * of the period; the whole month, ... in which the period ends (of flows: as far as it is known). */
typedef enum rk_over {
    RK_OVER_PERIOD,
    RK_OVER_BEFORE,
    RK_OVER_WEEK,
    RK_OVER_MONTH,
    RK_OVER_QUARTER,
    RK_OVER_HALF,
    RK_OVER_YEAR,
    RK_OVER_WHOLE_MONTH,
    RK_OVER_WHOLE_QUARTER,
    RK_OVER_WHOLE_HALF,
    RK_OVER_WHOLE_YEAR,
} rk_over;

typedef enum rk_form {
    RK_AS_VALUE,
    RK_AS_SHARE,  /* of the column's total, in percent */
    RK_AS_CHANGE, /* less the value of the period before */
    RK_AS_GROWTH, /* the same, in percent of the period before */
    RK_AS_RANK,   /* 1: the largest */
} rk_form;

/* When a figure is shown in red or amber. */
typedef enum rk_accent_kind {
    RK_ACCENT_NEVER,
    RK_ACCENT_NOT_ZERO,
    RK_ACCENT_ABOVE,
    RK_ACCENT_BELOW
} rk_accent_kind;

typedef struct rk_accent {
    rk_accent_kind kind;
    int64_t limit; /* rupiah, a count or a percentage */
} rk_accent;

typedef struct rk_block_column {
    size_t measure;
    rk_sign sign;
    rk_form as;
    rk_over over;
    rk_label label; /* of the measure when empty */
    rk_accent red, amber;
    bool bars; /* data bars */
} rk_block_column;

/* A dimension whose values make the rows; its heading when that is not the dimension's own. */
typedef struct rk_axis {
    rk_dimension dimension;
    rk_label label;
} rk_axis;

enum { RK_AXES = 2 };

typedef struct rk_block {
    rk_label title;
    rk_axis rows[RK_AXES]; /* the second within the first; none at all: one row */
    size_t row_count;
    rk_dimension across; /* each column for each value of this, and for all; RK_DIM_NONE: no */
    rk_block_column *columns;
    size_t column_count;
    bool signs; /* a column has one */
    rk_extra *with;
    size_t with_count;
    rk_where *wheres; /* of all its measures */
    size_t where_count;
    bool total;      /* a row of live SUMs */
    bool all_rows;   /* all: yes, every known value of the dimension, also those with nothing */
    bool descending; /* sort: '-paid', the largest first */
    size_t sort;     /* number of a column + 1; 0: the order of the dimension */
    int top;         /* only the first so many rows, and one of the others; 0: all */
    int days;        /* the last so many days up to the end of the period, instead of the period */
    rk_chart_kind chart;
    rk_label chart_title;
    size_t *chart_of; /* numbers of columns */
    size_t chart_of_count;
    rk_label note;
    bool screen_only; /* not printed; its chart is, beside a block that leaves room for it */
} rk_block;

typedef enum rk_list {
    RK_LIST_NONE,
    RK_LIST_ENTRIES,
    RK_LIST_CASES,
    RK_LIST_APPLICATIONS, /* applications: filed in the period */
    RK_LIST_LAPSES, /* lapses: applications that lapsed or were reinstated tonight, or are held */
    RK_LIST_FILES,
    RK_LIST_DELIVERIES, /* deliveries: each channel and account against the last seven days */
    RK_LIST_RUN,
    RK_LIST_FINDINGS, /* findings: what is wrong in the applications, in lines */
} rk_list;

/* What a column of a list shows. */
typedef enum rk_column_id {
    RK_COLUMN_NO,
    RK_COLUMN_CASE,
    RK_COLUMN_KIND,
    RK_COLUMN_OUTCOME,
    RK_COLUMN_AGE,
    RK_COLUMN_WORKING_AGE,
    RK_COLUMN_PAID,
    RK_COLUMN_BOOKED,
    RK_COLUMN_CHANNEL,
    RK_COLUMN_ACCOUNT,
    RK_COLUMN_CODE,
    RK_COLUMN_REFERENCE,
    RK_COLUMN_APPLICATION,
    RK_COLUMN_CANDIDATES,
    RK_COLUMN_OFFICE,
    RK_COLUMN_PROVINCE, /* of the office */
    RK_COLUMN_SERVICE,
    RK_COLUMN_VALIDITY,
    RK_COLUMN_PURPOSE,
    RK_COLUMN_RECEIVED,
    RK_COLUMN_DUE,
    RK_COLUMN_DIFFERENCE,
    RK_COLUMN_REASON,
    RK_COLUMN_ACTION,
    RK_COLUMN_FOLLOW_UP,
    RK_COLUMN_STATUS,
    RK_COLUMN_SUBMITTED,
    RK_COLUMN_DEADLINE,
    RK_COLUMN_STATE,
    RK_COLUMN_HELD_BY,
    RK_COLUMN_OUTAGE,
    RK_COLUMN_EVIDENCE,
    RK_COLUMN_APPOINTMENT,
    RK_COLUMN_SLOT,
    RK_COLUMN_FILE,
    RK_COLUMN_LINE,
    RK_COLUMN_ENTRY,
    RK_COLUMN_DIGEST,
    RK_COLUMN_ENTRIES,
    RK_COLUMN_REJECTS,
    RK_COLUMN_SUM,
    RK_COLUMN_FATE,
    RK_COLUMN_WHY,
    RK_COLUMN_COUNT, /* count: how many a line folds */
    RK_COLUMN_DAY,   /* day: of what happened */
    RK_COLUMN_SAID,  /* said: what the source says */
    RK_COLUMNS
} rk_column_id;

/* Their names in the YAML. */
const char *rk_column_name(rk_column_id column);

typedef struct rk_list_column {
    rk_column_id column;
    rk_label label; /* its own when empty */
} rk_list_column;

typedef struct rk_list_order {
    rk_column_id column;
    bool descending;
} rk_list_order;

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
    rk_list_order *orders; /* sort; none: by the order of the list itself */
    size_t order_count;
    bool total;
    int portrait;
} rk_sheet;

typedef enum rk_per { RK_PER_OFFICE, RK_PER_PROVINCE, RK_PER_ZONE, RK_PER_NATION } rk_per;
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
