#include "report/styles.h"

#include <string.h>

/* "_-" is a blank as wide as '-': it keeps numbers away from the text of the next column. (An indent
 * would do, but LibreOffice forgets it in every second cell.) */
#define GAP "_-_-"
#define COUNT_FORMAT "#,##0" GAP ";-#,##0" GAP ";\"–\"" GAP
#define SEN_FORMAT "#,##0.00" GAP ";-#,##0.00" GAP ";\"–\"" GAP
#define CHECK_FORMAT(digits, zero) "+" digits GAP ";-" digits GAP ";\"" zero "\"" GAP
#define GREY 0x595959
#define PALE 0xEDEDED

static const rk_look looks[RK_STYLES] = {
    [RK_STYLE_TITLE] = {RK_LOOK_BOLD, 14, 0, 0, NULL},
    [RK_STYLE_SUBTITLE] = {RK_LOOK_BOLD, 11, 0, 0, NULL},
    [RK_STYLE_META] = {0, 9, GREY, 0, NULL},
    [RK_STYLE_PROVISIONAL] = {RK_LOOK_BOLD, 9, 0x9C5700, 0, NULL},
    [RK_STYLE_GOOD] = {RK_LOOK_BOLD, 11, 0x0B5D1E, 0xDDF0E0, NULL},
    [RK_STYLE_WARN] = {RK_LOOK_BOLD, 11, 0x6B4E00, 0xFFF0C2, NULL},
    [RK_STYLE_BAD] = {RK_LOOK_BOLD, 11, 0x9C0006, 0xFBDCDC, NULL},
    [RK_STYLE_BLOCK] = {RK_LOOK_BOLD, 11, 0x1F3864, 0, NULL},
    [RK_STYLE_HEAD] = {RK_LOOK_BOLD | RK_LOOK_WRAP | RK_LOOK_FRAME, 9, 0, PALE, NULL},
    [RK_STYLE_HEAD_RIGHT] = {RK_LOOK_INDENT | RK_LOOK_BOLD | RK_LOOK_WRAP | RK_LOOK_FRAME |
                                 RK_LOOK_RIGHT,
                             9, 0, PALE, NULL},
    [RK_STYLE_TEXT] = {RK_LOOK_LINE, 9, 0, 0, NULL},
    [RK_STYLE_WRAP] = {RK_LOOK_LINE | RK_LOOK_WRAP, 9, 0, 0, NULL},
    [RK_STYLE_PLAIN] = {0, 9, 0, 0, NULL},
    [RK_STYLE_BOLD] = {RK_LOOK_LINE | RK_LOOK_BOLD | RK_LOOK_WRAP, 9, 0, 0, NULL},
    [RK_STYLE_NIL] = {RK_LOOK_LINE | RK_LOOK_ITALIC, 9, GREY, 0, NULL},
    [RK_STYLE_NIL_RIGHT] = {RK_LOOK_LINE | RK_LOOK_ITALIC | RK_LOOK_RIGHT, 9, GREY, 0, NULL},
    [RK_STYLE_AGAIN] = {RK_LOOK_LINE, 9, 0x9A9A9A, 0, NULL},
    [RK_STYLE_COUNT] = {RK_LOOK_LINE | RK_LOOK_RIGHT, 9, 0, 0, COUNT_FORMAT},
    [RK_STYLE_MONEY] = {RK_LOOK_LINE | RK_LOOK_RIGHT, 9, 0, 0, COUNT_FORMAT},
    [RK_STYLE_MONEY_SEN] = {RK_LOOK_LINE | RK_LOOK_RIGHT, 9, 0, 0, SEN_FORMAT},
    [RK_STYLE_PERCENT] = {RK_LOOK_LINE | RK_LOOK_RIGHT, 9, 0, 0, "0.00" GAP},
    [RK_STYLE_NUMBER] = {RK_LOOK_LINE | RK_LOOK_RIGHT, 9, 0, 0, "#,##0" GAP},
    [RK_STYLE_DAY] = {RK_LOOK_LINE | RK_LOOK_LEFT, 9, 0, 0, "dd/mm/yyyy"},
    [RK_STYLE_DAYTIME] = {RK_LOOK_LINE | RK_LOOK_LEFT, 9, 0, 0, "dd/mm/yyyy hh:mm"},
    [RK_STYLE_LATE] = {RK_LOOK_LINE | RK_LOOK_BOLD, 9, 0x6B4E00, 0xFFF0C2, NULL},
    [RK_STYLE_DAY_LATE] = {RK_LOOK_LINE | RK_LOOK_LEFT, 9, 0x6B4E00, 0xFFF0C2, "dd/mm/yyyy"},
    [RK_STYLE_DAYTIME_LATE] = {RK_LOOK_LINE | RK_LOOK_LEFT, 9, 0x6B4E00, 0xFFF0C2,
                               "dd/mm/yyyy hh:mm"},
    [RK_STYLE_CHANGE] = {RK_LOOK_LINE | RK_LOOK_RIGHT, 9, 0, 0, CHECK_FORMAT("#,##0", "–")},
    [RK_STYLE_CHANGE_SEN] = {RK_LOOK_LINE | RK_LOOK_RIGHT, 9, 0, 0, CHECK_FORMAT("#,##0.00", "–")},
    [RK_STYLE_LINK] = {RK_LOOK_LINE | RK_LOOK_UNDER, 9, 0x1F4E79, 0, NULL},
    [RK_STYLE_INPUT] = {RK_LOOK_LINE, 9, 0, 0xFFFBE6, NULL},
    [RK_STYLE_DIGEST] = {RK_LOOK_LINE | RK_LOOK_WRAP, 7, GREY, 0, NULL},
    [RK_STYLE_NOTE] = {RK_LOOK_ITALIC, 8, GREY, 0, NULL},
    [RK_STYLE_TOTAL] = {RK_LOOK_BOLD | RK_LOOK_TOP, 9, 0, PALE, NULL},
    [RK_STYLE_TOTAL_COUNT] = {RK_LOOK_BOLD | RK_LOOK_TOP | RK_LOOK_RIGHT, 9, 0, PALE, COUNT_FORMAT},
    [RK_STYLE_TOTAL_MONEY] = {RK_LOOK_BOLD | RK_LOOK_TOP | RK_LOOK_RIGHT, 9, 0, PALE, COUNT_FORMAT},
    [RK_STYLE_TOTAL_SEN] = {RK_LOOK_BOLD | RK_LOOK_TOP | RK_LOOK_RIGHT, 9, 0, PALE, SEN_FORMAT},
    [RK_STYLE_TOTAL_PERCENT] = {RK_LOOK_BOLD | RK_LOOK_TOP | RK_LOOK_RIGHT, 9, 0, PALE, "0.00" GAP},
    [RK_STYLE_TOTAL_CHANGE] = {RK_LOOK_BOLD | RK_LOOK_TOP | RK_LOOK_RIGHT, 9, 0, PALE,
                               CHECK_FORMAT("#,##0", "–")},
    [RK_STYLE_CHECK_LABEL] = {RK_LOOK_ITALIC, 9, GREY, 0, NULL},
    [RK_STYLE_CHECK] = {RK_LOOK_ITALIC | RK_LOOK_RIGHT, 9, GREY, 0, CHECK_FORMAT("#,##0", "nihil")},
    [RK_STYLE_CHECK_SEN] = {RK_LOOK_ITALIC | RK_LOOK_RIGHT, 9, GREY, 0,
                            CHECK_FORMAT("#,##0.00", "nihil")},
    [RK_STYLE_TOTAL_NIL] = {RK_LOOK_ITALIC | RK_LOOK_TOP | RK_LOOK_RIGHT, 9, GREY, PALE, NULL},
    [RK_STYLE_SOFT] = {RK_LOOK_LINE | RK_LOOK_ITALIC, 9, GREY, 0, NULL},
    [RK_STYLE_SOFT_COUNT] = {RK_LOOK_LINE | RK_LOOK_ITALIC | RK_LOOK_RIGHT, 9, GREY, 0,
                             COUNT_FORMAT},
    [RK_STYLE_SOFT_MONEY] = {RK_LOOK_LINE | RK_LOOK_ITALIC | RK_LOOK_RIGHT, 9, GREY, 0,
                             COUNT_FORMAT},
    [RK_STYLE_SOFT_SEN] = {RK_LOOK_LINE | RK_LOOK_ITALIC | RK_LOOK_RIGHT, 9, GREY, 0, SEN_FORMAT},
    [RK_STYLE_SOFT_PERCENT] = {RK_LOOK_LINE | RK_LOOK_ITALIC | RK_LOOK_RIGHT, 9, GREY, 0,
                               "0.00" GAP},
    [RK_STYLE_SOFT_NUMBER] = {RK_LOOK_LINE | RK_LOOK_ITALIC | RK_LOOK_RIGHT, 9, GREY, 0,
                              "#,##0" GAP},
};

