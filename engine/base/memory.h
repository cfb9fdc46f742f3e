/*
 * memory: allocation that does not fail, and arenas by lifetime.
 *
 * When the system has no memory left, the handler set by main.c ends the process at once. That is
 * safe here by design: a run may be killed at any point and run again.
 *
 * In:  rk_arena arena = {0}; char *name = rk_arena_text(&arena, RK_S("bca"));
 * Out: "bca", NUL-terminated, alive until rk_arena_free(&arena)
 */
#ifndef RK_BASE_MEMORY_H
#define RK_BASE_MEMORY_H

#include "base/slice.h"

/* Called once when memory is exhausted; must not return. */
void rk_memory_on_exhausted(void (*handler)(void));

/* Never NULL for size > 0; the bytes are zero. Free with free(). */
void *rk_alloc(size_t count, size_t size);

/* Like realloc, for count items of size bytes; the new part is not cleared. */
void *rk_realloc(void *old, size_t count, size_t size);

/* For columns: zero, aligned to 64 bytes; large ones are pages of their own. `bytes` > 0, and the same when
 * they are freed. */
void *rk_pages(size_t bytes);

/* The same for what is touched here and there: huge pages are asked for, which spare looking up addresses. */
void *rk_pages_scattered(size_t bytes);
void rk_pages_free(void *pages, size_t bytes);

/* Grows `*items` (of item size `size`) so that it holds at least `needed`; doubles. */
void *rk_grow(void *items, size_t *capacity, size_t needed, size_t size);

typedef struct rk_arena {
    struct rk_arena_block *blocks;
} rk_arena; /* {0} is an empty arena */

/* Zeroed, aligned to 16 bytes. */
void *rk_arena_alloc(rk_arena *arena, size_t count, size_t size);

/* A NUL-terminated copy. */
char *rk_arena_text(rk_arena *arena, rk_slice text);

/* A copy as a slice (also NUL-terminated behind its end). */
rk_slice rk_arena_slice(rk_arena *arena, rk_slice text);

/* printf into the arena. */
char *rk_arena_printf(rk_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void rk_arena_free(rk_arena *arena);

#endif
