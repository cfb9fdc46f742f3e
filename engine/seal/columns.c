#include "seal/columns.h"

#include <stdlib.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "sealed columns are little-endian");

static const char magic[4] = {'R', 'K', 'C', '1'};

static void put_u64(rk_buffer *out, uint64_t value)
{
    rk_buffer_bytes(out, &value, sizeof value);
}

/* ---- encoding ---- */

static void put_texts(const rk_batch *batch, const rk_text *column, const rk_texts *texts,
                      rk_buffer *out)
{
    for (size_t row = 0; row < batch->count; row++) {
        uint16_t length = (uint16_t)rk_texts_get(texts, column[row]).len;
        rk_buffer_bytes(out, &length, sizeof length);
    }
    for (size_t row = 0; row < batch->count; row++)
        rk_buffer_slice(out, rk_texts_get(texts, column[row]));
}

/* The column's own dictionary in order of first sight, then a number a row. */
static void put_names(const rk_batch *batch, const rk_name *column, const rk_names *names,
                      rk_buffer *out)
{
    uint16_t *local = rk_alloc(RK_NAMES_MAX + 1, sizeof *local);
    rk_buffer dictionary = {0};
    uint16_t count = 0;
    for (size_t row = 0; row < batch->count; row++) {
        rk_name name = column[row];
        if (name == 0 || local[name])
            continue;
        rk_slice text = rk_names_text(names, name);
        uint16_t length = (uint16_t)text.len;
        local[name] = ++count;
        rk_buffer_bytes(&dictionary, &length, sizeof length);
        rk_buffer_slice(&dictionary, text);
    }
    rk_buffer_bytes(out, &count, sizeof count);
    rk_buffer_slice(out, rk_buffer_all(&dictionary));
    for (size_t row = 0; row < batch->count; row++)
        rk_buffer_bytes(out, &local[column[row]], sizeof *local);
    rk_buffer_free(&dictionary);
    free(local);
}

static void put_column(const rk_batch *batch, size_t i, const rk_names *names,
                       const rk_texts *texts, rk_buffer *out)
{
    const rk_column *column = &batch->columns[i];
    const void *values = rk_batch_column(batch, i);
    size_t name_length = strlen(column->name), at;
    rk_buffer_char(out, (char)name_length);
    rk_buffer_bytes(out, column->name, name_length);
    rk_buffer_char(out, (char)column->type);
    at = out->len;
    put_u64(out, 0);
    if (column->type == RK_TYPE_TEXT)
        put_texts(batch, values, texts, out);
    else if (column->type == RK_TYPE_NAME)
        put_names(batch, values, names, out);
    else
        rk_buffer_bytes(out, values, batch->count * rk_type_size(column->type));
    uint64_t length = out->len - at - sizeof length;
    memcpy(out->bytes + at, &length, sizeof length);
}

static bool is_sealed(const rk_batch *batch, size_t i)
{
    bool is_there = rk_batch_column(batch, i) != NULL;
    bool any = is_there && !(batch->columns[i].flags & RK_COLUMN_SPARSE);
    for (size_t row = 0; is_there && !any && row < batch->count; row++)
        any = !rk_batch_is_empty(batch, i, row);
    return any;
}

void rk_columns_encode(const rk_batch *batch, const rk_names *names, const rk_texts *texts,
                       rk_buffer *out)
{
    uint64_t columns = 0;
    for (size_t i = 0; i < batch->column_count; i++)
        columns += is_sealed(batch, i);
    rk_buffer_bytes(out, magic, sizeof magic);
    put_u64(out, columns);
    put_u64(out, batch->count);
    for (size_t i = 0; i < batch->column_count; i++)
        if (is_sealed(batch, i))
            put_column(batch, i, names, texts, out);
}

/* ---- decoding ---- */

typedef struct cursor {
    const char *start, *at, *end;
    const char *column; /* where the column began that is being read */
} cursor;

static bool take(cursor *c, void *into, size_t size)
{
    if ((size_t)(c->end - c->at) < size)
        return false;
    if (size)
        memcpy(into, c->at, size);
    c->at += size;
    return true;
}

static bool get_texts(cursor *c, uint64_t rows, rk_text *column, uint32_t chunk)
{
    const char *lengths = c->at;
    if ((size_t)(c->end - c->at) < rows * sizeof(uint16_t))
        return false;
    c->at += rows * sizeof(uint16_t);
    for (uint64_t row = 0; row < rows; row++) {
        uint16_t length;
        memcpy(&length, lengths + row * sizeof length, sizeof length);
        if ((size_t)(c->end - c->at) < length)
            return false;
        column[row] = length ? rk_texts_ref(chunk, (uint64_t)(c->at - c->start), length) : 0;
        c->at += length;
    }
    return c->at == c->end;
}

static bool get_names(cursor *c, uint64_t rows, rk_name *column, rk_names *names)
{
    uint16_t count, length;
    if (!take(c, &count, sizeof count))
        return false;
    rk_name *known = rk_alloc((size_t)count + 1, sizeof *known);
    bool good = true;
    for (size_t i = 1; good && i <= count; i++) {
        good = take(c, &length, sizeof length) && (size_t)(c->end - c->at) >= length;
        if (!good)
            break;
        known[i] = rk_names_add(names, (rk_slice){c->at, length});
        good = known[i] != RK_NAME_FULL;
        c->at += length;
    }
    good = good && (size_t)(c->end - c->at) == rows * sizeof(uint16_t);
    for (uint64_t row = 0; good && row < rows; row++) {
        uint16_t local;
        good = take(c, &local, sizeof local) && local <= count;
        column[row] = good ? known[local] : 0;
    }
    free(known);
    return good;
}

