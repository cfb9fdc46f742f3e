#include <stdlib.h>

#include "store/copy.h"
#include "store/session.h"

static const char view_columns_sql[] =
#include "view_columns.sql.inc"
    ;
static const char view_range_sql[] =
#include "view_range.sql.inc"
    ;
static const char view_controls_sql[] =
#include "view_controls.sql.inc"
    ;

#define VIEW "rekon_source.application"

/* ---- which columns ---- */

/* The view's types are looked at, not forced: a time without a zone would silently be hours off. */
static bool type_fits(rk_type type, rk_slice found)
{
    switch (type) {
    case RK_TYPE_MOMENT:
        return rk_slice_starts(found, RK_S("timestamp")) &&
               rk_slice_ends(found, RK_S("with time zone"));
    case RK_TYPE_DAY:
        return rk_slice_is(found, "date");
    case RK_TYPE_MONEY:
        return rk_slice_starts(found, RK_S("numeric")) || rk_slice_ends(found, RK_S("int")) ||
               rk_slice_is(found, "integer");
    default:
        return true; /* anything can be read as text, and is checked as what it must be */
    }
}

static bool check_needed(uint64_t present, rk_error *err)
{
    uint64_t needed = rk_application_needed() | RK_APPLICATION_BIT(updated_at);
    for (size_t i = 0; i < rk_application_column_count; i++)
        if ((needed & ~present) >> i & 1) {
            rk_fail(err, RK_DATABASE, "view " VIEW " has no column \"%s\"",
                    rk_application_columns[i].name);
            return rk_fail_hint(err, "the view needs application_id, office, service, "
                                     "billing_code, amount_due, submitted_at and updated_at");
        }
    return true;
}

static bool find_columns(rk_pg *pg, uint64_t *present, rk_error *err)
{
    *present = 0;
    if (!rk_pg_ask(pg, "view_columns", view_columns_sql, NULL, 0, err))
        return false;
    if (rk_pg_rows(pg) == 0) {
        rk_fail(err, RK_DATABASE, "the database has no view " VIEW);
        return rk_fail_hint(err, "run `rekon init`, or let the booking system provide it");
    }
    for (size_t row = 0; row < rk_pg_rows(pg); row++) {
        int i = rk_column_find(rk_application_columns, rk_application_column_count,
                               rk_pg_cell(pg, row, 0));
        if (i < 0 || !(rk_application_columns[i].flags & RK_COLUMN_SOURCE))
            continue;
        if (!type_fits(rk_application_columns[i].type, rk_pg_cell(pg, row, 1)))
            return rk_fail(err, RK_DATABASE, "column \"%s\" of " VIEW " has the wrong type %.*s",
                           rk_application_columns[i].name, RK_FMT(rk_pg_cell(pg, row, 1)));
        *present |= (uint64_t)1 << i;
    }
    return check_needed(*present, err);
}

/* ---- the snapshot ---- */

typedef struct reading {
    rk_applications *applications;
    rk_names *names;
    rk_texts *texts;
    uint64_t columns;
    bool begun;
    rk_copy_fields fields;
} reading;

static bool fail_cell(const reading *in, size_t column, const char *problem, rk_error *err)
{
    rk_slice id = in->fields.items[0], value = in->fields.items[column];
    (void)column;
    return rk_fail(err, RK_DATABASE, "application \"%.*s\" in " VIEW ": %s (\"%.*s\")",
                   (int)(id.len < 100 ? id.len : 100), id.at ? id.at : "", problem,
                   (int)(value.len < 60 ? value.len : 60), value.at ? value.at : "");
}

static bool take_code(rk_slice field, uint64_t *code)
{
    if (field.len == 0)
        return true;
    return field.len == 15 && rk_slice_to_u64(field, code) && *code != 0;
}

static const char *take_text_cell(reading *in, rk_type type, rk_slice field, void *column,
                                  size_t row)
{
    rk_status status;
    switch (type) {
    case RK_TYPE_TEXT:
        if (field.len > RK_TEXT_LENGTH_MAX)
            return "a text is too long";
        ((rk_text *)column)[row] = rk_texts_add(in->texts, field);
        return NULL;
    case RK_TYPE_NAME:
        ((rk_name *)column)[row] = rk_names_add(in->names, field);
        return ((rk_name *)column)[row] == RK_NAME_FULL ? "too many or too long names" : NULL;
    case RK_TYPE_CODE:
        return take_code(field, (uint64_t *)column + row) ? NULL : "billing_code is not 15 digits";
    case RK_TYPE_MONEY: /* Postgres writes numbers with a point and nothing between thousands */
        return rk_money_parse(field, RK_DECIMAL_POINT, 2, (rk_money *)column + row)
                   ? NULL
                   : "amount_due is not an amount of rupiah";
    default:
        status = rk_status_find(field);
        ((uint8_t *)column)[row] = (uint8_t)status;
        return field.len && status == RK_STATUS_NONE ? "unknown status" : NULL;
    }
}

