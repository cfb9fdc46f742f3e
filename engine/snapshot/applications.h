/*
 * applications: the CSV of applications (design, section 4) to columns.
 *
 * In:  "application_id,office,service,billing_code,amount_due,submitted_at\nP-1,palembang,..."
 * Out: one row each, in file order; columns that the file lacks are NULL
 * RFC 4180, UTF-8 (a byte-order mark is dropped), header row in any order. Unknown columns are named in
 * `unknown` and ignored. A bad row names row and column and nothing is taken: RK_USAGE with line
 * and column. Read in chunks by all threads; the same bytes give the same result for any number of them.
 */
#ifndef RK_SNAPSHOT_APPLICATIONS_H
#define RK_SNAPSHOT_APPLICATIONS_H

#include "base/error.h"
#include "model/application.h"

typedef struct rk_applications_reading {
    rk_names *names;
    rk_texts *texts;
    rk_arena *arena;
    int threads;
    int exponent;     /* minor digits of amount_due, 2 for rupiah */
    uint64_t columns; /* to keep beside the needed ones; bits as in rk_application_bit */
} rk_applications_reading;

/* `applications` is initialised here: the needed columns, and of `columns` the given and the decided ones.
 * `name` is the path for messages. A repeated application_id is an error; a repeated billing code is not.
 * billing_code may be empty, else it has 15 digits. */
bool rk_applications_read(const rk_applications_reading *reading, rk_slice name, rk_slice bytes,
                          rk_applications *applications, rk_slice *unknown, rk_error *err);

/* The same rows as CSV (the columns that are not NULL, source columns only): the sealed snapshot.
 * rk_applications_read of it gives the same rows. */
void rk_applications_write(const rk_applications *applications, const rk_names *names,
                           const rk_texts *texts, int exponent, rk_buffer *out);

#endif
