#include "tally/facts.h"

#include <omp.h>
#include <stdlib.h>

#include "base/threads.h"
#include "tally/office.h"
#include "tally/visits.h"

/* One fact before it is added; compared as a whole, so built from zero. */
typedef struct fact {
    rk_fact_kind kind;
    rk_name office, channel, service, validity, purpose, source, request_kind, sex, held_by;
    rk_name fee;
    uint8_t outcome, state, from_state, status;
    bool taken_back; /* counts -1 */
    rk_day submitted_on, paid_on, booked_on, visit_on;
    uint8_t nik_check, queue, slot, attendance, moved, part;
    rk_money rate, amount;
    uint32_t cause;
} fact;

static void add(rk_facts *facts, const fact *f, rk_day night, int sign)
{
    size_t row = rk_facts_add(facts);
    facts->kind[row] = (uint8_t)f->kind;
    facts->office[row] = f->office;
    facts->channel[row] = f->channel;
    facts->service[row] = f->service;
    facts->validity[row] = f->validity;
    facts->purpose[row] = f->purpose;
    facts->source[row] = f->source;
    facts->request_kind[row] = f->request_kind;
    facts->sex[row] = f->sex;
    facts->held_by[row] = f->held_by;
    facts->outcome[row] = f->outcome;
    facts->state[row] = f->state;
    facts->from_state[row] = f->from_state;
    facts->status[row] = f->status;
    facts->fee[row] = f->fee;
    facts->rate[row] = f->kind == RK_FACT_FEE ? f->rate : RK_NO_MONEY;
    facts->received_on[row] = night;
    facts->submitted_on[row] = f->submitted_on;
    facts->paid_on[row] = f->paid_on;
    facts->booked_on[row] = f->booked_on;
    if (f->kind == RK_FACT_VISIT)
        facts->visit_on[row] = f->visit_on;
    facts->nik_check[row] = f->nik_check;
    facts->queue[row] = f->queue;
    facts->slot[row] = f->slot;
    facts->attendance[row] = f->attendance;
    facts->moved[row] = f->moved;
    facts->part[row] = f->part;
    facts->cause[row] = f->cause;
    facts->count[row] = f->taken_back ? -sign : sign;
    facts->amount[row] = sign * f->amount;
}

static rk_day day_in(const rk_tally *t, rk_name office, rk_moment at)
{
    return at == RK_NO_MOMENT ? RK_NO_DAY
                              : rk_day_at(at, rk_office_zone(t->rules, office, at, t->zone));
}

/* What every fact about an application says of it. */
static void describe(const rk_tally *t, const rk_applications *a, size_t row, fact *f)
{
    f->office = rk_office_or_none(t->rules, a->office[row]);
    f->service = a->service[row];
    f->validity = rk_name_at(a->validity, row);
    f->purpose = rk_name_at(a->purpose, row);
    f->source = rk_name_at(a->source, row);
    f->request_kind = rk_name_at(a->kind, row);
    f->sex = rk_name_at(a->sex, row);
    f->status = a->status ? a->status[row] : 0;
    f->submitted_on = day_in(t, f->office, a->submitted_at[row]);
}

static fact application_fact(const rk_tally *t, const rk_applications *a, size_t row)
{
    fact f;
    memset(&f, 0, sizeof f);
    f.kind = RK_FACT_APPLICATION;
    describe(t, a, row, &f);
    f.held_by = a->held_by[row];
    f.state = a->state[row];
    f.paid_on = day_in(t, f.office, a->paid_from[row]);
    f.booked_on = RK_NO_DAY;
    f.nik_check = (uint8_t)rk_tally_nik(t->rules, &t->world->names, a, row, f.submitted_on);
    f.amount = a->due_minor[row] == RK_NO_MONEY ? 0 : a->due_minor[row];
    return f;
}

static fact entry_fact(const rk_tally *t, const rk_entries *e, const rk_applications *a, size_t row)
{
    fact f;
    memset(&f, 0, sizeof f);
    f.kind = RK_FACT_ENTRY;
    f.submitted_on = RK_NO_DAY;
    if (e->application[row] != RK_NO_ROW)
        describe(t, a, e->application[row], &f);
    f.office = rk_entry_office(t->rules, e, row, a, e->application[row]);
    f.channel = e->channel[row];
    f.outcome = e->outcome[row];
    f.paid_on = day_in(t, f.office, e->paid_from[row]);
    f.booked_on = e->booked_on[row];
    f.amount = e->amount_minor[row];
    return f;
}

