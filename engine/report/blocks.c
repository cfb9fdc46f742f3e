/* Blocks: rows of a dimension, columns of measures, a row of live sums and the lines that check them. */
#include <stdio.h>
#include <stdlib.h>

#include "report/desk.h"

enum { CONCLUSION_ROW = 3, FIRST_BLOCK_ROW = 5 };

/* A block and where its parts stand on the sheet. */
typedef struct laid {
    rk_job *job;
    const rk_block *block;
    rk_plan_sheet *sheet;
    const rk_measure *measures; /* all of the reports */
    int32_t *keys;
    size_t key_count, key_capacity;
    rk_cube_cells *parts; /* two for each column: the measure, or part and whole of a ratio */
    uint16_t first;       /* column of the first measure */
    uint16_t width;       /* columns in all */
    uint32_t head, from, last, total;
    bool unbalanced;
} laid;

static bool is_before(rk_extra extra)
{
    return extra == RK_EXTRA_NAME || extra == RK_EXTRA_PROVINCE || extra == RK_EXTRA_ZONE;
}

static const rk_measure *measure_at(const laid *l, size_t column)
{
    return &l->measures[l->block->columns[column]];
}

/* ---- what the rows are ---- */

/* Offices that the rules do not know are TANPA KANTOR. */
static int32_t row_key(const laid *l, int32_t key)
{
    const rk_desk *desk = l->job->desk;
    if (l->block->rows != RK_DIM_OFFICE)
        return key;
    return desk->slice_offices[desk->maps.slice[(rk_name)key]];
}

static void add_key(laid *l, int32_t key)
{
    for (size_t i = 0; i < l->key_count; i++)
        if (l->keys[i] == key)
            return;
    l->keys = rk_grow(l->keys, &l->key_capacity, l->key_count + 1, sizeof *l->keys);
    l->keys[l->key_count++] = key;
}

static bool holds(rk_day from, rk_day until, rk_day on)
{
    return (from == RK_NO_DAY || from <= on) && (until == RK_NO_DAY || on < until);
}

static void add_all_outcomes(laid *l)
{
    const rk_measure *measure = measure_at(l, 0);
    const rk_cube_filter *filters = l->job->desk->filters[l->block->columns[0]];
    for (size_t i = 0; i < measure->where_count; i++)
        if (filters[i].dimension == RK_DIM_OUTCOME && !filters[i].except) {
            for (size_t k = 0; k < filters[i].key_count; k++)
                add_key(l, filters[i].keys[k]);
            return;
        }
    for (int outcome = 1; outcome < RK_OUTCOMES; outcome++)
        if (measure->of != RK_FACT_CASE || rk_outcome_opens_case((rk_outcome)outcome))
            add_key(l, outcome);
}

/* Every value that the rules know of; of the channels those that must deliver, as most sites use few of
 * the others. */
static void add_all_keys(laid *l)
{
    const rk_desk *desk = l->job->desk;
    const rk_rules *rules = desk->input->rules;
    rk_day night = desk->input->night;
    if (l->block->rows == RK_DIM_SERVICE)
        for (size_t i = 0; i < rules->tariffs.count; i++)
            for (size_t p = 0;
                 holds(rules->tariffs.items[i].from, rules->tariffs.items[i].until, night) &&
                 p < rules->tariffs.items[i].price_count;
                 p++)
                add_key(l, rules->tariffs.items[i].prices[p].service);
    if (l->block->rows == RK_DIM_CHANNEL)
        for (size_t i = 0; i < rules->channel_count; i++)
            if (rules->channels[i].holds_lapses &&
                holds(rules->channels[i].from, rules->channels[i].until, night))
                add_key(l, rules->channels[i].channel);
    if (l->block->rows == RK_DIM_OFFICE)
        for (size_t i = 0; i < rules->offices.count; i++)
            if (holds(rules->offices.items[i].from, rules->offices.items[i].until, night))
                add_key(l, rules->offices.items[i].office);
    if (l->block->rows == RK_DIM_OUTCOME)
        add_all_outcomes(l);
    for (int state = 1; l->block->rows == RK_DIM_STATE && state < RK_STATES; state++)
        add_key(l, state);
}

