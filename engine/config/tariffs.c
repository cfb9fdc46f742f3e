/* rules/tariffs.yaml */
#include "config/load.h"

#include <stdlib.h>

/* Words of one application's charges, its price included. */
enum { FEES_MAX = 64 };

static const rk_choice clocks[] = {
    {"submitted_at", RK_CLOCK_SUBMITTED}, {"billed_at", RK_CLOCK_BILLED}, {NULL, 0}};

/* The price's label: one value of two members. */
static bool set_price_label(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                            rk_error *err)
{
    rk_price *price = into;
    rk_label label = {0};
    rk_key at_start = *row;
    at_start.offset = 0;
    if (!rk_value_label.set(load, &at_start, node, &label, err))
        return false;
    price->label_id = label.id;
    price->label_en = label.en;
    return true;
}

static const rk_value price_label = {"a text or {id: ..., en: ...}", "{}", set_price_label,
                                     RK_SHAPE_ONE};

static const rk_key price_keys[] = {
    {"service", &rk_value_name, offsetof(rk_price, service), .needed = true,
     .doc = "as applications name it"},
    {"validity", &rk_value_name, offsetof(rk_price, validity), .doc = "years; absent: any"},
    {"amount", &rk_value_rupiah, offsetof(rk_price, amount_minor), .needed = true,
     .doc = "whole rupiah; 0: nothing is due"},
    {"label", &price_label, 0, .doc = "as sheets call the service"},
};
static const rk_schema price_schema = {
    .doc = "the price of a service", .size = sizeof(rk_price), RK_KEYS(price_keys)};

static const rk_key charge_keys[] = {
    {"charge", &rk_value_text, offsetof(rk_charge, charge), .needed = true,
     .doc = "a word of the column charges"},
    {"service", &rk_value_name, offsetof(rk_charge, service), .doc = "absent: any"},
    {"amount", &rk_value_rupiah, offsetof(rk_charge, amount_minor), .needed = true,
     .doc = "whole rupiah, on top of the price"},
};
static const rk_schema charge_schema = {
    .doc = "what is charged on top", .size = sizeof(rk_charge), RK_KEYS(charge_keys)};

static const rk_key tariff_keys[] = {
    {"from", &rk_value_day, offsetof(rk_tariff, from), .needed = true,
     .doc = "the first day on which the tariff holds"},
    {"until", &rk_value_day, offsetof(rk_tariff, until),
     .doc = "the first day on which it does not"},
    {"clock", &rk_value_choice, offsetof(rk_tariff, clock), .choices = clocks,
     .doc = "the date that chooses the tariff; default submitted_at"},
    {"legal", &rk_value_text, offsetof(rk_tariff, legal), .doc = "the regulation"},
    {"prices", &rk_value_list, offsetof(rk_tariff, prices), .needed = true,
     .count_offset = offsetof(rk_tariff, price_count), .of = &price_schema,
     .doc = "a list of {service, validity, amount, label}"},
    {"charges", &rk_value_list, offsetof(rk_tariff, charges),
     .count_offset = offsetof(rk_tariff, charge_count), .of = &charge_schema,
     .doc = "a list of {charge, service, amount}"},
};

static void begin_tariff(void *into)
{
    rk_tariff *tariff = into;
    tariff->from = tariff->until = RK_NO_DAY;
}

static bool check_prices(const rk_load *load, const rk_node *node, const rk_tariff *tariff,
                         rk_error *err)
{
    const rk_node *list = rk_node_at(node, "prices");
    for (size_t i = 0; i < tariff->price_count; i++)
        for (size_t j = 0; j < i; j++)
            if (tariff->prices[i].service == tariff->prices[j].service &&
                tariff->prices[i].validity == tariff->prices[j].validity)
                return rk_load_fail(
                    load, list->items[i], err,
                    "a second price of \"%.*s\" with the same validity (the first: line %zu)",
                    RK_FMT(rk_names_text(load->names, tariff->prices[i].service)),
                    list->items[j]->line);
    return true;
}

static bool check_charges(const rk_load *load, const rk_node *node, const rk_tariff *tariff,
                          rk_error *err)
{
    const rk_node *list = rk_node_at(node, "charges");
    for (size_t i = 0; i < tariff->charge_count; i++) {
        const rk_charge *charge = &tariff->charges[i];
        bool known = charge->service == 0;
        for (size_t j = 0; j < tariff->price_count; j++)
            known = known || tariff->prices[j].service == charge->service;
        if (!known)
            return rk_load_fail(load, rk_node_at(list->items[i], "service"), err,
                                "service \"%.*s\" has no price in this tariff",
                                RK_FMT(rk_names_text(load->names, charge->service)));
        for (size_t j = 0; j < i; j++)
            if (rk_slice_equal(charge->charge, tariff->charges[j].charge) &&
                charge->service == tariff->charges[j].service)
                return rk_load_fail(load, list->items[i], err,
                                    "a second charge \"%.*s\" (the first: line %zu)",
                                    RK_FMT(charge->charge), list->items[j]->line);
    }
    return true;
}