/* What one row of the world gives of a kind: fees, settlements, visits. */
enum { FEES_MAX = 16 };

typedef struct several {
    fact items[FEES_MAX + 1];
    size_t count;
} several;

static fact *one_more(several *all)
{
    fact *f = &all->items[all->count++];
    memset(f, 0, sizeof *f);
    return f;
}

static void add_each(const rk_tally *t, rk_facts *facts, several *all, int sign, uint32_t cause)
{
    for (size_t i = 0; i < all->count; i++) {
        all->items[i].cause = cause ? cause : t->rest_cause;
        add(facts, &all->items[i], t->night, sign);
    }
}

/* -1 of what was, +1 of what is, nothing where both are the same. */
static void add_replaced(const rk_tally *t, rk_facts *facts, several *before, several *after,
                         uint32_t cause)
{
    if (before->count == after->count &&
        memcmp(before->items, after->items, after->count * sizeof *after->items) == 0)
        return;
    add_each(t, facts, before, -1, cause);
    add_each(t, facts, after, +1, cause);
}

/* ---- fees: what received money was for ---- */

/* The parts of what the entry's application owes, if the entry pays just that (or takes it back). */
static size_t parts_of(const rk_tally *t, const rk_entries *e, const rk_applications *a, size_t row,
                       rk_fee *parts)
{
    uint32_t application = e->application[row];
    rk_outcome outcome = (rk_outcome)e->outcome[row];
    rk_money sum = 0, paid = e->amount_minor[row];
    if (application == RK_NO_ROW || paid == RK_NO_MONEY || outcome == RK_DUPLICATE ||
        outcome == RK_NOT_DUE || outcome == RK_SUGGESTED || outcome == RK_AMBIGUOUS)
        return 0;
    rk_name office = rk_office_or_none(t->rules, a->office[application]);
    rk_moment billed = a->billed_at ? a->billed_at[application] : RK_NO_MOMENT;
    size_t count = rk_tariff_fees(
        &t->rules->tariffs, a->service[application], rk_name_at(a->validity, application),
        rk_texts_get(&t->world->texts, a->charges ? a->charges[application] : 0),
        day_in(t, office, a->submitted_at[application]), day_in(t, office, billed), parts,
        FEES_MAX);
    for (size_t i = 0; i < count; i++)
        rk_money_add(&sum, parts[i].rate_minor);
    return sum != 0 && (sum == paid || sum == -paid) ? count : 0;
}

/* One for each price and charge; of other money one without a rate. They sum to the entry's amount. */
static void fees_of(const rk_tally *t, const rk_entries *e, const rk_applications *a, size_t row,
                    several *all)
{
    rk_fee parts[FEES_MAX];
    all->count = 0;
    if (e->outcome[row] == RK_IGNORED || e->outcome[row] == RK_SETTLEMENT)
        return;
    fact whole = entry_fact(t, e, a, row);
    size_t count = parts_of(t, e, a, row, parts);
    whole.kind = RK_FACT_FEE;
    whole.taken_back = whole.amount < 0;
    all->count = count ? count : 1;
    for (size_t i = 0; i < all->count; i++) {
        all->items[i] = whole;
        if (!count)
            continue;
        all->items[i].fee = parts[i].fee;
        all->items[i].rate = parts[i].rate_minor;
        all->items[i].amount = whole.taken_back ? -parts[i].rate_minor : parts[i].rate_minor;
    }
}

/* ---- settlements: what channels owe the accounts, and what arrived there ---- */

static void settle(const rk_tally *t, several *all, rk_settled part, rk_name channel, rk_day on,
                   rk_money amount)
{
    fact *f = one_more(all);
    f->kind = RK_FACT_SETTLEMENT;
    f->office = t->rules->offices.none; /* the sum of a day is one, for all offices */
    f->channel = channel;
    f->part = (uint8_t)part;
    f->submitted_on = f->paid_on = RK_NO_DAY;
    f->visit_on = RK_NO_DAY;
    f->booked_on = on;
    f->amount = amount;
}

