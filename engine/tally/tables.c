#include "tally/tables.h"

#include <omp.h>
#include <stdlib.h>

#include "base/threads.h"
#include "tally/office.h"

enum { PREFETCH_AHEAD = 16, ROWS_A_PIECE = 16384, RUPIAH_DIGITS = 2 };

/* ---- rows in order, written by all threads ---- */

typedef void put_row(const rk_tables *tables, size_t row, rk_buffer *out);

/* A row further on may name an application, which lies anywhere in memory. */
typedef void look_ahead(const rk_tables *tables, size_t row, bool near);

static void look_at_application(const rk_tables *t, size_t row, bool near)
{
    const rk_applications *a = &t->world->applications;
    uint32_t application = t->world->entries.application[row];
    if (application == RK_NO_ROW)
        return;
    __builtin_prefetch(near ? rk_texts_get(&t->world->texts, a->id[application]).at
                            : (const char *)&a->id[application]);
    if (!near)
        __builtin_prefetch(&a->office[application]);
}

static void put_piece(const rk_tables *tables, const uint32_t *order, size_t from, size_t until,
                      put_row *put, look_ahead *look, rk_buffer *out)
{
    rk_buffer_clear(out);
    for (size_t i = from; i < until; i++) {
        if (look && i + PREFETCH_AHEAD < until) {
            look(tables, order[i + PREFETCH_AHEAD], false);
            look(tables, order[i + PREFETCH_AHEAD / 2], true);
        }
        put(tables, order[i], out);
    }
}

/* Writes rows order[0..count) through `put`, in pieces that claim their places in order. */
static void put_rows(const rk_tables *tables, const uint32_t *order, size_t count, put_row *put,
                     look_ahead *look, rk_output *out)
{
    size_t pieces = (count + ROWS_A_PIECE - 1) / ROWS_A_PIECE;
    int threads = rk_threads_for(count, tables->threads);
#pragma omp parallel num_threads(threads)
    {
        rk_buffer piece = {0};
#pragma omp for ordered schedule(static, 1)
        for (size_t i = 0; i < pieces; i++) {
            size_t from = i * ROWS_A_PIECE;
            uint64_t at;
            put_piece(tables, order, from,
                      from + ROWS_A_PIECE < count ? from + ROWS_A_PIECE : count, put, look, &piece);
#pragma omp ordered
            at = rk_output_claim(out, piece.len);
            rk_output_write(out, at, rk_buffer_all(&piece));
        }
        rk_buffer_free(&piece);
    }
}

static void put_name(const rk_tables *t, rk_name name, rk_buffer *out)
{
    rk_buffer_csv(out, rk_names_text(&t->world->names, name));
    rk_buffer_char(out, ',');
}

static void put_text(const rk_tables *t, rk_text text, rk_buffer *out)
{
    rk_buffer_csv(out, rk_texts_get(&t->world->texts, text));
}

static void put_moment(rk_moment at, rk_zone zone, rk_buffer *out)
{
    rk_moment_put(out, at, zone);
    rk_buffer_char(out, ',');
}

static void put_code(uint64_t code, rk_buffer *out)
{
    char text[RK_CODE_TEXT];
    rk_buffer_slice(out, (rk_slice){text, rk_code_text(code, text)});
    rk_buffer_char(out, ',');
}

static int exponent_of(const rk_tables *t, size_t entry)
{
    const rk_entries *e = &t->world->entries;
    int exponent =
        rk_currency_exponent(rk_names_text(&t->world->names, rk_entry_currency(e, entry)));
    return exponent < 0 ? RUPIAH_DIGITS : exponent;
}

static void put_application_id(const rk_tables *t, uint32_t application, rk_buffer *out)
{
    if (application != RK_NO_ROW)
        put_text(t, t->world->applications.id[application], out);
}

/* ---- entries.csv ---- */

