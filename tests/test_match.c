/* Who pays what, and what holds a lapse back: small worlds built by hand, shuffled, on several threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "expire/expire.h"
#include "match/group.h"
#include "match/index.h"
#include "match/match.h"
#include "match/near.h"

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return *seed >> 33;
}

/* ---- the index ---- */

static void test_index__agrees_with_a_plain_search(void **state)
{
    (void)state;
    uint64_t seed = 1;
    enum { COUNT = 5000 };
    uint64_t codes[COUNT];
    for (size_t i = 0; i < COUNT; i++) /* some none, some shared, most alone */
        codes[i] = i % 11 == 0 ? 0 : 820240305000000ull + next_random(&seed) % 20000;
    for (int threads = 1; threads <= 8; threads *= 2) {
        rk_code_index index;
        rk_code_index_build(&index, codes, COUNT, threads);
        for (uint64_t code = 820240305000000ull; code < 820240305020000ull; code += 7) {
            uint32_t first = RK_NO_ROW;
            size_t rows = 0, listed;
            bool shared;
            for (uint32_t i = COUNT; i > 0; i--)
                if (codes[i - 1] == code) {
                    first = i - 1;
                    rows++;
                }
            assert_int_equal(rk_code_index_find(&index, code, rk_code_hash(code), &shared), first);
            assert_int_equal(shared, rows > 1);
            rk_code_index_rows(&index, code, &listed);
            assert_int_equal(listed, rows > 1 ? rows : 0);
        }
        rk_code_index_free(&index);
    }
}

static void test_index__hostile_repetition_costs_nothing(void **state)
{
    (void)state;
    enum { COUNT = 300000 };
    uint64_t *codes = rk_alloc(COUNT, sizeof *codes);
    rk_code_index index;
    bool shared;
    size_t listed;
    for (size_t i = 0; i < COUNT; i++)
        codes[i] = 820240305000001ull;
    rk_code_index_build(&index, codes, COUNT, 2);
    assert_int_equal(rk_code_index_find(&index, codes[0], rk_code_hash(codes[0]), &shared), 0);
    const uint32_t *rows = rk_code_index_rows(&index, codes[0], &listed);
    assert_true(shared && listed == COUNT && rows[COUNT - 1] == COUNT - 1);
    rk_code_index_free(&index);
    free(codes);
}

static void test_near__neighbours_are_one_edit_away_and_each_once(void **state)
{
    (void)state;
    uint64_t found[RK_NEIGHBOURS_MAX];
    size_t count = rk_code_neighbours(820240305000123ull, found);
    size_t swaps = 0;
    for (size_t i = 0; i < count; i++) {
        char a[16], b[16];
        int wrong = 0, first = -1, last = -1;
        snprintf(a, sizeof a, "%015llu", 820240305000123ull);
        snprintf(b, sizeof b, "%015llu", (unsigned long long)found[i]);
        for (int place = 0; place < 15; place++)
            if (a[place] != b[place]) {
                first = first < 0 ? place : first;
                last = place;
                wrong++;
            }
        bool swapped =
            wrong == 2 && last == first + 1 && a[first] == b[last] && a[last] == b[first];
        assert_true(wrong == 1 || swapped);
        swaps += swapped;
        for (size_t j = 0; j < i; j++)
            assert_true(found[j] != found[i]);
    }
    assert_int_equal(count - swaps, 135);
    assert_int_equal(swaps, 12); /* 14 pairs, two of them 00 */
}

