/* Workbooks from hand-made facts: they add up, come back as meant, and are the same bytes everywhere.
 *
 *   test_report                  the tests
 *   test_report --write DIR [en] the books of the made-up night into DIR, to be looked at
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/zip.h"
#include "report/books.h"
#include "report/plan.h"

enum { CHANNELS_MAX = 32 };

typedef struct world {
    rk_arena arena;
    rk_names names;
    rk_texts texts;
    rk_sources sources;
    rk_rules rules;
    rk_facts stock, flows;
    rk_applications applications;
    uint8_t *states_before;
    rk_entries entries;
    rk_files files;
    rk_rejects rejects;
    rk_cases cases;
    rk_watermark watermarks[CHANNELS_MAX];
    rk_digest digests[64];
    rk_books_input input;
    uint64_t seed;
    uint32_t serial;
} world;

static uint32_t draw(world *w, uint32_t below)
{
    w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((w->seed >> 33) % below);
}

static rk_text text_of(world *w, const char *format, unsigned number)
{
    char *text = rk_arena_printf(&w->arena, format[0] ? "%s%06u" : "%s", format, number);
    return rk_texts_add(&w->texts, rk_slice_of(text));
}

/* ---- the night's facts, as the tally would make them ---- */

static void add_application_fact(world *w, rk_facts *facts, size_t row, uint8_t state, int count)
{
    const rk_applications *a = &w->applications;
    size_t f = rk_facts_add(facts);
    facts->kind[f] = RK_FACT_APPLICATION;
    facts->office[f] = a->office[row];
    facts->service[f] = a->service[row];
    facts->state[f] = state;
    facts->held_by[f] = count > 0 && facts == &w->flows ? a->held_by[row] : 0;
    facts->submitted_on[f] = rk_day_at(a->submitted_at[row], RK_WIB);
    facts->received_on[f] = facts == &w->flows ? w->input.night : RK_NO_DAY;
    facts->count[f] = count;
    facts->amount[f] = count * a->due_minor[row];
}

static void add_transition(world *w, size_t row, uint8_t from, uint8_t to)
{
    const rk_applications *a = &w->applications;
    size_t f = rk_facts_add(&w->flows);
    w->flows.kind[f] = RK_FACT_TRANSITION;
    w->flows.office[f] = a->office[row];
    w->flows.service[f] = a->service[row];
    w->flows.from_state[f] = from;
    w->flows.state[f] = to;
    w->flows.received_on[f] = w->input.night;
    w->flows.count[f] = 1;
    w->flows.amount[f] = a->due_minor[row];
}

static void add_case(world *w, rk_name office, size_t entry, rk_day opened_on)
{
    const rk_entries *e = &w->entries;
    bool fresh = opened_on == w->input.night;
    size_t c = rk_batch_append(&w->cases.batch);
    char *id = rk_arena_printf(&w->arena, "K-9f86d08188-%zu", c + 1);
    w->cases.id[c] = rk_texts_add(&w->texts, rk_slice_of(id));
    w->cases.kind[c] = e->outcome[entry];
    w->cases.reason[c] = e->reason[entry];
    w->cases.status[c] = fresh ? RK_CASE_NEW : RK_CASE_PERSISTING;
    w->cases.opened_on[c] = opened_on;
    w->cases.office[c] = office;
    w->cases.channel[c] = e->channel[entry];
    w->cases.code[c] = e->code[entry];
    w->cases.amount_minor[c] = e->amount_minor[entry];
    w->cases.paid_from[c] = e->paid_from[entry];
    w->cases.paid_until[c] = e->paid_until[entry];
    w->cases.booked_on[c] = e->booked_on[entry];
    uint32_t application = e->application[entry];
    if (application != RK_NO_ROW) {
        w->cases.application[c] = w->applications.id[application];
        w->cases.service[c] = w->applications.service[application];
        w->cases.due_minor[c] = w->applications.due_minor[application];
    }
    rk_facts *facts = fresh ? &w->flows : &w->stock;
    size_t f = rk_facts_add(facts);
    facts->kind[f] = RK_FACT_CASE;
    facts->office[f] = office;
    facts->outcome[f] = e->outcome[entry];
    facts->received_on[f] = fresh ? w->input.night : RK_NO_DAY;
    facts->count[f] = 1;
    facts->amount[f] = e->amount_minor[entry];
}

