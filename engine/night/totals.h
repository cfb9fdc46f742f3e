/*
 * totals: the control totals of sealed nights: what stood before a night, and what the night sealed as facts,
 * make what stands after it.
 *
 * In:  the closing state of 2024-03-05-1, the facts of 2024-03-06-1, its closing state
 * Out: nothing, or "nights/2024-03-06-1: awaiting: 12 before, and 3 of its facts, are not the 14 that it left"
 * For every state of applications, and for every kind of open case, count and money. Digests say that nothing was
 * altered; this says that what was sealed agrees with itself.
 */
#ifndef RK_NIGHT_TOTALS_H
#define RK_NIGHT_TOTALS_H

#include "seal/manifest.h"

/* Night `i`; `tell` gets each line. False when a table cannot be read. */
typedef void rk_totals_tell(void *context, const char *line);
bool rk_totals_check(const rk_archive *archive, const rk_night_name *night, rk_totals_tell *tell,
                     void *context, size_t *differences, rk_error *err);

#endif