static int compare_keys(const void *a, const void *b, void *context)
{
    const laid *l = context;
    return rk_desk_order(l->job->desk, l->block->rows, *(const int32_t *)a, *(const int32_t *)b);
}

static bool ask(laid *l, rk_error *err)
{
    const rk_block *block = l->block;
    l->parts = rk_alloc(block->column_count * 2 + 1, sizeof *l->parts);
    for (size_t c = 0; c < block->column_count; c++) {
        const rk_measure *measure = measure_at(l, c);
        bool ratio = measure->kind == RK_MEASURE_RATIO;
        size_t asked = ratio ? measure->numerator : block->columns[c];
        if (!rk_job_ask(l->job, asked, block->rows, &l->parts[c * 2], err) ||
            (ratio &&
             !rk_job_ask(l->job, measure->denominator, block->rows, &l->parts[c * 2 + 1], err)))
            return false;
        for (size_t i = 0; i < l->parts[c * 2].count; i++) {
            const rk_cube_cell *cell = &l->parts[c * 2].items[i];
            if (cell->count != 0 || cell->amount != 0)
                add_key(l, row_key(l, cell->key));
        }
    }
    if (block->all_rows)
        add_all_keys(l);
    if (l->key_count > 1)
        qsort_r(l->keys, l->key_count, sizeof *l->keys, compare_keys, l);
    return true;
}

/* ---- values ---- */

static rk_money pick(const rk_measure *measure, const rk_cube_cell *cell)
{
    return measure->kind == RK_MEASURE_SUM ? cell->amount : cell->count;
}

static rk_money part_value(const laid *l, const rk_cube_cells *cells, const rk_measure *measure,
                           int32_t key)
{
    rk_cube_cell cell = rk_cube_cell_of(cells, key);
    const rk_name none = l->job->desk->input->rules->offices.none;
    if (l->block->rows != RK_DIM_OFFICE || key != none)
        return pick(measure, &cell);
    rk_money sum = 0;
    for (size_t i = 0; i < cells->count; i++)
        if (row_key(l, cells->items[i].key) == none)
            rk_money_add(&sum, pick(measure, &cells->items[i]));
    return sum;
}

/* Money in minor units, or a count; of a ratio: hundredths of a percent. */
static rk_money value_of(const laid *l, size_t column, int32_t key)
{
    const rk_measure *measure = measure_at(l, column);
    const rk_cube_cells *cells = &l->parts[column * 2];
    if (measure->kind != RK_MEASURE_RATIO)
        return part_value(l, cells, measure, key);
    rk_money part = part_value(l, cells, &l->measures[measure->numerator], key);
    rk_money whole = part_value(l, cells + 1, &l->measures[measure->denominator], key);
    return whole == 0 ? 0 : (rk_money)((__int128)part * 10000 / whole);
}

static rk_money sum_of(const laid *l, const rk_cube_cells *cells, const rk_measure *measure)
{
    rk_money sum = 0;
    for (size_t i = 0; i < cells->count; i++)
        rk_money_add(&sum, pick(measure, &cells->items[i]));
    (void)l;
    return sum;
}

static rk_money total_of(const laid *l, size_t column)
{
    const rk_measure *measure = measure_at(l, column);
    const rk_cube_cells *cells = &l->parts[column * 2];
    if (measure->kind != RK_MEASURE_RATIO)
        return sum_of(l, cells, measure);
    rk_money part = sum_of(l, cells, &l->measures[measure->numerator]);
    rk_money whole = sum_of(l, cells + 1, &l->measures[measure->denominator]);
    return whole == 0 ? 0 : (rk_money)((__int128)part * 10000 / whole);
}

