/* The fast reader of plain XML beside expat: what it takes, expat takes, and both say the same, however the
 * document is cut into pieces.
 *
 *   test_xml_plain          40,000 damaged documents
 *   test_xml_plain COUNT    so many
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/xml.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

static const rk_xml_caps caps = {1 << 20, 16};
static size_t wanted = 40000;
static uint64_t seed = 1;

static uint32_t draw(size_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

/* ---- what a reader says, as text ---- */

static bool say_start(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    rk_buffer *said = context;
    (void)xml;
    rk_buffer_printf(said, "\x01%.*s", RK_FMT(name));
    for (; attributes[0]; attributes += 2)
        rk_buffer_printf(said, "\x02%s\x03%s", attributes[0], attributes[1]);
    rk_buffer_char(said, '\x04');
    return true;
}

static bool say_end(void *context, rk_xml *xml, rk_slice name)
{
    (void)xml;
    rk_buffer_printf(context, "\x05%.*s\x04", RK_FMT(name));
    return true;
}

static bool say_text(void *context, rk_xml *xml, rk_slice text)
{
    (void)xml;
    rk_buffer_slice(context, text);
    return true;
}

static bool hear(rk_slice document, bool plain, size_t most, rk_buffer *said, rk_error *err)
{
    rk_xml_handler handler = {said, say_start, say_end, say_text};
    rk_xml *xml =
        plain ? rk_xml_open_plain(&caps, &handler, err) : rk_xml_open(&caps, NULL, &handler, err);
    bool good = true;
    rk_buffer_clear(said);
    for (size_t at = 0; good && at < document.len;) {
        size_t len = 1 + draw(most);
        len = document.len - at < len ? document.len - at : len;
        good = rk_xml_feed(xml, (rk_slice){document.at + at, len}, false);
        at += len;
    }
    good = good && rk_xml_feed(xml, RK_S(""), true);
    rk_xml_close(xml);
    return good;
}

static const char *const documents[] = {
    HEAD
    "<worksheet xmlns=\"http://x.example/main\" xmlns:r=\"http://x.example/rel\"><sheetData>"
    "<row r=\"1\" spans=\"1:4\" ht=\"27\" customHeight=\"1\"><c r=\"A1\" s=\"3\"><v>12.5</v></c>"
    "<c r=\"B1\" s=\"4\" t=\"inlineStr\"><is><t xml:space=\"preserve\"> a &lt;b&gt; &amp; "
    "&quot;c&quot; "
    "&apos;</t></is></c><c r=\"C1\"/><c "
    "r=\"D1\"><f>SUM(A1:B1)</f><v>-1E-9</v></c></row></sheetData>"
    "<hyperlinks><hyperlink ref=\"A1\" location=\"'Per hari'!A1\"/></hyperlinks></worksheet>",
    HEAD "<sst count=\"2\" uniqueCount=\"2\"><si><t>Pelita \xe2\x80\x93 \xf0\x9f\x99\x82</t></si>"
         "<si><t>two\nlines\tand a tab</t></si></sst>\n",
    HEAD
    "<a:theme xmlns:a=\"http://x.example/a\" name=\"Office &amp; more\"><a:x val=\"&lt;&gt;\"/>"
    "<a:y></a:y>text<a:z/>more</a:theme>",
    "<a><b c='single'/></a>",
    HEAD "<a>\r\n</a>",
    HEAD "<a><!-- told --><![CDATA[x]]>&#65;</a>",
};
enum { DOCUMENTS = sizeof documents / sizeof *documents, WRITTEN = 3 };

static void test_xml_plain__takes_what_programs_write(void **state)
{
    rk_buffer plain = {0}, full = {0};
    rk_error err;
    (void)state;
    for (size_t i = 0; i < DOCUMENTS; i++) {
        rk_slice document = rk_slice_of(documents[i]);
        for (size_t most = 1; most < 400; most += 7) {
            assert_true(hear(document, false, most, &full, &err));
            assert_int_equal(hear(document, true, most, &plain, &err), i < WRITTEN);
            if (i < WRITTEN)
                assert_true(rk_slice_equal(rk_buffer_all(&plain), rk_buffer_all(&full)));
        }
    }
    rk_buffer_free(&plain);
    rk_buffer_free(&full);
}

/* ---- damage that knows where XML is sore ---- */

