#include "base/xml.h"

/* expat declares its amplification limits only where DTDs are compiled in, as everywhere they are. */
#define XML_DTD
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>

enum { PIECE = 1 << 20, AMPLIFICATION = 10, AMPLIFICATION_FROM = 1 << 20 };

struct rk_xml {
    XML_Parser parser;
    const rk_xml_handler *handler;
    size_t depth, max_depth;
    bool failed; /* err is filled */
    rk_error *err;
};

size_t rk_xml_line(const rk_xml *xml)
{
    return (size_t)XML_GetCurrentLineNumber(xml->parser);
}

size_t rk_xml_offset(const rk_xml *xml)
{
    XML_Index at = XML_GetCurrentByteIndex(xml->parser);
    return at < 0 ? 0 : (size_t)at;
}

size_t rk_xml_depth(const rk_xml *xml)
{
    return xml->depth;
}

static void stop(rk_xml *xml)
{
    rk_fail_at(xml->err, NULL, rk_xml_line(xml),
               (size_t)XML_GetCurrentColumnNumber(xml->parser) + 1);
    xml->failed = true;
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
    if (++xml->depth > xml->max_depth) {
        rk_xml_fail(xml, "elements are nested deeper than %zu", xml->max_depth);
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

static bool feed(rk_xml *xml, rk_slice document)
{
    size_t at = 0;
    do {
        size_t piece = document.len - at < PIECE ? document.len - at : PIECE;
        bool last = at + piece == document.len;
        if (XML_Parse(xml->parser, document.at + at, (int)piece, last) != XML_STATUS_OK) {
            if (!xml->failed) {
                rk_fail(xml->err, RK_DIFFERENT, "not well-formed XML: %s",
                        XML_ErrorString(XML_GetErrorCode(xml->parser)));
                stop(xml);
            }
            return false;
        }
        at += piece;
    } while (at < document.len);
    return !xml->failed;
}

bool rk_xml_parse(rk_slice document, const rk_xml_caps *caps, const rk_xml_handler *handler,
                  rk_error *err)
{
    if (document.len > caps->bytes)
        return rk_fail(err, RK_DIFFERENT, "the document has %zu bytes, at most %zu are read",
                       document.len, caps->bytes);
    rk_xml xml = {.handler = handler, .max_depth = caps->depth, .err = err};
    xml.parser = XML_ParserCreate(NULL);
    if (!xml.parser)
        return rk_fail(err, RK_BUG, "could not make an XML parser");
    XML_SetUserData(xml.parser, &xml);
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(xml.parser, AMPLIFICATION);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(xml.parser, AMPLIFICATION_FROM);
    XML_SetElementHandler(xml.parser, on_start, on_end);
    XML_SetCharacterDataHandler(xml.parser, on_text);
    XML_SetStartDoctypeDeclHandler(xml.parser, on_doctype);
    bool good = feed(&xml, document.at ? document : RK_S(""));
    XML_ParserFree(xml.parser);
    return good;
}
