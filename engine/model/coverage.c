#include "model/coverage.h"

#include <stdlib.h>

#define COLUMN(name, type, member) \
    { \
        name, type, offsetof(rk_coverage, member), 0 \
    }

const rk_column rk_coverage_columns[] = {
    COLUMN("channel", RK_TYPE_NAME, channel),
    COLUMN("from", RK_TYPE_DAY, from),
    COLUMN("until", RK_TYPE_DAY, until),
};
const size_t rk_coverage_column_count = sizeof rk_coverage_columns / sizeof *rk_coverage_columns;

void rk_coverage_init(rk_coverage *coverage)
{
    rk_batch_init(&coverage->batch, rk_coverage_columns, rk_coverage_column_count, 64, 7);
}

/* Whether row `row` stands behind (channel, day). */
static bool is_behind(const rk_coverage *c, const rk_names *names, size_t row, rk_name channel,
                      rk_day day)
{
    int order =
        rk_slice_compare(rk_names_text(names, c->channel[row]), rk_names_text(names, channel));
    return order > 0 || (order == 0 && c->from[row] > day);
}

static void set_row(rk_coverage *c, size_t row, rk_name channel, rk_day from, rk_day until)
{
    c->channel[row] = channel;
    c->from[row] = from;
    c->until[row] = until;
}

static void remove_row(rk_coverage *c, size_t row)
{
    for (; row + 1 < c->batch.count; row++)
        set_row(c, row, c->channel[row + 1], c->from[row + 1], c->until[row + 1]);
    c->batch.count--;
}

void rk_coverage_add(rk_coverage *c, const rk_names *names, rk_name channel, rk_day from,
                     rk_day until)
{
    if (from == RK_NO_DAY || until == RK_NO_DAY || until < from)
        return;
    for (size_t row = 0; row < c->batch.count;) {
        bool touches =
            c->channel[row] == channel && c->from[row] <= until + 1 && from <= c->until[row] + 1;
        if (!touches) {
            row++;
            continue;
        }
        from = c->from[row] < from ? c->from[row] : from;
        until = c->until[row] > until ? c->until[row] : until;
        remove_row(c, row);
    }
    size_t row = rk_batch_append(&c->batch);
    for (; row > 0 && is_behind(c, names, row - 1, channel, from); row--)
        set_row(c, row, c->channel[row - 1], c->from[row - 1], c->until[row - 1]);
    set_row(c, row, channel, from, until);
}

bool rk_coverage_has(const rk_coverage *c, rk_name channel, rk_day from, rk_day until)
{
    for (size_t row = 0; row < c->batch.count; row++)
        if (c->channel[row] == channel && c->from[row] <= from && until <= c->until[row])
            return true;
    return false;
}

void rk_gaps_add(rk_gaps *gaps, rk_name held_by, rk_moment from, rk_moment until)
{
    if (from >= until)
        return;
    rk_gap *last = gaps->count ? &gaps->items[gaps->count - 1] : NULL;
    if (last && last->held_by == held_by && from <= last->until && until >= last->from) {
        last->from = from < last->from ? from : last->from;
        last->until = until > last->until ? until : last->until;
        return;
    }
    gaps->items = rk_grow(gaps->items, &gaps->capacity, gaps->count + 1, sizeof *gaps->items);
    gaps->items[gaps->count++] = (rk_gap){held_by, from, until};
}

void rk_gaps_cut(rk_gaps *gaps, rk_name held_by, rk_moment from, rk_moment until)
{
    size_t count = gaps->count;
    for (size_t i = 0; i < count; i++) {
        rk_gap gap = gaps->items[i];
        if (gap.held_by != held_by || gap.until <= from || until <= gap.from)
            continue;
        gaps->items[i].until =
            gap.from < from ? from : gap.from; /* empty where nothing is before */
        if (gap.until <= until)
            continue;
        gaps->items = rk_grow(gaps->items, &gaps->capacity, gaps->count + 1, sizeof *gaps->items);
        gaps->items[gaps->count++] = (rk_gap){held_by, until, gap.until};
    }
    size_t kept = 0;
    for (size_t i = 0; i < gaps->count; i++)
        if (gaps->items[i].from < gaps->items[i].until)
            gaps->items[kept++] = gaps->items[i];
    gaps->count = kept;
}
