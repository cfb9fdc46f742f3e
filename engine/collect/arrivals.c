#include "collect/arrivals.h"

#include <stdlib.h>

#include "base/delimited.h"
#include "base/log.h"

enum { CELLS = 8 };
#define LIST_BYTES_MAX ((size_t)1 << 28)

static int by_file(const void *a, const void *b)
{
    const rk_arrival *x = a, *y = b;
    int order = rk_slice_compare(x->file, y->file);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static bool fail(const char *path, size_t line, const char *why, rk_error *err)
{
    rk_fail(err, RK_INVALID, "%s", why);
    return rk_fail_at(err, path, line, 1);
}

static bool take_line(rk_arrivals *arrivals, const char *path, const rk_cell *cells,
                      const rk_record *record, rk_error *err)
{
    rk_arrival arrival = {.line = record->line};
    if (record->fault != RK_RECORD_GOOD || record->count != 2)
        return fail(path, record->line, "a line of the list of arrivals has two cells: file, time",
                    err);
    arrival.file = rk_arena_slice(&arrivals->arena, rk_cell_slice(&cells[0]));
    if (arrival.file.len == 0 || !rk_moment_parse(rk_cell_slice(&cells[1]), &arrival.at))
        return fail(path, record->line,
                    "arrived_at takes a time such as 2022-03-16T06:00:00+07:00, behind a file",
                    err);
    arrivals->items =
        rk_grow(arrivals->items, &arrivals->capacity, arrivals->count + 1, sizeof *arrivals->items);
    arrivals->items[arrivals->count++] = arrival;
    return true;
}

static bool take_all(rk_arrivals *arrivals, const char *path, rk_slice bytes, rk_error *err)
{
    rk_delimited text = rk_delimited_of(bytes, ',', '"');
    rk_cutter cutter = rk_cutter_all(&text);
    rk_cell cells[CELLS];
    rk_record record;
    bool good = rk_cutter_next(&cutter, cells, CELLS, &record) &&
                rk_slice_is(record.bytes, "file,arrived_at");
    if (!good)
        return fail(path, 1, "a list of arrivals begins with the line \"file,arrived_at\"", err);
    while (good && rk_cutter_next(&cutter, cells, CELLS, &record))
        good = record.bytes.len == 0 || take_line(arrivals, path, cells, &record, err);
    return good;
}

bool rk_arrivals_read(const char *path, rk_arrivals *arrivals, rk_error *err)
{
    rk_buffer bytes = {0};
    bool good = rk_file_read(path, LIST_BYTES_MAX, &bytes, err) &&
                take_all(arrivals, path, rk_buffer_all(&bytes), err);
    rk_buffer_free(&bytes);
    if (good && arrivals->count > 1)
        qsort(arrivals->items, arrivals->count, sizeof *arrivals->items, by_file);
    for (size_t i = 1; good && i < arrivals->count; i++)
        if (rk_slice_equal(arrivals->items[i].file, arrivals->items[i - 1].file))
            good = fail(path, arrivals->items[i].line,
                        "a file stands twice in the list of arrivals", err);
    return good;
}

void rk_arrivals_free(rk_arrivals *arrivals)
{
    free(arrivals->items);
    rk_arena_free(&arrivals->arena);
    *arrivals = (rk_arrivals){0};
}

static int file_of(const void *wanted, const void *arrival)
{
    return rk_slice_compare(*(const rk_slice *)wanted, ((const rk_arrival *)arrival)->file);
}

static const rk_arrival *find(const rk_arrivals *arrivals, rk_slice file)
{
    return bsearch(&file, arrivals->items, arrivals->count, sizeof *arrivals->items, file_of);
}

void rk_arrivals_apply(const rk_arrivals *arrivals, rk_deliveries *deliveries)
{
    size_t missing = 0, first = 0;
    for (size_t i = 0; arrivals->count && i < deliveries->count; i++) {
        char hex[RK_DIGEST_HEX + 1];
        rk_delivery *delivery = &deliveries->items[i];
        const rk_arrival *found = find(arrivals, delivery->name);
        if (!found) /* two empty days may be the same bytes: the name tells more */
            found = find(arrivals, rk_slice_of(rk_digest_hex(&delivery->digest, hex)));
        if (found)
            delivery->arrived = found->at;
        else if (missing++ == 0)
            first = i;
    }
    if (missing)
        rk_log_warning("%zu files are not in the list of arrivals (%.*s): the time of their last "
                       "change counts",
                       missing, RK_FMT(deliveries->items[first].name));
}
