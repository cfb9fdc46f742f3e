/*
 * failpoint: named places where a test may kill the process.
 *
 * Compiled in only with RK_FAILPOINTS (the test builds); in the shipped program it is nothing.
 * In:  REKON_FAILPOINT="commit.sent:1"    Out: SIGKILL the first time that point is reached
 * In:  REKON_FAILPOINT_LOG=/tmp/points    Out: each point reached, one a line, in order
 */
#ifndef RK_BASE_FAILPOINT_H
#define RK_BASE_FAILPOINT_H

#ifdef RK_FAILPOINTS
/* Logs `name` and `step` joined ("object" + "renamed" -> "object.renamed"); kills if asked. */
void rk_failpoint(const char *name, const char *step);
#else
static inline void rk_failpoint(const char *name, const char *step)
{
    (void)name;
    (void)step;
}
#endif

#endif
