/*
 * glued: a billing code inside a longer number, "0123820240305000123456".
 *
 * In:  an entry without a code, whose windows (rk_entries.windows) are 382024030500012 ... 824030500012345
 * Out: the entry's code: the only window that is an application's code, if the entry pays just what that
 *      application owes, in time
 * Account numbers and dates look like codes too: nothing less is ever taken. A number of 16 digits may also be
 * a code with a digit typed twice: where that code is another application's, nothing is taken either. Where
 * several may be meant, those that fit are listed and a person decides. It does not matter which applications are
 * paid already, only which there are, so the night on which each came does not matter either.
 * A text that names several codes, each alone, is for a person too: those of them that wait and could be paid then
 * are listed, whatever the sum.
 */
#ifndef RK_MATCH_GLUED_H
#define RK_MATCH_GLUED_H

#include "match/matching.h"

/* Before the exact keys: sets the code of each entry that has windows, or 0 where they name none. */
void rk_match_glued(rk_run *run);

/* After the exact keys: entries whose windows are the codes of several applications, of which some fit, and those
 * that name several codes, are suggested (one fits) or ambiguous; the applications that fit are added to
 * run->candidates. */
void rk_match_glued_several(rk_run *run);

#endif
