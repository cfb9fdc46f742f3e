#include "statement/read.h"

#include "base/gzip.h"
#include "statement/unpack.h"
#include "statement/values.h"

/* What the groups of a file's name say. */
typedef struct named {
    rk_day day, from, until;
    rk_slice account, number;
    rk_name ignored; /* by this rule */
} named;

static bool day_of_group(const rk_file_pattern *pattern, rk_zone zone, const char *name,
                         const rk_slice *groups, rk_day *day)
{
    rk_time_plans plans;
    rk_day_memo memo = {0};
    rk_time time;
    int group = rk_regex_group(pattern->name, name);
    *day = RK_NO_DAY;
    if (group < 0 || !groups[group].at)
        return true;
    if (!rk_time_plans_of(pattern->day_format, &plans) ||
        !rk_time_read(&plans, groups[group], zone, (rk_near){RK_NO_DAY, RK_NO_DAY}, &memo, &time))
        return false;
    *day = time.day + pattern->day_offset;
    return true;
}

static rk_slice text_of_group(const rk_file_pattern *pattern, const char *name,
                              const rk_slice *groups)
{
    int group = rk_regex_group(pattern->name, name);
    return group >= 0 && groups[group].at ? groups[group] : (rk_slice){"", 0};
}

static bool read_name(const rk_file_pattern *pattern, rk_zone zone, const rk_slice *groups,
                      named *into)
{
    into->ignored = pattern->ignored;
    into->account = text_of_group(pattern, "account", groups);
    into->number = text_of_group(pattern, "number", groups);
    return day_of_group(pattern, zone, "day", groups, &into->day) &&
           day_of_group(pattern, zone, "from", groups, &into->from) &&
           day_of_group(pattern, zone, "until", groups, &into->until);
}

/* The pattern of a channel that fits the name: what is ignored first, then by their order. */
static const rk_file_pattern *fitting(const rk_channel *channel, rk_slice name, rk_slice *groups)
{
    size_t count = channel->ignored_file_count + 1 + channel->also_count;
    for (size_t i = 0; i < count; i++) {
        size_t behind = i - channel->ignored_file_count;
        const rk_file_pattern *pattern = i < channel->ignored_file_count
                                             ? &channel->ignored_files[i]
                                         : behind == 0 ? &channel->names
                                                       : &channel->also[behind - 1];
        if (pattern->name && rk_regex_find(pattern->name, name, 0, groups) == RK_REGEX_MATCHED)
            return pattern;
    }
    return NULL;
}

/* Channels are dated: a file of a day on which the channel does not hold is not the channel's. */
static bool holds_on(const rk_channel *channel, rk_day day)
{
    return day == RK_NO_DAY || ((channel->from == RK_NO_DAY || channel->from <= day) &&
                                (channel->until == RK_NO_DAY || day < channel->until));
}

static void put_name(rk_file *file, const rk_channel *channel, const named *said, rk_names *names,
                     rk_arena *arena)
{
    file->channel = channel->channel;
    file->why = (rk_slice){"", 0};
    if (said->ignored) {
        file->fate = RK_FATE_IGNORED;
        file->why = rk_slice_of(rk_arena_printf(arena, "no statement, by rule %.*s",
                                                RK_FMT(rk_names_text(names, said->ignored))));
    }
    file->account = rk_names_add(names, said->account);
    if (file->account == RK_NAME_FULL)
        file->account = 0;
    file->number = said->number;
    file->from = said->from != RK_NO_DAY ? said->from : said->day;
    file->until = said->until != RK_NO_DAY ? said->until : said->day;
    if (file->from == RK_NO_DAY)
        file->from = file->until;
    if (file->until == RK_NO_DAY)
        file->until = file->from;
}

/* By one name: the file's own, or what it is called inside its packing. */
static bool identify_as(const rk_reading *reading, rk_slice called, rk_file *file)
{
    const rk_channel *claimed = NULL;
    const char *fault = NULL;
    named said = {0};
    for (size_t i = 0; i < reading->rules->channel_count; i++) {
        const rk_channel *channel = &reading->rules->channels[i];
        rk_slice groups[RK_REGEX_GROUPS];
        named here;
        const rk_file_pattern *pattern = fitting(channel, called, groups);
        if (!pattern)
            continue;
        rk_slice name = rk_names_text(reading->names, channel->channel);
        if (!read_name(pattern, channel->zone, groups, &here)) {
            fault = rk_arena_printf(reading->arena,
                                    "the day in the name, as channel %.*s has it, "
                                    "is no day",
                                    RK_FMT(name));
            continue;
        }
        if (!holds_on(channel, here.day != RK_NO_DAY ? here.day : here.until)) {
            fault = rk_arena_printf(reading->arena, "channel %.*s does not hold on that day",
                                    RK_FMT(name));
            continue;
        }
        if (claimed) {
            rk_slice other = rk_names_text(reading->names, claimed->channel);
            file->why = rk_slice_of(rk_arena_printf(reading->arena,
                                                    "channels %.*s and %.*s both claim this name",
                                                    RK_FMT(other), RK_FMT(name)));
            return false;
        }
        claimed = channel;
        said = here;
    }
    if (claimed)
        put_name(file, claimed, &said, reading->names, reading->arena);
    else
        file->why = rk_slice_of(fault ? fault : "no channel knows this name");
    return claimed != NULL;
}

bool rk_statement_identify(const rk_reading *reading, rk_file *file)
{
    rk_slice inside = rk_statement_packed_name(file->bytes, reading->arena);
    if (identify_as(reading, file->name, file))
        return true;
    if (inside.len && identify_as(reading, inside, file))
        return true;
    rk_slice plain = rk_plain_name(file->name);
    return plain.len < file->name.len && identify_as(reading, plain, file);
}
