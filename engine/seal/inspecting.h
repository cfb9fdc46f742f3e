/* inspecting: what the files of seal/inspect*.c share. */
#ifndef RK_SEAL_INSPECTING_H
#define RK_SEAL_INSPECTING_H

#include "seal/inspect.h"
#include "seal/refs.h"

/* One manifest of nights/. */
typedef struct rk_chained {
    const char *path; /* "nights/2024-03-05-1" */
    rk_slice name;
    bool whole;      /* it could be read, and its run id is that of its inputs */
    bool altered;    /* told already */
    bool opens_only; /* stands before the first night of an export: its results are elsewhere */
    rk_digest digest;
    rk_manifest manifest;
} rk_chained;

typedef struct rk_inspecting {
    rk_inspection *all;
    rk_arena arena;
    rk_chained *links; /* by night and number that the manifests themselves say */
    size_t count;
    bool incomplete; /* not all that refers to objects could be read */
    rk_refs refs;
} rk_inspecting;

void rk_inspecting_differ(rk_inspecting *x, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void rk_inspecting_note(rk_inspecting *x, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads every object that is needed, by all threads. */
void rk_inspect_objects(rk_inspecting *x);
/* Every file of the archive is one that belongs there. */
bool rk_inspect_files(rk_inspecting *x, rk_error *err);
/* The same of an export. */
void rk_inspect_bundle(rk_inspecting *x);

#endif