static double shown(const rk_measure *measure, rk_money value)
{
    return measure->kind == RK_MEASURE_COUNT ? (double)value : (double)value / 100;
}

static rk_style style_of(const rk_measure *measure, rk_money value, bool total)
{
    if (measure->kind == RK_MEASURE_RATIO)
        return total ? RK_STYLE_TOTAL_SEN : RK_STYLE_PERCENT;
    if (measure->kind == RK_MEASURE_COUNT)
        return total ? RK_STYLE_TOTAL_COUNT : RK_STYLE_COUNT;
    if (rk_has_sen(value))
        return total ? RK_STYLE_TOTAL_SEN : RK_STYLE_MONEY_SEN;
    return total ? RK_STYLE_TOTAL_MONEY : RK_STYLE_MONEY;
}

/* ---- columns that are no measures ---- */

static void widen(rk_plan_sheet *sheet, size_t column, double width)
{
    if (sheet->widths[column] < width)
        sheet->widths[column] = width;
    if (sheet->column_count <= column)
        sheet->column_count = column + 1;
}

static void lay_complete(const laid *l, uint32_t row, uint16_t column, int32_t key)
{
    const rk_books_input *input = l->job->desk->input;
    const rk_channel *channel = rk_channel_find(input->rules, (rk_name)key);
    rk_zone zone = channel ? channel->zone : input->zone;
    for (size_t i = 0; i < input->watermark_count; i++) {
        rk_moment until = input->watermarks[i].complete_until;
        double serial = 0;
        if (input->watermarks[i].channel != key)
            continue;
        if (!rk_serial_moment(until, zone, &serial))
            break;
        bool whole_day = serial == (double)(int64_t)serial; /* up to midnight: the day before */
        rk_plan_number(l->sheet, row, column, whole_day ? RK_STYLE_DAY : RK_STYLE_DAYTIME,
                       whole_day ? serial - 1 : serial);
        return;
    }
    rk_plan_text(l->sheet, row, column, RK_STYLE_NIL, rk_job_word(l->job, RK_WORD_NOTHING_YET));
}

/* Open cases of a row: how many are new tonight, and how old the oldest is. */
static void lay_cases(const laid *l, uint32_t row, uint16_t column, int32_t key, bool oldest)
{
    const rk_desk *desk = l->job->desk;
    const rk_cases *cases = desk->input->cases;
    size_t count = 0;
    const uint32_t *rows = rk_job_rows(l->job, &desk->cases, &count);
    double fresh = 0;
    rk_day age = 0;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        uint32_t c = rows[i];
        int32_t found =
            l->block->rows == RK_DIM_OUTCOME ? cases->kind[c] : row_key(l, cases->office[c]);
        if (found != key)
            continue;
        any = true;
        fresh += cases->status[c] == RK_CASE_NEW;
        if (desk->input->night - cases->opened_on[c] > age)
            age = desk->input->night - cases->opened_on[c];
    }
    if (!oldest)
        rk_plan_number(l->sheet, row, column, RK_STYLE_COUNT, fresh);
    else if (any)
        rk_plan_number(l->sheet, row, column, RK_STYLE_NUMBER, age);
    else
        rk_plan_blank(l->sheet, row, column, RK_STYLE_TEXT);
}

static void lay_link(const laid *l, uint32_t row, uint16_t column, int32_t key)
{
    rk_slice sheet;
    uint32_t target;
    if (rk_list_first_case(l->job, (rk_outcome)key, &sheet, &target))
        rk_plan_link(l->sheet, row, column, rk_job_word(l->job, RK_WORD_SEE), sheet, target);
    else
        rk_plan_text(l->sheet, row, column, RK_STYLE_NIL, rk_job_word(l->job, RK_WORD_NIL));
}

