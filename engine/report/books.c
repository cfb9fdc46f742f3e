#include "report/books.h"

#include <locale.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "report/desk.h"
#include "report/xlsx.h"

/* One workbook to make. */
typedef struct order {
    const rk_workbook *workbook;
    size_t slice;
    rk_name scope; /* province or zone; 0: none */
    const rk_revised *revised;
    rk_book book;
    bool good;
    rk_error error;
} order;

typedef struct rk_orders {
    order *items;
    size_t count, capacity;
} orders;

/* ---- which books are due ---- */

static bool is_month_end(rk_day night)
{
    return rk_civil_of(night).month != rk_civil_of(night + 1).month;
}

static bool is_due(const rk_workbook *workbook, rk_day night)
{
    return workbook->due == RK_DUE_NIGHT ||
           (workbook->due == RK_DUE_MONTH_END && is_month_end(night));
}

bool rk_books_any_due(const rk_reports *reports, rk_period kind, rk_day night)
{
    for (size_t i = 0; i < reports->workbook_count; i++)
        if (reports->workbooks[i].period == kind && is_due(&reports->workbooks[i], night))
            return true;
    return false;
}

/* Those that were asked for, else those that are due. */
static bool is_asked(const rk_workbook *workbook, const rk_books_input *input)
{
    if (input->workbook.len)
        return rk_slice_equal(workbook->name, input->workbook);
    for (size_t i = 0; i < input->revised_count; i++)
        if (rk_slice_equal(workbook->name, input->revised[i].workbook))
            return true;
    if (input->revised)
        return false;
    if (input->has_period && workbook->period != input->period.kind)
        return false;
    return (input->has_period && !input->due_only) || is_due(workbook, input->night);
}

static rk_day reach_of_block(const rk_block *block, const rk_job *job)
{
    rk_day first = job->from;
    if (block->days && job->until - block->days + 1 < first)
        first = job->until - block->days + 1;
    for (size_t c = 0; c < block->column_count; c++) {
        const rk_block_column *column = &block->columns[c];
        bool compared = column->as == RK_AS_CHANGE || column->as == RK_AS_GROWTH;
        rk_day from = rk_job_over(job, compared ? RK_OVER_BEFORE : column->over).from;
        first = from < first ? from : first;
    }
    return first;
}

rk_day rk_books_reach(const rk_books_input *input)
{
    const rk_reports *reports = &input->rules->reports;
    rk_job job = {.period = input->period,
                  .from = input->period.from,
                  .until = input->period.until < input->night ? input->period.until : input->night};
    rk_day first = job.from;
    for (size_t w = 0; w < reports->workbook_count; w++) {
        const rk_workbook *workbook = &reports->workbooks[w];
        for (size_t s = 0; is_asked(workbook, input) && s < workbook->sheet_count; s++)
            for (size_t b = 0; b < workbook->sheets[s].block_count; b++) {
                rk_day from = reach_of_block(&workbook->sheets[s].blocks[b], &job);
                first = from < first ? from : first;
            }
    }
    return first;
}

/* What cannot be looked for is told in every book, behind what was found: it makes none. */
static bool has_findings(const rk_desk *desk, size_t slice)
{
    const rk_index *index = &desk->findings;
    uint32_t first = index->starts[slice];
    return first != index->starts[slice + 1] &&
           !rk_finding_is_absence(desk->input->findings, index->sliced[first]);
}

static bool has_entries(const rk_desk *desk, size_t slice, bool by_payouts)
{
    const rk_index *index = &desk->entries;
    for (uint32_t i = index->starts[slice]; i < index->starts[slice + 1]; i++)
        if (by_payouts || desk->input->entries->outcome[index->sliced[i]] != RK_SETTLEMENT)
            return true;
    return false;
}

