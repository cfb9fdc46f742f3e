#include "model/history.h"

#define COLUMN(name, type) \
    { \
#name, RK_TYPE_##type, offsetof(rk_outcome_rows, name), 0 \
    }
static const rk_column outcome_columns[] = {
    COLUMN(entry, TEXT),          COLUMN(channel, NAME),     COLUMN(office, NAME),
    COLUMN(booked_on, DAY),       COLUMN(paid_from, MOMENT), COLUMN(paid_until, MOMENT),
    COLUMN(amount, MONEY),        COLUMN(currency, NAME),    COLUMN(billing_code, CODE),
    COLUMN(outcome, NAME),        COLUMN(rule, NAME),        COLUMN(reason, NAME),
    COLUMN(application_id, TEXT), COLUMN(before, NAME),      COLUMN(cause, TEXT),
};
#undef COLUMN

#define COLUMN(name, type) \
    { \
#name, RK_TYPE_##type, offsetof(rk_allocation_rows, name), 0 \
    }
static const rk_column allocation_columns[] = {
    COLUMN(entry, TEXT),
    COLUMN(application_id, TEXT),
    COLUMN(amount, MONEY),
    COLUMN(role, NAME),
};
#undef COLUMN

#define COLUMN(name, type) \
    { \
#name, RK_TYPE_##type, offsetof(rk_transition_rows, name), 0 \
    }
static const rk_column transition_columns[] = {
    COLUMN(id, TEXT),         COLUMN(application_id, TEXT), COLUMN(office, NAME),
    COLUMN(from_state, NAME), COLUMN(to_state, NAME),       COLUMN(reason, NAME),
    COLUMN(deadline, MOMENT), COLUMN(evidence, TEXT),
};
#undef COLUMN

#define COLUMN(name, type) \
    { \
#name, RK_TYPE_##type, offsetof(rk_file_rows, name), 0 \
    }
static const rk_column file_columns[] = {
    COLUMN(digest, TEXT),      COLUMN(name, TEXT),   COLUMN(channel, NAME),
    COLUMN(account, NAME),     COLUMN(fate, NAME),   COLUMN(covers_from, DAY),
    COLUMN(covers_until, DAY), COLUMN(entries, U32), COLUMN(rejects, U32),
    COLUMN(amount, MONEY),     COLUMN(why, TEXT),
};
#undef COLUMN

#define COLUMN(name, type) \
    { \
#name, RK_TYPE_##type, offsetof(rk_case_rows, name), 0 \
    }
static const rk_column case_columns[] = {
    COLUMN(case_id, TEXT), COLUMN(kind, NAME),        COLUMN(status, NAME),
    COLUMN(office, NAME),  COLUMN(entry, TEXT),       COLUMN(application_id, TEXT),
    COLUMN(amount, MONEY), COLUMN(decision_id, TEXT),
};
#undef COLUMN

#define COLUMN(name, type) \
    { \
#name, RK_TYPE_##type, offsetof(rk_decision_rows, name), 0 \
    }
static const rk_column decision_columns[] = {
    COLUMN(decision_id, TEXT), COLUMN(kind, NAME),      COLUMN(subject, TEXT),
    COLUMN(object, TEXT),      COLUMN(reason, TEXT),    COLUMN(made_by, TEXT),
    COLUMN(checked_by, TEXT),  COLUMN(made_at, MOMENT), COLUMN(effect, NAME),
    COLUMN(why, TEXT),
};
#undef COLUMN

#define COLUMN(name, type) \
    { \
#name, RK_TYPE_##type, offsetof(rk_notice_rows, name), 0 \
    }
static const rk_column notice_columns[] = {
    COLUMN(id, TEXT),           COLUMN(kind, NAME),         COLUMN(application_id, TEXT),
    COLUMN(office, NAME),       COLUMN(billing_code, CODE), COLUMN(amount_due, MONEY),
    COLUMN(amount_paid, MONEY), COLUMN(deadline, MOMENT),   COLUMN(entry, TEXT),
    COLUMN(text, TEXT),
};
#undef COLUMN

static void init(rk_batch *batch, const rk_column *columns, size_t count)
{
    rk_batch_init(batch, columns, count, 64, ((uint64_t)1 << count) - 1);
}

void rk_file_rows_init(rk_file_rows *files)
{
    init(&files->batch, file_columns, sizeof file_columns / sizeof *file_columns);
}

#define INIT(rows, table) init(&history->rows.batch, table, sizeof table / sizeof *table)

void rk_decision_rows_init(rk_decision_rows *decisions)
{
    size_t count = sizeof decision_columns / sizeof *decision_columns;
    rk_batch_init(&decisions->batch, decision_columns, count, 4, ((uint64_t)1 << count) - 1);
}

void rk_history_init(rk_history *history)
{
    INIT(outcomes, outcome_columns);
    INIT(allocations, allocation_columns);
    INIT(transitions, transition_columns);
    rk_file_rows_init(&history->files);
    INIT(cases, case_columns);
    INIT(decisions, decision_columns);
    INIT(notices, notice_columns);
}

void rk_history_tables(rk_history *history, rk_history_table tables[RK_HISTORY_TABLES])
{
    const rk_history_table all[RK_HISTORY_TABLES] = {
        {"outcome", &history->outcomes.batch},       {"allocation", &history->allocations.batch},
        {"transition", &history->transitions.batch}, {"file", &history->files.batch},
        {"case_event", &history->cases.batch},       {"decision", &history->decisions.batch},
        {"notice", &history->notices.batch},
    };
    memcpy(tables, all, sizeof all);
}

void rk_history_free(rk_history *history)
{
    rk_history_table tables[RK_HISTORY_TABLES];
    rk_history_tables(history, tables);
    for (size_t i = 0; i < RK_HISTORY_TABLES; i++)
        rk_batch_free(tables[i].batch);
}
