/*
 * account: how far an application is paid while its entries are gone through in order.
 *
 * In:  due 350 by 11:00; +200 at 09:10, +150 at 09:40, +350 at 10:00
 * Out: the first two are matched, parts of one payment; the third is a duplicate; the state is paid
 * What an entry means for an application (its verdict) follows from what was paid before; the first rule
 * that fits and may give that outcome decides it. An entry that no rule decides pays nothing.
 */
#ifndef RK_MATCH_ACCOUNT_H
#define RK_MATCH_ACCOUNT_H

#include "match/matching.h"

typedef struct rk_owed {
    uint32_t application;
    rk_money due;              /* RK_NO_MONEY: not known */
    rk_moment deadline, plain; /* plain: had no outage stopped the clock */
    rk_money parts;            /* sum of entries below the due so far */
    bool full;
    rk_state state;
    rk_reason reason;
    uint32_t payment; /* the entry that completed it, or the last part */
} rk_owed;

typedef enum rk_verdict_kind {
    RK_PAYS_NOTHING_DUE, /* waived or cancelled */
    RK_PAYS_UNKNOWN_DUE,
    RK_PAYS_AGAIN,
    RK_PAYS_EXACTLY,
    RK_PAYS_LAST_PART, /* with the parts before it */
    RK_PAYS_MORE,
    RK_PAYS_LESS,
    RK_PAYS_PERHAPS, /* a rule leaves it to a person */
} rk_verdict_kind;

typedef struct rk_paying {
    rk_verdict_kind kind;
    rk_outcome outcome;
    rk_reason reason;
} rk_paying;

/* The entries of an application, or of a group's, by time. */
typedef struct rk_sequence {
    uint32_t *items;
    size_t count, capacity;
    bool *settled; /* by item: taken back, or taking back */
    size_t settled_capacity;
} rk_sequence; /* {0} is empty */

void rk_sequence_free(rk_sequence *chain);

/* Adds the entries linked to the application. */
void rk_sequence_add(const rk_run *run, uint32_t application, rk_sequence *chain);

/* Sorts the chain and pairs reversals with payments; gives whether a payment was taken back. */
bool rk_sequence_settle(const rk_run *run, rk_sequence *chain, rk_links *links);

rk_owed rk_owed_by(const rk_run *run, uint32_t application);

/* What is still due when the entry is paid; 0 when nothing is. */
rk_money rk_owed_rest(const rk_run *run, const rk_owed *owed, uint32_t entry);

/* What the entry means for the application by what was paid before it. */
rk_paying rk_owed_verdict(const rk_run *run, const rk_owed *owed, uint32_t entry);

/* The first rule with the entry's key among rules [from, until) that decides it, NULL: none. A rule with
 * a tolerance may change the verdict. */
const rk_match_rule *rk_owed_rule(const rk_run *run, const rk_owed *owed, uint32_t entry,
                                  size_t from, size_t until, rk_paying *paying);

/* Carries the verdict out: writes the entry's outcome (and those of the parts before it), and what it
 * does to the application. */
void rk_owed_pay(const rk_run *run, rk_owed *owed, const rk_sequence *chain, size_t at,
                 const rk_paying *paying, rk_name rule);

/* The two together; a decision by a person needs no rule. False when none of the rules [from, until)
 * decides it; behind the last rule it is then unidentified. */
bool rk_owed_judge(const rk_run *run, rk_owed *owed, const rk_sequence *chain, size_t at,
                   size_t from, size_t until);

/* The whole due, or what was left of it, is paid by the entry; parts before it share its outcome. */
void rk_owed_complete(const rk_run *run, rk_owed *owed, const rk_sequence *chain, size_t at,
                      const rk_paying *paying, rk_name rule);

/* Adds the amount of an entry that is a payment of its one application. */
void rk_owed_receive(const rk_entries *e, uint32_t entry, rk_money *paid);

/* A payment was taken back, and nothing else paid it. */
void rk_owed_reversed(rk_owed *owed);

/* Writes what the payments alone say of the application: the money received for it, and how many entries
 * belong to it. */
void rk_owed_note(const rk_run *run, const rk_owed *owed, rk_money paid, size_t entries);

/* The same for one with a single entry: in its ledger line alone, as the columns lie anywhere in memory. */
void rk_owed_note_alone(const rk_run *run, const rk_owed *owed, bool received);

/* What the ledger line of a row says goes into its columns: row after row, when all are judged. */
void rk_owed_close(const rk_run *run, uint32_t row);

#endif
