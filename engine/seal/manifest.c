#include "seal/manifest.h"

#include <stdlib.h>

#include "base/file.h"
#include "seal/lines.h"

enum { NIGHTS_MAX = 1000000 };

static const char *const item_names[RK_ITEM_KINDS] = {
    "statement", "decisions", "rules",   "snapshot", "source",   "opening",
    "facts",     "detail",    "history", "closing",  "workbook", "notices",
};

const char *rk_item_name(rk_item_kind kind)
{
    return item_names[kind];
}

bool rk_mode_is_reconstructed(rk_slice mode)
{
    return rk_slice_is(mode, "reconstructed");
}

void rk_manifest_free(rk_manifest *manifest)
{
    free(manifest->items);
    *manifest = (rk_manifest){0};
}

rk_item *rk_manifest_add(rk_manifest *m, rk_item_kind kind, rk_slice name, const rk_ref *ref)
{
    m->items = rk_grow(m->items, &m->item_capacity, m->item_count + 1, sizeof *m->items);
    m->items[m->item_count] = (rk_item){kind, name, {"", 0}, *ref};
    return &m->items[m->item_count++];
}

void rk_manifest_set(rk_manifest *m, rk_slice key, rk_slice value)
{
    if (m->setting_count < RK_SETTINGS_MAX)
        m->settings[m->setting_count++] = (rk_setting){key, value};
}

rk_slice rk_manifest_setting(const rk_manifest *m, const char *key)
{
    for (size_t i = 0; i < m->setting_count; i++)
        if (rk_slice_is(m->settings[i].key, key))
            return m->settings[i].value;
    return (rk_slice){NULL, 0};
}

const rk_item *rk_manifest_item(const rk_manifest *m, rk_item_kind kind)
{
    for (size_t i = 0; i < m->item_count; i++)
        if (m->items[i].kind == kind)
            return &m->items[i];
    return NULL;
}

static void put_settings(const rk_manifest *m, rk_buffer *out)
{
    for (size_t i = 0; i < m->setting_count; i++) {
        rk_buffer_text(out, "setting");
        rk_line_put_name(out, m->settings[i].key);
        rk_line_put_name(out, m->settings[i].value);
        rk_buffer_char(out, '\n');
    }
}

rk_digest rk_manifest_run_id(const rk_manifest *m)
{
    rk_buffer text = {0};
    rk_buffer_text(&text, "rekon-run\t1");
    rk_line_put_day(&text, m->night);
    rk_buffer_printf(&text, "\t%d", m->number);
    rk_line_put_digest(&text, &m->previous_run);
    rk_buffer_char(&text, '\n');
    if (rk_mode_is_reconstructed(m->mode))
        rk_buffer_text(&text, "mode\treconstructed\n");
    put_settings(m, &text);
    for (size_t i = 0; i < m->item_count; i++) {
        if (m->items[i].kind > RK_ITEM_OPENING)
            continue;
        rk_buffer_text(&text, item_names[m->items[i].kind]);
        rk_line_put_name(&text, m->items[i].name);
        rk_line_put_digest(&text, &m->items[i].ref.content);
        rk_buffer_char(&text, '\n');
    }
    rk_digest run = rk_digest_of(rk_buffer_all(&text));
    rk_buffer_free(&text);
    return run;
}

char *rk_manifest_name(rk_day night, int number, rk_arena *arena)
{
    rk_buffer name = {0};
    rk_day_put(&name, night);
    rk_buffer_printf(&name, "-%d", number);
    char *text = rk_arena_text(arena, rk_buffer_all(&name));
    rk_buffer_free(&name);
    return text;
}

void rk_manifest_put(const rk_manifest *m, rk_buffer *out)
{
    rk_buffer_printf(out, "rekon-manifest\t%d\nnight", RK_MANIFEST_FORMAT);
    rk_line_put_day(out, m->night);
    rk_buffer_printf(out, "\t%d\nprogram", m->number);
    rk_line_put_name(out, m->program);
    rk_buffer_text(out, "\nmode");
    rk_line_put_name(out, m->mode);
    rk_buffer_text(out, "\nprevious");
    rk_line_put_digest(out, &m->previous);
    rk_line_put_digest(out, &m->previous_run);
    rk_buffer_text(out, "\nrun");
    rk_line_put_digest(out, &m->run);
    rk_buffer_char(out, '\n');
    put_settings(m, out);
    for (size_t i = 0; i < m->item_count; i++) {
        const rk_item *item = &m->items[i];
        rk_buffer_text(out, item_names[item->kind]);
        rk_line_put_ref(out, &item->ref);
        rk_line_put_name(out, item->name);
        rk_line_put_name(out, item->extra);
        rk_buffer_char(out, '\n');
    }
    rk_buffer_text(out, "end\n");
}

/* ---- reading ---- */

