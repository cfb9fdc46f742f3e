#include "seal/detail.h"

#include "seal/columns.h"

static const rk_column mark_columns[] = {
    {"channel", RK_TYPE_NAME, offsetof(rk_marks, channel), 0},
    {"account", RK_TYPE_NAME, offsetof(rk_marks, account), RK_COLUMN_SPARSE},
    {"complete_until", RK_TYPE_MOMENT, offsetof(rk_marks, complete_until), 0},
    {"waits_for", RK_TYPE_TEXT, offsetof(rk_marks, waits_for), 0},
};

static const rk_column standing_columns[] = {
    {"set_aside", RK_TYPE_U32, offsetof(rk_standing, set_aside), 0},
    {"suspended", RK_TYPE_U8, offsetof(rk_standing, suspended), 0},
};

enum { PARTS = 9 };

/* In the order in which they are sealed. */
static void list_parts(const rk_detail *d, const rk_batch *parts[PARTS])
{
    parts[0] = &d->applications.batch;
    parts[1] = &d->lapses.batch;
    parts[2] = &d->entries.batch;
    parts[3] = &d->files.batch;
    parts[4] = &d->taken.batch;
    parts[5] = &d->marks.batch;
    parts[6] = &d->standing.batch;
    parts[7] = &d->causes.batch;
    parts[8] = &d->entry_causes.batch;
}

void rk_detail_init(rk_detail *d)
{
    rk_batch_init(&d->applications.batch, rk_application_columns, rk_application_column_count, 16,
                  rk_application_needed());
    rk_batch_init(&d->lapses.batch, rk_application_columns, rk_application_column_count, 16,
                  rk_application_needed());
    rk_batch_init(&d->entries.batch, rk_entry_columns, rk_entry_column_count, 16, rk_entry_all());
    rk_file_rows_init(&d->files);
    rk_file_rows_init(&d->taken);
    rk_batch_init(&d->marks.batch, mark_columns, sizeof mark_columns / sizeof *mark_columns, 16,
                  UINT64_MAX);
    rk_batch_init(&d->standing.batch, standing_columns,
                  sizeof standing_columns / sizeof *standing_columns, 1, UINT64_MAX);
    rk_causes_init(&d->causes);
    rk_cause_rows_init(&d->entry_causes);
}

void rk_detail_free(rk_detail *d)
{
    rk_batch_free(&d->applications.batch);
    rk_batch_free(&d->lapses.batch);
    rk_batch_free(&d->entries.batch);
    rk_batch_free(&d->files.batch);
    rk_batch_free(&d->taken.batch);
    rk_batch_free(&d->marks.batch);
    rk_batch_free(&d->standing.batch);
    rk_batch_free(&d->causes.batch);
    rk_batch_free(&d->entry_causes.batch);
}

void rk_detail_encode(const rk_detail *detail, const rk_names *names, const rk_texts *texts,
                      rk_buffer *out)
{
    const rk_batch *parts[PARTS];
    list_parts(detail, parts);
    for (size_t i = 0; i < PARTS; i++)
        rk_columns_put_part(parts[i], names, texts, out);
}

/* Rows that other rows name are there. */
static bool is_whole(const rk_detail *d)
{
    for (size_t row = 0; row < d->entries.batch.count; row++)
        if (d->entries.file[row] >= d->files.batch.count ||
            (d->entries.application[row] != RK_NO_ROW &&
             d->entries.application[row] >= d->applications.batch.count))
            return false;
    return d->standing.batch.count == 1 && d->entry_causes.batch.count == d->entries.batch.count;
}

bool rk_detail_decode(rk_slice bytes, rk_detail *detail, rk_names *names, rk_texts *texts,
                      rk_error *err)
{
    const rk_batch *parts[PARTS];
    list_parts(detail, parts);
    for (size_t i = 0; i < PARTS; i++) {
        rk_slice part;
        if (!rk_columns_cut_part(&bytes, &part))
            return rk_fail(err, RK_DIFFERENT, "the detail of a run is cut short");
        if (!rk_columns_decode(part, (rk_batch *)(uintptr_t)parts[i], names, texts, err))
            return false;
    }
    return (bytes.len == 0 && is_whole(detail)) ||
           rk_fail(err, RK_DIFFERENT, "the detail of a run contradicts itself");
}
