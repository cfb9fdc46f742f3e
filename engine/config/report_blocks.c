/* The blocks of a workbook's sheets: rows, columns, and what stands beside and below them */
#include "config/report_load.h"

static const rk_choice charts[] = {{"column", RK_CHART_COLUMN}, {"stacked", RK_CHART_STACKED},
                                   {"line", RK_CHART_LINE},     {"bar", RK_CHART_BAR},
                                   {"pie", RK_CHART_PIE},       {NULL, 0}};
static const rk_choice forms[] = {{"value", RK_AS_VALUE},   {"share", RK_AS_SHARE},
                                  {"change", RK_AS_CHANGE}, {"growth", RK_AS_GROWTH},
                                  {"rank", RK_AS_RANK},     {NULL, 0}};
static const rk_choice overs[] = {{"period", RK_OVER_PERIOD},
                                  {"before", RK_OVER_BEFORE},
                                  {"week", RK_OVER_WEEK},
                                  {"month", RK_OVER_MONTH},
                                  {"quarter", RK_OVER_QUARTER},
                                  {"half", RK_OVER_HALF},
                                  {"year", RK_OVER_YEAR},
                                  {"whole_month", RK_OVER_WHOLE_MONTH},
                                  {"whole_quarter", RK_OVER_WHOLE_QUARTER},
                                  {"whole_half", RK_OVER_WHOLE_HALF},
                                  {"whole_year", RK_OVER_WHOLE_YEAR},
                                  {NULL, 0}};

#define TEXTS_JSON "{\"type\":[\"string\",\"array\"],\"items\":{\"type\":\"string\"}}"

/* ---- rows ---- */

static const rk_key axis_keys[] = {
    {"dimension", &rk_value_dimension, offsetof(rk_axis, dimension), .needed = true,
     .doc = "a dimension"},
    {"label", &rk_value_label, offsetof(rk_axis, label), .doc = "its heading"},
};
static const rk_schema axis_schema = {.doc = "a dimension whose values make the rows",
                                      .size = sizeof(rk_axis),
                                      RK_KEYS(axis_keys),
                                      .shorthand = "dimension"};

static bool set_rows(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    rk_block *block = &((rk_block_draft *)into)->block;
    (void)row;
    block->row_count = rk_node_items(node);
    if (block->row_count == 0 || block->row_count > RK_AXES)
        return rk_load_fail(load, node, err, "\"rows\" takes one dimension or two");
    for (size_t i = 0; i < block->row_count; i++)
        if (!rk_schema_bind(load, &axis_schema, rk_node_item(node, i), &block->rows[i], err))
            return false;
    if (block->row_count == 2 && block->rows[0].dimension == block->rows[1].dimension)
        return rk_load_fail(load, rk_node_item(node, 1), err, "the same dimension twice");
    return true;
}

/* ---- columns ---- */

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

static bool set_column_measure(const rk_load *load, const rk_key *row, const rk_node *node,
                               void *into, rk_error *err)
{
    rk_block_column *column = into;
    rk_slice name;
    if (!rk_schema_scalar(load, row, node, &name, err))
        return false;
    column->sign = sign_of(&name);
    return rk_load_measure_number(load, node, name, &column->measure, err);
}

/* "not_zero", "above 30", "below 100" */
static bool set_mark(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    rk_accent *mark = RK_INTO(rk_accent, into, row);
    rk_slice text;
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    if (rk_slice_is(text, "not_zero")) {
        mark->kind = RK_ACCENT_NOT_ZERO;
        return true;
    }
    bool above = rk_slice_starts(text, RK_S("above "));
    if (!above && !rk_slice_starts(text, RK_S("below ")))
        return rk_schema_bad(load, row, node, err);
    mark->kind = above ? RK_ACCENT_ABOVE : RK_ACCENT_BELOW;
    rk_slice number = {text.at + 6, text.len - 6};
    return rk_slice_to_i64(number, &mark->limit) || rk_schema_bad(load, row, node, err);
}

static const rk_value column_measure_value = {"a measure", "{\"type\":\"string\"}",
                                              set_column_measure, RK_SHAPE_ONE};
static const rk_value mark_value = {"not_zero, above N or below N", "{\"type\":\"string\"}",
                                    set_mark, RK_SHAPE_ONE};

