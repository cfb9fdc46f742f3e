/*
 * journal: money that goes back without a billing code, found by its reference.
 *
 * In:  +350 with code 820... and journal 0456 on Monday; -350 with journal 0456 and no code on Thursday
 * Out: the second is linked to the application of the first; reversal.h then pairs the two
 * The payment is the only one of the channel with that reference and that amount that came no later. Of two
 * nothing is said: the entry is ambiguous. A payment that belongs to no application is taken back all the
 * same: the two cancel each other out. References without a digit but 0 (NONREF, 000000) name nothing.
 */
#ifndef RK_MATCH_JOURNAL_H
#define RK_MATCH_JOURNAL_H

#include "match/matching.h"

/* After all entries were looked up by their keys: links entries below 0 that have none, by rules with the key
 * `reference`. Adds pairs to run->further; they must be sorted afterwards. */
void rk_match_journals(rk_run *run);

#endif
