#include "statement/layout.h"

/* Column i of the entry rule is cell i; with a row of titles the places come from there. */
void rk_delimited_places(rk_layout *layout)
{
    const rk_record_rule *entry = layout->entry;
    for (size_t i = 0; i < RK_FIELDS_MAX; i++)
        layout->places[i].cell = -1;
    layout->cells_min = 1;
    layout->cells_max = RK_CELLS_MAX;
    if (!entry || layout->channel->title_count)
        return;
    for (size_t i = 0; i < entry->place_count; i++)
        if (entry->places[i].field >= 0)
            layout->places[entry->places[i].field].cell = (int)i;
    layout->cells_min = layout->cells_max = entry->place_count;
}

rk_slice rk_delimited_plain(const rk_row *row, const rk_cell *cell)
{
    char *plain = rk_arena_alloc(row->scratch, cell->len + 1, 1);
    return (rk_slice){plain, rk_cell_unescape(cell, row->layout->text.quote, plain)};
}

static bool accepted(const rk_title *title, rk_slice text)
{
    for (size_t i = 0; i < title->accepted_count; i++)
        if (rk_slice_equal(title->accepted[i], text))
            return true;
    return false;
}

/* Whether `row` is the row of titles; takes the places from it. A title that is there twice is given
 * to the fields that accept it in their order. */
bool rk_delimited_titles(rk_layout *layout, const rk_row *row)
{
    const rk_channel *channel = layout->channel;
    bool used[RK_CELLS_MAX] = {false};
    rk_place places[RK_FIELDS_MAX];
    size_t needed = 0;
    for (size_t i = 0; i < RK_FIELDS_MAX; i++)
        places[i] = (rk_place){.cell = -1};
    for (size_t t = 0; t < channel->title_count; t++) {
        const rk_title *title = &channel->titles[t];
        size_t cell = 0;
        while (cell < row->record.count &&
               (used[cell] || !accepted(title, rk_slice_trim(rk_delimited_text(row, cell)))))
            cell++;
        if (cell == row->record.count && title->required)
            return false;
        if (cell == row->record.count)
            continue;
        used[cell] = true;
        places[title->field].cell = (int)cell;
        if (title->required && cell + 1 > needed)
            needed = cell + 1;
    }
    /* Beyond the last column with a title nothing may stand: a row with more has slipped. */
    size_t columns = row->record.count < RK_CELLS_MAX ? row->record.count : RK_CELLS_MAX;
    while (columns > 0 && !used[columns - 1] &&
           rk_slice_trim(rk_delimited_text(row, columns - 1)).len == 0)
        columns--;
    memcpy(layout->places, places, sizeof places);
    layout->cells_min = needed;
    layout->cells_max = columns;
    return true;
}

const char *rk_delimited_fault(const rk_row *row)
{
    const rk_layout *layout = row->layout;
    if (row->record.fault)
        return rk_record_fault_text(row->record.fault);
    if (row->record.count < layout->cells_min)
        return "fewer fields than the layout has";
    for (size_t i = layout->cells_max; i < row->record.count; i++)
        if (rk_slice_trim(rk_cell_slice(&row->cells[i])).len)
            return "more fields than the layout has";
    return NULL;
}
