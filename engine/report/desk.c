#include "report/desk.h"

#include <stdlib.h>

/* ---- slices and maps ---- */

static void lay_slices(rk_desk *desk)
{
    const rk_offices *offices = &desk->input->rules->offices;
    rk_cube_maps *maps = &desk->maps;
    desk->slice_offices = rk_arena_alloc(&desk->arena, offices->count + 1, sizeof(rk_name));
    for (size_t i = 0; i < offices->count; i++)
        if (offices->items[i].office != offices->none &&
            (i == 0 || offices->items[i].office != offices->items[i - 1].office))
            desk->slice_offices[desk->slice_count++] = offices->items[i].office;
    desk->slice_offices[desk->slice_count] = offices->none;
    maps->slice_count = ++desk->slice_count;
    size_t names = RK_NAMES_MAX + 1;
    maps->province = rk_arena_alloc(&desk->arena, names, sizeof *maps->province);
    maps->zone = rk_arena_alloc(&desk->arena, names, sizeof *maps->zone);
    maps->channel_kind = rk_arena_alloc(&desk->arena, names, sizeof *maps->channel_kind);
    maps->slice = rk_arena_alloc(&desk->arena, names, sizeof *maps->slice);
    for (size_t i = 0; i < names; i++)
        maps->slice[i] = (uint32_t)desk->slice_count - 1;
    for (size_t i = 0; i + 1 < desk->slice_count; i++) {
        rk_name name = desk->slice_offices[i];
        const rk_office *office = rk_office_on(offices, name, desk->input->night);
        maps->slice[name] = (uint32_t)i;
        maps->province[name] = office ? office->province : 0;
        maps->zone[name] = office ? office->zone_name : 0;
    }
    for (size_t i = 0; i < desk->input->rules->channel_count; i++)
        maps->channel_kind[desk->input->rules->channels[i].channel] =
            desk->input->rules->channels[i].kind;
}

rk_zone rk_desk_zone(const rk_desk *desk, rk_name office)
{
    const rk_office *row = rk_office_on(&desk->input->rules->offices, office, desk->input->night);
    return row ? row->zone : desk->input->zone;
}

/* ---- filters ---- */

/* The name of a value of a closed set of model/visit.h and of settlements; "" behind the last. */
static const char *visit_word(rk_dimension dimension, int32_t key)
{
    switch (dimension) {
    case RK_DIM_NIK_CHECK:
        return key < RK_NIKS ? rk_nik_name((rk_nik)key) : "";
    case RK_DIM_QUEUE:
        return key < RK_QUEUES ? rk_queue_name((rk_queue)key) : "";
    case RK_DIM_SLOT:
        return key < RK_SLOT_USES ? rk_slot_use_name((rk_slot_use)key) : "";
    case RK_DIM_ATTENDANCE:
        return key < RK_ATTENDANCES ? rk_attendance_name((rk_attendance)key) : "";
    case RK_DIM_PART:
        return key < RK_SETTLEDS ? rk_settled_name((rk_settled)key) : "";
    default:
        return key < RK_MOVES ? rk_moved_name((rk_moved)key) : "";
    }
}

static bool key_of_text(const rk_desk *desk, rk_dimension dimension, rk_slice text, int32_t *key)
{
    bool none = text.len == 0 || rk_slice_is(text, "none");
    switch (dimension) {
    case RK_DIM_OUTCOME:
        *key = (int32_t)rk_outcome_find(text);
        return *key != 0 || none;
    case RK_DIM_STATE:
    case RK_DIM_FROM_STATE:
        *key = (int32_t)rk_state_find(text);
        return *key != 0 || none;
    case RK_DIM_STATUS:
        *key = (int32_t)rk_status_find(text);
        return *key != 0 || none;
    case RK_DIM_VERDICT:
        for (*key = 1; *key < RK_VERDICTS; ++*key)
            if (rk_slice_is(text, rk_verdict_name((rk_verdict)*key)))
                return true;
        *key = 0;
        return none;
    case RK_DIM_NIK_CHECK:
    case RK_DIM_QUEUE:
    case RK_DIM_SLOT:
    case RK_DIM_ATTENDANCE:
    case RK_DIM_MOVED:
    case RK_DIM_PART:
        for (*key = 1; *visit_word(dimension, *key); ++*key)
            if (rk_slice_is(text, visit_word(dimension, *key)))
                return true;
        *key = 0;
        return none;
    case RK_DIM_DAY:
        return rk_day_parse(text, key);
    case RK_DIM_WEEK:
    case RK_DIM_MONTH:
    case RK_DIM_RATE:
    case RK_DIM_AGE:
    case RK_DIM_NONE:
        return false;
    default: { /* a name that nothing bears tonight selects nothing */
        rk_name name = rk_names_find(desk->input->names, text);
        *key = rk_slice_is(text, "none") ? 0 : name == RK_NAME_FULL ? -1 : name;
        return true;
    }
    }
}

