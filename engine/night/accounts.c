/* Statements of an account that do not follow one another, over all nights: a number that is missing, a
 * balance that jumps. The files count; what is missing is named until it comes, or a person accepts the file
 * behind the gap (accept_file). */
#include <stdlib.h>

#include "base/log.h"
#include "expire/expire.h"
#include "night/night.h"

/* Runs of channels whose rules ask for it now. */
static void take_known(rk_night *night, rk_follows *all)
{
    const rk_follow_rows *known = &night->carried.accounts;
    for (size_t row = 0; row < known->batch.count; row++) {
        rk_follow one = rk_follow_rows_get(known, row);
        const rk_channel *channel = rk_channel_find(&night->rules, one.channel);
        if (!channel || !(channel->controls.numbers || channel->controls.opening))
            continue;
        one.numbers = channel->controls.numbers && one.first.year > 0;
        one.opening = channel->controls.opening;
        rk_night_follow_replaced(night, &one);
        rk_follows_add(all, &one);
    }
}

static void take_tonights(rk_night *night, rk_follows *all)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_world *w = &night->world;
    for (size_t i = 0; i < w->new_file_count; i++) {
        const rk_file *file = &w->files.items[i];
        if (file->fate != RK_FATE_ACCEPTED || file->follow_count == 0)
            continue;
        rk_text digest = rk_texts_add(&w->texts, rk_slice_of(rk_digest_hex(&file->digest, hex)));
        for (size_t k = 0; k < file->follow_count; k++) {
            rk_follow one = file->follows[k];
            one.first_digest = one.last_digest = digest;
            rk_follows_add(all, &one);
        }
    }
}

/* Of what is older than the memory of the books each account's last run is kept. */
static void carry(rk_night *night, const rk_follows *all)
{
    rk_follow_rows *rows = &night->carried.accounts;
    rk_day oldest = night->day - night->settings.memory_days;
    rows->batch.count = 0;
    for (size_t i = 0; i < all->count; i++) {
        const rk_follow *one = &all->items[i];
        bool is_last =
            i + 1 == all->count || one[1].account != one->account || one[1].channel != one->channel;
        if (is_last || one->until >= oldest)
            rk_follow_rows_put(rows, one);
    }
}

void rk_night_follow(rk_night *night)
{
    rk_follows all = {0};
    take_known(night, &all);
    take_tonights(night, &all);
    rk_follows_join(&all, &night->world.names);
    carry(night, &all);
    free(all.items);
    size_t next = 0;
    for (rk_slice why; rk_night_next_gap(night, &next, &why, NULL);)
        rk_log_warning("control failed: %.*s", RK_FMT(why));
}

/* The runs on both sides of a gap. */
static bool gap_before(const rk_night *night, size_t row, rk_follow *before, rk_follow *after)
{
    const rk_follow_rows *rows = &night->carried.accounts;
    *before = rk_follow_rows_get(rows, row - 1);
    *after = rk_follow_rows_get(rows, row);
    return before->channel == after->channel && before->account == after->account &&
           !after->accepted;
}

bool rk_night_next_gap(rk_night *night, size_t *next, rk_slice *why, rk_slice *digest)
{
    rk_world *w = &night->world;
    rk_follow before, after;
    for (*next = *next ? *next : 1; *next < night->carried.accounts.batch.count; ++*next) {
        if (!gap_before(night, *next, &before, &after))
            continue;
        const rk_channel *channel = rk_channel_find(&night->rules, after.channel);
        if (!channel)
            continue;
        after.numbers = channel->controls.numbers && after.first.year > 0;
        after.opening = channel->controls.opening;
        const char *gap = rk_follow_gap(&before, &after, channel->exponent, &w->arena);
        if (!gap[0])
            continue;
        *why = rk_slice_of(rk_arena_printf(&w->arena, "%.*s %.*s: %s",
                                           RK_FMT(rk_names_text(&w->names, after.channel)),
                                           RK_FMT(rk_names_text(&w->names, after.account)), gap));
        if (digest)
            *digest = rk_texts_get(&w->texts, after.first_digest);
        ++*next;
        return true;
    }
    return false;
}

size_t rk_night_count_gaps(rk_night *night)
{
    size_t count = 0, next = 0;
    for (rk_slice why; rk_night_next_gap(night, &next, &why, NULL);)
        count++;
    return count;
}

bool rk_night_accept_gaps(rk_night *night, rk_slice subject)
{
    const rk_follow_rows *rows = &night->carried.accounts;
    rk_follow before, after;
    bool any = false;
    for (size_t row = 1; row < rows->batch.count && subject.len >= 16; row++) {
        bool named =
            rk_slice_starts(rk_texts_get(&night->world.texts, rows->first_digest[row]), subject);
        if (!named || !gap_before(night, row, &before, &after))
            continue;
        rows->accepted[row] = 1;
        any = true;
    }
    return any;
}

/* The missing statement may hold a payment: nothing lapses that it could be for. */
void rk_night_hold_gaps(rk_night *night)
{
    const rk_follow_rows *rows = &night->carried.accounts;
    rk_follow before, after;
    for (size_t row = 1; row < rows->batch.count; row++) {
        if (!gap_before(night, row, &before, &after))
            continue;
        const rk_channel *channel = rk_channel_find(&night->rules, after.channel);
        if (!channel || !channel->holds_lapses)
            continue;
        rk_gaps_add_days(&night->gaps, channel, after.account, before.until, after.from);
    }
}
