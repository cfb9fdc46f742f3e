/*
 * options: the command line, and what every command needs of it.
 *
 * In:  {"run", "--date", "2024-03-05", "--threads", "2"}
 * Out: the table's pointers filled; anything else is RK_USAGE with the nearest right name
 */
#ifndef RK_COMMANDS_OPTIONS_H
#define RK_COMMANDS_OPTIONS_H

#include "base/error.h"
#include "config/rules.h"

typedef struct rk_words {
    char **items;
    size_t count;
} rk_words;

/* One option: a flag, one value, or all words up to the next option. */
typedef struct rk_option {
    const char *name; /* "--date" */
    bool *flag;
    const char **value;
    rk_words *words;
} rk_option;

/* What all commands take. */
typedef struct rk_common {
    const char *config, *rules, *reports, *threads;
    bool without_reports; /* no book is made: what reports/ says is not asked for */
} rk_common;

/* Parses argv[1..]; the common options are known besides those of the table (ended by a NULL name).
 * Words that belong to no option go to `plain` (may be NULL: then none is allowed). */
bool rk_options_parse(int argc, char **argv, const rk_option *table, rk_common *common,
                      rk_words *plain, rk_error *err);

/* Settings, rule files and rules of this command line. */
typedef struct rk_setup {
    rk_arena arena;
    rk_settings settings;
    rk_source settings_source;
    rk_sources sources;
    rk_rules rules;
    int threads;
} rk_setup;

/* Only the settings and the number of threads. */
bool rk_setup_settings(const rk_common *common, rk_setup *setup, rk_error *err);
/* Settings, then rules, whose names are added to `names`. */
bool rk_setup_rules(const rk_common *common, rk_names *names, rk_setup *setup, rk_error *err);
void rk_setup_free(rk_setup *setup);

/* "2024-03-05" or RK_USAGE. */
bool rk_option_day(const char *option, const char *text, rk_day *day, rk_error *err);

#endif
