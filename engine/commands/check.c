#include <stdio.h>

#include "commands/check_tests.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "config/schema.h"

/* The JSON Schema of every file that is there, as one object by file name. */
static void print_schemas(const rk_sources *sources)
{
    rk_buffer out = {0};
    rk_buffer_text(&out, "{");
    for (size_t i = 0; i < sources->count; i++) {
        bool is_list;
        const rk_schema *schema = rk_schema_of_file(sources->items[i].name, &is_list);
        if (!schema)
            continue;
        rk_buffer_text(&out, out.len > 1 ? ",\n" : "\n");
        rk_buffer_json(&out, sources->items[i].name);
        rk_buffer_text(&out, ": ");
        rk_schema_put_json(schema, is_list, &out);
    }
    rk_buffer_text(&out, "\n}\n");
    fwrite(out.bytes, 1, out.len, stdout);
    rk_buffer_free(&out);
}

static bool print_rules(const rk_setup *setup, rk_error *err)
{
    rk_buffer failures = {0};
    size_t tests;
    bool good = rk_check_tests(&setup->rules, &setup->sources, setup->settings.zone, &tests,
                               &failures, err);
    fprintf(stderr, "%.*s", RK_FMT(rk_buffer_all(&failures)));
    if (good)
        printf("rules are in order: %zu channels, %zu offices, %zu matching rules, %zu tests of "
               "them, %zu workbooks\n",
               setup->rules.channel_count, setup->rules.offices.count, setup->rules.matching.count,
               tests, setup->rules.reports.workbook_count);
    rk_buffer_free(&failures);
    return good;
}

rk_code rk_command_check(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    bool schema = false;
    const rk_option table[] = {{.name = "--schema", .flag = &schema}, {0}};
    rk_common common = {0};
    rk_setup setup = {0};
    rk_names names = {0};
    bool good = rk_options_parse(argc, argv, table, &common, NULL, err) &&
                rk_setup_rules(&common, &names, &setup, err);
    if (good && schema)
        print_schemas(&setup.sources);
    else if (good)
        good = print_rules(&setup, err);
    rk_names_free(&names);
    rk_setup_free(&setup);
    return good ? RK_DONE : err->code;
}
