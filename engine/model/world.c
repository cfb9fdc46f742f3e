#include "model/world.h"

#include <stdlib.h>

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

void rk_entry_name_put(const rk_world *world, size_t entry, rk_buffer *out)
{
    const rk_file *file = &world->files.items[world->entries.file[entry]];
    rk_buffer_hex(out, file->digest.bytes, 8);
    rk_buffer_char(out, ':');
    rk_buffer_u64(out, world->entries.ordinal[entry]);
}
