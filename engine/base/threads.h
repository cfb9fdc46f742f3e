/*
 * threads: how many are worth waking.
 *
 * In:  rk_threads_for(400, 2)    Out: 1: the rows are done before a second thread has woken up
 * On a busy machine each parallel region waits until every one of its threads has been let run; with few
 * rows that is all it does.
 */
#ifndef RK_BASE_THREADS_H
#define RK_BASE_THREADS_H

#include <stddef.h>

enum { RK_ROWS_A_THREAD = 16384 };

/* On a host that others share one thread may be twice as slow as the other for a while: long loops deal their rows
 * out in pieces of RK_ROWS_A_THREAD, or of RK_ROWS_A_PAGE(line) where lines are written into huge pages first. */
#define RK_ROWS_A_PAGE(line) ((size_t)(2 << 20) / sizeof(line))

/* For loops over `count` rows that take tens of nanoseconds each; at least 1, at most `threads`. */
static inline int rk_threads_for(size_t count, int threads)
{
    size_t worth = count / RK_ROWS_A_THREAD + 1;
    return worth < (size_t)threads ? (int)worth : threads;
}

#endif
