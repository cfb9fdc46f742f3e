#include <stdlib.h>

#include "expire/expire.h"
#include "night/judge.h"
#include "night/night.h"
#include "seal/columns.h"
#include "tally/facts.h"
#include "version.h"

/* ---- judge ---- */

static void cover_days(rk_night *night)
{
    for (size_t i = 0; i < night->world.new_file_count; i++) {
        const rk_file *file = &night->world.files.items[i];
        if (file->fate == RK_FATE_ACCEPTED)
            rk_coverage_add(&night->carried.coverage, &night->world.names, file->channel,
                            file->from, file->until);
    }
}

/* Tonight's file settles the known one: it is the same one, decided, or stands in for it. */
static bool settles(const rk_night *night, const rk_file *file, const rk_file_rows *known,
                    size_t row)
{
    rk_digest digest;
    rk_digest_parse(rk_texts_get(&night->world.texts, known->digest[row]), &digest);
    bool is_same = file->fate != RK_FATE_SAME && rk_digest_equal(&digest, &file->digest) &&
                   rk_slice_equal(rk_texts_get(&night->world.texts, known->name[row]), file->name);
    return is_same ||
           (file->fate == RK_FATE_ACCEPTED && file->channel == known->channel[row] &&
            file->account == known->account[row] && file->from == known->covers_from[row] &&
            file->until == known->covers_until[row]);
}

static bool settled_later(const rk_night *night, const rk_file_rows *known, size_t row)
{
    const rk_texts *texts = &night->world.texts;
    rk_name accepted =
        rk_names_find(&night->world.names, rk_slice_of(rk_fate_name(RK_FATE_ACCEPTED)));
    for (size_t i = row + 1; i < known->batch.count; i++) {
        bool is_same = rk_slice_equal(rk_texts_get(texts, known->digest[i]),
                                      rk_texts_get(texts, known->digest[row])) &&
                       rk_slice_equal(rk_texts_get(texts, known->name[i]),
                                      rk_texts_get(texts, known->name[row]));
        bool stands_in = known->fate[i] == accepted && known->channel[i] == known->channel[row] &&
                         known->account[i] == known->account[row] &&
                         known->covers_from[i] == known->covers_from[row] &&
                         known->covers_until[i] == known->covers_until[row];
        if (is_same || stands_in)
            return true;
    }
    for (size_t i = 0; i < night->world.new_file_count; i++)
        if (settles(night, &night->world.files.items[i], known, row))
            return true;
    return false;
}

bool rk_night_file_waits(const rk_night *night, size_t row)
{
    const rk_file_rows *known = &night->carried.files;
    rk_slice fate = rk_names_text(&night->world.names, known->fate[row]);
    bool set_aside = rk_slice_is(fate, rk_fate_name(RK_FATE_QUARANTINED)) ||
                     rk_slice_is(fate, rk_fate_name(RK_FATE_HELD));
    return set_aside && !settled_later(night, known, row);
}

/* Files of earlier nights that are still quarantined or held. */
static void add_gaps_of_known(rk_night *night)
{
    const rk_file_rows *known = &night->carried.files;
    for (size_t row = 0; row < known->batch.count; row++) {
        const rk_channel *channel = rk_channel_find(&night->rules, known->channel[row]);
        rk_moment begin = INT64_MIN, end = INT64_MAX;
        if (!channel || !channel->holds_lapses || !rk_night_file_waits(night, row))
            continue;
        if (known->covers_from[row] != RK_NO_DAY && known->covers_until[row] != RK_NO_DAY)
            rk_channel_span(channel, known->covers_from[row], known->covers_until[row], &begin,
                            &end);
        rk_gaps_add(&night->gaps, channel->channel, begin, end);
    }
}

/* The source has lost applications since the last night: restored from an old copy, or cut off. */
static bool source_is_suspect(const rk_night *night)
{
    return night->snapshot.len > 0 && (night->source_count < night->opening.source_count ||
                                       night->source_newest < night->opening.source_newest);
}

static rk_lost_record *lost_before(rk_night *night)
{
    const rk_open_rejects *rejects = &night->carried.rejects;
    rk_lost_record *lost =
        rk_arena_alloc(&night->world.arena, rejects->batch.count + 1, sizeof *lost);
    for (size_t i = 0; i < rejects->batch.count; i++)
        lost[i] = (rk_lost_record){rejects->channel[i], rejects->code[i], rejects->from[i],
                                   rejects->until[i]};
    return lost;
}

