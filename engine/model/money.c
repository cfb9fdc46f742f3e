#include "model/money.h"

#include "base/pen.h"

/* Currencies whose exponent is not 2 (ISO 4217:2015, list one). */
static const struct {
    char code[4];
    int exponent;
} unusual[] = {
    {"BHD", 3}, {"BIF", 0}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3}, {"ISK", 0}, {"JOD", 3},
    {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3}, {"OMR", 3}, {"PYG", 0}, {"RWF", 0},
    {"TND", 3}, {"UGX", 0}, {"UYI", 0}, {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
};

int rk_currency_exponent(rk_slice code)
{
    if (code.len != 3)
        return -1;
    for (size_t i = 0; i < 3; i++)
        if (code.at[i] < 'A' || code.at[i] > 'Z')
            return -1;
    for (size_t i = 0; i < sizeof unusual / sizeof *unusual; i++)
        if (memcmp(unusual[i].code, code.at, 3) == 0)
            return unusual[i].exponent;
    return 2;
}

/* Takes the sign off: "-1", "1-", "+1", "(1)". */
static rk_slice without_sign(rk_slice text, bool *negative)
{
    char first = text.len ? text.at[0] : 0, last = text.len ? text.at[text.len - 1] : 0;
    *negative = false;
    if (text.len > 2 && first == '(' && last == ')') {
        *negative = true;
        return rk_slice_trim((rk_slice){text.at + 1, text.len - 2});
    }
    if (first == '-' || first == '+') {
        *negative = first == '-';
        return rk_slice_trim((rk_slice){text.at + 1, text.len - 1});
    }
    if (last == '-' || last == '+') {
        *negative = last == '-';
        return rk_slice_trim((rk_slice){text.at, text.len - 1});
    }
    return text;
}

static size_t count_of(rk_slice text, char c)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == c;
    return count;
}

/* The decimal sign of a text that may use either, or 0 for none, or -1 where it cannot be known. */
static int guess_decimal(rk_slice text)
{
    size_t points = count_of(text, '.'), commas = count_of(text, ',');
    if (points && commas) {
        char last = 0;
        for (size_t i = 0; i < text.len; i++)
            if (text.at[i] == '.' || text.at[i] == ',')
                last = text.at[i];
        return last;
    }
    if (points + commas == 0 || points + commas > 1)
        return points + commas ? (points ? ',' : '.') : 0;
    char sign = points ? '.' : ',';
    const char *at = memchr(text.at, sign, text.len);
    size_t behind = (size_t)(text.at + text.len - at) - 1;
    return behind == 3 ? -1 : sign;
}

/* Digits and group signs of the whole part; groups behind the first have exactly three digits. */
static bool whole_part(rk_slice text, char group, uint64_t *value)
{
    size_t run = 0, groups = 0, digits = 0;
    *value = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == group && group) {
            if (run == 0 || run > 3 || (groups > 0 && run != 3))
                return false;
            groups++;
            run = 0;
            continue;
        }
        if (c < '0' || c > '9' || __builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, (uint64_t)(c - '0'), value))
            return false;
        run++;
        digits++;
    }
    return (groups == 0 || run == 3) && (digits > 0 || text.len == 0);
}

bool rk_money_parse(rk_slice text, rk_decimal decimal, int exponent, rk_money *minor)
{
    bool negative;
    uint64_t value;
    text = without_sign(rk_slice_trim(text), &negative);
    int sign = decimal == RK_DECIMAL_POINT   ? '.'
               : decimal == RK_DECIMAL_COMMA ? ','
               : decimal >= RK_DECIMAL_AUTO  ? guess_decimal(text)
                                             : 0;
    if (sign < 0 && decimal == RK_DECIMAL_GROUPED)
        sign = memchr(text.at, ',', text.len) ? '.' : ',';
    if (sign < 0 || text.len == 0)
        return false;
    char group = decimal == RK_DECIMAL_NONE || decimal == RK_DECIMAL_MINOR ? 0
                 : sign == ','                                             ? '.'
                                                                           : ',';
    const char *point = sign ? memchr(text.at, sign, text.len) : NULL;
    rk_slice whole = point ? rk_slice_between(text.at, point) : text;
    rk_slice part =
        point ? rk_slice_between(point + 1, text.at + text.len) : (rk_slice){text.at, 0};
    if (whole.len + part.len == 0 || !whole_part(whole, group, &value))
        return false;
    int places = decimal == RK_DECIMAL_MINOR ? 0 : exponent;
    for (size_t i = 0; i < part.len || (int)i < places; i++) {
        char digit = i < part.len ? part.at[i] : '0';
        if (digit < '0' || digit > '9' || ((int)i >= places && digit != '0'))
            return false;
        if ((int)i < places && (__builtin_mul_overflow(value, 10, &value) ||
                                __builtin_add_overflow(value, (uint64_t)(digit - '0'), &value)))
            return false;
    }
    if (value > (uint64_t)INT64_MAX)
        return false;
    *minor = negative ? -(rk_money)value : (rk_money)value;
    return true;
}

static uint64_t power_of_ten(int exponent)
{
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

char *rk_money_pen(char *at, rk_money minor, int exponent)
{
    if (minor == RK_NO_MONEY)
        return at;
    uint64_t value = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor, whole = value / 100;
    uint64_t part = value - whole * 100;
    if (exponent != 2) { /* nearly always it is */
        uint64_t unit = power_of_ten(exponent);
        whole = value / unit;
        part = value % unit;
    }
    if (minor < 0)
        at = rk_pen_char(at, '-');
    at = rk_pen_u64(at, whole);
    if (part) {
        at = rk_pen_digits(rk_pen_char(at, '.'), part, (size_t)exponent);
        while (at[-1] == '0')
            at--;
    }
    return at;
}

void rk_money_put(rk_buffer *out, rk_money minor, int exponent)
{
    char *from = rk_buffer_room(out, RK_MONEY_TEXT);
    out->len += (size_t)(rk_money_pen(from, minor, exponent) - from);
}

void rk_money_put_rupiah(rk_buffer *out, rk_money minor)
{
    uint64_t value = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    uint64_t groups[8];
    size_t count = 0;
    rk_buffer_text(out, minor < 0 ? "-Rp" : "Rp");
    for (uint64_t rest = value / 100; rest || count == 0; rest /= 1000)
        groups[count++] = rest % 1000;
    rk_buffer_u64(out, groups[--count]);
    while (count > 0)
        rk_buffer_printf(out, ".%03u", (unsigned)groups[--count]);
    if (value % 100) {
        rk_buffer_char(out, ',');
        rk_pen_pair(rk_buffer_room(out, 2), (unsigned)(value % 100));
        out->len += 2;
    }
}
