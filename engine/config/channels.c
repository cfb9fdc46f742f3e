/* rules/channels/x.yaml: the whole of a channel, and what its parts must agree on. records.c says how
 * its records are cut, maps.c what they mean. */
#include "config/channels.h"

static const rk_choice layouts[] = {{"published", 0}, {"observed", 0}, {"invented", 0}, {NULL, 0}};
static const rk_choice expects[] = {{"nothing", RK_EXPECT_NOTHING},
                                    {"daily", RK_EXPECT_DAILY},
                                    {"working_days", RK_EXPECT_WORKING},
                                    {NULL, 0}};
static const rk_choice overlaps[] = {{"extends", true}, {"never", false}, {NULL, 0}};
static const rk_choice dates[] = {{"second", RK_DATED_SECOND}, {"day", RK_DATED_DAY}, {NULL, 0}};
static const rk_choice counts[] = {{"count", true}, {NULL, 0}};
static const rk_choice totals[] = {{"total", true}, {NULL, 0}};
static const rk_choice follow[] = {{"follow", true}, {NULL, 0}};
static const rk_choice follows[] = {{"follows", true}, {NULL, 0}};
static const rk_choice overs[] = {{"kept", false}, {"all", true}, {NULL, 0}};

static bool set_flag(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                     rk_error *err)
{
    int value;
    rk_key alone = *row;
    alone.offset = 0;
    if (!rk_value_choice.set(load, &alone, node, &value, err))
        return false;
    *RK_INTO(bool, into, row) = value;
    return true;
}

const rk_value rk_value_flag = {NULL, NULL, set_flag, RK_SHAPE_ONE};

static bool set_currency(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                         rk_error *err)
{
    rk_channel *channel = into;
    if (!rk_value_name.set(load, row, node, into, err))
        return false;
    channel->exponent = rk_currency_exponent(node->text);
    return channel->exponent >= 0 || rk_schema_bad(load, row, node, err);
}

static const rk_value currency_value = {"a currency of ISO 4217 such as IDR",
                                        "{\"type\":\"string\"}", set_currency, RK_SHAPE_ONE};

#define NAME_KEYS(base) \
    {"name", &rk_value_whole_pattern, (base) + offsetof(rk_file_pattern, name), .needed = true, \
     .doc = "pattern of the whole name; groups day, from, until, account, number"}, \
        {"day", &rk_value_day_format, (base) + offsetof(rk_file_pattern, day_format), \
         .doc = "format of the days in the name; default '%Y%m%d'"}, \
    { \
        "day_offset", &rk_value_integer, (base) + offsetof(rk_file_pattern, day_offset), \
            .least = -31, .most = 31, \
            .doc = "days added to the day in the name; -1 for files dated the day after" \
    }

static void begin_name(void *into)
{
    ((rk_file_pattern *)into)->day_format = RK_S("%Y%m%d");
}

static const rk_key also_keys[] = {NAME_KEYS(0)};
static const rk_schema also_schema = {.doc = "another way to call them",
                                      .size = sizeof(rk_file_pattern),
                                      RK_KEYS(also_keys),
                                      .begin = begin_name};

static const rk_key ignored_keys[] = {
    {"rule", &rk_value_name, offsetof(rk_file_pattern, ignored), .needed = true,
     .doc = "its name, as sheets show it"},
    NAME_KEYS(0),
};
static const rk_schema ignored_schema = {.doc = "files that are no statements",
                                         .size = sizeof(rk_file_pattern),
                                         RK_KEYS(ignored_keys),
                                         .begin = begin_name};

