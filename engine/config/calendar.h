/*
 * calendar: which days are worked on: Monday to Friday but for holidays and joint leave.
 *
 * In:  rules/calendar.yaml        Out: rk_is_working_day(calendar, 2024-04-08) false: joint leave
 * A NULL calendar knows weekends only.
 */
#ifndef RK_CONFIG_CALENDAR_H
#define RK_CONFIG_CALENDAR_H

#include "base/slice.h"
#include "model/moment.h"

typedef struct rk_free_day {
    rk_day day;
    rk_slice name;   /* "Hari Raya Idul Fitri 1445 H" */
    int joint_leave; /* cuti bersama, not a holiday */
    bool uncertain;
} rk_free_day;

typedef struct rk_calendar {
    rk_free_day *items; /* by day */
    size_t count;
} rk_calendar;

bool rk_is_working_day(const rk_calendar *calendar, rk_day day);

/* The working day before `day`, or simply the day before. */
rk_day rk_day_before(const rk_calendar *calendar, rk_day day, bool working);

/* So many working days behind `day`; 0: `day` itself. */
rk_day rk_working_day_after(const rk_calendar *calendar, rk_day day, uint32_t count);

/* Working days of [from, until]; 0 when until is before from. */
rk_day rk_working_days(const rk_calendar *calendar, rk_day from, rk_day until);

#endif
