#include "tally/findings.h"

#include <stdlib.h>

#include "tally/conflicts.h"
#include "tally/office.h"

/* ---- the findings there were, by application ---- */

typedef struct known {
    uint32_t *slots; /* row + 1 of the findings before, by the hash of their application */
    size_t size;     /* 0: there were none */
    bool *seen;      /* the application is in the world */
} known;

typedef struct looking {
    const rk_looking *of;
    const rk_applications *a;
    const rk_texts *texts;
    known known;
    rk_findings *into;
} looking;

static void index_known(looking *l)
{
    const rk_findings *before = l->of->before;
    size_t count = before ? before->batch.count : 0;
    l->known.seen = rk_alloc(count + 1, sizeof *l->known.seen);
    if (count == 0)
        return;
    for (l->known.size = 64; l->known.size < 2 * count;)
        l->known.size *= 2;
    l->known.slots = rk_alloc(l->known.size, sizeof *l->known.slots);
    for (size_t row = 0; row < count; row++) {
        rk_slice id = rk_texts_get(l->texts, before->application[row]);
        size_t at = (size_t)rk_slice_hash(id) & (l->known.size - 1);
        while (l->known.slots[at])
            at = (at + 1) & (l->known.size - 1);
        l->known.slots[at] = (uint32_t)row + 1;
    }
}

/* When each kind was first seen of the application; RK_NO_DAY: it was not. */
static void recall(looking *l, size_t row, rk_day seen[RK_FINDINGS])
{
    const rk_findings *before = l->of->before;
    rk_slice id = rk_texts_get(l->texts, l->a->id[row]);
    for (int kind = 0; kind < RK_FINDINGS; kind++)
        seen[kind] = RK_NO_DAY;
    if (l->known.size == 0)
        return;
    size_t at = (size_t)rk_slice_hash(id) & (l->known.size - 1);
    for (; l->known.slots[at]; at = (at + 1) & (l->known.size - 1)) {
        uint32_t old = l->known.slots[at] - 1;
        if (!rk_slice_equal(rk_texts_get(l->texts, before->application[old]), id))
            continue;
        l->known.seen[old] = true;
        if (before->kind[old] < RK_FINDINGS)
            seen[before->kind[old]] = before->first_seen[old];
    }
}

/* ---- one application ---- */

/* What is told of it, in days of its office. */
typedef struct told {
    rk_name office;
    rk_zone zone;
    rk_day filed, billed, attended, issued; /* RK_NO_DAY: not, or there is no such column */
    bool cancelled;
    bool gone; /* that, or refused */
    bool handed_out;
    bool has_document;
    rk_day seen[RK_FINDINGS];
} told;

static rk_day day_of(const rk_moment *column, size_t row, rk_zone zone)
{
    return column && column[row] != RK_NO_MOMENT ? rk_day_at(column[row], zone) : RK_NO_DAY;
}

static rk_day day_at(const rk_day *column, size_t row)
{
    return column ? column[row] : RK_NO_DAY;
}

static void tell(looking *l, size_t row, told *t)
{
    const rk_applications *a = l->a;
    rk_status status = a->status ? (rk_status)a->status[row] : RK_STATUS_NONE;
    t->office = rk_office_or_none(l->of->rules, a->office[row]);
    t->zone = rk_office_zone(l->of->rules, t->office, a->submitted_at[row], l->of->zone);
    t->filed = rk_day_at(a->submitted_at[row], t->zone);
    t->billed = day_of(a->billed_at, row, t->zone);
    t->attended = day_of(a->attended_at, row, t->zone);
    t->issued = day_at(a->issued_on, row);
    t->cancelled = status == RK_STATUS_CANCELLED;
    t->gone =
        t->cancelled || status == RK_STATUS_REFUSED || day_at(a->refused_on, row) != RK_NO_DAY;
    t->handed_out = status == RK_STATUS_COLLECTED || status == RK_STATUS_DELIVERED ||
                    day_at(a->collected_on, row) != RK_NO_DAY ||
                    day_at(a->delivered_on, row) != RK_NO_DAY;
    t->has_document = t->handed_out || t->issued != RK_NO_DAY || status == RK_STATUS_ISSUED ||
                      (a->document_no && a->document_no[row]);
    recall(l, row, t->seen);
}

