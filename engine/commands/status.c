#include <stdio.h>
#include <stdlib.h>

#include "commands/commands.h"
#include "commands/options.h"
#include "expire/expire.h"
#include "night/night.h"
#include "night/publish.h"
#include "store/store.h"

enum { NIGHTS_SHOWN = 7 };

typedef struct status {
    rk_setup setup;
    rk_archive archive;
    rk_arena arena;
    rk_mark mark;
    rk_night night; /* the books as the last night left them */
    bool waiting;
} status;

static void print_nights(status *s)
{
    rk_night_name *nights;
    size_t count;
    rk_error ignored;
    if (!rk_archive_nights(&s->archive, "nights", &s->arena, &nights, &count, &ignored))
        return;
    printf("last nights:\n");
    for (size_t i = count > NIGHTS_SHOWN ? count - NIGHTS_SHOWN : 0; i < count; i++)
        printf("  %s\n", rk_manifest_name(nights[i].night, nights[i].number, &s->arena));
}

/* What the last night did not trust the source for. */
static bool print_source(status *s, rk_error *err)
{
    rk_manifest last = {0};
    rk_digest digest;
    if (!rk_archive_manifest(&s->archive, "nights", s->mark.night, s->mark.number, &s->arena, &last,
                             &digest, err))
        return false;
    rk_slice doubt = rk_manifest_setting(&last, "source_doubt");
    if (doubt.len)
        printf("source: %.*s: nothing lapses until it is whole again\n", RK_FMT(doubt));
    s->waiting |= doubt.len > 0;
    rk_manifest_free(&last);
    return true;
}

static void print_archive(const status *s)
{
    uint64_t objects, bytes;
    rk_error ignored;
    if (rk_archive_size(&s->archive, &objects, &bytes, &ignored))
        printf("archive: %.1f MiB in %llu objects\n", (double)bytes / (1 << 20),
               (unsigned long long)objects);
}

static void print_moment(rk_moment at, rk_zone zone)
{
    rk_buffer text = {0};
    rk_moment_put(&text, at, zone);
    printf("%.*s", RK_FMT(rk_buffer_all(&text)));
    rk_buffer_free(&text);
}

/* The end of the last day up to `day` on which a statement was expected. */
static rk_moment end_of_expected(const rk_channel *channel, rk_day start, rk_day day)
{
    rk_moment begin, end = INT64_MIN;
    while (day >= start && !rk_channel_expects(channel, day))
        day--;
    if (day >= start)
        rk_channel_span(channel, day, day, &begin, &end);
    return end;
}

/* An account is late when one of its own days is. */
static bool is_late(const status *s, const rk_channel *channel, rk_name account,
                    const rk_gaps *releases)
{
    const rk_night *night = &s->night;
    for (rk_day day = night->start; account && day <= night->day; day++)
        if (rk_night_misses(night, releases, channel, account, day))
            return true;
    return false;
}

static void print_accounts(const status *s, const rk_channel *channel, const rk_gaps *gaps,
                           const rk_gaps *releases)
{
    const rk_night *night = &s->night;
    const rk_names *names = &night->world.names;
    rk_moment begin = rk_day_begin(night->start, night->settings.zone);
    for (size_t i = 0; i < rk_channel_parts(channel); i++) {
        rk_name account = channel->accounts[i].account;
        rk_name office = rk_channel_office(channel, account, night->day);
        if (!rk_channel_lists(channel, i, night->start, night->day))
            continue;
        printf("    %-14.*s complete until ", RK_FMT(rk_names_text(names, account)));
        print_moment(rk_complete_until(gaps, channel->channel, account, begin), channel->zone);
        if (office)
            printf("  %.*s", RK_FMT(rk_names_text(names, office)));
        printf("%s\n", is_late(s, channel, account, releases) ? "  OVERDUE" : "");
    }
}

