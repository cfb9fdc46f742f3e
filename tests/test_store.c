/* The store against a real PostgreSQL: sessions, schema, commit, outbox. */
#include "store_kit.h"

typedef struct night_data {
    rk_names names;
    rk_texts texts;
    rk_history history;
    rk_commit commit;
} night_data;

static rk_text text(night_data *data, const char *what)
{
    return rk_texts_add(&data->texts, rk_slice_of(what));
}

static rk_name name(night_data *data, const char *what)
{
    return rk_names_add(&data->names, rk_slice_of(what));
}

static void begin_night(night_data *data, const char *run, const char *previous, rk_day day)
{
    memset(data, 0, sizeof *data);
    rk_history_init(&data->history);
    data->commit = (rk_commit){.run = rk_digest_of(rk_slice_of(run)),
                               .manifest = rk_digest_of(RK_S("manifest")),
                               .night = day,
                               .number = 1,
                               .program = "test",
                               .history = &data->history,
                               .names = &data->names,
                               .texts = &data->texts};
    if (previous)
        data->commit.previous = rk_digest_of(rk_slice_of(previous));
}

static void end_night(night_data *data)
{
    rk_history_free(&data->history);
    rk_names_free(&data->names);
    rk_texts_free(&data->texts);
}

static void add_transition(night_data *data, const char *id, const char *application,
                           const char *from, const char *to)
{
    rk_transition_rows *rows = &data->history.transitions;
    size_t row = rk_batch_append(&rows->batch);
    rows->id[row] = text(data, id);
    rows->application_id[row] = text(data, application);
    rows->from_state[row] = name(data, from);
    rows->to_state[row] = name(data, to);
    rows->reason[row] = name(data, "not paid");
}

static void add_outcome(night_data *data, const char *entry, rk_money amount)
{
    rk_outcome_rows *rows = &data->history.outcomes;
    size_t row = rk_batch_append(&rows->batch);
    rows->entry[row] = text(data, entry);
    rows->channel[row] = name(data, "bca");
    rows->amount[row] = amount;
    rows->billing_code[row] = 820240305000123;
    rows->booked_on[row] = rk_day_of(2024, 3, 5);
    rk_moment_parse(RK_S("2024-03-05T23:59:59.000001+07:00"), &rows->paid_from[row]);
    rows->outcome[row] = name(data, "matched");
}

/* One row in each table. */
static void add_everything(night_data *data)
{
    rk_history *history = &data->history;
    add_outcome(data, "0011223344556677:1", 35000000);
    add_outcome(data, "0011223344556677:2", -1);
    rk_batch_append(&history->allocations.batch);
    history->allocations.amount[0] = 35000000;
    add_transition(data, "t-1", "P-1", "awaiting", "expired");
    rk_batch_append(&history->files.batch);
    history->files.entries[0] = 42;
    history->files.name[0] = text(data, "caf\xe9.csv"); /* Latin-1 */
    rk_batch_append(&history->cases.batch);
    rk_batch_append(&history->decisions.batch);
}

static void commit(rk_store *store, night_data *data)
{
    OK(rk_store_commit(store, &data->commit, &err));
}

/* ---- sessions ---- */

static void test_store__unreachable_database_is_said_with_its_reason(void **state)
{
    rk_store *store = NULL;
    (void)state;
    assert_false(rk_store_open("host=/nonexistent port=1 dbname=x user=x", &store, &err));
    assert_int_equal(err.code, RK_DATABASE);
    assert_non_null(strstr(err.message, "could not reach the database: connection to server"));
    assert_null(strchr(err.message, '\n'));
    assert_true(err.hint[0]);
    assert_null(store);
}

static void test_store__nothing_of_the_environment_shows(void **state)
{
    static const char *const settings[][3] = {
        {"PGTZ", "Asia/Jayapura", "TimeZone"},
        {"PGDATESTYLE", "German", "DateStyle"},
        {"PGCLIENTENCODING", "LATIN1", "client_encoding"},
        {"PGOPTIONS", "-c default_transaction_read_only=on", "default_transaction_read_only"},
    };
    static const char *const wanted[] = {"UTC", "ISO, YMD", "UTF8", "off"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        char query[100];
        snprintf(query, sizeof query, "SELECT current_setting('%s')", settings[i][2]);
        setenv(settings[i][0], settings[i][1], 1);
        assert_string_equal(value(query), wanted[i]);
        unsetenv(settings[i][0]);
    }
}