/* An entry of tonight (or, with `age`, of an earlier night whose case is still open). */
static void add_entry(world *w, uint32_t application, rk_name office, rk_outcome outcome,
                      rk_reason reason, rk_money amount, int age)
{
    size_t e = rk_batch_append(&w->entries.batch);
    size_t channel = draw(w, (uint32_t)w->rules.channel_count);
    const rk_channel *rule = &w->rules.channels[channel];
    rk_day booked_on = w->input.night - age - (age == 0 && draw(w, 12) == 0);
    w->entries.file[e] = (uint32_t)(age ? w->rules.channel_count : channel);
    w->entries.ordinal[e] = (uint32_t)e + 1;
    w->entries.line[e] = (uint32_t)e + 2;
    w->entries.channel[e] = rule->channel;
    w->entries.booked_on[e] = booked_on;
    w->entries.paid_from[e] = rk_day_begin(booked_on, rule->zone);
    w->entries.paid_until[e] = w->entries.paid_from[e] + RK_DAY_LENGTH - 1;
    if (rule->dated == RK_DATED_SECOND) {
        w->entries.paid_from[e] += (int64_t)draw(w, 86400) * RK_SECOND;
        w->entries.paid_until[e] = w->entries.paid_from[e];
    }
    w->entries.amount_minor[e] = amount;
    w->entries.code[e] = 820240305000000 + w->serial;
    w->entries.reference[e] = text_of(w, "NTB", w->serial);
    w->entries.outcome[e] = (uint8_t)outcome;
    w->entries.reason[e] = (uint8_t)reason;
    w->entries.application[e] = application;
    size_t f = rk_facts_add(&w->flows);
    w->flows.kind[f] = RK_FACT_ENTRY;
    w->flows.office[f] = office;
    w->flows.channel[f] = rule->channel;
    w->flows.outcome[f] = (uint8_t)outcome;
    w->flows.booked_on[f] = booked_on;
    w->flows.received_on[f] = w->input.night - age;
    w->flows.count[f] = 1;
    w->flows.amount[f] = amount;
    if (rk_outcome_opens_case(outcome))
        add_case(w, office, e, w->input.night - age);
}

typedef struct ending {
    rk_state state;
    rk_outcome outcome; /* RK_OUTCOME_NONE: nothing was paid */
    rk_reason reason;
    int percent; /* of the due */
} ending;