static bool parse_item(rk_line *line, rk_slice what, rk_arena *arena, rk_manifest *m)
{
    for (int kind = 0; kind < RK_ITEM_KINDS; kind++) {
        if (!rk_slice_is(what, item_names[kind]))
            continue;
        rk_ref ref = rk_line_ref(line);
        rk_slice name = rk_line_name(line, arena);
        rk_item *item = rk_manifest_add(m, (rk_item_kind)kind, name, &ref);
        item->extra = rk_line_name(line, arena);
        return true;
    }
    return false;
}

static bool parse_line(rk_line *line, rk_arena *arena, rk_manifest *m)
{
    rk_slice what = rk_line_text(line);
    bool known = true;
    if (rk_slice_is(what, "night")) {
        m->night = rk_line_day(line);
        m->number = (int)rk_line_u64(line);
    } else if (rk_slice_is(what, "program"))
        m->program = rk_line_name(line, arena);
    else if (rk_slice_is(what, "mode"))
        m->mode = rk_line_name(line, arena);
    else if (rk_slice_is(what, "previous")) {
        m->previous = rk_line_digest(line);
        m->previous_run = rk_line_digest(line);
    } else if (rk_slice_is(what, "run"))
        m->run = rk_line_digest(line);
    else if (rk_slice_is(what, "setting")) {
        rk_slice key = rk_line_name(line, arena);
        rk_manifest_set(m, key, rk_line_name(line, arena));
    } else
        known = parse_item(line, what, arena, m);
    return known && line->good && line->at == line->count;
}

bool rk_manifest_parse(rk_slice bytes, rk_arena *arena, rk_manifest *m, rk_error *err)
{
    rk_line line;
    bool ended = false;
    *m = (rk_manifest){.night = RK_NO_DAY};
    rk_line_next(&bytes, &line);
    if (!rk_line_format(&line, "rekon-manifest", "a manifest", RK_MANIFEST_FORMAT, err))
        return false;
    while (!ended && rk_line_next(&bytes, &line)) {
        ended = rk_slice_is(line.cells[0], "end");
        if (!ended && !parse_line(&line, arena, m))
            return rk_fail(err, RK_DIFFERENT, "manifest with a broken line \"%.*s\"",
                           RK_FMT(line.cells[0]));
    }
    if (!ended || bytes.len > 0 || m->night == RK_NO_DAY)
        return rk_fail(err, RK_DIFFERENT, "manifest cut short or with something behind its end");
    return true;
}

/* ---- where manifests lie ---- */

static char *place(const rk_archive *archive, const char *folder, rk_day night, int number,
                   rk_arena *arena)
{
    return rk_arena_printf(arena, "%s/%s/%s", archive->folder, folder,
                           rk_manifest_name(night, number, arena));
}

void rk_mark_put(const rk_mark *mark, rk_buffer *out)
{
    rk_buffer_text(out, "rekon-head");
    rk_line_put_day(out, mark->night);
    rk_buffer_printf(out, "\t%d", mark->number);
    rk_line_put_digest(out, &mark->manifest);
    rk_line_put_digest(out, &mark->run);
    rk_buffer_char(out, '\n');
}

/* Exactly what rk_mark_put writes. */
static bool parse_mark(rk_slice bytes, rk_mark *mark)
{
    rk_line line;
    rk_buffer again = {0};
    rk_slice rest = bytes;
    bool good = rk_line_next(&rest, &line) && rk_slice_is(rk_line_text(&line), "rekon-head");
    if (good) {
        mark->night = rk_line_day(&line);
        mark->number = (int)rk_line_u64(&line);
        mark->manifest = rk_line_digest(&line);
        mark->run = rk_line_digest(&line);
    }
    if (good && line.good)
        rk_mark_put(mark, &again);
    good = good && line.good && rk_slice_equal(rk_buffer_all(&again), bytes);
    rk_buffer_free(&again);
    return good;
}

bool rk_archive_mark(const rk_archive *archive, rk_mark *mark, rk_error *err)
{
    rk_buffer bytes = {0};
    bool good = true;
    *mark = (rk_mark){.any = rk_archive_has(archive, RK_S("head")), .night = RK_NO_DAY};
    if (mark->any &&
        (good = rk_archive_read(archive, RK_S("head"), RK_MANIFEST_BYTES_MAX, &bytes, err)) &&
        !parse_mark(rk_buffer_all(&bytes), mark))
        good = rk_fail(err, RK_DIFFERENT, "\"%s/head\" is altered", archive->folder);
    rk_buffer_free(&bytes);
    return good;
}

static bool set_mark(const rk_archive *archive, const rk_manifest *m, const rk_digest *digest,
                     rk_error *err)
{
    rk_arena scratch = {0};
    rk_buffer out = {0};
    rk_mark_put(
        &(rk_mark){.night = m->night, .number = m->number, .manifest = *digest, .run = m->run},
        &out);
    bool good = rk_file_write(rk_path_join(&scratch, archive->folder, RK_S("head")),
                              rk_buffer_all(&out), 0600, "mark", err);
    rk_buffer_free(&out);
    rk_arena_free(&scratch);
    return good;
}

