#include "base/compress.h"

#include <stdlib.h>
#include <zstd.h>

enum { LEVEL = 3 };

void rk_compress(rk_slice bytes, rk_buffer *out)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t bound = ZSTD_compressBound(bytes.len);
    if (!context)
        abort();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t written = ZSTD_compress2(context, rk_buffer_room(out, bound), bound,
                                    bytes.at ? bytes.at : "", bytes.len);
    ZSTD_freeCCtx(context);
    if (ZSTD_isError(written))
        abort(); /* only memory can fail here */
    out->len += written;
}

bool rk_decompress(rk_slice frame, size_t max, rk_buffer *out, rk_error *err)
{
    unsigned long long size = ZSTD_getFrameContentSize(frame.at, frame.len);
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > max)
        return rk_fail(err, RK_DIFFERENT, "not a zstd frame of at most %zu bytes", max);
    size_t got = ZSTD_decompress(rk_buffer_room(out, (size_t)size + 1), (size_t)size + 1, frame.at,
                                 frame.len);
    if (ZSTD_isError(got) || got != size)
        return rk_fail(err, RK_DIFFERENT, "damaged zstd frame: %s",
                       ZSTD_isError(got) ? ZSTD_getErrorName(got) : "wrong length");
    out->len += got;
    return true;
}
