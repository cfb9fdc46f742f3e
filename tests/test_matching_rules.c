/* matching.yaml: what each word of it becomes, and which rules come to their turn. */
#include "config_kit.h"

static rk_match_rule rule_with(const char *text)
{
    kit k = read_folders("tests/data/config/rules", "tests/data/config/reports");
    source_of(&k, "matching.yaml")->bytes = rk_slice_of(text);
    if (!load(&k))
        fail_msg("%s: %s", text, k.err.message);
    rk_match_rule rule = k.rules.matching.items[k.rules.matching.count - 1];
    rule.channels = NULL; /* in the arena */
    drop(&k);
    return rule;
}

/* Every word of the vocabulary. */
static void test_config__matching_vocabulary(void **state)
{
    (void)state;
    rk_match_rule rule =
        rule_with("- {rule: a, key: billing_code, from: 2024-01-01, until: 2025-01-01, "
                  "require: {amount: {within: 5000}, paid: after_deadline, office: "
                  "same, channel: [indomaret], unique: yes}, outcomes: [late]}\n");
    assert_int_equal(rule.key, RK_KEY_BILLING_CODE);
    assert_int_equal(rule.amount, RK_AMOUNT_WITHIN);
    assert_int_equal(rule.amount_within, 500000);
    assert_int_equal(rule.amount_ppm, 0);
    assert_int_equal(rule.paid, RK_TIME_AFTER_DEADLINE);
    assert_true(rule.same_office && rule.unique);
    assert_int_equal(rule.channel_count, 1);
    assert_false(rk_match_rule_holds_on(&rule, day_of("2023-12-31")));
    assert_true(rk_match_rule_holds_on(&rule, day_of("2024-12-31")));
    assert_false(rk_match_rule_holds_on(&rule, day_of("2025-01-01")));
    rule = rule_with("- {rule: a, key: billing_code, require: {amount: {within: 0.5%}, paid: "
                     "{within: 3 days}}, outcome: matched}\n");
    assert_int_equal(rule.amount_ppm, 5000);
    assert_int_equal(rule.paid, RK_TIME_WITHIN);
    assert_int_equal(rule.paid_days, 3);
    rule = rule_with("- {rule: a, key: billing_code, require: {amount: more, paid: "
                     "before_submission}, outcome: overpaid}\n");
    assert_int_equal(rule.amount, RK_AMOUNT_MORE);
    assert_int_equal(rule.paid, RK_TIME_BEFORE_SUBMISSION);
    rule = rule_with("- {rule: a, key: group_id, require: {amount: equal, unique: yes}, outcomes: "
                     "[matched, late]}\n");
    assert_int_equal(rule.key, RK_KEY_GROUP);
}

/* What looks alike, but comes to its turn. */
static void test_config__rules_that_are_not_shadowed(void **state)
{
    (void)state;
    static const char *const pairs[] = {
        /* an amount within the tolerance is exact by the second alone */
        "- {rule: a, key: billing_code, outcomes: [matched, late]}\n"
        "- {rule: b, key: billing_code, require: {amount: {within: 5000}}, outcomes: [matched]}\n",
        "- {rule: a, key: billing_code, require: {channel: indomaret}, outcomes: [matched]}\n"
        "- {rule: b, key: billing_code, outcomes: [matched]}\n",
        "- {rule: a, key: billing_code, until: 2024-01-01, outcomes: [matched]}\n"
        "- {rule: b, key: billing_code, outcomes: [matched]}\n",
        "- {rule: a, key: billing_code, require: {paid: in_time}, outcomes: [matched]}\n"
        "- {rule: b, key: billing_code, require: {paid: {within: 3 days}}, outcomes: [matched]}\n",
        "- {rule: a, key: billing_code, require: {amount: {within: 5000}}, outcomes: [matched]}\n"
        "- {rule: b, key: billing_code, require: {amount: {within: 1%}}, outcomes: [matched]}\n",
        "- {rule: a, key: billing_code, outcomes: [matched]}\n"
        "- {rule: b, key: group_id, require: {amount: equal, unique: yes}, outcomes: [matched]}\n",
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        rule_with(pairs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config__matching_vocabulary),
        cmocka_unit_test(test_config__rules_that_are_not_shadowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
