#include "statement/standard.h"

#include <stdio.h>

#include "statement/raw.h"

enum { REASON_MAX = 400 };

typedef struct taking {
    rk_stretch *stretch;
    const rk_entries *to;
    const rk_channel *channel;
    size_t room, before; /* rows; rk_stretch.count at the statement's beginning */
    rk_cell cells[RK_FIELDS_MAX];
    rk_row row;
    /* the statement */
    size_t statements, line;
    rk_slice account, number;
    rk_day from, until;
    rk_raw_balance opening;
    rk_money sum;
    bool overflow;
    /* all of the file, as long as it is of one account */
    bool several_accounts;
    rk_slice first_account;
    rk_money last_closing;
    rk_day latest_closing;
} taking;

/* ---- before reading ---- */

bool rk_standard_layout(rk_layout *layout, const rk_channel *channel, rk_slice bytes,
                        const char **why)
{
    bool camt = channel->format == RK_FORMAT_CAMT;
    rk_raw_format seen = rk_raw_format_of(bytes);
    *layout = (rk_layout){.channel = channel, .body_line = 1};
    layout->text = (rk_delimited){.text = bytes, .newline = '\n'};
    for (size_t i = 0; i < RK_FIELDS_MAX; i++)
        layout->places[i].cell = i < channel->field_count ? (int)i : -1;
    if (seen == (camt ? RK_RAW_CAMT : RK_RAW_MT940))
        return true;
    return *why = camt ? "it is not a camt document" : "there is no field of an MT940 in it", false;
}

static size_t count_of(rk_slice bytes, rk_slice mark)
{
    const char *end = bytes.at + bytes.len;
    size_t count = 0;
    for (const char *at = bytes.at; at < end; at += mark.len, count++) {
        at = memmem(at, (size_t)(end - at), mark.at, mark.len);
        if (!at)
            break;
    }
    return count;
}

size_t rk_standard_room(const rk_channel *channel, rk_slice bytes)
{
    if (channel->format != RK_FORMAT_CAMT)
        return count_of(bytes, RK_S(":61:"));
    return count_of(bytes, RK_S("Ntry")) +
           (channel->splits_batches ? count_of(bytes, RK_S("TxDtls")) : 0);
}

/* ---- the row of an entry ---- */

static bool is_mark(rk_slice text, size_t at)
{
    return at + 2 < text.len && text.at[at] == '?' && text.at[at + 1] >= '0' &&
           text.at[at + 1] <= '9' && text.at[at + 2] >= '0' && text.at[at + 2] <= '9';
}

/* "166?00SETOR?20KODE 82024\n0305000123?32BUDI" -> "166 SETOR KODE 820240305000123 BUDI" */
static rk_slice one_line(rk_arena *arena, rk_slice text)
{
    char *plain = rk_arena_alloc(arena, text.len + 1, 1);
    size_t len = 0, done = 0;
    bool structured =
        text.len > 5 && rk_slice_is_digits((rk_slice){text.at, 3}) && is_mark(text, 3);
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '\n')
            plain[len++] = text.at[i];
        else if (!structured)
            plain[len++] = ' ';
    if (!structured)
        return (rk_slice){plain, len};
    for (size_t i = 0; i < len; i++) {
        bool mark = is_mark((rk_slice){plain, len}, i);
        plain[done++] = mark ? ' ' : plain[i];
        i += mark ? 2 : 0;
    }
    return (rk_slice){plain, done};
}

static void put(taking *of, const char *name, rk_slice value)
{
    for (size_t i = 0; i < of->channel->field_count; i++) {
        if (!rk_slice_is(of->channel->fields[i], name) || of->cells[i].len || value.len == 0)
            continue;
        value = one_line(&of->stretch->arena, value);
        of->cells[i] = (rk_cell){.at = value.at, .len = (uint32_t)value.len};
    }
}

static void begin_row(taking *of, const rk_raw_entry *raw)
{
    for (size_t i = 0; i < of->channel->field_count; i++)
        of->cells[i] = (rk_cell){.at = ""};
    of->row.record = (rk_record){.line = raw->line, .count = of->channel->field_count};
}

