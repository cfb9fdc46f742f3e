#include "model/freed.h"

static const rk_column columns[] = {
    {"application", RK_TYPE_TEXT, offsetof(rk_freed, application), 0},
    {"office", RK_TYPE_NAME, offsetof(rk_freed, office), 0},
    {"day", RK_TYPE_DAY, offsetof(rk_freed, day), 0},
    {"slot", RK_TYPE_TEXT, offsetof(rk_freed, slot), 0},
    {"freed_on", RK_TYPE_DAY, offsetof(rk_freed, freed_on), 0},
    {"back_on", RK_TYPE_DAY, offsetof(rk_freed, back_on), 0},
    {"taken_by", RK_TYPE_TEXT, offsetof(rk_freed, taken_by), 0},
    {"since", RK_TYPE_DAY, offsetof(rk_freed, since), 0},
};

void rk_freed_init(rk_freed *freed)
{
    rk_batch_init(&freed->batch, columns, sizeof columns / sizeof *columns, 16, UINT64_MAX);
}