static bool take_cell(reading *in, size_t i, size_t at, size_t row, rk_error *err)
{
    const rk_column *column = &rk_application_columns[i];
    rk_slice field = in->fields.items[at];
    void *values = rk_batch_column(&in->applications->batch, i);
    const char *problem;
    if (!field.at)
        return true; /* the row was cleared */
    if (column->type == RK_TYPE_MOMENT)
        problem = rk_copy_moment(field, (rk_moment *)values + row) ? NULL : "a time out of range";
    else if (column->type == RK_TYPE_DAY)
        problem = rk_copy_day(field, (rk_day *)values + row) ? NULL : "a day out of range";
    else
        problem = take_text_cell(in, column->type, field, values, row);
    return problem ? fail_cell(in, at, problem, err) : true;
}

static bool same_id(const reading *in, size_t row)
{
    const rk_text *id = in->applications->id;
    return row > 0 &&
           rk_slice_equal(rk_texts_get(in->texts, id[row]), rk_texts_get(in->texts, id[row - 1]));
}

static bool take_row(void *context, rk_slice piece, rk_error *err)
{
    reading *in = context;
    if (!rk_copy_cut(piece, !in->begun, &in->fields, err))
        return false;
    in->begun = true;
    if (in->fields.count == 0)
        return true;
    if (in->fields.count != (size_t)__builtin_popcountll(in->columns))
        return rk_fail(err, RK_DATABASE, "the database sent a row of %zu fields", in->fields.count);
    if (in->applications->batch.count >= RK_NO_ROW - 1)
        return rk_fail(err, RK_DATABASE, "view " VIEW " has too many rows");
    size_t row = rk_batch_append(&in->applications->batch);
    for (size_t i = 0, at = 0; i < rk_application_column_count; i++)
        if (in->columns >> i & 1 && !take_cell(in, i, at++, row, err))
            return false;
    if (in->applications->id[row] == 0)
        return fail_cell(in, 0, "application_id is empty", err);
    if (in->applications->office[row] == 0 || in->applications->service[row] == 0)
        return fail_cell(in, 0, "office or service is empty", err);
    if (in->applications->submitted_at[row] == RK_NO_MOMENT)
        return fail_cell(in, 0, "submitted_at is empty", err);
    return same_id(in, row) ? fail_cell(in, 0, "application_id is there twice", err) : true;
}

/* Names from the static table, bounds from the transaction's settings: nothing of data is in it. A row
 * without updated_at is never left out. */
static void put_snapshot_sql(uint64_t columns, rk_buffer *sql)
{
    rk_buffer_text(sql, "COPY (SELECT ");
    const char *separator = "";
    for (size_t i = 0; i < rk_application_column_count; i++) {
        rk_type type = rk_application_columns[i].type;
        if (!(columns >> i & 1))
            continue;
        rk_buffer_printf(sql, "%s\"%s\"%s", separator, rk_application_columns[i].name,
                         type == RK_TYPE_MOMENT || type == RK_TYPE_DAY ? "" : "::text");
        separator = ", ";
    }
    rk_buffer_text(sql,
                   " FROM " VIEW " WHERE (updated_at > current_setting('rekon.since')::timestamptz"
                   " OR updated_at IS NULL)"
                   " AND (submitted_at < current_setting('rekon.before')::timestamptz"
                   " OR submitted_at IS NULL)"
                   " ORDER BY application_id::text COLLATE \"C\") TO STDOUT (FORMAT binary)");
    rk_buffer_char(sql, 0);
}

