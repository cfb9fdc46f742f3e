#include "report/frame.h"

#include <stdlib.h>

#include "report/styles.h"
#include "report/wrap.h"

#define FORMATS "http://schemas.openxmlformats.org/"
#define DOCUMENT FORMATS "officeDocument/2006/"

/* ---- places and names ---- */

/* "A1:K86"; one cell alone is "F22". */
static void put_area(uint32_t row, size_t column, uint32_t last_row, size_t last_column,
                     rk_buffer *out)
{
    char place[24];
    rk_buffer_text(out, rk_plan_place(row, column, place));
    if (row != last_row || column != last_column)
        rk_buffer_printf(out, ":%s", rk_plan_place(last_row, last_column, place));
}

static void put_fixed_place(uint32_t row, size_t column, rk_buffer *out)
{
    char place[24];
    const char *digits = rk_plan_place(row, column, place);
    rk_buffer_char(out, '$');
    while (*digits >= 'A')
        rk_buffer_char(out, *digits++);
    rk_buffer_printf(out, "$%s", digits);
}

static bool is_plain_name(rk_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z') || c == '_' || c == '.';
        if (!is_plain)
            return false;
    }
    return true;
}

void rk_frame_quoted(rk_slice name, rk_buffer *out)
{
    if (is_plain_name(name)) {
        rk_buffer_slice(out, name);
        return;
    }
    rk_buffer_char(out, '\'');
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == '\'')
            rk_buffer_char(out, '\'');
        rk_buffer_char(out, name.at[i]);
    }
    rk_buffer_char(out, '\'');
}

bool rk_frame_is_outside(const rk_placed *placed)
{
    return placed->cell.kind == RK_CELL_LINK &&
           rk_slice_starts(placed->link, RK_S(RK_LINK_OUTSIDE));
}

static void put_element(const char *name, rk_slice text, rk_buffer *out)
{
    if (text.len)
        rk_buffer_printf(out, "<%s>%.*s</%s>", name, RK_FMT(text), name);
    else
        rk_buffer_printf(out, "<%s/>", name);
}

/* ---- a sheet ---- */

static void put_view(const rk_plan_sheet *sheet, bool is_first, rk_buffer *out)
{
    char place[24];
    rk_buffer_printf(out, "<sheetViews><sheetView showGridLines=\"0\"%s workbookViewId=\"0\"",
                     is_first ? " tabSelected=\"1\"" : "");
    if (sheet->freeze_row)
        rk_buffer_printf(out,
                         "><pane ySplit=\"%u\" topLeftCell=\"%s\" activePane=\"bottomLeft\" "
                         "state=\"frozen\"/><selection pane=\"bottomLeft\"/></sheetView>",
                         sheet->freeze_row, rk_plan_place(sheet->freeze_row, 0, place));
    else
        rk_buffer_text(out, "/>");
    rk_buffer_text(out, "</sheetViews><sheetFormatPr defaultRowHeight=\"15\"/>");
}

/* Characters of Calibri 11 are 7 pixels wide, and 5 are around them; widths are told in 256ths. */
static void put_widths(const rk_plan_sheet *sheet, rk_buffer *out)
{
    static const double usual = 8.43;
    bool any = false;
    for (size_t c = 0; c < sheet->column_count; c++) {
        double width = sheet->widths[c];
        if (width <= 0)
            continue;
        unsigned pixels =
            width < 1 ? (unsigned)(width * 12 + 0.5) : (unsigned)(width * 7 + 0.5) + 5;
        rk_buffer_printf(out, "%s<col min=\"%zu\" max=\"%zu\" width=\"%.16G\"%s/>",
                         any ? "" : "<cols>", c + 1, c + 1,
                         (double)(unsigned)(pixels / 7.0 * 256) / 256,
                         width == usual ? "" : " customWidth=\"1\"");
        any = true;
    }
    rk_buffer_text(out, any ? "</cols>" : "");
}

