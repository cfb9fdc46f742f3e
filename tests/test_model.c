/* Money, moments, names, texts, columns: the values that everything else is made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/application.h"
#include "model/coverage.h"
#include "model/entry.h"
#include "model/history.h"

static rk_slice all(const rk_buffer *buffer)
{
    return rk_buffer_all(buffer);
}

static void assert_text(rk_buffer *buffer, const char *expected)
{
    rk_buffer_char(buffer, '\0');
    assert_string_equal(buffer->bytes, expected);
    rk_buffer_free(buffer);
}

static void test_money__reads_what_statements_write(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        rk_decimal decimal;
        int exponent;
        bool good;
        rk_money minor;
    } cases[] = {
        {"350000", RK_DECIMAL_NONE, 2, true, 35000000},
        {"350000.00", RK_DECIMAL_POINT, 2, true, 35000000},
        {"1,095,568,800.5", RK_DECIMAL_POINT, 2, true, 109556880050},
        {"1.095.568.800,50", RK_DECIMAL_COMMA, 2, true, 109556880050},
        {".00", RK_DECIMAL_POINT, 2, true, 0},
        {"(123)", RK_DECIMAL_POINT, 2, true, -12300},
        {"123-", RK_DECIMAL_POINT, 2, true, -12300},
        {"-1,5", RK_DECIMAL_COMMA, 2, true, -150},
        {" 20,000 ", RK_DECIMAL_POINT, 2, true, 2000000},
        {"20.000", RK_DECIMAL_AUTO, 2, false, 0}, /* twenty, or twenty thousand */
        {"20.000,00", RK_DECIMAL_AUTO, 2, true, 2000000},
        {"1.095.568.800", RK_DECIMAL_AUTO, 2, true, 109556880000},
        {"20.5", RK_DECIMAL_AUTO, 2, true, 2050},
        {"1500", RK_DECIMAL_MINOR, 2, true, 1500},
        {"100.000", RK_DECIMAL_POINT, 2, true, 10000}, /* a third zero changes nothing */
        {"100.001", RK_DECIMAL_POINT, 2, false, 0},
        {"1,00,000", RK_DECIMAL_POINT, 2, false, 0},
        {"1,0000", RK_DECIMAL_POINT, 2, false, 0},
        {",000", RK_DECIMAL_POINT, 2, false, 0},
        {"12a", RK_DECIMAL_POINT, 2, false, 0},
        {"", RK_DECIMAL_POINT, 2, false, 0},
        {"-", RK_DECIMAL_POINT, 2, false, 0},
        {".", RK_DECIMAL_POINT, 2, false, 0},
        {"100", RK_DECIMAL_POINT, 0, true, 100},
        {"1.234", RK_DECIMAL_POINT, 3, true, 1234},
        {"92233720368547758.07", RK_DECIMAL_POINT, 2, true, INT64_MAX},
        {"92233720368547758.08", RK_DECIMAL_POINT, 2, false, 0},
        {"99999999999999999999", RK_DECIMAL_NONE, 2, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_money minor = 0;
        bool good =
            rk_money_parse(rk_slice_of(cases[i].text), cases[i].decimal, cases[i].exponent, &minor);
        if (good != cases[i].good || (good && minor != cases[i].minor))
            fail_msg("\"%s\": %s %lld", cases[i].text, good ? "read as" : "refused",
                     (long long)minor);
    }
}

