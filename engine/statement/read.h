/*
 * read: statement files to entries, by the channels' rules.
 *
 * In:  "IDMREKON_20240515.txt", its bytes, the channels
 * Out: entries in file order, rejects with line and reason, the file's own controls checked:
 *      RK_FATE_ACCEPTED, or RK_FATE_QUARANTINED with `why` on one line ("trailer says 12 entries, read
 *      11 (line 13)"); nothing of a quarantined file counts
 * Every byte is accounted for: entry, header, trailer, info line, row of titles, filtered by `keep`, or
 * reject. A file with more than 100,000 rejects is of another layout: it is quarantined with the first
 * of them alone. Money out is an entry with a negative amount. The same bytes give the same result for any number of threads.
 */
#ifndef RK_STATEMENT_READ_H
#define RK_STATEMENT_READ_H

#include "config/rules.h"
#include "model/entry.h"

typedef struct rk_reading {
    const rk_rules *rules;
    rk_names *names; /* accounts and currencies are added */
    rk_texts *texts; /* the bytes of each read file are registered */
    rk_arena *arena; /* reasons */
    int threads;     /* at least 1 */
} rk_reading;

/* Fills channel, account, number, from and until of `file` from its name; of a packed file also from the
 * name of what is in it, or its name without ".gz" or ".zip". A file that a rule of its channel calls no
 * statement gets RK_FATE_IGNORED. False when no channel, or more than one, claims the name; `file->why`
 * says which. No error: an unknown file is not one. */
bool rk_statement_identify(const rk_reading *reading, rk_file *file);

/* Every payment of the channel is known to its second: paid_until is paid_from, and need not be kept. */
bool rk_statement_tells_seconds(const rk_channel *channel);

/* Reads every file of `files` whose fate is RK_FATE_NONE and whose channel is known. Entries are
 * appended file by file in the order of `files`; `entries` has room made for it and its columns are those
 * that were wanted at rk_batch_init (absent columns are not filled). `rejects` of accepted and
 * quarantined files are appended by file, then line; a quarantined file's own counts and sum are 0. Fails only on a bug or when names are full. */
bool rk_statements_read(const rk_reading *reading, rk_files *files, rk_entries *entries,
                        rk_rejects *rejects, rk_error *err);

#endif