bool rk_desk_filter(const rk_desk *desk, const rk_where *where, rk_arena *arena,
                    rk_cube_filter *filter, rk_error *err)
{
    *filter = (rk_cube_filter){.dimension = where->dimension, .except = where->except};
    filter->keys = rk_arena_alloc(arena, where->value_count + 1, sizeof *filter->keys);
    filter->key_count = where->value_count;
    for (size_t i = 0; i < where->value_count; i++)
        if (!key_of_text(desk, where->dimension, where->values[i], &filter->keys[i]))
            return rk_fail(err, RK_INVALID, "reports: \"%.*s\" is no value of \"%s\"",
                           RK_FMT(where->values[i]), rk_dimension_name(where->dimension));
    return true;
}

static bool lay_filters(rk_desk *desk, rk_error *err)
{
    const rk_reports *reports = &desk->input->rules->reports;
    desk->filters =
        rk_arena_alloc(&desk->arena, reports->measure_count + 1, sizeof(rk_cube_filter *));
    for (size_t m = 0; m < reports->measure_count; m++) {
        const rk_measure *measure = &reports->measures[m];
        desk->filters[m] =
            rk_arena_alloc(&desk->arena, measure->where_count + 1, sizeof(rk_cube_filter));
        for (size_t i = 0; i < measure->where_count; i++)
            if (!rk_desk_filter(desk, &measure->wheres[i], &desk->arena, &desk->filters[m][i], err))
                return false;
    }
    return true;
}

/* Dimensions that stand in columns which a source may leave out. */
static void look_for_columns(rk_desk *desk)
{
    const rk_facts *parts[] = {desk->input->stock_before, desk->input->flows};
    for (int i = 0; i < RK_DIMENSIONS; i++)
        desk->seen[i] = true;
    const rk_dimension optional[] = {RK_DIM_VALIDITY, RK_DIM_PURPOSE,  RK_DIM_SOURCE,
                                     RK_DIM_KIND,     RK_DIM_SEX,      RK_DIM_STATUS,
                                     RK_DIM_QUEUE,    RK_DIM_SLOT,     RK_DIM_ATTENDANCE,
                                     RK_DIM_MOVED,    RK_DIM_NIK_CHECK};
    bool any = false;
    for (size_t i = 0; i < sizeof optional / sizeof *optional; i++)
        desk->seen[optional[i]] = false;
    for (size_t p = 0; p < 2; p++)
        for (size_t row = 0; parts[p] && row < parts[p]->batch.count; row++) {
            const rk_facts *f = parts[p];
            any = any || f->kind[row] == RK_FACT_APPLICATION;
            desk->seen[RK_DIM_VALIDITY] |= f->validity[row] != 0;
            desk->seen[RK_DIM_PURPOSE] |= f->purpose[row] != 0;
            desk->seen[RK_DIM_SOURCE] |= f->source[row] != 0;
            desk->seen[RK_DIM_KIND] |= f->request_kind[row] != 0;
            desk->seen[RK_DIM_SEX] |= f->sex[row] != 0;
            desk->seen[RK_DIM_STATUS] |= f->status[row] != 0;
            desk->seen[RK_DIM_NIK_CHECK] |= f->nik_check[row] != RK_NIK_NONE;
            desk->seen[RK_DIM_QUEUE] |= f->queue[row] != RK_QUEUE_NONE;
            desk->seen[RK_DIM_SLOT] |= f->slot[row] != RK_SLOT_NONE;
            desk->seen[RK_DIM_MOVED] |= f->moved[row] != RK_MOVED_NONE;
            /* nobody at all has come: nobody writes it down */
            desk->seen[RK_DIM_ATTENDANCE] |= f->attendance[row] == RK_ATTENDANCE_ATTENDED;
        }
    for (size_t i = 0; !any && i < sizeof optional / sizeof *optional; i++)
        desk->seen[optional[i]] = true; /* nothing at all was said: nothing is nil */
}

