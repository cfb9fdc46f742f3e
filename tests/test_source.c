/* The source against a real PostgreSQL: what is imported, and what a snapshot makes of a view. */
#include "store_kit.h"

typedef struct source_data {
    rk_names names;
    rk_texts texts;
    rk_applications applications;
} source_data;

static void free_source(source_data *data)
{
    rk_batch_free(&data->applications.batch);
    rk_names_free(&data->names);
    rk_texts_free(&data->texts);
}

static rk_moment at(const char *moment)
{
    rk_moment result = 0;
    assert_true(rk_moment_parse(rk_slice_of(moment), &result));
    return result;
}

/* `count` applications P-1.. with the needed columns and the status; one an hour. */
static void make_source(source_data *data, size_t count)
{
    rk_applications *applications = &data->applications;
    memset(data, 0, sizeof *data);
    rk_batch_init(&applications->batch, rk_application_columns, rk_application_column_count, count,
                  rk_application_needed() | RK_APPLICATION_BIT(status) | RK_APPLICATION_BIT(state));
    for (size_t i = 0; i < count; i++) {
        char id[24];
        snprintf(id, sizeof id, "P-%zu", i + 1);
        rk_batch_append(&applications->batch);
        applications->id[i] = rk_texts_add(&data->texts, rk_slice_of(id));
        applications->office[i] = rk_names_add(&data->names, RK_S("sampit"));
        applications->service[i] = rk_names_add(&data->names, RK_S("baru"));
        applications->code[i] = i % 2 ? 0 : 820240305000000 + i;
        applications->due_minor[i] = i % 3 ? RK_NO_MONEY : 35000050;
        applications->submitted_at[i] = at("2024-03-05T09:00:00+07:00") + (int64_t)i * 3600000000;
        applications->status[i] = RK_STATUS_SUBMITTED;
    }
}

static void import(rk_store *store, source_data *data, uint64_t new_ones, uint64_t changed)
{
    uint64_t inserted, updated;
    OK(rk_store_import(store, &data->applications, &data->names, &data->texts, &inserted, &updated,
                       &err));
    assert_int_equal(inserted, new_ones);
    assert_int_equal(updated, changed);
}

static void test_source__import_twice_changes_nothing(void **state)
{
    rk_store *store = open_store(night);
    source_data data;
    (void)state;
    make_source(&data, 5);
    import(store, &data, 5, 0);
    sql("UPDATE rekon_source.booking SET purpose = 'umrah'");
    char before[100];
    snprintf(before, sizeof before, "%s",
             value("SELECT max(updated_at) FROM rekon_source.booking"));
    import(store, &data, 0, 0);
    assert_string_equal(value("SELECT max(updated_at) FROM rekon_source.booking"), before);
    data.applications.status[1] = RK_STATUS_CANCELLED;
    data.applications.due_minor[2] = 1;
    import(store, &data, 0, 2);
    assert_string_equal(
        value("SELECT string_agg(concat_ws(' ', application_id, amount_due, status, "
              "billing_code, purpose), '; ' ORDER BY application_id) FROM "
              "rekon_source.booking WHERE application_id < 'P-4'"),
        "P-1 350000.50 submitted 820240305000000 umrah; P-2 cancelled umrah; "
        "P-3 0.01 submitted 820240305000002 umrah");
    free_source(&data);
    rk_store_close(store);
}

static void test_source__import_is_all_or_nothing(void **state)
{
    rk_store *store = open_store(night);
    source_data data;
    uint64_t inserted, updated;
    (void)state;
    make_source(&data, 3);
    data.applications.submitted_at[2] = RK_NO_MOMENT;
    assert_false(rk_store_import(store, &data.applications, &data.names, &data.texts, &inserted,
                                 &updated, &err));
    assert_int_equal(err.code, RK_DATABASE);
    assert_string_equal(value("SELECT count(*) FROM rekon_source.booking"), "0");
    free_source(&data);
    make_source(&data, 3);
    import(store, &data, 3, 0);
    free_source(&data);
    rk_store_close(store);
}

static bool snapshot(rk_store *store, source_data *data, rk_moment since, rk_moment before,
                     rk_source_controls *controls)
{
    memset(data, 0, sizeof *data);
    return rk_store_snapshot(store, since, before, &data->names, &data->texts, &data->applications,
                             controls, &err);
}

