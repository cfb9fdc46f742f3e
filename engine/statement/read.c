#include "statement/read.h"

#include <stdlib.h>

#include "statement/following.h"
#include "statement/standard.h"
#include "statement/stretch.h"
#include "statement/unpack.h"

enum { CHUNK_BYTES = 256 * 1024 };

/* One call: all files, cut into stretches that all threads share. */
typedef struct job {
    const rk_reading *reading;
    rk_files *files;
    rk_entries *entries;
    rk_plan *plans; /* one for each channel of the rules */
    bool *planned;
    rk_statement *statements;
    size_t statement_count;
    rk_stretch *stretches;
    size_t stretch_count, stretch_capacity;
    size_t room; /* rows, from the batch's count on */
} job;

/* ---- before reading ---- */

static bool plan_time(const rk_time_map *map, rk_time_plans *plans)
{
    return !map->given || rk_time_plans_of(map->format, plans);
}

static const char *make_plan(const rk_rules *rules, const rk_channel *channel, rk_plan *plan)
{
    rk_slice lines = channel->day_in_lines.len ? channel->day_in_lines : RK_S("%Y%m%d");
    *plan = (rk_plan){.engine = &rules->engine,
                      .channel = channel,
                      .extractor = rk_extractor_of(&channel->extract)};
    bool good =
        plan_time(&channel->paid, &plan->paid) && plan_time(&channel->booked, &plan->booked) &&
        plan_time(&channel->value, &plan->value) && rk_time_plans_of(lines, &plan->day_in_lines);
    return good ? NULL : "a time format of its channel is not valid";
}

/* The channel of a file; where several rows bear the name, the one that holds on the file's day. */
static const rk_plan *plan_of(job *of, const rk_file *file, const char **why)
{
    const rk_rules *rules = of->reading->rules;
    const rk_channel *channel = NULL;
    for (size_t i = 0; i < rules->channel_count; i++) {
        const rk_channel *here = &rules->channels[i];
        bool holds =
            file->from == RK_NO_DAY || ((here->from == RK_NO_DAY || here->from <= file->from) &&
                                        (here->until == RK_NO_DAY || file->from < here->until));
        if (here->channel == file->channel && (!channel || holds))
            channel = here;
    }
    if (!channel)
        return *why = "no rule for its channel", NULL;
    size_t number = (size_t)(channel - rules->channels);
    if (!of->planned[number]) {
        *why = make_plan(rules, channel, &of->plans[number]);
        of->planned[number] = !*why;
    }
    return of->planned[number] ? &of->plans[number] : NULL;
}

static bool told_day(const rk_statement *statement, rk_meaning meaning, rk_day *day)
{
    rk_day_memo memo = {0};
    rk_time time;
    rk_slice text = statement->told.text[meaning];
    *day = RK_NO_DAY;
    if (text.len == 0)
        return true;
    if (!rk_time_read(&statement->plan->day_in_lines, text, statement->plan->channel->zone,
                      (rk_near){RK_NO_DAY, RK_NO_DAY}, &memo, &time))
        return false;
    *day = time.day;
    return true;
}

/* The days of the file: by its name, else by its lines. */
static bool take_days(rk_statement *statement, rk_arena *arena)
{
    static const struct {
        rk_meaning meaning;
        const char *name;
    } days[] = {{RK_MEANS_DAY, "day"}, {RK_MEANS_FROM, "from"}, {RK_MEANS_UNTIL, "until"}};
    rk_day said[3];
    for (size_t i = 0; i < 3; i++)
        if (!told_day(statement, days[i].meaning, &said[i])) {
            statement->why = rk_arena_printf(arena, "%s is no day (line %zu)", days[i].name,
                                             statement->told.line[days[i].meaning]);
            return false;
        }
    rk_file *file = statement->file;
    if (file->from == RK_NO_DAY)
        file->from = said[1] != RK_NO_DAY ? said[1] : said[0];
    if (file->until == RK_NO_DAY)
        file->until = said[2] != RK_NO_DAY ? said[2] : said[0];
    statement->near = (rk_near){file->from, file->until};
    return true;
}

