/*
 * log: one line a stage on standard error; a progress bar on a terminal.
 *
 * In:  rk_log_stage("read", "files=4 entries=1200 rejects=0")
 * Out: rekon night=2024-03-05 stage=read files=4 entries=1200 rejects=0 ms=12
 * The log is for operators; nothing of it enters an output that is compared.
 */
#ifndef RK_BASE_LOG_H
#define RK_BASE_LOG_H

#include "base/slice.h"

/* What every following line names; NULL for none. The text is copied. */
void rk_log_night(const char *night);

/* Silences stage lines (tests, `match` on a terminal). Warnings stay. */
void rk_log_quiet(bool quiet);

/* Silences warnings too: a night that is looked at afterwards has said them already. */
void rk_log_mute(bool mute);

/* Ends the stage that began with the previous call and prints its line with the time it took. */
void rk_log_stage(const char *stage, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The result of a run on standard output, as it is: "run=2024-03-05-1 committed=yes ...". */
void rk_log_result(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "rekon warning: ..." */
void rk_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Draws "stage 42 %" on a terminal, nothing elsewhere. `of` = 0 clears the line. */
void rk_log_progress(const char *stage, uint64_t done, uint64_t of);

#endif
