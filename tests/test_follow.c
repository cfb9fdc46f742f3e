/* Statements of an account in any order of arrival: what follows what, and what is said to be missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/follow.h"

typedef struct one {
    const char *number; /* NULL: only the day orders it */
    int day;            /* of March 2024 */
    rk_money opening, closing;
} one;

static rk_follow run_of(const one *of, bool opening)
{
    rk_day day;
    char text[] = "2024-03-00";
    text[8] = (char)('0' + of->day / 10);
    text[9] = (char)('0' + of->day % 10);
    assert_true(rk_day_parse(rk_slice_of(text), &day));
    rk_follow run = {.channel = 1,
                     .account = 2,
                     .numbers = of->number,
                     .opening = opening,
                     .from = day,
                     .until = day,
                     .opens_with = of->opening * 100,
                     .closing = of->closing * 100,
                     .entries = of->opening != of->closing};
    run.first = rk_statement_number_of_day(day);
    if (of->number) {
        assert_true(rk_statement_number_parse(rk_slice_of(of->number), &run.first));
        run.first.year = 2024;
    }
    run.last = run.first;
    return run;
}

static void expect_runs(rk_follows *runs, const char *wanted, const char *gap)
{
    rk_buffer told = {0};
    rk_arena arena = {0};
    const char *found = "";
    for (size_t i = 0; i < runs->count; i++) {
        const rk_follow *run = &runs->items[i];
        rk_buffer_printf(&told, "%s%d-%d:", i ? " " : "", rk_civil_of(run->from).day,
                         rk_civil_of(run->until).day);
        rk_money_put(&told, run->opens_with, 2);
        rk_buffer_char(&told, '>');
        rk_money_put(&told, run->closing, 2);
        if (i == 1)
            found = rk_follow_gap(&runs->items[0], run, 2, &arena);
    }
    rk_buffer_char(&told, '\0');
    assert_string_equal(told.bytes, wanted);
    assert_string_equal(found, gap);
    rk_buffer_free(&told);
    rk_arena_free(&arena);
}

/* Heap's way through all orders; in each of them one after the other, as nights would, and all at once. */
static void each_order(one *items, size_t count, size_t k, bool opening, const char *wanted,
                       const char *gap)
{
    if (k > 1) {
        for (size_t i = 0; i < k; i++) {
            each_order(items, count, k - 1, opening, wanted, gap);
            size_t other = k % 2 ? 0 : i;
            one kept = items[other];
            items[other] = items[k - 1];
            items[k - 1] = kept;
        }
        return;
    }
    rk_names names = {0};
    rk_follows at_once = {0}, nightly = {0};
    assert_int_equal(rk_names_add(&names, RK_S("bank")), 1);
    assert_int_equal(rk_names_add(&names, RK_S("0123")), 2);
    for (size_t i = 0; i < count; i++) {
        rk_follow run = run_of(&items[i], opening);
        rk_follows_add(&at_once, &run);
        rk_follows_add(&nightly, &run);
        rk_follows_join(&nightly, &names);
    }
    rk_follows_join(&at_once, &names);
    expect_runs(&at_once, wanted, gap);
    expect_runs(&nightly, wanted, gap);
    free(at_once.items);
    free(nightly.items);
    rk_names_free(&names);
}

#define EACH_ORDER(opening, wanted, gap, ...) \
    do { \
        one items[] = {__VA_ARGS__}; \
        size_t count = sizeof items / sizeof *items; \
        each_order(items, count, count, opening, wanted, gap); \
    } while (0)

static void test_follow__numbers_without_a_gap(void **state)
{
    (void)state;
    EACH_ORDER(true, "4-7:0>30", "", {"12", 4, 0, 10}, {"13/1", 5, 10, 20}, {"13/2", 5, 20, 25},
               {"00014/001", 6, 25, 25}, {"15", 7, 25, 30});
}

