/* rules/findings.yaml */
#include "config/load.h"

static const rk_choice kinds[] = {{"tariff_differs", RK_TARIFF_DIFFERS},
                                  {"issued_unpaid", RK_ISSUED_UNPAID},
                                  {"paid_not_issued", RK_PAID_NOT_ISSUED},
                                  {"attended_unpaid", RK_ATTENDED_UNPAID},
                                  {"issued_twice", RK_ISSUED_TWICE},
                                  {"not_collected", RK_NOT_COLLECTED},
                                  {"unknown_office", RK_UNKNOWN_OFFICE},
                                  {"slot_conflict", RK_SLOT_CONFLICT},
                                  {"nik_implausible", RK_NIK_WARNING},
                                  {"hold_stays", RK_HOLD_STAYS},
                                  {NULL, 0}};

static const rk_key finding_keys[] = {
    {"finding", &rk_value_choice, offsetof(rk_finding_rule, kind), .needed = true, .choices = kinds,
     .doc = "what is looked for; what stands in no row is not"},
    {"from", &rk_value_day, offsetof(rk_finding_rule, from), .needed = true,
     .doc = "the first day of what happened (filed, attended, issued) for which the row holds"},
    {"until", &rk_value_day, offsetof(rk_finding_rule, until),
     .doc = "the first day on which it does not"},
    {"after_days", &rk_value_integer, offsetof(rk_finding_rule, after_days), .least = 0,
     .most = 3650, .doc = "so many days after it; default 0"},
    {"within_days", &rk_value_integer, offsetof(rk_finding_rule, within_days), .least = 1,
     .most = 3650,
     .doc = "of issued_twice: documents are compared with those of so many days before; of "
            "slot_conflict: so many days after the visit it is looked for"},
    {"words", &rk_value_texts, offsetof(rk_finding_rule, words),
     .count_offset = offsetof(rk_finding_rule, word_count),
     .doc = "of nik_implausible: what the column nik_check says of one that is not plausible"},
};

static void begin_rule(void *into)
{
    rk_finding_rule *rule = into;
    rule->from = rule->until = RK_NO_DAY;
}

/* Filing is seen when it is known. */
static bool end_rule(const rk_load *load, const rk_node *node, void *into, rk_error *err)
{
    const rk_finding_rule *rule = into;
    bool is_of_time = rule->kind == RK_HOLD_STAYS || rule->kind == RK_NOT_COLLECTED ||
                      rule->kind == RK_PAID_NOT_ISSUED || rule->kind == RK_ISSUED_UNPAID ||
                      rule->kind == RK_ATTENDED_UNPAID;
    if (rule->after_days > 0 && !is_of_time)
        return rk_load_fail(load, rk_node_at(node, "after_days"), err,
                            "\"after_days\" goes with issued_unpaid, paid_not_issued, "
                            "attended_unpaid, not_collected and hold_stays");
    bool remembers = rule->kind == RK_ISSUED_TWICE || rule->kind == RK_SLOT_CONFLICT;
    if (rule->within_days > 0 && !remembers)
        return rk_load_fail(load, rk_node_at(node, "within_days"), err,
                            "\"within_days\" goes with issued_twice and slot_conflict");
    if (rule->kind == RK_SLOT_CONFLICT && rule->within_days == 0)
        return rk_load_fail(load, node, err, "missing key \"within_days\"");
    if (rule->word_count > 0 && rule->kind != RK_NIK_WARNING)
        return rk_load_fail(load, rk_node_at(node, "words"), err,
                            "\"words\" goes with nik_implausible");
    if (rule->kind == RK_NIK_WARNING && rule->word_count == 0)
        return rk_load_fail(load, node, err, "missing key \"words\"");
    return rk_load_check_days(load, node, rule->from, rule->until, err);
}

const rk_schema rk_finding_schema = {
    .doc = "what is looked for in the applications themselves",
    .size = sizeof(rk_finding_rule),
    RK_KEYS(finding_keys),
    .begin = begin_rule,
    .end = end_rule,
};

bool rk_load_findings(const rk_load *load, const rk_node *root, rk_error *err)
{
    rk_finding_rules *rules = &load->rules->findings;
    if (!rk_schema_bind_list(load, &rk_finding_schema, root, &rules->items, &rules->count, err))
        return false;
    for (size_t i = 0; i < rules->count; i++)
        for (size_t j = 0; j < i; j++)
            if (rules->items[i].kind == rules->items[j].kind &&
                rk_days_overlap(rules->items[i].from, rules->items[i].until, rules->items[j].from,
                                rules->items[j].until))
                return rk_load_fail(load, root->items[i], err,
                                    "two rows of %s hold on the same day (the other: line %zu)",
                                    rk_finding_name(rules->items[i].kind), root->items[j]->line);
    return true;
}

const rk_finding_rule *rk_finding_rule_on(const rk_finding_rules *rules, rk_finding_kind kind,
                                          rk_day day)
{
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].kind == kind &&
            rk_day_holds(rules->items[i].from, rules->items[i].until, day))
            return &rules->items[i];
    return NULL;
}
