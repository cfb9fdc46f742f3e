/*
 * recover: before a night begins, database and archive must tell the same story.
 *
 * In:  the database's last run, the archive's mark, what lies in nights/ and pending/
 * Out: what a crash left undone is finished or discarded; anything that no crash explains is named, and
 *      nothing is run (RK_DIFFERENT), with the command that mends it
 * The archive is the truth of content, the database that of commitment. rk_restore makes the database say
 * what the archive says.
 */
#ifndef RK_NIGHT_RECOVER_H
#define RK_NIGHT_RECOVER_H

#include "config/rules.h"
#include "seal/manifest.h"
#include "store/store.h"

/* `staging` is the run's working folder: one that is still there means that the last run did not end well.
 * `mark` is the archive's head afterwards. */
bool rk_recover(const rk_settings *settings, const rk_archive *archive, rk_store *store,
                const char *staging, rk_mark *mark, rk_error *err);

typedef struct rk_restored {
    size_t nights; /* of the archive */
    size_t added;  /* of them, those that the database did not have */
    size_t pending, forgotten, brought_back;
    bool marked; /* the mark was set anew */
} rk_restored;

/* Puts every night of the archive that the database lacks into its history, as it was committed then. The
 * nights must be one chain; a mark that lags behind it is set, what lies in pending/ is discarded.
 * Nights of the database that the archive does not have are RK_DIFFERENT, unless `forget`: then they leave
 * the history, and the files that they took come back to the inbox. May be repeated. */
bool rk_restore(const rk_settings *settings, const rk_archive *archive, rk_store *store,
                bool forget, rk_restored *restored, rk_error *err);

#endif
