/*
 * closing: the state in which a night leaves the books, and in which the next one opens them.
 *
 * In:  the closing state of the night before, the keys that tonight touches
 * Out: the applications and entries of those segments alone; after the night, new objects for the
 *      segments that changed and the same objects for all others
 * Applications live with their entries in the segment of their day of submission (batch zone); entries
 * without an application in the segment of the night that left them open. A root object in text lists all
 * segments; the night is opened from the archive, never from the database.
 */
#ifndef RK_SEAL_CLOSING_H
#define RK_SEAL_CLOSING_H

#include "model/altkey.h"
#include "model/case.h"
#include "model/coverage.h"
#include "model/decided.h"
#include "model/fact.h"
#include "model/finding.h"
#include "model/freed.h"
#include "model/follow.h"
#include "model/history.h"
#include "model/seen.h"
#include "model/world.h"
#include "seal/archive.h"
#include "seal/keys.h"

enum { RK_CLOSING_FORMAT = 1 };

typedef enum rk_home { RK_HOME_APPLICATIONS, RK_HOME_OPEN } rk_home;

typedef struct rk_segment {
    rk_home home;
    rk_day day;
    uint32_t applications, entries;
    uint32_t awaiting; /* applications that wait, and entries that hold lapses: read every night */
    rk_ref body;
    rk_ref codes, ids, keys; /* sorted sets: billing codes, application ids, entries */
    bool loaded;
} rk_segment;

typedef struct rk_file_list {
    rk_day night;
    int number;
    rk_ref ref; /* rk_file_rows of that run */
} rk_file_list;

/* The facts of a run, and the days on which they fall: which runs a book of some day must read. So with
 * its detail, whose days are the night and those on which its entries were booked. */
typedef struct rk_fact_list {
    rk_day night;
    int number;
    rk_ref ref;
    rk_day from, until;
    rk_ref detail; /* size 0: sealed before details were kept */
    rk_day detail_from, detail_until;
    rk_ref cases, stock;        /* as the run left them */
    rk_ref findings;            /* the same; size 0: there was none */
    rk_ref issued_keys, issued; /* documents that it saw first; size 0: none */
} rk_fact_list;

typedef struct rk_closing {
    rk_day start;          /* first day of the books */
    rk_moment since;       /* updated_at up to which the source was read; RK_NO_MOMENT: never */
    uint64_t source_count; /* applications in the source then */
    rk_moment source_newest;
    rk_segment *segments; /* by home, then day */
    size_t segment_count;
    rk_file_list *lists; /* by night, then number */
    size_t list_count;
    rk_fact_list *facts; /* by night, then number */
    size_t fact_count;
    rk_ref cases, stock, coverage, rejects;
    rk_ref outages;          /* size 0: sealed before outages were kept */
    rk_ref decided;          /* size 0: sealed before there was any */
    rk_ref revisions;        /* size 0: none was ever made */
    rk_ref accounts;         /* size 0: no channel asks that statements follow one another */
    rk_ref findings;         /* size 0: there is none */
    rk_ref freed;            /* the same */
    rk_ref seen;             /* the same */
    uint32_t *entry_segment; /* by carried entry: the segment it came from */
    size_t entry_capacity;
} rk_closing; /* {0} with start and since RK_NO_...: before the first night */

/* Rejects of files that count: each may be a payment, until a person accepts the file with them. */
typedef struct rk_open_rejects {
    rk_batch batch;
    rk_text *digest, *name; /* of the file */
    rk_name *channel;
    uint32_t *line;
    rk_text *reason;
    rk_money *amount;     /* RK_NO_MONEY: could not be read */
    uint64_t *code;       /* 0: could not be read */
    rk_day *from, *until; /* days that the file tells about */
} rk_open_rejects;

/* Each outage that the night knew, as one text, and its days in any zone. */
typedef struct rk_known_outages {
    rk_batch batch;
    rk_text *what;
    rk_moment *from, *until;
} rk_known_outages;

extern const rk_column rk_known_outage_columns[];
extern const size_t rk_known_outage_column_count;
void rk_known_outages_init(rk_known_outages *outages);

/* Books that a later night published again: the last revision of each. */
typedef struct rk_revisions {
    rk_batch batch;
    rk_name *workbook, *office; /* office: empty for the nation's */
    rk_day *from, *until;       /* of the book */
    uint32_t *number;
    rk_day *night; /* that published it */
} rk_revisions;

