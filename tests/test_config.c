/*
 * The rules: what loads, what is refused and with which words, and what is looked up in them.
 * tests/data/config/ holds a small set of good files, and errors.txt: one change of one of those files
 * a case, with the whole message that it must give. Run from the root of the checkout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "config_kit.h"

/* ---- errors.txt ---- */

typedef struct change {
    rk_slice file;
    rk_buffer from, to, expected;
} change;

static void add_line(rk_buffer *text, rk_slice line)
{
    if (text->len)
        rk_buffer_char(text, '\n');
    rk_buffer_slice(text, line);
}

/* Takes the next case off `rest`; false at the end. */
static bool next_change(rk_slice *rest, change *c)
{
    rk_slice line;
    *c = (change){0};
    if (!rk_slice_cut(rest, '\n', &line) || !rk_slice_starts(line, RK_S("=== ")))
        return false;
    c->file = (rk_slice){line.at + 4, line.len - 4};
    while (rest->len && !rk_slice_starts(*rest, RK_S("=== "))) {
        rk_slice_cut(rest, '\n', &line);
        bool from = rk_slice_starts(line, RK_S("- ")), to = rk_slice_starts(line, RK_S("+ "));
        if (from || to) {
            add_line(from ? &c->from : &c->to, (rk_slice){line.at + 2, line.len - 2});
        } else {
            rk_buffer_slice(&c->expected, line);
            rk_buffer_char(&c->expected, '\n');
        }
    }
    return true;
}

static void try_change(change *c)
{
    kit k = read_folders("tests/data/config/rules", "tests/data/config/reports");
    rk_source *source = source_of(&k, rk_arena_text(&k.arena, c->file));
    rk_slice old = source->bytes;
    const char *at = memmem(old.at, old.len, c->from.bytes, c->from.len);
    if (!at)
        fail_msg("%.*s has no \"%.*s\"", RK_FMT(c->file), RK_FMT(rk_buffer_all(&c->from)));
    rk_buffer bytes = {0};
    rk_buffer_slice(&bytes, rk_slice_between(old.at, at));
    rk_buffer_slice(&bytes, rk_buffer_all(&c->to));
    rk_buffer_slice(&bytes, rk_slice_between(at + c->from.len, old.at + old.len));
    source->bytes = rk_buffer_all(&bytes);
    if (load(&k))
        fail_msg("%.*s loads with \"%.*s\"", RK_FMT(c->file), RK_FMT(rk_buffer_all(&c->to)));
    rk_buffer_char(&c->expected, '\0');
    assert_error(&k.err, c->expected.bytes);
    rk_buffer_free(&bytes);
    drop(&k);
}

static void test_config__every_error_has_its_words_and_place(void **state)
{
    (void)state;
    rk_buffer text = {0};
    rk_error err;
    change c;
    size_t count = 0;
    assert_true(rk_file_read("tests/data/config/errors.txt", 1 << 20, &text, &err));
    for (rk_slice rest = rk_buffer_all(&text); rest.len && next_change(&rest, &c); count++) {
        try_change(&c);
        rk_buffer_free(&c.from);
        rk_buffer_free(&c.to);
        rk_buffer_free(&c.expected);
    }
    assert_true(count >= 100);
    rk_buffer_free(&text);
}

