/*
 * difference: the workbook of `diff`: each changed figure of several books by cause, and the money by cause.
 *
 * In:  books with their lines, the parts of the money
 * Out: an .xlsx with the sheets Uang and Perbedaan; the parts stand as a live sum that ends with the remainder
 */
#ifndef RK_REPORT_DIFFERENCE_H
#define RK_REPORT_DIFFERENCE_H

#include "base/buffer.h"
#include "base/error.h"
#include "config/report.h"
#include "model/money.h"
#include "report/figures.h"

typedef struct rk_difference_book {
    rk_slice path;
    const rk_corrections *lines;
} rk_difference_book;

typedef struct rk_difference_part {
    rk_ground ground;
    rk_money amount;
    int64_t count;
} rk_difference_part;

typedef struct rk_difference {
    rk_language language;
    rk_slice earlier, later; /* "2024-03-05-1", "2024-03-07-1" */
    rk_day created;
    const rk_difference_book *books;
    size_t book_count;
    rk_money before, after; /* booked on the days */
    int64_t count_before, count_after;
    const rk_difference_part *parts;
    size_t part_count;
} rk_difference;

/* `scratch` is a private folder for temporary files. */
bool rk_difference_write(const rk_difference *difference, const char *scratch, rk_buffer *out,
                         rk_error *err);

#endif
