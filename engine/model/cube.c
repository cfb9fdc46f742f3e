#include "model/cube.h"

#include <stdlib.h>

#include "model/period.h"

static size_t kind_of(const rk_facts *facts, size_t row)
{
    return facts->kind[row] < RK_CUBE_KINDS ? facts->kind[row] : 0;
}

static rk_day latest_day(const rk_facts *facts, size_t row)
{
    rk_day latest = facts->received_on[row];
    const rk_day others[] = {facts->submitted_on[row], facts->paid_on[row], facts->booked_on[row],
                             facts->visit_on ? facts->visit_on[row] : RK_NO_DAY};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        latest = others[i] > latest ? others[i] : latest;
    return latest;
}

static void note_latest(rk_cube_part *part, size_t groups)
{
    for (size_t group = 0; group < groups; group++) {
        rk_day latest = RK_NO_DAY;
        for (size_t i = part->starts[group]; i < part->starts[group + 1]; i++) {
            rk_day day = latest_day(part->facts, part->rows[i]);
            part->latest[i] = latest = day > latest ? day : latest;
        }
    }
}

/* The first of the rows that may fall on `from` or later. */
static size_t skip_until(const rk_cube_part *part, size_t low, size_t high, rk_day from)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (part->latest[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void build_part(rk_cube_part *part, const rk_facts *facts, const rk_cube_maps *maps)
{
    size_t count = facts ? facts->batch.count : 0, groups = RK_CUBE_KINDS * maps->slice_count;
    part->facts = facts;
    part->rows = rk_alloc(count + 1, sizeof *part->rows);
    part->starts = rk_alloc(groups + 2, sizeof *part->starts);
    part->latest = rk_alloc(count + 1, sizeof *part->latest);
    uint32_t *next = part->starts + 1; /* shifted by one: filling moves each start to its place */
    for (size_t row = 0; row < count; row++)
        next[kind_of(facts, row) * maps->slice_count + maps->slice[facts->office[row]] + 1]++;
    for (size_t i = 1; i <= groups; i++)
        next[i] += next[i - 1];
    for (size_t row = 0; row < count; row++)
        part->rows[next[kind_of(facts, row) * maps->slice_count +
                        maps->slice[facts->office[row]]]++] = (uint32_t)row;
    note_latest(part, groups);
}

void rk_cube_build(rk_cube *cube, const rk_facts *stock, const rk_facts *flows, rk_day night,
                   const rk_cube_maps *maps)
{
    cube->maps = maps;
    cube->night = night;
    build_part(&cube->stock, stock, maps);
    build_part(&cube->flows, flows, maps);
}

void rk_cube_free(rk_cube *cube)
{
    free(cube->stock.rows);
    free(cube->stock.starts);
    free(cube->stock.latest);
    free(cube->flows.rows);
    free(cube->flows.starts);
    free(cube->flows.latest);
    *cube = (rk_cube){0};
}

rk_day rk_fact_day(const rk_facts *facts, rk_date_basis on, size_t row)
{
    switch (on) {
    case RK_ON_SUBMITTED:
        return facts->submitted_on[row];
    case RK_ON_PAID:
        return facts->paid_on[row];
    case RK_ON_BOOKED:
        return facts->booked_on[row];
    case RK_ON_VISIT:
        return facts->visit_on[row];
    default:
        return facts->received_on[row];
    }
}

int32_t rk_fact_key(const rk_facts *facts, rk_dimension dimension, size_t row)
{
    switch (dimension) {
    case RK_DIM_OFFICE:
        return facts->office[row];
    case RK_DIM_CHANNEL:
        return facts->channel[row];
    case RK_DIM_SERVICE:
        return facts->service[row];
    case RK_DIM_VALIDITY:
        return facts->validity[row];
    case RK_DIM_PURPOSE:
        return facts->purpose[row];
    case RK_DIM_SOURCE:
        return facts->source[row];
    case RK_DIM_KIND:
        return facts->request_kind[row];
    case RK_DIM_SEX:
        return facts->sex[row];
    case RK_DIM_HELD_BY:
        return facts->held_by[row];
    case RK_DIM_OUTCOME:
        return facts->outcome[row];
    case RK_DIM_STATE:
        return facts->state[row];
    case RK_DIM_FROM_STATE:
        return facts->from_state[row];
    case RK_DIM_STATUS:
        return facts->status[row];
    case RK_DIM_FEE:
        return facts->fee[row];
    case RK_DIM_NIK_CHECK:
        return facts->nik_check[row];
    case RK_DIM_QUEUE:
        return facts->queue[row];
    case RK_DIM_SLOT:
        return facts->slot[row];
    case RK_DIM_ATTENDANCE:
        return facts->attendance[row];
    case RK_DIM_MOVED:
        return facts->moved[row];
    case RK_DIM_PART:
        return facts->part[row];
    case RK_DIM_RATE:
        return facts->rate[row] == RK_NO_MONEY ? 0 : (int32_t)(facts->rate[row] / 100);
    default:
        return 0;
    }
}

static int32_t key_of(const rk_cube *cube, const rk_facts *facts, rk_dimension dimension,
                      rk_date_basis on, size_t row)
{
    switch (dimension) {
    case RK_DIM_PROVINCE:
        return cube->maps->province[facts->office[row]];
    case RK_DIM_ZONE:
        return cube->maps->zone[facts->office[row]];
    case RK_DIM_CHANNEL_KIND:
        return cube->maps->channel_kind[facts->channel[row]];
    case RK_DIM_VERDICT:
        return facts->outcome[row] < RK_OUTCOMES
                   ? (int32_t)rk_outcome_verdict((rk_outcome)facts->outcome[row])
                   : 0;
    case RK_DIM_DAY:
        return rk_fact_day(facts, on, row);
    case RK_DIM_WEEK: {
        rk_day day = rk_fact_day(facts, on, row);
        return day == RK_NO_DAY ? day : rk_days_of(RK_PERIOD_WEEK, day).from;
    }
    case RK_DIM_MONTH: {
        rk_day day = rk_fact_day(facts, on, row);
        return day == RK_NO_DAY ? day : rk_days_of(RK_PERIOD_MONTH, day).from;
    }
    default:
        return rk_fact_key(facts, dimension, row);
    }
}

static bool passes(const rk_cube *cube, const rk_facts *facts, const rk_cube_query *query,
                   size_t row)
{
    for (size_t i = 0; i < query->filter_count; i++) {
        const rk_cube_filter *filter = &query->filters[i];
        int32_t key = key_of(cube, facts, filter->dimension, query->on, row);
        bool found = false;
        for (size_t k = 0; k < filter->key_count && !found; k++)
            found = filter->keys[k] == key;
        if (found == filter->except)
            return false;
    }
    return true;
}

/* The place of `key` in the sorted cells, or where it belongs. */
static size_t place_of(const rk_cube_cells *cells, int32_t key)
{
    size_t low = 0, high = cells->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cells->items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static rk_cube_cell *cell_at(rk_cube_cells *cells, int32_t key)
{
    size_t place = place_of(cells, key);
    if (place < cells->count && cells->items[place].key == key)
        return &cells->items[place];
    cells->items = rk_grow(cells->items, &cells->capacity, cells->count + 1, sizeof *cells->items);
    memmove(cells->items + place + 1, cells->items + place,
            (cells->count - place) * sizeof *cells->items);
    cells->count++;
    cells->items[place] = (rk_cube_cell){.key = key};
    return &cells->items[place];
}

static bool add(rk_money *sum, rk_money more, int sign)
{
    if (sign < 0)
        return !__builtin_sub_overflow(*sum, more, sum);
    return !__builtin_add_overflow(*sum, more, sum);
}

/* Adds the rows of one kind in slices [first, last] whose day by `on` is in [from, until]. */
typedef struct rk_range {
    rk_date_basis on;
    bool all_days;
    rk_day from, until;
    int sign;
    rk_day due; /* only those whose day by the query's `on` is not after it; RK_NO_DAY: all */
} rk_range;

static bool lies_outside(const rk_facts *facts, const rk_cube_query *query, size_t row)
{
    rk_day day = rk_fact_day(facts, (rk_date_basis)(query->outside - 1), row);
    return day == RK_NO_DAY || day < query->from || day > query->until;
}

static bool fold_rows(const rk_cube *cube, const rk_cube_part *part, const rk_cube_query *query,
                      const rk_range *range, size_t first, size_t last, rk_cube_cells *cells)
{
    const rk_facts *facts = part->facts;
    for (size_t i = first; i < last; i++) {
        size_t row = part->rows[i];
        if (!range->all_days) {
            rk_day day = rk_fact_day(facts, range->on, row);
            if (day == RK_NO_DAY || day < range->from || day > range->until)
                continue;
        }
        if (range->due != RK_NO_DAY && rk_fact_day(facts, query->on, row) > range->due)
            continue;
        if (!passes(cube, facts, query, row) ||
            (query->outside && !lies_outside(facts, query, row)))
            continue;
        rk_cube_cell *cell = cell_at(cells, key_of(cube, facts, query->by, query->on, row));
        if (!add(&cell->count, facts->count[row], range->sign) ||
            !add(&cell->amount, facts->amount[row], range->sign))
            return false;
    }
    return true;
}

static bool fold(const rk_cube *cube, const rk_cube_part *part, const rk_cube_query *query,
                 const rk_range *range, rk_cube_cells *cells)
{
    if (!part->facts)
        return true;
    size_t slices = cube->maps->slice_count, base = (size_t)query->of * slices;
    size_t first = query->slice == RK_ALL_SLICES ? 0 : query->slice;
    size_t last = query->slice == RK_ALL_SLICES ? slices - 1 : query->slice;
    bool fits = true;
    for (size_t slice = first; fits && slice <= last; slice++) {
        size_t from = part->starts[base + slice], until = part->starts[base + slice + 1];
        if (!range->all_days)
            from = skip_until(part, from, until, range->from);
        fits = fold_rows(cube, part, query, range, from, until, cells);
    }
    return fits;
}

/* What stands when `day` ends: the stock, and what was received since or, for a day before the
 * night, taken back to it. */
static bool fold_stock(const rk_cube *cube, const rk_cube_query *query, rk_day day,
                       rk_cube_cells *cells)
{
    rk_day due = query->what == RK_CUBE_DUE ? day : RK_NO_DAY;
    rk_range all = {.all_days = true, .sign = 1, .due = due};
    rk_range since = {RK_ON_RECEIVED, false, cube->night, day, 1, due};
    if (day < cube->night - 1)
        since = (rk_range){RK_ON_RECEIVED, false, day + 1, cube->night - 1, -1, due};
    return fold(cube, &cube->stock, query, &all, cells) &&
           fold(cube, &cube->flows, query, &since, cells);
}

bool rk_cube_ask(const rk_cube *cube, const rk_cube_query *query, rk_cube_cells *cells,
                 rk_error *err)
{
    cells->count = 0;
    bool fits = false;
    rk_range flow = {query->on, false, query->from, query->until, 1, RK_NO_DAY};
    switch (query->what) {
    case RK_CUBE_FLOW:
        fits = fold(cube, &cube->flows, query, &flow, cells);
        break;
    case RK_CUBE_BEFORE:
        fits = fold_stock(cube, query, query->from - 1, cells);
        break;
    case RK_CUBE_AFTER:
    case RK_CUBE_DUE:
        fits = fold_stock(cube, query, query->until, cells);
        break;
    }
    return fits || rk_fail(err, RK_INVALID, "a sum over facts is beyond 64 bits");
}

rk_cube_cell rk_cube_cell_of(const rk_cube_cells *cells, int32_t key)
{
    size_t place = place_of(cells, key);
    if (place < cells->count && cells->items[place].key == key)
        return cells->items[place];
    return (rk_cube_cell){.key = key};
}

static bool part_uses(const rk_cube *cube, const rk_cube_part *part, size_t slice, bool by_payouts)
{
    for (size_t kind = 0; kind < RK_FACT_SETTLEMENT; kind++) { /* those are no office's */
        size_t group = kind * cube->maps->slice_count + slice;
        bool all = by_payouts || kind != RK_FACT_ENTRY;
        for (size_t i = part->starts[group]; i < part->starts[group + 1]; i++)
            if (all || part->facts->outcome[part->rows[i]] != RK_SETTLEMENT)
                return true;
    }
    return false;
}

bool rk_cube_slice_used(const rk_cube *cube, size_t slice, bool by_payouts)
{
    return part_uses(cube, &cube->stock, slice, by_payouts) ||
           part_uses(cube, &cube->flows, slice, by_payouts);
}

void rk_cube_cells_free(rk_cube_cells *cells)
{
    free(cells->items);
    *cells = (rk_cube_cells){0};
}
