#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/copy.h"
#include "store/session.h"

enum { SCHEMA_VERSION = 3, REOPEN_SECONDS = 30 };

/* Any number, as long as it is always this one: "rekon" in ASCII. */
#define LOCK_KEY "491429883758"
enum { LOCK_ATTEMPTS = 20, LOCK_PAUSE_MS = 100 };

static const char roles_sql[] =
#include "roles.sql.inc"
    ;
static const char history_sql[] =
#include "history.sql.inc"
    ;
static const char upgrade_sql[] =
#include "upgrade.sql.inc"
    ;
static const char source_sql[] =
#include "source.sql.inc"
    ;
static const char head_sql[] =
#include "head.sql.inc"
    ;
static const char run_sql[] =
#include "run.sql.inc"
    ;
static const char pending_sql[] =
#include "pending.sql.inc"
    ;
static const char turns_sql[] =
#include "turns.sql.inc"
    ;
static const char hand_over_sql[] =
#include "hand_over.sql.inc"
    ;
static const char handed_sql[] =
#include "handed.sql.inc"
    ;

static const char refusals_sql[] =
#include "refusals.sql.inc"
    ;

static const char gone_sql[] =
#include "gone.sql.inc"
    ;

static const char refused_sql[] =
#include "refused.sql.inc"
    ;

static const char silent_sql[] =
#include "silent.sql.inc"
    ;

static const char forget_sql[] =
#include "forget.sql.inc"
    ;

bool rk_store_open(const char *connection, rk_store **store, rk_error *err)
{
    rk_pg *pg;
    if (!rk_pg_open(connection, &pg, err))
        return false;
    *store = rk_alloc(1, sizeof **store);
    (*store)->pg = pg;
    return true;
}

void rk_store_close(rk_store *store)
{
    rk_error ignored;
    if (!store)
        return;
    if (store->locked) /* at once, not when the server notices that the session has ended */
        rk_pg_ask(store->pg, "unlock", "SELECT pg_advisory_unlock(" LOCK_KEY ")", NULL, 0,
                  &ignored);
    rk_pg_close(store->pg);
    free(store);
}

/* A run that was killed holds the lock until the server notices: that is waited for, a little. */
bool rk_store_lock(rk_store *store, rk_error *err)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
    for (int attempt = 0; !store->locked; attempt++) {
        if (!rk_pg_ask(store->pg, "lock", "SELECT pg_try_advisory_lock(" LOCK_KEY ")", NULL, 0,
                       err))
            return false;
        store->locked = rk_slice_is(rk_pg_cell(store->pg, 0, 0), "t");
        if (!store->locked && attempt == LOCK_ATTEMPTS)
            return rk_fail(err, RK_LOCKED, "another run holds the lock of this database");
        if (!store->locked)
            nanosleep(&pause, NULL);
    }
    return true;
}

/* ---- schema ---- */

bool rk_store_init(rk_store *store, rk_error *err)
{
    bool lost;
    bool ok = rk_pg_run(store->pg, "begin", "BEGIN", err) &&
              rk_pg_run(store->pg, "roles", roles_sql, err) &&
              rk_pg_run(store->pg, "upgrade", upgrade_sql, err) &&
              rk_pg_run(store->pg, "history", history_sql, err) &&
              rk_pg_run(store->pg, "source", source_sql, err) &&
              rk_pg_commit(store->pg, &lost, err);
    if (!ok)
        rk_pg_rollback(store->pg);
    return ok;
}

bool rk_store_ready(rk_store *store, rk_error *err)
{
    static const char there[] = "SELECT to_regclass('rekon.schema_version') IS NOT NULL";
    if (!rk_pg_ask(store->pg, "schema", there, NULL, 0, err))
        return false;
    if (!rk_slice_is(rk_pg_cell(store->pg, 0, 0), "t")) {
        rk_fail(err, RK_DATABASE, "the database has no schema \"rekon\"");
        return rk_fail_hint(err, "run `rekon init` as a role that may create roles");
    }
    static const char version[] = "SELECT coalesce(max(version), 0) FROM rekon.schema_version";
    if (!rk_pg_ask(store->pg, "version", version, NULL, 0, err))
        return false;
    int64_t found = rk_pg_number(store->pg, 0, 0);
    if (found == SCHEMA_VERSION)
        return true;
    rk_fail(err, RK_DATABASE, "the database has schema version %" PRId64 ", the program needs %d",
            found, SCHEMA_VERSION);
    return rk_fail_hint(err, found < SCHEMA_VERSION
                                 ? "run `rekon init` as a role that may create roles"
                                 : "a newer program has been here: install that version, or run "
                                   "`rekon init` against another database");
}

/* ---- runs ---- */

