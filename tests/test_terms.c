/*
 * Deadlines: clocks, durations, cut-offs and outages, to the second, in three zones. Rules are the shipped
 * ones, or small ones written here. Run from the root of the checkout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/rules.h"
#include "terms/clock.h"
#include "terms/terms.h"

/* ---- kit ---- */

typedef struct kit {
    rk_arena arena;
    rk_sources sources;
    rk_rules rules;
    rk_world world;
} kit;

static void put_file(kit *k, const char *name, const char *text)
{
    if (!text)
        return;
    for (size_t i = 0; i < k->sources.count; i++)
        if (rk_slice_is(k->sources.items[i].name, name))
            k->sources.items[i].bytes = rk_slice_of(text);
}

static void begin(kit *k, const char *deadlines, const char *outages)
{
    rk_error err;
    *k = (kit){0};
    if (!rk_sources_read("rules", NULL, &k->arena, &k->sources, &err))
        fail_msg("%s", err.message);
    put_file(k, "deadlines.yaml", deadlines);
    put_file(k, "outages.yaml", outages);
    if (!rk_rules_load(&k->sources, &k->world.names, &k->arena, &k->rules, &err))
        fail_msg("%s:%zu: %s", err.path, err.line, err.message);
    rk_batch_init(&k->world.applications.batch, rk_application_columns, rk_application_column_count,
                  1, rk_application_all());
    rk_batch_append(&k->world.applications.batch);
}

static void end(kit *k)
{
    rk_rules_free(&k->rules);
    rk_world_free(&k->world);
    rk_arena_free(&k->arena);
}

static rk_moment at(const char *text)
{
    rk_moment moment = RK_NO_MOMENT;
    if (*text && !rk_moment_parse(rk_slice_of(text), &moment))
        fail_msg("not a time: %s", text);
    return moment;
}

static rk_name name(kit *k, const char *text)
{
    return *text ? rk_names_add(&k->world.names, rk_slice_of(text)) : 0;
}

typedef struct bill {
    const char *what, *office, *source, *channel, *submitted, *billed, *appointment, *attended;
    const char *deadline;  /* "" : none */
    const char *paused_by; /* "" : nothing */
} bill;

static void check(kit *k, const bill *of)
{
    rk_buffer shown = {0};
    rk_applications *a = &k->world.applications;
    const rk_office *office = rk_office_on(&k->rules.offices, name(k, of->office), 20000);
    assert_non_null(office);
    a->office[0] = office->office;
    a->service[0] = name(k, "paspor-biasa");
    a->source[0] = name(k, of->source);
    a->channel[0] = name(k, of->channel);
    a->submitted_at[0] = at(of->submitted);
    a->billed_at[0] = at(of->billed ? of->billed : "");
    a->attended_at[0] = at(of->attended ? of->attended : "");
    a->appointment_on[0] = RK_NO_DAY;
    if (of->appointment)
        assert_true(rk_day_parse(rk_slice_of(of->appointment), &a->appointment_on[0]));
    rk_terms_set(&k->rules, RK_WIB, &k->world, 0, 1);
    rk_moment_put(&shown, a->deadline[0], office->zone);
    if (!rk_slice_is(rk_buffer_all(&shown), of->deadline))
        fail_msg("%s: %.*s, not %s", of->what, RK_FMT(rk_buffer_all(&shown)), of->deadline);
    if (!rk_slice_is(rk_names_text(&k->world.names, a->paused_by[0]), of->paused_by))
        fail_msg("%s: paused by %.*s, not %s", of->what,
                 RK_FMT(rk_names_text(&k->world.names, a->paused_by[0])), of->paused_by);
    rk_buffer_free(&shown);
}

static void check_all(const char *deadlines, const char *outages, const bill *bills, size_t count)
{
    kit k;
    begin(&k, deadlines, outages);
    for (size_t i = 0; i < count; i++)
        check(&k, &bills[i]);
    end(&k);
}

#define CHECK(deadlines, outages, bills) \
    check_all(deadlines, outages, bills, sizeof bills / sizeof *bills)

/* ---- the shipped rules ---- */

