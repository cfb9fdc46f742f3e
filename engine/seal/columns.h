/*
 * columns: a batch as bytes and back; how facts, cases and segments are sealed.
 *
 * In:  a batch of 3 rows with columns id (text), office (name)
 * Out: "RKC1", column count, row count, then for each column that is there: name, type, bytes
 * Little-endian; names with a dictionary of their own, so numbers of one run mean nothing in another.
 * Equal batches give equal bytes.
 */
#ifndef RK_SEAL_COLUMNS_H
#define RK_SEAL_COLUMNS_H

#include "base/buffer.h"
#include "base/error.h"
#include "model/columns.h"

void rk_columns_encode(const rk_batch *batch, const rk_names *names, const rk_texts *texts,
                       rk_buffer *out);

/* Appends the rows to `batch`. A column that the bytes have and the batch lacks is added; one that the
 * batch has and the bytes lack is filled with its empty value. `bytes` must outlive `texts`: text is
 * referred to, not copied. RK_DIFFERENT when the bytes are no such batch; RK_INVALID when a newer program
 * wrote them: another format, or a column that is not known here. */
bool rk_columns_decode(rk_slice bytes, rk_batch *batch, rk_names *names, rk_texts *texts,
                       rk_error *err);

/* Batches one behind the other in one object, each with its length before it. */
void rk_columns_put_part(const rk_batch *batch, const rk_names *names, const rk_texts *texts,
                         rk_buffer *out);
/* Takes the next part off `rest`; false when it is cut short. */
bool rk_columns_cut_part(rk_slice *rest, rk_slice *part);

#endif
