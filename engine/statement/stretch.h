/*
 * stretch: one chunk of a statement file, read by one thread.
 *
 * In:  a chunk that begins at a record's start, the file's layout, the channel's plan
 * Out: entries in the batch from row `first` on; rejects, sums, and what info lines and trailer tell
 * A stretch touches nothing that another one touches: what needs shared memory (texts that are not in
 * the file's bytes) is kept in it and added afterwards in the order of the file.
 */
#ifndef RK_STATEMENT_STRETCH_H
#define RK_STATEMENT_STRETCH_H

#include "model/entry.h"
#include "statement/altkeys.h"
#include "statement/controls.h"
#include "statement/extract.h"
#include "statement/values.h"

enum { RK_REJECTS_MAX = 100000 }; /* of a file; with more it is another layout */

/* A channel made ready for reading. */
typedef struct rk_plan {
    const rk_engine *engine;
    const rk_channel *channel;
    rk_time_plans paid, booked, value, day_in_lines;
    rk_extractor extractor;
} rk_plan;

/* A file being read. */
typedef struct rk_statement {
    rk_file *file;
    uint32_t number; /* row of rk_files */
    rk_slice bytes;  /* its content, unpacked and in bytes of one character set */
    const rk_plan *plan;
    rk_layout layout;
    rk_told told;
    rk_arena scratch;
    rk_near near; /* its days, for dates without a year */
    uint32_t
        reject_count;    /* of all stretches, counted by all threads: only asked whether too many */
    size_t first, count; /* its stretches */
    const char *why;     /* NULL: good so far */
    const char *accepted_with; /* what it breaks, where a decision accepts it all the same */
} rk_statement;

typedef enum rk_text_kind {
    RK_TEXT_REFERENCE,
    RK_TEXT_NARRATIVE,
    RK_TEXT_WINDOWS,
    RK_TEXT_KEYS
} rk_text_kind;

/* A text whose final form is not in the file's bytes. */
typedef struct rk_later {
    size_t row;
    rk_text_kind kind;
    rk_slice text; /* in the stretch's arena */
} rk_later;

/* Rows that begin the entries of an account, where a file holds statements of several. */
typedef struct rk_span {
    size_t row; /* from the stretch's first */
    rk_slice account;
    rk_name name;
    rk_day from, until; /* told or booked; RK_NO_DAY: none */
} rk_span;

/* A statement of a file, as far as it is asked whether it follows the one before. */
typedef struct rk_said {
    size_t line;
    rk_slice account, number;
    rk_day from, until; /* RK_NO_DAY: not said */
    rk_money opening, closing;
    size_t entries;
} rk_said;

typedef struct rk_stretch {
    rk_statement *statement;
    rk_chunk chunk;
    size_t first, count; /* rows of the batch */
    rk_sums sums;
    rk_told told;
    uint64_t seen;                 /* record rules */
    size_t trailers, trailer_line; /* how many, and where the last one is */
    size_t last_line;              /* of the last entry, reject or filtered record */
    rk_day earliest, latest;       /* booked_on; RK_NO_DAY: no entries */
    rk_rejects rejects;
    rk_later *laters;
    size_t later_count, later_capacity;
    rk_arena arena;
    bool ascii;
    rk_day_memo memo[3]; /* paid, booked, value */
    rk_windows windows;  /* of the record at hand */
    rk_alt_found keys;   /* the same */
    rk_span *spans;
    size_t span_count, span_capacity;
    rk_said *said;
    size_t said_count, said_capacity;
} rk_stretch;

/* What a standard format says of an entry by itself. */
typedef struct rk_ready {
    rk_money amount;
    rk_day booked_on, value_on;
    rk_moment at;  /* RK_NO_MOMENT: only the day is known */
    bool filtered; /* not an entry yet */
} rk_ready;

/* One entry of a standard format, with the fields of `row`; and one that could not be read. */
void rk_stretch_take(rk_stretch *stretch, const rk_entries *entries, const rk_row *row,
                     const rk_ready *ready);
void rk_stretch_refuse(rk_stretch *stretch, const rk_row *row, const char *reason);

/* The line of the first record above the row of titles that reads as an entry; 0 when there is none. */
size_t rk_statement_misplaced(rk_statement *statement);

void rk_stretch_read(rk_stretch *stretch, const rk_entries *entries);
void rk_stretch_free(rk_stretch *stretch);

#endif
