#include "report/grid.h"

#include <stdlib.h>

const rk_block_column *rk_grid_rule(const rk_grid *grid, size_t column)
{
    return &grid->block->columns[grid->columns[column].column];
}

const rk_measure *rk_grid_measure(const rk_grid *grid, size_t column)
{
    return &grid->measures[rk_grid_rule(grid, column)->measure];
}

/* ---- questions ---- */

/* What narrows a question beside the measure's own filters. */
typedef struct narrowing {
    rk_cube_filter filters[RK_AXES + 2];
    int32_t keys[RK_AXES + 2];
    size_t count;
} narrowing;

static void narrow(narrowing *n, rk_dimension dimension, int32_t key)
{
    n->keys[n->count] = key;
    n->filters[n->count] =
        (rk_cube_filter){.dimension = dimension, .keys = &n->keys[n->count], .key_count = 1};
    n->count++;
}

/* Offices that the rules do not know are TANPA KANTOR. */
static int32_t shown_key(const rk_grid *grid, rk_dimension dimension, int32_t key)
{
    const rk_desk *desk = grid->job->desk;
    return dimension == RK_DIM_OFFICE ? desk->slice_offices[desk->maps.slice[(rk_name)key]] : key;
}

static void add_cell(rk_cube_cells *cells, int32_t key, rk_money count, rk_money amount)
{
    size_t i = 0;
    while (i < cells->count && cells->items[i].key < key)
        i++;
    if (i == cells->count || cells->items[i].key != key) {
        cells->items =
            rk_grow(cells->items, &cells->capacity, cells->count + 1, sizeof *cells->items);
        memmove(cells->items + i + 1, cells->items + i, (cells->count - i) * sizeof *cells->items);
        cells->items[i] = (rk_cube_cell){.key = key};
        cells->count++;
    }
    rk_money_add(&cells->items[i].count, count);
    rk_money_add(&cells->items[i].amount, amount);
}

static void merge_offices(const rk_grid *grid, rk_cube_cells *cells)
{
    rk_cube_cells merged = {0};
    for (size_t i = 0; i < cells->count; i++)
        add_cell(&merged, shown_key(grid, RK_DIM_OFFICE, cells->items[i].key),
                 cells->items[i].count, cells->items[i].amount);
    rk_cube_cells_free(cells);
    *cells = merged;
}

/* A filter on the office means all that are shown as it. */
static bool is_no_office(const rk_grid *grid, const rk_cube_filter *filter)
{
    return filter->dimension == RK_DIM_OFFICE &&
           filter->keys[0] == grid->job->desk->input->rules->offices.none;
}

/* All filters of a question: the measure's, the block's, the scope's, those of rows and columns. */
static bool gather_filters(const rk_grid *grid, size_t measure, const narrowing *n, rk_arena *arena,
                           rk_cube_query *query, rk_error *err)
{
    const rk_job *job = grid->job;
    const rk_measure *m = &grid->measures[measure];
    size_t most = m->where_count + grid->block->where_count + n->count + 1;
    rk_cube_filter *filters = rk_arena_alloc(arena, most + 1, sizeof *filters);
    size_t count = m->where_count;
    if (count)
        memcpy(filters, job->desk->filters[measure], count * sizeof *filters);
    for (size_t i = 0; i < grid->block->where_count; i++)
        if (!rk_desk_filter(job->desk, &grid->block->wheres[i], arena, &filters[count++], err))
            return false;
    for (size_t i = 0; i < n->count; i++) {
        if (is_no_office(grid, &n->filters[i]))
            query->slice = job->desk->slice_count - 1;
        else if (n->filters[i].dimension != RK_DIM_AGE)
            filters[count++] = n->filters[i];
    }
    if (job->scope != RK_DIM_NONE) {
        int32_t *key = rk_arena_alloc(arena, 1, sizeof *key);
        *key = job->scope_key;
        filters[count++] = (rk_cube_filter){.dimension = job->scope, .keys = key, .key_count = 1};
    }
    query->filters = filters;
    query->filter_count = count;
    return true;
}

/* ---- targets and quotas ---- */

