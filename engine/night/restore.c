/* The archive's nights, put into a database that has lost them. */
#include "base/file.h"
#include "night/recover.h"
#include "model/world.h"
#include "seal/columns.h"

enum { NIGHTS_MAX = 1000000, FILES_MAX = 1000000 };

/* ---- the nights of the archive, as one chain ---- */

static bool follow(const rk_archive *archive, const rk_night_name *night, rk_mark *mark,
                   rk_error *err)
{
    rk_arena scratch = {0};
    rk_manifest m = {0};
    rk_digest digest;
    bool good = rk_archive_manifest(archive, "nights", night->night, night->number, &scratch, &m,
                                    &digest, err);
    if (good &&
        (!rk_archive_is_next(mark, &m) || m.night != night->night || m.number != night->number)) {
        rk_fail(err, RK_DIFFERENT, "\"%s/nights/%s\" does not follow the night before it",
                archive->folder, rk_manifest_name(night->night, night->number, &scratch));
        good = rk_fail_hint(err, "`rekon verify` says what is wrong with the archive");
    }
    if (good)
        *mark = (rk_mark){.any = true,
                          .night = night->night,
                          .number = night->number,
                          .manifest = digest,
                          .run = m.run};
    rk_manifest_free(&m);
    rk_arena_free(&scratch);
    return good;
}

/* All nights that lie in nights/ were committed: a run puts one there only afterwards. */
static bool mark_last(const rk_archive *archive, const rk_night_name *nights, size_t count,
                      rk_mark *mark, rk_restored *restored, rk_error *err)
{
    rk_mark sealed;
    rk_error unread;
    *mark = (rk_mark){.night = RK_NO_DAY};
    for (size_t i = 0; i < count; i++)
        if (!follow(archive, &nights[i], mark, err))
            return false;
    bool known = rk_archive_mark(archive, &sealed, &unread);
    bool right = known && sealed.any == mark->any && sealed.night == mark->night &&
                 sealed.number == mark->number &&
                 rk_digest_equal(&sealed.manifest, &mark->manifest);
    bool is_ahead = known && sealed.any &&
                    (!mark->any || sealed.night > mark->night ||
                     (sealed.night == mark->night && sealed.number > mark->number));
    if (is_ahead) {
        rk_fail(err, RK_DIFFERENT,
                "the last nights of \"%s/nights\" are missing: the mark names a "
                "later one",
                archive->folder);
        return rk_fail_hint(err, "bring them back with `rekon verify --mend FOLDER`");
    }
    restored->marked = !right && count > 0;
    return !restored->marked || rk_archive_commit(archive, mark->night, mark->number, err);
}

/* ---- one night ---- */

static bool fetch_table(const rk_archive *archive, const rk_manifest *m,
                        const rk_history_table *table, rk_world *world, rk_error *err)
{
    for (size_t i = 0; i < m->item_count; i++) {
        const rk_item *item = &m->items[i];
        if (item->kind != RK_ITEM_HISTORY || !rk_slice_is(item->name, table->name))
            continue;
        rk_buffer bytes = {0};
        bool good = rk_archive_get(archive, &item->ref, &bytes, err) &&
                    rk_columns_decode(rk_arena_slice(&world->arena, rk_buffer_all(&bytes)),
                                      table->batch, &world->names, &world->texts, err);
        rk_buffer_free(&bytes);
        return good;
    }
    if (rk_slice_is(rk_slice_of(table->name), "notice")) /* nights of before notices were written */
        return true;
    return rk_fail(err, RK_DIFFERENT, "the manifest has no history of %s", table->name);
}

static bool commit_night(const rk_archive *archive, rk_store *store, const rk_manifest *m,
                         const rk_digest *digest, rk_error *err)
{
    rk_world world = {0};
    rk_history history;
    rk_history_table tables[RK_HISTORY_TABLES];
    bool good = true;
    rk_history_init(&history);
    rk_history_tables(&history, tables);
    for (size_t i = 0; good && i < RK_HISTORY_TABLES; i++)
        good = fetch_table(archive, m, &tables[i], &world, err);
    rk_commit commit = {.run = m->run,
                        .previous = m->previous_run,
                        .manifest = *digest,
                        .night = m->night,
                        .number = m->number,
                        .program = rk_arena_text(&world.arena, m->program),
                        .silent = rk_mode_is_reconstructed(m->mode),
                        .history = &history,
                        .names = &world.names,
                        .texts = &world.texts};
    good = good && rk_store_commit(store, &commit, err);
    rk_history_free(&history);
    rk_world_free(&world);
    return good;
}

