/* Periods: which days they have, how they are written, which one was before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/period.h"

static void assert_span(rk_days span, const char *from, const char *until)
{
    rk_buffer text = {0};
    rk_day_put(&text, span.from);
    rk_buffer_char(&text, ' ');
    rk_day_put(&text, span.until);
    rk_buffer_char(&text, '\0');
    char wanted[32] = "";
    memcpy(wanted, from, 10);
    wanted[10] = ' ';
    memcpy(wanted + 11, until, 10);
    assert_string_equal(text.bytes, wanted);
    rk_buffer_free(&text);
}

static void test_period__is_read_and_written_and_has_one_before(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        rk_period kind;
        const char *from, *until, *before_from, *before_until;
    } cases[] = {
        {"2024-03-01", RK_PERIOD_DAY, "2024-03-01", "2024-03-01", "2024-02-29", "2024-02-29"},
        {"2024-W10", RK_PERIOD_WEEK, "2024-03-04", "2024-03-10", "2024-02-26", "2024-03-03"},
        {"2020-W53", RK_PERIOD_WEEK, "2020-12-28", "2021-01-03", "2020-12-21", "2020-12-27"},
        {"2025-W01", RK_PERIOD_WEEK, "2024-12-30", "2025-01-05", "2024-12-23", "2024-12-29"},
        {"2024-02", RK_PERIOD_MONTH, "2024-02-01", "2024-02-29", "2024-01-01", "2024-01-31"},
        {"2024-01", RK_PERIOD_MONTH, "2024-01-01", "2024-01-31", "2023-12-01", "2023-12-31"},
        {"2024-12", RK_PERIOD_MONTH, "2024-12-01", "2024-12-31", "2024-11-01", "2024-11-30"},
        {"2024-Q4", RK_PERIOD_QUARTER, "2024-10-01", "2024-12-31", "2024-07-01", "2024-09-30"},
        {"2025-H1", RK_PERIOD_HALF, "2025-01-01", "2025-06-30", "2024-07-01", "2024-12-31"},
        {"2022", RK_PERIOD_YEAR, "2022-01-01", "2022-12-31", "2021-01-01", "2021-12-31"},
        {"2024-01-01..2024-08-28", RK_PERIOD_RANGE, "2024-01-01", "2024-08-28", "2023-05-05",
         "2023-12-31"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_days span;
        rk_buffer text = {0};
        assert_true(rk_days_parse(rk_slice_of(cases[i].text), &span));
        assert_int_equal(span.kind, cases[i].kind);
        assert_span(span, cases[i].from, cases[i].until);
        assert_span(rk_days_before(span), cases[i].before_from, cases[i].before_until);
        rk_days_put(&text, span);
        rk_buffer_char(&text, '\0');
        assert_string_equal(text.bytes, cases[i].text);
        rk_buffer_free(&text);
        if (span.kind == RK_PERIOD_RANGE)
            continue;
        for (rk_day day = span.from; day <= span.until; day++)
            assert_span(rk_days_of(span.kind, day), cases[i].from, cases[i].until);
    }
}

static void test_period__refuses_what_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",         "2024-13", "2024-00",    "2024-Q5",
        "2024-Q0",  "2024-H3", "2024-W54",   "2024-W00",
        "2021-W53", "24-03",   "2024-02-30", "2024-03-05..2024-03-04",
        "2024/03",  "maret",   "0000",       "2024-03-05..2024-03-0x",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        rk_days span;
        assert_false(rk_days_parse(rk_slice_of(texts[i]), &span));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_period__is_read_and_written_and_has_one_before),
        cmocka_unit_test(test_period__refuses_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
