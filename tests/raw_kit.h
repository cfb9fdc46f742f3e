/*
 * raw_kit: what the suites of the standard formats share: a sink that writes down what a parser says and
 * checks what always holds, and seeded damage.
 *
 * In:  ":20:A\n:61:240305C1,NMSCX\n"
 * Out: "S1 ||| - - - -\nE2 - 2024-03-05 100 | customer_ref=X type_code=NMSC | \nZ1 -\n"
 */
#ifndef RK_TESTS_RAW_KIT_H
#define RK_TESTS_RAW_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "statement/raw.h"

typedef bool raw_parser(rk_slice bytes, const rk_raw_sink *sink, rk_error *err);

typedef struct written {
    rk_buffer out; /* not filled when `quiet` */
    bool quiet, inside;
    size_t statements, entries, faults, remarks, details, passed;
    size_t size;
    size_t stop_after; /* entries; 0: never */
} written;

static inline void check_text(rk_slice text)
{
    assert_true(rk_utf8_valid(text));
    assert_true(text.len <= 20 * (size_t)RK_RAW_TEXT_MAX);
}

static inline void put_day(rk_buffer *out, rk_day day)
{
    rk_buffer_char(out, ' ');
    if (day == RK_NO_DAY)
        rk_buffer_char(out, '-');
    rk_day_put(out, day);
}

static inline void put_minor(rk_buffer *out, rk_money minor)
{
    rk_buffer_char(out, ' ');
    if (minor == RK_NO_MONEY)
        rk_buffer_char(out, '-');
    else
        rk_buffer_i64(out, minor);
}

static inline void put_references(rk_buffer *out, const rk_raw_reference *of, size_t count)
{
    rk_buffer_text(out, " |");
    assert_true(count <= RK_RAW_REFERENCES_MAX);
    for (size_t i = 0; i < count; i++) {
        check_text(of[i].value);
        rk_buffer_printf(out, " %s=%.*s", of[i].name, RK_FMT(of[i].value));
    }
    rk_buffer_text(out, " | ");
}

static inline bool on_statement(void *context, const rk_raw_statement *of)
{
    written *w = context;
    assert_false(w->inside);
    w->inside = true;
    w->statements++;
    check_text(of->account);
    check_text(of->number);
    check_text(of->currency);
    check_text(of->reference);
    if (w->quiet)
        return true;
    rk_buffer_printf(&w->out, "S%zu %.*s|%.*s|%.*s|%.*s", of->line, RK_FMT(of->account),
                     RK_FMT(of->number), RK_FMT(of->currency), RK_FMT(of->closing_currency));
    put_minor(&w->out, of->opening.minor);
    put_minor(&w->out, of->closing.minor);
    put_day(&w->out, of->from);
    put_day(&w->out, of->until);
    rk_buffer_char(&w->out, '\n');
    return true;
}

static inline bool on_entry(void *context, const rk_raw_entry *of)
{
    written *w = context;
    rk_buffer scratch = {0}, *out = w->quiet ? &scratch : &w->out;
    assert_true(w->inside);
    assert_true(of->amount_minor != RK_NO_MONEY);
    assert_true(of->line >= 1 && of->line <= w->size + 1);
    w->entries++;
    rk_buffer_printf(out, "%c%zu", of->is_pending ? 'P' : 'E', of->line);
    put_day(out, of->booked_on);
    put_day(out, of->value_on);
    put_minor(out, of->amount_minor);
    put_references(out, of->references, of->reference_count);
    check_text(of->narrative);
    rk_buffer_slice(out, of->narrative);
    rk_buffer_char(out, '\n');
    for (size_t i = 0; i < of->detail_count; i++) {
        const rk_raw_detail *detail = &of->details[i];
        w->details++;
        rk_buffer_char(out, 'D');
        put_minor(out, detail->amount_minor);
        put_references(out, detail->references, detail->reference_count);
        check_text(detail->narrative);
        rk_buffer_slice(out, detail->narrative);
        rk_buffer_char(out, '\n');
        if (w->quiet)
            rk_buffer_clear(out);
    }
    rk_buffer_free(&scratch);
    return w->stop_after == 0 || w->entries < w->stop_after;
}

