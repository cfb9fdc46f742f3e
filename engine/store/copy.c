#include "store/copy.h"

#include <stdlib.h>

#include "model/outcome.h"

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS 10957
#define EPOCH ((rk_moment)EPOCH_DAYS * RK_DAY_LENGTH)

enum { PIECE_BYTES = 1 << 18, SIGNATURE_BYTES = 19 };

static const char signature[SIGNATURE_BYTES + 1] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";

/* ---- out of here ---- */

static void put_u16(rk_buffer *out, uint16_t value)
{
    unsigned char *at = (unsigned char *)rk_buffer_room(out, 2);
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
    out->len += 2;
}

static void put_u32(rk_buffer *out, uint32_t value)
{
    unsigned char *at = (unsigned char *)rk_buffer_room(out, 4);
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
    out->len += 4;
}

static void put_null(rk_buffer *out)
{
    put_u32(out, UINT32_MAX);
}

static void put_number(rk_buffer *out, int64_t value)
{
    put_u32(out, 8);
    put_u32(out, (uint32_t)((uint64_t)value >> 32));
    put_u32(out, (uint32_t)value);
}

static void put_mended(rk_buffer *out, rk_slice text)
{
    const char *at = text.at, *end = text.at + text.len;
    while (at < end) {
        size_t length = *at ? rk_utf8_sequence(at, end) : 0;
        if (length)
            rk_buffer_bytes(out, at, length);
        else
            rk_buffer_text(out, "\xef\xbf\xbd");
        at += length ? length : 1;
    }
}

static void put_text(rk_buffer *out, rk_slice text)
{
    if (text.len == 0 || (!memchr(text.at, 0, text.len) && rk_utf8_valid(text))) {
        put_u32(out, (uint32_t)text.len);
        rk_buffer_slice(out, text);
        return;
    }
    rk_buffer mended = {0};
    put_mended(&mended, text);
    put_u32(out, (uint32_t)mended.len);
    rk_buffer_slice(out, rk_buffer_all(&mended));
    rk_buffer_free(&mended);
}

static void put_code(rk_buffer *out, uint64_t code)
{
    char digits[RK_CODE_TEXT];
    if (code == 0) {
        put_null(out);
        return;
    }
    put_text(out, (rk_slice){digits, rk_code_text(code, digits)});
}

static void put_day(rk_buffer *out, rk_day day)
{
    if (day == RK_NO_DAY) {
        put_null(out);
        return;
    }
    put_u32(out, 4);
    put_u32(out, (uint32_t)(day - EPOCH_DAYS));
}

static void put_cell(const rk_copy_in *copy, size_t i, rk_buffer *out)
{
    const void *column = rk_batch_column(copy->batch, i);
    size_t row = copy->order ? copy->order[copy->row] : copy->row;
    int64_t number;
    switch (copy->batch->columns[i].type) {
    case RK_TYPE_TEXT:
        put_text(out, rk_texts_get(copy->texts, ((const rk_text *)column)[row]));
        break;
    case RK_TYPE_NAME:
        put_text(out, rk_names_text(copy->names, ((const rk_name *)column)[row]));
        break;
    case RK_TYPE_CODE:
        put_code(out, ((const uint64_t *)column)[row]);
        break;
    case RK_TYPE_MONEY:
        number = ((const rk_money *)column)[row];
        if (number == RK_NO_MONEY)
            put_null(out);
        else
            put_number(out, number);
        break;
    case RK_TYPE_MOMENT:
        number = ((const rk_moment *)column)[row];
        if (number == RK_NO_MOMENT)
            put_null(out);
        else
            put_number(out, number - EPOCH);
        break;
    case RK_TYPE_DAY:
        put_day(out, ((const rk_day *)column)[row]);
        break;
    case RK_TYPE_U8: /* the one closed set among the columns that are copied is the status */
        put_text(out, rk_slice_of(rk_status_name(((const uint8_t *)column)[row])));
        break;
    case RK_TYPE_U32:
        put_u32(out, 4);
        put_u32(out, ((const uint32_t *)column)[row]);
        break;
    }
}

static void put_row(const rk_copy_in *copy, rk_buffer *out)
{
    int count = __builtin_popcountll(copy->columns) + (copy->run > 0);
    put_u16(out, (uint16_t)count);
    if (copy->run > 0) {
        put_u32(out, 4);
        put_u32(out, copy->run);
    }
    for (size_t i = 0; i < copy->batch->column_count; i++)
        if (copy->columns >> i & 1)
            put_cell(copy, i, out);
}

/* ---- the order ---- */

typedef struct place {
    uint64_t head; /* the first bytes behind what all begin with */
    rk_slice text;
    uint32_t row;
} place;