static void test_store__lock_is_held_by_one_session(void **state)
{
    rk_store *first = open_store(night), *second = open_store(night);
    (void)state;
    OK(rk_store_lock(first, &err));
    OK(rk_store_lock(first, &err));
    assert_false(rk_store_lock(second, &err));
    assert_int_equal(err.code, RK_LOCKED);
    rk_store_close(first);
    OK(rk_store_lock(second, &err));
    rk_store_close(second);
}

/* ---- schema ---- */

static void test_store__ready_tells_to_init(void **state)
{
    (void)state;
    rk_store *store = open_store(super);
    OK(rk_store_ready(store, &err));
    sql("INSERT INTO rekon.schema_version VALUES (999)");
    assert_false(rk_store_ready(store, &err));
    assert_int_equal(err.code, RK_DATABASE);
    sql("DROP SCHEMA rekon CASCADE");
    assert_false(rk_store_ready(store, &err));
    assert_int_equal(err.code, RK_DATABASE);
    assert_non_null(strstr(err.hint, "rekon init"));
    rk_store_close(store);
}

static void test_store__init_again_keeps_rows_and_what_the_site_replaced(void **state)
{
    (void)state;
    put_booking("P-1", "NULL");
    sql("DROP VIEW rekon_source.application;"
        "CREATE VIEW rekon_source.application AS SELECT application_id FROM rekon_source.booking;"
        "DROP FUNCTION rekon_source.apply;"
        "CREATE FUNCTION rekon_source.apply(a text, b text, c text, d text, e text) RETURNS text "
        "LANGUAGE sql AS $$ SELECT 'refused: by the site' $$");
    rk_store *store = open_store(super);
    OK(rk_store_init(store, &err));
    rk_store_close(store);
    assert_string_equal(value("SELECT count(*) FROM rekon_source.booking"), "1");
    assert_string_equal(value("SELECT rekon_source.apply('', '', '', '', '')"),
                        "refused: by the site");
    assert_string_equal(value("SELECT count(*) FROM pg_attribute WHERE attrelid = "
                              "'rekon_source.application'::regclass AND attnum > 0"),
                        "1");
    assert_string_equal(
        value("SELECT has_table_privilege('rekon_night', 'rekon_source.application', 'SELECT')"),
        "t");
}

/* ---- committing ---- */

static void test_store__commit_writes_each_table_once(void **state)
{
    night_data data;
    rk_store *store = open_store(night);
    rk_head head;
    bool has;
    (void)state;
    OK(rk_store_head(store, &head, &err));
    assert_false(head.any);
    begin_night(&data, "a", NULL, rk_day_of(2024, 3, 5));
    add_everything(&data);
    OK(rk_store_has_run(store, &data.commit.run, &has, &err));
    assert_false(has);
    commit(store, &data);
    OK(rk_store_has_run(store, &data.commit.run, &has, &err));
    assert_true(has);
    commit(store, &data); /* again: nothing happens */
    OK(rk_store_head(store, &head, &err));
    assert_true(head.any);
    assert_int_equal(head.night, rk_day_of(2024, 3, 5));
    assert_int_equal(head.number, 1);
    assert_true(rk_digest_equal(&head.run, &data.commit.run));
    assert_true(rk_digest_equal(&head.manifest, &data.commit.manifest));
    assert_string_equal(
        value("SELECT concat_ws(' ', (SELECT count(*) FROM rekon.run), (SELECT "
              "count(*) FROM rekon.outcome), (SELECT count(*) FROM rekon.allocation), "
              "(SELECT count(*) FROM rekon.transition), (SELECT count(*) FROM "
              "rekon.file), (SELECT count(*) FROM rekon.case_event), (SELECT count(*) "
              "FROM rekon.decision))"),
        "1 2 1 1 1 1 1");
    assert_string_equal(
        value("SELECT concat_ws('|', channel, booked_on, paid_from, paid_until IS NULL, amount, "
              "billing_code, outcome, cause = '') FROM rekon.outcome WHERE amount > 0"),
        "bca|2024-03-05|2024-03-05 16:59:59.000001+00|t|35000000|820240305000123|matched|t");
    assert_string_equal(value("SELECT concat_ws('|', name, entries, covers_from) FROM rekon.file"),
                        "caf\xef\xbf\xbd.csv|42");
    rk_store_close(store);
    end_night(&data);
}

