#include <stdlib.h>

#include "expire/expire.h"
#include "night/judge.h"
#include "night/night.h"
#include "seal/columns.h"
#include "night/attribute.h"
#include "night/fold.h"
#include "tally/facts.h"
#include "tally/visits.h"
#include "version.h"

/* ---- judge ---- */

static void cover_days(rk_night *night)
{
    rk_night_uncover_replaced(night);
    for (size_t i = 0; i < night->world.new_file_count; i++) {
        const rk_file *file = &night->world.files.items[i];
        if (file->fate != RK_FATE_ACCEPTED)
            continue;
        const rk_channel *channel = rk_channel_find(&night->rules, file->channel);
        bool by_account = channel && rk_channel_parts(channel) > 0;
        for (size_t k = 0; by_account && k < file->part_count; k++)
            rk_coverage_add(&night->carried.coverage, &night->world.names, file->channel,
                            file->parts[k].account, file->parts[k].from, file->parts[k].until);
        if (!by_account || file->part_count == 0)
            rk_coverage_add(&night->carried.coverage, &night->world.names, file->channel,
                            by_account ? file->account : 0, file->from, file->until);
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
        if (channel && channel->holds_lapses && rk_night_file_waits(night, row))
            rk_gaps_add_days(&night->gaps, channel, known->account[row], known->covers_from[row],
                             known->covers_until[row]);
    }
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
    rk_night_follow(night);
    rk_gaps_of_channels(&night->rules, &night->carried.coverage, night->start, &night->gaps);
    add_gaps_of_known(night);
    rk_night_hold_gaps(night);
    rk_judgement judgement = {.rules = &night->rules,
                              .zone = night->settings.zone,
                              .judge_at = rk_night_judge_at(night),
                              .gaps = night->gaps,
                              .lost = lost_before(night),
                              .lost_count = night->carried.rejects.batch.count,
                              .suspended = night->suspended.len > 0,
                              .suspended_by = rk_names_add(&night->world.names, RK_S("source")),
                              .threads = night->threads};
    rk_gaps releases = {0};
    rk_night_releases(night, &releases);
    judgement.releases = &releases;
    judgement.decided = night->lapses;
    judgement.decided_count = night->lapse_count;
    bool good = rk_judge(&judgement, &night->world, err);
    free(releases.items);
    night->gaps = judgement.gaps;
    carry_rejects(night);
    return good;
}

/* ---- tally ---- */

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

static void put_missing_days(const rk_night *night, const rk_channel *channel, rk_name account,
                             const rk_gaps *releases, rk_buffer *out)
{
    rk_day first = channel->from > night->start ? channel->from : night->start;
    for (rk_day day = first; day <= night->day; day++) {
        if (!rk_night_misses(night, releases, channel, account, day))
            continue;
        if (out->len)
            rk_buffer_text(out, ", ");
        rk_day_put(out, day);
    }
}

static void add_mark(rk_night *night, const rk_channel *channel, rk_name account,
                     const rk_gaps *releases, rk_watermark *mark)
{
    rk_buffer missing = {0};
    rk_moment begin = rk_day_begin(night->start, night->settings.zone);
    put_missing_days(night, channel, account, releases, &missing);
    mark->channel = channel->channel;
    mark->account = account;
    mark->complete_until = rk_complete_until(&night->gaps, channel->channel, account, begin);
    mark->waits_for = rk_arena_slice(&night->world.arena, rk_buffer_all(&missing));
    rk_buffer_free(&missing);
}

/* One for each channel that holds lapses, and one for each of its accounts behind it. */
static void make_watermarks(rk_night *night)
{
    rk_arena *arena = &night->world.arena;
    rk_gaps releases = {0};
    size_t count = 0, room = 1;
    for (size_t i = 0; i < night->rules.channel_count; i++)
        room += 1 + rk_channel_parts(&night->rules.channels[i]);
    rk_watermark *marks = rk_arena_alloc(arena, room, sizeof *marks);
    rk_night_releases(night, &releases);
    for (size_t i = 0; i < night->rules.channel_count; i++) {
        const rk_channel *channel = &night->rules.channels[i];
        if (!channel->holds_lapses)
            continue;
        add_mark(night, channel, 0, &releases, &marks[count++]);
        for (size_t k = 0; k < rk_channel_parts(channel); k++)
            if (rk_channel_lists(channel, k, night->start, night->day))
                add_mark(night, channel, channel->accounts[k].account, &releases, &marks[count++]);
    }
    free(releases.items);
    night->marks = marks;
    night->mark_count = count;
}

/* Files of earlier nights that still wait for a person count like tonight's. */
static size_t count_set_aside(const rk_night *night)
{
    size_t count = night->set_aside_files;
    for (size_t row = 0; row < night->carried.files.batch.count; row++)
        count += rk_night_file_waits(night, row);
    return count;
}

/* The case of a decision that is stale names it. */
static void name_stale(rk_night *night)
{
    const rk_decided *decided = &night->carried.decided;
    const rk_texts *texts = &night->world.texts;
    for (size_t row = 0; row < night->cases.batch.count; row++)
        for (size_t i = 0;
             night->cases.reason[row] == RK_REASON_DECISION_STALE && i < decided->batch.count; i++)
            if (!rk_slice_is(rk_names_text(&night->world.names, decided->effect[i]), "done") &&
                rk_slice_equal(rk_texts_get(texts, decided->entry[i]),
                               rk_texts_get(texts, night->cases.entry[row])))
                night->cases.closed_by[row] = decided->decision_id[i];
}

typedef struct named {
    uint64_t key; /* of the entry */
    uint32_t cause;
} named;

