#include "base/failpoint.h"

#ifdef RK_FAILPOINTS

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void log_point(const char *point)
{
    const char *path = getenv("REKON_FAILPOINT_LOG");
    if (!path)
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd >= 0) {
        dprintf(fd, "%s\n", point);
        close(fd);
    }
}

/* The wanted point is "name.step:N"; counts how often it was met. */
static void kill_if_wanted(const char *point)
{
    static long met;
    const char *wanted = getenv("REKON_FAILPOINT");
    size_t length = strlen(point);
    if (!wanted || strncmp(wanted, point, length) != 0 || wanted[length] != ':')
        return;
#pragma omp critical(failpoint)
    if (++met == strtol(wanted + length + 1, NULL, 10))
        kill(getpid(), SIGKILL);
}

void rk_failpoint(const char *name, const char *step)
{
    char point[128];
    snprintf(point, sizeof point, "%s.%s", name, step);
    log_point(point);
    kill_if_wanted(point);
}

#else
typedef int rk_failpoint_is_absent; /* a translation unit may not be empty */
#endif
