#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "night/otherwise.h"
#include "version.h"

typedef struct request {
    rk_common common;
    rk_setup setup;
    rk_archive archive;
    rk_asof_wish wish;
    const char *before, *after, *period, *cell, *csv, *workbook;
    const char *run; /* --rules now: this one alone, by the rules of now */
} request;

/* "2024-03-05 --rules now": the night as it was sealed, and by the rules of the configuration. */
static bool take_rules(request *q, const rk_words *plain, const char *rules, rk_error *err)
{
    if (strcmp(rules, "now") != 0)
        return rk_fail(err, RK_USAGE, "--rules takes now here, not \"%s\"", rules);
    if (plain->count != 1)
        return rk_fail(err, RK_USAGE, "diff --rules now takes one day or run");
    q->run = plain->items[0];
    q->before = rk_arena_printf(&q->setup.arena, "%s, rules as sealed", q->run);
    q->after = rk_arena_printf(&q->setup.arena, "%s, rules of now", q->run);
    return rk_sources_read(q->setup.settings.rules, q->setup.settings.reports, &q->setup.arena,
                           &q->setup.sources, err);
}

static bool take_nights(request *q, const rk_words *plain, rk_error *err)
{
    if (plain->count != 2)
        return rk_fail(
            err, RK_USAGE,
            "diff takes two days or runs, the earlier one first; or one, and --rules now");
    q->before = plain->items[0];
    q->after = plain->items[1];
    return true;
}

static bool parse(request *q, int argc, char **argv, rk_error *err)
{
    const char *office = NULL, *report = NULL, *archive = NULL, *rules = NULL;
    rk_words plain = {0};
    const rk_option table[] = {{.name = "--period", .value = &q->period},
                               {.name = "--office", .value = &office},
                               {.name = "--report", .value = &report},
                               {.name = "--cell", .value = &q->cell},
                               {.name = "--csv", .value = &q->csv},
                               {.name = "--workbook", .value = &q->workbook},
                               {.name = "--archive", .value = &archive},
                               {.name = "--rules", .value = &rules},
                               {0}};
    if (!rk_options_parse(argc, argv, table, &q->common, &plain, err) ||
        !rk_setup_settings(&q->common, &q->setup, err) ||
        !(rules ? take_rules(q, &plain, rules, err) : take_nights(q, &plain, err)))
        return false;
    q->wish.workbook = rk_slice_of(report ? report : "");
    q->wish.office = rk_slice_of(office ? office : "");
    q->wish.threads = q->setup.threads;
    return rk_archive_open(&q->archive, archive ? archive : q->setup.settings.archive, err);
}

/* The day of the earlier night, when no period was asked for. */
static bool choose_period(request *q, rk_error *err)
{
    rk_slice text = rk_slice_of(q->period ? q->period : q->before);
    if (!q->period && text.len > 10)
        text.len = 10;
    return rk_days_parse(text, &q->wish.period) ||
           rk_fail(err, RK_USAGE, "\"%.*s\" is no period", RK_FMT(text));
}

/* ---- which lines ---- */

/* "palembang/harian!Ringkasan!C14", "Ringkasan!C14" or "C14". */
static bool is_asked(const request *q, const rk_attributed *book, const rk_correction *line)
{
    rk_slice rest, parts[3];
    size_t count = 0;
    if (!q->cell)
        return true;
    rest = rk_slice_of(q->cell);
    while (count < 3 && rk_slice_cut(&rest, '!', &parts[count]))
        count++;
    return count > 0 && rk_slice_is(parts[count - 1], line->place) &&
           (count < 2 || rk_slice_equal(parts[count - 2], line->sheet)) &&
           (count < 3 || rk_slice_starts(book->path, parts[0]));
}

/* ---- as text ---- */

static void put_value(rk_buffer *out, const rk_correction *line, bool known, int64_t value)
{
    if (!known)
        rk_buffer_text(out, "-");
    else if (line->money)
        rk_money_put_rupiah(out, value);
    else
        rk_money_put(out, value, 2);
}

static void tell_line(const rk_correction *line)
{
    rk_buffer text = {0};
    rk_buffer_printf(&text, "  %.*s!%s  %.*s\n      ", RK_FMT(line->sheet), line->place,
                     RK_FMT(line->where));
    put_value(&text, line, line->before_known, line->before);
    rk_buffer_text(&text, " -> ");
    put_value(&text, line, line->after_known, line->after);
    rk_buffer_printf(&text, "  by %.*s%s%.*s in run %.*s\n",
                     RK_FMT(line->ground.kind.len ? line->ground.kind : RK_S("no recorded cause")),
                     line->ground.what.len ? " " : "", RK_FMT(line->ground.what),
                     RK_FMT(line->ground.run));
    printf("%.*s", RK_FMT(rk_buffer_all(&text)));
    rk_buffer_free(&text);
}

static size_t tell_books(const request *q, const rk_attribution *found)
{
    size_t told = 0;
    for (size_t i = 0; i < found->count; i++) {
        bool headed = false;
        for (size_t k = 0; k < found->books[i].lines.count; k++) {
            const rk_correction *line = &found->books[i].lines.items[k];
            if (!is_asked(q, &found->books[i], line))
                continue;
            if (!headed)
                printf("%.*s\n", RK_FMT(found->books[i].path));
            headed = true;
            told++;
            tell_line(line);
        }
    }
    return told;
}

static void tell_rupiah(const char *label, rk_money amount, int64_t count)
{
    rk_buffer text = {0};
    rk_money_put_rupiah(&text, amount);
    printf("  %-58s %20.*s %8lld\n", label, RK_FMT(rk_buffer_all(&text)), (long long)count);
    rk_buffer_free(&text);
}