bool rk_archive_is_next(const rk_mark *mark, const rk_manifest *m)
{
    return rk_digest_equal(&m->previous, &mark->manifest) &&
           rk_digest_equal(&m->previous_run, &mark->run);
}

bool rk_archive_has_file(rk_slice name)
{
    return rk_slice_is(name, "head") || rk_slice_is(name, "published") || rk_slice_is(name, "kept");
}

bool rk_archive_pend(const rk_archive *archive, const rk_manifest *m, rk_digest *digest,
                     rk_error *err)
{
    rk_arena scratch = {0};
    rk_buffer out = {0};
    rk_manifest_put(m, &out);
    *digest = rk_digest_of(rk_buffer_all(&out));
    bool good = rk_file_write(place(archive, "pending", m->night, m->number, &scratch),
                              rk_buffer_all(&out), 0600, "manifest", err);
    rk_buffer_free(&out);
    rk_arena_free(&scratch);
    return good;
}

bool rk_archive_manifest(const rk_archive *archive, const char *folder, rk_day night, int number,
                         rk_arena *arena, rk_manifest *m, rk_digest *digest, rk_error *err)
{
    rk_buffer bytes = {0};
    rk_slice name = rk_slice_of(
        rk_path_join(arena, folder, rk_slice_of(rk_manifest_name(night, number, arena))));
    const char *path = rk_path_join(arena, archive->folder, name);
    bool good = rk_archive_has(archive, name) ||
                rk_fail(err, RK_DIFFERENT, "there is no night \"%s\" in the archive", path);
    good = good && rk_archive_read(archive, name, RK_MANIFEST_BYTES_MAX, &bytes, err);
    rk_slice content = rk_arena_slice(arena, rk_buffer_all(&bytes));
    rk_buffer_free(&bytes);
    *digest = rk_digest_of(content);
    if (!good || !rk_manifest_parse(content, arena, m, err)) {
        rk_fail_at(err, path, 0, 0);
        return false;
    }
    return true;
}

bool rk_archive_commit(const rk_archive *archive, rk_day night, int number, rk_error *err)
{
    rk_arena scratch = {0};
    rk_manifest m = {0};
    rk_digest digest;
    const char *from = place(archive, "pending", night, number, &scratch);
    const char *to = place(archive, "nights", night, number, &scratch);
    bool good = !rk_file_stat(from).exists || rk_file_move(from, to, "night", err);
    good = good &&
           rk_archive_manifest(archive, "nights", night, number, &scratch, &m, &digest, err) &&
           set_mark(archive, &m, &digest, err);
    rk_manifest_free(&m);
    rk_arena_free(&scratch);
    return good;
}

bool rk_night_name_parse(rk_slice name, rk_night_name *night)
{
    uint64_t number;
    rk_arena scratch = {0};
    if (name.len < 12 || name.at[10] != '-' ||
        !rk_day_parse((rk_slice){name.at, 10}, &night->night) ||
        !rk_slice_to_u64((rk_slice){name.at + 11, name.len - 11}, &number) || number > 100000)
        return false;
    night->number = (int)number;
    bool same = rk_slice_is(name, rk_manifest_name(night->night, night->number, &scratch));
    rk_arena_free(&scratch);
    return same;
}

static int by_night(const void *a, const void *b)
{
    const rk_night_name *x = a, *y = b;
    if (x->night != y->night)
        return x->night < y->night ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

bool rk_archive_nights(const rk_archive *archive, const char *folder, rk_arena *arena,
                       rk_night_name **nights, size_t *count, rk_error *err)
{
    rk_slice *names;
    size_t found;
    *count = 0;
    if (!rk_archive_list(archive, folder, NIGHTS_MAX, arena, &names, &found, err))
        return false;
    *nights = rk_arena_alloc(arena, found + 1, sizeof **nights);
    for (size_t i = 0; i < found; i++)
        *count += rk_night_name_parse(names[i], &(*nights)[*count]);
    qsort(*nights, *count, sizeof **nights, by_night);
    return true;
}

bool rk_archive_is_whole(const rk_archive *archive, const rk_night_name *night)
{
    rk_night_name first;
    return !archive->bundle || !rk_night_name_parse(archive->bundle->first, &first) ||
           by_night(night, &first) >= 0;
}

bool rk_archive_discard_pending(const rk_archive *archive, rk_error *err)
{
    rk_arena scratch = {0};
    rk_slice *names;
    size_t count;
    const char *path = rk_path_join(&scratch, archive->folder, RK_S("pending"));
    bool good = rk_folder_list(path, NIGHTS_MAX, &scratch, &names, &count, err);
    for (size_t i = 0; good && i < count; i++)
        good = rk_file_remove(rk_path_join(&scratch, path, names[i]), err);
    rk_arena_free(&scratch);
    return good;
}
