/* The CSV of applications: what is read is written, and what was written is read again to the same bytes. */
#include "fuzz_kit.h"
#include "snapshot/applications.h"

typedef struct table {
    rk_names names;
    rk_texts texts;
    rk_arena arena;
    rk_applications rows;
    bool good;
} table;

static void read_table(table *of, rk_slice bytes)
{
    rk_error err = {0};
    rk_slice unknown;
    *of = (table){.good = false};
    rk_applications_reading reading = {.names = &of->names,
                                       .texts = &of->texts,
                                       .arena = &of->arena,
                                       .threads = 1,
                                       .exponent = 2,
                                       .columns = rk_application_all()};
    of->good = rk_applications_read(&reading, RK_S("fuzz.csv"), bytes, &of->rows, &unknown, &err);
    promise(of->good || err.message[0], "a refusal has a reason");
}

static void write_table(const table *of, rk_buffer *out)
{
    rk_applications_write(&of->rows, &of->names, &of->texts, 2, out);
}

static void drop_table(table *of)
{
    rk_batch_free(&of->rows.batch);
    rk_texts_free(&of->texts);
    rk_names_free(&of->names);
    rk_arena_free(&of->arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    table first, second;
    rk_buffer once = {0}, twice = {0};
    read_table(&first, (rk_slice){(const char *)data, size});
    if (first.good) {
        write_table(&first, &once);
        read_table(&second, rk_buffer_all(&once));
        promise(second.good, "what was written can be read");
        write_table(&second, &twice);
        promise(rk_slice_equal(rk_buffer_all(&once), rk_buffer_all(&twice)), "to the same bytes");
        drop_table(&second);
    }
    drop_table(&first);
    rk_buffer_free(&once);
    rk_buffer_free(&twice);
    return 0;
}