static const char *ids(const source_data *data)
{
    static char list[200];
    list[0] = 0;
    for (size_t i = 0; i < data->applications.batch.count; i++) {
        rk_slice id = rk_texts_get(&data->texts, data->applications.id[i]);
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%.*s", used ? " " : "", RK_FMT(id));
    }
    return list;
}

static void test_source__snapshot_gives_what_was_imported(void **state)
{
    rk_store *store = open_store(night);
    source_data in, out;
    rk_source_controls controls;
    (void)state;
    make_source(&in, 11);
    import(store, &in, 11, 0);
    OK(snapshot(store, &out, RK_NO_MOMENT, at("2024-03-06T00:00:00+07:00"), &controls));
    assert_string_equal(ids(&out), "P-1 P-10 P-11 P-2 P-3 P-4 P-5 P-6 P-7 P-8 P-9");
    assert_int_equal(controls.applications, 11);
    assert_int_equal(controls.newest_submitted_at, at("2024-03-05T19:00:00+07:00"));
    const rk_applications *got = &out.applications;
    assert_int_equal(got->code[0], 820240305000000);
    assert_int_equal(got->code[3], 0);
    assert_int_equal(got->due_minor[0], 35000050);
    assert_int_equal(got->due_minor[3], RK_NO_MONEY);
    assert_int_equal(got->submitted_at[0], at("2024-03-05T09:00:00+07:00"));
    assert_int_equal(got->status[0], RK_STATUS_SUBMITTED);
    assert_true(rk_slice_is(rk_names_text(&out.names, got->office[0]), "sampit"));
    assert_non_null(got->issued_on);
    assert_int_equal(got->issued_on[0], RK_NO_DAY);
    assert_non_null(got->deadline);
    free_source(&in);
    free_source(&out);
    rk_store_close(store);
}

