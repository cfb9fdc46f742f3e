#include "base/xml_plain.h"

#include <stdlib.h>

#include "base/xml.h"

enum { DEPTH_MAX = 256, ATTRIBUTES_MAX = 64 };

struct rk_xml_plain {
    rk_xml_events events;
    rk_buffer held; /* what was fed and is not done yet */
    size_t at;      /* so much of it is done */
    size_t looked;  /* so much holds no end of what begins at `at` */
    size_t before;  /* bytes before `held` */
    size_t line, line_start;
    bool rooted;
    rk_buffer names; /* of open elements, each with its NUL */
    size_t starts[DEPTH_MAX];
    size_t depth;
    const char *attributes[2 * ATTRIBUTES_MAX + 1];
    const char *fault;
};

/* ---- bytes ---- */

typedef enum byte_class {
    PLAIN,
    ENTITY,
    NEWLINE,
    TAB,
    HIGH,
    REFUSED,
    LETTER = 8,
    INNER = 16
} byte_class;

static const uint8_t classes[256] = {
    [0 ... 8] = REFUSED,    ['\t'] = TAB,    ['\n'] = NEWLINE,     [11 ... 31] = REFUSED,
    ['&'] = ENTITY,         ['<'] = REFUSED, ['>'] = REFUSED,      ['A' ... 'Z'] = LETTER,
    ['a' ... 'z'] = LETTER, ['_'] = LETTER,  [':'] = LETTER,       ['0' ... '9'] = INNER,
    ['-'] = INNER,          ['.'] = INNER,   [128 ... 255] = HIGH,
};

/* The class of a byte in a text, where letters are like others. */
static byte_class class_of(char c)
{
    return (byte_class)(classes[(unsigned char)c] & 7);
}

static bool fail(rk_xml_plain *p, const char *fault)
{
    p->fault = fault;
    return false;
}

/* The character that "&...;" stands for, and the bytes it takes: 0 where it is none. */
static size_t entity_at(const char *at, const char *end, char *character)
{
    static const struct {
        const char *text;
        size_t len;
        char character;
    } entities[] = {
        {"&amp;", 5, '&'},  {"&lt;", 4, '<'},    {"&gt;", 4, '>'},
        {"&quot;", 6, '"'}, {"&apos;", 6, '\''},
    };
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if ((size_t)(end - at) >= entities[i].len &&
            memcmp(at, entities[i].text, entities[i].len) == 0) {
            *character = entities[i].character;
            return entities[i].len;
        }
    return 0;
}

/* A character of more than one byte: its length, 0 where XML has none. */
static size_t character_at(const char *at, const char *end)
{
    size_t len = rk_utf8_sequence(at, end);
    bool is_none = len == 3 && memcmp(at, "\xef\xbf", 2) == 0 && (unsigned char)at[2] >= 0xbe;
    return is_none ? 0 : len;
}

/* Text or the value of an attribute, undone in place; its new end, or NULL. */
static char *undo(rk_xml_plain *p, char *from, char *end, bool is_value)
{
    char *at = from, *to;
    while (at < end && class_of(*at) == PLAIN)
        at++;
    for (to = at; at < end;) {
        size_t len = 1;
        switch (class_of(*at)) {
        case PLAIN:
            *to++ = *at++;
            continue;
        case ENTITY:
            len = entity_at(at, end, to);
            to++;
            break;
        case TAB:
        case NEWLINE:
            len = !is_value;
            if (*at == '\n') {
                p->line++;
                p->line_start = p->before + (size_t)(at + 1 - p->held.bytes);
            }
            *to++ = *at;
            break;
        case HIGH:
            len = character_at(at, end);
            memmove(to, at, len);
            to += len;
            break;
        default:
            len = 0;
        }
        if (len == 0) {
            fail(p, "a character or entity that is not allowed");
            return NULL;
        }
        at += len;
    }
    return to;
}

/* ---- tags ---- */

static char *behind_name(char *at)
{
    if (classes[(unsigned char)*at] == LETTER)
        while (classes[(unsigned char)*at] >= LETTER)
            at++;
    return at;
}

static bool take_end(rk_xml_plain *p, const char *name, size_t len)
{
    if (p->depth == 0)
        return fail(p, "an end without its beginning");
    size_t start = p->starts[--p->depth];
    if (p->names.len - start != len + 1 || memcmp(p->names.bytes + start, name, len) != 0)
        return fail(p, "mismatched tag");
    p->events.end(p->events.context, p->names.bytes + start);
    p->names.len = start;
    return true;
}

static bool is_known(const rk_xml_plain *p, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i += 2)
        if (strcmp(p->attributes[i], name) == 0)
            return true;
    return false;
}

