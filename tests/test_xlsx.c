/* The writer and the one who reads back: what was written is what was meant, and nothing else passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "base/xml.h"
#include "report/xlsx.h"

static char scratch[64];

static void must(bool good, const rk_error *err)
{
    if (!good)
        fail_msg("%s (%s)", err->message, err->hint);
}

/* ---- the plan and the read-back ---- */

static void fill_numbers(const void *context, size_t item, rk_row *row)
{
    char text[32];
    (void)context;
    rk_row_begin(row);
    rk_row_number(row, RK_STYLE_NUMBER, (double)item);
    snprintf(text, sizeof text, "row %zu", item);
    rk_row_text(row, RK_STYLE_TEXT, rk_slice_of(text));
    rk_row_number(row, RK_STYLE_MONEY_SEN, (double)item / 100);
    rk_row_blank(row, RK_STYLE_INPUT);
    rk_row_end(row);
}

static void small_plan(rk_plan *plan, rk_arena *arena, size_t rows)
{
    rk_error err;
    *plan = (rk_plan){.arena = arena, .created = 19787, .footer = RK_S("&P"), .title = RK_S("t")};
    rk_plan_sheet *sheet = rk_plan_add_sheet(plan, RK_S("One"), &err);
    rk_plan_text(sheet, 0, 0, RK_STYLE_TITLE, RK_S("title & <more>"));
    rk_plan_number(sheet, 1, 2, RK_STYLE_MONEY_SEN, 1234.56);
    rk_plan_formula(sheet, 1, 3, RK_STYLE_TOTAL_MONEY, "SUM(C2:C2)", 1234.56);
    rk_plan_link(sheet, 1, 1, RK_S("go"), RK_S("One"), 0);
    rk_plan_blank(sheet, 1, 4, RK_STYLE_TEXT);
    sheet->fill = fill_numbers;
    sheet->list_row = 3;
    sheet->list_count = rows;
    sheet->list_columns = 4;
    must(rk_plan_finish(plan, &err), &err);
}

static void write_plan(const rk_plan *plan, rk_buffer *bytes)
{
    rk_error err;
    must(rk_folder_make(scratch, 0700, &err), &err);
    must(rk_xlsx_write(plan, scratch, bytes, &err), &err);
}

static void test_read_back__a_difference_names_sheet_and_cell(void **state)
{
    (void)state;
    static const struct {
        size_t cell;
        double number;
        const char *text, *place;
    } changes[] = {{0, 0, "title & <mor>", "A1"},
                   {1, 0, "gone", "B2"},
                   {2, 1234.57, NULL, "C2"},
                   {3, 1234.57, NULL, "D2"},
                   {3, 0, "SUM(C2:C3)", "D2"}};
    rk_arena arena = {0};
    rk_plan plan;
    rk_buffer bytes = {0};
    rk_digest parts;
    rk_error err;
    small_plan(&plan, &arena, 4);
    write_plan(&plan, &bytes);
    must(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err), &err);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        rk_cell *cell = &plan.sheets[0]->cells[changes[i].cell].cell, before = *cell;
        if (changes[i].text)
            cell->text = rk_slice_of(changes[i].text);
        else
            cell->number = changes[i].number;
        assert_false(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err));
        assert_int_equal(err.code, RK_FILE);
        assert_non_null(strstr(err.message, changes[i].place));
        assert_non_null(strstr(err.message, "One"));
        *cell = before;
    }
    plan.sheets[0]->list_count = 5; /* a row too few, a row too many */
    assert_false(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err));
    assert_non_null(strstr(err.message, "A8"));
    plan.sheets[0]->list_count = 3;
    assert_false(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err));
    assert_non_null(strstr(err.message, "A7"));
    rk_buffer_free(&bytes);
    rk_plan_free(&plan);
    rk_arena_free(&arena);
}

/* A flipped bit is refused, or (the archive's own bookkeeping: dates, versions, padding bits of deflate)
 * leaves every part as it was. */
