/*
 * fuzz_kit: statement files of any bytes, through the function that the night calls.
 *
 * In:  a letter that chooses the channel among those of a format, then the bytes of a file
 * Out: nothing; the process dies when a promise of statement/read.h is broken
 * Run from the root of the checkout. tests/fuzz/seeds.py makes the first inputs of the golden cases.
 */
#ifndef REKON_FUZZ_KIT_H
#define REKON_FUZZ_KIT_H

#include <stdio.h>
#include <stdlib.h>

#include "statement/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that no input may break. */
static inline void promise(bool held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

typedef struct fuzz {
    rk_arena rules_arena;
    rk_names names;
    rk_sources sources;
    rk_rules rules;
    bool loaded;
    unsigned runs;
} fuzz;

enum { FUZZ_RUNS = 20000 }; /* names are added by the inputs: begin anew before they are full */

static inline void fuzz_load(fuzz *of)
{
    rk_error err = {0};
    if (of->loaded && ++of->runs % FUZZ_RUNS)
        return;
    if (of->loaded) {
        rk_rules_free(&of->rules);
        rk_names_free(&of->names);
        rk_arena_free(&of->rules_arena);
    }
    *of = (fuzz){.loaded = true};
    promise(rk_sources_read("rules", NULL, &of->rules_arena, &of->sources, &err) &&
                rk_rules_load(&of->sources, &of->names, &of->rules_arena, &of->rules, &err),
            "the shipped rules load");
}

/* The channel of a format by letter, round and round. */
static inline const rk_channel *fuzz_channel(const fuzz *of, rk_format format, uint8_t letter)
{
    const rk_channel *found[64];
    size_t count = 0;
    for (size_t i = 0; i < of->rules.channel_count && count < 64; i++)
        if (of->rules.channels[i].format == format)
            found[count++] = &of->rules.channels[i];
    promise(count > 0, "a channel of the format is shipped");
    return found[(size_t)(letter - 'A') % count];
}

static inline void fuzz_judge(const rk_file *file, const rk_entries *entries,
                              const rk_rejects *rejects, const rk_texts *texts)
{
    rk_money sum = 0;
    promise(file->fate == RK_FATE_ACCEPTED || file->fate == RK_FATE_QUARANTINED, "it has a fate");
    promise((file->fate == RK_FATE_QUARANTINED) == (file->why.len > 0), "a reason, or none");
    promise(entries->batch.count == file->entries && rejects->count == file->rejects, "counts");
    for (size_t i = 0; i < entries->batch.count; i++) {
        promise(rk_money_add(&sum, entries->amount_minor[i]), "the sum of entries has room");
        promise(entries->ordinal[i] == i + 1, "ordinals count from 1");
        promise(entries->line[i] > 0 && entries->booked_on[i] != RK_NO_DAY, "line and day");
        promise(entries->paid_from[i] <= entries->paid_until[i], "the interval of payment");
        promise(rk_utf8_valid(rk_texts_get(texts, entries->narrative[i])) &&
                    rk_utf8_valid(rk_texts_get(texts, entries->reference[i])),
                "texts are UTF-8");
    }
    promise(sum == file->sum_minor, "the sum of entries is the file's");
}

static inline void fuzz_read(fuzz *of, rk_format format, const uint8_t *data, size_t size)
{
    rk_arena arena = {0};
    rk_texts texts = {0};
    rk_files files = {0};
    rk_entries entries = {0};
    rk_rejects rejects = {0};
    rk_error err = {0};
    fuzz_load(of);
    if (size == 0)
        return;
    rk_reading reading = {&of->rules, &of->names, &texts, &arena, 1};
    rk_file *file = rk_files_add(&files);
    file->name = RK_S("fuzz");
    file->bytes = (rk_slice){(const char *)data + 1, size - 1};
    file->channel = fuzz_channel(of, format, data[0])->channel;
    file->from = file->until = rk_day_of(2024, 3, 5);
    rk_batch_init(&entries.batch, rk_entry_columns, rk_entry_column_count, 1, rk_entry_all());
    promise(rk_statements_read(&reading, &files, &entries, &rejects, &err), "no error");
    fuzz_judge(&files.items[0], &entries, &rejects, &texts);
    rk_batch_free(&entries.batch);
    rk_texts_free(&texts);
    rk_arena_free(&arena);
    free(files.items);
    free(rejects.items);
}

#endif
