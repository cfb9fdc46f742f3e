#include "commands/options.h"

#include <omp.h>
#include <stdlib.h>

#include "base/file.h"

enum { SETTINGS_BYTES_MAX = 1 << 20, THREADS_MAX = 256 };

static const rk_option *find_option(const rk_option *table, const char *name)
{
    for (; table && table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] == '-' && word[2];
}

/* Takes the option at argv[*i] and its values. */
static bool take(const rk_option *option, int argc, char **argv, int *i, rk_error *err)
{
    if (option->flag) {
        *option->flag = true;
        return true;
    }
    if (*i + 1 >= argc || is_option(argv[*i + 1]))
        return rk_fail(err, RK_USAGE, "%s needs a value", option->name);
    if (option->value) {
        *option->value = argv[++*i];
        return true;
    }
    if (option->words->count == 0)
        option->words->items = &argv[*i + 1];
    else if (&argv[*i + 1] != option->words->items + option->words->count)
        return rk_fail(err, RK_USAGE, "%s is given twice: name all its values behind one",
                       option->name);
    while (*i + 1 < argc && !is_option(argv[*i + 1])) {
        option->words->count++;
        ++*i;
    }
    return true;
}

static bool unknown_option(const char *word, const rk_option *table, rk_error *err)
{
    rk_fail(err, RK_USAGE, "unknown option %s", word);
    char names[256] = "";
    size_t used = 0;
    for (; table && table->name && used + strlen(table->name) + 2 < sizeof names; table++) {
        memcpy(names + used, table->name, strlen(table->name));
        used += strlen(table->name);
        names[used++] = ' ';
    }
    names[used] = '\0';
    return rk_fail_hint(err, "options here: %s--config --rules --reports --threads --help", names);
}

bool rk_options_parse(int argc, char **argv, const rk_option *table, rk_common *common,
                      rk_words *plain, rk_error *err)
{
    const rk_option shared[] = {
        {.name = "--config", .value = &common->config},
        {.name = "--rules", .value = &common->rules},
        {.name = "--reports", .value = &common->reports},
        {.name = "--threads", .value = &common->threads},
        {0},
    };
    for (int i = 1; i < argc; i++) {
        const rk_option *option = find_option(table, argv[i]);
        if (!option)
            option = find_option(shared, argv[i]);
        if (option) {
            if (!take(option, argc, argv, &i, err))
                return false;
        } else if (is_option(argv[i])) {
            return unknown_option(argv[i], table, err);
        } else if (!plain || (plain->count && &argv[i] != plain->items + plain->count)) {
            return rk_fail(err, RK_USAGE, "\"%s\" belongs to no option", argv[i]);
        } else {
            plain->items = plain->count ? plain->items : &argv[i];
            plain->count++;
        }
    }
    return true;
}

static bool read_threads(const char *text, int *threads, rk_error *err)
{
    uint64_t wanted;
    *threads = omp_get_max_threads();
    if (!text)
        return true;
    if (!rk_slice_to_u64(rk_slice_of(text), &wanted) || wanted < 1 || wanted > THREADS_MAX)
        return rk_fail(err, RK_USAGE, "--threads takes a number from 1 to %d, not \"%s\"",
                       THREADS_MAX, text);
    *threads = (int)wanted;
    return true;
}

/* Without a file: the folders of a checkout and libpq's own idea of a database. */
static const char default_settings[] = "database: dbname=rekon\ninbox: inbox\narchive: archive\n"
                                       "output: output\nrules: rules\nreports: reports\n";

/* The default places, in order; NULL when none is there. */
static const char *default_config(void)
{
    static const char *const places[] = {"rekon.yaml", "/etc/rekon/rekon.yaml"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (rk_file_stat(places[i]).exists)
            return places[i];
    return NULL;
}

bool rk_setup_settings(const rk_common *common, rk_setup *setup, rk_error *err)
{
    rk_buffer bytes = {0};
    const char *path = common->config ? common->config : default_config();
    if (!read_threads(common->threads, &setup->threads, err))
        return false;
    if (path && !rk_file_read(path, SETTINGS_BYTES_MAX, &bytes, err))
        return false;
    setup->settings_source.name =
        rk_arena_slice(&setup->arena, rk_slice_of(path ? path : "rekon.yaml"));
    if (!path)
        rk_buffer_text(&bytes, default_settings);
    setup->settings_source.bytes = rk_arena_slice(&setup->arena, rk_buffer_all(&bytes));
    rk_buffer_free(&bytes);
    if (!rk_settings_load(&setup->settings_source, &setup->arena, &setup->settings, err))
        return false;
    if (common->rules)
        setup->settings.rules = common->rules;
    if (common->reports)
        setup->settings.reports = common->reports;
    return true;
}

bool rk_setup_rules(const rk_common *common, rk_names *names, rk_setup *setup, rk_error *err)
{
    if (!rk_setup_settings(common, setup, err))
        return false;
    const char *reports = common->without_reports ? NULL : setup->settings.reports;
    if (!rk_sources_read(setup->settings.rules, reports, &setup->arena, &setup->sources, err))
        return default_config() || common->config || common->rules
                   ? false
                   : rk_fail_hint(err,
                                  "there is no rekon.yaml here or in /etc/rekon: give --config");
    return rk_rules_load(&setup->sources, names, &setup->arena, &setup->rules, err);
}

void rk_setup_free(rk_setup *setup)
{
    rk_rules_free(&setup->rules);
    rk_arena_free(&setup->arena);
}

bool rk_option_day(const char *option, const char *text, rk_day *day, rk_error *err)
{
    *day = RK_NO_DAY;
    return !text || rk_day_parse(rk_slice_of(text), day) ||
           rk_fail(err, RK_USAGE, "%s takes a day such as 2024-03-05, not \"%s\"", option, text);
}
