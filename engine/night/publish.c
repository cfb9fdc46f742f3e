#include "night/publish.h"

#include "base/file.h"
#include "base/log.h"

/* ---- workbooks ---- */

static bool has_content(const char *path, const rk_digest *digest)
{
    rk_error ignored;
    rk_mapped now;
    if (!rk_file_stat(path).is_regular || !rk_file_map(path, &now, &ignored))
        return false;
    rk_digest found = rk_digest_of(now.bytes);
    rk_file_unmap(&now);
    return rk_digest_equal(&found, digest);
}

/* ---- books in whose place another one lies ---- */

enum { KEPT_BYTES_MAX = 1 << 20 };

static const char *kept_file(const rk_archive *archive, rk_arena *arena)
{
    return rk_path_join(arena, archive->folder, RK_S("kept"));
}

/* "DIGEST palembang/harian-2024-03-05.xlsx": what lies there instead. */
static void note_kept(const char *path, rk_slice name, rk_buffer *lines)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_error ignored;
    rk_mapped now = {0};
    if (!rk_file_stat(path).is_regular || !rk_file_map(path, &now, &ignored))
        return;
    rk_digest digest = rk_digest_of(now.bytes);
    rk_file_unmap(&now);
    rk_buffer_printf(lines, "%s %.*s\n", rk_digest_hex(&digest, hex), RK_FMT(name));
}

/* The lines of earlier nights, each as long as that very file lies there. */
static bool read_kept(const rk_settings *settings, const rk_archive *archive, bool names_alone,
                      rk_buffer *lines, rk_error *err)
{
    rk_arena scratch = {0};
    rk_buffer bytes = {0};
    rk_slice line;
    rk_digest digest;
    const char *path = kept_file(archive, &scratch);
    bool good = !rk_file_stat(path).exists || rk_file_read(path, KEPT_BYTES_MAX, &bytes, err);
    rk_slice rest = rk_buffer_all(&bytes);
    while (good && rk_slice_cut(&rest, '\n', &line)) {
        if (line.len <= RK_DIGEST_HEX + 1 ||
            !rk_digest_parse((rk_slice){line.at, RK_DIGEST_HEX}, &digest))
            continue;
        rk_slice name = {line.at + RK_DIGEST_HEX + 1, line.len - RK_DIGEST_HEX - 1};
        if (!has_content(rk_path_join(&scratch, settings->output, name), &digest))
            continue;
        rk_buffer_slice(lines, names_alone ? name : line);
        rk_buffer_char(lines, '\n');
    }
    rk_buffer_free(&bytes);
    rk_arena_free(&scratch);
    return good;
}

/* Repeated after a crash, a book is named once: its line is there already. */
static bool write_kept(const rk_settings *settings, const rk_archive *archive,
                       const rk_buffer *tonight, rk_error *err)
{
    rk_arena scratch = {0};
    rk_buffer all = {0};
    rk_slice line, rest = rk_buffer_all(tonight);
    const char *path = kept_file(archive, &scratch);
    bool there = rk_file_stat(path).exists, good = read_kept(settings, archive, false, &all, err);
    while (good && rk_slice_cut(&rest, '\n', &line)) {
        rk_slice known = rk_buffer_all(&all);
        bool has = known.len && line.len && memmem(known.at, known.len, line.at, line.len);
        if (line.len && !has)
            rk_buffer_printf(&all, "%.*s\n", RK_FMT(line));
    }
    if (good && all.len)
        good = rk_file_write(path, rk_buffer_all(&all), 0600, "kept", err);
    else if (good && there)
        good = rk_file_remove(path, err);
    rk_buffer_free(&all);
    rk_arena_free(&scratch);
    return good;
}

bool rk_publish_kept(const rk_settings *settings, const rk_archive *archive, rk_buffer *names,
                     rk_error *err)
{
    return read_kept(settings, archive, true, names, err);
}

/* ---- each of them ---- */

/* A book that lies there already is left: staff write in them. One with other content is named. */
static bool publish_workbook(const rk_settings *settings, const rk_archive *archive,
                             const rk_item *item, rk_published *published, rk_buffer *kept,
                             rk_error *err)
{
    rk_arena scratch = {0};
    rk_buffer bytes = {0};
    const char *path = rk_path_join(&scratch, settings->output, item->name);
    const char *folder = rk_arena_text(
        &scratch, (rk_slice){path, strlen(path) - rk_path_name(rk_slice_of(path)).len - 1});
    bool there = rk_file_stat(path).exists;
    bool good = there || (rk_archive_get(archive, &item->ref, &bytes, err) &&
                          rk_folder_make(folder, 0755, err) &&
                          rk_file_write(path, rk_buffer_all(&bytes), 0644, "workbook", err));
    if (there && item->kind == RK_ITEM_WORKBOOK && !has_content(path, &item->ref.content)) {
        published->kept++;
        note_kept(path, item->name, kept);
        rk_log_warning("%s: another book lies there and was left as it is: move it away, then "
                       "`rekon report` makes this one again",
                       path);
    }
    rk_buffer_free(&bytes);
    rk_arena_free(&scratch);
    return good;
}