/* Up to which moment each channel is complete; what it owes up to the last night. */
static void print_channels(status *s)
{
    rk_gaps gaps = {0}, releases = {0};
    rk_night *night = &s->night;
    rk_moment begin = rk_day_begin(night->start, night->settings.zone);
    rk_gaps_of_channels(&night->rules, &night->carried.coverage, night->start, &gaps);
    rk_night_releases(night, &releases);
    for (size_t i = 0; i < releases.count; i++)
        rk_gaps_cut(&gaps, releases.items[i].held_by, releases.items[i].account,
                    releases.items[i].from, releases.items[i].until);
    printf("channels that hold lapses back:\n");
    for (size_t i = 0; i < night->rules.channel_count; i++) {
        const rk_channel *channel = &night->rules.channels[i];
        if (!channel->holds_lapses)
            continue;
        rk_moment until = rk_complete_until(&gaps, channel->channel, 0, begin);
        printf("  %-16.*s complete until ",
               RK_FMT(rk_names_text(&night->world.names, channel->channel)));
        print_moment(until, channel->zone);
        bool late = until < end_of_expected(channel, night->start, night->day);
        printf("%s\n", late ? "  OVERDUE" : "");
        s->waiting |= late;
        print_accounts(s, channel, &gaps, &releases);
    }
    free(gaps.items);
    free(releases.items);
}

static void print_files(status *s)
{
    const rk_file_rows *files = &s->night.carried.files;
    const rk_texts *texts = &s->night.world.texts;
    size_t shown = 0;
    for (size_t row = 0; row < files->batch.count; row++) {
        rk_slice fate = rk_names_text(&s->night.world.names, files->fate[row]);
        if (!rk_night_file_waits(&s->night, row))
            continue;
        if (shown++ == 0)
            printf("files that wait for a decision (accept_file or discard_file, subject as "
                   "shown):\n");
        printf("  %.16s  %-11.*s %.*s: %.*s\n", rk_texts_get(texts, files->digest[row]).at,
               RK_FMT(fate), RK_FMT(rk_texts_get(texts, files->name[row])),
               RK_FMT(rk_texts_get(texts, files->why[row])));
    }
    s->waiting |= shown > 0;
}

/* Rejects of files that count hold lapses until the file is accepted with them. */
static void print_rejects(status *s)
{
    const rk_open_rejects *rejects = &s->night.carried.rejects;
    const rk_texts *texts = &s->night.world.texts;
    if (rejects->batch.count)
        printf(
            "records that could not be read (accept_file, subject as shown, settles a file's):\n");
    for (size_t row = 0; row < rejects->batch.count; row++)
        printf("  %.16s  %.*s line %u: %.*s\n", rk_texts_get(texts, rejects->digest[row]).at,
               RK_FMT(rk_texts_get(texts, rejects->name[row])), rejects->line[row],
               RK_FMT(rk_texts_get(texts, rejects->reason[row])));
}

/* They close when the missing statement comes, or somebody accepts the file behind the gap. */
static void print_gaps(status *s)
{
    rk_slice why, digest;
    size_t next = 0, shown = 0;
    while (rk_night_next_gap(&s->night, &next, &why, &digest)) {
        if (shown++ == 0)
            printf("statements that do not follow the one before (until the missing one comes, or "
                   "accept_file, subject as shown):\n");
        printf("  %.16s  %.*s\n", digest.at, RK_FMT(why));
    }
    s->waiting |= shown > 0;
}

/* Decisions that did nothing, or whose ground has changed: a new one on the same entry, or one of the same
 * id, takes their place. */