/* What a channel pays over stands in the national book alone: it makes no book of an office, nor of TANPA KANTOR. */
static bool is_used(const rk_desk *desk, size_t slice)
{
    const rk_index *lists[] = {&desk->cases, &desk->lapses};
    bool by_payouts = !rk_engine_behaves(&desk->input->rules->engine, RK_PAYOUTS_MAKE_NO_BOOK,
                                         desk->input->night);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i]->starts[slice] != lists[i]->starts[slice + 1])
            return true;
    return has_entries(desk, slice, by_payouts) || has_findings(desk, slice) ||
           rk_cube_slice_used(&desk->cube, slice, by_payouts);
}

static void add_order(orders *all, const rk_workbook *workbook, size_t slice, rk_name scope)
{
    all->items = rk_grow(all->items, &all->capacity, all->count + 1, sizeof *all->items);
    all->items[all->count++] = (order){.workbook = workbook, .slice = slice, .scope = scope};
}

/* The province or zone of an office, once; TANPA KANTOR has none. */
static void add_scope(const rk_desk *desk, orders *all, const rk_workbook *workbook, size_t slice)
{
    const rk_name *scopes =
        workbook->per == RK_PER_PROVINCE ? desk->maps.province : desk->maps.zone;
    rk_name scope = scopes[desk->slice_offices[slice]];
    bool known = scope == 0 || slice + 1 == desk->slice_count;
    for (size_t i = 0; i < all->count && !known; i++)
        known = all->items[i].workbook == workbook && all->items[i].scope == scope;
    if (!known)
        add_order(all, workbook, RK_ALL_SLICES, scope);
}

/* Without an office all of them are made; a province or zone is known by its name, or by any office of it. */
static bool is_scope(const rk_desk *desk, const rk_workbook *workbook, size_t slice)
{
    rk_slice asked = desk->input->office;
    const rk_names *names = desk->input->names;
    if (asked.len == 0)
        return true;
    if (slice == RK_ALL_SLICES)
        return rk_slice_is(asked, "nasional");
    rk_name office = desk->slice_offices[slice];
    if (office == desk->input->rules->offices.none)
        return rk_slice_is(asked, "tanpa-kantor") || rk_slice_is(asked, "-");
    if (rk_slice_equal(asked, rk_names_text(names, office)))
        return true;
    const rk_name *scopes = workbook->per == RK_PER_PROVINCE ? desk->maps.province
                            : workbook->per == RK_PER_ZONE   ? desk->maps.zone
                                                             : NULL;
    return scopes && scopes[office] && rk_slice_equal(asked, rk_names_text(names, scopes[office]));
}

static void collect(const rk_desk *desk, orders *all)
{
    const rk_reports *reports = &desk->input->rules->reports;
    for (size_t w = 0; w < reports->workbook_count; w++) {
        const rk_workbook *workbook = &reports->workbooks[w];
        if (!is_asked(workbook, desk->input))
            continue;
        if (workbook->per == RK_PER_NATION && is_scope(desk, workbook, RK_ALL_SLICES))
            add_order(all, workbook, RK_ALL_SLICES, 0);
        for (size_t s = 0; workbook->per != RK_PER_NATION && s < desk->slice_count; s++) {
            if (!is_used(desk, s) || !is_scope(desk, workbook, s))
                continue;
            if (workbook->per == RK_PER_OFFICE)
                add_order(all, workbook, s, 0);
            else
                add_scope(desk, all, workbook, s);
        }
    }
}

static rk_name office_of(const rk_desk *desk, const order *o)
{
    return o->slice == RK_ALL_SLICES ? o->scope : desk->slice_offices[o->slice];
}

/* Of all books the ones that are published again. */
static void keep_revised(const rk_desk *desk, orders *all)
{
    const rk_books_input *input = desk->input;
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < input->revised_count; k++)
            if (input->revised[k].office == office_of(desk, &all->items[i]) &&
                rk_slice_equal(input->revised[k].workbook, all->items[i].workbook->name)) {
                all->items[kept] = all->items[i];
                all->items[kept++].revised = &input->revised[k];
                break;
            }
    all->count = kept;
}

/* ---- names ---- */

