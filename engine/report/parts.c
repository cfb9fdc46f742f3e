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

/* Links to other books stand in the part of relationships, in the order of the cells. */
static bool is_outside(const rk_placed *placed)
{
    return placed->cell.kind == RK_CELL_LINK &&
           rk_slice_starts(placed->link, RK_S(RK_LINK_OUTSIDE));
}

static void expect_sheet_links(const rk_plan *plan, rk_parts *parts)
{
    size_t drawing = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const rk_plan_sheet *sheet = plan->sheets[i];
        rk_part *part = NULL;
        char *name = rk_arena_printf(&parts->arena, "xl/worksheets/_rels/sheet%zu.xml.rels", i + 1);
        for (size_t c = 0; c < sheet->cell_count; c++) {
            if (!is_outside(&sheet->cells[c]))
                continue;
            if (!part)
                part = add(parts, RK_PART_LINKS, "Relationships", name);
            rk_slice link = sheet->cells[c].link, outside = RK_S(RK_LINK_OUTSIDE);
            say(part, (rk_slice){link.at + outside.len, link.len - outside.len});
        }
        if (!sheet->chart_count)
            continue;
        if (!part)
            part = add(parts, RK_PART_LINKS, "Relationships", name);
        say(part, rk_slice_of(named(parts, "../drawings/drawing", ++drawing)));
    }
}

static void expect_drawing_links(const rk_plan *plan, rk_parts *parts)
{
    size_t number = 0, chart = 0;
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->sheets[i]->chart_count)
            continue;
        rk_part *part =
            add(parts, RK_PART_LINKS, "Relationships",
                rk_arena_printf(&parts->arena, "xl/drawings/_rels/drawing%zu.xml.rels", ++number));
        for (size_t k = 0; k < plan->sheets[i]->chart_count; k++)
            say(part, rk_slice_of(named(parts, "../charts/chart", ++chart)));
    }
}

static void expect_sheets(const rk_plan *plan, rk_parts *parts)
{
    for (size_t i = 0; i < plan->count; i++)
        add(parts, RK_PART_SHEET, "worksheet", named(parts, "xl/worksheets/sheet", i + 1))->number =
            i;
    rk_part *book = add(parts, RK_PART_WORKBOOK, "workbook", "xl/workbook.xml");
    for (size_t i = 0; i < plan->count; i++)
        say(book, plan->sheets[i]->name);
}

static void say_names(rk_parts *parts, rk_part *types, const char *prefix)
{
    for (size_t i = 0; i < parts->count; i++)
        if (rk_slice_starts(parts->items[i].name, rk_slice_of(prefix)) &&
            parts->items[i].kind != RK_PART_LINKS)
            say(types, parts->items[i].name);
}

/* The first three parts name the others. */
static void expect_types(rk_parts *parts, size_t sheets, bool strings)
{
    static const char *const order[] = {"docProps/app", "docProps/core", "xl/styles",
                                        "xl/theme",     "xl/workbook",   "xl/worksheets/sheet",
                                        "xl/charts/",   "xl/drawings/",  "xl/sharedStrings"};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        say_names(parts, &parts->items[0], order[i]);
    say(&parts->items[1], RK_S("xl/workbook.xml"));
    say(&parts->items[1], RK_S("docProps/core.xml"));
    say(&parts->items[1], RK_S("docProps/app.xml"));
    for (size_t i = 0; i < sheets; i++)
        say(&parts->items[2], rk_slice_of(named(parts, "worksheets/sheet", i + 1)));
    say(&parts->items[2], RK_S("theme/theme1.xml"));
    say(&parts->items[2], RK_S("styles.xml"));
    if (strings)
        say(&parts->items[2], RK_S("sharedStrings.xml"));
}