/* The difference is that of the two folds, the parts are those of the runs: what is left must be nothing. */
static rk_money tell_money(const request *q, const rk_attribution *found)
{
    rk_money rest = found->after - found->before;
    int64_t count = found->count_after - found->count_before;
    rk_buffer days = {0};
    rk_days_put(&days, q->wish.period);
    printf("booked on %.*s%60s%s\n", RK_FMT(rk_buffer_all(&days)), "Rp", "  entries");
    tell_rupiah(q->before, found->before, found->count_before);
    for (size_t i = 0; i < found->part_count; i++) {
        const rk_difference_part *part = &found->parts[i];
        rk_buffer label = {0};
        rk_buffer_printf(&label, "  %.*s %.*s (%.*s)",
                         RK_FMT(part->ground.kind.len ? part->ground.kind : RK_S("not recorded")),
                         RK_FMT(part->ground.what), RK_FMT(part->ground.run));
        rk_buffer_char(&label, '\0');
        tell_rupiah(label.bytes, part->amount, part->count);
        rk_buffer_free(&label);
        if (part->ground.kind.len) {
            rest -= part->amount;
            count -= part->count;
        }
    }
    tell_rupiah(q->after, found->after, found->count_after);
    tell_rupiah("remainder", rest, count);
    rk_buffer_free(&days);
    return rest;
}

/* ---- as CSV ---- */

static void put_cell(rk_buffer *out, rk_slice text, char end)
{
    rk_buffer_csv(out, text);
    rk_buffer_char(out, end);
}

static void put_number(rk_buffer *out, bool known, int64_t value)
{
    if (known)
        rk_money_put(out, value, 2);
    rk_buffer_char(out, ',');
}

static bool write_csv(const request *q, const rk_attribution *found, rk_error *err)
{
    rk_buffer out = {0};
    rk_buffer_text(&out, "book,sheet,cell,figure,before,after,difference,cause,what,run\n");
    for (size_t i = 0; i < found->count; i++)
        for (size_t k = 0; k < found->books[i].lines.count; k++) {
            const rk_correction *line = &found->books[i].lines.items[k];
            if (!is_asked(q, &found->books[i], line))
                continue;
            put_cell(&out, found->books[i].path, ',');
            put_cell(&out, line->sheet, ',');
            put_cell(&out, rk_slice_of(line->place), ',');
            put_cell(&out, line->where, ',');
            put_number(&out, line->before_known, line->before);
            put_number(&out, line->after_known, line->after);
            put_number(&out, true, line->after - line->before);
            put_cell(&out, line->ground.kind, ',');
            put_cell(&out, line->ground.what, ',');
            put_cell(&out, line->ground.run, '\n');
        }
    bool good = rk_file_write(q->csv, rk_buffer_all(&out), 0644, "diff", err);
    rk_buffer_free(&out);
    return good;
}

/* ---- as a workbook ---- */

static bool write_workbook(const request *q, const rk_asof *asof, const rk_attribution *found,
                           rk_error *err)
{
    rk_arena arena = {0};
    rk_buffer out = {0};
    rk_difference_book *books = rk_arena_alloc(&arena, found->count + 1, sizeof *books);
    for (size_t i = 0; i < found->count; i++)
        books[i] = (rk_difference_book){found->books[i].path, &found->books[i].lines};
    rk_difference difference = {.language = asof->settings.language,
                                .earlier = rk_slice_of(q->before),
                                .later = rk_slice_of(q->after),
                                .created = asof->manifest.night,
                                .books = books,
                                .book_count = found->count,
                                .before = found->before,
                                .after = found->after,
                                .count_before = found->count_before,
                                .count_after = found->count_after,
                                .parts = found->parts,
                                .part_count = found->part_count};
    bool good = rk_difference_write(&difference, q->wish.scratch, &out, err) &&
                rk_file_write(q->workbook, rk_buffer_all(&out), 0644, "diff", err);
    rk_buffer_free(&out);
    rk_arena_free(&arena);
    return good;
}

static bool attribute(const request *q, const rk_asof *asof, rk_attribution *found, rk_error *err)
{
    if (q->run)
        return rk_otherwise_attribute(asof, &q->setup.sources, &q->wish, RK_S(RK_VERSION), found,
                                      err);
    return rk_asof_attribute(asof, rk_slice_of(q->before), &q->wish, found, err);
}

static bool diff(request *q, rk_error *err)
{
    rk_asof asof = {0};
    rk_attribution found = {0};
    char *scratch = NULL;
    bool good = choose_period(q, err) &&
                rk_asof_open(&q->archive, rk_slice_of(q->run ? q->run : q->after),
                             q->wish.period.from, &asof, err) &&
                rk_folder_temporary(&q->setup.arena, &scratch, err);
    q->wish.scratch = scratch;
    good = good && attribute(q, &asof, &found, err) && (!q->csv || write_csv(q, &found, err)) &&
           (!q->workbook || write_workbook(q, &asof, &found, err));
    if (good) {
        if (tell_books(q, &found) == 0)
            printf(q->cell ? "that cell did not change\n" : "no figure changed\n");
        if (!q->cell && tell_money(q, &found) != 0)
            good = rk_fail(err, RK_DIFFERENT, "a part of the difference has no recorded cause");
    }
    rk_error ignored;
    if (scratch)
        rk_folder_remove(scratch, &ignored);
    rk_attribution_free(&found);
    rk_asof_close(&asof);
    return good;
}

rk_code rk_command_diff(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    request q = {0};
    bool good = parse(&q, argc, argv, err);
    rk_log_quiet(true);
    good = good && diff(&q, err);
    rk_archive_close(&q.archive);
    rk_setup_free(&q.setup);
    return good ? RK_DONE : err->code;
}