static const rk_key files_keys[] = {
    NAME_KEYS(offsetof(rk_channel, names)),
    {"also", &rk_value_list, offsetof(rk_channel, also),
     .count_offset = offsetof(rk_channel, also_count), .of = &also_schema,
     .doc = "further ways to call them: a list of {name, day, day_offset}"},
    {"ignore", &rk_value_list, offsetof(rk_channel, ignored_files),
     .count_offset = offsetof(rk_channel, ignored_file_count), .of = &ignored_schema,
     .doc = "files that are no statements: a list of {rule, name, day, day_offset}"},
    {"expect", &rk_value_choice, offsetof(rk_channel, expect), .choices = expects,
     .doc = "whether a file comes every day"},
    {"by", &rk_value_clock, offsetof(rk_channel, due_by),
     .doc = "the time of the day after by which it is there"},
    {"overlap", &rk_value_flag, offsetof(rk_channel, may_extend), .choices = overlaps,
     .doc = "extends: a later file of a day may go on where an earlier one ended"},
};
static const rk_schema files_schema = {.doc = "how its files are called", RK_KEYS(files_keys)};

static const rk_key dates_keys[] = {
    {"day", &rk_value_day_format, offsetof(rk_channel, day_in_lines), .needed = true,
     .doc = "format of day, from and until in header, trailer and lines; default '%Y%m%d'"},
};
static const rk_schema dates_schema = {.doc = "how days are written", RK_KEYS(dates_keys)};

static bool end_dated(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    rk_channel *channel = into;
    if (node->kind != RK_NODE_MAPPING || rk_node_get(node, "to"))
        return true;
    if (!rk_node_get(node, "cutoff"))
        return rk_load_fail(load, node, err, "\"dated\" needs a \"cutoff\"");
    channel->dated = RK_DATED_CUTOFF;
    return true;
}

static const rk_key dated_keys[] = {
    {"to", &rk_value_choice, offsetof(rk_channel, dated), .choices = dates,
     .doc = "second: the time of payment is exact; day: only the day is known"},
    {"cutoff", &rk_value_clock, offsetof(rk_channel, cutoff),
     .doc = "only the day of booking is known, which ends at this time"},
    {"working_days", &rk_value_yes, offsetof(rk_channel, cutoff_working_days),
     .doc = "days of booking are working days"},
};
static const rk_schema dated_schema = {.doc = "how exactly the time of payment is known",
                                       RK_KEYS(dated_keys),
                                       .shorthand = "to",
                                       .end = end_dated};

/* "office", or a zone. */
static bool set_booking_zone(const rk_load *load, const rk_key *row, const rk_node *node,
                             void *into, rk_error *err)
{
    rk_slice text;
    rk_booking *booking = into;
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    booking->by_office = rk_slice_is(text, "office");
    booking->in_zone = !booking->by_office;
    return booking->by_office || rk_zone_parse(text, &booking->zone) ||
           rk_schema_bad(load, row, node, err);
}

static const rk_value booking_zone_value = {"office, or a zone such as Asia/Jakarta or WIB",
                                            "{\"type\":\"string\"}", set_booking_zone,
                                            RK_SHAPE_ONE};

static const rk_key booking_keys[] = {
    {"cutoff", &rk_value_clock, offsetof(rk_booking, cutoff), .needed = true,
     .doc = "from this time of day on a payment is booked on the next day"},
    {"zone", &booking_zone_value, 0,
     .doc = "of the cutoff: office (that of the account's office) or a zone; default that of the "
            "channel"},
    {"working_days", &rk_value_yes, offsetof(rk_booking, working_days),
     .doc = "payments are booked on working days alone"},
    {"from", &rk_value_day, offsetof(rk_booking, from),
     .doc = "the first day of payment for which the rule holds; before, it is the day of booking"},
};

static void begin_booking(void *into)
{
    rk_booking *booking = into;
    booking->given = true;
    booking->from = RK_NO_DAY;
}

static const rk_schema booking_schema = {
    .doc = "on which day a payment is booked (tanggal buku), where the file does not say it",
    .size = sizeof(rk_booking),
    RK_KEYS(booking_keys),
    .begin = begin_booking};

