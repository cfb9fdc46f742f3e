/*
 * zip: reading zip archives that lie in memory, by libzip; with caps, since archives come from outside.
 *
 * In:  bytes of an .xlsx        Out: names of its parts in the order of the archive, and their bytes
 * Local and central headers must agree, every part must fit its checksum. Bytes are borrowed until
 * rk_zip_close. One archive belongs to one thread.
 */
#ifndef RK_BASE_ZIP_H
#define RK_BASE_ZIP_H

#include "base/buffer.h"
#include "base/error.h"

typedef struct rk_zip rk_zip;

/* NULL after filling err (RK_DIFFERENT): no archive, an inconsistent one, or more than `max_members`
 * parts. */
rk_zip *rk_zip_open(rk_slice bytes, size_t max_members, rk_error *err);

size_t rk_zip_count(const rk_zip *zip);
rk_slice rk_zip_name(const rk_zip *zip, size_t member);

/* Number of the part called `name`, or SIZE_MAX. */
size_t rk_zip_find(const rk_zip *zip, rk_slice name);

/* Appends the content of a part. Fails (RK_DIFFERENT) when it is damaged, encrypted, or would be
 * larger than `max`; what was appended until then stays. */
bool rk_zip_read(rk_zip *zip, size_t member, size_t max, rk_buffer *out, rk_error *err);

/* The bytes of a part, as the archive declares them. */
uint64_t rk_zip_size(const rk_zip *zip, size_t member);

/* The content of a part piece by piece: memory does not grow with it. `take` ends it by returning false
 * after filling its own error. Fails (RK_DIFFERENT) on damage, and when the part has another length than
 * the archive declares. */
typedef bool (*rk_zip_take)(void *context, rk_slice piece);
bool rk_zip_stream(rk_zip *zip, size_t member, rk_zip_take take, void *context, rk_error *err);

void rk_zip_close(rk_zip *zip);

#endif
