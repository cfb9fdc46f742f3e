/* Lists: one record a row, with live sums above, a filter on the heads, and rows given one by one. */
#include <stdio.h>
#include <stdlib.h>

#include "report/desk.h"

/* What a row of any list may show. */
typedef struct record {
    rk_text case_id, decision_id, entry_text, application, reference, file_text;
    rk_name channel, service, office, held_by, paused_by;
    uint64_t code;
    rk_moment paid_from, paid_until, submitted, deadline;
    rk_day booked_on, opened_on;
    rk_money received, due;
    uint8_t outcome, reason, state, case_status;
    uint32_t line, ordinal;
    const rk_file *file;
} record;

typedef enum column_id {
    COLUMN_NO,
    COLUMN_CASE,
    COLUMN_KIND,
    COLUMN_AGE,
    COLUMN_WORKING_AGE,
    COLUMN_PAID,
    COLUMN_BOOKED,
    COLUMN_CHANNEL,
    COLUMN_CODE,
    COLUMN_REFERENCE,
    COLUMN_APPLICATION,
    COLUMN_OFFICE,
    COLUMN_SERVICE,
    COLUMN_RECEIVED,
    COLUMN_DUE,
    COLUMN_DIFFERENCE,
    COLUMN_REASON,
    COLUMN_ACTION,
    COLUMN_FOLLOW_UP,
    COLUMN_STATUS,
    COLUMN_SUBMITTED,
    COLUMN_DEADLINE,
    COLUMN_STATE,
    COLUMN_HELD_BY,
    COLUMN_OUTAGE,
    COLUMN_FILE,
    COLUMN_LINE,
    COLUMN_ENTRY
} column_id;

enum { OF_ENTRIES = 1, OF_CASES = 2, OF_APPLICATIONS = 4, OF_ALL = 7, MONEY = 8, RIGHT = 16 };

typedef struct column_rule {
    const char *name;
    column_id id;
    unsigned flags;
    double width;
} column_rule;

static const column_rule column_rules[] = {
    {"no", COLUMN_NO, OF_ALL | RIGHT, 6},
    {"case_id", COLUMN_CASE, OF_CASES, 16},
    {"kind", COLUMN_KIND, OF_CASES, 18},
    {"outcome", COLUMN_KIND, OF_ENTRIES, 18},
    {"age", COLUMN_AGE, OF_CASES | RIGHT, 7},
    {"working_age", COLUMN_WORKING_AGE, OF_CASES | RIGHT, 9},
    {"paid", COLUMN_PAID, OF_ALL, 15},
    {"booked_on", COLUMN_BOOKED, OF_ENTRIES | OF_CASES, 11},
    {"channel", COLUMN_CHANNEL, OF_ENTRIES | OF_CASES, 12},
    {"billing_code", COLUMN_CODE, OF_ALL, 15},
    {"reference", COLUMN_REFERENCE, OF_ENTRIES, 28},
    {"application", COLUMN_APPLICATION, OF_ALL, 13},
    {"office", COLUMN_OFFICE, OF_ALL, 18},
    {"service", COLUMN_SERVICE, OF_ALL, 22},
    {"received", COLUMN_RECEIVED, OF_ALL | MONEY | RIGHT, 12},
    {"due", COLUMN_DUE, OF_ALL | MONEY | RIGHT, 12},
    {"difference", COLUMN_DIFFERENCE, OF_ENTRIES | OF_CASES | MONEY | RIGHT, 12},
    {"reason", COLUMN_REASON, OF_ALL, 24},
    {"action", COLUMN_ACTION, OF_CASES, 24},
    {"follow_up", COLUMN_FOLLOW_UP, OF_CASES, 16},
    {"status", COLUMN_STATUS, OF_CASES, 9},
    {"submitted", COLUMN_SUBMITTED, OF_APPLICATIONS, 15},
    {"deadline", COLUMN_DEADLINE, OF_APPLICATIONS, 15},
    {"state", COLUMN_STATE, OF_APPLICATIONS, 21},
    {"held_by", COLUMN_HELD_BY, OF_APPLICATIONS, 13},
    {"outage", COLUMN_OUTAGE, OF_APPLICATIONS, 22},
    {"file", COLUMN_FILE, OF_ENTRIES | OF_CASES, 26},
    {"line", COLUMN_LINE, OF_ENTRIES | OF_CASES | RIGHT, 7},
    {"entry", COLUMN_ENTRY, OF_ENTRIES | OF_CASES, 21},
};

