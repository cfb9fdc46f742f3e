#include "report/cells.h"

#include <stdlib.h>

#include "base/xml.h"
#include "base/zip.h"

enum { MEMBERS_MAX = 4096, DEPTH_MAX = 64, SHOWN_BYTES = 60 };
#define PART_BYTES_MAX ((size_t)1 << 30)

static const rk_xml_caps caps = {PART_BYTES_MAX, DEPTH_MAX};

typedef struct cell {
    size_t sheet;
    uint32_t row, column;
    rk_slice place; /* "C14" */
    rk_slice value; /* formulas behind '=' */
} cell;

typedef struct cells_book {
    rk_arena arena;
    rk_slice *sheets, *strings;
    size_t sheet_count, sheet_capacity, string_count, string_capacity;
    cell *items;
    size_t count, capacity;
    /* while it is read */
    rk_buffer text;
    rk_slice place, type;
    bool is_open;
} cells_book;

static void free_book(cells_book *book)
{
    free(book->sheets);
    free(book->strings);
    free(book->items);
    rk_buffer_free(&book->text);
    rk_arena_free(&book->arena);
}

static bool read_part(rk_zip *zip, const char *name, const rk_xml_handler *handler, bool needed)
{
    rk_buffer part = {0};
    rk_error ignored;
    size_t member = rk_zip_find(zip, rk_slice_of(name));
    if (member == SIZE_MAX)
        return !needed;
    bool good = rk_zip_read(zip, member, PART_BYTES_MAX, &part, &ignored) &&
                rk_xml_parse(rk_buffer_all(&part), &caps, handler, &ignored);
    rk_buffer_free(&part);
    return good;
}

static bool sheet_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    cells_book *book = context;
    (void)xml;
    if (!rk_slice_is(name, "sheet"))
        return true;
    book->sheets =
        rk_grow(book->sheets, &book->sheet_capacity, book->sheet_count + 1, sizeof *book->sheets);
    book->sheets[book->sheet_count++] =
        rk_arena_slice(&book->arena, rk_xml_attribute(attributes, "name"));
    return true;
}

static bool add_text(void *context, rk_xml *xml, rk_slice text)
{
    cells_book *book = context;
    (void)xml;
    if (book->is_open)
        rk_buffer_slice(&book->text, text);
    return true;
}

static bool string_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    cells_book *book = context;
    (void)xml;
    (void)attributes;
    book->is_open = rk_slice_is(name, "t");
    if (rk_slice_is(name, "si"))
        rk_buffer_clear(&book->text);
    return true;
}

static bool string_end(void *context, rk_xml *xml, rk_slice name)
{
    cells_book *book = context;
    (void)xml;
    book->is_open = false;
    if (!rk_slice_is(name, "si"))
        return true;
    book->strings = rk_grow(book->strings, &book->string_capacity, book->string_count + 1,
                            sizeof *book->strings);
    book->strings[book->string_count++] = rk_arena_slice(&book->arena, rk_buffer_all(&book->text));
    return true;
}

static bool cell_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    cells_book *book = context;
    (void)xml;
    if (rk_slice_is(name, "c")) {
        book->place = rk_arena_slice(&book->arena, rk_xml_attribute(attributes, "r"));
        book->type = rk_arena_slice(&book->arena, rk_xml_attribute(attributes, "t"));
        rk_buffer_clear(&book->text);
    }
    book->is_open = rk_slice_is(name, "v") || rk_slice_is(name, "t") || rk_slice_is(name, "f");
    if (rk_slice_is(name, "f"))
        rk_buffer_char(&book->text, '=');
    else if (rk_slice_is(name, "v") && book->text.len)
        rk_buffer_text(&book->text, " is "); /* behind a formula */
    return true;
}

static void place_cell(cell *c)
{
    for (size_t i = 0; i < c->place.len; i++) {
        char at = c->place.at[i];
        if (at >= 'A' && at <= 'Z')
            c->column = c->column * 26 + (uint32_t)(at - 'A') + 1;
        else if (at >= '0' && at <= '9')
            c->row = c->row * 10 + (uint32_t)(at - '0');
    }
}

