#include "statement/read.h"

#include "statement/values.h"

/* What the groups of a file's name say. */
typedef struct named {
    rk_day day, from, until;
    rk_slice account, number;
} named;

static bool day_of_group(const rk_channel *channel, const char *name, const rk_slice *groups,
                         rk_day *day)
{
    rk_time_plan plan;
    rk_day_memo memo = {0};
    rk_time time;
    rk_slice format = channel->day_format.len ? channel->day_format : RK_S("%Y%m%d");
    int group = rk_regex_group(channel->file_name, name);
    *day = RK_NO_DAY;
    if (group < 0 || !groups[group].at)
        return true;
    if (!rk_time_plan_of(format, &plan) ||
        !rk_time_read(&plan, groups[group], channel->zone, RK_NO_DAY, &memo, &time))
        return false;
    *day = time.day + channel->day_offset;
    return true;
}

static rk_slice text_of_group(const rk_channel *channel, const char *name, const rk_slice *groups)
{
    int group = rk_regex_group(channel->file_name, name);
    return group >= 0 && groups[group].at ? groups[group] : (rk_slice){"", 0};
}

static bool read_name(const rk_channel *channel, const rk_slice *groups, named *into)
{
    into->account = text_of_group(channel, "account", groups);
    into->number = text_of_group(channel, "number", groups);
    return day_of_group(channel, "day", groups, &into->day) &&
           day_of_group(channel, "from", groups, &into->from) &&
           day_of_group(channel, "until", groups, &into->until);
}

/* Channels are dated: a file of a day on which the channel does not hold is not the channel's. */
static bool holds_on(const rk_channel *channel, rk_day day)
{
    return day == RK_NO_DAY || ((channel->from == RK_NO_DAY || channel->from <= day) &&
                                (channel->until == RK_NO_DAY || day < channel->until));
}

static void put_name(rk_file *file, const rk_channel *channel, const named *said, rk_names *names)
{
    file->channel = channel->channel;
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

bool rk_statement_identify(const rk_reading *reading, rk_file *file)
{
    const rk_channel *claimed = NULL;
    const char *fault = NULL;
    named said = {0};
    for (size_t i = 0; i < reading->rules->channel_count; i++) {
        const rk_channel *channel = &reading->rules->channels[i];
        rk_slice groups[RK_REGEX_GROUPS];
        named here;
        if (!channel->file_name ||
            rk_regex_find(channel->file_name, file->name, 0, groups) != RK_REGEX_MATCHED)
            continue;
        rk_slice name = rk_names_text(reading->names, channel->channel);
        if (!read_name(channel, groups, &here)) {
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
        put_name(file, claimed, &said, reading->names);
    else
        file->why = rk_slice_of(fault ? fault : "no channel knows this name");
    return claimed != NULL;
}
