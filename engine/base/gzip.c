#include "base/gzip.h"

#include <zlib.h>

enum { PIECE = 65536, GZIP_ONLY = 16 };

bool rk_is_gzip(rk_slice bytes)
{
    return rk_slice_starts(bytes, RK_S("\x1f\x8b"));
}

/* Z_STREAM_END, or why not; RK_FILE is never used: the bytes are in memory. */
static bool inflate_all(z_stream *stream, size_t max, rk_buffer *out, rk_error *err)
{
    size_t start = out->len;
    for (;;) {
        stream->next_out = (Bytef *)rk_buffer_room(out, PIECE);
        stream->avail_out = PIECE;
        int state = inflate(stream, Z_NO_FLUSH);
        out->len += PIECE - stream->avail_out;
        if (out->len - start > max)
            return rk_fail(err, RK_DIFFERENT, "the content is larger than %zu bytes", max);
        if (state == Z_STREAM_END)
            return true;
        if (state != Z_OK && state != Z_BUF_ERROR)
            return rk_fail(err, RK_DIFFERENT, "the gzip file is damaged");
        if (stream->avail_in == 0 && stream->avail_out > 0)
            return rk_fail(err, RK_DIFFERENT, "the gzip file is cut short");
    }
}

bool rk_gunzip(rk_slice bytes, size_t max, rk_buffer *out, rk_error *err)
{
    z_stream stream = {0};
    if (bytes.len > UINT32_MAX)
        return rk_fail(err, RK_DIFFERENT, "the gzip file is larger than 4 GiB");
    if (inflateInit2(&stream, GZIP_ONLY + MAX_WBITS) != Z_OK)
        return rk_fail(err, RK_DIFFERENT, "could not begin to read the gzip file");
    stream.next_in = (z_const Bytef *)(uintptr_t)bytes.at;
    stream.avail_in = (uInt)bytes.len;
    bool good = inflate_all(&stream, max, out, err);
    if (good && stream.avail_in > 0)
        good = rk_fail(err, RK_DIFFERENT, "%u bytes follow the content of the gzip file",
                       stream.avail_in);
    inflateEnd(&stream);
    return good;
}

rk_slice rk_plain_name(rk_slice name)
{
    size_t ending = rk_slice_ends(name, RK_S(".gz"))    ? 3
                    : rk_slice_ends(name, RK_S(".zip")) ? 4
                                                        : 0;
    return (rk_slice){name.at, name.len > ending ? name.len - ending : name.len};
}