static void put_filter_area(const rk_plan_sheet *sheet, bool is_fixed, rk_buffer *out)
{
    uint32_t last = sheet->list_row - 1 + (sheet->list_count ? (uint32_t)sheet->list_count : 1);
    size_t column = sheet->list_columns - 1;
    if (!is_fixed) {
        put_area(sheet->list_row - 1, 0, last, column, out);
        return;
    }
    put_fixed_place(sheet->list_row - 1, 0, out);
    rk_buffer_char(out, ':');
    put_fixed_place(last, column, out);
}

/* The first colour that an alert of the book has is style 0. */
static int first_colour(const rk_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        for (size_t k = 0; k < plan->sheets[i]->alert_count; k++)
            if (plan->sheets[i]->alerts[k].kind != RK_ALERT_BARS)
                return plan->sheets[i]->alerts[k].amber;
    return 0;
}

static void put_rule(const rk_plan *plan, const rk_alert *alert, size_t priority, rk_buffer *out)
{
    if (alert->kind == RK_ALERT_BARS)
        rk_buffer_printf(out,
                         "<cfRule type=\"dataBar\" priority=\"%zu\"><dataBar><cfvo type=\"num\" "
                         "val=\"0\"/><cfvo type=\"max\" val=\"0\"/><color rgb=\"FF%06X\"/>"
                         "</dataBar></cfRule>",
                         priority, RK_BAR_COLOUR);
    else
        rk_buffer_printf(out,
                         "<cfRule type=\"cellIs\" dxfId=\"%d\" priority=\"%zu\" stopIfTrue=\"1\" "
                         "operator=\"%s\"><formula>%.16G</formula></cfRule>",
                         alert->amber != first_colour(plan), priority,
                         alert->kind == RK_ALERT_NOT_ZERO ? "notEqual"
                         : alert->kind == RK_ALERT_ABOVE  ? "greaterThan"
                                                          : "lessThan",
                         alert->kind == RK_ALERT_NOT_ZERO ? 0 : alert->limit);
}

typedef struct ruled {
    char area[48];
    size_t number; /* of the alert, from 0: the order in which they were said */
} ruled;

static int compare_ruled(const void *a, const void *b)
{
    const ruled *x = a, *y = b;
    int by_area = strcmp(x->area, y->area);
    return by_area ? by_area : (x->number > y->number) - (x->number < y->number);
}

/* By their areas as texts; those of one area together. */
static void put_alerts(const rk_plan *plan, const rk_plan_sheet *sheet, rk_buffer *out)
{
    ruled *list = rk_alloc(sheet->alert_count + 1, sizeof *list);
    rk_buffer area = {0};
    for (size_t i = 0; i < sheet->alert_count; i++) {
        const rk_alert *alert = &sheet->alerts[i];
        rk_buffer_clear(&area);
        put_area(alert->first_row, alert->first_column, alert->last_row, alert->last_column, &area);
        memcpy(list[i].area, area.bytes, area.len);
        list[i].area[area.len] = '\0';
        list[i].number = i;
    }
    qsort(list, sheet->alert_count, sizeof *list, compare_ruled);
    for (size_t i = 0; i < sheet->alert_count; i++) {
        if (i == 0 || strcmp(list[i].area, list[i - 1].area) != 0)
            rk_buffer_printf(out, "%s<conditionalFormatting sqref=\"%s\">",
                             i ? "</conditionalFormatting>" : "", list[i].area);
        put_rule(plan, &sheet->alerts[list[i].number], list[i].number + 1, out);
    }
    if (sheet->alert_count)
        rk_buffer_text(out, "</conditionalFormatting>");
    rk_buffer_free(&area);
    free(list);
}

/* Those that lead out of the book by number, in their order; the count of these. */
static size_t put_links(const rk_plan_sheet *sheet, rk_buffer *out)
{
    char place[24];
    size_t outside = 0, all = 0;
    for (size_t i = 0; i < sheet->cell_count; i++) {
        const rk_placed *placed = &sheet->cells[i];
        if (placed->cell.kind != RK_CELL_LINK)
            continue;
        rk_buffer_printf(out, "%s<hyperlink ref=\"%s\"", all++ ? "" : "<hyperlinks>",
                         rk_plan_place(placed->row, placed->column, place));
        if (rk_frame_is_outside(placed))
            rk_buffer_printf(out, " r:id=\"rId%zu\"/>", ++outside);
        else
            rk_buffer_printf(out, " location=\"%s\" display=\"%.*s\"/>",
                             placed->link.at + strlen(RK_LINK_INSIDE), RK_FMT(placed->cell.text));
    }
    rk_buffer_text(out, all ? "</hyperlinks>" : "");
    return outside;
}

