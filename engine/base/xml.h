/*
 * xml: a document as a stream of callbacks, by expat; for input from outside.
 *
 * In:  <c r="A1"><v>12</v></c>    Out: start "c" with r = A1, start "v", text "12", end "v", end "c"
 * A document type declaration is refused, so there are no entities but the five of XML; size, depth
 * and amplification are capped. Names come as written, with their prefix: see rk_xml_local. Text may
 * come in several pieces. One parse belongs to one thread. A tag or comment of up to a quarter of
 * RK_XML_TAG_MAX bytes is read, one of more than that never. Encodings are UTF-8, UTF-16, ISO-8859-1 and
 * windows-1252.
 */
#ifndef RK_BASE_XML_H
#define RK_BASE_XML_H

#include "base/buffer.h"
#include "base/error.h"

enum { RK_XML_TAG_MAX = 4 << 20 };

typedef struct rk_xml rk_xml;

/* Each callback may be NULL, and ends the parse by returning false after rk_xml_fail. `attributes` is
 * for rk_xml_attribute. Slices live during the call. */
typedef struct rk_xml_handler {
    void *context;
    bool (*start)(void *context, rk_xml *xml, rk_slice name, const char **attributes);
    bool (*end)(void *context, rk_xml *xml, rk_slice name);
    bool (*text)(void *context, rk_xml *xml, rk_slice text);
} rk_xml_handler;

typedef struct rk_xml_caps {
    size_t bytes; /* of the document */
    size_t depth; /* of elements */
} rk_xml_caps;

/* Fails (RK_DIFFERENT, with line and column) on what is not well-formed, on a document type
 * declaration, past a cap, or as a callback said. */
bool rk_xml_parse(rk_slice document, const rk_xml_caps *caps, const rk_xml_handler *handler,
                  rk_error *err);

/* The same in pieces, for documents of any size: memory does not grow with them. NULL only on a bug.
 * `encoding` overrules what the document declares; NULL: as it declares.
 * After a feed that failed only rk_xml_close is allowed; `last` ends the document. */
rk_xml *rk_xml_open(const rk_xml_caps *caps, const char *encoding, const rk_xml_handler *handler,
                    rk_error *err);
/* The same without expat, and several times as fast, for the XML that programs write: base/xml_plain.h says what
 * it takes. Never NULL. */
rk_xml *rk_xml_open_plain(const rk_xml_caps *caps, const rk_xml_handler *handler, rk_error *err);
bool rk_xml_feed(rk_xml *xml, rk_slice piece, bool last);
void rk_xml_close(rk_xml *xml);

/* The value of an attribute; at == NULL when it is not there. */
rk_slice rk_xml_attribute(const char **attributes, const char *name);

/* Where the callback is: the line from 1, the offset in bytes from 0, the depth (1 at the root). */
size_t rk_xml_line(const rk_xml *xml);
size_t rk_xml_offset(const rk_xml *xml);
size_t rk_xml_depth(const rk_xml *xml);

/* Ends the parse with this message, at this place. Always returns false. */
bool rk_xml_fail(rk_xml *xml, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "Document" of "camt:Document". */
rk_slice rk_xml_local(rk_slice name);

#endif
