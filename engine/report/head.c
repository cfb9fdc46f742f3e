/* The head of every sheet, and the line that says whether all agrees. */
#include <stdio.h>

#include "report/desk.h"

static void put_place(const rk_job *job, rk_buffer *out)
{
    const rk_rules *rules = job->desk->input->rules;
    const rk_names *names = job->desk->input->names;
    if (job->scope != RK_DIM_NONE) {
        rk_buffer_slice(out, rk_shown_dimension(job->scope, job->plan.language));
        rk_buffer_char(out, ' ');
        rk_buffer_slice(out, rk_names_text(names, (rk_name)job->scope_key));
        return;
    }
    if (job->slice == RK_ALL_SLICES) {
        rk_buffer_slice(out, rk_job_word(job, RK_WORD_NATION));
        return;
    }
    if (!job->office) {
        rk_name office = job->desk->slice_offices[job->slice];
        rk_buffer_slice(out, office == rules->offices.none ? rk_job_word(job, RK_WORD_NO_OFFICE)
                                                           : rk_names_text(names, office));
        return;
    }
    rk_buffer_slice(out, rk_job_word(job, RK_WORD_OFFICE));
    rk_buffer_char(out, ' ');
    rk_buffer_slice(out, job->office->name);
    rk_slice parts[] = {rk_names_text(names, job->office->province), job->office->satker,
                        rk_names_text(names, job->office->zone_name)};
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len == 0)
            continue;
        rk_buffer_text(out, i == 1 ? " · satker " : " · ");
        rk_buffer_slice(out, parts[i]);
    }
}

/* "Maret 2024 s.d. 5 Maret 2024" while it runs. */
static void put_period(const rk_job *job, rk_buffer *out)
{
    rk_language language = job->plan.language;
    rk_put_period(out, job->period, language);
    if (job->until == job->period.until)
        return;
    rk_buffer_text(out, language == RK_ENGLISH ? ", up to " : ", s.d. ");
    rk_put_plain_day(out, job->until, language);
}

static void put_run(const rk_job *job, rk_buffer *out)
{
    const rk_books_input *input = job->desk->input;
    if (input->provisional.len) {
        rk_buffer_slice(out, rk_job_word(job, RK_WORD_PROVISIONAL));
        rk_buffer_text(out, ": ");
        rk_buffer_slice(out, input->provisional);
    } else {
        rk_buffer_slice(out, rk_job_word(job, RK_WORD_FINAL));
    }
    if (input->reconstructed) {
        rk_buffer_text(out, " · ");
        rk_buffer_slice(out, rk_job_word(job, RK_WORD_RECONSTRUCTED));
    }
    rk_buffer_text(out, " · ");
    rk_buffer_slice(out, rk_job_word(job, RK_WORD_REVISION));
    rk_buffer_printf(out, " %d", job->number);
    if (input->run.len) {
        rk_buffer_text(out, " · ");
        rk_buffer_slice(out, rk_job_word(job, RK_WORD_RUN));
        rk_buffer_char(out, ' ');
        rk_buffer_bytes(out, input->run.at, input->run.len < 12 ? input->run.len : 12);
    }
    if (input->as_of_number > 0) {
        rk_buffer_text(out, " · ");
        rk_buffer_slice(out, rk_job_word(job, RK_WORD_AS_OF));
        rk_buffer_char(out, ' ');
        rk_day_put(out, input->as_of);
        rk_buffer_printf(out, "-%d", input->as_of_number);
    }
    rk_buffer_text(out, " · ");
    if (job->slice == RK_ALL_SLICES) {
        rk_buffer_slice(out, rk_job_word(job, RK_WORD_MIXED_TIME));
        return;
    }
    rk_buffer_slice(out, rk_job_word(job, RK_WORD_LOCAL_TIME));
    rk_buffer_char(out, ' ');
    if (job->office)
        rk_buffer_slice(out, rk_names_text(input->names, job->office->zone_name));
    else
        rk_buffer_printf(out, "UTC+%d", job->zone / 3600);
}

/* What every page says of itself at its foot: whose book, of which days, whether it is final. */
void rk_foot_put(const rk_job *job, rk_buffer *whose, rk_buffer *state)
{
    const rk_books_input *input = job->desk->input;
    if (job->office) {
        rk_buffer_slice(whose, rk_job_word(job, RK_WORD_OFFICE));
        rk_buffer_char(whose, ' ');
        rk_buffer_slice(whose, job->office->name);
    } else {
        put_place(job, whose);
    }
    rk_buffer_text(whose, " · ");
    put_period(job, whose);
    rk_buffer_slice(state,
                    rk_job_word(job, input->provisional.len ? RK_WORD_PROVISIONAL : RK_WORD_FINAL));
    rk_buffer_text(state, " · ");
    rk_buffer_slice(state, rk_job_word(job, RK_WORD_REVISION));
    rk_buffer_printf(state, " %d", job->number);
}

