#include "statement/controls.h"

#include "statement/values.h"

/* ---- the running balance ---- */

static void broke(rk_chain *chain, int direction, size_t line, uint64_t wanted, uint64_t given)
{
    if (chain->broken[direction])
        return;
    chain->broken[direction] = line;
    chain->wanted[direction] = wanted;
    chain->given[direction] = given;
}

/* The next row with a balance, `lead` after the last one. */
static void link_row(rk_chain *chain, uint64_t lead, uint64_t amount, uint64_t balance, size_t line)
{
    if (chain->next[0] + lead + amount != balance)
        broke(chain, 0, line, chain->next[0] + lead + amount, balance);
    if (chain->next[1] - lead != balance)
        broke(chain, 1, line, chain->next[1] - lead, balance);
}

void rk_chain_add(rk_chain *chain, rk_money amount, bool has_balance, rk_money balance, size_t line)
{
    uint64_t more = (uint64_t)amount, is = (uint64_t)balance;
    if (!has_balance && !chain->any) {
        chain->lead += more;
    } else if (!has_balance) {
        chain->next[0] += more;
        chain->next[1] -= more;
    } else {
        if (chain->any)
            link_row(chain, 0, more, is, line);
        else
            *chain = (rk_chain){true, chain->lead, more, is, line, {0}, {0}, {0}, {0}};
        chain->next[0] = is;
        chain->next[1] = is - more;
    }
}

void rk_chain_join(rk_chain *chain, const rk_chain *after)
{
    if (!after->any) {
        rk_chain_add(chain, (rk_money)after->lead, false, 0, 0);
        return;
    }
    if (!chain->any) {
        uint64_t lead = chain->lead + after->lead;
        *chain = *after;
        chain->lead = lead;
        return;
    }
    link_row(chain, after->lead, after->first_amount, after->first_balance, after->first_line);
    for (int d = 0; d < 2; d++) {
        chain->next[d] = after->next[d];
        if (after->broken[d])
            broke(chain, d, after->broken[d], after->wanted[d], after->given[d]);
    }
}

/* ---- sums ---- */

void rk_sums_sign(rk_sums *sums, rk_money amount)
{
    bool debit = amount < 0;
    *(debit ? &sums->debits : &sums->credits) += 1;
    if (!rk_money_add(debit ? &sums->debit_sum : &sums->credit_sum, debit ? -amount : amount))
        sums->overflow = true;
}

void rk_sums_join(rk_sums *sums, const rk_sums *after)
{
    if (!sums->unreadable_line)
        sums->unreadable_line = after->unreadable_line;
    sums->entries += after->entries;
    sums->rejects += after->rejects;
    sums->filtered += after->filtered;
    sums->unreadable += after->unreadable;
    sums->credits += after->credits;
    sums->debits += after->debits;
    sums->filtered_unreadable |= after->filtered_unreadable;
    bool good = rk_money_add(&sums->sum, after->sum) &&
                rk_money_add(&sums->rejected_sum, after->rejected_sum) &&
                rk_money_add(&sums->filtered_sum, after->filtered_sum) &&
                rk_money_add(&sums->credit_sum, after->credit_sum) &&
                rk_money_add(&sums->debit_sum, after->debit_sum);
    sums->overflow |= after->overflow || !good;
    rk_chain_join(&sums->chain, &after->chain);
}

/* ---- the controls ---- */

typedef struct check {
    const rk_channel *channel;
    const rk_told *told;
    const rk_sums *sums;
    rk_arena *arena;
    const char **why;
} check;

static const char *money_text(const check *of, rk_money minor)
{
    rk_buffer text = {0};
    rk_money_put(&text, minor, of->channel->exponent);
    const char *copy = rk_arena_text(of->arena, rk_buffer_all(&text));
    rk_buffer_free(&text);
    return copy;
}

static bool is_told(const check *of, rk_meaning meaning)
{
    return of->told->text[meaning].len > 0;
}

