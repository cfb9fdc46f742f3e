/*
 * channel: one payment channel's file: how its files are called, read, dated and checked.
 *
 * In:  rules/channels/indomaret.yaml        Out: one rk_channel, patterns compiled
 * A record of a statement file is told by its tag (the text of its first field, or, for `fixed`, the
 * text at the tag's place) and cut into named fields; `map` says which fields make the entry.
 */
#ifndef RK_CONFIG_CHANNEL_H
#define RK_CONFIG_CHANNEL_H

#include "base/regex.h"
#include "config/calendar.h"
#include "config/engine.h"
#include "model/moment.h"
#include "model/altkey.h"
#include "model/money.h"
#include "model/names.h"

enum { RK_FIELDS_MAX = 64, RK_NO_FIELD = -1, RK_JOINED_MAX = 4, RK_TIME_FORMATS_MAX = 3 };

typedef enum rk_format {
    RK_FORMAT_DELIMITED,
    RK_FORMAT_FIXED,
    RK_FORMAT_MT940, /* also MT942 */
    RK_FORMAT_CAMT   /* camt.052, camt.053, camt.054 */
} rk_format;
/* Text with a UTF-16 byte-order mark is read as UTF-16 whatever the channel says. */
typedef enum rk_encoding {
    RK_ENCODING_UTF8,
    RK_ENCODING_CP1252,
    RK_ENCODING_AUTO,   /* UTF-8 where it is valid, else cp1252 */
    RK_ENCODING_LATIN1, /* ISO-8859-1 */
} rk_encoding;
typedef enum rk_expect { RK_EXPECT_NOTHING, RK_EXPECT_DAILY, RK_EXPECT_WORKING } rk_expect;

/* What a field of a header, trailer or info line tells about the whole statement. Field names with
 * these meanings are reserved in such lines. */
typedef enum rk_meaning {
    RK_MEANS_NOTHING,
    RK_MEANS_ACCOUNT,      /* account */
    RK_MEANS_CURRENCY,     /* currency */
    RK_MEANS_NUMBER,       /* number: of the statement */
    RK_MEANS_DAY,          /* day: the business day (read with dates.day) */
    RK_MEANS_FROM,         /* from */
    RK_MEANS_UNTIL,        /* until */
    RK_MEANS_OPENING,      /* opening_balance */
    RK_MEANS_CLOSING,      /* closing_balance */
    RK_MEANS_COUNT,        /* count: of entries */
    RK_MEANS_TOTAL,        /* total: sum of amounts */
    RK_MEANS_COUNT_CREDIT, /* count_credit */
    RK_MEANS_COUNT_DEBIT,  /* count_debit */
    RK_MEANS_TOTAL_CREDIT, /* total_credit */
    RK_MEANS_TOTAL_DEBIT,  /* total_debit (as written, positive) */
} rk_meaning;

typedef enum rk_record_kind {
    RK_RECORD_HEADER, /* at most one, first of its file; missing is a fault if given in the rule */
    RK_RECORD_ENTRY,
    RK_RECORD_TRAILER, /* exactly one, last, if given in the rule: a file without it is cut short */
    RK_RECORD_INFO,    /* "Saldo Awal,=,1000": `lines:` of the rule; tells about the statement */
} rk_record_kind;

typedef struct rk_field_place {
    int field; /* index into rk_channel.fields, RK_NO_FIELD: not wanted ("_") */
    rk_meaning meaning;
    uint32_t at, length; /* fixed: bytes from 0 in the record */
} rk_field_place;

typedef struct rk_record_rule {
    rk_record_kind kind;
    bool has_tag;
    rk_slice tag; /* compared after trimming spaces; the tag of an entry may be absent: every
                          * record that no other rule claims is an entry */
    bool starts;  /* the first field only begins with the tag; place 0 is the rest of that field */
    rk_regex *inside; /* with `starts`: the rest must match; its groups are the meanings below */
    rk_meaning meanings[RK_REGEX_GROUPS];
    uint32_t tag_at;        /* fixed: where the tag stands */
    bool required;          /* info lines: a file without it is cut short */
    bool placed;            /* no tag: the header is the first line, the trailer the last one */
    rk_field_place *places; /* delimited: place i is column i */
    size_t place_count;
} rk_record_rule;

/* One row of column titles above the entries ("titles:"); fields are then found by title in any order,
 * and everything above is ignored unless an info line claims it. */
typedef struct rk_title {
    int field;
    rk_slice *accepted; /* after trimming; any of these */
    size_t accepted_count;
    bool required;
} rk_title;

/* keep: {status: ['00']}: a record whose field has none of these values is filtered out (counted, not
 * an entry). drop: {paid_on: [PEND]} is the reverse: one of these values filters it out.
 * `ignore: [{rule: ..., field: ..., pattern: ...}]` gives the outcome ignored instead. */
