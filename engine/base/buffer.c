#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/pen.h"

char *rk_buffer_grow(rk_buffer *buffer, size_t more)
{
    size_t needed = buffer->len + more;
    if (needed < more || needed > RK_BUFFER_MAX)
        needed = SIZE_MAX; /* ends as memory exhausted */
    buffer->bytes = rk_grow(buffer->bytes, &buffer->capacity, needed, 1);
    return buffer->bytes + buffer->len;
}

void rk_buffer_slice(rk_buffer *buffer, rk_slice text)
{
    rk_buffer_bytes(buffer, text.at, text.len);
}

void rk_buffer_text(rk_buffer *buffer, const char *text)
{
    rk_buffer_bytes(buffer, text, strlen(text));
}

void rk_buffer_u64(rk_buffer *buffer, uint64_t value)
{
    char *from = rk_buffer_room(buffer, RK_PEN_NUMBER);
    buffer->len += (size_t)(rk_pen_u64(from, value) - from);
}

void rk_buffer_i64(rk_buffer *buffer, int64_t value)
{
    if (value < 0)
        rk_buffer_char(buffer, '-');
    rk_buffer_u64(buffer, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void rk_buffer_printf(rk_buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    vsnprintf(rk_buffer_room(buffer, (size_t)length + 1), (size_t)length + 1, format, again);
    va_end(again);
    buffer->len += (size_t)length;
}

void rk_buffer_csv(rk_buffer *buffer, rk_slice cell)
{
    char *from = rk_buffer_room(buffer, rk_pen_cell_room(cell));
    buffer->len += (size_t)(rk_pen_cell(from, cell) - from);
}

static void json_ascii(rk_buffer *buffer, char c)
{
    switch (c) {
    case '"':
        rk_buffer_text(buffer, "\\\"");
        break;
    case '\\':
        rk_buffer_text(buffer, "\\\\");
        break;
    case '\n':
        rk_buffer_text(buffer, "\\n");
        break;
    case '\r':
        rk_buffer_text(buffer, "\\r");
        break;
    case '\t':
        rk_buffer_text(buffer, "\\t");
        break;
    default:
        if ((unsigned char)c < 0x20 || c == 0x7f)
            rk_buffer_printf(buffer, "\\u%04x", (unsigned)(unsigned char)c);
        else
            rk_buffer_char(buffer, c);
    }
}

void rk_buffer_json(rk_buffer *buffer, rk_slice text)
{
    const char *at = text.at, *end = text.at + text.len;
    rk_buffer_char(buffer, '"');
    while (at < end) {
        size_t length = rk_utf8_sequence(at, end);
        if (length == 1)
            json_ascii(buffer, *at);
        else if (length > 1)
            rk_buffer_bytes(buffer, at, length);
        else
            rk_buffer_text(buffer, "\xef\xbf\xbd");
        at += length ? length : 1;
    }
    rk_buffer_char(buffer, '"');
}

void rk_buffer_hex(rk_buffer *buffer, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char *to = rk_buffer_room(buffer, 2 * len);
    for (size_t i = 0; i < len; i++) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    buffer->len += 2 * len;
}

rk_slice rk_buffer_all(const rk_buffer *buffer)
{
    return (rk_slice){buffer->bytes, buffer->len};
}

void rk_buffer_clear(rk_buffer *buffer)
{
    buffer->len = 0;
}

void rk_buffer_free(rk_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (rk_buffer){0};
}