rk_look rk_look_of(rk_style style, rk_language language)
{
    rk_look look = looks[style];
    if (language == RK_ENGLISH && style == RK_STYLE_CHECK)
        look.number = CHECK_FORMAT("#,##0", "nil");
    if (language == RK_ENGLISH && style == RK_STYLE_CHECK_SEN)
        look.number = CHECK_FORMAT("#,##0.00", "nil");
    return look;
}

rk_look rk_look_of_alert(bool amber)
{
    return amber ? (rk_look){0, 0, 0x6B4E00, 0xFFF0C2, NULL}
                 : (rk_look){RK_LOOK_BOLD, 0, 0x9C0006, 0xFBDCDC, NULL};
}

/* ---- which number is which style ---- */

static bool is_same_number(const rk_look *a, const rk_look *b)
{
    return a->number && b->number ? strcmp(a->number, b->number) == 0 : a->number == b->number;
}

static bool is_same_look(const rk_look *a, const rk_look *b)
{
    return a->flags == b->flags && a->size == b->size && a->ink == b->ink && a->paper == b->paper &&
           is_same_number(a, b);
}

static bool meet_first(rk_styles_seen *seen, rk_style style, uint32_t number)
{
    if (number == 0 || number >= RK_STYLES)
        return false;
    rk_style other = seen->first[number];
    rk_look mine = rk_look_of(style, seen->language), its = rk_look_of(other, seen->language);
    if (other != RK_STYLE_NONE && !is_same_look(&mine, &its))
        return false;
    seen->first[number] = other == RK_STYLE_NONE ? style : other;
    seen->number[style] = number;
    seen->most = number > seen->most ? number : seen->most;
    return true;
}

