/* Facts and the cube over them, against sums made the slow way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/cube.h"

enum { OFFICES = 9, CHANNELS = 4, SERVICES = 3, NIGHT = 19787, ROWS = 3000 };

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

static rk_name name_of(rk_names *names, const char *stem, uint32_t number)
{
    rk_buffer text = {0};
    rk_buffer_printf(&text, "%s%u", stem, number);
    rk_name name = rk_names_add(names, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return name;
}

/* Random facts whose days lie around the night; `before`: stock of earlier nights only. Flows come night by night, as
 * they are folded: those of the first nights fall on none of the last days, but for visits. */
static void random_facts(rk_facts *facts, rk_names *names, size_t rows, bool before)
{
    rk_facts_init(facts, 4);
    for (size_t i = 0; i < rows; i++) {
        size_t row = rk_facts_add(facts);
        facts->kind[row] = (uint8_t)(1 + draw(6));
        facts->office[row] = name_of(names, "office", draw(OFFICES));
        facts->channel[row] = draw(5) ? name_of(names, "channel", draw(CHANNELS)) : 0;
        facts->service[row] = name_of(names, "service", draw(SERVICES));
        facts->state[row] = (uint8_t)draw(RK_STATES);
        facts->from_state[row] = (uint8_t)draw(RK_STATES);
        facts->outcome[row] = (uint8_t)draw(RK_OUTCOMES);
        rk_day days = before ? NIGHT - 1 - (rk_day)draw(9) : NIGHT - 4 + (rk_day)(i * 5 / rows);
        rk_day last = before ? NIGHT : days;
        facts->received_on[row] = days;
        facts->submitted_on[row] = draw(4) ? last - (rk_day)draw(40) : RK_NO_DAY;
        facts->paid_on[row] = draw(3) ? last - (rk_day)draw(3) : RK_NO_DAY;
        facts->booked_on[row] = draw(3) ? last - (rk_day)draw(3) : RK_NO_DAY;
        facts->visit_on[row] = draw(3) ? last + 3 - (rk_day)draw(7) : RK_NO_DAY;
        facts->queue[row] = (uint8_t)draw(RK_QUEUES);
        facts->slot[row] = (uint8_t)draw(RK_SLOT_USES);
        facts->attendance[row] = (uint8_t)draw(RK_ATTENDANCES);
        facts->moved[row] = (uint8_t)draw(RK_MOVES);
        facts->nik_check[row] = (uint8_t)draw(RK_NIKS);
        facts->count[row] = (rk_money)draw(7) - 3;
        facts->amount[row] = ((rk_money)draw(2000) - 1000) * 5000;
    }
}

typedef struct fixture {
    rk_names names;
    rk_facts stock, flows;
    rk_cube_maps maps;
    rk_cube cube;
} fixture;

static void set_up(fixture *f, uint64_t with_seed)
{
    *f = (fixture){0};
    seed = with_seed;
    random_facts(&f->stock, &f->names, ROWS, true);
    random_facts(&f->flows, &f->names, ROWS, false);
    f->maps.province = rk_alloc(RK_NAMES_MAX + 1, sizeof *f->maps.province);
    f->maps.zone = rk_alloc(RK_NAMES_MAX + 1, sizeof *f->maps.zone);
    f->maps.channel_kind = rk_alloc(RK_NAMES_MAX + 1, sizeof *f->maps.channel_kind);
    f->maps.slice = rk_alloc(RK_NAMES_MAX + 1, sizeof *f->maps.slice);
    f->maps.slice_count = OFFICES + 1; /* slice 0 stays empty */
    for (uint32_t i = 0; i < OFFICES; i++) {
        rk_name office = name_of(&f->names, "office", i);
        f->maps.slice[office] = i + 1;
        f->maps.province[office] = name_of(&f->names, "province", i % 3);
        f->maps.zone[office] = name_of(&f->names, "zone", i % 2);
    }
    for (uint32_t i = 0; i < CHANNELS; i++)
        f->maps.channel_kind[name_of(&f->names, "channel", i)] = name_of(&f->names, "kind", i % 2);
    rk_cube_build(&f->cube, &f->stock, &f->flows, NIGHT, &f->maps);
}

static void tear_down(fixture *f)
{
    rk_cube_free(&f->cube);
    free(f->maps.province);
    free(f->maps.zone);
    free(f->maps.channel_kind);
    free(f->maps.slice);
    rk_batch_free(&f->stock.batch);
    rk_batch_free(&f->flows.batch);
    rk_names_free(&f->names);
}

