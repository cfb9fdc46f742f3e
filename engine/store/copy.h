/*
 * copy: rows of a batch in PostgreSQL's binary COPY format (manual, "COPY", file formats), and back.
 *
 * In:  a batch and its column table, row by row
 * Out: 11 bytes of signature, flags, then for each row the number of fields and each field as length
 *      and bytes in network order, last a -1
 * Texts that are not UTF-8, or hold a NUL, would be refused by the server: those bytes become U+FFFD.
 * An empty text is '', any other empty value is NULL.
 */
#ifndef RK_STORE_COPY_H
#define RK_STORE_COPY_H

#include "base/error.h"
#include "model/columns.h"

/* What is copied in: source of rk_pg_copy_in with rk_copy_more. */
typedef struct rk_copy_in {
    const rk_batch *batch;
    const rk_names *names;
    const rk_texts *texts;
    uint32_t run;      /* a number that stands before each row; 0: none does */
    uint64_t columns;  /* bits: which columns of the batch */
    uint32_t *order;   /* the rows as they are to go, or NULL: as they are */
    size_t row;        /* the next one; begin with 0 */
    bool began, ended; /* signature and end are written */
} rk_copy_in;

/* The rows by the bytes of a text column, equal ones as they are. Free it; NULL when they lie in that order. */
uint32_t *rk_copy_sort(const rk_batch *batch, const char *column, const rk_texts *texts);

/* Appends some rows to `piece`; nothing when all is written. */
void rk_copy_more(void *copy, rk_buffer *piece);

/* One field of a row that was copied out; at == NULL is NULL. */
typedef struct rk_copy_fields {
    rk_slice items[64];
    size_t count;
} rk_copy_fields;

/* Cuts a row as the server sends it (the first one with the signature before it) into fields, which point
 * into `piece`. `count` is 0 for the end of the data. RK_DATABASE when the bytes are no such row. */
bool rk_copy_cut(rk_slice piece, bool first, rk_copy_fields *fields, rk_error *err);

/* The value of a timestamptz or date field; false when it has another length or lies outside years 1
 * to 9999 (infinity does). */
bool rk_copy_moment(rk_slice field, rk_moment *at);
bool rk_copy_day(rk_slice field, rk_day *day);

#endif
