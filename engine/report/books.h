/*
 * books: the night's workbooks, made in memory, read back and compared before anyone sees them.
 *
 * In:  facts, cases, lists, the YAML of reports     Out: path "palembang/harian-2024-03-05.xlsx" and bytes
 * The same input gives the same bytes for any number of threads, locale, TZ or clock. libxlsxwriter is
 * included in report/xlsx.c alone; the traps of the design's section 8 are dealt with there.
 */
#ifndef RK_REPORT_BOOKS_H
#define RK_REPORT_BOOKS_H

#include "config/rules.h"
#include "model/case.h"
#include "model/entry.h"
#include "model/fact.h"
#include "model/finding.h"
#include "report/figures.h"

/* Up to which moment a channel's statements are complete, for sheets and status. */
typedef struct rk_watermark {
    rk_name channel;
    rk_name account;          /* 0: of the whole channel; those of its accounts come behind it */
    rk_moment complete_until; /* RK_NO_MOMENT: nothing yet */
    rk_slice waits_for;       /* "2024-03-04, 2024-03-05", or empty */
} rk_watermark;

/* The last edition of a book of the period. */
typedef struct rk_edition {
    rk_slice workbook;
    rk_name office; /* 0: national */
    int number;
} rk_edition;

/* A book that is published again. */
typedef struct rk_revised {
    rk_slice workbook;
    rk_name office; /* or province, or zone; 0: national */
    int number;     /* of the edition */
    const rk_corrections *corrections;
} rk_revised;

/* A file of rules as another run sealed it. */
typedef struct rk_rule_mark {
    rk_slice name;
    rk_digest digest;
} rk_rule_mark;

typedef struct rk_books_input {
    const rk_rules *rules;
    const rk_names *names;
    const rk_texts *texts;
    rk_language language;
    rk_slice biller;
    rk_zone zone;         /* of the batch */
    rk_day night;         /* the business day of the books: what is known is what was known on it */
    int number;           /* of its runs: 2 and more give revisions "harian-2024-03-05.r2.xlsx" */
    rk_slice run;         /* run id, hex; empty in `match` */
    rk_slice head_before; /* run id before it, or empty */
    rk_slice program;     /* version that is sealed with the run */
    rk_slice provisional; /* why the books are SEMENTARA; empty: FINAL */
    bool
        source_in_doubt; /* ... because the applications could not be read: it is about every office */
    bool reconstructed; /* the night was made afterwards, from old files */
    /* Folded application and case facts of all business days before `night`: of no run of `night`. */
    const rk_facts *stock_before;
    /* With equal numbers two inputs have the same stock, cases and findings; 0: not numbered. */
    size_t standing;
    /* All facts received on `night` (of all its runs), and those of other nights that may fall in the
     * period of a book. */
    const rk_facts *flows;
    rk_day as_of;     /* what is known: up to this run */
    int as_of_number; /* 0: not said */
    /* The days; then `night` is the last of them that is closed, and only workbooks of this kind of period
     * are made. Without them every workbook takes the period in which `night` lies. */
    bool has_period;
    rk_days period;
    bool due_only;     /* of those the ones that are due on `night` */
    rk_slice workbook; /* "harian": this one alone, whatever its kind of period */
    rk_slice
        office;   /* its code: books of this office alone; "nasional": the nation's; the name of a
                          province or zone: the books made for those */
    bool figures; /* no book is written: what each would say is given instead */
    /* Of a night that is run again: what its books say otherwise than after the run before it. A book that is
     * among them has the sheet, with its lines or nil. */
    const rk_book_lines *again;
    size_t again_count;
    /* Revisions: these books alone, each with a number of its own and its lines on a sheet. NULL: none. */
    const rk_revised *revised;
    size_t revised_count;
    /* Of revisions: the last editions of the books that were published again, this one's night included; all
     * others have `number_first`. Links between books lead to them. */
    const rk_edition *editions;
    size_t edition_count;
    int number_first;
    const rk_applications *applications; /* the night's world: what was touched, and what is open */
    const bool *lapsed; /* which of them the list of lapses shows; NULL: by state */
    /* rk_state of the first `state_before_count` of them when the night began; the others were not
     * known. Without it every lapse of the world is listed as one of tonight. */
    const uint8_t *states_before;
    size_t state_before_count;
    const rk_entries *entries;
    /* Of each entry, and of each application that entries name: with equal numbers the rows are the same. For
     * books that are not written; else NULL. */
    const uint64_t *entry_versions, *application_versions;
    const rk_files *files;
    const rk_rejects *rejects;
    const rk_cases *cases;       /* open ones, and those closed tonight */
    const rk_findings *findings; /* lines (rk_findings_fold); NULL: none */
    const rk_watermark *watermarks;
    size_t watermark_count;
    const rk_digest *rule_digests; /* of `sources` */
    const rk_sources *sources;
    /* The rules that the run before sealed; has_before: there was one. */
    const rk_rule_mark *rules_before;
    size_t rule_before_count;
    bool has_before;
    const char *scratch; /* private folder for temporary files, made when missing; nothing stays */
    int threads;
} rk_books_input;

typedef struct rk_book {
    rk_slice path;     /* relative, '/' between parts */
    rk_slice workbook; /* "harian" */
    rk_name office;    /* or province, or zone; 0: national */
    rk_buffer bytes;   /* the .xlsx */
    rk_figures figures;
    rk_digest parts; /* of its uncompressed parts in order: independent of the zlib version */
} rk_book;

typedef struct rk_books {
    rk_book *items; /* by path */
    size_t count;
} rk_books;

/* An application that the list of lapses shows when the night began with it in state `before`. */
bool rk_books_lists_lapse(const rk_applications *applications, size_t row, uint8_t before);

/* Whether any workbook of this kind of period is due on a night. */
bool rk_books_any_due(const rk_reports *reports, rk_period kind, rk_day night);

/* The first day whose facts the workbooks of `input` (its rules, period, night, and which are asked for)
 * look at: comparisons with the period before, sums since the first of the year, the last thirty days. */
rk_day rk_books_reach(const rk_books_input *input);

/* Every workbook that is due tonight: per office for each office with any application, entry or case in
 * the facts, TANPA KANTOR too when it has any; one national. A workbook whose read-back differs is an
 * error (RK_FILE) that names workbook, sheet and cell. Paths are in the arena. */
bool rk_books_make(const rk_books_input *input, rk_arena *arena, rk_books *books, rk_error *err);

/* Books that are not written: what each would say is asked for one by one. `input` (with `figures`) must stay. */
typedef struct rk_unwritten {
    rk_books books; /* by path; figures of those that were asked for */
    /* Of each, from what it would be made beside flows: with equal ones two books of a path differ in what flows say
     * alone, if names are of one dictionary and versions of the same runs. */
    rk_digest *made;
    struct rk_desk *desk;
    struct rk_orders *orders;
} rk_unwritten;

bool rk_unwritten_open(const rk_books_input *input, rk_arena *arena, rk_unwritten *unwritten,
                       rk_error *err);
/* The books that say something else with the flows from row `first` on whose cause is at least `floor`. */
void rk_unwritten_touched(const rk_unwritten *unwritten, size_t first, uint32_t floor,
                          bool *touched);
bool rk_unwritten_ask(rk_unwritten *unwritten, const bool *wanted, rk_error *err);
void rk_unwritten_free(rk_unwritten *unwritten);

/* Moves the books of `more` to `all`, which stays in the order of the paths. */
void rk_books_join(rk_books *all, rk_books *more);
void rk_books_free(rk_books *books);

#endif