static void put_page(const rk_plan *plan, const rk_plan_sheet *sheet, rk_buffer *out)
{
    rk_buffer_printf(out,
                     "<pageMargins left=\"0.4\" right=\"0.4\" top=\"0.5\" bottom=\"0.6\" "
                     "header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" "
                     "fitToHeight=\"0\" orientation=\"%s\"/><headerFooter>",
                     sheet->portrait ? "portrait" : "landscape");
    put_element("oddFooter", plan->footer, out);
    rk_buffer_text(out, "</headerFooter>");
    for (size_t i = 0; i < sheet->break_count; i++) {
        if (i == 0)
            rk_buffer_printf(out, "<rowBreaks count=\"%zu\" manualBreakCount=\"%zu\">",
                             sheet->break_count, sheet->break_count);
        rk_buffer_printf(out, "<brk id=\"%u\" max=\"16383\" man=\"1\"/>", sheet->breaks[i]);
    }
    rk_buffer_text(out, sheet->break_count ? "</rowBreaks>" : "");
    rk_buffer_text(out, "<ignoredErrors><ignoredError sqref=\"A1:AN1048576\" "
                        "numberStoredAsText=\"1\"/></ignoredErrors>");
}

void rk_frame_sheet(const rk_plan *plan, size_t number, const rk_extent *extent, rk_buffer *out)
{
    const rk_plan_sheet *sheet = plan->sheets[number];
    rk_buffer_text(out,
                   "<worksheet xmlns=\"" FORMATS "spreadsheetml/2006/main\" xmlns:r=\"" DOCUMENT
                   "relationships\"><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr>"
                   "<dimension ref=\"");
    put_area(extent->first_row, extent->first_column, extent->last_row, extent->last_column, out);
    rk_buffer_text(out, "\"/>");
    put_view(sheet, number == 0, out);
    put_widths(sheet, out);
    rk_buffer_text(out, "<sheetData/>");
    if (sheet->filters) {
        rk_buffer_text(out, "<autoFilter ref=\"");
        put_filter_area(sheet, false, out);
        rk_buffer_text(out, "\"/>");
    }
    put_alerts(plan, sheet, out);
    size_t outside = put_links(sheet, out);
    put_page(plan, sheet, out);
    if (sheet->chart_count)
        rk_buffer_printf(out, "<drawing r:id=\"rId%zu\"/>", outside + 1);
    rk_buffer_text(out, "</worksheet>");
}

/* ---- the workbook and its properties ---- */

typedef struct named {
    char *quoted; /* as a formula has it */
    char *key;    /* in small letters: what they are sorted by */
    size_t sheet;
} named;

static int compare_named(const void *a, const void *b)
{
    return strcmp(((const named *)a)->key, ((const named *)b)->key);
}

static named *sorted_names(const rk_plan *plan, rk_arena *arena)
{
    named *list = rk_arena_alloc(arena, plan->count + 1, sizeof *list);
    for (size_t i = 0; i < plan->count; i++) {
        rk_buffer quoted = {0};
        rk_frame_quoted(plan->sheets[i]->name, &quoted);
        list[i].sheet = i;
        list[i].quoted = rk_arena_text(arena, rk_buffer_all(&quoted));
        list[i].key = rk_arena_printf(arena, "%s!", list[i].quoted);
        for (char *c = list[i].key; *c; c++)
            *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
        rk_buffer_free(&quoted);
    }
    qsort(list, plan->count, sizeof *list, compare_named);
    return list;
}

