/* rules/deadlines.yaml */
#include "config/load.h"

static const rk_choice clocks[] = {{"submitted_at", RK_CLOCK_SUBMITTED},
                                   {"billed_at", RK_CLOCK_BILLED},
                                   {"appointment_on", RK_CLOCK_APPOINTMENT},
                                   {"attended_at", RK_CLOCK_ATTENDED},
                                   {NULL, 0}};

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

static const rk_value within_value = {"a duration such as 2h, 90m or 7d, or none",
                                      "{\"type\":\"string\"}", set_within, RK_SHAPE_ONE};
static const rk_key deadline_keys[] = {
    {"from", &rk_value_day, offsetof(rk_deadline_rule, from),
     .doc = "the first day of submission on which the rule holds"},
    {"until", &rk_value_day, offsetof(rk_deadline_rule, until),
     .doc = "the first day on which it does not"},
    {"source", &rk_value_name, offsetof(rk_deadline_rule, source), .doc = "absent: any"},
    {"service", &rk_value_name, offsetof(rk_deadline_rule, service), .doc = "absent: any"},
    {"clock", &rk_value_choice, offsetof(rk_deadline_rule, clock), .choices = clocks,
     .doc = "what starts the clock; default submitted_at. Where the source does not say it, what "
            "comes "
            "before it: attended_at, appointment_on, billed_at, submitted_at"},
    {"within", &within_value, offsetof(rk_deadline_rule, within),
     .doc = "how long a payment may take, or none"},
    {"paused_by", &rk_value_pauses, offsetof(rk_deadline_rule, paused_by),
     .doc = "which outages stop the clock: all, or those of the functions named"},
    {"cutoff", &rk_value_local, offsetof(rk_deadline_rule, cutoff),
     .doc = "instead of within: the last moment of every bill that is older"},
};

static void begin_deadline(void *into)
{
    rk_deadline_rule *rule = into;
    rule->from = rule->until = RK_NO_DAY;
    rule->cutoff.at = RK_NO_MOMENT;
}

static bool end_deadline(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_deadline_rule *rule = into;
    bool has_cutoff = rk_node_get(node, "cutoff"), has_within = rk_node_get(node, "within");
    if (!has_cutoff && !has_within)
        return rk_load_fail(load, node, err, "missing key \"within\"");
    const char *const of_terms[] = {"within", "clock", "paused_by"};
    for (size_t i = 0; has_cutoff && i < sizeof of_terms / sizeof *of_terms; i++)
        if (rk_node_get(node, of_terms[i]))
            return rk_load_fail(load, rk_node_at(node, of_terms[i]), err,
                                "\"%s\" and \"cutoff\" do not go together", of_terms[i]);
    return rk_load_check_days(load, node, rule->from, rule->until, err) &&
           (rule->service == 0 ||
            rk_load_check_service(load, rk_node_at(node, "service"), rule->service, err));
}

const rk_schema rk_deadline_schema = {
    .doc = "how long a bill waits for its payment; the last rule that holds decides, cut-offs "
           "limit it",
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
