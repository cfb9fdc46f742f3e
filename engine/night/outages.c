/* An outage that is recorded late, altered or taken back: what it touches is judged anew. */
#include <stdlib.h>

#include "night/night.h"
#include "terms/clock.h"

static void put_local(rk_buffer *out, rk_local local)
{
    rk_buffer_printf(out, "\t%lld%s", (long long)local.at, local.is_fixed ? "Z" : "");
}

static void put_names(const rk_night *night, rk_buffer *out, const rk_name_list *list)
{
    rk_buffer_char(out, '\t');
    for (size_t i = 0; i < list->count; i++)
        rk_buffer_printf(out, "%s%.*s", i ? "," : "",
                         RK_FMT(rk_names_text(&night->world.names, list->items[i])));
}

/* All that decides which clocks it stops. */
static rk_text text_of(rk_night *night, const rk_outage *outage)
{
    rk_buffer out = {0};
    rk_buffer_slice(&out, rk_names_text(&night->world.names, outage->outage));
    put_local(&out, outage->from);
    put_local(&out, outage->until);
    rk_buffer_printf(&out, "\t%u", outage->functions);
    put_names(night, &out, &outage->offices);
    put_names(night, &out, &outage->channels);
    rk_text text = rk_texts_add(&night->world.texts, rk_buffer_all(&out));
    rk_buffer_free(&out);
    return text;
}

static bool has(const rk_night *night, const rk_known_outages *in, rk_text what)
{
    const rk_texts *texts = &night->world.texts;
    for (size_t row = 0; row < in->batch.count; row++)
        if (rk_slice_equal(rk_texts_get(texts, in->what[row]), rk_texts_get(texts, what)))
            return true;
    return false;
}

/* Days of those in `of` that are not in `other`. */
static bool want_those_without(rk_night *night, const rk_known_outages *of,
                               const rk_known_outages *other, rk_wanted *wanted)
{
    bool any = false;
    rk_zone zone = night->settings.zone;
    rk_moment judge_at = rk_night_judge_at(night);
    for (size_t row = 0; row < of->batch.count; row++) {
        if (has(night, other, of->what[row]))
            continue;
        any = true;
        rk_moment until = of->until[row] < judge_at ? of->until[row] : judge_at;
        rk_moment first =
            rk_clock_earliest(&night->rules.outages, of->from[row], rk_night_longest_term(night));
        rk_day day = rk_day_at(first, zone), oldest = night->day - night->settings.memory_days;
        for (day = day < oldest ? oldest : day; day <= rk_day_at(until, zone); day++)
            rk_wanted_add_day(wanted, day);
    }
    return any;
}

bool rk_night_want_outages(rk_night *night, rk_wanted *wanted)
{
    rk_known_outages now;
    rk_known_outages_init(&now);
    for (size_t i = 0; i < night->rules.outages.count; i++) {
        const rk_outage *outage = &night->rules.outages.items[i];
        size_t row = rk_batch_append(&now.batch);
        now.what[row] = text_of(night, outage);
        now.from[row] = rk_local_at(outage->from, RK_ZONE_EAST);
        now.until[row] =
            outage->until.at == RK_NO_MOMENT ? INT64_MAX : rk_local_at(outage->until, RK_ZONE_WEST);
    }
    bool changed = want_those_without(night, &now, &night->carried.outages, wanted);
    changed |= want_those_without(night, &night->carried.outages, &now, wanted);
    rk_batch_free(&night->carried.outages.batch);
    night->carried.outages = now;
    return changed;
}
