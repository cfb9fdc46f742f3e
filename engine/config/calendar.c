/* rules/calendar.yaml */
#include "config/load.h"

#include <stdlib.h>

static const rk_choice kinds[] = {{"holiday", 0}, {"joint_leave", 1}, {NULL, 0}};

static const rk_key free_day_keys[] = {
    {"day", &rk_value_day, offsetof(rk_free_day, day), .needed = true,
     .doc = "on which nobody works"},
    {"name", &rk_value_text, offsetof(rk_free_day, name), .needed = true, .doc = "what is kept"},
    {"kind", &rk_value_choice, offsetof(rk_free_day, joint_leave), .choices = kinds,
     .doc = "holiday or joint_leave; default holiday"},
    {"uncertain", &rk_value_yes, offsetof(rk_free_day, uncertain),
     .doc = "a forecast, or not yet confirmed"},
};

const rk_schema rk_calendar_schema = {
    .doc = "holidays and joint leave; Saturdays and Sundays are free without being named",
    .size = sizeof(rk_free_day),
    RK_KEYS(free_day_keys),
};

static int by_day(const void *a, const void *b)
{
    rk_day x = ((const rk_free_day *)a)->day, y = ((const rk_free_day *)b)->day;
    return (x > y) - (x < y);
}

bool rk_load_calendar(const rk_load *load, const rk_node *root, rk_error *err)
{
    rk_calendar *calendar = rk_arena_alloc(load->arena, 1, sizeof *calendar);
    if (!rk_schema_bind_list(load, &rk_calendar_schema, root, &calendar->items, &calendar->count,
                             err))
        return false;
    for (size_t i = 1; i < calendar->count; i++)
        if (calendar->items[i].day <= calendar->items[i - 1].day)
            return rk_load_fail(load, rk_node_at(root->items[i], "day"), err,
                                "days must be in order, each once (the one before: line %zu)",
                                root->items[i - 1]->line);
    load->rules->calendar = calendar;
    return true;
}

bool rk_is_working_day(const rk_calendar *calendar, rk_day day)
{
    rk_free_day wanted = {.day = day};
    if (rk_weekday(day) >= 5)
        return false;
    return !calendar ||
           !bsearch(&wanted, calendar->items, calendar->count, sizeof *calendar->items, by_day);
}

rk_day rk_day_before(const rk_calendar *calendar, rk_day day, bool working)
{
    day--;
    while (working && !rk_is_working_day(calendar, day))
        day--;
    return day;
}

rk_day rk_working_day_after(const rk_calendar *calendar, rk_day day, uint32_t count)
{
    for (; count; count -= rk_is_working_day(calendar, day))
        day++;
    return day;
}

rk_day rk_working_days(const rk_calendar *calendar, rk_day from, rk_day until)
{
    if (until < from)
        return 0;
    rk_day whole = (until - from + 1) / 7, count = whole * 5;
    for (rk_day day = from + whole * 7; day <= until; day++)
        count += rk_weekday(day) < 5;
    for (size_t i = 0; calendar && i < calendar->count; i++)
        count -= calendar->items[i].day >= from && calendar->items[i].day <= until &&
                 rk_weekday(calendar->items[i].day) < 5;
    return count;
}
