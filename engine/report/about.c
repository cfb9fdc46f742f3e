/* The last sheet: the run, its inputs and their digests; enough to tell two books of a day apart. */
#include <stdlib.h>

#include "report/desk.h"

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
    a->row++;
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

static void lay_rules(about *a)
{
    const rk_books_input *input = a->job->desk->input;
    char hex[RK_DIGEST_HEX + 1];
    if (!input->sources || !input->rule_digests)
        return;
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

bool rk_about_lay(rk_job *job, const rk_sheet *rule, rk_error *err)
{
    static const double widths[FILE_COLUMNS] = {34, 14, 9, 9, 16, 14, 40, 32};
    rk_plan_sheet *sheet =
        rk_plan_add_sheet(&job->plan, rk_label_in(&rule->name, job->plan.language), err);
    if (!sheet)
        return false;
    about a = {.job = job, .sheet = sheet, .row = RK_HEAD_ROWS};
    rk_head_lay(job, sheet, &rule->title);
    memcpy(sheet->widths, widths, sizeof widths);
    sheet->column_count = FILE_COLUMNS;
    sheet->about = true;
    sheet->repeats = true;
    sheet->repeat_until = RK_HEAD_ROWS - 2;
    sheet->freeze_row = RK_HEAD_ROWS - 1;
    if (rule->list == RK_LIST_RUN)
        lay_run(&a);
    lay_files(&a);
    if (rule->list == RK_LIST_RUN)
        lay_rules(&a);
    return true;
}
