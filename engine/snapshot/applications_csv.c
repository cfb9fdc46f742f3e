#include "snapshot/applications.h"

#include <stdlib.h>

#include "base/delimited.h"
#include "base/digits.h"
#include "snapshot/repeated.h"

enum {
    CELLS_MAX = 256,
    CHUNK_BYTES = 1 << 20,
    CHUNKS_FEW = 64,
    CHUNK_BYTES_MAX = 4 << 20,
    DUE_MAX_DIGITS = 15
};

/* One column of the file that is taken. */
typedef struct target {
    size_t cell;   /* in the file */
    size_t column; /* in rk_application_columns */
    rk_type type;
    void *values; /* the batch's column */
} target;

/* A text with doubled quotes: its final form is not in the file. */
typedef struct later {
    size_t row, column;
    rk_slice text; /* in the part's arena */
} later;

typedef struct failure {
    bool given;
    size_t line, column;
    const char *what; /* "is not an amount" */
    const char *name; /* of the column, or NULL */
    char value[48];
} failure;

/* What one thread made of one chunk. Rows lie at `first` of the batch; names are numbers of `local`. */
typedef struct part {
    rk_chunk chunk;
    size_t first, count;
    rk_names local;
    rk_names_lately *lately; /* of the thread, for `local` */
    rk_name *global;         /* by local number */
    rk_arena arena;
    later *laters;
    size_t later_count, later_capacity;
    failure fault;
    bool ascii, ascending; /* ids strictly ascend in the part */
    rk_slice first_id, last_id;
    char day_text[10]; /* the day read last */
    rk_day day;
} part;

typedef struct reader {
    const rk_applications_reading *reading;
    rk_applications *rows;
    rk_delimited text;
    const char *origin; /* of the registered bytes */
    uint32_t texts;
    target targets[64];
    size_t target_count;
    size_t cell_count; /* of the header row */
} reader;

/* ---- cells ---- */

static void fail_cell(part *of, const rk_record *record, const rk_cell *cell, const char *name,
                      const char *what)
{
    failure *fault = &of->fault;
    size_t len = cell ? (cell->len < 40 ? cell->len : 40) : 0;
    *fault = (failure){.given = true, .line = record->line, .what = what, .name = name};
    fault->column = cell ? (size_t)(cell->at - record->bytes.at) + 1 : 0;
    for (size_t i = 0; i < len; i++)
        fault->value[i] = cell->at[i] >= ' ' && cell->at[i] < 0x7f ? cell->at[i] : '?';
}

