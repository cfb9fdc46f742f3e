/*
 * explain: what the parts of `rekon explain` share with one another; nobody else includes it.
 *
 * In:  an item as somebody knows it ("K-9f86d08188-17", a billing code, "350000@2024-03-05"), a night
 * Out: one story: an application with its entries, or an entry; or the list of what the item may mean
 * The night is put together again from its sealed inputs and judged once more by the engine's own stages;
 * what comes out is compared with the closing state that was sealed. Nothing is looked up in a database.
 */
#ifndef RK_COMMANDS_EXPLAIN_H
#define RK_COMMANDS_EXPLAIN_H

#include "match/trace.h"
#include "night/replay.h"

typedef enum rk_item_form {
    RK_ASKED_TEXT, /* an application, a reference, a group; whatever is nothing of the following */
    RK_ASKED_CASE,
    RK_ASKED_ENTRY,
    RK_ASKED_CODE,
    RK_ASKED_AMOUNT,  /* with a date */
    RK_ASKED_FINDING, /* "T1-palembang-20241217"; or a case that is no entry's: "K-9f86d08188" */
} rk_item_form;

typedef struct rk_asked {
    rk_item_form form;
    rk_slice text;
    uint64_t code;
    uint64_t digest; /* of the entry; of a case the upper 40 bits of it */
    uint32_t ordinal;
    rk_money amount_minor;
    rk_day on;
} rk_asked;

/* One row of the world that the item may mean. */
typedef struct rk_hit {
    bool is_application;
    uint32_t row;
} rk_hit;

typedef struct rk_hits {
    rk_hit *items;
    size_t count, capacity;
} rk_hits;

typedef enum rk_compared {
    RK_COMPARED_NOT,       /* the closing state holds it no more: older than memory */
    RK_COMPARED_IDENTICAL, /* the same outcome, rule, reason, application; state, deadline, held_by */
    RK_COMPARED_DIFFERENT,
} rk_compared;

/* A row of the sealed history about the item. */
typedef struct rk_event {
    const char *night; /* "2024-03-05-1" */
    const char *what;  /* outcome, state, case, decision */
    rk_slice about;    /* entry, application, case or decision id */
    rk_slice before, after, rule, why, cause, application;
} rk_event;

/* What may still bring the payment of an application whose deadline has passed. */
typedef struct rk_holder {
    rk_slice held_by; /* a channel, or source */
    rk_slice why;
} rk_holder;

/* A row for decisions-*.csv, and what it does. */
typedef struct rk_choice {
    rk_slice row, does;
} rk_choice;

typedef struct rk_story {
    uint32_t application; /* RK_NO_ROW: none */
    uint32_t *entries;    /* told in full */
    size_t entry_count, entry_capacity;
    rk_compared compared;
    rk_event *events;
    size_t event_count, event_capacity;
    rk_holder *holders;
    size_t holder_count, holder_capacity;
    rk_choice *choices;
    size_t choice_count, choice_capacity;
} rk_story;

typedef struct rk_explain {
    rk_archive archive;
    rk_arena arena;
    rk_night_name *nights; /* of the archive */
    size_t night_count;
    size_t at;    /* the night whose knowledge is asked for */
    size_t shown; /* the night that is put together: `at`, or an earlier one that decided */
    int threads;
    bool is_open;
    rk_replay replay;
    rk_wanted wanted;
    rk_names past_names; /* of sealed tables */
    rk_texts past_texts;
    rk_hits hits;
    rk_story story;
} rk_explain;

/* ---- explain_find.c ---- */

/* What the words of the command line mean. RK_USAGE when nothing can. */
bool rk_asked_parse(rk_slice text, rk_asked *asked, rk_error *err);

/* Puts the night together so that everything the item may mean is in it, judges it, and fills `hits`. */
bool rk_explain_find(rk_explain *x, const rk_asked *asked, rk_error *err);

/* Puts the night together as it was, and judges it. */
bool rk_explain_open(rk_explain *x, size_t night, rk_error *err);

/* rk_explain_find in nights[night], of which is known already what to read. */
bool rk_explain_again(rk_explain *x, const rk_asked *asked, size_t night, rk_error *err);
void rk_explain_close(rk_explain *x);

