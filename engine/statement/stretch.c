#include "statement/stretch.h"

#include <stdlib.h>

#include "base/pen.h"

/* What a record says, as far as it could be read. */
typedef struct reading {
    rk_money amount;
    rk_money balance; /* RK_NO_MONEY: none */
    uint64_t code;
    bool several;
    bool windows; /* those of the stretch are this record's */
    rk_day booked_on, value_on;
    rk_moment paid_from, paid_until;
    const rk_ignore *ignore;
    rk_money fee;
    int field; /* at fault */
} reading;

/* ---- times ---- */

/* The text of a time: one field, or fields and literals put together in `room`. */
static bool time_text(const rk_row *row, const rk_time_map *map, char *room, rk_slice *text)
{
    size_t len = 0;
    if (map->piece_count == 1 && map->pieces[0].field >= 0 && !map->pieces[0].zeros) {
        *text = rk_row_field(row, map->pieces[0].field);
        return true;
    }
    for (size_t i = 0; i < map->piece_count; i++) {
        const rk_piece *piece = &map->pieces[i];
        rk_slice part = piece->field >= 0 ? rk_row_field(row, piece->field) : piece->literal;
        size_t zeros = part.len && part.len < piece->zeros ? piece->zeros - part.len : 0;
        if (part.len + zeros > RK_TIME_TEXT_MAX - len)
            return false;
        if (zeros)
            memset(room + len, '0', zeros);
        rk_pen_text(room + len + zeros, part);
        len += zeros + part.len;
    }
    *text = (rk_slice){room, len};
    return true;
}

static int first_field(const rk_time_map *map)
{
    for (size_t i = 0; i < map->piece_count; i++)
        if (map->pieces[i].field >= 0)
            return map->pieces[i].field;
    return RK_NO_FIELD;
}

static bool read_time(const rk_stretch *stretch, const rk_row *row, const rk_time_map *map,
                      const rk_time_plans *plans, rk_day_memo *memo, rk_time *time)
{
    char room[RK_TIME_TEXT_MAX];
    rk_slice text;
    return time_text(row, map, room, &text) && rk_time_read(plans, text, row->layout->channel->zone,
                                                            stretch->statement->near, memo, time);
}

/* The day in the zone; nearly always the time was told in it. */
static rk_day day_of(const rk_time *time, rk_zone zone)
{
    return time->zone == zone ? time->day : rk_day_at(rk_time_moment(time), zone);
}

/* The interval in which the customer paid (design, section 3). */
static void bound_payment(const rk_plan *plan, const rk_time *paid, bool has_time, reading *into)
{
    const rk_channel *channel = plan->channel;
    if (channel->dated == RK_DATED_CUTOFF) {
        rk_day before =
            rk_day_before(channel->calendar, into->booked_on, channel->cutoff_working_days);
        int64_t cutoff = channel->cutoff * RK_SECOND;
        into->paid_from = rk_day_begin(before, channel->zone) + cutoff;
        into->paid_until = rk_day_begin(into->booked_on, channel->zone) + cutoff - 1;
    } else if (channel->dated == RK_DATED_SECOND && has_time && paid->has_clock) {
        into->paid_from = into->paid_until = rk_time_moment(paid);
        if (!paid->has_second)
            into->paid_until += 60 * RK_SECOND - 1;
    } else {
        rk_day day = has_time ? day_of(paid, channel->zone) : into->booked_on;
        into->paid_from = rk_day_begin(day, channel->zone);
        into->paid_until = into->paid_from + RK_DAY_LENGTH - 1;
    }
}

static rk_day file_day(rk_near near)
{
    return near.until != RK_NO_DAY ? near.until : near.from;
}

static const char *read_times(rk_stretch *stretch, const rk_row *row, reading *into)
{
    const rk_plan *plan = stretch->statement->plan;
    const rk_channel *channel = plan->channel;
    rk_time paid = {0}, booked = {0}, value = {0};
    into->value_on = RK_NO_DAY;
    into->field = first_field(&channel->paid);
    if (channel->paid.given &&
        !read_time(stretch, row, &channel->paid, &plan->paid, &stretch->memo[0], &paid))
        return "time of payment cannot be read";
    into->field = first_field(&channel->booked);
    if (channel->booked.given &&
        !read_time(stretch, row, &channel->booked, &plan->booked, &stretch->memo[1], &booked))
        return "booking date cannot be read";
    into->field = first_field(&channel->value);
    if (channel->value.given &&
        !read_time(stretch, row, &channel->value, &plan->value, &stretch->memo[2], &value))
        return "value date cannot be read";
    if (channel->value.given)
        into->value_on = value.day;
    into->booked_on = channel->booked.given ? booked.day
                      : channel->paid.given ? day_of(&paid, channel->zone)
                                            : file_day(stretch->statement->near);
    if (into->booked_on == RK_NO_DAY)
        return "neither the record nor the file says the day";
    bound_payment(plan, &paid, channel->paid.given, into);
    return NULL;
}

