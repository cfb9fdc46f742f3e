/*
 * manifest: what one run read, by which rules, and what it made of it; the chain of nights.
 *
 * In:  night 2024-03-05, run 1, its items        Out: nights/2024-03-05-1, a text of one line an item
 * The input half (settings, statements, decisions, rules, snapshot, opening) decides the run id; the
 * output half (facts, history, closing, workbooks) is what it led to. `previous` is the digest of the
 * manifest before it. A manifest lies in pending/ until its run is committed, in nights/ afterwards; the
 * file `head` names the last committed one.
 */
#ifndef RK_SEAL_MANIFEST_H
#define RK_SEAL_MANIFEST_H

#include "model/moment.h"
#include "seal/archive.h"

/* In the order in which they stand in the file. */
typedef enum rk_item_kind {
    RK_ITEM_STATEMENT, /* extra: when it arrived */
    RK_ITEM_DECISIONS, /* extra: when it arrived */
    RK_ITEM_RULES,
    RK_ITEM_SNAPSHOT,
    RK_ITEM_SOURCE,  /* what the source says beside its applications: night/source.c */
    RK_ITEM_OPENING, /* root of the closing state before; absent on the first night */
    RK_ITEM_FACTS,   /* extra: days from..until that its facts fall on */
    RK_ITEM_DETAIL,  /* extra: the night, and the days on which its entries were booked */
    RK_ITEM_HISTORY, /* name: the table */
    RK_ITEM_CLOSING,
    RK_ITEM_WORKBOOK, /* extra: digest of its uncompressed parts */
    RK_ITEM_NOTICES,  /* what the booking system tells people, as a CSV file beside the workbooks */
    RK_ITEM_KINDS
} rk_item_kind;

/* The night was made afterwards, from old files. */
bool rk_mode_is_reconstructed(rk_slice mode);

const char *rk_item_name(rk_item_kind kind);

typedef struct rk_item {
    rk_item_kind kind;
    rk_slice name;
    rk_slice extra;
    rk_ref ref;
} rk_item;

typedef struct rk_setting {
    rk_slice key, value;
} rk_setting;

enum { RK_MANIFEST_FORMAT = 1, RK_SETTINGS_MAX = 16 };
#define RK_MANIFEST_BYTES_MAX ((size_t)1 << 28)

typedef struct rk_manifest {
    rk_day night;
    int number;
    rk_slice program;
    rk_slice mode;      /* nightly, reconstructed */
    rk_digest previous; /* manifest before; zero: the first */
    rk_digest previous_run;
    rk_digest run;
    rk_setting settings[RK_SETTINGS_MAX];
    size_t setting_count;
    rk_item *items;
    size_t item_count, item_capacity;
} rk_manifest; /* {0} is empty */

void rk_manifest_free(rk_manifest *manifest);
rk_item *rk_manifest_add(rk_manifest *manifest, rk_item_kind kind, rk_slice name,
                         const rk_ref *ref);
void rk_manifest_set(rk_manifest *manifest, rk_slice key, rk_slice value);
rk_slice rk_manifest_setting(const rk_manifest *manifest, const char *key); /* {NULL, 0}: absent */

/* The first item of a kind, or NULL. */
const rk_item *rk_manifest_item(const rk_manifest *manifest, rk_item_kind kind);

/* SHA-256 over the input half: night, number, mode when it is not nightly, previous run, settings, and of each input kind, name and
 * content. Neither arrival times nor stored bytes enter it. */
rk_digest rk_manifest_run_id(const rk_manifest *manifest);

/* "2024-03-05-1" */
char *rk_manifest_name(rk_day night, int number, rk_arena *arena);

void rk_manifest_put(const rk_manifest *manifest, rk_buffer *out);
/* Slices point into `bytes` or `arena`. RK_DIFFERENT when it is not a whole manifest. */
bool rk_manifest_parse(rk_slice bytes, rk_arena *arena, rk_manifest *manifest, rk_error *err);

/* ---- where manifests lie ---- */

/* The last committed night of the archive; any = false when there is none. */
typedef struct rk_mark {
    bool any;
    rk_day night;
    int number;
    rk_digest manifest, run;
} rk_mark;

bool rk_archive_mark(const rk_archive *archive, rk_mark *mark, rk_error *err);
void rk_mark_put(const rk_mark *mark, rk_buffer *out);

/* The manifest continues the chain behind the mark (zero: behind nothing). */
bool rk_archive_is_next(const rk_mark *mark, const rk_manifest *manifest);

/* A file that an archive holds beside its folders: head, published, kept. */
bool rk_archive_has_file(rk_slice name);

/* Writes the manifest to pending/; gives its digest. */
bool rk_archive_pend(const rk_archive *archive, const rk_manifest *manifest, rk_digest *digest,
                     rk_error *err);
/* Moves it from pending/ to nights/ and sets the mark. May be repeated. */
bool rk_archive_commit(const rk_archive *archive, rk_day night, int number, rk_error *err);
/* Removes what lies in pending/. */
bool rk_archive_discard_pending(const rk_archive *archive, rk_error *err);

/* Reads a manifest of nights/ (or pending/) into `arena`; `digest` receives that of its bytes. */
bool rk_archive_manifest(const rk_archive *archive, const char *folder, rk_day night, int number,
                         rk_arena *arena, rk_manifest *manifest, rk_digest *digest, rk_error *err);

/* All nights of the folder by date, then number. */
typedef struct rk_night_name {
    rk_day night;
    int number;
} rk_night_name;
/* "2024-03-05-1" as rk_manifest_name writes it; false for anything else, such as a temporary file. */
bool rk_night_name_parse(rk_slice name, rk_night_name *night);
bool rk_archive_nights(const rk_archive *archive, const char *folder, rk_arena *arena,
                       rk_night_name **nights, size_t *count, rk_error *err);
/* False for the night before an export's first: of it there is only what the first one opens with. */
bool rk_archive_is_whole(const rk_archive *archive, const rk_night_name *night);

#endif
