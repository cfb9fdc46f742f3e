#include <stdio.h>
#include <stdlib.h>

#include "base/xml.h"
#include "statement/raw.h"

enum { PIECE_BYTES = 256 * 1024, DEPTH_MAX = 64, CODE_BYTES = 16, HELD_BYTES_MAX = 64 * 1024 };

/* Where in the document we are. From LEAF on: an element whose text is wanted. */
typedef enum place {
    OUTSIDE,
    SKIPPED,
    MESSAGE,
    STATEMENT,
    PERIOD,
    ACCOUNT,
    ACCOUNT_ID,
    ACCOUNT_OTHER,
    BALANCE,
    BALANCE_TYPE,
    BALANCE_DATE,
    ENTRY,
    BOOKED,
    VALUED,
    BANK_CODE,
    BANK_CODE_OWN,
    DETAILS,
    DETAIL,
    DETAIL_REFERENCES,
    DETAIL_AMOUNTS,
    DETAIL_AMOUNT_OF,
    REMITTANCE,
    STRUCTURED,
    CREDITOR,
    LEAF,
    NUMBER,
    LEGAL_NUMBER,
    STATEMENT_ID,
    FROM,
    UNTIL,
    ACCOUNT_TEXT,
    ACCOUNT_CURRENCY,
    BALANCE_CODE,
    BALANCE_AMOUNT,
    BALANCE_SIGN,
    BALANCE_DAY,
    ENTRY_REFERENCE,
    ENTRY_AMOUNT,
    ENTRY_SIGN,
    ENTRY_STATUS,
    ENTRY_TEXT,
    BOOKED_TEXT,
    VALUED_TEXT,
    DETAIL_REFERENCE,
    DETAIL_OWN_AMOUNT,
    DETAIL_AMOUNT,
    DETAIL_SIGN,
    DETAIL_TEXT,
    REMITTANCE_TEXT
} place;

/* The grammar, as far as it is read: inside `from`, an element of this name leads to `to`. */
typedef struct step {
    place from;
    const char *name;
    place to;
} step;