void rk_parts_of(const rk_plan *plan, bool strings, rk_parts *parts)
{
    *parts = (rk_parts){0};
    add(parts, RK_PART_TYPES, "Types", "[Content_Types].xml");
    add(parts, RK_PART_LINKS, "Relationships", "_rels/.rels");
    add(parts, RK_PART_LINKS, "Relationships", "xl/_rels/workbook.xml.rels");
    expect_sheets(plan, parts);
    expect_charts(plan, parts);
    expect_drawings(plan, parts);
    if (strings)
        add(parts, RK_PART_STRINGS, "sst", "xl/sharedStrings.xml");
    add(parts, RK_PART_THEME, "a:theme", "xl/theme/theme1.xml");
    add(parts, RK_PART_STYLES, "styleSheet", "xl/styles.xml");
    expect_sheet_links(plan, parts);
    expect_drawing_links(plan, parts);
    say(add(parts, RK_PART_CORE, "cp:coreProperties", "docProps/core.xml"), plan->subject);
    add(parts, RK_PART_PLAIN, "Properties", "docProps/app.xml");
    expect_types(parts, plan->count, strings);
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

/* Where the parts of a kind say something: an attribute of an element, or its text. */
static const struct {
    const char *element, *attribute;
} sayings[] = {
    [RK_PART_TYPES] = {"Override", "PartName"},
    [RK_PART_LINKS] = {"Relationship", "Target"},
    [RK_PART_WORKBOOK] = {"sheet", "name"},
    [RK_PART_DRAWING] = {"xdr:cNvPr", "descr"},
    [RK_PART_CHART] = {"c:f", NULL},
    [RK_PART_CORE] = {"dc:subject", NULL},
    [RK_PART_SHEET] = {NULL, NULL},
};

#define FORMATS "http://schemas.openxmlformats.org/"
#define DOCUMENT FORMATS "officeDocument/2006/relationships/"
#define CONTENT "application/vnd.openxmlformats-"

/* Beside it, what kind of part it leads to, by the beginning of what is meant; in the order of looking. */
static const struct {
    rk_part_kind kind;
    const char *attribute, *start, *type;
} kinds_of[] = {
    {RK_PART_LINKS, "Type", "xl/workbook.xml", DOCUMENT "officeDocument"},
    {RK_PART_LINKS, "Type", "docProps/core",
     FORMATS "package/2006/relationships/metadata/core-properties"},
    {RK_PART_LINKS, "Type", "docProps/app", DOCUMENT "extended-properties"},
    {RK_PART_LINKS, "Type", "worksheets/", DOCUMENT "worksheet"},
    {RK_PART_LINKS, "Type", "theme/", DOCUMENT "theme"},
    {RK_PART_LINKS, "Type", "styles.xml", DOCUMENT "styles"},
    {RK_PART_LINKS, "Type", "sharedStrings.xml", DOCUMENT "sharedStrings"},
    {RK_PART_LINKS, "Type", "../drawings/drawing", DOCUMENT "drawing"},
    {RK_PART_LINKS, "Type", "../charts/chart", DOCUMENT "chart"},
    {RK_PART_LINKS, "Type", "", DOCUMENT "hyperlink"},
    {RK_PART_TYPES, "ContentType", "docProps/app",
     CONTENT "officedocument.extended-properties+xml"},
    {RK_PART_TYPES, "ContentType", "docProps/core", CONTENT "package.core-properties+xml"},
    {RK_PART_TYPES, "ContentType", "xl/styles", CONTENT "officedocument.spreadsheetml.styles+xml"},
    {RK_PART_TYPES, "ContentType", "xl/theme", CONTENT "officedocument.theme+xml"},
    {RK_PART_TYPES, "ContentType", "xl/workbook",
     CONTENT "officedocument.spreadsheetml.sheet.main+xml"},
    {RK_PART_TYPES, "ContentType", "xl/worksheets/",
     CONTENT "officedocument.spreadsheetml.worksheet+xml"},
    {RK_PART_TYPES, "ContentType", "xl/charts/", CONTENT "officedocument.drawingml.chart+xml"},
    {RK_PART_TYPES, "ContentType", "xl/drawings/", CONTENT "officedocument.drawing+xml"},
    {RK_PART_TYPES, "ContentType", "xl/sharedStrings",
     CONTENT "officedocument.spreadsheetml.sharedStrings+xml"},
};

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next character of what stands for itself; of a target "%20" is a blank; of a range quotes do not count,
 * of a type neither the first stroke. */
static int next_of(rk_slice *text, rk_part_kind kind)
{
    while (kind == RK_PART_CHART && text->len && text->at[0] == '\'') {
        text->at++;
        text->len--;
    }
    if (text->len == 0)
        return -1;
    bool escaped = kind == RK_PART_LINKS && text->len >= 3 && text->at[0] == '%' &&
                   hex_digit(text->at[1]) >= 0 && hex_digit(text->at[2]) >= 0;
    int c =
        escaped ? hex_digit(text->at[1]) * 16 + hex_digit(text->at[2]) : (unsigned char)text->at[0];
    text->at += escaped ? 3 : 1;
    text->len -= escaped ? 3 : 1;
    return c;
}

static bool says_the_same(rk_slice a, rk_slice b, rk_part_kind kind)
{
    int x, y;
    if (kind == RK_PART_TYPES && a.len && a.at[0] == '/')
        a = (rk_slice){a.at + 1, a.len - 1};
    do {
        x = next_of(&a, kind);
        y = next_of(&b, kind);
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

/* Only a link to another book leads out of the archive. */
static bool is_mode(const char *type, const char **attributes)
{
    bool is_outside = strcmp(type, DOCUMENT "hyperlink") == 0;
    rk_slice mode = rk_xml_attribute(attributes, "TargetMode");
    return is_outside ? rk_slice_is(mode, "External") : mode.at == NULL;
}

static bool is_of_kind(const rk_part_check *c, rk_slice meant, const char **attributes)
{
    for (size_t i = 0; i < sizeof kinds_of / sizeof *kinds_of; i++)
        if (kinds_of[i].kind == c->part->kind &&
            rk_slice_starts(meant, rk_slice_of(kinds_of[i].start)))
            return rk_slice_is(rk_xml_attribute(attributes, kinds_of[i].attribute),
                               kinds_of[i].type) &&
                   is_mode(kinds_of[i].type, attributes);
    return c->part->kind != RK_PART_LINKS && c->part->kind != RK_PART_TYPES;
}

static bool is_numbered(rk_slice found, const char *before, size_t number)
{
    char meant[32];
    snprintf(meant, sizeof meant, "%s%zu", before, number);
    return rk_slice_is(found, meant);
}

/* The numbers that it has must be those of its place, and its kind that of what it leads to. */
static bool is_in_place(rk_part_check *c, rk_xml *xml, const char **attributes)
{
    rk_slice meant = c->part->says[c->seen - 1];
    bool good = is_of_kind(c, meant, attributes);
    if (c->part->kind == RK_PART_LINKS)
        good = good && is_numbered(rk_xml_attribute(attributes, "Id"), "rId", c->seen);
    if (c->part->kind == RK_PART_WORKBOOK)
        good = good && is_numbered(rk_xml_attribute(attributes, "r:id"), "rId", c->seen) &&
               is_numbered(rk_xml_attribute(attributes, "sheetId"), "", c->seen);
    return good ||
           rk_xml_fail(xml, "\"%.*s\" has another number or kind than was meant", RK_FMT(meant));
}

static bool part_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    rk_part_check *c = context;
    if (!c->rooted && !rk_slice_is(name, c->part->root))
        return rk_xml_fail(xml, "it holds \"%.*s\", not \"%s\"", RK_FMT(name), c->part->root);
    c->rooted = true;
    rk_part_kind kind = c->part->kind;
    if (!sayings[kind].element || !rk_slice_is(name, sayings[kind].element))
        return true;
    c->in_text = sayings[kind].attribute == NULL;
    rk_buffer_clear(&c->text);
    return c->in_text || (hear(c, xml, rk_xml_attribute(attributes, sayings[kind].attribute)) &&
                          is_in_place(c, xml, attributes));
}

static bool part_end(void *context, rk_xml *xml, rk_slice name)
{
    rk_part_check *c = context;
    bool ends = c->in_text && rk_slice_is(name, sayings[c->part->kind].element);
    if (ends)
        c->in_text = false;
    return !ends || hear(c, xml, rk_buffer_all(&c->text));
}

static bool part_text(void *context, rk_xml *xml, rk_slice text)
{
    rk_part_check *c = context;
    (void)xml;
    if (c->in_text)
        rk_buffer_slice(&c->text, text);
    return true;
}

rk_xml_handler rk_part_handler(rk_part_check *check)
{
    return (rk_xml_handler){check, part_start, part_end, part_text};
}

bool rk_part_is_complete(const rk_part_check *check, rk_error *err)
{
    return check->seen == check->part->say_count ||
           rk_fail(err, RK_FILE, "\"%.*s\" is missing", RK_FMT(check->part->says[check->seen]));
}
