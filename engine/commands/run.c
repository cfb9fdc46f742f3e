#include "commands/commands.h"
#include "commands/options.h"
#include "nightly.h"

static bool parse(int argc, char **argv, rk_common *common, rk_nightly *nightly, rk_error *err)
{
    const char *date = NULL, *from = NULL, *to = NULL, *arrivals = NULL;
    const rk_option table[] = {
        {.name = "--date", .value = &date},
        {.name = "--from", .value = &from},
        {.name = "--to", .value = &to},
        {.name = "--reconstructed", .flag = &nightly->reconstructed},
        {.name = "--arrivals", .value = &arrivals},
        {0},
    };
    if (!rk_options_parse(argc, argv, table, common, NULL, err))
        return false;
    if ((date && (from || to)) || (!from != !to))
        return rk_fail(err, RK_USAGE, "run takes --date D, or --from D and --to D, or neither");
    if (nightly->reconstructed && !from)
        return rk_fail(err, RK_USAGE, "--reconstructed needs --from D and --to D");
    if (arrivals && !nightly->reconstructed)
        return rk_fail(err, RK_USAGE, "--arrivals goes with --reconstructed");
    if (arrivals && !rk_arrivals_read(arrivals, &nightly->arrivals, err))
        return false;
    return rk_option_day("--date", date ? date : from, &nightly->from, err) &&
           rk_option_day("--to", date ? date : to, &nightly->until, err);
}

/* What is closed cannot be opened again: a slip of the pen must not close the days to come. */
static bool are_over(const rk_nightly *nightly, int64_t now, rk_error *err)
{
    const rk_settings *settings = nightly->settings;
    rk_buffer day = {0};
    if (nightly->until == RK_NO_DAY ||
        rk_day_begin(nightly->until, settings->zone) + settings->judge_at * RK_SECOND <= now)
        return true;
    rk_day_put(&day, nightly->until);
    rk_fail(err, RK_USAGE, "%.*s is not over", RK_FMT(rk_buffer_all(&day)));
    rk_buffer_free(&day);
    return false;
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
        good = are_over(&nightly, now, err);
    }
    if (good)
        code = rk_nightly_run(&nightly, err);
    rk_arrivals_free(&nightly.arrivals);
    rk_names_free(&names);
    rk_setup_free(&setup);
    return good ? code : err->code;
}
