#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "commands/commands.h"
#include "commands/options.h"
#include "model/world.h"
#include "statement/read.h"

typedef struct reading {
    rk_setup setup;
    rk_world world;
    rk_mapped content;
} reading;

static void put_key(rk_buffer *out, const char *key)
{
    rk_buffer_printf(out, ",\"%s\":", key);
}

static void put_text(rk_buffer *out, const char *key, rk_slice text)
{
    put_key(out, key);
    if (text.len)
        rk_buffer_json(out, text);
    else
        rk_buffer_text(out, "null");
}

static void put_day(rk_buffer *out, const char *key, rk_day day)
{
    rk_buffer text = {0};
    rk_day_put(&text, day);
    put_text(out, key, rk_buffer_all(&text));
    rk_buffer_free(&text);
}

static void put_moment(rk_buffer *out, const char *key, rk_moment at, rk_zone zone)
{
    rk_buffer text = {0};
    rk_moment_put(&text, at, zone);
    put_text(out, key, rk_buffer_all(&text));
    rk_buffer_free(&text);
}

static void put_money(rk_buffer *out, const char *key, rk_money minor, int exponent)
{
    rk_buffer text = {0};
    rk_money_put(&text, minor, exponent);
    put_text(out, key, rk_buffer_all(&text));
    rk_buffer_free(&text);
}

static void put_statement(const reading *r, const rk_file *file, int exponent, rk_buffer *out)
{
    rk_buffer_text(out, "{\"type\":\"statement\"");
    put_text(out, "channel", rk_names_text(&r->world.names, file->channel));
    put_text(out, "account", rk_names_text(&r->world.names, file->account));
    put_text(out, "number", file->number);
    put_text(out, "currency", rk_names_text(&r->world.names, file->currency));
    put_money(out, "opening_balance", file->opening_minor, exponent);
    put_money(out, "closing_balance", file->closing_minor, exponent);
    put_day(out, "from", file->from);
    put_day(out, "until", file->until);
    rk_buffer_text(out, "}\n");
}

/* {"reference":...,"billing_code":...}: what the entry can be looked up by. */
static void put_references(const reading *r, size_t row, rk_buffer *out)
{
    const rk_entries *e = &r->world.entries;
    rk_slice reference = rk_texts_get(&r->world.texts, e->reference[row]);
    put_key(out, "references");
    rk_buffer_char(out, '{');
    if (reference.len) {
        rk_buffer_text(out, "\"reference\":");
        rk_buffer_json(out, reference);
    }
    if (e->code[row])
        rk_buffer_printf(out, "%s\"billing_code\":\"%llu\"", reference.len ? "," : "",
                         (unsigned long long)e->code[row]);
    rk_buffer_char(out, '}');
}

static void put_entry(const reading *r, size_t row, rk_zone zone, int exponent, rk_buffer *out)
{
    const rk_entries *e = &r->world.entries;
    rk_buffer_printf(out, "{\"type\":\"entry\",\"ordinal\":%u,\"line\":%u", e->ordinal[row],
                     e->line[row]);
    put_day(out, "booked_on", e->booked_on[row]);
    put_day(out, "value_date", e->value_on[row]);
    put_moment(out, "paid_from", e->paid_from[row], zone);
    put_moment(out, "paid_until", e->paid_until[row], zone);
    put_money(out, "amount", e->amount_minor[row], exponent);
    put_text(out, "currency", rk_names_text(&r->world.names, e->currency[row]));
    put_references(r, row, out);
    put_text(out, "narrative", rk_texts_get(&r->world.texts, e->narrative[row]));
    rk_buffer_text(out, ",\"details\":[]}\n");
}

static void put_result(const reading *r, const rk_file *file, rk_buffer *out)
{
    rk_buffer_printf(out, "{\"type\":\"result\",\"entries\":%u,\"rejects\":%u,\"filtered\":%u",
                     file->entries, file->rejects, file->filtered);
    put_text(out, "controls", rk_slice_of(rk_fate_name(file->fate)));
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
    if (!rk_file_map(path, &r->content, err))
        return false;
    file->name = rk_path_name(rk_slice_of(path));
    file->bytes = r->content.bytes;
    rk_batch_init(&r->world.entries.batch, rk_entry_columns, rk_entry_column_count, 16,
                  rk_entry_all());
    return choose_channel(r, &by, channel, err) &&
           rk_statements_read(&by, &r->world.files, &r->world.entries, &r->world.rejects, err);
}

rk_code rk_command_read(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    const char *channel = NULL;
    const rk_option table[] = {{.name = "--channel", .value = &channel}, {0}};
    rk_common common = {0};
    rk_words words = {0};
    reading r = {0};
    bool good = rk_options_parse(argc, argv, table, &common, &words, err);
    if (good && words.count != 1)
        good = rk_fail(err, RK_USAGE, "say: rekon read FILE [--channel C]");
    good = good && rk_setup_rules(&common, &r.world.names, &r.setup, err) &&
           read_one(&r, words.items[0], channel, err);
    bool accepted = good && r.world.files.items[0].fate == RK_FATE_ACCEPTED;
    if (good)
        print(&r);
    rk_file_unmap(&r.content);
    rk_world_free(&r.world);
    rk_setup_free(&r.setup);
    return !good ? err->code : accepted ? RK_DONE : RK_WAITING;
}