/* An office's code, or a province, as the name of a folder: nothing that leads elsewhere. */
static void put_place(rk_buffer *out, const rk_desk *desk, const order *o)
{
    rk_name name = office_of(desk, o);
    if (o->slice != RK_ALL_SLICES && name == desk->input->rules->offices.none) {
        rk_buffer_text(out, "tanpa-kantor");
        return;
    }
    rk_slice code = rk_names_text(desk->input->names, name);
    for (size_t i = 0; i < code.len; i++) {
        char c = code.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || (c == '.' && i > 0);
        rk_buffer_char(out, plain ? c : '_');
    }
}

/* What tells this book from others of the period: the run of the night, or up to when it is known. */
static void put_edition(rk_buffer *path, const rk_books_input *input)
{
    if (input->has_period && !input->revised && input->as_of != input->period.until) {
        rk_buffer_text(path, ".per-");
        rk_day_put(path, input->as_of);
    }
}

/* The whole period of a book: the one asked for, else its own kind of period around the night. */
static rk_days period_of(const rk_books_input *input, const rk_workbook *workbook)
{
    return input->has_period ? input->period : rk_days_of(workbook->period, input->night);
}

/* '{office}/harian-{period}.xlsx', and ".r2" before the ending from the second edition on. */
static rk_slice path_of(const rk_desk *desk, const order *o, bool known, int number,
                        rk_arena *arena)
{
    rk_slice pattern = o->workbook->file, ending = RK_S(".xlsx");
    rk_buffer path = {0};
    for (size_t i = 0; i < pattern.len;) {
        rk_slice rest = {pattern.at + i, pattern.len - i}, part;
        if (rk_slice_starts(rest, RK_S("{period}")))
            rk_days_put(&path, period_of(desk->input, o->workbook));
        else if (rest.at[0] == '{')
            put_place(&path, desk, o);
        else
            rk_buffer_char(&path, rest.at[0]);
        i += rest.at[0] == '{' && rk_slice_cut(&rest, '}', &part) ? part.len + 1 : 1;
    }
    if (rk_slice_ends(rk_buffer_all(&path), ending))
        path.len -= ending.len;
    if (known)
        put_edition(&path, desk->input);
    if (number > 1)
        rk_buffer_printf(&path, ".r%d", number);
    rk_buffer_slice(&path, ending);
    rk_slice kept = rk_arena_slice(arena, rk_buffer_all(&path));
    rk_buffer_free(&path);
    return kept;
}

/* ---- one book ---- */

/* A footer of the file format: '&' begins a code, so it is doubled in texts. */
static void put_plain(rk_buffer *out, rk_slice text, size_t most)
{
    for (size_t i = 0; i < text.len; i++) {
        if (i >= most && ((unsigned char)text.at[i] & 0xC0) != 0x80)
            break; /* not within a character */
        if (text.at[i] == '&')
            rk_buffer_char(out, '&');
        rk_buffer_char(out, text.at[i]);
    }
}

static rk_slice footer_of(rk_job *job, rk_slice path)
{
    const rk_books_input *input = job->desk->input;
    rk_buffer footer = {0}, whose = {0}, state = {0};
    rk_foot_put(job, &whose, &state);
    rk_buffer_text(&footer, "&L&8");
    if (job->plan.fitted) {
        put_plain(&footer, rk_buffer_all(&whose), 90);
        rk_buffer_char(&footer, '\n');
    }
    put_plain(&footer, path, 60);
    rk_buffer_text(&footer, "&C&8");
    rk_buffer_slice(&footer, rk_job_word(job, RK_WORD_PAGE));
    rk_buffer_text(&footer, " &P ");
    rk_buffer_slice(&footer, rk_job_word(job, RK_WORD_OF));
    rk_buffer_text(&footer, " &N&R&8");
    if (job->plan.fitted) {
        rk_buffer_slice(&footer, rk_buffer_all(&state));
        rk_buffer_char(&footer, '\n');
    }
    if (input->run.len) {
        rk_buffer_slice(&footer, rk_job_word(job, RK_WORD_RUN));
        rk_buffer_char(&footer, ' ');
        put_plain(&footer, (rk_slice){input->run.at, input->run.len < 12 ? input->run.len : 12},
                  12);
    }
    rk_slice kept = rk_arena_slice(&job->arena, rk_buffer_all(&footer));
    rk_buffer_free(&footer);
    rk_buffer_free(&whose);
    rk_buffer_free(&state);
    return kept;
}