static void lay_extra(const laid *l, rk_extra extra, uint32_t row, uint16_t column, int32_t key)
{
    const rk_desk *desk = l->job->desk;
    const rk_names *names = desk->input->names;
    const rk_office *office =
        l->block->rows == RK_DIM_OFFICE
            ? rk_office_on(&desk->input->rules->offices, (rk_name)key, desk->input->night)
            : NULL;
    rk_slice text = {"", 0};
    switch (extra) {
    case RK_EXTRA_COMPLETE:
        lay_complete(l, row, column, key);
        return;
    case RK_EXTRA_NEW:
    case RK_EXTRA_OLDEST:
        lay_cases(l, row, column, key, extra == RK_EXTRA_OLDEST);
        return;
    case RK_EXTRA_LINK:
        lay_link(l, row, column, key);
        return;
    case RK_EXTRA_NAME:
        text = office ? office->name : text;
        break;
    case RK_EXTRA_PROVINCE:
        text = office ? rk_names_text(names, office->province) : text;
        break;
    default:
        text = office ? rk_names_text(names, office->zone_name) : text;
        break;
    }
    rk_plan_text(l->sheet, row, column, RK_STYLE_TEXT, text);
}

static rk_word_id extra_word(rk_extra extra)
{
    static const rk_word_id heads[RK_EXTRAS] = {
        [RK_EXTRA_NAME] = RK_WORD_NAME, [RK_EXTRA_PROVINCE] = RK_WORD_PROVINCE,
        [RK_EXTRA_ZONE] = RK_WORD_ZONE, [RK_EXTRA_COMPLETE] = RK_WORD_COMPLETE,
        [RK_EXTRA_NEW] = RK_WORD_NEW,   [RK_EXTRA_OLDEST] = RK_WORD_OLDEST,
        [RK_EXTRA_LINK] = RK_WORD_LIST,
    };
    return heads[extra];
}

static double extra_width(rk_extra extra)
{
    switch (extra) {
    case RK_EXTRA_NAME:
        return 24;
    case RK_EXTRA_PROVINCE:
        return 22;
    case RK_EXTRA_ZONE:
        return 7;
    case RK_EXTRA_COMPLETE:
        return 15;
    default:
        return 11;
    }
}

/* ---- laying it out ---- */

/* Column numbers: label, extras before, measures, extras behind. */
static uint16_t extra_column(const laid *l, size_t number)
{
    uint16_t before = 1, behind = (uint16_t)(l->first + l->block->column_count);
    for (size_t i = 0; i < number; i++) {
        before = (uint16_t)(before + is_before(l->block->with[i]));
        behind = (uint16_t)(behind + !is_before(l->block->with[i]));
    }
    return is_before(l->block->with[number]) ? before : behind;
}

static rk_slice column_title(const laid *l, size_t column, rk_buffer *out)
{
    static const char *const marks[] = {[RK_SIGN_NONE] = "",
                                        [RK_SIGN_PLUS] = " (+)",
                                        [RK_SIGN_MINUS] = " (−)",
                                        [RK_SIGN_EQUALS] = " (=)"};
    rk_buffer_clear(out);
    rk_buffer_slice(out, rk_label_in(&measure_at(l, column)->label, l->job->plan.language));
    rk_buffer_text(out, l->block->signs ? marks[l->block->signs[column]] : "");
    return rk_buffer_all(out);
}

static void lay_head(laid *l)
{
    rk_plan_sheet *sheet = l->sheet;
    rk_language language = l->job->plan.language;
    rk_buffer title = {0};
    rk_plan_text(sheet, l->head - 1, 0, RK_STYLE_BLOCK, rk_label_in(&l->block->title, language));
    rk_plan_height(sheet, l->head - 1, 18);
    rk_plan_text(sheet, l->head, 0, RK_STYLE_HEAD, rk_shown_dimension(l->block->rows, language));
    widen(sheet, 0, l->block->rows == RK_DIM_OFFICE ? 20 : 30);
    for (size_t c = 0; c < l->block->column_count; c++) {
        bool money = measure_at(l, c)->kind == RK_MEASURE_SUM;
        rk_plan_text(sheet, l->head, (uint16_t)(l->first + c), RK_STYLE_HEAD_RIGHT,
                     column_title(l, c, &title));
        widen(sheet, l->first + c, money ? 15 : 12);
    }
    for (size_t i = 0; i < l->block->with_count; i++) {
        rk_extra extra = l->block->with[i];
        bool right = extra == RK_EXTRA_NEW || extra == RK_EXTRA_OLDEST;
        rk_plan_text(sheet, l->head, extra_column(l, i),
                     right ? RK_STYLE_HEAD_RIGHT : RK_STYLE_HEAD,
                     rk_job_word(l->job, extra_word(extra)));
        widen(sheet, extra_column(l, i), extra_width(extra));
    }
    rk_buffer_free(&title);
}

