/* What asks a person without being an entry: applications that the source has lost, transitions that it
 * refused, statements whose controls failed, holds that stay. Each is a line of the findings, and a case: it has
 * an id, an age, and is opened and closed in the history. */
#include <stdlib.h>

#include "night/night.h"
#include "tally/office.h"

enum { SUBJECT = 16 }; /* digits of a digest by which a decision names a file */

typedef struct asking {
    rk_night *night;
    const rk_findings *before;
    rk_finding_index known; /* of it */
    rk_findings *into;
} asking;

static rk_slice text_of(const rk_night *night, rk_text text)
{
    return rk_texts_get(&night->world.texts, text);
}

/* The row of the same ground last night. */
static size_t find_before(const asking *a, rk_finding_kind kind, rk_day day, rk_slice subject,
                          rk_slice said)
{
    const rk_findings *f = a->before;
    const rk_texts *texts = &a->night->world.texts;
    size_t row, at = 0;
    while ((row = rk_finding_next(&a->known, texts, kind, subject, &at)) != SIZE_MAX)
        if (f->day[row] == day &&
            (kind != RK_NOT_APPLIED || rk_slice_equal(text_of(a->night, f->said[row]), said)))
            return row;
    return SIZE_MAX;
}

static size_t add(asking *a, rk_finding_kind kind, rk_name office, rk_day day, rk_slice subject,
                  rk_slice said)
{
    rk_findings *f = a->into;
    size_t old = find_before(a, kind, day, subject, said);
    size_t row = rk_batch_append(&f->batch);
    f->kind[row] = (uint8_t)kind;
    f->office[row] = rk_office_or_none(&a->night->rules, office);
    f->day[row] = day;
    f->first_seen[row] = old == SIZE_MAX ? a->night->day : a->before->first_seen[old];
    f->settled[row] = old != SIZE_MAX && a->before->settled[old] ? RK_SETTLED : 0;
    f->application[row] = rk_texts_add(&a->night->world.texts, subject);
    f->said[row] = rk_texts_add(&a->night->world.texts, said);
    f->count[row] = 1;
    return row;
}

/* ---- the source ---- */

static int by_application(const void *a, const void *b)
{
    return rk_slice_compare(((const rk_source_answer *)a)->application,
                            ((const rk_source_answer *)b)->application);
}

static void add_gone(asking *a, uint32_t application, bool accepted)
{
    rk_night *night = a->night;
    const rk_applications *apps = &night->world.applications;
    rk_name office = rk_office_or_none(&night->rules, apps->office[application]);
    rk_moment at = apps->submitted_at[application];
    rk_day day = rk_day_at(at, rk_office_zone(&night->rules, office, at, night->settings.zone));
    size_t row = add(a, RK_MISSING_IN_SOURCE, office, day, text_of(night, apps->id[application]),
                     RK_S("release_hold source"));
    if (accepted)
        a->into->settled[row] = RK_SETTLED;
}

/* A night that could not read the source knows no more than the one before. */
static void keep_gone(asking *a)
{
    for (size_t row = 0; row < a->before->batch.count; row++)
        if (a->before->kind[row] == RK_MISSING_IN_SOURCE)
            rk_batch_copy_row(&a->before->batch, row, &a->into->batch,
                              rk_batch_append(&a->into->batch));
}

static void ask_for_gone(asking *a)
{
    rk_night *night = a->night;
    const rk_applications *apps = &night->world.applications;
    bool accepted = rk_night_source_is_released(night);
    size_t count = 0;
    rk_source_answer *gone = rk_alloc(night->answer_count + 1, sizeof *gone);
    for (size_t i = 0; i < night->answer_count; i++)
        if (!night->answers[i].refused)
            gone[count++] = night->answers[i];
    if (night->snapshot.len == 0)
        keep_gone(a);
    qsort(gone, count, sizeof *gone, by_application);
    for (size_t row = 0; count && row < apps->batch.count; row++) {
        rk_source_answer wanted = {.application = text_of(night, apps->id[row])};
        if (bsearch(&wanted, gone, count, sizeof *gone, by_application))
            add_gone(a, (uint32_t)row, accepted);
    }
    free(gone);
}

static void ask_for_refused(asking *a)
{
    rk_night *night = a->night;
    for (size_t i = 0; i < night->answer_count; i++) {
        const rk_source_answer *answer = &night->answers[i];
        rk_day day = RK_NO_DAY;
        if (!answer->refused)
            continue;
        rk_day_parse(answer->night, &day);
        add(a, RK_NOT_APPLIED, rk_names_add(&night->world.names, answer->office), day,
            answer->application,
            rk_slice_of(rk_arena_printf(&night->world.arena, "%.*s: %.*s", RK_FMT(answer->to_state),
                                        RK_FMT(answer->why))));
    }
}

