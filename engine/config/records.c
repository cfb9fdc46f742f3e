/* read: of a channel: its records and their fields. */
#include "config/channels.h"

enum { RECORDS_MAX = 64 };

static const rk_choice formats[] = {{"delimited", RK_FORMAT_DELIMITED},
                                    {"fixed", RK_FORMAT_FIXED},
                                    {"mt940", RK_FORMAT_MT940},
                                    {"camt", RK_FORMAT_CAMT},
                                    {NULL, 0}};
static const rk_choice batches[] = {{"whole", false}, {"split", true}, {NULL, 0}};
/* What the fields of an entry are called in formats that name them themselves. */
static const char *const mt940_fields[] = {"narrative", "account",       "customer_ref", "bank_ref",
                                           "type_code", "supplementary", "funds_code",   NULL};
static const char *const camt_fields[] = {
    "narrative", "account", "NtryRef",  "AcctSvcrRef",  "EndToEndId", "InstrId",
    "TxId",      "MsgId",   "PmtInfId", "UETR",         "MndtId",     "ChqNb",
    "ClrSysRef", "Ref",     "BkTxCd",   "AddtlNtryInf", NULL};
static const rk_choice encodings[] = {{"utf-8", RK_ENCODING_UTF8},
                                      {"cp1252", RK_ENCODING_CP1252},
                                      {"auto", RK_ENCODING_AUTO},
                                      {"iso-8859-1", RK_ENCODING_LATIN1},
                                      {NULL, 0}};
/* Where a record stands that no tag tells. */
static const rk_choice positions[] = {
    {"first", RK_RECORD_HEADER}, {"last", RK_RECORD_TRAILER}, {NULL, 0}};
static const rk_choice signs[] = {{"credit", 1}, {"debit", -1}, {NULL, 0}};

static const struct {
    const char *word;
    rk_meaning meaning;
} meanings[] = {
    {"account", RK_MEANS_ACCOUNT},
    {"currency", RK_MEANS_CURRENCY},
    {"number", RK_MEANS_NUMBER},
    {"day", RK_MEANS_DAY},
    {"from", RK_MEANS_FROM},
    {"until", RK_MEANS_UNTIL},
    {"opening_balance", RK_MEANS_OPENING},
    {"closing_balance", RK_MEANS_CLOSING},
    {"count", RK_MEANS_COUNT},
    {"total", RK_MEANS_TOTAL},
    {"count_credit", RK_MEANS_COUNT_CREDIT},
    {"count_debit", RK_MEANS_COUNT_DEBIT},
    {"total_credit", RK_MEANS_TOTAL_CREDIT},
    {"total_debit", RK_MEANS_TOTAL_DEBIT},
};

static rk_meaning meaning_of(rk_slice name)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (rk_slice_is(name, meanings[i].word))
            return meanings[i].meaning;
    return RK_MEANS_NOTHING;
}

/* ---- fields ---- */

int rk_channel_field(const rk_channel *channel, rk_slice name)
{
    for (size_t i = 0; i < channel->field_count; i++)
        if (rk_slice_equal(channel->fields[i], name))
            return (int)i;
    return RK_NO_FIELD;
}

bool rk_load_field(const rk_load *load, const rk_node *node, rk_slice name, int *field,
                   rk_error *err)
{
    const rk_channel *channel = ((rk_channel_load *)load->about)->channel;
    *field = rk_channel_field(channel, name);
    if (*field != RK_NO_FIELD)
        return true;
    rk_load_fail(load, node, err, "no entry has a field \"%.*s\"",
                 (int)(name.len < 100 ? name.len : 100), name.at);
    rk_nearest nearest = rk_nearest_to(name);
    for (size_t i = 0; i < channel->field_count; i++)
        rk_nearest_try(&nearest, channel->fields[i]);
    return rk_nearest_hint(&nearest, err);
}

static bool set_field(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                      rk_error *err)
{
    rk_slice name;
    return rk_schema_scalar(load, row, node, &name, err) &&
           rk_load_field(load, node, name, RK_INTO(int, into, row), err);
}

const rk_value rk_value_field = {"the name of a field", "{\"type\":\"string\"}", set_field,
                                 RK_SHAPE_ONE};

static bool set_fields(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_field_list *list = RK_INTO(rk_field_list, into, row);
    rk_key alone = *row;
    alone.offset = 0;
    if (node->kind != RK_NODE_SEQUENCE) {
        list->count = 1;
        return set_field(load, &alone, node, list->fields, err);
    }
    if (node->count == 0 || node->count > RK_JOINED_MAX)
        return rk_schema_bad(load, row, node, err);
    for (list->count = 0; list->count < node->count; list->count++)
        if (!set_field(load, &alone, node->items[list->count], &list->fields[list->count], err))
            return false;
    return true;
}

