/* rules/engine.yaml */
#include "config/load.h"

/* A new row is a change of what the engine does; the words are never used again for anything else. */
static const rk_choice behaviours[] = {{"statements_without_number", RK_STATEMENTS_WITHOUT_NUMBER},
                                       {"order_of_arrival", RK_ORDER_OF_ARRIVAL},
                                       {"groups_taken_back", RK_GROUPS_TAKEN_BACK},
                                       {"cases_without_entry", RK_CASES_WITHOUT_ENTRY},
                                       {"decisions_once", RK_DECISIONS_ONCE},
                                       {"watermarks_by_account", RK_WATERMARKS_BY_ACCOUNT},
                                       {"rest_days_shown", RK_REST_DAYS_SHOWN},
                                       {"findings_as_cases", RK_FINDINGS_AS_CASES},
                                       {"unchanged_rows_dropped", RK_UNCHANGED_ROWS_DROPPED},
                                       {"replaced_days_wait", RK_REPLACED_DAYS_WAIT},
                                       {"lapses_told", RK_LAPSES_TOLD},
                                       {"second_run_explained", RK_SECOND_RUN_EXPLAINED},
                                       {"cases_with_account", RK_CASES_WITH_ACCOUNT},
                                       {"findings_resolved", RK_FINDINGS_RESOLVED},
                                       {"payouts_make_no_book", RK_PAYOUTS_MAKE_NO_BOOK},
                                       {"shared_rows_stay", RK_SHARED_ROWS_STAY},
                                       {"books_as_printed", RK_BOOKS_AS_PRINTED},
                                       {"outages_all_named", RK_OUTAGES_ALL_NAMED},
                                       {"several_codes_listed", RK_SEVERAL_CODES_LISTED},
                                       {NULL, 0}};

typedef struct behaviour_row {
    int behaviour;
    rk_day from;
} behaviour_row;

static const rk_key behaviour_keys[] = {
    {"behaviour", &rk_value_choice, offsetof(behaviour_row, behaviour), .needed = true,
     .choices = behaviours,
     .doc =
         "statements_without_number: one that leaves out the number or balance which its channel "
         "asks for is compared with no other; before, its file was set aside. order_of_arrival: "
         "what is known in the end does not depend on the order in which it came. "
         "cases_without_entry: what asks a person without being an entry is a case. "
         "decisions_once: an id of a decision is carried out once. watermarks_by_account: each "
         "account that a channel lists is complete by itself. rest_days_shown: days on which no "
         "statement is expected are named on the sheet of deliveries. groups_taken_back: a payment "
         "for several of a group that is taken back is undone for each of them; before, for one. "
         "findings_as_cases: lines of findings open and close in the history of cases and count in "
         "the conclusion. unchanged_rows_dropped: rows of the source that are read again and are "
         "what they were are not judged again. replaced_days_wait: days that only a replaced file "
         "told about are missing again. lapses_told: the list of lapses counts first who was "
         "spared, reinstated, held and lapsed, and says what frees one that is held and who has "
         "its slot by now. second_run_explained: the books of a night that was run again have a "
         "sheet that says what changed since the run before, and why. cases_with_account: cases "
         "know the account whose statement shows them. findings_resolved: a line of findings is "
         "closed by `resolve`. payouts_make_no_book: a day on which nothing but what a "
         "channel pays over arrived has no book of TANPA KANTOR. shared_rows_stay: rows of a "
         "replaced file that another one tells of too stay in force. "
         "books_as_printed: rows, columns and pages of books take what their texts need, and the "
         "last sheet says which rules changed. outages_all_named: all outages that stopped a clock "
         "are named, not the first alone. several_codes_listed: where a text names several codes, "
         "those that wait for it are listed, and held"},
    {"from", &rk_value_day, offsetof(behaviour_row, from), .needed = true,
     .doc = "the first day on which the engine behaves so"},
};

static const rk_schema behaviour_schema = {
    .doc = "what the engine does otherwise than before",
    .size = sizeof(behaviour_row),
    RK_KEYS(behaviour_keys),
};

