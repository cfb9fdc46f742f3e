#include "nightly.h"

#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "snapshot/applications.h"
#include "version.h"

enum { RUPIAH_DIGITS = 2 };

/* ---- steps that need the inbox or the database ---- */

static bool open_books(rk_nightly *n, rk_night *night, rk_error *err)
{
    rk_manifest before = {0};
    rk_digest digest;
    bool good =
        !n->mark.any || rk_archive_manifest(&n->archive, "nights", n->mark.night, n->mark.number,
                                            &night->world.arena, &before, &digest, err);
    good = good && rk_night_open(night, n->mark.any ? &before : NULL, &digest, err);
    rk_manifest_free(&before);
    return good;
}

static bool collect(rk_nightly *n, rk_night *night, rk_error *err)
{
    const char *copies = rk_path_join(&night->world.arena, n->staging, RK_S("inbox"));
    bool good =
        rk_collect(n->settings->inbox, copies, &night->world.arena, &night->deliveries, err);
    rk_arrivals_apply(&n->arrivals, &night->deliveries);
    rk_log_stage("collect", "files=%zu", night->deliveries.count);
    return good;
}

/* The night goes on without the source: statements are read and sealed, nothing lapses. */
static bool do_without_source(rk_nightly *n, rk_night *night, rk_error *err)
{
    if (err->code != RK_DATABASE || !rk_store_answers(n->store))
        return false;
    night->source_fault = rk_arena_slice(&night->world.arena, rk_slice_of(err->message));
    *err = (rk_error){.code = RK_DONE};
    rk_log_stage("snapshot", "touched=0");
    return true;
}

/* What the source says, as the bytes that are sealed: the night reads those. It is read from before the newest
 * row of the last night, as rows may carry the time at which a long transaction began; what comes again as it
 * was is no news. */
static bool snapshot(rk_nightly *n, rk_night *night, rk_error *err)
{
    rk_names names = {0};
    rk_texts texts = {0};
    rk_applications applications = {0};
    rk_source_controls controls;
    bool good =
        rk_store_snapshot(n->store, rk_night_read_from(night, night->since),
                          rk_night_judge_at(night), &names, &texts, &applications, &controls, err);
    if (good) {
        rk_night_drop_seen(night, &names, &texts, &applications);
        rk_applications_write(&applications, &names, &texts, RUPIAH_DIGITS, &night->snapshot);
        night->source_count = controls.applications;
        night->source_newest = controls.newest_submitted_at;
        rk_log_stage("snapshot", "touched=%zu of=%llu", applications.batch.count,
                     (unsigned long long)controls.applications);
    } else {
        good = do_without_source(n, night, err);
    }
    rk_batch_free(&applications.batch);
    rk_names_free(&names);
    rk_texts_free(&texts);
    return good;
}

/* Are those that waited last night still in it, and what did it refuse? As bytes that are sealed. */
static bool ask_source(rk_nightly *n, rk_night *night, rk_error *err)
{
    rk_arena *arena = &night->world.arena;
    rk_slice *gone = NULL;
    rk_refused *refused;
    size_t open, gone_count = 0, refused_count, count = 0;
    const rk_slice *items = rk_night_open_items(night, &open);
    if ((night->snapshot.len &&
         !rk_store_gone(n->store, items, open, arena, &gone, &gone_count, err)) ||
        !rk_store_refused(n->store, night->day - night->settings.memory_days, arena, &refused,
                          &refused_count, err))
        return false;
    rk_source_answer *answers =
        rk_arena_alloc(arena, gone_count + refused_count + 1, sizeof *answers);
    for (size_t i = 0; i < gone_count; i++)
        answers[count++].application = gone[i];
    for (size_t i = 0; i < refused_count; i++)
        answers[count++] = (rk_source_answer){.refused = true,
                                              .application = refused[i].application,
                                              .office = refused[i].office,
                                              .night = refused[i].night,
                                              .to_state = refused[i].to_state,
                                              .why = refused[i].why,
                                              .transition = refused[i].transition};
    rk_night_put_source(night, answers, count);
    return rk_night_doubt_source(night, err);
}