static void open_job(rk_job *job, const rk_desk *desk, const order *o)
{
    const rk_books_input *input = desk->input;
    *job = (rk_job){.desk = desk,
                    .workbook = o->workbook,
                    .slice = o->slice,
                    .period = period_of(input, o->workbook),
                    .zone = input->zone};
    job->from = job->period.from;
    job->until = job->period.until < input->night ? job->period.until : input->night;
    if (o->scope) {
        job->scope = o->workbook->per == RK_PER_PROVINCE ? RK_DIM_PROVINCE : RK_DIM_ZONE;
        job->scope_key = o->scope;
    }
    if (o->slice != RK_ALL_SLICES) {
        rk_name office = desk->slice_offices[o->slice];
        job->office = rk_office_on(&input->rules->offices, office, input->night);
        job->zone = job->office ? job->office->zone : input->zone;
    }
    int number = o->revised ? o->revised->number : input->number;
    job->number = number > 0 ? number : 1;
    job->plan = (rk_plan){.arena = &job->arena, .language = input->language};
    job->plan.created = input->night;
    job->plan.fitted = rk_engine_behaves(&input->rules->engine, RK_BOOKS_AS_PRINTED, input->night);
    job->plan.title = rk_label_in(&o->workbook->title, input->language);
    job->plan.subject = o->book.path;
    job->plan.footer = footer_of(job, o->book.path);
}

/* The last edition of an office's book when this one is made; of a report that somebody asked for later, the
 * first one, which is always there. */
static int last_edition(const rk_books_input *input, const order *o, rk_name office)
{
    if (!input->revised)
        return input->has_period && input->as_of != input->period.until ? 1 : input->number;
    for (size_t i = 0; i < input->edition_count; i++)
        if (input->editions[i].office == office &&
            rk_slice_equal(input->editions[i].workbook, o->workbook->name))
            return input->editions[i].number;
    return input->number_first;
}

rk_slice rk_job_office_book(const rk_job *job, rk_name office)
{
    const rk_desk *desk = job->desk;
    const rk_reports *reports = &desk->input->rules->reports;
    rk_arena *arena = &((rk_job *)(uintptr_t)job)->arena;
    order found = {.slice = desk->maps.slice[office]};
    for (size_t w = 0; w < reports->workbook_count && !found.workbook; w++)
        if (reports->workbooks[w].per == RK_PER_OFFICE &&
            reports->workbooks[w].period == job->workbook->period &&
            is_due(&reports->workbooks[w], desk->input->night))
            found.workbook = &reports->workbooks[w];
    if (!found.workbook || !is_used(desk, found.slice))
        return (rk_slice){"", 0};
    rk_slice path = path_of(desk, &found, false, last_edition(desk->input, &found, office), arena);
    rk_buffer up = {0};
    for (size_t i = 0; i < job->plan.subject.len; i++)
        rk_buffer_text(&up, job->plan.subject.at[i] == '/' ? "../" : "");
    rk_buffer_slice(&up, path);
    path = rk_arena_slice(arena, rk_buffer_all(&up));
    rk_buffer_free(&up);
    return path;
}

/* What the book corrects; NULL: it is the first of its kind. */
static const rk_corrections *corrections_of(const rk_job *job, const order *o)
{
    const rk_books_input *input = job->desk->input;
    for (size_t i = 0; i < input->again_count; i++)
        if (rk_slice_equal(input->again[i].path, job->plan.subject))
            return input->again[i].lines;
    return o->revised ? o->revised->corrections : NULL;
}

