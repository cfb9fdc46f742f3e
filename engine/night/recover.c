#include "night/recover.h"

#include "base/file.h"
#include "base/log.h"
#include "night/publish.h"
#include "seal/refs.h"

static bool same_run(const rk_mark *mark, const rk_head *head)
{
    return mark->any == head->any && (!mark->any || rk_digest_equal(&mark->run, &head->run));
}

/* The manifest of the database's last run lies in `folder`. `mark`: and it follows that night. */
static bool lies_in(const rk_archive *archive, const char *folder, const rk_head *head,
                    const rk_mark *mark)
{
    rk_arena scratch = {0};
    rk_manifest manifest = {0};
    rk_digest digest;
    rk_error ignored;
    bool found = rk_archive_manifest(archive, folder, head->night, head->number, &scratch,
                                     &manifest, &digest, &ignored) &&
                 rk_digest_equal(&digest, &head->manifest) &&
                 (!mark || rk_archive_is_next(mark, &manifest));
    rk_manifest_free(&manifest);
    rk_arena_free(&scratch);
    return found;
}

/* The database has committed a run whose manifest still lies in pending/, or in nights/ without the mark. */
static bool finish_pending(const rk_archive *archive, const rk_mark *mark, const rk_head *head,
                           bool *found, rk_error *err)
{
    *found = lies_in(archive, "pending", head, mark) || lies_in(archive, "nights", head, mark);
    return !*found || rk_archive_commit(archive, head->night, head->number, err);
}

static bool explain_difference(const rk_archive *archive, const rk_mark *mark, const rk_head *head,
                               rk_error *err)
{
    bool same =
        mark->any && head->any && mark->night == head->night && mark->number == head->number;
    bool archive_ahead = mark->any && (!head->any || mark->night > head->night ||
                                       (mark->night == head->night && mark->number > head->number));
    rk_buffer text = {0};
    rk_buffer_text(&text, "the archive's last night is ");
    if (mark->any)
        rk_day_put(&text, mark->night);
    else
        rk_buffer_text(&text, "none");
    rk_buffer_printf(&text, " (run %d), the database's is ", mark->number);
    if (head->any)
        rk_day_put(&text, head->night);
    else
        rk_buffer_text(&text, "none");
    rk_buffer_printf(&text, " (run %d)%s", head->number, same ? ", and they are two runs" : "");
    rk_fail(err, RK_DIFFERENT, "%.*s", RK_FMT(rk_buffer_all(&text)));
    rk_buffer_free(&text);
    bool unmarked = !archive_ahead && head->any && lies_in(archive, "nights", head, NULL);
    return rk_fail_hint(
        err, "%s",
        unmarked        ? "the archive holds that night without its commit mark: `rekon init "
                          "--from-archive` sets it"
        : same          ? "this archive does not belong to this database"
        : archive_ahead ? "the database was restored from an older copy: `rekon init "
                          "--from-archive` gives it what the archive holds"
                        : "the archive was restored from an older copy: bring back the newer one; "
                          "if it is lost, `rekon init --from-archive --forget`");
}

/* ---- what no crash leaves ---- */

static bool check_unmarked(const rk_archive *archive, const rk_mark *mark, rk_arena *arena,
                           rk_error *err)
{
    rk_night_name *nights;
    size_t count;
    if (!rk_archive_nights(archive, "nights", arena, &nights, &count, err))
        return false;
    if (count == 0)
        return true;
    const rk_night_name *last = &nights[count - 1];
    if (mark->any &&
        (last->night < mark->night || (last->night == mark->night && last->number <= mark->number)))
        return true;
    rk_fail(err, RK_DIFFERENT, "\"%s/nights/%s\" lies in the archive without its commit mark",
            archive->folder, rk_manifest_name(last->night, last->number, arena));
    return rk_fail_hint(err, "`rekon init --from-archive` takes the nights of the archive for "
                             "committed");
}