bool rk_store_head(rk_store *store, rk_head *head, rk_error *err)
{
    memset(head, 0, sizeof *head);
    if (!rk_pg_ask(store->pg, "head", head_sql, NULL, 0, err))
        return false;
    head->any = rk_pg_rows(store->pg) > 0;
    if (!head->any)
        return true;
    head->night = (rk_day)rk_pg_number(store->pg, 0, 2);
    head->number = (int)rk_pg_number(store->pg, 0, 3);
    if (!rk_digest_parse(rk_pg_cell(store->pg, 0, 0), &head->run) ||
        !rk_digest_parse(rk_pg_cell(store->pg, 0, 1), &head->manifest))
        return rk_fail(err, RK_DATABASE, "the last run in rekon.run has no digest for an id");
    return true;
}

bool rk_store_has_run(rk_store *store, const rk_digest *run, bool *has, rk_error *err)
{
    char hex[RK_DIGEST_HEX + 1];
    const char *const id = rk_digest_hex(run, hex);
    static const char sql[] = "SELECT FROM rekon.run WHERE run_id = $1";
    if (!rk_pg_ask(store->pg, "has_run", sql, &id, 1, err))
        return false;
    *has = rk_pg_rows(store->pg) > 0;
    return true;
}

static void put_run(rk_buffer *out, const rk_digest *run, rk_day night, int number)
{
    rk_day_put(out, night);
    rk_buffer_printf(out, "-%d (", number);
    rk_buffer_hex(out, run->bytes, 6);
    rk_buffer_text(out, "...)");
}

/* The chain has one end: what is committed now must have been made from what is there. */
static bool check_head(rk_store *store, const rk_commit *commit, rk_error *err)
{
    rk_head head;
    if (!rk_store_head(store, &head, err))
        return false;
    bool forward = !head.any || commit->night > head.night ||
                   (commit->night == head.night && commit->number > head.number);
    if (rk_digest_equal(&head.run, &commit->previous) && forward)
        return true;
    rk_buffer message = {0};
    if (!rk_digest_equal(&head.run, &commit->previous)) {
        rk_buffer_text(&message, "the last run in the database is ");
        if (head.any)
            put_run(&message, &head.run, head.night, head.number);
        else
            rk_buffer_text(&message, "none");
        rk_buffer_text(&message, ", not the one that this run was made from");
    } else {
        put_run(&message, &commit->run, commit->night, commit->number);
        rk_buffer_text(&message, " does not come after the last run ");
        put_run(&message, &head.run, head.night, head.number);
    }
    rk_fail(err, RK_DATABASE, "%.*s", RK_FMT(rk_buffer_all(&message)));
    rk_buffer_free(&message);
    return rk_fail_hint(err, "is this archive the one that belongs to this database?");
}

/* The place of the run in the chain, which its rows name. */
static bool insert_run(rk_store *store, const rk_commit *commit, uint32_t *run, rk_error *err)
{
    char id[RK_DIGEST_HEX + 1], previous[RK_DIGEST_HEX + 1], manifest[RK_DIGEST_HEX + 1];
    char night[16], number[16];
    snprintf(night, sizeof night, "%" PRId32, commit->night);
    snprintf(number, sizeof number, "%d", commit->number);
    const char *const parameters[] = {
        rk_digest_hex(&commit->run, id),
        night,
        number,
        rk_digest_is_zero(&commit->previous) ? "" : rk_digest_hex(&commit->previous, previous),
        rk_digest_hex(&commit->manifest, manifest),
        commit->program,
    };
    if (!rk_pg_ask(store->pg, "run", run_sql, parameters, 6, err))
        return false;
    *run = (uint32_t)rk_pg_number(store->pg, 0, 0);
    return true;
}

/* What the table's first index is sorted by, so that the index grows at one place after the other. */
static const char *sought_by(const char *table)
{
    static const char *const tables[][2] = {{"outcome", "entry"},
                                            {"allocation", "application_id"},
                                            {"transition", "application_id"},
                                            {"notice", "application_id"}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i][0], table) == 0)
            return tables[i][1];
    return NULL;
}

/* The names come from the static column tables, never from data. */
static bool copy_table(rk_store *store, const rk_commit *commit, uint32_t run, const char *table,
                       const rk_batch *batch, rk_error *err)
{
    const char *key = sought_by(table);
    rk_buffer sql = {0};
    rk_buffer_printf(&sql, "COPY rekon.\"%s\" (run", table);
    for (size_t i = 0; i < batch->column_count; i++)
        rk_buffer_printf(&sql, ", \"%s\"", batch->columns[i].name);
    rk_buffer_bytes(&sql, ") FROM STDIN (FORMAT binary)", sizeof ") FROM STDIN (FORMAT binary)");
    rk_copy_in copy = {.batch = batch,
                       .names = commit->names,
                       .texts = commit->texts,
                       .run = run,
                       .columns = ((uint64_t)1 << batch->column_count) - 1,
                       .order = key ? rk_copy_sort(batch, key, commit->texts) : NULL};
    bool ok = rk_pg_copy_in(store->pg, table, sql.bytes, rk_copy_more, &copy, err);
    free(copy.order);
    rk_buffer_free(&sql);
    return ok;
}