static int by_digest(const void *a, const void *b, void *context)
{
    const rk_file *files = context;
    const rk_file *x = &files[*(const uint32_t *)a], *y = &files[*(const uint32_t *)b];
    int order = rk_digest_compare(&x->digest, &y->digest);
    return order ? order : rk_slice_compare(x->name, y->name);
}

/* Entries by their file's digest, then ordinal: they stand file by file already. */
static uint32_t *entries_in_order(const rk_world *world)
{
    size_t files = world->files.count, count = world->entries.batch.count;
    uint32_t *file_order = rk_alloc(files, sizeof *file_order);
    uint32_t *rank = rk_alloc(files, sizeof *rank);
    size_t *start = rk_alloc(files + 1, sizeof *start);
    uint32_t *order = rk_alloc(count, sizeof *order);
    for (size_t i = 0; i < files; i++)
        file_order[i] = (uint32_t)i;
    qsort_r(file_order, files, sizeof *file_order, by_digest, world->files.items);
    for (size_t i = 0; i < files; i++)
        rank[file_order[i]] = (uint32_t)i;
    for (size_t i = 0; i < count; i++)
        start[rank[rk_entry_file(&world->entries, i)] + 1]++;
    for (size_t i = 0; i < files; i++)
        start[i + 1] += start[i];
    for (size_t i = 0; i < count; i++)
        order[start[rank[rk_entry_file(&world->entries, i)]]++] = (uint32_t)i;
    free(file_order);
    free(rank);
    free(start);
    return order;
}

/* "right amount, in time", or for an ignored entry the rule alone tells. */
static void put_reason(const rk_tables *t, size_t row, rk_buffer *out)
{
    rk_buffer_csv(out, rk_slice_of(rk_reason_text((rk_reason)t->world->entries.reason[row])));
}

static void put_entry(const rk_tables *t, size_t row, rk_buffer *out)
{
    const rk_world *world = t->world;
    const rk_entries *e = &world->entries;
    const rk_channel *channel = rk_channel_find(t->rules, rk_entry_channel(e, row));
    rk_zone zone = channel ? channel->zone : t->zone;
    rk_entry_name_put(world, row, out);
    rk_buffer_char(out, ',');
    rk_buffer_csv(out, world->files.items[rk_entry_file(e, row)].name);
    rk_buffer_char(out, ',');
    rk_buffer_u64(out, e->line[row]);
    rk_buffer_char(out, ',');
    put_name(t, rk_entry_channel(e, row), out);
    put_name(t, rk_entry_office(t->rules, e, row, &world->applications, e->application[row]), out);
    rk_day_put(out, e->booked_on[row]);
    rk_buffer_char(out, ',');
    put_moment(e->paid_from[row], zone, out);
    put_moment(rk_entry_until(e, row), zone, out);
    rk_money_put(out, e->amount_minor[row], exponent_of(t, row));
    rk_buffer_char(out, ',');
    put_name(t, rk_entry_currency(e, row), out);
    put_text(t, e->reference[row], out);
    rk_buffer_char(out, ',');
    put_code(e->code[row], out);
    rk_buffer_text(out, rk_outcome_name((rk_outcome)e->outcome[row]));
    rk_buffer_char(out, ',');
    put_name(t, e->rule[row], out);
    put_application_id(t, rk_world_application(world, (uint32_t)row), out);
    rk_buffer_text(out, ",,"); /* settlement: of channels that settle, none yet */
    put_reason(t, row, out);
    rk_buffer_char(out, '\n');
}

void rk_tables_entries(const rk_tables *t, rk_output *out)
{
    uint32_t *order = entries_in_order(t->world);
    rk_output_put(out,
                  RK_S("entry,file,line,channel,office,booked_on,paid_from,paid_until,amount,"
                       "currency,reference,billing_code,outcome,rule,application_id,settlement,"
                       "reason\n"));
    put_rows(t, order, t->world->entries.batch.count, put_entry, look_at_application, out);
    free(order);
}