/* ---- the other fields ---- */

static const char *read_windows(rk_stretch *stretch, const rk_row *row, reading *into)
{
    const rk_plan *plan = stretch->statement->plan;
    const rk_field_list *fields = &plan->channel->extract.fields;
    stretch->windows = (rk_windows){.count = 0};
    for (size_t i = 0; i < fields->count; i++) {
        into->field = fields->fields[i];
        if (!rk_extract_windows(&plan->extractor, rk_row_field(row, into->field),
                                &stretch->windows))
            return "the pattern for the code gives up on this text";
        rk_extract_mistyped(&plan->extractor, rk_row_field(row, into->field), &stretch->windows);
    }
    if (stretch->windows.too_many_mistyped)
        stretch->windows.mistyped_count = 0;
    into->windows = (stretch->windows.count > 0 || stretch->windows.mistyped_count > 0) &&
                    !stretch->windows.too_many;
    return NULL;
}

/* Every code that a text with several names. */
static void read_several(rk_stretch *stretch, const rk_row *row, reading *into)
{
    const rk_plan *plan = stretch->statement->plan;
    const rk_field_list *fields = &plan->channel->extract.fields;
    if (!rk_engine_behaves(plan->engine, RK_SEVERAL_CODES_LISTED, into->booked_on))
        return;
    stretch->windows = (rk_windows){.count = 0};
    for (size_t i = 0; i < fields->count; i++)
        rk_extract_several(&plan->extractor, rk_row_field(row, fields->fields[i]),
                           &stretch->windows);
    into->windows = !stretch->windows.too_many;
}

static const char *find_code(rk_stretch *stretch, const rk_row *row, reading *into)
{
    const rk_plan *plan = stretch->statement->plan;
    const rk_channel *channel = plan->channel;
    if (channel->billing_code >= 0)
        into->code = rk_code_read(rk_row_field(row, channel->billing_code));
    if (into->code || !channel->extract.given)
        return NULL;
    for (size_t i = 0; i < channel->extract.fields.count; i++) {
        uint64_t code;
        bool several;
        into->field = channel->extract.fields.fields[i];
        if (!rk_extract_code(&plan->extractor, rk_row_field(row, into->field), &code, &several))
            return "the pattern for the code gives up on this text";
        into->several |= several || (code && into->code && code != into->code);
        into->code = code ? code : into->code;
    }
    if (into->several)
        into->code = 0;
    return into->several || into->code || !channel->extract.glued
               ? NULL
               : read_windows(stretch, row, into);
}

/* A field of its own that has one digit too few or too many may still be found near a code. */
static const char *read_code(rk_stretch *stretch, const rk_row *row, reading *into)
{
    int field = stretch->statement->plan->channel->billing_code;
    const char *fault = find_code(stretch, row, into);
    if (!into->code && !into->several && !into->windows && field >= 0)
        into->code = rk_code_read_mistyped(rk_row_field(row, field));
    return fault;
}

static const char *read_keys(rk_stretch *stretch, const rk_row *row, reading *into)
{
    stretch->keys.len = 0;
    return !rk_channel_tells_keys(row->layout->channel) ||
                   rk_alt_keys_read(row, &stretch->keys, &into->field)
               ? NULL
               : "the pattern for a key gives up on this text";
}

static const char *read_balance(const rk_row *row, reading *into)
{
    const rk_channel *channel = row->layout->channel;
    if (!channel->controls.running || channel->balance < 0)
        return NULL;
    into->field = channel->balance;
    if (rk_balance_read(channel, rk_row_field(row, channel->balance), &into->balance))
        return NULL;
    into->balance = RK_NO_MONEY;
    return "balance cannot be read";
}