static void test_store__chain_has_one_end(void **state)
{
    static const struct {
        const char *run, *previous;
        int day, number;
        bool good;
    } cases[] = {
        {"b", NULL, 6, 1, false}, /* a second first one */
        {"b", "x", 6, 1, false},  /* made from something unknown */
        {"b", "a", 4, 1, false},  /* an earlier night */
        {"b", "a", 5, 1, false},  /* the same number again */
        {"b", "a", 5, 2, true},   /* a second run of the night */
        {"c", "a", 6, 1, false},  /* a fork */
        {"c", "b", 6, 1, true},
    };
    night_data data;
    rk_store *store = open_store(night);
    (void)state;
    begin_night(&data, "a", NULL, rk_day_of(2024, 3, 5));
    commit(store, &data);
    end_night(&data);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_night(&data, cases[i].run, cases[i].previous, rk_day_of(2024, 3, cases[i].day));
        data.commit.number = cases[i].number;
        bool done = rk_store_commit(store, &data.commit, &err);
        if (done != cases[i].good)
            fail_msg("case %zu: %s", i, done ? "committed" : err.message);
        if (!done)
            assert_int_equal(err.code, RK_DATABASE);
        end_night(&data);
    }
    assert_string_equal(value("SELECT count(*) FROM rekon.run"), "3");
    rk_store_close(store);
}

static void test_store__failed_commit_leaves_nothing(void **state)
{
    night_data data;
    rk_store *store = open_store(night);
    (void)state;
    begin_night(&data, "a", NULL, rk_day_of(2024, 3, 5));
    add_everything(&data);
    add_transition(&data, "t-2", "P-1", "awaiting", "paid"); /* the same application */
    assert_false(rk_store_commit(store, &data.commit, &err));
    assert_int_equal(err.code, RK_DATABASE);
    assert_non_null(strstr(err.message, "refused \"transition\": duplicate key"));
    assert_string_equal(
        value("SELECT (SELECT count(*) FROM rekon.run) + (SELECT count(*) FROM rekon.outcome)"),
        "0");
    end_night(&data);
    begin_night(&data, "a", NULL, rk_day_of(2024, 3, 5)); /* the session is as good as new */
    commit(store, &data);
    end_night(&data);
    rk_store_close(store);
}

static void test_store__commit_needs_the_lock(void **state)
{
    night_data data;
    rk_store *holder = open_store(night), *store = open_store(night);
    (void)state;
    OK(rk_store_lock(holder, &err));
    begin_night(&data, "a", NULL, rk_day_of(2024, 3, 5));
    assert_false(rk_store_commit(store, &data.commit, &err));
    assert_int_equal(err.code, RK_LOCKED);
    end_night(&data);
    rk_store_close(holder);
    rk_store_close(store);
}

static void test_store__lost_reply_is_settled_by_asking(void **state)
{
    night_data data;
    rk_store *store = open_store(night), *other = open_store(night);
    (void)state;
    OK(rk_store_lock(store, &err));
    begin_night(&data, "a", NULL, rk_day_of(2024, 3, 5));
    add_everything(&data);
    setenv("REKON_LOSE_COMMIT", "1", 1);
    bool done = rk_store_commit(store, &data.commit, &err);
    unsetenv("REKON_LOSE_COMMIT");
    if (!done)
        fail_msg("%s", err.message);
    assert_string_equal(value("SELECT count(*) FROM rekon.outcome"), "2");
    assert_false(rk_store_lock(other, &err)); /* the new session holds the lock */
    commit(store, &data);
    rk_store_close(store);
    rk_store_close(other);
    end_night(&data);
}

static void test_store__connection_lost_before_the_commit_is_an_error(void **state)
{
    night_data data;
    rk_store *store = open_store(night);
    (void)state;
    begin_night(&data, "a", NULL, rk_day_of(2024, 3, 5));
    OK(rk_store_lock(store, &err));
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rekon_night'");
    assert_false(rk_store_commit(store, &data.commit, &err));
    assert_int_equal(err.code, RK_DATABASE);
    assert_non_null(strstr(err.message, "lost the database at"));
    rk_store_close(store);
    end_night(&data);
}