static bool lay_sheets(rk_job *job, const order *o, rk_error *err)
{
    for (size_t i = 0; i < job->workbook->sheet_count; i++) {
        const rk_sheet *sheet = &job->workbook->sheets[i];
        bool good;
        if (sheet->list == RK_LIST_NONE)
            good = rk_blocks_lay(job, sheet, err);
        else if (sheet->list == RK_LIST_RUN || sheet->list == RK_LIST_FILES)
            good = rk_about_lay(job, sheet, err);
        else if (sheet->list == RK_LIST_DELIVERIES)
            good = rk_deliveries_lay(job, sheet, err);
        else
            good = rk_list_lay(job, sheet, err);
        if (!good)
            return false;
    }
    const rk_corrections *corrections = corrections_of(job, o);
    if (corrections && !rk_corrections_lay(job, corrections, err))
        return false;
    return rk_plan_finish(&job->plan, err);
}

static bool write_book(rk_job *job, order *o, const char *scratch)
{
    if (!rk_xlsx_write(&job->plan, scratch, &o->book.bytes, &o->error))
        return false;
    return rk_xlsx_read_back(&job->plan, rk_buffer_all(&o->book.bytes), &o->book.parts,
                             &o->error) ||
           rk_fail_hint(&o->error, "nobody has seen it; is the disk of \"%s\" full, or failing?",
                        scratch);
}

static void make_book(const rk_desk *desk, order *o, const char *scratch)
{
    rk_job job;
    open_job(&job, desk, o);
    o->good = lay_sheets(&job, o, &o->error);
    if (o->good && desk->input->figures)
        rk_figures_take(&job.plan, &o->book.figures);
    else if (o->good)
        o->good = write_book(&job, o, scratch);
    rk_plan_free(&job.plan);
    rk_arena_free(&job.arena);
}

/* ---- all of them ---- */

/* A folder of its own for each thread. */
static bool make_folders(const rk_books_input *input, int threads, rk_arena *arena, char **folders,
                         rk_error *err)
{
    if (!input->scratch)
        return rk_fail(err, RK_BUG, "no folder for the temporary files of workbooks was given");
    for (int i = 0; i < threads; i++) {
        char name[32];
        snprintf(name, sizeof name, "books-%d", i);
        folders[i] = rk_path_join(arena, input->scratch, rk_slice_of(name));
        if (!rk_folder_make(folders[i], 0700, err))
            return false;
    }
    return true;
}

static void remove_folders(char **folders, int threads)
{
    rk_error ignored;
    for (int i = 0; i < threads; i++)
        if (folders[i])
            rk_folder_remove(folders[i], &ignored);
}

static bool make_all(const rk_desk *desk, orders *all, int threads, rk_error *err)
{
    rk_arena arena = {0};
    char **folders = rk_arena_alloc(&arena, (size_t)threads, sizeof(char *));
    bool good = desk->input->figures || make_folders(desk->input, threads, &arena, folders, err);
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (good && plain == (locale_t)0)
        good = rk_fail(err, RK_BUG, "the locale \"C\" is missing");
    if (good) {
#pragma omp parallel num_threads(threads)
        {
            /* Numbers in the file format have a point, whatever the environment says. */
            locale_t before = uselocale(plain);
#pragma omp for schedule(dynamic, 1)
            for (size_t i = 0; i < all->count; i++)
                make_book(desk, &all->items[i], folders[omp_get_thread_num()]);
            uselocale(before);
        }
    }
    if (plain != (locale_t)0)
        freelocale(plain);
    remove_folders(folders, threads);
    rk_arena_free(&arena);
    return good;
}

static int compare_orders(const void *a, const void *b)
{
    return rk_slice_compare(((const order *)a)->book.path, ((const order *)b)->book.path);
}

