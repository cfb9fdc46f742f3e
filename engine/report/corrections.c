/* The sheet of corrections: what a revision says otherwise than the book before it, and why. */
#include "report/desk.h"

enum { COLUMNS = 9 };

void rk_correction_put(rk_plan_sheet *sheet, uint32_t row, uint16_t column, const rk_correction *c,
                       bool known, int64_t hundredths)
{
    bool broken = hundredths % 100 != 0;
    rk_style style = !c->money ? (broken ? RK_STYLE_PERCENT : RK_STYLE_NUMBER)
                     : broken  ? RK_STYLE_MONEY_SEN
                               : RK_STYLE_MONEY;
    if (known)
        rk_plan_number(sheet, row, column, style, (double)hundredths / 100);
    else
        rk_plan_text(sheet, row, column, RK_STYLE_NIL_RIGHT, RK_S("–"));
}

static void put_line(const rk_job *job, rk_plan_sheet *sheet, uint32_t row, const rk_correction *c)
{
    rk_plan_number(sheet, row, 0, RK_STYLE_DAY, rk_serial_day(job->until));
    rk_plan_text(sheet, row, 1, RK_STYLE_TEXT, c->sheet);
    rk_plan_text(sheet, row, 2, RK_STYLE_WRAP, c->where);
    rk_plan_text(sheet, row, 3, RK_STYLE_TEXT, rk_slice_of(c->place));
    rk_correction_put(sheet, row, 4, c, c->before_known, c->before);
    rk_correction_put(sheet, row, 5, c, c->after_known, c->after);
    rk_correction_put(sheet, row, 6, c, true, c->after - c->before);
    rk_plan_text(sheet, row, 7, RK_STYLE_WRAP, c->ground.cause);
    rk_plan_text(sheet, row, 8, RK_STYLE_TEXT, c->ground.run);
}

bool rk_corrections_lay(rk_job *job, const rk_corrections *corrections, rk_error *err)
{
    static const rk_word_id heads[COLUMNS] = {RK_WORD_REPORT_DAY, RK_WORD_SHEET,  RK_WORD_PLACE,
                                              RK_WORD_CELL,       RK_WORD_BEFORE, RK_WORD_AFTER,
                                              RK_WORD_DIFFERENCE, RK_WORD_CAUSE,  RK_WORD_RUN};
    static const double widths[COLUMNS] = {12, 14, 54, 8, 15, 15, 15, 38, 14};
    static const double fitted[COLUMNS] = {11, 13, 50, 6, 12.5, 12.5, 12.5, 36, 11};
    rk_label title = {rk_word(RK_WORD_CORRECTIONS_TITLE, RK_INDONESIAN),
                      rk_word(RK_WORD_CORRECTIONS_TITLE, RK_ENGLISH)};
    rk_plan_sheet *sheet =
        rk_plan_add_sheet(&job->plan, rk_job_word(job, RK_WORD_CORRECTIONS), err);
    if (!sheet)
        return false;
    rk_head_lay(job, sheet, &title);
    memcpy(sheet->widths, job->plan.fitted ? fitted : widths, sizeof widths);
    sheet->column_count = COLUMNS;
    sheet->about = true;
    for (uint16_t c = 0; c < COLUMNS; c++)
        rk_plan_text(sheet, RK_HEAD_ROWS, c, c >= 4 && c <= 6 ? RK_STYLE_HEAD_RIGHT : RK_STYLE_HEAD,
                     rk_job_word(job, heads[c]));
    sheet->freeze_row = RK_HEAD_ROWS + 1;
    sheet->repeats = true;
    sheet->repeat_from = sheet->repeat_until = RK_HEAD_ROWS;
    if (corrections->count == 0)
        rk_plan_text(sheet, RK_HEAD_ROWS + 1, 0, RK_STYLE_NIL, rk_job_word(job, RK_WORD_NIL));
    for (size_t i = 0; i < corrections->count && i + RK_HEAD_ROWS + 1 < RK_PLAN_ROWS; i++)
        put_line(job, sheet, RK_HEAD_ROWS + 1 + (uint32_t)i, &corrections->items[i]);
    return true;
}
