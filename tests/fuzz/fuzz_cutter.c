/* Records and cells: a letter for the delimiter, the text. Cut in chunks of any size, the records are the
 * same ones as those of the whole. */
#include "base/delimited.h"
#include "fuzz_kit.h"

enum { ROOM = 8 };

typedef struct seen {
    size_t records, cells, last_line;
    uint64_t digest;
} seen;

static void look(rk_cutter *cutter, rk_slice text, seen *of)
{
    rk_cell cells[ROOM];
    rk_record record;
    while (rk_cutter_next(cutter, cells, ROOM, &record)) {
        promise(record.bytes.at >= text.at &&
                    record.bytes.at + record.bytes.len <= text.at + text.len,
                "a record lies in the text");
        promise(record.line > of->last_line, "lines go up");
        of->last_line = record.line;
        of->records++;
        of->cells += record.count;
        of->digest = of->digest * 31 + rk_slice_hash(record.bytes) + record.fault;
        for (size_t i = 0; i < record.count && i < ROOM; i++) {
            rk_slice cell = rk_cell_slice(&cells[i]);
            promise(cell.at >= text.at && cell.at + cell.len <= text.at + text.len,
                    "a cell lies in the text");
            of->digest = of->digest * 31 + rk_slice_hash(cell);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = {',', ';', '|', '\t', RK_NO_DELIMITER};
    seen whole = {0}, parts = {0};
    size_t count, lines = 0;
    if (size < 2)
        return 0;
    rk_slice bytes = {(const char *)data + 2, size - 2};
    rk_delimited text =
        rk_delimited_of(bytes, delimiters[data[0] % sizeof delimiters], data[0] & 0x80 ? 0 : '"');
    rk_cutter all = rk_cutter_all(&text);
    look(&all, text.text, &whole);
    rk_chunk *chunks = rk_delimited_chunks(&text, 0, 1, data[1] + (size_t)1, 1, &count);
    for (size_t i = 0; i < count; i++) {
        rk_cutter part = rk_cutter_at(&text, &chunks[i]);
        size_t before = parts.records;
        look(&part, text.text, &parts);
        lines += chunks[i].lines;
        promise(parts.records - before <= chunks[i].lines, "a chunk has room for its records");
    }
    free(chunks);
    promise(whole.records == parts.records && whole.cells == parts.cells &&
                whole.digest == parts.digest && whole.last_line == parts.last_line,
            "chunks give the same records");
    promise(lines >= whole.records, "lines are at least the records");
    return 0;
}
