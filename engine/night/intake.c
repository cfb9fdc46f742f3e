#include "night/night.h"

#include <stdlib.h>

#include "base/log.h"
#include "collect/decisions.h"
#include "seal/columns.h"
#include "statement/read.h"

rk_moment rk_night_judge_at(const rk_night *night)
{
    return rk_day_begin(night->day, night->settings.zone) + night->settings.judge_at * RK_SECOND;
}

const rk_rule_mark *rk_night_rule_marks(const rk_manifest *manifest, rk_arena *arena, size_t *count)
{
    rk_rule_mark *marks = rk_arena_alloc(arena, manifest->item_count + 1, sizeof *marks);
    *count = 0;
    for (size_t i = 0; i < manifest->item_count; i++)
        if (manifest->items[i].kind == RK_ITEM_RULES)
            marks[(*count)++] = (rk_rule_mark){rk_arena_slice(arena, manifest->items[i].name),
                                               manifest->items[i].ref.content};
    return marks;
}

/* Rules that are new or not what the run before sealed; those of reports change no figure. */
static void note_changed_rules(rk_night *night, const rk_manifest *before)
{
    rk_buffer names = {0};
    night->rules_before =
        rk_night_rule_marks(before, &night->world.arena, &night->rule_before_count);
    for (size_t i = 0; i < night->sources->count; i++) {
        const rk_source *source = &night->sources->items[i];
        rk_digest digest = rk_digest_of(source->bytes);
        bool same = rk_slice_starts(source->name, RK_S("reports/"));
        for (size_t k = 0; !same && k < before->item_count; k++)
            same = before->items[k].kind == RK_ITEM_RULES &&
                   rk_slice_equal(before->items[k].name, source->name) &&
                   rk_digest_equal(&before->items[k].ref.content, &digest);
        if (same)
            continue;
        rk_buffer_text(&names, names.len ? "," : "");
        rk_buffer_slice(&names, source->name);
    }
    night->changed_rules = rk_arena_slice(&night->world.arena, rk_buffer_all(&names));
    night->program_before = rk_arena_slice(&night->world.arena, before->program);
    rk_buffer_free(&names);
}

bool rk_night_open(rk_night *night, const rk_manifest *before, const rk_digest *before_digest,
                   rk_error *err)
{
    rk_history_init(&night->history);
    rk_decision_rows_init(&night->gone_stale);
    rk_carried_init(&night->carried);
    rk_closing_init(&night->opening);
    rk_known_init(&night->world.before);
    night->manifest.night = night->day;
    night->manifest.number = night->number;
    night->manifest.program = night->program;
    night->manifest.mode = night->mode;
    if (!rk_rules_load(night->sources, &night->world.names, &night->world.arena, &night->rules,
                       err))
        return false;
    bool by_account = rk_engine_behaves(&night->rules.engine, RK_WATERMARKS_BY_ACCOUNT, night->day);
    for (size_t i = 0; i < night->rules.channel_count; i++)
        night->rules.channels[i].by_account = by_account;
    if (before) {
        const rk_item *closing = rk_manifest_item(before, RK_ITEM_CLOSING);
        note_changed_rules(night, before);
        night->manifest.previous = *before_digest;
        night->manifest.previous_run = before->run;
        if (!closing)
            return rk_fail(err, RK_DIFFERENT, "the night before has no closing state");
        rk_manifest_add(&night->manifest, RK_ITEM_OPENING, RK_S("opening"), &closing->ref);
        if (!rk_closing_open(&night->archive, &closing->ref, &night->world, &night->opening,
                             &night->carried, err))
            return false;
    }
    night->start = night->opening.start != RK_NO_DAY    ? night->opening.start
                   : night->settings.start != RK_NO_DAY ? night->settings.start
                                                        : night->day;
    night->since = night->opening.since;
    return true;
}

void rk_night_close(rk_night *night)
{
    rk_rules_free(&night->rules);
    rk_closing_free(&night->opening);
    rk_carried_free(&night->carried);
    rk_manifest_free(&night->manifest);
    rk_deliveries_free(&night->deliveries);
    rk_buffer_free(&night->snapshot);
    rk_buffer_free(&night->source_says);
    rk_history_free(&night->history);
    rk_batch_free(&night->cases_before.batch);
    rk_batch_free(&night->cases.batch);
    rk_batch_free(&night->facts.batch);
    rk_batch_free(&night->issued.batch);
    rk_batch_free(&night->issued_before.batch);
    rk_buffer_free(&night->detail);
    rk_buffer_free(&night->open_cases);
    rk_buffer_free(&night->open_findings);
    rk_buffer_free(&night->closing);
    rk_batch_free(&night->causes.batch);
    free(night->gaps.items);
    free(night->lapses);
    free(night->replaced);
    rk_batch_free(&night->gone_stale.batch);
    rk_books_free(&night->books);
    rk_shelf_free(&night->shelf);
    rk_world_free(&night->world);
}