static const rk_key controls_keys[] = {
    {"entries", &rk_value_flag, offsetof(rk_controls, entries), .choices = counts,
     .doc = "the count that the file gives must agree"},
    {"amount", &rk_value_flag, offsetof(rk_controls, amount), .choices = totals,
     .doc = "the total that the file gives must agree"},
    {"over", &rk_value_flag, offsetof(rk_controls, over_all), .choices = overs,
     .doc = "whether filtered records belong to count and total; default kept"},
    {"balances", &rk_value_yes, offsetof(rk_controls, balances),
     .doc = "opening balance + entries = closing balance"},
    {"running", &rk_value_yes, offsetof(rk_controls, running),
     .doc = "the balance of each record follows from the one before"},
    {"numbers", &rk_value_flag, offsetof(rk_controls, numbers), .choices = follow,
     .doc = "statements of an account are numbered without gaps, from 1 each year or on and on"},
    {"opening", &rk_value_flag, offsetof(rk_controls, opening), .choices = follows,
     .doc = "each statement begins with the balance at which the account's one before ended"},
};
static const rk_schema controls_schema = {
    .doc = "what must agree in a file", .size = sizeof(rk_controls), RK_KEYS(controls_keys)};

static const rk_key account_keys[] = {
    {"account", &rk_value_name, offsetof(rk_account, account), .needed = true,
     .doc = "as statements name it"},
    {"office", &rk_value_name, offsetof(rk_account, office), .doc = "whose money it receives"},
    {"from", &rk_value_day, offsetof(rk_account, from), .doc = "the first day"},
    {"until", &rk_value_day, offsetof(rk_account, until), .doc = "the first day no longer"},
};

static void begin_account(void *into)
{
    rk_account *account = into;
    account->from = account->until = RK_NO_DAY;
}

static bool end_account(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_account *account = into;
    return rk_load_check_days(load, node, account->from, account->until, err) &&
           (account->office == 0 ||
            rk_load_check_office(load, rk_node_at(node, "office"), account->office, err));
}

static const rk_schema account_schema = {.doc = "an account and its office",
                                         .size = sizeof(rk_account),
                                         RK_KEYS(account_keys),
                                         .begin = begin_account,
                                         .end = end_account};

/* Records before what refers to their fields. */
static const rk_choice deductions[] = {{"fee", false}, {"nothing", true}, {NULL, 0}};

static void begin_settlement(void *into)
{
    rk_settlement *settlement = into;
    settlement->from = settlement->until = RK_NO_DAY;
}

static bool end_settlement(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_settlement *settlement = into;
    return rk_load_check_days(load, node, settlement->from, settlement->until, err);
}

static const rk_key settlement_keys[] = {
    {"from", &rk_value_day, offsetof(rk_settlement, from), .needed = true,
     .doc = "the first day of booking for which it holds"},
    {"until", &rk_value_day, offsetof(rk_settlement, until),
     .doc = "the first day of booking for which it does not"},
    {"within", &rk_value_integer, offsetof(rk_settlement, within), .needed = true, .least = 0,
     .most = 60, .doc = "working days behind the day of booking; 0: on it"},
    {"deducts", &rk_value_flag, offsetof(rk_settlement, deducts_none), .needed = true,
     .choices = deductions,
     .doc = "fee: what its statement tells as fee of each payment; nothing: the whole is paid"},
};

static const rk_schema settlement_schema = {.doc = "how a channel settles",
                                            .size = sizeof(rk_settlement),
                                            RK_KEYS(settlement_keys),
                                            .begin = begin_settlement,
                                            .end = end_settlement};

