#include "model/state.h"

const rk_state_change rk_state_changes[] = {
    {RK_STATE_AWAITING, RK_STATE_PAID, "a payment of the due in time"},
    {RK_STATE_AWAITING, RK_STATE_PAID_LATE, "a payment of the due after the deadline"},
    {RK_STATE_AWAITING, RK_STATE_UNDERPAID, "less than the due was paid"},
    {RK_STATE_AWAITING, RK_STATE_EXPIRED,
     "the deadline has passed and no payment can turn up, or a decision lapses it"},
    {RK_STATE_AWAITING, RK_STATE_WAIVED, "nothing is due"},
    {RK_STATE_AWAITING, RK_STATE_CANCELLED, "the source cancels it"},
    {RK_STATE_AWAITING, RK_STATE_PAYMENT_REVERSED, "a payment came and was taken back"},
    {RK_STATE_PAID, RK_STATE_AWAITING, "the match is taken back, or the bill changes"},
    {RK_STATE_PAID, RK_STATE_PAID_LATE, "the payment that counts, or the deadline, is another"},
    {RK_STATE_PAID, RK_STATE_UNDERPAID, "the bill rises, or a part is taken back"},
    {RK_STATE_PAID, RK_STATE_EXPIRED,
     "a match is taken back, or the bill changes, and the deadline has passed"},
    {RK_STATE_PAID, RK_STATE_WAIVED, "nothing is due any more"},
    {RK_STATE_PAID, RK_STATE_CANCELLED, "the match is taken back, and the source has cancelled it"},
    {RK_STATE_PAID, RK_STATE_PAYMENT_REVERSED, "the payment is taken back"},
    {RK_STATE_PAID_LATE, RK_STATE_AWAITING, "the match is taken back, or the bill changes"},
    {RK_STATE_PAID_LATE, RK_STATE_PAID,
     "an earlier payment is seen, or an outage moves the deadline"},
    {RK_STATE_PAID_LATE, RK_STATE_UNDERPAID, "the bill rises, or a part is taken back"},
    {RK_STATE_PAID_LATE, RK_STATE_EXPIRED,
     "a match is taken back, or the bill changes, and the deadline has passed"},
    {RK_STATE_PAID_LATE, RK_STATE_WAIVED, "nothing is due any more"},
    {RK_STATE_PAID_LATE, RK_STATE_CANCELLED,
     "the match is taken back, and the source has cancelled it"},
    {RK_STATE_PAID_LATE, RK_STATE_PAYMENT_REVERSED, "the payment is taken back"},
    {RK_STATE_UNDERPAID, RK_STATE_AWAITING, "the match is taken back, or the bill changes"},
    {RK_STATE_UNDERPAID, RK_STATE_PAID, "the rest is paid in time"},
    {RK_STATE_UNDERPAID, RK_STATE_PAID_LATE, "the rest is paid after the deadline"},
    {RK_STATE_UNDERPAID, RK_STATE_EXPIRED,
     "a match is taken back, or the bill changes, and the deadline has passed"},
    {RK_STATE_UNDERPAID, RK_STATE_WAIVED, "nothing is due any more"},
    {RK_STATE_UNDERPAID, RK_STATE_CANCELLED,
     "the match is taken back, and the source has cancelled it"},
    {RK_STATE_UNDERPAID, RK_STATE_PAYMENT_REVERSED, "the payment is taken back"},
    {RK_STATE_EXPIRED, RK_STATE_AWAITING, "an outage moves the deadline, or a decision reopens it"},
    {RK_STATE_EXPIRED, RK_STATE_REINSTATED, "evidence of payment in time came late"},
    {RK_STATE_EXPIRED, RK_STATE_PAID_LATE, "a payment of the due after the deadline"},
    {RK_STATE_EXPIRED, RK_STATE_UNDERPAID, "less than the due was paid"},
    {RK_STATE_EXPIRED, RK_STATE_WAIVED, "nothing is due any more"},
    {RK_STATE_EXPIRED, RK_STATE_CANCELLED, "the source cancels it"},
    {RK_STATE_EXPIRED, RK_STATE_PAYMENT_REVERSED, "a payment came and was taken back"},
    {RK_STATE_REINSTATED, RK_STATE_AWAITING, "the match is taken back, or the bill changes"},
    {RK_STATE_REINSTATED, RK_STATE_PAID_LATE,
     "the payment that counts, or the deadline, is another"},
    {RK_STATE_REINSTATED, RK_STATE_UNDERPAID, "the bill rises, or a part is taken back"},
    {RK_STATE_REINSTATED, RK_STATE_EXPIRED,
     "a match is taken back, or the bill changes, and the deadline has passed"},
    {RK_STATE_REINSTATED, RK_STATE_WAIVED, "nothing is due any more"},
    {RK_STATE_REINSTATED, RK_STATE_CANCELLED,
     "the match is taken back, and the source has cancelled it"},
    {RK_STATE_REINSTATED, RK_STATE_PAYMENT_REVERSED, "the payment is taken back"},
    {RK_STATE_WAIVED, RK_STATE_AWAITING, "the bill is due after all"},
    {RK_STATE_WAIVED, RK_STATE_PAID, "the bill is due after all, and it was paid in time"},
    {RK_STATE_WAIVED, RK_STATE_PAID_LATE,
     "the bill is due after all, and it was paid after the deadline"},
    {RK_STATE_WAIVED, RK_STATE_UNDERPAID, "the bill is due after all, and it was paid in part"},
    {RK_STATE_WAIVED, RK_STATE_EXPIRED,
     "the bill is due after all, and it has passed its deadline"},
    {RK_STATE_WAIVED, RK_STATE_PAYMENT_REVERSED,
     "the bill is due after all, and its payment is taken back"},
    {RK_STATE_WAIVED, RK_STATE_CANCELLED, "the source cancels it"},
    {RK_STATE_CANCELLED, RK_STATE_AWAITING, "the source takes the cancellation back"},
    {RK_STATE_CANCELLED, RK_STATE_PAID,
     "the source takes the cancellation back, and it was paid in time"},
    {RK_STATE_CANCELLED, RK_STATE_PAID_LATE,
     "the source takes the cancellation back, and it was paid after the deadline"},
    {RK_STATE_CANCELLED, RK_STATE_UNDERPAID,
     "the source takes the cancellation back, and it was paid in part"},
    {RK_STATE_CANCELLED, RK_STATE_EXPIRED,
     "the source takes the cancellation back, and it has passed its deadline"},
    {RK_STATE_CANCELLED, RK_STATE_PAYMENT_REVERSED,
     "the source takes the cancellation back, and its payment is taken back"},
    {RK_STATE_CANCELLED, RK_STATE_WAIVED, "nothing is due any more"},
    {RK_STATE_PAYMENT_REVERSED, RK_STATE_AWAITING,
     "the match of the reversed payment is taken back"},
    {RK_STATE_PAYMENT_REVERSED, RK_STATE_PAID, "it is paid again in time"},
    {RK_STATE_PAYMENT_REVERSED, RK_STATE_PAID_LATE, "it is paid again after the deadline"},
    {RK_STATE_PAYMENT_REVERSED, RK_STATE_UNDERPAID, "less than the due is paid again"},
    {RK_STATE_PAYMENT_REVERSED, RK_STATE_EXPIRED,
     "the match of the reversed payment is taken back, and the deadline has passed"},
    {RK_STATE_PAYMENT_REVERSED, RK_STATE_WAIVED, "nothing is due any more"},
    {RK_STATE_PAYMENT_REVERSED, RK_STATE_CANCELLED, "the source cancels it"},
};

