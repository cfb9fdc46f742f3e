/*
 * night: one night's books while they are open; the steps that engine/nightly.c and `rerun` put together.
 *
 * In:  rules, the closing state before, what was delivered, what the source says
 * Out: outcomes, states, facts, cases, workbooks, the closing state after; sealed under one run id
 * The steps from rk_night_take_in to rk_night_report are pure: the same inputs give the same bytes,
 * whether they come from an inbox and a database or from the archive.
 */
#ifndef RK_NIGHT_NIGHT_H
#define RK_NIGHT_NIGHT_H

#include "collect/collect.h"
#include "config/rules.h"
#include "expire/expire.h"
#include "model/cause.h"
#include "model/issued.h"
#include "model/coverage.h"
#include "night/fold.h"
#include "report/books.h"
#include "seal/closing.h"
#include "seal/manifest.h"

/* What the source says of an application of an earlier night. */
typedef struct rk_source_answer {
    bool refused;         /* a transition of it; else it waited last night, and is gone */
    rk_slice application; /* the rest is of a refusal */
    rk_slice office, night, to_state, why, transition;
} rk_source_answer;

/* A file that counts until tonight. */
typedef struct rk_replaced {
    size_t old; /* row of the carried files */
    rk_digest digest, by;
} rk_replaced;

typedef struct rk_night {
    /* given */
    rk_settings settings;      /* zone, judge_at, memory, language, biller, start */
    const rk_sources *sources; /* rule files as bytes */
    rk_archive archive;
    const char *scratch; /* folder for the temporary files of workbooks, no other process's */
    rk_day day;
    int number;
    int threads;
    rk_slice program, mode;
    bool other_rules; /* judged by rules that did not hold then: books say so; never the truth */
    const rk_wanted
        *also; /* read of the closing state besides what the night touches, sorted; NULL: no
                            * more. A night never sets it: only what looks at one afterwards */
    /* opened */
    rk_world world; /* owns names, texts, arena */
    rk_rules rules; /* loaded from `sources` with the names of `world` */
    rk_closing opening;
    rk_carried carried; /* becomes what is carried on */
    rk_manifest manifest;
    /* inputs */
    rk_deliveries deliveries;
    rk_buffer snapshot;    /* CSV, as sealed; empty when the source said nothing */
    rk_slice source_fault; /* why the source could not be read, as sealed; empty: it could */
    uint64_t source_count;
    rk_moment source_newest;
    rk_buffer source_says; /* CSV, as sealed; empty: nothing is gone or refused */
    rk_source_answer *answers;
    size_t answer_count;
    /* results */
    bool news; /* something is to be done */
    bool outages_changed;
    rk_history history;
    rk_cases cases_before, cases;
    rk_facts facts;                  /* tonight's */
    rk_issued issued, issued_before; /* documents: new tonight; others that have the same ones */
    rk_causes causes;
    uint32_t *entry_causes, *application_causes; /* by row of the world; 0: as before */
    uint32_t rest_cause;                         /* of what changed without one of these */
    const rk_rule_mark *rules_before; /* as the run before sealed them; NULL: there was none */
    size_t rule_before_count;
    rk_slice changed_rules;  /* "matching.yaml,tariffs.yaml": since the run before */
    rk_slice program_before; /* version that sealed it; empty: there is none */
    rk_watermark *marks;
    size_t mark_count;
    rk_slice suspended; /* why lapses are suspended: what is wrong with the source; or empty */
    rk_buffer detail, open_cases, open_findings; /* rk_detail, rk_cases, rk_findings, as sealed */
    rk_buffer closing;                           /* the root of the state after it, as sealed */
    rk_day detail_from, detail_until;
    rk_gaps gaps;
    rk_day start;
    rk_moment since;
    rk_slice provisional; /* why the books are SEMENTARA, or empty */
    rk_shelf shelf;       /* facts of earlier runs, of which books are made */
    rk_books books;
    rk_decided_lapse *lapses; /* by application: what people decided tonight */
    size_t lapse_count, lapse_capacity;
    rk_decision_rows gone_stale; /* of earlier nights; they join the history with the weighing */
    rk_replaced *replaced;       /* by decision, tonight */
    size_t replaced_count, replaced_capacity;
    size_t unknown_files, set_aside_files, stale_decisions, overdue_channels;
    size_t missing_statements;
} rk_night;

/* Loads rules and the closing state that `before` (the manifest of the night before, NULL: none) left. */
bool rk_night_open(rk_night *night, const rk_manifest *before, const rk_digest *before_digest,
                   rk_error *err);
void rk_night_close(rk_night *night);

/* The moment at which the day is judged: deadlines before it have passed. */
rk_moment rk_night_judge_at(const rk_night *night);

/* The rules that a run sealed, by name; in `arena`. */
const rk_rule_mark *rk_night_rule_marks(const rk_manifest *manifest, rk_arena *arena,
                                        size_t *count);

