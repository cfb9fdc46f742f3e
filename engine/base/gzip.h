/*
 * gzip: one gzip member (RFC 1952) to its bytes, with caps, since files come from outside.
 *
 * In:  the bytes of "mutasi.csv.gz"        Out: those of mutasi.csv; or why not
 * The checksum and the length must agree; nothing may follow the member.
 */
#ifndef RK_BASE_GZIP_H
#define RK_BASE_GZIP_H

#include "base/buffer.h"
#include "base/error.h"

/* Begins like one: 1f 8b. */
bool rk_is_gzip(rk_slice bytes);

/* Appends the content. Fails (RK_DIFFERENT) when it is damaged, cut short, followed by other bytes, or
 * would be larger than `max`; what was appended until then stays. */
bool rk_gunzip(rk_slice bytes, size_t max, rk_buffer *out, rk_error *err);

/* A file's name without ".gz" or ".zip": the same delivery may come packed or not. */
rk_slice rk_plain_name(rk_slice name);

#endif
