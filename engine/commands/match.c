#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "expire/expire.h"
#include "night/bare.h"
#include "night/judge.h"
#include "match/match.h"
#include "report/books.h"
#include "snapshot/applications.h"
#include "statement/overlap.h"
#include "statement/read.h"
#include "tally/facts.h"
#include "tally/tables.h"
#include "version.h"

/* What --write asks for. */
enum {
    WRITE_SUMMARY = 1,
    WRITE_ENTRIES = 2,
    WRITE_APPLICATIONS = 4,
    WRITE_REJECTS = 8,
    WRITE_WORKBOOKS = 16,
};

typedef struct matching {
    rk_common common;
    const char *applications, *out, *as_at, *write, *period, *report;
    rk_words statements;
    unsigned writes;
    rk_setup setup;
    rk_world world;
    rk_mapped applications_file;
    rk_mapped *statement_files;
    bool waiting;  /* an unknown or quarantined file */
    bool overlaps; /* files may tell of the same rows */
} matching;

static bool read_writes(matching *m, rk_error *err)
{
    static const char *const names[] = {"summary", "entries", "applications", "rejects",
                                        "workbooks"};
    rk_slice rest = rk_slice_of(m->write ? m->write : "summary,entries,applications,rejects"), word;
    while (rk_slice_cut(&rest, ',', &word)) {
        size_t i = 0;
        while (i < 5 && !rk_slice_is(word, names[i]))
            i++;
        if (i == 5)
            return rk_fail(err, RK_USAGE,
                           "--write knows summary, entries, applications, rejects, workbooks; not "
                           "\"%.*s\"",
                           RK_FMT(word));
        m->writes |= 1u << i;
    }
    return true;
}

static bool parse(matching *m, int argc, char **argv, rk_error *err)
{
    const rk_option table[] = {
        {.name = "--applications", .value = &m->applications},
        {.name = "--statements", .words = &m->statements},
        {.name = "--out", .value = &m->out},
        {.name = "--as-at", .value = &m->as_at},
        {.name = "--write", .value = &m->write},
        {.name = "--period", .value = &m->period},
        {.name = "--report", .value = &m->report},
        {0},
    };
    if (!rk_options_parse(argc, argv, table, &m->common, NULL, err))
        return false;
    if (!m->applications || !m->out || m->statements.count == 0)
        return rk_fail(err, RK_USAGE, "match needs --applications, --statements and --out");
    return read_writes(m, err);
}

/* Memory is time: what no output shows is not kept. */
static uint64_t wanted_application_columns(const matching *m)
{
    uint64_t shown =
        RK_APPLICATION_BIT(billed_at) | RK_APPLICATION_BIT(status) | RK_APPLICATION_BIT(status_at) |
        RK_APPLICATION_BIT(source) | RK_APPLICATION_BIT(validity) | RK_APPLICATION_BIT(charges) |
        RK_APPLICATION_BIT(state) | RK_APPLICATION_BIT(reason) | RK_APPLICATION_BIT(deadline);
    if (rk_matching_has_key(&m->setup.rules.matching, RK_KEY_GROUP))
        shown |= RK_APPLICATION_BIT(group_id);
    if (rk_matching_has_alternatives(&m->setup.rules.matching))
        shown |= RK_APPLICATION_BIT(ntpn) | RK_APPLICATION_BIT(virtual_account) |
                 RK_APPLICATION_BIT(application_number);
    if (m->writes & WRITE_APPLICATIONS)
        shown |= RK_APPLICATION_BIT(paid_from) | RK_APPLICATION_BIT(paid_until) |
                 RK_APPLICATION_BIT(paid_minor) | RK_APPLICATION_BIT(entry_count);
    return m->writes & WRITE_WORKBOOKS ? rk_application_all() : shown;
}

/* A reversal finds its payment by the reference first. */
static bool tells_reversals(const matching *m)
{
    for (size_t i = 0; i < m->setup.rules.matching.count; i++)
        if (m->setup.rules.matching.items[i].outcomes >> RK_REVERSAL & 1)
            return true;
    return false;
}