static void test_store__night_cannot_change_history(void **state)
{
    static const char *const tables[] = {"run",    "outcome",    "allocation", "transition",
                                         "file",   "case_event", "decision",   "transition_answer",
                                         "notice", "handed"};
    static const char *const attempts[] = {
        "UPDATE rekon.\"%s\" SET %s = %s",
        "DELETE FROM rekon.\"%s\"",
        "TRUNCATE rekon.\"%s\"",
        "DROP TABLE rekon.\"%s\"",
        "ALTER TABLE rekon.\"%s\" DISABLE TRIGGER ALL",
        "ALTER TABLE rekon.\"%s\" RENAME TO gone",
        "SELECT FROM rekon.\"%s\" FOR UPDATE",
    };
    (void)state;
    rk_pg *pg;
    OK(rk_pg_open(night, &pg, &err));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (size_t k = 0; k < sizeof attempts / sizeof *attempts; k++) {
            char statement[200];
            const char *column = i == 0 ? "run_id" : "run";
            snprintf(statement, sizeof statement, attempts[k], tables[i], column, column);
            if (rk_pg_run(pg, "test", statement, &err))
                fail_msg("%s was allowed", statement);
            if (!strstr(err.message, "permission denied") && !strstr(err.message, "must be owner"))
                fail_msg("%s: %s", statement, err.message);
        }
    static const char *const others[] = {
        "DROP SCHEMA rekon CASCADE",
        "CREATE TABLE rekon.mine (a int)",
        "CREATE OR REPLACE FUNCTION rekon_source.apply(id text, application_id text, from_state "
        "text, to_state text, reason text) RETURNS text LANGUAGE sql AS $$ SELECT '' $$",
        "UPDATE rekon_source.booking SET payment_state = 'paid'",
        "DELETE FROM rekon_source.booking",
        "INSERT INTO rekon_source.applied VALUES ('', '', '', '', '')",
        "INSERT INTO rekon.schema_version VALUES (4)",
        "SET ROLE rekon_owner",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (rk_pg_run(pg, "test", others[i], &err))
            fail_msg("%s was allowed", others[i]);
    rk_pg_close(pg);
}

static void test_store__many_rows_are_copied(void **state)
{
    enum { MANY = 30000 };
    rk_store *store = open_store(night);
    night_data data;
    (void)state;
    begin_night(&data, "a", NULL, rk_day_of(2024, 3, 5));
    for (int i = 0; i < MANY; i++) {
        char entry[32];
        snprintf(entry, sizeof entry, "0011223344556677:%d", i);
        add_outcome(&data, entry, i);
    }
    commit(store, &data);
    end_night(&data);
    assert_string_equal(value("SELECT sum(amount) FROM rekon.outcome"), "449985000");
    rk_store_close(store);
}

/* ---- the outbox ---- */

static rk_handover hand_over(rk_store *store)
{
    rk_handover handover;
    OK(rk_store_hand_over(store, &handover, &err));
    return handover;
}

static void check_handover(rk_handover got, uint64_t confirmed, uint64_t refused, uint64_t failed,
                           uint64_t waiting)
{
    if (got.confirmed != confirmed || got.refused != refused || got.failed != failed ||
        got.waiting != waiting)
        fail_msg("confirmed %d refused %d failed %d waiting %d", (int)got.confirmed,
                 (int)got.refused, (int)got.failed, (int)got.waiting);
}

static void commit_transitions(rk_store *store)
{
    night_data data;
    begin_night(&data, "a", NULL, rk_day_of(2024, 3, 5));
    add_transition(&data, "t-1", "P-1", "awaiting", "expired");
    add_transition(&data, "t-2", "P-2", "awaiting", "expired");
    add_transition(&data, "t-3", "P-3", "awaiting", "expired");
    add_transition(&data, "t-4", "P-4", "awaiting", "expired");
    commit(store, &data);
    end_night(&data);
    begin_night(&data, "b", "a", rk_day_of(2024, 3, 6));
    add_transition(&data, "a-5", "P-1", "expired", "reinstated"); /* sorts before t-1 */
    commit(store, &data);
    end_night(&data);
}

static void test_store__outbox_is_handed_over_once(void **state)
{
    rk_store *store = open_store(night);
    (void)state;
    put_booking("P-1", "'submitted'");
    put_booking("P-2", "'attended'");
    put_booking("P-3", "'cancelled'");
    commit_transitions(store);
    check_handover(hand_over(store), 2, 3, 0, 0);
    check_handover(hand_over(store), 0, 0, 0, 0);
    assert_string_equal(
        value("SELECT string_agg(concat_ws(' ', t.id, attempt, answer, why), '; ' ORDER BY t.id) "
              "FROM rekon.transition_answer JOIN rekon.transition t USING (run, application_id)"),
        "a-5 1 confirmed ; t-1 1 confirmed ; t-2 1 refused the applicant has attended; "
        "t-3 1 refused the booking is cancelled; t-4 1 refused no such application");
    assert_string_equal(
        value("SELECT payment_state FROM rekon_source.booking WHERE application_id = 'P-1'"),
        "reinstated");
    assert_string_equal(value("SELECT rekon_source.apply('t-1', 'P-1', 'awaiting', 'expired', '')"),
                        "confirmed");
    assert_string_equal(
        value("SELECT payment_state FROM rekon_source.booking WHERE application_id = 'P-1'"),
        "reinstated");
    rk_store_close(store);
}

static void replace_apply(const char *body)
{
    char statement[1000];
    snprintf(
        statement, sizeof statement,
        "CREATE OR REPLACE FUNCTION rekon_source.apply(id text, application_id text, from_state "
        "text, to_state text, reason text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS "
        "$$ BEGIN %s END $$",
        body);
    sql(statement);
}

static void replace_apply_all(const char *body)
{
    char statement[1000];
    snprintf(
        statement, sizeof statement,
        "CREATE OR REPLACE FUNCTION rekon_source.apply_all(ids text[], application_ids text[], "
        "from_states text[], to_states text[], reasons text[]) RETURNS text[] LANGUAGE plpgsql "
        "SECURITY DEFINER AS $$ BEGIN %s END $$",
        body);
    sql(statement);
}

static const char *asked(void)
{
    return value("SELECT coalesce(string_agg(id, ' ' ORDER BY id), '') FROM rekon_source.applied");
}

static void test_store__the_site_is_asked_for_many_at_once(void **state)
{
    rk_store *store = open_store(night);
    (void)state;
    commit_transitions(store);
    replace_apply_all(
        "INSERT INTO rekon_source.applied VALUES (array_to_string(ids, '+'), '', '', "
        "'', ''); RETURN array_fill('refused: by all'::text, ARRAY[cardinality(ids)]);");
    check_handover(hand_over(store), 0, 5, 0, 0);
    assert_string_equal(asked(), "a-5 t-1+t-2+t-3+t-4"); /* P-1's second one after its first */
    assert_string_equal(value("SELECT string_agg(DISTINCT answer || ' ' || why, ';') FROM "
                              "rekon.transition_answer"),
                        "refused by all");
    rk_store_close(store);
}

static void test_store__what_fails_for_many_is_asked_for_one_by_one(void **state)
{
    static const char *const bodies[] = {
        "IF cardinality(ids) > 1 THEN RAISE EXCEPTION 'too many'; END IF;"
        "IF ids = '{t-2}' THEN RAISE EXCEPTION 'not this'; END IF; RETURN '{confirmed}';",
        "IF cardinality(ids) > 1 THEN RETURN '{confirmed}'; END IF;"
        "IF ids = '{t-2}' THEN RETURN '{}'; END IF; RETURN '{confirmed}';",
        "IF cardinality(ids) > 1 THEN RETURN NULL; END IF;"
        "IF ids = '{t-2}' THEN RETURN '{perhaps}'; END IF; RETURN '{confirmed}';",
    };
    static const char *const why[] = {"not this", "the site's function answered nothing",
                                      "the site's function answered 'perhaps'"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fresh(state), 0);
        rk_store *store = open_store(night);
        commit_transitions(store);
        replace_apply_all(bodies[i]);
        check_handover(hand_over(store), 4, 0, 1, 0);
        assert_string_equal(
            value("SELECT why FROM rekon.transition_answer WHERE answer = 'failed'"), why[i]);
        check_handover(hand_over(store), 0, 0, 1, 0);
        rk_store_close(store);
    }
}