static void print_decisions(status *s)
{
    const rk_decided *d = &s->night.carried.decided;
    const rk_texts *texts = &s->night.world.texts;
    const rk_names *names = &s->night.world.names;
    if (rk_night_decisions_wait(&s->night) == 0)
        return;
    printf("decisions that wait (a new one on the same subject takes their place):\n");
    for (size_t row = 0; row < d->batch.count; row++)
        if (!rk_slice_is(rk_names_text(names, d->effect[row]), "applied") &&
            !rk_slice_is(rk_names_text(names, d->effect[row]), "done"))
            printf("  %.*s  %.*s  %.*s %.*s: %.*s\n",
                   RK_FMT(rk_texts_get(texts, d->decision_id[row])),
                   RK_FMT(rk_names_text(names, d->effect[row])),
                   RK_FMT(rk_names_text(names, d->kind[row])),
                   RK_FMT(rk_texts_get(texts, d->subject[row])),
                   RK_FMT(rk_texts_get(texts, d->why[row])));
    s->waiting = true;
}

/* What asks a person without being an entry, with the decision that closes it. */
static void print_asking(status *s)
{
    rk_findings lines;
    rk_night *night = &s->night;
    const rk_texts *texts = &night->world.texts;
    size_t shown = 0;
    rk_findings_init(&lines);
    rk_findings_fold(&night->carried.findings, night->day, &night->world.names, &night->world.texts,
                     &lines);
    for (size_t i = 0; i < lines.batch.count; i++) {
        rk_buffer day = {0};
        if (!rk_finding_asks((rk_finding_kind)lines.kind[i]))
            continue;
        if (shown++ == 0)
            printf("cases that ask a person:\n");
        rk_day_put(&day, lines.day[i]);
        printf("  %.*s  %s  %.*s  %.*s: %.*s, %u, age %d days\n",
               RK_FMT(rk_texts_get(texts, lines.case_id[i])),
               rk_finding_name((rk_finding_kind)lines.kind[i]), RK_FMT(rk_buffer_all(&day)),
               RK_FMT(rk_texts_get(texts, lines.application[i])),
               RK_FMT(rk_texts_get(texts, lines.said[i])), lines.count[i],
               night->day - lines.first_seen[i]);
        rk_buffer_free(&day);
    }
    rk_batch_free(&lines.batch);
}

/* A book in whose place another one lies. */
static bool print_kept(status *s, rk_error *err)
{
    rk_buffer names = {0};
    rk_slice name;
    bool good = rk_publish_kept(&s->setup.settings, &s->archive, &names, err);
    rk_slice rest = rk_buffer_all(&names);
    if (good && rest.len) {
        printf("books in whose place another one lies (move it away, then `rekon report` makes "
               "them again):\n");
        s->waiting = true;
    }
    while (good && rk_slice_cut(&rest, '\n', &name))
        if (name.len)
            printf("  %.*s\n", RK_FMT(name));
    rk_buffer_free(&names);
    return good;
}

static void print_cases(const status *s)
{
    size_t counts[RK_OUTCOMES] = {0};
    const rk_cases *cases = &s->night.carried.cases;
    for (size_t row = 0; row < cases->batch.count; row++)
        counts[cases->kind[row]]++;
    printf("open cases: %zu\n", cases->batch.count);
    for (int i = 0; i < RK_OUTCOMES; i++)
        if (counts[i])
            printf("  %-13s %zu\n", rk_outcome_name((rk_outcome)i), counts[i]);
}

/* What the source itself doubts: it stops nothing. */
static void print_warnings(status *s)
{
    const rk_facts *stock = &s->night.carried.stock;
    bool *seen = rk_arena_alloc(&s->night.world.arena, RK_NAMES_MAX + 1, sizeof *seen);
    rk_money count = 0;
    size_t offices = 0;
    for (size_t row = 0; row < stock->batch.count; row++) {
        if (stock->kind[row] != RK_FACT_APPLICATION || stock->nik_check[row] != RK_NIK_IMPLAUSIBLE)
            continue;
        rk_money_add(&count, stock->count[row]);
        offices += !seen[stock->office[row]];
        seen[stock->office[row]] = true;
    }
    if (count > 0)
        printf("identity numbers that are not plausible (a warning): %lld applications in %zu "
               "offices\n",
               (long long)count, offices);
}

