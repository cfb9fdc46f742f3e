#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xml.h"
#include "base/zip.h"
#include "report/xlsx.h"

/* What libxlsxwriter makes stays far below these. */
enum { MEMBERS_MAX = 4096, DEPTH_MAX = 64 };
#define PART_BYTES_MAX ((size_t)4 << 30)

static const rk_xml_caps caps = {PART_BYTES_MAX, DEPTH_MAX};

typedef struct reader {
    const rk_plan *plan;
    rk_zip *zip;
    rk_buffer part;    /* the part that was read last */
    rk_buffer strings; /* shared strings, one after the other */
    size_t *ends;      /* where each of them ends */
    size_t string_count, string_capacity;
    rk_error *err;
} reader;

/* ---- reading ---- */

static bool read_part(reader *r, const char *name)
{
    size_t member = rk_zip_find(r->zip, rk_slice_of(name));
    if (member == SIZE_MAX)
        return rk_fail(r->err, RK_FILE, "part \"%s\" is missing", name);
    rk_buffer_clear(&r->part);
    return rk_zip_read(r->zip, member, PART_BYTES_MAX, &r->part, r->err);
}

/* Undoes "_x005F_" (an underscore) and nothing else: no other escape is ever written, since no control
 * character is. */
static void append_plain(rk_buffer *out, size_t start)
{
    rk_slice escape = RK_S("_x005F_");
    char *from = out->bytes + start, *to = from, *end = out->bytes + out->len;
    while (from < end) {
        if ((size_t)(end - from) >= escape.len && memcmp(from, escape.at, escape.len) == 0) {
            *to++ = '_';
            from += escape.len;
        } else {
            *to++ = *from++;
        }
    }
    out->len = (size_t)(to - out->bytes);
}

typedef struct string_context {
    reader *reader;
    bool in_text;
} string_context;

static bool strings_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    string_context *s = context;
    (void)attributes;
    if (!rk_slice_is(name, "sst") && !rk_slice_is(name, "si") && !rk_slice_is(name, "t"))
        return rk_xml_fail(xml, "shared strings have an unknown element");
    s->in_text = rk_slice_is(name, "t");
    return true;
}

static bool strings_end(void *context, rk_xml *xml, rk_slice name)
{
    string_context *s = context;
    reader *r = s->reader;
    (void)xml;
    s->in_text = false;
    if (!rk_slice_is(name, "si"))
        return true;
    append_plain(&r->strings, r->string_count ? r->ends[r->string_count - 1] : 0);
    r->ends = rk_grow(r->ends, &r->string_capacity, r->string_count + 1, sizeof *r->ends);
    r->ends[r->string_count++] = r->strings.len;
    return true;
}

static bool strings_text(void *context, rk_xml *xml, rk_slice text)
{
    string_context *s = context;
    (void)xml;
    if (s->in_text)
        rk_buffer_slice(&s->reader->strings, text);
    return true;
}

static bool read_strings(reader *r)
{
    if (rk_zip_find(r->zip, RK_S("xl/sharedStrings.xml")) == SIZE_MAX)
        return true; /* constant memory: texts stand in the sheets */
    string_context context = {.reader = r};
    rk_xml_handler handler = {&context, strings_start, strings_end, strings_text};
    return read_part(r, "xl/sharedStrings.xml") &&
           rk_xml_parse(rk_buffer_all(&r->part), &caps, &handler, r->err);
}

/* ---- names of the sheets ---- */

typedef struct names_context {
    const rk_plan *plan;
    size_t seen;
} names_context;

static bool names_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    names_context *n = context;
    if (!rk_slice_is(name, "sheet"))
        return true;
    rk_slice found = rk_xml_attribute(attributes, "name");
    if (n->seen >= n->plan->count || !rk_slice_equal(found, n->plan->sheets[n->seen]->name))
        return rk_xml_fail(xml, "sheet %zu is called \"%.*s\"", n->seen + 1, RK_FMT(found));
    n->seen++;
    return true;
}

static bool check_names(reader *r)
{
    names_context context = {.plan = r->plan};
    rk_xml_handler handler = {&context, names_start, NULL, NULL};
    if (!read_part(r, "xl/workbook.xml") ||
        !rk_xml_parse(rk_buffer_all(&r->part), &caps, &handler, r->err))
        return false;
    return context.seen == r->plan->count ||
           rk_fail(r->err, RK_FILE, "%zu sheets were read back, %zu were meant", context.seen,
                   r->plan->count);
}

/* ---- cells, in order, against the plan in the same order ---- */

