#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/delimited.h"
#include "base/digits.h"

/* Records as text: "line:cell|cell!fault;" with cells unescaped. */
static void show_record(rk_buffer *out, const rk_cell *cells, size_t room, const rk_record *record,
                        char quote)
{
    rk_buffer_printf(out, "%zu:", record->line);
    for (size_t i = 0; i < record->count && i < room; i++) {
        char *plain = rk_alloc(cells[i].len + 1, 1);
        size_t len = cells[i].len;
        if (cells[i].doubled)
            len = rk_cell_unescape(&cells[i], quote, plain);
        else if (len)
            memcpy(plain, cells[i].at, len);
        rk_buffer_text(out, i ? "|" : "");
        rk_buffer_bytes(out, plain, len);
        free(plain);
    }
    if (record->fault)
        rk_buffer_printf(out, "!%s", rk_record_fault_text(record->fault));
    rk_buffer_char(out, ';');
}

static void show_chunk(rk_buffer *out, const rk_delimited *text, const rk_chunk *chunk)
{
    rk_cell cells[8];
    rk_record record;
    size_t records = 0;
    rk_cutter cutter = rk_cutter_at(text, chunk);
    for (; rk_cutter_next(&cutter, cells, 8, &record); records++)
        show_record(out, cells, 8, &record, text->quote);
    assert_true(records <= chunk->lines);
}

static void show_all(rk_buffer *out, rk_slice bytes, char delimiter, char quote)
{
    rk_delimited text = rk_delimited_of(bytes, delimiter, quote);
    rk_cell cells[8];
    rk_record record;
    rk_cutter cutter = rk_cutter_all(&text);
    while (rk_cutter_next(&cutter, cells, 8, &record))
        show_record(out, cells, 8, &record, quote);
}

static void test_delimited__cuts_records_and_cells(void **state)
{
    static const struct {
        const char *in, *out;
        char delimiter, quote;
    } cases[] = {
        {"", "", ',', '"'},
        {"a,b\n", "1:a|b;", ',', '"'},
        {"a,b", "1:a|b;", ',', '"'},
        {"a,\n,b\n", "1:a|;2:|b;", ',', '"'},
        {"a\r\nb\r\n", "1:a;2:b;", ',', '"'},
        {"a\rb\r", "1:a;2:b;", ',', '"'},
        {"a\rb\n", "1:a\rb;", ',', '"'},
        {"\n\na\n", "1:;2:;3:a;", ',', '"'},
        {"\xef\xbb\xbf\"a\",b\n", "1:a|b;", ',', '"'},
        {"\"a,b\",c\n", "1:a,b|c;", ',', '"'},
        {"\"a\nb\",c\nd\n", "1:a\nb|c;3:d;", ',', '"'},
        {"\"a\"\"b\",c\n", "1:a\"b|c;", ',', '"'},
        {"\"\"\"\",\"\"\n", "1:\"|;", ',', '"'},
        {"a\"b,c\"\n", "1:a\"b|c\";", ',', '"'},
        {"\"a\" ,b\r\n", "1:a|b;", ',', '"'},
        {"\"a\"\r\n", "1:a;", ',', '"'},
        {"\"a\"x,b\nc\n", "1:a|b!text behind a closing quote;2:c;", ',', '"'},
        {"\"a\"x\"y,b\nc\n", "1:a|b!text behind a closing quote;2:c;", ',', '"'},
        {"a\n\"b,c\nd\n", "1:a;2:!quote is never closed;", ',', '"'},
        {"\"", "1:!quote is never closed;", ',', '"'},
        {"a|\"b|c\"\n", "1:a|\"b|c\";", '|', 0},
        {"a;'b;c'\n", "1:a|b;c;", ';', '\''},
        {"a,b\nc\n", "1:a,b;2:c;", RK_NO_DELIMITER, 0},
        {"1,2,3,4,5,6,7,8,9\n1\n", "1:1|2|3|4|5|6|7|8!too many fields;2:1;", ',', '"'},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_buffer out = {0};
        show_all(&out, rk_slice_of(cases[i].in), cases[i].delimiter, cases[i].quote);
        rk_buffer_char(&out, 0);
        assert_string_equal(out.bytes, cases[i].out);
        rk_buffer_free(&out);
    }
}

