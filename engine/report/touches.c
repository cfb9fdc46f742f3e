/* Which facts change what a workbook says: those that do not cancel out in what its measures look at. */
#include <stdlib.h>

#include "report/desk.h"

enum { KEY_MOST = RK_DIM_PROVINCE + RK_DATE_BASES };

/* What a workbook asks of the facts of a kind that it counts on the days of one basis: dimensions that facts keep, and
 * further days that it looks at; as bits. What stands on a day are those received up to it. */
typedef struct asked {
    bool any[RK_CUBE_KINDS][RK_DATE_BASES];
    uint32_t dimensions[RK_CUBE_KINDS][RK_DATE_BASES], bases[RK_CUBE_KINDS][RK_DATE_BASES];
    rk_day from, until; /* of flows; what stands has no first day */
} asked;

static uint32_t bit_of(rk_dimension dimension)
{
    if (dimension == RK_DIM_CHANNEL_KIND)
        dimension = RK_DIM_CHANNEL;
    if (dimension == RK_DIM_VERDICT)
        dimension = RK_DIM_OUTCOME;
    return dimension < RK_DIM_PROVINCE ? (uint32_t)1 << dimension : 0; /* offices are cut apart */
}

static uint32_t bits_of(const rk_where *wheres, size_t count)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits |= bit_of(wheres[i].dimension);
    return bits;
}

static void add(asked *a, rk_fact_kind kind, rk_date_basis basis, uint32_t dimensions,
                uint32_t bases)
{
    a->any[kind][basis] = true;
    a->dimensions[kind][basis] |= dimensions;
    a->bases[kind][basis] |= bases | (uint32_t)1 << basis;
}

static void add_measure(asked *a, const rk_reports *reports, size_t number, uint32_t dimensions)
{
    const rk_measure *m = &reports->measures[number];
    if (m->kind == RK_MEASURE_RATIO) {
        add_measure(a, reports, m->numerator, dimensions);
        add_measure(a, reports, m->denominator, dimensions);
        return;
    }
    rk_date_basis basis = m->stock == RK_FLOW ? m->on : RK_ON_RECEIVED;
    dimensions |= bits_of(m->wheres, m->where_count);
    add(a, m->of, basis, dimensions, m->outside ? (uint32_t)1 << (m->outside - 1) : 0);
}

static void add_block(asked *a, const rk_reports *reports, const rk_block *block)
{
    uint32_t dimensions = bit_of(block->across) | bits_of(block->wheres, block->where_count);
    for (size_t i = 0; i < block->row_count; i++)
        dimensions |= bit_of(block->rows[i].dimension);
    for (size_t i = 0; i < block->column_count; i++)
        add_measure(a, reports, block->columns[i].measure, dimensions);
}

/* The sum that a list must have, and what channels still owe. */
static void add_rest(asked *a, const rk_sheet *sheet)
{
    uint32_t dimensions = bits_of(sheet->wheres, sheet->where_count);
    add(a, RK_FACT_ENTRY, RK_ON_BOOKED, dimensions, 0);
    add(a, RK_FACT_CASE, RK_ON_RECEIVED, dimensions, 0);
    add(a, RK_FACT_SETTLEMENT, RK_ON_RECEIVED, bit_of(RK_DIM_CHANNEL) | bit_of(RK_DIM_PART),
        (uint32_t)1 << RK_ON_BOOKED);
}

static asked asked_by(const rk_books_input *input, const rk_workbook *workbook)
{
    asked a = {.from = rk_books_reach(input), .until = input->night};
    for (size_t s = 0; s < workbook->sheet_count; s++) {
        add_rest(&a, &workbook->sheets[s]);
        for (size_t b = 0; b < workbook->sheets[s].block_count; b++)
            add_block(&a, &input->rules->reports, &workbook->sheets[s].blocks[b]);
    }
    return a;
}

/* ---- rows ---- */

/* What the workbook sees of a fact by one basis. */
typedef struct seen {
    int32_t slice, kind, basis, keys[KEY_MOST];
    rk_money count, amount;
} seen;

static bool is_counted(const rk_facts *f, const asked *a, rk_date_basis basis, size_t row)
{
    rk_day day = rk_fact_day(f, basis, row);
    bool stands = basis == RK_ON_RECEIVED; /* or flows: then it is looked at in vain */
    return f->kind[row] < RK_CUBE_KINDS && a->any[f->kind[row]][basis] && day != RK_NO_DAY &&
           day <= a->until && (stands || day >= a->from);
}

static seen see(const rk_desk *desk, const asked *a, rk_date_basis basis, size_t row)
{
    const rk_facts *f = desk->input->flows;
    uint8_t kind = f->kind[row];
    size_t used = 0;
    seen s;
    memset(&s, 0, sizeof s);
    s.slice = (int32_t)desk->maps.slice[f->office[row]];
    s.kind = kind;
    s.basis = (int32_t)basis;
    for (int other = 0; other < RK_DATE_BASES; other++)
        if (a->bases[kind][basis] >> other & 1)
            s.keys[used++] = rk_fact_day(f, (rk_date_basis)other, row);
    for (int dimension = 0; dimension < RK_DIM_PROVINCE; dimension++)
        if (a->dimensions[kind][basis] >> dimension & 1)
            s.keys[used++] = rk_fact_key(f, (rk_dimension)dimension, row);
    s.count = f->count[row];
    s.amount = f->amount[row];
    return s;
}

static int compare_seen(const void *a, const void *b)
{
    return memcmp(a, b, offsetof(seen, count));
}

/* Those that are alike are one change; what cannot be added is one, too. */
static void note_slices(const seen *rows, size_t count, bool *slices)
{
    for (size_t i = 0, next; i < count; i = next) {
        rk_money sum = 0, amount = 0;
        bool adds = true;
        for (next = i; next < count && compare_seen(&rows[i], &rows[next]) == 0; next++)
            adds = adds && rk_money_add(&sum, rows[next].count) &&
                   rk_money_add(&amount, rows[next].amount);
        if (sum || amount || !adds)
            slices[rows[i].slice] = true;
    }
}

void rk_desk_touched(const rk_desk *desk, const rk_workbook *workbook, size_t first, uint32_t floor,
                     bool *slices)
{
    const rk_facts *f = desk->input->flows;
    asked a = asked_by(desk->input, workbook);
    size_t count = 0, capacity = 0;
    seen *rows = NULL;
    memset(slices, 0, desk->slice_count * sizeof *slices);
    for (size_t row = first; row < f->batch.count; row++)
        for (int basis = 0; f->cause[row] >= floor && basis < RK_DATE_BASES; basis++) {
            if (!is_counted(f, &a, (rk_date_basis)basis, row))
                continue;
            rows = rk_grow(rows, &capacity, count + 1, sizeof *rows);
            rows[count++] = see(desk, &a, (rk_date_basis)basis, row);
        }
    if (count > 1)
        qsort(rows, count, sizeof *rows, compare_seen);
    note_slices(rows, count, slices);
    free(rows);
}
