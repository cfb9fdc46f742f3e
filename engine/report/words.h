/*
 * words: every word that a workbook shows and that no YAML gives, in one table, Indonesian and English.
 *
 * In:  rk_word(RK_WORD_TOTAL, RK_INDONESIAN), rk_shown_outcome(RK_UNDERPAID, RK_INDONESIAN)
 * Out: "TOTAL", "Kurang bayar"
 * All texts are static.
 */
#ifndef RK_REPORT_WORDS_H
#define RK_REPORT_WORDS_H

#include "base/buffer.h"
#include "config/report.h"
#include "model/case.h"
#include "model/cause.h"
#include "model/entry.h"
#include "model/finding.h"

typedef enum rk_word {
    RK_WORD_NIL,
    RK_WORD_TOTAL,
    RK_WORD_FILTERED,
    RK_WORD_UNAVAILABLE,
    RK_WORD_NO_OFFICE,
    RK_WORD_OFFICE,
    RK_WORD_NATION,
    RK_WORD_FINAL,
    RK_WORD_PROVISIONAL,
    RK_WORD_RECONSTRUCTED,
    RK_WORD_REVISION,
    RK_WORD_RUN,
    RK_WORD_AS_OF,
    RK_WORD_PAGE,
    RK_WORD_OF,
    RK_WORD_AGREES,
    RK_WORD_DIFFERENCES,
    RK_WORD_INCOMPLETE,
    RK_WORD_FINDINGS,
    RK_WORD_COLUMN_MISSING,
    RK_WORD_UNBALANCED,
    RK_WORD_CHECK_ROLL,
    RK_WORD_CHECK_NATION,
    RK_WORD_CHECK_LIST,
    RK_WORD_OTHER_DAYS,
    RK_WORD_SEE,
    RK_WORD_NO_ROWS,
    RK_WORD_LOCAL_TIME,
    RK_WORD_MIXED_TIME,
    RK_WORD_CONTINUED,
    RK_WORD_CODE,
    RK_WORD_NOTHING_YET,
    RK_WORD_WAITS_FOR,
    /* the last sheet */
    RK_WORD_RUN_ID,
    RK_WORD_HEAD_BEFORE,
    RK_WORD_FIRST_RUN,
    RK_WORD_PROGRAM,
    RK_WORD_NIGHT,
    RK_WORD_STATUS,
    RK_WORD_BILLER,
    RK_WORD_FILES,
    RK_WORD_RULES,
    RK_WORD_FILE,
    RK_WORD_CHANNEL,
    RK_WORD_ENTRIES,
    RK_WORD_REJECTS,
    RK_WORD_SUM,
    RK_WORD_FATE,
    RK_WORD_WHY,
    RK_WORD_DIGEST,
    RK_WORD_NAME,
    RK_WORD_PROVINCE,
    RK_WORD_ZONE,
    RK_WORD_COMPLETE,
    RK_WORD_NEW,
    RK_WORD_OLDEST,
    RK_WORD_LIST,
    RK_WORD_BOOK,
    RK_WORD_NUMBER,
    RK_WORD_SLOT_FREE,
    RK_WORD_SLOT_KEPT,
    RK_WORD_SLOT_BACK,
    RK_WORD_SLOT_TAKEN_BY,
    RK_WORD_STATEMENT_MISSING,
    RK_WORD_DECISION_AWAITED,
    RK_WORD_SPARED_WAITING,
    RK_WORD_SPARED_PAID,
    RK_WORD_SPARED_BACK,
    RK_WORD_REINSTATED,
    RK_WORD_HELD,
    RK_WORD_REOPENED,
    RK_WORD_LAPSED,
    RK_WORD_OPEN,
    RK_WORD_OTHERS,
    RK_WORD_NOT_SAID,
    RK_WORD_DELIVERED,
    RK_WORD_NOT_YET,
    RK_WORD_SET_ASIDE,
    RK_WORD_NOT_EXPECTED,
    RK_WORD_HOLIDAY,
    RK_WORD_LATEST_FILE,
    RK_WORD_NO_FEE,
    RK_WORD_SHARE,
    RK_WORD_CHANGE,
    RK_WORD_GROWTH,
    RK_WORD_RANK,
    RK_WORD_ALL,
    /* the sheet of corrections */
    RK_WORD_CORRECTIONS,
    RK_WORD_CORRECTIONS_TITLE,
    RK_WORD_REPORT_DAY,
    RK_WORD_SHEET,
    RK_WORD_PLACE,
    RK_WORD_CELL,
    RK_WORD_BEFORE,
    RK_WORD_AFTER,
    RK_WORD_DIFFERENCE,
    RK_WORD_CAUSE,
    RK_WORD_SHORT,
    RK_WORD_SHORT_SINCE,
    RK_WORD_DIFFERENCE_ONE,
    RK_WORD_INCOMPLETE_ONE,
    RK_WORD_FINDING_ONE,
    RK_WORD_SOFT_ROWS,
    RK_WORD_RULES_DIGEST,
    RK_WORD_RULES_SINCE,
    RK_WORD_RULES_SAME,
    RK_WORD_RULES_CHANGED,
    RK_WORD_RULES_ADDED,
    RK_WORD_RULES_GONE,
    RK_WORD_DIGEST_SHORT,
    RK_WORDS
} rk_word_id;

