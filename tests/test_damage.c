/* Workbooks that are damaged after they were written and before anyone sees them: the read-back catches each,
 * unless every part is, byte by byte, what it was (dates and versions of the archive, padding of deflate).
 *
 *   test_damage          two thousand of them
 *   test_damage COUNT    so many; says how many of each kind were caught
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>
#include <zip.h>

#include "base/file.h"
#include "report/xlsx.h"

enum { SHEETS = 4, LIST_ROWS = 40 };

static char scratch[64];
static size_t wanted = 2000;
static uint64_t seed = 1;

static uint32_t draw(size_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

static void must(bool good, const rk_error *err)
{
    if (!good)
        fail_msg("%s (%s)", err->message, err->hint);
}

/* ---- a book with all that a book has ---- */

static void fill_row(const void *context, size_t item, rk_row *row)
{
    char text[32];
    size_t base = *(const size_t *)context;
    rk_row_begin(row);
    rk_row_number(row, RK_STYLE_NUMBER, (double)(item + base));
    snprintf(text, sizeof text, "P-%06zu", (item + base * 50) * 7919 % 1000003);
    rk_row_text(row, RK_STYLE_TEXT, rk_slice_of(text));
    rk_row_number(row, RK_STYLE_MONEY, 350000);
    rk_row_end(row);
}

static void add_chart(rk_plan_sheet *sheet, rk_chart_kind kind, uint32_t last, const char *title)
{
    rk_chart_plan *chart = rk_plan_chart(sheet);
    chart->kind = kind;
    chart->title = rk_slice_of(title);
    chart->row = kind == RK_CHART_LINE ? 2 : 20;
    chart->column = 6;
    chart->width = 400;
    chart->height = 200;
    chart->first_row = 4;
    chart->last_row = last;
    chart->series = rk_arena_alloc(sheet->plan->arena, 2, sizeof *chart->series);
    chart->series[0] = (rk_series){.name = RK_S("one"), .column = 1};
    chart->series[1] = (rk_series){.name = RK_S("two"), .column = 2};
    chart->series_count = kind == RK_CHART_LINE ? 1 : 2;
}

/* How a sheet is seen and printed: each of the four in another way. */
static void lay_frame(rk_plan_sheet *sheet, int number)
{
    static const rk_alert_kind kinds[] = {RK_ALERT_NOT_ZERO, RK_ALERT_ABOVE, RK_ALERT_BELOW,
                                          RK_ALERT_BARS};
    sheet->column_count = 5;
    sheet->widths[0] = 24;
    sheet->widths[1] = 8.43; /* the usual one */
    sheet->widths[2] = 12.5 + number;
    sheet->widths[4] = 0.5;
    rk_plan_height(sheet, 0, 22);
    rk_plan_height(sheet, 4, 15); /* the usual one */
    sheet->portrait = number == 2;
    sheet->freeze_row = number == 3 ? 0 : 4;
    sheet->repeats = number != 1;
    sheet->repeat_from = 3;
    sheet->repeat_until = 3 + (number == 0);
    sheet->filters = number >= 2;
    if (number % 2 == 0) {
        sheet->breaks[0] = 7;
        sheet->breaks[1] = 12;
        sheet->break_count = 2;
    }
    for (uint16_t i = 0; i < 5 && number < 3; i++)
        rk_plan_alert(sheet, (rk_alert){.kind = kinds[(i + number) % 4],
                                        .amber = i % 2,
                                        .limit = 5.5 * i,
                                        .first_row = 4,
                                        .last_row = i == 3 ? 4 : 9,
                                        .first_column = i / 2,
                                        .last_column = i / 2});
}

