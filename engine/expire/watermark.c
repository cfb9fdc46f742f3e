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

static rk_day last_covered(const rk_coverage *coverage, rk_name channel, rk_name account)
{
    rk_day last = RK_NO_DAY;
    for (size_t row = 0; row < coverage->batch.count; row++) {
        bool of_it =
            account == 0 || coverage->account[row] == 0 || coverage->account[row] == account;
        if (coverage->channel[row] == channel && of_it && coverage->until[row] > last)
            last = coverage->until[row];
    }
    return last;
}

static rk_day later(rk_day a, rk_day b)
{
    return a == RK_NO_DAY || (b != RK_NO_DAY && b > a) ? b : a;
}

static rk_day earlier(rk_day a, rk_day b)
{
    return a == RK_NO_DAY || (b != RK_NO_DAY && b < a) ? b : a;
}

/* `account` NULL: of a channel without accounts. */
static void gaps_of(const rk_channel *channel, const rk_account *account,
                    const rk_coverage *coverage, rk_day start, rk_gaps *gaps)
{
    rk_moment begin, end, known_until, closed = INT64_MAX;
    rk_day from = account ? later(channel->from, account->from) : channel->from;
    rk_day until = account ? earlier(channel->until, account->until) : channel->until;
    bool is_older = from == RK_NO_DAY || from < start;
    rk_day first = is_older ? start : from;
    rk_gap gap = {.held_by = channel->channel,
                  .account = account ? account->account : 0,
                  .office = account ? account->office : 0,
                  .from = INT64_MIN};
    rk_day last = last_covered(coverage, channel->channel, gap.account);
    rk_channel_span(channel, first, first, &known_until, &end);
    gap.until = known_until;
    if (is_older)
        rk_gaps_put(gaps, gap);
    for (rk_day day = first; day <= last; day++) {
        rk_channel_span(channel, day, day, &begin, &end);
        bool covered = rk_coverage_has(coverage, channel->channel, gap.account, day, day);
        bool expected = rk_channel_expects(channel, day) && (until == RK_NO_DAY || day < until);
        gap.from = known_until < begin ? known_until : begin;
        gap.until = end;
        if (!covered && expected)
            rk_gaps_put(gaps, gap);
        if ((covered || expected) && end > known_until)
            known_until = end;
    }
    if (until != RK_NO_DAY)
        rk_channel_span(channel, until, until, &closed, &end);
    gap.from = known_until;
    gap.until = closed;
    rk_gaps_put(gaps, gap);
}

void rk_gaps_of_channels(const rk_rules *rules, const rk_coverage *coverage, rk_day start,
                         rk_gaps *gaps)
{
    for (size_t i = 0; i < rules->channel_count; i++) {
        const rk_channel *channel = &rules->channels[i];
        if (!channel->holds_lapses)
            continue;
        for (size_t k = 0; k < rk_channel_parts(channel); k++)
            gaps_of(channel, &channel->accounts[k], coverage, start, gaps);
        if (rk_channel_parts(channel) == 0)
            gaps_of(channel, NULL, coverage, start, gaps);
    }
}

/* The office that alone is paid into the account on these days; 0: any may be. */
static rk_name office_of(const rk_channel *channel, rk_name account, rk_day from, rk_day until)
{
    rk_name office = 0;
    for (size_t i = 0; account && i < rk_channel_parts(channel); i++) {
        const rk_account *row = &channel->accounts[i];
        bool holds = from == RK_NO_DAY || ((row->from == RK_NO_DAY || row->from <= until) &&
                                           (row->until == RK_NO_DAY || from < row->until));
        if (row->account != account || !holds)
            continue;
        if (row->office == 0 || (office && office != row->office))
            return 0;
        office = row->office;
    }
    return office;
}

void rk_gaps_add_days(rk_gaps *gaps, const rk_channel *channel, rk_name account, rk_day from,
                      rk_day until)
{
    bool known = from != RK_NO_DAY && until != RK_NO_DAY;
    rk_gap gap = {.held_by = channel->channel,
                  .account = account,
                  .office = office_of(channel, account, known ? from : RK_NO_DAY, until),
                  .from = INT64_MIN,
                  .until = INT64_MAX};
    if (known)
        rk_channel_span(channel, from, until, &gap.from, &gap.until);
    rk_gaps_put(gaps, gap);
}

rk_moment rk_complete_until(const rk_gaps *gaps, rk_name channel, rk_name account, rk_moment start)
{
    rk_moment first = INT64_MAX;
    for (size_t i = 0; i < gaps->count; i++) {
        const rk_gap *gap = &gaps->items[i];
        bool of_it = gap->held_by == channel &&
                     (account == 0 || gap->account == 0 || gap->account == account);
        rk_moment from = gap->from > start ? gap->from : start;
        if (of_it && gap->until > start && from < first)
            first = from;
    }
    return first;
}
