/*
 * cells: two workbooks compared cell by cell.
 *
 * In:  the bytes of two .xlsx        Out: "Ringkasan!C14: 5 before, 6 now", and how many cells differ
 * Values and texts as they are stored; formats are not looked at. What cannot be read differs as a whole.
 */
#ifndef RK_REPORT_CELLS_H
#define RK_REPORT_CELLS_H

#include "base/buffer.h"

/* Appends the first cells that differ, at most `most` of them, one line each; counts all. */
size_t rk_cells_differ(rk_slice before, rk_slice now, size_t most, rk_buffer *lines);

#endif
