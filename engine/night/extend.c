/* A later download of the same account and days (`overlap: extends`): the rows that an earlier one had are
 * the same payments; only what is new counts. */
#include <stdlib.h>

#include "base/gzip.h"
#include "night/night.h"
#include "statement/read.h"

/* ---- before reading ---- */

/* The last known file that counts and that `file` may extend; SIZE_MAX when there is none. */
static size_t find_earlier(const rk_night *night, const rk_file *file)
{
    const rk_file_rows *known = &night->carried.files;
    const rk_texts *texts = &night->world.texts;
    const char *accepted = rk_fate_name(RK_FATE_ACCEPTED);
    for (size_t i = known->batch.count; i > 0; i--) {
        size_t row = i - 1;
        bool same = known->channel[row] == file->channel && known->account[row] == file->account &&
                    known->covers_from[row] == file->from &&
                    known->covers_until[row] == file->until &&
                    rk_slice_equal(rk_plain_name(rk_texts_get(texts, known->name[row])),
                                   rk_plain_name(file->name));
        if (same && rk_slice_is(rk_names_text(&night->world.names, known->fate[row]), accepted))
            return row;
    }
    return SIZE_MAX;
}

size_t *rk_night_extend_begin(rk_night *night)
{
    rk_files *files = &night->world.files;
    size_t *earlier = rk_arena_alloc(&night->world.arena, files->count + 1, sizeof *earlier);
    for (size_t i = 0; i < files->count; i++) {
        rk_file *file = &files->items[i];
        const rk_channel *channel = rk_channel_find(&night->rules, file->channel);
        bool may = channel && channel->may_extend && file->fate == RK_FATE_HELD && file->bytes.at;
        earlier[i] = may ? find_earlier(night, file) : SIZE_MAX;
        if (earlier[i] != SIZE_MAX)
            file->fate = RK_FATE_NONE;
    }
    return earlier;
}

/* ---- rows against rows ---- */

/* What makes two rows the same payment. */
typedef struct rows {
    const rk_entries *entries;
    const rk_texts *texts;
    uint32_t *order; /* sorted by that, then as in the file */
    size_t count;
} rows;

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_rows(const rk_texts *texts, const rk_entries *a, size_t i, const rk_entries *b,
                        size_t j)
{
    int by = compare_i64(a->booked_on[i], b->booked_on[j]);
    by = by ? by : compare_i64(a->amount_minor[i], b->amount_minor[j]);
    by = by ? by : compare_i64(a->paid_from[i], b->paid_from[j]);
    by = by ? by
            : rk_slice_compare(rk_texts_get(texts, a->narrative[i]),
                               rk_texts_get(texts, b->narrative[j]));
    return by ? by
              : rk_slice_compare(rk_texts_get(texts, a->reference[i]),
                                 rk_texts_get(texts, b->reference[j]));
}

static int by_payment(const void *a, const void *b, void *context)
{
    const rows *of = context;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    int by = compare_rows(of->texts, of->entries, i, of->entries, j);
    return by ? by : (i > j) - (i < j);
}

static rows sorted_rows(const rk_entries *entries, size_t from, size_t count, const rk_texts *texts)
{
    rows of = {entries, texts, rk_alloc(count + 1, sizeof(uint32_t)), count};
    for (size_t i = 0; i < count; i++)
        of.order[i] = (uint32_t)(from + i);
    qsort_r(of.order, count, sizeof *of.order, by_payment, &of);
    return of;
}

/* Marks in `known` the rows of `later` that `earlier` has, each as often. The line of a row that is in
 * `earlier` alone, 0 when there is none. */
static uint32_t align(const rows *earlier, const rows *later, bool *known)
{
    size_t j = 0;
    for (size_t i = 0; i < earlier->count; i++) {
        int by = -1;
        while (j < later->count &&
               (by = compare_rows(earlier->texts, later->entries, later->order[j], earlier->entries,
                                  earlier->order[i])) < 0)
            j++;
        if (j == later->count || by != 0)
            return earlier->entries->line[earlier->order[i]];
        known[later->order[j++]] = true;
    }
    return 0;
}

/* ---- after reading ---- */

