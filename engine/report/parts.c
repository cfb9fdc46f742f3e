#include "report/parts.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what is expected ---- */

static rk_part *add(rk_parts *parts, rk_part_kind kind, const char *root, const char *name)
{
    parts->items = rk_grow(parts->items, &parts->capacity, parts->count + 1, sizeof *parts->items);
    rk_part *part = &parts->items[parts->count++];
    *part = (rk_part){.kind = kind, .root = root, .name = rk_slice_of(name)};
    return part;
}

static void say(rk_part *part, rk_slice what)
{
    part->says = rk_grow(part->says, &part->say_capacity, part->say_count + 1, sizeof *part->says);
    part->says[part->say_count++] = what;
}

static const char *named(rk_parts *parts, const char *pattern, size_t number)
{
    return rk_arena_printf(&parts->arena, "%s%zu.xml", pattern, number);
}

/* "'Per hari'!$A$8:$A$21": a column of a sheet. */
static rk_slice range(rk_parts *parts, const rk_plan_sheet *sheet, size_t column, uint32_t from,
                      uint32_t last)
{
    rk_buffer text = {0};
    char place[24];
    rk_buffer_slice(&text, sheet->name);
    const uint32_t rows[] = {from, last};
    for (int i = 0; i < 1 + (from != last); i++) {
        size_t letters = 0;
        rk_plan_place(rows[i], column, place);
        while (place[letters] >= 'A')
            letters++;
        rk_buffer_printf(&text, "%s$%.*s$%s", i ? ":" : "!", (int)letters, place, place + letters);
    }
    rk_slice kept = rk_arena_slice(&parts->arena, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return kept;
}

static void expect_charts(const rk_plan *plan, rk_parts *parts)
{
    size_t number = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const rk_plan_sheet *sheet = plan->sheets[i];
        for (size_t k = 0; k < sheet->chart_count; k++) {
            const rk_chart_plan *chart = &sheet->charts[k];
            rk_part *part = add(parts, RK_PART_CHART, "c:chartSpace",
                                named(parts, "xl/charts/chart", ++number));
            for (size_t s = 0; s < chart->series_count; s++) {
                say(part,
                    range(parts, sheet, chart->categories, chart->first_row, chart->last_row));
                say(part, range(parts, sheet, chart->series[s].column, chart->first_row,
                                chart->last_row));
            }
        }
    }
}

static void expect_drawings(const rk_plan *plan, rk_parts *parts)
{
    size_t number = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const rk_plan_sheet *sheet = plan->sheets[i];
        if (!sheet->chart_count)
            continue;
        rk_part *part =
            add(parts, RK_PART_DRAWING, "xdr:wsDr", named(parts, "xl/drawings/drawing", ++number));
        for (size_t k = 0; k < sheet->chart_count; k++)
            say(part, rk_plan_described(sheet, &sheet->charts[k], &parts->arena));
    }
}

/* ---- parts that are known as a whole ---- */

typedef void (*frame_put)(const rk_plan *plan, rk_buffer *out);

static rk_slice kept(rk_parts *parts, rk_buffer *text)
{
    rk_slice slice = rk_arena_slice(&parts->arena, rk_buffer_all(text));
    rk_buffer_free(text);
    return slice;
}

static void expect_frame(const rk_plan *plan, rk_parts *parts, const char *name, frame_put put)
{
    rk_buffer text = {0};
    put(plan, &text);
    add(parts, RK_PART_KNOWN, NULL, name)->meant = kept(parts, &text);
}

#define FORMATS "http://schemas.openxmlformats.org/"
#define DOCUMENT "officeDocument/2006/relationships/"

/* A list of relationships, as it is being told. */
typedef struct relations {
    rk_buffer text;
    size_t count;
} relations;

static void relate(relations *r, const char *type, rk_slice target, const char *mode)
{
    if (r->count == 0)
        rk_buffer_text(&r->text, "<Relationships xmlns=\"" FORMATS "package/2006/relationships\">");
    rk_buffer_printf(&r->text,
                     "<Relationship Id=\"rId%zu\" Type=\"" FORMATS "%s\" Target=\"%.*s\"%s/>",
                     ++r->count, type, RK_FMT(target), mode);
}

static void relate_numbered(relations *r, const char *type, const char *pattern, size_t number)
{
    char target[64];
    snprintf(target, sizeof target, "%s%zu.xml", pattern, number);
    relate(r, type, rk_slice_of(target), "");
}

