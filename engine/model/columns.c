#include "model/columns.h"

#include "base/pen.h"

size_t rk_type_size(rk_type type)
{
    switch (type) {
    case RK_TYPE_TEXT:
    case RK_TYPE_CODE:
    case RK_TYPE_MONEY:
    case RK_TYPE_MOMENT:
        return 8;
    case RK_TYPE_DAY:
    case RK_TYPE_U32:
        return 4;
    case RK_TYPE_NAME:
        return 2;
    case RK_TYPE_U8:
        return 1;
    }
    return 0;
}

static void **slot(const rk_batch *batch, size_t i)
{
    return (void **)((char *)(uintptr_t)batch + batch->columns[i].offset);
}

void *rk_batch_column(const rk_batch *batch, size_t i)
{
    return *slot(batch, i);
}

void rk_batch_init(rk_batch *batch, const rk_column *columns, size_t column_count, size_t capacity,
                   uint64_t wanted)
{
    batch->columns = columns;
    batch->column_count = column_count;
    batch->count = 0;
    batch->capacity = capacity ? capacity : 1;
    for (size_t i = 0; i < column_count; i++)
        *slot(batch, i) =
            wanted >> i & 1 ? rk_pages(batch->capacity * rk_type_size(columns[i].type)) : NULL;
}

void rk_batch_reserve(rk_batch *batch, size_t capacity)
{
    if (capacity <= batch->capacity)
        return;
    if (capacity < batch->capacity * 2)
        capacity = batch->capacity * 2;
    for (size_t i = 0; i < batch->column_count; i++) {
        size_t size = rk_type_size(batch->columns[i].type);
        void *old = *slot(batch, i);
        if (!old)
            continue;
        *slot(batch, i) = rk_pages(capacity * size);
        memcpy(*slot(batch, i), old, batch->count * size);
        rk_pages_free(old, batch->capacity * size);
    }
    batch->capacity = capacity;
}

static void clear_cell(const rk_batch *batch, size_t i, size_t row)
{
    void *column = *slot(batch, i);
    switch (batch->columns[i].type) {
    case RK_TYPE_TEXT:
    case RK_TYPE_CODE:
        ((uint64_t *)column)[row] = 0;
        break;
    case RK_TYPE_MONEY:
        ((rk_money *)column)[row] = RK_NO_MONEY;
        break;
    case RK_TYPE_MOMENT:
        ((rk_moment *)column)[row] = RK_NO_MOMENT;
        break;
    case RK_TYPE_DAY:
        ((rk_day *)column)[row] = RK_NO_DAY;
        break;
    case RK_TYPE_NAME:
        ((rk_name *)column)[row] = 0;
        break;
    case RK_TYPE_U8:
        ((uint8_t *)column)[row] = 0;
        break;
    case RK_TYPE_U32:
        ((uint32_t *)column)[row] = 0;
        break;
    }
}

bool rk_batch_is_empty(const rk_batch *batch, size_t i, size_t row)
{
    const void *column = *slot(batch, i);
    switch (batch->columns[i].type) {
    case RK_TYPE_TEXT:
    case RK_TYPE_CODE:
        return ((const uint64_t *)column)[row] == 0;
    case RK_TYPE_MONEY:
        return ((const rk_money *)column)[row] == RK_NO_MONEY;
    case RK_TYPE_MOMENT:
        return ((const rk_moment *)column)[row] == RK_NO_MOMENT;
    case RK_TYPE_DAY:
        return ((const rk_day *)column)[row] == RK_NO_DAY;
    case RK_TYPE_NAME:
        return ((const rk_name *)column)[row] == 0;
    case RK_TYPE_U8:
        return ((const uint8_t *)column)[row] == 0;
    case RK_TYPE_U32:
        return ((const uint32_t *)column)[row] == 0;
    }
    return true;
}

void rk_batch_add_column(rk_batch *batch, size_t i)
{
    if (*slot(batch, i))
        return;
    *slot(batch, i) = rk_pages(batch->capacity * rk_type_size(batch->columns[i].type));
    for (size_t row = 0; row < batch->count; row++)
        clear_cell(batch, i, row);
}

void rk_batch_clear_column(const rk_batch *batch, size_t i, size_t first, size_t count)
{
    for (size_t row = first; *slot(batch, i) && row < first + count; row++)
        clear_cell(batch, i, row);
}

void rk_batch_clear_row(rk_batch *batch, size_t row)
{
    for (size_t i = 0; i < batch->column_count; i++)
        if (*slot(batch, i))
            clear_cell(batch, i, row);
}

size_t rk_batch_append(rk_batch *batch)
{
    rk_batch_reserve(batch, batch->count + 1);
    rk_batch_clear_row(batch, batch->count);
    return batch->count++;
}

/* Sizes that the compiler knows: a call for each cell costs more than the cell. */
static void copy_cell(char *to, const char *from, size_t size)
{
    switch (size) {
    case 8:
        memcpy(to, from, 8);
        break;
    case 4:
        memcpy(to, from, 4);
        break;
    case 2:
        memcpy(to, from, 2);
        break;
    default:
        *to = *from;
    }
}

size_t rk_batch_append_row(rk_batch *batch, const rk_batch *from, size_t row)
{
    rk_batch_reserve(batch, batch->count + 1);
    size_t at = batch->count++;
    for (size_t i = 0; i < batch->column_count; i++) {
        size_t size = rk_type_size(batch->columns[i].type);
        char *to = *slot(batch, i);
        const char *source = *slot(from, i);
        if (to && source)
            copy_cell(to + at * size, source + row * size, size);
        else if (to)
            clear_cell(batch, i, at);
    }
    return at;
}

void rk_batch_copy_row(const rk_batch *from, size_t row, const rk_batch *to, size_t target)
{
    rk_batch_copy_rows(from, row, 1, to, target);
}

void rk_batch_copy_rows(const rk_batch *from, size_t first, size_t count, const rk_batch *to,
                        size_t target)
{
    for (size_t i = 0; i < from->column_count; i++) {
        size_t size = rk_type_size(from->columns[i].type);
        char *source = *slot(from, i), *copy = *slot(to, i);
        if (source && copy)
            memcpy(copy + target * size, source + first * size, count * size);
    }
}

int rk_column_find(const rk_column *columns, size_t count, rk_slice name)
{
    for (size_t i = 0; i < count; i++)
        if (rk_slice_is(name, columns[i].name))
            return (int)i;
    return -1;
}

void rk_batch_free(rk_batch *batch)
{
    for (size_t i = 0; i < batch->column_count; i++) {
        rk_pages_free(*slot(batch, i), batch->capacity * rk_type_size(batch->columns[i].type));
        *slot(batch, i) = NULL;
    }
    batch->count = 0;
    batch->capacity = 0;
}

uint64_t rk_code_mistyped(rk_slice text)
{
    uint64_t number;
    if ((text.len != 14 && text.len != 16) || !rk_slice_to_u64(text, &number) || number == 0)
        return 0;
    if (text.len == 14)
        return RK_CODE_SHORT + number;
    return text.at[0] == '0' ? 0 : number;
}

size_t rk_code_text(uint64_t code, char *text)
{
    char *end = text;
    if (code >= RK_CODE_SHORT)
        end = rk_pen_digits(text, code - RK_CODE_SHORT, 14);
    else if (code)
        end = rk_pen_digits(text, code, code < 1000000000000000ull ? 15 : 16);
    *end = '\0';
    return (size_t)(end - text);
}
