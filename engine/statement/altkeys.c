#include "statement/altkeys.h"

enum { TRIES_MAX = 32 }; /* of a pattern on one text: with more it names nothing */

static void add(rk_alt_found *found, rk_alt_key kind, rk_slice text)
{
    found->text[found->len++] = rk_alt_key_letter(kind);
    memcpy(found->text + found->len, text.at, text.len);
    found->len += text.len;
    found->text[found->len++] = '\n';
}

static bool is_key(rk_alt_key kind, rk_slice text)
{
    char plain[RK_ALT_TEXT];
    return text.len && text.len <= RK_ALT_TEXT && rk_alt_key_plain(kind, text, plain);
}

/* The key in a text: *key is empty when there is none; *several: there are different ones. */
static bool search(const rk_key_extract *rule, rk_alt_key kind, rk_slice text, rk_slice *key,
                   bool *several)
{
    rk_slice groups[RK_REGEX_GROUPS];
    size_t from = 0;
    for (int tries = 0; from <= text.len; tries++) {
        rk_regex_result result = rk_regex_find(rule->pattern, text, from, groups);
        if (result != RK_REGEX_MATCHED)
            return result == RK_REGEX_NONE;
        rk_slice found = rk_slice_trim(groups[1].at ? groups[1] : groups[0]);
        *several |= tries == TRIES_MAX;
        if (is_key(kind, found) && key->len && !rk_alt_key_equal(kind, *key, found))
            *several = true;
        else if (is_key(kind, found))
            *key = found;
        if (*several)
            return true;
        size_t end = (size_t)(groups[0].at + groups[0].len - text.at);
        from = end > from ? end : from + 1;
    }
    return true;
}

bool rk_alt_keys_read(const rk_row *row, rk_alt_found *found, int *field)
{
    const rk_channel *channel = row->layout->channel;
    found->len = 0;
    for (unsigned kind = 0; kind < RK_ALT_KEYS; kind++) {
        const rk_key_extract *rule = &channel->key_extracts[kind];
        rk_slice key = rk_row_field(row, channel->keys[kind]);
        bool several = false;
        if (!is_key((rk_alt_key)kind, key))
            key = (rk_slice){"", 0};
        bool given = key.len > 0;
        for (size_t i = 0; !given && !several && i < rule->fields.count; i++) {
            *field = rule->fields.fields[i];
            if (!search(rule, (rk_alt_key)kind, rk_row_field(row, *field), &key, &several))
                return false;
        }
        if (key.len && !several)
            add(found, (rk_alt_key)kind, key);
    }
    return true;
}
