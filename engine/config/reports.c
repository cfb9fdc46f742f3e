/* reports/x.yaml: sheets and workbooks */
#include "config/report_load.h"

enum { SHEET_NAME_MAX = 31 };

static const rk_choice pers[] = {{"office", RK_PER_OFFICE},
                                 {"province", RK_PER_PROVINCE},
                                 {"zone", RK_PER_ZONE},
                                 {"nation", RK_PER_NATION},
                                 {NULL, 0}};
static const rk_choice periods[] = {{"day", RK_PERIOD_DAY},
                                    {"week", RK_PERIOD_WEEK},
                                    {"month", RK_PERIOD_MONTH},
                                    {"quarter", RK_PERIOD_QUARTER},
                                    {"half", RK_PERIOD_HALF},
                                    {"year", RK_PERIOD_YEAR},
                                    {NULL, 0}};
static const rk_choice dues[] = {{"night", RK_DUE_NIGHT},
                                 {"month_end", RK_DUE_MONTH_END},
                                 {"on_request", RK_DUE_ON_REQUEST},
                                 {NULL, 0}};
static const rk_choice lists[] = {{"entries", RK_LIST_ENTRIES},
                                  {"cases", RK_LIST_CASES},
                                  {"applications", RK_LIST_APPLICATIONS},
                                  {"lapses", RK_LIST_LAPSES},
                                  {"files", RK_LIST_FILES},
                                  {"deliveries", RK_LIST_DELIVERIES},
                                  {"run", RK_LIST_RUN},
                                  {"findings", RK_LIST_FINDINGS},
                                  {NULL, 0}};

/* ---- columns of lists ---- */

enum {
    OF_ENTRIES = 1 << RK_LIST_ENTRIES,
    OF_CASES = 1 << RK_LIST_CASES,
    OF_APPLICATIONS = 1 << RK_LIST_APPLICATIONS | 1 << RK_LIST_LAPSES,
    OF_FILES = 1 << RK_LIST_FILES,
    OF_FINDINGS = 1 << RK_LIST_FINDINGS,
    OF_ROWS = OF_ENTRIES | OF_CASES | OF_APPLICATIONS,
    OF_MONEY = OF_ENTRIES | OF_CASES,
};