static rk_money goal_of(const rk_grid *grid, const rk_measure *m, rk_name office, rk_day from,
                        rk_day until)
{
    const rk_rules *rules = grid->job->desk->input->rules;
    return rk_goal_over(m->kind == RK_MEASURE_TARGET ? &rules->targets : &rules->quotas, m->target,
                        office, from, until);
}

/* Of one office or of all in the job; RK_NO_MONEY when no row holds. */
static rk_money goal_of_job(const rk_grid *grid, const rk_measure *m, rk_day from, rk_day until)
{
    const rk_desk *desk = grid->job->desk;
    rk_money sum = RK_NO_MONEY;
    for (size_t s = 0; s < desk->slice_count; s++) {
        if (!rk_job_has_office(grid->job, desk->slice_offices[s]))
            continue;
        rk_money goal = goal_of(grid, m, desk->slice_offices[s], from, until);
        if (goal != RK_NO_MONEY)
            sum = (sum == RK_NO_MONEY ? 0 : sum) + goal;
    }
    return sum;
}

/* Targets are known by office and by day; nothing is said of services and the like. */
static bool ask_goal(const rk_grid *grid, const rk_measure *m, rk_dimension by, const narrowing *n,
                     rk_days days, rk_cube_cells *cells, bool *known)
{
    const rk_desk *desk = grid->job->desk;
    rk_money goal;
    if (n->count || grid->block->where_count)
        return *known = false, true;
    for (size_t s = 0; by == RK_DIM_OFFICE && s < desk->slice_count; s++) {
        rk_name office = desk->slice_offices[s];
        goal = rk_job_has_office(grid->job, office)
                   ? goal_of(grid, m, office, days.from, days.until)
                   : RK_NO_MONEY;
        if (goal != RK_NO_MONEY)
            add_cell(cells, office, goal, goal);
    }
    rk_period unit = by == RK_DIM_WEEK    ? RK_PERIOD_WEEK
                     : by == RK_DIM_MONTH ? RK_PERIOD_MONTH
                                          : RK_PERIOD_DAY;
    bool dated = by == RK_DIM_DAY || by == RK_DIM_WEEK || by == RK_DIM_MONTH;
    for (rk_day day = days.from; dated && day <= days.until;) {
        rk_days part = rk_days_of(unit, day);
        rk_day last = part.until < days.until ? part.until : days.until;
        goal = goal_of_job(grid, m, day, last);
        if (goal != RK_NO_MONEY)
            add_cell(cells, part.from, goal, goal);
        day = last + 1;
    }
    if (by == RK_DIM_NONE && (goal = goal_of_job(grid, m, days.from, days.until)) != RK_NO_MONEY)
        add_cell(cells, 0, goal, goal);
    *known = cells->count > 0;
    return true;
}

/* ---- cases by age ---- */

static bool case_passes(const rk_grid *grid, const rk_cube_query *query, const narrowing *n,
                        size_t row)
{
    const rk_cases *c = grid->job->desk->input->cases;
    for (size_t i = 0; i < n->count; i++)
        if (n->filters[i].dimension == RK_DIM_AGE &&
            rk_age_bucket(rk_desk_age(grid->job->desk, row)) != n->keys[i])
            return false;
    for (size_t i = 0; i < query->filter_count; i++) {
        const rk_cube_filter *filter = &query->filters[i];
        int32_t key = filter->dimension == RK_DIM_OUTCOME   ? c->kind[row]
                      : filter->dimension == RK_DIM_CHANNEL ? c->channel[row]
                      : filter->dimension == RK_DIM_SERVICE ? c->service[row]
                      : filter->dimension == RK_DIM_VERDICT
                          ? (int32_t)rk_outcome_verdict((rk_outcome)c->kind[row])
                          : -1;
        bool found = false;
        for (size_t k = 0; k < filter->key_count && !found; k++)
            found = filter->keys[k] == key;
        if (filter->dimension == RK_DIM_OFFICE)
            found = filter->keys[0] == shown_key(grid, RK_DIM_OFFICE, c->office[row]);
        if (found == filter->except)
            return false;
    }
    return true;
}