static bool end_tariff(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_tariff *tariff = into;
    return rk_load_check_days(load, node, tariff->from, tariff->until, err) &&
           check_prices(load, node, tariff, err) && check_charges(load, node, tariff, err);
}

const rk_schema rk_tariff_schema = {
    .doc = "what services cost while a regulation holds",
    .size = sizeof(rk_tariff),
    RK_KEYS(tariff_keys),
    .begin = begin_tariff,
    .end = end_tariff,
};

/* ---- indexes ---- */

/* Services are numbered in the order of first sight; a later label replaces an earlier one. */
static void number_services(const rk_load *load, rk_tariffs *tariffs)
{
    size_t prices = 0;
    for (size_t i = 0; i < tariffs->count; i++)
        prices += tariffs->items[i].price_count;
    tariffs->name_count = load->names->count;
    tariffs->order = rk_arena_alloc(load->arena, tariffs->name_count, sizeof *tariffs->order);
    tariffs->labels = rk_arena_alloc(load->arena, prices, sizeof *tariffs->labels);
    for (size_t i = 0; i < tariffs->count; i++)
        for (size_t j = 0; j < tariffs->items[i].price_count; j++) {
            const rk_price *price = &tariffs->items[i].prices[j];
            uint32_t *order = &tariffs->order[price->service];
            if (*order == 0) {
                *order = (uint32_t)++tariffs->service_count;
                tariffs->labels[*order - 1].id = rk_names_text(load->names, price->service);
            }
            if (price->label_id.len)
                tariffs->labels[*order - 1] = (rk_label){price->label_id, price->label_en};
        }
}

/* Puts the prices of each service together, in the order of services, in file order among them. */
static void group_prices(const rk_load *load, const rk_tariffs *tariffs, rk_tariff *tariff)
{
    rk_price *sorted = rk_arena_alloc(load->arena, tariff->price_count, sizeof *sorted);
    tariff->first = rk_arena_alloc(load->arena, tariffs->service_count + 1, sizeof *tariff->first);
    for (size_t j = 0; j < tariff->price_count; j++)
        tariff->first[tariffs->order[tariff->prices[j].service]]++;
    for (size_t s = 0; s < tariffs->service_count; s++)
        tariff->first[s + 1] += tariff->first[s];
    uint32_t *next = rk_alloc(tariffs->service_count + 1, sizeof *next);
    memcpy(next, tariff->first, (tariffs->service_count + 1) * sizeof *next);
    for (size_t j = 0; j < tariff->price_count; j++)
        sorted[next[tariffs->order[tariff->prices[j].service] - 1]++] = tariff->prices[j];
    free(next);
    tariff->prices = sorted;
}

static bool check_order(const rk_load *load, const rk_node *root, const rk_tariffs *tariffs,
                        rk_error *err)
{
    for (size_t i = 1; i < tariffs->count; i++) {
        const rk_tariff *before = &tariffs->items[i - 1], *tariff = &tariffs->items[i];
        if (tariff->from < before->from)
            return rk_load_fail(load, rk_node_at(root->items[i], "from"), err,
                                "tariffs must be in the order of their \"from\"");
        if (rk_days_overlap(before->from, before->until, tariff->from, tariff->until) &&
            before->until != RK_NO_DAY)
            return rk_load_fail(load, rk_node_at(root->items[i], "from"), err,
                                "two tariffs hold on the same day (the other: line %zu)",
                                root->items[i - 1]->line);
        if (tariff->from == before->from)
            return rk_load_fail(load, rk_node_at(root->items[i], "from"), err,
                                "two tariffs begin on the same day (the other: line %zu)",
                                root->items[i - 1]->line);
    }
    return true;
}

bool rk_load_tariffs(const rk_load *load, const rk_node *root, rk_error *err)
{
    rk_tariffs *tariffs = &load->rules->tariffs;
    if (!rk_schema_bind_list(load, &rk_tariff_schema, root, &tariffs->items, &tariffs->count,
                             err) ||
        !check_order(load, root, tariffs, err))
        return false;
    for (size_t i = 0; i < tariffs->count; i++)
        for (size_t j = 0; j < tariffs->items[i].charge_count; j++) {
            rk_charge *charge = &tariffs->items[i].charges[j];
            if (!rk_load_name(load, root, charge->charge, &charge->name, err))
                return false;
        }
    number_services(load, tariffs);
    for (size_t i = 0; i < tariffs->count; i++)
        group_prices(load, tariffs, &tariffs->items[i]);
    return true;
}

/* ---- looking up ---- */

