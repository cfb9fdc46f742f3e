#include "base/bytes.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

static bool everywhere(void)
{
    return true;
}

static void plain_marks(const char *at, size_t blocks, const char *three, uint64_t *marks)
{
    for (size_t b = 0; b < blocks; b++, at += RK_BLOCK_BYTES) {
        marks[b] = 0;
        for (int i = 0; i < RK_BLOCK_BYTES; i++)
            marks[b] |= (uint64_t)(at[i] == three[0] || at[i] == three[1] || at[i] == three[2])
                        << i;
    }
}

static void plain_bytes(const char *at, const char *until, char newline, char quote,
                        rk_survey *into)
{
    for (; at < until; at++) {
        into->lines += *at == newline;
        into->quotes |= *at == quote;
        into->ascii &= (unsigned char)*at < 0x80;
    }
}

static void plain_survey(const char *at, size_t blocks, char newline, char quote, rk_survey *into)
{
    plain_bytes(at, at + blocks * RK_BLOCK_BYTES, newline, quote, into);
}

#ifdef __x86_64__

static inline uint64_t sse2_equal(const char *at, char wanted)
{
    uint64_t bits = 0;
    __m128i all = _mm_set1_epi8(wanted);
    for (int i = 0; i < 4; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * i));
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, all)) << (16 * i);
    }
    return bits;
}

static inline bool sse2_ascii(const char *at)
{
    __m128i any = _mm_setzero_si128();
    for (int i = 0; i < 4; i++)
        any = _mm_or_si128(any, _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * i)));
    return _mm_movemask_epi8(any) == 0;
}

static inline __attribute__((target("avx2"))) uint64_t avx2_equal(const char *at, char wanted)
{
    __m256i all = _mm256_set1_epi8(wanted);
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all)) << 32;
}

static inline __attribute__((target("avx2"))) bool avx2_ascii(const char *at)
{
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
    return _mm256_movemask_epi8(_mm256_or_si256(low, high)) == 0;
}

#define AVX512 __attribute__((target("avx512f,avx512bw")))

static inline AVX512 uint64_t avx512_equal(const char *at, char wanted)
{
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(at), _mm512_set1_epi8(wanted));
}

static inline AVX512 bool avx512_ascii(const char *at)
{
    return _mm512_movepi8_mask(_mm512_loadu_si512(at)) == 0;
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

/* The two loops over blocks, for one width. */
#define LOOPS(width, attributes) \
    attributes static void width##_marks(const char *at, size_t blocks, const char *three, \
                                         uint64_t *marks) \
    { \
        for (size_t b = 0; b < blocks; b++, at += RK_BLOCK_BYTES) \
            marks[b] = width##_equal(at, three[0]) | width##_equal(at, three[1]) | \
                       width##_equal(at, three[2]); \
    } \
    attributes static void width##_survey(const char *at, size_t blocks, char newline, char quote, \
                                          rk_survey *into) \
    { \
        uint64_t quotes = 0; \
        for (size_t b = 0; b < blocks; b++, at += RK_BLOCK_BYTES) { \
            into->lines += (size_t)__builtin_popcountll(width##_equal(at, newline)); \
            quotes |= width##_equal(at, quote); \
            into->ascii &= width##_ascii(at); \
        } \
        into->quotes |= quotes != 0; \
    }
LOOPS(sse2, )
LOOPS(avx2, __attribute__((target("avx2,popcnt"))))
LOOPS(avx512, __attribute__((target("avx512f,avx512bw,popcnt"))))

#endif

const rk_scanner rk_scanners[] = {
#ifdef __x86_64__
    {"avx512", has_avx512, avx512_marks, avx512_survey},
    {"avx2", has_avx2, avx2_marks, avx2_survey},
    {"sse2", everywhere, sse2_marks, sse2_survey},
#endif
    {"plain", everywhere, plain_marks, plain_survey},
};
const size_t rk_scanner_count = sizeof rk_scanners / sizeof *rk_scanners;

const rk_scanner *rk_scanner_best(void)
{
    const rk_scanner *scanner = rk_scanners;
    while (!scanner->works())
        scanner++;
    return scanner;
}

rk_survey rk_bytes_survey(const rk_scanner *scanner, rk_slice bytes, char newline, char quote)
{
    rk_survey all = {.ascii = true};
    size_t blocks = bytes.len / RK_BLOCK_BYTES;
    scanner->survey(bytes.at, blocks, newline, quote, &all);
    plain_bytes(bytes.at + blocks * RK_BLOCK_BYTES, bytes.at + bytes.len, newline, quote, &all);
    return all;
}

bool rk_bytes_ascii(rk_slice bytes)
{
    uint64_t any = 0, word;
    size_t i = 0;
    for (; i + sizeof word <= bytes.len; i += sizeof word) {
        memcpy(&word, bytes.at + i, sizeof word);
        any |= word;
    }
    for (; i < bytes.len; i++)
        any |= (unsigned char)bytes.at[i];
    return (any & 0x8080808080808080u) == 0;
}