static bool restore_night(const rk_archive *archive, rk_store *store, const rk_night_name *night,
                          rk_restored *restored, rk_error *err)
{
    rk_arena scratch = {0};
    rk_manifest m = {0};
    rk_digest digest;
    bool has = false;
    bool good = rk_archive_manifest(archive, "nights", night->night, night->number, &scratch, &m,
                                    &digest, err) &&
                rk_store_has_run(store, &m.run, &has, err) &&
                (has || commit_night(archive, store, &m, &digest, err));
    restored->nights += good;
    restored->added += good && !has;
    rk_manifest_free(&m);
    rk_arena_free(&scratch);
    return good;
}

/* ---- what the archive does not have ---- */

static bool is_behind(const rk_night_name *night, const rk_mark *mark)
{
    return !mark->any || night->night > mark->night ||
           (night->night == mark->night && night->number > mark->number);
}

/* The files that forgotten nights took lie in inbox/done: they are news again. */
static bool bring_back(const rk_settings *settings, rk_slice folder, rk_arena *arena,
                       rk_restored *restored, rk_error *err)
{
    rk_slice *names;
    size_t count;
    const char *from = rk_arena_printf(arena, "%s/done/%.*s", settings->inbox, RK_FMT(folder));
    if (!rk_folder_list(from, FILES_MAX, arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *to = rk_path_join(arena, settings->inbox, names[i]);
        if (rk_file_stat(to).exists)
            continue; /* somebody has put it there already */
        if (!rk_file_move(rk_path_join(arena, from, names[i]), to, "inbox", err))
            return false;
        restored->brought_back++;
    }
    return true;
}

static bool forget(const rk_settings *settings, rk_store *store, const rk_mark *mark,
                   rk_arena *arena, rk_restored *restored, rk_error *err)
{
    rk_slice *names;
    size_t count;
    uint64_t runs;
    rk_night_name night;
    const char *done = rk_path_join(arena, settings->inbox, RK_S("done"));
    if (!rk_store_forget(store, mark->night, mark->number, &runs, err))
        return false;
    restored->forgotten = (size_t)runs;
    if (!rk_file_stat(done).exists)
        return true;
    bool good = rk_folder_list(done, NIGHTS_MAX, arena, &names, &count, err);
    for (size_t i = 0; good && i < count; i++)
        if (rk_night_name_parse(names[i], &night) && is_behind(&night, mark))
            good = bring_back(settings, names[i], arena, restored, err);
    return good;
}

static bool settle_head(const rk_settings *settings, rk_store *store, const rk_mark *mark,
                        bool may_forget, rk_arena *arena, rk_restored *restored, rk_error *err)
{
    rk_head head;
    if (!rk_store_head(store, &head, err))
        return false;
    rk_night_name last = {head.night, head.number};
    if (may_forget)
        return forget(settings, store, mark, arena, restored, err);
    if (!head.any || !is_behind(&last, mark))
        return true;
    rk_fail(err, RK_DIFFERENT, "the database has nights up to %s, which the archive does not have",
            rk_manifest_name(head.night, head.number, arena));
    return rk_fail_hint(err, "bring back the newer archive; if it is lost, --forget takes those "
                             "nights out of the database, so that they can be run again");
}

static bool discard_pending(const rk_archive *archive, rk_arena *arena, rk_restored *restored,
                            rk_error *err)
{
    rk_slice *names;
    return rk_folder_list(rk_path_join(arena, archive->folder, RK_S("pending")), NIGHTS_MAX, arena,
                          &names, &restored->pending, err) &&
           rk_archive_discard_pending(archive, err);
}

bool rk_restore(const rk_settings *settings, const rk_archive *archive, rk_store *store,
                bool may_forget, rk_restored *restored, rk_error *err)
{
    rk_arena arena = {0};
    rk_night_name *nights;
    rk_mark mark;
    size_t count = 0;
    *restored = (rk_restored){0};
    bool good = rk_store_as_owner(store, err) && rk_store_lock(store, err) &&
                rk_archive_nights(archive, "nights", &arena, &nights, &count, err) &&
                mark_last(archive, nights, count, &mark, restored, err) &&
                settle_head(settings, store, &mark, may_forget, &arena, restored, err);
    for (size_t i = 0; good && i < count; i++)
        good = restore_night(archive, store, &nights[i], restored, err);
    good = good && discard_pending(archive, &arena, restored, err);
    rk_arena_free(&arena);
    return good;
}