static void test_follow__a_number_is_missing(void **state)
{
    (void)state;
    EACH_ORDER(false, "4-5:0>20 7-8:25>25",
               "statement 14 of 2024 is missing, between those of 2024-03-05 and 2024-03-07",
               {"12", 4, 0, 10}, {"13", 5, 10, 20}, {"15", 7, 25, 30}, {"16", 8, 30, 25});
    EACH_ORDER(
        false, "5-5:10>20 5-5:25>30",
        "a page of statement 13 of 2024 is missing, between those of 2024-03-05 and 2024-03-05",
        {"13/1", 5, 10, 20}, {"13/3", 5, 25, 30});
}

static void test_follow__a_balance_jumps(void **state)
{
    (void)state;
    EACH_ORDER(true, "4-5:0>20 6-7:15>30",
               "the statement of 2024-03-06 begins with 15, the one before, of 2024-03-05, ended "
               "with 20: 5 too little",
               {"12", 4, 0, 10}, {"13", 5, 10, 20}, {"14", 6, 15, 30}, {"15", 7, 30, 30});
}

static void test_follow__days_where_there_are_no_numbers(void **state)
{
    (void)state;
    EACH_ORDER(true, "1-8:0>30", "", {NULL, 1, 0, 10}, {NULL, 4, 10, 20}, {NULL, 5, 20, 25},
               {NULL, 8, 25, 30});
    EACH_ORDER(true, "1-4:0>20 8-8:25>30",
               "the statement of 2024-03-08 begins with 25, the one before, of 2024-03-04, ended "
               "with 20: 5 too much",
               {NULL, 1, 0, 10}, {NULL, 4, 10, 20}, {NULL, 8, 25, 30});
}

static void test_follow__a_fuller_download_of_the_same_statement(void **state)
{
    (void)state;
    rk_names names = {0};
    rk_follows runs = {0};
    one day[] = {{"12", 4, 0, 10}, {"12", 4, 0, 20}, {"13", 5, 20, 30}};
    for (int order = 0; order < 2; order++) {
        runs.count = 0;
        for (int i = 0; i < 3; i++) {
            rk_follow run = run_of(&day[order ? 2 - i : i], true);
            run.entries = run.closing == 2000 ? 2 : 1;
            rk_follows_add(&runs, &run);
            rk_follows_join(&runs, &names);
        }
        expect_runs(&runs, "4-5:0>30", "");
    }
    free(runs.items);
    rk_names_free(&names);
}

static void test_follow__years(void **state)
{
    (void)state;
    static const struct {
        uint32_t before, after;
        bool next;
    } cases[] = {{260, 1, true}, {260, 261, true}, {260, 2, false}, {260, 0, true}};
    rk_names names = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_follows runs = {0};
        rk_follow a = run_of(&(one){"1", 4, 0, 10}, true);
        rk_follow b = run_of(&(one){"1", 5, 10, 20}, true);
        a.first = a.last = (rk_statement_number){2023, cases[i].before, 0};
        b.first = b.last = (rk_statement_number){2024, cases[i].after, 0};
        rk_follows_add(&runs, &b);
        rk_follows_add(&runs, &a);
        rk_follows_join(&runs, &names);
        assert_int_equal(runs.count, cases[i].next ? 1 : 2);
        free(runs.items);
    }
    rk_names_free(&names);
}

static void test_follow__what_is_a_number(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "/", "1/", "/1", "12a", "-1", "1/2/3", "99999999999"};
    rk_statement_number number;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(rk_statement_number_parse(rk_slice_of(bad[i]), &number));
    assert_true(rk_statement_number_parse(RK_S("00012/00003"), &number));
    assert_int_equal(number.number, 12);
    assert_int_equal(number.page, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follow__numbers_without_a_gap),
        cmocka_unit_test(test_follow__a_number_is_missing),
        cmocka_unit_test(test_follow__a_balance_jumps),
        cmocka_unit_test(test_follow__days_where_there_are_no_numbers),
        cmocka_unit_test(test_follow__a_fuller_download_of_the_same_statement),
        cmocka_unit_test(test_follow__years),
        cmocka_unit_test(test_follow__what_is_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
