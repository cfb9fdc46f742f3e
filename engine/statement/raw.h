/*
 * raw: what a standard statement (MT940, MT942, camt) says by itself, before any channel looks at it.
 *
 * In:  ":61:2403050305C350000,NTRFNONREF//B4E07XM00J000023"
 * Out: sink->entry called with line 12, value_on 2024-03-05, booked_on 2024-03-05, amount_minor 35000000,
 *      references {customer_ref NONREF, bank_ref B4E07XM00J000023}
 * Parsers stream: they call the sink in file order and keep nothing behind a statement, so memory does not
 * grow with the file. Slices are valid during the call only. What cannot be known is absent: RK_NO_DAY,
 * RK_NO_MONEY, RK_NO_MOMENT, an empty slice. A record that cannot be read is a fault with line and reason;
 * where only a part of it cannot (a day that does not exist), the part is absent and a remark says so.
 * Text is UTF-8. Caps: RK_RAW_TEXT_MAX bytes of text and RK_RAW_DETAILS_MAX parts in one entry.
 */
#ifndef RK_STATEMENT_RAW_H
#define RK_STATEMENT_RAW_H

#include "base/error.h"
#include "model/moment.h"
#include "model/money.h"

enum { RK_RAW_REFERENCES_MAX = 16, RK_RAW_TEXT_MAX = 1 << 20, RK_RAW_DETAILS_MAX = 100000 };

typedef struct rk_raw_reference {
    const char *name; /* customer_ref, bank_ref, NtryRef, AcctSvcrRef, EndToEndId, ... */
    rk_slice value;
} rk_raw_reference;

typedef struct rk_raw_balance {
    rk_money minor; /* signed; RK_NO_MONEY: not given */
    rk_day on;
} rk_raw_balance;

typedef struct rk_raw_statement {
    size_t line;
    rk_slice account, number, currency, reference;
    rk_raw_balance opening;    /* 60F/60M, OPBD/PRCD */
    rk_raw_balance closing;    /* 62F/62M, CLBD: looked up ahead of the entries */
    rk_slice closing_currency; /* empty: that of the statement */
    rk_day from, until;
} rk_raw_statement;

/* One part of a batch entry (camt TxDtls). */
typedef struct rk_raw_detail {
    rk_money amount_minor; /* RK_NO_MONEY: not given */
    rk_slice currency;
    rk_raw_reference references[RK_RAW_REFERENCES_MAX];
    size_t reference_count;
    rk_slice narrative;
} rk_raw_detail;

typedef struct rk_raw_entry {
    size_t line; /* where it starts, from 1 */
    rk_day booked_on, value_on;
    rk_moment booked_at;   /* where a time is given (camt DtTm) */
    bool is_pending;       /* camt PDNG, INFO: no entry of the books yet */
    rk_money amount_minor; /* signed */
    rk_slice currency;
    rk_raw_reference references[RK_RAW_REFERENCES_MAX];
    size_t reference_count;
    rk_slice narrative;
    const rk_raw_detail *details;
    size_t detail_count;
} rk_raw_entry;

typedef struct rk_raw_end {
    size_t line;
    rk_raw_balance closing; /* as in the statement, unless it stands where nobody looks for it */
} rk_raw_end;

/* Any call may return false to stop the parser, which then returns false too (err is the sink's affair). */
typedef struct rk_raw_sink {
    void *context;
    bool (*statement)(void *context, const rk_raw_statement *statement);
    bool (*entry)(void *context, const rk_raw_entry *entry);
    bool (*end)(void *context, const rk_raw_end *end); /* once for each statement */
    bool (*fault)(void *context, size_t line, const char *reason);
    bool (*remark)(void *context, size_t line, const char *reason); /* may be NULL */
    /* May be NULL. The first `bytes` of the file are not needed for now: a mapped file may let go of them. */
    void (*passed)(void *context, size_t bytes);
} rk_raw_sink;

/* MT940 and MT942 (SWIFT Standards MT, category 9), as banks write them: statement/mt940.c. */
bool rk_mt940_read(rk_slice bytes, const rk_raw_sink *sink, rk_error *err);

/* camt.052, camt.053, camt.054 (ISO 20022), all versions, with or without namespace: statement/camt.c. */
bool rk_camt_read(rk_slice bytes, const rk_raw_sink *sink, rk_error *err);

/* What the content looks like: from its first bytes alone. */
typedef enum rk_raw_format { RK_RAW_UNKNOWN, RK_RAW_MT940, RK_RAW_CAMT } rk_raw_format;
rk_raw_format rk_raw_format_of(rk_slice bytes);

#endif
