/* reports/measures.yaml and reports/x.yaml */
#include "config/load.h"

enum { SHEET_NAME_MAX = 31 };

static const rk_choice fact_kinds[] = {{"applications", RK_FACT_APPLICATION},
                                       {"entries", RK_FACT_ENTRY},
                                       {"transitions", RK_FACT_TRANSITION},
                                       {"cases", RK_FACT_CASE},
                                       {NULL, 0}};
static const rk_choice bases[] = {{"received", RK_ON_RECEIVED},
                                  {"submitted", RK_ON_SUBMITTED},
                                  {"paid", RK_ON_PAID},
                                  {"booked", RK_ON_BOOKED},
                                  {NULL, 0}};
static const rk_choice stocks[] = {{"start", RK_STOCK_BEFORE}, {"end", RK_STOCK_AFTER}, {NULL, 0}};
static const rk_choice pers[] = {{"office", RK_PER_OFFICE}, {"nation", RK_PER_NATION}, {NULL, 0}};
static const rk_choice periods[] = {{"day", RK_PERIOD_DAY},
                                    {"week", RK_PERIOD_WEEK},
                                    {"month", RK_PERIOD_MONTH},
                                    {"quarter", RK_PERIOD_QUARTER},
                                    {"half", RK_PERIOD_HALF},
                                    {"year", RK_PERIOD_YEAR},
                                    {NULL, 0}};
static const rk_choice dues[] = {{"night", RK_DUE_NIGHT},
                                 {"month_end", RK_DUE_MONTH_END},
                                 {"on_request", RK_DUE_ON_REQUEST},
                                 {NULL, 0}};
static const rk_choice charts[] = {{"column", RK_CHART_COLUMN}, {"stacked", RK_CHART_STACKED},
                                   {"line", RK_CHART_LINE},     {"bar", RK_CHART_BAR},
                                   {"pie", RK_CHART_PIE},       {NULL, 0}};
static const rk_choice lists[] = {{"entries", RK_LIST_ENTRIES},
                                  {"cases", RK_LIST_CASES},
                                  {"applications", RK_LIST_APPLICATIONS},
                                  {"lapses", RK_LIST_LAPSES},
                                  {"files", RK_LIST_FILES},
                                  {"run", RK_LIST_RUN},
                                  {NULL, 0}};

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

static const rk_value dimension_value = {"a dimension such as service or channel",
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
    {"dimension", &dimension_value, offsetof(rk_where, dimension), .doc = "the dimension"},
    {"values", &values_value, offsetof(rk_where, values),
     .count_offset = offsetof(rk_where, value_count), .doc = "any of these values"},
};
static const rk_schema where_schema = {
    .doc = "values of dimensions", .size = sizeof(rk_where), RK_KEYS(where_keys)};

typedef struct where_list {
    rk_where *items;
    size_t count;
} where_list;

