/*
 * visit: an application as the office sees it at the counter: whose slot it is, and whether it came.
 *
 * In:  a booking of M-Paspor for 2024-03-08 that lapses in the night of 2024-03-05
 * Out: queue booked, slot freed: two days are left to give the slot to somebody else
 * Closed sets; a value of 0 means that the source does not say it.
 */
#ifndef RK_MODEL_VISIT_H
#define RK_MODEL_VISIT_H

#include "base/slice.h"

/* The numbers of all of these are sealed: add at the end. */
typedef enum rk_queue {
    RK_QUEUE_NONE,
    RK_QUEUE_BOOKED,   /* with a slot from the booking system */
    RK_QUEUE_WALK_IN,  /* came without one */
    RK_QUEUE_PRIORITY, /* pregnant, infants, elderly, disabled */
    RK_QUEUE_HOTLINE,  /* booked by telephone */
    RK_QUEUES
} rk_queue;

typedef enum rk_slot_use {
    RK_SLOT_NONE,
    RK_SLOT_TAKEN,
    RK_SLOT_FREED,      /* given back in time to be used by somebody else */
    RK_SLOT_FREED_LATE, /* given back too late for that */
    RK_SLOT_MOVED,      /* left for another day */
    RK_SLOT_USES
} rk_slot_use;

typedef enum rk_attendance {
    RK_ATTENDANCE_NONE,
    RK_ATTENDANCE_ABSENT, /* not yet, or not at all */
    RK_ATTENDANCE_ATTENDED,
    RK_ATTENDANCES
} rk_attendance;

typedef enum rk_moved {
    RK_MOVED_NONE,
    RK_MOVED_NOT,
    RK_MOVED_HERE, /* from another day */
    RK_MOVES
} rk_moved;

typedef enum rk_nik {
    RK_NIK_NONE,
    RK_NIK_PLAUSIBLE,
    RK_NIK_IMPLAUSIBLE, /* a warning: never a reason to refuse anything */
    RK_NIKS
} rk_nik;

/* As reports name them; "" for the NONE values. */
const char *rk_queue_name(rk_queue queue);
const char *rk_slot_use_name(rk_slot_use use);
const char *rk_attendance_name(rk_attendance attendance);
const char *rk_moved_name(rk_moved moved);
const char *rk_nik_name(rk_nik nik);

#endif
