/*
 * seen: rows of the source that were read not long ago, as they were then.
 *
 * In:  P-1 was read last night, updated at 23:40; the source is read again from an hour before its newest row
 * Out: {P-1, the digest of its cells}: read again with the same cells it is no news, and is dropped
 * Carried from night to night as long as the source may be read again from there. Rows without updated_at are
 * read every night, so they stay as long as applications do.
 */
#ifndef RK_MODEL_SEEN_H
#define RK_MODEL_SEEN_H

#include "model/application.h"

typedef struct rk_seen {
    rk_batch batch;
    rk_text *application; /* its id */
    uint64_t *high, *low; /* of the digest of its cells */
    rk_moment *updated_at, *submitted_at;
} rk_seen;

/* Empty, with all columns. */
void rk_seen_init(rk_seen *seen);

/* The digest of the cells of a row that the source fills, each with its column's name: a column that is added
 * empty changes nothing. `scratch` is overwritten. */
void rk_seen_digest(const rk_applications *applications, size_t row, const rk_names *names,
                    const rk_texts *texts, rk_buffer *scratch, uint64_t digest[2]);

/* Row `row` of the applications into row `target`; the id has been set. */
void rk_seen_set(rk_seen *seen, size_t target, const rk_applications *from, size_t row,
                 const uint64_t digest[2]);

#endif
