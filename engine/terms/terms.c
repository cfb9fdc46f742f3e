#include "terms/terms.h"

#include <omp.h>

#include "base/threads.h"
/* The zone of an office; a deadline must not fail because an office is unknown. */
static rk_zone zone_of(const rk_offices *offices, rk_name office, rk_moment at, rk_zone fallback)
{
    const rk_office *row = rk_office_on(offices, office, rk_day_at(at, fallback));
    return row ? row->zone : fallback;
}

static rk_moment clock_of(const rk_applications *a, size_t row, rk_clock clock)
{
    rk_moment billed = a->billed_at ? a->billed_at[row] : RK_NO_MOMENT;
    return clock == RK_CLOCK_BILLED && billed != RK_NO_MOMENT ? billed : a->submitted_at[row];
}

/* The last rule that holds decides. */
static rk_term term_of(const rk_deadlines *deadlines, const rk_applications *a, size_t row,
                       rk_zone zone)
{
    rk_name source = rk_name_at(a->source, row);
    for (size_t i = deadlines->count; i > 0; i--) {
        const rk_deadline_rule *rule = &deadlines->items[i - 1];
        if ((rule->source && rule->source != source) ||
            (rule->service && rule->service != a->service[row]))
            continue;
        rk_moment begins = clock_of(a, row, rule->clock);
        rk_day day = rk_day_at(begins, zone);
        if (day < rule->from || (rule->until != RK_NO_DAY && day >= rule->until))
            continue;
        const char *clock = rule->clock == RK_CLOCK_BILLED ? "billed_at" : "submitted_at";
        return (rk_term){rule, i, clock, begins, 0};
    }
    return (rk_term){0};
}

static rk_moment deadline_of(const rk_deadlines *deadlines, const rk_applications *a, size_t row,
                             rk_zone zone)
{
    rk_term term = term_of(deadlines, a, row, zone);
    return !term.rule || term.rule->within < 0 ? RK_NO_MOMENT : term.begins + term.rule->within;
}

void rk_terms_tell(const rk_rules *rules, rk_zone fallback, const rk_world *world, size_t row,
                   rk_term *term)
{
    const rk_applications *a = &world->applications;
    rk_zone zone = zone_of(&rules->offices, a->office[row], a->submitted_at[row], fallback);
    *term = term_of(&rules->deadlines, a, row, zone);
}

static rk_money due_of(const rk_tariffs *tariffs, const rk_world *world, size_t row, rk_zone zone)
{
    const rk_applications *a = &world->applications;
    rk_slice charges =
        a->charges ? rk_texts_get(&world->texts, a->charges[row]) : (rk_slice){"", 0};
    return rk_tariff_due(tariffs, a->service[row], rk_name_at(a->validity, row), charges,
                         rk_day_at(a->submitted_at[row], zone),
                         rk_day_at(clock_of(a, row, RK_CLOCK_BILLED), zone));
}

void rk_terms_set(const rk_rules *rules, rk_zone fallback, rk_world *world, size_t from,
                  int threads)
{
    rk_applications *a = &world->applications;
    threads = rk_threads_for(a->batch.count - from, threads);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t row = from; row < a->batch.count; row++) {
        rk_zone zone = zone_of(&rules->offices, a->office[row], a->submitted_at[row], fallback);
        a->deadline[row] = deadline_of(&rules->deadlines, a, row, zone);
        if (a->due_minor[row] == RK_NO_MONEY)
            a->due_minor[row] = due_of(&rules->tariffs, world, row, zone);
    }
}
