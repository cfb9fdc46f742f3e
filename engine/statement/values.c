#include "statement/values.h"

#include "base/digits.h"
#include "model/columns.h"

/* ---- amounts ---- */

/* "Rp 350.000", "Rp. 350.000", "IDR 350,000.00": without what stands before. */
static rk_slice without_currency(rk_slice text)
{
    static const char *const words[] = {"Rp.", "Rp", "RP", "IDR"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (rk_slice_starts(text, rk_slice_of(words[i])))
            return rk_slice_trim(rk_slice_between(text.at + strlen(words[i]), text.at + text.len));
    return text;
}

/* Digits with exactly the currency's decimals or none, by digit arithmetic; the rest by the model. */
bool rk_amount_read(const rk_channel *channel, rk_slice text, rk_money *minor)
{
    rk_decimal decimal = channel->amount.decimal;
    char point = decimal == RK_DECIMAL_POINT ? '.' : decimal == RK_DECIMAL_COMMA ? ',' : 0;
    uint64_t whole = 0, part = 0, unit = 1;
    size_t places = decimal == RK_DECIMAL_MINOR ? 0 : (size_t)channel->exponent, len = text.len;
    bool parted = point && places && len > places + 1 && text.at[len - places - 1] == point;
    if (parted)
        len -= places + 1;
    if (len == 0 || len > 15 || places > 3 || decimal >= RK_DECIMAL_AUTO ||
        !rk_some_digits(text.at, len, &whole) ||
        (parted && !rk_some_digits(text.at + len + 1, places, &part)))
        return rk_money_parse(without_currency(text), decimal, channel->exponent, minor);
    for (; places > 0; places--)
        unit *= 10;
    *minor = (rk_money)(whole * unit + part);
    return true;
}

static bool one_of(rk_slice text, const rk_slice *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rk_slice_equal(values[i], text))
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Takes one of the words off the end or the beginning of the text: "8,520,000.00 CR", "DB 15,000". */
static bool take_word(rk_slice *text, const rk_slice *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rk_slice word = words[i];
        size_t left = text->len - word.len;
        if (word.len == 0 || word.len >= text->len)
            continue;
        if (rk_slice_ends(*text, word) && !is_letter(text->at[left - 1]))
            *text = rk_slice_trim((rk_slice){text->at, left});
        else if (rk_slice_starts(*text, word) && !is_letter(text->at[word.len]))
            *text = rk_slice_trim((rk_slice){text->at + word.len, left});
        else
            continue;
        return true;
    }
    return false;
}

static bool has_empty(const rk_slice *words, size_t count)
{
    return one_of((rk_slice){"", 0}, words, count);
}

/* An amount whose direction stands in its own cell. */
static const char *amount_with_direction(const rk_channel *channel, rk_slice text, rk_money *minor)
{
    const rk_amount_map *map = &channel->amount;
    bool debit = take_word(&text, map->debit_values, map->debit_value_count);
    bool known = debit || take_word(&text, map->credit_values, map->credit_value_count);
    if (!rk_amount_read(channel, text, minor))
        return "amount cannot be read";
    if (!known) {
        debit = has_empty(map->debit_values, map->debit_value_count);
        known = debit || has_empty(map->credit_values, map->credit_value_count);
    }
    if (!known)
        return "direction is neither credit nor debit";
    *minor = debit ? -*minor : *minor;
    return NULL;
}

bool rk_balance_read(const rk_channel *channel, rk_slice text, rk_money *minor)
{
    const rk_amount_map *map = &channel->amount;
    bool debit = false;
    if (map->field >= 0 && map->sign_field == map->field) {
        debit = take_word(&text, map->debit_values, map->debit_value_count);
        if (!debit)
            take_word(&text, map->credit_values, map->credit_value_count);
    }
    if (!rk_amount_read(channel, text, minor))
        return false;
    *minor = debit ? -*minor : *minor;
    return true;
}

static const char *two_columns(const rk_row *row, const rk_amount_map *map, rk_money *minor,
                               int *field)
{
    const rk_channel *channel = row->layout->channel;
    rk_slice credit = rk_row_field(row, map->credit), debit = rk_row_field(row, map->debit);
    rk_money in = 0, out = 0;
    *field = map->credit;
    if (credit.len && !rk_amount_read(channel, credit, &in))
        return "credit is not an amount";
    *field = map->debit;
    if (debit.len && !rk_amount_read(channel, debit, &out))
        return "debit is not an amount";
    if (credit.len + debit.len == 0)
        return "neither credit nor debit is given";
    if (in != 0 && out != 0)
        return "both credit and debit are given";
    *minor = in != 0 ? in : -out;
    return NULL;
}

