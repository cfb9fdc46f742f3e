/*
 * inspect: whether an archive is what was sealed, from its own files alone.
 *
 * In:  a folder with head, published, nights/, pending/, objects/
 * Out: one line for each thing that is not as it was sealed, each naming its file; notes about what a
 *      stopped run left, which is no difference
 * Every byte of every file is looked at: manifests by the one that follows them, the last one by the mark,
 * objects by two digests each, anything else by its name. Objects are read once, by all threads.
 */
#ifndef RK_SEAL_INSPECT_H
#define RK_SEAL_INSPECT_H

#include "seal/manifest.h"

typedef struct rk_inspection {
    rk_archive archive;
    rk_day only; /* the objects of this night alone; RK_NO_DAY: all, and every other file */
    int threads;
    void (*tell)(void *context, bool is_difference, const char *line);
    void *context;
    /* results */
    size_t nights, objects, differences, left_over;

} rk_inspection;

/* False when the archive cannot be looked at, true otherwise, whatever was found. */
bool rk_inspect(rk_inspection *inspection, rk_error *err);

#endif
