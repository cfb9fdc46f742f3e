/*
 * read_many: many statement files in one go, for tests/test_mutants.py: loading the rules for each of
 * thousands of files would take longer than reading them.
 *
 * In:  on stdin, for each file: its name, a tab, the number of its bytes, a line end, the bytes
 * Out: for each file "F fate entries rejects filtered why", "E line amount code" for each entry, "R line
 *      amount" for each reject (amount "-": not readable); amounts in minor units
 * Run from the root of the checkout.
 */
#include <stdio.h>
#include <stdlib.h>

#include "statement/read.h"

static void show(const rk_file *file, const rk_entries *e, const rk_rejects *rejects)
{
    printf("F %s %u %u %u %.*s\n", rk_fate_name(file->fate), file->entries, file->rejects,
           file->filtered, RK_FMT(file->why));
    for (size_t i = 0; i < e->batch.count; i++) {
        char code[RK_CODE_TEXT];
        bool given = rk_code_text(e->code[i], code) > 0;
        printf("E %u %lld %s\n", e->line[i], (long long)e->amount_minor[i], given ? code : "0");
    }
    for (size_t i = 0; i < rejects->count; i++)
        if (rejects->items[i].amount_minor == RK_NO_MONEY)
            printf("R %u -\n", rejects->items[i].line);
        else
            printf("R %u %lld\n", rejects->items[i].line,
                   (long long)rejects->items[i].amount_minor);
}

static void read_one(const rk_rules *rules, rk_names *names, rk_slice name, rk_slice bytes)
{
    rk_arena arena = {0};
    rk_texts texts = {0};
    rk_files files = {0};
    rk_entries entries = {0};
    rk_rejects rejects = {0};
    rk_error err = {0};
    rk_reading reading = {rules, names, &texts, &arena, 1};
    rk_file *file = rk_files_add(&files);
    file->name = name;
    file->bytes = bytes;
    rk_batch_init(&entries.batch, rk_entry_columns, rk_entry_column_count, 1, rk_entry_all());
    if (!rk_statement_identify(&reading, file))
        printf("F unknown 0 0 0 %.*s\n", RK_FMT(file->why));
    else if (!rk_statements_read(&reading, &files, &entries, &rejects, &err))
        printf("F error 0 0 0 %s\n", err.message);
    else
        show(&files.items[0], &entries, &rejects);
    rk_batch_free(&entries.batch);
    rk_texts_free(&texts);
    rk_arena_free(&arena);
    free(files.items);
    free(rejects.items);
}

static void read_all(const rk_rules *rules, rk_names *names, rk_slice rest)
{
    rk_slice line, name;
    uint64_t size;
    while (rest.len && rk_slice_cut(&rest, '\n', &line)) {
        if (!rk_slice_cut(&line, '\t', &name) || !rk_slice_to_u64(line, &size) || size > rest.len)
            return;
        read_one(rules, names, name, (rk_slice){rest.at, size});
        rest = (rk_slice){rest.at + size, rest.len - size};
    }
}

int main(void)
{
    rk_arena arena = {0};
    rk_names names = {0};
    rk_sources sources;
    rk_rules rules;
    rk_error err = {0};
    rk_buffer in = {0};
    size_t got;
    if (!rk_sources_read("rules", NULL, &arena, &sources, &err) ||
        !rk_rules_load(&sources, &names, &arena, &rules, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    do {
        got = fread(rk_buffer_room(&in, 1 << 20), 1, 1 << 20, stdin);
        in.len += got;
    } while (got);
    read_all(&rules, &names, rk_buffer_all(&in));
    rk_buffer_free(&in);
    rk_rules_free(&rules);
    rk_names_free(&names);
    rk_arena_free(&arena);
    return 0;
}
