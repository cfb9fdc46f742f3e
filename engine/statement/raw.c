#include "statement/raw.h"

enum { LOOK = 64 * 1024 };

/* Where `what` begins in `text`, or NULL. */
static const char *find(rk_slice text, const char *what)
{
    return text.len ? memmem(text.at, text.len, what, strlen(what)) : NULL;
}

static bool is_mt940_tag(const char *at, const char *end)
{
    static const char *const tags[] = {
        ":20:", ":21:", ":25:", ":28:",  ":28C:", ":60F:", ":60M:", ":61:", ":62F:", ":62M:",
        ":64:", ":65:", ":86:", ":13D:", ":34F:", ":90C:", ":90D:", ":NS:", ":25P:"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (rk_slice_starts(rk_slice_between(at, end), rk_slice_of(tags[i])))
            return true;
    return false;
}

rk_raw_format rk_raw_format_of(rk_slice bytes)
{
    rk_slice head = {bytes.at, bytes.len < LOOK ? bytes.len : LOOK};
    if (rk_slice_starts(head, RK_S("\xff\xfe<\0")) || rk_slice_starts(head, RK_S("\xfe\xff\0<")))
        return RK_RAW_CAMT; /* UTF-16: of the formats read here only XML may use it */
    if (rk_slice_starts(head, RK_S("\xef\xbb\xbf")))
        head = (rk_slice){head.at + 3, head.len - 3};
    rk_slice trimmed = rk_slice_trim(head);
    if (trimmed.len && trimmed.at[0] == '<')
        return find(trimmed, "BkToCstmr") || find(trimmed, "camt.05") ? RK_RAW_CAMT
                                                                      : RK_RAW_UNKNOWN;
    bool line_start = true;
    for (const char *at = head.at, *end = head.at + head.len; at < end; at++) {
        if (line_start && *at == ':' && is_mt940_tag(at, end))
            return RK_RAW_MT940;
        line_start = *at == '\n' || *at == '\r' || (*at == '@' && at > head.at && at[-1] == '@') ||
                     (line_start && (unsigned char)*at < ' ');
    }
    return RK_RAW_UNKNOWN;
}