static bool cell_end(void *context, rk_xml *xml, rk_slice name)
{
    cells_book *book = context;
    uint64_t number;
    (void)xml;
    book->is_open = false;
    rk_slice value = rk_buffer_all(&book->text);
    if (!rk_slice_is(name, "c") || value.len == 0)
        return true;
    if (rk_slice_is(book->type, "s") && rk_slice_to_u64(value, &number) &&
        number < book->string_count)
        value = book->strings[number];
    book->items = rk_grow(book->items, &book->capacity, book->count + 1, sizeof *book->items);
    cell *c = &book->items[book->count++];
    *c = (cell){.sheet = book->sheet_count,
                .place = book->place,
                .value = rk_arena_slice(&book->arena, value)};
    place_cell(c);
    return true;
}

static int by_place(const void *a, const void *b)
{
    const cell *x = a, *y = b;
    if (x->sheet != y->sheet)
        return x->sheet < y->sheet ? -1 : 1;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

static bool read_sheets(rk_zip *zip, cells_book *book)
{
    rk_xml_handler cells = {book, cell_start, cell_end, add_text};
    size_t count = book->sheet_count;
    for (size_t i = 0; i < count; i++) {
        char *part = rk_arena_printf(&book->arena, "xl/worksheets/sheet%zu.xml", i + 1);
        book->sheet_count = i; /* the number that its cells get */
        if (!read_part(zip, part, &cells, true))
            return false;
    }
    book->sheet_count = count;
    if (book->count)
        qsort(book->items, book->count, sizeof *book->items, by_place);
    return true;
}

static bool read_book(rk_slice bytes, cells_book *book)
{
    rk_error ignored;
    rk_zip *zip = rk_zip_open(bytes, MEMBERS_MAX, &ignored);
    rk_xml_handler sheets = {book, sheet_start, NULL, NULL};
    rk_xml_handler strings = {book, string_start, string_end, add_text};
    bool good = zip && read_part(zip, "xl/workbook.xml", &sheets, true) &&
                read_part(zip, "xl/sharedStrings.xml", &strings, false) && read_sheets(zip, book);
    rk_zip_close(zip);
    return good;
}

/* ---- comparison ---- */

static void put_value(rk_buffer *out, const cell *c)
{
    rk_slice shown = c ? c->value : RK_S("empty");
    size_t length = shown.len < SHOWN_BYTES ? shown.len : SHOWN_BYTES;
    while (length > 0 && length < shown.len && ((unsigned char)shown.at[length] & 0xc0) == 0x80)
        length--; /* not within a character */
    rk_buffer_bytes(out, shown.at, length);
    if (length < shown.len)
        rk_buffer_text(out, "...");
}

static void put_line(rk_buffer *out, const cells_book *book, const cell *before, const cell *now)
{
    const cell *at = before ? before : now;
    rk_buffer_slice(out, book->sheets[at->sheet]);
    rk_buffer_char(out, '!');
    rk_buffer_slice(out, at->place);
    rk_buffer_text(out, ": ");
    put_value(out, before);
    rk_buffer_text(out, " before, ");
    put_value(out, now);
    rk_buffer_text(out, " now\n");
}

static size_t compare(const cells_book *before, const cells_book *now, size_t most,
                      rk_buffer *lines)
{
    size_t i = 0, j = 0, different = 0;
    while (i < before->count || j < now->count) {
        const cell *x = i < before->count ? &before->items[i] : NULL;
        const cell *y = j < now->count ? &now->items[j] : NULL;
        int order = !x ? 1 : !y ? -1 : by_place(x, y);
        i += order <= 0;
        j += order >= 0;
        if (order == 0 && rk_slice_equal(x->value, y->value))
            continue;
        if (different++ < most)
            put_line(lines, order <= 0 ? before : now, order <= 0 ? x : NULL,
                     order >= 0 ? y : NULL);
    }
    return different;
}

size_t rk_cells_differ(rk_slice before, rk_slice now, size_t most, rk_buffer *lines)
{
    cells_book a = {0}, b = {0};
    size_t different = 1;
    if (!read_book(before, &a) || !read_book(now, &b))
        rk_buffer_text(lines, "one of the two is no workbook\n");
    else
        different = compare(&a, &b, most, lines);
    free_book(&a);
    free_book(&b);
    return different;
}
