#include "model/world.h"

#include <stdlib.h>

void rk_known_init(rk_known *known)
{
    rk_batch_init(&known->applications.batch, rk_application_columns, rk_application_column_count,
                  16, rk_application_needed());
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (!(rk_application_columns[i].flags & RK_COLUMN_SOURCE))
            rk_batch_add_column(&known->applications.batch, i);
    rk_batch_init(&known->entries.batch, rk_entry_columns, rk_entry_column_count, 16,
                  rk_entry_all());
}

void rk_world_free(rk_world *world)
{
    rk_batch_free(&world->before.applications.batch);
    rk_batch_free(&world->before.entries.batch);
    rk_batch_free(&world->applications.batch);
    rk_batch_free(&world->entries.batch);
    free(world->files.items);
    free(world->rejects.items);
    free(world->links.items);
    rk_names_free(&world->names);
    rk_texts_free(&world->texts);
    rk_arena_free(&world->arena);
    *world = (rk_world){0};
}

const rk_allocation *rk_world_allocations(const rk_world *world, uint32_t entry, size_t *count)
{
    const rk_allocations *all = &world->allocations;
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->items[middle].entry < entry)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < all->count && all->items[low + *count].entry == entry;)
        ++*count;
    return *count ? all->items + low : NULL;
}

uint32_t rk_world_application(const rk_world *world, uint32_t entry)
{
    size_t count;
    bool several =
        world->allocations.count && rk_world_allocations(world, entry, &count) && count > 1;
    return several ? RK_NO_ROW : world->entries.application[entry];
}

void rk_entry_name_put(const rk_world *world, size_t entry, rk_buffer *out)
{
    const rk_file *file = &world->files.items[rk_entry_file(&world->entries, entry)];
    rk_buffer_hex(out, file->digest.bytes, RK_ENTRY_NAME_BYTES);
    rk_buffer_char(out, ':');
    rk_buffer_u64(out, rk_entry_ordinal(&world->entries, entry));
}
