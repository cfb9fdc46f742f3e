#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

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

uint64_t rk_output_claim(rk_output *output, size_t len)
{
    uint64_t at = output->size;
    output->size += len;
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
