#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "base/side.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "night/differ.h"
#include "night/replay.h"
#include "version.h"

typedef struct rerunning {
    rk_replay replay;
    const char *out;       /* NULL: nothing is kept */
    const rk_sources *now; /* NULL: by the rules that were sealed */
} rerunning;

static bool settle(rk_replay *replay, rk_error *err)
{
    rk_night *night = &replay->night;
    return rk_replay_take_in(replay, err) && rk_night_read(night, err) &&
           rk_night_seal_inputs(night, err) && rk_night_judge(night, err) &&
           rk_night_tally(night, err) && rk_night_report(night, err) &&
           rk_night_seal_outputs(night, err);
}

/* ---- the comparison ---- */

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

enum { LINES_SEALED = 1, LINES_NOW = 20 };

static void tell(void *context, const char *line)
{
    (void)context;
    printf("%s\n", line);
}

static bool say(rerunning *r, rk_error *err)
{
    rk_replay *replay = &r->replay;
    rk_night *night = &replay->night;
    rk_differing d = {.archive = &replay->archive,
                      .sealed = &replay->sealed,
                      .again = night,
                      .other_rules = r->now != NULL,
                      .most = r->now ? LINES_NOW : LINES_SEALED,
                      .program = RK_S(RK_VERSION),
                      .tell = tell};
    size_t differences = rk_night_differs(&d);
    bool same_run = r->now || rk_digest_equal(&replay->sealed.run, &night->manifest.run);
    bool good = differences == 0 && same_run;
    printf("%s: %s (%zu items, %zu workbooks)%s\n",
           rk_manifest_name(night->day, night->number, &replay->arena),
           !good       ? "different"
           : d.redrawn ? "same figures"
                       : "identical",
           replay->sealed.item_count, night->books.count, r->now ? ", by the rules of now" : "");
    return good || r->now ||
           rk_fail(err, RK_DIFFERENT, "the night made again differs from what was sealed");
}

static bool rerun(rerunning *r, rk_error *err)
{
    char *scratch;
    if (!rk_folder_temporary(&r->replay.arena, &scratch, err))
        return false;
    r->replay.night.scratch = scratch;
    bool good = settle(&r->replay, err) && keep_books(r, err) && say(r, err);
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
    const char *run; /* the run whose id begins so */
    bool is_range, rules_now;
    rk_arena arena;
    rk_night_name *nights;
    size_t count;
    size_t *asked; /* of them, in order */
    size_t asked_count, different;
    int threads; /* of each night */
} request;

static bool parse_rules(request *q, const char *rules, rk_error *err)
{
    if (rules && strcmp(rules, "now") != 0 && strcmp(rules, "sealed") != 0)
        return rk_fail(err, RK_USAGE, "--rules takes sealed or now here, not \"%s\"", rules);
    q->rules_now = rules && strcmp(rules, "now") == 0;
    return !q->rules_now || q->out ||
           rk_fail(err, RK_USAGE,
                   "--rules now needs --out: its books are never those of the night");
}

static bool parse_nights(request *q, const char *date, const char *from, const char *to,
                         const char *number, rk_error *err)
{
    if (!from != !to || (date != NULL) + (from != NULL) + (q->run != NULL) != 1 ||
        (number && !date))
        return rk_fail(err, RK_USAGE,
                       "rerun takes --date D [--number N], or --from D and --to D, or --run ID");
    if (number && (!rk_slice_to_u64(rk_slice_of(number), &q->number) || q->number == 0))
        return rk_fail(err, RK_USAGE, "--number takes a number from 1, not \"%s\"", number);
    if (q->run && strlen(q->run) < 6)
        return rk_fail(err, RK_USAGE, "--run takes a run id or its first digits, 6 or more");
    q->is_range = from != NULL;
    return rk_option_day(date ? "--date" : "--from", date ? date : from, &q->from, err) &&
           rk_option_day("--to", date ? date : to, &q->until, err);
}

static bool parse(request *q, int argc, char **argv, rk_error *err)
{
    const char *date = NULL, *from = NULL, *to = NULL, *number = NULL, *archive = NULL;
    const char *rules = NULL;
    const rk_option table[] = {{.name = "--date", .value = &date},
                               {.name = "--from", .value = &from},
                               {.name = "--to", .value = &to},
                               {.name = "--number", .value = &number},
                               {.name = "--run", .value = &q->run},
                               {.name = "--rules", .value = &rules},
                               {.name = "--archive", .value = &archive},
                               {.name = "--out", .value = &q->out},
                               {0}};
    if (!rk_options_parse(argc, argv, table, &q->common, NULL, err) ||
        !parse_nights(q, date, from, to, number, err) || !parse_rules(q, rules, err) ||
        !rk_setup_settings(&q->common, &q->setup, err))
        return false;
    return rk_archive_open(&q->archive, archive ? archive : q->setup.settings.archive, err) &&
           (!q->rules_now || rk_sources_read(q->setup.settings.rules, q->setup.settings.reports,
                                             &q->setup.arena, &q->setup.sources, err)) &&
           rk_archive_nights(&q->archive, "nights", &q->arena, &q->nights, &q->count, err);
}