static const struct {
    const char *name;
    unsigned lists; /* bits of the lists that have it */
} list_columns[RK_COLUMNS] = {
    [RK_COLUMN_NO] = {"no", OF_ROWS | OF_FINDINGS},
    [RK_COLUMN_CASE] = {"case_id", OF_CASES | OF_FINDINGS},
    [RK_COLUMN_KIND] = {"kind", OF_CASES | OF_FINDINGS},
    [RK_COLUMN_OUTCOME] = {"outcome", OF_ENTRIES},
    [RK_COLUMN_AGE] = {"age", OF_CASES | OF_FINDINGS},
    [RK_COLUMN_WORKING_AGE] = {"working_age", OF_CASES | OF_FINDINGS},
    [RK_COLUMN_PAID] = {"paid", OF_ROWS},
    [RK_COLUMN_BOOKED] = {"booked_on", OF_MONEY},
    [RK_COLUMN_CHANNEL] = {"channel", OF_MONEY | OF_FILES},
    [RK_COLUMN_ACCOUNT] = {"account", OF_MONEY},
    [RK_COLUMN_CODE] = {"billing_code", OF_ROWS},
    [RK_COLUMN_REFERENCE] = {"reference", OF_ENTRIES},
    [RK_COLUMN_APPLICATION] = {"application", OF_ROWS | OF_FINDINGS},
    [RK_COLUMN_CANDIDATES] = {"candidates", OF_CASES},
    [RK_COLUMN_OFFICE] = {"office", OF_ROWS | OF_FINDINGS},
    [RK_COLUMN_PROVINCE] = {"province", OF_ROWS | OF_FINDINGS},
    [RK_COLUMN_SERVICE] = {"service", OF_ROWS},
    [RK_COLUMN_VALIDITY] = {"validity", OF_ENTRIES | OF_APPLICATIONS},
    [RK_COLUMN_PURPOSE] = {"purpose", OF_ENTRIES | OF_APPLICATIONS},
    [RK_COLUMN_RECEIVED] = {"received", OF_ROWS | OF_FINDINGS},
    [RK_COLUMN_DUE] = {"due", OF_ROWS | OF_FINDINGS},
    [RK_COLUMN_DIFFERENCE] = {"difference", OF_MONEY | OF_FINDINGS},
    [RK_COLUMN_REASON] = {"reason", OF_ROWS},
    [RK_COLUMN_ACTION] = {"action", OF_CASES},
    [RK_COLUMN_FOLLOW_UP] = {"follow_up", OF_CASES | OF_FINDINGS},
    [RK_COLUMN_STATUS] = {"status", OF_CASES | OF_FINDINGS},
    [RK_COLUMN_SUBMITTED] = {"submitted", OF_APPLICATIONS},
    [RK_COLUMN_DEADLINE] = {"deadline", OF_APPLICATIONS},
    [RK_COLUMN_STATE] = {"state", OF_APPLICATIONS},
    [RK_COLUMN_HELD_BY] = {"held_by", OF_APPLICATIONS},
    [RK_COLUMN_OUTAGE] = {"outage", OF_APPLICATIONS},
    [RK_COLUMN_EVIDENCE] = {"evidence", OF_APPLICATIONS},
    [RK_COLUMN_APPOINTMENT] = {"appointment", OF_APPLICATIONS},
    [RK_COLUMN_SLOT] = {"slot", OF_APPLICATIONS},
    [RK_COLUMN_FILE] = {"file", OF_MONEY | OF_FILES},
    [RK_COLUMN_LINE] = {"line", OF_MONEY},
    [RK_COLUMN_ENTRY] = {"entry", OF_MONEY},
    [RK_COLUMN_DIGEST] = {"digest", OF_FILES},
    [RK_COLUMN_ENTRIES] = {"entries", OF_FILES},
    [RK_COLUMN_REJECTS] = {"rejects", OF_FILES},
    [RK_COLUMN_SUM] = {"sum", OF_FILES},
    [RK_COLUMN_FATE] = {"fate", OF_FILES},
    [RK_COLUMN_WHY] = {"why", OF_FILES},
    [RK_COLUMN_COUNT] = {"count", OF_FINDINGS},
    [RK_COLUMN_DAY] = {"day", OF_FINDINGS},
    [RK_COLUMN_SAID] = {"said", OF_FINDINGS},
};

const char *rk_column_name(rk_column_id column)
{
    return list_columns[column].name;
}

static bool set_list_column(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                            rk_error *err)
{
    rk_slice name;
    if (!rk_schema_scalar(load, row, node, &name, err))
        return false;
    rk_nearest nearest = rk_nearest_to(name);
    for (int i = 0; i < RK_COLUMNS; i++) {
        if (rk_slice_is(name, list_columns[i].name)) {
            *RK_INTO(rk_column_id, into, row) = (rk_column_id)i;
            return true;
        }
        rk_nearest_try(&nearest, rk_slice_of(list_columns[i].name));
    }
    rk_load_fail(load, node, err, "no list has a column \"%.*s\"",
                 (int)(name.len < 100 ? name.len : 100), name.at);
    return rk_nearest_hint(&nearest, err);
}

static const rk_value list_column_value = {"a column", "{\"type\":\"string\"}", set_list_column,
                                           RK_SHAPE_ONE};

static const rk_key column_keys[] = {
    {"name", &list_column_value, offsetof(rk_list_column, column), .needed = true,
     .doc = "the column"},
    {"label", &rk_value_label, offsetof(rk_list_column, label), .doc = "its heading"},
};
static const rk_schema column_schema = {.doc = "a column of the list",
                                        .size = sizeof(rk_list_column),
                                        RK_KEYS(column_keys),
                                        .shorthand = "name"};

/* A sheet, and its filters before they are joined. */
typedef struct sheet_draft {
    rk_sheet sheet;
    rk_where_list where, not_where;
    rk_block_draft *blocks;
} sheet_draft;

#define OF_SHEET(member) (offsetof(sheet_draft, sheet) + offsetof(rk_sheet, member))