/* The one commit point: a manifest in pending/, then one transaction. */
static bool commit(rk_nightly *n, rk_night *night, rk_error *err)
{
    rk_digest manifest;
    if (!rk_archive_pend(&n->archive, &night->manifest, &manifest, err))
        return false;
    rk_commit commit = {.run = night->manifest.run,
                        .previous = night->manifest.previous_run,
                        .manifest = manifest,
                        .night = night->day,
                        .number = night->number,
                        .program = RK_VERSION,
                        .silent = rk_mode_is_reconstructed(night->mode),
                        .history = &night->history,
                        .names = &night->world.names,
                        .texts = &night->world.texts};
    bool good = rk_store_commit(n->store, &commit, err) &&
                rk_archive_commit(&n->archive, night->day, night->number, err) &&
                rk_archive_mark(&n->archive, &n->mark, err);
    rk_log_stage("commit", "outcomes=%zu transitions=%zu", night->history.outcomes.batch.count,
                 night->history.transitions.batch.count);
    return good;
}

static bool publish(rk_nightly *n, rk_night *night, rk_error *err)
{
    rk_published published;
    bool good = rk_publish(n->settings, &n->archive, &n->mark, &published, err);
    bool waits = night->suspended.len || night->unknown_files || night->set_aside_files ||
                 night->stale_decisions || night->overdue_channels || night->missing_statements ||
                 published.kept;
    n->waiting |= waits;
    n->committed = true;
    rk_log_stage("publish", "workbooks=%zu", published.workbooks);
    rk_log_result("run=%s committed=yes published=%zu/%zu next=%s",
                  rk_manifest_name(night->day, night->number, &night->world.arena),
                  published.workbooks - published.failed - published.kept, published.workbooks,
                  !good   ? "run-again"
                  : waits ? "rekon-status"
                          : "none");
    return good;
}

/* ---- the story ---- */

static void tell_read(const rk_night *night)
{
    rk_log_stage("read", "files=%zu entries=%zu rejects=%zu applications=%zu",
                 night->world.new_file_count, night->world.entries.batch.count,
                 night->world.rejects.count, night->world.applications.batch.count);
}

/* The run that took it in may have been killed before it could say so. */
static bool a_file_waits(rk_night *night)
{
    bool waits = false;
    waits = rk_night_decisions_wait(night) > 0 || rk_night_count_gaps(night) > 0;
    for (size_t row = 0; !waits && row < night->carried.files.batch.count; row++)
        waits = rk_night_file_waits(night, row);
    return waits;
}

/* One night: what was delivered and what the source says is read, judged, tallied and reported; sealed
 * under one id; committed; and only then shown to anybody. A second run of a night that brings nothing new
 * ends before it is sealed. */
static bool settle_night(rk_nightly *n, rk_night *night, rk_error *err)
{
    if (!open_books(n, night, err) || !collect(n, night, err) || !snapshot(n, night, err) ||
        !rk_night_take_in(night, err) || !rk_night_read(night, err))
        return false;
    tell_read(night);
    n->waiting |= night->unknown_files > 0;
    if (night->number > 1 && !night->news) {
        n->waiting |= a_file_waits(night);
        rk_log_result("run=%s committed=no published=0/0 next=%s",
                      rk_manifest_name(night->day, night->number, &night->world.arena),
                      n->waiting ? "rekon-status" : "none");
        return true;
    }
    if (!ask_source(n, night, err) || !rk_night_seal_inputs(night, err))
        return false;
    rk_log_stage("seal-inputs", "items=%zu", night->manifest.item_count);
    if (!rk_night_judge(night, err))
        return false;
    if (night->suspended.len)
        rk_log_warning("source: %.*s: nothing lapses", RK_FMT(night->suspended));
    rk_log_stage("judge", "entries=%zu applications=%zu", night->world.entries.batch.count,
                 night->world.applications.batch.count);
    if (!rk_night_tally(night, err))
        return false;
    rk_log_stage("tally", "facts=%zu cases=%zu", night->facts.batch.count,
                 night->cases.batch.count);
    if (!rk_night_report(night, err))
        return false;
    rk_log_stage("report", "workbooks=%zu", night->books.count);
    if (!rk_night_seal_outputs(night, err))
        return false;
    rk_log_stage("seal", "items=%zu", night->manifest.item_count);
    return commit(n, night, err) && publish(n, night, err);
}

