/*
 * rules: everything that finance staff and operators may change, as plain structs.
 *
 * In:  the YAML files of `rules/` and `reports/` as bytes (from disk, or from the archive for a rerun)
 * Out: one rk_rules, read-only from then on, shared by all threads; lives in its arena
 * What changes in the real world carries `from:` (and `until:`, exclusive). Lists are sorted by `from`
 * ascending where a later row replaces an earlier one.
 */
#ifndef RK_CONFIG_RULES_H
#define RK_CONFIG_RULES_H

#include "config/channel.h"
#include "config/engine.h"
#include "config/report.h"
#include "config/yaml.h"
#include "model/application.h"
#include "model/entry.h"
#include "model/finding.h"

/* ---- offices.yaml ---- */
typedef struct rk_office {
    rk_name office; /* the code: "palembang" */
    rk_slice name;  /* "Palembang" */
    rk_slice class_name;
    rk_name province;
    rk_zone zone;
    rk_name zone_name;  /* WIB, WITA, WIT */
    rk_slice satker;    /* may be empty */
    rk_day from, until; /* RK_NO_DAY: open */
} rk_office;

typedef struct rk_offices {
    rk_office *items; /* by code, then from */
    size_t count;
    rk_name none;       /* the name "-": TANPA KANTOR */
    uint32_t *first;    /* by rk_name: number of the office's first row + 1, 0: no office */
    size_t first_count; /* names from here on are no offices */
} rk_offices;

/* The row of `office` that holds on `on` (the nearest row where none holds); NULL when unknown. */
const rk_office *rk_office_on(const rk_offices *offices, rk_name office, rk_day on);

/* ---- tariffs.yaml ---- */
typedef struct rk_price {
    rk_name service;
    rk_name validity; /* 0: any */
    rk_money amount_minor;
    rk_slice label_id, label_en; /* how sheets call the service */
} rk_price;

typedef struct rk_charge {
    rk_slice charge; /* a word of the column charges: hilang, rusak, percepatan */
    rk_name name;    /* the same, interned */
    rk_name service; /* 0: any; a row for the service goes before one for any */
    rk_money amount_minor;
} rk_charge;

typedef enum rk_clock {
    RK_CLOCK_SUBMITTED,
    RK_CLOCK_BILLED,
    RK_CLOCK_APPOINTMENT, /* of deadlines alone: the end of the day of the appointment */
    RK_CLOCK_ATTENDED,    /* of deadlines alone: the interview itself */
} rk_clock;

typedef struct rk_tariff {
    rk_day from, until;
    rk_clock clock;   /* by which date the tariff is chosen */
    rk_slice legal;   /* "PP 28/2019" */
    rk_price *prices; /* by order of service */
    size_t price_count;
    uint32_t *first; /* by order of service: its first price; one more at the end */
    rk_charge *charges;
    size_t charge_count;
} rk_tariff;

typedef struct rk_tariffs {
    rk_tariff *items; /* by from */
    size_t count;
    uint32_t *order;   /* by rk_name: order of the service + 1, 0: no service */
    size_t name_count; /* names from here on are no services */
    rk_label *labels;  /* by order of service */
    size_t service_count;
} rk_tariffs;

/* What an application owes by tariff, charges included; RK_NO_MONEY when no tariff names the service
 * with this validity or one of the charges (words apart by `;`, `,` or blanks). The days are those of
 * submission and billing in the office's zone; each tariff looks at that of its clock, and billing
 * falls back on submission where it is RK_NO_DAY. */
rk_money rk_tariff_due(const rk_tariffs *tariffs, rk_name service, rk_name validity,
                       rk_slice charges, rk_day submitted_on, rk_day billed_on);

/* The regulation of the tariff that rk_tariff_due looks at; empty: there is none. */
rk_slice rk_tariff_legal(const rk_tariffs *tariffs, rk_day submitted_on, rk_day billed_on);

/* One part of what is due: the price of the service, or a charge. */
typedef struct rk_fee {
    rk_name fee; /* the service, or the charge's word */
    rk_money rate_minor;
} rk_fee;

