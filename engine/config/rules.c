/* All files of the rules, in the order in which they need one another. */
#include "config/load.h"

#include <stdlib.h>

#include "base/file.h"

enum { FILES_MAX = 4096, FILE_BYTES_MAX = 4 << 20 };

/* ---- reading ---- */

typedef struct found {
    rk_source *items;
    size_t count, capacity;
} found;

/* Adds each *.yaml of `folder` under the name `prefix` + its own. */
static bool add_folder(const char *folder, const char *prefix, rk_arena *arena, found *all,
                       rk_error *err)
{
    rk_slice *names;
    size_t count;
    if (!rk_folder_list(folder, FILES_MAX, arena, &names, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *path = rk_path_join(arena, folder, names[i]);
        if (!rk_slice_ends(names[i], RK_S(".yaml")) || names[i].at[0] == '.')
            continue;
        rk_buffer bytes = {0};
        bool done = rk_file_read(path, FILE_BYTES_MAX, &bytes, err);
        if (done) {
            all->items = rk_grow(all->items, &all->capacity, all->count + 1, sizeof *all->items);
            all->items[all->count++] = (rk_source){
                .name = rk_slice_of(rk_arena_printf(arena, "%s%.*s", prefix, RK_FMT(names[i]))),
                .bytes = rk_arena_slice(arena, rk_buffer_all(&bytes)),
                .path = rk_slice_of(path),
            };
        }
        rk_buffer_free(&bytes);
        if (!done)
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return rk_slice_compare(((const rk_source *)a)->name, ((const rk_source *)b)->name);
}

bool rk_sources_read(const char *rules_folder, const char *reports_folder, rk_arena *arena,
                     rk_sources *sources, rk_error *err)
{
    found all = {0};
    const char *channels = rk_path_join(arena, rules_folder, RK_S("channels"));
    bool has_reports = reports_folder && rk_file_stat(reports_folder).exists;
    bool done =
        add_folder(rules_folder, "", arena, &all, err) &&
        (!rk_file_stat(channels).exists || add_folder(channels, "channels/", arena, &all, err)) &&
        (!has_reports || add_folder(reports_folder, "reports/", arena, &all, err));
    *sources = (rk_sources){0};
    if (done && all.count) {
        sources->items = rk_arena_alloc(arena, all.count, sizeof *sources->items);
        memcpy(sources->items, all.items, all.count * sizeof *all.items);
        sources->count = all.count;
        qsort(sources->items, sources->count, sizeof *sources->items, by_name);
    }
    free(all.items);
    return done;
}

/* ---- what a file is ---- */

typedef struct rule_file {
    const char *name;
    bool (*load)(const rk_load *load, const rk_node *root, rk_error *err);
    const rk_schema *schema;
    bool needed;
    bool late;    /* names channels: loaded behind them */
    bool mapping; /* not a list */
} rule_file;

/* In the order in which they need one another. */
static const rule_file files[] = {
    {"engine.yaml", rk_load_engine, &rk_engine_schema, false, false, true},
    {"offices.yaml", rk_load_offices, &rk_office_schema, true, false, false},
    {"calendar.yaml", rk_load_calendar, &rk_calendar_schema, false, false, false},
    {"tariffs.yaml", rk_load_tariffs, &rk_tariff_schema, true, false, false},
    {"deadlines.yaml", rk_load_deadlines, &rk_deadline_schema, true, false, false},
    {"matching.yaml", rk_load_matching, &rk_match_schema, true, true, false},
    {"targets.yaml", rk_load_targets, &rk_target_schema, false, true, false},
    {"quotas.yaml", rk_load_quotas, &rk_quota_schema, false, true, false},
    {"findings.yaml", rk_load_findings, &rk_finding_schema, false, false, false},
    {"outages.yaml", rk_load_outages, &rk_outage_schema, false, true, false},
    {"reports/measures.yaml", rk_load_measures, &rk_measure_schema, false, true, false},
};
enum { FILE_COUNT = sizeof files / sizeof *files };

static bool is_channel(rk_slice name)
{
    return rk_slice_starts(name, RK_S("channels/"));
}

static bool is_workbook(rk_slice name)
{
    return rk_slice_starts(name, RK_S("reports/")) && !rk_slice_is(name, "reports/measures.yaml");
}

static const rule_file *file_called(rk_slice name)
{
    for (size_t i = 0; i < FILE_COUNT; i++)
        if (rk_slice_is(name, files[i].name))
            return &files[i];
    return NULL;
}

const rk_schema *rk_schema_of_file(rk_slice name, bool *is_list)
{
    const rule_file *file = file_called(name);
    *is_list = file && !file->mapping;
    if (file)
        return file->schema;
    if (rk_slice_is(name, "rekon.yaml"))
        return &rk_settings_schema;
    return is_channel(name) ? &rk_channel_schema : is_workbook(name) ? &rk_workbook_schema : NULL;
}

static bool fail_unknown_file(const rk_source *source, rk_error *err)
{
    rk_fail(err, RK_INVALID, "unknown rule file \"%.*s\"", RK_FMT(source->name));
    rk_fail_hint(err, "rules are offices.yaml, tariffs.yaml, deadlines.yaml, matching.yaml, "
                      "outages.yaml, calendar.yaml, targets.yaml, quotas.yaml, findings.yaml, "
                      "engine.yaml and channels/*.yaml");
    rk_nearest nearest = rk_nearest_to(source->name);
    for (size_t i = 0; i < FILE_COUNT; i++)
        rk_nearest_try(&nearest, rk_slice_of(files[i].name));
    rk_nearest_hint(&nearest, err);
    char path[sizeof err->path];
    rk_slice shown = source->path.len ? source->path : source->name;
    size_t length = shown.len < sizeof path - 1 ? shown.len : sizeof path - 1;
    memcpy(path, shown.at, length);
    path[length] = '\0';
    return rk_fail_at(err, path, 0, 0);
}

/* ---- loading ---- */

static bool load_file(rk_load *load, const rule_file *file, const rk_sources *sources,
                      rk_error *err)
{
    for (size_t i = 0; i < sources->count; i++) {
        load->source = &sources->items[i];
        if (!rk_slice_is(load->source->name, file->name))
            continue;
        rk_node *root = rk_yaml_parse(load->source, load->arena, err);
        return root && file->load(load, root, err);
    }
    if (file->needed)
        return rk_fail(err, RK_INVALID, "the rules have no file \"%s\"", file->name);
    return true;
}

static size_t count_of(const rk_sources *sources, bool (*is)(rk_slice name))
{
    size_t count = 0;
    for (size_t i = 0; i < sources->count; i++)
        count += is(sources->items[i].name);
    return count;
}

/* A payout names a channel that settles. `root` is what the channel was read from. */
static bool check_payouts(const rk_load *load, const rk_node *root, const rk_channel *channel,
                          rk_error *err)
{
    const rk_node *list = rk_node_at(rk_node_at(root, "read"), "ignore");
    for (size_t k = 0; k < channel->ignore_count; k++) {
        rk_name settles = channel->ignores[k].settles;
        const rk_channel *payer = settles ? rk_channel_find(load->rules, settles) : NULL;
        if (!settles || (payer && payer->settlement_count))
            continue;
        rk_load_fail(load, rk_node_at(list->items[k], "settles"), err, "\"%.*s\" is %s",
                     RK_FMT(rk_names_text(load->names, settles)),
                     payer ? "a channel without a settlement" : "no channel");
        return rk_fail_hint(err, "settlement: [{from: 2024-01-01, within: 1, deducts: fee}]");
    }
    return true;
}

/* What channels say of one another, once all are known. */
static bool tie_channels(rk_load *load, const rk_source **sources, rk_node **roots, rk_error *err)
{
    for (size_t i = 0; i < load->rules->channel_count; i++) {
        load->source = sources[i];
        if (!check_payouts(load, roots[i], &load->rules->channels[i], err))
            return false;
    }
    return true;
}

static bool load_channels(rk_load *load, const rk_sources *sources, rk_error *err)
{
    rk_rules *rules = load->rules;
    size_t count = count_of(sources, is_channel);
    if (count == 0)
        return rk_fail(err, RK_INVALID, "the rules have no channel: channels/*.yaml");
    rules->channels = rk_arena_alloc(load->arena, count, sizeof *rules->channels);
    const rk_source **read = rk_arena_alloc(load->arena, count, sizeof *read);
    rk_node **roots = rk_arena_alloc(load->arena, count, sizeof *roots);
    for (size_t i = 0; i < sources->count; i++) {
        load->source = &sources->items[i];
        if (!is_channel(load->source->name))
            continue;
        rk_node *root = roots[rules->channel_count] = rk_yaml_parse(load->source, load->arena, err);
        rk_channel *channel = &rules->channels[rules->channel_count];
        if (!root || !rk_load_channel(load, root, channel, err))
            return false;
        if (rk_channel_find(rules, channel->channel))
            return rk_load_fail(load, rk_node_at(root, "channel"), err, "a second channel \"%.*s\"",
                                RK_FMT(rk_names_text(load->names, channel->channel)));
        channel->calendar = rules->calendar;
        channel->engine = rules->engine;
        read[rules->channel_count++] = load->source;
    }
    return tie_channels(load, read, roots, err);
}

typedef struct named_channel {
    rk_slice name;
    rk_channel channel;
} named_channel;

static int by_channel(const void *a, const void *b)
{
    return rk_slice_compare(((const named_channel *)a)->name, ((const named_channel *)b)->name);
}

static void sort_channels(const rk_names *names, rk_rules *rules)
{
    named_channel *all = rk_alloc(rules->channel_count, sizeof *all);
    for (size_t i = 0; i < rules->channel_count; i++)
        all[i] =
            (named_channel){rk_names_text(names, rules->channels[i].channel), rules->channels[i]};
    qsort(all, rules->channel_count, sizeof *all, by_channel);
    for (size_t i = 0; i < rules->channel_count; i++)
        rules->channels[i] = all[i].channel;
    free(all);
}

static bool load_workbooks(rk_load *load, const rk_sources *sources, rk_error *err)
{
    rk_reports *reports = &load->rules->reports;
    size_t count = count_of(sources, is_workbook);
    if (count == 0)
        return true;
    reports->workbooks = rk_arena_alloc(load->arena, count, sizeof *reports->workbooks);
    for (size_t i = 0; i < sources->count; i++) {
        load->source = &sources->items[i];
        if (!is_workbook(load->source->name))
            continue;
        rk_node *root = rk_yaml_parse(load->source, load->arena, err);
        rk_workbook *workbook = &reports->workbooks[reports->workbook_count];
        if (!root || !rk_load_workbook(load, root, workbook, err))
            return false;
        for (size_t j = 0; j < reports->workbook_count; j++)
            if (rk_slice_equal(reports->workbooks[j].name, workbook->name))
                return rk_load_fail(load, rk_node_at(root, "workbook"), err,
                                    "a second workbook \"%.*s\"", RK_FMT(workbook->name));
        reports->workbook_count++;
    }
    return true;
}

bool rk_rules_load(const rk_sources *sources, rk_names *names, rk_arena *arena, rk_rules *rules,
                   rk_error *err)
{
    *rules = (rk_rules){0};
    rk_load load = {.arena = arena, .names = names, .rules = rules};
    rk_names_add(names, RK_S("-"));
    bool done = load_file(&load, &files[0], sources, err); /* which format it all is */
    for (size_t i = 0; done && i < sources->count; i++) {
        bool is_list;
        if (!rk_schema_of_file(sources->items[i].name, &is_list))
            done = fail_unknown_file(&sources->items[i], err);
    }
    for (size_t i = 1; done && i < FILE_COUNT; i++)
        done = files[i].late || load_file(&load, &files[i], sources, err);
    done = done && load_channels(&load, sources, err);
    if (done)
        sort_channels(names, rules);
    for (size_t i = 0; done && i < FILE_COUNT; i++)
        done = !files[i].late || load_file(&load, &files[i], sources, err);
    done = done && load_workbooks(&load, sources, err);
    if (!done)
        rk_rules_free(rules);
    return done;
}

void rk_rules_free(rk_rules *rules)
{
    for (struct rk_compiled *at = rules->compiled; at; at = at->next)
        rk_regex_free(at->regex);
    rules->compiled = NULL;
}

const rk_channel *rk_channel_find(const rk_rules *rules, rk_name channel)
{
    for (size_t i = 0; i < rules->channel_count; i++)
        if (rules->channels[i].channel == channel)
            return &rules->channels[i];
    return NULL;
}

bool rk_load_check_days(const rk_load *load, const rk_node *node, rk_day from, rk_day until,
                        rk_error *err)
{
    if (from == RK_NO_DAY || until == RK_NO_DAY || from < until)
        return true;
    rk_load_fail(load, rk_node_at(node, "until"), err, "\"until\" must be after \"from\"");
    return rk_fail_hint(err, "`until` is the first day on which it no longer holds");
}
