#include "night/shelf.h"

#include <stdlib.h>

#include "seal/columns.h"

static bool read_facts(const rk_archive *archive, const rk_ref *ref, rk_names *names,
                       rk_facts *facts, rk_error *err)
{
    rk_buffer bytes = {0};
    rk_texts none = {0}; /* facts have no texts */
    rk_facts_init(facts, 1);
    bool good = rk_archive_get(archive, ref, &bytes, err) &&
                rk_columns_decode(rk_buffer_all(&bytes), &facts->batch, names, &none, err);
    rk_texts_free(&none);
    rk_buffer_free(&bytes);
    return good;
}

bool rk_shelf_fill(rk_shelf *shelf, const rk_archive *archive, const rk_fact_list *runs,
                   size_t run_count, rk_day from, rk_day until, rk_names *names, rk_error *err)
{
    if (run_count > shelf->capacity) {
        size_t before = shelf->capacity, capacity = before;
        shelf->facts = rk_grow(shelf->facts, &shelf->capacity, run_count, sizeof *shelf->facts);
        capacity = before;
        shelf->known = rk_grow(shelf->known, &capacity, run_count, sizeof *shelf->known);
        memset(shelf->known + before, 0, (shelf->capacity - before) * sizeof *shelf->known);
    }
    for (size_t i = 0; i < run_count; i++) {
        bool meets = runs[i].from != RK_NO_DAY && runs[i].from <= until && from <= runs[i].until;
        if (!meets || shelf->known[i] || shelf->rows >= RK_SHELF_ROWS)
            continue;
        shelf->known[i] = true; /* also when it fails: it is freed */
        if (!read_facts(archive, &runs[i].ref, names, &shelf->facts[i], err))
            return false;
        shelf->rows += shelf->facts[i].batch.count;
    }
    return true;
}

const rk_facts *rk_shelf_facts(const rk_shelf *shelf, size_t run)
{
    return shelf && run < shelf->capacity && shelf->known[run] ? &shelf->facts[run] : NULL;
}

void rk_shelf_free(rk_shelf *shelf)
{
    for (size_t i = 0; i < shelf->capacity; i++)
        if (shelf->known[i])
            rk_batch_free(&shelf->facts[i].batch);
    free(shelf->facts);
    free(shelf->known);
    *shelf = (rk_shelf){0};
}