static const bill shipped[] = {
    {"WIB", "palembang", "m-paspor", "", "2024-03-05T09:00:00+07:00", 0, 0, 0,
     "2024-03-05T11:00:00+07:00", ""},
    {"WITA over midnight", "denpasar", "m-paspor", "", "2024-03-05T22:30:01+08:00", 0, 0, 0,
     "2024-03-06T00:30:01+08:00", ""},
    {"WIT over the end of a month", "jayapura", "", "", "2024-04-30T23:59:59+09:00", 0, 0, 0,
     "2024-05-01T01:59:59+09:00", ""},
    {"into a leap day", "palembang", "", "", "2024-02-28T23:00:00+07:00", 0, 0, 0,
     "2024-02-29T01:00:00+07:00", ""},
    {"no leap day", "palembang", "", "", "2023-02-28T23:00:00+07:00", 0, 0, 0,
     "2023-03-01T01:00:00+07:00", ""},
    {"over a year", "palembang", "", "", "2022-12-31T23:00:00+07:00", 0, 0, 0,
     "2023-01-01T01:00:00+07:00", ""},
    {"in person", "palembang", "walk-in", "", "2024-03-05T09:00:00+07:00", 0, 0, 0, "", ""},
    {"priority", "palembang", "priority", "", "2021-03-05T09:00:00+07:00", 0, 0, 0, "", ""},
    /* before M-Paspor: seven days after the interview */
    {"interview", "palembang", "", "", "2020-02-20T09:00:00+07:00", "2020-02-20T09:05:00+07:00",
     "2020-02-25", "2020-02-25T10:30:00+07:00", "2020-03-03T10:30:00+07:00", ""},
    {"only the day of the interview", "palembang", "", "", "2020-02-20T09:00:00+07:00", 0,
     "2020-02-25", 0, "2020-03-03T23:59:59+07:00", ""},
    {"only the bill", "palembang", "", "", "2020-02-20T09:00:00+07:00", "2020-02-20T09:05:00+07:00",
     0, 0, "2020-02-27T09:05:00+07:00", ""},
    {"nothing but the submission", "palembang", "", "", "2020-02-20T09:00:00+07:00", 0, 0, 0,
     "2020-02-27T09:00:00+07:00", ""},
    {"the last second before M-Paspor", "jayapura", "", "", "2022-01-25T23:59:59+09:00", 0, 0, 0,
     "2022-02-01T23:59:59+09:00", ""},
    {"billed in the days of M-Paspor", "jayapura", "", "", "2022-01-25T23:59:59+09:00",
     "2022-01-26T00:01:00+09:00", 0, 0, "2022-02-02T00:01:00+09:00", ""},
    {"the first of M-Paspor", "jayapura", "", "", "2022-01-26T00:00:00+09:00", 0, 0, 0,
     "2022-01-26T02:00:00+09:00", ""},
    /* year ends */
    {"2021 ends at 23:00 local", "palembang", "", "", "2021-12-28T09:00:00+07:00", 0, 0, 0,
     "2021-12-31T23:00:00+07:00", ""},
    {"and so in WIT", "jayapura", "", "", "2021-12-28T09:00:00+09:00", 0, 0, 0,
     "2021-12-31T23:00:00+09:00", ""},
    {"a bill of the last hour lives on", "palembang", "", "", "2021-12-31T23:00:01+07:00", 0, 0, 0,
     "2022-01-07T23:00:01+07:00", ""},
    {"a bill of 23:00 sharp does not", "palembang", "", "", "2021-12-31T23:00:00+07:00", 0, 0, 0,
     "2021-12-31T23:00:00+07:00", ""},
    {"2024 ends at 23:59 WIB", "palembang", "", "", "2024-12-31T22:30:00+07:00", 0, 0, 0,
     "2024-12-31T23:59:00+07:00", ""},
    {"everywhere", "jayapura", "", "", "2025-01-01T00:30:00+09:00", 0, 0, 0,
     "2025-01-01T01:59:00+09:00", ""},
    {"its term is over before", "palembang", "", "", "2024-12-31T21:58:59+07:00", 0, 0, 0,
     "2024-12-31T23:58:59+07:00", ""},
    /* outages */
    {"April 2022", "denpasar", "", "", "2022-04-12T09:00:00+08:00", 0, 0, 0,
     "2022-04-18T02:00:00+08:00", "m-paspor-2022"},
    {"half an hour before the PDN", "jayapura", "", "", "2024-06-19T23:30:00+09:00", 0, 0, 0,
     "2024-06-28T01:30:00+09:00", "pdn-2024"},
    {"over as it begins", "jayapura", "", "", "2024-06-19T22:00:00+09:00", 0, 0, 0,
     "2024-06-20T00:00:00+09:00", ""},
    {"a second later", "jayapura", "", "", "2024-06-19T22:00:01+09:00", 0, 0, 0,
     "2024-06-28T00:00:01+09:00", "pdn-2024"},
    {"in its last second", "palembang", "", "", "2024-06-27T23:59:59+07:00", 0, 0, 0,
     "2024-06-28T02:00:00+07:00", "pdn-2024"},
    {"behind it", "palembang", "", "", "2024-06-28T00:00:00+07:00", 0, 0, 0,
     "2024-06-28T02:00:00+07:00", ""},
    {"same-day service alone stops no clock", "palembang", "", "", "2024-06-29T09:00:00+07:00", 0,
     0, 0, "2024-06-29T11:00:00+07:00", ""},
};