/* ---- what a job is of ---- */

bool rk_job_has_office(const rk_job *job, rk_name office)
{
    const rk_cube_maps *maps = &job->desk->maps;
    if (job->slice != RK_ALL_SLICES)
        return maps->slice[office] == job->slice;
    return job->scope == RK_DIM_NONE ||
           (job->scope == RK_DIM_PROVINCE ? maps->province : maps->zone)[office] == job->scope_key;
}

rk_days rk_job_over(const rk_job *job, rk_over over)
{
    static const rk_period units[] = {[RK_OVER_WEEK] = RK_PERIOD_WEEK,
                                      [RK_OVER_MONTH] = RK_PERIOD_MONTH,
                                      [RK_OVER_QUARTER] = RK_PERIOD_QUARTER,
                                      [RK_OVER_HALF] = RK_PERIOD_HALF,
                                      [RK_OVER_YEAR] = RK_PERIOD_YEAR,
                                      [RK_OVER_WHOLE_MONTH] = RK_PERIOD_MONTH,
                                      [RK_OVER_WHOLE_QUARTER] = RK_PERIOD_QUARTER,
                                      [RK_OVER_WHOLE_HALF] = RK_PERIOD_HALF,
                                      [RK_OVER_WHOLE_YEAR] = RK_PERIOD_YEAR};
    if (over == RK_OVER_PERIOD)
        return (rk_days){RK_PERIOD_RANGE, job->from, job->until};
    if (over == RK_OVER_BEFORE) {
        /* of a running month as many days of the month before */
        rk_days before = rk_days_before(job->period);
        rk_day last = before.from + (job->until - job->from);
        if (job->until < job->period.until && last < before.until)
            before.until = last;
        return before;
    }
    rk_days days = rk_days_of(units[over], job->until);
    if (over < RK_OVER_WHOLE_MONTH)
        days.until = job->until;
    return days;
}

const int32_t rk_age_buckets[RK_AGE_BUCKETS] = {0, 6, 31, 91};

int32_t rk_age_bucket(int32_t days)
{
    size_t i = RK_AGE_BUCKETS - 1;
    while (i && days < rk_age_buckets[i])
        i--;
    return rk_age_buckets[i];
}

/* ---- lists in the order of showing ---- */

