#include "expire/expire.h"

void rk_channel_span(const rk_channel *channel, rk_day from, rk_day until, rk_moment *begin,
                     rk_moment *end)
{
    if (channel->dated != RK_DATED_CUTOFF) {
        *begin = rk_day_begin(from, channel->zone);
        *end = rk_day_begin(until + 1, channel->zone);
        return;
    }
    rk_day before = rk_day_before(channel->calendar, from, channel->cutoff_working_days);
    *begin = rk_day_begin(before, channel->zone) + channel->cutoff * RK_SECOND;
    *end = rk_day_begin(until, channel->zone) + channel->cutoff * RK_SECOND;
}

bool rk_channel_expects(const rk_channel *channel, rk_day day)
{
    bool working = channel->expect == RK_EXPECT_WORKING ||
                   (channel->dated == RK_DATED_CUTOFF && channel->cutoff_working_days);
    bool holds = (channel->from == RK_NO_DAY || day >= channel->from) &&
                 (channel->until == RK_NO_DAY || day < channel->until);
    return holds && channel->expect != RK_EXPECT_NOTHING &&
           (!working || rk_is_working_day(channel->calendar, day));
}

static rk_day last_covered(const rk_coverage *coverage, rk_name channel)
{
    rk_day last = RK_NO_DAY;
    for (size_t row = 0; row < coverage->batch.count; row++)
        if (coverage->channel[row] == channel && coverage->until[row] > last)
            last = coverage->until[row];
    return last;
}

static void gaps_of_channel(const rk_channel *channel, const rk_coverage *coverage, rk_day start,
                            rk_gaps *gaps)
{
    rk_moment begin, end, known_until;
    bool is_older = channel->from == RK_NO_DAY || channel->from < start;
    rk_day first = is_older ? start : channel->from;
    rk_day last = last_covered(coverage, channel->channel);
    rk_channel_span(channel, first, first, &known_until, &end);
    if (is_older)
        rk_gaps_add(gaps, channel->channel, INT64_MIN, known_until);
    for (rk_day day = first; day <= last; day++) {
        rk_channel_span(channel, day, day, &begin, &end);
        bool covered = rk_coverage_has(coverage, channel->channel, day, day);
        if (!covered && rk_channel_expects(channel, day))
            rk_gaps_add(gaps, channel->channel, known_until < begin ? known_until : begin, end);
        if ((covered || rk_channel_expects(channel, day)) && end > known_until)
            known_until = end;
    }
    rk_moment closed = INT64_MAX;
    if (channel->until != RK_NO_DAY)
        rk_channel_span(channel, channel->until, channel->until, &closed, &end);
    rk_gaps_add(gaps, channel->channel, known_until, closed);
}

void rk_gaps_of_channels(const rk_rules *rules, const rk_coverage *coverage, rk_day start,
                         rk_gaps *gaps)
{
    for (size_t i = 0; i < rules->channel_count; i++)
        if (rules->channels[i].holds_lapses)
            gaps_of_channel(&rules->channels[i], coverage, start, gaps);
}

rk_moment rk_complete_until(const rk_gaps *gaps, rk_name channel, rk_moment start)
{
    for (size_t i = 0; i < gaps->count; i++)
        if (gaps->items[i].held_by == channel && gaps->items[i].until > start)
            return gaps->items[i].from > start ? gaps->items[i].from : start;
    return INT64_MAX;
}
