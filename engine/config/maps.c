/* map: and extract: of a channel: which fields make the entry. */
#include "config/channels.h"

static const rk_choice decimals[] = {
    {"point", RK_DECIMAL_POINT},
    {"comma", RK_DECIMAL_COMMA},
    {"none", RK_DECIMAL_NONE},
    {"minor", RK_DECIMAL_MINOR},
    {"auto", RK_DECIMAL_AUTO},
    {"grouped", RK_DECIMAL_GROUPED},
    {NULL, 0},
};
static const rk_choice directions[] = {{"debit", true}, {"credit", false}, {NULL, 0}};
static const rk_choice bounds[] = {{"digits", true}, {NULL, 0}};
static const rk_choice breaks[] = {{"space", true}, {NULL, 0}};

/* ---- times ---- */

bool rk_time_format_next(rk_slice *rest, rk_slice *format)
{
    static const char or [] = " or ";
    if (!rest->at || rest->len == 0)
        return false;
    const char *found = memmem(rest->at, rest->len, or, sizeof or -1);
    const char *end = rest->at + rest->len;
    *format = rk_slice_between(rest->at, found ? found : end);
    *rest = found ? rk_slice_between(found + sizeof or -1, end) : (rk_slice){NULL, 0};
    return true;
}

/* One format: each conversion at most once, and what makes a day. */
static bool load_one_format(const rk_load *load, const rk_key *row, const rk_node *node,
                            rk_slice format, bool *has_clock, bool *has_zone, rk_error *err)
{
    static const char known[] = "YymbdHMSzIp";
    bool seen[sizeof known] = {false};
    for (size_t i = 0; i < format.len; i++) {
        if (format.at[i] != '%')
            continue;
        char c = ++i < format.len ? format.at[i] : '\0';
        if (c == '%')
            continue;
        const char *found = c ? strchr(known, c) : NULL;
        if (!found) {
            rk_load_fail(load, node, err, "\"%s\" has a format with %%%c", row->name, c ? c : ' ');
            return rk_fail_hint(err,
                                "known are %%Y %%y %%m %%b %%d %%H %%I %%p %%M %%S %%z and %%%%");
        }
        if (seen[found - known])
            return rk_load_fail(load, node, err, "\"%s\" has a format with %%%c twice", row->name,
                                c);
        seen[found - known] = true;
    }
    /* Some banks leave the year out of their rows; names of files need it. */
    bool year = seen[0] || seen[1] || row->value != &rk_value_day_format,
         month = seen[2] || seen[3], day = seen[4];
    if (!year || !month || !day)
        return rk_load_fail(load, node, err, "\"%s\" has a format without a %s", row->name,
                            !year    ? "year (%Y)"
                            : !month ? "month (%m)"
                                     : "day (%d)");
    if (seen[9] != seen[10] || (seen[9] && seen[5])) {
        rk_load_fail(load, node, err, "\"%s\" has a format with a wrong hour", row->name);
        return rk_fail_hint(err, "%%H alone, or %%I (1 to 12) with %%p (AM or PM)");
    }
    *has_clock &= seen[5] || seen[9];
    *has_zone &= seen[8];
    return true;
}

bool rk_load_format(const rk_load *load, const rk_key *row, const rk_node *node, rk_slice format,
                    bool *has_clock, bool *has_zone, rk_error *err)
{
    rk_slice one;
    size_t count = 0;
    *has_clock = *has_zone = true;
    while (rk_time_format_next(&format, &one))
        if (++count > RK_TIME_FORMATS_MAX)
            return rk_load_fail(load, node, err, "\"%s\" has more than %d formats", row->name,
                                RK_TIME_FORMATS_MAX);
        else if (!load_one_format(load, row, node, one, has_clock, has_zone, err))
            return false;
    return true;
}

static bool set_day_format(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                           rk_error *err)
{
    rk_slice *format = RK_INTO(rk_slice, into, row);
    bool has_clock, has_zone;
    return rk_schema_scalar(load, row, node, format, err) &&
           rk_load_format(load, row, node, *format, &has_clock, &has_zone, err);
}