static void add_application(world *w, rk_name office, rk_zone zone)
{
    static const ending fates[] = {
        {RK_STATE_PAID, RK_MATCHED, RK_REASON_EXACT, 100},
        {RK_STATE_PAID, RK_MATCHED, RK_REASON_TIME_UNKNOWN, 100},
        {RK_STATE_PAID, RK_MATCHED, RK_REASON_EXACT, 100},
        {RK_STATE_PAID, RK_OVERPAID, RK_REASON_MORE, 110},
        {RK_STATE_EXPIRED, RK_OUTCOME_NONE, RK_REASON_NOT_PAID, 0},
        {RK_STATE_EXPIRED, RK_OUTCOME_NONE, RK_REASON_NOT_PAID, 0},
        {RK_STATE_AWAITING, RK_OUTCOME_NONE, RK_REASON_WINDOW_OPEN, 0},
        {RK_STATE_AWAITING, RK_OUTCOME_NONE, RK_REASON_HELD, 0},
        {RK_STATE_UNDERPAID, RK_UNDERPAID, RK_REASON_LESS, 50},
        {RK_STATE_PAID_LATE, RK_LATE, RK_REASON_AFTER_DEADLINE, 100},
        {RK_STATE_CANCELLED, RK_NOT_DUE, RK_REASON_CANCELLED, 100},
        {RK_STATE_REINSTATED, RK_MATCHED, RK_REASON_LATE_EVIDENCE, 100},
    };
    const rk_tariff *tariff = &w->rules.tariffs.items[w->rules.tariffs.count - 1];
    for (size_t i = 0; i < w->rules.tariffs.count; i++)
        if (w->rules.tariffs.items[i].from <= w->input.night &&
            w->input.night < w->rules.tariffs.items[i].until)
            tariff = &w->rules.tariffs.items[i];
    const ending *fate = &fates[draw(w, draw(w, 3) ? 8 : sizeof fates / sizeof *fates)];
    size_t row = rk_batch_append(&w->applications.batch);
    const rk_price *price = &tariff->prices[draw(w, 2)];
    w->serial++;
    w->applications.id[row] = text_of(w, "P-", w->serial);
    w->applications.office[row] = office;
    w->applications.service[row] = price->service;
    w->applications.code[row] = 820240305000000 + w->serial;
    w->applications.due_minor[row] = price->amount_minor;
    w->applications.submitted_at[row] =
        rk_day_begin(w->input.night, zone) + (int64_t)draw(w, 80000) * RK_SECOND;
    w->applications.deadline[row] = w->applications.submitted_at[row] + 7200 * RK_SECOND;
    w->applications.state[row] = (uint8_t)fate->state;
    w->applications.reason[row] = (uint8_t)fate->reason;
    if (fate->reason == RK_REASON_HELD)
        w->applications.held_by[row] = w->rules.channels[0].channel;
    uint8_t before = fate->state == RK_STATE_REINSTATED ? RK_STATE_EXPIRED
                     : draw(w, 3)                       ? RK_STATE_NONE
                                                        : RK_STATE_AWAITING;
    w->states_before[row] = before;
    if (before != RK_STATE_NONE) {
        add_application_fact(w, &w->stock, row, before, 1);
        add_application_fact(w, &w->flows, row, before, -1);
    }
    add_application_fact(w, &w->flows, row, w->applications.state[row], 1);
    if (before != w->applications.state[row])
        add_transition(w, row, before, w->applications.state[row]);
    if (fate->outcome != RK_OUTCOME_NONE)
        add_entry(w, (uint32_t)row, office, fate->outcome, fate->reason,
                  price->amount_minor * fate->percent / 100, 0);
}

static void add_file(world *w, const char *name, rk_name channel, rk_file_fate fate,
                     const char *why, rk_day night)
{
    rk_file *file = rk_files_add(&w->files);
    file->name = rk_slice_of(name);
    file->digest = rk_digest_of(file->name);
    file->channel = channel;
    file->fate = fate;
    file->why = rk_slice_of(why);
    file->night = night;
    file->entries = 12;
    file->sum_minor = 420000000;
}

static void load_rules(world *w)
{
    rk_error err;
    if (!rk_sources_read("rules", "reports", &w->arena, &w->sources, &err) ||
        !rk_rules_load(&w->sources, &w->names, &w->arena, &w->rules, &err)) {
        rk_buffer text = {0};
        rk_error_print(&err, &text);
        fail_msg("%.*s", RK_FMT(rk_buffer_all(&text)));
    }
    for (size_t i = 0; i < w->sources.count && i < 64; i++)
        w->digests[i] = rk_digest_of(w->sources.items[i].bytes);
}

static void lay_channels(world *w)
{
    assert_true(w->rules.channel_count <= CHANNELS_MAX);
    for (size_t i = 0; i < w->rules.channel_count; i++) {
        w->rules.channels[i].holds_lapses = true; /* every one must deliver, and has its row */
        rk_name channel = w->rules.channels[i].channel;
        char *name = rk_arena_printf(&w->arena, "%.*s-2024-03-05.txt",
                                     RK_FMT(rk_names_text(&w->names, channel)));
        add_file(w, name, channel, RK_FATE_ACCEPTED, "", w->input.night);
        w->watermarks[i] = (rk_watermark){
            .channel = channel,
            .complete_until = rk_day_begin(w->input.night + (i ? 1 : 0), w->rules.channels[i].zone),
            .waits_for = i ? RK_S("") : RK_S("2024-03-05")};
    }
    add_file(w, "earlier.txt", 0, RK_FATE_ACCEPTED, "", w->input.night - 1);
    add_file(w, "POS20240305.DAT", w->rules.channels[1].channel, RK_FATE_QUARANTINED,
             "trailer says 14 entries and Rp4.900.000, the file has 13 and Rp4.550.000 (line 15)",
             w->input.night);
}

