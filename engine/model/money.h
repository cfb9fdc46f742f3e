/*
 * money: signed amounts in minor units, never a double, always checked.
 *
 * In:  rk_money_parse(RK_S("1.095.568.800,50"), RK_DECIMAL_COMMA, 2, &minor)
 * Out: true, minor = 109556880050
 * Exponents are those of ISO 4217 (IDR 2, JPY 0, KWD 3).
 */
#ifndef RK_MODEL_MONEY_H
#define RK_MODEL_MONEY_H

#include "base/buffer.h"

typedef int64_t rk_money;

#define RK_NO_MONEY INT64_MIN

typedef enum rk_decimal {
    RK_DECIMAL_POINT, /* 1,234.56: commas may group thousands */
    RK_DECIMAL_COMMA, /* 1.234,56: points may group thousands */
    RK_DECIMAL_NONE,  /* digits alone */
    RK_DECIMAL_MINOR, /* digits alone, already in minor units */
    RK_DECIMAL_AUTO, /* either of the first two, told apart by the text; refused where it cannot be */
    RK_DECIMAL_GROUPED, /* the same, but a single sign before exactly three digits groups thousands */
} rk_decimal;

/* Accepts a leading or trailing sign, (123) and 123- as negative, spaces around, groups of exactly
 * three digits. False on anything else, on more decimals than the currency has (zeros are allowed
 * beyond), and on overflow. */
bool rk_money_parse(rk_slice text, rk_decimal decimal, int exponent, rk_money *minor);

/* "350000", "-12.5": '.' as decimal sign, no trailing zeros. RK_NO_MONEY writes nothing. */
void rk_money_put(rk_buffer *out, rk_money minor, int exponent);
/* The same by a bare pointer (see base/pen.h): at most RK_MONEY_TEXT bytes. */
enum { RK_MONEY_TEXT = 24 };
char *rk_money_pen(char *at, rk_money minor, int exponent);

/* "Rp350.000", "-Rp12,50": for people. */
void rk_money_put_rupiah(rk_buffer *out, rk_money minor);

/* sum += more; false on overflow, sum unchanged. */
static inline bool rk_money_add(rk_money *sum, rk_money more)
{
    rk_money result;
    if (__builtin_add_overflow(*sum, more, &result) || result == RK_NO_MONEY)
        return false;
    *sum = result;
    return true;
}

/* Minor-unit digits of an ISO 4217 code; -1 when it is not known. */
int rk_currency_exponent(rk_slice code);

#endif
