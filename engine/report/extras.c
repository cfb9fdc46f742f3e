/* Columns of a block that are no measures: names of offices, ages and links. */
#include "report/block.h"

void rk_block_widen(rk_plan_sheet *sheet, size_t column, double width)
{
    if (sheet->widths[column] < width)
        sheet->widths[column] = width;
    if (sheet->column_count <= column)
        sheet->column_count = column + 1;
}

/* Running number, labels, extras before, figures, extras behind. */
uint16_t rk_extra_column(const rk_laid *l, size_t number)
{
    const rk_block *block = l->block;
    uint16_t before = (uint16_t)(l->label + (block->row_count ? block->row_count : 1));
    uint16_t behind = (uint16_t)(l->first + l->grid.column_count);
    if (block->with[number] == RK_EXTRA_NO)
        return 0;
    for (size_t i = 0; i < number; i++) {
        if (block->with[i] == RK_EXTRA_NO)
            continue;
        before = (uint16_t)(before + rk_extra_is_before(block->with[i]));
        behind = (uint16_t)(behind + !rk_extra_is_before(block->with[i]));
    }
    return rk_extra_is_before(block->with[number]) ? before : behind;
}

static const struct {
    rk_word_id head;
    double width;
    bool right;
    double least;
} looks[RK_EXTRAS] = {
    [RK_EXTRA_NO] = {RK_WORD_NUMBER, 6, true, 5},
    [RK_EXTRA_NAME] = {RK_WORD_NAME, 19, false, 17},
    [RK_EXTRA_PROVINCE] = {RK_WORD_PROVINCE, 21, false, 19},
    [RK_EXTRA_ZONE] = {RK_WORD_ZONE, 7, false, 6},
    [RK_EXTRA_COMPLETE] = {RK_WORD_COMPLETE, 15, false, 13},
    [RK_EXTRA_NEW] = {RK_WORD_NEW, 8, true, 7},
    [RK_EXTRA_OLDEST] = {RK_WORD_OLDEST, 10, true, 8},
    [RK_EXTRA_SHORT] = {RK_WORD_SHORT, 15, true, 13},
    [RK_EXTRA_SHORT_SINCE] = {RK_WORD_SHORT_SINCE, 10, true, 9},
    [RK_EXTRA_LINK] = {RK_WORD_LIST, 11, false, 9},
    [RK_EXTRA_BOOK] = {RK_WORD_BOOK, 8, false, 7},
};

double rk_extra_least(rk_extra extra)
{
    return looks[extra].least;
}

void rk_extras_widen(const rk_laid *l)
{
    for (size_t i = 0; i < l->block->with_count; i++)
        rk_block_widen(l->sheet, rk_extra_column(l, i), looks[l->block->with[i]].width);
}

void rk_extras_lay_heads(const rk_laid *l)
{
    if (!l->job->plan.fitted)
        rk_extras_widen(l);
    for (size_t i = 0; i < l->block->with_count; i++) {
        rk_extra extra = l->block->with[i];
        uint16_t column = rk_extra_column(l, i);
        rk_plan_text(l->sheet, l->head, column,
                     looks[extra].right ? RK_STYLE_HEAD_RIGHT : RK_STYLE_HEAD,
                     rk_job_word(l->job, looks[extra].head));
    }
}

static void lay_complete(const rk_laid *l, uint32_t row, uint16_t column, int32_t key)
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
        bool late = input->watermarks[i].waits_for.len > 0;
        rk_plan_number(l->sheet, row, column,
                       late        ? (whole_day ? RK_STYLE_DAY_LATE : RK_STYLE_DAYTIME_LATE)
                       : whole_day ? RK_STYLE_DAY
                                   : RK_STYLE_DAYTIME,
                       whole_day ? serial - 1 : serial);
        return;
    }
    rk_plan_text(l->sheet, row, column, RK_STYLE_NIL, rk_job_word(l->job, RK_WORD_NOTHING_YET));
}