static void settled_of(const rk_tally *t, const rk_entries *e, size_t row, several *all)
{
    const rk_channel *channel = rk_channel_find(t->rules, e->channel[row]);
    all->count = 0;
    if (!channel || e->outcome[row] == RK_IGNORED || e->amount_minor[row] == RK_NO_MONEY)
        return;
    if (e->outcome[row] == RK_SETTLEMENT) {
        const rk_ignore *rule = rk_channel_payout(channel, e->rule[row]);
        if (rule)
            settle(t, all, RK_SETTLED_ARRIVED, rule->settles, e->booked_on[row],
                   e->amount_minor[row]);
        return;
    }
    const rk_settlement *s = rk_channel_settlement(channel, e->booked_on[row]);
    if (!s)
        return;
    rk_day due = rk_working_day_after(channel->calendar, e->booked_on[row], s->within);
    rk_money fee = !s->deducts_none && e->fee && e->fee[row] != RK_NO_MONEY ? e->fee[row] : 0;
    rk_money owed = e->amount_minor[row];
    settle(t, all, RK_SETTLED_PAID, channel->channel, due, owed);
    if (fee == 0 || !rk_money_add(&owed, -fee))
        owed = e->amount_minor[row];
    else
        settle(t, all, RK_SETTLED_FEE, channel->channel, due, fee);
    settle(t, all, RK_SETTLED_OWED, channel->channel, due, owed);
}

/* ---- visits ---- */

static void visits_of(const rk_tally *t, const rk_applications *a, size_t row, several *all)
{
    rk_visit found[RK_VISITS_MAX];
    all->count = 0;
    rk_name office = rk_office_or_none(t->rules, a->office[row]);
    size_t count = rk_tally_visits(t->rules, a, row, office, t->zone, found);
    for (size_t i = 0; i < count; i++) {
        fact *f = one_more(all);
        f->kind = RK_FACT_VISIT;
        f->office = office;
        f->service = a->service[row];
        f->source = rk_name_at(a->source, row);
        f->state = a->state[row];
        f->submitted_on = f->paid_on = f->booked_on = RK_NO_DAY;
        f->visit_on = found[i].on;
        f->queue = (uint8_t)found[i].queue;
        f->slot = (uint8_t)found[i].slot;
        f->attendance = (uint8_t)found[i].attendance;
        f->moved = (uint8_t)found[i].moved;
        f->amount = a->due_minor[row] == RK_NO_MONEY ? 0 : a->due_minor[row];
    }
}

static fact case_fact(const rk_cases *c, size_t row)
{
    fact f;
    memset(&f, 0, sizeof f);
    f.kind = RK_FACT_CASE;
    f.office = c->office[row];
    f.channel = c->channel[row];
    f.service = c->service[row];
    f.outcome = c->kind[row];
    f.amount = c->amount_minor[row] == RK_NO_MONEY ? 0 : c->amount_minor[row];
    f.submitted_on = f.paid_on = RK_NO_DAY;
    f.booked_on = c->booked_on[row];
    return f;
}

/* -1 of what was, +1 of what is, nothing where both are the same. */
static void add_change(const rk_tally *t, rk_facts *facts, fact *before, fact *after,
                       uint32_t cause)
{
    if (before && after && memcmp(before, after, sizeof *before) == 0)
        return;
    if (cause == 0)
        cause = t->rest_cause;
    if (before) {
        before->cause = cause;
        add(facts, before, t->night, -1);
    }
    if (after) {
        after->cause = cause;
        add(facts, after, t->night, +1);
    }
}

static bool has_moved(const fact *before, const fact *after)
{
    return before->office != after->office || before->service != after->service ||
           before->validity != after->validity || before->purpose != after->purpose ||
           before->source != after->source || before->request_kind != after->request_kind ||
           before->sex != after->sex || before->submitted_on != after->submitted_on;
}

/* An application that the source now tells of another office or service came in there and not here: what
 * was counted when it came is taken back, so that opening + in - out = closing holds in both. */
static void add_move(rk_facts *facts, const fact *before, const fact *after, rk_day night)
{
    fact here = *before, there = *after;
    here.kind = there.kind = RK_FACT_TRANSITION;
    here.from_state = there.from_state = RK_STATE_NONE;
    there.state = before->state;
    add(facts, &here, night, -1);
    add(facts, &there, night, +1);
}

/* The rows of one thread: the order of facts does not matter until they are sorted. */
typedef struct rows_part {
    size_t number, count;
} rows_part;

static size_t first_of(rows_part part, size_t rows)
{
    return rows * part.number / part.count;
}

static size_t last_of(rows_part part, size_t rows)
{
    return rows * (part.number + 1) / part.count;
}

