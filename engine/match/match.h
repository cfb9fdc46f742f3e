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

#include "match/trace.h"

/* Reads world->entries and ->applications, writes their decided columns, ->links, ->allocations (of entries
 * that pay for a group), ->candidates (of ambiguous and suggested entries) and ->held; columns of applications
 * that are NULL (paid_from, paid_until, paid_minor, entry_count, group_id, alt_keys) are left alone. Entries
 * whose outcome is RK_IGNORED on entry stay so. Entries with RK_ENTRY_FORCED keep their application. Files
 * that tie must have digests (rk_match_needs_digests). May be run again over the same world. Cost: O(entries +
 * applications), two passes over each; what exact keys leave costs a few hundred look-ups an entry. */
void rk_match_run(const rk_rules *rules, rk_world *world, int threads);

/* The same, noting how one entry is decided; see rk_match_trace. */
void rk_match_run_traced(const rk_rules *rules, rk_world *world, int threads, rk_trace *trace);

/* A tie can arise between files of one channel: their digests must be known before rk_match_run. */
bool rk_match_needs_digests(const rk_files *files, rk_name channel);

#endif
