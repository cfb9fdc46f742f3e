/* Statements of one account that overlap (`overlap: extends`): the evening's download after the morning's, a
 * week's after its days'. Rows that an earlier one had are the same payments; only what is new counts. */
#include <stdlib.h>

#include "base/gzip.h"
#include "night/night.h"
#include "statement/overlap.h"
#include "statement/read.h"

/* ---- before reading ---- */

/* A known file that counts has the name, account and days of this one. */
static bool has_earlier(const rk_night *night, const rk_file *file)
{
    const rk_file_rows *known = &night->carried.files;
    for (size_t row = 0; row < known->batch.count; row++)
        if (known->channel[row] == file->channel && known->account[row] == file->account &&
            known->covers_from[row] == file->from && known->covers_until[row] == file->until &&
            rk_night_file_counts(night, row) &&
            rk_slice_equal(rk_plain_name(rk_texts_get(&night->world.texts, known->name[row])),
                           rk_plain_name(file->name)))
            return true;
    return false;
}

void rk_night_extend_begin(rk_night *night)
{
    rk_files *files = &night->world.files;
    for (size_t i = 0; i < files->count; i++)
        if (files->items[i].fate == RK_FATE_HELD &&
            rk_overlap_may(&night->rules, &files->items[i]) && has_earlier(night, &files->items[i]))
            files->items[i].fate = RK_FATE_NONE;
}

/* ---- after reading ---- */

/* Files of earlier nights, read again: those of the file at hand. */
typedef struct again {
    rk_night *night;
    rk_entries *read;
    size_t count, room;
} again;

static void forget(again *a)
{
    for (size_t i = 0; i < a->count; i++)
        rk_batch_free(&a->read[i].batch);
    free(a->read);
    a->read = NULL;
    a->count = a->room = 0;
}

static bool is_source(const rk_overlap *o, const rk_digest *digest)
{
    for (size_t i = 0; i < o->source_count; i++)
        if (rk_digest_equal(&o->sources[i].digest, digest))
            return true;
    return rk_digest_equal(&o->file->digest, digest);
}

/* By tonight's rules. */
static bool read_known(rk_night *night, size_t row, const rk_digest *digest, rk_file **read,
                       rk_entries *entries, rk_error *err)
{
    rk_world *w = &night->world;
    const rk_file_rows *known = &night->carried.files;
    rk_buffer bytes = {0};
    rk_files files = {0};
    rk_rejects rejects = {0};
    rk_reading reading = {&night->rules, &w->names, &w->texts, &w->arena, night->threads};
    rk_batch_init(&entries->batch, rk_entry_columns, rk_entry_column_count, 16,
                  rk_entry_all() | RK_ENTRY_BIT(balance) |
                      (rk_rules_read_keys(&night->rules) ? RK_ENTRY_BIT(keys) : 0) |
                      (rk_rules_read_fees(&night->rules) ? RK_ENTRY_BIT(fee) : 0));
    rk_file *old = rk_files_add(&files);
    old->name = rk_texts_get(&w->texts, known->name[row]);
    old->channel = known->channel[row];
    old->account = known->account[row];
    old->from = known->covers_from[row];
    old->until = known->covers_until[row];
    old->digest = *digest;
    old->overruled = true; /* it counts */
    bool good = rk_archive_get_content(&night->archive, digest, &bytes, err);
    if (good) {
        old->bytes = rk_arena_slice(&w->arena, rk_buffer_all(&bytes));
        good = rk_statements_read(&reading, &files, entries, &rejects, err);
    }
    *read = rk_arena_alloc(&w->arena, 1, sizeof **read);
    **read = *old;
    rk_buffer_free(&bytes);
    free(files.items);
    free(rejects.items);
    return good;
}

static bool read_again(again *a, rk_overlap *o, size_t row, const rk_digest *digest, rk_error *err)
{
    rk_file *old;
    rk_entries *entries = &a->read[a->count++];
    bool good = read_known(a->night, row, digest, &old, entries, err);
    if (good)
        rk_overlap_add(o, old, entries, 0, entries->batch.count);
    return good;
}

/* The rows that the ledger has stay where they are, so there is room for all from the beginning. */
static bool add_known_files(void *context, rk_overlap *o, rk_error *err)
{
    again *a = context;
    rk_digest digest;
    const rk_file_rows *known = &a->night->carried.files;
    forget(a);
    a->read = rk_alloc(known->batch.count + 1, sizeof *a->read);
    for (size_t row = 0; row < known->batch.count; row++) {
        if (!rk_overlap_touches(o, known->channel[row], known->account[row],
                                known->covers_from[row], known->covers_until[row]) ||
            !rk_night_file_counts(a->night, row) ||
            !rk_digest_parse(rk_texts_get(&a->night->world.texts, known->digest[row]), &digest) ||
            is_source(o, &digest))
            continue;
        if (!read_again(a, o, row, &digest, err))
            return false;
    }
    return true;
}

bool rk_night_extend(rk_night *night, rk_entries *fresh, rk_error *err)
{
    again a = {.night = night};
    bool good = rk_overlap_settle(&night->rules, &night->world, fresh, add_known_files, &a, err);
    forget(&a);
    return good;
}

/* ---- rows that another file tells of too ---- */

static void widen(rk_overlap *o, const rk_entries *entries)
{
    for (size_t row = 0; row < entries->batch.count; row++) {
        rk_day on = rk_channel_tells_on(o->ledger.channel, entries->booked_on[row],
                                        entries->paid_from[row]);
        o->first = o->first == RK_NO_DAY || on < o->first ? on : o->first;
        o->last = o->last == RK_NO_DAY || on > o->last ? on : o->last;
    }
}

static void note_shared(const rk_overlap *o, const rk_entries *entries, rk_keys *shared)
{
    bool *known = rk_alloc(entries->batch.count + 1, sizeof *known);
    rk_ledger_align(&o->ledger, entries, 0, entries->batch.count, o->file->account, o->first,
                    o->last, known);
    for (size_t row = 0; row < entries->batch.count; row++)
        if (known[row])
            rk_keys_add(shared, entries->ordinal[row]);
    rk_keys_sort(shared);
    free(known);
}

bool rk_night_shared_rows(rk_night *night, size_t old, rk_keys *shared, rk_error *err)
{
    again a = {.night = night};
    rk_digest digest;
    rk_entries entries = {0};
    rk_file *file = NULL;
    const rk_file_rows *known = &night->carried.files;
    rk_overlap o = {.rules = &night->rules,
                    .world = &night->world,
                    .first = known->covers_from[old],
                    .last = known->covers_until[old]};
    o.ledger = (rk_ledger){.channel = rk_channel_find(&night->rules, known->channel[old]),
                           .texts = &night->world.texts};
    if (!o.ledger.channel || !o.ledger.channel->may_extend ||
        !rk_digest_parse(rk_texts_get(&night->world.texts, known->digest[old]), &digest))
        return true;
    bool good = read_known(night, old, &digest, &file, &entries, err);
    o.file = file;
    if (good) {
        widen(&o, &entries);
        good = add_known_files(&a, &o, err);
    }
    if (good)
        note_shared(&o, &entries, shared);
    rk_batch_free(&entries.batch);
    forget(&a);
    rk_ledger_free(&o.ledger);
    free(o.sources);
    return good;
}