/* ---- allocations.csv, links.csv ---- */

static void put_allocation(const rk_tables *t, size_t entry, uint32_t application, rk_money amount,
                           const char *role, rk_buffer *out)
{
    rk_entry_name_put(t->world, entry, out);
    rk_buffer_char(out, ',');
    put_application_id(t, application, out);
    rk_buffer_char(out, ',');
    rk_money_put(out, amount, exponent_of(t, entry));
    rk_buffer_char(out, ',');
    rk_buffer_text(out, role);
    rk_buffer_char(out, '\n');
}

/* The candidates of one entry; they are listed by entry. */
static void put_candidates(const rk_tables *t, size_t entry, rk_buffer *out)
{
    const rk_candidates *all = &t->world->candidates;
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->items[middle].entry < entry)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < all->count && all->items[low].entry == entry; low++)
        put_allocation(t, entry, all->items[low].application, t->world->entries.amount_minor[entry],
                       "candidate", out);
}

/* All of an entry, or what it pays of each application of a group. */
static void put_payments(const rk_tables *t, size_t entry, rk_buffer *out)
{
    size_t count = 0;
    const rk_entries *e = &t->world->entries;
    const rk_allocation *several = t->world->allocations.count
                                       ? rk_world_allocations(t->world, (uint32_t)entry, &count)
                                       : NULL;
    for (size_t i = 0; i < count; i++)
        put_allocation(t, entry, several[i].application, several[i].amount_minor, "payment", out);
    if (!several)
        put_allocation(t, entry, e->application[entry], e->amount_minor[entry], "payment", out);
}

static void put_entry_allocations(const rk_tables *t, size_t entry, rk_buffer *out)
{
    const rk_entries *e = &t->world->entries;
    if (rk_outcome_is_payment((rk_outcome)e->outcome[entry]))
        put_payments(t, entry, out);
    else if (e->outcome[entry] == RK_AMBIGUOUS || e->outcome[entry] == RK_SUGGESTED)
        put_candidates(t, entry, out);
}

void rk_tables_allocations(const rk_tables *t, rk_output *out)
{
    uint32_t *order = entries_in_order(t->world);
    rk_output_put(out, RK_S("entry,application_id,amount,role\n"));
    put_rows(t, order, t->world->entries.batch.count, put_entry_allocations, look_at_application,
             out);
    free(order);
}

/* The entry that this one takes back, if it takes one back; links are sorted by entry. */
static void put_link(const rk_tables *t, size_t entry, rk_buffer *out)
{
    const rk_links *links = &t->world->links;
    size_t low = 0, high = links->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (links->items[middle].entry < entry)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == links->count || links->items[low].entry != entry)
        return;
    rk_entry_name_put(t->world, entry, out);
    rk_buffer_char(out, ',');
    rk_entry_name_put(t->world, links->items[low].to_entry, out);
    rk_buffer_text(out, ",reverses\n");
}

void rk_tables_links(const rk_tables *t, rk_output *out)
{
    uint32_t *order = entries_in_order(t->world);
    size_t count = t->world->links.count ? t->world->entries.batch.count : 0;
    rk_output_put(out, RK_S("entry,to_entry,kind\n"));
    put_rows(t, order, count, put_link, NULL, out);
    free(order);
}

/* ---- applications.csv ---- */

static int by_id(const void *a, const void *b, void *context)
{
    const rk_world *world = context;
    const rk_text *ids = world->applications.id;
    return rk_slice_compare(rk_texts_get(&world->texts, ids[*(const uint32_t *)a]),
                            rk_texts_get(&world->texts, ids[*(const uint32_t *)b]));
}

static uint32_t *applications_in_order(const rk_world *world)
{
    size_t count = world->applications.batch.count;
    uint32_t *order = rk_alloc(count, sizeof *order);
    bool sorted = true;
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
        if (i > 0 && sorted)
            sorted = by_id(&order[i - 1], &order[i], (void *)(uintptr_t)world) <= 0;
    }
    if (!sorted)
        qsort_r(order, count, sizeof *order, by_id, (void *)(uintptr_t)world);
    return order;
}

