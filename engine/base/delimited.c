#include "base/delimited.h"

#include <stdlib.h>
const char *rk_record_fault_text(rk_record_fault fault)
{
    static const char *const texts[] = {
        "",
        "record is longer than 1 MiB",
        "too many fields",
        "quote is never closed",
        "text behind a closing quote",
    };
    return texts[fault];
}

rk_delimited rk_delimited_of(rk_slice bytes, char delimiter, char quote)
{
    if (rk_slice_starts(bytes, RK_S("\xef\xbb\xbf")))
        bytes = (rk_slice){bytes.at + 3, bytes.len - 3};
    bool has_feed = bytes.len && memchr(bytes.at, '\n', bytes.len);
    bool has_return = !has_feed && bytes.len && memchr(bytes.at, '\r', bytes.len);
    char newline = has_return ? '\r' : '\n';
    if (delimiter == RK_NO_DELIMITER)
        delimiter = newline;
    return (rk_delimited){bytes, delimiter, quote, newline};
}

/* The marks of the next bytes, of as many as there is room for; the last block may reach beyond the text. */
static void look_on(rk_cutter *cutter)
{
    const char three[3] = {cutter->delimiter, cutter->newline,
                           cutter->quote ? cutter->quote : cutter->newline};
    size_t left = (size_t)(cutter->until - cutter->looked), blocks = left / RK_BLOCK_BYTES;
    cutter->from = cutter->looked;
    cutter->used = 0;
    if (blocks) {
        blocks = blocks < RK_BLOCKS_AT_ONCE ? blocks : RK_BLOCKS_AT_ONCE;
        cutter->count = cutter->scanner->places(cutter->from, blocks, three, cutter->places);
        cutter->looked += blocks * RK_BLOCK_BYTES;
        return;
    }
    char tail[RK_BLOCK_BYTES] = {0};
    memcpy(tail, cutter->from, left);
    cutter->count = cutter->scanner->places(tail, 1, three, cutter->places);
    while (cutter->count && cutter->places[cutter->count - 1] >= left)
        cutter->count--;
    cutter->looked = cutter->until;
}

rk_cutter rk_cutter_at(const rk_delimited *text, const rk_chunk *chunk)
{
    return (rk_cutter){
        .next = chunk->from,
        .line = chunk->line,
        .until = chunk->until,
        .looked = chunk->from,
        .delimiter = text->delimiter,
        .quote = text->quote,
        .newline = text->newline,
        .scanner = rk_scanner_best(),
    };
}

rk_cutter rk_cutter_all(const rk_delimited *text)
{
    rk_chunk all = {text->text.at, text->text.at + text->text.len, 1, 0, false};
    return rk_cutter_at(text, &all);
}

/* The next delimiter, quote or line end; `until` when there is none. */
static inline const char *next_mark(rk_cutter *cutter)
{
    while (__builtin_expect(cutter->used == cutter->count, 0)) {
        if (cutter->looked == cutter->until)
            return cutter->until;
        look_on(cutter);
    }
    return cutter->from + cutter->places[cutter->used++];
}

/* The rest of a cell whose quote was just met. Gives the mark that ends the cell. */
static const char *quoted_cell(rk_cutter *cutter, rk_cell *cell, rk_record *record)
{
    const char *from = cell->at + 1, *mark;
    cell->quoted = true;
    for (;;) {
        mark = next_mark(cutter);
        if (mark == cutter->until) {
            record->fault = RK_RECORD_OPEN_QUOTE;
            cell->at = from;
            cell->len = 0;
            return mark;
        }
        cutter->line += *mark == cutter->newline;
        if (*mark != cutter->quote)
            continue;
        if (mark + 1 == cutter->until || mark[1] != cutter->quote)
            break;
        next_mark(cutter);
        cell->doubled = true;
    }
    const char *behind = mark + 1;
    cell->at = from;
    cell->len = (uint32_t)(mark - from);
    do /* quotes behind the closing one are text */
        mark = next_mark(cutter);
    while (mark < cutter->until && *mark != cutter->delimiter && *mark != cutter->newline);
    for (; behind < mark; behind++)
        if (*behind != ' ' && *behind != '\t' && *behind != '\r' && !record->fault)
            record->fault = RK_RECORD_AFTER_QUOTE;
    return mark;
}

