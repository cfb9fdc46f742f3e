#include "statement/extract.h"

#include <stdlib.h>

#include "base/digits.h"

enum { EVERY_DIGIT = 0x3ff };

typedef struct findings {
    uint64_t code;
    bool several;
    rk_windows *all; /* NULL: only whether there are several is asked */
} findings;

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void add_window(rk_windows *found, uint64_t code, bool whole)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->codes[i] == code) {
            found->whole[i] |= whole;
            return;
        }
    if (found->count == RK_WINDOWS_MAX)
        found->too_many = true;
    else {
        found->whole[found->count] = whole;
        found->codes[found->count++] = code;
    }
}

static void add(findings *found, uint64_t code)
{
    if (found->all)
        add_window(found->all, code, true);
    if (found->code && found->code != code)
        found->several = true;
    found->code = code;
}

/* ---- plain patterns: [789][0-9]{14}, 8\d{14}, \d{15} ---- */

/* One digit position: a digit, \d, or a class of digits and ranges. */
static bool one_position(rk_slice pattern, size_t *at, uint16_t *allowed)
{
    const char *p = pattern.at;
    *allowed = 0;
    if (*at < pattern.len && is_digit(p[*at])) {
        *allowed = (uint16_t)(1 << (p[(*at)++] - '0'));
        return true;
    }
    if (*at + 1 < pattern.len && p[*at] == '\\' && p[*at + 1] == 'd') {
        *allowed = EVERY_DIGIT;
        *at += 2;
        return true;
    }
    if (*at >= pattern.len || p[*at] != '[')
        return false;
    for ((*at)++; *at < pattern.len && is_digit(p[*at]); (*at)++) {
        char low = p[*at], high = low;
        if (*at + 2 < pattern.len && p[*at + 1] == '-' && is_digit(p[*at + 2])) {
            high = p[*at + 2];
            *at += 2;
        }
        for (char c = low; c <= high; c++)
            *allowed |= (uint16_t)(1 << (c - '0'));
    }
    return *at < pattern.len && p[(*at)++] == ']' && *allowed;
}

/* {14}, or nothing for once. */
static bool times(rk_slice pattern, size_t *at, uint64_t *count)
{
    *count = 1;
    if (*at >= pattern.len || pattern.at[*at] != '{')
        return true;
    const char *from = pattern.at + *at + 1;
    const char *close = memchr(from, '}', pattern.len - *at - 1);
    if (!close || !rk_slice_to_u64(rk_slice_between(from, close), count))
        return false;
    *at = (size_t)(close - pattern.at) + 1;
    return true;
}

static bool plain_pattern(rk_slice pattern, uint16_t *allowed)
{
    size_t at = 0, filled = 0;
    while (at < pattern.len) {
        uint16_t here;
        uint64_t count;
        if (!one_position(pattern, &at, &here) || !times(pattern, &at, &count) ||
            count > RK_CODE_DIGITS - filled)
            return false;
        while (count-- > 0)
            allowed[filled++] = here;
    }
    return filled == RK_CODE_DIGITS;
}

rk_extractor rk_extractor_of(const rk_extract *rule)
{
    rk_extractor extractor = {.rule = rule};
    if (rule->given && rule->bounded)
        extractor.direct = plain_pattern(rk_regex_pattern(rule->pattern), extractor.allowed);
    for (size_t i = 0; i < RK_CODE_DIGITS; i++)
        if (extractor.allowed[i] != EVERY_DIGIT)
            extractor.asked[extractor.asked_count++] = (uint8_t)i;
    return extractor;
}

/* 15 digits that stand together. */
static inline bool whole_allowed(const rk_extractor *extractor, const char *at, uint64_t *code)
{
    for (size_t i = 0; i < extractor->asked_count; i++) {
        unsigned place = extractor->asked[i];
        if (!(extractor->allowed[place] >> (at[place] - '0') & 1))
            return false;
    }
    return rk_fifteen_digits(at, code);
}

/* 15 digits, blanks between them passed over. */
static bool digits_allowed(const rk_extractor *extractor, const char *at, uint64_t *code)
{
    uint64_t value = 0;
    for (size_t i = 0; i < RK_CODE_DIGITS; at++) {
        if (*at == ' ')
            continue;
        if (!(extractor->allowed[i++] >> (*at - '0') & 1))
            return false;
        value = value * 10 + (uint64_t)(*at - '0');
    }
    *code = value;
    return true;
}

/* A run of 15 digits that holds this byte holds the eight that end with it, or the eight that begin with it. */
static inline bool in_long_run(rk_slice text, size_t at)
{
    return rk_no_digits(rk_eight_bytes(text.at + at - 7)) == 0 ||
           (at + 8 <= text.len && rk_no_digits(rk_eight_bytes(text.at + at)) == 0);
}

static size_t run_begin(rk_slice text, size_t from, size_t at)
{
    while (at >= from + 8 && rk_no_digits(rk_eight_bytes(text.at + at - 8)) == 0)
        at -= 8;
    while (at > from && is_digit(text.at[at - 1]))
        at--;
    return at;
}

