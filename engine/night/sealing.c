#include <stdio.h>
#include <stdlib.h>

#include "night/night.h"
#include "seal/columns.h"

/* ---- settings ---- */

static void set(rk_night *night, const char *key, const char *value)
{
    rk_manifest_set(&night->manifest, rk_slice_of(key),
                    rk_arena_slice(&night->world.arena, rk_slice_of(value)));
}

static void seal_settings(rk_night *night)
{
    const rk_settings *s = &night->settings;
    rk_arena *arena = &night->world.arena;
    rk_buffer start = {0};
    rk_day_put(&start, s->start);
    set(night, "zone", rk_arena_printf(arena, "%d", s->zone));
    set(night, "judge_at", rk_arena_printf(arena, "%d", s->judge_at));
    set(night, "start", rk_arena_text(arena, rk_buffer_all(&start)));
    set(night, "memory", rk_arena_printf(arena, "%d", s->memory_days));
    set(night, "language", s->language == RK_INDONESIAN ? "id" : "en");
    set(night, "biller", rk_arena_text(arena, s->biller));
    set(night, "source_count",
        rk_arena_printf(arena, "%llu", (unsigned long long)night->source_count));
    set(night, "source_newest", rk_arena_printf(arena, "%lld", (long long)night->source_newest));
    if (night->suspended.len)
        set(night, "source_doubt", rk_arena_text(arena, night->suspended));
    rk_buffer_free(&start);
}

static bool get_number(const rk_manifest *manifest, const char *key, int64_t *value)
{
    return rk_slice_to_i64(rk_manifest_setting(manifest, key), value);
}

bool rk_night_sealed_settings(const rk_manifest *manifest, rk_settings *settings, rk_error *err)
{
    int64_t zone, judge_at, memory;
    rk_slice start = rk_manifest_setting(manifest, "start");
    *settings = (rk_settings){.start = RK_NO_DAY};
    if (!get_number(manifest, "zone", &zone) || !get_number(manifest, "judge_at", &judge_at) ||
        !get_number(manifest, "memory", &memory) ||
        (start.len && !rk_day_parse(start, &settings->start)))
        return rk_fail(err, RK_DIFFERENT, "the manifest's settings are not whole");
    settings->zone = (rk_zone)zone;
    settings->judge_at = (int32_t)judge_at;
    settings->memory_days = (int)memory;
    settings->language =
        rk_slice_is(rk_manifest_setting(manifest, "language"), "en") ? RK_ENGLISH : RK_INDONESIAN;
    settings->biller = rk_manifest_setting(manifest, "biller");
    return true;
}

/* ---- the input half ---- */

static bool seal_item(rk_night *night, rk_item_kind kind, rk_slice name, rk_slice bytes,
                      rk_item **item, rk_error *err)
{
    rk_ref ref;
    if (!rk_archive_put(&night->archive, bytes, &ref, err))
        return false;
    *item = rk_manifest_add(&night->manifest, kind, name, &ref);
    return true;
}

static bool seal_deliveries(rk_night *night, rk_error *err)
{
    for (size_t i = 0; i < night->deliveries.count; i++) {
        const rk_delivery *d = &night->deliveries.items[i];
        rk_item *item;
        rk_buffer arrived = {0};
        if (!d->taken)
            continue;
        if (!seal_item(night, d->is_decisions ? RK_ITEM_DECISIONS : RK_ITEM_STATEMENT, d->name,
                       d->content.bytes, &item, err))
            return false;
        rk_moment_put(&arrived, d->arrived, 0);
        item->extra = rk_arena_slice(&night->world.arena, rk_buffer_all(&arrived));
        rk_buffer_free(&arrived);
    }
    return true;
}

bool rk_night_seal_inputs(rk_night *night, rk_error *err)
{
    rk_item *item;
    seal_settings(night);
    if (!seal_deliveries(night, err))
        return false;
    for (size_t i = 0; i < night->sources->count; i++)
        if (!seal_item(night, RK_ITEM_RULES, night->sources->items[i].name,
                       night->sources->items[i].bytes, &item, err))
            return false;
    if (night->snapshot.len && !seal_item(night, RK_ITEM_SNAPSHOT, RK_S("applications.csv"),
                                          rk_buffer_all(&night->snapshot), &item, err))
        return false;
    if (night->source_says.len && !seal_item(night, RK_ITEM_SOURCE, RK_S("source.csv"),
                                             rk_buffer_all(&night->source_says), &item, err))
        return false;
    night->manifest.run = rk_manifest_run_id(&night->manifest);
    return true;
}

/* ---- the output half ---- */

static bool seal_batch(rk_night *night, rk_item_kind kind, const char *name, const rk_batch *batch,
                       rk_item **item, rk_error *err)
{
    rk_buffer bytes = {0};
    rk_columns_encode(batch, &night->world.names, &night->world.texts, &bytes);
    bool good = seal_item(night, kind, rk_slice_of(name), rk_buffer_all(&bytes), item, err);
    rk_buffer_free(&bytes);
    return good;
}