/* A finding of `day` that is true from `since` on. */
static size_t add(looking *l, size_t row, const told *t, rk_finding_kind kind, rk_day day,
                  rk_day since)
{
    rk_findings *f = l->into;
    size_t at = rk_batch_append(&f->batch);
    f->kind[at] = (uint8_t)kind;
    f->office[at] = t->office;
    f->day[at] = day;
    f->application[at] = l->a->id[row];
    f->count[at] = 1;
    f->first_seen[at] = since > l->of->night ? since : l->of->night;
    if (t->seen[kind] != RK_NO_DAY && t->seen[kind] <= l->of->night && since <= l->of->night)
        f->first_seen[at] = t->seen[kind];
    return at;
}

static const rk_finding_rule *rule_on(const looking *l, rk_finding_kind kind, rk_day day)
{
    return day == RK_NO_DAY ? NULL : rk_finding_rule_on(&l->of->rules->findings, kind, day);
}

/* Nights that were sealed before say less of a finding. */
static bool tells_all(const looking *l)
{
    return rk_engine_behaves(&l->of->rules->engine, RK_FINDINGS_AS_CASES, l->of->night);
}

static void look_at_office(looking *l, size_t row, const told *t)
{
    if (t->office != l->of->rules->offices.none || l->a->office[row] == t->office ||
        !rule_on(l, RK_UNKNOWN_OFFICE, t->filed))
        return;
    size_t at = add(l, row, t, RK_UNKNOWN_OFFICE, t->filed, l->of->night);
    rk_slice code = rk_names_text(&l->of->world->names, l->a->office[row]);
    l->into->said[at] = rk_texts_add(&l->of->world->texts, code);
}

/* Only where a tariff names the service, its validity and all its charges. */
static void look_at_tariff(looking *l, size_t row, const told *t)
{
    const rk_applications *a = l->a;
    rk_money due = a->due_minor[row];
    if (due == RK_NO_MONEY || t->cancelled || !rule_on(l, RK_TARIFF_DIFFERS, t->filed))
        return;
    rk_money tariff = rk_tariff_due(
        &l->of->rules->tariffs, a->service[row], rk_name_at(a->validity, row),
        rk_texts_get(l->texts, a->charges ? a->charges[row] : 0), t->filed, t->billed);
    if (tariff == RK_NO_MONEY || tariff == due)
        return;
    size_t at = add(l, row, t, RK_TARIFF_DIFFERS, t->filed, l->of->night);
    l->into->expected[at] = tariff;
    l->into->found[at] = due;
    if (tells_all(l))
        l->into->said[at] = rk_texts_add(
            &l->of->world->texts, rk_tariff_legal(&l->of->rules->tariffs, t->filed, t->billed));
}

/* The bill is not paid, and nothing that is still awaited can change that; *from: since when. */
static bool is_unpaid(const looking *l, size_t row, const told *t, rk_day *from)
{
    const rk_applications *a = l->a;
    switch ((rk_state)a->state[row]) {
    case RK_STATE_EXPIRED:
    case RK_STATE_UNDERPAID:
    case RK_STATE_PAYMENT_REVERSED:
        return true;
    case RK_STATE_AWAITING:
        if (a->held_by && a->held_by[row])
            return false;
        if (a->deadline[row] != RK_NO_MOMENT && rk_day_at(a->deadline[row], t->zone) + 1 > *from)
            *from = rk_day_at(a->deadline[row], t->zone) + 1;
        return true;
    default:
        return false;
    }
}

static void look_at_bill(looking *l, size_t row, const told *t)
{
    rk_finding_kind kind = t->has_document ? RK_ISSUED_UNPAID : RK_ATTENDED_UNPAID;
    rk_day day = t->has_document ? t->issued : t->attended;
    const rk_finding_rule *rule = rule_on(l, kind, day);
    if (!rule || t->gone)
        return;
    rk_day since = day + rule->after_days;
    if (!is_unpaid(l, row, t, &since))
        return;
    size_t at = add(l, row, t, kind, day, since);
    l->into->expected[at] = l->a->due_minor[row];
    l->into->found[at] = l->a->paid_minor[row] == RK_NO_MONEY ? 0 : l->a->paid_minor[row];
}

