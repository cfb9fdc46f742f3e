/* The tables as JSON Schema (draft 2020-12), for editors and for `rekon check --schema`. */
#include "config/schema.h"

static void put_schema(const rk_schema *schema, rk_buffer *out);

static void put_choices(const rk_key *row, rk_buffer *out)
{
    rk_buffer_text(out, "{\"enum\":[");
    for (const rk_choice *choice = row->choices; choice->word; choice++) {
        if (choice != row->choices)
            rk_buffer_char(out, ',');
        rk_buffer_json(out, rk_slice_of(choice->word));
    }
    rk_buffer_text(out, "]}");
}

static void put_value(const rk_key *row, rk_buffer *out)
{
    const rk_value *value = row->value;
    if (value->json) {
        rk_buffer_text(out, value->json);
    } else if (row->of && value->shape == RK_SHAPE_MAP) {
        rk_buffer_text(out, "{\"type\":\"object\",\"minProperties\":1,\"additionalProperties\":");
        put_value(&row->of->keys[1], out);
        rk_buffer_char(out, '}');
    } else if (row->of && value->shape == RK_SHAPE_LIST) {
        rk_buffer_text(out, "{\"type\":\"array\",\"minItems\":1,\"items\":");
        put_schema(row->of, out);
        rk_buffer_char(out, '}');
    } else if (row->of) {
        put_schema(row->of, out);
    } else if (value->shape == RK_SHAPE_LIST) {
        rk_buffer_text(out, "{\"anyOf\":[");
        put_choices(row, out);
        rk_buffer_text(out, ",{\"type\":\"array\",\"minItems\":1,\"items\":");
        put_choices(row, out);
        rk_buffer_text(out, "}]}");
    } else {
        put_choices(row, out);
    }
}

static void put_object(const rk_schema *schema, rk_buffer *out)
{
    rk_buffer_text(out, "{\"type\":\"object\",\"description\":");
    rk_buffer_json(out, rk_slice_of(schema->doc));
    rk_buffer_text(out, ",\"properties\":{");
    for (size_t i = 0; i < schema->key_count; i++) {
        const rk_key *row = &schema->keys[i];
        rk_buffer_text(out, i ? "," : "");
        rk_buffer_json(out, rk_slice_of(row->name));
        rk_buffer_text(out, ":{\"description\":");
        rk_buffer_json(out, rk_slice_of(row->doc));
        rk_buffer_text(out, ",\"allOf\":[");
        put_value(row, out);
        rk_buffer_text(out, "]}");
    }
    rk_buffer_text(out, "},\"required\":[");
    const char *between = "";
    for (size_t i = 0; i < schema->key_count; i++)
        if (schema->keys[i].needed) {
            rk_buffer_text(out, between);
            rk_buffer_json(out, rk_slice_of(schema->keys[i].name));
            between = ",";
        }
    rk_buffer_text(out, "],\"additionalProperties\":false}");
}

static void put_schema(const rk_schema *schema, rk_buffer *out)
{
    if (!schema->shorthand) {
        put_object(schema, out);
        return;
    }
    rk_buffer_text(out, "{\"anyOf\":[");
    put_object(schema, out);
    for (size_t i = 0; i < schema->key_count; i++)
        if (strcmp(schema->keys[i].name, schema->shorthand) == 0) {
            rk_buffer_char(out, ',');
            put_value(&schema->keys[i], out);
        }
    rk_buffer_text(out, "]}");
}

void rk_schema_put_json(const rk_schema *schema, bool is_list, rk_buffer *out)
{
    if (is_list)
        rk_buffer_text(out, "{\"type\":\"array\",\"minItems\":1,\"items\":");
    put_schema(schema, out);
    if (is_list)
        rk_buffer_char(out, '}');
}
