/* rules/matching.yaml */
#include "config/load.h"

static const rk_choice exact_keys[] = {{"billing_code", RK_KEY_BILLING_CODE}, {NULL, 0}};
static const rk_choice near_keys[] = {{"within 1", RK_KEY_NEAR_BILLING_CODE}, {NULL, 0}};

/* key: billing_code, or key: {billing_code: within 1} */
static const rk_key key_keys[] = {
    {"exact", &rk_value_choice, offsetof(rk_match_rule, key), .choices = exact_keys,
     .doc = "the same key on both sides; `key: billing_code` says the same"},
    {"billing_code", &rk_value_choice, offsetof(rk_match_rule, key), .choices = near_keys,
     .doc = "within 1: one digit replaced, or two neighbours swapped"},
};

static bool end_key(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    (void)into;
    if (node->kind == RK_NODE_MAPPING && node->count != 1)
        return rk_load_fail(load, node, err, "\"key\" must be one key");
    return true;
}

static const rk_schema key_schema = {
    .doc = "what entry and application share",
    RK_KEYS(key_keys),
    .shorthand = "exact",
    .end = end_key,
};

static const rk_choice amounts[] = {
    {"equal", RK_AMOUNT_EQUAL}, {"less", RK_AMOUNT_LESS}, {"more", RK_AMOUNT_MORE}, {NULL, 0}};
static const rk_choice times[] = {{"in_time", true}, {NULL, 0}};

static const rk_key require_keys[] = {
    {"amount", &rk_value_choice, offsetof(rk_match_rule, amount), .choices = amounts,
     .doc = "paid against due; any amount when not given"},
    {"paid", &rk_value_choice, offsetof(rk_match_rule, paid), .choices = times,
     .doc = "in_time: between submission and deadline"},
    {"unique", &rk_value_yes, offsetof(rk_match_rule, unique),
     .doc = "yes: several that fit make the entry ambiguous"},
};

static const rk_schema require_schema = {
    .doc = "what must hold beside a near key",
    RK_KEYS(require_keys),
};

/* What a rule can find: an exact key confirms, a near one only suggests. */
static const rk_choice outcomes[] = {
    {"matched", RK_MATCHED},   {"late", RK_LATE},           {"underpaid", RK_UNDERPAID},
    {"overpaid", RK_OVERPAID}, {"duplicate", RK_DUPLICATE}, {"not_due", RK_NOT_DUE},
    {"reversal", RK_REVERSAL}, {"suggested", RK_SUGGESTED}, {NULL, 0},
};

static bool add_outcome(const rk_load *load, const rk_key *row, const rk_node *node, uint32_t *bits,
                        rk_error *err)
{
    int outcome;
    rk_key item = *row;
    item.offset = 0;
    item.value = &rk_value_choice;
    if (!rk_value_choice.set(load, &item, node, &outcome, err))
        return false;
    if (*bits & 1u << outcome)
        return rk_load_fail(load, node, err, "\"%.*s\" stands twice", RK_FMT(node->text));
    *bits |= 1u << outcome;
    return true;
}

static bool set_outcomes(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                         rk_error *err)
{
    uint32_t *bits = RK_INTO(uint32_t, into, row);
    if (node->kind != RK_NODE_SEQUENCE)
        return add_outcome(load, row, node, bits, err);
    for (size_t i = 0; i < node->count; i++)
        if (!add_outcome(load, row, node->items[i], bits, err))
            return false;
    return node->count > 0 || rk_load_fail(load, node, err, "\"%s\" is empty", row->name);
}

static const rk_value outcomes_value = {NULL, NULL, set_outcomes, RK_SHAPE_LIST};

