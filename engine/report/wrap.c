#include "report/wrap.h"

#include "report/styles.h"

/* Advance widths of Calibri from ' ' to '~', in 1/2048 em; a digit has 1038. */
static const uint16_t advances[] = {
    463,  667,  821,  1020, 1038, 1464, 1397, 452,  621,  621,  1020, 1020, 511,  627,  517,  791,
    1038, 1038, 1038, 1038, 1038, 1038, 1038, 1038, 1038, 1038, 548,  548,  1020, 1020, 1020, 949,
    1831, 1185, 1114, 1092, 1260, 1000, 941,  1292, 1276, 516,  653,  1064, 861,  1751, 1322, 1356,
    1058, 1378, 1112, 941,  998,  1314, 1162, 1822, 1063, 998,  959,  628,  791,  628,  1020, 1020,
    596,  981,  1076, 866,  1076, 1019, 625,  964,  1076, 470,  490,  931,  470,  1636, 1076, 1080,
    1076, 1076, 714,  801,  686,  1076, 925,  1464, 887,  927,  809,  644,  943,  644,  1020};
enum { DIGIT = 1038, OTHER = 1100, LINES_MAX = 30, POINTS_OF_WIDTHS = 11 };

/* What one character of a style takes, in 1/2048 em of the books' plain font; a little more than it does. */
static double scale_of(rk_style style)
{
    rk_look look = rk_look_of(style, RK_INDONESIAN);
    double wider = look.flags & RK_LOOK_BOLD ? 1.09 : 1.03;
    return wider * look.size / POINTS_OF_WIDTHS / DIGIT;
}

static unsigned advance(unsigned char c)
{
    if ((c & 0xC0) == 0x80)
        return 0; /* a further byte of the character before */
    return c >= ' ' && c <= '~' ? advances[c - ' '] : OTHER;
}

static double width_of(rk_slice text, double scale)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < text.len; i++)
        sum += advance((unsigned char)text.at[i]);
    return (double)sum * scale;
}

/* Cuts a word, with what stands before it, off the text. */
static rk_slice cut_word(rk_slice *rest)
{
    size_t end = 0;
    while (end < rest->len && rest->at[end] == ' ')
        end++;
    while (end < rest->len && rest->at[end] != ' ')
        if (rest->at[end++] == '-')
            break;
    rk_slice word = {rest->at, end};
    *rest = (rk_slice){rest->at + end, rest->len - end};
    return word;
}

static rk_slice without_blanks(rk_slice word)
{
    while (word.len && word.at[0] == ' ')
        word = (rk_slice){word.at + 1, word.len - 1};
    return word;
}

double rk_wrap_width(rk_slice text, rk_style style)
{
    return width_of(text, scale_of(style));
}

double rk_wrap_longest(rk_slice text, rk_style style)
{
    double scale = scale_of(style), most = 0;
    while (text.len) {
        double width = width_of(without_blanks(cut_word(&text)), scale);
        most = width > most ? width : most;
    }
    return most;
}

unsigned rk_wrap_lines(const rk_cell *cell, double width)
{
    if (cell->kind != RK_CELL_TEXT || width <= 0)
        return 1;
    rk_look look = rk_look_of((rk_style)cell->style, RK_INDONESIAN);
    if (!(look.flags & RK_LOOK_WRAP))
        return 1;
    double scale = scale_of((rk_style)cell->style), at = 0;
    unsigned lines = 1;
    rk_slice rest = cell->text;
    if (look.flags & RK_LOOK_INDENT)
        width = width > 3 ? width - 1.3 : width;
    if (width_of(rest, scale) <= width)
        return 1; /* most do */
    while (rest.len && lines < LINES_MAX) {
        rk_slice word = cut_word(&rest);
        double needed = width_of(word, scale);
        if (at > 0 && at + needed > width) {
            lines++;
            at = 0;
            needed = width_of(without_blanks(word), scale);
        }
        for (at += needed; at > width && lines < LINES_MAX; at -= width)
            lines++; /* a word that is broken */
    }
    return lines;
}

double rk_wrap_points(const rk_cell *cell, double width)
{
    unsigned lines = rk_wrap_lines(cell, width);
    if (lines == 1)
        return RK_POINTS_FITTED;
    return lines * (rk_look_of((rk_style)cell->style, RK_INDONESIAN).size * 4.0 / 3) + 1.5;
}

double rk_wrap_pixels(const rk_plan_sheet *sheet, size_t count)
{
    double pixels = 0;
    for (size_t c = 0; c < count; c++)
        pixels += (sheet->widths[c] > 0 ? sheet->widths[c] : 8.43) * 7 + 5;
    return pixels;
}

size_t rk_wrap_last_column(const rk_plan_sheet *sheet)
{
    size_t last = 0;
    double most = rk_wrap_pixels(sheet, sheet->column_count);
    for (size_t k = 0; k < sheet->chart_count; k++) {
        double right = rk_wrap_pixels(sheet, sheet->charts[k].column) + sheet->charts[k].width;
        most = right > most ? right : most;
    }
    while (last + 1 < RK_PLAN_COLUMNS && rk_wrap_pixels(sheet, last + 1) < most)
        last++;
    return last;
}
