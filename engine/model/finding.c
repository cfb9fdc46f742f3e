#include "model/finding.h"

#include <stdlib.h>

#include "base/digest.h"
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
    {"settled", RK_TYPE_U8, offsetof(rk_findings, settled), RK_COLUMN_SPARSE},
    {"case_id", RK_TYPE_TEXT, offsetof(rk_findings, case_id), RK_COLUMN_SPARSE},
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
    [RK_MISSING_IN_SOURCE] = "missing_in_source",
    [RK_NOT_APPLIED] = "not_applied",
    [RK_CONTROL_FAILED] = "control_failed",
    [RK_HOLD_STAYS] = "hold_stays",
};

const char *rk_finding_name(rk_finding_kind kind)
{
    return kind_names[kind] ? kind_names[kind] : "";
}

/* ---- ids ---- */

enum { DAY_DIGITS = 8 };

void rk_finding_id_put(rk_finding_kind kind, rk_slice office, rk_day day, rk_buffer *out)
{
    rk_civil civil = rk_civil_of(day);
    rk_buffer_printf(out, "T%d-", (int)kind);
    rk_buffer_slice(out, rk_slice_is(office, "-") ? RK_S("tanpa-kantor") : office);
    rk_buffer_printf(out, "-%04d%02d%02d", civil.year, civil.month, civil.day);
}

static bool parse_day(rk_slice digits, rk_day *day)
{
    char text[DAY_DIGITS + 2];
    uint64_t number;
    if (!rk_slice_to_u64(digits, &number))
        return false;
    memcpy(text, digits.at, 4);
    text[4] = text[7] = '-';
    memcpy(text + 5, digits.at + 4, 2);
    memcpy(text + 8, digits.at + 6, 2);
    return rk_day_parse((rk_slice){text, sizeof text}, day);
}