static void test_delimited__keeps_nul_bytes(void **state)
{
    rk_delimited text = rk_delimited_of((rk_slice){"a\0b,c\n", 6}, ',', '"');
    rk_cutter cutter = rk_cutter_all(&text);
    rk_cell cells[4];
    rk_record record;
    (void)state;
    assert_true(rk_cutter_next(&cutter, cells, 4, &record));
    assert_int_equal(record.count, 2);
    assert_int_equal(cells[0].len, 3);
    assert_memory_equal(cells[0].at, "a\0b", 3);
    assert_false(rk_cutter_next(&cutter, cells, 4, &record));
}

static void test_delimited__names_a_record_that_is_too_long(void **state)
{
    size_t lengths[] = {RK_RECORD_BYTES_MAX, RK_RECORD_BYTES_MAX + 1};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        rk_buffer in = {0};
        memset(rk_buffer_room(&in, lengths[i]), 'x', lengths[i]);
        in.len = lengths[i];
        rk_buffer_text(&in, "\nb\n");
        rk_delimited text = rk_delimited_of(rk_buffer_all(&in), ',', '"');
        rk_cutter cutter = rk_cutter_all(&text);
        rk_cell cells[4];
        rk_record record;
        assert_true(rk_cutter_next(&cutter, cells, 4, &record));
        assert_int_equal(record.fault, i ? RK_RECORD_TOO_LONG : RK_RECORD_GOOD);
        assert_true(rk_cutter_next(&cutter, cells, 4, &record));
        assert_int_equal(record.line, 2);
        assert_int_equal(record.fault, RK_RECORD_GOOD);
        rk_buffer_free(&in);
    }
}

static void test_delimited__counts_a_hundred_thousand_cells(void **state)
{
    rk_buffer in = {0};
    rk_cell cells[4];
    rk_record record;
    (void)state;
    for (int i = 0; i < 99999; i++)
        rk_buffer_char(&in, ',');
    rk_buffer_text(&in, "\nb\n");
    rk_delimited text = rk_delimited_of(rk_buffer_all(&in), ',', '"');
    rk_cutter cutter = rk_cutter_all(&text);
    assert_true(rk_cutter_next(&cutter, cells, 4, &record));
    assert_int_equal(record.count, 100000);
    assert_int_equal(record.fault, RK_RECORD_TOO_MANY);
    assert_true(rk_cutter_next(&cutter, cells, 4, &record));
    assert_int_equal(record.count, 1);
    rk_buffer_free(&in);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* However the text is cut, the records are those of one walk, and so are their lines. */
static void test_delimited__chunks_change_nothing(void **state)
{
    static const char alphabet[] = "ab,\"\n\r\"\n, ,x";
    static const size_t sizes[] = {1, 2, 3, 5, 7, 16, 40, 64, 100, 1000};
    static const int threads[] = {1, 2, 3, 8};
    uint64_t seed = 20240305;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        char bytes[300];
        size_t len = next_random(&seed) % sizeof bytes;
        for (size_t i = 0; i < len; i++)
            bytes[i] = alphabet[next_random(&seed) % (sizeof alphabet - 1)];
        rk_buffer whole = {0};
        show_all(&whole, (rk_slice){bytes, len}, ',', '"');
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            rk_buffer parts = {0};
            size_t count;
            rk_delimited text = rk_delimited_of((rk_slice){bytes, len}, ',', '"');
            rk_chunk *chunks =
                rk_delimited_chunks(&text, 0, 1, sizes[s], threads[(size_t)round % 4], &count);
            for (size_t i = 0; i < count; i++)
                show_chunk(&parts, &text, &chunks[i]);
            assert_int_equal(parts.len, whole.len);
            if (whole.len)
                assert_memory_equal(parts.bytes, whole.bytes, whole.len);
            free(chunks);
            rk_buffer_free(&parts);
        }
        rk_buffer_free(&whole);
    }
}

static void test_delimited__tells_ascii(void **state)
{
    char bytes[70];
    (void)state;
    memset(bytes, 'a', sizeof bytes);
    assert_true(rk_bytes_ascii((rk_slice){bytes, sizeof bytes}));
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)0x80;
        assert_false(rk_bytes_ascii((rk_slice){bytes, sizeof bytes}));
        bytes[i] = 'a';
    }
}