static bool is_paid(const looking *l, size_t row)
{
    rk_state state = (rk_state)l->a->state[row];
    return state == RK_STATE_PAID || state == RK_STATE_PAID_LATE || state == RK_STATE_REINSTATED;
}

static void look_at_document(looking *l, size_t row, const told *t)
{
    const rk_applications *a = l->a;
    bool tells_issue = a->issued_on != NULL;
    bool tells_handing = a->collected_on || a->delivered_on;
    const rk_finding_rule *rule = rule_on(l, RK_PAID_NOT_ISSUED, t->attended);
    if (rule && tells_issue && !t->gone && !t->has_document && is_paid(l, row))
        add(l, row, t, RK_PAID_NOT_ISSUED, t->attended, t->attended + rule->after_days);
    rule = rule_on(l, RK_NOT_COLLECTED, t->issued);
    if (rule && tells_handing && !t->gone && !t->handed_out)
        add(l, row, t, RK_NOT_COLLECTED, t->issued, t->issued + rule->after_days);
}

/* ---- documents of several applications ---- */

static uint32_t *slot_of(const looking *l, uint32_t *slots, size_t size, rk_text number)
{
    rk_slice text = rk_texts_get(l->texts, number);
    size_t at = (size_t)rk_slice_hash(text) & (size - 1);
    while (slots[at] &&
           !rk_slice_equal(rk_texts_get(l->texts, l->a->document_no[slots[at] - 1]), text))
        at = (at + 1) & (size - 1);
    return &slots[at];
}

static void add_twice(looking *l, size_t row)
{
    told t;
    tell(l, row, &t);
    rk_day day = t.issued == RK_NO_DAY ? t.filed : t.issued;
    if (!rule_on(l, RK_ISSUED_TWICE, day))
        return;
    size_t at = add(l, row, &t, RK_ISSUED_TWICE, day, l->of->night);
    l->into->said[at] = l->a->document_no[row];
}

/* One of the world shares its document with one that the night does not touch. */
static void look_beyond(looking *l, uint32_t *slots, size_t size, const bool *told_of)
{
    const rk_findings *before = l->of->before;
    for (size_t row = 0; before && row < before->batch.count; row++) {
        if (before->kind[row] != RK_ISSUED_TWICE || l->known.seen[row] ||
            rk_finding_is_absence(before, row))
            continue;
        uint32_t shared = *slot_of(l, slots, size, before->said[row]);
        if (shared && !told_of[shared - 1])
            add_twice(l, shared - 1);
    }
}

/* The application is in the world, or has the finding already and keeps it. */
static bool is_told(const looking *l, rk_slice id, const uint32_t *ids, size_t size)
{
    const rk_findings *before = l->of->before;
    size_t at = (size_t)rk_slice_hash(id) & (size - 1);
    for (; ids[at]; at = (at + 1) & (size - 1))
        if (rk_slice_equal(rk_texts_get(l->texts, l->a->id[ids[at] - 1]), id))
            return true;
    if (l->known.size == 0)
        return false;
    at = (size_t)rk_slice_hash(id) & (l->known.size - 1);
    for (; l->known.slots[at]; at = (at + 1) & (l->known.size - 1)) {
        uint32_t old = l->known.slots[at] - 1;
        if (before->kind[old] == RK_ISSUED_TWICE && !rk_finding_is_absence(before, old) &&
            rk_slice_equal(rk_texts_get(l->texts, before->application[old]), id))
            return true;
    }
    return false;
}

static uint32_t *index_ids(const looking *l, size_t size)
{
    uint32_t *ids = rk_alloc(size, sizeof *ids);
    for (size_t row = 0; row < l->a->batch.count; row++) {
        size_t at = (size_t)rk_slice_hash(rk_texts_get(l->texts, l->a->id[row])) & (size - 1);
        while (ids[at])
            at = (at + 1) & (size - 1);
        ids[at] = (uint32_t)row + 1;
    }
    return ids;
}

