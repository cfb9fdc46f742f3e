#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "snapshot/applications.h"
#include "snapshot/repeated.h"

#define HEAD "application_id,office,service,billing_code,amount_due,submitted_at"
#define ROW(id) id ",palembang,paspor,820240305000123,350000,2024-03-05T09:00:00+07:00\n"

typedef struct bench {
    rk_names names;
    rk_texts texts;
    rk_arena arena;
    rk_applications rows;
    rk_slice unknown;
    rk_error err;
    bool good;
} bench;

static void read_text(bench *of, rk_slice text, int threads)
{
    *of = (bench){0};
    rk_applications_reading reading = {&of->names, &of->texts, &of->arena,
                                       threads,    2,          rk_application_all()};
    of->good =
        rk_applications_read(&reading, RK_S("in.csv"), text, &of->rows, &of->unknown, &of->err);
}

static void clean(bench *of)
{
    if (of->good)
        rk_batch_free(&of->rows.batch);
    rk_texts_free(&of->texts);
    rk_names_free(&of->names);
    rk_arena_free(&of->arena);
}

static void test_applications__reads_columns_in_any_order(void **state)
{
    bench of;
    (void)state;
    read_text(
        &of,
        RK_S("\xef\xbb\xbfnote,status,submitted_at,\"amount_due\",billing_code,service,office,"
             "application_id,issued_on,phone\r\n"
             "x,attended,2024-03-05T09:00:00.5+07:00,,,paspor,\"kota \"\"A\"\"\",\"P\"\"1\","
             "2024-03-06,\r\n"
             "\r\n"
             "x,,2024-03-05T02:00:00Z,350000.25,820240305000123,paspor,palembang,P-2,,1"),
        2);
    assert_true(of.good);
    assert_int_equal(of.rows.batch.count, 2);
    assert_memory_equal(of.unknown.at, "note, phone", of.unknown.len);
    assert_true(rk_slice_is(rk_texts_get(&of.texts, of.rows.id[0]), "P\"1"));
    assert_true(rk_slice_is(rk_names_text(&of.names, of.rows.office[0]), "kota \"A\""));
    assert_true(rk_slice_is(rk_names_text(&of.names, of.rows.office[1]), "palembang"));
    assert_int_equal(of.rows.status[0], RK_STATUS_ATTENDED);
    assert_int_equal(of.rows.status[1], RK_STATUS_NONE);
    assert_true(of.rows.due_minor[0] == RK_NO_MONEY);
    assert_int_equal(of.rows.due_minor[1], 35000025);
    assert_int_equal(of.rows.code[0], 0);
    assert_int_equal(of.rows.code[1], 820240305000123);
    assert_int_equal(of.rows.submitted_at[0] - of.rows.submitted_at[1], 500000);
    assert_int_equal(of.rows.issued_on[0], rk_day_of(2024, 3, 6));
    assert_int_equal(of.rows.issued_on[1], RK_NO_DAY);
    assert_true(of.rows.deadline[1] == RK_NO_MOMENT);
    assert_null(of.rows.billed_at);
    clean(&of);
}

