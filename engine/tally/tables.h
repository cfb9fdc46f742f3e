/*
 * tables: the night's results as CSV files for machines (design, section 4).
 *
 * In:  a decided world        Out: entries.csv, allocations.csv, links.csv, applications.csv,
 *                                  summary.csv, rejects.csv, sorted by key
 * Times of entries are written in their channel's zone, those of applications in their office's. The same
 * world gives the same bytes for any number of threads.
 */
#ifndef RK_TALLY_TABLES_H
#define RK_TALLY_TABLES_H

#include "base/output.h"
#include "config/rules.h"
#include "model/world.h"

typedef struct rk_tables {
    const rk_rules *rules;
    const rk_world *world;
    rk_zone zone; /* of the batch: where an office is unknown */
    int threads;
} rk_tables;

/* Entries, and their allocations into outs[1]. */
void rk_tables_entries(const rk_tables *tables, rk_output *outs);
void rk_tables_links(const rk_tables *tables, rk_output *out);
void rk_tables_applications(const rk_tables *tables, rk_output *out);
void rk_tables_summary(const rk_tables *tables, rk_output *out);
void rk_tables_rejects(const rk_tables *tables, rk_output *out);

#endif
