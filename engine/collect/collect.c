#include "collect/collect.h"

#include <stdlib.h>

#include "base/gzip.h"
#include "base/log.h"

enum { INBOX_FILES_MAX = 100000 };
/* Beside the copies there must be room for the objects, the workbooks and the database. */
#define SPARE_BYTES ((uint64_t)64 << 20)

static bool is_ours(rk_slice name)
{
    return name.len > 0 && name.at[0] != '.' && !rk_slice_ends(name, RK_S(".part")) &&
           !rk_slice_ends(name, RK_S(".tmp"));
}

static bool is_unchanged(const rk_file_info *before, const rk_file_info *after)
{
    return after->exists && before->inode == after->inode && before->size == after->size &&
           before->modified == after->modified;
}

static bool has_space(const char *inbox, const rk_slice *names, size_t count, const char *staging,
                      rk_arena *arena, rk_error *err)
{
    uint64_t needed = SPARE_BYTES, space;
    for (size_t i = 0; i < count; i++)
        needed += 3 * rk_file_stat(rk_path_join(arena, inbox, names[i])).size;
    if (!rk_folder_space(staging, &space, err))
        return false;
    return space >= needed ||
           rk_fail(err, RK_FILE, "\"%s\" has %llu MiB free, tonight needs %llu MiB", staging,
                   (unsigned long long)(space >> 20), (unsigned long long)(needed >> 20));
}

/* Copies one file; false only on an error. A file that changed meanwhile is not taken. */
static bool take(const char *inbox, const char *staging, rk_slice name, rk_arena *arena,
                 rk_deliveries *all, rk_error *err)
{
    uint64_t size;
    const char *from = rk_path_join(arena, inbox, name), *to = rk_path_join(arena, staging, name);
    rk_file_info before = rk_file_stat(from);
    rk_delivery delivery = {.name = name, .arrived = before.modified};
    if (!before.is_regular || !is_ours(name))
        return true;
    if (!rk_file_copy(from, to, &delivery.digest, &size, err))
        return false;
    rk_file_info after = rk_file_stat(from);
    if (!is_unchanged(&before, &after)) {
        rk_log_warning("%.*s is still changing: left for a later night", RK_FMT(name));
        return rk_file_remove(to, err);
    }
    delivery.is_decisions =
        rk_slice_starts(name, RK_S("decisions-")) && rk_slice_ends(name, RK_S(".csv"));
    if (!rk_file_map(to, &delivery.content, err))
        return false;
    all->items[all->count++] = delivery;
    return true;
}

bool rk_collect(const char *inbox, const char *staging, rk_arena *arena, rk_deliveries *deliveries,
                rk_error *err)
{
    rk_slice *names;
    size_t count;
    if (!rk_folder_remove(staging, err) || !rk_folder_make(staging, 0700, err) ||
        !rk_folder_list(inbox, INBOX_FILES_MAX, arena, &names, &count, err) ||
        !has_space(inbox, names, count, staging, arena, err))
        return false;
    *deliveries = (rk_deliveries){.items = rk_alloc(count + 1, sizeof(rk_delivery))};
    for (size_t i = 0; i < count; i++)
        if (!take(inbox, staging, names[i], arena, deliveries, err))
            return false;
    return true;
}

void rk_deliveries_free(rk_deliveries *deliveries)
{
    for (size_t i = 0; i < deliveries->count; i++)
        rk_file_unmap(&deliveries->items[i].content);
    free(deliveries->items);
    *deliveries = (rk_deliveries){0};
}

/* ---- what is to become of a file ---- */

static void decide(rk_file *file, rk_file_fate fate, rk_arena *arena, const char *why,
                   rk_slice other)
{
    file->fate = fate;
    file->why = rk_slice_of(rk_arena_printf(arena, "%s %.*s", why, RK_FMT(other)));
}

static bool same_identity(const rk_file *file, rk_name channel, rk_name account, rk_day from,
                          rk_day until, rk_slice name)
{
    return file->channel == channel && file->account == account && file->from == from &&
           file->until == until && rk_slice_equal(rk_plain_name(file->name), rk_plain_name(name));
}

