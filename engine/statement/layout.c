#include "statement/layout.h"

/* With `starts`: what stands behind the tag in the first field. */
static rk_slice behind_tag(const rk_row *row, const rk_record_rule *rule)
{
    rk_slice first = rk_trimmed(rk_delimited_text(row, 0));
    return rk_trimmed((rk_slice){first.at + rule->tag.len, first.len - rule->tag.len});
}

static bool starts_with(const rk_row *row, const rk_record_rule *rule)
{
    rk_slice groups[RK_REGEX_GROUPS];
    if (!rk_slice_starts(rk_trimmed(rk_delimited_text(row, 0)), rule->tag))
        return false;
    return !rule->inside ||
           rk_regex_find(rule->inside, behind_tag(row, rule), 0, groups) == RK_REGEX_MATCHED;
}

static bool has_tag(const rk_row *row, const rk_record_rule *rule)
{
    if (!row->layout->fixed)
        return rule->starts ? starts_with(row, rule)
                            : rk_slice_equal(rk_trimmed(rk_delimited_text(row, 0)), rule->tag);
    return rk_slice_equal(rk_fixed_text(row, rule->tag_at, (uint32_t)rule->tag.len), rule->tag);
}

const rk_record_rule *rk_row_rule(const rk_row *row, bool *known)
{
    const rk_channel *channel = row->layout->channel;
    *known = true;
    for (size_t i = 0; i < channel->record_count; i++)
        if (channel->records[i].has_tag && has_tag(row, &channel->records[i]))
            return &channel->records[i];
    *known = !row->layout->entry || !row->layout->entry->has_tag;
    return row->layout->entry;
}

uint32_t rk_row_column(const rk_row *row, int field)
{
    if (field < 0 || row->layout->places[field].cell < 0)
        return 0;
    const rk_place *place = &row->layout->places[field];
    return 1 + (row->layout->fixed ? place->at : (uint32_t)place->cell);
}

const char *rk_row_fault(const rk_row *row)
{
    return row->layout->fixed ? rk_fixed_fault(row) : rk_delimited_fault(row);
}

bool rk_row_is_empty(const rk_row *row)
{
    const rk_cell *first = row->cells;
    if (row->record.fault || (first->len && (unsigned char)first->at[0] > ' '))
        return false;
    for (size_t i = 0; i < row->record.count; i++)
        if (rk_slice_trim(rk_cell_slice(&row->cells[i])).len)
            return false;
    return true;
}

static void tell(const rk_row *row, rk_meaning meaning, rk_slice text, rk_told *told)
{
    if (meaning == RK_MEANS_NOTHING)
        return;
    if (text.len && text.at[0] == '\'') /* how spreadsheets are told that it is text */
        text = (rk_slice){text.at + 1, text.len - 1};
    told->text[meaning] = text;
    told->line[meaning] = row->record.line;
}

void rk_row_tell(const rk_row *row, const rk_record_rule *rule, rk_told *told)
{
    rk_slice groups[RK_REGEX_GROUPS];
    for (size_t i = 0; i < rule->place_count; i++) {
        const rk_field_place *place = &rule->places[i];
        rk_slice text = row->layout->fixed       ? rk_fixed_text(row, place->at, place->length)
                        : rule->starts && i == 0 ? behind_tag(row, rule)
                                                 : rk_delimited_text(row, i);
        tell(row, place->meaning, rk_trimmed(text), told);
    }
    if (!rule->inside ||
        rk_regex_find(rule->inside, behind_tag(row, rule), 0, groups) != RK_REGEX_MATCHED)
        return;
    for (size_t g = 1; g < RK_REGEX_GROUPS; g++)
        if (groups[g].at)
            tell(row, rule->meanings[g], rk_trimmed(groups[g]), told);
}

static void find_rules(rk_layout *layout)
{
    const rk_channel *channel = layout->channel;
    for (size_t i = 0; i < channel->record_count; i++) {
        const rk_record_rule *rule = &channel->records[i];
        if (rule->kind == RK_RECORD_HEADER)
            layout->header = rule;
        else if (rule->kind == RK_RECORD_ENTRY)
            layout->entry = rule;
        else if (rule->kind == RK_RECORD_TRAILER)
            layout->trailer = rule;
    }
}

static void begin_body(rk_layout *layout, const rk_cutter *cutter)
{
    layout->body = (size_t)(cutter->next - layout->text.text.at);
    layout->body_line = cutter->line;
}

/* The header, when the first record that is not blank is one. A header without a tag is the first. */
static bool take_header(rk_layout *layout, const rk_row *row, rk_told *told)
{
    if (layout->header_found || !layout->header ||
        (layout->header->has_tag && !has_tag(row, layout->header)))
        return false;
    layout->header_found = true;
    rk_row_tell(row, layout->header, told);
    return true;
}