static const step ways[] = {
    {MESSAGE, "Stmt", STATEMENT},
    {MESSAGE, "Rpt", STATEMENT},
    {MESSAGE, "Ntfctn", STATEMENT},
    {STATEMENT, "Ntry", ENTRY},
    {STATEMENT, "Bal", BALANCE},
    {STATEMENT, "Acct", ACCOUNT},
    {STATEMENT, "FrToDt", PERIOD},
    {STATEMENT, "ElctrncSeqNb", NUMBER},
    {STATEMENT, "LglSeqNb", LEGAL_NUMBER},
    {STATEMENT, "Id", STATEMENT_ID},
    {PERIOD, "FrDtTm", FROM},
    {PERIOD, "ToDtTm", UNTIL},
    {PERIOD, "FrDt", FROM},
    {PERIOD, "ToDt", UNTIL},
    {ACCOUNT, "Id", ACCOUNT_ID},
    {ACCOUNT, "Ccy", ACCOUNT_CURRENCY},
    {ACCOUNT_ID, "IBAN", ACCOUNT_TEXT},
    {ACCOUNT_ID, "BBAN", ACCOUNT_TEXT},
    {ACCOUNT_ID, "UPIC", ACCOUNT_TEXT},
    {ACCOUNT_ID, "Othr", ACCOUNT_OTHER},
    {ACCOUNT_ID, "PrtryAcct", ACCOUNT_OTHER},
    {ACCOUNT_OTHER, "Id", ACCOUNT_TEXT},
    {BALANCE, "Tp", BALANCE_TYPE},
    {BALANCE, "Amt", BALANCE_AMOUNT},
    {BALANCE, "CdtDbtInd", BALANCE_SIGN},
    {BALANCE, "Dt", BALANCE_DATE},
    {BALANCE_TYPE, "CdOrPrtry", BALANCE_TYPE},
    {BALANCE_TYPE, "Cd", BALANCE_CODE},
    {BALANCE_DATE, "Dt", BALANCE_DAY},
    {BALANCE_DATE, "DtTm", BALANCE_DAY},
    {ENTRY, "Amt", ENTRY_AMOUNT},
    {ENTRY, "CdtDbtInd", ENTRY_SIGN},
    {ENTRY, "Sts", ENTRY_STATUS},
    {ENTRY_STATUS, "Cd", ENTRY_STATUS}, /* from version 4 on */
    {ENTRY, "BookgDt", BOOKED},
    {ENTRY, "ValDt", VALUED},
    {ENTRY, "NtryRef", ENTRY_REFERENCE},
    {ENTRY, "AcctSvcrRef", ENTRY_REFERENCE},
    {ENTRY, "BkTxCd", BANK_CODE},
    {BANK_CODE, "Prtry", BANK_CODE_OWN},
    {BANK_CODE_OWN, "Cd", ENTRY_REFERENCE},
    {ENTRY, "AddtlNtryInf", ENTRY_TEXT},
    {ENTRY, "NtryDtls", DETAILS},
    {ENTRY, "TxDtls", DETAIL}, /* version 1 */
    {BOOKED, "Dt", BOOKED_TEXT},
    {BOOKED, "DtTm", BOOKED_TEXT},
    {VALUED, "Dt", VALUED_TEXT},
    {VALUED, "DtTm", VALUED_TEXT},
    {DETAILS, "TxDtls", DETAIL},
    {DETAIL, "Refs", DETAIL_REFERENCES},
    {DETAIL, "Amt", DETAIL_OWN_AMOUNT},
    {DETAIL, "CdtDbtInd", DETAIL_SIGN},
    {DETAIL, "AmtDtls", DETAIL_AMOUNTS},
    {DETAIL_AMOUNTS, "TxAmt", DETAIL_AMOUNT_OF},
    {DETAIL_AMOUNT_OF, "Amt", DETAIL_AMOUNT},
    {DETAIL, "RmtInf", REMITTANCE},
    {DETAIL, "AddtlTxInf", DETAIL_TEXT},
    {DETAIL_REFERENCES, "MsgId", DETAIL_REFERENCE},
    {DETAIL_REFERENCES, "AcctSvcrRef", DETAIL_REFERENCE},
    {DETAIL_REFERENCES, "PmtInfId", DETAIL_REFERENCE},
    {DETAIL_REFERENCES, "InstrId", DETAIL_REFERENCE},
    {DETAIL_REFERENCES, "EndToEndId", DETAIL_REFERENCE},
    {DETAIL_REFERENCES, "UETR", DETAIL_REFERENCE},
    {DETAIL_REFERENCES, "TxId", DETAIL_REFERENCE},
    {DETAIL_REFERENCES, "MndtId", DETAIL_REFERENCE},
    {DETAIL_REFERENCES, "ChqNb", DETAIL_REFERENCE},
    {DETAIL_REFERENCES, "ClrSysRef", DETAIL_REFERENCE},
    {REMITTANCE, "Ustrd", REMITTANCE_TEXT},
    {REMITTANCE, "Strd", STRUCTURED},
    {STRUCTURED, "CdtrRefInf", CREDITOR},
    {CREDITOR, "Ref", DETAIL_REFERENCE},
};

typedef struct balance {
    char code[CODE_BYTES];
    char currency[4];
    rk_slice amount, day;
    int sign;
} balance;

typedef struct reader {
    const rk_raw_sink *sink;
    rk_error *err;
    bool stopped; /* the sink wants no more */
    size_t statements;
    const step *path[DEPTH_MAX + 1]; /* NULL: outside or skipped, see `places` */
    place places[DEPTH_MAX + 1];
    size_t depth;
    rk_buffer leaf; /* text of the element we are in */
    char currency[4];
    /* the statement */
    bool announced;
    rk_raw_statement statement;
    rk_raw_end end;
    balance balance;
    char closing_currency[4];
    rk_arena held, balance_texts;
    size_t held_bytes;
    /* the entry */
    rk_arena texts;
    rk_buffer lines; /* its remittance lines, then those of a detail */
    rk_raw_entry entry;
    const char *broken; /* why it cannot be an entry */
    size_t bytes;       /* of its texts */
    rk_slice amount, additional, narrative;
    int sign;
    rk_raw_detail *details;
    size_t detail_capacity;
    int detail_sign;
    rk_slice detail_amount, detail_text;
} reader;

/* ---- values ---- */

static bool stop(reader *r)
{
    r->stopped = true;
    return false;
}

