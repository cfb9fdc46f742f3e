/* What the list of lapses says before its rows, why one is held, and whose slot somebody else has by now. */
#include <stdlib.h>

#include "report/list.h"

static bool is_told(const rk_books_input *input)
{
    return rk_engine_behaves(&input->rules->engine, RK_LAPSES_TOLD, input->night);
}

/* ---- who is named by open cases and by findings ---- */

static int compare_mentions(const void *a, const void *b)
{
    const rk_mention *x = a, *y = b;
    int order = rk_slice_compare(x->id, y->id);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

/* "P-1, P-2, ... (9)": each id; NULL as `into` counts them. */
static size_t split_ids(rk_slice ids, uint32_t row, rk_mention *into)
{
    size_t count = 0;
    for (size_t i = 0; i < ids.len;) {
        size_t end = i;
        while (end < ids.len && ids.at[end] != ',')
            end++;
        rk_slice id = {ids.at + i, end - i};
        if (!rk_slice_starts(id, RK_S("..."))) {
            if (into)
                into[count] = (rk_mention){id, row};
            count++;
        }
        i = end + 2;
    }
    return count;
}

static rk_slice named_by_case(const rk_books_input *input, size_t row)
{
    const rk_cases *c = input->cases;
    return rk_texts_get(input->texts, c->status[row] == RK_CASE_CLOSED ? 0 : c->candidates[row]);
}

static rk_slice named_by_conflict(const rk_books_input *input, size_t row)
{
    const rk_findings *f = input->findings;
    return rk_texts_get(input->texts, f->kind[row] == RK_SLOT_CONFLICT ? f->application[row] : 0);
}

static rk_mentions mentions_of(rk_desk *desk, size_t rows,
                               rk_slice (*ids)(const rk_books_input *, size_t))
{
    rk_mentions m = {0};
    for (size_t row = 0; row < rows; row++)
        m.count += split_ids(ids(desk->input, row), 0, NULL);
    m.items = rk_arena_alloc(&desk->arena, m.count + 1, sizeof *m.items);
    size_t at = 0;
    for (size_t row = 0; row < rows; row++)
        at += split_ids(ids(desk->input, row), (uint32_t)row, m.items + at);
    if (m.count > 1)
        qsort(m.items, m.count, sizeof *m.items, compare_mentions);
    return m;
}

void rk_lapses_index(rk_desk *desk)
{
    const rk_books_input *input = desk->input;
    if (desk->lapses.count == 0 || !is_told(input))
        return;
    desk->candidates =
        mentions_of(desk, input->cases ? input->cases->batch.count : 0, named_by_case);
    desk->conflicts =
        mentions_of(desk, input->findings ? input->findings->batch.count : 0, named_by_conflict);
}

static uint32_t find(const rk_mentions *m, rk_slice id)
{
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rk_slice_compare(m->items[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < m->count && rk_slice_equal(m->items[low].id, id) ? m->items[low].row : RK_NO_ROW;
}

/* ---- one row ---- */

bool rk_lapse_waits(const rk_books_input *input, rk_name held_by, rk_moment deadline)
{
    for (size_t i = 0; i < input->watermark_count; i++) {
        const rk_watermark *w = &input->watermarks[i];
        if (w->channel == held_by &&
            (w->complete_until == RK_NO_MOMENT || w->complete_until <= deadline))
            return true;
    }
    return false;
}

bool rk_lapse_holder(const rk_listing *l, const rk_record *r, rk_buffer *out)
{
    const rk_desk *desk = l->job->desk;
    const rk_books_input *input = desk->input;
    if (!is_told(input) || r->state != RK_STATE_AWAITING || r->held_by == 0)
        return false;
    if (rk_lapse_waits(input, r->held_by, r->deadline)) {
        rk_buffer_slice(out, rk_job_word(l->job, RK_WORD_STATEMENT_MISSING));
        return true;
    }
    uint32_t row = find(&desk->candidates, rk_texts_get(input->texts, r->application));
    if (row == RK_NO_ROW)
        return false;
    rk_buffer_slice(out, rk_job_word(l->job, RK_WORD_DECISION_AWAITED));
    rk_buffer_char(out, ' ');
    rk_buffer_slice(out, rk_texts_get(input->texts, input->cases->id[row]));
    return true;
}

bool rk_lapse_slot(const rk_listing *l, const rk_record *r, rk_buffer *out)
{
    const rk_books_input *input = l->job->desk->input;
    uint32_t row = find(&l->job->desk->conflicts, rk_texts_get(input->texts, r->application));
    if (row == RK_NO_ROW)
        return false;
    rk_buffer_slice(out, rk_job_word(l->job, RK_WORD_SLOT_TAKEN_BY));
    rk_buffer_char(out, ' ');
    rk_slice other = rk_texts_get(input->texts, input->findings->said[row]);
    rk_buffer_slice(out,
                    other.len ? other : rk_shown_finding(RK_SLOT_CONFLICT, l->job->plan.language));
    return true;
}

/* ---- the line before the rows ---- */

typedef struct tally {
    size_t waiting, paid, back; /* spared by an outage */
    size_t reinstated, held, reopened, expired;
    rk_name *holders; /* in the order of the list */
    size_t *counts, holder_count;
} tally;

static void count_holder(tally *t, rk_name by)
{
    size_t i = 0;
    while (i < t->holder_count && t->holders[i] != by)
        i++;
    if (i == t->holder_count) {
        t->holders[i] = by;
        t->counts[i] = 0;
        t->holder_count++;
    }
    t->counts[i]++;
    t->held++;
}

static void count_row(tally *t, const rk_record *r)
{
    bool spared = r->reason == RK_REASON_SPARED || r->reason == RK_REASON_PAUSED;
    if (r->state == RK_STATE_EXPIRED)
        t->expired++;
    else if (r->state == RK_STATE_AWAITING && r->held_by)
        count_holder(t, r->held_by);
    else if (spared)
        *(r->state == RK_STATE_AWAITING     ? &t->waiting
          : r->state == RK_STATE_REINSTATED ? &t->back
                                            : &t->paid) += 1;
    else if (r->state == RK_STATE_REINSTATED)
        t->reinstated++;
    else
        t->reopened++;
}

static void put_count(const rk_job *job, rk_word_id word, size_t count, rk_buffer *out)
{
    rk_buffer_slice(out, rk_job_word(job, word));
    rk_buffer_printf(out, " %zu", count);
}

static void put_holders(const rk_job *job, const tally *t, rk_buffer *out)
{
    for (size_t i = 0; i < t->holder_count; i++) {
        rk_buffer_text(out, i ? ", " : " (");
        rk_buffer_slice(out,
                        rk_desk_label(job->desk, RK_DIM_HELD_BY, (int32_t)t->holders[i], NULL));
        rk_buffer_printf(out, " %zu", t->counts[i]);
    }
    rk_buffer_text(out, t->holder_count ? ")" : "");
}

void rk_lapses_tell(const rk_listing *l, rk_plan_sheet *sheet)
{
    const rk_job *job = l->job;
    const rk_books_input *input = job->desk->input;
    if (l->rule->list != RK_LIST_LAPSES || l->count == 0 || !is_told(input))
        return;
    size_t most = input->names->count + 1;
    tally t = {.holders = rk_alloc(most, sizeof *t.holders),
               .counts = rk_alloc(most, sizeof *t.counts)};
    for (size_t i = 0; i < l->count; i++) {
        rk_record r = rk_record_of(l, l->rows[i]);
        count_row(&t, &r);
    }
    rk_buffer text = {0};
    put_count(job, RK_WORD_SPARED_WAITING, t.waiting, &text);
    put_count(job, RK_WORD_SPARED_PAID, t.paid, &text);
    put_count(job, RK_WORD_SPARED_BACK, t.back, &text);
    put_count(job, RK_WORD_REINSTATED, t.reinstated, &text);
    put_count(job, RK_WORD_HELD, t.held, &text);
    put_holders(job, &t, &text);
    if (t.reopened)
        put_count(job, RK_WORD_REOPENED, t.reopened, &text);
    put_count(job, RK_WORD_LAPSED, t.expired, &text);
    rk_plan_text(sheet, RK_HEAD_ROWS - 1, 0, RK_STYLE_SUBTITLE, rk_buffer_all(&text));
    rk_buffer_free(&text);
    free(t.holders);
    free(t.counts);
}
