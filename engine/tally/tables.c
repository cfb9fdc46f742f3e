#include "tally/tables.h"

#include <omp.h>
#include <stdlib.h>

#include "base/threads.h"
#include "tally/office.h"
#include "tally/rows.h"

enum { PREFETCH_AHEAD = 16, RUPIAH_DIGITS = 2 };

/* ---- what several tables show ---- */

static void look_at_application(const rk_row_writer *all, size_t row)
{
    uint32_t application = all->tables->world->entries.application[row];
    if (application != RK_NO_ROW)
        __builtin_prefetch(&all->shown[application]);
}

/* Empty for RK_NO_ROW. */
static inline rk_slice id_of(const rk_row_writer *all, uint32_t application)
{
    const rk_world *world = all->tables->world;
    if (application == RK_NO_ROW)
        return (rk_slice){"", 0};
    const rk_shown_application *shown = &all->shown[application];
    return shown->len <= RK_SHOWN_ID_MAX
               ? (rk_slice){shown->id, shown->len}
               : rk_texts_get(&world->texts, world->applications.id[application]);
}

static void put_name(const rk_tables *t, rk_name name, rk_buffer *out)
{
    rk_buffer_csv(out, rk_names_text(&t->world->names, name));
    rk_buffer_char(out, ',');
}

/* What may be the same for all entries of a file. */
typedef struct place {
    uint32_t file, ordinal;
    rk_name channel, currency;
} place;

static inline place place_of(rk_row_hand *hand, size_t row)
{
    const rk_entries *e = &hand->all->tables->world->entries;
    if (e->file && e->ordinal && e->channel && e->currency)
        return (place){e->file[row], e->ordinal[row], e->channel[row], e->currency[row]};
    const rk_rows_of_file *rows = rk_rows_of_file_at(hand, row);
    return (place){e->file ? e->file[row] : rows->file,
                   e->ordinal ? e->ordinal[row] : (uint32_t)(row - rows->first + 1),
                   e->channel ? e->channel[row] : rows->channel,
                   e->currency ? e->currency[row] : rows->currency};
}

/* "9f86d081884c7d65:17,", as rk_entry_name_put. */
static inline char *pen_entry_name(const rk_row_writer *all, char *at, const place *of)
{
    at = rk_pen_word(at, all->words.entries_of[of->file]);
    return rk_pen_char(rk_pen_u64(at, of->ordinal), ',');
}

/* ---- entries.csv, allocations.csv ---- */

enum { ALLOCATIONS = 1 }; /* the second output */

/* Words, texts and what they need aside, no row is longer. */
enum { ROW_ROOM = 5 * RK_MOMENT_TEXT + 2 * RK_MONEY_TEXT + RK_CODE_TEXT + 3 * RK_PEN_NUMBER + 32 };

/* For a row with so many words and these texts. */
static char *room_for(rk_row_hand *hand, size_t out, size_t words, rk_slice one, rk_slice other)
{
    return rk_buffer_room(&hand->outs[out], ROW_ROOM + words * hand->all->words.longest +
                                                rk_pen_cell_room(one) + rk_pen_cell_room(other) +
                                                RK_PEN_SPARE);
}

static void put_entry(rk_row_hand *hand, size_t row)
{
    const rk_tables *t = hand->all->tables;
    const rk_words_of_tables *words = &hand->all->words;
    const rk_entries *e = &t->world->entries;
    place of = place_of(hand, row);
    rk_zone zone = words->zones[of.channel];
    rk_moment until = rk_entry_until(e, row);
    rk_slice reference = rk_texts_get(&t->world->texts, e->reference[row]);
    uint32_t application = e->application[row];
    rk_slice id = id_of(hand->all, rk_world_application(t->world, (uint32_t)row));
    rk_name office = application != RK_NO_ROW ? hand->all->shown[application].office
                                              : rk_entry_office(t->rules, e, row, NULL, RK_NO_ROW);
    char *from = room_for(hand, 0, 8, reference, id), *paid, *at = from;
    at = pen_entry_name(hand->all, at, &of);
    at = rk_pen_word(at, words->file_names[of.file]);
    at = rk_pen_char(rk_pen_u64(at, e->line[row]), ',');
    at = rk_pen_word(at, words->names[of.channel]);
    at = rk_pen_word(at, words->names[office]);
    at = rk_pen_char(rk_day_pen(&hand->days, at, e->booked_on[row]), ',');
    paid = at;
    at = rk_pen_char(rk_moment_pen(&hand->days, at, e->paid_from[row], zone), ',');
    if (until == e->paid_from[row])
        at = rk_pen_text(at, rk_slice_between(paid, at));
    else
        at = rk_pen_char(rk_moment_pen(&hand->days, at, until, zone), ',');
    at = rk_pen_char(rk_money_pen(at, e->amount_minor[row], words->exponents[of.currency]), ',');
    at = rk_pen_word(at, words->names[of.currency]);
    at = rk_pen_char(rk_pen_cell(at, reference), ',');
    at += rk_code_text(e->code[row], at);
    at = rk_pen_word(rk_pen_char(at, ','), words->outcomes[e->outcome[row]]);
    at = rk_pen_word(at, words->names[e->rule[row]]);
    at = rk_pen_cell(at, id);
    at = rk_pen_text(at, RK_S(",,")); /* settlement: of channels that settle, none yet */
    at = rk_pen_word(at, words->reasons[e->reason[row]]);
    hand->outs[0].len += (size_t)(at - from);
}

