#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"

static const rk_exit exits[] = {
    {RK_DONE, "done", "nothing"},
    {RK_WAITING, "done, and something waits for an operator",
     "run `rekon status`: it names each held, quarantined or unknown file, overdue statement, "
     "stale "
     "decision and refused transition, and what frees it"},
    {RK_USAGE, "the command line is wrong, or what stands in a file that it names",
     "read the message and `rekon --help`; mend the command or the file"},
    {RK_INVALID, "rules or configuration invalid",
     "mend the line that the message names, then `rekon check`; nothing was done"},
    {RK_LOCKED, "another run holds the lock", "wait for it to end, then run again"},
    {RK_DATABASE, "database unavailable",
     "bring PostgreSQL back, then run again; nothing was written"},
    {RK_FILE, "disk or file error",
     "mend what the message names (space, permission, path), then run again"},
    {RK_DIFFERENT, "verification found a difference",
     "stop the nightly job, keep the archive as it is, and run `rekon verify`"},
    {RK_BUG, "a bug in the program", "keep the log and report it; running again is safe"},
};

const rk_exit *rk_exits(size_t *count)
{
    *count = sizeof exits / sizeof *exits;
    return exits;
}

bool rk_fail(rk_error *err, rk_code code, const char *format, ...)
{
    va_list arguments;
    memset(err, 0, sizeof *err);
    err->code = code;
    va_start(arguments, format);
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    return false;
}

bool rk_fail_at(rk_error *err, const char *path, size_t line, size_t column)
{
    snprintf(err->path, sizeof err->path, "%s", path ? path : "");
    err->line = line;
    err->column = column;
    return false;
}

bool rk_fail_hint(rk_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->hint, sizeof err->hint, format, arguments);
    va_end(arguments);
    return false;
}

static void print_excerpt(const rk_error *err, rk_buffer *out)
{
    rk_buffer_printf(out, "    %s\n    ", err->excerpt);
    for (size_t i = 1; i < err->column; i++)
        rk_buffer_char(out, i <= strlen(err->excerpt) && err->excerpt[i - 1] == '\t' ? '\t' : ' ');
    rk_buffer_text(out, "^\n");
}

void rk_error_print(const rk_error *err, rk_buffer *out)
{
    if (err->path[0]) {
        rk_buffer_text(out, err->path);
        if (err->line)
            rk_buffer_printf(out, ":%zu", err->line);
        if (err->line && err->column)
            rk_buffer_printf(out, ":%zu", err->column);
        rk_buffer_text(out, ": ");
    }
    rk_buffer_printf(out, "%s\n", err->message);
    if (err->excerpt[0] && err->column && err->column <= sizeof err->excerpt)
        print_excerpt(err, out);
    if (err->hint[0])
        rk_buffer_printf(out, "hint: %s\n", err->hint);
}
