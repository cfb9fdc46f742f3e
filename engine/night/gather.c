#include <stdlib.h>

#include "base/log.h"
#include "match/near.h"
#include "night/night.h"
#include "snapshot/applications.h"
#include "statement/read.h"
#include "terms/clock.h"

enum { RUPIAH_DIGITS = 2 };

/* What is read tonight, before it joins what is carried. */
typedef struct fresh {
    rk_entries entries;
    rk_applications applications;
    bool has_applications;
} fresh;

static bool read_snapshot(rk_night *night, fresh *f, rk_error *err)
{
    rk_slice unknown;
    rk_applications_reading reading = {.names = &night->world.names,
                                       .texts = &night->world.texts,
                                       .arena = &night->world.arena,
                                       .threads = night->threads,
                                       .exponent = RUPIAH_DIGITS,
                                       .columns = rk_application_all()};
    if (night->snapshot.len == 0)
        return true;
    f->has_applications = true;
    bool good = rk_applications_read(&reading, RK_S("snapshot"), rk_buffer_all(&night->snapshot),
                                     &f->applications, &unknown, err);
    if (!good && err->code == RK_USAGE) /* no person wrote this one */
        err->code = RK_FILE;
    return good;
}

static size_t judge_empty_files(rk_night *night)
{
    rk_world *w = &night->world;
    rk_name accepted = rk_names_add(&w->names, rk_slice_of(rk_fate_name(RK_FATE_ACCEPTED)));
    size_t count = 0;
    for (size_t i = 0; i < w->new_file_count; i++)
        count += rk_collect_judge_empty(&w->files, i, &night->carried.files, &w->texts, accepted,
                                        &w->arena);
    return count;
}

/* One line for each file that does not simply count. */
static void tell_files(rk_night *night)
{
    for (size_t i = 0; i < night->world.new_file_count; i++) {
        const rk_file *file = &night->world.files.items[i];
        const char *what = file->fate == RK_FATE_QUARANTINED ? "quarantined"
                           : file->fate == RK_FATE_HELD      ? "held"
                           : file->fate == RK_FATE_SAME      ? "skipped"
                           : file->fate == RK_FATE_UNKNOWN   ? "unknown file, left in the inbox"
                                                             : NULL;
        if (what)
            rk_log_warning("%.*s: %s: %.*s", RK_FMT(file->name), what, RK_FMT(file->why));
        night->set_aside_files += file->fate == RK_FATE_QUARANTINED || file->fate == RK_FATE_HELD;
    }
}

static bool read_files(rk_night *night, fresh *f, rk_error *err)
{
    rk_world *w = &night->world;
    rk_reading reading = {.rules = &night->rules,
                          .names = &w->names,
                          .texts = &w->texts,
                          .arena = &w->arena,
                          .threads = night->threads};
    rk_batch_init(&f->entries.batch, rk_entry_columns, rk_entry_column_count, 16,
                  rk_entry_all() | RK_ENTRY_BIT(balance) |
                      (rk_rules_read_keys(&night->rules) ? RK_ENTRY_BIT(keys) : 0) |
                      (rk_rules_read_fees(&night->rules) ? RK_ENTRY_BIT(fee) : 0));
    w->new_file_count = w->files.count;
    rk_night_extend_begin(night);
    if (!rk_statements_read(&reading, &w->files, &f->entries, &w->rejects, err))
        return false;
    if (judge_empty_files(night) > 0 &&
        !rk_statements_read(&reading, &w->files, &f->entries, &w->rejects, err))
        return false;
    if (!rk_night_extend(night, &f->entries, err))
        return false;
    tell_files(night);
    return true;
}

/* ---- what they touch of the closing state ---- */

/* The longest time that any deadline rule gives. */
int64_t rk_night_longest_term(const rk_night *night)
{
    int64_t longest = 0;
    for (size_t i = 0; i < night->rules.deadlines.count; i++) {
        const rk_deadline_rule *rule = &night->rules.deadlines.items[i];
        bool past = rule->until != RK_NO_DAY && rule->until < night->start;
        if (!past && rule->within > longest)
            longest = rule->within;
    }
    return longest;
}

