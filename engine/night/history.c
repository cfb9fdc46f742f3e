#include <stdlib.h>

#include "model/state.h"
#include "night/judge.h"
#include "night/night.h"
#include "tally/office.h"

static rk_name name_of(rk_night *night, const char *text)
{
    return rk_names_add(&night->world.names, rk_slice_of(text));
}

static rk_text entry_text(rk_night *night, size_t entry)
{
    rk_buffer name = {0};
    rk_entry_name_put(&night->world, entry, &name);
    rk_text text = rk_texts_add(&night->world.texts, rk_buffer_all(&name));
    rk_buffer_free(&name);
    return text;
}

/* What matters for the history of each application: its payment, the first entry seen tonight, and whether
 * somebody decided about one of its entries. */
typedef struct evidence {
    uint32_t *payment; /* by application: entry + 1 */
    uint32_t *fresh;
    bool *decided;
} evidence;

/* A decision of tonight changed what is known of a carried entry. */
static bool is_decided(const rk_world *w, size_t row)
{
    const rk_entries *now = &w->entries, *old = &w->before.entries;
    return row < old->batch.count &&
           ((now->flags[row] | RK_ENTRY_STALE) != (old->flags[row] | RK_ENTRY_STALE) ||
            (now->reason[row] == RK_REASON_DECIDED && old->reason[row] != RK_REASON_DECIDED));
}

/* Applications keep their rows from what is carried. */
static void note_decided(const rk_world *w, size_t row, bool *decided)
{
    if (!is_decided(w, row))
        return;
    uint32_t now = w->entries.application[row], old = w->before.entries.application[row];
    if (now != RK_NO_ROW)
        decided[now] = true;
    if (old != RK_NO_ROW)
        decided[old] = true;
}

static evidence find_evidence(const rk_world *w)
{
    const rk_entries *e = &w->entries;
    size_t count = w->applications.batch.count + 1;
    evidence found = {rk_alloc(count, sizeof(uint32_t)), rk_alloc(count, sizeof(uint32_t)),
                      rk_alloc(count, sizeof(bool))};
    for (size_t row = 0; row < e->batch.count; row++) {
        note_decided(w, row, found.decided);
        uint32_t application = e->application[row];
        if (application == RK_NO_ROW)
            continue;
        if (row >= w->before.entries.batch.count && !found.fresh[application])
            found.fresh[application] = (uint32_t)row + 1;
        bool pays = rk_outcome_is_payment((rk_outcome)e->outcome[row]) &&
                    e->paid_from[row] == w->applications.paid_from[application];
        if (pays && !found.payment[application])
            found.payment[application] = (uint32_t)row + 1;
    }
    for (size_t i = 0; i < w->allocations.count; i++) {
        const rk_allocation *paid = &w->allocations.items[i];
        if (!found.payment[paid->application])
            found.payment[paid->application] = paid->entry + 1;
    }
    return found;
}

/* ---- outcomes and allocations ---- */

/* What made a carried entry's outcome change. */
static rk_text cause_of(rk_night *night, size_t row, const evidence *found)
{
    const rk_entries *e = &night->world.entries;
    uint32_t application = e->application[row];
    if (row >= night->world.before.entries.batch.count)
        return 0;
    if (application == RK_NO_ROW)
        application = night->world.before.entries.application[row];
    bool decided =
        is_decided(&night->world, row) || (application != RK_NO_ROW && found->decided[application]);
    if (!decided && application != RK_NO_ROW && found->fresh[application])
        return entry_text(night, found->fresh[application] - 1);
    return rk_texts_add(&night->world.texts, decided ? RK_S("decision") : RK_S("application"));
}

