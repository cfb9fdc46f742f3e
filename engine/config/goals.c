/* rules/targets.yaml and rules/quotas.yaml */
#include "config/load.h"

static const rk_choice units[] = {{"day", RK_PERIOD_DAY},
                                  {"week", RK_PERIOD_WEEK},
                                  {"month", RK_PERIOD_MONTH},
                                  {"quarter", RK_PERIOD_QUARTER},
                                  {"half", RK_PERIOD_HALF},
                                  {"year", RK_PERIOD_YEAR},
                                  {NULL, 0}};

static void begin_goal(void *into)
{
    rk_goal *goal = into;
    goal->from = goal->until = RK_NO_DAY;
    goal->amount_minor = RK_NO_MONEY;
    goal->count = RK_NO_COUNT;
}

static bool end_goal(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_goal *goal = into;
    if (goal->working && goal->each != RK_PERIOD_DAY)
        return rk_load_fail(load, rk_node_at(node, "working_days"), err,
                            "\"working_days\" goes with \"each: day\"");
    return rk_load_check_office(load, rk_node_at(node, "office"), goal->office, err) &&
           rk_load_check_days(load, node, goal->from, goal->until, err);
}

static bool end_target(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_goal *goal = into;
    if ((goal->amount_minor == RK_NO_MONEY) == (goal->count == RK_NO_COUNT)) {
        rk_load_fail(load, node, err, "a target needs either \"amount\" or \"count\"");
        return rk_fail_hint(err, "amount: in rupiah, or count: of applications");
    }
    return end_goal(load, node, into, err);
}

#define GOAL_ROWS \
    {"office", &rk_value_name, offsetof(rk_goal, office), .needed = true, .doc = "its code"}, \
        {"from", &rk_value_day, offsetof(rk_goal, from), .needed = true, \
         .doc = "the first day on which the row holds"}, \
    { \
        "until", &rk_value_day, offsetof(rk_goal, until), \
            .doc = "the first day on which it does not" \
    }

static const rk_key target_keys[] = {
    {"target", &rk_value_text, offsetof(rk_goal, name), .needed = true,
     .doc = "what is to be reached, as measures name it"},
    GOAL_ROWS,
    {"each", &rk_value_choice, offsetof(rk_goal, each), .needed = true, .choices = units,
     .doc = "day, week, month, quarter, half or year: what the figure is for"},
    {"amount", &rk_value_rupiah, offsetof(rk_goal, amount_minor), .doc = "whole rupiah"},
    {"count", &rk_value_size, offsetof(rk_goal, count), .least = 0, .most = 1000000000,
     .doc = "of applications"},
};

const rk_schema rk_target_schema = {
    .doc = "what an office is to reach",
    .size = sizeof(rk_goal),
    RK_KEYS(target_keys),
    .begin = begin_goal,
    .end = end_target,
};

/* A row of quotas.yaml: a quota of an office, or how visits are counted. */
typedef struct quota_draft {
    rk_goal goal; /* first: its rows are those of a target */
    rk_visit_rule visits;
} quota_draft;

/* A time before a day begins: 0h, 24h, 2d. */
static bool set_lead(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    rk_slice text;
    int64_t *lead = RK_INTO(int64_t, into, row);
    return rk_schema_scalar(load, row, node, &text, err) &&
           ((rk_duration_parse(text, lead) && *lead <= 366 * RK_DAY_LENGTH) ||
            rk_schema_bad(load, row, node, err));
}

static const rk_value lead_value = {"a time such as 0h, 12h or 1d", "{\"type\":\"string\"}",
                                    set_lead, RK_SHAPE_ONE};

