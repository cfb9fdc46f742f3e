#include "terms/clock.h"

static bool has_name(const rk_name_list *list, rk_name name)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == name)
            return true;
    return false;
}

/* An application that does not say its channel may have wanted any. */
static bool stops(const rk_pauses *p, const rk_outage *outage)
{
    return (outage->functions & p->functions) != 0 &&
           (outage->offices.count == 0 || has_name(&outage->offices, p->office)) &&
           (outage->channels.count == 0 || p->channel == 0 ||
            has_name(&outage->channels, p->channel));
}

static rk_moment end_of(const rk_outage *outage, rk_zone zone)
{
    return outage->until.at == RK_NO_MOMENT ? INT64_MAX : rk_local_at(outage->until, zone);
}

/* The end of the outages that hold at `at`, each following on the other; `at` itself when none does. */
static rk_moment leave(const rk_pauses *p, rk_moment at, rk_name *paused_by)
{
    bool moved = true;
    while (moved) {
        moved = false;
        for (size_t i = 0; i < p->outages->count; i++) {
            const rk_outage *outage = &p->outages->items[i];
            rk_moment until = end_of(outage, p->zone);
            if (until <= at || rk_local_at(outage->from, p->zone) > at || !stops(p, outage))
                continue;
            if (*paused_by == 0)
                *paused_by = outage->outage;
            at = until;
            moved = true;
        }
    }
    return at;
}

/* Where the next outage begins behind `at`; INT64_MAX when there is none. */
static rk_moment next_outage(const rk_pauses *p, rk_moment at)
{
    rk_moment next = INT64_MAX;
    for (size_t i = 0; i < p->outages->count; i++) {
        const rk_outage *outage = &p->outages->items[i];
        rk_moment from = rk_local_at(outage->from, p->zone);
        if (from > at && from < next && stops(p, outage))
            next = from;
    }
    return next;
}

rk_moment rk_clock_end(const rk_pauses *p, rk_moment begins, int64_t within, rk_name *paused_by)
{
    rk_moment at = begins;
    *paused_by = 0;
    if (p->functions == 0 || p->outages->count == 0 || begins > p->outages->last ||
        begins + within < p->outages->first)
        return begins + within;
    for (;;) {
        at = leave(p, at, paused_by);
        if (at == INT64_MAX)
            return RK_NO_MOMENT;
        rk_moment next = next_outage(p, at);
        if (next - at >= within)
            return at + within;
        within -= next - at;
        at = next;
    }
}

static rk_moment start_of(const rk_pauses *p, size_t number)
{
    return rk_local_at(p->outages->items[number].from, p->zone);
}

/* One that begins behind an outage without an end stops nothing any more. */
static rk_moment last_stop(const rk_pauses *p, rk_moment begins)
{
    rk_moment last = INT64_MAX;
    for (size_t i = 0; i < p->outages->count; i++)
        if (p->outages->items[i].until.at == RK_NO_MOMENT && stops(p, &p->outages->items[i]) &&
            start_of(p, i) < last)
            last = start_of(p, i);
    return last < begins ? begins : last;
}

size_t rk_clock_stops(const rk_pauses *p, rk_moment begins, rk_moment ends, rk_name *names,
                      size_t most)
{
    size_t found[RK_CLOCK_STOPS], count = 0;
    rk_moment last = ends == RK_NO_MOMENT ? last_stop(p, begins) + 1 : ends;
    for (size_t i = 0; p->functions && i < p->outages->count && count < RK_CLOCK_STOPS; i++) {
        const rk_outage *outage = &p->outages->items[i];
        if (!stops(p, outage) || start_of(p, i) >= last || end_of(outage, p->zone) <= begins)
            continue;
        size_t at = count++;
        for (; at > 0 && start_of(p, found[at - 1]) > start_of(p, i); at--)
            found[at] = found[at - 1];
        found[at] = i;
    }
    count = count < most ? count : most;
    for (size_t i = 0; i < count; i++)
        names[i] = p->outages->items[found[i]].outage;
    return count;
}

rk_moment rk_clock_earliest(const rk_outages *outages, rk_moment at, int64_t within)
{
    rk_moment earliest = at - within;
    bool moved = true;
    while (moved) {
        rk_moment stopped = 0;
        for (size_t i = 0; i < outages->count; i++) {
            const rk_outage *outage = &outages->items[i];
            rk_moment from = rk_local_at(outage->from, RK_ZONE_EAST);
            rk_moment until = end_of(outage, RK_ZONE_WEST);
            if (until < earliest || from >= at)
                continue;
            stopped += (until < at ? until : at) - from;
        }
        moved = at - within - stopped < earliest;
        earliest = at - within - stopped;
    }
    return earliest;
}
