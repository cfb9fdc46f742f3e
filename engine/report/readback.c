#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xml.h"
#include "base/zip.h"
#include "report/parts.h"
#include "report/styles.h"
#include "report/xlsx.h"

/* What libxlsxwriter makes stays far below these. */
enum { MEMBERS_MAX = 4096, DEPTH_MAX = 64, KNOWN_BYTES_MAX = 1 << 20 };
#define PART_BYTES_MAX ((size_t)4 << 30)

static const rk_xml_caps caps = {PART_BYTES_MAX, DEPTH_MAX};

typedef struct reader {
    const rk_plan *plan;
    rk_zip *zip;
    rk_parts parts;
    rk_buffer strings; /* shared strings, one after the other */
    size_t *ends;      /* where each of them ends */
    size_t string_count, string_capacity;
    rk_styles_seen styles;
    bool is_long;
    rk_digest_state *digest;
    rk_error *err;
} reader;

/* ---- one part as a stream: into the parser, and into the digest ---- */

typedef struct stream {
    rk_xml *xml; /* NULL: it was parsed before */
    rk_digest_state *digest;
} stream;

static bool take_piece(void *context, rk_slice piece)
{
    stream *s = context;
    if (s->digest)
        rk_digest_add(s->digest, piece);
    return !s->xml || rk_xml_feed(s->xml, piece, false);
}