static void open_world(world *w, uint64_t seed)
{
    *w = (world){.seed = seed};
    w->input.night = rk_day_of(2024, 3, 5);
    load_rules(w);
    rk_facts_init(&w->stock, 16);
    rk_facts_init(&w->flows, 16);
    rk_batch_init(&w->applications.batch, rk_application_columns, rk_application_column_count, 16,
                  rk_application_all());
    rk_batch_init(&w->entries.batch, rk_entry_columns, rk_entry_column_count, 16, rk_entry_all());
    rk_batch_init(&w->cases.batch, rk_case_columns, rk_case_column_count, 16, UINT64_MAX);
    w->states_before = rk_alloc(1000000, 1);
    lay_channels(w);
    rk_books_input *input = &w->input;
    input->rules = &w->rules;
    input->names = &w->names;
    input->texts = &w->texts;
    input->biller = RK_S("Direktorat Jenderal Imigrasi");
    input->zone = RK_WIB;
    input->number = 1;
    input->run = RK_S("3f2a9c1b7d5e4f60718293a4b5c6d7e8f90123456789abcdef0123456789abcd");
    input->head_before = RK_S("00a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789abcde");
    input->program = RK_S("rekon 0.1.0");
    input->stock_before = &w->stock;
    input->flows = &w->flows;
    input->applications = &w->applications;
    input->states_before = w->states_before;
    input->entries = &w->entries;
    input->files = &w->files;
    input->rejects = &w->rejects;
    input->cases = &w->cases;
    input->watermarks = w->watermarks;
    input->watermark_count = w->rules.channel_count;
    input->rule_digests = w->digests;
    input->sources = &w->sources;
    input->threads = 2;
}

/* A whole night: `offices` of the rules, each with `each` applications, and money of no office. */
static void fill_world(world *w, size_t offices, uint32_t each)
{
    const rk_offices *all = &w->rules.offices;
    size_t step = all->count / offices ? all->count / offices : 1;
    for (size_t i = 0, made = 0; i < all->count && made < offices; i += step, made++) {
        rk_zone zone = all->items[i].zone;
        for (uint32_t k = 0; k < each; k++)
            add_application(w, all->items[i].office, zone);
        for (uint32_t k = 0; k < each / 12; k++)
            add_entry(w, RK_NO_ROW, all->items[i].office, RK_UNIDENTIFIED, RK_REASON_NO_CODE,
                      35000000, 1 + (int)draw(w, 40));
    }
    for (uint32_t k = 0; k < 5; k++)
        add_entry(w, RK_NO_ROW, all->none, RK_UNIDENTIFIED, RK_REASON_UNKNOWN_CODE, 35000050, 0);
    add_entry(w, RK_NO_ROW, all->none, RK_IGNORED, RK_REASON_IGNORED_BY_RULE, 250000, 0);
}

static void close_world(world *w)
{
    rk_batch_free(&w->stock.batch);
    rk_batch_free(&w->flows.batch);
    rk_batch_free(&w->applications.batch);
    rk_batch_free(&w->entries.batch);
    rk_batch_free(&w->cases.batch);
    free(w->states_before);
    free(w->files.items);
    rk_rules_free(&w->rules);
    rk_names_free(&w->names);
    rk_texts_free(&w->texts);
    rk_arena_free(&w->arena);
}

static char scratch[64];

static void must(bool good, const rk_error *err)
{
    if (!good)
        fail_msg("%s (%s)", err->message, err->hint);
}

static void make_books(world *w, rk_books *books)
{
    rk_error err;
    w->input.scratch = scratch;
    w->input.state_before_count = w->applications.batch.count;
    must(rk_books_make(&w->input, &w->arena, books, &err), &err);
}

/* ---- the same bytes everywhere ---- */

