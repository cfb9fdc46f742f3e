#include "night/replay.h"

#include "base/memory.h"

static bool fetch(rk_replay *r, const rk_item *item, rk_slice *bytes, rk_error *err)
{
    rk_buffer content = {0};
    bool good = rk_archive_get(&r->archive, &item->ref, &content, err);
    if (good)
        *bytes = rk_arena_slice(&r->arena, rk_buffer_all(&content));
    rk_buffer_free(&content);
    return good;
}

static bool fetch_rules(rk_replay *r, rk_error *err)
{
    r->sources.items = rk_arena_alloc(&r->arena, r->sealed.item_count + 1, sizeof(rk_source));
    for (size_t i = 0; i < r->sealed.item_count; i++) {
        const rk_item *item = &r->sealed.items[i];
        if (item->kind != RK_ITEM_RULES)
            continue;
        rk_source *source = &r->sources.items[r->sources.count++];
        source->name = item->name;
        source->path = item->name;
        if (!fetch(r, item, &source->bytes, err))
            return false;
    }
    return true;
}

static bool fetch_deliveries(rk_replay *r, rk_error *err)
{
    rk_night *night = &r->night;
    night->deliveries.items = rk_alloc(r->sealed.item_count + 1, sizeof(rk_delivery));
    for (size_t i = 0; i < r->sealed.item_count; i++) {
        const rk_item *item = &r->sealed.items[i];
        if (item->kind != RK_ITEM_STATEMENT && item->kind != RK_ITEM_DECISIONS)
            continue;
        rk_delivery *delivery = &night->deliveries.items[night->deliveries.count++];
        delivery->name = item->name;
        delivery->digest = item->ref.content;
        delivery->is_decisions = item->kind == RK_ITEM_DECISIONS;
        if (!rk_moment_parse(item->extra, &delivery->arrived))
            return rk_fail(err, RK_DIFFERENT, "the manifest does not say when \"%.*s\" arrived",
                           RK_FMT(item->name));
        if (!fetch(r, item, &delivery->content.bytes, err))
            return false;
    }
    return true;
}

static bool fetch_snapshot(rk_replay *r, rk_error *err)
{
    rk_night *night = &r->night;
    int64_t count, newest;
    rk_slice bytes;
    const rk_item *item = rk_manifest_item(&r->sealed, RK_ITEM_SNAPSHOT);
    if (!item) {
        night->source_fault = rk_manifest_setting(&r->sealed, "source_doubt");
        return true;
    }
    if (!fetch(r, item, &bytes, err))
        return false;
    rk_buffer_slice(&night->snapshot, bytes);
    if (!rk_slice_to_i64(rk_manifest_setting(&r->sealed, "source_count"), &count))
        return rk_fail(err, RK_DIFFERENT, "the manifest does not say how large the source was");
    night->source_count = (uint64_t)count;
    night->source_newest = RK_NO_MOMENT;
    if (rk_slice_to_i64(rk_manifest_setting(&r->sealed, "source_newest"), &newest))
        night->source_newest = newest;
    return true;
}

static bool fetch_source(rk_replay *r, rk_error *err)
{
    rk_slice bytes;
    const rk_item *item = rk_manifest_item(&r->sealed, RK_ITEM_SOURCE);
    if (!item)
        return true;
    bool good = fetch(r, item, &bytes, err);
    if (good)
        rk_buffer_slice(&r->night.source_says, bytes);
    return good;
}

bool rk_replay_open(rk_replay *r, const rk_archive *archive, const rk_night_name *nights, size_t i,
                    int threads, rk_error *err)
{
    rk_digest digest;
    r->archive = *archive;
    r->archive.read_only = true;
    r->has_before = i > 0;
    if (r->has_before &&
        !rk_archive_manifest(&r->archive, "nights", nights[i - 1].night, nights[i - 1].number,
                             &r->arena, &r->before, &r->before_digest, err))
        return false;
    if (!rk_archive_manifest(&r->archive, "nights", nights[i].night, nights[i].number, &r->arena,
                             &r->sealed, &digest, err) ||
        !fetch_rules(r, err))
        return false;
    if (!rk_digest_equal(&r->before_digest, &r->sealed.previous))
        return rk_fail(err, RK_DIFFERENT, "the night before %s is missing or altered",
                       rk_manifest_name(r->sealed.night, r->sealed.number, &r->arena));
    r->night = (rk_night){.sources = &r->sources,
                          .archive = r->archive,
                          .day = r->sealed.night,
                          .number = r->sealed.number,
                          .threads = threads,
                          .program = r->sealed.program,
                          .mode = r->sealed.mode};
    return true;
}

bool rk_replay_take_in(rk_replay *r, rk_error *err)
{
    return rk_night_sealed_settings(&r->sealed, &r->night.settings, err) &&
           rk_night_open(&r->night, r->has_before ? &r->before : NULL, &r->before_digest, err) &&
           fetch_deliveries(r, err) && fetch_snapshot(r, err) && fetch_source(r, err) &&
           rk_night_take_in(&r->night, err);
}

void rk_replay_close(rk_replay *r)
{
    if (r->night.sources)
        rk_night_close(&r->night);
    rk_manifest_free(&r->sealed);
    rk_manifest_free(&r->before);
    rk_arena_free(&r->arena);
}
