/*
 * texts: references of eight bytes to text that lies in a file's buffer.
 *
 * In:  rk_texts_register(&texts, file.bytes); rk_text ref = rk_texts_ref(base, at, len)
 * Out: rk_texts_get(&texts, ref) == {at, len}
 * A reference is (chunk 16 bits, offset 32 bits, length 16 bits). Registering and adding are for one
 * thread; making references and reading them are for many. 0 is the empty text.
 */
#ifndef RK_MODEL_TEXTS_H
#define RK_MODEL_TEXTS_H

#include "base/memory.h"

typedef uint64_t rk_text;

enum { RK_TEXT_LENGTH_MAX = 65535 };

typedef struct rk_texts {
    const char **chunks; /* chunk 0 is never used */
    size_t count;
    size_t capacity;
    char *own; /* the chunk that rk_texts_add fills */
    size_t own_used, own_size;
    uint32_t own_chunk;
    rk_arena arena;
} rk_texts; /* {0} is empty */

/* Makes `bytes` referable; they must outlive `texts`. Gives the number of its first chunk: byte i of
 * `bytes` is at chunk first + i / 2^32. 0 when there is no room (65,535 chunks). */
uint32_t rk_texts_register(rk_texts *texts, rk_slice bytes);

/* A reference to `len` bytes at byte `from` of registered bytes. len <= RK_TEXT_LENGTH_MAX. */
static inline rk_text rk_texts_ref(uint32_t first_chunk, uint64_t from, size_t len)
{
    return (uint64_t)(first_chunk + (from >> 32)) << 48 | (from & 0xffffffffu) << 16 | len;
}

/* Copies `text` into memory of `texts`; longer than RK_TEXT_LENGTH_MAX is cut. */
rk_text rk_texts_add(rk_texts *texts, rk_slice text);

static inline rk_slice rk_texts_get(const rk_texts *texts, rk_text ref)
{
    if ((ref & 0xffff) == 0)
        return (rk_slice){"", 0};
    return (rk_slice){texts->chunks[ref >> 48] + (ref >> 16 & 0xffffffffu), ref & 0xffff};
}

void rk_texts_free(rk_texts *texts);

#endif
