#include "model/follow.h"

#include <stdlib.h>

#define COLUMN(name, type, member) \
    { \
        name, type, offsetof(rk_follow_rows, member), 0 \
    }

static const rk_column columns[] = {
    COLUMN("channel", RK_TYPE_NAME, channel),
    COLUMN("account", RK_TYPE_NAME, account),
    COLUMN("first_year", RK_TYPE_U32, first_year),
    COLUMN("first_number", RK_TYPE_U32, first_number),
    COLUMN("first_page", RK_TYPE_U32, first_page),
    COLUMN("last_year", RK_TYPE_U32, last_year),
    COLUMN("last_number", RK_TYPE_U32, last_number),
    COLUMN("last_page", RK_TYPE_U32, last_page),
    COLUMN("from", RK_TYPE_DAY, from),
    COLUMN("until", RK_TYPE_DAY, until),
    COLUMN("opens_with", RK_TYPE_MONEY, opens_with),
    COLUMN("closing", RK_TYPE_MONEY, closing),
    COLUMN("entries", RK_TYPE_U32, entries),
    COLUMN("first_digest", RK_TYPE_TEXT, first_digest),
    COLUMN("last_digest", RK_TYPE_TEXT, last_digest),
    COLUMN("accepted", RK_TYPE_U8, accepted),
};

void rk_follow_rows_init(rk_follow_rows *rows)
{
    rk_batch_init(&rows->batch, columns, sizeof columns / sizeof *columns, 16, UINT64_MAX);
}

void rk_follow_rows_put(rk_follow_rows *rows, const rk_follow *one)
{
    size_t row = rk_batch_append(&rows->batch);
    rows->channel[row] = one->channel;
    rows->account[row] = one->account;
    rows->first_year[row] = one->first.year;
    rows->first_number[row] = one->first.number;
    rows->first_page[row] = one->first.page;
    rows->last_year[row] = one->last.year;
    rows->last_number[row] = one->last.number;
    rows->last_page[row] = one->last.page;
    rows->from[row] = one->from;
    rows->until[row] = one->until;
    rows->opens_with[row] = one->opens_with;
    rows->closing[row] = one->closing;
    rows->entries[row] = one->entries;
    rows->first_digest[row] = one->first_digest;
    rows->last_digest[row] = one->last_digest;
    rows->accepted[row] = one->accepted;
}

rk_follow rk_follow_rows_get(const rk_follow_rows *rows, size_t row)
{
    return (rk_follow){
        .channel = rows->channel[row],
        .account = rows->account[row],
        .first = {rows->first_year[row], rows->first_number[row], rows->first_page[row]},
        .last = {rows->last_year[row], rows->last_number[row], rows->last_page[row]},
        .from = rows->from[row],
        .until = rows->until[row],
        .opens_with = rows->opens_with[row],
        .closing = rows->closing[row],
        .entries = rows->entries[row],
        .first_digest = rows->first_digest[row],
        .last_digest = rows->last_digest[row],
        .accepted = rows->accepted[row] != 0};
}

void rk_follows_add(rk_follows *follows, const rk_follow *one)
{
    follows->items =
        rk_grow(follows->items, &follows->capacity, follows->count + 1, sizeof *follows->items);
    follows->items[follows->count++] = *one;
}

/* ---- numbers ---- */

static bool parse_part(rk_slice text, uint32_t *number)
{
    uint64_t value;
    if (!rk_slice_to_u64(rk_slice_trim(text), &value) || value > UINT32_MAX)
        return false;
    *number = (uint32_t)value;
    return true;
}

bool rk_statement_number_parse(rk_slice text, rk_statement_number *number)
{
    size_t slash = 0;
    *number = (rk_statement_number){0, 0, 0};
    while (slash < text.len && text.at[slash] != '/')
        slash++;
    if (slash < text.len &&
        !parse_part((rk_slice){text.at + slash + 1, text.len - slash - 1}, &number->page))
        return false;
    return parse_part((rk_slice){text.at, slash}, &number->number);
}

rk_statement_number rk_statement_number_of_day(rk_day day)
{
    return (rk_statement_number){0, (uint32_t)((int64_t)day + ((int64_t)1 << 31)), 0};
}

static int compare(const rk_statement_number *a, const rk_statement_number *b)
{
    if (a->year != b->year)
        return a->year < b->year ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return (a->page > b->page) - (a->page < b->page);
}

static bool is_next(const rk_statement_number *a, const rk_statement_number *b)
{
    bool next = b->number == (uint64_t)a->number + 1 && b->page <= 1;
    if (a->year == b->year)
        return next || (b->number == a->number && b->page == (uint64_t)a->page + 1);
    return next || (b->year == a->year + 1 && b->number <= 1 && b->page <= 1);
}

/* ---- runs ---- */

static bool same_account(const rk_follow *a, const rk_follow *b)
{
    return a->channel == b->channel && a->account == b->account;
}

