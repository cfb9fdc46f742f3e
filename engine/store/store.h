/*
 * store: PostgreSQL, the truth of commitment. The only code that knows libpq is store/postgres.c.
 *
 * In:  a night's history        Out: one transaction; after it the night is committed, before it nothing is
 * Parameters and binary COPY only; no SQL is built from data. Statements longer than a line stand in
 * the .sql files of store/schema and are built into the program. Each statement passes failpoints "<name>.sent" and
 * "<name>.done". Every error is RK_DATABASE unless said otherwise.
 */
#ifndef RK_STORE_STORE_H
#define RK_STORE_STORE_H

#include "base/digest.h"
#include "base/error.h"
#include "model/application.h"
#include "model/history.h"

typedef struct rk_store rk_store;

/* `connection` is a libpq connection string. Search path, time zone, encoding and date style are set, so
 * nothing of the environment shows. Free with rk_store_close. */
bool rk_store_open(const char *connection, rk_store **store, rk_error *err);
void rk_store_close(rk_store *store);

/* The session-level advisory lock of this installation; RK_LOCKED when another session holds it.
 * Held until the session ends. */
bool rk_store_lock(rk_store *store, rk_error *err);

/* Makes schema, view, tables, function and roles (rekon_owner, rekon_night, rekon_reader) where they are
 * missing; may be run again. Needs a role that may create roles. */
bool rk_store_init(rk_store *store, rk_error *err);

/* RK_DATABASE with a hint to run `rekon init` when the schema is missing or newer than the program. */
bool rk_store_ready(rk_store *store, rk_error *err);

/* The last committed run. `any` is false when there is none. */
typedef struct rk_head {
    bool any;
    rk_digest run, manifest;
    rk_day night;
    int number;
} rk_head;
bool rk_store_head(rk_store *store, rk_head *head, rk_error *err);

/* Whether a run of that id is committed: what settles a lost reply to COMMIT. */
bool rk_store_has_run(rk_store *store, const rk_digest *run, bool *has, rk_error *err);

/* What the source says of itself, for the snapshot's controls: the applications submitted before the
 * snapshot's `before`. */
typedef struct rk_source_controls {
    uint64_t applications;
    rk_moment newest_submitted_at; /* RK_NO_MOMENT when empty */
} rk_source_controls;

/* The database still answers, whatever a view in it does. */
bool rk_store_answers(const rk_store *store);

/* Applications of rekon_source.application with updated_at > since (all when RK_NO_MOMENT) and
 * submitted_at < before, by application_id (byte order), in one repeatable-read snapshot together with the controls.
 * `applications` is initialised here; columns that the view lacks are NULL.
 * amount_due is in rupiah in the view, as in the CSV. A row without updated_at counts as touched. An
 * unknown status or a code
 * that is not 15 digits is an error that names the application. */
bool rk_store_snapshot(rk_store *store, rk_moment since, rk_moment before, rk_names *names,
                       rk_texts *texts, rk_applications *applications, rk_source_controls *controls,
                       rk_error *err);

typedef struct rk_commit {
    rk_digest run, previous, manifest; /* previous zero: the first */
    rk_day night;
    int number;          /* of the night's runs, from 1 */
    const char *program; /* version */
    bool silent; /* its transitions are long past: they are not handed to the booking system */
    rk_history *history; /* read only */
    const rk_names *names;
    const rk_texts *texts;
} rk_commit;

/* One transaction: checks that the head is `previous`, inserts the run, copies the history, commits.
 * A lost reply is settled by reconnecting and looking the run up. Committing a committed run again is
 * true and does nothing. */
bool rk_store_commit(rk_store *store, const rk_commit *commit, rk_error *err);

/* From now on this session acts as the owner of the schema; for `rekon init` alone. */
bool rk_store_as_owner(rk_store *store, rk_error *err);

/* Takes every run behind this night out of the history (RK_NO_DAY: all), as the owner, in one transaction:
 * what `rekon init --from-archive --forget` does when the archive that held them is lost. */
bool rk_store_forget(rk_store *store, rk_day night, int number, uint64_t *runs, rk_error *err);

typedef struct rk_handover {
    uint64_t confirmed, refused, failed, waiting;
} rk_handover;

/* Hands every transition without a final answer to rekon_source.apply, set-wise; stores each answer.
 * An error in the site's function is stored as `failed` and tried again the next time. */
bool rk_store_hand_over(rk_store *store, rk_handover *handover, rk_error *err);

/* A transition that the site has not confirmed: refused for good, or failed and to be tried again. */
typedef struct rk_refusal {
    rk_slice application, to_state, answer, why;
    bool of_last_night;
} rk_refusal;

/* The newest of them, at most 20, in `arena`. */
bool rk_store_refusals(rk_store *store, rk_arena *arena, rk_refusal **refusals, size_t *count,
                       rk_error *err);

/* Those of the applications that the view does not have, by byte order; in `arena`. */
bool rk_store_gone(rk_store *store, const rk_slice *applications, size_t count, rk_arena *arena,
                   rk_slice **gone, size_t *gone_count, rk_error *err);

/* A transition that the booking system refused, and has confirmed none of that application since. */
typedef struct rk_refused {
    rk_slice application, office, night, to_state, why, transition;
} rk_refused;

/* Those of runs of the night `since` and later, by application. */
bool rk_store_refused(rk_store *store, rk_day since, rk_arena *arena, rk_refused **refused,
                      size_t *count, rk_error *err);

/* Inserts or updates applications in rekon_source.booking, the table behind the view at offices without
 * a booking system of their own. All or nothing. */
bool rk_store_import(rk_store *store, const rk_applications *applications, const rk_names *names,
                     const rk_texts *texts, uint64_t *inserted, uint64_t *updated, rk_error *err);

#endif
