/*
 * refs: which objects of the archive a night stands on.
 *
 * In:  the manifest of 2024-03-05-1
 * Out: its statements, decisions, rules, snapshot and workbooks, the closing states before and after it and
 *      every segment, list and fact of them; an object that several need stands there once for each
 */
#ifndef RK_SEAL_REFS_H
#define RK_SEAL_REFS_H

#include "seal/manifest.h"

typedef struct rk_needed {
    rk_ref ref;
    const char *kind; /* "statement", "closing" */
    rk_slice name;    /* "IDMREKON_20240305.txt", "segment"; in the arena */
    size_t night;     /* as given to rk_refs_add_night */
} rk_needed;

typedef struct rk_refs {
    rk_arena arena;
    rk_needed *items;
    size_t count, capacity;
    rk_digest last_root; /* a night's opening state is the closing state of the one before it */
} rk_refs;               /* {0} is empty */

void rk_refs_free(rk_refs *refs);

/* False when a closing state cannot be read: `err` names its object; what could be read is added. */
bool rk_refs_add_night(rk_refs *refs, const rk_archive *archive, const rk_manifest *manifest,
                       size_t night, rk_error *err);

/* The rule files alone: of the night before an export's first. */
void rk_refs_add_rules(rk_refs *refs, const rk_manifest *manifest, size_t night);

/* By content, the earlier night first; of equals the first stays. */
void rk_refs_sort(rk_refs *refs);

/* The one with this content in sorted refs, or NULL. */
const rk_needed *rk_refs_find(const rk_refs *refs, const rk_digest *content);

/* Every object that the night needs is there: a look at names alone, no bytes are read. RK_DIFFERENT naming
 * the first that is missing. */
bool rk_refs_present(const rk_archive *archive, const rk_manifest *manifest, rk_error *err);

#endif
