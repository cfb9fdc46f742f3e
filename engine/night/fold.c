#include "night/fold.h"

#include <stdlib.h>

#include "seal/columns.h"

static bool fetch(const rk_archive *archive, const rk_ref *ref, rk_arena *arena, rk_slice *bytes,
                  rk_error *err)
{
    rk_buffer content = {0};
    bool good = rk_archive_get(archive, ref, &content, err);
    if (good)
        *bytes = rk_arena_slice(arena, rk_buffer_all(&content));
    rk_buffer_free(&content);
    return good;
}

static bool meet(rk_day from, rk_day until, rk_day first, rk_day last)
{
    return from != RK_NO_DAY && from <= last && first <= until;
}

/* ---- facts ---- */

static bool falls_on(const rk_facts *f, size_t row, rk_day from, rk_day until)
{
    const rk_day days[] = {f->received_on[row], f->submitted_on[row], f->paid_on[row],
                           f->booked_on[row], f->visit_on[row]};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (days[i] != RK_NO_DAY && days[i] >= from && days[i] <= until)
            return true;
    return false;
}

/* It falls on the days, and its cause is below `part` (0: any). */
static bool counts(const rk_fold_of *of, const rk_facts *facts, size_t row, uint32_t part)
{
    return falls_on(facts, row, of->flows_from, of->until) &&
           (part == 0 || facts->cause[row] < part);
}

/* Of the rows from `first` on those that count. */
static void keep_days(const rk_fold_of *of, rk_facts *facts, size_t first, uint32_t part)
{
    size_t kept = first;
    for (size_t row = first; row < facts->batch.count; row++) {
        if (!counts(of, facts, row, part))
            continue;
        if (kept != row)
            rk_batch_copy_row(&facts->batch, row, &facts->batch, kept);
        kept++;
    }
    facts->batch.count = kept;
}

/* Appends those that count. */
static void copy_days(const rk_fold_of *of, const rk_facts *from, rk_facts *to, uint32_t part)
{
    size_t count = from->batch.count;
    for (size_t first = 0, row = 0; row <= count; row++) {
        if (row < count && counts(of, from, row, part))
            continue;
        if (row > first) {
            rk_batch_reserve(&to->batch, to->batch.count + row - first);
            rk_batch_copy_rows(&from->batch, first, row - first, &to->batch, to->batch.count);
            to->batch.count += row - first;
        }
        first = row + 1;
    }
}

/* Nothing follows it. */
static bool is_last_run(const rk_fold_of *of, size_t run)
{
    return run + 1 == of->run_count && !of->tonight_facts;
}

static bool add_facts(const rk_fold_of *of, size_t i, rk_world *world, rk_facts *flows,
                      rk_error *err)
{
    rk_slice bytes;
    size_t first = flows->batch.count;
    const rk_fact_list *run = &of->runs[i];
    if (!meet(run->from, run->until, of->flows_from, of->until))
        return true;
    const rk_facts *read = rk_shelf_facts(of->shelf, i);
    if (read) {
        copy_days(of, read, flows, is_last_run(of, i) ? of->part : 0);
        return true;
    }
    if (!fetch(of->archive, &run->ref, &world->arena, &bytes, err) ||
        !rk_columns_decode(bytes, &flows->batch, &world->names, &world->texts, err))
        return false;
    keep_days(of, flows, first, is_last_run(of, i) ? of->part : 0);
    return true;
}

static void copy_facts(const rk_facts *from, rk_facts *to)
{
    size_t count = from->batch.count;
    for (size_t i = 0; i < from->batch.column_count; i++)
        if (rk_batch_column(&from->batch, i))
            rk_batch_add_column(&to->batch, i);
    rk_batch_reserve(&to->batch, count);
    rk_batch_copy_rows(&from->batch, 0, count, &to->batch, 0);
    to->batch.count = count;
}

/* Those of runs that count whole, of which most were read for the fold before. */
static bool take_kept(const rk_fold_of *of, rk_world *world, rk_facts *flows, rk_error *err)
{
    rk_fold_kept *kept = of->kept;
    size_t whole = of->run_count;
    if (whole && of->part && is_last_run(of, whole - 1))
        whole--;
    if (kept->flows.batch.column_count == 0)
        rk_facts_init(&kept->flows, 64);
    for (; kept->runs < whole; kept->runs++)
        if (!add_facts(of, kept->runs, world, &kept->flows, err))
            return false;
    copy_facts(&kept->flows, flows);
    return true;
}