typedef struct list {
    rk_job *job;
    const rk_sheet *rule;
    rk_cube_filter *filters;
    uint32_t *rows;
    size_t count;
    const column_rule **columns;
} list;

static unsigned kind_of(rk_list kind)
{
    switch (kind) {
    case RK_LIST_ENTRIES:
        return OF_ENTRIES;
    case RK_LIST_CASES:
        return OF_CASES;
    default:
        return OF_APPLICATIONS;
    }
}

/* ---- records ---- */

static record entry_record(const rk_desk *desk, uint32_t row)
{
    const rk_books_input *input = desk->input;
    const rk_entries *e = input->entries;
    const rk_applications *a = input->applications;
    record r = {.channel = e->channel[row],
                .code = e->code[row],
                .paid_from = e->paid_from[row],
                .paid_until = e->paid_until[row],
                .booked_on = e->booked_on[row],
                .received = e->amount_minor[row],
                .due = RK_NO_MONEY,
                .outcome = e->outcome[row],
                .reason = e->reason[row],
                .line = e->line[row],
                .ordinal = e->ordinal[row],
                .file = &input->files->items[e->file[row]],
                .office = desk->slice_offices[rk_desk_entry_slice(desk, row)]};
    r.reference = e->reference ? e->reference[row] : 0;
    uint32_t application = e->application[row];
    if (application != RK_NO_ROW && application < a->batch.count) {
        r.application = a->id[application];
        r.service = a->service[application];
        r.due = a->due_minor[application];
    }
    return r;
}

static record case_record(const rk_desk *desk, uint32_t row)
{
    const rk_cases *c = desk->input->cases;
    return (record){.case_id = c->id[row],
                    .entry_text = c->entry[row],
                    .file_text = c->file[row],
                    .application = c->application[row],
                    .channel = c->channel[row],
                    .service = c->service[row],
                    .office = c->office[row],
                    .code = c->code[row],
                    .paid_from = c->paid_from[row],
                    .paid_until = c->paid_until[row],
                    .booked_on = c->booked_on[row],
                    .opened_on = c->opened_on[row],
                    .received = c->amount_minor[row],
                    .due = c->due_minor[row],
                    .outcome = c->kind[row],
                    .reason = c->reason[row],
                    .decision_id = c->closed_by[row],
                    .case_status = c->status[row],
                    .line = c->line[row]};
}

static record application_record(const rk_desk *desk, uint32_t row)
{
    const rk_applications *a = desk->input->applications;
    return (record){.application = a->id[row],
                    .service = a->service[row],
                    .office = a->office[row],
                    .held_by = rk_name_at(a->held_by, row),
                    .paused_by = rk_name_at(a->paused_by, row),
                    .code = a->code[row],
                    .submitted = a->submitted_at[row],
                    .deadline = a->deadline[row],
                    .paid_from = a->paid_from[row],
                    .paid_until = a->paid_until[row],
                    .received = a->paid_minor[row],
                    .due = a->due_minor[row],
                    .state = a->state[row],
                    .reason = a->reason[row]};
}

static record record_of(const list *l, uint32_t row)
{
    switch (l->rule->list) {
    case RK_LIST_ENTRIES:
        return entry_record(l->job->desk, row);
    case RK_LIST_CASES:
        return case_record(l->job->desk, row);
    default:
        return application_record(l->job->desk, row);
    }
}

/* ---- which rows ---- */