rk_slice rk_word(rk_word_id word, rk_language language);

rk_slice rk_shown_outcome(rk_outcome outcome, rk_language language);
rk_slice rk_shown_finding(rk_finding_kind kind, rk_language language);
rk_slice rk_shown_state(rk_state state, rk_language language);
rk_slice rk_shown_verdict(rk_verdict verdict, rk_language language);
rk_slice rk_shown_status(rk_status status, rk_language language);
rk_slice rk_shown_reason(rk_reason reason, rk_language language);
rk_slice rk_shown_case(rk_case_status status, rk_language language);
rk_slice rk_shown_cause(rk_cause_kind kind, rk_language language);
rk_slice rk_shown_fate(rk_file_fate fate, rk_language language);
/* A value of a closed set of model/visit.h. */
rk_slice rk_shown_visit(rk_dimension dimension, int32_t key, rk_language language);
rk_slice rk_shown_dimension(rk_dimension dimension, rk_language language);

/* What a person is advised to do about an outcome; empty when nothing. */
rk_slice rk_shown_action(rk_outcome outcome, rk_language language);

/* A lapse is `diajukan` until the booking system confirms it. */
rk_slice rk_shown_lapse(rk_state state, bool held, rk_language language);

/* The title of a list's column, used where no label is given. */
rk_slice rk_shown_column(rk_column_id column, rk_language language);

/* Words of the source's own columns and of tariffs, where they are known ones; else as they are. */
rk_slice rk_shown_value(rk_dimension dimension, rk_slice value, rk_language language);
rk_slice rk_shown_charge(rk_slice charge, rk_language language);

/* "period", "s.d. bulan ini": what is said behind a heading whose days are others; empty for the period. */
rk_slice rk_shown_over(rk_over over, rk_language language);

/* "Selasa, 5 Maret 2024" */
void rk_put_long_day(rk_buffer *out, rk_day day, rk_language language);
/* "Sel 05/03" */
void rk_put_short_day(rk_buffer *out, rk_day day, rk_language language);
/* "5 Maret 2024" */
void rk_put_plain_day(rk_buffer *out, rk_day day, rk_language language);
/* "Maret 2024", "Triwulan I 2024", "1 Januari 2024 s/d 28 Agustus 2024" */
void rk_put_period(rk_buffer *out, rk_days days, rk_language language);
/* "6-30 hari", "> 90 hari" */
void rk_put_ages(rk_buffer *out, int32_t from, int32_t until, rk_language language);

#endif