static void test_read_back__flipped_bits_are_caught_or_change_no_part(void **state)
{
    (void)state;
    rk_arena arena = {0};
    rk_plan plan;
    rk_buffer bytes = {0};
    rk_digest meant, found;
    rk_error err;
    size_t caught = 0, tried = 0;
    small_plan(&plan, &arena, 20);
    write_plan(&plan, &bytes);
    must(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &meant, &err), &err);
    for (size_t i = 0; i < bytes.len * 8; i += 5) {
        bytes.bytes[i / 8] = (char)(bytes.bytes[i / 8] ^ (1 << i % 8));
        bool good = rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &found, &err);
        if (good && !rk_digest_equal(&meant, &found))
            fail_msg("bit %zu was flipped, parts changed, and nothing was said", i);
        caught += !good;
        tried++;
        bytes.bytes[i / 8] = (char)(bytes.bytes[i / 8] ^ (1 << i % 8));
    }
    assert_true(caught * 100 > tried * 85);
    for (size_t len = 0; len < bytes.len; len += 97) /* cut short */
        assert_false(rk_xlsx_read_back(&plan, (rk_slice){bytes.bytes, len}, &found, &err));
    rk_buffer_free(&bytes);
    rk_plan_free(&plan);
    rk_arena_free(&arena);
}

static void test_xlsx__a_long_list_is_written_in_constant_memory(void **state)
{
    (void)state;
    rk_arena arena = {0};
    rk_plan plan;
    rk_buffer bytes = {0};
    rk_digest parts;
    rk_error err;
    small_plan(&plan, &arena, RK_PLAN_LONG + 10);
    write_plan(&plan, &bytes);
    must(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err), &err);
    plan.sheets[0]->list_from = 1; /* every row differs by one */
    assert_false(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err));
    rk_buffer_free(&bytes);
    rk_plan_free(&plan);
    rk_arena_free(&arena);
}

/* ---- styles ---- */

/* Every style once, in this order or the other; each kind of alert, in either order. */
static void plan_of_styles(rk_plan *plan, rk_arena *arena, rk_language language, bool turned)
{
    rk_error err;
    *plan = (rk_plan){.arena = arena, .created = 19787, .footer = RK_S("&P"), .title = RK_S("t")};
    plan->language = language;
    for (int i = 0; i < 2; i++) {
        rk_plan_sheet *sheet = rk_plan_add_sheet(plan, i ? RK_S("Two") : RK_S("One"), &err);
        for (unsigned s = i ? 0 : 1; s < RK_STYLES; s++) {
            rk_style style = (rk_style)(turned ? RK_STYLES - 1 - s : s);
            if (s % 3 == 0)
                rk_plan_blank(sheet, s, 0, style);
            else
                rk_plan_number(sheet, s, 0, style, s);
        }
        for (unsigned k = 0; k < 3; k++)
            rk_plan_alert(sheet, (rk_alert){.kind = k == 1 ? RK_ALERT_BARS : RK_ALERT_ABOVE,
                                            .amber = (k == 0) == turned,
                                            .first_row = k + 1,
                                            .last_row = k + 1});
    }
    must(rk_plan_finish(plan, &err), &err);
}

static void test_styles__are_read_back_as_they_look(void **state)
{
    (void)state;
    rk_digest parts;
    rk_error err;
    for (int i = 0; i < 8; i++) {
        rk_arena arena = {0};
        rk_plan plan;
        rk_buffer bytes = {0};
        plan_of_styles(&plan, &arena, i & 1 ? RK_ENGLISH : RK_INDONESIAN, i & 2);
        rk_plan_limits.long_rows = i & 4 ? 0 : RK_PLAN_LONG;
        plan.sheets[1]->fill = fill_numbers;
        plan.sheets[1]->list_row = 60;
        plan.sheets[1]->list_count = 2;
        write_plan(&plan, &bytes);
        must(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err), &err);
        rk_cell *cell = &plan.sheets[1]->cells[RK_STYLE_MONEY_SEN].cell;
        uint8_t before = cell->style;
        cell->style = RK_STYLE_PERCENT;
        assert_false(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err));
        assert_non_null(strstr(err.message, "does not look as it was meant"));
        cell->style = before;
        plan.language = i & 1 ? RK_INDONESIAN : RK_ENGLISH;
        assert_false(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err));
        assert_non_null(strstr(err.message, "xl/styles.xml"));
        rk_plan_limits.long_rows = RK_PLAN_LONG;
        rk_buffer_free(&bytes);
        rk_plan_free(&plan);
        rk_arena_free(&arena);
    }
}

