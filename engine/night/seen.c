/* Rows of the source that are read again, as a transaction may end after the night that its rows say, and are
 * what they were: they are dropped before anything is loaded for them. */
#include <stdlib.h>

#include "base/threads.h"
#include "night/night.h"

typedef uint64_t row_digest[2];

static bool drops(const rk_night *night)
{
    return rk_engine_behaves(&night->rules.engine, RK_UNCHANGED_ROWS_DROPPED, night->day);
}

rk_moment rk_night_read_from(const rk_night *night, rk_moment since)
{
    return since == RK_NO_MOMENT
               ? RK_NO_MOMENT
               : since - rk_engine_longest_transaction(&night->rules.engine, night->day);
}

static row_digest *digest_all(const rk_applications *a, const rk_names *names,
                              const rk_texts *texts, int threads)
{
    row_digest *all = rk_alloc(a->batch.count + 1, sizeof *all);
#pragma omp parallel num_threads(rk_threads_for(a->batch.count, threads))
    {
        rk_buffer scratch = {0};
#pragma omp for schedule(static)
        for (size_t row = 0; row < a->batch.count; row++)
            rk_seen_digest(a, row, names, texts, &scratch, all[row]);
        rk_buffer_free(&scratch);
    }
    return all;
}

/* The row of what the last night carried on, which is sorted, RK_NO_ROW when it is not among it. */
static uint32_t find(const rk_night *night, size_t count, rk_slice id)
{
    const rk_seen *seen = &night->carried.seen;
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        int order =
            rk_slice_compare(rk_texts_get(&night->world.texts, seen->application[middle]), id);
        if (order == 0)
            return (uint32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            count = middle;
    }
    return RK_NO_ROW;
}

void rk_night_drop_seen(const rk_night *night, const rk_names *names, const rk_texts *texts,
                        rk_applications *a)
{
    const rk_seen *seen = &night->carried.seen;
    if (!drops(night) || seen->batch.count == 0)
        return;
    row_digest *digests = digest_all(a, names, texts, night->threads);
    size_t kept = 0;
    for (size_t row = 0; row < a->batch.count; row++) {
        uint32_t known = find(night, seen->batch.count, rk_texts_get(texts, a->id[row]));
        if (known != RK_NO_ROW && seen->high[known] == digests[row][0] &&
            seen->low[known] == digests[row][1])
            continue;
        if (kept < row)
            rk_batch_copy_row(&a->batch, row, &a->batch, kept);
        kept++;
    }
    a->batch.count = kept;
    free(digests);
}

void rk_night_note_seen(rk_night *night, const rk_applications *a)
{
    rk_seen *seen = &night->carried.seen;
    size_t known = seen->batch.count;
    if (!drops(night))
        return;
    row_digest *digests = digest_all(a, &night->world.names, &night->world.texts, night->threads);
    for (size_t row = 0; row < a->batch.count; row++) {
        size_t target = find(night, known, rk_texts_get(&night->world.texts, a->id[row]));
        if (target == RK_NO_ROW) {
            target = rk_batch_append(&seen->batch);
            seen->application[target] = a->id[row];
        }
        rk_seen_set(seen, target, a, row, digests[row]);
    }
    for (size_t row = 0; row < known; row++) /* what was dropped is as new as it says */
        if (seen->updated_at[row] != RK_NO_MOMENT && seen->updated_at[row] > night->since)
            night->since = seen->updated_at[row];
    free(digests);
}

/* It may be read again: by its time, or because it has none. */
static bool may_come_again(const rk_night *night, size_t row, rk_moment from)
{
    const rk_seen *seen = &night->carried.seen;
    if (seen->updated_at[row] != RK_NO_MOMENT)
        return from == RK_NO_MOMENT || seen->updated_at[row] > from;
    return rk_day_at(seen->submitted_at[row], night->settings.zone) >=
           night->day - night->settings.memory_days;
}

static int by_id(const void *a, const void *b, void *context)
{
    const rk_night *night = context;
    const rk_text *ids = night->carried.seen.application;
    return rk_slice_compare(rk_texts_get(&night->world.texts, ids[*(const uint32_t *)a]),
                            rk_texts_get(&night->world.texts, ids[*(const uint32_t *)b]));
}

void rk_night_forget_seen(rk_night *night)
{
    rk_seen *seen = &night->carried.seen, kept;
    rk_moment from = rk_night_read_from(night, night->since);
    uint32_t *rows = rk_alloc(seen->batch.count + 1, sizeof *rows);
    size_t count = 0;
    for (size_t row = 0; drops(night) && row < seen->batch.count; row++)
        if (may_come_again(night, row, from))
            rows[count++] = (uint32_t)row;
    if (count)
        qsort_r(rows, count, sizeof *rows, by_id, night);
    rk_seen_init(&kept);
    rk_batch_reserve(&kept.batch, count);
    for (size_t i = 0; i < count; i++)
        rk_batch_copy_row(&seen->batch, rows[i], &kept.batch, i);
    kept.batch.count = count;
    rk_batch_free(&seen->batch);
    *seen = kept;
    free(rows);
}