static bool ask_ages(const rk_grid *grid, const rk_cube_query *query, const narrowing *n,
                     rk_cube_cells *cells)
{
    const rk_desk *desk = grid->job->desk;
    const rk_cases *c = desk->input->cases;
    size_t count = 0;
    const uint32_t *rows = rk_job_rows(grid->job, &desk->cases, &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t row = rows[i];
        if (!rk_job_has_office(grid->job, c->office[row]) || !case_passes(grid, query, n, row))
            continue;
        int32_t key = query->by == RK_DIM_AGE       ? rk_age_bucket(rk_desk_age(desk, row))
                      : query->by == RK_DIM_OUTCOME ? c->kind[row]
                      : query->by == RK_DIM_CHANNEL ? c->channel[row]
                      : query->by == RK_DIM_SERVICE ? c->service[row]
                      : query->by == RK_DIM_OFFICE  ? c->office[row]
                                                    : 0;
        add_cell(cells, key, 1, c->amount_minor[row] == RK_NO_MONEY ? 0 : c->amount_minor[row]);
    }
    return true;
}

static bool is_about_age(const rk_dimension by, const narrowing *n)
{
    bool found = by == RK_DIM_AGE;
    for (size_t i = 0; i < n->count; i++)
        found = found || n->filters[i].dimension == RK_DIM_AGE;
    return found;
}

/* ---- one question ---- */

/* A measure that looks at a column which no application has cannot be known. */
static bool is_available(const rk_grid *grid, const rk_measure *m)
{
    if (m->of == RK_FACT_VISIT && !grid->job->desk->seen[RK_DIM_SLOT])
        return false;
    for (size_t i = 0; i < m->where_count; i++)
        if (!m->wheres[i].except && !grid->job->desk->seen[m->wheres[i].dimension])
            return false;
    return true;
}

static const rk_cube_what whats[] = {
    [RK_FLOW] = RK_CUBE_FLOW,
    [RK_STOCK_BEFORE] = RK_CUBE_BEFORE,
    [RK_STOCK_AFTER] = RK_CUBE_AFTER,
};

/* What stands at the end of each day: asked day by day. */
static bool ask_days(const rk_grid *grid, rk_cube_query *query, rk_days days, rk_cube_cells *cells,
                     rk_error *err)
{
    rk_cube_cells one = {0};
    bool good = true;
    query->by = RK_DIM_NONE;
    for (rk_day day = days.from; good && day <= days.until; day++) {
        query->from = query->until = day;
        good = rk_cube_ask(&grid->job->desk->cube, query, &one, err);
        rk_cube_cell cell = rk_cube_cell_of(&one, 0);
        if (good && (cell.count || cell.amount))
            add_cell(cells, day, cell.count, cell.amount);
    }
    rk_cube_cells_free(&one);
    return good;
}

/* Fills `cells` with a measure (no ratio) by a dimension; *known is false when it cannot be said. */
static bool ask(const rk_grid *grid, size_t measure, rk_dimension by, const narrowing *n,
                rk_days days, rk_cube_cells *cells, bool *known, rk_error *err)
{
    const rk_measure *m = &grid->measures[measure];
    cells->count = 0;
    *known = true;
    if (m->kind == RK_MEASURE_TARGET || m->kind == RK_MEASURE_QUOTA)
        return ask_goal(grid, m, by, n, days, cells, known);
    if (!is_available(grid, m))
        return *known = false, true;
    rk_arena arena = {0};
    rk_cube_query query = {.of = m->of,
                           .what = whats[m->stock],
                           .on = m->on,
                           .from = days.from,
                           .until = days.until,
                           .outside = m->outside,
                           .by = by,
                           .slice = grid->job->slice};
    bool good = gather_filters(grid, measure, n, &arena, &query, err);
    if (good && is_about_age(by, n))
        good = ask_ages(grid, &query, n, cells);
    else if (good && m->stock != RK_FLOW && by == RK_DIM_DAY)
        good = ask_days(grid, &query, days, cells, err);
    else if (good)
        good = rk_cube_ask(&grid->job->desk->cube, &query, cells, err);
    rk_arena_free(&arena);
    if (good && by == RK_DIM_OFFICE)
        merge_offices(grid, cells);
    return good;
}

