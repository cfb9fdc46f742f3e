#include "store/postgres.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/failpoint.h"

static const char session_sql[] =
#include "session.sql.inc"
    ;

struct rk_pg {
    char *connection;
    PGconn *conn;
    PGresult *rows; /* of the last rk_pg_ask */
};

/* ---- messages ---- */

/* The first line of what libpq said, without its severity, in lower case and without a full stop. */
static void put_reason(const char *said, char *out, size_t size)
{
    static const char *const severities[] = {"FATAL:  ", "ERROR:  ", "PANIC:  "};
    size_t length = strcspn(said, "\n");
    for (size_t i = 0; i < sizeof severities / sizeof *severities; i++)
        if (strncmp(said, severities[i], strlen(severities[i])) == 0) {
            said += strlen(severities[i]);
            length -= strlen(severities[i]);
        }
    while (length > 0 && (said[length - 1] == '.' || said[length - 1] == ' '))
        length--;
    if (length >= size)
        length = size - 1;
    memcpy(out, said, length);
    out[length] = 0;
    /* "Is the server ..." but not "SSL ..." */
    if (length > 1 && out[0] >= 'A' && out[0] <= 'Z' && out[1] >= 'a' && out[1] <= 'z')
        out[0] = (char)(out[0] - 'A' + 'a');
}

static bool fail_lost(rk_pg *pg, const char *name, rk_error *err)
{
    char reason[400];
    put_reason(PQerrorMessage(pg->conn), reason, sizeof reason);
    return rk_fail(err, RK_DATABASE, "lost the database at \"%s\": %s", name,
                   reason[0] ? reason : "connection closed");
}

static bool fail_result(const PGresult *result, const char *name, rk_error *err)
{
    char reason[400];
    const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    put_reason(said ? said : PQresultErrorMessage(result), reason, sizeof reason);
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity && strcmp(severity, "ERROR") != 0) /* its last words: the session is over */
        return rk_fail(err, RK_DATABASE, "lost the database at \"%s\": %s", name, reason);
    rk_fail(err, RK_DATABASE, "the database refused \"%s\": %s", name, reason);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    if (detail || hint)
        rk_fail_hint(err, "%s", detail ? detail : hint);
    return false;
}

/* ---- sessions ---- */

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

/* What stands before dbname may be replaced by the connection string, what stands after may not.
 * `options` is given so that PGOPTIONS is not asked. */
static PGconn *dial(const char *connection)
{
    const char *const keys[] = {"connect_timeout",  "options",         "dbname",
                                "application_name", "client_encoding", NULL};
    const char *const values[] = {
        "10", "-c client_min_messages=warning", connection, "rekon", "UTF8", NULL};
    return PQconnectdbParams(keys, values, 1);
}

static bool attach(rk_pg *pg, rk_error *err)
{
    pg->conn = dial(pg->connection);
    if (PQstatus(pg->conn) != CONNECTION_OK) {
        char reason[400];
        put_reason(PQerrorMessage(pg->conn), reason, sizeof reason);
        rk_fail(err, RK_DATABASE, "could not reach the database: %s", reason);
        return rk_fail_hint(err, "see `database:` in rekon.yaml; is PostgreSQL running?");
    }
    PQsetNoticeReceiver(pg->conn, ignore_notice, NULL);
    const char *encoding = PQparameterStatus(pg->conn, "server_encoding");
    if (!encoding || strcmp(encoding, "UTF8") != 0)
        return rk_fail(err, RK_DATABASE, "database \"%s\" has encoding %s, not UTF8",
                       PQdb(pg->conn), encoding ? encoding : "unknown");
    return rk_pg_ask(pg, "session", session_sql, NULL, 0, err);
}

static void hang_up(rk_pg *pg)
{
    PQclear(pg->rows);
    pg->rows = NULL;
    PQfinish(pg->conn);
    pg->conn = NULL;
}

bool rk_pg_open(const char *connection, rk_pg **pg, rk_error *err)
{
    rk_pg *opened = rk_alloc(1, sizeof *opened);
    size_t size = strlen(connection) + 1;
    opened->connection = rk_alloc(size, 1);
    memcpy(opened->connection, connection, size);
    if (!attach(opened, err)) {
        rk_pg_close(opened);
        return false;
    }
    *pg = opened;
    return true;
}