/* A code that no application has may be mistyped: what was submitted so that it could be paid then must be
 * at hand, or two that fit would look like one. */
static void want_days_of_entry(const rk_night *night, const rk_entries *e, size_t row,
                               rk_wanted *wanted)
{
    rk_zone zone = night->settings.zone;
    rk_moment earliest =
        rk_clock_earliest(&night->rules.outages, e->paid_from[row], rk_night_longest_term(night));
    rk_day first = rk_day_at(earliest, zone);
    for (rk_day day = first; day <= rk_day_at(e->paid_until[row], zone); day++)
        rk_wanted_add_day(wanted, day);
}

static void add_keys(const rk_keys *from, rk_keys *to)
{
    for (size_t i = 0; i < from->count; i++)
        rk_keys_add(to, from->items[i]);
}

static void want_also(const rk_wanted *also, rk_wanted *wanted)
{
    if (!also)
        return;
    add_keys(&also->codes, &wanted->codes);
    add_keys(&also->ids, &wanted->ids);
    add_keys(&also->entries, &wanted->entries);
    add_keys(&also->days, &wanted->days);
}

/* It has a code, or a number that may be one digit off. */
static bool may_be_near(const rk_entries *e, size_t row)
{
    return e->code[row] || e->windows[row];
}

static bool finds_journals(const rk_night *night)
{
    return rk_matching_has_key(&night->rules.matching, RK_KEY_REFERENCE);
}

static bool has_alternatives(const rk_night *night)
{
    return rk_matching_has_alternatives(&night->rules.matching);
}

static void want(rk_night *night, const fresh *f, rk_wanted *wanted)
{
    want_also(night->also, wanted);
    for (size_t row = 0; row < f->entries.batch.count; row++) {
        if (finds_journals(night))
            rk_keys_add_reference(&wanted->codes, &night->world, &f->entries, row, true);
        if (has_alternatives(night))
            rk_keys_add_alternatives(&wanted->codes, &night->world, &f->entries, row);
        rk_keys_add_windows(&wanted->codes,
                            rk_texts_get(&night->world.texts, f->entries.windows[row]));
        if (!may_be_near(&f->entries, row))
            continue;
        if (f->entries.code[row])
            rk_keys_add(&wanted->codes, f->entries.code[row]);
        want_days_of_entry(night, &f->entries, row, wanted);
    }
    for (size_t row = 0; f->has_applications && row < f->applications.batch.count; row++) {
        if (f->applications.code[row])
            rk_keys_add(&wanted->codes, f->applications.code[row]);
        if (has_alternatives(night))
            rk_keys_add_alternatives_of(&wanted->codes, &night->world, &f->applications, row);
        rk_wanted_add_day(wanted,
                          rk_day_at(f->applications.submitted_at[row], night->settings.zone));
    }
    rk_night_want_decided(night, wanted);
    night->outages_changed = rk_night_want_outages(night, wanted);
    rk_keys_sort(&wanted->codes);
    rk_keys_sort(&wanted->days);
    rk_keys_sort(&wanted->ids);
    rk_keys_sort(&wanted->entries);
}

/* Rows of a batch by application id: open addressing over row + 1. */
typedef struct id_table {
    const rk_applications *of;
    const rk_texts *texts;
    uint32_t *slots;
    size_t size;
} id_table;

static uint32_t *slot_of_id(const id_table *table, rk_slice id)
{
    const rk_text *ids = table->of->id;
    size_t at = (size_t)rk_slice_hash(id) & (table->size - 1);
    while (table->slots[at] &&
           !rk_slice_equal(rk_texts_get(table->texts, ids[table->slots[at] - 1]), id))
        at = (at + 1) & (table->size - 1);
    return &table->slots[at];
}

