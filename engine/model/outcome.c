#include "model/outcome.h"

static const char *const outcome_names[RK_OUTCOMES] = {
    "",          "matched",      "late",     "underpaid",     "overpaid",
    "duplicate", "reversed",     "reversal", "settlement",    "suggested",
    "ambiguous", "unidentified", "not_due",  "other_receipt", "ignored",
};

static const char *const state_names[RK_STATES] = {
    "",        "awaiting",   "paid",   "paid_late", "underpaid",
    "expired", "reinstated", "waived", "cancelled", "payment_reversed",
};

static const char *const status_names[RK_STATUSES] = {
    "",        "submitted", "cancelled", "rescheduled", "attended",
    "refused", "issued",    "collected", "delivered",
};

static const char *const verdict_names[RK_VERDICTS] = {"", "match", "partial_match", "unmatch"};

static const char *const reason_texts[RK_REASONS] = {
    [RK_REASON_NONE] = "",
    [RK_REASON_EXACT] = "right amount, in time",
    [RK_REASON_TIME_UNKNOWN] = "right amount, time unknown",
    [RK_REASON_AFTER_DEADLINE] = "paid after the deadline",
    [RK_REASON_LESS] = "less than due",
    [RK_REASON_MORE] = "more than due",
    [RK_REASON_PAID_BEFORE] = "already paid in full",
    [RK_REASON_PARTS] = "part of a payment in parts",
    [RK_REASON_WAIVED] = "nothing due: waived",
    [RK_REASON_CANCELLED] = "nothing due: cancelled",
    [RK_REASON_NO_CODE] = "no billing code",
    [RK_REASON_UNKNOWN_CODE] = "no application has this billing code",
    [RK_REASON_SEVERAL_CODES] = "several billing codes in the narrative",
    [RK_REASON_SEVERAL_APPLICATIONS] = "several applications have this billing code",
    [RK_REASON_IGNORED_BY_RULE] = "ignored by rule",
    [RK_REASON_DECIDED] = "decided by a person",
    [RK_REASON_UNMATCHED] = "match taken back by a person",
    [RK_REASON_WINDOW_OPEN] = "deadline not passed",
    [RK_REASON_NOT_PAID] = "not paid by the deadline",
    [RK_REASON_HELD] = "held: evidence is still missing",
    [RK_REASON_LATE_EVIDENCE] = "payment in time seen after the lapse",
    [RK_REASON_NO_DEADLINE] = "no deadline applies",
    [RK_REASON_DUE_UNKNOWN] = "amount due is not known",
    [RK_REASON_CURRENCY] = "another currency",
    [RK_REASON_REVERSED] = "taken back by a later entry",
    [RK_REASON_NEGATIVE] = "money going out",
    [RK_REASON_TAKES_BACK] = "takes an earlier entry back",
    [RK_REASON_REOPENED] = "opened again by a person",
    [RK_REASON_LAPSED] = "a person let it lapse",
    [RK_REASON_SPARED] = "in time: an outage stopped the clock",
    [RK_REASON_PAUSED] = "an outage that is not over stops the clock",
    [RK_REASON_NOTHING_TO_REVERSE] = "the payment it takes back is not known",
    [RK_REASON_NEAR_CODE] = "no application has this billing code, one has a near one",
    [RK_REASON_SEVERAL_NEAR] = "no application has this billing code, several have near ones",
    [RK_REASON_DECISION_STALE] = "the ground of a decision on it has changed",
    [RK_REASON_SEVERAL_GLUED] = "billing codes of several applications stand in longer numbers",
    [RK_REASON_TOLERATED] = "amount within the tolerance, in time",
    [RK_REASON_GROUP] = "paid for a group, in time",
    [RK_REASON_GROUP_LATE] = "paid for a group, after the deadline",
    [RK_REASON_SEVERAL_SUMS] = "several sets of the group's applications have this sum",
    [RK_REASON_KEYS_DIFFER] = "its keys name different applications",
    [RK_REASON_SEVERAL_PAYMENTS] = "several payments may be what it takes back",
    [RK_REASON_GAVE_UP] = "too many possibilities",
    [RK_REASON_BEFORE_SUBMISSION] = "paid before the application with this code was submitted",
    [RK_REASON_SEVERAL_HAVE_KEY] = "several applications have its key",
    [RK_REASON_PAYOUT] = "a channel pays over what it took",
    [RK_REASON_OTHER_KEY] = "no application has this billing code, one has its other key",
    [RK_REASON_RULE_SUGGESTS] = "left to a person by rule",
};

static int find(const char *const *names, int count, rk_slice name)
{
    for (int i = 1; i < count; i++)
        if (rk_slice_is(name, names[i]))
            return i;
    return 0;
}

const char *rk_outcome_name(rk_outcome outcome)
{
    return outcome_names[outcome];
}

const char *rk_state_name(rk_state state)
{
    return state_names[state];
}

const char *rk_status_name(rk_status status)
{
    return status_names[status];
}

const char *rk_verdict_name(rk_verdict verdict)
{
    return verdict_names[verdict];
}

const char *rk_reason_text(rk_reason reason)
{
    return reason_texts[reason];
}

rk_outcome rk_outcome_find(rk_slice name)
{
    return (rk_outcome)find(outcome_names, RK_OUTCOMES, name);
}

rk_state rk_state_find(rk_slice name)
{
    return (rk_state)find(state_names, RK_STATES, name);
}

rk_status rk_status_find(rk_slice name)
{
    return (rk_status)find(status_names, RK_STATUSES, name);
}

rk_verdict rk_outcome_verdict(rk_outcome outcome)
{
    switch (outcome) {
    case RK_MATCHED:
    case RK_SETTLEMENT:
    case RK_OTHER_RECEIPT:
        return RK_VERDICT_MATCH;
    case RK_LATE:
    case RK_UNDERPAID:
    case RK_OVERPAID:
    case RK_DUPLICATE:
    case RK_NOT_DUE:
        return RK_VERDICT_PARTIAL;
    case RK_SUGGESTED:
    case RK_AMBIGUOUS:
    case RK_UNIDENTIFIED:
        return RK_VERDICT_UNMATCH;
    default:
        return RK_VERDICT_NONE;
    }
}

bool rk_outcome_opens_case(rk_outcome outcome)
{
    switch (outcome) {
    case RK_LATE:
    case RK_UNDERPAID:
    case RK_OVERPAID:
    case RK_DUPLICATE:
    case RK_SUGGESTED:
    case RK_AMBIGUOUS:
    case RK_UNIDENTIFIED:
    case RK_NOT_DUE:
        return true;
    default:
        return false;
    }
}

bool rk_outcome_is_payment(rk_outcome outcome)
{
    return outcome == RK_MATCHED || outcome == RK_LATE || outcome == RK_UNDERPAID ||
           outcome == RK_OVERPAID;
}