/* The slow way: one sum for one key, written without the cube's helpers. */
static int32_t slow_key(const fixture *f, const rk_facts *facts, size_t row, rk_dimension by)
{
    switch (by) {
    case RK_DIM_OFFICE:
        return facts->office[row];
    case RK_DIM_PROVINCE:
        return f->maps.province[facts->office[row]];
    case RK_DIM_ZONE:
        return f->maps.zone[facts->office[row]];
    case RK_DIM_CHANNEL_KIND:
        return f->maps.channel_kind[facts->channel[row]];
    case RK_DIM_VERDICT:
        return (int32_t)rk_outcome_verdict((rk_outcome)facts->outcome[row]);
    case RK_DIM_STATE:
        return facts->state[row];
    case RK_DIM_SERVICE:
        return facts->service[row];
    case RK_DIM_QUEUE:
        return facts->queue[row];
    case RK_DIM_SLOT:
        return facts->slot[row];
    case RK_DIM_ATTENDANCE:
        return facts->attendance[row];
    case RK_DIM_MOVED:
        return facts->moved[row];
    case RK_DIM_NIK_CHECK:
        return facts->nik_check[row];
    case RK_DIM_DAY:
        return facts->booked_on[row];
    default:
        return 0;
    }
}

static void slow_add(const fixture *f, const rk_facts *facts, const rk_cube_query *q, int32_t key,
                     bool all_days, rk_day from, rk_day until, rk_cube_cell *cell)
{
    for (size_t row = 0; row < facts->batch.count; row++) {
        rk_day days[] = {facts->received_on[row], facts->submitted_on[row], facts->paid_on[row],
                         facts->booked_on[row], facts->visit_on[row]};
        rk_day day = days[q->what == RK_CUBE_FLOW ? q->on : RK_ON_RECEIVED];
        bool in = facts->kind[row] == q->of && slow_key(f, facts, row, q->by) == key &&
                  (q->slice == RK_ALL_SLICES || f->maps.slice[facts->office[row]] == q->slice) &&
                  (all_days || (day != RK_NO_DAY && day >= from && day <= until));
        for (size_t i = 0; i < q->filter_count && in; i++) {
            bool found = false;
            for (size_t k = 0; k < q->filters[i].key_count; k++)
                found |= q->filters[i].keys[k] == slow_key(f, facts, row, q->filters[i].dimension);
            in = found != q->filters[i].except;
        }
        if (in) {
            cell->count += facts->count[row];
            cell->amount += facts->amount[row];
        }
    }
}

static rk_cube_cell slow(const fixture *f, const rk_cube_query *q, int32_t key)
{
    rk_cube_cell cell = {.key = key};
    if (q->what == RK_CUBE_FLOW) {
        slow_add(f, &f->flows, q, key, false, q->from, q->until, &cell);
        return cell;
    }
    /* All nights are there as flows; what is older than the flows is in the stock. Stock minus the
     * flows before the night, plus all flows up to the day, is the same sum in another order. */
    rk_day day = q->what == RK_CUBE_BEFORE ? q->from - 1 : q->until;
    rk_cube_cell back = {0};
    slow_add(f, &f->stock, q, key, true, 0, 0, &cell);
    slow_add(f, &f->flows, q, key, false, -100000, NIGHT - 1, &back);
    slow_add(f, &f->flows, q, key, false, -100000, day, &cell);
    cell.count -= back.count;
    cell.amount -= back.amount;
    return cell;
}