/* Whatever vectors the processor has: the same bits, counts and flags as byte by byte. */
static void test_bytes__all_vectors_see_the_same(void **state)
{
    (void)state;
    enum { BLOCKS = 5, BYTES = BLOCKS * RK_BLOCK_BYTES + 17 };
    char bytes[BYTES];
    uint64_t seed = 1;
    uint16_t wanted[BYTES + RK_PLACES_SPARE], places[BYTES + RK_PLACES_SPARE];
    size_t count;
    const rk_scanner *plain = &rk_scanners[rk_scanner_count - 1];
    for (int round = 0; round < 2000; round++) {
        for (size_t i = 0; i < BYTES; i++) {
            seed = seed * 6364136223846793005ull + 1442695040888963407ull;
            bytes[i] = (char)",\n\"abc;x\x80\xff 0123"[(seed >> 33) % 15];
            if (round % 4 == 3) /* nearly nothing but marks */
                bytes[i] = (char)",\n\",\n\",\n\",\n\",\n\"ab"[(seed >> 40) % 17];
            if (round % 2 && (unsigned char)bytes[i] > 0x7f)
                bytes[i] = 'a';
        }
        count = plain->places(bytes + 1, BLOCKS, ",\n\"", wanted);
        rk_survey all = rk_bytes_survey(plain, (rk_slice){bytes, BYTES}, '\n', '"');
        assert_int_equal(all.ascii, round % 2 == 1);
        for (size_t s = 0; s < rk_scanner_count; s++) {
            if (!rk_scanners[s].works())
                continue;
            assert_int_equal(rk_scanners[s].places(bytes + 1, BLOCKS, ",\n\"", places), count);
            assert_memory_equal(places, wanted, count * sizeof *wanted);
            rk_survey one = rk_bytes_survey(&rk_scanners[s], (rk_slice){bytes, BYTES}, '\n', '"');
            assert_true(one.lines == all.lines && one.quotes == all.quotes &&
                        one.ascii == all.ascii);
        }
    }
    for (size_t i = 0, at = 0; i < BLOCKS * RK_BLOCK_BYTES; i++) {
        bool here = at < count && wanted[at] == i;
        assert_int_equal(here, memchr(",\n\"", bytes[i + 1], 3) != NULL);
        at += here;
    }
}

static void test_delimited__reads_fifteen_digits(void **state)
{
    char text[] = "820240305000123";
    uint64_t value = 0;
    (void)state;
    assert_true(rk_fifteen_digits(text, &value));
    assert_true(value == 820240305000123);
    assert_true(rk_fifteen_digits("000000000000000", &value) && value == 0);
    assert_true(rk_fifteen_digits("999999999999999", &value) && value == 999999999999999);
    for (size_t i = 0; i < 15; i++)
        for (int c = 0; c < 256; c++) {
            char kept = text[i];
            text[i] = (char)c;
            assert_int_equal(rk_fifteen_digits(text, &value), c >= '0' && c <= '9');
            text[i] = kept;
        }
}

/* Digits of any number up to sixteen, and every byte in every place, as one by one. */
static void test_digits__are_read_as_one_by_one(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 16; len++)
        for (size_t place = 0; place <= len; place++)
            for (int c = 0; c < 256; c++) {
                char *text = malloc(len); /* nothing beyond it may be read */
                uint64_t wanted = 0, value = 0;
                bool good = true;
                assert_non_null(text);
                for (size_t i = 0; i < len; i++) {
                    text[i] = i == place ? (char)c : (char)('0' + (i * 7 + len + 9) % 10);
                    good = good && text[i] >= '0' && text[i] <= '9';
                    wanted = wanted * 10 + (uint64_t)(text[i] - '0');
                }
                assert_int_equal(rk_some_digits(text, len, &value), good);
                assert_true(!good || value == wanted);
                free(text);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delimited__cuts_records_and_cells),
        cmocka_unit_test(test_delimited__keeps_nul_bytes),
        cmocka_unit_test(test_delimited__names_a_record_that_is_too_long),
        cmocka_unit_test(test_delimited__counts_a_hundred_thousand_cells),
        cmocka_unit_test(test_delimited__chunks_change_nothing),
        cmocka_unit_test(test_delimited__tells_ascii),
        cmocka_unit_test(test_bytes__all_vectors_see_the_same),
        cmocka_unit_test(test_digits__are_read_as_one_by_one),
        cmocka_unit_test(test_delimited__reads_fifteen_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
