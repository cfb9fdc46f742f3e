/*
 * output: a large file for people and machines, written piece by piece by all threads.
 *
 * In:  rk_output_open(&out, "out/entries.csv", 0644, &err); rk_output_put(&out, piece, ...); rk_output_close
 * Out: the old file or the whole new one under that name (written to "NAME.tmp" beside it, then renamed)
 * Not durable: what can be made again from its inputs need not wait for the disk (see base/file.h for what
 * must). Errors are kept and told by rk_output_close.
 */
#ifndef RK_BASE_OUTPUT_H
#define RK_BASE_OUTPUT_H

#include "base/buffer.h"
#include "base/error.h"

typedef struct rk_output {
    rk_arena arena;
    const char *path, *temporary;
    int fd;
    uint64_t size;     /* of what was claimed */
    uint64_t reserved; /* on the disk, ahead of it */
    int failure;       /* the first errno, 0: none */
} rk_output;

bool rk_output_open(rk_output *output, const char *path, unsigned mode, rk_error *err);

/* The place of the next `len` bytes; by one thread at a time. */
uint64_t rk_output_claim(rk_output *output, size_t len);
/* Writes them there; by any thread. */
void rk_output_write(rk_output *output, uint64_t at, rk_slice bytes);
/* Both. */
void rk_output_put(rk_output *output, rk_slice bytes);

/* Renames, or removes what was written when anything failed. */
bool rk_output_close(rk_output *output, rk_error *err);
/* Removes what was written; the old file stays. */
void rk_output_abandon(rk_output *output);

#endif