/* What stands beside the segments. */
typedef struct rk_carried {
    rk_open_rejects rejects;
    rk_file_rows
        files;      /* of all nights in memory; a later row of a digest replaces an earlier one */
    rk_cases cases; /* open ones, by entry */
    rk_facts stock;
    rk_coverage coverage;
    rk_known_outages outages;
    rk_decided decided; /* by night, then as they came */
    rk_revisions revisions;
    rk_follow_rows accounts; /* last number and balance of each, and what is missing before */
    rk_findings findings;    /* sorted */
    rk_freed freed;          /* slots that were given back, of visits not long ago */
    rk_seen seen;            /* rows of the source that may be read again; by application */
} rk_carried;

void rk_closing_init(rk_closing *closing);
void rk_closing_free(rk_closing *closing);
void rk_carried_init(rk_carried *carried);
void rk_carried_free(rk_carried *carried);

/* Reads the root and what stands beside the segments. Bytes are kept in `world`'s arena. */
bool rk_closing_open(const rk_archive *archive, const rk_ref *root, rk_world *world,
                     rk_closing *closing, rk_carried *carried, rk_error *err);

/* Which segments are wanted: those that hold one of these (sorted), and the segments of these days. */
typedef struct rk_wanted {
    rk_keys codes, ids, entries;
    rk_keys days;    /* of applications; rk_day as uint64_t, shifted by 2^31 */
    rk_keys slips;   /* codes of open entries alone */
    bool awaiting;   /* all segments with applications that wait */
    rk_day open_day; /* the open segment of this night, RK_NO_DAY: none */
} rk_wanted;

void rk_wanted_free(rk_wanted *wanted);
void rk_wanted_add_day(rk_wanted *wanted, rk_day day);

/* Adds the key of an entry that has a reference and may be taken back by it, or take back by it; `other`: that
 * of its counterpart. */
void rk_keys_add_reference(rk_keys *codes, const rk_world *world, const rk_entries *entries,
                           size_t row, bool other);

/* Adds the keys that an entry, or an application, has beside its code. */
void rk_keys_add_alternatives(rk_keys *codes, const rk_world *world, const rk_entries *entries,
                              size_t row);
void rk_keys_add_alternatives_of(rk_keys *codes, const rk_world *world, const rk_applications *of,
                                 size_t row);

/* Adds the codes of an entry's windows (model/entry.h). */
void rk_keys_add_windows(rk_keys *codes, rk_slice windows);

/* Loads wanted segments that are not loaded yet into world->before; its files follow in world->files. */
bool rk_closing_load(const rk_archive *archive, rk_closing *closing, const rk_wanted *wanted,
                     rk_world *world, rk_error *err);

/* Shows each segment whose bytes hold `needle` (empty: each), by itself: `visit` sees a world whose
 * `before` holds its rows alone. Nothing is marked as loaded. Cost: reads every segment. */
typedef bool rk_segment_visit(void *context, const rk_world *world, rk_error *err);
bool rk_closing_search(const rk_archive *archive, const rk_closing *closing, rk_slice needle,
                       rk_segment_visit *visit, void *context, rk_error *err);

/* What the state after the night is made of. */
typedef struct rk_closing_after {
    const rk_closing *opening;
    const rk_world *world;
    const rk_carried *carried; /* cases, stock and coverage as they are now */
    const rk_file_rows *files; /* tonight's */
    rk_fact_list tonight;      /* facts and detail of the run; the rest is filled in */
    rk_zone zone;
    rk_day night;
    int number;
    int memory_days; /* older segments and lists are left out, unless an application in them waits */
    rk_day start;
    rk_moment since;
    uint64_t source_count;
    rk_moment source_newest;
    bool
        references; /* a matching rule looks for references: they are among the keys of a segment */
    rk_buffer *text; /* receives the root; NULL: not wanted */
} rk_closing_after;

/* Seals it: new objects for the segments that were loaded or are new, the rest as it was. `root` receives
 * the new root; `added` counts segments written. */
bool rk_closing_save(const rk_archive *archive, const rk_closing_after *after, rk_ref *root,
                     size_t *added, rk_error *err);

/* The first and last day that any fact but the night itself falls on; RK_NO_DAY when there is none. */
void rk_facts_span(const rk_facts *facts, rk_day *from, rk_day *until);

/* The root alone. */
bool rk_closing_read(const rk_archive *archive, const rk_ref *root, rk_arena *arena,
                     rk_closing *closing, rk_error *err);

/* Every ref of the closing state, for verify: calls `visit` for each; stops at the first false. */
typedef bool rk_ref_visit(void *context, const char *what, const rk_ref *ref, rk_error *err);
bool rk_closing_visit(const rk_archive *archive, const rk_ref *root, rk_ref_visit *visit,
                      void *context, rk_error *err);

/* The night that left this state. */
bool rk_closing_night(const rk_archive *archive, const rk_ref *root, rk_day *night, int *number,
                      rk_error *err);

#endif
