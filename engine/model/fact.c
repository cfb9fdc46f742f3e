#include "model/fact.h"

#include <stdlib.h>

#include "base/threads.h"

#define COLUMN(name, type, member) \
    { \
        name, type, offsetof(rk_facts, member), 0 \
    }

#define SPARSE(name, type, member) \
    { \
        name, type, offsetof(rk_facts, member), RK_COLUMN_SPARSE \
    }

const rk_column rk_fact_columns[] = {
    COLUMN("fact", RK_TYPE_U8, kind),
    COLUMN("office", RK_TYPE_NAME, office),
    COLUMN("channel", RK_TYPE_NAME, channel),
    COLUMN("service", RK_TYPE_NAME, service),
    COLUMN("validity", RK_TYPE_NAME, validity),
    COLUMN("purpose", RK_TYPE_NAME, purpose),
    COLUMN("source", RK_TYPE_NAME, source),
    COLUMN("kind", RK_TYPE_NAME, request_kind),
    COLUMN("sex", RK_TYPE_NAME, sex),
    COLUMN("held_by", RK_TYPE_NAME, held_by),
    COLUMN("outcome", RK_TYPE_U8, outcome),
    COLUMN("state", RK_TYPE_U8, state),
    COLUMN("from_state", RK_TYPE_U8, from_state),
    COLUMN("status", RK_TYPE_U8, status),
    COLUMN("fee", RK_TYPE_NAME, fee),
    COLUMN("rate", RK_TYPE_MONEY, rate),
    COLUMN("received_on", RK_TYPE_DAY, received_on),
    COLUMN("submitted_on", RK_TYPE_DAY, submitted_on),
    COLUMN("paid_on", RK_TYPE_DAY, paid_on),
    COLUMN("booked_on", RK_TYPE_DAY, booked_on),
    COLUMN("cause", RK_TYPE_U32, cause),
    COLUMN("count", RK_TYPE_MONEY, count),
    COLUMN("amount", RK_TYPE_MONEY, amount),
    SPARSE("visit_on", RK_TYPE_DAY, visit_on),
    SPARSE("nik_check", RK_TYPE_U8, nik_check),
    SPARSE("queue", RK_TYPE_U8, queue),
    SPARSE("slot", RK_TYPE_U8, slot),
    SPARSE("attendance", RK_TYPE_U8, attendance),
    SPARSE("moved", RK_TYPE_U8, moved),
    SPARSE("part", RK_TYPE_U8, part),
};

const size_t rk_fact_column_count = sizeof rk_fact_columns / sizeof *rk_fact_columns;

static const char *const dimension_names[RK_DIMENSIONS] = {
    "",      "office",   "channel",   "service",      "validity", "purpose",    "source",
    "kind",  "sex",      "held_by",   "outcome",      "state",    "from_state", "status",
    "fee",   "rate",     "nik_check", "queue",        "slot",     "attendance", "moved",
    "part",  "province", "zone",      "channel_kind", "verdict",  "day",        "week",
    "month", "age",
};

rk_dimension rk_dimension_find(rk_slice name)
{
    for (int i = 1; i < RK_DIMENSIONS; i++)
        if (rk_slice_is(name, dimension_names[i]))
            return (rk_dimension)i;
    return RK_DIM_NONE;
}

const char *rk_dimension_name(rk_dimension dimension)
{
    return dimension_names[dimension];
}

const char *rk_settled_name(rk_settled part)
{
    static const char *const names[RK_SETTLEDS] = {"", "paid", "fee", "owed", "arrived"};
    return names[part];
}

void rk_facts_init(rk_facts *facts, size_t capacity)
{
    rk_batch_init(&facts->batch, rk_fact_columns, rk_fact_column_count, capacity, UINT64_MAX);
}

size_t rk_facts_add(rk_facts *facts)
{
    size_t row = rk_batch_append(&facts->batch);
    facts->count[row] = 0;
    facts->amount[row] = 0;
    return row;
}

/* All dimensions of a row in 64 bytes, so that the order of the sheets is the order of the numbers:
 * names by the rank of their text, days moved above zero. */
enum { KEY_WORDS = 8 };
#define RATE_BITS (((uint64_t)1 << 48) - 1)

typedef struct fact_key {
    uint64_t words[KEY_WORDS];
    rk_money count, amount;
} fact_key;

static uint64_t day_word(rk_day day)
{
    return (uint32_t)day ^ 0x80000000u;
}

/* None below all others, in 48 bits. */
static uint64_t rate_word(rk_money rate)
{
    return rate == RK_NO_MONEY ? 0 : ((uint64_t)rate + 1) & RATE_BITS;
}

