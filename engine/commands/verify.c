#include <stdio.h>

#include "commands/commands.h"
#include "commands/options.h"
#include "seal/inspect.h"

static void tell(void *context, bool is_difference, const char *line)
{
    (void)context;
    printf("%s%s\n", is_difference ? "" : "note: ", line);
}

rk_code rk_command_verify(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    const char *date = NULL, *archive = NULL;
    const rk_option table[] = {
        {.name = "--date", .value = &date}, {.name = "--archive", .value = &archive}, {0}};
    rk_common common = {0};
    rk_setup setup = {0};
    rk_inspection v = {.tell = tell};
    bool good = rk_options_parse(argc, argv, table, &common, NULL, err) &&
                rk_option_day("--date", date, &v.only, err) &&
                rk_setup_settings(&common, &setup, err);
    v.archive.folder = archive ? archive : setup.settings.archive;
    v.threads = setup.threads;
    good = good && rk_inspect(&v, err);
    if (good)
        printf("%zu nights, %zu objects, %zu differences\n", v.nights, v.objects, v.differences);
    if (good && v.differences)
        good = rk_fail(err, RK_DIFFERENT, "the archive \"%s\" is not what was sealed",
                       v.archive.folder);
    rk_setup_free(&setup);
    return good ? RK_DONE : err->code;
}
