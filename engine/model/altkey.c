#include "model/altkey.h"

static const char letters[] = "nva";

const char *rk_alt_key_name(rk_alt_key kind)
{
    static const char *const names[RK_ALT_KEYS] = {"ntpn", "virtual_account", "application_number"};
    return names[kind];
}

char rk_alt_key_letter(rk_alt_key kind)
{
    return letters[kind];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters and digits alone, in capitals; 0 when there is anything else, or too much. */
static size_t strip(rk_slice text, char *plain, bool *digits)
{
    size_t len = 0;
    *digits = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == ' ' || c == '-' || c == '.' || c == '/')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (!(is_digit(c) || (c >= 'A' && c <= 'Z')) || len == RK_ALT_TEXT)
            return 0;
        *digits &= is_digit(c);
        plain[len++] = c;
    }
    return len;
}

static bool says_something(const char *plain, size_t len)
{
    bool digit = false, differs = false;
    for (size_t i = 0; i < len; i++) {
        digit |= plain[i] >= '1' && plain[i] <= '9';
        differs |= plain[i] != plain[0];
    }
    return digit && (differs || len < 6);
}

size_t rk_alt_key_plain(rk_alt_key kind, rk_slice text, char plain[RK_ALT_TEXT])
{
    enum { NTPN_LENGTH = 16, ACCOUNT_MIN = 6, ACCOUNT_MAX = 30 };
    bool digits;
    size_t len = strip(text, plain, &digits), zeros = 0;
    if (!says_something(plain, len))
        return 0;
    if (kind == RK_ALT_NTPN)
        return len == NTPN_LENGTH ? len : 0;
    while (digits && plain[zeros] == '0')
        zeros++;
    memmove(plain, plain + zeros, len - zeros);
    len -= zeros;
    if (kind == RK_ALT_VIRTUAL_ACCOUNT && (!digits || len < ACCOUNT_MIN || len > ACCOUNT_MAX))
        return 0;
    return len;
}

uint64_t rk_alt_key_hash(rk_alt_key kind, rk_slice text)
{
    char plain[RK_ALT_TEXT];
    size_t len = rk_alt_key_plain(kind, text, plain);
    uint64_t hash = len ? rk_slice_hash((rk_slice){plain, len}) : 0;
    hash = (hash ^ (uint64_t)kind * 0x9e3779b97f4a7c15ull) * 0xd6e8feb86659fd93ull;
    return len ? hash | 1 : 0;
}

bool rk_alt_key_equal(rk_alt_key kind, rk_slice a, rk_slice b)
{
    char x[RK_ALT_TEXT], y[RK_ALT_TEXT];
    size_t length = rk_alt_key_plain(kind, a, x);
    return length && length == rk_alt_key_plain(kind, b, y) && memcmp(x, y, length) == 0;
}

bool rk_alt_keys_next(rk_slice *rest, rk_alt_key *kind, rk_slice *text)
{
    rk_slice line;
    if (rest->len == 0 || !rk_slice_cut(rest, '\n', &line) || line.len < 2)
        return false;
    const char *letter = memchr(letters, line.at[0], RK_ALT_KEYS);
    if (!letter)
        return false;
    *kind = (rk_alt_key)(letter - letters);
    *text = (rk_slice){line.at + 1, line.len - 1};
    return true;
}

rk_slice rk_alt_keys_get(rk_slice keys, rk_alt_key kind)
{
    rk_slice text;
    rk_alt_key of;
    while (rk_alt_keys_next(&keys, &of, &text))
        if (of == kind)
            return text;
    return (rk_slice){"", 0};
}