static bool remark(reader *r, size_t line, const char *what, rk_slice text)
{
    char reason[160];
    rk_slice shown = {text.at, text.len < 60 ? text.len : 60};
    snprintf(reason, sizeof reason, "%s: \"%.*s\"", what, RK_FMT(shown));
    return !r->sink->remark || r->sink->remark(r->sink->context, line, reason) || stop(r);
}

/* "2024-03-05", "2024-03-05Z", "2024-03-05T23:59:59+07:00": the date as it is written. */
static rk_day day_of(rk_slice text)
{
    rk_day day;
    if (text.len < 10 || !rk_day_parse((rk_slice){text.at, 10}, &day))
        return RK_NO_DAY;
    char next = text.len > 10 ? text.at[10] : 'T';
    return next == 'T' || next == 'Z' || next == '+' || next == '-' || next == ' ' ? day
                                                                                   : RK_NO_DAY;
}

static bool amount_of(rk_slice text, rk_slice currency, rk_money *minor)
{
    int exponent = rk_currency_exponent(currency);
    for (size_t i = 0; i < text.len; i++)
        if ((text.at[i] < '0' || text.at[i] > '9') && text.at[i] != '.')
            return false;
    return rk_money_parse(text, RK_DECIMAL_POINT, exponent < 0 ? 2 : exponent, minor);
}

/* 0 when it is neither. */
static int sign_of(rk_slice text)
{
    return rk_slice_is(text, "CRDT") ? 1 : rk_slice_is(text, "DBIT") ? -1 : 0;
}

/* ---- the statement ---- */

static void open_statement(reader *r, size_t line)
{
    rk_raw_balance none = {RK_NO_MONEY, RK_NO_DAY};
    rk_arena_free(&r->held);
    r->held_bytes = 0;
    r->statements++;
    r->announced = false;
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
    statement->closing = r->end.closing;
    if (statement->currency.len == 0)
        statement->currency = statement->closing_currency;
    if (rk_slice_equal(statement->currency, statement->closing_currency))
        statement->closing_currency = (rk_slice){"", 0};
    return r->sink->statement(r->sink->context, statement) || stop(r);
}

static bool close_statement(reader *r, size_t line)
{
    if (r->end.closing.minor == RK_NO_MONEY)
        r->end.line = line;
    return announce(r) && (r->sink->end(r->sink->context, &r->end) || stop(r));
}

static void open_balance(reader *r)
{
    rk_arena_free(&r->balance_texts);
    r->balance = (balance){.sign = 1, .amount = {"", 0}, .day = {"", 0}};
}

/* Opening: OPBD, or PRCD where a bank writes that; closing: CLBD. Without a sign it is in credit. */
static bool take_balance(reader *r, size_t line)
{
    const balance *given = &r->balance;
    rk_raw_statement *statement = &r->statement;
    bool opening = strcmp(given->code, "OPBD") == 0 || strcmp(given->code, "PRCD") == 0;
    bool closing = strcmp(given->code, "CLBD") == 0;
    rk_raw_balance value = {RK_NO_MONEY, day_of(given->day)};
    if (!opening && !closing)
        return true;
    if (given->sign == 0)
        return remark(r, line, "a balance neither CRDT nor DBIT", given->amount);
    if (!amount_of(given->amount, rk_slice_of(given->currency), &value.minor))
        return remark(r, line, "a balance whose amount cannot be read", given->amount);
    value.minor *= given->sign;
    if (closing) {
        r->end = (rk_raw_end){line, value};
        memcpy(r->closing_currency, given->currency, sizeof given->currency);
        statement->closing_currency = rk_slice_of(r->closing_currency);
    } else if (statement->opening.minor == RK_NO_MONEY) {
        statement->opening = value;
        if (statement->currency.len == 0)
            statement->currency = rk_arena_slice(&r->held, rk_slice_of(given->currency));
        if (r->announced)
            return remark(r, line, "an opening balance behind the entries", given->amount);
    }
    return value.on != RK_NO_DAY || given->day.len == 0 ||
           remark(r, line, "a balance of a day that does not exist", given->day);
}

/* ---- the entry ---- */