static void add_stretches(job *of, rk_statement *statement)
{
    size_t count;
    rk_chunk *chunks =
        rk_delimited_chunks(&statement->layout.text, statement->layout.body,
                            statement->layout.body_line, CHUNK_BYTES, of->reading->threads, &count);
    of->stretches = rk_grow(of->stretches, &of->stretch_capacity, of->stretch_count + count,
                            sizeof *of->stretches);
    statement->first = of->stretch_count;
    statement->count = count;
    for (size_t i = 0; i < count; i++) {
        of->stretches[of->stretch_count++] =
            (rk_stretch){.statement = statement,
                         .chunk = chunks[i],
                         .first = of->entries->batch.count + of->room};
        of->room += chunks[i].lines;
    }
    free(chunks);
}

/* A standard format is read by one thread, in one stretch. */
static void add_standard(job *of, rk_statement *statement)
{
    size_t room = rk_standard_room(statement->plan->channel, statement->bytes);
    of->stretches =
        rk_grow(of->stretches, &of->stretch_capacity, of->stretch_count + 1, sizeof *of->stretches);
    statement->first = of->stretch_count;
    statement->count = 1;
    of->stretches[of->stretch_count++] = (rk_stretch){.statement = statement,
                                                      .chunk = {.line = 1, .lines = room},
                                                      .first = of->entries->batch.count + of->room};
    of->room += room;
}

static bool find_layout(rk_statement *statement)
{
    const rk_channel *channel = statement->plan->channel;
    if (rk_is_standard(channel))
        return rk_standard_layout(&statement->layout, channel, statement->bytes, &statement->why);
    return rk_layout_find(&statement->layout, channel, statement->bytes, &statement->told,
                          &statement->scratch, &statement->why);
}

/* Rows above the titles are passed over, so an entry among them would be lost: the titles have slipped. */
static bool starts_with_titles(rk_statement *statement, rk_arena *arena)
{
    size_t line = rk_statement_misplaced(statement);
    if (line)
        statement->why =
            rk_arena_printf(arena, "an entry stands above the column titles (line %zu)", line);
    return line == 0;
}

static bool prepare(job *of, uint32_t number, rk_error *err)
{
    rk_file *file = &of->files->items[number];
    rk_statement *statement = &of->statements[of->statement_count++];
    *statement = (rk_statement){.file = file, .number = number, .near = {RK_NO_DAY, RK_NO_DAY}};
    statement->bytes = rk_statement_unpack(file->bytes, of->reading->arena, &statement->why);
    file->texts = rk_texts_register(of->reading->texts, statement->bytes);
    if (file->texts == 0)
        return rk_fail(err, RK_FILE, "too many files for one night");
    if (!statement->why)
        statement->plan = plan_of(of, file, &statement->why);
    if (!statement->plan || !find_layout(statement) || !take_days(statement, of->reading->arena) ||
        (!rk_is_standard(statement->plan->channel) &&
         !starts_with_titles(statement, of->reading->arena)))
        return true;
    if (rk_is_standard(statement->plan->channel))
        add_standard(of, statement);
    else
        add_stretches(of, statement);
    return true;
}

/* ---- after reading ---- */

static bool is_whole(job *of, rk_statement *statement, uint64_t seen, size_t trailers,
                     size_t trailer_line, size_t last_line)
{
    const rk_channel *channel = statement->plan->channel;
    rk_arena *arena = of->reading->arena;
    if (statement->layout.trailer && trailers == 0 && !statement->layout.trailer_line)
        statement->why = "the trailer is missing: the file is cut short";
    else if (trailers > 1)
        statement->why = rk_arena_printf(arena, "a second trailer (line %zu)", trailer_line);
    else if (trailers && last_line > trailer_line)
        statement->why = rk_arena_printf(arena, "records follow the trailer (line %zu)", last_line);
    for (size_t i = 0; i < channel->record_count && !statement->why; i++) {
        const rk_record_rule *rule = &channel->records[i];
        if (rule->kind == RK_RECORD_INFO && rule->required && !(seen & rk_rule_bit(channel, rule)))
            statement->why = rk_arena_printf(
                arena, "line \"%.*s\" is missing: the file is cut short", RK_FMT(rule->tag));
    }
    return !statement->why;
}

