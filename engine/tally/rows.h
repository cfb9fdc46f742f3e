/*
 * rows: the rows of a table as CSV, in order, written by all threads.
 *
 * In:  spans of rows, or a list of them, and a function that writes one row by a bare pointer (base/pen.h)
 * Out: the same bytes in the file for any number of threads
 * Pieces of a few thousand rows claim their places in order. What is the same in row after row (names,
 * outcomes, reasons, a file's name) is made ready once, as words.
 */
#ifndef RK_TALLY_ROWS_H
#define RK_TALLY_ROWS_H

#include "base/output.h"
#include "base/pen.h"
#include "tally/tables.h"

/* CSV cells with the comma behind, for rk_pen_word. */
typedef struct rk_words_of_tables {
    rk_slice *names; /* by rk_name */
    rk_slice outcomes[RK_OUTCOMES], states[RK_STATES];
    rk_slice reasons[RK_REASONS]; /* the last of their row: the line end behind */
    rk_slice *file_names;         /* by file */
    rk_slice *entries_of;         /* by file: "0123456789abcdef:" */
    int *exponents;               /* by rk_name, of a currency */
    rk_zone *zones;               /* by rk_name, of a channel */
    size_t longest;
} rk_words_of_tables;

/* What entries show of their application, in one half of a line of memory: they name applications in any order,
 * and the texts of ids lie far apart. */
enum { RK_SHOWN_ID_MAX = 29 };
typedef struct rk_shown_application {
    char id[RK_SHOWN_ID_MAX];
    uint8_t len; /* above RK_SHOWN_ID_MAX: see its text */
    rk_name office;
} rk_shown_application;

/* What the rows of all tables share. */
typedef struct rk_row_writer {
    const rk_tables *tables;
    rk_words_of_tables words;
    rk_shown_application *shown; /* by application; for tables of entries */
    rk_arena arena;
} rk_row_writer;

enum { RK_OUTS_MAX = 2 };

/* What one thread has at hand. */
typedef struct rk_row_hand {
    const rk_row_writer *all;
    const rk_rows_of_file *rows; /* those of the row before */
    rk_day_texts days;
    rk_buffer outs[RK_OUTS_MAX];
} rk_row_hand;

void rk_rows_open(rk_row_writer *all, const rk_tables *tables);
void rk_rows_show_applications(rk_row_writer *all);
void rk_rows_close(rk_row_writer *all);

typedef struct rk_rows_span {
    size_t from, until;
} rk_rows_span;

/* Which rows, in which order. */
typedef struct rk_row_order {
    rk_rows_span *spans; /* malloced */
    size_t count;
    const uint32_t *rows; /* NULL: spans count the rows themselves, else places in this list */
} rk_row_order;

typedef void rk_put_row(rk_row_hand *hand, size_t row);
/* For a row further on, which may name an application. */
typedef void rk_look_ahead(const rk_row_writer *all, size_t row);

/* Writes them, what `put` adds to hand->outs[i] into outs[i]; frees order->spans. */
void rk_rows_put(const rk_row_writer *all, rk_row_order *order, rk_put_row *put,
                 rk_look_ahead *look, rk_output *outs, size_t out_count);

/* One span of `count` rows, or of places in `rows`. */
rk_row_order rk_rows_all(size_t count, const uint32_t *rows);

/* Entries by their file's digest, then as they stand in their file. */
rk_row_order rk_rows_of_entries(const rk_world *world);

/* Where the row's file, ordinal, channel and currency are told, if no column tells them. */
const rk_rows_of_file *rk_rows_of_file_at(rk_row_hand *hand, size_t row);

#endif
