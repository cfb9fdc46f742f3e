/*
 * near: an application that a mistyped code may mean. Never confirmed: a person decides.
 *
 * In:  code 820240305000132, which no application has; 820240305000123 awaits that very amount
 * Out: the entry is suggested for it, if it is the only neighbour that fits; ambiguous with several
 * A neighbour is one digit replaced, two digits beside one another swapped, one digit lost (the entry has
 * fourteen) or doubled (it has sixteen). Codes are dense, so most have neighbours: amount and time must
 * fit, and the application must not be paid by its own code.
 */
#ifndef RK_MATCH_NEAR_H
#define RK_MATCH_NEAR_H

#include "match/matching.h"

enum { RK_NEIGHBOURS_MAX = 15 * 10 + 64 };

/* The codes of fifteen digits within one edit of what was read (fourteen to sixteen digits), each once;
 * gives how many. */
size_t rk_code_neighbours(uint64_t code, uint64_t *neighbours);

/* What may have been read of a code of fifteen digits with one edit: the other way round. Gives how many. */
size_t rk_code_slips(uint64_t code, uint64_t *slips);

/* Decides entries that are unidentified because no application has their code, by the first rule on near
 * codes that an application fits; adds the applications that fit to run->candidates. Runs after the exact
 * keys: the applications' states say what is paid. Cost: at most 150 look-ups for each such entry, nearly
 * all of them in a bitmap of the codes that are still to be paid. */
void rk_match_near(rk_run *run);

#endif
