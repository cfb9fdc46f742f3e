/*
 * swift: the fields of SWIFT text messages as banks write them to files.
 *
 * In:  ":20:A\r\n:86:first\r\nsecond\r\n-}"      Out: field 20 "A", field 86 "first\r\nsecond", end
 * A tag (:NN:, :NNA:, :NS:) starts a line; any other line continues the field before it, or is a bank's
 * header where there is none. "-" or "-}" alone ends a message, except inside :86: where the same
 * message goes on. CRLF, LF, CR and the "@@" of FinTS end a line; a byte-order mark, control bytes
 * around a line and whatever follows the last text (Ctrl-Z) are dropped. One look at each byte, one
 * more in the lines that stand between a "-" inside :86: and the next tag.
 */
#ifndef RK_STATEMENT_SWIFT_H
#define RK_STATEMENT_SWIFT_H

#include "base/slice.h"

typedef struct rk_swift {
    const char *begin, *at, *end;
    size_t line;        /* of `at`, from 1 */
    const char *looked; /* the tag behind the last "-" looked at: no need to look again before it */
    bool goes_on;       /* that tag belongs to the same message */
} rk_swift;

typedef struct rk_swift_field {
    char tag[4]; /* "86", "28C", "NS" */
    size_t line;
    rk_slice body; /* with the line ends inside it */
} rk_swift_field;

typedef enum rk_swift_piece { RK_SWIFT_DONE, RK_SWIFT_FIELD, RK_SWIFT_END } rk_swift_piece;

rk_swift rk_swift_of(rk_slice bytes);
rk_swift_piece rk_swift_next(rk_swift *text, rk_swift_field *field);

/* Cuts the first line off `rest`, without its end and without control bytes around it. */
bool rk_swift_line(rk_slice *rest, rk_slice *line);

static inline bool rk_swift_is(const rk_swift_field *field, const char *tag)
{
    return strcmp(field->tag, tag) == 0;
}

#endif
