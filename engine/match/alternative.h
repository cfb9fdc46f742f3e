/*
 * alternative: entries that name their application by an NTPN, a virtual account or an application number.
 *
 * In:  an entry with NTPN 7A00000000000123 and no code; P-7 has that NTPN
 * Out: the entry is linked to P-7 by the key ntpn; the rules with that key decide what it is
 * All keys of an entry must agree: those that name anybody must name one application (or one group) in common.
 * An NTPN that names one and a code that names another confirm nothing: the entry is ambiguous, both are
 * candidates. What a rule requires beside its key must hold, or the key names nobody: with `paid: in_time` a
 * virtual account that was given again and again is that of the application that could be paid then. An entry
 * whose own code nobody has is not confirmed by another key of an application that has a code: that one is
 * suggested, if it owes just this and could be paid then.
 */
#ifndef RK_MATCH_ALTERNATIVE_H
#define RK_MATCH_ALTERNATIVE_H

#include "match/matching.h"

/* Indexes the applications by the keys that rules ask for, if any entry has one. Sets run->alt. */
void rk_match_alternative_open(rk_run *run);
void rk_match_alternative_close(rk_run *run);

/* Links or decides an entry by its keys, or finds that they name nobody (false: its code decides).
 * *alone: it can be judged alone. For many threads, each with its own `further`. */
bool rk_match_alternative(const rk_run *run, size_t row, rk_pairs *further, bool *alone);

/* Lists the candidates of entries that were left open, and suggests what a key names beside an unknown code. */
void rk_match_alternative_candidates(rk_run *run);

#endif