/* Without the digit that was put in it is the code again, and each is there once. */
static void test_near__a_digit_lost_or_doubled(void **state)
{
    (void)state;
    uint64_t found[RK_NEIGHBOURS_MAX];
    static const struct {
        const char *read;
        size_t count;
        uint64_t some;
    } cases[] = {
        {"82024030500012", 136, 820240305000123ull},
        {"20240305000123", 136, 820240305000123ull},
        {"8202403050001223", 2, 820240305000123ull},
        {"8820240305000123", 2, 820240305000123ull},
        {"8123456789123456", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool there = cases[i].some == 0;
        size_t count = rk_code_neighbours(rk_code_mistyped(rk_slice_of(cases[i].read)), found);
        if (count != cases[i].count)
            fail_msg("%s: %zu neighbours", cases[i].read, count);
        for (size_t n = 0; n < count; n++) {
            there |= found[n] == cases[i].some;
            for (size_t other = 0; other < n; other++)
                assert_true(found[n] != found[other]);
        }
        if (!there)
            fail_msg("%s: not near %llu", cases[i].read, (unsigned long long)cases[i].some);
    }
    assert_true(rk_code_mistyped(RK_S("0820240305000123")) == 0); /* a zero before a whole code */
    assert_true(rk_code_mistyped(RK_S("00000000000000")) == 0);
    assert_true(rk_code_mistyped(RK_S("820240305000123")) == 0);
}

/* ---- sets with a sum ---- */

static rk_group_answer try_all(const rk_money *amounts, size_t count, rk_money sum, uint32_t *set)
{
    size_t found = 0;
    for (uint32_t chosen = 1; chosen < 1u << count; chosen++) {
        rk_money is = 0;
        for (size_t i = 0; i < count; i++)
            is += chosen >> i & 1 ? amounts[i] : 0;
        if (is == sum && ++found == 1)
            *set = chosen;
    }
    return found == 0 ? RK_GROUP_NONE : found == 1 ? RK_GROUP_ONE : RK_GROUP_MANY;
}

/* Two prices, some, and as many as there are members: few, one or no sets. */
static void test_group__agrees_with_trying_all(void **state)
{
    (void)state;
    uint64_t seed = 7, work = 0;
    size_t seen[4] = {0};
    for (int round = 0; round < 3000; round++) {
        size_t count = (size_t)(round % 13), kinds = 1 + (size_t)(next_random(&seed) % 6);
        count = round % 500 == 499 ? RK_GROUP_MAX : count;
        rk_money amounts[RK_GROUP_MAX], sum = 0;
        uint32_t set = 0, chosen = 0;
        for (size_t i = 0; i < count; i++) {
            amounts[i] = 350000 + (rk_money)(next_random(&seed) % kinds) * 12345;
            sum += next_random(&seed) % 2 ? amounts[i] : 0;
        }
        sum += round % 5 == 0 ? 1 : 0;
        sum = sum ? sum : 350000;
        rk_group_answer answer = rk_group_solve(amounts, count, sum, &chosen, &work);
        assert_int_equal(answer, try_all(amounts, count, sum, &set));
        if (answer == RK_GROUP_ONE)
            assert_int_equal(chosen, set);
        seen[answer]++;
    }
    assert_true(seen[RK_GROUP_NONE] > 100 && seen[RK_GROUP_ONE] > 100 && seen[RK_GROUP_MANY] > 100);
}

static void test_group__says_that_it_gives_up(void **state)
{
    (void)state;
    rk_money amounts[RK_GROUP_MAX + 1];
    uint32_t chosen;
    uint64_t work = 0;
    for (size_t i = 0; i <= RK_GROUP_MAX; i++)
        amounts[i] = INT64_MAX - (rk_money)i;
    assert_int_equal(rk_group_solve(amounts, RK_GROUP_MAX + 1, 5, &chosen, &work),
                     RK_GROUP_GAVE_UP);
    assert_int_equal(rk_group_solve(amounts, RK_GROUP_MAX, INT64_MAX - 3, &chosen, &work),
                     RK_GROUP_ONE); /* sums that overflow are no sums */
    assert_int_equal(chosen, 1u << 3);
    assert_true(work > 0 && work < 10000);
}

/* ---- matching ---- */

typedef struct fixture {
    rk_world world;
    rk_rules rules;
    rk_match_rule items[2];
} fixture;

static void begin(fixture *f)
{
    *f = (fixture){0};
    uint32_t exact = 1u << RK_MATCHED | 1u << RK_LATE | 1u << RK_UNDERPAID | 1u << RK_OVERPAID |
                     1u << RK_DUPLICATE | 1u << RK_NOT_DUE;
    f->items[0] = (rk_match_rule){.rule = rk_names_add(&f->world.names, RK_S("kode")),
                                  .from = RK_NO_DAY,
                                  .until = RK_NO_DAY,
                                  .key = RK_KEY_BILLING_CODE,
                                  .outcomes = exact};
    f->items[1] = (rk_match_rule){.rule = rk_names_add(&f->world.names, RK_S("mirip")),
                                  .from = RK_NO_DAY,
                                  .until = RK_NO_DAY,
                                  .key = RK_KEY_NEAR_BILLING_CODE,
                                  .amount = RK_AMOUNT_EQUAL,
                                  .paid = RK_TIME_IN_TIME,
                                  .unique = true,
                                  .outcomes = 1u << RK_SUGGESTED};
    f->rules.matching = (rk_matching){f->items, 2};
    rk_batch_init(&f->world.applications.batch, rk_application_columns, rk_application_column_count,
                  8, rk_application_all());
    rk_batch_init(&f->world.entries.batch, rk_entry_columns, rk_entry_column_count, 8,
                  rk_entry_all());
    for (int i = 0; i < 2; i++) {
        rk_file *file = rk_files_add(&f->world.files);
        file->digest = rk_digest_of(i ? RK_S("b") : RK_S("a"));
        file->channel = rk_names_add(&f->world.names, i ? RK_S("pos") : RK_S("bca"));
        file->fate = RK_FATE_ACCEPTED;
    }
}

static size_t add_application(fixture *f, uint64_t code, rk_money due, rk_moment deadline)
{
    rk_applications *a = &f->world.applications;
    char id[24];
    size_t row = rk_batch_append(&a->batch);
    snprintf(id, sizeof id, "P-%zu", row);
    a->id[row] = rk_texts_add(&f->world.texts, rk_slice_of(id));
    a->code[row] = code;
    a->due_minor[row] = due;
    a->submitted_at[row] = 0;
    a->deadline[row] = deadline;
    return row;
}

static size_t add_entry(fixture *f, uint64_t code, rk_money amount, rk_moment from, rk_moment until)
{
    rk_entries *e = &f->world.entries;
    size_t row = rk_batch_append(&e->batch);
    e->file[row] = row % 2;
    e->channel[row] = f->world.files.items[row % 2].channel;
    e->ordinal[row] = (uint32_t)row + 1;
    e->code[row] = code;
    e->amount_minor[row] = amount;
    e->paid_from[row] = from;
    e->paid_until[row] = until;
    e->application[row] = RK_NO_ROW;
    return row;
}

/* Amounts and times of the entries of one application of 350 due by 100, and what becomes of it.
 * lint: long: one table */
static void test_match__one_application_by_the_order_of_payment(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct {
            rk_money amount;
            rk_moment from, until;
        } entries[4];
        rk_outcome outcomes[4];
        rk_state state;
        rk_money paid;
    } cases[] = {
        {"at the deadline", {{350, 100, 100}}, {RK_MATCHED}, RK_STATE_PAID, 350},
        {"a moment after", {{350, 101, 101}}, {RK_LATE}, RK_STATE_PAID_LATE, 350},
        {"an interval that holds it", {{350, 50, 150}}, {RK_MATCHED}, RK_STATE_PAID, 350},
        {"less", {{300, 10, 10}}, {RK_UNDERPAID}, RK_STATE_UNDERPAID, 300},
        {"more", {{400, 10, 10}}, {RK_OVERPAID}, RK_STATE_PAID, 400},
        {"more, late", {{400, 110, 110}}, {RK_OVERPAID}, RK_STATE_PAID_LATE, 400},
        {"again", {{350, 20, 20}, {350, 10, 10}}, {RK_DUPLICATE, RK_MATCHED}, RK_STATE_PAID, 350},
        {"again after late",
         {{350, 120, 120}, {350, 130, 130}},
         {RK_LATE, RK_DUPLICATE},
         RK_STATE_PAID_LATE,
         350},
        {"parts", {{200, 10, 10}, {150, 20, 20}}, {RK_MATCHED, RK_MATCHED}, RK_STATE_PAID, 350},
        {"last part late",
         {{200, 10, 10}, {150, 120, 120}},
         {RK_LATE, RK_LATE},
         RK_STATE_PAID_LATE,
         350},
        {"parts, then again",
         {{200, 10, 10}, {150, 20, 20}, {50, 30, 30}},
         {RK_MATCHED, RK_MATCHED, RK_DUPLICATE},
         RK_STATE_PAID,
         350},
        {"less, then in one",
         {{200, 10, 10}, {350, 20, 20}},
         {RK_UNDERPAID, RK_MATCHED},
         RK_STATE_PAID,
         550},
        {"parts that pass the due",
         {{200, 10, 10}, {200, 20, 20}},
         {RK_UNDERPAID, RK_OVERPAID},
         RK_STATE_PAID,
         400},
        {"money out", {{-350, 10, 10}}, {RK_UNIDENTIFIED}, RK_STATE_NONE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture f;
        begin(&f);
        add_application(&f, 820240305000001ull, 350, 100);
        for (size_t n = 0; n < 4 && cases[i].entries[n].amount; n++)
            add_entry(&f, 820240305000001ull, cases[i].entries[n].amount, cases[i].entries[n].from,
                      cases[i].entries[n].until);
        rk_match_run(&f.rules, &f.world, 1);
        for (size_t n = 0; n < f.world.entries.batch.count; n++)
            if (f.world.entries.outcome[n] != cases[i].outcomes[n])
                fail_msg("%s: entry %zu is %s", cases[i].what, n,
                         rk_outcome_name((rk_outcome)f.world.entries.outcome[n]));
        assert_int_equal(f.world.applications.state[0], cases[i].state);
        assert_int_equal(f.world.applications.paid_minor[0], cases[i].paid);
        rk_world_free(&f.world);
    }
}

static void test_match__a_rule_that_does_not_allow_an_outcome_pays_nothing(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    f.items[0].outcomes = 1u << RK_MATCHED;
    add_application(&f, 820240305000001ull, 350, 100);
    size_t late = add_entry(&f, 820240305000001ull, 350, 101, 101);
    rk_match_run(&f.rules, &f.world, 1);
    assert_int_equal(f.world.entries.outcome[late], RK_UNIDENTIFIED);
    assert_int_equal(f.world.applications.state[0], RK_STATE_NONE);
    rk_world_free(&f.world);
}

/* Entries of one file and so of one channel. */
static void test_match__what_is_taken_back_pays_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        rk_money amounts[4];
        const char *references[4];
        rk_outcome outcomes[4];
        rk_state state;
    } cases[] = {
        {"the payment", {350, -350}, {0}, {RK_REVERSED, RK_REVERSAL}, RK_STATE_PAYMENT_REVERSED},
        {"the duplicate: the last before it",
         {350, 350, -350},
         {0},
         {RK_MATCHED, RK_REVERSED, RK_REVERSAL},
         RK_STATE_PAID},
        {"the payment by its reference: the duplicate becomes the payment",
         {350, 350, -350},
         {"a", "b", "a"},
         {RK_REVERSED, RK_MATCHED, RK_REVERSAL},
         RK_STATE_PAID},
        {"another amount", {350, -300}, {0}, {RK_MATCHED, RK_UNIDENTIFIED}, RK_STATE_PAID},
        {"twice, paid once",
         {350, -350, -350},
         {0},
         {RK_REVERSED, RK_REVERSAL, RK_UNIDENTIFIED},
         RK_STATE_PAYMENT_REVERSED},
        {"paid anew", {350, -350, 350}, {0}, {RK_REVERSED, RK_REVERSAL, RK_MATCHED}, RK_STATE_PAID},
        {"before it was paid", {-350, 350}, {0}, {RK_UNIDENTIFIED, RK_MATCHED}, RK_STATE_PAID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture f;
        begin(&f);
        f.items[0].outcomes |= 1u << RK_REVERSAL;
        add_application(&f, 820240305000001ull, 350, 100);
        for (size_t n = 0; n < 4 && cases[i].amounts[n]; n++) {
            size_t row = add_entry(&f, 820240305000001ull, cases[i].amounts[n], (rk_moment)n * 10,
                                   (rk_moment)n * 10);
            f.world.entries.file[row] = 0;
            f.world.entries.channel[row] = f.world.files.items[0].channel;
            if (cases[i].references[n])
                f.world.entries.reference[row] =
                    rk_texts_add(&f.world.texts, rk_slice_of(cases[i].references[n]));
        }
        rk_match_run(&f.rules, &f.world, 1);
        for (size_t n = 0; n < f.world.entries.batch.count; n++)
            if (f.world.entries.outcome[n] != cases[i].outcomes[n])
                fail_msg("%s: entry %zu is %s", cases[i].what, n,
                         rk_outcome_name((rk_outcome)f.world.entries.outcome[n]));
        assert_int_equal(f.world.applications.state[0], cases[i].state);
        rk_world_free(&f.world);
    }
}