static rk_digest digest_of_night(int threads, const char *locale, const char *zone)
{
    world w;
    rk_books books;
    rk_digest_state *state = rk_digest_begin();
    assert_non_null(setlocale(LC_ALL, locale));
    setenv("TZ", zone, 1);
    tzset();
    open_world(&w, 42);
    fill_world(&w, 12, 24);
    w.input.threads = threads;
    make_books(&w, &books);
    assert_int_equal(books.count,
                     27); /* day and month of 12 offices and TANPA KANTOR, the nation */
    for (size_t i = 0; i < books.count; i++) {
        assert_true(i == 0 || rk_slice_compare(books.items[i - 1].path, books.items[i].path) < 0);
        rk_digest_add(state, books.items[i].path);
        rk_digest_add(state, rk_buffer_all(&books.items[i].bytes));
        rk_digest_add(state, (rk_slice){(const char *)books.items[i].parts.bytes, 32});
    }
    rk_books_free(&books);
    close_world(&w);
    setlocale(LC_ALL, "C");
    unsetenv("TZ");
    tzset();
    return rk_digest_end(state);
}

/* A locale with a decimal comma where the system has one. */
static const char *comma_locale(void)
{
    const char *names[] = {"id_ID.UTF-8", "de_DE.UTF-8", "C.UTF-8"};
    for (size_t i = 0; i < 3; i++)
        if (setlocale(LC_ALL, names[i])) {
            setlocale(LC_ALL, "C");
            return names[i];
        }
    return "C";
}

static void test_books__same_bytes_for_threads_locale_and_zone(void **state)
{
    (void)state;
    rk_digest one = digest_of_night(1, "C", "UTC");
    rk_digest two = digest_of_night(2, comma_locale(), "Asia/Jayapura");
    rk_digest eight = digest_of_night(8, "C", "America/Caracas");
    assert_true(rk_digest_equal(&one, &two));
    assert_true(rk_digest_equal(&one, &eight));
}

/* ---- what stands in the sheets ---- */

static void read_part(const rk_book *book, const char *name, rk_buffer *out)
{
    rk_error err;
    rk_zip *zip = rk_zip_open(rk_buffer_all(&book->bytes), 4096, &err);
    must(zip != NULL, &err);
    size_t member = rk_zip_find(zip, rk_slice_of(name));
    assert_int_not_equal(member, SIZE_MAX);
    must(rk_zip_read(zip, member, 1 << 26, out, &err), &err);
    rk_zip_close(zip);
}

static bool has(const rk_buffer *text, const char *part)
{
    return memmem(text->bytes, text->len, part, strlen(part)) != NULL;
}

/* The stored value of the formula cell whose formula is `formula`. */
static double stored(const rk_buffer *sheet, const char *formula)
{
    char mark[200];
    snprintf(mark, sizeof mark, "<f>%s</f><v>", formula);
    const char *at = memmem(sheet->bytes, sheet->len, mark, strlen(mark));
    if (!at)
        fail_msg("no cell has the formula %s", formula);
    return strtod(at + strlen(mark), NULL);
}

static const rk_book *book_of(const rk_books *books, const char *path)
{
    for (size_t i = 0; i < books->count; i++)
        if (rk_slice_is(books->items[i].path, path))
            return &books->items[i];
    fail_msg("there is no book %s", path);
    return NULL;
}

static void test_books__totals_are_the_sums_of_the_facts(void **state)
{
    (void)state;
    world w;
    rk_books books;
    rk_buffer sheet = {0};
    open_world(&w, 7);
    fill_world(&w, 5, 30);
    rk_money submitted = 0, awaiting = 0, booked = 0;
    for (size_t i = 0; i < w.flows.batch.count; i++) {
        if (w.flows.kind[i] == RK_FACT_TRANSITION && w.flows.from_state[i] == RK_STATE_NONE)
            submitted += w.flows.count[i];
        if (w.flows.kind[i] == RK_FACT_ENTRY && w.flows.booked_on[i] == w.input.night &&
            w.flows.outcome[i] != RK_IGNORED)
            booked += w.flows.amount[i];
    }
    for (size_t i = 0; i < w.applications.batch.count; i++)
        awaiting += w.applications.state[i] == RK_STATE_AWAITING;
    make_books(&w, &books);
    const rk_book *nation = book_of(&books, "nasional/nasional-2024-03-05.xlsx");
    read_part(nation, "xl/worksheets/sheet1.xml", &sheet);
    size_t services = 0; /* rows of block A */
    for (services = 1; services < 20; services++) {
        char formula[64];
        snprintf(formula, sizeof formula, "<f>SUM(C8:C%zu)</f>", 7 + services);
        if (has(&sheet, formula))
            break;
    }
    assert_true(services < 20);
    char formula[160];
    snprintf(formula, sizeof formula, "SUM(C8:C%zu)", 7 + services);
    assert_true(stored(&sheet, formula) == (double)submitted);
    snprintf(formula, sizeof formula, "SUM(I8:I%zu)", 7 + services);
    assert_true(stored(&sheet, formula) == (double)awaiting);
    size_t total = 8 + services; /* the row of sums; its line of control adds up to nothing */
    snprintf(formula, sizeof formula, "B%zu+C%zu+D%zu-E%zu-F%zu-G%zu-H%zu-I%zu", total, total,
             total, total, total, total, total, total);
    assert_true(stored(&sheet, formula) == 0);
    size_t from = total + 5, last = from + w.rules.channel_count - 1;
    snprintf(formula, sizeof formula, "SUM(F%zu:F%zu)", from, last);
    assert_true(stored(&sheet, formula) == (double)booked / 100);
    rk_buffer_free(&sheet);
    rk_books_free(&books);
    close_world(&w);
}