/* A copy that nobody reads tonight, under a strange name or of a later day, is no reason to skip a file. */
static void judge_against_tonight(rk_files *files, size_t row, rk_arena *arena)
{
    rk_file *file = &files->items[row];
    for (size_t i = 0; i < row && file->fate == RK_FATE_NONE; i++) {
        const rk_file *other = &files->items[i];
        bool is_taken = other->fate == RK_FATE_NONE || other->fate == RK_FATE_HELD;
        if (is_taken && rk_digest_equal(&other->digest, &file->digest))
            decide(file, RK_FATE_SAME, arena, "same content as", other->name);
        else if (other->fate == RK_FATE_NONE &&
                 same_identity(file, other->channel, other->account, other->from, other->until,
                               other->name)) /* mutasi.csv and mutasi.csv.gz */
            decide(file, RK_FATE_HELD, arena, "the same file, packed otherwise, as", other->name);
    }
}

/* A later row of a file tells its fate as it is now. */
static bool is_last_of_file(const rk_file_rows *known, const rk_texts *texts, size_t row)
{
    rk_slice digest = rk_texts_get(texts, known->digest[row]);
    rk_slice name = rk_texts_get(texts, known->name[row]);
    for (size_t i = row + 1; i < known->batch.count; i++)
        if (rk_slice_equal(rk_texts_get(texts, known->digest[i]), digest) &&
            rk_slice_equal(rk_texts_get(texts, known->name[i]), name))
            return false;
    return true;
}

/* Some layouts do not tell the day: two days without a payment are then the same bytes, and both count. */
static bool is_empty_of_other_day(const rk_file *file, const rk_file_rows *known, size_t row,
                                  rk_name accepted)
{
    return known->fate[row] == accepted && known->channel[row] == file->channel &&
           known->entries[row] == 0 && known->rejects[row] == 0 &&
           (known->covers_from[row] != file->from || known->covers_until[row] != file->until);
}

static void judge_against_known(rk_file *file, const rk_file_rows *known, const rk_texts *texts,
                                rk_name accepted, rk_arena *arena)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_slice digest = rk_slice_of(rk_digest_hex(&file->digest, hex));
    for (size_t i = 0; i < known->batch.count; i++) {
        rk_slice name = rk_texts_get(texts, known->name[i]);
        if (rk_slice_equal(rk_texts_get(texts, known->digest[i]), digest) &&
            !is_empty_of_other_day(file, known, i, accepted)) {
            decide(file, RK_FATE_SAME, arena, "same content as", name);
            return;
        }
        if (known->fate[i] == accepted &&
            same_identity(file, known->channel[i], known->account[i], known->covers_from[i],
                          known->covers_until[i], name) &&
            is_last_of_file(known, texts, i))
            decide(file, RK_FATE_HELD, arena,
                   "other content than the file of the same name taken before,",
                   rk_texts_get(texts, known->digest[i]));
    }
}

void rk_collect_judge(rk_files *files, size_t row, const rk_file_rows *known, const rk_texts *texts,
                      rk_name accepted, rk_day night, rk_arena *arena)
{
    rk_file *file = &files->items[row];
    if (file->until != RK_NO_DAY && file->until > night)
        decide(file, RK_FATE_WAITING, arena, "its business day is after the night", RK_S(""));
    if (file->fate == RK_FATE_NONE)
        judge_against_tonight(files, row, arena);
    if (file->fate == RK_FATE_NONE)
        judge_against_known(file, known, texts, accepted, arena);
}

bool rk_collect_judge_empty(rk_files *files, size_t row, const rk_file_rows *known,
                            const rk_texts *texts, rk_name accepted, rk_arena *arena)
{
    rk_file *file = &files->items[row];
    if (file->fate != RK_FATE_SAME)
        return false;
    for (size_t i = 0; i < row; i++) {
        const rk_file *other = &files->items[i];
        bool is_empty = other->fate == RK_FATE_ACCEPTED && other->channel == file->channel &&
                        other->entries == 0 && other->rejects == 0 &&
                        (other->from != file->from || other->until != file->until);
        if (!is_empty || !rk_digest_equal(&other->digest, &file->digest))
            continue;
        file->fate = RK_FATE_NONE;
        file->why = (rk_slice){"", 0};
        judge_against_known(file, known, texts, accepted, arena);
        return file->fate == RK_FATE_NONE;
    }
    return false;
}