static const rk_key column_keys[] = {
    {"measure", &column_measure_value, 0, .needed = true,
     .doc = "its name; +, - and = in front make a sum that the sheet checks"},
    {"as", &rk_value_choice, offsetof(rk_block_column, as), .choices = forms,
     .doc = "value, share (of the total), change, growth (against the period before) or rank"},
    {"over", &rk_value_choice, offsetof(rk_block_column, over), .choices = overs,
     .doc = "period, before, week ... year (up to the end of the period), whole_month ..."},
    {"label", &rk_value_label, offsetof(rk_block_column, label), .doc = "its heading"},
    {"red", &mark_value, offsetof(rk_block_column, red), .doc = "not_zero, above N or below N"},
    {"amber", &mark_value, offsetof(rk_block_column, amber),
     .doc = "not_zero, above N or below N, where it is not red"},
    {"bars", &rk_value_yes, offsetof(rk_block_column, bars), .doc = "data bars"},
};

static bool end_column(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_block_column *column = into;
    bool compared = column->as == RK_AS_CHANGE || column->as == RK_AS_GROWTH;
    rk_measure_kind kind = load->rules->reports.measures[column->measure].kind;
    if (column->sign != RK_SIGN_NONE && (column->as != RK_AS_VALUE || kind == RK_MEASURE_RATIO))
        return rk_load_fail(load, rk_node_at(node, "measure"), err,
                            "a sign goes with a value, not with a share, a rank or a ratio");
    if (compared && column->over != RK_OVER_PERIOD)
        return rk_load_fail(load, rk_node_at(node, "over"), err,
                            "a change is that of the period against the one before");
    if (kind == RK_MEASURE_RATIO && column->as != RK_AS_VALUE && column->as != RK_AS_RANK)
        return rk_load_fail(load, rk_node_at(node, "as"), err, "\"as\" does not go with a ratio");
    return true;
}

static const rk_schema column_schema = {.doc = "a column of figures",
                                        .size = sizeof(rk_block_column),
                                        RK_KEYS(column_keys),
                                        .shorthand = "measure",
                                        .end = end_column};

/* Signs make one sum: from the first column up to the only '='. */
static bool check_signs(const rk_load *load, const rk_node *node, const rk_block *block,
                        rk_error *err)
{
    size_t equals = block->column_count, last = 0;
    for (size_t i = 0; i < block->column_count; i++) {
        rk_sign sign = block->columns[i].sign;
        last = sign != RK_SIGN_NONE ? i : last;
        if (sign == RK_SIGN_EQUALS && equals < block->column_count)
            return rk_load_fail(load, rk_node_item(node, i), err, "a second column with '='");
        equals = sign == RK_SIGN_EQUALS ? i : equals;
    }
    if (block->columns[0].sign == RK_SIGN_EQUALS || (last > 0 && equals == block->column_count))
        return rk_load_fail(load, node, err,
                            "signed columns need a column with '=' that they add up to");
    if (last > equals)
        return rk_load_fail(load, rk_node_item(node, last), err, "a signed column behind the '='");
    return true;
}

static bool same_column(const rk_block_column *a, const rk_block_column *b)
{
    return a->measure == b->measure && a->as == b->as && a->over == b->over;
}

static bool set_columns(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                        rk_error *err)
{
    rk_block *block = &((rk_block_draft *)into)->block;
    size_t count = rk_node_items(node);
    if (count == 0)
        return rk_schema_bad(load, row, node, err);
    block->columns = rk_arena_alloc(load->arena, count, sizeof *block->columns);
    block->column_count = count;
    for (size_t i = 0; i < count; i++) {
        if (!rk_schema_bind(load, &column_schema, rk_node_item(node, i), &block->columns[i], err))
            return false;
        block->signs = block->signs || block->columns[i].sign != RK_SIGN_NONE;
        for (size_t j = 0; j < i; j++)
            if (same_column(&block->columns[j], &block->columns[i])) {
                const rk_measure *measure =
                    &load->rules->reports.measures[block->columns[i].measure];
                return rk_load_fail(load, rk_node_item(node, i), err, "\"%.*s\" stands twice",
                                    RK_FMT(measure->name));
            }
    }
    return !block->signs || check_signs(load, node, block, err);
}

/* ---- columns beside the measures ---- */