/* One column into the rows behind `first`. */
static bool get_column(cursor *c, rk_batch *batch, size_t i, size_t first, uint64_t rows,
                       rk_names *names, uint32_t chunk)
{

    size_t size = rk_type_size(batch->columns[i].type);
    char *values = (char *)rk_batch_column(batch, i) + first * size;
    if (batch->columns[i].type == RK_TYPE_TEXT)
        return get_texts(c, rows, (rk_text *)(void *)values, chunk);
    if (batch->columns[i].type == RK_TYPE_NAME)
        return get_names(c, rows, (rk_name *)(void *)values, names);
    return (size_t)(c->end - c->at) == rows * size && take(c, values, rows * size);
}

static bool get_header(cursor *c, uint64_t *columns, uint64_t *rows)
{
    char found[sizeof magic];
    return take(c, found, sizeof found) && memcmp(found, magic, sizeof magic) == 0 &&
           take(c, columns, sizeof *columns) && take(c, rows, sizeof *rows) && *rows < RK_NO_ROW &&
           *rows <= (uint64_t)(c->end - c->at);
}

/* Reads the next column's name and type; -1 when there is no such column. */
static int get_column_head(cursor *c, const rk_batch *batch, uint64_t *length)
{
    unsigned char name_length, type;
    if (!take(c, &name_length, 1) || (size_t)(c->end - c->at) < name_length)
        return -1;
    rk_slice name = {c->at, name_length};
    c->at += name_length;
    int i = rk_column_find(batch->columns, batch->column_count, name);
    if (!take(c, &type, 1) || !take(c, length, sizeof *length) || i < 0 ||
        batch->columns[i].type != type || *length > (uint64_t)(c->end - c->at))
        return -1;
    return i;
}

/* The bytes are those that were sealed: what is not known here was written by a newer program. */
static bool fail_decode(rk_slice bytes, const cursor *c, const rk_batch *batch, rk_error *err)
{
    char later = bytes.len > 3 && memcmp(bytes.at, magic, 3) == 0 ? bytes.at[3] : magic[3];
    unsigned char length = c->column < c->end ? (unsigned char)*c->column : 0;
    rk_slice name = {c->column + 1, length};
    if (later > magic[3] && later <= '9')
        rk_fail(err, RK_INVALID, "a sealed table of format %c, this program knows formats up to %c",
                later, magic[3]);
    else if (length && length < c->end - c->column && rk_utf8_valid(name) &&
             rk_column_find(batch->columns, batch->column_count, name) < 0)
        rk_fail(err, RK_INVALID,
                "a sealed table with a column \"%.*s\", which this program does "
                "not know",
                RK_FMT(name));
    else
        return rk_fail(err, RK_DIFFERENT, "not a sealed batch of this program's columns");
    return rk_fail_hint(err, "a newer rekon wrote it: use that one, or a newer one");
}

bool rk_columns_decode(rk_slice bytes, rk_batch *batch, rk_names *names, rk_texts *texts,
                       rk_error *err)
{
    cursor c = {bytes.at, bytes.at, bytes.at + bytes.len, bytes.at + bytes.len};
    uint64_t columns, rows, length;
    uint32_t chunk = rk_texts_register(texts, bytes);
    size_t first = batch->count;
    bool good = chunk != 0 && get_header(&c, &columns, &rows);
    bool *is_read = rk_alloc(batch->column_count + 1, sizeof *is_read);
    if (good)
        rk_batch_reserve(batch, first + rows);
    for (uint64_t n = 0; good && n < columns; n++) {
        c.column = c.at;
        int i = get_column_head(&c, batch, &length);
        good = i >= 0;
        if (!good)
            break;
        rk_batch_add_column(batch, (size_t)i);
        cursor own = {c.start, c.at, c.at + length, NULL};
        is_read[i] = true;
        good = get_column(&own, batch, (size_t)i, first, rows, names, chunk);
        c.at += length;
    }
    for (size_t i = 0; good && i < batch->column_count; i++)
        if (!is_read[i])
            rk_batch_clear_column(batch, i, first, rows);
    free(is_read);
    if (!good || c.at != c.end)
        return fail_decode(bytes, &c, batch, err);
    batch->count = first + rows;
    return true;
}

/* ---- parts ---- */

void rk_columns_put_part(const rk_batch *batch, const rk_names *names, const rk_texts *texts,
                         rk_buffer *out)
{
    uint64_t length = 0;
    size_t at = out->len;
    put_u64(out, length);
    rk_columns_encode(batch, names, texts, out);
    length = out->len - at - sizeof length;
    memcpy(out->bytes + at, &length, sizeof length);
}

bool rk_columns_cut_part(rk_slice *rest, rk_slice *part)
{
    uint64_t length;
    if (rest->len < sizeof length)
        return false;
    memcpy(&length, rest->at, sizeof length);
    if (length > rest->len - sizeof length)
        return false;
    *part = (rk_slice){rest->at + sizeof length, (size_t)length};
    *rest = rk_slice_between(part->at + length, rest->at + rest->len);
    return true;
}