/* Takes the CR of a CRLF off the last cell. */
static void end_record(rk_cutter *cutter, rk_cell *last, const char *mark, rk_record *record)
{
    const char *end = mark;
    if (cutter->newline == '\n' && mark > record->bytes.at && mark[-1] == '\r')
        end--;
    if (last && !last->quoted && last->at + last->len > end)
        last->len = (uint32_t)(end - last->at);
    record->bytes = rk_slice_between(record->bytes.at, end);
    if (record->bytes.len > RK_RECORD_BYTES_MAX && record->fault != RK_RECORD_OPEN_QUOTE)
        record->fault = RK_RECORD_TOO_LONG;
    if (mark < cutter->until) {
        cutter->next = mark + 1;
        cutter->line++;
    } else {
        cutter->next = cutter->until;
    }
}

/* Cells that end at a delimiter and hold no quote, as far as marks are known: nearly all are such. Gives the
 * place behind them. */
static inline const char *plain_cells(rk_cutter *cutter, const char *at, rk_cell *cells,
                                      size_t room, size_t *count)
{
    const char *from = cutter->from, delimiter = cutter->delimiter;
    const uint16_t *place = cutter->places + cutter->used, *end = cutter->places + cutter->count;
    size_t filled = *count;
    for (; place < end && filled < room; place++) {
        const char *mark = from + *place;
        if (*mark != delimiter)
            break;
        cells[filled++] = (rk_cell){at, (uint32_t)(mark - at), false, false};
        at = mark + 1;
    }
    cutter->used = (size_t)(place - cutter->places);
    *count = filled;
    return at;
}

bool rk_cutter_next(rk_cutter *cutter, rk_cell *cells, size_t room, rk_record *record)
{
    const char *at = cutter->next, *mark;
    rk_cell spare, *cell;
    size_t count = 0;
    bool plain = cutter->delimiter != cutter->newline && cutter->delimiter != cutter->quote;
    if (at >= cutter->until)
        return false;
    *record = (rk_record){{at, 0}, cutter->line, 0, RK_RECORD_GOOD};
    for (;; at = mark + 1) {
        if (plain)
            at = plain_cells(cutter, at, cells, room, &count);
        cell = count < room ? &cells[count] : &spare;
        count++;
        mark = next_mark(cutter);
        while (mark < cutter->until && *mark == cutter->quote && cutter->quote && mark != at)
            mark = next_mark(cutter);
        *cell = (rk_cell){at, (uint32_t)(mark - at), false, false};
        if (mark < cutter->until && *mark == cutter->quote && cutter->quote)
            mark = quoted_cell(cutter, cell, record);
        if (mark == cutter->until || *mark == cutter->newline)
            break;
    }
    record->count = count;
    if (count > room && !record->fault)
        record->fault = RK_RECORD_TOO_MANY;
    end_record(cutter, cell, mark, record);
    return true;
}

size_t rk_cell_unescape(const rk_cell *cell, char quote, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < cell->len; i++) {
        out[len++] = cell->at[i];
        if (cell->at[i] == quote && i + 1 < cell->len && cell->at[i + 1] == quote)
            i++;
    }
    return len;
}

/* ---- chunks ---- */

/* What one piece of the text does to the state "inside quotes", for both states it may begin in. The
 * piece begins behind a line end: either at a record's start or inside quotes, nothing else. */
typedef struct piece {
    const char *from, *until;
    size_t lines;
    bool ascii;
    bool quotes;
    /* When it began outside quotes [0], or inside [1]: inside at its end, and the first record's start in it,
     * NULL when it has none. [1] is asked only of a piece that does begin inside. */
    bool leaves[2];
    const char *restart[2];
} piece;

