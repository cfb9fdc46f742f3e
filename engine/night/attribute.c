#include "night/attribute.h"

#include <stdlib.h>

#include "report/words.h"

typedef struct attributing {
    const rk_attribute_of *of;
    rk_names *names;
    rk_attribution *trace;
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

/* What the books say after these runs; figures and paths outlive the fold. */
static bool say(attributing *t, const rk_fold_of *of, rk_arena *arena, rk_books *books,
                rk_error *err)
{
    rk_world world = {.names = *t->names};
    rk_books_input input = *t->of->input;
    rk_fold fold;
    bool good = rk_fold_make(of, &world, &fold, err);
    if (good) {
        input.names = &world.names;
        input.texts = &world.texts;
        input.figures = true;
        input.corrections = NULL;
        rk_fold_give(&fold, &input);
        good = rk_books_make(&input, arena, books, err);
    }
    rk_fold_free(&fold);
    *t->names = world.names;
    world.names = (rk_names){0};
    rk_world_free(&world);
    return good;
}

/* The books as they are now against what they said before. */
static void take(attributing *t, rk_books *books, rk_slice cause, rk_slice run, bool is_first,
                 bool explained)
{
    rk_attribution *trace = t->trace;
    for (size_t i = 0; i < books->count; i++)
        book_of(trace, &books->items[i]);
    for (size_t i = 0; i < trace->count; i++) {
        rk_attributed *book = &trace->books[i];
        rk_figures now = {0};
        for (size_t k = 0; k < books->count; k++)
            if (rk_slice_equal(books->items[k].path, book->path)) {
                now = books->items[k].figures;
                books->items[k].figures = (rk_figures){0};
            }
        size_t lines = book->lines.count;
        if (is_first) {
            book->last = now;
            continue;
        }
        rk_figures_differ(&book->last, &now, cause, run, &trace->arena, &book->lines);
        if (!explained)
            book->unexplained += book->lines.count - lines;
        rk_figures_free(&book->last);
        book->last = now;
    }
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

static rk_slice name_cause(attributing *t, const rk_causes *causes, const rk_texts *texts,
                           uint32_t number)
{
    rk_buffer text = {0};
    rk_cause_kind kind = number && number <= causes->batch.count
                             ? (rk_cause_kind)causes->kind[number - 1]
                             : RK_CAUSE_NONE;
    rk_buffer_slice(&text, rk_shown_cause(kind, t->of->input->language));
    if (kind != RK_CAUSE_NONE && causes->what[number - 1]) {
        rk_buffer_char(&text, ' ');
        rk_buffer_slice(&text, rk_texts_get(texts, causes->what[number - 1]));
    }
    rk_slice kept = rk_arena_slice(&t->trace->arena, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return kept;
}

/* The last run of `of`, cause by cause. */
static bool attribute_run(attributing *t, rk_fold_of of, rk_error *err)
{
    rk_world world = {.names = *t->names};
    rk_causes causes = {0};
    rk_arena arena = {0};
    uint32_t *numbers;
    size_t count = 0;
    bool good = rk_fold_causes(&of, &world, &causes, &numbers, &count, err);
    *t->names = world.names;
    world.names = (rk_names){0};
    for (size_t i = 0; good && i < count; i++) {
        rk_books books = {0};
        of.part = i + 1 < count ? numbers[i] + 1 : 0;
        good = say(t, &of, &arena, &books, err);
        if (good)
            take(t, &books, name_cause(t, &causes, &world.texts, numbers[i]), name_run(t, &of),
                 false, numbers[i] != 0);
        rk_books_free(&books);
    }
    rk_batch_free(&causes.batch);
    rk_world_free(&world);
    rk_arena_free(&arena);
    return good;
}

static int by_path(const void *a, const void *b)
{
    return rk_slice_compare(((const rk_attributed *)a)->path, ((const rk_attributed *)b)->path);
}

bool rk_attribute_books(const rk_attribute_of *of, rk_names *names, rk_attribution *trace,
                        rk_error *err)
{
    attributing t = {.of = of, .names = names, .trace = trace};
    rk_arena arena = {0};
    rk_books books = {0};
    rk_fold_of part = of->after;
    part.tonight_facts = NULL;
    part.run_count = of->before;
    bool good = say(&t, &part, &arena, &books, err);
    take(&t, &books, (rk_slice){"", 0}, (rk_slice){"", 0}, true, true);
    rk_books_free(&books);
    for (size_t i = of->before; good && i < of->after.run_count; i++) {
        part.run_count = i + 1;
        good = attribute_run(&t, part, err);
    }
    if (good && of->after.tonight_facts)
        good = attribute_run(&t, of->after, err);
    rk_arena_free(&arena);
    if (trace->count > 1)
        qsort(trace->books, trace->count, sizeof *trace->books, by_path);
    return good;
}

void rk_attribution_free(rk_attribution *trace)
{
    for (size_t i = 0; i < trace->count; i++) {
        free(trace->books[i].lines.items);
        rk_figures_free(&trace->books[i].last);
    }
    free(trace->books);
    rk_arena_free(&trace->arena);
    *trace = (rk_attribution){0};
}
