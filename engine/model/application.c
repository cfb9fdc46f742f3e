#include "model/application.h"

#define COLUMN(name, type, member, flags) \
    { \
        name, type, offsetof(rk_applications, member), flags \
    }
#define NEEDED (RK_COLUMN_SOURCE | RK_COLUMN_NEEDED)

const rk_column rk_application_columns[] = {
    COLUMN("application_id", RK_TYPE_TEXT, id, NEEDED),
    COLUMN("office", RK_TYPE_NAME, office, NEEDED),
    COLUMN("service", RK_TYPE_NAME, service, NEEDED),
    COLUMN("billing_code", RK_TYPE_CODE, code, NEEDED),
    COLUMN("amount_due", RK_TYPE_MONEY, due_minor, NEEDED),
    COLUMN("submitted_at", RK_TYPE_MOMENT, submitted_at, NEEDED),
    COLUMN("billed_at", RK_TYPE_MOMENT, billed_at, RK_COLUMN_SOURCE),
    COLUMN("updated_at", RK_TYPE_MOMENT, updated_at, RK_COLUMN_SOURCE),
    COLUMN("status", RK_TYPE_U8, status, RK_COLUMN_SOURCE),
    COLUMN("status_at", RK_TYPE_MOMENT, status_at, RK_COLUMN_SOURCE),
    COLUMN("source", RK_TYPE_NAME, source, RK_COLUMN_SOURCE),
    COLUMN("channel", RK_TYPE_NAME, channel, RK_COLUMN_SOURCE),
    COLUMN("priority", RK_TYPE_NAME, priority, RK_COLUMN_SOURCE),
    COLUMN("purpose", RK_TYPE_NAME, purpose, RK_COLUMN_SOURCE),
    COLUMN("kind", RK_TYPE_NAME, kind, RK_COLUMN_SOURCE),
    COLUMN("validity", RK_TYPE_NAME, validity, RK_COLUMN_SOURCE),
    COLUMN("sex", RK_TYPE_NAME, sex, RK_COLUMN_SOURCE),
    COLUMN("charges", RK_TYPE_TEXT, charges, RK_COLUMN_SOURCE),
    COLUMN("group_id", RK_TYPE_TEXT, group_id, RK_COLUMN_SOURCE),
    COLUMN("alt_keys", RK_TYPE_TEXT, alt_keys, RK_COLUMN_SOURCE),
    COLUMN("ntpn", RK_TYPE_TEXT, ntpn, RK_COLUMN_SOURCE),
    COLUMN("virtual_account", RK_TYPE_TEXT, virtual_account, RK_COLUMN_SOURCE),
    COLUMN("application_number", RK_TYPE_TEXT, application_number, RK_COLUMN_SOURCE),
    COLUMN("appointment_on", RK_TYPE_DAY, appointment_on, RK_COLUMN_SOURCE),
    COLUMN("attended_at", RK_TYPE_MOMENT, attended_at, RK_COLUMN_SOURCE),
    COLUMN("document_no", RK_TYPE_TEXT, document_no, RK_COLUMN_SOURCE),
    COLUMN("issued_on", RK_TYPE_DAY, issued_on, RK_COLUMN_SOURCE),
    COLUMN("collected_on", RK_TYPE_DAY, collected_on, RK_COLUMN_SOURCE),
    COLUMN("delivered_on", RK_TYPE_DAY, delivered_on, RK_COLUMN_SOURCE),
    COLUMN("refused_on", RK_TYPE_DAY, refused_on, RK_COLUMN_SOURCE),
    COLUMN("nik_check", RK_TYPE_NAME, nik_check, RK_COLUMN_SOURCE),
    COLUMN("state", RK_TYPE_U8, state, 0),
    COLUMN("reason", RK_TYPE_U8, reason, 0),
    COLUMN("deadline", RK_TYPE_MOMENT, deadline, 0),
    COLUMN("held_by", RK_TYPE_NAME, held_by, 0),
    COLUMN("paid_from", RK_TYPE_MOMENT, paid_from, 0),
    COLUMN("paid_until", RK_TYPE_MOMENT, paid_until, 0),
    COLUMN("paid_amount", RK_TYPE_MONEY, paid_minor, 0),
    COLUMN("entries", RK_TYPE_U32, entry_count, 0),
    COLUMN("plain_deadline", RK_TYPE_MOMENT, plain_deadline, 0),
    COLUMN("paused_by", RK_TYPE_NAME, paused_by, 0),
    COLUMN("slot", RK_TYPE_TEXT, slot, RK_COLUMN_SOURCE | RK_COLUMN_SPARSE),
    COLUMN("rescheduled_from", RK_TYPE_DAY, rescheduled_from, RK_COLUMN_SOURCE | RK_COLUMN_SPARSE),
    COLUMN("slot_use", RK_TYPE_U8, slot_use, RK_COLUMN_SPARSE),
};

const size_t rk_application_column_count =
    sizeof rk_application_columns / sizeof *rk_application_columns;

uint64_t rk_application_needed(void)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (rk_application_columns[i].flags & RK_COLUMN_NEEDED)
            bits |= (uint64_t)1 << i;
    return bits;
}

uint64_t rk_application_all(void)
{
    return ((uint64_t)1 << rk_application_column_count) - 1;
}

uint64_t rk_application_bit(size_t offset)
{
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (rk_application_columns[i].offset == offset)
            return (uint64_t)1 << i;
    return 0;
}