/* Of sheets that are not printed as a whole. */
static void put_print_areas(const rk_plan *plan, const named *names, rk_buffer *out)
{
    for (size_t i = 0; i < plan->count; i++) {
        const rk_plan_sheet *sheet = plan->sheets[names[i].sheet];
        if (!sheet->print_rows)
            continue;
        rk_buffer_printf(out, "<definedName name=\"_xlnm.Print_Area\" localSheetId=\"%zu\">%s!",
                         names[i].sheet, names[i].quoted);
        put_fixed_place(0, 0, out);
        rk_buffer_char(out, ':');
        put_fixed_place(sheet->print_rows - 1, rk_wrap_last_column(sheet), out);
        rk_buffer_text(out, "</definedName>");
    }
}

/* Areas of filters, which are hidden, areas that are printed, then rows that each page repeats. */
static void put_names(const rk_plan *plan, const named *names, rk_buffer *out)
{
    size_t start = out->len;
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->sheets[names[i].sheet]->filters)
            continue;
        rk_buffer_printf(out,
                         "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"%zu\" "
                         "hidden=\"1\">%s!",
                         names[i].sheet, names[i].quoted);
        put_filter_area(plan->sheets[names[i].sheet], true, out);
        rk_buffer_text(out, "</definedName>");
    }
    put_print_areas(plan, names, out);
    for (size_t i = 0; i < plan->count; i++) {
        const rk_plan_sheet *sheet = plan->sheets[names[i].sheet];
        if (sheet->repeats)
            rk_buffer_printf(out,
                             "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"%zu\">"
                             "%s!$%u:$%u</definedName>",
                             names[i].sheet, names[i].quoted, sheet->repeat_from + 1,
                             sheet->repeat_until + 1);
    }
    rk_buffer_text(out, out->len > start ? "</definedNames>" : "");
}

void rk_frame_workbook(const rk_plan *plan, rk_buffer *out)
{
    rk_arena arena = {0};
    rk_buffer names = {0};
    rk_buffer_text(
        out, "<workbook xmlns=\"" FORMATS "spreadsheetml/2006/main\" xmlns:r=\"" DOCUMENT
             "relationships\"><fileVersion appName=\"xl\" lastEdited=\"4\" lowestEdited=\"4\" "
             "rupBuild=\"4505\"/><workbookPr defaultThemeVersion=\"124226\"/><bookViews>"
             "<workbookView xWindow=\"240\" yWindow=\"15\" windowWidth=\"16095\" "
             "windowHeight=\"9660\"/></bookViews><sheets>");
    for (size_t i = 0; i < plan->count; i++)
        rk_buffer_printf(out, "<sheet name=\"%.*s\" sheetId=\"%zu\" r:id=\"rId%zu\"/>",
                         RK_FMT(plan->sheets[i]->name), i + 1, i + 1);
    rk_buffer_text(out, "</sheets>");
    put_names(plan, sorted_names(plan, &arena), &names);
    rk_buffer_text(out, names.len ? "<definedNames>" : "");
    rk_buffer_slice(out, rk_buffer_all(&names));
    rk_buffer_text(out, "<calcPr calcId=\"124519\" fullCalcOnLoad=\"1\"/></workbook>");
    rk_buffer_free(&names);
    rk_arena_free(&arena);
}

static void put_pair(const char *name, size_t count, rk_buffer *out)
{
    rk_buffer_printf(out,
                     "<vt:variant><vt:lpstr>%s</vt:lpstr></vt:variant>"
                     "<vt:variant><vt:i4>%zu</vt:i4></vt:variant>",
                     name, count);
}

