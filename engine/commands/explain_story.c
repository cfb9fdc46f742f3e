#include <stdio.h>
#include <stdlib.h>

#include "commands/explain.h"
#include "expire/expire.h"
#include "night/judge.h"
#include "tally/office.h"

enum { DAYS_LOOKED_AT = 31 };

/* ---- shared ---- */

rk_slice rk_explain_entry_name(rk_explain *x, uint32_t entry)
{
    rk_buffer name = {0};
    rk_entry_name_put(&x->replay.night.world, entry, &name);
    rk_slice kept = rk_arena_slice(&x->arena, rk_buffer_all(&name));
    rk_buffer_free(&name);
    return kept;
}

const char *rk_explain_night_name(rk_explain *x, size_t night)
{
    return rk_manifest_name(x->nights[night].night, x->nights[night].number, &x->arena);
}

uint32_t rk_explain_case(rk_explain *x, uint32_t entry)
{
    const rk_cases *cases = &x->replay.night.cases;
    rk_slice name = rk_explain_entry_name(x, entry);
    for (size_t row = 0; row < cases->batch.count; row++)
        if (rk_slice_equal(rk_texts_get(&x->replay.night.world.texts, cases->entry[row]), name))
            return (uint32_t)row;
    return RK_NO_ROW;
}

rk_zone rk_explain_zone(const rk_explain *x, uint32_t application)
{
    const rk_night *night = &x->replay.night;
    const rk_applications *a = &night->world.applications;
    if (application == RK_NO_ROW)
        return night->settings.zone;
    return rk_office_zone(&night->rules, a->office[application], a->submitted_at[application],
                          night->settings.zone);
}

const rk_match_rule *rk_explain_rule(const rk_explain *x, rk_name rule, rk_day on)
{
    const rk_matching *matching = &x->replay.night.rules.matching;
    for (size_t i = 0; i < matching->count; i++) {
        const rk_match_rule *r = &matching->items[i];
        if (rule && r->rule == rule && (r->from == RK_NO_DAY || on >= r->from) &&
            (r->until == RK_NO_DAY || on < r->until))
            return r;
    }
    return NULL;
}

/* ---- from hits to a story ---- */

static void add_entry(rk_story *story, uint32_t entry)
{
    for (size_t i = 0; i < story->entry_count; i++)
        if (story->entries[i] == entry)
            return;
    story->entries = rk_grow(story->entries, &story->entry_capacity, story->entry_count + 1,
                             sizeof *story->entries);
    story->entries[story->entry_count++] = entry;
}

static bool is_hit(const rk_explain *x, uint32_t application)
{
    for (size_t i = 0; i < x->hits.count; i++)
        if (x->hits.items[i].is_application && x->hits.items[i].row == application)
            return true;
    return false;
}

/* Entries of an application that is a hit itself belong to its story. */
static void fold_hits(rk_explain *x)
{
    rk_hits *hits = &x->hits;
    size_t kept = 0;
    for (size_t i = 0; i < hits->count; i++) {
        uint32_t application = hits->items[i].is_application
                                   ? RK_NO_ROW
                                   : x->replay.night.world.entries.application[hits->items[i].row];
        if (application == RK_NO_ROW || !is_hit(x, application))
            hits->items[kept++] = hits->items[i];
    }
    hits->count = kept;
}

static int by_payment(const void *a, const void *b, void *context)
{
    const rk_entries *e = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (e->paid_from[x] != e->paid_from[y])
        return e->paid_from[x] < e->paid_from[y] ? -1 : 1;
    return (x > y) - (x < y);
}

/* Its payments, and what names it as a candidate. */
static void add_entries_of(rk_explain *x, uint32_t application)
{
    const rk_world *w = &x->replay.night.world;
    for (size_t row = 0; row < w->entries.batch.count; row++)
        if (w->entries.application[row] == application)
            add_entry(&x->story, (uint32_t)row);
    for (size_t i = 0; i < w->candidates.count; i++)
        if (w->candidates.items[i].application == application)
            add_entry(&x->story, w->candidates.items[i].entry);
    for (size_t i = 0; i < w->allocations.count; i++)
        if (w->allocations.items[i].application == application)
            add_entry(&x->story, w->allocations.items[i].entry);
    for (size_t i = 0; i < w->held.count; i++)
        if (w->held.items[i].application == application)
            add_entry(&x->story, w->held.items[i].entry);
    if (x->story.entry_count)
        qsort_r(x->story.entries, x->story.entry_count, sizeof(uint32_t), by_payment,
                (void *)(uintptr_t)&w->entries);
}

