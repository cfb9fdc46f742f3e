#include "night/bare.h"

#include <stdlib.h>

#include "base/file.h"
#include "report/books.h"
#include "tally/facts.h"
#include "tally/findings.h"
#include "tally/visits.h"

/* Each channel of which a file was given is complete up to the judgement. */
static rk_watermark *make_watermarks(const rk_bare *bare, size_t *count)
{
    const rk_files *files = &bare->world->files;
    rk_watermark *marks =
        rk_arena_alloc(&bare->world->arena, bare->rules->channel_count + 1, sizeof *marks);
    *count = 0;
    for (size_t i = 0; i < bare->rules->channel_count; i++) {
        rk_name channel = bare->rules->channels[i].channel;
        bool given = *count > 0 && marks[*count - 1].channel == channel;
        for (size_t f = 0; f < files->count && !given; f++)
            if (files->items[f].channel == channel) {
                given = true;
                marks[(*count)++] =
                    (rk_watermark){.channel = channel, .complete_until = bare->judge_at};
            }
    }
    return marks;
}

static rk_slice provisional_reason(const rk_bare *bare)
{
    size_t quarantined = 0;
    for (size_t i = 0; i < bare->world->files.count; i++)
        quarantined += bare->world->files.items[i].fate == RK_FATE_QUARANTINED;
    if (quarantined == 0)
        return (rk_slice){"", 0};
    return rk_slice_of(rk_arena_printf(&bare->world->arena,
                                       bare->settings->language == RK_INDONESIAN
                                           ? "%zu berkas dikarantina"
                                           : "%zu files quarantined",
                                       quarantined));
}

static rk_digest *digests_of_rules(const rk_bare *bare)
{
    rk_digest *digests =
        rk_arena_alloc(&bare->world->arena, bare->sources->count + 1, sizeof *digests);
    for (size_t i = 0; i < bare->sources->count; i++)
        digests[i] = rk_digest_of(bare->sources->items[i].bytes);
    return digests;
}

/* Each waits for the disk alone; a fault is that of the first book by path, whoever met it. */
static bool write_books(const rk_bare *bare, const rk_books *books, const char *folder,
                        rk_error *err)
{
    rk_arena *arena = &bare->world->arena;
    const char **paths = rk_arena_alloc(arena, books->count + 1, sizeof *paths);
    rk_error *errors = rk_alloc(books->count + 1, sizeof *errors);
    bool good = true;
    for (size_t i = 0; good && i < books->count; i++) {
        rk_slice path = books->items[i].path;
        paths[i] = rk_path_join(arena, folder, path);
        size_t parent = strlen(paths[i]) - rk_path_name(path).len - 1;
        good = rk_folder_make(rk_arena_text(arena, (rk_slice){paths[i], parent}), 0755, err);
    }
#pragma omp parallel for num_threads(bare->threads > 0 ? bare->threads : 1) schedule(dynamic)
    for (size_t i = 0; i < (good ? books->count : 0); i++)
        rk_file_write(paths[i], rk_buffer_all(&books->items[i].bytes), 0644, "match", &errors[i]);
    for (size_t i = 0; good && i < books->count; i++)
        if (errors[i].code != RK_DONE) {
            *err = errors[i];
            good = false;
        }
    free(errors);
    return good;
}

/* Only where a workbook lists them: there may be millions of applications. */
static void look_for_findings(const rk_bare *bare, rk_day day, rk_findings *lines)
{
    const rk_reports *reports = &bare->rules->reports;
    rk_looking looking = {.rules = bare->rules,
                          .world = bare->world,
                          .has_source = true,
                          .zone = bare->settings->zone,
                          .night = day,
                          .oldest = day};
    rk_findings found;
    bool wanted = false;
    rk_findings_init(lines);
    for (size_t w = 0; w < reports->workbook_count; w++)
        for (size_t i = 0; i < reports->workbooks[w].sheet_count; i++)
            wanted |= reports->workbooks[w].sheets[i].list == RK_LIST_FINDINGS;
    if (!wanted)
        return;
    rk_tally_findings(&looking, &found);
    rk_findings_fold(&found, day, &bare->world->names, &bare->world->texts, lines);
    rk_batch_free(&found.batch);
}

static bool make_books(const rk_bare *bare, const rk_cases *cases, const rk_findings *findings,
                       const rk_facts *facts, const rk_facts *no_stock, const char *scratch,
                       rk_books *books, rk_error *err)
{
    size_t mark_count;
    const rk_watermark *marks = make_watermarks(bare, &mark_count);
    rk_books_input input = {.rules = bare->rules,
                            .names = &bare->world->names,
                            .texts = &bare->world->texts,
                            .language = bare->settings->language,
                            .biller = bare->settings->biller,
                            .zone = bare->settings->zone,
                            .night = rk_day_at(bare->judge_at - 1, bare->settings->zone),
                            .number = 1,
                            .program = bare->program,
                            .provisional = provisional_reason(bare),
                            .stock_before = no_stock,
                            .flows = facts,
                            .applications = &bare->world->applications,
                            .entries = &bare->world->entries,
                            .files = &bare->world->files,
                            .rejects = &bare->world->rejects,
                            .cases = cases,
                            .findings = findings,
                            .watermarks = marks,
                            .watermark_count = mark_count,
                            .rule_digests = digests_of_rules(bare),
                            .sources = bare->sources,
                            .scratch = scratch,
                            .threads = bare->threads};
    if (bare->period) {
        input.has_period = true;
        input.period = *bare->period;
        input.as_of = input.night;
    }
    input.workbook = bare->workbook;
    return rk_books_make(&input, &bare->world->arena, books, err);
}

bool rk_bare_books(const rk_bare *bare, const char *folder, size_t *count, rk_error *err)
{
    rk_cases none = {0}, cases;
    rk_findings findings;
    rk_facts no_stock, facts;
    rk_books books = {0};
    rk_error later;
    rk_day day = rk_day_at(bare->judge_at - 1, bare->settings->zone);
    const char *scratch = rk_path_join(&bare->world->arena, folder, RK_S(".scratch"));
    for (size_t i = 0; i < bare->world->files.count; i++)
        bare->world->files.items[i].night = day;
    rk_tally_cases(bare->rules, bare->world, &none, day, &cases);
    rk_tally tally = {.rules = bare->rules,
                      .world = bare->world,
                      .cases_before = &none,
                      .cases = &cases,
                      .night = day,
                      .zone = bare->settings->zone,
                      .threads = bare->threads};
    rk_tally_slots(bare->rules, bare->world, bare->settings->zone, RK_NO_MOMENT);
    rk_tally_facts(&tally, &facts);
    rk_facts_init(&no_stock, 1);
    look_for_findings(bare, day, &findings);
    bool good = make_books(bare, &cases, &findings, &facts, &no_stock, scratch, &books, err) &&
                write_books(bare, &books, folder, err);
    good = rk_folder_remove(scratch, good ? err : &later) && good;
    *count = books.count;
    rk_books_free(&books);
    rk_batch_free(&cases.batch);
    rk_batch_free(&findings.batch);
    rk_batch_free(&facts.batch);
    rk_batch_free(&no_stock.batch);
    return good;
}
