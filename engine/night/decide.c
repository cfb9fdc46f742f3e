#include <stdlib.h>

#include "base/log.h"
#include "night/night.h"

void rk_night_effect(rk_night *night, size_t decision, const char *effect, const char *why)
{
    rk_decision_rows *decisions = &night->history.decisions;
    decisions->effect[decision] = rk_names_add(&night->world.names, rk_slice_of(effect));
    decisions->why[decision] = rk_texts_add(&night->world.texts, rk_slice_of(why));
}

static rk_slice subject_of(const rk_night *night, size_t decision)
{
    return rk_texts_get(&night->world.texts, night->history.decisions.subject[decision]);
}

/* The name of the entry that a subject means: itself, or that of a case. */
rk_slice rk_night_entry_named(const rk_night *night, rk_slice subject)
{
    const rk_cases *cases = &night->carried.cases;
    if (!rk_slice_starts(subject, RK_S("K-")))
        return subject;
    for (size_t i = 0; i < cases->batch.count; i++)
        if (rk_slice_equal(rk_texts_get(&night->world.texts, cases->id[i]), subject))
            return rk_texts_get(&night->world.texts, cases->entry[i]);
    return (rk_slice){"", 0};
}

/* "9f86d081884c7d65:17" to its two parts. */
bool rk_night_parse_entry(rk_slice name, uint64_t *digest, uint32_t *ordinal)
{
    uint64_t number;
    if (name.len < 18 || name.at[16] != ':' ||
        !rk_slice_to_u64((rk_slice){name.at + 17, name.len - 17}, &number) || number > UINT32_MAX)
        return false;
    *digest = 0;
    *ordinal = (uint32_t)number;
    for (size_t i = 0; i < 16; i++) {
        char c = name.at[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return false;
        *digest = *digest << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

void rk_night_want_decided(const rk_night *night, rk_wanted *wanted)
{
    const rk_decision_rows *decisions = &night->history.decisions;
    rk_night_want_replaced(night, wanted);
    for (size_t i = 0; i < decisions->batch.count; i++) {
        uint64_t digest;
        uint32_t ordinal;
        rk_slice subject = subject_of(night, i);
        if (decisions->effect[i])
            continue;
        if (subject.len)
            rk_keys_add(&wanted->ids, rk_key_of_id(subject));
        if (rk_night_parse_entry(rk_night_entry_named(night, subject), &digest, &ordinal))
            rk_keys_add(&wanted->entries, rk_key_of_entry(digest, ordinal));
        rk_slice object = rk_texts_get(&night->world.texts, decisions->object[i]);
        if (object.len)
            rk_keys_add(&wanted->ids, rk_key_of_id(object));
    }
}

static uint32_t find_entry(const rk_night *night, rk_slice name)
{
    uint64_t digest;
    uint32_t ordinal;
    const rk_entries *e = &night->world.entries;
    if (!rk_night_parse_entry(name, &digest, &ordinal))
        return RK_NO_ROW;
    for (size_t row = 0; row < e->batch.count; row++)
        if (e->ordinal[row] == ordinal &&
            rk_digest_short(&night->world.files.items[e->file[row]].digest) == digest)
            return (uint32_t)row;
    return RK_NO_ROW;
}

uint32_t rk_night_decided_entry(const rk_night *night, size_t decision)
{
    const rk_decision_rows *d = &night->history.decisions;
    bool applied = rk_slice_is(rk_names_text(&night->world.names, d->effect[decision]), "applied");
    return applied ? find_entry(night, rk_night_entry_named(night, subject_of(night, decision)))
                   : RK_NO_ROW;
}

static uint32_t find_application(const rk_night *night, rk_slice id)
{
    const rk_applications *a = &night->world.applications;
    for (size_t row = 0; row < a->batch.count; row++)
        if (rk_slice_equal(rk_texts_get(&night->world.texts, a->id[row]), id))
            return (uint32_t)row;
    return RK_NO_ROW;
}

static void clear_decided(rk_entries *e, uint32_t entry)
{
    e->flags[entry] &=
        (uint8_t) ~(RK_ENTRY_FORCED | RK_ENTRY_UNMATCHED | RK_ENTRY_RESOLVED | RK_ENTRY_STALE);
    e->outcome[entry] = RK_OUTCOME_NONE;
}

static void match(rk_night *night, size_t decision, uint32_t entry)
{
    rk_entries *e = &night->world.entries;
    uint32_t application = find_application(
        night, rk_texts_get(&night->world.texts, night->history.decisions.object[decision]));
    if (application == RK_NO_ROW) {
        rk_night_effect(night, decision, "stale", "no application has the id of its object");
        return;
    }
    if (e->amount_minor[entry] <= 0) {
        rk_night_effect(night, decision, "stale", "money going out pays no application");
        return;
    }
    clear_decided(e, entry);
    e->flags[entry] |= RK_ENTRY_FORCED;
    e->application[entry] = application;
    rk_night_effect(night, decision, "applied", "");
}

static void unmatch(rk_night *night, size_t decision, uint32_t entry)
{
    rk_entries *e = &night->world.entries;
    if (e->application[entry] == RK_NO_ROW) {
        rk_night_effect(night, decision, "stale", "the entry is matched with no application");
        return;
    }
    clear_decided(e, entry);
    e->flags[entry] |= RK_ENTRY_UNMATCHED;
    rk_night_effect(night, decision, "applied", "");
}

void rk_night_ignore(rk_night *night, uint32_t entry)
{
    rk_entries *e = &night->world.entries;
    clear_decided(e, entry);
    e->outcome[entry] = RK_IGNORED;
    e->reason[entry] = RK_REASON_DECIDED;
    e->rule[entry] = rk_names_add(&night->world.names, RK_S("decision"));
}

static void ignore(rk_night *night, size_t decision, uint32_t entry)
{
    rk_night_ignore(night, entry);
    rk_night_effect(night, decision, "applied", "");
}

/* What opened a case before tonight, and was not resolved since. */
static bool has_case(const rk_night *night, uint32_t entry)
{
    const rk_entries *before = &night->world.before.entries;
    if (entry >= before->batch.count)
        return false;
    return before->flags[entry] & RK_ENTRY_STALE ||
           (!(before->flags[entry] & RK_ENTRY_RESOLVED) &&
            rk_outcome_opens_case((rk_outcome)before->outcome[entry]));
}

static void resolve(rk_night *night, size_t decision, uint32_t entry)
{
    if (!has_case(night, entry)) {
        rk_night_effect(night, decision, "stale", "no open case has the id of its subject");
        return;
    }
    night->world.entries.flags[entry] |= RK_ENTRY_RESOLVED;
    night->world.entries.flags[entry] &= (uint8_t)~RK_ENTRY_STALE;
    rk_night_effect(night, decision, "applied", "");
}

static void decide(rk_night *night, size_t decision)
{
    rk_slice kind = rk_names_text(&night->world.names, night->history.decisions.kind[decision]);
    if (rk_slice_is(kind, "note")) {
        rk_night_effect(night, decision, "applied", "");
        return;
    }
    if (rk_slice_is(kind, "release_hold")) {
        rk_night_decide_release(night, decision);
        return;
    }
    if (rk_slice_is(kind, "assign_office")) {
        rk_night_decide_office(night, decision,
                               find_application(night, subject_of(night, decision)));
        return;
    }
    if (rk_slice_is(kind, "lapse") || rk_slice_is(kind, "reopen")) {
        rk_night_decide_lapse(night, decision,
                              find_application(night, subject_of(night, decision)));
        return;
    }
    if (rk_slice_is(kind, "resolve") && rk_night_resolve_finding(night, decision))
        return;
    uint32_t entry = find_entry(night, rk_night_entry_named(night, subject_of(night, decision)));
    if (entry == RK_NO_ROW)
        rk_night_effect(night, decision, "stale",
                        "no open case or entry has the id of its subject");
    else if (rk_slice_is(kind, "match"))
        match(night, decision, entry);
    else if (rk_slice_is(kind, "unmatch"))
        unmatch(night, decision, entry);
    else if (rk_slice_is(kind, "ignore"))
        ignore(night, decision, entry);
    else
        resolve(night, decision, entry);
}

/* A file that was accepted, but cannot be read at all, is in quarantine again: nothing was done. */
static void check_accepted(rk_night *night, size_t decision)
{
    char hex[RK_DIGEST_HEX + 1];
    const rk_decision_rows *decisions = &night->history.decisions;
    rk_slice kind = rk_names_text(&night->world.names, decisions->kind[decision]);
    if ((!rk_slice_is(kind, "accept_file") && !rk_slice_is(kind, "replace_file")) ||
        !rk_slice_is(rk_names_text(&night->world.names, decisions->effect[decision]), "applied"))
        return;
    for (size_t i = 0; i < night->world.new_file_count; i++) {
        const rk_file *file = &night->world.files.items[i];
        rk_slice digest = rk_slice_of(rk_digest_hex(&file->digest, hex));
        if (file->overruled && file->fate == RK_FATE_QUARANTINED &&
            rk_slice_starts(digest, subject_of(night, decision)))
            rk_night_effect(night, decision, "stale",
                            rk_arena_printf(&night->world.arena, "the file cannot count: %.*s",
                                            RK_FMT(file->why)));
    }
}

void rk_night_decide_entries(rk_night *night)
{
    const rk_decision_rows *decisions = &night->history.decisions;
    for (size_t i = 0; i < decisions->batch.count; i++)
        check_accepted(night, i);
    for (size_t i = 0; i < decisions->batch.count; i++) {
        if (!decisions->effect[i])
            decide(night, i);
        rk_slice effect = rk_names_text(&night->world.names, decisions->effect[i]);
        if (rk_slice_is(effect, "applied") || rk_slice_is(effect, "repeated"))
            continue;
        rk_log_warning("decision %.*s is %.*s: %.*s",
                       RK_FMT(rk_texts_get(&night->world.texts, decisions->decision_id[i])),
                       RK_FMT(effect),
                       RK_FMT(rk_texts_get(&night->world.texts, decisions->why[i])));
    }
}
