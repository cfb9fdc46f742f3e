#include "seal/archive.h"

#include <stdlib.h>

#include "base/compress.h"
#include "base/file.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, OBJECTS_MAX = 100000000 };
#define OBJECT_BYTES_MAX ((size_t)1 << 36)

bool rk_archive_make(const rk_archive *archive, rk_error *err)
{
    static const char *const parts[] = {"objects", "pending", "nights"};
    rk_arena scratch = {0};
    bool good = true;
    for (size_t i = 0; good && i < 3; i++)
        good = rk_folder_make(rk_path_join(&scratch, archive->folder, rk_slice_of(parts[i])),
                              FOLDER_MODE, err);
    rk_arena_free(&scratch);
    return good;
}

/* ---- a folder or a file ---- */

bool rk_archive_open(rk_archive *archive, const char *path, rk_error *err)
{
    *archive = (rk_archive){.folder = path, .read_only = true};
    if (!rk_file_stat(path).is_regular)
        return true;
    archive->bundle = rk_bundle_open(path, err);
    return archive->bundle != NULL;
}

void rk_archive_close(rk_archive *archive)
{
    rk_bundle_close(archive->bundle);
    archive->bundle = NULL;
}

bool rk_archive_file_size(const rk_archive *archive, rk_slice name, uint64_t *size)
{
    rk_arena scratch = {0};
    if (archive->bundle) {
        const rk_bundled *file = rk_bundle_find(archive->bundle, name);
        *size = file ? file->bytes.len : 0;
        return file != NULL;
    }
    rk_file_info info = rk_file_stat(rk_path_join(&scratch, archive->folder, name));
    rk_arena_free(&scratch);
    *size = info.size;
    return info.exists;
}

bool rk_archive_has(const rk_archive *archive, rk_slice name)
{
    uint64_t size;
    return rk_archive_file_size(archive, name, &size);
}

bool rk_archive_read(const rk_archive *archive, rk_slice name, size_t max, rk_buffer *out,
                     rk_error *err)
{
    rk_arena scratch = {0};
    const char *path = rk_path_join(&scratch, archive->folder, name);
    const rk_bundled *file = archive->bundle ? rk_bundle_find(archive->bundle, name) : NULL;
    bool good = false;
    if (!archive->bundle)
        good = rk_file_read(path, max, out, err);
    else if (!file)
        rk_fail(err, RK_DIFFERENT, "\"%s\" is missing", path);
    else if (file->bytes.len > max)
        rk_fail(err, RK_FILE, "\"%s\" is larger than %zu bytes", path, max);
    else
        good = (rk_buffer_slice(out, file->bytes), true);
    rk_arena_free(&scratch);
    return good;
}

bool rk_archive_list(const rk_archive *archive, const char *folder, size_t max, rk_arena *arena,
                     rk_slice **names, size_t *count, rk_error *err)
{
    if (!archive->bundle)
        return rk_folder_list(rk_path_join(arena, archive->folder, rk_slice_of(folder)), max, arena,
                              names, count, err);
    rk_bundle_list(archive->bundle, folder, arena, names, count);
    return true;
}

/* ---- objects ---- */

char *rk_archive_object_name(const rk_digest *content, rk_arena *arena)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_digest_hex(content, hex);
    return rk_arena_printf(arena, "objects/%.2s/%s.zst", hex, hex + 2);
}

char *rk_archive_object(const rk_archive *archive, const rk_digest *content, rk_arena *arena)
{
    return rk_path_join(arena, archive->folder,
                        rk_slice_of(rk_archive_object_name(content, arena)));
}

/* The object is there and holds this content; gives the digest of its stored bytes. */
static bool is_stored(const rk_archive *archive, rk_slice name, rk_ref *ref)
{
    rk_error ignored;
    rk_buffer frame = {0}, bytes = {0};
    bool good = rk_archive_has(archive, name) &&
                rk_archive_read(archive, name, OBJECT_BYTES_MAX, &frame, &ignored) &&
                rk_decompress(rk_buffer_all(&frame), OBJECT_BYTES_MAX, &bytes, &ignored);
    if (good) {
        rk_digest found = rk_digest_of(rk_buffer_all(&bytes));
        good = rk_digest_equal(&found, &ref->content);
        ref->stored = rk_digest_of(rk_buffer_all(&frame));
    }
    rk_buffer_free(&frame);
    rk_buffer_free(&bytes);
    return good;
}

static bool store(const rk_archive *archive, const char *path, rk_slice bytes, rk_ref *ref,
                  rk_error *err)
{
    rk_buffer frame = {0};
    rk_arena scratch = {0};
    const char *folder = rk_arena_text(&scratch, (rk_slice){path, strlen(path) - 67});
    rk_compress(bytes, &frame);
    ref->stored = rk_digest_of(rk_buffer_all(&frame));
    bool good = archive->read_only ||
                (rk_folder_make(folder, FOLDER_MODE, err) &&
                 rk_file_write(path, rk_buffer_all(&frame), FILE_MODE, "object", err));
    rk_buffer_free(&frame);
    rk_arena_free(&scratch);
    return good;
}

