#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "commands/commands.h"
#include "commands/explain.h"
#include "commands/options.h"
#include "commands/read_json.h"

typedef struct request {
    rk_common common;
    rk_setup setup;
    rk_words words;
    rk_asked asked;
    rk_slice text;
    bool json, all;
    rk_day date; /* RK_NO_DAY: the newest night */
} request;

/* ITEM is one word; an amount and its date may be two. */
static bool parse_item(request *q, rk_arena *arena, rk_error *err)
{
    const rk_words *words = &q->words;
    if (q->all)
        return (q->json && words->count == 0) ||
               rk_fail(err, RK_USAGE, "--all takes no item and is for machines: --all --json");
    if (words->count < 1 || words->count > 2)
        return rk_fail(err, RK_USAGE,
                       "explain takes one item: a case, finding, entry, billing code, "
                       "application, reference, or an amount and its date");
    const char *text = words->items[0];
    if (words->count == 2)
        text = rk_arena_printf(arena, "%s@%s", words->items[0], words->items[1]);
    return rk_asked_parse(rk_slice_of(text), &q->asked, err);
}

static bool parse(request *q, rk_explain *x, int argc, char **argv, rk_error *err)
{
    const char *date = NULL, *archive = NULL;
    const rk_option table[] = {{.name = "--json", .flag = &q->json},
                               {.name = "--all", .flag = &q->all},
                               {.name = "--date", .value = &date},
                               {.name = "--archive", .value = &archive},
                               {0}};
    if (!rk_options_parse(argc, argv, table, &q->common, &q->words, err) ||
        !parse_item(q, &x->arena, err) || (date && !rk_option_day("--date", date, &q->date, err)) ||
        !rk_setup_settings(&q->common, &q->setup, err))
        return false;
    x->threads = q->setup.threads;
    return rk_archive_open(&x->archive, archive ? archive : q->setup.settings.archive, err) &&
           rk_archive_nights(&x->archive, "nights", &x->arena, &x->nights, &x->night_count, err);
}

/* The last night at or before the date. */
static bool choose_night(const request *q, rk_explain *x, rk_error *err)
{
    size_t count = x->night_count;
    while (count > 0 && q->date != RK_NO_DAY && x->nights[count - 1].night > q->date)
        count--;
    if (count == 0 || !rk_archive_is_whole(&x->archive, &x->nights[count - 1]))
        return rk_fail(err, RK_USAGE, "the archive \"%s\" holds no such night", x->archive.folder);
    x->at = count - 1;
    return true;
}

/* The night before `night` in which something about the story was said, x->night_count when there is none. */
static size_t night_of_event(rk_explain *x, size_t night)
{
    for (size_t i = x->story.event_count; i > 0; i--)
        for (size_t n = night; n > 0; n--)
            if (rk_slice_is(rk_slice_of(x->story.events[i - 1].night),
                            rk_explain_night_name(x, n - 1)))
                return n - 1;
    return x->night_count;
}

/* Rules that were changed without a date would judge what was settled before them otherwise: then the night
 * that settled it tells. */
static bool tell(rk_explain *x, const rk_asked *asked, rk_error *err)
{
    if (!rk_explain_find(x, asked, err))
        return false;
    if (x->hits.count == 0)
        return rk_fail(err, RK_USAGE, "nothing is known of \"%.*s\" after the night %s",
                       RK_FMT(asked->text), rk_explain_night_name(x, x->at));
    if (!rk_story_choose(x))
        return true;
    if (!rk_story_tell(x, err))
        return false;
    while (x->story.compared == RK_COMPARED_DIFFERENT) {
        size_t earlier = night_of_event(x, x->shown);
        if (earlier == x->night_count)
            return true;
        if (!rk_explain_again(x, asked, earlier, err))
            return false;
        if (!rk_story_choose(x))
            return true;
        if (!rk_story_tell(x, err))
            return false;
    }
    return true;
}

static bool print(rk_explain *x, const request *q, rk_error *err)
{
    rk_buffer out = {0};
    bool good = q->json ? rk_explain_put_json(x, &q->asked, &out, err)
                        : rk_explain_put_text(x, &q->asked, &out, err);
    good = good && rk_json_write(&out, true, err);
    rk_buffer_free(&out);
    if (good && x->hits.count == 1 && x->story.compared == RK_COMPARED_DIFFERENT)
        return rk_fail(err, RK_DIFFERENT, "the night made again differs from what was sealed");
    return good;
}

static bool print_all(rk_explain *x, rk_error *err)
{
    rk_buffer out = {0};
    bool good = rk_explain_open(x, x->at, err) && rk_explain_put_all(x, &out, err);
    rk_buffer_free(&out);
    return good;
}

static bool print_finding(rk_explain *x, const request *q, rk_error *err)
{
    rk_buffer out = {0};
    bool good =
        rk_explain_put_finding(x, &q->asked, q->json, &out, err) && rk_json_write(&out, true, err);
    rk_buffer_free(&out);
    return good;
}

static void close(rk_explain *x)
{
    rk_explain_close(x);
    rk_wanted_free(&x->wanted);
    free(x->hits.items);
    free(x->story.entries);
    free(x->story.events);
    free(x->story.holders);
    free(x->story.choices);
    rk_names_free(&x->past_names);
    rk_texts_free(&x->past_texts);
    rk_arena_free(&x->arena);
}

rk_code rk_command_explain(int argc, char **argv, int64_t now, rk_error *err)
{
    (void)now;
    request q = {.date = RK_NO_DAY};
    rk_explain x = {0};
    bool good = parse(&q, &x, argc, argv, err) && choose_night(&q, &x, err);
    rk_log_quiet(true);
    rk_log_mute(true);
    good = good &&
           (q.all                              ? print_all(&x, err)
            : q.asked.form == RK_ASKED_FINDING ? print_finding(&x, &q, err)
                                               : tell(&x, &q.asked, err) && print(&x, &q, err));
    close(&x);
    rk_archive_close(&x.archive);
    rk_setup_free(&q.setup);
    return good ? RK_DONE : err->code;
}