static void test_money__writes_no_trailing_zeros(void **state)
{
    (void)state;
    static const struct {
        rk_money minor;
        int exponent;
        const char *plain, *rupiah;
    } cases[] = {
        {35000000, 2, "350000", "Rp350.000"},
        {-1250, 2, "-12.5", "-Rp12,50"},
        {5, 2, "0.05", "Rp0,05"},
        {0, 2, "0", "Rp0"},
        {100, 0, "100", "Rp1"},
        {1234567890123, 2, "12345678901.23", "Rp12.345.678.901,23"},
        {INT64_MAX, 2, "92233720368547758.07", "Rp92.233.720.368.547.758,07"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_buffer plain = {0}, rupiah = {0};
        rk_money_put(&plain, cases[i].minor, cases[i].exponent);
        rk_money_put_rupiah(&rupiah, cases[i].minor);
        assert_text(&plain, cases[i].plain);
        assert_text(&rupiah, cases[i].rupiah);
    }
    rk_buffer none = {0};
    rk_money_put(&none, RK_NO_MONEY, 2);
    assert_int_equal(none.len, 0);
    rk_buffer_free(&none);
}

static void test_money__sums_are_checked(void **state)
{
    (void)state;
    rk_money sum = INT64_MAX - 1;
    assert_true(rk_money_add(&sum, 1));
    assert_false(rk_money_add(&sum, 1));
    assert_true(sum == INT64_MAX);
    sum = -INT64_MAX;
    assert_false(rk_money_add(&sum, -1)); /* would be RK_NO_MONEY */
}

static void test_currency__exponents_follow_iso_4217(void **state)
{
    (void)state;
    assert_int_equal(rk_currency_exponent(RK_S("IDR")), 2);
    assert_int_equal(rk_currency_exponent(RK_S("JPY")), 0);
    assert_int_equal(rk_currency_exponent(RK_S("KWD")), 3);
    assert_int_equal(rk_currency_exponent(RK_S("idr")), -1);
    assert_int_equal(rk_currency_exponent(RK_S("IDRX")), -1);
}

static void test_day__every_day_of_four_centuries_comes_back(void **state)
{
    (void)state;
    rk_day expected = rk_day_of(1900, 1, 1);
    for (int year = 1900; year < 2300; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= 31; day++) {
                rk_day found = rk_day_of(year, month, day);
                if (found == RK_NO_DAY)
                    continue;
                rk_civil civil = rk_civil_of(found);
                assert_int_equal(found, expected++);
                assert_true(civil.year == year && civil.month == month && civil.day == day);
            }
    assert_int_equal(expected, rk_day_of(2300, 1, 1));
    assert_int_equal(rk_day_of(1970, 1, 1), 0);
    assert_int_equal(rk_weekday(rk_day_of(2024, 3, 4)), 0);
}

static void test_day__impossible_days_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"2023-02-29", "2100-02-29", "2024-13-01", "2024-00-10",
                                        "2024-04-31", "0000-01-01", "2024-3-05",  "2024-03-05 ",
                                        "",           "20240305"};
    rk_day day;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(rk_day_parse(rk_slice_of(wrong[i]), &day));
    assert_true(rk_day_parse(RK_S("2024-02-29"), &day));
}

static void test_moment__reads_rfc_3339_and_refuses_the_rest(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        rk_moment at; /* RK_NO_MOMENT: refused */
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T07:00:00+07:00", 0},
        {"1970-01-01 09:00:00+09", 0},
        {"1969-12-31T23:59:59.5Z", -500000},
        {"2024-03-05T23:59:59.999999+07:00", 1709657999999999},
        {"2024-03-05T23:59:59", RK_NO_MOMENT},
        {"2024-03-05T24:00:00Z", RK_NO_MOMENT},
        {"2024-03-05T23:59:60Z", RK_NO_MOMENT},
        {"2024-03-05T23:59:59.Z", RK_NO_MOMENT},
        {"2024-03-05T23:59:59+24:00", RK_NO_MOMENT},
        {"2024-03-05T23:59:59+07:00 ", RK_NO_MOMENT},
        {"2024-02-30T00:00:00Z", RK_NO_MOMENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_moment at = RK_NO_MOMENT;
        bool good = rk_moment_parse(rk_slice_of(cases[i].text), &at);
        if (good != (cases[i].at != RK_NO_MOMENT) || (good && at != cases[i].at))
            fail_msg("%s", cases[i].text);
    }
}

