/*
 * match: which entry pays which application.
 *
 * In:  entries with codes, applications with due and deadline, matching.yaml
 * Out: every entry has one outcome, with reason, rule and (when exactly one) application; every
 *      application has what was paid for it, and the state that follows from its payments alone:
 *      paid, paid_late, underpaid, or none
 * The entries of one application are judged in the order of (paid_from, channel, file digest, ordinal),
 * whatever the order of rows, files, nights and threads. Pure: no clock, no environment.
 */
#ifndef RK_MATCH_MATCH_H
#define RK_MATCH_MATCH_H

#include "config/rules.h"
#include "model/world.h"

/* Reads world->entries and ->applications, writes their decided columns and ->candidates (of ambiguous
 * and suggested entries, by entry, then application id); columns of applications that are NULL (paid_from, paid_until, paid_minor, entry_count) are not filled. Entries whose outcome is
 * RK_IGNORED on entry stay so. Entries with RK_ENTRY_FORCED keep their application. Files that tie must
 * have digests (rk_match_needs_digests). Cost: O(entries + applications), two passes over each. */
void rk_match_run(const rk_rules *rules, rk_world *world, int threads);

/* A tie can arise between files of one channel: their digests must be known before rk_match_run. */
bool rk_match_needs_digests(const rk_files *files, rk_name channel);

#endif
