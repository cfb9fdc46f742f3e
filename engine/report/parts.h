/*
 * parts: which parts a workbook's archive must have, in which order, and what the small ones say.
 *
 * In:  a plan of two sheets, one chart       Out: "[Content_Types].xml", ..., "xl/charts/chart1.xml", ...
 * A zip checksum vouches for the bytes of a part, not for its place: a part that is missing, added, or stands
 * under the name of another must be noticed too. So types, relationships, the workbook and its properties are
 * compared as a whole; drawings and charts have their root element and are followed, name by name.
 */
#ifndef RK_REPORT_PARTS_H
#define RK_REPORT_PARTS_H

#include "base/xml.h"
#include "report/frame.h"

typedef enum rk_part_kind {
    RK_PART_KNOWN, /* as a whole, as it is told again (frame.h) */
    RK_PART_DRAWING,
    RK_PART_CHART,
    RK_PART_STRINGS,
    RK_PART_THEME, /* known to the byte, as are the styles */
    RK_PART_STYLES,
    RK_PART_SHEET,
} rk_part_kind;

typedef struct rk_part {
    rk_slice name;
    rk_part_kind kind;
    const char *root; /* of a drawing or chart */
    size_t number;    /* of a sheet, from 0 */
    rk_slice meant;   /* of one that is known */
    rk_slice *says;   /* of others, in order: descriptions, ranges */
    size_t say_count, say_capacity;
} rk_part;

typedef struct rk_parts {
    rk_arena arena;
    rk_part *items;
    size_t count, capacity;
} rk_parts;

/* The parts of a plan that was finished. `strings`: texts stand in a part of their own. */
void rk_parts_of(const rk_plan *plan, bool strings, rk_parts *parts);
void rk_parts_free(rk_parts *parts);

/* Compares the parts that are neither a sheet nor strings; a parse of one part. */
typedef struct rk_part_check {
    const rk_part *part;
    size_t seen;
    bool rooted, in_text;
    rk_buffer text;
    rk_retold retold;
} rk_part_check;

rk_xml_handler rk_part_handler(rk_part_check *check);
/* Behind the parse: all was said. */
bool rk_part_is_complete(const rk_part_check *check, rk_error *err);
void rk_part_check_free(rk_part_check *check);

#endif
