#include "model/finding.h"

#include <stdlib.h>

#include "model/money.h"

enum { IDS_SHOWN = 5 };

#define COLUMN(name, type, member) \
    { \
        name, type, offsetof(rk_findings, member), 0 \
    }

static const rk_column columns[] = {
    COLUMN("kind", RK_TYPE_U8, kind),
    COLUMN("office", RK_TYPE_NAME, office),
    COLUMN("day", RK_TYPE_DAY, day),
    COLUMN("first_seen", RK_TYPE_DAY, first_seen),
    COLUMN("application", RK_TYPE_TEXT, application),
    COLUMN("expected", RK_TYPE_MONEY, expected),
    COLUMN("found", RK_TYPE_MONEY, found),
    COLUMN("said", RK_TYPE_TEXT, said),
    COLUMN("count", RK_TYPE_U32, count),
};

static const char *const kind_names[RK_FINDINGS] = {
    [RK_FINDING_NONE] = "",
    [RK_TARIFF_DIFFERS] = "tariff_differs",
    [RK_ISSUED_UNPAID] = "issued_unpaid",
    [RK_PAID_NOT_ISSUED] = "paid_not_issued",
    [RK_ATTENDED_UNPAID] = "attended_unpaid",
    [RK_ISSUED_TWICE] = "issued_twice",
    [RK_NOT_COLLECTED] = "not_collected",
    [RK_UNKNOWN_OFFICE] = "unknown_office",
    [RK_SLOT_CONFLICT] = "slot_conflict",
    [RK_NIK_WARNING] = "nik_implausible",
};

const char *rk_finding_name(rk_finding_kind kind)
{
    return kind_names[kind];
}

void rk_findings_init(rk_findings *findings)
{
    rk_batch_init(&findings->batch, columns, sizeof columns / sizeof *columns, 16, UINT64_MAX);
}

/* ---- order ---- */

typedef struct sorting {
    const rk_findings *of;
    const rk_names *names;
    const rk_texts *texts;
} sorting;

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b, void *context)
{
    const sorting *s = context;
    const rk_findings *f = s->of;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = compare_i64(f->kind[x], f->kind[y]);
    if (!order && f->office[x] != f->office[y])
        order = rk_slice_compare(rk_names_text(s->names, f->office[x]),
                                 rk_names_text(s->names, f->office[y]));
    if (!order)
        order = compare_i64(f->day[x], f->day[y]);
    return order ? order
                 : rk_slice_compare(rk_texts_get(s->texts, f->application[x]),
                                    rk_texts_get(s->texts, f->application[y]));
}

void rk_findings_sort(rk_findings *findings, const rk_names *names, const rk_texts *texts)
{
    size_t count = findings->batch.count;
    uint32_t *rows = rk_alloc(count + 1, sizeof *rows);
    sorting context = {findings, names, texts};
    rk_findings sorted;
    for (size_t i = 0; i < count; i++)
        rows[i] = (uint32_t)i;
    if (count > 1)
        qsort_r(rows, count, sizeof *rows, by_place, &context);
    rk_findings_init(&sorted);
    rk_batch_reserve(&sorted.batch, count);
    for (size_t i = 0; i < count; i++)
        rk_batch_copy_row(&findings->batch, rows[i], &sorted.batch, rk_batch_append(&sorted.batch));
    free(rows);
    rk_batch_free(&findings->batch);
    *findings = sorted;
}

/* ---- lines ---- */

static rk_money sum_of(rk_money a, rk_money b)
{
    return a == RK_NO_MONEY || b == RK_NO_MONEY || !rk_money_add(&a, b) ? RK_NO_MONEY : a;
}

static void put_id(const rk_findings *f, size_t row, const rk_texts *texts, uint32_t number,
                   rk_buffer *ids)
{
    if (number >= IDS_SHOWN)
        return;
    rk_buffer_text(ids, number ? ", " : "");
    rk_buffer_slice(ids, rk_texts_get(texts, f->application[row]));
}

static void add_to_line(const rk_findings *f, size_t row, const rk_texts *texts, rk_findings *lines,
                        size_t line)
{
    lines->count[line]++;
    lines->expected[line] = sum_of(lines->expected[line], f->expected[row]);
    lines->found[line] = sum_of(lines->found[line], f->found[row]);
    if (f->first_seen[row] < lines->first_seen[line])
        lines->first_seen[line] = f->first_seen[row];
    if (!rk_slice_equal(rk_texts_get(texts, lines->said[line]), rk_texts_get(texts, f->said[row])))
        lines->said[line] = 0;
}

static void end_line(rk_findings *lines, rk_texts *texts, rk_buffer *ids)
{
    size_t line = lines->batch.count - 1;
    if (lines->batch.count == 0)
        return;
    if (lines->count[line] > IDS_SHOWN)
        rk_buffer_text(ids, ", ...");
    lines->application[line] = rk_texts_add(texts, rk_buffer_all(ids));
    rk_buffer_clear(ids);
}

void rk_findings_fold(const rk_findings *f, rk_day night, rk_texts *texts, rk_findings *lines)
{
    rk_buffer ids = {0};
    for (size_t row = 0; row < f->batch.count; row++) {
        size_t line = lines->batch.count - 1; /* the open one, when there is any */
        if (f->first_seen[row] > night)
            continue;
        bool is_new = lines->batch.count == 0 || lines->kind[line] != f->kind[row] ||
                      lines->office[line] != f->office[row] || lines->day[line] != f->day[row];
        if (is_new) {
            end_line(lines, texts, &ids);
            line = rk_batch_append(&lines->batch);
            rk_batch_copy_row(&f->batch, row, &lines->batch, line);
        } else {
            add_to_line(f, row, texts, lines, line);
        }
        put_id(f, row, texts, lines->count[line] - 1, &ids);
    }
    end_line(lines, texts, &ids);
    rk_buffer_free(&ids);
}
