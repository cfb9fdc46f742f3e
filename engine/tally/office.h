/*
 * office: which office an entry or an application belongs to.
 *
 * In:  an entry without an application, on an account that belongs to palembang        Out: palembang
 * Its application's office, else its account's, else "-" (TANPA KANTOR). An office that the register does
 * not know is "-" too.
 */
#ifndef RK_TALLY_OFFICE_H
#define RK_TALLY_OFFICE_H

#include "config/rules.h"
#include "model/world.h"

/* The office itself when the register knows it, else "-". */
rk_name rk_office_or_none(const rk_rules *rules, rk_name office);

/* `application` is a row of `applications` or RK_NO_ROW. */
rk_name rk_entry_office(const rk_rules *rules, const rk_entries *entries, size_t entry,
                        const rk_applications *applications, uint32_t application);

/* The zone in which the office's times are shown. */
rk_zone rk_office_zone(const rk_rules *rules, rk_name office, rk_moment at, rk_zone fallback);

#endif