static void put_application(const rk_tables *t, size_t row, rk_buffer *out)
{
    const rk_applications *a = &t->world->applications;
    rk_zone zone = rk_office_zone(t->rules, a->office[row], a->submitted_at[row], t->zone);
    put_text(t, a->id[row], out);
    rk_buffer_char(out, ',');
    put_name(t, a->office[row], out);
    rk_buffer_text(out, rk_state_name((rk_state)a->state[row]));
    rk_buffer_char(out, ',');
    put_moment(a->deadline[row], zone, out);
    put_moment(a->paid_from[row], zone, out);
    put_moment(a->paid_until[row], zone, out);
    rk_money_put(out, a->paid_minor[row], RUPIAH_DIGITS);
    rk_buffer_char(out, ',');
    rk_buffer_u64(out, a->entry_count[row]);
    rk_buffer_char(out, ',');
    rk_buffer_csv(out, rk_slice_of(rk_reason_text((rk_reason)a->reason[row])));
    rk_buffer_char(out, '\n');
}

void rk_tables_applications(const rk_tables *t, rk_output *out)
{
    uint32_t *order = applications_in_order(t->world);
    rk_output_put(out, RK_S("application_id,office,state,deadline,paid_from,paid_until,paid_amount,"
                            "entries,reason\n"));
    put_rows(t, order, t->world->applications.batch.count, put_application, NULL, out);
    free(order);
}

/* ---- summary.csv ---- */

/* Counts by (office, channel, outcome): few, so a small open table a thread. */
typedef struct cell {
    uint64_t key; /* office << 32 | channel << 16 | outcome; 0: empty, as outcome is never 0 */
    uint64_t entries;
    rk_money amount;
} cell;

typedef struct cells {
    cell *items;
    size_t used, size;
} cells;

static cell *find_cell(cells *all, uint64_t key)
{
    size_t at = (size_t)(key * 0x9e3779b97f4a7c15ull >> 40) & (all->size - 1);
    while (all->items[at].key && all->items[at].key != key)
        at = (at + 1) & (all->size - 1);
    return &all->items[at];
}

static void count_cell(cells *all, uint64_t key, uint64_t entries, rk_money amount)
{
    if ((all->used + 1) * 2 > all->size) {
        cells grown = {.size = all->size ? all->size * 2 : 1024};
        grown.items = rk_alloc(grown.size, sizeof *grown.items);
        for (size_t i = 0; i < all->size; i++)
            if (all->items[i].key)
                *find_cell(&grown, all->items[i].key) = all->items[i];
        grown.used = all->used;
        free(all->items);
        *all = grown;
    }
    cell *found = find_cell(all, key);
    all->used += found->key == 0;
    found->key = key;
    found->entries += entries;
    if (!rk_money_add(&found->amount, amount))
        found->amount = INT64_MAX; /* shown as it is: no honest day comes near */
}

static cells count_entries(const rk_tables *t)
{
    const rk_world *world = t->world;
    const rk_entries *e = &world->entries;
    const rk_applications *apps = &world->applications;
    int threads = rk_threads_for(e->batch.count, t->threads);
    cells all = {0};
#pragma omp parallel num_threads(threads)
    {
        cells own = {0};
#pragma omp for schedule(static) nowait
        for (size_t row = 0; row < e->batch.count; row++) {
            uint32_t ahead = row + PREFETCH_AHEAD < e->batch.count
                                 ? e->application[row + PREFETCH_AHEAD]
                                 : RK_NO_ROW;
            if (ahead != RK_NO_ROW)
                __builtin_prefetch(&apps->office[ahead]);
            rk_name office = rk_entry_office(t->rules, e, row, apps, e->application[row]);
            uint64_t key =
                (uint64_t)office << 32 | (uint64_t)rk_entry_channel(e, row) << 16 | e->outcome[row];
            count_cell(&own, key, 1, e->amount_minor[row]);
        }
#pragma omp critical(rk_tables_summary)
        for (size_t i = 0; i < own.size; i++)
            if (own.items[i].key)
                count_cell(&all, own.items[i].key, own.items[i].entries, own.items[i].amount);
        free(own.items);
    }
    return all;
}