static bool key_of(const rk_desk *desk, const record *r, rk_dimension dimension, int32_t *key)
{
    switch (dimension) {
    case RK_DIM_OUTCOME:
        *key = r->outcome;
        return true;
    case RK_DIM_STATE:
        *key = r->state;
        return true;
    case RK_DIM_CHANNEL:
        *key = r->channel;
        return true;
    case RK_DIM_SERVICE:
        *key = r->service;
        return true;
    case RK_DIM_OFFICE:
        *key = r->office;
        return true;
    case RK_DIM_HELD_BY:
        *key = r->held_by;
        return true;
    case RK_DIM_PROVINCE:
        *key = desk->maps.province[r->office];
        return true;
    case RK_DIM_ZONE:
        *key = desk->maps.zone[r->office];
        return true;
    case RK_DIM_CHANNEL_KIND:
        *key = desk->maps.channel_kind[r->channel];
        return true;
    case RK_DIM_VERDICT:
        *key = (int32_t)rk_outcome_verdict((rk_outcome)r->outcome);
        return true;
    default:
        return false;
    }
}

static bool passes(const list *l, const record *r)
{
    for (size_t i = 0; i < l->rule->where_count; i++) {
        const rk_cube_filter *filter = &l->filters[i];
        int32_t key = 0;
        bool found = false;
        if (!key_of(l->job->desk, r, filter->dimension, &key))
            return false;
        for (size_t k = 0; k < filter->key_count && !found; k++)
            found = filter->keys[k] == key;
        if (found == filter->except)
            return false;
    }
    return true;
}

static bool lay_filters(list *l, rk_error *err)
{
    const record none = {0};
    int32_t key;
    rk_arena *arena = &l->job->arena;
    l->filters = rk_arena_alloc(arena, l->rule->where_count + 1, sizeof *l->filters);
    for (size_t i = 0; i < l->rule->where_count; i++) {
        if (!key_of(l->job->desk, &none, l->rule->wheres[i].dimension, &key))
            return rk_fail(err, RK_INVALID, "sheet \"%.*s\": a list cannot be filtered by \"%s\"",
                           RK_FMT(l->rule->name.id),
                           rk_dimension_name(l->rule->wheres[i].dimension));
        if (!rk_desk_filter(l->job->desk, &l->rule->wheres[i], arena, &l->filters[i], err))
            return false;
    }
    return true;
}

static const rk_index *index_of(const rk_desk *desk, rk_list kind)
{
    switch (kind) {
    case RK_LIST_ENTRIES:
        return &desk->entries;
    case RK_LIST_CASES:
        return &desk->cases;
    default:
        return &desk->lapses;
    }
}

/* The rows of the list, in the order of showing. */
static bool select_rows(list *l, rk_error *err)
{
    if (!lay_filters(l, err))
        return false;
    size_t count = 0;
    const uint32_t *rows = rk_job_rows(l->job, index_of(l->job->desk, l->rule->list), &count);
    l->rows = rk_arena_alloc(&l->job->arena, count + 1, sizeof *l->rows);
    for (size_t i = 0; i < count; i++) {
        if (l->rule->list == RK_LIST_ENTRIES) {
            rk_day booked_on = l->job->desk->input->entries->booked_on[rows[i]];
            if (booked_on < l->job->from || booked_on > l->job->until)
                continue;
        }
        record r = record_of(l, rows[i]);
        if (passes(l, &r))
            l->rows[l->count++] = rows[i];
    }
    return true;
}

uint32_t rk_list_first_row(const rk_sheet *sheet)
{
    return RK_HEAD_ROWS + 1 + (sheet->total ? 3 : 0);
}

