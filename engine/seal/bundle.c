#include "seal/bundle.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "seal/lines.h"

enum { FILES_MAX = 1 << 24, NAME_MAX_BYTES = 100 };

/* ---- writing ---- */

void rk_bundle_put_head(rk_buffer *out, rk_slice first, rk_slice last)
{
    rk_buffer_printf(out, "rekon-nights\t%d", RK_BUNDLE_FORMAT);
    rk_line_put_name(out, first);
    rk_line_put_name(out, last);
    rk_buffer_char(out, '\n');
}

void rk_bundle_put_file(rk_buffer *out, rk_slice name, uint64_t size, const rk_digest *digest)
{
    rk_buffer_text(out, "file");
    rk_line_put_name(out, name);
    rk_buffer_printf(out, "\t%llu", (unsigned long long)size);
    rk_line_put_digest(out, digest);
    rk_buffer_char(out, '\n');
}

void rk_bundle_put_end(rk_buffer *out)
{
    rk_digest digest = rk_digest_of(rk_buffer_all(out));
    rk_buffer_text(out, "end");
    rk_line_put_digest(out, &digest);
    rk_buffer_char(out, '\n');
}

/* ---- reading ---- */

typedef struct opening {
    rk_bundle *bundle;
    const char *path;
    rk_slice all, rest; /* the file; what was not read yet */
    size_t capacity;
    rk_error *err;
} opening;

static bool refuse(opening *o, const char *why)
{
    return rk_fail(o->err, RK_DIFFERENT, "\"%s\" %s", o->path, why);
}

static bool read_head(opening *o)
{
    rk_line line;
    if (!rk_slice_starts(o->all, RK_S("rekon-nights\t")) || !rk_line_next(&o->rest, &line))
        return refuse(o, "is no archive: neither a folder nor a file of rekon export");
    rk_line_text(&line);
    uint64_t format = rk_line_u64(&line);
    if (line.good && format > RK_BUNDLE_FORMAT) {
        rk_fail(o->err, RK_INVALID, "\"%s\" has format %llu, this program knows formats up to %d",
                o->path, (unsigned long long)format, RK_BUNDLE_FORMAT);
        return rk_fail_hint(o->err, "a newer rekon made it: use that one, or a newer one");
    }
    o->bundle->first = rk_line_name(&line, &o->bundle->arena);
    o->bundle->last = rk_line_name(&line, &o->bundle->arena);
    return (line.good && format >= 1) || refuse(o, "is altered: its first line is not whole");
}

static bool add_file(opening *o, rk_line *line)
{
    rk_bundle *b = o->bundle;
    rk_bundled file = {.name = rk_line_name(line, &b->arena)};
    file.bytes.len = rk_line_u64(line);
    file.digest = rk_line_digest(line);
    bool in_order = b->count == 0 || rk_slice_compare(b->files[b->count - 1].name, file.name) < 0;
    if (!line->good || line->at != line->count || !in_order || file.name.len > NAME_MAX_BYTES ||
        b->count >= FILES_MAX)
        return refuse(o, "is altered: its index is not whole");
    b->files = rk_grow(b->files, &o->capacity, b->count + 1, sizeof *b->files);
    b->files[b->count++] = file;
    return true;
}

static bool read_index(opening *o)
{
    for (;;) {
        rk_line line;
        rk_slice before = {o->all.at, (size_t)(o->rest.at - o->all.at)};
        if (!rk_line_next(&o->rest, &line))
            return refuse(o, "is cut short");
        rk_slice what = rk_line_text(&line);
        if (rk_slice_is(what, "end")) {
            rk_digest named = rk_line_digest(&line), found = rk_digest_of(before);
            return (line.good && line.at == line.count && rk_digest_equal(&named, &found)) ||
                   refuse(o, "is altered: its index is not the one that was written");
        }
        if (!rk_slice_is(what, "file"))
            return refuse(o, "is altered: its index has a broken line");
        if (!add_file(o, &line))
            return false;
    }
}

/* Each file has its place; none is left over. */
static bool place_files(opening *o)
{
    for (size_t i = 0; i < o->bundle->count; i++) {
        rk_slice *bytes = &o->bundle->files[i].bytes;
        if (bytes->len > o->rest.len)
            return refuse(o, "is cut short");
        bytes->at = o->rest.at;
        o->rest.at += bytes->len;
        o->rest.len -= bytes->len;
    }
    return o->rest.len == 0 || refuse(o, "has something behind its end");
}

rk_bundle *rk_bundle_open(const char *path, rk_error *err)
{
    rk_bundle *bundle = rk_alloc(1, sizeof *bundle);
    rk_mapped *mapped = rk_arena_alloc(&bundle->arena, 1, sizeof *mapped);
    if (rk_file_map(path, mapped, err)) {
        opening o = {.bundle = bundle,
                     .path = path,
                     .all = mapped->bytes,
                     .rest = mapped->bytes,
                     .err = err};
        bundle->mapped = mapped;
        if (read_head(&o) && read_index(&o) && place_files(&o))
            return bundle;
    }
    rk_bundle_close(bundle);
    return NULL;
}

void rk_bundle_close(rk_bundle *bundle)
{
    if (!bundle)
        return;
    if (bundle->mapped)
        rk_file_unmap(bundle->mapped);
    free(bundle->files);
    rk_arena_free(&bundle->arena);
    free(bundle);
}

static int by_name(const void *wanted, const void *file)
{
    return rk_slice_compare(*(const rk_slice *)wanted, ((const rk_bundled *)file)->name);
}

const rk_bundled *rk_bundle_find(const rk_bundle *bundle, rk_slice name)
{
    return bundle->count
               ? bsearch(&name, bundle->files, bundle->count, sizeof *bundle->files, by_name)
               : NULL;
}

void rk_bundle_list(const rk_bundle *bundle, const char *folder, rk_arena *arena, rk_slice **names,
                    size_t *count)
{
    size_t skip = strlen(folder) + 1;
    *names = rk_arena_alloc(arena, bundle->count + 1, sizeof **names);
    *count = 0;
    for (size_t i = 0; i < bundle->count; i++) {
        rk_slice name = bundle->files[i].name, head;
        if (name.len < skip || name.at[skip - 1] != '/' ||
            !rk_slice_is((rk_slice){name.at, skip - 1}, folder))
            continue;
        name = (rk_slice){name.at + skip, name.len - skip};
        rk_slice_cut(&name, '/', &head);
        if (*count == 0 || !rk_slice_equal((*names)[*count - 1], head))
            (*names)[(*count)++] = head;
    }
}