const rk_value rk_value_day_format = {"a format such as '%Y%m%d'", "{\"type\":\"string\"}",
                                      set_day_format, RK_SHAPE_ONE};

/* "paid_time", or "paid_time:6" for a number of six digits that may have lost leading zeros. */
static bool piece_field(const rk_load *load, const rk_key *row, const rk_node *node, rk_slice text,
                        rk_piece *piece, rk_error *err)
{
    rk_slice name = text;
    const char *colon = memchr(text.at, ':', text.len);
    uint64_t zeros = 0;
    if (colon) {
        name = rk_slice_between(text.at, colon);
        if (!rk_slice_to_u64(rk_slice_between(colon + 1, text.at + text.len), &zeros) ||
            zeros < 1 || zeros > 20)
            return rk_load_fail(load, node, err,
                                "\"%s\" has a field whose number of digits is not 1 to 20",
                                row->name);
    }
    piece->zeros = (uint32_t)zeros;
    return rk_load_field(load, node, name, &piece->field, err);
}

/* Cuts '{paid_on} {paid_time:6}' into pieces. */
static bool cut_pieces(const rk_load *load, const rk_key *row, const rk_node *node, rk_slice text,
                       rk_time_map *map, rk_error *err)
{
    map->pieces = rk_arena_alloc(load->arena, text.len + 1, sizeof *map->pieces);
    bool any = false;
    for (size_t at = 0; at < text.len;) {
        rk_piece *piece = &map->pieces[map->piece_count++];
        const char *from = text.at + at;
        size_t left = text.len - at;
        if (*from == '{') {
            const char *end = memchr(from, '}', left);
            if (!end)
                return rk_load_fail(load, node, err, "\"%s\" has a { without }", row->name);
            if (!piece_field(load, row, node, rk_slice_between(from + 1, end), piece, err))
                return false;
            at += (size_t)(end - from) + 1;
            any = true;
        } else {
            const char *end = memchr(from, '{', left);
            piece->field = RK_NO_FIELD;
            piece->literal = rk_slice_between(from, end ? end : from + left);
            at += piece->literal.len;
        }
    }
    return any || rk_schema_bad(load, row, node, err);
}

/* '{paid_on} {paid_time} as %Y%m%d %H%M%S' */
static bool set_time(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    rk_time_map *map = RK_INTO(rk_time_map, into, row);
    rk_slice text;
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    const char *as = NULL;
    for (size_t i = 0; i + 4 <= text.len; i++)
        if (memcmp(text.at + i, " as ", 4) == 0)
            as = text.at + i;
    if (!as)
        return rk_schema_bad(load, row, node, err);
    *map = (rk_time_map){.given = true};
    map->format = rk_slice_between(as + 4, text.at + text.len);
    return cut_pieces(load, row, node, rk_slice_between(text.at, as), map, err) &&
           rk_load_format(load, row, node, map->format, &map->has_clock, &map->has_zone, err);
}

static const rk_value time_value = {
    "fields and a format such as '{paid_on} {paid_time} as %Y%m%d %H%M%S'", "{\"type\":\"string\"}",
    set_time, RK_SHAPE_ONE};

/* ---- the amount ---- */

static bool end_sign(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_amount_map *amount = into;
    if (node->kind != RK_NODE_MAPPING || rk_node_get(node, "always"))
        return true;
    if (amount->sign_field == RK_NO_FIELD || amount->credit_value_count == 0 ||
        amount->debit_value_count == 0) {
        rk_load_fail(load, node, err, "\"sign\" needs \"field\", \"credit\" and \"debit\"");
        return rk_fail_hint(err, "sign: {field: direction, credit: [CR], debit: [DB]}");
    }
    return true;
}