static const rk_reject *first_reject(const job *of, const rk_statement *statement)
{
    for (size_t i = statement->first; i < statement->first + statement->count; i++)
        if (of->stretches[i].rejects.count)
            return &of->stretches[i].rejects.items[0];
    return NULL;
}

static bool few_rejects(job *of, rk_statement *statement, const rk_sums *sums)
{
    const rk_reject *first = first_reject(of, statement);
    if (sums->rejects <= RK_REJECTS_MAX || !first)
        return true;
    statement->why = rk_arena_printf(
        of->reading->arena, "%llu of %llu records cannot be read: another layout? (line %u: %.*s)",
        (unsigned long long)sums->rejects, (unsigned long long)(sums->rejects + sums->entries),
        first->line, RK_FMT(first->reason));
    return false;
}

/* Whose money it is: account and currency, by name or by lines. */
static bool take_account(job *of, rk_statement *statement, rk_error *err)
{
    const rk_channel *channel = statement->plan->channel;
    rk_names *names = of->reading->names;
    rk_slice currency = statement->told.text[RK_MEANS_CURRENCY];
    rk_slice account = statement->told.text[RK_MEANS_ACCOUNT];
    rk_file *file = statement->file;
    if (file->account == 0)
        file->account = rk_names_add(names, account);
    else if (account.len && !rk_slice_equal(account, rk_names_text(names, file->account)))
        statement->why =
            rk_arena_printf(of->reading->arena, "its account is not the one in its name (line %zu)",
                            statement->told.line[RK_MEANS_ACCOUNT]);
    if (file->account == RK_NAME_FULL)
        return rk_fail(err, RK_FILE, "too many accounts");
    if (file->number.len == 0 && statement->told.text[RK_MEANS_NUMBER].len)
        file->number = rk_arena_slice(of->reading->arena, statement->told.text[RK_MEANS_NUMBER]);
    file->currency = channel->currency;
    if (currency.len && !rk_slice_equal(currency, rk_names_text(names, channel->currency)))
        statement->why = rk_arena_printf(of->reading->arena,
                                         "its currency is not the channel's (line "
                                         "%zu)",
                                         statement->told.line[RK_MEANS_CURRENCY]);
    return true;
}

static void join_told(rk_told *told, const rk_told *more)
{
    for (size_t m = 0; m < RK_MEANINGS; m++)
        if (more->text[m].at) {
            told->text[m] = more->text[m];
            told->line[m] = more->line[m];
        }
}

/* A file that breaks its own totals is set aside, unless a person has accepted it as it is: then what it
 * breaks is said of a file that counts. */
static void check_controls(job *of, rk_statement *statement, const rk_sums *sums)
{
    rk_file *file = statement->file;
    const char *broken = NULL;
    rk_arena *arena = of->reading->arena;
    if (rk_controls_hold(statement->plan->channel, &statement->told, sums, arena,
                         &file->opening_minor, &file->closing_minor, &broken))
        return;
    if (file->overruled && !sums->overflow)
        statement->accepted_with = rk_arena_printf(arena, "accepted by decision: %s", broken);
    else
        statement->why = broken;
}

/* Whether the file's own statements follow one another; across files, who takes the file in asks that. */
static bool follow(job *of, rk_statement *statement, const rk_sums *sums, rk_error *err)
{
    const rk_channel *channel = statement->plan->channel;
    const rk_file *file = statement->file;
    const rk_stretch *first = &of->stretches[statement->first];
    rk_said whole = {.line = statement->told.line[RK_MEANS_NUMBER],
                     .account = rk_names_text(of->reading->names, file->account),
                     .number = file->number,
                     .from = file->from,
                     .until = file->until,
                     .opening = file->opening_minor,
                     .closing = file->closing_minor,
                     .entries = sums->entries};
    bool standard = rk_is_standard(channel);
    if (!channel->controls.numbers && !channel->controls.opening)
        return true;
    return rk_following_check(statement, standard ? first->said : &whole,
                              standard ? first->said_count : 1, of->reading->names,
                              of->reading->arena, err);
}