/* Underpaid: less than due; duplicate: all of it; unidentified: all of it; late: nothing. */
static void test_books__a_difference_is_what_is_not_explained(void **state)
{
    (void)state;
    static const struct {
        rk_outcome outcome;
        rk_money received, difference;
    } cases[] = {{RK_UNDERPAID, 10000000, -25000000},
                 {RK_OVERPAID, 36000000, 1000000},
                 {RK_DUPLICATE, 35000000, 35000000},
                 {RK_NOT_DUE, 35000000, 35000000},
                 {RK_LATE, 35000000, 0},
                 {RK_UNIDENTIFIED, 123400, 123400}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world w;
        rk_books books;
        rk_buffer sheet = {0};
        open_world(&w, 7);
        rk_name office = w.rules.offices.items[0].office;
        add_application(&w, office, RK_WIB);
        w.cases.batch.count = 0;
        w.entries.batch.count = w.flows.batch.count = 0;
        w.applications.due_minor[0] = 35000000;
        add_entry(&w, cases[i].outcome == RK_UNIDENTIFIED ? RK_NO_ROW : 0, office, cases[i].outcome,
                  RK_REASON_LESS, cases[i].received, 0);
        make_books(&w, &books);
        read_part(book_of(&books, "nasional/nasional-2024-03-05.xlsx"), "xl/worksheets/sheet6.xml",
                  &sheet);
        assert_true(stored(&sheet, "SUM(I9:I9)") == (double)cases[i].received / 100);
        assert_true(stored(&sheet, "SUM(K9:K9)") == (double)cases[i].difference / 100);
        rk_buffer_free(&sheet);
        rk_books_free(&books);
        close_world(&w);
    }
}

static void test_books__an_unbalanced_night_is_said_in_red(void **state)
{
    (void)state;
    world w;
    rk_books books;
    rk_buffer strings = {0};
    open_world(&w, 7);
    fill_world(&w, 3, 60);
    size_t lapse = 0;
    while (lapse < w.flows.batch.count && !(w.flows.kind[lapse] == RK_FACT_TRANSITION &&
                                            w.flows.from_state[lapse] == RK_STATE_AWAITING &&
                                            w.flows.state[lapse] == RK_STATE_EXPIRED))
        lapse++;
    assert_true(lapse < w.flows.batch.count);
    w.flows.count[lapse] += 1;
    make_books(&w, &books);
    read_part(book_of(&books, "nasional/nasional-2024-03-05.xlsx"), "xl/sharedStrings.xml",
              &strings);
    assert_true(has(&strings, "mutasi tidak seimbang"));
    rk_buffer_free(&strings);
    rk_books_free(&books);
    close_world(&w);
}

