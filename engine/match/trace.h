/*
 * trace: how one entry came to its outcome, step by step, written down by the code that decides it.
 *
 * In:  entry 17: code 820240305000132, Rp350.000, paid 09:40
 * Out: kode-billing  key          820240305000132 against no application                    fails
 *      salah-ketik   key          820240305000132 against P-7, 820240305000123              holds
 *      salah-ketik   amount       350000 against a due of 350000, wanted equal              holds
 *      salah-ketik   paid         09:40 against 09:00 to 11:00, wanted in_time              holds
 *      salah-ketik   unique       1 fits                                                    holds
 *      suggested, P-7
 * Nothing is worked out anew for the trace: the whole match runs once more and the steps of this entry
 * are noted as they are taken. Steps stand in the order in which they were taken; those of one rule and
 * one application follow one another, and the first that fails is the last of them.
 */
#ifndef RK_MATCH_TRACE_H
#define RK_MATCH_TRACE_H

#include "config/rules.h"
#include "model/world.h"

/* What was asked. */
typedef enum rk_test {
    RK_TEST_DAY,      /* the rule holds on the entry's booked_on; application: from and until */
    RK_TEST_KEY,      /* entry and application share the key, or are near; application: its key */
    RK_TEST_DECISION, /* a person decided on this entry */
    RK_TEST_REVERSAL, /* entry: its amount below 0; application: the entry that it takes back */
    RK_TEST_OWES,     /* application: what it still owes; 0: paid, cancelled, waived */
    RK_TEST_AMOUNT,   /* amount paid; application: amount due */
    RK_TEST_PAID,     /* paid_from, paid_until; application: submitted or billed, deadline */
    RK_TEST_OFFICE,
    RK_TEST_CHANNEL,
    RK_TEST_GROUP,   /* sets of the group's applications with the sum; see rk_group_answer */
    RK_TEST_UNIQUE,  /* entry: how many fit */
    RK_TEST_OUTCOME, /* entry: the outcome that follows, the rule may give it */
    RK_TESTS
} rk_test;

/* "day", "key", "amount", ... as matching.yaml calls them. */
const char *rk_test_name(rk_test test);

typedef enum rk_trace_type {
    RK_TRACE_NOTHING, /* there is none */
    RK_TRACE_MONEY,   /* number, until: unused */
    RK_TRACE_MOMENTS, /* number to until, either RK_NO_MOMENT */
    RK_TRACE_DAYS,    /* number to until, either RK_NO_DAY */
    RK_TRACE_COUNT,   /* number */
    RK_TRACE_CODE,    /* number: a billing code, 0: none */
    RK_TRACE_TEXT,    /* text */
    RK_TRACE_ENTRY,   /* number: row of an entry */
    RK_TRACE_OUTCOME, /* number: rk_outcome */
} rk_trace_type;

typedef struct rk_trace_value {
    rk_trace_type type;
    int64_t number, until;
    rk_slice text;
} rk_trace_value;

typedef struct rk_trace_step {
    const rk_match_rule *rule; /* NULL: before any rule */
    uint32_t application;      /* the candidate, RK_NO_ROW: none in particular */
    rk_test test;
    bool required; /* the rule asks for it; else it follows from what the outcomes mean */
    bool holds;
    rk_trace_value entry_value, application_value;
} rk_trace_step;

typedef struct rk_trace {
    uint32_t entry;
    rk_arena *arena; /* of texts */
    rk_trace_step *steps;
    size_t count, capacity; /* steps are malloced */
    size_t searched;        /* of them, those before payments were judged */
    /* what it came to: the decided columns of the entry */
    rk_outcome outcome;
    rk_reason reason;
    rk_name rule;
    uint32_t application;
} rk_trace;

/* Runs the match over the world again, as rk_match_run does with one thread, and writes down the steps
 * of one entry. The world is left as rk_match_run leaves it: states are those of payments alone, so
 * expire must run before they are looked at. Cost: a match. */
void rk_match_trace(const rk_rules *rules, rk_world *world, uint32_t entry, rk_arena *arena,
                    rk_trace *trace);
void rk_trace_free(rk_trace *trace);

/* What a rule asks for in a test, as matching.yaml writes it ("equal", "within 5000", "in_time"), into
 * `out`; nothing when it asks for nothing. */
void rk_trace_put_wanted(const rk_match_rule *rule, rk_test test, const rk_names *names,
                         rk_buffer *out);

#endif