/* A rule asks for a key beside the code, and a file may tell it. */
static bool looks_for_keys(const matching *m)
{
    bool any = false;
    for (size_t i = 0; i < m->world.files.count && !any; i++) {
        const rk_channel *channel =
            rk_channel_find(&m->setup.rules, m->world.files.items[i].channel);
        any = channel && rk_channel_tells_keys(channel);
    }
    return any && rk_matching_has_alternatives(&m->setup.rules.matching);
}

static bool lists_several(const matching *m)
{
    return rk_engine_behaves(&m->setup.rules.engine, RK_SEVERAL_CODES_LISTED, RK_NO_DAY);
}

static bool looks_into_numbers(const matching *m)
{
    for (size_t i = 0; i < m->world.files.count; i++) {
        const rk_channel *channel =
            rk_channel_find(&m->setup.rules, m->world.files.items[i].channel);
        if (channel && (channel->extract.glued || (channel->extract.given && lists_several(m))))
            return true;
    }
    return false;
}

/* The account and the day of an entry choose its office and its rule, if any has dates. */
static bool asks_for_days(const matching *m)
{
    const rk_rules *rules = &m->setup.rules;
    for (size_t i = 0; i < rules->channel_count; i++)
        if (rules->channels[i].account_count)
            return true;
    for (size_t i = 0; i < rules->matching.count; i++)
        if (rules->matching.items[i].from != RK_NO_DAY ||
            rules->matching.items[i].until != RK_NO_DAY || rules->matching.items[i].same_office)
            return true;
    return false;
}

/* Files of one account may tell of the same rows. */
static bool may_overlap(const matching *m)
{
    const rk_files *files = &m->world.files;
    for (size_t i = 0; i < files->count; i++)
        for (size_t j = 0; j < i; j++)
            if (files->items[i].channel == files->items[j].channel &&
                files->items[i].fate == RK_FATE_NONE && files->items[j].fate == RK_FATE_NONE &&
                rk_overlap_may(&m->setup.rules, &files->items[i]))
                return true;
    return false;
}

/* Then one column tells both ends of the time of payment. */
static bool all_tell_seconds(const matching *m)
{
    for (size_t i = 0; i < m->world.files.count; i++)
        for (size_t c = 0; c < m->setup.rules.channel_count; c++)
            if (m->setup.rules.channels[c].channel == m->world.files.items[i].channel &&
                !rk_statement_tells_seconds(&m->setup.rules.channels[c]))
                return false;
    return true;
}

static uint64_t wanted_entry_columns(const matching *m)
{
    uint64_t more = looks_for_keys(m) ? RK_ENTRY_BIT(keys) : 0;
    if (m->writes & WRITE_WORKBOOKS && rk_rules_read_fees(&m->setup.rules))
        more |= RK_ENTRY_BIT(fee); /* what is kept back of a payout */
    uint64_t shown = (rk_entry_all() & ~RK_ENTRY_BIT(narrative)) | more;
    if (m->overlaps)
        return rk_entry_all() | RK_ENTRY_BIT(balance) | more;
    if (!looks_into_numbers(m))
        shown &= ~RK_ENTRY_BIT(windows);
    if (m->writes & WRITE_WORKBOOKS)
        return shown;
    uint64_t hidden = RK_ENTRY_BIT(file) | RK_ENTRY_BIT(ordinal) | RK_ENTRY_BIT(channel) |
                      RK_ENTRY_BIT(currency) | RK_ENTRY_BIT(value_on);
    if (all_tell_seconds(m))
        hidden |= RK_ENTRY_BIT(paid_until);
    if (!asks_for_days(m))
        hidden |= RK_ENTRY_BIT(account);
    if (m->writes & WRITE_ENTRIES)
        return shown & ~hidden;
    hidden |= RK_ENTRY_BIT(line) | RK_ENTRY_BIT(rule);
    if (!asks_for_days(m))
        hidden |= RK_ENTRY_BIT(booked_on);
    if (!tells_reversals(m))
        hidden |= RK_ENTRY_BIT(reference);
    return shown & ~hidden;
}

