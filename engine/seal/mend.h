/*
 * mend: what is missing or altered in an archive, brought back from a copy.
 *
 * In:  an archive, a folder that may hold what it lacks: a backup of it, or inbox/done
 * Out: each manifest and object whose digest is known and whose bytes lie anywhere below the folder, under
 *      whatever name, stands where it belongs again
 * Nothing is taken on trust: only bytes with the digest that was sealed are put back.
 */
#ifndef RK_SEAL_MEND_H
#define RK_SEAL_MEND_H

#include "seal/manifest.h"

bool rk_mend(const rk_archive *archive, const char *folder, size_t *mended, rk_error *err);

#endif
