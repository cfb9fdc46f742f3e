/* reports/measures.yaml: dimensions, filters, measures */
#include "config/report_load.h"

static const rk_choice fact_kinds[] = {{"applications", RK_FACT_APPLICATION},
                                       {"entries", RK_FACT_ENTRY},
                                       {"transitions", RK_FACT_TRANSITION},
                                       {"cases", RK_FACT_CASE},
                                       {"fees", RK_FACT_FEE},
                                       {"visits", RK_FACT_VISIT},
                                       {"settlements", RK_FACT_SETTLEMENT},
                                       {NULL, 0}};
static const rk_choice bases[] = {{"received", RK_ON_RECEIVED}, {"submitted", RK_ON_SUBMITTED},
                                  {"paid", RK_ON_PAID},         {"booked", RK_ON_BOOKED},
                                  {"visit", RK_ON_VISIT},       {NULL, 0}};
/* One more than the basis: 0 is none. */
static const rk_choice outsides[] = {{"submitted", RK_ON_SUBMITTED + 1},
                                     {"paid", RK_ON_PAID + 1},
                                     {"booked", RK_ON_BOOKED + 1},
                                     {NULL, 0}};
static const rk_choice stocks[] = {{"start", RK_STOCK_BEFORE}, {"end", RK_STOCK_AFTER}, {NULL, 0}};
static const rk_choice units[] = {{"count", 0}, {"rupiah", 1}, {NULL, 0}};

/* ---- dimensions and filters ---- */

static bool set_dimension(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                          rk_error *err)
{
    rk_slice name;
    if (!rk_schema_scalar(load, row, node, &name, err))
        return false;
    rk_dimension *dimension = RK_INTO(rk_dimension, into, row);
    *dimension = rk_dimension_find(name);
    if (*dimension != RK_DIM_NONE)
        return true;
    rk_load_fail(load, node, err, "unknown dimension \"%.*s\"",
                 (int)(name.len < 100 ? name.len : 100), name.at);
    rk_nearest nearest = rk_nearest_to(name);
    for (int i = RK_DIM_NONE + 1; i < RK_DIMENSIONS; i++)
        rk_nearest_try(&nearest, rk_slice_of(rk_dimension_name((rk_dimension)i)));
    return rk_nearest_hint(&nearest, err);
}

const rk_value rk_value_dimension = {"a dimension such as service or channel",
                                     "{\"type\":\"string\"}", set_dimension, RK_SHAPE_ONE};

/* The i-th name of a closed set, NULL behind the last. */
typedef const char *(*word_of)(int i);

static const char *outcome_word(int i)
{
    return i < RK_OUTCOMES ? rk_outcome_name((rk_outcome)i) : NULL;
}

static const char *state_word(int i)
{
    return i < RK_STATES ? rk_state_name((rk_state)i) : NULL;
}

static const char *status_word(int i)
{
    return i < RK_STATUSES ? rk_status_name((rk_status)i) : NULL;
}

static const char *verdict_word(int i)
{
    return i < RK_VERDICTS ? rk_verdict_name((rk_verdict)i) : NULL;
}

static const char *nik_word(int i)
{
    return i < RK_NIKS ? rk_nik_name((rk_nik)i) : NULL;
}

static const char *queue_word(int i)
{
    return i < RK_QUEUES ? rk_queue_name((rk_queue)i) : NULL;
}

static const char *slot_word(int i)
{
    return i < RK_SLOT_USES ? rk_slot_use_name((rk_slot_use)i) : NULL;
}

static const char *attendance_word(int i)
{
    return i < RK_ATTENDANCES ? rk_attendance_name((rk_attendance)i) : NULL;
}

static const char *moved_word(int i)
{
    return i < RK_MOVES ? rk_moved_name((rk_moved)i) : NULL;
}

static const char *part_word(int i)
{
    return i < RK_SETTLEDS ? rk_settled_name((rk_settled)i) : NULL;
}

