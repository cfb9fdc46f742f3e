#include "model/issued.h"

static const rk_column columns[] = {
    {"document", RK_TYPE_TEXT, offsetof(rk_issued, document), 0},
    {"application", RK_TYPE_TEXT, offsetof(rk_issued, application), 0},
    {"office", RK_TYPE_NAME, offsetof(rk_issued, office), 0},
    {"day", RK_TYPE_DAY, offsetof(rk_issued, day), 0},
    {"gone", RK_TYPE_U8, offsetof(rk_issued, gone), 0},
};

void rk_issued_init(rk_issued *issued)
{
    rk_batch_init(&issued->batch, columns, sizeof columns / sizeof *columns, 16, UINT64_MAX);
}
