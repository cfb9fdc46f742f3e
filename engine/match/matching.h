/*
 * matching: what the parts of one run of the match share; nobody outside engine/match includes it.
 *
 * In:  rules and a world        Out: the chains of entries by application, and who decides what
 * All parts ask rules through rk_rule_on_day and rk_rule_fits alone, which note what they find when the
 * entry is traced: so a trace cannot tell another story than the one that decided.
 */
#ifndef RK_MATCH_MATCHING_H
#define RK_MATCH_MATCHING_H

#include "match/index.h"
#include "match/trace.h"

/* By which key an entry was linked (rk_match_key), in rk_run.how. */
enum {
    RK_HOW_WIDE = 0x80,   /* its key names a whole group: linked to one member for all */
    RK_HOW_LISTED = 0x40, /* its candidates are listed */
    RK_HOW_KEYS = 0x20,   /* by alternative.c, from its keys */
    RK_LISTED_MAX = 20,   /* candidates that every entry may list, and codes of one group */
};

typedef struct rk_candidate_list {
    rk_candidate *items;
    size_t count, capacity;
} rk_candidate_list; /* {0} is empty; malloced */

void rk_candidate_list_add(rk_candidate_list *list, uint32_t entry, uint32_t application);
void rk_candidate_list_append(rk_candidate_list *list, const rk_candidate_list *more);

/* An entry of an application that has others; or RK_NO_ROW: the one it has cannot be judged alone. */
typedef struct rk_pair {
    uint32_t application, entry;
} rk_pair;

typedef struct rk_pairs {
    rk_pair *items; /* by application, then entry */
    size_t count, capacity;
} rk_pairs;

/* What is asked of an application for each of its entries, in one line of memory. */
typedef struct rk_ledger_line {
    uint32_t due;      /* minor units; RK_ELSEWHERE: see its column */
    uint32_t deadline; /* whole seconds since 1970; RK_ELSEWHERE: see its column */
    uint32_t last;     /* the entry linked last + 1; 0: none */
    uint8_t state, reason;
    uint8_t noted; /* rk_noted */
} rk_ledger_line;

/* What the columns of an application say of its payments, before the ledger is closed. */
typedef enum rk_noted {
    RK_NOTED_NOTHING,    /* no entry: they are empty */
    RK_NOTED_ALONE,      /* its one entry (`last`) tells them; no money was received by it */
    RK_NOTED_ALONE_PAID, /* the same, and the entry's amount was received */
    RK_NOTED_ALL,        /* they are written */
} rk_noted;

#define RK_ELSEWHERE UINT32_MAX

void rk_links_append(rk_links *links, const rk_links *more);

typedef struct rk_alternatives rk_alternatives; /* see alternative.c */

/* What one run needs at hand. */
typedef struct rk_run {
    const rk_rules *rules;
    rk_world *world;
    int threads;
    bool reversals;              /* a rule finds reversals */
    bool groups;                 /* a rule finds payments of groups, and applications have them */
    const rk_match_rule *always; /* the first rule on the code, where it asks nothing; else NULL */
    rk_code_index index;         /* applications by billing code */
    rk_ledger_line *ledger;      /* by application */
    rk_pairs further;            /* the other entries of applications that have several */
    uint8_t *how;                /* by entry; NULL: all by billing code */
    uint32_t *file_rank;         /* order of files by channel, then digest */
    size_t listed_max; /* candidates of an entry: all, but where a million in all would be passed */
    rk_candidate_list candidates;
    rk_candidate_list held;   /* further applications whose lapse waits */
    rk_candidate_list crowds; /* a row of a code whose applications are too many to list */
    rk_alternatives *alt;     /* NULL: no entry has a key beside its code that a rule asks for */
    rk_trace *trace;          /* NULL: nothing is traced */
} rk_run;

static inline bool rk_is_forced(const rk_entries *entries, size_t row)
{
    return entries->flags && entries->flags[row] & RK_ENTRY_FORCED;
}

static inline bool rk_is_traced(const rk_run *run, size_t entry)
{
    return __builtin_expect(run->trace != NULL, 0) && run->trace->entry == entry;
}

/* Entries of one application in the order in which they count: by paid_from, then channel, file digest,
 * ordinal; for qsort_r with the run. */
int rk_by_time(const void *a, const void *b, void *run);

/* Nobody can have paid before: it was submitted, or its bill was made, whichever came first. */
static inline rk_moment rk_began_at(const rk_applications *a, uint32_t row)
{
    rk_moment billed = a->billed_at ? a->billed_at[row] : RK_NO_MOMENT;
    return billed != RK_NO_MOMENT && billed < a->submitted_at[row] ? billed : a->submitted_at[row];
}

/* Links an entry; true when it is the only one of its application so far and can be judged alone. */
bool rk_link_entry(const rk_run *run, size_t row, uint32_t application, rk_pairs *further);

/* ---- rules.c: every question that a rule asks ---- */

/* The rule holds on the entry's day. */
bool rk_rule_on_day(const rk_run *run, const rk_match_rule *rule, size_t entry);

/* All that the rule requires beside its key holds for the two. With RK_KEY_GROUP the amount is not asked:
 * it is the sum's. */
bool rk_rule_fits(const rk_run *run, const rk_match_rule *rule, size_t entry, uint32_t application);

/* The rule is for the entry's day and channel; nothing is noted. */
bool rk_rule_is_for(const rk_run *run, const rk_match_rule *rule, size_t entry);

/* The rows are of one group: their key names it. */
bool rk_are_one_group(const rk_run *run, const uint32_t *rows, size_t count);

/* The outcome is one that the rule may give. */
bool rk_rule_allows(const rk_run *run, const rk_match_rule *rule, size_t entry,
                    uint32_t application, rk_outcome outcome);

/* The difference between the two is within the rule's tolerance. */
bool rk_rule_tolerates(const rk_match_rule *rule, rk_money amount, rk_money due);

/* The key by which an entry was linked. */
static inline rk_match_key rk_key_of_entry_link(const rk_run *run, size_t entry)
{
    return run->how ? (rk_match_key)(run->how[entry] & 0x1f) : RK_KEY_BILLING_CODE;
}

/* ---- trace.c ---- */

void rk_trace_note(const rk_run *run, const rk_match_rule *rule, uint32_t application, rk_test test,
                   bool required, bool holds, rk_trace_value entry,
                   rk_trace_value application_value);

static inline rk_trace_value rk_trace_of(rk_trace_type type, int64_t number)
{
    return (rk_trace_value){type, number, 0, {"", 0}};
}

static inline rk_trace_value rk_trace_span(rk_trace_type type, int64_t from, int64_t until)
{
    return (rk_trace_value){type, from, until, {"", 0}};
}

static inline rk_trace_value rk_trace_text(rk_slice text)
{
    return (rk_trace_value){RK_TRACE_TEXT, 0, 0, text};
}

#endif
