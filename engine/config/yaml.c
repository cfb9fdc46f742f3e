#include "config/yaml.h"

#include <stdarg.h>
#include <stdio.h>

#include <yaml.h>

enum {
    DEPTH_MAX = 32,
    NODES_MAX = 200000,
    KEYS_MAX = 1000,
    BYTES_MAX = 4 << 20,
    LINE_MAX_BYTES = 4000, /* bounds the work for one place */
};

/* A collection that is still open: its children in a growing array. */
typedef struct level {
    rk_node *node;
    rk_node **children; /* mapping: key, value, key, value */
    size_t count, capacity;
} level;

typedef struct reading {
    const rk_source *source;
    rk_arena *arena;
    rk_error *err;
    level levels[DEPTH_MAX];
    size_t depth;
    size_t nodes;
    rk_node *root;
} reading;

/* The bytes of line `line` (from 1), without its end. */
static rk_slice line_of(rk_slice bytes, size_t line)
{
    const char *at = bytes.at, *end = bytes.at + bytes.len;
    for (size_t i = 1; i < line && at < end; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline ? newline + 1 : end;
    }
    const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    rk_slice found = rk_slice_between(at, newline ? newline : end);
    if (found.len && found.at[found.len - 1] == '\r')
        found.len--;
    return found;
}

/* libyaml counts characters; places count bytes. */
static size_t bytes_of_column(rk_slice line, size_t characters)
{
    size_t at = 0;
    for (; characters > 0 && at < line.len; characters--) {
        size_t length = rk_utf8_sequence(line.at + at, line.at + line.len);
        at += length ? length : 1;
    }
    return at + characters;
}

/* The line itself, cut to fit at a whole character, control characters shown as '?'. */
static void put_excerpt(rk_error *err, rk_slice line)
{
    size_t length = line.len < sizeof err->excerpt - 1 ? line.len : sizeof err->excerpt - 1;
    while (length > 0 && length < line.len && ((unsigned char)line.at[length] & 0xC0) == 0x80)
        length--;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)line.at[i];
        err->excerpt[i] = (c < 0x20 && c != '\t') || c == 0x7F ? '?' : (char)c;
    }
    err->excerpt[length] = '\0';
}

/* `column` from 1, in bytes. */
static void place(const rk_source *source, rk_error *err, size_t line, size_t column)
{
    char path[sizeof err->path];
    rk_slice shown = source->path.len ? source->path : source->name;
    snprintf(path, sizeof path, "%.*s", RK_FMT(shown));
    rk_fail_at(err, path, line, column);
    put_excerpt(err, line_of(source->bytes, line));
}

