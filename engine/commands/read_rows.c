#include <stdlib.h>

#include "base/delimited.h"
#include "commands/read_json.h"
#include "commands/read_raw.h"
#include "statement/values.h"

enum { CELLS_MAX = 1 << 16, STRIDE = 1 << 20 };

typedef struct printing {
    const rk_mapped *file;
    rk_delimited text;
    bool utf8;
    rk_cell *cells;
    rk_buffer plain, converted, out;
    bool narrow, gaps; /* all records have one cell; some are empty */
} printing;

static void put_cell(printing *of, const rk_cell *cell)
{
    rk_slice text = rk_cell_slice(cell);
    if (cell->doubled) {
        rk_buffer_clear(&of->plain);
        text.at = rk_buffer_room(&of->plain, cell->len + 1);
        text.len = rk_cell_unescape(cell, of->text.quote, of->plain.bytes);
    }
    if (!of->utf8) {
        rk_buffer_clear(&of->converted);
        char *room = rk_buffer_room(&of->converted, 3 * text.len + 1);
        text = (rk_slice){room, rk_cp1252_to_utf8(text, room)};
    }
    rk_buffer_json(&of->out, text);
}

static bool put_record(printing *of, const rk_record *record, rk_error *err)
{
    if (record->fault != RK_RECORD_GOOD)
        return rk_fail(err, RK_WAITING, "line %zu: %s", record->line,
                       rk_record_fault_text(record->fault));
    rk_buffer_char(&of->out, '[');
    for (size_t i = 0; i < record->count; i++) {
        if (i)
            rk_buffer_char(&of->out, ',');
        put_cell(of, &of->cells[i]);
    }
    rk_buffer_text(&of->out, "]\n");
    of->narrow &= record->count == 1;
    of->gaps |= record->count == 1 && record->bytes.len == 0;
    return rk_json_write(&of->out, false, err);
}

static bool put_all(printing *of, const rk_rows *rows, rk_error *err)
{
    rk_cutter cutter = rk_cutter_all(&of->text);
    rk_slice comment = rk_slice_of(rows->comment);
    rk_record record;
    const char *passed = cutter.next;
    while (rk_cutter_next(&cutter, of->cells, CELLS_MAX, &record)) {
        if (!(comment.len && rk_slice_starts(record.bytes, comment)) &&
            !put_record(of, &record, err))
            return false;
        if (cutter.next - passed >= STRIDE) {
            passed = cutter.next;
            rk_file_forget(of->file, (size_t)(passed - of->file->bytes.at));
        }
    }
    /* The last line end closes the last record. Only where a file is one column with empty values in
     * it does an empty line say something, and then the line end stands before one more. */
    rk_slice text = of->text.text;
    if (of->narrow && of->gaps && text.len && text.at[text.len - 1] == of->text.newline)
        rk_buffer_text(&of->out, "[\"\"]\n");
    return true;
}

bool rk_read_rows(const rk_mapped *file, const rk_rows *rows, rk_error *err)
{
    printing of = {
        .file = file, .text = rk_delimited_of(file->bytes, rows->delimiter, '"'), .narrow = true};
    rk_error unread = {0};
    of.utf8 = rk_utf8_valid(of.text.text);
    rk_file_forget(file, file->bytes.len);
    of.cells = rk_alloc(CELLS_MAX, sizeof *of.cells);
    bool good = put_all(&of, rows, &unread);
    bool written = rk_json_write(&of.out, true, err);
    if (written && !good)
        *err = unread;
    free(of.cells);
    rk_buffer_free(&of.plain);
    rk_buffer_free(&of.converted);
    rk_buffer_free(&of.out);
    return good && written;
}