/* The parts of rk_tariff_due, the price first; 0 when it is RK_NO_MONEY or has more than `most` parts. */
size_t rk_tariff_fees(const rk_tariffs *tariffs, rk_name service, rk_name validity,
                      rk_slice charges, rk_day submitted_on, rk_day billed_on, rk_fee *fees,
                      size_t most);

/* Position of a service in the tariffs (for sorting rows), SIZE_MAX when unknown; its label. */
size_t rk_tariff_order(const rk_tariffs *tariffs, rk_name service);
rk_slice rk_tariff_label(const rk_tariffs *tariffs, rk_name service, rk_language language);

/* ---- deadlines.yaml ---- */
typedef struct rk_deadline_rule {
    rk_day from, until; /* days of submission, in the office's zone */
    rk_name source;     /* 0: any */
    rk_name service;    /* 0: any */
    rk_clock clock;
    int64_t within;     /* microseconds; -1: no deadline (within: none) */
    unsigned paused_by; /* bits of rk_function: outages of these stop the clock */
    rk_local cutoff; /* a row with it has no term: every bill older than this ends here at last */
} rk_deadline_rule;

typedef struct rk_deadlines {
    rk_deadline_rule *items; /* in file order; the last one that holds decides */
    size_t count;
} rk_deadlines;

/* ---- outages.yaml ---- */
typedef enum rk_function {
    RK_FUNCTION_REGISTRATION = 1,
    RK_FUNCTION_PAYMENT = 2,
    RK_FUNCTION_PRINTING = 4,
    RK_FUNCTION_SAME_DAY = 8,
    RK_FUNCTIONS = 15,
} rk_function;

typedef struct rk_name_list {
    rk_name *items;
    size_t count;
} rk_name_list;

typedef struct rk_outage {
    rk_name outage; /* its name: "pdn-2024" */
    rk_label label;
    rk_local from, until;  /* [from, until); RK_NO_MOMENT: not over yet */
    unsigned functions;    /* what was out of order */
    rk_name_list offices;  /* none: the whole nation */
    rk_name_list channels; /* none: all */
} rk_outage;

typedef struct rk_outages {
    rk_outage *items; /* as in the file */
    size_t count;
    rk_moment first, last; /* before and after these no clock of any zone was stopped */
} rk_outages;

/* The outage of that name, NULL when there is none. */
const rk_outage *rk_outage_find(const rk_outages *outages, rk_name outage);

/* ---- matching.yaml ---- */
typedef enum rk_match_key {
    RK_KEY_BILLING_CODE,      /* key: billing_code */
    RK_KEY_NEAR_BILLING_CODE, /* key: {billing_code: within 1} */
    RK_KEY_GROUP,             /* key: group_id; one payment for several applications of one group */
    RK_KEY_REFERENCE,         /* key: reference; of money that goes back without a code */
    RK_KEY_NTPN,              /* key: ntpn; these as in model/altkey.h */
    RK_KEY_VIRTUAL_ACCOUNT,   /* key: virtual_account */
    RK_KEY_APPLICATION_NUMBER, /* key: application_number */
    RK_MATCH_KEYS
} rk_match_key;

static inline bool rk_match_key_is_alternative(rk_match_key key)
{
    return key >= RK_KEY_NTPN && key <= RK_KEY_APPLICATION_NUMBER;
}

/* "billing_code", "group_id": as matching.yaml calls them. */
const char *rk_match_key_name(rk_match_key key);

/* Paid against what is due. */
typedef enum rk_amount_test {
    RK_AMOUNT_ANY,
    RK_AMOUNT_EQUAL,
    RK_AMOUNT_LESS,
    RK_AMOUNT_MORE,
    RK_AMOUNT_WITHIN, /* the difference is at most amount_within, or amount_ppm of what is due */
} rk_amount_test;