static const rk_key sign_keys[] = {
    {"always", &rk_value_flag, offsetof(rk_amount_map, negative), .choices = directions,
     .doc = "every amount is money in (credit) or out (debit)"},
    {"field", &rk_value_field, offsetof(rk_amount_map, sign_field),
     .doc = "that holds the direction; the amount's own: it stands beside the digits"},
    {"credit", &rk_value_texts, offsetof(rk_amount_map, credit_values),
     .count_offset = offsetof(rk_amount_map, credit_value_count), .doc = "its values for money in"},
    {"debit", &rk_value_texts, offsetof(rk_amount_map, debit_values),
     .count_offset = offsetof(rk_amount_map, debit_value_count), .doc = "its values for money out"},
};
static const rk_schema sign_schema = {
    .doc = "the direction of money", RK_KEYS(sign_keys), .shorthand = "always", .end = end_sign};

static const rk_key amount_keys[] = {
    {"field", &rk_value_field, offsetof(rk_amount_map, field), .doc = "the amount"},
    {"plus", &rk_value_field, offsetof(rk_amount_map, plus), .doc = "added to it: net + fee"},
    {"plus_flat", &rk_value_rupiah, offsetof(rk_amount_map, plus_flat),
     .doc = "added to each amount above 0: a fee that has no column"},
    {"credit", &rk_value_field, offsetof(rk_amount_map, credit), .doc = "money in, its own column"},
    {"debit", &rk_value_field, offsetof(rk_amount_map, debit), .doc = "money out, its own column"},
    {"sign", &rk_value_mapping, 0, .of = &sign_schema,
     .doc = "debit, or {field, credit: [..], debit: [..]}"},
    {"decimal", &rk_value_choice, offsetof(rk_amount_map, decimal), .choices = decimals,
     .doc = "the decimal sign; default point. auto: either, where the text tells; grouped: either, "
            "and a single sign before three digits groups thousands"},
};

static void begin_amount(void *into)
{
    rk_amount_map *amount = into;
    amount->field = amount->plus = amount->credit = amount->debit = amount->sign_field =
        RK_NO_FIELD;
}

static bool end_amount(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_amount_map *amount = into;
    bool columns = amount->credit != RK_NO_FIELD || amount->debit != RK_NO_FIELD;
    if (columns == (amount->field != RK_NO_FIELD))
        return rk_load_fail(load, node, err,
                            "\"amount\" needs either \"field\", or \"credit\" and \"debit\"");
    if (columns && (amount->plus != RK_NO_FIELD || rk_node_get(node, "sign")))
        return rk_load_fail(load, node, err,
                            "\"plus\" and \"sign\" do not go with \"credit\" and \"debit\"");
    return true;
}

static const rk_schema amount_schema = {.doc = "where the amount is",
                                        .size = sizeof(rk_amount_map),
                                        RK_KEYS(amount_keys),
                                        .shorthand = "field",
                                        .begin = begin_amount,
                                        .end = end_amount};

static const rk_key map_keys[] = {
    {"amount", &rk_value_mapping, offsetof(rk_channel, amount), .of = &amount_schema,
     .doc = "a field, or {field, plus, credit, debit, sign, decimal}"},
    {"billing_code", &rk_value_field, offsetof(rk_channel, billing_code), .doc = "a field"},
    {"reference", &rk_value_field, offsetof(rk_channel, reference), .doc = "a field"},
    {"ntpn", &rk_value_field, offsetof(rk_channel, keys[RK_ALT_NTPN]),
     .doc = "a field: the treasury's receipt number"},
    {"virtual_account", &rk_value_field, offsetof(rk_channel, keys[RK_ALT_VIRTUAL_ACCOUNT]),
     .doc = "a field: the account that was made for the bill"},
    {"application_number", &rk_value_field, offsetof(rk_channel, keys[RK_ALT_APPLICATION_NUMBER]),
     .doc = "a field: the number of the application"},
    {"fee", &rk_value_field, offsetof(rk_channel, fee),
     .doc = "a field: what the channel keeps back when it settles; default what amount adds"},
    {"narrative", &rk_value_fields, offsetof(rk_channel, narrative),
     .doc = "a field, or several that make one text"},
    {"balance", &rk_value_field, offsetof(rk_channel, balance),
     .doc = "a field: the running balance"},
    {"paid", &time_value, offsetof(rk_channel, paid), .doc = "when the customer paid"},
    {"booked", &time_value, offsetof(rk_channel, booked), .doc = "tanggal buku"},
    {"value", &time_value, offsetof(rk_channel, value), .doc = "the value date"},
};
/* What amount and days are, formats that describe themselves say. */
static bool end_map(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    static const char *const described[] = {"amount", "balance", "paid", "booked", "value", NULL};
    if (!rk_is_standard(into)) {
        if (rk_node_get(node, "amount"))
            return true;
        rk_load_fail(load, node, err, "missing key \"amount\"");
        return rk_fail_hint(err, "amount: %s", map_keys[0].doc);
    }
    for (const char *const *key = described; *key; key++)
        if (rk_node_get(node, *key))
            return rk_load_fail(load, rk_node_at(node, *key), err,
                                "\"%s\" is for format: delimited or fixed", *key);
    return true;
}