/* ` name="value"` as often as there is, up to `stop`; *stop is not looked at. */
static bool take_attributes(rk_xml_plain *p, char *at, char *stop)
{
    size_t count = 0;
    while (at < stop) {
        char *name = at + 1, *equals = behind_name(name);
        if (*at != ' ' || equals == name || stop - equals < 3 || equals[0] != '=' ||
            equals[1] != '"')
            return fail(p, "not well-formed attributes");
        char *value = equals + 2, *quote = memchr(value, '"', (size_t)(stop - value));
        char *end = quote ? undo(p, value, quote, true) : NULL;
        if (!end)
            return p->fault ? false : fail(p, "an attribute without its end");
        *equals = *end = '\0';
        if (count == 2 * ATTRIBUTES_MAX || is_known(p, count, name))
            return fail(p, "an attribute twice, or too many of them");
        p->attributes[count++] = name;
        p->attributes[count++] = value;
        at = quote + 1;
    }
    p->attributes[count] = NULL;
    return true;
}

static bool take_start(rk_xml_plain *p, char *name, char *close)
{
    bool is_empty = close[-1] == '/';
    char *stop = close - is_empty, *end = behind_name(name);
    size_t len = (size_t)(end - name);
    if (len == 0 || end > stop || (p->depth == 0 && p->rooted))
        return fail(p, "a tag where none can be");
    if (p->depth == DEPTH_MAX)
        return fail(p, "elements are nested too deep");
    if (!take_attributes(p, end, stop))
        return false;
    *end = '\0';
    p->rooted = true;
    p->starts[p->depth++] = p->names.len;
    rk_buffer_bytes(&p->names, name, len + 1);
    p->events.start(p->events.context, name, p->attributes);
    return *p->events.stop || !is_empty || take_end(p, name, len);
}

static bool take_declaration(rk_xml_plain *p, const char *from, const char *close)
{
    rk_slice declaration = RK_S("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?");
    return (p->before + p->at == 0 && (size_t)(close - from) == declaration.len &&
            memcmp(from, declaration.at, declaration.len) == 0) ||
           fail(p, "an instruction that is not allowed");
}

/* From '<' to '>'. */
static bool take_tag(rk_xml_plain *p, char *from, char *close)
{
    switch (from[1]) {
    case '/':
        return take_end(p, from + 2, (size_t)(close - from) - 2);
    case '?':
        return take_declaration(p, from, close);
    case '!':
        return fail(p, "a declaration, comment or CDATA section that is not allowed");
    default:
        return take_start(p, from + 1, close);
    }
}

static bool take_text(rk_xml_plain *p, char *from, char *end)
{
    char *stop = undo(p, from, end, false);
    if (!stop)
        return false;
    for (const char *at = from; p->depth == 0 && at < stop; at++)
        if (*at != '\n')
            return fail(p, "text outside of the document");
    if (p->depth)
        p->events.text(p->events.context, from, (int)(stop - from));
    return true;
}

/* ---- the stream ---- */

/* One tag or text; false at the end of what is there, and on a fault. */
static bool take_one(rk_xml_plain *p)
{
    char *from = p->held.bytes + p->at, *end = p->held.bytes + p->held.len;
    char *unseen = p->held.bytes + p->looked;
    bool is_tag = from < end && *from == '<';
    char *stop = unseen < end ? memchr(unseen, is_tag ? '>' : '<', (size_t)(end - unseen)) : NULL;
    if (!stop) {
        p->looked = p->held.len;
        return end - from > RK_XML_TAG_MAX ? fail(p, "a tag or text that is too long") : false;
    }
    if (is_tag ? !take_tag(p, from, stop) : !take_text(p, from, stop))
        return false;
    p->at = p->looked = (size_t)(stop + is_tag - p->held.bytes);
    return true;
}

static void keep_rest(rk_xml_plain *p)
{
    size_t rest = p->held.len - p->at;
    if (p->at && rest)
        memmove(p->held.bytes, p->held.bytes + p->at, rest);
    p->before += p->at;
    p->looked -= p->at;
    p->held.len = rest;
    p->at = 0;
}

static void check_end(rk_xml_plain *p)
{
    if (!p->rooted || p->depth)
        fail(p, "the document has no end");
    else if (p->at < p->held.len)
        take_text(p, p->held.bytes + p->at, p->held.bytes + p->held.len);
}

const char *rk_xml_plain_feed(rk_xml_plain *p, rk_slice piece, bool last)
{
    keep_rest(p);
    rk_buffer_room(&p->held, piece.len + 1);
    rk_buffer_slice(&p->held, piece);
    while (!*p->events.stop && take_one(p))
        continue;
    if (last && !p->fault && !*p->events.stop)
        check_end(p);
    return p->fault;
}

rk_xml_plain *rk_xml_plain_open(const rk_xml_events *events)
{
    rk_xml_plain *p = rk_alloc(1, sizeof *p);
    *p = (rk_xml_plain){.events = *events, .line = 1};
    return p;
}

void rk_xml_plain_close(rk_xml_plain *p)
{
    if (!p)
        return;
    rk_buffer_free(&p->held);
    rk_buffer_free(&p->names);
    free(p);
}

size_t rk_xml_plain_offset(const rk_xml_plain *p)
{
    return p->before + p->at;
}

size_t rk_xml_plain_line(const rk_xml_plain *p)
{
    return p->line;
}

size_t rk_xml_plain_column(const rk_xml_plain *p)
{
    return rk_xml_plain_offset(p) - p->line_start;
}
