/*
 * extract: the billing code out of a narrative.
 *
 * In:  "TRSF E-BANKING CR 82024 0305000123 BUDI", pattern [789][0-9]{14}, bounded, broken by a space
 * Out: 820240305000123
 * A code has 15 digits. Bounded: no digit may touch it (glued: those that digits do touch are windows,
 * from which the match may choose). Broken by a space: one blank may stand between
 * any two digits; a code with fewer blanks goes before one with more, so a whole code is never lost to
 * a chance combination. The same code twice is one; different ones are several, and none is taken.
 */
#ifndef RK_STATEMENT_EXTRACT_H
#define RK_STATEMENT_EXTRACT_H

#include "config/channel.h"
#include "model/entry.h"

enum { RK_WINDOWS_MAX = 64, RK_MISTYPED_MAX = 4 };

typedef struct rk_extractor {
    const rk_extract *rule;
    bool direct;                      /* a plain sequence of digits: read without PCRE */
    uint16_t allowed[RK_CODE_DIGITS]; /* bit d: digit d may stand here */
    uint8_t asked[RK_CODE_DIGITS];    /* where not every digit may */
    size_t asked_count;
} rk_extractor;

rk_extractor rk_extractor_of(const rk_extract *rule);

/* *code is 0 when there is none or several. False when the pattern hit a limit. Cost: linear in the
 * text for plain patterns; PCRE runs only where 15 digits stand near enough. */
bool rk_extract_code(const rk_extractor *extractor, rk_slice text, uint64_t *code, bool *several);

/* Codes that may be meant, each once, in the order of the text: those inside numbers of more than 15 digits, or
 * several that each stand alone. */
typedef struct rk_windows {
    uint64_t codes[RK_WINDOWS_MAX];
    bool whole[RK_WINDOWS_MAX]; /* else it stands there but for a digit typed twice */
    size_t count;
    bool too_many; /* such a text names nothing */
    /* Numbers of 14 or 15 digits, or of up to 16 where a blank parts them: codes with a slip, perhaps, as
     * rk_code_text writes them. */
    uint64_t mistyped[RK_MISTYPED_MAX];
    size_t mistyped_count;
    bool too_many_mistyped; /* then they tell nothing */
} rk_windows;

/* Adds every code that stands alone, as rk_extract_code sees them. */
bool rk_extract_several(const rk_extractor *extractor, rk_slice text, rk_windows *all);

/* Adds those inside longer numbers. False when the pattern hit a limit. Cost: at most RK_WINDOWS_MAX tries that find
 * something, and one look at each digit. */
bool rk_extract_windows(const rk_extractor *extractor, rk_slice text, rk_windows *found);

/* Notes the numbers of a `text` without a code that may be one with a digit wrong, lost or doubled. */
void rk_extract_mistyped(const rk_extractor *extractor, rk_slice text, rk_windows *found);

#endif
