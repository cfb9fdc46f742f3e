/*
 * history: what a night writes into the database, as batches whose columns are the tables' columns.
 *
 * In:  an application that went from awaiting to expired
 * Out: a row of rk_transition_rows, copied into rekon.transition with the run's id before it
 * Closed sets stand here by name, so that the tables can be read without the program.
 */
#ifndef RK_MODEL_HISTORY_H
#define RK_MODEL_HISTORY_H

#include "base/digest.h"
#include "model/columns.h"

/* rekon.outcome: an entry's outcome, new or changed tonight. */
typedef struct rk_outcome_rows {
    rk_batch batch;
    rk_text *entry;
    rk_name *channel, *office;
    rk_day *booked_on;
    rk_moment *paid_from, *paid_until;
    rk_money *amount;
    rk_name *currency;
    uint64_t *billing_code;
    rk_name *outcome, *rule, *reason;
    rk_text *application_id;
    rk_name *before; /* the outcome it replaces, or empty */
    rk_text *cause;  /* what changed it, or empty */
} rk_outcome_rows;

/* rekon.allocation: money of an entry counted for an application. */
typedef struct rk_allocation_rows {
    rk_batch batch;
    rk_text *entry, *application_id;
    rk_money *amount;
    rk_name *role; /* payment, candidate */
} rk_allocation_rows;

/* rekon.transition: the outbox. */
typedef struct rk_transition_rows {
    rk_batch batch;
    rk_text *id; /* 64 hex digits, the same when the night is run again */
    rk_text *application_id;
    rk_name *office, *from_state, *to_state, *reason;
    rk_moment *deadline;
    rk_text *evidence; /* the entry, or empty */
} rk_transition_rows;

/* rekon.file: what became of each file. */
typedef struct rk_file_rows {
    rk_batch batch;
    rk_text *digest, *name;
    rk_name *channel, *account, *fate;
    rk_day *covers_from, *covers_until;
    uint32_t *entries, *rejects;
    rk_money *amount;
    rk_text *why;
} rk_file_rows;

/* rekon.case_event: a case opened or closed. */
typedef struct rk_case_rows {
    rk_batch batch;
    rk_text *case_id;
    rk_name *kind, *status, *office;
    rk_text *entry, *application_id;
    rk_money *amount;
    rk_text *decision_id;
} rk_case_rows;

/* rekon.decision: what people decided and what it did. */
typedef struct rk_decision_rows {
    rk_batch batch;
    rk_text *decision_id;
    rk_name *kind;
    rk_text *subject, *object, *reason, *made_by, *checked_by;
    rk_moment *made_at;
    rk_name *effect; /* applied, stale, refused, repeated */
    rk_text *why;
} rk_decision_rows;

/* rekon.notice: what the booking system tells an applicant. */
typedef struct rk_notice_rows {
    rk_batch batch;
    rk_text *id;   /* 64 hex digits, the same when the night is run again */
    rk_name *kind; /* lapsed, reinstated, paid_late, underpaid, duplicate, outage */
    rk_text *application_id;
    rk_name *office;
    uint64_t *billing_code;
    rk_money *amount_due, *amount_paid;
    rk_moment *deadline;
    rk_text *entry; /* of a duplicate, or empty */
    rk_text *text;  /* in the language of the books */
} rk_notice_rows;

typedef struct rk_history {
    rk_outcome_rows outcomes;
    rk_allocation_rows allocations;
    rk_transition_rows transitions;
    rk_file_rows files;
    rk_case_rows cases;
    rk_decision_rows decisions;
    rk_notice_rows notices;
} rk_history;

/* An empty batch with all columns; the closing state carries files in one of its own. */
void rk_file_rows_init(rk_file_rows *files);
void rk_decision_rows_init(rk_decision_rows *decisions);

/* The tables by name, in the order in which they are sealed and copied. */
enum { RK_HISTORY_TABLES = 7 };
typedef struct rk_history_table {
    const char *name;
    rk_batch *batch;
} rk_history_table;
void rk_history_tables(rk_history *history, rk_history_table tables[RK_HISTORY_TABLES]);

/* Empty batches with all columns. */
void rk_history_init(rk_history *history);
void rk_history_free(rk_history *history);

#endif
