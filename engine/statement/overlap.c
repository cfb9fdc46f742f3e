#include "statement/overlap.h"

#include <stdlib.h>

void rk_ledger_free(rk_ledger *ledger)
{
    free(ledger->rows);
    ledger->rows = NULL;
    ledger->count = 0;
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_texts(const rk_texts *texts, rk_text a, rk_text b)
{
    return rk_slice_compare(rk_texts_get(texts, a), rk_texts_get(texts, b));
}

static int compare(const rk_ledger *ledger, const rk_ledger_row *a, const rk_ledger_row *b)
{
    const rk_entries *x = a->of, *y = b->of;
    uint32_t i = a->row, j = b->row;
    int by = compare_i64(x->account[i], y->account[j]);
    by = by ? by : compare_i64(x->booked_on[i], y->booked_on[j]);
    by = by ? by : compare_i64(x->amount_minor[i], y->amount_minor[j]);
    by = by ? by : compare_i64(x->paid_from[i], y->paid_from[j]);
    if (by == 0 && ledger->balances)
        by = compare_i64(x->balance[i], y->balance[j]);
    by = by ? by : compare_texts(ledger->texts, x->narrative[i], y->narrative[j]);
    return by ? by : compare_texts(ledger->texts, x->reference[i], y->reference[j]);
}

static int in_order(const void *a, const void *b, void *context)
{
    const rk_ledger_row *x = a, *y = b;
    int by = compare(context, x, y);
    return by ? by : (x->row > y->row) - (x->row < y->row);
}

static rk_ledger_row *sorted(const rk_ledger *ledger, const rk_entries *entries, size_t from,
                             size_t count, uint32_t source)
{
    rk_ledger_row *rows = rk_alloc(count + 1, sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = (rk_ledger_row){entries, (uint32_t)(from + i), source};
    qsort_r(rows, count, sizeof *rows, in_order, (void *)(uintptr_t)ledger);
    return rows;
}

void rk_ledger_add(rk_ledger *ledger, const rk_entries *entries, size_t from, size_t count,
                   uint32_t source)
{
    rk_ledger_row *more = sorted(ledger, entries, from, count, source);
    rk_ledger_row *all = rk_alloc(ledger->count + count + 1, sizeof *all);
    size_t i = 0, j = 0, total = 0;
    while (i < ledger->count || j < count) {
        int by = i == ledger->count ? 1
                 : j == count       ? -1
                                    : compare(ledger, &ledger->rows[i], &more[j]);
        all[total++] = by <= 0 ? ledger->rows[i] : more[j];
        i += by <= 0;
        j += by >= 0;
    }
    free(more);
    free(ledger->rows);
    ledger->rows = all;
    ledger->count = total;
}

static bool tells_of(const rk_ledger_row *rows, size_t count, rk_name account)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        rk_name here = rows[middle].of->account[rows[middle].row];
        if (here == account)
            return true;
        if (here < account)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

const rk_ledger_row *rk_ledger_align(const rk_ledger *ledger, const rk_entries *entries,
                                     size_t from, size_t count, rk_name of, rk_day first,
                                     rk_day last, bool *known)
{
    rk_ledger_row *rows = sorted(ledger, entries, from, count, 0);
    const rk_ledger_row *missing = NULL;
    size_t j = 0;
    for (size_t i = 0; i < ledger->count; i++) {
        const rk_ledger_row *wanted = &ledger->rows[i];
        int by = -1;
        while (j < count && (by = compare(ledger, &rows[j], wanted)) < 0)
            j++;
        rk_day on = wanted->of->booked_on[wanted->row];
        rk_name account = wanted->of->account[wanted->row];
        if (j < count && by == 0)
            known[rows[j++].row] = true;
        else if (!missing && on >= first && on <= last &&
                 (account == of || tells_of(rows, count, account)))
            missing = wanted;
    }
    free(rows);
    return missing;
}