/* ---- what stands around the cells ---- */

/* Where a link leads decides what it is, not how its path begins: books may lie in folders of any name. */
static void test_read_back__a_link_to_a_book_may_look_like_a_part(void **state)
{
    (void)state;
    static const char *const paths[] = {"../drawings/drawing1.xml", "../charts/chart1.xml",
                                        "worksheets/sheet1.xml",    "styles.xml",
                                        "theme/theme1.xml",         "../a b/[1]/50%/x.xlsx",
                                        "xl/workbook.xml",          "..%2fx.xlsx"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        rk_arena arena = {0};
        rk_plan plan;
        rk_buffer bytes = {0};
        rk_digest parts;
        rk_error err;
        small_plan(&plan, &arena, 3);
        rk_plan_link_book(plan.sheets[0], 2, 0, RK_S("book"), rk_slice_of(paths[i]));
        rk_series series = {.name = RK_S("one"), .column = 2};
        rk_chart_plan *chart = rk_plan_chart(plan.sheets[0]);
        chart->title = RK_S("c");
        chart->width = chart->height = 200;
        chart->last_row = 3;
        chart->series = &series;
        chart->series_count = 1;
        must(rk_plan_finish(&plan, &err), &err);
        write_plan(&plan, &bytes);
        must(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err), &err);
        plan.sheets[0]->cells[plan.sheets[0]->cell_count - 1].link = RK_S(RK_LINK_OUTSIDE "x");
        assert_false(rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err));
        assert_non_null(strstr(err.message, "sheet1.xml.rels"));
        rk_buffer_free(&bytes);
        rk_plan_free(&plan);
        rk_arena_free(&arena);
    }
}

typedef void (*meant_otherwise)(rk_plan *plan);
static void wider(rk_plan *p)
{
    p->sheets[0]->widths[1] = 13;
}
static void higher(rk_plan *p)
{
    p->sheets[0]->heights[0].points = 23;
}
static void turned(rk_plan *p)
{
    p->sheets[0]->portrait = !p->sheets[0]->portrait;
}
static void unfrozen(rk_plan *p)
{
    p->sheets[0]->freeze_row = 2;
}
static void repeated(rk_plan *p)
{
    p->sheets[0]->repeat_until = 1;
}
static void filtered(rk_plan *p)
{
    p->sheets[0]->list_columns = 3;
}
static void broken(rk_plan *p)
{
    p->sheets[0]->breaks[0] = 5;
}
static void above(rk_plan *p)
{
    p->sheets[0]->alerts[0].limit = 6;
}
static void reddened(rk_plan *p)
{
    p->sheets[0]->alerts[1].amber = false;
}
static void without_bars(rk_plan *p)
{
    p->sheets[0]->alert_count--;
}
static void footed(rk_plan *p)
{
    p->footer = RK_S("&N");
}
static void titled(rk_plan *p)
{
    p->title = RK_S("u");
}
static void named_for(rk_plan *p)
{
    p->subject = RK_S("x");
}
static void made_later(rk_plan *p)
{
    p->created++;
}