static bool open_entry(reader *r, size_t line)
{
    rk_arena_free(&r->texts);
    rk_buffer_clear(&r->lines);
    r->entry = (rk_raw_entry){.line = line,
                              .booked_on = RK_NO_DAY,
                              .value_on = RK_NO_DAY,
                              .booked_at = RK_NO_MOMENT,
                              .amount_minor = RK_NO_MONEY};
    r->broken = NULL;
    r->bytes = 0;
    r->sign = 0;
    r->amount = r->additional = r->narrative = (rk_slice){"", 0};
    return announce(r);
}

static void open_detail(reader *r)
{
    r->detail_sign = 0;
    r->detail_amount = r->detail_text = (rk_slice){"", 0};
    if (r->entry.detail_count >= RK_RAW_DETAILS_MAX) {
        r->broken = "an entry of more than 100000 parts";
        return;
    }
    r->details =
        rk_grow(r->details, &r->detail_capacity, r->entry.detail_count + 1, sizeof *r->details);
    r->details[r->entry.detail_count++] = (rk_raw_detail){.amount_minor = RK_NO_MONEY};
}

static rk_raw_detail *detail_of(reader *r)
{
    return &r->details[r->entry.detail_count - 1];
}

static void close_detail(reader *r)
{
    rk_raw_detail *detail = detail_of(r);
    if (r->broken)
        return;
    if (detail->narrative.len == 0)
        detail->narrative = r->detail_text;
    if (r->detail_amount.len &&
        amount_of(r->detail_amount, detail->currency, &detail->amount_minor))
        detail->amount_minor *= r->detail_sign ? r->detail_sign : r->sign;
}

/* One line more of a narrative that ends where the last text of the arena does not: joined anew. */
static rk_slice joined(reader *r, rk_slice before, rk_slice line)
{
    if (before.len == 0)
        return line;
    char *all = rk_arena_alloc(&r->texts, before.len + line.len + 2, 1);
    memcpy(all, before.at, before.len);
    all[before.len] = '\n';
    memcpy(all + before.len + 1, line.at, line.len);
    r->bytes += before.len;
    return (rk_slice){all, before.len + line.len + 1};
}

static bool close_entry(reader *r)
{
    rk_raw_entry *entry = &r->entry;
    if (!r->broken && r->sign == 0)
        r->broken = "an entry without CRDT or DBIT";
    if (!r->broken && !amount_of(r->amount, entry->currency, &entry->amount_minor))
        r->broken =
            r->amount.len ? "an entry whose amount cannot be read" : "an entry without amount";
    if (r->broken)
        return r->sink->fault(r->sink->context, entry->line, r->broken) || stop(r);
    entry->amount_minor *= r->sign;
    entry->details = r->details;
    rk_slice lines = rk_buffer_all(&r->lines);
    entry->narrative = lines.len ? lines : r->additional;
    for (size_t i = 0; i < entry->detail_count && entry->narrative.len == 0; i++)
        entry->narrative = r->details[i].narrative;
    if (lines.len && r->additional.len && entry->reference_count < RK_RAW_REFERENCES_MAX)
        entry->references[entry->reference_count++] =
            (rk_raw_reference){"AddtlNtryInf", r->additional};
    return r->sink->entry(r->sink->context, entry) || stop(r);
}

static bool take_entry_day(reader *r, size_t line, rk_slice text, bool booked)
{
    rk_day day = day_of(text);
    if (booked) {
        r->entry.booked_on = day;
        if (!rk_moment_parse(text, &r->entry.booked_at))
            r->entry.booked_at = RK_NO_MOMENT;
    } else {
        r->entry.value_on = day;
    }
    return day != RK_NO_DAY || remark(r, line,
                                      booked ? "a booking date that does not exist"
                                             : "a value date that does not exist",
                                      text);
}

static void refer(rk_raw_reference *references, size_t *count, const char *name, rk_slice value)
{
    if (*count < RK_RAW_REFERENCES_MAX)
        references[(*count)++] = (rk_raw_reference){name, value};
}

static void take_line(reader *r, rk_slice line)
{
    if (r->lines.len)
        rk_buffer_char(&r->lines, '\n');
    rk_buffer_slice(&r->lines, line);
    detail_of(r)->narrative = joined(r, detail_of(r)->narrative, line);
}

/* ---- elements with text ---- */