bool rk_styles_meet(rk_styles_seen *seen, rk_style style, uint32_t number)
{
    if (style == RK_STYLE_NONE || seen->number[style])
        return seen->number[style] == number;
    return meet_first(seen, style, number);
}

/* ---- the part, from the looks alone ---- */

/* Fonts, fills, lines and number formats stand in lists of their own, each once, in the order of first use. */
typedef bool (*same_look)(const rk_look *a, const rk_look *b);

typedef struct distinct {
    rk_look items[RK_STYLES];
    uint32_t count;
} distinct;

static uint32_t find_or_add(distinct *list, const rk_look *look, same_look same)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (same(&list->items[i], look))
            return i;
    list->items[list->count] = *look;
    return list->count++;
}

enum {
    FONT_FLAGS = RK_LOOK_BOLD | RK_LOOK_ITALIC | RK_LOOK_UNDER,
    EDGE_FLAGS = RK_LOOK_LINE | RK_LOOK_TOP | RK_LOOK_FRAME,
};

static bool is_same_font(const rk_look *a, const rk_look *b)
{
    return (a->flags & FONT_FLAGS) == (b->flags & FONT_FLAGS) && a->size == b->size &&
           a->ink == b->ink;
}

static bool is_same_paper(const rk_look *a, const rk_look *b)
{
    return a->paper == b->paper;
}

