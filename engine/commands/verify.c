#include <stdio.h>

#include "base/file.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "night/night.h"

/* One walk over the chain. Every difference is printed; the walk goes on. */
typedef struct verifying {
    rk_archive archive;
    rk_arena arena;
    rk_day only; /* RK_NO_DAY: all */
    size_t nights, objects, differences;
    rk_digest last_manifest, last_run;
} verifying;

static void differ(verifying *v, const char *night, const char *what)
{
    v->differences++;
    printf("%s: %s\n", night, what);
}

/* Context of rk_closing_visit. */
typedef struct visiting {
    verifying *all;
    const char *night;
} visiting;

static bool check_ref(void *context, const char *what, const rk_ref *ref, rk_error *err)
{
    visiting *v = context;
    rk_buffer bytes = {0};
    rk_error found;
    (void)err;
    v->all->objects++;
    if (!rk_archive_get(&v->all->archive, ref, &bytes, &found)) {
        char line[900];
        snprintf(line, sizeof line, "%s: %s", what, found.message);
        differ(v->all, v->night, line);
    } else if (bytes.len != ref->size) {
        differ(v->all, v->night, "an object has another size than was sealed");
    }
    rk_buffer_free(&bytes);
    return true;
}

static void check_items(verifying *v, const char *night, const rk_manifest *manifest)
{
    visiting context = {v, night};
    rk_error err;
    for (size_t i = 0; i < manifest->item_count; i++) {
        const rk_item *item = &manifest->items[i];
        char what[300];
        snprintf(what, sizeof what, "%s %.*s", rk_item_name(item->kind), RK_FMT(item->name));
        if (item->kind != RK_ITEM_CLOSING)
            check_ref(&context, what, &item->ref, &err);
        else if (!rk_closing_visit(&v->archive, &item->ref, check_ref, &context, &err))
            differ(v, night, err.message);
    }
}

static void check_night(verifying *v, const rk_night_name *name, bool first)
{
    rk_manifest manifest = {0};
    rk_digest digest;
    rk_error err;
    const char *night = rk_manifest_name(name->night, name->number, &v->arena);
    if (!rk_archive_manifest(&v->archive, "nights", name->night, name->number, &v->arena, &manifest,
                             &digest, &err)) {
        differ(v, night, err.message);
        rk_manifest_free(&manifest);
        return;
    }
    rk_digest run = rk_manifest_run_id(&manifest);
    v->nights++;
    if (manifest.night != name->night || manifest.number != name->number)
        differ(v, night, "the manifest is that of another night");
    if (!rk_digest_equal(&run, &manifest.run))
        differ(v, night, "the run id is not that of its inputs");
    if (first ? !rk_digest_is_zero(&manifest.previous)
              : !rk_digest_equal(&manifest.previous, &v->last_manifest))
        differ(v, night, "the chain is broken: it does not follow the night before it");
    if (v->only == RK_NO_DAY || v->only == name->night)
        check_items(v, night, &manifest);
    v->last_manifest = digest;
    v->last_run = manifest.run;
    rk_manifest_free(&manifest);
}

static bool check_head(verifying *v, rk_error *err)
{
    rk_mark mark;
    if (!rk_archive_mark(&v->archive, &mark, err))
        return false;
    if (mark.any != (v->nights > 0) ||
        (mark.any && !rk_digest_equal(&mark.manifest, &v->last_manifest)))
        differ(v, "head", "the last night is not the one that the archive's mark names");
    return true;
}

static bool verify(verifying *v, rk_error *err)
{
    rk_night_name *nights;
    size_t count;
    if (!rk_archive_nights(&v->archive, "nights", &v->arena, &nights, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        check_night(v, &nights[i], i == 0);
    return check_head(v, err);
}

rk_code rk_command_verify(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    const char *date = NULL, *archive = NULL;
    const rk_option table[] = {
        {.name = "--date", .value = &date}, {.name = "--archive", .value = &archive}, {0}};
    rk_common common = {0};
    rk_setup setup = {0};
    verifying v = {.only = RK_NO_DAY};
    bool good = rk_options_parse(argc, argv, table, &common, NULL, err) &&
                rk_option_day("--date", date, &v.only, err) &&
                rk_setup_settings(&common, &setup, err);
    v.archive.folder = archive ? archive : setup.settings.archive;
    good = good && verify(&v, err);
    if (good)
        printf("%zu nights, %zu objects, %zu differences\n", v.nights, v.objects, v.differences);
    if (good && v.differences)
        good = rk_fail(err, RK_DIFFERENT, "the archive \"%s\" is not what was sealed",
                       v.archive.folder);
    rk_arena_free(&v.arena);
    rk_setup_free(&setup);
    return good ? RK_DONE : err->code;
}