static void put_references(taking *of, const rk_raw_reference *references, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(of, references[i].name, references[i].value);
}

/* An entry of one part is that part. */
static void make_row(taking *of, const rk_raw_entry *raw)
{
    begin_row(of, raw);
    put(of, "narrative", raw->narrative);
    put(of, "account", of->account);
    put_references(of, raw->references, raw->reference_count);
    if (raw->detail_count == 1)
        put_references(of, raw->details[0].references, raw->details[0].reference_count);
}

/* What is said of the whole holds for a part only where no part says anything of its own. */
static void make_part(taking *of, const rk_raw_entry *raw, const rk_raw_detail *part)
{
    bool any = false;
    for (size_t i = 0; i < raw->detail_count && !any; i++)
        any = raw->details[i].narrative.len;
    begin_row(of, raw);
    put(of, "narrative", any ? part->narrative : raw->narrative);
    put(of, "account", of->account);
    put_references(of, part->references, part->reference_count);
    put_references(of, raw->references, raw->reference_count);
}

/* Each of its parts has an amount of the same currency, and they make up the whole. */
static bool is_in_parts(const rk_raw_entry *raw)
{
    rk_money sum = 0;
    for (size_t i = 0; i < raw->detail_count; i++) {
        const rk_raw_detail *part = &raw->details[i];
        if (part->amount_minor == RK_NO_MONEY || part->amount_minor == 0 ||
            (part->currency.len && !rk_slice_equal(part->currency, raw->currency)) ||
            !rk_money_add(&sum, part->amount_minor))
            return false;
    }
    return raw->detail_count > 1 && sum == raw->amount_minor;
}

/* The account of the statement at hand tells about the day. */
static void note_day(taking *of, rk_day day)
{
    rk_span *span = &of->stretch->spans[of->stretch->span_count - 1];
    if (day == RK_NO_DAY)
        return;
    span->from = span->from == RK_NO_DAY || day < span->from ? day : span->from;
    span->until = day > span->until ? day : span->until;
}

/* ---- what the parser says ---- */

static void blame(taking *of, size_t line, const char *what)
{
    rk_statement *statement = of->stretch->statement;
    if (!statement->why)
        statement->why = rk_arena_printf(&of->stretch->arena, "%s (line %zu)", what, line);
}

/* A control that fails: a person may accept the file all the same. */
static void breach(taking *of, size_t line, const char *what)
{
    rk_statement *statement = of->stretch->statement;
    if (!statement->file->overruled)
        blame(of, line, what);
    else if (!statement->accepted_with)
        statement->accepted_with =
            rk_arena_printf(&of->stretch->arena, "accepted by decision: %s (line %zu)", what, line);
}

static void tell(taking *of, rk_meaning meaning, rk_slice text, size_t line)
{
    of->stretch->told.text[meaning] = rk_arena_slice(&of->stretch->arena, text);
    of->stretch->told.line[meaning] = line;
}

static void tell_money(taking *of, rk_meaning meaning, rk_money minor, size_t line)
{
    rk_buffer text = {0};
    rk_money_put(&text, minor, of->channel->exponent);
    if (text.len)
        tell(of, meaning, rk_buffer_all(&text), line);
    rk_buffer_free(&text);
}

static void tell_day(taking *of, rk_meaning meaning, rk_day day, size_t line)
{
    char text[16];
    rk_civil civil = rk_civil_of(day);
    int length = snprintf(text, sizeof text, "%04d%02d%02d", civil.year, civil.month, civil.day);
    tell(of, meaning, (rk_slice){text, (size_t)length}, line);
}