/* Room for `more` rows that are added later. */
static id_table index_ids(const rk_applications *of, const rk_texts *texts, size_t more)
{
    id_table table = {.of = of, .texts = texts, .size = 64};
    while (table.size < 2 * (of->batch.count + more))
        table.size *= 2;
    table.slots = rk_alloc(table.size, sizeof *table.slots);
    for (size_t row = 0; row < of->batch.count; row++)
        *slot_of_id(&table, rk_texts_get(texts, of->id[row])) = (uint32_t)row + 1;
    return table;
}

static void copy_batch(const rk_batch *from, rk_batch *to)
{
    rk_batch_reserve(to, from->count);
    rk_batch_copy_rows(from, 0, from->count, to, 0);
    to->count = from->count;
}

/* The present begins as a copy of what is carried. */
static void begin_present(rk_night *night)
{
    rk_world *w = &night->world;
    uint64_t columns = 0;
    const rk_batch *before = &w->before.applications.batch;
    for (size_t i = 0; i < before->column_count; i++)
        if (rk_batch_column(before, i))
            columns |= (uint64_t)1 << i;
    rk_batch_init(&w->applications.batch, rk_application_columns, rk_application_column_count, 16,
                  columns);
    bool keys = w->before.entries.keys || rk_rules_read_keys(&night->rules);
    bool fees = w->before.entries.fee || rk_rules_read_fees(&night->rules);
    rk_batch_init(&w->entries.batch, rk_entry_columns, rk_entry_column_count, 16,
                  rk_entry_all() | (keys ? RK_ENTRY_BIT(keys) : 0) |
                      (fees ? RK_ENTRY_BIT(fee) : 0));
    copy_batch(before, &w->applications.batch);
    copy_batch(&w->before.entries.batch, &w->entries.batch);
}

/* ---- joining ---- */

/* Cells that come from the source replace those that are carried; true when any differs. */
static bool update_row(const rk_night *night, const rk_applications *from, size_t row,
                       const rk_applications *to, size_t target)
{
    const rk_world *w = &night->world;
    bool changed = false,
         by_tariff = rk_engine_behaves(&night->rules.engine, RK_ORDER_OF_ARRIVAL, night->day);
    for (size_t i = 0; i < rk_application_column_count; i++) {
        const rk_column *column = &rk_application_columns[i];
        size_t size = rk_type_size(column->type);
        char *source = rk_batch_column(&from->batch, i), *cell = rk_batch_column(&to->batch, i);
        if (!source || !(column->flags & RK_COLUMN_SOURCE))
            continue;
        source += row * size;
        cell += target * size;
        bool no_amount =
            column->type == RK_TYPE_MONEY && *(const rk_money *)(const void *)source == RK_NO_MONEY;
        bool same = column->type == RK_TYPE_TEXT
                        ? rk_slice_equal(rk_texts_get(&w->texts, *(rk_text *)(void *)source),
                                         rk_texts_get(&w->texts, *(rk_text *)(void *)cell))
                        : memcmp(source, cell, size) == 0;
        if (same || (no_amount && !by_tariff))
            continue;
        memcpy(cell, source, size);
        changed |= !no_amount; /* the tariff's may be what is known */
    }
    return changed;
}

static void add_source_columns(const rk_applications *from, rk_batch *to)
{
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (rk_batch_column(&from->batch, i))
            rk_batch_add_column(to, i);
}

static void join_applications(rk_night *night, const rk_applications *from)
{
    rk_world *w = &night->world;
    add_source_columns(from, &w->applications.batch);
    add_source_columns(from, &w->before.applications.batch);
    id_table table = index_ids(&w->applications, &w->texts, from->batch.count);
    for (size_t row = 0; row < from->batch.count; row++) {
        uint32_t *slot = slot_of_id(&table, rk_texts_get(&w->texts, from->id[row]));
        if (*slot) {
            night->news |= update_row(night, from, row, &w->applications, *slot - 1);
        } else {
            size_t added = rk_batch_append(&w->applications.batch);
            rk_batch_copy_row(&from->batch, row, &w->applications.batch, added);
            *slot = (uint32_t)added + 1;
            night->news = true;
        }
        if (from->updated_at && from->updated_at[row] > night->since)
            night->since = from->updated_at[row];
    }
    free(table.slots);
}