static void test_terms__shipped_deadlines(void **state)
{
    (void)state;
    CHECK(NULL, NULL, shipped);
}

/* ---- outages ---- */

#define TWO_HOURS \
    "- {from: 2022-01-26, within: 2h, paused_by: [payment]}\n" \
    "- {source: print, within: 2h, paused_by: [outage]}\n" \
    "- {source: never, within: 2h}\n"

static void test_terms__outages_pause_once(void **state)
{
    (void)state;
    static const char outages[] =
        "- {outage: a, from: '2024-03-05 10:00', until: '2024-03-05 12:00'}\n"
        "- {outage: b, from: '2024-03-05 11:30:30', until: '2024-03-05 13:00', functions: "
        "[payment]}\n"
        "- {outage: c, from: '2024-03-05 13:00', until: '2024-03-05 13:30'}\n"
        "- {outage: d, from: '2024-03-05 13:45', until: '2024-03-05 14:00'}\n"
        "- {outage: within-a, from: '2024-03-05 10:30', until: '2024-03-05 11:00'}\n"
        "- {outage: printer, from: '2024-03-06 10:00', until: '2024-03-06 12:00', functions: "
        "[printing]}\n"
        "- {outage: moment, from: '2024-03-07T10:00:00+07:00', until: "
        "'2024-03-07T11:00:00+07:00'}\n";
    static const bill bills[] = {
        {"before them all", "palembang", "", "", "2024-03-05T07:59:59+07:00", 0, 0, 0,
         "2024-03-05T09:59:59+07:00", ""},
        {"one hour before", "palembang", "", "", "2024-03-05T09:00:00+07:00", 0, 0, 0,
         "2024-03-05T14:45:00+07:00", "a, within-a, b, c, d"},
        {"in one of two at once", "palembang", "", "", "2024-03-05T11:45:00+07:00", 0, 0, 0,
         "2024-03-05T15:45:00+07:00", "a, b, c, d"},
        {"in the last", "palembang", "", "", "2024-03-05T13:50:00+07:00", 0, 0, 0,
         "2024-03-05T16:00:00+07:00", "d"},
        {"on the clock of its office", "jayapura", "", "", "2024-03-05T09:00:00+09:00", 0, 0, 0,
         "2024-03-05T14:45:00+09:00", "a, within-a, b, c, d"},
        {"a printer is no till", "palembang", "", "", "2024-03-06T09:00:00+07:00", 0, 0, 0,
         "2024-03-06T11:00:00+07:00", ""},
        {"unless the rule says so", "palembang", "print", "", "2024-03-06T09:00:00+07:00", 0, 0, 0,
         "2024-03-06T13:00:00+07:00", "printer"},
        {"a rule without a pause", "palembang", "never", "", "2024-03-05T09:00:00+07:00", 0, 0, 0,
         "2024-03-05T11:00:00+07:00", ""},
        {"one moment everywhere", "jayapura", "", "", "2024-03-07T11:30:00+09:00", 0, 0, 0,
         "2024-03-07T14:30:00+09:00", "moment"},
    };
    CHECK(TWO_HOURS, outages, bills);
}

static void test_terms__outages_of_offices_and_channels(void **state)
{
    (void)state;
    static const char outages[] =
        "- {outage: here, from: 2024-03-05, until: 2024-03-06, offices: [denpasar, jayapura]}\n"
        "- {outage: till, from: 2024-03-07, until: 2024-03-08, channels: bca}\n"
        "- {outage: both, from: 2024-03-09, until: 2024-03-10, channels: [bca, pos], offices: "
        "denpasar}\n"
        "- {outage: open, from: 2024-03-11, offices: [jayapura]}\n";
    static const bill bills[] = {
        {"of the office", "denpasar", "", "pos", "2024-03-05T09:00:00+08:00", 0, 0, 0,
         "2024-03-06T02:00:00+08:00", "here"},
        {"of another office", "palembang", "", "", "2024-03-05T09:00:00+07:00", 0, 0, 0,
         "2024-03-05T11:00:00+07:00", ""},
        {"of the channel", "palembang", "", "bca", "2024-03-07T09:00:00+07:00", 0, 0, 0,
         "2024-03-08T02:00:00+07:00", "till"},
        {"of another channel", "palembang", "", "pos", "2024-03-07T09:00:00+07:00", 0, 0, 0,
         "2024-03-07T11:00:00+07:00", ""},
        {"of any, as the source does not say", "palembang", "", "", "2024-03-07T09:00:00+07:00", 0,
         0, 0, "2024-03-08T02:00:00+07:00", "till"},
        {"of both", "denpasar", "", "pos", "2024-03-09T09:00:00+08:00", 0, 0, 0,
         "2024-03-10T02:00:00+08:00", "both"},
        {"of the office alone", "denpasar", "", "tokopedia", "2024-03-09T09:00:00+08:00", 0, 0, 0,
         "2024-03-09T11:00:00+08:00", ""},
        {"not over", "jayapura", "", "", "2024-03-11T09:00:00+09:00", 0, 0, 0, "", "open"},
        {"it came too late", "jayapura", "", "", "2024-03-10T21:59:00+09:00", 0, 0, 0,
         "2024-03-10T23:59:00+09:00", ""},
        {"it came in between", "jayapura", "", "", "2024-03-10T23:00:00+09:00", 0, 0, 0, "",
         "open"},
    };
    CHECK(TWO_HOURS, outages, bills);
}