static bool read_part(reader *r, size_t member, const rk_xml_handler *handler,
                      rk_digest_state *digest)
{
    stream s = {.digest = digest};
    if (handler)
        s.xml = rk_xml_open_plain(&caps, handler, r->err);
    bool good = rk_zip_stream(r->zip, member, take_piece, &s, r->err) &&
                (!s.xml || rk_xml_feed(s.xml, RK_S(""), true));
    rk_xml_close(s.xml);
    return good;
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

static bool read_strings(reader *r, size_t member)
{
    string_context context = {.reader = r};
    rk_xml_handler handler = {&context, strings_start, strings_end, strings_text};
    return member == SIZE_MAX || read_part(r, member, &handler, NULL);
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
    uint32_t style;
    enum { OUTSIDE, IN_FORMULA, IN_VALUE, IN_STRING } where;
    bool has_formula, has_value;
    rk_buffer formula, value;
    bool in_data;
    rk_retold frame;  /* all but the rows */
    rk_extent extent; /* of the cells, and of rows that have a height */
    /* rows of sixteen tell together from which column to which they reach: as was said, and as it is */
    uint32_t block;
    char spans[24];
    size_t span_from, span_last;
} cells_context;

/* A blank without a style is not written. */
static bool is_nothing(const rk_cell *cell)
{
    return cell->kind == RK_CELL_BLANK && cell->style == RK_STYLE_NONE;
}

/* The next cell that is meant, and its place; NULL at the end. */
static const rk_cell *peek(cells_context *c, uint32_t *row, size_t *column)
{
    for (; c->next < c->sheet->cell_count; c->next++) {
        const rk_placed *placed = &c->sheet->cells[c->next];
        if (is_nothing(&placed->cell))
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
            if (is_nothing(&c->row.cells[c->in_row]))
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

/* Digits with a point among them, or none, and no zero too many: most numbers are such, and are read without
 * the library. `digits` below 2^53 divided by a power of ten that a double holds exactly is what strtod gives.
 * Where that is not the number itself, 16 digits must be the nearest ones to it. */
static bool is_plain_number(const rk_buffer *value, double number)
{
    static const double powers[] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7, 1e8,
                                    1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16};
    const char *at = value->bytes, *end = at + value->len, *point = NULL;
    bool negative = *at == '-';
    at += negative;
    int64_t digits = 0;
    size_t count = 0;
    if (at == end || *at == '.' || (*at == '0' && at + 1 < end && at[1] != '.'))
        return false;
    for (; at < end && count <= 16; at++) {
        if (*at == '.' && !point) {
            point = at;
            continue;
        }
        if (*at < '0' || *at > '9')
            return false;
        digits = digits * 10 + (*at - '0');
        count += digits != 0; /* zeros in front are no digits of it */
    }
    size_t behind = point ? (size_t)(end - point) - 1 : 0;
    if (at < end || count > 16 || behind > 16 || digits > (int64_t)1 << 53 ||
        (point && (behind == 0 || end[-1] == '0')))
        return false;
    double found = (double)(negative ? -digits : digits) / powers[behind];
    if (found == number || count < 16)
        return found == number;
    long double off = (long double)number * (long double)powers[behind] -
                      (long double)(negative ? -digits : digits);
    return off < 0.499L && off > -0.499L;
}

static bool is_number(const rk_buffer *value, double number)
{
    char text[48], meant[48];
    char *end;
    if (value->len == 0 || value->len >= sizeof text || !isfinite(number))
        return false;
    if (is_plain_number(value, number))
        return true;
    /* 16 digits are written: that is what can be asked to come back */
    int len = snprintf(meant, sizeof meant, "%.16G", number);
    if ((size_t)len == value->len && memcmp(meant, value->bytes, value->len) == 0)
        return true;
    memcpy(text, value->bytes, value->len);
    text[value->len] = '\0';
    double found = strtod(text, &end);
    return *end == '\0' && found == strtod(meant, NULL);
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
    case RK_CELL_BLANK:
        return !c->has_formula && !c->has_value && c->type[0] == '\0';
    default:
        return false;
    }
}

/* ---- rows ---- */

enum { BLOCK_ROWS = 16, USUAL_HEIGHT = 15 };
#define NO_BLOCK UINT32_MAX

static bool end_block(cells_context *c, rk_xml *xml)
{
    char meant[48];
    if (c->block == NO_BLOCK || c->reader->is_long)
        return true;
    snprintf(meant, sizeof meant, "%zu:%zu", c->span_from + 1, c->span_last + 1);
    return strcmp(meant, c->spans) == 0 ||
           rk_xml_fail(xml, "rows from %u on reach over \"%s\", which was not meant",
                       c->block * BLOCK_ROWS + 1, c->spans);
}

/* Long books do not tell it. */
static bool check_span(cells_context *c, rk_xml *xml, uint32_t row, rk_slice spans)
{
    if (c->reader->is_long)
        return spans.at == NULL;
    if (row / BLOCK_ROWS == c->block)
        return rk_slice_is(spans, c->spans);
    if (!end_block(c, xml) || spans.len >= sizeof c->spans || !spans.at)
        return false;
    memcpy(c->spans, spans.at, spans.len + 1);
    c->block = row / BLOCK_ROWS;
    c->span_from = RK_PLAN_COLUMNS;
    c->span_last = 0;
    return true;
}

static void stretch(cells_context *c, uint32_t row, size_t column)
{
    rk_extent *e = &c->extent;
    if (!e->any)
        *e = (rk_extent){true, row, row, column, column};
    e->last_row = row; /* they come in order */
    e->first_column = column < e->first_column ? column : e->first_column;
    e->last_column = column > e->last_column ? column : e->last_column;
}

static bool is_height(const char **attributes, double points)
{
    char text[32] = "";
    bool is_said = points > 0 && points != USUAL_HEIGHT;
    rk_slice found = rk_xml_attribute(attributes, "ht");
    if (!is_said)
        return !found.at;
    snprintf(text, sizeof text, "%.16G", points);
    return rk_slice_is(found, text) &&
           rk_slice_is(rk_xml_attribute(attributes, "customHeight"), "1");
}

/* The row of the next cell, as high as it was meant; nothing else is said of it. */
static bool check_row(cells_context *c, rk_xml *xml, const char **attributes)
{
    uint32_t row = 0;
    size_t column = 0, count = 0, said = 1;
    if (!peek(c, &row, &column))
        return true; /* its first cell will be one too many */
    double points = c->next < c->sheet->cell_count ? rk_plan_row_height(c->sheet, c->next)
                                                   : rk_plan_list_height(c->sheet, &c->row);
    while (attributes[count])
        count++;
    said += !c->reader->is_long + 2 * (size_t)(points > 0 && points != USUAL_HEIGHT);
    if (points > 0)
        stretch(c, row, c->extent.any ? c->extent.first_column : 0);
    uint64_t number = 0;
    return (rk_slice_to_u64(rk_xml_attribute(attributes, "r"), &number) && number == row + 1ull &&
            count == 2 * said && is_height(attributes, points) &&
            check_span(c, xml, row, rk_xml_attribute(attributes, "spans"))) ||
           rk_xml_fail(xml, "row %u is not what was meant", row + 1);
}

/* ---- a cell ---- */

/* "B12" and nothing else for row 11, column 1. */
static bool is_place(const char *place, uint32_t row, size_t column)
{
    size_t letters = 0, number = 0;
    const char *at = place;
    for (; *at >= 'A' && *at <= 'Z' && at < place + 4; at++)
        letters = letters * 26 + (size_t)(*at - 'A' + 1);
    bool good = *at != '0';
    for (; *at >= '0' && *at <= '9' && at < place + 12; at++)
        number = number * 10 + (size_t)(*at - '0');
    return good && *at == '\0' && letters == column + 1 && number == (size_t)row + 1;
}

static bool check_cell(cells_context *c, rk_xml *xml)
{
    uint32_t row = 0;
    size_t column = 0;
    char place[24];
    const rk_cell *cell = peek(c, &row, &column);
    if (!cell)
        return rk_xml_fail(xml, "cell %s was not meant", c->place);
    if (!is_place(c->place, row, column))
        return rk_xml_fail(xml, "cell %s was read back where %s was meant", c->place,
                           rk_plan_place(row, column, place));
    if (!is_cell(c, cell))
        return rk_xml_fail(xml, "cell %s does not hold what was meant", c->place);
    rk_style style = cell->kind == RK_CELL_LINK ? RK_STYLE_LINK : (rk_style)cell->style;
    if (!rk_styles_meet(&c->reader->styles, style, c->style))
        return rk_xml_fail(xml, "cell %s does not look as it was meant", c->place);
    stretch(c, row, column);
    c->span_from = column < c->span_from ? column : c->span_from;
    c->span_last = column > c->span_last ? column : c->span_last;
    advance(c);
    return true;
}

static bool copy_short(const char *value, char *out, size_t size)
{
    size_t len = strlen(value);
    bool fits = len < size;
    memcpy(out, value, fits ? len : size - 1);
    out[fits ? len : size - 1] = '\0';
    return fits;
}

/* The number of a style: digits alone. */
static bool is_style(const char *value, uint32_t *style)
{
    uint32_t number = 0;
    for (; *value >= '0' && *value <= '9' && number < 100000; value++)
        number = number * 10 + (uint32_t)(*value - '0');
    *style = number;
    return *value == '\0';
}

static bool begin_cell(cells_context *c, rk_xml *xml, const char **attributes)
{
    rk_buffer_clear(&c->formula);
    rk_buffer_clear(&c->value);
    c->has_formula = c->has_value = false;
    c->place[0] = c->type[0] = '\0';
    c->style = 0;
    for (; attributes[0]; attributes += 2) {
        const char *name = attributes[0];
        if ((name[0] == 'r' && !copy_short(attributes[1], c->place, sizeof c->place)) ||
            (name[0] == 't' && !copy_short(attributes[1], c->type, sizeof c->type)) ||
            (name[0] == 's' && !is_style(attributes[1], &c->style)))
            return rk_xml_fail(xml, "a cell has no place, no type or no style");
    }
    return true;
}

/* Between the rows nothing else stands. */
static bool begin_other(cells_context *c, rk_xml *xml, rk_slice name, const char **attributes)
{
    if (c->in_data)
        return rk_slice_is(name, "row") ? check_row(c, xml, attributes)
               : rk_slice_is(name, "is")
                   ? true
                   : rk_xml_fail(xml, "rows have an unknown element \"%.*s\"", RK_FMT(name));
    c->in_data = rk_slice_is(name, "sheetData");
    rk_retold_start(&c->frame, name, attributes);
    return true;
}

static bool cells_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    cells_context *c = context;
    if (name.len != 1 || !c->in_data)
        return begin_other(c, xml, name, attributes);
    switch (name.at[0]) {
    case 'c':
        return begin_cell(c, xml, attributes);
    case 'f':
        c->where = IN_FORMULA;
        c->has_formula = true;
        return true;
    case 'v':
        c->where = IN_VALUE;
        c->has_value = true;
        return true;
    case 't':
        c->where = IN_STRING;
        c->has_value = true;
        return true;
    default:
        return begin_other(c, xml, name, attributes);
    }
}