/* Reads the lines above the titles; all that no info line claims is passed over. */
static bool find_titles(rk_layout *layout, rk_cutter *cutter, rk_row *row, rk_told *told,
                        rk_cell *cells)
{
    for (size_t seen = 0; seen < RK_PREAMBLE_MAX; seen++) {
        bool known;
        if (!rk_cutter_next(cutter, cells, RK_CELLS_MAX, &row->record))
            return false;
        if (row->record.fault)
            continue;
        if (rk_delimited_titles(layout, row)) {
            begin_body(layout, cutter);
            return true;
        }
        const rk_record_rule *rule = rk_row_rule(row, &known);
        if (rule && rule->kind == RK_RECORD_INFO) {
            rk_row_tell(row, rule, told);
            layout->seen |= rk_rule_bit(layout->channel, rule);
        } else {
            take_header(layout, row, told);
        }
    }
    return false;
}

static void find_header(rk_layout *layout, rk_cutter *cutter, rk_row *row, rk_told *told,
                        rk_cell *cells)
{
    while (rk_cutter_next(cutter, cells, RK_CELLS_MAX, &row->record)) {
        if (rk_row_is_empty(row))
            continue;
        if (!row->record.fault && take_header(layout, row, told))
            begin_body(layout, cutter);
        return;
    }
}

/* The last line on which something stands. Looks at each line end of the body once. */
static bool last_line(const rk_layout *layout, rk_chunk *chunk)
{
    const rk_delimited *text = &layout->text;
    const char *body = text->text.at + layout->body, *end = text->text.at + text->text.len;
    while (end > body && (end[-1] == '\n' || end[-1] == '\r' || end[-1] == ' ' ||
                          (text->delimiter && end[-1] == text->delimiter)))
        end--;
    const char *from = end > body ? memrchr(body, text->newline, (size_t)(end - body)) : NULL;
    *chunk = (rk_chunk){from ? from + 1 : body, text->text.at + text->text.len, 1, 1, false};
    for (const char *at = text->text.at; at < chunk->from; chunk->line++, at++) {
        at = memchr(at, text->newline, (size_t)(chunk->from - at));
        if (!at)
            break;
    }
    return end > body;
}

/* A trailer without a tag is the last line, unless that is claimed by a tag. It is taken off the text, so what
 * is left is entries. */
static const char *take_last(rk_layout *layout, rk_row *row, rk_told *told, rk_cell *cells)
{
    bool known;
    rk_chunk chunk;
    const rk_record_rule *trailer = layout->trailer;
    const char *missing = "the trailer is missing: the file is cut short";
    if (!last_line(layout, &chunk))
        return missing;
    rk_cutter cutter = rk_cutter_at(&layout->text, &chunk);
    if (!rk_cutter_next(&cutter, cells, RK_CELLS_MAX, &row->record) || row->record.fault)
        return missing;
    const rk_record_rule *rule = rk_row_rule(row, &known);
    if (rule && rule->has_tag)
        return missing;
    size_t count = row->record.count;
    while (!layout->fixed && count > trailer->place_count &&
           rk_slice_trim(rk_delimited_text(row, count - 1)).len == 0)
        count--;
    if (!layout->fixed && count != trailer->place_count)
        return missing;
    rk_row_tell(row, trailer, told);
    layout->trailer_line = row->record.line;
    layout->text.text.len = (size_t)(chunk.from - layout->text.text.at);
    return NULL;
}

bool rk_layout_find(rk_layout *layout, const rk_channel *channel, rk_slice bytes, rk_told *told,
                    rk_arena *scratch, const char **why)
{
    rk_cell cells[RK_CELLS_MAX];
    bool fixed = channel->format == RK_FORMAT_FIXED;
    rk_row row = {.layout = layout, .cells = cells, .scratch = scratch};
    *layout = (rk_layout){.channel = channel, .fixed = fixed, .body_line = 1};
    layout->text = rk_delimited_of(bytes, fixed ? RK_NO_DELIMITER : channel->delimiter,
                                   fixed ? 0 : channel->quote);
    find_rules(layout);
    if (fixed)
        rk_fixed_places(layout);
    else
        rk_delimited_places(layout);
    rk_cutter cutter = rk_cutter_all(&layout->text);
    if (channel->title_count && !find_titles(layout, &cutter, &row, told, cells))
        return *why = "the row of column titles is missing", false;
    if (layout->header && !layout->header_found && !channel->title_count)
        find_header(layout, &cutter, &row, told, cells);
    if (layout->header && !layout->header_found)
        return *why = "the header is missing", false;
    if (layout->trailer && layout->trailer->placed)
        *why = take_last(layout, &row, told, cells);
    return !*why;
}
