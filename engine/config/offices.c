/* rules/offices.yaml */
#include "config/load.h"

#include <stdlib.h>

/* Reads the zone and keeps its name. */
static bool set_office_zone(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                            rk_error *err)
{
    rk_office *office = into;
    return rk_value_zone.set(load, row, node, into, err) &&
           rk_load_name(load, node, node->text, &office->zone_name, err);
}

static const rk_value office_zone = {"WIB, WITA, WIT or a zone such as Asia/Jakarta",
                                     "{\"type\":\"string\"}", set_office_zone, RK_SHAPE_ONE};

static const rk_key office_keys[] = {
    {"office", &rk_value_name, offsetof(rk_office, office), .needed = true,
     .doc = "the code that applications carry"},
    {"name", &rk_value_text, offsetof(rk_office, name), .needed = true, .doc = "as people call it"},
    {"class", &rk_value_text, offsetof(rk_office, class_name), .doc = "Kelas I TPI, ..."},
    {"province", &rk_value_name, offsetof(rk_office, province), .needed = true,
     .doc = "the province it lies in"},
    {"zone", &office_zone, offsetof(rk_office, zone), .needed = true, .doc = "WIB, WITA or WIT"},
    {"satker", &rk_value_text, offsetof(rk_office, satker), .doc = "the treasury's unit code"},
    {"from", &rk_value_day, offsetof(rk_office, from),
     .doc = "the first day on which the row holds"},
    {"until", &rk_value_day, offsetof(rk_office, until),
     .doc = "the first day on which it does not"},
};

static void begin_office(void *into)
{
    rk_office *office = into;
    office->from = office->until = RK_NO_DAY;
}

static bool end_office(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_office *office = into;
    if (rk_slice_is(rk_names_text(load->names, office->office), "-"))
        return rk_load_fail(load, rk_node_at(node, "office"), err,
                            "\"-\" stands for money without an office");
    return rk_load_check_days(load, node, office->from, office->until, err);
}

const rk_schema rk_office_schema = {
    .doc = "one row of an office for the days on which it holds",
    .size = sizeof(rk_office),
    RK_KEYS(office_keys),
    .begin = begin_office,
    .end = end_office,
};

typedef struct placed_office {
    rk_office office;
    rk_slice code;
    const rk_node *node;
} placed_office;

static int by_code_and_from(const void *left, const void *right)
{
    const placed_office *a = left, *b = right;
    int order = rk_slice_compare(a->code, b->code);
    if (order == 0)
        order = a->office.from < b->office.from ? -1 : a->office.from > b->office.from;
    return order ? order : (a->node->line > b->node->line) - (a->node->line < b->node->line);
}

static bool check_overlaps(const rk_load *load, const placed_office *rows, size_t count,
                           rk_error *err)
{
    for (size_t i = 1; i < count; i++) {
        const placed_office *a = &rows[i - 1], *b = &rows[i];
        if (a->office.office != b->office.office ||
            !rk_days_overlap(a->office.from, a->office.until, b->office.from, b->office.until))
            continue;
        const placed_office *later = a->node->line > b->node->line ? a : b;
        const placed_office *earlier = later == a ? b : a;
        rk_load_fail(load, later->node, err, "two rows of office \"%.*s\" hold on the same day",
                     RK_FMT(a->code));
        return rk_fail_hint(err,
                            "the other is line %zu; `until` is the first day on which a row "
                            "no longer holds",
                            earlier->node->line);
    }
    return true;
}

static void index_offices(const rk_load *load, rk_offices *offices)
{
    offices->first_count = load->names->count;
    offices->first = rk_arena_alloc(load->arena, offices->first_count, sizeof *offices->first);
    for (size_t i = offices->count; i-- > 0;)
        offices->first[offices->items[i].office] = (uint32_t)i + 1;
}

bool rk_load_offices(const rk_load *load, const rk_node *root, rk_error *err)
{
    rk_offices *offices = &load->rules->offices;
    if (!rk_schema_bind_list(load, &rk_office_schema, root, &offices->items, &offices->count,
                             err) ||
        !rk_load_name(load, root, RK_S("-"), &offices->none, err))
        return false;
    placed_office *rows = rk_arena_alloc(load->arena, offices->count, sizeof *rows);
    for (size_t i = 0; i < offices->count; i++)
        rows[i] =
            (placed_office){offices->items[i], rk_names_text(load->names, offices->items[i].office),
                            root->items[i]};
    qsort(rows, offices->count, sizeof *rows, by_code_and_from);
    if (!check_overlaps(load, rows, offices->count, err))
        return false;
    for (size_t i = 0; i < offices->count; i++)
        offices->items[i] = rows[i].office;
    index_offices(load, offices);
    return true;
}

const rk_office *rk_office_on(const rk_offices *offices, rk_name office, rk_day on)
{
    if (office >= offices->first_count || offices->first[office] == 0)
        return NULL;
    const rk_office *found = &offices->items[offices->first[office] - 1];
    const rk_office *end = offices->items + offices->count;
    /* Before the first row the first is nearest; in a gap, and after the last, the one before. */
    for (const rk_office *row = found + 1; row < end && row->office == office; row++)
        if (row->from == RK_NO_DAY || on >= row->from)
            found = row;
    return found;
}

bool rk_load_check_office(const rk_load *load, const rk_node *node, rk_name office, rk_error *err)
{
    const rk_offices *offices = &load->rules->offices;
    if (rk_office_on(offices, office, 0))
        return true;
    rk_slice text = rk_names_text(load->names, office);
    rk_load_fail(load, node, err, "unknown office \"%.*s\"", RK_FMT(text));
    rk_nearest nearest = rk_nearest_to(text);
    for (size_t i = 0; i < offices->count; i++)
        rk_nearest_try(&nearest, rk_names_text(load->names, offices->items[i].office));
    return rk_nearest_hint(&nearest, err);
}
