/* Findings of the night: what stands now, and which of their lines are new or gone. */
#include "night/night.h"
#include "tally/findings.h"

/* The decision of tonight that closed the line; 0: its cause is gone. */
static rk_text resolved_by(const rk_night *night, rk_slice id)
{
    const rk_decision_rows *d = &night->history.decisions;
    const rk_names *names = &night->world.names;
    for (size_t i = 0; i < d->batch.count; i++)
        if (rk_slice_is(rk_names_text(names, d->kind[i]), "resolve") &&
            rk_slice_is(rk_names_text(names, d->effect[i]), "applied") &&
            rk_slice_equal(rk_texts_get(&night->world.texts, d->subject[i]), id))
            return d->decision_id[i];
    return 0;
}

/* A row of the history of cases: a line opens or closes like a case. */
static void tell(rk_night *night, const rk_findings *lines, size_t line, rk_case_status status)
{
    rk_names *names = &night->world.names;
    rk_case_rows *rows = &night->history.cases;
    rk_buffer id = {0};
    if (rk_finding_is_absence(lines, line) || rk_finding_asks((rk_finding_kind)lines->kind[line]))
        return;
    size_t row = rk_batch_append(&rows->batch);
    rk_finding_id_put((rk_finding_kind)lines->kind[line], rk_names_text(names, lines->office[line]),
                      lines->day[line], &id);
    rows->case_id[row] = rk_texts_add(&night->world.texts, rk_buffer_all(&id));
    rows->kind[row] =
        rk_names_add(names, rk_slice_of(rk_finding_name((rk_finding_kind)lines->kind[line])));
    rows->status[row] = rk_names_add(names, rk_slice_of(rk_case_status_name(status)));
    rows->office[row] = lines->office[line];
    rows->application_id[row] = lines->application[line];
    rows->amount[row] = lines->found[line];
    if (status == RK_CASE_CLOSED)
        rows->decision_id[row] = resolved_by(night, rk_buffer_all(&id));
    rk_buffer_free(&id);
}

/* Both are in the order of rk_findings_sort. */
static int compare_lines(const rk_night *night, const rk_findings *a, size_t x,
                         const rk_findings *b, size_t y)
{
    if (a->kind[x] != b->kind[y])
        return a->kind[x] < b->kind[y] ? -1 : 1;
    int order = rk_slice_compare(rk_names_text(&night->world.names, a->office[x]),
                                 rk_names_text(&night->world.names, b->office[y]));
    return order ? order : (a->day[x] > b->day[y]) - (a->day[x] < b->day[y]);
}

static void tell_changes(rk_night *night, const rk_findings *before, const rk_findings *now)
{
    size_t x = 0, y = 0;
    while (x < before->batch.count || y < now->batch.count) {
        int order = x == before->batch.count ? 1
                    : y == now->batch.count  ? -1
                                             : compare_lines(night, before, x, now, y);
        if (order < 0)
            tell(night, before, x, RK_CASE_CLOSED);
        if (order > 0)
            tell(night, now, y, RK_CASE_NEW);
        x += order <= 0;
        y += order >= 0;
    }
}

static bool is_same(const rk_findings *a, size_t x, const rk_findings *b, size_t y,
                    const rk_texts *texts)
{
    return a->office[x] == b->office[y] && a->day[x] == b->day[y] &&
           a->expected[x] == b->expected[y] && a->found[x] == b->found[y] &&
           rk_slice_equal(rk_texts_get(texts, a->said[x]), rk_texts_get(texts, b->said[y]));
}

/* What a person has seen to stays so while it is what it was. What was closed tonight was open until then. */
static void keep_settled(rk_findings *before, rk_findings *found, const rk_texts *texts)
{
    rk_finding_index index = rk_finding_index_of(found, texts);
    for (size_t row = 0; row < before->batch.count; row++) {
        rk_finding_kind kind = (rk_finding_kind)before->kind[row];
        size_t now, at = 0;
        if (!before->settled[row] || rk_finding_asks(kind))
            continue;
        rk_slice application = rk_texts_get(texts, before->application[row]);
        while ((now = rk_finding_next(&index, texts, kind, application, &at)) != SIZE_MAX)
            if (is_same(before, row, found, now, texts))
                found->settled[now] = RK_SETTLED;
        before->settled[row] = before->settled[row] == RK_SETTLED;
    }
    rk_finding_index_free(&index);
}

void rk_night_look_for_findings(rk_night *night)
{
    rk_findings found, before, now;
    size_t runs = night->opening.fact_count;
    rk_day last = runs ? night->opening.facts[runs - 1].night : night->day - 1;
    rk_looking looking = {.rules = &night->rules,
                          .world = &night->world,
                          .before = &night->carried.findings,
                          .issued = &night->issued_before,
                          .freed = &night->carried.freed,
                          .has_source = night->snapshot.len > 0,
                          .zone = night->settings.zone,
                          .night = night->day,
                          .oldest = night->day - night->settings.memory_days};
    rk_tally_findings(&looking, &found);
    keep_settled(&night->carried.findings, &found, &night->world.texts);
    rk_findings_init(&before);
    rk_findings_init(&now);
    rk_findings_fold(&night->carried.findings, last, &night->world.names, &night->world.texts,
                     &before);
    rk_findings_fold(&found, night->day, &night->world.names, &night->world.texts, &now);
    if (rk_engine_behaves(&night->rules.engine, RK_FINDINGS_AS_CASES, night->day))
        tell_changes(night, &before, &now);
    rk_batch_free(&before.batch);
    rk_batch_free(&now.batch);
    rk_findings carried = night->carried.findings;
    night->carried.findings = found;
    rk_night_ask(night, &carried);
    rk_batch_free(&carried.batch);
}
