/* The values that rows of schema tables are made of. */
#include "config/rules.h"
#include "config/schema.h"

#include "config/load.h"

static bool set_text(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    return rk_schema_scalar(load, row, node, RK_INTO(rk_slice, into, row), err);
}

static bool set_any_text(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                         rk_error *err)
{
    if (node->kind == RK_NODE_SCALAR && node->quoted) {
        *RK_INTO(rk_slice, into, row) = node->text;
        return true;
    }
    return set_text(load, row, node, into, err);
}

bool rk_load_name(const rk_load *load, const rk_node *node, rk_slice text, rk_name *name,
                  rk_error *err)
{
    *name = rk_names_add(load->names, text);
    if (*name != RK_NAME_FULL)
        return true;
    if (text.len > RK_NAME_LENGTH_MAX)
        return rk_load_fail(load, node, err, "a name of more than %d bytes", RK_NAME_LENGTH_MAX);
    return rk_load_fail(load, node, err, "more than %d different names", RK_NAMES_MAX);
}

static bool set_name(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    rk_slice text;
    return rk_schema_scalar(load, row, node, &text, err) &&
           rk_load_name(load, node, text, RK_INTO(rk_name, into, row), err);
}

static const rk_choice *choice_of(const rk_key *row, const rk_node *node)
{
    for (const rk_choice *choice = row->choices; choice->word; choice++)
        if (node->kind == RK_NODE_SCALAR && rk_slice_is(node->text, choice->word))
            return choice;
    return NULL;
}

static bool set_choice(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    const rk_choice *choice = choice_of(row, node);
    if (!choice)
        return rk_schema_bad(load, row, node, err);
    memcpy(RK_INTO(char, into, row), &choice->value, sizeof choice->value);
    return true;
}

static bool set_word(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    const rk_choice *choice = choice_of(row, node);
    if (!choice)
        return rk_schema_bad(load, row, node, err);
    *RK_INTO(rk_slice, into, row) = rk_slice_of(choice->word);
    return true;
}

static bool set_yes(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                    rk_error *err)
{
    bool plain = node->kind == RK_NODE_SCALAR && !node->quoted;
    bool yes = plain && (rk_slice_is(node->text, "yes") || rk_slice_is(node->text, "true"));
    bool no = plain && (rk_slice_is(node->text, "no") || rk_slice_is(node->text, "false"));
    if (!yes && !no)
        return rk_schema_bad(load, row, node, err);
    *RK_INTO(bool, into, row) = yes;
    return true;
}

static bool integer(const rk_load *load, const rk_key *row, const rk_node *node, int64_t *value,
                    rk_error *err)
{
    rk_slice text;
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    if (!rk_slice_to_i64(text, value))
        return rk_schema_bad(load, row, node, err);
    if (*value < row->least || *value > row->most)
        return rk_load_fail(load, node, err, "\"%s\" must lie between %lld and %lld", row->name,
                            (long long)row->least, (long long)row->most);
    return true;
}

static bool set_integer(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                        rk_error *err)
{
    int64_t value;
    if (!integer(load, row, node, &value, err))
        return false;
    *RK_INTO(int, into, row) = (int)value;
    return true;
}

static bool set_size(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    int64_t value;
    if (!integer(load, row, node, &value, err))
        return false;
    *RK_INTO(uint32_t, into, row) = (uint32_t)value;
    return true;
}

static bool set_rupiah(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_slice text;
    rk_money *minor = RK_INTO(rk_money, into, row);
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    if (!rk_slice_is_digits(text) || !rk_money_parse(text, RK_DECIMAL_NONE, 2, minor))
        return rk_schema_bad(load, row, node, err);
    return true;
}

static bool set_day(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                    rk_error *err)
{
    rk_slice text;
    return rk_schema_scalar(load, row, node, &text, err) &&
           (rk_day_parse(text, RK_INTO(rk_day, into, row)) || rk_schema_bad(load, row, node, err));
}

static bool set_local(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                      rk_error *err)
{
    rk_slice text;
    return rk_schema_scalar(load, row, node, &text, err) &&
           (rk_local_parse(text, RK_INTO(rk_local, into, row)) ||
            rk_schema_bad(load, row, node, err));
}

static bool set_zone(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    rk_slice text;
    return rk_schema_scalar(load, row, node, &text, err) &&
           (rk_zone_parse(text, RK_INTO(rk_zone, into, row)) ||
            rk_schema_bad(load, row, node, err));
}

static bool set_clock(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                      rk_error *err)
{
    rk_slice text;
    return rk_schema_scalar(load, row, node, &text, err) &&
           (rk_clock_parse(text, RK_INTO(int32_t, into, row)) ||
            rk_schema_bad(load, row, node, err));
}

static bool set_character(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                          rk_error *err)
{
    rk_slice text;
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    if (text.len != 1 || (text.at[0] != '\t' && (text.at[0] < ' ' || text.at[0] > '~')))
        return rk_schema_bad(load, row, node, err);
    *RK_INTO(char, into, row) = text.at[0];
    return true;
}

static bool set_texts(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                      rk_error *err)
{
    size_t *count = (size_t *)(void *)((char *)into + row->count_offset);
    bool many = node->kind == RK_NODE_SEQUENCE;
    if (node->kind == RK_NODE_MAPPING || (many && node->count == 0))
        return rk_schema_bad(load, row, node, err);
    size_t wanted = many ? node->count : 1;
    rk_slice *texts = rk_arena_alloc(load->arena, wanted, sizeof *texts);
    for (size_t i = 0; i < wanted; i++) {
        const rk_node *item = many ? node->items[i] : node;
        if (item->kind != RK_NODE_SCALAR || (item->text.len == 0 && !item->quoted))
            return rk_schema_bad(load, row, item, err);
        texts[i] = item->text;
    }
    *RK_INTO(rk_slice *, into, row) = texts;
    *count = wanted;
    return true;
}

