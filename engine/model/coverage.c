#include "model/coverage.h"

#include <stdlib.h>

#define COLUMN(name, type, member) \
    { \
        name, type, offsetof(rk_coverage, member), 0 \
    }

const rk_column rk_coverage_columns[] = {
    COLUMN("channel", RK_TYPE_NAME, channel),
    {"account", RK_TYPE_NAME, offsetof(rk_coverage, account), RK_COLUMN_SPARSE},
    COLUMN("from", RK_TYPE_DAY, from),
    COLUMN("until", RK_TYPE_DAY, until),
};
const size_t rk_coverage_column_count = sizeof rk_coverage_columns / sizeof *rk_coverage_columns;

void rk_coverage_init(rk_coverage *coverage)
{
    rk_batch_init(&coverage->batch, rk_coverage_columns, rk_coverage_column_count, 64, UINT64_MAX);
}

/* Whether row `row` stands behind (channel, account, day). */
static bool is_behind(const rk_coverage *c, const rk_names *names, size_t row, rk_name channel,
                      rk_name account, rk_day day)
{
    int order =
        rk_slice_compare(rk_names_text(names, c->channel[row]), rk_names_text(names, channel));
    if (order == 0)
        order =
            rk_slice_compare(rk_names_text(names, c->account[row]), rk_names_text(names, account));
    return order > 0 || (order == 0 && c->from[row] > day);
}

static void remove_row(rk_coverage *c, size_t row)
{
    for (; row + 1 < c->batch.count; row++)
        rk_batch_copy_row(&c->batch, row + 1, &c->batch, row);
    c->batch.count--;
}

void rk_coverage_add(rk_coverage *c, const rk_names *names, rk_name channel, rk_name account,
                     rk_day from, rk_day until)
{
    if (from == RK_NO_DAY || until == RK_NO_DAY || until < from)
        return;
    for (size_t row = 0; row < c->batch.count;) {
        bool touches = c->channel[row] == channel && c->account[row] == account &&
                       c->from[row] <= until + 1 && from <= c->until[row] + 1;
        if (!touches) {
            row++;
            continue;
        }
        from = c->from[row] < from ? c->from[row] : from;
        until = c->until[row] > until ? c->until[row] : until;
        remove_row(c, row);
    }
    size_t row = rk_batch_append(&c->batch);
    for (; row > 0 && is_behind(c, names, row - 1, channel, account, from); row--)
        rk_batch_copy_row(&c->batch, row - 1, &c->batch, row);
    c->channel[row] = channel;
    c->account[row] = account;
    c->from[row] = from;
    c->until[row] = until;
}

void rk_coverage_cut(rk_coverage *c, const rk_names *names, rk_name channel, rk_name account,
                     rk_day from, rk_day until)
{
    for (size_t row = 0; row < c->batch.count;) {
        bool of_it = c->channel[row] == channel && (account == 0 || c->account[row] == account);
        rk_name own = c->account[row];
        rk_day begins = c->from[row], ends = c->until[row];
        if (!of_it || until < begins || ends < from) {
            row++;
            continue;
        }
        remove_row(c, row);
        rk_coverage_add(c, names, channel, own, begins, from - 1);
        rk_coverage_add(c, names, channel, own, until + 1, ends);
        row = 0;
    }
}

/* What was told before the rules knew accounts was told of all of them. */
bool rk_coverage_has(const rk_coverage *c, rk_name channel, rk_name account, rk_day from,
                     rk_day until)
{
    for (size_t row = 0; row < c->batch.count; row++) {
        bool of_it = account == 0 || c->account[row] == 0 || c->account[row] == account;
        if (c->channel[row] == channel && of_it && c->from[row] <= from && until <= c->until[row])
            return true;
    }
    return false;
}

static bool is_same_place(const rk_gap *a, const rk_gap *b)
{
    return a->held_by == b->held_by && a->account == b->account && a->office == b->office;
}

void rk_gaps_put(rk_gaps *gaps, rk_gap gap)
{
    if (gap.from >= gap.until)
        return;
    rk_gap *last = gaps->count ? &gaps->items[gaps->count - 1] : NULL;
    if (last && is_same_place(last, &gap) && gap.from <= last->until && gap.until >= last->from) {
        last->from = gap.from < last->from ? gap.from : last->from;
        last->until = gap.until > last->until ? gap.until : last->until;
        return;
    }
    gaps->items = rk_grow(gaps->items, &gaps->capacity, gaps->count + 1, sizeof *gaps->items);
    gaps->items[gaps->count++] = gap;
}

void rk_gaps_add(rk_gaps *gaps, rk_name held_by, rk_moment from, rk_moment until)
{
    rk_gaps_put(gaps, (rk_gap){.held_by = held_by, .from = from, .until = until});
}

void rk_gaps_cut(rk_gaps *gaps, rk_name held_by, rk_name account, rk_moment from, rk_moment until)
{
    size_t count = gaps->count;
    for (size_t i = 0; i < count; i++) {
        rk_gap gap = gaps->items[i];
        if (gap.held_by != held_by || (account && gap.account != account) || gap.until <= from ||
            until <= gap.from)
            continue;
        gaps->items[i].until =
            gap.from < from ? from : gap.from; /* empty where nothing is before */
        if (gap.until <= until)
            continue;
        gaps->items = rk_grow(gaps->items, &gaps->capacity, gaps->count + 1, sizeof *gaps->items);
        gap.from = until;
        gaps->items[gaps->count++] = gap;
    }
    size_t kept = 0;
    for (size_t i = 0; i < gaps->count; i++)
        if (gaps->items[i].from < gaps->items[i].until)
            gaps->items[kept++] = gaps->items[i];
    gaps->count = kept;
}
