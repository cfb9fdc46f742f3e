/*
 * controls: a statement file against its own totals.
 *
 * In:  what its header, trailer and info lines tell, what was read
 * Out: true; or false and `why` on one line: "trailer says 12 entries, read 11 (line 13)"
 */
#ifndef RK_STATEMENT_CONTROLS_H
#define RK_STATEMENT_CONTROLS_H

#include "statement/layout.h"

/* The running balance of a stretch of rows, watched in both directions: newest last (0) and newest
 * first (1). Sums wrap; only equality is asked. */
typedef struct rk_chain {
    bool any;              /* at least one row with a balance */
    uint64_t lead;         /* amounts of the rows before the first with a balance */
    uint64_t first_amount; /* of that row */
    uint64_t first_balance;
    size_t first_line;
    uint64_t next[2]; /* newest last: the last balance and the amounts since; first: what the next
                         row's balance must be */
    size_t broken[2]; /* line of the first break, 0: none */
    uint64_t wanted[2], given[2];
} rk_chain;

/* Adds a row; has_balance false for a reject whose amount alone could be read. */
void rk_chain_add(rk_chain *chain, rk_money amount, bool has_balance, rk_money balance,
                  size_t line);

/* Appends the stretch `after` to `chain`. */
void rk_chain_join(rk_chain *chain, const rk_chain *after);

/* What was read of a file, all of its chunks together. */
typedef struct rk_sums {
    uint64_t entries, rejects, filtered;
    uint64_t unreadable;      /* records without amount */
    size_t unreadable_line;   /* the first of them */
    rk_money sum;             /* entries */
    rk_money rejected_sum;    /* rejects whose amount could be read */
    rk_money filtered_sum;    /* as far as it could be read */
    bool filtered_unreadable; /* a filtered record had no amount */
    uint64_t credits, debits; /* entries and rejects by sign */
    rk_money credit_sum, debit_sum;
    bool overflow;
    rk_chain chain;
} rk_sums;

/* Counts an amount by its sign. */
void rk_sums_sign(rk_sums *sums, rk_money amount);
void rk_sums_join(rk_sums *sums, const rk_sums *after);

/* All that the channel asks for and the file tells. Opening and closing balance are given back
 * (RK_NO_MONEY when not told). */
bool rk_controls_hold(const rk_channel *channel, const rk_told *told, const rk_sums *sums,
                      rk_arena *arena, rk_money *opening, rk_money *closing, const char **why);

#endif
