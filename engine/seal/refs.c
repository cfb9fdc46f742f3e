#include "seal/refs.h"

#include <stdlib.h>

#include "base/file.h"
#include "seal/closing.h"

void rk_refs_free(rk_refs *refs)
{
    free(refs->items);
    rk_arena_free(&refs->arena);
    *refs = (rk_refs){0};
}

static void add(rk_refs *refs, const rk_ref *ref, const char *kind, rk_slice name, size_t night)
{
    refs->items = rk_grow(refs->items, &refs->capacity, refs->count + 1, sizeof *refs->items);
    refs->items[refs->count++] = (rk_needed){*ref, kind, name, night};
}

typedef struct visiting {
    rk_refs *refs;
    const char *kind;
    size_t night;
} visiting;

/* `what` is a literal. */

static bool visit(void *context, const char *what, const rk_ref *ref, rk_error *err)
{
    visiting *v = context;
    (void)err;
    add(v->refs, ref, v->kind, rk_slice_of(what), v->night);
    return true;
}

static bool add_closing(rk_refs *refs, const rk_archive *archive, const rk_item *item, size_t night,
                        rk_error *err)
{
    visiting context = {refs, rk_item_name(item->kind), night};
    if (rk_digest_equal(&refs->last_root, &item->ref.content))
        return true;
    refs->last_root = item->ref.content;
    return rk_closing_visit(archive, &item->ref, visit, &context, err);
}

bool rk_refs_add_night(rk_refs *refs, const rk_archive *archive, const rk_manifest *m, size_t night,
                       rk_error *err)
{
    bool good = true;
    for (size_t i = 0; i < m->item_count; i++) {
        const rk_item *item = &m->items[i];
        rk_error found;
        if (item->kind != RK_ITEM_OPENING && item->kind != RK_ITEM_CLOSING)
            add(refs, &item->ref, rk_item_name(item->kind),
                rk_arena_slice(&refs->arena, item->name), night);
        else if (!add_closing(refs, archive, item, night, &found) && good) {
            *err = found;
            good = false;
        }
    }
    return good;
}

void rk_refs_add_rules(rk_refs *refs, const rk_manifest *m, size_t night)
{
    for (size_t i = 0; i < m->item_count; i++)
        if (m->items[i].kind == RK_ITEM_RULES)
            add(refs, &m->items[i].ref, "rules", rk_arena_slice(&refs->arena, m->items[i].name),
                night);
}

static int by_content(const void *a, const void *b)
{
    const rk_needed *x = a, *y = b;
    int order = rk_digest_compare(&x->ref.content, &y->ref.content);
    if (order)
        return order;
    if (x->night != y->night)
        return x->night < y->night ? -1 : 1;
    order = rk_digest_compare(&x->ref.stored, &y->ref.stored);
    return order ? order : (x->ref.size > y->ref.size) - (x->ref.size < y->ref.size);
}

void rk_refs_sort(rk_refs *refs)
{
    size_t kept = 0;
    if (refs->count)
        qsort(refs->items, refs->count, sizeof *refs->items, by_content);
    for (size_t i = 0; i < refs->count; i++) {
        const rk_ref *ref = &refs->items[i].ref, *last = &refs->items[kept ? kept - 1 : 0].ref;
        bool again = kept && rk_digest_equal(&ref->content, &last->content) &&
                     rk_digest_equal(&ref->stored, &last->stored) && ref->size == last->size;
        if (!again)
            refs->items[kept++] = refs->items[i];
    }
    refs->count = kept;
}

static int content_of(const void *wanted, const void *item)
{
    return rk_digest_compare(wanted, &((const rk_needed *)item)->ref.content);
}

const rk_needed *rk_refs_find(const rk_refs *refs, const rk_digest *content)
{
    return refs->count ? bsearch(content, refs->items, refs->count, sizeof *refs->items, content_of)
                       : NULL;
}

bool rk_refs_present(const rk_archive *archive, const rk_manifest *manifest, rk_error *err)
{
    rk_refs refs = {0};
    bool good = rk_refs_add_night(&refs, archive, manifest, 0, err);
    rk_refs_sort(&refs);
    for (size_t i = 0; good && i < refs.count; i++) {
        const char *path = rk_archive_object(archive, &refs.items[i].ref.content, &refs.arena);
        if (!rk_file_stat(path).exists)
            good = rk_fail(err, RK_DIFFERENT, "\"%s\" is missing (%s %.*s)", path,
                           refs.items[i].kind, RK_FMT(refs.items[i].name));
    }
    rk_refs_free(&refs);
    return good;
}
