#include "terms/terms.h"

#include <omp.h>

#include "base/threads.h"
#include "terms/clock.h"

/* The zone of an office; a deadline must not fail because an office is unknown. */
static rk_zone zone_of(const rk_offices *offices, rk_name office, rk_moment at, rk_zone fallback)
{
    const rk_office *row = rk_office_on(offices, office, rk_day_at(at, fallback));
    return row ? row->zone : fallback;
}

static rk_moment moment_at(const rk_moment *column, size_t row)
{
    return column ? column[row] : RK_NO_MOMENT;
}

/* What starts the clock; what the source does not say falls back on what comes before it. */
static rk_moment clock_of(const rk_applications *a, size_t row, rk_clock clock, rk_zone zone)
{
    rk_moment attended = moment_at(a->attended_at, row), billed = moment_at(a->billed_at, row);
    rk_day appointment = a->appointment_on ? a->appointment_on[row] : RK_NO_DAY;
    if (clock == RK_CLOCK_ATTENDED && attended != RK_NO_MOMENT)
        return attended;
    if (clock >= RK_CLOCK_APPOINTMENT && appointment != RK_NO_DAY)
        return rk_day_begin(appointment + 1, zone) - RK_SECOND;
    return clock >= RK_CLOCK_BILLED && billed != RK_NO_MOMENT ? billed : a->submitted_at[row];
}

static bool is_of(const rk_deadline_rule *rule, const rk_applications *a, size_t row, rk_day day)
{
    return (rule->source == 0 || rule->source == rk_name_at(a->source, row)) &&
           (rule->service == 0 || rule->service == a->service[row]) &&
           (rule->from == RK_NO_DAY || day >= rule->from) &&
           (rule->until == RK_NO_DAY || day < rule->until);
}

/* The first cut-off behind the beginning ends every bill. */
static void cut_off(const rk_deadlines *deadlines, const rk_applications *a, size_t row, rk_day day,
                    rk_zone zone, rk_term *t)
{
    for (size_t i = 0; i < deadlines->count; i++) {
        const rk_deadline_rule *rule = &deadlines->items[i];
        if (rule->cutoff.at == RK_NO_MOMENT)
            continue;
        rk_moment cutoff = rk_local_at(rule->cutoff, zone);
        if (cutoff < t->begins || !is_of(rule, a, row, day))
            continue;
        if (t->deadline == RK_NO_MOMENT || t->deadline > cutoff)
            t->deadline = cutoff;
        if (t->plain == RK_NO_MOMENT || t->plain > cutoff)
            t->plain = cutoff;
    }
}

/* The last rule that holds decides. */
static rk_term term_of(const rk_rules *rules, const rk_applications *a, size_t row, rk_zone zone)
{
    static const char *const clocks[] = {"submitted_at", "billed_at", "appointment_on",
                                         "attended_at"};
    const rk_deadlines *deadlines = &rules->deadlines;
    rk_day day = rk_day_at(a->submitted_at[row], zone);
    rk_term t = {.deadline = RK_NO_MOMENT, .plain = RK_NO_MOMENT};
    for (size_t i = deadlines->count; i > 0; i--) {
        const rk_deadline_rule *rule = &deadlines->items[i - 1];
        if (rule->cutoff.at != RK_NO_MOMENT || !is_of(rule, a, row, day))
            continue;
        t.rule = rule;
        t.number = i;
        t.clock = clocks[rule->clock];
        t.begins = clock_of(a, row, rule->clock, zone);
        if (rule->within < 0)
            return t;
        t.plain = t.deadline = t.begins + rule->within;
        if (rule->paused_by && rules->outages.count) {
            rk_pauses pauses = {&rules->outages, rule->paused_by, a->office[row],
                                rk_name_at(a->channel, row), zone};
            t.deadline = rk_clock_end(&pauses, t.begins, rule->within, &t.paused_by);
            t.paused = t.deadline == RK_NO_MOMENT ? 0 : t.deadline - t.plain;
            if (t.paused_by)
                t.stop_count =
                    rk_clock_stops(&pauses, t.begins, t.deadline, t.stops, RK_CLOCK_STOPS);
        }
        cut_off(deadlines, a, row, day, zone, &t);
        return t;
    }
    return t;
}

