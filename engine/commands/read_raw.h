/*
 * read_raw: files shown as they are, before any channel looks at them.
 *
 * In:  an MT940 or camt file        Out: its `statement`, `entry` and `result` lines
 * In:  a CSV file                   Out: one JSON array a record
 * Written while it is read: memory does not grow with the file.
 */
#ifndef RK_COMMANDS_READ_RAW_H
#define RK_COMMANDS_READ_RAW_H

#include "base/file.h"
#include "statement/raw.h"

/* *clean: everything could be read, and the statements agree with their own balances. What is wrong with
 * the file is in the result's line, not in err. */
bool rk_read_statement(const rk_mapped *file, rk_raw_format format, bool *clean, rk_error *err);

typedef struct rk_rows {
    char delimiter;
    const char *comment; /* lines that begin with it are left out; NULL: none */
} rk_rows;

/* A record that cannot be read ends it with an error (RK_WAITING) that says where. UTF-8, else cp1252. */
bool rk_read_rows(const rk_mapped *file, const rk_rows *rows, rk_error *err);

#endif