/* The trace is the match itself: it ends in the same outcome, and notes who was asked. */
static void test_trace__tells_the_run_that_decides(void **state)
{
    (void)state;
    fixture f;
    rk_arena arena = {0};
    begin(&f);
    add_application(&f, 820240305000001ull, 350, 100);
    add_application(&f, 820240305000551ull, 350, 100);
    size_t paid = add_entry(&f, 820240305000001ull, 350, 10, 10);
    size_t near = add_entry(&f, 820240305000559ull, 350, 10, 10);
    rk_match_run(&f.rules, &f.world, 2);
    for (size_t entry = paid; entry <= near; entry++) {
        rk_trace trace;
        uint8_t outcome = f.world.entries.outcome[entry];
        rk_match_trace(&f.rules, &f.world, (uint32_t)entry, &arena, &trace);
        assert_int_equal(trace.outcome, outcome);
        bool told = false;
        for (size_t i = 0; i < trace.count; i++)
            told |= trace.steps[i].holds && trace.steps[i].application == trace.application &&
                    trace.steps[i].test == RK_TEST_AMOUNT;
        assert_true(told);
        rk_trace_free(&trace);
    }
    rk_arena_free(&arena);
    rk_world_free(&f.world);
}

static void test_match__decisions_hold(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    uint32_t row = (uint32_t)add_application(&f, 820240305000001ull, 350, 100);
    size_t forced = add_entry(&f, 799999999999999ull, 350, 10, 10);
    size_t refused = add_entry(&f, 820240305000001ull, 350, 5, 5);
    f.world.entries.flags[forced] = RK_ENTRY_FORCED;
    f.world.entries.application[forced] = row;
    f.world.entries.flags[refused] = RK_ENTRY_UNMATCHED;
    rk_match_run(&f.rules, &f.world, 1);
    assert_int_equal(f.world.entries.outcome[forced], RK_MATCHED);
    assert_int_equal(f.world.entries.outcome[refused], RK_UNIDENTIFIED);
    assert_int_equal(f.world.entries.reason[refused], RK_REASON_UNMATCHED);
    rk_world_free(&f.world);
}