static bool told_money(const check *of, rk_meaning meaning, const char *name, rk_money *minor)
{
    *minor = RK_NO_MONEY;
    if (!is_told(of, meaning) || rk_balance_read(of->channel, of->told->text[meaning], minor))
        return true;
    *minor = RK_NO_MONEY;
    *of->why =
        rk_arena_printf(of->arena, "%s cannot be read (line %zu)", name, of->told->line[meaning]);
    return false;
}

static bool told_count(const check *of, rk_meaning meaning, const char *name, uint64_t read)
{
    rk_money count;
    if (!is_told(of, meaning))
        return true;
    rk_decimal decimal = of->channel->amount.decimal;
    if (decimal == RK_DECIMAL_MINOR)
        decimal = RK_DECIMAL_NONE;
    if (!rk_money_parse(of->told->text[meaning], decimal, 0, &count) || count < 0) {
        *of->why = rk_arena_printf(of->arena, "%s cannot be read (line %zu)", name,
                                   of->told->line[meaning]);
        return false;
    }
    if ((uint64_t)count == read)
        return true;
    *of->why = rk_arena_printf(of->arena, "%s says %lld entries, read %llu (line %zu)", name,
                               (long long)count, (unsigned long long)read, of->told->line[meaning]);
    return false;
}

/* `either_sign`: money out is often written without its sign. */
static bool told_total(const check *of, rk_meaning meaning, const char *name, rk_money read,
                       bool either_sign)
{
    rk_money total, difference = 0;
    if (!told_money(of, meaning, name, &total))
        return false;
    if (total == RK_NO_MONEY || total == read || (either_sign && total == -read))
        return true;
    if (__builtin_sub_overflow(read, total, &difference) || difference == RK_NO_MONEY)
        difference = INT64_MAX;
    *of->why = rk_arena_printf(of->arena, "%s says %s, read %s: %s too %s (line %zu)", name,
                               money_text(of, total), money_text(of, read),
                               money_text(of, difference < 0 ? -difference : difference),
                               difference < 0 ? "little" : "much", of->told->line[meaning]);
    return false;
}

static bool counts_and_totals(const check *of)
{
    const rk_sums *sums = of->sums;
    const rk_controls *asked = &of->channel->controls;
    uint64_t count = sums->entries + sums->rejects + (asked->over_all ? sums->filtered : 0);
    rk_money total = sums->sum;
    if (!rk_money_add(&total, sums->rejected_sum) ||
        (asked->over_all && !rk_money_add(&total, sums->filtered_sum)))
        return *of->why = "the sum of its amounts is too large", false;
    if (asked->entries && !told_count(of, RK_MEANS_COUNT, "trailer", count))
        return false;
    if (asked->amount && asked->over_all && sums->filtered_unreadable &&
        is_told(of, RK_MEANS_TOTAL))
        return *of->why = "a filtered record that belongs to the total has no readable amount",
               false;
    if (asked->amount &&
        !told_total(of, RK_MEANS_TOTAL, "trailer's total", total, of->channel->amount.negative))
        return false;
    return told_count(of, RK_MEANS_COUNT_CREDIT, "count of credits", sums->credits) &&
           told_count(of, RK_MEANS_COUNT_DEBIT, "count of debits", sums->debits) &&
           told_total(of, RK_MEANS_TOTAL_CREDIT, "total of credits", sums->credit_sum, false) &&
           told_total(of, RK_MEANS_TOTAL_DEBIT, "total of debits", sums->debit_sum, true);
}

