/* Which channel has told of which of the last seven days. */
#include "report/desk.h"

enum { DAYS = 7, FIRST_DAY = 1, COMPLETE = FIRST_DAY + DAYS, FILES = COMPLETE + 1 };

static bool is_listed(rk_slice days, rk_day wanted)
{
    for (size_t at = 0; at + 10 <= days.len; at += 12) {
        rk_day day;
        if (rk_day_parse((rk_slice){days.at + at, 10}, &day) && day == wanted)
            return true;
    }
    return false;
}

/* A file of the channel, and of the account where one is asked for, for the day that was set aside. */
static bool is_set_aside(const rk_books_input *input, const rk_watermark *mark, rk_day day)
{
    for (size_t i = 0; input->files && i < input->files->count; i++) {
        const rk_file *file = &input->files->items[i];
        bool aside = file->fate == RK_FATE_QUARANTINED || file->fate == RK_FATE_HELD;
        if (aside && file->channel == mark->channel &&
            (mark->account == 0 || file->account == 0 || file->account == mark->account) &&
            (file->from == RK_NO_DAY || (file->from <= day && day <= file->until)))
            return true;
    }
    return false;
}

static void lay_day(const rk_job *job, rk_plan_sheet *sheet, uint32_t row, uint16_t column,
                    const rk_watermark *mark, rk_day day)
{
    const rk_books_input *input = job->desk->input;
    const rk_channel *channel = rk_channel_find(input->rules, mark->channel);
    bool shows_rest = rk_engine_behaves(&input->rules->engine, RK_REST_DAYS_SHOWN, input->night);
    rk_word_id word = RK_WORD_DELIVERED;
    if (is_set_aside(input, mark, day))
        word = RK_WORD_SET_ASIDE;
    else if (is_listed(mark->waits_for, day))
        word = RK_WORD_NOT_YET;
    else if (channel && shows_rest && rk_channel_rests(channel, day))
        word = RK_WORD_HOLIDAY;
    else if (!channel || !rk_channel_expects(channel, day) ||
             (!shows_rest && channel->expect != RK_EXPECT_DAILY) ||
             !rk_channel_has_account(channel, mark->account, day))
        word = RK_WORD_NOT_EXPECTED;
    bool late = word == RK_WORD_SET_ASIDE || word == RK_WORD_NOT_YET;
    rk_plan_text(sheet, row, column, late ? RK_STYLE_LATE : RK_STYLE_TEXT, rk_job_word(job, word));
}

static double count_files(const rk_books_input *input, const rk_watermark *mark)
{
    double count = 0;
    for (size_t i = 0; input->files && i < input->files->count; i++) {
        const rk_file *file = &input->files->items[i];
        bool of_it = mark->account == 0 || file->account == mark->account;
        count +=
            file->channel == mark->channel && of_it && file->night == input->night && file->fate;
    }
    return count;
}

/* "Bank A", and under it "Bank A 0123456789". */
static rk_slice name_of(rk_job *job, const rk_watermark *mark)
{
    rk_slice label = rk_desk_label(job->desk, RK_DIM_CHANNEL, mark->channel, &job->arena);
    if (mark->account == 0)
        return label;
    return rk_slice_of(
        rk_arena_printf(&job->arena, "%.*s %.*s", RK_FMT(label),
                        RK_FMT(rk_names_text(job->desk->input->names, mark->account))));
}

/* Up to midnight: the day before. */
static void put_complete(const rk_job *job, rk_plan_sheet *sheet, uint32_t row, double serial)
{
    bool whole_day = job->plan.fitted && serial == (double)(int64_t)serial;
    rk_plan_number(sheet, row, COMPLETE, whole_day ? RK_STYLE_DAY : RK_STYLE_DAYTIME,
                   whole_day ? serial - 1 : serial);
}

static void lay_heads(rk_job *job, rk_plan_sheet *sheet, uint32_t row)
{
    rk_plan_text(sheet, row, 0, RK_STYLE_HEAD, rk_job_word(job, RK_WORD_CHANNEL));
    sheet->widths[0] = 26;
    for (int i = 0; i < DAYS; i++) {
        rk_plan_text(sheet, row, (uint16_t)(FIRST_DAY + i), RK_STYLE_HEAD,
                     rk_desk_label(job->desk, RK_DIM_DAY, job->until - DAYS + 1 + i, &job->arena));
        sheet->widths[FIRST_DAY + i] = 12;
    }
    rk_plan_text(sheet, row, COMPLETE, RK_STYLE_HEAD, rk_job_word(job, RK_WORD_COMPLETE));
    rk_plan_text(sheet, row, FILES, RK_STYLE_HEAD_RIGHT, rk_job_word(job, RK_WORD_LATEST_FILE));
    sheet->widths[COMPLETE] = 16;
    sheet->widths[FILES] = 12;
    sheet->column_count = FILES + 1;
}

bool rk_deliveries_lay(rk_job *job, const rk_sheet *rule, rk_error *err)
{
    const rk_books_input *input = job->desk->input;
    rk_plan_sheet *sheet =
        rk_plan_add_sheet(&job->plan, rk_label_in(&rule->name, job->plan.language), err);
    if (!sheet)
        return false;
    uint32_t row = RK_HEAD_ROWS;
    rk_head_lay(job, sheet, &rule->title);
    lay_heads(job, sheet, row++);
    for (size_t i = 0; i < input->watermark_count; i++, row++) {
        const rk_watermark *mark = &input->watermarks[i];
        double serial;
        rk_plan_text(sheet, row, 0, RK_STYLE_TEXT, name_of(job, mark));
        for (int d = 0; d < DAYS; d++)
            lay_day(job, sheet, row, (uint16_t)(FIRST_DAY + d), mark, job->until - DAYS + 1 + d);
        if (rk_serial_moment(mark->complete_until, input->zone, &serial))
            put_complete(job, sheet, row, serial);
        else
            rk_plan_text(sheet, row, COMPLETE, RK_STYLE_NIL, rk_job_word(job, RK_WORD_NOTHING_YET));
        rk_plan_number(sheet, row, FILES, RK_STYLE_COUNT, count_files(input, mark));
    }
    if (input->watermark_count == 0)
        rk_plan_text(sheet, row, 0, RK_STYLE_NIL, rk_job_word(job, RK_WORD_NIL));
    sheet->portrait = rule->portrait != 0;
    sheet->freeze_row = RK_HEAD_ROWS + 1;
    sheet->repeats = true;
    sheet->repeat_from = sheet->repeat_until = RK_HEAD_ROWS;
    return true;
}
