#include <stdio.h>

#include "statement/raw.h"
#include "statement/swift.h"
#include "statement/values.h"

enum {
    LINE_MAX_BYTES = 256,   /* of an account, a number, a balance */
    ENTRY_MAX_BYTES = 4096, /* of :61: with its supplementary lines */
    STRIDE = 1 << 20,
    BLOCK = 4096,
    NEAR_DAYS = 183, /* an entry date is at most half a year away from the value date */
};

typedef struct reader {
    const rk_raw_sink *sink;
    rk_swift text;
    bool utf8;
    size_t passed;
    /* the statement */
    bool open, announced, closed; /* closed: its closing balance has been read */
    rk_raw_statement statement;
    rk_raw_end end;
    rk_arena held; /* its texts */
    /* the entry: :61: is read, its :86: may follow */
    bool waiting;
    const char *broken; /* why it cannot be an entry */
    rk_raw_entry entry;
    rk_buffer line61, narrative;
} reader;

typedef struct balance {
    rk_raw_balance value;
    rk_slice currency;
    const char *wrong; /* why a part of it is absent */
} balance;

/* ---- parts of a field ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool digits(rk_slice text, size_t at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (at + i >= text.len || !is_digit(text.at[at + i]))
            return false;
    return true;
}

static int two(const char *at)
{
    return (at[0] - '0') * 10 + (at[1] - '0');
}

/* YYMMDD; the century as in SWIFT's own rule: from 80 on it is the last one. */
static rk_day day_of(const char *at)
{
    int year = two(at);
    return rk_day_of(year + (year >= 80 ? 1900 : 2000), two(at + 2), two(at + 4));
}

/* MMDD in the year nearest to the value date. */
static rk_day entry_day_of(const char *at, rk_day value)
{
    if (value == RK_NO_DAY)
        return RK_NO_DAY;
    int year = rk_civil_of(value).year;
    for (int y = year - 1; y <= year + 1; y++) {
        rk_day day = rk_day_of(y, two(at), two(at + 2));
        if (day != RK_NO_DAY && day - value <= NEAR_DAYS && value - day <= NEAR_DAYS)
            return day;
    }
    return RK_NO_DAY;
}

/* "," is the decimal sign and may end the number; "." counts only where there is no ",". */
static bool amount_of(rk_slice text, int exponent, rk_money *minor)
{
    size_t commas = 0, points = 0, numbers = 0;
    for (size_t i = 0; i < text.len; i++) {
        commas += text.at[i] == ',';
        points += text.at[i] == '.';
        numbers += is_digit(text.at[i]);
    }
    if (commas > 1 || commas + points + numbers != text.len || numbers == 0)
        return false;
    rk_decimal decimal = commas == 0 && points == 1 ? RK_DECIMAL_POINT : RK_DECIMAL_COMMA;
    return rk_money_parse(text, decimal, exponent, minor);
}

static size_t amount_length(rk_slice text, size_t at)
{
    size_t length = 0;
    while (at + length < text.len && (is_digit(text.at[at + length]) ||
                                      text.at[at + length] == ',' || text.at[at + length] == '.'))
        length++;
    return length;
}

static int exponent_of(rk_slice currency)
{
    int exponent = rk_currency_exponent(currency);
    return exponent < 0 ? 2 : exponent;
}

/* ---- text ---- */

static void append(const reader *r, rk_buffer *out, rk_slice text)
{
    if (r->utf8)
        rk_buffer_slice(out, text);
    else
        out->len += rk_cp1252_to_utf8(text, rk_buffer_room(out, 3 * text.len + 1));
}