static bool name_orders(const rk_desk *desk, orders *all, rk_arena *arena, rk_error *err)
{
    for (size_t i = 0; i < all->count; i++) {
        order *o = &all->items[i];
        o->book.path =
            path_of(desk, o, true, o->revised ? o->revised->number : desk->input->number, arena);
        o->book.workbook = o->workbook->name;
        o->book.office = office_of(desk, o);
    }
    if (all->count > 1)
        qsort(all->items, all->count, sizeof *all->items, compare_orders);
    for (size_t i = 1; i < all->count; i++)
        if (compare_orders(&all->items[i - 1], &all->items[i]) == 0) {
            rk_fail(err, RK_INVALID, "two workbooks are called \"%.*s\"",
                    RK_FMT(all->items[i].book.path));
            return rk_fail_hint(err, "let `file` hold {office} and {period}");
        }
    return true;
}

/* The first fault by path, whichever thread met it first. */
static bool check_orders(const orders *all, rk_error *err)
{
    for (size_t i = 0; i < all->count; i++) {
        const order *o = &all->items[i];
        if (o->good)
            continue;
        rk_fail(err, o->error.code, "workbook \"%.*s\": %s", RK_FMT(o->book.path),
                o->error.message);
        return rk_fail_hint(err, "%s", o->error.hint);
    }
    return true;
}

static void hand_over(orders *all, bool good, rk_books *books)
{
    books->count = good ? all->count : 0;
    books->items = rk_alloc(all->count + 1, sizeof *books->items);
    for (size_t i = 0; i < all->count; i++) {
        if (good)
            books->items[i] = all->items[i].book;
        else {
            rk_buffer_free(&all->items[i].book.bytes);
            rk_figures_free(&all->items[i].book.figures);
        }
    }
    free(all->items);
}

bool rk_books_make(const rk_books_input *input, rk_arena *arena, rk_books *books, rk_error *err)
{
    rk_desk desk;
    orders all = {0};
    int threads = input->threads > 0 ? input->threads : 1;
    *books = (rk_books){0};
    if (!rk_desk_lay(&desk, input, err))
        return false;
    collect(&desk, &all);
    if (input->revised)
        keep_revised(&desk, &all);
    bool good = name_orders(&desk, &all, arena, err) && make_all(&desk, &all, threads, err) &&
                check_orders(&all, err);
    hand_over(&all, good, books);
    rk_desk_clear(&desk);
    return good;
}

/* ---- what books would say ---- */

static void print_slices(const rk_desk *desk, rk_digest *prints)
{
    int threads = desk->input->threads > 0 ? desk->input->threads : 1;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t s = 0; s < desk->slice_count; s++)
        prints[s] = rk_desk_print_slice(desk, s);
}

static bool is_of(const rk_desk *desk, const order *o, size_t slice)
{
    if (o->slice != RK_ALL_SLICES)
        return o->slice == slice;
    const rk_name *scopes =
        o->workbook->per == RK_PER_PROVINCE ? desk->maps.province : desk->maps.zone;
    return !o->scope || scopes[desk->slice_offices[slice]] == o->scope;
}

static bool tells_deliveries(const rk_workbook *workbook)
{
    for (size_t i = 0; i < workbook->sheet_count; i++)
        if (workbook->sheets[i].list == RK_LIST_DELIVERIES)
            return true;
    return false;
}

static void print_books(const rk_desk *desk, const orders *all, rk_digest *made)
{
    rk_digest common = rk_desk_print_all(desk), deliveries = rk_desk_print_deliveries(desk);
    rk_digest *slices = rk_alloc(desk->slice_count + 1, sizeof *slices);
    rk_buffer parts = {0};
    print_slices(desk, slices);
    for (size_t i = 0; i < all->count; i++) {
        rk_buffer_clear(&parts);
        rk_buffer_bytes(&parts, &common, sizeof common);
        if (tells_deliveries(all->items[i].workbook))
            rk_buffer_bytes(&parts, &deliveries, sizeof deliveries);
        for (size_t s = 0; s < desk->slice_count; s++)
            if (is_of(desk, &all->items[i], s)) {
                rk_buffer_char(&parts, is_used(desk, s));
                rk_buffer_bytes(&parts, &slices[s], sizeof *slices);
            }
        made[i] = rk_digest_of(rk_buffer_all(&parts));
    }
    rk_buffer_free(&parts);
    free(slices);
}

