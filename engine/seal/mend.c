#include "seal/mend.h"

#include <stdlib.h>

#include "base/compress.h"
#include "base/file.h"
#include "seal/refs.h"

enum { FILES_MAX = 100000000, FILE_MODE = 0600, FOLDER_MODE = 0700, DEPTH_MAX = 32 };
#define FILE_BYTES_MAX ((size_t)1 << 36)

/* A file of the copy. */
typedef struct found_file {
    rk_digest digest;
    const char *path;
} found_file;

typedef struct mending {
    const rk_archive *archive;
    rk_arena arena;
    found_file *files; /* by digest */
    size_t count, capacity, mended;
} mending;

/* ---- the copy ---- */

static bool index_file(mending *m, const char *path, rk_error *err)
{
    rk_mapped mapped;
    if (!rk_file_map(path, &mapped, err))
        return false;
    m->files = rk_grow(m->files, &m->capacity, m->count + 1, sizeof *m->files);
    m->files[m->count++] = (found_file){rk_digest_of(mapped.bytes), path};
    rk_file_unmap(&mapped);
    return true;
}

static bool index_folder(mending *m, const char *folder, int depth, rk_error *err)
{
    rk_slice *names;
    size_t count;
    if (depth > DEPTH_MAX)
        return rk_fail(err, RK_FILE, "\"%s\" lies too deep", folder);
    bool good = rk_folder_list(folder, FILES_MAX, &m->arena, &names, &count, err);
    for (size_t i = 0; good && i < count; i++) {
        const char *path = rk_path_join(&m->arena, folder, names[i]);
        rk_file_info info = rk_file_stat(path);
        if (info.is_folder)
            good = index_folder(m, path, depth + 1, err);
        else if (info.is_regular)
            good = index_file(m, path, err);
    }
    return good;
}

static int by_digest(const void *a, const void *b)
{
    return rk_digest_compare(&((const found_file *)a)->digest, &((const found_file *)b)->digest);
}

/* Appends the bytes of the copy's file with this digest; false when there is none. */
static bool find(const mending *m, const rk_digest *digest, rk_buffer *bytes)
{
    rk_error ignored;
    found_file wanted = {*digest, NULL};
    const found_file *found =
        m->count ? bsearch(&wanted, m->files, m->count, sizeof *m->files, by_digest) : NULL;
    if (!found || !rk_file_read(found->path, FILE_BYTES_MAX, bytes, &ignored))
        return false;
    rk_digest now = rk_digest_of(rk_buffer_all(bytes));
    return rk_digest_equal(&now, digest);
}

/* ---- manifests ---- */

static bool put_manifest(mending *m, rk_slice bytes, rk_manifest *manifest, rk_error *err)
{
    if (!rk_manifest_parse(rk_arena_slice(&m->arena, bytes), &m->arena, manifest, err))
        return false;
    const char *path =
        rk_arena_printf(&m->arena, "%s/nights/%s", m->archive->folder,
                        rk_manifest_name(manifest->night, manifest->number, &m->arena));
    m->mended++;
    return rk_file_write(path, bytes, FILE_MODE, "mend", err);
}

/* The manifest with this digest, where it lies or from the copy; false when it is nowhere. Those that lie
 * there are looked at from `*last` back. */
static bool take_manifest(mending *m, const rk_digest *digest, const rk_night_name *nights,
                          size_t *last, rk_manifest *manifest, rk_error *err)
{
    rk_digest found;
    rk_buffer bytes = {0};
    for (size_t i = *last; i > 0; i--) {
        if (rk_archive_manifest(m->archive, "nights", nights[i - 1].night, nights[i - 1].number,
                                &m->arena, manifest, &found, err) &&
            rk_digest_equal(&found, digest)) {
            *last = i - 1;
            return true;
        }
        rk_manifest_free(manifest);
    }
    bool good = find(m, digest, &bytes) && put_manifest(m, rk_buffer_all(&bytes), manifest, err);
    rk_buffer_free(&bytes);
    return good;
}

/* ---- objects ---- */