static void take_statement_text(reader *r, place at, rk_slice text)
{
    rk_raw_statement *statement = &r->statement;
    if (at == NUMBER || (at == LEGAL_NUMBER && statement->number.len == 0))
        statement->number = text;
    else if (at == STATEMENT_ID)
        statement->reference = text;
    else if (at == FROM)
        statement->from = day_of(text);
    else if (at == UNTIL)
        statement->until = day_of(text);
    else if (at == ACCOUNT_TEXT && statement->account.len == 0)
        statement->account = text;
    else if (at == ACCOUNT_CURRENCY)
        statement->currency = text;
}

static void take_balance_text(reader *r, place at, rk_slice text)
{
    balance *of = &r->balance;
    if (at == BALANCE_CODE && text.len < CODE_BYTES)
        memcpy(of->code, text.at, text.len), of->code[text.len] = '\0';
    else if (at == BALANCE_SIGN)
        of->sign = sign_of(text);
    else if (at == BALANCE_DAY)
        of->day = text;
    if (at != BALANCE_AMOUNT)
        return;
    of->amount = text;
    memcpy(of->currency, r->currency, sizeof r->currency);
}

static void take_detail_text(reader *r, const step *way, rk_slice text)
{
    rk_raw_detail *detail = detail_of(r);
    if (way->to == DETAIL_REFERENCE)
        refer(detail->references, &detail->reference_count, way->name, text);
    else if (way->to == DETAIL_SIGN)
        r->detail_sign = sign_of(text);
    else if (way->to == DETAIL_TEXT)
        r->detail_text = text;
    else if (way->to == REMITTANCE_TEXT)
        take_line(r, text);
    if (way->to == DETAIL_OWN_AMOUNT || (way->to == DETAIL_AMOUNT && r->detail_amount.len == 0)) {
        r->detail_amount = text;
        detail->currency = rk_arena_slice(&r->texts, rk_slice_of(r->currency));
    }
}

static bool take_entry_text(reader *r, const step *way, size_t line, rk_slice text)
{
    rk_raw_entry *entry = &r->entry;
    switch (way->to) {
    case ENTRY_AMOUNT:
        r->amount = text;
        entry->currency = rk_arena_slice(&r->texts, rk_slice_of(r->currency));
        return true;
    case ENTRY_SIGN:
        r->sign = sign_of(text);
        return true;
    case ENTRY_STATUS:
        entry->is_pending = rk_slice_is(text, "PDNG") || rk_slice_is(text, "INFO");
        return true;
    case ENTRY_TEXT:
        r->additional = text;
        return true;
    case ENTRY_REFERENCE:
        refer(entry->references, &entry->reference_count,
              way->from == BANK_CODE_OWN ? "BkTxCd" : way->name, text);
        return true;
    case BOOKED_TEXT:
    case VALUED_TEXT:
        return take_entry_day(r, line, text, way->to == BOOKED_TEXT);
    default:
        if (entry->detail_count)
            take_detail_text(r, way, text);
        return true;
    }
}

static bool take_text(reader *r, const step *way, rk_xml *xml)
{
    rk_slice text = rk_slice_trim(rk_buffer_all(&r->leaf));
    if (text.len == 0)
        return true;
    if (way->to >= ENTRY_REFERENCE) {
        r->bytes += text.len;
        if (r->bytes > RK_RAW_TEXT_MAX * (size_t)16)
            r->broken = "an entry with more than 16 MiB of text";
        return r->broken ||
               take_entry_text(r, way, rk_xml_line(xml), rk_arena_slice(&r->texts, text));
    }
    if (way->to >= BALANCE_CODE) {
        take_balance_text(r, way->to, rk_arena_slice(&r->balance_texts, text));
        return true;
    }
    r->held_bytes += text.len;
    if (r->held_bytes > HELD_BYTES_MAX)
        return rk_xml_fail(xml, "a statement says more than %d bytes about itself", HELD_BYTES_MAX);
    take_statement_text(r, way->to, rk_arena_slice(&r->held, text));
    return true;
}

/* ---- the stream ---- */

static const step *way_from(place from, rk_slice name)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (ways[i].from == from && rk_slice_is(name, ways[i].name))
            return &ways[i];
    return NULL;
}