static const rk_key channel_keys[] = {
    {"channel", &rk_value_name, offsetof(rk_channel, channel), .needed = true,
     .doc = "its name in all outputs"},
    {"kind", &rk_value_name, offsetof(rk_channel, kind), .needed = true,
     .doc = "bank, post, marketplace, minimarket, ..."},
    {"label", &rk_value_text, offsetof(rk_channel, label), .doc = "as sheets call it"},
    {"layout", &rk_value_word, offsetof(rk_channel, layout), .needed = true, .choices = layouts,
     .doc = "where the layout of the file is known from"},
    {"timezone", &rk_value_zone, offsetof(rk_channel, zone), .needed = true,
     .doc = "in which its times are meant"},
    {"currency", &currency_value, offsetof(rk_channel, currency), .doc = "default IDR"},
    {"from", &rk_value_day, offsetof(rk_channel, from), .needed = true,
     .doc = "the first business day on which the rule holds"},
    {"until", &rk_value_day, offsetof(rk_channel, until),
     .doc = "the first day on which it does not"},
    {"holds_lapses", &rk_value_yes, offsetof(rk_channel, holds_lapses), .needed = true,
     .doc = "whether bookings wait for its statement before they lapse"},
    {"files", &rk_value_mapping, 0, .needed = true, .of = &files_schema,
     .doc = "{name, day, day_offset, also, ignore, expect, by, overlap}"},
    {"dates", &rk_value_mapping, 0, .of = &dates_schema, .doc = "{day}"},
    {"read", &rk_value_mapping, 0, .needed = true, .of = &rk_read_schema,
     .doc = "{format, delimiter, header, entry, trailer, ...}"},
    {"map", &rk_value_mapping, 0, .needed = true, .of = &rk_map_schema,
     .doc = "which fields make the entry: {amount, billing_code, paid, ...}"},
    {"extract", &rk_value_mapping, 0, .of = &rk_extracts_schema,
     .doc = "{billing_code: {from, pattern, bounded, broken_by}}"},
    {"dated", &rk_value_mapping, 0, .needed = true, .of = &dated_schema,
     .doc = "second, day or {cutoff, working_days}"},
    {"booking", &rk_value_mapping, offsetof(rk_channel, booking), .of = &booking_schema,
     .doc = "{cutoff, zone, working_days, from}: the day of booking, where the file has none"},
    {"controls", &rk_value_mapping, offsetof(rk_channel, controls), .of = &controls_schema,
     .doc = "{entries, amount, over, balances, running, numbers, opening}"},
    {"settlement", &rk_value_list, offsetof(rk_channel, settlements),
     .count_offset = offsetof(rk_channel, settlement_count), .of = &settlement_schema,
     .doc = "when it pays over what customers paid: a list of {from, until, within, deducts}"},
    {"accounts", &rk_value_list, offsetof(rk_channel, accounts),
     .count_offset = offsetof(rk_channel, account_count), .of = &account_schema,
     .doc = "a list of {account, office, from, until}"},
};

static void begin_channel(void *into)
{
    ((rk_channel *)into)->fee = RK_NO_FIELD;
    rk_channel *channel = into;
    channel->from = channel->until = RK_NO_DAY;
    channel->due_by = channel->cutoff = -1;
    channel->names.day_format = channel->day_in_lines = RK_S("%Y%m%d");
    channel->delimiter = ',';
    channel->quote = '"';
    channel->billing_code = channel->reference = channel->balance = RK_NO_FIELD;
    for (size_t kind = 0; kind < RK_ALT_KEYS; kind++)
        channel->keys[kind] = RK_NO_FIELD;
}

/* ---- what the parts must agree on ---- */

static bool gives(const rk_channel *channel, rk_meaning first, rk_meaning last)
{
    for (size_t i = 0; i < channel->record_count; i++)
        for (size_t j = 0; j < channel->records[i].place_count + RK_REGEX_GROUPS; j++) {
            size_t places = channel->records[i].place_count;
            rk_meaning meaning = j < places ? channel->records[i].places[j].meaning
                                            : channel->records[i].meanings[j - places];
            if (meaning >= first && meaning <= last && meaning != RK_MEANS_NOTHING)
                return true;
        }
    return false;
}

