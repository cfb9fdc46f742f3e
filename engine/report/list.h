/*
 * list: one list of a sheet while it is made: its rows in the order of showing, each as a record.
 *
 * In:  rows of the night's entries, cases or applications        Out: records, and their cells
 * Records are made when they are asked for: a list of a million rows is never held.
 */
#ifndef RK_REPORT_LIST_H
#define RK_REPORT_LIST_H

#include "report/desk.h"

/* What a row of any list may show. */
typedef struct rk_record {
    rk_text candidates, case_id, decision_id, entry_text, application, reference, file_text;
    rk_name channel, account, service, office, held_by, paused_by, validity, purpose;
    uint64_t code;
    rk_moment paid_from, paid_until, submitted, deadline;
    rk_day booked_on, opened_on; /* of a finding: its day, first seen */
    rk_money received, due;
    uint8_t outcome, reason, state, case_status, finding; /* finding: rk_finding_kind */
    uint32_t line, ordinal; /* of a finding: how many the line folds */
    uint32_t row;           /* of its batch */
    rk_day appointment_on;
    const rk_file *file;
} rk_record;

typedef struct rk_listing {
    rk_job *job;
    const rk_sheet *rule;
    rk_cube_filter *filters;
    uint32_t *rows;
    size_t count;
} rk_listing;

/* Row `row` of the list's batch. */
rk_record rk_record_of(const rk_listing *l, uint32_t row);

/* What a column of money shows of it; RK_NO_MONEY: nothing. */
rk_money rk_record_money(const rk_record *r, rk_column_id id);

/* ---- lapses.c ---- */

/* How many were spared, reinstated, held (by whom) and lapsed: the line above the heads. */
void rk_lapses_tell(const rk_listing *l, rk_plan_sheet *sheet);

/* What frees one that is held: a statement, or a decision on a case that is named. False: nothing to say. */
bool rk_lapse_holder(const rk_listing *l, const rk_record *r, rk_buffer *out);

/* Who has its slot by now. False: nobody else. */
bool rk_lapse_slot(const rk_listing *l, const rk_record *r, rk_buffer *out);

/* Cells of item `item` of the listing `context`. */
void rk_list_fill(const void *context, size_t item, rk_row *row);

#endif