static void test_cube__agrees_with_brute_force(void **state)
{
    (void)state;
    static const rk_dimension by[] = {
        RK_DIM_NONE,         RK_DIM_OFFICE,     RK_DIM_PROVINCE, RK_DIM_ZONE,     RK_DIM_STATE,
        RK_DIM_CHANNEL_KIND, RK_DIM_VERDICT,    RK_DIM_SERVICE,  RK_DIM_DAY,      RK_DIM_QUEUE,
        RK_DIM_SLOT,         RK_DIM_ATTENDANCE, RK_DIM_MOVED,    RK_DIM_NIK_CHECK};
    fixture f;
    set_up(&f, 7);
    rk_cube_cells cells = {0};
    rk_error err;
    size_t seen = 0;
    for (int round = 0; round < 300; round++) {
        int32_t states[] = {(int32_t)draw(RK_STATES), (int32_t)draw(RK_STATES)};
        int32_t province[] = {name_of(&f.names, "province", draw(3))};
        rk_cube_filter filters[] = {{RK_DIM_STATE, states, 2, draw(2)},
                                    {RK_DIM_PROVINCE, province, 1, draw(2)}};
        rk_cube_query q = {.of = (rk_fact_kind)(1 + draw(6)),
                           .what = (rk_cube_what)draw(3),
                           .on = (rk_date_basis)draw(RK_DATE_BASES),
                           .from = NIGHT - (rk_day)draw(4),
                           .filters = filters,
                           .filter_count = draw(3),
                           .by = by[draw(sizeof by / sizeof *by)],
                           .slice = draw(2) ? RK_ALL_SLICES : 1 + draw(OFFICES)};
        q.until = q.from + (rk_day)draw(3);
        if (q.by == RK_DIM_DAY)
            q.on = RK_ON_BOOKED;
        assert_true(rk_cube_ask(&f.cube, &q, &cells, &err));
        for (size_t i = 0; i < cells.count; i++) {
            rk_cube_cell slowly = slow(&f, &q, cells.items[i].key);
            assert_int_equal(cells.items[i].count, slowly.count);
            assert_int_equal(cells.items[i].amount, slowly.amount);
            assert_true(i == 0 || cells.items[i - 1].key < cells.items[i].key);
        }
        /* What the cube does not name is nothing. */
        for (int32_t key = 0; key < 30; key++) {
            rk_cube_cell slowly = slow(&f, &q, key);
            rk_cube_cell cell = rk_cube_cell_of(&cells, key);
            assert_int_equal(cell.count, slowly.count);
            assert_int_equal(cell.amount, slowly.amount);
        }
        seen += cells.count;
    }
    assert_true(seen > 500);
    rk_cube_cells_free(&cells);
    tear_down(&f);
}

static void test_cube__slices_sum_to_the_whole(void **state)
{
    (void)state;
    fixture f;
    set_up(&f, 99);
    rk_cube_cells cells = {0};
    rk_error err;
    rk_cube_query q = {.of = RK_FACT_ENTRY,
                       .on = RK_ON_BOOKED,
                       .from = NIGHT - 2,
                       .until = NIGHT,
                       .slice = RK_ALL_SLICES};
    assert_true(rk_cube_ask(&f.cube, &q, &cells, &err));
    rk_cube_cell whole = rk_cube_cell_of(&cells, 0), sum = {0};
    for (q.slice = 0; q.slice < f.maps.slice_count; q.slice++) {
        assert_true(rk_cube_ask(&f.cube, &q, &cells, &err));
        sum.count += rk_cube_cell_of(&cells, 0).count;
        sum.amount += rk_cube_cell_of(&cells, 0).amount;
    }
    assert_int_equal(whole.count, sum.count);
    assert_int_equal(whole.amount, sum.amount);
    assert_int_not_equal(whole.amount, 0);
    assert_false(rk_cube_slice_used(&f.cube, 0, true));
    assert_true(rk_cube_slice_used(&f.cube, 1, true));
    rk_cube_cells_free(&cells);
    tear_down(&f);
}

static void test_cube__a_sum_beyond_64_bits_is_an_error(void **state)
{
    (void)state;
    fixture f;
    set_up(&f, 3);
    for (size_t i = 0; i < 2; i++) {
        size_t row = rk_facts_add(&f.flows);
        f.flows.kind[row] = RK_FACT_ENTRY;
        f.flows.booked_on[row] = NIGHT + 50 + (rk_day)i;
        f.flows.count[row] = 1;
        f.flows.amount[row] = INT64_MAX;
    }
    rk_cube_free(&f.cube);
    rk_cube_build(&f.cube, &f.stock, &f.flows, NIGHT, &f.maps);
    rk_cube_cells cells = {0};
    rk_error err;
    rk_cube_query q = {.of = RK_FACT_ENTRY,
                       .on = RK_ON_BOOKED,
                       .from = NIGHT + 50,
                       .until = NIGHT + 60,
                       .slice = RK_ALL_SLICES};
    assert_false(rk_cube_ask(&f.cube, &q, &cells, &err));
    assert_int_equal(err.code, RK_INVALID);
    rk_cube_cells_free(&cells);
    tear_down(&f);
}

static rk_money sum_of(const rk_facts *facts, const rk_money *column)
{
    rk_money sum = 0;
    for (size_t i = 0; i < facts->batch.count; i++)
        sum += column[i];
    return sum;
}

