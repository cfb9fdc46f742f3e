#include "night/attribute.h"

#include <stdlib.h>

#include "report/plan.h"
#include "report/words.h"

/* Test builds lay out every book, and fail where one that was thought to say the same does not. */
#ifdef RK_FAILPOINTS
enum { LAYS_ALL = 1 };
#else
enum { LAYS_ALL = 0 };
#endif

typedef struct attributing {
    const rk_attribute_of *of;
    rk_names *names;
    rk_attribution *trace;
    rk_world world;    /* of books: of all folds */
    rk_fold_kept kept; /* the same */
} attributing;

static rk_attributed *book_of(rk_attribution *trace, const rk_book *book)
{
    for (size_t i = 0; i < trace->count; i++)
        if (rk_slice_equal(trace->books[i].path, book->path))
            return &trace->books[i];
    trace->books = rk_grow(trace->books, &trace->capacity, trace->count + 1, sizeof *trace->books);
    rk_attributed *added = &trace->books[trace->count++];
    *added = (rk_attributed){.path = rk_arena_slice(&trace->arena, book->path),
                             .workbook = rk_arena_slice(&trace->arena, book->workbook),
                             .office = book->office};
    return added;
}

/* ---- one state after the other ---- */

/* What the book says now, against what it said before; its figures are taken over. */
static void take_book(rk_attribution *trace, rk_attributed *book, rk_figures *figures,
                      const rk_ground *ground)
{
    rk_figures now = {0};
    size_t lines = book->lines.count;
    if (figures) {
        now = *figures;
        *figures = (rk_figures){0};
    }
    if (ground) {
        rk_figures_differ(&book->last, &now, ground, &trace->arena, &book->lines);
        if (ground->kind.len == 0)
            book->unexplained += book->lines.count - lines;
        rk_figures_free(&book->last);
    }
    book->last = now;
    book->asked = true;
}

void rk_attribution_take(rk_attribution *trace, rk_books *books, const rk_ground *ground)
{
    for (size_t i = 0; i < books->count; i++)
        book_of(trace, &books->items[i]);
    for (size_t i = 0; i < trace->count; i++) {
        rk_figures *now = NULL;
        for (size_t k = 0; k < books->count && !now; k++)
            if (rk_slice_equal(books->items[k].path, trace->books[i].path))
                now = &books->items[k].figures;
        take_book(trace, &trace->books[i], now, ground);
    }
}

/* What is known after some runs, or a part of the last one. */
typedef struct state {
    rk_fold fold;
    uint32_t part; /* as rk_fold_of.part */
    rk_books_input input;
    rk_unwritten said;
    rk_arena arena;
} state;

/* It stays where it is: what it says points into it. */
static bool open_state(attributing *t, const rk_fold_of *of, state *s, rk_error *err)
{
    *s = (state){.input = *t->of->input, .part = of->part};
    bool good = rk_fold_make(of, &t->world, &s->fold, err);
    s->input.names = &t->world.names;
    s->input.texts = &t->world.texts;
    s->input.figures = true;
    s->input.revised = NULL;
    rk_fold_give(&s->fold, &s->input);
    return good && rk_unwritten_open(&s->input, &s->arena, &s->said, err);
}

static void close_state(state *s)
{
    rk_unwritten_free(&s->said);
    rk_fold_free(&s->fold);
    rk_arena_free(&s->arena);
}

/* A book in two states, in one of which it may be missing. */
typedef struct pair {
    size_t before, after; /* SIZE_MAX: missing */
    bool is_same;         /* says the same: it need not be laid out */
} pair;