static void join_entries(rk_world *w, const rk_entries *from)
{
    size_t first = w->entries.batch.count;
    rk_batch_reserve(&w->entries.batch, first + from->batch.count);
    for (size_t row = 0; row < from->batch.count; row++)
        rk_batch_clear_row(&w->entries.batch, first + row);
    rk_batch_copy_rows(&from->batch, 0, from->batch.count, &w->entries.batch, first);
    for (size_t row = 0; row < from->batch.count; row++)
        w->entries.application[first + row] = RK_NO_ROW;
    w->entries.batch.count = first + from->batch.count;
}

/* Rows that were updated long after they were submitted, but are in no segment loaded so far. */
static void want_by_id(const rk_night *night, const fresh *f, rk_wanted *wanted)
{
    const rk_world *w = &night->world;
    const rk_applications *a = &f->applications;
    id_table table = index_ids(&w->before.applications, &w->texts, 0);
    for (size_t row = 0; f->has_applications && row < a->batch.count; row++) {
        rk_slice id = rk_texts_get(&w->texts, a->id[row]);
        bool is_older = a->updated_at && a->updated_at[row] > a->submitted_at[row] + RK_DAY_LENGTH;
        if (is_older && !*slot_of_id(&table, id))
            rk_keys_add(&wanted->ids, rk_key_of_id(id));
    }
    free(table.slots);
}

/* An entry that is open is searched again: every application that has its code must be at hand, or two
 * equals would look like one. */
static void want_codes_of_open(const rk_night *night, size_t from, rk_wanted *wanted)
{
    const rk_entries *e = &night->world.before.entries;
    for (size_t row = from; row < e->batch.count; row++) {
        rk_keys_add_windows(&wanted->codes, rk_texts_get(&night->world.texts, e->windows[row]));
        if (e->application[row] == RK_NO_ROW && has_alternatives(night))
            rk_keys_add_alternatives(&wanted->codes, &night->world, e, row);
        if (e->application[row] == RK_NO_ROW && finds_journals(night))
            rk_keys_add_reference(&wanted->codes, &night->world, e, row, true);
        if (e->application[row] != RK_NO_ROW || !may_be_near(e, row))
            continue;
        if (e->code[row])
            rk_keys_add(&wanted->codes, e->code[row]);
        want_days_of_entry(night, e, row, wanted);
    }
}

/* What is gone through to find whole groups. */
typedef struct group_search {
    rk_keys codes; /* that entries have which are searched tonight */
    rk_keys asked; /* keys of groups that were asked for */
} group_search;

static void note_codes(group_search *search, const rk_wanted *wanted)
{
    for (size_t i = 0; i < wanted->codes.count; i++)
        rk_keys_add(&search->codes, wanted->codes.items[i]);
    rk_keys_sort(&search->codes);
}

static void want_group(group_search *search, rk_slice group, rk_keys *more)
{
    uint64_t key = rk_key_of_group(group);
    if (group.len && !rk_keys_have(&search->asked, key))
        rk_keys_add(more, key);
}

/* An entry of tonight, or one that is open, has a key of the application. */
static bool is_searched(const rk_night *night, const group_search *search, size_t row)
{
    const rk_applications *known = &night->world.before.applications;
    rk_keys others = {0};
    bool found = rk_keys_have(&search->codes, known->code[row]);
    if (!found && has_alternatives(night))
        rk_keys_add_alternatives_of(&others, &night->world, known, row);
    for (size_t i = 0; i < others.count; i++)
        found |= rk_keys_have(&search->codes, others.items[i]);
    rk_keys_free(&others);
    return found;
}

