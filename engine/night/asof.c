#include "night/asof.h"

#include <stdlib.h>

#include "config/schema.h"
#include "night/attribute.h"
#include "night/night.h"

/* ---- which runs ---- */

static bool parse_run(rk_slice text, rk_day *day, int *number)
{
    uint64_t value = 0;
    *number = 0;
    if (text.len > 11 && text.at[10] == '-' &&
        rk_slice_to_u64((rk_slice){text.at + 11, text.len - 11}, &value) && value <= 100000) {
        *number = (int)value;
        text.len = 10;
    }
    return rk_day_parse(text, day);
}

static bool find_run(const rk_night_name *nights, size_t count, rk_slice text, size_t *found,
                     rk_error *err)
{
    rk_day day = RK_NO_DAY;
    int number = 0;
    if (text.len && !parse_run(text, &day, &number))
        return rk_fail(err, RK_USAGE,
                       "\"%.*s\" is neither a day such as 2024-03-05 nor a run such "
                       "as 2024-03-05-1",
                       RK_FMT(text));
    *found = SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (number ? nights[i].night == day && nights[i].number == number
                   : day == RK_NO_DAY || nights[i].night <= day)
            *found = i;
    return *found != SIZE_MAX ||
           rk_fail(err, RK_USAGE, "the archive holds no run up to \"%.*s\"", RK_FMT(text));
}

static bool read_root(const rk_archive *archive, const rk_night_name *night, rk_arena *arena,
                      rk_manifest *manifest, rk_closing *closing, rk_error *err)
{
    rk_digest digest;
    rk_closing_init(closing);
    if (!rk_archive_manifest(archive, "nights", night->night, night->number, arena, manifest,
                             &digest, err))
        return false;
    const rk_item *root = rk_manifest_item(manifest, RK_ITEM_CLOSING);
    if (!root)
        return rk_fail(err, RK_DIFFERENT, "a manifest without a closing state");
    if (!rk_closing_read(archive, &root->ref, arena, closing, err))
        return false;
    return closing->fact_count > 0 ||
           rk_fail(err, RK_DIFFERENT, "a closing state without facts of its own run");
}

/* Of a run that the last one has forgotten: what it left, from its own root. */
static bool add_older(const rk_archive *archive, const rk_night_name *night, rk_asof *asof,
                      rk_error *err)
{
    rk_manifest manifest = {0};
    rk_closing closing;
    bool good = read_root(archive, night, &asof->arena, &manifest, &closing, err);
    if (good)
        asof->runs[asof->run_count++] = closing.facts[closing.fact_count - 1];
    rk_closing_free(&closing);
    rk_manifest_free(&manifest);
    return good;
}

static bool is_before(const rk_night_name *night, const rk_fact_list *run)
{
    return night->night < run->night || (night->night == run->night && night->number < run->number);
}

/* Statements tell of days some time before they come; what is booked ahead is booked by days. */
enum { BEFORE_DAYS = 31 };

/* An export holds what its last run remembers. */
static bool is_reached(const rk_asof *asof, rk_day from, rk_error *err)
{
    rk_day forgotten = asof->manifest.night - asof->settings.memory_days;
    if (!asof->archive->bundle || asof->closing.start >= forgotten ||
        from - BEFORE_DAYS >= forgotten)
        return true;
    rk_buffer day = {0};
    rk_day_put(&day, forgotten);
    rk_fail(err, RK_USAGE,
            "the export does not reach back behind %.*s, the books of this period do",
            RK_FMT(rk_buffer_all(&day)));
    rk_buffer_free(&day);
    return rk_fail_hint(err, "make them from the archive itself");
}

static bool list_runs(const rk_archive *archive, const rk_night_name *nights, size_t last,
                      rk_day from, rk_asof *asof, rk_error *err)
{
    const rk_closing *closing = &asof->closing;
    bool good = true;
    asof->runs = rk_alloc(last + closing->fact_count + 2, sizeof *asof->runs);
    for (size_t i = 0; good && i < last && is_before(&nights[i], &closing->facts[0]); i++)
        if (nights[i].night >= from - BEFORE_DAYS)
            good = add_older(archive, &nights[i], asof, err);
    for (size_t i = 0; good && i < closing->fact_count; i++)
        asof->runs[asof->run_count++] = closing->facts[i];
    return good;
}

/* ---- what was sealed ---- */

static bool fetch_sources(rk_asof *asof, rk_error *err)
{
    const rk_manifest *m = &asof->manifest;
    bool good = true;
    asof->sources.items = rk_arena_alloc(&asof->arena, m->item_count + 1, sizeof(rk_source));
    for (size_t i = 0; good && i < m->item_count; i++) {
        rk_buffer bytes = {0};
        if (m->items[i].kind != RK_ITEM_RULES)
            continue;
        good = rk_archive_get(asof->archive, &m->items[i].ref, &bytes, err);
        asof->sources.items[asof->sources.count++] =
            (rk_source){.name = m->items[i].name,
                        .path = m->items[i].name,
                        .bytes = rk_arena_slice(&asof->arena, rk_buffer_all(&bytes))};
        rk_buffer_free(&bytes);
    }
    return good;
}

