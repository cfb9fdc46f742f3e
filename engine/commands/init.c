#include <stdio.h>

#include "base/file.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "night/recover.h"

static bool make_folders(const rk_settings *settings, rk_error *err)
{
    rk_archive archive = {.folder = settings->archive};
    return rk_folder_make(settings->inbox, 0700, err) &&
           rk_folder_make(settings->output, 0755, err) &&
           rk_folder_make(settings->archive, 0700, err) && rk_archive_make(&archive, err);
}

static bool restore(const rk_settings *settings, rk_store *store, bool forget, rk_error *err)
{
    rk_archive archive = {.folder = settings->archive};
    rk_restored restored;
    if (!rk_restore(settings, &archive, store, forget, &restored, err))
        return false;
    printf("%zu nights in the archive, %zu of them added to the database\n", restored.nights,
           restored.added);
    if (restored.marked)
        printf("the archive's mark was set to its last night\n");
    if (restored.pending)
        printf("%zu files in pending/ were discarded\n", restored.pending);
    if (restored.forgotten)
        printf("%zu nights were taken out of the database, and %zu files are in the inbox again\n",
               restored.forgotten, restored.brought_back);
    return true;
}

rk_code rk_command_init(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    bool from_archive = false, forget = false;
    const rk_option table[] = {{.name = "--from-archive", .flag = &from_archive},
                               {.name = "--forget", .flag = &forget},
                               {0}};
    rk_common common = {0};
    rk_setup setup = {0};
    rk_store *store = NULL;
    bool good =
        rk_options_parse(argc, argv, table, &common, NULL, err) &&
        (!forget || from_archive || rk_fail(err, RK_USAGE, "--forget goes with --from-archive")) &&
        rk_setup_settings(&common, &setup, err) &&
        rk_store_open(setup.settings.database, &store, err) && rk_store_init(store, err) &&
        make_folders(&setup.settings, err) &&
        (!from_archive || restore(&setup.settings, store, forget, err));
    rk_store_close(store);
    if (good)
        printf("ready: schema rekon, folders %s, %s and %s\n", setup.settings.inbox,
               setup.settings.archive, setup.settings.output);
    rk_setup_free(&setup);
    return good ? RK_DONE : err->code;
}
