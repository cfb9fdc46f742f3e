/*
 * digest: SHA-256 (FIPS 180-4), by libcrypto.
 *
 * In:  rk_digest_of(RK_S(""))    Out: e3b0c44298fc1c14...
 */
#ifndef RK_BASE_DIGEST_H
#define RK_BASE_DIGEST_H

#include "base/buffer.h"

enum { RK_DIGEST_BYTES = 32, RK_DIGEST_HEX = 64 };

typedef struct rk_digest {
    unsigned char bytes[RK_DIGEST_BYTES];
} rk_digest;

rk_digest rk_digest_of(rk_slice bytes);

/* Incremental, for files read in pieces. rk_digest_end frees the state. */
typedef struct rk_digest_state rk_digest_state;
rk_digest_state *rk_digest_begin(void);
void rk_digest_add(rk_digest_state *state, rk_slice bytes);
rk_digest rk_digest_end(rk_digest_state *state);

bool rk_digest_equal(const rk_digest *a, const rk_digest *b);
int rk_digest_compare(const rk_digest *a, const rk_digest *b);
bool rk_digest_is_zero(const rk_digest *a);

/* 64 lower-case hex digits and a NUL into `hex` (RK_DIGEST_HEX + 1 bytes); returns hex. */
char *rk_digest_hex(const rk_digest *digest, char *hex);
void rk_digest_put(const rk_digest *digest, rk_buffer *out);

/* Exactly 64 lower-case hex digits. */
bool rk_digest_parse(rk_slice hex, rk_digest *digest);

/* The first 8 bytes as 16 hex digits: how an entry names its file. */
uint64_t rk_digest_short(const rk_digest *digest);

#endif
