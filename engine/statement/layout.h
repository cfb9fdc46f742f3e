/*
 * layout: where one statement file has its fields, by its channel's rules.
 *
 * In:  the bytes of a file, its channel        Out: places of all fields, where the entries begin,
 *                                                   what the lines above them tell
 * Delimited and fixed files differ only here: above, a row gives the text of a field by its number.
 */
#ifndef RK_STATEMENT_LAYOUT_H
#define RK_STATEMENT_LAYOUT_H

#include "base/delimited.h"
#include "config/channel.h"

enum { RK_CELLS_MAX = 256, RK_MEANINGS = RK_MEANS_TOTAL_DEBIT + 1, RK_PREAMBLE_MAX = 1000 };

typedef struct rk_place {
    int cell;            /* delimited; -1: not in this file */
    uint32_t at, length; /* fixed */
} rk_place;

typedef struct rk_layout {
    const rk_channel *channel;
    bool fixed;
    rk_delimited text;
    rk_place places[RK_FIELDS_MAX]; /* of an entry's fields */
    size_t cells_min, cells_max;    /* of an entry; a cell beyond the maximum must be empty */
    const rk_record_rule *header, *entry, *trailer;
    bool header_found;
    size_t trailer_line; /* of a trailer told by its place: it is no part of `text` any more */
    uint64_t seen;       /* bit i: a line of record rule i was above the titles */
    size_t body;      /* byte of `text` at which the first record behind header or titles begins */
    size_t body_line; /* its line */
} rk_layout;

/* A record with the means to find its fields. */
typedef struct rk_row {
    const rk_layout *layout;
    const rk_cell *cells; /* fixed: one, the line */
    rk_record record;
    rk_arena *scratch; /* for cells with doubled quotes */
} rk_row;

/* What header, trailer and info lines say, by meaning. */
typedef struct rk_told {
    rk_slice text[RK_MEANINGS]; /* at == NULL: not said; in the file or in the file's scratch */
    size_t line[RK_MEANINGS];
} rk_told;

/* The rule that claims a record by its tag, or the entry rule, or NULL when it is an entry without
 * rule; *known is false when nothing claims it. */
const rk_record_rule *rk_row_rule(const rk_row *row, bool *known);

/* Place of a field for people: cell, or byte, from 1; 0 when it has none. */
uint32_t rk_row_column(const rk_row *row, int field);

/* NULL, or why the record cannot be an entry: too few fields, too long, ... */
const char *rk_row_fault(const rk_row *row);

/* All cells are blank. */
bool rk_row_is_empty(const rk_row *row);

/* Puts what the row tells by the rule's meanings into `told`. */
void rk_row_tell(const rk_row *row, const rk_record_rule *rule, rk_told *told);

/* Finds places, header and titles. False after saying on one line in `why` (arena) what is missing. */
bool rk_layout_find(rk_layout *layout, const rk_channel *channel, rk_slice bytes, rk_told *told,
                    rk_arena *scratch, const char **why);

/* By format; see delimited.c and fixed.c. */
void rk_delimited_places(rk_layout *layout);
bool rk_delimited_titles(rk_layout *layout, const rk_row *row);
const char *rk_delimited_fault(const rk_row *row);
rk_slice rk_delimited_plain(const rk_row *row, const rk_cell *cell); /* doubled quotes undone */
void rk_fixed_places(rk_layout *layout);
const char *rk_fixed_fault(const rk_row *row);

static inline uint64_t rk_rule_bit(const rk_channel *channel, const rk_record_rule *rule)
{
    return (uint64_t)1 << ((rule - channel->records) & 63);
}

static inline rk_slice rk_fixed_text(const rk_row *row, uint32_t at, uint32_t length)
{
    rk_slice bytes = row->record.bytes;
    if (at >= bytes.len)
        return (rk_slice){"", 0};
    size_t left = bytes.len - at;
    return (rk_slice){bytes.at + at, left < length ? left : length};
}

static inline rk_slice rk_delimited_text(const rk_row *row, size_t cell)
{
    if (cell >= row->record.count || cell >= RK_CELLS_MAX)
        return (rk_slice){"", 0};
    const rk_cell *of = &row->cells[cell];
    return __builtin_expect(of->doubled, 0) ? rk_delimited_plain(row, of) : rk_cell_slice(of);
}

static inline rk_slice rk_trimmed(rk_slice text)
{
    if (text.len &&
        ((unsigned char)text.at[0] <= ' ' || (unsigned char)text.at[text.len - 1] <= ' '))
        return rk_slice_trim(text);
    return text;
}

/* The text of an entry's field, trimmed; empty when the row has none. */
static inline rk_slice rk_row_field(const rk_row *row, int field)
{
    if (field < 0 || row->layout->places[field].cell < 0)
        return (rk_slice){"", 0};
    const rk_place *place = &row->layout->places[field];
    return rk_trimmed(row->layout->fixed ? rk_fixed_text(row, place->at, place->length)
                                         : rk_delimited_text(row, (size_t)place->cell));
}

#endif