static void test_applications__names_the_first_bad_row(void **state)
{
    static const struct {
        const char *text, *message;
        size_t line, column;
    } cases[] = {
        {"", "the file has no header row", 1, 0},
        {"application_id,office\n", "column service is missing", 1, 0},
        {HEAD ",office\n", "column office is there twice", 1, 68},
        {HEAD "\nP-1,palembang\n", "row has fewer fields than the header", 2, 0},
        {HEAD "\n" ROW("P-1,x"), "row has more fields than the header", 2, 0},
        {HEAD "\n" ROW("P-1") "\n" ROW(""), "application_id \"\" is empty", 4, 1},
        {HEAD "\nP,a,b,82024030500012,1,2024-03-05T09:00:00Z\n",
         "billing_code \"82024030500012\" is not a code of 15 digits", 2, 7},
        {HEAD "\nP,a,b,,-1,2024-03-05T09:00:00Z\n", "amount_due \"-1\" is not an amount", 2, 8},
        {HEAD "\nP,a,b,,1.005,2024-03-05T09:00:00Z\n", "amount_due \"1.005\" is not an amount", 2,
         8},
        {HEAD "\nP,a,b,,99999999999999999999,2024-03-05T09:00:00Z\n",
         "amount_due \"99999999999999999999\" is not an amount", 2, 8},
        {HEAD "\nP,a,b,,1,\n", "submitted_at \"\" is empty", 2, 10},
        {HEAD "\nP,a,b,,1,2024-03-05T09:00:00\n",
         "submitted_at \"2024-03-05T09:00:00\" is not a time with offset "
         "(2024-03-05T09:00:00+07:00)",
         2, 10},
        {HEAD "\nP,a,b,,1,2024-02-30T09:00:00+07:00\n",
         "submitted_at \"2024-02-30T09:00:00+07:00\" is not a time with offset "
         "(2024-03-05T09:00:00+07:00)",
         2, 10},
        {HEAD "\nP,\xff,b,,1,2024-03-05T09:00:00Z\n", "office \"?\" is not UTF-8", 2, 3},
        {HEAD "\n" ROW("\"P\"1"), "text behind a closing quote", 2, 0},
        {HEAD "\n" ROW("P-2") ROW("P-1") ROW("P-3") ROW("P-1"),
         "application_id \"P-1\" is there twice: on lines 3 and 5", 5, 0},
        {HEAD "\n" ROW("P-1") "\n" ROW("\"P-1\""),
         "application_id \"P-1\" is there twice: on lines 2 and 4", 4, 0},
        {HEAD "\n" ROW("P\"1") ROW("\"P\"\"1\""),
         "application_id \"P\"1\" is there twice: on lines 2 and 3", 3, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench of;
        read_text(&of, rk_slice_of(cases[i].text), 2);
        assert_false(of.good);
        assert_string_equal(of.err.message, cases[i].message);
        assert_string_equal(of.err.path, "in.csv");
        assert_int_equal(of.err.line, cases[i].line);
        assert_int_equal(of.err.column, cases[i].column);
        assert_int_equal(of.err.code, RK_USAGE);
        clean(&of);
    }
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* About 3 MB: several chunks; quoted line ends, empty lines and shuffled ids among them. */
static void make_file(rk_buffer *out, size_t rows, size_t bad_row, size_t repeat_row)
{
    static const char *const offices[] = {"palembang", "sampit", "\"jakarta\nselatan\"",
                                          "tangerang"};
    uint64_t seed = 7;
    rk_buffer_text(out, HEAD ",charges\r\n");
    for (size_t i = 0; i < rows; i++) {
        size_t id = i == repeat_row ? 5 : (i * 7919) % rows;
        rk_buffer_printf(out, "P-%06zu,%s,svc-%u,82%013zu,%s,2024-03-%02uT09:%02u:00+0%u:00,%s\r\n",
                         id, offices[next_random(&seed) % 4], (unsigned)(next_random(&seed) % 300),
                         i, i == bad_row ? "x" : "350000", (unsigned)(next_random(&seed) % 28 + 1),
                         (unsigned)(next_random(&seed) % 60), (unsigned)(7 + i % 3),
                         i % 11 ? "" : "\"a\"\"b\"");
        if (i % 97 == 0)
            rk_buffer_text(out, "\r\n");
    }
}

static void test_applications__threads_change_nothing(void **state)
{
    static const int threads[] = {1, 2, 3, 8};
    rk_buffer in = {0}, first = {0};
    (void)state;
    make_file(&in, 40000, SIZE_MAX, SIZE_MAX);
    assert_true(in.len > 3u << 20);
    for (size_t t = 0; t < 4; t++) {
        bench of;
        rk_buffer out = {0};
        read_text(&of, rk_buffer_all(&in), threads[t]);
        assert_true(of.good);
        assert_int_equal(of.rows.batch.count, 40000);
        rk_applications_write(&of.rows, &of.names, &of.texts, 2, &out);
        for (size_t n = 0; n < of.names.count; n++) /* the numbers too */
            rk_buffer_printf(&out, "%zu=%.*s\n", n, RK_FMT(of.names.texts[n]));
        if (t == 0)
            rk_buffer_slice(&first, rk_buffer_all(&out));
        assert_int_equal(out.len, first.len);
        assert_memory_equal(out.bytes, first.bytes, first.len);
        rk_buffer_free(&out);
        clean(&of);
    }
    rk_buffer_free(&in);
    rk_buffer_free(&first);
}

static void test_applications__threads_change_no_error(void **state)
{
    rk_buffer in = {0};
    (void)state;
    make_file(&in, 40000, 30001, 20002);
    rk_buffer_text(&in, "too,few\r\n");
    for (int threads = 1; threads <= 8; threads *= 2) {
        bench of;
        read_text(&of, rk_buffer_all(&in), threads);
        assert_false(of.good);
        assert_string_equal(of.err.message, "amount_due \"x\" is not an amount");
        assert_true(of.err.line > 30001 && of.err.line < 42000);
        clean(&of);
    }
    rk_buffer_clear(&in);
    make_file(&in, 40000, SIZE_MAX, 20002);
    size_t line = 0;
    for (int threads = 1; threads <= 8; threads *= 2) {
        bench of;
        read_text(&of, rk_buffer_all(&in), threads);
        assert_false(of.good);
        assert_non_null(strstr(of.err.message, "application_id \"P-000005\" is there twice"));
        line = line ? line : of.err.line;
        assert_int_equal(of.err.line, line);
        clean(&of);
    }
    rk_buffer_free(&in);
}

static void test_applications__what_is_written_reads_the_same(void **state)
{
    bench of, again;
    rk_buffer in = {0}, out = {0}, twice = {0};
    (void)state;
    make_file(&in, 500, SIZE_MAX, SIZE_MAX);
    read_text(&of, rk_buffer_all(&in), 1);
    assert_true(of.good);
    rk_applications_write(&of.rows, &of.names, &of.texts, 2, &out);
    read_text(&again, rk_buffer_all(&out), 1);
    assert_true(again.good);
    rk_applications_write(&again.rows, &again.names, &again.texts, 2, &twice);
    assert_int_equal(out.len, twice.len);
    assert_memory_equal(out.bytes, twice.bytes, out.len);
    assert_memory_equal(of.rows.submitted_at, again.rows.submitted_at, 500 * sizeof(rk_moment));
    assert_memory_equal(of.rows.code, again.rows.code, 500 * sizeof(uint64_t));
    clean(&of);
    clean(&again);
    rk_buffer_free(&in);
    rk_buffer_free(&out);
    rk_buffer_free(&twice);
}

/* Bytes cut off or changed anywhere: an answer or an error, never a crash. */
static void test_applications__survives_broken_bytes(void **state)
{
    rk_buffer in = {0};
    uint64_t seed = 99;
    (void)state;
    make_file(&in, 60, SIZE_MAX, SIZE_MAX);
    for (int round = 0; round < 2000; round++) {
        bench of;
        size_t len = round % 3 == 0 ? next_random(&seed) % (in.len + 1) : in.len;
        char *copy = rk_alloc(len + 1, 1);
        memcpy(copy, in.bytes, len);
        for (int i = 0; i < round % 5 && len; i++)
            copy[next_random(&seed) % len] = "\n\r\",\0x\xff;9"[next_random(&seed) % 9];
        read_text(&of, (rk_slice){copy, len}, 1 + round % 3);
        assert_true(of.good ? of.rows.batch.count <= 62 : of.err.code == RK_USAGE);
        clean(&of);
        free(copy);
    }
    rk_buffer_free(&in);
}

/* Colliding hashes are what an attacker would send; equal texts are the one repeat. */
static void test_applications__repeats_are_found_in_any_order(void **state)
{
    rk_texts texts = {0};
    enum { COUNT = 70000 };
    rk_text *column = rk_alloc(COUNT, sizeof *column);
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        char text[16];
        int len = snprintf(text, sizeof text, "A%zu", (i * 48271) % COUNT);
        column[i] = rk_texts_add(&texts, (rk_slice){text, (size_t)len});
    }
    for (int threads = 1; threads < 4; threads++) {
        size_t earlier, later;
        assert_false(rk_texts_repeated(&texts, column, COUNT, threads, &earlier, &later));
        rk_text kept = column[69000], other = column[30000];
        column[69000] = column[100];
        column[30000] = column[29000];
        assert_true(rk_texts_repeated(&texts, column, COUNT, threads, &earlier, &later));
        assert_int_equal(later, 30000);
        assert_int_equal(earlier, 29000);
        column[69000] = kept;
        column[30000] = other;
    }
    free(column);
    rk_texts_free(&texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_applications__reads_columns_in_any_order),
        cmocka_unit_test(test_applications__names_the_first_bad_row),
        cmocka_unit_test(test_applications__threads_change_nothing),
        cmocka_unit_test(test_applications__threads_change_no_error),
        cmocka_unit_test(test_applications__what_is_written_reads_the_same),
        cmocka_unit_test(test_applications__survives_broken_bytes),
        cmocka_unit_test(test_applications__repeats_are_found_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
