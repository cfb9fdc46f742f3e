/*
 * desk: what all workbooks of a night share, laid out once: the cube, its filters for every measure, and
 * entries, cases and lapses in the order of showing, cut by office.
 *
 * In:  the night's facts and lists        Out: slice 17 is palembang: its cases are
 *      cases.sliced[cases.starts[17]] .. cases.sliced[cases.starts[18] - 1]
 * Read-only once laid, shared by all threads.
 */
#ifndef RK_REPORT_DESK_H
#define RK_REPORT_DESK_H

#include "model/cube.h"
#include "report/books.h"
#include "report/plan.h"
#include "report/words.h"

/* Rows of a batch in the order of showing: all of them, and the same cut by slice. */
typedef struct rk_index {
    uint32_t *all;
    size_t count;
    uint32_t *sliced;
    uint32_t *starts; /* slice_count + 1 */
} rk_index;

/* An application that a row of cases or findings names. */
typedef struct rk_mention {
    rk_slice id;
    uint32_t row;
} rk_mention;

typedef struct rk_mentions {
    rk_mention *items; /* by id */
    size_t count;
} rk_mentions;

typedef struct rk_desk {
    const rk_books_input *input;
    rk_arena arena;
    rk_cube_maps maps;
    rk_cube cube;
    rk_name *slice_offices; /* of each slice; the last one is TANPA KANTOR */
    size_t slice_count;
    rk_cube_filter **filters; /* of each measure, in the order of its wheres */
    rk_index entries, cases, applications, lapses, findings;
    uint32_t
        *payments; /* of each application: an entry that pays it, RK_NO_ROW; NULL: not wanted */
    rk_mentions candidates, conflicts; /* of open cases; of slots that two have */
    bool seen[RK_DIMENSIONS];          /* any application says it: its column is there */
} rk_desk;

/* One workbook of one slice (or RK_ALL_SLICES), perhaps of one province or zone, over one period. */
typedef struct rk_job {
    const rk_desk *desk;
    const rk_workbook *workbook;
    size_t slice;
    rk_dimension scope; /* RK_DIM_PROVINCE or RK_DIM_ZONE, with `scope_key`; RK_DIM_NONE: no such */
    int32_t scope_key;
    rk_days period;          /* the whole of it */
    rk_day from, until;      /* what is over of it */
    const rk_office *office; /* NULL: national, or TANPA KANTOR */
    rk_zone zone;            /* in which its times are shown */
    int number;              /* of the edition */
    rk_plan plan;
    rk_arena arena;
} rk_job;

bool rk_desk_lay(rk_desk *desk, const rk_books_input *input, rk_error *err);
void rk_desk_clear(rk_desk *desk);

/* lapses.c: statements of the channel do not reach the deadline of a lapse that it holds. */
bool rk_lapse_waits(const rk_books_input *input, rk_name held_by, rk_moment deadline);
/* lapses.c: whom open cases and findings name, for the list of lapses. */
void rk_lapses_index(rk_desk *desk);

/* prints.c: digests of what all books are made from, of what is of one slice alone, and of deliveries. */
rk_digest rk_desk_print_all(const rk_desk *desk);
rk_digest rk_desk_print_slice(const rk_desk *desk, size_t slice);
rk_digest rk_desk_print_deliveries(const rk_desk *desk);

/* touches.c: the slices of which the workbook says something else with the flows from row `first` on whose cause is at
 * least `floor` than without them. */
void rk_desk_touched(const rk_desk *desk, const rk_workbook *workbook, size_t first, uint32_t floor,
                     bool *slices);

/* The filter of one `where`; keys are in `arena`. Fails (RK_INVALID) on a value that the dimension
 * cannot have. */
bool rk_desk_filter(const rk_desk *desk, const rk_where *where, rk_arena *arena,
                    rk_cube_filter *filter, rk_error *err);

/* Whether rows of this office belong to the job. */
bool rk_job_has_office(const rk_job *job, rk_name office);

/* The days of `over` seen from [from, until] of the job. */
rk_days rk_job_over(const rk_job *job, rk_over over);

/* The rows of an index that belong to the job; of a province or zone they are filtered later. */
const uint32_t *rk_job_rows(const rk_job *job, const rk_index *index, size_t *count);