static rk_reading reading_of(rk_night *night)
{
    return (rk_reading){.rules = &night->rules,
                        .names = &night->world.names,
                        .texts = &night->world.texts,
                        .arena = &night->world.arena,
                        .threads = night->threads};
}

/* The row of a known file with these bytes, SIZE_MAX when there is none. */
static size_t find_same(const rk_night *night, const rk_digest *digest)
{
    char hex[RK_DIGEST_HEX + 1];
    const rk_file_rows *known = &night->carried.files;
    rk_slice wanted = rk_slice_of(rk_digest_hex(digest, hex));
    for (size_t i = 0; i < known->batch.count; i++)
        if (rk_slice_equal(rk_texts_get(&night->world.texts, known->digest[i]), wanted))
            return i;
    return SIZE_MAX;
}

/* A file of decisions is known from now on, so that it is carried out once. */
static void note_decisions(rk_night *night, const rk_delivery *delivery)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_file_rows *rows = &night->history.files;
    size_t row = rk_batch_append(&rows->batch);
    rows->digest[row] =
        rk_texts_add(&night->world.texts, rk_slice_of(rk_digest_hex(&delivery->digest, hex)));
    rows->name[row] = rk_texts_add(&night->world.texts, delivery->name);
    rows->fate[row] =
        rk_names_add(&night->world.names, rk_slice_of(rk_fate_name(RK_FATE_ACCEPTED)));
}

/* Old decisions that lie in the inbox together are carried out each in its turn: in the night by which all
 * of a file had been made. */
static bool is_of_later(rk_night *night, const rk_delivery *delivery)
{
    rk_history scratch;
    rk_error ignored;
    bool later = false;
    if (!rk_mode_is_reconstructed(night->mode))
        return false;
    rk_history_init(&scratch);
    rk_decisions_read(delivery->name, delivery->content.bytes, &night->world.names,
                      &night->world.texts, &scratch.decisions, &ignored);
    for (size_t row = 0; row < scratch.decisions.batch.count; row++)
        later |= scratch.decisions.made_at[row] != RK_NO_MOMENT &&
                 scratch.decisions.made_at[row] >= rk_night_judge_at(night) + RK_DAY_LENGTH;
    rk_history_free(&scratch);
    return later;
}

/* A file that is no decisions file after all is left where it is. */
static void take_decisions(rk_night *night, rk_delivery *delivery)
{
    rk_error refused;
    size_t same = find_same(night, &delivery->digest);
    if (is_of_later(night, delivery))
        return;
    if (same != SIZE_MAX) {
        delivery->taken = true;
        rk_log_warning("%.*s: skipped: same content as %.*s", RK_FMT(delivery->name),
                       RK_FMT(rk_texts_get(&night->world.texts, night->carried.files.name[same])));
        return;
    }
    delivery->taken =
        rk_decisions_read(delivery->name, delivery->content.bytes, &night->world.names,
                          &night->world.texts, &night->history.decisions, &refused);
    if (delivery->taken) {
        note_decisions(night, delivery);
        return;
    }
    night->unknown_files++;
    rk_log_warning("%.*s: %s", RK_FMT(delivery->name), refused.message);
}

static void take_statement(rk_night *night, rk_delivery *delivery)
{
    rk_reading reading = reading_of(night);
    rk_files *files = &night->world.files;
    rk_file *file = rk_files_add(files);
    file->name = delivery->name;
    file->bytes = delivery->content.bytes;
    file->digest = delivery->digest;
    file->night = night->day;
    if (!rk_statement_identify(&reading, file)) {
        file->fate = RK_FATE_UNKNOWN;
        night->unknown_files++;
        return;
    }
    rk_name accepted = rk_names_add(&night->world.names, RK_S("accepted"));
    rk_collect_judge(files, files->count - 1, &night->carried.files, &night->world.texts, accepted,
                     night->day, &night->world.arena);
    delivery->taken = file->fate != RK_FATE_WAITING;
}