/* ---- statements ---- */

static rk_name office_of(const rk_night *night, rk_name channel_name, rk_name account, rk_day day)
{
    const rk_channel *channel = rk_channel_find(&night->rules, channel_name);
    return channel ? rk_channel_office(channel, account, day) : 0;
}

/* The days that a hold may stay before a person is asked; false: nobody is. */
static bool has_stayed(const rk_night *night, rk_day day)
{
    const rk_finding_rule *rule = rk_finding_rule_on(&night->rules.findings, RK_HOLD_STAYS,
                                                     day == RK_NO_DAY ? night->day : day);
    return rule && (day == RK_NO_DAY || night->day - day >= rule->after_days);
}

typedef struct waiting_file {
    rk_name channel, account;
    rk_day until;
    rk_slice digest, name, why;
    bool failed; /* else held */
} waiting_file;

static void ask_for_file(asking *a, const waiting_file *file)
{
    rk_slice subject = {file->digest.at, SUBJECT};
    rk_arena *arena = &a->night->world.arena;
    rk_name office = office_of(a->night, file->channel, file->account, file->until);
    if (file->failed)
        add(a, RK_CONTROL_FAILED, office, file->until, subject,
            rk_slice_of(
                rk_arena_printf(arena, "%.*s: %.*s", RK_FMT(file->name), RK_FMT(file->why))));
    else if (has_stayed(a->night, file->until))
        add(a, RK_HOLD_STAYS, office, file->until, subject,
            rk_slice_of(
                rk_arena_printf(arena, "accept_file, discard_file: %.*s", RK_FMT(file->name))));
}

static void ask_for_files(asking *a)
{
    rk_night *night = a->night;
    const rk_file_rows *known = &night->carried.files;
    char hex[RK_DIGEST_HEX + 1];
    for (size_t row = 0; row < known->batch.count; row++) {
        rk_slice fate = rk_names_text(&night->world.names, known->fate[row]);
        if (!rk_night_file_waits(night, row))
            continue;
        ask_for_file(
            a, &(waiting_file){.channel = known->channel[row],
                               .account = known->account[row],
                               .until = known->covers_until[row],
                               .digest = text_of(night, known->digest[row]),
                               .name = text_of(night, known->name[row]),
                               .why = text_of(night, known->why[row]),
                               .failed = rk_slice_is(fate, rk_fate_name(RK_FATE_QUARANTINED))});
    }
    for (size_t i = 0; i < night->world.new_file_count; i++) {
        const rk_file *file = &night->world.files.items[i];
        if (file->fate != RK_FATE_QUARANTINED && file->fate != RK_FATE_HELD)
            continue;
        ask_for_file(a, &(waiting_file){.channel = file->channel,
                                        .account = file->account,
                                        .until = file->until,
                                        .digest = rk_slice_of(rk_digest_hex(&file->digest, hex)),
                                        .name = file->name,
                                        .why = file->why,
                                        .failed = file->fate == RK_FATE_QUARANTINED});
    }
}

/* One for each file with lines that could not be read; they stand together. */
static void ask_for_rejects(asking *a)
{
    rk_night *night = a->night;
    const rk_open_rejects *r = &night->carried.rejects;
    for (size_t row = 0; row < r->batch.count; row++) {
        rk_slice digest = text_of(night, r->digest[row]);
        const rk_channel *channel = rk_channel_find(&night->rules, r->channel[row]);
        bool again = row > 0 && rk_slice_equal(text_of(night, r->digest[row - 1]), digest);
        if (again || !channel || !channel->holds_lapses || !has_stayed(night, r->until[row]))
            continue;
        add(a, RK_HOLD_STAYS, 0, r->until[row], (rk_slice){digest.at, SUBJECT},
            rk_slice_of(rk_arena_printf(&night->world.arena, "accept_file: %.*s",
                                        RK_FMT(text_of(night, r->name[row])))));
    }
}

static void ask_for_gaps(asking *a)
{
    rk_slice why, digest;
    size_t next = 0;
    while (rk_night_next_gap(a->night, &next, &why, &digest))
        add(a, RK_CONTROL_FAILED, 0, RK_NO_DAY, (rk_slice){digest.at, SUBJECT}, why);
}