const char *rk_row_amount(const rk_row *row, rk_money *minor, int *field)
{
    const rk_channel *channel = row->layout->channel;
    const rk_amount_map *map = &channel->amount;
    rk_money more = 0;
    *minor = RK_NO_MONEY;
    if (map->field < 0)
        return two_columns(row, map, minor, field);
    *field = map->field;
    if (map->sign_field == map->field) {
        const char *fault = amount_with_direction(channel, rk_row_field(row, map->field), minor);
        *minor = fault ? RK_NO_MONEY : *minor;
        return fault;
    }
    if (!rk_amount_read(channel, rk_row_field(row, map->field), minor))
        return *minor = RK_NO_MONEY, "amount cannot be read";
    if (map->plus >= 0) {
        *field = map->plus;
        if (!rk_amount_read(channel, rk_row_field(row, map->plus), &more) ||
            !rk_money_add(minor, more))
            return *minor = RK_NO_MONEY, "the part added to the amount cannot be read";
    }
    if (*minor > 0 && !rk_money_add(minor, map->plus_flat))
        return *minor = RK_NO_MONEY, "amount and fee are too large";
    bool debit = map->negative;
    if (map->sign_field >= 0) {
        rk_slice sign = rk_row_field(row, map->sign_field);
        *field = map->sign_field;
        debit = one_of(sign, map->debit_values, map->debit_value_count);
        if (!debit && !one_of(sign, map->credit_values, map->credit_value_count))
            return *minor = RK_NO_MONEY, "direction is neither credit nor debit";
    }
    if (debit)
        *minor = -*minor;
    return NULL;
}

uint64_t rk_code_read(rk_slice text)
{
    uint64_t code;
    if (text.len && text.at[0] == '\'')
        text = (rk_slice){text.at + 1, text.len - 1};
    return text.len == 15 && rk_fifteen_digits(text.at, &code) ? code : 0;
}

uint64_t rk_code_read_mistyped(rk_slice text)
{
    if (text.len && text.at[0] == '\'')
        text = (rk_slice){text.at + 1, text.len - 1};
    return rk_code_mistyped(text);
}

/* ---- times ---- */

/* The shape, eight bytes at a time; in `shape` 0 stands for a digit. */
static void make_words(rk_time_plan *plan, const char *shape)
{
    for (size_t at = 0; plan->fixed && at < plan->width; at += 8) {
        struct rk_time_word *word = &plan->words[plan->word_count++];
        word->at = at + 8 <= plan->width ? at : plan->width - 8;
        word->literals = rk_eight_bytes(shape + word->at);
        for (size_t i = 0; i < 8; i++)
            word->digits |= shape[word->at + i] ? 0 : (uint64_t)0xff << 8 * i;
    }
}

/* Where each number stands when all have their full width. */
static void find_places(rk_time_plan *plan)
{
    char shape[RK_TIME_STEPS_MAX * 4] = {0};
    int at = 0;
    plan->year_at = plan->month_at = plan->day_at = -1;
    plan->hour_at = plan->minute_at = plan->second_at = -1;
    plan->fixed = plan->has_year;
    for (size_t i = 0; i < plan->count && plan->fixed; i++) {
        char step = plan->steps[i];
        if (step == 0) {
            plan->fixed = plan->literals[i] != 0;
            shape[at++] = plan->literals[i];
            continue;
        }
        if (step == 'b' || step == 'I' || step == 'p' || (step == 'z' && i + 1 < plan->count))
            plan->fixed = false;
        int *place = step == 'Y' || step == 'y' ? &plan->year_at
                     : step == 'm'              ? &plan->month_at
                     : step == 'd'              ? &plan->day_at
                     : step == 'H'              ? &plan->hour_at
                     : step == 'M'              ? &plan->minute_at
                                                : &plan->second_at;
        if (step == 'z')
            break;
        *place = at;
        plan->short_year |= step == 'y';
        at += step == 'Y' ? 4 : 2;
    }
    plan->fixed = plan->fixed && plan->month_at >= 0 && plan->day_at >= 0 && at >= 8 &&
                  at <= 8 * RK_TIME_WORDS_MAX;
    plan->width = (size_t)at;
    make_words(plan, shape);
}

static bool plan_of(rk_slice format, rk_time_plan *plan)
{
    *plan = (rk_time_plan){0};
    for (size_t i = 0; i < format.len; i++) {
        if (plan->count == RK_TIME_STEPS_MAX)
            return false;
        char c = format.at[i];
        if (c != '%') {
            plan->literals[plan->count++] = c;
            continue;
        }
        if (++i < format.len && format.at[i] == '%') {
            plan->literals[plan->count++] = '%';
            continue;
        }
        if (i == format.len || format.at[i] == 0 || !strchr("YymdHIpMSbz", format.at[i]))
            return false;
        c = format.at[i];
        plan->steps[plan->count++] = c;
        plan->has_year |= c == 'Y' || c == 'y';
        plan->has_clock |= c == 'H' || c == 'I';
        plan->has_second |= c == 'S';
        plan->has_zone |= c == 'z';
    }
    find_places(plan);
    return plan->count > 0;
}

