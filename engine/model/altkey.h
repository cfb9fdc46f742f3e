/*
 * altkey: keys that entry and application may share beside the billing code.
 *
 * In:  " 7a00-0000.0000 0123", an NTPN        Out: "7A00000000000123", as it is compared
 * What a number is written with makes no difference: blanks, hyphens, dots and strokes, lower case, zeros in
 * front of digits. What cannot be such a key is none: an NTPN has 16 letters or digits; a virtual account 6 to
 * 30 digits; nothing long that repeats one character is a key (9999999999999999), and no zeros are.
 */
#ifndef RK_MODEL_ALTKEY_H
#define RK_MODEL_ALTKEY_H

#include "base/slice.h"

/* In the order of the columns of applications and of the keys of matching.yaml. */
typedef enum rk_alt_key {
    RK_ALT_NTPN,
    RK_ALT_VIRTUAL_ACCOUNT,
    RK_ALT_APPLICATION_NUMBER,
    RK_ALT_KEYS
} rk_alt_key;

enum { RK_ALT_TEXT = 64 };

/* "ntpn", "virtual_account", "application_number". */
const char *rk_alt_key_name(rk_alt_key kind);

/* Writes the key as it is compared; gives its length, 0: it is none. */
size_t rk_alt_key_plain(rk_alt_key kind, rk_slice text, char plain[RK_ALT_TEXT]);

/* A hash of kind and plain key, never 0; 0: it is none. */
uint64_t rk_alt_key_hash(rk_alt_key kind, rk_slice text);

/* The two are one key. */
bool rk_alt_key_equal(rk_alt_key kind, rk_slice a, rk_slice b);

/* Cuts the first key off the text of rk_entries.keys ("n7A00000000000123\nv88100123"); false: none is left. */
bool rk_alt_keys_next(rk_slice *rest, rk_alt_key *kind, rk_slice *text);

/* The letter that goes before a key of this kind there. */
char rk_alt_key_letter(rk_alt_key kind);

/* The key of this kind in that text, empty: none. */
rk_slice rk_alt_keys_get(rk_slice keys, rk_alt_key kind);

#endif
