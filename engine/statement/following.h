/*
 * following: whether the statements of one file follow one another.
 *
 * In:  statements 12, 13 and 15 of an account in one file, `controls: {numbers: follow}`
 * Out: why: "statement 14 of 2024 is missing, between those of 2024-03-05 and 2024-03-07 (line 31)"
 *      and, for a file that counts, the runs of each account, for whom it comes next to other files
 */
#ifndef RK_STATEMENT_FOLLOWING_H
#define RK_STATEMENT_FOLLOWING_H

#include "model/follow.h"
#include "statement/stretch.h"

/* Sets the file's runs, or the statement's `why` (of a file that a decision accepts: `accepted_with`). Fails
 * only when names are full. Cost: sorts the statements. */
bool rk_following_check(rk_statement *statement, const rk_said *said, size_t count, rk_names *names,
                        rk_arena *arena, rk_error *err);

#endif
