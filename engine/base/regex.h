/*
 * regex: PCRE2 10.42 with JIT, compiled once, used by all threads.
 *
 * In:  pattern '(?<day>\d{8})', text "IDMREKON_20240515.txt"    Out: matched, group "day" = 20240515
 * A limit that is hit is an error, never "no match". Subjects are bytes; patterns are not UTF mode.
 */
#ifndef RK_BASE_REGEX_H
#define RK_BASE_REGEX_H

#include "base/error.h"
#include "base/slice.h"

typedef struct rk_regex rk_regex;

enum { RK_REGEX_GROUPS = 16 };

typedef enum rk_regex_result { RK_REGEX_NONE, RK_REGEX_MATCHED, RK_REGEX_LIMIT } rk_regex_result;

/* NULL after filling err (RK_INVALID, message with the offset of the fault). Free with rk_regex_free. */
rk_regex *rk_regex_compile(rk_slice pattern, bool whole_text, rk_error *err);
void rk_regex_free(rk_regex *regex);

/* Searches `text` from byte `from`. groups[0] is the match, groups[n] the n-th group (at == NULL when
 * it took no part); `groups` has RK_REGEX_GROUPS items. Safe from many threads at once. */
rk_regex_result rk_regex_find(const rk_regex *regex, rk_slice text, size_t from, rk_slice *groups);

/* The pattern as it was given; lives as long as the regex. */
rk_slice rk_regex_pattern(const rk_regex *regex);

/* The number of a named group, or -1. */
int rk_regex_group(const rk_regex *regex, const char *name);

#endif
