/*
 * check_tests: the cases that matching.yaml carries, matched by its rules.
 *
 * In:  rules whose `tests:` say that a payment after the deadline is late
 * Out: how many there are; for each payment that ends otherwise a line for people:
 *      rules/matching.yaml:31:9: "paid too late": expected late of A, got matched of A
 * Each test is a world of its own: the engine's own matcher runs over it, with the deadlines of
 * deadlines.yaml.
 */
#ifndef RK_COMMANDS_CHECK_TESTS_H
#define RK_COMMANDS_CHECK_TESTS_H

#include "config/rules.h"

/* Appends the failures to `out`; false when there is any. */
bool rk_check_tests(const rk_rules *rules, const rk_sources *sources, rk_zone zone, size_t *count,
                    rk_buffer *out, rk_error *err);

#endif
