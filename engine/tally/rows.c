#include "tally/rows.h"

#include <omp.h>
#include <sched.h>
#include <stdlib.h>

#include "base/threads.h"
#include "tally/office.h"

enum { PREFETCH_AHEAD = 16, ROWS_A_PIECE = 4096, RUPIAH_DIGITS = 2 };

/* ---- words ---- */

/* Its own memory, with what rk_pen_word may read behind it. */
static rk_slice word_of(rk_row_writer *all, rk_slice text, const char *behind)
{
    char *word =
        rk_arena_alloc(&all->arena, rk_pen_cell_room(text) + strlen(behind) + RK_PEN_SPARE, 1);
    char *end = rk_pen_text(rk_pen_cell(word, text), rk_slice_of(behind));
    rk_slice made = rk_slice_between(word, end);
    if (made.len > all->words.longest)
        all->words.longest = made.len;
    return made;
}

static void make_names(rk_row_writer *all)
{
    const rk_tables *t = all->tables;
    const rk_names *names = &t->world->names;
    rk_words_of_tables *words = &all->words;
    words->names = rk_arena_alloc(&all->arena, names->count + 1, sizeof *words->names);
    words->exponents = rk_arena_alloc(&all->arena, names->count + 1, sizeof *words->exponents);
    words->zones = rk_arena_alloc(&all->arena, names->count + 1, sizeof *words->zones);
    for (size_t i = 0; i <= names->count; i++) {
        rk_slice text = rk_names_text(names, (rk_name)i);
        int exponent = rk_currency_exponent(text);
        words->names[i] = word_of(all, text, ",");
        words->exponents[i] = exponent < 0 ? RUPIAH_DIGITS : exponent;
        words->zones[i] = t->zone;
    }
    for (size_t i = t->rules->channel_count; i > 0; i--) /* of several with one name the first */
        if (t->rules->channels[i - 1].channel < names->count)
            words->zones[t->rules->channels[i - 1].channel] = t->rules->channels[i - 1].zone;
}

static void make_files(rk_row_writer *all)
{
    const rk_files *files = &all->tables->world->files;
    rk_words_of_tables *words = &all->words;
    rk_buffer name = {0};
    words->file_names = rk_arena_alloc(&all->arena, files->count + 1, sizeof *words->file_names);
    words->entries_of = rk_arena_alloc(&all->arena, files->count + 1, sizeof *words->entries_of);
    for (size_t i = 0; i < files->count; i++) {
        rk_buffer_clear(&name);
        rk_buffer_hex(&name, files->items[i].digest.bytes, RK_ENTRY_NAME_BYTES);
        words->entries_of[i] = word_of(all, rk_buffer_all(&name), ":");
        words->file_names[i] = word_of(all, files->items[i].name, ",");
    }
    rk_buffer_free(&name);
}

void rk_rows_open(rk_row_writer *all, const rk_tables *tables)
{
    *all = (rk_row_writer){.tables = tables};
    make_names(all);
    make_files(all);
    for (int i = 0; i < RK_OUTCOMES; i++)
        all->words.outcomes[i] = word_of(all, rk_slice_of(rk_outcome_name((rk_outcome)i)), ",");
    for (int i = 0; i < RK_STATES; i++)
        all->words.states[i] = word_of(all, rk_slice_of(rk_state_name((rk_state)i)), ",");
    for (int i = 0; i < RK_REASONS; i++)
        all->words.reasons[i] = word_of(all, rk_slice_of(rk_reason_text((rk_reason)i)), "\n");
}

static size_t shown_bytes(const rk_row_writer *all)
{
    return (all->tables->world->applications.batch.count + 1) * sizeof *all->shown;
}

void rk_rows_show_applications(rk_row_writer *all)
{
    const rk_tables *t = all->tables;
    const rk_applications *a = &t->world->applications;
    all->shown = rk_pages_scattered(shown_bytes(all));
#pragma omp parallel for schedule(dynamic, RK_ROWS_A_PAGE(*all->shown)) \
    num_threads(rk_threads_for(a->batch.count, t->threads))
    for (size_t row = 0; row < a->batch.count; row++) {
        rk_shown_application *shown = &all->shown[row];
        rk_slice id = rk_texts_get(&t->world->texts, a->id[row]);
        shown->office = rk_office_or_none(t->rules, a->office[row]);
        shown->len = id.len <= RK_SHOWN_ID_MAX ? (uint8_t)id.len : UINT8_MAX;
        if (id.len <= RK_SHOWN_ID_MAX)
            rk_pen_text(shown->id, id);
    }
}

void rk_rows_close(rk_row_writer *all)
{
    if (all->shown)
        rk_pages_free(all->shown, shown_bytes(all));
    rk_arena_free(&all->arena);
}

/* ---- which rows ---- */