bool rk_story_choose(rk_explain *x)
{
    fold_hits(x);
    if (x->hits.count != 1)
        return false;
    rk_hit hit = x->hits.items[0];
    x->story.entry_count = 0;
    x->story.application =
        hit.is_application ? hit.row : x->replay.night.world.entries.application[hit.row];
    if (hit.is_application)
        add_entries_of(x, hit.row);
    else
        add_entry(&x->story, hit.row);
    return true;
}

/* ---- what holds a lapse ---- */

static void add_holder(rk_explain *x, rk_name held_by, const char *why)
{
    rk_story *s = &x->story;
    s->holders = rk_grow(s->holders, &s->holder_capacity, s->holder_count + 1, sizeof *s->holders);
    s->holders[s->holder_count++] =
        (rk_holder){rk_names_text(&x->replay.night.world.names, held_by), rk_slice_of(why)};
}

static void add_choice(rk_explain *x, const char *row, const char *does)
{
    rk_story *s = &x->story;
    s->choices = rk_grow(s->choices, &s->choice_capacity, s->choice_count + 1, sizeof *s->choices);
    s->choices[s->choice_count++] = (rk_choice){rk_slice_of(row), rk_slice_of(does)};
}

void rk_explain_add_decision(rk_explain *x, const char *kind, rk_slice subject, rk_slice object,
                             const char *does)
{
    rk_buffer row = {0};
    rk_buffer_printf(&row, "ID,%s,", kind);
    rk_buffer_csv(&row, subject);
    rk_buffer_char(&row, ',');
    rk_buffer_csv(&row, object);
    rk_buffer_text(&row, ",REASON,MAKER,CHECKER,TIME");
    add_choice(x, rk_arena_text(&x->arena, rk_buffer_all(&row)), does);
    rk_buffer_free(&row);
}

static void add_file_choices(rk_explain *x, rk_slice digest, bool may_discard)
{
    rk_slice subject = {digest.at, digest.len < 16 ? digest.len : 16};
    rk_explain_add_decision(x, "accept_file", subject, (rk_slice){"", 0},
                            "the file counts, or its unreadable lines are settled");
    if (may_discard)
        rk_explain_add_decision(x, "discard_file", subject, (rk_slice){"", 0},
                                "the file never counts");
}

/* The days touch the time in which the application could be paid. */
static bool touches(const rk_explain *x, const rk_channel *channel, rk_day from, rk_day until)
{
    const rk_applications *a = &x->replay.night.world.applications;
    uint32_t row = x->story.application;
    rk_moment begin = INT64_MIN, end = INT64_MAX;
    if (!channel || !channel->holds_lapses)
        return false;
    if (from != RK_NO_DAY && until != RK_NO_DAY)
        rk_channel_span(channel, from, until, &begin, &end);
    return begin <= a->deadline[row] && end > a->submitted_at[row];
}

static void hold_by_files(rk_explain *x)
{
    const rk_night *night = &x->replay.night;
    const rk_file_rows *known = &night->carried.files;
    const rk_texts *texts = &night->world.texts;
    for (size_t row = 0; row < known->batch.count; row++) {
        const rk_channel *channel = rk_channel_find(&night->rules, known->channel[row]);
        if (!rk_night_file_waits(night, row) ||
            !touches(x, channel, known->covers_from[row], known->covers_until[row]))
            continue;
        add_holder(x, known->channel[row],
                   rk_arena_printf(&x->arena, "%.*s is %.*s: %.*s",
                                   RK_FMT(rk_texts_get(texts, known->name[row])),
                                   RK_FMT(rk_names_text(&night->world.names, known->fate[row])),
                                   RK_FMT(rk_texts_get(texts, known->why[row]))));
        add_file_choices(x, rk_texts_get(texts, known->digest[row]), true);
    }
    for (size_t i = 0; i < night->world.new_file_count; i++) {
        const rk_file *file = &night->world.files.items[i];
        char hex[RK_DIGEST_HEX + 1];
        bool waits = file->fate == RK_FATE_HELD ||
                     (file->fate == RK_FATE_QUARANTINED && !rk_was_sent_again(&night->world, file));
        if (!waits ||
            !touches(x, rk_channel_find(&night->rules, file->channel), file->from, file->until))
            continue;
        add_holder(x, file->channel,
                   rk_arena_printf(&x->arena, "%.*s is %s: %.*s", RK_FMT(file->name),
                                   rk_fate_name(file->fate), RK_FMT(file->why)));
        rk_digest_hex(&file->digest, hex);
        add_file_choices(x, rk_arena_slice(&x->arena, rk_slice_of(hex)), true);
    }
}