bool rk_time_plans_of(rk_slice formats, rk_time_plans *plans)
{
    rk_slice format;
    for (plans->count = 0; rk_time_format_next(&formats, &format); plans->count++)
        if (plans->count == RK_TIME_FORMATS_MAX || !plan_of(format, &plans->each[plans->count]))
            return false;
    return plans->count > 0;
}

/* Up to `width` digits; fewer than all only when `loose`. */
static bool number(rk_slice text, size_t *at, size_t width, bool loose, int *value)
{
    size_t got = 0;
    *value = 0;
    while (got < width && *at < text.len && text.at[*at] >= '0' && text.at[*at] <= '9') {
        *value = *value * 10 + (text.at[(*at)++] - '0');
        got++;
    }
    return got == width || (loose && got > 0);
}

/* Months by their first three letters, in Indonesian and English. */
static bool month_name(rk_slice text, size_t *at, int *month)
{
    static const struct {
        char name[4];
        int month;
    } months[] = {
        {"jan", 1},  {"feb", 2},  {"peb", 2},  {"mar", 3},  {"apr", 4},  {"mei", 5},  {"may", 5},
        {"jun", 6},  {"jul", 7},  {"agu", 8},  {"ags", 8},  {"agt", 8},  {"aug", 8},  {"sep", 9},
        {"okt", 10}, {"oct", 10}, {"nov", 11}, {"nop", 11}, {"des", 12}, {"dec", 12},
    };
    char name[4] = "";
    size_t len = 0;
    for (; *at < text.len && ((text.at[*at] | 32) >= 'a' && (text.at[*at] | 32) <= 'z'); (*at)++)
        if (len < 3)
            name[len++] = (char)(text.at[*at] | 32);
    for (size_t i = 0; i < sizeof months / sizeof *months; i++)
        if (memcmp(months[i].name, name, 4) == 0) {
            *month = months[i].month;
            return true;
        }
    return false;
}

