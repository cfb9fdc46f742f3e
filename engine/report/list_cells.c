/* Records of lists, and their cells. */
#include <stdio.h>

#include "report/list.h"

/* ---- records ---- */

static rk_record entry_record(const rk_desk *desk, uint32_t row)
{
    const rk_books_input *input = desk->input;
    const rk_entries *e = input->entries;
    const rk_applications *a = input->applications;
    rk_record r = {.channel = e->channel[row],
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
    r.account = e->account ? e->account[row] : 0;
    r.row = row;
    uint32_t application = e->application[row];
    if (application != RK_NO_ROW && application < a->batch.count) {
        r.application = a->id[application];
        r.service = a->service[application];
        r.validity = rk_name_at(a->validity, application);
        r.purpose = rk_name_at(a->purpose, application);
        r.due = a->due_minor[application];
    }
    return r;
}

static rk_record case_record(const rk_desk *desk, uint32_t row)
{
    const rk_cases *c = desk->input->cases;
    return (rk_record){.row = row,
                       .case_id = c->id[row],
                       .candidates = c->candidates[row],
                       .decision_id = c->closed_by[row],
                       .entry_text = c->entry[row],
                       .file_text = c->file[row],
                       .application = c->application[row],
                       .channel = c->channel[row],
                       .account = c->account ? c->account[row] : 0,
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
                       .case_status = c->status[row],
                       .line = c->line[row]};
}

static rk_record application_record(const rk_desk *desk, uint32_t row)
{
    const rk_applications *a = desk->input->applications;
    return (rk_record){.row = row,
                       .application = a->id[row],
                       .service = a->service[row],
                       .office = a->office[row],
                       .held_by = rk_name_at(a->held_by, row),
                       .paused_by = rk_name_at(a->paused_by, row),
                       .validity = rk_name_at(a->validity, row),
                       .purpose = rk_name_at(a->purpose, row),
                       .appointment_on = a->appointment_on ? a->appointment_on[row] : RK_NO_DAY,
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

static rk_record finding_record(const rk_desk *desk, uint32_t row)
{
    const rk_findings *f = desk->input->findings;
    return (rk_record){.row = row,
                       .finding = f->kind[row],
                       .application = f->application[row],
                       .case_id = f->case_id[row],
                       .reference = f->said[row],
                       .office = f->office[row],
                       .booked_on = f->day[row],
                       .opened_on = f->first_seen[row],
                       .case_status = rk_finding_is_absence(f, row) ? RK_CASE_NONE
                                      : f->first_seen[row] == desk->input->night
                                          ? RK_CASE_NEW
                                          : RK_CASE_PERSISTING,
                       .received = f->found[row],
                       .due = f->expected[row],
                       .line = f->count[row]};
}

rk_record rk_record_of(const rk_listing *l, uint32_t row)
{
    switch (l->rule->list) {
    case RK_LIST_ENTRIES:
        return entry_record(l->job->desk, row);
    case RK_LIST_CASES:
        return case_record(l->job->desk, row);
    case RK_LIST_FINDINGS:
        return finding_record(l->job->desk, row);
    default:
        return application_record(l->job->desk, row);
    }
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
static void put_paid(rk_row *row, const rk_listing *l, const rk_record *r, rk_zone zone)
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
static rk_money due_of(const rk_record *r)
{
    return r->outcome == RK_DUPLICATE || r->outcome == RK_NOT_DUE ? 0 : r->due;
}

/* Received less due; money that belongs to no application differs as a whole. */
static rk_money difference_of(const rk_record *r)
{
    rk_money rest, due = due_of(r);
    if (rk_outcome_verdict((rk_outcome)r->outcome) == RK_VERDICT_UNMATCH)
        return r->received;
    if (r->received == RK_NO_MONEY || due == RK_NO_MONEY ||
        __builtin_sub_overflow(r->received, due, &rest))
        return RK_NO_MONEY;
    return rest;
}

rk_money rk_record_money(const rk_record *r, rk_column_id id)
{
    return id == RK_COLUMN_RECEIVED ? r->received
           : id == RK_COLUMN_DUE    ? due_of(r)
                                    : difference_of(r);
}

static void put_code(rk_row *row, uint64_t code)
{
    char text[RK_CODE_TEXT];
    rk_row_text(row, RK_STYLE_TEXT, (rk_slice){text, rk_code_text(code, text)});
}

static void put_entry(rk_row *row, const rk_listing *l, const rk_record *r)
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

/* Names take two lines rather than being cut. */
static rk_style name_style(const rk_listing *l)
{
    return l->job->plan.fitted ? RK_STYLE_WRAP : RK_STYLE_TEXT;
}

static void put_name(rk_row *row, const rk_listing *l, rk_dimension dimension, rk_name name)
{
    if (name == 0)
        rk_row_blank(row, RK_STYLE_TEXT);
    else
        rk_row_text(row, name_style(l), rk_desk_label(l->job->desk, dimension, name, NULL));
}

static void put_office(rk_row *row, const rk_listing *l, rk_name name, rk_column_id id)
{
    if (id == RK_COLUMN_PROVINCE) {
        put_name(row, l, RK_DIM_PROVINCE, l->job->desk->maps.province[name]);
        return;
    }
    const rk_office *office =
        rk_office_on(&l->job->desk->input->rules->offices, name, l->job->desk->input->night);
    rk_row_text(row, name_style(l), office ? office->name : rk_job_word(l->job, RK_WORD_NO_OFFICE));
}

/* Since the night that opened the case, in days or in working days. */
static void put_age(rk_row *row, const rk_listing *l, const rk_record *r, bool working)
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

static rk_slice outage_label(const rk_listing *l, rk_slice text)
{
    const rk_books_input *input = l->job->desk->input;
    const rk_outages *outages = &input->rules->outages;
    for (size_t i = 0; i < outages->count; i++)
        if (rk_slice_equal(rk_names_text(input->names, outages->items[i].outage), text))
            return rk_label_in(&outages->items[i].label, l->job->plan.language);
    return RK_S("");
}

/* Several that stopped one clock have a name together: "a, b". */
static void put_outage(rk_row *row, const rk_listing *l, rk_name name)
{
    const rk_books_input *input = l->job->desk->input;
    rk_slice rest = rk_names_text(input->names, name), one;
    rk_buffer all = {0};
    while (name && rk_slice_cut(&rest, ',', &one)) {
        one = rk_slice_trim(one);
        rk_slice label = outage_label(l, one);
        rk_buffer_text(&all, all.len ? "; " : "");
        rk_buffer_slice(&all, label.len ? label : one);
    }
    if (name == 0)
        rk_row_blank(row, RK_STYLE_TEXT);
    else
        rk_row_text(row, RK_STYLE_WRAP, rk_buffer_all(&all));
    rk_buffer_free(&all);
}

static void put_day(rk_row *row, rk_day day)
{
    if (day == RK_NO_DAY)
        rk_row_blank(row, RK_STYLE_TEXT);
    else
        rk_row_number(row, RK_STYLE_DAY, rk_serial_day(day));
}

/* The entry that shows the payment of a reinstated application; what a held one waits for. */
static void put_evidence(rk_row *row, const rk_listing *l, const rk_record *r)
{
    const rk_desk *desk = l->job->desk;
    const rk_entries *e = desk->input->entries;
    uint32_t entry = rk_desk_payment(desk, r->row);
    rk_buffer text = {0};
    if (entry != RK_NO_ROW && r->state == RK_STATE_REINSTATED) {
        rk_buffer_slice(&text, rk_desk_label(desk, RK_DIM_CHANNEL, e->channel[entry], NULL));
        rk_buffer_char(&text, ' ');
        rk_buffer_slice(&text,
                        rk_texts_get(desk->input->texts, e->reference ? e->reference[entry] : 0));
    } else if (!rk_lapse_holder(l, r, &text)) {
        rk_buffer_slice(&text, rk_shown_reason((rk_reason)r->reason, l->job->plan.language));
    }
    rk_row_text(row, RK_STYLE_WRAP, rk_buffer_all(&text));
    rk_buffer_free(&text);
}

static void put_slot(rk_row *row, const rk_listing *l, const rk_record *r)
{
    rk_buffer text = {0};
    if (r->state == RK_STATE_EXPIRED || !rk_lapse_slot(l, r, &text))
        rk_buffer_slice(&text,
                        rk_job_word(l->job, r->state == RK_STATE_REINSTATED ? RK_WORD_SLOT_BACK
                                            : r->state == RK_STATE_AWAITING ? RK_WORD_SLOT_KEPT
                                                                            : RK_WORD_SLOT_FREE));
    rk_row_text(row, RK_STYLE_WRAP, rk_buffer_all(&text));
    rk_buffer_free(&text);
}

/* A decision that is stale is named. */
static void put_reason(rk_row *row, const rk_listing *l, const rk_record *r)
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

static rk_slice shown_kind(const rk_record *r, rk_language language)
{
    return r->finding ? rk_shown_finding((rk_finding_kind)r->finding, language)
                      : rk_shown_outcome((rk_outcome)r->outcome, language);
}

static bool shows(const rk_listing *l, rk_column_id id)
{
    for (size_t c = 0; c < l->rule->column_count; c++)
        if (l->rule->columns[c].column == id)
            return true;
    return false;
}

/* The application itself, where it is known and the list has no column for it. */
static void put_candidates(rk_row *row, const rk_listing *l, const rk_record *r)
{
    bool apart = r->candidates || shows(l, RK_COLUMN_APPLICATION);
    rk_row_text(row, RK_STYLE_WRAP,
                rk_texts_get(l->job->desk->input->texts, apart ? r->candidates : r->application));
}

/* Columns that are words of a closed set, or names. */
static void put_word(rk_row *row, const rk_listing *l, const rk_record *r, rk_column_id id)
{
    rk_language language = l->job->plan.language;
    rk_style kind = r->case_status == RK_CASE_NEW ? RK_STYLE_BOLD : RK_STYLE_WRAP;
    switch (id) {
    case RK_COLUMN_KIND:
    case RK_COLUMN_OUTCOME:
        rk_row_text(row, kind, shown_kind(r, language));
        break;
    case RK_COLUMN_REASON:
        put_reason(row, l, r);
        break;
    case RK_COLUMN_ACTION:
        rk_row_text(row, RK_STYLE_WRAP, rk_shown_action((rk_outcome)r->outcome, language));
        break;
    case RK_COLUMN_STATUS:
        rk_row_text(row, kind, rk_shown_case((rk_case_status)r->case_status, language));
        break;
    case RK_COLUMN_STATE:
        rk_row_text(row, name_style(l),
                    rk_shown_lapse((rk_state)r->state, r->state == RK_STATE_AWAITING && r->held_by,
                                   language));
        break;
    case RK_COLUMN_CHANNEL:
        put_name(row, l, RK_DIM_CHANNEL, r->channel);
        break;
    case RK_COLUMN_SERVICE:
        put_name(row, l, RK_DIM_SERVICE, r->service);
        break;
    case RK_COLUMN_HELD_BY:
        put_name(row, l, RK_DIM_HELD_BY, r->held_by);
        break;
    case RK_COLUMN_VALIDITY:
        put_name(row, l, RK_DIM_VALIDITY, r->validity);
        break;
    case RK_COLUMN_PURPOSE:
        put_name(row, l, RK_DIM_PURPOSE, r->purpose);
        break;
    case RK_COLUMN_ACCOUNT:
        rk_row_text(row, RK_STYLE_TEXT, rk_names_text(l->job->desk->input->names, r->account));
        break;
    case RK_COLUMN_CANDIDATES:
        put_candidates(row, l, r);
        break;
    case RK_COLUMN_OUTAGE:
        put_outage(row, l, r->paused_by);
        break;
    case RK_COLUMN_EVIDENCE:
        put_evidence(row, l, r);
        break;
    case RK_COLUMN_SLOT:
        put_slot(row, l, r);
        break;
    default:
        rk_row_blank(row, RK_STYLE_INPUT);
        break;
    }
}

static void put_finding_id(rk_row *row, const rk_listing *l, const rk_record *r)
{
    rk_buffer id = {0};
    if (r->line)
        rk_finding_id_put((rk_finding_kind)r->finding,
                          rk_names_text(l->job->desk->input->names, r->office), r->booked_on, &id);
    rk_row_text(row, r->case_status == RK_CASE_NEW ? RK_STYLE_BOLD : RK_STYLE_WRAP,
                rk_buffer_all(&id));
    rk_buffer_free(&id);
}

/* What the source says, or does not. */
static void put_said(rk_row *row, const rk_listing *l, const rk_record *r)
{
    rk_buffer text = {0};
    if (r->finding && r->line == 0)
        rk_buffer_slice(&text, rk_job_word(l->job, RK_WORD_COLUMN_MISSING));
    rk_buffer_slice(&text, rk_texts_get(l->job->desk->input->texts, r->reference));
    rk_row_text(row, RK_STYLE_WRAP, rk_buffer_all(&text));
    rk_buffer_free(&text);
}

/* Cells that only a finding has, or what stands where one cannot be looked for. */
static bool put_of_finding(rk_row *row, const rk_listing *l, const rk_record *r, rk_column_id id)
{
    bool is_absence = r->line == 0;
    if (id == RK_COLUMN_CASE && !r->case_id)
        put_finding_id(row, l, r);
    else if (id == RK_COLUMN_SAID)
        put_said(row, l, r);
    else if (id == RK_COLUMN_OFFICE && is_absence)
        rk_row_blank(row, RK_STYLE_TEXT);
    else if (id == RK_COLUMN_COUNT && is_absence)
        rk_row_text(row, RK_STYLE_NIL_RIGHT, rk_job_word(l->job, RK_WORD_UNAVAILABLE));
    else
        return false;
    return true;
}

static void put_cell(rk_row *row, const rk_listing *l, const rk_record *r, rk_column_id id,
                     rk_zone zone)
{
    const rk_texts *texts = l->job->desk->input->texts;
    if (r->finding && put_of_finding(row, l, r, id))
        return;
    switch (id) {
    case RK_COLUMN_CASE:
        rk_row_text(row, r->case_status == RK_CASE_NEW ? RK_STYLE_BOLD : RK_STYLE_TEXT,
                    rk_texts_get(texts, r->case_id));
        break;
    case RK_COLUMN_AGE:
    case RK_COLUMN_WORKING_AGE:
        put_age(row, l, r, id == RK_COLUMN_WORKING_AGE);
        break;
    case RK_COLUMN_PAID:
        put_paid(row, l, r, zone);
        break;
    case RK_COLUMN_BOOKED:
    case RK_COLUMN_DAY:
    case RK_COLUMN_APPOINTMENT:
        put_day(row, id == RK_COLUMN_APPOINTMENT ? r->appointment_on : r->booked_on);
        break;
    case RK_COLUMN_CODE:
        put_code(row, r->code);
        break;
    case RK_COLUMN_REFERENCE:
        rk_row_text(row, RK_STYLE_WRAP, rk_texts_get(texts, r->reference));
        break;
    case RK_COLUMN_APPLICATION:
        rk_row_text(row, r->finding ? RK_STYLE_WRAP : name_style(l),
                    rk_texts_get(texts, r->application));
        break;
    case RK_COLUMN_OFFICE:
    case RK_COLUMN_PROVINCE:
        put_office(row, l, r->office, id);
        break;
    case RK_COLUMN_RECEIVED:
    case RK_COLUMN_DUE:
    case RK_COLUMN_DIFFERENCE:
        put_money(row, rk_record_money(r, id));
        break;
    case RK_COLUMN_SUBMITTED:
    case RK_COLUMN_DEADLINE:
        put_moment(row, id == RK_COLUMN_SUBMITTED ? r->submitted : r->deadline, zone);
        break;
    case RK_COLUMN_FILE:
        rk_row_text(row, RK_STYLE_TEXT,
                    r->file ? r->file->name : rk_texts_get(texts, r->file_text));
        break;
    case RK_COLUMN_LINE:
    case RK_COLUMN_COUNT:
        rk_row_number(row, RK_STYLE_NUMBER, r->line);
        break;
    case RK_COLUMN_ENTRY:
        put_entry(row, l, r);
        break;
    default:
        put_word(row, l, r, id);
        break;
    }
}

void rk_list_fill(const void *context, size_t item, rk_row *row)
{
    const rk_listing *l = context;
    rk_record r = rk_record_of(l, l->rows[item]);
    rk_zone zone =
        l->job->slice == RK_ALL_SLICES ? rk_desk_zone(l->job->desk, r.office) : l->job->zone;
    rk_row_begin(row);
    for (size_t c = 0; c < l->rule->column_count; c++) {
        if (l->rule->columns[c].column == RK_COLUMN_NO)
            rk_row_number(row, RK_STYLE_NUMBER, (double)item + 1);
        else
            put_cell(row, l, &r, l->rule->columns[c].column, zone);
    }
    rk_row_end(row);
}