static bool on_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    reader *r = context;
    place from = r->places[r->depth];
    rk_slice local = rk_xml_local(name);
    const step *way = from == OUTSIDE || from == SKIPPED ? NULL : way_from(from, local);
    place to = way ? way->to : from == OUTSIDE ? OUTSIDE : SKIPPED;
    if (from == OUTSIDE && rk_slice_starts(local, RK_S("BkToCstmr")))
        to = MESSAGE;
    r->path[++r->depth] = way;
    r->places[r->depth] = to;
    rk_buffer_clear(&r->leaf);
    if (to > LEAF) {
        rk_slice currency = rk_slice_trim(rk_xml_attribute(attributes, "Ccy"));
        memset(r->currency, 0, sizeof r->currency);
        if (currency.len == 3)
            memcpy(r->currency, currency.at, 3);
    }
    if (to == STATEMENT)
        open_statement(r, rk_xml_line(xml));
    else if (to == BALANCE)
        open_balance(r);
    else if (to == DETAIL)
        open_detail(r);
    return to != ENTRY || open_entry(r, rk_xml_line(xml));
}

static bool on_text(void *context, rk_xml *xml, rk_slice text)
{
    reader *r = context;
    if (r->places[r->depth] <= LEAF)
        return true;
    if (r->leaf.len + text.len > RK_RAW_TEXT_MAX)
        return rk_xml_fail(xml, "a text of more than %d bytes", RK_RAW_TEXT_MAX);
    rk_buffer_slice(&r->leaf, text);
    return true;
}

static bool on_end(void *context, rk_xml *xml, rk_slice name)
{
    reader *r = context;
    const step *way = r->path[r->depth];
    place at = r->places[r->depth];
    (void)name;
    r->depth--;
    if (at > LEAF) {
        bool good = take_text(r, way, xml);
        rk_buffer_clear(&r->leaf);
        return good;
    }
    switch (at) {
    case STATEMENT:
        return close_statement(r, rk_xml_line(xml));
    case BALANCE:
        return take_balance(r, rk_xml_line(xml));
    case ENTRY:
        return close_entry(r);
    case DETAIL:
        close_detail(r);
        return true;
    default:
        return true;
    }
}

static bool feed_all(reader *r, rk_xml *xml, rk_slice bytes)
{
    size_t at = 0;
    do {
        size_t piece = bytes.len - at < PIECE_BYTES ? bytes.len - at : PIECE_BYTES;
        if (!rk_xml_feed(xml, (rk_slice){bytes.at + at, piece}, at + piece == bytes.len))
            return false;
        at += piece;
        if (r->sink->passed)
            r->sink->passed(r->sink->context, at);
    } while (at < bytes.len);
    return true;
}

/* A document that was UTF-16 and has been unpacked to UTF-8 still declares what it was. */
static const char *encoding_of(rk_slice bytes)
{
    rk_slice head = {bytes.at, bytes.len < 100 ? bytes.len : 100};
    if (rk_slice_starts(head, RK_S("\xff\xfe")) || rk_slice_starts(head, RK_S("\xfe\xff")))
        return NULL;
    return rk_utf8_valid(head) && memmem(head.at, head.len, "UTF-16", 6) ? "UTF-8" : NULL;
}

bool rk_camt_read(rk_slice bytes, const rk_raw_sink *sink, rk_error *err)
{
    static const rk_xml_caps caps = {.bytes = SIZE_MAX, .depth = DEPTH_MAX};
    rk_error wrong = {0};
    reader r = {.sink = sink, .places = {OUTSIDE}};
    rk_xml_handler handler = {&r, on_start, on_end, on_text};
    if (rk_slice_trim(bytes).len == 0)
        return true;
    rk_xml *xml = rk_xml_open(&caps, encoding_of(bytes), &handler, &wrong);
    bool good = xml && feed_all(&r, xml, bytes);
    rk_xml_close(xml);
    if (!good && !r.stopped && err)
        *err = wrong;
    if (good && r.statements == 0)
        good = rk_fail(err, RK_DIFFERENT, "there is no statement, report or notification in it");
    rk_arena_free(&r.held);
    rk_arena_free(&r.balance_texts);
    rk_arena_free(&r.texts);
    rk_buffer_free(&r.leaf);
    rk_buffer_free(&r.lines);
    free(r.details);
    return good;
}