static bool take_statement(void *context, const rk_raw_statement *raw)
{
    taking *of = context;
    rk_stretch *stretch = of->stretch;
    bool first = of->statements++ == 0;
    of->line = raw->line;
    of->opening = raw->opening;
    of->before = stretch->count;
    of->sum = 0;
    of->account = rk_arena_slice(&stretch->arena, raw->account);
    of->number = rk_arena_slice(&stretch->arena, raw->number);
    of->from = raw->from;
    of->until = raw->until;
    if (first || !rk_slice_equal(of->account, stretch->spans[stretch->span_count - 1].account)) {
        stretch->spans = rk_grow(stretch->spans, &stretch->span_capacity, stretch->span_count + 1,
                                 sizeof *stretch->spans);
        stretch->spans[stretch->span_count++] =
            (rk_span){stretch->count, of->account, 0, RK_NO_DAY, RK_NO_DAY};
    }
    note_day(of, raw->from);
    note_day(of, raw->until);
    if (first)
        of->first_account = of->account;
    else if (!rk_slice_equal(of->account, of->first_account))
        of->several_accounts = true;
    else if (!of->several_accounts && of->channel->controls.balances &&
             of->last_closing != RK_NO_MONEY && raw->opening.minor != RK_NO_MONEY &&
             of->last_closing != raw->opening.minor)
        breach(of, raw->line,
               "a statement does not begin with the balance at which the one before "
               "ended");
    if (first)
        tell_money(of, RK_MEANS_OPENING, raw->opening.minor, raw->line);
    tell(of, RK_MEANS_NUMBER, raw->number, raw->line);
    if (raw->currency.len && !stretch->told.text[RK_MEANS_CURRENCY].len)
        tell(of, RK_MEANS_CURRENCY, raw->currency, raw->line);
    else if (raw->currency.len &&
             !rk_slice_equal(raw->currency, stretch->told.text[RK_MEANS_CURRENCY]))
        blame(of, raw->line, "its statements are in several currencies");
    if (raw->closing_currency.len)
        blame(of, raw->line, "opening and closing balance are in different currencies");
    return true;
}

static void take_row(taking *of, const rk_raw_entry *raw, rk_money amount)
{
    rk_stretch_take(
        of->stretch, of->to, &of->row,
        &(rk_ready){.amount = amount,
                    .booked_on = raw->booked_on != RK_NO_DAY ? raw->booked_on : raw->value_on,
                    .value_on = raw->value_on,
                    .at = raw->booked_at,
                    .filtered = raw->is_pending});
}

static bool take_entry(void *context, const rk_raw_entry *raw)
{
    taking *of = context;
    size_t parts = of->channel->splits_batches && is_in_parts(raw) ? raw->detail_count : 0;
    rk_slice wanted = of->stretch->told.text[RK_MEANS_CURRENCY];
    if (raw->currency.len && wanted.len && !rk_slice_equal(raw->currency, wanted))
        blame(of, raw->line, "an entry is in another currency than its statement");
    else if (raw->currency.len && !wanted.len)
        tell(of, RK_MEANS_CURRENCY, raw->currency, raw->line);
    if (of->stretch->count + (parts ? parts : 1) > of->room)
        return blame(of, raw->line, "more entries than there can be"), false;
    if (!raw->is_pending && !rk_money_add(&of->sum, raw->amount_minor))
        of->overflow = true;
    note_day(of, raw->booked_on);
    for (size_t i = 0; i < parts; i++) {
        make_part(of, raw, &raw->details[i]);
        take_row(of, raw, raw->details[i].amount_minor);
    }
    if (parts)
        return true;
    make_row(of, raw);
    take_row(of, raw, raw->amount_minor);
    return true;
}

static void check_balances(taking *of, const rk_raw_end *end)
{
    rk_money reached = of->opening.minor;
    rk_buffer why = {0};
    if (of->opening.minor == RK_NO_MONEY || end->closing.minor == RK_NO_MONEY) {
        breach(of, end->line,
               of->opening.minor == RK_NO_MONEY
                   ? "a statement without opening balance"
                   : "a statement without closing balance: is it cut short?");
        return;
    }
    if (of->overflow || !rk_money_add(&reached, of->sum)) {
        blame(of, end->line, "the sum of its amounts is too large");
        return;
    }
    if (reached == end->closing.minor)
        return;
    rk_buffer_text(&why, "opening balance ");
    rk_money_put(&why, of->opening.minor, of->channel->exponent);
    rk_buffer_text(&why, " and entries make ");
    rk_money_put(&why, reached, of->channel->exponent);
    rk_buffer_text(&why, ", closing balance is ");
    rk_money_put(&why, end->closing.minor, of->channel->exponent);
    rk_buffer_char(&why, '\0');
    breach(of, end->line, why.bytes);
    rk_buffer_free(&why);
}

