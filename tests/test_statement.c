#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "statement/read.h"

/* Channels beside those that are shipped, each for one trait. */
#define CHANNEL(name, rest) \
    "channel: " name "\nkind: test\nlayout: invented\ntimezone: Asia/Jakarta\nfrom: 2020-01-01\n" \
    "holds_lapses: no\nfiles: {name: '" name "_(?<day>\\d{8})\\.csv'}\n" rest
#define PLAIN_READ \
    "read:\n  format: delimited\n  delimiter: ';'\n" \
    "  entry: {fields: [paid_on, amount, narrative]}\n"
#define PLAIN_MAP(kind, when) \
    "map:\n  amount: {field: amount, decimal: comma}\n  narrative: narrative\n  " kind ": '" when \
    "'\n"

static const struct {
    const char *name, *text;
} extra[] = {
    {"channels/cutoff.yaml",
     CHANNEL("cutoff",
             PLAIN_READ PLAIN_MAP("booked", "{paid_on} as %d-%m-%Y") "dated: {cutoff: '15:00'}\n")},
    {"channels/working.yaml",
     CHANNEL(
         "working",
         PLAIN_READ PLAIN_MAP(
             "booked", "{paid_on} as %d-%m-%Y") "dated: {cutoff: '15:00', working_days: yes}\n")},
    {"channels/second.yaml",
     CHANNEL("second",
             PLAIN_READ PLAIN_MAP(
                 "paid",
                 "{paid_on} as %Y-%m-%dT%H:%M:%S%z") "dated: second\n"
                                                     "extract:\n  billing_code: {from: narrative, "
                                                     "pattern: '[789][0-9]{14}', "
                                                     "bounded: digits, broken_by: space}\n")},
    {"channels/yearless.yaml",
     CHANNEL("yearless", PLAIN_READ PLAIN_MAP("paid", "{paid_on} as %d/%m") "dated: day\n")},
    {"channels/month.yaml",
     CHANNEL("month", PLAIN_READ PLAIN_MAP("paid", "{paid_on} as %d %b %Y") "dated: day\n")},
};

typedef struct bench {
    rk_arena arena;
    rk_names names;
    rk_rules rules;
    rk_texts texts;
    rk_files files;
    rk_entries entries;
    rk_rejects rejects;
    rk_reading reading;
} bench;

static void open_bench(bench *of, int threads)
{
    rk_sources sources;
    rk_error err;
    rk_source all[64];
    *of = (bench){0};
    assert_true(rk_sources_read("rules", NULL, &of->arena, &sources, &err));
    assert_true(sources.count + sizeof extra / sizeof *extra < 64);
    memcpy(all, sources.items, sources.count * sizeof *all);
    for (size_t i = 0; i < sizeof extra / sizeof *extra; i++)
        all[sources.count++] =
            (rk_source){.name = rk_slice_of(extra[i].name), .bytes = rk_slice_of(extra[i].text)};
    sources.items = all;
    if (!rk_rules_load(&sources, &of->names, &of->arena, &of->rules, &err))
        fail_msg("%s:%zu: %s", err.path, err.line, err.message);
    of->reading = (rk_reading){&of->rules, &of->names, &of->texts, &of->arena, threads};
    rk_batch_init(&of->entries.batch, rk_entry_columns, rk_entry_column_count, 1, rk_entry_all());
}

static rk_file *add_file(bench *of, const char *name, rk_slice bytes)
{
    rk_file *file = rk_files_add(&of->files);
    file->name = rk_slice_of(name);
    file->bytes = bytes;
    if (!rk_statement_identify(&of->reading, file))
        fail_msg("%s: %.*s", name, RK_FMT(file->why));
    return file;
}

static void read_files(bench *of)
{
    rk_error err = {0};
    if (!rk_statements_read(&of->reading, &of->files, &of->entries, &of->rejects, &err))
        fail_msg("%s", err.message);
}

/* As new, with the rules kept. */
static void clear_bench(bench *of, int threads)
{
    rk_texts_free(&of->texts);
    of->files.count = of->rejects.count = of->entries.batch.count = 0;
    of->reading.threads = threads;
}

static void close_bench(bench *of)
{
    rk_batch_free(&of->entries.batch);
    rk_texts_free(&of->texts);
    rk_names_free(&of->names);
    rk_rules_free(&of->rules);
    rk_arena_free(&of->arena);
    free(of->files.items);
    free(of->rejects.items);
}

static void read_one(bench *of, const char *name, const char *text)
{
    open_bench(of, 2);
    add_file(of, name, rk_slice_of(text));
    read_files(of);
}

/* ---- shipped layouts ---- */

#define BCA_HEAD \
    "No. Rekening,=,'0123456789\nNama,=,KANTOR IMIGRASI\nMata Uang,=,IDR\n\n" \
    "Tanggal,Keterangan,Cabang,Jumlah,,Saldo\n"
