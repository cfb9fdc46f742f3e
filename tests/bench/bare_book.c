/*
 * bare_book CELLS OUT.xlsx MEMORY: how fast libxlsxwriter alone writes the cells of a sheet.
 *
 * In:  CELLS: a line a row, cells with a tab between: number of a format, s or n, text or number
 *      (0sBCA <tab> 3n350000); an empty cell is nothing. MEMORY: constant, or whole
 * Out: the workbook; on stdout the seconds from workbook_new to workbook_close, and the rows
 * The cells are in memory before the clock starts. Formats are as many as there are, all `#,##0`.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xlsxwriter.h>

enum { FORMATS = 64 };

static void fail(const char *what)
{
    fprintf(stderr, "bare_book: %s: %s\n", what, strerror(errno));
    exit(1);
}

static char *whole_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        fail(path);
    long size = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)size + 1);
    if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size)
        fail(path);
    bytes[size] = 0;
    fclose(file);
    return bytes;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void write_cell(lxw_worksheet *sheet, lxw_format **formats, lxw_row_t row, lxw_col_t column,
                       char *cell)
{
    char *kind;
    unsigned long format = strtoul(cell, &kind, 10);
    if (*kind == 's')
        worksheet_write_string(sheet, row, column, kind + 1, formats[format % FORMATS]);
    else if (*kind == 'n')
        worksheet_write_number(sheet, row, column, strtod(kind + 1, NULL),
                               formats[format % FORMATS]);
}

static lxw_row_t write_rows(lxw_worksheet *sheet, lxw_format **formats, char *line)
{
    lxw_row_t row = 0;
    while (*line) {
        lxw_col_t column = 0;
        char *end = strchr(line, '\n');
        *end = 0;
        for (char *cell = line; cell; column++) {
            char *tab = strchr(cell, '\t');
            if (tab)
                *tab++ = 0;
            write_cell(sheet, formats, row, column, cell);
            cell = tab;
        }
        row++;
        line = end + 1;
    }
    return row;
}

int main(int count, char **words)
{
    if (count != 4)
        return 2;
    char *cells = whole_file(words[1]);
    lxw_format *formats[FORMATS];
    lxw_workbook_options options = {.constant_memory = strcmp(words[3], "constant") == 0};
    double began = seconds();
    lxw_workbook *book = workbook_new_opt(words[2], &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
    for (int i = 0; i < FORMATS; i++) {
        formats[i] = workbook_add_format(book);
        format_set_num_format(formats[i], "#,##0");
        format_set_indent(formats[i], (uint8_t)(i % 16));
    }
    lxw_row_t rows = write_rows(sheet, formats, cells);
    if (workbook_close(book))
        fail(words[2]);
    printf("%.6f %u\n", seconds() - began, rows);
    return 0;
}
