/* rules/matching.yaml: a closed vocabulary. What entry and application share is the key; what must hold
 * beside it are the predicates; no expression is ever evaluated. */
#include "config/load.h"

static const rk_choice exact_keys[] = {{"billing_code", RK_KEY_BILLING_CODE},
                                       {"group_id", RK_KEY_GROUP},
                                       {"reference", RK_KEY_REFERENCE},
                                       {"ntpn", RK_KEY_NTPN},
                                       {"virtual_account", RK_KEY_VIRTUAL_ACCOUNT},
                                       {"application_number", RK_KEY_APPLICATION_NUMBER},
                                       {NULL, 0}};
static const rk_choice near_keys[] = {{"within 1", RK_KEY_NEAR_BILLING_CODE}, {NULL, 0}};

const char *rk_match_key_name(rk_match_key key)
{
    for (const rk_choice *choice = exact_keys; choice->word; choice++)
        if (choice->value == (int)key)
            return choice->word;
    return "billing_code";
}

/* key: billing_code, or key: {billing_code: within 1} */
static const rk_key key_keys[] = {
    {"exact", &rk_value_choice, offsetof(rk_match_rule, key), .choices = exact_keys,
     .doc = "the same key on both sides; `key: billing_code` says the same"},
    {"billing_code", &rk_value_choice, offsetof(rk_match_rule, key), .choices = near_keys,
     .doc = "within 1: one digit replaced, lost or doubled, or two neighbours swapped"},
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

/* ---- require ---- */

static bool one_key(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    (void)into;
    if (node->kind == RK_NODE_MAPPING && node->count != 1)
        return rk_load_fail(load, node, err, "one word, or {within: ...}");
    return true;
}

/* within: 5000, or within: 0.5% */
static bool set_tolerance(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                          rk_error *err)
{
    rk_match_rule *rule = into;
    rk_slice text;
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    rule->amount = RK_AMOUNT_WITHIN;
    bool relative = text.at[text.len - 1] == '%';
    bool good = relative ? rk_money_parse((rk_slice){text.at, text.len - 1}, RK_DECIMAL_POINT, 4,
                                          &rule->amount_ppm) &&
                               rule->amount_ppm > 0 && rule->amount_ppm < 1000000
                         : rk_slice_is_digits(text) &&
                               rk_money_parse(text, RK_DECIMAL_NONE, 2, &rule->amount_within) &&
                               rule->amount_within > 0;
    return good || rk_schema_bad(load, row, node, err);
}

static const rk_value tolerance_value = {"an amount in whole rupiah such as 5000, or a part of the "
                                         "due such as 0.5%",
                                         "{\"type\":[\"integer\",\"string\"]}", set_tolerance,
                                         RK_SHAPE_ONE};

static const rk_choice amounts[] = {
    {"equal", RK_AMOUNT_EQUAL}, {"less", RK_AMOUNT_LESS}, {"more", RK_AMOUNT_MORE}, {NULL, 0}};

static const rk_key amount_keys[] = {
    {"is", &rk_value_choice, offsetof(rk_match_rule, amount), .choices = amounts,
     .doc = "paid against due; `amount: equal` says the same"},
    {"within", &tolerance_value, 0,
     .doc = "the difference is at most so much: rupiah, or a percentage of the due"},
};

static const rk_schema amount_schema = {
    .doc = "paid against due", RK_KEYS(amount_keys), .shorthand = "is", .end = one_key};

/* within: 3 days */
static bool set_window(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    enum { DAYS_MAX = 366 };
    rk_match_rule *rule = into;
    rk_slice text, number;
    uint64_t days;
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    rk_slice rest = text;
    bool good = rk_slice_cut(&rest, ' ', &number) && rest.at &&
                (rk_slice_is(rest, "days") || rk_slice_is(rest, "day")) &&
                rk_slice_to_u64(number, &days) && days > 0 && days <= DAYS_MAX;
    if (!good)
        return rk_schema_bad(load, row, node, err);
    rule->paid = RK_TIME_WITHIN;
    rule->paid_days = (int)days;
    return true;
}

static const rk_value window_value = {"a number of days such as 3 days (at most 366)",
                                      "{\"type\":\"string\"}", set_window, RK_SHAPE_ONE};

static const rk_choice times[] = {{"in_time", RK_TIME_IN_TIME},
                                  {"after_deadline", RK_TIME_AFTER_DEADLINE},
                                  {"before_submission", RK_TIME_BEFORE_SUBMISSION},
                                  {NULL, 0}};

static const rk_key paid_keys[] = {
    {"is", &rk_value_choice, offsetof(rk_match_rule, paid), .choices = times,
     .doc = "when it was paid; `paid: in_time` says the same"},
    {"within", &window_value, 0, .doc = "so many days of 24 hours after the submission"},
};

static const rk_schema paid_schema = {
    .doc = "when it was paid", RK_KEYS(paid_keys), .shorthand = "is", .end = one_key};

static const rk_choice offices[] = {{"same", true}, {NULL, 0}};

static bool set_same_office(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                            rk_error *err)
{
    int same = false;
    rk_key local = *row;
    local.offset = 0;
    if (!rk_value_choice.set(load, &local, node, &same, err))
        return false;
    *RK_INTO(bool, into, row) = same;
    return true;
}

static const rk_value same_office_value = {NULL, NULL, set_same_office, RK_SHAPE_ONE};

static bool add_channel(const rk_load *load, const rk_node *node, rk_match_rule *rule,
                        rk_error *err)
{
    rk_name *name = &rule->channels[rule->channel_count];
    if (node->kind != RK_NODE_SCALAR || node->text.len == 0)
        return rk_load_fail(load, node, err, "\"channel\" must be a channel or a list of them");
    if (!rk_load_name(load, node, node->text, name, err))
        return false;
    rk_nearest nearest = rk_nearest_to(node->text);
    for (size_t i = 0; i < load->rules->channel_count; i++)
        rk_nearest_try(&nearest, rk_names_text(load->names, load->rules->channels[i].channel));
    if (!rk_channel_find(load->rules, *name)) {
        rk_load_fail(load, node, err, "no channel is called \"%.*s\"", RK_FMT(node->text));
        return rk_nearest_hint(&nearest, err);
    }
    rule->channel_count++;
    return true;
}

static bool set_channels(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                         rk_error *err)
{
    rk_match_rule *rule = into;
    bool is_list = node->kind == RK_NODE_SEQUENCE;
    size_t count = is_list ? node->count : 1;
    if (count == 0)
        return rk_load_fail(load, node, err, "\"%s\" is empty", row->name);
    rule->channels = rk_arena_alloc(load->arena, count, sizeof *rule->channels);
    for (size_t i = 0; i < count; i++)
        if (!add_channel(load, is_list ? node->items[i] : node, rule, err))
            return false;
    return true;
}

static const rk_value channels_value = {
    "a channel or a list of them",
    "{\"type\":[\"string\",\"array\"],\"items\":{\"type\":\"string\"}}", set_channels,
    RK_SHAPE_ONE};

static const rk_key require_keys[] = {
    {"amount", &rk_value_mapping, 0, .of = &amount_schema,
     .doc = "equal, less, more, {within: 5000} or {within: 0.5%}; any when not given"},
    {"paid", &rk_value_mapping, 0, .of = &paid_schema,
     .doc = "in_time (from submission to deadline), after_deadline, before_submission or {within: "
            "3 days}"},
    {"office", &same_office_value, offsetof(rk_match_rule, same_office), .choices = offices,
     .doc = "same: the office of the entry's account is the application's"},
    {"channel", &channels_value, 0, .doc = "the channels whose entries it is for"},
    {"unique", &rk_value_yes, offsetof(rk_match_rule, unique),
     .doc = "yes: several that fit make the entry ambiguous"},
};

static const rk_schema require_schema = {
    .doc = "what must hold beside the key: all of it",
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
    {"from", &rk_value_day, offsetof(rk_match_rule, from),
     .doc = "the first booking day (tanggal buku) it holds on"},
    {"until", &rk_value_day, offsetof(rk_match_rule, until),
     .doc = "the first day it does not hold"},
    {"key", &rk_value_mapping, 0, .needed = true, .of = &key_schema,
     .doc = "what entry and application share"},
    {"require", &rk_value_mapping, 0, .of = &require_schema,
     .doc = "what must hold beside the key"},
    {"outcomes", &outcomes_value, offsetof(rk_match_rule, outcomes), .choices = outcomes,
     .doc = "what the rule may find"},
    {"outcome", &outcomes_value, offsetof(rk_match_rule, outcomes), .choices = outcomes,
     .doc = "the same, of one"},
    {"tests", &rk_value_list, offsetof(rk_match_rule, tests),
     .count_offset = offsetof(rk_match_rule, test_count), .of = &rk_rule_test_schema,
     .doc = "cases that `rekon check` runs"},
};

static void begin_match(void *into)
{
    rk_match_rule *rule = into;
    rule->from = rule->until = RK_NO_DAY;
}

/* Nothing near is ever confirmed without a person. */
static bool check_near(const rk_load *load, const rk_node *node, const rk_match_rule *rule,
                       const char *given, rk_error *err)
{
    if (rule->outcomes != 1u << RK_SUGGESTED) {
        rk_load_fail(load, rk_node_at(node, given), err, "a near key may only give \"suggested\"");
        return rk_fail_hint(err, "near keys suggest, exact keys confirm");
    }
    bool in_window = rule->paid == RK_TIME_IN_TIME || rule->paid == RK_TIME_WITHIN;
    if (!in_window || !rule->unique) {
        rk_load_fail(load, rk_node_at(node, "require"), err,
                     "a near key requires {paid: in_time, unique: yes}");
        return rk_fail_hint(err, "codes are dense: without them nearly every code has neighbours");
    }
    return true;
}

/* A sum alone never confirms, and neither does one of several. */
static bool check_group(const rk_load *load, const rk_node *node, const rk_match_rule *rule,
                        const char *given, rk_error *err)
{
    if (rule->outcomes & ~(1u << RK_MATCHED | 1u << RK_LATE)) {
        rk_load_fail(load, rk_node_at(node, given), err,
                     "the payment of a group may only give \"matched\" and \"late\"");
        return rk_fail_hint(err, "other payments belong to the rules on the members' own keys");
    }
    if (rule->amount != RK_AMOUNT_EQUAL || !rule->unique)
        return rk_load_fail(load, rk_node_at(node, "require"), err,
                            "the key group_id requires {amount: equal, unique: yes}");
    return true;
}

/* It names a payment of its channel, and that payment an application. */
static bool check_reference(const rk_load *load, const rk_node *node, const rk_match_rule *rule,
                            const char *given, rk_error *err)
{
    if (rule->outcomes != 1u << RK_REVERSAL) {
        rk_load_fail(load, rk_node_at(node, given), err,
                     "the key reference may only give \"reversal\"");
        return rk_fail_hint(err, "it finds the payment that an entry without a code takes back");
    }
    if (rule->amount != RK_AMOUNT_ANY || rule->paid != RK_TIME_ANY || rule->same_office)
        return rk_load_fail(load, rk_node_at(node, "require"), err,
                            "the key reference may require a channel alone");
    return true;
}

static bool check_key(const rk_load *load, const rk_node *node, const rk_match_rule *rule,
                      rk_error *err)
{
    const char *given = rk_node_get(node, "outcome") ? "outcome" : "outcomes";
    if (rule->key == RK_KEY_NEAR_BILLING_CODE)
        return check_near(load, node, rule, given, err);
    if (rule->outcomes >> RK_SUGGESTED & 1 && rule->outcomes != 1u << RK_SUGGESTED) {
        rk_load_fail(load, rk_node_at(node, given), err,
                     "a rule that gives \"suggested\" gives nothing else");
        return rk_fail_hint(err, "what it suggests is left to a person: write a rule of its own");
    }
    if (rule->key == RK_KEY_REFERENCE)
        return check_reference(load, node, rule, given, err);
    return rule->key != RK_KEY_GROUP || check_group(load, node, rule, given, err);
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

/* ---- rules that never come to their turn ---- */

static bool covers_days(const rk_match_rule *a, const rk_match_rule *b)
{
    bool begins = a->from == RK_NO_DAY || (b->from != RK_NO_DAY && a->from <= b->from);
    bool ends = a->until == RK_NO_DAY || (b->until != RK_NO_DAY && a->until >= b->until);
    return begins && ends;
}

/* Every amount that `b` asks for satisfies `a`. */
static bool covers_amount(const rk_match_rule *a, const rk_match_rule *b)
{
    if (a->amount == RK_AMOUNT_ANY)
        return true;
    if (a->amount == RK_AMOUNT_WITHIN)
        return b->amount == RK_AMOUNT_EQUAL ||
               (b->amount == RK_AMOUNT_WITHIN && a->amount_within >= b->amount_within &&
                a->amount_ppm >= b->amount_ppm);
    return a->amount == b->amount;
}

static bool covers_time(const rk_match_rule *a, const rk_match_rule *b)
{
    return a->paid == RK_TIME_ANY || (a->paid == b->paid && a->paid_days >= b->paid_days);
}

static bool covers_channels(const rk_match_rule *a, const rk_match_rule *b)
{
    for (size_t i = 0; i < b->channel_count; i++) {
        bool found = false;
        for (size_t j = 0; j < a->channel_count; j++)
            found |= a->channels[j] == b->channels[i];
        if (a->channel_count && !found)
            return false;
    }
    return a->channel_count == 0 || b->channel_count > 0;
}

/* Within a tolerance an amount counts as exact; without it the same amount is less or more: the earlier
 * rule decides it only if it may say so. One that suggests does so whatever the payment would be. */
static uint32_t outcomes_before(const rk_match_rule *a, const rk_match_rule *b)
{
    bool perhaps = b->outcomes == 1u << RK_SUGGESTED && b->key != RK_KEY_NEAR_BILLING_CODE;
    if (perhaps && a->outcomes != b->outcomes)
        return 1u << RK_MATCHED | 1u << RK_LATE | 1u << RK_UNDERPAID | 1u << RK_OVERPAID |
               1u << RK_DUPLICATE;
    bool differs = b->amount == RK_AMOUNT_WITHIN && a->amount != RK_AMOUNT_WITHIN &&
                   b->key != RK_KEY_NEAR_BILLING_CODE;
    return b->outcomes | (differs ? 1u << RK_UNDERPAID | 1u << RK_OVERPAID : 0);
}

/* Whatever `b` could decide, `a` has decided before. One that suggests leaves what owes nothing. */
static bool shadows(const rk_match_rule *a, const rk_match_rule *b)
{
    return a->key == b->key && covers_days(a, b) && covers_amount(a, b) && covers_time(a, b) &&
           covers_channels(a, b) && (!a->same_office || b->same_office) &&
           (outcomes_before(a, b) & ~a->outcomes) == 0;
}

static bool check_pair(const rk_load *load, const rk_node *root, size_t before, size_t row,
                       rk_error *err)
{
    const rk_match_rule *a = &load->rules->matching.items[before];
    const rk_match_rule *b = &load->rules->matching.items[row];
    rk_slice name = rk_names_text(load->names, a->rule);
    if (a->rule == b->rule && rk_days_overlap(a->from, a->until, b->from, b->until))
        return rk_load_fail(load, rk_node_at(root->items[row], "rule"), err,
                            "a second rule \"%.*s\" (the first: line %zu)", RK_FMT(name),
                            root->items[before]->line);
    if (shadows(a, b)) {
        rk_load_fail(load, rk_node_at(root->items[row], "rule"), err,
                     "this rule never decides: \"%.*s\" (line %zu) holds wherever it does",
                     RK_FMT(name), root->items[before]->line);
        return rk_fail_hint(err, "the first rule that holds decides: put the narrower one first");
    }
    if (a->key == RK_KEY_NEAR_BILLING_CODE && b->key != RK_KEY_NEAR_BILLING_CODE) {
        rk_load_fail(load, rk_node_at(root->items[row], "key"), err,
                     "an exact key behind the near one of \"%.*s\" (line %zu)", RK_FMT(name),
                     root->items[before]->line);
        return rk_fail_hint(err, "near codes are tried on what exact keys leave: put them last");
    }
    return true;
}

bool rk_load_matching(const rk_load *load, const rk_node *root, rk_error *err)
{
    rk_matching *matching = &load->rules->matching;
    if (!rk_schema_bind_list(load, &rk_match_schema, root, &matching->items, &matching->count, err))
        return false;
    for (size_t i = 0; i < matching->count; i++)
        for (size_t j = 0; j < i; j++)
            if (!check_pair(load, root, j, i, err))
                return false;
    return true;
}

bool rk_matching_has_key(const rk_matching *matching, rk_match_key key)
{
    for (size_t i = 0; i < matching->count; i++)
        if (matching->items[i].key == key)
            return true;
    return false;
}

bool rk_matching_has_alternatives(const rk_matching *matching)
{
    for (size_t i = 0; i < matching->count; i++)
        if (rk_match_key_is_alternative(matching->items[i].key))
            return true;
    return false;
}
