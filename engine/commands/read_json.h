/*
 * read_json: the JSON lines of `rekon read`.
 *
 * In:  rk_json_day(out, "booked_on", day)    Out: ,"booked_on":"2024-03-05" (null for RK_NO_DAY)
 * Keys are the program's own and need no escaping; texts are escaped, an empty one is null.
 */
#ifndef RK_COMMANDS_READ_JSON_H
#define RK_COMMANDS_READ_JSON_H

#include "base/error.h"
#include "model/moment.h"
#include "model/money.h"

void rk_json_key(rk_buffer *out, const char *key);
void rk_json_text(rk_buffer *out, const char *key, rk_slice text);
void rk_json_day(rk_buffer *out, const char *key, rk_day day);
void rk_json_moment(rk_buffer *out, const char *key, rk_moment at, rk_zone zone);
void rk_json_money(rk_buffer *out, const char *key, rk_money minor, int exponent);

/* Writes what has gathered to standard output, whether there is much or `all`; false when it cannot. */
bool rk_json_write(rk_buffer *out, bool all, rk_error *err);

#endif