/* What the signs of all rows together add up to; 0 when they balance. A single row need not: an
 * application may change its service without changing its state. */
static rk_money imbalance(const laid *l)
{
    rk_money rest = 0;
    for (size_t c = 0; l->block->signs && c < l->block->column_count; c++) {
        rk_sign sign = l->block->signs[c];
        rk_money value = total_of(l, c);
        rest += sign == RK_SIGN_MINUS || sign == RK_SIGN_EQUALS ? -value : value;
        if (sign == RK_SIGN_EQUALS)
            return rest;
    }
    return 0;
}

static void lay_rows(laid *l)
{
    l->unbalanced = imbalance(l) != 0;
    for (size_t i = 0; i < l->key_count; i++) {
        uint32_t row = l->from + (uint32_t)i;
        int32_t key = l->keys[i];
        rk_slice label = rk_desk_label(l->job->desk, l->block->rows, key, &l->job->arena);
        /* Offices show their code here; the name has a column of its own. */
        if (l->block->rows == RK_DIM_OFFICE && key != l->job->desk->input->rules->offices.none)
            label = rk_names_text(l->job->desk->input->names, (rk_name)key);
        rk_plan_text(l->sheet, row, 0, RK_STYLE_TEXT, label);
        for (size_t c = 0; c < l->block->column_count; c++) {
            rk_money value = value_of(l, c, key);
            rk_plan_number(l->sheet, row, (uint16_t)(l->first + c),
                           style_of(measure_at(l, c), value, false),
                           shown(measure_at(l, c), value));
        }
        for (size_t e = 0; e < l->block->with_count; e++)
            lay_extra(l, l->block->with[e], row, extra_column(l, e), key);
    }
    if (l->key_count == 0) {
        rk_plan_text(l->sheet, l->from, 0, RK_STYLE_NIL, rk_job_word(l->job, RK_WORD_NIL));
        for (uint16_t c = 1; c < l->width; c++)
            rk_plan_blank(l->sheet, l->from, c, RK_STYLE_TEXT);
    }
}

static void lay_total(laid *l)
{
    char formula[64], from[24], last[24];
    rk_plan_text(l->sheet, l->total, 0, RK_STYLE_TOTAL, rk_job_word(l->job, RK_WORD_TOTAL));
    for (uint16_t c = 1; c < l->width; c++) {
        size_t column = (size_t)(c - l->first);
        if (c < l->first || column >= l->block->column_count) {
            rk_plan_blank(l->sheet, l->total, c, RK_STYLE_TOTAL);
            continue;
        }
        const rk_measure *measure = measure_at(l, column);
        rk_money total = total_of(l, column);
        rk_style style = style_of(measure, total, true);
        if (measure->kind == RK_MEASURE_RATIO) {
            rk_plan_number(l->sheet, l->total, c, style, shown(measure, total));
            continue;
        }
        snprintf(formula, sizeof formula, "SUM(%s:%s)", rk_plan_place(l->from, c, from),
                 rk_plan_place(l->last, c, last));
        rk_plan_formula(l->sheet, l->total, c, style, formula, shown(measure, total));
    }
}

