#include "night/judge.h"

#include <stdlib.h>

#include "expire/expire.h"
#include "match/match.h"
#include "tally/facts.h"
#include "terms/terms.h"

/* A file whose entries do not count, and a reject without a readable code, may hold any payment of the
 * days they tell about. */
static void add_gap_of_file(rk_judgement *j, const rk_file *file)
{
    rk_moment begin = INT64_MIN, end = INT64_MAX;
    const rk_channel *channel = rk_channel_find(j->rules, file->channel);
    if (!channel || !channel->holds_lapses)
        return;
    if (file->from != RK_NO_DAY && file->until != RK_NO_DAY)
        rk_channel_span(channel, file->from, file->until, &begin, &end);
    rk_gaps_add(&j->gaps, file->channel, begin, end);
}

/* A file of the same channel, account and days counts: the one that was set aside was sent again. */
static bool was_sent_again(const rk_world *world, const rk_file *file)
{
    for (size_t i = 0; i < world->new_file_count; i++) {
        const rk_file *other = &world->files.items[i];
        if (other->fate == RK_FATE_ACCEPTED && other->channel == file->channel &&
            other->account == file->account && other->from == file->from &&
            other->until == file->until)
            return true;
    }
    return false;
}

static void add_gaps(rk_judgement *j, const rk_world *world)
{
    for (size_t i = 0; i < world->new_file_count; i++) {
        const rk_file *file = &world->files.items[i];
        bool set_aside = file->fate == RK_FATE_HELD ||
                         (file->fate == RK_FATE_QUARANTINED && !was_sent_again(world, file));
        if (set_aside)
            add_gap_of_file(j, file);
    }
    for (size_t i = 0; i < world->rejects.count; i++) {
        const rk_reject *reject = &world->rejects.items[i];
        const rk_file *file = &world->files.items[reject->file];
        if (reject->code == 0 && file->fate == RK_FATE_ACCEPTED)
            add_gap_of_file(j, file);
    }
}

typedef struct holds {
    rk_hold *items;
    size_t count, capacity;
} holds;

static void add_hold(holds *all, uint32_t application, rk_name held_by)
{
    all->items = rk_grow(all->items, &all->capacity, all->count + 1, sizeof *all->items);
    all->items[all->count++] = (rk_hold){application, held_by};
}

static int by_code(const void *a, const void *b)
{
    uint64_t x = ((const rk_reject *)a)->code, y = ((const rk_reject *)b)->code;
    return (x > y) - (x < y);
}

/* Rejects whose code could be read hold the application of that code alone. */
static void hold_for_rejects(const rk_world *world, holds *all)
{
    size_t count = 0;
    rk_reject *coded = rk_alloc(world->rejects.count, sizeof *coded);
    for (size_t i = 0; i < world->rejects.count; i++)
        if (world->rejects.items[i].code)
            coded[count++] = world->rejects.items[i];
    if (count)
        qsort(coded, count, sizeof *coded, by_code);
    for (size_t row = 0; count && row < world->applications.batch.count; row++) {
        rk_reject wanted = {.code = world->applications.code[row]};
        const rk_reject *found = bsearch(&wanted, coded, count, sizeof *coded, by_code);
        if (found)
            add_hold(all, (uint32_t)row, world->files.items[found->file].channel);
    }
    free(coded);
}

static int by_application(const void *a, const void *b)
{
    const rk_hold *x = a, *y = b;
    if (x->application != y->application)
        return x->application < y->application ? -1 : 1;
    return (x->held_by > y->held_by) - (x->held_by < y->held_by);
}

static void collect_holds(const rk_world *world, holds *all)
{
    for (size_t i = 0; i < world->candidates.count; i++)
        add_hold(all, world->candidates.items[i].application,
                 world->entries.channel[world->candidates.items[i].entry]);
    hold_for_rejects(world, all);
    if (all->count)
        qsort(all->items, all->count, sizeof *all->items, by_application);
}

bool rk_judge(rk_judgement *j, rk_world *world, rk_error *err)
{
    holds waiting = {0};
    add_gaps(j, world);
    rk_terms_set(j->rules, j->zone, world, 0, j->threads);
    rk_match_run(j->rules, world, j->threads);
    collect_holds(world, &waiting);
    rk_expiry expiry = {.judge_at = j->judge_at,
                        .gaps = &j->gaps,
                        .holds = waiting.items,
                        .hold_count = waiting.count,
                        .suspended = j->suspended,
                        .suspended_by = j->suspended_by,
                        .threads = j->threads};
    rk_expire_run(&expiry, world);
    free(waiting.items);
    return rk_tally_conserves(world, err);
}