static bool check_controls(const rk_load *load, const rk_node *node, const rk_channel *channel,
                           rk_error *err)
{
    const rk_controls *controls = &channel->controls;
    const rk_node *at = rk_node_at(node, "controls");
    if (controls->entries && !gives(channel, RK_MEANS_COUNT, RK_MEANS_COUNT) &&
        !gives(channel, RK_MEANS_COUNT_CREDIT, RK_MEANS_COUNT_DEBIT)) {
        rk_load_fail(load, rk_node_at(at, "entries"), err,
                     "no header, trailer or line gives \"count\"");
        return rk_fail_hint(err, "name the field that holds it count, count_credit or count_debit");
    }
    if (controls->amount && !gives(channel, RK_MEANS_TOTAL, RK_MEANS_TOTAL) &&
        !gives(channel, RK_MEANS_TOTAL_CREDIT, RK_MEANS_TOTAL_DEBIT)) {
        rk_load_fail(load, rk_node_at(at, "amount"), err,
                     "no header, trailer or line gives \"total\"");
        return rk_fail_hint(err, "name the field that holds it total, total_credit or total_debit");
    }
    if (rk_is_standard(channel))
        return true; /* their balances are their own; other totals they have none */
    if (controls->numbers && !gives(channel, RK_MEANS_NUMBER, RK_MEANS_NUMBER)) {
        rk_load_fail(load, rk_node_at(at, "numbers"), err,
                     "no header, trailer or line gives \"number\"");
        return rk_fail_hint(err, "name the field that holds it number");
    }
    if (controls->opening && (!gives(channel, RK_MEANS_OPENING, RK_MEANS_OPENING) ||
                              !gives(channel, RK_MEANS_CLOSING, RK_MEANS_CLOSING))) {
        rk_load_fail(load, rk_node_at(at, "opening"), err,
                     "no header, trailer or line gives both balances");
        return rk_fail_hint(err, "name the fields opening_balance and closing_balance");
    }
    if (controls->balances && (!gives(channel, RK_MEANS_OPENING, RK_MEANS_OPENING) ||
                               !gives(channel, RK_MEANS_CLOSING, RK_MEANS_CLOSING))) {
        rk_load_fail(load, rk_node_at(at, "balances"), err,
                     "no header, trailer or line gives both balances");
        return rk_fail_hint(err, "name the fields opening_balance and closing_balance");
    }
    if (controls->running && channel->balance == RK_NO_FIELD) {
        rk_load_fail(load, rk_node_at(at, "running"), err, "no field is mapped to \"balance\"");
        return rk_fail_hint(err, "add balance: FIELD to map");
    }
    return true;
}

static bool check_times(const rk_load *load, const rk_node *node, const rk_channel *channel,
                        rk_error *err)
{
    if (rk_is_standard(channel)) {
        if (rk_node_get(node, "dates"))
            return rk_load_fail(load, rk_node_at(node, "dates"), err,
                                "\"dates\" is for format: delimited or fixed");
        if (channel->dated == RK_DATED_SECOND && channel->format == RK_FORMAT_MT940)
            return rk_load_fail(load, rk_node_at(node, "dated"), err,
                                "an MT940 knows only the day: say dated: day");
        return true;
    }
    const rk_node *map = rk_node_at(node, "map");
    if (channel->dated == RK_DATED_CUTOFF && !channel->booked.given)
        return rk_load_fail(load, map, err, "\"dated: {cutoff}\" needs \"booked\" in map");
    if (channel->dated == RK_DATED_DAY && !channel->booked.given && !channel->paid.given)
        return rk_load_fail(load, map, err, "\"dated: day\" needs \"paid\" or \"booked\" in map");
    if (channel->dated != RK_DATED_SECOND)
        return true;
    if (!channel->paid.given)
        return rk_load_fail(load, map, err, "\"dated: second\" needs \"paid\" in map");
    if (!channel->paid.has_clock) {
        rk_load_fail(load, rk_node_at(map, "paid"), err,
                     "\"dated: second\" needs a time of day in \"paid\"");
        return rk_fail_hint(err, "add %%H%%M%%S to the format, or say dated: day");
    }
    return true;
}