/* A cut-off stands, whatever paused the clock; one of a source is for that source alone. */
static void test_terms__cutoffs(void **state)
{
    (void)state;
    static const char deadlines[] =
        "- {within: 2h, paused_by: [outage]}\n"
        "- {source: hotline, within: none}\n"
        "- {cutoff: '2024-03-05 23:00'}\n"
        "- {cutoff: '2024-03-06 12:00', source: web, from: 2024-03-06}\n";
    static const char outages[] =
        "- {outage: a, from: '2024-03-05 10:00', until: '2024-03-07 12:00'}\n";
    static const bill bills[] = {
        {"through an outage", "denpasar", "", "", "2024-03-05T09:00:00+08:00", 0, 0, 0,
         "2024-03-05T23:00:00+08:00", "a"},
        {"without a term", "denpasar", "hotline", "", "2024-03-05T09:00:00+08:00", 0, 0, 0, "", ""},
        {"of its source", "palembang", "web", "", "2024-03-06T09:00:00+07:00", 0, 0, 0,
         "2024-03-06T12:00:00+07:00", "a"},
        {"of another source", "palembang", "", "", "2024-03-06T09:00:00+07:00", 0, 0, 0,
         "2024-03-07T14:00:00+07:00", "a"},
        {"before its from", "palembang", "web", "", "2024-03-05T23:30:00+07:00", 0, 0, 0,
         "2024-03-07T14:00:00+07:00", "a"},
    };
    CHECK(deadlines, outages, bills);
}

/* Second by second: a clock is where it must be, against counting every second. */
static void test_terms__every_second_counts(void **state)
{
    (void)state;
    uint64_t chance = 88172645463325252u;
    rk_outage items[5];
    for (int round = 0; round < 2000; round++) {
        rk_outages outages = {
            .items = items, .count = (size_t)(round % 6), .first = INT64_MIN, .last = INT64_MAX};
        for (size_t i = 0; i < outages.count; i++) {
            chance ^= chance << 13, chance ^= chance >> 7, chance ^= chance << 17;
            rk_moment from = (rk_moment)(chance % 50) * RK_SECOND;
            rk_moment until = from + (rk_moment)(1 + (chance >> 20) % 20) * RK_SECOND;
            items[i] = (rk_outage){.outage = (rk_name)(i + 1),
                                   .from = {from, true},
                                   .until = {until, true},
                                   .functions = 1};
        }
        rk_pauses pauses = {.outages = &outages, .functions = 1};
        rk_moment begins = (rk_moment)(chance >> 40 & 31) * RK_SECOND, now = begins;
        int64_t within = (int64_t)(1 + (chance >> 50 & 31)) * RK_SECOND, left = within;
        while (left > 0) {
            bool stopped = false;
            for (size_t i = 0; i < outages.count; i++)
                stopped |= items[i].from.at <= now && now < items[i].until.at;
            left -= stopped ? 0 : RK_SECOND;
            now += RK_SECOND;
        }
        rk_name paused_by;
        assert_int_equal(rk_clock_end(&pauses, begins, within, &paused_by), now);
        assert_int_equal(paused_by != 0, now != begins + within);
        assert_true(rk_clock_earliest(&outages, now, within) <= begins);
        /* and those that held at any second of it, by their beginning */
        rk_name stops[5];
        size_t count = rk_clock_stops(&pauses, begins, now, stops, 5), held = 0;
        for (size_t i = 0; i < outages.count; i++)
            held += items[i].from.at < now && items[i].until.at > begins;
        assert_int_equal(count, held);
        for (size_t i = 0; i < count; i++)
            assert_true(items[stops[i] - 1].from.at < now &&
                        items[stops[i] - 1].until.at > begins &&
                        (i == 0 || items[stops[i - 1] - 1].from.at <= items[stops[i] - 1].from.at));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms__shipped_deadlines),
        cmocka_unit_test(test_terms__outages_pause_once),
        cmocka_unit_test(test_terms__outages_of_offices_and_channels),
        cmocka_unit_test(test_terms__cutoffs),
        cmocka_unit_test(test_terms__every_second_counts),
    };
    return cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}