static bool cells_end(void *context, rk_xml *xml, rk_slice name)
{
    cells_context *c = context;
    c->where = OUTSIDE;
    if (name.len == 1 && c->in_data)
        return name.at[0] != 'c' || check_cell(c, xml);
    if (rk_slice_is(name, "sheetData")) {
        c->in_data = false;
        if (!end_block(c, xml))
            return false;
    }
    if (!c->in_data)
        rk_retold_end(&c->frame, name);
    return true;
}

static bool cells_text(void *context, rk_xml *xml, rk_slice text)
{
    cells_context *c = context;
    (void)xml;
    if (!c->in_data)
        rk_retold_text(&c->frame, text);
    else if (c->where == IN_FORMULA)
        rk_buffer_slice(&c->formula, text);
    else if (c->where != OUTSIDE)
        rk_buffer_slice(&c->value, text);
    return true;
}

static bool has_all(cells_context *c, rk_error *err)
{
    uint32_t row = 0;
    size_t column = 0;
    char place[24];
    return !peek(c, &row, &column) ||
           rk_fail(err, RK_FILE, "cell %s is missing", rk_plan_place(row, column, place));
}

static bool check_frame(cells_context *c, size_t number, rk_error *err)
{
    rk_buffer meant = {0};
    rk_frame_sheet(c->reader->plan, number, &c->extent, &meant);
    bool good = rk_retold_is(rk_buffer_all(&c->frame.text), rk_buffer_all(&meant), err);
    rk_buffer_free(&meant);
    return good;
}

