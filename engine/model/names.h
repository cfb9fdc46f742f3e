/*
 * names: short texts that repeat (offices, services, channels, rules, ...) as 16-bit numbers.
 *
 * In:  rk_name bca = rk_names_add(&names, RK_S("bca"))    Out: 1 (0 is always the empty text)
 * One dictionary serves a whole run. Numbers follow the order of first sight and must never decide
 * an order in an output: sort by the text. Adding is for one thread; finding and reading are for many.
 */
#ifndef RK_MODEL_NAMES_H
#define RK_MODEL_NAMES_H

#include "base/memory.h"

typedef uint16_t rk_name;

enum { RK_NAMES_MAX = 65535, RK_NAME_LENGTH_MAX = 1024 };
#define RK_NAME_FULL ((rk_name)65535) /* what rk_names_add gives when nothing more fits */

typedef struct rk_names {
    rk_slice *texts; /* by number */
    size_t count;    /* with the empty text */
    size_t capacity;
    rk_name *slots; /* open addressing, a power of two */
    size_t slot_count;
    rk_arena arena; /* the texts */
} rk_names;         /* {0} is an empty dictionary */

/* The number of `text`, added when new. RK_NAME_FULL when the dictionary is full or the text is longer
 * than RK_NAME_LENGTH_MAX. */
rk_name rk_names_add(rk_names *names, rk_slice text);

/* The number of `text`, or RK_NAME_FULL when it is not there. The empty text is 0. */
rk_name rk_names_find(const rk_names *names, rk_slice text);

/* The text of a number; borrowed from `names`, NUL-terminated. */
rk_slice rk_names_text(const rk_names *names, rk_name name);

void rk_names_free(rk_names *names);

#endif
