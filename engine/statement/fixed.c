#include "statement/layout.h"

void rk_fixed_places(rk_layout *layout)
{
    const rk_record_rule *entry = layout->entry;
    for (size_t i = 0; i < RK_FIELDS_MAX; i++)
        layout->places[i] = (rk_place){.cell = -1};
    for (size_t i = 0; entry && i < entry->place_count; i++)
        if (entry->places[i].field >= 0)
            layout->places[entry->places[i].field] =
                (rk_place){0, entry->places[i].at, entry->places[i].length};
}

/* Without a stated length, a line may end early: trailing blanks are often cut off. */
const char *rk_fixed_fault(const rk_row *row)
{
    size_t length = row->layout->channel->record_length;
    if (row->record.fault)
        return rk_record_fault_text(row->record.fault);
    if (length && row->record.bytes.len < length)
        return "shorter than the layout says";
    if (length && row->record.bytes.len > length)
        return "longer than the layout says";
    return NULL;
}