const rk_value rk_value_fields = {
    "the name of a field or a list of up to four",
    "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"},"
    "\"minItems\":1,\"maxItems\":4}]}",
    set_fields, RK_SHAPE_ONE};

static bool add_field(const rk_load *load, const rk_node *node, rk_slice name, int *field,
                      rk_error *err)
{
    rk_channel *channel = ((rk_channel_load *)load->about)->channel;
    if (rk_channel_field(channel, name) != RK_NO_FIELD)
        return rk_load_fail(load, node, err, "a second field \"%.*s\"", RK_FMT(name));
    if (channel->field_count == RK_FIELDS_MAX)
        return rk_load_fail(load, node, err, "more than %d fields", RK_FIELDS_MAX);
    if (!channel->fields)
        channel->fields = rk_arena_alloc(load->arena, RK_FIELDS_MAX, sizeof *channel->fields);
    *field = (int)channel->field_count;
    channel->fields[channel->field_count++] = name;
    return true;
}

/* A field as written: its name, and its bytes where the format is fixed. */
typedef struct place_draft {
    rk_slice name;
    uint32_t at, length;
} place_draft;

static const rk_key place_keys[] = {
    {"name", &rk_value_text, offsetof(place_draft, name), .needed = true,
     .doc = "of the field; _ is not wanted"},
    {"at", &rk_value_size, offsetof(place_draft, at), .least = 0, .most = 100000,
     .doc = "bytes before it in the record"},
    {"length", &rk_value_size, offsetof(place_draft, length), .least = 1, .most = 100000,
     .doc = "its bytes"},
};
static const rk_schema place_schema = {.doc = "a field of a record",
                                       .size = sizeof(place_draft),
                                       RK_KEYS(place_keys),
                                       .shorthand = "name"};

static bool check_place(const rk_load *load, const rk_node *node, const place_draft *place,
                        rk_error *err)
{
    const rk_channel *channel = ((rk_channel_load *)load->about)->channel;
    bool fixed = channel->format == RK_FORMAT_FIXED;
    if (fixed && (!rk_node_get(node, "at") || !rk_node_get(node, "length"))) {
        rk_load_fail(load, node, err, "a field of a fixed record needs \"at\" and \"length\"");
        return rk_fail_hint(err, "{name: %.*s, at: 0, length: 8}; at counts bytes from 0",
                            (int)(place->name.len < 60 ? place->name.len : 60), place->name.at);
    }
    if (!fixed && node->kind == RK_NODE_MAPPING &&
        (rk_node_get(node, "at") || rk_node_get(node, "length")))
        return rk_load_fail(load, node, err,
                            "\"at\" and \"length\" are for records of format: fixed");
    if (fixed && channel->record_length && place->at + place->length > channel->record_length)
        return rk_load_fail(load, node, err, "the field ends after the record's %u bytes",
                            channel->record_length);
    return true;
}

static bool set_place(const rk_load *load, const rk_node *node, rk_record_rule *rule, size_t i,
                      rk_error *err)
{
    place_draft draft;
    rk_field_place *place = &rule->places[i];
    rk_channel_load *about = load->about;
    if (!rk_schema_bind(load, &place_schema, node, &draft, err) ||
        !check_place(load, node, &draft, err))
        return false;
    *place = (rk_field_place){.field = RK_NO_FIELD, .at = draft.at, .length = draft.length};
    if (rk_slice_is(draft.name, "_"))
        return true;
    if (about->kind == RK_RECORD_ENTRY)
        return add_field(load, node, draft.name, &place->field, err);
    place->meaning = meaning_of(draft.name);
    for (size_t j = 0; j < i; j++)
        if (place->meaning != RK_MEANS_NOTHING && rule->places[j].meaning == place->meaning)
            return rk_load_fail(load, node, err, "a second field \"%.*s\"", RK_FMT(draft.name));
    return true;
}

static bool set_places(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_record_rule *rule = into;
    if (node->kind != RK_NODE_SEQUENCE || node->count == 0)
        return rk_schema_bad(load, row, node, err);
    if (node->count > 4 * RK_FIELDS_MAX)
        return rk_load_fail(load, node, err, "more than %d fields", 4 * RK_FIELDS_MAX);
    rule->places = rk_arena_alloc(load->arena, node->count, sizeof *rule->places);
    rule->place_count = node->count;
    for (size_t i = 0; i < node->count; i++)
        if (!set_place(load, node->items[i], rule, i, err))
            return false;
    return true;
}