/* `whole` of the flows are those of the runs that count whole. */
static bool add_all_facts(const rk_fold_of *of, rk_world *world, rk_facts *flows, size_t *whole,
                          rk_error *err)
{
    bool good = !of->kept || take_kept(of, world, flows, err);
    *whole = flows->batch.count;
    for (size_t i = of->kept ? of->kept->runs : 0; good && i < of->run_count; i++) {
        good = add_facts(of, i, world, flows, err);
        if (of->part == 0 || !is_last_run(of, i))
            *whole = flows->batch.count;
    }
    if (good && of->tonight_facts)
        copy_days(of, of->tonight_facts, flows, of->part);
    if (of->part == 0)
        *whole = flows->batch.count;
    return good;
}

/* ---- what stood ---- */

/* The last run of a night before `day` that counts whole, or NULL. */
static const rk_fact_list *last_before(const rk_fold_of *of, rk_day day)
{
    const rk_fact_list *found = NULL;
    for (size_t i = 0; i < of->run_count && of->runs[i].night < day; i++)
        if (of->part == 0 || !is_last_run(of, i))
            found = &of->runs[i];
    return found;
}

static bool fetch_batch(const rk_fold_of *of, const rk_ref *ref, rk_world *world, rk_batch *batch,
                        rk_error *err)
{
    rk_slice bytes;
    return fetch(of->archive, ref, &world->arena, &bytes, err) &&
           rk_columns_decode(bytes, batch, &world->names, &world->texts, err);
}

static bool is_tonight(const rk_fold_of *of)
{
    return of->tonight_facts && of->tonight <= of->until && of->part == 0;
}

static void free_standing(rk_fold_standing *s)
{
    rk_batch_free(&s->stock_before.batch);
    rk_batch_free(&s->cases.batch);
    rk_batch_free(&s->findings.batch);
}

static bool read_findings(const rk_fold_of *of, rk_world *world, rk_fold_standing *s, rk_error *err)
{
    rk_findings known;
    rk_findings_init(&known);
    bool good = true;
    if (s->tonight)
        good = rk_columns_decode(of->tonight_findings, &known.batch, &world->names, &world->texts,
                                 err);
    else if (s->last && s->last->findings.size)
        good = fetch_batch(of, &s->last->findings, world, &known.batch, err);
    rk_day night = s->tonight ? of->tonight : s->last ? s->last->night : of->until;
    if (good)
        rk_findings_fold(&known, night < of->until ? night : of->until, &world->names,
                         &world->texts, &s->findings);
    rk_batch_free(&known.batch);
    return good;
}

static bool read_standing(const rk_fold_of *of, rk_world *world, rk_fold_standing *s, rk_error *err)
{
    uint64_t all_cases = ((uint64_t)1 << rk_case_column_count) - 1;
    rk_facts_init(&s->stock_before, 64);
    rk_batch_init(&s->cases.batch, rk_case_columns, rk_case_column_count, 16, all_cases);
    rk_findings_init(&s->findings);
    if (s->before && s->before->stock.size &&
        !fetch_batch(of, &s->before->stock, world, &s->stock_before.batch, err))
        return false;
    if (!read_findings(of, world, s, err))
        return false;
    if (!s->tonight)
        return !s->last || !s->last->cases.size ||
               fetch_batch(of, &s->last->cases, world, &s->cases.batch, err);
    return rk_columns_decode(of->tonight_cases, &s->cases.batch, &world->names, &world->texts, err);
}

/* The number from 1 of what stood then, read when it is new. */
static size_t keep_standing(const rk_fold_of *of, rk_world *world, const rk_fold_standing *wanted,
                            rk_error *err)
{
    rk_fold_kept *kept = of->kept;
    for (size_t i = 0; i < kept->standing_count; i++)
        if (kept->standings[i].before == wanted->before &&
            kept->standings[i].last == wanted->last &&
            kept->standings[i].tonight == wanted->tonight)
            return i + 1;
    kept->standings = rk_grow(kept->standings, &kept->standing_capacity, kept->standing_count + 1,
                              sizeof *kept->standings);
    rk_fold_standing *added = &kept->standings[kept->standing_count++];
    *added = *wanted;
    return read_standing(of, world, added, err) ? kept->standing_count : 0;
}

