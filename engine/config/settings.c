/* rekon.yaml */
#include "config/load.h"

#include "base/file.h"

static const rk_choice languages[] = {{"id", RK_INDONESIAN}, {"en", RK_ENGLISH}, {NULL, 0}};

/* The folder of the file, "." when its name has none. */
static const char *folder_of(const rk_load *load)
{
    rk_slice name = load->source->name;
    rk_slice last = rk_path_name(name);
    size_t length = name.len - last.len;
    if (length == 0)
        return ".";
    return rk_arena_text(load->arena, (rk_slice){name.at, length > 1 ? length - 1 : 1});
}

static bool set_folder(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_slice text;
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    *RK_INTO(const char *, into, row) = text.at[0] == '/'
                                            ? rk_arena_text(load->arena, text)
                                            : rk_path_join(load->arena, folder_of(load), text);
    return true;
}

/* libpq takes a host for a socket's folder only when it begins with '/': a relative one that holds a
 * '/' is resolved against the folder of the file. */
static bool set_database(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                         rk_error *err)
{
    rk_slice rest, word;
    if (!rk_schema_scalar(load, row, node, &rest, err))
        return false;
    if (rest.len >= 11 && (rk_slice_starts(rest, RK_S("postgres://")) ||
                           rk_slice_starts(rest, RK_S("postgresql://")))) {
        *RK_INTO(const char *, into, row) = rk_arena_text(load->arena, rest);
        return true;
    }
    rk_buffer out = {0};
    for (const char *between = ""; rk_slice_cut(&rest, ' ', &word); between = " ") {
        rk_buffer_text(&out, between);
        bool relative = rk_slice_starts(word, RK_S("host=")) && word.len > 5 && word.at[5] != '/' &&
                        memchr(word.at, '/', word.len);
        if (relative) {
            rk_slice folder = {word.at + 5, word.len - 5};
            const char *joined = rk_path_join(load->arena, folder_of(load), folder);
            rk_buffer_printf(&out, "host=%s", rk_path_absolute(load->arena, joined));
        } else {
            rk_buffer_slice(&out, word);
        }
    }
    *RK_INTO(const char *, into, row) = rk_arena_text(load->arena, rk_buffer_all(&out));
    rk_buffer_free(&out);
    return true;
}

static bool set_settings_zone(const rk_load *load, const rk_key *row, const rk_node *node,
                              void *into, rk_error *err)
{
    rk_settings *settings = into;
    settings->zone_name = node->text;
    return rk_value_zone.set(load, row, node, into, err);
}

static bool set_memory(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_slice text;
    int64_t length;
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    if (!rk_duration_parse(text, &length) || length % RK_DAY_LENGTH || length < RK_DAY_LENGTH ||
        length > 36600 * RK_DAY_LENGTH)
        return rk_schema_bad(load, row, node, err);
    *RK_INTO(int, into, row) = (int)(length / RK_DAY_LENGTH);
    return true;
}

#define STRING "{\"type\":\"string\"}"
static const rk_value folder_value = {"a folder", STRING, set_folder, RK_SHAPE_ONE};
static const rk_value database_value = {"a connection string such as host=/run/postgresql "
                                        "dbname=rekon",
                                        STRING, set_database, RK_SHAPE_ONE};
static const rk_value settings_zone = {"a zone such as Asia/Jakarta", STRING, set_settings_zone,
                                       RK_SHAPE_ONE};
static const rk_value memory_value = {"whole days such as 400d", STRING, set_memory, RK_SHAPE_ONE};

static const rk_key settings_keys[] = {
    {"database", &database_value, offsetof(rk_settings, database), .needed = true,
     .doc = "how libpq reaches PostgreSQL"},
    {"inbox", &folder_value, offsetof(rk_settings, inbox), .needed = true,
     .doc = "the folder in which statements arrive"},
    {"archive", &folder_value, offsetof(rk_settings, archive), .needed = true,
     .doc = "the folder of sealed nights"},
    {"output", &folder_value, offsetof(rk_settings, output), .needed = true,
     .doc = "the folder of workbooks"},
    {"rules", &folder_value, offsetof(rk_settings, rules), .needed = true,
     .doc = "the folder of the rules"},
    {"reports", &folder_value, offsetof(rk_settings, reports), .needed = true,
     .doc = "the folder of measures and workbooks"},
    {"zone", &settings_zone, offsetof(rk_settings, zone),
     .doc = "of the batch; default Asia/Jakarta"},
    {"judge_at", &rk_value_clock, offsetof(rk_settings, judge_at),
     .doc = "the time of the business day at which it is judged; default 24:00"},
    {"start", &rk_value_day, offsetof(rk_settings, start), .doc = "the first business day"},
    {"memory", &memory_value, offsetof(rk_settings, memory_days),
     .doc = "how long applications stay in the closing state; default 400d"},
    {"language", &rk_value_choice, offsetof(rk_settings, language), .choices = languages,
     .doc = "of the workbooks; default id"},
    {"biller", &rk_value_text, offsetof(rk_settings, biller),
     .doc = "who bills, for the workbooks"},
};

static void begin_settings(void *into)
{
    rk_settings *settings = into;
    settings->zone = RK_WIB;
    settings->zone_name = RK_S("Asia/Jakarta");
    settings->judge_at = 86400;
    settings->start = RK_NO_DAY;
    settings->memory_days = 400;
    settings->language = RK_INDONESIAN;
}

const rk_schema rk_settings_schema = {
    .doc = "where things are",
    .size = sizeof(rk_settings),
    RK_KEYS(settings_keys),
    .begin = begin_settings,
};

bool rk_settings_load(const rk_source *source, rk_arena *arena, rk_settings *settings,
                      rk_error *err)
{
    rk_load load = {.source = source, .arena = arena};
    rk_node *root = rk_yaml_parse(source, arena, err);
    return root && rk_schema_bind(&load, &rk_settings_schema, root, settings, err);
}