const size_t rk_state_change_count = sizeof rk_state_changes / sizeof *rk_state_changes;

const rk_state_change *rk_state_change_of(rk_state from, rk_state to)
{
    for (size_t i = 0; i < rk_state_change_count; i++)
        if (rk_state_changes[i].from == from && rk_state_changes[i].to == to)
            return &rk_state_changes[i];
    return NULL;
}

void rk_states_put(rk_buffer *out)
{
    rk_buffer_text(
        out, "# States of an application\n\n"
             "Made from the table in engine/model/state.c, which every night obeys: another "
             "change is refused as a\nbug. Each change is a row of `rekon.transition` with its "
             "reason and its evidence.\n\n```mermaid\nstateDiagram-v2\n"
             "    [*] --> awaiting\n");
    for (size_t i = 0; i < rk_state_change_count; i++)
        rk_buffer_printf(out, "    %s --> %s\n", rk_state_name(rk_state_changes[i].from),
                         rk_state_name(rk_state_changes[i].to));
    rk_buffer_text(out, "```\n\n| from | to | because |\n|---|---|---|\n");
    for (size_t i = 0; i < rk_state_change_count; i++)
        rk_buffer_printf(out, "| %s | %s | %s |\n", rk_state_name(rk_state_changes[i].from),
                         rk_state_name(rk_state_changes[i].to), rk_state_changes[i].cause);
}
