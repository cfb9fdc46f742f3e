#include "raw_kit.h"

/* A table's row: the text, and what is said of it. */
typedef struct row {
    const char *text, *said;
} row;

static void expect_all(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect(rk_mt940_read, rk_slice_of(rows[i].text), rows[i].said, NULL);
}

#define EXPECT_ALL(rows) expect_all(rows, sizeof rows / sizeof *rows)

static void test_mt940__gives_statements_and_entries(void **state)
{
    (void)state;
    static const row rows[] = {
        {"", ""},
        {" \r\n\x1a", ""},
        {":20:A", "S1 ||| - - - -\nZ1 -\n"},
        {":20:A\r\n:25:0123\r\n:28C:5/1\r\n:60F:C021101EUR2187,95\r\n"
         ":61:0211011102DR800,NSTONONREF//55555\r\nmore\r\n:86:008?00DAUER\r\nAUFTRAG  \r\n\r\n"
         ":62F:C021130EUR1387,95\r\n:86:about the statement\r\n-}\r\n",
         "S1 0123|5/1|EUR| 218795 138795 - 2002-11-30\n"
         "E5 2002-11-02 2002-11-01 -80000 | customer_ref=NONREF bank_ref=55555 type_code=NSTO "
         "supplementary=more funds_code=R | 008?00DAUER\nAUFTRAG\n"
         "Z10 138795\n"},
        {":20:A\n:25:1\n:20:B\n:25:2\n", "S1 1||| - - - -\nZ1 -\nS3 2||| - - - -\nZ3 -\n"},
        {":60F:C240101IDR1,\n:62F:C240101USD1,\n", "S1 ||IDR|USD 100 100 - 2024-01-01\nZ2 100\n"},
        /* the :20: of the second is missing */
        {":20:A\n:60F:C240101IDR1,\n:62F:C240101IDR1,\n:25:2\n:60F:D240101IDR2,\n",
         "S1 ||IDR| 100 100 - 2024-01-01\nZ3 100\nS4 2||IDR| -200 - - -\nZ4 -\n"},
    };
    EXPECT_ALL(rows);
}

