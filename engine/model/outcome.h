/*
 * outcome: the closed sets. Every entry ends in exactly one outcome, every application in exactly one
 * state; nothing else is counted anywhere.
 *
 * In:  rk_outcome_name(RK_LATE)    Out: "late"
 * The numbers are sealed in archives: add at the end, never renumber.
 */
#ifndef RK_MODEL_OUTCOME_H
#define RK_MODEL_OUTCOME_H

#include "base/slice.h"

typedef enum rk_outcome {
    RK_OUTCOME_NONE, /* not decided yet; never in an output */
    RK_MATCHED,
    RK_LATE,
    RK_UNDERPAID,
    RK_OVERPAID,
    RK_DUPLICATE,
    RK_REVERSED,
    RK_REVERSAL,
    RK_SETTLEMENT,
    RK_SUGGESTED,
    RK_AMBIGUOUS,
    RK_UNIDENTIFIED,
    RK_NOT_DUE,
    RK_OTHER_RECEIPT,
    RK_IGNORED,
    RK_OUTCOMES
} rk_outcome;

typedef enum rk_state {
    RK_STATE_NONE, /* not known before */
    RK_STATE_AWAITING,
    RK_STATE_PAID,
    RK_STATE_PAID_LATE,
    RK_STATE_UNDERPAID,
    RK_STATE_EXPIRED,
    RK_STATE_REINSTATED,
    RK_STATE_WAIVED,
    RK_STATE_CANCELLED,
    RK_STATE_PAYMENT_REVERSED,
    RK_STATES
} rk_state;

/* What the booking system says of the service; a dimension apart from the payment's state. */
typedef enum rk_status {
    RK_STATUS_NONE, /* not said: as submitted */
    RK_STATUS_SUBMITTED,
    RK_STATUS_CANCELLED,
    RK_STATUS_RESCHEDULED,
    RK_STATUS_ATTENDED,
    RK_STATUS_REFUSED,
    RK_STATUS_ISSUED,
    RK_STATUS_COLLECTED,
    RK_STATUS_DELIVERED,
    RK_STATUSES
} rk_status;

typedef enum rk_verdict { /* the treasury's */
                          RK_VERDICT_NONE,
                          RK_VERDICT_MATCH,
                          RK_VERDICT_PARTIAL,
                          RK_VERDICT_UNMATCH,
                          RK_VERDICTS
} rk_verdict;

/* Why: the one-line ground of an outcome or a state. */
typedef enum rk_reason {
    RK_REASON_NONE,
    RK_REASON_EXACT,        /* right amount, in time */
    RK_REASON_TIME_UNKNOWN, /* right amount; only the day is known, and the deadline falls in it */
    RK_REASON_AFTER_DEADLINE,       /* paid after the deadline */
    RK_REASON_LESS,                 /* less than due */
    RK_REASON_MORE,                 /* more than due */
    RK_REASON_PAID_BEFORE,          /* the application was already paid in full */
    RK_REASON_PARTS,                /* one of several parts that sum to the due */
    RK_REASON_WAIVED,               /* nothing is due: tariff 0 */
    RK_REASON_CANCELLED,            /* nothing is due: cancelled */
    RK_REASON_NO_CODE,              /* no billing code in the entry */
    RK_REASON_UNKNOWN_CODE,         /* no application has this code */
    RK_REASON_SEVERAL_CODES,        /* more than one code in the narrative */
    RK_REASON_SEVERAL_APPLICATIONS, /* several applications have this code */
    RK_REASON_IGNORED_BY_RULE,      /* ignored by the named rule */
    RK_REASON_DECIDED,              /* a person decided */
    RK_REASON_UNMATCHED,            /* a person took the match back */
    RK_REASON_WINDOW_OPEN,          /* the deadline has not passed */
    RK_REASON_NOT_PAID,             /* nothing came before the deadline */
    RK_REASON_HELD,                 /* the deadline has passed; evidence is still missing */
    RK_REASON_LATE_EVIDENCE,        /* was expired; payment in time was seen afterwards */
    RK_REASON_NO_DEADLINE,          /* no deadline rule applies */
    RK_REASON_DUE_UNKNOWN,          /* neither the bill nor the tariff says what is due */
    RK_REASON_CURRENCY,             /* another currency than the application's */
    RK_REASON_REVERSED,             /* taken back by a later entry */
    RK_REASON_NEGATIVE,             /* money going out, no rule names it */
    RK_REASON_NEAR_CODE,          /* one application's code is one edit away, amount and time fit */
    RK_REASON_SEVERAL_NEAR,       /* the codes of several are */
    RK_REASON_TAKES_BACK,         /* takes an earlier entry back */
    RK_REASON_NOTHING_TO_REVERSE, /* the payment that it takes back is not known */
    RK_REASON_SEVERAL_GLUED,      /* codes of several applications stand inside longer numbers */
    RK_REASON_TOLERATED,          /* near enough to the due by a rule, in time */
    RK_REASON_GROUP,              /* one payment for several of a group, in time */
    RK_REASON_GROUP_LATE,         /* the same, after the deadline */
    RK_REASON_SEVERAL_SUMS,       /* several sets of the group's applications have this sum */
    RK_REASON_KEYS_DIFFER,        /* its keys name different applications */
    RK_REASON_SEVERAL_PAYMENTS,   /* several payments may be what it takes back */
    RK_REASON_GAVE_UP,            /* too many possibilities to list or to try */
    RK_REASON_SPARED, /* an outage stopped the clock: in time, or still open, by that alone */
    RK_REASON_PAUSED, /* an outage that is not over stops the clock */
    RK_REASON_DECISION_STALE,    /* of a case: the ground of a decision has changed */
    RK_REASON_REOPENED,          /* lapsed; a person opened it again */
    RK_REASON_LAPSED,            /* a person let it lapse */
    RK_REASON_BEFORE_SUBMISSION, /* paid before the application of its code was submitted or billed */
    RK_REASON_RULE_SUGGESTS,     /* a rule leaves such a payment to a person */
    RK_REASON_SEVERAL_HAVE_KEY, /* several applications have another of its keys */
    RK_REASON_OTHER_KEY,        /* its code is nobody's, another of its keys is one's */
    RK_REASON_PAYOUT,           /* a channel pays over what it took, by the named rule */
    RK_REASONS
} rk_reason;

/* Lower-case English names as they stand in the CSV files; "" for the NONE values. */
const char *rk_outcome_name(rk_outcome outcome);
const char *rk_state_name(rk_state state);
const char *rk_status_name(rk_status status);
const char *rk_verdict_name(rk_verdict verdict);
const char *rk_reason_text(rk_reason reason); /* a sentence without full stop */

/* The entry pays for several of a group, or the application was paid with others of its group. */
static inline bool rk_reason_of_group(rk_reason reason)
{
    return reason == RK_REASON_GROUP || reason == RK_REASON_GROUP_LATE;
}

/* The value of a name, or the NONE value when it is not one. */
rk_outcome rk_outcome_find(rk_slice name);
rk_state rk_state_find(rk_slice name);
rk_status rk_status_find(rk_slice name);

rk_verdict rk_outcome_verdict(rk_outcome outcome);

/* An outcome that needs a person: it opens a case. */
bool rk_outcome_opens_case(rk_outcome outcome);

/* The entry counts as money received for an application. */
bool rk_outcome_is_payment(rk_outcome outcome);

#endif