static bool check_sheet(reader *r, size_t member, size_t number)
{
    cells_context context = {.reader = r, .sheet = r->plan->sheets[number], .block = NO_BLOCK};
    rk_xml_handler handler = {&context, cells_start, cells_end, cells_text};
    bool good = read_part(r, member, &handler, r->digest) && has_all(&context, r->err) &&
                check_frame(&context, number, r->err);
    rk_row_free(&context.row);
    rk_buffer_free(&context.formula);
    rk_buffer_free(&context.value);
    rk_buffer_free(&context.frame.text);
    return good;
}

/* ---- parts that are known to the byte ---- */

/* libxlsxwriter's theme is the same in every book. */
static bool check_theme(reader *r, rk_slice found)
{
    static const char known[] = "2ae67d22f62446056cd1529a3c2dbacd366f0983bb6b2ee3960b6ceb5070c5ee";
    char hex[RK_DIGEST_HEX + 1];
    rk_digest digest = rk_digest_of(found);
    return strcmp(rk_digest_hex(&digest, hex), known) == 0 ||
           rk_fail(r->err, RK_FILE, "it is not the theme of all books");
}

/* What the looks of the cells that were met make of it. */
static bool check_styles(reader *r, rk_slice found)
{
    rk_buffer meant = {0};
    bool good = rk_styles_put(&r->styles, r->plan, &meant)
                    ? rk_retold_is(found, rk_buffer_all(&meant), r->err)
                    : rk_fail(r->err, RK_FILE, "a style is missing");
    rk_buffer_free(&meant);
    return good;
}