static void test_store__a_function_of_the_site_for_one_is_asked_for_each(void **state)
{
    rk_store *store = open_store(night);
    (void)state;
    commit_transitions(store);
    replace_apply_all("RETURN array_fill('confirmed'::text, ARRAY[cardinality(ids)]);");
    replace_apply(
        "INSERT INTO rekon_source.applied VALUES (id, '', '', '', ''); RETURN 'refused';");
    check_handover(hand_over(store), 0, 5, 0, 0);
    assert_string_equal(asked(), "a-5 t-1 t-2 t-3 t-4");
    rk_store_close(store);
}

static void test_store__a_finished_outbox_is_not_read_again(void **state)
{
    rk_store *store = open_store(night);
    (void)state;
    replace_apply(
        "IF application_id = 'P-2' THEN RAISE EXCEPTION 'no'; END IF; RETURN 'confirmed';");
    commit_transitions(store);
    check_handover(hand_over(store), 4, 0, 1, 0);
    assert_string_equal(value("SELECT count(*) FROM rekon.handed"), "0");
    replace_apply("RETURN 'confirmed';");
    check_handover(hand_over(store), 1, 0, 0, 0);
    check_handover(hand_over(store), 0, 0, 0, 0);
    assert_string_equal(value("SELECT string_agg(run::text, ' ') FROM rekon.handed"), "2");
    rk_store_close(store);
}

