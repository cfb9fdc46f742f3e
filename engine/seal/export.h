/*
 * export: nights of an archive as one file, with all that they need to be run again.
 *
 * In:  an archive, the nights 2024-03-01 .. 2024-03-31
 * Out: "2024-03.rka" (seal/bundle.h): their manifests and that of the night before, and each object once:
 *      inputs, rules, results, workbooks, and the closing state in which the first one opens the books
 * The same nights give the same bytes. What is damaged is not exported.
 */
#ifndef RK_SEAL_EXPORT_H
#define RK_SEAL_EXPORT_H

#include "seal/manifest.h"

typedef struct rk_export {
    const rk_archive *archive;
    rk_day from, until;
    const char *path;
    /* results */
    size_t nights, files;
    uint64_t bytes;
} rk_export;

bool rk_export_write(rk_export *wanted, rk_error *err);

#endif
