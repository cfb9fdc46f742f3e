/*
 * attribute: why the books of some days say something else after one run than after another.
 *
 * In:  the runs up to 2024-03-05-1 and those behind it up to 2024-03-07-1, the days 2024-03-05
 * Out: palembang/harian: "Ringkasan", "B. Penerimaan ... · Indomaret · Cocok (Rp)", C14: 0 -> 350,000,
 *      statement IDMREKON_20240305.txt, run 2024-03-07-1
 * What is known grows by one cause of one run after the other, in the order of the runs and of their causes;
 * what a figure grows by at a cause is the part of that cause. So the parts sum to the whole difference for
 * every figure, also for shares and ratios; what has no recorded cause stands apart and is counted.
 */
#ifndef RK_NIGHT_ATTRIBUTE_H
#define RK_NIGHT_ATTRIBUTE_H

#include "night/fold.h"
#include "report/difference.h"

typedef struct rk_attribute_of {
    rk_fold_of after;            /* all runs of the later state */
    size_t before;               /* the first of them are those of the earlier state */
    const rk_books_input *input; /* rules, names, period: which books are compared */
} rk_attribute_of;

/* One book that differs. */
typedef struct rk_attributed {
    rk_slice path, workbook;
    rk_name office; /* 0: national */
    rk_corrections lines;
    rk_figures last; /* of the later state, where `asked`: once anything it is made from differs */
    bool asked;
    size_t unexplained; /* lines without a recorded cause */
} rk_attributed;

typedef struct rk_attribution {
    rk_attributed *books; /* by path; those that do not differ have no lines */
    size_t count, capacity;
    /* money booked on the days, of any outcome but ignored: both states, and what each cause adds */
    rk_money before, after;
    int64_t count_before, count_after;
    rk_difference_part *parts;
    size_t part_count, part_capacity;
    rk_arena arena;
} rk_attribution; /* {0} */

/* Names of the input's dictionary may be added. */
bool rk_attribute_books(const rk_attribute_of *of, rk_names *names, rk_attribution *trace,
                        rk_error *err);
/* The books of a night that was run again against those of the run before it; nothing for a first run.
 * `of` are the runs of the later state, `lines` are those of the trace. */
bool rk_attribute_again(const rk_fold_of *of, const rk_books_input *input, rk_names *names,
                        rk_attribution *trace, rk_book_lines **lines, size_t *count, rk_error *err);
/* The money alone: the states from the folds, the parts from the facts of each run. */
bool rk_attribute_money(const rk_attribute_of *of, rk_names *names, rk_attribution *trace,
                        rk_error *err);
/* One more state of the books: what differs from the state before it is for `ground` (NULL: it is the first);
 * their figures are taken over. At the end lines get the places of the last state. */
void rk_attribution_take(rk_attribution *attribution, rk_books *books, const rk_ground *ground);
void rk_attribution_end(rk_attribution *attribution);
void rk_attribution_free(rk_attribution *trace);

#endif