static const rk_key visit_keys[] = {
    {"walk_in", &rk_value_names, offsetof(rk_visit_rule, walk_in),
     .count_offset = offsetof(rk_visit_rule, walk_in_count),
     .doc = "sources of those who come without a slot"},
    {"priority", &rk_value_names, offsetof(rk_visit_rule, priority),
     .count_offset = offsetof(rk_visit_rule, priority_count),
     .doc = "sources of those who are let in first"},
    {"hotline", &rk_value_names, offsetof(rk_visit_rule, hotline),
     .count_offset = offsetof(rk_visit_rule, hotline_count),
     .doc = "sources of those who book by telephone"},
    {"free_before", &lead_value, offsetof(rk_visit_rule, free_before), .needed = true,
     .doc = "a slot that is given back later than so long before its day begins cannot be used any "
            "more"},
};
static const rk_schema visit_schema = {
    .doc = "who comes how, and until when a slot that is given back can be used",
    .size = sizeof(rk_visit_rule),
    RK_KEYS(visit_keys)};

static const rk_key quota_keys[] = {
    {"office", &rk_value_name, offsetof(rk_goal, office), .doc = "its code"},
    {"from", &rk_value_day, offsetof(rk_goal, from), .needed = true,
     .doc = "the first day on which the row holds"},
    {"until", &rk_value_day, offsetof(rk_goal, until), .doc = "the first day on which it does not"},
    {"visits", &rk_value_mapping, offsetof(quota_draft, visits), .of = &visit_schema,
     .doc = "instead of an office and a count: how visits are counted"},
    {"each", &rk_value_choice, offsetof(rk_goal, each), .choices = units,
     .doc = "day (the default), week, month, quarter, half or year"},
    {"working_days", &rk_value_yes, offsetof(rk_goal, working),
     .doc = "of a quota for each day: none on days that are no working days"},
    {"count", &rk_value_size, offsetof(rk_goal, count), .least = 0, .most = 1000000000,
     .doc = "applicants who can be served"},
};

static bool end_quota(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const quota_draft *draft = into;
    const char *const of_quotas[] = {"office", "count", "each", "working_days"};
    bool counts_visits = rk_node_get(node, "visits");
    for (size_t i = 0; i < sizeof of_quotas / sizeof *of_quotas; i++) {
        if (counts_visits && rk_node_get(node, of_quotas[i]))
            return rk_load_fail(load, rk_node_at(node, of_quotas[i]), err,
                                "\"%s\" and \"visits\" do not go together", of_quotas[i]);
        if (!counts_visits && i < 2 && !rk_node_get(node, of_quotas[i]))
            return rk_load_fail(load, node, err, "missing key \"%s\"", of_quotas[i]);
    }
    if (counts_visits)
        return rk_load_check_days(load, node, draft->goal.from, draft->goal.until, err);
    return end_goal(load, node, into, err);
}

const rk_schema rk_quota_schema = {
    .doc = "how many applicants an office can serve, and how those who come are counted",
    .size = sizeof(quota_draft),
    RK_KEYS(quota_keys),
    .begin = begin_goal,
    .end = end_quota,
};

/* Two rows of one office and one target must not hold on the same day; nodes[i] is that of item i. */
static bool check_goals(const rk_load *load, rk_node *const *nodes, rk_goals *goals, rk_error *err)
{
    for (size_t i = 0; i < goals->count; i++)
        goals->items[i].calendar = load->rules->calendar;
    for (size_t i = 0; i < goals->count; i++)
        for (size_t j = 0; j < i; j++) {
            const rk_goal *a = &goals->items[j], *b = &goals->items[i];
            if (a->office != b->office || !rk_slice_equal(a->name, b->name) ||
                !rk_days_overlap(a->from, a->until, b->from, b->until))
                continue;
            rk_load_fail(load, nodes[i], err, "two rows of office \"%.*s\" hold on the same day",
                         RK_FMT(rk_names_text(load->names, a->office)));
            return rk_fail_hint(err,
                                "the other is line %zu; `until` is the first day on which a "
                                "row no longer holds",
                                nodes[j]->line);
        }
    return true;
}