bool rk_list_first_case(rk_job *job, rk_outcome outcome, rk_slice *sheet, uint32_t *row)
{
    rk_error ignored;
    for (size_t i = 0; i < job->workbook->sheet_count; i++) {
        const rk_sheet *rule = &job->workbook->sheets[i];
        if (rule->list != RK_LIST_CASES)
            continue;
        list l = {.job = job, .rule = rule};
        if (!lay_filters(&l, &ignored))
            return false;
        size_t count = 0, at = 0;
        const uint32_t *rows = rk_job_rows(job, &job->desk->cases, &count);
        for (size_t c = 0; c < count; c++) {
            record r = case_record(job->desk, rows[c]);
            if (!passes(&l, &r))
                continue;
            if (r.outcome == outcome && rk_list_first_row(rule) + at < RK_PLAN_ROWS) {
                *sheet = rk_label_in(&rule->name, job->plan.language);
                *row = rk_list_first_row(rule) + (uint32_t)at;
                return true;
            }
            at++;
        }
    }
    return false;
}

/* ---- cells ---- */

static void put_moment(rk_row *row, rk_moment at, rk_zone zone)
{
    double serial;
    if (rk_serial_moment(at, zone, &serial))
        rk_row_number(row, RK_STYLE_DAYTIME, serial);
    else
        rk_row_blank(row, RK_STYLE_TEXT);
}

/* Where only the day is known, it is a day of the channel and no time is shown. */
static void put_paid(rk_row *row, const list *l, const record *r, rk_zone zone)
{
    double serial;
    if (r->paid_from == RK_NO_MOMENT || r->paid_until == RK_NO_MOMENT ||
        r->paid_until - r->paid_from < 60 * RK_SECOND) {
        put_moment(row, r->paid_from, zone);
        return;
    }
    const rk_channel *channel = rk_channel_find(l->job->desk->input->rules, r->channel);
    if (rk_serial_moment(r->paid_from, channel ? channel->zone : zone, &serial))
        rk_row_number(row, RK_STYLE_DAY, (double)(int64_t)serial);
    else
        rk_row_blank(row, RK_STYLE_TEXT);
}

static void put_money(rk_row *row, rk_money minor)
{
    if (minor == RK_NO_MONEY)
        rk_row_blank(row, RK_STYLE_TEXT);
    else
        rk_row_number(row, rk_has_sen(minor) ? RK_STYLE_MONEY_SEN : RK_STYLE_MONEY,
                      rk_rupiah(minor));
}

/* Nothing more was due on what is paid already, waived or cancelled. */
static rk_money due_of(const record *r)
{
    return r->outcome == RK_DUPLICATE || r->outcome == RK_NOT_DUE ? 0 : r->due;
}

/* Received less due; money that belongs to no application differs as a whole. */
static rk_money difference_of(const record *r)
{
    rk_money rest, due = due_of(r);
    if (rk_outcome_verdict((rk_outcome)r->outcome) == RK_VERDICT_UNMATCH)
        return r->received;
    if (r->received == RK_NO_MONEY || due == RK_NO_MONEY ||
        __builtin_sub_overflow(r->received, due, &rest))
        return RK_NO_MONEY;
    return rest;
}

static rk_money money_of(const record *r, column_id id)
{
    return id == COLUMN_RECEIVED ? r->received : id == COLUMN_DUE ? due_of(r) : difference_of(r);
}

static void put_code(rk_row *row, uint64_t code)
{
    char text[32];
    int len = code ? snprintf(text, sizeof text, "%015llu", (unsigned long long)code) : 0;
    rk_row_text(row, RK_STYLE_TEXT, (rk_slice){text, (size_t)len});
}

static void put_entry(rk_row *row, const list *l, const record *r)
{
    char text[48];
    if (!r->file) {
        rk_row_text(row, RK_STYLE_TEXT, rk_texts_get(l->job->desk->input->texts, r->entry_text));
        return;
    }
    int len = snprintf(text, sizeof text, "%016llx:%u",
                       (unsigned long long)rk_digest_short(&r->file->digest), r->ordinal);
    rk_row_text(row, RK_STYLE_TEXT, (rk_slice){text, (size_t)len});
}