typedef struct cells_context {
    reader *reader;
    const rk_plan_sheet *sheet;
    /* the next cell that is meant */
    size_t next;      /* of sheet->cells */
    size_t item;      /* of the list */
    size_t in_row;    /* of its cells */
    bool row_is_full; /* `row` holds `item` */
    rk_row row;
    /* the cell that is being read */
    char place[16], type[12];
    enum { OUTSIDE, IN_FORMULA, IN_VALUE, IN_STRING } where;
    bool has_formula, has_value;
    rk_buffer formula, value;
} cells_context;

/* The next cell with content that is meant, and its place; NULL at the end. */
static const rk_cell *peek(cells_context *c, uint32_t *row, size_t *column)
{
    for (; c->next < c->sheet->cell_count; c->next++) {
        const rk_placed *placed = &c->sheet->cells[c->next];
        if (placed->cell.kind == RK_CELL_BLANK)
            continue;
        *row = placed->row;
        *column = placed->column;
        return &placed->cell;
    }
    for (; c->item < c->sheet->list_count; c->item++, c->in_row = 0, c->row_is_full = false) {
        if (!c->row_is_full)
            c->sheet->fill(c->sheet->context, c->sheet->list_from + c->item, &c->row);
        c->row_is_full = true;
        for (; c->in_row < c->row.count; c->in_row++) {
            if (c->row.cells[c->in_row].kind == RK_CELL_BLANK)
                continue;
            *row = c->sheet->list_row + (uint32_t)c->item;
            *column = c->in_row;
            return &c->row.cells[c->in_row];
        }
    }
    return NULL;
}

static void advance(cells_context *c)
{
    if (c->next < c->sheet->cell_count)
        c->next++;
    else
        c->in_row++;
}

/* The number as it is written, with 16 digits: what can be asked to come back. */
static double written(double number)
{
    char text[40];
    snprintf(text, sizeof text, "%.16G", number);
    return strtod(text, NULL);
}

static bool is_number(const rk_buffer *value, double number)
{
    char text[48];
    char *end;
    if (value->len == 0 || value->len >= sizeof text || !isfinite(number))
        return false;
    memcpy(text, value->bytes, value->len);
    text[value->len] = '\0';
    double found = strtod(text, &end);
    return *end == '\0' && found == written(number);
}

static bool is_text(cells_context *c, rk_slice text)
{
    rk_slice found = rk_buffer_all(&c->value);
    if (strcmp(c->type, "inlineStr") == 0) {
        append_plain(&c->value, 0);
        return rk_slice_equal(rk_buffer_all(&c->value), text);
    }
    uint64_t number = 0;
    const reader *r = c->reader;
    if (strcmp(c->type, "s") != 0 || !rk_slice_to_u64(found, &number) || number >= r->string_count)
        return false;
    size_t from = number ? r->ends[number - 1] : 0;
    return rk_slice_equal((rk_slice){r->strings.bytes + from, r->ends[number] - from}, text);
}

static bool is_cell(cells_context *c, const rk_cell *cell)
{
    switch ((rk_cell_kind)cell->kind) {
    case RK_CELL_TEXT:
    case RK_CELL_LINK:
        return !c->has_formula && is_text(c, cell->text);
    case RK_CELL_NUMBER:
        return !c->has_formula && c->type[0] == '\0' && is_number(&c->value, cell->number);
    case RK_CELL_FORMULA:
        return c->has_formula && c->type[0] == '\0' &&
               rk_slice_equal(rk_buffer_all(&c->formula), cell->text) &&
               is_number(&c->value, cell->number);
    default:
        return false;
    }
}

static bool check_cell(cells_context *c, rk_xml *xml)
{
    uint32_t row = 0;
    size_t column = 0;
    char place[24];
    const rk_cell *cell = peek(c, &row, &column);
    if (!cell)
        return rk_xml_fail(xml, "cell %s was not meant", c->place);
    rk_plan_place(row, column, place);
    if (strcmp(place, c->place) != 0)
        return rk_xml_fail(xml, "cell %s was read back where %s was meant", c->place, place);
    if (!is_cell(c, cell))
        return rk_xml_fail(xml, "cell %s does not hold what was meant", place);
    advance(c);
    return true;
}

static bool copy_attribute(const char **attributes, const char *name, char *out, size_t size)
{
    rk_slice value = rk_xml_attribute(attributes, name);
    if (value.len >= size)
        return false;
    if (value.len)
        memcpy(out, value.at, value.len);
    out[value.len] = '\0';
    return true;
}