/* A document of the world that an application of an earlier night has, which tonight does not touch. */
static void look_at_earlier(looking *l, uint32_t *slots, size_t size, bool *told_of)
{
    const rk_issued *issued = l->of->issued;
    if (!issued || issued->batch.count == 0)
        return;
    uint32_t *ids = index_ids(l, size);
    for (size_t row = 0; row < issued->batch.count; row++) {
        uint32_t shared = *slot_of(l, slots, size, issued->document[row]);
        rk_slice id = rk_texts_get(l->texts, issued->application[row]);
        if (!shared || !rule_on(l, RK_ISSUED_TWICE, issued->day[row]) || is_told(l, id, ids, size))
            continue;
        if (!told_of[shared - 1])
            add_twice(l, shared - 1);
        told_of[shared - 1] = true;
        size_t at = rk_batch_append(&l->into->batch);
        l->into->kind[at] = RK_ISSUED_TWICE;
        l->into->office[at] = issued->office[row];
        l->into->day[at] = issued->day[row];
        l->into->first_seen[at] = l->of->night;
        l->into->application[at] = issued->application[row];
        l->into->said[at] = issued->document[row];
        l->into->count[at] = 1;
    }
    free(ids);
}

static void look_for_twice(looking *l)
{
    const rk_applications *a = l->a;
    size_t size = 64, count = a->batch.count;
    if (!a->document_no)
        return;
    while (size < 2 * count)
        size *= 2;
    uint32_t *slots = rk_alloc(size, sizeof *slots);
    bool *told_of = rk_alloc(count + 1, sizeof *told_of);
    for (size_t row = 0; row < count; row++) {
        if (a->document_no[row] == 0)
            continue;
        uint32_t *slot = slot_of(l, slots, size, a->document_no[row]);
        if (*slot == 0) {
            *slot = (uint32_t)row + 1;
            continue;
        }
        if (!told_of[*slot - 1])
            add_twice(l, *slot - 1);
        told_of[*slot - 1] = true;
        add_twice(l, row);
    }
    look_at_earlier(l, slots, size, told_of);
    look_beyond(l, slots, size, told_of);
    free(told_of);
    free(slots);
}

/* A number that only one application has left is no finding any more. */
static void drop_single(looking *l)
{
    rk_findings *f = l->into;
    size_t size = 64, count = f->batch.count, kept = 0;
    while (size < 2 * count)
        size *= 2;
    uint32_t *slots = rk_alloc(size, sizeof *slots), *first = rk_alloc(count + 1, sizeof *first);
    uint32_t *sharers = rk_alloc(count + 1, sizeof *sharers);
    for (size_t row = 0; row < count; row++) {
        if (f->kind[row] != RK_ISSUED_TWICE || rk_finding_is_absence(f, row))
            continue;
        rk_slice number = rk_texts_get(l->texts, f->said[row]);
        size_t at = (size_t)rk_slice_hash(number) & (size - 1);
        while (slots[at] && !rk_slice_equal(rk_texts_get(l->texts, f->said[slots[at] - 1]), number))
            at = (at + 1) & (size - 1);
        if (slots[at] == 0)
            slots[at] = (uint32_t)row + 1;
        first[row] = slots[at] - 1;
        sharers[first[row]]++;
    }
    for (size_t row = 0; row < count; row++)
        if (f->kind[row] != RK_ISSUED_TWICE || rk_finding_is_absence(f, row) ||
            sharers[first[row]] > 1)
            rk_batch_copy_row(&f->batch, row, &f->batch, kept++);
    f->batch.count = kept;
    free(slots);
    free(first);
    free(sharers);
}

/* ---- what stays ---- */

static void keep_untouched(looking *l)
{
    const rk_findings *before = l->of->before;
    for (size_t row = 0; before && row < before->batch.count; row++)
        if (!rk_finding_asks((rk_finding_kind)before->kind[row]) && !l->known.seen[row] &&
            before->kind[row] != RK_SLOT_CONFLICT && before->first_seen[row] >= l->of->oldest &&
            rule_on(l, (rk_finding_kind)before->kind[row], before->day[row]))
            rk_batch_copy_row(&before->batch, row, &l->into->batch,
                              rk_batch_append(&l->into->batch));
}