static void add_applications(const rk_tally *t, rk_facts *facts, rows_part part)
{
    const rk_applications *now = &t->world->applications, *old = &t->world->before.applications;
    several visits_before, visits_after;
    for (size_t row = first_of(part, now->batch.count); row < last_of(part, now->batch.count);
         row++) {
        bool carried = row < old->batch.count;
        fact after = application_fact(t, now, row), before;
        if (carried)
            before = application_fact(t, old, row);
        uint32_t cause = t->application_causes ? t->application_causes[row] : 0;
        add_change(t, facts, carried ? &before : NULL, &after, cause);
        visits_before.count = 0;
        if (carried)
            visits_of(t, old, row, &visits_before);
        visits_of(t, now, row, &visits_after);
        add_replaced(t, facts, &visits_before, &visits_after, cause);
        after.cause = before.cause = cause;
        if (carried && has_moved(&before, &after))
            add_move(facts, &before, &after, t->night);
        uint8_t from = carried ? old->state[row] : RK_STATE_NONE;
        if (from == now->state[row])
            continue;
        after.kind = RK_FACT_TRANSITION;
        after.from_state = from;
        add(facts, &after, t->night, +1);
    }
}

static void add_entries(const rk_tally *t, rk_facts *facts, rows_part part)
{
    const rk_world *w = t->world;
    several fees_before = {0}, fees_after;
    several settled_before, settled_after;
    bool settles = rk_rules_read_fees(t->rules);
    for (size_t row = first_of(part, w->entries.batch.count);
         row < last_of(part, w->entries.batch.count); row++) {
        bool carried = row < w->before.entries.batch.count;
        fact after = entry_fact(t, &w->entries, &w->applications, row), before;
        fees_of(t, &w->entries, &w->applications, row, &fees_after);
        if (carried) {
            before = entry_fact(t, &w->before.entries, &w->before.applications, row);
            fees_of(t, &w->before.entries, &w->before.applications, row, &fees_before);
        } else {
            fees_before.count = 0;
        }
        uint32_t cause = t->entry_causes ? t->entry_causes[row] : 0;
        add_change(t, facts, carried ? &before : NULL, &after, cause);
        add_replaced(t, facts, &fees_before, &fees_after, cause);
        if (!settles)
            continue;
        settled_before.count = 0;
        if (carried)
            settled_of(t, &w->before.entries, row, &settled_before);
        settled_of(t, &w->entries, row, &settled_after);
        add_replaced(t, facts, &settled_before, &settled_after, cause);
    }
}

static void add_cases(const rk_tally *t, rk_facts *facts)
{
    const rk_cases *old = t->cases_before, *now = t->cases;
    const rk_texts *texts = &t->world->texts;
    size_t at = 0;
    /* Both are sorted by entry, and every case of before is among those of now. */
    for (size_t row = 0; row < now->batch.count; row++) {
        rk_slice entry = rk_texts_get(texts, now->entry[row]);
        bool carried =
            at < old->batch.count && rk_slice_equal(rk_texts_get(texts, old->entry[at]), entry);
        fact before, after = case_fact(now, row);
        if (carried)
            before = case_fact(old, at++);
        add_change(t, facts, carried ? &before : NULL,
                   now->status[row] == RK_CASE_CLOSED ? NULL : &after,
                   t->case_causes ? t->case_causes[row] : 0);
    }
}

static void append(rk_facts *facts, rk_facts *more)
{
    size_t at = facts->batch.count;
    rk_batch_reserve(&facts->batch, at + more->batch.count);
    rk_batch_copy_rows(&more->batch, 0, more->batch.count, &facts->batch, at);
    facts->batch.count += more->batch.count;
    rk_batch_free(&more->batch);
}

void rk_tally_facts(const rk_tally *t, rk_facts *facts)
{
    const rk_world *w = t->world;
    size_t rows = w->entries.batch.count + w->applications.batch.count;
    size_t count = (size_t)rk_threads_for(rows, t->threads);
    rk_facts *parts = rk_alloc(count, sizeof *parts);
#pragma omp parallel for num_threads((int)count) schedule(static, 1)
    for (size_t i = 0; i < count; i++) {
        rk_facts_init(&parts[i], 1024);
        add_applications(t, &parts[i], (rows_part){i, count});
        add_entries(t, &parts[i], (rows_part){i, count});
    }
    *facts = parts[0];
    for (size_t i = 1; i < count; i++)
        append(facts, &parts[i]);
    free(parts);
    add_cases(t, facts);
    rk_facts_compact(facts, &t->world->names, t->threads);
}

/* What was due or arrived long ago is one day. */
static void join_old_days(rk_facts *stock, rk_day oldest)
{
    for (size_t row = 0; row < stock->batch.count; row++)
        if (stock->kind[row] == RK_FACT_SETTLEMENT && stock->booked_on[row] < oldest)
            stock->booked_on[row] = oldest;
}

