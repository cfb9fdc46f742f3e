#include "base/side.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"

typedef struct worker {
    pid_t pid; /* 0: ended */
    int output;
    rk_code code;
} worker;

static bool fail_errno(rk_error *err, const char *what)
{
    char text[128];
    return rk_fail(err, RK_FILE, "could not %s: %s", what, strerror_r(errno, text, sizeof text));
}

static bool start(worker *w, rk_side_job *work, void *context, size_t job, rk_error *err)
{
    w->output = memfd_create("rekon", MFD_CLOEXEC);
    if (w->output < 0)
        return fail_errno(err, "make room for a job's output");
    fflush(stdout);
    fflush(stderr);
    w->pid = fork();
    if (w->pid < 0) {
        w->pid = 0;
        close(w->output);
        return fail_errno(err, "make a process");
    }
    if (w->pid > 0)
        return true;
    rk_code code = dup2(w->output, STDOUT_FILENO) < 0 ? RK_FILE : work(context, job);
    if (fflush(stdout) != 0)
        code = RK_FILE;
    _exit((int)code); /* lint: _exit: a child ends here, without what its parent does at its end */
}

/* One of the children ends. */
static void wait_for_one(worker *workers, size_t count)
{
    int status;
    pid_t pid;
    do
        pid = waitpid(-1, &status, 0);
    while (pid < 0 && errno == EINTR);
    for (size_t i = 0; i < count; i++) {
        if (pid > 0 && workers[i].pid != pid)
            continue;
        workers[i].pid = 0; /* all of them when there is no child any more */
        workers[i].code = pid > 0 && WIFEXITED(status) ? (rk_code)WEXITSTATUS(status) : RK_BUG;
        if (pid > 0)
            return;
    }
}

static void pass_on(worker *w)
{
    char piece[65536];
    ssize_t got;
    off_t at = 0;
    while ((got = pread(w->output, piece, sizeof piece, at)) > 0) {
        fwrite(piece, 1, (size_t)got, stdout);
        at += got;
    }
    close(w->output);
    fflush(stdout);
}

bool rk_side_by_side(size_t jobs, size_t at_once, rk_side_job *work, rk_side_done *done,
                     void *context, rk_error *err)
{
    worker *workers = rk_alloc(jobs + 1, sizeof *workers);
    size_t started = 0, told = 0, running = 0;
    bool good = true;
    while (told < started || (good && started < jobs)) {
        while (good && started < jobs && running < at_once) {
            good = start(&workers[started], work, context, started, err);
            started += good;
            running += good;
        }
        if (running > 0) {
            wait_for_one(workers, started);
            running = 0;
            for (size_t i = told; i < started; i++)
                running += workers[i].pid != 0;
        }
        for (; told < started && workers[told].pid == 0; told++) {
            pass_on(&workers[told]);
            done(context, told, workers[told].code);
        }
    }
    free(workers);
    return good;
}