bool rk_night_take_in(rk_night *night, rk_error *err)
{
    for (size_t i = 0; i < night->deliveries.count; i++)
        if (night->deliveries.items[i].is_decisions)
            take_decisions(night, &night->deliveries.items[i]);
        else
            take_statement(night, &night->deliveries.items[i]);
    night->world.new_file_count = night->world.files.count;
    return rk_night_decide_files(night, err);
}

/* ---- decisions on files ---- */

/* The row of the file that waits and that the subject names by its digest (16 digits or more). */
static size_t find_waiting(const rk_night *night, rk_slice subject)
{
    const rk_file_rows *known = &night->carried.files;
    for (size_t i = known->batch.count; i > 0 && subject.len >= 16; i--)
        if (rk_slice_starts(rk_texts_get(&night->world.texts, known->digest[i - 1]), subject) &&
            rk_night_file_waits(night, i - 1))
            return i - 1;
    return SIZE_MAX;
}

/* The file comes back tonight with the fate that was decided. */
static bool bring_back(rk_night *night, size_t row, rk_file_fate fate, rk_error *err)
{
    rk_buffer bytes = {0};
    const rk_file_rows *known = &night->carried.files;
    rk_file *file = rk_files_add(&night->world.files);
    night->world.new_file_count = night->world.files.count;
    rk_digest_parse(rk_texts_get(&night->world.texts, known->digest[row]), &file->digest);
    file->name = rk_texts_get(&night->world.texts, known->name[row]);
    file->channel = known->channel[row];
    file->account = known->account[row];
    file->from = known->covers_from[row];
    file->until = known->covers_until[row];
    file->night = night->day;
    file->fate = fate;
    if (fate != RK_FATE_NONE)
        return true;
    file->overruled = true;
    bool good = rk_archive_get_content(&night->archive, &file->digest, &bytes, err);
    if (good)
        file->bytes = rk_arena_slice(&night->world.arena, rk_buffer_all(&bytes));
    rk_buffer_free(&bytes);
    return good;
}

/* Accepting a file that counts settles its rejects: a person has seen them. False when it has none. */
static bool accept_rejects(rk_night *night, rk_slice subject)
{
    rk_open_rejects *rejects = &night->carried.rejects;
    size_t kept = 0, count = rejects->batch.count;
    for (size_t row = 0; row < count; row++) {
        rk_slice digest = rk_texts_get(&night->world.texts, rejects->digest[row]);
        if (subject.len < 16 || !rk_slice_starts(digest, subject))
            rk_batch_copy_row(&rejects->batch, row, &rejects->batch, kept++);
    }
    rejects->batch.count = kept;
    return kept < count;
}

static bool decide_file(rk_night *night, size_t decision, bool accept, rk_error *err)
{
    rk_slice subject =
        rk_texts_get(&night->world.texts, night->history.decisions.subject[decision]);
    size_t row = find_waiting(night, subject);
    bool settled = accept && accept_rejects(night, subject);
    settled |= accept && rk_night_accept_gaps(night, subject);
    if (settled) {
        rk_night_effect(night, decision, "applied", "");
        return true;
    }
    if (row == SIZE_MAX) {
        rk_night_effect(night, decision, "stale", "no quarantined or held file has this digest");
        return true;
    }
    rk_night_effect(night, decision, "applied", "");
    return bring_back(night, row, accept ? RK_FATE_NONE : RK_FATE_DISCARDED, err);
}

/* The old one's unreadable lines are no question any more. */
static bool replace_file(rk_night *night, size_t decision, rk_error *err)
{
    const rk_decision_rows *d = &night->history.decisions;
    const rk_texts *texts = &night->world.texts;
    size_t row = find_waiting(night, rk_texts_get(texts, d->subject[decision]));
    if (!rk_night_decide_replacement(night, decision, row))
        return true;
    accept_rejects(night, rk_texts_get(texts, d->object[decision]));
    return bring_back(night, row, RK_FATE_NONE, err);
}

bool rk_night_decide_files(rk_night *night, rk_error *err)
{
    const rk_decision_rows *decisions = &night->history.decisions;
    rk_night_note_repeats(night);
    for (size_t i = 0; i < decisions->batch.count; i++) {
        rk_slice kind = rk_names_text(&night->world.names, decisions->kind[i]);
        bool accept = rk_slice_is(kind, "accept_file");
        if (!decisions->effect[i] && rk_slice_is(kind, "replace_file") &&
            !replace_file(night, i, err))
            return false;
        if (decisions->effect[i] || (!accept && !rk_slice_is(kind, "discard_file")))
            continue;
        if (!decide_file(night, i, accept, err))
            return false;
    }
    return true;
}
