/*
 * issued: documents that a night saw with an application for the first time, or no longer.
 *
 * In:  P-1 is told to have document X1 on the 5th, X2 on the 7th
 * Out: {X1, P-1} with the 5th; {X1, P-1, gone} and {X2, P-1} with the 7th
 * Each run seals its own rows; those of the runs before are what a new document is compared with.
 */
#ifndef RK_MODEL_ISSUED_H
#define RK_MODEL_ISSUED_H

#include "model/columns.h"

typedef struct rk_issued {
    rk_batch batch;
    rk_text *document, *application; /* its number; the id */
    rk_name *office;
    rk_day *day;   /* of issue, or of filing where that is not told */
    uint8_t *gone; /* 1: the application has it no longer */
} rk_issued;

/* Empty, with all columns. */
void rk_issued_init(rk_issued *issued);

#endif