/* Columns that the order of the rows can look at. */
static bool set_orders(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_sheet *sheet = &((sheet_draft *)into)->sheet;
    const rk_column_id sortable[] = {RK_COLUMN_AGE,      RK_COLUMN_PAID,      RK_COLUMN_BOOKED,
                                     RK_COLUMN_CHANNEL,  RK_COLUMN_CODE,      RK_COLUMN_APPLICATION,
                                     RK_COLUMN_OFFICE,   RK_COLUMN_SERVICE,   RK_COLUMN_RECEIVED,
                                     RK_COLUMN_DUE,      RK_COLUMN_KIND,      RK_COLUMN_OUTCOME,
                                     RK_COLUMN_DEADLINE, RK_COLUMN_SUBMITTED, RK_COLUMN_PROVINCE};
    sheet->order_count = rk_node_items(node);
    sheet->orders = rk_arena_alloc(load->arena, sheet->order_count + 1, sizeof *sheet->orders);
    for (size_t i = 0; i < sheet->order_count; i++) {
        rk_slice name;
        bool found = false;
        if (!rk_schema_scalar(load, row, rk_node_item(node, i), &name, err))
            return false;
        sheet->orders[i].descending = rk_take_descending(&name);
        for (size_t k = 0; !found && k < sizeof sortable / sizeof *sortable; k++) {
            found = rk_slice_is(name, list_columns[sortable[k]].name);
            sheet->orders[i].column = sortable[k];
        }
        if (!found)
            return rk_load_fail(load, rk_node_item(node, i), err,
                                "a list cannot be sorted by \"%.*s\"",
                                (int)(name.len < 100 ? name.len : 100), name.at);
    }
    return true;
}

static const rk_value orders_value = {
    "a column, or a list of them", "{\"type\":[\"string\",\"array\"]}", set_orders, RK_SHAPE_ONE};
static const rk_choice papers[] = {{"landscape", 0}, {"portrait", 1}, {NULL, 0}};

static const rk_key sheet_keys[] = {
    {"sheet", &rk_value_label, OF_SHEET(name), .needed = true, .doc = "at most 31 characters"},
    {"title", &rk_value_label, OF_SHEET(title), .doc = "its first line"},
    {"blocks", &rk_value_list, offsetof(sheet_draft, blocks), .count_offset = OF_SHEET(block_count),
     .of = &rk_block_schema, .doc = "a list of {title, rows, columns, total, chart}"},
    {"list", &rk_value_choice, OF_SHEET(list), .choices = lists, .doc = "records, one a row"},
    {"columns", &rk_value_list, OF_SHEET(columns), .count_offset = OF_SHEET(column_count),
     .of = &column_schema, .doc = "of the list"},
    {"sort", &orders_value, 0, .doc = "columns of the list; - in front: the largest first"},
    {"paper", &rk_value_choice, OF_SHEET(portrait), .choices = papers,
     .doc = "landscape (the default) or portrait, A4"},
    {"total", &rk_value_yes, OF_SHEET(total), .doc = "of the list: a row of sums"},
    RK_WHERE_ROWS(sheet_draft),
};

static size_t characters_of(rk_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    return count;
}

static bool check_sheet_name(const rk_load *load, const rk_node *node, rk_slice name, rk_error *err)
{
    if (characters_of(name) > SHEET_NAME_MAX)
        return rk_load_fail(load, node, err, "a sheet's name has at most %d characters",
                            SHEET_NAME_MAX);
    for (size_t i = 0; i < name.len; i++)
        if (strchr("[]:*?/\\", name.at[i]) || (unsigned char)name.at[i] < ' ')
            return rk_load_fail(load, node, err, "a sheet's name has none of []:*?/\\");
    if (name.len && (name.at[0] == '\'' || name.at[name.len - 1] == '\''))
        return rk_load_fail(load, node, err, "a sheet's name has no apostrophe at its ends");
    return true;
}