bool rk_finding_id_parse(rk_slice id, rk_finding_kind *kind, rk_slice *office, rk_day *day)
{
    rk_slice rest = id, head;
    uint64_t number;
    if (!rk_slice_cut(&rest, '-', &head) || head.len < 2 || head.at[0] != 'T' ||
        !rk_slice_to_u64((rk_slice){head.at + 1, head.len - 1}, &number) || number == 0 ||
        number >= RK_FINDINGS || rest.len < DAY_DIGITS + 2 ||
        rest.at[rest.len - DAY_DIGITS - 1] != '-' ||
        !parse_day((rk_slice){rest.at + rest.len - DAY_DIGITS, DAY_DIGITS}, day))
        return false;
    *kind = (rk_finding_kind)number;
    *office = (rk_slice){rest.at, rest.len - DAY_DIGITS - 1};
    if (rk_slice_is(*office, "tanpa-kantor"))
        *office = RK_S("-");
    return true;
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

/* Each is a line of its own: `application` is a channel or a file. */
static bool is_alone(rk_finding_kind kind)
{
    return kind == RK_CONTROL_FAILED || kind == RK_HOLD_STAYS;
}

static void put_id(const rk_texts *texts, rk_text id, uint32_t number, rk_buffer *ids)
{
    if (number >= IDS_SHOWN)
        return;
    rk_buffer_text(ids, number ? ", " : "");
    rk_buffer_slice(ids, rk_texts_get(texts, id));
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

/* The same as long as the line is: it does not hang on what the line holds. */
static rk_text case_of(const rk_findings *lines, size_t line, const rk_names *names,
                       rk_texts *texts)
{
    char hex[RK_DIGEST_HEX + 1];
    rk_buffer text = {0};
    bool alone = is_alone((rk_finding_kind)lines->kind[line]);
    if (!rk_finding_asks((rk_finding_kind)lines->kind[line]))
        return 0;
    rk_buffer_printf(&text, "%s\t%.*s\t", rk_finding_name((rk_finding_kind)lines->kind[line]),
                     RK_FMT(rk_names_text(names, lines->office[line])));
    rk_day_put(&text, lines->day[line]);
    rk_buffer_char(&text, '\t');
    if (alone)
        rk_buffer_slice(&text, rk_texts_get(texts, lines->application[line]));
    rk_digest digest = rk_digest_of(rk_buffer_all(&text));
    rk_buffer_clear(&text);
    rk_buffer_printf(&text, "K-%.10s", rk_digest_hex(&digest, hex));
    rk_text id = rk_texts_add(texts, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return id;
}

static rk_text end_list(rk_texts *texts, uint32_t count, rk_buffer *list)
{
    if (count > IDS_SHOWN)
        rk_buffer_text(list, ", ...");
    rk_text text = rk_texts_add(texts, rk_buffer_all(list));
    rk_buffer_clear(list);
    return text;
}

/* Of a slot that two have, the other ones are named in the same order. */
static void end_line(rk_findings *lines, const rk_names *names, rk_texts *texts, rk_buffer *ids,
                     rk_buffer *others)
{
    size_t line = lines->batch.count - 1;
    if (lines->batch.count == 0)
        return;
    lines->case_id[line] = case_of(lines, line, names, texts);
    lines->application[line] = end_list(texts, lines->count[line], ids);
    rk_text both = end_list(texts, lines->count[line], others);
    if (lines->kind[line] == RK_SLOT_CONFLICT && !rk_finding_is_absence(lines, line))
        lines->said[line] = both;
}

void rk_findings_fold(const rk_findings *f, rk_day night, const rk_names *names, rk_texts *texts,
                      rk_findings *lines)
{
    rk_buffer ids = {0}, others = {0};
    for (size_t row = 0; row < f->batch.count; row++) {
        size_t line = lines->batch.count - 1; /* the open one, when there is any */
        if (f->first_seen[row] > night || f->settled[row])
            continue;
        bool is_new = lines->batch.count == 0 || lines->kind[line] != f->kind[row] ||
                      lines->office[line] != f->office[row] || lines->day[line] != f->day[row] ||
                      is_alone((rk_finding_kind)f->kind[row]);
        if (is_new) {
            end_line(lines, names, texts, &ids, &others);
            line = rk_batch_append(&lines->batch);
            rk_batch_copy_row(&f->batch, row, &lines->batch, line);
        } else {
            add_to_line(f, row, texts, lines, line);
        }
        put_id(texts, f->application[row], lines->count[line] - 1, &ids);
        put_id(texts, f->said[row], lines->count[line] - 1, &others);
    }
    end_line(lines, names, texts, &ids, &others);
    rk_buffer_free(&ids);
    rk_buffer_free(&others);
}

/* ---- found by application ---- */

typedef struct rk_finding_key {
    uint64_t hash;
    uint32_t row;
} rk_finding_key;

static int by_hash(const void *a, const void *b)
{
    const rk_finding_key *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

rk_finding_index rk_finding_index_of(const rk_findings *f, const rk_texts *texts)
{
    rk_finding_index index = {.of = f, .count = f->batch.count};
    index.keys = rk_alloc(index.count + 1, sizeof *index.keys);
    for (size_t row = 0; row < index.count; row++)
        index.keys[row] = (rk_finding_key){rk_slice_hash(rk_texts_get(texts, f->application[row])),
                                           (uint32_t)row};
    qsort(index.keys, index.count, sizeof *index.keys, by_hash);
    return index;
}

void rk_finding_index_free(rk_finding_index *index)
{
    free(index->keys);
    *index = (rk_finding_index){0};
}

size_t rk_finding_next(const rk_finding_index *index, const rk_texts *texts, rk_finding_kind kind,
                       rk_slice application, size_t *at)
{
    uint64_t hash = rk_slice_hash(application);
    size_t low = 0, high = index->count;
    while (*at == 0 && low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->keys[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = *at ? *at : low; i < index->count && index->keys[i].hash == hash; i++) {
        uint32_t row = index->keys[i].row;
        *at = i + 1;
        if (index->of->kind[row] == kind &&
            rk_slice_equal(rk_texts_get(texts, index->of->application[row]), application))
            return row;
    }
    return SIZE_MAX;
}
