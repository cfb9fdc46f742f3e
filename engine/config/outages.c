/* rules/outages.yaml */
#include "config/load.h"

static const rk_choice functions[] = {{"registration", RK_FUNCTION_REGISTRATION},
                                      {"payment", RK_FUNCTION_PAYMENT},
                                      {"printing", RK_FUNCTION_PRINTING},
                                      {"same_day", RK_FUNCTION_SAME_DAY},
                                      {NULL, 0}};
static const rk_choice pauses[] = {
    {"outage", RK_FUNCTIONS},           {"registration", RK_FUNCTION_REGISTRATION},
    {"payment", RK_FUNCTION_PAYMENT},   {"printing", RK_FUNCTION_PRINTING},
    {"same_day", RK_FUNCTION_SAME_DAY}, {NULL, 0}};

static bool set_bits(const rk_load *load, const rk_key *row, const rk_choice *choices,
                     const rk_node *node, void *into, rk_error *err)
{
    unsigned *bits = RK_INTO(unsigned, into, row);
    if (node->kind != RK_NODE_SEQUENCE || node->count == 0)
        return rk_schema_bad(load, row, node, err);
    for (size_t i = 0; i < node->count; i++) {
        int bit;
        rk_key item = *row;
        item.offset = 0;
        item.choices = choices;
        if (!rk_value_choice.set(load, &item, node->items[i], &bit, err))
            return false;
        *bits |= (unsigned)bit;
    }
    return true;
}

static bool set_functions(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                          rk_error *err)
{
    return set_bits(load, row, functions, node, into, err);
}

static bool set_pauses(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    return set_bits(load, row, pauses, node, into, err);
}

#define WORDS "\"registration\",\"payment\",\"printing\",\"same_day\""

const rk_value rk_value_functions = {
    "a list of registration, payment, printing, same_day",
    "{\"type\":\"array\",\"minItems\":1,\"items\":{\"enum\":[" WORDS "]}}", set_functions,
    RK_SHAPE_ONE};
const rk_value rk_value_pauses = {
    "a list: [outage], or of registration, payment, printing, same_day",
    "{\"type\":\"array\",\"minItems\":1,\"items\":{\"enum\":[\"outage\"," WORDS "]}}", set_pauses,
    RK_SHAPE_ONE};

static const rk_key outage_keys[] = {
    {"outage", &rk_value_name, offsetof(rk_outage, outage), .needed = true,
     .doc = "its name, as history and sheets show it"},
    {"label", &rk_value_label, offsetof(rk_outage, label), .doc = "what people read"},
    {"from", &rk_value_local, offsetof(rk_outage, from), .needed = true,
     .doc = "its first moment; without an offset on the clock of each office"},
    {"until", &rk_value_local, offsetof(rk_outage, until),
     .doc = "the first moment behind it; absent: not over yet"},
    {"functions", &rk_value_functions, offsetof(rk_outage, functions),
     .doc = "what was out of order; absent: everything"},
    {"offices", &rk_value_names, offsetof(rk_outage, offices.items),
     .count_offset = offsetof(rk_outage, offices.count), .doc = "absent: the whole nation"},
    {"channels", &rk_value_names, offsetof(rk_outage, channels.items),
     .count_offset = offsetof(rk_outage, channels.count),
     .doc = "payment channels; absent: all. Who does not say through which one counts as well"},
};

static void begin_outage(void *into)
{
    rk_outage *outage = into;
    outage->from.at = outage->until.at = RK_NO_MOMENT;
}

static bool check_lists(const rk_load *load, const rk_node *node, const rk_outage *outage,
                        rk_error *err)
{
    for (size_t i = 0; i < outage->offices.count; i++)
        if (!rk_load_check_office(load, rk_node_at(node, "offices"), outage->offices.items[i], err))
            return false;
    for (size_t i = 0; i < outage->channels.count; i++)
        if (!rk_channel_find(load->rules, outage->channels.items[i]))
            return rk_load_fail(load, rk_node_at(node, "channels"), err, "unknown channel \"%.*s\"",
                                RK_FMT(rk_names_text(load->names, outage->channels.items[i])));
    return true;
}

static bool end_outage(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    rk_outage *outage = into;
    bool is_over = outage->until.at != RK_NO_MOMENT;
    if (outage->functions == 0)
        outage->functions = RK_FUNCTIONS;
    if (is_over && outage->from.is_fixed != outage->until.is_fixed)
        return rk_load_fail(load, rk_node_at(node, "until"), err,
                            "\"from\" and \"until\" must both have an offset, or neither");
    if (is_over && outage->until.at <= outage->from.at)
        return rk_load_fail(load, rk_node_at(node, "until"), err,
                            "\"until\" must be after \"from\"");
    return check_lists(load, node, outage, err);
}

const rk_schema rk_outage_schema = {
    .doc = "a time in which people could not register or pay",
    .size = sizeof(rk_outage),
    RK_KEYS(outage_keys),
    .begin = begin_outage,
    .end = end_outage,
};

static void find_span(rk_outages *outages)
{
    outages->first = INT64_MAX;
    outages->last = INT64_MIN;
    for (size_t i = 0; i < outages->count; i++) {
        const rk_outage *outage = &outages->items[i];
        rk_moment from = rk_local_at(outage->from, RK_ZONE_EAST);
        rk_moment until =
            outage->until.at == RK_NO_MOMENT ? INT64_MAX : rk_local_at(outage->until, RK_ZONE_WEST);
        outages->first = from < outages->first ? from : outages->first;
        outages->last = until > outages->last ? until : outages->last;
    }
}

bool rk_load_outages(const rk_load *load, const rk_node *root, rk_error *err)
{
    rk_outages *outages = &load->rules->outages;
    if (root->kind == RK_NODE_SEQUENCE && root->count == 0)
        return true;
    if (!rk_schema_bind_list(load, &rk_outage_schema, root, &outages->items, &outages->count, err))
        return false;
    for (size_t i = 0; i < outages->count; i++)
        for (size_t j = 0; j < i; j++)
            if (outages->items[j].outage == outages->items[i].outage)
                return rk_load_fail(load, rk_node_at(root->items[i], "outage"), err,
                                    "a second outage \"%.*s\"",
                                    RK_FMT(rk_names_text(load->names, outages->items[i].outage)));
    find_span(outages);
    return true;
}

const rk_outage *rk_outage_find(const rk_outages *outages, rk_name outage)
{
    for (size_t i = 0; i < outages->count; i++)
        if (outage != 0 && outages->items[i].outage == outage)
            return &outages->items[i];
    return NULL;
}
