/*
 * lines: the text of roots and manifests: one record a line, cells apart by tabs.
 *
 * In:  "segment\ta\t2024-03-05\t..."        Out: cells {"segment", "a", "2024-03-05", ...}
 * A cell holds no tab and no line end; names from outside are written with %09, %0A, %0D, %25.
 */
#ifndef RK_SEAL_LINES_H
#define RK_SEAL_LINES_H

#include "model/moment.h"
#include "seal/archive.h"

enum { RK_CELLS_MAX = 24 };

typedef struct rk_line {
    rk_slice cells[RK_CELLS_MAX];
    size_t count;
    size_t at; /* the next cell to read */
    bool good; /* every cell read so far was there and right */
} rk_line;

/* The next line of `rest`; false at the end. */
bool rk_line_next(rk_slice *rest, rk_line *line);

/* The first line of a text: its kind ("rekon-manifest"), then the number of its format. RK_DIFFERENT when it is
 * something else, RK_INVALID when a newer program wrote it. */
bool rk_line_format(rk_line *line, const char *kind, const char *shown, uint64_t known,
                    rk_error *err);

rk_slice rk_line_text(rk_line *line);
uint64_t rk_line_u64(rk_line *line);
int64_t rk_line_i64(rk_line *line);
rk_day rk_line_day(rk_line *line);                     /* "-" is RK_NO_DAY */
rk_digest rk_line_digest(rk_line *line);               /* "-" is zero */
rk_ref rk_line_ref(rk_line *line);                     /* three cells */
rk_slice rk_line_name(rk_line *line, rk_arena *arena); /* escaped text */

void rk_line_put_day(rk_buffer *out, rk_day day);
void rk_line_put_digest(rk_buffer *out, const rk_digest *digest);
void rk_line_put_ref(rk_buffer *out, const rk_ref *ref);
void rk_line_put_name(rk_buffer *out, rk_slice name);

#endif