/* One payment may be for all of a group: where tonight's may be, or an earlier one was, all of its applications
 * must be at hand, whenever they were submitted. */
static void want_groups(const rk_night *night, const fresh *f, group_search *search,
                        rk_wanted *wanted)
{
    const rk_world *w = &night->world;
    const rk_applications *known = &w->before.applications, *told = &f->applications;
    rk_keys more = {0};
    for (size_t row = 0; known->group_id && row < known->batch.count; row++)
        if (known->group_id[row] &&
            (rk_reason_of_group((rk_reason)known->reason[row]) ||
             known->reason[row] == RK_REASON_REVERSED || is_searched(night, search, row)))
            want_group(search, rk_texts_get(&w->texts, known->group_id[row]), &more);
    for (size_t row = 0; f->has_applications && told->group_id && row < told->batch.count; row++)
        want_group(search, rk_texts_get(&w->texts, told->group_id[row]), &more);
    for (size_t i = 0; i < more.count; i++) {
        rk_keys_add(&search->asked, more.items[i]);
        rk_keys_add(&wanted->ids, more.items[i]);
    }
    rk_keys_sort(&search->asked);
    rk_keys_free(&more);
}

static void want_slips(uint64_t code, rk_wanted *wanted)
{
    uint64_t slips[RK_NEIGHBOURS_MAX];
    size_t count = rk_code_is_whole(code) ? rk_code_slips(code, slips) : 0;
    for (size_t i = 0; i < count; i++)
        rk_keys_add(&wanted->slips, slips[i]);
}

/* It is paid by its own code, and nothing of tonight says otherwise. */
static bool stays_paid(const rk_applications *known, size_t row, uint64_t code)
{
    rk_state state = (rk_state)known->state[row];
    return known->code[row] == code &&
           (state == RK_STATE_PAID || state == RK_STATE_PAID_LATE || state == RK_STATE_REINSTATED);
}

static void want_slips_of_told(const rk_night *night, const rk_applications *told,
                               rk_wanted *wanted)
{
    const rk_world *w = &night->world;
    id_table table = index_ids(&w->before.applications, &w->texts, 0);
    for (size_t row = 0; row < told->batch.count; row++) {
        uint32_t known = *slot_of_id(&table, rk_texts_get(&w->texts, told->id[row]));
        bool is_older = rk_day_at(told->submitted_at[row], night->settings.zone) < night->day ||
                        (told->billed_at && told->billed_at[row] != RK_NO_MOMENT &&
                         rk_day_at(told->billed_at[row], night->settings.zone) < night->day);
        if (is_older && !(known && stays_paid(&w->before.applications, known - 1, told->code[row])))
            want_slips(told->code[row], wanted);
    }
    free(table.slots);
}

static void want_slips_of_decided(const rk_night *night, rk_wanted *wanted)
{
    const rk_world *w = &night->world;
    const rk_entries *e = &w->before.entries;
    const rk_decision_rows *decisions = &night->history.decisions;
    for (size_t i = 0; i < decisions->batch.count; i++) {
        uint64_t digest;
        uint32_t ordinal;
        rk_slice subject = rk_texts_get(&w->texts, decisions->subject[i]);
        if (!rk_night_parse_entry(rk_night_entry_named(night, subject), &digest, &ordinal))
            continue;
        for (size_t row = 0; row < e->batch.count; row++)
            if (e->ordinal[row] == ordinal && e->application[row] != RK_NO_ROW &&
                rk_digest_short(&w->files.items[e->file[row]].digest) == digest)
                want_slips(w->before.applications.code[e->application[row]], wanted);
    }
}

/* What an earlier night could not identify may be the payment of an application that is told tonight, or told
 * otherwise, or has more time, or whose payment is taken back: open entries whose code is one edit away must
 * be at hand. */
