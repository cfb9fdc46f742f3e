/*
 * xlsx: a plan becomes the bytes of an .xlsx, and is read back and compared with the plan.
 *
 * In:  a finished plan        Out: the bytes, and the digest of their uncompressed parts
 * Both functions want the numeric locale C in the calling thread (uselocale). They may run in many
 * threads at once, one plan each.
 */
#ifndef RK_REPORT_XLSX_H
#define RK_REPORT_XLSX_H

#include "base/digest.h"
#include "report/plan.h"

/* Writes the workbook into `scratch` (a private folder that exists), reads the file into `out` and
 * removes it. Fails (RK_FILE) when the library says so; what it does not notice is for the next. */
bool rk_xlsx_write(const rk_plan *plan, const char *scratch, rk_buffer *out, rk_error *err);

/* Unzips and parses `bytes` as a stream and compares every cell (text, number, formula and its stored value),
 * every link, what the charts show, and that each part is there, once, in its place (report/parts.h). Fails
 * (RK_FILE) naming sheet and cell, or the part. `parts`: SHA-256 over name, length and bytes of the
 * uncompressed parts in the order of the archive. Memory: the shared texts, and no part as a whole. */
bool rk_xlsx_read_back(const rk_plan *plan, rk_slice bytes, rk_digest *parts, rk_error *err);

#endif