typedef struct rk_keep {
    int field;
    bool except; /* drop: */
    rk_slice *values;
    size_t value_count;
} rk_keep;

typedef struct rk_ignore {
    rk_name rule;
    int field;         /* RK_NO_FIELD: sign decides */
    rk_regex *pattern; /* searched in the field */
    int sign;          /* -1: debits, +1: credits, 0: either */
    rk_name settles;   /* no payment, but this channel pays over what it took; 0: ignored */
} rk_ignore;

/* When a channel pays over what customers paid, from a day of booking on. */
typedef struct rk_settlement {
    rk_day from, until;
    uint32_t within;   /* working days behind the day of booking; 0: on it */
    bool deducts_none; /* the whole sum is paid over */
} rk_settlement;

/* A text put together from fields: '{paid_on} {paid_time:6}'. */
typedef struct rk_piece {
    int field; /* RK_NO_FIELD: literal */
    rk_slice literal;
    uint32_t zeros; /* as many digits at least: spreadsheets take leading zeros off */
} rk_piece;

/* ... and read by a format of %Y %y %m %d %H %I %p %M %S %b, literals, after `as`; by the first that
 * fits where several are given ('%d/%m/%Y or %d/%m'). %b: month names in Indonesian and English.
 * A format without %H or %I is a day. `%z` reads an RFC 3339 offset. */
typedef struct rk_time_map {
    bool given;
    rk_piece *pieces;
    size_t piece_count;
    rk_slice format;
    bool has_clock, has_zone; /* each of the formats has */
} rk_time_map;

typedef struct rk_amount_map {
    int field; /* the amount, or RK_NO_FIELD when credit and debit have columns of their own */
    int plus;  /* added to it (net + fee), or RK_NO_FIELD */
    rk_money plus_flat; /* added to every amount above 0: a fee that has no column */
    int credit, debit;  /* columns of their own; an empty or zero cell is none */
    int sign_field; /* column that holds one of the values below, or RK_NO_FIELD; the amount's own
                        * field: one of them stands before or behind the digits ("8,520.00 CR") */
    rk_slice *credit_values, *debit_values;
    size_t credit_value_count, debit_value_count;
    bool negative; /* sign: debit, every amount is money out */
    rk_decimal decimal;
} rk_amount_map;

/* One field, or several that make one text. */
typedef struct rk_field_list {
    int fields[RK_JOINED_MAX];
    size_t count;
} rk_field_list;

typedef struct rk_extract {
    bool given;
    rk_field_list fields; /* searched for the code, each by itself */
    rk_regex *pattern;    /* the bare pattern, e.g. [789][0-9]{14} */
    bool bounded;         /* bounded: digits, no digit may touch it */
    bool broken_by_space; /* broken_by: space, one blank may stand between any two digits */
    bool glued; /* else each code inside a longer number may be meant: see rk_entries.windows */
} rk_extract;

/* A key beside the billing code in free text. */
typedef struct rk_key_extract {
    rk_field_list fields; /* count 0: not given */
    rk_regex *pattern;    /* its first group, where it has one */
} rk_key_extract;

typedef enum rk_dated {
    RK_DATED_SECOND, /* paid is exact */
    RK_DATED_DAY,    /* paid somewhere in its day, in the channel's zone */
    RK_DATED_CUTOFF, /* booked on B: paid from cutoff of the day before B (working day if
                      * working_days) up to, not including, cutoff of B */
} rk_dated;

/* On which day a payment is booked, where the file has no day of booking of its own: up to, not including,
 * `cutoff` on its own day, after that on the next one. */
typedef struct rk_booking {
    bool given;
    rk_day from;    /* payments before it are booked on their own day; RK_NO_DAY: none is */
    int32_t cutoff; /* seconds after midnight */
    bool by_office; /* in the zone of the account's office; without one in that of the channel */
    bool in_zone;   /* else in that of the channel */
    rk_zone zone;
    bool working_days;
} rk_booking;

typedef struct rk_controls {
    bool entries;  /* the trailer's count must agree */
    bool amount;   /* the trailer's total must agree */
    bool over_all; /* over: all counts filtered records too; kept (default) does not */
    bool balances; /* opening + entries = closing where given */
    bool running;  /* the balance of each row */
    bool numbers;  /* statements of an account are numbered without gaps */
    bool opening;  /* each begins with the balance at which the one before ended */
} rk_controls;

typedef struct rk_account {
    rk_name account;
    rk_name office; /* 0: none */
    rk_day from, until;
} rk_account;

/* How files are called. */
typedef struct rk_file_pattern {
    rk_regex *name;      /* whole name; groups day, from, until, account, number */
    rk_slice day_format; /* of those groups, default %Y%m%d */
    int day_offset;      /* added to the day in the name: -1 for files dated the day after */
    rk_name ignored;     /* the rule by which such a file is no statement; 0: it is one */
} rk_file_pattern;

