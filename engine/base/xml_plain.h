/*
 * xml_plain: the XML that programs write, as a stream: a small part of XML, several times as fast as expat.
 *
 * In:  <c r="A1"><v>12</v></c>    Out: start "c" with r = A1, start "v", text "12", end "v", end "c"
 * UTF-8 with its declaration, elements, attributes in double quotes, text and the five entities of XML. All else
 * is refused, also where XML allows it: comments, instructions, CDATA, numbers of characters, a '>' that stands for
 * itself, carriage returns. So whatever is taken here expat takes too, and says the same (test_xml_plain.c). It is
 * reached through rk_xml_open_plain.
 */
#ifndef RK_BASE_XML_PLAIN_H
#define RK_BASE_XML_PLAIN_H

#include "base/buffer.h"

typedef struct rk_xml_plain rk_xml_plain;

/* As expat's: names and attributes end with NUL, attributes with NULL. Nothing is said any more once `*stop`. */
typedef struct rk_xml_events {
    void *context;
    const bool *stop;
    void (*start)(void *context, const char *name, const char **attributes);
    void (*end)(void *context, const char *name);
    void (*text)(void *context, const char *text, int len);
} rk_xml_events;

rk_xml_plain *rk_xml_plain_open(const rk_xml_events *events);
/* What is wrong; NULL: nothing. After a fault only rk_xml_plain_close is allowed. Memory: what is fed at a time,
 * and a tag or text that is not at its end, of at most RK_XML_TAG_MAX bytes. */
const char *rk_xml_plain_feed(rk_xml_plain *plain, rk_slice piece, bool last);
void rk_xml_plain_close(rk_xml_plain *plain);

/* Of the tag or text that is being told, or where the fault is: bytes and column from 0, the line from 1. */
size_t rk_xml_plain_offset(const rk_xml_plain *plain);
size_t rk_xml_plain_line(const rk_xml_plain *plain);
size_t rk_xml_plain_column(const rk_xml_plain *plain);

#endif
