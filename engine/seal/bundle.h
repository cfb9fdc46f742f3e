/*
 * bundle: some nights of an archive in one file, which the commands that take --archive read as it is.
 *
 * In:  "2024-03.rka"        Out: its files by the names that they have in an archive
 *
 *     rekon-nights 1 2024-03-01-1 2024-03-31-1            (cells apart by tabs)
 *     file head 152 9f86d0...                             name, bytes, SHA-256; in the order of names
 *     file nights/2024-02-29-1 61234 ...
 *     file objects/00/1f...zst 4096 ...
 *     end 60303a...                                       SHA-256 of all before this line
 *     the bytes of the files, one behind the other
 *
 * The manifest before the first night is among the files: of that night only what the first one opens with.
 * The same nights give the same bytes. The index is checked when it is opened; what is in the files is
 * checked when they are read, as in a folder.
 */
#ifndef RK_SEAL_BUNDLE_H
#define RK_SEAL_BUNDLE_H

#include "base/digest.h"
#include "base/error.h"

enum { RK_BUNDLE_FORMAT = 1 };

typedef struct rk_bundled {
    rk_slice name;
    rk_slice bytes;
    rk_digest digest;
} rk_bundled;

typedef struct rk_bundle {
    rk_slice first, last; /* night and run: "2024-03-01-1" */
    rk_bundled *files;    /* by name */
    size_t count;
    rk_arena arena;
    void *mapped;
} rk_bundle;

/* NULL when it is none, of a newer format, or its index is not whole. The file must not be changed while it is
 * open. */
rk_bundle *rk_bundle_open(const char *path, rk_error *err);
void rk_bundle_close(rk_bundle *bundle); /* NULL: nothing */

/* NULL when it has no such file. */
const rk_bundled *rk_bundle_find(const rk_bundle *bundle, rk_slice name);

/* The last components of the files in a folder ("nights"), in order, and its sub-folders once each. */
void rk_bundle_list(const rk_bundle *bundle, const char *folder, rk_arena *arena, rk_slice **names,
                    size_t *count);

/* Begins an index, adds a file, ends it. */
void rk_bundle_put_head(rk_buffer *out, rk_slice first, rk_slice last);
void rk_bundle_put_file(rk_buffer *out, rk_slice name, uint64_t size, const rk_digest *digest);
void rk_bundle_put_end(rk_buffer *out);

#endif
