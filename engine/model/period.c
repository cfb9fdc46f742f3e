#include "model/period.h"

/* The first day of ISO week 1: the Monday of the week with 4 January. */
static rk_day first_week(int year)
{
    rk_day fourth = rk_day_of(year, 1, 4);
    return fourth - rk_weekday(fourth);
}

/* Months of a period of this kind; 0: it is not made of months. */
static int months_of(rk_period kind)
{
    static const int months[] = {[RK_PERIOD_MONTH] = 1,
                                 [RK_PERIOD_QUARTER] = 3,
                                 [RK_PERIOD_HALF] = 6,
                                 [RK_PERIOD_YEAR] = 12,
                                 [RK_PERIOD_RANGE] = 0};
    return months[kind];
}

static rk_day month_begin(int year, int month)
{
    return month > 12 ? rk_day_of(year + 1, month - 12, 1) : rk_day_of(year, month, 1);
}

rk_days rk_days_of(rk_period kind, rk_day day)
{
    rk_days span = {kind, day, day};
    int months = months_of(kind);
    if (kind == RK_PERIOD_WEEK) {
        span.from = day - rk_weekday(day);
        span.until = span.from + 6;
    } else if (months) {
        rk_civil civil = rk_civil_of(day);
        int first = (civil.month - 1) / months * months + 1;
        span.from = month_begin(civil.year, first);
        span.until = month_begin(civil.year, first + months) - 1;
    }
    return span;
}

rk_days rk_days_before(rk_days span)
{
    if (span.kind == RK_PERIOD_RANGE)
        return (rk_days){span.kind, span.from - (span.until - span.from) - 1, span.from - 1};
    return rk_days_of(span.kind, span.from - 1);
}

static bool digits(rk_slice text, size_t at, size_t count, int *number)
{
    *number = 0;
    if (at + count > text.len)
        return false;
    for (size_t i = at; i < at + count; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        *number = *number * 10 + (text.at[i] - '0');
    }
    return true;
}

static bool parse_range(rk_slice text, rk_days *span)
{
    span->kind = RK_PERIOD_RANGE;
    return text.len == 22 && text.at[10] == '.' && text.at[11] == '.' &&
           rk_day_parse((rk_slice){text.at, 10}, &span->from) &&
           rk_day_parse((rk_slice){text.at + 12, 10}, &span->until) && span->from <= span->until;
}

static bool parse_week(rk_slice text, int year, rk_days *span)
{
    int week;
    if (!digits(text, 6, 2, &week) || week < 1)
        return false;
    *span = rk_days_of(RK_PERIOD_WEEK, first_week(year) + (week - 1) * 7);
    return span->from < first_week(year + 1);
}

bool rk_days_parse(rk_slice text, rk_days *span)
{
    int year, part;
    if (text.len == 22)
        return parse_range(text, span);
    if (text.len == 10) {
        *span = (rk_days){.kind = RK_PERIOD_DAY};
        if (!rk_day_parse(text, &span->from))
            return false;
        span->until = span->from;
        return true;
    }
    if (!digits(text, 0, 4, &year) || year < 1 || year > 9998)
        return false;
    if (text.len == 4) {
        *span = rk_days_of(RK_PERIOD_YEAR, rk_day_of(year, 1, 1));
        return true;
    }
    if (text.at[4] != '-')
        return false;
    if (text.len == 8 && text.at[5] == 'W')
        return parse_week(text, year, span);
    if (text.len != 7)
        return false;
    if (digits(text, 5, 2, &part) && part >= 1 && part <= 12) {
        *span = rk_days_of(RK_PERIOD_MONTH, rk_day_of(year, part, 1));
        return true;
    }
    bool quarter = text.at[5] == 'Q';
    if ((!quarter && text.at[5] != 'H') || !digits(text, 6, 1, &part) || part < 1 ||
        part > (quarter ? 4 : 2))
        return false;
    *span = rk_days_of(quarter ? RK_PERIOD_QUARTER : RK_PERIOD_HALF,
                       rk_day_of(year, (part - 1) * (quarter ? 3 : 6) + 1, 1));
    return true;
}

void rk_days_put(rk_buffer *out, rk_days span)
{
    rk_civil civil = rk_civil_of(span.from);
    switch (span.kind) {
    case RK_PERIOD_DAY:
        rk_day_put(out, span.from);
        break;
    case RK_PERIOD_WEEK: {
        int year = rk_civil_of(span.from + 3).year;
        rk_buffer_printf(out, "%04d-W%02d", year, (span.from - first_week(year)) / 7 + 1);
        break;
    }
    case RK_PERIOD_MONTH:
        rk_buffer_printf(out, "%04d-%02d", civil.year, civil.month);
        break;
    case RK_PERIOD_QUARTER:
        rk_buffer_printf(out, "%04d-Q%d", civil.year, (civil.month - 1) / 3 + 1);
        break;
    case RK_PERIOD_HALF:
        rk_buffer_printf(out, "%04d-H%d", civil.year, civil.month > 6 ? 2 : 1);
        break;
    case RK_PERIOD_YEAR:
        rk_buffer_printf(out, "%04d", civil.year);
        break;
    default:
        rk_day_put(out, span.from);
        rk_buffer_text(out, "..");
        rk_day_put(out, span.until);
        break;
    }
}