static bool is_same_edge(const rk_look *a, const rk_look *b)
{
    return (a->flags & EDGE_FLAGS) == (b->flags & EDGE_FLAGS);
}

static void put_numbers(const distinct *numbers, rk_buffer *out)
{
    if (numbers->count == 1) /* the first is none */
        return;
    rk_buffer_printf(out, "<numFmts count=\"%u\">", numbers->count - 1);
    for (uint32_t i = 1; i < numbers->count; i++) {
        rk_buffer_printf(out, "<numFmt numFmtId=\"%u\" formatCode=\"", 163 + i);
        for (const char *at = numbers->items[i].number; *at; at++)
            rk_buffer_bytes(out, *at == '"' ? "&quot;" : at, *at == '"' ? 6 : 1);
        rk_buffer_text(out, "\"/>");
    }
    rk_buffer_text(out, "</numFmts>");
}

static void put_fonts(const distinct *fonts, rk_buffer *out)
{
    rk_buffer_printf(out, "<fonts count=\"%u\">", fonts->count);
    for (uint32_t i = 0; i < fonts->count; i++) {
        const rk_look *font = &fonts->items[i];
        rk_buffer_printf(out, "<font>%s%s%s<sz val=\"%d\"/>",
                         font->flags & RK_LOOK_BOLD ? "<b/>" : "",
                         font->flags & RK_LOOK_ITALIC ? "<i/>" : "",
                         font->flags & RK_LOOK_UNDER ? "<u/>" : "", font->size);
        if (font->ink)
            rk_buffer_printf(out, "<color rgb=\"FF%06X\"/>", font->ink);
        else
            rk_buffer_text(out, "<color theme=\"1\"/>");
        rk_buffer_text(out,
                       "<name val=\"Calibri\"/><family val=\"2\"/><scheme val=\"minor\"/></font>");
    }
    rk_buffer_text(out, "</fonts>");
}

static void put_papers(const distinct *papers, rk_buffer *out)
{
    rk_buffer_printf(out,
                     "<fills count=\"%u\"><fill><patternFill patternType=\"none\"/></fill>"
                     "<fill><patternFill patternType=\"gray125\"/></fill>",
                     papers->count + 1);
    for (uint32_t i = 1; i < papers->count; i++)
        rk_buffer_printf(out,
                         "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FF%06X\"/>"
                         "<bgColor indexed=\"64\"/></patternFill></fill>",
                         papers->items[i].paper);
    rk_buffer_text(out, "</fills>");
}

static void put_edge(rk_buffer *out, const char *side, const char *kind, uint32_t colour)
{
    if (kind)
        rk_buffer_printf(out, "<%s style=\"%s\"><color rgb=\"FF%06X\"/></%s>", side, kind, colour,
                         side);
    else
        rk_buffer_printf(out, "<%s/>", side);
}

static void put_edges(const distinct *edges, rk_buffer *out)
{
    rk_buffer_printf(out, "<borders count=\"%u\">", edges->count);
    for (uint32_t i = 0; i < edges->count; i++) {
        unsigned flags = edges->items[i].flags;
        bool framed = flags & RK_LOOK_FRAME;
        rk_buffer_text(out, "<border><left/><right/>");
        put_edge(out, "top", framed || flags & RK_LOOK_TOP ? "thin" : NULL, RK_FRAME_COLOUR);
        put_edge(out, "bottom",
                 framed                 ? "thin"
                 : flags & RK_LOOK_LINE ? "hair"
                                        : NULL,
                 framed ? RK_FRAME_COLOUR : RK_LINE_COLOUR);
        rk_buffer_text(out, "<diagonal/></border>");
    }
    rk_buffer_text(out, "</borders>");
}

static const char *applies(uint32_t number, const char *attribute)
{
    return number ? attribute : "";
}