static bool check_booking(const rk_load *load, const rk_node *node, const rk_channel *channel,
                          rk_error *err)
{
    const rk_node *at = rk_node_at(node, "booking");
    bool has_office = false;
    for (size_t i = 0; i < channel->account_count; i++)
        has_office |= channel->accounts[i].office != 0;
    if (!channel->booking.given)
        return true;
    if (rk_is_standard(channel) || channel->booked.given)
        return rk_load_fail(load, at, err, "the file says the day of booking itself%s",
                            channel->booked.given ? ": \"booked\" in map" : "");
    if (channel->dated != RK_DATED_SECOND)
        return rk_load_fail(load, at, err, "\"booking\" needs the time of payment: dated: second");
    if (!channel->booking.by_office || has_office)
        return true;
    rk_load_fail(load, rk_node_at(at, "zone"), err, "no account of the channel has an office");
    return rk_fail_hint(err, "list accounts with their offices, or name a zone");
}

static bool check_accounts(const rk_load *load, const rk_node *node, const rk_channel *channel,
                           rk_error *err)
{
    const rk_node *list = rk_node_at(node, "accounts");
    for (size_t i = 0; i < channel->account_count; i++)
        for (size_t j = 0; j < i; j++) {
            const rk_account *a = &channel->accounts[i], *b = &channel->accounts[j];
            if (a->account == b->account && rk_days_overlap(a->from, a->until, b->from, b->until))
                return rk_load_fail(load, list->items[i], err,
                                    "two rows of one account hold on the same day (the other: "
                                    "line %zu)",
                                    list->items[j]->line);
        }
    return true;
}

/* One row for each day, and where fees are kept back the statement tells them. */
static bool check_settlement(const rk_load *load, const rk_node *node, const rk_channel *channel,
                             rk_error *err)
{
    const rk_node *list = rk_node_at(node, "settlement");
    const rk_amount_map *amount = &channel->amount;
    bool told = channel->fee != RK_NO_FIELD || amount->plus != RK_NO_FIELD || amount->plus_flat;
    for (size_t i = 0; i < channel->settlement_count; i++) {
        const rk_settlement *a = &channel->settlements[i];
        if (!a->deducts_none && !told) {
            rk_load_fail(load, list->items[i], err, "no field tells the fee that is kept back");
            return rk_fail_hint(err, "map: {fee: FIELD}, or say deducts: nothing");
        }
        for (size_t j = 0; j < i; j++)
            if (rk_days_overlap(a->from, a->until, channel->settlements[j].from,
                                channel->settlements[j].until))
                return rk_load_fail(load, list->items[i], err,
                                    "two rows hold on the same day (the other: line %zu)",
                                    list->items[j]->line);
    }
    return true;
}

static rk_slice capitals(rk_arena *arena, rk_slice text)
{
    char *copy = rk_arena_text(arena, text);
    for (size_t i = 0; i < text.len; i++)
        if (copy[i] >= 'a' && copy[i] <= 'z')
            copy[i] = (char)(copy[i] - 'a' + 'A');
    return (rk_slice){copy, text.len};
}

static bool end_channel(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    rk_channel *channel = into;
    if (channel->label.len == 0)
        channel->label = capitals(load->arena, rk_names_text(load->names, channel->channel));
    if (channel->currency == 0) {
        channel->exponent = rk_currency_exponent(RK_S("IDR"));
        if (!rk_load_name(load, node, RK_S("IDR"), &channel->currency, err))
            return false;
    }
    if (channel->extract.given && channel->billing_code != RK_NO_FIELD)
        return rk_load_fail(load, rk_node_at(node, "extract"), err,
                            "\"billing_code\" is both mapped and extracted");
    return rk_load_check_days(load, node, channel->from, channel->until, err) &&
           check_times(load, node, channel, err) && check_controls(load, node, channel, err) &&
           check_booking(load, node, channel, err) && check_accounts(load, node, channel, err) &&
           check_settlement(load, node, channel, err);
}

const rk_schema rk_channel_schema = {
    .doc = "one payment channel: how its files are called, read, dated and checked",
    .size = sizeof(rk_channel),
    RK_KEYS(channel_keys),
    .begin = begin_channel,
    .end = end_channel,
};

bool rk_load_channel(const rk_load *load, const rk_node *root, rk_channel *channel, rk_error *err)
{
    rk_channel_load about = {.channel = channel};
    rk_load own = *load;
    own.about = &about;
    return rk_schema_bind(&own, &rk_channel_schema, root, channel, err);
}

