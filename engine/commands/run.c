#include "commands/commands.h"
#include "commands/options.h"
#include "nightly.h"

static bool parse(int argc, char **argv, rk_common *common, rk_nightly *nightly, rk_error *err)
{
    const char *date = NULL, *from = NULL, *to = NULL;
    const rk_option table[] = {
        {.name = "--date", .value = &date},
        {.name = "--from", .value = &from},
        {.name = "--to", .value = &to},
        {0},
    };
    if (!rk_options_parse(argc, argv, table, common, NULL, err))
        return false;
    if ((date && (from || to)) || (!from != !to))
        return rk_fail(err, RK_USAGE, "run takes --date D, or --from D and --to D, or neither");
    return rk_option_day("--date", date ? date : from, &nightly->from, err) &&
           rk_option_day("--to", date ? date : to, &nightly->until, err);
}

rk_code rk_command_run_nights(int argc, char **argv, int64_t now, rk_error *err)
{
    rk_common common = {0};
    rk_setup setup = {0};
    rk_names names = {0};
    rk_nightly nightly = {0};
    rk_code code = RK_DONE;
    bool good =
        parse(argc, argv, &common, &nightly, err) && rk_setup_rules(&common, &names, &setup, err);
    if (good) {
        nightly.settings = &setup.settings;
        nightly.sources = &setup.sources;
        nightly.threads = setup.threads;
        nightly.yesterday = rk_day_at(now, setup.settings.zone) - 1;
        code = rk_nightly_run(&nightly, err);
    }
    rk_names_free(&names);
    rk_setup_free(&setup);
    return good ? code : err->code;
}