static void ask_for_account(asking *a, const rk_channel *channel, rk_name account, rk_day day)
{
    rk_night *night = a->night;
    rk_arena *arena = &night->world.arena;
    rk_slice name = rk_names_text(&night->world.names, channel->channel);
    if (account)
        name = rk_slice_of(rk_arena_printf(arena, "%.*s/%.*s", RK_FMT(name),
                                           RK_FMT(rk_names_text(&night->world.names, account))));
    add(a, RK_HOLD_STAYS, rk_channel_office(channel, account, day), day, name,
        RK_S("release_hold"));
}

static void ask_for_channel(asking *a, const rk_channel *channel, const rk_gaps *releases)
{
    rk_night *night = a->night;
    rk_day oldest = night->day - night->settings.memory_days;
    for (rk_day day = night->start > oldest ? night->start : oldest; day <= night->day; day++) {
        if (!has_stayed(night, day) || !rk_night_misses(night, releases, channel, 0, day))
            continue;
        for (size_t i = 0; i < rk_channel_parts(channel); i++)
            if (rk_channel_lists(channel, i, day, day) &&
                rk_night_misses(night, releases, channel, channel->accounts[i].account, day))
                ask_for_account(a, channel, channel->accounts[i].account, day);
        if (rk_channel_parts(channel) == 0)
            ask_for_account(a, channel, 0, day);
    }
}

static void ask_for_channels(asking *a)
{
    rk_gaps releases = {0};
    rk_night_releases(a->night, &releases);
    for (size_t i = 0; i < a->night->rules.channel_count; i++)
        if (a->night->rules.channels[i].holds_lapses)
            ask_for_channel(a, &a->night->rules.channels[i], &releases);
    free(releases.items);
}

/* ---- what opened, what closed ---- */

/* Since replacements are cases' answers: before, the case closed without naming one. */
static bool names_replacement(const rk_night *night)
{
    return rk_engine_behaves(&night->rules.engine, RK_REPLACED_DAYS_WAIT, night->day);
}

/* A decision of tonight that settles what the line names. */
static bool settles(const rk_night *night, size_t decision, const rk_findings *lines, size_t line)
{
    const rk_decision_rows *d = &night->history.decisions;
    rk_slice kind = rk_names_text(&night->world.names, d->kind[decision]);
    rk_slice subject = text_of(night, d->subject[decision]);
    rk_slice what = text_of(night, lines->application[line]);
    rk_day day;
    if (!rk_slice_is(rk_names_text(&night->world.names, d->effect[decision]), "applied"))
        return false;
    if (rk_slice_is(kind, "resolve"))
        return rk_slice_equal(subject, text_of(night, lines->case_id[line]));
    if (!rk_slice_is(kind, "release_hold"))
        return what.len == SUBJECT && rk_slice_starts(subject, what) &&
               (rk_slice_is(kind, "accept_file") || rk_slice_is(kind, "discard_file") ||
                (rk_slice_is(kind, "replace_file") && names_replacement(night)));
    if (lines->kind[line] == RK_MISSING_IN_SOURCE)
        return rk_slice_is(subject, "source");
    return lines->kind[line] == RK_HOLD_STAYS && rk_slice_starts(what, subject) &&
           rk_day_parse(text_of(night, d->object[decision]), &day) && day == lines->day[line];
}

static void add_event(rk_night *night, const rk_findings *lines, size_t line, const char *status)
{
    rk_case_rows *rows = &night->history.cases;
    const rk_decision_rows *d = &night->history.decisions;
    size_t row = rk_batch_append(&rows->batch);
    rk_finding_kind kind = (rk_finding_kind)lines->kind[line];
    rows->case_id[row] = lines->case_id[line];
    rows->kind[row] = rk_names_add(&night->world.names, rk_slice_of(rk_finding_name(kind)));
    rows->status[row] = rk_names_add(&night->world.names, rk_slice_of(status));
    rows->office[row] = lines->office[line];
    rows->amount[row] = RK_NO_MONEY;
    if (kind == RK_MISSING_IN_SOURCE || kind == RK_NOT_APPLIED)
        rows->application_id[row] = lines->application[line];
    for (size_t i = 0; rk_slice_is(rk_slice_of(status), "closed") && i < d->batch.count; i++)
        if (settles(night, i, lines, line))
            rows->decision_id[row] = d->decision_id[i];
}

static bool has_line(const rk_night *night, const rk_findings *lines, rk_text id)
{
    for (size_t i = 0; i < lines->batch.count; i++)
        if (rk_slice_equal(text_of(night, lines->case_id[i]), text_of(night, id)))
            return true;
    return false;
}

static void fold(rk_night *night, const rk_findings *of, rk_findings *lines)
{
    rk_findings_init(lines);
    rk_findings_fold(of, night->day, &night->world.names, &night->world.texts, lines);
}

