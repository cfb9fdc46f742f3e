#include "model/decided.h"

#define COLUMN(name, type) \
    { \
#name, RK_TYPE_##type, offsetof(rk_decided, name), 0 \
    }
static const rk_column columns[] = {
    COLUMN(decision_id, TEXT), COLUMN(kind, NAME),        COLUMN(subject, TEXT),
    COLUMN(object, TEXT),      COLUMN(reason, TEXT),      COLUMN(made_by, TEXT),
    COLUMN(checked_by, TEXT),  COLUMN(made_at, MOMENT),   COLUMN(night, DAY),
    COLUMN(effect, NAME),      COLUMN(why, TEXT),         COLUMN(entry, TEXT),
    COLUMN(outcome, NAME),     COLUMN(application, TEXT), COLUMN(due, MONEY),
    COLUMN(owner, TEXT),
};
#undef COLUMN

void rk_decided_init(rk_decided *decided)
{
    size_t count = sizeof columns / sizeof *columns;
    rk_batch_init(&decided->batch, columns, count, 16, ((uint64_t)1 << count) - 1);
}