static bool set_names(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                      rk_error *err)
{
    rk_slice *texts;
    size_t count;
    struct {
        rk_slice *texts;
        size_t count;
    } read = {0};
    rk_key alone = *row;
    alone.offset = 0;
    alone.count_offset = sizeof read.texts;
    if (!set_texts(load, &alone, node, &read, err))
        return false;
    texts = read.texts;
    count = read.count;
    rk_name *names = rk_arena_alloc(load->arena, count, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        const rk_node *item = node->kind == RK_NODE_SEQUENCE ? node->items[i] : node;
        if (!rk_load_name(load, item, texts[i], &names[i], err))
            return false;
    }
    *RK_INTO(rk_name *, into, row) = names;
    *(size_t *)(void *)((char *)into + row->count_offset) = count;
    return true;
}

/* {id: ..., en: ...}, or one text for both. */
static const rk_key label_keys[] = {
    {"id", &rk_value_text, offsetof(rk_label, id), .needed = true, .doc = "in Indonesian"},
    {"en", &rk_value_text, offsetof(rk_label, en), .doc = "in English"},
};
static const rk_schema label_schema = {
    .doc = "what people read",
    .size = sizeof(rk_label),
    RK_KEYS(label_keys),
    .shorthand = "id",
};

static bool set_label(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                      rk_error *err)
{
    rk_key mapping = *row;
    mapping.of = &label_schema;
    return rk_value_mapping.set(load, &mapping, node, into, err);
}

static bool compile(const rk_load *load, const rk_key *row, const rk_node *node, bool whole,
                    void *into, rk_error *err)
{
    rk_slice text;
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    rk_error reason;
    rk_regex *regex = rk_regex_compile(text, whole, &reason);
    if (!regex)
        return rk_load_fail(load, node, err, "\"%s\" has a %s", row->name, reason.message);
    struct rk_compiled *kept = rk_arena_alloc(load->arena, 1, sizeof *kept);
    kept->regex = regex;
    kept->next = load->rules->compiled;
    load->rules->compiled = kept;
    *RK_INTO(rk_regex *, into, row) = regex;
    return true;
}

static bool set_pattern(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                        rk_error *err)
{
    return compile(load, row, node, false, into, err);
}

static bool set_whole_pattern(const rk_load *load, const rk_key *row, const rk_node *node,
                              void *into, rk_error *err)
{
    return compile(load, row, node, true, into, err);
}

#define STRING "{\"type\":\"string\"}"
#define SCALAR "{\"type\":[\"string\",\"number\"]}"

const rk_value rk_value_text = {"a text", SCALAR, set_text, RK_SHAPE_ONE};
const rk_value rk_value_any_text = {"a text", SCALAR, set_any_text, RK_SHAPE_ONE};
const rk_value rk_value_name = {"a name", SCALAR, set_name, RK_SHAPE_ONE};
const rk_value rk_value_choice = {NULL, NULL, set_choice, RK_SHAPE_ONE};
const rk_value rk_value_word = {NULL, NULL, set_word, RK_SHAPE_ONE};
const rk_value rk_value_yes = {"yes or no", "{\"enum\":[true,false,\"yes\",\"no\"]}", set_yes,
                               RK_SHAPE_ONE};
const rk_value rk_value_integer = {"a whole number", "{\"type\":\"integer\"}", set_integer,
                                   RK_SHAPE_ONE};
const rk_value rk_value_size = {"a whole number", "{\"type\":\"integer\"}", set_size, RK_SHAPE_ONE};
const rk_value rk_value_rupiah = {"an amount in whole rupiah such as 350000",
                                  "{\"type\":\"integer\",\"minimum\":0}", set_rupiah, RK_SHAPE_ONE};
const rk_value rk_value_day = {"a day such as 2024-03-05",
                               "{\"type\":\"string\",\"format\":\"date\"}", set_day, RK_SHAPE_ONE};
const rk_value rk_value_zone = {"a zone such as Asia/Jakarta, WIB, WITA, WIT or +07:00", STRING,
                                set_zone, RK_SHAPE_ONE};
const rk_value rk_value_clock = {"a time of day such as '15:00'", STRING, set_clock, RK_SHAPE_ONE};
const rk_value rk_value_character = {"one character", STRING, set_character, RK_SHAPE_ONE};
const rk_value rk_value_texts = {
    "a text or a list of texts",
    "{\"type\":[\"string\",\"number\",\"array\"],\"items\":{\"type\":[\"string\",\"number\"]}}",
    set_texts, RK_SHAPE_ONE};
const rk_value rk_value_names = {
    "a name or a list of names",
    "{\"type\":[\"string\",\"array\"],\"items\":{\"type\":\"string\"}}", set_names, RK_SHAPE_ONE};
const rk_value rk_value_local = {
    "a time of the offices such as 2024-06-20 or '2024-06-20 04:15:00', or with an offset",
    "{\"type\":\"string\"}", set_local, RK_SHAPE_ONE};
const rk_value rk_value_label = {
    "a text or {id: ..., en: ...}",
    "{\"type\":[\"string\",\"object\"],\"properties\":{\"id\":{\"type\":\"string\"},"
    "\"en\":{\"type\":\"string\"}},\"required\":[\"id\"],\"additionalProperties\":false}",
    set_label, RK_SHAPE_ONE};
const rk_value rk_value_pattern = {"a pattern (PCRE2)", STRING, set_pattern, RK_SHAPE_ONE};
const rk_value rk_value_whole_pattern = {"a pattern (PCRE2)", STRING, set_whole_pattern,
                                         RK_SHAPE_ONE};