/* Tonight's rejects wait from now on. */
static void carry_rejects(rk_night *night)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_world *w = &night->world;
    rk_open_rejects *rows = &night->carried.rejects;
    for (size_t i = 0; i < w->rejects.count; i++) {
        const rk_reject *reject = &w->rejects.items[i];
        const rk_file *file = &w->files.items[reject->file];
        if (file->fate != RK_FATE_ACCEPTED)
            continue;
        size_t row = rk_batch_append(&rows->batch);
        rows->digest[row] = rk_texts_add(&w->texts, rk_slice_of(rk_digest_hex(&file->digest, hex)));
        rows->name[row] = rk_texts_add(&w->texts, file->name);
        rows->channel[row] = file->channel;
        rows->line[row] = reject->line;
        rows->reason[row] = rk_texts_add(&w->texts, reject->reason);
        rows->amount[row] = reject->amount_minor;
        rows->code[row] = reject->code;
        rows->from[row] = file->from;
        rows->until[row] = file->until;
    }
}

bool rk_night_judge(rk_night *night, rk_error *err)
{
    cover_days(night);
    rk_gaps_of_channels(&night->rules, &night->carried.coverage, night->start, &night->gaps);
    add_gaps_of_known(night);
    rk_judgement judgement = {.rules = &night->rules,
                              .zone = night->settings.zone,
                              .judge_at = rk_night_judge_at(night),
                              .gaps = night->gaps,
                              .lost = lost_before(night),
                              .lost_count = night->carried.rejects.batch.count,
                              .suspended = source_is_suspect(night),
                              .suspended_by = rk_names_add(&night->world.names, RK_S("source")),
                              .threads = night->threads};
    bool good = rk_judge(&judgement, &night->world, err);
    night->gaps = judgement.gaps;
    carry_rejects(night);
    return good;
}

/* ---- tally ---- */

/* Facts of other runs that may fall on the day of the books; those of earlier runs of the same night are
 * taken back out of the stock. */
static bool add_other_facts(rk_night *night, rk_error *err)
{
    rk_world *w = &night->world;
    for (size_t i = 0; i < night->opening.fact_count; i++) {
        const rk_fact_list *list = &night->opening.facts[i];
        rk_buffer bytes = {0};
        size_t first = night->flows.batch.count;
        if (list->from == RK_NO_DAY || night->day < list->from || night->day > list->until)
            continue;
        if (!rk_archive_get(&night->archive, &list->ref, &bytes, err)) {
            rk_buffer_free(&bytes);
            return false;
        }
        rk_slice kept = rk_arena_slice(&w->arena, rk_buffer_all(&bytes));
        rk_buffer_free(&bytes);
        if (!rk_columns_decode(kept, &night->flows.batch, &w->names, &w->texts, err))
            return false;
        if (list->night == night->day)
            rk_tally_fold(&night->stock_before, &night->flows, first, -1, &w->names);
    }
    return true;
}

static void copy_facts(const rk_facts *from, rk_facts *to)
{
    for (size_t row = 0; row < from->batch.count; row++)
        rk_batch_copy_row(&from->batch, row, &to->batch, rk_facts_add(to));
}

/* Open cases alone are carried on. */
static void carry_cases(rk_night *night)
{
    rk_cases open;
    uint64_t all = ((uint64_t)1 << rk_case_column_count) - 1;
    rk_batch_init(&open.batch, rk_case_columns, rk_case_column_count, 64, all);
    for (size_t row = 0; row < night->cases.batch.count; row++)
        if (night->cases.status[row] != RK_CASE_CLOSED)
            rk_batch_copy_row(&night->cases.batch, row, &open.batch, rk_batch_append(&open.batch));
    night->cases_before = night->carried.cases;
    night->carried.cases = open;
}

bool rk_night_tally(rk_night *night, rk_error *err)
{
    rk_tally_cases(&night->rules, &night->world, &night->carried.cases, night->day, &night->cases);
    carry_cases(night);
    rk_tally tally = {.rules = &night->rules,
                      .world = &night->world,
                      .cases_before = &night->cases_before,
                      .cases = &night->cases,
                      .night = night->day,
                      .zone = night->settings.zone};
    rk_tally_facts(&tally, &night->facts);
    rk_facts_init(&night->stock_before, 64);
    rk_facts_init(&night->flows, 64);
    copy_facts(&night->carried.stock, &night->stock_before);
    copy_facts(&night->facts, &night->flows);
    rk_tally_fold(&night->carried.stock, &night->facts, 0, +1, &night->world.names);
    rk_night_write_history(night);
    return add_other_facts(night, err);
}

/* ---- report ---- */

static void put_missing_days(const rk_night *night, const rk_channel *channel, rk_buffer *out)
{
    rk_day first = channel->from > night->start ? channel->from : night->start;
    for (rk_day day = first; day <= night->day; day++) {
        if (rk_coverage_has(&night->carried.coverage, channel->channel, day, day))
            continue;
        if (out->len)
            rk_buffer_text(out, ", ");
        rk_day_put(out, day);
    }
}

