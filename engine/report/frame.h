/*
 * frame: what stands around the cells of a workbook, made from the plan once more, without the library.
 *
 * In:  a plan whose first sheet has a title of 22 points and is 11 columns wide
 * Out: <worksheet ...><sheetPr>...<dimension ref="A1:K86"/>...<sheetData/>...<pageSetup paperSize="9" .../>...
 * The one who reads back tells each part again from its parse (rk_retold) and compares the two texts: widths, panes,
 * filters, alerts, links, page set-up, names, properties. Both are in one form: `<a/>` for an element with nothing
 * in it, values and texts as they are meant, not as XML writes them. The form is that of libxlsxwriter 1.1.4.
 */
#ifndef RK_REPORT_FRAME_H
#define RK_REPORT_FRAME_H

#include "report/plan.h"

/* Where the cells of a sheet were: what its <dimension> must say. */
typedef struct rk_extent {
    bool any;
    uint32_t first_row, last_row;
    size_t first_column, last_column;
} rk_extent;

/* xl/worksheets/sheetN.xml with nothing in <sheetData>; `number` from 0. */
void rk_frame_sheet(const rk_plan *plan, size_t number, const rk_extent *extent, rk_buffer *out);
void rk_frame_workbook(const rk_plan *plan, rk_buffer *out); /* xl/workbook.xml */
void rk_frame_app(const rk_plan *plan, rk_buffer *out);      /* docProps/app.xml */
void rk_frame_core(const rk_plan *plan, rk_buffer *out);     /* docProps/core.xml */

/* A name of a sheet as a formula has it: with quotes where it needs them. */
void rk_frame_quoted(rk_slice name, rk_buffer *out);

/* Links that lead out of the book. */
bool rk_frame_is_outside(const rk_placed *placed);

/* ---- a part as it was read ---- */

typedef struct rk_retold {
    rk_buffer text;
    bool open; /* its last element may still turn out to be empty */
} rk_retold;

void rk_retold_start(rk_retold *retold, rk_slice name, const char **attributes);
void rk_retold_end(rk_retold *retold, rk_slice name);
void rk_retold_text(rk_retold *retold, rk_slice text);

/* Fails (RK_FILE) with the place where `found` leaves what was meant. */
bool rk_retold_is(rk_slice found, rk_slice meant, rk_error *err);

#endif
