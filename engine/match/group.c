/* The sets with a sum: none, one or many. */
#include "match/group.h"

#include <stdlib.h>

enum { HALF = RK_GROUP_MAX / 2, HALF_SETS = 1 << HALF };

typedef struct half_sum {
    rk_money sum; /* RK_NO_MONEY: more than is looked for */
    uint32_t set;
} half_sum;

/* Sums of all sets of up to HALF amounts; gives how many. Those above `limit` are left out. */
static size_t sums_of(const rk_money *amounts, size_t count, rk_money limit, half_sum *sums)
{
    rk_money all[HALF_SETS] = {0};
    size_t kept = 0;
    for (uint32_t set = 0; set < 1u << count; set++) {
        if (set) {
            rk_money sum = all[set & (set - 1)];
            bool fits = sum != RK_NO_MONEY && rk_money_add(&sum, amounts[__builtin_ctz(set)]);
            all[set] = fits && sum <= limit ? sum : RK_NO_MONEY;
        }
        if (all[set] != RK_NO_MONEY)
            sums[kept++] = (half_sum){all[set], set};
    }
    return kept;
}

static int by_sum(const void *a, const void *b)
{
    const half_sum *x = a, *y = b;
    if (x->sum != y->sum)
        return x->sum < y->sum ? -1 : 1;
    return (x->set > y->set) - (x->set < y->set);
}

rk_group_answer rk_group_solve(const rk_money *amounts, size_t count, rk_money sum,
                               uint32_t *chosen, uint64_t *work)
{
    half_sum left[HALF_SETS], right[HALF_SETS];
    size_t half = count / 2, found = 0;
    if (count > RK_GROUP_MAX)
        return RK_GROUP_GAVE_UP;
    size_t lefts = sums_of(amounts, half, sum, left);
    size_t rights = sums_of(amounts + half, count - half, sum, right);
    qsort(left, lefts, sizeof *left, by_sum);
    qsort(right, rights, sizeof *right, by_sum);
    *work += ((uint64_t)1 << half) + ((uint64_t)1 << (count - half));
    for (size_t i = 0, j = rights; i < lefts && found < 2; i++) {
        while (j > 0 && right[j - 1].sum > sum - left[i].sum)
            j--;
        for (size_t k = j; k > 0 && right[k - 1].sum == sum - left[i].sum && found < 2; k--)
            if ((left[i].set | right[k - 1].set) != 0 && ++found == 1)
                *chosen = left[i].set | right[k - 1].set << half;
        *work += 1;
    }
    return found == 0 ? RK_GROUP_NONE : found == 1 ? RK_GROUP_ONE : RK_GROUP_MANY;
}

const char *rk_group_answer_name(rk_group_answer answer)
{
    static const char *const names[] = {"none", "one", "many", "gave up"};
    return names[answer];
}
