#include "night/differ.h"

#include <stdlib.h>

#include "report/cells.h"
#include "seal/columns.h"

/* ---- rows ---- */

/* Room for any of the tables: a batch keeps its columns in the struct around it. */
typedef union any_rows {
    rk_batch batch;
    rk_outcome_rows outcomes;
    rk_allocation_rows allocations;
    rk_transition_rows transitions;
    rk_file_rows files;
    rk_case_rows cases;
    rk_decision_rows decisions;
    rk_facts facts;
} any_rows;

/* A sealed table and the same made again, with names and texts in common. */
typedef struct tables {
    rk_world shared;
    any_rows before, now;
} tables;

static void put_cell(const tables *t, const rk_batch *batch, size_t column, size_t row,
                     rk_buffer *out)
{
    const void *values = rk_batch_column(batch, column);
    switch (batch->columns[column].type) {
    case RK_TYPE_TEXT:
        rk_buffer_slice(out, rk_texts_get(&t->shared.texts, ((const rk_text *)values)[row]));
        break;
    case RK_TYPE_NAME:
        rk_buffer_slice(out, rk_names_text(&t->shared.names, ((const rk_name *)values)[row]));
        break;
    case RK_TYPE_DAY:
        rk_day_put(out, ((const rk_day *)values)[row]);
        break;
    case RK_TYPE_MOMENT:
        if (((const rk_moment *)values)[row] != RK_NO_MOMENT)
            rk_moment_put(out, ((const rk_moment *)values)[row], 0);
        break;
    case RK_TYPE_MONEY:
        if (((const rk_money *)values)[row] != RK_NO_MONEY)
            rk_buffer_i64(out, ((const rk_money *)values)[row]);
        break;
    default: {
        uint64_t number = 0;
        size_t size = rk_type_size(batch->columns[column].type);
        memcpy(&number, (const char *)values + row * size, size); /* little-endian */
        rk_buffer_u64(out, number);
    }
    }
}

static bool is_same_cell(const tables *t, size_t column, size_t i, size_t j)
{
    rk_buffer a = {0}, b = {0};
    put_cell(t, &t->before.batch, column, i, &a);
    put_cell(t, &t->now.batch, column, j, &b);
    bool same = rk_slice_equal(rk_buffer_all(&a), rk_buffer_all(&b));
    rk_buffer_free(&a);
    rk_buffer_free(&b);
    return same;
}

/* Rows are told apart by their first text: the entry, the case, the application; a transition's id hangs on
 * the run, so its second. */
static size_t key_column(const rk_batch *batch, bool is_transition)
{
    size_t seen = 0;
    for (size_t i = 0; i < batch->column_count; i++)
        if (batch->columns[i].type == RK_TYPE_TEXT && seen++ == (is_transition ? 1 : 0))
            return i;
    return SIZE_MAX;
}

typedef struct keyed {
    rk_slice key;
    size_t row;
} keyed;