bool rk_node_fail(const rk_source *source, const rk_node *node, rk_error *err, const char *format,
                  ...)
{
    char message[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    rk_fail(err, RK_INVALID, "%s", message);
    place(source, err, node->line, node->column);
    return false;
}

/* An error at byte `offset` of the source. */
static bool fail_at_byte(const rk_source *source, size_t offset, rk_error *err, const char *message)
{
    size_t line = 1, begin = 0;
    for (size_t i = 0; i < offset && i < source->bytes.len; i++)
        if (source->bytes.at[i] == '\n') {
            line++;
            begin = i + 1;
        }
    rk_fail(err, RK_INVALID, "%s", message);
    place(source, err, line, offset - begin + 1);
    return false;
}

static bool fail_at_mark(reading *in, yaml_mark_t mark, const char *message, const char *hint)
{
    size_t column = bytes_of_column(line_of(in->source->bytes, mark.line + 1), mark.column) + 1;
    rk_fail(in->err, RK_INVALID, "%s", message);
    place(in->source, in->err, mark.line + 1, column);
    if (hint)
        rk_fail_hint(in->err, "%s", hint);
    return false;
}

static const char *hint_of(const char *problem)
{
    static const struct {
        const char *part, *hint;
    } known[] = {
        {"cannot start any token",
         "indent with blanks, not tabs; put text that begins with @, ` or % "
         "in quotes"},
        {"mapping values are not allowed", "put text that holds ': ' in quotes, or mend the "
                                           "indentation"},
        {"expected <block end>", "the indentation does not agree with the lines above"},
        {"could not find expected ':'", "a key needs ': ' and a value"},
        {"unexpected end of stream", "a quote or a bracket is not closed"},
        {"expected ',' or", "a bracket is not closed, or a comma is missing"},
        {"unknown escape", "in double quotes a backslash must be doubled; use single quotes"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strstr(problem, known[i].part))
            return known[i].hint;
    return NULL;
}

static bool parser_failed(reading *in, const yaml_parser_t *parser)
{
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    if (parser->error == YAML_READER_ERROR)
        return fail_at_byte(in->source, parser->problem_offset, in->err, problem);
    return fail_at_mark(in, parser->problem_mark, problem, hint_of(problem));
}

static rk_node *make_node(reading *in, rk_node_kind kind, yaml_mark_t mark)
{
    if (++in->nodes > NODES_MAX) {
        fail_at_mark(in, mark, "more than 200000 nodes", NULL);
        return NULL;
    }
    rk_node *node = rk_arena_alloc(in->arena, 1, sizeof *node);
    node->kind = kind;
    node->line = mark.line + 1;
    node->column = mark.column + 1; /* in characters until settle_columns */
    return node;
}

/* Puts a finished or opened node under the innermost open collection. */
static bool attach(reading *in, rk_node *node)
{
    if (in->depth == 0) {
        in->root = node;
        return true;
    }
    level *open = &in->levels[in->depth - 1];
    bool is_key = open->node->kind == RK_NODE_MAPPING && open->count % 2 == 0;
    if (is_key && node->kind != RK_NODE_SCALAR)
        return rk_node_fail(in->source, node, in->err, "a key must be plain text");
    if (is_key && open->count / 2 >= KEYS_MAX)
        return rk_node_fail(in->source, node, in->err, "more than 1000 keys in one mapping");
    for (size_t i = 0; is_key && i < open->count; i += 2)
        if (rk_slice_equal(open->children[i]->text, node->text)) {
            rk_node_fail(in->source, node, in->err, "repeated key \"%.*s\"", RK_FMT(node->text));
            return rk_fail_hint(in->err, "it stands in line %zu already", open->children[i]->line);
        }
    open->children =
        rk_grow(open->children, &open->capacity, open->count + 1, sizeof *open->children);
    open->children[open->count++] = node;
    return true;
}

static bool open_collection(reading *in, rk_node_kind kind, const yaml_event_t *event)
{
    if (in->depth == DEPTH_MAX)
        return fail_at_mark(in, event->start_mark, "more than 32 levels", NULL);
    rk_node *node = make_node(in, kind, event->start_mark);
    if (!node || !attach(in, node))
        return false;
    level *open = &in->levels[in->depth++];
    open->node = node;
    open->count = 0;
    return true;
}

static void close_collection(reading *in)
{
    level *open = &in->levels[--in->depth];
    rk_node *node = open->node;
    bool pairs = node->kind == RK_NODE_MAPPING;
    node->count = pairs ? open->count / 2 : open->count;
    if (node->count == 0)
        return;
    node->items = rk_arena_alloc(in->arena, node->count, sizeof *node->items);
    if (pairs)
        node->keys = rk_arena_alloc(in->arena, node->count, sizeof *node->keys);
    for (size_t i = 0; i < node->count; i++) {
        node->items[i] = open->children[pairs ? 2 * i + 1 : i];
        if (pairs)
            node->keys[i] = open->children[2 * i];
    }
}

static bool add_scalar(reading *in, const yaml_event_t *event)
{
    rk_node *node = make_node(in, RK_NODE_SCALAR, event->start_mark);
    if (!node)
        return false;
    rk_slice text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (memchr(text.at, '\0', text.len))
        return fail_at_mark(in, event->start_mark, "text holds a NUL character", NULL);
    node->text = rk_arena_slice(in->arena, text);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return attach(in, node);
}

/* Anchors and tags are features that rules do not need and that hide things. */
static bool is_plain(reading *in, const yaml_event_t *event, const yaml_char_t *anchor,
                     const yaml_char_t *tag)
{
    if (anchor)
        return fail_at_mark(in, event->start_mark, "anchors (&) are not allowed",
                            "put text that begins with & in quotes");
    if (tag)
        return fail_at_mark(in, event->start_mark, "tags (!) are not allowed",
                            "put text that begins with ! in quotes");
    return true;
}

static bool take_event(reading *in, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return fail_at_mark(in, event->start_mark, "aliases (*) are not allowed",
                            "put text that begins with * in quotes");
    case YAML_SCALAR_EVENT:
        return is_plain(in, event, event->data.scalar.anchor, event->data.scalar.tag) &&
               add_scalar(in, event);
    case YAML_SEQUENCE_START_EVENT:
        return is_plain(in, event, event->data.sequence_start.anchor,
                        event->data.sequence_start.tag) &&
               open_collection(in, RK_NODE_SEQUENCE, event);
    case YAML_MAPPING_START_EVENT:
        return is_plain(in, event, event->data.mapping_start.anchor,
                        event->data.mapping_start.tag) &&
               open_collection(in, RK_NODE_MAPPING, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_collection(in);
        return true;
    case YAML_DOCUMENT_START_EVENT:
        if (in->root)
            return fail_at_mark(in, event->start_mark, "a second document in one file", NULL);
        return true;
    default:
        return true;
    }
}

static bool read_events(reading *in, yaml_parser_t *parser)
{
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return parser_failed(in, parser);
        more = event.type != YAML_STREAM_END_EVENT;
        bool taken = take_event(in, &event);
        yaml_event_delete(&event);
        if (!taken)
            return false;
    }
    if (!in->root)
        return fail_at_byte(in->source, 0, in->err, "the file is empty");
    return true;
}

/* What libyaml would be slow or lenient on is refused before it starts. */
static bool check_bytes(const rk_source *source, rk_error *err)
{
    rk_slice bytes = source->bytes;
    if (bytes.len > BYTES_MAX)
        return fail_at_byte(source, 0, err, "more than 4 MiB");
    for (size_t i = 0, begin = 0; i < bytes.len;) {
        begin = bytes.at[i] == '\n' ? i + 1 : begin;
        if (i >= begin + LINE_MAX_BYTES)
            return fail_at_byte(source, begin, err, "a line of more than 4000 bytes");
        if (bytes.at[i] == '%' && (i == 0 || bytes.at[i - 1] == '\n'))
            return fail_at_byte(source, i, err, "directives (%) are not allowed");
        size_t length = rk_utf8_sequence(bytes.at + i, bytes.at + bytes.len);
        if (length == 0) {
            fail_at_byte(source, i, err, "a byte that is not UTF-8");
            return rk_fail_hint(err, "save the file as UTF-8");
        }
        i += length;
    }
    return true;
}

/* Where each line begins, so that columns turn into bytes without walking the file for each node. */
static void settle_columns(rk_slice bytes, rk_node *node, const size_t *begins, size_t lines)
{
    if (node->line <= lines && node->column > 1) {
        rk_slice rest = {bytes.at + begins[node->line - 1], bytes.len - begins[node->line - 1]};
        node->column = bytes_of_column(rest, node->column - 1) + 1;
    }
    for (size_t i = 0; i < node->count; i++) {
        settle_columns(bytes, node->items[i], begins, lines);
        if (node->keys)
            settle_columns(bytes, node->keys[i], begins, lines);
    }
}

static void settle_places(rk_slice bytes, rk_node *root)
{
    size_t lines = 0, capacity = 0;
    size_t *begins = NULL;
    for (size_t at = 0; at <= bytes.len;) {
        begins = rk_grow(begins, &capacity, lines + 1, sizeof *begins);
        begins[lines++] = at;
        const char *newline = memchr(bytes.at + at, '\n', bytes.len - at);
        if (!newline)
            break;
        at = (size_t)(newline - bytes.at) + 1;
    }
    settle_columns(bytes, root, begins, lines);
    free(begins);
}

rk_node *rk_yaml_parse(const rk_source *source, rk_arena *arena, rk_error *err)
{
    if (!check_bytes(source, err))
        return NULL;
    reading *in = rk_alloc(1, sizeof *in);
    in->source = source;
    in->arena = arena;
    in->err = err;
    yaml_parser_t parser;
    bool done = false;
    if (yaml_parser_initialize(&parser)) {
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser, (const unsigned char *)source->bytes.at,
                                     source->bytes.len);
        done = read_events(in, &parser);
        yaml_parser_delete(&parser);
    } else {
        rk_fail(err, RK_BUG, "libyaml could not start");
    }
    rk_node *root = done ? in->root : NULL;
    for (size_t i = 0; i < DEPTH_MAX; i++)
        free(in->levels[i].children);
    free(in);
    if (root)
        settle_places(source->bytes, root);
    return root;
}

rk_node *rk_node_get(const rk_node *mapping, const char *key)
{
    if (mapping->kind != RK_NODE_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->count; i++)
        if (rk_slice_is(mapping->keys[i]->text, key))
            return mapping->items[i];
    return NULL;
}