static void test_books__an_empty_day_says_nil(void **state)
{
    (void)state;
    world w;
    rk_books books;
    rk_buffer strings = {0};
    open_world(&w, 7);
    size_t f = rk_facts_add(&w.stock);
    w.stock.kind[f] = RK_FACT_APPLICATION;
    w.stock.office[f] = w.rules.offices.items[0].office;
    w.stock.state[f] = RK_STATE_PAID;
    w.stock.count[f] = 1;
    w.watermarks[0].waits_for = RK_S("");
    w.files.count = 0;
    make_books(&w, &books);
    assert_int_equal(books.count, 3);
    read_part(book_of(&books, "nasional/nasional-2024-03-05.xlsx"), "xl/sharedStrings.xml",
              &strings);
    assert_true(has(&strings, "COCOK, nihil selisih"));
    assert_true(has(&strings, ">nihil<"));
    rk_buffer_free(&strings);
    rk_books_free(&books);
    close_world(&w);
}

static void test_books__a_second_run_has_a_name_of_its_own(void **state)
{
    (void)state;
    world w;
    rk_books books;
    rk_buffer strings = {0};
    open_world(&w, 7);
    fill_world(&w, 1, 10);
    w.input.number = 2;
    w.input.language = RK_ENGLISH;
    w.input.provisional = RK_S("=snapshot <missing> & \"late\"");
    make_books(&w, &books);
    read_part(book_of(&books, "nasional/nasional-2024-03-05.r2.xlsx"), "xl/sharedStrings.xml",
              &strings);
    assert_true(has(&strings, "PROVISIONAL: =snapshot &lt;missing&gt; &amp; &quot;late&quot;") ||
                has(&strings, "PROVISIONAL: =snapshot &lt;missing&gt; &amp; \"late\""));
    assert_true(has(&strings, "Tuesday, 5 March 2024"));
    assert_false(has(&strings, "SEMENTARA"));
    rk_buffer_free(&strings);
    rk_books_free(&books);
    close_world(&w);
}

static void test_books__hostile_texts_stay_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"=HYPERLINK(\"http://x\",\"y\")", "'=HYPERLINK"},
        {"+1+2", "'+1+2"},
        {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\tx=1", "\xef\xbf\xbdx=1"},
        {"\rx", "\xef\xbf\xbdx"},
        {"a\x01"
         "b\xff"
         "c\xc0\x80",
         "a\xef\xbf\xbd"
         "b\xef\xbf\xbd"
         "c\xef\xbf\xbd"},
        {"_x0041_ _x005F_", "_x005F_x0041_ _x005F_x005F_"},
        {"<b>&amp;]]>", "&lt;b&gt;&amp;amp;]]&gt;"},
        {"\xef\xbf\xbe end", "\xef\xbf\xbd end"},
    };
    world w;
    rk_books books;
    rk_buffer strings = {0};
    open_world(&w, 7);
    fill_world(&w, 1, 40);
    size_t count = sizeof cases / sizeof *cases;
    assert_true(w.cases.batch.count >= count);
    for (size_t i = 0; i < count; i++)
        w.cases.id[i] = rk_texts_add(&w.texts, rk_slice_of(cases[i].text));
    char *longest = rk_alloc(60000, 1);
    memset(longest, 'x', 59999);
    w.applications.id[0] = rk_texts_add(&w.texts, rk_slice_of(longest));
    w.applications.state[0] = RK_STATE_EXPIRED;
    w.states_before[0] = RK_STATE_AWAITING;
    make_books(&w, &books);
    const rk_book *nation = book_of(&books, "nasional/nasional-2024-03-05.xlsx");
    read_part(nation, "xl/sharedStrings.xml", &strings);
    for (size_t i = 0; i < count; i++)
        if (!has(&strings, cases[i].shown))
            fail_msg("text %zu is not shown as meant", i);
    free(longest);
    rk_buffer_free(&strings);
    rk_books_free(&books);
    close_world(&w);
}

/* ---- to look at ---- */

/* What does not fit on a sheet goes on in the next one: heads, totals of its own rows, filters; in constant
 * memory as well. */
