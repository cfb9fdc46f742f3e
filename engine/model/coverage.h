/*
 * coverage: which business days each channel's statements have told about, and what is still missing.
 *
 * In:  bca delivered 2024-03-04 and 2024-03-06
 * Out: gaps of bca: everything before the books' first day, 2024-03-05, and everything from 2024-03-07
 * A gap is a stretch of time whose payments may still turn up: nothing lapses whose window touches it.
 */
#ifndef RK_MODEL_COVERAGE_H
#define RK_MODEL_COVERAGE_H

#include "model/columns.h"

/* Days told about, both inclusive; a batch, so that it travels in the closing state. */
typedef struct rk_coverage {
    rk_batch batch;
    rk_name *channel;
    rk_name *account; /* 0: of all accounts of the channel, or it has none */
    rk_day *from, *until;
} rk_coverage;

extern const rk_column rk_coverage_columns[];
extern const size_t rk_coverage_column_count;

void rk_coverage_init(rk_coverage *coverage);

/* Adds days of an account (0: of the whole channel); overlapping and adjoining days merge. Rows stay sorted
 * by channel and account text, then day. Days that are RK_NO_DAY are not added. */
void rk_coverage_add(rk_coverage *coverage, const rk_names *names, rk_name channel, rk_name account,
                     rk_day from, rk_day until);

/* Takes days of an account (0: of the whole channel, and of each of its accounts) out again. */
void rk_coverage_cut(rk_coverage *coverage, const rk_names *names, rk_name channel, rk_name account,
                     rk_day from, rk_day until);

/* Whether every day of the span is told about, for the account; 0: for a channel without accounts. */
bool rk_coverage_has(const rk_coverage *coverage, rk_name channel, rk_name account, rk_day from,
                     rk_day until);

typedef struct rk_gap {
    rk_name held_by;       /* the channel */
    rk_name account;       /* whose statement may hold it; 0: any of the channel */
    rk_name office;        /* whose applications may have been paid there; 0: all */
    rk_moment from, until; /* [from, until) */
} rk_gap;

typedef struct rk_gaps {
    rk_gap *items;
    size_t count, capacity;
} rk_gaps;

/* One that touches the last gap of the same channel, account and office widens it: a thousand missing days in
 * a row, or rejects of one file, are one gap to look at. */
void rk_gaps_put(rk_gaps *gaps, rk_gap gap);

/* The same, of a whole channel. */
void rk_gaps_add(rk_gaps *gaps, rk_name held_by, rk_moment from, rk_moment until);

/* Takes [from, until) out of the gaps of `held_by`; `account` 0: of all its accounts. */
void rk_gaps_cut(rk_gaps *gaps, rk_name held_by, rk_name account, rk_moment from, rk_moment until);

#endif
