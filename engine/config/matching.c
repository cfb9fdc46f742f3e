/* rules/matching.yaml */
#include "config/load.h"

static const rk_choice keys[] = {{"billing_code", RK_KEY_BILLING_CODE}, {NULL, 0}};

/* What a rule on the code can find: the other outcomes need rules of another kind. */
static const rk_choice outcomes[] = {
    {"matched", RK_MATCHED},
    {"late", RK_LATE},
    {"underpaid", RK_UNDERPAID},
    {"overpaid", RK_OVERPAID},
    {"duplicate", RK_DUPLICATE},
    {"not_due", RK_NOT_DUE},
    {NULL, 0},
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
    {"key", &rk_value_choice, offsetof(rk_match_rule, key), .needed = true, .choices = keys,
     .doc = "what entry and application share"},
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
    return rk_load_check_days(load, node, rule->from, rule->until, err);
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