/* Lines that could not be read: those of tonight are carried on already. */
static void hold_by_rejects(rk_explain *x)
{
    const rk_night *night = &x->replay.night;
    const rk_open_rejects *rejects = &night->carried.rejects;
    const rk_applications *a = &night->world.applications;
    for (size_t i = 0; i < rejects->batch.count; i++) {
        bool names_it = rejects->code[i] && rejects->code[i] == a->code[x->story.application];
        bool may_be_it =
            rejects->code[i] == 0 && touches(x, rk_channel_find(&night->rules, rejects->channel[i]),
                                             rejects->from[i], rejects->until[i]);
        if (!names_it && !may_be_it)
            continue;
        add_holder(x, rejects->channel[i],
                   rk_arena_printf(&x->arena, "line %u of %.*s cannot be read%s: %.*s",
                                   rejects->line[i],
                                   RK_FMT(rk_texts_get(&night->world.texts, rejects->name[i])),
                                   names_it ? ", and has its code" : "",
                                   RK_FMT(rk_texts_get(&night->world.texts, rejects->reason[i]))));
        add_file_choices(x, rk_texts_get(&night->world.texts, rejects->digest[i]), false);
    }
}

/* A day that the channel's next statement tells about: it was told about, or one is expected. */
static bool is_told_about(const rk_night *night, const rk_channel *channel, rk_name account,
                          rk_day day)
{
    return rk_channel_expects(channel, day) ||
           rk_coverage_has(&night->carried.coverage, channel->channel, account, day, day);
}

/* The statement of `day` is missing: does it tell, but for what was released, about the time in which the
 * application could be paid? What lies behind the statement before, as a weekend, is in it too. */
static bool may_hold_it(const rk_explain *x, const rk_channel *channel, rk_name account,
                        const rk_gaps *releases, rk_day day)
{
    const rk_night *night = &x->replay.night;
    const rk_applications *a = &night->world.applications;
    rk_gaps left = {0};
    rk_gap gap = {.held_by = channel->channel, .account = account};
    rk_moment known, ignored;
    rk_day before = day - 1;
    bool touches_it = false;
    while (before > day - DAYS_LOOKED_AT && !is_told_about(night, channel, account, before))
        before--;
    rk_channel_span(channel, day, day, &gap.from, &gap.until);
    rk_channel_span(channel, before, before, &ignored, &known);
    gap.from = known < gap.from ? known : gap.from;
    rk_gaps_put(&left, gap);
    for (size_t i = 0; i < releases->count; i++)
        rk_gaps_cut(&left, releases->items[i].held_by, releases->items[i].account,
                    releases->items[i].from, releases->items[i].until);
    for (size_t i = 0; i < left.count; i++)
        touches_it = touches_it || (left.items[i].from <= a->deadline[x->story.application] &&
                                    left.items[i].until > a->submitted_at[x->story.application]);
    free(left.items);
    return touches_it;
}

static void add_missing_day(rk_explain *x, const rk_channel *channel, rk_name account, rk_day day,
                            bool released)
{
    rk_buffer day_text = {0}, why = {0};
    rk_slice name = rk_names_text(&x->replay.night.world.names, account);
    rk_day_put(&day_text, day);
    if (account)
        rk_buffer_printf(&why, "the statement of its account %.*s of ", RK_FMT(name));
    else
        rk_buffer_text(&why, "its statement of ");
    rk_buffer_slice(&why, rk_buffer_all(&day_text));
    rk_buffer_text(&why, " has not come");
    if (released)
        rk_buffer_text(&why, "; that day is released, days before it that it tells about are not");
    add_holder(x, channel->channel, rk_arena_text(&x->arena, rk_buffer_all(&why)));
    rk_buffer_free(&day_text);
    rk_buffer_free(&why);
}

static void hold_by_missing_days_of(rk_explain *x, const rk_channel *channel, rk_name account,
                                    const rk_gaps *releases)
{
    const rk_night *night = &x->replay.night;
    const rk_applications *a = &night->world.applications;
    uint32_t row = x->story.application;
    rk_day first = rk_day_at(a->submitted_at[row], channel->zone) - 1;
    rk_day last = rk_day_at(a->deadline[row], channel->zone) + DAYS_LOOKED_AT;
    const rk_gaps none = {0};
    if (first < night->start)
        first = night->start;
    for (rk_day day = first; day <= last; day++)
        if (rk_night_misses(night, &none, channel, account, day) &&
            may_hold_it(x, channel, account, releases, day))
            add_missing_day(x, channel, account, day,
                            rk_night_is_released(releases, channel, account, day));
}

