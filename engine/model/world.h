/*
 * world: all that a night knows, handed from stage to stage.
 *
 * In:  what the closing state carries, what the source says, what the statements say
 * Out: the same rows with outcomes and states
 * Carried rows come first and keep their place: row i of `before` and row i of the present are the same
 * application or entry, so what changed is seen by comparing. In `match` nothing is carried.
 */
#ifndef RK_MODEL_WORLD_H
#define RK_MODEL_WORLD_H

#include "model/application.h"
#include "model/entry.h"

typedef struct rk_known {
    rk_applications applications;
    rk_entries entries;
} rk_known;

/* Empty, with every column that is needed or decided. */
void rk_known_init(rk_known *known);

/* An application that is one of several possible for an entry. */
typedef struct rk_candidate {
    uint32_t entry, application;
} rk_candidate;

typedef struct rk_candidates {
    rk_candidate *items; /* by entry, then application id; in the world's arena */
    size_t count;
} rk_candidates;

/* Money of an entry that pays for several applications, counted for one of them. */
typedef struct rk_allocation {
    uint32_t entry, application;
    rk_money amount_minor;
} rk_allocation;

typedef struct rk_allocations {
    rk_allocation *items; /* by entry, then application id; in the world's arena */
    size_t count;
} rk_allocations;

/* An entry that takes another one back. */
typedef struct rk_link {
    uint32_t entry, to_entry;
} rk_link;

typedef struct rk_links {
    rk_link *items; /* by entry; malloced */
    size_t count, capacity;
} rk_links;

typedef struct rk_world {
    rk_arena arena;
    rk_names names;
    rk_texts texts;
    rk_known before; /* as the night before left it */
    rk_applications applications;
    rk_entries entries;
    rk_files files; /* tonight's first, then those of carried entries */
    size_t new_file_count;
    rk_rejects rejects;
    rk_links links;
    rk_candidates candidates; /* of ambiguous and suggested entries; see listed_max */
    rk_candidates held; /* further applications whose lapse must wait: by application, then entry */
    rk_allocations
        allocations; /* of entries that pay for a group; the others pay for their application */
} rk_world;

void rk_world_free(rk_world *world);

/* The allocations of an entry that pays for a group; NULL when it is none. */
const rk_allocation *rk_world_allocations(const rk_world *world, uint32_t entry, size_t *count);

/* The application of an entry, RK_NO_ROW unless it is exactly one. */
uint32_t rk_world_application(const rk_world *world, uint32_t entry);

enum { RK_ENTRY_NAME_BYTES = 8 }; /* of the digest */

/* "9f86d081884c7d65:17": how an entry is named everywhere. Needs the file's digest. */
void rk_entry_name_put(const rk_world *world, size_t entry, rk_buffer *out);

#endif