void rk_tally_fold(rk_facts *stock, const rk_facts *facts, rk_day oldest, const rk_names *names,
                   int threads)
{
    for (size_t row = 0; row < facts->batch.count; row++) {
        uint8_t kind = facts->kind[row];
        if (kind != RK_FACT_APPLICATION && kind != RK_FACT_CASE && kind != RK_FACT_SETTLEMENT)
            continue;
        size_t added = rk_facts_add(stock);
        rk_batch_copy_row(&facts->batch, row, &stock->batch, added);
        stock->cause[added] = 0;
        stock->received_on[added] = stock->submitted_on[added] = RK_NO_DAY;
        stock->paid_on[added] = RK_NO_DAY;
        if (kind != RK_FACT_SETTLEMENT)
            stock->booked_on[added] = RK_NO_DAY;
    }
    join_old_days(stock, oldest);
    rk_facts_compact(stock, names, threads);
}

/* ---- conservation ---- */

/* What was decided of a file. Sums are wide, so that no order of adding can pass them. */
typedef struct decided_file {
    uint32_t count;
    __int128 sum;
} decided_file;

/* What one thread finds in its rows. */
typedef struct conserving {
    decided_file *files;
    size_t undecided; /* the first row without an outcome */
} conserving;

static void count_row(const rk_entries *e, size_t row, conserving *own)
{
    decided_file *file = &own->files[rk_entry_file(e, row)];
    file->count++;
    file->sum += e->amount_minor[row];
    if (e->outcome[row] == RK_OUTCOME_NONE && row < own->undecided)
        own->undecided = row;
}

static void join_decided(conserving *all, const conserving *own, size_t files)
{
    for (size_t i = 0; i < files; i++) {
        all->files[i].count += own->files[i].count;
        all->files[i].sum += own->files[i].sum;
    }
    all->undecided = own->undecided < all->undecided ? own->undecided : all->undecided;
}

static conserving count_decided(const rk_world *world, int threads)
{
    const rk_entries *e = &world->entries;
    size_t files = world->files.count + 1;
    conserving all = {rk_alloc(files, sizeof *all.files), SIZE_MAX};
#pragma omp parallel num_threads(rk_threads_for(e->batch.count, threads))
    {
        conserving own = {rk_alloc(files, sizeof *own.files), SIZE_MAX};
#pragma omp for schedule(dynamic, RK_ROWS_A_THREAD) nowait
        for (size_t row = 0; row < e->batch.count; row++)
            count_row(e, row, &own);
#pragma omp critical(rk_tally_conserves)
        join_decided(&all, &own, files);
        free(own.files);
    }
    return all;
}

static size_t without_state(const rk_applications *a, int threads)
{
    size_t first = SIZE_MAX;
#pragma omp parallel for num_threads(rk_threads_for(a->batch.count, threads)) reduction(min \
                                                                                        : first) \
    schedule(dynamic, RK_ROWS_A_THREAD)
    for (size_t row = 0; row < a->batch.count; row++)
        if (a->state[row] == RK_STATE_NONE && row < first)
            first = row;
    return first;
}

static bool file_conserves(const rk_file *file, const decided_file *decided, rk_error *err)
{
    if (decided->count == file->entries && decided->sum == file->sum_minor)
        return true;
    if (decided->sum != (rk_money)decided->sum)
        return rk_fail(err, RK_BUG, "sum of a file's entries passes 64 bits");
    return rk_fail(err, RK_BUG,
                   "\"%.*s\" holds %u entries of %lld minor units, decided were %u of %lld",
                   RK_FMT(file->name), file->entries, (long long)file->sum_minor, decided->count,
                   (long long)decided->sum);
}

bool rk_tally_conserves(const rk_world *world, int threads, rk_error *err)
{
    bool good = true;
    conserving all = count_decided(world, threads);
    if (all.undecided != SIZE_MAX)
        good = rk_fail(err, RK_BUG, "an entry has no outcome (row %zu)", all.undecided);
    for (size_t i = 0; good && i < world->new_file_count; i++)
        if (world->files.items[i].fate == RK_FATE_ACCEPTED)
            good = file_conserves(&world->files.items[i], &all.files[i], err);
    free(all.files);
    return good;
}

bool rk_tally_has_states(const rk_world *world, int threads, rk_error *err)
{
    size_t row = without_state(&world->applications, threads);
    return row == SIZE_MAX || rk_fail(err, RK_BUG, "an application has no state (row %zu)", row);
}