/* Two digits, or a value above 99. */
static inline unsigned two_digits(const char *at)
{
    unsigned tens = (unsigned)(unsigned char)at[0] - '0',
             ones = (unsigned)(unsigned char)at[1] - '0';
    return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

/* Without a call: this is asked of each row. */
static inline bool same_ten(const char *a, const char *b)
{
    uint64_t x, y;
    uint16_t x_last, y_last;
    memcpy(&x, a, 8);
    memcpy(&y, b, 8);
    memcpy(&x_last, a + 8, 2);
    memcpy(&y_last, b + 8, 2);
    return x == y && x_last == y_last;
}

static bool read_day(part *of, rk_slice text, rk_day *day)
{
    if (text.len == 10 && same_ten(text.at, of->day_text)) {
        *day = of->day;
        return true;
    }
    if (!rk_day_parse(text, day))
        return false;
    memcpy(of->day_text, text.at, 10);
    of->day = *day;
    return true;
}

/* The usual form "2024-03-05T09:00:00+07:00" by digit arithmetic; the others by the model. */
static bool read_moment(part *of, rk_slice text, rk_moment *moment)
{
    const char *at = text.at;
    bool zulu = text.len == 20 && at[19] == 'Z';
    bool usual = zulu || (text.len == 25 && (at[19] == '+' || at[19] == '-') && at[22] == ':');
    rk_day day;
    if (!usual || at[10] != 'T' || at[13] != ':' || at[16] != ':')
        return rk_moment_parse(text, moment);
    unsigned hour = two_digits(at + 11), minute = two_digits(at + 14), second = two_digits(at + 17);
    unsigned zone_hour = zulu ? 0 : two_digits(at + 20),
             zone_minute = zulu ? 0 : two_digits(at + 23);
    if (hour > 23 || minute > 59 || second > 59 || zone_hour > 23 || zone_minute > 59 ||
        !read_day(of, (rk_slice){at, 10}, &day))
        return false;
    int64_t zone = zone_hour * 3600 + zone_minute * 60;
    int64_t seconds = (int64_t)day * 86400 + hour * 3600 + minute * 60 + second;
    *moment = (seconds - (at[19] == '-' ? -zone : zone)) * RK_SECOND;
    return true;
}

static bool read_code(rk_slice text, uint64_t *code)
{
    *code = 0;
    return text.len == 0 || (text.len == 15 && rk_fifteen_digits(text.at, code));
}

/* Whole units by digit arithmetic; decimals by the model. A due amount is never negative. */
static bool read_due(rk_slice text, int exponent, rk_money *minor)
{
    uint64_t whole = 0;
    *minor = RK_NO_MONEY;
    if (text.len == 0)
        return true;
    if (text.len > DUE_MAX_DIGITS || exponent > 3 || !rk_some_digits(text.at, text.len, &whole))
        return rk_money_parse(text, RK_DECIMAL_POINT, exponent, minor) && *minor >= 0;
    for (int places = 0; places < exponent; places++)
        whole *= 10;
    *minor = (rk_money)whole;
    return true;
}

static void put_text(const reader *all, part *of, const rk_cell *cell, size_t column, rk_text *into)
{
    if (!cell->doubled) {
        *into =
            cell->len ? rk_texts_ref(all->texts, (uint64_t)(cell->at - all->origin), cell->len) : 0;
        return;
    }
    char *copy = rk_arena_alloc(&of->arena, cell->len, 1);
    size_t len = rk_cell_unescape(cell, '"', copy);
    of->laters = rk_grow(of->laters, &of->later_capacity, of->later_count + 1, sizeof(later));
    of->laters[of->later_count++] = (later){of->first + of->count, column, {copy, len}};
    *into = 0;
}

static const char *put_name(part *of, const rk_cell *cell, rk_name *into)
{
    rk_slice text = rk_cell_slice(cell);
    if (cell->doubled) {
        char *copy = rk_arena_alloc(&of->arena, cell->len, 1);
        text = (rk_slice){copy, rk_cell_unescape(cell, '"', copy)};
    }
    *into = rk_names_add_again(&of->local, of->lately, text);
    return *into != RK_NAME_FULL ? NULL
           : text.len > RK_NAME_LENGTH_MAX
               ? "is too long"
               : "is one different value too many: these columns repeat few values";
}

/* Whether ids still ascend: then none can be there twice. */
static void watch_order(part *of, const rk_cell *cell)
{
    rk_slice id = rk_cell_slice(cell);
    if (of->count == 0)
        of->first_id = id;
    else if (of->ascending && !rk_slice_before(of->last_id, id))
        of->ascending = false;
    if (cell->doubled)
        of->ascending = false;
    of->last_id = id;
}

/* Puts one cell into its column; NULL, or what is wrong with it. */
static const char *put_cell(const reader *all, part *of, const target *to, const rk_cell *cell)
{
    size_t row = of->first + of->count;
    void *column = to->values;
    rk_slice text = rk_cell_slice(cell);
    switch (to->type) {
    case RK_TYPE_TEXT:
        if (cell->len > RK_TEXT_LENGTH_MAX)
            return "is longer than 65,535 bytes";
        if (!of->ascii && !rk_utf8_valid(text))
            return "is not UTF-8";
        if (to->column == 0 && cell->len == 0)
            return "is empty";
        if (to->column == 0)
            watch_order(of, cell);
        put_text(all, of, cell, to->column, &((rk_text *)column)[row]);
        return NULL;
    case RK_TYPE_NAME:
        if (!of->ascii && !rk_utf8_valid(text))
            return "is not UTF-8";
        return put_name(of, cell, &((rk_name *)column)[row]);
    case RK_TYPE_CODE:
        return read_code(text, &((uint64_t *)column)[row]) ? NULL : "is not a code of 15 digits";
    case RK_TYPE_MONEY:
        return read_due(text, all->reading->exponent, &((rk_money *)column)[row])
                   ? NULL
                   : "is not an amount";
    case RK_TYPE_MOMENT:
        ((rk_moment *)column)[row] = RK_NO_MOMENT;
        if (text.len == 0)
            return all->rows->submitted_at == column ? "is empty" : NULL;
        return read_moment(of, text, &((rk_moment *)column)[row])
                   ? NULL
                   : "is not a time with offset (2024-03-05T09:00:00+07:00)";
    case RK_TYPE_DAY:
        ((rk_day *)column)[row] = RK_NO_DAY;
        return text.len == 0 || read_day(of, text, &((rk_day *)column)[row])
                   ? NULL
                   : "is not a day (2024-03-05)";
    case RK_TYPE_U8: /* the one closed set among the source's columns */
        ((uint8_t *)column)[row] = (uint8_t)rk_status_find(text);
        return text.len == 0 || ((uint8_t *)column)[row] ? NULL : "is not a status";
    case RK_TYPE_U32:
        break;
    }
    return "cannot be read";
}

/* What the engine has not decided yet is empty; the pages are zero already. */
static void clear_decided(rk_applications *rows, size_t from, size_t until)
{
    for (size_t row = from; row < until; row++) {
        if (rows->deadline)
            rows->deadline[row] = RK_NO_MOMENT;
        if (rows->paid_from)
            rows->paid_from[row] = RK_NO_MOMENT;
        if (rows->paid_until)
            rows->paid_until[row] = RK_NO_MOMENT;
    }
}

static void read_part(const reader *all, part *of)
{
    rk_cell cells[CELLS_MAX];
    rk_record record;
    rk_names_lately lately = {0};
    rk_cutter cutter = rk_cutter_at(&all->text, &of->chunk);
    of->lately = &lately;
    of->ascii = of->chunk.ascii;
    of->ascending = true;
    while (rk_cutter_next(&cutter, cells, CELLS_MAX, &record)) {
        if (record.bytes.len == 0)
            continue;
        if (record.fault || record.count != all->cell_count) {
            fail_cell(of, &record, NULL, NULL,
                      record.fault                     ? rk_record_fault_text(record.fault)
                      : record.count < all->cell_count ? "row has fewer fields than the header"
                                                       : "row has more fields than the header");
            return;
        }
        for (size_t i = 0; i < all->target_count; i++) {
            const target *to = &all->targets[i];
            const char *what = put_cell(all, of, to, &cells[to->cell]);
            if (what) {
                fail_cell(of, &record, &cells[to->cell], rk_application_columns[to->column].name,
                          what);
                return;
            }
        }
        of->count++;
    }
    clear_decided(all->rows, of->first, of->first + of->count);
}

/* ---- header ---- */

static bool refuse(rk_error *err, rk_slice name, size_t line, size_t column)
{
    char path[sizeof err->path];
    size_t len = name.len < sizeof path - 1 ? name.len : sizeof path - 1;
    memcpy(path, name.len ? name.at : "", len);
    path[len] = 0;
    return rk_fail_at(err, path, line, column);
}

static rk_slice header_name(const rk_cell *cell, rk_arena *arena)
{
    char *copy = rk_arena_alloc(arena, cell->len + 1, 1);
    return rk_slice_trim((rk_slice){copy, rk_cell_unescape(cell, '"', copy)});
}

/* Names in a message or on one line of a log: printable, and not too many. */
static void list_unknown(rk_buffer *list, rk_slice name)
{
    if (list->len > 400)
        return;
    if (list->len)
        rk_buffer_text(list, ", ");
    for (size_t i = 0; i < name.len && i < 64; i++)
        rk_buffer_char(list, (unsigned char)name.at[i] >= ' ' ? name.at[i] : '?');
}

static bool map_header(reader *all, const rk_cell *cells, const rk_record *record, rk_slice path,
                       rk_slice *unknown, uint64_t *given, rk_error *err)
{
    uint64_t kept = rk_application_needed() | all->reading->columns;
    rk_buffer list = {0};
    bool good = true;
    for (size_t i = 0; good && i < record->count; i++) {
        rk_slice name = header_name(&cells[i], all->reading->arena);
        int column = rk_column_find(rk_application_columns, rk_application_column_count, name);
        if (column < 0 || !(rk_application_columns[column].flags & RK_COLUMN_SOURCE)) {
            list_unknown(&list, name);
        } else if (*given >> column & 1) {
            rk_fail(err, RK_USAGE, "column %s is there twice", rk_application_columns[column].name);
            good = refuse(err, path, record->line, (size_t)(cells[i].at - record->bytes.at) + 1);
        } else {
            *given |= (uint64_t)1 << column;
            if (kept >> column & 1)
                all->targets[all->target_count++] =
                    (target){i, (size_t)column, rk_application_columns[column].type, NULL};
        }
    }
    *unknown = rk_arena_slice(all->reading->arena, rk_buffer_all(&list));
    rk_buffer_free(&list);
    for (size_t i = 0; good && i < rk_application_column_count; i++)
        if ((rk_application_needed() & ~*given) >> i & 1) {
            rk_fail(err, RK_USAGE, "column %s is missing", rk_application_columns[i].name);
            rk_fail_hint(err, "needed: application_id, office, service, billing_code, amount_due, "
                              "submitted_at");
            good = refuse(err, path, record->line, 0);
        }
    return good;
}

/* Reads the header row; sets up `cutter` behind it. */
static bool read_header(reader *all, rk_cutter *cutter, rk_slice path, rk_slice *unknown,
                        uint64_t *given, rk_error *err)
{
    rk_cell cells[CELLS_MAX];
    rk_record record;
    do {
        if (!rk_cutter_next(cutter, cells, CELLS_MAX, &record)) {
            rk_fail(err, RK_USAGE, "the file has no header row");
            return refuse(err, path, 1, 0);
        }
    } while (record.bytes.len == 0);
    if (record.fault) {
        rk_fail(err, RK_USAGE, "header row: %s", rk_record_fault_text(record.fault));
        return refuse(err, path, record.line, 0);
    }
    all->cell_count = record.count;
    return map_header(all, cells, &record, path, unknown, given, err);
}

/* ---- parts put together ---- */

static bool first_failure(const part *parts, size_t count, rk_slice path, rk_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const failure *fault = &parts[i].fault;
        if (!fault->given)
            continue;
        if (fault->name)
            rk_fail(err, RK_USAGE, "%s \"%s\" %s", fault->name, fault->value, fault->what);
        else
            rk_fail(err, RK_USAGE, "%s", fault->what);
        return refuse(err, path, fault->line, fault->column);
    }
    return true;
}