static bool open_books(status *s, rk_error *err)
{
    rk_manifest head = {0};
    rk_digest digest;
    s->night = (rk_night){.settings = s->setup.settings,
                          .sources = &s->setup.sources,
                          .archive = s->archive,
                          .day = s->mark.night,
                          .number = s->mark.number,
                          .threads = s->setup.threads};
    bool good = rk_archive_manifest(&s->archive, "nights", s->mark.night, s->mark.number, &s->arena,
                                    &head, &digest, err) &&
                rk_night_open(&s->night, &head, &digest, err);
    rk_manifest_free(&head);
    return good;
}

/* Age of the books: since the last night was judged. */
static bool check_age(status *s, const char *max_age, rk_moment now, rk_error *err)
{
    int64_t limit;
    if (!max_age)
        return true;
    if (!rk_duration_parse(rk_slice_of(max_age), &limit))
        return rk_fail(err, RK_USAGE, "--max-age takes a time such as 26h, not \"%s\"", max_age);
    rk_moment judged = rk_day_begin(s->mark.night, s->setup.settings.zone) +
                       s->setup.settings.judge_at * RK_SECOND;
    if (s->mark.any && now - judged <= limit)
        return true;
    printf("TOO OLD: the last night is more than %s old\n", max_age);
    s->waiting = true;
    return true;
}

static bool print_refusals(status *s, rk_store *store, rk_error *err)
{
    rk_refusal *refusals;
    size_t count;
    if (!rk_store_refusals(store, &s->arena, &refusals, &count, err))
        return false;
    if (count)
        printf("transitions that the booking system has not confirmed (the newest):\n");
    for (size_t i = 0; i < count; i++) {
        printf("  %.*s to %.*s: %.*s: %.*s\n", RK_FMT(refusals[i].application),
               RK_FMT(refusals[i].to_state), RK_FMT(refusals[i].answer), RK_FMT(refusals[i].why));
        s->waiting |= refusals[i].of_last_night;
    }
    return true;
}

/* The two truths must name the same night. */
static bool check_database(status *s, rk_error *err)
{
    rk_store *store = NULL;
    rk_head head;
    bool good = rk_store_open(s->setup.settings.database, &store, err) &&
                rk_store_ready(store, err) && rk_store_head(store, &head, err) &&
                print_refusals(s, store, err);
    rk_store_close(store);
    if (!good)
        return false;
    if (head.any == s->mark.any && (!head.any || rk_digest_equal(&head.run, &s->mark.run)))
        return true;
    printf(
        "the database and the archive do not name the same last night: the next run settles it\n");
    s->waiting = true;
    return true;
}

static bool print(status *s, rk_error *err)
{
    if (!rk_archive_mark(&s->archive, &s->mark, err))
        return false;
    if (!s->mark.any) {
        printf("no night was run yet\n");
        return true;
    }
    if (!open_books(s, err))
        return false;
    print_nights(s);
    if (!print_source(s, err))
        return false;
    print_archive(s);
    print_channels(s);
    print_files(s);
    print_rejects(s);
    print_gaps(s);
    print_decisions(s);
    print_cases(s);
    print_asking(s);
    print_warnings(s);
    return print_kept(s, err);
}

rk_code rk_command_status(int argc, char **argv, int64_t now, rk_error *err)
{
    const char *max_age = NULL;
    const rk_option table[] = {{.name = "--max-age", .value = &max_age}, {0}};
    rk_common common = {0};
    rk_names names = {0};
    status s = {0};
    bool good = rk_options_parse(argc, argv, table, &common, NULL, err) &&
                rk_setup_rules(&common, &names, &s.setup, err);
    s.archive.folder = s.setup.settings.archive;
    good = good && print(&s, err) && check_age(&s, max_age, now, err) && check_database(&s, err);
    bool opened = s.night.sources != NULL;
    if (opened)
        rk_night_close(&s.night);
    rk_arena_free(&s.arena);
    rk_names_free(&names);
    rk_setup_free(&s.setup);
    return !good ? err->code : s.waiting ? RK_WAITING : RK_DONE;
}