/* The list has these columns, and can be filtered and sorted so. */
static bool check_list(const rk_load *load, const rk_node *node, const rk_sheet *sheet,
                       rk_error *err)
{
    static const rk_dimension filters[] = {RK_DIM_OFFICE,   RK_DIM_CHANNEL, RK_DIM_SERVICE,
                                           RK_DIM_VALIDITY, RK_DIM_PURPOSE, RK_DIM_OUTCOME,
                                           RK_DIM_STATE,    RK_DIM_HELD_BY, RK_DIM_PROVINCE,
                                           RK_DIM_ZONE,     RK_DIM_VERDICT, RK_DIM_CHANNEL_KIND};
    for (size_t i = 0; i < sheet->column_count; i++)
        if (!(list_columns[sheet->columns[i].column].lists & 1u << sheet->list))
            return rk_load_fail(load, rk_node_item(rk_node_at(node, "columns"), i), err,
                                "this list has no column \"%s\"",
                                list_columns[sheet->columns[i].column].name);
    for (size_t i = 0; i < sheet->order_count; i++)
        if (!(list_columns[sheet->orders[i].column].lists & 1u << sheet->list))
            return rk_load_fail(load, rk_node_item(rk_node_at(node, "sort"), i), err,
                                "this list has no column \"%s\"",
                                list_columns[sheet->orders[i].column].name);
    for (size_t i = 0; i < sheet->where_count; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof filters / sizeof *filters; k++)
            found = found || filters[k] == sheet->wheres[i].dimension;
        if (!found)
            return rk_load_fail(load, rk_node_at(node, sheet->wheres[i].except ? "not" : "where"),
                                err, "a list cannot be filtered by \"%s\"",
                                rk_dimension_name(sheet->wheres[i].dimension));
    }
    return true;
}

/* One block at least is printed, and none behind one that is not. */
static bool check_printed(const rk_load *load, const rk_node *blocks, const rk_sheet *sheet,
                          rk_error *err)
{
    for (size_t i = 0; i < sheet->block_count; i++)
        if (sheet->blocks[i].screen_only && (i == 0 || i + 1 < sheet->block_count) &&
            (i == 0 || !sheet->blocks[i + 1].screen_only))
            return rk_load_fail(load, rk_node_at(rk_node_item(blocks, i), "screen_only"), err,
                                i ? "a block that is printed stands behind it"
                                  : "a sheet prints one block at least");
    return true;
}

static bool end_sheet(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    sheet_draft *draft = into;
    rk_sheet *sheet = &draft->sheet;
    if (!check_sheet_name(load, rk_node_at(node, "sheet"), sheet->name.id, err) ||
        !check_sheet_name(load, rk_node_at(node, "sheet"), sheet->name.en, err))
        return false;
    if ((sheet->block_count != 0) == (sheet->list != RK_LIST_NONE))
        return rk_load_fail(load, node, err, "a sheet needs either \"blocks\" or \"list\"");
    const char *of_list[] = {"columns", "total", "where", "not", "sort"};
    for (size_t i = 0; sheet->list == RK_LIST_NONE && i < 5; i++)
        if (rk_node_get(node, of_list[i]))
            return rk_load_fail(load, rk_node_at(node, of_list[i]), err,
                                "\"%s\" goes with \"list\"", of_list[i]);
    bool needs_columns = sheet->list != RK_LIST_NONE && sheet->list != RK_LIST_RUN &&
                         sheet->list != RK_LIST_DELIVERIES;
    if (needs_columns && sheet->column_count == 0) {
        rk_load_fail(load, node, err, "missing key \"columns\"");
        return rk_fail_hint(err, "columns: of the list");
    }
    rk_load_wheres(load, &draft->where, &draft->not_where, &sheet->wheres, &sheet->where_count);
    sheet->blocks = rk_arena_alloc(load->arena, sheet->block_count + 1, sizeof *sheet->blocks);
    for (size_t i = 0; i < sheet->block_count; i++) {
        sheet->blocks[i] = draft->blocks[i].block;
    }
    if (!check_printed(load, rk_node_get(node, "blocks"), sheet, err))
        return false;
    return check_list(load, node, sheet, err);
}

static const rk_schema sheet_schema = {.doc = "a sheet of blocks, or a list",
                                       .size = sizeof(sheet_draft),
                                       RK_KEYS(sheet_keys),
                                       .end = end_sheet};

/* ---- workbooks ---- */

typedef struct workbook_draft {
    rk_workbook workbook;
    sheet_draft *sheets;
    size_t sheet_count;
} workbook_draft;

#define OF_WORKBOOK(member) (offsetof(workbook_draft, workbook) + offsetof(rk_workbook, member))