static bool read_applications(matching *m, rk_error *err)
{
    rk_slice unknown = {"", 0};
    rk_applications_reading reading = {.names = &m->world.names,
                                       .texts = &m->world.texts,
                                       .arena = &m->world.arena,
                                       .threads = m->setup.threads,
                                       .exponent = 2,
                                       .columns = wanted_application_columns(m)};
    if (!rk_file_map(m->applications, &m->applications_file, err) ||
        !rk_applications_read(&reading, rk_slice_of(m->applications), m->applications_file.bytes,
                              &m->world.applications, &unknown, err))
        return false;
    if (unknown.len)
        rk_log_warning("%s: unknown columns ignored: %.*s", m->applications, RK_FMT(unknown));
    rk_log_stage("snapshot", "applications=%zu", m->world.applications.batch.count);
    return true;
}

/* "bca=path" names the channel; a bare path is known by its name. */
static bool add_statement(matching *m, const rk_reading *reading, size_t i, rk_error *err)
{
    rk_slice word = rk_slice_of(m->statements.items[i]), path = word, channel = {NULL, 0};
    rk_slice rest = word, head;
    rk_file *file = rk_files_add(&m->world.files);
    if (rk_slice_cut(&rest, '=', &head) && rest.at && !memchr(head.at, '/', head.len)) {
        channel = head;
        path = rest;
    }
    file->name = rk_path_name(path);
    if (!rk_file_map(path.at, &m->statement_files[i], err))
        return false;
    file->bytes = m->statement_files[i].bytes;
    bool known = rk_statement_identify(reading, file);
    if (channel.at) {
        rk_name wanted = rk_names_find(&m->world.names, channel);
        if (wanted == RK_NAME_FULL || !rk_channel_find(&m->setup.rules, wanted))
            return rk_fail(err, RK_USAGE, "no channel is called \"%.*s\"", RK_FMT(channel));
        if (!known || file->channel != wanted) {
            file->from = file->until = RK_NO_DAY;
            file->channel = wanted;
        }
    } else if (!known) {
        file->fate = RK_FATE_UNKNOWN;
        m->waiting = true;
        rk_log_warning("%.*s: unknown file: %.*s", RK_FMT(path), RK_FMT(file->why));
    }
    return true;
}

/* The same bytes under two names, or given twice, count once: the one whose name comes first, whatever the
 * order on the command line. */
static void skip_repeated(matching *m)
{
    rk_files *files = &m->world.files;
    for (size_t i = 0; i < files->count; i++)
        for (size_t j = 0; j < i && files->items[i].fate == RK_FATE_NONE; j++) {
            rk_file *later = &files->items[i], *kept = &files->items[j];
            if (kept->channel != later->channel || kept->fate != RK_FATE_NONE ||
                !rk_slice_equal(kept->bytes, later->bytes))
                continue;
            if (rk_slice_compare(later->name, kept->name) < 0) {
                rk_file *first = later;
                later = kept;
                kept = first;
            }
            later->fate = RK_FATE_SAME;
            rk_log_warning("%.*s: skipped: same content as %.*s", RK_FMT(later->name),
                           RK_FMT(kept->name));
        }
}

/* A repeated file of another day in which nothing was paid counts: some layouts do not tell the day. */
static size_t restore_empty(matching *m)
{
    rk_files *files = &m->world.files;
    size_t count = 0;
    for (size_t i = 0; i < files->count; i++)
        for (size_t j = 0; j < i && files->items[i].fate == RK_FATE_SAME; j++) {
            rk_file *file = &files->items[i];
            const rk_file *earlier = &files->items[j];
            if (earlier->fate != RK_FATE_ACCEPTED || earlier->channel != file->channel ||
                earlier->entries || earlier->rejects || earlier->from == file->from ||
                !rk_slice_equal(earlier->bytes, file->bytes))
                continue;
            file->fate = RK_FATE_NONE;
            file->why = (rk_slice){"", 0};
            count++;
        }
    return count;
}

/* Digests only where an output or a tie needs them. */
static void digest_files(matching *m)
{
    rk_files *files = &m->world.files;
    bool outputs = m->writes & (WRITE_ENTRIES | WRITE_WORKBOOKS);
#pragma omp parallel for schedule(dynamic, 1) num_threads(m->setup.threads)
    for (size_t i = 0; i < files->count; i++)
        if (outputs || rk_match_needs_digests(files, files->items[i].channel))
            files->items[i].digest = rk_digest_of(files->items[i].bytes);
}