/* ---- records ---- */

static const rk_value places_value = {"a list of fields", NULL, set_places, RK_SHAPE_LIST};

static bool set_starts(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_record_rule *rule = into;
    if (rule->tag.len)
        return rk_load_fail(load, node, err, "\"tag\" and \"starts\" do not go together");
    rule->starts = true;
    return rk_schema_scalar(load, row, node, &rule->tag, err);
}

static const rk_value starts_value = {"a text", "{\"type\":\"string\",\"minLength\":1}", set_starts,
                                      RK_SHAPE_ONE};

static bool set_inside(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_record_rule *rule = into;
    rk_key alone = *row;
    alone.offset = offsetof(rk_record_rule, inside);
    if (!rk_value_whole_pattern.set(load, &alone, node, into, err))
        return false;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        int group = rk_regex_group(rule->inside, meanings[i].word);
        if (group >= 0 && group < RK_REGEX_GROUPS)
            rule->meanings[group] = meanings[i].meaning;
    }
    return true;
}

static bool set_position(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                         rk_error *err)
{
    int kind;
    rk_record_rule *rule = into;
    const rk_channel_load *about = load->about;
    if (!rk_value_choice.set(load, row, node, &kind, err))
        return false;
    if (rule->tag.len)
        return rk_load_fail(load, node, err, "a record with a tag needs no \"position\"");
    if ((rk_record_kind)kind != about->kind)
        return rk_load_fail(load, node, err, "a header is \"first\", a trailer \"last\"");
    rule->placed = true;
    return true;
}

static const rk_value position_value = {NULL, NULL, set_position, RK_SHAPE_ONE};
static const rk_value inside_value = {"a pattern", "{\"type\":\"string\",\"minLength\":1}",
                                      set_inside, RK_SHAPE_ONE};

static const rk_key record_keys[] = {
    {"tag", &rk_value_text, offsetof(rk_record_rule, tag),
     .doc = "the text of its first field, by which the record is told"},
    {"starts", &starts_value, 0,
     .doc = "what its first field begins with; the rest of that field is the first of fields"},
    {"pattern", &inside_value, 0,
     .doc = "with starts: of the rest of its first field; groups account, from, until, total, ..."},
    {"position", &position_value, 0, .choices = positions,
     .doc = "instead of a tag: first for the header, last for the trailer"},
    {"at", &rk_value_size, offsetof(rk_record_rule, tag_at), .least = 0, .most = 100000,
     .doc = "fixed: bytes before the tag"},
    {"fields", &places_value, 0, .of = &place_schema,
     .doc = "a list of fields, _ for those not wanted"},
    {"required", &rk_value_yes, offsetof(rk_record_rule, required),
     .doc = "lines: a file without it is cut short"},
};

static bool tells_totals(const rk_record_rule *rule)
{
    for (size_t i = 0; i < rule->place_count; i++)
        if (rule->places[i].meaning >= RK_MEANS_CLOSING)
            return true;
    return false;
}

static bool end_record(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    rk_record_rule *rule = into;
    const rk_channel_load *about = load->about;
    rule->kind = about->kind;
    rule->has_tag = rule->tag.len > 0;
    if (rule->inside && !rule->starts)
        return rk_load_fail(load, rk_node_at(node, "pattern"), err,
                            "\"pattern\" goes with \"starts\"");
    bool may_start = about->kind == RK_RECORD_TRAILER || about->kind == RK_RECORD_INFO;
    if (rule->starts && (!may_start || about->channel->format == RK_FORMAT_FIXED))
        return rk_load_fail(load, rk_node_at(node, "starts"), err,
                            "\"starts\" is for trailer and lines of format: delimited");
    if (!rule->inside && rule->place_count == 0) {
        rk_load_fail(load, node, err, "missing key \"fields\"");
        return rk_fail_hint(err, "fields: a list of fields, _ for those not wanted");
    }
    if (!rule->has_tag && !rule->placed && about->kind != RK_RECORD_ENTRY) {
        rk_load_fail(load, node, err, "missing key \"tag\"");
        return rk_fail_hint(err, "tag: the text of its first field, by which the record is told");
    }
    if (rule->placed && rule->kind == RK_RECORD_TRAILER && !tells_totals(rule)) {
        rk_load_fail(load, node, err, "a trailer without a tag must tell a count or a total");
        return rk_fail_hint(err, "or a file that is cut short could not be told from a whole one");
    }
    if (rk_node_get(node, "at") && about->channel->format != RK_FORMAT_FIXED)
        return rk_load_fail(load, rk_node_at(node, "at"), err,
                            "\"at\" is for records of format: fixed");
    if (rk_node_get(node, "required") && about->kind != RK_RECORD_INFO)
        return rk_load_fail(load, rk_node_at(node, "required"), err,
                            "\"required\" is for lines; header and trailer always are");
    return true;
}