#define BCA_FOOT(credit, debit, closing) \
    "Saldo Awal,=,1000000.00\nKredit,=," credit "\nDebet,=," debit "\nSaldo Akhir,=," closing "\n"
#define BCA_NAME "BCA_0123456789_20240305.csv"

static void test_statement__reads_a_bank_download(void **state)
{
    bench of;
    (void)state;
    read_one(&of, BCA_NAME,
             BCA_HEAD "'05/03/2024,\"TRSF 82024 0305000123\nBUDI\",'0000,350000.00,CR,1350000.00\n"
                      "'05/03/2024,BIAYA ADM,'0000,\"15,000.00\",DB,1335000.00\n"
                      "'PEND,SETORAN 820240305000999,'0000,1.00,CR,\n"
                      "'06/03/2024,820240305000123/820240305000124,'0000,100.00,CR,"
                      "1335100.00\n" BCA_FOOT("350100.00", "15000.00", "1335100.00"));
    const rk_file *file = &of.files.items[0];
    const rk_entries *entries = &of.entries;
    assert_string_equal(file->why.at, "");
    assert_int_equal(file->fate, RK_FATE_ACCEPTED);
    assert_int_equal(file->entries, 3);
    assert_int_equal(file->filtered, 1);
    assert_int_equal(file->sum_minor, 33510000);
    assert_int_equal(file->opening_minor, 100000000);
    assert_int_equal(file->closing_minor, 133510000);
    assert_true(rk_slice_is(rk_names_text(&of.names, file->account), "0123456789"));
    assert_int_equal(entries->batch.count, 3);
    assert_int_equal(entries->line[0], 6);
    assert_int_equal(entries->line[1], 8);
    assert_int_equal(entries->ordinal[2], 3);
    assert_int_equal(entries->code[0], 820240305000123);
    assert_int_equal(entries->amount_minor[1], -1500000);
    assert_int_equal(entries->outcome[1], RK_IGNORED);
    assert_true(rk_slice_is(rk_names_text(&of.names, entries->rule[1]), "biaya-bank"));
    assert_int_equal(entries->code[2], 0);
    assert_int_equal(entries->flags[2], RK_ENTRY_SEVERAL_CODES);
    assert_int_equal(entries->booked_on[0], rk_day_of(2024, 3, 5));
    assert_true(entries->paid_from[0] == rk_day_begin(rk_day_of(2024, 3, 5), RK_WIB));
    assert_true(entries->paid_until[0] == rk_day_begin(rk_day_of(2024, 3, 6), RK_WIB) - 1);
    assert_true(rk_slice_is(rk_texts_get(&of.texts, entries->narrative[1]), "BIAYA ADM"));
    assert_true(rk_slice_is(rk_names_text(&of.names, entries->currency[0]), "IDR"));
    close_bench(&of);
}

#define IDM_HEAD "H|REKON|20240305\n"
#define IDM_ROW(second, code, amount, status) \
    "D|T0412|20240305|0915" second "|" code "|" amount "|2500|000123|" status "\n"

static void test_statement__reads_a_minimarket_file(void **state)
{
    bench of;
    (void)state;
    read_one(&of, "IDMREKON_20240305.txt",
             IDM_HEAD IDM_ROW("02", "820240305000123", "350000", "00")
                 IDM_ROW("03", "820240305000124", "1", "05") IDM_ROW("04", "", "650000", "00")
                     IDM_ROW("05", "12345", "1", "00") "T|3|1000001");
    const rk_file *file = &of.files.items[0];
    assert_string_equal(file->why.at, "");
    assert_int_equal(file->entries, 3);
    assert_int_equal(file->filtered, 1);
    assert_int_equal(file->filtered_minor, 100);
    assert_int_equal(of.entries.code[0], 820240305000123);
    assert_int_equal(of.entries.code[1], 0);
    assert_int_equal(of.entries.code[2], 0);
    rk_moment paid = rk_day_begin(rk_day_of(2024, 3, 5), RK_WIB) + (9 * 3600 + 902) * RK_SECOND;
    assert_true(of.entries.paid_from[0] == paid && of.entries.paid_until[0] == paid);
    assert_true(rk_slice_is(rk_texts_get(&of.texts, of.entries.reference[0]), "000123"));
    close_bench(&of);
}