/* What the channel keeps back, as its statement tells it; it has no sign of its own. */
static const char *read_fee(const rk_row *row, reading *into)
{
    const rk_channel *channel = row->layout->channel;
    int field = channel->fee >= 0 ? channel->fee : channel->amount.plus;
    if (channel->settlement_count == 0 || rk_is_standard(channel))
        return NULL;
    if (field < 0) {
        into->fee = into->amount > 0 ? channel->amount.plus_flat : 0;
        return NULL;
    }
    into->field = field;
    return rk_amount_read(channel, rk_row_field(row, field), &into->fee) ? NULL
                                                                         : "fee cannot be read";
}

static const char *find_ignore(const rk_row *row, reading *into)
{
    const rk_channel *channel = row->layout->channel;
    rk_slice groups[RK_REGEX_GROUPS];
    for (size_t i = 0; i < channel->ignore_count; i++) {
        const rk_ignore *ignore = &channel->ignores[i];
        if ((ignore->sign > 0 && into->amount < 0) || (ignore->sign < 0 && into->amount >= 0))
            continue;
        rk_regex_result result = RK_REGEX_MATCHED;
        if (ignore->field >= 0 && ignore->pattern)
            result = rk_regex_find(ignore->pattern, rk_row_field(row, ignore->field), 0, groups);
        if (result == RK_REGEX_LIMIT) {
            into->field = ignore->field;
            return "a pattern of the ignore rules gives up on this text";
        }
        if (result == RK_REGEX_MATCHED) {
            into->ignore = ignore;
            return NULL;
        }
    }
    return NULL;
}

/* Reads all that can be read, so that a reject has its amount and code; the first fault is told. */
static const char *read_record(rk_stretch *stretch, const rk_row *row, reading *into)
{
    int field = RK_NO_FIELD;
    const char *fault = rk_row_amount(row, &into->amount, &into->field), *more;
    if (fault)
        field = into->field;
    if ((more = read_balance(row, into)) && !fault) {
        fault = more;
        field = into->field;
    }
    if ((more = read_fee(row, into)) && !fault) {
        fault = more;
        field = into->field;
    }
    if ((more = read_keys(stretch, row, into)) && !fault) {
        fault = more;
        field = into->field;
    }
    if ((more = read_code(stretch, row, into)) && !fault) {
        fault = more;
        field = into->field;
    }
    if (!fault && (fault = read_times(stretch, row, into)))
        field = into->field;
    if (!fault && (fault = find_ignore(row, into)))
        field = into->field;
    into->field = field;
    return fault;
}

/* ---- what becomes of a record ---- */

static void reject(rk_stretch *stretch, const rk_row *row, const reading *read, const char *reason)
{
    rk_sums *sums = &stretch->sums;
    uint32_t before;
    sums->rejects++;
    if (read->amount == RK_NO_MONEY) {
        sums->unreadable++;
        if (!sums->unreadable_line)
            sums->unreadable_line = row->record.line;
    } else {
        if (!rk_money_add(&sums->rejected_sum, read->amount))
            sums->overflow = true;
        rk_sums_sign(sums, read->amount);
        rk_chain_add(&sums->chain, read->amount, read->balance != RK_NO_MONEY, read->balance,
                     row->record.line);
    }
#pragma omp atomic capture
    before = stretch->statement->reject_count++;
    if (before >= RK_REJECTS_MAX && stretch->rejects.count > 0)
        return; /* the file is lost anyway; its first reject is enough */
    rk_rejects *rejects = &stretch->rejects;
    rejects->items =
        rk_grow(rejects->items, &rejects->capacity, rejects->count + 1, sizeof *rejects->items);
    rejects->items[rejects->count++] = (rk_reject){
        .file = stretch->statement->number,
        .line = (uint32_t)row->record.line,
        .column = rk_row_column(row, read->field),
        .reason = rk_slice_of(reason),
        .amount_minor = read->amount,
        .code = rk_code_is_whole(read->code) ? read->code : 0,
    };
}

static bool is_kept(const rk_row *row)
{
    const rk_channel *channel = row->layout->channel;
    for (size_t i = 0; i < channel->keep_count; i++) {
        const rk_keep *keep = &channel->keeps[i];
        rk_slice text = rk_row_field(row, keep->field);
        bool found = false;
        if (text.len && text.at[0] == '\'')
            text = (rk_slice){text.at + 1, text.len - 1};
        for (size_t v = 0; v < keep->value_count && !found; v++)
            found = rk_slice_equal(keep->values[v], text);
        if (found == keep->except)
            return false;
    }
    return true;
}