static bool zone_offset(rk_slice text, size_t *at, rk_zone *zone)
{
    int hours, minutes = 0;
    if (*at >= text.len)
        return false;
    char lead = text.at[(*at)++];
    *zone = 0;
    if (lead == 'Z')
        return true;
    if ((lead != '+' && lead != '-') || !number(text, at, 2, false, &hours))
        return false;
    if (*at < text.len && text.at[*at] == ':')
        (*at)++;
    if (!number(text, at, 2, false, &minutes) || hours > 23 || minutes > 59)
        return false;
    *zone = (lead == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

typedef struct parts {
    int year, month, day, hour, minute, second;
    int half; /* of the day: 0 not said, 1 AM, 2 PM */
    rk_zone zone;
} parts;

/* AM or PM, in either case. */
static bool half_day(rk_slice text, size_t *at, int *half)
{
    if (text.len - *at < 2 || (text.at[*at + 1] | 32) != 'm')
        return false;
    char first = (char)(text.at[*at] | 32);
    *half = first == 'a' ? 1 : first == 'p' ? 2 : 0;
    *at += 2;
    return *half != 0;
}

static bool one_step(const rk_time_plan *plan, size_t i, rk_slice text, size_t *at, parts *into)
{
    bool loose = i + 1 == plan->count || plan->steps[i + 1] == 0;
    switch (plan->steps[i]) {
    case 0:
        return *at < text.len && text.at[(*at)++] == plan->literals[i];
    case 'Y':
        return number(text, at, 4, false, &into->year);
    case 'y':
        return number(text, at, 2, false, &into->year) && (into->year += 2000);
    case 'm':
        return number(text, at, 2, loose, &into->month);
    case 'd':
        return number(text, at, 2, loose, &into->day);
    case 'H':
    case 'I':
        return number(text, at, 2, loose, &into->hour);
    case 'p':
        return half_day(text, at, &into->half);
    case 'M':
        return number(text, at, 2, loose, &into->minute);
    case 'S':
        return number(text, at, 2, loose, &into->second);
    case 'b':
        return month_name(text, at, &into->month);
    default:
        return zone_offset(text, at, &into->zone);
    }
}

static rk_day day_without_year(const parts *from, rk_near near)
{
    rk_day first = near.from != RK_NO_DAY ? near.from : near.until;
    rk_day last = near.until != RK_NO_DAY ? near.until : near.from, latest = RK_NO_DAY;
    if (last == RK_NO_DAY)
        return RK_NO_DAY;
    int year = rk_civil_of(last).year;
    for (int back = -1; back <= 1; back++) {
        rk_day day = rk_day_of(year - back, from->month, from->day);
        if (day != RK_NO_DAY && day >= first && day <= last)
            return day;
        if (day != RK_NO_DAY && day <= last + 31 && latest == RK_NO_DAY)
            latest = day;
    }
    return latest;
}

static bool day_of_parts(const parts *from, bool has_year, rk_near near, rk_day_memo *memo,
                         rk_day *day)
{
    struct rk_day_known *known = &memo->known[from->day & 31];
    if (has_year && known->day == from->day && known->month == from->month &&
        known->year == from->year && from->day != 0) {
        *day = known->is;
        return true;
    }
    *day = has_year ? rk_day_of(from->year, from->month, from->day) : day_without_year(from, near);
    if (*day == RK_NO_DAY)
        return false;
    if (has_year)
        *known = (struct rk_day_known){from->year, from->month, from->day, *day};
    return true;
}

/* Two digits. None at all (-1) is 0. */
static inline int pair(const char *text, int at)
{
    return at < 0 ? 0 : (text[at] - '0') * 10 + (text[at + 1] - '0');
}

static inline bool has_shape(const rk_time_plan *plan, const char *text)
{
    uint64_t wrong = 0, zeros = 0x3030303030303030u;
    for (size_t i = 0; i < plan->word_count; i++) {
        const struct rk_time_word *word = &plan->words[i];
        uint64_t x = rk_eight_bytes(text + word->at);
        wrong |= (x ^ word->literals) & ~word->digits;
        wrong |= rk_no_digits((x & word->digits) | (zeros & ~word->digits));
    }
    return wrong == 0;
}

/* The usual case by places; false: not of that shape, to be read step by step. */
static bool read_fixed(const rk_time_plan *plan, rk_slice text, parts *into)
{
    size_t at = plan->width;
    if (text.len < at || (text.len > at && !plan->has_zone) || !has_shape(plan, text.at))
        return false;
    into->month = pair(text.at, plan->month_at);
    into->day = pair(text.at, plan->day_at);
    into->hour = pair(text.at, plan->hour_at);
    into->minute = pair(text.at, plan->minute_at);
    into->second = pair(text.at, plan->second_at);
    int high = plan->short_year ? 20 : pair(text.at, plan->year_at);
    int low = pair(text.at, plan->year_at + (plan->short_year ? 0 : 2));
    into->year = high * 100 + low;
    return !plan->has_zone || (zone_offset(text, &at, &into->zone) && at == text.len);
}

static bool read_by(const rk_time_plan *plan, rk_slice text, rk_zone zone, rk_near near,
                    rk_day_memo *memo, rk_time *time)
{
    parts read = {.zone = zone};
    size_t at = 0;
    if (!plan->fixed || !read_fixed(plan, text, &read)) {
        read = (parts){.zone = zone};
        for (size_t i = 0; i < plan->count; i++)
            if (!one_step(plan, i, text, &at, &read))
                return false;
        if (at != text.len)
            return false;
    }
    if (read.half) {
        if (read.hour < 1 || read.hour > 12)
            return false;
        read.hour = read.hour % 12 + (read.half == 2 ? 12 : 0);
    }
    if (read.hour > 23 || read.minute > 59 || read.second > 59)
        return false;
    time->has_clock = plan->has_clock;
    time->has_second = plan->has_second;
    time->seconds = read.hour * 3600 + read.minute * 60 + read.second;
    time->zone = read.zone;
    return day_of_parts(&read, plan->has_year, near, memo, &time->day);
}

bool rk_time_read(const rk_time_plans *plans, rk_slice text, rk_zone zone, rk_near near,
                  rk_day_memo *memo, rk_time *time)
{
    if (text.len && text.at[0] == '\'')
        text = (rk_slice){text.at + 1, text.len - 1};
    for (size_t i = 0; i < plans->count; i++)
        if (read_by(&plans->each[i], text, zone, near, memo, time))
            return true;
    return false;
}

/* ---- text ---- */

static size_t put_utf8(unsigned c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

size_t rk_cp1252_to_utf8(rk_slice text, char *out)
{
    static const uint16_t high[32] = {
        0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
    };
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned c = (unsigned char)text.at[i];
        len += put_utf8(c >= 0x80 && c < 0xa0 ? high[c - 0x80] : c, out + len);
    }
    return len;
}

size_t rk_latin1_to_utf8(rk_slice text, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        len += put_utf8((unsigned char)text.at[i], out + len);
    return len;
}
