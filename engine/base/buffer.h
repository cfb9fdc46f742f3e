/*
 * buffer: bytes that grow; where every output is put together.
 *
 * In:  rk_buffer out = {0}; rk_buffer_text(&out, "total,"); rk_buffer_u64(&out, 42);
 * Out: out.bytes = "total,42", out.len = 8
 * Free with rk_buffer_free. A buffer that would pass RK_BUFFER_MAX ends as memory exhausted.
 */
#ifndef RK_BASE_BUFFER_H
#define RK_BASE_BUFFER_H

#include "base/memory.h"

#define RK_BUFFER_MAX ((size_t)1 << 40)

typedef struct rk_buffer {
    char *bytes;
    size_t len;
    size_t capacity;
} rk_buffer; /* {0} is an empty buffer */

/* Makes room for `more` bytes and returns where they go; the caller adds to len. */
char *rk_buffer_grow(rk_buffer *buffer, size_t more);
static inline char *rk_buffer_room(rk_buffer *buffer, size_t more)
{
    return more < buffer->capacity - buffer->len ? buffer->bytes + buffer->len
                                                 : rk_buffer_grow(buffer, more);
}

static inline void rk_buffer_bytes(rk_buffer *buffer, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    memcpy(rk_buffer_room(buffer, len), bytes, len);
    buffer->len += len;
}
void rk_buffer_slice(rk_buffer *buffer, rk_slice text);
void rk_buffer_text(rk_buffer *buffer, const char *text);
static inline void rk_buffer_char(rk_buffer *buffer, char c)
{
    *rk_buffer_room(buffer, 1) = c;
    buffer->len++;
}
void rk_buffer_u64(rk_buffer *buffer, uint64_t value);
void rk_buffer_i64(rk_buffer *buffer, int64_t value);
void rk_buffer_printf(rk_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One CSV cell by RFC 4180: quoted only when it holds a comma, a quote, CR or LF. */
void rk_buffer_csv(rk_buffer *buffer, rk_slice cell);

/* One JSON string with its quotes (RFC 8259); bytes that are not UTF-8 become U+FFFD. */
void rk_buffer_json(rk_buffer *buffer, rk_slice text);

/* Lower-case hexadecimal of `len` bytes. */
void rk_buffer_hex(rk_buffer *buffer, const unsigned char *bytes, size_t len);

rk_slice rk_buffer_all(const rk_buffer *buffer);
void rk_buffer_clear(rk_buffer *buffer); /* keeps the memory */
void rk_buffer_free(rk_buffer *buffer);

#endif
