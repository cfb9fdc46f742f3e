#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "commands/read_json.h"
#include "commands/read_raw.h"
#include "model/world.h"
#include "statement/read.h"
#include "statement/unpack.h"

/* The command line. */
typedef struct request {
    const char *path, *channel, *format, *delimiter, *comment;
    rk_common common;
} request;

typedef struct reading {
    rk_setup setup;
    rk_world world;
    rk_mapped content;
} reading;

static void put_statement(const reading *r, const rk_file *file, int exponent, rk_buffer *out)
{
    rk_buffer_text(out, "{\"type\":\"statement\"");
    rk_json_text(out, "channel", rk_names_text(&r->world.names, file->channel));
    rk_json_text(out, "account", rk_names_text(&r->world.names, file->account));
    rk_json_text(out, "number", file->number);
    rk_json_text(out, "currency", rk_names_text(&r->world.names, file->currency));
    rk_json_money(out, "opening_balance", file->opening_minor, exponent);
    rk_json_money(out, "closing_balance", file->closing_minor, exponent);
    rk_json_day(out, "from", file->from);
    rk_json_day(out, "until", file->until);
    rk_buffer_text(out, "}\n");
}

/* {"reference":...,"billing_code":...}: what the entry can be looked up by. */
static void put_references(const reading *r, size_t row, rk_buffer *out)
{
    const rk_entries *e = &r->world.entries;
    rk_slice reference = rk_texts_get(&r->world.texts, e->reference[row]);
    rk_json_key(out, "references");
    rk_buffer_char(out, '{');
    if (reference.len) {
        rk_buffer_text(out, "\"reference\":");
        rk_buffer_json(out, reference);
    }
    char code[RK_CODE_TEXT];
    if (rk_code_text(e->code[row], code))
        rk_buffer_printf(out, "%s\"billing_code\":\"%s\"", reference.len ? "," : "", code);
    rk_alt_key kind;
    rk_slice text, keys = rk_texts_get(&r->world.texts, e->keys[row]);
    bool first = !reference.len && !code[0];
    for (; rk_alt_keys_next(&keys, &kind, &text); first = false) {
        rk_buffer_printf(out, "%s\"%s\":", first ? "" : ",", rk_alt_key_name(kind));
        rk_buffer_json(out, text);
    }
    rk_buffer_char(out, '}');
}

static void put_entry(const reading *r, size_t row, rk_zone zone, int exponent, rk_buffer *out)
{
    const rk_entries *e = &r->world.entries;
    rk_buffer_printf(out, "{\"type\":\"entry\",\"ordinal\":%u,\"line\":%u", e->ordinal[row],
                     e->line[row]);
    rk_json_day(out, "booked_on", e->booked_on[row]);
    rk_json_day(out, "value_date", e->value_on[row]);
    rk_json_moment(out, "paid_from", e->paid_from[row], zone);
    rk_json_moment(out, "paid_until", e->paid_until[row], zone);
    rk_json_money(out, "amount", e->amount_minor[row], exponent);
    rk_json_text(out, "currency", rk_names_text(&r->world.names, e->currency[row]));
    put_references(r, row, out);
    rk_json_text(out, "narrative", rk_texts_get(&r->world.texts, e->narrative[row]));
    rk_buffer_text(out, ",\"details\":[]}\n");
}

static void put_result(const reading *r, const rk_file *file, rk_buffer *out)
{
    rk_buffer_printf(out, "{\"type\":\"result\",\"entries\":%u,\"rejects\":%u,\"filtered\":%u",
                     file->entries, file->rejects, file->filtered);
    rk_json_text(out, "controls", rk_slice_of(rk_fate_name(file->fate)));
    rk_buffer_text(out, ",\"errors\":[");
    if (file->why.len)
        rk_buffer_json(out, file->why);
    for (size_t i = 0; i < r->world.rejects.count; i++) {
        const rk_reject *reject = &r->world.rejects.items[i];
        rk_buffer line = {0};
        rk_buffer_printf(&line, "line %u", reject->line);
        if (reject->column)
            rk_buffer_printf(&line, ", column %u", reject->column);
        rk_buffer_printf(&line, ": %.*s", RK_FMT(reject->reason));
        rk_buffer_text(out, i || file->why.len ? "," : "");
        rk_buffer_json(out, rk_buffer_all(&line));
        rk_buffer_free(&line);
    }
    rk_buffer_text(out, "]}\n");
}

static void print(const reading *r)
{
    rk_buffer out = {0};
    const rk_file *file = &r->world.files.items[0];
    const rk_channel *channel = rk_channel_find(&r->setup.rules, file->channel);
    put_statement(r, file, channel->exponent, &out);
    for (size_t row = 0; row < r->world.entries.batch.count; row++)
        put_entry(r, row, channel->zone, channel->exponent, &out);
    put_result(r, file, &out);
    fwrite(out.bytes, 1, out.len, stdout);
    rk_buffer_free(&out);
}

static bool choose_channel(reading *r, rk_reading *by, const char *wanted, rk_error *err)
{
    rk_file *file = &r->world.files.items[0];
    bool known = rk_statement_identify(by, file);
    if (!wanted)
        return known ||
               rk_fail(err, RK_USAGE, "\"%.*s\" is of no known channel (%.*s): give --channel",
                       RK_FMT(file->name), RK_FMT(file->why));
    rk_name name = rk_names_find(&r->world.names, rk_slice_of(wanted));
    if (name == RK_NAME_FULL || !rk_channel_find(&r->setup.rules, name))
        return rk_fail(err, RK_USAGE, "no channel is called \"%s\"", wanted);
    if (!known || file->channel != name)
        file->from = file->until = RK_NO_DAY;
    file->channel = name;
    file->why = (rk_slice){"", 0};
    return true;
}