/* The rules of the run before, which the manifest names by its digest. */
static bool read_rules_before(rk_asof *asof, const rk_night_name *nights, size_t last,
                              rk_error *err)
{
    rk_manifest before = {0};
    rk_digest digest;
    if (last == 0 || rk_digest_is_zero(&asof->manifest.previous))
        return true;
    const rk_night_name *night = &nights[last - 1];
    if (!rk_archive_manifest(asof->archive, "nights", night->night, night->number, &asof->arena,
                             &before, &digest, err))
        return false;
    bool good = rk_digest_equal(&digest, &asof->manifest.previous);
    if (good)
        asof->rules_before = rk_night_rule_marks(&before, &asof->arena, &asof->rule_before_count);
    else
        rk_fail(err, RK_DIFFERENT, "the night before %s is missing or altered",
                rk_manifest_name(asof->manifest.night, asof->manifest.number, &asof->arena));
    rk_manifest_free(&before);
    return good;
}

bool rk_asof_open(const rk_archive *archive, rk_slice text, rk_day from, rk_asof *asof,
                  rk_error *err)
{
    rk_night_name *nights;
    size_t count, last = 0;
    *asof = (rk_asof){.archive = archive};
    rk_closing_init(&asof->closing);
    return rk_archive_nights(archive, "nights", &asof->arena, &nights, &count, err) &&
           find_run(nights, count, text, &last, err) &&
           read_root(archive, &nights[last], &asof->arena, &asof->manifest, &asof->closing, err) &&
           rk_night_sealed_settings(&asof->manifest, &asof->settings, err) &&
           is_reached(asof, from, err) && fetch_sources(asof, err) &&
           read_rules_before(asof, nights, last, err) &&
           list_runs(archive, nights, last, from, asof, err);
}

void rk_asof_close(rk_asof *asof)
{
    rk_manifest_free(&asof->manifest);
    rk_closing_free(&asof->closing);
    free(asof->runs);
    rk_arena_free(&asof->arena);
}

/* ---- books ---- */

static rk_slice hex_of(rk_arena *arena, const rk_digest *digest)
{
    char hex[RK_DIGEST_HEX + 1];
    if (rk_digest_is_zero(digest))
        return (rk_slice){"", 0};
    return rk_arena_slice(arena, rk_slice_of(rk_digest_hex(digest, hex)));
}

void rk_asof_input(const rk_asof *asof, const rk_asof_wish *wish, rk_arena *arena,
                   rk_books_input *input)
{
    const rk_manifest *m = &asof->manifest;
    rk_day until = wish->period.until;
    input->language = asof->settings.language;
    input->biller = asof->settings.biller;
    input->zone = asof->settings.zone;
    input->night = until < m->night ? until : m->night;
    input->number = m->number;
    input->run = hex_of(arena, &m->run);
    input->head_before = hex_of(arena, &m->previous_run);
    input->program = m->program;
    input->reconstructed = rk_mode_is_reconstructed(m->mode);
    input->as_of = m->night;
    input->as_of_number = m->number;
    input->has_period = true;
    input->period = wish->period;
    input->workbook = wish->workbook;
    input->office = wish->office;
    input->sources = wish->sources ? wish->sources : &asof->sources;
    input->rules_before = asof->rules_before;
    input->rule_before_count = asof->rule_before_count;
    input->has_before = asof->rules_before != NULL;
    input->scratch = wish->scratch;
    input->threads = wish->threads;
    rk_digest *digests = rk_arena_alloc(arena, input->sources->count + 1, sizeof *digests);
    for (size_t i = 0; i < input->sources->count; i++)
        digests[i] = rk_digest_of(input->sources->items[i].bytes);
    input->rule_digests = digests;
}

static rk_fold_of fold_of(const rk_asof *asof, const rk_asof_wish *wish, rk_day until)
{
    return (rk_fold_of){.archive = asof->archive,
                        .runs = asof->runs,
                        .run_count = asof->run_count,
                        .from = wish->period.from,
                        .until = until,
                        .flows_from = wish->period.from};
}