/* ---- explain_story.c ---- */

/* From hits to one story; false without an error when the item may mean several. */
bool rk_story_choose(rk_explain *x);

/* Adds a row of decisions-*.csv to the choices: ID, reason, maker, checker and time are for people to fill in. */
void rk_explain_add_decision(rk_explain *x, const char *kind, rk_slice subject, rk_slice object,
                             const char *does);

/* Fills in what the rows themselves do not say. */
bool rk_story_tell(rk_explain *x, rk_error *err);

/* ---- explain_past.c ---- */

/* What was sealed of this story up to the night: its events, oldest first. */
bool rk_story_events(rk_explain *x, rk_error *err);

/* Compares with the sealed closing state of the night that is shown. */
bool rk_story_compare(rk_explain *x, rk_error *err);

/* ---- explain_raw.c ---- */

/* The record of an entry as it stands in the archived statement, names masked; in the arena. Empty, with
 * `why`, when it cannot be shown. */
bool rk_story_raw(rk_explain *x, uint32_t entry, rk_slice *text, rk_error *err);

/* ---- explain_tried.c ---- */

/* How the matcher came to the outcome of an entry, by running it again. Free with rk_trace_free. */
bool rk_explain_trace(rk_explain *x, uint32_t entry, rk_trace *trace, rk_error *err);
void rk_explain_put_tried(rk_explain *x, const rk_trace *trace, rk_zone zone, rk_buffer *out);
void rk_explain_put_tried_json(rk_explain *x, const rk_trace *trace, rk_zone zone, rk_buffer *out);

/* ---- explain_text.c, explain_json.c ---- */

/* A label of `width` columns behind `indent` blanks, then a text; what does not fit goes on below it. */
void rk_explain_put_field(rk_buffer *out, size_t indent, size_t width, const char *label,
                          rk_slice text);

void rk_explain_put_choices(const rk_explain *x, rk_buffer *out);
void rk_explain_put_choices_json(const rk_explain *x, rk_buffer *out);
bool rk_explain_put_text(rk_explain *x, const rk_asked *asked, rk_buffer *out, rk_error *err);
bool rk_explain_put_json(rk_explain *x, const rk_asked *asked, rk_buffer *out, rk_error *err);
/* Every application and entry that the night judged, one object a line, to standard output. */
bool rk_explain_put_all(rk_explain *x, rk_buffer *out, rk_error *err);

/* ---- explain_finding.c, explain_asking.c ---- */

/* A line of findings as it was sealed, or a case that is no entry's. */
typedef struct rk_asking {
    rk_explain *x;
    rk_world sealed; /* names and texts of what follows */
    rk_closing closing;
    rk_carried carried;
    rk_finding_kind kind;
    rk_slice id, office;
    rk_slice subject, said; /* of a case: the file, or the channel, that it is about */
    rk_day day, night;
    size_t known; /* rows of the line, also those that are not seen yet */
} rk_asking;

/* Row `row` of the findings is of the line. */
bool rk_asking_has(const rk_asking *asking, size_t row);
/* The line whose case has this id; nothing is set when there is none. */
void rk_asking_find(rk_asking *asking);
/* Adds the decisions that answer it to the choices of the story. */
void rk_asking_offer(rk_asking *asking);

/* A line of findings as the night left it: what it folds, and when it opened and closed. RK_USAGE when
 * nothing is known of it. */
bool rk_explain_put_finding(rk_explain *x, const rk_asked *asked, bool json, rk_buffer *out,
                            rk_error *err);

/* ---- shared ---- */

rk_slice rk_explain_entry_name(rk_explain *x, uint32_t entry);
const char *rk_explain_night_name(rk_explain *x, size_t night);
/* The case of an entry among those of the night, RK_NO_ROW when it has none. */
uint32_t rk_explain_case(rk_explain *x, uint32_t entry);
/* The zone in which times of an entry or application are shown. */
rk_zone rk_explain_zone(const rk_explain *x, uint32_t application);
/* The rule by its name and the day on which it decided; NULL: none of matching.yaml. */
const rk_match_rule *rk_explain_rule(const rk_explain *x, rk_name rule, rk_day on);

#endif
