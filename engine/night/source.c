/* What the source says beside its applications, as sealed: which of those that waited last night it does not
 * have any more, and which transitions it refused. And whether the source can be trusted. */
#include "base/delimited.h"
#include "night/night.h"

static const char heading[] = "kind,application_id,office,night,to_state,why,transition_id\n";
enum { CELLS = 7, KIND = 0, APPLICATION, OFFICE, NIGHT, TO_STATE, WHY, TRANSITION };

/* ---- as bytes ---- */

static void put_cells(const rk_slice cells[CELLS], rk_buffer *out)
{
    for (size_t i = 0; i < CELLS; i++) {
        if (i)
            rk_buffer_char(out, ',');
        rk_buffer_csv(out, cells[i]);
    }
    rk_buffer_char(out, '\n');
}

void rk_night_put_source(rk_night *night, const rk_source_answer *answers, size_t count)
{
    rk_buffer *out = &night->source_says;
    rk_buffer_clear(out);
    for (size_t i = 0; i < count; i++) {
        const rk_source_answer *a = &answers[i];
        if (i == 0)
            rk_buffer_text(out, heading);
        rk_slice cells[CELLS] = {a->refused ? RK_S("refused") : RK_S("gone"),
                                 a->application,
                                 a->office,
                                 a->night,
                                 a->to_state,
                                 a->why,
                                 a->transition};
        put_cells(cells, out);
    }
}

static rk_slice cell_of(rk_night *night, const rk_cell *cell)
{
    rk_arena *arena = &night->world.arena;
    if (!cell->doubled)
        return rk_cell_slice(cell);
    char *plain = rk_arena_alloc(arena, cell->len + 1, 1);
    return (rk_slice){plain, rk_cell_unescape(cell, '"', plain)};
}

bool rk_night_read_source(rk_night *night, rk_error *err)
{
    rk_cell cells[CELLS + 1];
    rk_record record;
    rk_slice bytes = rk_buffer_all(&night->source_says);
    size_t room = 0;
    night->answer_count = 0;
    if (bytes.len == 0)
        return true;
    rk_delimited text = rk_delimited_of(bytes, ',', '"');
    rk_cutter cutter = rk_cutter_all(&text);
    bool good = rk_cutter_next(&cutter, cells, CELLS + 1, &record) && record.count == CELLS;
    for (size_t i = 0; i < bytes.len; i++)
        room += bytes.at[i] == '\n';
    night->answers = rk_arena_alloc(&night->world.arena, room + 1, sizeof *night->answers);
    while (good && rk_cutter_next(&cutter, cells, CELLS + 1, &record)) {
        good = record.count == CELLS && record.fault == RK_RECORD_GOOD;
        if (!good || night->answer_count == room)
            break;
        night->answers[night->answer_count++] =
            (rk_source_answer){.refused = rk_slice_is(rk_cell_slice(&cells[KIND]), "refused"),
                               .application = cell_of(night, &cells[APPLICATION]),
                               .office = cell_of(night, &cells[OFFICE]),
                               .night = cell_of(night, &cells[NIGHT]),
                               .to_state = cell_of(night, &cells[TO_STATE]),
                               .why = cell_of(night, &cells[WHY]),
                               .transition = cell_of(night, &cells[TRANSITION])};
    }
    return good ||
           rk_fail(err, RK_DIFFERENT, "what the source said of last night is no table of it");
}

/* ---- whom it is asked about ---- */

rk_slice *rk_night_open_items(rk_night *night, size_t *count)
{
    const rk_applications *before = &night->world.before.applications;
    rk_slice *ids = rk_arena_alloc(&night->world.arena, before->batch.count + 1, sizeof *ids);
    *count = 0;
    for (size_t row = 0; row < before->batch.count; row++)
        if (before->state[row] == RK_STATE_AWAITING)
            ids[(*count)++] = rk_texts_get(&night->world.texts, before->id[row]);
    return ids;
}

/* ---- what is wrong with it ---- */

/* Those that are gone and that no person has accepted so. */
static size_t count_gone(const rk_night *night)
{
    const rk_findings *f = &night->carried.findings;
    const rk_texts *texts = &night->world.texts;
    rk_finding_index known = rk_finding_index_of(f, texts);
    size_t count = 0;
    for (size_t i = 0; i < night->answer_count; i++) {
        size_t at = 0, row;
        bool settled = night->answers[i].refused;
        while (!settled && (row = rk_finding_next(&known, texts, RK_MISSING_IN_SOURCE,
                                                  night->answers[i].application, &at)) != SIZE_MAX)
            settled = f->settled[row];
        count += !settled;
    }
    rk_finding_index_free(&known);
    return count;
}

/* The source could not be read, or it has lost applications since it was last whole: restored from an old
 * copy, or cut off. */
static rk_slice doubt(rk_night *night)
{
    rk_arena *arena = &night->world.arena;
    const rk_closing *opening = &night->opening;
    rk_buffer newest = {0}, before = {0};
    if (night->source_fault.len)
        return night->source_fault;
    if (night->snapshot.len == 0 || rk_night_source_is_released(night))
        return (rk_slice){"", 0};
    if (night->source_count < opening->source_count)
        return rk_slice_of(rk_arena_printf(arena, "%llu applications, where there were %llu",
                                           (unsigned long long)night->source_count,
                                           (unsigned long long)opening->source_count));
    size_t gone = count_gone(night);
    if (gone)
        return rk_slice_of(rk_arena_printf(
            arena, "%zu applications that waited last night are not in it any more", gone));
    if (night->source_newest >= opening->source_newest)
        return (rk_slice){"", 0};
    rk_moment_put(&newest, night->source_newest, night->settings.zone);
    rk_moment_put(&before, opening->source_newest, night->settings.zone);
    const char *why =
        rk_arena_printf(arena, "its newest application is of %.*s, where there was one of %.*s",
                        (int)newest.len, newest.bytes, (int)before.len, before.bytes);
    rk_buffer_free(&newest);
    rk_buffer_free(&before);
    return rk_slice_of(why);
}

/* The source is read again from here: not beyond the judgement, as what is submitted after it was left; and
 * from where it was last whole, as what it did not show tonight may be older than what it did. */
static void limit_since(rk_night *night)
{
    rk_moment last = rk_night_judge_at(night) - 1;
    if (night->suspended.len &&
        rk_engine_behaves(&night->rules.engine, RK_ORDER_OF_ARRIVAL, night->day))
        night->since = night->opening.since;
    else if (night->since > last)
        night->since = last;
}

bool rk_night_doubt_source(rk_night *night, rk_error *err)
{
    if (!rk_night_read_source(night, err))
        return false;
    night->suspended = doubt(night);
    limit_since(night);
    return true;
}