static void tell_events(rk_night *night, const rk_findings *before, const rk_findings *now)
{
    rk_findings old, lines;
    fold(night, before, &old);
    fold(night, now, &lines);
    for (size_t i = 0; i < lines.batch.count; i++)
        if (!has_line(night, &old, lines.case_id[i]))
            add_event(night, &lines, i, "new");
    for (size_t i = 0; i < old.batch.count; i++)
        if (!has_line(night, &lines, old.case_id[i]))
            add_event(night, &old, i, "closed");
    rk_batch_free(&old.batch);
    rk_batch_free(&lines.batch);
}

/* Those that ask a person; what was settled tonight was open until then. */
static void take_asking(const rk_findings *from, rk_findings *into)
{
    rk_findings_init(into);
    for (size_t row = 0; row < from->batch.count; row++) {
        if (!rk_finding_asks((rk_finding_kind)from->kind[row]))
            continue;
        size_t at = rk_batch_append(&into->batch);
        rk_batch_copy_row(&from->batch, row, &into->batch, at);
    }
}

void rk_night_ask(rk_night *night, const rk_findings *before)
{
    rk_findings known, mine;
    rk_findings *all = &night->carried.findings;
    if (!rk_engine_behaves(&night->rules.engine, RK_CASES_WITHOUT_ENTRY, night->day))
        return;
    take_asking(before, &known);
    rk_findings_init(&mine);
    asking a = {.night = night, .before = &known, .into = &mine};
    a.known = rk_finding_index_of(&known, &night->world.texts);
    ask_for_gone(&a);
    ask_for_refused(&a);
    ask_for_files(&a);
    ask_for_rejects(&a);
    ask_for_gaps(&a);
    ask_for_channels(&a);
    rk_findings_sort(&mine, &night->world.names, &night->world.texts);
    for (size_t row = 0; row < known.batch.count; row++)
        known.settled[row] = known.settled[row] == RK_SETTLED;
    tell_events(night, &known, &mine);
    for (size_t row = 0; row < mine.batch.count; row++)
        rk_batch_copy_row(&mine.batch, row, &all->batch, rk_batch_append(&all->batch));
    rk_findings_sort(all, &night->world.names, &night->world.texts);
    rk_finding_index_free(&a.known);
    rk_batch_free(&known.batch);
    rk_batch_free(&mine.batch);
}

/* ---- resolved ---- */

/* Those of one kind, office and day that were open when the last night ended; false: there were none. */
static bool settle(rk_night *night, rk_finding_kind kind, rk_name office, rk_day day)
{
    rk_findings *f = &night->carried.findings;
    size_t runs = night->opening.fact_count;
    rk_day last = runs ? night->opening.facts[runs - 1].night : night->day - 1;
    bool found = false;
    for (size_t row = 0; row < f->batch.count; row++) {
        if (f->kind[row] != kind || f->office[row] != office || f->day[row] != day ||
            f->settled[row] || f->first_seen[row] > last)
            continue;
        f->settled[row] = RK_SETTLED_TONIGHT;
        found = true;
    }
    return found;
}

/* A line of applications, by the id that sheets print. */
static bool resolve_line(rk_night *night, size_t decision, rk_slice id)
{
    rk_finding_kind kind;
    rk_slice office;
    rk_day day;
    if (!rk_engine_behaves(&night->rules.engine, RK_FINDINGS_RESOLVED, night->day) ||
        !rk_finding_id_parse(id, &kind, &office, &day) || rk_finding_asks(kind) ||
        !settle(night, kind, rk_names_find(&night->world.names, office), day))
        return false;
    rk_night_effect(night, decision, "applied", "");
    return true;
}

bool rk_night_resolve_finding(rk_night *night, size_t decision)
{
    rk_findings lines;
    rk_slice id = text_of(night, night->history.decisions.subject[decision]);
    bool found = false;
    if (rk_slice_starts(id, RK_S("T")))
        return resolve_line(night, decision, id);
    fold(night, &night->carried.findings, &lines);
    for (size_t i = 0; i < lines.batch.count && !found; i++) {
        found = id.len && rk_slice_equal(text_of(night, lines.case_id[i]), id);
        if (!found)
            continue;
        if (lines.kind[i] == RK_NOT_APPLIED) {
            settle(night, RK_NOT_APPLIED, lines.office[i], lines.day[i]);
            rk_night_effect(night, decision, "applied", "");
        } else {
            rk_night_effect(night, decision, "stale",
                            rk_arena_printf(&night->world.arena, "this case is closed by %.*s",
                                            RK_FMT(text_of(night, lines.said[i]))));
        }
    }
    rk_batch_free(&lines.batch);
    return found;
}
