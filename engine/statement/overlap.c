#include "statement/overlap.h"

#include <stdlib.h>

#include "base/gzip.h"

void rk_ledger_free(rk_ledger *ledger)
{
    free(ledger->rows);
    ledger->rows = NULL;
    ledger->count = 0;
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_texts(const rk_texts *texts, rk_text a, rk_text b)
{
    return rk_slice_compare(rk_texts_get(texts, a), rk_texts_get(texts, b));
}

static int compare(const rk_ledger *ledger, const rk_ledger_row *a, const rk_ledger_row *b)
{
    const rk_entries *x = a->of, *y = b->of;
    uint32_t i = a->row, j = b->row;
    int by = compare_i64(x->account[i], y->account[j]);
    by = by ? by : compare_i64(x->booked_on[i], y->booked_on[j]);
    by = by ? by : compare_i64(x->amount_minor[i], y->amount_minor[j]);
    by = by ? by : compare_i64(x->paid_from[i], y->paid_from[j]);
    if (by == 0 && ledger->balances)
        by = compare_i64(x->balance[i], y->balance[j]);
    by = by ? by : compare_texts(ledger->texts, x->narrative[i], y->narrative[j]);
    return by ? by : compare_texts(ledger->texts, x->reference[i], y->reference[j]);
}

static int in_order(const void *a, const void *b, void *context)
{
    const rk_ledger_row *x = a, *y = b;
    int by = compare(context, x, y);
    return by ? by : (x->row > y->row) - (x->row < y->row);
}

static rk_ledger_row *sorted(const rk_ledger *ledger, const rk_entries *entries, size_t from,
                             size_t count, uint32_t source)
{
    rk_ledger_row *rows = rk_alloc(count + 1, sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = (rk_ledger_row){entries, (uint32_t)(from + i), source};
    qsort_r(rows, count, sizeof *rows, in_order, (void *)(uintptr_t)ledger);
    return rows;
}

void rk_ledger_add(rk_ledger *ledger, const rk_entries *entries, size_t from, size_t count,
                   uint32_t source)
{
    rk_ledger_row *more = sorted(ledger, entries, from, count, source);
    rk_ledger_row *all = rk_alloc(ledger->count + count + 1, sizeof *all);
    size_t i = 0, j = 0, total = 0;
    while (i < ledger->count || j < count) {
        int by = i == ledger->count ? 1
                 : j == count       ? -1
                                    : compare(ledger, &ledger->rows[i], &more[j]);
        all[total++] = by <= 0 ? ledger->rows[i] : more[j];
        i += by <= 0;
        j += by >= 0;
    }
    free(more);
    free(ledger->rows);
    ledger->rows = all;
    ledger->count = total;
}

static rk_day day_of(const rk_channel *channel, const rk_entries *entries, size_t row)
{
    return rk_channel_tells_on(channel, entries->booked_on[row], entries->paid_from[row]);
}

static bool tells_of(const rk_ledger_row *rows, size_t count, rk_name account)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        rk_name here = rows[middle].of->account[rows[middle].row];
        if (here == account)
            return true;
        if (here < account)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

const rk_ledger_row *rk_ledger_align(const rk_ledger *ledger, const rk_entries *entries,
                                     size_t from, size_t count, rk_name of, rk_day first,
                                     rk_day last, bool *known)
{
    rk_ledger_row *rows = sorted(ledger, entries, from, count, 0);
    const rk_ledger_row *missing = NULL;
    size_t j = 0;
    for (size_t i = 0; i < ledger->count; i++) {
        const rk_ledger_row *wanted = &ledger->rows[i];
        int by = -1;
        while (j < count && (by = compare(ledger, &rows[j], wanted)) < 0)
            j++;
        rk_day on = day_of(ledger->channel, wanted->of, wanted->row);
        rk_name account = wanted->of->account[wanted->row];
        if (j < count && by == 0)
            known[rows[j++].row] = true;
        else if (!missing && on >= first && on <= last &&
                 (account == of || tells_of(rows, count, account)))
            missing = wanted;
    }
    free(rows);
    return missing;
}

/* ---- one file against the others ---- */

/* The first row of a file, or of one after it; rows stand file by file, in the order of files. */
static size_t first_row(const rk_entries *entries, uint32_t file)
{
    size_t low = 0, high = entries->batch.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (entries->file[middle] < file)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void rows_of_file(const rk_entries *entries, uint32_t file, size_t *from, size_t *count)
{
    *from = first_row(entries, file);
    *count = first_row(entries, file + 1) - *from;
}

static void widen(rk_overlap *o)
{
    for (size_t row = o->from; row < o->from + o->count; row++) {
        rk_day on = day_of(o->ledger.channel, o->fresh, row);
        if (o->first == RK_NO_DAY || on < o->first)
            o->first = on;
        if (o->last == RK_NO_DAY || on > o->last)
            o->last = on;
    }
}

bool rk_overlap_touches(const rk_overlap *o, rk_name channel, rk_name account, rk_day from,
                        rk_day until)
{
    bool same = account == o->file->account || !account || !o->file->account;
    return channel == o->file->channel && same && from != RK_NO_DAY && until != RK_NO_DAY &&
           o->first != RK_NO_DAY && from <= o->last && o->first <= until;
}

void rk_overlap_add(rk_overlap *o, const rk_file *file, const rk_entries *entries, size_t from,
                    size_t count)
{
    o->sources = rk_grow(o->sources, &o->room, o->source_count + 1, sizeof *o->sources);
    o->sources[o->source_count] = *file;
    o->unreadable |= file->fate != RK_FATE_ACCEPTED || file->rejects > 0;
    rk_ledger_add(&o->ledger, entries, from, count, (uint32_t)o->source_count++);
}

/* Tonight's that came before it in the order of files. */
static void add_tonights(rk_overlap *o, const uint32_t *order, size_t before)
{
    size_t from, count;
    for (size_t i = 0; i < before; i++) {
        const rk_file *other = &o->world->files.items[order[i]];
        if (other->fate != RK_FATE_ACCEPTED ||
            !rk_overlap_touches(o, other->channel, other->account, other->from, other->until))
            continue;
        rows_of_file(o->fresh, order[i], &from, &count);
        rk_overlap_add(o, other, o->fresh, from, count);
    }
}

static void hold(rk_overlap *o, const rk_file *was, const char *because)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_file *file = o->file;
    bool same_name = rk_slice_equal(rk_plain_name(was->name), rk_plain_name(file->name));
    memset(o->dropped + o->from, true, o->count);
    file->fate = RK_FATE_HELD;
    file->entries = file->filtered = file->rejects = 0;
    file->sum_minor = file->filtered_minor = 0;
    file->why = rk_slice_of(rk_arena_printf(
        &o->world->arena, "other content than %s%.*s taken before, %s: %s",
        same_name ? "the file of the same name" : "", same_name ? 0 : (int)was->name.len,
        was->name.at, rk_digest_hex(&was->digest, hex), because));
}

/* The rows that are known count already. */
static void take_known_out(rk_overlap *o)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_file *file = o->file;
    rk_arena *arena = &o->world->arena;
    rk_digest_hex(&o->sources[o->source_count - 1].digest, hex);
    for (size_t row = o->from; row < o->from + o->count; row++)
        if (o->dropped[row]) {
            file->entries--;
            file->sum_minor -= o->fresh->amount_minor[row];
        }
    const char *more =
        o->source_count > 1 ? rk_arena_printf(arena, " and %zu more", o->source_count - 1) : "";
    file->why =
        rk_slice_of(rk_arena_printf(arena, "%.*s%sextends %s%s by %u entries", RK_FMT(file->why),
                                    file->why.len ? "; " : "", hex, more, file->entries));
}

static void settle(rk_overlap *o)
{
    const rk_file *file = o->file;
    if (o->unreadable && !file->overruled) {
        hold(o, &o->sources[0], "one of them has records that cannot be read");
        return;
    }
    const rk_ledger_row *missing =
        rk_ledger_align(&o->ledger, o->fresh, o->from, o->count, file->account, file->from,
                        file->until, o->dropped);
    if (missing && !file->overruled)
        hold(o, &o->sources[missing->source],
             rk_arena_printf(&o->world->arena, "its line %u is not in this one",
                             missing->of->line[missing->row]));
    else
        take_known_out(o);
}

bool rk_overlap_may(const rk_rules *rules, const rk_file *file)
{
    const rk_channel *channel = rk_channel_find(rules, file->channel);
    return channel && channel->may_extend && file->bytes.at;
}

/* The file that is number `place` in the order of files; marks the rows that do not count. */
static bool settle_one(rk_overlap *o, const uint32_t *order, size_t place, rk_overlap_known *known,
                       void *context, rk_error *err)
{
    o->file = &o->world->files.items[order[place]];
    o->ledger = (rk_ledger){.channel = rk_channel_find(o->rules, o->file->channel),
                            .texts = &o->world->texts,
                            .balances = !o->file->overruled};
    rows_of_file(o->fresh, order[place], &o->from, &o->count);
    o->first = o->file->from;
    o->last = o->file->until;
    o->source_count = 0;
    o->unreadable = false;
    widen(o);
    bool good = !known || known(context, o, err);
    if (good)
        add_tonights(o, order, place);
    if (good && o->source_count)
        settle(o);
    rk_ledger_free(&o->ledger);
    return good;
}

/* One that goes less far comes first: the morning's before the evening's, the day's before the week's. */
static int by_reach(const void *a, const void *b, void *context)
{
    const rk_file *files = context;
    const rk_file *x = &files[*(const uint32_t *)a], *y = &files[*(const uint32_t *)b];
    if (x->until != y->until)
        return x->until < y->until ? -1 : 1;
    if (x->entries != y->entries)
        return x->entries < y->entries ? -1 : 1;
    int by = rk_digest_compare(&x->digest, &y->digest);
    return by ? by : rk_slice_compare(x->name, y->name);
}

/* Takes the marked rows out of tonight's. */
static void drop_rows(rk_entries *entries, const bool *dropped)
{
    size_t kept = 0, count = entries->batch.count;
    for (size_t row = 0; row < count; row++)
        if (!dropped[row]) {
            if (kept != row)
                rk_batch_copy_row(&entries->batch, row, &entries->batch, kept);
            kept++;
        }
    entries->batch.count = kept;
}

bool rk_overlap_settle(const rk_rules *rules, rk_world *world, rk_entries *fresh,
                       rk_overlap_known *known, void *context, rk_error *err)
{
    rk_file *files = world->files.items;
    rk_overlap o = {.rules = rules, .world = world, .fresh = fresh};
    uint32_t *order = rk_alloc(world->new_file_count + 1, sizeof *order);
    size_t count = 0;
    bool good = true;
    for (size_t i = 0; i < world->new_file_count; i++)
        if (files[i].fate == RK_FATE_ACCEPTED && rk_overlap_may(rules, &files[i]))
            order[count++] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, by_reach, files);
    if (count)
        o.dropped = rk_alloc(fresh->batch.count + 1, sizeof *o.dropped);
    for (size_t i = 0; i < count && good; i++)
        good = settle_one(&o, order, i, known, context, err);
    if (good && count)
        drop_rows(fresh, o.dropped);
    free(o.sources);
    free(o.dropped);
    free(order);
    return good;
}