static void test_match__near_codes_are_only_suggested_and_only_if_alone(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add_application(&f, 820240305000001ull, 350, 100);
    add_application(&f, 820240305000551ull, 350, 100);
    add_application(&f, 820240305000552ull, 350, 100);
    add_application(&f, 820240305009999ull, 350, 100);
    size_t alone = add_entry(&f, 820240305000010ull, 350, 10, 10);
    size_t two = add_entry(&f, 820240305000559ull, 350, 10, 10);
    size_t amount = add_entry(&f, 820240305009990ull, 300, 10, 10);
    size_t late = add_entry(&f, 820240305009990ull, 350, 101, 101);
    size_t early = add_entry(&f, 820240305009990ull, 350, -5, -1);
    rk_match_run(&f.rules, &f.world, 2);
    assert_int_equal(f.world.entries.outcome[alone], RK_SUGGESTED);
    assert_int_equal(f.world.entries.application[alone], 0);
    assert_int_equal(f.world.entries.outcome[two], RK_AMBIGUOUS);
    assert_int_equal(f.world.entries.application[two], RK_NO_ROW);
    assert_int_equal(f.world.entries.outcome[amount], RK_UNIDENTIFIED);
    assert_int_equal(f.world.entries.outcome[late], RK_UNIDENTIFIED);
    assert_int_equal(f.world.entries.outcome[early], RK_UNIDENTIFIED);
    assert_int_equal(f.world.candidates.count, 3);
    for (size_t row = 0; row < 4; row++)
        assert_int_equal(f.world.applications.state[row], RK_STATE_NONE);
    rk_world_free(&f.world);
}

