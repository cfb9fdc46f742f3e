#include "statement/swift.h"

static bool is_control(char c)
{
    return (unsigned char)c < ' ' && c != '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The line at `at`: its text, and where the next one begins. */
static rk_slice line_at(const char *at, const char *end, const char **next)
{
    const char *c = at;
    while (c < end && *c != '\n' && *c != '\r' && !(*c == '@' && c + 1 < end && c[1] == '@'))
        c++;
    *next = c == end                                                   ? end
            : *c == '@' || (*c == '\r' && c + 1 < end && c[1] == '\n') ? c + 2
                                                                       : c + 1;
    return rk_slice_between(at, c);
}

static rk_slice without_control(rk_slice line)
{
    while (line.len && is_control(line.at[line.len - 1]))
        line.len--;
    while (line.len && is_control(*line.at))
        line.at++, line.len--;
    if (rk_slice_starts(line, RK_S("\xef\xbb\xbf")))
        line.at += 3, line.len -= 3;
    return line;
}

bool rk_swift_line(rk_slice *rest, rk_slice *line)
{
    const char *next, *end = rest->at + rest->len;
    if (rest->len == 0)
        return false;
    *line = without_control(line_at(rest->at, end, &next));
    *rest = rk_slice_between(next, end);
    return true;
}

/* ":61:" -> "61"; *body is what follows on the line. */
static bool tag_of(rk_slice line, char *tag, const char **body)
{
    const char *at = line.at;
    size_t length;
    if (line.len >= 4 && is_digit(at[1]) && is_digit(at[2]))
        length = at[3] == ':' ? 2 : 3;
    else
        length = 2;
    if (line.len < length + 2 || at[0] != ':' || at[length + 1] != ':')
        return false;
    bool digits = is_digit(at[1]) && is_digit(at[2]);
    if (length == 2 ? !digits && memcmp(at + 1, "NS", 2) != 0
                    : !digits || at[3] < 'A' || at[3] > 'Z')
        return false;
    memcpy(tag, at + 1, length);
    tag[length] = '\0';
    *body = at + length + 2;
    return true;
}

/* "-" or "-}" alone; the trailer of the same message and the header of the next may follow "-}". */
static bool is_end(rk_slice line)
{
    line = rk_slice_trim(line);
    if (line.len == 0 || line.at[0] != '-')
        return false;
    return line.len == 1 ||
           (line.at[1] == '}' && (line.len == 2 || line.at[2] == '{' || is_control(line.at[2])));
}

static bool begins_message(const char *tag)
{
    return tag[0] == '2' || tag[0] == '1' || tag[0] == '3' || memcmp(tag, "60", 2) == 0;
}

/* After a lone "-" inside :86:, is there more of the same message? The next tag tells. */
static bool goes_on(rk_swift *text, const char *at)
{
    char tag[4];
    const char *next, *body;
    if (text->looked && at <= text->looked)
        return text->goes_on;
    text->goes_on = false;
    for (; at < text->end; at = next) {
        if (tag_of(without_control(line_at(at, text->end, &next)), tag, &body)) {
            text->goes_on = !begins_message(tag);
            break;
        }
    }
    text->looked = at;
    return text->goes_on;
}

rk_swift rk_swift_of(rk_slice bytes)
{
    const char *begin = bytes.at ? bytes.at : "", *end = begin + bytes.len;
    while (end > begin && (unsigned char)end[-1] <= ' ')
        end--;
    return (rk_swift){.begin = begin, .at = begin, .end = end, .line = 1};
}

/* The lines that continue the field. */
static void extend(rk_swift *text, rk_swift_field *field)
{
    char tag[4];
    const char *next, *body;
    while (text->at < text->end) {
        rk_slice line = without_control(line_at(text->at, text->end, &next));
        if (tag_of(line, tag, &body) ||
            (is_end(line) &&
             !(rk_swift_is(field, "86") && rk_slice_trim(line).len == 1 && goes_on(text, next))))
            return;
        field->body.len = (size_t)(line.at + line.len - field->body.at);
        text->at = next;
        text->line++;
    }
}

rk_swift_piece rk_swift_next(rk_swift *text, rk_swift_field *field)
{
    const char *next, *body;
    while (text->at < text->end) {
        rk_slice line = without_control(line_at(text->at, text->end, &next));
        size_t number = text->line++;
        text->at = next;
        if (tag_of(line, field->tag, &body)) {
            field->line = number;
            field->body = rk_slice_between(body, line.at + line.len);
            extend(text, field);
            return RK_SWIFT_FIELD;
        }
        if (is_end(line))
            return RK_SWIFT_END;
    }
    return RK_SWIFT_DONE;
}
