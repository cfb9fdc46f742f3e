/*
 * postgres: the only door to libpq: a session, statements with parameters, binary COPY both ways.
 *
 * In:  rk_pg_ask(pg, "head", "SELECT run_id FROM rekon.run WHERE night = $1", (const char *[]){"2024-03-05"}, 1, err)
 * Out: rk_pg_rows(pg) == 1, rk_pg_cell(pg, 0, 0) == "9f2c..."
 * Every statement has a name, which stands in its messages and its failpoints ("sql.<name>.sent", ".done").
 * Errors are RK_DATABASE, in lower case, with the reason the server or libpq gave. One thread a session.
 */
#ifndef RK_STORE_POSTGRES_H
#define RK_STORE_POSTGRES_H

#include "base/buffer.h"
#include "base/error.h"

typedef struct rk_pg rk_pg;

/* Connects and makes the session independent of the environment. `connection` is copied. */
bool rk_pg_open(const char *connection, rk_pg **pg, rk_error *err);
void rk_pg_close(rk_pg *pg);

/* The same session anew, after it was lost. Tries for `seconds`. */
bool rk_pg_reopen(rk_pg *pg, int seconds, rk_error *err);

/* Statements without parameters (several with ';' between them are allowed), no rows wanted. */
bool rk_pg_run(rk_pg *pg, const char *name, const char *sql, rk_error *err);

/* One statement with text parameters (NULL is NULL). Its rows stay until the next call. */
bool rk_pg_ask(rk_pg *pg, const char *name, const char *sql, const char *const *parameters,
               int parameter_count, rk_error *err);
size_t rk_pg_rows(const rk_pg *pg);
/* Borrowed until the next statement. NULL reads as an empty text. */
rk_slice rk_pg_cell(const rk_pg *pg, size_t row, int column);
bool rk_pg_is_null(const rk_pg *pg, size_t row, int column);
/* A cell that the statement promises to be a number; 0 when it is NULL. */
int64_t rk_pg_number(const rk_pg *pg, size_t row, int column);

/* COMMIT. `lost` is set when the connection broke, so that nobody knows what became of it. */
bool rk_pg_commit(rk_pg *pg, bool *lost, rk_error *err);

/* The connection is still good. */
bool rk_pg_alive(const rk_pg *pg);

/* ROLLBACK after an error; keeps `err` of the caller out of it. */
void rk_pg_rollback(rk_pg *pg);

/* COPY ... FROM STDIN. `more` appends the next piece to the empty buffer; an empty piece ends the copy. */
typedef void rk_pg_source(void *context, rk_buffer *piece);
bool rk_pg_copy_in(rk_pg *pg, const char *name, const char *sql, rk_pg_source *more, void *context,
                   rk_error *err);

/* COPY ... TO STDOUT. `take` gets the data piece by piece, as the server cuts it (a row a piece);
 * when it returns false with err filled, the copy is cancelled. */
typedef bool rk_pg_sink(void *context, rk_slice piece, rk_error *err);
bool rk_pg_copy_out(rk_pg *pg, const char *name, const char *sql, rk_pg_sink *take, void *context,
                    rk_error *err);

#endif