static bool take_standing(const rk_fold_of *of, rk_world *world, rk_fold *fold, rk_error *err)
{
    rk_fold_standing s = {.before = last_before(of, of->from),
                          .last = last_before(of, of->until + 1),
                          .tonight = is_tonight(of)};
    bool good = true;
    if (of->kept) {
        fold->standing = keep_standing(of, world, &s, err);
        good = fold->standing > 0;
        if (good)
            s = of->kept->standings[fold->standing - 1];
    } else {
        good = read_standing(of, world, &s, err);
    }
    fold->stock_before = s.stock_before;
    fold->cases = s.cases;
    fold->findings = s.findings;
    return good;
}

/* ---- details ---- */

/* Rows by a key of 64 bits; equal keys are told apart by whoever asks. */
typedef struct table {
    uint64_t *keys;
    uint32_t *rows; /* row + 1 */
    size_t size, count;
} table;

static uint64_t mix(uint64_t key)
{
    key = (key ^ (key >> 31)) * 0x9e3779b97f4a7c15u;
    return key ^ (key >> 29);
}

static size_t table_slot(const table *t, uint64_t key, size_t step)
{
    return (size_t)(mix(key) + step) & (t->size - 1);
}

static void table_put(table *t, uint64_t key, uint32_t row)
{
    size_t step = 0;
    while (t->rows[table_slot(t, key, step)])
        step++;
    t->keys[table_slot(t, key, step)] = key;
    t->rows[table_slot(t, key, step)] = row + 1;
    t->count++;
}

static void table_add(table *t, uint64_t key, uint32_t row)
{
    if (2 * (t->count + 1) > t->size) {
        table old = *t;
        *t = (table){.size = old.size ? 2 * old.size : 1024};
        t->keys = rk_alloc(t->size, sizeof *t->keys);
        t->rows = rk_alloc(t->size, sizeof *t->rows);
        for (size_t i = 0; i < old.size; i++)
            if (old.rows[i])
                table_put(t, old.keys[i], old.rows[i] - 1);
        free(old.keys);
        free(old.rows);
    }
    table_put(t, key, row);
}

/* The row at `step` of those that may have the key, from 0 on; RK_NO_ROW: no more. */
static uint32_t table_next(const table *t, uint64_t key, size_t *step)
{
    while (t->size && t->rows[table_slot(t, key, *step)]) {
        size_t slot = table_slot(t, key, (*step)++);
        if (t->keys[slot] == key)
            return t->rows[slot] - 1;
    }
    return RK_NO_ROW;
}

static void table_free(table *t)
{
    free(t->keys);
    free(t->rows);
}

typedef struct folding {
    const rk_fold_of *of;
    size_t run; /* whose detail is put in */
    rk_world *world;
    rk_fold *fold;
    table entries, applications, files;
    rk_applications lapses;
    rk_files taken;
    uint8_t *columns; /* of applications that any detail has */
} folding;

static uint32_t file_row(folding *f, const rk_file_rows *rows, size_t row)
{
    rk_digest digest = {{0}};
    const rk_texts *texts = &f->world->texts;
    rk_digest_parse(rk_texts_get(texts, rows->digest[row]), &digest);
    size_t step = 0;
    for (uint32_t i; (i = table_next(&f->files, rk_digest_short(&digest), &step)) != RK_NO_ROW;)
        if (rk_digest_equal(&f->fold->files.items[i].digest, &digest))
            return i;
    rk_file *file = rk_files_add(&f->fold->files);
    file->digest = digest;
    file->name = rk_texts_get(texts, rows->name[row]);
    file->channel = rows->channel[row];
    file->account = rows->account[row];
    table_add(&f->files, rk_digest_short(&digest), (uint32_t)f->fold->files.count - 1);
    return (uint32_t)f->fold->files.count - 1;
}

