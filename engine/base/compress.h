/*
 * compress: zstd frames with a content checksum (RFC 8878), level fixed, one thread.
 *
 * In:  bytes    Out: a frame that rk_decompress gives back unchanged
 */
#ifndef RK_BASE_COMPRESS_H
#define RK_BASE_COMPRESS_H

#include "base/buffer.h"
#include "base/error.h"

/* Appends the frame of `bytes` to `out`. */
void rk_compress(rk_slice bytes, rk_buffer *out);

/* Appends the content of one whole frame. Fails (RK_DIFFERENT) on a damaged or truncated frame, on
 * trailing bytes, and when the content would be larger than `max`. */
bool rk_decompress(rk_slice frame, size_t max, rk_buffer *out, rk_error *err);

#endif