static rk_money pick(const rk_measure *measure, const rk_cube_cell *cell)
{
    return measure->money ? cell->amount : cell->count;
}

/* ---- the questions of a column: its part and its whole ---- */

typedef struct answer {
    rk_cube_cells part, whole;
    bool known;
    const rk_measure *part_of, *whole_of;
} answer;

static rk_days days_of(const rk_grid *grid, rk_over over)
{
    return over == RK_OVER_PERIOD ? grid->days : rk_job_over(grid->job, over);
}

static bool ask_column(const rk_grid *grid, const rk_grid_column *column, rk_dimension by,
                       narrowing n, answer *a, rk_error *err)
{
    const rk_block_column *rule = &grid->block->columns[column->column];
    const rk_measure *m = &grid->measures[rule->measure];
    bool ratio = m->kind == RK_MEASURE_RATIO, known = true;
    bool compared = rule->as == RK_AS_CHANGE || rule->as == RK_AS_GROWTH;
    size_t part = ratio ? m->numerator : rule->measure;
    size_t whole = ratio ? m->denominator : rule->measure;
    rk_days days = days_of(grid, rule->over);
    if (!column->all)
        narrow(&n, grid->block->across, column->key);
    a->part_of = &grid->measures[part];
    a->whole_of = &grid->measures[whole];
    if (!ask(grid, part, by, &n, days, &a->part, &a->known, err))
        return false;
    a->whole.count = 0;
    if (!ratio && !compared)
        return true;
    if (compared)
        days = rk_job_over(grid->job, RK_OVER_BEFORE);
    if (!ask(grid, whole, by, &n, days, &a->whole, &known, err))
        return false;
    a->known = a->known && known;
    return true;
}

static bool is_goal(const rk_measure *m)
{
    return m->kind == RK_MEASURE_TARGET || m->kind == RK_MEASURE_QUOTA;
}

static bool has_key(const rk_cube_cells *cells, int32_t key)
{
    for (size_t i = 0; i < cells->count; i++)
        if (cells->items[i].key == key)
            return true;
    return false;
}

/* A target that nobody set is not nil, and a share of it is none. */
static rk_grid_figure figure_of(const answer *a, int32_t key)
{
    rk_cube_cell part = rk_cube_cell_of(&a->part, key), whole = rk_cube_cell_of(&a->whole, key);
    return (rk_grid_figure){
        pick(a->part_of, &part), pick(a->whole_of, &whole),
        a->known && (!is_goal(a->part_of) || has_key(&a->part, key)) &&
            (a->whole_of == a->part_of || !is_goal(a->whole_of) || has_key(&a->whole, key))};
}

static void free_answer(answer *a)
{
    rk_cube_cells_free(&a->part);
    rk_cube_cells_free(&a->whole);
}

bool rk_grid_whole(const rk_grid *grid, size_t column, rk_grid_figure *figure, rk_error *err)
{
    answer a = {0};
    narrowing none = {0};
    bool good = ask_column(grid, &grid->columns[column], RK_DIM_NONE, none, &a, err);
    if (good)
        *figure = figure_of(&a, 0);
    free_answer(&a);
    return good;
}

/* ---- which rows ---- */

static void add_row(rk_grid *grid, int32_t first, int32_t second)
{
    for (size_t i = 0; i < grid->row_count; i++)
        if (grid->rows[i].keys[0] == first && grid->rows[i].keys[1] == second)
            return;
    grid->rows = rk_grow(grid->rows, &grid->row_capacity, grid->row_count + 1, sizeof *grid->rows);
    grid->rows[grid->row_count++] = (rk_grid_row){.keys = {first, second}};
}

