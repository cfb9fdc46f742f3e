/*
 * follow: whether the statements of an account follow one another, by number and by balance.
 *
 * In:  statement 12 (10.00 to 15.00), 13 (15.00 to 20.00), 15 (22.00 to 30.00)
 * Out: two runs, 12..13 and 15, and what is wrong between them: "statement 14 of 2024 is missing, ..."
 * A run is what is known without a gap, so an account with nothing missing is one run, however many years it
 * has. The order in which statements come does not matter: one that comes late joins the runs on its sides.
 * Numbers begin again each year at 1, or go on. Where only balances are asked for, the day orders them.
 */
#ifndef RK_MODEL_FOLLOW_H
#define RK_MODEL_FOLLOW_H

#include "base/memory.h"
#include "model/columns.h"

/* "13/2": page 2 of statement 13; page 0: none is said. Without numbers: year 0, and the day. */
typedef struct rk_statement_number {
    uint32_t year, number, page;
} rk_statement_number;

typedef struct rk_follow {
    rk_name channel, account;
    bool numbers, opening; /* which of the two the channel asks for */
    rk_statement_number first, last;
    rk_day from, until;                /* of the first and the last one */
    rk_money opens_with, closing;      /* of the first and the last one */
    uint32_t entries;                  /* of the last one: a fuller download of it has more */
    rk_text first_digest, last_digest; /* of the files, 64 hex digits; 0 while its file is read */
    bool accepted;                     /* a person says that it follows all the same */
    size_t line;                       /* where the first one begins in its file; not carried */
} rk_follow;

typedef struct rk_follows {
    rk_follow *items;
    size_t count, capacity;
} rk_follows; /* {0} is empty; free items */

void rk_follows_add(rk_follows *follows, const rk_follow *one);

/* Sorts by channel, account and number, and makes one run of what follows. */
void rk_follows_join(rk_follows *follows, const rk_names *names);

/* What is wrong between two runs, one line without channel and account; NULL when they are not of one
 * account. `after` comes next behind `before` among joined runs. */
const char *rk_follow_gap(const rk_follow *before, const rk_follow *after, int exponent,
                          rk_arena *arena);

/* Number and page; false when it is no number. */
bool rk_statement_number_parse(rk_slice text, rk_statement_number *number);

/* The number of a statement where only days order them. */
rk_statement_number rk_statement_number_of_day(rk_day day);

/* As it travels in the closing state. */
typedef struct rk_follow_rows {
    rk_batch batch;
    rk_name *channel, *account;
    uint32_t *first_year, *first_number, *first_page;
    uint32_t *last_year, *last_number, *last_page;
    rk_day *from, *until;
    rk_money *opens_with, *closing;
    uint32_t *entries;
    rk_text *first_digest, *last_digest;
    uint8_t *accepted;
} rk_follow_rows;

void rk_follow_rows_init(rk_follow_rows *rows);
void rk_follow_rows_put(rk_follow_rows *rows, const rk_follow *one);
rk_follow rk_follow_rows_get(const rk_follow_rows *rows, size_t row);

#endif