static bool read_one(reading *r, const char *path, const char *channel, rk_error *err)
{
    rk_reading by = {.rules = &r->setup.rules,
                     .names = &r->world.names,
                     .texts = &r->world.texts,
                     .arena = &r->world.arena,
                     .threads = r->setup.threads};
    rk_file *file = rk_files_add(&r->world.files);
    file->name = rk_path_name(rk_slice_of(path));
    file->bytes = r->content.bytes;
    rk_batch_init(&r->world.entries.batch, rk_entry_columns, rk_entry_column_count, 16,
                  rk_entry_all() | RK_ENTRY_BIT(keys));
    return choose_channel(r, &by, channel, err) &&
           rk_statements_read(&by, &r->world.files, &r->world.entries, &r->world.rejects, err);
}

/* By the rules of a channel, given or told by the file's name. */
static rk_code read_by_channel(const request *wish, const rk_mapped *content, rk_error *err)
{
    reading r = {.content = *content};
    bool good = rk_setup_rules(&wish->common, &r.world.names, &r.setup, err) &&
                read_one(&r, wish->path, wish->channel, err);
    bool accepted = good && r.world.files.items[0].fate == RK_FATE_ACCEPTED;
    if (good)
        print(&r);
    rk_world_free(&r.world);
    rk_setup_free(&r.setup);
    return !good ? err->code : accepted ? RK_DONE : RK_WAITING;
}

static rk_code read_rows(const request *wish, const rk_mapped *content, rk_error *err)
{
    rk_rows rows = {.delimiter = ',', .comment = wish->comment};
    if (wish->delimiter && strcmp(wish->delimiter, "\\t") == 0)
        rows.delimiter = '\t';
    else if (wish->delimiter && strlen(wish->delimiter) == 1)
        rows.delimiter = *wish->delimiter;
    else if (wish->delimiter)
        return rk_fail(err, RK_USAGE, "--delimiter is one character"), RK_USAGE;
    if (rk_read_rows(content, &rows, err))
        return RK_DONE;
    if (err->code == RK_WAITING) /* no error of the program: main.c does not print it */
        fprintf(stderr, "%s: %s\n", wish->path, err->message);
    return err->code;
}

static rk_code read_statement(rk_raw_format format, const rk_mapped *content, rk_error *err)
{
    bool clean;
    if (!rk_read_statement(content, format, &clean, err))
        return err->code;
    return clean ? RK_DONE : RK_WAITING;
}

static rk_code read_plain(const request *wish, const rk_mapped *content, rk_error *err)
{
    rk_slice format = rk_slice_of(wish->format ? wish->format : "");
    if (rk_slice_is(format, "rows"))
        return read_rows(wish, content, err);
    if (rk_slice_is(format, "mt940") || rk_slice_is(format, "mt942"))
        return read_statement(RK_RAW_MT940, content, err);
    if (rk_slice_is(format, "camt"))
        return read_statement(RK_RAW_CAMT, content, err);
    if (format.len)
        return rk_fail(err, RK_USAGE, "--format is mt940, camt or rows, not \"%s\"", wish->format),
               RK_USAGE;
    rk_raw_format seen = rk_raw_format_of(content->bytes);
    if (!wish->channel && seen != RK_RAW_UNKNOWN)
        return read_statement(seen, content, err);
    return read_by_channel(wish, content, err);
}

/* A packed file, or one in UTF-16, is read as what is in it; channels see to that themselves. */
static rk_code read_file(const request *wish, const rk_mapped *content, rk_error *err)
{
    rk_arena arena = {0};
    const char *why = NULL;
    if (wish->channel)
        return read_plain(wish, content, err);
    rk_mapped plain = {.bytes = rk_statement_unpack(content->bytes, &arena, &why)};
    bool same = plain.bytes.at == content->bytes.at;
    rk_code code;
    if (why) {
        fprintf(stderr, "%s: %s\n", wish->path, why);
        code = RK_WAITING;
    } else if (!same && !wish->format && rk_raw_format_of(plain.bytes) == RK_RAW_UNKNOWN) {
        code = read_plain(wish, content, err); /* by its channel, from the bytes as delivered */
    } else {
        code = read_plain(wish, same ? content : &plain, err);
    }
    rk_arena_free(&arena);
    return code;
}

rk_code rk_command_read(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    request wish = {0};
    const rk_option table[] = {{.name = "--channel", .value = &wish.channel},
                               {.name = "--format", .value = &wish.format},
                               {.name = "--delimiter", .value = &wish.delimiter},
                               {.name = "--comment", .value = &wish.comment},
                               {0}};
    rk_words words = {0};
    rk_mapped content = {0};
    if (!rk_options_parse(argc, argv, table, &wish.common, &words, err))
        return err->code;
    if (words.count != 1 || (wish.channel && wish.format))
        return rk_fail(err, RK_USAGE, "say: rekon read FILE [--channel C | --format F]"), RK_USAGE;
    wish.path = words.items[0];
    if (!rk_file_map(wish.path, &content, err))
        return err->code;
    rk_code code = read_file(&wish, &content, err);
    rk_file_unmap(&content);
    return code;
}
