/*
 * bare: the workbooks of a world that knows no night before, for `rekon match`.
 *
 * In:  a judged world, the moment of judgement
 * Out: the same workbooks that a first night would make of it, under a folder: "palembang/harian-2024-03-05.xlsx"
 * Nothing is sealed and nothing recorded: they bear no run id. Every file needs its digest.
 */
#ifndef RK_NIGHT_BARE_H
#define RK_NIGHT_BARE_H

#include "config/rules.h"
#include "model/world.h"

typedef struct rk_bare {
    const rk_rules *rules;
    const rk_sources *sources;
    const rk_settings *settings;
    rk_world *world;
    rk_moment judge_at;    /* the books are those of the day that ends here */
    const rk_days *period; /* of the books; NULL: each of its own around that day */
    rk_slice workbook; /* this one alone; empty: those that are due, or of this kind of period */
    rk_slice program;
    int threads;
} rk_bare;

/* Gives the number of workbooks that were written. */
bool rk_bare_books(const rk_bare *bare, const char *folder, size_t *count, rk_error *err);

#endif