static bool check_pending(const rk_archive *archive, const rk_mark *mark,
                          const rk_night_name *pending, rk_arena *arena, rk_error *err)
{
    rk_manifest m = {0};
    rk_digest digest;
    rk_error why = {0};
    bool good = rk_archive_manifest(archive, "pending", pending->night, pending->number, arena, &m,
                                    &digest, &why);
    bool follows = good && rk_archive_is_next(mark, &m);
    rk_manifest_free(&m);
    if (follows)
        return true;
    rk_fail(err, RK_DIFFERENT, "\"%s/pending/%s\" %s", archive->folder,
            rk_manifest_name(pending->night, pending->number, arena),
            good ? "does not follow the last night of the archive" : "is no whole manifest");
    return rk_fail_hint(err, "no run of this archive was stopped with it: look where it came from; "
                             "`rekon init --from-archive` discards it");
}

/* A run that was stopped before its commit leaves one that follows the last night; nothing else may be. */
static bool check_all_pending(const rk_archive *archive, const rk_mark *mark, rk_arena *arena,
                              rk_error *err)
{
    rk_night_name *pending;
    size_t count;
    bool good = rk_archive_nights(archive, "pending", arena, &pending, &count, err);
    for (size_t i = 0; good && i < count; i++)
        good = check_pending(archive, mark, &pending[i], arena, err);
    return good;
}

/* The state in which the last night left the books is whole, as far as names tell. */
static bool check_present(const rk_archive *archive, const rk_mark *mark, rk_arena *arena,
                          rk_error *err)
{
    rk_manifest m = {0};
    rk_digest digest;
    if (!mark->any)
        return true;
    bool good = rk_archive_manifest(archive, "nights", mark->night, mark->number, arena, &m,
                                    &digest, err) &&
                (rk_digest_equal(&digest, &mark->manifest) ||
                 rk_fail(err, RK_DIFFERENT, "\"%s/nights/%s\" is altered", archive->folder,
                         rk_manifest_name(mark->night, mark->number, arena))) &&
                rk_refs_present(archive, &m, err);
    rk_manifest_free(&m);
    return good || rk_fail_hint(err, "`rekon verify --mend FOLDER` brings back what is missing or "
                                     "altered from a copy of the archive");
}

/* What a killed run wrote or renamed is seen here, but need not have reached the disk. */
static bool settle_disk(const rk_settings *settings, const rk_archive *archive, const char *staging,
                        rk_error *err)
{
    return !rk_file_stat(staging).exists ||
           (rk_folder_flush(archive->folder, err) && rk_folder_flush(settings->output, err) &&
            rk_folder_flush(settings->inbox, err));
}

static bool agree(const rk_archive *archive, rk_store *store, rk_mark *mark, rk_error *err)
{
    rk_head head;
    bool found = false;
    if (!rk_store_head(store, &head, err) || !rk_archive_mark(archive, mark, err))
        return false;
    if (same_run(mark, &head))
        return true;
    if (head.any && !finish_pending(archive, mark, &head, &found, err))
        return false;
    if (!found)
        return explain_difference(archive, mark, &head, err);
    rk_log_stage("recover", "published what a stopped run had committed");
    return rk_archive_mark(archive, mark, err);
}

bool rk_recover(const rk_settings *settings, const rk_archive *archive, rk_store *store,
                const char *staging, rk_mark *mark, rk_error *err)
{
    rk_published published;
    rk_arena arena = {0};
    bool good =
        settle_disk(settings, archive, staging, err) && agree(archive, store, mark, err) &&
        check_unmarked(archive, mark, &arena, err) &&
        check_all_pending(archive, mark, &arena, err) &&
        check_present(archive, mark, &arena, err) && rk_archive_discard_pending(archive, err) &&
        rk_publish(settings, archive, mark, &published, err) && rk_folder_remove(staging, err);
    rk_arena_free(&arena);
    return good;
}
