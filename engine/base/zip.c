#include "base/zip.h"

#include <stdlib.h>
#include <zip.h>

enum { PIECE = 32768 };

struct rk_zip {
    zip_t *archive;
    rk_slice *names;
    size_t count;
};

static bool fail_open(zip_error_t *fault, rk_error *err)
{
    rk_fail(err, RK_DIFFERENT, "could not open the zip archive: %s", zip_error_strerror(fault));
    zip_error_fini(fault);
    return false;
}

static bool open_archive(rk_zip *zip, rk_slice bytes, rk_error *err)
{
    zip_error_t fault;
    zip_error_init(&fault);
    zip_source_t *source = zip_source_buffer_create(bytes.at, bytes.len, 0, &fault);
    if (!source)
        return fail_open(&fault, err);
    zip->archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &fault);
    if (!zip->archive) {
        zip_source_free(source);
        return fail_open(&fault, err);
    }
    zip_error_fini(&fault);
    return true;
}

static bool list_names(rk_zip *zip, size_t max_members, rk_error *err)
{
    zip_int64_t count = zip_get_num_entries(zip->archive, 0);
    if (count < 0 || (uint64_t)count > max_members)
        return rk_fail(err, RK_DIFFERENT, "the zip archive has %lld parts, at most %zu are read",
                       (long long)count, max_members);
    zip->count = (size_t)count;
    zip->names = rk_alloc(zip->count + 1, sizeof *zip->names);
    for (size_t i = 0; i < zip->count; i++) {
        const char *name = zip_get_name(zip->archive, i, ZIP_FL_ENC_RAW);
        if (!name)
            return rk_fail(err, RK_DIFFERENT, "part %zu of the zip archive has no name", i);
        zip->names[i] = rk_slice_of(name);
    }
    return true;
}

rk_zip *rk_zip_open(rk_slice bytes, size_t max_members, rk_error *err)
{
    rk_zip *zip = rk_alloc(1, sizeof *zip);
    if (open_archive(zip, bytes, err) && list_names(zip, max_members, err))
        return zip;
    rk_zip_close(zip);
    return NULL;
}

size_t rk_zip_count(const rk_zip *zip)
{
    return zip->count;
}

rk_slice rk_zip_name(const rk_zip *zip, size_t member)
{
    return zip->names[member];
}

size_t rk_zip_find(const rk_zip *zip, rk_slice name)
{
    for (size_t i = 0; i < zip->count; i++)
        if (rk_slice_equal(zip->names[i], name))
            return i;
    return SIZE_MAX;
}

static bool read_pieces(zip_file_t *file, size_t max, rk_buffer *out, bool *too_large)
{
    size_t start = out->len;
    for (;;) {
        zip_int64_t got = zip_fread(file, rk_buffer_room(out, PIECE), PIECE);
        if (got <= 0)
            return got == 0;
        out->len += (size_t)got;
        if (out->len - start > max) {
            *too_large = true;
            return false;
        }
    }
}

bool rk_zip_read(rk_zip *zip, size_t member, size_t max, rk_buffer *out, rk_error *err)
{
    rk_slice name = zip->names[member];
    zip_file_t *file = zip_fopen_index(zip->archive, member, 0);
    if (!file)
        return rk_fail(err, RK_DIFFERENT, "could not open part \"%.*s\": %s", RK_FMT(name),
                       zip_strerror(zip->archive));
    bool too_large = false, good = read_pieces(file, max, out, &too_large);
    if (too_large)
        rk_fail(err, RK_DIFFERENT, "part \"%.*s\" is larger than %zu bytes", RK_FMT(name), max);
    else if (!good)
        rk_fail(err, RK_DIFFERENT, "could not read part \"%.*s\": %s", RK_FMT(name),
                zip_file_strerror(file));
    zip_fclose(file);
    return good;
}

uint64_t rk_zip_size(const rk_zip *zip, size_t member)
{
    zip_stat_t stat;
    return zip_stat_index(zip->archive, member, 0, &stat) == 0 && (stat.valid & ZIP_STAT_SIZE)
               ? stat.size
               : 0;
}

bool rk_zip_stream(rk_zip *zip, size_t member, rk_zip_take take, void *context, rk_error *err)
{
    rk_slice name = zip->names[member];
    zip_file_t *file = zip_fopen_index(zip->archive, member, 0);
    if (!file)
        return rk_fail(err, RK_DIFFERENT, "could not open part \"%.*s\": %s", RK_FMT(name),
                       zip_strerror(zip->archive));
    char piece[PIECE];
    uint64_t size = 0;
    zip_int64_t got = 0;
    bool taken = true;
    while (taken && (got = zip_fread(file, piece, PIECE)) > 0) {
        size += (uint64_t)got;
        taken = take(context, (rk_slice){piece, (size_t)got});
    }
    if (got < 0)
        rk_fail(err, RK_DIFFERENT, "could not read part \"%.*s\": %s", RK_FMT(name),
                zip_file_strerror(file));
    zip_fclose(file);
    if (!taken || got < 0)
        return false;
    return size == rk_zip_size(zip, member) ||
           rk_fail(err, RK_DIFFERENT, "part \"%.*s\" has %llu bytes, the archive says %llu",
                   RK_FMT(name), (unsigned long long)size,
                   (unsigned long long)rk_zip_size(zip, member));
}

void rk_zip_close(rk_zip *zip)
{
    if (!zip)
        return;
    if (zip->archive)
        zip_discard(zip->archive);
    free(zip->names);
    free(zip);
}
