/*
 * wrap: the room that a text takes in a cell, for heights, widths and page breaks.
 *
 * In:  "Belum teridentifikasi", RK_STYLE_WRAP, a column of 14        Out: 1 line, 17 points
 * Programs that open a book do not all fit rows by themselves, and none does it in print. Widths are those of the
 * books' font, Calibri, in digits, which is how columns are measured; fonts that stand in for it keep these
 * proportions within a few hundredths. No font is looked up: the same text takes the same room everywhere.
 */
#ifndef RK_REPORT_WRAP_H
#define RK_REPORT_WRAP_H

#include "report/plan.h"

enum {
    RK_PAGE_ACROSS = 1045, /* pixels of A4 between the margins, landscape */
    RK_PAGE_DOWN = 688,
    RK_PAGE_WIDEST = 1250, /* what may stand side by side: 9 points print as 7.5 */
};

/* Of a row of a fitted book, whose texts are of 9 points. */
#define RK_POINTS_FITTED 12.75

/* Width of a text in one line, of its longest word, in characters as columns are measured. */
double rk_wrap_width(rk_slice text, rk_style style);
double rk_wrap_longest(rk_slice text, rk_style style);

/* Lines of a cell in a column of `width`, broken between words as programs do; 1 where it does not wrap. */
unsigned rk_wrap_lines(const rk_cell *cell, double width);
/* The height of a row that these lines need, in points. */
double rk_wrap_points(const rk_cell *cell, double width);

/* The last column of what is printed, charts included. */
size_t rk_wrap_last_column(const rk_plan_sheet *sheet);

/* Pixels of the first `count` columns of a sheet, as its file says them. */
double rk_wrap_pixels(const rk_plan_sheet *sheet, size_t count);

#endif
