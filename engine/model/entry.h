/*
 * entry: a batch of statement entries in columns, the files they come from, and what was refused.
 *
 * In:  a line of a bank's CSV        Out: file 2, ordinal 17, line 24, booked_on 2024-03-05,
 *      paid_from 2024-03-04T17:00Z, paid_until 2024-03-05T16:59:59.999999Z (only the day is known),
 *      amount_minor 35000000, code 820240305000123
 * An entry is identified by its file's digest and its ordinal in it (from 1, rejects counted not).
 */
#ifndef RK_MODEL_ENTRY_H
#define RK_MODEL_ENTRY_H

#include "base/digest.h"
#include "model/columns.h"
#include "model/outcome.h"

enum { RK_CODE_DIGITS = 15 };

/* Bits of rk_entries.flags. */
enum {
    RK_ENTRY_SEVERAL_CODES = 1, /* the narrative holds more than one different code; code is 0 */
    RK_ENTRY_FORCED = 2,        /* a decision chose the application */
    RK_ENTRY_UNMATCHED = 4,     /* a decision took the match back: never matched by itself again */
    RK_ENTRY_RESOLVED = 8,      /* a decision closed its case */
    RK_ENTRY_STALE = 16,        /* the ground of a decision on it has changed: a person is needed */
};

/* Rows of one file that stand together: what is the same for all of them need not stand in columns. */
typedef struct rk_rows_of_file {
    size_t first, until;
    uint32_t file; /* row of rk_files */
    rk_name channel, currency;
} rk_rows_of_file;

typedef struct rk_entries {
    rk_batch batch;
    const rk_rows_of_file
        *rows; /* in their order; where file, ordinal, channel or currency are NULL */
    size_t rows_count;
    uint32_t *file;    /* row of rk_files */
    uint32_t *ordinal; /* from 1, within the file */
    uint32_t *line;    /* where it starts, from 1 */
    rk_name *channel;
    rk_name *account;
    rk_day *booked_on; /* tanggal buku */
    rk_day *value_on;
    rk_moment *paid_from; /* the customer paid in [paid_from, paid_until] */
    rk_moment *paid_until;
    rk_money *amount_minor; /* signed: + is money in */
    rk_name *currency;
    rk_text *reference;
    uint64_t *
        code; /* see rk_code_text; 0: none, or not one; chosen by the match where there are windows */
    rk_text *narrative;
    uint8_t *flags;
    rk_text *
        windows; /* no code stands alone, but these may stand in longer numbers: 15 digits each; then
                   * perhaps one of 14, "~82024030500012", that may have lost one */
    rk_text *
        keys; /* beside the code, where channels tell any: see model/altkey.h; not one of rk_entry_all */
    rk_money
        *fee; /* what the channel keeps back of it, 0: nothing; where channels settle: not one of
                    * rk_entry_all */
    rk_money *balance; /* the running balance, while files are read: not one of rk_entry_all */
    /* decided by the engine */
    uint8_t *outcome;      /* rk_outcome */
    uint8_t *reason;       /* rk_reason */
    rk_name *rule;         /* the rule that decided */
    uint32_t *application; /* row of rk_applications, RK_NO_ROW when none or several */
} rk_entries;

extern const rk_column rk_entry_columns[];
extern const size_t rk_entry_column_count;
uint64_t rk_entry_all(void);
uint64_t rk_entry_bit(size_t offset);
#define RK_ENTRY_BIT(member) rk_entry_bit(offsetof(rk_entries, member))

/* Columns that no output shows may be absent. */
static inline void rk_entry_decide(const rk_entries *entries, size_t row, rk_outcome outcome,
                                   rk_reason reason, rk_name rule)
{
    entries->outcome[row] = (uint8_t)outcome;
    entries->reason[row] = (uint8_t)reason;
    if (entries->rule)
        entries->rule[row] = rule;
}

const rk_rows_of_file *rk_entry_rows(const rk_entries *entries, size_t row);

/* The same for rows asked for in turn: `known` is what was given for the one before, or NULL. */
static inline const rk_rows_of_file *rk_entry_rows_again(const rk_entries *entries, size_t row,
                                                         const rk_rows_of_file *known)
{
    return known && row >= known->first && row < known->until ? known : rk_entry_rows(entries, row);
}

static inline uint32_t rk_entry_file(const rk_entries *entries, size_t row)
{
    return entries->file ? entries->file[row] : rk_entry_rows(entries, row)->file;
}

static inline uint32_t rk_entry_ordinal(const rk_entries *entries, size_t row)
{
    return entries->ordinal ? entries->ordinal[row]
                            : (uint32_t)(row - rk_entry_rows(entries, row)->first + 1);
}

