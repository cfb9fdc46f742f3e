/*
 * conflicts: slots that two bookings have: one lapsed, its slot was given away, and it came back.
 *
 * In:  applications with slot_use (rk_tally_slots), the slots that were freed before
 * Out: the freed slots as they are now, and a finding for each that two have; pure
 * A slot is one place of a day. Only slots that somebody gave back are watched: that a booking system gives
 * one place twice by itself is its own affair.
 */
#ifndef RK_TALLY_CONFLICTS_H
#define RK_TALLY_CONFLICTS_H

#include "config/rules.h"
#include "model/freed.h"
#include "model/world.h"

/* Changes `freed`, and adds findings, unsorted. */
void rk_tally_conflicts(const rk_rules *rules, const rk_world *world, rk_day night, rk_freed *freed,
                        rk_findings *findings);

#endif