static void test_config__files_must_be_there_and_known(void **state)
{
    (void)state;
    static const struct {
        const char *file, *renamed, *expected;
    } cases[] = {
        {"offices.yaml", "ofices.yaml",
         "ofices.yaml: unknown rule file \"ofices.yaml\"\nhint: did you mean \"offices.yaml\"?\n"},
        {"deadlines.yaml", "reports/x.yaml", "the rules have no file \"deadlines.yaml\"\n"},
        {"matching.yaml", "weather-report.yaml",
         "weather-report.yaml: unknown rule file \"weather-report.yaml\"\nhint: rules are "
         "offices.yaml, "
         "tariffs.yaml, deadlines.yaml, matching.yaml, outages.yaml, calendar.yaml, targets.yaml, "
         "quotas.yaml, findings.yaml, engine.yaml and "
         "channels/*.yaml\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kit k = read_folders("tests/data/config/rules", "tests/data/config/reports");
        source_of(&k, cases[i].file)->name = rk_slice_of(cases[i].renamed);
        assert_false(load(&k));
        assert_error(&k.err, cases[i].expected);
        drop(&k);
    }
    kit k = read_folders("tests/data/config/rules", NULL);
    k.sources.items += 3; /* channels/ sort first */
    k.sources.count -= 3;
    assert_false(load(&k));
    assert_error(&k.err, "the rules have no channel: channels/*.yaml\n");
    drop(&k);
}

static void test_config__messages_print_the_path_where_it_was_read(void **state)
{
    (void)state;
    kit k = read_folders("tests/data/config/rules", NULL);
    source_of(&k, "matching.yaml")->path = RK_S("etc/rules/matching.yaml");
    source_of(&k, "matching.yaml")->bytes = RK_S("- x\n");
    assert_false(load(&k));
    assert_string_equal(k.err.path, "etc/rules/matching.yaml");
    drop(&k);
}

/* ---- what loads ---- */

static void test_config__shipped_rules_load(void **state)
{
    (void)state;
    kit k = read_folders("rules", "reports");
    if (!load(&k))
        fail_msg("%s:%zu: %s", k.err.path, k.err.line, k.err.message);
    assert_int_equal(k.rules.offices.count, 164);
    size_t offices = 0, zones[3] = {0};
    for (size_t i = 0; i < k.rules.offices.count; i++)
        if (i == 0 || k.rules.offices.items[i].office != k.rules.offices.items[i - 1].office) {
            offices++;
            zones[(k.rules.offices.items[i].zone - RK_WIB) / 3600]++;
        }
    assert_int_equal(offices, 150);
    assert_int_equal(zones[0], 99);
    assert_int_equal(zones[1], 41);
    assert_int_equal(zones[2], 10);
    const char *channels[] = {"bca", "indomaret", "pos", "tokopedia"};
    assert_true(k.rules.channel_count >= 15);
    size_t holding = 0; /* the others wait for somebody to switch them on */
    for (size_t i = 0; i < k.rules.channel_count; i++)
        if (k.rules.channels[i].holds_lapses && holding++ < 4)
            assert_slice(rk_names_text(&k.names, k.rules.channels[i].channel),
                         channels[holding - 1]);
    assert_int_equal(holding, 4);
    assert_int_equal(k.rules.matching.items[2].outcomes,
                     1u << RK_MATCHED | 1u << RK_LATE | 1u << RK_UNDERPAID | 1u << RK_OVERPAID |
                         1u << RK_DUPLICATE | 1u << RK_NOT_DUE | 1u << RK_REVERSAL);
    drop(&k);
}

static void test_config__shipped_tariffs_are_those_in_print(void **state)
{
    (void)state;
    static const struct {
        const char *service, *validity, *charges, *on;
        rk_money rupiah;
    } cases[] = {
        {"paspor-biasa", "", "", "2019-09-10", 355000},
        {"paspor-biasa", "", "hilang", "2019-09-10", 655000},
        {"paspor-elektronik", "", "rusak", "2019-09-10", 855000},
        {"paspor-biasa", "10", "", "2024-12-16", 350000},
        {"paspor-elektronik", "", "percepatan", "2024-06-01", 1650000},
        {"splp", "", "", "2024-06-01", 100000},
        {"splp-asing", "", "", "2024-06-01", 150000},
        {"paspor-biasa", "5", "", "2024-12-17", 350000},
        {"paspor-biasa", "10", "rusak", "2024-12-17", 1150000},
        {"paspor-elektronik", "10", "", "2025-06-30", 950000},
        {"paspor-pmi-pertama", "", "", "2025-06-30", 0},
        {"paspor-pmi-pertama", "", "", "2024-06-30", -1},
        {"paspor-biasa", "", "", "2025-06-30", -1},
        {"paspor-biasa", "", "", "2013-06-30", -1},
    };
    kit k = read_folders("rules", NULL);
    assert_true(load(&k));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_day on = day_of(cases[i].on);
        rk_money due = rk_tariff_due(&k.rules.tariffs, name_of(&k, cases[i].service),
                                     name_of(&k, cases[i].validity), rk_slice_of(cases[i].charges),
                                     on, RK_NO_DAY);
        rk_money expected = cases[i].rupiah < 0 ? RK_NO_MONEY : cases[i].rupiah * 100;
        if (due != expected)
            fail_msg("case %zu: %lld", i, (long long)due);
    }
    drop(&k);
}

