#include "statement/unpack.h"

#include "base/gzip.h"
#include "base/zip.h"

static bool is_zip(rk_slice bytes)
{
    return rk_slice_starts(bytes, RK_S("PK\3\4")) || rk_slice_starts(bytes, RK_S("PK\5\6"));
}

/* ---- packed ---- */

static size_t cap_of(rk_slice bytes)
{
    size_t cap = bytes.len > RK_UNPACKED_MAX / RK_UNPACKED_RATIO ? RK_UNPACKED_MAX
                                                                 : bytes.len * RK_UNPACKED_RATIO;
    return cap > RK_UNPACKED_SMALL ? cap : RK_UNPACKED_SMALL;
}

/* A name that stays in its folder when written as a file. */
static bool is_plain(rk_slice name)
{
    if (name.len == 0 || name.len > 255 || name.at[0] == '.')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        if (c < ' ' || c == '/' || c == '\\' || c == ':' || c == 0x7f)
            return false;
    }
    return true;
}

static rk_zip *open_single(rk_slice bytes, rk_error *err)
{
    rk_zip *zip = rk_zip_open(bytes, 1, err);
    bool good = zip != NULL;
    if (good && rk_zip_count(zip) == 0)
        good = rk_fail(err, RK_DIFFERENT, "the zip archive is empty");
    if (good && !is_plain(rk_zip_name(zip, 0)))
        good = rk_fail(err, RK_DIFFERENT, "the part of the zip archive is named like a path");
    if (good)
        return zip;
    rk_zip_close(zip);
    return NULL;
}

static bool unzip(rk_slice bytes, rk_buffer *out, rk_error *err)
{
    rk_zip *zip = open_single(bytes, err);
    bool good = zip && rk_zip_read(zip, 0, cap_of(bytes), out, err);
    rk_zip_close(zip);
    return good;
}

rk_slice rk_statement_packed_name(rk_slice bytes, rk_arena *arena)
{
    rk_error ignored;
    rk_zip *zip = is_zip(bytes) ? open_single(bytes, &ignored) : NULL;
    if (!zip)
        return (rk_slice){"", 0};
    rk_slice name = rk_arena_slice(arena, rk_zip_name(zip, 0));
    rk_zip_close(zip);
    return name;
}

/* ---- UTF-16 ---- */

static bool is_utf16(rk_slice bytes)
{
    return rk_slice_starts(bytes, RK_S("\xff\xfe")) || rk_slice_starts(bytes, RK_S("\xfe\xff"));
}

static size_t put_utf8(uint32_t c, char *out)
{
    size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(lead[more] | c >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        out[i] = (char)(0x80 | (c >> (6 * (more - i)) & 0x3f));
    return more + 1;
}

/* What is no character becomes U+FFFD; so does a last odd byte. */
static rk_slice utf16_to_utf8(rk_slice bytes, rk_arena *arena)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    bool little = at[0] == 0xff;
    size_t units = bytes.len / 2, len = 0;
    char *out = rk_arena_alloc(arena, units + 1, 3);
    for (size_t i = 1; i < units; i++) {
        uint32_t c = little ? at[2 * i] | (uint32_t)at[2 * i + 1] << 8
                            : at[2 * i + 1] | (uint32_t)at[2 * i] << 8;
        if (c >= 0xd800 && c < 0xdc00 && i + 1 < units) {
            const unsigned char *next = at + 2 * i + 2;
            uint32_t low =
                little ? next[0] | (uint32_t)next[1] << 8 : next[1] | (uint32_t)next[0] << 8;
            bool pair = low >= 0xdc00 && low < 0xe000;
            c = pair ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
            i += pair;
        } else if (c >= 0xd800 && c < 0xe000) {
            c = 0xfffd;
        }
        len += put_utf8(c, out + len);
    }
    if (bytes.len % 2)
        len += put_utf8(0xfffd, out + len);
    return (rk_slice){out, len};
}

/* ---- both ---- */

rk_slice rk_statement_unpack(rk_slice bytes, rk_arena *arena, const char **why)
{
    rk_buffer out = {0};
    rk_error err = {0};
    bool packed = rk_is_gzip(bytes) || is_zip(bytes);
    if (packed) {
        bool good = rk_is_gzip(bytes) ? rk_gunzip(bytes, cap_of(bytes), &out, &err)
                                      : unzip(bytes, &out, &err);
        if (good)
            bytes = rk_arena_slice(arena, rk_buffer_all(&out));
        else
            *why = rk_arena_text(arena, rk_slice_of(err.message));
        rk_buffer_free(&out);
        if (!good)
            return (rk_slice){"", 0};
        if (rk_is_gzip(bytes) || is_zip(bytes))
            return *why = "packed more than once", (rk_slice){"", 0};
    }
    return is_utf16(bytes) ? utf16_to_utf8(bytes, arena) : bytes;
}