rk_row_order rk_rows_all(size_t count, const uint32_t *rows)
{
    rk_row_order order = {rk_alloc(1, sizeof *order.spans), 1, rows};
    order.spans[0] = (rk_rows_span){0, count};
    return order;
}

static int by_digest(const void *a, const void *b, void *context)
{
    const rk_world *world = context;
    const rk_rows_span *x = a, *y = b;
    const rk_file *left = &world->files.items[rk_entry_file(&world->entries, x->from)];
    const rk_file *right = &world->files.items[rk_entry_file(&world->entries, y->from)];
    int order = rk_digest_compare(&left->digest, &right->digest);
    if (order == 0)
        order = rk_slice_compare(left->name, right->name);
    return order ? order : (x->from > y->from) - (x->from < y->from);
}

rk_row_order rk_rows_of_entries(const rk_world *world)
{
    const rk_entries *e = &world->entries;
    rk_row_order order = {0};
    size_t capacity = 0;
    for (size_t from = 0, until; from < e->batch.count; from = until) {
        until = from + 1;
        if (!e->file)
            until = rk_entry_rows(e, from)->until;
        while (e->file && until < e->batch.count && e->file[until] == e->file[from])
            until++;
        order.spans = rk_grow(order.spans, &capacity, order.count + 1, sizeof *order.spans);
        order.spans[order.count++] = (rk_rows_span){from, until};
    }
    if (order.count)
        qsort_r(order.spans, order.count, sizeof *order.spans, by_digest, (void *)(uintptr_t)world);
    return order;
}

const rk_rows_of_file *rk_rows_of_file_at(rk_row_hand *hand, size_t row)
{
    return hand->rows = rk_entry_rows_again(&hand->all->tables->world->entries, row, hand->rows);
}

/* ---- writing ---- */

static void put_piece(rk_row_hand *hand, const rk_row_order *order, rk_rows_span piece,
                      rk_put_row *put, rk_look_ahead *look)
{
    const uint32_t *rows = order->rows;
    for (size_t i = 0; i < RK_OUTS_MAX; i++)
        rk_buffer_clear(&hand->outs[i]);
    for (size_t i = piece.from; i < piece.until; i++) {
        size_t ahead = i + PREFETCH_AHEAD;
        if (look && ahead < piece.until)
            look(hand->all, rows ? rows[ahead] : ahead);
        put(hand, rows ? rows[i] : i);
    }
}

/* Spans cut into pieces. */
static rk_rows_span *pieces_of(const rk_row_order *order, size_t *count)
{
    size_t capacity = 0;
    rk_rows_span *pieces = NULL;
    *count = 0;
    for (size_t i = 0; i < order->count; i++)
        for (size_t from = order->spans[i].from; from < order->spans[i].until;
             from += ROWS_A_PIECE) {
            size_t left = order->spans[i].until - from;
            pieces = rk_grow(pieces, &capacity, *count + 1, sizeof *pieces);
            pieces[(*count)++] =
                (rk_rows_span){from, from + (left < ROWS_A_PIECE ? left : ROWS_A_PIECE)};
        }
    return pieces;
}

/* Writes a piece behind those before it. Not by an ordered region: libgomp lets the next thread in when the
 * whole iteration has ended, after the writing. */
static void write_in_turn(const rk_row_hand *hand, size_t *turn, size_t number, rk_output *outs,
                          size_t out_count)
{
    uint64_t at[RK_OUTS_MAX];
    while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != number)
        sched_yield();
    for (size_t i = 0; i < out_count; i++)
        at[i] = rk_output_claim(&outs[i], hand->outs[i].len);
    __atomic_store_n(turn, number + 1, __ATOMIC_RELEASE);
    for (size_t i = 0; i < out_count; i++)
        rk_output_write(&outs[i], at[i], rk_buffer_all(&hand->outs[i]));
}

void rk_rows_put(const rk_row_writer *all, rk_row_order *order, rk_put_row *put,
                 rk_look_ahead *look, rk_output *outs, size_t out_count)
{
    size_t count, turn = 0;
    rk_rows_span *pieces = pieces_of(order, &count);
    int threads = rk_threads_for(count * ROWS_A_PIECE, all->tables->threads);
#pragma omp parallel num_threads(threads)
    {
        rk_row_hand *hand = rk_alloc(1, sizeof *hand);
        hand->all = all;
#pragma omp for schedule(monotonic : dynamic, 1)
        for (size_t i = 0; i < count; i++) {
            put_piece(hand, order, pieces[i], put, look);
            write_in_turn(hand, &turn, i, outs, out_count);
        }
        for (size_t i = 0; i < RK_OUTS_MAX; i++)
            rk_buffer_free(&hand->outs[i]);
        free(hand);
    }
    free(pieces);
    free(order->spans);
    *order = (rk_row_order){0};
}