static void test_statement__reads_fixed_width(void **state)
{
    bench of;
    (void)state;
    read_one(&of, "POSREKON_20240305.txt",
             "HPOSREKON  20240305\r\n"
             "D3041220240305091502PNBP820240305000123000000350000000000000123\r\n"
             "D3041220240305091503KURR               000000020000000000000124\r\n"
             "T00000002000000000370000\r\n");
    assert_string_equal(of.files.items[0].why.at, "");
    assert_int_equal(of.entries.batch.count, 2);
    assert_int_equal(of.entries.code[0], 820240305000123);
    assert_int_equal(of.entries.amount_minor[0], 35000000);
    assert_int_equal(of.entries.code[1], 0);
    assert_int_equal(of.entries.outcome[1], RK_IGNORED);
    close_bench(&of);
}

static void test_statement__reads_columns_by_title(void **state)
{
    bench of;
    (void)state;
    read_one(&of, "TOKOPEDIA_20240305.csv",
             "exported by seller centre\n\n"
             "Status,Order ID,Payment Time,Product,Billing Code,Net Amount,Fee,Extra\n"
             "SUCCESS,INV/1,2024-03-05 23:59:59,\"PNBP, \"\"Paspor\"\"\",820240305000123,"
             "\"347,500\",2500,\n"
             "FAILED,INV/2,2024-03-05 09:15:02,x,820240305000124,1,2,\n");
    assert_string_equal(of.files.items[0].why.at, "");
    assert_int_equal(of.entries.batch.count, 1);
    assert_int_equal(of.entries.amount_minor[0], 35000000);
    assert_int_equal(of.entries.booked_on[0], rk_day_of(2024, 3, 5));
    assert_true(rk_slice_is(rk_texts_get(&of.texts, of.entries.narrative[0]), "PNBP, \"Paspor\""));
    close_bench(&of);
}

/* ---- controls ---- */