/* Each extra, and the dimensions whose rows can have it; none: any. */
static const struct {
    const char *word;
    rk_extra extra;
    rk_dimension rows[2];
} extras[] = {
    {"no", RK_EXTRA_NO, {RK_DIM_NONE}},
    {"name", RK_EXTRA_NAME, {RK_DIM_OFFICE}},
    {"province", RK_EXTRA_PROVINCE, {RK_DIM_OFFICE}},
    {"zone", RK_EXTRA_ZONE, {RK_DIM_OFFICE}},
    {"complete", RK_EXTRA_COMPLETE, {RK_DIM_CHANNEL}},
    {"new", RK_EXTRA_NEW, {RK_DIM_OUTCOME, RK_DIM_OFFICE}},
    {"oldest", RK_EXTRA_OLDEST, {RK_DIM_OUTCOME, RK_DIM_OFFICE}},
    {"short", RK_EXTRA_SHORT, {RK_DIM_CHANNEL}},
    {"short_since", RK_EXTRA_SHORT_SINCE, {RK_DIM_CHANNEL}},
    {"link", RK_EXTRA_LINK, {RK_DIM_OUTCOME}},
    {"book", RK_EXTRA_BOOK, {RK_DIM_OFFICE}},
};
enum { EXTRA_COUNT = sizeof extras / sizeof *extras };

static bool find_extra(const rk_load *load, const rk_node *node, rk_slice name,
                       const rk_block *block, rk_extra *extra, rk_error *err)
{
    rk_nearest nearest = rk_nearest_to(name);
    rk_dimension rows = block->rows[0].dimension;
    for (size_t i = 0; i < EXTRA_COUNT; i++) {
        rk_nearest_try(&nearest, rk_slice_of(extras[i].word));
        if (!rk_slice_is(name, extras[i].word))
            continue;
        *extra = extras[i].extra;
        if (extras[i].rows[0] == RK_DIM_NONE ||
            (block->row_count == 1 && (rows == extras[i].rows[0] || rows == extras[i].rows[1])))
            return true;
        return rk_load_fail(load, node, err, "\"%s\" does not go with rows: %s", extras[i].word,
                            rk_dimension_name(rows));
    }
    rk_load_fail(load, node, err,
                 "\"with\" knows no, name, province, zone, complete, new, oldest, short, "
                 "short_since, link and book, not \"%.*s\"",
                 (int)(name.len < 100 ? name.len : 100), name.at);
    return rk_nearest_hint(&nearest, err);
}

