/*
 * nightly: the night, in order. The story of the program is rk_nightly_night in nightly.c.
 *
 * In:  settings, rule files, the days to close        Out: each night committed and published
 * Everything before the commit can be thrown away and done again; everything after it can be repeated.
 */
#ifndef RK_NIGHTLY_H
#define RK_NIGHTLY_H

#include "collect/arrivals.h"
#include "night/night.h"
#include "night/publish.h"
#include "night/recover.h"

typedef struct rk_nightly {
    const rk_settings *settings;
    const rk_sources *sources;
    int threads;
    rk_day from, until;   /* RK_NO_DAY: from the night after the last one; until `yesterday` */
    rk_day yesterday;     /* in the batch zone */
    rk_arrivals arrivals; /* of old files, when they have a list of their own */
    /* while it runs */
    rk_store *store;
    rk_archive archive;
    const char *staging; /* working folder; there is none between two runs that ended well */
    rk_mark mark;        /* the archive's head */
    bool reconstructed;  /* nights after the fact, from old files */
    bool waiting;        /* something waits for an operator */
    bool committed;      /* a night, in this run: it is handed over */
} rk_nightly;

/* RK_DONE, RK_WAITING, or the code of err. */
rk_code rk_nightly_run(rk_nightly *nightly, rk_error *err);

#endif
