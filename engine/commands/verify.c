#include <stdio.h>

#include "commands/commands.h"
#include "commands/options.h"
#include "night/totals.h"
#include "seal/inspect.h"
#include "seal/mend.h"

static void tell(void *context, bool is_difference, const char *line)
{
    (void)context;
    printf("%s%s\n", is_difference ? "" : "note: ", line);
}

static bool mend(const rk_archive *archive, const char *copy, rk_error *err)
{
    size_t mended;
    if (archive->bundle)
        return rk_fail(err, RK_USAGE, "--mend is for an archive: \"%s\" is an export of one",
                       archive->folder);
    if (!rk_mend(archive, copy, &mended, err))
        return false;
    printf("%zu files were brought back from \"%s\"\n", mended, copy);
    return true;
}

static void tell_total(void *context, const char *line)
{
    tell(context, true, line);
}

/* Only of an archive whose bytes are the sealed ones. */
static bool check_totals(rk_inspection *v, rk_error *err)
{
    rk_arena arena = {0};
    rk_night_name *nights;
    size_t count = 0;
    bool good = rk_archive_nights(&v->archive, "nights", &arena, &nights, &count, err);
    for (size_t i = 0; good && i < count; i++)
        if ((v->only == RK_NO_DAY || nights[i].night == v->only) &&
            rk_archive_is_whole(&v->archive, &nights[i]))
            good = rk_totals_check(&v->archive, &nights[i], tell_total, NULL, &v->differences, err);
    rk_arena_free(&arena);
    return good;
}

rk_code rk_command_verify(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    const char *date = NULL, *archive = NULL, *copy = NULL;
    const rk_option table[] = {{.name = "--date", .value = &date},
                               {.name = "--archive", .value = &archive},
                               {.name = "--mend", .value = &copy},
                               {0}};
    rk_common common = {0};
    rk_setup setup = {0};
    rk_inspection v = {.tell = tell};
    bool good = rk_options_parse(argc, argv, table, &common, NULL, err) &&
                rk_option_day("--date", date, &v.only, err) &&
                rk_setup_settings(&common, &setup, err);
    v.threads = setup.threads;
    good = good && rk_archive_open(&v.archive, archive ? archive : setup.settings.archive, err) &&
           (!copy || mend(&v.archive, copy, err)) && rk_inspect(&v, err) &&
           (v.differences > 0 || check_totals(&v, err));
    if (good)
        printf("%zu nights, %zu objects, %zu differences\n", v.nights, v.objects, v.differences);
    if (good && v.differences)
        good = rk_fail(err, RK_DIFFERENT, "the archive \"%s\" is not what was sealed",
                       v.archive.folder);
    rk_archive_close(&v.archive);
    rk_setup_free(&setup);
    return good ? RK_DONE : err->code;
}
