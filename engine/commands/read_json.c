#include "commands/read_json.h"

#include <errno.h>
#include <stdio.h>

enum { MUCH = 1 << 16 };

void rk_json_key(rk_buffer *out, const char *key)
{
    rk_buffer_char(out, ',');
    rk_buffer_char(out, '"');
    rk_buffer_text(out, key);
    rk_buffer_text(out, "\":");
}

void rk_json_text(rk_buffer *out, const char *key, rk_slice text)
{
    rk_json_key(out, key);
    if (text.len)
        rk_buffer_json(out, text);
    else
        rk_buffer_text(out, "null");
}

/* Dates, times and amounts are written in place: between quotes, or null when nothing was written. */
static size_t quote(rk_buffer *out, const char *key)
{
    rk_json_key(out, key);
    rk_buffer_char(out, '"');
    return out->len;
}

static void unquote(rk_buffer *out, size_t from)
{
    if (out->len > from) {
        rk_buffer_char(out, '"');
    } else {
        out->len--;
        rk_buffer_text(out, "null");
    }
}

void rk_json_day(rk_buffer *out, const char *key, rk_day day)
{
    size_t from = quote(out, key);
    rk_day_put(out, day);
    unquote(out, from);
}

void rk_json_moment(rk_buffer *out, const char *key, rk_moment at, rk_zone zone)
{
    size_t from = quote(out, key);
    rk_moment_put(out, at, zone);
    unquote(out, from);
}

void rk_json_money(rk_buffer *out, const char *key, rk_money minor, int exponent)
{
    size_t from = quote(out, key);
    rk_money_put(out, minor, exponent);
    unquote(out, from);
}

bool rk_json_write(rk_buffer *out, bool all, rk_error *err)
{
    if (out->len < MUCH && !all)
        return true;
    bool good = (out->len == 0 || fwrite(out->bytes, 1, out->len, stdout) == out->len) &&
                (!all || fflush(stdout) == 0);
    rk_buffer_clear(out);
    return good || rk_fail(err, RK_FILE, "could not write to standard output: %s", strerror(errno));
}