/* Dense codes, few amounts: what each entry and application ends as does not depend on the order of rows
 * or on threads. */
static void test_match__order_and_threads_change_nothing(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    uint32_t expected[COUNT], expected_states[COUNT];
    for (int round = 0; round < 12; round++) {
        fixture f;
        uint64_t seed = 42, shuffle = (uint64_t)round;
        size_t order[COUNT];
        begin(&f);
        for (size_t i = 0; i < COUNT; i++) {
            size_t j = round ? next_random(&shuffle) % (i + 1) : i;
            order[i] = order[j];
            order[j] = i;
        }
        struct {
            uint64_t code;
            rk_money amount;
            rk_moment at;
        } drawn[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            drawn[i].code = 820240305000000ull + next_random(&seed) % COUNT * 3;
            drawn[i].amount = 300 + (rk_money)(next_random(&seed) % 2) * 50;
            drawn[i].at = (rk_moment)(next_random(&seed) % 200);
        }
        for (size_t i = 0; i < COUNT; i++)
            add_application(&f, 820240305000000ull + order[i] * 3, 350, 100);
        for (size_t i = 0; i < COUNT; i++) {
            size_t entry = add_entry(&f, drawn[order[i]].code, drawn[order[i]].amount,
                                     drawn[order[i]].at, drawn[order[i]].at);
            f.world.entries.ordinal[entry] = (uint32_t)order[i] + 1;
            f.world.entries.file[entry] = order[i] % 2;
        }
        rk_match_run(&f.rules, &f.world, 1 + round % 4);
        for (size_t i = 0; i < COUNT; i++) {
            uint32_t outcome = f.world.entries.outcome[i];
            if (round == 0)
                expected[order[i]] = outcome;
            assert_int_equal(outcome, expected[order[i]]);
            if (round == 0)
                expected_states[order[i]] = f.world.applications.state[i];
            assert_int_equal(f.world.applications.state[i], expected_states[order[i]]);
        }
        rk_world_free(&f.world);
    }
}

