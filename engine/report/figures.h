/*
 * figures: what a book says, figure by figure, so that two states of it can be compared.
 *
 * In:  the plan of a book
 * Out: sheet "Ringkasan", "B. Penerimaan per kanal · Indomaret · Cocok (Rp)", at C14, 35,000,000 hundredths
 * A figure is known by its sheet, the title of its block, and the labels of its row and column, so that it
 * stays the same when rows come in above it. A row of a list is one figure: known by its texts, with the
 * first money in it as value. Heads, ages, times and the last sheet are no figures.
 */
#ifndef RK_REPORT_FIGURES_H
#define RK_REPORT_FIGURES_H

#include "base/memory.h"
#include "base/slice.h"

struct rk_plan;

typedef struct rk_figure {
    rk_slice sheet;
    rk_slice where; /* title · row · column */
    uint32_t row;   /* of the cell, from 0 */
    uint16_t column;
    bool money, listed;
    int64_t value; /* in hundredths: of rupiah, of one, of a percent */
} rk_figure;

typedef struct rk_figures {
    rk_figure *items; /* by sheet and where */
    size_t count, capacity;
    rk_arena arena;
} rk_figures; /* {0} is empty */

/* Adds the figures of the plan, which was finished. */
void rk_figures_take(const struct rk_plan *plan, rk_figures *figures);
void rk_figures_free(rk_figures *figures);

/* By sheet, then where: <0, 0, >0. */
int rk_figure_compare(const rk_figure *a, const rk_figure *b);

/* Why a figure differs. */
typedef struct rk_ground {
    rk_slice cause; /* "rekening koran IDMREKON_20240305.txt", as sheets show it */
    rk_slice run;   /* "2024-03-07-1" */
    rk_slice kind;  /* "statement" */
    rk_slice what;  /* "IDMREKON_20240305.txt", or empty */
} rk_ground;

/* One line of the sheet of corrections. */
typedef struct rk_correction {
    rk_slice sheet, where;
    char place[24]; /* "C14", in the book where it stands */
    bool money, before_known, after_known;
    int64_t before, after; /* hundredths */
    rk_ground ground;
} rk_correction;

typedef struct rk_corrections {
    rk_correction *items;
    size_t count, capacity;
} rk_corrections;

/* What one book says otherwise than before. */
typedef struct rk_book_lines {
    rk_slice path;
    const rk_corrections *lines; /* none: it says the same */
} rk_book_lines;

/* Adds a line for each figure that differs between two states; its texts are in the arena, those of
 * the ground are borrowed. */
void rk_figures_differ(const rk_figures *before, const rk_figures *after, const rk_ground *ground,
                       rk_arena *arena, rk_corrections *out);

#endif