/* What is told of row `i` stands in row `row` of the run. */
static void note_version(const folding *f, uint64_t **versions, size_t *capacity, uint32_t i,
                         size_t row)
{
    *versions = rk_grow(*versions, capacity, (size_t)i + 1, sizeof **versions);
    (*versions)[i] = (uint64_t)(f->run + 1) << 32 | row;
}

static uint32_t application_row(folding *f, const rk_applications *from, size_t row)
{
    rk_applications *all = &f->fold->applications;
    rk_slice id = rk_texts_get(&f->world->texts, from->id[row]);
    uint64_t key = rk_slice_hash(id);
    size_t step = 0;
    uint32_t i;
    while ((i = table_next(&f->applications, key, &step)) != RK_NO_ROW &&
           !rk_slice_equal(rk_texts_get(&f->world->texts, all->id[i]), id))
        ;
    if (i != RK_NO_ROW) {
        rk_batch_copy_row(&from->batch, row, &all->batch, i);
    } else {
        i = (uint32_t)rk_batch_append_row(&all->batch, &from->batch, row);
        table_add(&f->applications, key, i);
    }
    note_version(f, &f->fold->application_versions, &f->fold->application_version_capacity, i, row);
    return i;
}

static void put_entry(folding *f, const rk_entries *from, size_t row, uint32_t file,
                      uint32_t application)
{
    rk_entries *all = &f->fold->entries;
    uint64_t key =
        rk_digest_short(&f->fold->files.items[file].digest) + mix(from->ordinal[row] + 1u);
    size_t step = 0;
    uint32_t i;
    while ((i = table_next(&f->entries, key, &step)) != RK_NO_ROW &&
           !(all->file[i] == file && all->ordinal[i] == from->ordinal[row]))
        ;
    if (i == RK_NO_ROW) {
        i = (uint32_t)rk_batch_append_row(&all->batch, &from->batch, row);
        table_add(&f->entries, key, i);
    } else {
        rk_batch_copy_row(&from->batch, row, &all->batch, i);
    }
    all->file[i] = file;
    all->application[i] = application;
    note_version(f, &f->fold->entry_versions, &f->fold->entry_version_capacity, i, row);
}

/* Entries booked on the days, and those that came in the nights of the days. */
static void put_entries(folding *f, const rk_detail *d, rk_day night, uint32_t part)
{
    const rk_fold_of *of = f->of;
    bool in_days = night >= of->from && night <= of->until;
    for (size_t row = 0; row < d->entries.batch.count; row++) {
        rk_day booked_on = d->entries.booked_on[row];
        if (!in_days && (booked_on < of->from || booked_on > of->until))
            continue;
        if (part && d->entry_causes.cause[row] >= part)
            continue;
        uint32_t application = d->entries.application[row];
        if (application != RK_NO_ROW)
            application = application_row(f, &d->applications, application);
        put_entry(f, &d->entries, row, file_row(f, &d->files, d->entries.file[row]), application);
    }
}

static void put_taken(folding *f, const rk_detail *d)
{
    const rk_file_rows *rows = &d->taken;
    for (size_t row = 0; row < rows->batch.count; row++) {
        rk_slice fate = rk_names_text(&f->world->names, rows->fate[row]);
        rk_file *file = rk_files_add(&f->taken);
        rk_digest_parse(rk_texts_get(&f->world->texts, rows->digest[row]), &file->digest);
        file->name = rk_texts_get(&f->world->texts, rows->name[row]);
        file->channel = rows->channel[row];
        file->account = rows->account[row];
        file->from = rows->covers_from[row];
        file->until = rows->covers_until[row];
        file->entries = rows->entries[row];
        file->rejects = rows->rejects[row];
        file->sum_minor = rows->amount[row];
        file->why = rk_texts_get(&f->world->texts, rows->why[row]);
        file->night = f->of->until;
        for (int i = 0; i < RK_FATES; i++)
            if (rk_slice_is(fate, rk_fate_name((rk_file_fate)i)))
                file->fate = (rk_file_fate)i;
        if (file->fate == RK_FATE_ACCEPTED) {
            uint32_t known = file_row(f, rows, row);
            f->fold->files.items[known].night = f->of->until;
        }
    }
}

