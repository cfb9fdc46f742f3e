/*
 * asof: books of any period as known after any run, from the archive alone.
 *
 * In:  an archive, "2024-03-07" or "2024-03-07-1", the period 2024-03-05
 * Out: the books of 5 March as they were known on the 7th, by the rules that the run sealed
 * Books of D as known on D are those that D published: the same bytes under the same name. In any other the
 * head, the name ("...per-2024-03-07.xlsx") and the last sheet say up to which run they know.
 */
#ifndef RK_NIGHT_ASOF_H
#define RK_NIGHT_ASOF_H

#include "night/attribute.h"
#include "seal/manifest.h"

typedef struct rk_asof {
    const rk_archive *archive;
    rk_arena arena;
    rk_manifest manifest;             /* of the run */
    rk_settings settings;             /* as sealed */
    rk_sources sources;               /* as sealed */
    rk_closing closing;               /* its root */
    const rk_rule_mark *rules_before; /* as the run before it sealed them; NULL: there was none */
    size_t rule_before_count;
    rk_fact_list *runs; /* up to the run, by night, then number */
    size_t run_count;
} rk_asof; /* {0} */

/* `text`: a day (its last run; without one the last run before it), a run, or "" for the last run of all.
 * Runs are read back to `from`, further than the memory of the run where that is needed. */
bool rk_asof_open(const rk_archive *archive, rk_slice text, rk_day from, rk_asof *asof,
                  rk_error *err);
void rk_asof_close(rk_asof *asof);

/* Which books. */
typedef struct rk_asof_wish {
    rk_days period;
    rk_slice workbook, office; /* empty: all */
    const rk_sources *sources; /* rules and reports instead of the sealed ones; NULL: those */
    const char *scratch;
    int threads;
} rk_asof_wish;

/* Which report and office are asked for by a name that is there. */
bool rk_asof_know(const rk_asof_wish *wish, const rk_rules *rules, const rk_names *names,
                  rk_error *err);
/* The parts of the input of books that the run and the wish give. */
void rk_asof_input(const rk_asof *asof, const rk_asof_wish *wish, rk_arena *arena,
                   rk_books_input *input);

/* The books are in memory; their paths in `arena`. */
bool rk_asof_books(const rk_asof *asof, const rk_asof_wish *wish, rk_arena *arena, rk_books *books,
                   rk_error *err);

/* Why the books, and the money booked on the days, are not what they were after run `before`, which is a day
 * or a run as above and not behind that of `asof`. */
bool rk_asof_attribute(const rk_asof *asof, rk_slice before, const rk_asof_wish *wish,
                       rk_attribution *attribution, rk_error *err);

#endif
