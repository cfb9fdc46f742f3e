#include "report/difference.h"

#include <locale.h>
#include <stdio.h>

#include "report/desk.h"
#include "report/plan.h"
#include "report/words.h"
#include "report/xlsx.h"

enum { MONEY_COLUMNS = 4, LINE_COLUMNS = 9, HEAD = 2 };

static void put_heads(rk_plan_sheet *sheet, const rk_word_id *heads, const double *widths,
                      uint16_t count, uint16_t right_from, uint16_t right_until, rk_slice title)
{
    rk_language language = sheet->plan->language;
    rk_plan_text(sheet, 0, 0, RK_STYLE_TITLE, title);
    for (uint16_t c = 0; c < count; c++) {
        bool right = c >= right_from && c <= right_until;
        rk_plan_text(sheet, HEAD, c, right ? RK_STYLE_HEAD_RIGHT : RK_STYLE_HEAD,
                     rk_word(heads[c], language));
        sheet->widths[c] = widths[c];
    }
    sheet->column_count = count;
    sheet->freeze_row = HEAD + 1;
    sheet->repeats = true;
    sheet->repeat_from = sheet->repeat_until = HEAD;
}

static void put_part(rk_plan_sheet *sheet, uint32_t row, rk_slice cause, rk_slice run,
                     rk_money amount, int64_t count)
{
    rk_plan_text(sheet, row, 0, RK_STYLE_TEXT, cause);
    rk_plan_text(sheet, row, 1, RK_STYLE_TEXT, run);
    rk_plan_number(sheet, row, 2, amount % 100 ? RK_STYLE_MONEY_SEN : RK_STYLE_MONEY,
                   (double)amount / 100);
    rk_plan_number(sheet, row, 3, RK_STYLE_NUMBER, (double)count);
}

/* before + parts - after: nothing. */
static void put_remainder(const rk_difference *d, rk_plan_sheet *sheet, uint32_t after)
{
    rk_money rest = d->before - d->after;
    int64_t count = d->count_before - d->count_after;
    char formula[64];
    for (size_t i = 0; i < d->part_count; i++) {
        rest += d->parts[i].amount;
        count += d->parts[i].count;
    }
    rk_plan_text(sheet, after + 1, 0, RK_STYLE_CHECK_LABEL,
                 rk_word(RK_WORD_DIFFERENCE, d->language));
    for (uint16_t c = 2; c < MONEY_COLUMNS; c++) {
        snprintf(formula, sizeof formula, "SUM(%c%d:%c%u)-%c%u", 'A' + c, HEAD + 2, 'A' + c, after,
                 'A' + c, after + 1);
        rk_plan_formula(sheet, after + 1, c, RK_STYLE_CHECK, formula,
                        c == 2 ? (double)rest / 100 : (double)count);
    }
}

static bool lay_money(const rk_difference *d, rk_plan *plan, rk_slice title, rk_error *err)
{
    static const rk_word_id heads[MONEY_COLUMNS] = {RK_WORD_CAUSE, RK_WORD_RUN, RK_WORD_SUM,
                                                    RK_WORD_ENTRIES};
    static const double widths[MONEY_COLUMNS] = {60, 16, 20, 12};
    bool indonesian = d->language == RK_INDONESIAN;
    rk_plan_sheet *sheet = rk_plan_add_sheet(plan, indonesian ? RK_S("Uang") : RK_S("Money"), err);
    if (!sheet)
        return false;
    put_heads(sheet, heads, widths, MONEY_COLUMNS, 2, 3, title);
    uint32_t row = HEAD + 1;
    put_part(sheet, row++, rk_word(RK_WORD_BEFORE, d->language), d->earlier, d->before,
             d->count_before);
    for (size_t i = 0; i < d->part_count; i++)
        put_part(sheet, row++, d->parts[i].ground.cause, d->parts[i].ground.run, d->parts[i].amount,
                 d->parts[i].count);
    put_part(sheet, row, rk_word(RK_WORD_AFTER, d->language), d->later, d->after, d->count_after);
    put_remainder(d, sheet, row);
    return true;
}

static void put_line(rk_plan_sheet *sheet, uint32_t row, rk_slice path, const rk_correction *c)
{
    rk_plan_text(sheet, row, 0, RK_STYLE_TEXT, path);
    rk_plan_text(sheet, row, 1, RK_STYLE_TEXT, c->sheet);
    rk_plan_text(sheet, row, 2, RK_STYLE_WRAP, c->where);
    rk_plan_text(sheet, row, 3, RK_STYLE_TEXT, rk_slice_of(c->place));
    rk_correction_put(sheet, row, 4, c, c->before_known, c->before);
    rk_correction_put(sheet, row, 5, c, c->after_known, c->after);
    rk_correction_put(sheet, row, 6, c, true, c->after - c->before);
    rk_plan_text(sheet, row, 7, RK_STYLE_WRAP, c->ground.cause);
    rk_plan_text(sheet, row, 8, RK_STYLE_TEXT, c->ground.run);
}

static bool lay_lines(const rk_difference *d, rk_plan *plan, rk_slice title, rk_error *err)
{
    static const rk_word_id heads[LINE_COLUMNS] = {
        RK_WORD_FILE,  RK_WORD_SHEET,      RK_WORD_PLACE, RK_WORD_CELL, RK_WORD_BEFORE,
        RK_WORD_AFTER, RK_WORD_DIFFERENCE, RK_WORD_CAUSE, RK_WORD_RUN};
    static const double widths[LINE_COLUMNS] = {36, 14, 54, 8, 15, 15, 15, 38, 14};
    bool indonesian = d->language == RK_INDONESIAN;
    rk_plan_sheet *sheet =
        rk_plan_add_sheet(plan, indonesian ? RK_S("Perbedaan") : RK_S("Differences"), err);
    if (!sheet)
        return false;
    put_heads(sheet, heads, widths, LINE_COLUMNS, 4, 6, title);
    uint32_t row = HEAD + 1;
    for (size_t i = 0; i < d->book_count; i++)
        for (size_t k = 0; k < d->books[i].lines->count && row < RK_PLAN_ROWS; k++)
            put_line(sheet, row++, d->books[i].path, &d->books[i].lines->items[k]);
    return true;
}

static bool write(rk_plan *plan, const char *scratch, rk_buffer *out, rk_error *err)
{
    rk_digest parts;
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0)
        return rk_fail(err, RK_BUG, "the locale \"C\" is missing");
    locale_t before = uselocale(plain);
    bool good = rk_xlsx_write(plan, scratch, out, err) &&
                rk_xlsx_read_back(plan, rk_buffer_all(out), &parts, err);
    uselocale(before);
    freelocale(plain);
    return good;
}

bool rk_difference_write(const rk_difference *d, const char *scratch, rk_buffer *out, rk_error *err)
{
    rk_arena arena = {0};
    bool indonesian = d->language == RK_INDONESIAN;
    rk_slice title = rk_slice_of(rk_arena_printf(
        &arena, indonesian ? "PERBEDAAN ANTARA %.*s DAN %.*s" : "DIFFERENCES BETWEEN %.*s AND %.*s",
        RK_FMT(d->earlier), RK_FMT(d->later)));
    rk_plan plan = {.arena = &arena,
                    .language = d->language,
                    .title = title,
                    .subject = title,
                    .footer = RK_S("&C&8&P / &N"),
                    .created = d->created};
    bool good = lay_money(d, &plan, title, err) && lay_lines(d, &plan, title, err) &&
                rk_plan_finish(&plan, err) && write(&plan, scratch, out, err);
    rk_plan_free(&plan);
    rk_arena_free(&arena);
    return good;
}
