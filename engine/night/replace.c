/* Decisions by which a file that waits takes the place of one that counts. The old one goes out of force from
 * that night on: its entries are none of this business any more, by that decision; the new one's count. */
#include <stdlib.h>

#include "night/night.h"

enum { KEYS_MAX = 1 << 20 };

static rk_slice text_of(const rk_night *night, rk_text text)
{
    return rk_texts_get(&night->world.texts, text);
}

static bool is_same_file(const rk_night *night, size_t a, size_t b)
{
    const rk_file_rows *known = &night->carried.files;
    return rk_slice_equal(text_of(night, known->digest[a]), text_of(night, known->digest[b])) &&
           rk_slice_equal(text_of(night, known->name[a]), text_of(night, known->name[b]));
}

static bool is_replaced_tonight(const rk_night *night, size_t row)
{
    for (size_t i = 0; i < night->replaced_count; i++)
        if (is_same_file(night, night->replaced[i].old, row))
            return true;
    return false;
}

bool rk_night_file_counts(const rk_night *night, size_t row)
{
    const rk_file_rows *known = &night->carried.files;
    rk_slice fate = rk_names_text(&night->world.names, known->fate[row]);
    if (!rk_slice_is(fate, rk_fate_name(RK_FATE_ACCEPTED)) || is_replaced_tonight(night, row))
        return false;
    for (size_t i = row + 1; i < known->batch.count; i++)
        if (known->fate[i] != known->fate[row] && is_same_file(night, row, i))
            return false;
    return true;
}

/* The file that counts and that the object names by its digest. */
static size_t find_counting(const rk_night *night, rk_slice object)
{
    const rk_file_rows *known = &night->carried.files;
    for (size_t i = known->batch.count; i > 0 && object.len >= 16; i--)
        if (rk_slice_starts(text_of(night, known->digest[i - 1]), object) &&
            known->channel[i - 1] && rk_night_file_counts(night, i - 1))
            return i - 1;
    return SIZE_MAX;
}

static bool days_wait(const rk_night *night)
{
    return rk_engine_behaves(&night->rules.engine, RK_REPLACED_DAYS_WAIT, night->day);
}

static const char *why_not(const rk_night *night, size_t new, size_t old)
{
    const rk_file_rows *known = &night->carried.files;
    bool tells_as_much = known->covers_from[old] == RK_NO_DAY ||
                         (known->covers_from[new] != RK_NO_DAY &&
                          known->covers_from[new] <= known->covers_from[old] &&
                          known->covers_until[new] >= known->covers_until[old]);
    bool tells_of_some = known->covers_from[old] == RK_NO_DAY ||
                         (known->covers_from[new] != RK_NO_DAY &&
                          known->covers_from[new] <= known->covers_until[old] &&
                          known->covers_until[new] >= known->covers_from[old]);
    if (known->channel[new] != known->channel[old] || known->account[new] != known->account[old])
        return "the two files are not of one channel and account";
    if (days_wait(night))
        return tells_of_some ? NULL : "it tells about no day of the file that it replaces";
    return tells_as_much ? NULL : "it does not tell about all days of the file that it replaces";
}

bool rk_night_decide_replacement(rk_night *night, size_t decision, size_t waiting)
{
    const rk_decision_rows *d = &night->history.decisions;
    size_t old = find_counting(night, text_of(night, d->object[decision]));
    const char *why = waiting == SIZE_MAX ? "no quarantined or held file has this digest"
                      : old == SIZE_MAX   ? "no file that counts has the digest of its object"
                                          : why_not(night, waiting, old);
    rk_night_effect(night, decision, why ? "stale" : "applied", why ? why : "");
    if (why)
        return false;
    night->replaced = rk_grow(night->replaced, &night->replaced_capacity, night->replaced_count + 1,
                              sizeof *night->replaced);
    rk_replaced *one = &night->replaced[night->replaced_count++];
    one->old = old;
    rk_digest_parse(text_of(night, night->carried.files.digest[old]), &one->digest);
    rk_digest_parse(text_of(night, night->carried.files.digest[waiting]), &one->by);
    return true;
}

/* Its entries, wherever they are: rows that an earlier file had are left out of their numbers. */
void rk_night_want_replaced(const rk_night *night, rk_wanted *wanted)
{
    const rk_file_rows *known = &night->carried.files;
    for (size_t i = 0; i < night->replaced_count; i++) {
        size_t old = night->replaced[i].old;
        const rk_channel *channel = rk_channel_find(&night->rules, known->channel[old]);
        uint32_t most = known->entries[old];
        if (channel && channel->may_extend)
            most = KEYS_MAX;
        for (uint32_t ordinal = 1; ordinal <= most; ordinal++)
            rk_keys_add(&wanted->entries,
                        rk_key_of_entry(rk_digest_short(&night->replaced[i].digest), ordinal));
    }
}

static bool counts_now(const rk_night *night, const rk_digest *digest)
{
    for (size_t i = 0; i < night->world.new_file_count; i++)
        if (night->world.files.items[i].fate == RK_FATE_ACCEPTED &&
            rk_digest_equal(&night->world.files.items[i].digest, digest))
            return true;
    return false;
}

/* One whose new file could not be read after all replaces nothing. */
static void drop_failed(rk_night *night)
{
    size_t kept = 0;
    for (size_t i = 0; i < night->replaced_count; i++)
        if (counts_now(night, &night->replaced[i].by))
            night->replaced[kept++] = night->replaced[i];
    night->replaced_count = kept;
}