static const rk_key workbook_keys[] = {
    {"workbook", &rk_value_text, OF_WORKBOOK(name), .needed = true, .doc = "its name"},
    {"title", &rk_value_label, OF_WORKBOOK(title), .doc = "above every sheet"},
    {"per", &rk_value_choice, OF_WORKBOOK(per), .needed = true, .choices = pers,
     .doc = "one for each office, province or zone, or one for the nation"},
    {"period", &rk_value_choice, OF_WORKBOOK(period), .needed = true, .choices = periods,
     .doc = "day, week, month, quarter, half or year"},
    {"due", &rk_value_choice, OF_WORKBOOK(due), .needed = true, .choices = dues,
     .doc = "night, month_end or on_request"},
    {"file", &rk_value_text, OF_WORKBOOK(file), .needed = true,
     .doc = "'{office}/harian-{period}.xlsx'"},
    {"sheets", &rk_value_list, offsetof(workbook_draft, sheets), .needed = true,
     .count_offset = offsetof(workbook_draft, sheet_count), .of = &sheet_schema,
     .doc = "a list of sheets"},
};

static bool holds(rk_slice text, const char *part)
{
    return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

static const char *const per_parts[] = {"{office}", "{province}", "{zone}"};

static bool check_file(const rk_load *load, const rk_node *node, const rk_workbook *workbook,
                       rk_error *err)
{
    rk_slice file = workbook->file;
    if (!rk_slice_ends(file, RK_S(".xlsx")))
        return rk_load_fail(load, node, err, "\"file\" must end in .xlsx");
    if (file.at[0] == '/' || holds(file, "..") || holds(file, "\\"))
        return rk_load_fail(load, node, err, "\"file\" must stay within the output folder");
    if (!holds(file, "{period}"))
        return rk_load_fail(load, node, err, "\"file\" needs {period}");
    for (int per = RK_PER_OFFICE; per < RK_PER_NATION; per++)
        if ((workbook->per == (rk_per)per) != holds(file, per_parts[per]))
            return rk_load_fail(load, node, err,
                                workbook->per == (rk_per)per
                                    ? "\"file\" needs %s"
                                    : "\"file\" has %s, and the workbook is not of one",
                                per_parts[per]);
    for (size_t i = 0; i < file.len; i++) {
        rk_slice rest = {file.at + i, file.len - i};
        bool known = rest.at[0] != '{' || rk_slice_starts(rest, RK_S("{period}"));
        for (int per = RK_PER_OFFICE; per < RK_PER_NATION && !known; per++)
            known = rk_slice_starts(rest, rk_slice_of(per_parts[per]));
        if (!known)
            return rk_load_fail(load, node, err,
                                "\"file\" knows {office}, {province}, {zone} and {period} only");
    }
    return true;
}

static bool end_workbook(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    workbook_draft *draft = into;
    rk_workbook *workbook = &draft->workbook;
    const rk_node *sheets = rk_node_at(node, "sheets");
    workbook->sheets = rk_arena_alloc(load->arena, draft->sheet_count, sizeof *workbook->sheets);
    workbook->sheet_count = draft->sheet_count;
    for (size_t i = 0; i < draft->sheet_count; i++) {
        rk_sheet *sheet = &workbook->sheets[i];
        *sheet = draft->sheets[i].sheet;
        for (size_t j = 0; j < i; j++)
            for (int language = RK_INDONESIAN; language <= RK_ENGLISH; language++)
                if (rk_slice_equal(rk_label_in(&sheet->name, (rk_language)language),
                                   rk_label_in(&workbook->sheets[j].name, (rk_language)language)))
                    return rk_load_fail(load, rk_node_at(sheets->items[i], "sheet"), err,
                                        "a second sheet of this name (the first: line %zu)",
                                        sheets->items[j]->line);
    }
    if (workbook->title.id.len == 0)
        workbook->title.id = workbook->name;
    return check_file(load, rk_node_at(node, "file"), workbook, err);
}

const rk_schema rk_workbook_schema = {
    .doc = "a workbook: what it is of, when it is due, and its sheets",
    .size = sizeof(workbook_draft),
    RK_KEYS(workbook_keys),
    .end = end_workbook,
};

bool rk_load_workbook(const rk_load *load, const rk_node *root, rk_workbook *workbook,
                      rk_error *err)
{
    workbook_draft draft;
    if (!rk_schema_bind(load, &rk_workbook_schema, root, &draft, err))
        return false;
    *workbook = draft.workbook;
    return true;
}