static word_of words_of(rk_dimension dimension)
{
    switch (dimension) {
    case RK_DIM_OUTCOME:
        return outcome_word;
    case RK_DIM_STATE:
    case RK_DIM_FROM_STATE:
        return state_word;
    case RK_DIM_STATUS:
        return status_word;
    case RK_DIM_VERDICT:
        return verdict_word;
    case RK_DIM_NIK_CHECK:
        return nik_word;
    case RK_DIM_QUEUE:
        return queue_word;
    case RK_DIM_SLOT:
        return slot_word;
    case RK_DIM_ATTENDANCE:
        return attendance_word;
    case RK_DIM_MOVED:
        return moved_word;
    case RK_DIM_PART:
        return part_word;
    default:
        return NULL;
    }
}

static bool check_word(const rk_load *load, const rk_node *node, rk_dimension dimension,
                       rk_slice value, rk_error *err)
{
    word_of words = words_of(dimension);
    rk_nearest nearest = rk_nearest_to(value);
    for (int i = 0; words(i); i++) {
        if (rk_slice_is(value, words(i)))
            return true;
        rk_nearest_try(&nearest, rk_slice_of(words(i)));
    }
    rk_load_fail(load, node, err, "unknown %s \"%.*s\"", rk_dimension_name(dimension),
                 (int)(value.len < 100 ? value.len : 100), value.at);
    return rk_nearest_hint(&nearest, err);
}

static bool check_channel(const rk_load *load, const rk_node *node, rk_slice value, rk_error *err)
{
    const rk_rules *rules = load->rules;
    rk_nearest nearest = rk_nearest_to(value);
    for (size_t i = 0; i < rules->channel_count; i++) {
        rk_slice name = rk_names_text(load->names, rules->channels[i].channel);
        if (rk_slice_equal(value, name))
            return true;
        rk_nearest_try(&nearest, name);
    }
    rk_load_fail(load, node, err, "unknown channel \"%.*s\"",
                 (int)(value.len < 100 ? value.len : 100), value.at);
    return rk_nearest_hint(&nearest, err);
}

/* Values of dimensions that the rules know must be known; the others are free. */
static bool check_value(const rk_load *load, const rk_node *node, rk_dimension dimension,
                        rk_slice value, rk_error *err)
{
    rk_name name;
    if (value.len == 0)
        return true; /* '': not said */
    if (words_of(dimension))
        return check_word(load, node, dimension, value, err);
    if (dimension == RK_DIM_DAY || dimension == RK_DIM_WEEK || dimension == RK_DIM_MONTH ||
        dimension == RK_DIM_RATE || dimension == RK_DIM_AGE) {
        rk_load_fail(load, node, err, "\"%s\" cannot be filtered by", rk_dimension_name(dimension));
        return rk_fail_hint(err, "days are chosen by the period; see `on`, `days` and `over`");
    }
    if (dimension == RK_DIM_CHANNEL)
        return check_channel(load, node, value, err);
    if (dimension == RK_DIM_OFFICE && !rk_slice_is(value, "-"))
        return rk_load_name(load, node, value, &name, err) &&
               rk_load_check_office(load, node, name, err);
    if (dimension == RK_DIM_SERVICE)
        return rk_load_name(load, node, value, &name, err) &&
               rk_load_check_service(load, node, name, err);
    return true;
}

static bool set_values(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_where *where = into;
    if (!rk_value_texts.set(load, row, node, into, err))
        return false;
    for (size_t i = 0; i < where->value_count; i++)
        if (!check_value(load, node->kind == RK_NODE_SEQUENCE ? node->items[i] : node,
                         where->dimension, where->values[i], err))
            return false;
    return true;
}

static const rk_value values_value = {"a text or a list of texts",
                                      "{\"type\":[\"string\",\"number\",\"array\"]}", set_values,
                                      RK_SHAPE_ONE};

static const rk_key where_keys[] = {
    {"dimension", &rk_value_dimension, offsetof(rk_where, dimension), .doc = "the dimension"},
    {"values", &values_value, offsetof(rk_where, values),
     .count_offset = offsetof(rk_where, value_count), .doc = "any of these values"},
};
const rk_schema rk_where_schema = {
    .doc = "values of dimensions", .size = sizeof(rk_where), RK_KEYS(where_keys)};

