#include "collect/decisions.h"

#include "base/delimited.h"

enum { COLUMNS = 8, CELLS_MAX = 64 };

static const char *const column_names[COLUMNS] = {
    "decision_id", "kind", "subject", "object", "reason", "made_by", "checked_by", "made_at",
};
enum { ID, KIND, SUBJECT, OBJECT, REASON, MADE_BY, CHECKED_BY, MADE_AT };

/* Kinds that this program carries out. */
static const char *const kinds[] = {"match",        "unmatch",      "ignore",      "assign_office",
                                    "resolve",      "note",         "accept_file", "replace_file",
                                    "discard_file", "release_hold", "lapse",       "reopen"};

typedef struct reading {
    rk_names *names;
    rk_texts *texts;
    rk_decision_rows *rows;
    int place[COLUMNS]; /* cell of each column */
    char quote;
} reading;

/* The separator is what the header row uses. */
static char separator_of(rk_slice bytes)
{
    const char *end = bytes.len ? memchr(bytes.at, '\n', bytes.len) : NULL;
    rk_slice header = end ? rk_slice_between(bytes.at, end) : bytes;
    return header.len && memchr(header.at, ';', header.len) ? ';' : ',';
}

static bool find_columns(reading *r, const rk_cell *cells, size_t count, rk_slice name,
                         rk_error *err)
{
    for (size_t column = 0; column < COLUMNS; column++) {
        r->place[column] = -1;
        for (size_t i = 0; i < count; i++)
            if (rk_slice_is(rk_slice_trim(rk_cell_slice(&cells[i])), column_names[column]))
                r->place[column] = (int)i;
        if (r->place[column] < 0) {
            rk_fail(err, RK_FILE, "decisions without the column \"%s\"", column_names[column]);
            char path[200];
            size_t length = name.len < sizeof path - 1 ? name.len : sizeof path - 1;
            memcpy(path, name.at, length);
            path[length] = '\0';
            return rk_fail_at(err, path, 1, 0);
        }
    }
    return true;
}

/* "8.2024E+14": what a spreadsheet makes of a long code. */
static bool is_scientific(rk_slice text)
{
    bool digits = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if ((c == 'E' || c == 'e') && digits && i + 1 < text.len && text.at[i + 1] == '+')
            return true;
        if (c >= '0' && c <= '9')
            digits = true;
        else if (c != '.' && c != ',')
            return false;
    }
    return false;
}

/* "Ani" and "ani" are one person. */
static bool same_person(rk_slice a, rk_slice b)
{
    bool same = a.len == b.len;
    for (size_t i = 0; same && i < a.len; i++) {
        char x = a.at[i], y = b.at[i];
        bool is_letter = (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z');
        same = x == y || (is_letter && (x ^ y) == ' ');
    }
    return same;
}

static bool is_known_kind(rk_slice kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (rk_slice_is(kind, kinds[i]))
            return true;
    return false;
}

/* Why a decision cannot stand as it is written; NULL when it can. */
static const char *refusal(const rk_slice *cells, rk_moment *made_at)
{
    *made_at = RK_NO_MOMENT;
    if (cells[ID].len == 0)
        return "decision_id is empty";
    if (!is_known_kind(cells[KIND]))
        return "kind is not one of match, unmatch, ignore, assign_office, resolve, note, "
               "accept_file, replace_file, discard_file, release_hold, lapse, reopen";
    if (cells[SUBJECT].len == 0)
        return "subject is empty";
    if (is_scientific(cells[SUBJECT]) || is_scientific(cells[OBJECT]))
        return "a code in scientific notation: format the column as text before saving";
    if (rk_slice_is(cells[KIND], "match") && cells[OBJECT].len == 0)
        return "match needs an application as its object";
    if (rk_slice_is(cells[KIND], "assign_office") && cells[OBJECT].len == 0)
        return "assign_office needs an office as its object";
    if (rk_slice_is(cells[KIND], "replace_file") && cells[OBJECT].len < 16)
        return "replace_file needs the digest of a file as its object, 16 digits or more";
    rk_day day;
    if (rk_slice_is(cells[KIND], "release_hold") && !rk_day_parse(cells[OBJECT], &day))
        return "release_hold needs a day such as 2024-03-05 as its object";
    if (cells[MADE_BY].len == 0 || cells[CHECKED_BY].len == 0)
        return "made_by and checked_by must be given";
    if (same_person(cells[MADE_BY], cells[CHECKED_BY]))
        return "maker and checker are the same person";
    if (!rk_moment_parse(cells[MADE_AT], made_at))
        return "made_at is no time such as 2024-03-06T09:00:00+07:00";
    return NULL;
}

/* Cells of the wanted columns, unescaped into the texts where needed. */
static void pick(reading *r, const rk_cell *cells, size_t count, rk_slice *picked)
{
    for (size_t column = 0; column < COLUMNS; column++) {
        int place = r->place[column];
        picked[column] = (rk_slice){"", 0};
        if (place >= (int)count)
            continue;
        picked[column] = rk_slice_trim(rk_cell_slice(&cells[place]));
        char plain[1024];
        if (cells[place].doubled && cells[place].len <= sizeof plain) {
            size_t length = rk_cell_unescape(&cells[place], r->quote, plain);
            picked[column] =
                rk_texts_get(r->texts, rk_texts_add(r->texts, (rk_slice){plain, length}));
        }
    }
}

static void add_row(reading *r, const rk_cell *cells, const rk_record *record)
{
    rk_slice picked[COLUMNS];
    rk_moment made_at;
    pick(r, cells, record->count, picked);
    const char *why = refusal(picked, &made_at);
    size_t row = rk_batch_append(&r->rows->batch);
    r->rows->decision_id[row] = rk_texts_add(r->texts, picked[ID]);
    r->rows->kind[row] = rk_names_add(r->names, picked[KIND]);
    r->rows->subject[row] = rk_texts_add(r->texts, picked[SUBJECT]);
    r->rows->object[row] = rk_texts_add(r->texts, picked[OBJECT]);
    r->rows->reason[row] = rk_texts_add(r->texts, picked[REASON]);
    r->rows->made_by[row] = rk_texts_add(r->texts, picked[MADE_BY]);
    r->rows->checked_by[row] = rk_texts_add(r->texts, picked[CHECKED_BY]);
    r->rows->made_at[row] = made_at;
    if (record->fault != RK_RECORD_GOOD)
        why = rk_record_fault_text(record->fault);
    if (!why)
        return;
    r->rows->effect[row] = rk_names_add(r->names, RK_S("refused"));
    r->rows->why[row] = rk_texts_add(r->texts, rk_slice_of(why));
}

bool rk_decisions_read(rk_slice name, rk_slice bytes, rk_names *names, rk_texts *texts,
                       rk_decision_rows *rows, rk_error *err)
{
    reading r = {.names = names, .texts = texts, .rows = rows, .quote = '"'};
    rk_cell cells[CELLS_MAX];
    rk_record record;
    rk_delimited text = rk_delimited_of(bytes, separator_of(bytes), '"');
    rk_cutter cutter = rk_cutter_all(&text);
    if (!rk_cutter_next(&cutter, cells, CELLS_MAX, &record))
        record.count = 0;
    if (!find_columns(&r, cells, record.count < CELLS_MAX ? record.count : CELLS_MAX, name, err))
        return false;
    while (rk_cutter_next(&cutter, cells, CELLS_MAX, &record)) {
        if (record.count > CELLS_MAX)
            record.count = CELLS_MAX;
        if (rk_slice_trim(record.bytes).len > 0)
            add_row(&r, cells, &record);
    }
    return true;
}
