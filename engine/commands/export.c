#include <stdio.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "seal/export.h"

typedef struct request {
    rk_common common;
    rk_setup setup;
    rk_archive archive;
    rk_export wanted;
} request;

static bool parse(request *q, int argc, char **argv, rk_error *err)
{
    const char *date = NULL, *from = NULL, *to = NULL, *archive = NULL;
    const rk_option table[] = {
        {.name = "--date", .value = &date},       {.name = "--from", .value = &from},
        {.name = "--to", .value = &to},           {.name = "--out", .value = &q->wanted.path},
        {.name = "--archive", .value = &archive}, {0}};
    if (!rk_options_parse(argc, argv, table, &q->common, NULL, err))
        return false;
    if (!from != !to || (date != NULL) + (from != NULL) != 1 || !q->wanted.path)
        return rk_fail(err, RK_USAGE,
                       "export takes --date D, or --from D and --to D; and --out FILE");
    return rk_option_day(date ? "--date" : "--from", date ? date : from, &q->wanted.from, err) &&
           rk_option_day("--to", date ? date : to, &q->wanted.until, err) &&
           rk_setup_settings(&q->common, &q->setup, err) &&
           rk_archive_open(&q->archive, archive ? archive : q->setup.settings.archive, err);
}

rk_code rk_command_export(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    request q = {0};
    bool good = parse(&q, argc, argv, err);
    rk_log_quiet(true);
    q.wanted.archive = &q.archive;
    good = good && rk_export_write(&q.wanted, err);
    if (good)
        printf("%s: %zu nights, %zu files, %llu bytes\n", q.wanted.path, q.wanted.nights,
               q.wanted.files, (unsigned long long)q.wanted.bytes);
    rk_archive_close(&q.archive);
    rk_setup_free(&q.setup);
    return good ? RK_DONE : err->code;
}
