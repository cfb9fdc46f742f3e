#include "base/bytes.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

static bool everywhere(void)
{
    return true;
}

static size_t plain_places(const char *at, size_t blocks, const char *three, uint16_t *places)
{
    size_t count = 0;
    for (size_t i = 0; i < blocks * RK_BLOCK_BYTES; i++)
        if (at[i] == three[0] || at[i] == three[1] || at[i] == three[2])
            places[count++] = (uint16_t)i;
    return count;
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

/* The bits of one block as places. Eight at a time, whether there are so many or not: a loop that ends at the
 * last one is guessed wrong at every other block. */
static inline __attribute__((always_inline)) size_t put_places(uint64_t marks, size_t from,
                                                               uint16_t *places)
{
    size_t count = (size_t)__builtin_popcountll(marks);
    for (size_t put = 0; put < count; put += 8)
        for (size_t i = 0; i < 8; i++, marks &= marks - 1)
            places[put + i] = (uint16_t)(from + (unsigned)__builtin_ctzll(marks | 1ull << 63));
    return count;
}

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

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt,bmi")))
#define AVX2 __attribute__((target("avx2,popcnt,bmi")))

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
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") &&
           __builtin_cpu_supports("bmi");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vbmi2");
}

/* The same in one step: the numbers of the bits, those that are set put together. */
static inline AVX512 size_t put_compressed(uint64_t marks, size_t from, uint16_t *places)
{
    static const char numbers[RK_BLOCK_BYTES] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    size_t count = (size_t)__builtin_popcountll(marks);
    __m512i base = _mm512_set1_epi16((short)from);
    __m512i set = _mm512_maskz_compress_epi8(marks, _mm512_loadu_si512(numbers));
    __m512i low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(set));
    _mm512_storeu_si512(places, _mm512_add_epi16(base, low));
    if (count > 32) {
        __m512i high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(set, 1));
        _mm512_storeu_si512(places + 32, _mm512_add_epi16(base, high));
    }
    return count;
}

/* The two loops over blocks, for one width. */
#define LOOPS(width, attributes, put) \
    attributes static size_t width##_places(const char *at, size_t blocks, const char *three, \
                                            uint16_t *places) \
    { \
        size_t count = 0; \
        for (size_t from = 0; from < blocks * RK_BLOCK_BYTES; from += RK_BLOCK_BYTES) { \
            uint64_t marks = width##_equal(at + from, three[0]) | \
                             width##_equal(at + from, three[1]) | \
                             width##_equal(at + from, three[2]); \
            count += put(marks, from, places + count); \
        } \
        return count; \
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
LOOPS(sse2, , put_places)
LOOPS(avx2, AVX2, put_places)
LOOPS(avx512, AVX512, put_compressed)

#endif

const rk_scanner rk_scanners[] = {
#ifdef __x86_64__
    {"avx512", has_avx512, avx512_places, avx512_survey},
    {"avx2", has_avx2, avx2_places, avx2_survey},
    {"sse2", everywhere, sse2_places, sse2_survey},
#endif
    {"plain", everywhere, plain_places, plain_survey},
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