static void end_relations(rk_parts *parts, relations *r, char *name)
{
    if (r->count == 0)
        return;
    rk_buffer_text(&r->text, "</Relationships>");
    add(parts, RK_PART_KNOWN, NULL, name)->meant = kept(parts, &r->text);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What an address has no place for is written as its number; '%' where no number follows. */
static rk_slice as_address(rk_parts *parts, rk_slice link)
{
    rk_buffer text = {0};
    for (size_t i = 0; i < link.len; i++) {
        char c = link.at[i];
        bool numbered =
            c == '%' && link.len - i > 2 && is_hex(link.at[i + 1]) && is_hex(link.at[i + 2]);
        if (strchr(" \"<>[]`^{}", c) || (c == '%' && !numbered))
            rk_buffer_printf(&text, "%%%2x", (unsigned char)c);
        else
            rk_buffer_char(&text, c);
    }
    return kept(parts, &text);
}

/* Links to other books, in the order of the cells, then the drawing. */
static void expect_sheet_links(const rk_plan *plan, rk_parts *parts)
{
    size_t drawing = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const rk_plan_sheet *sheet = plan->sheets[i];
        relations r = {.count = 0};
        for (size_t c = 0; c < sheet->cell_count; c++) {
            rk_slice link = sheet->cells[c].link, outside = RK_S(RK_LINK_OUTSIDE);
            if (!rk_frame_is_outside(&sheet->cells[c]))
                continue;
            link = (rk_slice){link.at + outside.len, link.len - outside.len};
            relate(&r, DOCUMENT "hyperlink", as_address(parts, link), " TargetMode=\"External\"");
        }
        if (sheet->chart_count)
            relate_numbered(&r, DOCUMENT "drawing", "../drawings/drawing", ++drawing);
        end_relations(
            parts, &r,
            rk_arena_printf(&parts->arena, "xl/worksheets/_rels/sheet%zu.xml.rels", i + 1));
    }
}

static void expect_drawing_links(const rk_plan *plan, rk_parts *parts)
{
    size_t number = 0, chart = 0;
    for (size_t i = 0; i < plan->count; i++) {
        relations r = {.count = 0};
        for (size_t k = 0; k < plan->sheets[i]->chart_count; k++)
            relate_numbered(&r, DOCUMENT "chart", "../charts/chart", ++chart);
        number += r.count != 0;
        end_relations(
            parts, &r,
            rk_arena_printf(&parts->arena, "xl/drawings/_rels/drawing%zu.xml.rels", number));
    }
}

static void expect_book_links(rk_parts *parts, size_t sheets, bool strings)
{
    relations root = {.count = 0}, book = {.count = 0};
    relate(&root, DOCUMENT "officeDocument", RK_S("xl/workbook.xml"), "");
    relate(&root, "package/2006/relationships/metadata/core-properties", RK_S("docProps/core.xml"),
           "");
    relate(&root, DOCUMENT "extended-properties", RK_S("docProps/app.xml"), "");
    end_relations(parts, &root, "_rels/.rels");
    for (size_t i = 0; i < sheets; i++)
        relate_numbered(&book, DOCUMENT "worksheet", "worksheets/sheet", i + 1);
    relate(&book, DOCUMENT "theme", RK_S("theme/theme1.xml"), "");
    relate(&book, DOCUMENT "styles", RK_S("styles.xml"), "");
    if (strings)
        relate(&book, DOCUMENT "sharedStrings", RK_S("sharedStrings.xml"), "");
    end_relations(parts, &book, "xl/_rels/workbook.xml.rels");
}

/* The first part says of what kind the others are, in this order. */
static void tell_types(rk_parts *parts)
{
    static const struct {
        const char *start, *type;
    } types[] = {
        {"docProps/app", "officedocument.extended-properties"},
        {"docProps/core", "package.core-properties"},
        {"xl/styles", "officedocument.spreadsheetml.styles"},
        {"xl/theme", "officedocument.theme"},
        {"xl/workbook", "officedocument.spreadsheetml.sheet.main"},
        {"xl/worksheets/sheet", "officedocument.spreadsheetml.worksheet"},
        {"xl/charts/", "officedocument.drawingml.chart"},
        {"xl/drawings/drawing", "officedocument.drawing"},
        {"xl/sharedStrings", "officedocument.spreadsheetml.sharedStrings"},
    };
    rk_buffer text = {0};
    rk_buffer_text(&text, "<Types xmlns=\"" FORMATS "package/2006/content-types\">"
                          "<Default Extension=\"rels\" ContentType=\"application/"
                          "vnd.openxmlformats-package.relationships+xml\"/>"
                          "<Default Extension=\"xml\" ContentType=\"application/xml\"/>");
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t i = 1; i < parts->count; i++)
            if (rk_slice_starts(parts->items[i].name, rk_slice_of(types[t].start)))
                rk_buffer_printf(&text,
                                 "<Override PartName=\"/%.*s\" ContentType=\"application/"
                                 "vnd.openxmlformats-%s+xml\"/>",
                                 RK_FMT(parts->items[i].name), types[t].type);
    rk_buffer_text(&text, "</Types>");
    parts->items[0].meant = kept(parts, &text);
}

