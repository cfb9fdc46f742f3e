#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/failpoint.h"

enum { PATH_MAX_BYTES = 4096, COPY_BYTES = 1 << 20 };

static bool fail_errno(rk_error *err, const char *verb, const char *path)
{
    char reason[128];
    const char *text = strerror_r(errno, reason, sizeof reason);
    return rk_fail(err, RK_FILE, "could not %s \"%s\": %s", verb, path, text);
}

/* Opens a regular file for reading; gives its size. -1 after filling err. */
static int open_regular(const char *path, size_t *size, rk_error *err)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        fail_errno(err, "read", path);
        return -1;
    }
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        rk_fail(err, RK_FILE, "could not read \"%s\": not a regular file", path);
        close(fd);
        return -1;
    }
    *size = (size_t)info.st_size;
    return fd;
}

bool rk_file_read(const char *path, size_t max, rk_buffer *out, rk_error *err)
{
    size_t size, start = out->len;
    int fd = open_regular(path, &size, err);
    if (fd < 0)
        return false;
    for (;;) {
        size_t room = size > 0 && out->len - start < size ? size - (out->len - start) : 4096;
        ssize_t got = read(fd, rk_buffer_room(out, room), room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || out->len - start + (size_t)got > max)
            break;
        out->len += (size_t)got;
        if (got == 0) {
            close(fd);
            return true;
        }
    }
    bool too_large = out->len - start + 4096 > max;
    close(fd);
    return too_large
               ? rk_fail(err, RK_FILE, "could not read \"%s\": larger than %zu bytes", path, max)
               : fail_errno(err, "read", path);
}

bool rk_file_map(const char *path, rk_mapped *mapped, rk_error *err)
{
    size_t size;
    int fd = open_regular(path, &size, err);
    *mapped = (rk_mapped){{"", 0}, NULL};
    if (fd < 0)
        return false;
    if (size == 0) {
        close(fd);
        return true;
    }
    void *pages = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (pages == MAP_FAILED)
        return fail_errno(err, "map", path);
    madvise(pages, size, MADV_SEQUENTIAL);
    *mapped = (rk_mapped){{pages, size}, pages};
    return true;
}

void rk_file_unmap(rk_mapped *mapped)
{
    if (mapped->pages)
        munmap(mapped->pages, mapped->bytes.len);
    *mapped = (rk_mapped){{"", 0}, NULL};
}

void rk_file_forget(const rk_mapped *mapped, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (mapped->pages && bytes >= page)
        madvise(mapped->pages, bytes / page * page, MADV_DONTNEED);
}

static bool write_all(int fd, rk_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.at, bytes.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            errno = put == 0 ? ENOSPC : errno;
            return false;
        }
        bytes = (rk_slice){bytes.at + put, bytes.len - (size_t)put};
    }
    return true;
}

static void parent_of(const char *path, char *parent, size_t size)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        snprintf(parent, size, ".");
    else if (slash == path)
        snprintf(parent, size, "/");
    else
        snprintf(parent, size, "%.*s", (int)(slash - path), path);
}

bool rk_folder_sync(const char *path, rk_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(err, "open", path);
    bool good = fsync(fd) == 0;
    if (!good)
        fail_errno(err, "sync", path);
    close(fd);
    return good;
}

static bool sync_parent(const char *path, rk_error *err)
{
    char parent[PATH_MAX_BYTES];
    parent_of(path, parent, sizeof parent);
    return rk_folder_sync(parent, err);
}

/* The bytes under a temporary name, synced. */
static bool write_temporary(const char *path, rk_slice bytes, unsigned mode, const char *point,
                            rk_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return fail_errno(err, "write", path);
    rk_failpoint(point, "opened");
    rk_slice head = {bytes.at, bytes.len / 2};
    rk_slice tail = {bytes.at + bytes.len / 2, bytes.len - bytes.len / 2};
    bool good = write_all(fd, head);
    rk_failpoint(point, "half");
    good = good && write_all(fd, tail);
    rk_failpoint(point, "written");
    good = good && fsync(fd) == 0;
    if (!good)
        fail_errno(err, "write", path);
    rk_failpoint(point, "synced");
    if (close(fd) != 0 && good)
        good = fail_errno(err, "write", path);
    if (!good)
        unlink(path);
    return good;
}

bool rk_file_write(const char *path, rk_slice bytes, unsigned mode, const char *point,
                   rk_error *err)
{
    char temporary[PATH_MAX_BYTES];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.tmp", path) >= sizeof temporary)
        return rk_fail(err, RK_FILE, "could not write \"%.200s...\": name too long", path);
    if (!write_temporary(temporary, bytes, mode, point, err))
        return false;
    if (rename(temporary, path) != 0)
        return fail_errno(err, "rename to", path);
    rk_failpoint(point, "renamed");
    bool good = sync_parent(path, err);
    rk_failpoint(point, "done");
    return good;
}

static bool copy_bytes(int in, int out, rk_digest_state *state, uint64_t *size)
{
    char *chunk = rk_alloc(1, COPY_BYTES);
    ssize_t got;
    *size = 0;
    while ((got = read(in, chunk, COPY_BYTES)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || !write_all(out, (rk_slice){chunk, (size_t)got}))
            break;
        rk_digest_add(state, (rk_slice){chunk, (size_t)got});
        *size += (uint64_t)got;
    }
    free(chunk);
    return got == 0;
}

