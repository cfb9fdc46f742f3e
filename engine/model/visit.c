#include "model/visit.h"

static const char *const queues[RK_QUEUES] = {"", "booked", "walk_in", "priority", "hotline"};
static const char *const uses[RK_SLOT_USES] = {"", "taken", "freed", "freed_late", "moved"};
static const char *const attendances[RK_ATTENDANCES] = {"", "absent", "attended"};
static const char *const moves[RK_MOVES] = {"", "stayed", "moved"};
static const char *const niks[RK_NIKS] = {"", "plausible", "implausible"};

const char *rk_queue_name(rk_queue queue)
{
    return queues[queue];
}

const char *rk_slot_use_name(rk_slot_use use)
{
    return uses[use];
}

const char *rk_attendance_name(rk_attendance attendance)
{
    return attendances[attendance];
}

const char *rk_moved_name(rk_moved moved)
{
    return moves[moved];
}

const char *rk_nik_name(rk_nik nik)
{
    return niks[nik];
}
