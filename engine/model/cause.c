#include "model/cause.h"

static const rk_column cause_columns[] = {
    {"kind", RK_TYPE_U8, offsetof(rk_causes, kind), 0},
    {"what", RK_TYPE_TEXT, offsetof(rk_causes, what), 0},
};

void rk_causes_init(rk_causes *causes)
{
    rk_batch_init(&causes->batch, cause_columns, sizeof cause_columns / sizeof *cause_columns, 16,
                  UINT64_MAX);
}

static const rk_column row_columns[] = {
    {"cause", RK_TYPE_U32, offsetof(rk_cause_rows, cause), 0},
};

void rk_cause_rows_init(rk_cause_rows *rows)
{
    rk_batch_init(&rows->batch, row_columns, 1, 16, UINT64_MAX);
}

uint32_t rk_cause_add(rk_causes *causes, rk_texts *texts, rk_cause_kind kind, rk_slice what)
{
    for (size_t row = causes->batch.count; row > 0; row--)
        if (causes->kind[row - 1] == kind &&
            rk_slice_equal(rk_texts_get(texts, causes->what[row - 1]), what))
            return (uint32_t)row;
    size_t row = rk_batch_append(&causes->batch);
    causes->kind[row] = (uint8_t)kind;
    causes->what[row] = rk_texts_add(texts, what);
    return (uint32_t)row + 1;
}

const char *rk_cause_name(rk_cause_kind kind)
{
    static const char *const names[RK_CAUSES] = {
        "not recorded", "statement", "correction", "decision", "application",
        "time",         "outage",    "tariff",     "rule",     "program",
    };
    return kind < RK_CAUSES ? names[kind] : names[0];
}