static void put_name(rk_row *row, const list *l, rk_dimension dimension, rk_name name)
{
    if (name == 0)
        rk_row_blank(row, RK_STYLE_TEXT);
    else
        rk_row_text(row, RK_STYLE_TEXT, rk_desk_label(l->job->desk, dimension, name, NULL));
}

static void put_office(rk_row *row, const list *l, rk_name name)
{
    const rk_office *office =
        rk_office_on(&l->job->desk->input->rules->offices, name, l->job->desk->input->night);
    rk_row_text(row, RK_STYLE_TEXT, office ? office->name : rk_job_word(l->job, RK_WORD_NO_OFFICE));
}

/* Since the night that opened the case, in days or in working days. */
static void put_age(rk_row *row, const list *l, const record *r, bool working)
{
    const rk_books_input *input = l->job->desk->input;
    if (r->opened_on == RK_NO_DAY)
        rk_row_blank(row, RK_STYLE_TEXT);
    else
        rk_row_number(row, RK_STYLE_NUMBER,
                      working
                          ? rk_working_days(input->rules->calendar, r->opened_on + 1, input->night)
                          : input->night - r->opened_on);
}

static void put_outage(rk_row *row, const list *l, rk_name name)
{
    const rk_books_input *input = l->job->desk->input;
    const rk_outage *outage = rk_outage_find(&input->rules->outages, name);
    rk_slice label = outage ? rk_label_in(&outage->label, l->job->plan.language) : RK_S("");
    if (name == 0)
        rk_row_blank(row, RK_STYLE_TEXT);
    else
        rk_row_text(row, RK_STYLE_WRAP, label.len ? label : rk_names_text(input->names, name));
}

/* A decision that is stale is named. */
static void put_reason(rk_row *row, const list *l, const record *r)
{
    char text[256];
    rk_slice shown = rk_shown_reason((rk_reason)r->reason, l->job->plan.language);
    if (r->reason == RK_REASON_DECISION_STALE) {
        rk_slice id = rk_texts_get(l->job->desk->input->texts, r->decision_id);
        snprintf(text, sizeof text, "%.*s: %.*s", RK_FMT(shown), id.len < 100 ? (int)id.len : 100,
                 id.at);
        shown = rk_slice_of(text);
    }
    rk_row_text(row, RK_STYLE_WRAP, shown);
}

/* Columns that are words of a closed set, or names. */
static void put_word(rk_row *row, const list *l, const record *r, column_id id)
{
    rk_language language = l->job->plan.language;
    rk_style kind = r->case_status == RK_CASE_NEW ? RK_STYLE_BOLD : RK_STYLE_TEXT;
    switch (id) {
    case COLUMN_KIND:
        rk_row_text(row, kind, rk_shown_outcome((rk_outcome)r->outcome, language));
        break;
    case COLUMN_REASON:
        put_reason(row, l, r);
        break;
    case COLUMN_ACTION:
        rk_row_text(row, RK_STYLE_WRAP, rk_shown_action((rk_outcome)r->outcome, language));
        break;
    case COLUMN_STATUS:
        rk_row_text(row, kind, rk_shown_case((rk_case_status)r->case_status, language));
        break;
    case COLUMN_STATE:
        rk_row_text(row, RK_STYLE_TEXT,
                    rk_shown_lapse((rk_state)r->state, r->state == RK_STATE_AWAITING && r->held_by,
                                   language));
        break;
    case COLUMN_CHANNEL:
        put_name(row, l, RK_DIM_CHANNEL, r->channel);
        break;
    case COLUMN_SERVICE:
        put_name(row, l, RK_DIM_SERVICE, r->service);
        break;
    case COLUMN_HELD_BY:
        put_name(row, l, RK_DIM_HELD_BY, r->held_by);
        break;
    case COLUMN_OUTAGE:
        put_outage(row, l, r->paused_by);
        break;
    default:
        rk_row_blank(row, RK_STYLE_INPUT);
        break;
    }
}