static int by_key(const void *a, const void *b)
{
    const named *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* A case changes with its entry; one whose entry is not in the world does not change. */
static uint32_t *causes_of_cases(rk_night *night)
{
    const rk_world *w = &night->world;
    size_t count = 0, cases = night->cases.batch.count;
    uint32_t *causes = rk_arena_alloc(&night->world.arena, cases + 1, sizeof *causes);
    named *known = rk_alloc(w->entries.batch.count + 1, sizeof *known);
    rk_buffer name = {0};
    for (size_t row = 0; row < w->entries.batch.count; row++) {
        if (!night->entry_causes[row])
            continue;
        rk_buffer_clear(&name);
        rk_entry_name_put(w, row, &name);
        known[count++] = (named){rk_slice_hash(rk_buffer_all(&name)), night->entry_causes[row]};
    }
    qsort(known, count, sizeof *known, by_key);
    for (size_t row = 0; row < cases; row++) {
        named wanted = {rk_slice_hash(rk_texts_get(&w->texts, night->cases.entry[row])), 0};
        const named *found = count ? bsearch(&wanted, known, count, sizeof *known, by_key) : NULL;
        causes[row] = found ? found->cause : 0;
    }
    rk_buffer_free(&name);
    free(known);
    return causes;
}

bool rk_night_tally(rk_night *night, rk_error *err)
{
    rk_night_weigh_decisions(night);
    rk_tally_cases(&night->rules, &night->world, &night->carried.cases, night->day, &night->cases);
    name_stale(night);
    rk_night_find_causes(night);
    carry_cases(night);
    rk_tally tally = {.rules = &night->rules,
                      .world = &night->world,
                      .cases_before = &night->cases_before,
                      .cases = &night->cases,
                      .night = night->day,
                      .zone = night->settings.zone,
                      .entry_causes = night->entry_causes,
                      .application_causes = night->application_causes,
                      .case_causes = causes_of_cases(night),
                      .rest_cause = night->rest_cause,
                      .threads = night->threads};
    rk_tally_slots(&night->rules, &night->world, night->settings.zone, rk_night_judge_at(night));
    rk_tally_facts(&tally, &night->facts);
    rk_issued_init(&night->issued);
    rk_issued_init(&night->issued_before);
    if (!rk_night_read_issued(night, err))
        return false;
    rk_night_look_for_findings(night);
    rk_tally_fold(&night->carried.stock, &night->facts, night->day - night->settings.memory_days,
                  &night->world.names, night->threads);
    if (!rk_night_write_history(night, err))
        return false;
    rk_night_write_notices(night);
    make_watermarks(night);
    night->set_aside_files = count_set_aside(night);
    night->missing_statements = rk_night_count_gaps(night);
    rk_night_write_detail(night);
    rk_columns_encode(&night->carried.cases.batch, &night->world.names, &night->world.texts,
                      &night->open_cases);
    rk_columns_encode(&night->carried.findings.batch, &night->world.names, &night->world.texts,
                      &night->open_findings);
    return true;
}

/* ---- report ---- */

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

static rk_slice trial_reason(rk_language language)
{
    return language == RK_INDONESIAN
               ? RK_S("PERCOBAAN: dihitung dengan aturan sekarang, bukan yang berlaku saat itu")
               : RK_S("TRIAL: by the rules of today, not those that held then");
}

/* The books of the period in which the night lies. The runs before tonight, and tonight, are folded. */
static bool report_period(rk_night *night, rk_days days, const rk_books_input *common,
                          rk_books *all, rk_error *err)
{
    rk_fold fold;
    rk_attribution trace = {0};
    rk_book_lines *lines = NULL;
    rk_books made = {0};
    rk_books_input input = *common;
    input.period = days;
    rk_fold_of of = rk_night_fold_of(night, days.from, night->day);
    of.flows_from = rk_books_reach(&input);
    bool good = rk_shelf_fill(&night->shelf, of.archive, of.runs, of.run_count, of.flows_from,
                              of.until, &night->world.names, err) &&
                rk_fold_make(&of, &night->world, &fold, err);
    night->overdue_channels = fold.incomplete;
    night->provisional = rk_fold_provisional(&fold, &input, &night->world);
    if (night->other_rules)
        night->provisional = trial_reason(night->settings.language);
    input.provisional = night->provisional;
    rk_fold_give(&fold, &input);
    good = good && rk_attribute_again(&of, &input, &night->world.names, &trace, &lines,
                                      &input.again_count, err);
    input.again = lines;
    good = good && rk_books_make(&input, &night->world.arena, &made, err);
    rk_fold_free(&fold);
    rk_attribution_free(&trace);
    rk_books_join(all, &made);
    return good;
}

bool rk_night_report(rk_night *night, rk_error *err)
{
    bool good = true;
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
                            .reconstructed = rk_mode_is_reconstructed(night->mode),
                            .as_of = night->day,
                            .as_of_number = night->number,
                            .has_period = true,
                            .due_only = true,
                            .rejects = &night->world.rejects,
                            .rule_digests = digests_of_rules(night),
                            .sources = night->sources,
                            .rules_before = night->rules_before,
                            .rule_before_count = night->rule_before_count,
                            .has_before = night->rules_before != NULL,
                            .scratch = night->scratch,
                            .threads = night->threads};
    /* Days always: they tell what is incomplete. */
    for (int kind = RK_PERIOD_DAY; good && kind <= RK_PERIOD_YEAR; kind++)
        if (kind == RK_PERIOD_DAY ||
            rk_books_any_due(&night->rules.reports, (rk_period)kind, night->day))
            good = report_period(night, rk_days_of((rk_period)kind, night->day), &input,
                                 &night->books, err);
    return good && rk_night_revise(night, &input, err);
}