static const rk_tariff *tariff_on(const rk_tariffs *tariffs, rk_day submitted_on, rk_day billed_on)
{
    for (size_t i = tariffs->count; i-- > 0;) {
        const rk_tariff *tariff = &tariffs->items[i];
        bool billed = tariff->clock == RK_CLOCK_BILLED && billed_on != RK_NO_DAY;
        if (rk_day_holds(tariff->from, tariff->until, billed ? billed_on : submitted_on))
            return tariff;
    }
    return NULL;
}

static rk_money price_of(const rk_tariff *tariff, uint32_t service, rk_name validity)
{
    rk_money any = RK_NO_MONEY;
    for (uint32_t j = tariff->first[service]; j < tariff->first[service + 1]; j++) {
        if (tariff->prices[j].validity == validity)
            return tariff->prices[j].amount_minor;
        if (tariff->prices[j].validity == 0)
            any = tariff->prices[j].amount_minor;
    }
    return any;
}

static const rk_charge *charge_of(const rk_tariff *tariff, rk_slice word, rk_name service)
{
    const rk_charge *any = NULL;
    for (size_t i = 0; i < tariff->charge_count; i++) {
        const rk_charge *charge = &tariff->charges[i];
        if (!rk_slice_equal(charge->charge, word))
            continue;
        if (charge->service == service)
            return charge;
        if (charge->service == 0)
            any = charge;
    }
    return any;
}

static bool is_between_words(char c)
{
    return c == ';' || c == ',' || c == ' ';
}

/* Adds the charges that `words` names; 0 when one is unknown or there is no room. */
static size_t add_charges(const rk_tariff *tariff, rk_name service, rk_slice words, rk_fee *fees,
                          size_t count, size_t most)
{
    for (size_t at = 0; at < words.len; at++) {
        size_t from = at;
        while (at < words.len && !is_between_words(words.at[at]))
            at++;
        if (at == from)
            continue;
        const rk_charge *charge =
            charge_of(tariff, (rk_slice){words.at + from, at - from}, service);
        if (!charge || count == most)
            return 0;
        fees[count++] = (rk_fee){charge->name, charge->amount_minor};
    }
    return count;
}

rk_slice rk_tariff_legal(const rk_tariffs *tariffs, rk_day submitted_on, rk_day billed_on)
{
    const rk_tariff *tariff = tariff_on(tariffs, submitted_on, billed_on);
    return tariff ? tariff->legal : (rk_slice){"", 0};
}

size_t rk_tariff_fees(const rk_tariffs *tariffs, rk_name service, rk_name validity,
                      rk_slice charges, rk_day submitted_on, rk_day billed_on, rk_fee *fees,
                      size_t most)
{
    size_t order = rk_tariff_order(tariffs, service);
    const rk_tariff *tariff = tariff_on(tariffs, submitted_on, billed_on);
    if (!tariff || order == SIZE_MAX || most == 0)
        return 0;
    fees[0] = (rk_fee){service, price_of(tariff, (uint32_t)order, validity)};
    if (fees[0].rate_minor == RK_NO_MONEY)
        return 0;
    return add_charges(tariff, service, charges, fees, 1, most);
}

rk_money rk_tariff_due(const rk_tariffs *tariffs, rk_name service, rk_name validity,
                       rk_slice charges, rk_day submitted_on, rk_day billed_on)
{
    rk_fee fees[FEES_MAX];
    size_t count = rk_tariff_fees(tariffs, service, validity, charges, submitted_on, billed_on,
                                  fees, FEES_MAX);
    rk_money due = 0;
    for (size_t i = 0; i < count; i++)
        if (!rk_money_add(&due, fees[i].rate_minor))
            return RK_NO_MONEY;
    return count ? due : RK_NO_MONEY;
}

size_t rk_tariff_order(const rk_tariffs *tariffs, rk_name service)
{
    if (service >= tariffs->name_count || tariffs->order[service] == 0)
        return SIZE_MAX;
    return tariffs->order[service] - 1;
}

rk_slice rk_tariff_label(const rk_tariffs *tariffs, rk_name service, rk_language language)
{
    size_t order = rk_tariff_order(tariffs, service);
    return order == SIZE_MAX ? (rk_slice){"", 0} : rk_label_in(&tariffs->labels[order], language);
}

bool rk_load_check_service(const rk_load *load, const rk_node *node, rk_name service, rk_error *err)
{
    const rk_tariffs *tariffs = &load->rules->tariffs;
    if (rk_tariff_order(tariffs, service) != SIZE_MAX)
        return true;
    rk_slice text = rk_names_text(load->names, service);
    rk_load_fail(load, node, err, "unknown service \"%.*s\"", RK_FMT(text));
    rk_nearest nearest = rk_nearest_to(text);
    for (size_t name = 0; name < tariffs->name_count; name++)
        if (tariffs->order[name])
            rk_nearest_try(&nearest, rk_names_text(load->names, (rk_name)name));
    return rk_nearest_hint(&nearest, err);
}