static void add_all_outcomes(rk_grid *grid)
{
    const rk_measure *measure = &grid->measures[grid->block->columns[0].measure];
    const rk_cube_filter *filters = grid->job->desk->filters[grid->block->columns[0].measure];
    for (size_t i = 0; i < measure->where_count; i++)
        if (filters[i].dimension == RK_DIM_OUTCOME && !filters[i].except) {
            for (size_t k = 0; k < filters[i].key_count; k++)
                add_row(grid, filters[i].keys[k], 0);
            return;
        }
    for (int outcome = 1; outcome < RK_OUTCOMES; outcome++)
        if (measure->of != RK_FACT_CASE || rk_outcome_opens_case((rk_outcome)outcome))
            add_row(grid, outcome, 0);
}

static bool holds(rk_day from, rk_day until, rk_day on)
{
    return (from == RK_NO_DAY || from <= on) && (until == RK_NO_DAY || on < until);
}

static void add_all_services(rk_grid *grid, rk_day night)
{
    const rk_tariffs *tariffs = &grid->job->desk->input->rules->tariffs;
    for (size_t i = 0; i < tariffs->count; i++)
        for (size_t p = 0; holds(tariffs->items[i].from, tariffs->items[i].until, night) &&
                           p < tariffs->items[i].price_count;
             p++)
            add_row(grid, tariffs->items[i].prices[p].service, 0);
}

static void add_all_days(rk_grid *grid, rk_period unit)
{
    for (rk_day day = grid->days.from; day <= grid->days.until;) {
        rk_days part = rk_days_of(unit, day);
        add_row(grid, part.from, 0);
        day = part.until + 1;
    }
}

/* Every value that the rules know of; of the channels those that must deliver, as most sites use few of
 * the others. */
static void add_all_rows(rk_grid *grid)
{
    const rk_rules *rules = grid->job->desk->input->rules;
    rk_dimension rows = grid->block->rows[0].dimension;
    rk_day night = grid->job->until;
    if (rows == RK_DIM_SERVICE)
        add_all_services(grid, night);
    for (size_t i = 0; rows == RK_DIM_CHANNEL && i < rules->channel_count; i++)
        if (rules->channels[i].holds_lapses &&
            holds(rules->channels[i].from, rules->channels[i].until, night))
            add_row(grid, rules->channels[i].channel, 0);
    for (size_t i = 0; rows == RK_DIM_OFFICE && i < rules->offices.count; i++)
        if (holds(rules->offices.items[i].from, rules->offices.items[i].until, night) &&
            rk_job_has_office(grid->job, rules->offices.items[i].office))
            add_row(grid, rules->offices.items[i].office, 0);
    if (rows == RK_DIM_OUTCOME)
        add_all_outcomes(grid);
    for (int state = 1; rows == RK_DIM_STATE && state < RK_STATES; state++)
        add_row(grid, state, 0);
    for (size_t i = 0; rows == RK_DIM_AGE && i < RK_AGE_BUCKETS; i++)
        add_row(grid, rk_age_buckets[i], 0);
    if (rows == RK_DIM_DAY || rows == RK_DIM_WEEK || rows == RK_DIM_MONTH)
        add_all_days(grid, rows == RK_DIM_DAY    ? RK_PERIOD_DAY
                           : rows == RK_DIM_WEEK ? RK_PERIOD_WEEK
                                                 : RK_PERIOD_MONTH);
}

static int compare_rows(const void *a, const void *b, void *context)
{
    const rk_grid *grid = context;
    const rk_grid_row *x = a, *y = b;
    int order = 0;
    for (size_t i = 0; i < grid->block->row_count && !order; i++)
        order =
            rk_desk_order(grid->job->desk, grid->block->rows[i].dimension, x->keys[i], y->keys[i]);
    return order;
}

static int compare_across(const void *a, const void *b, void *context)
{
    const rk_grid *grid = context;
    return rk_desk_order(grid->job->desk, grid->block->across, *(const int32_t *)a,
                         *(const int32_t *)b);
}