static const rk_key match_keys[] = {
    {"rule", &rk_value_name, offsetof(rk_match_rule, rule), .needed = true,
     .doc = "its name, as sheets show it"},
    {"from", &rk_value_day, offsetof(rk_match_rule, from), .doc = "the first day of payment"},
    {"until", &rk_value_day, offsetof(rk_match_rule, until),
     .doc = "the first day it does not hold"},
    {"key", &rk_value_mapping, 0, .needed = true, .of = &key_schema,
     .doc = "what entry and application share"},
    {"require", &rk_value_mapping, 0, .of = &require_schema,
     .doc = "what must hold beside a near key"},
    {"outcomes", &outcomes_value, offsetof(rk_match_rule, outcomes), .choices = outcomes,
     .doc = "what the rule may find"},
    {"outcome", &outcomes_value, offsetof(rk_match_rule, outcomes), .choices = outcomes,
     .doc = "the same, of one"},
};

static void begin_match(void *into)
{
    rk_match_rule *rule = into;
    rule->from = rule->until = RK_NO_DAY;
}

/* Nothing near is ever confirmed without a person. */
static bool check_key(const rk_load *load, const rk_node *node, const rk_match_rule *rule,
                      rk_error *err)
{
    bool near = rule->key == RK_KEY_NEAR_BILLING_CODE;
    const char *given = rk_node_get(node, "outcome") ? "outcome" : "outcomes";
    bool suggests = rule->outcomes >> RK_SUGGESTED & 1;
    if (near ? rule->outcomes != 1u << RK_SUGGESTED : suggests) {
        rk_load_fail(load, rk_node_at(node, given), err,
                     near ? "a near key may only give \"suggested\""
                          : "an exact key does not give \"suggested\"");
        return rk_fail_hint(err, "near keys suggest, exact keys confirm");
    }
    if (!near && rk_node_get(node, "require"))
        return rk_load_fail(load, rk_node_at(node, "require"), err,
                            "\"require\" goes with a near key; \"outcomes\" says what an exact "
                            "key may find");
    if (near && (!rule->paid || !rule->unique)) {
        rk_load_fail(load, rk_node_at(node, "require"), err,
                     "a near key requires {paid: in_time, unique: yes}");
        return rk_fail_hint(err, "codes are dense: without them nearly every code has neighbours");
    }
    return true;
}

static bool end_match(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_match_rule *rule = into;
    if (rk_node_get(node, "outcome") && rk_node_get(node, "outcomes"))
        return rk_load_fail(load, rk_node_at(node, "outcome"), err,
                            "give either \"outcome\" or \"outcomes\"");
    if (rule->outcomes == 0) {
        rk_load_fail(load, node, err, "missing key \"outcomes\"");
        return rk_fail_hint(err, "outcomes: what the rule may find");
    }
    return check_key(load, node, rule, err) &&
           rk_load_check_days(load, node, rule->from, rule->until, err);
}

const rk_schema rk_match_schema = {
    .doc = "a rule that ties entries to applications; the first that holds decides",
    .size = sizeof(rk_match_rule),
    RK_KEYS(match_keys),
    .begin = begin_match,
    .end = end_match,
};

bool rk_load_matching(const rk_load *load, const rk_node *root, rk_error *err)
{
    rk_matching *matching = &load->rules->matching;
    if (!rk_schema_bind_list(load, &rk_match_schema, root, &matching->items, &matching->count, err))
        return false;
    for (size_t i = 0; i < matching->count; i++)
        for (size_t j = 0; j < i; j++) {
            const rk_match_rule *a = &matching->items[j], *b = &matching->items[i];
            if (a->rule == b->rule && rk_days_overlap(a->from, a->until, b->from, b->until))
                return rk_load_fail(load, rk_node_at(root->items[i], "rule"), err,
                                    "a second rule \"%.*s\" (the first: line %zu)",
                                    RK_FMT(rk_names_text(load->names, b->rule)),
                                    root->items[j]->line);
        }
    return true;
}

const rk_match_rule *rk_match_rule_on(const rk_matching *matching, rk_match_key key, rk_day on)
{
    for (size_t i = 0; i < matching->count; i++) {
        const rk_match_rule *rule = &matching->items[i];
        if (rule->key == key && (rule->from == RK_NO_DAY || on >= rule->from) &&
            (rule->until == RK_NO_DAY || on < rule->until))
            return rule;
    }
    return NULL;
}