/* Each difference between book and plan is named with sheet or part. */
static void test_read_back__what_stands_around_the_cells(void **state)
{
    (void)state;
    static const struct {
        meant_otherwise change;
        const char *place;
    } cases[] = {{wider, "One"},
                 {higher, "One"},
                 {turned, "One"},
                 {unfrozen, "One"},
                 {repeated, "workbook"},
                 {filtered, "One"},
                 {broken, "One"},
                 {above, "One"},
                 {reddened, "One"},
                 {without_bars, "One"},
                 {footed, "One"},
                 {titled, "docProps/core.xml"},
                 {named_for, "docProps/core.xml"},
                 {made_later, "docProps/core.xml"}};
    rk_arena arena = {0};
    rk_buffer bytes = {0};
    rk_digest parts;
    rk_error err;
    for (size_t i = 0; i <= sizeof cases / sizeof *cases; i++) {
        rk_plan plan;
        small_plan(&plan, &arena, 30);
        rk_plan_sheet *sheet = plan.sheets[0];
        sheet->column_count = 2;
        sheet->widths[0] = 20;
        sheet->widths[1] = 12;
        sheet->freeze_row = 3;
        sheet->repeats = sheet->filters = true;
        sheet->breaks[0] = 4;
        sheet->break_count = 1;
        rk_plan_height(sheet, 1, 22);
        for (unsigned k = 0; k < 3; k++)
            rk_plan_alert(sheet, (rk_alert){.kind = k == 2 ? RK_ALERT_BARS : RK_ALERT_ABOVE,
                                            .amber = k == 1,
                                            .limit = 5,
                                            .first_row = 3,
                                            .last_row = 9});
        if (i == 0)
            write_plan(&plan, &bytes);
        else
            cases[i - 1].change(&plan);
        bool good = rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err);
        if (i == 0)
            must(good, &err);
        else if (good || !strstr(err.message, cases[i - 1].place))
            fail_msg("case %zu: %s", i, good ? "nothing was said" : err.message);
        rk_plan_free(&plan);
    }
    rk_buffer_free(&bytes);
    rk_arena_free(&arena);
}

/* The library's function for temporary files is replaced: of a short book nothing but the book itself is ever
 * made in the folder. A library that no longer asks for it would be as right and slower; this tells. */
static void test_xlsx__parts_of_a_short_book_need_no_file(void **state)
{
    (void)state;
    for (int is_long = 0; is_long < 2; is_long++) {
        rk_arena arena = {0};
        rk_plan plan;
        rk_buffer bytes = {0};
        rk_error err;
        char seen[16384];
        size_t others = 0;
        small_plan(&plan, &arena, 20);
        rk_plan_limits.long_rows = is_long ? 1 : RK_PLAN_LONG;
        must(rk_folder_make(scratch, 0700, &err), &err);
        int watch = inotify_init1(IN_NONBLOCK);
        assert_true(inotify_add_watch(watch, scratch, IN_CREATE) >= 0);
        write_plan(&plan, &bytes);
        rk_plan_limits.long_rows = RK_PLAN_LONG;
        ssize_t got = read(watch, seen, sizeof seen);
        assert_true(got > 0);
        for (char *at = seen; at < seen + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            others += strcmp(event->name, "book.xlsx") != 0;
            at += sizeof *event + event->len;
        }
        close(watch);
        assert_int_equal(others > 0, is_long);
        rk_buffer_free(&bytes);
        rk_plan_free(&plan);
        rk_arena_free(&arena);
    }
}