static void test_source__snapshot_is_bounded_on_both_sides(void **state)
{
    rk_store *store = open_store(night);
    source_data out;
    rk_source_controls controls;
    (void)state;
    put_booking("P-1", "NULL"), put_booking("P-2", "NULL"), put_booking("P-3", "NULL");
    sql("UPDATE rekon_source.booking SET updated_at = '2024-03-05T02:00:00.000001Z' WHERE "
        "application_id = 'P-2'; UPDATE rekon_source.booking SET submitted_at = "
        "'2024-03-06T00:00:00Z', updated_at = '2024-03-07Z' WHERE application_id = 'P-3'");
    static const struct {
        const char *since, *before, *ids;
        int count;
    } cases[] = {
        {NULL, "2024-03-06T00:00:00Z", "P-1 P-2", 2},
        {NULL, "2024-03-06T00:00:00.000001Z", "P-1 P-2 P-3", 3},
        {"2024-03-05T02:00:00Z", "2024-03-07T00:00:00Z", "P-2 P-3", 3},
        {"2024-03-05T02:00:00.000001Z", "2024-03-06T00:00:00Z", "", 2},
        {"2024-03-08T00:00:00Z", "2024-03-05T00:00:00Z", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        OK(snapshot(store, &out, cases[i].since ? at(cases[i].since) : RK_NO_MOMENT,
                    at(cases[i].before), &controls));
        assert_string_equal(ids(&out), cases[i].ids);
        assert_int_equal(controls.applications, cases[i].count);
        assert_true((controls.newest_submitted_at == RK_NO_MOMENT) == (cases[i].count == 0));
        free_source(&out);
    }
    rk_store_close(store);
}

static void test_source__snapshot_says_which_columns_the_view_lacks(void **state)
{
    rk_store *store = open_store(night);
    source_data out;
    rk_source_controls controls;
    (void)state;
    put_booking("P-1", "'issued'");
    sql("DROP VIEW rekon_source.application;"
        "CREATE VIEW rekon_source.application AS SELECT 'x'::text AS extra, submitted_at, office, "
        "application_id::varchar(30), service::char(20), 820240305000123 AS billing_code, "
        "350000 AS amount_due, updated_at, DATE '2024-03-07' AS issued_on FROM "
        "rekon_source.booking; GRANT SELECT ON rekon_source.application TO rekon_night");
    OK(snapshot(store, &out, RK_NO_MOMENT, at("2024-03-06T00:00:00Z"), &controls));
    assert_string_equal(ids(&out), "P-1");
    assert_null(out.applications.status);
    assert_null(out.applications.purpose);
    assert_int_equal(out.applications.code[0], 820240305000123);
    assert_int_equal(out.applications.due_minor[0], 35000000);
    assert_int_equal(out.applications.issued_on[0], rk_day_of(2024, 3, 7));
    assert_true(rk_slice_is(rk_names_text(&out.names, out.applications.service[0]), "baru"));
    free_source(&out);
    rk_store_close(store);
}

#define VIEW_HEAD \
    "DROP VIEW rekon_source.application; CREATE VIEW rekon_source.application AS SELECT "
#define VIEW_TAIL \
    " FROM rekon_source.booking; GRANT SELECT ON rekon_source.application TO rekon_night"
#define VIEW_REST "office, service, amount_due, submitted_at, updated_at"

static void test_source__a_bad_view_is_named_and_the_session_lives_on(void **state)
{
    static const struct {
        const char *view, *problem;
    } cases[] = {
        {"DROP VIEW rekon_source.application", "no view rekon_source.application"},
        {VIEW_HEAD
         "application_id, office, service, billing_code, amount_due, submitted_at" VIEW_TAIL,
         "no column \"updated_at\""},
        {VIEW_HEAD "application_id, billing_code, office, service, amount_due, "
                   "submitted_at::timestamp, updated_at" VIEW_TAIL,
         "column \"submitted_at\" of rekon_source.application has the wrong type"},
        {VIEW_HEAD "application_id, '12345' AS billing_code, " VIEW_REST VIEW_TAIL,
         "\"P-1\" in rekon_source.application: billing_code is not 15 digits"},
        {VIEW_HEAD "application_id, billing_code, 'lost' AS status, " VIEW_REST VIEW_TAIL,
         "\"P-1\" in rekon_source.application: unknown status (\"lost\")"},
        {VIEW_HEAD "application_id, billing_code, 0.001 AS amount_due, office, service, "
                   "submitted_at, updated_at" VIEW_TAIL,
         "amount_due is not an amount"},
        {VIEW_HEAD "'P-1' AS application_id, billing_code, " VIEW_REST VIEW_TAIL,
         "\"P-1\" in rekon_source.application: application_id is there twice"},
        {VIEW_HEAD
         "application_id, billing_code, timestamptz 'infinity' AS billed_at, " VIEW_REST VIEW_TAIL,
         "a time out of range"},
        {"REVOKE SELECT ON rekon_source.application FROM rekon_night", "permission denied"},
    };
    rk_store *store = open_store(night);
    source_data out;
    rk_source_controls controls;
    rk_head head;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fresh(NULL);
        put_booking("P-1", "NULL"), put_booking("P-2", "NULL");
        sql(cases[i].view);
        assert_false(snapshot(store, &out, RK_NO_MOMENT, at("2024-03-06T00:00:00Z"), &controls));
        assert_int_equal(err.code, RK_DATABASE);
        if (!strstr(err.message, cases[i].problem))
            fail_msg("case %zu: %s", i, err.message);
        free_source(&out);
        OK(rk_store_head(store, &head, &err));
    }
    rk_store_close(store);
}

static void test_source__many_rows_go_both_ways(void **state)
{
    enum { MANY = 30000 };
    rk_store *store = open_store(night);
    source_data in, out;
    rk_source_controls controls;
    (void)state;
    make_source(&in, MANY);
    import(store, &in, MANY, 0);
    OK(snapshot(store, &out, RK_NO_MOMENT, at("2034-03-06T00:00:00Z"), &controls));
    assert_int_equal(out.applications.batch.count, MANY);
    free_source(&in);
    free_source(&out);
    rk_store_close(store);
}

#define TEST(name) cmocka_unit_test_setup(test_source__##name, fresh)

int main(void)
{
    if (!find_database())
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(import_twice_changes_nothing),
        TEST(import_is_all_or_nothing),
        TEST(snapshot_gives_what_was_imported),
        TEST(snapshot_is_bounded_on_both_sides),
        TEST(snapshot_says_which_columns_the_view_lacks),
        TEST(a_bad_view_is_named_and_the_session_lives_on),
        TEST(many_rows_go_both_ways),
    };
    return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
