#include "expire/expire.h"

#include <omp.h>
#include <stdlib.h>

#include "base/threads.h"

/* Where the office is not known, all of them may be meant. */
static bool is_of_another(const rk_expiry *x, rk_name office, rk_name paid_to)
{
    bool known = office < x->offices->first_count && x->offices->first[office];
    return known && office != paid_to && office != x->offices->none;
}

/* What holds the lapse of a row back, 0 when nothing does. Gaps come first, then entries that wait for a
 * person. */
static rk_name holder(const rk_expiry *x, const rk_applications *apps, size_t row)
{
    if (x->suspended)
        return x->suspended_by;
    for (size_t i = 0; i < x->gaps->count; i++) {
        const rk_gap *gap = &x->gaps->items[i];
        if (gap->office && is_of_another(x, apps->office[row], gap->office))
            continue;
        if (gap->from <= apps->deadline[row] && gap->until > apps->submitted_at[row])
            return gap->held_by;
    }
    size_t low = 0, high = x->hold_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (x->holds[middle].application < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < x->hold_count && x->holds[low].application == row ? x->holds[low].held_by : 0;
}

static void set(rk_applications *apps, size_t row, rk_state state, rk_reason reason,
                rk_name held_by)
{
    apps->state[row] = (uint8_t)state;
    apps->reason[row] = (uint8_t)reason;
    if (apps->held_by)
        apps->held_by[row] = held_by;
}

/* Without the outage that stopped its clock it would be past its deadline. */
static rk_reason reason_to_wait(const rk_expiry *x, const rk_applications *apps, size_t row)
{
    bool paused = rk_name_at(apps->paused_by, row) != 0;
    if (apps->deadline[row] == RK_NO_MOMENT)
        return paused ? RK_REASON_PAUSED : RK_REASON_NO_DEADLINE;
    return paused && apps->plain_deadline[row] < x->judge_at ? RK_REASON_SPARED
                                                             : RK_REASON_WINDOW_OPEN;
}

/* Whether it lapsed before tonight, by a deadline that still stands: one that an outage moved since is
 * judged anew. */
static bool has_lapsed(const rk_applications *apps, size_t row, const rk_applications *before)
{
    return row < before->batch.count && before->state[row] == RK_STATE_EXPIRED &&
           (before->deadline[row] == RK_NO_MOMENT || apps->deadline[row] <= before->deadline[row]);
}

/* What a person decided tonight, NULL for nothing. */
static const rk_decided_lapse *decided(const rk_expiry *x, size_t row)
{
    for (size_t i = 0; i < x->decided_count && x->decided[i].application <= row; i++)
        if (x->decided[i].application == row)
            return &x->decided[i];
    return NULL;
}

/* One that a person opened again waits until it is paid, or until a person lets it lapse. */
static bool is_reopened(const rk_expiry *x, size_t row, const rk_applications *before)
{
    const rk_decided_lapse *d = decided(x, row);
    if (d)
        return !d->lapses;
    return row < before->batch.count && before->state[row] == RK_STATE_AWAITING &&
           before->reason[row] == RK_REASON_REOPENED;
}

static void judge_unpaid(const rk_expiry *x, rk_applications *apps, size_t row,
                         const rk_applications *before)
{
    rk_name held_by;
    if (apps->deadline[row] == RK_NO_MOMENT || apps->deadline[row] >= x->judge_at)
        set(apps, row, RK_STATE_AWAITING, reason_to_wait(x, apps, row), 0);
    else if (is_reopened(x, row, before))
        set(apps, row, RK_STATE_AWAITING, RK_REASON_REOPENED, 0);
    else if (decided(x, row))
        set(apps, row, RK_STATE_EXPIRED, RK_REASON_LAPSED, 0);
    else if (has_lapsed(apps, row, before))
        set(apps, row, RK_STATE_EXPIRED, RK_REASON_NOT_PAID, 0);
    else if ((held_by = holder(x, apps, row)) != 0)
        set(apps, row, RK_STATE_AWAITING, RK_REASON_HELD, held_by);
    else
        set(apps, row, RK_STATE_EXPIRED, RK_REASON_NOT_PAID, 0);
}

static void judge(const rk_expiry *x, rk_applications *apps, size_t row,
                  const rk_applications *before)
{
    rk_state paid = (rk_state)apps->state[row];
    rk_state was = row < before->batch.count ? (rk_state)before->state[row] : RK_STATE_NONE;
    bool was_lapsed = was == RK_STATE_EXPIRED || was == RK_STATE_REINSTATED;
    bool holds_money = paid != RK_STATE_NONE && paid != RK_STATE_PAYMENT_REVERSED;
    if (paid == RK_STATE_PAID && was_lapsed)
        set(apps, row, RK_STATE_REINSTATED,
            apps->reason[row] == RK_REASON_SPARED ? RK_REASON_SPARED : RK_REASON_LATE_EVIDENCE, 0);
    else if (holds_money)
        set(apps, row, paid, (rk_reason)apps->reason[row], 0);
    else if (apps->status && apps->status[row] == RK_STATUS_CANCELLED)
        set(apps, row, RK_STATE_CANCELLED, RK_REASON_CANCELLED, 0);
    else if (apps->due_minor[row] == 0)
        set(apps, row, RK_STATE_WAIVED, RK_REASON_WAIVED, 0);
    else if (paid == RK_STATE_PAYMENT_REVERSED) /* never lapses by itself */
        set(apps, row, paid, (rk_reason)apps->reason[row], 0);
    else
        judge_unpaid(x, apps, row, before);
}

void rk_expire_run(const rk_expiry *x, rk_world *world)
{
    rk_applications *apps = &world->applications;
    const rk_applications *before = &world->before.applications;
    int threads = rk_threads_for(apps->batch.count, x->threads);
#pragma omp parallel for num_threads(threads) schedule(dynamic, RK_ROWS_A_THREAD)
    for (size_t row = 0; row < apps->batch.count; row++)
        judge(x, apps, row, before);
}
