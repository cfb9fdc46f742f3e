/* The last sheet: the run, its inputs and their digests; enough to tell two books of a day apart. */
#include <stdlib.h>

#include "report/desk.h"
#include "report/wrap.h"

enum { FILE_COLUMNS = 8 };

typedef struct about {
    rk_job *job;
    rk_plan_sheet *sheet;
    uint32_t row;
} about;

static void lay_pair(about *a, rk_word_id label, rk_slice value)
{
    rk_plan_text(a->sheet, a->row, 0, RK_STYLE_CHECK_LABEL, rk_job_word(a->job, label));
    rk_plan_text(a->sheet, a->row++, 1, RK_STYLE_PLAIN, value);
}

static void lay_run(about *a)
{
    const rk_books_input *input = a->job->desk->input;
    rk_buffer text = {0};
    if (input->biller.len)
        lay_pair(a, RK_WORD_BILLER, input->biller);
    rk_put_long_day(&text, input->night, a->job->plan.language);
    lay_pair(a, RK_WORD_NIGHT, rk_buffer_all(&text));
    rk_buffer_clear(&text);
    rk_buffer_slice(
        &text, rk_job_word(a->job, input->provisional.len ? RK_WORD_PROVISIONAL : RK_WORD_FINAL));
    if (input->provisional.len) {
        rk_buffer_text(&text, ": ");
        rk_buffer_slice(&text, input->provisional);
    }
    if (input->reconstructed) {
        rk_buffer_text(&text, " · ");
        rk_buffer_slice(&text, rk_job_word(a->job, RK_WORD_RECONSTRUCTED));
    }
    lay_pair(a, RK_WORD_STATUS, rk_buffer_all(&text));
    rk_buffer_clear(&text);
    rk_buffer_printf(&text, "%d", a->job->number);
    lay_pair(a, RK_WORD_REVISION, rk_buffer_all(&text));
    rk_buffer_free(&text);
    if (input->run.len) {
        lay_pair(a, RK_WORD_RUN_ID, input->run);
        lay_pair(a, RK_WORD_HEAD_BEFORE,
                 input->head_before.len ? input->head_before
                                        : rk_job_word(a->job, RK_WORD_FIRST_RUN));
    }
    if (input->program.len)
        lay_pair(a, RK_WORD_PROGRAM, input->program);
}

static int compare_files(const void *a, const void *b, void *context)
{
    const rk_books_input *input = context;
    const rk_file *x = &input->files->items[*(const uint32_t *)a];
    const rk_file *y = &input->files->items[*(const uint32_t *)b];
    int order = rk_slice_compare(rk_names_text(input->names, x->channel),
                                 rk_names_text(input->names, y->channel));
    if (!order)
        order = rk_slice_compare(x->name, y->name);
    return order ? order : rk_digest_compare(&x->digest, &y->digest);
}

/* Files that came tonight, by channel and name. */
static uint32_t *files_of_tonight(about *a, size_t *count)
{
    const rk_books_input *input = a->job->desk->input;
    size_t all = input->files ? input->files->count : 0;
    uint32_t *rows = rk_arena_alloc(&a->job->arena, all + 1, sizeof *rows);
    *count = 0;
    for (size_t i = 0; i < all; i++)
        if (input->files->items[i].night == input->night && input->files->items[i].fate)
            rows[(*count)++] = (uint32_t)i;
    if (*count > 1)
        qsort_r(rows, *count, sizeof *rows, compare_files, (void *)(uintptr_t)input);
    return rows;
}