/* One for each channel that holds lapses; counts those that have not told about the day. */
static rk_watermark *make_watermarks(rk_night *night, size_t *count, size_t *incomplete)
{
    rk_arena *arena = &night->world.arena;
    rk_watermark *marks = rk_arena_alloc(arena, night->rules.channel_count + 1, sizeof *marks);
    rk_moment begin = rk_day_begin(night->start, night->settings.zone);
    *count = *incomplete = 0;
    for (size_t i = 0; i < night->rules.channel_count; i++) {
        const rk_channel *channel = &night->rules.channels[i];
        rk_buffer missing = {0};
        if (!channel->holds_lapses)
            continue;
        if (channel->expect == RK_EXPECT_DAILY)
            put_missing_days(night, channel, &missing);
        marks[*count].channel = channel->channel;
        marks[*count].complete_until = rk_complete_until(&night->gaps, channel->channel, begin);
        marks[*count].waits_for = rk_arena_slice(arena, rk_buffer_all(&missing));
        *incomplete += missing.len > 0;
        rk_buffer_free(&missing);
        ++*count;
    }
    return marks;
}

static rk_slice provisional_reason(rk_night *night, size_t incomplete)
{
    bool indonesian = night->settings.language == RK_INDONESIAN;
    rk_arena *arena = &night->world.arena;
    if (source_is_suspect(night))
        return indonesian ? RK_S("sumber permohonan menyusut, kedaluwarsa ditangguhkan")
                          : RK_S("the source lost applications, lapses are suspended");
    if (incomplete)
        return rk_slice_of(rk_arena_printf(
            arena, indonesian ? "%zu kanal belum lengkap" : "%zu channels incomplete", incomplete));
    if (night->set_aside_files)
        return rk_slice_of(rk_arena_printf(arena,
                                           indonesian ? "%zu berkas dikarantina atau ditahan"
                                                      : "%zu files quarantined or held",
                                           night->set_aside_files));
    return (rk_slice){"", 0};
}

static rk_digest *digests_of_rules(rk_night *night)
{
    rk_digest *digests =
        rk_arena_alloc(&night->world.arena, night->sources->count + 1, sizeof *digests);
    for (size_t i = 0; i < night->sources->count; i++)
        digests[i] = rk_digest_of(night->sources->items[i].bytes);
    return digests;
}

static rk_slice hex_of(rk_night *night, const rk_digest *digest)
{
    char hex[RK_DIGEST_HEX + 1];
    if (rk_digest_is_zero(digest))
        return (rk_slice){"", 0};
    return rk_arena_slice(&night->world.arena, rk_slice_of(rk_digest_hex(digest, hex)));
}

/* What stays in the inbox is not sealed: a workbook that showed it could not be made again. Entries of
 * earlier nights have their files after those of tonight. */
static rk_files files_shown(rk_night *night)
{
    const rk_files *all = &night->world.files;
    rk_file *items = rk_arena_alloc(&night->world.arena, all->count + 1, sizeof *items);
    for (size_t i = 0; i < all->count; i++) {
        items[i] = all->items[i];
        if (items[i].fate == RK_FATE_UNKNOWN || items[i].fate == RK_FATE_WAITING)
            items[i].fate = RK_FATE_NONE;
    }
    return (rk_files){.items = items, .count = night->world.new_file_count};
}

/* Files of earlier nights that still wait for a person count like tonight's. */
static size_t count_set_aside(const rk_night *night)
{
    size_t count = night->set_aside_files;
    for (size_t row = 0; row < night->carried.files.batch.count; row++)
        count += rk_night_file_waits(night, row);
    return count;
}

bool rk_night_report(rk_night *night, rk_error *err)
{
    size_t count, incomplete;
    rk_files tonight = files_shown(night);
    const rk_watermark *marks = make_watermarks(night, &count, &incomplete);
    night->overdue_channels = incomplete;
    night->set_aside_files = count_set_aside(night);
    night->provisional = provisional_reason(night, incomplete);
    rk_books_input input = {.rules = &night->rules,
                            .names = &night->world.names,
                            .texts = &night->world.texts,
                            .language = night->settings.language,
                            .biller = night->settings.biller,
                            .zone = night->settings.zone,
                            .night = night->day,
                            .number = night->number,
                            .run = hex_of(night, &night->manifest.run),
                            .head_before = hex_of(night, &night->manifest.previous_run),
                            .program = night->program,
                            .provisional = night->provisional,
                            .stock_before = &night->stock_before,
                            .flows = &night->flows,
                            .applications = &night->world.applications,
                            .states_before = night->world.before.applications.state,
                            .state_before_count = night->world.before.applications.batch.count,
                            .entries = &night->world.entries,
                            .files = &tonight,
                            .rejects = &night->world.rejects,
                            .cases = &night->cases,
                            .watermarks = marks,
                            .watermark_count = count,
                            .rule_digests = digests_of_rules(night),
                            .sources = night->sources,
                            .scratch = night->scratch,
                            .threads = night->threads};
    return rk_books_make(&input, &night->world.arena, &night->books, err);
}
