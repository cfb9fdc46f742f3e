#include "model/moment.h"

#include "base/pen.h"

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from civil: Howard Hinnant, "chrono-compatible low-level date algorithms". */
rk_day rk_day_of(int year, int month, int day)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > month_days[month - 1] + (month == 2 && is_leap(year)))
        return RK_NO_DAY;
    int y = year - (month <= 2);
    int era = y / 400, of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

rk_civil rk_civil_of(rk_day day)
{
    int64_t shifted = (int64_t)day + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int of_era = (int)(shifted - era * 146097);
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * of_year + 2) / 153;
    rk_civil civil = {.year = year + (int)era * 400, .day = of_year - (153 * month + 2) / 5 + 1};
    civil.month = month < 10 ? month + 3 : month - 9;
    civil.year += civil.month <= 2;
    return civil;
}

int rk_weekday(rk_day day)
{
    int weekday = (int)(((int64_t)day + 3) % 7); /* 1970-01-01 was a Thursday */
    return weekday < 0 ? weekday + 7 : weekday;
}

/* Reads exactly `width` digits at `*at` and moves on. */
static bool digits(const char **at, const char *end, int width, int *value)
{
    if (end - *at < width)
        return false;
    *value = 0;
    for (int i = 0; i < width; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static bool sign(const char **at, const char *end, char wanted)
{
    if (*at == end || **at != wanted)
        return false;
    (*at)++;
    return true;
}

static bool day_part(const char **at, const char *end, rk_day *day)
{
    int year, month, of_month;
    if (!digits(at, end, 4, &year) || !sign(at, end, '-') || !digits(at, end, 2, &month) ||
        !sign(at, end, '-') || !digits(at, end, 2, &of_month))
        return false;
    *day = rk_day_of(year, month, of_month);
    return *day != RK_NO_DAY;
}

bool rk_day_parse(rk_slice text, rk_day *day)
{
    const char *at = text.at, *end = text.at + text.len;
    return day_part(&at, end, day) && at == end;
}

static bool fraction(const char **at, const char *end, int64_t *microseconds)
{
    int64_t unit = 100000;
    *microseconds = 0;
    if (!sign(at, end, '.'))
        return true;
    if (*at == end || **at < '0' || **at > '9')
        return false;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
        *microseconds += (**at - '0') * unit;
    return true;
}

static bool offset(const char **at, const char *end, rk_zone *zone)
{
    int hours, minutes = 0;
    if (*at == end)
        return false;
    char lead = *(*at)++;
    *zone = 0;
    if (lead == 'Z' || lead == 'z')
        return true;
    if ((lead != '+' && lead != '-') || !digits(at, end, 2, &hours))
        return false;
    if (*at < end && (!sign(at, end, ':') || !digits(at, end, 2, &minutes)))
        return false;
    if (hours > 23 || minutes > 59)
        return false;
    *zone = (lead == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

bool rk_moment_parse(rk_slice text, rk_moment *moment)
{
    const char *at = text.at, *end = text.at + text.len;
    int hour, minute, second;
    int64_t part;
    rk_day day;
    rk_zone zone;
    if (!day_part(&at, end, &day) || at == end || (*at != 'T' && *at != 't' && *at != ' '))
        return false;
    at++;
    if (!digits(&at, end, 2, &hour) || !sign(&at, end, ':') || !digits(&at, end, 2, &minute) ||
        !sign(&at, end, ':') || !digits(&at, end, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59 || !fraction(&at, end, &part) ||
        !offset(&at, end, &zone) || at != end)
        return false;
    *moment = rk_day_begin(day, zone) + (hour * 3600 + minute * 60 + second) * RK_SECOND + part;
    return true;
}

bool rk_local_parse(rk_slice text, rk_local *local)
{
    rk_day day;
    int32_t seconds = 0;
    *local = (rk_local){RK_NO_MOMENT, false};
    if (rk_moment_parse(text, &local->at)) {
        local->is_fixed = true;
        return true;
    }
    rk_slice head = {text.at, text.len < 10 ? text.len : 10};
    if (!rk_day_parse(head, &day))
        return false;
    if (text.len > head.len && ((text.at[10] != ' ' && text.at[10] != 'T') ||
                                !rk_clock_parse((rk_slice){text.at + 11, text.len - 11}, &seconds)))
        return false;
    local->at = rk_day_begin(day, 0) + seconds * RK_SECOND;
    return true;
}

rk_moment rk_local_at(rk_local local, rk_zone zone)
{
    return local.at == RK_NO_MOMENT || local.is_fixed ? local.at : local.at - zone * RK_SECOND;
}

static char *pen_day(char *at, rk_day day)
{
    rk_civil civil = rk_civil_of(day);
    at = rk_pen_pair(at, (unsigned)civil.year / 100 % 100);
    at = rk_pen_pair(at, (unsigned)civil.year % 100);
    at = rk_pen_pair(rk_pen_char(at, '-'), (unsigned)civil.month);
    return rk_pen_pair(rk_pen_char(at, '-'), (unsigned)civil.day);
}

void rk_day_put(rk_buffer *out, rk_day day)
{
    if (day == RK_NO_DAY)
        return;
    pen_day(rk_buffer_room(out, RK_DAY_TEXT), day);
    out->len += RK_DAY_TEXT;
}

/* What stands behind the day: "T23:59:59.5+07:00". */
static inline char *pen_clock(char *at, int64_t since_midnight, rk_zone zone)
{
    unsigned second = (unsigned)(since_midnight / RK_SECOND);
    unsigned part = (unsigned)(since_midnight % RK_SECOND);
    unsigned minutes = (unsigned)(zone < 0 ? -zone : zone) / 60;
    at = rk_pen_pair(rk_pen_char(at, 'T'), second / 3600);
    at = rk_pen_pair(rk_pen_char(at, ':'), second / 60 % 60);
    at = rk_pen_pair(rk_pen_char(at, ':'), second % 60);
    if (part) {
        at = rk_pen_digits(rk_pen_char(at, '.'), part, 6);
        while (at[-1] == '0')
            at--;
    }
    at = rk_pen_pair(rk_pen_char(at, zone < 0 ? '-' : '+'), minutes / 60);
    return rk_pen_pair(rk_pen_char(at, ':'), minutes % 60);
}

void rk_moment_put(rk_buffer *out, rk_moment at, rk_zone zone)
{
    if (at == RK_NO_MOMENT)
        return;
    rk_day day = rk_day_at(at, zone);
    char *from = rk_buffer_room(out, RK_MOMENT_TEXT), *clock = pen_day(from, day);
    out->len += (size_t)(pen_clock(clock, at - rk_day_begin(day, zone), zone) - from);
}

char *rk_day_pen(rk_day_texts *texts, char *at, rk_day day)
{
    if (day == RK_NO_DAY)
        return at;
    struct rk_day_text *known = &texts->days[(uint32_t)day % RK_DAY_TEXTS];
    if (known->day != day || !known->text[0]) {
        pen_day(known->text, day);
        known->day = day;
    }
    memcpy(at, known->text, RK_DAY_TEXT);
    return at + RK_DAY_TEXT;
}

char *rk_moment_pen(rk_day_texts *texts, char *at, rk_moment moment, rk_zone zone)
{
    if (moment == RK_NO_MOMENT)
        return at;
    rk_day day = rk_day_at(moment, zone);
    return pen_clock(rk_day_pen(texts, at, day), moment - rk_day_begin(day, zone), zone);
}

bool rk_zone_parse(rk_slice text, rk_zone *zone)
{
    static const struct {
        const char *name;
        rk_zone zone;
    } known[] = {
        {"WIB", RK_WIB},
        {"WITA", RK_WITA},
        {"WIT", RK_WIT},
        {"Asia/Jakarta", RK_WIB},
        {"Asia/Pontianak", RK_WIB},
        {"Asia/Makassar", RK_WITA},
        {"Asia/Jayapura", RK_WIT},
        {"UTC", 0},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (rk_slice_is(text, known[i].name)) {
            *zone = known[i].zone;
            return true;
        }
    const char *at = text.at, *end = text.at + text.len;
    return text.len == 6 && offset(&at, end, zone) && at == end;
}

bool rk_duration_parse(rk_slice text, int64_t *microseconds)
{
    int64_t total = 0;
    const char *at = text.at, *end = text.at + text.len;
    while (at < end) {
        int64_t value = 0;
        const char *first = at;
        for (; at < end && *at >= '0' && *at <= '9' && at - first < 6; at++)
            value = value * 10 + (*at - '0');
        if (at == first || at == end)
            return false;
        int64_t unit = *at == 'd'   ? 86400
                       : *at == 'h' ? 3600
                       : *at == 'm' ? 60
                       : *at == 's' ? 1
                                    : 0;
        if (unit == 0)
            return false;
        total += value * unit * RK_SECOND;
        at++;
    }
    *microseconds = total;
    return text.len > 0;
}

bool rk_clock_parse(rk_slice text, int32_t *seconds)
{
    const char *at = text.at, *end = text.at + text.len;
    int hour, minute, second = 0;
    if (!digits(&at, end, 2, &hour) || !sign(&at, end, ':') || !digits(&at, end, 2, &minute))
        return false;
    if (at < end && (!sign(&at, end, ':') || !digits(&at, end, 2, &second)))
        return false;
    if (at != end || minute > 59 || second > 59 || hour > 24 || (hour == 24 && minute + second > 0))
        return false;
    *seconds = hour * 3600 + minute * 60 + second;
    return true;
}
