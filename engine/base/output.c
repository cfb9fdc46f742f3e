#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { RESERVED_FROM = 16 << 20, RESERVED_BYTES = 64 << 20 };

static bool fail(rk_output *output, int reason, rk_error *err)
{
    char text[128];
    rk_fail(err, RK_FILE, "could not write \"%s\": %s", output->path,
            strerror_r(reason, text, sizeof text));
    rk_arena_free(&output->arena);
    return false;
}

bool rk_output_open(rk_output *output, const char *path, unsigned mode, rk_error *err)
{
    *output = (rk_output){0};
    output->path = rk_arena_text(&output->arena, rk_slice_of(path));
    output->temporary = rk_arena_printf(&output->arena, "%s.tmp", path);
    output->fd = open(output->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    return output->fd >= 0 || fail(output, errno, err);
}

/* Room on the disk ahead of what is written, in large pieces: pages that have their place already are filled
 * sooner, and replacing the old file need not find one for all of them. A file system that cannot do it, or has
 * no more room, tells when it is written to. */
static void reserve(rk_output *output)
{
    if (output->size < RESERVED_FROM || output->size <= output->reserved)
        return;
    uint64_t until = (output->size / RESERVED_BYTES + 1) * RESERVED_BYTES;
    fallocate(output->fd, FALLOC_FL_KEEP_SIZE, (off_t)output->reserved,
              (off_t)(until - output->reserved));
    output->reserved = until;
}

uint64_t rk_output_claim(rk_output *output, size_t len)
{
    uint64_t at = output->size;
    output->size += len;
    reserve(output);
    return at;
}

static void note_failure(rk_output *output, int reason)
{
#pragma omp critical(rk_output)
    if (!output->failure)
        output->failure = reason;
}

void rk_output_write(rk_output *output, uint64_t at, rk_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = pwrite(output->fd, bytes.at, bytes.len, (off_t)at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            note_failure(output, put == 0 ? ENOSPC : errno);
            return;
        }
        at += (uint64_t)put;
        bytes = (rk_slice){bytes.at + put, bytes.len - (size_t)put};
    }
}

void rk_output_put(rk_output *output, rk_slice bytes)
{
    rk_output_write(output, rk_output_claim(output, bytes.len), bytes);
}

bool rk_output_close(rk_output *output, rk_error *err)
{
    if (output->reserved && ftruncate(output->fd, (off_t)output->size) != 0 && !output->failure)
        output->failure = errno;
    if (close(output->fd) != 0 && !output->failure)
        output->failure = errno;
    if (!output->failure && rename(output->temporary, output->path) != 0)
        output->failure = errno;
    if (output->failure) {
        unlink(output->temporary);
        return fail(output, output->failure, err);
    }
    rk_arena_free(&output->arena);
    return true;
}

void rk_output_abandon(rk_output *output)
{
    close(output->fd);
    unlink(output->temporary);
    rk_arena_free(&output->arena);
}