static void put_cell_style(const rk_look *look, const uint32_t lists[4], rk_buffer *out)
{
    rk_buffer_printf(
        out, "<xf numFmtId=\"%u\" fontId=\"%u\" fillId=\"%u\" borderId=\"%u\" xfId=\"0\"%s%s%s%s",
        lists[0] ? 163 + lists[0] : 0, lists[1], lists[2] ? lists[2] + 1 : 0, lists[3],
        applies(lists[0], " applyNumberFormat=\"1\""), applies(lists[1], " applyFont=\"1\""),
        applies(lists[2], " applyFill=\"1\""), applies(lists[3], " applyBorder=\"1\""));
    rk_buffer_printf(out, " applyAlignment=\"1\"><alignment%s vertical=\"center\"%s%s/></xf>",
                     look->flags & RK_LOOK_RIGHT  ? " horizontal=\"right\""
                     : look->flags & RK_LOOK_LEFT ? " horizontal=\"left\""
                                                  : "",
                     look->flags & RK_LOOK_INDENT ? " indent=\"1\"" : "",
                     look->flags & RK_LOOK_WRAP ? " wrapText=\"1\"" : "");
}

static void put_alert(bool amber, rk_buffer *out)
{
    rk_look look = rk_look_of_alert(amber);
    rk_buffer_printf(out,
                     "<dxf><font>%s<color rgb=\"FF%06X\"/></font><fill><patternFill>"
                     "<bgColor rgb=\"FF%06X\"/></patternFill></fill></dxf>",
                     look.flags & RK_LOOK_BOLD ? "<b/>" : "", look.ink, look.paper);
}

/* In the order of first use; bars have no style. */
static void put_alerts(const rk_plan *plan, rk_buffer *out)
{
    int first = -1;
    bool used[2] = {false, false};
    for (size_t i = 0; i < plan->count; i++)
        for (size_t k = 0; k < plan->sheets[i]->alert_count; k++) {
            const rk_alert *alert = &plan->sheets[i]->alerts[k];
            if (alert->kind == RK_ALERT_BARS)
                continue;
            first = first < 0 ? alert->amber : first;
            used[alert->amber] = true;
        }
    if (first < 0) {
        rk_buffer_text(out, "<dxfs count=\"0\"/>");
        return;
    }
    rk_buffer_printf(out, "<dxfs count=\"%d\">", used[0] + used[1]);
    put_alert(first == 1, out);
    if (used[!first])
        put_alert(first == 0, out);
    rk_buffer_text(out, "</dxfs>");
}

bool rk_styles_put(const rk_styles_seen *seen, const rk_plan *plan, rk_buffer *out)
{
    static const same_look same[] = {is_same_number, is_same_font, is_same_paper, is_same_edge};
    static const rk_look plain = {0, 11, 0, 0, NULL};
    distinct lists[4] = {0};
    uint32_t numbers[RK_STYLES + 1][4];
    for (uint32_t n = 0; n <= seen->most; n++) {
        rk_look look = n ? rk_look_of(seen->first[n], seen->language) : plain;
        if (n && seen->first[n] == RK_STYLE_NONE)
            return false;
        for (int i = 0; i < 4; i++)
            numbers[n][i] = find_or_add(&lists[i], &look, same[i]);
    }
    rk_buffer_text(out,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<styleSheet "
                   "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">");
    put_numbers(&lists[0], out);
    put_fonts(&lists[1], out);
    put_papers(&lists[2], out);
    put_edges(&lists[3], out);
    rk_buffer_printf(out,
                     "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" "
                     "borderId=\"0\"/></cellStyleXfs><cellXfs count=\"%u\"><xf numFmtId=\"0\" "
                     "fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>",
                     seen->most + 1);
    for (uint32_t n = 1; n <= seen->most; n++) {
        rk_look look = rk_look_of(seen->first[n], seen->language);
        put_cell_style(&look, numbers[n], out);
    }
    rk_buffer_text(out, "</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" "
                        "builtinId=\"0\"/></cellStyles>");
    put_alerts(plan, out);
    rk_buffer_text(out, "<tableStyles count=\"0\" defaultTableStyle=\"TableStyleMedium9\" "
                        "defaultPivotStyle=\"PivotStyleLight16\"/></styleSheet>");
    return true;
}