static fact_key key_of(const rk_facts *facts, const rk_name *ranks, size_t row)
{
    fact_key key = {.count = facts->count[row], .amount = facts->amount[row]};
    key.words[0] = (uint64_t)facts->kind[row] << 48 | (uint64_t)ranks[facts->office[row]] << 32 |
                   (uint64_t)ranks[facts->channel[row]] << 16 | ranks[facts->service[row]];
    key.words[1] = (uint64_t)ranks[facts->validity[row]] << 48 |
                   (uint64_t)ranks[facts->purpose[row]] << 32 |
                   (uint64_t)ranks[facts->source[row]] << 16 | ranks[facts->request_kind[row]];
    key.words[2] = (uint64_t)ranks[facts->sex[row]] << 48 |
                   (uint64_t)ranks[facts->held_by[row]] << 32 |
                   (uint64_t)facts->outcome[row] << 24 | (uint64_t)facts->state[row] << 16 |
                   (uint64_t)facts->from_state[row] << 8 | facts->status[row];
    key.words[3] = day_word(facts->received_on[row]) << 32 | day_word(facts->submitted_on[row]);
    key.words[4] = day_word(facts->paid_on[row]) << 32 | day_word(facts->booked_on[row]);
    key.words[5] = (uint64_t)ranks[facts->fee[row]] << 48 | rate_word(facts->rate[row]);
    key.words[6] = facts->cause[row];
    key.words[7] = day_word(facts->visit_on[row]) << 32 | (uint64_t)facts->part[row] << 20 |
                   (uint64_t)facts->nik_check[row] << 16 | (uint64_t)facts->queue[row] << 12 |
                   (uint64_t)facts->slot[row] << 8 | (uint64_t)facts->attendance[row] << 4 |
                   facts->moved[row];
    return key;
}

static void put_key(rk_facts *facts, const rk_name *by_rank, size_t row, const fact_key *key)
{
    const uint64_t *words = key->words;
    facts->kind[row] = (uint8_t)(words[0] >> 48);
    facts->office[row] = by_rank[words[0] >> 32 & 0xffff];
    facts->channel[row] = by_rank[words[0] >> 16 & 0xffff];
    facts->service[row] = by_rank[words[0] & 0xffff];
    facts->validity[row] = by_rank[words[1] >> 48];
    facts->purpose[row] = by_rank[words[1] >> 32 & 0xffff];
    facts->source[row] = by_rank[words[1] >> 16 & 0xffff];
    facts->request_kind[row] = by_rank[words[1] & 0xffff];
    facts->sex[row] = by_rank[words[2] >> 48];
    facts->held_by[row] = by_rank[words[2] >> 32 & 0xffff];
    facts->outcome[row] = (uint8_t)(words[2] >> 24);
    facts->state[row] = (uint8_t)(words[2] >> 16);
    facts->from_state[row] = (uint8_t)(words[2] >> 8);
    facts->status[row] = (uint8_t)words[2];
    facts->fee[row] = by_rank[words[5] >> 48];
    uint64_t rate = words[5] & RATE_BITS;
    facts->rate[row] = rate ? (rk_money)rate - 1 : RK_NO_MONEY;
    facts->received_on[row] = (rk_day)((uint32_t)(words[3] >> 32) ^ 0x80000000u);
    facts->submitted_on[row] = (rk_day)((uint32_t)words[3] ^ 0x80000000u);
    facts->paid_on[row] = (rk_day)((uint32_t)(words[4] >> 32) ^ 0x80000000u);
    facts->booked_on[row] = (rk_day)((uint32_t)words[4] ^ 0x80000000u);
    facts->cause[row] = (uint32_t)words[6];
    facts->visit_on[row] = (rk_day)((uint32_t)(words[7] >> 32) ^ 0x80000000u);
    facts->part[row] = words[7] >> 20 & 15;
    facts->nik_check[row] = words[7] >> 16 & 15;
    facts->queue[row] = words[7] >> 12 & 15;
    facts->slot[row] = words[7] >> 8 & 15;
    facts->attendance[row] = words[7] >> 4 & 15;
    facts->moved[row] = words[7] & 15;
    facts->count[row] = key->count;
    facts->amount[row] = key->amount;
}

static int compare_keys(const void *a, const void *b)
{
    const fact_key *x = a, *y = b;
    for (int i = 0; i < KEY_WORDS; i++)
        if (x->words[i] != y->words[i])
            return x->words[i] < y->words[i] ? -1 : 1;
    /* Equal keys stay apart only where their sum would overflow; then any fixed order will do. */
    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    return x->amount < y->amount ? -1 : x->amount > y->amount;
}