static void add_outcome(rk_night *night, size_t entry, const evidence *found)
{
    const rk_world *w = &night->world;
    const rk_entries *e = &w->entries;
    rk_outcome_rows *rows = &night->history.outcomes;
    size_t row = rk_batch_append(&rows->batch);
    uint32_t application = e->application[entry];
    rows->entry[row] = entry_text(night, entry);
    rows->channel[row] = e->channel[entry];
    rows->office[row] = rk_entry_office(&night->rules, e, entry, &w->applications, application);
    rows->booked_on[row] = e->booked_on[entry];
    rows->paid_from[row] = e->paid_from[entry];
    rows->paid_until[row] = e->paid_until[entry];
    rows->amount[row] = e->amount_minor[entry];
    rows->currency[row] = e->currency[entry];
    rows->billing_code[row] = e->code[entry];
    rows->outcome[row] = name_of(night, rk_outcome_name((rk_outcome)e->outcome[entry]));
    rows->rule[row] = e->rule[entry];
    rows->reason[row] = name_of(night, rk_reason_text((rk_reason)e->reason[entry]));
    uint32_t only = rk_world_application(w, (uint32_t)entry);
    if (only != RK_NO_ROW)
        rows->application_id[row] = w->applications.id[only];
    if (entry < w->before.entries.batch.count)
        rows->before[row] =
            name_of(night, rk_outcome_name((rk_outcome)w->before.entries.outcome[entry]));
    rows->cause[row] = cause_of(night, entry, found);
}

static void add_allocation(rk_night *night, size_t entry, uint32_t application, rk_money amount,
                           const char *role)
{
    rk_allocation_rows *rows = &night->history.allocations;
    size_t row = rk_batch_append(&rows->batch);
    rows->entry[row] = entry_text(night, entry);
    rows->application_id[row] = night->world.applications.id[application];
    rows->amount[row] = amount;
    rows->role[row] = name_of(night, role);
}

/* All of an entry, or what it pays of each application of a group. */
static void add_payments(rk_night *night, size_t entry)
{
    size_t count;
    const rk_world *w = &night->world;
    const rk_allocation *several = rk_world_allocations(w, (uint32_t)entry, &count);
    for (size_t i = 0; i < count; i++)
        add_allocation(night, entry, several[i].application, several[i].amount_minor, "payment");
    if (!several)
        add_allocation(night, entry, w->entries.application[entry], w->entries.amount_minor[entry],
                       "payment");
}

static void write_outcomes(rk_night *night, const evidence *found)
{
    const rk_world *w = &night->world;
    for (size_t row = 0; row < w->entries.batch.count; row++) {
        if (!rk_night_entry_changed(w, row))
            continue;
        add_outcome(night, row, found);
        if (rk_outcome_is_payment((rk_outcome)w->entries.outcome[row]))
            add_payments(night, row);
    }
    for (size_t i = 0; i < w->candidates.count; i++)
        if (rk_night_entry_changed(w, w->candidates.items[i].entry))
            add_allocation(night, w->candidates.items[i].entry, w->candidates.items[i].application,
                           w->entries.amount_minor[w->candidates.items[i].entry], "candidate");
}

/* ---- transitions ---- */

/* The same id when the same night is run again; another one in every other run. */
static rk_text transition_id(rk_night *night, rk_slice application, rk_state to)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_buffer text = {0};
    rk_digest_put(&night->manifest.run, &text);
    rk_buffer_printf(&text, "\t%.*s\t%s", RK_FMT(application), rk_state_name(to));
    rk_digest digest = rk_digest_of(rk_buffer_all(&text));
    rk_buffer_free(&text);
    return rk_texts_add(&night->world.texts, rk_slice_of(rk_digest_hex(&digest, hex)));
}

/* The decision of tonight on an application: its id is the subject. */
static rk_slice decision_on(const rk_night *night, rk_text id)
{
    const rk_decision_rows *d = &night->history.decisions;
    const rk_texts *texts = &night->world.texts;
    rk_slice found = {"", 0};
    for (size_t i = 0; i < d->batch.count; i++)
        if (rk_slice_equal(rk_texts_get(texts, d->subject[i]), rk_texts_get(texts, id)) &&
            rk_slice_is(rk_names_text(&night->world.names, d->effect[i]), "applied") &&
            !rk_slice_is(rk_names_text(&night->world.names, d->kind[i]), "note"))
            found = rk_texts_get(texts, d->decision_id[i]);
    return found;
}