static void test_moment__is_written_in_the_asked_zone(void **state)
{
    (void)state;
    rk_buffer out = {0};
    rk_moment_put(&out, 1709657999000000, RK_WIT);
    rk_buffer_char(&out, ' ');
    rk_moment_put(&out, -1, 0);
    assert_text(&out, "2024-03-06T01:59:59+09:00 1969-12-31T23:59:59.999999+00:00");
    assert_int_equal(rk_day_at(1709657999000000, RK_WIB), rk_day_of(2024, 3, 5));
    assert_int_equal(rk_day_at(1709657999000000, RK_WITA), rk_day_of(2024, 3, 6));
    assert_int_equal(rk_day_at(-1, 0), -1);
}

static void test_duration__adds_its_parts(void **state)
{
    (void)state;
    int64_t length;
    int32_t clock;
    assert_true(rk_duration_parse(RK_S("1h30m"), &length) && length == 5400 * RK_SECOND);
    assert_true(rk_duration_parse(RK_S("7d"), &length) && length == 7 * RK_DAY_LENGTH);
    assert_false(rk_duration_parse(RK_S("2"), &length));
    assert_false(rk_duration_parse(RK_S("h"), &length));
    assert_false(rk_duration_parse(RK_S(""), &length));
    assert_true(rk_clock_parse(RK_S("24:00"), &clock) && clock == 86400);
    assert_false(rk_clock_parse(RK_S("24:01"), &clock));
    assert_false(rk_clock_parse(RK_S("7:00"), &clock));
}

static void test_names__give_the_same_number_for_the_same_text(void **state)
{
    (void)state;
    rk_names names = {0};
    char text[24];
    assert_int_equal(rk_names_find(&names, RK_S("bca")), RK_NAME_FULL);
    for (int i = 1; i < RK_NAMES_MAX; i++) {
        snprintf(text, sizeof text, "name %d", i);
        assert_int_equal(rk_names_add(&names, rk_slice_of(text)), i);
    }
    assert_int_equal(rk_names_add(&names, RK_S("one too many")), RK_NAME_FULL);
    assert_int_equal(rk_names_add(&names, RK_S("name 777")), 777);
    assert_int_equal(rk_names_find(&names, RK_S("name 65534")), 65534);
    assert_true(rk_slice_is(rk_names_text(&names, 65534), "name 65534"));
    assert_int_equal(rk_names_add(&names, RK_S("")), 0);
    rk_names_free(&names);
}

static void test_texts__references_reach_beyond_four_gibibytes(void **state)
{
    (void)state;
    rk_texts texts = {0};
    static const char bytes[] = "0123456789";
    uint32_t first = rk_texts_register(&texts, (rk_slice){bytes, sizeof bytes - 1});
    assert_true(rk_slice_is(rk_texts_get(&texts, rk_texts_ref(first, 3, 4)), "3456"));
    rk_text far = rk_texts_ref(first, ((uint64_t)1 << 32) + 5, 2);
    assert_int_equal(far >> 48, first + 1);
    rk_text copy = rk_texts_add(&texts, RK_S("copied"));
    assert_true(rk_slice_is(rk_texts_get(&texts, copy), "copied"));
    assert_int_equal(rk_texts_add(&texts, RK_S("")), 0);
    rk_texts_free(&texts);
}

static void test_batch__rows_survive_growth(void **state)
{
    (void)state;
    rk_entries entries = {0};
    rk_batch_init(&entries.batch, rk_entry_columns, rk_entry_column_count, 1, rk_entry_all());
    for (uint32_t i = 0; i < 10000; i++) {
        size_t row = rk_batch_append(&entries.batch);
        assert_int_equal(row, i);
        assert_true(entries.paid_from[row] == RK_NO_MOMENT && entries.booked_on[row] == RK_NO_DAY);
        entries.ordinal[row] = i;
        entries.amount_minor[row] = i * 7;
    }
    for (uint32_t i = 0; i < 10000; i++)
        assert_true(entries.ordinal[i] == i && entries.amount_minor[i] == i * 7);
    rk_batch_free(&entries.batch);
}