/* The first line of a field, kept with the statement. */
static rk_slice keep(reader *r, const rk_swift_field *field)
{
    rk_slice rest = field->body, line = {"", 0};
    rk_buffer text = {0};
    rk_swift_line(&rest, &line);
    line = rk_slice_trim(line);
    if (line.len > LINE_MAX_BYTES)
        return (rk_slice){"", 0};
    append(r, &text, line);
    line = rk_arena_slice(&r->held, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return line;
}

static bool remark(reader *r, size_t line, const char *what, rk_slice text)
{
    char reason[160];
    rk_slice first = {"", 0};
    if (!r->sink->remark)
        return true;
    rk_swift_line(&text, &first);
    rk_slice shown = {first.at, first.len < 60 ? first.len : 60};
    snprintf(reason, sizeof reason, "%s: \"%.*s\"", what, RK_FMT(shown));
    return r->sink->remark(r->sink->context, line, reason);
}

static void tell_passed(reader *r, const rk_swift *text)
{
    size_t at = (size_t)(text->at - text->begin);
    if (r->sink->passed && at - r->passed >= STRIDE) {
        r->sink->passed(r->sink->context, at);
        r->passed = at;
    }
}

/* ---- balances ---- */

/* "C100318EUR380115,77" */
static balance balance_of(const rk_swift_field *field)
{
    balance result = {.value = {RK_NO_MONEY, RK_NO_DAY}, .currency = {"", 0}};
    rk_slice rest = field->body, text = {"", 0};
    rk_swift_line(&rest, &text);
    text = rk_slice_trim(text);
    bool has_shape = text.len > 10 && text.len <= LINE_MAX_BYTES &&
                     (text.at[0] == 'C' || text.at[0] == 'D') && digits(text, 1, 6) &&
                     is_upper(text.at[7]) && is_upper(text.at[8]) && is_upper(text.at[9]);
    if (!has_shape) {
        result.wrong = "no balance";
        return result;
    }
    result.currency = (rk_slice){text.at + 7, 3};
    result.value.on = day_of(text.at + 1);
    rk_slice amount = {text.at + 10, amount_length(text, 10)};
    if (amount_of(amount, exponent_of(result.currency), &result.value.minor))
        result.value.minor *= text.at[0] == 'D' ? -1 : 1;
    else
        result.wrong = "no amount of a balance";
    if (result.value.on == RK_NO_DAY)
        result.wrong = "a balance of a day that does not exist";
    return result;
}

static bool is_closing(const rk_swift_field *field)
{
    return rk_swift_is(field, "62F") || rk_swift_is(field, "62M");
}

/* After a closing balance these begin another statement, even where its :20: is missing. */
static bool begins_statement(const rk_swift_field *field, bool closed)
{
    return rk_swift_is(field, "20") ||
           (closed && (rk_swift_is(field, "25") || rk_swift_is(field, "28") ||
                       rk_swift_is(field, "28C") || memcmp(field->tag, "60", 2) == 0));
}

/* The closing balance stands behind the entries: looks for it without leaving the place. */
static void look_ahead(reader *r)
{
    rk_swift ahead = r->text;
    rk_swift_field field;
    size_t passed = r->passed;
    while (!r->closed && rk_swift_next(&ahead, &field) == RK_SWIFT_FIELD &&
           !begins_statement(&field, false)) {
        tell_passed(r, &ahead);
        if (!is_closing(&field))
            continue;
        balance closing = balance_of(&field);
        r->statement.closing = closing.value;
        r->statement.closing_currency = rk_arena_slice(&r->held, closing.currency);
        break;
    }
    r->passed = passed;
}

/* ---- the statement ---- */

static void open_statement(reader *r, size_t line)
{
    rk_raw_balance none = {RK_NO_MONEY, RK_NO_DAY};
    r->open = true;
    r->announced = r->closed = false;
    r->statement = (rk_raw_statement){
        .line = line, .opening = none, .closing = none, .from = RK_NO_DAY, .until = RK_NO_DAY};
    r->end = (rk_raw_end){.line = line, .closing = none};
}

static bool announce(reader *r)
{
    rk_raw_statement *statement = &r->statement;
    if (r->announced)
        return true;
    r->announced = true;
    look_ahead(r);
    if (statement->currency.len == 0)
        statement->currency = statement->closing_currency;
    if (rk_slice_equal(statement->currency, statement->closing_currency))
        statement->closing_currency = (rk_slice){"", 0};
    if (statement->until == RK_NO_DAY)
        statement->until = statement->closing.on;
    return r->sink->statement(r->sink->context, statement);
}

static bool flush_entry(reader *r)
{
    if (!r->waiting)
        return true;
    r->waiting = false;
    if (r->broken)
        return r->sink->fault(r->sink->context, r->entry.line, r->broken);
    rk_slice narrative = rk_buffer_all(&r->narrative);
    while (narrative.len && (unsigned char)narrative.at[narrative.len - 1] <= ' ')
        narrative.len--;
    r->entry.narrative = narrative;
    return r->sink->entry(r->sink->context, &r->entry);
}

static bool close_statement(reader *r)
{
    if (!r->open)
        return true;
    r->open = false;
    if (!flush_entry(r) || !announce(r) || !r->sink->end(r->sink->context, &r->end))
        return false;
    rk_arena_free(&r->held);
    return true;
}

static bool take_balance(reader *r, const rk_swift_field *field)
{
    balance given = balance_of(field);
    if (is_closing(field)) {
        r->end.closing = given.value;
        r->end.line = field->line;
        r->closed = true;
        if (!r->announced) {
            r->statement.closing = given.value;
            r->statement.closing_currency = rk_arena_slice(&r->held, given.currency);
        }
        if (!flush_entry(r) || !announce(r))
            return false;
    } else if (r->statement.opening.minor == RK_NO_MONEY) {
        r->statement.opening = given.value;
        r->statement.currency = rk_arena_slice(&r->held, given.currency);
    }
    return !given.wrong || remark(r, field->line, given.wrong, field->body);
}

/* :34F: "EURD0,00", :13D: "1701191815+0100" of an MT942: currency and day, where nothing better says. */
static void take_interim(reader *r, const rk_swift_field *field)
{
    rk_slice body = field->body;
    if (r->announced)
        return;
    if (rk_swift_is(field, "34F") && r->statement.currency.len == 0 && body.len > 3 &&
        is_upper(body.at[0]) && is_upper(body.at[1]) && is_upper(body.at[2]))
        r->statement.currency = rk_arena_slice(&r->held, (rk_slice){body.at, 3});
    if (rk_swift_is(field, "13D") && digits(body, 0, 6))
        r->statement.until = day_of(body.at);
}

/* ---- the entry ---- */

static void refer(rk_raw_entry *entry, const char *name, rk_slice value)
{
    value = rk_slice_trim(value);
    if (value.len)
        entry->references[entry->reference_count++] = (rk_raw_reference){name, value};
}

/* What follows the amount: "NTRFNONREF//8327000090031790" and, on further lines, anything. */
static void take_references(rk_raw_entry *entry, rk_slice rest)
{
    rk_slice first, type = {"", 0};
    rk_slice_cut(&rest, '\n', &first);
    bool typed = first.len >= 4 && is_upper(first.at[0]);
    for (size_t i = 1; typed && i < 4; i++)
        typed = is_upper(first.at[i]) || is_digit(first.at[i]) || first.at[i] == ' ';
    if (typed) {
        type = (rk_slice){first.at, 4};
        first = (rk_slice){first.at + 4, first.len - 4};
    }
    const char *bank = first.len ? memmem(first.at, first.len, "//", 2) : NULL;
    refer(entry, "customer_ref", bank ? rk_slice_between(first.at, bank) : first);
    if (bank)
        refer(entry, "bank_ref", rk_slice_between(bank + 2, first.at + first.len));
    refer(entry, "type_code", type);
    refer(entry, "supplementary", rest);
}

/* C, D, RC, RD (reversals), EC, ED (expected); *at moves behind it. */
static bool take_mark(rk_slice text, size_t *at, rk_raw_entry *entry, int *sign)
{
    char lead = *at < text.len ? text.at[*at] : 0;
    if (lead == 'R' || lead == 'E')
        ++*at;
    char mark = *at < text.len ? text.at[*at] : 0;
    if (mark != 'C' && mark != 'D')
        return false;
    ++*at;
    *sign = (mark == 'C') == (lead != 'R') ? 1 : -1;
    entry->is_pending = lead == 'E';
    return true;
}

static bool take_days(reader *r, rk_slice text, size_t *at)
{
    rk_raw_entry *entry = &r->entry;
    if (!digits(text, 0, 6))
        return r->broken = "an entry without value date", true;
    entry->value_on = day_of(text.at);
    *at = 6;
    if (digits(text, 6, 4)) {
        entry->booked_on = entry_day_of(text.at + 6, entry->value_on);
        *at = 10;
    }
    if (entry->value_on == RK_NO_DAY)
        return remark(r, entry->line, "a value date that does not exist", (rk_slice){text.at, 6});
    if (*at == 10 && entry->booked_on == RK_NO_DAY)
        return remark(r, entry->line, "an entry date that does not exist",
                      (rk_slice){text.at + 6, 4});
    return true;
}

static void take_amount(reader *r, rk_slice text, size_t at)
{
    rk_raw_entry *entry = &r->entry;
    int sign;
    if (!take_mark(text, &at, entry, &sign)) {
        r->broken = "an entry without C or D";
        return;
    }
    rk_slice funds = {text.at + at, at < text.len && is_upper(text.at[at])};
    at += funds.len;
    while (at < text.len && (unsigned char)text.at[at] <= ' ')
        at++;
    rk_slice amount = {text.at + at, amount_length(text, at)};
    if (!amount_of(amount, exponent_of(entry->currency), &entry->amount_minor)) {
        r->broken = amount.len ? "an entry whose amount cannot be read" : "an entry without amount";
        return;
    }
    entry->amount_minor *= sign;
    at += amount.len;
    take_references(entry, (rk_slice){text.at + at, text.len - at});
    refer(entry, "funds_code", funds);
}

static bool take_entry(reader *r, const rk_swift_field *field)
{
    rk_slice rest = field->body, line;
    size_t at = 0;
    if (!flush_entry(r) || !announce(r))
        return false;
    r->waiting = true;
    r->broken = NULL;
    r->entry = (rk_raw_entry){.line = field->line,
                              .booked_on = RK_NO_DAY,
                              .value_on = RK_NO_DAY,
                              .booked_at = RK_NO_MOMENT,
                              .amount_minor = RK_NO_MONEY,
                              .currency = r->statement.currency};
    rk_buffer_clear(&r->line61);
    rk_buffer_clear(&r->narrative);
    if (field->body.len > ENTRY_MAX_BYTES) {
        r->broken = "an entry of more than 4096 bytes";
        return true;
    }
    for (bool first = true; rk_swift_line(&rest, &line); first = false) {
        if (!first)
            rk_buffer_char(&r->line61, '\n');
        append(r, &r->line61, line);
    }
    rk_slice text = rk_buffer_all(&r->line61);
    if (!take_days(r, text, &at))
        return false;
    if (!r->broken)
        take_amount(r, text, at);
    return true;
}

/* An :86: behind an entry is its narrative; elsewhere it is about the statement, and nobody asks for it. */
static void take_narrative(reader *r, const rk_swift_field *field)
{
    rk_slice rest = field->body, line;
    if (!r->waiting || r->broken)
        return;
    if (r->narrative.len + rest.len > RK_RAW_TEXT_MAX) {
        r->broken = "an entry with more than 1 MiB of text";
        return;
    }
    if (rest.len == 0)
        return;
    if (r->narrative.len)
        rk_buffer_char(&r->narrative, '\n');
    for (bool first = true; rk_swift_line(&rest, &line); first = false) {
        if (!first)
            rk_buffer_char(&r->narrative, '\n');
        append(r, &r->narrative, line);
    }
}

/* ---- all of it ---- */

static bool take_field(reader *r, const rk_swift_field *field)
{
    if (begins_statement(field, r->closed) && !close_statement(r))
        return false;
    if (!r->open)
        open_statement(r, field->line);
    if (rk_swift_is(field, "61"))
        return take_entry(r, field);
    if (rk_swift_is(field, "86"))
        return take_narrative(r, field), true;
    if (memcmp(field->tag, "60", 2) == 0 || is_closing(field))
        return take_balance(r, field);
    if (rk_swift_is(field, "20"))
        r->statement.reference = keep(r, field);
    else if (rk_swift_is(field, "25") || rk_swift_is(field, "25P"))
        r->statement.account = keep(r, field);
    else if (rk_swift_is(field, "28") || rk_swift_is(field, "28C"))
        r->statement.number = keep(r, field);
    else
        take_interim(r, field);
    return true;
}

static bool read_all(reader *r, bool *any)
{
    rk_swift_field field;
    for (;;) {
        rk_swift_piece piece = rk_swift_next(&r->text, &field);
        *any |= piece == RK_SWIFT_FIELD;
        if (piece == RK_SWIFT_DONE)
            return close_statement(r);
        if (piece == RK_SWIFT_FIELD ? !take_field(r, &field) : !close_statement(r))
            return false;
        tell_passed(r, &r->text);
    }
}

/* UTF-8 if all of it is, looked at in blocks so that memory stays flat. */
static bool all_utf8(reader *r)
{
    const char *at = r->text.begin, *end = r->text.end;
    size_t passed = 0;
    while (at < end) {
        size_t left = (size_t)(end - at), block = left < BLOCK ? left : BLOCK;
        if (rk_bytes_ascii((rk_slice){at, block})) {
            at += block;
        } else {
            for (const char *until = at + block; at < until;) {
                size_t length = rk_utf8_sequence(at, end);
                if (length == 0)
                    return false;
                at += length;
            }
        }
        if (r->sink->passed && (size_t)(at - r->text.begin) - passed >= STRIDE)
            r->sink->passed(r->sink->context, passed = (size_t)(at - r->text.begin));
    }
    return true;
}

bool rk_mt940_read(rk_slice bytes, const rk_raw_sink *sink, rk_error *err)
{
    reader r = {.sink = sink, .text = rk_swift_of(bytes)};
    bool any = false;
    r.utf8 = all_utf8(&r);
    bool good = read_all(&r, &any);
    if (good && !any && r.text.begin < r.text.end)
        good = rk_fail(err, RK_DIFFERENT, "there is no field of an MT940 in it");
    rk_arena_free(&r.held);
    rk_buffer_free(&r.line61);
    rk_buffer_free(&r.narrative);
    return good;
}