/* Names in the order of chunks, so that their numbers depend on the file alone. */
static bool merge_names(const reader *all, part *parts, size_t count, rk_error *err)
{
    for (size_t i = 0; i < count; i++) {
        parts[i].global = rk_alloc(parts[i].local.count + 1, sizeof *parts[i].global);
        for (size_t n = 1; n < parts[i].local.count; n++) {
            parts[i].global[n] = rk_names_add(all->reading->names, parts[i].local.texts[n]);
            if (parts[i].global[n] == RK_NAME_FULL)
                return rk_fail(err, RK_FILE, "more than %d different names", RK_NAMES_MAX);
        }
    }
    return true;
}

static void renumber(const reader *all, const part *of)
{
    for (size_t i = 0; i < all->target_count; i++) {
        if (all->targets[i].type != RK_TYPE_NAME)
            continue;
        rk_name *column = rk_batch_column(&all->rows->batch, all->targets[i].column);
        for (size_t row = of->first; row < of->first + of->count; row++)
            column[row] = of->global[column[row]];
    }
}

static void add_texts(const reader *all, const part *of)
{
    for (size_t i = 0; i < of->later_count; i++) {
        rk_text *column = rk_batch_column(&all->rows->batch, of->laters[i].column);
        column[of->laters[i].row] = rk_texts_add(all->reading->texts, of->laters[i].text);
    }
}

