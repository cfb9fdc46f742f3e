#include <stdio.h>

#include "base/file.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "seal/archive.h"
#include "store/store.h"

static bool make_folders(const rk_settings *settings, rk_error *err)
{
    rk_archive archive = {.folder = settings->archive};
    return rk_folder_make(settings->inbox, 0700, err) &&
           rk_folder_make(settings->output, 0755, err) &&
           rk_folder_make(settings->archive, 0700, err) && rk_archive_make(&archive, err);
}

rk_code rk_command_init(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    rk_common common = {0};
    rk_setup setup = {0};
    rk_store *store = NULL;
    bool good = rk_options_parse(argc, argv, NULL, &common, NULL, err) &&
                rk_setup_settings(&common, &setup, err) &&
                rk_store_open(setup.settings.database, &store, err) && rk_store_init(store, err) &&
                make_folders(&setup.settings, err);
    rk_store_close(store);
    if (good)
        printf("ready: schema rekon, folders %s, %s and %s\n", setup.settings.inbox,
               setup.settings.archive, setup.settings.output);
    rk_setup_free(&setup);
    return good ? RK_DONE : err->code;
}