static bool follows_on(const rk_follow *a, const rk_follow *b)
{
    return b->accepted || ((!b->numbers || is_next(&a->last, &b->first)) &&
                           (!b->opening || a->closing == b->opens_with));
}

static void take_end(rk_follow *a, const rk_follow *b)
{
    a->last = b->last;
    a->until = b->until;
    a->closing = b->closing;
    a->entries = b->entries;
    a->last_digest = b->last_digest;
}

/* The same number, or without numbers the same day, again: a fuller download of it, or more of the day. */
static void take_again(rk_follow *a, const rk_follow *b)
{
    bool of_day = !b->numbers && b->opening;
    bool one = compare(&a->first, &a->last) == 0;
    if (of_day && b->opens_with == a->closing && b->entries) {
        take_end(a, b);
    } else if (of_day && one && b->closing == a->opens_with && b->entries) {
        a->opens_with = b->opens_with;
        a->first_digest = b->first_digest;
    } else if (b->entries > a->entries) {
        if (one)
            a->opens_with = b->opens_with;
        take_end(a, b);
    }
}

/* `b` begins behind the beginning of `a`. False: something is missing between them. */
static bool absorb(rk_follow *a, const rk_follow *b)
{
    int by = compare(&b->last, &a->last);
    if (compare(&b->first, &a->last) > 0) {
        if (!follows_on(a, b))
            return false;
        take_end(a, b);
    } else if (by > 0) {
        take_end(a, b);
    } else if (by == 0) {
        take_again(a, b);
    }
    return true;
}

static int by_number(const void *x, const void *y, void *context)
{
    const rk_names *names = context;
    const rk_follow *a = x, *b = y;
    int by = 0;
    if (a->channel != b->channel)
        by = rk_slice_compare(rk_names_text(names, a->channel), rk_names_text(names, b->channel));
    if (by == 0 && a->account != b->account)
        by = rk_slice_compare(rk_names_text(names, a->account), rk_names_text(names, b->account));
    by = by ? by : compare(&a->first, &b->first);
    by = by ? by : compare(&a->last, &b->last);
    by = by ? by : (a->entries > b->entries) - (a->entries < b->entries);
    by = by ? by : (a->opens_with > b->opens_with) - (a->opens_with < b->opens_with);
    return by ? by : (a->closing > b->closing) - (a->closing < b->closing);
}

void rk_follows_join(rk_follows *follows, const rk_names *names)
{
    size_t kept = 0;
    rk_follow *items = follows->items;
    if (follows->count == 0)
        return;
    qsort_r(items, follows->count, sizeof *items, by_number, (void *)names);
    for (size_t i = 0; i < follows->count; i++)
        if (kept == 0 || !same_account(&items[kept - 1], &items[i]) ||
            !absorb(&items[kept - 1], &items[i]))
            items[kept++] = items[i];
    follows->count = kept;
}

/* ---- in words ---- */

static void put_missing(const rk_follow *a, const rk_follow *b, rk_buffer *out)
{
    bool new_year = a->last.year != b->first.year;
    uint32_t first = new_year ? 1 : a->last.number + 1, last = b->first.number - 1;
    if (b->first.number > first && first == last)
        rk_buffer_printf(out, "statement %u of %u is missing", first, b->first.year);
    else if (b->first.number > first)
        rk_buffer_printf(out, "statements %u to %u of %u are missing", first, last, b->first.year);
    else
        rk_buffer_printf(out, "a page of statement %u of %u is missing", b->first.number,
                         b->first.year);
    rk_buffer_text(out, ", between those of ");
    rk_day_put(out, a->until);
    rk_buffer_text(out, " and ");
    rk_day_put(out, b->from);
}

static void put_jump(const rk_follow *a, const rk_follow *b, int exponent, rk_buffer *out)
{
    rk_money jump;
    if (out->len)
        rk_buffer_text(out, "; ");
    rk_buffer_text(out, "the statement of ");
    rk_day_put(out, b->from);
    rk_buffer_text(out, " begins with ");
    rk_money_put(out, b->opens_with, exponent);
    rk_buffer_text(out, ", the one before, of ");
    rk_day_put(out, a->until);
    rk_buffer_text(out, ", ended with ");
    rk_money_put(out, a->closing, exponent);
    if (__builtin_sub_overflow(b->opens_with, a->closing, &jump) || jump == RK_NO_MONEY)
        return;
    rk_buffer_text(out, ": ");
    rk_money_put(out, jump < 0 ? -jump : jump, exponent);
    rk_buffer_text(out, jump < 0 ? " too little" : " too much");
}

const char *rk_follow_gap(const rk_follow *before, const rk_follow *after, int exponent,
                          rk_arena *arena)
{
    rk_buffer out = {0};
    if (!same_account(before, after))
        return NULL;
    if (after->numbers && !is_next(&before->last, &after->first))
        put_missing(before, after, &out);
    if (after->opening && before->closing != after->opens_with)
        put_jump(before, after, exponent, &out);
    const char *text = rk_arena_text(arena, rk_buffer_all(&out));
    rk_buffer_free(&out);
    return text;
}
