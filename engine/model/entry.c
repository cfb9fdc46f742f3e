#include "model/entry.h"

#define COLUMN(name, type, member, flags) \
    { \
        name, type, offsetof(rk_entries, member), flags \
    }
#define SOURCE RK_COLUMN_SOURCE

const rk_column rk_entry_columns[] = {
    COLUMN("file", RK_TYPE_U32, file, SOURCE),
    COLUMN("ordinal", RK_TYPE_U32, ordinal, SOURCE),
    COLUMN("line", RK_TYPE_U32, line, SOURCE),
    COLUMN("channel", RK_TYPE_NAME, channel, SOURCE),
    COLUMN("account", RK_TYPE_NAME, account, SOURCE),
    COLUMN("booked_on", RK_TYPE_DAY, booked_on, SOURCE),
    COLUMN("value_on", RK_TYPE_DAY, value_on, SOURCE),
    COLUMN("paid_from", RK_TYPE_MOMENT, paid_from, SOURCE),
    COLUMN("paid_until", RK_TYPE_MOMENT, paid_until, SOURCE),
    COLUMN("amount", RK_TYPE_MONEY, amount_minor, SOURCE),
    COLUMN("currency", RK_TYPE_NAME, currency, SOURCE),
    COLUMN("reference", RK_TYPE_TEXT, reference, SOURCE),
    COLUMN("billing_code", RK_TYPE_CODE, code, SOURCE),
    COLUMN("narrative", RK_TYPE_TEXT, narrative, SOURCE),
    COLUMN("flags", RK_TYPE_U8, flags, SOURCE),
    COLUMN("windows", RK_TYPE_TEXT, windows, SOURCE | RK_COLUMN_SPARSE),
    COLUMN("keys", RK_TYPE_TEXT, keys, SOURCE | RK_COLUMN_SPARSE),
    COLUMN("fee", RK_TYPE_MONEY, fee, SOURCE | RK_COLUMN_SPARSE),
    COLUMN("balance", RK_TYPE_MONEY, balance, SOURCE),
    COLUMN("outcome", RK_TYPE_U8, outcome, 0),
    COLUMN("reason", RK_TYPE_U8, reason, 0),
    COLUMN("rule", RK_TYPE_NAME, rule, 0),
    COLUMN("application", RK_TYPE_U32, application, 0),
};

const size_t rk_entry_column_count = sizeof rk_entry_columns / sizeof *rk_entry_columns;

uint64_t rk_entry_all(void)
{
    return (((uint64_t)1 << rk_entry_column_count) - 1) & ~RK_ENTRY_BIT(balance) &
           ~RK_ENTRY_BIT(keys) & ~RK_ENTRY_BIT(fee);
}

uint64_t rk_entry_bit(size_t offset)
{
    for (size_t i = 0; i < rk_entry_column_count; i++)
        if (rk_entry_columns[i].offset == offset)
            return (uint64_t)1 << i;
    return 0;
}

bool rk_reference_names(rk_slice reference)
{
    for (size_t i = 0; i < reference.len; i++)
        if (reference.at[i] >= '1' && reference.at[i] <= '9')
            return true;
    return false;
}

const rk_rows_of_file *rk_entry_rows(const rk_entries *entries, size_t row)
{
    size_t low = 0, high = entries->rows_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (entries->rows[middle].first <= row)
            low = middle;
        else
            high = middle;
    }
    return &entries->rows[low];
}

bool rk_windows_mistyped(rk_slice *rest, uint64_t *number)
{
    const char *mark = rest->len ? memchr(rest->at, '~', rest->len) : NULL;
    if (!mark)
        return false;
    rk_slice digits = rk_slice_between(mark + 1, rest->at + rest->len);
    const char *next = digits.len ? memchr(digits.at, '~', digits.len) : NULL;
    if (next)
        digits = rk_slice_between(digits.at, next);
    *rest = rk_slice_between(digits.at + digits.len, rest->at + rest->len);
    *number = rk_code_mistyped(digits);
    return *number || (digits.len == RK_CODE_DIGITS && rk_slice_to_u64(digits, number));
}

bool rk_windows_next(rk_slice *rest, uint64_t *code, bool *whole)
{
    *whole = rest->len == 0 || rest->at[0] != '-';
    if (!*whole)
        *rest = (rk_slice){rest->at + 1, rest->len - 1};
    if (rest->len < RK_CODE_DIGITS || !rk_slice_to_u64((rk_slice){rest->at, RK_CODE_DIGITS}, code))
        return false;
    *rest = (rk_slice){rest->at + RK_CODE_DIGITS, rest->len - RK_CODE_DIGITS};
    return true;
}

const char *rk_fate_name(rk_file_fate fate)
{
    static const char *const names[RK_FATES] = {
        "", "accepted", "quarantined", "held", "same", "waiting", "unknown", "discarded", "ignored",
    };
    return names[fate];
}

rk_file *rk_files_add(rk_files *files)
{
    files->items = rk_grow(files->items, &files->capacity, files->count + 1, sizeof *files->items);
    rk_file *file = &files->items[files->count++];
    *file = (rk_file){.name = {"", 0}, .number = {"", 0}, .why = {"", 0}};
    file->from = file->until = file->night = RK_NO_DAY;
    file->opening_minor = file->closing_minor = RK_NO_MONEY;
    return file;
}