void rk_pg_close(rk_pg *pg)
{
    if (!pg)
        return;
    hang_up(pg);
    free(pg->connection);
    free(pg);
}

bool rk_pg_reopen(rk_pg *pg, int seconds, rk_error *err)
{
    for (int tries = 0;; tries++) {
        hang_up(pg);
        if (attach(pg, err))
            return true;
        if (tries >= seconds)
            return false;
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    }
}

/* ---- statements ---- */

static void passed(const char *name, const char *step)
{
#ifdef RK_FAILPOINTS
    char point[96];
    snprintf(point, sizeof point, "sql.%s", name);
    rk_failpoint(point, step);
#else
    (void)name;
    (void)step;
#endif
}

/* Reads results until the statement is over. Keeps the last one with rows; the first error counts. */
static bool finish(rk_pg *pg, const char *name, rk_error *err)
{
    bool ok = true;
    PGresult *result;
    while ((result = PQgetResult(pg->conn))) {
        switch (PQresultStatus(result)) {
        case PGRES_TUPLES_OK:
            PQclear(pg->rows);
            pg->rows = result;
            continue;
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
            break;
        default:
            if (ok)
                ok = PQstatus(pg->conn) == CONNECTION_OK ? fail_result(result, name, err)
                                                         : fail_lost(pg, name, err);
        }
        PQclear(result);
        /* a lost connection may go on giving the same error */
        if (!ok && PQstatus(pg->conn) != CONNECTION_OK)
            return false;
    }
    if (ok && PQstatus(pg->conn) != CONNECTION_OK)
        return fail_lost(pg, name, err);
    return ok;
}

static bool began(rk_pg *pg, const char *name, int sent, rk_error *err)
{
    PQclear(pg->rows);
    pg->rows = NULL;
    if (!sent || PQflush(pg->conn) != 0)
        return fail_lost(pg, name, err);
    passed(name, "sent");
    return true;
}

bool rk_pg_run(rk_pg *pg, const char *name, const char *sql, rk_error *err)
{
    if (!began(pg, name, PQsendQuery(pg->conn, sql), err) || !finish(pg, name, err))
        return false;
    passed(name, "done");
    return true;
}

bool rk_pg_ask(rk_pg *pg, const char *name, const char *sql, const char *const *parameters,
               int parameter_count, rk_error *err)
{
    int sent = PQsendQueryParams(pg->conn, sql, parameter_count, NULL, parameters, NULL, NULL, 0);
    if (!began(pg, name, sent, err) || !finish(pg, name, err))
        return false;
    passed(name, "done");
    return true;
}

size_t rk_pg_rows(const rk_pg *pg)
{
    return pg->rows ? (size_t)PQntuples(pg->rows) : 0;
}

rk_slice rk_pg_cell(const rk_pg *pg, size_t row, int column)
{
    return (rk_slice){PQgetvalue(pg->rows, (int)row, column),
                      (size_t)PQgetlength(pg->rows, (int)row, column)};
}

bool rk_pg_is_null(const rk_pg *pg, size_t row, int column)
{
    return PQgetisnull(pg->rows, (int)row, column) == 1;
}

int64_t rk_pg_number(const rk_pg *pg, size_t row, int column)
{
    int64_t value = 0;
    rk_slice_to_i64(rk_pg_cell(pg, row, column), &value);
    return value;
}

bool rk_pg_alive(const rk_pg *pg)
{
    return PQstatus(pg->conn) == CONNECTION_OK;
}