static void test_mt940__reads_signs_and_amounts(void **state)
{
    (void)state;
    static const struct {
        const char *mark, *said;
    } cases[] = {
        {"C1,", "E1 - 2024-03-05 100"},
        {"D1,5", "E1 - 2024-03-05 -150"},
        {"RC1,25", "E1 - 2024-03-05 -125"},
        {"RD,25", "E1 - 2024-03-05 25"},
        {"CR1", "E1 - 2024-03-05 100"},
        {"RCR1", "E1 - 2024-03-05 -100"},
        {"EC1,", "P1 - 2024-03-05 100"},
        {"ED1,", "P1 - 2024-03-05 -100"},
        {"C000000000001,62", "E1 - 2024-03-05 162"},
        {"C1.234,50", "E1 - 2024-03-05 123450"},
        {"C12.5", "E1 - 2024-03-05 1250"},
        {"C1.234.567", "E1 - 2024-03-05 123456700"},
        {"CR\n30,00", "E1 - 2024-03-05 3000"},
        {"C92233720368547758,07", "E1 - 2024-03-05 9223372036854775807"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        written w = {0};
        rk_error err = {0};
        rk_buffer text = {0};
        rk_buffer_printf(&text, ":61:240305%sNMSCX", cases[i].mark);
        assert_true(write_down(rk_mt940_read, rk_buffer_all(&text), &w, &err));
        rk_buffer_char(&w.out, '\0');
        assert_non_null(strstr(w.out.bytes, cases[i].said));
        assert_int_equal(w.faults, 0);
        rk_buffer_free(&w.out);
        rk_buffer_free(&text);
    }
}

static void test_mt940__names_what_cannot_be_read(void **state)
{
    (void)state;
    static const row rows[] = {
        {":61:", "S1 ||| - - - -\nX1 an entry without value date\nZ1 -\n"},
        {":61:240305", "S1 ||| - - - -\nX1 an entry without C or D\nZ1 -\n"},
        {":61:240305R1,NMSCX", "S1 ||| - - - -\nX1 an entry without C or D\nZ1 -\n"},
        {":61:240305CNMSC", "S1 ||| - - - -\nX1 an entry without amount\nZ1 -\n"},
        {":61:240305C1,2,3NMSC", "S1 ||| - - - -\nX1 an entry whose amount cannot be read\nZ1 -\n"},
        {":61:240305C1,234NMSC", "S1 ||| - - - -\nX1 an entry whose amount cannot be read\nZ1 -\n"},
        {":61:240305C92233720368547758,08N",
         "S1 ||| - - - -\nX1 an entry whose amount cannot be read\nZ1 -\n"},
        {":60F:C240101JPY1,5\n",
         "R1 no amount of a balance: \"C240101JPY1,5\"\nS1 ||JPY| - - - -\nZ1 -\n"},
        {":60F:X240101IDR1,\n", "R1 no balance: \"X240101IDR1,\"\nS1 ||| - - - -\nZ1 -\n"},
        {":62F:C240230IDR1,\nx\n",
         "S1 ||IDR| - 100 - -\nR1 a balance of a day that does not exist: \"C240230IDR1,\"\n"
         "Z1 100\n"},
    };
    EXPECT_ALL(rows);
    expect(rk_mt940_read, RK_S("1\n2\n"), "", "there is no field of an MT940 in it");
}

static void test_mt940__takes_the_nearest_year_and_bends_no_day(void **state)
{
    (void)state;
    static const row rows[] = {
        {":61:2401021230C1,N", "E1 2023-12-30 2024-01-02 100"},
        {":61:2312300102C1,N", "E1 2024-01-02 2023-12-30 100"},
        {":61:2403010229C1,N", "E1 2024-02-29 2024-03-01 100"},
        {":61:2303010229C1,N", "R1 an entry date that does not exist: \"0229\""},
        {":61:2302290301C1,N", "E1 - - 100"},
        {":61:2302290301C1,N", "R1 a value date that does not exist: \"230229\""},
        {":61:2413010101C1,N", "E1 - - 100"},
        {":61:791231C1,N", "E1 - 2079-12-31 100"},
        {":61:800101C1,N", "E1 - 1980-01-01 100"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        written w = {0};
        rk_error err = {0};
        assert_true(write_down(rk_mt940_read, rk_slice_of(rows[i].text), &w, &err));
        rk_buffer_char(&w.out, '\0');
        assert_non_null(strstr(w.out.bytes, rows[i].said));
        rk_buffer_free(&w.out);
    }
}

static void test_mt940__cuts_fields_as_banks_write_them(void **state)
{
    (void)state;
    static const row rows[] = {
        /* "@@", CR, control bytes, byte-order marks, headers */
        {"\xef\xbb\xbfHEAD@@:20:A@@:25:1@@-@@:25:2",
         "S2 1||| - - - -\nZ2 -\nS5 2||| - - - -\nZ5 -\n"},
        {"{1:F01X}{4:\r:20:A\r:25:1\r-}{5:}\r\x01{1:F01X}{4:\r:20:B\r",
         "S2 1||| - - - -\nZ2 -\nS6 ||| - - - -\nZ6 -\n"},
        {"\x01:20:A\n:25:1\x03\n-\x03\n:20:B", "S1 1||| - - - -\nZ1 -\nS4 ||| - - - -\nZ4 -\n"},
        /* what looks like a tag and is none continues the field */
        {":20:A\n:NSF:x\n:1:\n:08 text\n:ABC:\n:61:240305C1,NMSC\n:86:a\n:08 b\n:9\n",
         "S1 ||| - - - -\nE6 - 2024-03-05 100 | type_code=NMSC | a\n:08 b\n:9\nZ1 -\n"},
        /* an unknown tag ends a narrative */
        {":61:240305C1,NMSC\n:86:a\n:12:b\n:NS:c\n",
         "S1 ||| - - - -\nE1 - 2024-03-05 100 | type_code=NMSC | a\nZ1 -\n"},
        /* "-" alone: more narrative behind it, or the end */
        {":61:240305C1,NMSC\n:86:a\n-\nb\n:86:c\n-\nd\n:20:B\n",
         "S1 ||| - - - -\nE1 - 2024-03-05 100 | type_code=NMSC | a\n-\nb\nc\nZ1 -\n"
         "S8 ||| - - - -\nZ8 -\n"},
        /* :86: before any entry, repeated, behind the balance */
        {":86:x\n:61:240305C1,NMSC\n:86:a\n:86:b\n:62F:C240305IDR1,\n:86:c\n",
         "S1 ||IDR| - 100 - 2024-03-05\nE2 - 2024-03-05 100 | type_code=NMSC | a\nb\nZ5 100\n"},
    };
    EXPECT_ALL(rows);
}

static void test_mt940__converts_cp1252_only_where_utf8_fails(void **state)
{
    (void)state;
    static const row rows[] = {
        {":61:240305C1,NMSC\n:86:\xc3\xa9\n",
         "S1 ||| - - - -\nE1 - 2024-03-05 100 | type_code=NMSC | \xc3\xa9\nZ1 -\n"},
        {":61:240305C1,NMSC\n:86:\xc3\xa9\xe9\x80\n",
         "S1 ||| - - - -\nE1 - 2024-03-05 100 | type_code=NMSC | "
         "\xc3\x83\xc2\xa9\xc3\xa9\xe2\x82\xac\nZ1 -\n"},
    };
    EXPECT_ALL(rows);
}

static void test_mt940__is_told_by_content(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        rk_raw_format format;
    } cases[] = {
        {"", RK_RAW_UNKNOWN},
        {":20:A", RK_RAW_MT940},
        {"\xef\xbb\xbf:61:x", RK_RAW_MT940},
        {"HEAD@@:25:x", RK_RAW_MT940},
        {"a,b\n1,:20:\n", RK_RAW_UNKNOWN},
        {"1\n2\n", RK_RAW_UNKNOWN},
        {"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'/>", RK_RAW_CAMT},
        {"\xef\xbb\xbf \n<a><BkToCstmrStmt/></a>", RK_RAW_CAMT},
        {"<html>:20:</html>", RK_RAW_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(rk_raw_format_of(rk_slice_of(cases[i].text)), cases[i].format);
}

static void test_mt940__stops_when_the_sink_says_so(void **state)
{
    (void)state;
    written w = {.stop_after = 2};
    rk_error err = {0};
    rk_slice text = RK_S(":61:240305C1,NMSC\n:61:240305C2,NMSC\n:61:240305C3,NMSC\n");
    assert_false(write_down(rk_mt940_read, text, &w, &err));
    assert_int_equal(w.entries, 2);
    rk_buffer_free(&w.out);
}

static const char *const pieces[] = {
    ":20:A\n",
    "\n:61:240305C1,NMSCX\n",
    "\n-\n",
    "-}",
    "\n:86:",
    ":62F:C240305IDR1,",
    "@@",
    "\r",
    "\xe9",
    "\x1a",
    ",",
    "//",
    "\n:60F:C240304IDR5,\n",
    "\n:NS:",
    "99",
    "RC",
    "\n:28C:1\n",
    "?20",
};

static void test_mt940__survives_damage(void **state)
{
    (void)state;
    static const char text[] =
        "{1:F01X}{4:\r\n:20:A\r\n:25:0123\r\n:28C:5/1\r\n:60F:C240304IDR2187,95\r\n"
        ":61:2403050305DR800,NSTONONREF//55555\r\nmore\r\n:86:008?00DAUER\r\n-\r\nAUFTRAG\r\n"
        ":61:2403050305RC800,NSTONONREF//55555\r\n:86:\xc3\xbc\r\n:62F:C240305IDR1387,95\r\n-}\r\n"
        ":20:B\r\n:25:0123\r\n:60M:C240305IDR1,\r\n:61:240306C1,NTRFX\r\n:62M:C240306IDR2,\r\n-"
        "\r\n";
    damage_and_read(rk_mt940_read, rk_slice_of(text), pieces, sizeof pieces / sizeof *pieces, 5000);
}

/* Nothing that a file can hold may take more than one look at each byte, or memory that grows with it. */
static void test_mt940__takes_hostile_files_in_linear_time(void **state)
{
    (void)state;
    static const char *const heads[] = {"",
                                        ":20:A\n:61:240305C1,NMSC\n:86:", ":61:240305C1,NMSC\n"};
    static const char *const parts[] = {"x",    "-\n",    "-\nx\n",     "@@",         "@",
                                        "\r",   ":86:\n", ":86:-\n-\n", ":20:\n",     ":",
                                        ":61:", "\xc3",   "\xff",       ":62F:\n-\n", "1,"};
    enum { BYTES = 1 << 20 };
    for (size_t h = 0; h < sizeof heads / sizeof *heads; h++)
        for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
            rk_buffer text = {0};
            written w = {.quiet = true};
            rk_error err = {0};
            alarm(30); /* quadratic would take hours */
            rk_buffer_text(&text, heads[h]);
            while (text.len < BYTES)
                rk_buffer_text(&text, parts[p]);
            write_down(rk_mt940_read, rk_buffer_all(&text), &w, &err);
            rk_buffer_free(&text);
        }
    alarm(0);
}

static void test_mt940__caps_the_text_of_an_entry(void **state)
{
    (void)state;
    rk_buffer text = {0};
    written w = {0};
    rk_error err = {0};
    rk_buffer_text(&text, ":61:240305C1,NMSC\n:86:");
    for (size_t i = 0; i < RK_RAW_TEXT_MAX / 64; i++)
        rk_buffer_text(&text, "0123456789012345678901234567890123456789012345678901234567890123\n");
    rk_buffer_text(&text, ":61:240305C2,NMSC\n");
    assert_true(write_down(rk_mt940_read, rk_buffer_all(&text), &w, &err));
    rk_buffer_char(&w.out, '\0');
    assert_string_equal(w.out.bytes, "S1 ||| - - - -\nX1 an entry with more than 1 MiB of text\n"
                                     "E16386 - 2024-03-05 200 | type_code=NMSC | \nZ1 -\n");
    rk_buffer_free(&w.out);
    rk_buffer_free(&text);
}

static void test_mt940__reads_many_entries_in_flat_memory(void **state)
{
    (void)state;
    enum { ENTRIES = 100000 };
    rk_buffer text = {0};
    written w = {.quiet = true};
    rk_error err = {0};
    rk_buffer_text(&text, ":20:A\n:60F:C240304IDR0,\n");
    for (int i = 0; i < ENTRIES; i++)
        rk_buffer_printf(&text, ":61:2403050305C1,NTRFREF%d\n:86:kode 8202403%08d\n", i, i);
    rk_buffer_text(&text, ":62F:C240305IDR100000,\n-\n");
    assert_true(write_down(rk_mt940_read, rk_buffer_all(&text), &w, &err));
    assert_int_equal(w.entries, ENTRIES);
    assert_int_equal(w.statements, 1);
    assert_int_equal(w.faults, 0);
    assert_true(w.passed >= text.len >> 20);
    rk_buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mt940__gives_statements_and_entries),
        cmocka_unit_test(test_mt940__reads_signs_and_amounts),
        cmocka_unit_test(test_mt940__names_what_cannot_be_read),
        cmocka_unit_test(test_mt940__takes_the_nearest_year_and_bends_no_day),
        cmocka_unit_test(test_mt940__cuts_fields_as_banks_write_them),
        cmocka_unit_test(test_mt940__converts_cp1252_only_where_utf8_fails),
        cmocka_unit_test(test_mt940__is_told_by_content),
        cmocka_unit_test(test_mt940__stops_when_the_sink_says_so),
        cmocka_unit_test(test_mt940__survives_damage),
        cmocka_unit_test(test_mt940__takes_hostile_files_in_linear_time),
        cmocka_unit_test(test_mt940__caps_the_text_of_an_entry),
        cmocka_unit_test(test_mt940__reads_many_entries_in_flat_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