void rk_load_wheres(const rk_load *load, const rk_where_list *where, const rk_where_list *not_where,
                    rk_where **items, size_t *count)
{
    *count = where->count + not_where->count;
    if (*count == 0)
        return;
    *items = rk_arena_alloc(load->arena, *count, sizeof **items);
    if (where->count)
        memcpy(*items, where->items, where->count * sizeof **items);
    for (size_t i = 0; i < not_where->count; i++) {
        (*items)[where->count + i] = not_where->items[i];
        (*items)[where->count + i].except = true;
    }
}

/* ---- measures ---- */

/* A measure as written. */
typedef struct measure_draft {
    rk_slice name;
    rk_label label;
    int count, sum; /* rk_fact_kind, 0: not given */
    rk_slice *ratio;
    size_t ratio_count;
    rk_slice target;
    bool quota;
    int unit;
    int on, outside, at;
    rk_where_list where, not_where;
} measure_draft;

static const rk_key measure_keys[] = {
    {"measure", &rk_value_text, offsetof(measure_draft, name), .needed = true, .doc = "its name"},
    {"label", &rk_value_label, offsetof(measure_draft, label), .doc = "the heading of its column"},
    {"count", &rk_value_choice, offsetof(measure_draft, count), .choices = fact_kinds,
     .doc = "counts these"},
    {"sum", &rk_value_choice, offsetof(measure_draft, sum), .choices = fact_kinds,
     .doc = "sums the money of these"},
    {"ratio", &rk_value_texts, offsetof(measure_draft, ratio),
     .count_offset = offsetof(measure_draft, ratio_count), .doc = "[part, whole], in percent"},
    {"target", &rk_value_text, offsetof(measure_draft, target), .doc = "a target of targets.yaml"},
    {"quota", &rk_value_yes, offsetof(measure_draft, quota), .doc = "yes: the one of quotas.yaml"},
    {"unit", &rk_value_choice, offsetof(measure_draft, unit), .choices = units,
     .doc = "of a target: count or rupiah"},
    {"on", &rk_value_choice, offsetof(measure_draft, on), .choices = bases,
     .doc = "the day that places it in the period; default received"},
    {"outside", &rk_value_choice, offsetof(measure_draft, outside), .choices = outsides,
     .doc = "only those whose day of this kind lies outside the period"},
    {"at", &rk_value_choice, offsetof(measure_draft, at), .choices = stocks,
     .doc = "what stands at the start or end of the period"},
    RK_WHERE_ROWS(measure_draft),
};

