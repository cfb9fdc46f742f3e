/* Cases that are no entry's: which line of the findings one is, and the decisions that answer it. */
#include "commands/explain.h"

enum { SUBJECT = 16 }; /* digits of a digest by which a decision names a file */

static const rk_slice none = {"", 0};

static rk_slice text_of(const rk_asking *a, rk_text text)
{
    return rk_texts_get(&a->sealed.texts, text);
}

static bool has_fate(const rk_asking *a, size_t row, rk_file_fate fate)
{
    return rk_slice_is(rk_names_text(&a->sealed.names, a->carried.files.fate[row]),
                       rk_fate_name(fate));
}

/* Nothing was said of the file after this row. */
static bool is_last(const rk_asking *a, size_t row)
{
    const rk_file_rows *f = &a->carried.files;
    for (size_t i = row + 1; i < f->batch.count; i++)
        if (rk_slice_equal(text_of(a, f->digest[i]), text_of(a, f->digest[row])) &&
            !has_fate(a, i, RK_FATE_SAME))
            return false;
    return true;
}

static size_t find_file(const rk_asking *a, rk_slice digest)
{
    const rk_file_rows *f = &a->carried.files;
    for (size_t row = f->batch.count; row > 0; row--)
        if (digest.len == SUBJECT && rk_slice_starts(text_of(a, f->digest[row - 1]), digest) &&
            is_last(a, row - 1))
            return row - 1;
    return SIZE_MAX;
}

/* Each file that counts and tells of a day of the one that waits may be the wrong one. */
static void offer_replacements(rk_asking *a, size_t waiting, rk_slice subject)
{
    const rk_file_rows *f = &a->carried.files;
    for (size_t row = 0; row < f->batch.count; row++) {
        bool same = f->channel[row] == f->channel[waiting] &&
                    f->account[row] == f->account[waiting] && f->covers_from[row] != RK_NO_DAY &&
                    f->covers_from[row] <= f->covers_until[waiting] &&
                    f->covers_from[waiting] <= f->covers_until[row];
        if (!same || !has_fate(a, row, RK_FATE_ACCEPTED) || !is_last(a, row))
            continue;
        rk_slice old = {text_of(a, f->digest[row]).at, SUBJECT};
        rk_explain_add_decision(a->x, "replace_file", subject, old,
                                rk_arena_printf(&a->x->arena, "it counts in place of %.*s",
                                                RK_FMT(text_of(a, f->name[row]))));
    }
}

static void offer_file(rk_asking *a, rk_slice subject)
{
    size_t row = find_file(a, subject);
    bool waits = row != SIZE_MAX &&
                 (has_fate(a, row, RK_FATE_HELD) || has_fate(a, row, RK_FATE_QUARANTINED));
    rk_explain_add_decision(a->x, "accept_file", subject, none,
                            waits ? "the file counts"
                                  : "what is missing or could not be read is settled");
    if (!waits)
        return;
    rk_explain_add_decision(a->x, "discard_file", subject, none, "the file never counts");
    offer_replacements(a, row, subject);
}

static void offer_release(rk_asking *a, rk_slice subject, rk_day day, const char *does)
{
    rk_buffer text = {0};
    rk_day_put(&text, day);
    rk_explain_add_decision(a->x, "release_hold", subject,
                            rk_arena_slice(&a->x->arena, rk_buffer_all(&text)), does);
    rk_buffer_free(&text);
}

void rk_asking_offer(rk_asking *a)
{
    const rk_findings *f = &a->carried.findings;
    if (a->known == 0)
        return;
    if (a->kind == RK_MISSING_IN_SOURCE)
        offer_release(a, RK_S("source"), a->night,
                      "the booking system is whole with the applications it has then");
    else if (a->kind == RK_NOT_APPLIED)
        rk_explain_add_decision(a->x, "resolve", a->id, none,
                                "the refusal is seen to; the state stays");
    else if (a->kind == RK_CONTROL_FAILED || rk_slice_starts(a->said, RK_S("accept_file")))
        offer_file(a, a->subject);
    else if (a->kind == RK_HOLD_STAYS)
        offer_release(a, a->subject, a->day, "the statement of this day holds nothing any more");
    for (size_t row = 0; a->kind == RK_UNKNOWN_OFFICE && row < f->batch.count; row++)
        if (rk_asking_has(a, row))
            rk_explain_add_decision(a->x, "assign_office", text_of(a, f->application[row]),
                                    RK_S("OFFICE"), "the application belongs to this office");
    if (!rk_finding_asks(a->kind))
        rk_explain_add_decision(a->x, "resolve", a->id, none,
                                "the line is seen to while it is what it is now");
}

bool rk_asking_has(const rk_asking *a, size_t row)
{
    const rk_findings *f = &a->carried.findings;
    return f->kind[row] == a->kind && f->day[row] == a->day && !f->settled[row] &&
           rk_slice_equal(rk_names_text(&a->sealed.names, f->office[row]), a->office) &&
           (a->subject.len == 0 || rk_slice_equal(text_of(a, f->application[row]), a->subject));
}

void rk_asking_find(rk_asking *a)
{
    rk_findings lines;
    rk_findings_init(&lines);
    rk_findings_fold(&a->carried.findings, a->night, &a->sealed.names, &a->sealed.texts, &lines);
    for (size_t line = 0; line < lines.batch.count; line++) {
        if (!rk_slice_equal(text_of(a, lines.case_id[line]), a->id))
            continue;
        a->kind = (rk_finding_kind)lines.kind[line];
        a->office = rk_names_text(&a->sealed.names, lines.office[line]);
        a->day = lines.day[line];
        a->said = text_of(a, lines.said[line]);
        if (a->kind == RK_CONTROL_FAILED || a->kind == RK_HOLD_STAYS)
            a->subject = text_of(a, lines.application[line]);
    }
    rk_batch_free(&lines.batch);
}