static void filter(rk_stretch *stretch, const rk_row *row)
{
    rk_money amount;
    int field;
    stretch->sums.filtered++;
    if (rk_row_amount(row, &amount, &field))
        stretch->sums.filtered_unreadable = true;
    else if (!rk_money_add(&stretch->sums.filtered_sum, amount))
        stretch->sums.overflow = true;
}

static bool is_utf8(rk_encoding encoding)
{
    return encoding == RK_ENCODING_UTF8 || encoding == RK_ENCODING_AUTO;
}

/* Several fields as one text, blanks between them. */
static rk_slice joined_text(rk_stretch *stretch, const rk_row *row, const rk_field_list *list)
{
    rk_slice all = {"", 0};
    for (size_t i = 0; i < list->count; i++) {
        rk_slice text = rk_row_field(row, list->fields[i]);
        if (all.len == 0) {
            all = text;
        } else if (text.len) {
            char *both = rk_arena_alloc(&stretch->arena, all.len + 1 + text.len, 1);
            memcpy(both, all.at, all.len);
            both[all.len] = ' ';
            memcpy(both + all.len + 1, text.at, text.len);
            all = (rk_slice){both, all.len + 1 + text.len};
        }
    }
    return all;
}

static void add_later(rk_stretch *stretch, rk_later later)
{
    stretch->laters = rk_grow(stretch->laters, &stretch->later_capacity, stretch->later_count + 1,
                              sizeof *stretch->laters);
    stretch->laters[stretch->later_count++] = later;
}

/* A reference to the text where it lies; text in another encoding, or with quotes, comes later. */
static rk_text text_of(rk_stretch *stretch, size_t row, rk_slice text, rk_text_kind kind)
{
    const rk_statement *statement = stretch->statement;
    rk_encoding encoding = statement->plan->channel->encoding;
    rk_slice bytes = statement->bytes;
    bool inside = text.at >= bytes.at && text.at < bytes.at + bytes.len;
    bool utf8 =
        stretch->ascii || rk_bytes_ascii(text) || (is_utf8(encoding) && rk_utf8_valid(text));
    if (text.len == 0)
        return 0;
    if (utf8 && inside && text.len <= RK_TEXT_LENGTH_MAX)
        return rk_texts_ref(statement->file->texts, (uint64_t)(text.at - bytes.at), text.len);
    if (!utf8) {
        char *converted = rk_arena_alloc(&stretch->arena, text.len, 3);
        text = (rk_slice){converted, encoding == RK_ENCODING_LATIN1
                                         ? rk_latin1_to_utf8(text, converted)
                                         : rk_cp1252_to_utf8(text, converted)};
    }
    while (text.len > RK_TEXT_LENGTH_MAX) { /* cut before a character */
        text.len = RK_TEXT_LENGTH_MAX;
        while (text.len && ((unsigned char)text.at[text.len] & 0xc0) == 0x80)
            text.len--;
    }
    add_later(stretch, (rk_later){row, kind, text});
    return 0;
}

/* The windows of the record as one text. */
static rk_text windows_of(rk_stretch *stretch, size_t row)
{
    const rk_windows *windows = &stretch->windows;
    size_t most = windows->count * (RK_CODE_DIGITS + 1) + windows->mistyped_count * RK_CODE_TEXT;
    char *text = rk_arena_alloc(&stretch->arena, most + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < windows->count; i++) {
        uint64_t code = windows->codes[i];
        if (!windows->whole[i])
            text[len++] = '-';
        for (size_t d = RK_CODE_DIGITS; d > 0; d--, code /= 10)
            text[len + d - 1] = (char)('0' + code % 10);
        len += RK_CODE_DIGITS;
    }
    for (size_t i = 0; i < windows->mistyped_count; i++) {
        text[len++] = '~';
        len += rk_code_text(windows->mistyped[i], text + len);
    }
    add_later(stretch, (rk_later){row, RK_TEXT_WINDOWS, {text, len}});
    return 0;
}

static rk_text keys_of(rk_stretch *stretch, size_t row)
{
    rk_slice keys = {stretch->keys.text, stretch->keys.len};
    if (keys.len)
        add_later(stretch, (rk_later){row, RK_TEXT_KEYS, rk_arena_slice(&stretch->arena, keys)});
    return 0;
}