/* ---- what cannot be looked for ---- */

static void lack(bool is_there, const char *column, rk_buffer *missing)
{
    if (is_there)
        return;
    rk_buffer_text(missing, missing->len ? ", " : "");
    rk_buffer_text(missing, column);
}

/* The columns that a kind needs and the source does not have. */
static void put_missing(const rk_applications *a, rk_finding_kind kind, rk_buffer *missing)
{
    bool by_attendance = kind == RK_ATTENDED_UNPAID || kind == RK_PAID_NOT_ISSUED;
    bool by_issue =
        kind == RK_ISSUED_UNPAID || kind == RK_PAID_NOT_ISSUED || kind == RK_NOT_COLLECTED;
    lack(!by_attendance || a->attended_at, "attended_at", missing);
    lack(!by_issue || a->issued_on, "issued_on", missing);
    lack(kind != RK_NOT_COLLECTED || a->collected_on || a->delivered_on, "collected_on", missing);
    lack(kind != RK_ISSUED_TWICE || a->document_no, "document_no", missing);
    lack(kind != RK_SLOT_CONFLICT || a->appointment_on, "appointment_on", missing);
    lack(kind != RK_SLOT_CONFLICT || a->slot, "slot", missing);
}

/* Since when the kind could not be looked for. */
static rk_day absent_since(const looking *l, rk_finding_kind kind)
{
    const rk_findings *before = l->of->before;
    for (size_t row = 0; before && row < before->batch.count; row++)
        if (before->kind[row] == kind && rk_finding_is_absence(before, row))
            return before->first_seen[row];
    return l->of->night;
}

static void add_absence(looking *l, rk_finding_kind kind, rk_slice missing)
{
    rk_findings *f = l->into;
    size_t at = rk_batch_append(&f->batch);
    f->kind[at] = (uint8_t)kind;
    f->office[at] = l->of->rules->offices.none;
    f->first_seen[at] = absent_since(l, kind);
    f->said[at] = rk_texts_add(&l->of->world->texts, missing);
}

/* Without the source nothing new is known of its columns. */
static void note_absences(looking *l)
{
    const rk_findings *before = l->of->before;
    rk_buffer missing = {0};
    for (int kind = 1; l->of->has_source && kind < RK_FINDINGS; kind++) {
        rk_buffer_clear(&missing);
        put_missing(l->a, (rk_finding_kind)kind, &missing);
        if (missing.len && rule_on(l, (rk_finding_kind)kind, l->of->night))
            add_absence(l, (rk_finding_kind)kind, rk_buffer_all(&missing));
    }
    for (size_t row = 0; !l->of->has_source && before && row < before->batch.count; row++)
        if (rk_finding_is_absence(before, row))
            rk_batch_copy_row(&before->batch, row, &l->into->batch,
                              rk_batch_append(&l->into->batch));
    rk_buffer_free(&missing);
}

void rk_tally_findings(const rk_looking *of, rk_findings *findings)
{
    looking l = {
        .of = of, .a = &of->world->applications, .texts = &of->world->texts, .into = findings};
    rk_findings_init(findings);
    index_known(&l);
    for (size_t row = 0; of->rules->findings.count && row < l.a->batch.count; row++) {
        told t;
        tell(&l, row, &t);
        look_at_office(&l, row, &t);
        look_at_tariff(&l, row, &t);
        look_at_bill(&l, row, &t);
        look_at_document(&l, row, &t);
    }
    if (of->rules->findings.count)
        look_for_twice(&l);
    keep_untouched(&l);
    if (of->freed)
        rk_tally_conflicts(of->rules, of->world, of->night, of->freed, findings);
    if (tells_all(&l))
        note_absences(&l);
    drop_single(&l);
    rk_findings_sort(findings, &of->world->names, &of->world->texts);
    free(l.known.slots);
    free(l.known.seen);
}
