/* YAML as a tree with places: what is read, what is refused, and that caps end hostile files fast. */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "config/yaml.h"

static void assert_slice(rk_slice slice, const char *text)
{
    if (!rk_slice_is(slice, text))
        fail_msg("\"%.*s\" is not \"%s\"", RK_FMT(slice), text);
}

static void assert_error(const rk_error *err, const char *expected)
{
    rk_buffer out = {0};
    rk_error_print(err, &out);
    assert_int_equal(err->code, RK_INVALID);
    if (!rk_slice_is(rk_buffer_all(&out), expected))
        fail_msg("expected:\n%s\ngot:\n%.*s", expected, RK_FMT(rk_buffer_all(&out)));
    rk_buffer_free(&out);
}

static rk_node *parse(rk_slice bytes, rk_arena *arena, rk_error *err)
{
    rk_source source = {RK_S("x.yaml"), bytes, {0}};
    return rk_yaml_parse(&source, arena, err);
}

static void test_yaml__nodes_know_their_place(void **state)
{
    (void)state;
    rk_arena arena = {0};
    rk_error err;
    rk_node *root = parse(RK_S("\xc3\xa9: [1, 'two']\nb:\n  - \xc3\xa9: x\n"), &arena, &err);
    assert_non_null(root);
    assert_int_equal(root->kind, RK_NODE_MAPPING);
    assert_int_equal(root->count, 2);
    rk_node *list = rk_node_get(root, "\xc3\xa9");
    assert_int_equal(list->kind, RK_NODE_SEQUENCE);
    assert_int_equal(list->line, 1);
    assert_int_equal(list->column, 5); /* in bytes */
    assert_slice(list->items[1]->text, "two");
    assert_true(list->items[1]->quoted);
    assert_false(list->items[0]->quoted);
    rk_node *inner = rk_node_get(root, "b")->items[0];
    assert_int_equal(inner->line, 3);
    assert_int_equal(inner->column, 5);
    assert_int_equal(rk_node_get(inner, "\xc3\xa9")->column, 9);
    assert_null(rk_node_get(root, "c"));
    rk_arena_free(&arena);
}

static void test_yaml__what_is_refused(void **state)
{
    (void)state;
    static const struct {
        rk_slice bytes;
        const char *expected;
    } cases[] = {
        {RK_S(""), "x.yaml:1:1: the file is empty\n"},
        {RK_S("# nothing\n"), "x.yaml:1:1: the file is empty\n    # nothing\n    ^\n"},
        {RK_S("a: 1\na: 2\n"), "x.yaml:2:1: repeated key \"a\"\n    a: 2\n    ^\n"
                               "hint: it stands in line 1 already\n"},
        {RK_S("a: &x 1\n"), "x.yaml:1:4: anchors (&) are not allowed\n    a: &x 1\n       ^\n"
                            "hint: put text that begins with & in quotes\n"},
        {RK_S("a: *x\n"), "x.yaml:1:4: aliases (*) are not allowed\n    a: *x\n       ^\n"
                          "hint: put text that begins with * in quotes\n"},
        {RK_S("a: !!int 1\n"), "x.yaml:1:4: tags (!) are not allowed\n    a: !!int 1\n       ^\n"
                               "hint: put text that begins with ! in quotes\n"},
        {RK_S("%YAML 1.1\n---\na: 1\n"),
         "x.yaml:1:1: directives (%) are not allowed\n    %YAML 1.1\n    ^\n"},
        {RK_S("a: 1\n---\nb: 2\n"), "x.yaml:2:1: a second document in one file\n    ---\n    ^\n"},
        {RK_S("[a]: 1\n"), "x.yaml:1:1: a key must be plain text\n    [a]: 1\n    ^\n"},
        {RK_S("a:\n\tb: 1\n"),
         "x.yaml:2:1: found character that cannot start any token\n    \tb: 1\n    ^\n"
         "hint: indent with blanks, not tabs; put text that begins with @, ` or % in quotes\n"},
        {RK_S("a: 'b\n"), "x.yaml:2:1: found unexpected end of stream\n"
                          "hint: a quote or a bracket is not closed\n"},
        {RK_S("a: \"\\d\"\n"), "x.yaml:1:5: found unknown escape character\n    a: \"\\d\"\n"
                               "        ^\nhint: in double quotes a backslash must be doubled; use "
                               "single quotes\n"},
        {RK_S("a: b\xff\n"), "x.yaml:1:5: a byte that is not UTF-8\n    a: b\xff\n        ^\n"
                             "hint: save the file as UTF-8\n"},
        {RK_S("a: \"x\\0y\"\n"),
         "x.yaml:1:4: text holds a NUL character\n    a: \"x\\0y\"\n       ^\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_arena arena = {0};
        rk_error err = {0};
        assert_null(parse(cases[i].bytes, &arena, &err));
        assert_error(&err, cases[i].expected);
        rk_arena_free(&arena);
    }
}

/* `count` times `part`, then `tail`. */
static rk_slice repeated(rk_arena *arena, const char *part, size_t count, const char *tail)
{
    size_t length = strlen(part), rest = strlen(tail);
    char *text = rk_arena_alloc(arena, count * length + rest + 1, 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, part, length);
    memcpy(text + count * length, tail, rest);
    return (rk_slice){text, count * length + rest};
}

static rk_slice many_keys(rk_arena *arena, size_t count)
{
    rk_buffer out = {0};
    for (size_t i = 0; i < count; i++)
        rk_buffer_printf(&out, "k%zu: 1\n", i);
    rk_slice text = rk_arena_slice(arena, rk_buffer_all(&out));
    rk_buffer_free(&out);
    return text;
}

static void test_yaml__caps_end_fast(void **state)
{
    (void)state;
    rk_arena arena = {0};
    const struct {
        rk_slice bytes;
        const char *message;
    } cases[] = {
        {repeated(&arena, "[", 200 * 1024, ""), "a line of more than 4000 bytes"},
        {repeated(&arena, "[\n", 100 * 1024, ""), "more than 32 levels"},
        {repeated(&arena, "- ", 33, "a"), "more than 32 levels"},
        {repeated(&arena, "{a: ", 900, ""), "more than 32 levels"},
        {repeated(&arena, "? ", 1900, ""), "a key must be plain text"},
        {repeated(&arena, "- a\n", 200 * 1000, ""), "more than 200000 nodes"},
        {repeated(&arena, "#\n", (2 << 20) + 1, ""), "more than 4 MiB"},
        {repeated(&arena, "%TAG !a! b\n", 300 * 1000, ""), "directives (%) are not allowed"},
        {many_keys(&arena, 1001), "more than 1000 keys in one mapping"},
        {repeated(&arena, "a", 4001, ""), "a line of more than 4000 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rk_arena own = {0};
        rk_error err = {0};
        clock_t before = clock();
        assert_null(parse(cases[i].bytes, &own, &err));
        assert_string_equal(err.message, cases[i].message);
        assert_true(clock() - before < 2 * CLOCKS_PER_SEC);
        rk_arena_free(&own);
    }
    rk_error err;
    assert_non_null(parse(repeated(&arena, "- ", 31, "a"), &arena, &err));
    assert_non_null(parse(many_keys(&arena, 1000), &arena, &err));
    assert_non_null(parse(repeated(&arena, "a", 4000, ""), &arena, &err));
    rk_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml__nodes_know_their_place),
        cmocka_unit_test(test_yaml__what_is_refused),
        cmocka_unit_test(test_yaml__caps_end_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