/* Closes the gaps that empty lines and quoted line ends left, column by column. */
static void close_gaps(rk_batch *batch, part *parts, size_t count, int threads)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t c = 0; c < batch->column_count; c++) {
        char *column = rk_batch_column(batch, c);
        size_t size = rk_type_size(batch->columns[c].type), filled = 0;
        for (size_t i = 0; column && i < count; i++) {
            if (parts[i].first != filled)
                memmove(column + filled * size, column + parts[i].first * size,
                        parts[i].count * size);
            filled += parts[i].count;
        }
    }
    batch->count = 0;
    for (size_t i = 0; i < count; i++) {
        parts[i].first = batch->count;
        batch->count += parts[i].count;
    }
}

static bool ids_ascend(const part *parts, size_t count)
{
    rk_slice last = {NULL, 0};
    for (size_t i = 0; i < count; i++) {
        if (parts[i].count == 0)
            continue;
        if (!parts[i].ascending || (last.at && rk_slice_compare(last, parts[i].first_id) >= 0))
            return false;
        last = parts[i].last_id;
    }
    return true;
}

/* The line of a row: the records of its chunk are walked again. */
static size_t line_of(const reader *all, const part *parts, size_t count, size_t row)
{
    rk_cell cells[1];
    rk_record record = {{NULL, 0}, 0, 0, RK_RECORD_GOOD};
    size_t i = 0;
    while (i + 1 < count && parts[i + 1].first <= row)
        i++;
    rk_cutter cutter = rk_cutter_at(&all->text, &parts[i].chunk);
    for (size_t left = row - parts[i].first + 1; left > 0;)
        if (rk_cutter_next(&cutter, cells, 1, &record))
            left -= record.bytes.len > 0;
        else
            break;
    return record.line;
}

