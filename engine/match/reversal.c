#include "match/reversal.h"

static bool may_take_back(const rk_entries *e, uint32_t reversal, uint32_t payment)
{
    return e->channel[payment] == e->channel[reversal] &&
           e->amount_minor[payment] == -e->amount_minor[reversal] &&
           e->paid_from[payment] <= e->paid_until[reversal];
}

static bool same_reference(const rk_world *world, uint32_t a, uint32_t b)
{
    if (!world->entries.reference || !world->entries.reference[a])
        return false;
    return rk_slice_equal(rk_texts_get(&world->texts, world->entries.reference[a]),
                          rk_texts_get(&world->texts, world->entries.reference[b]));
}

/* Place in the chain of the payment that chain[i] takes back; `count` when there is none. */
static size_t find_payment(const rk_world *world, const uint32_t *chain, size_t count,
                           const bool *settled, size_t i)
{
    size_t last = count;
    for (size_t j = 0; j < count; j++) {
        if (settled[j] || !may_take_back(&world->entries, chain[i], chain[j]))
            continue;
        if (same_reference(world, chain[i], chain[j]))
            return j;
        last = j;
    }
    return last;
}

static void add_link(rk_links *links, uint32_t entry, uint32_t to_entry)
{
    links->items = rk_grow(links->items, &links->capacity, links->count + 1, sizeof *links->items);
    links->items[links->count++] = (rk_link){entry, to_entry};
}

bool rk_match_reversals(rk_world *world, rk_name rule, const uint32_t *chain, size_t count,
                        bool *settled, rk_links *links)
{
    rk_entries *e = &world->entries;
    bool any = false;
    for (size_t i = 0; i < count; i++)
        settled[i] = false;
    for (size_t i = 0; i < count; i++) {
        if (e->amount_minor[chain[i]] >= 0)
            continue;
        size_t payment = find_payment(world, chain, count, settled, i);
        settled[i] = true;
        if (payment == count) {
            rk_entry_decide(e, chain[i], RK_UNIDENTIFIED, RK_REASON_NOTHING_TO_REVERSE, 0);
            continue;
        }
        settled[payment] = any = true;
        rk_entry_decide(e, chain[i], RK_REVERSAL, RK_REASON_TAKES_BACK, rule);
        rk_entry_decide(e, chain[payment], RK_REVERSED, RK_REASON_REVERSED, rule);
        add_link(links, chain[i], chain[payment]);
    }
    return any;
}