static void note_said(taking *of, const rk_raw_end *end)
{
    rk_stretch *stretch = of->stretch;
    rk_day until = end->closing.on != RK_NO_DAY ? end->closing.on : of->until;
    stretch->said = rk_grow(stretch->said, &stretch->said_capacity, stretch->said_count + 1,
                            sizeof *stretch->said);
    stretch->said[stretch->said_count++] = (rk_said){.line = of->line,
                                                     .account = of->account,
                                                     .number = of->number,
                                                     .from = of->from,
                                                     .until = until,
                                                     .opening = of->opening.minor,
                                                     .closing = end->closing.minor,
                                                     .entries = stretch->count - of->before};
}

static bool take_end(void *context, const rk_raw_end *end)
{
    taking *of = context;
    if (of->channel->controls.balances)
        check_balances(of, end);
    if (of->channel->controls.numbers || of->channel->controls.opening)
        note_said(of, end);
    of->last_closing = end->closing.minor;
    tell_money(of, RK_MEANS_CLOSING, end->closing.minor, end->line);
    if (end->closing.on != RK_NO_DAY && end->closing.on > of->latest_closing)
        of->latest_closing = end->closing.on;
    note_day(of, end->closing.on);
    return true;
}

static bool take_fault(void *context, size_t line, const char *reason)
{
    taking *of = context;
    of->row.record = (rk_record){.line = line};
    rk_stretch_refuse(of->stretch, &of->row, reason);
    return true;
}

/* ---- all of it ---- */

/* What is said of the whole file holds only where it is of one account. */
static void finish(taking *of)
{
    rk_told *told = &of->stretch->told;
    size_t line = of->line;
    if (of->several_accounts) {
        told->text[RK_MEANS_OPENING] = told->text[RK_MEANS_CLOSING] = (rk_slice){NULL, 0};
        told->text[RK_MEANS_NUMBER] = (rk_slice){NULL, 0};
    } else {
        tell(of, RK_MEANS_ACCOUNT, of->first_account, line);
    }
    if (of->latest_closing == RK_NO_DAY)
        return;
    tell_day(of, RK_MEANS_UNTIL, of->latest_closing, line);
    if (of->stretch->count == 0)
        tell_day(of, RK_MEANS_FROM, of->latest_closing, line);
}

void rk_standard_read(rk_stretch *stretch, const rk_entries *entries)
{
    rk_statement *statement = stretch->statement;
    rk_error err = {0};
    taking of = {.stretch = stretch,
                 .to = entries,
                 .channel = statement->plan->channel,
                 .room = stretch->chunk.lines,
                 .first_account = {"", 0},
                 .last_closing = RK_NO_MONEY,
                 .latest_closing = RK_NO_DAY};
    rk_raw_sink sink = {.context = &of,
                        .statement = take_statement,
                        .entry = take_entry,
                        .end = take_end,
                        .fault = take_fault};
    of.row = (rk_row){.layout = &statement->layout, .cells = of.cells, .scratch = &stretch->arena};
    stretch->earliest = stretch->latest = RK_NO_DAY;
    stretch->ascii = true; /* the parsers give UTF-8 */
    bool good = of.channel->format == RK_FORMAT_CAMT ? rk_camt_read(statement->bytes, &sink, &err)
                                                     : rk_mt940_read(statement->bytes, &sink, &err);
    if (!good && err.message[0])
        blame(&of, err.line, err.message);
    finish(&of);
}
