/*
 * case: an outcome that needs a person, with a stable id, an age and what a sheet shows of it.
 *
 * In:  entry 9f86d081884c7d65:17 is underpaid on the night of 2024-03-05
 * Out: case "K-9f86d08188-17", opened_on 2024-03-05, new; the next night persisting, age 1
 */
#ifndef RK_MODEL_CASE_H
#define RK_MODEL_CASE_H

#include "model/columns.h"
#include "model/outcome.h"

typedef enum rk_case_status {
    RK_CASE_NONE,
    RK_CASE_NEW,
    RK_CASE_PERSISTING,
    RK_CASE_CLOSED
} rk_case_status;

/* A batch, so that open cases travel in the closing state like all else. */
typedef struct rk_cases {
    rk_batch batch;
    rk_text *id;
    uint8_t *kind;                 /* rk_outcome */
    uint8_t *reason;               /* rk_reason */
    uint8_t *status;               /* rk_case_status */
    rk_day *opened_on, *closed_on; /* nights */
    rk_name *office, *channel, *service;
    rk_text *entry; /* "9f86d081884c7d65:17" */
    rk_text *file;  /* its name */
    uint32_t *line;
    uint64_t *code;
    rk_text *application; /* id, empty when none or several */
    rk_text *candidates;  /* ids of the first few it may have been meant for, or empty */
    rk_money *amount_minor, *due_minor; /* received; due (RK_NO_MONEY when unknown) */
    rk_moment *paid_from, *paid_until;
    rk_day *booked_on;
    rk_text *closed_by; /* decision id, or empty */
    rk_name *account;   /* whose statement shows it; 0: not said */
} rk_cases;

extern const rk_column rk_case_columns[];
extern const size_t rk_case_column_count;

const char *rk_case_status_name(rk_case_status status);

#endif