void rk_parts_of(const rk_plan *plan, bool strings, rk_parts *parts)
{
    *parts = (rk_parts){0};
    add(parts, RK_PART_KNOWN, NULL, "[Content_Types].xml");
    expect_book_links(parts, plan->count, strings);
    for (size_t i = 0; i < plan->count; i++)
        add(parts, RK_PART_SHEET, NULL, named(parts, "xl/worksheets/sheet", i + 1))->number = i;
    expect_frame(plan, parts, "xl/workbook.xml", rk_frame_workbook);
    expect_charts(plan, parts);
    expect_drawings(plan, parts);
    if (strings)
        add(parts, RK_PART_STRINGS, NULL, "xl/sharedStrings.xml");
    add(parts, RK_PART_THEME, NULL, "xl/theme/theme1.xml");
    add(parts, RK_PART_STYLES, NULL, "xl/styles.xml");
    expect_sheet_links(plan, parts);
    expect_drawing_links(plan, parts);
    expect_frame(plan, parts, "docProps/core.xml", rk_frame_core);
    expect_frame(plan, parts, "docProps/app.xml", rk_frame_app);
    tell_types(parts);
}

void rk_parts_free(rk_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        free(parts->items[i].says);
    free(parts->items);
    rk_arena_free(&parts->arena);
    *parts = (rk_parts){0};
}

/* ---- what is found ---- */

/* Quotes of a range do not count. */
static int next_of(rk_slice *text)
{
    while (text->len && text->at[0] == '\'') {
        text->at++;
        text->len--;
    }
    if (text->len == 0)
        return -1;
    text->len--;
    return (unsigned char)*text->at++;
}

static bool says_the_same(rk_slice a, rk_slice b, rk_part_kind kind)
{
    int x, y;
    if (kind != RK_PART_CHART)
        return rk_slice_equal(a, b);
    do {
        x = next_of(&a);
        y = next_of(&b);
    } while (x == y && x >= 0);
    return x == y;
}

static bool hear(rk_part_check *c, rk_xml *xml, rk_slice found)
{
    if (c->seen >= c->part->say_count)
        return rk_xml_fail(xml, "\"%.*s\" was not meant", RK_FMT(found));
    rk_slice meant = c->part->says[c->seen++];
    return says_the_same(found, meant, c->part->kind) ||
           rk_xml_fail(xml, "\"%.*s\" was read back where \"%.*s\" was meant", RK_FMT(found),
                       RK_FMT(meant));
}

/* A chart says its ranges as texts, a drawing its charts as descriptions. */
static bool part_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    rk_part_check *c = context;
    if (c->part->kind == RK_PART_KNOWN) {
        rk_retold_start(&c->retold, name, attributes);
        return true;
    }
    if (!c->rooted && !rk_slice_is(name, c->part->root))
        return rk_xml_fail(xml, "it holds \"%.*s\", not \"%s\"", RK_FMT(name), c->part->root);
    c->rooted = true;
    c->in_text = c->part->kind == RK_PART_CHART && rk_slice_is(name, "c:f");
    rk_buffer_clear(&c->text);
    return c->part->kind != RK_PART_DRAWING || !rk_slice_is(name, "xdr:cNvPr") ||
           hear(c, xml, rk_xml_attribute(attributes, "descr"));
}

static bool part_end(void *context, rk_xml *xml, rk_slice name)
{
    rk_part_check *c = context;
    if (c->part->kind == RK_PART_KNOWN)
        rk_retold_end(&c->retold, name);
    bool ends = c->in_text;
    c->in_text = false;
    return !ends || hear(c, xml, rk_buffer_all(&c->text));
}

static bool part_text(void *context, rk_xml *xml, rk_slice text)
{
    rk_part_check *c = context;
    (void)xml;
    if (c->part->kind == RK_PART_KNOWN)
        rk_retold_text(&c->retold, text);
    else if (c->in_text)
        rk_buffer_slice(&c->text, text);
    return true;
}

rk_xml_handler rk_part_handler(rk_part_check *check)
{
    return (rk_xml_handler){check, part_start, part_end, part_text};
}

bool rk_part_is_complete(const rk_part_check *check, rk_error *err)
{
    if (check->part->kind == RK_PART_KNOWN)
        return rk_retold_is(rk_buffer_all(&check->retold.text), check->part->meant, err);
    return check->seen == check->part->say_count ||
           rk_fail(err, RK_FILE, "\"%.*s\" is missing", RK_FMT(check->part->says[check->seen]));
}

void rk_part_check_free(rk_part_check *check)
{
    rk_buffer_free(&check->text);
    rk_buffer_free(&check->retold.text);
}
