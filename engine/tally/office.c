#include "tally/office.h"

rk_name rk_office_or_none(const rk_rules *rules, rk_name office)
{
    const rk_offices *offices = &rules->offices;
    return office < offices->first_count && offices->first[office] ? office : offices->none;
}

rk_name rk_entry_office(const rk_rules *rules, const rk_entries *entries, size_t entry,
                        const rk_applications *applications, uint32_t application)
{
    if (application != RK_NO_ROW)
        return rk_office_or_none(rules, applications->office[application]);
    const rk_channel *channel = rk_channel_find(rules, rk_entry_channel(entries, entry));
    if (!channel || channel->account_count == 0 || !entries->account)
        return rules->offices.none;
    rk_name office = rk_channel_office(channel, entries->account[entry], entries->booked_on[entry]);
    return rk_office_or_none(rules, office);
}

rk_zone rk_office_zone(const rk_rules *rules, rk_name office, rk_moment at, rk_zone fallback)
{
    const rk_office *row = rk_office_on(&rules->offices, office, rk_day_at(at, fallback));
    return row ? row->zone : fallback;
}
