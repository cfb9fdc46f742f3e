/*
 * side: jobs side by side, each in a process of its own.
 *
 * In:  365 nights, two at a time
 * Out: each job's standard output, whole and in the order of the jobs, whatever order they end in
 * Processes, not threads: a library that is not made for threads may be in each of them, and what a job
 * allocates goes with it. Must be called before the first parallel region of the process.
 */
#ifndef RK_BASE_SIDE_H
#define RK_BASE_SIDE_H

#include "base/error.h"

/* Does job number `job`; prints to standard output as it likes. Runs in the child. */
typedef rk_code rk_side_job(void *context, size_t job);
/* A job has ended and its output is out; in the parent, in the order of the jobs. RK_BUG: it was killed. */
typedef void rk_side_done(void *context, size_t job, rk_code code);

/* RK_FILE when a process cannot be made; those that were are waited for. */
bool rk_side_by_side(size_t jobs, size_t at_once, rk_side_job *work, rk_side_done *done,
                     void *context, rk_error *err);

#endif
