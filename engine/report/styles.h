/*
 * styles: how each style looks, and what a workbook's part of styles must therefore say.
 *
 * In:  RK_STYLE_TITLE        Out: bold, 14 points; <font><b/><sz val="14"/>...
 * One quiet style: grey lines, weight and size instead of colour; colour only where it says something, and then
 * together with a word. The writer (xlsx.c) makes its formats from these looks. The one who reads back makes the
 * whole part from them once more, without the library, and compares it byte by byte.
 */
#ifndef RK_REPORT_STYLES_H
#define RK_REPORT_STYLES_H

#include "report/plan.h"

enum {
    RK_LOOK_BOLD = 1,
    RK_LOOK_ITALIC = 2,
    RK_LOOK_WRAP = 4,
    RK_LOOK_RIGHT = 8,
    RK_LOOK_LEFT = 16,   /* dates, which would stand right by themselves */
    RK_LOOK_LINE = 32,   /* a thin line below */
    RK_LOOK_TOP = 64,    /* a line above: totals */
    RK_LOOK_UNDER = 128, /* underlined */
    RK_LOOK_FRAME = 256, /* a line below and above: heads */
    RK_LOOK_INDENT = 512,
};

enum { RK_LINE_COLOUR = 0xBFBFBF, RK_FRAME_COLOUR = 0x7F7F7F, RK_BAR_COLOUR = 0xC5D3E6 };

typedef struct rk_look {
    unsigned flags;
    int size;            /* points */
    uint32_t ink, paper; /* 0: black; 0: none */
    const char *number;  /* NULL: as it comes */
} rk_look;

rk_look rk_look_of(rk_style style, rk_language language);
/* Of alerts: red, or amber; no size. */
rk_look rk_look_of_alert(bool amber);

/* The numbers that a book's cells have for its styles, as they are met. */
typedef struct rk_styles_seen {
    rk_language language;
    uint32_t number[RK_STYLES];    /* 0: not met */
    rk_style first[RK_STYLES + 1]; /* by number: the style that was met with it first */
    uint32_t most;
} rk_styles_seen;

/* A cell of `style` has `number`. False when the style had another one, or the number another look. */
bool rk_styles_meet(rk_styles_seen *seen, rk_style style, uint32_t number);

/* xl/styles.xml, as libxlsxwriter writes it for these cells and the plan's alerts. False when a number below the
 * highest was never met. */
bool rk_styles_put(const rk_styles_seen *seen, const rk_plan *plan, rk_buffer *out);

#endif