/* All stretches of a file together: is it whole, does it agree with its own totals? */
static bool judge(job *of, rk_statement *statement, rk_error *err)
{
    rk_sums sums = {0};
    rk_file *file = statement->file;
    uint64_t seen = statement->layout.seen;
    size_t trailers = 0, trailer_line = 0, last_line = 0;
    rk_day earliest = RK_NO_DAY, latest = RK_NO_DAY;
    for (size_t i = statement->first; i < statement->first + statement->count; i++) {
        const rk_stretch *stretch = &of->stretches[i];
        rk_sums_join(&sums, &stretch->sums);
        join_told(&statement->told, &stretch->told);
        seen |= stretch->seen;
        trailers += stretch->trailers;
        trailer_line = stretch->trailers ? stretch->trailer_line : trailer_line;
        last_line = stretch->last_line ? stretch->last_line : last_line;
        if (stretch->earliest != RK_NO_DAY &&
            (earliest == RK_NO_DAY || stretch->earliest < earliest))
            earliest = stretch->earliest;
        if (stretch->latest > latest)
            latest = stretch->latest;
    }
    if (!statement->why && few_rejects(of, statement, &sums) &&
        is_whole(of, statement, seen, trailers, trailer_line, last_line) &&
        take_days(statement, of->reading->arena)) {
        if (!take_account(of, statement, err))
            return false;
        if (!statement->why)
            check_controls(of, statement, &sums);
    }
    file->from = file->from == RK_NO_DAY ? earliest : file->from;
    file->until = file->until == RK_NO_DAY ? latest : file->until;
    if (!statement->why && !follow(of, statement, &sums, err))
        return false;
    file->fate = statement->why ? RK_FATE_QUARANTINED : RK_FATE_ACCEPTED;
    const char *why = statement->why ? statement->why : statement->accepted_with;
    file->why = rk_arena_slice(of->reading->arena, rk_slice_of(why ? why : ""));
    if (statement->why)
        return true;
    file->entries = (uint32_t)sums.entries;
    file->filtered = (uint32_t)sums.filtered;
    file->sum_minor = sums.sum;
    file->filtered_minor = sums.filtered_sum;
    return true;
}

/* Rejects by file, then line; of a file with too many the first alone. */
static void add_rejects(const job *of, const rk_statement *statement, rk_rejects *rejects)
{
    bool too_many = statement->reject_count > RK_REJECTS_MAX;
    uint32_t added = 0;
    for (size_t i = statement->first; i < statement->first + statement->count; i++) {
        const rk_rejects *from = &of->stretches[i].rejects;
        for (size_t r = 0; r < from->count && !(too_many && added); r++, added++) {
            rejects->items = rk_grow(rejects->items, &rejects->capacity, rejects->count + 1,
                                     sizeof *rejects->items);
            rejects->items[rejects->count++] = from->items[r];
        }
    }
    statement->file->rejects = added;
}

static void add_texts(const job *of)
{
    rk_text *const columns[] = {[RK_TEXT_REFERENCE] = of->entries->reference,
                                [RK_TEXT_NARRATIVE] = of->entries->narrative,
                                [RK_TEXT_WINDOWS] = of->entries->windows,
                                [RK_TEXT_KEYS] = of->entries->keys};
    for (size_t i = 0; i < of->stretch_count; i++) {
        const rk_stretch *stretch = &of->stretches[i];
        if (stretch->statement->why)
            continue;
        for (size_t t = 0; t < stretch->later_count; t++) {
            const rk_later *later = &stretch->laters[t];
            columns[later->kind][later->row] = rk_texts_add(of->reading->texts, later->text);
        }
    }
}

/* Moves the rows of accepted files together, column by column; those that are filled later wait. */
static void close_gaps(job *of)
{
    rk_entries *entries = of->entries;
    rk_batch *batch = &entries->batch;
    size_t base = batch->count;
#pragma omp parallel for schedule(dynamic, 1) num_threads(of->reading->threads)
    for (size_t c = 0; c < batch->column_count; c++) {
        char *column = rk_batch_column(batch, c);
        size_t size = rk_type_size(batch->columns[c].type), filled = base;
        bool later = column == (char *)entries->file || column == (char *)entries->ordinal ||
                     column == (char *)entries->channel || column == (char *)entries->account ||
                     column == (char *)entries->currency;
        for (size_t i = 0; column && !later && i < of->stretch_count; i++) {
            const rk_stretch *stretch = &of->stretches[i];
            if (stretch->statement->why)
                continue;
            if (stretch->first != filled)
                memmove(column + filled * size, column + stretch->first * size,
                        stretch->count * size);
            filled += stretch->count;
        }
    }
    for (size_t i = 0; i < of->stretch_count; i++) {
        if (of->stretches[i].statement->why)
            of->stretches[i].count = 0;
        of->stretches[i].first = batch->count;
        batch->count += of->stretches[i].count;
    }
}