/* The keys with anything in the first dimension of a question. */
static bool collect_keys(const rk_grid *grid, rk_dimension by, narrowing n, int32_t **keys,
                         size_t *count, rk_error *err)
{
    size_t capacity = 0;
    bool good = true;
    answer a = {0};
    *keys = NULL;
    *count = 0;
    for (size_t c = 0; good && c < grid->block->column_count; c++) {
        rk_grid_column column = {.column = c, .all = true};
        good = ask_column(grid, &column, by, n, &a, err);
        bool goal =
            good && (a.part_of->kind == RK_MEASURE_TARGET || a.part_of->kind == RK_MEASURE_QUOTA);
        for (size_t i = 0; good && !goal && a.known && i < a.part.count + a.whole.count; i++) {
            const rk_cube_cell *cell =
                i < a.part.count ? &a.part.items[i] : &a.whole.items[i - a.part.count];
            bool known = cell->count == 0 && cell->amount == 0;
            for (size_t k = 0; k < *count && !known; k++)
                known = (*keys)[k] == cell->key;
            if (known)
                continue;
            *keys = rk_grow(*keys, &capacity, *count + 1, sizeof **keys);
            (*keys)[(*count)++] = cell->key;
        }
    }
    free_answer(&a);
    return good;
}

/* It asks how channels settle, and none does. */
bool rk_grid_is_unknown(const rk_grid *grid)
{
    return grid->block->row_count &&
           grid->measures[grid->block->columns[0].measure].of == RK_FACT_SETTLEMENT &&
           !rk_rules_read_fees(grid->job->desk->input->rules);
}

static bool find_rows(rk_grid *grid, rk_error *err)
{
    const rk_block *block = grid->block;
    int32_t *first = NULL, *second = NULL;
    size_t first_count, second_count;
    narrowing none = {0};
    if (block->row_count == 0) {
        add_row(grid, 0, 0);
        return true;
    }
    if (rk_grid_is_unknown(grid))
        return true;
    bool good = collect_keys(grid, block->rows[0].dimension, none, &first, &first_count, err);
    for (size_t i = 0; good && i < first_count; i++) {
        if (block->row_count == 1) {
            add_row(grid, first[i], 0);
            continue;
        }
        narrowing n = {0};
        narrow(&n, block->rows[0].dimension, first[i]);
        good = collect_keys(grid, block->rows[1].dimension, n, &second, &second_count, err);
        for (size_t k = 0; good && k < second_count; k++)
            add_row(grid, first[i], second[k]);
        free(second);
    }
    free(first);
    if (good && block->all_rows && block->row_count == 1)
        add_all_rows(grid);
    if (good && grid->row_count > 1)
        qsort_r(grid->rows, grid->row_count, sizeof *grid->rows, compare_rows, grid);
    return good;
}

static bool find_columns(rk_grid *grid, rk_error *err)
{
    const rk_block *block = grid->block;
    narrowing none = {0};
    if (block->across != RK_DIM_NONE) {
        if (!collect_keys(grid, block->across, none, &grid->across, &grid->across_count, err))
            return false;
        if (grid->across_count > 1)
            qsort_r(grid->across, grid->across_count, sizeof *grid->across, compare_across, grid);
    }
    grid->columns =
        rk_alloc(block->column_count * (grid->across_count + 1) + 1, sizeof *grid->columns);
    for (size_t c = 0; c < block->column_count; c++) {
        for (size_t k = 0; k < grid->across_count; k++)
            grid->columns[grid->column_count++] =
                (rk_grid_column){.column = c, .key = grid->across[k]};
        grid->columns[grid->column_count++] = (rk_grid_column){.column = c, .all = true};
    }
    return true;
}

/* ---- figures ---- */

static rk_grid_figure *figure_at(const rk_grid *grid, size_t row, size_t column)
{
    return row == grid->row_count ? &grid->totals[column]
                                  : &grid->figures[row * grid->column_count + column];
}

