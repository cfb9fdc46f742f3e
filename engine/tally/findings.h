/*
 * findings: what the applications themselves say that cannot be right.
 *
 * In:  applications with outcomes and states, rules/findings.yaml, the findings carried so far
 * Out: the findings that stand now; pure
 * Looked for only where a rule asks, and only where the source has the columns. What is in doubt is no
 * finding: a bill whose payment may still turn up (held, or its deadline not passed) is not unpaid. An
 * application that the night does not touch keeps its findings until `oldest`. Those that ask a person are
 * not looked for here: night/ask.c.
 */
#ifndef RK_TALLY_FINDINGS_H
#define RK_TALLY_FINDINGS_H

#include "config/rules.h"
#include "model/freed.h"
#include "model/issued.h"
#include "model/world.h"

typedef struct rk_looking {
    const rk_rules *rules;
    rk_world *world;           /* texts are added to it */
    const rk_findings *before; /* as the night before left them */
    const rk_issued *issued;   /* who else had documents of tonight's, in nights before; or NULL */
    rk_freed *freed; /* slots that were given back, brought up to tonight; NULL: none is watched */
    bool has_source; /* the source was read: its columns are those of the world */
    rk_zone zone;    /* of the batch */
    rk_day night;
    rk_day
        oldest; /* of those whose application is not touched: what was first seen before is forgotten */
} rk_looking;

/* `findings` is initialised here, and sorted. */
void rk_tally_findings(const rk_looking *looking, rk_findings *findings);

#endif
