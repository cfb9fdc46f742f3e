/*
 * cause: why a fact is there: what made a figure differ from what was known before.
 *
 * In:  an entry of IDMREKON_20240305.txt, seen on the night of the 7th
 * Out: cause 3 of that night: statement, "IDMREKON_20240305.txt"; facts carry the 3
 * The causes of a run are sealed with its detail; number 0 in a fact says that none was recorded.
 */
#ifndef RK_MODEL_CAUSE_H
#define RK_MODEL_CAUSE_H

#include "model/columns.h"

/* The numbers are sealed: add at the end. */
typedef enum rk_cause_kind {
    RK_CAUSE_NONE,
    RK_CAUSE_STATEMENT,   /* what: a file whose entries are new, or pay what others paid before */
    RK_CAUSE_CORRECTION,  /* what: a file that was set aside, and that a person accepted */
    RK_CAUSE_DECISION,    /* what: its id */
    RK_CAUSE_APPLICATION, /* the booking system says something new */
    RK_CAUSE_TIME,        /* a deadline passed, or nothing holds a lapse back any more */
    RK_CAUSE_OUTAGE,      /* an outage was recorded, or changed */
    RK_CAUSE_TARIFF,      /* what: the rule file */
    RK_CAUSE_RULE,        /* what: the rule files that changed */
    RK_CAUSE_PROGRAM,     /* what: the version */
    RK_CAUSES
} rk_cause_kind;

typedef struct rk_causes {
    rk_batch batch; /* row 0 is cause 1 */
    uint8_t *kind;
    rk_text *what;
} rk_causes;

/* By row of some batch: the number of its cause. */
typedef struct rk_cause_rows {
    rk_batch batch;
    uint32_t *cause;
} rk_cause_rows;

void rk_cause_rows_init(rk_cause_rows *rows);
void rk_causes_init(rk_causes *causes);

/* The number of a cause, added when it is new. */
uint32_t rk_cause_add(rk_causes *causes, rk_texts *texts, rk_cause_kind kind, rk_slice what);

const char *rk_cause_name(rk_cause_kind kind);

#endif
