/*
 * collect: what lies in the inbox, copied, so that what is hashed, read and archived are the same bytes.
 *
 * In:  inbox/IDMREKON_20240515.txt
 * Out: a private copy, mapped, with its digest and the time at which the file arrived
 * Folders, names that begin with a dot or end in .part or .tmp, and files that change while they are
 * copied, are left for a later night. Nothing is moved before the commit.
 */
#ifndef RK_COLLECT_COLLECT_H
#define RK_COLLECT_COLLECT_H

#include "base/file.h"
#include "model/entry.h"
#include "model/history.h"

typedef struct rk_delivery {
    rk_slice name;
    rk_mapped content;
    rk_digest digest;
    rk_moment arrived; /* when the file was last changed */
    bool is_decisions; /* decisions-*.csv */
    bool taken;        /* moves out of the inbox after the commit */
} rk_delivery;

typedef struct rk_deliveries {
    rk_delivery *items; /* by name */
    size_t count;
} rk_deliveries;

/* Copies the inbox into `staging`, which is emptied first. RK_FILE when there is too little space. */
bool rk_collect(const char *inbox, const char *staging, rk_arena *arena, rk_deliveries *deliveries,
                rk_error *err);
void rk_deliveries_free(rk_deliveries *deliveries);

/* What is to become of a file whose channel and days are known: RK_FATE_NONE (to be read), SAME, HELD,
 * or WAITING when its business day is after `night`. `known` are the files of earlier nights and `files`
 * those of tonight before row `row`; `accepted` is the name of that fate; why is set. */
void rk_collect_judge(rk_files *files, size_t row, const rk_file_rows *known, const rk_texts *texts,
                      rk_name accepted, rk_day night, rk_arena *arena);

/* After the files of tonight were read: a file that was taken for a copy, but repeats a statement of another
 * day in which nothing was paid, is to be read after all (true). */
bool rk_collect_judge_empty(rk_files *files, size_t row, const rk_file_rows *known,
                            const rk_texts *texts, rk_name accepted, rk_arena *arena);

#endif
