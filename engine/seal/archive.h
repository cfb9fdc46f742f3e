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

#include "seal/bundle.h"

typedef struct rk_ref {
    rk_digest content, stored;
    uint64_t size; /* of the content, bytes */
} rk_ref;

typedef struct rk_archive {
    const char *folder; /* or the file of an export */
    bool read_only;     /* rk_archive_put works out the ref and writes nothing: for reruns */
    rk_bundle *bundle;  /* what is in the file; NULL: a folder */
} rk_archive;

/* What `--archive` names: a folder, or a file that `rekon export` wrote. Only to be read. */
bool rk_archive_open(rk_archive *archive, const char *path, rk_error *err);
void rk_archive_close(rk_archive *archive);

/* Its files by their path in it: "head", "nights/2024-03-05-1". `err` names a file by folder and path. */
bool rk_archive_has(const rk_archive *archive, rk_slice name);
bool rk_archive_file_size(const rk_archive *archive, rk_slice name, uint64_t *size);
bool rk_archive_read(const rk_archive *archive, rk_slice name, size_t max, rk_buffer *out,
                     rk_error *err);
bool rk_archive_list(const rk_archive *archive, const char *folder, size_t max, rk_arena *arena,
                     rk_slice **names, size_t *count, rk_error *err);

/* Makes objects/, pending/ and nights/ where they are missing. */
bool rk_archive_make(const rk_archive *archive, rk_error *err);

/* Its name in the archive ("objects/e3/b0c442....zst"), and the path of that. */
char *rk_archive_object_name(const rk_digest *content, rk_arena *arena);
char *rk_archive_object(const rk_archive *archive, const rk_digest *content, rk_arena *arena);

bool rk_archive_put(const rk_archive *archive, rk_slice bytes, rk_ref *ref, rk_error *err);
/* Many at once: each waits for the disk by itself. The fault is that of the first in the order given. */
bool rk_archive_put_all(const rk_archive *archive, const rk_slice *bytes, size_t count, int threads,
                        rk_ref *refs, rk_error *err);

/* Appends the content. RK_DIFFERENT naming the object's file when it is missing or altered. */
bool rk_archive_get(const rk_archive *archive, const rk_ref *ref, rk_buffer *out, rk_error *err);

/* The same by content alone, for an object whose stored digest is not at hand. */
bool rk_archive_get_content(const rk_archive *archive, const rk_digest *content, rk_buffer *out,
                            rk_error *err);

/* What it keeps: its objects, and the bytes they take. A look at names alone. */
bool rk_archive_size(const rk_archive *archive, uint64_t *objects, uint64_t *bytes, rk_error *err);

#endif