/* The library says "all well" when its temporary files could not be written; the read-back does not. */
static void test_xlsx__a_full_disk_is_an_error(void **state)
{
    (void)state;
    rk_arena arena = {0};
    rk_plan plan;
    rk_buffer bytes = {0};
    rk_digest parts;
    rk_error err;
    struct rlimit before, small = {8192, 8192};
    small_plan(&plan, &arena, 3000);
    must(rk_folder_make(scratch, 0700, &err), &err);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool good = rk_xlsx_write(&plan, scratch, &bytes, &err) &&
                rk_xlsx_read_back(&plan, rk_buffer_all(&bytes), &parts, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(good);
    assert_int_equal(err.code, RK_FILE);
    rk_buffer_free(&bytes);
    rk_plan_free(&plan);
    rk_arena_free(&arena);
}

static void test_plan__refuses_names_that_the_format_does_not_allow(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",    "a/b", "a[",  "x?",  "'a",
        "a'",  "a:b", "One", "oNE", "12345678901234567890123456789012",
        "\xff"};
    rk_arena arena = {0};
    rk_plan plan;
    rk_error err;
    small_plan(&plan, &arena, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_null(rk_plan_add_sheet(&plan, rk_slice_of(names[i]), &err));
        assert_int_equal(err.code, RK_INVALID);
    }
    assert_non_null(rk_plan_add_sheet(&plan, RK_S("Kedaluwarsa (2)"), &err));
    rk_plan_free(&plan);
    rk_arena_free(&arena);
}

static void test_plan__cuts_a_text_at_the_format_s_length(void **state)
{
    (void)state;
    rk_buffer text = {0}, clean = {0};
    for (int i = 0; i < 20000; i++)
        rk_buffer_text(&text, "\xf0\x9f\x99\x82"); /* two UTF-16 units each */
    rk_plan_clean(rk_buffer_all(&text), &clean);
    assert_int_equal(clean.len, 4 * (RK_PLAN_TEXT / 2));
    rk_buffer_clear(&text);
    rk_buffer_clear(&clean);
    rk_buffer_char(&text, '=');
    for (int i = 0; i < 40000; i++)
        rk_buffer_char(&text, 'a');
    rk_plan_clean(rk_buffer_all(&text), &clean);
    assert_int_equal(clean.len, RK_PLAN_TEXT);
    assert_int_equal(clean.bytes[0], '\'');
    rk_buffer_free(&text);
    rk_buffer_free(&clean);
}

/* ---- XML from outside ---- */

static bool count_text(void *context, rk_xml *xml, rk_slice text)
{
    (void)xml;
    *(size_t *)context += text.len;
    return true;
}

static void test_xml__refuses_what_is_no_plain_document(void **state)
{
    (void)state;
    static const struct {
        const char *document, *said;
    } cases[] = {
        {"<!DOCTYPE a [<!ENTITY b \"x\">]><a>&b;</a>", "document type"},
        {"<!DOCTYPE a SYSTEM \"http://x/y.dtd\"><a/>", "document type"},
        {"<a>&b;</a>", "not well-formed"},
        {"<a><b></a>", "not well-formed"},
        {"", "not well-formed"},
        {"<a><a><a><a><a></a></a></a></a></a>", "deeper than 4"},
        {"<a>                                                                              </a>",
         "bytes"},
    };
    rk_xml_caps caps = {80, 4};
    size_t seen = 0;
    rk_xml_handler handler = {&seen, NULL, NULL, count_text};
    rk_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(rk_xml_parse(rk_slice_of(cases[i].document), &caps, &handler, &err));
        if (!strstr(err.message, cases[i].said))
            fail_msg("case %zu: %s", i, err.message);
    }
    seen = 0;
    assert_true(rk_xml_parse(RK_S("<a>1&lt;<b>23</b></a>"), &caps, &handler, &err));
    assert_int_equal(seen, 4);
}

static int remove_scratch(void **state)
{
    rk_error err;
    (void)state;
    return rk_folder_remove(scratch, &err) ? 0 : 1;
}

int main(void)
{
    snprintf(scratch, sizeof scratch, "/tmp/rekon-test-xlsx-%ld", (long)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_back__a_difference_names_sheet_and_cell),
        cmocka_unit_test(test_read_back__flipped_bits_are_caught_or_change_no_part),
        cmocka_unit_test(test_xlsx__a_long_list_is_written_in_constant_memory),
        cmocka_unit_test(test_styles__are_read_back_as_they_look),
        cmocka_unit_test(test_read_back__a_link_to_a_book_may_look_like_a_part),
        cmocka_unit_test(test_read_back__what_stands_around_the_cells),
        cmocka_unit_test(test_xlsx__parts_of_a_short_book_need_no_file),
        cmocka_unit_test(test_xlsx__a_full_disk_is_an_error),
        cmocka_unit_test(test_plan__refuses_names_that_the_format_does_not_allow),
        cmocka_unit_test(test_plan__cuts_a_text_at_the_format_s_length),
        cmocka_unit_test(test_xml__refuses_what_is_no_plain_document),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
