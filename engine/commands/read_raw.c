#include "commands/read_raw.h"

#include "commands/read_json.h"

enum { ERRORS_SHOWN = 1000, BREACHES_SHOWN = 20 };

typedef struct listing {
    const rk_mapped *file;
    rk_buffer out;
    rk_error *err; /* of writing */
    uint64_t statements, entries, pending, rejects, errors, checked, breaches;
    rk_buffer error_list, breach_list;
    /* the statement we are in */
    rk_raw_balance opening;
    char currency[4], closing_currency[4];
    rk_money sum;
    bool overflow;
} listing;

static int exponent_of(rk_slice currency)
{
    int exponent = rk_currency_exponent(currency);
    return exponent < 0 ? 2 : exponent;
}

static void keep_code(char *code, rk_slice currency)
{
    memset(code, 0, 4);
    if (currency.len == 3)
        memcpy(code, currency.at, 3);
}

static bool put_statement(void *context, const rk_raw_statement *statement)
{
    listing *of = context;
    rk_slice closing =
        statement->closing_currency.len ? statement->closing_currency : statement->currency;
    of->statements++;
    of->opening = statement->opening;
    of->sum = 0;
    of->overflow = false;
    keep_code(of->currency, statement->currency);
    keep_code(of->closing_currency, closing);
    rk_buffer_text(&of->out, "{\"type\":\"statement\"");
    rk_json_key(&of->out, "line");
    rk_buffer_u64(&of->out, statement->line);
    rk_json_text(&of->out, "account", statement->account);
    rk_json_text(&of->out, "number", statement->number);
    rk_json_text(&of->out, "reference", statement->reference);
    rk_json_text(&of->out, "currency", statement->currency);
    rk_json_money(&of->out, "opening_balance", statement->opening.minor,
                  exponent_of(statement->currency));
    rk_json_money(&of->out, "closing_balance", statement->closing.minor, exponent_of(closing));
    rk_json_day(&of->out, "from", statement->from);
    rk_json_day(&of->out, "until", statement->until);
    rk_buffer_text(&of->out, "}\n");
    return rk_json_write(&of->out, false, of->err);
}

static void put_references(rk_buffer *out, const rk_raw_reference *references, size_t count)
{
    rk_json_key(out, "references");
    rk_buffer_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        bool again = false; /* a name comes once */
        for (size_t j = 0; j < i; j++)
            again |= strcmp(references[i].name, references[j].name) == 0;
        if (again)
            continue;
        rk_buffer_text(out, i ? ",\"" : "\"");
        rk_buffer_text(out, references[i].name);
        rk_buffer_text(out, "\":");
        rk_buffer_json(out, references[i].value);
    }
    rk_buffer_char(out, '}');
}

static void put_detail(rk_buffer *out, const rk_raw_detail *detail)
{
    rk_buffer_text(out, "{\"part\":true");
    rk_json_money(out, "amount", detail->amount_minor, exponent_of(detail->currency));
    rk_json_text(out, "currency", detail->currency);
    put_references(out, detail->references, detail->reference_count);
    rk_json_text(out, "narrative", detail->narrative);
    rk_buffer_char(out, '}');
}

static bool put_entry(void *context, const rk_raw_entry *entry)
{
    listing *of = context;
    rk_buffer *out = &of->out;
    of->entries++;
    of->pending += entry->is_pending;
    if (!entry->is_pending && !rk_money_add(&of->sum, entry->amount_minor))
        of->overflow = true;
    rk_buffer_text(out, "{\"type\":\"entry\"");
    rk_json_key(out, "ordinal");
    rk_buffer_u64(out, of->entries);
    rk_json_key(out, "line");
    rk_buffer_u64(out, entry->line);
    rk_json_day(out, "booked_on", entry->booked_on);
    rk_json_day(out, "value_date", entry->value_on);
    rk_json_moment(out, "booked_at", entry->booked_at, 0);
    rk_buffer_text(out, ",\"paid_from\":null,\"paid_until\":null");
    if (entry->is_pending)
        rk_buffer_text(out, ",\"pending\":true");
    rk_json_money(out, "amount", entry->amount_minor, exponent_of(entry->currency));
    rk_json_text(out, "currency", entry->currency);
    put_references(out, entry->references, entry->reference_count);
    rk_json_text(out, "narrative", entry->narrative);
    rk_json_key(out, "details");
    rk_buffer_char(out, '[');
    for (size_t i = 0; i < entry->detail_count; i++) {
        if (i)
            rk_buffer_char(out, ',');
        put_detail(out, &entry->details[i]);
    }
    rk_buffer_text(out, "]}\n");
    return rk_json_write(out, false, of->err);
}

static void put_amount(rk_buffer *out, rk_money minor, const char *currency)
{
    rk_money_put(out, minor, exponent_of(rk_slice_of(currency)));
    rk_buffer_printf(out, "%s%s", currency[0] ? " " : "", currency);
}