static void test_config__offices_at_the_edges_of_their_rows(void **state)
{
    (void)state;
    kit k = good();
    const rk_offices *offices = &k.rules.offices;
    rk_name tangerang = name_of(&k, "tangerang"), manokwari = name_of(&k, "manokwari");
    const struct {
        rk_name office;
        const char *on, *class_name;
    } cases[] = {
        {tangerang, "1990-01-01", "Kelas I Non TPI"},
        {tangerang, "2024-06-30", "Kelas I Non TPI"},
        {tangerang, "2024-07-01", "Kelas I Khusus Non TPI"},
        {tangerang, "2099-01-01", "Kelas I Khusus Non TPI"},
        {manokwari, "2019-12-31", ""},
        {manokwari, "2025-01-01", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const rk_office *row = rk_office_on(offices, cases[i].office, day_of(cases[i].on));
        assert_non_null(row);
        assert_int_equal(row->office, cases[i].office);
        assert_slice(row->class_name, cases[i].class_name);
    }
    const rk_office *row = rk_office_on(offices, manokwari, 0);
    assert_int_equal(row->zone, RK_WIT);
    assert_slice(rk_names_text(&k.names, row->zone_name), "Asia/Jayapura");
    assert_slice(row->satker, "123456");
    assert_null(rk_office_on(offices, 0, 0));
    assert_null(rk_office_on(offices, offices->none, 0));
    assert_null(rk_office_on(offices, name_of(&k, "WIB"), 0));
    assert_null(rk_office_on(offices, RK_NAME_FULL, 0));
    assert_slice(rk_names_text(&k.names, offices->none), "-");
    drop(&k);
}

static void test_config__tariffs_by_clock_validity_and_charges(void **state)
{
    (void)state;
    kit k = good();
    const rk_tariffs *tariffs = &k.rules.tariffs;
    rk_day before = day_of("2024-12-16"), after = day_of("2024-12-17");
    const struct {
        const char *service, *validity, *charges;
        rk_day submitted, billed;
        rk_money rupiah;
    } cases[] = {
        {"paspor-biasa", "10", "", before, RK_NO_DAY, 350000},
        {"paspor-biasa", "10", "", after, RK_NO_DAY, 650000},
        {"paspor-biasa", "10", "", before, after, 650000}, /* the later tariff looks at the bill */
        {"paspor-biasa", "5", "", after, after, 350000},
        {"paspor-biasa", "7", "", after, after, -1},
        {"paspor-biasa", "", "", after, after, -1},
        {"paspor-biasa", "", "hilang", before, before, 1350000},
        {"paspor-biasa", "", "hilang;percepatan", before, before, 2350000},
        {"paspor-biasa", "", "; percepatan,hilang ", before, before, 2350000},
        {"paspor-biasa", "", "hilang;gelap", before, before, -1},
        {"splp", "", "hilang", before, before, 100000}, /* its own charge: 0 */
        {"paspor-pmi-pertama", "", "", after, after, 0},
        {"paspor-pmi-pertama", "", "", before, before, -1},
        {"hilang", "", "", before, before, -1},
        {"", "", "", before, before, -1},
        {"splp", "", "", day_of("2019-09-10"), RK_NO_DAY, -1},
        {"splp", "", "", day_of("2019-09-11"), RK_NO_DAY, 100000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_money due =
            rk_tariff_due(tariffs, name_of(&k, cases[i].service), name_of(&k, cases[i].validity),
                          rk_slice_of(cases[i].charges), cases[i].submitted, cases[i].billed);
        if (due != (cases[i].rupiah < 0 ? RK_NO_MONEY : cases[i].rupiah * 100))
            fail_msg("case %zu: %lld", i, (long long)due);
    }
    assert_int_equal(rk_tariff_order(tariffs, name_of(&k, "paspor-biasa")), 0);
    assert_int_equal(rk_tariff_order(tariffs, name_of(&k, "splp")), 1);
    assert_int_equal(rk_tariff_order(tariffs, name_of(&k, "paspor-pmi-pertama")), 2);
    assert_int_equal(rk_tariff_order(tariffs, name_of(&k, "palembang")), SIZE_MAX);
    rk_name biasa = name_of(&k, "paspor-biasa"), splp = name_of(&k, "splp");
    assert_slice(rk_tariff_label(tariffs, biasa, RK_INDONESIAN), "Paspor biasa");
    assert_slice(rk_tariff_label(tariffs, biasa, RK_ENGLISH), "Ordinary passport");
    assert_slice(rk_tariff_label(tariffs, splp, RK_ENGLISH), "SPLP");
    assert_slice(rk_tariff_label(tariffs, name_of(&k, "paspor-pmi-pertama"), RK_INDONESIAN),
                 "paspor-pmi-pertama");
    assert_slice(rk_tariff_label(tariffs, 0, RK_INDONESIAN), "");
    drop(&k);
}

static void test_config__deadlines_and_matching(void **state)
{
    (void)state;
    kit k = good();
    const rk_deadline_rule *rules = k.rules.deadlines.items;
    assert_int_equal(k.rules.deadlines.count, 2);
    assert_int_equal(rules[0].from, day_of("2022-01-26"));
    assert_int_equal(rules[0].until, RK_NO_DAY);
    assert_int_equal(rules[0].source, name_of(&k, "m-paspor"));
    assert_int_equal(rules[0].within, 7200 * RK_SECOND);
    assert_int_equal(rules[1].from, RK_NO_DAY);
    assert_int_equal(rules[1].service, name_of(&k, "splp"));
    assert_int_equal(rules[1].within, -1);
    const rk_match_rule *match = k.rules.matching.items;
    assert_int_equal(k.rules.matching.count, 2);
    assert_int_equal(match[0].outcomes & 1u << RK_NOT_DUE, 0);
    assert_int_equal(match[1].outcomes, 1u << RK_NOT_DUE);
    drop(&k);
}

/* The sample of the design, word for word. */
static void test_config__channel_with_header_and_trailer(void **state)
{
    (void)state;
    kit k = good();
    const rk_channel *c = channel_of(&k, "indomaret");
    assert_slice(c->label, "INDOMARET");
    assert_slice(rk_names_text(&k.names, c->currency), "IDR");
    assert_int_equal(c->exponent, 2);
    assert_int_equal(c->zone, RK_WIB);
    assert_int_equal(c->due_by, 7 * 3600);
    assert_int_equal(c->delimiter, '|');
    assert_int_equal(c->record_count, 3);
    assert_int_equal(c->records[0].kind, RK_RECORD_HEADER);
    assert_int_equal(c->records[0].places[2].meaning, RK_MEANS_DAY);
    assert_int_equal(c->records[0].places[1].meaning, RK_MEANS_NOTHING);
    assert_int_equal(c->records[1].kind, RK_RECORD_ENTRY);
    assert_slice(c->records[1].tag, "D");
    assert_int_equal(c->records[2].places[1].meaning, RK_MEANS_COUNT);
    assert_int_equal(c->records[2].places[2].meaning, RK_MEANS_TOTAL);
    assert_int_equal(c->field_count, 9);
    assert_slice(c->fields[c->billing_code], "billing_code");
    assert_slice(c->fields[c->amount.field], "amount");
    assert_slice(c->fields[c->reference], "stan");
    assert_int_equal(c->narrative.count, 0);
    assert_int_equal(c->amount.plus, RK_NO_FIELD);
    assert_slice(c->fields[c->keeps[0].field], "status");
    assert_slice(c->keeps[0].values[0], "00");
    assert_false(c->keeps[0].except);
    assert_int_equal(c->paid.piece_count, 3);
    assert_slice(c->fields[c->paid.pieces[0].field], "paid_on");
    assert_int_equal(c->paid.pieces[1].field, RK_NO_FIELD);
    assert_slice(c->paid.pieces[1].literal, " ");
    assert_slice(c->paid.format, "%Y%m%d %H%M%S");
    assert_true(c->paid.has_clock);
    assert_false(c->paid.has_zone);
    assert_true(c->controls.entries && c->controls.amount && !c->controls.over_all);
    assert_false(c->booked.given);
    rk_slice groups[RK_REGEX_GROUPS];
    assert_int_equal(rk_regex_find(c->names.name, RK_S("IDMREKON_20240515.txt"), 0, groups),
                     RK_REGEX_MATCHED);
    assert_slice(groups[rk_regex_group(c->names.name, "day")], "20240515");
    assert_int_equal(rk_regex_find(c->names.name, RK_S("xIDMREKON_20240515.txt"), 0, groups),
                     RK_REGEX_NONE);
    drop(&k);
}

static void test_config__channel_with_titles(void **state)
{
    (void)state;
    kit k = good();
    const rk_channel *c = channel_of(&k, "bank");
    assert_slice(c->names.day_format, "%d%m%Y");
    assert_slice(c->day_in_lines, "%d/%m/%Y");
    assert_int_equal(c->names.day_offset, -1);
    assert_true(c->may_extend);
    assert_int_equal(c->encoding, RK_ENCODING_AUTO);
    assert_int_equal(c->quote, '"');
    assert_int_equal(c->title_count, 5);
    assert_int_equal(c->titles[0].accepted_count, 2);
    assert_true(c->titles[0].required);
    assert_slice(c->titles[1].accepted[0], "Keterangan");
    assert_false(c->titles[2].required);
    assert_slice(c->titles[3].accepted[0], "");
    assert_int_equal(c->record_count, 3);
    assert_true(c->records[0].required);
    assert_int_equal(c->records[0].places[2].meaning, RK_MEANS_OPENING);
    assert_int_equal(c->records[2].kind, RK_RECORD_ENTRY);
    assert_false(c->records[2].has_tag);
    assert_int_equal(c->keep_count, 2);
    assert_false(c->keeps[0].except);
    assert_true(c->keeps[1].except);
    assert_int_equal(c->ignores[0].sign, -1);
    assert_slice(c->fields[c->amount.sign_field], "direction");
    assert_slice(c->amount.debit_values[0], "DB");
    assert_int_equal(c->amount.decimal, RK_DECIMAL_COMMA);
    assert_true(c->extract.given && c->extract.bounded && c->extract.broken_by_space);
    assert_slice(c->fields[c->extract.fields.fields[0]], "narrative");
    assert_int_equal(c->dated, RK_DATED_CUTOFF);
    assert_int_equal(c->cutoff, 15 * 3600);
    assert_true(c->cutoff_working_days);
    assert_false(c->holds_lapses);
    rk_name account = name_of(&k, "0123456789");
    assert_int_equal(rk_channel_office(c, account, day_of("2023-12-31")), name_of(&k, "tangerang"));
    assert_int_equal(rk_channel_office(c, account, day_of("2024-01-01")), name_of(&k, "palembang"));
    assert_int_equal(rk_channel_office(c, name_of(&k, "bank"), 0), 0);
    drop(&k);
}

static void test_config__channel_of_fixed_width(void **state)
{
    (void)state;
    kit k = good();
    const rk_channel *c = channel_of(&k, "post");
    assert_slice(c->label, "Pos Indonesia");
    assert_int_equal(c->exponent, 0);
    assert_int_equal(c->format, RK_FORMAT_FIXED);
    assert_int_equal(c->record_length, 60);
    assert_int_equal(c->records[0].tag_at, 1);
    assert_int_equal(c->records[0].places[0].at, 2);
    assert_int_equal(c->records[0].places[0].length, 8);
    assert_int_equal(c->records[1].places[1].at, 15);
    assert_int_equal(c->records[1].places[3].field, RK_NO_FIELD);
    assert_int_equal(c->field_count, 3);
    assert_int_equal(c->amount.field, RK_NO_FIELD);
    assert_slice(c->fields[c->amount.credit], "credit");
    assert_int_equal(c->amount.decimal, RK_DECIMAL_MINOR);
    assert_int_equal(c->paid.piece_count, 2);
    assert_slice(c->paid.pieces[1].literal, "+07:00");
    assert_true(c->paid.has_zone);
    drop(&k);
}

static void test_config__measures_and_workbooks(void **state)
{
    (void)state;
    kit k = good();
    const rk_reports *r = &k.rules.reports;
    assert_int_equal(r->measure_count, 7);
    const rk_measure *m = r->measures;
    assert_slice(rk_label_in(&m[0].label, RK_ENGLISH), "Submitted");
    assert_int_equal(m[0].on, RK_ON_SUBMITTED);
    assert_int_equal(m[1].wheres[0].dimension, RK_DIM_STATE);
    assert_int_equal(m[1].wheres[0].value_count, 3);
    assert_slice(m[2].label.id, "expired");
    assert_true(m[2].wheres[1].except);
    assert_int_equal(m[3].stock, RK_STOCK_AFTER);
    assert_int_equal(m[4].stock, RK_STOCK_BEFORE);
    assert_int_equal(m[5].kind, RK_MEASURE_SUM);
    assert_int_equal(m[5].of, RK_FACT_ENTRY);
    assert_int_equal(m[5].where_count, 3);
    assert_int_equal(m[6].kind, RK_MEASURE_RATIO);
    assert_int_equal(m[6].numerator, 1);
    assert_int_equal(m[6].denominator, 0);
    const rk_workbook *daily = &r->workbooks[0], *national = &r->workbooks[1];
    assert_slice(daily->name, "harian");
    assert_int_equal(daily->per, RK_PER_OFFICE);
    assert_int_equal(daily->sheet_count, 2);
    const rk_block *block = &daily->sheets[0].blocks[0];
    assert_int_equal(block->rows[0].dimension, RK_DIM_SERVICE);
    assert_int_equal(block->column_count, 5);
    assert_false(block->signs);
    assert_true(block->total);
    assert_int_equal(block->chart, RK_CHART_COLUMN);
    assert_int_equal(block->chart_of[0], 1);
    assert_int_equal(daily->sheets[1].list, RK_LIST_ENTRIES);
    assert_int_equal(daily->sheets[1].wheres[0].value_count, 7);
    assert_int_equal(daily->sheets[1].column_count, 6);
    block = &national->sheets[0].blocks[0];
    assert_int_equal(block->columns[1].sign, RK_SIGN_PLUS);
    assert_int_equal(block->columns[4].sign, RK_SIGN_EQUALS);
    assert_int_equal(block->columns[5].sign, RK_SIGN_NONE);
    assert_int_equal(block->with[2], RK_EXTRA_NEW);
    assert_true(block->all_rows);
    assert_slice(rk_label_in(&national->sheets[1].columns[1].label, RK_ENGLISH), "Fate");
    assert_int_equal(national->sheets[2].list, RK_LIST_RUN);
    drop(&k);
}

/* ---- settings ---- */

static void test_settings__folders_are_relative_to_the_file(void **state)
{
    (void)state;
    static const char text[] = "database: host=run/sock port=1 dbname=x\ninbox: in\narchive: /a\n"
                               "output: o\nrules: r\nreports: p\n";
    rk_arena arena = {0};
    rk_error err;
    rk_settings s;
    rk_source source = {RK_S("/etc/rekon/rekon.yaml"), rk_slice_of(text), {0}};
    assert_true(rk_settings_load(&source, &arena, &s, &err));
    assert_string_equal(s.database, "host=/etc/rekon/run/sock port=1 dbname=x");
    assert_string_equal(s.inbox, "/etc/rekon/in");
    assert_string_equal(s.archive, "/a");
    assert_int_equal(s.zone, RK_WIB);
    assert_int_equal(s.judge_at, 86400);
    assert_int_equal(s.start, RK_NO_DAY);
    assert_int_equal(s.memory_days, 400);
    assert_int_equal(s.language, RK_INDONESIAN);
    source.name = RK_S("rekon.yaml");
    assert_true(rk_settings_load(&source, &arena, &s, &err));
    assert_string_equal(s.inbox, "./in");
    assert_int_equal(strncmp(s.database, "host=/", 6), 0);
    rk_arena_free(&arena);
}

static void test_settings__shipped_file_loads(void **state)
{
    (void)state;
    rk_arena arena = {0};
    rk_error err;
    rk_settings s;
    rk_buffer bytes = {0};
    assert_true(rk_file_read("rekon.yaml", 1 << 20, &bytes, &err));
    rk_source source = {RK_S("rekon.yaml"), rk_buffer_all(&bytes), {0}};
    assert_true(rk_settings_load(&source, &arena, &s, &err));
    assert_string_equal(s.rules, "./rules");
    rk_buffer_free(&bytes);
    rk_arena_free(&arena);
}

static void test_settings__what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *more, *message;
    } cases[] = {
        {"memory: 36h\n", "\"memory\" must be whole days such as 400d, not \"36h\""},
        {"memory: 0d\n", "\"memory\" must be whole days such as 400d, not \"0d\""},
        {"judge_at: '24:01'\n",
         "\"judge_at\" must be a time of day such as '15:00', not \"24:01\""},
        {"language: fr\n", "\"language\" must be id or en, not \"fr\""},
        {"zone: Mars\n", "\"zone\" must be a zone such as Asia/Jakarta, not \"Mars\""},
        {"inbox: in\n", "repeated key \"inbox\""},
        {"outbox: in\n", "unknown key \"outbox\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_arena arena = {0};
        rk_error err;
        rk_settings s;
        const char *text = rk_arena_printf(
            &arena, "database: d\ninbox: i\narchive: a\noutput: o\nrules: r\nreports: p\n%s",
            cases[i].more);
        rk_source source = {RK_S("rekon.yaml"), rk_slice_of(text), {0}};
        assert_false(rk_settings_load(&source, &arena, &s, &err));
        assert_string_equal(err.message, cases[i].message);
        assert_int_equal(err.line, 7);
        rk_arena_free(&arena);
    }
}

/* ---- the rest ---- */

static void test_schema__nearest_word(void **state)
{
    (void)state;
    static const struct {
        const char *wanted, *candidate;
        bool near;
    } cases[] = {
        {"amuont", "amount", true}, {"amount", "amount", true},      {"xy", "ab", false},
        {"a", "b", false},          {"fro", "from", true},           {"holds", "controls", false},
        {"", "a", false},           {"tangerng", "tangerang", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_nearest nearest = rk_nearest_to(rk_slice_of(cases[i].wanted));
        rk_nearest_try(&nearest, rk_slice_of(cases[i].candidate));
        if ((nearest.best.len > 0) != cases[i].near)
            fail_msg("%s ~ %s", cases[i].wanted, cases[i].candidate);
    }
}

static void test_schema__json_of_a_table(void **state)
{
    (void)state;
    bool is_list;
    rk_buffer out = {0};
    const rk_schema *schema = rk_schema_of_file(RK_S("matching.yaml"), &is_list);
    rk_schema_put_json(schema, is_list, &out);
    rk_slice json = rk_buffer_all(&out);
    assert_true(is_list);
    assert_true(rk_slice_starts(json, RK_S("{\"type\":\"array\",\"minItems\":1,\"items\":")));
    assert_true(rk_slice_ends(
        json, RK_S("\"required\":[\"rule\",\"key\"],\"additionalProperties\":false}}")));
    rk_slice keys = RK_S("{\"enum\":[\"billing_code\",\"group_id\",\"reference\",\"ntpn\","
                         "\"virtual_account\",\"application_number\"]}");
    assert_non_null(memmem(json.at, json.len, keys.at, keys.len));
    rk_buffer_free(&out);
    assert_non_null(rk_schema_of_file(RK_S("channels/bca.yaml"), &is_list));
    assert_false(is_list);
    assert_null(rk_schema_of_file(RK_S("colours.yaml"), &is_list));
}

/* Shipped files with bytes changed, cut out and doubled: they load or they are refused, no more. */
static void test_config__mutated_files_never_crash(void **state)
{
    (void)state;
    static const char *const files[] = {"rules/channels/bca.yaml",
                                        "rules/channels/pos.yaml",
                                        "rules/tariffs.yaml",
                                        "rules/deadlines.yaml",
                                        "tests/data/config/reports/nasional.yaml",
                                        "tests/data/config/reports/measures.yaml"};
    static const char spice[] = "[]{}:,-'\"#&*!|>%@`?\n\t \\0\x80\xff=+";
    uint64_t chance = 88172645463325252u;
    size_t refused = 0, loaded = 0;
    for (int round = 0; round < 3000; round++) {
        kit k = read_folders("tests/data/config/rules", "tests/data/config/reports");
        const char *path = files[round % 6];
        const char *name = strchr(path, '/') + 1;
        name = round % 6 < 4 ? name : strstr(path, "reports/");
        rk_buffer bytes = {0};
        assert_true(rk_file_read(path, 1 << 20, &bytes, &k.err));
        for (int i = 0; i < 1 + round % 4; i++) {
            chance ^= chance << 13, chance ^= chance >> 7, chance ^= chance << 17;
            size_t at = chance % bytes.len, cut = chance >> 32 & 31;
            if ((chance >> 60) < 4 && at + cut < bytes.len) {
                memmove(bytes.bytes + at, bytes.bytes + at + cut, bytes.len - at - cut);
                bytes.len -= cut;
            } else {
                bytes.bytes[at] = spice[(chance >> 40) % (sizeof spice - 1)];
            }
        }
        bool found = false;
        for (size_t i = 0; i < k.sources.count; i++)
            if (rk_slice_is(k.sources.items[i].name, name)) {
                k.sources.items[i].bytes = rk_buffer_all(&bytes);
                found = true;
            }
        if (!found) { /* a channel beside the others */
            k.sources.items[0].name = rk_slice_of(name);
            k.sources.items[0].bytes = rk_buffer_all(&bytes);
        }
        if (load(&k)) {
            loaded++;
        } else {
            refused++;
            assert_int_equal(k.err.code, RK_INVALID);
            assert_true(k.err.message[0] != '\0');
        }
        rk_buffer_free(&bytes);
        drop(&k);
    }
    assert_true(refused > 500);
    assert_true(loaded > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config__every_error_has_its_words_and_place),
        cmocka_unit_test(test_config__files_must_be_there_and_known),
        cmocka_unit_test(test_config__messages_print_the_path_where_it_was_read),
        cmocka_unit_test(test_config__shipped_rules_load),
        cmocka_unit_test(test_config__shipped_tariffs_are_those_in_print),
        cmocka_unit_test(test_config__offices_at_the_edges_of_their_rows),
        cmocka_unit_test(test_config__tariffs_by_clock_validity_and_charges),
        cmocka_unit_test(test_config__deadlines_and_matching),
        cmocka_unit_test(test_config__channel_with_header_and_trailer),
        cmocka_unit_test(test_config__channel_with_titles),
        cmocka_unit_test(test_config__channel_of_fixed_width),
        cmocka_unit_test(test_config__measures_and_workbooks),
        cmocka_unit_test(test_settings__folders_are_relative_to_the_file),
        cmocka_unit_test(test_settings__shipped_file_loads),
        cmocka_unit_test(test_settings__what_is_refused),
        cmocka_unit_test(test_schema__nearest_word),
        cmocka_unit_test(test_schema__json_of_a_table),
        cmocka_unit_test(test_config__mutated_files_never_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