static inline rk_name rk_entry_channel(const rk_entries *entries, size_t row)
{
    return entries->channel ? entries->channel[row] : rk_entry_rows(entries, row)->channel;
}

static inline rk_name rk_entry_currency(const rk_entries *entries, size_t row)
{
    return entries->currency ? entries->currency[row] : rk_entry_rows(entries, row)->currency;
}

/* Where every payment is known to its second, one column tells both ends. */
static inline rk_moment rk_entry_until(const rk_entries *entries, size_t row)
{
    return entries->paid_until ? entries->paid_until[row] : entries->paid_from[row];
}

static inline rk_day rk_entry_booked(const rk_entries *entries, size_t row)
{
    return entries->booked_on ? entries->booked_on[row] : RK_NO_DAY;
}

/* The reference may name one payment: it has a digit other than 0 (NONREF and 000000 have none). */
bool rk_reference_names(rk_slice reference);

/* Cuts the first code off the text of `windows`; false when none is left. One that is not `whole` ("-820...")
 * is the number with one of two equal neighbours taken out: it may be meant, but nobody can tell. */
bool rk_windows_next(rk_slice *rest, uint64_t *code, bool *whole);

/* Cuts the next number that may be a mistyped code ("~14, 15 or 16 digits", behind the codes) off the text of
 * `windows`, as rk_code_text writes it; false when none is left. */
bool rk_windows_mistyped(rk_slice *rest, uint64_t *number);

/* What became of a file of the inbox. The numbers are sealed: add at the end. */
typedef enum rk_file_fate {
    RK_FATE_NONE,
    RK_FATE_ACCEPTED,    /* its entries count */
    RK_FATE_QUARANTINED, /* breaks its own totals or cannot be read: kept whole, none of it counts */
    RK_FATE_HELD,        /* same identity as an earlier file, other content: a person decides */
    RK_FATE_SAME,        /* same content as an earlier file: named and skipped */
    RK_FATE_WAITING,     /* for a later day: stays in the inbox */
    RK_FATE_UNKNOWN,     /* no channel knows it: stays in the inbox */
    RK_FATE_DISCARDED,   /* by decision */
    RK_FATE_IGNORED,     /* no statement, by a rule of its channel: kept, none of it counts */
    RK_FATES
} rk_file_fate;

const char *rk_fate_name(rk_file_fate fate);

/* The days that a file of several accounts tells of one of them; RK_NO_DAY: not said. */
typedef struct rk_file_part {
    rk_name account;
    rk_day from, until;
} rk_file_part;

typedef struct rk_file {
    rk_digest digest; /* of the content; zero until computed (see statement/read.h) */
    rk_slice name;    /* as it was called, without folder */
    rk_slice bytes;   /* the content while the night runs; {NULL, 0} for files of earlier nights */
    uint32_t texts;   /* first chunk in rk_texts, 0 when not registered */
    rk_name channel;  /* 0: unknown */
    rk_name account;
    rk_name currency;
    rk_slice number;    /* statement number, or empty */
    rk_day from, until; /* business days covered, both inclusive; RK_NO_DAY when not known */
    rk_file_fate fate;
    bool overruled; /* a decision accepts it although its controls fail */
    rk_slice why;   /* which control failed, by how much and where; or what holds it */
    uint32_t entries, rejects;
    uint32_t filtered;                     /* records that `keep` filtered out */
    rk_money sum_minor;                    /* of the entries */
    rk_money filtered_minor;               /* of the filtered ones, as far as it could be read */
    rk_money opening_minor, closing_minor; /* RK_NO_MONEY when not given */
    rk_day night;                          /* when it was taken in */
    const struct rk_follow
        *follows; /* its statements, by account, where the channel asks that they do */
    size_t follow_count;
    const rk_file_part *parts; /* by account, in a file of several */
    size_t part_count;
} rk_file;

typedef struct rk_files {
    rk_file *items;
    size_t count, capacity;
} rk_files;

/* Appends a cleared item (days RK_NO_DAY, money RK_NO_MONEY, sum 0); pointers into items move. */
rk_file *rk_files_add(rk_files *files);

/* A record that could not be read: counted, never lost. */
typedef struct rk_reject {
    uint32_t file;
    uint32_t line;         /* from 1 */
    uint32_t column;       /* from 1, of the field at fault; 0 for the whole record */
    rk_slice reason;       /* in the arena of the run */
    rk_money amount_minor; /* RK_NO_MONEY when that field could not be read */
    uint64_t code;         /* 0 when that field could not be read */
} rk_reject;

typedef struct rk_rejects {
    rk_reject *items;
    size_t count, capacity;
} rk_rejects;

#endif
