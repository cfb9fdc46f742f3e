/* The objects of an archive, and whatever else lies in it. */
#include <omp.h>
#include <stdlib.h>

#include "base/file.h"
#include "seal/inspecting.h"

enum { FILES_MAX = 100000000, SHOWN = 20, OBJECT_NAME = RK_DIGEST_HEX - 2 + 4 };

/* ---- objects that are needed ---- */

/* What is wrong with an object; NULL when nothing is. In memory of its own. */
static char *check_object(const rk_inspecting *x, const rk_needed *needed)
{
    rk_buffer bytes = {0};
    rk_error err;
    rk_arena arena = {0};
    char *wrong = NULL;
    bool good = rk_archive_get(&x->all->archive, &needed->ref, &bytes, &err);
    if (good && bytes.len != needed->ref.size)
        good = rk_fail(&err, RK_DIFFERENT, "\"%s\" has another size than was sealed",
                       rk_archive_object(&x->all->archive, &needed->ref.content, &arena));
    if (!good) {
        size_t size = strlen(err.message) + 1;
        wrong = rk_alloc(size, 1);
        memcpy(wrong, err.message, size);
    }
    rk_buffer_free(&bytes);
    rk_arena_free(&arena);
    return wrong;
}

static int by_night(const void *a, const void *b)
{
    const rk_needed *x = *(const rk_needed *const *)a, *y = *(const rk_needed *const *)b;
    if (x->night != y->night)
        return x->night < y->night ? -1 : 1;
    return rk_digest_compare(&x->ref.content, &y->ref.content);
}

/* `wrong` is by number of the ref. */
static void tell_wrong(rk_inspecting *x, char *const *wrong)
{
    size_t found = 0;
    const rk_needed **order = rk_alloc(x->refs.count + 1, sizeof *order);
    for (size_t i = 0; i < x->refs.count; i++)
        if (wrong[i])
            order[found++] = &x->refs.items[i];
    if (found)
        qsort(order, found, sizeof *order, by_night);
    for (size_t i = 0; i < found; i++)
        rk_inspecting_differ(x, "%.*s: %s %.*s: %s", RK_FMT(x->links[order[i]->night].name),
                             order[i]->kind, RK_FMT(order[i]->name),
                             wrong[order[i] - x->refs.items]);
    free(order);
}

void rk_inspect_objects(rk_inspecting *x)
{
    size_t count = x->refs.count;
    char **wrong = rk_alloc(count + 1, sizeof *wrong);
#pragma omp parallel for schedule(dynamic, 16) num_threads(x->all->threads)
    for (size_t i = 0; i < count; i++)
        wrong[i] = check_object(x, &x->refs.items[i]);
    tell_wrong(x, wrong);
    for (size_t i = 0; i < count; i++)
        free(wrong[i]);
    free(wrong);
    x->all->objects += count;
}

/* ---- what lies about ---- */

static bool digest_of_name(rk_slice folder, rk_slice name, rk_digest *digest)
{
    char hex[RK_DIGEST_HEX];
    if (folder.len != 2 || name.len != OBJECT_NAME || !rk_slice_ends(name, RK_S(".zst")))
        return false;
    memcpy(hex, folder.at, 2);
    memcpy(hex + 2, name.at, RK_DIGEST_HEX - 2);
    return rk_digest_parse((rk_slice){hex, RK_DIGEST_HEX}, digest);
}

/* What a run that was stopped leaves: a file half written, or an object that no night came to need. */
static void leave(rk_inspecting *x, const char *path, const char *what)
{
    if (x->all->left_over++ < SHOWN)
        rk_inspecting_note(x, "%s: %s, left by a run that was stopped", path, what);
}

static void check_unneeded(rk_inspecting *x, const char *path, const rk_digest *content)
{
    rk_buffer bytes = {0};
    rk_error err;
    if (!rk_archive_get_content(&x->all->archive, content, &bytes, &err))
        rk_inspecting_differ(x,
                             "%s: does not belong here: no night needs it, and its bytes are not "
                             "what its name says",
                             path);
    else if (!x->incomplete)
        leave(x, path, "no night needs it");
    rk_buffer_free(&bytes);
}