static void lay_file(about *a, const rk_file *file)
{
    const rk_job *job = a->job;
    char hex[RK_DIGEST_HEX + 1] = "";
    uint32_t row = a->row++;
    if (!rk_digest_is_zero(&file->digest))
        rk_digest_hex(&file->digest, hex);
    rk_plan_text(a->sheet, row, 0, RK_STYLE_WRAP, file->name);
    rk_plan_text(a->sheet, row, 1, RK_STYLE_TEXT,
                 file->channel
                     ? rk_desk_label(job->desk, RK_DIM_CHANNEL, file->channel, &a->job->arena)
                     : RK_S("–"));
    rk_plan_number(a->sheet, row, 2, RK_STYLE_COUNT, file->entries);
    rk_plan_number(a->sheet, row, 3, RK_STYLE_COUNT, file->rejects);
    if (file->sum_minor == RK_NO_MONEY)
        rk_plan_blank(a->sheet, row, 4, RK_STYLE_TEXT);
    else
        rk_plan_number(a->sheet, row, 4,
                       rk_has_sen(file->sum_minor) ? RK_STYLE_MONEY_SEN : RK_STYLE_MONEY,
                       rk_rupiah(file->sum_minor));
    rk_plan_text(a->sheet, row, 5, file->fate == RK_FATE_ACCEPTED ? RK_STYLE_TEXT : RK_STYLE_BOLD,
                 rk_shown_fate(file->fate, job->plan.language));
    rk_plan_text(a->sheet, row, 6, RK_STYLE_WRAP, file->why);
    rk_plan_text(a->sheet, row, 7, RK_STYLE_DIGEST, rk_slice_of(hex));
}

static void lay_files(about *a)
{
    static const rk_word_id heads[FILE_COLUMNS] = {
        RK_WORD_FILE, RK_WORD_CHANNEL, RK_WORD_ENTRIES, RK_WORD_REJECTS,
        RK_WORD_SUM,  RK_WORD_FATE,    RK_WORD_WHY,     RK_WORD_DIGEST};
    size_t count = 0;
    uint32_t *rows = files_of_tonight(a, &count);
    rk_plan_text(a->sheet, a->row++, 0, RK_STYLE_BLOCK, rk_job_word(a->job, RK_WORD_FILES));
    for (uint16_t c = 0; c < FILE_COLUMNS; c++)
        rk_plan_text(a->sheet, a->row, c, c >= 2 && c <= 4 ? RK_STYLE_HEAD_RIGHT : RK_STYLE_HEAD,
                     rk_job_word(a->job, heads[c]));
    a->row++;
    for (size_t i = 0; i < count; i++)
        lay_file(a, &a->job->desk->input->files->items[rows[i]]);
    if (count == 0) {
        rk_plan_text(a->sheet, a->row, 0, RK_STYLE_NIL, rk_job_word(a->job, RK_WORD_NIL));
        for (uint16_t c = 1; c < FILE_COLUMNS; c++)
            rk_plan_blank(a->sheet, a->row, c, RK_STYLE_TEXT);
        a->row++;
    }
    a->row++;
}

static void lay_rules_once(about *a)
{
    const rk_books_input *input = a->job->desk->input;
    char hex[RK_DIGEST_HEX + 1];
    rk_plan_text(a->sheet, a->row++, 0, RK_STYLE_BLOCK, rk_job_word(a->job, RK_WORD_RULES));
    rk_plan_text(a->sheet, a->row, 0, RK_STYLE_HEAD, rk_job_word(a->job, RK_WORD_FILE));
    for (uint16_t c = 1; c < FILE_COLUMNS; c++)
        rk_plan_text(a->sheet, a->row, c, RK_STYLE_HEAD,
                     c == 1 ? rk_job_word(a->job, RK_WORD_DIGEST) : RK_S(""));
    a->row++;
    for (size_t i = 0; i < input->sources->count; i++) {
        rk_plan_text(a->sheet, a->row, 0, RK_STYLE_PLAIN, input->sources->items[i].name);
        rk_plan_text(a->sheet, a->row, 1, RK_STYLE_META,
                     rk_slice_of(rk_digest_hex(&input->rule_digests[i], hex)));
        a->row++;
    }
}

/* ---- the rules, and what became of them since the run before ---- */