static const rk_schema record_schema = {.doc = "one kind of record",
                                        .size = sizeof(rk_record_rule),
                                        RK_KEYS(record_keys),
                                        .end = end_record};

static bool add_record(const rk_load *load, const rk_node *node, rk_record_kind kind, rk_error *err)
{
    rk_channel_load *about = load->about;
    rk_channel *channel = about->channel;
    about->kind = kind;
    if (!channel->records)
        channel->records = rk_arena_alloc(load->arena, RECORDS_MAX, sizeof *channel->records);
    if (channel->record_count == RECORDS_MAX)
        return rk_load_fail(load, node, err, "more than %d kinds of records", RECORDS_MAX);
    rk_record_rule *rule = &channel->records[channel->record_count];
    if (!rk_schema_bind(load, &record_schema, node, rule, err))
        return false;
    for (size_t i = 0; i < channel->record_count; i++) {
        const rk_record_rule *other = &channel->records[i];
        if (rule->has_tag && other->has_tag && rk_slice_equal(rule->tag, other->tag) &&
            rule->tag_at == other->tag_at)
            return rk_load_fail(load, rk_node_at(node, "tag"), err,
                                "another record has the tag \"%.*s\" already", RK_FMT(rule->tag));
    }
    channel->record_count++;
    return true;
}

static bool set_header(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    (void)row;
    (void)into;
    return add_record(load, node, RK_RECORD_HEADER, err);
}

static bool set_entry(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                      rk_error *err)
{
    (void)row;
    (void)into;
    return add_record(load, node, RK_RECORD_ENTRY, err);
}

static bool set_trailer(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                        rk_error *err)
{
    (void)row;
    (void)into;
    return add_record(load, node, RK_RECORD_TRAILER, err);
}

static bool set_lines(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                      rk_error *err)
{
    (void)into;
    if (node->kind != RK_NODE_SEQUENCE)
        return rk_schema_bad(load, row, node, err);
    for (size_t i = 0; i < node->count; i++)
        if (!add_record(load, node->items[i], RK_RECORD_INFO, err))
            return false;
    return true;
}

static const rk_value header_value = {"a record", NULL, set_header, RK_SHAPE_ONE};
static const rk_value entry_value = {"a record", NULL, set_entry, RK_SHAPE_ONE};
static const rk_value trailer_value = {"a record", NULL, set_trailer, RK_SHAPE_ONE};
static const rk_value lines_value = {"a list of records", NULL, set_lines, RK_SHAPE_LIST};

/* ---- titles ---- */

static bool set_new_field(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                          rk_error *err)
{
    rk_slice name;
    return rk_schema_scalar(load, row, node, &name, err) &&
           add_field(load, node, name, RK_INTO(int, into, row), err);
}

static const rk_value new_field_value = {"the name of a field", "{\"type\":\"string\"}",
                                         set_new_field, RK_SHAPE_ONE};

static const rk_key accepted_keys[] = {
    {"accepted", &rk_value_texts, offsetof(rk_title, accepted), .needed = true,
     .count_offset = offsetof(rk_title, accepted_count), .doc = "any of these titles"},
    {"required", &rk_value_yes, offsetof(rk_title, required),
     .doc = "no: a file may lack the column"},
};
static const rk_schema accepted_schema = {
    .doc = "titles of one column", RK_KEYS(accepted_keys), .shorthand = "accepted"};

static const rk_key title_keys[] = {
    {"field", &new_field_value, offsetof(rk_title, field), .doc = "the field"},
    {"titles", &rk_value_mapping, 0, .of = &accepted_schema, .doc = "its column's titles"},
};

static void begin_title(void *into)
{
    ((rk_title *)into)->required = true;
}

static const rk_schema title_schema = {.doc = "the column of each field",
                                       .size = sizeof(rk_title),
                                       RK_KEYS(title_keys),
                                       .begin = begin_title};

/* ---- keep, drop, ignore ---- */