/* Those that may differ. The later state knows all that the earlier one did. */
static pair *pairs_of_books(const state *earlier, const state *later, size_t *count)
{
    size_t a = 0, b = 0;
    const rk_unwritten *before = &earlier->said, *after = &later->said;
    bool *touched = rk_alloc(after->books.count + 1, sizeof *touched);
    rk_unwritten_touched(after, earlier->fold.whole, earlier->part, touched);
    pair *pairs = rk_alloc(before->books.count + after->books.count + 1, sizeof *pairs);
    *count = 0;
    while (a < before->books.count || b < after->books.count) {
        int order = a == before->books.count ? 1
                    : b == after->books.count
                        ? -1
                        : rk_slice_compare(before->books.items[a].path, after->books.items[b].path);
        pair p = {order <= 0 ? a : SIZE_MAX, order >= 0 ? b : SIZE_MAX, false};
        a += order <= 0;
        b += order >= 0;
        p.is_same = order == 0 && !touched[p.after] &&
                    rk_digest_equal(&before->made[p.before], &after->made[p.after]);
        if (!p.is_same || LAYS_ALL)
            pairs[(*count)++] = p;
    }
    free(touched);
    return pairs;
}

/* Only books that are made from other things than before are laid out. */
static bool ask_pairs(const rk_attribution *trace, rk_unwritten *before, rk_unwritten *after,
                      const pair *pairs, size_t count, rk_error *err)
{
    bool *old = rk_alloc(before->books.count + 1, sizeof *old);
    bool *new = rk_alloc(after->books.count + 1, sizeof *new);
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].before != SIZE_MAX)
            old[pairs[i].before] =
                !book_of((rk_attribution *)(uintptr_t)trace, &before->books.items[pairs[i].before])
                     ->asked;
        if (pairs[i].after != SIZE_MAX)
            new[pairs[i].after] = true;
    }
    bool good = rk_unwritten_ask(before, old, err) && rk_unwritten_ask(after, new, err);
    free(old);
    free(new);
    return good;
}

/* What differs between two states is for `ground`. */
static bool compare_states(attributing *t, state *before, state *after, const rk_ground *ground,
                           rk_error *err)
{
    size_t count;
    pair *pairs = pairs_of_books(before, after, &count);
    bool good = ask_pairs(t->trace, &before->said, &after->said, pairs, count, err);
    for (size_t i = 0; good && i < count; i++) {
        rk_book *old =
            pairs[i].before == SIZE_MAX ? NULL : &before->said.books.items[pairs[i].before];
        rk_book *now = pairs[i].after == SIZE_MAX ? NULL : &after->said.books.items[pairs[i].after];
        rk_attributed *book = book_of(t->trace, now ? now : old);
        if (!book->asked)
            take_book(t->trace, book, old ? &old->figures : NULL, NULL);
        size_t lines = book->lines.count;
        take_book(t->trace, book, now ? &now->figures : NULL, ground);
        if (pairs[i].is_same && book->lines.count > lines)
            good = rk_fail(err, RK_BUG, "\"%.*s\" was thought to say the same: %.*s %.*s",
                           RK_FMT(book->path), RK_FMT(book->lines.items[lines].sheet),
                           RK_FMT(book->lines.items[lines].where));
    }
    free(pairs);
    return good;
}

static rk_slice name_run(attributing *t, const rk_fold_of *of)
{
    rk_buffer name = {0};
    const rk_fact_list *last = of->run_count ? &of->runs[of->run_count - 1] : NULL;
    rk_day night = of->tonight_facts ? of->tonight : last ? last->night : RK_NO_DAY;
    int number = of->tonight_facts ? t->of->input->as_of_number : last ? last->number : 0;
    rk_day_put(&name, night);
    rk_buffer_printf(&name, "-%d", number);
    rk_slice kept = rk_arena_slice(&t->trace->arena, rk_buffer_all(&name));
    rk_buffer_free(&name);
    return kept;
}

