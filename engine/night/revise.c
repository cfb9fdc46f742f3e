/* Revisions: each book of earlier days whose figures tonight's facts change is published again under a name
 * of its own, with a sheet that says what changed and why. */
#include <stdlib.h>

#include "night/night.h"
#include "night/attribute.h"

/* Days whose books are looked at. */
typedef struct revised_days {
    rk_days days;
    rk_attribution trace;
    rk_world world; /* of the fold, if any book differs: its names begin with those of the night */
    rk_fold fold;
    bool good;
    rk_error error;
} revised_days;

typedef struct revising {
    rk_night *night;
    const rk_books_input *input;
    rk_day *days; /* earlier ones on which tonight's facts fall, ascending */
    size_t count, capacity;
    revised_days *jobs;
    size_t job_count, job_capacity;
} revising;

/* Some measure counts such facts by such days. A list of entries shows them by the day of booking. */
static bool is_counted(const rk_reports *reports, rk_fact_kind kind, rk_date_basis basis)
{
    if (kind == RK_FACT_ENTRY && basis == RK_ON_BOOKED)
        return true;
    for (size_t i = 0; i < reports->measure_count; i++)
        if (reports->measures[i].of == kind && reports->measures[i].on == basis &&
            reports->measures[i].stock == RK_FLOW)
            return true;
    return false;
}

static void add_day(revising *r, rk_day day)
{
    const rk_night *night = r->night;
    if (day == RK_NO_DAY || day >= night->day || day < night->start ||
        day < night->day - night->settings.memory_days)
        return;
    if (r->count && r->days[r->count - 1] == day)
        return;
    r->days = rk_grow(r->days, &r->capacity, r->count + 1, sizeof *r->days);
    r->days[r->count++] = day;
}

static int by_day(const void *a, const void *b)
{
    rk_day x = *(const rk_day *)a, y = *(const rk_day *)b;
    return (x > y) - (x < y);
}

static void collect_days(revising *r)
{
    const rk_facts *f = &r->night->facts;
    const rk_day *columns[RK_DATE_BASES] = {[RK_ON_SUBMITTED] = f->submitted_on,
                                            [RK_ON_PAID] = f->paid_on,
                                            [RK_ON_BOOKED] = f->booked_on,
                                            [RK_ON_VISIT] = f->visit_on};
    for (int kind = RK_FACT_APPLICATION; kind <= RK_FACT_SETTLEMENT; kind++)
        for (int basis = 0; basis < RK_DATE_BASES; basis++) {
            if (!columns[basis] || kind == RK_FACT_FEE || /* as their entries */
                !is_counted(&r->night->rules.reports, (rk_fact_kind)kind, (rk_date_basis)basis))
                continue;
            for (size_t row = 0; row < f->batch.count; row++)
                if (f->kind[row] == kind)
                    add_day(r, columns[basis][row]);
        }
    if (r->count > 1)
        qsort(r->days, r->count, sizeof *r->days, by_day);
}

/* The number of the last run of a night; 0: there was none, and no book. */
static uint32_t runs_of(const rk_night *night, rk_day day)
{
    uint32_t last = 0;
    for (size_t i = 0; i < night->opening.fact_count; i++)
        if (night->opening.facts[i].night == day)
            last = (uint32_t)night->opening.facts[i].number;
    return last;
}

/* The row of the book's last revision, added when this is its first. */
static size_t revision_row(rk_night *night, const rk_attributed *book, rk_days days)
{
    rk_revisions *rows = &night->carried.revisions;
    rk_name workbook = rk_names_add(&night->world.names, book->workbook);
    for (size_t row = 0; row < rows->batch.count; row++)
        if (rows->workbook[row] == workbook && rows->office[row] == book->office &&
            rows->from[row] == days.from && rows->until[row] == days.until)
            return row;
    size_t row = rk_batch_append(&rows->batch);
    rows->workbook[row] = workbook;
    rows->office[row] = book->office;
    rows->from[row] = days.from;
    rows->until[row] = days.until;
    rows->number[row] = runs_of(night, days.until);
    return row;
}