rk_name rk_channel_office(const rk_channel *channel, rk_name account, rk_day on)
{
    for (size_t i = 0; i < channel->account_count; i++) {
        const rk_account *row = &channel->accounts[i];
        if (row->account == account && rk_day_holds(row->from, row->until, on))
            return row->office;
    }
    return 0;
}

const rk_settlement *rk_channel_settlement(const rk_channel *channel, rk_day booked_on)
{
    for (size_t i = 0; i < channel->settlement_count; i++)
        if (rk_day_holds(channel->settlements[i].from, channel->settlements[i].until, booked_on))
            return &channel->settlements[i];
    return NULL;
}

const rk_ignore *rk_channel_payout(const rk_channel *channel, rk_name rule)
{
    for (size_t i = 0; i < channel->ignore_count; i++)
        if (channel->ignores[i].rule == rule && channel->ignores[i].settles)
            return &channel->ignores[i];
    return NULL;
}

bool rk_rules_read_fees(const rk_rules *rules)
{
    for (size_t i = 0; i < rules->channel_count; i++)
        if (rules->channels[i].settlement_count)
            return true;
    return false;
}

rk_day rk_channel_books_on(const rk_channel *channel, rk_moment paid_at, rk_zone zone)
{
    const rk_booking *booking = &channel->booking;
    rk_day day = rk_day_at(paid_at, booking->in_zone ? booking->zone : zone);
    rk_moment begin = rk_day_begin(day, booking->in_zone ? booking->zone : zone);
    if (!booking->given || (booking->from != RK_NO_DAY && day < booking->from))
        return rk_day_at(paid_at, channel->zone);
    day += paid_at - begin >= booking->cutoff * RK_SECOND;
    while (booking->working_days && !rk_is_working_day(channel->calendar, day))
        day++;
    return day;
}

rk_day rk_channel_tells_on(const rk_channel *channel, rk_day booked_on, rk_moment paid_at)
{
    return channel && channel->booking.given ? rk_day_at(paid_at, channel->zone) : booked_on;
}

bool rk_rules_read_keys(const rk_rules *rules)
{
    for (size_t i = 0; i < rules->channel_count; i++)
        if (rk_channel_tells_keys(&rules->channels[i]))
            return true;
    return false;
}

static bool is_of_working_days(const rk_channel *channel)
{
    return channel->expect == RK_EXPECT_WORKING ||
           (channel->expect != RK_EXPECT_NOTHING && channel->dated == RK_DATED_CUTOFF &&
            channel->cutoff_working_days);
}

bool rk_channel_expects(const rk_channel *channel, rk_day day)
{
    bool holds = (channel->from == RK_NO_DAY || day >= channel->from) &&
                 (channel->until == RK_NO_DAY || day < channel->until);
    return holds && channel->expect != RK_EXPECT_NOTHING && !rk_channel_rests(channel, day);
}

bool rk_channel_rests(const rk_channel *channel, rk_day day)
{
    return is_of_working_days(channel) && !rk_is_working_day(channel->calendar, day);
}

static bool is_listed(const rk_account *account, rk_day from, rk_day until)
{
    return (account->from == RK_NO_DAY || account->from <= until) &&
           (account->until == RK_NO_DAY || account->until > from);
}

bool rk_channel_lists(const rk_channel *channel, size_t i, rk_day from, rk_day until)
{
    for (size_t k = 0; k < i; k++)
        if (channel->accounts[k].account == channel->accounts[i].account &&
            is_listed(&channel->accounts[k], from, until))
            return false;
    return is_listed(&channel->accounts[i], from, until);
}

bool rk_channel_has_account(const rk_channel *channel, rk_name account, rk_day on)
{
    for (size_t i = 0; i < channel->account_count; i++)
        if (channel->accounts[i].account == account && is_listed(&channel->accounts[i], on, on))
            return true;
    return account == 0;
}