static bool no_id_twice(const reader *all, const part *parts, size_t count, rk_slice path,
                        rk_error *err)
{
    size_t earlier, later_row;
    if (ids_ascend(parts, count) ||
        !rk_texts_repeated(all->reading->texts, all->rows->id, all->rows->batch.count,
                           all->reading->threads, &earlier, &later_row))
        return true;
    rk_slice id = rk_texts_get(all->reading->texts, all->rows->id[later_row]);
    size_t shown = id.len < 100 ? id.len : 100;
    size_t line = line_of(all, parts, count, later_row);
    rk_fail(err, RK_USAGE, "application_id \"%.*s\" is there twice: on lines %zu and %zu",
            (int)shown, id.at, line_of(all, parts, count, earlier), line);
    return refuse(err, path, line, 0);
}

static bool read_parts(reader *all, part *parts, size_t count, rk_slice path, rk_error *err)
{
    int threads = all->reading->threads;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads) if (count > 1)
    for (size_t i = 0; i < count; i++)
        read_part(all, &parts[i]);
    if (!first_failure(parts, count, path, err) || !merge_names(all, parts, count, err))
        return false;
#pragma omp parallel for schedule(dynamic, 8) num_threads(threads) if (count > 1)
    for (size_t i = 0; i < count; i++)
        renumber(all, &parts[i]);
    for (size_t i = 0; i < count; i++)
        add_texts(all, &parts[i]);
    close_gaps(&all->rows->batch, parts, count, threads);
    return no_id_twice(all, parts, count, path, err);
}

static void free_parts(part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rk_names_free(&parts[i].local);
        rk_arena_free(&parts[i].arena);
        free(parts[i].laters);
        free(parts[i].global);
    }
    free(parts);
}

static uint64_t decided_columns(void)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (!(rk_application_columns[i].flags & RK_COLUMN_SOURCE))
            bits |= (uint64_t)1 << i;
    return bits;
}

/* Each chunk meets every name anew: where there is enough for all threads, chunks are larger. */
static size_t chunk_bytes(size_t all)
{
    size_t few = all / CHUNKS_FEW;
    return few < CHUNK_BYTES ? CHUNK_BYTES : few > CHUNK_BYTES_MAX ? CHUNK_BYTES_MAX : few;
}

