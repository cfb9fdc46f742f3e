#include "seal/lines.h"

bool rk_line_next(rk_slice *rest, rk_line *line)
{
    rk_slice text;
    *line = (rk_line){.good = true};
    if (!rest->at || rest->len == 0 || !rk_slice_cut(rest, '\n', &text))
        return false;
    while (line->count < RK_CELLS_MAX && rk_slice_cut(&text, '\t', &line->cells[line->count]))
        line->count++;
    return true;
}

bool rk_line_format(rk_line *line, const char *kind, const char *shown, uint64_t known,
                    rk_error *err)
{
    rk_slice what = rk_line_text(line);
    uint64_t format = rk_line_u64(line);
    if (!line->good || !rk_slice_is(what, kind) || format == 0)
        return rk_fail(err, RK_DIFFERENT, "not %s", shown);
    if (format <= known)
        return true;
    rk_fail(err, RK_INVALID, "%s of format %llu, this program knows formats up to %llu", shown,
            (unsigned long long)format, (unsigned long long)known);
    return rk_fail_hint(err, "a newer rekon wrote it: use that one, or a newer one");
}

rk_slice rk_line_text(rk_line *line)
{
    if (line->at < line->count)
        return line->cells[line->at++];
    line->good = false;
    return (rk_slice){"", 0};
}

uint64_t rk_line_u64(rk_line *line)
{
    uint64_t value = 0;
    line->good &= rk_slice_to_u64(rk_line_text(line), &value);
    return value;
}

int64_t rk_line_i64(rk_line *line)
{
    rk_slice text = rk_line_text(line);
    int64_t value = INT64_MIN;
    if (!rk_slice_is(text, "-"))
        line->good &= rk_slice_to_i64(text, &value);
    return value;
}

rk_day rk_line_day(rk_line *line)
{
    rk_slice text = rk_line_text(line);
    rk_day day = RK_NO_DAY;
    if (!rk_slice_is(text, "-"))
        line->good &= rk_day_parse(text, &day);
    return day;
}

rk_digest rk_line_digest(rk_line *line)
{
    rk_digest digest = {{0}};
    rk_slice text = rk_line_text(line);
    if (!rk_slice_is(text, "-"))
        line->good &= rk_digest_parse(text, &digest);
    return digest;
}

rk_ref rk_line_ref(rk_line *line)
{
    rk_ref ref;
    ref.content = rk_line_digest(line);
    ref.stored = rk_line_digest(line);
    ref.size = rk_line_u64(line);
    return ref;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

rk_slice rk_line_name(rk_line *line, rk_arena *arena)
{
    rk_slice text = rk_line_text(line);
    char *name = rk_arena_alloc(arena, text.len + 1, 1);
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '%' && i + 2 < text.len && hex_value(text.at[i + 1]) >= 0 &&
            hex_value(text.at[i + 2]) >= 0) {
            c = (char)(hex_value(text.at[i + 1]) << 4 | hex_value(text.at[i + 2]));
            i += 2;
        }
        name[length++] = c;
    }
    return (rk_slice){name, length};
}

void rk_line_put_day(rk_buffer *out, rk_day day)
{
    rk_buffer_char(out, '\t');
    if (day == RK_NO_DAY)
        rk_buffer_char(out, '-');
    rk_day_put(out, day);
}

void rk_line_put_digest(rk_buffer *out, const rk_digest *digest)
{
    rk_buffer_char(out, '\t');
    if (rk_digest_is_zero(digest))
        rk_buffer_char(out, '-');
    else
        rk_digest_put(digest, out);
}

void rk_line_put_ref(rk_buffer *out, const rk_ref *ref)
{
    rk_line_put_digest(out, &ref->content);
    rk_line_put_digest(out, &ref->stored);
    rk_buffer_char(out, '\t');
    rk_buffer_u64(out, ref->size);
}

void rk_line_put_name(rk_buffer *out, rk_slice name)
{
    rk_buffer_char(out, '\t');
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        if (c < 0x20 || c == '%' || c == 0x7f)
            rk_buffer_printf(out, "%%%02X", c);
        else
            rk_buffer_char(out, (char)c);
    }
}
