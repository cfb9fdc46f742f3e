/*
 * The state machine: the table is whole and without repeats, and docs/states.md is made from it. With the
 * argument --write the test writes that file instead. Run from the root of the checkout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "model/state.h"

static const char picture[] = "docs/states.md";

static void test_states__each_change_once_and_between_two_states(void **state)
{
    (void)state;
    for (size_t i = 0; i < rk_state_change_count; i++) {
        const rk_state_change *change = &rk_state_changes[i];
        assert_true(change->from > RK_STATE_NONE && change->from < RK_STATES);
        assert_true(change->to > RK_STATE_NONE && change->to < RK_STATES);
        assert_true(change->from != change->to && *change->cause);
        assert_ptr_equal(rk_state_change_of(change->from, change->to), change);
    }
}

/* Reinstated is who was expired, and nobody else; who was expired and paid in time is never simply paid. */
static void test_states__only_the_expired_are_reinstated(void **state)
{
    (void)state;
    for (int from = RK_STATE_AWAITING; from < RK_STATES; from++)
        assert_int_equal(rk_state_change_of((rk_state)from, RK_STATE_REINSTATED) != NULL,
                         from == RK_STATE_EXPIRED);
    assert_null(rk_state_change_of(RK_STATE_EXPIRED, RK_STATE_PAID));
    assert_null(rk_state_change_of(RK_STATE_REINSTATED, RK_STATE_PAID));
    assert_null(rk_state_change_of(RK_STATE_AWAITING, RK_STATE_NONE));
}

/* From every state every other can be reached, so that no mistake of the source is for ever. */
static void test_states__no_state_is_a_trap(void **state)
{
    (void)state;
    for (int from = RK_STATE_AWAITING; from < RK_STATES; from++)
        assert_true(from == RK_STATE_AWAITING ||
                    rk_state_change_of((rk_state)from, RK_STATE_AWAITING) != NULL);
}

static void test_states__the_picture_is_true(void **state)
{
    (void)state;
    rk_error err;
    rk_buffer kept = {0}, made = {0};
    rk_states_put(&made);
    assert_true(rk_file_read(picture, 1 << 20, &kept, &err));
    if (!rk_slice_equal(rk_buffer_all(&kept), rk_buffer_all(&made)))
        fail_msg("%s is not what the table says: build/test/test_states --write", picture);
    rk_buffer_free(&kept);
    rk_buffer_free(&made);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states__each_change_once_and_between_two_states),
        cmocka_unit_test(test_states__only_the_expired_are_reinstated),
        cmocka_unit_test(test_states__no_state_is_a_trap),
        cmocka_unit_test(test_states__the_picture_is_true),
    };
    if (argc > 1 && rk_slice_is(rk_slice_of(argv[1]), "--write")) {
        rk_error err;
        rk_buffer made = {0};
        rk_states_put(&made);
        bool good = rk_file_write(picture, rk_buffer_all(&made), 0644, "states", &err);
        rk_buffer_free(&made);
        return good ? 0 : 1;
    }
    return cmocka_run_group_tests_name("states", tests, NULL, NULL);
}