/* The number of a book's next edition. */
static int number_revision(rk_night *night, const rk_attributed *book, rk_days days)
{
    size_t row = revision_row(night, book, days);
    night->carried.revisions.night[row] = night->day;
    return (int)++night->carried.revisions.number[row];
}

/* The last editions of all books of these days that were ever published again. */
static rk_edition *list_editions(rk_night *night, rk_days days, size_t *count)
{
    const rk_revisions *rows = &night->carried.revisions;
    rk_edition *editions = rk_alloc(rows->batch.count + 1, sizeof *editions);
    *count = 0;
    for (size_t row = 0; row < rows->batch.count; row++)
        if (rows->from[row] == days.from && rows->until[row] == days.until)
            editions[(*count)++] =
                (rk_edition){.workbook = rk_names_text(&night->world.names, rows->workbook[row]),
                             .office = rows->office[row],
                             .number = (int)rows->number[row]};
    return editions;
}

/* All are numbered before the first is made: they lead to one another. */
static bool make_revisions(rk_night *night, rk_books_input *input, const rk_attribution *trace,
                           rk_error *err)
{
    rk_books made = {0};
    size_t count = 0;
    rk_revised *revised = rk_alloc(trace->count + 1, sizeof *revised);
    for (size_t i = 0; i < trace->count; i++)
        if (trace->books[i].lines.count)
            revised[count++] =
                (rk_revised){.workbook = trace->books[i].workbook,
                             .office = trace->books[i].office,
                             .number = number_revision(night, &trace->books[i], input->period),
                             .corrections = &trace->books[i].lines};
    rk_edition *editions = list_editions(night, input->period, &input->edition_count);
    input->editions = editions;
    input->number_first = (int)runs_of(night, input->period.until);
    input->revised = revised;
    input->revised_count = count;
    bool good = rk_books_make(input, &night->world.arena, &made, err);
    rk_books_join(&night->books, &made);
    free(editions);
    free(revised);
    return good;
}

/* All runs, and tonight. */
rk_fold_of rk_night_fold_of(const rk_night *night, rk_day from, rk_day until)
{
    return (rk_fold_of){.archive = &night->archive,
                        .runs = night->opening.facts,
                        .run_count = night->opening.fact_count,
                        .from = from,
                        .until = until,
                        .flows_from = from,
                        .tonight_facts = &night->facts,
                        .tonight_detail = rk_buffer_all(&night->detail),
                        .tonight_cases = rk_buffer_all(&night->open_cases),
                        .tonight_findings = rk_buffer_all(&night->open_findings),
                        .tonight = night->day,
                        .shelf = &night->shelf};
}

/* Days from which on facts are shown: those of the books, and those before them that they look back at. */
static rk_day reach_of(const revising *r, rk_days days)
{
    rk_books_input input = *r->input;
    input.night = days.until;
    input.period = days;
    return rk_books_reach(&input);
}

static bool fill_shelf(const revising *r, rk_error *err)
{
    rk_night *night = r->night;
    bool good = true;
    for (size_t i = 0; good && i < r->job_count; i++)
        good = rk_shelf_fill(&night->shelf, &night->archive, night->opening.facts,
                             night->opening.fact_count, reach_of(r, r->jobs[i].days),
                             r->jobs[i].days.until, &night->world.names, err);
    return good;
}

static bool differs(const rk_attribution *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        if (trace->books[i].lines.count)
            return true;
    return false;
}

/* What differs in the books of these days, and why; and what those books are made from, which threads read side by
 * side. Each job has names of its own. */
