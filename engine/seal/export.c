#include "seal/export.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/output.h"
#include "seal/refs.h"

enum { FILE_MODE = 0600 };
#define OBJECT_BYTES_MAX ((size_t)1 << 36)

/* One file of the export. */
typedef struct packed {
    rk_slice name;
    rk_slice bytes; /* at NULL: an object, read when it is written */
    uint64_t size;
    rk_digest digest;
} packed;

typedef struct packing {
    rk_export *e;
    rk_arena arena;
    rk_night_name *nights;
    size_t first, last; /* of them: what was asked for */
    rk_refs refs;
    packed *files;
    size_t count, capacity;
} packing;

static packed *add(packing *p, rk_slice name)
{
    p->files = rk_grow(p->files, &p->capacity, p->count + 1, sizeof *p->files);
    packed *file = &p->files[p->count++];
    *file = (packed){.name = name};
    return file;
}

static void add_bytes(packing *p, rk_slice name, rk_slice bytes)
{
    packed *file = add(p, name);
    file->bytes = rk_arena_slice(&p->arena, bytes);
    file->size = bytes.len;
    file->digest = rk_digest_of(bytes);
}

/* ---- which nights ---- */

/* Only what was committed. */
static bool choose(packing *p, rk_error *err)
{
    rk_mark mark;
    size_t count;
    const rk_export *e = p->e;
    if (!rk_archive_mark(e->archive, &mark, err) ||
        !rk_archive_nights(e->archive, "nights", &p->arena, &p->nights, &count, err))
        return false;
    p->first = count;
    for (size_t i = 0; i < count && mark.any; i++) {
        const rk_night_name *night = &p->nights[i];
        bool committed = night->night < mark.night ||
                         (night->night == mark.night && night->number <= mark.number);
        if (!committed || night->night < e->from || night->night > e->until ||
            !rk_archive_is_whole(e->archive, night))
            continue;
        p->first = i < p->first ? i : p->first;
        p->last = i;
    }
    return p->first < count ||
           rk_fail(err, RK_USAGE, "the archive \"%s\" holds no such night", e->archive->folder);
}

/* ---- what they stand on ---- */

static bool add_manifest(packing *p, size_t i, rk_manifest *m, rk_digest *digest, rk_error *err)
{
    rk_buffer bytes = {0};
    const rk_night_name *night = &p->nights[i];
    rk_slice name = rk_slice_of(
        rk_path_join(&p->arena, "nights",
                     rk_slice_of(rk_manifest_name(night->night, night->number, &p->arena))));
    bool good = rk_archive_read(p->e->archive, name, RK_MANIFEST_BYTES_MAX, &bytes, err) &&
                rk_archive_manifest(p->e->archive, "nights", night->night, night->number, &p->arena,
                                    m, digest, err);
    if (good)
        add_bytes(p, name, rk_buffer_all(&bytes));
    rk_buffer_free(&bytes);
    return good;
}

/* The last night of the export is its head. */
static void add_head(packing *p, const rk_manifest *m, const rk_digest *digest)
{
    rk_buffer bytes = {0};
    rk_mark_put(
        &(rk_mark){.night = m->night, .number = m->number, .manifest = *digest, .run = m->run},
        &bytes);
    add_bytes(p, RK_S("head"), rk_buffer_all(&bytes));
    rk_buffer_free(&bytes);
}

static bool add_night(packing *p, size_t i, rk_digest *before, rk_error *err)
{
    rk_manifest m = {0};
    rk_digest digest;
    bool good = add_manifest(p, i, &m, &digest, err);
    if (good && i > p->first - (p->first > 0) && !rk_digest_equal(before, &m.previous))
        good = rk_fail(err, RK_DIFFERENT, "the night before %s is missing or altered",
                       rk_manifest_name(m.night, m.number, &p->arena));
    *before = digest;
    if (good && i < p->first)
        rk_refs_add_rules(&p->refs, &m, i);
    else
        good = good && rk_refs_add_night(&p->refs, p->e->archive, &m, i, err);
    if (good && i == p->last)
        add_head(p, &m, &digest);
    rk_manifest_free(&m);
    return good;
}