static bool balances(const check *of, rk_money opening, rk_money closing)
{
    rk_money reached = opening;
    if (!of->channel->controls.balances || opening == RK_NO_MONEY || closing == RK_NO_MONEY)
        return true;
    if (!rk_money_add(&reached, of->sums->sum) || !rk_money_add(&reached, of->sums->rejected_sum))
        return *of->why = "the sum of its amounts is too large", false;
    if (reached == closing)
        return true;
    *of->why = rk_arena_printf(of->arena,
                               "opening balance %s and entries make %s, closing "
                               "balance is %s (line %zu)",
                               money_text(of, opening), money_text(of, reached),
                               money_text(of, closing), of->told->line[RK_MEANS_CLOSING]);
    return false;
}

/* Where the chain must begin and end, when the file says so. */
static void tie_ends(rk_chain *chain, const check *of, rk_money opening, rk_money closing)
{
    uint64_t before_first = chain->first_balance - chain->first_amount - chain->lead;
    uint64_t newest_first = chain->first_balance + chain->lead;
    size_t line = chain->first_line;
    if (opening != RK_NO_MONEY && before_first != (uint64_t)opening) {
        chain->broken[0] = 0; /* the first row comes before any later break */
        broke(chain, 0, line, (uint64_t)opening + chain->lead + chain->first_amount,
              chain->first_balance);
    }
    if (opening != RK_NO_MONEY && chain->next[1] != (uint64_t)opening)
        broke(chain, 1, of->told->line[RK_MEANS_OPENING], chain->next[1], (uint64_t)opening);
    if (closing != RK_NO_MONEY && chain->next[0] != (uint64_t)closing)
        broke(chain, 0, of->told->line[RK_MEANS_CLOSING], chain->next[0], (uint64_t)closing);
    if (closing != RK_NO_MONEY && newest_first != (uint64_t)closing) {
        chain->broken[1] = 0;
        broke(chain, 1, line, (uint64_t)closing - chain->lead, chain->first_balance);
    }
}

static bool running(const check *of, rk_money opening, rk_money closing)
{
    rk_chain chain = of->sums->chain;
    if (!of->channel->controls.running || !chain.any)
        return true;
    tie_ends(&chain, of, opening, closing);
    if (!chain.broken[0] || !chain.broken[1])
        return true;
    int direction = chain.broken[1] > chain.broken[0]; /* the one that held for longer */
    *of->why =
        rk_arena_printf(of->arena, "running balance breaks: %s expected, %s given (line %zu)",
                        money_text(of, (rk_money)chain.wanted[direction]),
                        money_text(of, (rk_money)chain.given[direction]), chain.broken[direction]);
    return false;
}

/* A record without a readable amount leaves a total or balance unchecked. */
static bool amounts_known(const check *of, rk_money opening, rk_money closing)
{
    const rk_controls *asked = &of->channel->controls;
    bool checked = (asked->amount && is_told(of, RK_MEANS_TOTAL)) ||
                   is_told(of, RK_MEANS_TOTAL_CREDIT) || is_told(of, RK_MEANS_TOTAL_DEBIT) ||
                   (asked->balances && opening != RK_NO_MONEY && closing != RK_NO_MONEY) ||
                   asked->running;
    if (!checked || of->sums->unreadable == 0)
        return true;
    *of->why = rk_arena_printf(of->arena,
                               "%llu records without a readable amount, so its totals "
                               "cannot be checked (first on line %zu)",
                               (unsigned long long)of->sums->unreadable, of->sums->unreadable_line);
    return false;
}

bool rk_controls_hold(const rk_channel *channel, const rk_told *told, const rk_sums *sums,
                      rk_arena *arena, rk_money *opening, rk_money *closing, const char **why)
{
    check of = {channel, told, sums, arena, why};
    *opening = *closing = RK_NO_MONEY;
    if (sums->overflow)
        return *why = "the sum of its amounts is too large", false;
    return told_money(&of, RK_MEANS_OPENING, "opening balance", opening) &&
           told_money(&of, RK_MEANS_CLOSING, "closing balance", closing) &&
           amounts_known(&of, *opening, *closing) && counts_and_totals(&of) &&
           balances(&of, *opening, *closing) && running(&of, *opening, *closing);
}