/* What is known of some channels alone: how they settle, or what the measure asks of their kind. */
static bool can_say(const rk_grid *grid, size_t column, size_t row)
{
    const rk_desk *desk = grid->job->desk;
    size_t measure = rk_grid_rule(grid, column)->measure;
    const rk_measure *m = &grid->measures[measure];
    if (m->of == RK_FACT_SETTLEMENT &&
        (grid->job->slice != RK_ALL_SLICES || grid->job->scope != RK_DIM_NONE))
        return false;
    if (grid->block->row_count != 1 || grid->block->rows[0].dimension != RK_DIM_CHANNEL)
        return true;
    rk_name name = (rk_name)grid->rows[row].keys[0];
    const rk_channel *channel = rk_channel_find(desk->input->rules, name);
    bool known = m->of != RK_FACT_SETTLEMENT || (channel && channel->settlement_count);
    for (size_t i = 0; known && i < m->where_count; i++) {
        const rk_cube_filter *filter = &desk->filters[measure][i];
        known = filter->dimension != RK_DIM_CHANNEL_KIND || filter->except;
        for (size_t k = 0; !known && k < filter->key_count; k++)
            known = filter->keys[k] == desk->maps.channel_kind[name];
    }
    return known;
}

/* Rows with the same first key follow one another: one question for all of them. */
static bool fill_column(rk_grid *grid, size_t column, rk_error *err)
{
    const rk_block *block = grid->block;
    answer a = {0};
    bool good = true;
    for (size_t row = 0; good && row < grid->row_count; row++) {
        const int32_t *keys = grid->rows[row].keys;
        narrowing n = {0};
        bool asked = row && (block->row_count < 2 || keys[0] == grid->rows[row - 1].keys[0]);
        if (block->row_count == 2)
            narrow(&n, block->rows[0].dimension, keys[0]);
        if (!asked)
            good = ask_column(grid, &grid->columns[column],
                              block->row_count ? block->rows[block->row_count - 1].dimension
                                               : RK_DIM_NONE,
                              n, &a, err);
        if (good)
            *figure_at(grid, row, column) = figure_of(&a, keys[block->row_count == 2]);
        figure_at(grid, row, column)->known &= can_say(grid, column, row);
    }
    free_answer(&a);
    return good;
}

static void add_figure(rk_grid_figure *sum, const rk_grid_figure *figure)
{
    if (!figure->known)
        return;
    rk_money_add(&sum->part, figure->part);
    rk_money_add(&sum->whole, figure->whole);
    sum->known = true;
}

static void sum_columns(rk_grid *grid)
{
    for (size_t c = 0; c < grid->column_count; c++) {
        grid->totals[c] =
            (rk_grid_figure){.known = grid->row_count == 0 && !rk_grid_is_unknown(grid)};
        for (size_t r = 0; r < grid->row_count; r++)
            add_figure(&grid->totals[c], figure_at(grid, r, c));
    }
}

/* ---- sort and top ---- */

typedef struct sorting {
    const rk_grid *grid;
    size_t column;
} sorting;

static int compare_values(const void *a, const void *b, void *context)
{
    const sorting *s = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    bool known;
    rk_money v = rk_grid_value(s->grid, x, s->column, &known);
    rk_money w = rk_grid_value(s->grid, y, s->column, &known);
    if (v != w)
        return (v > w) == s->grid->block->descending ? -1 : 1;
    return (x > y) - (x < y);
}

/* The column of the block's number that shows all values of `across`. */
static size_t whole_column(const rk_grid *grid, size_t column)
{
    for (size_t c = 0; c < grid->column_count; c++)
        if (grid->columns[c].column == column && grid->columns[c].all)
            return c;
    return 0;
}

