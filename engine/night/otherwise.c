#include "night/otherwise.h"

#include <stdlib.h>

#include "night/replay.h"
#include "report/words.h"

typedef struct comparing {
    const rk_asof *asof;
    const rk_sources *now;
    const rk_asof_wish *wish;
    rk_attribution *found;
    rk_sources rules; /* the sealed ones, with some replaced */
    rk_slice *names;  /* files that are not the same, ascending */
    size_t name_count;
    rk_night_name *nights;
    size_t at; /* of them: the night */
    rk_money money;
    int64_t count;
} comparing;

/* ---- which files ---- */

static const rk_source *find_source(const rk_sources *sources, rk_slice name)
{
    for (size_t i = 0; i < sources->count; i++)
        if (rk_slice_equal(sources->items[i].name, name))
            return &sources->items[i];
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    return rk_slice_compare(*(const rk_slice *)a, *(const rk_slice *)b);
}

static void note_changed(comparing *c, const rk_sources *these, const rk_sources *others)
{
    for (size_t i = 0; i < these->count; i++) {
        const rk_source *source = &these->items[i];
        const rk_source *other = find_source(others, source->name);
        bool told = other && these == c->now; /* from the other side */
        if (!told && !rk_slice_starts(source->name, RK_S("reports/")) &&
            !(other && rk_slice_equal(other->bytes, source->bytes)))
            c->names[c->name_count++] = source->name;
    }
}

static void find_changed(comparing *c)
{
    const rk_sources *sealed = &c->asof->sources;
    size_t most = sealed->count + c->now->count + 1;
    c->names = rk_arena_alloc(&c->found->arena, most, sizeof *c->names);
    c->rules.items = rk_arena_alloc(&c->found->arena, most, sizeof *c->rules.items);
    for (size_t i = 0; i < sealed->count; i++)
        c->rules.items[c->rules.count++] = sealed->items[i];
    note_changed(c, sealed, c->now);
    note_changed(c, c->now, sealed);
    if (c->name_count > 1)
        qsort(c->names, c->name_count, sizeof *c->names, by_name);
}

static int by_source(const void *a, const void *b)
{
    return rk_slice_compare(((const rk_source *)a)->name, ((const rk_source *)b)->name);
}

/* The file as it is now, or gone. */
static void replace(comparing *c, rk_slice name)
{
    const rk_source *now = find_source(c->now, name);
    rk_source *sealed = (rk_source *)(uintptr_t)find_source(&c->rules, name);
    if (now && sealed)
        *sealed = *now;
    else if (now)
        c->rules.items[c->rules.count++] = *now;
    else if (sealed)
        *sealed = c->rules.items[--c->rules.count];
    qsort(c->rules.items, c->rules.count, sizeof *c->rules.items, by_source);
}

/* ---- what the books say ---- */

static void sum_up(comparing *c, const rk_facts *f, rk_day until)
{
    c->money = c->count = 0;
    for (size_t row = 0; row < f->batch.count; row++)
        if (f->kind[row] == RK_FACT_ENTRY && f->outcome[row] != RK_IGNORED &&
            f->outcome[row] != RK_SETTLEMENT && f->booked_on[row] >= c->wish->period.from &&
            f->booked_on[row] <= until) {
            rk_money_add(&c->money, f->amount[row]);
            c->count += f->count[row];
        }
}

/* The figures that the fold gives, and the money in it. */
static bool say(comparing *c, const rk_fold_of *of, const rk_rules *rules, rk_world *world,
                const rk_ground *ground, rk_error *err)
{
    rk_fold fold;
    rk_books books = {0};
    rk_fold_of all = *of;
    rk_books_input input = {.rules = rules, .names = &world->names, .texts = &world->texts};
    rk_asof_input(c->asof, c->wish, &world->arena, &input);
    input.figures = true;
    all.archive = c->asof->archive;
    all.from = c->wish->period.from;
    all.until = input.night;
    all.flows_from = rk_books_reach(&input);
    bool good = rk_fold_make(&all, world, &fold, err);
    if (good) {
        rk_fold_give(&fold, &input);
        sum_up(c, &fold.flows, input.night);
        good = rk_books_make(&input, &world->arena, &books, err);
    }
    if (good)
        rk_attribution_take(c->found, &books, ground);
    rk_books_free(&books);
    rk_fold_free(&fold);
    return good;
}

static bool say_sealed(comparing *c, rk_error *err)
{
    rk_world world = {0};
    rk_rules rules = {0};
    rk_fold_of of = {.runs = c->asof->runs, .run_count = c->asof->run_count};
    bool good = rk_rules_load(&c->asof->sources, &world.names, &world.arena, &rules, err) &&
                rk_asof_know(c->wish, &rules, &world.names, err) &&
                say(c, &of, &rules, &world, NULL, err);
    c->found->before = c->money;
    c->found->count_before = c->count;
    rk_rules_free(&rules);
    rk_world_free(&world);
    return good;
}

/* The night once more, by the rules as they are mixed; nothing of it is written. */
static bool judge_again(rk_replay *replay, rk_error *err)
{
    rk_night *night = &replay->night;
    return rk_replay_take_in(replay, err) && rk_night_read(night, err) &&
           rk_night_seal_inputs(night, err) && rk_night_judge(night, err) &&
           rk_night_tally(night, err);
}

