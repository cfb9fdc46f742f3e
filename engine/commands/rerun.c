#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "night/night.h"

/* A past night, put together from what was sealed of it. */
typedef struct rerunning {
    rk_archive archive;
    rk_arena arena;
    rk_manifest sealed, before;
    rk_digest before_digest;
    bool has_before;
    rk_sources sources;
    int threads;
    const char *out; /* NULL: nothing is kept */
} rerunning;

static bool find_night(rerunning *r, rk_day day, const char *number, rk_error *err)
{
    rk_night_name *nights;
    size_t count, found = SIZE_MAX;
    rk_digest digest;
    uint64_t wanted = 0;
    if (number && !rk_slice_to_u64(rk_slice_of(number), &wanted))
        return rk_fail(err, RK_USAGE, "--number takes a number, not \"%s\"", number);
    if (!rk_archive_nights(&r->archive, "nights", &r->arena, &nights, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (nights[i].night == day && (!wanted || (uint64_t)nights[i].number == wanted))
            found = i;
    if (found == SIZE_MAX)
        return rk_fail(err, RK_USAGE, "the archive \"%s\" holds no such night", r->archive.folder);
    r->has_before = found > 0;
    if (r->has_before && !rk_archive_manifest(&r->archive, "nights", nights[found - 1].night,
                                              nights[found - 1].number, &r->arena, &r->before,
                                              &r->before_digest, err))
        return false;
    return rk_archive_manifest(&r->archive, "nights", nights[found].night, nights[found].number,
                               &r->arena, &r->sealed, &digest, err);
}

static bool fetch(rerunning *r, const rk_item *item, rk_slice *bytes, rk_error *err)
{
    rk_buffer content = {0};
    bool good = rk_archive_get(&r->archive, &item->ref, &content, err);
    if (good)
        *bytes = rk_arena_slice(&r->arena, rk_buffer_all(&content));
    rk_buffer_free(&content);
    return good;
}

static bool fetch_rules(rerunning *r, rk_error *err)
{
    r->sources.items = rk_arena_alloc(&r->arena, r->sealed.item_count + 1, sizeof(rk_source));
    for (size_t i = 0; i < r->sealed.item_count; i++) {
        const rk_item *item = &r->sealed.items[i];
        if (item->kind != RK_ITEM_RULES)
            continue;
        rk_source *source = &r->sources.items[r->sources.count++];
        source->name = item->name;
        source->path = item->name;
        if (!fetch(r, item, &source->bytes, err))
            return false;
    }
    return true;
}

static bool fetch_deliveries(rerunning *r, rk_night *night, rk_error *err)
{
    night->deliveries.items = rk_alloc(r->sealed.item_count + 1, sizeof(rk_delivery));
    for (size_t i = 0; i < r->sealed.item_count; i++) {
        const rk_item *item = &r->sealed.items[i];
        if (item->kind != RK_ITEM_STATEMENT && item->kind != RK_ITEM_DECISIONS)
            continue;
        rk_delivery *delivery = &night->deliveries.items[night->deliveries.count++];
        delivery->name = item->name;
        delivery->digest = item->ref.content;
        delivery->is_decisions = item->kind == RK_ITEM_DECISIONS;
        if (!rk_moment_parse(item->extra, &delivery->arrived))
            return rk_fail(err, RK_DIFFERENT, "the manifest does not say when \"%.*s\" arrived",
                           RK_FMT(item->name));
        if (!fetch(r, item, &delivery->content.bytes, err))
            return false;
    }
    return true;
}

static bool fetch_snapshot(rerunning *r, rk_night *night, rk_error *err)
{
    int64_t count, newest;
    rk_slice bytes;
    const rk_item *item = rk_manifest_item(&r->sealed, RK_ITEM_SNAPSHOT);
    if (!item)
        return true;
    if (!fetch(r, item, &bytes, err))
        return false;
    rk_buffer_slice(&night->snapshot, bytes);
    if (!rk_slice_to_i64(rk_manifest_setting(&r->sealed, "source_count"), &count))
        return rk_fail(err, RK_DIFFERENT, "the manifest does not say how large the source was");
    night->source_count = (uint64_t)count;
    night->source_newest = RK_NO_MOMENT;
    if (rk_slice_to_i64(rk_manifest_setting(&r->sealed, "source_newest"), &newest))
        night->source_newest = newest;
    return true;
}

static bool settle(rerunning *r, rk_night *night, rk_error *err)
{
    return rk_night_sealed_settings(&r->sealed, &night->settings, err) &&
           rk_night_open(night, r->has_before ? &r->before : NULL, &r->before_digest, err) &&
           fetch_deliveries(r, night, err) && fetch_snapshot(r, night, err) &&
           rk_night_take_in(night, err) && rk_night_read(night, err) &&
           rk_night_seal_inputs(night, err) && rk_night_judge(night, err) &&
           rk_night_tally(night, err) && rk_night_report(night, err) &&
           rk_night_seal_outputs(night, err);
}

/* ---- comparison ---- */

static const rk_item *find_item(const rk_manifest *manifest, const rk_item *like)
{
    for (size_t i = 0; i < manifest->item_count; i++)
        if (manifest->items[i].kind == like->kind &&
            rk_slice_equal(manifest->items[i].name, like->name))
            return &manifest->items[i];
    return NULL;
}

/* Prints each item that is not what was sealed; a workbook may differ in its bytes alone, when another
 * library packed it. */
static size_t compare(const rk_manifest *sealed, const rk_manifest *again)
{
    size_t differences = 0;
    for (size_t i = 0; i < sealed->item_count; i++) {
        const rk_item *item = &sealed->items[i], *found = find_item(again, item);
        if (found && rk_digest_equal(&found->ref.content, &item->ref.content))
            continue;
        bool figures =
            !found || item->kind != RK_ITEM_WORKBOOK || !rk_slice_equal(found->extra, item->extra);
        printf("%s %.*s: %s\n", rk_item_name(item->kind), RK_FMT(item->name),
               !found    ? "was not made again"
               : figures ? "differs"
                         : "same content, packed by another library version");
        differences += figures;
    }
    for (size_t i = 0; i < again->item_count; i++)
        if (!find_item(sealed, &again->items[i])) {
            printf("%s %.*s: was not sealed then\n", rk_item_name(again->items[i].kind),
                   RK_FMT(again->items[i].name));
            differences++;
        }
    return differences;
}

static bool keep_books(const rerunning *r, rk_night *night, rk_error *err)
{
    for (size_t i = 0; r->out && i < night->books.count; i++) {
        const rk_book *book = &night->books.items[i];
        char *path = rk_path_join(&night->world.arena, r->out, book->path);
        rk_slice folder = {path, strlen(path) - rk_path_name(rk_slice_of(path)).len - 1};
        if (!rk_folder_make(rk_arena_text(&night->world.arena, folder), 0755, err) ||
            !rk_file_write(path, rk_buffer_all(&book->bytes), 0644, "rerun", err))
            return false;
    }
    return true;
}

static bool rerun(rerunning *r, rk_error *err)
{
    rk_night night = {.sources = &r->sources,
                      .archive = {.folder = r->archive.folder, .read_only = true},
                      .day = r->sealed.night,
                      .number = r->sealed.number,
                      .threads = r->threads,
                      .program = r->sealed.program,
                      .mode = r->sealed.mode};
    char *scratch;
    if (!rk_folder_temporary(&r->arena, &scratch, err))
        return false;
    night.scratch = scratch;
    bool good = fetch_rules(r, err) && settle(r, &night, err) && keep_books(r, &night, err);
    if (good) {
        size_t differences = compare(&r->sealed, &night.manifest);
        bool same_run = rk_digest_equal(&r->sealed.run, &night.manifest.run);
        printf("%s: %s (%zu items, %zu workbooks)\n",
               rk_manifest_name(night.day, night.number, &r->arena),
               differences == 0 && same_run ? "identical" : "different", r->sealed.item_count,
               night.books.count);
        good = (differences == 0 && same_run) ||
               rk_fail(err, RK_DIFFERENT, "the night made again differs from what was sealed");
    }
    rk_night_close(&night);
    rk_error ignored;
    rk_folder_remove(scratch, &ignored);
    return good;
}

rk_code rk_command_rerun(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    const char *date = NULL, *number = NULL, *archive = NULL;
    rerunning r = {0};
    const rk_option table[] = {{.name = "--date", .value = &date},
                               {.name = "--number", .value = &number},
                               {.name = "--archive", .value = &archive},
                               {.name = "--out", .value = &r.out},
                               {0}};
    rk_common common = {0};
    rk_setup setup = {0};
    rk_day day;
    bool good = rk_options_parse(argc, argv, table, &common, NULL, err) &&
                rk_option_day("--date", date, &day, err) && rk_setup_settings(&common, &setup, err);
    if (good && !date)
        good = rk_fail(err, RK_USAGE, "rerun needs --date D");
    rk_log_quiet(true);
    r.archive.folder = archive ? archive : setup.settings.archive;
    r.threads = setup.threads;
    good = good && find_night(&r, day, number, err) && rerun(&r, err);
    rk_manifest_free(&r.sealed);
    rk_manifest_free(&r.before);
    rk_arena_free(&r.arena);
    rk_setup_free(&setup);
    return good ? RK_DONE : err->code;
}
