#include "base/xml.h"

#include "base/xml_plain.h"

/* expat declares its amplification limits only where DTDs are compiled in, as everywhere they are. */
#define XML_DTD
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { PIECE = 1 << 20, AMPLIFICATION = 10, AMPLIFICATION_FROM = 1 << 20 };

struct rk_xml {
    XML_Parser parser;
    rk_xml_plain *plain; /* instead of the parser */
    const rk_xml_handler *handler;
    rk_xml_caps caps;
    size_t depth, fed, used; /* used: bytes before the unfinished tag */
    bool failed;             /* err is filled */
    rk_error *err;
};

size_t rk_xml_line(const rk_xml *xml)
{
    if (xml->plain)
        return rk_xml_plain_line(xml->plain);
    return (size_t)XML_GetCurrentLineNumber(xml->parser);
}

size_t rk_xml_offset(const rk_xml *xml)
{
    if (xml->plain)
        return rk_xml_plain_offset(xml->plain);
    XML_Index at = XML_GetCurrentByteIndex(xml->parser);
    return at < 0 ? 0 : (size_t)at;
}

size_t rk_xml_depth(const rk_xml *xml)
{
    return xml->depth;
}

static void stop(rk_xml *xml)
{
    size_t column = xml->plain ? rk_xml_plain_column(xml->plain)
                               : (size_t)XML_GetCurrentColumnNumber(xml->parser);
    rk_fail_at(xml->err, NULL, rk_xml_line(xml), column + 1);
    xml->failed = true;
    if (xml->parser)
        XML_StopParser(xml->parser, XML_FALSE);
}

bool rk_xml_fail(rk_xml *xml, const char *format, ...)
{
    char message[480];
    va_list arguments;
    if (xml->failed)
        return false;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    rk_fail(xml->err, RK_DIFFERENT, "%s", message);
    stop(xml);
    return false;
}

rk_slice rk_xml_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], name) == 0)
            return rk_slice_of(attributes[i + 1]);
    return (rk_slice){NULL, 0};
}

rk_slice rk_xml_local(rk_slice name)
{
    const char *colon = name.len ? memchr(name.at, ':', name.len) : NULL;
    return colon ? rk_slice_between(colon + 1, name.at + name.len) : name;
}

static void on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
    rk_xml *xml = context;
    if (xml->failed)
        return;
    if (++xml->depth > xml->caps.depth) {
        rk_xml_fail(xml, "elements are nested deeper than %zu", xml->caps.depth);
        return;
    }
    if (xml->handler->start &&
        !xml->handler->start(xml->handler->context, xml, rk_slice_of(name), attributes))
        rk_xml_fail(xml, "element \"%.80s\" is refused", name);
}

static void on_end(void *context, const XML_Char *name)
{
    rk_xml *xml = context;
    if (xml->failed)
        return;
    if (xml->handler->end && !xml->handler->end(xml->handler->context, xml, rk_slice_of(name)))
        rk_xml_fail(xml, "element \"%.80s\" is refused", name);
    xml->depth--;
}

static void on_text(void *context, const XML_Char *text, int len)
{
    rk_xml *xml = context;
    if (xml->failed || !xml->handler->text)
        return;
    if (!xml->handler->text(xml->handler->context, xml, (rk_slice){text, (size_t)len}))
        rk_xml_fail(xml, "text is refused");
}

static void on_doctype(void *context, const XML_Char *name, const XML_Char *system_id,
                       const XML_Char *public_id, int has_internal_subset)
{
    (void)name, (void)system_id, (void)public_id, (void)has_internal_subset;
    rk_xml_fail(context, "a document type declaration is refused");
}

/* windows-1252, which banks declare and expat does not know. */
static int on_encoding(void *context, const XML_Char *name, XML_Encoding *info)
{
    static const uint16_t high[32] = {
        0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
    };
    (void)context;
    if (strcasecmp(name, "windows-1252") != 0 && strcasecmp(name, "cp1252") != 0)
        return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++)
        info->map[i] = i < 0x80 || i >= 0xa0 ? i : high[i - 0x80] ? high[i - 0x80] : -1;
    return XML_STATUS_OK;
}