/* What a change of state rests on: the entry that pays, the outage that stopped the clock, what the source
 * says, or, for a lapse, that every channel has told about its last moment. */
static rk_text evidence_of(rk_night *night, size_t application, rk_state to, const evidence *found)
{
    const rk_applications *a = &night->world.applications;
    rk_buffer text = {0};
    if (found->payment[application])
        return entry_text(night, found->payment[application] - 1);
    rk_reason reason = (rk_reason)a->reason[application];
    if (reason == RK_REASON_REOPENED || reason == RK_REASON_LAPSED)
        rk_buffer_printf(&text, "decision %.*s", RK_FMT(decision_on(night, a->id[application])));
    else if (to == RK_STATE_AWAITING && rk_name_at(a->paused_by, application))
        rk_buffer_printf(&text, "outage %.*s",
                         RK_FMT(rk_names_text(&night->world.names, a->paused_by[application])));
    else if (to == RK_STATE_EXPIRED)
        rk_buffer_text(&text, "statements of all channels");
    else
        rk_buffer_text(&text, "application");
    rk_text kept = rk_texts_add(&night->world.texts, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return kept;
}

static void add_transition(rk_night *night, size_t application, rk_state from, rk_state to,
                           const evidence *found)
{
    const rk_applications *a = &night->world.applications;
    rk_transition_rows *rows = &night->history.transitions;
    size_t row = rk_batch_append(&rows->batch);
    rows->id[row] = transition_id(night, rk_texts_get(&night->world.texts, a->id[application]), to);
    rows->application_id[row] = a->id[application];
    rows->office[row] = a->office[application];
    rows->from_state[row] = name_of(night, rk_state_name(from));
    rows->to_state[row] = name_of(night, rk_state_name(to));
    rows->reason[row] = name_of(night, rk_reason_text((rk_reason)a->reason[application]));
    rows->deadline[row] = a->deadline[application];
    rows->evidence[row] = evidence_of(night, application, to, found);
}

/* A new application that merely waits is no transition; everything else the site must hear of. */
static bool write_transitions(rk_night *night, const evidence *found, rk_error *err)
{
    const rk_world *w = &night->world;
    for (size_t row = 0; row < w->applications.batch.count; row++) {
        bool carried = row < w->before.applications.batch.count;
        rk_state from = carried ? (rk_state)w->before.applications.state[row] : RK_STATE_NONE;
        rk_state to = (rk_state)w->applications.state[row];
        if (from == RK_STATE_NONE)
            from = RK_STATE_AWAITING;
        if (from == to)
            continue;
        if (!rk_state_change_of(from, to))
            return rk_fail(err, RK_BUG, "application \"%.*s\" cannot go from %s to %s",
                           RK_FMT(rk_texts_get(&w->texts, w->applications.id[row])),
                           rk_state_name(from), rk_state_name(to));
        add_transition(night, row, from, to, found);
    }
    return true;
}

/* ---- files and cases ---- */

static void write_file(rk_night *night, const rk_file *file)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_file_rows *rows = &night->history.files;
    size_t row = rk_batch_append(&rows->batch);
    rows->digest[row] =
        rk_texts_add(&night->world.texts, rk_slice_of(rk_digest_hex(&file->digest, hex)));
    rows->name[row] = rk_texts_add(&night->world.texts, file->name);
    rows->channel[row] = file->channel;
    rows->account[row] = file->account;
    rows->fate[row] = name_of(night, rk_fate_name(file->fate));
    rows->covers_from[row] = file->from;
    rows->covers_until[row] = file->until;
    rows->entries[row] = file->entries;
    rows->rejects[row] = file->rejects;
    rows->amount[row] = file->sum_minor;
    rows->why[row] = rk_texts_add(&night->world.texts, file->why);
}