static void test_batch__absent_columns_are_null(void **state)
{
    (void)state;
    rk_applications apps = {0};
    rk_batch_init(&apps.batch, rk_application_columns, rk_application_column_count, 4,
                  rk_application_needed());
    assert_null(apps.purpose);
    assert_int_equal(rk_name_at(apps.purpose, 0), 0);
    rk_batch_append(&apps.batch);
    rk_batch_add_column(&apps.batch,
                        (size_t)rk_column_find(rk_application_columns, rk_application_column_count,
                                               RK_S("status_at")));
    assert_true(apps.status_at[0] == RK_NO_MOMENT);
    rk_batch_free(&apps.batch);
}

static void test_coverage__days_merge_and_stay_sorted(void **state)
{
    (void)state;
    rk_names names = {0};
    rk_coverage coverage;
    rk_name pos = rk_names_add(&names, RK_S("pos")), bca = rk_names_add(&names, RK_S("bca"));
    rk_coverage_init(&coverage);
    rk_coverage_add(&coverage, &names, pos, 0, 10, 10);
    rk_coverage_add(&coverage, &names, bca, 0, 12, 12);
    rk_coverage_add(&coverage, &names, bca, 0, 10, 10);
    assert_false(rk_coverage_has(&coverage, bca, 0, 10, 12));
    rk_coverage_add(&coverage, &names, bca, 0, 11, 11);
    assert_true(rk_coverage_has(&coverage, bca, 0, 10, 12));
    rk_coverage_add(&coverage, &names, bca, 0, RK_NO_DAY, 99);
    assert_int_equal(coverage.batch.count, 2);
    assert_int_equal(coverage.channel[0], bca);
    rk_batch_free(&coverage.batch);
    rk_names_free(&names);
}

static void test_buffer__csv_and_json_cells_are_escaped(void **state)
{
    (void)state;
    rk_buffer csv = {0}, json = {0};
    rk_buffer_csv(&csv, RK_S("a,\"b\"\n"));
    rk_buffer_json(&json, RK_S("\"\\\n\x01\xff\xe2\x82\xac"));
    assert_true(rk_slice_is(all(&csv), "\"a,\"\"b\"\"\n\""));
    assert_text(&json, "\"\\\"\\\\\\n\\u0001\xef\xbf\xbd\xe2\x82\xac\"");
    rk_buffer_free(&csv);
}

static void test_history__tables_have_their_columns(void **state)
{
    (void)state;
    rk_history history;
    rk_history_init(&history);
    assert_int_equal(rk_column_find(history.outcomes.batch.columns,
                                    history.outcomes.batch.column_count, RK_S("cause")),
                     14);
    assert_non_null(history.decisions.why);
    rk_history_free(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money__reads_what_statements_write),
        cmocka_unit_test(test_money__writes_no_trailing_zeros),
        cmocka_unit_test(test_money__sums_are_checked),
        cmocka_unit_test(test_currency__exponents_follow_iso_4217),
        cmocka_unit_test(test_day__every_day_of_four_centuries_comes_back),
        cmocka_unit_test(test_day__impossible_days_are_refused),
        cmocka_unit_test(test_moment__reads_rfc_3339_and_refuses_the_rest),
        cmocka_unit_test(test_moment__is_written_in_the_asked_zone),
        cmocka_unit_test(test_duration__adds_its_parts),
        cmocka_unit_test(test_names__give_the_same_number_for_the_same_text),
        cmocka_unit_test(test_texts__references_reach_beyond_four_gibibytes),
        cmocka_unit_test(test_batch__rows_survive_growth),
        cmocka_unit_test(test_batch__absent_columns_are_null),
        cmocka_unit_test(test_coverage__days_merge_and_stay_sorted),
        cmocka_unit_test(test_buffer__csv_and_json_cells_are_escaped),
        cmocka_unit_test(test_history__tables_have_their_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
