/*
 * bytes: looking through text, many bytes at a time.
 *
 * In:  "a,b\n", places of ',' '\n' '"'      Out: 1 and 3
 * The widest vectors that the processor has are chosen at run time; every choice gives the same bits.
 */
#ifndef RK_BASE_BYTES_H
#define RK_BASE_BYTES_H

#include "base/slice.h"

enum { RK_BLOCK_BYTES = 64, RK_PLACES_SPARE = 32 };

/* What a piece of text holds. */
typedef struct rk_survey {
    size_t lines; /* line ends */
    bool quotes;  /* any quote */
    bool ascii;   /* no byte above 0x7f */
} rk_survey;

/* One choice of vectors. */
typedef struct rk_scanner {
    const char *name;
    bool (*works)(void);
    /* Where one of the three stands in these blocks (at most 1023), ascending; gives how many. RK_PLACES_SPARE
     * more may be written than there are bytes. */
    size_t (*places)(const char *at, size_t blocks, const char *three, uint16_t *places);
    /* Of whole blocks. */
    void (*survey)(const char *at, size_t blocks, char newline, char quote, rk_survey *into);
} rk_scanner;

/* The widest first; the last one works everywhere. */
extern const rk_scanner rk_scanners[];
extern const size_t rk_scanner_count;

/* The first that works here. */
const rk_scanner *rk_scanner_best(void);

/* Of any length. */
rk_survey rk_bytes_survey(const rk_scanner *scanner, rk_slice bytes, char newline, char quote);

/* No byte above 0x7f. */
bool rk_bytes_ascii(rk_slice bytes);

#endif