/* opening + entries = closing; what is broken, by how much and where, on one line. */
static void check_balances(listing *of, const rk_raw_end *end)
{
    rk_buffer *out = &of->breach_list;
    rk_money computed = of->opening.minor, off = end->closing.minor;
    if (of->opening.minor == RK_NO_MONEY || end->closing.minor == RK_NO_MONEY)
        return;
    of->checked++;
    bool same = strcmp(of->currency, of->closing_currency) == 0;
    bool fits = !of->overflow && rk_money_add(&computed, of->sum) && computed > -INT64_MAX / 2 &&
                computed < INT64_MAX / 2 && off > -INT64_MAX / 2 && off < INT64_MAX / 2;
    if (same && fits && computed == end->closing.minor)
        return;
    if (++of->breaches > BREACHES_SHOWN)
        return;
    rk_buffer_printf(out, "%sstatement %llu (line %zu): ", out->len ? "; " : "",
                     (unsigned long long)of->statements, end->line);
    if (!same) {
        rk_buffer_printf(out, "opening balance in %s, closing balance in %s", of->currency,
                         of->closing_currency);
    } else if (!fits) {
        rk_buffer_text(out, "amounts too large to add");
    } else {
        off -= computed;
        rk_buffer_text(out, "opening + entries = ");
        put_amount(out, computed, of->currency);
        rk_buffer_text(out, ", closing balance says ");
        put_amount(out, end->closing.minor, of->currency);
        rk_buffer_text(out, off > 0 ? ": more by " : ": less by ");
        put_amount(out, off > 0 ? off : -off, of->currency);
    }
}

static bool take_end(void *context, const rk_raw_end *end)
{
    check_balances(context, end);
    return true;
}

static void add_error(listing *of, size_t line, const char *reason)
{
    rk_buffer text = {0};
    if (++of->errors > ERRORS_SHOWN)
        return;
    if (line)
        rk_buffer_printf(&text, "line %zu: ", line);
    rk_buffer_text(&text, reason);
    if (of->error_list.len)
        rk_buffer_char(&of->error_list, ',');
    rk_buffer_json(&of->error_list, rk_buffer_all(&text));
    rk_buffer_free(&text);
}

static bool take_fault(void *context, size_t line, const char *reason)
{
    listing *of = context;
    of->rejects++;
    add_error(of, line, reason);
    return true;
}

static bool take_remark(void *context, size_t line, const char *reason)
{
    add_error(context, line, reason);
    return true;
}

static void let_go(void *context, size_t bytes)
{
    const listing *of = context;
    rk_file_forget(of->file, bytes);
}

static void put_result(listing *of)
{
    rk_buffer *out = &of->out;
    if (of->breaches > BREACHES_SHOWN)
        rk_buffer_printf(&of->breach_list, "; and %llu more",
                         (unsigned long long)(of->breaches - BREACHES_SHOWN));
    rk_slice controls = of->breaches  ? rk_buffer_all(&of->breach_list)
                        : of->checked ? RK_S("hold")
                                      : RK_S("not given");
    rk_buffer_printf(out, "{\"type\":\"result\",\"statements\":%llu,\"entries\":%llu",
                     (unsigned long long)of->statements, (unsigned long long)of->entries);
    rk_buffer_printf(out, ",\"pending\":%llu,\"rejects\":%llu", (unsigned long long)of->pending,
                     (unsigned long long)of->rejects);
    rk_json_text(out, "controls", controls);
    rk_json_key(out, "errors");
    rk_buffer_char(out, '[');
    rk_buffer_slice(out, rk_buffer_all(&of->error_list));
    if (of->errors > ERRORS_SHOWN)
        rk_buffer_printf(out, ",\"and %llu more\"",
                         (unsigned long long)(of->errors - ERRORS_SHOWN));
    rk_buffer_text(out, "]}\n");
}

bool rk_read_statement(const rk_mapped *file, rk_raw_format format, bool *clean, rk_error *err)
{
    rk_error wrong = {0}, unwritten = {0};
    listing of = {.file = file, .err = &unwritten};
    rk_raw_sink sink = {.context = &of,
                        .statement = put_statement,
                        .entry = put_entry,
                        .end = take_end,
                        .fault = take_fault,
                        .remark = take_remark,
                        .passed = let_go};
    bool read = format == RK_RAW_CAMT ? rk_camt_read(file->bytes, &sink, &wrong)
                                      : rk_mt940_read(file->bytes, &sink, &wrong);
    if (!read && !unwritten.code)
        add_error(&of, wrong.line, wrong.message);
    put_result(&of);
    bool good = !unwritten.code && rk_json_write(&of.out, true, &unwritten);
    *clean = good && of.errors == 0 && of.breaches == 0;
    if (!good)
        *err = unwritten;
    rk_buffer_free(&of.out);
    rk_buffer_free(&of.error_list);
    rk_buffer_free(&of.breach_list);
    return good;
}