/* A title may name the days: '... TANGGAL {from} S/D {until}'. */
static void put_title(const rk_job *job, rk_slice text, rk_buffer *out)
{
    for (size_t i = 0; i < text.len;) {
        rk_slice rest = {text.at + i, text.len - i};
        bool from = rk_slice_starts(rest, RK_S("{from}"));
        if (from || rk_slice_starts(rest, RK_S("{until}"))) {
            rk_put_plain_day(out, from ? job->from : job->until, job->plan.language);
            i += from ? 6 : 7;
        } else {
            rk_buffer_char(out, text.at[i++]);
        }
    }
}

void rk_head_lay(const rk_job *job, rk_plan_sheet *sheet, const rk_label *title)
{
    rk_buffer line = {0};
    rk_slice text = rk_label_in(title, job->plan.language);
    if (text.len == 0)
        text = rk_label_in(&job->workbook->title, job->plan.language);
    put_title(job, text, &line);
    rk_plan_text(sheet, 0, 0, RK_STYLE_TITLE, rk_buffer_all(&line));
    rk_buffer_clear(&line);
    rk_plan_height(sheet, 0, 22);
    put_place(job, &line);
    rk_buffer_text(&line, " · ");
    put_period(job, &line);
    rk_plan_text(sheet, 1, 0, RK_STYLE_SUBTITLE, rk_buffer_all(&line));
    if (sheet->plan->fitted)
        rk_plan_height(sheet, 1, 15);
    rk_buffer_clear(&line);
    put_run(job, &line);
    rk_plan_text(sheet, 2, 0,
                 job->desk->input->provisional.len ? RK_STYLE_PROVISIONAL : RK_STYLE_META,
                 rk_buffer_all(&line));
    rk_buffer_free(&line);
}

static size_t count_incomplete(const rk_books_input *input)
{
    size_t count = 0;
    for (size_t i = 0; i < input->watermark_count; i++)
        count += input->watermarks[i].account == 0 && input->watermarks[i].waits_for.len > 0;
    return count;
}

/* Lines of the job, as its sheet lists them. */
static size_t count_findings(const rk_job *job)
{
    const rk_books_input *input = job->desk->input;
    const rk_findings *f = input->findings;
    size_t count = 0, found = 0;
    if (!rk_engine_behaves(&input->rules->engine, RK_FINDINGS_AS_CASES, input->night))
        return 0;
    const uint32_t *rows = rk_job_rows(job, &job->desk->findings, &count);
    for (size_t i = 0; i < count; i++)
        found += !rk_finding_is_absence(f, rows[i]) && rk_job_has_office(job, f->office[rows[i]]);
    return found;
}

/* "1 finding", "2 findings" */
static void put_number_of(const rk_job *job, size_t count, rk_word_id one, rk_word_id more,
                          rk_buffer *out)
{
    rk_buffer_printf(out, "%zu ", count);
    rk_buffer_slice(out, rk_job_word(job, count == 1 && job->plan.fitted ? one : more));
}

void rk_conclusion_lay(const rk_job *job, rk_plan_sheet *sheet, uint32_t row, size_t columns,
                       bool unbalanced)
{
    const rk_books_input *input = job->desk->input;
    size_t open = 0, incomplete = count_incomplete(input);
    const uint32_t *rows = rk_job_rows(job, &job->desk->cases, &open);
    rk_money sum = 0;
    size_t found = 0;
    for (size_t i = 0; i < open; i++) {
        if (!rk_job_has_office(job, input->cases->office[rows[i]]))
            continue;
        found++;
        if (input->cases->amount_minor[rows[i]] != RK_NO_MONEY)
            rk_money_add(&sum, input->cases->amount_minor[rows[i]]);
    }
    open = found;
    size_t findings = count_findings(job);
    rk_buffer text = {0};
    if (open == 0 && !unbalanced)
        rk_buffer_slice(&text, rk_job_word(job, RK_WORD_AGREES));
    if (open) {
        put_number_of(job, open, RK_WORD_DIFFERENCE_ONE, RK_WORD_DIFFERENCES, &text);
        rk_buffer_char(&text, ' ');
        rk_money_put_rupiah(&text, sum);
    }
    if (unbalanced) {
        rk_buffer_text(&text, open ? "; " : "");
        rk_buffer_slice(&text, rk_job_word(job, RK_WORD_UNBALANCED));
    }
    if (incomplete) {
        rk_buffer_text(&text, "; ");
        put_number_of(job, incomplete, RK_WORD_INCOMPLETE_ONE, RK_WORD_INCOMPLETE, &text);
    }
    if (findings) {
        rk_buffer_text(&text, "; ");
        put_number_of(job, findings, RK_WORD_FINDING_ONE, RK_WORD_FINDINGS, &text);
    }
    rk_style style = open || unbalanced       ? RK_STYLE_BAD
                     : incomplete || findings ? RK_STYLE_WARN
                                              : RK_STYLE_GOOD;
    rk_plan_text(sheet, row, 0, style, rk_buffer_all(&text));
    for (size_t c = 1; c < columns; c++)
        rk_plan_blank(sheet, row, (uint16_t)c, style);
    rk_plan_height(sheet, row, 22);
    rk_buffer_free(&text);
}