/* `ref` holds what the content is. */
static bool put_known(const rk_archive *archive, rk_slice bytes, rk_ref *ref, rk_error *err)
{
    rk_arena scratch = {0};
    rk_slice name = rk_slice_of(rk_archive_object_name(&ref->content, &scratch));
    const char *path = rk_path_join(&scratch, archive->folder, name);
    bool good = is_stored(archive, name, ref) || store(archive, path, bytes, ref, err);
    rk_arena_free(&scratch);
    return good;
}

bool rk_archive_put(const rk_archive *archive, rk_slice bytes, rk_ref *ref, rk_error *err)
{
    *ref = (rk_ref){.content = rk_digest_of(bytes), .size = bytes.len};
    return put_known(archive, bytes, ref, err);
}

/* The first of those with the same content, which alone is stored. */
static size_t first_of(const rk_ref *refs, size_t at)
{
    size_t first = 0;
    while (!rk_digest_equal(&refs[first].content, &refs[at].content))
        first++;
    return first;
}

bool rk_archive_put_all(const rk_archive *archive, const rk_slice *bytes, size_t count, int threads,
                        rk_ref *refs, rk_error *err)
{
    rk_error *errors = rk_alloc(count + 1, sizeof *errors);
    bool good = true;
#pragma omp parallel num_threads(threads > 0 ? threads : 1)
    {
#pragma omp for schedule(dynamic)
        for (size_t i = 0; i < count; i++)
            refs[i] = (rk_ref){.content = rk_digest_of(bytes[i]), .size = bytes[i].len};
#pragma omp for schedule(dynamic)
        for (size_t i = 0; i < count; i++)
            if (first_of(refs, i) == i)
                put_known(archive, bytes[i], &refs[i], &errors[i]);
    }
    for (size_t i = 0; i < count && good; i++) {
        refs[i] = refs[first_of(refs, i)];
        good = errors[i].code == RK_DONE;
        if (!good)
            *err = errors[i];
    }
    free(errors);
    return good;
}

static bool get(const rk_archive *archive, const rk_digest *content, const rk_digest *stored,
                rk_buffer *out, rk_error *err)
{
    rk_arena scratch = {0};
    rk_buffer frame = {0};
    size_t start = out->len;
    rk_slice name = rk_slice_of(rk_archive_object_name(content, &scratch));
    const char *path = rk_path_join(&scratch, archive->folder, name);
    bool good = false;
    if (!rk_archive_has(archive, name))
        rk_fail(err, RK_DIFFERENT, "\"%s\" is missing", path);
    else if (rk_archive_read(archive, name, OBJECT_BYTES_MAX, &frame, err)) {
        rk_digest found = rk_digest_of(rk_buffer_all(&frame));
        good = (!stored || rk_digest_equal(&found, stored)) &&
               rk_decompress(rk_buffer_all(&frame), OBJECT_BYTES_MAX, out, err);
        if (good) {
            found = rk_digest_of((rk_slice){out->bytes + start, out->len - start});
            good = rk_digest_equal(&found, content);
        }
        if (!good)
            rk_fail(err, RK_DIFFERENT,
                    "\"%s\" is altered: its bytes are not those that were sealed", path);
    }
    rk_buffer_free(&frame);
    rk_arena_free(&scratch);
    return good;
}

bool rk_archive_get(const rk_archive *archive, const rk_ref *ref, rk_buffer *out, rk_error *err)
{
    return get(archive, &ref->content, &ref->stored, out, err);
}

bool rk_archive_get_content(const rk_archive *archive, const rk_digest *content, rk_buffer *out,
                            rk_error *err)
{
    return get(archive, content, NULL, out, err);
}

bool rk_archive_size(const rk_archive *archive, uint64_t *objects, uint64_t *bytes, rk_error *err)
{
    rk_arena scratch = {0};
    rk_slice *folders, *names;
    size_t folder_count, count;
    const char *all = rk_path_join(&scratch, archive->folder, RK_S("objects"));
    bool good = rk_folder_list(all, OBJECTS_MAX, &scratch, &folders, &folder_count, err);
    *objects = *bytes = 0;
    for (size_t i = 0; good && i < folder_count; i++) {
        const char *folder = rk_path_join(&scratch, all, folders[i]);
        if (!rk_file_stat(folder).is_folder)
            continue;
        good = rk_folder_list(folder, OBJECTS_MAX, &scratch, &names, &count, err);
        for (size_t n = 0; good && n < count; n++)
            *bytes += rk_file_stat(rk_path_join(&scratch, folder, names[n])).size;
        *objects += good ? count : 0;
    }
    rk_arena_free(&scratch);
    return good;
}
