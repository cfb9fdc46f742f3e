#include "model/case.h"

#define COLUMN(name, type, member) \
    { \
        name, type, offsetof(rk_cases, member), 0 \
    }

const rk_column rk_case_columns[] = {
    COLUMN("case_id", RK_TYPE_TEXT, id),
    COLUMN("kind", RK_TYPE_U8, kind),
    COLUMN("reason", RK_TYPE_U8, reason),
    COLUMN("status", RK_TYPE_U8, status),
    COLUMN("opened_on", RK_TYPE_DAY, opened_on),
    COLUMN("closed_on", RK_TYPE_DAY, closed_on),
    COLUMN("office", RK_TYPE_NAME, office),
    COLUMN("channel", RK_TYPE_NAME, channel),
    COLUMN("service", RK_TYPE_NAME, service),
    COLUMN("entry", RK_TYPE_TEXT, entry),
    COLUMN("file", RK_TYPE_TEXT, file),
    COLUMN("line", RK_TYPE_U32, line),
    COLUMN("billing_code", RK_TYPE_CODE, code),
    COLUMN("application_id", RK_TYPE_TEXT, application),
    COLUMN("amount", RK_TYPE_MONEY, amount_minor),
    COLUMN("amount_due", RK_TYPE_MONEY, due_minor),
    COLUMN("paid_from", RK_TYPE_MOMENT, paid_from),
    COLUMN("paid_until", RK_TYPE_MOMENT, paid_until),
    COLUMN("booked_on", RK_TYPE_DAY, booked_on),
    COLUMN("candidates", RK_TYPE_TEXT, candidates),
    COLUMN("closed_by", RK_TYPE_TEXT, closed_by),
    {"account", RK_TYPE_NAME, offsetof(rk_cases, account), RK_COLUMN_SPARSE},
};

const size_t rk_case_column_count = sizeof rk_case_columns / sizeof *rk_case_columns;

const char *rk_case_status_name(rk_case_status status)
{
    static const char *const names[] = {"", "new", "persisting", "closed"};
    return names[status];
}