rk_xml *rk_xml_open(const rk_xml_caps *caps, const char *encoding, const rk_xml_handler *handler,
                    rk_error *err)
{
    rk_xml *xml = rk_alloc(1, sizeof *xml);
    *xml = (rk_xml){.handler = handler, .caps = *caps, .err = err};
    xml->parser = XML_ParserCreate(encoding);
    if (!xml->parser) {
        free(xml);
        rk_fail(err, RK_BUG, "could not make an XML parser");
        return NULL;
    }
    XML_SetUserData(xml->parser, xml);
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(xml->parser, AMPLIFICATION);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(xml->parser, AMPLIFICATION_FROM);
    XML_SetElementHandler(xml->parser, on_start, on_end);
    XML_SetCharacterDataHandler(xml->parser, on_text);
    XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
    XML_SetUnknownEncodingHandler(xml->parser, on_encoding, NULL);
    return xml;
}

rk_xml *rk_xml_open_plain(const rk_xml_caps *caps, const rk_xml_handler *handler, rk_error *err)
{
    rk_xml *xml = rk_alloc(1, sizeof *xml);
    *xml = (rk_xml){.handler = handler, .caps = *caps, .err = err};
    rk_xml_events events = {xml, &xml->failed, on_start, on_end, on_text};
    xml->plain = rk_xml_plain_open(&events);
    return xml;
}

void rk_xml_close(rk_xml *xml)
{
    if (xml && xml->parser)
        XML_ParserFree(xml->parser);
    if (xml)
        rk_xml_plain_close(xml->plain);
    free(xml);
}

/* What expat has not used is an unfinished tag, which it keeps and looks at again: newer ones not with
 * each piece, but when there is twice as much, so that some finished ones may wait behind it. */
static bool has_short_tags(rk_xml *xml)
{
    XML_Index at = XML_GetCurrentByteIndex(xml->parser); /* -1: it has not looked */
    if (at >= 0)
        xml->used = (size_t)at;
    if (xml->fed - xml->used <= RK_XML_TAG_MAX)
        return true;
    rk_fail(xml->err, RK_DIFFERENT, "a tag of more than %d bytes", RK_XML_TAG_MAX);
    stop(xml);
    return false;
}

static bool fail_form(rk_xml *xml, const char *fault)
{
    if (!xml->failed) {
        rk_fail(xml->err, RK_DIFFERENT, "not well-formed XML: %s", fault);
        stop(xml);
    }
    return false;
}

static bool feed_plain(rk_xml *xml, rk_slice piece, bool last)
{
    const char *fault = rk_xml_plain_feed(xml->plain, piece, last);
    xml->fed += piece.len;
    return fault || xml->failed ? fail_form(xml, fault) : true;
}

bool rk_xml_feed(rk_xml *xml, rk_slice piece, bool last)
{
    size_t at = 0;
    if (piece.len > xml->caps.bytes - xml->fed)
        return rk_fail(xml->err, RK_DIFFERENT, "the document has more than %zu bytes",
                       xml->caps.bytes);
    if (xml->plain)
        return feed_plain(xml, piece, last);
    do {
        size_t part = piece.len - at < PIECE ? piece.len - at : PIECE;
        bool is_last = last && at + part == piece.len;
        const char *bytes = piece.at ? piece.at + at : "";
        if (XML_Parse(xml->parser, bytes, (int)part, is_last) != XML_STATUS_OK)
            return fail_form(xml, XML_ErrorString(XML_GetErrorCode(xml->parser)));
        at += part;
        xml->fed += part;
        if (!is_last && !has_short_tags(xml))
            return false;
    } while (at < piece.len);
    return !xml->failed;
}

bool rk_xml_parse(rk_slice document, const rk_xml_caps *caps, const rk_xml_handler *handler,
                  rk_error *err)
{
    if (document.len > caps->bytes)
        return rk_fail(err, RK_DIFFERENT, "the document has %zu bytes, at most %zu are read",
                       document.len, caps->bytes);
    rk_xml *xml = rk_xml_open(caps, NULL, handler, err);
    bool good = xml && rk_xml_feed(xml, document, true);
    rk_xml_close(xml);
    return good;
}
