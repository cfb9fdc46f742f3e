/*
 * finding: what is wrong without being an entry, and the lines that sheets show of it.
 *
 * In:  on 2024-12-17 palembang bills 100 passports of ten years at Rp350.000 instead of Rp650.000
 * Out: 100 findings tariff_differs; folded, one line: 100, expected Rp65.000.000, found Rp35.000.000
 * A finding belongs to one application. It is seen from `first_seen` on: one that comes true by time alone
 * (not collected 30 days after issue) is carried before that day and shown from it on, though no night
 * touches its application then.
 */
#ifndef RK_MODEL_FINDING_H
#define RK_MODEL_FINDING_H

#include "model/columns.h"
#include "model/names.h"
#include "model/texts.h"

/* The numbers are sealed: add at the end. */
typedef enum rk_finding_kind {
    RK_FINDING_NONE,
    RK_TARIFF_DIFFERS,  /* what is due is not what the tariff says */
    RK_ISSUED_UNPAID,   /* the document is issued, its bill is not paid */
    RK_PAID_NOT_ISSUED, /* paid and attended, and no document */
    RK_ATTENDED_UNPAID, /* attended, the bill is not paid */
    RK_ISSUED_TWICE,    /* several applications have this number of a document */
    RK_NOT_COLLECTED,   /* issued, and neither collected nor delivered */
    RK_UNKNOWN_OFFICE,  /* the register does not know the office */
    RK_SLOT_CONFLICT, /* two bookings have one slot: it was given away, and then the first came back */
    RK_NIK_WARNING, /* of rules alone: it is counted, and no finding */
    /* what asks a person, without being wrong in an application: */
    RK_MISSING_IN_SOURCE = 32, /* it waited last night, and the source does not have it any more */
    RK_NOT_APPLIED,            /* the booking system refused a transition */
    RK_CONTROL_FAILED,         /* a statement whose controls failed, or that does not follow */
    RK_HOLD_STAYS,             /* what holds lapses back has not come after so many days */
    RK_FINDINGS
} rk_finding_kind;

/* It is a case: it has an id, is opened and closed. */
static inline bool rk_finding_asks(rk_finding_kind kind)
{
    return kind >= RK_MISSING_IN_SOURCE;
}

enum { RK_SETTLED = 1, RK_SETTLED_TONIGHT = 2 };

typedef struct rk_findings {
    rk_batch batch;
    uint8_t *kind;   /* rk_finding_kind */
    rk_name *office; /* "-": TANPA KANTOR */
    rk_day *day;     /* of what happened, in the office's zone: filed, attended, issued */
    rk_day *first_seen;
    rk_text *application; /* its id; of a line the first few */
    rk_money *expected;   /* RK_NO_MONEY: it is not about money */
    rk_money *found;
    rk_text *said;   /* what the source says: the number of a document, the code of an office */
    uint32_t *count; /* 1; of a line: how many it folds */
    uint8_t
        *settled; /* a person has seen to it: it is in no line, but is remembered while it lasts */
    rk_text *case_id; /* of a line that asks a person: "K-9f86d08188"; else empty */
} rk_findings;

/* Empty, with all columns. */
void rk_findings_init(rk_findings *findings);

/* By kind, office, day and application. Equal findings give equal bytes. */
void rk_findings_sort(rk_findings *findings, const rk_names *names, const rk_texts *texts);

/* Lines of those seen on `night` (what names a channel or a file is a line of its own), one for each kind, office and day: sums of money (none where one of them
 * has none or they pass 64 bits), the oldest `first_seen`, and what the source says where all say the same.
 * `findings` are sorted, `lines` is initialised. */
void rk_findings_fold(const rk_findings *findings, rk_day night, const rk_names *names,
                      rk_texts *texts, rk_findings *lines);

/* Rows of one kind and application, found without looking at all. */
typedef struct rk_finding_index {
    const rk_findings *of;
    struct rk_finding_key *keys; /* sorted; free with rk_finding_index_free */
    size_t count;
} rk_finding_index;

rk_finding_index rk_finding_index_of(const rk_findings *findings, const rk_texts *texts);
void rk_finding_index_free(rk_finding_index *index);
/* The next such row behind `*at` (0 at first); SIZE_MAX: no more. */
size_t rk_finding_next(const rk_finding_index *index, const rk_texts *texts, rk_finding_kind kind,
                       rk_slice application, size_t *at);

/* "tariff_differs", ... as rules name them. */
const char *rk_finding_name(rk_finding_kind kind);

/* "T1-palembang-20241217": how a line is named everywhere: its kind, office ("tanpa-kantor" for "-") and
 * day. It stays itself while what it folds changes. */
void rk_finding_id_put(rk_finding_kind kind, rk_slice office, rk_day day, rk_buffer *out);
bool rk_finding_id_parse(rk_slice id, rk_finding_kind *kind, rk_slice *office, rk_day *day);

/* A row with count 0 is no finding: the kind is looked for, and the source lacks the columns that `said`
 * names. It has no day and no application. */
static inline bool rk_finding_is_absence(const rk_findings *findings, size_t row)
{
    return findings->count[row] == 0;
}

#endif