/* Deliveries to files and decisions: each file's channel, days and fate. */
bool rk_night_take_in(rk_night *night, rk_error *err);

/* Reads statements, loads what they touch of the closing state, brings in the snapshot and decisions.
 * Sets `news`. */
bool rk_night_read(rk_night *night, rk_error *err);

/* What the applications themselves say that cannot be right; part of rk_night_tally. */
void rk_night_look_for_findings(rk_night *night);

/* Documents across the nights, where findings.yaml asks for it; part of rk_night_tally and of
 * rk_night_seal_outputs. */
bool rk_night_read_issued(rk_night *night, rk_error *err);
bool rk_night_seal_issued(rk_night *night, rk_fact_list *tonight, rk_error *err);

/* Outcomes and states. */
bool rk_night_judge(rk_night *night, rk_error *err);

/* Cases, facts, coverage, and what goes into the database. */
bool rk_night_tally(rk_night *night, rk_error *err);

bool rk_night_report(rk_night *night, rk_error *err);

/* The input half of the manifest, and the run id. Before rk_night_tally, which prints it. */
bool rk_night_seal_inputs(rk_night *night, rk_error *err);
/* The output half. */
bool rk_night_seal_outputs(rk_night *night, rk_error *err);

/* The settings that a manifest seals, as they were then; folders and database are not among them. */
bool rk_night_sealed_settings(const rk_manifest *manifest, rk_settings *settings, rk_error *err);

/* Row `row` of the carried files is quarantined or held, and nothing has settled it since: neither a
 * decision nor a file of the same channel, account and days that counts. */
bool rk_night_file_waits(const rk_night *night, size_t row);

/* ---- parts, by file ---- */

/* seen.c: from where the source is read, where it was read up to `since`. */
rk_moment rk_night_read_from(const rk_night *night, rk_moment since);
/* seen.c: drops rows that are what they were when they were last read. Their names and texts are not the
 * world's. */
void rk_night_drop_seen(const rk_night *night, const rk_names *names, const rk_texts *texts,
                        rk_applications *applications);
/* seen.c: what was read tonight is known from now on. */
void rk_night_note_seen(rk_night *night, const rk_applications *applications);
/* seen.c: what cannot be read again is not carried on. Before the closing state is sealed. */
void rk_night_forget_seen(rk_night *night);

/* source.c: the applications that waited when the last night ended. After rk_night_read. */
rk_slice *rk_night_open_items(rk_night *night, size_t *count);
/* source.c: what the source answered, as the bytes that are sealed. */
void rk_night_put_source(rk_night *night, const rk_source_answer *answers, size_t count);
/* source.c: from those bytes; a part of rk_night_doubt_source. */
bool rk_night_read_source(rk_night *night, rk_error *err);
/* source.c: sets `suspended`. Once more when the source has answered. */
bool rk_night_doubt_source(rk_night *night, rk_error *err);
/* ask.c: resolves a case that is no entry's; false when there is none of this id. */
bool rk_night_resolve_finding(rk_night *night, size_t decision);
/* ask.c: what asks a person joins the findings; what opened or closed goes into the history. Behind the
 * findings of applications, which `before` had as the last night left them. */
void rk_night_ask(rk_night *night, const rk_findings *before);
/* gather.c: the longest time that any deadline rule gives. */
int64_t rk_night_longest_term(const rk_night *night);
/* notices.c: what people are to be told; and the same as CSV. */
void rk_night_write_notices(rk_night *night);
void rk_night_put_notices(const rk_night *night, rk_buffer *out);
/* release.c: the spans of channels that hold nothing any more, by decisions of all nights in memory. */
void rk_night_releases(const rk_night *night, rk_gaps *releases);
bool rk_night_is_released(const rk_gaps *releases, const rk_channel *channel, rk_name account,
                          rk_day day);
/* release.c: a statement of the day is expected, has not come and is not released; account 0: of any account. */
bool rk_night_misses(const rk_night *night, const rk_gaps *releases, const rk_channel *channel,
                     rk_name account, rk_day day);
/* release.c: carries out one decision: release_hold; lapse or reopen. */
/* A decision of tonight takes the source as whole, with what it holds now. */
bool rk_night_source_is_released(const rk_night *night);
void rk_night_decide_release(rk_night *night, size_t decision);
void rk_night_decide_lapse(rk_night *night, size_t decision, uint32_t application);
/* outages.c: wants the days of submission that an outage touches which is not as the night before knew it;
 * true when there is one. From then on it is carried as it is. */
bool rk_night_want_outages(rk_night *night, rk_wanted *wanted);
/* intake.c: carries out decisions on files; adds those that were accepted to tonight's. */
bool rk_night_decide_files(rk_night *night, rk_error *err);
/* accounts.c: tonight's statements join those of each account that are known. */
void rk_night_follow(rk_night *night);
/* accounts.c: the gaps among them, one after the other: `next` is 0 at first. The digest (64 hex digits) of
 * the file behind the gap, by which a decision names it, may be NULL. */