static int by_key(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    int order = rk_slice_compare(x->key, y->key);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

/* Facts have no key: they are compared in their order. */
static keyed *keys_of(const tables *t, const rk_batch *batch, size_t column)
{
    keyed *all = rk_alloc(batch->count + 1, sizeof *all);
    for (size_t row = 0; row < batch->count; row++) {
        all[row].row = row;
        if (column != SIZE_MAX)
            all[row].key = rk_texts_get(&t->shared.texts,
                                        ((const rk_text *)rk_batch_column(batch, column))[row]);
    }
    if (batch->count && column != SIZE_MAX)
        qsort(all, batch->count, sizeof *all, by_key);
    return all;
}

/* The rows of an item are told behind it. */
static void tell_lines(const rk_differing *d, rk_buffer *lines)
{
    for (size_t at = 0; at < lines->len; at += strlen(lines->bytes + at) + 1)
        d->tell(d->context, lines->bytes + at);
    rk_buffer_free(lines);
}

static void tell_line(const rk_differing *d, rk_buffer *line)
{
    rk_buffer_char(line, '\0');
    d->tell(d->context, line->bytes);
    rk_buffer_clear(line);
}

/* "entry 9f86d08188161718:17: outcome matched before, late now" */
static bool put_changes(const rk_differing *d, const tables *t, size_t key, size_t i, size_t j,
                        rk_buffer *line)
{
    bool any = false;
    for (size_t c = 0; c < t->before.batch.column_count; c++) {
        bool hangs_on_run =
            d->other_rules && rk_slice_is(rk_slice_of(t->before.batch.columns[c].name), "id");
        if (c == key || hangs_on_run || is_same_cell(t, c, i, j))
            continue;
        rk_buffer_printf(line, "%s%s \"", any ? ", " : ": ", t->before.batch.columns[c].name);
        put_cell(t, &t->before.batch, c, i, line);
        rk_buffer_text(line, "\" before, \"");
        put_cell(t, &t->now.batch, c, j, line);
        rk_buffer_text(line, "\" now");
        any = true;
    }
    return any;
}

static void put_key(const tables *t, const char *table, size_t key, const keyed *row,
                    rk_buffer *line)
{
    rk_buffer_printf(line, "    %s", table);
    if (key != SIZE_MAX)
        rk_buffer_printf(line, " %s %.*s", t->before.batch.columns[key].name, RK_FMT(row->key));
    else
        rk_buffer_printf(line, " row %zu", row->row + 1);
}

/* Appends the first rows that differ; gives how many do. */
static size_t compare_rows(const rk_differing *d, const tables *t, const char *table,
                           rk_buffer *lines)
{
    size_t key = key_column(&t->before.batch, rk_slice_is(rk_slice_of(table), "transition"));
    keyed *a = keys_of(t, &t->before.batch, key), *b = keys_of(t, &t->now.batch, key);
    size_t i = 0, j = 0, different = 0;
    rk_buffer line = {0};
    while (i < t->before.batch.count || j < t->now.batch.count) {
        int order = i >= t->before.batch.count ? 1
                    : j >= t->now.batch.count  ? -1
                                               : rk_slice_compare(a[i].key, b[j].key);
        put_key(t, table, key, order <= 0 ? &a[i] : &b[j], &line);
        bool differs = order != 0 || put_changes(d, t, key, a[i].row, b[j].row, &line);
        if (order)
            rk_buffer_text(&line, order < 0 ? ": not there now" : ": not there before");
        i += order <= 0;
        j += order >= 0;
        if (differs && different++ < d->most)
            rk_buffer_bytes(lines, line.bytes, line.len), rk_buffer_char(lines, '\0');
        rk_buffer_clear(&line);
    }
    rk_buffer_free(&line);
    free(a);
    free(b);
    return different;
}

/* Both as batches of the same kind. */
static bool load(const rk_differing *d, const rk_item *item, const rk_batch *made, tables *t)
{
    rk_error ignored;
    rk_buffer sealed = {0}, again = {0};
    uint64_t columns = 0;
    for (size_t i = 0; i < made->column_count; i++)
        if (rk_batch_column(made, i))
            columns |= (uint64_t)1 << i;
    rk_batch_init(&t->before.batch, made->columns, made->column_count, 16, columns);
    rk_batch_init(&t->now.batch, made->columns, made->column_count, 16, columns);
    rk_columns_encode(made, &d->again->world.names, &d->again->world.texts, &again);
    bool good = rk_archive_get(d->archive, &item->ref, &sealed, &ignored) &&
                rk_columns_decode(rk_arena_slice(&t->shared.arena, rk_buffer_all(&sealed)),
                                  &t->before.batch, &t->shared.names, &t->shared.texts, &ignored) &&
                rk_columns_decode(rk_arena_slice(&t->shared.arena, rk_buffer_all(&again)),
                                  &t->now.batch, &t->shared.names, &t->shared.texts, &ignored);
    rk_buffer_free(&sealed);
    rk_buffer_free(&again);
    return good;
}

/* Gives how many rows differ; 1 when the table cannot be compared row by row. */
static size_t differ_rows(const rk_differing *d, const rk_item *item, const rk_batch *made,
                          const char *table, rk_buffer *lines)
{
    tables t = {0};
    size_t different = load(d, item, made, &t) ? compare_rows(d, &t, table, lines) : 1;
    rk_batch_free(&t.before.batch);
    rk_batch_free(&t.now.batch);
    rk_world_free(&t.shared);
    return different;
}

/* ---- items ---- */

static const rk_item *find_item(const rk_manifest *manifest, const rk_item *like)
{
    for (size_t i = 0; i < manifest->item_count; i++)
        if (manifest->items[i].kind == like->kind &&
            rk_slice_equal(manifest->items[i].name, like->name))
            return &manifest->items[i];
    return NULL;
}

static void tell(const rk_differing *d, const rk_item *item, const char *what, size_t count,
                 const char *unit)
{
    rk_buffer line = {0};
    rk_buffer_printf(&line, "%s %.*s: %s", rk_item_name(item->kind), RK_FMT(item->name), what);
    if (count)
        rk_buffer_printf(&line, " in %zu %s", count, unit);
    tell_line(d, &line);
    rk_buffer_free(&line);
}

/* False when every cell holds the same and another version of this program made it. */
static bool differ_book(rk_differing *d, const rk_item *item)
{
    rk_buffer sealed = {0}, lines = {0}, line = {0};
    rk_error ignored;
    size_t different = 0;
    const rk_books *books = &d->again->books;
    bool other_version = !rk_slice_equal(d->program, d->sealed->program), compared = false;
    for (size_t i = 0; i < books->count; i++)
        if (rk_slice_equal(books->items[i].path, item->name) &&
            rk_archive_get(d->archive, &item->ref, &sealed, &ignored)) {
            different = rk_cells_differ(rk_buffer_all(&sealed),
                                        rk_buffer_all(&books->items[i].bytes), d->most, &lines);
            compared = true;
        }
    bool redrawn = compared && different == 0 && other_version;
    d->redrawn += redrawn;
    tell(d, item,
         different ? "differs"
         : redrawn ? "every cell holds the same, drawn otherwise by another version of rekon"
                   : "differs, though every cell holds the same",
         different, "cells");
    rk_slice rest = rk_buffer_all(&lines), one;
    while (rest.len && rk_slice_cut(&rest, '\n', &one)) {
        rk_buffer_printf(&line, "    %.*s", RK_FMT(one));
        tell_line(d, &line);
    }
    rk_buffer_free(&sealed);
    rk_buffer_free(&lines);
    rk_buffer_free(&line);
    return !redrawn;
}

/* The closing state is a text of one line a part: the first lines that differ. */
static size_t differ_closing(const rk_differing *d, const rk_item *item, rk_buffer *lines)
{
    rk_error ignored;
    rk_buffer sealed = {0};
    size_t different = 0;
    bool good = rk_archive_get(d->archive, &item->ref, &sealed, &ignored);
    rk_slice before = rk_buffer_all(&sealed), now = rk_buffer_all(&d->again->closing), a, b;
    while (good && (before.len || now.len)) {
        a = b = (rk_slice){"", 0};
        rk_slice_cut(&before, '\n', &a);
        rk_slice_cut(&now, '\n', &b);
        if (rk_slice_equal(a, b) || different++ >= d->most)
            continue;
        rk_buffer_printf(lines, "    before: %.120s%c", rk_arena_text(&d->again->world.arena, a),
                         0);
        rk_buffer_printf(lines, "    now:    %.120s%c", rk_arena_text(&d->again->world.arena, b),
                         0);
    }
    rk_buffer_free(&sealed);
    return different;
}

/* The batch that was sealed as this item; NULL for what is no table. */
static const rk_batch *batch_of(const rk_differing *d, const rk_item *item)
{
    rk_history_table all[RK_HISTORY_TABLES];
    rk_history_tables(&d->again->history, all);
    if (item->kind == RK_ITEM_FACTS)
        return &d->again->facts.batch;
    for (size_t i = 0; item->kind == RK_ITEM_HISTORY && i < RK_HISTORY_TABLES; i++)
        if (rk_slice_is(item->name, all[i].name))
            return all[i].batch;
    return NULL;
}

/* True when what it holds differs. */
static bool differ_item(rk_differing *d, const rk_item *item, const rk_item *found)
{
    if (!found) {
        tell(d, item, "was not made again", 0, "");
        return true;
    }
    if (rk_digest_equal(&found->ref.content, &item->ref.content))
        return false;
    if (item->kind == RK_ITEM_WORKBOOK) {
        if (rk_slice_equal(found->extra, item->extra)) {
            tell(d, item, "same content, packed by another library version", 0, "");
            return false;
        }
        return differ_book(d, item);
    }
    const rk_batch *batch = batch_of(d, item);
    rk_slice name = item->kind == RK_ITEM_FACTS ? RK_S("facts") : item->name;
    rk_arena arena = {0};
    rk_buffer lines = {0};
    size_t rows = batch ? differ_rows(d, item, batch, rk_arena_text(&arena, name), &lines) : 0;
    rk_arena_free(&arena);
    if (item->kind == RK_ITEM_CLOSING)
        rows = differ_closing(d, item, &lines);
    if (batch && rows == 0 && d->other_rules)
        return false; /* nothing but ids that hang on the run */
    tell(d, item, "differs", rows, batch ? "rows" : "parts");
    tell_lines(d, &lines);
    return true;
}

/* In this order the first line is the nearest to the cause: inputs, then outcomes, then what follows. */
size_t rk_night_differs(rk_differing *d)
{
    const rk_manifest *sealed = d->sealed, *again = &d->again->manifest;
    static const rk_item_kind order[] = {RK_ITEM_STATEMENT, RK_ITEM_DECISIONS, RK_ITEM_RULES,
                                         RK_ITEM_SNAPSHOT,  RK_ITEM_SOURCE,    RK_ITEM_OPENING,
                                         RK_ITEM_HISTORY,   RK_ITEM_FACTS,     RK_ITEM_DETAIL,
                                         RK_ITEM_WORKBOOK,  RK_ITEM_NOTICES,   RK_ITEM_CLOSING};
    size_t different = 0;
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        if (d->other_rules && order[k] == RK_ITEM_RULES)
            continue;
        for (size_t i = 0; i < sealed->item_count; i++)
            if (sealed->items[i].kind == order[k])
                different += differ_item(d, &sealed->items[i], find_item(again, &sealed->items[i]));
        for (size_t i = 0; i < again->item_count; i++)
            if (again->items[i].kind == order[k] && !find_item(sealed, &again->items[i])) {
                tell(d, &again->items[i], "was not sealed then", 0, "");
                different++;
            }
    }
    return different;
}
