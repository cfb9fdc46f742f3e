/*
 * facts: what tonight changed, as signed facts; and that the books balance.
 *
 * In:  the world before and after the night, the cases before and after
 * Out: facts of the night, compacted: what any sheet shows is a slice of them
 */
#ifndef RK_TALLY_FACTS_H
#define RK_TALLY_FACTS_H

#include "base/error.h"
#include "config/rules.h"
#include "model/case.h"
#include "model/fact.h"
#include "model/world.h"

typedef struct rk_tally {
    const rk_rules *rules;
    const rk_world *world;
    const rk_cases *cases_before; /* open at the end of the night before */
    const rk_cases *cases;        /* open now, and closed tonight */
    rk_day night;
    rk_zone zone; /* of the batch */
    /* numbers of causes by entry, application and case; NULL: none is recorded */
    const uint32_t *entry_causes, *application_causes, *case_causes;
    uint32_t rest_cause; /* of what changed without one of these */
    int threads;
} rk_tally;

/* `facts` is initialised here. */
void rk_tally_facts(const rk_tally *tally, rk_facts *facts);

/* Application and case facts of `facts`, without their days, added to `stock`: what stands now. Settlements
 * keep the day on which they are due or arrived; those before `oldest` are put on it. */
void rk_tally_fold(rk_facts *stock, const rk_facts *facts, rk_day oldest, const rk_names *names,
                   int threads);

/* Every entry has one outcome; for each accepted file the count and the sum of its entries are those over
 * outcomes. RK_BUG when not: the night stops. */
bool rk_tally_conserves(const rk_world *world, int threads, rk_error *err);
/* Every application has one state. RK_BUG when not. */
bool rk_tally_has_states(const rk_world *world, int threads, rk_error *err);

/* The cases: those of `before` whose entry is not in the world persist; the others follow from the
 * entries. `cases` is initialised here, sorted by entry; closed ones are in it with status closed. */
void rk_tally_cases(const rk_rules *rules, rk_world *world, const rk_cases *before, rk_day night,
                    rk_cases *cases);

#endif