static void tell_files(matching *m)
{
    for (size_t i = 0; i < m->world.files.count; i++) {
        const rk_file *file = &m->world.files.items[i];
        if (file->fate == RK_FATE_SAME)
            rk_log_warning("%.*s: skipped: same content as %.*s", RK_FMT(file->name),
                           RK_FMT(file->why));
        if (file->fate != RK_FATE_QUARANTINED && file->fate != RK_FATE_HELD)
            continue;
        m->waiting = true;
        rk_log_warning("%.*s: %s: %.*s", RK_FMT(file->name), rk_fate_name(file->fate),
                       RK_FMT(file->why));
    }
}

static bool read_statements(matching *m, rk_error *err)
{
    rk_reading reading = {.rules = &m->setup.rules,
                          .names = &m->world.names,
                          .texts = &m->world.texts,
                          .arena = &m->world.arena,
                          .threads = m->setup.threads};
    m->statement_files = rk_alloc(m->statements.count, sizeof *m->statement_files);
    for (size_t i = 0; i < m->statements.count; i++)
        if (!add_statement(m, &reading, i, err))
            return false;
    skip_repeated(m);
    m->world.new_file_count = m->world.files.count;
    m->overlaps = may_overlap(m);
    rk_batch_init(&m->world.entries.batch, rk_entry_columns, rk_entry_column_count, 16,
                  wanted_entry_columns(m));
    if (!rk_statements_read(&reading, &m->world.files, &m->world.entries, &m->world.rejects, err) ||
        (restore_empty(m) > 0 &&
         !rk_statements_read(&reading, &m->world.files, &m->world.entries, &m->world.rejects, err)))
        return false;
    digest_files(m);
    if (m->overlaps &&
        !rk_overlap_settle(&m->setup.rules, &m->world, &m->world.entries, NULL, NULL, err))
        return false;
    tell_files(m);
    rk_log_stage("read", "files=%zu entries=%zu rejects=%zu", m->world.files.count,
                 m->world.entries.batch.count, m->world.rejects.count);
    return true;
}

/* The latest end of coverage of the files that were given. */
static rk_moment end_of_coverage(const matching *m)
{
    rk_moment latest = RK_NO_MOMENT, begin, end;
    for (size_t i = 0; i < m->world.files.count; i++) {
        const rk_file *file = &m->world.files.items[i];
        const rk_channel *channel = rk_channel_find(&m->setup.rules, file->channel);
        if (!channel || file->fate != RK_FATE_ACCEPTED || file->from == RK_NO_DAY ||
            file->until == RK_NO_DAY)
            continue;
        rk_channel_span(channel, file->from, file->until, &begin, &end);
        latest = end > latest ? end : latest;
    }
    return latest;
}

static bool judge(matching *m, rk_judgement *judgement, rk_error *err)
{
    *judgement =
        (rk_judgement){.rules = &m->setup.rules,
                       .zone = m->setup.settings.zone,
                       .judge_at = end_of_coverage(m),
                       .entries_alone = !(m->writes & (WRITE_APPLICATIONS | WRITE_WORKBOOKS)),
                       .threads = m->setup.threads};
    if (m->as_at && !rk_moment_parse(rk_slice_of(m->as_at), &judgement->judge_at))
        return rk_fail(err, RK_USAGE,
                       "--as-at takes a time such as 2024-03-05T24:00:00+07:00 does not: write "
                       "2024-03-06T00:00:00+07:00; not \"%s\"",
                       m->as_at);
    bool good = rk_judge(judgement, &m->world, err);
    rk_log_stage("match", "entries=%zu", m->world.entries.batch.count);
    return good;
}

enum { TABLES_AT_ONCE = 2 };

/* Tables that are written in one go over the rows. */
typedef struct table {
    unsigned asked;
    const char *names[TABLES_AT_ONCE]; /* NULL: one alone */
    void (*write)(const rk_tables *tables, rk_output *outs);
} table;

static bool write_table(const matching *m, const rk_tables *tables, const table *of, rk_error *err)
{
    rk_output outs[TABLES_AT_ONCE];
    rk_arena scratch = {0};
    size_t count = 0;
    bool good = true;
    for (; good && count < TABLES_AT_ONCE && of->names[count]; count += good)
        good = rk_output_open(
            &outs[count], rk_path_join(&scratch, m->out, rk_slice_of(of->names[count])), 0644, err);
    if (good)
        of->write(tables, outs);
    for (size_t i = 0; i < count; i++)
        if (good)
            good = rk_output_close(&outs[i], err);
        else
            rk_output_abandon(&outs[i]);
    rk_arena_free(&scratch);
    return good;
}