static int by_text(const void *a, const void *b, void *context)
{
    const rk_names *names = context;
    uint64_t x = ((const cell *)a)->key, y = ((const cell *)b)->key;
    int order = rk_slice_compare(rk_names_text(names, (rk_name)(x >> 32)),
                                 rk_names_text(names, (rk_name)(y >> 32)));
    if (order == 0)
        order = rk_slice_compare(rk_names_text(names, (rk_name)(x >> 16)),
                                 rk_names_text(names, (rk_name)(y >> 16)));
    return order ? order
                 : strcmp(rk_outcome_name((rk_outcome)(x & 0xffff)),
                          rk_outcome_name((rk_outcome)(y & 0xffff)));
}

void rk_tables_summary(const rk_tables *t, rk_output *out)
{
    cells all = count_entries(t);
    rk_buffer lines = {0};
    size_t count = 0;
    for (size_t i = 0; i < all.size; i++)
        if (all.items[i].key)
            all.items[count++] = all.items[i];
    if (count)
        qsort_r(all.items, count, sizeof *all.items, by_text, (void *)(uintptr_t)&t->world->names);
    rk_buffer_text(&lines, "office,channel,outcome,entries,amount\n");
    for (size_t i = 0; i < count; i++) {
        const cell *c = &all.items[i];
        put_name(t, (rk_name)(c->key >> 32), &lines);
        put_name(t, (rk_name)(c->key >> 16), &lines);
        rk_buffer_printf(&lines, "%s,", rk_outcome_name((rk_outcome)(c->key & 0xffff)));
        rk_buffer_u64(&lines, c->entries);
        rk_buffer_char(&lines, ',');
        rk_money_put(&lines, c->amount, RUPIAH_DIGITS);
        rk_buffer_char(&lines, '\n');
    }
    rk_output_put(out, rk_buffer_all(&lines));
    rk_buffer_free(&lines);
    free(all.items);
}

/* ---- rejects.csv ---- */

static int by_file_and_line(const void *a, const void *b, void *context)
{
    const rk_world *world = context;
    const rk_reject *x = &world->rejects.items[*(const uint32_t *)a];
    const rk_reject *y = &world->rejects.items[*(const uint32_t *)b];
    int order =
        rk_slice_compare(world->files.items[x->file].name, world->files.items[y->file].name);
    if (order == 0 && x->file != y->file)
        order = rk_digest_compare(&world->files.items[x->file].digest,
                                  &world->files.items[y->file].digest);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void put_reject(const rk_tables *t, size_t row, rk_buffer *out)
{
    const rk_reject *reject = &t->world->rejects.items[row];
    rk_buffer_csv(out, t->world->files.items[reject->file].name);
    rk_buffer_printf(out, ",%u,", reject->line);
    if (reject->column)
        rk_buffer_u64(out, reject->column);
    rk_buffer_char(out, ',');
    rk_buffer_csv(out, reject->reason);
    rk_buffer_char(out, '\n');
}

void rk_tables_rejects(const rk_tables *t, rk_output *out)
{
    size_t count = t->world->rejects.count;
    uint32_t *order = rk_alloc(count, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    if (count)
        qsort_r(order, count, sizeof *order, by_file_and_line, (void *)(uintptr_t)t->world);
    rk_output_put(out, RK_S("file,line,column,reason\n"));
    put_rows(t, order, count, put_reject, NULL, out);
    free(order);
}
