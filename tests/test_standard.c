#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "statement/read.h"

/* Channels of the standard formats, each for one trait, beside the shipped ones. */
#define CHANNEL(name, format, rest) \
    "channel: " name "\nkind: test\nlayout: invented\ntimezone: Asia/Jakarta\nfrom: 2020-01-01\n" \
    "holds_lapses: no\nfiles: {name: '" name "_(?<day>\\d{8})'}\nread: {format: " format \
    "}\n" rest

static const struct {
    const char *name, *text;
} extra[] = {
    {"channels/loose.yaml",
     CHANNEL("loose", "mt940", "map: {billing_code: customer_ref}\ndated: day\n")},
    {"channels/cutoff.yaml",
     CHANNEL("cutoff", "mt940",
             "map: {narrative: narrative}\ndated: {cutoff: '15:00', working_days: yes}\n")},
    {"channels/exact.yaml",
     CHANNEL("exact", "camt", "map: {reference: EndToEndId}\ndated: second\n")},
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

static void load(bench *of, const char *name, const char *text, rk_error *err)
{
    rk_sources sources;
    rk_source all[64];
    *of = (bench){0};
    assert_true(rk_sources_read("rules", NULL, &of->arena, &sources, err));
    assert_true(sources.count + 8 < 64);
    memcpy(all, sources.items, sources.count * sizeof *all);
    for (size_t i = 0; i < sizeof extra / sizeof *extra && !name; i++)
        all[sources.count++] =
            (rk_source){.name = rk_slice_of(extra[i].name), .bytes = rk_slice_of(extra[i].text)};
    if (name)
        all[sources.count++] = (rk_source){.name = rk_slice_of(name), .bytes = rk_slice_of(text)};
    sources.items = all;
    *err = (rk_error){0};
    rk_rules_load(&sources, &of->names, &of->arena, &of->rules, err);
    of->reading = (rk_reading){&of->rules, &of->names, &of->texts, &of->arena, 2};
    rk_batch_init(&of->entries.batch, rk_entry_columns, rk_entry_column_count, 1, rk_entry_all());
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

static void read_slice(bench *of, const char *name, rk_slice text)
{
    rk_error err = {0};
    rk_file *file = rk_files_add(&of->files);
    file->name = rk_slice_of(name);
    file->bytes = text;
    if (!rk_statement_identify(&of->reading, file))
        fail_msg("%s: %.*s", name, RK_FMT(file->why));
    if (!rk_statements_read(&of->reading, &of->files, &of->entries, &of->rejects, &err))
        fail_msg("%s", err.message);
}

static void read_one(bench *of, const char *name, const char *text)
{
    rk_error err;
    load(of, NULL, NULL, &err);
    if (err.message[0])
        fail_msg("%s:%zu: %s", err.path, err.line, err.message);
    read_slice(of, name, rk_slice_of(text));
}

static void assert_why(const bench *of, const char *why)
{
    assert_string_equal(of->files.items[0].why.at, why);
    assert_int_equal(of->files.items[0].fate, *why ? RK_FATE_QUARANTINED : RK_FATE_ACCEPTED);
}

#define MT940 "MT940_20240305.sta"
#define CAMT "camt053_20240305.xml"

static void test_standard__reads_an_mt940(void **state)
{
    bench of;
    (void)state;
    read_one(&of, MT940,
             ":20:A\n:25:0123\n:28C:65/1\n:60F:C240304IDR1000,\n"
             ":61:2403060305C350000,NTRFX//B4E07\n:86:166?00SETOR?20KODE 82024\n0305000123?32BUDI\n"
             ":61:240305D15000,NCHGX\n:86:BIAYA\nADM\n:62F:C240305IDR336000,\n");
    const rk_entries *entries = &of.entries;
    const rk_file *file = &of.files.items[0];
    assert_why(&of, "");
    assert_int_equal(entries->batch.count, 2);
    assert_int_equal(file->opening_minor, 100000);
    assert_int_equal(file->closing_minor, 33600000);
    assert_int_equal(file->sum_minor, 33500000);
    assert_true(rk_slice_is(file->number, "65/1"));
    assert_true(rk_slice_is(rk_names_text(&of.names, file->account), "0123"));
    assert_int_equal(entries->code[0], 820240305000123);
    assert_int_equal(entries->line[0], 5);
    assert_int_equal(entries->booked_on[0], rk_day_of(2024, 3, 5));
    assert_int_equal(entries->value_on[0], rk_day_of(2024, 3, 6));
    assert_true(entries->paid_from[0] == rk_day_begin(rk_day_of(2024, 3, 5), RK_WIB));
    assert_true(rk_slice_is(rk_texts_get(&of.texts, entries->reference[0]), "B4E07"));
    assert_true(rk_slice_is(rk_texts_get(&of.texts, entries->narrative[0]),
                            "166 SETOR KODE 820240305000123 BUDI"));
    /* without entry date the value date is the day; a plain narrative's line end is a blank */
    assert_int_equal(entries->booked_on[1], rk_day_of(2024, 3, 5));
    assert_int_equal(entries->outcome[1], RK_IGNORED);
    assert_int_equal(entries->ordinal[1], 2);
    close_bench(&of);
}

static void test_standard__keeps_the_accounts_of_a_file_apart(void **state)
{
    bench of;
    (void)state;
    read_one(&of, MT940,
             ":20:A\n:25:1\n:60F:C240304IDR0,\n:61:240305C1,NTRFX\n:62F:C240305IDR1,\n"
             ":20:B\n:25:2\n:60F:C240304IDR0,\n:62F:C240305IDR0,\n"
             ":20:C\n:25:3\n:60F:C240304IDR0,\n:61:240305C2,NTRFX\n:61:240305C3,NTRFX\n"
             ":62F:C240305IDR5,\n");
    assert_why(&of, "");
    assert_int_equal(of.entries.batch.count, 3);
    assert_true(rk_slice_is(rk_names_text(&of.names, of.entries.account[0]), "1"));
    assert_true(rk_slice_is(rk_names_text(&of.names, of.entries.account[1]), "3"));
    assert_true(rk_slice_is(rk_names_text(&of.names, of.entries.account[2]), "3"));
    assert_true(of.files.items[0].opening_minor == RK_NO_MONEY);
    assert_true(of.files.items[0].closing_minor == RK_NO_MONEY);
    close_bench(&of);
}

#define BALANCE(code, amount) \
    "<Bal><Tp><CdOrPrtry><Cd>" code "</Cd></CdOrPrtry></Tp><Amt Ccy=\"IDR\">" amount \
    "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2024-03-05</Dt></Dt></Bal>"
#define STATEMENT(inside) \
    "<Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>7</IBAN></Id></Acct>" inside \
    "</Stmt></BkToCstmrStmt></Document>"
#define ENTRY(amount, sign, more) \
    "<Ntry><Amt Ccy=\"IDR\">" amount "</Amt><CdtDbtInd>" sign "</CdtDbtInd>" more "</Ntry>"
#define BOOKED "<BookgDt><DtTm>2024-03-05T10:15:00+07:00</DtTm></BookgDt>"

static void test_standard__reads_camt(void **state)
{
    bench of;
    (void)state;
    read_one(&of, CAMT,
             STATEMENT(BALANCE("OPBD", "10") BALANCE("CLBD", "8.5") ENTRY("1.5", "DBIT", BOOKED)
                           ENTRY("99", "CRDT", "<Sts>PDNG</Sts>" BOOKED)));
    assert_why(&of, "");
    assert_int_equal(of.entries.batch.count, 1);
    assert_int_equal(of.entries.amount_minor[0], -150);
    assert_int_equal(of.files.items[0].filtered, 1);
    assert_int_equal(of.files.items[0].filtered_minor, 9900);
    close_bench(&of);
}

#define PART(amount, more) "<TxDtls><Amt Ccy=\"IDR\">" amount "</Amt>" more "</TxDtls>"
#define UNSTRUCTURED(text) "<RmtInf><Ustrd>" text "</Ustrd></RmtInf>"
#define BATCH(parts) BOOKED "<AcctSvcrRef>ALL</AcctSvcrRef><NtryDtls>" parts "</NtryDtls>"

/* What `batches: split` makes of an entry of 3 in credit. */
static void assert_parts(const char *statement, size_t count, const rk_money *amounts,
                         const char *const *narratives)
{
    bench of;
    read_one(&of, CAMT, statement);
    assert_why(&of, "");
    assert_int_equal(of.entries.batch.count, count);
    assert_int_equal(of.files.items[0].sum_minor, 300);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(of.entries.amount_minor[i], amounts[i]);
        assert_int_equal(of.entries.ordinal[i], i + 1);
        assert_true(rk_slice_is(rk_texts_get(&of.texts, of.entries.narrative[i]), narratives[i]));
    }
    close_bench(&of);
}

static void test_standard__splits_a_batch_whose_parts_make_up_its_sum(void **state)
{
    static const rk_money parts[] = {200, 200, -100}, whole[] = {300};
    (void)state;
#define OF_THREE(parts) \
    STATEMENT(BALANCE("OPBD", "0") BALANCE("CLBD", "3") ENTRY("3", "CRDT", BATCH(parts)))
    assert_parts(OF_THREE(PART("2", UNSTRUCTURED("A")) PART("2", "")
                              PART("1", "<CdtDbtInd>DBIT</CdtDbtInd>" UNSTRUCTURED("C"))),
                 3, parts, (const char *[]){"A", "", "C"});
    /* what is said of the whole is said of each part where none says anything */
    assert_parts(OF_THREE(PART("2", "") PART("2", "") PART(
                     "1", "<CdtDbtInd>DBIT</CdtDbtInd>") "</NtryDtls><AddtlNtryInf>ALL OF "
                                                         "IT</AddtlNtryInf><NtryDtls>"),
                 3, parts, (const char *[]){"ALL OF IT", "ALL OF IT", "ALL OF IT"});
    /* not the sum; a part without amount; of another currency; of nothing */
    assert_parts(OF_THREE(PART("2", UNSTRUCTURED("A")) PART("2", UNSTRUCTURED("B"))), 1, whole,
                 (const char *[]){"A B"});
    assert_parts(OF_THREE(PART("3", UNSTRUCTURED("A")) "<TxDtls>" UNSTRUCTURED("B") "</TxDtls>"), 1,
                 whole, (const char *[]){"A B"});
    assert_parts(OF_THREE(PART("2", UNSTRUCTURED("A")) "<TxDtls><Amt Ccy=\"USD\">1</Amt></TxDtls>"),
                 1, whole, (const char *[]){"A"});
    assert_parts(OF_THREE(PART("3", UNSTRUCTURED("A")) PART("0", "")), 1, whole,
                 (const char *[]){"A"});
}

static void test_standard__refers_to_a_part_before_its_batch(void **state)
{
    bench of;
    (void)state;
    read_one(&of, CAMT,
             STATEMENT(BALANCE("OPBD", "0") BALANCE("CLBD", "3") ENTRY(
                 "3", "CRDT",
                 BATCH(PART("1", "<Refs><AcctSvcrRef>ONE</AcctSvcrRef></Refs>") PART("2", "")))));
    assert_int_equal(of.entries.batch.count, 2);
    assert_true(rk_slice_is(rk_texts_get(&of.texts, of.entries.reference[0]), "ONE"));
    assert_true(rk_slice_is(rk_texts_get(&of.texts, of.entries.reference[1]), "ALL"));
    close_bench(&of);
}

static void test_standard__takes_exact_times_where_the_channel_says_so(void **state)
{
    bench of;
    rk_moment at;
    (void)state;
    assert_true(rk_moment_parse(RK_S("2024-03-05T10:15:00+07:00"), &at));
    read_one(&of, "exact_20240305",
             STATEMENT(ENTRY("1", "CRDT",
                             BOOKED "<NtryDtls><TxDtls><Refs><EndToEndId>E</EndToEndId></Refs>"
                                    "</TxDtls></NtryDtls>")
                           ENTRY("1", "CRDT", "<ValDt><Dt>2024-03-05</Dt></ValDt>")
                               ENTRY("1", "CRDT", "")));
    assert_why(&of, "");
    assert_int_equal(of.entries.batch.count, 2);
    assert_true(of.entries.paid_from[0] == at && of.entries.paid_until[0] == at);
    assert_true(rk_slice_is(rk_texts_get(&of.texts, of.entries.reference[0]), "E"));
    assert_true(of.entries.paid_until[1] - of.entries.paid_from[1] == RK_DAY_LENGTH - 1);
    assert_int_equal(of.rejects.count, 1);
    assert_true(rk_slice_is(of.rejects.items[0].reason, "neither a booking date nor a value date"));
    assert_int_equal(of.rejects.items[0].amount_minor, 100);
    close_bench(&of);
}

static void test_standard__bounds_payment_by_the_cutoff(void **state)
{
    bench of;
    (void)state;
    /* booked on Monday: from Friday 15:00 on */
    read_one(&of, "cutoff_20240304", ":61:2403040304C1,NTRF820240305000123\n");
    assert_why(&of, "");
    assert_true(of.entries.paid_from[0] ==
                rk_day_begin(rk_day_of(2024, 3, 1), RK_WIB) + 15 * 3600 * RK_SECOND);
    assert_true(of.entries.paid_until[0] ==
                rk_day_begin(rk_day_of(2024, 3, 4), RK_WIB) + 15 * 3600 * RK_SECOND - 1);
    close_bench(&of);
    read_one(&of, "loose_20240305", ":61:2403050305C1,NTRF820240305000123\n");
    assert_int_equal(of.entries.code[0], 820240305000123);
    close_bench(&of);
}

static void test_standard__quarantines_what_does_not_tie_out(void **state)
{
    static const struct {
        const char *name, *text, *why;
    } cases[] = {
        {MT940, ":20:A\n:60F:C240304IDR0,\n:61:240305C1,NTRFX\n:62F:C240305IDR2,\n",
         "opening balance 0 and entries make 1, closing balance is 2 (line 4)"},
        {MT940, ":20:A\n:60F:C240304IDR0,\n:61:240305C1,NTRFX\n",
         "a statement without closing balance: is it cut short? (line 1)"},
        {MT940, ":20:A\n:61:240305C1,NTRFX\n:62F:C240305IDR2,\n",
         "a statement without opening balance (line 3)"},
        {MT940,
         ":20:A\n:25:1\n:60F:C240304IDR0,\n:62F:C240305IDR0,\n:20:A\n:25:1\n"
         ":60F:C240304IDR5,\n:62F:C240305IDR5,\n",
         "a statement does not begin with the balance at which the one before ended (line 5)"},
        {MT940, ":20:A\n:60F:C240304EUR0,\n:62F:C240305EUR0,\n",
         "its currency is not the channel's (line 1)"},
        {MT940,
         ":20:A\n:25:1\n:60F:C240304IDR0,\n:62F:C240305IDR0,\n:20:A\n:25:2\n"
         ":60F:C240304EUR5,\n:62F:C240305EUR5,\n",
         "its statements are in several currencies (line 5)"},
        {MT940, ":20:A\n:60F:C240304IDR0,\n:61:240305C1,234NTRFX\n:62F:C240305IDR0,\n",
         "1 records without a readable amount, so its totals cannot be checked (first on line 3)"},
        {MT940, "Tanggal,Jumlah\n", "there is no field of an MT940 in it"},
        {CAMT, ":20:A\n", "it is not a camt document"},
        {CAMT, STATEMENT(BALANCE("OPBD", "1") BALANCE("CLBD", "1")) "<x",
         "not well-formed XML: junk after document element (line 1)"},
        {CAMT,
         STATEMENT(BALANCE("OPBD", "1") BALANCE("CLBD", "2") "<Ntry><Amt Ccy=\"USD\">1</Amt>"
                                                             "<CdtDbtInd>CRDT</CdtDbtInd>" BOOKED
                                                             "</Ntry>"),
         "an entry is in another currency than its statement (line 1)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench of;
        read_one(&of, cases[i].name, cases[i].text);
        assert_why(&of, cases[i].why);
        assert_int_equal(of.entries.batch.count, 0);
        close_bench(&of);
    }
}

static void test_standard__counts_what_a_decision_accepts(void **state)
{
    bench of;
    rk_error err;
    (void)state;
    load(&of, NULL, NULL, &err);
    rk_file *file = rk_files_add(&of.files);
    file->name = RK_S(MT940);
    file->bytes = RK_S(":20:A\n:60F:C240304IDR0,\n:61:240305C1,NTRFX\n:62F:C240305IDR2,\n");
    file->overruled = true;
    assert_true(rk_statement_identify(&of.reading, file));
    assert_true(rk_statements_read(&of.reading, &of.files, &of.entries, &of.rejects, &err));
    file = &of.files.items[0];
    assert_int_equal(file->fate, RK_FATE_ACCEPTED);
    assert_int_equal(file->entries, 1);
    assert_non_null(
        strstr(file->why.at, "accepted by decision: opening balance 0 and entries make 1"));
    close_bench(&of);
}

static void test_standard__describes_nothing_twice_in_its_rules(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {CHANNEL("x", "mt940", "map: {amount: narrative}\ndated: day\n"),
         "\"amount\" is for format: delimited or fixed"},
        {CHANNEL("x", "camt", "map: {reference: bank_ref}\ndated: day\n"),
         "no entry has a field \"bank_ref\""},
        {CHANNEL("x", "mt940", "map: {reference: bank_ref}\ndated: second\n"),
         "an MT940 knows only the day: say dated: day"},
        {CHANNEL("x", "mt940", "map: {reference: bank_ref}\ndates: {day: '%d%m%Y'}\ndated: day\n"),
         "\"dates\" is for format: delimited or fixed"},
        {CHANNEL("x", "mt940, delimiter: ';'", "map: {reference: bank_ref}\ndated: day\n"),
         "\"delimiter\" is for format: delimited or fixed"},
        {CHANNEL("x", "mt940, batches: split", "map: {reference: bank_ref}\ndated: day\n"),
         "\"batches\" is for format: camt"},
        {CHANNEL("x", "mt940, entry: {fields: [a]}", "map: {reference: bank_ref}\ndated: day\n"),
         "\"entry\" is for format: delimited or fixed"},
        {CHANNEL("x", "delimited, entry: {fields: [a]}", "map: {reference: a}\ndated: day\n"),
         "missing key \"amount\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench of;
        rk_error err;
        load(&of, "channels/x.yaml", cases[i].text, &err);
        assert_string_equal(err.message, cases[i].message);
        close_bench(&of);
    }
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Each damaged file is quarantined, or what it gives ties out with its own balances. */
static void test_standard__damage_is_quarantined_or_ties_out(void **state)
{
    static const char text[] =
        ":20:A\n:25:0123\n:28C:65/1\n:60F:C240304IDR1000,\n:61:2403060305C350000,NTRFX//B4E07\n"
        ":86:166?00SETOR?20KODE 82024\n0305000123?32BUDI\n:61:240305D15000,NCHGX\n:86:BIAYA\nADM\n"
        ":62F:C240305IDR336000,\n-\n:20:B\n:25:0123\n:60F:C240305IDR336000,\n"
        ":61:240306C1,5NTRFX\n:62F:C240306IDR336001,5\n";
    bench of;
    rk_error err;
    size_t accepted = 0, quarantined = 0;
    (void)state;
    load(&of, NULL, NULL, &err);
    for (uint64_t round = 1; round <= 1000; round++) {
        uint64_t seed = round * 0x9e3779b97f4a7c15u;
        char copy[sizeof text];
        size_t len = sizeof text - 1;
        memcpy(copy, text, sizeof text);
        for (uint64_t times = next_random(&seed) % 3; times < 3; times++) {
            size_t at = next_random(&seed) % len, cut = next_random(&seed) % 8;
            if (next_random(&seed) % 2 || at + cut > len)
                copy[at] = (char)next_random(&seed);
            else
                memmove(copy + at, copy + at + cut, (len -= cut) - at);
        }
        read_slice(&of, MT940, (rk_slice){copy, len});
        const rk_file *file = &of.files.items[0];
        rk_money sum = 0;
        for (size_t i = 0; i < of.entries.batch.count; i++)
            sum += of.entries.amount_minor[i];
        if (file->fate == RK_FATE_ACCEPTED) {
            accepted++;
            assert_int_equal(sum, file->sum_minor);
            for (size_t i = 0; i < of.rejects.count; i++)
                sum += of.rejects.items[i].amount_minor;
            if (file->opening_minor != RK_NO_MONEY)
                assert_int_equal(file->opening_minor + sum, file->closing_minor);
        } else {
            quarantined++;
            assert_true(file->why.len > 0);
            assert_int_equal(of.entries.batch.count, 0);
        }
        rk_texts_free(&of.texts);
        of.files.count = of.rejects.count = of.entries.batch.count = 0;
    }
    assert_true(accepted > 30);
    assert_true(quarantined > 300);
    close_bench(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standard__reads_an_mt940),
        cmocka_unit_test(test_standard__keeps_the_accounts_of_a_file_apart),
        cmocka_unit_test(test_standard__reads_camt),
        cmocka_unit_test(test_standard__splits_a_batch_whose_parts_make_up_its_sum),
        cmocka_unit_test(test_standard__refers_to_a_part_before_its_batch),
        cmocka_unit_test(test_standard__takes_exact_times_where_the_channel_says_so),
        cmocka_unit_test(test_standard__bounds_payment_by_the_cutoff),
        cmocka_unit_test(test_standard__quarantines_what_does_not_tie_out),
        cmocka_unit_test(test_standard__counts_what_a_decision_accepts),
        cmocka_unit_test(test_standard__describes_nothing_twice_in_its_rules),
        cmocka_unit_test(test_standard__damage_is_quarantined_or_ties_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