/* Keys that say which facts are counted. */
static bool check_of_facts(const rk_load *load, const rk_node *node, rk_error *err)
{
    const char *keys[] = {"on", "outside", "at", "where", "not"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (rk_node_get(node, keys[i]))
            return rk_load_fail(load, rk_node_at(node, keys[i]), err,
                                "\"%s\" goes with \"count\" and \"sum\"", keys[i]);
    return true;
}

/* The rows of targets.yaml are in the measure's unit. */
static bool check_target(const rk_load *load, const rk_node *node, const measure_draft *draft,
                         rk_error *err)
{
    const rk_goals *targets = &load->rules->targets;
    for (size_t i = 0; i < targets->count; i++)
        if (rk_slice_equal(targets->items[i].name, draft->target) &&
            (targets->items[i].amount_minor != RK_NO_MONEY) != (draft->unit == 1))
            return rk_load_fail(load, rk_node_at(node, "target"), err,
                                "targets.yaml gives \"%.*s\" %s", RK_FMT(draft->target),
                                draft->unit == 1 ? "as a count" : "in rupiah: unit: rupiah");
    return true;
}

static bool end_measure(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const measure_draft *draft = into;
    int given = (draft->count != 0) + (draft->sum != 0) + (draft->ratio_count != 0) +
                (draft->target.len != 0) + draft->quota;
    if (given != 1) {
        rk_load_fail(load, node, err,
                     "a measure needs one of \"count\", \"sum\", \"ratio\", \"target\" and "
                     "\"quota\"");
        return rk_fail_hint(err, "count: applications, sum: entries, or ratio: [part, whole]");
    }
    if (draft->ratio_count && draft->ratio_count != 2)
        return rk_load_fail(load, rk_node_at(node, "ratio"), err,
                            "\"ratio\" must name two measures: [part, whole]");
    if (!draft->count && !draft->sum && !check_of_facts(load, node, err))
        return false;
    if (draft->unit && draft->target.len == 0)
        return rk_load_fail(load, rk_node_at(node, "unit"), err, "\"unit\" goes with \"target\"");
    if (draft->at != RK_FLOW && (rk_node_get(node, "on") || draft->outside))
        return rk_load_fail(load, rk_node_at(node, rk_node_get(node, "on") ? "on" : "outside"), err,
                            "\"%s\" does not go with \"at\": what stands has no day",
                            rk_node_get(node, "on") ? "on" : "outside");
    return check_target(load, node, draft, err);
}

const rk_schema rk_measure_schema = {
    .doc = "a named count, sum or ratio",
    .size = sizeof(measure_draft),
    RK_KEYS(measure_keys),
    .end = end_measure,
};

bool rk_load_measure_number(const rk_load *load, const rk_node *node, rk_slice name, size_t *number,
                            rk_error *err)
{
    const rk_reports *reports = &load->rules->reports;
    rk_nearest nearest = rk_nearest_to(name);
    for (size_t i = 0; i < reports->measure_count; i++) {
        if (rk_slice_equal(reports->measures[i].name, name)) {
            *number = i;
            return true;
        }
        rk_nearest_try(&nearest, reports->measures[i].name);
    }
    rk_load_fail(load, node, err, "unknown measure \"%.*s\"",
                 (int)(name.len < 100 ? name.len : 100), name.at);
    return rk_nearest_hint(&nearest, err);
}

static rk_measure measure_of(const rk_load *load, const measure_draft *draft)
{
    rk_measure measure = {
        .name = draft->name,
        .label = draft->label.id.len ? draft->label : (rk_label){.id = draft->name},
        .kind = draft->count         ? RK_MEASURE_COUNT
                : draft->sum         ? RK_MEASURE_SUM
                : draft->ratio_count ? RK_MEASURE_RATIO
                : draft->quota       ? RK_MEASURE_QUOTA
                                     : RK_MEASURE_TARGET,
        .of = (rk_fact_kind)(draft->count ? draft->count : draft->sum),
        .on = (rk_date_basis)draft->on,
        .outside = draft->outside,
        .stock = (rk_stock)draft->at,
        .target = draft->target,
        .money = draft->sum != 0 || draft->unit == 1,
    };
    rk_load_wheres(load, &draft->where, &draft->not_where, &measure.wheres, &measure.where_count);
    return measure;
}

static bool tie_ratios(const rk_load *load, const rk_node *root, const measure_draft *drafts,
                       rk_error *err)
{
    rk_reports *reports = &load->rules->reports;
    for (size_t i = 0; i < reports->measure_count; i++) {
        rk_measure *measure = &reports->measures[i];
        if (measure->kind != RK_MEASURE_RATIO)
            continue;
        const rk_node *node = rk_node_at(root->items[i], "ratio");
        size_t parts[2];
        for (size_t j = 0; j < 2; j++) {
            if (!rk_load_measure_number(load, node->items[j], drafts[i].ratio[j], &parts[j], err))
                return false;
            if (reports->measures[parts[j]].kind == RK_MEASURE_RATIO)
                return rk_load_fail(load, node->items[j], err, "\"%.*s\" is a ratio itself",
                                    RK_FMT(drafts[i].ratio[j]));
        }
        measure->numerator = parts[0];
        measure->denominator = parts[1];
    }
    return true;
}

bool rk_load_measures(const rk_load *load, const rk_node *root, rk_error *err)
{
    rk_reports *reports = &load->rules->reports;
    measure_draft *drafts;
    size_t count;
    if (!rk_schema_bind_list(load, &rk_measure_schema, root, &drafts, &count, err))
        return false;
    reports->measures = rk_arena_alloc(load->arena, count, sizeof *reports->measures);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++)
            if (rk_slice_equal(drafts[i].name, drafts[j].name))
                return rk_load_fail(load, rk_node_at(root->items[i], "measure"), err,
                                    "a second measure \"%.*s\" (the first: line %zu)",
                                    RK_FMT(drafts[i].name), root->items[j]->line);
        reports->measures[i] = measure_of(load, &drafts[i]);
        reports->measure_count = i + 1;
    }
    return tie_ratios(load, root, drafts, err);
}
