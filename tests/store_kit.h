/*
 * store_kit: what the suites that need a PostgreSQL share.
 *
 * REKON_TEST_DB is the connection string of an empty database for a superuser; tests/run.sh makes it on
 * the private cluster. Each test begins with a fresh installation.
 */
#ifndef RK_TESTS_STORE_KIT_H
#define RK_TESTS_STORE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "store/postgres.h"
#include "store/store.h"

#define OK(call) \
    do { \
        if (!(call)) \
            fail_msg("%s: %s (%s)", #call, err.message, err.hint); \
    } while (0)

static const char *super; /* connection strings */
static char night[600];
static rk_error err;

static inline rk_store *open_store(const char *connection)
{
    rk_store *store = NULL;
    OK(rk_store_open(connection, &store, &err));
    return store;
}

static inline void sql(const char *text)
{
    rk_pg *pg;
    OK(rk_pg_open(super, &pg, &err));
    OK(rk_pg_run(pg, "test", text, &err));
    rk_pg_close(pg);
}

/* The one value of a query as text. */
static inline const char *value(const char *query)
{
    static char text[400];
    rk_pg *pg;
    OK(rk_pg_open(super, &pg, &err));
    OK(rk_pg_ask(pg, "test", query, NULL, 0, &err));
    assert_int_equal(rk_pg_rows(pg), 1);
    snprintf(text, sizeof text, "%.*s", RK_FMT(rk_pg_cell(pg, 0, 0)));
    rk_pg_close(pg);
    return text;
}

/* An empty installation with the view and the function that rekon ships. */
static inline int fresh(void **state)
{
    (void)state;
    sql("DROP SCHEMA IF EXISTS rekon, rekon_source CASCADE");
    rk_store *store = open_store(super);
    OK(rk_store_init(store, &err));
    rk_store_close(store);
    return 0;
}

static inline void put_booking(const char *id, const char *status)
{
    char statement[400];
    snprintf(statement, sizeof statement,
             "INSERT INTO rekon_source.booking (application_id, office, service, submitted_at, "
             "updated_at, status) VALUES ('%s', 'palembang', 'baru', '2024-03-05T02:00:00Z', "
             "'2024-03-05T02:00:00Z', %s)",
             id, status);
    sql(statement);
}

/* Sets the connection strings; the suite fails where there is no database. */
static inline bool find_database(void)
{
    super = getenv("REKON_TEST_DB");
    if (!super) {
        fprintf(stderr, "REKON_TEST_DB is not set\n");
        return false;
    }
    snprintf(night, sizeof night, "%s user=rekon_night", super);
    return true;
}

#endif