/* ---- lapses ---- */

static void test_expire__nothing_lapses_while_its_payment_may_turn_up(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        rk_moment judge_at, gap_from, gap_until;
        rk_state before, paid;
        bool cancelled;
        rk_state expected;
    } cases[] = {
        {"exactly at the deadline", 100, 0, 0, RK_STATE_NONE, RK_STATE_NONE, false,
         RK_STATE_AWAITING},
        {"a moment after", 101, 0, 0, RK_STATE_NONE, RK_STATE_NONE, false, RK_STATE_EXPIRED},
        {"a gap in the window", 101, 40, 60, RK_STATE_NONE, RK_STATE_NONE, false,
         RK_STATE_AWAITING},
        {"a gap that begins at the deadline", 101, 100, 200, RK_STATE_NONE, RK_STATE_NONE, false,
         RK_STATE_AWAITING},
        {"a gap behind it", 101, 101, 200, RK_STATE_NONE, RK_STATE_NONE, false, RK_STATE_EXPIRED},
        {"a gap that ended before submission", 101, -50, 0, RK_STATE_NONE, RK_STATE_NONE, false,
         RK_STATE_EXPIRED},
        {"paid", 101, 0, 0, RK_STATE_AWAITING, RK_STATE_PAID, false, RK_STATE_PAID},
        {"late evidence", 101, 0, 0, RK_STATE_EXPIRED, RK_STATE_PAID, false, RK_STATE_REINSTATED},
        {"and it stays so", 101, 0, 0, RK_STATE_REINSTATED, RK_STATE_PAID, false,
         RK_STATE_REINSTATED},
        {"paid late after the lapse", 101, 0, 0, RK_STATE_EXPIRED, RK_STATE_PAID_LATE, false,
         RK_STATE_PAID_LATE},
        {"a lapse is not undone by a gap", 101, 0, 200, RK_STATE_EXPIRED, RK_STATE_NONE, false,
         RK_STATE_EXPIRED},
        {"cancelled", 50, 0, 0, RK_STATE_AWAITING, RK_STATE_NONE, true, RK_STATE_CANCELLED},
        {"less never lapses", 101, 0, 0, RK_STATE_UNDERPAID, RK_STATE_UNDERPAID, false,
         RK_STATE_UNDERPAID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture f;
        rk_gaps gaps = {0};
        rk_offices offices = {0};
        begin(&f);
        add_application(&f, 820240305000001ull, 350, 100);
        f.world.applications.state[0] = (uint8_t)cases[i].paid;
        f.world.applications.status[0] = cases[i].cancelled ? RK_STATUS_CANCELLED : RK_STATUS_NONE;
        rk_batch_init(&f.world.before.applications.batch, rk_application_columns,
                      rk_application_column_count, 1, rk_application_all());
        rk_batch_append(&f.world.before.applications.batch);
        f.world.before.applications.state[0] = (uint8_t)cases[i].before;
        rk_gaps_add(&gaps, 1, cases[i].gap_from, cases[i].gap_until);
        rk_expiry expiry = {
            .judge_at = cases[i].judge_at, .offices = &offices, .gaps = &gaps, .threads = 1};
        rk_expire_run(&expiry, &f.world);
        if (f.world.applications.state[0] != cases[i].expected)
            fail_msg("%s: %s", cases[i].what,
                     rk_state_name((rk_state)f.world.applications.state[0]));
        free(gaps.items);
        rk_world_free(&f.world);
    }
}

