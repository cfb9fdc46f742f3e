/*
 * decisions: what people decided, from decisions-*.csv.
 *
 * In:  decision_id,kind,subject,object,reason,made_by,checked_by,made_at
 *      "K-12,match,9f86d081884c7d65:17,P-000123,struk dilihat,ani,budi,2024-03-06T09:00:00+07:00"
 * Out: one row of rk_decision_rows each, effect empty (to be carried out) or "refused" with why
 * Commas or semicolons and a byte-order mark are accepted, as spreadsheets export them. Maker and checker
 * differ. A code in scientific notation is refused with a hint.
 */
#ifndef RK_COLLECT_DECISIONS_H
#define RK_COLLECT_DECISIONS_H

#include "base/error.h"
#include "model/history.h"

/* Appends the rows of one file; `name` is for messages. False when it is no decisions file at all (a
 * needed column is missing): err names it, nothing was appended. */
bool rk_decisions_read(rk_slice name, rk_slice bytes, rk_names *names, rk_texts *texts,
                       rk_decision_rows *rows, rk_error *err);

#endif