static bool write_history(rk_store *store, const rk_commit *commit, uint32_t run, rk_error *err)
{
    rk_history_table tables[RK_HISTORY_TABLES];
    bool good = true;
    rk_history_tables(commit->history, tables);
    for (size_t i = 0; good && i < RK_HISTORY_TABLES; i++)
        good = copy_table(store, commit, run, tables[i].name, tables[i].batch, err);
    return good;
}

/* A final answer to each transition, so that none is handed over. */
static bool keep_silent(rk_store *store, uint32_t run, rk_error *err)
{
    char text[16];
    const char *const parameter = text;
    snprintf(text, sizeof text, "%" PRIu32, run);
    return rk_pg_ask(store->pg, "silent", silent_sql, &parameter, 1, err);
}

/* The reply to COMMIT was lost. The old session may still be at work, but it holds the lock until its
 * transaction is over: with the lock in hand, the look-up tells the truth. */
static bool settle(rk_store *store, const rk_commit *commit, rk_error *err)
{
    bool has = false;
    rk_error lost = *err;
    store->locked = false;
    bool asked = rk_pg_reopen(store->pg, REOPEN_SECONDS, err) &&
                 rk_pg_run(store->pg, "patience", "SET lock_timeout = '60s'", err) &&
                 rk_pg_run(store->pg, "relock", "SELECT pg_advisory_lock(" LOCK_KEY ")", err) &&
                 rk_pg_run(store->pg, "patience", "SET lock_timeout = 0", err);
    store->locked = asked;
    asked = asked && rk_store_has_run(store, &commit->run, &has, err);
    if (!asked) {
        rk_error why = *err;
        rk_fail(err, RK_DATABASE,
                "the reply to the commit was lost, and asking again failed: %.300s", why.message);
        return rk_fail_hint(err,
                            "run again when the database is back: it finds out what was committed");
    }
    if (!has)
        *err = lost;
    return has;
}

bool rk_store_as_owner(rk_store *store, rk_error *err)
{
    return rk_pg_run(store->pg, "owner", "SET ROLE rekon_owner", err);
}

bool rk_store_forget(rk_store *store, rk_day night, int number, uint64_t *runs, rk_error *err)
{
    bool lost;
    char day[16], count[16];
    snprintf(day, sizeof day, "%" PRId32, night);
    snprintf(count, sizeof count, "%d", number);
    const char *const parameters[] = {night == RK_NO_DAY ? "-1000000" : day, count};
    *runs = 0;
    bool good = rk_store_lock(store, err) && rk_pg_run(store->pg, "begin", "BEGIN", err) &&
                rk_pg_ask(store->pg, "forget", forget_sql, parameters, 2, err);
    if (good)
        *runs = (uint64_t)rk_pg_number(store->pg, 0, 0);
    good = good && rk_pg_commit(store->pg, &lost, err);
    if (!good)
        rk_pg_rollback(store->pg);
    return good;
}

bool rk_store_commit(rk_store *store, const rk_commit *commit, rk_error *err)
{
    bool has, lost = false;
    uint32_t run = 0;
    if (!rk_store_lock(store, err) || !rk_store_has_run(store, &commit->run, &has, err))
        return false;
    if (has)
        return true;
    bool ok = rk_pg_run(store->pg, "begin", "BEGIN", err) && check_head(store, commit, err) &&
              insert_run(store, commit, &run, err) && write_history(store, commit, run, err) &&
              (!commit->silent || keep_silent(store, run, err)) &&
              rk_pg_commit(store->pg, &lost, err);
    if (ok)
        return true;
    if (lost)
        return settle(store, commit, err);
    rk_pg_rollback(store->pg);
    return false;
}

/* ---- the outbox ---- */

static bool hand_over_turn(rk_store *store, int64_t turn, rk_handover *handover, rk_error *err)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, turn);
    const char *const parameter = text;
    if (!rk_pg_ask(store->pg, "hand_over", hand_over_sql, &parameter, 1, err))
        return false;
    handover->confirmed += (uint64_t)rk_pg_number(store->pg, 0, 0);
    handover->refused += (uint64_t)rk_pg_number(store->pg, 0, 1);
    handover->failed += (uint64_t)rk_pg_number(store->pg, 0, 2);
    return true;
}