static void put_cell(rk_row *row, const list *l, const record *r, column_id id, rk_zone zone)
{
    const rk_texts *texts = l->job->desk->input->texts;
    switch (id) {
    case COLUMN_CASE:
        rk_row_text(row, r->case_status == RK_CASE_NEW ? RK_STYLE_BOLD : RK_STYLE_TEXT,
                    rk_texts_get(texts, r->case_id));
        break;
    case COLUMN_AGE:
    case COLUMN_WORKING_AGE:
        put_age(row, l, r, id == COLUMN_WORKING_AGE);
        break;
    case COLUMN_PAID:
        put_paid(row, l, r, zone);
        break;
    case COLUMN_BOOKED:
        if (r->booked_on == RK_NO_DAY)
            rk_row_blank(row, RK_STYLE_TEXT);
        else
            rk_row_number(row, RK_STYLE_DAY, rk_serial_day(r->booked_on));
        break;
    case COLUMN_CODE:
        put_code(row, r->code);
        break;
    case COLUMN_REFERENCE:
        rk_row_text(row, RK_STYLE_TEXT, rk_texts_get(texts, r->reference));
        break;
    case COLUMN_APPLICATION:
        rk_row_text(row, RK_STYLE_TEXT, rk_texts_get(texts, r->application));
        break;
    case COLUMN_OFFICE:
        put_office(row, l, r->office);
        break;
    case COLUMN_RECEIVED:
    case COLUMN_DUE:
    case COLUMN_DIFFERENCE:
        put_money(row, money_of(r, id));
        break;
    case COLUMN_SUBMITTED:
        put_moment(row, r->submitted, zone);
        break;
    case COLUMN_DEADLINE:
        put_moment(row, r->deadline, zone);
        break;
    case COLUMN_FILE:
        rk_row_text(row, RK_STYLE_TEXT,
                    r->file ? r->file->name : rk_texts_get(texts, r->file_text));
        break;
    case COLUMN_LINE:
        rk_row_number(row, RK_STYLE_NUMBER, r->line);
        break;
    case COLUMN_ENTRY:
        put_entry(row, l, r);
        break;
    default:
        put_word(row, l, r, id);
        break;
    }
}

static void fill_row(const void *context, size_t item, rk_row *row)
{
    const list *l = context;
    record r = record_of(l, l->rows[item]);
    rk_zone zone =
        l->job->slice == RK_ALL_SLICES ? rk_desk_zone(l->job->desk, r.office) : l->job->zone;
    rk_row_begin(row);
    for (size_t c = 0; c < l->rule->column_count; c++) {
        if (l->columns[c]->id == COLUMN_NO)
            rk_row_number(row, RK_STYLE_NUMBER, (double)item + 1);
        else
            put_cell(row, l, &r, l->columns[c]->id, zone);
    }
    rk_row_end(row);
}

/* ---- the sheet ---- */

static bool find_columns(list *l, rk_error *err)
{
    unsigned kind = kind_of(l->rule->list);
    size_t known = sizeof column_rules / sizeof *column_rules;
    if (l->rule->column_count > RK_PLAN_COLUMNS)
        return rk_fail(err, RK_INVALID, "sheet \"%.*s\" has more than %d columns",
                       RK_FMT(l->rule->name.id), RK_PLAN_COLUMNS);
    l->columns =
        rk_arena_alloc(&l->job->arena, l->rule->column_count + 1, sizeof(const column_rule *));
    for (size_t c = 0; c < l->rule->column_count; c++) {
        size_t i = 0;
        while (i < known && !(rk_slice_is(l->rule->columns[c].name, column_rules[i].name) &&
                              column_rules[i].flags & kind))
            i++;
        if (i == known)
            return rk_fail(err, RK_INVALID, "sheet \"%.*s\": the list has no column \"%.*s\"",
                           RK_FMT(l->rule->name.id), RK_FMT(l->rule->columns[c].name));
        l->columns[c] = &column_rules[i];
    }
    return true;
}