/* At most a day: what is read again is kept with every night. */
static bool set_length(const rk_load *load, const rk_key *row, const rk_node *node, void *into,
                       rk_error *err)
{
    rk_slice text;
    int64_t *length = RK_INTO(int64_t, into, row);
    if (!rk_schema_scalar(load, row, node, &text, err))
        return false;
    return (rk_duration_parse(text, length) && *length <= RK_DAY_LENGTH) ||
           rk_schema_bad(load, row, node, err);
}

static const rk_value length_value = {"a duration of at most 24h, such as 1h or 30m",
                                      "{\"type\":\"string\"}", set_length, RK_SHAPE_ONE};

static const rk_key source_keys[] = {
    {"from", &rk_value_day, offsetof(rk_source_rule, from), .needed = true,
     .doc = "the first night on which it holds"},
    {"longest_transaction", &length_value, offsetof(rk_source_rule, longest_transaction),
     .needed = true,
     .doc =
         "how long a transaction of the booking system may take. Its rows may say when it began: "
         "every night reads the source again from that long before the newest row of the last "
         "one. Default 1h"},
};

static const rk_schema source_schema = {
    .doc = "how the source of applications writes",
    .size = sizeof(rk_source_rule),
    RK_KEYS(source_keys),
};

typedef struct engine_file {
    int format;
    rk_source_rule *source;
    size_t source_count;
    behaviour_row *rows;
    size_t count;
} engine_file;

static const rk_key engine_keys[] = {
    {"format", &rk_value_integer, offsetof(engine_file, format), .needed = true, .least = 1,
     .most = RK_RULES_FORMAT, .doc = "of the rule files and reports in this folder"},
    {"behaviours", &rk_value_list, offsetof(engine_file, rows),
     .count_offset = offsetof(engine_file, count), .of = &behaviour_schema,
     .doc = "since when the engine does what earlier versions did otherwise"},
    {"source", &rk_value_list, offsetof(engine_file, source),
     .count_offset = offsetof(engine_file, source_count), .of = &source_schema,
     .doc = "how the source of applications writes; by day"},
};

const rk_schema rk_engine_schema = {
    .doc = "the format of the rules, and since when the engine behaves as it does",
    .size = sizeof(engine_file),
    RK_KEYS(engine_keys),
};

/* Before anything else of a newer format is looked at. */
static bool know_format(const rk_load *load, const rk_node *root, rk_error *err)
{
    uint64_t format;
    const rk_node *node = rk_node_at(root, "format");
    if (node == root || !rk_slice_to_u64(node->text, &format) || format <= RK_RULES_FORMAT)
        return true;
    rk_load_fail(load, node, err,
                 "these rules have format %llu, this program knows formats up to %d",
                 (unsigned long long)format, RK_RULES_FORMAT);
    return rk_fail_hint(err, "a newer rekon wrote them: use that one, or a newer one");
}

bool rk_load_engine(const rk_load *load, const rk_node *root, rk_error *err)
{
    engine_file file;
    rk_engine *engine = &load->rules->engine;
    if (!know_format(load, root, err) || !rk_schema_bind(load, &rk_engine_schema, root, &file, err))
        return false;
    engine->format = file.format;
    for (size_t i = 0; i < file.count; i++) {
        int behaviour = file.rows[i].behaviour;
        if (engine->has[behaviour])
            return rk_load_fail(load, root, err, "two rows for one behaviour");
        engine->has[behaviour] = true;
        engine->from[behaviour] = file.rows[i].from;
    }
    engine->source = file.source;
    engine->source_count = file.source_count;
    for (size_t i = 1; i < file.source_count; i++)
        if (file.source[i].from <= file.source[i - 1].from)
            return rk_load_fail(load, rk_node_at(rk_node_at(root, "source")->items[i], "from"), err,
                                "days must be in order, each once");
    return true;
}

int64_t rk_engine_longest_transaction(const rk_engine *engine, rk_day night)
{
    int64_t longest = 3600 * RK_SECOND;
    for (size_t i = 0; i < engine->source_count && engine->source[i].from <= night; i++)
        longest = engine->source[i].longest_transaction;
    return longest;
}
