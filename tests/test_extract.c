#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "statement/extract.h"

static rk_extract rule_of(const char *pattern, bool bounded, bool broken)
{
    rk_error err;
    rk_extract rule = {.given = true, .bounded = bounded, .broken_by_space = broken};
    rule.pattern = rk_regex_compile(rk_slice_of(pattern), false, &err);
    assert_non_null(rule.pattern);
    return rule;
}

static void test_extract__finds_codes_in_free_text(void **state)
{
    static const struct {
        const char *text;
        uint64_t code;
        bool several;
    } cases[] = {
        {"", 0, false},
        {"820240305000123", 820240305000123, false},
        {"x820240305000123x", 820240305000123, false},
        {"82024030500012", 0, false},
        {"8202403050001234", 0, false}, /* a digit touches it */
        {"1820240305000123", 0, false},
        {"620240305000123", 0, false}, /* not ours */
        {"820240305000123 820240305000123", 820240305000123, false},
        {"820240305000123/820240305000124", 0, true},
        {"82024 0305000123", 820240305000123, false},
        {"8 2 0 2 4 0 3 0 5 0 0 0 1 2 3", 820240305000123, false},
        {"82024  0305000123", 0, false}, /* two blanks */
        {"82024 03050001234", 0, false},
        {"REF 8214677442135010 826090317951210/IDR", 826090317951210, false},
        {"0271 820240305000123 5", 820240305000123, false},
        {"820240305000123 82024 0305000124", 820240305000123, false}, /* whole goes first */
        {"82024 0305000123 X 82024 0305000124", 0, true},
        {"2024 82024030500 0123", 820240305000123, false},
    };
    static const char *const patterns[] = {"[789][0-9]{14}", "[7-9]\\d{14}",
                                           "(?:7|8|9)[0-9]{14}"}; /* the last one needs PCRE */
    (void)state;
    for (size_t p = 0; p < 3; p++) {
        rk_extract rule = rule_of(patterns[p], true, true);
        rk_extractor extractor = rk_extractor_of(&rule);
        assert_int_equal(extractor.direct, p < 2);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            uint64_t code;
            bool several;
            assert_true(rk_extract_code(&extractor, rk_slice_of(cases[i].text), &code, &several));
            assert_int_equal(code, cases[i].code);
            assert_int_equal(several, cases[i].several);
        }
        rk_regex_free(rule.pattern);
    }
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Digit arithmetic and PCRE say the same of any text. */
static void test_extract__both_ways_to_find_codes_agree(void **state)
{
    rk_extract plain = rule_of("[789][0-9]{14}", true, false);
    rk_extract other = rule_of("(?:[789])[0-9]{14}", true, false);
    rk_extractor direct = rk_extractor_of(&plain), general = rk_extractor_of(&other);
    uint64_t seed = 5;
    size_t found = 0;
    (void)state;
    assert_true(direct.direct && !general.direct);
    for (int round = 0; round < 200000; round++) {
        char text[80];
        size_t len = next_random(&seed) % sizeof text;
        uint64_t a, b;
        bool several_a, several_b;
        for (size_t i = 0; i < len; i++)
            text[i] = next_random(&seed) % 16 ? (char)('5' + next_random(&seed) % 5) : '/';
        rk_slice slice = {text, len};
        assert_true(rk_extract_code(&direct, slice, &a, &several_a));
        assert_true(rk_extract_code(&general, slice, &b, &several_b));
        assert_int_equal(a, b);
        assert_int_equal(several_a, several_b);
        found += a != 0;
    }
    assert_true(found > 1000);
    rk_regex_free(plain.pattern);
    rk_regex_free(other.pattern);
}

static void test_extract__codes_inside_longer_numbers(void **state)
{
    static const struct {
        const char *text;
        uint64_t codes[4]; /* up to a 0 */
    } cases[] = {
        {"", {0}},
        {"820240305000123", {0}}, /* stands alone: no window */
        {"8 20240305000123", {0}},
        {"61234567890123456", {0}},
        {"1820240305000123", {820240305000123}},
        {"0123820240305000123456", {820240305000123}},
        {"REK 1820240305000123, 1820240305000123", {820240305000123}},
        {"1820240305000123/9120240305000124", {820240305000123, 912024030500012, 912024030500124}},
        {"1123456 82024030500012", {0}}, /* blanks do not glue */
        {"8202403055000123",
         {820240305500012, 820240305000123, 820240305500123}}, /* 5 typed twice? */
        {"8820240305000123",
         {882024030500012, 820240305000123, 882024030500123}}, /* whole all the same */
    };
    static const char *const patterns[] = {"[789][0-9]{14}", "(?:7|8|9)[0-9]{14}"};
    (void)state;
    for (size_t p = 0; p < 2; p++) {
        rk_extract rule = rule_of(patterns[p], true, true);
        rk_extractor extractor = rk_extractor_of(&rule);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            rk_windows found = {.count = 0};
            size_t count = 0;
            assert_true(rk_extract_windows(&extractor, rk_slice_of(cases[i].text), &found));
            while (count < 4 && cases[i].codes[count])
                count++;
            assert_int_equal(found.count, count);
            for (size_t c = 0; c < count; c++) {
                char digits[16];
                snprintf(digits, sizeof digits, "%015llu", (unsigned long long)found.codes[c]);
                assert_int_equal(found.codes[c], cases[i].codes[c]);
                assert_int_equal(found.whole[c], strstr(cases[i].text, digits) != NULL);
            }
        }
        rk_regex_free(rule.pattern);
    }
}

/* A page of digits names nothing, and is given up soon. */
static void test_extract__too_many_codes_inside_are_none(void **state)
{
    enum { LENGTH = 60000 };
    static char text[LENGTH];
    uint64_t seed = 7;
    rk_extract rule = rule_of("[789][0-9]{14}", true, true);
    rk_extractor extractor = rk_extractor_of(&rule);
    rk_windows found = {.count = 0};
    (void)state;
    for (size_t i = 0; i < LENGTH; i++)
        text[i] = (char)('0' + next_random(&seed) % 10);
    assert_true(rk_extract_windows(&extractor, (rk_slice){text, LENGTH}, &found));
    assert_true(found.too_many);
    assert_int_equal(found.count, RK_WINDOWS_MAX);
    found = (rk_windows){.count = 0};
    memset(text, '8', LENGTH);
    assert_true(rk_extract_windows(&extractor, (rk_slice){text, LENGTH}, &found));
    assert_true(!found.too_many);
    assert_int_equal(found.count, 1);
    rk_regex_free(rule.pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extract__finds_codes_in_free_text),
        cmocka_unit_test(test_extract__both_ways_to_find_codes_agree),
        cmocka_unit_test(test_extract__codes_inside_longer_numbers),
        cmocka_unit_test(test_extract__too_many_codes_inside_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
