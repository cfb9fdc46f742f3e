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

/* The same numbers for the same texts, in a dictionary of its own; `to` is empty. */
void rk_names_copy(const rk_names *from, rk_names *to);

void rk_names_free(rk_names *names);

/* What was found lately, by the ends of its text: columns repeat few names, and most are short, so that the
 * ends are all of it. {0} is empty; goes with one dictionary and belongs to one thread. */
enum { RK_NAMES_LATELY_BITS = 11, RK_NAME_ENDS = 16 };
typedef struct rk_names_lately {
    struct rk_name_seen {
        uint64_t first, last;
        uint32_t len; /* 0: nothing */
        rk_name name;
    } items[1 << RK_NAMES_LATELY_BITS];
} rk_names_lately;

/* The first and the last eight bytes (which overlap in a short text): with the length they are all of a text
 * of up to RK_NAME_ENDS bytes. */
static inline void rk_name_ends(rk_slice text, uint64_t *first, uint64_t *last)
{
    uint32_t low, high;
    if (text.len >= 8) {
        memcpy(first, text.at, 8);
        memcpy(last, text.at + text.len - 8, 8);
    } else if (text.len >= 4) {
        memcpy(&low, text.at, 4);
        memcpy(&high, text.at + text.len - 4, 4);
        *first = low;
        *last = high;
    } else {
        *first = (unsigned char)text.at[0];
        *last = (uint64_t)(unsigned char)text.at[text.len / 2] << 8 |
                (unsigned char)text.at[text.len - 1];
    }
}

/* rk_names_add, quicker for what repeats. */
static inline rk_name rk_names_add_again(rk_names *names, rk_names_lately *lately, rk_slice text)
{
    uint64_t first, last;
    if (text.len == 0)
        return 0;
    rk_name_ends(text, &first, &last);
    uint64_t mixed = (first ^ last << 7 ^ last >> 31 ^ text.len) * 0x9e3779b97f4a7c15ull;
    struct rk_name_seen *seen = &lately->items[mixed >> (64 - RK_NAMES_LATELY_BITS)];
    if (seen->first == first && seen->last == last && seen->len == text.len &&
        (text.len <= RK_NAME_ENDS ||
         memcmp(names->texts[seen->name].at + 8, text.at + 8, text.len - RK_NAME_ENDS) == 0))
        return seen->name;
    rk_name name = rk_names_add(names, text);
    if (name != RK_NAME_FULL)
        *seen = (struct rk_name_seen){first, last, (uint32_t)text.len, name};
    return name;
}

#endif