static void lay_heads(const list *l, rk_plan_sheet *sheet)
{
    rk_language language = l->job->plan.language;
    for (size_t c = 0; c < l->rule->column_count; c++) {
        rk_slice title = rk_label_in(&l->rule->columns[c].label, language);
        if (title.len == 0)
            title = rk_shown_column(l->rule->columns[c].name, language);
        rk_plan_text(sheet, sheet->list_row - 1, (uint16_t)c,
                     l->columns[c]->flags & RIGHT ? RK_STYLE_HEAD_RIGHT : RK_STYLE_HEAD, title);
        sheet->widths[c] = l->columns[c]->width;
    }
    sheet->column_count = l->rule->column_count;
}

static rk_money sum_column(const list *l, column_id id, size_t from, size_t count)
{
    rk_money sum = 0;
    for (size_t i = from; i < from + count; i++) {
        record r = record_of(l, l->rows[i]);
        rk_money money = money_of(&r, id);
        if (money != RK_NO_MONEY)
            rk_money_add(&sum, money);
    }
    return sum;
}

/* Two rows above the heads: all rows, and those that a filter leaves. */
static void lay_totals(const list *l, rk_plan_sheet *sheet, size_t from, size_t count)
{
    uint32_t row = RK_HEAD_ROWS;
    uint32_t last = sheet->list_row + (uint32_t)(count ? count : 1) - 1;
    char formula[80], first_place[24], last_place[24];
    for (uint32_t line = 0; line < 2; line++) {
        rk_plan_text(sheet, row + line, 0, RK_STYLE_TOTAL,
                     rk_job_word(l->job, line ? RK_WORD_FILTERED : RK_WORD_TOTAL));
        for (uint16_t c = 1; c < l->rule->column_count; c++) {
            if (!(l->columns[c]->flags & MONEY)) {
                rk_plan_blank(sheet, row + line, c, RK_STYLE_TOTAL);
                continue;
            }
            rk_money sum = sum_column(l, l->columns[c]->id, from, count);
            snprintf(formula, sizeof formula, "%s%s:%s)", line ? "SUBTOTAL(109," : "SUM(",
                     rk_plan_place(sheet->list_row, c, first_place),
                     rk_plan_place(last, c, last_place));
            rk_plan_formula(sheet, row + line, c,
                            rk_has_sen(sum) ? RK_STYLE_TOTAL_SEN : RK_STYLE_TOTAL_MONEY, formula,
                            rk_rupiah(sum));
        }
    }
}

/* What the cube says the list must sum to. */
static bool ask_sum(const list *l, rk_money *sum, rk_error *err)
{
    bool cases = l->rule->list == RK_LIST_CASES;
    rk_cube_query query = {.of = cases ? RK_FACT_CASE : RK_FACT_ENTRY,
                           .what = cases ? RK_CUBE_AFTER : RK_CUBE_FLOW,
                           .on = RK_ON_BOOKED,
                           .from = l->job->from,
                           .until = l->job->until,
                           .filters = l->filters,
                           .filter_count = l->rule->where_count,
                           .slice = l->job->slice};
    rk_cube_cells cells = {0};
    bool good = rk_cube_ask(&l->job->desk->cube, &query, &cells, err);
    *sum = rk_cube_cell_of(&cells, 0).amount;
    rk_cube_cells_free(&cells);
    return good;
}

