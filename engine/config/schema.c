#include "config/schema.h"

#include <stdio.h>

/* ---- the nearest word ---- */

enum { NEAREST_LENGTH_MAX = 64 };

/* Levenshtein with swaps of neighbours (optimal string alignment). Both at most NEAREST_LENGTH_MAX. */
static size_t distance_of(rk_slice a, rk_slice b)
{
    size_t rows[3][NEAREST_LENGTH_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *next = rows[2];
    for (size_t j = 0; j <= b.len; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        next[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = a.at[i - 1] == b.at[j - 1];
            size_t best = last[j - 1] + !same;
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = next[j - 1] + 1 < best ? next[j - 1] + 1 : best;
            bool swapped =
                i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1];
            next[j] = swapped && before[j - 2] + 1 < best ? before[j - 2] + 1 : best;
        }
        size_t *spare = before;
        before = last;
        last = next;
        next = spare;
    }
    return last[b.len];
}

rk_nearest rk_nearest_to(rk_slice wanted)
{
    return (rk_nearest){.wanted = wanted, .distance = SIZE_MAX};
}

void rk_nearest_try(rk_nearest *nearest, rk_slice candidate)
{
    if (nearest->wanted.len > NEAREST_LENGTH_MAX || candidate.len > NEAREST_LENGTH_MAX ||
        candidate.len == 0)
        return;
    size_t distance = distance_of(nearest->wanted, candidate);
    size_t longer = candidate.len > nearest->wanted.len ? candidate.len : nearest->wanted.len;
    if (distance < nearest->distance && distance <= 1 + longer / 5 && distance < longer) {
        nearest->best = candidate;
        nearest->distance = distance;
    }
}

bool rk_nearest_hint(const rk_nearest *nearest, rk_error *err)
{
    if (nearest->best.len)
        rk_fail_hint(err, "did you mean \"%.*s\"?", RK_FMT(nearest->best));
    return false;
}

/* ---- errors ---- */

const rk_node *rk_node_at(const rk_node *mapping, const char *key)
{
    const rk_node *value = rk_node_get(mapping, key);
    return value ? value : mapping;
}

/* "a, b or c" into `out`. */
static void put_choices(const rk_choice *choices, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (const rk_choice *choice = choices; choice->word; choice++) {
        const char *between = choice == choices ? "" : choice[1].word ? ", " : " or ";
        int wrote = snprintf(out + used, size - used, "%s%s", between, choice->word);
        if (wrote < 0 || (size_t)wrote >= size - used)
            return;
        used += (size_t)wrote;
    }
}

bool rk_schema_bad(const rk_load *load, const rk_key *row, const rk_node *node, rk_error *err)
{
    char expected[320];
    if (row->value->expected)
        snprintf(expected, sizeof expected, "%s", row->value->expected);
    else
        put_choices(row->choices, expected, sizeof expected);
    if (node->kind == RK_NODE_SEQUENCE)
        return rk_load_fail(load, node, err, "\"%s\" must be %s, not a list", row->name, expected);
    if (node->kind == RK_NODE_MAPPING)
        return rk_load_fail(load, node, err, "\"%s\" must be %s, not a mapping", row->name,
                            expected);
    if (node->text.len == 0 && !node->quoted)
        return rk_load_fail(load, node, err, "\"%s\" must be %s, and has no value", row->name,
                            expected);
    rk_load_fail(load, node, err, "\"%s\" must be %s, not \"%.*s\"", row->name, expected,
                 (int)(node->text.len < 100 ? node->text.len : 100), node->text.at);
    rk_nearest nearest = rk_nearest_to(node->text);
    for (const rk_choice *choice = row->choices; choice && choice->word; choice++)
        rk_nearest_try(&nearest, rk_slice_of(choice->word));
    return rk_nearest_hint(&nearest, err);
}

bool rk_schema_scalar(const rk_load *load, const rk_key *row, const rk_node *node, rk_slice *text,
                      rk_error *err)
{
    if (node->kind != RK_NODE_SCALAR || node->text.len == 0)
        return rk_schema_bad(load, row, node, err);
    *text = node->text;
    return true;
}

/* ---- the loader ---- */

static const rk_key *row_of(const rk_schema *schema, rk_slice name)
{
    for (size_t i = 0; i < schema->key_count; i++)
        if (rk_slice_is(name, schema->keys[i].name))
            return &schema->keys[i];
    return NULL;
}

static bool fail_unknown(const rk_load *load, const rk_schema *schema, const rk_node *key,
                         rk_error *err)
{
    rk_load_fail(load, key, err, "unknown key \"%.*s\"",
                 (int)(key->text.len < 100 ? key->text.len : 100), key->text.at);
    char known[sizeof err->hint - 16];
    size_t used = 0;
    for (size_t i = 0; i < schema->key_count; i++) {
        int wrote = snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "",
                             schema->keys[i].name);
        used = wrote < 0 || (size_t)wrote >= sizeof known - used ? used : used + (size_t)wrote;
    }
    known[used] = '\0';
    rk_fail_hint(err, "known here: %s", known);
    rk_nearest nearest = rk_nearest_to(key->text);
    for (size_t i = 0; i < schema->key_count; i++)
        rk_nearest_try(&nearest, rk_slice_of(schema->keys[i].name));
    return rk_nearest_hint(&nearest, err);
}

