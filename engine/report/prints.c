/* What the books of each office are made from beside the flows of facts (touches.c), as digests: with equal ones their
 * figures are the same. Entries and their applications are told by their versions, names by their numbers. */
#include "report/desk.h"

/* Behind a row, and behind the rows of one kind: no numbers of columns. */
enum { END_OF_ROW = 0xff, END_OF_ROWS = 0xfe };

static void put_text(rk_slice text, rk_buffer *out)
{
    rk_buffer_bytes(out, &text.len, sizeof text.len);
    rk_buffer_slice(out, text);
}

/* The cells of one row; texts by what they say. */
static void put_row(const rk_desk *desk, const rk_batch *batch, size_t row, rk_buffer *out)
{
    for (size_t i = 0; i < batch->column_count; i++) {
        const char *values = rk_batch_column(batch, i);
        size_t size = rk_type_size(batch->columns[i].type);
        if (!values || rk_batch_is_empty(batch, i, row))
            continue;
        rk_buffer_char(out, (char)i);
        if (batch->columns[i].type == RK_TYPE_TEXT)
            put_text(rk_texts_get(desk->input->texts, ((const rk_text *)(const void *)values)[row]),
                     out);
        else
            rk_buffer_bytes(out, values + row * size, size);
    }
    rk_buffer_char(out, (char)END_OF_ROW);
}

static void put_batch(const rk_desk *desk, const rk_batch *batch, rk_buffer *out)
{
    for (size_t row = 0; row < batch->count; row++)
        put_row(desk, batch, row, out);
    rk_buffer_char(out, (char)END_OF_ROWS);
}

static rk_digest digest_of(rk_buffer *bytes)
{
    rk_digest digest = rk_digest_of(rk_buffer_all(bytes));
    rk_buffer_free(bytes);
    return digest;
}

rk_digest rk_desk_print_all(const rk_desk *desk)
{
    const rk_books_input *input = desk->input;
    rk_buffer out = {0};
    rk_buffer_bytes(&out, desk->seen, sizeof desk->seen);
    rk_buffer_bytes(&out, &input->standing, sizeof input->standing);
    if (input->cases && !input->standing)
        put_batch(desk, &input->cases->batch, &out);
    if (input->findings && !input->standing)
        put_batch(desk, &input->findings->batch, &out);
    for (size_t i = 0; i < input->watermark_count; i++) {
        const rk_watermark *mark = &input->watermarks[i];
        const uint16_t said[] = {mark->channel, mark->account,
                                 mark->complete_until == RK_NO_MOMENT};
        rk_buffer_bytes(&out, said, sizeof said); /* when it is complete is no figure */
    }
    return digest_of(&out);
}

/* ---- deliveries ---- */

static void put_file(const rk_file *file, rk_buffer *out)
{
    const rk_day days[] = {file->night, file->from, file->until};
    const uint64_t numbers[] = {file->channel, file->account, file->fate,
                                file->entries, file->rejects, (uint64_t)file->sum_minor};
    rk_buffer_bytes(out, &file->digest, sizeof file->digest);
    rk_buffer_bytes(out, days, sizeof days);
    rk_buffer_bytes(out, numbers, sizeof numbers);
    put_text(file->name, out);
    put_text(file->why, out);
}

rk_digest rk_desk_print_deliveries(const rk_desk *desk)
{
    const rk_books_input *input = desk->input;
    rk_buffer out = {0};
    for (size_t i = 0; i < input->watermark_count; i++)
        put_text(input->watermarks[i].waits_for, &out);
    for (size_t i = 0; input->files && i < input->files->count; i++)
        if (input->files->items[i].fate) /* those of entries have none */
            put_file(&input->files->items[i], &out);
    return digest_of(&out);
}

/* ---- one slice ---- */

static void put_stock(const rk_desk *desk, size_t slice, rk_buffer *out)
{
    const rk_cube_part *stock = &desk->cube.stock;
    for (size_t kind = 0; kind < RK_CUBE_KINDS; kind++) {
        const uint32_t *starts = stock->starts + kind * desk->slice_count + slice;
        for (uint32_t i = starts[0]; i < starts[1]; i++)
            put_row(desk, &stock->facts->batch, stock->rows[i], out);
    }
    rk_buffer_char(out, (char)END_OF_ROWS);
}

static void put_entry(const rk_desk *desk, size_t row, rk_buffer *out)
{
    const rk_books_input *input = desk->input;
    uint32_t application = input->entries->application[row];
    const uint64_t versions[] = {
        input->entry_versions[row],
        application == RK_NO_ROW ? 0 : input->application_versions[application],
        (uint64_t)(int64_t)input->files->items[input->entries->file[row]].night};
    rk_buffer_bytes(out, versions, sizeof versions);
}

static void put_lapse(const rk_desk *desk, size_t row, rk_buffer *out)
{
    const rk_applications *a = desk->input->applications;
    uint32_t payment = rk_desk_payment(desk, row);
    put_row(desk, &a->batch, row, out);
    rk_buffer_char(out, rk_lapse_waits(desk->input, rk_name_at(a->held_by, row), a->deadline[row]));
    rk_buffer_char(out, payment != RK_NO_ROW);
    if (payment != RK_NO_ROW)
        put_entry(desk, payment, out);
}

rk_digest rk_desk_print_slice(const rk_desk *desk, size_t slice)
{
    rk_buffer out = {0};
    const rk_index *entries = &desk->entries, *lapses = &desk->lapses,
                   *listed = &desk->applications;
    if (!desk->input->standing)
        put_stock(desk, slice, &out);
    for (size_t i = entries->starts[slice]; i < entries->starts[slice + 1]; i++)
        put_entry(desk, entries->sliced[i], &out);
    rk_buffer_bytes(&out, &(uint64_t){0}, sizeof(uint64_t)); /* no version */
    for (size_t i = lapses->starts[slice]; i < lapses->starts[slice + 1]; i++)
        put_lapse(desk, lapses->sliced[i], &out);
    rk_buffer_char(&out, (char)END_OF_ROWS);
    for (size_t i = listed->starts[slice]; i < listed->starts[slice + 1]; i++)
        put_row(desk, &desk->input->applications->batch, listed->sliced[i], &out);
    return digest_of(&out);
}