static void store(rk_stretch *stretch, const rk_entries *to, const rk_row *row, const reading *read)
{
    const rk_channel *channel = row->layout->channel;
    size_t at = stretch->first + stretch->count;
    if (to->line)
        to->line[at] = (uint32_t)row->record.line;
    if (to->booked_on)
        to->booked_on[at] = read->booked_on;
    if (to->value_on)
        to->value_on[at] = read->value_on;
    if (to->paid_from)
        to->paid_from[at] = read->paid_from;
    if (to->paid_until)
        to->paid_until[at] = read->paid_until;
    if (to->amount_minor)
        to->amount_minor[at] = read->amount;
    if (to->code)
        to->code[at] = read->code;
    if (to->flags)
        to->flags[at] = read->several ? RK_ENTRY_SEVERAL_CODES : 0;
    if (to->reference)
        to->reference[at] =
            text_of(stretch, at, rk_row_field(row, channel->reference), RK_TEXT_REFERENCE);
    if (to->narrative)
        to->narrative[at] =
            text_of(stretch, at, joined_text(stretch, row, &channel->narrative), RK_TEXT_NARRATIVE);
    if (to->balance)
        to->balance[at] = read->balance;
    if (to->windows)
        to->windows[at] = read->windows ? windows_of(stretch, at) : 0;
    if (to->keys)
        to->keys[at] = keys_of(stretch, at);
    if (to->fee)
        to->fee[at] = read->fee;
    bool payout = read->ignore && read->ignore->settles;
    if (to->outcome)
        to->outcome[at] = payout ? RK_SETTLEMENT : read->ignore ? RK_IGNORED : RK_OUTCOME_NONE;
    if (to->reason)
        to->reason[at] = payout         ? RK_REASON_PAYOUT
                         : read->ignore ? RK_REASON_IGNORED_BY_RULE
                                        : RK_REASON_NONE;
    if (to->rule)
        to->rule[at] = read->ignore ? read->ignore->rule : 0;
    if (to->application)
        to->application[at] = RK_NO_ROW;
}

static void accept(rk_stretch *stretch, const rk_entries *to, const rk_row *row, reading *read)
{
    rk_sums *sums = &stretch->sums;
    if (read->several)
        read_several(stretch, row, read);
    store(stretch, to, row, read);
    stretch->count++;
    sums->entries++;
    if (!rk_money_add(&sums->sum, read->amount))
        sums->overflow = true;
    rk_sums_sign(sums, read->amount);
    if (read->balance != RK_NO_MONEY)
        rk_chain_add(&sums->chain, read->amount, true, read->balance, row->record.line);
    if (stretch->earliest == RK_NO_DAY || read->booked_on < stretch->earliest)
        stretch->earliest = read->booked_on;
    if (stretch->latest == RK_NO_DAY || read->booked_on > stretch->latest)
        stretch->latest = read->booked_on;
}

static void take_entry(rk_stretch *stretch, const rk_entries *to, const rk_row *row)
{
    reading read = {
        .amount = RK_NO_MONEY, .balance = RK_NO_MONEY, .fee = RK_NO_MONEY, .field = RK_NO_FIELD};
    const char *fault = rk_row_fault(row);
    stretch->last_line = row->record.line;
    if (fault) {
        reject(stretch, row, &read, fault);
    } else if (!is_kept(row)) {
        filter(stretch, row);
    } else {
        fault = read_record(stretch, row, &read);
        if (fault)
            reject(stretch, row, &read, fault);
        else
            accept(stretch, to, row, &read);
    }
}

static void take(rk_stretch *stretch, const rk_entries *to, const rk_row *row)
{
    static const reading nothing = {
        .amount = RK_NO_MONEY, .balance = RK_NO_MONEY, .fee = RK_NO_MONEY, .field = RK_NO_FIELD};
    bool known;
    const rk_record_rule *rule = row->record.fault ? NULL : rk_row_rule(row, &known);
    if (row->record.fault || (known && (!rule || rule->kind == RK_RECORD_ENTRY))) {
        take_entry(stretch, to, row);
        return;
    }
    if (!known || rule->kind == RK_RECORD_HEADER) {
        stretch->last_line = row->record.line;
        reject(stretch, row, &nothing,
               known ? "a second header" : "no rule of the channel claims this record");
        return;
    }
    if (rule->kind == RK_RECORD_TRAILER) {
        stretch->trailers++;
        stretch->trailer_line = row->record.line;
    }
    stretch->seen |= rk_rule_bit(row->layout->channel, rule);
    rk_row_tell(row, rule, &stretch->told);
}