/* Open cases of a row: how many are new tonight, and how old the oldest is. */
static void lay_cases(const rk_laid *l, size_t r, uint32_t row, uint16_t column, bool oldest)
{
    const rk_desk *desk = l->job->desk;
    const rk_cases *cases = desk->input->cases;
    int32_t key = l->grid.rows[r].keys[0];
    bool by_kind = l->block->rows[0].dimension == RK_DIM_OUTCOME, any = false;
    size_t count = 0;
    const uint32_t *rows = rk_job_rows(l->job, &desk->cases, &count);
    double fresh = 0;
    int32_t age = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t c = rows[i];
        if (!rk_job_has_office(l->job, cases->office[c]))
            continue;
        int32_t found =
            by_kind ? cases->kind[c] : desk->slice_offices[desk->maps.slice[cases->office[c]]];
        if (found != key)
            continue;
        any = true;
        fresh += cases->status[c] == RK_CASE_NEW;
        age = rk_desk_age(desk, c) > age ? rk_desk_age(desk, c) : age;
    }
    if (!oldest)
        rk_plan_number(l->sheet, row, column, rk_laid_style(l, r, RK_STYLE_COUNT), fresh);
    else if (any)
        rk_plan_number(l->sheet, row, column, rk_laid_style(l, r, RK_STYLE_NUMBER), age);
    else
        rk_plan_blank(l->sheet, row, column, RK_STYLE_TEXT);
}

static void lay_link(const rk_laid *l, uint32_t row, uint16_t column, int32_t key)
{
    rk_slice sheet;
    uint32_t target;
    if (rk_list_first_case(l->job, (rk_outcome)key, &sheet, &target))
        rk_plan_link(l->sheet, row, column, rk_job_word(l->job, RK_WORD_SEE), sheet, target);
    else
        rk_plan_text(l->sheet, row, column, RK_STYLE_NIL, rk_job_word(l->job, RK_WORD_NIL));
}

static void lay_office(const rk_laid *l, rk_extra extra, size_t r, uint32_t row, uint16_t column)
{
    int32_t key = l->grid.rows[r].keys[0];
    const rk_desk *desk = l->job->desk;
    const rk_office *office =
        rk_office_on(&desk->input->rules->offices, (rk_name)key, l->job->until);
    rk_slice text = {"", 0};
    if (office && extra == RK_EXTRA_NAME)
        text = office->name;
    else if (office)
        text = rk_names_text(desk->input->names,
                             extra == RK_EXTRA_PROVINCE ? office->province : office->zone_name);
    rk_plan_text(l->sheet, row, column, rk_laid_style(l, r, RK_STYLE_TEXT), text);
}

/* The office's own book, by a path from this one's folder. */
static void lay_book(const rk_laid *l, uint32_t row, uint16_t column, int32_t key)
{
    rk_slice path = rk_job_office_book(l->job, (rk_name)key);
    if (path.len)
        rk_plan_link_book(l->sheet, row, column, rk_job_word(l->job, RK_WORD_OPEN), path);
    else
        rk_plan_text(l->sheet, row, column, RK_STYLE_NIL, RK_S("–"));
}

void rk_extras_lay_row(const rk_laid *l, size_t row, uint32_t at)
{
    const rk_grid_row *grid_row = &l->grid.rows[row];
    for (size_t i = 0; i < l->block->with_count; i++) {
        rk_extra extra = l->block->with[i];
        uint16_t column = rk_extra_column(l, i);
        int32_t key = grid_row->keys[0];
        if (extra == RK_EXTRA_NO)
            rk_plan_number(l->sheet, at, column, RK_STYLE_NUMBER, (double)row + 1);
        else if (grid_row->others)
            rk_plan_blank(l->sheet, at, column, RK_STYLE_TEXT);
        else if (extra == RK_EXTRA_COMPLETE)
            lay_complete(l, at, column, key);
        else if (extra == RK_EXTRA_NEW || extra == RK_EXTRA_OLDEST)
            lay_cases(l, row, at, column, extra == RK_EXTRA_OLDEST);
        else if (extra == RK_EXTRA_SHORT || extra == RK_EXTRA_SHORT_SINCE)
            rk_settled_lay(l, extra, at, column, key);
        else if (extra == RK_EXTRA_LINK)
            lay_link(l, at, column, key);
        else if (extra == RK_EXTRA_BOOK)
            lay_book(l, at, column, key);
        else
            lay_office(l, extra, row, at, column);
    }
}