/* One row below the totals: the list against the summary. Only where all of it is on one sheet. */
static bool lay_check(const list *l, rk_plan_sheet *sheet, rk_error *err)
{
    size_t c = 0;
    rk_money meant = 0;
    while (c < l->rule->column_count && l->columns[c]->id != COLUMN_RECEIVED)
        c++;
    if (c == l->rule->column_count || kind_of(l->rule->list) == OF_APPLICATIONS)
        return true;
    if (!ask_sum(l, &meant, err))
        return false;
    rk_money rest = sum_column(l, COLUMN_RECEIVED, 0, l->count) - meant;
    uint32_t row = RK_HEAD_ROWS + 2;
    char place[24];
    rk_buffer formula = {0};
    rk_buffer_printf(&formula, "%s-(", rk_plan_place(RK_HEAD_ROWS, c, place));
    rk_money_put(&formula, meant, 2);
    rk_buffer_text(&formula, ")");
    rk_buffer_char(&formula, '\0');
    rk_plan_text(sheet, row, 0, RK_STYLE_CHECK_LABEL, rk_job_word(l->job, RK_WORD_CHECK_LIST));
    rk_plan_formula(sheet, row, (uint16_t)c, rk_has_sen(rest) ? RK_STYLE_CHECK_SEN : RK_STYLE_CHECK,
                    formula.bytes, rk_rupiah(rest));
    rk_plan_alert(sheet, (rk_alert){.kind = RK_ALERT_NOT_ZERO,
                                    .first_row = row,
                                    .last_row = row,
                                    .first_column = (uint16_t)c,
                                    .last_column = (uint16_t)c});
    rk_buffer_free(&formula);
    return true;
}

static void lay_ages(const list *l, rk_plan_sheet *sheet, size_t count)
{
    for (uint16_t c = 0; c < l->rule->column_count && count; c++)
        if (l->columns[c]->id == COLUMN_AGE)
            rk_plan_alert(sheet, (rk_alert){.kind = RK_ALERT_ABOVE,
                                            .first_row = sheet->list_row,
                                            .last_row = sheet->list_row + (uint32_t)count - 1,
                                            .first_column = c,
                                            .last_column = c,
                                            .limit = 30,
                                            .lower = 5});
}

/* One sheet with items [from, from + count). */
static bool lay_sheet(const list *l, rk_slice name, size_t from, size_t count, rk_error *err)
{
    rk_plan_sheet *sheet = rk_plan_add_sheet(&l->job->plan, name, err);
    if (!sheet)
        return false;
    rk_head_lay(l->job, sheet, &l->rule->title);
    sheet->list_row = rk_list_first_row(l->rule);
    sheet->list_columns = l->rule->column_count;
    sheet->fill = fill_row;
    sheet->context = l;
    sheet->list_from = from;
    sheet->list_count = count;
    sheet->filters = count > 0;
    sheet->freeze_row = sheet->list_row;
    sheet->repeats = true;
    sheet->repeat_from = sheet->repeat_until = sheet->list_row - 1;
    lay_heads(l, sheet);
    lay_ages(l, sheet, count);
    if (l->rule->total)
        lay_totals(l, sheet, from, count);
    if (l->rule->total && count == l->count && !lay_check(l, sheet, err))
        return false;
    if (count == 0) {
        rk_plan_text(sheet, sheet->list_row, 0, RK_STYLE_NIL, rk_job_word(l->job, RK_WORD_NO_ROWS));
        for (uint16_t c = 1; c < l->rule->column_count; c++)
            rk_plan_blank(sheet, sheet->list_row, c, RK_STYLE_TEXT);
    }
    return true;
}

bool rk_list_lay(rk_job *job, const rk_sheet *rule, rk_error *err)
{
    list *l = rk_arena_alloc(&job->arena, 1, sizeof *l);
    *l = (list){.job = job, .rule = rule};
    if (!find_columns(l, err) || !select_rows(l, err))
        return false;
    rk_slice name = rk_label_in(&rule->name, job->plan.language);
    size_t most = RK_PLAN_ROWS - rk_list_first_row(rule), from = 0, number = 1;
    do {
        size_t count = l->count - from < most ? l->count - from : most;
        rk_slice numbered = name;
        if (number > 1)
            numbered =
                rk_slice_of(rk_arena_printf(&job->arena, "%.*s (%zu)", RK_FMT(name), number));
        if (!lay_sheet(l, numbered, from, count, err))
            return false;
        from += count;
        number++;
    } while (from < l->count);
    return true;
}
