/*
 * columns: a batch of records kept as arrays of one type, described by a table.
 *
 * In:  a struct that begins with rk_batch and holds one pointer a column, and its rk_column table
 * Out: room for N rows in every wanted column, one loop over the table wherever all columns are
 *      handled alike: the CSV reader, COPY, the segments of the closing state
 * A column that was not wanted is NULL: its measure is "not available", which differs from empty.
 * Row numbers are uint32_t: a batch holds at most 2^32 - 2 rows.
 */
#ifndef RK_MODEL_COLUMNS_H
#define RK_MODEL_COLUMNS_H

#include "model/moment.h"
#include "model/money.h"
#include "model/names.h"
#include "model/texts.h"

typedef enum rk_type {
    RK_TYPE_TEXT,   /* rk_text, 0 is empty */
    RK_TYPE_CODE,   /* uint64_t, a billing code of 15 digits, 0 is none */
    RK_TYPE_MONEY,  /* rk_money, RK_NO_MONEY is empty */
    RK_TYPE_MOMENT, /* rk_moment, RK_NO_MOMENT is empty */
    RK_TYPE_DAY,    /* rk_day, RK_NO_DAY is empty */
    RK_TYPE_NAME,   /* rk_name, 0 is empty */
    RK_TYPE_U8,     /* uint8_t: a closed set, see outcome.h */
    RK_TYPE_U32,    /* uint32_t */
} rk_type;

enum {
    RK_COLUMN_NEEDED = 1, /* a file without it is refused */
    RK_COLUMN_SOURCE = 2, /* comes from outside; the others are worked out by the engine */
    RK_COLUMN_SPARSE = 4, /* most batches do not have it: sealed only where a row has it */
};

#define RK_NO_ROW UINT32_MAX

/* A billing code has 15 digits. What was read with 16, or with 14, is kept too, so that it can be found near
 * a code: 16 digits as they are, 14 above RK_CODE_SHORT, so that all three differ. */
#define RK_CODE_SHORT 10000000000000000ull

static inline bool rk_code_is_whole(uint64_t code)
{
    return code && code < 1000000000000000ull;
}

/* The code of 14 or 16 digits (none of which is a zero put before a whole one); 0 when it is none. */
uint64_t rk_code_mistyped(rk_slice text);

/* As it was read, NUL-terminated, nothing for 0. `text` has room for RK_CODE_TEXT bytes; gives the length. */
enum { RK_CODE_TEXT = 24 };
size_t rk_code_text(uint64_t code, char *text);

typedef struct rk_column {
    const char *name;
    rk_type type;
    size_t offset; /* of the pointer in the batch's struct */
    unsigned flags;
} rk_column;

/* First member of every batch. */
typedef struct rk_batch {
    const rk_column *columns;
    size_t column_count;
    size_t count;
    size_t capacity;
} rk_batch;

size_t rk_type_size(rk_type type);

/* Whether a cell has the empty value of its column. */
bool rk_batch_is_empty(const rk_batch *batch, size_t i, size_t row);

/* Where column `i` of the batch begins; NULL when it was not wanted. */
void *rk_batch_column(const rk_batch *batch, size_t i);

/* Sets up an empty batch of at most `capacity` rows. Bit i of `wanted` asks for column i. Memory is
 * anonymous pages, zero, touched only when written. */
void rk_batch_init(rk_batch *batch, const rk_column *columns, size_t column_count, size_t capacity,
                   uint64_t wanted);

/* Makes room for `capacity` rows, copying those there are. */
void rk_batch_reserve(rk_batch *batch, size_t capacity);

/* Adds column `i`, filled with its empty value, to a batch that lacks it. */
void rk_batch_add_column(rk_batch *batch, size_t i);

/* Appends a cleared row, growing when needed, and gives its number. Column pointers may move. */
size_t rk_batch_append(rk_batch *batch);

/* Writes the empty value of each column into row `row` (0 for names, RK_NO_... for the others). */
void rk_batch_clear_row(rk_batch *batch, size_t row);
/* The same for some rows of one column, if it is there. */
void rk_batch_clear_column(const rk_batch *batch, size_t i, size_t first, size_t count);

/* Appends a copy of a row of the same table; what `from` has no column for is cleared. */
size_t rk_batch_append_row(rk_batch *batch, const rk_batch *from, size_t row);

/* Copies a row between two batches of one table that have the same columns. */
void rk_batch_copy_row(const rk_batch *from, size_t row, const rk_batch *to, size_t target);
void rk_batch_copy_rows(const rk_batch *from, size_t first, size_t count, const rk_batch *to,
                        size_t target);

/* Number of the column called `name`, or -1. */
int rk_column_find(const rk_column *columns, size_t count, rk_slice name);

void rk_batch_free(rk_batch *batch);

#endif