bool rk_file_copy(const char *from, const char *to, rk_digest *digest, uint64_t *size,
                  rk_error *err)
{
    size_t expected;
    int in = open_regular(from, &expected, err);
    if (in < 0)
        return false;
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0) {
        close(in);
        return fail_errno(err, "write", to);
    }
    rk_failpoint("copy", "opened");
    rk_digest_state *state = rk_digest_begin();
    bool good = copy_bytes(in, out, state, size);
    if (!good)
        fail_errno(err, "copy", from);
    *digest = rk_digest_end(state);
    close(in);
    if (close(out) != 0 && good)
        good = fail_errno(err, "write", to);
    rk_failpoint("copy", "done");
    return good;
}

bool rk_file_move(const char *from, const char *to, const char *point, rk_error *err)
{
    if (rename(from, to) != 0)
        return fail_errno(err, "move", from);
    rk_failpoint(point, "moved");
    bool good = sync_parent(to, err);
    rk_failpoint(point, "synced");
    good = good && sync_parent(from, err);
    rk_failpoint(point, "done");
    return good;
}

bool rk_file_remove(const char *path, rk_error *err)
{
    if (unlink(path) != 0)
        return errno == ENOENT || fail_errno(err, "remove", path);
    rk_failpoint("remove", "done");
    return true;
}

rk_file_info rk_file_stat(const char *path)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return (rk_file_info){0};
    return (rk_file_info){
        .exists = true,
        .is_regular = S_ISREG(info.st_mode),
        .is_folder = S_ISDIR(info.st_mode),
        .size = (uint64_t)info.st_size,
        .device = info.st_dev,
        .inode = info.st_ino,
        .modified = (int64_t)info.st_mtim.tv_sec * 1000000 + info.st_mtim.tv_nsec / 1000,
    };
}

static int by_name(const void *a, const void *b)
{
    return rk_slice_compare(*(const rk_slice *)a, *(const rk_slice *)b);
}

bool rk_folder_list(const char *path, size_t max, rk_arena *arena, rk_slice **names, size_t *count,
                    rk_error *err)
{
    size_t capacity = 0;
    rk_slice *found = NULL;
    *count = 0;
    DIR *folder = opendir(path);
    if (!folder)
        return fail_errno(err, "read folder", path);
    struct dirent *item;
    while ((item = readdir(folder)) && *count <= max) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        found = rk_grow(found, &capacity, *count + 1, sizeof *found);
        found[(*count)++] = rk_arena_slice(arena, rk_slice_of(item->d_name));
    }
    closedir(folder);
    *names = rk_arena_alloc(arena, *count + 1, sizeof **names);
    if (*count)
        memcpy(*names, found, *count * sizeof **names);
    free(found);
    if (*count > max)
        return rk_fail(err, RK_FILE, "folder \"%s\" holds more than %zu files", path, max);
    qsort(*names, *count, sizeof **names, by_name);
    return true;
}

/* A file is durable only when the folders above it are. */
static bool make_one(const char *path, unsigned mode, rk_error *err)
{
    if (mkdir(path, mode) != 0)
        return (errno == EEXIST && rk_file_stat(path).exists) ||
               fail_errno(err, "make folder", path);
    rk_failpoint("folder", "made");
    bool good = sync_parent(path, err);
    rk_failpoint("folder", "done");
    return good;
}

bool rk_folder_make(const char *path, unsigned mode, rk_error *err)
{
    char parent[PATH_MAX_BYTES];
    if (rk_file_stat(path).exists)
        return true;
    parent_of(path, parent, sizeof parent);
    return (rk_file_stat(parent).exists || rk_folder_make(parent, mode, err)) &&
           make_one(path, mode, err);
}

bool rk_folder_remove(const char *path, rk_error *err)
{
    rk_arena arena = {0};
    rk_slice *names;
    size_t count;
    rk_file_info info = rk_file_stat(path);
    if (!info.exists || !info.is_folder)
        return rk_file_remove(path, err);
    bool good = rk_folder_list(path, SIZE_MAX - 1, &arena, &names, &count, err);
    for (size_t i = 0; good && i < count; i++)
        good = rk_folder_remove(rk_path_join(&arena, path, names[i]), err);
    rk_arena_free(&arena);
    if (!good || rmdir(path) != 0)
        return good && fail_errno(err, "remove folder", path);
    rk_failpoint("remove", "folder");
    return true;
}

bool rk_folder_temporary(rk_arena *arena, char **path, rk_error *err)
{
    *path = rk_arena_text(arena, RK_S("/tmp/rekon-XXXXXX"));
    return mkdtemp(*path) || fail_errno(err, "make folder", *path);
}

bool rk_folder_flush(const char *path, rk_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || fail_errno(err, "open", path);
    bool good = syncfs(fd) == 0;
    if (!good)
        fail_errno(err, "sync", path);
    rk_failpoint("flush", "done");
    close(fd);
    return good;
}

bool rk_folder_space(const char *path, uint64_t *bytes, rk_error *err)
{
    struct statvfs info;
    if (statvfs(path, &info) != 0)
        return fail_errno(err, "ask free space of", path);
    *bytes = (uint64_t)info.f_bavail * info.f_frsize;
    return true;
}

char *rk_path_join(rk_arena *arena, const char *folder, rk_slice name)
{
    return rk_arena_printf(arena, "%s/%.*s", folder, RK_FMT(name));
}

char *rk_path_absolute(rk_arena *arena, const char *path)
{
    char working[PATH_MAX_BYTES];
    if (path[0] == '/' || !getcwd(working, sizeof working))
        return rk_arena_text(arena, rk_slice_of(path));
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    return rk_arena_printf(arena, "%s/%s", working, path);
}

rk_slice rk_path_name(rk_slice path)
{
    for (size_t i = path.len; i > 0; i--)
        if (path.at[i - 1] == '/')
            return (rk_slice){path.at + i, path.len - i};
    return path;
}
