/* The calendar: working days, and what they decide: cut-offs, and which statements are expected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/rules.h"
#include "expire/expire.h"

typedef struct kit {
    rk_arena arena;
    rk_names names;
    rk_sources sources;
    rk_rules rules;
} kit;

static void begin(kit *k)
{
    rk_error err;
    *k = (kit){0};
    if (!rk_sources_read("rules", NULL, &k->arena, &k->sources, &err) ||
        !rk_rules_load(&k->sources, &k->names, &k->arena, &k->rules, &err))
        fail_msg("%s", err.message);
}

static void end(kit *k)
{
    rk_rules_free(&k->rules);
    rk_names_free(&k->names);
    rk_arena_free(&k->arena);
}

static rk_day day(const char *text)
{
    rk_day found = RK_NO_DAY;
    assert_true(rk_day_parse(rk_slice_of(text), &found));
    return found;
}

static void test_calendar__working_days_of_five_years(void **state)
{
    (void)state;
    static const struct {
        const char *on,
            *before; /* the working day before; on itself is free when `works` is false */
        bool works;
    } cases[] = {
        {"2022-05-09", "2022-04-28", true},  /* Lebaran 2022: six working days of leave */
        {"2022-04-29", "2022-04-28", false}, /* joint leave */
        {"2023-04-26", "2023-04-18", true},  /* as changed in March 2023 */
        {"2023-04-19", "2023-04-18", false},
        {"2023-06-30", "2023-06-27", false}, /* as added in June 2023 */
        {"2024-04-16", "2024-04-05", true},
        {"2024-02-14", "2024-02-13", false}, /* elections */
        {"2024-11-27", "2024-11-26", false},
        {"2024-03-05", "2024-03-04", true},
        {"2025-04-08", "2025-03-27", true},
        {"2025-08-19", "2025-08-15", true}, /* joint leave on Monday, decreed that month */
        {"2026-03-25", "2026-03-17", true},
        {"2024-03-09", "2024-03-08", false}, /* a Saturday */
    };
    kit k;
    begin(&k);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (rk_is_working_day(k.rules.calendar, day(cases[i].on)) != cases[i].works)
            fail_msg("%s", cases[i].on);
        assert_int_equal(rk_day_before(k.rules.calendar, day(cases[i].on), true),
                         day(cases[i].before));
    }
    assert_int_equal(rk_day_before(k.rules.calendar, day("2024-04-16"), false), day("2024-04-15"));
    assert_int_equal(rk_day_before(NULL, day("2024-04-15"), true), day("2024-04-12"));
    end(&k);
}

static void test_calendar__counts_agree_with_the_days(void **state)
{
    (void)state;
    kit k;
    begin(&k);
    for (rk_day from = day("2022-01-01"); from < day("2026-12-31"); from += 37) {
        rk_day counted = 0;
        for (rk_day until = from; until < from + 400; until++) {
            counted += rk_is_working_day(k.rules.calendar, until);
            assert_int_equal(rk_working_days(k.rules.calendar, from, until), counted);
        }
    }
    assert_int_equal(rk_working_days(k.rules.calendar, 10, 9), 0);
    end(&k);
}

/* A channel that delivers on working days: the next one tells about the days between. */
static void test_calendar__a_silent_working_day_hides_the_free_days_before_it(void **state)
{
    (void)state;
    kit k;
    begin(&k);
    rk_name name = rk_names_add(&k.names, RK_S("bank"));
    rk_channel bank = {.channel = name,
                       .zone = RK_WIB,
                       .from = RK_NO_DAY,
                       .until = RK_NO_DAY,
                       .holds_lapses = true,
                       .expect = RK_EXPECT_WORKING,
                       .calendar = k.rules.calendar};
    rk_rules rules = {.channels = &bank, .channel_count = 1};
    rk_coverage coverage;
    rk_gaps gaps = {0};
    rk_coverage_init(&coverage);
    /* Thursday before Lebaran 2024; the Friday behind it delivers, and the Tuesday, not the Friday before */
    rk_coverage_add(&coverage, &k.names, name, 0, day("2024-04-04"), day("2024-04-04"));
    rk_coverage_add(&coverage, &k.names, name, 0, day("2024-04-17"), day("2024-04-17"));
    rk_gaps_of_channels(&rules, &coverage, day("2024-04-04"), &gaps);
    assert_int_equal(gaps.count, 3);
    assert_true(gaps.items[1].from == rk_day_begin(day("2024-04-05"), RK_WIB));
    assert_true(gaps.items[1].until == rk_day_begin(day("2024-04-17"), RK_WIB));
    assert_true(gaps.items[2].from == rk_day_begin(day("2024-04-18"), RK_WIB));
    gaps.count = 0;
    rk_coverage_add(&coverage, &k.names, name, 0, day("2024-04-05"), day("2024-04-05"));
    rk_gaps_of_channels(&rules, &coverage, day("2024-04-04"), &gaps);
    assert_true(gaps.items[1].from ==
                rk_day_begin(day("2024-04-06"), RK_WIB)); /* told by the 16th */
    assert_true(gaps.items[1].until == rk_day_begin(day("2024-04-17"), RK_WIB));
    gaps.count = 0;
    rk_coverage_add(&coverage, &k.names, name, 0, day("2024-04-16"), day("2024-04-16"));
    rk_gaps_of_channels(&rules, &coverage, day("2024-04-04"), &gaps);
    assert_int_equal(gaps.count, 2);
    free(gaps.items);
    rk_batch_free(&coverage.batch);
    end(&k);
}

/* Booked on the first working day behind Lebaran: paid from the cut-off of the last one before it. */
static void test_calendar__the_span_of_a_cutoff(void **state)
{
    (void)state;
    kit k;
    begin(&k);
    rk_moment from, until;
    rk_channel treasury = {.dated = RK_DATED_CUTOFF,
                           .cutoff = 15 * 3600,
                           .cutoff_working_days = true,
                           .zone = RK_WIB,
                           .calendar = k.rules.calendar};
    rk_channel_span(&treasury, day("2024-04-16"), day("2024-04-16"), &from, &until);
    assert_true(from == rk_day_begin(day("2024-04-05"), RK_WIB) + 15 * 3600 * RK_SECOND);
    assert_true(until == rk_day_begin(day("2024-04-16"), RK_WIB) + 15 * 3600 * RK_SECOND);
    end(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calendar__working_days_of_five_years),
        cmocka_unit_test(test_calendar__counts_agree_with_the_days),
        cmocka_unit_test(test_calendar__a_silent_working_day_hides_the_free_days_before_it),
        cmocka_unit_test(test_calendar__the_span_of_a_cutoff),
    };
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
