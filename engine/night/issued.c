/* Documents across the nights: what tonight brings, and who had them before. */
#include <stdlib.h>

#include "night/night.h"
#include "seal/columns.h"
#include "tally/office.h"

enum { EARLIER_MAX = 200000 };

static uint64_t key_of(rk_slice document)
{
    return rk_key_of_id(document);
}

static rk_day day_of_issue(const rk_night *night, const rk_applications *a, size_t row)
{
    if (a->issued_on && a->issued_on[row] != RK_NO_DAY)
        return a->issued_on[row];
    return rk_day_at(
        a->submitted_at[row],
        rk_office_zone(&night->rules, a->office[row], a->submitted_at[row], night->settings.zone));
}

static void add(rk_night *night, const rk_applications *a, size_t row, bool gone)
{
    rk_issued *issued = &night->issued;
    size_t at = rk_batch_append(&issued->batch);
    issued->document[at] = a->document_no[row];
    issued->application[at] = a->id[row];
    issued->office[at] = rk_office_or_none(&night->rules, a->office[row]);
    issued->day[at] = day_of_issue(night, a, row);
    issued->gone[at] = gone;
}

/* What tonight says that was not said before. */
static void note_tonight(rk_night *night)
{
    const rk_applications *a = &night->world.applications, *old = &night->world.before.applications;
    const rk_texts *texts = &night->world.texts;
    for (size_t row = 0; row < a->batch.count; row++) {
        bool carried = row < old->batch.count && old->document_no && old->document_no[row];
        rk_slice now = rk_texts_get(texts, a->document_no[row]);
        rk_slice then = carried ? rk_texts_get(texts, old->document_no[row]) : (rk_slice){"", 0};
        if (rk_slice_equal(now, then))
            continue;
        if (then.len)
            add(night, old, row, true);
        if (now.len)
            add(night, a, row, false);
    }
}

/* Sorted keys of what tonight brings. */
static rk_keys keys_of(const rk_night *night, bool also_gone)
{
    rk_keys keys = {0};
    const rk_issued *issued = &night->issued;
    for (size_t row = 0; row < issued->batch.count; row++)
        if (also_gone || !issued->gone[row])
            rk_keys_add(&keys, key_of(rk_texts_get(&night->world.texts, issued->document[row])));
    rk_keys_sort(&keys);
    return keys;
}

/* Rows of a run that tell of tonight's documents. A number that everybody has is no number: there is an end
 * to how many are looked at. */
static void take_rows(rk_night *night, const rk_issued *rows, const rk_keys *wanted)
{
    rk_batch *known = &night->issued_before.batch;
    for (size_t row = 0; row < rows->batch.count && known->count < EARLIER_MAX; row++) {
        rk_slice document = rk_texts_get(&night->world.texts, rows->document[row]);
        if (rk_keys_have(wanted, key_of(document)))
            rk_batch_copy_row(&rows->batch, row, known, rk_batch_append(known));
    }
}

static bool fetch(rk_night *night, const rk_ref *ref, rk_slice *bytes, rk_error *err)
{
    rk_buffer content = {0};
    bool good = rk_archive_get(&night->archive, ref, &content, err);
    if (good)
        *bytes = rk_arena_slice(&night->world.arena, rk_buffer_all(&content));
    rk_buffer_free(&content);
    return good;
}

/* The keys of a run say whether its rows need be read. */
static bool read_run(rk_night *night, const rk_fact_list *run, const rk_keys *wanted, rk_error *err)
{
    rk_buffer keys = {0};
    rk_issued rows;
    rk_slice bytes;
    bool damaged = false;
    bool good = rk_archive_get(&night->archive, &run->issued_keys, &keys, err);
    bool meets = good && rk_keys_meet(wanted, rk_buffer_all(&keys), &damaged);
    rk_buffer_free(&keys);
    if (damaged)
        return rk_fail(err, RK_DIFFERENT, "a sealed set of documents is damaged");
    if (!meets)
        return good;
    rk_issued_init(&rows);
    good = fetch(night, &run->issued, &bytes, err) &&
           rk_columns_decode(bytes, &rows.batch, &night->world.names, &night->world.texts, err);
    if (good)
        take_rows(night, &rows, wanted);
    rk_batch_free(&rows.batch);
    return good;
}

typedef struct sorting {
    const rk_issued *of;
    const rk_texts *texts;
} sorting;

static int by_holder(const void *a, const void *b, void *context)
{
    const sorting *s = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = rk_slice_compare(rk_texts_get(s->texts, s->of->document[x]),
                                 rk_texts_get(s->texts, s->of->document[y]));
    if (!order)
        order = rk_slice_compare(rk_texts_get(s->texts, s->of->application[x]),
                                 rk_texts_get(s->texts, s->of->application[y]));
    return order ? order : (x > y) - (x < y);
}

/* Of each application and document the last word; those that are gone are not kept. */
static void keep_last(rk_night *night)
{
    rk_issued *known = &night->issued_before, kept;
    size_t count = known->batch.count;
    uint32_t *rows = rk_alloc(count + 1, sizeof *rows);
    sorting s = {known, &night->world.texts};
    for (size_t i = 0; i < count; i++)
        rows[i] = (uint32_t)i;
    if (count > 1)
        qsort_r(rows, count, sizeof *rows, by_holder, &s);
    rk_issued_init(&kept);
    for (size_t i = 0; i < count; i++) {
        bool is_last = i + 1 == count ||
                       !rk_slice_equal(rk_texts_get(s.texts, known->application[rows[i]]),
                                       rk_texts_get(s.texts, known->application[rows[i + 1]])) ||
                       !rk_slice_equal(rk_texts_get(s.texts, known->document[rows[i]]),
                                       rk_texts_get(s.texts, known->document[rows[i + 1]]));
        if (is_last && !known->gone[rows[i]])
            rk_batch_copy_row(&known->batch, rows[i], &kept.batch, rk_batch_append(&kept.batch));
    }
    free(rows);
    rk_batch_free(&known->batch);
    *known = kept;
}

bool rk_night_read_issued(rk_night *night, rk_error *err)
{
    const rk_finding_rule *rule =
        rk_finding_rule_on(&night->rules.findings, RK_ISSUED_TWICE, night->day);
    if (!rule || rule->within_days == 0 || !night->world.applications.document_no)
        return true;
    note_tonight(night);
    rk_keys wanted = keys_of(night, false);
    bool good = true;
    for (size_t i = 0; good && wanted.count && i < night->opening.fact_count; i++) {
        const rk_fact_list *run = &night->opening.facts[i];
        if (run->issued.size && run->night >= night->day - rule->within_days)
            good = read_run(night, run, &wanted, err);
    }
    keep_last(night);
    rk_keys_free(&wanted);
    return good;
}

bool rk_night_seal_issued(rk_night *night, rk_fact_list *tonight, rk_error *err)
{
    rk_buffer rows = {0}, encoded = {0};
    if (night->issued.batch.count == 0)
        return true;
    rk_keys keys = keys_of(night, true);
    rk_keys_encode(&keys, &encoded);
    rk_columns_encode(&night->issued.batch, &night->world.names, &night->world.texts, &rows);
    bool good =
        rk_archive_put(&night->archive, rk_buffer_all(&encoded), &tonight->issued_keys, err) &&
        rk_archive_put(&night->archive, rk_buffer_all(&rows), &tonight->issued, err);
    rk_keys_free(&keys);
    rk_buffer_free(&encoded);
    rk_buffer_free(&rows);
    return good;
}