static void check_cell(laid *l, uint32_t row, uint16_t column, const rk_measure *measure,
                       const char *formula, rk_money rest)
{
    bool sen = measure->kind == RK_MEASURE_SUM && rk_has_sen(rest);
    rk_plan_formula(l->sheet, row, column, sen ? RK_STYLE_CHECK_SEN : RK_STYLE_CHECK, formula,
                    shown(measure, rest));
    rk_plan_alert(l->sheet, (rk_alert){.kind = RK_ALERT_NOT_ZERO,
                                       .first_row = row,
                                       .last_row = row,
                                       .first_column = column,
                                       .last_column = column});
}

/* opening + in - out - closing of the total row: zero. */
static void lay_roll_check(laid *l, uint32_t row)
{
    rk_buffer formula = {0};
    char place[24];
    rk_money rest = 0;
    for (size_t c = 0; c < l->block->column_count; c++) {
        rk_sign sign = l->block->signs[c];
        bool minus = sign == RK_SIGN_MINUS || sign == RK_SIGN_EQUALS;
        rk_buffer_text(&formula, minus ? "-" : c ? "+" : "");
        rk_buffer_text(&formula, rk_plan_place(l->total, l->first + c, place));
        rest += minus ? -total_of(l, c) : total_of(l, c);
        if (sign != RK_SIGN_EQUALS)
            continue;
        rk_buffer_char(&formula, '\0');
        rk_plan_text(l->sheet, row, 0, RK_STYLE_CHECK_LABEL,
                     rk_job_word(l->job, RK_WORD_CHECK_ROLL));
        check_cell(l, row, (uint16_t)(l->first + c), measure_at(l, c), formula.bytes, rest);
        break;
    }
    rk_buffer_free(&formula);
}

/* The sum over the offices against the nation, asked apart. */
static bool lay_nation_check(laid *l, uint32_t row, rk_error *err)
{
    rk_cube_cells cells = {0};
    rk_buffer formula = {0};
    char place[24];
    bool good = true;
    rk_plan_text(l->sheet, row, 0, RK_STYLE_CHECK_LABEL, rk_job_word(l->job, RK_WORD_CHECK_NATION));
    for (size_t c = 0; c < l->block->column_count && good; c++) {
        const rk_measure *measure = measure_at(l, c);
        if (measure->kind == RK_MEASURE_RATIO)
            continue;
        good = rk_job_ask(l->job, l->block->columns[c], RK_DIM_NONE, &cells, err);
        rk_cube_cell cell = rk_cube_cell_of(&cells, 0);
        rk_money nation = pick(measure, &cell);
        rk_buffer_clear(&formula);
        rk_buffer_printf(&formula, "%s-(", rk_plan_place(l->total, l->first + c, place));
        rk_money_put(&formula, nation, measure->kind == RK_MEASURE_SUM ? 2 : 0);
        rk_buffer_text(&formula, ")");
        rk_buffer_char(&formula, '\0');
        check_cell(l, row, (uint16_t)(l->first + c), measure, formula.bytes,
                   total_of(l, c) - nation);
    }
    rk_cube_cells_free(&cells);
    rk_buffer_free(&formula);
    return good;
}

static bool is_of_days(const rk_job *job, rk_day night)
{
    return night >= job->from && night <= job->until;
}

/* Money seen tonight for another day of booking is in no total of this day: it is named. */
static bool put_other_days(const laid *l, rk_buffer *out)
{
    const rk_desk *desk = l->job->desk;
    const rk_entries *entries = desk->input->entries;
    size_t count = 0, found = 0;
    rk_money sum = 0;
    const rk_measure *first = measure_at(l, 0);
    if (l->block->rows != RK_DIM_CHANNEL || first->of != RK_FACT_ENTRY || first->on != RK_ON_BOOKED)
        return false;
    const uint32_t *rows = rk_job_rows(l->job, &desk->entries, &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t e = rows[i];
        if (!is_of_days(l->job, desk->input->files->items[entries->file[e]].night) ||
            entries->outcome[e] == RK_IGNORED ||
            (entries->booked_on[e] >= l->job->from && entries->booked_on[e] <= l->job->until))
            continue;
        found++;
        if (entries->amount_minor[e] != RK_NO_MONEY)
            rk_money_add(&sum, entries->amount_minor[e]);
    }
    if (found == 0)
        return false;
    rk_buffer_slice(out, rk_job_word(l->job, RK_WORD_OTHER_DAYS));
    rk_buffer_printf(out, " (%zu): ", found);
    rk_money_put_rupiah(out, sum);
    return true;
}