static void check_file(rk_inspecting *x, const char *path)
{
    if (rk_slice_ends(rk_slice_of(path), RK_S(".tmp")))
        leave(x, path, "half written");
    else
        rk_inspecting_differ(x, "%s: does not belong here", path);
}

static bool list(rk_inspecting *x, const char *folder, rk_slice **names, size_t *count,
                 rk_error *err)
{
    return rk_folder_list(rk_path_join(&x->arena, x->all->archive.folder, rk_slice_of(folder)),
                          FILES_MAX, &x->arena, names, count, err);
}

static bool is_folder(rk_inspecting *x, const char *path)
{
    return rk_file_stat(rk_path_join(&x->arena, x->all->archive.folder, rk_slice_of(path)))
        .is_folder;
}

static bool check_object_folder(rk_inspecting *x, rk_slice folder, rk_error *err)
{
    rk_slice *names;
    size_t count;
    const char *path = rk_path_join(&x->arena, "objects", folder);
    if (!is_folder(x, path)) {
        check_file(x, path);
        return true;
    }
    if (!list(x, path, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        rk_digest content;
        const char *file = rk_path_join(&x->arena, path, names[i]);
        if (!digest_of_name(folder, names[i], &content))
            check_file(x, file);
        else if (!rk_refs_find(&x->refs, &content))
            check_unneeded(x, file, &content);
    }
    return true;
}

static bool check_objects_folder(rk_inspecting *x, rk_error *err)
{
    rk_slice *names;
    size_t count;
    bool good = list(x, "objects", &names, &count, err);
    for (size_t i = 0; good && i < count; i++)
        good = check_object_folder(x, names[i], err);
    return good;
}

/* nights/ and pending/ hold manifests under their own names, and nothing else. */
static bool check_manifest_folder(rk_inspecting *x, const char *folder, rk_error *err)
{
    rk_slice *names;
    size_t count;
    rk_night_name night;
    if (!list(x, folder, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!rk_night_name_parse(names[i], &night))
            check_file(x, rk_path_join(&x->arena, folder, names[i]));
    return true;
}

/* Each file is the one that the index names, and needed. */
void rk_inspect_bundle(rk_inspecting *x)
{
    const rk_bundle *bundle = x->all->archive.bundle;
    for (size_t i = 0; i < bundle->count; i++) {
        const rk_bundled *file = &bundle->files[i];
        rk_slice rest = file->name, folder = {"", 0}, name;
        rk_digest content, found = rk_digest_of(file->bytes);
        rk_night_name night;
        const char *shown = rk_arena_text(&x->arena, file->name);
        if (rk_slice_starts(rest, RK_S("objects/"))) {
            rk_slice_cut(&rest, '/', &name);
            rk_slice_cut(&rest, '/', &folder);
            if (!digest_of_name(folder, rest, &content) || !rk_refs_find(&x->refs, &content))
                check_file(x, shown);
            continue; /* its bytes were looked at */
        }
        if (!rk_digest_equal(&found, &file->digest))
            rk_inspecting_differ(x, "%s: is altered: the index names another digest", shown);
        if (rk_slice_starts(rest, RK_S("nights/")) && rk_slice_cut(&rest, '/', &name) &&
            rk_night_name_parse(rest, &night))
            continue;
        if (!rk_slice_is(file->name, "head"))
            check_file(x, shown);
    }
}

bool rk_inspect_files(rk_inspecting *x, rk_error *err)
{
    rk_slice *names;
    size_t count;
    if (!list(x, ".", &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *name = rk_arena_text(&x->arena, names[i]);
        bool folder = is_folder(x, name), good = true;
        if (folder && rk_slice_is(names[i], "objects"))
            good = check_objects_folder(x, err);
        else if (folder && (rk_slice_is(names[i], "nights") || rk_slice_is(names[i], "pending")))
            good = check_manifest_folder(x, name, err);
        else if (folder && rk_slice_is(names[i], "staging"))
            rk_inspecting_note(x, "staging: a run is under way or was stopped");
        else if (folder || !rk_archive_has_file(names[i]))
            check_file(x, name);
        if (!good)
            return false;
    }
    if (x->all->left_over > SHOWN)
        rk_inspecting_note(x, "%zu files in all were left by runs that were stopped",
                           x->all->left_over);
    return true;
}