/* Two books of this kind (serial 0 and 1) differ in every part but their style. */
static void lay_book(rk_plan *plan, rk_arena *arena, uint32_t serial)
{
    static const char *const names[SHEETS] = {"Ringkasan", "Per hari", "Selisih", "Kedaluwarsa"};
    static const size_t bases[2][SHEETS] = {{0, 0, 1, 2}, {0, 0, 3, 4}};
    rk_error err;
    *plan = (rk_plan){.arena = arena, .created = 19787, .footer = RK_S("&P"), .title = RK_S("t")};
    plan->subject = serial ? RK_S("b/x.xlsx") : RK_S("a/x.xlsx");
    for (int i = 0; i < SHEETS; i++) {
        rk_plan_sheet *sheet = rk_plan_add_sheet(plan, rk_slice_of(names[i]), &err);
        rk_plan_text(sheet, 0, 0, RK_STYLE_TITLE, rk_slice_of(names[i]));
        rk_plan_number(sheet, 1, 1, RK_STYLE_COUNT, serial);
        for (uint32_t row = 4; row < 10; row++) {
            rk_plan_text(sheet, row, 0, RK_STYLE_TEXT,
                         serial ? RK_S("Paspor elektronik") : RK_S("Paspor biasa"));
            rk_plan_number(sheet, row, 1, RK_STYLE_COUNT, 3 * row + serial);
            rk_plan_number(sheet, row, 2, RK_STYLE_MONEY, 350000.0 * row - serial);
        }
        rk_plan_formula(sheet, 10, 1, RK_STYLE_TOTAL_COUNT, "SUM(B5:B10)", 117 + 6 * serial);
        rk_plan_link(sheet, 11, 0, RK_S("lihat daftar"), RK_S("Selisih"), 13);
        if (i < 2)
            rk_plan_link_book(sheet, 12, 0, RK_S("berkas"),
                              rk_slice_of(rk_arena_printf(arena, "../%d/%u.xlsx", i, serial)));
        if (i == 0)
            add_chart(sheet, RK_CHART_STACKED, 9 - serial, serial ? "Masuk" : "Dibayar");
        if (i < 2)
            add_chart(sheet, RK_CHART_LINE, 9 - serial, serial ? "Lapor" : "Dibukukan");
        sheet->fill = fill_row;
        sheet->context = &bases[serial][i];
        sheet->list_row = 13;
        sheet->list_columns = 3;
        sheet->list_count = i < 2 ? 0 : LIST_ROWS;
        lay_frame(sheet, i);
    }
    must(rk_plan_finish(plan, &err), &err);
}

static void write_book(const rk_plan *plan, rk_buffer *bytes)
{
    rk_error err;
    must(rk_folder_make(scratch, 0700, &err), &err);
    must(rk_xlsx_write(plan, scratch, bytes, &err), &err);
}

/* ---- damage ---- */

static void cut_end(rk_buffer *bytes, const rk_buffer *other)
{
    (void)other;
    bytes->len = draw(bytes->len);
}

static void cut_middle(rk_buffer *bytes, const rk_buffer *other)
{
    (void)other;
    size_t from = draw(bytes->len), len = 1 + draw(bytes->len - from);
    memmove(bytes->bytes + from, bytes->bytes + from + len, bytes->len - from - len);
    bytes->len -= len;
}

static void flip_bits(rk_buffer *bytes, const rk_buffer *other)
{
    (void)other;
    for (uint32_t i = 0, bits = 1 + draw(8); i < bits; i++) {
        size_t at = draw(bytes->len);
        bytes->bytes[at] = (char)(bytes->bytes[at] ^ (1 << draw(8)));
    }
}

static void lose_block(rk_buffer *bytes, const rk_buffer *other)
{
    (void)other;
    size_t from = draw(bytes->len), len = bytes->len - from < 512 ? bytes->len - from : 512;
    memset(bytes->bytes + from, 0, len);
}

static void mix_blocks(rk_buffer *bytes, const rk_buffer *other)
{
    size_t shorter = bytes->len < other->len ? bytes->len : other->len;
    size_t from = draw(shorter), len = shorter - from < 512 ? shorter - from : 512;
    memcpy(bytes->bytes + from, other->bytes + from, len);
}

/* ---- damage that leaves a good archive ---- */

