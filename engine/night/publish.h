/*
 * publish: after the commit; and what a crash left undone.
 *
 * In:  a committed manifest        Out: nights/D-N and its mark, workbooks in the output folder, the inbox
 *                                       cleared of what was taken
 * Everything here works from the manifest and the archive alone and may be repeated: a run killed at any
 * point is finished by the next one. A workbook that is there already is never touched: staff write in it.
 */
#ifndef RK_NIGHT_PUBLISH_H
#define RK_NIGHT_PUBLISH_H

#include "config/rules.h"
#include "seal/manifest.h"
#include "store/store.h"

typedef struct rk_published {
    size_t workbooks, failed; /* failed: could not be written; err of the last one is kept */
} rk_published;

/* Publishes the night that the archive's mark names, unless that is done already. */
bool rk_publish(const rk_settings *settings, const rk_archive *archive, const rk_mark *mark,
                rk_published *published, rk_error *err);

/* Brings archive and database to one state: publishes what was committed, discards what was not. RK_DIFFERENT
 * when the one is ahead of the other in a way that no crash explains (a restored backup). `staging` is the
 * run's working folder: one that is still there means that the last run did not end well. `mark` is the
 * archive's head afterwards. */
bool rk_recover(const rk_settings *settings, const rk_archive *archive, rk_store *store,
                const char *staging, rk_mark *mark, rk_error *err);

#endif
