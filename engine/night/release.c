/* Decisions on what lapses: days of a channel that hold nothing any more, and single applications. */
#include <stdlib.h>

#include "expire/expire.h"
#include "night/night.h"

static rk_slice text_of(const rk_night *night, rk_text text)
{
    return rk_texts_get(&night->world.texts, text);
}

static bool is_name(const rk_night *night, rk_name name, const char *text)
{
    return rk_slice_is(rk_names_text(&night->world.names, name), text);
}

/* "bca", or one account of it: "bca/0123456789". */
static const rk_channel *channel_called(const rk_night *night, rk_slice name, rk_name *account)
{
    rk_slice rest = name, head;
    *account = 0;
    if (!name.len || !rk_slice_cut(&rest, '/', &head))
        return NULL;
    rk_name found = rk_names_find(&night->world.names, head);
    const rk_channel *channel =
        found == RK_NAME_FULL ? NULL : rk_channel_find(&night->rules, found);
    if (!channel || head.len == name.len)
        return channel;
    *account = rk_names_find(&night->world.names, rest);
    for (size_t i = 0; i < rk_channel_parts(channel) && *account; i++)
        if (channel->accounts[i].account == *account)
            return channel;
    return NULL;
}

static void add_release(const rk_night *night, rk_text subject, rk_text object, rk_gaps *releases)
{
    rk_day day;
    rk_gap gap = {0};
    const rk_channel *channel = channel_called(night, text_of(night, subject), &gap.account);
    if (!channel || !rk_day_parse(text_of(night, object), &day))
        return;
    gap.held_by = channel->channel;
    rk_channel_span(channel, day, day, &gap.from, &gap.until);
    rk_gaps_put(releases, gap);
}

void rk_night_releases(const rk_night *night, rk_gaps *releases)
{
    const rk_decided *carried = &night->carried.decided;
    const rk_decision_rows *tonight = &night->history.decisions;
    for (size_t row = 0; row < carried->batch.count; row++)
        if (is_name(night, carried->kind[row], "release_hold") &&
            is_name(night, carried->effect[row], "applied"))
            add_release(night, carried->subject[row], carried->object[row], releases);
    for (size_t row = 0; row < tonight->batch.count; row++)
        if (is_name(night, tonight->kind[row], "release_hold") &&
            is_name(night, tonight->effect[row], "applied"))
            add_release(night, tonight->subject[row], tonight->object[row], releases);
}

bool rk_night_is_released(const rk_gaps *releases, const rk_channel *channel, rk_name account,
                          rk_day day)
{
    rk_moment begin, end;
    rk_channel_span(channel, day, day, &begin, &end);
    for (size_t i = 0; i < releases->count; i++) {
        const rk_gap *gap = &releases->items[i];
        if (gap->held_by == channel->channel && (gap->account == 0 || gap->account == account) &&
            gap->from <= begin && end <= gap->until)
            return true;
    }
    return false;
}

static bool misses(const rk_night *night, const rk_gaps *releases, const rk_channel *channel,
                   rk_name account, rk_day day)
{
    return rk_channel_has_account(channel, account, day) &&
           !rk_night_is_released(releases, channel, account, day) &&
           !rk_coverage_has(&night->carried.coverage, channel->channel, account, day, day);
}

bool rk_night_misses(const rk_night *night, const rk_gaps *releases, const rk_channel *channel,
                     rk_name account, rk_day day)
{
    if (!rk_channel_expects(channel, day))
        return false;
    if (account || rk_channel_parts(channel) == 0)
        return misses(night, releases, channel, account, day);
    for (size_t i = 0; i < rk_channel_parts(channel); i++)
        if (misses(night, releases, channel, channel->accounts[i].account, day))
            return true;
    return false;
}

static bool is_source(const rk_night *night, size_t decision)
{
    return rk_slice_is(text_of(night, night->history.decisions.subject[decision]), "source");
}

bool rk_night_source_is_released(const rk_night *night)
{
    const rk_decision_rows *d = &night->history.decisions;
    for (size_t row = 0; row < d->batch.count; row++)
        if (is_name(night, d->kind[row], "release_hold") &&
            is_name(night, d->effect[row], "applied") && is_source(night, row))
            return true;
    return false;
}

void rk_night_decide_release(rk_night *night, size_t decision)
{
    const rk_decision_rows *d = &night->history.decisions;
    rk_day day = RK_NO_DAY;
    rk_name account;
    const rk_channel *channel =
        channel_called(night, text_of(night, d->subject[decision]), &account);
    rk_day_parse(text_of(night, d->object[decision]), &day);
    bool known = is_source(night, decision) || (channel && channel->holds_lapses);
    if (!known)
        rk_night_effect(night, decision, "stale", "no channel of this name holds lapses back");
    else if (day > night->day)
        rk_night_effect(night, decision, "stale", "the day is not over");
    else
        rk_night_effect(night, decision, "applied", "");
}

static int by_application(const void *a, const void *b)
{
    uint32_t x = ((const rk_decided_lapse *)a)->application,
             y = ((const rk_decided_lapse *)b)->application;
    return (x > y) - (x < y);
}

/* A later decision on the same application replaces an earlier one. */
static void keep(rk_night *night, uint32_t application, bool lapses)
{
    for (size_t i = 0; i < night->lapse_count; i++)
        if (night->lapses[i].application == application) {
            night->lapses[i].lapses = lapses;
            return;
        }
    night->lapses = rk_grow(night->lapses, &night->lapse_capacity, night->lapse_count + 1,
                            sizeof *night->lapses);
    night->lapses[night->lapse_count++] = (rk_decided_lapse){application, lapses};
    qsort(night->lapses, night->lapse_count, sizeof *night->lapses, by_application);
}

void rk_night_decide_lapse(rk_night *night, size_t decision, uint32_t application)
{
    const rk_applications *before = &night->world.before.applications;
    bool lapses = is_name(night, night->history.decisions.kind[decision], "lapse");
    if (application == RK_NO_ROW || application >= before->batch.count) {
        rk_night_effect(night, decision, "stale", "no application has the id of its subject");
        return;
    }
    rk_state state = (rk_state)before->state[application];
    rk_moment deadline = before->deadline[application];
    if (lapses && state != RK_STATE_AWAITING)
        rk_night_effect(night, decision, "stale", "the application does not wait for its payment");
    else if (lapses && (deadline == RK_NO_MOMENT || deadline >= rk_night_judge_at(night)))
        rk_night_effect(night, decision, "stale", "its deadline has not passed");
    else if (!lapses && state != RK_STATE_EXPIRED)
        rk_night_effect(night, decision, "stale", "the application has not lapsed");
    else {
        keep(night, application, lapses);
        rk_night_effect(night, decision, "applied", "");
    }
}
