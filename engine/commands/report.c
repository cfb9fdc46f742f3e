#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "night/asof.h"

typedef struct request {
    rk_common common;
    rk_setup setup;
    rk_archive archive;
    rk_asof_wish wish;
    const char *as_of, *out;
} request;

static bool parse(request *q, int argc, char **argv, rk_error *err)
{
    const char *period = NULL, *office = NULL, *report = NULL, *archive = NULL;
    const rk_option table[] = {{.name = "--period", .value = &period},
                               {.name = "--office", .value = &office},
                               {.name = "--as-of", .value = &q->as_of},
                               {.name = "--report", .value = &report},
                               {.name = "--archive", .value = &archive},
                               {.name = "--out", .value = &q->out},
                               {0}};
    if (!rk_options_parse(argc, argv, table, &q->common, NULL, err))
        return false;
    if (!period)
        return rk_fail(err, RK_USAGE, "report takes --period P");
    if (!rk_days_parse(rk_slice_of(period), &q->wish.period)) {
        rk_fail(err, RK_USAGE, "\"%s\" is no period", period);
        return rk_fail_hint(err, "2024-03-05, 2024-W10, 2024-03, 2024-Q1, 2024-H1, 2024, "
                                 "2024-03-01..2024-03-15");
    }
    if (!rk_setup_settings(&q->common, &q->setup, err))
        return false;
    q->wish.workbook = rk_slice_of(report ? report : "");
    q->wish.office = rk_slice_of(office ? office : "");
    q->wish.threads = q->setup.threads;
    return rk_archive_open(&q->archive, archive ? archive : q->setup.settings.archive, err);
}

/* The sealed rules with the reports of a folder. */
static bool take_reports(request *q, const rk_asof *asof, rk_sources *mixed, rk_error *err)
{
    rk_sources now;
    rk_arena *arena = &q->setup.arena;
    if (!rk_sources_read(q->setup.settings.rules, q->setup.settings.reports, arena, &now, err))
        return false;
    mixed->items = rk_arena_alloc(arena, now.count + asof->sources.count + 1, sizeof(rk_source));
    mixed->count = 0;
    for (size_t i = 0; i < asof->sources.count; i++)
        if (!rk_slice_starts(asof->sources.items[i].name, RK_S("reports/")))
            mixed->items[mixed->count++] = asof->sources.items[i];
    for (size_t i = 0; i < now.count; i++)
        if (rk_slice_starts(now.items[i].name, RK_S("reports/")))
            mixed->items[mixed->count++] = now.items[i];
    return true;
}

static bool write_books(const rk_books *books, const char *folder, rk_error *err)
{
    rk_arena arena = {0};
    bool good = true;
    for (size_t i = 0; good && i < books->count; i++) {
        const char *path = rk_path_join(&arena, folder, books->items[i].path);
        size_t parent = strlen(path) - rk_path_name(rk_slice_of(path)).len - 1;
        good = rk_folder_make(rk_arena_text(&arena, (rk_slice){path, parent}), 0755, err) &&
               rk_file_write(path, rk_buffer_all(&books->items[i].bytes), 0644, "report", err);
        if (good)
            printf("%s\n", path);
    }
    rk_arena_free(&arena);
    return good;
}

/* Reports may look at the period before, and at the year up to the period. */
static rk_day reach_of(rk_days period)
{
    rk_day before = rk_days_before(period).from;
    rk_day year = rk_days_of(RK_PERIOD_YEAR, period.until).from;
    return before < year ? before : year;
}

/* Without --as-of the reports and the language are those of today, and the output folder is that of the nights:
 * nothing is overwritten there. */
static bool report(request *q, rk_error *err)
{
    rk_asof asof;
    rk_sources mixed;
    rk_books books = {0};
    char *scratch = NULL;
    bool own_reports = !q->as_of || q->common.reports;
    bool good = rk_asof_open(&q->archive, rk_slice_of(q->as_of ? q->as_of : ""),
                             reach_of(q->wish.period), &asof, err) &&
                (!own_reports || take_reports(q, &asof, &mixed, err)) &&
                rk_folder_temporary(&q->setup.arena, &scratch, err);
    if (good && !q->as_of)
        asof.settings.language = q->setup.settings.language;
    if (good) {
        q->wish.scratch = scratch;
        q->wish.sources = own_reports ? &mixed : NULL;
        good = rk_asof_books(&asof, &q->wish, &q->setup.arena, &books, err) &&
               (books.count > 0 || rk_fail(err, RK_USAGE,
                                           "no report of this kind of period has anything to tell: "
                                           "name one with --report")) &&
               write_books(&books, q->out ? q->out : ".", err);
    }
    rk_error ignored;
    if (scratch)
        rk_folder_remove(scratch, &ignored);
    rk_books_free(&books);
    rk_asof_close(&asof);
    return good;
}

rk_code rk_command_report(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    request q = {0};
    bool good = parse(&q, argc, argv, err);
    rk_log_quiet(true);
    good = good && report(&q, err);
    rk_archive_close(&q.archive);
    rk_setup_free(&q.setup);
    return good ? RK_DONE : err->code;
}
