#include <stdio.h>

#include "commands/explain.h"
#include "model/mask.h"
#include "statement/unpack.h"

enum { LINES_MAX = 40, BYTES_MAX = 600, AROUND = 200 };

/* The next line of `rest`, without its end: LF, CR LF, or CR alone. */
static bool next_line(rk_slice *rest, rk_slice *line)
{
    size_t i = 0;
    if (rest->len == 0)
        return false;
    while (i < rest->len && rest->at[i] != '\n' && rest->at[i] != '\r')
        i++;
    *line = (rk_slice){rest->at, i};
    i += i + 1 < rest->len && rest->at[i] == '\r' && rest->at[i + 1] == '\n' ? 2 : 1;
    i = i < rest->len ? i : rest->len;
    *rest = (rk_slice){rest->at + i, rest->len - i};
    return true;
}

static size_t count_text(rk_slice line, rk_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i + text.len <= line.len; i++)
        count += memcmp(line.at + i, text.at, text.len) == 0;
    return count;
}

/* Whether the record goes on behind what was read of it so far. */
static bool goes_on(rk_format format, rk_slice record, rk_slice next)
{
    switch (format) {
    case RK_FORMAT_DELIMITED:
        return count_text(record, RK_S("\"")) % 2 == 1;
    case RK_FORMAT_MT940:
        return rk_slice_starts(next, RK_S(":86:")) ||
               (!rk_slice_starts(next, RK_S(":")) && !rk_slice_starts(next, RK_S("-")));
    case RK_FORMAT_CAMT:
        return count_text(record, RK_S("Ntry>")) < 2;
    case RK_FORMAT_FIXED:
        break;
    }
    return false;
}

/* Text without line ends tells nothing by its beginning: what is around the code or the reference does. */
static rk_slice cut(rk_slice record, rk_slice mark)
{
    if (record.len <= BYTES_MAX)
        return record;
    const char *found = mark.len ? memmem(record.at, record.len, mark.at, mark.len) : NULL;
    size_t from = found && found - record.at > AROUND ? (size_t)(found - record.at) - AROUND : 0;
    size_t len = record.len - from < BYTES_MAX ? record.len - from : BYTES_MAX;
    return (rk_slice){record.at + from, len};
}

static rk_slice record_at(rk_slice bytes, uint32_t number, rk_format format)
{
    rk_slice rest = bytes, line = {"", 0}, record;
    for (uint32_t i = 0; i < number; i++)
        if (!next_line(&rest, &line))
            return (rk_slice){"", 0};
    record = line;
    for (int i = 1; i < LINES_MAX; i++) {
        rk_slice ahead = rest, next;
        if (!next_line(&ahead, &next) || !goes_on(format, record, next))
            break;
        record = rk_slice_between(record.at, next.at + next.len);
        rest = ahead;
    }
    return record;
}

static rk_slice rules_of(const rk_explain *x, rk_name channel)
{
    char name[300];
    snprintf(name, sizeof name, "channels/%.*s.yaml",
             RK_FMT(rk_names_text(&x->replay.night.world.names, channel)));
    for (size_t i = 0; i < x->replay.sources.count; i++)
        if (rk_slice_is(x->replay.sources.items[i].name, name))
            return x->replay.sources.items[i].bytes;
    return (rk_slice){"", 0};
}

bool rk_story_raw(rk_explain *x, uint32_t entry, rk_slice *text, rk_error *err)
{
    const rk_world *w = &x->replay.night.world;
    const rk_file *file = &w->files.items[w->entries.file[entry]];
    const rk_channel *channel = rk_channel_find(&x->replay.night.rules, w->entries.channel[entry]);
    const char *why = NULL;
    char code[24] = "";
    rk_buffer bytes = {0}, masked = {0};
    *text = (rk_slice){"", 0};
    if (x->archive.bundle && !rk_archive_has(&x->archive, rk_slice_of(rk_archive_object_name(
                                                              &file->digest, &x->arena)))) {
        *text = RK_S("(the line stands in the archive: this export does not hold its night)");
        return true;
    }
    if (!rk_archive_get_content(&x->archive, &file->digest, &bytes, err)) {
        rk_buffer_free(&bytes);
        return false;
    }
    if (w->entries.code[entry])
        snprintf(code, sizeof code, "%llu", (unsigned long long)w->entries.code[entry]);
    rk_slice plain = rk_statement_unpack(rk_buffer_all(&bytes), &x->arena, &why);
    if (!why && channel) {
        rk_slice mark =
            code[0] ? rk_slice_of(code) : rk_texts_get(&w->texts, w->entries.reference[entry]);
        rk_slice record = record_at(plain, w->entries.line[entry], channel->format);
        rk_mask_names(cut(record, mark), rules_of(x, channel->channel), &masked);
        *text = rk_arena_slice(&x->arena, rk_buffer_all(&masked));
    }
    rk_buffer_free(&masked);
    rk_buffer_free(&bytes);
    return true;
}