static void filter_ready(rk_stretch *stretch, rk_money amount)
{
    stretch->sums.filtered++;
    if (!rk_money_add(&stretch->sums.filtered_sum, amount))
        stretch->sums.overflow = true;
}

void rk_stretch_take(rk_stretch *stretch, const rk_entries *entries, const rk_row *row,
                     const rk_ready *ready)
{
    const rk_plan *plan = stretch->statement->plan;
    reading read = {.amount = ready->amount,
                    .balance = RK_NO_MONEY,
                    .fee = RK_NO_MONEY,
                    .field = RK_NO_FIELD,
                    .booked_on = ready->booked_on,
                    .value_on = ready->value_on};
    stretch->last_line = row->record.line;
    if (ready->filtered || !is_kept(row)) {
        filter_ready(stretch, ready->amount);
        return;
    }
    const char *fault = read_keys(stretch, row, &read);
    if (!fault)
        fault = read_code(stretch, row, &read);
    if (!fault && read.booked_on == RK_NO_DAY)
        fault = "neither a booking date nor a value date";
    if (!fault)
        fault = find_ignore(row, &read);
    if (fault) {
        reject(stretch, row, &read, fault);
        return;
    }
    bound_payment(plan, NULL, false, &read);
    if (plan->channel->dated == RK_DATED_SECOND && ready->at != RK_NO_MOMENT)
        read.paid_from = read.paid_until = ready->at;
    accept(stretch, entries, row, &read);
}

void rk_stretch_refuse(rk_stretch *stretch, const rk_row *row, const char *reason)
{
    static const reading nothing = {
        .amount = RK_NO_MONEY, .balance = RK_NO_MONEY, .fee = RK_NO_MONEY, .field = RK_NO_FIELD};
    stretch->last_line = row->record.line;
    reject(stretch, row, &nothing, reason);
}

void rk_stretch_read(rk_stretch *stretch, const rk_entries *entries)
{
    rk_cell cells[RK_CELLS_MAX];
    const rk_layout *layout = &stretch->statement->layout;
    rk_row row = {.layout = layout, .cells = cells, .scratch = &stretch->arena};
    rk_cutter cutter = rk_cutter_at(&layout->text, &stretch->chunk);
    stretch->earliest = stretch->latest = RK_NO_DAY;
    stretch->ascii = is_utf8(stretch->statement->plan->channel->encoding) && stretch->chunk.ascii;
    while (rk_cutter_next(&cutter, cells, RK_CELLS_MAX, &row.record))
        if (!rk_row_is_empty(&row))
            take(stretch, entries, &row);
}

void rk_stretch_free(rk_stretch *stretch)
{
    free(stretch->rejects.items);
    free(stretch->laters);
    free(stretch->spans);
    free(stretch->said);
    rk_arena_free(&stretch->arena);
}

size_t rk_statement_misplaced(rk_statement *statement)
{
    rk_cell cells[RK_CELLS_MAX];
    const rk_layout *layout = &statement->layout;
    rk_stretch stretch = {.statement = statement};
    rk_row row = {.layout = layout, .cells = cells, .scratch = &stretch.arena};
    const char *body = layout->text.text.at + layout->body;
    rk_cutter cutter = rk_cutter_all(&layout->text);
    size_t line = 0;
    while (layout->channel->title_count && !line && cutter.next < body &&
           rk_cutter_next(&cutter, cells, RK_CELLS_MAX, &row.record)) {
        reading read = {.amount = RK_NO_MONEY,
                        .balance = RK_NO_MONEY,
                        .fee = RK_NO_MONEY,
                        .field = RK_NO_FIELD};
        bool known;
        const rk_record_rule *rule = row.record.fault ? NULL : rk_row_rule(&row, &known);
        bool may = rule && rule->kind == RK_RECORD_ENTRY && !rk_row_fault(&row);
        if (may && !read_record(&stretch, &row, &read))
            line = row.record.line;
    }
    rk_arena_free(&stretch.arena);
    return line;
}