static bool write_tables(matching *m, rk_error *err)
{
    static const table all[] = {
        {WRITE_SUMMARY, {"summary.csv"}, rk_tables_summary},
        {WRITE_ENTRIES, {"entries.csv", "allocations.csv"}, rk_tables_entries},
        {WRITE_ENTRIES, {"links.csv"}, rk_tables_links},
        {WRITE_APPLICATIONS, {"applications.csv"}, rk_tables_applications},
        {WRITE_REJECTS, {"rejects.csv"}, rk_tables_rejects},
    };
    rk_tables tables = {.rules = &m->setup.rules,
                        .world = &m->world,
                        .zone = m->setup.settings.zone,
                        .threads = m->setup.threads};
    if (!rk_folder_make(m->out, 0755, err))
        return false;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (m->writes & all[i].asked && !write_table(m, &tables, &all[i], err))
            return false;
    rk_log_stage("write", "folder=%s", m->out);
    return true;
}

static bool write_books(matching *m, const rk_judgement *judgement, rk_error *err)
{
    size_t count;
    rk_days period;
    rk_bare bare = {.rules = &m->setup.rules,
                    .sources = &m->setup.sources,
                    .settings = &m->setup.settings,
                    .world = &m->world,
                    .judge_at = judgement->judge_at,
                    .program = RK_S(RK_VERSION),
                    .threads = m->setup.threads};
    if (!(m->writes & WRITE_WORKBOOKS))
        return true;
    if (m->period && !rk_days_parse(rk_slice_of(m->period), &period)) {
        rk_fail(err, RK_USAGE, "\"%s\" is no period", m->period);
        return rk_fail_hint(err, "2024-03-05, 2024-W10, 2024-03, 2024-Q1, 2024-H1, 2024, "
                                 "2024-03-01..2024-03-15");
    }
    bare.period = m->period ? &period : NULL;
    bare.workbook = rk_slice_of(m->report ? m->report : "");
    if (judgement->judge_at == RK_NO_MOMENT)
        return rk_fail(err, RK_USAGE, "no file tells its days: workbooks need --as-at");
    const char *folder = rk_path_join(&m->world.arena, m->out, RK_S("workbooks"));
    if (!rk_bare_books(&bare, folder, &count, err))
        return false;
    rk_log_stage("report", "workbooks=%zu", count);
    return true;
}

static bool run(matching *m, rk_error *err)
{
    rk_judgement judgement = {0};
    m->common.without_reports = !(m->writes & WRITE_WORKBOOKS);
    bool good = rk_setup_rules(&m->common, &m->world.names, &m->setup, err) &&
                read_applications(m, err) && read_statements(m, err) && judge(m, &judgement, err) &&
                write_tables(m, err) && write_books(m, &judgement, err);
    free(judgement.gaps.items);
    return good;
}

/* Giving up gigabytes of mapped files and columns takes a while: all threads do it. */
static void give_up(matching *m)
{
    enum { APPLICATIONS, ENTRIES, SOURCE, STATEMENTS };
    size_t count = m->statement_files ? m->statements.count : 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads(m->setup.threads) if (count > 0)
    for (size_t i = 0; i < STATEMENTS + count; i++)
        if (i == APPLICATIONS)
            rk_batch_free(&m->world.applications.batch);
        else if (i == ENTRIES)
            rk_batch_free(&m->world.entries.batch);
        else
            rk_file_unmap(i == SOURCE ? &m->applications_file
                                      : &m->statement_files[i - STATEMENTS]);
    free(m->statement_files);
}

rk_code rk_command_match(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    matching m = {0};
    bool good = parse(&m, argc, argv, err);
    if (good)
        rk_log_night(NULL);
    good = good && run(&m, err);
    give_up(&m);
    rk_world_free(&m.world);
    rk_setup_free(&m.setup);
    return !good ? err->code : m.waiting ? RK_WAITING : RK_DONE;
}