typedef struct rk_channel {
    rk_name channel;
    rk_name kind;    /* bank, post, marketplace, minimarket, ... */
    rk_slice label;  /* how sheets call it; default: the channel's name in capitals */
    rk_slice layout; /* published, observed, invented */
    rk_zone zone;
    rk_name currency; /* default IDR */
    int exponent;
    rk_day from, until;
    bool holds_lapses;
    /* files */
    rk_file_pattern names;
    rk_file_pattern *also; /* further ways to call them */
    size_t also_count;
    rk_file_pattern *ignored_files; /* these come first */
    size_t ignored_file_count;
    rk_expect expect;
    int32_t due_by;      /* seconds after midnight of the day after; -1: not said */
    bool may_extend;     /* overlap: extends */
    bool splits_batches; /* batches: split: parts of a camt entry are entries */
    /* read */
    rk_format format;
    rk_encoding encoding;
    char delimiter, quote; /* quote 0: none */
    rk_slice *fields;      /* names of fields */
    size_t field_count;
    rk_record_rule *records;
    size_t record_count;
    rk_title *titles; /* count 0: no row of titles */
    size_t title_count;
    rk_keep *keeps;
    size_t keep_count;
    rk_ignore *ignores;
    size_t ignore_count;
    uint32_t record_length; /* fixed: bytes without the line end; 0: not checked */
    /* map */
    int billing_code, reference, balance; /* fields */
    rk_field_list narrative;              /* joined by blanks */
    rk_amount_map amount;
    int fee; /* field: kept back by the channel; RK_NO_FIELD: what is added to the amount, if anything */
    rk_time_map paid, booked, value;
    rk_slice day_in_lines; /* format of day, from, until in header and info lines; default %Y%m%d */
    rk_extract extract;
    int keys[RK_ALT_KEYS]; /* fields */
    rk_key_extract key_extracts[RK_ALT_KEYS];
    rk_dated dated;
    int32_t cutoff; /* seconds after midnight */
    bool cutoff_working_days;
    rk_booking booking;
    const rk_calendar *calendar; /* of the rules */
    rk_engine engine;            /* the same */
    rk_controls controls;
    rk_settlement *settlements;
    size_t settlement_count;
    rk_account *accounts;
    size_t account_count;
    bool by_account; /* set when the books are opened: each account is complete by itself */
} rk_channel;

/* Cuts the first of several formats ("%d/%m/%Y or %d/%m") off `rest`; false when none is left. */
bool rk_time_format_next(rk_slice *rest, rk_slice *format);

/* A format that says by itself what its fields mean: no record, title or time is described in YAML. Its
 * entries have the fields narrative, account and all references by their names. */
static inline bool rk_is_standard(const rk_channel *channel)
{
    return channel->format == RK_FORMAT_MT940 || channel->format == RK_FORMAT_CAMT;
}

/* Its entries may have keys beside the billing code. */
static inline bool rk_channel_tells_keys(const rk_channel *channel)
{
    for (int kind = 0; kind < RK_ALT_KEYS; kind++)
        if (channel->keys[kind] >= 0 || channel->key_extracts[kind].fields.count)
            return true;
    return false;
}

/* How many accounts are complete, or not, each by itself; 0: the channel is as a whole. */
static inline size_t rk_channel_parts(const rk_channel *channel)
{
    return channel->by_account ? channel->account_count : 0;
}

/* A statement is expected for the day. A day on which none is tells about nothing and misses nothing: the
 * next one expected tells about it. */
bool rk_channel_expects(const rk_channel *channel, rk_day day);

/* It has no day like this: its statements are of working days, and this is none. */
bool rk_channel_rests(const rk_channel *channel, rk_day day);

/* Account `i` is listed for a day of [from, until], and in no earlier row that is. */
bool rk_channel_lists(const rk_channel *channel, size_t i, rk_day from, rk_day until);

/* The day on which a payment is booked, by `booking`; `zone`: of the office of its account. */
rk_day rk_channel_books_on(const rk_channel *channel, rk_moment paid_at, rk_zone zone);

/* The day of the channel's statement that tells of the payment. */
rk_day rk_channel_tells_on(const rk_channel *channel, rk_day booked_on, rk_moment paid_at);

/* The account is listed for the day; 0: any is. */
bool rk_channel_has_account(const rk_channel *channel, rk_name account, rk_day on);

/* How the channel settles what is booked on a day; NULL: nothing is known. */
const rk_settlement *rk_channel_settlement(const rk_channel *channel, rk_day booked_on);

/* The rule of this name that tells payouts of another channel; NULL: there is none. */
const rk_ignore *rk_channel_payout(const rk_channel *channel, rk_name rule);

/* The office of an account on a day, 0 when none is said. */
rk_name rk_channel_office(const rk_channel *channel, rk_name account, rk_day on);

#endif
