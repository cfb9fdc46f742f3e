/* Statements of one account that overlap (`overlap: extends`): the evening's download after the morning's, a
 * week's after its days'. Rows that an earlier one had are the same payments; only what is new counts. */
#include <stdlib.h>

#include "base/gzip.h"
#include "night/night.h"
#include "statement/overlap.h"
#include "statement/read.h"

/* ---- before reading ---- */

static bool is_accepted(const rk_night *night, size_t row)
{
    rk_slice fate = rk_names_text(&night->world.names, night->carried.files.fate[row]);
    return rk_slice_is(fate, rk_fate_name(RK_FATE_ACCEPTED));
}

/* A known file that counts has the name, account and days of this one. */
static bool has_earlier(const rk_night *night, const rk_file *file)
{
    const rk_file_rows *known = &night->carried.files;
    for (size_t row = 0; row < known->batch.count; row++)
        if (known->channel[row] == file->channel && known->account[row] == file->account &&
            known->covers_from[row] == file->from && known->covers_until[row] == file->until &&
            is_accepted(night, row) &&
            rk_slice_equal(rk_plain_name(rk_texts_get(&night->world.texts, known->name[row])),
                           rk_plain_name(file->name)))
            return true;
    return false;
}

static bool may_extend(const rk_night *night, const rk_file *file)
{
    const rk_channel *channel = rk_channel_find(&night->rules, file->channel);
    return channel && channel->may_extend && file->bytes.at;
}

void rk_night_extend_begin(rk_night *night)
{
    rk_files *files = &night->world.files;
    for (size_t i = 0; i < files->count; i++)
        if (files->items[i].fate == RK_FATE_HELD && may_extend(night, &files->items[i]) &&
            has_earlier(night, &files->items[i]))
            files->items[i].fate = RK_FATE_NONE;
}

/* ---- after reading ---- */

/* One file against all that overlap with it. */
typedef struct overlap {
    rk_night *night;
    const rk_entries *fresh;
    bool *dropped; /* by row of fresh */
    rk_file *file;
    size_t from, count; /* its rows */
    rk_day first, last; /* its days, and those of its rows */
    rk_ledger ledger;
    rk_file *sources; /* the others, in the order of the ledger */
    rk_entries *read; /* of files of earlier nights: read again */
    size_t source_count, room;
    bool unreadable;
} overlap;

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

static void widen(rk_day *first, rk_day *last, const rk_entries *entries, size_t from, size_t count)
{
    for (size_t row = from; row < from + count; row++) {
        if (*first == RK_NO_DAY || entries->booked_on[row] < *first)
            *first = entries->booked_on[row];
        if (*last == RK_NO_DAY || entries->booked_on[row] > *last)
            *last = entries->booked_on[row];
    }
}

static bool touches(const overlap *o, rk_name channel, rk_name account, rk_day from, rk_day until)
{
    bool same = account == o->file->account || !account || !o->file->account;
    return channel == o->file->channel && same && from != RK_NO_DAY && until != RK_NO_DAY &&
           o->first != RK_NO_DAY && from <= o->last && o->first <= until;
}

static bool is_source(const overlap *o, const rk_digest *digest)
{
    for (size_t i = 0; i < o->source_count; i++)
        if (rk_digest_equal(&o->sources[i].digest, digest))
            return true;
    return rk_digest_equal(&o->file->digest, digest);
}

/* Reads a file of an earlier night again, by tonight's rules. */
static bool read_again(overlap *o, size_t row, const rk_digest *digest, rk_error *err)
{
    rk_night *night = o->night;
    rk_world *w = &night->world;
    const rk_file_rows *known = &night->carried.files;
    rk_buffer bytes = {0};
    rk_files files = {0};
    rk_rejects rejects = {0};
    rk_reading reading = {&night->rules, &w->names, &w->texts, &w->arena, night->threads};
    rk_entries *entries = &o->read[o->source_count];
    rk_batch_init(&entries->batch, rk_entry_columns, rk_entry_column_count, 16,
                  rk_entry_all() | RK_ENTRY_BIT(balance));
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
    o->unreadable |= old->fate != RK_FATE_ACCEPTED || old->rejects > 0;
    o->sources[o->source_count] = *old;
    rk_ledger_add(&o->ledger, entries, 0, entries->batch.count, (uint32_t)o->source_count++);
    rk_buffer_free(&bytes);
    free(files.items);
    free(rejects.items);
    return good;
}

static bool add_known_files(overlap *o, rk_error *err)
{
    rk_digest digest;
    const rk_file_rows *known = &o->night->carried.files;
    for (size_t row = 0; row < known->batch.count; row++) {
        if (!touches(o, known->channel[row], known->account[row], known->covers_from[row],
                     known->covers_until[row]) ||
            !is_accepted(o->night, row) ||
            !rk_digest_parse(rk_texts_get(&o->night->world.texts, known->digest[row]), &digest) ||
            is_source(o, &digest))
            continue;
        if (!read_again(o, row, &digest, err))
            return false;
    }
    return true;
}

