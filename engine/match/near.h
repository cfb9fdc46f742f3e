/*
 * near: an application that a mistyped code may mean. Never confirmed: a person decides.
 *
 * In:  code 820240305000132, which no application has; 820240305000123 awaits that very amount
 * Out: the entry is suggested for it, if it is the only neighbour that fits; ambiguous with several
 * A neighbour is one digit replaced, or two digits beside one another swapped. Codes are dense, so most
 * have neighbours: amount and time must fit, and the application must not be paid by its own code.
 */
#ifndef RK_MATCH_NEAR_H
#define RK_MATCH_NEAR_H

#include "config/rules.h"
#include "match/index.h"
#include "model/world.h"

enum { RK_NEIGHBOURS_MAX = 15 * 9 + 14 };

/* The codes within one edit of a code of fifteen digits, each once; gives how many. */
size_t rk_code_neighbours(uint64_t code, uint64_t *neighbours);

typedef struct rk_candidate_list {
    rk_candidate *items;
    size_t count, capacity;
} rk_candidate_list; /* {0} is empty; malloced */

void rk_candidate_list_add(rk_candidate_list *list, uint32_t entry, uint32_t application);

/* Decides entries that are unidentified because no application has their code, by the first rule on near
 * codes that holds on their day; adds the applications that fit to `list`. Runs after the exact keys: the
 * applications' states say what is paid. Cost: 149 look-ups for each such entry. */
void rk_match_near(const rk_rules *rules, rk_world *world, const rk_code_index *index, int threads,
                   rk_candidate_list *list);

#endif
