#include "seal/inspect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "seal/closing.h"
#include "seal/inspecting.h"

enum { NIGHTS_MAX = 1000000, LINE_BYTES = 1024 };

static void tell(rk_inspecting *x, bool is_difference, const char *format, va_list values)
{
    char line[LINE_BYTES];
    vsnprintf(line, sizeof line, format, values);
    if (!rk_utf8_valid(rk_slice_of(line))) /* an altered byte is shown as what it is: unknown */
        for (char *c = line; *c; c++)
            *c = (unsigned char)*c < 0x80 ? *c : '?';
    for (char *c = line; *c; c++)
        *c = (unsigned char)*c < ' ' || *c == 127 ? '?' : *c;
    x->all->differences += is_difference;
    x->all->tell(x->all->context, is_difference, line);
}

void rk_inspecting_differ(rk_inspecting *x, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    tell(x, true, format, values);
    va_end(values);
}

void rk_inspecting_note(rk_inspecting *x, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    tell(x, false, format, values);
    va_end(values);
}

/* ---- manifests ---- */

static bool is_name_of(rk_slice name, const rk_manifest *m, rk_arena *arena)
{
    return rk_slice_is(name, rk_manifest_name(m->night, m->number, arena));
}

static void read_link(rk_inspecting *x, rk_chained *link)
{
    rk_buffer bytes = {0};
    rk_error err;
    bool good = rk_archive_read(&x->all->archive, rk_slice_of(link->path), RK_MANIFEST_BYTES_MAX,
                                &bytes, &err);
    rk_slice content = rk_arena_slice(&x->arena, rk_buffer_all(&bytes));
    rk_buffer_free(&bytes);
    link->digest = rk_digest_of(content);
    good = good && rk_manifest_parse(content, &x->arena, &link->manifest, &err);
    if (!good) {
        rk_inspecting_differ(x, "%s: %s", link->path, err.message);
    } else {
        rk_digest run = rk_manifest_run_id(&link->manifest);
        good = rk_digest_equal(&run, &link->manifest.run);
        if (!good)
            rk_inspecting_differ(x, "%s: is altered: its run id is not that of its inputs",
                                 link->path);
        else if (!is_name_of(link->name, &link->manifest, &x->arena))
            rk_inspecting_differ(
                x, "%s: holds the manifest of the night %s", link->path,
                rk_manifest_name(link->manifest.night, link->manifest.number, &x->arena));
    }
    link->whole = good;
    link->altered = !good;
    x->incomplete |= !good;
}

/* Those that cannot be read stand where their names put them. */
static int by_own_night(const void *a, const void *b)
{
    const rk_chained *x = a, *y = b;
    if (x->manifest.night != y->manifest.night)
        return x->manifest.night < y->manifest.night ? -1 : 1;
    if (x->manifest.number != y->manifest.number)
        return x->manifest.number < y->manifest.number ? -1 : 1;
    return rk_slice_compare(x->name, y->name);
}

static bool read_links(rk_inspecting *x, rk_error *err)
{
    rk_slice *names;
    size_t count;
    rk_night_name named;
    if (!rk_archive_list(&x->all->archive, "nights", NIGHTS_MAX, &x->arena, &names, &count, err))
        return false;
    x->links = rk_alloc(count + 1, sizeof *x->links);
    for (size_t i = 0; i < count; i++) {
        rk_chained *link = &x->links[x->count];
        if (!rk_night_name_parse(names[i], &named))
            continue; /* named by rk_inspect_files */
        *link = (rk_chained){.name = names[i], .path = rk_path_join(&x->arena, "nights", names[i])};
        x->count++;
        link->opens_only = !rk_archive_is_whole(&x->all->archive, &named);
        x->all->nights += !link->opens_only;
        read_link(x, link);
        if (!link->whole) {
            link->manifest.night = named.night;
            link->manifest.number = named.number;
        }
    }
    if (x->count)
        qsort(x->links, x->count, sizeof *x->links, by_own_night);
    return true;
}

/* ---- the chain ---- */

static size_t find_digest(const rk_inspecting *x, size_t before, const rk_digest *digest)
{
    for (size_t i = before; i > 0; i--)
        if (rk_digest_equal(&x->links[i - 1].digest, digest))
            return i - 1;
    return SIZE_MAX;
}

static void alter(rk_inspecting *x, rk_chained *link, const char *why)
{
    if (!link->altered)
        rk_inspecting_differ(x, "%s: is altered: %s", link->path, why);
    link->altered = true;
}