static bool cells_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    cells_context *c = context;
    if (rk_slice_is(name, "c")) {
        rk_buffer_clear(&c->formula);
        rk_buffer_clear(&c->value);
        c->has_formula = c->has_value = false;
        if (!copy_attribute(attributes, "r", c->place, sizeof c->place) ||
            !copy_attribute(attributes, "t", c->type, sizeof c->type))
            return rk_xml_fail(xml, "a cell has no place or no type");
    } else if (rk_slice_is(name, "f")) {
        c->where = IN_FORMULA;
        c->has_formula = true;
    } else if (rk_slice_is(name, "v")) {
        c->where = IN_VALUE;
        c->has_value = true;
    } else if (rk_slice_is(name, "t")) {
        c->where = IN_STRING;
        c->has_value = true;
    }
    return true;
}

static bool cells_end(void *context, rk_xml *xml, rk_slice name)
{
    cells_context *c = context;
    c->where = OUTSIDE;
    if (rk_slice_is(name, "c") && (c->has_value || c->has_formula))
        return check_cell(c, xml);
    return true;
}

static bool cells_text(void *context, rk_xml *xml, rk_slice text)
{
    cells_context *c = context;
    (void)xml;
    if (c->where == IN_FORMULA)
        rk_buffer_slice(&c->formula, text);
    else if (c->where != OUTSIDE)
        rk_buffer_slice(&c->value, text);
    return true;
}

static bool check_sheet(reader *r, size_t number)
{
    char part[64], place[24];
    snprintf(part, sizeof part, "xl/worksheets/sheet%zu.xml", number + 1);
    cells_context context = {.reader = r, .sheet = r->plan->sheets[number]};
    rk_xml_handler handler = {&context, cells_start, cells_end, cells_text};
    uint32_t row = 0;
    size_t column = 0;
    bool good =
        read_part(r, part) && rk_xml_parse(rk_buffer_all(&r->part), &caps, &handler, r->err);
    if (good && peek(&context, &row, &column))
        good = rk_fail(r->err, RK_FILE, "cell %s is missing", rk_plan_place(row, column, place));
    rk_row_free(&context.row);
    rk_buffer_free(&context.formula);
    rk_buffer_free(&context.value);
    return good;
}

/* ---- all parts: well-formed, and their digest ---- */

/* Parts that are parsed for their content anyway. */
static bool is_parsed_later(rk_slice name)
{
    return rk_slice_starts(name, RK_S("xl/worksheets/sheet")) ||
           rk_slice_is(name, "xl/sharedStrings.xml") || rk_slice_is(name, "xl/workbook.xml");
}

static bool check_parts(reader *r, rk_digest *parts)
{
    rk_digest_state *digest = rk_digest_begin();
    rk_xml_handler nothing = {0};
    bool good = true;
    for (size_t i = 0; i < rk_zip_count(r->zip) && good; i++) {
        rk_slice name = rk_zip_name(r->zip, i);
        char length[32];
        rk_buffer_clear(&r->part);
        good = rk_zip_read(r->zip, i, PART_BYTES_MAX, &r->part, r->err) &&
               (is_parsed_later(name) ||
                rk_xml_parse(rk_buffer_all(&r->part), &caps, &nothing, r->err));
        if (!good)
            break;
        snprintf(length, sizeof length, "%zu", r->part.len);
        rk_digest_add(digest, (rk_slice){name.at, name.len + 1}); /* with its NUL */
        rk_digest_add(digest, (rk_slice){length, strlen(length) + 1});
        rk_digest_add(digest, rk_buffer_all(&r->part));
    }
    *parts = rk_digest_end(digest);
    return good;
}

/* "harian: sheet Selisih: cell B7 does not hold what was meant" */
static bool name_place(reader *r, const char *sheet)
{
    rk_error cause = *r->err;
    rk_fail(r->err, RK_FILE, "read back: %s%s%s", sheet ? sheet : "", sheet ? ": " : "",
            cause.message);
    return false;
}

bool rk_xlsx_read_back(const rk_plan *plan, rk_slice bytes, rk_digest *parts, rk_error *err)
{
    reader r = {.plan = plan, .err = err};
    r.zip = rk_zip_open(bytes, MEMBERS_MAX, err);
    bool good = r.zip && check_parts(&r, parts) && read_strings(&r) && check_names(&r);
    if (!good)
        name_place(&r, NULL);
    for (size_t i = 0; i < plan->count && good; i++) {
        good = check_sheet(&r, i);
        if (!good)
            name_place(&r, plan->sheets[i]->name.at);
    }
    rk_zip_close(r.zip);
    rk_buffer_free(&r.part);
    rk_buffer_free(&r.strings);
    free(r.ends);
    return good;
}