static const rk_key keep_keys[] = {
    {"field", &rk_value_field, offsetof(rk_keep, field), .doc = "the field"},
    {"values", &rk_value_texts, offsetof(rk_keep, values),
     .count_offset = offsetof(rk_keep, value_count), .doc = "any of these values"},
};
static const rk_schema keep_schema = {
    .doc = "values of a field", .size = sizeof(rk_keep), RK_KEYS(keep_keys)};

typedef struct keep_list {
    rk_keep *items;
    size_t count;
} keep_list;

static bool add_keeps(const rk_load *load, const rk_key *row, const rk_node *node, bool except,
                      rk_error *err)
{
    rk_channel *channel = ((rk_channel_load *)load->about)->channel;
    keep_list list = {0};
    rk_key alone = *row;
    alone.offset = offsetof(keep_list, items);
    alone.count_offset = offsetof(keep_list, count);
    if (!rk_value_map.set(load, &alone, node, &list, err))
        return false;
    rk_keep *all = rk_arena_alloc(load->arena, channel->keep_count + list.count, sizeof *all);
    if (channel->keep_count)
        memcpy(all, channel->keeps, channel->keep_count * sizeof *all);
    for (size_t i = 0; i < list.count; i++) {
        all[channel->keep_count + i] = list.items[i];
        all[channel->keep_count + i].except = except;
    }
    channel->keeps = all;
    channel->keep_count += list.count;
    return true;
}

static bool set_keep(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    (void)into;
    return add_keeps(load, row, node, false, err);
}

static bool set_drop(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    (void)into;
    return add_keeps(load, row, node, true, err);
}

static const rk_value keep_value = {"a mapping of fields to values", NULL, set_keep, RK_SHAPE_MAP};
static const rk_value drop_value = {"a mapping of fields to values", NULL, set_drop, RK_SHAPE_MAP};

static const rk_key ignore_keys[] = {
    {"rule", &rk_value_name, offsetof(rk_ignore, rule), .needed = true,
     .doc = "its name, as sheets show it"},
    {"field", &rk_value_field, offsetof(rk_ignore, field), .doc = "the field that is searched"},
    {"pattern", &rk_value_pattern, offsetof(rk_ignore, pattern), .doc = "what is found in it"},
    {"sign", &rk_value_choice, offsetof(rk_ignore, sign), .choices = signs,
     .doc = "only money in, or only money out"},
    {"settles", &rk_value_name, offsetof(rk_ignore, settles),
     .doc = "a channel: the entry pays over what that one took, and counts as its settlement"},
};

static void begin_ignore(void *into)
{
    ((rk_ignore *)into)->field = RK_NO_FIELD;
}

static bool end_ignore(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_ignore *ignore = into;
    if ((ignore->field == RK_NO_FIELD) != (ignore->pattern == NULL))
        return rk_load_fail(load, node, err, "\"field\" and \"pattern\" go together");
    if (ignore->field == RK_NO_FIELD && ignore->sign == 0)
        return rk_load_fail(load, node, err, "the rule would ignore everything");
    return true;
}

static const rk_schema ignore_schema = {.doc = "what is not this business",
                                        .size = sizeof(rk_ignore),
                                        RK_KEYS(ignore_keys),
                                        .begin = begin_ignore,
                                        .end = end_ignore};

/* ---- read ---- */

static bool set_quote(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                      rk_error *err)
{
    if (node->kind == RK_NODE_SCALAR && rk_slice_is(node->text, "none")) {
        *RK_INTO(char, into, row) = 0;
        return true;
    }
    return rk_value_character.set(load, row, node, into, err);
}

static const rk_value quote_value = {"one character or none", "{\"type\":\"string\"}", set_quote,
                                     RK_SHAPE_ONE};

static bool set_format(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_channel *channel = into;
    int field;
    if (!rk_value_choice.set(load, row, node, into, err))
        return false;
    const char *const *names = channel->format == RK_FORMAT_MT940  ? mt940_fields
                               : channel->format == RK_FORMAT_CAMT ? camt_fields
                                                                   : NULL;
    for (; names && *names; names++)
        if (!add_field(load, node, rk_slice_of(*names), &field, err))
            return false;
    return true;
}

static const rk_value format_value = {NULL, NULL, set_format, RK_SHAPE_ONE};

