/*
 * reversal: entries that take a payment back, days later too.
 *
 * In:  the entries of one application in order: +350 on Monday, -350 on Thursday
 * Out: the first is reversed, the second a reversal linked to it; neither pays anything
 * A reversal belongs to a payment of the same channel, application and amount that came no later: the one
 * with the same reference (the journal's number) if there is one, else the last one before it. So a
 * duplicate that is taken back leaves the payment alone, and behind a payment that is taken back by its
 * number the duplicate becomes the payment. One that was found by its number alone (journal.h) takes back what
 * has that number, and nothing else.
 */
#ifndef RK_MATCH_REVERSAL_H
#define RK_MATCH_REVERSAL_H

#include "match/matching.h"

/* `chain` holds `count` rows of entries by the order of payment; settled[i] is set for each entry that is
 * a reversal or is reversed, and settled[i] stays false for the others. Decided columns are written. Gives
 * whether any payment was taken back; links are added to `links`. */
bool rk_match_reversals(const rk_run *run, const uint32_t *chain, size_t count, bool *settled,
                        rk_links *links);

#endif