/* Age in days of a case on the night. */
static inline int32_t rk_desk_age(const rk_desk *desk, size_t row)
{
    rk_day opened = desk->input->cases->opened_on[row];
    return opened == RK_NO_DAY || opened > desk->input->night ? 0 : desk->input->night - opened;
}

/* The bucket of an age: its first day of age, 0, 6, 31 or 91. */
int32_t rk_age_bucket(int32_t days);
enum { RK_AGE_BUCKETS = 4 };
extern const int32_t rk_age_buckets[RK_AGE_BUCKETS];

/* An entry that pays for an application; RK_NO_ROW when there is none. */
uint32_t rk_desk_payment(const rk_desk *desk, size_t application);

size_t rk_desk_entry_slice(const rk_desk *desk, size_t entry);
rk_zone rk_desk_zone(const rk_desk *desk, rk_name office);

/* How a key of a dimension is shown; borrowed from names, rules or the arena. */
rk_slice rk_desk_label(const rk_desk *desk, rk_dimension dimension, int32_t key, rk_arena *arena);

/* Order of rows: <0, 0, >0. */
int rk_desk_order(const rk_desk *desk, rk_dimension dimension, int32_t a, int32_t b);

/* ---- parts of a workbook; each adds sheets to job->plan ---- */
bool rk_blocks_lay(rk_job *job, const rk_sheet *sheet, rk_error *err);
bool rk_list_lay(rk_job *job, const rk_sheet *sheet, rk_error *err);
bool rk_corrections_lay(rk_job *job, const rk_corrections *corrections, rk_error *err);
/* One figure of a correction, before or after, in hundredths; a dash where it is not known. */
void rk_correction_put(rk_plan_sheet *sheet, uint32_t row, uint16_t column, const rk_correction *c,
                       bool known, int64_t hundredths);
bool rk_about_lay(rk_job *job, const rk_sheet *sheet, rk_error *err);
bool rk_deliveries_lay(rk_job *job, const rk_sheet *sheet, rk_error *err);

enum { RK_HEAD_ROWS = 4 }; /* title, office and day, run, and an empty one */

/* Title, office, day, run and status: rows 0 .. RK_HEAD_ROWS - 1 of every sheet. */
void rk_head_lay(const rk_job *job, rk_plan_sheet *sheet, const rk_label *title);

/* What every page says of itself at its foot: "Kantor Imigrasi Palembang · 5 Maret 2024", "FINAL · Revisi 1". */
void rk_foot_put(const rk_job *job, rk_buffer *whose, rk_buffer *state);

/* The line that says whether all agrees. `unbalanced`: a roll-forward that does not add up. */
void rk_conclusion_lay(const rk_job *job, rk_plan_sheet *sheet, uint32_t row, size_t columns,
                       bool unbalanced);

/* provisional.c: statements that may tell of the office are still missing. */
bool rk_job_office_waits(const rk_job *job, rk_name office);

/* The path of an office's own book of the same kind of period, from the folder of the job's book; empty
 * when none is made. */
rk_slice rk_job_office_book(const rk_job *job, rk_name office);

/* Where the list of a sheet begins: the row of its first item. */
uint32_t rk_list_first_row(const rk_sheet *sheet);

/* Where the first open case of an outcome stands: the name of the sheet and the row. */
bool rk_list_first_case(rk_job *job, rk_outcome outcome, rk_slice *sheet, uint32_t *row);

static inline rk_slice rk_job_word(const rk_job *job, rk_word_id word)
{
    return rk_word(word, job->plan.language);
}

/* Money as a cell: rupiah, with decimals only where there are sen. */
static inline double rk_rupiah(rk_money minor)
{
    return (double)minor / 100;
}

static inline bool rk_has_sen(rk_money minor)
{
    return minor % 100 != 0;
}

/* Days as spreadsheets count them. */
static inline double rk_serial_day(rk_day day)
{
    return (double)day + 25569;
}

/* A moment between the years 1900 and 9999 in a zone, as spreadsheets count it. */
bool rk_serial_moment(rk_moment at, rk_zone zone, double *serial);

#endif