/* What is the same for a whole file, and the ordinals. */
static void fill_rows(const rk_stretch *stretch, size_t file_begins, const rk_entries *to)
{
    const rk_statement *statement = stretch->statement;
    for (size_t row = stretch->first; row < stretch->first + stretch->count; row++) {
        if (to->file)
            to->file[row] = statement->number;
        if (to->ordinal)
            to->ordinal[row] = (uint32_t)(row - file_begins + 1);
        if (to->channel)
            to->channel[row] = statement->file->channel;
        if (to->account)
            to->account[row] = statement->file->account;
        if (to->currency)
            to->currency[row] = statement->file->currency;
    }
}

/* What each account of a file of several tells about. */
static void list_parts(const job *of, const rk_stretch *stretch)
{
    rk_file_part *parts =
        rk_arena_alloc(of->reading->arena, stretch->span_count + 1, sizeof *parts);
    size_t count = 0;
    for (size_t s = 0; s < stretch->span_count; s++) {
        const rk_span *span = &stretch->spans[s];
        size_t at = 0;
        while (at < count && parts[at].account != span->name)
            at++;
        if (at == count)
            parts[count++] = (rk_file_part){span->name, span->from, span->until};
        if (span->from != RK_NO_DAY && (parts[at].from == RK_NO_DAY || span->from < parts[at].from))
            parts[at].from = span->from;
        if (span->until > parts[at].until) /* RK_NO_DAY is before all days */
            parts[at].until = span->until;
    }
    stretch->statement->file->parts = parts;
    stretch->statement->file->part_count = count > 1 ? count : 0;
}

/* The accounts of a file that holds statements of several. */
static bool name_accounts(const job *of, rk_error *err)
{
    for (size_t i = 0; i < of->stretch_count; i++) {
        const rk_stretch *stretch = &of->stretches[i];
        for (size_t s = 0; s < stretch->span_count && !stretch->statement->why; s++) {
            rk_span *span = &stretch->spans[s];
            span->name = rk_names_add(of->reading->names, span->account);
            if (span->name == RK_NAME_FULL)
                return rk_fail(err, RK_FILE, "too many accounts");
        }
        if (stretch->span_count > 1 && !stretch->statement->why)
            list_parts(of, stretch);
    }
    return true;
}

static void fill_accounts(const rk_stretch *stretch, const rk_entries *to)
{
    for (size_t s = 0; to->account && stretch->span_count > 1 && s < stretch->span_count; s++) {
        size_t until = s + 1 < stretch->span_count ? stretch->spans[s + 1].row : stretch->count;
        for (size_t row = stretch->spans[s].row; row < until && row < stretch->count; row++)
            to->account[stretch->first + row] = stretch->spans[s].name;
    }
}

/* Where the file does not say the day of booking, a rule does. The account is known by now. */
static void fill_booked(const job *of, const rk_stretch *stretch, const rk_entries *to)
{
    const rk_channel *channel = stretch->statement->plan->channel;
    if (!channel->booking.given || !to->booked_on || !to->paid_from)
        return;
    for (size_t row = stretch->first; row < stretch->first + stretch->count; row++) {
        rk_day on = rk_day_at(to->paid_from[row], channel->zone);
        rk_name account = to->account ? to->account[row] : stretch->statement->file->account;
        rk_name name = channel->booking.by_office ? rk_channel_office(channel, account, on) : 0;
        const rk_office *office =
            name ? rk_office_on(&of->reading->rules->offices, name, on) : NULL;
        to->booked_on[row] =
            rk_channel_books_on(channel, to->paid_from[row], office ? office->zone : channel->zone);
    }
}

