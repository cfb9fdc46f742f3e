/*
 * altkeys: the keys of a record beside its billing code, from fields of their own or out of free text.
 *
 * In:  fields ntpn "7A00000000000123", narrative "VA 88100123 BUDI", extract {virtual_account: 'VA (\d+)'}
 * Out: "n7A00000000000123\nv88100123\n": the text of rk_entries.keys
 * What cannot be such a key is left out; so are two different ones of a kind in one text. A pattern's first
 * group is the key where it has one.
 */
#ifndef RK_STATEMENT_ALTKEYS_H
#define RK_STATEMENT_ALTKEYS_H

#include "model/altkey.h"
#include "statement/layout.h"

typedef struct rk_alt_found {
    char text[RK_ALT_KEYS * (RK_ALT_TEXT + 2)];
    size_t len;
} rk_alt_found;

/* False when a pattern hit a limit; *field is then the field that was searched. */
bool rk_alt_keys_read(const rk_row *row, rk_alt_found *found, int *field);

#endif
