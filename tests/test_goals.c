/* Targets and quotas: what an office is to reach in any period, and what is wrong with a file of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/rules.h"

typedef struct kit {
    rk_arena arena;
    rk_names names;
    rk_sources sources;
    rk_rules rules;
    rk_error err;
    bool loaded;
} kit;

static kit read_folders(const char *rules, const char *reports)
{
    kit k = {0};
    if (!rk_sources_read(rules, reports, &k.arena, &k.sources, &k.err))
        fail_msg("%s", k.err.message);
    for (size_t i = 0; i < k.sources.count; i++)
        k.sources.items[i].path = (rk_slice){0}; /* messages print the name */
    return k;
}

static bool load(kit *k)
{
    k->loaded = rk_rules_load(&k->sources, &k->names, &k->arena, &k->rules, &k->err);
    return k->loaded;
}

static void drop(kit *k)
{
    if (k->loaded)
        rk_rules_free(&k->rules);
    rk_names_free(&k->names);
    rk_arena_free(&k->arena);
}

static rk_source *source_of(kit *k, const char *name)
{
    for (size_t i = 0; i < k->sources.count; i++)
        if (rk_slice_is(k->sources.items[i].name, name))
            return &k->sources.items[i];
    fail_msg("no file %s", name);
    return NULL;
}

static void replace(kit *k, const char *file, const char *bytes)
{
    source_of(k, file)->bytes = rk_slice_of(bytes);
}

static void test_goals__cut_periods_sum_to_the_whole(void **state)
{
    (void)state;
    kit k = read_folders("rules", NULL);
    replace(&k, "targets.yaml",
            "- {target: a, office: palembang, from: 2024-01-01, each: year, count: 1000}\n"
            "- {target: b, office: palembang, from: 2024-01-01, until: 2024-07-01, each: half, "
            "amount: 825000000}\n");
    replace(&k, "quotas.yaml",
            "- {office: palembang, from: 2024-01-01, until: 2024-03-01, working_days: yes, "
            "count: 75}\n"
            "- {office: palembang, from: 2024-03-01, count: 10}\n");
    assert_true(load(&k));
    rk_name office = rk_names_find(&k.names, RK_S("palembang"));
    const rk_goals *targets = &k.rules.targets, *quotas = &k.rules.quotas;
    rk_day first = rk_day_of(2024, 1, 1), last = rk_day_of(2024, 12, 31);
    rk_money sum = 0;
    for (rk_day day = first; day <= last; day++)
        sum += rk_goal_over(targets, RK_S("a"), office, day, day);
    assert_int_equal(sum, 1000);
    assert_int_equal(rk_goal_over(targets, RK_S("a"), office, first, last), 1000);
    assert_int_equal(rk_goal_over(targets, RK_S("a"), office, first, rk_day_of(2024, 6, 30)), 497);
    assert_int_equal(rk_goal_over(targets, RK_S("b"), office, first, last), 82500000000);
    assert_true(rk_goal_over(targets, RK_S("c"), office, first, last) == RK_NO_MONEY);
    assert_true(rk_goal_over(targets, RK_S("a"), office, first - 9, first - 1) == RK_NO_MONEY);
    /* January has 23 weekdays, the first a holiday; 2024-02-29 is a Thursday */
    assert_int_equal(rk_goal_over(quotas, RK_S(""), office, first, rk_day_of(2024, 1, 31)),
                     22 * 75);
    assert_int_equal(
        rk_goal_over(quotas, RK_S(""), office, rk_day_of(2024, 2, 29), rk_day_of(2024, 3, 3)),
        75 + 30);
    drop(&k);
}

static void test_goals__faults_are_named_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *file, *bytes, *expected;
    } cases[] = {
        {"targets.yaml", "- {target: a, office: palembang, from: 2024-01-01, each: year}\n",
         "targets.yaml:1:3: a target needs either \"amount\" or \"count\"\n"
         "    - {target: a, office: palembang, from: 2024-01-01, each: year}\n"
         "      ^\n"
         "hint: amount: in rupiah, or count: of applications\n"},
        {"quotas.yaml",
         "- {office: palembang, from: 2024-01-01, count: 1}\n"
         "- {office: palembang, from: 2025-01-01, count: 2}\n",
         "quotas.yaml:2:3: two rows of office \"palembang\" hold on the same day\n"
         "    - {office: palembang, from: 2025-01-01, count: 2}\n"
         "      ^\n"
         "hint: the other is line 1; `until` is the first day on which a row no longer holds\n"},
        {"quotas.yaml", "- {office: palembanh, from: 2024-01-01, count: 1}\n",
         "quotas.yaml:1:12: unknown office \"palembanh\"\n"
         "    - {office: palembanh, from: 2024-01-01, count: 1}\n"
         "               ^\n"
         "hint: did you mean \"palembang\"?\n"},
        {"quotas.yaml", "- {office: palembang, from: 2024-01-01}\n",
         "quotas.yaml:1:3: missing key \"count\"\n"
         "    - {office: palembang, from: 2024-01-01}\n"
         "      ^\n"},
        {"quotas.yaml", "- {count: 5, from: 2024-01-01, visits: {free_before: 0h}}\n",
         "quotas.yaml:1:11: \"count\" and \"visits\" do not go together\n"
         "    - {count: 5, from: 2024-01-01, visits: {free_before: 0h}}\n"
         "              ^\n"},
        {"quotas.yaml",
         "- {from: 2024-01-01, visits: {free_before: 0h}}\n"
         "- {from: 2025-01-01, visits: {free_before: 1d, walk_in: [walk-in]}}\n",
         "quotas.yaml:2:3: two rows of visits hold on the same day\n"
         "    - {from: 2025-01-01, visits: {free_before: 1d, walk_in: [walk-in]}}\n"
         "      ^\n"},
        {"findings.yaml", "- {finding: nik_implausible, from: 2024-01-01}\n",
         "findings.yaml:1:3: missing key \"words\"\n"
         "    - {finding: nik_implausible, from: 2024-01-01}\n"
         "      ^\n"},
        {"findings.yaml", "- {finding: issued_unpaid, from: 2024-01-01, within_days: 3}\n",
         "findings.yaml:1:59: \"within_days\" goes with issued_twice and slot_conflict\n"
         "    - {finding: issued_unpaid, from: 2024-01-01, within_days: 3}\n"
         "                                                              ^\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kit k = read_folders("rules", NULL);
        replace(&k, cases[i].file, cases[i].bytes);
        assert_false(load(&k));
        rk_buffer out = {0};
        rk_error_print(&k.err, &out);
        rk_buffer_char(&out, 0);
        assert_string_equal(out.bytes, cases[i].expected);
        rk_buffer_free(&out);
        drop(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goals__cut_periods_sum_to_the_whole),
        cmocka_unit_test(test_goals__faults_are_named_with_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
