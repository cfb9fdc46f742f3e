#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "snapshot/applications.h"
#include "store/store.h"

enum { RUPIAH_DIGITS = 2 };

typedef struct importing {
    rk_names names;
    rk_texts texts;
    rk_arena arena;
    rk_applications applications;
    rk_mapped file;
} importing;

static bool read_file(importing *i, const char *path, int threads, rk_error *err)
{
    rk_slice unknown = {"", 0};
    rk_applications_reading reading = {.names = &i->names,
                                       .texts = &i->texts,
                                       .arena = &i->arena,
                                       .threads = threads,
                                       .exponent = RUPIAH_DIGITS,
                                       .columns = rk_application_all()};
    if (!rk_file_map(path, &i->file, err) ||
        !rk_applications_read(&reading, rk_slice_of(path), i->file.bytes, &i->applications,
                              &unknown, err))
        return false;
    if (unknown.len)
        rk_log_warning("%s: unknown columns ignored: %.*s", path, RK_FMT(unknown));
    return true;
}

static bool import(importing *i, const rk_setup *setup, const char *path, rk_error *err)
{
    rk_store *store = NULL;
    uint64_t inserted, updated;
    bool good =
        read_file(i, path, setup->threads, err) &&
        rk_store_open(setup->settings.database, &store, err) && rk_store_ready(store, err) &&
        rk_store_import(store, &i->applications, &i->names, &i->texts, &inserted, &updated, err);
    rk_store_close(store);
    if (good)
        printf("applications: %llu new, %llu updated\n", (unsigned long long)inserted,
               (unsigned long long)updated);
    return good;
}

rk_code rk_command_import(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    rk_common common = {0};
    rk_setup setup = {0};
    rk_words words = {0};
    importing i = {0};
    bool good = rk_options_parse(argc, argv, NULL, &common, &words, err);
    if (good && (words.count != 2 || strcmp(words.items[0], "applications") != 0))
        good = rk_fail(err, RK_USAGE, "say: rekon import applications FILE");
    good =
        good && rk_setup_settings(&common, &setup, err) && import(&i, &setup, words.items[1], err);
    rk_batch_free(&i.applications.batch);
    rk_file_unmap(&i.file);
    rk_names_free(&i.names);
    rk_texts_free(&i.texts);
    rk_arena_free(&i.arena);
    rk_setup_free(&setup);
    return good ? RK_DONE : err->code;
}
