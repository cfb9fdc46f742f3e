/*
 * file: reading, mapping and durable writing; the only place that touches the file system.
 *
 * In:  rk_file_write("nights/2024-03-05-1", bytes, 0600, "night", err)
 * Out: the old file or the whole new one under that name, whenever the process dies: written to
 *      "NAME.tmp" beside it, fsync, rename, fsync of the folder
 * Each step on the disk passes a failpoint: here "<point>.<step>" with opened, half, written, synced,
 * renamed, done; moved, synced, done; and copy.opened, copy.done, remove.done, remove.folder, folder.made,
 * folder.done, flush.done.
 */
#ifndef RK_BASE_FILE_H
#define RK_BASE_FILE_H

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"

/* Read-only bytes of a file. An empty file has at == "" and len == 0. */
typedef struct rk_mapped {
    rk_slice bytes;
    void *pages; /* NULL when nothing is mapped */
} rk_mapped;

/* Appends the whole file to `out`; fails (RK_FILE) when it is larger than `max`. Regular files only. */
bool rk_file_read(const char *path, size_t max, rk_buffer *out, rk_error *err);

/* Maps the file. The caller must own the file: a file that shrinks while mapped ends the process. */
bool rk_file_map(const char *path, rk_mapped *mapped, rk_error *err);
void rk_file_unmap(rk_mapped *mapped);

/* Lets go of the memory that holds the first `bytes`; they are read from the disk again when looked at. */
void rk_file_forget(const rk_mapped *mapped, size_t bytes);

/* Durable, atomic, replacing. See above. */
bool rk_file_write(const char *path, rk_slice bytes, unsigned mode, const char *point,
                   rk_error *err);

/* Copies `from` to `to` (not durable) and gives the digest of the bytes that were copied. */
bool rk_file_copy(const char *from, const char *to, rk_digest *digest, uint64_t *size,
                  rk_error *err);

/* Durable rename across folders of one file system. */
bool rk_file_move(const char *from, const char *to, const char *point, rk_error *err);
bool rk_file_remove(const char *path, rk_error *err); /* true when it is not there */

typedef struct rk_file_info {
    bool exists, is_regular, is_folder;
    uint64_t size, device, inode;
    int64_t modified; /* microseconds UTC */
} rk_file_info;

/* Does not follow a symbolic link. */
rk_file_info rk_file_stat(const char *path);

/* Names in a folder, without "." and "..", in byte order; arrays and names are in `arena`.
 * More than `max` names is an error. */
bool rk_folder_list(const char *path, size_t max, rk_arena *arena, rk_slice **names, size_t *count,
                    rk_error *err);

/* Makes the folder and its parents with `mode`, durably; true when it is there already. */
bool rk_folder_make(const char *path, unsigned mode, rk_error *err);

/* Removes a folder and all that is in it; true when it is not there. */
bool rk_folder_remove(const char *path, rk_error *err);
bool rk_folder_sync(const char *path, rk_error *err);

/* A new folder of our own (0700) where programs put what they soon remove. */
bool rk_folder_temporary(rk_arena *arena, char **path, rk_error *err);

/* Makes durable whatever the file system of the folder still holds in memory; true when it is not there.
 * For after a crash: what a killed process renamed is seen, but need not have reached the disk. */
bool rk_folder_flush(const char *path, rk_error *err);

/* Bytes that an unprivileged writer may still use on the file system of `path`. */
bool rk_folder_space(const char *path, uint64_t *bytes, rk_error *err);

/* "dir/name" in the arena. */
char *rk_path_join(rk_arena *arena, const char *folder, rk_slice name);

/* The path from the root, in the arena; as it is when the working folder cannot be told. */
char *rk_path_absolute(rk_arena *arena, const char *path);

/* The last component. */
rk_slice rk_path_name(rk_slice path);

#endif