/* The rows of a file among those read tonight. */
static void rows_of_file(const rk_entries *entries, size_t file, size_t *from, size_t *count)
{
    size_t row = 0;
    while (row < entries->batch.count && entries->file[row] != file)
        row++;
    *from = row;
    while (row < entries->batch.count && entries->file[row] == file)
        row++;
    *count = row - *from;
}

/* Reads the earlier file again, by tonight's rules. */
static bool read_earlier(rk_night *night, const rk_file *file, size_t row, rk_entries *entries,
                         rk_file *was, rk_error *err)
{
    rk_world *w = &night->world;
    rk_buffer bytes = {0};
    rk_files files = {0};
    rk_rejects rejects = {0};
    rk_reading reading = {&night->rules, &w->names, &w->texts, &w->arena, night->threads};
    rk_file *old = rk_files_add(&files);
    old->name = file->name;
    old->channel = file->channel;
    old->account = file->account;
    old->from = file->from;
    old->until = file->until;
    rk_digest_parse(rk_texts_get(&w->texts, night->carried.files.digest[row]), &old->digest);
    bool good = rk_archive_get_content(&night->archive, &old->digest, &bytes, err);
    if (good) {
        old->bytes = rk_arena_slice(&w->arena, rk_buffer_all(&bytes));
        good = rk_statements_read(&reading, &files, entries, &rejects, err);
    }
    *was = *old;
    rk_buffer_free(&bytes);
    free(files.items);
    free(rejects.items);
    return good;
}

static void hold(rk_night *night, rk_file *file, const rk_file *was, const char *because)
{
    char hex[RK_DIGEST_HEX + 1];
    file->fate = RK_FATE_HELD;
    file->entries = file->filtered = file->rejects = 0;
    file->sum_minor = file->filtered_minor = 0;
    file->why = rk_slice_of(rk_arena_printf(
        &night->world.arena, "other content than the file of the same name taken before, %s: %s",
        rk_digest_hex(&was->digest, hex), because));
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

/* One file that may extend an earlier one; marks the rows that do not count. */
static bool extend(rk_night *night, size_t number, size_t row, const rk_entries *fresh,
                   bool *dropped, rk_error *err)
{
    rk_world *w = &night->world;
    rk_file *file = &w->files.items[number], was;
    rk_entries entries = {0};
    size_t from, count;
    char hex[RK_DIGEST_HEX + 1];
    rk_batch_init(&entries.batch, rk_entry_columns, rk_entry_column_count, 16, rk_entry_all());
    bool good = read_earlier(night, file, row, &entries, &was, err);
    rows_of_file(fresh, number, &from, &count);
    if (good && (was.fate != RK_FATE_ACCEPTED || was.rejects + file->rejects > 0)) {
        memset(dropped + from, true, count);
        hold(night, file, &was, "one of them has records that cannot be read");
    } else if (good) {
        rows old = sorted_rows(&entries, 0, entries.batch.count, &w->texts);
        rows now = sorted_rows(fresh, from, count, &w->texts);
        uint32_t missing = align(&old, &now, dropped);
        if (missing) {
            memset(dropped + from, true, count);
            hold(night, file, &was,
                 rk_arena_printf(&w->arena, "its line %u is not in this one", missing));
        } else {
            file->entries -= was.entries;
            file->sum_minor -= was.sum_minor;
            file->why =
                rk_slice_of(rk_arena_printf(&w->arena, "extends %s by %u entries",
                                            rk_digest_hex(&was.digest, hex), file->entries));
        }
        free(old.order);
        free(now.order);
    }
    rk_batch_free(&entries.batch);
    return good;
}

bool rk_night_extend(rk_night *night, const size_t *earlier, rk_entries *fresh, rk_error *err)
{
    rk_files *files = &night->world.files;
    bool *dropped = NULL, good = true;
    for (size_t i = 0; i < night->world.new_file_count && good; i++) {
        if (earlier[i] == SIZE_MAX || files->items[i].fate != RK_FATE_ACCEPTED)
            continue;
        if (!dropped)
            dropped = rk_alloc(fresh->batch.count + 1, sizeof *dropped);
        good = extend(night, i, earlier[i], fresh, dropped, err);
    }
    if (good && dropped)
        drop_rows(fresh, dropped);
    free(dropped);
    return good;
}
