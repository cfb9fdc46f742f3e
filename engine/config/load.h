/*
 * load: what the loaders of the single files share with one another; nobody else includes it.
 *
 * In:  the tree of one file        Out: its part of rk_rules
 * Each loader has its tables, fills its part and cross-checks it with the parts loaded before.
 */
#ifndef RK_CONFIG_LOAD_H
#define RK_CONFIG_LOAD_H

#include "config/rules.h"
#include "config/schema.h"

/* Patterns live outside the arena: a list of all of them. */
struct rk_compiled {
    rk_regex *regex;
    struct rk_compiled *next;
};

extern const rk_schema rk_office_schema, rk_tariff_schema, rk_deadline_schema, rk_outage_schema,
    rk_calendar_schema, rk_match_schema, rk_rule_test_schema, rk_channel_schema, rk_target_schema,
    rk_quota_schema, rk_finding_schema, rk_settings_schema, rk_measure_schema, rk_workbook_schema,
    rk_engine_schema;

bool rk_load_offices(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_tariffs(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_deadlines(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_calendar(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_outages(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_matching(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_targets(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_quotas(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_engine(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_findings(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_channel(const rk_load *load, const rk_node *root, rk_channel *channel, rk_error *err);
bool rk_load_measures(const rk_load *load, const rk_node *root, rk_error *err);
bool rk_load_workbook(const rk_load *load, const rk_node *root, rk_workbook *workbook,
                      rk_error *err);

/* Interns `text`; fails at `node` when the dictionary is full or the name too long. */
bool rk_load_name(const rk_load *load, const rk_node *node, rk_slice text, rk_name *name,
                  rk_error *err);

/* `from` must be before `until`; both may be open. Fails at `until`. */
bool rk_load_check_days(const rk_load *load, const rk_node *node, rk_day from, rk_day until,
                        rk_error *err);

/* The day lies in [from, until), either of which may be open (RK_NO_DAY). */
static inline bool rk_day_holds(rk_day from, rk_day until, rk_day on)
{
    return (from == RK_NO_DAY || on >= from) && (until == RK_NO_DAY || on < until);
}

/* The two have a day in common. */
static inline bool rk_days_overlap(rk_day from_a, rk_day until_a, rk_day from_b, rk_day until_b)
{
    return (until_b == RK_NO_DAY || from_a == RK_NO_DAY || from_a < until_b) &&
           (until_a == RK_NO_DAY || from_b == RK_NO_DAY || from_b < until_a);
}

/* registration, payment, printing, same_day, and `all`, as a list or one word, into `unsigned`. */
extern const rk_value rk_value_functions, rk_value_pauses;

/* Fails at `node` unless offices.yaml has this office, with the nearest one as hint. */
bool rk_load_check_office(const rk_load *load, const rk_node *node, rk_name office, rk_error *err);

/* The same for services of tariffs.yaml. */
bool rk_load_check_service(const rk_load *load, const rk_node *node, rk_name service,
                           rk_error *err);

#endif