const rk_schema rk_map_schema = {
    .doc = "which fields make the entry", RK_KEYS(map_keys), .end = end_map};

/* ---- extract ---- */

static const rk_key extract_keys[] = {
    {"from", &rk_value_fields, offsetof(rk_extract, fields), .needed = true,
     .doc = "the field that is searched, or several"},
    {"pattern", &rk_value_pattern, offsetof(rk_extract, pattern), .needed = true,
     .doc = "the bare pattern of the code"},
    {"bounded", &rk_value_flag, offsetof(rk_extract, bounded), .choices = bounds,
     .doc = "digits: no digit may touch it"},
    {"broken_by", &rk_value_flag, offsetof(rk_extract, broken_by_space), .choices = breaks,
     .doc = "space: one blank may stand between any two digits"},
    {"glued", &rk_value_yes, offsetof(rk_extract, glued),
     .doc =
         "a code inside a longer number counts if it is the only one that an application has, and "
         "amount and time agree"},
};

static bool end_extract(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    rk_extract *extract = into;
    extract->given = true;
    return !extract->glued || extract->bounded ||
           rk_load_fail(load, node, err, "\"glued\" is for bounded: digits");
}

static const rk_schema extract_schema = {.doc = "a code in free text",
                                         .size = sizeof(rk_extract),
                                         RK_KEYS(extract_keys),
                                         .end = end_extract};

static const rk_key key_extract_keys[] = {
    {"from", &rk_value_fields, offsetof(rk_key_extract, fields), .needed = true,
     .doc = "the field that is searched, or several"},
    {"pattern", &rk_value_pattern, offsetof(rk_key_extract, pattern), .needed = true,
     .doc = "its pattern; its first group is the key, where it has one"},
};

static const rk_schema key_extract_schema = {
    .doc = "a key in free text", .size = sizeof(rk_key_extract), RK_KEYS(key_extract_keys)};

static const rk_key extracts_keys[] = {
    {"billing_code", &rk_value_mapping, offsetof(rk_channel, extract), .of = &extract_schema,
     .doc = "{from, pattern, bounded, broken_by, glued}"},
    {"ntpn", &rk_value_mapping, offsetof(rk_channel, key_extracts[RK_ALT_NTPN]),
     .of = &key_extract_schema, .doc = "{from, pattern}"},
    {"virtual_account", &rk_value_mapping,
     offsetof(rk_channel, key_extracts[RK_ALT_VIRTUAL_ACCOUNT]), .of = &key_extract_schema,
     .doc = "{from, pattern}"},
    {"application_number", &rk_value_mapping,
     offsetof(rk_channel, key_extracts[RK_ALT_APPLICATION_NUMBER]), .of = &key_extract_schema,
     .doc = "{from, pattern}"},
};

static bool end_extracts(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    (void)into;
    return node->count > 0 || rk_load_fail(load, node, err, "\"extract\" is empty");
}

const rk_schema rk_extracts_schema = {
    .doc = "what is found in free text", RK_KEYS(extracts_keys), .end = end_extracts};
