/*
 * config_kit: what the suites of the rules share: the small good files of tests/data/config, loaded.
 *
 * In:  kit k = good();        Out: k.rules, until drop(&k)
 */
#ifndef RK_TESTS_CONFIG_KIT_H
#define RK_TESTS_CONFIG_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/load.h"

typedef struct kit {
    rk_arena arena;
    rk_names names;
    rk_sources sources;
    rk_rules rules;
    rk_error err;
    bool loaded;
} kit;

static inline kit read_folders(const char *rules, const char *reports)
{
    kit k = {0};
    if (!rk_sources_read(rules, reports, &k.arena, &k.sources, &k.err))
        fail_msg("%s", k.err.message);
    for (size_t i = 0; i < k.sources.count; i++)
        k.sources.items[i].path = (rk_slice){0}; /* messages print the name */
    return k;
}

static inline bool load(kit *k)
{
    k->loaded = rk_rules_load(&k->sources, &k->names, &k->arena, &k->rules, &k->err);
    return k->loaded;
}

static inline void drop(kit *k)
{
    if (k->loaded)
        rk_rules_free(&k->rules);
    rk_names_free(&k->names);
    rk_arena_free(&k->arena);
}

static inline kit good(void)
{
    kit k = read_folders("tests/data/config/rules", "tests/data/config/reports");
    if (!load(&k))
        fail_msg("%s:%zu: %s", k.err.path, k.err.line, k.err.message);
    return k;
}

static inline rk_source *source_of(kit *k, const char *name)
{
    for (size_t i = 0; i < k->sources.count; i++)
        if (rk_slice_is(k->sources.items[i].name, name))
            return &k->sources.items[i];
    fail_msg("no file %s", name);
    return NULL;
}

static inline rk_name name_of(const kit *k, const char *text)
{
    return rk_names_find(&k->names, rk_slice_of(text));
}

static inline const rk_channel *channel_of(const kit *k, const char *name)
{
    const rk_channel *channel = rk_channel_find(&k->rules, name_of(k, name));
    if (!channel)
        fail_msg("no channel %s", name);
    return channel;
}

static inline rk_day day_of(const char *text)
{
    rk_day day = RK_NO_DAY;
    assert_true(rk_day_parse(rk_slice_of(text), &day));
    return day;
}

static inline void assert_slice(rk_slice slice, const char *text)
{
    if (!rk_slice_is(slice, text))
        fail_msg("\"%.*s\" is not \"%s\"", RK_FMT(slice), text);
}

static inline void assert_error(const rk_error *err, const char *expected)
{
    rk_buffer out = {0};
    rk_error_print(err, &out);
    assert_int_equal(err->code, RK_INVALID);
    if (!rk_slice_is(rk_buffer_all(&out), expected))
        fail_msg("expected:\n%s\ngot:\n%.*s", expected, RK_FMT(rk_buffer_all(&out)));
    rk_buffer_free(&out);
}

#endif