static const rk_key read_keys[] = {
    {"format", &format_value, offsetof(rk_channel, format), .needed = true, .choices = formats,
     .doc = "delimited, fixed, mt940 (also MT942) or camt (052, 053, 054)"},
    {"encoding", &rk_value_choice, offsetof(rk_channel, encoding), .choices = encodings,
     .doc = "default utf-8"},
    {"delimiter", &rk_value_character, offsetof(rk_channel, delimiter),
     .doc = "between fields; default ','"},
    {"quote", &quote_value, offsetof(rk_channel, quote), .doc = "around fields; default '\"'"},
    {"length", &rk_value_size, offsetof(rk_channel, record_length), .least = 1, .most = 100000,
     .doc = "fixed: bytes of each record"},
    {"header", &header_value, 0, .of = &record_schema, .doc = "the first record"},
    {"entry", &entry_value, 0, .of = &record_schema, .doc = "the records that are entries"},
    {"trailer", &trailer_value, 0, .of = &record_schema, .doc = "the last record"},
    {"lines", &lines_value, 0, .of = &record_schema,
     .doc = "records that tell about the statement"},
    {"titles", &rk_value_map, offsetof(rk_channel, titles),
     .count_offset = offsetof(rk_channel, title_count), .of = &title_schema,
     .doc = "the column titles of each field, in any order"},
    {"keep", &keep_value, 0, .of = &keep_schema,
     .doc = "records without these values are filtered"},
    {"drop", &drop_value, 0, .of = &keep_schema, .doc = "records with these values are filtered"},
    {"batches", &rk_value_flag, offsetof(rk_channel, splits_batches), .choices = batches,
     .doc = "camt: split, an entry whose parts (TxDtls) have amounts that make up its own is as "
            "many entries; default whole"},
    {"ignore", &rk_value_list, offsetof(rk_channel, ignores),
     .count_offset = offsetof(rk_channel, ignore_count), .of = &ignore_schema,
     .doc = "a list of {rule, field, pattern, sign}"},
};

/* Only what is left out is said of a format that describes itself. */
static bool end_standard(const rk_load *load, const rk_node *node, rk_error *err)
{
    static const char *const described[] = {"encoding", "delimiter", "quote", "length", "header",
                                            "entry",    "trailer",   "lines", "titles", NULL};
    for (const char *const *key = described; *key; key++)
        if (rk_node_get(node, *key))
            return rk_load_fail(load, rk_node_at(node, *key), err,
                                "\"%s\" is for format: delimited or fixed", *key);
    return true;
}

static bool end_read(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    rk_channel *channel = into;
    if (channel->format != RK_FORMAT_CAMT && rk_node_get(node, "batches"))
        return rk_load_fail(load, rk_node_at(node, "batches"), err,
                            "\"batches\" is for format: camt");
    if (rk_is_standard(channel))
        return end_standard(load, node, err);
    bool fixed = channel->format == RK_FORMAT_FIXED;
    const char *for_delimited[] = {"delimiter", "quote", "titles"};
    for (size_t i = 0; fixed && i < sizeof for_delimited / sizeof *for_delimited; i++)
        if (rk_node_get(node, for_delimited[i]))
            return rk_load_fail(load, rk_node_at(node, for_delimited[i]), err,
                                "\"%s\" is for format: delimited", for_delimited[i]);
    if (!fixed && channel->record_length)
        return rk_load_fail(load, rk_node_at(node, "length"), err,
                            "\"length\" is for format: fixed");
    if (!fixed && channel->delimiter == channel->quote)
        return rk_load_fail(load, rk_node_at(node, "quote"), err,
                            "\"quote\" and \"delimiter\" are the same");
    bool has_entry = rk_node_get(node, "entry");
    if (has_entry && channel->title_count)
        return rk_load_fail(load, rk_node_at(node, "entry"), err,
                            "fields are found by \"titles\" or by \"entry\", not by both");
    if (has_entry)
        return true;
    if (channel->title_count == 0) {
        rk_load_fail(load, node, err, "missing key \"entry\"");
        return rk_fail_hint(err, "entry: {fields: [...]}, or titles: {field: [title]}");
    }
    /* With a row of titles every record below it that nothing else claims is an entry. */
    if (!channel->records)
        channel->records = rk_arena_alloc(load->arena, RECORDS_MAX, sizeof *channel->records);
    if (channel->record_count == RECORDS_MAX)
        return rk_load_fail(load, node, err, "more than %d kinds of records", RECORDS_MAX);
    channel->records[channel->record_count++] = (rk_record_rule){.kind = RK_RECORD_ENTRY};
    return true;
}

const rk_schema rk_read_schema = {
    .doc = "how records are cut", RK_KEYS(read_keys), .end = end_read};
