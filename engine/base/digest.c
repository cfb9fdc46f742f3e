#include "base/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct rk_digest_state {
    EVP_MD_CTX *context;
};

rk_digest_state *rk_digest_begin(void)
{
    rk_digest_state *state = rk_alloc(1, sizeof *state);
    state->context = EVP_MD_CTX_new();
    if (!state->context || EVP_DigestInit_ex(state->context, EVP_sha256(), NULL) != 1)
        abort(); /* libcrypto without SHA-256 */
    return state;
}

void rk_digest_add(rk_digest_state *state, rk_slice bytes)
{
    if (bytes.len && EVP_DigestUpdate(state->context, bytes.at, bytes.len) != 1)
        abort();
}

rk_digest rk_digest_end(rk_digest_state *state)
{
    rk_digest digest;
    if (EVP_DigestFinal_ex(state->context, digest.bytes, NULL) != 1)
        abort();
    EVP_MD_CTX_free(state->context);
    free(state);
    return digest;
}

rk_digest rk_digest_of(rk_slice bytes)
{
    rk_digest_state *state = rk_digest_begin();
    rk_digest_add(state, bytes);
    return rk_digest_end(state);
}

int rk_digest_compare(const rk_digest *a, const rk_digest *b)
{
    return memcmp(a->bytes, b->bytes, RK_DIGEST_BYTES);
}

bool rk_digest_equal(const rk_digest *a, const rk_digest *b)
{
    return rk_digest_compare(a, b) == 0;
}

bool rk_digest_is_zero(const rk_digest *a)
{
    static const rk_digest zero;
    return rk_digest_equal(a, &zero);
}

void rk_digest_put(const rk_digest *digest, rk_buffer *out)
{
    rk_buffer_hex(out, digest->bytes, RK_DIGEST_BYTES);
}

char *rk_digest_hex(const rk_digest *digest, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < RK_DIGEST_BYTES; i++) {
        hex[2 * i] = digits[digest->bytes[i] >> 4];
        hex[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    hex[RK_DIGEST_HEX] = '\0';
    return hex;
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool rk_digest_parse(rk_slice hex, rk_digest *digest)
{
    if (hex.len != RK_DIGEST_HEX)
        return false;
    for (size_t i = 0; i < RK_DIGEST_BYTES; i++) {
        int high = nibble(hex.at[2 * i]), low = nibble(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        digest->bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

uint64_t rk_digest_short(const rk_digest *digest)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++)
        value = value << 8 | digest->bytes[i];
    return value;
}
