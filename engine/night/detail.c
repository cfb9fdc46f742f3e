/* What tonight's books list: the rows that are sealed beside the facts. */
#include <stdlib.h>

#include "night/night.h"
#include "report/books.h"
#include "seal/detail.h"

static uint64_t columns_there(const rk_batch *batch)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < batch->column_count; i++)
        if (rk_batch_column(batch, i))
            bits |= (uint64_t)1 << i;
    return bits;
}

/* What a list shows of its application beside the facts. */
static bool is_due_as_before(const rk_world *w, size_t row)
{
    uint32_t now = w->entries.application[row], old = w->before.entries.application[row];
    if (now == RK_NO_ROW || old == RK_NO_ROW)
        return now == old;
    return w->applications.due_minor[now] == w->before.applications.due_minor[old] &&
           w->applications.service[now] == w->before.applications.service[old] &&
           w->applications.office[now] == w->before.applications.office[old];
}

bool rk_night_entry_changed(const rk_world *w, size_t row)
{
    const rk_entries *now = &w->entries, *old = &w->before.entries;
    return row >= old->batch.count || now->outcome[row] != old->outcome[row] ||
           now->application[row] != old->application[row] || now->rule[row] != old->rule[row] ||
           now->reason[row] != old->reason[row];
}

static void copy_row(const rk_batch *from, size_t row, rk_batch *to)
{
    rk_batch_copy_row(from, row, to, rk_batch_append(to));
}

static void put_file(rk_night *night, const rk_file *file, rk_file_rows *rows)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_texts *texts = &night->world.texts;
    size_t row = rk_batch_append(&rows->batch);
    if (!rk_digest_is_zero(&file->digest))
        rows->digest[row] = rk_texts_add(texts, rk_slice_of(rk_digest_hex(&file->digest, hex)));
    rows->name[row] = rk_texts_add(texts, file->name);
    rows->channel[row] = file->channel;
    rows->account[row] = file->account;
    rows->fate[row] = rk_names_add(&night->world.names, rk_slice_of(rk_fate_name(file->fate)));
    rows->covers_from[row] = file->from;
    rows->covers_until[row] = file->until;
    rows->entries[row] = file->entries;
    rows->rejects[row] = file->rejects;
    rows->amount[row] = file->sum_minor;
    rows->why[row] = rk_texts_add(texts, file->why);
}

/* Rows of the world, renumbered in the order in which entries name them. */
typedef struct renumbering {
    uint32_t *rows; /* by row of the world: the new one + 1 */
    uint32_t count;
} renumbering;

static uint32_t renumber(renumbering *r, uint32_t row, bool *is_new)
{
    *is_new = r->rows[row] == 0;
    if (*is_new)
        r->rows[row] = ++r->count;
    return r->rows[row] - 1;
}

static void put_entry(rk_night *night, size_t row, renumbering *files, renumbering *applications,
                      rk_detail *detail)
{
    const rk_world *w = &night->world;
    bool is_new;
    size_t at = rk_batch_append(&detail->entries.batch);
    rk_batch_append(&detail->entry_causes.batch);
    detail->entry_causes.cause[at] = night->entry_causes[row];
    rk_batch_copy_row(&w->entries.batch, row, &detail->entries.batch, at);
    detail->entries.file[at] = renumber(files, w->entries.file[row], &is_new);
    if (is_new)
        put_file(night, &w->files.items[w->entries.file[row]], &detail->files);
    if (w->entries.application[row] == RK_NO_ROW)
        return;
    detail->entries.application[at] = renumber(applications, w->entries.application[row], &is_new);
    if (is_new)
        copy_row(&w->applications.batch, w->entries.application[row], &detail->applications.batch);
}

static void put_entries(rk_night *night, rk_detail *detail)
{
    const rk_world *w = &night->world;
    renumbering files = {.rows = rk_alloc(w->files.count + 1, sizeof(uint32_t))};
    renumbering applications = {.rows =
                                    rk_alloc(w->applications.batch.count + 1, sizeof(uint32_t))};
    for (size_t row = 0; row < w->entries.batch.count; row++)
        if (rk_night_entry_changed(w, row) || !is_due_as_before(w, row))
            put_entry(night, row, &files, &applications, detail);
    free(files.rows);
    free(applications.rows);
}

static void put_lapses(const rk_world *w, rk_detail *detail)
{
    const rk_known *before = &w->before;
    for (size_t row = 0; row < w->applications.batch.count; row++) {
        uint8_t state = row < before->applications.batch.count ? before->applications.state[row]
                                                               : RK_STATE_NONE;
        if (rk_books_lists_lapse(&w->applications, row, state))
            copy_row(&w->applications.batch, row, &detail->lapses.batch);
    }
}

/* What stays in the inbox is not sealed: a workbook that showed it could not be made again. */
static void put_taken(rk_night *night, rk_detail *detail)
{
    for (size_t i = 0; i < night->world.new_file_count; i++) {
        const rk_file *file = &night->world.files.items[i];
        if (file->fate != RK_FATE_UNKNOWN && file->fate != RK_FATE_WAITING)
            put_file(night, file, &detail->taken);
    }
}

static void put_marks(rk_night *night, rk_detail *detail)
{
    for (size_t i = 0; i < night->mark_count; i++) {
        size_t row = rk_batch_append(&detail->marks.batch);
        detail->marks.channel[row] = night->marks[i].channel;
        detail->marks.account[row] = night->marks[i].account;
        detail->marks.complete_until[row] = night->marks[i].complete_until;
        detail->marks.waits_for[row] = rk_texts_add(&night->world.texts, night->marks[i].waits_for);
    }
}

static void span(const rk_night *night, const rk_detail *detail, rk_day *from, rk_day *until)
{
    *from = *until = night->day;
    for (size_t row = 0; row < detail->entries.batch.count; row++) {
        rk_day day = detail->entries.booked_on[row];
        if (day == RK_NO_DAY)
            continue;
        *from = day < *from ? day : *from;
        *until = day > *until ? day : *until;
    }
}

void rk_night_write_detail(rk_night *night)
{
    rk_detail detail;
    uint64_t columns = columns_there(&night->world.applications.batch);
    rk_detail_init(&detail);
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (columns >> i & 1) {
            rk_batch_add_column(&detail.applications.batch, i);
            rk_batch_add_column(&detail.lapses.batch, i);
        }
    put_entries(night, &detail);
    put_lapses(&night->world, &detail);
    put_taken(night, &detail);
    put_marks(night, &detail);
    size_t row = rk_batch_append(&detail.standing.batch);
    detail.standing.set_aside[row] = (uint32_t)night->set_aside_files;
    detail.standing.suspended[row] = night->source_fault.len ? RK_SOURCE_UNREAD
                                     : night->suspended.len  ? RK_SOURCE_LESS
                                                             : 0;
    for (row = 0; row < night->causes.batch.count; row++)
        copy_row(&night->causes.batch, row, &detail.causes.batch);
    span(night, &detail, &night->detail_from, &night->detail_until);
    rk_detail_encode(&detail, &night->world.names, &night->world.texts, &night->detail);
    rk_detail_free(&detail);
}