/* What an earlier night of the days held is not held any more, or is held by the last one again. */
static void put_lapses(folding *f, const rk_detail *d)
{
    rk_applications *all = &f->lapses;
    size_t kept = 0;
    for (size_t row = 0; row < all->batch.count; row++)
        if (all->state[row] != RK_STATE_AWAITING)
            rk_batch_copy_row(&all->batch, row, &all->batch, kept++);
    all->batch.count = kept;
    for (size_t row = 0; row < d->lapses.batch.count; row++)
        rk_batch_append_row(&all->batch, &d->lapses.batch, row);
}

static void take_columns(const rk_batch *from, rk_batch *to)
{
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (rk_batch_column(from, i))
            rk_batch_add_column(to, i);
}

/* Days of the list up to `until`: "2024-03-04, 2024-03-05". */
static rk_slice cut_days(rk_slice days, rk_day until)
{
    size_t at = 0;
    rk_day day;
    while (at + 10 <= days.len && rk_day_parse((rk_slice){days.at + at, 10}, &day) && day <= until)
        at += 12;
    return (rk_slice){days.at, at < 2 ? 0 : at - 2 < days.len ? at - 2 : days.len};
}

static void take_marks(folding *f, const rk_detail *d)
{
    rk_fold *fold = f->fold;
    size_t count = d->marks.batch.count;
    fold->marks = rk_arena_alloc(&f->world->arena, count + 1, sizeof *fold->marks);
    fold->mark_count = count;
    fold->incomplete = 0;
    for (size_t i = 0; i < count; i++) {
        rk_slice days = rk_texts_get(&f->world->texts, d->marks.waits_for[i]);
        fold->marks[i] = (rk_watermark){.channel = d->marks.channel[i],
                                        .account = d->marks.account[i],
                                        .complete_until = d->marks.complete_until[i],
                                        .waits_for = cut_days(days, f->of->until)};
        fold->incomplete += fold->marks[i].account == 0 && fold->marks[i].waits_for.len > 0;
    }
    fold->set_aside = d->standing.set_aside[0];
    fold->suspended = d->standing.suspended[0];
}

/* Of a run, or of tonight behind them. */
static bool read_detail(folding *f, size_t run, rk_detail *detail, rk_error *err)
{
    const rk_fold_of *of = f->of;
    rk_slice bytes = of->tonight_detail;
    rk_detail_init(detail);
    return (run == of->run_count ||
            fetch(of->archive, &of->runs[run].detail, &f->world->arena, &bytes, err)) &&
           rk_detail_decode(bytes, detail, &f->world->names, &f->world->texts, err);
}

/* Room for the details of all runs and of tonight. */
static void grow_kept(rk_fold_kept *kept, size_t wanted)
{
    size_t before = kept->capacity, capacity = before;
    if (wanted <= before)
        return;
    kept->details = rk_grow(kept->details, &capacity, wanted, sizeof *kept->details);
    bool *read = rk_alloc(capacity, sizeof *read);
    if (before)
        memcpy(read, kept->read, before * sizeof *read);
    free(kept->read);
    kept->read = read;
    kept->capacity = capacity;
}

static rk_detail *keep_detail(folding *f, size_t run, rk_error *err)
{
    rk_fold_kept *kept = f->of->kept;
    grow_kept(kept, run + 1);
    if (!kept->read[run] && !read_detail(f, run, &kept->details[run], err)) {
        rk_detail_free(&kept->details[run]);
        return NULL;
    }
    kept->read[run] = true;
    return &kept->details[run];
}

void rk_fold_kept_free(rk_fold_kept *kept)
{
    rk_batch_free(&kept->flows.batch);
    for (size_t i = 0; i < kept->capacity; i++)
        if (kept->read[i])
            rk_detail_free(&kept->details[i]);
    for (size_t i = 0; i < kept->standing_count; i++)
        free_standing(&kept->standings[i]);
    free(kept->standings);
    free(kept->details);
    free(kept->read);
    *kept = (rk_fold_kept){0};
}