static const rk_rule_mark *mark_of(const rk_books_input *input, rk_slice name)
{
    for (size_t i = 0; i < input->rule_before_count; i++)
        if (rk_slice_equal(input->rules_before[i].name, name))
            return &input->rules_before[i];
    return NULL;
}

/* Against the run before; RK_WORD_NIL: there was none to compare with. */
static rk_word_id change_of(const rk_books_input *input, size_t i)
{
    const rk_rule_mark *before = mark_of(input, input->sources->items[i].name);
    return !input->has_before                                          ? RK_WORD_NIL
           : !before                                                   ? RK_WORD_RULES_ADDED
           : rk_digest_equal(&before->digest, &input->rule_digests[i]) ? RK_WORD_RULES_SAME
                                                                       : RK_WORD_RULES_CHANGED;
}

static bool is_used(const rk_books_input *input, rk_slice name)
{
    for (size_t i = 0; i < input->sources->count; i++)
        if (rk_slice_equal(input->sources->items[i].name, name))
            return true;
    return false;
}

/* "berubah: " before the first name, ", " before the others; "; " before the next kind. */
static void put_changed(const about *a, rk_word_id kind, rk_slice name, bool *any, rk_buffer *out)
{
    if (!*any) {
        rk_buffer_text(out, out->len ? "; " : "");
        rk_buffer_slice(out, rk_job_word(a->job, kind));
        rk_buffer_char(out, ':');
    }
    rk_buffer_text(out, *any ? ", " : " ");
    rk_buffer_slice(out, name);
    *any = true;
}

static void put_changes(const about *a, rk_buffer *out)
{
    const rk_books_input *input = a->job->desk->input;
    const rk_word_id kinds[] = {RK_WORD_RULES_CHANGED, RK_WORD_RULES_ADDED};
    bool any;
    for (int k = 0; k < 2; k++) {
        any = false;
        for (size_t i = 0; i < input->sources->count; i++)
            if (change_of(input, i) == kinds[k])
                put_changed(a, kinds[k], input->sources->items[i].name, &any, out);
    }
    any = false;
    for (size_t i = 0; i < input->rule_before_count; i++)
        if (!is_used(input, input->rules_before[i].name))
            put_changed(a, RK_WORD_RULES_GONE, input->rules_before[i].name, &any, out);
    if (out->len == 0)
        rk_buffer_slice(out, rk_job_word(a->job, RK_WORD_RULES_SAME));
}

/* One digest of all files: "name<TAB>digest<LF>" of each, in their order. */
static void put_digest_of_all(const rk_books_input *input, rk_buffer *out)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_buffer lines = {0};
    for (size_t i = 0; i < input->sources->count; i++) {
        rk_buffer_slice(&lines, input->sources->items[i].name);
        rk_buffer_printf(&lines, "\t%s\n", rk_digest_hex(&input->rule_digests[i], hex));
    }
    rk_digest all = rk_digest_of(rk_buffer_all(&lines));
    rk_buffer_text(out, rk_digest_hex(&all, hex));
    rk_buffer_free(&lines);
}

static void lay_rule(const about *a, size_t i, uint32_t row, uint16_t column)
{
    enum { SHOWN = 16 };
    const rk_books_input *input = a->job->desk->input;
    char hex[RK_DIGEST_HEX + 1];
    rk_word_id change = change_of(input, i);
    bool same = change == RK_WORD_NIL || change == RK_WORD_RULES_SAME;
    rk_buffer text = {0};
    rk_buffer_bytes(&text, rk_digest_hex(&input->rule_digests[i], hex), SHOWN);
    rk_buffer_text(&text, same ? "" : " · ");
    rk_buffer_slice(&text, same ? RK_S("") : rk_job_word(a->job, change));
    rk_plan_text(a->sheet, row, column, RK_STYLE_PLAIN, input->sources->items[i].name);
    rk_plan_text(a->sheet, row, column + 1, same ? RK_STYLE_META : RK_STYLE_PROVISIONAL,
                 rk_buffer_all(&text));
    rk_buffer_free(&text);
}