void rk_pg_rollback(rk_pg *pg)
{
    rk_error ignored;
    if (PQstatus(pg->conn) == CONNECTION_OK && PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
        rk_pg_run(pg, "rollback", "ROLLBACK", &ignored);
}

/* ---- commit ---- */

/* In the test builds: waits until the server has answered, so that it has committed, and may throw the
 * answer away together with the connection. */
static void lose_reply(rk_pg *pg)
{
#ifdef RK_FAILPOINTS
    struct pollfd reply = {.fd = PQsocket(pg->conn), .events = POLLIN};
    while (poll(&reply, 1, -1) < 0 && errno == EINTR)
        continue;
    passed("commit", "replied");
    /* lint: getenv: only the test builds ask */
    const char *lose = getenv("REKON_LOSE_COMMIT");
    if (lose && strcmp(lose, "1") == 0) {
        char answer[4096];
        while (recv(reply.fd, answer, sizeof answer, MSG_DONTWAIT) > 0)
            continue;
        shutdown(reply.fd, SHUT_RDWR);
    }
#else
    (void)pg;
#endif
}

bool rk_pg_commit(rk_pg *pg, bool *lost, rk_error *err)
{
    *lost = false;
    bool ok = began(pg, "commit", PQsendQuery(pg->conn, "COMMIT"), err);
    if (ok) {
        lose_reply(pg);
        PGresult *result = PQgetResult(pg->conn);
        if (PQstatus(pg->conn) != CONNECTION_OK)
            ok = fail_lost(pg, "commit", err);
        else if (PQresultStatus(result) != PGRES_COMMAND_OK)
            ok = fail_result(result, "commit", err);
        else if (strcmp(PQcmdStatus(result), "COMMIT") != 0)
            ok = rk_fail(err, RK_DATABASE, "the database rolled the transaction back");
        PQclear(result);
        rk_error after;
        if (PQstatus(pg->conn) == CONNECTION_OK)
            finish(pg, "commit", &after);
    }
    *lost = !ok && PQstatus(pg->conn) != CONNECTION_OK;
    if (ok)
        passed("commit", "done");
    return ok;
}

/* ---- COPY ---- */

/* Sends a COPY statement and waits until the server is in the state `wanted`. */
static bool begin_copy(rk_pg *pg, const char *name, const char *sql, ExecStatusType wanted,
                       rk_error *err)
{
    if (!began(pg, name, PQsendQuery(pg->conn, sql), err))
        return false;
    PGresult *result = PQgetResult(pg->conn);
    bool ok = PQresultStatus(result) == wanted;
    if (!ok) {
        if (PQstatus(pg->conn) == CONNECTION_OK)
            fail_result(result, name, err);
        else
            fail_lost(pg, name, err);
    }
    PQclear(result);
    rk_error after;
    if (!ok && PQstatus(pg->conn) == CONNECTION_OK)
        finish(pg, name, &after);
    return ok;
}

bool rk_pg_copy_in(rk_pg *pg, const char *name, const char *sql, rk_pg_source *more, void *context,
                   rk_error *err)
{
    rk_buffer piece = {0};
    if (!begin_copy(pg, name, sql, PGRES_COPY_IN, err))
        return false;
    bool ok = true;
    for (more(context, &piece); ok && piece.len > 0; more(context, &piece)) {
        ok = PQputCopyData(pg->conn, piece.bytes, (int)piece.len) == 1;
        rk_buffer_clear(&piece);
    }
    rk_buffer_free(&piece);
    passed(name, "data");
    /* also after a failed put: what the server says is the better reason */
    ok = PQputCopyEnd(pg->conn, NULL) == 1 && ok;
    passed(name, "copied");
    if (PQstatus(pg->conn) != CONNECTION_OK)
        return fail_lost(pg, name, err);
    ok = finish(pg, name, err) && ok;
    if (ok)
        passed(name, "done");
    return ok;
}

/* The sink wants no more: ask the server to stop, and read on until it has. */
static void cancel_copy(rk_pg *pg)
{
    char why[256];
    PGcancel *cancel = PQgetCancel(pg->conn);
    if (cancel) {
        PQcancel(cancel, why, sizeof why);
        PQfreeCancel(cancel);
    }
    char *piece;
    while (PQgetCopyData(pg->conn, &piece, 0) > 0)
        PQfreemem(piece);
}

bool rk_pg_copy_out(rk_pg *pg, const char *name, const char *sql, rk_pg_sink *take, void *context,
                    rk_error *err)
{
    if (!begin_copy(pg, name, sql, PGRES_COPY_OUT, err))
        return false;
    char *piece;
    int length;
    bool ok = true;
    while (ok && (length = PQgetCopyData(pg->conn, &piece, 0)) > 0) {
        ok = take(context, (rk_slice){piece, (size_t)length}, err);
        PQfreemem(piece);
    }
    rk_error after;
    if (!ok) {
        cancel_copy(pg);
        finish(pg, name, &after);
        return false;
    }
    if (!finish(pg, name, err))
        return false;
    passed(name, "done");
    return true;
}