static void test_gaps__a_missing_day_is_one_and_so_is_all_that_lies_ahead(void **state)
{
    (void)state;
    rk_names names = {0};
    rk_channel channel = {.channel = rk_names_add(&names, RK_S("pos")),
                          .zone = RK_WIB,
                          .from = RK_NO_DAY,
                          .until = RK_NO_DAY,
                          .holds_lapses = true,
                          .expect = RK_EXPECT_DAILY};
    rk_rules rules = {.channels = &channel, .channel_count = 1};
    rk_coverage coverage;
    rk_gaps gaps = {0};
    rk_coverage_init(&coverage);
    rk_coverage_add(&coverage, &names, channel.channel, 0, 10, 10);
    rk_coverage_add(&coverage, &names, channel.channel, 0, 12, 12);
    rk_gaps_of_channels(&rules, &coverage, 10, &gaps);
    assert_int_equal(gaps.count, 3);
    assert_true(gaps.items[0].until == rk_day_begin(10, RK_WIB));
    assert_true(gaps.items[1].from == rk_day_begin(11, RK_WIB) &&
                gaps.items[1].until == rk_day_begin(12, RK_WIB));
    assert_true(gaps.items[2].from == rk_day_begin(13, RK_WIB) && gaps.items[2].until == INT64_MAX);
    assert_true(rk_complete_until(&gaps, channel.channel, 0, rk_day_begin(10, RK_WIB)) ==
                rk_day_begin(11, RK_WIB));
    free(gaps.items);
    rk_batch_free(&coverage.batch);
    rk_names_free(&names);
}

static void test_gaps__those_that_touch_are_one(void **state)
{
    (void)state;
    rk_gaps gaps = {0};
    rk_gaps_add(&gaps, 1, 10, 20);
    rk_gaps_add(&gaps, 1, 20, 30); /* the next day */
    rk_gaps_add(&gaps, 1, 10, 30); /* another record of the same days */
    assert_int_equal(gaps.count, 1);
    assert_true(gaps.items[0].from == 10 && gaps.items[0].until == 30);
    rk_gaps_add(&gaps, 1, 31, 40);
    rk_gaps_add(&gaps, 2, 40, 50);
    assert_int_equal(gaps.count, 3);
    free(gaps.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index__agrees_with_a_plain_search),
        cmocka_unit_test(test_index__hostile_repetition_costs_nothing),
        cmocka_unit_test(test_near__neighbours_are_one_edit_away_and_each_once),
        cmocka_unit_test(test_near__a_digit_lost_or_doubled),
        cmocka_unit_test(test_group__agrees_with_trying_all),
        cmocka_unit_test(test_group__says_that_it_gives_up),
        cmocka_unit_test(test_match__one_application_by_the_order_of_payment),
        cmocka_unit_test(test_match__a_rule_that_does_not_allow_an_outcome_pays_nothing),
        cmocka_unit_test(test_match__what_is_taken_back_pays_nothing),
        cmocka_unit_test(test_trace__tells_the_run_that_decides),
        cmocka_unit_test(test_match__decisions_hold),
        cmocka_unit_test(test_match__near_codes_are_only_suggested_and_only_if_alone),
        cmocka_unit_test(test_match__order_and_threads_change_nothing),
        cmocka_unit_test(test_expire__nothing_lapses_while_its_payment_may_turn_up),
        cmocka_unit_test(test_gaps__a_missing_day_is_one_and_so_is_all_that_lies_ahead),
        cmocka_unit_test(test_gaps__those_that_touch_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