static bool put_detail(folding *f, size_t run, bool is_last, rk_error *err)
{
    const rk_fold_of *of = f->of;
    rk_day night = run < of->run_count ? of->runs[run].night : of->tonight;
    rk_detail alone, *detail = of->kept ? keep_detail(f, run, err) : &alone;
    bool good = of->kept ? detail != NULL : read_detail(f, run, &alone, err);
    f->run = run;
    if (good) {
        take_columns(&detail->applications.batch, &f->fold->applications.batch);
        take_columns(&detail->lapses.batch, &f->lapses.batch);
        take_columns(&f->fold->applications.batch, &detail->applications.batch);
        take_columns(&f->lapses.batch, &detail->lapses.batch);
        uint32_t part = is_last ? of->part : 0;
        put_entries(f, detail, night, part);
        if (night >= of->from && night <= of->until) {
            put_taken(f, detail);
            if (part == 0)
                put_lapses(f, detail);
        }
        if (is_last)
            take_marks(f, detail);
    }
    if (!of->kept)
        rk_detail_free(&alone);
    return good;
}

static bool put_details(folding *f, rk_error *err)
{
    const rk_fold_of *of = f->of;
    bool good = true;
    for (size_t i = 0; good && i < of->run_count; i++) {
        const rk_fact_list *run = &of->runs[i];
        bool is_last = is_last_run(of, i);
        if (run->detail.size > 0 &&
            (is_last || meet(run->detail_from, run->detail_until, of->from, of->until)))
            good = put_detail(f, i, is_last, err);
    }
    return good && (!of->tonight_facts || put_detail(f, of->run_count, true, err));
}

/* Lapses behind the applications of the entries, files that came behind those of the entries. */
static void join(folding *f)
{
    rk_fold *fold = f->fold;
    size_t first = fold->applications.batch.count, lapses = f->lapses.batch.count;
    take_columns(&f->lapses.batch, &fold->applications.batch);
    take_columns(&fold->applications.batch, &f->lapses.batch);
    for (size_t row = 0; row < lapses; row++)
        rk_batch_append_row(&fold->applications.batch, &f->lapses.batch, row);
    fold->lapsed = rk_alloc(first + lapses + 1, sizeof *fold->lapsed);
    for (size_t row = first; row < first + lapses; row++)
        fold->lapsed[row] = true;
    for (size_t i = 0; i < f->taken.count; i++)
        *rk_files_add(&fold->files) = f->taken.items[i];
}

bool rk_fold_make(const rk_fold_of *of, rk_world *world, rk_fold *fold, rk_error *err)
{
    folding f = {.of = of, .world = world, .fold = fold};
    *fold = (rk_fold){0};
    rk_facts_init(&fold->flows, 64);
    rk_batch_init(&fold->applications.batch, rk_application_columns, rk_application_column_count,
                  16, rk_application_needed());
    rk_batch_init(&f.lapses.batch, rk_application_columns, rk_application_column_count, 16,
                  rk_application_needed());
    rk_batch_init(&fold->entries.batch, rk_entry_columns, rk_entry_column_count, 16,
                  rk_entry_all());
    bool good = add_all_facts(of, world, &fold->flows, &fold->whole, err) &&
                take_standing(of, world, fold, err) && put_details(&f, err);
    join(&f);
    rk_batch_free(&f.lapses.batch);
    free(f.taken.items);
    table_free(&f.entries);
    table_free(&f.applications);
    table_free(&f.files);
    return good;
}

/* ---- causes ---- */

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool last_detail(const rk_fold_of *of, rk_world *world, rk_slice *bytes, rk_error *err)
{
    *bytes = of->tonight_detail;
    if (of->tonight_facts)
        return true;
    const rk_fact_list *run = &of->runs[of->run_count - 1];
    return run->detail.size == 0 || fetch(of->archive, &run->detail, &world->arena, bytes, err);
}