static int by_text(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->head != y->head)
        return x->head < y->head ? -1 : 1;
    int order = rk_slice_compare(x->text, y->text);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static size_t shared_length(rk_slice a, rk_slice b)
{
    size_t length = a.len < b.len ? a.len : b.len, at = 0;
    while (at < length && a.at[at] == b.at[at])
        at++;
    return at;
}

static uint64_t head_of(rk_slice text, size_t from)
{
    uint64_t head = 0;
    for (size_t i = from; i < from + 8; i++)
        head = head << 8 | (i < text.len ? (unsigned char)text.at[i] : 0);
    return head;
}

uint32_t *rk_copy_sort(const rk_batch *batch, const char *column, const rk_texts *texts)
{
    int at = rk_column_find(batch->columns, batch->column_count, rk_slice_of(column));
    const rk_text *values = rk_batch_column(batch, (size_t)at);
    size_t count = batch->count, shared = SIZE_MAX;
    bool sorted = true;
    place *places = rk_alloc(count + 1, sizeof *places);
    for (size_t i = 0; i < count; i++) {
        places[i] = (place){.text = rk_texts_get(texts, values[i]), .row = (uint32_t)i};
        size_t same = shared_length(places[0].text, places[i].text);
        shared = same < shared ? same : shared;
        sorted = sorted && (i == 0 || rk_slice_compare(places[i - 1].text, places[i].text) <= 0);
    }
    uint32_t *order = sorted ? NULL : rk_alloc(count + 1, sizeof *order);
    if (!sorted) {
        for (size_t i = 0; i < count; i++)
            places[i].head = head_of(places[i].text, shared);
        qsort(places, count, sizeof *places, by_text);
        for (size_t i = 0; i < count; i++)
            order[i] = places[i].row;
    }
    free(places);
    return order;
}

void rk_copy_more(void *copy, rk_buffer *piece)
{
    rk_copy_in *in = copy;
    if (!in->began)
        rk_buffer_bytes(piece, signature, SIGNATURE_BYTES);
    in->began = true;
    for (; in->row < in->batch->count && piece->len < PIECE_BYTES; in->row++)
        put_row(in, piece);
    if (in->row == in->batch->count && !in->ended) {
        put_u16(piece, UINT16_MAX);
        in->ended = true;
    }
}

/* ---- in from there ---- */

static uint64_t get_uint(const char *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | (unsigned char)at[i];
    return value;
}

static bool fail_format(rk_error *err)
{
    return rk_fail(err, RK_DATABASE, "the database sent a row that is not binary COPY");
}

/* Drops the signature and the header's extension. */
static bool drop_header(rk_slice *rest)
{
    if (rest->len < SIGNATURE_BYTES || memcmp(rest->at, signature, 11) != 0)
        return false;
    size_t extension = get_uint(rest->at + 15, 4);
    if (extension > rest->len - SIGNATURE_BYTES)
        return false;
    rest->at += SIGNATURE_BYTES + extension;
    rest->len -= SIGNATURE_BYTES + extension;
    return true;
}

bool rk_copy_cut(rk_slice piece, bool first, rk_copy_fields *fields, rk_error *err)
{
    fields->count = 0;
    if (first && !drop_header(&piece))
        return fail_format(err);
    if (piece.len == 0)
        return true; /* the header may come alone */
    if (piece.len < 2)
        return fail_format(err);
    size_t count = get_uint(piece.at, 2);
    if (count == UINT16_MAX)
        return piece.len == 2 ? true : fail_format(err);
    size_t at = 2;
    if (count > sizeof fields->items / sizeof *fields->items)
        return fail_format(err);
    for (size_t i = 0; i < count; i++) {
        if (piece.len - at < 4)
            return fail_format(err);
        size_t length = get_uint(piece.at + at, 4);
        at += 4;
        fields->items[i] = (rk_slice){NULL, 0};
        if (length == UINT32_MAX)
            continue;
        if (length > piece.len - at)
            return fail_format(err);
        fields->items[i] = (rk_slice){piece.at + at, length};
        at += length;
    }
    fields->count = count;
    return at == piece.len ? true : fail_format(err);
}

bool rk_copy_moment(rk_slice field, rk_moment *at)
{
    if (field.len != 8)
        return false;
    int64_t value = (int64_t)get_uint(field.at, 8);
    if (value < rk_day_begin(rk_day_of(1, 1, 1), 0) - EPOCH ||
        value >= rk_day_begin(rk_day_of(9999, 12, 31) + 1, 0) - EPOCH)
        return false;
    *at = value + EPOCH;
    return true;
}

bool rk_copy_day(rk_slice field, rk_day *day)
{
    if (field.len != 4)
        return false;
    int64_t value = (int32_t)get_uint(field.at, 4) + (int64_t)EPOCH_DAYS;
    if (value < rk_day_of(1, 1, 1) || value > rk_day_of(9999, 12, 31))
        return false;
    *day = (rk_day)value;
    return true;
}