static bool make(const rk_asof *asof, const rk_asof_wish *wish, rk_world *world,
                 const rk_rules *rules, rk_arena *arena, rk_books *books, rk_error *err)
{
    rk_fold fold;
    rk_attribution trace = {0};
    rk_book_lines *lines = NULL;
    rk_books_input input = {.rules = rules, .names = &world->names, .texts = &world->texts};
    rk_asof_input(asof, wish, arena, &input);
    rk_fold_of of = fold_of(asof, wish, input.night);
    of.flows_from = rk_books_reach(&input);
    bool good = rk_fold_make(&of, world, &fold, err);
    if (good) {
        input.provisional = rk_fold_provisional(&fold, &input, world);
        rk_fold_give(&fold, &input);
        good =
            rk_attribute_again(&of, &input, &world->names, &trace, &lines, &input.again_count, err);
        input.again = lines;
        good = good && rk_books_make(&input, arena, books, err);
    }
    rk_fold_free(&fold);
    rk_attribution_free(&trace);
    return good;
}

static bool know_workbook(const rk_reports *reports, rk_slice name, rk_error *err)
{
    rk_nearest nearest = rk_nearest_to(name);
    for (size_t i = 0; i < reports->workbook_count; i++) {
        if (rk_slice_equal(reports->workbooks[i].name, name))
            return true;
        rk_nearest_try(&nearest, reports->workbooks[i].name);
    }
    rk_fail(err, RK_USAGE, "no report is called \"%.*s\"", RK_FMT(name));
    return rk_nearest_hint(&nearest, err);
}

static bool know_office(const rk_offices *offices, const rk_names *names, rk_slice name,
                        rk_error *err)
{
    static const char *const others[] = {"nasional", "tanpa-kantor", "-"};
    rk_nearest nearest = rk_nearest_to(name);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (rk_slice_is(name, others[i]))
            return true;
        rk_nearest_try(&nearest, rk_slice_of(others[i]));
    }
    for (size_t i = 0; i < offices->count; i++) {
        const rk_name known[] = {offices->items[i].office, offices->items[i].province,
                                 offices->items[i].zone_name};
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            rk_slice text = rk_names_text(names, known[k]);
            if (known[k] && rk_slice_equal(text, name))
                return true;
            rk_nearest_try(&nearest, text);
        }
    }
    rk_fail(err, RK_USAGE, "no office, province or zone is called \"%.*s\"", RK_FMT(name));
    return rk_nearest_hint(&nearest, err);
}

/* What is asked for by name is there. */
bool rk_asof_know(const rk_asof_wish *wish, const rk_rules *rules, const rk_names *names,
                  rk_error *err)
{
    return (wish->workbook.len == 0 || know_workbook(&rules->reports, wish->workbook, err)) &&
           (wish->office.len == 0 || know_office(&rules->offices, names, wish->office, err));
}

bool rk_asof_books(const rk_asof *asof, const rk_asof_wish *wish, rk_arena *arena, rk_books *books,
                   rk_error *err)
{
    rk_world world = {0};
    rk_rules rules = {0};
    const rk_sources *sources = wish->sources ? wish->sources : &asof->sources;
    *books = (rk_books){0};
    if (wish->period.from > asof->manifest.night)
        return rk_fail(err, RK_USAGE, "the period begins after the last night that is known");
    bool good = rk_rules_load(sources, &world.names, arena, &rules, err) &&
                rk_asof_know(wish, &rules, &world.names, err) &&
                make(asof, wish, &world, &rules, arena, books, err);
    rk_rules_free(&rules);
    rk_world_free(&world);
    return good;
}

/* ---- differences ---- */

/* How many of the runs are known after `text`. */
static bool count_runs(const rk_asof *asof, rk_slice text, size_t *count, rk_error *err)
{
    rk_day day;
    int number;
    *count = 0;
    if (!parse_run(text, &day, &number))
        return rk_fail(err, RK_USAGE, "\"%.*s\" is neither a day nor a run", RK_FMT(text));
    for (size_t i = 0; i < asof->run_count; i++) {
        const rk_fact_list *run = &asof->runs[i];
        if (run->night < day || (run->night == day && (number == 0 || run->number <= number)))
            *count = i + 1;
    }
    return true;
}

bool rk_asof_attribute(const rk_asof *asof, rk_slice before, const rk_asof_wish *wish,
                       rk_attribution *attribution, rk_error *err)
{
    rk_names names = {0};
    rk_rules rules = {0};
    rk_arena arena = {0};
    rk_books_input input = {.rules = &rules, .names = &names};
    rk_attribute_of of = {.input = &input};
    *attribution = (rk_attribution){0};
    bool good = count_runs(asof, before, &of.before, err) &&
                rk_rules_load(&asof->sources, &names, &arena, &rules, err) &&
                rk_asof_know(wish, &rules, &names, err);
    if (good) {
        rk_asof_input(asof, wish, &arena, &input);
        of.after = fold_of(asof, wish, input.night);
        good = rk_attribute_books(&of, &names, attribution, err) &&
               rk_attribute_money(&of, &names, attribution, err);
    }
    rk_rules_free(&rules);
    rk_names_free(&names);
    rk_arena_free(&arena);
    return good;
}