/* The interval [paid_from, paid_until] against submission and deadline. */
typedef enum rk_time_test {
    RK_TIME_ANY,
    RK_TIME_IN_TIME,           /* may lie between submission and deadline */
    RK_TIME_AFTER_DEADLINE,    /* lies after the deadline */
    RK_TIME_BEFORE_SUBMISSION, /* lies before the submission, and before the bill was made */
    RK_TIME_WITHIN, /* may lie between the submission and paid_days times 24 hours after it */
} rk_time_test;

/* A case that a rule carries: `rekon check` matches it by all the rules. */
typedef struct rk_test_application {
    rk_slice id, code, group_id, alt_keys;
    rk_slice keys[RK_ALT_KEYS];
    rk_money due_minor;
    rk_local submitted;
    rk_name source;
    int status; /* rk_status */
} rk_test_application;

typedef struct rk_test_entry {
    rk_slice keys[RK_ALT_KEYS];
    rk_slice code, reference, application; /* application: expected; empty: any */
    rk_money amount_minor;
    bool debit;
    rk_local paid, until; /* until: RK_NO_MOMENT when `paid` is exact */
    rk_name channel;
    int outcome;         /* rk_outcome, expected */
    const rk_node *node; /* where it stands, in the arena of the rules */
} rk_test_entry;

typedef struct rk_rule_test {
    rk_slice name;
    rk_test_application *applications;
    size_t application_count;
    rk_test_entry *entries;
    size_t entry_count;
} rk_rule_test;

typedef struct rk_match_rule {
    rk_name rule;
    rk_day from, until; /* by the entry's booked_on */
    rk_match_key key;
    /* require: all of these */
    rk_amount_test amount;
    rk_money amount_within;
    int64_t amount_ppm; /* millionths of what is due */
    rk_time_test paid;
    int paid_days;
    bool same_office;  /* the office of the entry's account is the application's */
    rk_name *channels; /* the entry's is one of these; count 0: any */
    size_t channel_count;
    bool unique;
    uint32_t outcomes; /* bit of each rk_outcome that the rule may give */
    rk_rule_test *tests;
    size_t test_count;
} rk_match_rule;

typedef struct rk_matching {
    rk_match_rule *items; /* tried in order */
    size_t count;
} rk_matching;

/* The rule holds on the day. */
static inline bool rk_match_rule_holds_on(const rk_match_rule *rule, rk_day on)
{
    return (rule->from == RK_NO_DAY || on >= rule->from) &&
           (rule->until == RK_NO_DAY || on < rule->until);
}

/* Any rule has this key. */
bool rk_matching_has_key(const rk_matching *matching, rk_match_key key);

/* Any rule has a key beside the billing code that entries tell themselves. */
bool rk_matching_has_alternatives(const rk_matching *matching);

/* ---- targets.yaml, quotas.yaml ---- */
#define RK_NO_COUNT UINT32_MAX

typedef struct rk_goal {
    rk_slice name; /* of a target: "penerimaan", as measures name it; of a quota empty */
    rk_name office;
    rk_day from, until;
    rk_period each; /* what the figure is for */
    bool working;   /* each: day: none on days that are no working days */
    const rk_calendar *calendar;
    rk_money amount_minor; /* RK_NO_MONEY: it is a count */
    uint32_t count;        /* RK_NO_COUNT: it is money */
} rk_goal;

typedef struct rk_goals {
    rk_goal *items; /* in file order */
    size_t count;
} rk_goals;

/* The target `name` (of quotas: empty) of an office over the days [from, until], in minor units or as a
 * count; of a year, month, ... that is cut the part by days. RK_NO_MONEY when no row holds. */
rk_money rk_goal_over(const rk_goals *goals, rk_slice name, rk_name office, rk_day from,
                      rk_day until);

/* How visits are counted (quotas.yaml). */
typedef struct rk_visit_rule {
    rk_day from, until; /* of the visit */
    rk_name *walk_in;   /* sources of those who come without a slot */
    rk_name *priority;  /* and of those who are let in first; whoever says a priority is one too */
    rk_name *hotline;   /* and of those who book by telephone */
    size_t walk_in_count, priority_count, hotline_count;
    int64_t
        free_before; /* microseconds before its day; given back later, nobody can use the slot */
} rk_visit_rule;