bool rk_night_next_gap(rk_night *night, size_t *next, rk_slice *why, rk_slice *digest);
size_t rk_night_count_gaps(rk_night *night);
/* accounts.c: accepts the gaps in front of a file; false when there is none. */
bool rk_night_accept_gaps(rk_night *night, rk_slice subject);
/* accounts.c: what may be in a missing statement holds lapses. */
void rk_night_hold_gaps(rk_night *night);
/* extend.c: files that are held because an earlier one of the same identity has other content, and whose
 * channel says `overlap: extends`, are to be read after all. */
void rk_night_extend_begin(rk_night *night);
/* extend.c: of files that overlap with others of their account only the rows count that no other has; one
 * that lacks a row of another within its days is held. */
bool rk_night_extend(rk_night *night, rk_entries *fresh, rk_error *err);
/* extend.c: ordinals of the rows of a known file that another one that counts tells of too. `shared` is sorted. */
bool rk_night_shared_rows(rk_night *night, size_t old, rk_keys *shared, rk_error *err);
/* replace.c: row `row` of the carried files counts, and nothing took its place since. */
bool rk_night_file_counts(const rk_night *night, size_t row);
/* replace.c: carries out one decision: the file that waits (its row) replaces the one of its object. */
bool rk_night_decide_replacement(rk_night *night, size_t decision, size_t waiting);
/* replace.c: what is loaded for it; then, when the new files are read; then what is told of the old ones. */
void rk_night_want_replaced(const rk_night *night, rk_wanted *wanted);
bool rk_night_replace_files(rk_night *night, rk_error *err);
void rk_night_put_replaced(rk_night *night);
/* replace.c: days that only replaced files told about are missing again. Before tonight's files cover theirs. */
void rk_night_uncover_replaced(rk_night *night);
/* replace.c: a run of statements that ends with one of a replaced file ends with the one that came instead. */
void rk_night_follow_replaced(rk_night *night, rk_follow *run);
/* assign.c: carries out one decision: an office for an application that has none. */
void rk_night_decide_office(rk_night *night, size_t decision, uint32_t application);
/* assign.c: what the source had said, from what the decision did. */
rk_text rk_night_assigned_instead(rk_night *night, rk_text why);
/* assign.c: those of earlier nights hold, or turn stale. When the snapshot is in. */
void rk_night_assign_offices(rk_night *night);
/* decided.c: decisions that were carried out before, by their ids, are not carried out again. */
void rk_night_note_repeats(rk_night *night);
/* decided.c: row `row` of what is decided has lost its ground. */
void rk_night_turn_stale(rk_night *night, size_t row, const char *why);
/* decide.c: the entry is none of this business, by a decision. */
void rk_night_ignore(rk_night *night, uint32_t entry);
/* decide.c: carries out decisions on entries and cases. */
void rk_night_decide_entries(rk_night *night);
/* decide.c: the name of the entry that a subject means: itself, or that of an open case. */
rk_slice rk_night_entry_named(const rk_night *night, rk_slice subject);
/* decide.c: "9f86d081884c7d65:17" to its two parts. */
bool rk_night_parse_entry(rk_slice name, uint64_t *digest, uint32_t *ordinal);
/* decided.c: tonight's decisions join those that stand; those whose ground has changed turn stale. Between
 * the judgement and the cases. */
void rk_night_weigh_decisions(rk_night *night);
/* decided.c: how many are stale or refused, and nothing has taken their place. */
size_t rk_night_decisions_wait(const rk_night *night);
/* decide.c: what decisions name, so that it is loaded. */
void rk_night_want_decided(const rk_night *night, rk_wanted *wanted);
/* decide.c: writes what a decision did. */
void rk_night_effect(rk_night *night, size_t decision, const char *effect, const char *why);
/* revise.c: all runs and tonight, for books of these days. */
rk_fold_of rk_night_fold_of(const rk_night *night, rk_day from, rk_day until);
/* revise.c: publishes anew what books of earlier days now say otherwise; `input` is that of tonight's
 * books. */
bool rk_night_revise(rk_night *night, const rk_books_input *input, rk_error *err);
/* causes.c: why entries and applications are not what they were. Before cases are carried on. */
void rk_night_find_causes(rk_night *night);
/* decide.c: the entry that an applied decision is about, RK_NO_ROW when it is about none. */
uint32_t rk_night_decided_entry(const rk_night *night, size_t decision);
/* detail.c: what tonight's books list; whether an entry is among it. */
void rk_night_write_detail(rk_night *night);
bool rk_night_entry_changed(const rk_world *world, size_t row);
/* history.c: rows for the database; RK_BUG when an application changed its state in an impossible way. */
bool rk_night_write_history(rk_night *night, rk_error *err);

#endif