static bool stands_back(const rk_night *night, const rk_file *file)
{
    return file->fate == RK_FATE_QUARANTINED && rk_was_sent_again(&night->world, file) &&
           rk_engine_behaves(&night->rules.engine, RK_ORDER_OF_ARRIVAL, night->day);
}

/* What a sound file of the same night stands in for comes before it, whatever their names: a later night tells
 * by the order that it does not wait. */
static void write_files(rk_night *night)
{
    const rk_files *files = &night->world.files;
    for (size_t i = 0; i < night->world.new_file_count; i++)
        if (stands_back(night, &files->items[i]))
            write_file(night, &files->items[i]);
    for (size_t i = 0; i < night->world.new_file_count; i++) {
        rk_file_fate fate = files->items[i].fate;
        if (fate != RK_FATE_WAITING && fate != RK_FATE_UNKNOWN && fate != RK_FATE_SAME &&
            !stands_back(night, &files->items[i]))
            write_file(night, &files->items[i]);
    }
}

/* The decision that closed a case, if one did: it named the case or its entry. */
static rk_text closing_decision(const rk_night *night, size_t row)
{
    const rk_decision_rows *d = &night->history.decisions;
    const rk_texts *texts = &night->world.texts;
    for (size_t i = 0; i < d->batch.count; i++) {
        rk_slice subject = rk_texts_get(texts, d->subject[i]);
        bool names_it = rk_slice_equal(subject, rk_texts_get(texts, night->cases.id[row])) ||
                        rk_slice_equal(subject, rk_texts_get(texts, night->cases.entry[row]));
        if (names_it && rk_slice_is(rk_names_text(&night->world.names, d->effect[i]), "applied"))
            return d->decision_id[i];
    }
    return 0;
}

/* A persisting case that is still of the kind it was. Both lists are sorted by entry; `*old` walks along. */
static bool is_as_before(const rk_night *night, size_t row, size_t *old)
{
    const rk_cases *before = &night->cases_before, *now = &night->cases;
    const rk_texts *texts = &night->world.texts;
    rk_slice entry = rk_texts_get(texts, now->entry[row]);
    while (*old < before->batch.count &&
           rk_slice_compare(rk_texts_get(texts, before->entry[*old]), entry) < 0)
        ++*old;
    return now->status[row] == RK_CASE_PERSISTING && *old < before->batch.count &&
           before->kind[*old] == now->kind[row];
}

static void write_cases(rk_night *night)
{
    rk_cases *cases = &night->cases;
    rk_case_rows *rows = &night->history.cases;
    size_t old = 0;
    for (size_t i = 0; i < cases->batch.count; i++) {
        if (is_as_before(night, i, &old))
            continue;
        if (cases->status[i] == RK_CASE_CLOSED)
            cases->closed_by[i] = closing_decision(night, i);
        size_t row = rk_batch_append(&rows->batch);
        rows->case_id[row] = cases->id[i];
        rows->kind[row] = name_of(night, rk_outcome_name((rk_outcome)cases->kind[i]));
        rows->status[row] = name_of(night, rk_case_status_name((rk_case_status)cases->status[i]));
        rows->office[row] = cases->office[i];
        rows->entry[row] = cases->entry[i];
        rows->application_id[row] = cases->application[i];
        rows->amount[row] = cases->amount_minor[i];
        rows->decision_id[row] = cases->closed_by[i];
    }
}

bool rk_night_write_history(rk_night *night, rk_error *err)
{
    evidence found = find_evidence(&night->world);
    write_outcomes(night, &found);
    bool good = write_transitions(night, &found, err);
    write_files(night);
    rk_night_put_replaced(night);
    write_cases(night);
    free(found.payment);
    free(found.fresh);
    free(found.decided);
    return good;
}