static bool set_with(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    rk_block *block = &((rk_block_draft *)into)->block;
    size_t count = rk_node_items(node);
    if (count == 0)
        return rk_schema_bad(load, row, node, err);
    block->with = rk_arena_alloc(load->arena, count, sizeof *block->with);
    block->with_count = count;
    for (size_t i = 0; i < count; i++) {
        const rk_node *item = rk_node_item(node, i);
        rk_slice name;
        if (!rk_schema_scalar(load, row, item, &name, err) ||
            !find_extra(load, item, name, block, &block->with[i], err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (block->with[j] == block->with[i])
                return rk_load_fail(load, item, err, "\"%.*s\" stands twice", RK_FMT(name));
    }
    return true;
}

/* ---- sort and chart ---- */

/* The column that shows the measure, as a value where there are several; fails when there is none. */
static bool find_column(const rk_load *load, const rk_block *block, const rk_node *node,
                        rk_slice name, size_t *number, rk_error *err)
{
    size_t measure;
    if (!rk_load_measure_number(load, node, name, &measure, err))
        return false;
    for (size_t i = 0; i < block->column_count; i++)
        if (block->columns[i].measure == measure) {
            *number = i;
            return true;
        }
    return rk_load_fail(load, node, err, "\"%.*s\" is no column of the block", RK_FMT(name));
}

static bool set_sort(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    rk_block *block = &((rk_block_draft *)into)->block;
    rk_slice name;
    size_t column;
    if (!rk_schema_scalar(load, row, node, &name, err))
        return false;
    block->descending = rk_take_descending(&name);
    if (!find_column(load, block, node, name, &column, err))
        return false;
    block->sort = column + 1;
    return true;
}

static bool set_chart_of(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                         rk_error *err)
{
    rk_block *block = &((rk_block_draft *)into)->block;
    size_t count = rk_node_items(node);
    if (count == 0)
        return rk_schema_bad(load, row, node, err);
    block->chart_of = rk_arena_alloc(load->arena, count, sizeof *block->chart_of);
    block->chart_of_count = count;
    for (size_t i = 0; i < count; i++) {
        const rk_node *item = rk_node_item(node, i);
        rk_slice name;
        if (!rk_schema_scalar(load, row, item, &name, err) ||
            !find_column(load, block, item, name, &block->chart_of[i], err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (block->chart_of[j] == block->chart_of[i])
                return rk_load_fail(load, item, err, "\"%.*s\" stands twice", RK_FMT(name));
    }
    return true;
}

static const rk_value rows_value = {"a dimension, or a list of two", "{}", set_rows, RK_SHAPE_ONE};
static const rk_value columns_value = {"a list of measures", "{}", set_columns, RK_SHAPE_ONE};
static const rk_value with_value = {"a list of columns beside the measures", TEXTS_JSON, set_with,
                                    RK_SHAPE_ONE};
static const rk_value sort_value = {"a column, with - in front for the largest first",
                                    "{\"type\":\"string\"}", set_sort, RK_SHAPE_ONE};
static const rk_value chart_of_value = {"a list of measures", TEXTS_JSON, set_chart_of,
                                        RK_SHAPE_ONE};

#define OF_BLOCK(member) (offsetof(rk_block_draft, block) + offsetof(rk_block, member))

static const rk_key chart_keys[] = {
    {"type", &rk_value_choice, OF_BLOCK(chart), .needed = true, .choices = charts,
     .doc = "column, stacked, line, bar or pie"},
    {"of", &chart_of_value, 0, .needed = true, .doc = "columns of the block"},
    {"title", &rk_value_label, OF_BLOCK(chart_title), .doc = "default: that of the block"},
};
static const rk_schema chart_schema = {.doc = "a chart of the block", RK_KEYS(chart_keys)};

static const rk_key block_keys[] = {
    {"title", &rk_value_label, OF_BLOCK(title), .needed = true, .doc = "above the block"},
    {"rows", &rows_value, 0,
     .doc = "a dimension, or two: the second within the first; absent: one row"},
    {"across", &rk_value_dimension, OF_BLOCK(across),
     .doc = "a dimension: the columns are shown for each of its values, and for all"},
    {"columns", &columns_value, 0, .needed = true,
     .doc = "measures; or {measure, as, over, label, red, amber, bars}"},
    {"with", &with_value, 0,
     .doc = "columns beside the measures: no, name, province, zone, complete, new, oldest, link, "
            "book"},
    RK_WHERE_ROWS(rk_block_draft),
    {"total", &rk_value_yes, OF_BLOCK(total), .doc = "a row of sums"},
    {"all", &rk_value_yes, OF_BLOCK(all_rows),
     .doc = "also values of the dimension with nothing in them"},
    {"sort", &sort_value, 0, .doc = "a column of the block; - in front: the largest first"},
    {"top", &rk_value_integer, OF_BLOCK(top), .least = 1, .most = 1000,
     .doc = "only the first so many rows, and one of the others"},
    {"days", &rk_value_integer, OF_BLOCK(days), .least = 1, .most = 366,
     .doc = "the last so many days up to the end of the period, instead of the period"},
    {"chart", &rk_value_mapping, 0, .of = &chart_schema, .doc = "{type, of, title}"},
    {"note", &rk_value_label, OF_BLOCK(note), .doc = "below the block"},
    {"screen_only", &rk_value_yes, OF_BLOCK(screen_only),
     .doc = "not printed; its chart is, beside a block that leaves room. Behind all other blocks"},
};

/* What stands has no day that would make rows; ages are those of cases. */
static bool check_dimensions(const rk_load *load, const rk_node *node, const rk_block *block,
                             rk_error *err)
{
    rk_dimension used[] = {block->rows[0].dimension, block->rows[1].dimension, block->across};
    const char *places[] = {"rows", "rows", "across"};
    for (size_t i = 0; i < 3; i++)
        for (size_t c = 0; used[i] == RK_DIM_AGE && c < block->column_count; c++) {
            const rk_measure *measure = &load->rules->reports.measures[block->columns[c].measure];
            if (measure->of != RK_FACT_CASE || measure->stock == RK_FLOW)
                return rk_load_fail(load, rk_node_at(node, places[i]), err,
                                    "\"age\" goes with cases that stand, not with \"%.*s\"",
                                    RK_FMT(measure->name));
        }
    if (block->across != RK_DIM_NONE &&
        (block->across == block->rows[0].dimension || block->across == block->rows[1].dimension))
        return rk_load_fail(load, rk_node_at(node, "across"), err, "the same dimension twice");
    if (block->across != RK_DIM_NONE && block->signs)
        return rk_load_fail(load, rk_node_at(node, "across"), err,
                            "\"across\" does not go with signed columns");
    return true;
}

static bool end_block(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    rk_block_draft *draft = into;
    rk_load_wheres(load, &draft->where, &draft->not_where, &draft->block.wheres,
                   &draft->block.where_count);
    if (draft->block.top && !draft->block.sort)
        return rk_load_fail(load, rk_node_at(node, "top"), err, "\"top\" needs \"sort\"");
    return check_dimensions(load, node, &draft->block, err);
}

const rk_schema rk_block_schema = {.doc = "rows of a dimension, columns of measures",
                                   .size = sizeof(rk_block_draft),
                                   RK_KEYS(block_keys),
                                   .end = end_block};
