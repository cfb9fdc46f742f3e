#include "match/reversal.h"

#include <stdlib.h>

/* Rows of payments by what a reversal must share with them, so that a long chain is searched by halving:
 * hostile repetition must not make it a nested scan. */
typedef struct payment {
    uint32_t application;
    rk_name channel;
    rk_money amount;
    uint64_t reference; /* hash; 0: none */
    uint32_t at;        /* place in the chain */
} payment;

typedef struct payments {
    payment *by_reference; /* by application, channel, amount, reference, place */
    payment *by_amount;    /* the same without the reference */
    uint32_t *skip;        /* by place in by_amount: where to look on when it is taken */
    uint32_t *taken;       /* by first place of a reference: how many from there on are taken */
    size_t count;
} payments;

static int by_amount(const void *a, const void *b)
{
    const payment *x = a, *y = b;
    if (x->application != y->application)
        return x->application < y->application ? -1 : 1;
    if (x->channel != y->channel)
        return x->channel < y->channel ? -1 : 1;
    return (x->amount > y->amount) - (x->amount < y->amount);
}

static int by_amount_and_place(const void *a, const void *b)
{
    const payment *x = a, *y = b;
    int order = by_amount(a, b);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static int by_reference(const void *a, const void *b)
{
    const payment *x = a, *y = b;
    int order = by_amount(a, b);
    if (order)
        return order;
    if (x->reference != y->reference)
        return x->reference < y->reference ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static payment payment_of(const rk_world *world, const uint32_t *chain, size_t at, int sign)
{
    const rk_entries *e = &world->entries;
    uint32_t entry = chain[at];
    rk_slice reference =
        e->reference ? rk_texts_get(&world->texts, e->reference[entry]) : (rk_slice){"", 0};
    return (payment){.application = e->application[entry],
                     .channel = rk_entry_channel(e, entry),
                     .amount = sign * e->amount_minor[entry],
                     .reference = reference.len ? rk_slice_hash(reference) | 1 : 0,
                     .at = (uint32_t)at};
}

static payments sort_payments(const rk_world *world, const uint32_t *chain, size_t count)
{
    payments p = {.by_amount = rk_alloc(count, sizeof(payment)),
                  .by_reference = rk_alloc(count, sizeof(payment)),
                  .skip = rk_alloc(count, sizeof(uint32_t)),
                  .taken = rk_alloc(count, sizeof(uint32_t))};
    for (size_t i = 0; i < count; i++)
        if (world->entries.amount_minor[chain[i]] > 0)
            p.by_amount[p.count++] = payment_of(world, chain, i, +1);
    memcpy(p.by_reference, p.by_amount, p.count * sizeof *p.by_amount);
    if (p.count) {
        qsort(p.by_amount, p.count, sizeof *p.by_amount, by_amount_and_place);
        qsort(p.by_reference, p.count, sizeof *p.by_reference, by_reference);
    }
    for (size_t i = 0; i < p.count; i++)
        p.skip[i] = (uint32_t)i;
    return p;
}

static void free_payments(payments *p)
{
    free(p->by_amount);
    free(p->by_reference);
    free(p->skip);
    free(p->taken);
}

/* First place of `all` that is not before `wanted`. */
static size_t lower(const payment *all, size_t count, const payment *wanted,
                    int (*order)(const void *, const void *))
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (order(&all[middle], wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The place in by_amount before or at `i` that is not taken; taken places point further back, and ways
 * that were gone are shortened. Gives i itself, or a place of another kind of payment, where none is. */
static size_t free_place(payments *p, const bool *settled, size_t i)
{
    size_t from = i;
    while (p->skip[i] != i)
        i = p->skip[i];
    while (settled[p->by_amount[i].at] && i > 0) {
        p->skip[i] = (uint32_t)(i - 1);
        i--;
        while (p->skip[i] != i)
            i = p->skip[i];
    }
    while (p->skip[from] != from) {
        size_t next = p->skip[from];
        p->skip[from] = (uint32_t)i;
        from = next;
    }
    return i;
}

/* The last payment like `wanted` (a reversal's place and amount) that could be taken back; RK_NO_ROW. */
static uint32_t last_before(payments *p, const bool *settled, const payment *wanted)
{
    size_t behind = lower(p->by_amount, p->count, wanted, by_amount_and_place);
    if (behind == 0)
        return RK_NO_ROW;
    size_t i = free_place(p, settled, behind - 1);
    bool found = by_amount(&p->by_amount[i], wanted) == 0 && !settled[p->by_amount[i].at];
    return found ? p->by_amount[i].at : RK_NO_ROW;
}

/* The first one that has its reference; those at the head of a group that are taken are gone over once. */
static uint32_t first_named(payments *p, const bool *settled, const payment *wanted)
{
    payment from = *wanted;
    from.at = 0;
    if (wanted->reference == 0)
        return RK_NO_ROW;
    size_t start = lower(p->by_reference, p->count, &from, by_reference);
    for (size_t i = start; i < p->count; i++) {
        i = i == start ? start + p->taken[start] : i;
        if (i == p->count)
            break;
        const payment *found = &p->by_reference[i];
        if (by_amount(found, wanted) != 0 || found->reference != wanted->reference ||
            found->at >= wanted->at)
            break;
        if (!settled[found->at])
            return found->at;
        p->taken[start] = (uint32_t)(i - start + 1);
    }
    return RK_NO_ROW;
}

/* ---- one chain ---- */

static const rk_match_rule *rule_of_reversal(const rk_run *run, uint32_t entry)
{
    const rk_matching *rules = &run->rules->matching;
    rk_match_key key = rk_key_of_entry_link(run, entry);
    for (size_t i = 0; i < rules->count; i++) {
        const rk_match_rule *rule = &rules->items[i];
        if (rule->key == key && rule->outcomes >> RK_REVERSAL & 1 &&
            rk_rule_on_day(run, rule, entry) &&
            (key != RK_KEY_REFERENCE || rk_rule_is_for(run, rule, entry)))
            return rule;
    }
    return NULL;
}

static void add_link(rk_links *links, uint32_t entry, uint32_t to_entry)
{
    links->items = rk_grow(links->items, &links->capacity, links->count + 1, sizeof *links->items);
    links->items[links->count++] = (rk_link){entry, to_entry};
}

/* Places of the chain with payments that began no later than the reversal may have. */
static uint32_t place_behind(const rk_entries *e, const uint32_t *chain, size_t count, rk_moment at)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (e->paid_from[chain[middle]] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static void note(const rk_run *run, const rk_match_rule *rule, uint32_t reversal, uint32_t paid)
{
    const rk_entries *e = &run->world->entries;
    uint32_t both[] = {reversal, paid};
    for (size_t i = 0; i < 2 && both[i] != RK_NO_ROW; i++)
        if (rk_is_traced(run, both[i]))
            rk_trace_note(run, rule, e->application[reversal], RK_TEST_REVERSAL, false,
                          paid != RK_NO_ROW, rk_trace_of(RK_TRACE_MONEY, e->amount_minor[reversal]),
                          paid == RK_NO_ROW ? rk_trace_of(RK_TRACE_NOTHING, 0)
                                            : rk_trace_of(RK_TRACE_ENTRY, both[1 - i]));
}

/* True when chain[i] takes a payment back. */
static bool take_back(const rk_run *run, const uint32_t *chain, size_t count, size_t i,
                      payments *all, bool *settled, rk_links *links)
{
    rk_entries *e = &run->world->entries;
    const rk_match_rule *rule = rule_of_reversal(run, chain[i]);
    payment wanted = payment_of(run->world, chain, i, -1);
    wanted.at = place_behind(e, chain, count, rk_entry_until(e, chain[i]));
    uint32_t found = rule ? first_named(all, settled, &wanted) : RK_NO_ROW;
    if (rule && found == RK_NO_ROW && rule->key != RK_KEY_REFERENCE)
        found = last_before(all, settled, &wanted);
    settled[i] = true;
    note(run, rule, chain[i], found == RK_NO_ROW ? RK_NO_ROW : chain[found]);
    if (found == RK_NO_ROW) {
        rk_entry_decide(e, chain[i], RK_UNIDENTIFIED, RK_REASON_NOTHING_TO_REVERSE, 0);
        return false;
    }
    settled[found] = true;
    rk_entry_decide(e, chain[i], RK_REVERSAL, RK_REASON_TAKES_BACK, rule->rule);
    rk_entry_decide(e, chain[found], RK_REVERSED, RK_REASON_REVERSED, rule->rule);
    add_link(links, chain[i], chain[found]);
    return true;
}

bool rk_match_reversals(const rk_run *run, const uint32_t *chain, size_t count, bool *settled,
                        rk_links *links)
{
    bool any = false;
    payments all = sort_payments(run->world, chain, count);
    for (size_t i = 0; i < count; i++)
        if (run->world->entries.amount_minor[chain[i]] < 0)
            any |= take_back(run, chain, count, i, &all, settled, links);
    free_payments(&all);
    return any;
}
