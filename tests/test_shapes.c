/*
 * The shapes that statements come in, each from YAML alone: tests/data/shapes.txt holds a channel, a file
 * and what must be read of it. Run from the root of the checkout.
 *
 *   ### what the case shows
 *   === channel          its YAML, without what stands in every one (HEAD below)
 *   === file NAME        its bytes; a line "<open end>" at the end: without a last line break
 *   === read             a line for the file, one for each entry, one for each reject
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "statement/read.h"

#define HEAD \
    "channel: shape\nkind: test\nlayout: invented\ntimezone: Asia/Jakarta\nfrom: 2010-01-01\n" \
    "holds_lapses: no\n"

typedef struct shape {
    rk_slice title, channel, name, text, wanted;
} shape;

/* Takes the lines up to the next one that begins with `mark` off `rest`. */
static rk_slice take_until(rk_slice *rest, const char *mark)
{
    rk_slice all = *rest, line;
    while (rest->len && !rk_slice_starts(*rest, rk_slice_of(mark)))
        rk_slice_cut(rest, '\n', &line);
    return (rk_slice){all.at, all.len - rest->len};
}

static rk_slice take_line(rk_slice *rest, const char *mark)
{
    rk_slice line = {"", 0};
    rk_slice_cut(rest, '\n', &line);
    if (!rk_slice_starts(line, rk_slice_of(mark)))
        fail_msg("\"%.*s\" does not begin with %s", RK_FMT(line), mark);
    return (rk_slice){line.at + strlen(mark), line.len - strlen(mark)};
}

static shape next_shape(rk_slice *rest)
{
    shape s = {.title = take_line(rest, "### ")};
    take_line(rest, "=== channel");
    s.channel = take_until(rest, "=== ");
    s.name = take_line(rest, "=== file ");
    s.text = take_until(rest, "=== read");
    rk_slice open_end = RK_S("<open end>\n");
    if (rk_slice_ends(s.text, open_end))
        s.text.len -= open_end.len + 1;
    take_line(rest, "=== read");
    s.wanted = take_until(rest, "### ");
    return s;
}

static void put_clock(rk_buffer *out, rk_moment from, rk_moment until)
{
    rk_moment_put(out, from, RK_WIB);
    if (until != from) {
        rk_buffer_text(out, " .. ");
        rk_moment_put(out, until, RK_WIB);
    }
}

static void put_result(const rk_files *files, const rk_entries *e, const rk_rejects *rejects,
                       const rk_texts *texts, const rk_names *names, rk_buffer *out)
{
    const rk_file *file = &files->items[0];
    rk_buffer_printf(out, "%s %u entries, %u rejects, %u filtered", rk_fate_name(file->fate),
                     file->entries, file->rejects, file->filtered);
    if (file->account)
        rk_buffer_printf(out, ", account %.*s", RK_FMT(rk_names_text(names, file->account)));
    if (file->from != RK_NO_DAY) {
        rk_buffer_text(out, ", days ");
        rk_day_put(out, file->from);
        rk_buffer_text(out, " ");
        rk_day_put(out, file->until);
    }
    rk_buffer_printf(out, "%s%.*s\n", file->why.len ? ": " : "", RK_FMT(file->why));
    for (size_t i = 0; i < e->batch.count; i++) {
        rk_buffer_printf(out, "%u: ", e->line[i]);
        rk_day_put(out, e->booked_on[i]);
        rk_buffer_text(out, " | ");
        put_clock(out, e->paid_from[i], e->paid_until[i]);
        rk_buffer_text(out, " | ");
        rk_money_put(out, e->amount_minor[i], 2);
        rk_slice narrative = rk_texts_get(texts, e->narrative[i]);
        rk_buffer_printf(out, " | %llu%s%.*s\n", (unsigned long long)e->code[i],
                         narrative.len ? " | " : "", RK_FMT(narrative));
    }
    for (size_t i = 0; i < rejects->count; i++)
        rk_buffer_printf(out, "%u: reject, column %u: %.*s\n", rejects->items[i].line,
                         rejects->items[i].column, RK_FMT(rejects->items[i].reason));
}

static void check_shape(const shape *s)
{
    rk_arena arena = {0};
    rk_names names = {0};
    rk_texts texts = {0};
    rk_rules rules;
    rk_sources sources;
    rk_files files = {0};
    rk_entries entries = {0};
    rk_rejects rejects = {0};
    rk_error err = {0};
    rk_source all[64];
    rk_buffer yaml = {0}, out = {0};
    rk_buffer_text(&yaml, HEAD);
    rk_buffer_slice(&yaml, s->channel);
    if (!rk_sources_read("tests/data/config/rules", NULL, &arena, &sources, &err))
        fail_msg("%s", err.message);
    memcpy(all, sources.items, sources.count * sizeof *all);
    all[sources.count++] =
        (rk_source){.name = RK_S("channels/shape.yaml"), .bytes = rk_buffer_all(&yaml)};
    sources.items = all;
    if (!rk_rules_load(&sources, &names, &arena, &rules, &err))
        fail_msg("%.*s: %s:%zu: %s", RK_FMT(s->title), err.path, err.line, err.message);
    rk_reading reading = {&rules, &names, &texts, &arena, 2};
    rk_batch_init(&entries.batch, rk_entry_columns, rk_entry_column_count, 1, rk_entry_all());
    rk_file *file = rk_files_add(&files);
    file->name = s->name;
    file->bytes = s->text;
    if (!rk_statement_identify(&reading, file))
        rk_buffer_printf(&out, "unknown: %.*s\n", RK_FMT(file->why));
    else if (!rk_statements_read(&reading, &files, &entries, &rejects, &err))
        fail_msg("%s", err.message);
    else
        put_result(&files, &entries, &rejects, &texts, &names, &out);
    if (!rk_slice_equal(rk_buffer_all(&out), s->wanted))
        fail_msg("%.*s\nwanted:\n%.*s\ngot:\n%.*s", RK_FMT(s->title), RK_FMT(s->wanted),
                 RK_FMT(rk_buffer_all(&out)));
    rk_batch_free(&entries.batch);
    rk_texts_free(&texts);
    rk_rules_free(&rules);
    rk_names_free(&names);
    rk_arena_free(&arena);
    rk_buffer_free(&yaml);
    rk_buffer_free(&out);
    free(files.items);
    free(rejects.items);
}

static void test_shapes__each_is_read_from_yaml_alone(void **state)
{
    (void)state;
    rk_buffer text = {0};
    rk_error err;
    size_t count = 0;
    assert_true(rk_file_read("tests/data/shapes.txt", 1 << 20, &text, &err));
    for (rk_slice rest = rk_buffer_all(&text); rest.len; count++) {
        shape s = next_shape(&rest);
        check_shape(&s);
    }
    assert_true(count >= 15);
    rk_buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes__each_is_read_from_yaml_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