static zip_t *open_zip(const rk_buffer *bytes, zip_source_t **source)
{
    zip_error_t fault;
    char *copy = malloc(bytes->len); /* it is the source's */
    memcpy(copy, bytes->bytes, bytes->len);
    *source = zip_source_buffer_create(copy, bytes->len, 1, &fault);
    zip_source_keep(*source);
    zip_t *zip = zip_open_from_source(*source, 0, &fault);
    assert_non_null(zip);
    return zip;
}

static void close_zip(zip_t *zip, zip_source_t *source, rk_buffer *bytes)
{
    assert_int_equal(zip_close(zip), 0);
    zip_stat_t stat;
    assert_int_equal(zip_source_open(source), 0);
    assert_int_equal(zip_source_stat(source, &stat), 0);
    rk_buffer again = {0};
    char *room = rk_buffer_room(&again, stat.size);
    assert_int_equal(zip_source_read(source, room, stat.size), stat.size);
    again.len = stat.size;
    zip_source_close(source);
    zip_source_free(source);
    rk_buffer_free(bytes);
    *bytes = again;
}

static zip_source_t *content_of(zip_t *zip, zip_t *from, size_t member)
{
    zip_stat_t stat;
    assert_int_equal(zip_stat_index(from, member, 0, &stat), 0);
    char *content = malloc(stat.size + 1);
    zip_file_t *file = zip_fopen_index(from, member, 0);
    assert_int_equal(zip_fread(file, content, stat.size), stat.size);
    zip_fclose(file);
    return zip_source_buffer(zip, content, stat.size, 1);
}

static void drop_member(rk_buffer *bytes, const rk_buffer *other)
{
    zip_source_t *source;
    zip_t *zip = open_zip(bytes, &source);
    (void)other;
    zip_delete(zip, draw((size_t)zip_get_num_entries(zip, 0)));
    close_zip(zip, source, bytes);
}

/* Two parts stand under each other's name. */
static void swap_members(rk_buffer *bytes, const rk_buffer *other)
{
    zip_source_t *source;
    zip_t *zip = open_zip(bytes, &source);
    (void)other;
    size_t count = (size_t)zip_get_num_entries(zip, 0);
    size_t a = draw(count), b = (a + 1 + draw(count - 1)) % count;
    zip_source_t *first = content_of(zip, zip, a), *second = content_of(zip, zip, b);
    assert_int_equal(zip_file_replace(zip, a, second, 0), 0);
    assert_int_equal(zip_file_replace(zip, b, first, 0), 0);
    close_zip(zip, source, bytes);
}

/* The same part of another book. */
static void mix_members(rk_buffer *bytes, const rk_buffer *other)
{
    zip_source_t *source, *other_source;
    zip_t *zip = open_zip(bytes, &source), *from = open_zip(other, &other_source);
    size_t member = draw((size_t)zip_get_num_entries(zip, 0));
    assert_int_equal(zip_file_replace(zip, member, content_of(zip, from, member), 0), 0);
    zip_discard(from);
    zip_source_free(other_source);
    close_zip(zip, source, bytes);
}

static void add_member(rk_buffer *bytes, const rk_buffer *other)
{
    static const char *const names[] = {"xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml",
                                        "xl/worksheets/sheet9.xml", "customXml/item1.xml"};
    zip_source_t *source;
    zip_t *zip = open_zip(bytes, &source);
    (void)other;
    assert_true(zip_file_add(zip, names[draw(4)], content_of(zip, zip, 3), 0) >= 0);
    close_zip(zip, source, bytes);
}

/* Whether `at` is a letter or digit between the quotes of an element that begins so; with NULL, of a text
 * between elements. */
