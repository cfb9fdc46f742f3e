#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { WARNING_MAX = 4096 };

static char night_name[32];
static bool is_quiet, is_mute;
static int64_t stage_began;

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void rk_log_night(const char *night)
{
    snprintf(night_name, sizeof night_name, "%s", night ? night : "");
    stage_began = monotonic_ms();
}

void rk_log_quiet(bool quiet)
{
    is_quiet = quiet;
}

void rk_log_mute(bool mute)
{
    is_mute = mute;
}

void rk_log_stage(const char *stage, const char *format, ...)
{
    va_list arguments;
    int64_t now = monotonic_ms();
    int64_t took = stage_began ? now - stage_began : 0;
    stage_began = now;
    if (is_quiet)
        return;
    fprintf(stderr, "rekon%s%s stage=%s ", night_name[0] ? " night=" : "", night_name, stage);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, " ms=%lld\n", (long long)took);
}

void rk_log_result(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

/* A warning may name a file that somebody else named: it stays one line. */
void rk_log_warning(const char *format, ...)
{
    char line[WARNING_MAX];
    va_list arguments;
    if (is_mute)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = '?';
    fprintf(stderr, "rekon warning: %s\n", line);
}

void rk_log_progress(const char *stage, uint64_t done, uint64_t of)
{
    if (!isatty(STDERR_FILENO))
        return;
    if (of == 0)
        fprintf(stderr, "\r\033[K");
    else
        fprintf(stderr, "\r%s %3d %%", stage, (int)(done * 100 / of));
    fflush(stderr);
}