static void damage(rk_buffer *document)
{
    static const char *const pieces[] = {
        "<",
        ">",
        "/",
        "\"",
        "&",
        "&amp;",
        "&amp",
        "&#65;",
        "]]>",
        "<a>",
        "</a>",
        "<a/>",
        "</c>",
        "<!--x-->",
        "<?x y?>",
        "\xff",
        "\xc0\x80",
        "\xef\xbf\xbe",
        "\r",
        "\n",
        "\t",
        " ",
        "=",
        "'",
        ":",
        "\xed\xa0\x80",
        "\x01",
        "<c r=\"A1\" r=\"B1\"/>",
        " r=\"A1\"",
        "<-a/>",
        "<é/>",
        "\xef\xbb\xbf",
        "<!DOCTYPE a>",
        "</a >",
        "<a />",
    };
    for (uint32_t i = 0, times = 1 + draw(3); i < times && document->len; i++) {
        const char *piece = pieces[draw(sizeof pieces / sizeof *pieces)];
        size_t at = draw(document->len),
               cut = draw(3) == 0 ? draw(document->len - at) % 24 : draw(2);
        rk_buffer rest = {0};
        rk_buffer_bytes(&rest, document->bytes + at + cut, document->len - at - cut);
        document->len = at;
        if (draw(4))
            rk_buffer_text(document, piece);
        else if (at)
            rk_buffer_char(document, (char)(rest.len ? rest.bytes[0] ^ (1 << draw(8)) : 'x'));
        rk_buffer_slice(document, rk_buffer_all(&rest));
        rk_buffer_free(&rest);
    }
}

static void test_xml_plain__takes_nothing_that_expat_does_not(void **state)
{
    rk_buffer document = {0}, plain = {0}, full = {0};
    size_t taken = 0, refused = 0;
    rk_error err, full_err;
    (void)state;
    for (size_t i = 0; i < wanted; i++) {
        rk_buffer_clear(&document);
        rk_buffer_text(&document, documents[draw(WRITTEN)]);
        damage(&document);
        if (!hear(rk_buffer_all(&document), true, 1 + draw(300), &plain, &err)) {
            refused++;
            continue;
        }
        taken++;
        if (!hear(rk_buffer_all(&document), false, 1 + draw(300), &full, &full_err))
            fail_msg("expat: %s\n%.*s", full_err.message, RK_FMT(rk_buffer_all(&document)));
        assert_true(rk_slice_equal(rk_buffer_all(&plain), rk_buffer_all(&full)));
    }
    assert_true(taken * 50 > wanted && refused * 2 > wanted);
    rk_buffer_free(&document);
    rk_buffer_free(&plain);
    rk_buffer_free(&full);
}

static void test_xml_plain__says_where(void **state)
{
    rk_buffer said = {0};
    rk_error err;
    (void)state;
    assert_false(hear(RK_S(HEAD "<a>\n<b>x</c></a>"), true, 5, &said, &err));
    assert_string_equal(err.message, "not well-formed XML: mismatched tag");
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 5);
    rk_buffer_free(&said);
}

static bool end_at_b(void *context, rk_xml *xml, rk_slice name, const char **attributes)
{
    size_t *seen = context;
    (void)attributes;
    ++*seen;
    return !rk_slice_is(name, "b") || rk_xml_fail(xml, "b is refused");
}

static void test_xml_plain__stops_where_it_is_told(void **state)
{
    size_t seen = 0;
    rk_error err;
    rk_xml_handler handler = {&seen, end_at_b, NULL, NULL};
    rk_xml *xml = rk_xml_open_plain(&caps, &handler, &err);
    (void)state;
    assert_false(rk_xml_feed(xml, RK_S(HEAD "<a><b/><c/><d/></a>"), false));
    assert_int_equal(seen, 2);
    assert_string_equal(err.message, "b is refused");
    rk_xml_close(xml);
}

static void test_xml_plain__has_caps(void **state)
{
    rk_buffer document = {0}, said = {0};
    rk_error err;
    (void)state;
    for (int i = 0; i < 17; i++)
        rk_buffer_text(&document, "<a>");
    assert_false(hear(rk_buffer_all(&document), true, 9, &said, &err));
    assert_non_null(strstr(err.message, "deeper than 16"));
    rk_buffer_clear(&document);
    rk_buffer_text(&document, "<a b=\"");
    for (int i = 0; i < 1 << 20; i++)
        rk_buffer_char(&document, 'x');
    assert_false(hear(rk_buffer_all(&document), true, 1 << 16, &said, &err));
    assert_non_null(strstr(err.message, "more than 1048576 bytes"));
    rk_buffer_clear(&document);
    rk_buffer_text(&document, "<a");
    for (int i = 0; i < 65; i++)
        rk_buffer_printf(&document, " a%d=\"\"", i);
    rk_buffer_text(&document, "/>");
    assert_false(hear(rk_buffer_all(&document), true, 9, &said, &err));
    assert_non_null(strstr(err.message, "too many"));
    rk_buffer_free(&document);
    rk_buffer_free(&said);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        wanted = strtoul(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml_plain__takes_what_programs_write),
        cmocka_unit_test(test_xml_plain__takes_nothing_that_expat_does_not),
        cmocka_unit_test(test_xml_plain__says_where),
        cmocka_unit_test(test_xml_plain__stops_where_it_is_told),
        cmocka_unit_test(test_xml_plain__has_caps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