/* The night before `next` is not there; the state in which `next` found the books tells its name. */
static void tell_missing(rk_inspecting *x, const rk_chained *next)
{
    rk_day night;
    int number;
    rk_error err;
    const rk_item *opening = rk_manifest_item(&next->manifest, RK_ITEM_OPENING);
    if (opening && rk_closing_night(&x->all->archive, &opening->ref, &night, &number, &err))
        rk_inspecting_differ(x, "nights/%s: is missing: %s follows it",
                             rk_manifest_name(night, number, &x->arena), next->path);
    else
        rk_inspecting_differ(x, "the night before %s is missing", next->path);
}

/* `next` names another digest than this link has. */
static void explain_break(rk_inspecting *x, rk_chained *link, const rk_chained *next)
{
    bool same_run =
        link->whole && rk_digest_equal(&next->manifest.previous_run, &link->manifest.run);
    if (next->altered && !link->altered)
        rk_inspecting_differ(x,
                             "%s: nothing vouches for it: %s, which names its digest, is altered",
                             link->path, next->path);
    else if (same_run || !link->whole)
        alter(x, link, "its digest is not the one that the night after it names");
    else
        tell_missing(x, next);
}

/* Each manifest names the digest of the one before it: from the newest to the oldest, what is named has
 * been checked by what names it. */
static void check_chain(rk_inspecting *x, size_t last)
{
    size_t i = last;
    while (i > 0) {
        const rk_chained *next = &x->links[i];
        const rk_digest *expected = &next->manifest.previous;
        size_t found = next->whole ? find_digest(x, i, expected) : i - 1;
        bool is_first = next->whole && rk_digest_is_zero(expected);
        for (size_t j = i;
             j > (found == SIZE_MAX ? 0 : found + 1) && (is_first || found != SIZE_MAX); j--)
            rk_inspecting_differ(x, "%s: is not part of the chain: %s follows %s",
                                 x->links[j - 1].path, next->path,
                                 is_first ? "nothing" : x->links[found].path);
        if (is_first)
            return;
        if (found == SIZE_MAX)
            explain_break(x, &x->links[i - 1], next);
        i = found == SIZE_MAX ? i - 1 : found;
    }
    if (x->links[0].whole && !x->all->archive.bundle &&
        !rk_digest_is_zero(&x->links[0].manifest.previous))
        tell_missing(x, &x->links[0]);
}

/* ---- head and published ---- */

/* The manifest of which `published` says that all of it is out. */
static bool read_published(rk_inspecting *x, rk_digest *digest, bool *exists)
{
    rk_buffer bytes = {0};
    rk_error err;
    const rk_archive *archive = &x->all->archive;
    *exists = rk_archive_has(archive, RK_S("published"));
    bool good = *exists && rk_archive_read(archive, RK_S("published"), 4096, &bytes, &err) &&
                bytes.len == RK_DIGEST_HEX + 1 && bytes.bytes[RK_DIGEST_HEX] == '\n' &&
                rk_digest_parse((rk_slice){bytes.bytes, RK_DIGEST_HEX}, digest);
    rk_buffer_free(&bytes);
    return good;
}

/* The mark and the manifest that it names do not agree: which of the two was published tells. */
static void explain_head(rk_inspecting *x, rk_chained *link, const rk_mark *mark)
{
    rk_digest published;
    bool exists;
    bool known = read_published(x, &published, &exists);
    if (!link->whole)
        return; /* told */
    if (known && rk_digest_equal(&published, &link->digest))
        rk_inspecting_differ(x, "head: is altered: it names another digest for %s", link->path);
    else if (known && rk_digest_equal(&published, &mark->manifest))
        alter(x, link, "its digest is not the one that head names");
    else {
        rk_inspecting_differ(x, "%s or head: one of the two is altered: they do not agree",
                             link->path);
        link->altered = true;
    }
}

static void check_published(rk_inspecting *x)
{
    rk_digest published;
    bool exists;
    if (!read_published(x, &published, &exists)) {
        if (exists)
            rk_inspecting_differ(x, "published: is altered: it holds no digest");
        return;
    }
    if (find_digest(x, x->count, &published) != SIZE_MAX)
        return;
    for (size_t i = 0; i < x->count; i++)
        if (x->links[i].altered)
            return; /* it may name the digest that this one had */
    rk_inspecting_differ(x,
                         "published: names a night that is not in the archive: it is altered, or "
                         "nights were cut off");
}

static size_t find_marked(const rk_inspecting *x, const rk_mark *mark)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->links[i].manifest.night == mark->night &&
            x->links[i].manifest.number == mark->number)
            return i;
    return SIZE_MAX;
}

