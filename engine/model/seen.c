#include "model/seen.h"

#include "base/digest.h"

static const rk_column columns[] = {
    {"application", RK_TYPE_TEXT, offsetof(rk_seen, application), 0},
    {"high", RK_TYPE_CODE, offsetof(rk_seen, high), 0},
    {"low", RK_TYPE_CODE, offsetof(rk_seen, low), 0},
    {"updated_at", RK_TYPE_MOMENT, offsetof(rk_seen, updated_at), 0},
    {"submitted_at", RK_TYPE_MOMENT, offsetof(rk_seen, submitted_at), 0},
};

void rk_seen_init(rk_seen *seen)
{
    rk_batch_init(&seen->batch, columns, sizeof columns / sizeof *columns, 16, UINT64_MAX);
}

static void put_text(rk_buffer *out, rk_slice text)
{
    rk_buffer_u64(out, text.len);
    rk_buffer_char(out, ':');
    rk_buffer_slice(out, text);
}

static void put_cell(const rk_batch *batch, size_t i, size_t row, const rk_names *names,
                     const rk_texts *texts, rk_buffer *out)
{
    const void *cells = rk_batch_column(batch, i);
    switch (batch->columns[i].type) {
    case RK_TYPE_TEXT:
        put_text(out, rk_texts_get(texts, ((const rk_text *)cells)[row]));
        break;
    case RK_TYPE_NAME:
        put_text(out, rk_names_text(names, ((const rk_name *)cells)[row]));
        break;
    case RK_TYPE_CODE:
        rk_buffer_u64(out, ((const uint64_t *)cells)[row]);
        break;
    case RK_TYPE_MONEY:
        rk_buffer_i64(out, ((const rk_money *)cells)[row]);
        break;
    case RK_TYPE_MOMENT:
        rk_buffer_i64(out, ((const rk_moment *)cells)[row]);
        break;
    case RK_TYPE_DAY:
        rk_buffer_i64(out, ((const rk_day *)cells)[row]);
        break;
    case RK_TYPE_U8:
        rk_buffer_u64(out, ((const uint8_t *)cells)[row]);
        break;
    case RK_TYPE_U32:
        rk_buffer_u64(out, ((const uint32_t *)cells)[row]);
        break;
    }
}

void rk_seen_digest(const rk_applications *applications, size_t row, const rk_names *names,
                    const rk_texts *texts, rk_buffer *scratch, uint64_t digest[2])
{
    const rk_batch *batch = &applications->batch;
    rk_buffer_clear(scratch);
    for (size_t i = 0; i < batch->column_count; i++) {
        bool from_source = batch->columns[i].flags & RK_COLUMN_SOURCE;
        if (!from_source || !rk_batch_column(batch, i) || rk_batch_is_empty(batch, i, row))
            continue;
        rk_buffer_text(scratch, batch->columns[i].name);
        rk_buffer_char(scratch, '=');
        put_cell(batch, i, row, names, texts, scratch);
        rk_buffer_char(scratch, '\n');
    }
    rk_digest whole = rk_digest_of(rk_buffer_all(scratch));
    digest[0] = digest[1] = 0;
    for (size_t i = 0; i < 16; i++)
        digest[i / 8] = digest[i / 8] << 8 | whole.bytes[i];
}

void rk_seen_set(rk_seen *seen, size_t target, const rk_applications *from, size_t row,
                 const uint64_t digest[2])
{
    seen->high[target] = digest[0];
    seen->low[target] = digest[1];
    seen->updated_at[target] = from->updated_at ? from->updated_at[row] : RK_NO_MOMENT;
    seen->submitted_at[target] = from->submitted_at[row];
}
