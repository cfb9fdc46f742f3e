#include <stdlib.h>

#include "commands/explain.h"

enum { CODE_DIGITS = 15, SHORT_HEX = 16, CASE_HEX = 10, RUPIAH_DIGITS = 2 };

/* ---- what is asked for ---- */

static bool parse_hex(rk_slice text, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return false;
        *value = *value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

/* `digits` of hex, a separator, an ordinal. */
static bool parse_name(rk_slice text, size_t digits, char separator, rk_asked *asked)
{
    uint64_t ordinal;
    if (text.len < digits + 2 || text.at[digits] != separator ||
        !parse_hex((rk_slice){text.at, digits}, &asked->digest) ||
        !rk_slice_to_u64((rk_slice){text.at + digits + 1, text.len - digits - 1}, &ordinal) ||
        ordinal > UINT32_MAX)
        return false;
    asked->ordinal = (uint32_t)ordinal;
    return true;
}

/* "350000@2024-03-05", "Rp350.000@2024-03-05" */
static bool parse_amount(rk_slice text, rk_asked *asked, rk_error *err)
{
    rk_slice rest = text, amount;
    rk_slice_cut(&rest, '@', &amount);
    amount = rk_slice_trim(amount);
    if (rk_slice_starts(amount, RK_S("Rp")))
        amount = rk_slice_trim((rk_slice){amount.at + 2, amount.len - 2});
    if (rk_money_parse(amount, RK_DECIMAL_GROUPED, RUPIAH_DIGITS, &asked->amount_minor) &&
        rk_day_parse(rk_slice_trim(rest), &asked->on))
        return true;
    rk_fail(err, RK_USAGE, "\"%.*s\" is not an amount with a date", RK_FMT(text));
    return rk_fail_hint(err, "such as 350000@2024-03-05");
}

bool rk_asked_parse(rk_slice text, rk_asked *asked, rk_error *err)
{
    text = rk_slice_trim(text);
    *asked = (rk_asked){.text = text};
    if (text.len == 0)
        return rk_fail(err, RK_USAGE, "there is nothing to explain");
    if (memchr(text.at, '@', text.len)) {
        asked->form = RK_ASKED_AMOUNT;
        return parse_amount(text, asked, err);
    }
    rk_finding_kind kind;
    rk_slice office;
    rk_day day;
    if (rk_finding_id_parse(text, &kind, &office, &day))
        asked->form = RK_ASKED_FINDING;
    rk_slice behind = text.len > 2 ? (rk_slice){text.at + 2, text.len - 2} : text;
    if (rk_slice_starts(text, RK_S("K-")) && parse_name(behind, CASE_HEX, '-', asked))
        asked->form = RK_ASKED_CASE;
    else if (rk_slice_starts(text, RK_S("K-")) && behind.len == CASE_HEX &&
             parse_hex(behind, &asked->digest))
        asked->form = RK_ASKED_FINDING;
    else if (parse_name(text, SHORT_HEX, ':', asked))
        asked->form = RK_ASKED_ENTRY;
    else if (text.len == CODE_DIGITS && rk_slice_to_u64(text, &asked->code))
        asked->form = RK_ASKED_CODE;
    return true;
}

/* ---- whether a row is it ---- */

static bool is_part(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* `word` stands in `text`, and neither a letter nor a digit touches it. */
static bool holds(rk_slice text, rk_slice word)
{
    const char *end = text.at + text.len, *at = text.at;
    while ((size_t)(end - at) >= word.len &&
           (at = memmem(at, (size_t)(end - at), word.at, word.len)) != NULL) {
        if ((at == text.at || !is_part(at[-1])) && (at + word.len == end || !is_part(at[word.len])))
            return true;
        at++;
    }
    return false;
}

static bool text_is(const rk_texts *texts, const rk_text *column, size_t row, rk_slice text)
{
    return column && rk_slice_equal(rk_texts_get(texts, column[row]), text);
}

static bool text_holds(const rk_texts *texts, const rk_text *column, size_t row, rk_slice text)
{
    return column && holds(rk_texts_get(texts, column[row]), text);
}

static bool has_key(const rk_asked *asked, const rk_applications *a, const rk_texts *texts,
                    size_t row)
{
    const rk_text *columns[RK_ALT_KEYS] = {a->ntpn, a->virtual_account, a->application_number};
    for (unsigned kind = 0; kind < RK_ALT_KEYS; kind++)
        if (columns[kind] && rk_alt_key_equal((rk_alt_key)kind, asked->text,
                                              rk_texts_get(texts, columns[kind][row])))
            return true;
    return false;
}

static bool entry_has_key(const rk_asked *asked, const rk_entries *e, const rk_texts *texts,
                          size_t row)
{
    rk_alt_key kind;
    rk_slice text, keys = e->keys ? rk_texts_get(texts, e->keys[row]) : (rk_slice){"", 0};
    while (rk_alt_keys_next(&keys, &kind, &text))
        if (rk_alt_key_equal(kind, asked->text, text))
            return true;
    return false;
}

static bool application_is(const rk_asked *asked, const rk_applications *a, const rk_texts *texts,
                           size_t row)
{
    if (asked->form == RK_ASKED_CODE && a->code[row] == asked->code)
        return true;
    return asked->form != RK_ASKED_AMOUNT && asked->form != RK_ASKED_ENTRY &&
           (text_is(texts, a->id, row, asked->text) ||
            text_is(texts, a->group_id, row, asked->text) ||
            text_holds(texts, a->alt_keys, row, asked->text) || has_key(asked, a, texts, row) ||
            text_is(texts, a->document_no, row, asked->text));
}

static bool is_amount_of_day(const rk_asked *asked, const rk_entries *e, size_t row, rk_zone zone)
{
    bool is_paid = rk_day_at(e->paid_from[row], zone) <= asked->on &&
                   asked->on <= rk_day_at(e->paid_until[row], zone);
    return e->amount_minor[row] == asked->amount_minor &&
           (e->booked_on[row] == asked->on || e->value_on[row] == asked->on || is_paid);
}

static bool entry_is(const rk_asked *asked, const rk_entries *e, const rk_texts *texts,
                     const rk_files *files, rk_zone zone, size_t row)
{
    uint64_t digest = rk_digest_short(&files->items[e->file[row]].digest);
    switch (asked->form) {
    case RK_ASKED_CASE:
        return e->ordinal[row] == asked->ordinal && digest >> 24 == asked->digest;
    case RK_ASKED_ENTRY:
        return e->ordinal[row] == asked->ordinal && digest == asked->digest;
    case RK_ASKED_AMOUNT:
        return is_amount_of_day(asked, e, row, zone);
    case RK_ASKED_CODE:
        if (e->code[row] == asked->code)
            return true;
        break;
    case RK_ASKED_TEXT:
    case RK_ASKED_FINDING:
        break;
    }
    return text_is(texts, e->reference, row, asked->text) || entry_has_key(asked, e, texts, row) ||
           text_holds(texts, e->narrative, row, asked->text);
}

/* ---- keys: what must be read of the closing state ---- */

typedef struct searching {
    rk_explain *x;
    const rk_asked *asked;
} searching;

static bool search_segment(void *context, const rk_world *world, rk_error *err)
{
    searching *s = context;
    const rk_applications *a = &world->before.applications;
    const rk_entries *e = &world->before.entries;
    rk_zone zone = s->x->replay.night.settings.zone;
    (void)err;
    for (size_t row = 0; row < a->batch.count; row++)
        if (application_is(s->asked, a, &world->texts, row))
            rk_keys_add(&s->x->wanted.ids, rk_key_of_id(rk_texts_get(&world->texts, a->id[row])));
    for (size_t row = 0; row < e->batch.count; row++)
        if (entry_is(s->asked, e, &world->texts, &world->files, zone, row))
            rk_keys_add(&s->x->wanted.entries,
                        rk_key_of_entry(rk_digest_short(&world->files.items[e->file[row]].digest),
                                        e->ordinal[row]));
    return true;
}

/* What has no set of keys of its own is looked for in the bytes of all segments. */
static bool search_all(rk_explain *x, const rk_asked *asked, rk_error *err)
{
    searching s = {x, asked};
    rk_slice needle = asked->text;
    if (asked->form == RK_ASKED_AMOUNT)
        needle = (rk_slice){(const char *)&asked->amount_minor, sizeof asked->amount_minor};
    return rk_closing_search(&x->archive, &x->replay.night.opening, needle, search_segment, &s,
                             err);
}

/* A case tells the first ten digits of its entry's file: the files in memory tell the rest. */
static void add_entries_of_case(rk_explain *x, const rk_asked *asked)
{
    const rk_file_rows *files = &x->replay.night.carried.files;
    const rk_texts *texts = &x->replay.night.world.texts;
    for (size_t row = 0; row < files->batch.count; row++) {
        rk_digest digest;
        if (rk_digest_parse(rk_texts_get(texts, files->digest[row]), &digest) &&
            rk_digest_short(&digest) >> 24 == asked->digest)
            rk_keys_add(&x->wanted.entries,
                        rk_key_of_entry(rk_digest_short(&digest), asked->ordinal));
    }
}

static void add_alternatives(rk_explain *x, rk_slice text)
{
    for (unsigned kind = 0; kind < RK_ALT_KEYS; kind++) {
        uint64_t hash = rk_alt_key_hash((rk_alt_key)kind, text);
        if (hash)
            rk_keys_add(&x->wanted.codes, rk_key_of_alternative(hash));
    }
}

static bool add_keys(rk_explain *x, const rk_asked *asked, rk_error *err)
{
    if (asked->form == RK_ASKED_CODE || asked->form == RK_ASKED_TEXT)
        add_alternatives(x, asked->text);
    switch (asked->form) {
    case RK_ASKED_CASE:
        add_entries_of_case(x, asked);
        break;
    case RK_ASKED_ENTRY:
        rk_keys_add(&x->wanted.entries, rk_key_of_entry(asked->digest, asked->ordinal));
        break;
    case RK_ASKED_CODE:
        rk_keys_add(&x->wanted.codes, asked->code);
        break;
    case RK_ASKED_TEXT:
        rk_keys_add(&x->wanted.ids, rk_key_of_id(asked->text));
        break;
    case RK_ASKED_AMOUNT:
        return search_all(x, asked, err);
    case RK_ASKED_FINDING:
        break;
    }
    return true;
}

/* ---- the night ---- */

void rk_explain_close(rk_explain *x)
{
    if (x->is_open)
        rk_replay_close(&x->replay);
    x->is_open = false;
    x->replay = (rk_replay){0};
    x->hits.count = 0;
}

static bool open_night(rk_explain *x, size_t night, rk_error *err)
{
    rk_explain_close(x);
    x->is_open = true;
    x->shown = night;
    return rk_replay_open(&x->replay, &x->archive, x->nights, night, x->threads, err) &&
           rk_replay_take_in(&x->replay, err);
}

static bool settle(rk_explain *x, rk_error *err)
{
    rk_night *night = &x->replay.night;
    rk_keys_sort(&x->wanted.codes);
    rk_keys_sort(&x->wanted.ids);
    rk_keys_sort(&x->wanted.entries);
    rk_keys_sort(&x->wanted.days);
    night->also = &x->wanted;
    night->manifest.run = x->replay.sealed.run;
    return rk_night_read(night, err) && rk_night_judge(night, err) && rk_night_tally(night, err);
}

bool rk_explain_open(rk_explain *x, size_t night, rk_error *err)
{
    return open_night(x, night, err) && settle(x, err);
}

static void add_hit(rk_explain *x, bool is_application, size_t row)
{
    rk_hits *hits = &x->hits;
    hits->items = rk_grow(hits->items, &hits->capacity, hits->count + 1, sizeof *hits->items);
    hits->items[hits->count++] = (rk_hit){is_application, (uint32_t)row};
}

/* Applications first; both by rows, which follow the closing state and the files. */
static void collect_hits(rk_explain *x, const rk_asked *asked)
{
    const rk_night *night = &x->replay.night;
    const rk_world *w = &night->world;
    for (size_t row = 0; row < w->applications.batch.count; row++)
        if (application_is(asked, &w->applications, &w->texts, row))
            add_hit(x, true, row);
    for (size_t row = 0; row < w->entries.batch.count; row++)
        if (entry_is(asked, &w->entries, &w->texts, &w->files, night->settings.zone, row))
            add_hit(x, false, row);
}

bool rk_explain_find(rk_explain *x, const rk_asked *asked, rk_error *err)
{
    bool by_keys = asked->form == RK_ASKED_CODE || asked->form == RK_ASKED_TEXT;
    if (!open_night(x, x->at, err) || !add_keys(x, asked, err) || !settle(x, err))
        return false;
    collect_hits(x, asked);
    if (!by_keys || (x->hits.count && x->hits.items[0].is_application) ||
        (x->hits.count && asked->form == RK_ASKED_CODE))
        return true;
    if (!open_night(x, x->at, err) || !search_all(x, asked, err) || !settle(x, err))
        return false;
    collect_hits(x, asked);
    return true;
}

bool rk_explain_again(rk_explain *x, const rk_asked *asked, size_t night, rk_error *err)
{
    if (!open_night(x, night, err) || !settle(x, err))
        return false;
    collect_hits(x, asked);
    return true;
}
