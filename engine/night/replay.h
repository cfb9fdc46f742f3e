/*
 * replay: a past night put together again from what was sealed of it; what `rerun` and `explain` stand on.
 *
 * In:  an archive, the nights it holds, one of them
 * Out: that night with its rules, deliveries, snapshot and opening state, as it was before it was judged
 * Needs neither database nor inbox, and writes nothing: the archive is opened read-only.
 */
#ifndef RK_NIGHT_REPLAY_H
#define RK_NIGHT_REPLAY_H

#include "night/night.h"

typedef struct rk_replay {
    rk_archive archive;
    rk_arena arena;
    rk_manifest sealed, before;
    rk_digest before_digest;
    bool has_before;
    rk_sources sources;
    rk_night night;
} rk_replay; /* {0}; stays where it is: the night points into it */

/* Manifests and rules of nights[i] (as rk_archive_nights gives them); the night itself is not opened yet,
 * so that a caller may set its scratch folder and what else it wants. */
bool rk_replay_open(rk_replay *replay, const rk_archive *archive, const rk_night_name *nights,
                    size_t i, int threads, rk_error *err);

/* Opens the night and takes its deliveries in: files and decisions are known. */
bool rk_replay_take_in(rk_replay *replay, rk_error *err);

/* Frees the night as well. */
void rk_replay_close(rk_replay *replay);

#endif
