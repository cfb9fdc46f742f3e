/*
 * fact: what a night changed, as signed counts and sums over dimensions; any sheet is a slice of it.
 *
 * In:  night 2024-03-05 sees 12 applications of one office and service paid through one channel
 * Out: application -12 awaiting, +12 paid; transition +12 awaiting -> paid; entry +12 matched Rp4.2m
 * Facts are differences: a fold over the facts of all nights up to D gives what was known on D. A
 * changed outcome is -1 with the old dimensions and +1 with the new ones.
 */
#ifndef RK_MODEL_FACT_H
#define RK_MODEL_FACT_H

#include "model/columns.h"
#include "model/outcome.h"
#include "model/visit.h"

/* The numbers are sealed: add at the end. */
typedef enum rk_fact_kind {
    RK_FACT_APPLICATION = 1, /* applications by state (stock); amount: what is due */
    RK_FACT_ENTRY,           /* entries by outcome; amount: the entry's */
    RK_FACT_TRANSITION,      /* applications that went from one state to another; amount: due */
    RK_FACT_CASE,            /* open cases by kind (stock); amount: the money named */
    RK_FACT_FEE,   /* what received money was for: a price, a charge, the rest of an entry */
    RK_FACT_VISIT, /* applications by the day on which they are to come; one that moved, on both */
    RK_FACT_SETTLEMENT, /* what a channel owes the account on a day, less its fees, and what arrived */
} rk_fact_kind;

/* Parts of a settlement. The numbers are sealed. */
typedef enum rk_settled {
    RK_SETTLED_NONE,
    RK_SETTLED_PAID,    /* paid by customers, due on the day */
    RK_SETTLED_FEE,     /* kept back of it by the channel */
    RK_SETTLED_OWED,    /* the rest: what is to arrive */
    RK_SETTLED_ARRIVED, /* told by the account's statement on the day */
    RK_SETTLEDS
} rk_settled;

typedef enum rk_dimension {
    RK_DIM_NONE,
    /* kept in the facts */
    RK_DIM_OFFICE,
    RK_DIM_CHANNEL,
    RK_DIM_SERVICE,
    RK_DIM_VALIDITY,
    RK_DIM_PURPOSE,
    RK_DIM_SOURCE,
    RK_DIM_KIND,
    RK_DIM_SEX,
    RK_DIM_HELD_BY,
    RK_DIM_OUTCOME, /* of a case: its kind */
    RK_DIM_STATE,
    RK_DIM_FROM_STATE,
    RK_DIM_STATUS,
    RK_DIM_FEE,  /* of a fee: a service, a word of charges, or none: money without one */
    RK_DIM_RATE, /* of a fee: its price in whole rupiah */
    RK_DIM_NIK_CHECK,
    RK_DIM_QUEUE, /* of a visit, and so are the next three: model/visit.h */
    RK_DIM_SLOT,
    RK_DIM_ATTENDANCE,
    RK_DIM_MOVED,
    RK_DIM_PART, /* of a settlement: rk_settled */
    /* worked out from those with the rules */
    RK_DIM_PROVINCE,
    RK_DIM_ZONE,
    RK_DIM_CHANNEL_KIND,
    RK_DIM_VERDICT,
    RK_DIM_DAY,
    RK_DIM_WEEK,
    RK_DIM_MONTH,
    RK_DIM_AGE, /* of open cases: a bucket of their age; asked of the list of cases, not of facts */
    RK_DIMENSIONS
} rk_dimension;

typedef enum rk_date_basis {
    RK_ON_RECEIVED, /* the night that saw it */
    RK_ON_SUBMITTED,
    RK_ON_PAID,
    RK_ON_BOOKED,
    RK_ON_VISIT,
    RK_DATE_BASES
} rk_date_basis;

typedef struct rk_facts {
    rk_batch batch;
    uint8_t *kind; /* rk_fact_kind */
    rk_name *office;
    rk_name *channel;
    rk_name *service;
    rk_name *validity;
    rk_name *purpose;
    rk_name *source;
    rk_name *request_kind;
    rk_name *sex;
    rk_name *held_by;
    uint8_t *outcome;
    uint8_t *state;
    uint8_t *from_state;
    uint8_t *status;
    rk_name *fee;
    rk_money *rate; /* of a fee, minor units below 2^47; else RK_NO_MONEY */
    rk_day *received_on;
    rk_day *submitted_on;
    rk_day *paid_on;
    rk_day *booked_on;
    uint32_t *cause;  /* of the run that made it known: number of its causes, 0: not recorded */
    rk_money *count;  /* signed, never RK_NO_MONEY */
    rk_money *amount; /* signed minor units, 0 when none */
    /* sealed where any row has them */
    rk_day *visit_on; /* of a visit */
    uint8_t *nik_check, *queue, *slot, *attendance, *moved;
    uint8_t *part; /* rk_settled */
} rk_facts;

extern const rk_column rk_fact_columns[];
extern const size_t rk_fact_column_count;

/* "office", "channel", ... as reports name them; RK_DIM_NONE when unknown. */
rk_dimension rk_dimension_find(rk_slice name);
const char *rk_dimension_name(rk_dimension dimension);
const char *rk_settled_name(rk_settled part); /* "paid", "fee", "owed", "arrived" */

/* An empty batch with all columns. */
void rk_facts_init(rk_facts *facts, size_t capacity);

/* Appends a cleared row (kind 0, days RK_NO_DAY, count 0, amount 0) and gives its number. */
size_t rk_facts_add(rk_facts *facts);

/* Sorts rows by all dimensions (names by their text), merges equal ones, drops those with count 0 and
 * amount 0. What is sealed is always compacted. Any number of threads gives the same. */
void rk_facts_compact(rk_facts *facts, const rk_names *names, int threads);

#endif