static size_t run_end(rk_slice text, size_t at)
{
    while (at + 8 <= text.len && rk_no_digits(rk_eight_bytes(text.at + at)) == 0)
        at += 8;
    while (at < text.len && is_digit(text.at[at]))
        at++;
    return at;
}

/* Runs of at least 15 digits cover a byte at each distance of 15: only those are looked at. Gives the
 * next such run at or after `from`. */
static bool long_run(rk_slice text, size_t from, size_t *begin, size_t *end)
{
    for (size_t probe = from + RK_CODE_DIGITS - 1; probe < text.len; probe += RK_CODE_DIGITS) {
        if (!is_digit(text.at[probe]) || !in_long_run(text, probe))
            continue;
        *begin = run_begin(text, from, probe);
        *end = run_end(text, probe);
        if (*end - *begin >= RK_CODE_DIGITS)
            return true;
        probe = *end;
    }
    return false;
}

static void whole_codes(const rk_extractor *extractor, rk_slice text, findings *found)
{
    size_t begin, end, from = 0;
    uint64_t code;
    for (; long_run(text, from, &begin, &end); from = end)
        if (end - begin == RK_CODE_DIGITS && whole_allowed(extractor, text.at + begin, &code))
            add(found, code);
}

/* A code that begins at the run of digits at `at`: runs parted by one blank that have 15 digits
 * together. */
static bool broken_code(const rk_extractor *extractor, rk_slice text, size_t at, size_t *blanks,
                        uint64_t *code)
{
    size_t digits = 0;
    *blanks = 0;
    for (size_t i = at; i < text.len && digits <= RK_CODE_DIGITS; i++) {
        if (is_digit(text.at[i])) {
            digits++;
            bool ends = i + 1 == text.len || !is_digit(text.at[i + 1]);
            if (digits == RK_CODE_DIGITS && ends)
                return digits_allowed(extractor, text.at + at, code);
        } else if (text.at[i] == ' ' && i + 1 < text.len && is_digit(text.at[i + 1])) {
            (*blanks)++;
        } else {
            return false;
        }
    }
    return false;
}

static void broken_codes(const rk_extractor *extractor, rk_slice text, findings *found)
{
    size_t fewest = SIZE_MAX, before = found->all ? found->all->count : 0;
    for (size_t i = 0; i < text.len; i++) {
        size_t blanks;
        uint64_t code;
        if (!is_digit(text.at[i]) || (i > 0 && is_digit(text.at[i - 1])) ||
            !broken_code(extractor, text, i, &blanks, &code) || blanks > fewest)
            continue;
        if (blanks < fewest && found->all)
            found->all->count = before;
        if (blanks < fewest)
            *found = (findings){.all = found->all};
        fewest = blanks;
        add(found, code);
    }
}

/* ---- any pattern ---- */

static bool touches_digit(rk_slice text, const char *from, const char *until)
{
    return (from > text.at && is_digit(from[-1])) ||
           (until < text.at + text.len && is_digit(*until));
}

/* A text with the blanks between digits taken out, and where each byte was. */
typedef struct joined {
    rk_slice text;
    const uint32_t *origin; /* NULL: nothing was taken out */
    rk_slice source;
} joined;

static bool search(const rk_extract *rule, const joined *in, findings *found)
{
    rk_slice groups[RK_REGEX_GROUPS];
    size_t from = 0;
    while (from <= in->text.len) {
        rk_regex_result result = rk_regex_find(rule->pattern, in->text, from, groups);
        if (result != RK_REGEX_MATCHED)
            return result == RK_REGEX_NONE;
        rk_slice match = groups[1].at ? groups[1] : groups[0];
        size_t begin = (size_t)(groups[0].at - in->text.at), end = begin + groups[0].len;
        const char *first = match.at, *behind = match.at + match.len;
        if (in->origin && match.len) {
            first = in->source.at + in->origin[match.at - in->text.at];
            behind = in->source.at + in->origin[match.at - in->text.at + match.len - 1] + 1;
        }
        bool touched = rule->bounded && touches_digit(in->source, first, behind);
        uint64_t code;
        if (!touched && match.len == RK_CODE_DIGITS && rk_slice_to_u64(match, &code) && code)
            add(found, code);
        from = touched || end == begin ? begin + 1 : end;
    }
    return true;
}

static bool search_joined(const rk_extract *rule, rk_slice text, findings *found)
{
    char *bytes = rk_alloc(text.len + 1, 1);
    uint32_t *origin = rk_alloc(text.len + 1, sizeof *origin);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == ' ' && i > 0 && i + 1 < text.len && is_digit(text.at[i - 1]) &&
            is_digit(text.at[i + 1]))
            continue;
        origin[len] = (uint32_t)i;
        bytes[len++] = text.at[i];
    }
    bool good = true;
    if (len < text.len)
        good = search(rule, &(joined){{bytes, len}, origin, text}, found);
    free(bytes);
    free(origin);
    return good;
}