static bool add_objects(packing *p, rk_error *err)
{
    rk_refs_sort(&p->refs);
    for (size_t i = 0; i < p->refs.count; i++) {
        const rk_ref *ref = &p->refs.items[i].ref;
        rk_slice name = rk_slice_of(rk_archive_object_name(&ref->content, &p->arena));
        if (i && rk_digest_equal(&ref->content, &p->refs.items[i - 1].ref.content))
            continue;
        packed *file = add(p, name);
        file->digest = ref->stored;
        if (!rk_archive_file_size(p->e->archive, name, &file->size))
            return rk_fail(err, RK_DIFFERENT, "\"%s/%.*s\" is missing", p->e->archive->folder,
                           RK_FMT(name));
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return rk_slice_compare(((const packed *)a)->name, ((const packed *)b)->name);
}

static bool gather(packing *p, rk_error *err)
{
    rk_digest before = {{0}};
    bool good = choose(p, err);
    for (size_t i = p->first ? p->first - 1 : 0; good && i <= p->last; i++)
        good = add_night(p, i, &before, err);
    if (!good || !add_objects(p, err))
        return false;
    qsort(p->files, p->count, sizeof *p->files, by_name);
    return true;
}

/* ---- the file ---- */

static bool put_object(packing *p, const packed *file, rk_output *out, rk_error *err)
{
    rk_buffer bytes = {0};
    bool good = rk_archive_read(p->e->archive, file->name, OBJECT_BYTES_MAX, &bytes, err);
    if (good) {
        rk_digest found = rk_digest_of(rk_buffer_all(&bytes));
        good = bytes.len == file->size && rk_digest_equal(&found, &file->digest);
        if (!good)
            rk_fail(err, RK_DIFFERENT,
                    "\"%s/%.*s\" is altered: its bytes are not those that were sealed",
                    p->e->archive->folder, RK_FMT(file->name));
    }
    if (good)
        rk_output_put(out, rk_buffer_all(&bytes));
    rk_buffer_free(&bytes);
    return good;
}

static void put_index(packing *p, rk_output *out)
{
    rk_buffer index = {0};
    const rk_night_name *first = &p->nights[p->first], *last = &p->nights[p->last];
    rk_bundle_put_head(&index,
                       rk_slice_of(rk_manifest_name(first->night, first->number, &p->arena)),
                       rk_slice_of(rk_manifest_name(last->night, last->number, &p->arena)));
    for (size_t i = 0; i < p->count; i++)
        rk_bundle_put_file(&index, p->files[i].name, p->files[i].size, &p->files[i].digest);
    rk_bundle_put_end(&index);
    rk_output_put(out, rk_buffer_all(&index));
    rk_buffer_free(&index);
}

static bool write_file(packing *p, rk_error *err)
{
    rk_output out;
    bool good = rk_output_open(&out, p->e->path, FILE_MODE, err);
    if (!good)
        return false;
    put_index(p, &out);
    for (size_t i = 0; good && i < p->count; i++) {
        const packed *file = &p->files[i];
        if (file->bytes.at)
            rk_output_put(&out, file->bytes);
        else
            good = put_object(p, file, &out, err);
    }
    p->e->bytes = out.size;
    if (!good) {
        rk_output_abandon(&out);
        return false;
    }
    return rk_output_close(&out, err);
}

bool rk_export_write(rk_export *wanted, rk_error *err)
{
    packing p = {.e = wanted};
    bool good = gather(&p, err) && write_file(&p, err);
    wanted->nights = p.last - p.first + 1;
    wanted->files = p.count;
    free(p.files);
    rk_refs_free(&p.refs);
    rk_arena_free(&p.arena);
    return good;
}
