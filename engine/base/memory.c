#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { BLOCK_BYTES = 64 * 1024, HUGE_BYTES = 2 * 1024 * 1024, SMALL_BYTES = 1024 * 1024 };

struct rk_arena_block {
    struct rk_arena_block *older;
    size_t used;
    size_t size;
    _Alignas(16) char bytes[];
};

static void (*exhausted)(void) = abort;

void rk_memory_on_exhausted(void (*handler)(void))
{
    exhausted = handler;
}

static size_t bytes_of(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        exhausted();
    return bytes ? bytes : 1;
}

void *rk_alloc(size_t count, size_t size)
{
    void *memory = calloc(1, bytes_of(count, size));
    if (!memory)
        exhausted();
    return memory;
}

void *rk_realloc(void *old, size_t count, size_t size)
{
    void *memory = realloc(old, bytes_of(count, size));
    if (!memory)
        exhausted();
    return memory;
}

/* A fold opens thousands of small batches: a system call for each column took half of its time. */
static bool is_small(size_t bytes)
{
    return bytes < SMALL_BYTES;
}

static void *small_pages(size_t bytes)
{
    size_t room = (bytes + 63) & ~(size_t)63;
    void *memory = aligned_alloc(64, room);
    if (!memory)
        exhausted();
    return memset(memory, 0, room);
}

void *rk_pages(size_t bytes)
{
    if (is_small(bytes))
        return small_pages(bytes);
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        exhausted();
    return pages;
}

void *rk_pages_scattered(size_t bytes)
{
    void *pages = rk_pages(bytes);
    if (bytes >= HUGE_BYTES)
        madvise(pages, bytes, MADV_HUGEPAGE);
    return pages;
}

void rk_pages_free(void *pages, size_t bytes)
{
    if (pages && is_small(bytes))
        free(pages);
    else if (pages)
        munmap(pages, bytes);
}

void *rk_grow(void *items, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return items;
    size_t grown = *capacity ? *capacity * 2 : 16;
    if (grown < needed)
        grown = needed;
    *capacity = grown;
    return rk_realloc(items, grown, size);
}

void *rk_arena_alloc(rk_arena *arena, size_t count, size_t size)
{
    size_t bytes = (bytes_of(count, size) + 15) & ~(size_t)15;
    struct rk_arena_block *block = arena->blocks;
    if (!block || block->size - block->used < bytes) {
        size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        block = rk_alloc(1, sizeof *block + room);
        block->size = room;
        block->older = arena->blocks;
        arena->blocks = block;
    }
    void *memory = block->bytes + block->used;
    block->used += bytes;
    return memory;
}

char *rk_arena_text(rk_arena *arena, rk_slice text)
{
    char *copy = rk_arena_alloc(arena, text.len + 1, 1);
    if (text.len)
        memcpy(copy, text.at, text.len);
    return copy;
}

rk_slice rk_arena_slice(rk_arena *arena, rk_slice text)
{
    return (rk_slice){rk_arena_text(arena, text), text.len};
}

char *rk_arena_printf(rk_arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = rk_arena_alloc(arena, (size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void rk_arena_free(rk_arena *arena)
{
    struct rk_arena_block *block = arena->blocks;
    while (block) {
        struct rk_arena_block *older = block->older;
        free(block);
        block = older;
    }
    arena->blocks = NULL;
}