void rk_terms_tell(const rk_rules *rules, rk_zone fallback, const rk_world *world, size_t row,
                   rk_term *term)
{
    const rk_applications *a = &world->applications;
    rk_zone zone = zone_of(&rules->offices, a->office[row], a->submitted_at[row], fallback);
    *term = term_of(rules, a, row, zone);
}

static rk_money due_of(const rk_tariffs *tariffs, const rk_world *world, size_t row, rk_zone zone)
{
    const rk_applications *a = &world->applications;
    rk_slice charges =
        a->charges ? rk_texts_get(&world->texts, a->charges[row]) : (rk_slice){"", 0};
    return rk_tariff_due(tariffs, a->service[row], rk_name_at(a->validity, row), charges,
                         rk_day_at(a->submitted_at[row], zone),
                         rk_day_at(clock_of(a, row, RK_CLOCK_BILLED, zone), zone));
}

/* Sets the terms of rows `from` and above; the number of those whose clock an outage stopped, and how many were
 * stopped by several. */
static size_t set_rows(const rk_rules *rules, rk_zone fallback, rk_world *world, size_t from,
                       int threads, size_t *by_several)
{
    rk_applications *a = &world->applications;
    size_t paused = 0, several = 0;
#pragma omp parallel for num_threads(threads) schedule(dynamic, RK_ROWS_A_THREAD) \
    reduction(+ : paused, several)
    for (size_t row = from; row < a->batch.count; row++) {
        rk_zone zone = zone_of(&rules->offices, a->office[row], a->submitted_at[row], fallback);
        rk_term t = term_of(rules, a, row, zone);
        a->deadline[row] = t.deadline;
        if (a->plain_deadline) {
            a->plain_deadline[row] = t.plain;
            a->paused_by[row] = t.paused_by;
        }
        paused += t.paused_by != 0;
        several += t.stop_count > 1;
        if (a->due_minor[row] == RK_NO_MONEY)
            a->due_minor[row] = due_of(&rules->tariffs, world, row, zone);
    }
    *by_several = several;
    return paused;
}

/* A name of its own for several outages together. One thread: names are added. */
static void name_all(const rk_rules *rules, rk_zone fallback, rk_world *world, size_t from)
{
    rk_applications *a = &world->applications;
    rk_term t;
    rk_buffer all = {0};
    for (size_t row = from; row < a->batch.count; row++) {
        rk_day day = rk_day_at(a->submitted_at[row], fallback);
        if (!a->paused_by[row] || !rk_engine_behaves(&rules->engine, RK_OUTAGES_ALL_NAMED, day))
            continue;
        rk_terms_tell(rules, fallback, world, row, &t);
        rk_buffer_clear(&all);
        for (size_t i = 0; i < t.stop_count; i++)
            rk_buffer_printf(&all, "%s%.*s", i ? ", " : "",
                             RK_FMT(rk_names_text(&world->names, t.stops[i])));
        if (t.stop_count > 1)
            a->paused_by[row] = rk_names_add(&world->names, rk_buffer_all(&all));
    }
    rk_buffer_free(&all);
}

void rk_terms_set(const rk_rules *rules, rk_zone fallback, rk_world *world, size_t from,
                  int threads)
{
    rk_applications *a = &world->applications;
    threads = rk_threads_for(a->batch.count - from, threads);
    size_t several, paused = set_rows(rules, fallback, world, from, threads, &several);
    bool is_kept = a->plain_deadline != NULL;
    for (size_t i = 0; paused && !is_kept && i < rk_application_column_count;
         i++) /* memory is time: only now needed */
        if (rk_application_columns[i].offset == offsetof(rk_applications, plain_deadline) ||
            rk_application_columns[i].offset == offsetof(rk_applications, paused_by))
            rk_batch_add_column(&a->batch, i);
    if (paused && !is_kept)
        set_rows(rules, fallback, world, from, threads, &several);
    if (several)
        name_all(rules, fallback, world, from);
}