static void put_allocation(rk_row_hand *hand, size_t entry, uint32_t application, rk_money amount,
                           rk_slice role)
{
    const rk_row_writer *all = hand->all;
    place of = place_of(hand, entry);
    rk_slice id = id_of(all, application);
    char *from = room_for(hand, ALLOCATIONS, 2, id, role), *at = from;
    at = pen_entry_name(all, at, &of);
    at = rk_pen_char(rk_pen_cell(at, id), ',');
    at = rk_pen_char(rk_money_pen(at, amount, all->words.exponents[of.currency]), ',');
    at = rk_pen_char(rk_pen_text(at, role), '\n');
    hand->outs[ALLOCATIONS].len += (size_t)(at - from);
}

/* The candidates of one entry; they are listed by entry. */
static void put_candidates(rk_row_hand *hand, size_t entry)
{
    const rk_world *world = hand->all->tables->world;
    const rk_candidates *all = &world->candidates;
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->items[middle].entry < entry)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < all->count && all->items[low].entry == entry; low++)
        put_allocation(hand, entry, all->items[low].application, world->entries.amount_minor[entry],
                       RK_S("candidate"));
}

/* All of an entry, or what it pays of each application of a group. */
static void put_payments(rk_row_hand *hand, size_t entry)
{
    size_t count = 0;
    const rk_world *world = hand->all->tables->world;
    const rk_entries *e = &world->entries;
    const rk_allocation *several =
        world->allocations.count ? rk_world_allocations(world, (uint32_t)entry, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        put_allocation(hand, entry, several[i].application, several[i].amount_minor,
                       RK_S("payment"));
    if (!several)
        put_allocation(hand, entry, e->application[entry], e->amount_minor[entry], RK_S("payment"));
}

static void put_allocations(rk_row_hand *hand, size_t entry)
{
    const rk_entries *e = &hand->all->tables->world->entries;
    if (rk_outcome_is_payment((rk_outcome)e->outcome[entry]))
        put_payments(hand, entry);
    else if (e->outcome[entry] == RK_AMBIGUOUS || e->outcome[entry] == RK_SUGGESTED)
        put_candidates(hand, entry);
}

static void put_entry_and_allocations(rk_row_hand *hand, size_t row)
{
    put_entry(hand, row);
    put_allocations(hand, row);
}

static void put_entries(const rk_tables *t, rk_put_row *put, rk_look_ahead *look, rk_output *outs,
                        size_t out_count)
{
    rk_row_writer all;
    rk_row_order order = rk_rows_of_entries(t->world);
    rk_rows_open(&all, t);
    if (look)
        rk_rows_show_applications(&all);
    rk_rows_put(&all, &order, put, look, outs, out_count);
    rk_rows_close(&all);
}

void rk_tables_entries(const rk_tables *t, rk_output *outs)
{
    rk_output_put(&outs[0],
                  RK_S("entry,file,line,channel,office,booked_on,paid_from,paid_until,amount,"
                       "currency,reference,billing_code,outcome,rule,application_id,settlement,"
                       "reason\n"));
    rk_output_put(&outs[ALLOCATIONS], RK_S("entry,application_id,amount,role\n"));
    put_entries(t, put_entry_and_allocations, look_at_application, outs, 2);
}

/* ---- links.csv ---- */

/* The entry that this one takes back, if it takes one back; links are sorted by entry. */
static void put_link(rk_row_hand *hand, size_t entry)
{
    const rk_world *world = hand->all->tables->world;
    const rk_links *links = &world->links;
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
    rk_entry_name_put(world, entry, &hand->outs[0]);
    rk_buffer_char(&hand->outs[0], ',');
    rk_entry_name_put(world, links->items[low].to_entry, &hand->outs[0]);
    rk_buffer_text(&hand->outs[0], ",reverses\n");
}

void rk_tables_links(const rk_tables *t, rk_output *out)
{
    rk_output_put(out, RK_S("entry,to_entry,kind\n"));
    if (t->world->links.count)
        put_entries(t, put_link, NULL, out, 1);
}

/* ---- applications.csv ---- */

static int by_id(const void *a, const void *b, void *context)
{
    const rk_world *world = context;
    const rk_text *ids = world->applications.id;
    return rk_slice_compare(rk_texts_get(&world->texts, ids[*(const uint32_t *)a]),
                            rk_texts_get(&world->texts, ids[*(const uint32_t *)b]));
}

/* NULL: as they stand. */
static uint32_t *applications_in_order(const rk_world *world, int threads)
{
    size_t count = world->applications.batch.count;
    const rk_text *ids = world->applications.id;
    bool sorted = true;
#pragma omp parallel for schedule(static) reduction(&& : sorted) num_threads(threads)
    for (size_t i = 1; i < count; i++)
        sorted = sorted && !rk_slice_before(rk_texts_get(&world->texts, ids[i]),
                                            rk_texts_get(&world->texts, ids[i - 1]));
    if (sorted)
        return NULL;
    uint32_t *order = rk_alloc(count, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, by_id, (void *)(uintptr_t)world);
    return order;
}

static void put_application(rk_row_hand *hand, size_t row)
{
    const rk_tables *t = hand->all->tables;
    const rk_words_of_tables *words = &hand->all->words;
    const rk_applications *a = &t->world->applications;
    rk_zone zone = rk_office_zone(t->rules, a->office[row], a->submitted_at[row], t->zone);
    rk_slice id = rk_texts_get(&t->world->texts, a->id[row]);
    char *from = room_for(hand, 0, 3, id, id), *paid, *at = from;
    at = rk_pen_char(rk_pen_cell(at, id), ',');
    at = rk_pen_word(at, words->names[a->office[row]]);
    at = rk_pen_word(at, words->states[a->state[row]]);
    at = rk_pen_char(rk_moment_pen(&hand->days, at, a->deadline[row], zone), ',');
    paid = at;
    at = rk_pen_char(rk_moment_pen(&hand->days, at, a->paid_from[row], zone), ',');
    if (a->paid_until[row] == a->paid_from[row])
        at = rk_pen_text(at, rk_slice_between(paid, at));
    else
        at = rk_pen_char(rk_moment_pen(&hand->days, at, a->paid_until[row], zone), ',');
    at = rk_pen_char(rk_money_pen(at, a->paid_minor[row], RUPIAH_DIGITS), ',');
    at = rk_pen_char(rk_pen_u64(at, a->entry_count[row]), ',');
    at = rk_pen_word(at, words->reasons[a->reason[row]]);
    hand->outs[0].len += (size_t)(at - from);
}

void rk_tables_applications(const rk_tables *t, rk_output *out)
{
    size_t count = t->world->applications.batch.count;
    uint32_t *rows = applications_in_order(t->world, rk_threads_for(count, t->threads));
    rk_row_order order = rk_rows_all(count, rows);
    rk_row_writer all;
    rk_output_put(out, RK_S("application_id,office,state,deadline,paid_from,paid_until,paid_amount,"
                            "entries,reason\n"));
    rk_rows_open(&all, t);
    rk_rows_put(&all, &order, put_application, NULL, out, 1);
    rk_rows_close(&all);
    free(rows);
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
        const rk_rows_of_file *rows = NULL;
#pragma omp for schedule(dynamic, RK_ROWS_A_THREAD) nowait
        for (size_t row = 0; row < e->batch.count; row++) {
            uint32_t ahead = row + PREFETCH_AHEAD < e->batch.count
                                 ? e->application[row + PREFETCH_AHEAD]
                                 : RK_NO_ROW;
            if (ahead != RK_NO_ROW)
                __builtin_prefetch(&apps->office[ahead]);
            rk_name office = rk_entry_office(t->rules, e, row, apps, e->application[row]);
            rows = e->channel ? NULL : rk_entry_rows_again(e, row, rows);
            rk_name channel = rows ? rows->channel : e->channel[row];
            uint64_t key = (uint64_t)office << 32 | (uint64_t)channel << 16 | e->outcome[row];
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

static void put_reject(rk_row_hand *hand, size_t row)
{
    const rk_world *world = hand->all->tables->world;
    const rk_reject *reject = &world->rejects.items[row];
    rk_buffer_csv(&hand->outs[0], world->files.items[reject->file].name);
    rk_buffer_printf(&hand->outs[0], ",%u,", reject->line);
    if (reject->column)
        rk_buffer_u64(&hand->outs[0], reject->column);
    rk_buffer_char(&hand->outs[0], ',');
    rk_buffer_csv(&hand->outs[0], reject->reason);
    rk_buffer_char(&hand->outs[0], '\n');
}

void rk_tables_rejects(const rk_tables *t, rk_output *out)
{
    size_t count = t->world->rejects.count;
    uint32_t *rows = rk_alloc(count, sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = (uint32_t)i;
    if (count)
        qsort_r(rows, count, sizeof *rows, by_file_and_line, (void *)(uintptr_t)t->world);
    rk_row_order order = rk_rows_all(count, rows);
    rk_row_writer all;
    rk_output_put(out, RK_S("file,line,column,reason\n"));
    rk_rows_open(&all, t);
    rk_rows_put(&all, &order, put_reject, NULL, out, 1);
    rk_rows_close(&all);
    free(rows);
}