static bool set_range(rk_pg *pg, rk_moment since, rk_moment before, rk_error *err)
{
    rk_buffer from = {0}, until = {0};
    if (since == RK_NO_MOMENT)
        rk_buffer_text(&from, "-infinity");
    rk_moment_put(&from, since, 0);
    if (before == RK_NO_MOMENT)
        rk_buffer_text(&until, "infinity");
    rk_moment_put(&until, before, 0);
    rk_buffer_char(&from, 0);
    rk_buffer_char(&until, 0);
    const char *const parameters[] = {from.bytes, until.bytes};
    bool ok = rk_pg_ask(pg, "view_range", view_range_sql, parameters, 2, err);
    rk_buffer_free(&from);
    rk_buffer_free(&until);
    return ok;
}

static bool read_controls(rk_pg *pg, rk_source_controls *controls, rk_error *err)
{
    if (!rk_pg_ask(pg, "view_controls", view_controls_sql, NULL, 0, err))
        return false;
    controls->applications = (uint64_t)rk_pg_number(pg, 0, 0);
    controls->newest_submitted_at = rk_pg_is_null(pg, 0, 1) ? RK_NO_MOMENT : rk_pg_number(pg, 0, 1);
    return true;
}

static uint64_t decided_columns(void)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (!(rk_application_columns[i].flags & RK_COLUMN_SOURCE))
            bits |= (uint64_t)1 << i;
    return bits;
}