static void test_statement__quarantines_what_breaks_its_own_totals(void **state)
{
    static const struct {
        const char *name, *text, *why;
    } cases[] = {
        {"IDMREKON_20240305.txt",
         IDM_HEAD IDM_ROW("02", "", "100", "00") IDM_ROW("03", "", "100", "00") "T|3|200\n",
         "trailer says 3 entries, read 2 (line 4)"},
        {"IDMREKON_20240305.txt", IDM_HEAD IDM_ROW("02", "", "100", "00") "T|1|99\n",
         "trailer's total says 99, read 100: 1 too much (line 3)"},
        {"IDMREKON_20240305.txt", IDM_HEAD IDM_ROW("02", "", "100", "00") "T|1|x\n",
         "trailer's total cannot be read (line 3)"},
        {"IDMREKON_20240305.txt", IDM_HEAD IDM_ROW("02", "", "100", "00"),
         "the trailer is missing: the file is cut short"},
        {"IDMREKON_20240305.txt", IDM_ROW("02", "", "100", "00") "T|1|100\n",
         "the header is missing"},
        {"IDMREKON_20240305.txt", "", "the header is missing"},
        {"IDMREKON_20240305.txt", IDM_HEAD "T|0|0\nT|0|0\n", "a second trailer (line 3)"},
        {"IDMREKON_20240305.txt", IDM_HEAD "T|0|0\n" IDM_ROW("02", "", "100", "00"),
         "records follow the trailer (line 3)"},
        {"IDMREKON_20240305.txt", IDM_HEAD IDM_ROW("02", "", "x", "00") "T|1|100\n",
         "1 records without a readable amount, so its totals cannot be checked (first on line 2)"},
        {"IDMREKON_20240305.txt", "H|REKON|20240230\nT|0|0\n", "day is no day (line 1)"},
        {"BCA_9999999999_20240305.csv", BCA_HEAD BCA_FOOT("0.00", "0.00", "1000000.00"),
         "its account is not the one in its name (line 1)"},
        {"TOKOPEDIA_20240305.csv", "a,b\n1,2\n", "the row of column titles is missing"},
        {BCA_NAME,
         BCA_HEAD "'05/03/2024,A,'0000,1.00,CR,1000001.00\n'05/03/2024,B,'0000,1.00,CR,1000003.00\n"
                  "'05/03/2024,C,'0000,1.00,DB,1000002.00\n" BCA_FOOT("2.00", "1.00", "1000001.00"),
         "running balance breaks: 1000002 expected, 1000003 given (line 7)"},
        {BCA_NAME,
         BCA_HEAD "'05/03/2024,A,'0000,1.00,CR,1000001.00\n" BCA_FOOT("1.00", "0.00", "1000002.00"),
         "opening balance 1000000 and entries make 1000001, closing balance is 1000002 (line 10)"},
        {BCA_NAME,
         BCA_HEAD "'05/03/2024,A,'0000,1.00,CR,1000001.00\n" BCA_FOOT("2.00", "0.00", "1000001.00"),
         "total of credits says 2, read 1: 1 too little (line 8)"},
        {BCA_NAME, BCA_HEAD "'05/03/2024,A,'0000,1.00,CR,1000001.00\nSaldo Awal,=,1000000.00\n",
         "line \"Kredit\" is missing: the file is cut short"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench of;
        read_one(&of, cases[i].name, cases[i].text);
        assert_string_equal(of.files.items[0].why.at, cases[i].why);
        assert_int_equal(of.files.items[0].fate, RK_FATE_QUARANTINED);
        assert_int_equal(of.entries.batch.count, 0);
        assert_int_equal(of.files.items[0].sum_minor, 0);
        close_bench(&of);
    }
}

static void test_statement__accepts_newest_first_and_empty(void **state)
{
    static const struct {
        const char *name, *text;
        size_t entries;
    } cases[] = {
        {BCA_NAME, BCA_HEAD BCA_FOOT("0.00", "0.00", "1000000.00"), 0},
        {"IDMREKON_20240305.txt", "\xef\xbb\xbf" IDM_HEAD "\n\nT|0|0\n\n", 0},
        {BCA_NAME,
         BCA_HEAD "'05/03/2024,C,'0000,1.00,DB,1000004.00\n'05/03/2024,B,'0000,3.00,CR,1000005.00\n"
                  "'05/03/2024,A,'0000,2.00,CR,1000002.00\n" BCA_FOOT("5.00", "1.00", "1000004.00"),
         3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench of;
        read_one(&of, cases[i].name, cases[i].text);
        assert_string_equal(of.files.items[0].why.at, "");
        assert_int_equal(of.entries.batch.count, cases[i].entries);
        close_bench(&of);
    }
}

static void test_statement__rejects_a_line_and_keeps_the_rest(void **state)
{
    bench of;
    (void)state;
    read_one(&of, "TOKOPEDIA_20240305.csv",
             "Order ID,Payment Time,Product,Billing Code,Net Amount,Fee,Status\n"
             "1,2024-03-05 09:15:02,x,820240305000123,347500,2500,SUCCESS\n"
             "2,2024-03-05 25:15:02,x,820240305000124,347500,2500,SUCCESS\n"
             "3,2024-03-05 09:15:02,x,820240305000125,12x,2500,SUCCESS\n"
             "4,2024-03-05 09:15:02\n"
             "5,2024-03-05 09:15:02,x,820240305000125,347,500,2500,SUCCESS\n"
             "6,2024-03-05 09:15:02,\"x\"y,820240305000125,347500,2500,SUCCESS\n"
             "7,2024-03-05 09:15:02,\"x,820240305000125,347500,2500,SUCCESS\n"
             "8,2024-03-05 09:15:02,x,820240305000125,347500,2500,SUCCESS\n");
    static const struct {
        uint32_t line, column;
        const char *reason;
        rk_money amount;
        uint64_t code;
    } wanted[] = {
        {3, 2, "time of payment cannot be read", 35000000, 820240305000124},
        {4, 5, "amount cannot be read", RK_NO_MONEY, 820240305000125},
        {5, 0, "fewer fields than the layout has", RK_NO_MONEY, 0},
        {6, 0, "more fields than the layout has", RK_NO_MONEY, 0},
        {7, 0, "text behind a closing quote", RK_NO_MONEY, 0},
        {8, 0, "quote is never closed", RK_NO_MONEY, 0},
    };
    assert_int_equal(of.files.items[0].fate, RK_FATE_ACCEPTED);
    assert_int_equal(of.entries.batch.count, 1);
    assert_int_equal(of.rejects.count, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < of.rejects.count; i++) {
        const rk_reject *reject = &of.rejects.items[i];
        assert_string_equal(reject->reason.at, wanted[i].reason);
        assert_int_equal(reject->line, wanted[i].line);
        assert_int_equal(reject->column, wanted[i].column);
        assert_true(reject->amount_minor == wanted[i].amount);
        assert_true(reject->code == wanted[i].code);
    }
    close_bench(&of);
}

/* Records without end, without number, with NUL bytes: each is one reject, the next one is read. */
static void test_statement__bounds_a_record(void **state)
{
    rk_buffer in = {0};
    bench of;
    (void)state;
    for (size_t i = 0; i <= 1 << 20; i++)
        rk_buffer_char(&in, 'x');
    rk_buffer_text(&in, "\n2024-03-05T09:00:00Z;1;a\n");
    for (size_t i = 0; i < 100000; i++)
        rk_buffer_char(&in, ';');
    rk_buffer_text(&in, "\n2024-03-05T09:00:00Z;2;");
    rk_buffer_bytes(&in, "a\0b", 3);
    open_bench(&of, 2);
    add_file(&of, "second_20240305.csv", rk_buffer_all(&in));
    read_files(&of);
    assert_int_equal(of.files.items[0].fate, RK_FATE_ACCEPTED);
    assert_int_equal(of.entries.batch.count, 2);
    assert_int_equal(of.entries.line[1], 4);
    assert_int_equal(rk_texts_get(&of.texts, of.entries.narrative[1]).len, 3);
    assert_int_equal(of.rejects.count, 2);
    assert_string_equal(of.rejects.items[0].reason.at, "record is longer than 1 MiB");
    assert_string_equal(of.rejects.items[1].reason.at, "too many fields");
    close_bench(&of);
    rk_buffer_free(&in);
}

/* Many files: entries stand in the order of the files, whatever became of the others. */
static void test_statement__keeps_the_order_of_files(void **state)
{
    enum { FILES = 300 };
    bench of;
    rk_buffer texts[FILES] = {{0}};
    size_t row = 0;
    (void)state;
    open_bench(&of, 3);
    for (size_t i = 0; i < FILES; i++) {
        rk_buffer_text(&texts[i], IDM_HEAD);
        for (size_t r = 0; r < i % 4; r++)
            rk_buffer_printf(&texts[i], IDM_ROW("02", "82%013zu", "1", "00"), i * 10 + r);
        rk_buffer_printf(&texts[i], "T|%zu|%zu\n", i % 5 ? i % 4 : 9, i % 4);
        add_file(&of, "IDMREKON_20240305.txt", rk_buffer_all(&texts[i]));
    }
    read_files(&of);
    for (size_t i = 0; i < FILES; i++) {
        assert_int_equal(of.files.items[i].fate, i % 5 ? RK_FATE_ACCEPTED : RK_FATE_QUARANTINED);
        for (size_t r = 0; i % 5 && r < i % 4; r++, row++) {
            assert_int_equal(of.entries.file[row], i);
            assert_int_equal(of.entries.ordinal[row], r + 1);
            assert_int_equal(of.entries.code[row], 820000000000000 + i * 10 + r);
        }
        rk_buffer_free(&texts[i]);
    }
    assert_int_equal(of.entries.batch.count, row);
    close_bench(&of);
}

/* ---- values ---- */

static void test_statement__bounds_the_time_of_payment(void **state)
{
    static const struct {
        const char *name, *text, *from, *until, *booked;
    } cases[] = {
        {"cutoff_20240304.csv", "04-03-2024;1;x", "2024-03-03T15:00:00+07:00",
         "2024-03-04T14:59:59.999999+07:00", "2024-03-04"},
        {"working_20240304.csv", "04-03-2024;1;x", "2024-03-01T15:00:00+07:00",
         "2024-03-04T14:59:59.999999+07:00", "2024-03-04"}, /* a Monday */
        {"second_20240305.csv", "2024-03-05T23:30:00+09:00;1;x", "2024-03-05T21:30:00+07:00",
         "2024-03-05T21:30:00+07:00", "2024-03-05"},
        {"second_20240305.csv", "2024-03-05T17:00:00Z;1;x", "2024-03-06T00:00:00+07:00",
         "2024-03-06T00:00:00+07:00", "2024-03-06"},
        {"second_20240305.csv", "2024-03-05T16:59:59Z;1;x", "2024-03-05T23:59:59+07:00",
         "2024-03-05T23:59:59+07:00", "2024-03-05"},
        {"yearless_20240105.csv", "'31/12;1;x", "2023-12-31T00:00:00+07:00",
         "2023-12-31T23:59:59.999999+07:00", "2023-12-31"},
        {"yearless_20240305.csv", "29/02;1;x", "2024-02-29T00:00:00+07:00",
         "2024-02-29T23:59:59.999999+07:00", "2024-02-29"},
        {"month_20240305.csv", "5 Mei 2024;1;x", "2024-05-05T00:00:00+07:00",
         "2024-05-05T23:59:59.999999+07:00", "2024-05-05"},
        {"month_20240305.csv", "29 February 2024;1;x", "2024-02-29T00:00:00+07:00",
         "2024-02-29T23:59:59.999999+07:00", "2024-02-29"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench of;
        rk_buffer from = {0}, until = {0}, booked = {0};
        read_one(&of, cases[i].name, cases[i].text);
        assert_int_equal(of.entries.batch.count, 1);
        rk_moment_put(&from, of.entries.paid_from[0], RK_WIB);
        rk_moment_put(&until, of.entries.paid_until[0], RK_WIB);
        rk_day_put(&booked, of.entries.booked_on[0]);
        assert_true(rk_slice_is(rk_buffer_all(&from), cases[i].from));
        assert_true(rk_slice_is(rk_buffer_all(&until), cases[i].until));
        assert_true(rk_slice_is(rk_buffer_all(&booked), cases[i].booked));
        rk_buffer_free(&from);
        rk_buffer_free(&until);
        rk_buffer_free(&booked);
        close_bench(&of);
    }
}

static void test_statement__reads_cp1252(void **state)
{
    bench of;
    (void)state;
    read_one(&of, "second_20240305.csv",
             "2024-03-05T23:30:00Z;1.000,50;Jos\xe9 \x80 820240305000123\n"
             "2024-03-05T23:30:00Z;1;Jos\xc3\xa9\n");
    assert_int_equal(of.entries.batch.count, 2);
    assert_int_equal(of.entries.amount_minor[0], 100050);
    assert_int_equal(of.entries.code[0], 820240305000123);
    assert_true(rk_slice_is(rk_texts_get(&of.texts, of.entries.narrative[0]),
                            "Jos\xc3\xa9 \xe2\x82\xac 820240305000123"));
    assert_true(rk_slice_is(rk_texts_get(&of.texts, of.entries.narrative[1]), "Jos\xc3\xa9"));
    close_bench(&of);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* ---- names of files ---- */

static void test_statement__tells_the_channel_from_the_name(void **state)
{
    static const struct {
        const char *name, *channel, *why;
    } cases[] = {
        {"IDMREKON_20240305.txt", "indomaret", ""},
        {"IDMREKON_20240305.txt.bak", "", "no channel knows this name"},
        {"IDMREKON_20240230.txt", "",
         "the day in the name, as channel indomaret has it, is no day"},
        {"IDMREKON_20190305.txt", "", "channel indomaret does not hold on that day"},
        {"BCA_0123456789_20240305.csv", "bca", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench of;
        open_bench(&of, 1);
        rk_file *file = rk_files_add(&of.files);
        file->name = rk_slice_of(cases[i].name);
        bool known = rk_statement_identify(&of.reading, file);
        assert_int_equal(known, cases[i].channel[0] != 0);
        assert_true(rk_slice_is(rk_names_text(&of.names, file->channel), cases[i].channel));
        assert_true(rk_slice_is(file->why, cases[i].why));
        if (known)
            assert_true(file->from == rk_day_of(2024, 3, 5) && file->until == file->from);
        close_bench(&of);
    }
}

/* ---- whatever the threads, whatever the bytes ---- */

static void make_bca(rk_buffer *out, size_t rows, uint64_t seed)
{
    uint64_t balance = 1000000, credit = 0;
    rk_buffer_text(out, BCA_HEAD);
    for (size_t i = 0; i < rows; i++) {
        uint64_t amount = next_random(&seed) % 1000000;
        balance += amount;
        credit += amount;
        rk_buffer_printf(out, "'%02u/03/2024,", (unsigned)(1 + next_random(&seed) % 28));
        if (i % 5 == 0)
            rk_buffer_printf(out, "\"SETORAN,\n 82%013zu \"\"X\"\"\"", i);
        else if (i % 7 == 0)
            rk_buffer_printf(out, "Caf\xe9 82024 %010zu", i);
        else
            rk_buffer_printf(out, "SETORAN 82%013zu BUDI", i);
        rk_buffer_printf(out, ",'0000,%llu.00,CR,%llu.00\n", (unsigned long long)amount,
                         (unsigned long long)balance);
    }
    rk_buffer_printf(out, "Saldo Awal,=,1000000.00\nKredit,=,%llu.00\nDebet,=,0.00\n",
                     (unsigned long long)credit);
    rk_buffer_printf(out, "Saldo Akhir,=,%llu.00\n", (unsigned long long)balance);
}

static void make_tokopedia(rk_buffer *out, size_t rows, uint64_t seed)
{
    rk_buffer_text(out, "Order ID,Payment Time,Product,Billing Code,Net Amount,Fee,Status\n");
    for (size_t i = 0; i < rows; i++)
        rk_buffer_printf(out, "INV/%zu,2024-03-05 09:%02u:02,x,82%013zu,%s,2500,%s\n", i,
                         (unsigned)(next_random(&seed) % 60), i,
                         next_random(&seed) % 50 ? "347500" : "bad",
                         next_random(&seed) % 20 ? "SUCCESS" : "FAILED");
}

/* All that was read, as text. */
static void show(const bench *of, rk_buffer *out)
{
    const rk_entries *e = &of->entries;
    for (size_t i = 0; i < of->files.count; i++) {
        const rk_file *file = &of->files.items[i];
        rk_buffer_printf(out, "%d %u %u %u %lld '%.*s'\n", file->fate, file->entries, file->rejects,
                         file->filtered, (long long)file->sum_minor, RK_FMT(file->why));
    }
    for (size_t i = 0; i < e->batch.count; i++)
        rk_buffer_printf(
            out, "%u %u %u %d %lld %lld %lld %llu %.*s|%.*s %llu\n", e->file[i], e->ordinal[i],
            e->line[i], e->booked_on[i], (long long)e->paid_from[i], (long long)e->paid_until[i],
            (long long)e->amount_minor[i], (unsigned long long)e->code[i],
            RK_FMT(rk_texts_get(&of->texts, e->narrative[i])),
            RK_FMT(rk_texts_get(&of->texts, e->reference[i])), (unsigned long long)e->narrative[i]);
    for (size_t i = 0; i < of->rejects.count; i++)
        rk_buffer_printf(out, "reject %u %u %u %.*s\n", of->rejects.items[i].file,
                         of->rejects.items[i].line, of->rejects.items[i].column,
                         RK_FMT(of->rejects.items[i].reason));
}

static void test_statement__threads_change_nothing(void **state)
{
    static const int threads[] = {1, 2, 3, 8};
    rk_buffer bca = {0}, tokopedia = {0}, broken = {0}, first = {0};
    (void)state;
    make_bca(&bca, 20000, 3);
    make_bca(&broken, 10000, 4);
    make_tokopedia(&tokopedia, 15000, 5);
    char *digit = memchr(broken.bytes + broken.len / 2, '.', broken.len / 2);
    digit[-1] = digit[-1] == '1' ? '2' : '1';
    for (size_t t = 0; t < 4; t++) {
        bench of;
        rk_buffer out = {0};
        open_bench(&of, threads[t]);
        add_file(&of, BCA_NAME, rk_buffer_all(&bca));
        add_file(&of, "BCA_0123456789_20240306.csv", rk_buffer_all(&broken));
        add_file(&of, "TOKOPEDIA_20240305.csv", rk_buffer_all(&tokopedia));
        read_files(&of);
        show(&of, &out);
        if (t == 0) {
            assert_int_equal(of.files.items[0].fate, RK_FATE_ACCEPTED);
            assert_int_equal(of.files.items[0].entries, 20000);
            assert_int_equal(of.files.items[1].fate, RK_FATE_QUARANTINED);
            assert_int_equal(of.entries.code[1], 820000000000001);
            assert_int_equal(of.entries.code[7], 820240000000007);
            const rk_file *file = &of.files.items[2];
            assert_int_equal(file->entries + file->rejects + file->filtered, 15000);
            rk_buffer_slice(&first, rk_buffer_all(&out));
        }
        assert_int_equal(out.len, first.len);
        assert_memory_equal(out.bytes, first.bytes, first.len);
        rk_buffer_free(&out);
        close_bench(&of);
    }
    rk_buffer_free(&bca);
    rk_buffer_free(&broken);
    rk_buffer_free(&tokopedia);
    rk_buffer_free(&first);
}

/* Records of a title layout, counted by a loop of its own: what the reader makes of them must add up.
 * Quotes are text only behind the start of a cell. */
static size_t count_records(rk_slice text)
{
    bool quoted = false, fresh = true, blank = true;
    size_t records = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (quoted) {
            if (c == '"' && i + 1 < text.len && text.at[i + 1] == '"')
                i++;
            else if (c == '"')
                quoted = false;
            blank &= c == '"' || c == ' ' || c == '\r' || c == '\n' || c == '\t';
            if (c == '"' && text.at[i - (i > 0)] == '"' && quoted)
                blank = false;
            continue;
        }
        if (c == '\n') {
            records += !blank;
            fresh = blank = true;
            continue;
        }
        quoted = c == '"' && fresh;
        fresh = c == ',';
        if (c != ',' && c != ' ' && c != '\r' && c != '\t' && !quoted)
            blank = false;
    }
    return records + (!blank || quoted);
}

static void test_statement__broken_bytes_are_conserved(void **state)
{
    bench of;
    rk_buffer in = {0};
    uint64_t seed = 11;
    (void)state;
    make_tokopedia(&in, 30, 9);
    size_t head = (size_t)((char *)memchr(in.bytes, '\n', in.len) - in.bytes) + 1;
    open_bench(&of, 1);
    for (int round = 0; round < 1500; round++) {
        size_t len = round % 3 ? in.len : head + next_random(&seed) % (in.len - head);
        char *copy = rk_alloc(len + 1, 1);
        memcpy(copy, in.bytes, len);
        for (int i = 0; i < round % 7 && len > head; i++)
            copy[head + next_random(&seed) % (len - head)] =
                "\n\r\"\",\0x\xff;9'"[next_random(&seed) % 11];
        clear_bench(&of, 1 + round % 3);
        rk_file *file = add_file(&of, "TOKOPEDIA_20240305.csv", (rk_slice){copy, len});
        read_files(&of);
        assert_int_equal(file->fate, RK_FATE_ACCEPTED);
        assert_int_equal(file->entries, of.entries.batch.count);
        assert_int_equal(file->entries + file->rejects + file->filtered,
                         count_records((rk_slice){copy + head, len - head}));
        free(copy);
    }
    close_bench(&of);
    rk_buffer_free(&in);
}

/* The other layouts: an answer, never a crash; nothing of a file that is not accepted. */
static void test_statement__survives_broken_bytes(void **state)
{
    static const char idm[] = IDM_HEAD IDM_ROW("02", "820240305000123", "350000", "00")
        IDM_ROW("03", "", "1", "05") "T|1|350000\n";
    static const char pos[] = "HPOSREKON  20240305\n"
                              "D3041220240305091502PNBP820240305000123000000350000000000000123\n"
                              "T00000001000000000350000\n";
    static const char *const names[] = {"IDMREKON_20240305.txt", "POSREKON_20240305.txt", BCA_NAME};
    bench of;
    rk_buffer bca = {0};
    uint64_t seed = 12;
    (void)state;
    make_bca(&bca, 8, 1);
    rk_slice texts[] = {{idm, sizeof idm - 1}, {pos, sizeof pos - 1}, rk_buffer_all(&bca)};
    open_bench(&of, 1);
    for (int round = 0; round < 1500; round++) {
        rk_slice text = texts[round % 3];
        size_t len = round % 2 ? text.len : next_random(&seed) % (text.len + 1);
        char *copy = rk_alloc(len + 1, 1);
        memcpy(copy, text.at, len);
        for (int i = 0; i < round % 5 && len; i++)
            copy[next_random(&seed) % len] = (char)next_random(&seed);
        clear_bench(&of, 2);
        rk_file *file = add_file(&of, names[round % 3], (rk_slice){copy, len});
        read_files(&of);
        if (file->fate == RK_FATE_ACCEPTED)
            assert_int_equal(file->entries, of.entries.batch.count);
        else
            assert_true(file->fate == RK_FATE_QUARANTINED && of.entries.batch.count == 0 &&
                        file->why.len > 0);
        free(copy);
    }
    close_bench(&of);
    rk_buffer_free(&bca);
}

/* A file of another layout: bounded, one reject, a plain reason. */
static void test_statement__gives_up_on_another_layout(void **state)
{
    rk_buffer in = {0};
    bench of;
    (void)state;
    rk_buffer_text(&in, "Order ID,Payment Time,Product,Billing Code,Net Amount,Fee,Status\n");
    for (int i = 0; i < 150000; i++)
        rk_buffer_text(&in, "x\n");
    open_bench(&of, 2);
    rk_file *file = add_file(&of, "TOKOPEDIA_20240305.csv", rk_buffer_all(&in));
    read_files(&of);
    assert_int_equal(file->fate, RK_FATE_QUARANTINED);
    assert_string_equal(file->why.at, "150000 of 150000 records cannot be read: another layout? "
                                      "(line 2: fewer fields than the layout has)");
    assert_int_equal(of.rejects.count, 1);
    close_bench(&of);
    rk_buffer_free(&in);
}

/* Only the columns that are wanted are filled. */
static void test_statement__fills_wanted_columns_alone(void **state)
{
    bench of;
    (void)state;
    open_bench(&of, 2);
    rk_batch_free(&of.entries.batch);
    rk_batch_init(&of.entries.batch, rk_entry_columns, rk_entry_column_count, 1,
                  RK_ENTRY_BIT(code));
    add_file(&of, "IDMREKON_20240305.txt",
             RK_S(IDM_HEAD IDM_ROW("02", "820240305000123", "350000", "00") "T|1|350000\n"));
    read_files(&of);
    assert_int_equal(of.entries.batch.count, 1);
    assert_int_equal(of.entries.code[0], 820240305000123);
    assert_null(of.entries.narrative);
    close_bench(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statement__reads_a_bank_download),
        cmocka_unit_test(test_statement__reads_a_minimarket_file),
        cmocka_unit_test(test_statement__reads_fixed_width),
        cmocka_unit_test(test_statement__reads_columns_by_title),
        cmocka_unit_test(test_statement__quarantines_what_breaks_its_own_totals),
        cmocka_unit_test(test_statement__accepts_newest_first_and_empty),
        cmocka_unit_test(test_statement__rejects_a_line_and_keeps_the_rest),
        cmocka_unit_test(test_statement__bounds_a_record),
        cmocka_unit_test(test_statement__keeps_the_order_of_files),
        cmocka_unit_test(test_statement__bounds_the_time_of_payment),
        cmocka_unit_test(test_statement__reads_cp1252),
        cmocka_unit_test(test_statement__tells_the_channel_from_the_name),
        cmocka_unit_test(test_statement__threads_change_nothing),
        cmocka_unit_test(test_statement__broken_bytes_are_conserved),
        cmocka_unit_test(test_statement__survives_broken_bytes),
        cmocka_unit_test(test_statement__gives_up_on_another_layout),
        cmocka_unit_test(test_statement__fills_wanted_columns_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