/* Tonight's that came before it in the order of files. */
static void add_tonights(overlap *o, const uint32_t *order, size_t before)
{
    size_t from, count;
    for (size_t i = 0; i < before; i++) {
        const rk_file *other = &o->night->world.files.items[order[i]];
        if (other->fate != RK_FATE_ACCEPTED ||
            !touches(o, other->channel, other->account, other->from, other->until))
            continue;
        o->unreadable |= other->rejects > 0;
        rows_of_file(o->fresh, order[i], &from, &count);
        o->sources[o->source_count] = *other;
        rk_ledger_add(&o->ledger, o->fresh, from, count, (uint32_t)o->source_count++);
    }
}

static void hold(overlap *o, const rk_file *was, const char *because)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_file *file = o->file;
    bool same_name = rk_slice_equal(rk_plain_name(was->name), rk_plain_name(file->name));
    memset(o->dropped + o->from, true, o->count);
    file->fate = RK_FATE_HELD;
    file->entries = file->filtered = file->rejects = 0;
    file->sum_minor = file->filtered_minor = 0;
    file->why = rk_slice_of(rk_arena_printf(
        &o->night->world.arena, "other content than %s%.*s taken before, %s: %s",
        same_name ? "the file of the same name" : "", same_name ? 0 : (int)was->name.len,
        was->name.at, rk_digest_hex(&was->digest, hex), because));
}

/* The rows that are known count already. */
static void take_known_out(overlap *o)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_file *file = o->file;
    rk_arena *arena = &o->night->world.arena;
    rk_digest_hex(&o->sources[o->source_count - 1].digest, hex);
    for (size_t row = o->from; row < o->from + o->count; row++)
        if (o->dropped[row]) {
            file->entries--;
            file->sum_minor -= o->fresh->amount_minor[row];
        }
    const char *more =
        o->source_count > 1 ? rk_arena_printf(arena, " and %zu more", o->source_count - 1) : "";
    file->why =
        rk_slice_of(rk_arena_printf(arena, "%.*s%sextends %s%s by %u entries", RK_FMT(file->why),
                                    file->why.len ? "; " : "", hex, more, file->entries));
}

static void compare(overlap *o)
{
    const rk_file *file = o->file;
    if (o->unreadable && !file->overruled) {
        hold(o, &o->sources[0], "one of them has records that cannot be read");
        return;
    }
    const rk_ledger_row *missing =
        rk_ledger_align(&o->ledger, o->fresh, o->from, o->count, file->account, file->from,
                        file->until, o->dropped);
    if (missing && !file->overruled)
        hold(o, &o->sources[missing->source],
             rk_arena_printf(&o->night->world.arena, "its line %u is not in this one",
                             missing->of->line[missing->row]));
    else
        take_known_out(o);
}

/* The file that is number `place` in the order of files; marks the rows that do not count. */
static bool extend(rk_night *night, const uint32_t *order, size_t place, const rk_entries *fresh,
                   bool *dropped, rk_error *err)
{
    size_t room = night->carried.files.batch.count + place + 1;
    overlap o = {.night = night,
                 .fresh = fresh,
                 .dropped = dropped,
                 .file = &night->world.files.items[order[place]]};
    o.ledger = (rk_ledger){.texts = &night->world.texts, .balances = !o.file->overruled};
    rows_of_file(fresh, order[place], &o.from, &o.count);
    o.first = o.file->from;
    o.last = o.file->until;
    widen(&o.first, &o.last, fresh, o.from, o.count);
    o.sources = rk_alloc(room, sizeof *o.sources);
    o.read = rk_alloc(room, sizeof *o.read);
    bool good = add_known_files(&o, err);
    size_t read = o.source_count;
    if (good)
        add_tonights(&o, order, place);
    if (good && o.source_count)
        compare(&o);
    for (size_t i = 0; i < read; i++)
        rk_batch_free(&o.read[i].batch);
    rk_ledger_free(&o.ledger);
    free(o.sources);
    free(o.read);
    return good;
}

/* One that goes less far comes first: the morning's before the evening's, the day's before the week's. */
static int by_reach(const void *a, const void *b, void *context)
{
    const rk_file *files = context;
    const rk_file *x = &files[*(const uint32_t *)a], *y = &files[*(const uint32_t *)b];
    if (x->until != y->until)
        return x->until < y->until ? -1 : 1;
    if (x->entries != y->entries)
        return x->entries < y->entries ? -1 : 1;
    int by = rk_digest_compare(&x->digest, &y->digest);
    return by ? by : rk_slice_compare(x->name, y->name);
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

bool rk_night_extend(rk_night *night, rk_entries *fresh, rk_error *err)
{
    rk_files *files = &night->world.files;
    uint32_t *order = rk_alloc(night->world.new_file_count + 1, sizeof *order);
    size_t count = 0;
    bool *dropped = rk_alloc(fresh->batch.count + 1, sizeof *dropped), good = true;
    for (size_t i = 0; i < night->world.new_file_count; i++)
        if (files->items[i].fate == RK_FATE_ACCEPTED && may_extend(night, &files->items[i]))
            order[count++] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, by_reach, files->items);
    for (size_t i = 0; i < count && good; i++)
        good = extend(night, order, i, fresh, dropped, err);
    if (good)
        drop_rows(fresh, dropped);
    free(dropped);
    free(order);
    return good;
}