/* Tells which rows are of which file, once all stand in their places. */
static void tell_rows(const job *of)
{
    rk_entries *entries = of->entries;
    rk_rows_of_file *rows = rk_arena_alloc(
        of->reading->arena, entries->rows_count + of->statement_count + 1, sizeof *rows);
    if (entries->rows_count)
        memcpy(rows, entries->rows, entries->rows_count * sizeof *rows);
    for (size_t i = 0; i < of->statement_count; i++) {
        const rk_statement *statement = &of->statements[i];
        if (statement->why || statement->count == 0)
            continue;
        const rk_stretch *last = &of->stretches[statement->first + statement->count - 1];
        size_t first = of->stretches[statement->first].first, until = last->first + last->count;
        if (until > first)
            rows[entries->rows_count++] =
                (rk_rows_of_file){first, until, statement->number, statement->file->channel,
                                  statement->file->currency};
    }
    entries->rows = rows;
}

static bool collect(job *of, rk_rejects *rejects, rk_error *err)
{
    for (size_t i = 0; i < of->statement_count; i++) {
        if (!judge(of, &of->statements[i], err))
            return false;
        add_rejects(of, &of->statements[i], rejects);
    }
    if (!name_accounts(of, err))
        return false;
    add_texts(of);
    close_gaps(of);
    tell_rows(of);
    if (!of->entries->file && !of->entries->ordinal && !of->entries->channel &&
        !of->entries->account && !of->entries->currency && !of->entries->booked_on)
        return true;
#pragma omp parallel for schedule(dynamic, 4) num_threads(of->reading->threads)
    for (size_t i = 0; i < of->stretch_count; i++) {
        fill_rows(&of->stretches[i], of->stretches[of->stretches[i].statement->first].first,
                  of->entries);
        fill_accounts(&of->stretches[i], of->entries);
        fill_booked(of, &of->stretches[i], of->entries);
    }
    return true;
}

/* ---- all of it ---- */

bool rk_statement_tells_seconds(const rk_channel *channel)
{
    rk_time_plans plans;
    bool tells = channel->dated == RK_DATED_SECOND && channel->paid.given &&
                 !rk_is_standard(channel) && rk_time_plans_of(channel->paid.format, &plans);
    for (size_t i = 0; tells && i < plans.count; i++)
        tells = plans.each[i].has_clock && plans.each[i].has_second;
    return tells;
}

static bool read_all(job *of, rk_rejects *rejects, rk_error *err)
{
    for (size_t i = 0; i < of->files->count; i++) {
        const rk_file *file = &of->files->items[i];
        if (file->fate == RK_FATE_NONE && file->channel && !prepare(of, (uint32_t)i, err))
            return false;
    }
    if (of->entries->batch.count + of->room >= RK_NO_ROW)
        return rk_fail(err, RK_FILE, "more than 4,294,967,294 entries");
    rk_batch_reserve(&of->entries->batch, of->entries->batch.count + of->room);
#pragma omp parallel for schedule(dynamic, 1) num_threads(of->reading->threads)
    for (size_t i = 0; i < of->stretch_count; i++)
        if (rk_is_standard(of->stretches[i].statement->plan->channel))
            rk_standard_read(&of->stretches[i], of->entries);
        else
            rk_stretch_read(&of->stretches[i], of->entries);
    return collect(of, rejects, err);
}

bool rk_statements_read(const rk_reading *reading, rk_files *files, rk_entries *entries,
                        rk_rejects *rejects, rk_error *err)
{
    job of = {.reading = reading, .files = files, .entries = entries};
    of.plans = rk_alloc(reading->rules->channel_count + 1, sizeof *of.plans);
    of.planned = rk_alloc(reading->rules->channel_count + 1, sizeof *of.planned);
    of.statements = rk_alloc(files->count + 1, sizeof *of.statements);
    bool good = read_all(&of, rejects, err);
    for (size_t i = 0; i < of.stretch_count; i++)
        rk_stretch_free(&of.stretches[i]);
    for (size_t i = 0; i < of.statement_count; i++)
        rk_arena_free(&of.statements[i].scratch);
    free(of.stretches);
    free(of.statements);
    free(of.planned);
    free(of.plans);
    return good;
}