static void test_books__a_list_goes_on_in_a_further_sheet(void **state)
{
    (void)state;
    enum { ROWS = 24, FIRST = 9 }; /* rows of a sheet; the list begins in row 9 */
    for (int is_long = 0; is_long < 2; is_long++) {
        world w;
        rk_books books;
        rk_buffer part = {0};
        open_world(&w, 7);
        fill_world(&w, 1, 60);
        rk_plan_limits = (rk_plan_limit){ROWS, is_long ? 1 : RK_PLAN_LONG};
        make_books(&w, &books);
        rk_plan_limits = (rk_plan_limit){RK_PLAN_ROWS, RK_PLAN_LONG};
        const rk_book *book = NULL;
        for (size_t i = 0; i < books.count && !book; i++)
            if (rk_slice_is(books.items[i].workbook, "harian") &&
                books.items[i].office != w.rules.offices.none)
                book = &books.items[i];
        assert_non_null(book);
        size_t listed = 0, entries = 0, sheets = 0;
        for (size_t i = 0; i < w.flows.batch.count; i++)
            if (w.flows.kind[i] == RK_FACT_ENTRY && w.flows.booked_on[i] == w.input.night &&
                w.flows.outcome[i] != RK_IGNORED && w.flows.office[i] == book->office)
                entries += w.flows.count[i];
        read_part(book, "xl/workbook.xml", &part);
        assert_true(has(&part, "name=\"Penerimaan\""));
        assert_true(has(&part, "name=\"Penerimaan (2)\""));
        while (has(&part, sheets
                              ? rk_arena_printf(&w.arena, "name=\"Penerimaan (%zu)\"", sheets + 1)
                              : "name=\"Penerimaan\""))
            sheets++;
        for (size_t k = 0; k < sheets; k++) {
            rk_buffer_clear(&part);
            read_part(book, rk_arena_printf(&w.arena, "xl/worksheets/sheet%zu.xml", k + 2), &part);
            size_t rows = 0;
            while (has(&part, rk_arena_printf(&w.arena, "<c r=\"A%zu\"", FIRST + rows)))
                rows++;
            assert_true(k + 1 == sheets ? rows > 0 : FIRST - 1 + rows == ROWS);
            assert_true(has(&part, rk_arena_printf(&w.arena, "<autoFilter ref=\"A%d:L%zu\"",
                                                   FIRST - 1, FIRST - 1 + rows)));
            assert_true(has(
                &part, rk_arena_printf(&w.arena, "<f>SUM(K%d:K%zu)</f>", FIRST, FIRST - 1 + rows)));
            listed += rows;
        }
        assert_true(sheets > 1);
        assert_int_equal(listed, entries);
        rk_buffer_free(&part);
        rk_books_free(&books);
        close_world(&w);
    }
}

static int write_books(const char *folder, rk_language language)
{
    world w;
    rk_books books;
    rk_error err;
    open_world(&w, 42);
    fill_world(&w, 8, 40);
    w.input.language = language;
    make_books(&w, &books);
    for (size_t i = 0; i < books.count; i++) {
        char *path = rk_path_join(&w.arena, folder, books.items[i].path);
        char *slash = strrchr(path, '/');
        *slash = '\0';
        must(rk_folder_make(path, 0755, &err), &err);
        *slash = '/';
        must(rk_file_write(path, rk_buffer_all(&books.items[i].bytes), 0644, "test", &err), &err);
    }
    rk_books_free(&books);
    close_world(&w);
    return 0;
}

static int remove_scratch(void **state)
{
    rk_error err;
    (void)state;
    return rk_folder_remove(scratch, &err) ? 0 : 1;
}

int main(int count, char **arguments)
{
    snprintf(scratch, sizeof scratch, "/tmp/rekon-test-report-%ld", (long)getpid());
    if (count >= 3 && strcmp(arguments[1], "--write") == 0) {
        int result = write_books(arguments[2], count > 3 ? RK_ENGLISH : RK_INDONESIAN);
        remove_scratch(NULL);
        return result;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_books__same_bytes_for_threads_locale_and_zone),
        cmocka_unit_test(test_books__totals_are_the_sums_of_the_facts),
        cmocka_unit_test(test_books__a_difference_is_what_is_not_explained),
        cmocka_unit_test(test_books__an_unbalanced_night_is_said_in_red),
        cmocka_unit_test(test_books__an_empty_day_says_nil),
        cmocka_unit_test(test_books__a_second_run_has_a_name_of_its_own),
        cmocka_unit_test(test_books__hostile_texts_stay_texts),
        cmocka_unit_test(test_books__a_list_goes_on_in_a_further_sheet),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