static bool read_view(rk_store *store, reading *in, rk_moment since, rk_moment before,
                      rk_source_controls *controls, rk_error *err)
{
    static const char begin[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    rk_buffer sql = {0};
    bool ok = rk_pg_run(store->pg, "begin_snapshot", begin, err) &&
              find_columns(store->pg, &in->columns, err) &&
              set_range(store->pg, since, before, err) && read_controls(store->pg, controls, err);
    if (!ok)
        return false;
    size_t expected = since == RK_NO_MOMENT ? controls->applications : 1024;
    rk_batch_init(&in->applications->batch, rk_application_columns, rk_application_column_count,
                  expected < RK_NO_ROW ? expected : 1024, in->columns | decided_columns());
    put_snapshot_sql(in->columns, &sql);
    ok = rk_pg_copy_out(store->pg, "snapshot", sql.bytes, take_row, in, err) &&
         rk_pg_run(store->pg, "end_snapshot", "COMMIT", err);
    rk_buffer_free(&sql);
    return ok;
}

bool rk_store_snapshot(rk_store *store, rk_moment since, rk_moment before, rk_names *names,
                       rk_texts *texts, rk_applications *applications, rk_source_controls *controls,
                       rk_error *err)
{
    reading *in = rk_alloc(1, sizeof *in);
    memset(applications, 0, sizeof *applications);
    memset(controls, 0, sizeof *controls);
    in->applications = applications;
    in->names = names;
    in->texts = texts;
    bool ok = read_view(store, in, since, before, controls, err);
    if (!ok) {
        rk_pg_rollback(store->pg);
        rk_batch_free(&applications->batch);
    }
    free(in);
    return ok;
}

bool rk_store_answers(const rk_store *store)
{
    return rk_pg_alive(store->pg);
}

/* ---- import ---- */

static const char *column_type(rk_type type)
{
    switch (type) {
    case RK_TYPE_MONEY:
        return "bigint";
    case RK_TYPE_MOMENT:
        return "timestamptz";
    case RK_TYPE_DAY:
        return "date";
    default:
        return "text";
    }
}

/* "a, b, c" of the columns whose bits are set, each with `before` and `after` around it. */
static void put_list(rk_buffer *sql, uint64_t columns, const char *before, const char *after)
{
    const char *separator = "";
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (columns >> i & 1) {
            rk_buffer_printf(sql, "%s%s\"%s\"%s", separator, before, rk_application_columns[i].name,
                             after);
            separator = ", ";
        }
}

/* Where the file has minor units, the table has rupiah; where it has '', the table has NULL. */
static void put_values(rk_buffer *sql, uint64_t columns)
{
    const char *separator = "";
    for (size_t i = 0; i < rk_application_column_count; i++) {
        const rk_column *column = &rk_application_columns[i];
        if (!(columns >> i & 1))
            continue;
        rk_buffer_text(sql, separator);
        separator = ", ";
        if (column->type == RK_TYPE_MONEY)
            rk_buffer_printf(sql, "\"%s\" * 0.01", column->name);
        else if (column->type == RK_TYPE_MOMENT || column->type == RK_TYPE_DAY)
            rk_buffer_printf(sql, "\"%s\"", column->name);
        else
            rk_buffer_printf(sql, "nullif(\"%s\", '')", column->name);
    }
}

static void put_assignments(rk_buffer *sql, uint64_t columns)
{
    const char *separator = "";
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (columns >> i & 1) {
            rk_buffer_printf(sql, "%s\"%s\" = excluded.\"%s\"", separator,
                             rk_application_columns[i].name, rk_application_columns[i].name);
            separator = ", ";
        }
}

/* Rows that are the same already are left alone, so that the next night does not see them as touched. */
static void put_upsert(rk_buffer *sql, uint64_t columns)
{
    uint64_t updated_at = RK_APPLICATION_BIT(updated_at);
    uint64_t values = columns & ~updated_at;
    const char *moment =
        columns & updated_at ? "coalesce(updated_at, clock_timestamp())" : "clock_timestamp()";
    rk_buffer_text(sql, "WITH written AS (INSERT INTO rekon_source.booking AS b (");
    put_list(sql, values, "", "");
    rk_buffer_text(sql, ", updated_at) SELECT ");
    put_values(sql, values);
    rk_buffer_printf(sql, ", %s FROM arriving ON CONFLICT (application_id) DO UPDATE SET ", moment);
    put_assignments(sql, (values & ~RK_APPLICATION_BIT(id)) | updated_at);
    rk_buffer_text(sql, " WHERE (");
    put_list(sql, columns, "b.", "");
    rk_buffer_text(sql, ") IS DISTINCT FROM (");
    put_list(sql, columns, "excluded.", "");
    rk_buffer_text(sql, ") RETURNING xmax = 0 AS fresh) SELECT count(*) FILTER (WHERE fresh), "
                        "count(*) FILTER (WHERE NOT fresh) FROM written");
    rk_buffer_char(sql, 0);
}

static bool create_arriving(rk_pg *pg, uint64_t columns, rk_error *err)
{
    rk_buffer sql = {0};
    const char *separator = "CREATE TEMPORARY TABLE arriving (";
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (columns >> i & 1) {
            rk_buffer_printf(&sql, "%s\"%s\" %s", separator, rk_application_columns[i].name,
                             column_type(rk_application_columns[i].type));
            separator = ", ";
        }
    rk_buffer_text(&sql, ") ON COMMIT DROP");
    rk_buffer_char(&sql, 0);
    bool ok = rk_pg_run(pg, "arriving", sql.bytes, err);
    rk_buffer_free(&sql);
    return ok;
}

static bool copy_arriving(rk_pg *pg, rk_copy_in *copy, rk_error *err)
{
    rk_buffer sql = {0};
    rk_buffer_text(&sql, "COPY arriving (");
    put_list(&sql, copy->columns, "", "");
    rk_buffer_text(&sql, ") FROM STDIN (FORMAT binary)");
    rk_buffer_char(&sql, 0);
    bool ok = rk_pg_copy_in(pg, "copy_arriving", sql.bytes, rk_copy_more, copy, err);
    rk_buffer_free(&sql);
    return ok;
}

static bool upsert(rk_pg *pg, uint64_t columns, rk_error *err)
{
    rk_buffer sql = {0};
    put_upsert(&sql, columns);
    bool ok = rk_pg_ask(pg, "import", sql.bytes, NULL, 0, err);
    rk_buffer_free(&sql);
    return ok;
}

bool rk_store_import(rk_store *store, const rk_applications *applications, const rk_names *names,
                     const rk_texts *texts, uint64_t *inserted, uint64_t *updated, rk_error *err)
{
    rk_copy_in copy = {.batch = &applications->batch, .names = names, .texts = texts};
    bool lost;
    for (size_t i = 0; i < rk_application_column_count; i++)
        if (rk_application_columns[i].flags & RK_COLUMN_SOURCE &&
            rk_batch_column(&applications->batch, i))
            copy.columns |= (uint64_t)1 << i;
    bool ok = rk_pg_run(store->pg, "begin", "BEGIN", err) &&
              create_arriving(store->pg, copy.columns, err) &&
              copy_arriving(store->pg, &copy, err) && upsert(store->pg, copy.columns, err);
    if (ok) {
        *inserted = (uint64_t)rk_pg_number(store->pg, 0, 0);
        *updated = (uint64_t)rk_pg_number(store->pg, 0, 1);
        ok = rk_pg_commit(store->pg, &lost, err);
    }
    if (!ok)
        rk_pg_rollback(store->pg);
    return ok;
}
