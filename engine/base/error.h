/*
 * error: one value that says what went wrong, where, and what to do about it.
 *
 * Fallible functions take `rk_error *err` last and return false (or NULL) after filling it.
 * In:  rk_fail(err, RK_FILE, "could not read \"%s\": %s", path, strerror(errno))
 * Out: false; err->code == RK_FILE; err->message == "could not read \"x.csv\": permission denied"
 * Messages are lower case, without a full stop, and name the thing and the reason. The codes are the
 * program's exit codes; the table in error.c is the only one.
 */
#ifndef RK_BASE_ERROR_H
#define RK_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum rk_code {
    RK_DONE = 0,      /* done */
    RK_WAITING = 1,   /* done, and something waits for an operator */
    RK_USAGE = 2,     /* the command line is wrong, or a file of data that it names */
    RK_INVALID = 3,   /* rules or configuration invalid */
    RK_LOCKED = 4,    /* another run holds the lock */
    RK_DATABASE = 5,  /* database unavailable */
    RK_FILE = 6,      /* disk or file error */
    RK_DIFFERENT = 7, /* verification found a difference */
    RK_BUG = 70       /* a bug in the program */
} rk_code;

typedef struct rk_exit {
    rk_code code;
    const char *meaning; /* what happened */
    const char *action;  /* what an operator should do */
} rk_exit;

/* The exit codes in ascending order; *count receives how many. Static memory. */
const rk_exit *rk_exits(size_t *count);

typedef struct rk_error {
    rk_code code;
    char message[640];
    char path[256];    /* the file at fault, or empty */
    size_t line;       /* from 1; 0 when unknown */
    size_t column;     /* from 1, in bytes; 0 when unknown */
    char excerpt[200]; /* the line itself, cut to fit; empty when unknown */
    char hint[320];    /* what to try; empty when there is none */
} rk_error;

/* Fills code and message, clears the rest. Always returns false. */
bool rk_fail(rk_error *err, rk_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a place to an error that was just filled. Always returns false. */
bool rk_fail_at(rk_error *err, const char *path, size_t line, size_t column);

/* Adds a hint. Always returns false. */
bool rk_fail_hint(rk_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes the error for a person into `out`, several lines, the last one ended:
 *   rules/tariffs.yaml:7:5: unknown key "amuont"
 *       amuont: 350000
 *       ^
 *   hint: did you mean "amount"?
 */
struct rk_buffer;
void rk_error_print(const rk_error *err, struct rk_buffer *out);

#endif