bool rk_load_targets(const rk_load *load, const rk_node *root, rk_error *err)
{
    rk_goals *targets = &load->rules->targets;
    return rk_schema_bind_list(load, &rk_target_schema, root, &targets->items, &targets->count,
                               err) &&
           check_goals(load, root->items, targets, err);
}

static bool add_visits(const rk_load *load, const rk_node *node, const quota_draft *draft,
                       rk_error *err)
{
    rk_visit_rules *visits = &load->rules->visits;
    rk_day from = draft->goal.from, until = draft->goal.until;
    for (size_t i = 0; i < visits->count; i++)
        if (rk_days_overlap(visits->items[i].from, visits->items[i].until, from, until))
            return rk_load_fail(load, node, err, "two rows of visits hold on the same day");
    visits->items[visits->count] = draft->visits;
    visits->items[visits->count].from = from;
    visits->items[visits->count++].until = until;
    return true;
}

bool rk_load_quotas(const rk_load *load, const rk_node *root, rk_error *err)
{
    quota_draft *drafts;
    rk_node **nodes;
    size_t count;
    rk_goals *quotas = &load->rules->quotas;
    if (!rk_schema_bind_list(load, &rk_quota_schema, root, &drafts, &count, err))
        return false;
    nodes = rk_arena_alloc(load->arena, count + 1, sizeof *nodes);
    quotas->items = rk_arena_alloc(load->arena, count + 1, sizeof *quotas->items);
    load->rules->visits.items =
        rk_arena_alloc(load->arena, count + 1, sizeof *load->rules->visits.items);
    for (size_t i = 0; i < count; i++) {
        if (!rk_node_get(root->items[i], "visits")) {
            nodes[quotas->count] = root->items[i];
            quotas->items[quotas->count++] = drafts[i].goal;
        } else if (!add_visits(load, root->items[i], &drafts[i], err)) {
            return false;
        }
    }
    return check_goals(load, nodes, quotas, err);
}

const rk_visit_rule *rk_visit_rule_on(const rk_visit_rules *rules, rk_day day)
{
    for (size_t i = 0; i < rules->count; i++)
        if (rk_day_holds(rules->items[i].from, rules->items[i].until, day))
            return &rules->items[i];
    return NULL;
}

/* The figure's part for [from, until]. Of a unit that is cut, the part by days; parts of one unit sum to
 * the whole, as each is the difference of two rounded sums from its first day on. */
static rk_money part_of(const rk_goal *goal, rk_day from, rk_day until)
{
    rk_money figure = goal->amount_minor == RK_NO_MONEY ? goal->count : goal->amount_minor;
    if (goal->each == RK_PERIOD_DAY)
        return figure *
               (goal->working ? rk_working_days(goal->calendar, from, until) : until - from + 1);
    rk_money sum = 0;
    while (from <= until) {
        rk_days unit = rk_days_of(goal->each, from);
        rk_day last = unit.until < until ? unit.until : until;
        __int128 days = unit.until - unit.from + 1;
        sum += (rk_money)((__int128)figure * (last - unit.from + 1) / days -
                          (__int128)figure * (from - unit.from) / days);
        from = last + 1;
    }
    return sum;
}

rk_money rk_goal_over(const rk_goals *goals, rk_slice name, rk_name office, rk_day from,
                      rk_day until)
{
    rk_money sum = RK_NO_MONEY;
    for (size_t i = 0; i < goals->count; i++) {
        const rk_goal *goal = &goals->items[i];
        if (goal->office != office || !rk_slice_equal(goal->name, name))
            continue;
        rk_day first = goal->from > from ? goal->from : from;
        rk_day last = goal->until != RK_NO_DAY && goal->until <= until ? goal->until - 1 : until;
        if (first <= last)
            sum = (sum == RK_NO_MONEY ? 0 : sum) + part_of(goal, first, last);
    }
    return sum;
}
