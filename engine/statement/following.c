#include "statement/following.h"

#include <stdlib.h>

typedef struct check {
    rk_statement *statement;
    rk_names *names;
    rk_arena *arena;
} check;

static void breach(const check *of, const char *what, size_t line)
{
    rk_statement *statement = of->statement;
    bool overruled = statement->file->overruled;
    const char **why = overruled ? &statement->accepted_with : &statement->why;
    if (!*why)
        *why = rk_arena_printf(of->arena, "%s%s (line %zu)",
                               overruled ? "accepted by decision: " : "", what, line);
}

/* A statement that does not say what is asked of it is compared with none, since a bank that leaves out a tag
 * has left out no money. Once its file was set aside. */
static bool says_too_little(const check *of, const char *what, rk_day until, size_t line)
{
    const rk_engine *engine = &of->statement->plan->channel->engine;
    if (!rk_engine_behaves(engine, RK_STATEMENTS_WITHOUT_NUMBER, until))
        breach(of, what, line);
    return false;
}

/* The run of one statement; false when it does not say what is asked of it. */
static bool run_of(const check *of, const rk_said *said, rk_follow *one)
{
    const rk_controls *asked = &of->statement->plan->channel->controls;
    const rk_file *file = of->statement->file;
    rk_day until = said->until != RK_NO_DAY ? said->until : file->until;
    rk_day from = said->from != RK_NO_DAY && said->from <= until ? said->from : until;
    *one = (rk_follow){.channel = file->channel,
                       .account = rk_names_add(of->names, said->account),
                       .numbers = asked->numbers,
                       .opening = asked->opening,
                       .from = from,
                       .until = until,
                       .opens_with = said->opening,
                       .closing = said->closing,
                       .entries = (uint32_t)said->entries,
                       .line = said->line};
    if (until == RK_NO_DAY)
        return says_too_little(of, "a statement of no day", until, said->line);
    if (asked->opening && (said->opening == RK_NO_MONEY || said->closing == RK_NO_MONEY))
        return says_too_little(of, "a statement without opening and closing balance", until,
                               said->line);
    one->first = rk_statement_number_of_day(from);
    one->last = rk_statement_number_of_day(until);
    if (!asked->numbers)
        return true;
    if (!rk_statement_number_parse(said->number, &one->first))
        return says_too_little(of, "a statement without a number", until, said->line);
    one->first.year = (uint32_t)rk_civil_of(until).year;
    one->last = one->first;
    return true;
}

/* Two runs of one account in one file: something is missing between them. */
static void look_for_gaps(const check *of, rk_follows *runs)
{
    int exponent = of->statement->plan->channel->exponent;
    for (size_t i = 1; i < runs->count; i++) {
        const rk_follow *one = &runs->items[i];
        const char *gap = rk_follow_gap(one - 1, one, exponent, of->arena);
        if (!gap)
            continue;
        breach(of, gap, one->line);
        if (!of->statement->file->overruled)
            return;
        runs->items[i].accepted = true; /* with the file */
    }
}

bool rk_following_check(rk_statement *statement, const rk_said *said, size_t count, rk_names *names,
                        rk_arena *arena, rk_error *err)
{
    check of = {statement, names, arena};
    rk_follows runs = {0};
    rk_follow one;
    bool good = true;
    for (size_t i = 0; i < count && good && !statement->why; i++) {
        bool whole = run_of(&of, &said[i], &one);
        good = one.account != RK_NAME_FULL;
        if (whole)
            rk_follows_add(&runs, &one);
    }
    rk_follows_join(&runs, names);
    look_for_gaps(&of, &runs);
    rk_follow *kept = rk_arena_alloc(arena, runs.count + 1, sizeof *kept);
    for (size_t i = 0; i < runs.count; i++)
        kept[i] = runs.items[i];
    statement->file->follows = kept;
    statement->file->follow_count = runs.count;
    free(runs.items);
    return good || rk_fail(err, RK_FILE, "too many accounts");
}