static bool may_change(const char *content, const char *at, const char *element)
{
    const char *tag = at;
    size_t quotes = 0;
    bool ended = false;
    if (!((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z')))
        return false;
    while (tag > content && *tag != '<')
        tag--;
    for (const char *c = tag; c < at; c++) {
        quotes += *c == '"';
        ended = ended || *c == '>';
    }
    if (!element) /* no part of "&amp;" either */
        return ended && !memchr(tag, '&', (size_t)(at - tag));
    return quotes % 2 && tag[1] != '?' && strncmp(tag + 1, element, strlen(element)) == 0;
}

/* It becomes another: a good archive of good XML, in which a cell looks another way, a column is wider, or a part
 * is said to be of another kind. */
static void change_value(zip_t *zip, size_t member, const char *element)
{
    zip_stat_t stat;
    assert_int_equal(zip_stat_index(zip, member, 0, &stat), 0);
    char *content = malloc(stat.size + 1), *start = NULL;
    zip_file_t *file = zip_fopen_index(zip, member, 0);
    assert_int_equal(zip_fread(file, content, stat.size), stat.size);
    content[stat.size] = '\0';
    zip_fclose(file);
    while (!start || !may_change(content, start, element))
        start = content + draw(stat.size);
    char changed = *start;
    while (changed == *start)
        changed = (char)(*start <= '9' ? '0' + draw(10) : 'a' + draw(26));
    *start = changed;
    zip_source_t *source = zip_source_buffer(zip, content, stat.size, 1);
    assert_int_equal(zip_file_replace(zip, member, source, 0), 0);
}

static void damage_value(rk_buffer *bytes, const char *name, const char *element)
{
    zip_source_t *source;
    zip_t *zip = open_zip(bytes, &source);
    zip_int64_t member = zip_name_locate(zip, name, 0);
    assert_true(member >= 0);
    change_value(zip, (size_t)member, element);
    close_zip(zip, source, bytes);
}

static void change_style(rk_buffer *bytes, const rk_buffer *other)
{
    (void)other;
    damage_value(bytes, "xl/styles.xml", "");
}

static void change_theme(rk_buffer *bytes, const rk_buffer *other)
{
    (void)other;
    damage_value(bytes, "xl/theme/theme1.xml", "");
}

static void change_kind(rk_buffer *bytes, const rk_buffer *other)
{
    static const char *const parts[][2] = {{"[Content_Types].xml", "Override"},
                                           {"_rels/.rels", "Relationship "},
                                           {"xl/_rels/workbook.xml.rels", "Relationship "},
                                           {"xl/drawings/_rels/drawing1.xml.rels", "Relationship "},
                                           {"xl/worksheets/_rels/sheet1.xml.rels", "Relationship "},
                                           {"xl/workbook.xml", "sheet "}};
    size_t part = draw(sizeof parts / sizeof *parts);
    (void)other;
    damage_value(bytes, parts[part][0], parts[part][1]);
}

static const char *any_frame(void)
{
    static const char *const parts[] = {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml",
                                        "xl/worksheets/sheet3.xml", "xl/worksheets/sheet4.xml",
                                        "xl/workbook.xml",          "docProps/app.xml",
                                        "docProps/core.xml"};
    return parts[draw(sizeof parts / sizeof *parts)];
}

/* Widths, panes, filters, alerts, links, page set-up, properties. */
static void change_frame(rk_buffer *bytes, const rk_buffer *other)
{
    (void)other;
    damage_value(bytes, any_frame(), "");
}

/* Footers, names, limits of alerts, titles, times. */
static void change_text(rk_buffer *bytes, const rk_buffer *other)
{
    (void)other;
    damage_value(bytes, any_frame(), NULL);
}

static void change_row(rk_buffer *bytes, const rk_buffer *other)
{
    (void)other;
    damage_value(bytes, "xl/worksheets/sheet3.xml", "row ");
}

static void change_page(rk_buffer *bytes, const rk_buffer *other)
{
    static const char *const elements[] = {
        "dimension",  "pane ",     "col ",        "autoFilter", "conditionalFormatting",
        "cfRule",     "hyperlink", "pageMargins", "pageSetup",  "brk",
        "pageSetUpPr"};
    (void)other;
    damage_value(bytes, "xl/worksheets/sheet3.xml",
                 elements[draw(sizeof elements / sizeof *elements)]);
}

/* A cell of the summary looks like another. */
static void change_cell_style(rk_buffer *bytes, const rk_buffer *other)
{
    (void)other;
    damage_value(bytes, "xl/worksheets/sheet1.xml", "c ");
}

static const struct {
    const char *name;
    void (*damage)(rk_buffer *bytes, const rk_buffer *other);
} kinds[] = {
    {"cut short", cut_end},
    {"a piece cut out", cut_middle},
    {"bits flipped", flip_bits},
    {"a block of zeros", lose_block},
    {"a block of another book", mix_blocks},
    {"a part dropped", drop_member},
    {"two parts swapped", swap_members},
    {"a part of another book", mix_members},
    {"a part added", add_member},
    {"a value of a style", change_style},
    {"a value of the theme", change_theme},
    {"what leads to a part", change_kind},
    {"place or style of a cell", change_cell_style},
    {"a value around the cells", change_frame},
    {"a text around the cells", change_text},
    {"height or reach of a row", change_row},
    {"page, width, filter, alert", change_page},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- the tests ---- */

typedef struct tally {
    size_t tried, caught, harmless;
} tally;

/* Parts in order: what counts is whether any of them is another. */
static void damage_once(const rk_plan *plan, const rk_buffer *good, const rk_buffer *other,
                        const rk_digest *meant, size_t kind, tally *counts)
{
    rk_buffer bytes = {0};
    rk_digest found;
    rk_error err;
    rk_buffer_slice(&bytes, rk_buffer_all(good));
    kinds[kind].damage(&bytes, other);
    counts->tried++;
    if (!rk_xlsx_read_back(plan, rk_buffer_all(&bytes), &found, &err)) {
        assert_true(strncmp(err.message, "read back: ", 11) == 0);
        counts->caught++;
    } else if (rk_digest_equal(&found, meant)) {
        counts->harmless++;
    } else {
        fail_msg("%s (number %zu): parts changed, and nothing was said", kinds[kind].name,
                 counts->tried);
    }
    rk_buffer_free(&bytes);
}

static void damage_many(size_t count, uint32_t long_rows)
{
    rk_arena arena = {0};
    rk_plan plan, other_plan;
    rk_buffer good = {0}, other = {0};
    rk_digest meant;
    rk_error err;
    tally counts[KINDS] = {0};
    rk_plan_limits.long_rows = long_rows;
    lay_book(&plan, &arena, 0);
    lay_book(&other_plan, &arena, 1);
    write_book(&plan, &good);
    write_book(&other_plan, &other);
    must(rk_xlsx_read_back(&plan, rk_buffer_all(&good), &meant, &err), &err);
    for (size_t i = 0; i < count; i++)
        damage_once(&plan, &good, &other, &meant, i % KINDS, &counts[i % KINDS]);
    for (size_t kind = 0; kind < KINDS; kind++) {
        printf("%-27s %6zu tried, %6zu caught, %4zu leave every part as it was\n", kinds[kind].name,
               counts[kind].tried, counts[kind].caught, counts[kind].harmless);
        assert_true(counts[kind].caught * 10 > counts[kind].tried * 4);
    }
    rk_plan_limits.long_rows = RK_PLAN_LONG;
    rk_buffer_free(&good);
    rk_buffer_free(&other);
    rk_plan_free(&plan);
    rk_plan_free(&other_plan);
    rk_arena_free(&arena);
}

static void test_damage__of_a_book_is_caught(void **state)
{
    (void)state;
    damage_many(wanted / 2, RK_PLAN_LONG);
}

static void test_damage__of_a_book_in_constant_memory_is_caught(void **state)
{
    (void)state;
    damage_many(wanted - wanted / 2, 1);
}

static int remove_scratch(void **state)
{
    rk_error err;
    (void)state;
    return rk_folder_remove(scratch, &err) ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        wanted = strtoul(argv[1], NULL, 10);
    snprintf(scratch, sizeof scratch, "/tmp/rekon-test-damage-%ld", (long)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage__of_a_book_is_caught),
        cmocka_unit_test(test_damage__of_a_book_in_constant_memory_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, remove_scratch);
}
