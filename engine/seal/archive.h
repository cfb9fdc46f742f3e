/*
 * archive: objects kept once, named by what they contain.
 *
 * In:  rk_archive_put(&archive, bytes, &ref, err)
 * Out: objects/e3/b0c442....zst, a zstd frame, durable before the call returns; ref = SHA-256 of the
 *      content and of the stored bytes
 * Files are 0600, folders 0700. Reading checks both digests: any changed bit is named by its file.
 */
#ifndef RK_SEAL_ARCHIVE_H
#define RK_SEAL_ARCHIVE_H

#include "base/digest.h"
#include "base/error.h"

typedef struct rk_ref {
    rk_digest content, stored;
    uint64_t size; /* of the content, bytes */
} rk_ref;

typedef struct rk_archive {
    const char *folder;
    bool read_only; /* rk_archive_put works out the ref and writes nothing: for reruns */
} rk_archive;

/* Makes objects/, pending/ and nights/ where they are missing. */
bool rk_archive_make(const rk_archive *archive, rk_error *err);

/* Where the object of this content lies. */
char *rk_archive_object(const rk_archive *archive, const rk_digest *content, rk_arena *arena);

bool rk_archive_put(const rk_archive *archive, rk_slice bytes, rk_ref *ref, rk_error *err);

/* Appends the content. RK_DIFFERENT naming the object's file when it is missing or altered. */
bool rk_archive_get(const rk_archive *archive, const rk_ref *ref, rk_buffer *out, rk_error *err);

/* The same by content alone, for an object whose stored digest is not at hand. */
bool rk_archive_get_content(const rk_archive *archive, const rk_digest *content, rk_buffer *out,
                            rk_error *err);

/* What it keeps: its objects, and the bytes they take. A look at names alone. */
bool rk_archive_size(const rk_archive *archive, uint64_t *objects, uint64_t *bytes, rk_error *err);

#endif