static bool find_codes(const rk_extractor *extractor, rk_slice text, findings *found)
{
    const rk_extract *rule = extractor->rule;
    size_t begin, end;
    bool good = true;
    if (extractor->direct)
        whole_codes(extractor, text, found);
    else if (long_run(text, 0, &begin, &end))
        good = search(rule, &(joined){text, NULL, text}, found);
    if (good && !found->code && rule->broken_by_space && extractor->direct)
        broken_codes(extractor, text, found);
    else if (good && !found->code && rule->broken_by_space)
        good = search_joined(rule, text, found);
    return good;
}

bool rk_extract_code(const rk_extractor *extractor, rk_slice text, uint64_t *code, bool *several)
{
    findings found = {.all = NULL};
    bool good = find_codes(extractor, text, &found);
    *several = found.several;
    *code = found.several ? 0 : found.code;
    return good;
}

bool rk_extract_several(const rk_extractor *extractor, rk_slice text, rk_windows *all)
{
    return find_codes(extractor, text, &(findings){.all = all});
}

/* ---- codes inside longer numbers ---- */

static bool window_fits(const rk_extractor *extractor, const char *at, uint64_t *code, bool *good)
{
    rk_slice window = {at, RK_CODE_DIGITS}, groups[RK_REGEX_GROUPS];
    if (extractor->direct)
        return digits_allowed(extractor, at, code);
    rk_regex_result result = rk_regex_find(extractor->rule->pattern, window, 0, groups);
    *good = result == RK_REGEX_MATCHED || result == RK_REGEX_NONE;
    return result == RK_REGEX_MATCHED && groups[0].len == RK_CODE_DIGITS &&
           rk_slice_to_u64(window, code) && *code;
}

/* A number of 16 digits: what it would be without one of two equal neighbours. */
static bool add_doubled(const rk_extractor *extractor, const char *number, rk_windows *found)
{
    char digits[RK_CODE_DIGITS];
    uint64_t code;
    bool good = true;
    for (size_t i = 0; i < RK_CODE_DIGITS && good && !found->too_many; i++) {
        if (number[i] != number[i + 1])
            continue;
        memcpy(digits, number, i);
        memcpy(digits + i, number + i + 1, RK_CODE_DIGITS - i);
        if (window_fits(extractor, digits, &code, &good) && code)
            add_window(found, code, false);
    }
    return good;
}

bool rk_extract_windows(const rk_extractor *extractor, rk_slice text, rk_windows *found)
{
    size_t begin, end, from = 0;
    uint64_t code;
    bool good = true;
    for (; !found->too_many && good && long_run(text, from, &begin, &end); from = end) {
        if (end - begin == RK_CODE_DIGITS)
            continue;
        for (size_t at = begin; good && !found->too_many && at + RK_CODE_DIGITS <= end; at++)
            if (window_fits(extractor, text.at + at, &code, &good) && code)
                add_window(found, code, true);
        if (end - begin == RK_CODE_DIGITS + 1)
            good = good && add_doubled(extractor, text.at + begin, found);
    }
    return good;
}

/* ---- numbers that may be a code with a digit wrong, lost or doubled ---- */

static void add_mistyped(rk_windows *found, rk_slice digits)
{
    uint64_t number = rk_code_mistyped(digits);
    if (digits.len == RK_CODE_DIGITS && !rk_slice_to_u64(digits, &number))
        number = 0;
    for (size_t i = 0; i < found->mistyped_count; i++)
        if (found->mistyped[i] == number)
            return;
    if (number && found->mistyped_count == RK_MISTYPED_MAX)
        found->too_many_mistyped = true;
    else if (number)
        found->mistyped[found->mistyped_count++] = number;
}

/* The run of digits at `at` and the one behind the next blank, if together they are near enough to a code. */
static void add_broken(rk_windows *found, rk_slice text, size_t at, size_t end)
{
    char digits[RK_CODE_DIGITS + 1];
    size_t from = end + 1, until = from, length;
    while (until < text.len && is_digit(text.at[until]))
        until++;
    length = end - at + until - from;
    if (end >= text.len || text.at[end] != ' ' || until == from || length + 1 < RK_CODE_DIGITS ||
        length > sizeof digits)
        return;
    memcpy(digits, text.at + at, end - at);
    memcpy(digits + (end - at), text.at + from, until - from);
    add_mistyped(found, (rk_slice){digits, length});
}

void rk_extract_mistyped(const rk_extractor *extractor, rk_slice text, rk_windows *found)
{
    for (size_t at = 0, end; at < text.len; at = end + 1) {
        for (end = at; end < text.len && is_digit(text.at[end]);)
            end++;
        if (end - at == RK_CODE_DIGITS - 1 || end - at == RK_CODE_DIGITS)
            add_mistyped(found, (rk_slice){text.at + at, end - at});
        if (end > at && extractor->rule->broken_by_space)
            add_broken(found, text, at, end);
    }
}
