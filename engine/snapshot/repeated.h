/*
 * repeated: whether a text stands twice in a column of texts that should be unique.
 *
 * In:  ids of 10^7 applications in any order    Out: the earliest row that repeats an earlier one, and
 *                                                    the row that it repeats
 * The answer is the same for any number of threads. Costs about 20 bytes a row while it runs; texts
 * chosen so that their hashes collide make it sort instead, never quadratic.
 */
#ifndef RK_SNAPSHOT_REPEATED_H
#define RK_SNAPSHOT_REPEATED_H

#include "model/texts.h"

/* True when there is one; `*later` is the smallest row whose text stands in an earlier row, `*earlier`
 * the first row with that text. count < 2^32 - 1. */
bool rk_texts_repeated(const rk_texts *texts, const rk_text *column, size_t count, int threads,
                       size_t *earlier, size_t *later);

#endif
