/*
 * arrivals: when old files arrived, for nights after the fact whose copies no longer tell it.
 *
 * In:  arrivals.csv: "file,arrived_at", "IDMREKON_20220315.txt,2022-03-16T06:00:00+07:00"
 * Out: the delivery of that name arrived then; `file` may also be the SHA-256 of its bytes
 * A file that the list does not name keeps the time at which it was last changed, and is named in a warning.
 */
#ifndef RK_COLLECT_ARRIVALS_H
#define RK_COLLECT_ARRIVALS_H

#include "collect/collect.h"

typedef struct rk_arrival {
    rk_slice file;
    rk_moment at;
    size_t line;
} rk_arrival;

typedef struct rk_arrivals {
    rk_arrival *items; /* by file */
    size_t count, capacity;
    rk_arena arena;
} rk_arrivals; /* {0} is empty */

/* RK_INVALID with the line of what is wrong: a time that is none, a file twice. */
bool rk_arrivals_read(const char *path, rk_arrivals *arrivals, rk_error *err);
void rk_arrivals_free(rk_arrivals *arrivals);

void rk_arrivals_apply(const rk_arrivals *arrivals, rk_deliveries *deliveries);

#endif