bool rk_fold_causes(const rk_fold_of *of, rk_world *world, rk_causes *causes, uint32_t **numbers,
                    size_t *count, rk_error *err)
{
    rk_detail detail;
    rk_facts facts;
    rk_slice bytes = {NULL, 0};
    rk_fold_of last = *of;
    size_t whole;
    if (!of->tonight_facts && of->run_count)
        last.runs = &of->runs[of->run_count - 1];
    last.run_count = of->tonight_facts ? 0 : of->run_count ? 1 : 0;
    last.part = 0;
    last.kept = NULL;
    last.shelf = NULL; /* it counts other runs */
    rk_detail_init(&detail);
    rk_facts_init(&facts, 64);
    bool good =
        add_all_facts(&last, world, &facts, &whole, err) && last_detail(of, world, &bytes, err) &&
        (bytes.len == 0 || rk_detail_decode(bytes, &detail, &world->names, &world->texts, err));
    size_t found = 0, all = facts.batch.count + detail.entries.batch.count, kept = 0;
    uint32_t *list = rk_arena_alloc(&world->arena, all + 1, sizeof *list);
    for (size_t row = 0; good && row < facts.batch.count; row++)
        list[found++] = facts.cause[row];
    for (size_t row = 0; good && row < detail.entries.batch.count; row++)
        if (detail.entries.booked_on[row] >= of->from && detail.entries.booked_on[row] <= of->until)
            list[found++] = detail.entry_causes.cause[row];
    if (found > 1)
        qsort(list, found, sizeof *list, by_number);
    for (size_t i = 0; i < found; i++)
        if (i == 0 || list[i] != list[i - 1])
            list[kept++] = list[i];
    rk_causes_init(causes);
    for (size_t row = 0; row < detail.causes.batch.count; row++)
        rk_batch_append_row(&causes->batch, &detail.causes.batch, row);
    *numbers = list;
    *count = kept;
    rk_detail_free(&detail);
    rk_batch_free(&facts.batch);
    return good;
}

void rk_fold_free(rk_fold *fold)
{
    if (fold->standing == 0) {
        rk_batch_free(&fold->stock_before.batch);
        rk_batch_free(&fold->cases.batch);
        rk_batch_free(&fold->findings.batch);
    }
    rk_batch_free(&fold->flows.batch);
    rk_batch_free(&fold->applications.batch);
    rk_batch_free(&fold->entries.batch);
    free(fold->entry_versions);
    free(fold->application_versions);
    free(fold->lapsed);
    free(fold->files.items);
}

rk_slice rk_fold_provisional(const rk_fold *fold, const rk_books_input *input, rk_world *world)
{
    bool indonesian = input->language == RK_INDONESIAN;
    bool has_one = rk_engine_behaves(&input->rules->engine, RK_BOOKS_AS_PRINTED, input->night);
    if (fold->suspended == RK_SOURCE_UNREAD)
        return indonesian ? RK_S("sumber permohonan tidak terbaca, kedaluwarsa ditangguhkan")
                          : RK_S("the source could not be read, lapses are suspended");
    if (fold->suspended)
        return indonesian ? RK_S("sumber permohonan menyusut, kedaluwarsa ditangguhkan")
                          : RK_S("the source lost applications, lapses are suspended");
    if (fold->incomplete)
        return rk_slice_of(rk_arena_printf(&world->arena,
                                           indonesian ? "%zu kanal belum lengkap"
                                           : has_one && fold->incomplete == 1
                                               ? "%zu channel incomplete"
                                               : "%zu channels incomplete",
                                           fold->incomplete));
    if (fold->set_aside)
        return rk_slice_of(rk_arena_printf(&world->arena,
                                           indonesian ? "%u berkas dikarantina atau ditahan"
                                           : has_one && fold->set_aside == 1
                                               ? "%u file quarantined or held"
                                               : "%u files quarantined or held",
                                           fold->set_aside));
    return (rk_slice){"", 0};
}

void rk_fold_give(const rk_fold *fold, rk_books_input *input)
{
    input->stock_before = &fold->stock_before;
    input->standing = fold->standing;
    input->flows = &fold->flows;
    input->cases = &fold->cases;
    input->findings = &fold->findings;
    input->applications = &fold->applications;
    input->lapsed = fold->lapsed;
    input->entries = &fold->entries;
    input->entry_versions = fold->entry_versions;
    input->application_versions = fold->application_versions;
    input->files = &fold->files;
    input->watermarks = fold->marks;
    input->watermark_count = fold->mark_count;
    input->source_in_doubt = fold->suspended != 0;
}