/* Which channels wait for what. */
static void put_waiting(const laid *l, rk_buffer *out)
{
    const rk_books_input *input = l->job->desk->input;
    bool complete = false;
    for (size_t i = 0; i < l->block->with_count; i++)
        complete = complete || l->block->with[i] == RK_EXTRA_COMPLETE;
    for (size_t i = 0; complete && i < input->watermark_count; i++) {
        const rk_watermark *mark = &input->watermarks[i];
        if (mark->waits_for.len == 0)
            continue;
        if (out->len)
            rk_buffer_text(out, " · ");
        rk_buffer_slice(out,
                        rk_desk_label(l->job->desk, RK_DIM_CHANNEL, mark->channel, &l->job->arena));
        rk_buffer_char(out, ' ');
        rk_buffer_slice(out, rk_job_word(l->job, RK_WORD_WAITS_FOR));
        rk_buffer_char(out, ' ');
        rk_buffer_slice(out, mark->waits_for);
    }
}

static void lay_note(laid *l, uint32_t *row, rk_slice text)
{
    if (text.len)
        rk_plan_text(l->sheet, (*row)++, 0, RK_STYLE_NOTE, text);
}

/* Lays the lines below the rows; gives the first free row. */
static bool lay_foot(laid *l, uint32_t *next, rk_error *err)
{
    uint32_t row = l->last + 1;
    rk_buffer note = {0};
    if (l->block->total) {
        l->total = row++;
        lay_total(l);
        if (l->block->signs)
            lay_roll_check(l, row++);
        if (l->block->rows == RK_DIM_OFFICE && l->job->slice == RK_ALL_SLICES &&
            !lay_nation_check(l, row++, err))
            return false;
    }
    if (put_other_days(l, &note))
        lay_note(l, &row, rk_buffer_all(&note));
    rk_buffer_clear(&note);
    put_waiting(l, &note);
    lay_note(l, &row, rk_buffer_all(&note));
    lay_note(l, &row, rk_label_in(&l->block->note, l->job->plan.language));
    rk_buffer_free(&note);
    *next = row;
    return true;
}

static bool lay_block(laid *l, uint32_t *next, rk_error *err)
{
    l->first = 1;
    for (size_t i = 0; i < l->block->with_count; i++)
        l->first = (uint16_t)(l->first + is_before(l->block->with[i]));
    l->width = (uint16_t)(1 + l->block->with_count + l->block->column_count);
    if (l->width > RK_PLAN_COLUMNS)
        return rk_fail(err, RK_INVALID, "a block of sheet \"%.*s\" has more than %d columns",
                       RK_FMT(l->sheet->name), RK_PLAN_COLUMNS);
    if (!ask(l, err))
        return false;
    l->head = *next + 1;
    l->from = l->head + 1;
    l->last = l->from + (uint32_t)(l->key_count ? l->key_count : 1) - 1;
    lay_head(l);
    lay_rows(l);
    return lay_foot(l, next, err);
}

static void clear_block(laid *l)
{
    for (size_t c = 0; l->parts && c < l->block->column_count * 2; c++)
        rk_cube_cells_free(&l->parts[c]);
    free(l->parts);
    free(l->keys);
}