static bool say_again(comparing *c, const rk_ground *ground, rk_error *err)
{
    rk_replay replay = {0};
    bool good = rk_replay_open(&replay, c->asof->archive, c->nights, c->at, c->wish->threads, err);
    if (good) {
        replay.sources = c->rules;
        replay.night.other_rules = true;
        replay.night.scratch = c->wish->scratch;
        good = judge_again(&replay, err);
    }
    if (good) {
        rk_night *night = &replay.night;
        rk_fold_of of = {.runs = night->opening.facts,
                         .run_count = night->opening.fact_count,
                         .tonight_facts = &night->facts,
                         .tonight_detail = rk_buffer_all(&night->detail),
                         .tonight_cases = rk_buffer_all(&night->open_cases),
                         .tonight_findings = rk_buffer_all(&night->open_findings),
                         .tonight = night->day};
        good = say(c, &of, &night->rules, &night->world, ground, err);
    }
    rk_replay_close(&replay);
    return good;
}

/* ---- file by file ---- */

static rk_cause_kind kind_of(rk_slice name)
{
    return rk_slice_is(name, "tariffs.yaml")   ? RK_CAUSE_TARIFF
           : rk_slice_is(name, "outages.yaml") ? RK_CAUSE_OUTAGE
           : rk_slice_is(name, "engine.yaml")  ? RK_CAUSE_PROGRAM
                                               : RK_CAUSE_RULE;
}

static rk_ground ground_of(comparing *c, rk_cause_kind kind, rk_slice what)
{
    rk_arena *arena = &c->found->arena;
    rk_slice shown = rk_shown_cause(kind, c->asof->settings.language);
    const rk_manifest *m = &c->asof->manifest;
    return (rk_ground){
        .cause = rk_slice_of(rk_arena_printf(arena, "%.*s %.*s", RK_FMT(shown), RK_FMT(what))),
        .run = rk_slice_of(rk_manifest_name(m->night, m->number, arena)),
        .kind = rk_slice_of(rk_cause_name(kind)),
        .what = rk_arena_slice(arena, what)};
}

/* What the money grew by at this ground. */
static void add_part(comparing *c, const rk_ground *ground, rk_money before, int64_t count)
{
    rk_attribution *found = c->found;
    rk_difference_part part = {
        .ground = *ground, .amount = c->money - before, .count = c->count - count};
    if (part.amount == 0 && part.count == 0)
        return;
    found->parts = rk_grow(found->parts, &found->part_capacity, found->part_count + 1, sizeof part);
    found->parts[found->part_count++] = part;
}

static bool step(comparing *c, rk_cause_kind kind, rk_slice what, rk_error *err)
{
    rk_money before = c->money;
    int64_t count = c->count;
    rk_ground ground = ground_of(c, kind, what);
    if (!say_again(c, &ground, err))
        return false;
    add_part(c, &ground, before, count);
    return true;
}

/* Files that are not in order without one another are replaced together. */
static bool replace_all(comparing *c, rk_error *err)
{
    rk_buffer together = {0};
    bool good = true, alone = true;
    for (size_t i = 0; good && i < c->name_count; i++) {
        rk_slice name = c->names[i];
        rk_error why;
        if (together.len)
            rk_buffer_text(&together, ", ");
        rk_buffer_slice(&together, name);
        replace(c, name);
        good = step(c, alone ? kind_of(name) : RK_CAUSE_RULE, rk_buffer_all(&together), &why);
        alone = good;
        if (good) {
            rk_buffer_clear(&together);
        } else if (why.code == RK_INVALID && i + 1 < c->name_count) {
            good = true;
        } else {
            *err = why;
        }
    }
    rk_buffer_free(&together);
    return good;
}

static bool find_night(comparing *c, rk_arena *arena, rk_error *err)
{
    size_t count;
    const rk_manifest *m = &c->asof->manifest;
    if (!rk_archive_nights(c->asof->archive, "nights", arena, &c->nights, &count, err))
        return false;
    for (c->at = 0; c->at < count; c->at++)
        if (c->nights[c->at].night == m->night && c->nights[c->at].number == m->number)
            break;
    return (c->at < count && rk_archive_is_whole(c->asof->archive, &c->nights[c->at])) ||
           rk_fail(err, RK_USAGE, "the archive \"%s\" holds no such night",
                   c->asof->archive->folder);
}

bool rk_otherwise_attribute(const rk_asof *asof, const rk_sources *now, const rk_asof_wish *wish,
                            rk_slice program, rk_attribution *found, rk_error *err)
{
    *found = (rk_attribution){0};
    comparing c = {.asof = asof, .now = now, .wish = wish, .found = found};
    find_changed(&c);
    bool good = find_night(&c, &found->arena, err) && say_sealed(&c, err) &&
                step(&c, RK_CAUSE_PROGRAM, program, err) && replace_all(&c, err);
    found->after = c.money;
    found->count_after = c.count;
    if (good)
        rk_attribution_end(found);
    return good;
}