/* Rows that another file of the account tells of too stay: it counts as before. */
static bool take_back(rk_night *night, const rk_replaced *one, rk_error *err)
{
    rk_entries *e = &night->world.entries;
    rk_keys shared = {0};
    bool good = !rk_engine_behaves(&night->rules.engine, RK_SHARED_ROWS_STAY, night->day) ||
                rk_night_shared_rows(night, one->old, &shared, err);
    for (size_t row = 0; good && row < e->batch.count; row++)
        if (rk_digest_equal(&night->world.files.items[e->file[row]].digest, &one->digest) &&
            !rk_keys_have(&shared, e->ordinal[row]))
            rk_night_ignore(night, (uint32_t)row);
    rk_keys_free(&shared);
    return good;
}

bool rk_night_replace_files(rk_night *night, rk_error *err)
{
    bool good = true;
    drop_failed(night);
    for (size_t i = 0; good && i < night->replaced_count; i++)
        good = take_back(night, &night->replaced[i], err);
    return good;
}

void rk_night_put_replaced(rk_night *night)
{
    char hex[RK_DIGEST_HEX + 1];
    const rk_file_rows *known = &night->carried.files;
    rk_file_rows *rows = &night->history.files;
    for (size_t i = 0; i < night->replaced_count; i++) {
        size_t row = rk_batch_append(&rows->batch);
        rk_batch_copy_row(&known->batch, night->replaced[i].old, &rows->batch, row);
        rows->fate[row] =
            rk_names_add(&night->world.names, rk_slice_of(rk_fate_name(RK_FATE_DISCARDED)));
        rows->why[row] =
            rk_texts_add(&night->world.texts,
                         rk_slice_of(rk_arena_printf(&night->world.arena, "replaced by %.16s",
                                                     rk_digest_hex(&night->replaced[i].by, hex))));
    }
}

/* ---- what the old one told ---- */

/* From `day` on, the first day until `until` that no other file of the account tells about; `end`: the last of
 * those in a row. False when there is none. */
static bool next_untold(const rk_night *night, size_t old, rk_name account, rk_day *day,
                        rk_day until, rk_day *end)
{
    const rk_file_rows *known = &night->carried.files;
    *end = until;
    for (size_t i = 0; i < known->batch.count && *day <= until; i++) {
        bool of_it = known->channel[i] == known->channel[old] &&
                     (account == 0 || known->account[i] == 0 || known->account[i] == account);
        if (!of_it || known->covers_from[i] == RK_NO_DAY || known->covers_until[i] < *day ||
            known->covers_from[i] > *end || !rk_night_file_counts(night, i))
            continue;
        if (known->covers_from[i] > *day) {
            *end = known->covers_from[i] - 1;
            continue;
        }
        *day = known->covers_until[i] + 1;
        *end = until;
        i = SIZE_MAX; /* all over again, from a later day */
    }
    return *day <= until;
}

static void uncover(rk_night *night, size_t old, rk_name account)
{
    const rk_file_rows *known = &night->carried.files;
    rk_day day = known->covers_from[old], until = known->covers_until[old], end;
    if (day == RK_NO_DAY)
        return;
    for (; next_untold(night, old, account, &day, until, &end); day = end + 1)
        rk_coverage_cut(&night->carried.coverage, &night->world.names, known->channel[old], account,
                        day, end);
}

void rk_night_uncover_replaced(rk_night *night)
{
    for (size_t i = 0; days_wait(night) && i < night->replaced_count; i++) {
        size_t old = night->replaced[i].old;
        const rk_channel *channel =
            rk_channel_find(&night->rules, night->carried.files.channel[old]);
        rk_name account = night->carried.files.account[old];
        size_t parts = channel ? rk_channel_parts(channel) : 0;
        if (parts == 0 || account)
            uncover(night, old, parts ? account : 0);
        else
            for (size_t k = 0; k < parts; k++)
                uncover(night, old, channel->accounts[k].account);
    }
}

static const rk_file *find_new(const rk_night *night, const rk_digest *digest)
{
    for (size_t i = 0; i < night->world.new_file_count; i++)
        if (rk_digest_equal(&night->world.files.items[i].digest, digest))
            return &night->world.files.items[i];
    return NULL;
}

/* The statement of the same number, where a run ends, is the new file's. */
static void end_with(rk_follow *run, const rk_file *file, rk_text digest)
{
    for (size_t k = 0; k < file->follow_count; k++) {
        const rk_follow *one = &file->follows[k];
        if (one->channel != run->channel || one->account != run->account ||
            memcmp(&one->last, &run->last, sizeof run->last) != 0)
            continue;
        if (memcmp(&run->first, &run->last, sizeof run->last) == 0) {
            run->opens_with = one->opens_with;
            run->first_digest = digest;
        }
        run->closing = one->closing;
        run->entries = one->entries;
        run->until = one->until;
        run->last_digest = digest;
    }
}

void rk_night_follow_replaced(rk_night *night, rk_follow *run)
{
    char hex[RK_DIGEST_HEX + 1];
    for (size_t i = 0; days_wait(night) && i < night->replaced_count; i++) {
        const rk_replaced *one = &night->replaced[i];
        const rk_file *file = find_new(night, &one->by);
        if (!file ||
            !rk_slice_is(text_of(night, run->last_digest), rk_digest_hex(&one->digest, hex)))
            continue;
        end_with(run, file,
                 rk_texts_add(&night->world.texts, rk_slice_of(rk_digest_hex(&one->by, hex))));
    }
}
