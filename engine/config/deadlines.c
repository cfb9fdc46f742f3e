/* rules/deadlines.yaml */
#include "config/load.h"

static const rk_choice clocks[] = {
    {"submitted_at", RK_CLOCK_SUBMITTED}, {"billed_at", RK_CLOCK_BILLED}, {NULL, 0}};
static const rk_choice pauses[] = {{"outage", 0}, {NULL, 0}};

/* "2h", or none. */
static bool set_within(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_slice text;
    int64_t *within = RK_INTO(int64_t, into, row);
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    if (rk_slice_is(text, "none")) {
        *within = -1;
        return true;
    }
    return (rk_duration_parse(text, within) && *within <= 3660 * RK_DAY_LENGTH) ||
           rk_schema_bad(load, row, node, err);
}

/* Checked, and not kept: outages stop no clock before outages.yaml is read. */
static bool set_paused_by(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                          rk_error *err)
{
    (void)into;
    if (node->kind != RK_NODE_SEQUENCE)
        return rk_schema_bad(load, row, node, err);
    for (size_t i = 0; i < node->count; i++) {
        rk_slice word;
        rk_key item = *row;
        item.offset = 0;
        item.choices = pauses;
        if (!rk_value_word.set(load, &item, node->items[i], &word, err))
            return false;
    }
    return true;
}

static const rk_value within_value = {"a duration such as 2h, 90m or 7d, or none",
                                      "{\"type\":\"string\"}", set_within, RK_SHAPE_ONE};
static const rk_value paused_by_value = {"a list: [outage]",
                                         "{\"type\":\"array\",\"items\":{\"enum\":[\"outage\"]}}",
                                         set_paused_by, RK_SHAPE_ONE};

static const rk_key deadline_keys[] = {
    {"from", &rk_value_day, offsetof(rk_deadline_rule, from),
     .doc = "the first day of the clock on which the rule holds"},
    {"until", &rk_value_day, offsetof(rk_deadline_rule, until),
     .doc = "the first day on which it does not"},
    {"source", &rk_value_name, offsetof(rk_deadline_rule, source), .doc = "absent: any"},
    {"service", &rk_value_name, offsetof(rk_deadline_rule, service), .doc = "absent: any"},
    {"clock", &rk_value_choice, offsetof(rk_deadline_rule, clock), .choices = clocks,
     .doc = "what starts the clock; default submitted_at"},
    {"within", &within_value, offsetof(rk_deadline_rule, within), .needed = true,
     .doc = "how long a payment may take, or none"},
    {"paused_by", &paused_by_value, 0, .doc = "what stops the clock: [outage]"},
};

static void begin_deadline(void *into)
{
    rk_deadline_rule *rule = into;
    rule->from = rule->until = RK_NO_DAY;
}

static bool end_deadline(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_deadline_rule *rule = into;
    return rk_load_check_days(load, node, rule->from, rule->until, err) &&
           (rule->service == 0 ||
            rk_load_check_service(load, rk_node_at(node, "service"), rule->service, err));
}

const rk_schema rk_deadline_schema = {
    .doc = "how long a bill waits for its payment; the last rule that holds decides",
    .size = sizeof(rk_deadline_rule),
    RK_KEYS(deadline_keys),
    .begin = begin_deadline,
    .end = end_deadline,
};

bool rk_load_deadlines(const rk_load *load, const rk_node *root, rk_error *err)
{
    rk_deadlines *deadlines = &load->rules->deadlines;
    return rk_schema_bind_list(load, &rk_deadline_schema, root, &deadlines->items,
                               &deadlines->count, err);
}