/* The chart of a block: series by the order of its measures. Where it stands is said later. */
static void plan_chart(laid *l, rk_chart_plan *chart)
{
    const rk_block *block = l->block;
    rk_arena *arena = &l->job->arena;
    *chart = (rk_chart_plan){
        .kind = block->chart, .first_row = l->from, .last_row = l->last, .categories = 0};
    chart->title = rk_arena_slice(arena, rk_label_in(&block->title, l->job->plan.language));
    chart->series = rk_arena_alloc(arena, block->chart_of_count + 1, sizeof *chart->series);
    for (size_t i = 0; i < block->chart_of_count; i++)
        for (size_t c = 0; c < block->column_count; c++)
            if (block->columns[c] == block->chart_of[i])
                chart->series[chart->series_count++] =
                    (rk_series){rk_arena_slice(arena, rk_label_in(&measure_at(l, c)->label,
                                                                  l->job->plan.language)),
                                (uint16_t)(l->first + c)};
}

static bool has_values(const laid *l)
{
    for (size_t i = 0; i < l->block->chart_of_count; i++)
        for (size_t c = 0; c < l->block->column_count; c++)
            for (size_t k = 0; l->block->columns[c] == l->block->chart_of[i] && k < l->key_count;
                 k++)
                if (value_of(l, c, l->keys[k]) != 0)
                    return true;
    return false;
}

static double pixels(double characters)
{
    return characters * 7 + 5;
}

/* Beside the last block where it leaves room, else below all of them. */
static void stand_chart(rk_plan_sheet *sheet, uint32_t top, uint32_t bottom, size_t last_width)
{
    rk_chart_plan *chart = &sheet->chart;
    size_t from = last_width + 1;
    double room = 0;
    for (size_t c = from; c < sheet->column_count; c++)
        room += pixels(sheet->widths[c]);
    if (room >= 330) {
        chart->row = top;
        chart->column = (uint16_t)from;
        chart->width = room - 14;
        chart->height = (bottom - top + 1) * 20.0 + 12;
        if (chart->height < 240)
            chart->height = 240;
        return;
    }
    chart->row = bottom + 1;
    chart->column = 0;
    chart->width = 0;
    for (size_t c = 0; c < sheet->column_count; c++)
        chart->width += pixels(sheet->widths[c]);
    chart->width -= 14;
    chart->height = 280;
}

bool rk_blocks_lay(rk_job *job, const rk_sheet *rule, rk_error *err)
{
    rk_plan_sheet *sheet =
        rk_plan_add_sheet(&job->plan, rk_label_in(&rule->name, job->plan.language), err);
    if (!sheet)
        return false;
    rk_head_lay(job, sheet, &rule->title);
    uint32_t next = FIRST_BLOCK_ROW, top = next;
    size_t last_width = 0;
    bool unbalanced = false, good = true;
    for (size_t i = 0; i < rule->block_count && good; i++) {
        laid l = {.job = job, .block = &rule->blocks[i], .sheet = sheet};
        l.measures = job->desk->input->rules->reports.measures;
        top = next;
        good = lay_block(&l, &next, err);
        if (good && l.block->chart != RK_CHART_NONE && sheet->chart.kind == RK_CHART_NONE &&
            has_values(&l))
            plan_chart(&l, &sheet->chart);
        unbalanced = unbalanced || l.unbalanced;
        last_width = l.width;
        /* One long table keeps its head in view and on every page. */
        if (rule->block_count == 1 && good) {
            sheet->freeze_row = l.head + 1;
            sheet->repeats = true;
            sheet->repeat_from = sheet->repeat_until = l.head;
        }
        clear_block(&l);
        next++;
    }
    if (!good)
        return false;
    rk_conclusion_lay(job, sheet, CONCLUSION_ROW, sheet->column_count, unbalanced);
    if (rule->block_count != 1) {
        sheet->freeze_row = CONCLUSION_ROW + 1;
        sheet->repeats = true;
        sheet->repeat_until = CONCLUSION_ROW;
    }
    if (sheet->chart.kind != RK_CHART_NONE)
        stand_chart(sheet, top, next - 1, last_width);
    return true;
}