static void test_fact__compact_keeps_the_sums_and_ignores_the_order(void **state)
{
    (void)state;
    rk_names names = {0}, other_names = {0};
    rk_facts facts = {0}, shuffled = {0};
    for (uint32_t i = 20; i-- > 0;)
        name_of(&other_names, "office", i); /* other numbers for the same texts */
    seed = 5;
    random_facts(&facts, &names, 40000, false);
    seed = 5;
    random_facts(&shuffled, &other_names, 40000, false);
    for (size_t i = 40000 - 1; i > 0; i--) { /* Fisher-Yates over all columns */
        size_t j = draw((uint32_t)i + 1);
        for (size_t c = 0; c < rk_fact_column_count; c++) {
            char *column = rk_batch_column(&shuffled.batch, c), swap[8];
            size_t size = rk_type_size(rk_fact_columns[c].type);
            memcpy(swap, column + i * size, size);
            memcpy(column + i * size, column + j * size, size);
            memcpy(column + j * size, swap, size);
        }
    }
    rk_money count = sum_of(&facts, facts.count), amount = sum_of(&facts, facts.amount);
    rk_facts_compact(&facts, &names, 2);
    rk_facts_compact(&shuffled, &other_names, 1);
    assert_int_equal(sum_of(&facts, facts.count), count);
    assert_int_equal(sum_of(&facts, facts.amount), amount);
    assert_int_equal(facts.batch.count, shuffled.batch.count);
    for (size_t i = 0; i < facts.batch.count; i++) {
        assert_true(facts.count[i] != 0 || facts.amount[i] != 0);
        assert_true(rk_slice_equal(rk_names_text(&names, facts.office[i]),
                                   rk_names_text(&other_names, shuffled.office[i])));
        assert_true(rk_slice_equal(rk_names_text(&names, facts.channel[i]),
                                   rk_names_text(&other_names, shuffled.channel[i])));
        assert_int_equal(facts.kind[i], shuffled.kind[i]);
        assert_int_equal(facts.received_on[i], shuffled.received_on[i]);
        assert_int_equal(facts.submitted_on[i], shuffled.submitted_on[i]);
        assert_int_equal(facts.count[i], shuffled.count[i]);
        assert_int_equal(facts.amount[i], shuffled.amount[i]);
    }
    rk_batch_free(&facts.batch);
    rk_batch_free(&shuffled.batch);
    rk_names_free(&names);
    rk_names_free(&other_names);
}

static void test_fact__compact_merges_equal_rows_and_drops_nothing_else(void **state)
{
    (void)state;
    rk_names names = {0};
    rk_facts facts = {0};
    rk_facts_init(&facts, 1);
    rk_name office = rk_names_add(&names, RK_S("b")), other = rk_names_add(&names, RK_S("a"));
    static const struct {
        int office, count, amount;
    } rows[] = {{0, 2, 100}, {1, 1, 5}, {0, -2, 50}, {1, -1, -5}, {0, 0, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t row = rk_facts_add(&facts);
        facts.kind[row] = RK_FACT_ENTRY;
        facts.office[row] = rows[i].office ? other : office;
        facts.count[row] = rows[i].count;
        facts.amount[row] = rows[i].amount;
    }
    rk_facts_compact(&facts, &names, 2);
    assert_int_equal(facts.batch.count, 1);
    assert_int_equal(facts.office[0], office);
    assert_int_equal(facts.count[0], 0);
    assert_int_equal(facts.amount[0], 151);
    assert_int_equal(facts.submitted_on[0], RK_NO_DAY);
    rk_batch_free(&facts.batch);
    rk_names_free(&names);
}

static void test_fact__compact_never_overflows(void **state)
{
    (void)state;
    rk_names names = {0};
    rk_facts facts = {0};
    rk_facts_init(&facts, 1);
    for (int i = 0; i < 3; i++) {
        size_t row = rk_facts_add(&facts);
        facts.kind[row] = RK_FACT_ENTRY;
        facts.count[row] = 1;
        facts.amount[row] = i == 1 ? 2 : INT64_MAX - 3;
    }
    rk_facts_compact(&facts, &names, 2);
    assert_int_equal(facts.batch.count, 2);
    assert_int_equal(facts.count[0] + facts.count[1], 3);
    rk_batch_free(&facts.batch);
    rk_names_free(&names);
}

static void test_dimension__names_find_themselves(void **state)
{
    (void)state;
    for (int i = 1; i < RK_DIMENSIONS; i++)
        assert_int_equal(rk_dimension_find(rk_slice_of(rk_dimension_name((rk_dimension)i))), i);
    assert_int_equal(rk_dimension_find(RK_S("")), RK_DIM_NONE);
    assert_int_equal(rk_dimension_find(RK_S("ofice")), RK_DIM_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cube__agrees_with_brute_force),
        cmocka_unit_test(test_cube__slices_sum_to_the_whole),
        cmocka_unit_test(test_cube__a_sum_beyond_64_bits_is_an_error),
        cmocka_unit_test(test_fact__compact_keeps_the_sums_and_ignores_the_order),
        cmocka_unit_test(test_fact__compact_merges_equal_rows_and_drops_nothing_else),
        cmocka_unit_test(test_fact__compact_never_overflows),
        cmocka_unit_test(test_dimension__names_find_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