static bool is_right(const mending *m, const rk_ref *ref)
{
    rk_buffer bytes = {0};
    rk_error ignored;
    bool good = rk_archive_get(m->archive, ref, &bytes, &ignored);
    rk_buffer_free(&bytes);
    return good;
}

/* The object as it was stored, or the file as it arrived, packed again to the same bytes. */
static bool find_object(const mending *m, const rk_ref *ref, rk_buffer *frame)
{
    rk_buffer content = {0};
    if (find(m, &ref->stored, frame))
        return true;
    rk_buffer_clear(frame);
    bool good = find(m, &ref->content, &content);
    if (good)
        rk_compress(rk_buffer_all(&content), frame);
    rk_digest stored = rk_digest_of(rk_buffer_all(frame));
    rk_buffer_free(&content);
    return good && rk_digest_equal(&stored, &ref->stored);
}

static bool mend_object(mending *m, const rk_ref *ref, rk_error *err)
{
    rk_buffer frame = {0};
    char *path = rk_archive_object(m->archive, &ref->content, &m->arena);
    rk_slice folder = {path, strlen(path) - rk_path_name(rk_slice_of(path)).len - 1};
    bool good = true;
    if (find_object(m, ref, &frame)) {
        m->mended++;
        good = rk_folder_make(rk_arena_text(&m->arena, folder), FOLDER_MODE, err) &&
               rk_file_write(path, rk_buffer_all(&frame), FILE_MODE, "mend", err);
    }
    rk_buffer_free(&frame);
    return good;
}

/* Every object of these nights once. `unread`: a closing state was missing, which names more of them. */
static bool mend_objects(mending *m, const rk_manifest *nights, size_t count, bool *unread,
                         rk_error *err)
{
    rk_refs refs = {0};
    rk_error missing;
    bool good = true;
    *unread = false;
    for (size_t i = 0; i < count; i++)
        *unread |= !rk_refs_add_night(&refs, m->archive, &nights[i], i, &missing);
    rk_refs_sort(&refs);
    for (size_t i = 0; good && i < refs.count; i++)
        good = is_right(m, &refs.items[i].ref) || mend_object(m, &refs.items[i].ref, err);
    rk_refs_free(&refs);
    return good;
}

/* ---- all of it ---- */

/* From the last night back along the chain; what is nowhere is named by the inspection that follows. */
static bool take_chain(mending *m, rk_manifest **chain, size_t *length, rk_error *err)
{
    rk_mark mark;
    rk_night_name *nights;
    size_t count, capacity = 0;
    *length = 0;
    if (!rk_archive_mark(m->archive, &mark, err) ||
        !rk_archive_nights(m->archive, "nights", &m->arena, &nights, &count, err))
        return false;
    for (rk_digest next = mark.manifest; !rk_digest_is_zero(&next);) {
        rk_manifest manifest = {0};
        rk_error missing;
        if (!take_manifest(m, &next, nights, &count, &manifest, &missing))
            break;
        *chain = rk_grow(*chain, &capacity, *length + 1, sizeof **chain);
        (*chain)[(*length)++] = manifest;
        next = manifest.previous;
    }
    return true;
}

static bool mend_nights(mending *m, rk_error *err)
{
    rk_manifest *chain = NULL;
    size_t length = 0, before;
    bool unread = true, good = take_chain(m, &chain, &length, err);
    for (bool again = true; good && again; again = unread && m->mended > before) {
        before = m->mended;
        good = mend_objects(m, chain, length, &unread, err);
    }
    for (size_t i = 0; i < length; i++)
        rk_manifest_free(&chain[i]);
    free(chain);
    return good;
}

bool rk_mend(const rk_archive *archive, const char *folder, size_t *mended, rk_error *err)
{
    mending m = {.archive = archive};
    bool good = rk_archive_make(archive, err) && index_folder(&m, folder, 0, err);
    if (m.count)
        qsort(m.files, m.count, sizeof *m.files, by_digest);
    good = good && mend_nights(&m, err);
    *mended = m.mended;
    free(m.files);
    rk_arena_free(&m.arena);
    return good;
}