static bool check_known(reader *r, size_t member, rk_part_kind kind)
{
    rk_buffer bytes = {0};
    bool good = rk_zip_read(r->zip, member, KNOWN_BYTES_MAX, &bytes, r->err);
    if (good) {
        rk_digest_add(r->digest, rk_buffer_all(&bytes));
        good = kind == RK_PART_THEME ? check_theme(r, rk_buffer_all(&bytes))
                                     : check_styles(r, rk_buffer_all(&bytes));
    }
    rk_buffer_free(&bytes);
    return good;
}

/* ---- all parts, in the order of the archive ---- */

static bool check_part(reader *r, size_t member)
{
    const rk_part *part = &r->parts.items[member];
    char length[32];
    snprintf(length, sizeof length, "%llu", (unsigned long long)rk_zip_size(r->zip, member));
    rk_digest_add(r->digest, (rk_slice){part->name.at, part->name.len + 1}); /* with its NUL */
    rk_digest_add(r->digest, (rk_slice){length, strlen(length) + 1});
    if (part->kind == RK_PART_SHEET)
        return check_sheet(r, member, part->number);
    if (part->kind == RK_PART_STRINGS)
        return read_part(r, member, NULL, r->digest);
    if (part->kind == RK_PART_THEME || part->kind == RK_PART_STYLES)
        return check_known(r, member, part->kind);
    rk_part_check check = {.part = part};
    rk_xml_handler handler = rk_part_handler(&check);
    bool good = read_part(r, member, &handler, r->digest) && rk_part_is_complete(&check, r->err);
    rk_part_check_free(&check);
    return good;
}

static bool check_names(reader *r)
{
    size_t count = rk_zip_count(r->zip);
    for (size_t i = 0; i < r->parts.count || i < count; i++) {
        rk_slice found = i < count ? rk_zip_name(r->zip, i) : RK_S("");
        rk_slice meant = i < r->parts.count ? r->parts.items[i].name : RK_S("");
        if (rk_slice_equal(found, meant))
            continue;
        return found.len == 0
                   ? rk_fail(r->err, RK_FILE, "part \"%.*s\" is missing", RK_FMT(meant))
                   : rk_fail(r->err, RK_FILE, "part \"%.*s\" was found where \"%.*s\" was meant",
                             RK_FMT(found), RK_FMT(meant));
    }
    return true;
}

/* "read back: Selisih: cell B7 does not hold what was meant" */
static bool name_place(reader *r, rk_slice part)
{
    rk_error cause = *r->err;
    return rk_fail(r->err, RK_FILE, "read back: %.*s%s%s", RK_FMT(part), part.len ? ": " : "",
                   cause.message);
}

static bool check_parts(reader *r)
{
    bool good = true;
    for (size_t i = 0; i < r->parts.count && good; i++) {
        const rk_part *part = &r->parts.items[i];
        good = check_part(r, i);
        if (!good)
            name_place(r, part->kind == RK_PART_SHEET ? r->plan->sheets[part->number]->name
                                                      : part->name);
    }
    return good;
}

bool rk_xlsx_read_back(const rk_plan *plan, rk_slice bytes, rk_digest *parts, rk_error *err)
{
    reader r = {.plan = plan, .styles = {.language = plan->language}, .err = err};
    r.is_long = rk_plan_is_long(plan);
    r.zip = rk_zip_open(bytes, MEMBERS_MAX, err);
    size_t strings = r.zip ? rk_zip_find(r.zip, RK_S("xl/sharedStrings.xml")) : SIZE_MAX;
    rk_parts_of(plan, strings != SIZE_MAX, &r.parts);
    bool good = r.zip && check_names(&r) && read_strings(&r, strings);
    if (good) {
        r.digest = rk_digest_begin();
        good = check_parts(&r);
        *parts = rk_digest_end(r.digest);
    } else {
        name_place(&r, RK_S(""));
    }
    rk_zip_close(r.zip);
    rk_parts_free(&r.parts);
    rk_buffer_free(&r.strings);
    free(r.ends);
    return good;
}