static void test_store__one_error_of_the_site_stops_nothing_else(void **state)
{
    rk_store *store = open_store(night);
    (void)state;
    commit_transitions(store);
    replace_apply("INSERT INTO rekon_source.applied VALUES (id, '', '', '', '');"
                  "IF application_id = 'P-1' THEN RAISE EXCEPTION 'no disk'; END IF;"
                  "IF application_id = 'P-2' THEN RETURN NULL; END IF;"
                  "IF application_id = 'P-3' THEN RETURN 'perhaps'; END IF;"
                  "RETURN 'confirmed';");
    check_handover(hand_over(store), 1, 0, 3, 1); /* P-1's second one waits for its first */
    assert_string_equal(value("SELECT string_agg(id, ' ') FROM rekon_source.applied"), "t-4");
    check_handover(hand_over(store), 0, 0, 3, 1);
    assert_string_equal(
        value("SELECT string_agg(concat_ws(' ', t.id, attempt, answer, why), '; ' ORDER BY t.id, "
              "attempt) "
              "FROM rekon.transition_answer JOIN rekon.transition t USING (run, application_id) "
              "WHERE t.id < 't-3'"),
        "t-1 1 failed no disk; t-1 2 failed no disk; t-2 1 failed the site's function answered "
        "nothing; t-2 2 failed the site's function answered nothing");
    replace_apply("RETURN 'confirmed';");
    check_handover(hand_over(store), 4, 0, 0, 0);
    check_handover(hand_over(store), 0, 0, 0, 0);
    rk_store_close(store);
}

static void test_store__a_locked_booking_is_tried_again(void **state)
{
    rk_store *store = open_store(night);
    rk_pg *site;
    (void)state;
    put_booking("P-1", "'submitted'");
    put_booking("P-2", "'submitted'");
    commit_transitions(store);
    OK(rk_pg_open(super, &site, &err));
    OK(rk_pg_run(site, "test",
                 "BEGIN; SELECT FROM rekon_source.booking WHERE application_id = 'P-2' FOR UPDATE",
                 &err));
    check_handover(hand_over(store), 2, 2, 1, 0);
    OK(rk_pg_run(site, "test", "ROLLBACK", &err));
    check_handover(hand_over(store), 1, 0, 0, 0);
    rk_pg_close(site);
    rk_store_close(store);
}

#define TEST(name) cmocka_unit_test_setup(test_store__##name, fresh)

int main(void)
{
    if (!find_database())
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(unreachable_database_is_said_with_its_reason),
        TEST(nothing_of_the_environment_shows),
        TEST(lock_is_held_by_one_session),
        TEST(ready_tells_to_init),
        TEST(init_again_keeps_rows_and_what_the_site_replaced),
        TEST(commit_writes_each_table_once),
        TEST(chain_has_one_end),
        TEST(failed_commit_leaves_nothing),
        TEST(commit_needs_the_lock),
        TEST(lost_reply_is_settled_by_asking),
        TEST(connection_lost_before_the_commit_is_an_error),
        TEST(many_rows_are_copied),
        TEST(night_cannot_change_history),
        TEST(outbox_is_handed_over_once),
        TEST(the_site_is_asked_for_many_at_once),
        TEST(what_fails_for_many_is_asked_for_one_by_one),
        TEST(a_function_of_the_site_for_one_is_asked_for_each),
        TEST(a_finished_outbox_is_not_read_again),
        TEST(one_error_of_the_site_stops_nothing_else),
        TEST(a_locked_booking_is_tried_again),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