/* Walks from quote to quote. Gives the state at the end, and in *restart the first record start. */
static bool walk_quotes(const rk_delimited *text, const piece *of, bool inside,
                        const char **restart)
{
    const char *at = of->from, *end = text->text.at + text->text.len;
    *restart = inside ? NULL : of->from;
    while (at < of->until) {
        const char *quote = memchr(at, text->quote, (size_t)(of->until - at));
        const char *stop = quote ? quote : of->until;
        if (!inside && !*restart) {
            const char *newline = memchr(at, text->newline, (size_t)(stop - at));
            *restart = newline && newline + 1 < of->until ? newline + 1 : NULL;
        }
        if (!quote)
            break;
        at = quote + 1;
        if (inside) {
            if (at < end && *at == text->quote)
                at++;
            else
                inside = false;
            continue;
        }
        char before = quote > text->text.at ? quote[-1] : text->newline;
        inside = before == text->delimiter || before == text->newline;
    }
    return inside;
}

static void survey(const rk_delimited *text, piece *of)
{
    rk_survey found = rk_bytes_survey(rk_scanner_best(), rk_slice_between(of->from, of->until),
                                      text->newline, text->quote);
    of->lines = found.lines;
    of->ascii = found.ascii;
    of->quotes = text->quote && found.quotes;
    of->leaves[0] = false;
    of->restart[0] = of->from;
    of->leaves[1] = true;
    of->restart[1] = NULL;
    if (of->quotes)
        of->leaves[0] = walk_quotes(text, of, false, &of->restart[0]);
}

/* Nearly every piece begins at a record. One that begins inside quotes is walked when that is known. */
static bool leave(const rk_delimited *text, piece *of, bool inside)
{
    if (inside && of->quotes)
        of->leaves[1] = walk_quotes(text, of, true, &of->restart[1]);
    return of->leaves[inside];
}

static size_t count_lines(const rk_delimited *text, const char *from, const char *until)
{
    return rk_bytes_survey(rk_scanner_best(), rk_slice_between(from, until), text->newline, 0)
        .lines;
}

/* Pieces of about `size` bytes, each ending behind a line end or with the text. */
static piece *pieces_of(const rk_delimited *text, const char *from, size_t size, size_t *count)
{
    const char *end = text->text.at + text->text.len;
    size_t capacity = 0;
    piece *pieces = NULL;
    *count = 0;
    while (from < end) {
        const char *until = end;
        if ((size_t)(end - from) > size) {
            const char *newline = memchr(from + size, text->newline, (size_t)(end - from) - size);
            until = newline ? newline + 1 : end;
        }
        pieces = rk_grow(pieces, &capacity, *count + 1, sizeof *pieces);
        pieces[(*count)++] = (piece){.from = from, .until = until};
        from = until;
    }
    return pieces;
}

rk_chunk *rk_delimited_chunks(const rk_delimited *text, size_t from, size_t line, size_t size,
                              int threads, size_t *count)
{
    const char *end = text->text.at + text->text.len;
    size_t piece_count, filled = 0;
    piece *pieces = pieces_of(text, text->text.at + from, size ? size : 1, &piece_count);
    rk_chunk *chunks = rk_alloc(piece_count + 1, sizeof *chunks);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads) if (piece_count > 1)
    for (size_t i = 0; i < piece_count; i++)
        survey(text, &pieces[i]);
    bool inside = false;
    for (size_t i = 0; i < piece_count; i++) {
        bool leaves = leave(text, &pieces[i], inside);
        const char *start = pieces[i].restart[inside];
        inside = leaves;
        if (start) {
            size_t skipped = count_lines(text, pieces[i].from, start);
            if (filled) {
                chunks[filled - 1].until = start;
                chunks[filled - 1].lines += skipped;
                chunks[filled - 1].ascii &= start == pieces[i].from || pieces[i].ascii;
            }
            chunks[filled] =
                (rk_chunk){start, end, line + skipped, pieces[i].lines - skipped, pieces[i].ascii};
            filled++;
        } else if (filled) {
            chunks[filled - 1].lines += pieces[i].lines;
            chunks[filled - 1].ascii &= pieces[i].ascii;
        }
        line += pieces[i].lines;
    }
    if (filled && end[-1] != text->newline)
        chunks[filled - 1].lines++;
    free(pieces);
    *count = filled;
    return chunks;
}