static void want_slips_of_all(const rk_night *night, const fresh *f, rk_wanted *wanted)
{
    const rk_applications *known = &night->world.before.applications;
    if (!rk_engine_behaves(&night->rules.engine, RK_ORDER_OF_ARRIVAL, night->day))
        return;
    want_slips_of_decided(night, wanted);
    if (f->has_applications)
        want_slips_of_told(night, &f->applications, wanted);
    for (size_t row = 0; row < f->entries.batch.count; row++)
        if (f->entries.amount_minor[row] < 0 && f->entries.code[row])
            want_slips(f->entries.code[row], wanted);
    for (size_t row = 0; night->outages_changed && row < known->batch.count; row++)
        if (!stays_paid(known, row, known->code[row]))
            want_slips(known->code[row], wanted);
}

/* Loads what is touched, and what that touches, until nothing more is. */
static bool load_touched(rk_night *night, const fresh *f, rk_wanted wanted, rk_error *err)
{
    rk_world *w = &night->world;
    bool good = true;
    group_search groups = {.codes = {0}};
    note_codes(&groups, &wanted);
    for (int step = 0;; step++) {
        size_t entries = w->before.entries.batch.count;
        good = rk_closing_load(&night->archive, &night->opening, &wanted, w, err);
        rk_wanted_free(&wanted);
        wanted = (rk_wanted){.open_day = RK_NO_DAY};
        if (!good)
            break;
        want_codes_of_open(night, entries, &wanted);
        note_codes(&groups, &wanted);
        want_groups(night, f, &groups, &wanted);
        if (step == 0)
            want_by_id(night, f, &wanted);
        if (step == 1 && night->opening.segment_count)
            want_slips_of_all(night, f, &wanted);
        if (step > 0 && wanted.codes.count + wanted.ids.count + wanted.slips.count == 0)
            break;
        rk_keys_sort(&wanted.slips);
        rk_keys_sort(&wanted.codes);
        rk_keys_sort(&wanted.days);
        rk_keys_sort(&wanted.ids);
    }
    rk_wanted_free(&wanted);
    rk_keys_free(&groups.codes);
    rk_keys_free(&groups.asked);
    if (good)
        begin_present(night);
    return good;
}

static bool files_are_news(const rk_night *night)
{
    for (size_t i = 0; i < night->world.new_file_count; i++) {
        rk_file_fate fate = night->world.files.items[i].fate;
        if (fate != RK_FATE_UNKNOWN && fate != RK_FATE_WAITING && fate != RK_FATE_SAME)
            return true;
    }
    return night->history.decisions.batch.count > 0 || night->outages_changed;
}

/* Tonight's files, decisions and outages, and what the source says otherwise. */
static bool is_news(const rk_night *night, const fresh *f)
{
    return files_are_news(night) || (f->has_applications && f->applications.batch.count > 0);
}

bool rk_night_read(rk_night *night, rk_error *err)
{
    fresh f = {.has_applications = false};
    rk_wanted wanted = {.awaiting = true, .open_day = night->day};
    bool good = read_snapshot(night, &f, err) && read_files(night, &f, err);
    if (good)
        want(night, &f, &wanted);
    /* a second run of a night to which nothing came: it ends before anything is judged */
    bool idle = good && night->number > 1 && !is_news(night, &f);
    if (!good || idle)
        rk_wanted_free(&wanted);
    else
        good = load_touched(night, &f, wanted, err);
    if (good && !idle) {
        night->news = files_are_news(night);
        if (f.has_applications) {
            join_applications(night, &f.applications);
            rk_night_note_seen(night, &f.applications);
        }
        join_entries(&night->world, &f.entries);
        good = rk_night_replace_files(night, err);
    }
    if (good && !idle) {
        rk_night_assign_offices(night);
        rk_night_decide_entries(night);
        good = rk_night_doubt_source(night, err);
    }
    if (f.has_applications)
        rk_batch_free(&f.applications.batch);
    rk_batch_free(&f.entries.batch);
    return good;
}