static rk_ground ground_of(attributing *t, const rk_causes *causes, const rk_texts *texts,
                           uint32_t number, rk_slice run)
{
    rk_buffer text = {0};
    rk_arena *arena = &t->trace->arena;
    bool known = number && number <= causes->batch.count;
    rk_cause_kind kind = known ? (rk_cause_kind)causes->kind[number - 1] : RK_CAUSE_NONE;
    rk_ground ground = {.run = run, .kind = rk_slice_of(known ? rk_cause_name(kind) : "")};
    if (known)
        ground.what = rk_arena_slice(arena, rk_texts_get(texts, causes->what[number - 1]));
    rk_buffer_slice(&text, rk_shown_cause(kind, t->of->input->language));
    rk_buffer_text(&text, ground.what.len ? " " : "");
    rk_buffer_slice(&text, ground.what);
    ground.cause = rk_arena_slice(arena, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return ground;
}

/* Of all books that there are, those that differ have lines. */
static void note_books(attributing *t, const state *s)
{
    for (size_t i = 0; i < s->said.books.count; i++)
        book_of(t->trace, &s->said.books.items[i]);
}

/* The last run of `of`, cause by cause; `last` is the state before it, and becomes the one after it. */
static bool attribute_run(attributing *t, rk_fold_of of, state **last, rk_error *err)
{
    rk_causes causes = {0};
    uint32_t *numbers;
    size_t count = 0;
    bool good = rk_fold_causes(&of, &t->world, &causes, &numbers, &count, err);
    for (size_t i = 0; good && i < count; i++) {
        state *now = rk_alloc(1, sizeof *now);
        of.part = i + 1 < count ? numbers[i] + 1 : 0;
        good = open_state(t, &of, now, err);
        if (good) {
            rk_ground ground = ground_of(t, &causes, &t->world.texts, numbers[i], name_run(t, &of));
            note_books(t, now);
            good = compare_states(t, *last, now, &ground, err);
        }
        close_state(*last);
        free(*last);
        *last = now;
    }
    rk_batch_free(&causes.batch);
    return good;
}

static int by_figure(const void *a, const void *b)
{
    return rk_figure_compare(a, b);
}

/* Lines stand where the later book has the figure. */
static void place_lines(rk_attributed *book)
{
    for (size_t i = 0; i < book->lines.count; i++) {
        rk_correction *line = &book->lines.items[i];
        rk_figure wanted = {.sheet = line->sheet, .where = line->where};
        const rk_figure *found =
            book->last.count
                ? bsearch(&wanted, book->last.items, book->last.count, sizeof wanted, by_figure)
                : NULL;
        if (found)
            rk_plan_place(found->row, found->column, line->place);
    }
}

/* ---- money ---- */

static bool sum_facts(const rk_fold_of *of, rk_names *names, uint32_t cause, rk_money *sum,
                      int64_t *count, rk_error *err)
{
    rk_world world = {.names = *names};
    rk_fold fold;
    bool good = rk_fold_make(of, &world, &fold, err);
    const rk_facts *f = &fold.flows;
    *sum = *count = 0;
    for (size_t row = 0; good && row < f->batch.count; row++) {
        if (f->kind[row] != RK_FACT_ENTRY || f->outcome[row] == RK_IGNORED ||
            f->outcome[row] == RK_SETTLEMENT || f->booked_on[row] < of->from ||
            f->booked_on[row] > of->until || (cause != UINT32_MAX && f->cause[row] != cause))
            continue;
        rk_money_add(sum, f->amount[row]);
        *count += f->count[row];
    }
    rk_fold_free(&fold);
    *names = world.names;
    world.names = (rk_names){0};
    rk_world_free(&world);
    return good;
}

static bool sum_run(attributing *t, const rk_fold_of *of, rk_error *err)
{
    rk_world world = {.names = *t->names};
    rk_causes causes = {0};
    rk_fold_of run = *of;
    uint32_t *numbers;
    size_t count = 0;
    rk_attribution *trace = t->trace;
    bool good = rk_fold_causes(of, &world, &causes, &numbers, &count, err);
    *t->names = world.names;
    world.names = (rk_names){0};
    run.runs = &of->runs[of->run_count - 1];
    run.run_count = 1;
    for (size_t i = 0; good && i < count; i++) {
        rk_difference_part part = {
            .ground = ground_of(t, &causes, &world.texts, numbers[i], name_run(t, of))};
        good = sum_facts(&run, t->names, numbers[i], &part.amount, &part.count, err);
        if (part.amount == 0 && part.count == 0)
            continue;
        trace->parts =
            rk_grow(trace->parts, &trace->part_capacity, trace->part_count + 1, sizeof part);
        trace->parts[trace->part_count++] = part;
    }
    rk_batch_free(&causes.batch);
    rk_world_free(&world);
    return good;
}

bool rk_attribute_money(const rk_attribute_of *of, rk_names *names, rk_attribution *trace,
                        rk_error *err)
{
    attributing t = {.of = of, .names = names, .trace = trace};
    rk_fold_of part = of->after;
    part.run_count = of->before;
    bool good = sum_facts(&part, names, UINT32_MAX, &trace->before, &trace->count_before, err) &&
                sum_facts(&of->after, names, UINT32_MAX, &trace->after, &trace->count_after, err);
    for (size_t i = of->before; good && i < of->after.run_count; i++) {
        part.run_count = i + 1;
        good = sum_run(&t, &part, err);
    }
    return good;
}

static int by_path(const void *a, const void *b)
{
    return rk_slice_compare(((const rk_attributed *)a)->path, ((const rk_attributed *)b)->path);
}

bool rk_attribute_books(const rk_attribute_of *of, rk_names *names, rk_attribution *trace,
                        rk_error *err)
{
    attributing t = {.of = of, .names = names, .trace = trace, .world = {.names = *names}};
    state *state_now = rk_alloc(1, sizeof *state_now);
    rk_fold_of last = of->after, part;
    last.kept = &t.kept;
    part = last;
    part.tonight_facts = NULL;
    part.run_count = of->before;
    bool good = open_state(&t, &part, state_now, err);
    note_books(&t, state_now);
    for (size_t i = of->before; good && i < of->after.run_count; i++) {
        part.run_count = i + 1;
        good = attribute_run(&t, part, &state_now, err);
    }
    if (good && of->after.tonight_facts)
        good = attribute_run(&t, last, &state_now, err);
    close_state(state_now);
    free(state_now);
    rk_fold_kept_free(&t.kept);
    *names = t.world.names;
    t.world.names = (rk_names){0};
    rk_world_free(&t.world);
    rk_attribution_end(trace);
    return good;
}

bool rk_attribute_again(const rk_fold_of *of, const rk_books_input *input, rk_names *names,
                        rk_attribution *trace, rk_book_lines **lines, size_t *count, rk_error *err)
{
    rk_books_input due = *input;
    rk_attribute_of what = {.after = *of, .input = &due, .before = of->run_count};
    *count = 0;
    if (input->as_of_number < 2 || input->period.until < input->as_of ||
        !rk_engine_behaves(&input->rules->engine, RK_SECOND_RUN_EXPLAINED, input->as_of))
        return true;
    due.due_only = true;
    what.before -= of->tonight_facts == NULL;
    if (!rk_attribute_books(&what, names, trace, err))
        return false;
    *lines = rk_arena_alloc(&trace->arena, trace->count + 1, sizeof **lines);
    for (; *count < trace->count; ++*count)
        (*lines)[*count] = (rk_book_lines){.path = trace->books[*count].path,
                                           .lines = &trace->books[*count].lines};
    return true;
}

void rk_attribution_end(rk_attribution *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        place_lines(&trace->books[i]);
    if (trace->count > 1)
        qsort(trace->books, trace->count, sizeof *trace->books, by_path);
}

void rk_attribution_free(rk_attribution *trace)
{
    for (size_t i = 0; i < trace->count; i++) {
        free(trace->books[i].lines.items);
        rk_figures_free(&trace->books[i].last);
    }
    free(trace->books);
    free(trace->parts);
    rk_arena_free(&trace->arena);
    *trace = (rk_attribution){0};
}