static bool find_changes(const revising *r, revised_days *job, int threads, rk_error *err)
{
    const rk_night *night = r->night;
    rk_names names = {0};
    rk_books_input input = *r->input;
    input.night = job->days.until;
    input.period = job->days;
    input.threads = threads;
    rk_attribute_of of = {.input = &input, .before = night->opening.fact_count};
    of.after = rk_night_fold_of(night, job->days.from, job->days.until);
    rk_names_copy(&night->world.names, &names);
    bool good = rk_attribute_books(&of, &names, &job->trace, err);
    rk_names_free(&names);
    if (!good || !differs(&job->trace))
        return good;
    /* What is compared are figures of these days; the book also shows the days before them. */
    of.after.flows_from = reach_of(r, job->days);
    rk_names_copy(&night->world.names, &job->world.names);
    return rk_fold_make(&of.after, &job->world, &job->fold, err);
}

static bool find_all_changes(const revising *r, rk_error *err)
{
    int threads = r->night->threads > 0 ? r->night->threads : 1;
    int at_once = (size_t)threads < r->job_count ? threads : (int)r->job_count;
#pragma omp parallel for schedule(dynamic, 1) num_threads(at_once > 0 ? at_once : 1)
    for (size_t k = 0; k < r->job_count; k++) {
        size_t i = r->job_count - 1 - k; /* the latest days have changed most */
        r->jobs[i].good =
            find_changes(r, &r->jobs[i], at_once > 1 ? 1 : threads, &r->jobs[i].error);
    }
    for (size_t i = 0; i < r->job_count; i++)
        if (!r->jobs[i].good) {
            *err = r->jobs[i].error;
            return false;
        }
    return true;
}

static bool publish_days(const revising *r, revised_days *job, rk_error *err)
{
    rk_books_input input = *r->input;
    if (!differs(&job->trace))
        return true;
    input.night = job->days.until;
    input.period = job->days;
    input.names = &job->world.names;
    input.texts = &job->world.texts;
    input.provisional = rk_fold_provisional(&job->fold, &input, &job->world);
    rk_fold_give(&job->fold, &input);
    return make_revisions(r->night, &input, &job->trace, err);
}

static void free_job(revised_days *job)
{
    rk_attribution_free(&job->trace);
    rk_fold_free(&job->fold);
    rk_world_free(&job->world);
}

/* Revisions of books that no night may change any more are forgotten. */
static void forget(rk_night *night)
{
    rk_revisions *rows = &night->carried.revisions;
    size_t kept = 0;
    for (size_t row = 0; row < rows->batch.count; row++)
        if (rows->until[row] >= night->day - night->settings.memory_days)
            rk_batch_copy_row(&rows->batch, row, &rows->batch, kept++);
    rows->batch.count = kept;
}

/* The periods that tonight's facts may change, if books of them were published. */
static void list_jobs(revising *r)
{
    const rk_night *night = r->night;
    for (int kind = RK_PERIOD_DAY; kind <= RK_PERIOD_YEAR; kind++) {
        rk_day done = RK_NO_DAY; /* the last period that was looked at ends here */
        for (size_t i = 0; i < r->count; i++) {
            rk_days days = rk_days_of((rk_period)kind, r->days[i]);
            if (days.until == done || days.until >= night->day)
                continue;
            done = days.until;
            if (runs_of(night, days.until) == 0 ||
                !rk_books_any_due(&night->rules.reports, (rk_period)kind, days.until))
                continue;
            r->jobs = rk_grow(r->jobs, &r->job_capacity, r->job_count + 1, sizeof *r->jobs);
            r->jobs[r->job_count++] = (revised_days){.days = days};
        }
    }
}

bool rk_night_revise(rk_night *night, const rk_books_input *input, rk_error *err)
{
    revising r = {.night = night, .input = input};
    collect_days(&r);
    forget(night);
    list_jobs(&r);
    bool good = fill_shelf(&r, err) && find_all_changes(&r, err);
    for (size_t i = 0; i < r.job_count; i++) {
        good = good && publish_days(&r, &r.jobs[i], err);
        free_job(&r.jobs[i]);
    }
    free(r.jobs);
    free(r.days);
    return good;
}