void rk_frame_app(const rk_plan *plan, rk_buffer *out)
{
    rk_arena arena = {0};
    const named *names = sorted_names(plan, &arena);
    size_t titles = 0;
    for (size_t i = 0; i < plan->count; i++)
        titles += plan->sheets[i]->repeats + (size_t)(plan->sheets[i]->print_rows > 0);
    rk_buffer_printf(out,
                     "<Properties xmlns=\"" DOCUMENT "extended-properties\" xmlns:vt=\"" DOCUMENT
                     "docPropsVTypes\"><Application>Microsoft Excel</Application><DocSecurity>0"
                     "</DocSecurity><ScaleCrop>false</ScaleCrop><HeadingPairs>"
                     "<vt:vector size=\"%d\" baseType=\"variant\">",
                     titles ? 4 : 2);
    put_pair("Worksheets", plan->count, out);
    if (titles)
        put_pair("Named Ranges", titles, out);
    rk_buffer_printf(out,
                     "</vt:vector></HeadingPairs><TitlesOfParts>"
                     "<vt:vector size=\"%zu\" baseType=\"lpstr\">",
                     plan->count + titles);
    for (size_t i = 0; i < plan->count; i++)
        put_element("vt:lpstr", plan->sheets[i]->name, out);
    for (size_t i = 0; i < plan->count; i++)
        if (plan->sheets[names[i].sheet]->print_rows)
            rk_buffer_printf(out, "<vt:lpstr>%s!Print_Area</vt:lpstr>", names[i].quoted);
    for (size_t i = 0; i < plan->count; i++)
        if (plan->sheets[names[i].sheet]->repeats)
            rk_buffer_printf(out, "<vt:lpstr>%s!Print_Titles</vt:lpstr>", names[i].quoted);
    rk_buffer_text(out, "</vt:vector></TitlesOfParts><Company/><LinksUpToDate>false"
                        "</LinksUpToDate><SharedDoc>false</SharedDoc><HyperlinksChanged>false"
                        "</HyperlinksChanged><AppVersion>12.0000</AppVersion></Properties>");
    rk_arena_free(&arena);
}

static void put_time(const char *name, const rk_plan *plan, rk_buffer *out)
{
    rk_buffer_printf(out, "<dcterms:%s xsi:type=\"dcterms:W3CDTF\">", name);
    rk_day_put(out, plan->created);
    rk_buffer_printf(out, "T00:00:0%dZ</dcterms:%s>", plan->created == 0, name);
}

void rk_frame_core(const rk_plan *plan, rk_buffer *out)
{
    rk_buffer_text(out, "<cp:coreProperties xmlns:cp=\"" FORMATS
                        "package/2006/metadata/core-properties\" "
                        "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                        "xmlns:dcterms=\"http://purl.org/dc/terms/\" "
                        "xmlns:dcmitype=\"http://purl.org/dc/dcmitype/\" "
                        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">");
    put_element("dc:title", plan->title, out);
    put_element("dc:subject", plan->subject, out);
    rk_buffer_text(out, "<dc:creator/><cp:lastModifiedBy/>");
    put_time("created", plan, out);
    put_time("modified", plan, out);
    rk_buffer_text(out, "</cp:coreProperties>");
}

/* ---- a part as it was read ---- */

static void close_start(rk_retold *retold)
{
    if (retold->open)
        rk_buffer_char(&retold->text, '>');
    retold->open = false;
}

void rk_retold_start(rk_retold *retold, rk_slice name, const char **attributes)
{
    close_start(retold);
    rk_buffer_char(&retold->text, '<');
    rk_buffer_slice(&retold->text, name);
    for (; attributes[0]; attributes += 2)
        rk_buffer_printf(&retold->text, " %s=\"%s\"", attributes[0], attributes[1]);
    retold->open = true;
}

void rk_retold_end(rk_retold *retold, rk_slice name)
{
    if (retold->open)
        rk_buffer_text(&retold->text, "/>");
    else
        rk_buffer_printf(&retold->text, "</%.*s>", RK_FMT(name));
    retold->open = false;
}

void rk_retold_text(rk_retold *retold, rk_slice text)
{
    close_start(retold);
    rk_buffer_slice(&retold->text, text);
}

bool rk_retold_is(rk_slice found, rk_slice meant, rk_error *err)
{
    enum { SHOWN = 60, BEFORE = 20 };
    size_t at = 0, most = found.len < meant.len ? found.len : meant.len;
    while (at < most && found.at[at] == meant.at[at])
        at++;
    if (at == most && found.len == meant.len)
        return true;
    at = at > BEFORE ? at - BEFORE : 0;
    size_t left = found.len - at, wanted = meant.len - at;
    return rk_fail(err, RK_FILE, "\"%.*s\" was read back where \"%.*s\" was meant",
                   (int)(left < SHOWN ? left : SHOWN), found.at + at,
                   (int)(wanted < SHOWN ? wanted : SHOWN), meant.at + at);
}