static void sort_rows(rk_grid *grid)
{
    size_t count = grid->row_count, width = grid->column_count;
    sorting s = {grid, whole_column(grid, grid->block->sort - 1)};
    size_t *order = rk_alloc(count + 1, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    if (count > 1)
        qsort_r(order, count, sizeof *order, compare_values, &s);
    rk_grid_row *rows = rk_alloc(count + 1, sizeof *rows);
    rk_grid_figure *figures = rk_alloc(count * width + 1, sizeof *figures);
    for (size_t i = 0; i < count; i++) {
        rows[i] = grid->rows[order[i]];
        memcpy(figures + i * width, grid->figures + order[i] * width, width * sizeof *figures);
    }
    free(order);
    free(grid->rows);
    free(grid->figures);
    grid->rows = rows;
    grid->figures = figures;
}

/* Rows behind the first `top` become one. */
static void cut_rows(rk_grid *grid)
{
    size_t top = (size_t)grid->block->top, width = grid->column_count;
    if (!grid->block->top || grid->row_count <= top + 1)
        return;
    for (size_t c = 0; c < width; c++) {
        rk_grid_figure rest = {0};
        for (size_t r = top; r < grid->row_count; r++)
            add_figure(&rest, figure_at(grid, r, c));
        grid->figures[top * width + c] = rest;
    }
    grid->rows[top] = (rk_grid_row){.others = true};
    grid->row_count = top + 1;
}

bool rk_grid_ask(const rk_job *job, const rk_block *block, rk_grid *grid, rk_error *err)
{
    *grid = (rk_grid){.job = job, .block = block};
    grid->measures = job->desk->input->rules->reports.measures;
    grid->days = (rk_days){RK_PERIOD_RANGE, job->from, job->until};
    if (block->days)
        grid->days.from = job->until - block->days + 1;
    if (!find_rows(grid, err) || !find_columns(grid, err))
        return false;
    grid->figures = rk_alloc(grid->row_count * grid->column_count + 1, sizeof *grid->figures);
    grid->totals = rk_alloc(grid->column_count + 1, sizeof *grid->totals);
    for (size_t c = 0; c < grid->column_count; c++)
        if (!fill_column(grid, c, err))
            return false;
    sum_columns(grid);
    if (block->sort)
        sort_rows(grid);
    cut_rows(grid);
    return true;
}

void rk_grid_free(rk_grid *grid)
{
    free(grid->rows);
    free(grid->across);
    free(grid->columns);
    free(grid->figures);
    free(grid->totals);
    *grid = (rk_grid){0};
}

/* ---- values ---- */

bool rk_grid_is_percent(const rk_grid *grid, size_t column)
{
    rk_form as = rk_grid_rule(grid, column)->as;
    return as == RK_AS_SHARE || as == RK_AS_GROWTH ||
           (as == RK_AS_VALUE && rk_grid_measure(grid, column)->kind == RK_MEASURE_RATIO);
}

bool rk_grid_is_money(const rk_grid *grid, size_t column)
{
    rk_form as = rk_grid_rule(grid, column)->as;
    return (as == RK_AS_VALUE || as == RK_AS_CHANGE) && rk_grid_measure(grid, column)->money;
}

/* Hundredths of a percent, rounded half away from zero. */
static rk_money percent(rk_money part, rk_money whole, bool *known)
{
    if (whole == 0) {
        *known = false;
        return 0;
    }
    __int128 scaled = (__int128)part * 20000 / whole;
    return (rk_money)((scaled + (scaled < 0 ? -1 : 1)) / 2);
}

static rk_money rank_of(const rk_grid *grid, size_t row, size_t column, bool *known)
{
    rk_money rank = 1;
    const rk_grid_figure *own = figure_at(grid, row, column);
    *known = row < grid->row_count && !grid->rows[row].others && own->part != 0;
    bool ratio = rk_grid_measure(grid, column)->kind == RK_MEASURE_RATIO;
    for (size_t r = 0; *known && r < grid->row_count; r++) {
        const rk_grid_figure *other = figure_at(grid, r, column);
        rank += other->known &&
                (ratio ? (__int128)other->part * own->whole > (__int128)own->part * other->whole
                       : other->part > own->part);
    }
    return rank;
}

rk_money rk_grid_value(const rk_grid *grid, size_t row, size_t column, bool *known)
{
    const rk_grid_figure *figure = figure_at(grid, row, column);
    *known = figure->known;
    if (!figure->known)
        return 0;
    switch (rk_grid_rule(grid, column)->as) {
    case RK_AS_SHARE:
        return percent(figure->part, grid->totals[column].part, known);
    case RK_AS_CHANGE:
        return figure->part - figure->whole;
    case RK_AS_GROWTH:
        return percent(figure->part - figure->whole, figure->whole, known);
    case RK_AS_RANK:
        return rank_of(grid, row, column, known);
    default:
        break;
    }
    if (rk_grid_measure(grid, column)->kind == RK_MEASURE_RATIO)
        return percent(figure->part, figure->whole, known);
    return figure->part;
}