size_t rk_desk_entry_slice(const rk_desk *desk, size_t entry)
{
    const rk_books_input *input = desk->input;
    const rk_entries *entries = input->entries;
    uint32_t application = entries->application[entry];
    if (application != RK_NO_ROW && application < input->applications->batch.count)
        return desk->maps.slice[input->applications->office[application]];
    const rk_channel *channel = rk_channel_find(input->rules, entries->channel[entry]);
    if (!channel || !entries->account)
        return desk->slice_count - 1;
    return desk->maps
        .slice[rk_channel_office(channel, entries->account[entry], entries->booked_on[entry])];
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_names(const rk_desk *desk, rk_name a, rk_name b)
{
    return a == b ? 0
                  : rk_slice_compare(rk_names_text(desk->input->names, a),
                                     rk_names_text(desk->input->names, b));
}

static int compare_texts(const rk_desk *desk, rk_text a, rk_text b)
{
    return rk_slice_compare(rk_texts_get(desk->input->texts, a),
                            rk_texts_get(desk->input->texts, b));
}

/* By tanggal buku, time of payment, channel, file, ordinal. */
static int compare_entries(const void *a, const void *b, void *context)
{
    const rk_desk *desk = context;
    const rk_entries *e = desk->input->entries;
    size_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = compare_i64(e->booked_on[x], e->booked_on[y]);
    if (!order)
        order = compare_i64(e->paid_from[x], e->paid_from[y]);
    if (!order)
        order = compare_names(desk, e->channel[x], e->channel[y]);
    if (!order && e->file[x] != e->file[y])
        order = rk_digest_compare(&desk->input->files->items[e->file[x]].digest,
                                  &desk->input->files->items[e->file[y]].digest);
    return order ? order : compare_i64(e->ordinal[x], e->ordinal[y]);
}

/* By age, then size. */
static int compare_cases(const void *a, const void *b, void *context)
{
    const rk_desk *desk = context;
    const rk_cases *c = desk->input->cases;
    size_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = compare_i64(c->opened_on[x], c->opened_on[y]);
    if (!order)
        order = compare_i64(c->amount_minor[y], c->amount_minor[x]);
    return order ? order : compare_texts(desk, c->id[x], c->id[y]);
}

static int lapse_rank(const rk_applications *a, size_t row)
{
    return a->state[row] == RK_STATE_REINSTATED ? 0 : a->state[row] == RK_STATE_AWAITING ? 1 : 2;
}

/* Reinstated, held, lapsed; each by deadline. */
static int compare_lapses(const void *a, const void *b, void *context)
{
    const rk_desk *desk = context;
    const rk_applications *p = desk->input->applications;
    size_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = lapse_rank(p, x) - lapse_rank(p, y);
    if (!order)
        order = compare_i64(p->deadline[x], p->deadline[y]);
    return order ? order : compare_texts(desk, p->id[x], p->id[y]);
}

bool rk_books_lists_lapse(const rk_applications *a, size_t row, uint8_t before)
{
    bool spared = a->reason[row] == RK_REASON_SPARED || a->reason[row] == RK_REASON_PAUSED ||
                  a->reason[row] == RK_REASON_REOPENED;
    if (a->state[row] == RK_STATE_AWAITING)
        return rk_name_at(a->held_by, row) != 0 || spared;
    return a->state[row] != before &&
           (a->state[row] == RK_STATE_EXPIRED || a->state[row] == RK_STATE_REINSTATED || spared);
}

static bool is_lapse(const rk_books_input *input, size_t row)
{
    if (input->lapsed)
        return input->lapsed[row];
    return rk_books_lists_lapse(input->applications, row,
                                row < input->state_before_count ? input->states_before[row]
                                                                : RK_STATE_NONE);
}

typedef int (*order_fn)(const void *, const void *, void *);

/* Sorts `index->all` and cuts it by slice, keeping the order. `slices` of each row of `all`'s batch. */
static void cut_index(rk_desk *desk, rk_index *index, const uint32_t *slices, order_fn order)
{
    if (index->count > 1)
        qsort_r(index->all, index->count, sizeof *index->all, order, desk);
    index->sliced = rk_arena_alloc(&desk->arena, index->count + 1, sizeof *index->sliced);
    uint32_t *next = rk_arena_alloc(&desk->arena, desk->slice_count + 2, sizeof *next);
    index->starts = next++; /* shifted by one: filling moves each start to its place */
    for (size_t i = 0; i < index->count; i++)
        next[slices[index->all[i]] + 1]++;
    for (size_t s = 1; s <= desk->slice_count; s++)
        next[s] += next[s - 1];
    for (size_t i = 0; i < index->count; i++)
        index->sliced[next[slices[index->all[i]]]++] = index->all[i];
}

static void lay_entries(rk_desk *desk)
{
    const rk_entries *entries = desk->input->entries;
    size_t count = entries ? entries->batch.count : 0;
    uint32_t *slices = rk_alloc(count + 1, sizeof *slices);
    rk_index *index = &desk->entries;
    index->all = rk_arena_alloc(&desk->arena, count + 1, sizeof *index->all);
    for (size_t i = 0; i < count; i++) {
        if (entries->outcome[i] == RK_OUTCOME_NONE)
            continue;
        slices[i] = (uint32_t)rk_desk_entry_slice(desk, i);
        index->all[index->count++] = (uint32_t)i;
    }
    cut_index(desk, index, slices, compare_entries);
    free(slices);
}

static void lay_cases(rk_desk *desk)
{
    const rk_cases *cases = desk->input->cases;
    size_t count = cases ? cases->batch.count : 0;
    uint32_t *slices = rk_alloc(count + 1, sizeof *slices);
    rk_index *index = &desk->cases;
    index->all = rk_arena_alloc(&desk->arena, count + 1, sizeof *index->all);
    for (size_t i = 0; i < count; i++) {
        if (cases->status[i] == RK_CASE_CLOSED)
            continue;
        slices[i] = desk->maps.slice[cases->office[i]];
        index->all[index->count++] = (uint32_t)i;
    }
    cut_index(desk, index, slices, compare_cases);
    free(slices);
}

/* By kind, then age, office and day; what cannot be looked for is told last. */
static int compare_findings(const void *a, const void *b, void *context)
{
    const rk_desk *desk = context;
    const rk_findings *f = desk->input->findings;
    size_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = compare_i64(rk_finding_is_absence(f, x), rk_finding_is_absence(f, y));
    if (!order)
        order = compare_i64(f->kind[x], f->kind[y]);
    if (!order)
        order = compare_i64(f->first_seen[x], f->first_seen[y]);
    if (!order)
        order = compare_names(desk, f->office[x], f->office[y]);
    return order ? order : compare_i64(f->day[x], f->day[y]);
}

/* What cannot be looked for stands in every book, behind what was found. */
static void cut_findings(rk_desk *desk)
{
    const rk_findings *f = desk->input->findings;
    rk_index *index = &desk->findings;
    size_t absent = 0, count = index->count;
    while (absent < count && rk_finding_is_absence(f, index->all[count - 1 - absent]))
        absent++;
    uint32_t *sliced =
        rk_arena_alloc(&desk->arena, count + absent * desk->slice_count + 1, sizeof *sliced);
    uint32_t *starts = rk_arena_alloc(&desk->arena, desk->slice_count + 2, sizeof *starts);
    size_t at = 0;
    for (size_t s = 0; s < desk->slice_count; s++) {
        starts[s] = (uint32_t)at;
        for (size_t i = index->starts[s]; i < index->starts[s + 1]; i++)
            if (!rk_finding_is_absence(f, index->sliced[i]))
                sliced[at++] = index->sliced[i];
        for (size_t i = count - absent; i < count; i++)
            sliced[at++] = index->all[i];
    }
    starts[desk->slice_count] = (uint32_t)at;
    index->sliced = sliced;
    index->starts = starts;
}

static void lay_findings(rk_desk *desk)
{
    const rk_findings *findings = desk->input->findings;
    size_t count = findings ? findings->batch.count : 0;
    uint32_t *slices = rk_alloc(count + 1, sizeof *slices);
    rk_index *index = &desk->findings;
    index->all = rk_arena_alloc(&desk->arena, count + 1, sizeof *index->all);
    for (size_t i = 0; i < count; i++) {
        slices[i] = desk->maps.slice[findings->office[i]];
        index->all[index->count++] = (uint32_t)i;
    }
    cut_index(desk, index, slices, compare_findings);
    cut_findings(desk);
    free(slices);
}

static void lay_lapses(rk_desk *desk)
{
    const rk_applications *applications = desk->input->applications;
    size_t count = applications ? applications->batch.count : 0;
    uint32_t *slices = rk_alloc(count + 1, sizeof *slices);
    rk_index *index = &desk->lapses;
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += is_lapse(desk->input, i);
    index->all = rk_arena_alloc(&desk->arena, found + 1, sizeof *index->all);
    for (size_t i = 0; i < count; i++)
        if (is_lapse(desk->input, i)) {
            slices[i] = desk->maps.slice[applications->office[i]];
            index->all[index->count++] = (uint32_t)i;
        }
    cut_index(desk, index, slices, compare_lapses);
    free(slices);
}

/* By submission, then id. */
static int compare_applications(const void *a, const void *b, void *context)
{
    const rk_desk *desk = context;
    const rk_applications *p = desk->input->applications;
    size_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = compare_i64(p->submitted_at[x], p->submitted_at[y]);
    return order ? order : compare_texts(desk, p->id[x], p->id[y]);
}

/* Only where a workbook lists them: there may be millions. */
static void lay_applications(rk_desk *desk)
{
    const rk_reports *reports = &desk->input->rules->reports;
    const rk_applications *applications = desk->input->applications;
    bool wanted = false;
    for (size_t w = 0; w < reports->workbook_count; w++)
        for (size_t i = 0; i < reports->workbooks[w].sheet_count; i++)
            wanted = wanted || reports->workbooks[w].sheets[i].list == RK_LIST_APPLICATIONS;
    size_t count = applications && wanted ? applications->batch.count : 0;
    uint32_t *slices = rk_alloc(count + 1, sizeof *slices);
    rk_index *index = &desk->applications;
    index->all = rk_arena_alloc(&desk->arena, count + 1, sizeof *index->all);
    for (size_t i = 0; i < count; i++) {
        slices[i] = desk->maps.slice[applications->office[i]];
        index->all[index->count++] = (uint32_t)i;
    }
    cut_index(desk, index, slices, compare_applications);
    free(slices);
}

/* ---- what lists look up ---- */

/* Only where a workbook shows evidence. */
static void lay_payments(rk_desk *desk)
{
    const rk_books_input *input = desk->input;
    size_t count = input->applications ? input->applications->batch.count : 0;
    if (desk->lapses.count == 0 || !input->entries)
        return;
    desk->payments = rk_arena_alloc(&desk->arena, count + 1, sizeof *desk->payments);
    memset(desk->payments, 0xff, count * sizeof *desk->payments);
    for (size_t i = 0; i < input->entries->batch.count; i++) {
        uint32_t application = input->entries->application[i];
        if (application < count && rk_outcome_is_payment((rk_outcome)input->entries->outcome[i]))
            desk->payments[application] = (uint32_t)i;
    }
}

uint32_t rk_desk_payment(const rk_desk *desk, size_t application)
{
    return desk->payments ? desk->payments[application] : RK_NO_ROW;
}

const uint32_t *rk_job_rows(const rk_job *job, const rk_index *index, size_t *count)
{
    if (job->slice == RK_ALL_SLICES) {
        *count = index->count;
        return index->all;
    }
    *count = index->starts[job->slice + 1] - index->starts[job->slice];
    return index->sliced + index->starts[job->slice];
}

bool rk_desk_lay(rk_desk *desk, const rk_books_input *input, rk_error *err)
{
    *desk = (rk_desk){.input = input};
    lay_slices(desk);
    if (!lay_filters(desk, err)) {
        rk_arena_free(&desk->arena);
        return false;
    }
    lay_entries(desk);
    lay_cases(desk);
    lay_lapses(desk);
    lay_findings(desk);
    lay_applications(desk);
    lay_payments(desk);
    rk_lapses_index(desk);
    look_for_columns(desk);
    rk_cube_build(&desk->cube, input->stock_before, input->flows,
                  input->has_period ? input->period.from : input->night, &desk->maps);
    return true;
}

void rk_desk_clear(rk_desk *desk)
{
    rk_cube_free(&desk->cube);
    rk_arena_free(&desk->arena);
}

/* ---- how keys are shown and ordered ---- */

static bool is_from_source(rk_dimension dimension)
{
    return dimension == RK_DIM_VALIDITY || dimension == RK_DIM_PURPOSE ||
           dimension == RK_DIM_SOURCE || dimension == RK_DIM_KIND || dimension == RK_DIM_SEX;
}

static rk_slice label_of_name(const rk_desk *desk, rk_dimension dimension, rk_name name)
{
    const rk_rules *rules = desk->input->rules;
    rk_slice text = rk_names_text(desk->input->names, name);
    if (dimension == RK_DIM_CHANNEL || dimension == RK_DIM_HELD_BY) {
        const rk_channel *channel = rk_channel_find(rules, name);
        text = channel && channel->label.len ? channel->label : text;
    } else if (dimension == RK_DIM_SERVICE) {
        rk_slice label = rk_tariff_label(&rules->tariffs, name, desk->input->language);
        text = label.len ? label : text;
    } else if (dimension == RK_DIM_FEE) {
        rk_slice label = rk_tariff_label(&rules->tariffs, name, desk->input->language);
        text = label.len   ? label
               : name == 0 ? rk_word(RK_WORD_NO_FEE, desk->input->language)
                           : rk_shown_charge(text, desk->input->language);
    } else if (dimension == RK_DIM_OFFICE && name == rules->offices.none) {
        text = rk_word(RK_WORD_NO_OFFICE, desk->input->language);
    } else if (name == 0 && is_from_source(dimension)) {
        text = rk_word(desk->seen[dimension] ? RK_WORD_NOT_SAID : RK_WORD_UNAVAILABLE,
                       desk->input->language);
    } else if (is_from_source(dimension)) {
        text = rk_shown_value(dimension, text, desk->input->language);
    }
    return text.len ? text : RK_S("–");
}

rk_slice rk_desk_label(const rk_desk *desk, rk_dimension dimension, int32_t key, rk_arena *arena)
{
    rk_language language = desk->input->language;
    rk_slice text = {"", 0};
    rk_buffer day = {0};
    switch (dimension) {
    case RK_DIM_OUTCOME:
        text = rk_shown_outcome((rk_outcome)key, language);
        break;
    case RK_DIM_STATE:
    case RK_DIM_FROM_STATE:
        text = rk_shown_state((rk_state)key, language);
        break;
    case RK_DIM_STATUS:
        text = rk_shown_status((rk_status)key, language);
        break;
    case RK_DIM_VERDICT:
        text = rk_shown_verdict((rk_verdict)key, language);
        break;
    case RK_DIM_NIK_CHECK:
    case RK_DIM_QUEUE:
    case RK_DIM_SLOT:
    case RK_DIM_ATTENDANCE:
    case RK_DIM_MOVED:
    case RK_DIM_PART:
        text = rk_shown_visit(dimension, key, language);
        break;
    case RK_DIM_DAY:
        rk_put_short_day(&day, key, language);
        text = rk_arena_slice(arena, rk_buffer_all(&day));
        rk_buffer_free(&day);
        break;
    case RK_DIM_WEEK:
    case RK_DIM_MONTH:
        rk_put_period(&day,
                      rk_days_of(dimension == RK_DIM_WEEK ? RK_PERIOD_WEEK : RK_PERIOD_MONTH, key),
                      language);
        text = rk_arena_slice(arena, rk_buffer_all(&day));
        rk_buffer_free(&day);
        break;
    case RK_DIM_AGE:
        for (size_t i = 0; i < RK_AGE_BUCKETS; i++)
            if (rk_age_buckets[i] == key)
                rk_put_ages(&day, key,
                            i + 1 < RK_AGE_BUCKETS ? rk_age_buckets[i + 1] - 1 : INT32_MAX,
                            language);
        text = rk_arena_slice(arena, rk_buffer_all(&day));
        rk_buffer_free(&day);
        break;
    case RK_DIM_NONE:
        return rk_word(RK_WORD_TOTAL, language);
    default:
        return label_of_name(desk, dimension, (rk_name)key);
    }
    return text.len ? text : RK_S("–");
}

int rk_desk_order(const rk_desk *desk, rk_dimension dimension, int32_t a, int32_t b)
{
    const rk_rules *rules = desk->input->rules;
    int order = 0;
    switch (dimension) {
    case RK_DIM_OUTCOME:
    case RK_DIM_STATE:
    case RK_DIM_FROM_STATE:
    case RK_DIM_STATUS:
    case RK_DIM_VERDICT:
    case RK_DIM_NIK_CHECK:
    case RK_DIM_QUEUE:
    case RK_DIM_SLOT:
    case RK_DIM_ATTENDANCE:
    case RK_DIM_MOVED:
    case RK_DIM_PART:
    case RK_DIM_DAY:
    case RK_DIM_WEEK:
    case RK_DIM_MONTH:
    case RK_DIM_RATE:
    case RK_DIM_AGE:
    case RK_DIM_NONE:
        return compare_i64(a, b);
    case RK_DIM_VALIDITY: { /* 5 before 10, what is not known last */
        uint64_t x = 0, y = 0;
        if ((a == 0) != (b == 0))
            return (a == 0) - (b == 0);
        if (rk_slice_to_u64(rk_names_text(desk->input->names, (rk_name)a), &x) &&
            rk_slice_to_u64(rk_names_text(desk->input->names, (rk_name)b), &y) && x != y)
            return x < y ? -1 : 1;
        break;
    }
    case RK_DIM_PURPOSE:
    case RK_DIM_SOURCE:
    case RK_DIM_KIND:
    case RK_DIM_SEX:
        order = (a == 0) - (b == 0);
        break;
    case RK_DIM_FEE:
    case RK_DIM_SERVICE: {
        size_t x = rk_tariff_order(&rules->tariffs, (rk_name)a);
        size_t y = rk_tariff_order(&rules->tariffs, (rk_name)b);
        order = (x > y) - (x < y);
        if (!order && dimension == RK_DIM_FEE)
            order = (a == 0) - (b == 0);
        break;
    }
    case RK_DIM_CHANNEL:
        order = compare_names(desk, desk->maps.channel_kind[a], desk->maps.channel_kind[b]);
        break;
    case RK_DIM_OFFICE:
        order = (a == rules->offices.none) - (b == rules->offices.none);
        break;
    default:
        break;
    }
    return order ? order : compare_names(desk, (rk_name)a, (rk_name)b);
}

bool rk_serial_moment(rk_moment at, rk_zone zone, double *serial)
{
    if (at == RK_NO_MOMENT || at < -2208988800 * RK_SECOND || at > 253402214400 * RK_SECOND)
        return false;
    int64_t seconds = at / RK_SECOND - (at % RK_SECOND < 0) + zone;
    *serial = 25569 + (double)seconds / 86400;
    return true;
}
