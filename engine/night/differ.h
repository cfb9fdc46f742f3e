/*
 * differ: what is not the same when a night is made again.
 *
 * In:  the sealed manifest of a night and the night made again
 * Out: one line for each item that differs, with the first entry, row or cell in which it does. A workbook
 *      that another version of the packing library wrote, with the same content, is no difference, nor is one
 *      in which every cell holds the same and which another version of this program only draws otherwise
 */
#ifndef RK_NIGHT_DIFFER_H
#define RK_NIGHT_DIFFER_H

#include "night/night.h"

typedef struct rk_differing {
    const rk_archive *archive;
    const rk_manifest *sealed;
    rk_night *again; /* sealed anew, into nothing; read only */
    bool
        other_rules; /* it was judged by rules of today: run id and rules are other ones by intent */
    size_t most;     /* lines for each item */
    void (*tell)(void *context, const char *line);
    void *context;
    rk_slice program; /* version that makes it again */
    size_t redrawn;   /* result: workbooks that only look different, by another version */
} rk_differing;

/* Tells them and gives how many items differ in what they hold. */
size_t rk_night_differs(rk_differing *d);

#endif