static bool seal_facts(rk_night *night, rk_ref *ref, rk_error *err)
{
    rk_item *item;
    rk_day from, until;
    rk_buffer days = {0};
    if (!seal_batch(night, RK_ITEM_FACTS, "facts", &night->facts.batch, &item, err))
        return false;
    rk_facts_span(&night->facts, &from, &until);
    rk_day_put(&days, from);
    rk_buffer_text(&days, "..");
    rk_day_put(&days, until);
    item->extra = rk_arena_slice(&night->world.arena, rk_buffer_all(&days));
    *ref = item->ref;
    rk_buffer_free(&days);
    return true;
}

static bool seal_detail(rk_night *night, rk_ref *ref, rk_error *err)
{
    rk_item *item;
    rk_buffer days = {0};
    if (!seal_item(night, RK_ITEM_DETAIL, RK_S("detail"), rk_buffer_all(&night->detail), &item,
                   err))
        return false;
    rk_day_put(&days, night->detail_from);
    rk_buffer_text(&days, "..");
    rk_day_put(&days, night->detail_until);
    item->extra = rk_arena_slice(&night->world.arena, rk_buffer_all(&days));
    *ref = item->ref;
    rk_buffer_free(&days);
    return true;
}

static bool seal_history(rk_night *night, rk_error *err)
{
    rk_history_table tables[RK_HISTORY_TABLES];
    rk_item *item;
    bool good = true;
    rk_history_tables(&night->history, tables);
    for (size_t i = 0; good && i < RK_HISTORY_TABLES; i++)
        good = seal_batch(night, RK_ITEM_HISTORY, tables[i].name, tables[i].batch, &item, err);
    return good;
}

static bool seal_closing(rk_night *night, rk_fact_list tonight, rk_error *err)
{
    rk_ref root;
    size_t added;
    bool trusted = night->snapshot.len > 0 && night->suspended.len == 0;
    rk_night_forget_seen(night);
    rk_closing_after after = {
        .opening = &night->opening,
        .world = &night->world,
        .carried = &night->carried,
        .files = &night->history.files,
        .tonight = tonight,
        .zone = night->settings.zone,
        .night = night->day,
        .number = night->number,
        .memory_days = night->settings.memory_days,
        .start = night->start,
        .since = night->since,
        .source_count = trusted ? night->source_count : night->opening.source_count,
        .source_newest = trusted ? night->source_newest : night->opening.source_newest,
        .references = rk_matching_has_key(&night->rules.matching, RK_KEY_REFERENCE),
        .text = &night->closing,
    };
    if (!rk_closing_save(&night->archive, &after, &root, &added, err))
        return false;
    rk_manifest_add(&night->manifest, RK_ITEM_CLOSING, RK_S("closing"), &root);
    return true;
}

static bool seal_books(rk_night *night, rk_error *err)
{
    char hex[RK_DIGEST_HEX + 1];
    const rk_books *books = &night->books;
    rk_slice *bytes = rk_alloc(books->count + 1, sizeof *bytes);
    rk_ref *refs = rk_alloc(books->count + 1, sizeof *refs);
    for (size_t i = 0; i < books->count; i++)
        bytes[i] = rk_buffer_all(&books->items[i].bytes);
    bool good = rk_archive_put_all(&night->archive, bytes, books->count, night->threads, refs, err);
    for (size_t i = 0; good && i < books->count; i++) {
        const rk_book *book = &books->items[i];
        rk_manifest_add(&night->manifest, RK_ITEM_WORKBOOK, book->path, &refs[i])->extra =
            rk_arena_slice(&night->world.arena, rk_slice_of(rk_digest_hex(&book->parts, hex)));
    }
    free(bytes);
    free(refs);
    return good;
}

/* Only where there is something to tell. */
static bool seal_notices(rk_night *night, rk_error *err)
{
    rk_item *item;
    rk_buffer bytes = {0};
    if (night->history.notices.batch.count == 0)
        return true;
    rk_night_put_notices(night, &bytes);
    rk_slice name = rk_slice_of(
        rk_arena_printf(&night->world.arena, "pemberitahuan/pemberitahuan-%s.csv",
                        rk_manifest_name(night->day, night->number, &night->world.arena)));
    bool good = seal_item(night, RK_ITEM_NOTICES, name, rk_buffer_all(&bytes), &item, err);
    rk_buffer_free(&bytes);
    return good;
}

bool rk_night_seal_outputs(rk_night *night, rk_error *err)
{
    rk_fact_list tonight = {.night = night->day,
                            .number = night->number,
                            .detail_from = night->detail_from,
                            .detail_until = night->detail_until};
    rk_facts_span(&night->facts, &tonight.from, &tonight.until);
    return seal_facts(night, &tonight.ref, err) && seal_detail(night, &tonight.detail, err) &&
           seal_history(night, err) && rk_night_seal_issued(night, &tonight, err) &&
           seal_closing(night, tonight, err) && seal_books(night, err) && seal_notices(night, err);
}