static bool has_run(const request *q, const rk_night_name *night)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_arena arena = {0};
    rk_manifest m = {0};
    rk_digest digest;
    rk_error ignored;
    bool found = rk_archive_manifest(&q->archive, "nights", night->night, night->number, &arena, &m,
                                     &digest, &ignored) &&
                 rk_slice_starts(rk_slice_of(rk_digest_hex(&m.run, hex)), rk_slice_of(q->run));
    rk_manifest_free(&m);
    rk_arena_free(&arena);
    return found;
}

/* Night `i` of the archive is asked for. */
static bool is_asked(const request *q, size_t i)
{
    const rk_night_name *night = &q->nights[i];
    if (!rk_archive_is_whole(&q->archive, night))
        return false;
    if (q->run)
        return has_run(q, night);
    if (night->night < q->from || night->night > q->until)
        return false;
    bool is_last = i + 1 == q->count || q->nights[i + 1].night != night->night;
    return q->is_range || (q->number ? (uint64_t)night->number == q->number : is_last);
}

/* Only what was committed is the truth: nights behind the mark are not made again. */
static bool choose(request *q, rk_error *err)
{
    rk_mark mark;
    if (!rk_archive_mark(&q->archive, &mark, err))
        return false;
    q->asked = rk_arena_alloc(&q->arena, q->count + 1, sizeof *q->asked);
    for (size_t i = 0; i < q->count; i++) {
        const rk_night_name *night = &q->nights[i];
        if (!is_asked(q, i))
            continue;
        if (!mark.any || night->night > mark.night ||
            (night->night == mark.night && night->number > mark.number))
            return rk_fail(err, RK_DIFFERENT, "the night %s has no commit mark",
                           rk_manifest_name(night->night, night->number, &q->arena));
        q->asked[q->asked_count++] = i;
    }
    return q->asked_count > 0 ||
           rk_fail(err, RK_USAGE, "the archive \"%s\" holds no such night", q->archive.folder);
}

static bool rerun_one(const request *q, size_t i, rk_error *err)
{
    rerunning r = {.out = q->out, .now = q->rules_now ? &q->setup.sources : NULL};
    bool good = rk_replay_open(&r.replay, &q->archive, q->nights, i, q->threads, err);
    if (good && r.now) {
        r.replay.sources = *r.now;
        r.replay.night.other_rules = true;
    }
    good = good && rerun(&r, err);
    rk_replay_close(&r.replay);
    return good;
}

/* ---- side by side ---- */

static rk_code work(void *context, size_t job)
{
    const request *q = context;
    const rk_night_name *night = &q->nights[q->asked[job]];
    rk_error err;
    if (rerun_one(q, q->asked[job], &err))
        return RK_DONE;
    rk_arena arena = {0};
    rk_log_warning("%s: %s", rk_manifest_name(night->night, night->number, &arena), err.message);
    rk_arena_free(&arena);
    return err.code;
}

/* Every night is made again from what was sealed of it, so one that differs does not stop the others. */
static void note(void *context, size_t job, rk_code code)
{
    request *q = context;
    q->different += code != RK_DONE;
    rk_log_progress("rerun", job + 1, q->asked_count);
}

static bool rerun_all(request *q, rk_error *err)
{
    size_t at_once = (size_t)q->setup.threads;
    if (!choose(q, err))
        return false;
    q->threads = q->setup.threads;
    if (q->asked_count == 1)
        return rerun_one(q, q->asked[0], err);
    if (at_once > q->asked_count)
        at_once = q->asked_count;
    q->threads = q->setup.threads / (int)at_once;
    bool good = rk_side_by_side(q->asked_count, at_once, work, note, q, err);
    rk_log_progress("rerun", 0, 0);
    return good &&
           (q->different == 0 || rk_fail(err, RK_DIFFERENT,
                                         "%zu of %zu nights could not be made again as they "
                                         "were sealed",
                                         q->different, q->asked_count));
}

rk_code rk_command_rerun(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    request q = {.from = RK_NO_DAY};
    bool good = parse(&q, argc, argv, err);
    rk_log_quiet(true);
    good = good && rerun_all(&q, err);
    rk_archive_close(&q.archive);
    rk_arena_free(&q.arena);
    rk_setup_free(&q.setup);
    return good ? RK_DONE : err->code;
}
