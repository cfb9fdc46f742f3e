#include "night/judge.h"

#include <omp.h>
#include <stdlib.h>

#include "base/threads.h"
#include "expire/expire.h"
#include "match/match.h"
#include "tally/facts.h"
#include "terms/terms.h"

/* Any payment of these days may still turn up. */
static void add_gap(rk_judgement *j, rk_name name, rk_name account, rk_day from, rk_day until)
{
    const rk_channel *channel = rk_channel_find(j->rules, name);
    if (channel && channel->holds_lapses)
        rk_gaps_add_days(&j->gaps, channel, account, from, until);
}

bool rk_was_sent_again(const rk_world *world, const rk_file *file)
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
                         (file->fate == RK_FATE_QUARANTINED && !rk_was_sent_again(world, file));
        if (set_aside)
            add_gap(j, file->channel, file->account, file->from, file->until);
    }
}

/* Records that could not be read: of earlier nights, and of this world's files that count. */
typedef struct lost_records {
    rk_lost_record *items;
    size_t count;
} lost_records;

static lost_records all_lost(const rk_judgement *j, const rk_world *world)
{
    lost_records all = {.items = rk_alloc(j->lost_count + world->rejects.count, sizeof *all.items)};
    for (size_t i = 0; i < j->lost_count; i++)
        all.items[all.count++] = j->lost[i];
    for (size_t i = 0; i < world->rejects.count; i++) {
        const rk_reject *reject = &world->rejects.items[i];
        const rk_file *file = &world->files.items[reject->file];
        if (file->fate == RK_FATE_ACCEPTED)
            all.items[all.count++] =
                (rk_lost_record){file->channel, reject->code, file->from, file->until};
    }
    return all;
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
    uint64_t x = ((const rk_lost_record *)a)->code, y = ((const rk_lost_record *)b)->code;
    return (x > y) - (x < y);
}

/* Those whose code could be read hold the application of that code alone; the others their days. */
static void hold_for_lost(rk_judgement *j, const rk_world *world, holds *all)
{
    lost_records lost = all_lost(j, world);
    if (lost.count)
        qsort(lost.items, lost.count, sizeof *lost.items, by_code);
    for (size_t i = 0; i < lost.count && lost.items[i].code == 0; i++)
        add_gap(j, lost.items[i].channel, 0, lost.items[i].from, lost.items[i].until);
    for (size_t row = 0; lost.count && row < world->applications.batch.count; row++) {
        rk_lost_record wanted = {.code = world->applications.code[row]};
        if (wanted.code == 0)
            continue;
        const rk_lost_record *found =
            bsearch(&wanted, lost.items, lost.count, sizeof *lost.items, by_code);
        if (found)
            add_hold(all, (uint32_t)row, found->channel);
    }
    free(lost.items);
}

static int by_application(const void *a, const void *b)
{
    const rk_hold *x = a, *y = b;
    if (x->application != y->application)
        return x->application < y->application ? -1 : 1;
    return (x->held_by > y->held_by) - (x->held_by < y->held_by);
}

/* Money came with the application's own code, but what it owes is not known. */
static void hold_for_unknown_due(const rk_world *world, int threads, holds *all)
{
    const rk_entries *e = &world->entries;
#pragma omp parallel num_threads(rk_threads_for(e->batch.count, threads))
    {
        holds own = {0};
#pragma omp for schedule(dynamic, RK_ROWS_A_THREAD) nowait
        for (size_t row = 0; row < e->batch.count; row++)
            if (e->outcome[row] == RK_UNIDENTIFIED && e->application[row] != RK_NO_ROW)
                add_hold(&own, e->application[row], rk_entry_channel(e, row));
#pragma omp critical(rk_judge_holds)
        for (size_t i = 0; i < own.count; i++) /* sorted later */
            add_hold(all, own.items[i].application, own.items[i].held_by);
        free(own.items);
    }
}

static void collect_holds(rk_judgement *j, const rk_world *world, holds *all)
{
    for (size_t i = 0; i < world->candidates.count; i++)
        add_hold(all, world->candidates.items[i].application,
                 rk_entry_channel(&world->entries, world->candidates.items[i].entry));
    for (size_t i = 0; i < world->held.count; i++)
        add_hold(all, world->held.items[i].application,
                 rk_entry_channel(&world->entries, world->held.items[i].entry));
    hold_for_unknown_due(world, j->threads, all);
    hold_for_lost(j, world, all);
    if (all->count)
        qsort(all->items, all->count, sizeof *all->items, by_application);
}

static bool expire(rk_judgement *j, rk_world *world, rk_error *err)
{
    holds waiting = {0};
    collect_holds(j, world, &waiting);
    for (size_t i = 0; j->releases && i < j->releases->count; i++)
        rk_gaps_cut(&j->gaps, j->releases->items[i].held_by, j->releases->items[i].account,
                    j->releases->items[i].from, j->releases->items[i].until);
    rk_expiry expiry = {.judge_at = j->judge_at,
                        .offices = &j->rules->offices,
                        .gaps = &j->gaps,
                        .holds = waiting.items,
                        .hold_count = waiting.count,
                        .decided = j->decided,
                        .decided_count = j->decided_count,
                        .suspended = j->suspended,
                        .suspended_by = j->suspended_by,
                        .threads = j->threads};
    rk_expire_run(&expiry, world);
    free(waiting.items);
    return rk_tally_has_states(world, j->threads, err);
}

bool rk_judge(rk_judgement *j, rk_world *world, rk_error *err)
{
    add_gaps(j, world);
    rk_terms_set(j->rules, j->zone, world, 0, j->threads);
    rk_match_run(j->rules, world, j->threads);
    return (j->entries_alone || expire(j, world, err)) &&
           rk_tally_conserves(world, j->threads, err);
}
