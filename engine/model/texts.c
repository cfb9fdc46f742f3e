#include "model/texts.h"

#include <stdlib.h>

enum { OWN_BYTES = 1 << 20, CHUNKS_MAX = 65535 };

uint32_t rk_texts_register(rk_texts *texts, rk_slice bytes)
{
    size_t needed = (bytes.len >> 32) + 1;
    if (texts->count == 0)
        texts->count = 1;
    if (texts->count + needed > CHUNKS_MAX)
        return 0;
    texts->chunks =
        rk_grow(texts->chunks, &texts->capacity, texts->count + needed, sizeof *texts->chunks);
    uint32_t first = (uint32_t)texts->count;
    for (size_t i = 0; i < needed; i++)
        texts->chunks[texts->count++] = bytes.at + (i << 32);
    return first;
}

rk_text rk_texts_add(rk_texts *texts, rk_slice text)
{
    if (text.len > RK_TEXT_LENGTH_MAX)
        text.len = RK_TEXT_LENGTH_MAX;
    if (text.len == 0)
        return 0;
    if (texts->own_size - texts->own_used < text.len) {
        texts->own = rk_arena_alloc(&texts->arena, OWN_BYTES, 1);
        texts->own_size = OWN_BYTES;
        texts->own_used = 0;
        texts->own_chunk = rk_texts_register(texts, (rk_slice){texts->own, OWN_BYTES});
        if (texts->own_chunk == 0)
            abort(); /* 64 GiB of copied text: no run comes near */
    }
    memcpy(texts->own + texts->own_used, text.at, text.len);
    rk_text ref = rk_texts_ref(texts->own_chunk, texts->own_used, text.len);
    texts->own_used += text.len;
    return ref;
}

void rk_texts_free(rk_texts *texts)
{
    free(texts->chunks);
    rk_arena_free(&texts->arena);
    *texts = (rk_texts){0};
}
