/* The room that texts take: lines of a wrapped cell, heights of rows, widths that print too small. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/wrap.h"

static rk_cell text_of(const char *text, rk_style style)
{
    return (rk_cell){.kind = RK_CELL_TEXT, .style = (uint8_t)style, .text = rk_slice_of(text)};
}

/* Widths are those of the lists that hold these texts; LibreOffice was asked with Carlito and DejaVu Sans. */
static void test_wrap__lines_are_those_of_the_program(void **state)
{
    static const struct {
        const char *text;
        rk_style style;
        double width;
        unsigned lines;
    } cases[] = {
        {"", RK_STYLE_WRAP, 10, 1},
        {"Belum teridentifikasi", RK_STYLE_WRAP, 14.9, 1},
        {"Belum teridentifikasi", RK_STYLE_BOLD, 12, 2},
        {"Belum teridentifikasi", RK_STYLE_TEXT, 2, 1}, /* does not wrap */
        {"Dibayar setelah batas waktu", RK_STYLE_WRAP, 20, 1},
        {"Kode mirip satu permohonan", RK_STYLE_WRAP, 20, 1},
        {"Kode mirip satu permohonan", RK_STYLE_WRAP, 15, 2},
        {"Tidak terutang: permohonan batal", RK_STYLE_WRAP, 20, 2},
        {"T1-palembang-20240304", RK_STYLE_WRAP, 13.5, 2}, /* behind a stroke */
        {"Umur (hari kerja)", RK_STYLE_HEAD_RIGHT, 7.8, 3},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", RK_STYLE_WRAP, 8, 3}, /* a word that is broken */
        {"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", RK_STYLE_WRAP, 4.5, 1},
        {"satu dua", RK_STYLE_WRAP, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_cell cell = text_of(cases[i].text, cases[i].style);
        unsigned lines = rk_wrap_lines(&cell, cases[i].width);
        if (lines != cases[i].lines)
            fail_msg("\"%s\" in %.1f: %u lines, not %u", cases[i].text, cases[i].width, lines,
                     cases[i].lines);
    }
}

static void test_wrap__a_hostile_text_ends(void **state)
{
    static char text[RK_PLAN_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "W -"[i % 3];
    rk_cell cell = {.kind = RK_CELL_TEXT, .style = RK_STYLE_WRAP, .text = {text, sizeof text}};
    assert_int_equal(rk_wrap_lines(&cell, 0.01), 30);
    assert_int_equal(rk_wrap_lines(&cell, 12), 30);
}

static void test_wrap__a_row_is_as_high_as_its_lines(void **state)
{
    rk_cell one = text_of("satu", RK_STYLE_WRAP);
    rk_cell two = text_of("Kode mirip satu permohonan", RK_STYLE_WRAP);
    rk_cell number = {.kind = RK_CELL_NUMBER, .style = RK_STYLE_COUNT, .number = 12};
    (void)state;
    assert_true(rk_wrap_points(&one, 15) == RK_POINTS_FITTED);
    assert_true(rk_wrap_points(&number, 1) == RK_POINTS_FITTED);
    assert_true(rk_wrap_points(&two, 15) == 25.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrap__lines_are_those_of_the_program),
        cmocka_unit_test(test_wrap__a_hostile_text_ends),
        cmocka_unit_test(test_wrap__a_row_is_as_high_as_its_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
