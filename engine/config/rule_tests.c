/* tests: of a rule of matching.yaml: payments, what they might be for, and what they must end as. */
#include "config/load.h"

static const rk_choice statuses[] = {
    {"submitted", RK_STATUS_SUBMITTED}, {"cancelled", RK_STATUS_CANCELLED}, {NULL, 0}};

static const rk_key application_keys[] = {
    {"id", &rk_value_text, offsetof(rk_test_application, id), .needed = true,
     .doc = "what `application` of an entry refers to"},
    {"code", &rk_value_text, offsetof(rk_test_application, code), .doc = "its billing code"},
    {"due", &rk_value_rupiah, offsetof(rk_test_application, due_minor), .needed = true,
     .doc = "rupiah; 0: waived"},
    {"submitted", &rk_value_local, offsetof(rk_test_application, submitted), .needed = true,
     .doc = "when; the deadline follows by deadlines.yaml"},
    {"source", &rk_value_name, offsetof(rk_test_application, source),
     .doc = "as in deadlines.yaml"},
    {"status", &rk_value_choice, offsetof(rk_test_application, status), .choices = statuses,
     .doc = "submitted when not given"},
    {"group_id", &rk_value_text, offsetof(rk_test_application, group_id),
     .doc = "of applications that one payment may be for"},
    {"alt_keys", &rk_value_text, offsetof(rk_test_application, alt_keys),
     .doc = "as in the column of that name"},
    {"ntpn", &rk_value_text, offsetof(rk_test_application, keys[RK_ALT_NTPN]), .doc = "its NTPN"},
    {"virtual_account", &rk_value_text, offsetof(rk_test_application, keys[RK_ALT_VIRTUAL_ACCOUNT]),
     .doc = "its virtual account"},
    {"application_number", &rk_value_text,
     offsetof(rk_test_application, keys[RK_ALT_APPLICATION_NUMBER]), .doc = "its number"},
};

static const rk_schema application_schema = {
    .doc = "an application of a test",
    .size = sizeof(rk_test_application),
    RK_KEYS(application_keys),
};

/* Every outcome that a rule, or the lack of one, can lead to. */
static const rk_choice outcomes[] = {
    {"matched", RK_MATCHED},           {"late", RK_LATE},           {"underpaid", RK_UNDERPAID},
    {"overpaid", RK_OVERPAID},         {"duplicate", RK_DUPLICATE}, {"reversed", RK_REVERSED},
    {"reversal", RK_REVERSAL},         {"suggested", RK_SUGGESTED}, {"ambiguous", RK_AMBIGUOUS},
    {"unidentified", RK_UNIDENTIFIED}, {"not_due", RK_NOT_DUE},     {NULL, 0}};

static const rk_key entry_keys[] = {
    {"code", &rk_value_text, offsetof(rk_test_entry, code), .doc = "a billing code"},
    {"ntpn", &rk_value_text, offsetof(rk_test_entry, keys[RK_ALT_NTPN]), .doc = "an NTPN"},
    {"virtual_account", &rk_value_text, offsetof(rk_test_entry, keys[RK_ALT_VIRTUAL_ACCOUNT]),
     .doc = "a virtual account"},
    {"application_number", &rk_value_text, offsetof(rk_test_entry, keys[RK_ALT_APPLICATION_NUMBER]),
     .doc = "the number of an application"},
    {"amount", &rk_value_rupiah, offsetof(rk_test_entry, amount_minor), .needed = true,
     .doc = "rupiah"},
    {"debit", &rk_value_yes, offsetof(rk_test_entry, debit), .doc = "yes: money going out"},
    {"paid", &rk_value_local, offsetof(rk_test_entry, paid), .needed = true, .doc = "when"},
    {"until", &rk_value_local, offsetof(rk_test_entry, until),
     .doc = "where only `paid` to `until` is known"},
    {"reference", &rk_value_text, offsetof(rk_test_entry, reference), .doc = "a journal number"},
    {"channel", &rk_value_name, offsetof(rk_test_entry, channel), .doc = "any when not given"},
    {"outcome", &rk_value_choice, offsetof(rk_test_entry, outcome), .needed = true,
     .choices = outcomes, .doc = "what it must end as"},
    {"application", &rk_value_text, offsetof(rk_test_entry, application),
     .doc = "the id of the application it must belong to; any when not given"},
};

static void begin_entry(void *into)
{
    rk_test_entry *entry = into;
    entry->until.at = RK_NO_MOMENT;
}

static bool end_entry(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    rk_test_entry *entry = into;
    (void)load;
    (void)err;
    entry->node = node;
    return true;
}

static const rk_schema entry_schema = {
    .doc = "a payment of a test",
    .size = sizeof(rk_test_entry),
    RK_KEYS(entry_keys),
    .begin = begin_entry,
    .end = end_entry,
};

static const rk_key test_keys[] = {
    {"test", &rk_value_text, offsetof(rk_rule_test, name), .needed = true, .doc = "what it shows"},
    {"applications", &rk_value_list, offsetof(rk_rule_test, applications),
     .count_offset = offsetof(rk_rule_test, application_count), .needed = true,
     .of = &application_schema, .doc = "all that are known"},
    {"entries", &rk_value_list, offsetof(rk_rule_test, entries),
     .count_offset = offsetof(rk_rule_test, entry_count), .needed = true, .of = &entry_schema,
     .doc = "the payments, and what each must end as"},
};

static bool is_code(rk_slice code)
{
    uint64_t number;
    return code.len == 0 || (code.len == 15 && rk_slice_to_u64(code, &number));
}

static bool names_application(const rk_rule_test *test, rk_slice id)
{
    bool found = id.len == 0;
    for (size_t i = 0; i < test->application_count && !found; i++)
        found = rk_slice_equal(test->applications[i].id, id);
    return found;
}

static bool end_test(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_rule_test *test = into;
    const rk_node *applications = rk_node_get(node, "applications");
    for (size_t i = 0; i < test->application_count; i++)
        if (!is_code(test->applications[i].code))
            return rk_load_fail(load, rk_node_at(applications->items[i], "code"), err,
                                "a billing code has 15 digits");
    for (size_t i = 0; i < test->entry_count; i++) {
        const rk_test_entry *entry = &test->entries[i];
        if (!is_code(entry->code))
            return rk_load_fail(load, rk_node_at(entry->node, "code"), err,
                                "a billing code has 15 digits");
        if (!names_application(test, entry->application))
            return rk_load_fail(load, rk_node_at(entry->node, "application"), err,
                                "no application of the test is called \"%.*s\"",
                                RK_FMT(entry->application));
    }
    return true;
}

const rk_schema rk_rule_test_schema = {
    .doc = "payments that `rekon check` matches by all the rules, each with what it must end as",
    .size = sizeof(rk_rule_test),
    RK_KEYS(test_keys),
    .end = end_test,
};