static inline bool on_end(void *context, const rk_raw_end *of)
{
    written *w = context;
    assert_true(w->inside);
    w->inside = false;
    if (w->quiet)
        return true;
    rk_buffer_printf(&w->out, "Z%zu", of->line);
    put_minor(&w->out, of->closing.minor);
    rk_buffer_char(&w->out, '\n');
    return true;
}

static inline bool on_fault(void *context, size_t line, const char *reason)
{
    written *w = context;
    w->faults++;
    if (!w->quiet)
        rk_buffer_printf(&w->out, "X%zu %s\n", line, reason);
    return true;
}

static inline bool on_remark(void *context, size_t line, const char *reason)
{
    written *w = context;
    w->remarks++;
    if (!w->quiet)
        rk_buffer_printf(&w->out, "R%zu %s\n", line, reason);
    return true;
}

static inline void on_passed(void *context, size_t bytes)
{
    written *w = context;
    assert_true(bytes <= w->size);
    w->passed++;
}

/* Parses a copy of exactly the text's size, so that one byte too far is seen. */
static inline bool write_down(raw_parser *parser, rk_slice text, written *w, rk_error *err)
{
    rk_raw_sink sink = {.context = w,
                        .statement = on_statement,
                        .entry = on_entry,
                        .end = on_end,
                        .fault = on_fault,
                        .remark = on_remark,
                        .passed = on_passed};
    char *copy = malloc(text.len ? text.len : 1);
    assert_non_null(copy);
    if (text.len)
        memcpy(copy, text.at, text.len);
    w->size = text.len;
    bool good = parser((rk_slice){copy, text.len}, &sink, err);
    free(copy);
    if (good)
        assert_false(w->inside);
    return good;
}

/* The parser says exactly this, and fails with `error` if that is not NULL. */
static inline void expect(raw_parser *parser, rk_slice text, const char *said, const char *error)
{
    written w = {0};
    rk_error err = {0};
    bool good = write_down(parser, text, &w, &err);
    rk_buffer_char(&w.out, '\0');
    assert_string_equal(w.out.bytes, said);
    assert_int_equal(good, error == NULL);
    if (error)
        assert_string_equal(err.message, error);
    rk_buffer_free(&w.out);
}

static inline uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* One kind of damage: a byte altered, a part cut out, said twice, or one of `pieces` put in. */
static inline void damage(rk_buffer *text, uint64_t *seed, const char *const *pieces, size_t count)
{
    rk_buffer out = {0};
    size_t at = next_random(seed) % (text->len + 1), left = text->len - at;
    size_t length = left ? next_random(seed) % (left < 40 ? left + 1 : 40) : 0;
    uint64_t kind = next_random(seed) % 5;
    rk_buffer_bytes(&out, text->bytes, at);
    if (kind == 0 && left)
        rk_buffer_char(&out, (char)next_random(seed)), at++;
    else if (kind == 1)
        at += length;
    else if (kind == 2)
        rk_buffer_bytes(&out, text->bytes + at, length);
    else if (kind == 3)
        rk_buffer_text(&out, pieces[next_random(seed) % count]);
    else if (next_random(seed) % 8 == 0)
        at = text->len;
    rk_buffer_bytes(&out, text->bytes + at, text->len - at);
    rk_buffer_free(text);
    *text = out;
}

/* `rounds` damaged copies: the sink's checks hold for each, and each ends. */
static inline void damage_and_read(raw_parser *parser, rk_slice text, const char *const *pieces,
                                   size_t count, size_t rounds)
{
    size_t with_entries = 0, refused = 0;
    for (size_t round = 0; round < rounds; round++) {
        uint64_t seed = 0x9e3779b97f4a7c15u * (round + 1);
        rk_buffer copy = {0};
        written w = {.quiet = true};
        rk_error err = {0};
        rk_buffer_slice(&copy, text);
        for (uint64_t times = next_random(&seed) % 3 + 1; times > 0; times--)
            damage(&copy, &seed, pieces, count);
        bool good = write_down(parser, rk_buffer_all(&copy), &w, &err);
        assert_true(good || err.message[0]);
        with_entries += w.entries > 0;
        refused += !good || w.faults || w.remarks;
        rk_buffer_free(&copy);
    }
    /* Damage that never or always shows would test nothing. */
    assert_true(with_entries > rounds / 8);
    assert_true(refused > rounds / 20);
}

#endif