/* where: and not: as one list. */
static void join_wheres(const rk_load *load, const where_list *where, const where_list *not_where,
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

#define WHERE_ROWS(type) \
    {"where", \
     &rk_value_map, \
     offsetof(type, where) + offsetof(where_list, items), \
     .count_offset = offsetof(type, where) + offsetof(where_list, count), \
     .of = &where_schema, \
     .doc = "{dimension: [values]}: all must hold"}, \
    { \
        "not", &rk_value_map, offsetof(type, not_where) + offsetof(where_list, items), \
            .count_offset = offsetof(type, not_where) + offsetof(where_list, count), \
            .of = &where_schema, .doc = "{dimension: [values]}: none may hold" \
    }

/* ---- measures ---- */

/* A measure as written. */
typedef struct measure_draft {
    rk_slice name;
    rk_label label;
    int count, sum; /* rk_fact_kind, 0: not given */
    rk_slice *ratio;
    size_t ratio_count;
    int on, at;
    where_list where, not_where;
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
    {"on", &rk_value_choice, offsetof(measure_draft, on), .choices = bases,
     .doc = "the day that places it in the period; default received"},
    {"at", &rk_value_choice, offsetof(measure_draft, at), .choices = stocks,
     .doc = "what stands at the start or end of the period"},
    WHERE_ROWS(measure_draft),
};

static bool end_measure(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const measure_draft *draft = into;
    int given = (draft->count != 0) + (draft->sum != 0) + (draft->ratio_count != 0);
    if (given != 1) {
        rk_load_fail(load, node, err, "a measure needs one of \"count\", \"sum\" and \"ratio\"");
        return rk_fail_hint(err, "count: applications, sum: entries, or ratio: [part, whole]");
    }
    if (draft->ratio_count && draft->ratio_count != 2)
        return rk_load_fail(load, rk_node_at(node, "ratio"), err,
                            "\"ratio\" must name two measures: [part, whole]");
    const char *not_of_ratio[] = {"on", "at", "where", "not"};
    for (size_t i = 0; draft->ratio_count && i < 4; i++)
        if (rk_node_get(node, not_of_ratio[i]))
            return rk_load_fail(load, rk_node_at(node, not_of_ratio[i]), err,
                                "\"%s\" does not go with \"ratio\"", not_of_ratio[i]);
    if (draft->at != RK_FLOW && rk_node_get(node, "on"))
        return rk_load_fail(load, rk_node_at(node, "on"), err,
                            "\"on\" does not go with \"at\": what stands has no day");
    return true;
}

const rk_schema rk_measure_schema = {
    .doc = "a named count, sum or ratio",
    .size = sizeof(measure_draft),
    RK_KEYS(measure_keys),
    .end = end_measure,
};

static bool find_measure(const rk_load *load, const rk_node *node, rk_slice name, size_t *number,
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
        .kind = draft->count ? RK_MEASURE_COUNT
                : draft->sum ? RK_MEASURE_SUM
                             : RK_MEASURE_RATIO,
        .of = (rk_fact_kind)(draft->count ? draft->count : draft->sum),
        .on = (rk_date_basis)draft->on,
        .stock = (rk_stock)draft->at,
    };
    join_wheres(load, &draft->where, &draft->not_where, &measure.wheres, &measure.where_count);
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
            if (!find_measure(load, node->items[j], drafts[i].ratio[j], &parts[j], err))
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

/* ---- blocks ---- */

typedef struct text_list {
    rk_slice *items;
    size_t count;
} text_list;

static bool set_text_list(const rk_load *load, const rk_key *row, const rk_node *node,
                          text_list *texts, rk_error *err)
{
    rk_key alone = *row;
    alone.offset = offsetof(text_list, items);
    alone.count_offset = offsetof(text_list, count);
    return rk_value_texts.set(load, &alone, node, texts, err);
}

static const rk_node *item_of(const rk_node *node, size_t i)
{
    return node->kind == RK_NODE_SEQUENCE ? node->items[i] : node;
}

/* Names of measures, each once; one is a list of one. */
static bool set_measures(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                         rk_error *err)
{
    text_list texts = {0};
    if (!set_text_list(load, row, node, &texts, err))
        return false;
    size_t *numbers = rk_arena_alloc(load->arena, texts.count, sizeof *numbers);
    for (size_t i = 0; i < texts.count; i++) {
        if (!find_measure(load, item_of(node, i), texts.items[i], &numbers[i], err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (numbers[j] == numbers[i])
                return rk_load_fail(load, item_of(node, i), err, "\"%.*s\" stands twice",
                                    RK_FMT(texts.items[i]));
    }
    *RK_INTO(size_t *, into, row) = numbers;
    *(size_t *)(void *)((char *)into + row->count_offset) = texts.count;
    return true;
}

/* Takes the sign off the front of a column's name. */
static rk_sign sign_of(rk_slice *name)
{
    static const char signs[] = {'\0', '+', '-', '='};
    for (int i = RK_SIGN_PLUS; i <= RK_SIGN_EQUALS; i++)
        if (name->len > 1 && name->at[0] == signs[i]) {
            *name = (rk_slice){name->at + 1, name->len - 1};
            return (rk_sign)i;
        }
    return RK_SIGN_NONE;
}

/* Signs make one sum: from the first column up to the only '='. */
static bool check_signs(const rk_load *load, const rk_node *node, const rk_block *block,
                        rk_error *err)
{
    size_t equals = block->column_count, last = 0;
    for (size_t i = 0; i < block->column_count; i++) {
        last = block->signs[i] != RK_SIGN_NONE ? i : last;
        if (block->signs[i] == RK_SIGN_EQUALS && equals < block->column_count)
            return rk_load_fail(load, item_of(node, i), err, "a second column with '='");
        equals = block->signs[i] == RK_SIGN_EQUALS ? i : equals;
    }
    if (block->signs[0] == RK_SIGN_EQUALS || (last > 0 && equals == block->column_count))
        return rk_load_fail(load, node, err,
                            "signed columns need a column with '=' that they add up to");
    if (last > equals)
        return rk_load_fail(load, item_of(node, last), err, "a signed column behind the '='");
    return true;
}

/* Measures, each once, perhaps with a sign in front. */
static bool set_columns(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                        rk_error *err)
{
    rk_block *block = into;
    text_list texts = {0};
    if (!set_text_list(load, row, node, &texts, err))
        return false;
    bool any = false;
    block->columns = rk_arena_alloc(load->arena, texts.count, sizeof *block->columns);
    block->signs = rk_arena_alloc(load->arena, texts.count, sizeof *block->signs);
    block->column_count = texts.count;
    for (size_t i = 0; i < texts.count; i++) {
        rk_slice name = texts.items[i];
        block->signs[i] = sign_of(&name);
        any = any || block->signs[i] != RK_SIGN_NONE;
        if (!find_measure(load, item_of(node, i), name, &block->columns[i], err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (block->columns[j] == block->columns[i])
                return rk_load_fail(load, item_of(node, i), err, "\"%.*s\" stands twice",
                                    RK_FMT(name));
    }
    if (any && !check_signs(load, node, block, err))
        return false;
    block->signs = any ? block->signs : NULL;
    return true;
}

/* Each extra, and the dimensions whose rows can have it. */
static const struct {
    const char *word;
    rk_extra extra;
    rk_dimension rows[2];
} extras[] = {
    {"name", RK_EXTRA_NAME, {RK_DIM_OFFICE}},
    {"province", RK_EXTRA_PROVINCE, {RK_DIM_OFFICE}},
    {"zone", RK_EXTRA_ZONE, {RK_DIM_OFFICE}},
    {"complete", RK_EXTRA_COMPLETE, {RK_DIM_CHANNEL}},
    {"new", RK_EXTRA_NEW, {RK_DIM_OUTCOME, RK_DIM_OFFICE}},
    {"oldest", RK_EXTRA_OLDEST, {RK_DIM_OUTCOME, RK_DIM_OFFICE}},
    {"link", RK_EXTRA_LINK, {RK_DIM_OUTCOME}},
};
enum { EXTRA_COUNT = sizeof extras / sizeof *extras };

static bool find_extra(const rk_load *load, const rk_node *node, rk_slice name, rk_dimension rows,
                       rk_extra *extra, rk_error *err)
{
    rk_nearest nearest = rk_nearest_to(name);
    for (size_t i = 0; i < EXTRA_COUNT; i++) {
        rk_nearest_try(&nearest, rk_slice_of(extras[i].word));
        if (!rk_slice_is(name, extras[i].word))
            continue;
        *extra = extras[i].extra;
        if (rows != RK_DIM_NONE && (rows == extras[i].rows[0] || rows == extras[i].rows[1]))
            return true;
        return rk_load_fail(load, node, err, "\"%s\" does not go with rows: %s", extras[i].word,
                            rk_dimension_name(rows));
    }
    rk_load_fail(
        load, node, err,
        "\"with\" knows name, province, zone, complete, new, oldest and link, not \"%.*s\"",
        (int)(name.len < 100 ? name.len : 100), name.at);
    return rk_nearest_hint(&nearest, err);
}

static bool set_with(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    rk_block *block = into;
    text_list texts = {0};
    if (!set_text_list(load, row, node, &texts, err))
        return false;
    block->with = rk_arena_alloc(load->arena, texts.count, sizeof *block->with);
    block->with_count = texts.count;
    for (size_t i = 0; i < texts.count; i++) {
        if (!find_extra(load, item_of(node, i), texts.items[i], block->rows, &block->with[i], err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (block->with[j] == block->with[i])
                return rk_load_fail(load, item_of(node, i), err, "\"%.*s\" stands twice",
                                    RK_FMT(texts.items[i]));
    }
    return true;
}

#define TEXTS_JSON "{\"type\":[\"string\",\"array\"],\"items\":{\"type\":\"string\"}}"
static const rk_value columns_value = {"a list of measures", TEXTS_JSON, set_columns, RK_SHAPE_ONE};
static const rk_value with_value = {"a list of columns beside the measures", TEXTS_JSON, set_with,
                                    RK_SHAPE_ONE};
static const rk_value measures_value = {"a list of measures", TEXTS_JSON, set_measures,
                                        RK_SHAPE_ONE};

static const rk_key chart_keys[] = {
    {"type", &rk_value_choice, offsetof(rk_block, chart), .needed = true, .choices = charts,
     .doc = "column, stacked, line, bar or pie"},
    {"of", &measures_value, offsetof(rk_block, chart_of), .needed = true,
     .count_offset = offsetof(rk_block, chart_of_count), .doc = "columns of the block"},
};
static const rk_schema chart_schema = {.doc = "a chart of the block", RK_KEYS(chart_keys)};

static const rk_key block_keys[] = {
    {"title", &rk_value_label, offsetof(rk_block, title), .needed = true, .doc = "above the block"},
    {"rows", &dimension_value, offsetof(rk_block, rows), .needed = true, .doc = "a dimension"},
    {"columns", &columns_value, 0, .needed = true,
     .doc = "measures; +, - and = in front make a sum that the sheet checks"},
    {"with", &with_value, 0,
     .doc = "columns beside the measures: name, province, zone, complete, new, oldest, link"},
    {"total", &rk_value_yes, offsetof(rk_block, total), .doc = "a row of sums"},
    {"all", &rk_value_yes, offsetof(rk_block, all_rows),
     .doc = "also values of the dimension with nothing in them"},
    {"chart", &rk_value_mapping, 0, .of = &chart_schema, .doc = "{type, of}"},
    {"note", &rk_value_label, offsetof(rk_block, note), .doc = "below the block"},
};

static bool end_block(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_block *block = into;
    for (size_t i = 0; i < block->chart_of_count; i++) {
        bool found = false;
        for (size_t j = 0; j < block->column_count; j++)
            found = found || block->columns[j] == block->chart_of[i];
        if (!found)
            return rk_load_fail(load, rk_node_at(rk_node_at(node, "chart"), "of"), err,
                                "\"%.*s\" is no column of the block",
                                RK_FMT(load->rules->reports.measures[block->chart_of[i]].name));
    }
    return true;
}

static const rk_schema block_schema = {.doc = "rows of a dimension, columns of measures",
                                       .size = sizeof(rk_block),
                                       RK_KEYS(block_keys),
                                       .end = end_block};

/* ---- sheets ---- */

/* The column names of a list are checked by the report, which knows them. */
static const rk_key column_keys[] = {
    {"name", &rk_value_text, offsetof(rk_list_column, name), .needed = true, .doc = "the column"},
    {"label", &rk_value_label, offsetof(rk_list_column, label), .doc = "its heading"},
};
static const rk_schema column_schema = {.doc = "a column of the list",
                                        .size = sizeof(rk_list_column),
                                        RK_KEYS(column_keys),
                                        .shorthand = "name"};

/* A sheet, and its filters before they are joined. */
typedef struct sheet_draft {
    rk_sheet sheet;
    where_list where, not_where;
} sheet_draft;

#define OF_SHEET(member) (offsetof(sheet_draft, sheet) + offsetof(rk_sheet, member))

static const rk_key sheet_keys[] = {
    {"sheet", &rk_value_label, OF_SHEET(name), .needed = true, .doc = "at most 31 characters"},
    {"title", &rk_value_label, OF_SHEET(title), .doc = "its first line"},
    {"blocks", &rk_value_list, OF_SHEET(blocks), .count_offset = OF_SHEET(block_count),
     .of = &block_schema, .doc = "a list of {title, rows, columns, total, chart}"},
    {"list", &rk_value_choice, OF_SHEET(list), .choices = lists, .doc = "records, one a row"},
    {"columns", &rk_value_list, OF_SHEET(columns), .count_offset = OF_SHEET(column_count),
     .of = &column_schema, .doc = "of the list"},
    {"total", &rk_value_yes, OF_SHEET(total), .doc = "of the list: a row of sums"},
    WHERE_ROWS(sheet_draft),
};

static size_t characters_of(rk_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    return count;
}

static bool check_sheet_name(const rk_load *load, const rk_node *node, rk_slice name, rk_error *err)
{
    if (characters_of(name) > SHEET_NAME_MAX)
        return rk_load_fail(load, node, err, "a sheet's name has at most %d characters",
                            SHEET_NAME_MAX);
    for (size_t i = 0; i < name.len; i++)
        if (strchr("[]:*?/\\", name.at[i]) || (unsigned char)name.at[i] < ' ')
            return rk_load_fail(load, node, err, "a sheet's name has none of []:*?/\\");
    if (name.len && (name.at[0] == '\'' || name.at[name.len - 1] == '\''))
        return rk_load_fail(load, node, err, "a sheet's name has no apostrophe at its ends");
    return true;
}

static bool end_sheet(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    sheet_draft *draft = into;
    rk_sheet *sheet = &draft->sheet;
    if (!check_sheet_name(load, rk_node_at(node, "sheet"), sheet->name.id, err) ||
        !check_sheet_name(load, rk_node_at(node, "sheet"), sheet->name.en, err))
        return false;
    if ((sheet->block_count != 0) == (sheet->list != RK_LIST_NONE))
        return rk_load_fail(load, node, err, "a sheet needs either \"blocks\" or \"list\"");
    const char *of_list[] = {"columns", "total", "where", "not"};
    for (size_t i = 0; sheet->list == RK_LIST_NONE && i < 4; i++)
        if (rk_node_get(node, of_list[i]))
            return rk_load_fail(load, rk_node_at(node, of_list[i]), err,
                                "\"%s\" goes with \"list\"", of_list[i]);
    bool needs_columns = sheet->list != RK_LIST_NONE && sheet->list != RK_LIST_RUN;
    if (needs_columns && sheet->column_count == 0) {
        rk_load_fail(load, node, err, "missing key \"columns\"");
        return rk_fail_hint(err, "columns: of the list");
    }
    join_wheres(load, &draft->where, &draft->not_where, &sheet->wheres, &sheet->where_count);
    return true;
}

static const rk_schema sheet_schema = {.doc = "a sheet of blocks, or a list",
                                       .size = sizeof(sheet_draft),
                                       RK_KEYS(sheet_keys),
                                       .end = end_sheet};

/* ---- workbooks ---- */

typedef struct workbook_draft {
    rk_workbook workbook;
    sheet_draft *sheets;
    size_t sheet_count;
} workbook_draft;

#define OF_WORKBOOK(member) (offsetof(workbook_draft, workbook) + offsetof(rk_workbook, member))

static const rk_key workbook_keys[] = {
    {"workbook", &rk_value_text, OF_WORKBOOK(name), .needed = true, .doc = "its name"},
    {"title", &rk_value_label, OF_WORKBOOK(title), .doc = "above every sheet"},
    {"per", &rk_value_choice, OF_WORKBOOK(per), .needed = true, .choices = pers,
     .doc = "one for each office, or one for the nation"},
    {"period", &rk_value_choice, OF_WORKBOOK(period), .needed = true, .choices = periods,
     .doc = "day, week, month, quarter, half or year"},
    {"due", &rk_value_choice, OF_WORKBOOK(due), .needed = true, .choices = dues,
     .doc = "night, month_end or on_request"},
    {"file", &rk_value_text, OF_WORKBOOK(file), .needed = true,
     .doc = "'{office}/harian-{period}.xlsx'"},
    {"sheets", &rk_value_list, offsetof(workbook_draft, sheets), .needed = true,
     .count_offset = offsetof(workbook_draft, sheet_count), .of = &sheet_schema,
     .doc = "a list of sheets"},
};

static bool holds(rk_slice text, const char *part)
{
    return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

static bool check_file(const rk_load *load, const rk_node *node, const rk_workbook *workbook,
                       rk_error *err)
{
    rk_slice file = workbook->file;
    if (!rk_slice_ends(file, RK_S(".xlsx")))
        return rk_load_fail(load, node, err, "\"file\" must end in .xlsx");
    if (file.at[0] == '/' || holds(file, "..") || holds(file, "\\"))
        return rk_load_fail(load, node, err, "\"file\" must stay within the output folder");
    if (!holds(file, "{period}"))
        return rk_load_fail(load, node, err, "\"file\" needs {period}");
    if ((workbook->per == RK_PER_OFFICE) != holds(file, "{office}"))
        return rk_load_fail(load, node, err,
                            workbook->per == RK_PER_OFFICE ? "\"file\" needs {office}"
                                                           : "\"file\" has {office}, and the "
                                                             "workbook is of the nation");
    for (size_t i = 0; i < file.len; i++) {
        rk_slice rest = {file.at + i, file.len - i};
        if (rest.at[0] == '{' && !rk_slice_starts(rest, RK_S("{period}")) &&
            !rk_slice_starts(rest, RK_S("{office}")))
            return rk_load_fail(load, node, err, "\"file\" knows {office} and {period} only");
    }
    return true;
}

static bool end_workbook(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    workbook_draft *draft = into;
    rk_workbook *workbook = &draft->workbook;
    const rk_node *sheets = rk_node_at(node, "sheets");
    workbook->sheets = rk_arena_alloc(load->arena, draft->sheet_count, sizeof *workbook->sheets);
    workbook->sheet_count = draft->sheet_count;
    for (size_t i = 0; i < draft->sheet_count; i++) {
        rk_sheet *sheet = &workbook->sheets[i];
        *sheet = draft->sheets[i].sheet;
        for (size_t j = 0; j < i; j++)
            for (int language = RK_INDONESIAN; language <= RK_ENGLISH; language++)
                if (rk_slice_equal(rk_label_in(&sheet->name, (rk_language)language),
                                   rk_label_in(&workbook->sheets[j].name, (rk_language)language)))
                    return rk_load_fail(load, rk_node_at(sheets->items[i], "sheet"), err,
                                        "a second sheet of this name (the first: line %zu)",
                                        sheets->items[j]->line);
    }
    if (workbook->title.id.len == 0)
        workbook->title.id = workbook->name;
    return check_file(load, rk_node_at(node, "file"), workbook, err);
}

const rk_schema rk_workbook_schema = {
    .doc = "a workbook: what it is of, when it is due, and its sheets",
    .size = sizeof(workbook_draft),
    RK_KEYS(workbook_keys),
    .end = end_workbook,
};

bool rk_load_workbook(const rk_load *load, const rk_node *root, rk_workbook *workbook,
                      rk_error *err)
{
    workbook_draft draft;
    if (!rk_schema_bind(load, &rk_workbook_schema, root, &draft, err))
        return false;
    *workbook = draft.workbook;
    return true;
}
