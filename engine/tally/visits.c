#include "tally/visits.h"

#include "tally/office.h"

static bool is_one_of(const rk_name *names, size_t count, rk_name name)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] == name)
            return true;
    return false;
}

static rk_queue queue_of(const rk_visit_rule *rule, const rk_applications *a, size_t row)
{
    rk_name source = rk_name_at(a->source, row);
    if (rk_name_at(a->priority, row) || is_one_of(rule->priority, rule->priority_count, source))
        return RK_QUEUE_PRIORITY;
    if (!a->source)
        return RK_QUEUE_NONE;
    if (is_one_of(rule->walk_in, rule->walk_in_count, source))
        return RK_QUEUE_WALK_IN;
    return is_one_of(rule->hotline, rule->hotline_count, source) ? RK_QUEUE_HOTLINE
                                                                 : RK_QUEUE_BOOKED;
}

/* The appointment; without one the day on which they came, or of those who need none that of filing. */
static rk_day visit_day(const rk_rules *rules, const rk_applications *a, size_t row, rk_zone zone)
{
    rk_day filed = rk_day_at(a->submitted_at[row], zone);
    if (a->appointment_on && a->appointment_on[row] != RK_NO_DAY)
        return a->appointment_on[row];
    if (a->attended_at && a->attended_at[row] != RK_NO_MOMENT)
        return rk_day_at(a->attended_at[row], zone);
    const rk_visit_rule *rule = rk_visit_rule_on(&rules->visits, filed);
    if (!rule)
        return RK_NO_DAY;
    rk_queue queue = queue_of(rule, a, row);
    return queue == RK_QUEUE_WALK_IN || queue == RK_QUEUE_PRIORITY ? filed : RK_NO_DAY;
}

static rk_attendance attendance_of(const rk_applications *a, size_t row)
{
    rk_status status = a->status ? (rk_status)a->status[row] : RK_STATUS_NONE;
    if (!a->attended_at && status == RK_STATUS_NONE)
        return RK_ATTENDANCE_NONE;
    bool came = (a->attended_at && a->attended_at[row] != RK_NO_MOMENT) ||
                (status >= RK_STATUS_ATTENDED && status <= RK_STATUS_DELIVERED);
    return came ? RK_ATTENDANCE_ATTENDED : RK_ATTENDANCE_ABSENT;
}

static rk_moved moved_of(const rk_applications *a, size_t row)
{
    bool from = a->rescheduled_from && a->rescheduled_from[row] != RK_NO_DAY;
    if (from || (a->status && a->status[row] == RK_STATUS_RESCHEDULED))
        return RK_MOVED_HERE;
    return a->rescheduled_from || a->status ? RK_MOVED_NOT : RK_MOVED_NONE;
}

/* Since when the slot of a row is free; RK_NO_MOMENT: it is not. */
static rk_moment freed_at(const rk_applications *a, size_t row, rk_moment judge_at)
{
    rk_moment deadline = a->deadline[row];
    switch ((rk_state)a->state[row]) {
    case RK_STATE_EXPIRED:
        return judge_at == RK_NO_MOMENT ? deadline : judge_at;
    case RK_STATE_UNDERPAID:
        return judge_at == RK_NO_MOMENT || deadline < judge_at ? deadline : RK_NO_MOMENT;
    case RK_STATE_CANCELLED:
        if (a->status_at && a->status_at[row] != RK_NO_MOMENT)
            return a->status_at[row];
        return judge_at == RK_NO_MOMENT ? a->submitted_at[row] : judge_at;
    default:
        return RK_NO_MOMENT;
    }
}

static rk_slot_use use_of(const rk_rules *rules, const rk_applications *a, size_t row, rk_zone zone,
                          rk_slot_use before, rk_moment judge_at)
{
    rk_day day = visit_day(rules, a, row, zone);
    const rk_visit_rule *rule = day == RK_NO_DAY ? NULL : rk_visit_rule_on(&rules->visits, day);
    if (!rule)
        return RK_SLOT_NONE;
    rk_moment free = freed_at(a, row, judge_at);
    if (free == RK_NO_MOMENT)
        return RK_SLOT_TAKEN;
    if (before == RK_SLOT_FREED || before == RK_SLOT_FREED_LATE)
        return before;
    return free <= rk_day_begin(day, zone) - rule->free_before ? RK_SLOT_FREED : RK_SLOT_FREED_LATE;
}

void rk_tally_slots(const rk_rules *rules, rk_world *world, rk_zone zone, rk_moment judge_at)
{
    rk_applications *a = &world->applications;
    const rk_applications *old = &world->before.applications;
    if (!a->slot_use)
        return;
    for (size_t row = 0; row < a->batch.count; row++) {
        bool carried = row < old->batch.count && old->slot_use;
        rk_name office = rk_office_or_none(rules, a->office[row]);
        a->slot_use[row] =
            rules->visits.count == 0
                ? RK_SLOT_NONE
                : (uint8_t)use_of(
                      rules, a, row, rk_office_zone(rules, office, a->submitted_at[row], zone),
                      carried ? (rk_slot_use)old->slot_use[row] : RK_SLOT_NONE, judge_at);
    }
}

size_t rk_tally_visits(const rk_rules *rules, const rk_applications *a, size_t row, rk_name office,
                       rk_zone zone, rk_visit visits[RK_VISITS_MAX])
{
    size_t count = 0;
    if (!a->slot_use || a->slot_use[row] == RK_SLOT_NONE)
        return 0;
    zone = rk_office_zone(rules, office, a->submitted_at[row], zone);
    rk_day day = visit_day(rules, a, row, zone);
    const rk_visit_rule *rule = day == RK_NO_DAY ? NULL : rk_visit_rule_on(&rules->visits, day);
    if (!rule)
        return 0;
    visits[count++] = (rk_visit){.on = day,
                                 .queue = queue_of(rule, a, row),
                                 .slot = (rk_slot_use)a->slot_use[row],
                                 .attendance = attendance_of(a, row),
                                 .moved = moved_of(a, row)};
    rk_day from = a->rescheduled_from ? a->rescheduled_from[row] : RK_NO_DAY;
    if (from != RK_NO_DAY && from != day && rk_visit_rule_on(&rules->visits, from)) {
        visits[count] = visits[0];
        visits[count].on = from;
        visits[count].slot = RK_SLOT_MOVED;
        visits[count++].attendance = RK_ATTENDANCE_NONE;
    }
    return count;
}

rk_nik rk_tally_nik(const rk_rules *rules, const rk_names *names, const rk_applications *a,
                    size_t row, rk_day filed)
{
    const rk_finding_rule *rule = rk_finding_rule_on(&rules->findings, RK_NIK_WARNING, filed);
    rk_name said = rk_name_at(a->nik_check, row);
    if (!rule || said == 0)
        return RK_NIK_NONE;
    for (size_t i = 0; i < rule->word_count; i++)
        if (rk_slice_equal(rk_names_text(names, said), rule->words[i]))
            return RK_NIK_IMPLAUSIBLE;
    return RK_NIK_PLAUSIBLE;
}
