#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "night/replay.h"

typedef struct rerunning {
    rk_replay replay;
    const char *out; /* NULL: nothing is kept */
} rerunning;

static bool settle(rk_replay *replay, rk_error *err)
{
    rk_night *night = &replay->night;
    return rk_replay_take_in(replay, err) && rk_night_read(night, err) &&
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

static bool keep_books(rerunning *r, rk_error *err)
{
    rk_night *night = &r->replay.night;
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

static bool say(rk_replay *replay, rk_error *err)
{
    const rk_night *night = &replay->night;
    size_t differences = compare(&replay->sealed, &night->manifest);
    bool same_run = rk_digest_equal(&replay->sealed.run, &night->manifest.run);
    bool good = differences == 0 && same_run;
    printf("%s: %s (%zu items, %zu workbooks)\n",
           rk_manifest_name(night->day, night->number, &replay->arena),
           good ? "identical" : "different", replay->sealed.item_count, night->books.count);
    return good || rk_fail(err, RK_DIFFERENT, "the night made again differs from what was sealed");
}

static bool rerun(rerunning *r, rk_error *err)
{
    char *scratch;
    if (!rk_folder_temporary(&r->replay.arena, &scratch, err))
        return false;
    r->replay.night.scratch = scratch;
    bool good = settle(&r->replay, err) && keep_books(r, err) && say(&r->replay, err);
    rk_error ignored;
    rk_folder_remove(scratch, &ignored);
    return good;
}

/* ---- which nights ---- */

typedef struct request {
    rk_common common;
    rk_setup setup;
    rk_archive archive;
    const char *out;
    rk_day from, until;
    uint64_t number; /* 0: the last run of one date; all runs of a range */
    bool is_range;
    rk_arena arena;
    rk_night_name *nights;
    size_t count;
} request;

static bool parse(request *q, int argc, char **argv, rk_error *err)
{
    const char *date = NULL, *from = NULL, *to = NULL, *number = NULL, *archive = NULL;
    const rk_option table[] = {{.name = "--date", .value = &date},
                               {.name = "--from", .value = &from},
                               {.name = "--to", .value = &to},
                               {.name = "--number", .value = &number},
                               {.name = "--archive", .value = &archive},
                               {.name = "--out", .value = &q->out},
                               {0}};
    if (!rk_options_parse(argc, argv, table, &q->common, NULL, err))
        return false;
    if (!from != !to || !date == !from || (number && !date))
        return rk_fail(err, RK_USAGE, "rerun takes --date D [--number N], or --from D and --to D");
    if (number && (!rk_slice_to_u64(rk_slice_of(number), &q->number) || q->number == 0))
        return rk_fail(err, RK_USAGE, "--number takes a number from 1, not \"%s\"", number);
    q->is_range = from != NULL;
    if (!rk_option_day(date ? "--date" : "--from", date ? date : from, &q->from, err) ||
        !rk_option_day("--to", date ? date : to, &q->until, err) ||
        !rk_setup_settings(&q->common, &q->setup, err))
        return false;
    q->archive.folder = archive ? archive : q->setup.settings.archive;
    return rk_archive_nights(&q->archive, "nights", &q->arena, &q->nights, &q->count, err);
}

/* Night `i` of the archive is asked for. */
static bool is_asked(const request *q, size_t i)
{
    const rk_night_name *night = &q->nights[i];
    if (night->night < q->from || night->night > q->until)
        return false;
    bool is_last = i + 1 == q->count || q->nights[i + 1].night != night->night;
    return q->is_range || (q->number ? (uint64_t)night->number == q->number : is_last);
}

static bool rerun_one(const request *q, size_t i, rk_error *err)
{
    rerunning r = {.out = q->out};
    bool good = rk_replay_open(&r.replay, &q->archive, q->nights, i, q->setup.threads, err) &&
                rerun(&r, err);
    rk_replay_close(&r.replay);
    return good;
}

/* Every night is made again from what was sealed of it, so one that differs does not stop the others. */
static bool rerun_all(request *q, rk_error *err)
{
    size_t asked = 0, different = 0;
    for (size_t i = 0; i < q->count; i++) {
        if (!is_asked(q, i))
            continue;
        rk_log_progress("rerun", i, q->count);
        asked++;
        if (rerun_one(q, i, err))
            continue;
        if (err->code != RK_DIFFERENT || !q->is_range)
            return false;
        rk_log_warning("%s: %s",
                       rk_manifest_name(q->nights[i].night, q->nights[i].number, &q->arena),
                       err->message);
        different++;
    }
    rk_log_progress("rerun", 0, 0);
    if (asked == 0)
        return rk_fail(err, RK_USAGE, "the archive \"%s\" holds no such night", q->archive.folder);
    return different == 0 ||
           rk_fail(err, RK_DIFFERENT, "%zu of %zu nights differ from what was sealed", different,
                   asked);
}

rk_code rk_command_rerun(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    request q = {.from = RK_NO_DAY};
    bool good = parse(&q, argc, argv, err);
    rk_log_quiet(true);
    good = good && rerun_all(&q, err);
    rk_arena_free(&q.arena);
    rk_setup_free(&q.setup);
    return good ? RK_DONE : err->code;
}
