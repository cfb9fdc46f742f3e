#include "base/regex.h"

#include <pthread.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"

enum { MATCH_LIMIT = 1000000, HEAP_LIMIT_KIB = 20000, JIT_STACK_BYTES = 512 * 1024 };

struct rk_regex {
    pcre2_code *code;
    rk_slice pattern;
};

/* One for each thread, made at first use: match data and a JIT stack. */
typedef struct scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
} scratch;

static _Thread_local scratch thread_scratch;

/* Threads of a pool come and go; what they leave is freed. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void free_scratch(void *memory)
{
    scratch *own = memory;
    pcre2_match_data_free(own->data);
    pcre2_match_context_free(own->context);
    pcre2_jit_stack_free(own->stack);
    *own = (scratch){NULL, NULL, NULL};
}

static void make_key(void)
{
    if (pthread_key_create(&key, free_scratch) != 0)
        abort();
}

static scratch *scratch_of_thread(void)
{
    scratch *own = &thread_scratch;
    if (own->data)
        return own;
    own->data = pcre2_match_data_create(RK_REGEX_GROUPS, NULL);
    own->context = pcre2_match_context_create(NULL);
    own->stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK_BYTES, NULL);
    if (!own->data || !own->context || !own->stack)
        abort();
    pcre2_set_match_limit(own->context, MATCH_LIMIT);
    pcre2_set_heap_limit(own->context, HEAP_LIMIT_KIB);
    pcre2_jit_stack_assign(own->context, NULL, own->stack);
    pthread_once(&once, make_key);
    pthread_setspecific(key, own);
    return own;
}

rk_regex *rk_regex_compile(rk_slice pattern, bool whole_text, rk_error *err)
{
    int fault;
    PCRE2_SIZE offset;
    uint32_t options = PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
    if (whole_text)
        options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)(pattern.at ? pattern.at : ""), pattern.len,
                                     options, &fault, &offset, NULL);
    if (!code) {
        char reason[160] = "";
        pcre2_get_error_message(fault, (PCRE2_UCHAR *)reason, sizeof reason);
        rk_fail(err, RK_INVALID, "bad pattern: %s (at character %zu)", reason, (size_t)offset + 1);
        return NULL;
    }
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    rk_regex *regex = rk_alloc(1, sizeof *regex);
    regex->code = code;
    char *copy = rk_alloc(pattern.len + 1, 1);
    if (pattern.len)
        memcpy(copy, pattern.at, pattern.len);
    regex->pattern = (rk_slice){copy, pattern.len};
    return regex;
}

void rk_regex_free(rk_regex *regex)
{
    if (!regex)
        return;
    pcre2_code_free(regex->code);
    free((void *)(uintptr_t)regex->pattern.at);
    free(regex);
}

rk_slice rk_regex_pattern(const rk_regex *regex)
{
    return regex->pattern;
}

rk_regex_result rk_regex_find(const rk_regex *regex, rk_slice text, size_t from, rk_slice *groups)
{
    scratch *own = scratch_of_thread();
    int found = pcre2_match(regex->code, (PCRE2_SPTR)(text.at ? text.at : ""), text.len, from, 0,
                            own->data, own->context);
    if (found == PCRE2_ERROR_NOMATCH)
        return RK_REGEX_NONE;
    if (found < 0)
        return RK_REGEX_LIMIT;
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(own->data);
    int held = found == 0 ? RK_REGEX_GROUPS : found;
    for (int i = 0; i < RK_REGEX_GROUPS; i++) {
        bool took_part = i < held && ends[2 * i] != PCRE2_UNSET;
        groups[i] = took_part ? (rk_slice){text.at + ends[2 * i], ends[2 * i + 1] - ends[2 * i]}
                              : (rk_slice){NULL, 0};
    }
    return RK_REGEX_MATCHED;
}

int rk_regex_group(const rk_regex *regex, const char *name)
{
    int number = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR)name);
    return number > 0 && number < RK_REGEX_GROUPS ? number : -1;
}