/* In two columns: they are many, and a page is wide. */
static void lay_rule_files(about *a)
{
    enum { LEFT = 0, RIGHT = 6 };
    const rk_books_input *input = a->job->desk->input;
    size_t count = input->sources->count, half = (count + 1) / 2;
    double page = RK_PAGE_DOWN * rk_wrap_pixels(a->sheet, FILE_COLUMNS) / RK_PAGE_ACROSS;
    uint32_t rows = (uint32_t)(page / (RK_POINTS_FITTED * 4 / 3)) - RK_HEAD_ROWS;
    if (a->row % rows + half + 2 > rows && half + 2 < rows)
        a->sheet->breaks[a->sheet->break_count++] = a->row; /* not cut, if they fit on a page */
    rk_plan_text(a->sheet, a->row++, 0, RK_STYLE_BLOCK, rk_job_word(a->job, RK_WORD_RULES));
    for (uint16_t c = 0; c < FILE_COLUMNS; c++)
        rk_plan_text(a->sheet, a->row, c, RK_STYLE_HEAD,
                     c == LEFT || c == RIGHT           ? rk_job_word(a->job, RK_WORD_FILE)
                     : c == LEFT + 1 || c == RIGHT + 1 ? rk_job_word(a->job, RK_WORD_DIGEST_SHORT)
                                                       : RK_S(""));
    a->row++;
    for (size_t i = 0; i < count; i++)
        lay_rule(a, i, a->row + (uint32_t)(i % half), i < half ? LEFT : RIGHT);
    a->row += (uint32_t)half;
}

static void lay_rules(about *a)
{
    const rk_books_input *input = a->job->desk->input;
    if (!input->sources || !input->rule_digests)
        return;
    if (a->job->plan.fitted)
        lay_rule_files(a);
    else
        lay_rules_once(a);
}

/* Which rules, and whether they are those of the run before. */
static void lay_rules_said(about *a)
{
    const rk_books_input *input = a->job->desk->input;
    rk_buffer text = {0};
    if (!a->job->plan.fitted || !input->sources || !input->rule_digests)
        return;
    put_digest_of_all(input, &text);
    lay_pair(a, RK_WORD_RULES_DIGEST, rk_buffer_all(&text));
    rk_buffer_clear(&text);
    if (input->has_before) {
        put_changes(a, &text);
        lay_pair(a, RK_WORD_RULES_SINCE, rk_buffer_all(&text));
    }
    rk_buffer_free(&text);
}

bool rk_about_lay(rk_job *job, const rk_sheet *rule, rk_error *err)
{
    static const double widths[FILE_COLUMNS] = {34, 14, 9, 9, 16, 14, 40, 32};
    static const double fitted[FILE_COLUMNS] = {34, 14, 9,  9,
                                                16, 14, 32, 42}; /* a digest: one line */
    rk_plan_sheet *sheet =
        rk_plan_add_sheet(&job->plan, rk_label_in(&rule->name, job->plan.language), err);
    if (!sheet)
        return false;
    about a = {.job = job, .sheet = sheet, .row = RK_HEAD_ROWS};
    rk_head_lay(job, sheet, &rule->title);
    memcpy(sheet->widths, job->plan.fitted ? fitted : widths, sizeof widths);
    sheet->column_count = FILE_COLUMNS;
    sheet->about = true;
    sheet->repeats = true;
    sheet->repeat_until = RK_HEAD_ROWS - 2;
    sheet->freeze_row = RK_HEAD_ROWS - 1;
    if (rule->list == RK_LIST_RUN) {
        lay_run(&a);
        lay_rules_said(&a);
        a.row++;
    }
    lay_files(&a);
    if (rule->list == RK_LIST_RUN)
        lay_rules(&a);
    return true;
}
