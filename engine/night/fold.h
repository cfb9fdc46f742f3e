/*
 * fold: what was known of some days after some run, from sealed facts and details alone.
 *
 * In:  the runs of all nights up to 2024-03-07, the days 2024-03-05 .. 2024-03-05
 * Out: facts, entries, cases, lapses of 5 March as they were known on the 7th
 *
 * A fact is a signed count and sum with the days on which it counts (submitted, paid, booked) and the night
 * that made it known (received). Whatever a later night changes is taken back by a row of its own and set
 * anew by another, so that figures as of D are the sum over the runs of nights <= D; nothing is replaced.
 *   - A measure `on: booked`, `paid` or `submitted` counts the day on which it happened: a statement that
 *     comes late, is corrected or reversed changes it. It differs from one as-of date to the next.
 *   - A measure `on: received`, and what stands `at: start` or `at: end`, counts the night that made it
 *     known: it changes only when a night is run again (2024-03-05-2). Opening + in - out = closing holds
 *     as of every date.
 * Lists fold in the same way: of each entry the row of the last run that changed it; cases as the last
 * night of the days left them; lapses as the nights of the days saw them.
 * The books of a night are made from the same fold as those of any later as-of date. So the fold over the
 * runs up to D gives the very books that night D published, to the byte.
 */
#ifndef RK_NIGHT_FOLD_H
#define RK_NIGHT_FOLD_H

#include "config/rules.h"
#include "model/case.h"
#include "model/fact.h"
#include "night/shelf.h"
#include "report/books.h"
#include "seal/closing.h"
#include "seal/detail.h"

/* What stood before the days and behind them. */
typedef struct rk_fold_standing {
    const rk_fact_list *before, *last; /* runs that left it; NULL: none */
    bool tonight;                      /* tonight did */
    rk_facts stock_before;
    rk_cases cases;
    rk_findings findings;
} rk_fold_standing;

/* What folds of the same days over more and more of the same runs have in common, so that it is read once. All of
 * them get the same world. Begins as {0}; free with rk_fold_kept_free. */
typedef struct rk_fold_kept {
    rk_facts flows; /* of the first `runs` */
    size_t runs;
    rk_detail *details; /* by run, tonight behind them; those that were asked for are read */
    bool *read;
    size_t capacity;
    rk_fold_standing *standings; /* each was read once; folds borrow it */
    size_t standing_count, standing_capacity;
} rk_fold_kept;

void rk_fold_kept_free(rk_fold_kept *kept);

/* Which runs, and of what days. */
typedef struct rk_fold_of {
    const rk_archive *archive;
    const rk_fact_list *runs; /* by night, then number; `cases` and `stock` may be missing (size 0)
                               * but for the last run up to `until` and the last one before `from` */
    size_t run_count;
    rk_day from, until;
    rk_day flows_from; /* facts that fall on days from here on; <= from */
    /* the run that is not sealed yet, NULL: none */
    const rk_facts *tonight_facts;
    rk_slice tonight_detail, tonight_cases, tonight_findings; /* as they are sealed */
    rk_day tonight;
    /* 0: the last of all runs counts whole; else only what has a cause whose number is below this, and no
     * case nor lapse of it */
    uint32_t part;
    rk_fold_kept *kept; /* NULL: nothing is kept */
    /* facts that were read before, with the numbers of the world's names; NULL: none */
    const rk_shelf *shelf;
} rk_fold_of;

typedef struct rk_fold {
    rk_facts stock_before; /* before the first night of the days */
    /* its number from 1 among those kept, with cases and findings; 0: they are the fold's own */
    size_t standing;
    rk_facts flows;
    size_t whole; /* of them are the runs that count whole, which come first */
    rk_cases cases;
    rk_findings findings;         /* lines of those that stand after the days */
    rk_applications applications; /* of the entries; then the lapses */
    bool *lapsed;                 /* by application: it stands in the list of lapses */
    rk_entries entries;           /* of runs whose details touch the days, each as last known */
    /* of each entry, and of each application of entries: the run that told it last, and its row there. With equal
     * numbers two folds of the same runs hold the same. */
    uint64_t *entry_versions, *application_versions;
    size_t entry_version_capacity, application_version_capacity;
    rk_files files;      /* of the entries, without fate; then what came in the days */
    rk_watermark *marks; /* as last known; `waits_for` up to the last of the days */
    size_t mark_count;
    size_t incomplete; /* channels that wait for a day */
    uint32_t set_aside;
    uint8_t suspended; /* rk_standing.suspended */
} rk_fold;

/* Names, texts and bytes go to `world`'s. */
bool rk_fold_make(const rk_fold_of *of, rk_world *world, rk_fold *fold, rk_error *err);
/* The causes, ascending, of what the last run brings to the days; in the world's arena with their texts. */
bool rk_fold_causes(const rk_fold_of *of, rk_world *world, rk_causes *causes, uint32_t **numbers,
                    size_t *count, rk_error *err);
void rk_fold_free(rk_fold *fold);

/* Why the books of a night are provisional, or empty; in the world's arena. */
rk_slice rk_fold_provisional(const rk_fold *fold, const rk_books_input *input, rk_world *world);

/* The parts of the input of books that the fold gives. */
void rk_fold_give(const rk_fold *fold, rk_books_input *input);

#endif