static uint64_t hash_key(const fact_key *key)
{
    uint64_t hash = 0;
    for (int i = 0; i < KEY_WORDS; i++) {
        hash = (hash ^ key->words[i]) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    return hash;
}

/* Adds `key` to the keys, merging it with an equal one; gives the new count. */
static size_t merge_key(fact_key *keys, size_t count, uint32_t *slots, size_t slot, size_t mask,
                        const fact_key *key)
{
    for (slot &= mask; slots[slot]; slot = (slot + 1) & mask) {
        fact_key *old = &keys[slots[slot] - 1];
        rk_money sum_count = old->count, sum_amount = old->amount;
        if (memcmp(old->words, key->words, sizeof key->words) == 0 &&
            rk_money_add(&sum_count, key->count) && rk_money_add(&sum_amount, key->amount)) {
            old->count = sum_count;
            old->amount = sum_amount;
            return count;
        }
    }
    keys[count] = *key;
    slots[slot] = (uint32_t)count + 1;
    return count + 1;
}

typedef struct ranked {
    rk_slice text;
    rk_name name;
} ranked;

static int compare_ranked(const void *a, const void *b)
{
    return rk_slice_compare(((const ranked *)a)->text, ((const ranked *)b)->text);
}

/* ranks[name] and by_rank[rank] in one block of memory, 2 * 65,536 numbers. */
static rk_name *rank_names(const rk_names *names)
{
    size_t count = names->count ? names->count : 1;
    ranked *order = rk_alloc(count, sizeof *order);
    rk_name *ranks = rk_alloc(2 * 65536, sizeof *ranks);
    for (size_t i = 0; i < count; i++)
        order[i] = (ranked){rk_names_text(names, (rk_name)i), (rk_name)i};
    qsort(order, count, sizeof *order, compare_ranked);
    for (size_t i = 0; i < 65536; i++)
        ranks[i] = ranks[65536 + i] = (rk_name)i;
    for (size_t i = 0; i < count; i++) {
        ranks[order[i].name] = (rk_name)i;
        ranks[65536 + i] = order[i].name;
    }
    free(order);
    return ranks;
}

/* The rows are dealt out by the hash of their keys, so that equal ones meet. */
typedef struct compaction {
    const rk_facts *facts;
    const rk_name *ranks;
    uint64_t *hashes;
    int parts;
} compaction;

typedef struct fact_part {
    fact_key *keys; /* merged, sorted */
    size_t count, taken;
} fact_part;

static bool is_of_part(const compaction *c, size_t row, int part)
{
    return (int)((c->hashes[row] >> 32) % (unsigned)c->parts) == part;
}

static void compact_part(const compaction *c, int part, fact_part *out)
{
    size_t rows = 0, slot_count = 16, count = 0, all = c->facts->batch.count;
    for (size_t row = 0; row < all; row++)
        rows += is_of_part(c, row, part);
    while (slot_count < rows * 2)
        slot_count *= 2;
    out->keys = rk_alloc(rows + 1, sizeof *out->keys);
    uint32_t *slots = rk_alloc(slot_count, sizeof *slots);
    for (size_t row = 0; row < all; row++) {
        if (!is_of_part(c, row, part))
            continue;
        fact_key key = key_of(c->facts, c->ranks, row);
        count = merge_key(out->keys, count, slots, (size_t)c->hashes[row], slot_count - 1, &key);
    }
    for (size_t i = 0; i < count; i++)
        if (out->keys[i].count != 0 || out->keys[i].amount != 0)
            out->keys[out->count++] = out->keys[i];
    qsort(out->keys, out->count, sizeof *out->keys, compare_keys);
    free(slots);
}

/* The parts, sorted each by itself, into rows in the order of all. */
static void put_parts(rk_facts *facts, const rk_name *by_rank, fact_part *parts, int part_count)
{
    size_t row = 0;
    for (;;) {
        fact_part *least = NULL;
        for (int i = 0; i < part_count; i++)
            if (parts[i].taken < parts[i].count &&
                (!least ||
                 compare_keys(&parts[i].keys[parts[i].taken], &least->keys[least->taken]) < 0))
                least = &parts[i];
        if (!least)
            break;
        put_key(facts, by_rank, row++, &least->keys[least->taken++]);
    }
    facts->batch.count = row;
}

void rk_facts_compact(rk_facts *facts, const rk_names *names, int threads)
{
    size_t rows = facts->batch.count;
    if (rows == 0)
        return;
    rk_name *ranks = rank_names(names);
    compaction c = {facts, ranks, rk_alloc(rows, sizeof *c.hashes), rk_threads_for(rows, threads)};
    fact_part *parts = rk_alloc((size_t)c.parts, sizeof *parts);
#pragma omp parallel num_threads(c.parts)
    {
#pragma omp for schedule(static)
        for (size_t row = 0; row < rows; row++) {
            fact_key key = key_of(facts, ranks, row);
            c.hashes[row] = hash_key(&key);
        }
#pragma omp for schedule(static, 1)
        for (int part = 0; part < c.parts; part++)
            compact_part(&c, part, &parts[part]);
    }
    put_parts(facts, ranks + 65536, parts, c.parts);
    for (int part = 0; part < c.parts; part++)
        free(parts[part].keys);
    free(parts);
    free(c.hashes);
    free(ranks);
}
