/*
 * delimited: text cut into records and cells, without copying; and a buffer cut at record starts, so
 * that all threads can read one file.
 *
 * In:  "id,name\r\n1,\"a \"\"b\"\"\"\r\n", delimiter ',', quote '"'
 * Out: record of line 1: id | name; record of line 2: 1 | a ""b"" (doubled: unescape before use)
 * Quotes are those of RFC 4180: a quote opens only at the start of a cell and is text elsewhere. Lines
 * end in LF or CRLF; in text without any LF, in CR. NUL bytes are bytes. Each byte is looked at once:
 * a record that is too long, has too many cells or an open quote is still walked to its own end, once,
 * and given as a fault. Without a delimiter (RK_NO_DELIMITER) a record is a line of one cell.
 */
#ifndef RK_BASE_DELIMITED_H
#define RK_BASE_DELIMITED_H

#include "base/bytes.h"
#include "base/memory.h"

enum { RK_RECORD_BYTES_MAX = 1 << 20, RK_NO_DELIMITER = 0, RK_BLOCKS_AT_ONCE = 16 };

typedef struct rk_cell {
    const char *at; /* without its quotes; in the buffer */
    uint32_t len;
    bool quoted;
    bool doubled; /* holds doubled quotes: see rk_cell_unescape */
} rk_cell;

typedef enum rk_record_fault {
    RK_RECORD_GOOD,
    RK_RECORD_TOO_LONG,    /* more than RK_RECORD_BYTES_MAX bytes */
    RK_RECORD_TOO_MANY,    /* more cells than the caller has room for */
    RK_RECORD_OPEN_QUOTE,  /* the text ends inside quotes */
    RK_RECORD_AFTER_QUOTE, /* text behind a closing quote */
} rk_record_fault;

typedef struct rk_record {
    rk_slice bytes; /* without the line end */
    size_t line;    /* of its first byte, from 1 */
    size_t count;   /* of cells; more than the room when TOO_MANY */
    rk_record_fault fault;
} rk_record;

/* What the fault is, for a reject: "text behind a closing quote". */
const char *rk_record_fault_text(rk_record_fault fault);

typedef struct rk_delimited {
    rk_slice text; /* without byte-order mark */
    char delimiter, quote, newline;
} rk_delimited;

/* Drops a UTF-8 byte-order mark and settles the line end. `quote` 0: quotes are text. */
rk_delimited rk_delimited_of(rk_slice bytes, char delimiter, char quote);

/* A part of the text that begins at a record's start. */
typedef struct rk_chunk {
    const char *from, *until;
    size_t line;  /* at which it begins, from 1 */
    size_t lines; /* line ends in it, one more when the last line has none: at least its records */
    bool ascii;   /* no byte above 0x7f */
} rk_chunk;

/* Cuts `text` from byte `from` (a record's start, at `line`) into chunks of about `size` bytes; where
 * they are cut depends on text and size alone. Malloced array, free(); *count is 0 when nothing is
 * left. One look at each quote more than at other bytes; `threads` of them, but one alone where quotes hold
 * whole chunks. */
rk_chunk *rk_delimited_chunks(const rk_delimited *text, size_t from, size_t line, size_t size,
                              int threads, size_t *count);

/* Walks over records; opaque but for `next` and `line`. Belongs to one thread. */
typedef struct rk_cutter {
    const char *next; /* where the next record begins */
    size_t line;      /* of `next` */
    const char *until;
    const char *from, *looked; /* what `places` is about */
    size_t used, count;        /* of `places` */
    const rk_scanner *scanner;
    char delimiter, quote, newline;
    /* delimiters, quotes and line ends */
    uint16_t places[RK_BLOCKS_AT_ONCE * RK_BLOCK_BYTES + RK_PLACES_SPARE];
} rk_cutter;

rk_cutter rk_cutter_at(const rk_delimited *text, const rk_chunk *chunk);

/* All of the text as one chunk. */
rk_cutter rk_cutter_all(const rk_delimited *text);

/* The next record; `cells` has `room`. False at the end. An empty line is a record of one empty cell. */
bool rk_cutter_next(rk_cutter *cutter, rk_cell *cells, size_t room, rk_record *record);

/* Copies a cell with doubled quotes made single into `out` (cell->len bytes); gives the length. */
size_t rk_cell_unescape(const rk_cell *cell, char quote, char *out);

static inline rk_slice rk_cell_slice(const rk_cell *cell)
{
    return (rk_slice){cell->at, cell->len};
}

#endif
