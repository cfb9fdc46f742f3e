/*
 * standard: MT940 and camt files by a channel's rules.
 *
 * In:  a file of a channel with `read: {format: camt}`        Out: its stretch filled like any other one
 * The parser gives each entry; here it becomes a row whose fields are rk_standard_fields, so that keep,
 * drop, ignore, extract and map work as everywhere. Days: booked_on is the entry's booking date, its
 * value date where it has none. Pending entries are filtered records. Each statement of a file must be in
 * the channel's currency and, with `balances: yes`, bear out opening + entries = closing by itself; of one
 * account's statements the next must begin where the one before ended.
 * A narrative is shown as one line: in the structured form of :86: (166?00...?20...) line ends are no part
 * of the text and a subfield's mark is a blank; elsewhere a line end is a blank.
 */
#ifndef RK_STATEMENT_STANDARD_H
#define RK_STATEMENT_STANDARD_H

#include "statement/stretch.h"

/* Places for the fields; false, with *why, when the content is not of the channel's format. */
bool rk_standard_layout(rk_layout *layout, const rk_channel *channel, rk_slice bytes,
                        const char **why);

/* At least as many as there are entries. One quick look at the file. */
size_t rk_standard_room(const rk_channel *channel, rk_slice bytes);

/* Reads the whole file as one stretch; sets the statement's `why` when it breaks its own controls. */
void rk_standard_read(rk_stretch *stretch, const rk_entries *entries);

#endif
