/*
 * publish: after the commit.
 *
 * In:  a committed manifest        Out: nights/D-N and its mark, workbooks in the output folder, the inbox
 *                                       cleared of what was taken
 * Everything here works from the manifest and the archive alone and may be repeated: a run killed at any
 * point is finished by the next one. A workbook that is there already is never touched: staff write in it.
 */
#ifndef RK_NIGHT_PUBLISH_H
#define RK_NIGHT_PUBLISH_H

#include "base/buffer.h"
#include "config/rules.h"
#include "seal/manifest.h"

typedef struct rk_published {
    size_t workbooks, failed; /* failed: could not be written; err of the last one is kept */
    bool notices_wait;        /* the file of notices could not be written */
    size_t kept;              /* another book lay there and was left as it is */
} rk_published;

/* Publishes the night that the archive's mark names, unless that is done already. */
bool rk_publish(const rk_settings *settings, const rk_archive *archive, const rk_mark *mark,
                rk_published *published, rk_error *err);

/* The books of all nights in whose place another one lies still, one a line: "palembang/harian-...". They
 * stand in the archive's file `kept`, which is no part of what is sealed. */
bool rk_publish_kept(const rk_settings *settings, const rk_archive *archive, rk_buffer *names,
                     rk_error *err);

#endif