/* Days on which the channel should have delivered, and did not. */
static void hold_by_missing_days(rk_explain *x)
{
    const rk_night *night = &x->replay.night;
    rk_name office = night->world.applications.office[x->story.application];
    rk_gaps releases = {0};
    rk_night_releases(night, &releases);
    for (size_t i = 0; i < night->rules.channel_count; i++) {
        const rk_channel *channel = &night->rules.channels[i];
        if (!channel->holds_lapses)
            continue;
        for (size_t k = 0; k < rk_channel_parts(channel); k++) {
            rk_name paid_to = channel->accounts[k].office;
            bool may_be = paid_to == 0 || paid_to == office;
            if (may_be && rk_channel_lists(channel, k, INT32_MIN + 1, INT32_MAX))
                hold_by_missing_days_of(x, channel, channel->accounts[k].account, &releases);
        }
        if (rk_channel_parts(channel) == 0)
            hold_by_missing_days_of(x, channel, 0, &releases);
    }
    free(releases.items);
}

static void hold_by_entries(rk_explain *x)
{
    const rk_world *w = &x->replay.night.world;
    for (size_t i = 0; i < x->story.entry_count; i++) {
        uint32_t entry = x->story.entries[i];
        rk_outcome outcome = (rk_outcome)w->entries.outcome[entry];
        if (outcome == RK_SUGGESTED || outcome == RK_AMBIGUOUS || outcome == RK_UNIDENTIFIED)
            add_holder(x, w->entries.channel[entry],
                       rk_arena_printf(&x->arena, "entry %.*s may be its payment: %s",
                                       RK_FMT(rk_explain_entry_name(x, entry)),
                                       rk_reason_text((rk_reason)w->entries.reason[entry])));
    }
}

static void tell_holders(rk_explain *x)
{
    const rk_applications *a = &x->replay.night.world.applications;
    uint32_t row = x->story.application;
    if (row == RK_NO_ROW || a->reason[row] != RK_REASON_HELD)
        return;
    hold_by_missing_days(x);
    hold_by_files(x);
    hold_by_rejects(x);
    hold_by_entries(x);
    if (x->story.holder_count == 0)
        add_holder(x, a->held_by[row], "the source of applications cannot be trusted tonight");
}

/* ---- what can be decided ---- */

/* What an entry is called in a decision: its case while that is open, else itself. */
static rk_slice subject_of(rk_explain *x, uint32_t entry, bool *has_case)
{
    const rk_night *night = &x->replay.night;
    uint32_t row = rk_explain_case(x, entry);
    *has_case = row != RK_NO_ROW && night->cases.status[row] != RK_CASE_CLOSED;
    return *has_case ? rk_texts_get(&night->world.texts, night->cases.id[row])
                     : rk_explain_entry_name(x, entry);
}

static size_t offer_candidates(rk_explain *x, uint32_t entry, rk_slice subject)
{
    const rk_world *w = &x->replay.night.world;
    size_t count = 0;
    for (size_t i = 0; i < w->candidates.count; i++)
        if (w->candidates.items[i].entry == entry && ++count <= 5)
            rk_explain_add_decision(
                x, "match", subject,
                rk_texts_get(&w->texts, w->applications.id[w->candidates.items[i].application]),
                "the entry pays this application");
    return count;
}

static void offer(rk_explain *x, uint32_t entry)
{
    const rk_entries *e = &x->replay.night.world.entries;
    rk_outcome outcome = (rk_outcome)e->outcome[entry];
    bool has_case;
    rk_slice subject = subject_of(x, entry, &has_case), none = {"", 0};
    size_t shares;
    bool pays = (e->application[entry] != RK_NO_ROW ||
                 rk_world_allocations(&x->replay.night.world, entry, &shares)) &&
                outcome != RK_SUGGESTED && outcome != RK_REVERSAL;
    if (outcome != RK_REVERSAL && outcome != RK_REVERSED && e->amount_minor[entry] > 0 && !pays &&
        offer_candidates(x, entry, subject) == 0)
        rk_explain_add_decision(x, "match", subject, RK_S("APPLICATION"),
                                "the entry pays the application you name");
    if (pays)
        rk_explain_add_decision(x, "unmatch", subject, none,
                                "the entry does not pay its application, now or later");
    if (outcome != RK_IGNORED && outcome != RK_SETTLEMENT && outcome != RK_REVERSAL && !pays)
        rk_explain_add_decision(x, "ignore", subject, none, "the entry is none of this business");
    if (has_case)
        rk_explain_add_decision(x, "resolve", subject, none,
                                "the case is closed; the outcome stays");
}

bool rk_story_tell(rk_explain *x, rk_error *err)
{
    x->story.holder_count = x->story.choice_count = 0;
    tell_holders(x);
    for (size_t i = 0; i < x->story.entry_count; i++)
        offer(x, x->story.entries[i]);
    return rk_story_events(x, err) && rk_story_compare(x, err);
}