typedef struct rk_visit_rules {
    rk_visit_rule *items; /* in file order; no two hold on a day */
    size_t count;         /* 0: visits are not counted */
} rk_visit_rules;

/* The row that holds on the day of the visit; NULL: it is not counted. */
const rk_visit_rule *rk_visit_rule_on(const rk_visit_rules *rules, rk_day day);

/* ---- findings.yaml ---- */
typedef struct rk_finding_rule {
    rk_finding_kind kind;
    rk_day from, until; /* of what happened */
    int after_days;
    int within_days; /* so far back (issued_twice) or on (slot_conflict) it is remembered; 0: not */
    rk_slice *words; /* nik_implausible: what the source says then */
    size_t word_count;
} rk_finding_rule;

typedef struct rk_finding_rules {
    rk_finding_rule *items; /* in file order; of one kind no two hold on a day */
    size_t count;           /* 0: nothing is looked for */
} rk_finding_rules;

/* The row of a kind that holds on the day; NULL: it is not looked for. */
const rk_finding_rule *rk_finding_rule_on(const rk_finding_rules *rules, rk_finding_kind kind,
                                          rk_day day);

/* ---- rekon.yaml ---- */
typedef struct rk_settings {
    const char *database;                                   /* libpq connection string */
    const char *inbox, *archive, *output, *rules, *reports; /* folders; relative ones are resolved
                                                             * against the folder of the file */
    rk_zone zone;                                           /* of the batch; default Asia/Jakarta */
    rk_slice zone_name;
    int32_t judge_at;     /* seconds after the beginning of D; default 24:00 */
    rk_day start;         /* the first business day of the books; RK_NO_DAY: the first night's */
    int memory_days;      /* default 400 */
    rk_language language; /* default id */
    rk_slice biller;      /* printed in workbooks */
} rk_settings;

bool rk_settings_load(const rk_source *source, rk_arena *arena, rk_settings *settings,
                      rk_error *err);

/* ---- all of it ---- */
typedef struct rk_rules {
    const rk_calendar *calendar; /* NULL: weekends only */
    rk_offices offices;
    rk_tariffs tariffs;
    rk_deadlines deadlines;
    rk_outages outages;
    rk_matching matching;
    rk_goals targets, quotas;
    rk_visit_rules visits;
    rk_finding_rules findings;
    rk_engine engine;
    rk_channel *channels; /* by name */
    size_t channel_count;
    rk_reports reports;
    struct rk_compiled *compiled; /* every pattern, for rk_rules_free */
} rk_rules;

/* Names of rule files, sorted: "offices.yaml", "channels/bca.yaml", "reports/harian.yaml". Reads every
 * *.yaml of the folders into `sources` (arena). The same list comes out of the archive on a rerun. */
typedef struct rk_sources {
    rk_source *items;
    size_t count;
} rk_sources;

bool rk_sources_read(const char *rules_folder, const char *reports_folder, rk_arena *arena,
                     rk_sources *sources, rk_error *err);

/* Loads and cross-checks everything; names are interned in `names`. Needs offices, tariffs, deadlines,
 * matching and at least one channel; targets, quotas, findings, engine and reports may be absent. An unknown file name, an unknown, repeated
 * or missing key, or a bad value is RK_INVALID with path, line, column, the line, a hint. */
bool rk_rules_load(const rk_sources *sources, rk_names *names, rk_arena *arena, rk_rules *rules,
                   rk_error *err);

/* Frees what is not in the arena (compiled patterns). */
void rk_rules_free(rk_rules *rules);

/* A channel tells keys beside the code. */
bool rk_rules_read_keys(const rk_rules *rules);

/* Some channel settles: the fees of entries are read. */
bool rk_rules_read_fees(const rk_rules *rules);

const rk_channel *rk_channel_find(const rk_rules *rules, rk_name channel);

#endif
