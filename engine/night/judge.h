/*
 * judge: the pure middle of a night: terms, match, expire, and that the books balance.
 *
 * In:  a world with applications and entries, the gaps of its channels, the moment of judgement
 * Out: the same world, every entry with its outcome and every application with its state
 * No clock, no environment, no database, no locale; the nightly run, `match` and `rerun` share it.
 */
#ifndef RK_NIGHT_JUDGE_H
#define RK_NIGHT_JUDGE_H

#include "base/error.h"
#include "config/rules.h"
#include "expire/expire.h"
#include "model/coverage.h"
#include "model/world.h"

/* A record that could not be read and may be a payment: of the application with its code, or, without
 * one, of any in the days of its file. */
typedef struct rk_lost_record {
    rk_name channel;
    uint64_t code;
    rk_day from, until;
} rk_lost_record;

typedef struct rk_judgement {
    const rk_rules *rules;
    rk_zone zone;       /* of the batch: for what names no office */
    rk_moment judge_at; /* deadlines before it have passed */
    rk_gaps
        gaps; /* of the channels; those of quarantined and held files and of rejects are added */
    const rk_lost_record *lost; /* of earlier nights; those of the world are added */
    size_t lost_count;
    const rk_gaps *releases; /* spans that hold nothing any more, by decision; NULL: none */
    const rk_decided_lapse *decided;
    size_t decided_count;
    bool suspended; /* nothing lapses: the source cannot be trusted */
    rk_name suspended_by;
    bool entries_alone; /* nobody asks for the states of applications: nothing lapses */
    int threads;
} rk_judgement;

/* A file of the same channel, account and days counts: the one that was set aside was sent again. */
bool rk_was_sent_again(const rk_world *world, const rk_file *file);

bool rk_judge(rk_judgement *judgement, rk_world *world, rk_error *err);

#endif