static bool read_rows(reader *all, const rk_cutter *behind, uint64_t wanted, rk_slice path,
                      rk_error *err)
{
    size_t count, room = 0;
    rk_chunk *chunks =
        rk_delimited_chunks(&all->text, (size_t)(behind->next - all->text.text.at), behind->line,
                            chunk_bytes(all->text.text.len), all->reading->threads, &count);
    part *parts = rk_alloc(count + 1, sizeof *parts);
    for (size_t i = 0; i < count; i++) {
        parts[i].chunk = chunks[i];
        parts[i].first = room;
        room += chunks[i].lines;
    }
    free(chunks);
    bool good = room < RK_NO_ROW || rk_fail(err, RK_FILE, "more than 4,294,967,294 rows");
    rk_batch_init(&all->rows->batch, rk_application_columns, rk_application_column_count,
                  good ? room : 0, wanted);
    for (size_t i = 0; i < all->target_count; i++)
        all->targets[i].values = rk_batch_column(&all->rows->batch, all->targets[i].column);
    good = good && read_parts(all, parts, count, path, err);
    free_parts(parts, count);
    return good;
}

bool rk_applications_read(const rk_applications_reading *reading, rk_slice name, rk_slice bytes,
                          rk_applications *applications, rk_slice *unknown, rk_error *err)
{
    reader all = {.reading = reading, .rows = applications, .origin = bytes.at};
    uint64_t given = 0;
    *applications = (rk_applications){0};
    *unknown = (rk_slice){"", 0};
    all.text = rk_delimited_of(bytes, ',', '"');
    all.texts = rk_texts_register(reading->texts, bytes);
    if (all.texts == 0)
        return rk_fail(err, RK_FILE, "too many files at once");
    rk_cutter cutter = rk_cutter_all(&all.text);
    if (!read_header(&all, &cutter, name, unknown, &given, err))
        return false;
    uint64_t wanted = rk_application_needed() | ((given | decided_columns()) & reading->columns);
    if (read_rows(&all, &cutter, wanted, name, err))
        return true;
    rk_batch_free(&applications->batch);
    *applications = (rk_applications){0};
    return false;
}

/* ---- writing ---- */

static void write_cell(const rk_column *column, const void *values, size_t row,
                       const rk_names *names, const rk_texts *texts, int exponent, rk_buffer *out)
{
    switch (column->type) {
    case RK_TYPE_TEXT:
        rk_buffer_csv(out, rk_texts_get(texts, ((const rk_text *)values)[row]));
        break;
    case RK_TYPE_NAME:
        rk_buffer_csv(out, rk_names_text(names, ((const rk_name *)values)[row]));
        break;
    case RK_TYPE_CODE:
        if (((const uint64_t *)values)[row])
            rk_buffer_printf(out, "%015llu", (unsigned long long)((const uint64_t *)values)[row]);
        break;
    case RK_TYPE_MONEY:
        rk_money_put(out, ((const rk_money *)values)[row], exponent);
        break;
    case RK_TYPE_MOMENT:
        rk_moment_put(out, ((const rk_moment *)values)[row], 0);
        break;
    case RK_TYPE_DAY:
        rk_day_put(out, ((const rk_day *)values)[row]);
        break;
    case RK_TYPE_U8:
        rk_buffer_text(out, rk_status_name((rk_status)((const uint8_t *)values)[row]));
        break;
    case RK_TYPE_U32:
        rk_buffer_u64(out, ((const uint32_t *)values)[row]);
        break;
    }
}

void rk_applications_write(const rk_applications *applications, const rk_names *names,
                           const rk_texts *texts, int exponent, rk_buffer *out)
{
    const rk_batch *batch = &applications->batch;
    const rk_column *columns[64];
    const void *values[64];
    size_t count = 0;
    for (size_t i = 0; i < batch->column_count; i++)
        if (batch->columns[i].flags & RK_COLUMN_SOURCE && rk_batch_column(batch, i)) {
            columns[count] = &batch->columns[i];
            values[count++] = rk_batch_column(batch, i);
        }
    for (size_t i = 0; i < count; i++) {
        rk_buffer_text(out, i ? "," : "");
        rk_buffer_text(out, columns[i]->name);
    }
    rk_buffer_char(out, '\n');
    for (size_t row = 0; row < batch->count; row++)
        for (size_t i = 0; i < count; i++) {
            write_cell(columns[i], values[i], row, names, texts, exponent, out);
            rk_buffer_char(out, i + 1 < count ? ',' : '\n');
        }
}
