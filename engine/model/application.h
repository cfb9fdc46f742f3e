/*
 * application: a batch of passport applications (or any bills) in columns.
 *
 * In:  a row of the booking system        Out: id "P-000123", office, code 820240305000123,
 *                                              due_minor 35000000, submitted_at 2024-03-05T09:00:00+07:00
 * Columns with RK_COLUMN_SOURCE come from outside under the names of rk_application_columns; the
 * others hold what the night decided and travel in the closing state.
 */
#ifndef RK_MODEL_APPLICATION_H
#define RK_MODEL_APPLICATION_H

#include "model/columns.h"
#include "model/outcome.h"

typedef struct rk_applications {
    rk_batch batch;
    /* from the source; needed */
    rk_text *id;
    rk_name *office;
    rk_name *service;
    uint64_t *code;
    rk_money *due_minor; /* RK_NO_MONEY: the tariff decides */
    rk_moment *submitted_at;
    /* from the source; may be absent */
    rk_moment *billed_at;
    rk_moment *updated_at;
    uint8_t *status; /* rk_status */
    rk_moment *status_at;
    rk_name *source;
    rk_name *channel;
    rk_name *priority;
    rk_name *purpose;
    rk_name *kind;
    rk_name *validity;
    rk_name *sex;
    rk_text *charges;
    rk_text *group_id;
    rk_text *alt_keys;
    rk_text *ntpn;
    rk_text *virtual_account;
    rk_text *application_number;
    rk_day *appointment_on;
    rk_moment *attended_at;
    rk_text *document_no;
    rk_day *issued_on;
    rk_day *collected_on;
    rk_day *delivered_on;
    rk_day *refused_on;
    rk_name *nik_check;
    rk_text *slot;            /* one place of its day: "08:00", "sesi-1/17" */
    rk_day *rescheduled_from; /* the day of the appointment before it was moved */
    /* decided by the engine */
    uint8_t *state;            /* rk_state */
    uint8_t *reason;           /* rk_reason */
    rk_moment *deadline;       /* RK_NO_MOMENT: none applies */
    rk_moment *plain_deadline; /* what it would be had no outage stopped the clock */
    rk_name *paused_by;        /* the outages that stopped the clock, "a, b"; or 0 */
    rk_name *held_by;          /* what holds the lapse back: a channel, or 0 */
    rk_moment *paid_from;      /* of the payment; RK_NO_MOMENT when unpaid */
    rk_moment *paid_until;
    rk_money *paid_minor;  /* money received for it, 0 when none */
    uint32_t *entry_count; /* entries allocated to it */
    uint8_t
        *slot_use; /* rk_slot_use; once given back, in time or not, it stays so while it is free */
} rk_applications;

extern const rk_column rk_application_columns[];
extern const size_t rk_application_column_count;

/* All columns marked NEEDED; the wanted bits of rk_batch_init. */
uint64_t rk_application_needed(void);
/* All columns. */
uint64_t rk_application_all(void);
/* The bit of a column by the address of its member: RK_APPLICATION_BIT(purpose). */
uint64_t rk_application_bit(size_t offset);
#define RK_APPLICATION_BIT(member) rk_application_bit(offsetof(rk_applications, member))

/* The value of an optional name column, 0 when the column is absent. */
static inline rk_name rk_name_at(const rk_name *column, size_t row)
{
    return column ? column[row] : 0;
}

#endif