bool rk_unwritten_open(const rk_books_input *input, rk_arena *arena, rk_unwritten *u, rk_error *err)
{
    *u = (rk_unwritten){.desk = rk_alloc(1, sizeof *u->desk)};
    if (!rk_desk_lay(u->desk, input, err)) {
        free(u->desk);
        u->desk = NULL;
        return false;
    }
    u->orders = rk_alloc(1, sizeof *u->orders);
    collect(u->desk, u->orders);
    bool good = name_orders(u->desk, u->orders, arena, err);
    size_t count = u->orders->count;
    u->books.items = rk_alloc(count + 1, sizeof *u->books.items);
    u->made = rk_alloc(count + 1, sizeof *u->made);
    for (size_t i = 0; i < count; i++)
        u->books.items[u->books.count++] = u->orders->items[i].book;
    if (good)
        print_books(u->desk, u->orders, u->made);
    return good;
}

void rk_unwritten_touched(const rk_unwritten *u, size_t first, uint32_t floor, bool *touched)
{
    const rk_desk *desk = u->desk;
    const rk_reports *reports = &desk->input->rules->reports;
    bool *slices = rk_alloc(desk->slice_count + 1, sizeof *slices);
    for (size_t w = 0; w < reports->workbook_count; w++) {
        bool known = false;
        for (size_t i = 0; i < u->orders->count; i++) {
            const order *o = &u->orders->items[i];
            if (o->workbook != &reports->workbooks[w])
                continue;
            if (!known)
                rk_desk_touched(desk, o->workbook, first, floor, slices);
            known = true;
            touched[i] = false;
            for (size_t s = 0; s < desk->slice_count && !touched[i]; s++)
                touched[i] = slices[s] && is_of(desk, o, s);
        }
    }
    free(slices);
}

bool rk_unwritten_ask(rk_unwritten *u, const bool *wanted, rk_error *err)
{
    orders asked = {0};
    for (size_t i = 0; i < u->orders->count; i++)
        if (wanted[i]) {
            asked.items =
                rk_grow(asked.items, &asked.capacity, asked.count + 1, sizeof *asked.items);
            asked.items[asked.count++] = u->orders->items[i];
        }
    int threads = u->desk->input->threads > 0 ? u->desk->input->threads : 1;
    bool good = make_all(u->desk, &asked, threads, err) && check_orders(&asked, err);
    for (size_t i = 0, at = 0; i < u->books.count; i++)
        if (wanted[i])
            u->books.items[i].figures = asked.items[at++].book.figures;
    free(asked.items);
    return good;
}

void rk_unwritten_free(rk_unwritten *u)
{
    if (u->desk) {
        rk_desk_clear(u->desk);
        free(u->orders->items);
    }
    free(u->desk);
    free(u->orders);
    free(u->made);
    rk_books_free(&u->books);
    *u = (rk_unwritten){0};
}

/* ---- many books ---- */

static int compare_books(const void *a, const void *b)
{
    return rk_slice_compare(((const rk_book *)a)->path, ((const rk_book *)b)->path);
}

void rk_books_join(rk_books *all, rk_books *more)
{
    size_t capacity = all->count;
    all->items = rk_grow(all->items, &capacity, all->count + more->count + 1, sizeof *all->items);
    for (size_t i = 0; i < more->count; i++)
        all->items[all->count++] = more->items[i];
    if (all->count > 1)
        qsort(all->items, all->count, sizeof *all->items, compare_books);
    free(more->items);
    *more = (rk_books){0};
}

void rk_books_free(rk_books *books)
{
    for (size_t i = 0; i < books->count; i++) {
        rk_buffer_free(&books->items[i].bytes);
        rk_figures_free(&books->items[i].figures);
    }
    free(books->items);
    *books = (rk_books){0};
}