static bool close_night(rk_nightly *n, rk_day day, rk_error *err)
{
    char name[32];
    bool again = n->mark.any && n->mark.night == day;
    rk_night night = {.settings = *n->settings,
                      .sources = n->sources,
                      .archive = n->archive,
                      .day = day,
                      .number = again ? n->mark.number + 1 : 1,
                      .threads = n->threads,
                      .program = RK_S(RK_VERSION),
                      .mode = n->reconstructed ? RK_S("reconstructed") : RK_S("nightly")};
    snprintf(name, sizeof name, "%s", rk_manifest_name(day, night.number, &night.world.arena));
    rk_log_night(name);
    night.scratch = rk_path_join(&night.world.arena, n->staging, RK_S("books"));
    bool good = settle_night(n, &night, err);
    rk_night_close(&night);
    return good && rk_folder_remove(n->staging, err);
}

/* ---- the nights ---- */

static bool choose_nights(rk_nightly *n, rk_error *err)
{
    rk_day first = n->mark.any ? n->mark.night + 1 : n->settings->start;
    if (n->from == RK_NO_DAY) {
        n->from = first == RK_NO_DAY ? n->yesterday : first;
        n->until = n->yesterday;
        /* news of the last night may have come meanwhile */
        if (n->mark.any && n->from > n->until)
            n->from = n->until = n->mark.night;
        return true;
    }
    if (n->until < n->from)
        return rk_fail(err, RK_USAGE, "--to is before --from");
    if (n->mark.any && n->from < n->mark.night) {
        rk_fail(err, RK_USAGE, "a night before the last one cannot be run any more");
        return rk_fail_hint(err, "news for an older day goes into the next night");
    }
    return true;
}

static bool hand_over(rk_nightly *n, rk_error *err)
{
    rk_handover handed;
    if (!rk_store_hand_over(n->store, &handed, err))
        return false;
    n->waiting |= handed.refused > 0 || handed.failed > 0;
    rk_log_stage("hand-over", "confirmed=%llu refused=%llu failed=%llu",
                 (unsigned long long)handed.confirmed, (unsigned long long)handed.refused,
                 (unsigned long long)handed.failed);
    return true;
}

static bool run_all(rk_nightly *n, rk_error *err)
{
    bool good = rk_store_ready(n->store, err) && rk_store_lock(n->store, err) &&
                rk_archive_make(&n->archive, err) &&
                rk_recover(n->settings, &n->archive, n->store, n->staging, &n->mark, err) &&
                choose_nights(n, err);
    for (rk_day day = n->from; good && day <= n->until; day++) {
        rk_log_progress("nights", (uint64_t)(day - n->from), (uint64_t)(n->until - n->from) + 1);
        good = close_night(n, day, err);
    }
    rk_log_progress("nights", 0, 0);
    rk_error later;
    /* what is committed is handed over, whatever became of its books */
    return (good || n->committed) && hand_over(n, good ? err : &later) && good;
}

rk_code rk_nightly_run(rk_nightly *n, rk_error *err)
{
    rk_arena arena = {0};
    n->archive = (rk_archive){.folder = n->settings->archive};
    n->staging = rk_path_join(&arena, n->settings->archive, RK_S("staging"));
    rk_log_night("");
    bool good = rk_store_open(n->settings->database, &n->store, err) && run_all(n, err);
    rk_store_close(n->store);
    rk_arena_free(&arena);
    return !good ? err->code : n->waiting ? RK_WAITING : RK_DONE;
}