static void check_marked(rk_inspecting *x, const rk_mark *mark)
{
    size_t at = find_marked(x, mark), same = find_digest(x, x->count, &mark->manifest);
    if (same != SIZE_MAX && at != same) {
        rk_inspecting_differ(x, "head: is altered: it names the digest of %s under another night",
                             x->links[same].path);
        at = same;
    }
    if (at == SIZE_MAX) {
        rk_inspecting_differ(x, "nights/%s: is missing: head names it as the last night",
                             rk_manifest_name(mark->night, mark->number, &x->arena));
        at = x->count ? x->count - 1 : 0;
    } else if (same == SIZE_MAX)
        explain_head(x, &x->links[at], mark);
    else if (!rk_digest_equal(&mark->run, &x->links[at].manifest.run))
        rk_inspecting_differ(x, "head: is altered: it names another run for %s", x->links[at].path);
    for (size_t i = at + 1; i < x->count; i++)
        rk_inspecting_differ(x, "%s: has no commit mark: head names an earlier night as the last",
                             x->links[i].path);
    if (x->count)
        check_chain(x, at);
}

static void check_head(rk_inspecting *x)
{
    rk_mark mark;
    rk_error err;
    if (!rk_archive_mark(&x->all->archive, &mark, &err)) {
        rk_inspecting_differ(x, "head: %s", err.message);
        if (x->count)
            check_chain(x, x->count - 1);
    } else if (mark.any) {
        check_marked(x, &mark);
    } else if (x->count) {
        rk_inspecting_differ(x, "head: is missing, though there are nights");
        check_chain(x, x->count - 1);
    }
}

/* ---- pending ---- */

static void check_pending(rk_inspecting *x, const rk_night_name *name)
{
    rk_manifest m = {0};
    rk_mark mark;
    rk_digest digest;
    rk_error err;
    const char *shown = rk_manifest_name(name->night, name->number, &x->arena);
    bool good = rk_archive_manifest(&x->all->archive, "pending", name->night, name->number,
                                    &x->arena, &m, &digest, &err);
    if (!good)
        rk_inspecting_differ(x, "pending/%s: %s", shown, err.message);
    else if (rk_archive_mark(&x->all->archive, &mark, &err) && !rk_archive_is_next(&mark, &m))
        rk_inspecting_differ(x, "pending/%s: does not follow the last night of the archive", shown);
    else
        rk_inspecting_note(x, "pending/%s: a run that is under way or was stopped", shown);
    rk_manifest_free(&m);
}

static bool check_all_pending(rk_inspecting *x, rk_error *err)
{
    rk_night_name *names;
    size_t count;
    const char *folder = rk_path_join(&x->arena, x->all->archive.folder, RK_S("pending"));
    if (x->all->archive.bundle || !rk_file_stat(folder).exists)
        return true;
    if (!rk_archive_nights(&x->all->archive, "pending", &x->arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        check_pending(x, &names[i]);
    return true;
}

/* ---- all of it ---- */

/* `err` is filled when a closing state cannot be read. */
static void need_objects(rk_inspecting *x, rk_error *err)
{
    enum { SORT_ABOVE = 1 << 18 };
    size_t limit = SORT_ABOVE;
    for (size_t i = 0; i < x->count; i++) {
        rk_error found;
        const rk_chained *link = &x->links[i];
        bool is_asked = x->all->only == RK_NO_DAY || link->manifest.night == x->all->only;
        if (!link->whole || !is_asked)
            continue;
        if (!link->opens_only &&
            !rk_refs_add_night(&x->refs, &x->all->archive, &link->manifest, i, &found)) {
            *err = found;
            x->incomplete = true;
        }
        if (link->opens_only)
            rk_refs_add_rules(&x->refs, &link->manifest, i);
        if (x->refs.count > limit) {
            rk_refs_sort(&x->refs);
            limit = 2 * x->refs.count + SORT_ABOVE;
        }
    }
    rk_refs_sort(&x->refs);
}

bool rk_inspect(rk_inspection *inspection, rk_error *err)
{
    rk_inspecting x = {.all = inspection};
    bool good = read_links(&x, err);
    if (good) {
        check_head(&x);
        check_published(&x);
        good = check_all_pending(&x, err);
    }
    if (good) {
        rk_error unread = {.code = RK_DONE};
        size_t before = inspection->differences;
        need_objects(&x, &unread);
        rk_inspect_objects(&x);
        /* its object is told already, unless the bytes are right and only make no sense */
        if (unread.code != RK_DONE && inspection->differences == before)
            rk_inspecting_differ(&x, "%s", unread.message);
        if (inspection->only == RK_NO_DAY && inspection->archive.bundle)
            rk_inspect_bundle(&x);
        else if (inspection->only == RK_NO_DAY)
            good = rk_inspect_files(&x, err);
    }
    for (size_t i = 0; i < x.count; i++)
        rk_manifest_free(&x.links[i].manifest);
    free(x.links);
    rk_refs_free(&x.refs);
    rk_arena_free(&x.arena);
    return good;
}