static bool fail_missing(const rk_load *load, const rk_key *row, const rk_node *node, rk_error *err)
{
    rk_load_fail(load, node, err, "missing key \"%s\"", row->name);
    return rk_fail_hint(err, "%s: %s", row->name, row->doc);
}

static bool check_keys(const rk_load *load, const rk_schema *schema, const rk_node *node,
                       rk_error *err)
{
    for (size_t i = 0; i < node->count; i++)
        if (!row_of(schema, node->keys[i]->text))
            return fail_unknown(load, schema, node->keys[i], err);
    for (size_t i = 0; i < schema->key_count; i++)
        if (schema->keys[i].needed && !rk_node_get(node, schema->keys[i].name))
            return fail_missing(load, &schema->keys[i], node, err);
    return true;
}

/* `name` is what messages call a value of the wrong type. */
static bool bind(const rk_load *load, const rk_schema *schema, const char *name,
                 const rk_node *node, void *into, rk_error *err)
{
    if (schema->size)
        memset(into, 0, schema->size);
    if (schema->begin)
        schema->begin(into);
    if (node->kind != RK_NODE_MAPPING && schema->shorthand) {
        rk_key row = *row_of(schema, rk_slice_of(schema->shorthand));
        row.name = name ? name : row.name;
        if (!row.value->set(load, &row, node, into, err))
            return false;
        return !schema->end || schema->end(load, node, into, err);
    }
    if (node->kind != RK_NODE_MAPPING)
        return rk_load_fail(load, node, err, "%s%s%s must be a mapping (key: value)",
                            name ? "\"" : "", name ? name : "this", name ? "\"" : "");
    if (!check_keys(load, schema, node, err))
        return false;
    for (size_t i = 0; i < schema->key_count; i++) {
        const rk_node *value = rk_node_get(node, schema->keys[i].name);
        if (value && !schema->keys[i].value->set(load, &schema->keys[i], value, into, err))
            return false;
    }
    return !schema->end || schema->end(load, node, into, err);
}

bool rk_schema_bind(const rk_load *load, const rk_schema *schema, const rk_node *node, void *into,
                    rk_error *err)
{
    return bind(load, schema, NULL, node, into, err);
}

static bool bind_list(const rk_load *load, const rk_schema *schema, const char *name,
                      const rk_node *node, void *items, size_t *count, rk_error *err)
{
    if (node->kind != RK_NODE_SEQUENCE || node->count == 0)
        return rk_load_fail(load, node, err, "%s%s%s must be a list with at least one item",
                            name ? "\"" : "", name ? name : "this file", name ? "\"" : "");
    char *made = rk_arena_alloc(load->arena, node->count, schema->size);
    memcpy(items, &made, sizeof made);
    *count = node->count;
    for (size_t i = 0; i < node->count; i++)
        if (!bind(load, schema, NULL, node->items[i], made + i * schema->size, err))
            return false;
    return true;
}

bool rk_schema_bind_list(const rk_load *load, const rk_schema *schema, const rk_node *node,
                         void *items, size_t *count, rk_error *err)
{
    return bind_list(load, schema, NULL, node, items, count, err);
}

static bool set_mapping(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                        rk_error *err)
{
    return bind(load, row->of, row->name, node, (char *)into + row->offset, err);
}

static bool set_list(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    size_t *count = (size_t *)(void *)((char *)into + row->count_offset);
    return bind_list(load, row->of, row->name, node, (char *)into + row->offset, count, err);
}

static bool set_map(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                    rk_error *err)
{
    if (node->kind != RK_NODE_MAPPING || node->count == 0)
        return rk_load_fail(load, node, err, "\"%s\" must be a mapping (key: value)", row->name);
    const rk_schema *of = row->of;
    char *made = rk_arena_alloc(load->arena, node->count, of->size);
    memcpy((char *)into + row->offset, &made, sizeof made);
    *(size_t *)(void *)((char *)into + row->count_offset) = node->count;
    for (size_t i = 0; i < node->count; i++) {
        char *item = made + i * of->size;
        if (of->begin)
            of->begin(item);
        if (!of->keys[0].value->set(load, &of->keys[0], node->keys[i], item, err))
            return false;
        rk_key value = of->keys[1];
        value.name = rk_arena_text(load->arena, node->keys[i]->text);
        if (!value.value->set(load, &value, node->items[i], item, err))
            return false;
        if (of->end && !of->end(load, node->items[i], item, err))
            return false;
    }
    return true;
}

const rk_value rk_value_mapping = {NULL, NULL, set_mapping, RK_SHAPE_ONE};
const rk_value rk_value_list = {NULL, NULL, set_list, RK_SHAPE_LIST};
const rk_value rk_value_map = {NULL, NULL, set_map, RK_SHAPE_MAP};
