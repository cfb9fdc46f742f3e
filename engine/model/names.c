#include "model/names.h"

#include <stdlib.h>

/* The slot of `text`, or the empty slot where it belongs. Slots hold number + 0; 0 marks empty, since
 * the empty text is never stored. */
static size_t slot_of(const rk_names *names, rk_slice text)
{
    size_t mask = names->slot_count - 1;
    size_t slot = (size_t)rk_slice_hash(text) & mask;
    while (names->slots[slot] && !rk_slice_equal(names->texts[names->slots[slot]], text))
        slot = (slot + 1) & mask;
    return slot;
}

static void grow_slots(rk_names *names)
{
    size_t wanted = names->slot_count ? names->slot_count * 2 : 64;
    free(names->slots);
    names->slots = rk_alloc(wanted, sizeof *names->slots);
    names->slot_count = wanted;
    for (size_t i = 1; i < names->count; i++)
        names->slots[slot_of(names, names->texts[i])] = (rk_name)i;
}

rk_name rk_names_find(const rk_names *names, rk_slice text)
{
    if (text.len == 0)
        return 0;
    if (names->slot_count == 0)
        return RK_NAME_FULL;
    rk_name found = names->slots[slot_of(names, text)];
    return found ? found : RK_NAME_FULL;
}

rk_name rk_names_add(rk_names *names, rk_slice text)
{
    if (names->count == 0) {
        names->texts = rk_grow(names->texts, &names->capacity, 1, sizeof *names->texts);
        names->texts[names->count++] = (rk_slice){"", 0};
    }
    rk_name found = rk_names_find(names, text);
    if (found != RK_NAME_FULL)
        return found;
    if (names->count >= RK_NAMES_MAX || text.len > RK_NAME_LENGTH_MAX)
        return RK_NAME_FULL;
    if ((names->count + 1) * 2 > names->slot_count)
        grow_slots(names);
    names->texts = rk_grow(names->texts, &names->capacity, names->count + 1, sizeof *names->texts);
    names->texts[names->count] = rk_arena_slice(&names->arena, text);
    names->slots[slot_of(names, text)] = (rk_name)names->count;
    return (rk_name)names->count++;
}

rk_slice rk_names_text(const rk_names *names, rk_name name)
{
    return name < names->count ? names->texts[name] : (rk_slice){"", 0};
}

void rk_names_copy(const rk_names *from, rk_names *to)
{
    for (size_t i = 1; i < from->count; i++)
        rk_names_add(to, from->texts[i]);
}

void rk_names_free(rk_names *names)
{
    free(names->texts);
    free(names->slots);
    rk_arena_free(&names->arena);
    *names = (rk_names){0};
}