static void publish_workbooks(const rk_settings *settings, const rk_archive *archive,
                              const rk_manifest *manifest, rk_published *published, rk_buffer *kept,
                              rk_error *err)
{
    for (size_t i = 0; i < manifest->item_count; i++) {
        rk_item_kind kind = manifest->items[i].kind;
        if (kind != RK_ITEM_WORKBOOK && kind != RK_ITEM_NOTICES)
            continue;
        bool is_book = kind == RK_ITEM_WORKBOOK;
        published->workbooks += is_book;
        if (!publish_workbook(settings, archive, &manifest->items[i], published, kept, err)) {
            published->failed += is_book;
            published->notices_wait |= !is_book;
            rk_log_warning("%s", err->message);
        }
    }
}

/* ---- the inbox ---- */

/* Moves what was taken, if it still has the bytes that were read. */
static bool clear_inbox(const rk_settings *settings, const rk_manifest *manifest, rk_error *err)
{
    rk_arena scratch = {0};
    const char *done =
        rk_arena_printf(&scratch, "%s/done/%s", settings->inbox,
                        rk_manifest_name(manifest->night, manifest->number, &scratch));
    bool good = true;
    for (size_t i = 0; good && i < manifest->item_count; i++) {
        const rk_item *item = &manifest->items[i];
        if (item->kind != RK_ITEM_STATEMENT && item->kind != RK_ITEM_DECISIONS)
            continue;
        const char *from = rk_path_join(&scratch, settings->inbox, item->name);
        if (has_content(from, &item->ref.content))
            good = rk_folder_make(done, 0700, err) &&
                   rk_file_move(from, rk_path_join(&scratch, done, item->name), "inbox", err);
    }
    rk_arena_free(&scratch);
    return good;
}

/* ---- done or not ---- */

/* The file `published` names the last manifest whose outputs are all out. */
static bool is_published(const rk_archive *archive, const rk_mark *mark)
{
    rk_arena scratch = {0};
    rk_buffer bytes = {0};
    rk_error ignored;
    char hex[RK_DIGEST_HEX + 1];
    const char *path = rk_path_join(&scratch, archive->folder, RK_S("published"));
    bool same =
        rk_file_stat(path).exists && rk_file_read(path, 4096, &bytes, &ignored) &&
        rk_slice_is(rk_slice_trim(rk_buffer_all(&bytes)), rk_digest_hex(&mark->manifest, hex));
    rk_buffer_free(&bytes);
    rk_arena_free(&scratch);
    return same;
}

static bool note_published(const rk_archive *archive, const rk_mark *mark, rk_error *err)
{
    rk_arena scratch = {0};
    char line[RK_DIGEST_HEX + 2];
    rk_digest_hex(&mark->manifest, line);
    line[RK_DIGEST_HEX] = '\n';
    bool good = rk_file_write(rk_path_join(&scratch, archive->folder, RK_S("published")),
                              (rk_slice){line, RK_DIGEST_HEX + 1}, 0600, "published", err);
    rk_arena_free(&scratch);
    return good;
}

bool rk_publish(const rk_settings *settings, const rk_archive *archive, const rk_mark *mark,
                rk_published *published, rk_error *err)
{
    rk_arena scratch = {0};
    rk_manifest manifest = {0};
    rk_digest digest;
    rk_buffer kept = {0};
    *published = (rk_published){0};
    if (!mark->any || is_published(archive, mark))
        return true;
    bool good = rk_archive_manifest(archive, "nights", mark->night, mark->number, &scratch,
                                    &manifest, &digest, err);
    if (good) {
        publish_workbooks(settings, archive, &manifest, published, &kept, err);
        rk_error own;
        good = write_kept(settings, archive, &kept, &own) && clear_inbox(settings, &manifest, &own);
        if (!good)
            *err = own;
    }
    good = good && published->failed == 0 && !published->notices_wait &&
           note_published(archive, mark, err);
    rk_buffer_free(&kept);
    rk_manifest_free(&manifest);
    rk_arena_free(&scratch);
    return good;
}