/* A row that somebody else keeps locked must not hold the night: that attempt fails and is repeated. */
static bool hand_over_all(rk_store *store, rk_handover *handover, rk_error *err)
{
    if (!rk_pg_run(store->pg, "lock_timeout", "SET LOCAL lock_timeout = '2s'", err) ||
        !rk_pg_run(store->pg, "pending", pending_sql, err) ||
        !rk_pg_ask(store->pg, "turns", turns_sql, NULL, 0, err))
        return false;
    int64_t turns = rk_pg_number(store->pg, 0, 0);
    uint64_t pending = (uint64_t)rk_pg_number(store->pg, 0, 1);
    for (int64_t turn = 1; turn <= turns; turn++)
        if (!hand_over_turn(store, turn, handover, err))
            return false;
    handover->waiting = pending - handover->confirmed - handover->refused - handover->failed;
    return handover->waiting + handover->failed > 0 ||
           rk_pg_run(store->pg, "handed", handed_sql, err);
}

bool rk_store_hand_over(rk_store *store, rk_handover *handover, rk_error *err)
{
    bool lost;
    memset(handover, 0, sizeof *handover);
    bool ok = rk_store_lock(store, err) && rk_pg_run(store->pg, "begin", "BEGIN", err) &&
              hand_over_all(store, handover, err) && rk_pg_commit(store->pg, &lost, err);
    if (!ok)
        rk_pg_rollback(store->pg);
    return ok;
}

bool rk_store_refusals(rk_store *store, rk_arena *arena, rk_refusal **refusals, size_t *count,
                       rk_error *err)
{
    *count = 0;
    if (!rk_pg_ask(store->pg, "refusals", refusals_sql, NULL, 0, err))
        return false;
    *count = rk_pg_rows(store->pg);
    *refusals = rk_arena_alloc(arena, *count + 1, sizeof **refusals);
    for (size_t row = 0; row < *count; row++) {
        rk_slice cells[4];
        for (int i = 0; i < 4; i++)
            cells[i] = rk_arena_slice(arena, rk_pg_cell(store->pg, row, i));
        (*refusals)[row] = (rk_refusal){cells[0], cells[1], cells[2], cells[3],
                                        rk_slice_is(rk_pg_cell(store->pg, row, 4), "t")};
    }
    return true;
}

/* ---- what the source says of the night before ---- */

/* {"P-1","P-2"}: backslash and quotes are escaped, so any text is one element. */
static void put_array(const rk_slice *texts, size_t count, rk_buffer *out)
{
    rk_buffer_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        rk_buffer_text(out, i ? ",\"" : "\"");
        for (size_t k = 0; k < texts[i].len; k++) {
            if (texts[i].at[k] == '"' || texts[i].at[k] == '\\')
                rk_buffer_char(out, '\\');
            rk_buffer_char(out, texts[i].at[k]);
        }
        rk_buffer_char(out, '"');
    }
    rk_buffer_text(out, "}");
    rk_buffer_char(out, '\0');
}

bool rk_store_gone(rk_store *store, const rk_slice *applications, size_t count, rk_arena *arena,
                   rk_slice **gone, size_t *gone_count, rk_error *err)
{
    rk_buffer array = {0};
    *gone = NULL;
    *gone_count = 0;
    if (count == 0)
        return true;
    put_array(applications, count, &array);
    const char *parameter = array.bytes;
    bool good = rk_pg_ask(store->pg, "gone", gone_sql, &parameter, 1, err);
    rk_buffer_free(&array);
    if (!good)
        return false;
    *gone_count = rk_pg_rows(store->pg);
    *gone = rk_arena_alloc(arena, *gone_count + 1, sizeof **gone);
    for (size_t row = 0; row < *gone_count; row++)
        (*gone)[row] = rk_arena_slice(arena, rk_pg_cell(store->pg, row, 0));
    return true;
}

bool rk_store_refused(rk_store *store, rk_day since, rk_arena *arena, rk_refused **refused,
                      size_t *count, rk_error *err)
{
    rk_buffer day = {0};
    rk_day_put(&day, since);
    rk_buffer_char(&day, '\0');
    const char *parameter = day.bytes;
    bool good = rk_pg_ask(store->pg, "refused", refused_sql, &parameter, 1, err);
    rk_buffer_free(&day);
    if (!good)
        return false;
    *count = rk_pg_rows(store->pg);
    *refused = rk_arena_alloc(arena, *count + 1, sizeof **refused);
    for (size_t row = 0; row < *count; row++) {
        rk_slice cells[6];
        for (int i = 0; i < 6; i++)
            cells[i] = rk_arena_slice(arena, rk_pg_cell(store->pg, row, i));
        (*refused)[row] = (rk_refused){cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]};
    }
    return true;
}
